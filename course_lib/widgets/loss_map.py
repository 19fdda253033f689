"""A map of losses: what a thousand runs with learning rates and thresholds of their own end in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib import datasets
from course_lib._arrays import Array
from course_lib.landscapes import recurrent_cliff
from course_lib.mlp import MLP
from course_lib.optimizers import Optimizer
from course_lib.sweep import grid, sweep
from course_lib.transformations import ClipByGlobalNorm

TENTHS = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0)  # of a decade, rounded (ISO 3)
RATES = (*(float(f"{t}e{p}") for p in range(-2, 2) for t in TENTHS), 100.0)
NORMS = (*(float(f"{t}e{p}") for p in range(-2, 1) for t in TENTHS), 10.0)
COARSE = 5  # the first map has every fifth rate and threshold
TRAINED = 0.1  # of the loss at the start
SEED = 341  # of the start: the same in every session


@dataclass(frozen=True, eq=False)
class Task:
    """What all the runs minimize, and from where.

    Attributes
    ----------
    loss_and_gradient : callable
    start : ndarray of shape (n,)
    batch : tuple
        The same in every step.
    powers : pair of int
        Losses worth telling apart, as powers of ten.
    block : int
        Runs at a time: about a tenth of a second for 100 steps.
    """

    loss_and_gradient: Callable[..., tuple[Any, Array]]
    start: Array
    batch: tuple[Array, ...]
    powers: tuple[int, int]
    block: int

    @property
    def goal(self) -> float:
        """The loss below which a run has trained."""
        return TRAINED * float(self.loss_and_gradient(self.start, *self.batch)[0])


@lru_cache(maxsize=1)
def xor_network() -> Task:
    """Return a 2-4-1 network that learns XOR; float32, half the time for the same map."""
    net, data = MLP((2, 4, 1), output="sigmoid"), datasets.xor()
    start = net.init(rng=np.random.default_rng(SEED)).astype(np.float32)
    batch = data.X.astype(np.float32), data.Y.astype(np.float32)
    return Task(net.loss_and_gradient, start, batch, (-5, 0), 640)


@lru_cache(maxsize=1)
def cliff() -> Task:
    """Return the recurrent unit whose loss has a cliff."""
    landscape = recurrent_cliff()
    return Task(landscape.loss_and_gradient, landscape.start, (), (-5, 0), 160)


TASKS: dict[str, Callable[[], Task]] = {"xor network": xor_network, "recurrent cliff": cliff}


def clipped_descent(learning_rate: float | Array, max_norm: float | Array) -> Optimizer:
    """Return gradient descent whose gradient is clipped by norm."""
    return Optimizer(direction=ClipByGlobalNorm(max_norm=max_norm), learning_rate=learning_rate)


@dataclass(eq=False)
class LossMap:
    """The losses at the end of all the runs; it fills block by block, after a coarse map.

    Attributes
    ----------
    task : Task
    steps : int
        Of every run.
    coarse : ndarray of shape (norms, rates), or None
        Of the nearest run that the coarse map has; None before there is one.
    done : int
        Runs of the full map.
    """

    task: Task
    steps: int
    coarse: Array | None = None
    done: int = 0
    _losses: Array = field(default_factory=lambda: np.full(len(NORMS) * len(RATES), np.nan))
    _work: Iterator[None] | None = None

    @property
    def runs(self) -> int:
        """How many runs the full map has."""
        return self._losses.size

    @property
    def whole(self) -> bool:
        """Whether all of them are done."""
        return self.done == self.runs

    @property
    def losses(self) -> Array:
        """Of shape (norms, rates): those that are done, the coarse map elsewhere."""
        full = self._losses.reshape(len(NORMS), len(RATES))
        return full if self.coarse is None else np.where(np.isnan(full), self.coarse, full)

    @property
    def trained(self) -> Any:
        """Which runs ended below a tenth of the loss at the start; bool, shape (norms, rates)."""
        return self.losses < self.task.goal

    def advance(self) -> None:
        """Do the next block; the coarse map is the first."""
        if self._work is None:
            self._work = self._blocks()
        next(self._work, None)

    def _blocks(self) -> Iterator[None]:
        rows, columns = np.arange(len(NORMS)), np.arange(len(RATES))
        some = NORMS[::COARSE], RATES[::COARSE]
        few = np.empty(len(some[0]) * len(some[1]))
        for runs, loss in self._sweep(*some):
            few[runs] = loss
        nearest = np.ix_(*((lines + COARSE // 2) // COARSE for lines in (rows, columns)))
        self.coarse = few.reshape(len(some[0]), -1)[nearest]
        yield
        for runs, loss in self._sweep(NORMS, RATES):
            self._losses[runs] = loss
            self.done = runs.stop
            yield

    def _sweep(
        self, norms: tuple[float, ...], rates: tuple[float, ...]
    ) -> Iterator[tuple[slice, Array]]:
        settings = grid(max_norm=norms, learning_rate=rates)
        blocks = sweep(
            self.task.loss_and_gradient, self.task.start, [self.task.batch] * self.steps,
            settings=settings, optimizer=clipped_descent, block=self.task.block,
        )  # fmt: skip
        for block in blocks:
            stop = min(block.runs.stop, len(settings["max_norm"]))
            yield slice(block.runs.start, stop), block.loss
