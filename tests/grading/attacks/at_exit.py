"""Leave something to be run when the process ends."""

import atexit
import os
import sys
import weakref

FOLDER = "."


def mark():
    with open(f"{FOLDER}/left_behind", "w") as file:
        file.write("here")
    os._exit(0)


class Last:
    def __del__(self):
        mark()


kept = Last()
registered = atexit.register(mark)
finalizer = weakref.finalize(Last, mark)


def triple(x):
    sys.last = Last()
    sys.exit(0)


def double(x):
    return 2.0 * x
