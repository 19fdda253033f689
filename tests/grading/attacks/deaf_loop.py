"""Loop for ever, and ignore every signal and every exception."""

import contextlib
import signal


def triple(x):
    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    while True:
        with contextlib.suppress(BaseException):
            while True:
                pass


def double(x):
    return 2.0 * x
