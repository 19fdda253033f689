r"""Parallel training: one gradient from several workers, what that costs, and when nobody waits.

Synchronous workers each take a shard of the batch. With sizes :math:`N_k` that add up to N,

.. math:: g = \sum_k \frac{N_k}{N}\, g_k

is the gradient of the whole batch, so a step is the same step. What it costs is the exchange of
gradients. Asynchronous workers save the wait and pay with gradients that are stale:
`transformations.Delay` makes them, and here is how large a rate they bear.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import numpy.typing as npt

from course_lib._arrays import (
    Array,
    as_floats,
    check_count,
    check_non_negative,
    check_positive,
    keep_freed_memory,
)

LossAndGradient = Callable[..., tuple[Any, Array]]


def sharded(
    loss_and_gradient: LossAndGradient,
    shards: Sequence[tuple[Array, ...]],
    *,
    executor: Executor | None = None,
) -> LossAndGradient:
    """Return a function of theta alone: loss and gradient of the whole batch, from its shards.

    Each call sends theta and a shard to every worker, and takes the mean of what comes back,
    weighted by the shards' sizes. So `descend` trains on any executor:

    >>> with ProcessPoolExecutor(mp_context=get_context("spawn")) as executor:
    ...     whole = sharded(net.loss_and_gradient, shards, executor=executor)
    ...     for step in descend(whole, theta, optimizer=sgd(learning_rate=0.1), steps=60):
    ...         losses.append(step.loss)

    Parameters
    ----------
    loss_and_gradient : callable
        `loss_and_gradient(theta, *batch) -> (loss, gradient)`, both a mean over the batch's rows,
        as those of `MLP` are. Other processes must be able to import it.
    shards : sequence of tuples of ndarray
        One batch `(X, Y)` for each worker; rows are samples.
    executor : concurrent.futures.Executor, optional
        Say a process pool, or Dask's `Client.get_executor()`. None computes here, one shard after
        the other.

    Returns
    -------
    callable
        `theta -> (loss, gradient)`.

    Raises
    ------
    ValueError
        If there is no shard, one is empty, or the arrays of one differ in length.
    """
    sizes = [_rows(number, shard) for number, shard in enumerate(shards)]
    check_count("the number of shards", len(sizes), hint="give each worker one, [(X, Y), ...]")
    columns = list(zip(*shards, strict=True))
    each = map if executor is None else executor.map

    def whole(theta: Array) -> tuple[Any, Array]:
        answers = each(functools.partial(_work, loss_and_gradient, theta), *columns)
        losses, gradients = zip(*answers, strict=True)
        return (
            np.average(losses, axis=0, weights=sizes),
            np.average(gradients, axis=0, weights=sizes),
        )

    return whole


def _work(loss_and_gradient: LossAndGradient, theta: Array, *shard: Array) -> tuple[Any, Array]:
    keep_freed_memory()  # in the worker's process, as `descend` does in this one
    return loss_and_gradient(theta, *shard)


def _rows(number: int, shard: tuple[Array, ...]) -> int:
    lengths = {len(array) for array in shard}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(
            f"shard {number} has arrays of shapes {[np.shape(array) for array in shard]};"
            " each holds the same samples, one a row, and at least one"
        )
    return lengths.pop()


def ring_allreduce_seconds(
    numbers: int,
    workers: npt.ArrayLike,
    *,
    bandwidth: float,
    latency: float,
    bytes_per_number: int = 8,
) -> Array:
    r"""Return how long a ring takes to give every worker the sum of all their vectors.

    .. math:: 2\,\frac{p-1}{p}\,\frac{n\,s}{C} + 2\,(p-1)\,\alpha

    In 2(p - 1) rounds each worker passes n/p numbers of s bytes to its neighbour. However many
    workers there are, each sends less than two vectors; only the latency grows with p.

    Parameters
    ----------
    numbers : int
        n, entries of a vector.
    workers : int or array_like of int
        p.
    bandwidth : float
        C, bytes a second between neighbours, in each direction at once.
    latency : float
        α, seconds before the first byte arrives.
    bytes_per_number : int
        s: 8 for float64, 4 for float32.

    Returns
    -------
    float or ndarray in the shape of `workers`
        0 for one worker.

    Raises
    ------
    ValueError
        If there are no numbers or no workers, or a bandwidth is not positive.

    References
    ----------
    Patarasuk and Yuan (2009), Bandwidth optimal all-reduce algorithms for clusters of
    workstations, Journal of Parallel and Distributed Computing 69.
    """
    check_count("numbers", numbers)
    check_count("bytes_per_number", bytes_per_number)
    check_positive("workers", workers)
    check_positive("bandwidth", bandwidth, hint="bytes a second")
    check_non_negative("latency", latency)
    p = as_floats("workers", workers)
    chunk = numbers * bytes_per_number / p
    return 2.0 * (p - 1.0) * (latency + chunk / bandwidth)


def largest_stable_product(delay: int) -> float:
    r"""Return the end of the interval of :math:`\eta\lambda` in which stale descent converges.

    .. math:: \theta_{t+1} = \theta_t - \eta\lambda\,\theta_{t-\tau} \quad\text{converges iff}\quad
        0 < \eta\lambda < 2 \sin\frac{\pi}{2(2\tau + 1)}

    Without a delay that is 2, as always; with many steps of it about :math:`\pi/(2\tau + 1)`.

    Parameters
    ----------
    delay : int
        τ, in steps.

    Raises
    ------
    ValueError
        If it is negative.

    References
    ----------
    Levin and May (1976), A note on difference-delay equations, Theoretical Population Biology 9.
    """
    check_count("delay", delay, minimum=0)
    return 2.0 * math.sin(math.pi / (2 * (2 * delay + 1)))


def stale_roots(product: float, delay: int) -> npt.NDArray[np.complexfloating[Any, Any]]:
    r"""Return the τ + 1 roots of :math:`z^{\tau+1} - z^\tau + \eta\lambda = 0`, the largest first.

    A path of stale descent is a sum of their powers. It converges iff all lie inside the unit
    circle.

    Parameters
    ----------
    product : float
        :math:`\eta\lambda \ge 0`.
    delay : int
        τ.

    Raises
    ------
    ValueError
        If either is negative.
    """
    check_non_negative("product", product)
    check_count("delay", delay, minimum=0)
    coefficients = np.zeros(delay + 2)
    coefficients[0] = 1.0
    coefficients[1] -= 1.0
    coefficients[-1] += product  # the same entry as above where there is no delay
    roots = np.roots(coefficients).astype(complex)
    return roots[np.argsort(-np.abs(roots), kind="stable")]
