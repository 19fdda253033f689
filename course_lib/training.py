"""Training: mini-batches, and the loop that is the same for every problem.

`descend` is a generator. It takes steps, and stores, prints and stops nothing: that is the
caller's `for` loop.

>>> losses, batches = [], [(X, Y)] * 500
>>> for step in descend(net.loss_and_gradient, theta, batches, optimizer=sgd(learning_rate=0.1)):
...     losses.append(step.loss)
>>> theta = step.theta
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from course_lib._arrays import (
    Array,
    as_floats,
    check_count,
    check_finite,
    check_rng,
    is_finite,
    keep_freed_memory,
)
from course_lib.losses import LossValue
from course_lib.optimizers import Optimizer, OptimizerState, Rate
from course_lib.transformations import global_norm

LossAndGradient: TypeAlias = Callable[..., tuple[LossValue, Array]]
"""`loss_and_gradient(theta, *batch) -> (loss, gradient)`."""

Diverged: TypeAlias = bool | npt.NDArray[np.bool_]


class Step(NamedTuple):
    """One step of a run: what was measured where it starts, and where it arrives.

    Attributes
    ----------
    t : int
        0 for the first step.
    loss : float or ndarray of shape (runs,)
        Where the step starts, on this step's batch.
    theta : ndarray of shape (n,) or (n, runs)
        Where the step arrives. A run that has diverged stays where it started.
    gradient : ndarray in the shape of theta
        Where the step starts.
    learning_rate : float or ndarray of shape (runs,)
    diverged : bool or ndarray of bool of shape (runs,)
        Whether the loss or the gradient is no longer finite, here or at an earlier step.
    state : OptimizerState
        After the step; `descend(..., state=step.state)` goes on from here.
    """

    t: int
    loss: LossValue
    theta: Array
    gradient: Array
    learning_rate: Rate
    diverged: Diverged
    state: OptimizerState

    @property
    def gradient_norm(self) -> Any:
        """Length of the gradient: a float, or an array of shape (runs,)."""
        with np.errstate(all="ignore"):  # of a diverging run it may be infinite
            return global_norm(self.gradient)


def descend(
    loss_and_gradient: LossAndGradient,
    theta: npt.ArrayLike,
    batches: Iterable[tuple[Any, ...]] | None = None,
    *,
    optimizer: Optimizer,
    steps: int | None = None,
    state: OptimizerState | None = None,
) -> Iterator[Step]:
    """Yield one `Step` after another.

    Parameters
    ----------
    loss_and_gradient : callable
        `loss_and_gradient(theta, *batch) -> (loss, gradient)`: a network's or a landscape's.
    theta : array_like of shape (n,) or (n, runs)
        Where to start; it is not changed.
    batches : iterable of tuples, optional
        The batch of each step, say `minibatches(X, Y, ...)` or `[(X, Y)] * 500`. None if the loss
        depends on theta alone.
    optimizer : Optimizer
    steps : int, optional
        Stop after so many. Needed where `batches` is None.
    state : OptimizerState, optional
        Go on from `step.state` of an earlier run; None begins afresh.

    Yields
    ------
    Step
        The run ends when the batches do, or with the step at which every run has diverged.

    Raises
    ------
    TypeError, ValueError
        At once if a setting does not fit; at its step if data do not, or there are none.
    """
    theta = as_floats("theta", theta)
    check_finite("theta", theta, hint="start from finite parameters")
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer is {optimizer!r}; try optimizer=sgd(learning_rate=0.1)")
    if steps is not None:
        check_count("steps", steps, minimum=0)
    elif batches is None:
        raise ValueError("nothing says how long to run: give steps=100, or batches")
    endless = itertools.repeat(()) if batches is None else _checked(batches)
    state = optimizer.init(theta) if state is None else state
    keep_freed_memory()
    return _steps(loss_and_gradient, theta, itertools.islice(endless, steps), optimizer, state)


def _checked(batches: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    batch = None
    for batch in batches:
        if isinstance(batch, np.ndarray):
            raise TypeError(
                f"a batch is a tuple of arguments, got an array of shape {batch.shape};"
                " for one batch in every step write [(X, Y)] * 500"
            )
        yield batch
    if batch is None:
        raise ValueError(
            "batches is empty; an iterator such as minibatches(...) serves one run: make another"
        )


def _steps(
    loss_and_gradient: LossAndGradient,
    theta: Array,
    batches: Iterable[tuple[Any, ...]],
    optimizer: Optimizer,
    state: OptimizerState,
) -> Iterator[Step]:
    diverged: Diverged = False
    for batch in batches:
        step = _step(loss_and_gradient, theta, batch, optimizer, state, diverged)
        yield step
        theta, state, diverged = step.theta, step.state, step.diverged
        del step  # it holds a gradient, whose memory the next one can take
        if diverged is True or (diverged is not False and diverged.all()):
            return


@np.errstate(all="ignore")  # a diverging run overflows: the step says so
def _step(
    loss_and_gradient: LossAndGradient,
    theta: Array,
    batch: tuple[Any, ...],
    optimizer: Optimizer,
    state: OptimizerState,
    diverged: Diverged,
) -> Step:
    loss, gradient = loss_and_gradient(theta, *batch)
    g = as_floats("gradient", gradient)
    diverged = diverged | _is_infinite(loss, g)  # once diverged, a run does not come back
    rate = optimizer.rate(state.t)
    arrived, new_state = _arrive(optimizer, theta, g, state, diverged)
    return Step(state.t, loss, arrived, g, rate, diverged, new_state)


def _is_infinite(loss: LossValue, g: Array) -> Diverged:
    if g.ndim == 1:
        return not (math.isfinite(loss) and is_finite(g))
    infinite = ~np.isfinite(loss)
    return infinite if is_finite(g) else infinite | ~np.isfinite(g).all(axis=0)


def _arrive(
    optimizer: Optimizer, theta: Array, g: Array, state: OptimizerState, diverged: Diverged
) -> tuple[Array, OptimizerState]:
    """Take the step, but leave a run that has diverged where it is."""
    if diverged is True:
        return theta, state
    arrived, state = optimizer.step(theta, g, state)
    if diverged is False or not diverged.any():
        return arrived, state
    return np.where(diverged, theta, arrived), state


def minibatches(
    X: npt.ArrayLike,
    Y: npt.ArrayLike,
    *,
    size: int,
    rng: np.random.Generator,
    epochs: int | None = 1,
) -> Iterator[tuple[Array, Array]]:
    """Yield `(X_batch, Y_batch)`, each sample once an epoch, in a new order every epoch.

    Parameters
    ----------
    X, Y : array_like of shape (samples, ...)
        Rows are samples.
    size : int
        Samples in a batch. The last batch of an epoch holds what is left, and may be smaller.
    rng : numpy.random.Generator
        Shuffles.
    epochs : int, optional
        None goes on for ever.

    Raises
    ------
    ValueError
        If `X` and `Y` differ in length, are empty or not finite, or `size` exceeds the samples.
    """
    X, Y = as_floats("X", X), as_floats("Y", Y)
    check_count("size", size)
    check_rng(rng)
    if epochs is not None:
        check_count("epochs", epochs)
    if X.ndim < 1 or Y.ndim < 1 or len(X) != len(Y) or not len(X):
        raise ValueError(
            f"X {X.shape} and Y {Y.shape} must hold the same samples, one a row, and at least one"
        )
    if size > len(X):
        raise ValueError(f"size {size} exceeds the {len(X)} samples; use size={len(X)} or less")
    check_finite("X", X)
    check_finite("Y", Y)
    return _batches(X, Y, size, rng, itertools.count() if epochs is None else range(epochs))


def _batches(
    X: Array, Y: Array, size: int, rng: np.random.Generator, epochs: Iterable[int]
) -> Iterator[tuple[Array, Array]]:
    for _ in epochs:
        order = rng.permutation(len(X))
        for start in range(0, len(X), size):
            batch = order[start : start + size]
            yield X[batch], Y[batch]
