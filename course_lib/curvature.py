r"""Curvature: how sharply a loss bends, which decides how large a learning rate may be.

Near a minimum a loss is :math:`\frac12 d^\top H d`. Gradient descent multiplies the part of d
along an eigenvector of H by :math:`1 - \eta\lambda` in each step, so it converges if and only if
:math:`\eta < 2/\lambda_{\max}`. The largest eigenvalue is called the sharpness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from course_lib._arrays import Array, as_floats, check_count, check_positive, check_rng, check_shape

LossAndGradient = Callable[..., tuple[Any, Array]]


def hessian_vector_product(
    loss_and_gradient: LossAndGradient,
    theta: npt.ArrayLike,
    v: npt.ArrayLike,
    *batch: Any,
    h: float = 1e-5,
) -> Array:
    r"""Return :math:`H v` from two gradients, :math:`(g(\theta + hv) - g(\theta - hv))/2h`.

    Parameters
    ----------
    loss_and_gradient : callable
        `loss_and_gradient(theta, *batch) -> (loss, gradient)`.
    theta, v : array_like of shape (n,)
        `v` of length near 1, or the two points lie too near or too far.
    h : float
        Half the distance of the two points.

    Returns
    -------
    ndarray of shape (n,)

    References
    ----------
    Pearlmutter (1994), Fast exact multiplication by the Hessian, which makes it exact.
    """
    theta, v = as_floats("theta", theta), as_floats("v", v)
    check_shape("theta", theta, ("n",), hint="one run at a time: theta[:, k]")
    check_shape("v", v, theta.shape)
    check_positive("h", h)
    _, above = loss_and_gradient(theta + h * v, *batch)
    _, below = loss_and_gradient(theta - h * v, *batch)
    return (above - below) / (2 * h)


def hessian(
    loss_and_gradient: LossAndGradient, theta: npt.ArrayLike, *batch: Any, h: float = 1e-5
) -> Array:
    """Return the matrix of second derivatives, (n, n), made symmetric; for small n."""
    theta = as_floats("theta", theta)
    columns = [
        hessian_vector_product(loss_and_gradient, theta, e, *batch, h=h) for e in np.eye(len(theta))
    ]
    H = np.stack(columns, axis=1)
    return (H + H.T) / 2


def sharpness(
    loss_and_gradient: LossAndGradient,
    theta: npt.ArrayLike,
    *batch: Any,
    rng: np.random.Generator,
    iterations: int = 100,
    tolerance: float = 1e-4,
) -> float:
    r"""Return the eigenvalue of H of largest size, by power iteration.

    :math:`v \leftarrow Hv/\lVert Hv\rVert`, until :math:`v^\top H v` changes by less than
    `tolerance` of itself. Near a minimum it is :math:`\lambda_{\max}`; elsewhere it may be
    negative.

    Parameters
    ----------
    loss_and_gradient : callable
        `loss_and_gradient(theta, *batch) -> (loss, gradient)`.
    theta : array_like of shape (n,)
    rng : numpy.random.Generator
        Draws the first v.
    iterations : int
        At most so many; each costs two gradients.
    tolerance : float
        Relative.
    """
    theta = as_floats("theta", theta)
    check_rng(rng)
    check_count("iterations", iterations)
    v: Array = rng.normal(size=theta.shape)
    eigenvalue = np.inf
    for _ in range(iterations):
        v /= np.linalg.norm(v)
        Hv = hessian_vector_product(loss_and_gradient, theta, v, *batch)
        previous, eigenvalue = eigenvalue, float(v @ Hv)
        if abs(eigenvalue - previous) <= tolerance * abs(eigenvalue) or not Hv.any():
            break
        v = Hv
    return eigenvalue
