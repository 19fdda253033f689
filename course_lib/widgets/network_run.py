"""A network in training: the run of the playground, and what is measured at one of its steps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from course_lib import datasets
from course_lib._arrays import Array
from course_lib.datasets import Dataset
from course_lib.gradient_check import numerical_gradient
from course_lib.losses import l1_penalty, l2_penalty, penalized
from course_lib.mlp import MLP
from course_lib.optimizers import Optimizer, adam, adamw, momentum, nesterov, rmsprop, sgd
from course_lib.plots import Parameter
from course_lib.training import descend, minibatches
from course_lib.transformations import chain
from course_lib.widgets.clipping_run import clip_link
from course_lib.widgets.experiment import Settings

DATA: dict[str, Callable[..., Dataset]] = {
    "xor": datasets.xor_clouds,
    "moons": datasets.moons,
    "spirals": datasets.spirals,
    "blobs": datasets.blobs,
}
OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}
SAMPLES = 200  # a tenth of them is a multiple of four, so each set holds as much of each class
DATA_SEED = 341
POINTS = 48  # of the grid on which the units answer, each way
HORIZONS = 100, 200, 500, 1000, 2000, 5000
MOST_STEPS = HORIZONS[-1]
NOTHING = "none"  # instead of a parameter's name

# What of the settings makes a different run; the others choose what to look at.
OF_THE_RUN = (
    *("data", "noise", "test_share", "layers", "units_1", "units_2", "units_3", "activation"),
    *("loss", "optimizer", "eta", "clip", "threshold", "l1", "l2", "batch_size", "seed"),
)


def network_of(settings: Settings) -> MLP:
    """Return the network that the settings describe: two inputs, and a sigmoid at the end."""
    hidden = [settings[f"units_{number}"] for number in range(1, settings["layers"] + 1)]
    return MLP((2, *hidden, 1), settings["activation"], "sigmoid", settings["loss"])


def parameter_names(net: MLP) -> list[str]:
    """Return "W1[0, 0]" and so on, for each entry of theta."""
    return [net.parameter_name(index) for index in range(net.n_parameters)]


def place_of(name: str) -> Parameter:
    """Return where in the network the parameter of this name is.

    >>> place_of("W1[0, 2]")
    Parameter(layer=1, start=0, end=2)
    """
    layer, numbers = name.rstrip("]").split("[")
    *start, end = (int(number) for number in numbers.split(", "))
    return Parameter(int(layer[1:]), start[0] if start else None, end)


def data_of(settings: Settings) -> tuple[Dataset, Dataset]:
    """Draw the samples, and deal them out: their classes take turns, so any part holds all."""
    rng = np.random.default_rng(DATA_SEED)
    X, Y, name = DATA[settings["data"]](SAMPLES, noise=settings["noise"], rng=rng)
    tests = round(SAMPLES * settings["test_share"])
    return Dataset(X[tests:], Y[tests:], name), Dataset(X[:tests], Y[:tests], name)


class TrainingRun:
    """The parameters and the losses after each step so far; it grows as far as it is looked at.

    Parameters
    ----------
    settings : mapping

    Attributes
    ----------
    net : MLP
    train, test : Dataset
    objective : callable
        `objective(theta, X, Y) -> (loss, gradient)`: what is made small, penalties included.
    thetas : list of ndarray of shape (n,)
        The first is where the run starts.
    train_losses, test_losses : list of float
        Of all samples, without penalties, for each of `thetas`.
    diverged : bool
        Whether the step after the last is no longer finite.
    """

    def __init__(self, settings: Settings) -> None:
        self.net = network_of(settings)
        self.train, self.test = data_of(settings)
        rng = np.random.default_rng(settings["seed"])
        theta = self.net.init(rng=rng)
        l1, l2 = (self._on_weights(settings[name]) for name in ("l1", "l2"))
        decay = l2 if settings["optimizer"] == "adamw" else 0.0 * l2
        self.objective = penalized(self.net.loss_and_gradient, *_penalties(l1, l2 - decay))
        self._steps = descend(
            self.objective, theta, _batches(self.train, settings["batch_size"], rng),
            optimizer=_optimizer(settings, decay), steps=MOST_STEPS,
        )  # fmt: skip
        self.diverged = False
        self.thetas: list[Array] = []
        self.train_losses: list[float] = []
        self.test_losses: list[float] = []
        self._arrive(theta)

    @property
    def taken(self) -> int:
        """How many steps have been taken."""
        return len(self.thetas) - 1

    @property
    def over(self) -> bool:
        """Whether no further step can be taken."""
        return self.diverged or self.taken == MOST_STEPS

    def extend(self, steps: int) -> None:
        """Take steps until so many have been taken, or the run is over."""
        while self.taken < steps and not self.over:
            step = next(self._steps)
            self.diverged = bool(step.diverged)
            if not self.diverged:
                self._arrive(step.theta)

    def at(self, step: int, weight: str = NOTHING) -> Moment:
        """Return what there is to see after so many steps, or after all there are as yet."""
        return Moment(self, step, min(step, self.taken), weight)

    def _arrive(self, theta: Array) -> None:
        self.thetas.append(theta)
        self.train_losses.append(self.loss(theta, self.train))
        self.test_losses.append(self.loss(theta, self.test))

    def loss(self, theta: Array, data: Dataset) -> float:
        """Return the loss of all samples, without penalties."""
        with np.errstate(all="ignore"):  # just before a run diverges
            return float(self.net.loss_and_gradient(theta, data.X, data.Y)[0])

    def _on_weights(self, strength: float) -> Array:
        """Return the strength for each weight, and 0 for each bias."""
        strengths = np.zeros(self.net.n_parameters)
        for W, _ in self.net.layers(strengths):
            W[...] = strength
        return strengths


def _penalties(l1: Array, l2: Array) -> list[Callable[[Array], Any]]:
    """Return the penalties that are not zero."""
    pairs = (l1_penalty, l1), (l2_penalty, l2)
    return [partial(penalty, strength=strength) for penalty, strength in pairs if strength.any()]


def _optimizer(settings: Settings, decay: Array) -> Optimizer:
    """Clip, then what the optimizer does; AdamW alone takes the decay of the weights."""
    name, eta = settings["optimizer"], settings["eta"]
    further: dict[str, Any] = {"weight_decay": decay} if name == "adamw" else {}
    direction = OPTIMIZERS[name](learning_rate=eta, **further).direction
    clip = clip_link(settings["clip"], settings["threshold"])
    return Optimizer(direction=chain(clip, direction), learning_rate=eta)


def _batches(data: Dataset, size: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Mini-batches for ever; all samples in every step where so many are asked for."""
    X, Y, _ = data
    if size >= len(X):
        return itertools.repeat((X, Y))
    return minibatches(X, Y, size=size, rng=rng, epochs=None)


@dataclass(frozen=True)
class Gradient:
    """One parameter, and how the objective changes with it.

    Attributes
    ----------
    name : str
    value : float
        Of the parameter.
    by_formula, by_difference : float
        Back-propagation, and (L(θ + h e) − L(θ − h e))/2h; on all training samples, penalties
        included.
    """

    name: str
    value: float
    by_formula: float
    by_difference: float


@dataclass(frozen=True)
class Moment:
    """A run at one of its steps.

    Attributes
    ----------
    run : TrainingRun
    asked : int
        The step that was asked for.
    step : int
        The one that is looked at: the same, or the last that there was as yet.
    weight : str
        Name of a parameter, or "none".
    """

    run: TrainingRun
    asked: int
    step: int
    weight: str

    @property
    def theta(self) -> Array:
        """The parameters there."""
        return self.run.thetas[self.step]

    @property
    def accuracy(self) -> tuple[float, float]:
        """Share of the training samples, and of the test samples, that are told right."""
        return self._right(self.run.train), self._right(self.run.test)

    def _right(self, data: Dataset) -> float:
        with np.errstate(all="ignore"):
            y = self.run.net.predict(self.theta, data.X)
        return float(np.mean((y > 0.5) == (data.Y > 0.5)))

    @cached_property
    def gradient(self) -> Gradient | None:
        """How the objective changes with the parameter; None if the network has none such."""
        names = parameter_names(self.run.net)
        if self.weight not in names:
            return None
        index, theta = names.index(self.weight), self.theta
        X, Y, _ = self.run.train
        with np.errstate(all="ignore"):
            slope = self.run.objective(theta, X, Y)[1][index]
            (difference,) = numerical_gradient(self._along(index), theta[[index]])
        return Gradient(self.weight, float(theta[index]), float(slope), float(difference))

    def _along(self, index: int) -> Callable[[Array], float]:
        """Return the objective as a function of one parameter alone."""
        theta = self.theta.copy()
        X, Y, _ = self.run.train

        def objective(value: Array) -> float:
            theta[index] = value[0]
            return float(self.run.objective(theta, X, Y)[0])

        return objective

    def answers(self, x: Array, y: Array) -> list[Array]:
        """Return what each unit answers on a grid, from -1 to 1, layer by layer, inputs first.

        A ReLU or identity unit, which knows no bounds, is divided by its largest answer.
        """
        points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        middle, half = (x[0] + x[-1], y[0] + y[-1]), (x[-1] - x[0], y[-1] - y[0])
        layers = [(2 * points - middle) / half]
        with np.errstate(all="ignore"):
            hidden = self.run.net.hidden_layers(self.theta, points)
            layers += [_bounded(a, self.run.net.hidden) for a in hidden]
            layers.append(2 * self.run.net.predict(self.theta, points) - 1)
        return [layer.T.reshape(-1, len(y), len(x)) for layer in layers]


def _bounded(a: Array, activation: str) -> Array:
    if activation == "sigmoid":
        return 2 * a - 1
    if activation == "tanh":
        return a
    largest = np.abs(a).max(axis=0)
    return a / np.where(largest > 0, largest, 1.0)


def box_of(run: TrainingRun) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the limits of a picture that has all samples in it."""
    X = np.concatenate([run.train.X, run.test.X])
    (x0, y0), (x1, y1) = (
        np.floor(X.min(axis=0) * 4 - 0.8) / 4,
        np.ceil(X.max(axis=0) * 4 + 0.8) / 4,
    )
    return (float(x0), float(x1)), (float(y0), float(y1))


def horizon(step: int) -> int:
    """Return where the axis of steps ends: at the first of a few numbers that is not passed."""
    return next(end for end in HORIZONS if end >= step)
