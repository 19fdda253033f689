"""The system calls that a learner's code may make, as a seccomp filter (Linux).

The child that runs a submission needs memory, the clock, and one open socket to answer on. All else
(opening files, sockets, new processes and threads, signals to others) is answered with "not
permitted", which Python shows as a PermissionError. The list names what is allowed, so a call that
a future kernel adds is refused too.

Source: Linux, Documentation/userspace-api/seccomp_filter.rst; the numbers are those of the
kernel's `unistd_64.h` (x86-64) and `asm-generic/unistd.h` (aarch64).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from course_lib.grading.sandbox.linux import PR_GET_SECCOMP, PR_SET_SECCOMP, call, function

NAME = "seccomp"

SYSTEM_CALLS = {  # name: (x86-64, aarch64); None where the architecture has no such call
    "read": (0, 63),
    "write": (1, 64),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "futex": (202, 98),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "setitimer": (38, 103),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
ARCHITECTURES = {  # machine: (the column of the table, AUDIT_ARCH_* of linux/audit.h)
    "x86_64": (0, 0xC000003E),
    "aarch64": (1, 0xC00000B7),
}

# linux/bpf_common.h, linux/seccomp.h
INSTRUCTION = struct.Struct("<HBBI")  # struct sock_filter: code, two jumps, operand
BPF_LOAD_WORD = 0x20
BPF_JUMP_IF_EQUAL = 0x15
BPF_RETURN = 0x06
OFFSET_OF_NUMBER, OFFSET_OF_ARCHITECTURE = 0, 4  # in struct seccomp_data
SECCOMP_RET_KILL_PROCESS = 0x80000000
SECCOMP_RET_ERRNO = 0x00050000
SECCOMP_RET_ALLOW = 0x7FFF0000
SECCOMP_MODE_FILTER = 2


def program(machine: str) -> bytes:
    """Return the filter for a machine, as the classic BPF instructions that the kernel runs.

    A call through another architecture's table (32-bit calls on x86-64) kills the process: their
    numbers mean something else. The x32 numbers of x86-64 have bit 30 set and are on no list.
    """
    column, architecture = ARCHITECTURES[machine]
    numbers = [row[column] for row in SYSTEM_CALLS.values() if row[column] is not None]
    instructions = [
        _instruction(BPF_LOAD_WORD, OFFSET_OF_ARCHITECTURE),
        _instruction(BPF_JUMP_IF_EQUAL, architecture, if_true=1),
        _instruction(BPF_RETURN, SECCOMP_RET_KILL_PROCESS),
        _instruction(BPF_LOAD_WORD, OFFSET_OF_NUMBER),
    ]
    for place, number in enumerate(numbers):
        to_allow = len(numbers) - place  # past the other comparisons and the refusal
        instructions.append(_instruction(BPF_JUMP_IF_EQUAL, number or 0, if_true=to_allow))
    instructions.append(_instruction(BPF_RETURN, SECCOMP_RET_ERRNO | errno.EPERM))
    instructions.append(_instruction(BPF_RETURN, SECCOMP_RET_ALLOW))
    return b"".join(instructions)


def _instruction(code: int, operand: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return INSTRUCTION.pack(code, if_true, if_false, operand)


class _Program(ctypes.Structure):
    """`struct sock_fprog`: how many instructions, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def supported() -> bool:
    """Tell whether the kernel can filter, and whether this machine's calls are in the table."""
    if platform.system() != "Linux" or platform.machine() not in ARCHITECTURES:
        return False
    try:
        call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, None, 0, 0)
    except OSError as error:  # no program to read there: a kernel that filters says so
        return error.errno == errno.EFAULT
    return False


class Filter:
    """The filter of this machine, made once so that putting it on costs one system call."""

    def __init__(self) -> None:
        code = program(platform.machine())
        self._code = ctypes.create_string_buffer(code, len(code))
        address = ctypes.cast(self._code, ctypes.c_void_p)
        self._program = _Program(len(code) // INSTRUCTION.size, address)

    def put_on(self) -> None:
        """Filter this process from here on; `no_new_privs` must be set.

        Raises
        ------
        OSError
            If the kernel refuses, or the filter is not in force afterwards.
        """
        call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(self._program), 0, 0)
        if function("prctl")(PR_GET_SECCOMP, 0, 0, 0, 0) != -1:
            # `prctl` is not on the list, so even this question should have been refused
            raise OSError(errno.EPERM, "seccomp: the filter is not in force")
