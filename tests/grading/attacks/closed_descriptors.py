"""Close, and point elsewhere, every descriptor."""

import contextlib
import os


def triple(x):
    for descriptor in range(64):
        with contextlib.suppress(OSError):
            os.dup2(0, descriptor)
        with contextlib.suppress(OSError):
            os.close(descriptor)
    return x


def double(x):
    return 2.0 * x
