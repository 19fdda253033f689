"""The problems of the learning-rate lab: what is minimized, from where, and what to look at.

A `Valley` has two parameters that matter and a known minimum: its Hessian there predicts the run.
A `Classifier` is a network: only the sharpness where the run starts is known beforehand, and the
run changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from course_lib import datasets
from course_lib._arrays import Array
from course_lib.curvature import hessian, sharpness
from course_lib.datasets import Dataset
from course_lib.landscapes import quadratic
from course_lib.mlp import MLP
from course_lib.plots import (
    Axes,
    draw_contours,
    draw_decision,
    draw_digits,
    draw_paths,
    draw_samples,
    frame_digits,
)

LossAndGradient: TypeAlias = Callable[[Any], tuple[Any, Array]]

POINTS = 50  # of a grid, each way: contours are smooth, and a redraw stays below 20 ms
SHOWN = 6  # mistakes
SEED = 341  # of the data and the start: the same in every session
LOSS = "contours of the loss"


@dataclass(frozen=True, eq=False)
class Valley:
    """A loss of two parameters, drawn with its contours.

    Attributes
    ----------
    name, title : str
    loss_and_gradient : callable
    start, minimum : ndarray of shape (n,)
    eigenvalues : ndarray of shape (n,), rising
        Of the Hessian at the minimum.
    x, y : ndarray of shape (points,)
    losses : ndarray of shape (points, points)
        Over the plane of the first and the last parameter.
    labels : pair of str
    """

    name: str
    title: str
    loss_and_gradient: LossAndGradient
    start: Array
    minimum: Array
    eigenvalues: Array
    x: Array
    y: Array
    losses: Array
    labels: tuple[str, str]

    @property
    def lowest(self) -> float:
        """The loss at the minimum."""
        return float(self.loss_and_gradient(self.minimum)[0])

    @property
    def threshold(self) -> float:
        """The learning rate above which descent does not settle: 2/λ_max."""
        return float(2.0 / self.eigenvalues[-1])

    def draw_frame(self, ax: Axes) -> None:
        """Set limits and labels."""
        xlabel, ylabel = self.labels
        ax.set(xlim=self.x[[0, -1]], ylim=self.y[[0, -1]], xlabel=xlabel, ylabel=ylabel)
        ax.set_title(self.title)
        ax.grid(False)

    def draw_scene(self, ax: Axes) -> None:
        """Draw the contours."""
        lowest = (float(self.minimum[0]), float(self.minimum[-1]))
        draw_contours(self.x, self.y, self.losses, ax=ax, minimum=lowest)

    def draw_run(self, path: Array, ax: Axes) -> None:
        """Draw the path, of shape (n, points)."""
        draw_paths({"": path[[0, -1]]}, ax=ax)


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network that learns to tell classes apart, on all its training samples at once.

    Attributes
    ----------
    name, title : str
    net : MLP
    train, test : Dataset
    start : ndarray of shape (n,)
    threshold : float or None
        2/λ for the sharpness λ where the run starts; None where the loss bends down.
    """

    name: str
    title: str
    net: MLP
    train: Dataset
    test: Dataset
    start: Array
    threshold: float | None

    def loss_and_gradient(self, theta: Any) -> tuple[Any, Array]:
        """Return loss and gradient on the training samples."""
        return self.net.loss_and_gradient(theta, self.train.X, self.train.Y)

    def threshold_at(self, theta: Array) -> float | None:
        """Return 2/λ of the sharpness at theta."""
        return _threshold(self.net, theta, self.train)

    def classes(self, theta: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return what the test samples are, and what they are taken for."""
        y = self.net.predict(theta, self.test.X)
        return _labels(self.test.Y), _labels(y)

    def score(self, theta: Array) -> str:
        """Say how many test samples are right."""
        truth, guess = self.classes(theta)
        return f"Of {len(truth)} new samples it gets {(truth == guess).mean():.0%} right."

    def draw_scene(self, ax: Axes) -> None:
        """Draw nothing: all depends on the run."""


class Regions(Classifier):
    """Two features: the picture is the plane, coloured by what the network answers there."""

    def draw_frame(self, ax: Axes) -> None:
        """Set limits and labels."""
        (x0, x1), (y0, y1) = self._box()
        ax.set(xlim=(x0, x1), ylim=(y0, y1), xlabel="x₁", ylabel="x₂", title=self.title)
        ax.grid(False)

    def draw_run(self, path: Array, ax: Axes) -> None:
        """Draw what the network answers where the path ends."""
        x, y = (np.linspace(low, high, POINTS) for low, high in self._box())
        points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        probability = self.net.predict(path[:, -1], points).reshape(POINTS, POINTS)
        draw_decision(x, y, probability, ax=ax)
        draw_samples(self.train.X, _labels(self.train.Y), ax=ax)

    def _box(self) -> Array:
        low, high = self.train.X.min(axis=0), self.train.X.max(axis=0)
        return np.stack([low - 0.3, high + 0.3], axis=1)


class Mistakes(Classifier):
    """Images: the picture is the test samples of which the network is most wrongly sure."""

    def draw_frame(self, ax: Axes) -> None:
        """Leave room for images."""
        ax.set_title(self.title)
        frame_digits(SHOWN, ax=ax, columns=3)

    def draw_run(self, path: Array, ax: Axes) -> None:
        """Draw the test images with the least probability for what they are."""
        probability = self.net.predict(path[:, -1], self.test.X)
        worst = np.argsort((probability * self.test.Y).sum(axis=1), kind="stable")[:SHOWN]
        truth, guess = _labels(self.test.Y[worst]), _labels(probability[worst])
        draw_digits(self.test.X[worst], truth.tolist(), guess.tolist(), ax=ax, columns=3)


Problem: TypeAlias = Valley | Regions | Mistakes


@lru_cache(maxsize=64)
def quadratic_valley(kappa: float) -> Valley:
    """Return the bowl ½(x² + κy²)."""
    bowl = quadratic(kappa)
    return Valley(
        "quadratic", f"{LOSS} and the path", bowl.loss_and_gradient, bowl.start, bowl.minimum,
        bowl.eigenvalues, *bowl.grid(POINTS), ("θ₁", "θ₂"),
    )  # fmt: skip


@lru_cache(maxsize=1)
def xor_neuron() -> Valley:
    """Return the article's neuron: one logistic unit on XOR, gradient p − y.

    XOR stays the same when its inputs are swapped. A run that starts from w₁ = w₂ keeps them
    equal, so the plane of w and b holds the whole path.
    """
    net, data = MLP((2, 1), output="sigmoid", loss="binary_cross_entropy"), datasets.xor()
    side = np.linspace(-4.0, 4.0, POINTS)
    w, b = (part.ravel() for part in np.meshgrid(side, side))
    losses, _ = net.loss_and_gradient(np.stack([w, w, b]), data.X, data.Y)
    minimum = np.zeros(net.n_parameters)  # p = ½ for every input is the best that a neuron can
    H = hessian(net.loss_and_gradient, minimum, data.X, data.Y)

    def loss_and_gradient(theta: Any) -> tuple[Any, Array]:
        return net.loss_and_gradient(theta, data.X, data.Y)

    return Valley(
        "xor neuron", f"{LOSS} and the path", loss_and_gradient, np.array([2.0, 2.0, 1.0]),
        minimum, np.linalg.eigvalsh(H), side, side, np.asarray(losses).reshape(POINTS, POINTS),
        ("w₁ = w₂", "b"),
    )  # fmt: skip


@lru_cache(maxsize=1)
def moons() -> Regions:
    """Return two interleaved half circles, and a network with eight hidden units."""
    rng = np.random.default_rng(SEED)
    train, test = (datasets.moons(samples, noise=0.15, rng=rng) for samples in (200, 1000))
    net = MLP((2, 8, 1), output="sigmoid", loss="binary_cross_entropy")
    start = net.init(rng=rng)
    title = "what the network answers"
    return Regions("moons", title, net, train, test, start, _threshold(net, start, train))


@lru_cache(maxsize=1)
def digits() -> Mistakes:
    """Return 500 images of digits to learn from, and a network with sixteen hidden units."""
    rng = np.random.default_rng(SEED)
    train, test = datasets.split(datasets.digits(), test_share=1297 / 1797, rng=rng)
    net = MLP((64, 16, 10), output="softmax", loss="softmax_cross_entropy")
    start = net.init(rng=rng)
    title = "its worst mistakes"
    return Mistakes("digits", title, net, train, test, start, _threshold(net, start, train))


def _threshold(net: MLP, theta: Array, data: Dataset) -> float | None:
    """2/λ at theta, to the two digits or so that a picture shows."""
    rng = np.random.default_rng(SEED)
    curvature = sharpness(
        net.loss_and_gradient, theta, data.X, data.Y, rng=rng, iterations=30, tolerance=0.01
    )
    return 2.0 / curvature if curvature > 0 else None


def _labels(Y: Array) -> npt.NDArray[np.int64]:
    """Return the class of each row: the largest of several outputs, or whether one is above ½."""
    return np.argmax(Y, axis=1) if Y.shape[1] > 1 else (Y[:, 0] > 0.5).astype(np.int64)
