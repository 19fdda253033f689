"""The jobs of the speed benchmark: the same data, start and order of batches for everyone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from course_lib import datasets
from course_lib.mlp import MLP


@dataclass(frozen=True)
class Job:
    """One network, its data cut into batches, and how it is trained."""

    name: str
    sizes: tuple[int, ...]
    hidden: str
    output: str
    loss: str
    X: np.ndarray
    Y: np.ndarray
    batch: int
    learning_rate: float
    steps: int
    optimizer: str = "sgd"
    max_norm: float | None = None
    theta: np.ndarray = field(default_factory=lambda: np.empty(0))

    @property
    def net(self) -> MLP:
        return MLP(self.sizes, hidden=self.hidden, output=self.output, loss=self.loss)

    @property
    def batches(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Every whole batch of an epoch; rows are samples."""
        cuts = range(0, len(self.X) - self.batch + 1, self.batch)
        return [(self.X[c : c + self.batch], self.Y[c : c + self.batch]) for c in cuts]

    @property
    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(W.copy(), b.copy()) for W, b in self.net.layers(self.theta)]


def xor(**changes: Any) -> Job:
    data = datasets.xor()
    job = Job(
        "XOR 2-8-1", (2, 8, 1), "sigmoid", "sigmoid", "half_mse", data.X, data.Y, 4, 2.0, 2000
    )
    return _started(replace(job, **changes))


def digits(**changes: Any) -> Job:
    data = datasets.digits()
    settings = ((64, 64, 10), "relu", "softmax", "softmax_cross_entropy", data.X, data.Y)
    return _started(replace(Job("digits 64-64-10", *settings, 32, 0.1, 570), **changes))


def large(**changes: Any) -> Job:
    """As many numbers as MNIST has, drawn: the speed does not depend on what they mean."""
    rng = np.random.default_rng(1)
    X = rng.random((12_800, 784))
    labels = (X @ rng.normal(size=(784, 10))).argmax(axis=1)
    settings = ((784, 256, 128, 10), "relu", "softmax", "softmax_cross_entropy", X)
    job = Job("784-256-128-10", *settings, np.eye(10)[labels], 128, 0.05, 50)
    return _started(replace(job, **changes))


JOBS: dict[str, Callable[[], Job]] = {
    "xor": xor,
    "digits": digits,
    "digits-adam": lambda: digits(name="the same, Adam", optimizer="adam", learning_rate=1e-3),
    "digits-clip": lambda: digits(name="the same, clipped by norm", max_norm=1.0),
    "large": large,
}


def _started(job: Job) -> Job:
    return replace(job, theta=job.net.init(rng=np.random.default_rng(0)))
