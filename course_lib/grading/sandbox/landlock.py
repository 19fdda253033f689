"""Landlock: no file, no TCP, no signal to a process outside, whatever the user may do (Linux).

Source: Linux, Documentation/userspace-api/landlock.rst.
"""

from __future__ import annotations

import os
import struct

from course_lib.grading.sandbox.linux import call

CREATE_RULESET, RESTRICT_SELF = 444, 446  # system calls, the same numbers on every architecture
CREATE_RULESET_VERSION = 1

FILE_RIGHTS = {  # since which version of the interface: the rights that it added, as bits
    1: (1 << 13) - 1,  # execute, read, write, list, remove, make: thirteen rights
    2: 1 << 13,  # move to another folder
    3: 1 << 14,  # truncate
    5: 1 << 15,  # control a device
}
NETWORK_SINCE, NETWORK_RIGHTS = 4, 0b11  # bind and connect TCP
SCOPES_SINCE, SCOPES = 6, 0b11  # abstract Unix sockets and signals, out of the domain


def version() -> int:
    """Return the version of the interface that the kernel offers; 0 where there is none."""
    try:
        return call("syscall", CREATE_RULESET, None, 0, CREATE_RULESET_VERSION)
    except OSError:
        return 0


def restrict() -> None:
    """Take every right that this kernel's Landlock knows from this process and its children.

    A ruleset that handles a right and has no rule that grants it denies it everywhere. What is
    open already stays open. `no_new_privs` must be set.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    known = version()
    files = sum(rights for since, rights in FILE_RIGHTS.items() if known >= since)
    network = NETWORK_RIGHTS if known >= NETWORK_SINCE else 0
    scopes = SCOPES if known >= SCOPES_SINCE else 0
    fields = 1 + (known >= NETWORK_SINCE) + (known >= SCOPES_SINCE)  # the structure has grown
    attributes = struct.pack("<QQQ", files, network, scopes)[: 8 * fields]
    ruleset = call("syscall", CREATE_RULESET, attributes, len(attributes), 0)
    try:
        call("syscall", RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
