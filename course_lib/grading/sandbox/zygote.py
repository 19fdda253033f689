"""The process that children are forked from: everything imported, nothing secret, few rights.

It is *executed*, so it holds nothing of the coordinator: no reference, no seed, no expected value,
no environment. It reads commands from the coordinator alone and never looks at a submission. A
child is forked in about a millisecond, since it has nothing to import.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pkgutil
import signal
import socket
import struct
import sys
from collections.abc import Collection

import numpy as np

import course_lib
from course_lib.grading import wire
from course_lib.grading.sandbox import isolation, messages, stubs
from course_lib.grading.sandbox.guest import Guest

FORK, END = b"F", b"E"
STATUS = struct.Struct("<id")
"""What the zygote says of a child that has ended: its wait status and its CPU time in seconds."""
NO_CHILD = -1

STANDARD_LIBRARY = (
    *("abc", "array", "bisect", "cmath", "collections", "contextlib", "copy", "csv", "dataclasses"),
    *("datetime", "decimal", "enum", "fractions", "functools", "heapq", "inspect", "io"),
    *("itertools", "json", "logging", "math", "numbers", "operator", "os", "pathlib", "pprint"),
    *("random", "re", "statistics", "string", "sys", "textwrap", "time", "timeit", "traceback"),
    *("types", "typing", "unittest", "uuid", "warnings"),
)
NUMPY = ("numpy.fft", "numpy.linalg", "numpy.ma", "numpy.polynomial", "numpy.testing")
LEFT_OUT = ("grading", "plots", "symbolic", "widgets", "doctor", "__main__")
"""Parts of course_lib that a submission does not get: tools, and what needs more than numpy."""


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
        import_all()
        isolation.become_nobody()
        layers = isolation.available() if wanted is None else tuple(wanted)
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


def import_all() -> None:
    """Load all that a child may need, since it can open no file; then forget where it came from."""
    for name in (*STANDARD_LIBRARY, *NUMPY):
        importlib.import_module(name)
    for module in pkgutil.iter_modules(course_lib.__path__):
        if module.name not in LEFT_OUT:
            importlib.import_module(f"course_lib.{module.name}")
    square = np.random.default_rng(0).normal(size=(8, 8))
    repr(np.linalg.norm(square @ square).sum())  # NumPy imports some of its parts at the first use
    stubs.close_imports()
    os.environ.clear()
    sys.argv[:] = [""]
    sys.path.clear()


class Zygote:
    """Forks a child on command, one at a time, and ends it on command."""

    def __init__(self, coordinator: socket.socket, layers: isolation.ChildLayers) -> None:
        self._coordinator = coordinator
        self._layers = layers
        self._child = NO_CHILD

    def serve(self) -> None:
        """Obey until the coordinator hangs up; then end what still runs."""
        while True:
            command, descriptors, _, _ = socket.recv_fds(self._coordinator, 1, 1)
            if command == FORK:
                self._fork(descriptors[0])
            elif command == END:
                self._coordinator.send(STATUS.pack(*self._end()))
            else:
                self._end()
                return

    def _fork(self, channel: int) -> None:
        """Start a child; if that fails, the coordinator finds its channel closed."""
        with contextlib.suppress(OSError):
            self._child = os.fork()
        if self._child == 0:
            _run_child(channel, self._layers)
        os.close(channel)

    def _end(self) -> tuple[int, float]:
        """Kill the child, if it has not ended, and return how it ended and its CPU time."""
        if self._child == NO_CHILD:
            return NO_CHILD, 0.0
        os.kill(self._child, signal.SIGKILL)
        _, status, usage = os.wait4(self._child, 0)
        self._child = NO_CHILD
        return status, usage.ru_utime + usage.ru_stime


def _run_child(channel: int, layers: isolation.ChildLayers) -> None:
    """Confine this process and run a submission in it; never return."""
    try:
        last = isolation.LAST_DESCRIPTOR
        os.dup2(channel, last)
        os.closerange(last + 1, os.sysconf("SC_OPEN_MAX"))
        guest = Guest(last, last)
        try:
            layers.put_on()
        except BaseException as error:
            guest.say(messages.NO_TOKEN, wire.encode(f"{type(error).__name__}: {error}"))
            return
        guest.say(messages.NO_TOKEN, wire.encode(messages.READY))
        guest.serve()
    finally:
        os._exit(0)
