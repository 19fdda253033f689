"""Processes: which a test has left behind, however they hide, and what time they may take."""

import contextlib
import ctypes
import os
import time
from unittest import mock

from course_lib.grading.sandbox import Limits

PR_SET_CHILD_SUBREAPER = 36


def busy():
    """Return how many processes want each processor, 1 on an idle machine and 8 at most."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return min(max(1.0, load / (os.cpu_count() or 1)), 8.0)


def short_limits(seconds):
    """Limits for what never ends, which leave honest code its share of a busy machine."""
    return Limits(seconds=seconds * busy(), grace=0.5 * seconds * busy())


@contextlib.contextmanager
def impatient(sandbox):
    """Let a sandbox stop sooner what never ends: to wait longer for it would show nothing more.

    Not for honest code, which needs its share also while the machine is busy for a moment.
    """
    limits = short_limits(0.25)
    with mock.patch.object(sandbox, "_limits", limits):
        yield limits


def adopt_orphans():
    """Make every orphan among this process's descendants its own child, as init would."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants():
    """Return the ids of all processes below this one; what has ended is none any more."""
    parents = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                state, parent = file.read().rpartition(b")")[2].split()[:2]
        except OSError:  # it has ended meanwhile
            continue
        if state != b"Z":
            parents[int(pid)] = int(parent)
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}


def descendants_in_the_end(expected, seconds=30.0):
    """Return the processes that are still there, beside the expected, once all had time to end."""
    until = time.monotonic() + seconds
    while (left := descendants() - expected) and time.monotonic() < until:
        time.sleep(0.02)
    return left
