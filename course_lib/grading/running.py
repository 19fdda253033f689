"""Call a learner's function, and say what came of it.

`call` is all that a runner does with a function. Here is the runner for this process, which a
learner's own check uses; the sandbox does the same in a process of its own.
"""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias

from numpy import errstate, ndarray

from course_lib.grading import values
from course_lib.grading.loading import OutOfTime, load, raised, where
from course_lib.grading.outcomes import (
    LoadState,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Unsupported,
)

Arguments: TypeAlias = tuple[values.Value, ...]
"""What one call is given; arguments passed by name stand last, as `values.keywords` makes them."""

SECONDS = 5.0
"""How long one function may take over all its cases in a learner's own check."""


class Runner(Protocol):
    """Whatever can load a submission and call what it defines."""

    def load(self, source: str, names: Collection[str]) -> dict[str, LoadState]:
        """Run the definitions of a submission and say what became of each name."""

    def call(self, name: str, cases: Sequence[Arguments]) -> list[Outcome]:
        """Call a function that is "defined", once for each case, in order."""


class InProcess:
    """The runner for code that is trusted: the learner's own, on the learner's own machine."""

    def __init__(self, functions: dict[str, Callable[..., Any]] | None = None) -> None:
        self.functions = functions or {}

    def load(self, source: str, names: Collection[str]) -> dict[str, LoadState]:
        """Run the submission in an empty namespace."""
        try:
            with time_limit(SECONDS):
                self.functions, states = load(source, names)
        except OutOfTime as error:
            line = where(error)
            return {name: TimedOut(SECONDS, line.number, line.text) for name in names}
        return states

    def call(self, name: str, cases: Sequence[Arguments]) -> list[Outcome]:
        """Call a function, once for each case; after an endless call the others are not made."""
        outcomes: list[Outcome] = []
        end = time.monotonic() + SECONDS
        try:
            with without_warnings(), time_limit(SECONDS) as limited:
                for case in cases:
                    outcomes.append(attempt(self.functions[name], case))
                    if limited and time.monotonic() > end:
                        outcomes[-1] = _out_of_time(outcomes[-1])
                    if _was_stopped(outcomes[-1]):
                        break
        except OutOfTime:  # the alarm rang between two calls
            outcomes.append(TimedOut(SECONDS))
        left = len(cases) - len(outcomes)
        return [*outcomes, *[NotCalled("an earlier call was stopped")] * left][: len(cases)]


def call(function: Callable[..., Any], case: Arguments) -> Outcome:
    """Call a function with copies of the arguments; whatever it raises becomes an outcome."""
    with without_warnings():
        return attempt(function, case)


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keep the warnings of a learner's code from the page: a NaN is judged, not announced.

    What it sets for itself, `np.seterr` too, is set back: another function must not suffer.
    """
    with warnings.catch_warnings(), errstate():
        warnings.simplefilter("ignore")
        yield


def attempt(function: Callable[..., Any], case: Arguments) -> Outcome:
    """Do what `call` does, in a body that is `without_warnings` already."""
    try:
        positional, named = values.split_keywords(case)
        before = [*positional, *named.values()]
        given = list(map(values.build, before))
        by_name = dict(zip(named, given[len(positional) :], strict=True))
        result = function(*given[: len(positional)], **by_name)
        return Returned(values.normalize(result), _changed(before, given))
    except values.UnsupportedValue as error:
        return Unsupported(error.type_name)
    except OutOfTime as error:
        line = where(error)
        return TimedOut(SECONDS, line.number, line.text)
    except BaseException as error:
        return raised(error)


def _changed(before: Sequence[values.Value], after: Sequence[Any]) -> tuple[int, ...]:
    pairs = enumerate(map(_differ, before, after))
    return tuple([i for i, differ in pairs if differ])


def _differ(before: values.Value, after: Any) -> bool:
    if not isinstance(before, (ndarray, list, tuple)):
        return False  # a number, text and None cannot be changed; what is built may be
    if values.same(before, after):
        return False
    try:  # the same number of another type in a list is no change
        return not values.same(before, values.normalize(after))
    except values.UnsupportedValue:  # the call put something of its own into a list
        return True


def _out_of_time(outcome: Outcome) -> TimedOut:
    """Say so also of a call that has caught what the alarm raised, and went on."""
    return outcome if isinstance(outcome, TimedOut) else TimedOut(SECONDS)


def _was_stopped(outcome: Outcome) -> bool:
    by_user = isinstance(outcome, Raised) and outcome.type_name == "KeyboardInterrupt"
    return by_user or isinstance(outcome, TimedOut)


@contextmanager
def time_limit(seconds: float) -> Iterator[bool]:
    """Raise `OutOfTime` in the body after so many seconds; yield whether that can be done.

    Only the main thread of a system with alarms (Linux, macOS) can be interrupted so. Elsewhere
    there is no limit, and a loop that never ends is for its user to interrupt.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer"):
        yield False
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _ring(*_: object) -> None:
    raise OutOfTime
