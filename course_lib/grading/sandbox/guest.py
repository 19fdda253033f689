"""What runs beside a learner's code, in the process that nobody trusts.

It loads the submission, calls its functions, and sends what came of it. The learner's code can
change anything here, so nothing here decides anything: a lie about a value is compared like any
other value, and a lie about which arguments were changed can cost only its author.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, cast

from course_lib.grading import running, wire
from course_lib.grading.loading import load, where
from course_lib.grading.outcomes import LoadState, TimedOut
from course_lib.grading.sandbox import messages

CHUNK = 1 << 16


class Guest:
    """A submission at the end of two descriptors, which may be one and the same.

    Parameters
    ----------
    requests, answers : int
        Where to read and where to write.
    """

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._functions: dict[str, Callable[..., Any]] = {}

    def say(self, token: bytes, message: bytes) -> None:
        """Send a frame, all of it."""
        data = messages.frame(token, message)
        while data:
            data = data[os.write(self._answers, data) :]

    def serve(self) -> None:
        """Answer requests until the coordinator hangs up."""
        frames = messages.Frames(limit=1 << 31)
        while data := os.read(self._requests, CHUNK):
            frames.feed(data)
            while (request := frames.next()) is not None:
                self._answer(*request)

    def _answer(self, token: bytes, message: bytes) -> None:
        what, *rest = cast(tuple[Any, ...], wire.decode(message, trusted=True))
        if what == messages.LOAD:
            self.say(token, messages.encode_states(self._load(*rest)))
        else:
            self._call(token, *rest)

    def _load(self, source: str, names: list[str], seconds: float) -> dict[str, LoadState]:
        try:
            with running.time_limit(seconds):
                self._functions, states = load(source, names)
        except running.OutOfTime as error:
            return dict.fromkeys(names, TimedOut(seconds, *where(error)))
        return states

    def _call(
        self, token: bytes, name: str, cases: list[running.Arguments], seconds: float
    ) -> None:
        """Send one outcome a case, as it comes; the one that was out of time is the last."""
        try:
            with running.time_limit(seconds):
                for case in cases:
                    outcome = running.call(self._functions[name], case)
                    self.say(token, messages.encode_outcome(outcome))
                    if isinstance(outcome, TimedOut):
                        break
        except running.OutOfTime as error:  # the alarm rang between two calls
            self.say(token, messages.encode_outcome(TimedOut(seconds, *where(error))))
