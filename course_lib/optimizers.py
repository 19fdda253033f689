r"""Optimizers: a direction and a learning rate, :math:`\theta_{t+1} = \theta_t - \eta_t d_t`.

This is the one place where parameters move, and the one minus sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from course_lib._arrays import Array, as_floats, check_non_negative, check_shape
from course_lib.transformations import (
    Adam,
    DecayWeights,
    Momentum,
    Nesterov,
    RMSProp,
    Transformation,
    chain,
    check_transformation,
    per_run,
)

Rate: TypeAlias = float | Array
"""One learning rate, or one for each run: shape (runs,)."""

LearningRate: TypeAlias = Rate | Callable[[int], Rate]
"""A constant rate, or a schedule: a function of the step t, which is 0 at the first step."""


class OptimizerState(NamedTuple):
    """Steps taken so far, and the state of the direction."""

    t: int
    inner: Any


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    r"""Step against a direction: :math:`\theta_{t+1} = \theta_t - \eta_t d_t`.

    Parameters
    ----------
    direction : Transformation
        Turns the gradient into :math:`d_t`.
    learning_rate : float, ndarray of shape (runs,), or callable
        :math:`\eta_t \ge 0`; a schedule is called with t = 0, 1, 2, ...
    project : callable, optional
        Maps a point to the nearest one that is allowed, say `lambda theta: np.clip(theta, -1, 1)`:
        projected descent, :math:`\theta_{t+1} = \Pi(\theta_t - \eta_t d_t)`.

    Raises
    ------
    TypeError
        If `direction` is not a transformation, or `project` cannot be called.
    ValueError
        If a constant rate is negative or not finite.
    """

    direction: Transformation
    learning_rate: LearningRate
    project: Callable[[Array], Array] | None = None

    def __post_init__(self) -> None:
        check_transformation("direction", self.direction)
        if not (self.project is None or callable(self.project)):
            raise TypeError(
                f"project is {self.project!r}; give a function of theta, such as"
                " lambda theta: np.clip(theta, -1, 1)"
            )
        if not callable(self.learning_rate):
            check_non_negative(
                "learning_rate", self.learning_rate, hint="the step already goes downhill"
            )

    def init(self, theta: Array) -> OptimizerState:
        """Return the state before the first step.

        Raises
        ------
        ValueError
            If a setting has one value for each run and `theta` another number of columns.
        """
        per_run("learning_rate", self.rate(0), theta)
        return OptimizerState(0, self.direction.init(theta))

    def rate(self, t: int) -> Rate:
        r"""Return :math:`\eta_t`."""
        return self.learning_rate(t) if callable(self.learning_rate) else self.learning_rate

    def step(self, theta: Array, g: Array, state: OptimizerState) -> tuple[Array, OptimizerState]:
        """Return the next parameters and the next state; the given ones stay as they are.

        Raises
        ------
        ValueError
            If the gradient `g` has not the shape of `theta`.
        """
        if g.shape != theta.shape:
            check_shape("g", g, theta.shape, hint="a gradient has one entry for each parameter")
        d, inner = self.direction.update(g, state.inner, theta)
        step = self.rate(state.t) * d
        if step.dtype != theta.dtype:  # a float64 rate leaves float32 parameters what they are
            step = step.astype(as_floats("theta", theta).dtype)
        arrived = np.subtract(theta, step, out=step)
        if self.project is not None:
            arrived = self.project(arrived)
        return arrived, OptimizerState(state.t + 1, inner)


def sgd(*, learning_rate: LearningRate) -> Optimizer:
    """Gradient descent, plain: on mini-batches it is stochastic, on all data it is not."""
    return Optimizer(direction=chain(), learning_rate=learning_rate)


def momentum(*, learning_rate: LearningRate, beta: Rate = 0.9) -> Optimizer:
    """Gradient descent with `Momentum`."""
    return Optimizer(direction=Momentum(beta=beta), learning_rate=learning_rate)


def nesterov(*, learning_rate: LearningRate, beta: Rate = 0.9) -> Optimizer:
    """Gradient descent with `Nesterov` momentum."""
    return Optimizer(direction=Nesterov(beta=beta), learning_rate=learning_rate)


def rmsprop(*, learning_rate: LearningRate, beta: Rate = 0.9, eps: Rate = 1e-8) -> Optimizer:
    """`RMSProp`."""
    return Optimizer(direction=RMSProp(beta=beta, eps=eps), learning_rate=learning_rate)


def adam(
    *,
    learning_rate: LearningRate,
    beta1: Rate = 0.9,
    beta2: Rate = 0.999,
    eps: Rate = 1e-8,
    amsgrad: bool = False,
) -> Optimizer:
    """`Adam`, or AMSGrad."""
    direction = Adam(beta1=beta1, beta2=beta2, eps=eps, amsgrad=amsgrad)
    return Optimizer(direction=direction, learning_rate=learning_rate)


def adamw(
    *,
    learning_rate: LearningRate,
    weight_decay: Rate,
    beta1: Rate = 0.9,
    beta2: Rate = 0.999,
    eps: Rate = 1e-8,
) -> Optimizer:
    r"""`Adam`, then `DecayWeights`: :math:`d_t = \hat m/(\sqrt{\hat v}+\epsilon) + \lambda\theta`.

    As in PyTorch the decay is multiplied by the learning rate; in the paper only by the schedule.
    """
    direction = chain(
        Adam(beta1=beta1, beta2=beta2, eps=eps), DecayWeights(weight_decay=weight_decay)
    )
    return Optimizer(direction=direction, learning_rate=learning_rate)
