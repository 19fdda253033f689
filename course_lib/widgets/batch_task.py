"""What the batch-size lab trains: a bowl with noisy gradients, and a classifier of digits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from course_lib import datasets
from course_lib._arrays import Array
from course_lib.gradient_noise import (
    NoisyBowl,
    batch_variance,
    first_below,
    measured_batch_variance,
)
from course_lib.mlp import MLP
from course_lib.optimizers import sgd
from course_lib.training import descend, minibatches

BATCHES = tuple(2**power for power in range(9))
B = np.array(BATCHES, dtype=float)
SEED = 11
MOST_RUNS, MOST_STEPS = 64, 1000
COORDINATES = 6
SAMPLES = 2**13  # whose gradients the noise of the bowl is measured from
IMAGES, ORDERS = 512, 8  # of the digits; and the orders in which their gradients are dealt out
EVERY_STEP, THEN_EVERY = 20, 5  # a loss over all images costs as much as five steps
TRIED = np.geomspace(0.005, 1.95, 32)  # learning rates times λ_max of the search for the best


@dataclass(frozen=True, eq=False)
class Noise:
    """Variance of a mini-batch's gradient where the runs start, summed over the coordinates.

    Attributes
    ----------
    measured, predicted : ndarray of shape (batches,)
    one_sample : float
    gradient : float
        Squared norm of the gradient itself.
    """

    measured: Array
    predicted: Array
    one_sample: float
    gradient: float


class Task(Protocol):
    """What the lab needs of something to train; losses are shares of the first one."""

    name: str
    powers: tuple[int, int]
    """Limits of the axis of variances, as powers of ten."""
    largest: float | None
    """λ_max, where it is known."""

    @property
    def noise(self) -> Noise:
        """Of the gradient at the start."""

    def follow(self, rates: Array, losses: Array) -> Iterator[float]:
        """Train with each batch size, write losses (steps + 1, batches, runs), yield the share."""

    def expected(self, rates: Array, steps: int) -> Array | None:
        """Return the expected losses, of shape (steps + 1, batches); None without a theory."""

    def floors(self, rates: Array) -> Array | None:
        """Return the losses at which runs end, of shape (batches,)."""


class Bowl:
    """A quadratic in six directions, λ from 1/κ to 1, each with the same part of the loss.

    The noise is larger where it is steep: its variance is σ²λ. So it equals the gradient at the
    start where B = σ².
    """

    name = "quadratic"
    powers = (-4, 3)
    largest: float | None = 1.0

    def __init__(self, kappa: float, sigma: float) -> None:
        eigenvalues = np.geomspace(1.0 / kappa, 1.0, COORDINATES)
        self.bowl = NoisyBowl(eigenvalues, sigma**2 * eigenvalues)
        self.start = 1.0 / np.sqrt(eigenvalues)
        self._sigma, self._first = sigma, 0.5 * COORDINATES

    @cached_property
    def noise(self) -> Noise:
        """Measured from 8192 gradients."""
        one_sample = float(self.bowl.variances.sum())
        slope = self.bowl.eigenvalues * self.start
        return Noise(
            self._sigma**2 * _measured(tuple(self.bowl.eigenvalues.tolist())),
            batch_variance(one_sample, B), one_sample, float(slope @ slope),
        )  # fmt: skip

    def follow(self, rates: Array, losses: Array) -> Iterator[float]:
        """Take a step of every run with every batch size at once; columns are runs."""
        times, batches, runs = losses.shape
        columns = batches * runs
        noise = _unit_noise()[:times, :, None, :runs]
        deviations = self.bowl.deviations(B)[:, :, None]
        steps = ((np.reshape(deviations * draw, (-1, columns)),) for draw in noise)
        start = np.repeat(self.start[:, None], columns, axis=1)
        descent = descend(
            self.bowl.loss_and_gradient, start, steps,
            optimizer=sgd(learning_rate=np.repeat(rates, runs)),
        )  # fmt: skip
        for step in descent:
            loss = np.where(step.diverged, np.inf, step.loss) / self._first
            losses[step.t] = loss.reshape(batches, runs)
            yield (step.t + 1) / times
        losses[step.t + 1 :] = np.inf  # all have diverged, or there is no step left

    def expected(self, rates: Array, steps: int) -> Array:
        """Return what the closed form says."""
        rates = np.broadcast_to(rates, (steps, *rates.shape))
        batch = np.broadcast_to(B, (rates.shape[1] // len(B), len(B))).ravel()
        return self.bowl.expected_losses(self.start, rates, batch=batch) / self._first

    def floors(self, rates: Array) -> Array:
        """Return what the closed form says."""
        return self.bowl.floor(rates, batch=B) / self._first


class Digits:
    """A softmax layer on 512 images of digits, from zero; batches are drawn without replacement."""

    name = "digits"
    powers = (-3, 2)
    largest: float | None = None

    def __init__(self) -> None:
        rng = np.random.default_rng(SEED)
        data = datasets.digits()
        chosen = rng.permutation(len(data.X))[:IMAGES]
        self.X, self.Y = data.X[chosen], data.Y[chosen]
        self.net = MLP((64, 10), output="softmax", loss="softmax_cross_entropy")
        self.start = np.zeros(self.net.n_parameters)
        self._first = float(np.log(10.0))  # of ten equal probabilities

    @cached_property
    def noise(self) -> Noise:
        """Measured from the gradients of all images, dealt out in several random orders."""
        rng = np.random.default_rng(SEED)
        rows = [(self.X[i : i + 1], self.Y[i : i + 1]) for i in range(IMAGES)]
        gradients = np.stack([self.net.loss_and_gradient(self.start, *row)[1] for row in rows])
        orders = [gradients[rng.permutation(IMAGES)] for _ in range(ORDERS)]
        measured = [
            np.mean([measured_batch_variance(order, batch) for order in orders])
            for batch in BATCHES
        ]
        one_sample, mean = float(gradients.var(axis=0).sum()), gradients.mean(axis=0)
        predicted = batch_variance(one_sample, B, samples=IMAGES)
        return Noise(np.array(measured), predicted, one_sample, float(mean @ mean))

    def follow(self, rates: Array, losses: Array) -> Iterator[float]:
        """Train one run after another: the first of every batch size, then the second, ..."""
        _, batches, runs = losses.shape
        done = 0
        for run in range(runs):
            for place in range(batches):
                column = np.full(len(losses), np.inf)
                yield from self._train(run, place, float(rates[place]), column, done, losses.size)
                losses[:, place, run] = column
                done += len(losses)
                yield done / losses.size

    def _train(
        self, run: int, place: int, rate: float, losses: Array, done: int, size: int
    ) -> Iterator[float]:
        """Write the losses over all images; between two looks the last one stands."""
        rng = np.random.default_rng([SEED, run, place])
        batches = minibatches(self.X, self.Y, size=BATCHES[place], rng=rng, epochs=None)
        losses[0] = 1.0
        descent = descend(
            self.net.loss_and_gradient, self.start, batches,
            optimizer=sgd(learning_rate=rate), steps=len(losses) - 1,
        )  # fmt: skip
        for step in descent:
            if step.diverged:
                losses[step.t + 1 :] = np.inf
                return
            if step.t < EVERY_STEP or step.t % THEN_EVERY == 0:
                loss, _ = self.net.loss_and_gradient(step.theta, self.X, self.Y)
                losses[step.t + 1 :] = float(loss) / self._first
            yield (done + step.t) / size

    def expected(self, rates: Array, steps: int) -> None:
        """Return nothing: a network has no closed form."""

    def floors(self, rates: Array) -> None:
        """Return nothing."""


@lru_cache(maxsize=8)
def bowl(kappa: float, sigma: float) -> Bowl:
    """Return the bowl; the same one for the same settings."""
    return Bowl(kappa, sigma)


@lru_cache(maxsize=16)
def best(task: Bowl, target: float, steps: int) -> tuple[Array, Array]:
    """Return the best constant rate for each batch size, and the steps that it takes.

    Best is what gets to the target first; where none does, what gets furthest. Of rates that take
    the same number of steps it is the one with the lowest loss then.
    """
    losses = task.expected(np.repeat(TRIED, len(B)), steps)
    shape = len(TRIED), len(B)
    needed = first_below(losses, target).reshape(shape).min(axis=0)
    at = np.minimum(needed, steps).astype(int)
    then = losses.reshape(-1, *shape)[at, :, np.arange(len(B))]  # (batches, rates)
    return TRIED[then.argmin(axis=1)], needed


@lru_cache(maxsize=1)
def digits() -> Digits:
    """Return the digits."""
    return Digits()


@lru_cache(maxsize=1)
def _unit_noise() -> Array:
    """Return the same draws for every set-up: what a slider changes is not their luck."""
    shape = MOST_STEPS + 1, COORDINATES, MOST_RUNS
    return np.random.default_rng(SEED).normal(size=shape)


@lru_cache(maxsize=8)
def _measured(variances: tuple[float, ...]) -> Array:
    """Measure the variance of a batch's mean, for gradients of these variances."""
    draws = np.random.default_rng(SEED + 1).normal(size=(SAMPLES, len(variances)))
    gradients = np.sqrt(variances) * draws
    return np.array([measured_batch_variance(gradients, batch) for batch in BATCHES])
