r"""Gradient check: a formula against central differences, with the worst coordinate by name.

.. math:: \partial L/\partial\theta_i \approx \bigl(L(\theta + h e_i) - L(\theta - h e_i)\bigr)/2h

The error of the right-hand side is :math:`O(h^2)` by Taylor and :math:`O(\epsilon/h)` by rounding;
:math:`h = 10^{-5}` is near the best of both in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from course_lib._arrays import Array, as_floats, check_positive, check_shape


@dataclass(frozen=True)
class GradientCheck:
    """A gradient beside the central differences.

    Attributes
    ----------
    gradient, differences : ndarray of shape (n,)
    error : ndarray of shape (n,)
        Absolute difference over the largest entry of either: 0 agrees, 1 is off by as much as the
        gradient is long. Near a minimum the differences are noise of rounding; so no less than a
        thousandth of the loss divides.
    tolerance : float
    name : str
        Of the worst coordinate.
    """

    gradient: Array
    differences: Array
    error: Array
    tolerance: float
    name: str

    @property
    def worst(self) -> int:
        """Index of the coordinate that is furthest off."""
        return int(np.argmax(self.error))

    @property
    def max_error(self) -> float:
        """The error there."""
        return float(self.error[self.worst])

    @property
    def passed(self) -> bool:
        """Whether every coordinate is within the tolerance."""
        return self.max_error <= self.tolerance

    def __str__(self) -> str:
        verdict = "agrees" if self.passed else "DIFFERS"
        return (
            f"gradient {verdict}: worst at {self.name}, formula {self.gradient[self.worst]:.6g},"
            f" central difference {self.differences[self.worst]:.6g}"
        )


def numerical_gradient(
    loss: Callable[..., Any], theta: npt.ArrayLike, *batch: Any, h: float = 1e-5
) -> Array:
    """Return the central differences of `loss(theta, *batch)` in every coordinate.

    Parameters
    ----------
    loss : callable
        Returns a number.
    theta : array_like of shape (n,)
    h : float
        Half the distance of the two points, in units of theta.

    Returns
    -------
    ndarray of shape (n,)
    """
    theta = np.array(as_floats("theta", theta), dtype=np.float64)
    check_shape("theta", theta, ("n",), hint="check one run at a time: theta[:, k]")
    check_positive("h", h)
    differences = np.empty_like(theta)
    for i, value in enumerate(theta.tolist()):
        theta[i] = value + h
        above = loss(theta, *batch)
        theta[i] = value - h
        below = loss(theta, *batch)
        theta[i] = value
        differences[i] = (_number(above) - _number(below)) / (2 * h)
    return differences


def _number(loss: Any) -> float:
    if isinstance(loss, tuple):
        raise TypeError(
            "loss must return a number, got a tuple;"
            " of (loss, gradient) take the first: lambda theta: f(theta)[0]"
        )
    return float(loss)  # a Python float: infinity minus infinity is NaN without a warning


def gradient_check(
    loss_and_gradient: Callable[..., tuple[Any, Array]],
    theta: npt.ArrayLike,
    *batch: Any,
    h: float = 1e-5,
    tolerance: float = 1e-7,
    name: Callable[[int], str] = "theta[{}]".format,
) -> GradientCheck:
    """Compare a gradient with central differences of its loss.

    Parameters
    ----------
    loss_and_gradient : callable
        `loss_and_gradient(theta, *batch) -> (loss, gradient)`.
    theta : array_like of shape (n,)
        Away from kinks: there a central difference is the mean of two slopes. And away from
        points of loss 0: there nothing is left to compare.
    h : float
        Half the distance of the two points.
    tolerance : float
        Largest error that passes; see `GradientCheck.error`.
    name : callable
        Names a coordinate, say `net.parameter_name`.

    Raises
    ------
    ValueError
        If the gradient has not the shape of theta.
    """
    theta = as_floats("theta", theta).astype(np.float64, copy=False)
    differences = numerical_gradient(lambda p: loss_and_gradient(p, *batch)[0], theta, h=h)
    loss, gradient = loss_and_gradient(theta, *batch)
    gradient = as_floats("gradient", gradient)
    check_shape("gradient", gradient, theta.shape, hint="one entry for each parameter")
    error = _error(gradient, differences, floor=1e-3 * abs(float(loss)))
    return GradientCheck(gradient, differences, error, tolerance, name(int(np.argmax(error))))


def _error(gradient: Array, differences: Array, floor: float) -> Array:
    scale = max(float(np.abs([gradient, differences]).max()), floor)
    with np.errstate(invalid="ignore"):  # infinity over infinity
        error: Array = np.abs(gradient - differences) / (scale if scale > 0 else 1.0)
    error[np.isnan(error)] = np.inf
    return error
