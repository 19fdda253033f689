"""What a child is to the coordinator, whatever stands between it and the machine."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, Self

import course_lib
from course_lib.grading.running import Arguments
from course_lib.grading.sandbox.messages import Frame
from course_lib.grading.values import Value

STARTUP_SECONDS = 30.0
"""How long a process of ours, which has seen no submission yet, may take to come up."""

KEPT_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT")
"""All that is handed on from the environment: where the libraries of this Python are."""
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

_START = (
    "import sys, json, os; sys.path[:] = json.loads(sys.argv[1]);"
    "os.register_at_fork = lambda **_: None;"
    "from course_lib.grading.sandbox.{module} import main; main(*json.loads(sys.argv[2]))"
)
"""What modules do after a fork (new locks, which other threads might hold; a new seed for `random`)
costs a child as much as its start, and it has no other threads. So `random`, unseeded, draws the
same numbers in every child."""


class SandboxError(RuntimeError):
    """The sandbox itself has failed: no learner's code can cause it, and no grade comes of it."""


class Gone(Exception):
    """The child has ended or has closed its end, as it may at any time."""


class Prepared(tuple[Arguments, ...]):
    """Cases that a host has handed to its children ahead of time; to others, merely cases."""

    key: int

    def __new__(cls, cases: Iterable[Arguments], key: int) -> Self:
        """Give the cases the number by which a request names them."""
        prepared = super().__new__(cls, cases)
        prepared.key = key
        return prepared


class Child(Protocol):
    """A process that runs one submission."""

    cpu_seconds: float
    """The CPU time that it took; known after its end, 0 where it cannot be known."""

    def send(self, data: bytes, deadline: float) -> None:
        """Send bytes; `Gone` or `TimeoutError` if they cannot be sent before the deadline."""

    def receive(self, deadline: float) -> Frame:
        """Return the next frame; `Gone`, `TimeoutError` or `WireError` if none comes."""

    def end(self) -> str:
        """Kill it, if it has not ended, and say how it ended; a second time does nothing."""


class Host(Protocol):
    """Whatever starts children."""

    layers: tuple[str, ...]

    def start(self) -> Child:
        """Start a child and wait until it is ready for a submission."""

    def prepare(self, cases: Sequence[Arguments]) -> Sequence[Arguments]:
        """Return the same cases in the form in which calls with them cost least."""

    def named(self, cases: Sequence[Arguments]) -> Value:
        """Return what a request for a call says for these cases."""

    def close(self) -> None:
        """End every process of this host."""


def command(module: str, *arguments: object) -> list[str]:
    """Return the command that runs `main` of a module of this package in a fresh Python.

    It finds the same course_lib and NumPy as this process, and ignores the current folder, the
    user's own packages and the environment.
    """
    here = str(Path(course_lib.__file__).parents[1])
    path = [here, *(folder for folder in sys.path if os.path.isabs(folder) and folder != here)]
    flags = ["-s", "-P"]
    start = _START.format(module=module)
    return [sys.executable, *flags, "-c", start, json.dumps(path), json.dumps(arguments)]


def environment() -> dict[str, str]:
    """Return an environment without secrets; with it, a set has the same order in every run."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONHASHSEED": "0"}


def how_it_ended(exit_code: int) -> str:
    """Say in words what an exit code (negative for a signal) means."""
    if exit_code >= 0:
        return f"the process ended itself (exit status {exit_code})"
    name = signal.strsignal(-exit_code) or "unknown"
    return f"the process was ended by signal {-exit_code} ({name.lower()})"
