r"""Transformations: from a gradient :math:`g_t` to a direction :math:`d_t`.

An optimizer then steps *against* the direction, :math:`\theta_{t+1} = \theta_t - \eta_t d_t`; no
minus sign hides in here. A transformation is its settings. Its state goes in and comes out, a
NamedTuple with the letters of the paper, so that a run can be paused, copied and replayed:

>>> adam = Adam()
>>> state = adam.init(theta)
>>> d, state = adam.update(g, state, theta)

Gradients have the shape of theta, `(n,)`, or `(n, runs)` for many runs at once. Then a threshold
may have shape `(runs,)`, and a norm is taken over axis 0: one for each run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from course_lib._arrays import (
    Array,
    check_count,
    check_in_unit_interval,
    check_non_negative,
    check_positive,
    is_finite,
)


class Transformation(Protocol):
    """What every link of a chain can do."""

    def init(self, theta: Array) -> Any:
        """Return the state before the first step."""

    def update(self, g: Array, state: Any, theta: Array) -> tuple[Array, Any]:
        """Return the direction and the next state."""


def global_norm(g: Array) -> Any:
    r"""Length of the gradient, :math:`\lVert g\rVert_2`, over all parameters together.

    Returns
    -------
    float, or ndarray of shape (runs,)
        Right also where the square of an entry would overflow: an exploding gradient is what
        clipping is for.
    """
    if g.ndim == 1:
        norm: Any = math.sqrt(np.vdot(g, g))  # g.dot(g) would warn of the overflow
        overflowed = not math.isfinite(norm)
    else:
        norm = np.sqrt(np.einsum("nr,nr->r", g, g))
        overflowed = not is_finite(norm)
    return _rescaled_norm(g) if overflowed else norm


def _rescaled_norm(g: Array) -> Any:
    largest = np.abs(g).max(axis=0)
    scale = np.where(np.isfinite(largest) & (largest > 0), largest, 1.0)
    return scale * np.sqrt(np.square(g / scale).sum(axis=0))


def per_run(name: str, value: float | Array, theta: Array) -> None:
    """Check that `value` is one number, or one for each column of `theta`.

    Raises
    ------
    TypeError
        If it is a list, which has no arithmetic.
    ValueError
        If its shape is neither () nor (runs,).
    """
    if isinstance(value, list | tuple):
        raise TypeError(f"{name} is a {type(value).__name__}; write np.array({value})")
    shape = np.shape(value)
    if shape not in ((), theta.shape[1:]):
        raise ValueError(
            f"{name} has shape {shape} and theta {theta.shape}: one number for each run needs"
            f" theta of shape (n, {shape[0]}),"
            f" which np.repeat(theta[:, None], {shape[0]}, axis=1) makes"
        )


@dataclass(frozen=True, kw_only=True)
class ClipByGlobalNorm:
    r"""Shorten a gradient that is too long: :math:`d = g \, \min(1, c/\lVert g\rVert_2)`.

    The direction stays. PyTorch's `clip_grad_norm_` divides by :math:`\lVert g\rVert + 10^{-6}`.

    Parameters
    ----------
    max_norm : float or ndarray of shape (runs,)
        Threshold c > 0, in units of the gradient; infinity never clips.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks,
    algorithm 1.
    """

    max_norm: float | Array

    def __post_init__(self) -> None:
        check_positive("max_norm", self.max_norm, infinite=True)

    def init(self, theta: Array) -> None:
        """Return no state; check that there is one threshold, or one for each run."""
        per_run("max_norm", self.max_norm, theta)

    def update(self, g: Array, state: None, theta: Array) -> tuple[Array, None]:  # noqa: ARG002
        """Return the clipped gradient."""
        norm = global_norm(g)
        c = self.max_norm
        if g.ndim == 1:
            return (g * float(c / norm) if norm > c else g), None
        with np.errstate(divide="ignore", invalid="ignore"):  # c/0 and inf/inf clip nothing
            return g * np.fmin(1.0, c / norm), None


@dataclass(frozen=True, kw_only=True)
class ClipByValue:
    r"""Clip every entry: :math:`d_i = \min(c, \max(-c, g_i))`. The direction may turn.

    Parameters
    ----------
    max_value : float or ndarray of shape (runs,)
        Threshold c > 0, in units of the gradient. PyTorch calls it `clip_value`.
    """

    max_value: float | Array

    def __post_init__(self) -> None:
        check_positive("max_value", self.max_value, infinite=True)

    def init(self, theta: Array) -> None:
        """Return no state; check that there is one threshold, or one for each run."""
        per_run("max_value", self.max_value, theta)

    def update(self, g: Array, state: None, theta: Array) -> tuple[Array, None]:  # noqa: ARG002
        """Return the clipped gradient."""
        return np.clip(g, -self.max_value, self.max_value), None


class MomentumState(NamedTuple):
    """Velocity v, in the shape of theta."""

    v: Array


@dataclass(frozen=True, kw_only=True)
class Momentum:
    r"""Heavy ball: :math:`v_t = \beta v_{t-1} + g_t`, :math:`d_t = v_t`.

    With a steady gradient v grows to :math:`g/(1-\beta)`. scikit-learn keeps :math:`\eta` inside:
    :math:`v \leftarrow \beta v - \eta g`; the two part ways once :math:`\eta` changes.

    Parameters
    ----------
    beta : float or ndarray of shape (runs,)
        In [0, 1); 0 is plain gradient descent.

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods.
    """

    beta: float | Array = 0.9

    def __post_init__(self) -> None:
        check_in_unit_interval("beta", self.beta)

    def init(self, theta: Array) -> MomentumState:
        """Return a velocity of 0."""
        per_run("beta", self.beta, theta)
        return MomentumState(v=np.zeros_like(theta))

    def update(
        self,
        g: Array,
        state: MomentumState,
        theta: Array,  # noqa: ARG002
    ) -> tuple[Array, MomentumState]:
        """Return the velocity."""
        v = self.beta * state.v + g
        return v, MomentumState(v)


@dataclass(frozen=True, kw_only=True)
class Nesterov(Momentum):
    r"""Nesterov momentum: :math:`v_t = \beta v_{t-1} + g_t`, :math:`d_t = g_t + \beta v_t`.

    The form of PyTorch and Optax, written at the point where the gradient is taken. Nesterov's
    own iterate is :math:`\theta_t + \eta\beta v_t` of this one.

    References
    ----------
    Nesterov (1983); Sutskever, Martens, Dahl and Hinton (2013), On the importance of
    initialization and momentum in deep learning.
    """

    def update(self, g: Array, state: MomentumState, theta: Array) -> tuple[Array, MomentumState]:
        """Return the gradient and a look ahead along the velocity."""
        v, state = super().update(g, state, theta)
        return g + self.beta * v, state


class RMSPropState(NamedTuple):
    """Running mean square v of the gradient, in the shape of theta."""

    v: Array


@dataclass(frozen=True, kw_only=True)
class RMSProp:
    r"""Divide by a running root mean square: :math:`d_t = g_t / (\sqrt{v_t} + \epsilon)`.

    :math:`v_t = \beta v_{t-1} + (1-\beta) g_t^2`, from :math:`v_0 = 0`, so the first step has
    length :math:`\eta/\sqrt{1-\beta}` in every coordinate. PyTorch calls β `alpha`, default 0.99.

    Parameters
    ----------
    beta : float or ndarray of shape (runs,)
        In [0, 1).
    eps : float or ndarray of shape (runs,)
        ε > 0, added after the root.

    References
    ----------
    Tieleman and Hinton (2012), Lecture 6.5, Neural Networks for Machine Learning, Coursera.
    """

    beta: float | Array = 0.9
    eps: float | Array = 1e-8

    def __post_init__(self) -> None:
        check_in_unit_interval("beta", self.beta)
        check_positive("eps", self.eps)

    def init(self, theta: Array) -> RMSPropState:
        """Return a mean square of 0."""
        per_run("beta", self.beta, theta)
        per_run("eps", self.eps, theta)
        return RMSPropState(v=np.zeros_like(theta))

    def update(
        self,
        g: Array,
        state: RMSPropState,
        theta: Array,  # noqa: ARG002
    ) -> tuple[Array, RMSPropState]:
        """Return the gradient, scaled entry by entry."""
        v = self.beta * state.v + (1 - self.beta) * g**2
        return g / (np.sqrt(v) + self.eps), RMSPropState(v)


class AdamState(NamedTuple):
    """Step count t and the moments m and v; `v_max` is AMSGrad's largest v so far, else None."""

    t: int
    m: Array
    v: Array
    v_max: Array | None


@dataclass(frozen=True, kw_only=True)
class Adam:
    r"""Adam's direction, :math:`d_t = \hat m_t / (\sqrt{\hat v_t} + \epsilon)`.

    Algorithm 1 of the paper: ε is added *after* the square root of the corrected moment, as in
    PyTorch and Optax; scikit-learn uses the "ε-hat" form of its section 2. With `amsgrad` the
    largest v so far takes the place of v, and is corrected in the same way, as in PyTorch; in
    Reddi's paper nothing is corrected.

    Parameters
    ----------
    beta1, beta2 : float or ndarray of shape (runs,)
        In [0, 1).
    eps : float or ndarray of shape (runs,)
        ε > 0.
    amsgrad : bool

    References
    ----------
    Kingma and Ba (2015), Adam: a method for stochastic optimization.
    Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond.
    """

    beta1: float | Array = 0.9
    beta2: float | Array = 0.999
    eps: float | Array = 1e-8
    amsgrad: bool = False

    def __post_init__(self) -> None:
        check_in_unit_interval("beta1", self.beta1)
        check_in_unit_interval("beta2", self.beta2)
        check_positive("eps", self.eps)

    def init(self, theta: Array) -> AdamState:
        """Return step 0, both moments 0."""
        per_run("beta1", self.beta1, theta)
        per_run("beta2", self.beta2, theta)
        per_run("eps", self.eps, theta)
        zeros = np.zeros_like(theta)
        return AdamState(t=0, m=zeros, v=zeros, v_max=zeros if self.amsgrad else None)

    def update(
        self,
        g: Array,
        state: AdamState,
        theta: Array,  # noqa: ARG002
    ) -> tuple[Array, AdamState]:
        """Return the corrected mean over the root of the corrected mean square."""
        beta1, beta2, t = self.beta1, self.beta2, state.t + 1
        m = beta1 * state.m + (1 - beta1) * g
        v = beta2 * state.v + (1 - beta2) * g**2
        v_max = None if state.v_max is None else np.maximum(state.v_max, v)
        m_hat = m * (1 / (1 - beta1**t))  # a product with the inverse, as a quotient is slower
        v_hat = (v if v_max is None else v_max) * (1 / (1 - beta2**t))
        return m_hat / (np.sqrt(v_hat) + self.eps), AdamState(t, m, v, v_max)


@dataclass(frozen=True, kw_only=True)
class Scale:
    r"""Multiply every entry by a factor of its own: :math:`d_i = s_i \, g_i`.

    So layers get learning rates of their own: :math:`s_i \eta` is the rate of parameter i. Other
    libraries call it parameter groups (PyTorch) or a mask (Optax).

    Parameters
    ----------
    factor : float, or ndarray that broadcasts against theta
        s ≥ 0. Shape (runs,) gives one to each run, shape (n,) or (n, 1) one to each parameter,
        and (n, runs) one to each parameter of each run.
    """

    factor: float | Array

    def __post_init__(self) -> None:
        check_non_negative("factor", self.factor, hint="the step already goes downhill")

    def init(self, theta: Array) -> None:
        """Return no state; check that the shape fits."""
        _check_broadcast("factor", self.factor, theta)

    def update(self, g: Array, state: None, theta: Array) -> tuple[Array, None]:  # noqa: ARG002
        """Return the scaled gradient."""
        return g * self.factor, None


@dataclass(frozen=True, kw_only=True)
class DecayWeights:
    r"""Add :math:`\lambda\theta_t` to what comes in: :math:`d_t = g_t + \lambda\theta_t`.

    Its place in the chain decides what it is. Before Adam it is an L2 penalty, which Adam rescales
    away: "Adam + L2". After Adam it is AdamW's decoupled weight decay.

    Parameters
    ----------
    weight_decay : float, or ndarray that broadcasts against theta
        λ ≥ 0. Shape (runs,) gives one to each run, shape (n,) or (n, 1) one to each parameter.

    References
    ----------
    Loshchilov and Hutter (2019), Decoupled weight decay regularization.
    """

    weight_decay: float | Array

    def __post_init__(self) -> None:
        check_non_negative("weight_decay", self.weight_decay)

    def init(self, theta: Array) -> None:
        """Return no state; check that the shape fits."""
        _check_broadcast("weight_decay", self.weight_decay, theta)

    def update(self, g: Array, state: None, theta: Array) -> tuple[Array, None]:  # noqa: ARG002
        """Return the gradient plus the decay."""
        return g + self.weight_decay * theta, None


class DelayState(NamedTuple):
    """Gradients on their way, the oldest first, each in the shape of theta."""

    waiting: tuple[Array, ...]


@dataclass(frozen=True, kw_only=True)
class Delay:
    r"""Hand on the gradient of τ steps ago: :math:`d_t = g_{t-\tau}`, and 0 for t < τ.

    So descent goes by stale gradients, :math:`\theta_{t+1} = \theta_t - \eta\,
    \nabla L(\theta_{t-\tau})`, as where several workers send theirs and nobody waits: while one of
    p workers computed, the other p - 1 have moved the parameters, so τ = p - 1.

    Parameters
    ----------
    steps : int
        τ; 0 is plain descent.

    References
    ----------
    Dean et al. (2012), Large scale distributed deep networks, NeurIPS.
    """

    steps: int

    def __post_init__(self) -> None:
        check_count("steps", self.steps, minimum=0)

    def init(self, theta: Array) -> DelayState:
        """Return τ zeros: nothing has arrived yet."""
        return DelayState(waiting=(np.zeros_like(theta),) * self.steps)

    def update(self, g: Array, state: DelayState, theta: Array) -> tuple[Array, DelayState]:  # noqa: ARG002
        """Return the oldest gradient, and let the new one wait."""
        oldest, *waiting = *state.waiting, g
        return oldest, DelayState(tuple(waiting))


def _check_broadcast(name: str, value: float | Array, theta: Array) -> None:
    shape, allowed = np.shape(value), ((), theta.shape[1:], theta.shape)
    if shape not in (*allowed, theta.shape[:1] + (1,) * (theta.ndim - 1)):
        raise ValueError(
            f"{name} has shape {shape} and theta {theta.shape}: give one number, one for"
            " each run (runs,), or one for each parameter: (n,), or (n, 1) with runs"
        )


@dataclass(frozen=True)
class Chain:
    """Transformations applied from left to right; the state is the tuple of their states."""

    links: tuple[Transformation, ...]

    def init(self, theta: Array) -> tuple[Any, ...]:
        """Return the state of every link."""
        return tuple([link.init(theta) for link in self.links])

    def update(
        self, g: Array, state: tuple[Any, ...], theta: Array
    ) -> tuple[Array, tuple[Any, ...]]:
        """Send the gradient through every link in turn."""
        states = []
        for link, link_state in zip(self.links, state, strict=True):
            g, new_state = link.update(g, link_state, theta)
            states.append(new_state)
        return g, tuple(states)


def chain(*links: Transformation) -> Chain:
    """Join transformations: `chain(ClipByGlobalNorm(max_norm=1.0), Adam())` clips, then scales.

    An empty chain passes the gradient on unchanged: plain gradient descent.

    Raises
    ------
    TypeError
        If a link is not a transformation; a class is not one until it is called.
    """
    for place, link in enumerate(links):
        check_transformation(f"link {place} of the chain", link)
    return Chain(links)


def check_transformation(name: str, link: object) -> None:
    """Refuse what is not a transformation; a class is not one until it is called.

    Raises
    ------
    TypeError
        With what it is.
    """
    if isinstance(link, type) or not hasattr(link, "update"):
        raise TypeError(
            f"{name} is {link!r}, not a transformation; write Adam(), with its parentheses"
        )
