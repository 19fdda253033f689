"""Calls to the C library that Python does not wrap, with their failures as exceptions."""

from __future__ import annotations

import ctypes
import functools
import os

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_GET_SECCOMP = 21
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """Call a function of the C library and return what it returns.

    Raises
    ------
    OSError
        If it returns -1.
    """
    result: int = _libc()[name](*arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def control_process(option: int, value: int) -> int:
    """Set an option of this process with `prctl`; the arguments that it does not use must be 0."""
    return call("prctl", option, value, 0, 0, 0)
