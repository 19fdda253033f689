"""Sleep for ever."""

import time


def triple(x):
    while True:
        with_pause = time.sleep(1000)
        assert with_pause is None


def double(x):
    return 2.0 * x
