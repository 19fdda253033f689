"""The layers between a learner's code and the machine: which there are, and how they are put on.

The zygote puts on, once, all that it can live with itself; each child adds what is left. A layer
that the machine has and that cannot be put on is an error, and never a silent step down.
"""

from __future__ import annotations

import os
import resource
import signal
import struct
from collections.abc import Collection

from course_lib.grading.sandbox import landlock, namespaces, seccomp
from course_lib.grading.sandbox.linux import (
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    call,
    control_process,
)

RLIMITS = "rlimits"
SECCOMP = seccomp.NAME
LANDLOCK = "landlock"
NO_PRIVILEGES = "no privileges"

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 60  # a backstop: the coordinator's deadline is far shorter
DESCRIPTORS = 5  # 0, 1 and 2 lead to /dev/null, 3 and 4 to the coordinator
CAPABILITY_VERSION_3 = 0x20080522

LIMITS = {
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_AS: MEMORY_BYTES,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NPROC: 0,
    resource.RLIMIT_NOFILE: DESCRIPTORS,
    resource.RLIMIT_STACK: 8 << 20,
    resource.RLIMIT_MEMLOCK: 0,
}


def become_nobody() -> None:
    """Give up the name and the groups of root, if this is root, for those of nobody."""
    control_process(PR_SET_NO_NEW_PRIVS, 1)
    if os.geteuid() != 0:
        return
    os.setgroups([])
    os.setresgid(*[namespaces.NOBODY] * 3)
    os.setresuid(*[namespaces.NOBODY] * 3)
    # A change of user hides /proc/self from its own process, which has its user map to write yet.
    control_process(PR_SET_DUMPABLE, 1)


def available() -> tuple[str, ...]:
    """Return the layers that this machine has and this user may put on."""
    layers = [RLIMITS, NO_PRIVILEGES]
    if seccomp.supported():
        layers.append(SECCOMP)
    if landlock.version():
        layers.append(LANDLOCK)
    return (*layers, *namespaces.allowed())


def chosen(wanted: Collection[str] | None) -> tuple[str, ...]:
    """Return the layers to put on: all that are available, or those that are wanted.

    Raises
    ------
    ValueError
        If one that is wanted is not available.
    """
    layers = available()
    if wanted is None:
        return layers
    if missing := set(wanted) - set(layers):
        raise ValueError(f"this machine has {', '.join(layers)}, but not {', '.join(missing)}")
    return tuple(name for name in layers if name in wanted or name == NO_PRIVILEGES)


def confine_zygote(layers: Collection[str]) -> None:
    """Put on this process, once, the layers that it can live with itself; `nobody` already.

    Raises
    ------
    OSError
        If a layer cannot be put on.
    """
    if spaces := [name for name in namespaces.NAMESPACES if name in layers]:
        namespaces.enter(spaces)
    if namespaces.PID in layers:
        _continue_in_a_child()
    _drop_capabilities()
    if LANDLOCK in layers:
        landlock.restrict()
    control_process(PR_SET_DUMPABLE, 0)  # nobody else's processes may look into this one


def _continue_in_a_child() -> None:
    """Go on as process 1 of the new pid namespace, at whose end the kernel kills all the others.

    The parent does nothing but wait, so that whoever started it sees the end; its own end, however
    it comes, ends the child.
    """
    pid = os.fork()
    if pid == 0:
        control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
        return
    os.closerange(0, os.sysconf("SC_OPEN_MAX"))
    os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)


def _drop_capabilities() -> None:
    """Give up what a new user namespace grants; outside of one there is nothing left to drop."""
    header = struct.pack("<Ii", CAPABILITY_VERSION_3, 0)
    call("capset", header, bytes(24))  # effective, permitted and inheritable, two words each


class ChildLayers:
    """What a child that is about to run a submission puts on, prepared before it is forked."""

    def __init__(self, layers: Collection[str]) -> None:
        self._rlimits = LIMITS if RLIMITS in layers else {}
        self._filter = seccomp.Filter() if SECCOMP in layers else None

    def put_on(self) -> None:
        """Confine this process for good.

        Raises
        ------
        OSError
            If a layer cannot be put on.
        """
        control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
        for limit, value in self._rlimits.items():
            resource.setrlimit(limit, (value, value))
        if self._filter is not None:
            self._filter.put_on()
