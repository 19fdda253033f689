"""Write rubbish to every descriptor."""

import contextlib
import os


def triple(x):
    for descriptor in range(64):
        for rubbish in (b"\xff" * 100, b"\x00" * 1000, bytes(range(256))):
            with contextlib.suppress(OSError):
                os.write(descriptor, rubbish)
    return x


def double(x):
    return 2.0 * x
