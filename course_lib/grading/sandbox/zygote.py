"""The process that children are forked from: everything imported, nothing secret, few rights.

It is *executed*, so it holds nothing of the coordinator: no reference, no seed, no expected value,
no environment. It reads commands from the coordinator alone and never looks at a submission. A
child is forked in about a millisecond, since it has nothing to import.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import signal
import socket
import struct
from collections.abc import Collection
from typing import cast

from course_lib.grading import wire
from course_lib.grading.sandbox import isolation, messages, preload
from course_lib.grading.sandbox.guest import Cases, Guest, rehearse

FORK, END, PREPARE = b"F", b"E", b"P"
"""Commands: fork (with a line and a pipe), end the child, take cases (a number and a file)."""
KEY = struct.Struct("<q")
STATUS = struct.Struct("<id")
"""What the zygote says of a child that has ended: its wait status and its CPU time in seconds."""
NO_CHILD = -1


def main(control: int, wanted: Collection[str] | None) -> None:
    """Confine this process and serve the coordinator until it hangs up.

    Parameters
    ----------
    control : int
        The descriptor of a Unix socket that keeps messages apart.
    wanted : collection of str, optional
        The layers to put on; all that the machine has, by default.
    """
    coordinator = socket.socket(fileno=control)
    try:
        preload.import_all()
        rehearse()
        isolation.become_nobody()
        layers = isolation.chosen(wanted)
        isolation.confine_zygote(layers)
        child_layers = isolation.ChildLayers(layers)
    except Exception as error:
        coordinator.send(wire.encode(("failed", f"{type(error).__name__}: {error}")))
        return
    os.dup2(0, 2)  # standard error was open for a failed start; from here on it leads nowhere
    coordinator.send(wire.encode((messages.READY, layers)))
    gc.collect()
    gc.freeze()  # so that no collection in a child touches, and copies, every page
    Zygote(coordinator, child_layers).serve()


class Zygote:
    """Forks a child on command, one at a time, and ends it on command."""

    def __init__(self, coordinator: socket.socket, layers: isolation.ChildLayers) -> None:
        self._coordinator = coordinator
        self._layers = layers
        self._prepared: dict[int, Cases] = {}
        self._child = NO_CHILD

    def serve(self) -> None:
        """Obey until the coordinator hangs up; then end what still runs."""
        while True:
            command, descriptors, _, _ = socket.recv_fds(self._coordinator, 1 + KEY.size, 2)
            if command == FORK:
                self._fork(descriptors)
            elif command == END:
                self._coordinator.send(STATUS.pack(*self._end()))
            elif command:
                self._prepared[KEY.unpack(command[1:])[0]] = _read_cases(descriptors[0])
                gc.freeze()
            else:
                self._end()
                return

    def _fork(self, descriptors: list[int]) -> None:
        """Start a child; if that fails, the coordinator finds its pipe closed."""
        with contextlib.suppress(OSError):
            self._child = os.fork()
        if self._child == 0:
            _run_child(descriptors, self._layers, self._prepared)
        for descriptor in descriptors:
            os.close(descriptor)

    def _end(self) -> tuple[int, float]:
        """Kill the child, if it has not ended, and return how it ended and its CPU time."""
        if self._child == NO_CHILD:
            return NO_CHILD, 0.0
        os.kill(self._child, signal.SIGKILL)
        _, status, usage = os.wait4(self._child, 0)
        self._child = NO_CHILD
        return status, usage.ru_utime + usage.ru_stime


def _read_cases(descriptor: int) -> Cases:
    with os.fdopen(descriptor, "rb") as file:
        return cast(Cases, wire.decode(file.read(), trusted=True))


def _run_child(
    descriptors: list[int], layers: isolation.ChildLayers, prepared: dict[int, Cases]
) -> None:
    """Confine this process and run a submission in it; never return."""
    try:
        line, answers = _only_descriptors(descriptors)
        guest = Guest(requests=line, answers=answers, bell=line, prepared=prepared)
        try:
            layers.put_on()
            report = messages.READY
        except BaseException as error:
            report = f"{type(error).__name__}: {error}"
        guest.say(messages.NO_TOKEN, wire.encode(report))
        guest.ring()
        if report == messages.READY:
            guest.serve()
    finally:
        os._exit(0)


def _only_descriptors(descriptors: list[int]) -> list[int]:
    """Close everything but the standard three, which lead nowhere, and these, made the next."""
    high = [fcntl.fcntl(given, fcntl.F_DUPFD, isolation.DESCRIPTORS) for given in descriptors]
    low = list(range(isolation.DESCRIPTORS - len(descriptors), isolation.DESCRIPTORS))
    for source, target in zip(high, low, strict=True):
        os.dup2(source, target)
    os.closerange(isolation.DESCRIPTORS, os.sysconf("SC_OPEN_MAX"))
    return low
