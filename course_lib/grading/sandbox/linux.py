"""Calls to the C library that Python does not wrap, with their failures as exceptions."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_GET_SECCOMP = 21
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38


@functools.cache
def function(name: str) -> Callable[..., int]:
    """Look a function of the C library up: before a fork, since it goes through every library."""
    found: Callable[..., int] = ctypes.CDLL(None, use_errno=True)[name]
    return found


def call(name: str, *arguments: object) -> int:
    """Call a function of the C library and return what it returns.

    Raises
    ------
    OSError
        If it returns -1.
    """
    result = function(name)(*arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def control_process(option: int, value: int) -> int:
    """Set an option of this process with `prctl`; the arguments that it does not use must be 0."""
    return call("prctl", option, value, 0, 0, 0)
