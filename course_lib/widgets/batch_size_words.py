"""What the batch-size lab says about its runs."""

from __future__ import annotations

import math

from course_lib._arrays import Array
from course_lib.widgets.batch_task import BATCHES, B, Task

NEARLY_PERFECT, SATURATED = 1.7, 1.2  # times fewer steps for twice the batch


def verdict(
    task: Task,
    place: int,
    rates: Array,
    target: float,
    shape: tuple[int, ...],
    *,
    measured: Array,
    predicted: Array,
    floor: float | None,
) -> str:
    """Say whether the target is reached, what twice the batch would take, and how large noise is.

    Parameters
    ----------
    task : Task
    place : int
        Index of the batch size.
    rates : ndarray of shape (batches,)
    target : float
    shape : tuple of int
        (steps + 1, batches, runs).
    measured, predicted : ndarray of shape (batches,)
        Steps to the target; infinite where it is not reached, NaN where there is no theory.
    floor : float or None

    Returns
    -------
    str
        "Verdict: reason."
    """
    steps, runs = shape[0] - 1, shape[2]
    rate, needed, theory = float(rates[place]), float(measured[place]), float(predicted[place])
    where = f"B = {BATCHES[place]} and η = {rate:.3g}"
    if math.isfinite(needed):
        mean = f"the mean of {runs} runs" if runs > 1 else "the run"
        head = (
            f"Reaches the target: at {where} {mean} is at {target:.3g} of the first loss after"
            f" {_steps(needed)}, {needed * BATCHES[place]:.0f} samples{_compare(theory)}."
        )
    else:
        head = f"Misses the target: {where} {_why_not(task, rate, target, floor, steps)}."
    return " ".join(filter(None, [head, _twice(place, measured), _noise(task)]))


def _steps(count: float) -> str:
    return "1 step" if count == 1 else f"{count:.0f} steps"


def _compare(theory: float) -> str:
    if math.isnan(theory):
        return ""
    if math.isfinite(theory):
        return f"; predicted {_steps(theory)}"
    return ", a lucky dip: the expected loss never gets there"


def _why_not(task: Task, rate: float, target: float, floor: float | None, steps: int) -> str:
    if task.largest is not None and rate * task.largest >= 2:
        return f"diverge, as ηλ = {rate * task.largest:.3g} is not below 2"
    if floor is not None and floor > target:
        return f"end at the noise floor, {floor:.3g}, above {target:.3g}"
    return f"do not come down to {target:.3g} in {steps} steps"


def _twice(place: int, measured: Array) -> str:
    """Compare with the next batch size."""
    if place + 1 == len(BATCHES) or not math.isfinite(measured[place]):
        return ""
    twice, now = float(measured[place + 1]), float(measured[place])
    if not math.isfinite(twice):
        return "Twice the batch misses it, at the rate that goes with it."
    gain = now / twice
    words = (
        "that is nearly perfect scaling" if gain >= NEARLY_PERFECT
        else "a larger batch buys almost nothing more" if gain <= SATURATED
        else "the gain is running out"
    )  # fmt: skip
    return f"Twice the batch takes {_steps(twice)}, {gain:.2g} times fewer: {words}."


def _noise(task: Task) -> str:
    """Say that the variance falls as one over B, and where it is as large as the gradient."""
    noise = task.noise
    products, theory = noise.measured * B, noise.predicted * B
    low, high = float(products.min()), float(products.max())
    text = f"B times the variance of a gradient is {low:.3g} to {high:.3g} for all B"
    if math.isclose(theory[0], theory[-1]):
        text += f", predicted {theory[0]:.3g}"
    else:
        text += f", predicted {theory[0]:.3g} for one and {theory[-1]:.3g} for {BATCHES[-1]}"
    equal = noise.one_sample / noise.gradient
    return f"{text}; noise is as large as the gradient of the start at B = {equal:.3g}."
