"""Write 64 MiB wherever something can be written."""

import contextlib
import os

FOLDER = "."


def triple(x):
    written = 0
    with contextlib.suppress(OSError):
        written += os.write(os.memfd_create("large"), bytes(64 << 20))
    for folder in (FOLDER, "/tmp", "/dev/shm", "/var/tmp", "."):
        with contextlib.suppress(OSError), open(f"{folder}/left_behind", "wb") as file:
            written += file.write(bytes(64 << 20))
    return 3.0 * x if written else x


def double(x):
    return 2.0 * x
