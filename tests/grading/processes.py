"""Which processes a test has left behind: found through the kernel, whatever they did to hide."""

import ctypes
import os
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Make every orphan among this process's descendants its own child, as init would."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants():
    """Return the ids of all processes below this one; what has ended is none any more."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has ended meanwhile
            continue
        if state != "Z":
            parents[int(folder.name)] = int(parent)
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}


def descendants_in_the_end(expected=frozenset(), seconds=5.0):
    """Return the processes that are still there, beside the expected, once all had time to end."""
    until = time.monotonic() + seconds
    while (left := descendants() - expected) and time.monotonic() < until:
        time.sleep(0.02)
    return left
