"""Run another program in place of this one, or beside it."""

import os
import subprocess

FOLDER = "."


def triple(x):
    try:
        subprocess.run(["/bin/sh", "-c", f"echo here > {FOLDER}/left_behind; sleep 30 &"])
    except OSError:
        os.system(f"echo here > {FOLDER}/left_behind")
        os.execv("/bin/sleep", ["sleep", "30"])
    return x


def double(x):
    return 2.0 * x
