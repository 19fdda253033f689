"""Become many: sixteen processes, each of which tries to become two."""

import os
import time


def triple(x):
    for _ in range(4):
        os.fork()
    time.sleep(20)
    return x


def double(x):
    return 2.0 * x
