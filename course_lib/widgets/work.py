"""Work in slices: what a slider asks for can be abandoned when it moves on.

A kernel does one thing at a time. While it computes, messages of a moving slider wait; a
computation of a second would make the lab a second late, and then compute for a value that is no
longer there. So a lab computes in slices of some hundredths of a second, lets the kernel read its
messages in between, and starts anew when a setting has changed: the last value wins.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

Result = TypeVar("Result")

FIRST_SLICE, LONGEST_SLICE = 0.03, 0.12  # seconds; each slice is twice as long as the one before


class Handle(Protocol):
    """What can be cancelled before it has begun."""

    def cancel(self) -> None:
        """Do not begin."""


Later = Callable[[Callable[[], None]], Handle]
"""`later(f)` has f called soon, after messages were read."""


def the_running_loop() -> Later | None:
    """Return a `later` of the kernel's event loop; None where no loop runs, as in a script."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return lambda call: loop.call_later(0.002, call)


class NewestWork(Generic[Result]):
    """Runs one iterator at a time, slice by slice; a new one takes the place of the old.

    Parameters
    ----------
    show : callable
        `show(result, finished)` with the latest result, after each slice.
    fail : callable
        `fail(error)` with whatever the iterator or `show` raised. The work is over then.
    later : callable, optional
        Who calls for the next slice: by default the running event loop. Where none runs, `start`
        works to the end.
    """

    def __init__(
        self,
        show: Callable[[Result, bool], None],
        fail: Callable[[Exception], None],
        *,
        later: Later | None = None,
    ) -> None:
        self._show, self._fail, self._later = show, fail, later
        self._results: Iterator[Result] | None = None
        self._latest: Result | None = None
        self._length, self._next = FIRST_SLICE, later
        self._pace, self._due = 0.0, 0.0
        self._handle: Handle | None = None

    @property
    def busy(self) -> bool:
        """Whether there is more to do."""
        return self._results is not None

    def start(self, results: Iterator[Result], *, pace: float = 0.0) -> None:
        """Abandon what is under way, and work on this; its first slice at once.

        Parameters
        ----------
        results : iterator
        pace : float
            Seconds from one result to the next: each of them is shown, as in a film. With 0, as
            many as fit in a slice are taken, and the last is shown.
        """
        self.stop()
        self._next = self._later or the_running_loop()
        self._results, self._length = results, FIRST_SLICE if self._next else math.inf
        self._pace, self._due = pace if self._next else 0.0, 0.0
        self._work()

    def stop(self) -> None:
        """Abandon what is under way. What was shown stays."""
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._results = self._latest = None

    def _work(self) -> None:
        """Work for a slice, and have oneself called for the next."""
        self._handle = None
        try:
            if not self._pace or time.monotonic() >= self._due:
                self._slice()
        except Exception as error:  # a callback's exception would vanish into a log
            self.stop()
            self._fail(error)
        if self.busy and self._next:
            self._handle = self._next(self._work)

    def _slice(self) -> None:
        """Take results until the time is up, and show the last."""
        now = time.monotonic()
        deadline, self._due = now + self._length, now + self._pace
        self._length = min(2 * self._length, LONGEST_SLICE)
        for result in self._results or ():
            self._latest = result
            if self._pace or time.monotonic() > deadline:
                break
        else:
            self._results = None
        if self._latest is not None:
            self._show(self._latest, not self.busy)
