r"""Losses and penalties: a number to make small, and its gradient.

Each loss returns both, `(loss, gradient)`. Rows are samples: the predictions `Y_pred` (or logits)
have shape `(samples, outputs)`, the targets `Y` the same. Predictions of many runs at once have
shape `(samples, outputs, runs)`; then the loss has shape `(runs,)`.

Convention: the *mean* over samples of the *sum* over outputs. Two others are about:
`half_mse` is the article's :math:`\frac{1}{2m}\sum_j`, with m the number of outputs; PyTorch's
`MSELoss` is the mean over samples and outputs together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from course_lib._arrays import Array, as_floats, check_non_negative

LossValue: TypeAlias = float | Array
"""A float for one run, an array of shape (runs,) for many."""

Loss: TypeAlias = Callable[[npt.ArrayLike, npt.ArrayLike], tuple[LossValue, Array]]


def mse(Y_pred: npt.ArrayLike, Y: npt.ArrayLike) -> tuple[LossValue, Array]:
    r"""Mean squared error, :math:`L = \frac{1}{N}\sum_n\sum_j (y_{nj} - t_{nj})^2`.

    Its gradient is :math:`\partial L/\partial y_{nj} = \frac{2}{N}(y_{nj} - t_{nj})`.

    Parameters
    ----------
    Y_pred : array_like of shape (samples, outputs) or (samples, outputs, runs)
        Predictions y.
    Y : array_like of shape (samples, outputs)
        Targets t.

    Returns
    -------
    loss : float or ndarray of shape (runs,)
    gradient : ndarray in the shape of `Y_pred`

    Raises
    ------
    ValueError
        If the shapes do not fit, or there is no sample.
    """
    Y_pred, Y = _aligned("Y_pred", Y_pred, Y)
    samples = len(Y)
    residual = Y_pred - Y
    loss = _sum_per_run(residual, residual) / samples
    residual *= 2.0 / samples
    return loss, residual


def half_mse(Y_pred: npt.ArrayLike, Y: npt.ArrayLike) -> tuple[LossValue, Array]:
    r"""Return the article's squared error, averaged over the N samples.

    The article has one sample and m outputs, :math:`L = \frac{1}{2m}\sum_j (t_j - y_j)^2`. Hence

    .. math:: L = \frac{1}{2mN}\sum_n\sum_j (y_{nj} - t_{nj})^2, \qquad
              \frac{\partial L}{\partial y_{nj}} = \frac{1}{mN}(y_{nj} - t_{nj}),

    which is `mse` divided by 2m.

    Parameters, results and errors are those of `mse`.
    """
    loss, gradient = mse(Y_pred, Y)
    scale = 0.5 / gradient.shape[1]
    gradient *= scale
    return loss * scale, gradient


def binary_cross_entropy(logits: npt.ArrayLike, Y: npt.ArrayLike) -> tuple[LossValue, Array]:
    r"""Binary cross-entropy from logits, with :math:`p = \sigma(z)`.

    .. math:: L = -\frac{1}{N}\sum_n\sum_j \bigl[t \log p + (1 - t)\log(1 - p)\bigr]
                = \frac{1}{N}\sum_n\sum_j \bigl[\log(1 + e^{z}) - t z\bigr]

    The second form never takes the logarithm of 0. Its gradient with respect to the *logits* is
    :math:`\frac{1}{N}(p - t)`: the slope of the sigmoid has cancelled.

    Parameters
    ----------
    logits : array_like of shape (samples, outputs) or (samples, outputs, runs)
        Weighted sums z, *before* the sigmoid.
    Y : array_like of shape (samples, outputs)
        Targets t in [0, 1].

    Returns
    -------
    loss : float or ndarray of shape (runs,)
        In nats.
    gradient : ndarray in the shape of `logits`

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no sample, or a target is outside [0, 1].
    """
    Z, Y = _aligned("logits", logits, Y)
    if Y.min() < 0 or Y.max() > 1:
        raise ValueError(
            f"targets Y of binary_cross_entropy are probabilities in [0, 1], got"
            f" {Y.min():g} to {Y.max():g}; labels of -1 and 1 become (Y + 1) / 2"
        )
    samples = len(Y)
    log_total = np.logaddexp(0.0, Z)  # log(1 + e^z), and p = e^z / (1 + e^z)
    gradient = (np.exp(Z - log_total) - Y) / samples
    return _total_per_run(log_total - Y * Z) / samples, gradient


def softmax_cross_entropy(logits: npt.ArrayLike, Y: npt.ArrayLike) -> tuple[LossValue, Array]:
    r"""Cross-entropy from logits, with :math:`p = \mathrm{softmax}(z)`.

    .. math:: L = -\frac{1}{N}\sum_n\sum_j t_{nj} \log p_{nj}
                = \frac{1}{N}\sum_n\Bigl[\log\sum_k e^{z_{nk}} - \sum_j t_{nj} z_{nj}\Bigr]

    Its gradient with respect to the *logits* is :math:`\frac{1}{N}(p_{nj} - t_{nj})`.

    Parameters
    ----------
    logits : array_like of shape (samples, classes) or (samples, classes, runs)
        Weighted sums z, *before* the softmax.
    Y : array_like of shape (samples, classes)
        Targets t, each row a distribution: one-hot, or probabilities that sum to 1.

    Returns
    -------
    loss : float or ndarray of shape (runs,)
        In nats.
    gradient : ndarray in the shape of `logits`

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no sample, or a row of `Y` is negative somewhere or does
        not sum to 1.
    """
    Z, Y = _aligned("logits", logits, Y)
    samples = len(Y)
    if not _are_distributions(Y):
        raise ValueError(
            "each row of Y must be 0 or more and sum to 1 (one-hot, or probabilities); for class"
            " numbers k write Y = np.eye(classes)[k]"
        )
    Z = Z - np.maximum.reduce(Z, axis=1, keepdims=True)
    p = np.exp(Z)
    total = np.add.reduce(p, axis=1, keepdims=True)
    p /= total
    loss = (_total_per_run(np.log(total)) - _sum_per_run(Z, Y)) / samples
    p -= Y
    p /= samples
    return loss, p


def _are_distributions(Y: Array) -> bool:
    """Tell whether each row of `Y` is 0 or more and sums to 1, give or take 1e-5.

    No entry exceeds the length of its vector: where that is small, none is looked at.
    """
    off = np.add.reduce(Y, axis=1) - 1
    sums_to_1 = np.vdot(off, off) <= 1e-10 or bool(np.abs(off).max() <= 1e-5)
    return sums_to_1 and bool(Y.min() >= 0)


LOSSES: dict[str, Loss] = {
    "mse": mse,
    "half_mse": half_mse,
    "binary_cross_entropy": binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
}

OUTPUT_OF_LOGIT_LOSS = {"binary_cross_entropy": "sigmoid", "softmax_cross_entropy": "softmax"}
"""The losses that take logits, each with the one output activation that it contains."""


def l2_penalty(theta: npt.ArrayLike, *, strength: float | Array) -> tuple[LossValue, Array]:
    r"""Ridge penalty :math:`\frac{1}{2}\lambda\lVert\theta\rVert_2^2`, with gradient λθ.

    Parameters
    ----------
    theta : array_like of shape (n,) or (n, runs)
    strength : float, or ndarray that broadcasts against `theta`
        λ ≥ 0. Shape (runs,) gives one to each run; shape (n,) or (n, 1) one to each parameter,
        say 0 to the biases.

    Returns
    -------
    penalty : float or ndarray of shape (runs,)
    gradient : ndarray in the shape of `theta`

    Raises
    ------
    ValueError
        If `strength` is negative or not finite, or does not fit `theta`.
    """
    theta = as_floats("theta", theta)
    _check_strength(strength, theta)
    gradient = strength * theta
    return _per_run(0.5 * (gradient * theta).sum(axis=0)), gradient


def l1_penalty(theta: npt.ArrayLike, *, strength: float | Array) -> tuple[LossValue, Array]:
    r"""Lasso penalty :math:`\lambda\lVert\theta\rVert_1`, with subgradient λ sign(θ), 0 at θ = 0.

    Parameters, results and errors are those of `l2_penalty`.
    """
    theta = as_floats("theta", theta)
    _check_strength(strength, theta)
    gradient = strength * np.sign(theta)
    return _per_run((gradient * theta).sum(axis=0)), gradient


def penalized(
    loss_and_gradient: Callable[..., tuple[LossValue, Array]],
    *penalties: Callable[[Array], tuple[LossValue, Array]],
) -> Callable[..., tuple[LossValue, Array]]:
    r"""Return a loss with penalties added: :math:`L(\theta) + \sum_k R_k(\theta)`.

    The sum is a loss like any other, so the loop that trains it is the one that trains any other.

    Parameters
    ----------
    loss_and_gradient : callable
        `loss_and_gradient(theta, *batch) -> (loss, gradient)`.
    *penalties : callable
        `penalty(theta) -> (penalty, gradient)`, say `partial(l2_penalty, strength=0.01)`.

    Returns
    -------
    callable
        Of the same arguments, for the sum and its gradient.

    Examples
    --------
    >>> objective = penalized(net.loss_and_gradient, partial(l2_penalty, strength=0.01))
    >>> for step in descend(objective, theta, batches, optimizer=sgd(learning_rate=0.1)): ...
    """

    def sum_and_gradient(theta: Array, *batch: Any) -> tuple[LossValue, Array]:
        loss, gradient = loss_and_gradient(theta, *batch)
        for penalty in penalties:
            price, pull = penalty(theta)
            loss, gradient = loss + price, gradient + pull
        return loss, gradient

    return sum_and_gradient


def _check_strength(strength: float | Array, theta: Array) -> None:
    check_non_negative("strength", strength)
    try:
        fits = np.broadcast_shapes(np.shape(strength), theta.shape) == theta.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"strength has shape {np.shape(strength)} and theta {theta.shape}: give one number, one"
            " for each run (runs,), or one for each parameter: (n,), or (n, 1) with runs"
        )


def _aligned(name: str, prediction: npt.ArrayLike, Y: npt.ArrayLike) -> tuple[Array, Array]:
    """Return both as floats, the targets with a last axis of 1 where the predictions have runs."""
    prediction, Y = as_floats(name, prediction), as_floats("Y", Y)
    if prediction.ndim not in (2, 3) or prediction.shape[:2] != Y.shape or not Y.size:
        raise ValueError(_misaligned(name, prediction.shape, Y.shape))
    return prediction, (Y if prediction.ndim == 2 else Y[:, :, None])


def _misaligned(name: str, shape: tuple[int, ...], target_shape: tuple[int, ...]) -> str:
    what = f"{name} has shape {shape} and Y {target_shape}; "
    if 0 in shape or 0 in target_shape:
        return what + "an empty batch has no mean: give at least one sample"
    if len(shape) == 1 or len(target_shape) == 1:
        return what + "both are (samples, outputs): make a column with [:, None]"
    return what + "both are (samples, outputs), one row a sample"


def _sum_per_run(a: Array, b: Array) -> LossValue:
    """Σ a b over samples and outputs; `b` may be the same for every run."""
    return float(np.vdot(a, b)) if a.ndim == 2 else np.einsum("njr,njr->r", a, b)


def _total_per_run(a: Array) -> LossValue:
    """Σ a over samples and outputs."""
    return float(a.sum()) if a.ndim == 2 else a.sum(axis=(0, 1))


def _per_run(total: Array) -> LossValue:
    return total if np.ndim(total) else float(total)
