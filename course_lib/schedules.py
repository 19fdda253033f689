r"""Schedules: the learning rate as a function of time, :math:`\eta_t`.

Each function here returns a schedule, and a schedule is a function of t alone. The first step has
t = 0, so that a decay starts at the full rate. `t` may be an array, for a plot. A setting may have
shape (runs,), one for each run; the rate then has shape (runs,), or (len(t), runs) for an array.

Whether a schedule can reach the minimum shows in its sum. Where :math:`\sum_t \eta_t` is finite,
descent travels a finite way and may freeze before it arrives: that is so for exponential decay
and not for :math:`1/t`.

References
----------
Robbins and Monro (1951), A stochastic approximation method, Annals of Mathematical Statistics 22.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from course_lib._arrays import (
    Array,
    as_floats,
    check_count,
    check_in_unit_interval,
    check_non_negative,
    check_positive,
)

Rate: TypeAlias = float | Array
Time: TypeAlias = int | npt.NDArray[Any]
Schedule: TypeAlias = Callable[[Time], Rate]


def constant(learning_rate: npt.ArrayLike) -> Schedule:
    r"""Keep the rate: :math:`\eta_t = \eta`.

    Raises
    ------
    ValueError
        If `learning_rate` is not positive and finite.
    """
    eta = _positive("learning_rate", learning_rate)
    return lambda t: eta + 0.0 * _axis(t, eta)


def step_decay(learning_rate: npt.ArrayLike, *, factor: npt.ArrayLike, every: int) -> Schedule:
    r"""Multiply the rate by `factor` every so many steps.

    .. math:: \eta_t = \eta \, \gamma^{\lfloor t / k \rfloor}

    With `every=1` it is the exponential decay of PyTorch, whose setting is the factor a step.

    Raises
    ------
    ValueError
        If `learning_rate` is not positive, `factor` is not in (0, 1), or `every` is below 1.
    """
    eta, gamma = _positive("learning_rate", learning_rate), _positive("factor", factor)
    check_in_unit_interval("factor", factor, hint="each step down multiplies the rate by it")
    check_count("every", every)
    return lambda t: eta * gamma ** (_axis(t, eta, gamma) // every)


def exponential_decay(learning_rate: npt.ArrayLike, *, rate: npt.ArrayLike) -> Schedule:
    r"""Lose the same share of the rate in every step.

    .. math:: \eta_t = \eta \, e^{-k t}, \qquad
        \sum_{t=0}^{\infty} \eta_t = \frac{\eta}{1 - e^{-k}} < \infty

    PyTorch's `gamma` is :math:`e^{-k}`: for a factor of 0.9 a step, `rate=-math.log(0.9)`.

    Raises
    ------
    ValueError
        If `learning_rate` is not positive, or `rate` is negative.
    """
    eta, k = _positive("learning_rate", learning_rate), _decay_rate(rate)
    return lambda t: eta * np.exp(-k * _axis(t, eta, k))


def inverse_time_decay(learning_rate: npt.ArrayLike, *, rate: npt.ArrayLike) -> Schedule:
    r"""Fall as one over time, slowly enough that the sum of the rates has no bound.

    .. math:: \eta_t = \frac{\eta}{1 + k t}

    At t = 0 it falls as fast as the exponential decay of the same `rate`.

    Raises
    ------
    ValueError
        If `learning_rate` is not positive, or `rate` is negative.
    """
    eta, k = _positive("learning_rate", learning_rate), _decay_rate(rate)
    return lambda t: eta / (1.0 + k * _axis(t, eta, k))


def cosine(learning_rate: npt.ArrayLike, *, steps: int, final: npt.ArrayLike = 0.0) -> Schedule:
    r"""Fall along half a wave of a cosine, then stay at `final`.

    .. math:: \eta_t = \eta_{final} + \tfrac12 (\eta - \eta_{final})
        \left(1 + \cos \frac{\pi \min(t, T)}{T}\right)

    The T = `steps` steps of a run have t from 0 to T − 1; `final` itself is reached at t = T.
    PyTorch's rises again after T, as the next half of the wave.

    Raises
    ------
    ValueError
        If `learning_rate` is not positive, `steps` is below 1, or `final` is negative.

    References
    ----------
    Loshchilov and Hutter (2017), SGDR: stochastic gradient descent with warm restarts, ICLR.
    """
    eta = _positive("learning_rate", learning_rate)
    check_count("steps", steps)
    check_non_negative("final", final)
    low = _plain(final)

    def schedule(t: Time) -> Rate:
        share = np.minimum(_axis(t, eta, low), steps) / steps
        return low + 0.5 * (eta - low) * (1.0 + np.cos(math.pi * share))

    return schedule


def linear_warmup(learning_rate: npt.ArrayLike, *, steps: int) -> Schedule:
    r"""Rise in equal parts to the full rate, then keep it.

    .. math:: \eta_t = \eta \, \min\!\left(1, \frac{t + 1}{T}\right)

    The first rate is :math:`\eta / T`, not 0, which would waste a step; step `steps` is the first
    to have the full rate, at t = T − 1.

    Raises
    ------
    ValueError
        If `learning_rate` is not positive, or `steps` is below 1.

    References
    ----------
    Goyal et al. (2017), Accurate, large minibatch SGD: training ImageNet in 1 hour,
    arXiv:1706.02677.
    """
    eta = _positive("learning_rate", learning_rate)
    check_count("steps", steps)
    return lambda t: eta * np.minimum(1.0, (_axis(t, eta) + 1) / steps)


def sequence(*schedules: Schedule, boundaries: Sequence[int]) -> Schedule:
    """Follow one schedule after another; each later one starts at its own t = 0.

    Parameters
    ----------
    *schedules : callable
        In their order.
    boundaries : sequence of int
        The step at which each schedule but the first takes over: one fewer than schedules.

    Raises
    ------
    TypeError
        If a schedule is a number.
    ValueError
        If there is no schedule, or the boundaries do not rise or are too many or too few.
    """
    _check_schedules(schedules)
    _check_boundaries(boundaries, len(schedules) - 1)
    starts = [0, *boundaries]

    def at(moment: int) -> Rate:
        turn = bisect_right(starts, moment, lo=1) - 1
        return schedules[turn](moment - starts[turn])

    def schedule(t: Time) -> Rate:
        if isinstance(t, int):
            return at(t)
        rates = np.stack(np.broadcast_arrays(*[at(moment) for moment in np.ravel(t).tolist()]))
        return rates.reshape(np.shape(t) + rates.shape[1:])[()]

    return schedule


def warmup(schedule: Schedule, *, steps: int) -> Schedule:
    """Rise in equal parts to the schedule's first rate, then follow the schedule from its start.

    Raises
    ------
    TypeError
        If `schedule` is a number.
    ValueError
        If `steps` is below 1.
    """
    _check_schedules((schedule,))
    return sequence(linear_warmup(schedule(0), steps=steps), schedule, boundaries=[steps])


def _positive(name: str, value: npt.ArrayLike) -> Rate:
    check_positive(name, value)
    return _plain(value)


def _decay_rate(value: npt.ArrayLike) -> Rate:
    check_non_negative("rate", value, hint="decay has a positive rate; to rise, try linear_warmup")
    return _plain(value)


def _plain(value: npt.ArrayLike) -> Rate:
    """Return a float for one number, and a copy of the array for many."""
    array = as_floats("value", value)
    return float(array) if array.ndim == 0 else array.copy()


def _axis(t: Time, *settings: Rate) -> Time:
    """Give an array of times an axis of length 1 for each axis that a setting has."""
    if isinstance(t, int):  # the case of training, in which every microsecond is one a step
        return t
    axes = max(np.ndim(setting) for setting in settings)
    return np.reshape(t, np.shape(t) + (1,) * axes)


def _check_schedules(schedules: tuple[Schedule, ...]) -> None:
    if not schedules:
        raise ValueError("sequence needs a schedule at least, as sequence(constant(0.1), ...)")
    for place, schedule in enumerate(schedules):
        if not callable(schedule):
            raise TypeError(
                f"schedule {place} must be a function of t, got {schedule!r};"
                f" for a rate that does not change try constant({schedule!r})"
            )


def _check_boundaries(boundaries: Sequence[int], expected: int) -> None:
    if len(boundaries) != expected:
        raise ValueError(
            f"boundaries has {len(boundaries)} entries, expected {expected}:"
            f" the step at which each schedule but the first takes over"
        )
    previous = 0
    for place, boundary in enumerate(boundaries):
        check_count(f"boundaries[{place}]", boundary, previous + 1, hint="boundaries must rise")
        previous = boundary
