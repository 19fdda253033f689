r"""Gradient noise: what a sample of the data does to descent, worked out on a quadratic.

A mini-batch estimates the gradient. Its error has mean 0, and its variance falls as one over the
batch size. On a bowl the whole effect has a closed form: what is left of the start shrinks by
:math:`1 - \eta_t \lambda` in a step, and each step adds noise of its own.

References
----------
Zhang, Li, Nado, Martens, Sachdeva, Dahl, Shallue and Grosse (2019), Which algorithmic choices
matter at which batch sizes? Insights from a noisy quadratic model, NeurIPS.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from course_lib._arrays import (
    Array,
    as_floats,
    check_count,
    check_finite,
    check_non_negative,
    check_positive,
    check_shape,
)


def batch_variance(
    variance: npt.ArrayLike, batch: npt.ArrayLike, *, samples: int | None = None
) -> Array:
    r"""Return the variance of a mini-batch's mean gradient.

    .. math:: \frac{\sigma^2}{B}, \qquad\text{or}\qquad
        \frac{\sigma^2}{B} \cdot \frac{N - B}{N - 1}

    for B samples drawn without replacement from N: the full batch has no noise.

    Parameters
    ----------
    variance : array_like
        :math:`\sigma^2` of one sample's gradient, of one coordinate or summed over all.
    batch : array_like
        B, in a shape that broadcasts against `variance`.
    samples : int, optional
        N; None for fresh samples without end.

    Raises
    ------
    ValueError
        If a variance is negative, a batch is empty, or it is larger than the data.
    """
    check_non_negative("variance", variance)
    check_positive("batch", batch, hint="a batch has one sample at least")
    sigma2, B = as_floats("variance", variance), as_floats("batch", batch)
    if samples is None:
        return np.asarray(sigma2 / B)
    if B.max() > samples:
        raise ValueError(f"batch {B.max():g} exceeds the {samples} samples; use {samples} or less")
    return np.asarray(sigma2 / B * (samples - B) / max(samples - 1, 1))


def measured_batch_variance(gradients: npt.ArrayLike, batch: int) -> float:
    r"""Split gradients of single samples into mini-batches, and measure how their means vary.

    Parameters
    ----------
    gradients : array_like of shape (samples, n)
        In random order.
    batch : int
        B; samples that fill no batch are left out.

    Returns
    -------
    float
        Mean squared distance of a batch's mean from that of all samples, summed over the n
        coordinates; `batch_variance` predicts it.

    Raises
    ------
    ValueError
        If there are fewer samples than one batch has.
    """
    gradients = as_floats("gradients", gradients)
    check_shape("gradients", gradients, ("samples", "n"), "one row for each sample")
    check_count("batch", batch)
    batches = len(gradients) // batch
    check_count("the number of batches", batches, hint=f"{len(gradients)} samples are too few")
    groups = gradients[: batches * batch].reshape(batches, batch, -1)  # (batches, B, n)
    errors = groups.mean(axis=1) - gradients.mean(axis=0)
    return float(np.mean(np.sum(errors**2, axis=1)))


def shares_kept(rates: npt.ArrayLike, *, curvature: npt.ArrayLike) -> Array:
    r"""Return what is left of the first distance to a quadratic's minimum, before each step.

    .. math:: \frac{\theta_t}{\theta_0} = \prod_{s<t} (1 - \eta_s \lambda)

    Where :math:`\sum_t \eta_t` is finite the product has a limit other than 0: descent freezes.

    Parameters
    ----------
    rates : array_like of shape (steps,) or (steps, runs)
    curvature : float or array_like of shape (runs,)
        :math:`\lambda > 0`.

    Returns
    -------
    ndarray of shape (steps + 1,) or (steps + 1, runs)
        Negative where the run stands on the other side. The first is 1.

    Raises
    ------
    ValueError
        If a rate is negative, or the curvature is not positive.
    """
    check_non_negative("rates", rates)
    check_positive("curvature", curvature)
    factors = 1.0 - as_floats("rates", rates) * as_floats("curvature", curvature)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.cumprod(np.concatenate([np.ones((1, *factors.shape[1:])), factors]), axis=0)


def first_below(values: npt.ArrayLike, target: float) -> Array:
    """Return the first step at which values are at most `target`; infinity where there is none.

    Parameters
    ----------
    values : array_like of shape (steps, ...)
    target : float

    Returns
    -------
    ndarray of shape (...)
    """
    below = as_floats("values", values) <= target
    return np.where(below.any(axis=0), below.argmax(axis=0).astype(float), math.inf)


@dataclass(frozen=True, eq=False)
class NoisyBowl:
    r"""A quadratic whose gradients are noisy: :math:`g = \lambda_i \theta_i + \epsilon_i`.

    .. math:: L(\theta) = \tfrac12 \sum_i \lambda_i \theta_i^2, \qquad
        \mathrm{Var}\,\epsilon_i = \sigma_i^2 / B

    Attributes
    ----------
    eigenvalues : array_like of shape (n,)
        :math:`\lambda_i`, positive.
    variances : array_like of shape (n,)
        :math:`\sigma_i^2` of one sample's gradient.

    Raises
    ------
    ValueError
        If an eigenvalue is not positive, a variance is negative, or the lengths differ.
    """

    eigenvalues: Array
    variances: Array

    def __post_init__(self) -> None:
        for name in ("eigenvalues", "variances"):
            object.__setattr__(self, name, as_floats(name, getattr(self, name)))
        check_shape("eigenvalues", self.eigenvalues, ("n",))
        check_shape("variances", self.variances, self.eigenvalues.shape, "one for each eigenvalue")
        check_positive("eigenvalues", self.eigenvalues, hint="a bowl curves upwards everywhere")
        check_non_negative("variances", self.variances)

    def loss_and_gradient(self, theta: npt.ArrayLike, noise: Array) -> tuple[float | Array, Array]:
        """Return the loss without noise, and the gradient with the noise that is given.

        Parameters
        ----------
        theta : array_like of shape (n,) or (n, runs)
        noise : ndarray in the shape of theta
            Say `bowl.deviations(batch) * rng.normal(size=theta.shape)`.

        Raises
        ------
        ValueError
            If the shapes do not fit.
        """
        theta = as_floats("theta", theta)
        check_shape("theta", theta, (len(self.eigenvalues), ...), "axis 0 holds the coordinates")
        check_shape("noise", noise, theta.shape, "each run has noise of its own")
        slope = _column(self.eigenvalues, theta.ndim) * theta
        with np.errstate(over="ignore", invalid="ignore"):
            return 0.5 * np.einsum("i...,i...", slope, theta), slope + noise

    def deviations(self, batch: npt.ArrayLike = 1) -> Array:
        r"""Return :math:`\sigma_i/\sqrt{B}`, of shape (n,), or (n, runs) for B of shape (runs,)."""
        batch = as_floats("batch", batch)
        return np.sqrt(batch_variance(_column(self.variances, batch.ndim + 1), batch))

    def expected_losses(
        self, start: npt.ArrayLike, rates: npt.ArrayLike, *, batch: npt.ArrayLike = 1
    ) -> Array:
        r"""Return the expected loss before each step and after the last.

        .. math:: \mathbb{E}\,\theta_{i,t+1}^2 = (1 - \eta_t \lambda_i)^2 \,
            \mathbb{E}\,\theta_{i,t}^2 + \eta_t^2 \sigma_i^2 / B

        Parameters
        ----------
        start : array_like of shape (n,)
            Of every run.
        rates : array_like of shape (steps,) or (steps, runs)
        batch : float or array_like of shape (runs,)

        Returns
        -------
        ndarray of shape (steps + 1,) or (steps + 1, runs)
            Infinite where it is too large for a number.

        Raises
        ------
        ValueError
            If the shapes do not fit, the start is not finite, or a rate is negative.
        """
        start, rates = as_floats("start", start), as_floats("rates", rates)
        check_shape("start", start, self.eigenvalues.shape, "one coordinate for each eigenvalue")
        check_finite("start", start)
        check_non_negative("rates", rates)
        lam, s2 = (_column(part, rates.ndim) for part in (self.eigenvalues, self.variances))
        per_step = batch_variance(s2, batch)
        squares = np.broadcast_to(_column(start**2, rates.ndim), (len(start), *rates.shape[1:]))
        losses = np.empty((len(rates) + 1, *rates.shape[1:]))
        losses[0] = self.eigenvalues @ squares
        with np.errstate(over="ignore", invalid="ignore"):
            for t, rate in enumerate(rates, start=1):
                squares = (1.0 - rate * lam) ** 2 * squares + rate**2 * per_step
                losses[t] = self.eigenvalues @ squares
        return np.asarray(0.5 * losses)

    def floor(self, rate: npt.ArrayLike, *, batch: npt.ArrayLike = 1) -> Array:
        r"""Return the loss about which runs at a constant rate stay for ever.

        .. math:: \frac{\eta}{2B} \sum_i \frac{\sigma_i^2}{2 - \eta\lambda_i}

        It is infinite where :math:`\eta\lambda_{\max} \ge 2`. For one coordinate with
        :math:`\lambda = 1` and :math:`\sigma = 1` the variance is twice that,
        :math:`\eta / ((2 - \eta) B)`.

        Parameters
        ----------
        rate, batch : float or array_like of shape (runs,)

        Raises
        ------
        ValueError
            If a rate is negative, or a batch is empty.
        """
        check_non_negative("rate", rate)
        rate = as_floats("rate", rate)
        room = 2.0 - rate * _column(self.eigenvalues, rate.ndim + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = _column(self.variances, rate.ndim + 1) / np.maximum(room, 0.0)
        floor = 0.5 * rate * batch_variance(np.where(room > 0, terms, 0.0).sum(axis=0), batch)
        return np.where((room > 0).all(axis=0), floor, math.inf)


def _column(values: Array, ndim: int) -> Array:
    """Give an array of shape (n,) as many axes as what it meets has."""
    return values.reshape((-1,) + (1,) * (ndim - 1))
