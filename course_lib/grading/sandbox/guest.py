"""What runs beside a learner's code, in the process that nobody trusts.

It loads the submission, calls its functions, and sends what came of it. The learner's code can
change anything here, so nothing here decides anything: a lie about a value is compared like any
other value, and a lie about which arguments were changed can cost only its author.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import numpy as np

from course_lib.grading import running, wire
from course_lib.grading.loading import OutOfTime, load, where
from course_lib.grading.outcomes import LoadState, TimedOut
from course_lib.grading.sandbox import messages

CHUNK = 1 << 16
MAX_REQUEST = 1 << 31
UNANNOUNCED = 1 << 14
"""So many bytes are written without a ring at most. A pipe always holds them, so a writer that has
to wait is one whose earlier bytes the coordinator knows of."""

Cases: TypeAlias = Sequence[running.Arguments]


class Guest:
    """A submission, and the descriptors that lead to the coordinator.

    Parameters
    ----------
    requests, answers : int
        Where to read and where to write; they may be one and the same.
    bell : int, optional
        Where to write a byte when there is something to read, if not the answers themselves tell.
        Three hundred answers then wake the coordinator six times.
    prepared : mapping of int to cases
        Cases that have been here since before the submission; a request names them by number.
    """

    def __init__(
        self,
        requests: int,
        answers: int,
        bell: int | None = None,
        prepared: Mapping[int, Cases] | None = None,
    ) -> None:
        self._requests = requests
        self._answers = answers
        self._bell = bell
        self._prepared = prepared or {}
        self._functions: dict[str, Callable[..., Any]] = {}
        self._unannounced = 0

    def say(self, token: bytes, message: bytes) -> None:
        """Send a frame, all of it, in pieces that a pipe holds."""
        frame = messages.frame(token, message)
        data = frame if len(frame) <= UNANNOUNCED else memoryview(frame)
        while data:
            piece = data[:UNANNOUNCED]
            if self._unannounced + len(piece) > UNANNOUNCED:
                self.ring()
            written = os.write(self._answers, piece)
            self._unannounced += written
            data = data[written:]

    def ring(self) -> None:
        """Tell the coordinator that there is something to read."""
        self._unannounced = 0
        if self._bell is not None:
            os.write(self._bell, b"!")

    def serve(self) -> None:
        """Answer requests until the coordinator hangs up."""
        frames = messages.Frames(limit=MAX_REQUEST)
        while data := os.read(self._requests, CHUNK):
            frames.feed(data)
            while (request := frames.next()) is not None:
                self._answer(*request)
                self.ring()

    def _answer(self, token: bytes, message: bytes) -> None:
        what, *rest = cast(tuple[Any, ...], wire.decode(message, trusted=True))
        if what == messages.LOAD:
            for state in self._load(*rest).values():
                self.say(token, messages.encode_state(state))
        else:
            self._call(token, *rest)

    def _load(self, source: str, names: list[str], seconds: float) -> dict[str, LoadState]:
        try:
            with running.time_limit(seconds):
                self._functions, states = load(source, names)
        except OutOfTime as error:
            return dict.fromkeys(names, TimedOut(seconds, *where(error)))
        return states

    def _call(self, token: bytes, name: str, cases: Cases | int, seconds: float) -> None:
        """Send one outcome a case, as it comes; the one that was out of time is the last."""
        if isinstance(cases, int):
            cases = self._prepared[cases]
        try:
            with running.without_warnings(), running.time_limit(seconds):
                for case in cases:
                    outcome = running.attempt(self._functions[name], case)
                    self.say(token, messages.encode_outcome(outcome))
                    if isinstance(outcome, TimedOut):
                        break
        except OutOfTime as error:  # the alarm rang between two calls
            self.say(token, messages.encode_outcome(TimedOut(seconds, *where(error))))


REHEARSAL = """
import numpy as np

SCALE = 2.0

def sums(X, w, rows, n):
    if n < 0:
        raise ValueError("n must not be negative")
    total = 0.0
    for row in rows:
        total += float(np.sum(row)) / n
    return total, np.mean(X), np.sum(X, axis=0), np.max(X, axis=1, keepdims=True)

def entries(X, w, rows, n):
    Z = np.where(X > 0.0, X, 0.0) + np.maximum(X, 0.0) * np.abs(X) - 0.5 * X**2
    Z = np.exp(-Z) / (1.0 + np.exp(-Z)) + np.log(np.square(X) + 1.0) + np.tanh(Z) + (X == 0)
    return np.sqrt(np.abs(Z)) * SCALE, np.zeros_like(Z), np.ones(3), len(w), Z.shape

def products(X, w, rows, n):
    y = X @ w
    norm = np.sqrt(sum(np.vdot(row, row) for row in rows))
    return [X.T @ y / n, np.dot(w, w), np.linalg.norm(w)], [g * min(1.0, 1.0 / norm) for g in rows]
"""


def rehearse() -> None:
    """Serve a submission of our own, so that what each child does has been done once before.

    Python adapts code that it has run a few times, and NumPy fills its caches at the first use; a
    child that is forked after this starts with both.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    requests, requesting = os.pipe()
    plays = ["sums", "entries", "products"]
    cases = [(np.ones((2, 2)), np.ones(2), [np.ones(3), np.ones((2, 3))], n) for n in range(-1, 10)]
    for request in (
        (messages.LOAD, REHEARSAL, plays, 10.0),
        *((messages.CALL, play, cases, 10.0) for play in plays),
    ):
        os.write(requesting, messages.frame(messages.NO_TOKEN, wire.encode(request)))
    os.close(requesting)
    Guest(requests, nowhere).serve()
    os.close(requests)
    os.close(nowhere)
