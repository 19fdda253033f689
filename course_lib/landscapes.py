r"""Landscapes: losses of one or two parameters, small enough to draw and to work out by hand.

Axis 0 of `theta` holds the coordinates, and any further axes are carried along. So one function
gives a step (`theta` of shape (2,)), many runs at once (2, runs), or contours (2, rows, columns).
None of them warns: far out, a loss is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from course_lib._arrays import (
    Array,
    as_floats,
    check_count,
    check_finite,
    check_positive,
    check_shape,
)

LossAndGradient: TypeAlias = tuple[float | Array, Array]

INITIAL_STATE, TARGET, TIME_STEPS = -2.0, 0.7, 50  # of the recurrent net


@dataclass(frozen=True, eq=False)
class Landscape:
    """A loss with its gradient, and what a picture of it needs.

    Attributes
    ----------
    name : str
    function : callable
        `theta -> (loss, gradient)` without checks; call `loss_and_gradient` instead.
    minimum : ndarray of shape (n,)
        A point of least loss.
    start : ndarray of shape (n,)
        Where a run may begin.
    box : ndarray of shape (n, 2)
        The part worth drawing: lowest and highest value of each coordinate.
    """

    name: str
    function: Callable[[Array], LossAndGradient]
    minimum: Array
    start: Array
    box: Array

    def __post_init__(self) -> None:
        for name in ("minimum", "start", "box"):
            constant = np.array(getattr(self, name), dtype=np.float64)
            constant.flags.writeable = False
            object.__setattr__(self, name, constant)

    def loss_and_gradient(self, theta: npt.ArrayLike) -> LossAndGradient:
        """Return the loss at `theta`, and its gradient.

        Parameters
        ----------
        theta : array_like of shape (n, ...)

        Returns
        -------
        loss : float or ndarray of shape (...)
        gradient : ndarray of shape (n, ...)

        Raises
        ------
        ValueError
            If axis 0 is not as long as the landscape has coordinates.
        """
        theta = as_floats("theta", theta)
        hint = f"axis 0 holds the coordinates of {self.name}; try np.stack([x, y]) for a grid"
        check_shape("theta", theta, (len(self.start), ...), hint)
        with np.errstate(over="ignore", invalid="ignore"):
            return self.function(theta)

    def loss(self, theta: npt.ArrayLike) -> float | Array:
        """Return the loss alone, as a gradient check asks for it.

        Parameters, result and errors are those of `loss_and_gradient`.
        """
        return self.loss_and_gradient(theta)[0]

    def grid(self, points: int = 200) -> tuple[Array, Array, Array]:
        """Return the x, the y and the losses of a picture of the box.

        Returns
        -------
        x, y : ndarray of shape (points,)
        loss : ndarray of shape (points, points)
            Rows are y and columns are x, as `contour` of Matplotlib expects.

        Raises
        ------
        ValueError
            If `points` is below 2, or the landscape does not have two coordinates.
        """
        check_count("points", points, minimum=2)
        check_shape("box", self.box, (2, 2), "a grid needs two coordinates")
        x, y = (np.linspace(low, high, points) for low, high in self.box.tolist())
        loss, _ = self.loss_and_gradient(np.stack(np.meshgrid(x, y)))
        return x, y, np.asarray(loss)


@dataclass(frozen=True, eq=False)
class Quadratic(Landscape):
    """A quadratic bowl; it alone has one Hessian everywhere.

    Attributes
    ----------
    kappa : float
        Condition number: the largest eigenvalue of the Hessian over the smallest.
    """

    kappa: float

    @property
    def hessian(self) -> Array:
        """The matrix of second derivatives, of shape (2, 2)."""
        return np.diag(self.eigenvalues)

    @property
    def eigenvalues(self) -> Array:
        """Of the Hessian, rising: (1, κ)."""
        return np.array([1.0, self.kappa])

    @property
    def largest_stable_rate(self) -> float:
        """Gradient descent converges for learning rates below it: 2/λ_max."""
        return float(2.0 / self.eigenvalues[-1])


def quadratic(kappa: float) -> Quadratic:
    r"""Return a bowl that is κ times as steep along y as along x.

    .. math:: L(x, y) = \tfrac12 (x^2 + \kappa y^2)

    Gradient descent multiplies x by :math:`1 - \eta` and y by :math:`1 - \eta\kappa` in a step.

    Raises
    ------
    ValueError
        If `kappa` is below 1 or not finite.
    """
    check_positive("kappa", kappa)
    if kappa < 1:
        raise ValueError(f"kappa is largest/smallest, 1 or more, got {kappa}; try {1 / kappa:g}")
    return Quadratic(
        name=f"quadratic, κ = {kappa:g}",
        function=partial(_quadratic, kappa=float(kappa)),
        minimum=np.zeros(2),
        start=np.ones(2),
        box=np.array([(-1.5, 1.5), (-1.5, 1.5)]),
        kappa=float(kappa),
    )


def _quadratic(theta: Array, kappa: float) -> LossAndGradient:
    x, y = theta
    return 0.5 * (x**2 + kappa * y**2), _gradient(theta, x, kappa * y)


def rosenbrock() -> Landscape:
    r"""Return a curved valley: easy to enter, slow to follow.

    .. math:: L(x, y) = (1 - x)^2 + 100 \, (y - x^2)^2

    References
    ----------
    Rosenbrock (1960), An automatic method for finding the greatest or least value of a function,
    The Computer Journal 3.
    """
    return Landscape(
        name="Rosenbrock",
        function=_rosenbrock,
        minimum=np.array([1.0, 1.0]),
        start=np.array([-1.2, 1.0]),
        box=np.array([(-2.0, 2.0), (-1.0, 3.0)]),
    )


def _rosenbrock(theta: Array) -> LossAndGradient:
    x, y = theta
    above = y - x**2  # above the floor of the valley
    loss = (1 - x) ** 2 + 100 * above**2
    return loss, _gradient(theta, -2 * (1 - x) - 400 * x * above, 200 * above)


def beale() -> Landscape:
    r"""Return a flat plain between steep walls, with a saddle point at (0, 1).

    .. math:: L(x, y) = \sum_{k=1}^{3} \bigl(c_k - x (1 - y^k)\bigr)^2, \qquad
        c = (1.5,\ 2.25,\ 2.625)

    References
    ----------
    Beale (1958), On an iterative method for finding a local minimum of a function of more than
    one variable, Technical Report 25, Princeton University. The start is the one of Moré, Garbow
    and Hillstrom (1981), Testing unconstrained optimization software, ACM TOMS 7.
    """
    return Landscape(
        name="Beale",
        function=_beale,
        minimum=np.array([3.0, 0.5]),
        start=np.array([1.0, 1.0]),
        box=np.array([(-4.5, 4.5), (-4.5, 4.5)]),
    )


def _beale(theta: Array) -> LossAndGradient:
    x, y = theta
    loss, d_x, d_y = 0.0 * x, 0.0 * x, 0.0 * x
    for k, c in enumerate((1.5, 2.25, 2.625), start=1):
        residual = c - x * (1 - y**k)
        loss = loss + residual**2
        d_x = d_x - 2 * residual * (1 - y**k)
        d_y = d_y + 2 * residual * x * k * y ** (k - 1)
    return loss, _gradient(theta, d_x, d_y)


def recurrent_cliff() -> Landscape:
    r"""Return the loss of one recurrent unit: two plains, and a cliff between them.

    .. math:: x_{t+1} = w \, \sigma(x_t) + b, \qquad L(w, b) = (\sigma(x_{50}) - 0.7)^2

    `theta` is (w, b), and the unit starts from :math:`x_0 = -2`. For w > 4 it can rest in two
    states. Below the cliff it stays in the low one, at L near 0.49; above, it has left for the
    high one, at L near 0.09. On the cliff the gradient is thousands of times that of the plains.
    The valley is :math:`b = x^* - 0.7 w` with :math:`x^* = \ln(7/3)`, where :math:`x^*` is a
    state of rest and its output 0.7; `minimum` is one point of it.

    Gradient descent from `start` at a learning rate of 0.35 is thrown far up the high plain and
    stays there; clipped to norm 1, it tacks along the cliff down into the valley.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks,
    ICML, figure 6. The paper does not print its :math:`x_0`; −2 is our choice.
    """
    return Landscape(
        name="recurrent cliff",
        function=_recurrent_cliff,
        minimum=np.array([3.0, math.log(TARGET / (1 - TARGET)) - TARGET * 3.0]),
        start=np.array([6.0, -3.0]),
        box=np.array([(2.0, 9.0), (-4.0, 1.0)]),
    )


def _recurrent_cliff(theta: Array) -> LossAndGradient:
    one = theta.ndim == 1  # Python's floats are 3 times as fast as NumPy's for a single run
    w, b = theta.tolist() if one else theta
    sigmoid: Callable[[Any], Any] = _sigmoid_of_float if one else _sigmoid
    x = INITIAL_STATE if one else np.full_like(w, INITIAL_STATE)
    outputs = []
    for _ in range(TIME_STEPS):
        outputs.append(sigmoid(x))
        x = w * outputs[-1] + b
    y = sigmoid(x)
    delta = 2 * (y - TARGET) * y * (1 - y)  # ∂L/∂x_t at t = 50
    d_w: Any = 0.0
    d_b: Any = 0.0
    for s in reversed(outputs):  # σ(x_{t-1}), from t = 50 back to t = 1
        d_w = d_w + delta * s
        d_b = d_b + delta
        delta = delta * (w * s * (1 - s))  # ∂L/∂x_{t-1} = ∂L/∂x_t · ∂x_t/∂x_{t-1}
    return (y - TARGET) ** 2, np.array([d_w, d_b], dtype=theta.dtype)


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))  # e^710 is infinite, and 1/(1 + ∞) = 0 is right


def _sigmoid_of_float(x: float) -> float:
    return 1 / (1 + math.exp(min(-x, 709.0)))  # e^710 is too large for a float


def cosh() -> Landscape:
    r"""Return a valley whose walls rise exponentially: curvature grows with the gradient.

    .. math:: L(w) = \cosh w

    A learning rate that is stable at w = 8, where :math:`L'' \approx 1490`, crawls near 0, where
    :math:`L'' = 1`. Here clipping speeds descent up. `theta` has one coordinate: shape (1, ...).

    References
    ----------
    The condition that it meets, :math:`|L''| \le c_0 + c_1 |L'|`, is the one of Zhang, He, Sra and
    Jadbabaie (2020), Why gradient clipping accelerates training: a theoretical justification for
    adaptivity, ICLR.
    """
    return Landscape(
        name="cosh",
        function=_cosh,
        minimum=np.zeros(1),
        start=np.array([8.0]),
        box=np.array([(-10.0, 10.0)]),
    )


def _cosh(theta: Array) -> LossAndGradient:
    return np.cosh(theta[0]), np.sinh(theta)


def noisy_quadratic(theta: npt.ArrayLike, samples: npt.ArrayLike) -> LossAndGradient:
    r"""Return the loss of one parameter on a batch of numbers, and its gradient.

    .. math:: L(w) = \frac{1}{2B} \sum_{i=1}^{B} (w - x_i)^2, \qquad L'(w) = w - \bar x

    With samples of mean 0 and variance 1, stochastic gradient descent at a constant learning rate
    ends as noise about 0 of variance :math:`\eta / ((2 - \eta) B)`.

    Parameters
    ----------
    theta : array_like of shape (1,) or (1, runs)
    samples : array_like of shape (B,) or (B, runs)
        The batch; each run has its own.

    Raises
    ------
    ValueError
        If the shapes do not fit, the batch is empty, or a sample is not finite.
    """
    theta, samples = as_floats("theta", theta), as_floats("samples", samples)
    check_shape("theta", theta, (1, ...), "noisy_quadratic has one parameter")
    check_shape("samples", samples, ("batch", *theta.shape[1:]), "axis 0 is the batch")
    check_count("the number of samples", len(samples))
    check_finite("samples", samples)
    with np.errstate(over="ignore", invalid="ignore"):
        return 0.5 * np.mean((theta - samples) ** 2, axis=0), theta - samples.mean(axis=0)


def reddi(theta: npt.ArrayLike, t: int, *, C: float = 3.0) -> LossAndGradient:
    r"""Return the loss of round t in a game that Adam loses.

    .. math:: f_t(x) = \begin{cases} C x & t \bmod 3 = 1 \\ -x & \text{otherwise} \end{cases}
        \qquad x \in [-1, 1], \quad C > 2

    Three rounds together cost :math:`(C - 2) x`, so −1 is the best point and +1 the worst. Adam
    with :math:`\beta_1 = 0` and :math:`\beta_2 = 1/(1 + C^2)` shrinks the rare large gradient more
    than the two small ones that follow, and walks to +1; AMSGrad remembers it, and walks to −1.
    The caller keeps x in [−1, 1]: see `project` of `Optimizer`.

    Parameters
    ----------
    theta : array_like of shape (1,) or (1, runs)
        x.
    t : int
        Round; 1 is the first.
    C : float

    Raises
    ------
    ValueError
        If `theta` has more than one coordinate, `t` is below 1, or `C` is not above 2.

    References
    ----------
    Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, ICLR, section 3.
    """
    theta = as_floats("theta", theta)
    check_shape("theta", theta, (1, ...), "this game has one coordinate")
    check_count("t", t, hint="the first round is t = 1")
    if not C > 2:
        raise ValueError(f"C must be above 2, or +1 would not be the worst point; got {C}")
    slope = C if t % 3 == 1 else -1.0
    return slope * theta[0], np.full_like(theta, slope)


def _gradient(theta: Array, d_x: Array, d_y: Array) -> Array:
    gradient = np.empty_like(theta)
    gradient[0], gradient[1] = d_x, d_y
    return gradient
