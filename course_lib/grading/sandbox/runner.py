"""The runner for code that nobody has read: one submission, in children that it cannot outlive."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self

from course_lib.grading import wire
from course_lib.grading.outcomes import Crashed, LoadState, NotCalled, Outcome, TimedOut
from course_lib.grading.running import Arguments
from course_lib.grading.sandbox import messages
from course_lib.grading.sandbox.children import Child, Gone, Host
from course_lib.grading.values import Value

MAX_BYTES_OF_A_CALL = 32 << 20
"""The most that is kept of what a function returned for all its cases together."""


@dataclass(frozen=True)
class Limits:
    """How long a submission may take.

    Attributes
    ----------
    seconds : float
        For loading it, and for one function over all its cases. When they are over, the child
        says which line it is at.
    grace : float
        How much longer the coordinator waits for that before it kills the child.
    """

    seconds: float = 2.0
    grace: float = 0.4


class SandboxRunner:
    """Loads one submission into a child and calls its functions there.

    A child that crashed, was out of time or sent rubbish costs the function that it was running;
    the next function gets a fresh child. What a child says is checked and compared, never
    believed: the worst that it can send is a wrong answer.
    """

    def __init__(self, host: Host, limits: Limits) -> None:
        self._host = host
        self._limits = limits
        self._child: Child | None = None
        self._source = ""
        self._names: list[str] = []
        self.cpu_seconds = 0.0

    def load(self, source: str, names: Collection[str]) -> dict[str, LoadState]:
        """Run the definitions of a submission and say what became of each name."""
        self._source, self._names = source, list(dict.fromkeys(names))
        self._start()
        try:
            return self._load(self._deadline())
        except _FAILURES as error:
            return dict.fromkeys(self._names, self._failed(error))

    def call(self, name: str, cases: Sequence[Arguments]) -> list[Outcome]:
        """Call a function that is "defined", once for each case, in order."""
        outcomes: list[Outcome] = []
        try:
            self._call_in_any_child(name, cases, outcomes)
        except _FAILURES as error:
            outcomes.append(self._failed(error))
        left = len(cases) - len(outcomes)
        return outcomes + [NotCalled("an earlier case ended the process")] * left

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._end(self._child)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _deadline(self) -> float:
        return time.monotonic() + self._limits.seconds + self._limits.grace

    def _start(self) -> float:
        """Start a fresh child, and return how long that took: the learner is not to blame."""
        self.close()
        before = time.monotonic()
        self._child = self._host.start()
        return time.monotonic() - before

    def _load(self, deadline: float) -> dict[str, LoadState]:
        """Load the submission into the child, which is fresh."""
        assert self._child is not None
        request = (messages.LOAD, self._source, self._names, self._limits.seconds)
        token = self._ask(self._child, request, deadline)
        return {
            name: messages.decode_state(self._answer(self._child, token, deadline))
            for name in self._names
        }

    def _call_in_any_child(
        self, name: str, cases: Sequence[Arguments], outcomes: list[Outcome]
    ) -> None:
        """Call in the child there is; in a fresh one if there is none, or if that one is spoilt.

        A child that has served another function and fails before its first answer may owe that to
        the other function, which may have written ahead of its turn.
        """
        deadline = self._deadline()
        if self._child is not None:
            try:
                return self._call(self._child, name, cases, deadline, outcomes)
            except (Gone, wire.WireError):
                if outcomes:
                    raise
        deadline += self._start()
        self._load(deadline)
        assert self._child is not None
        return self._call(self._child, name, cases, deadline, outcomes)

    def _call(
        self,
        child: Child,
        name: str,
        cases: Sequence[Arguments],
        deadline: float,
        outcomes: list[Outcome],
    ) -> None:
        request = (messages.CALL, name, self._host.named(cases), self._limits.seconds)
        token = self._ask(child, request, deadline)
        room = MAX_BYTES_OF_A_CALL
        for _ in cases:
            message = self._answer(child, token, deadline)
            room -= len(message)
            if room < 0:
                raise wire.WireError(f"more than {MAX_BYTES_OF_A_CALL} bytes of results")
            outcome = messages.decode_outcome(message)
            if isinstance(outcome, TimedOut):
                self._end(child)
                outcomes.append(replace(outcome, seconds=self._limits.seconds))
                return
            outcomes.append(outcome)

    def _ask(self, child: Child, request: Value, deadline: float) -> bytes:
        token = os.urandom(messages.TOKEN_BYTES)
        child.send(messages.frame(token, wire.encode(request)), deadline)
        return token

    def _answer(self, child: Child, token: bytes, deadline: float) -> bytes:
        given, message = child.receive(deadline)
        if given != token:
            raise wire.WireError("an answer to nothing that was asked")
        return message

    def _failed(self, error: Exception) -> TimedOut | Crashed:
        """End the child and say what its failure was."""
        how = self._end(self._child) if self._child is not None else ""
        if isinstance(error, TimeoutError):
            return TimedOut(self._limits.seconds)
        if isinstance(error, Gone):
            return Crashed(how)
        return Crashed(f"the process sent what is no answer: {error}")

    def _end(self, child: Child) -> str:
        self._child = None
        how = child.end()
        self.cpu_seconds += child.cpu_seconds
        return how


_FAILURES = (TimeoutError, Gone, wire.WireError)
