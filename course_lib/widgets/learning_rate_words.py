"""What the learning-rate lab measures in a run, and what it says about it."""

from __future__ import annotations

import numpy as np

from course_lib._arrays import Array

NEAR_ONE = 0.005  # a factor this near to 1 neither converges nor diverges in the steps shown
ROUNDED = 1e-12  # of the first distance: nearer than that, rounding is measured
OFTEN = 0.1


def kept_in_a_step(path: Array, minimum: Array) -> float:
    """Return the factor by which a step multiplies the distance to the minimum.

    It is the geometric mean over the second half of the run: at first the directions that shrink
    fast still count.

    Parameters
    ----------
    path : ndarray of shape (n, points)
    minimum : ndarray of shape (n,)

    Returns
    -------
    float
        0 if the run hits the minimum at once.
    """
    distances = np.abs(path - minimum[:, None]).max(axis=0)  # squares of 1e200 would overflow
    last = int(np.flatnonzero(distances > ROUNDED * distances[0])[-1])
    if last == 0:
        return 0.0 if distances.size > 1 else 1.0
    first = last - 2 * max(1, last // 4) if last > 1 else 0  # whole swings to and fro
    return float((distances[last] / distances[first]) ** (1 / (last - first)))


def swings(path: Array) -> bool:
    """Return whether most steps of the second half turn back on the one before."""
    steps = np.diff(path[:, min(path.shape[1] // 2, max(path.shape[1] - 3, 0)) :])
    if steps.shape[1] < 2:
        return False
    steps = steps / np.maximum(np.abs(steps).max(axis=0), np.finfo(float).tiny)
    return bool(np.mean((steps[:, 1:] * steps[:, :-1]).sum(axis=0) < 0) > 0.5)


def valley_verdict(
    path: Array, minimum: Array, eigenvalues: Array, eta: float, *, diverged: bool
) -> str:
    """Judge a run towards a known minimum, and compare it with what its Hessian predicts.

    Parameters
    ----------
    path : ndarray of shape (n, points)
    minimum : ndarray of shape (n,)
    eigenvalues : ndarray of shape (n,), rising
    eta : float
    diverged : bool
        Whether the run ended in numbers that are not finite.

    Returns
    -------
    str
        "Verdict: reason."
    """
    if path.shape[1] < 3:
        return "Working: too few steps to judge."
    measured = kept_in_a_step(path, minimum)
    sentences = [
        _how_it_went(measured, swings(path), diverged, path.shape[1] - 1),
        _predicted(measured, np.abs(1 - eta * eigenvalues), eta, 2 / float(eigenvalues[-1])),
    ]
    return " ".join(sentences)


def _how_it_went(factor: float, swinging: bool, diverged: bool, steps: int) -> str:
    if diverged:
        return f"Diverges: after {steps} steps the loss is too large for a number."
    if factor > 1 + NEAR_ONE:
        return f"Diverges: each step multiplies the distance to the minimum by {factor:.3f}."
    if factor < 1 - NEAR_ONE:
        way = "to and fro across the valley" if swinging else "without a swing"
        return f"Converges, {way}: each step keeps {factor:.3f} of the distance to the minimum."
    if swinging:
        return "Oscillates: it jumps to and fro across the valley and comes no nearer."
    return f"Creeps: each step keeps {factor:.4f} of the distance to the minimum."


def _predicted(measured: float, factors: Array, eta: float, threshold: float) -> str:
    side = "below" if eta < threshold else "above" if eta > threshold else "at"
    limit = f"η = {eta:.4g} is {side} the threshold 2/λ_max = {threshold:.5g}"
    slowest = float(factors.max())
    which = "steepest" if factors[-1] >= factors[0] else "flattest"
    rule = f"|1 − ηλ| = {slowest:.3f} along the {which} direction"
    if eta > threshold and measured < slowest - NEAR_ONE:
        return f"Predicted near the minimum: {rule}, since {limit}; further out it bends less."
    return f"Predicted: {rule}; {limit}."


def network_verdict(losses: Array, *, diverged: bool) -> str:
    """Judge the training of a network, whose lowest loss nobody knows.

    Parameters
    ----------
    losses : ndarray of shape (steps,)
    diverged : bool

    Returns
    -------
    str
        "Verdict: reason."
    """
    if diverged:
        return f"Diverges: at step {len(losses) - 1} the loss is no longer a number."
    if len(losses) < 3:
        return "Working: too few steps to judge."
    first, last = losses[0], losses[-1]
    fell = f"the loss goes from {first:.3g} to {last:.3g}"
    rises = float(np.mean(np.diff(losses[len(losses) // 2 :]) > 0))
    if last > first:
        return f"Diverges: {fell}, above where it began."
    if rises >= OFTEN:
        return f"Oscillates: {fell}, but {rises:.0%} of the later steps raise it."
    if last > 0.9 * first:
        return f"Creeps: {fell}."
    return f"Converges: {fell}."


def network_limit(eta: float, threshold: float | None, at_end: float | None) -> str:
    """Compare the learning rate with 2/λ where the run starts, and where it ended.

    Parameters
    ----------
    eta : float
    threshold, at_end : float or None
        2/λ of the sharpness there; None where it is not known.

    Returns
    -------
    str
    """
    parts = []
    if threshold is not None:
        side = "below" if eta < threshold else "above"
        parts.append(f"η = {eta:.4g} is {side} 2/λ = {threshold:.3g} of the start")
    if at_end is not None:
        parts.append(f"where it ended 2/λ is {at_end:.3g}: the curvature changes on the way")
    return "; ".join(parts) + "." if parts else ""
