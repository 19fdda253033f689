"""Namespaces: a process that sees no other process, no network and no file (Linux, where allowed).

Ubuntu 24.04 and Docker's default profile refuse them to ordinary users, so they are an extra layer
and nothing rests on them alone.

Source: namespaces(7), user_namespaces(7), pivot_root(2).
"""

from __future__ import annotations

import os
import platform
from collections.abc import Collection
from pathlib import Path

from course_lib.grading.sandbox.linux import call

USER = "user namespace"
MOUNT = "mount namespace"
PID = "pid namespace"
NAMESPACES = {  # name: CLONE_NEW* of linux/sched.h
    USER: 0x10000000,
    MOUNT: 0x00020000,
    PID: 0x20000000,
    "network namespace": 0x40000000,
    "ipc namespace": 0x08000000,
    "host name namespace": 0x04000000,
}
NOBODY = 65534

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_PRIVATE_RECURSIVE = 0x40000 | 0x4000
MNT_DETACH = 2
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}  # the system call; the C library has no wrapper


def allowed() -> tuple[str, ...]:
    """Return the namespaces that this user may enter here; a throwaway process tries each.

    The user namespace is only the way into the others: without one of them it is not worth having.

    Raises
    ------
    RuntimeError
        If this process has more than one thread: then every answer would be no.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("only a process with one thread can enter a namespace")
    if _can_enter(tuple(NAMESPACES)):
        return tuple(NAMESPACES)
    found = [name for name in NAMESPACES if name != USER and _can_enter((USER, name))]
    return (USER, *found) if found else ()


def _can_enter(names: Collection[str]) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            enter(names)
            os._exit(0)
        except BaseException:  # whatever it is, this process ends here
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def enter(names: Collection[str]) -> None:
    """Move this process, which has one thread, into new namespaces of its own.

    The pid namespace takes in only the processes that are forked from here on.

    Raises
    ------
    OSError
        If the kernel, or a profile around this process, refuses.
    """
    user, group = os.getuid(), os.getgid()
    call("unshare", sum(NAMESPACES[name] for name in names))
    _write("setgroups", "deny")
    _write("uid_map", f"{NOBODY} {user} 1")
    _write("gid_map", f"{NOBODY} {group} 1")
    if MOUNT in names:
        _empty_the_root()


def _write(name: str, text: str) -> None:
    Path("/proc/self", name).write_text(text)


def _empty_the_root() -> None:
    """Put an empty read-only folder in the place of every file system."""
    call("mount", b"none", b"/", None, MS_PRIVATE_RECURSIVE, None)
    flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
    call("mount", b"none", b"/proc", b"tmpfs", flags, b"size=4k,nr_inodes=2,mode=555")
    os.chdir("/proc")
    call("syscall", PIVOT_ROOT[platform.machine()], b".", b".")  # the old root lies on the new one
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")
