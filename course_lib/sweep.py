"""Sweep: many runs at once, each with settings of its own.

All the runs are columns of one theta of shape `(n, runs)`, so a sweep calls the same functions as
a single run, on wider arrays. 1000 small networks then cost about as many NumPy calls as one.

>>> settings = grid(learning_rate=np.geomspace(0.01, 100, 40), max_norm=np.geomspace(0.01, 10, 25))
>>> for block in sweep(net.loss_and_gradient, theta, batches, settings=settings, optimizer=make):
...     loss[block.runs] = block.loss
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from course_lib._arrays import Array, as_floats, check_count, check_shape
from course_lib.losses import LossValue
from course_lib.optimizers import Optimizer
from course_lib.training import descend


class Block(NamedTuple):
    """The runs of a sweep that are done together.

    Attributes
    ----------
    runs : slice
        Which of the runs these are.
    loss : ndarray of shape (runs in the block,)
        Before each run's last step; infinity where a run has diverged.
    theta : ndarray of shape (n, runs in the block)
        Where each run ended, or was when it diverged.
    """

    runs: slice
    loss: Array
    theta: Array


def grid(**axes: npt.ArrayLike) -> dict[str, Array]:
    """Return every combination of the values, the last name running fastest.

    Parameters
    ----------
    **axes : array_like of shape (k,)
        Values of each setting. Reshape a result to the lengths, in order, to draw it as a map.

    Returns
    -------
    dict of ndarray of shape (runs,), runs being the product of the lengths
    """
    values = [as_floats(name, axis) for name, axis in axes.items()]
    for name, axis in zip(axes, values, strict=True):
        check_shape(name, axis, ("values",), hint="give a list of the values to try")
    return dict(zip(axes, (m.ravel() for m in np.meshgrid(*values, indexing="ij")), strict=True))


def sweep(
    loss_and_gradient: Callable[..., tuple[LossValue, Array]],
    theta: npt.ArrayLike,
    batches: Sequence[tuple[Any, ...]],
    *,
    settings: Mapping[str, npt.ArrayLike],
    optimizer: Callable[..., Optimizer],
    block: int = 1000,
    prune_every: int = 25,
) -> Iterator[Block]:
    """Train with every setting, and yield the runs block by block.

    A block bounds the memory that is used at once. Between two blocks a caller can show progress,
    or stop. Runs that have diverged are dropped every `prune_every` steps.

    Parameters
    ----------
    loss_and_gradient : callable
        `loss_and_gradient(theta, *batch)` for theta of shape (n, runs).
    theta : array_like of shape (n,) or (n, runs)
        The start: one for all runs, or one each.
    batches : sequence of tuples
        The same for every run, one a step, say `[(X, Y)] * 500` or `[()] * 100`.
    settings : mapping from a name to an array_like of shape (runs,)
        See `grid`.
    optimizer : callable
        `optimizer(**settings of some runs) -> Optimizer`, say
        `lambda learning_rate: sgd(learning_rate=learning_rate)`.
    block : int
        Runs at a time.
    prune_every : int
        Steps between two looks for diverged runs.

    Yields
    ------
    Block

    Raises
    ------
    TypeError
        If `batches` is an iterator, which the second block would find empty.
    ValueError
        If the settings differ in length, `theta` has another number of columns, or there is no
        batch.
    """
    start = as_floats("theta", theta)
    check_count("block", block)
    check_count("prune_every", prune_every)
    if not isinstance(batches, Sequence):
        raise TypeError(f"batches must be a list, as every block starts anew; got {batches!r}")
    check_count("the number of batches", len(batches), hint="each is one step, as [(X, Y)] * 500")
    columns = {name: as_floats(name, values) for name, values in settings.items()}
    runs = _number_of_runs(columns)
    if start.ndim == 1:
        start = np.broadcast_to(start[:, None], (len(start), runs))
    check_shape("theta", start, ("n", runs), hint="one column for each run")
    return (
        _run_block(
            loss_and_gradient,
            np.ascontiguousarray(start[:, first : first + block]),
            batches,
            {name: values[first : first + block] for name, values in columns.items()},
            optimizer,
            first,
            prune_every,
        )
        for first in range(0, runs, block)
    )


def _number_of_runs(settings: dict[str, Array]) -> int:
    for name, values in settings.items():
        check_shape(name, values, ("runs",), hint="one value for each run; see grid")
    lengths = {name: len(values) for name, values in settings.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise ValueError(
            f"settings must have one value for each run, got lengths {lengths};"
            " try grid(learning_rate=[0.1, 0.2])"
        )
    return next(iter(lengths.values()))


def _run_block(
    loss_and_gradient: Callable[..., tuple[LossValue, Array]],
    theta: Array,
    batches: Sequence[tuple[Any, ...]],
    settings: dict[str, Array],
    optimizer: Callable[..., Optimizer],
    first: int,
    prune_every: int,
) -> Block:
    runs = theta.shape[1]
    final_loss, final_theta = np.full(runs, np.inf), np.empty_like(theta)
    alive, state = np.arange(runs), None
    for start in range(0, len(batches), prune_every):
        some = batches[start : start + prune_every]
        steps = descend(
            loss_and_gradient, theta, some, optimizer=optimizer(**settings), state=state
        )
        for step in steps:
            loss, theta, state, diverged = step.loss, step.theta, step.state, step.diverged
            del step  # see `descend`: a block's arrays fill a processor's cache
        loss = np.asarray(loss)
        keep = ~np.asarray(diverged)
        if not keep.all():
            final_theta[:, alive] = theta
            alive, loss, theta = alive[keep], loss[keep], theta[:, keep]
            state = _columns(state, keep)
            settings = {name: values[keep] for name, values in settings.items()}
        if not alive.size:
            break
    final_loss[alive], final_theta[:, alive] = loss, theta
    return Block(slice(first, first + runs), final_loss, final_theta)


def _columns(state: Any, keep: npt.NDArray[np.bool_]) -> Any:
    """Return an optimizer's state with only some of its runs."""
    if isinstance(state, np.ndarray):
        return state[..., keep]
    if not isinstance(state, tuple):
        return state
    parts = [_columns(part, keep) for part in state]
    return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
