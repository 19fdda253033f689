r"""Initializers: the random weights from which training starts.

A weight matrix has shape (d_in, d_out), as in Z = XW + b. Its variance decides whether signals
keep their size from layer to layer. With entries of variance v, a layer multiplies the variance
of what goes forward by :math:`d_{in} v` and of what comes back by :math:`d_{out} v`. No single v
makes both 1 unless the layer is square.

============ =========================================  ==================================
name         variance of an entry                       for
============ =========================================  ==================================
``glorot_*`` :math:`2 / (d_{in} + d_{out})`             tanh, sigmoid, identity
``he_*``     :math:`2 / d_{in}`                         ReLU, which halves the mean square
============ =========================================  ==================================

A uniform draw on :math:`[-a, a]` has variance :math:`a^2 / 3`, hence :math:`a = \sqrt{3 v}`.

References
----------
Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural
networks, AISTATS. He, Zhang, Ren and Sun (2015), Delving deep into rectifiers: surpassing
human-level performance on ImageNet classification, ICCV.
"""

from __future__ import annotations

import math

import numpy as np

from course_lib._arrays import Array, check_count, check_rng


def glorot_uniform(d_in: int, d_out: int, *, rng: np.random.Generator) -> Array:
    r"""Draw weights from U(-a, a) with :math:`a = \sqrt{6 / (d_{in} + d_{out})}`.

    Called Xavier initialization in PyTorch, whose matrices have shape (d_out, d_in).

    Returns
    -------
    ndarray of shape (d_in, d_out)

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive integer, or `rng` is not a generator.
    """
    _check(d_in, d_out, rng)
    return _uniform((d_in, d_out), 2 / (d_in + d_out), rng)


def glorot_normal(d_in: int, d_out: int, *, rng: np.random.Generator) -> Array:
    r"""Draw weights from N(0, v) with :math:`v = 2 / (d_{in} + d_{out})`.

    Keras cuts the normal distribution off at two standard deviations; we do not.

    Returns
    -------
    ndarray of shape (d_in, d_out)

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive integer, or `rng` is not a generator.
    """
    _check(d_in, d_out, rng)
    return _normal((d_in, d_out), 2 / (d_in + d_out), rng)


def he_uniform(d_in: int, d_out: int, *, rng: np.random.Generator) -> Array:
    r"""Draw weights from U(-a, a) with :math:`a = \sqrt{6 / d_{in}}`.

    Called Kaiming initialization in PyTorch; its `nn.Linear` starts from a smaller
    :math:`a = \sqrt{1 / d_{in}}`.

    Returns
    -------
    ndarray of shape (d_in, d_out)

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive integer, or `rng` is not a generator.
    """
    _check(d_in, d_out, rng)
    return _uniform((d_in, d_out), 2 / d_in, rng)


def he_normal(d_in: int, d_out: int, *, rng: np.random.Generator) -> Array:
    r"""Draw weights from N(0, v) with :math:`v = 2 / d_{in}`.

    Keras cuts the normal distribution off at two standard deviations; we do not.

    Returns
    -------
    ndarray of shape (d_in, d_out)

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive integer, or `rng` is not a generator.
    """
    _check(d_in, d_out, rng)
    return _normal((d_in, d_out), 2 / d_in, rng)


def zeros(d_in: int, d_out: int, *, rng: np.random.Generator | None = None) -> Array:  # noqa: ARG001
    """Return a matrix of zeros; `rng` is accepted so that the call is that of the others.

    Right for biases. For the weights of a hidden layer it is the classic mistake: all of its
    units compute the same thing, receive the same gradient, and stay equal for ever.

    Returns
    -------
    ndarray of shape (d_in, d_out)

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive integer.
    """
    _check_sizes(d_in, d_out)
    return np.zeros((d_in, d_out))


def _uniform(shape: tuple[int, int], variance: float, rng: np.random.Generator) -> Array:
    bound = math.sqrt(3 * variance)
    return rng.uniform(-bound, bound, size=shape)


def _normal(shape: tuple[int, int], variance: float, rng: np.random.Generator) -> Array:
    return rng.normal(0.0, math.sqrt(variance), size=shape)


def _check(d_in: int, d_out: int, rng: np.random.Generator) -> None:
    _check_sizes(d_in, d_out)
    check_rng(rng)


def _check_sizes(d_in: int, d_out: int) -> None:
    check_count("d_in", d_in)
    check_count("d_out", d_out)
