r"""Activations: what a unit does to its weighted sum, :math:`a = f(z)`, each with its derivative.

The derivative of each of them can be written in its own output: :math:`\tanh'(z) = 1 - a^2`. Back
propagation uses that form, since it has kept :math:`a` and no longer needs :math:`z`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from course_lib._arrays import Array, as_floats


@dataclass(frozen=True)
class Activation:
    """A function that acts on each entry, and its derivative.

    Attributes
    ----------
    name : str
        The name that `MLP(hidden=...)` knows it by.
    function : callable
        `function(z, out)` writes f(z) into `out`, which may be `z` itself.
    slope : callable
        `slope(a, out)` writes f'(z), in terms of the output a = f(z), into `out`, which may be `a`.
    """

    name: str
    function: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]

    def __call__(self, z: npt.ArrayLike) -> Array:
        """Return f(z), entry by entry, in the shape of `z`."""
        z = as_floats("z", z)
        return self.function(z, np.empty_like(z))[()]

    def derivative(self, z: npt.ArrayLike) -> Array:
        """Return f'(z), entry by entry, in the shape of `z`."""
        a = np.asarray(self(z))
        return self.slope(a, a)[()]

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


def _identity(z: Array, out: Array) -> Array:
    out[...] = z
    return out


def _identity_slope(a: Array, out: Array) -> Array:  # noqa: ARG001
    out[...] = 1.0
    return out


def _relu(z: Array, out: Array) -> Array:
    return np.maximum(z, 0.0, out=out)


def _relu_slope(a: Array, out: Array) -> Array:
    out[...] = a > 0
    return out


@np.errstate(over="ignore")  # e^1000 is infinite, and 1/(1 + infinity) is 0
def _sigmoid(z: Array, out: Array) -> Array:
    np.negative(z, out=out)
    np.exp(out, out=out)
    out += 1.0
    return np.divide(1.0, out, out=out)  # twice as fast as np.reciprocal on long arrays


def _sigmoid_slope(a: Array, out: Array) -> Array:
    np.multiply(a, 1.0 - a, out=out)
    return out


def _tanh(z: Array, out: Array) -> Array:
    return np.tanh(z, out=out)


def _tanh_slope(a: Array, out: Array) -> Array:
    np.multiply(a, a, out=out)
    return np.subtract(1.0, out, out=out)


identity = Activation("identity", _identity, _identity_slope)
r"""The linear unit: :math:`f(z) = z` and :math:`f'(z) = 1`."""

relu = Activation("relu", _relu, _relu_slope)
r"""The rectified linear unit, :math:`\max(0, z)`; :math:`f'(z) = 1` for z > 0, else 0.

At the kink z = 0 the derivative does not exist; 0 is used, as in PyTorch and TensorFlow.
"""

sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_slope)
r"""The logistic function, :math:`\sigma(z) = 1/(1 + e^{-z})`, with
:math:`\sigma' = \sigma(1-\sigma)`."""

tanh = Activation("tanh", _tanh, _tanh_slope)
r"""The hyperbolic tangent, :math:`\tanh z`; :math:`\tanh' = 1 - \tanh^2`."""

ACTIVATIONS = {f.name: f for f in (identity, relu, sigmoid, tanh)}


def softmax(z: npt.ArrayLike) -> Array:
    r"""Turn the logits of each sample into probabilities, :math:`p_j = e^{z_j} / \sum_k e^{z_k}`.

    Parameters
    ----------
    z : array_like of shape (samples, classes) or (samples, classes, runs)
        Logits. Only their differences matter, so the largest is subtracted first: no overflow.

    Returns
    -------
    ndarray of the same shape
        Positive, and summing to 1 over axis 1.

    Raises
    ------
    ValueError
        If `z` has fewer than two axes: which axis holds the classes would be a guess.
    """
    z = as_floats("z", z)
    if z.ndim < 2:
        raise ValueError(
            f"z has shape {z.shape}, expected (samples, classes); for one sample write z[None, :]"
        )
    p: Array = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p
