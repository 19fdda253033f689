"""Runs that follow a schedule on a noisy bowl: what the schedule lab computes, and says of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from course_lib._arrays import Array
from course_lib.gradient_noise import NoisyBowl, shares_kept
from course_lib.optimizers import sgd
from course_lib.schedules import (
    Schedule,
    constant,
    cosine,
    exponential_decay,
    inverse_time_decay,
    linear_warmup,
    step_decay,
    warmup,
)
from course_lib.training import descend

RUNS = 100
SEED = 3
FROZEN = 0.03  # of the first distance: a limit below it is as good as none
NEGLIGIBLE = 1e-12  # ηλ of a rate that moves nothing any more
ASLEEP = 1e-4  # ηλ of a rate whose floor no run lives to see
ARRIVED = 1e-2  # of the first loss
NOISY = 0.5  # of the expected loss: noise that is most of it

SCHEDULES: Mapping[str, Callable[[Mapping[str, Any]], Schedule]] = {
    "constant": lambda s: constant(s["eta"]),
    "step": lambda s: step_decay(s["eta"], factor=s["factor"], every=s["every"]),
    "exponential": lambda s: exponential_decay(s["eta"], rate=-math.log(s["factor"])),
    "inverse time": lambda s: inverse_time_decay(s["eta"], rate=s["decay"]),
    "cosine": lambda s: cosine(s["eta"], steps=_after_warm_up(s), final=s["final"] * s["eta"]),
}


def schedule_of(settings: Mapping[str, Any]) -> Schedule:
    """Return the schedule that the settings name, after its warm-up."""
    schedule = SCHEDULES[settings["schedule"]](settings)
    steps = settings["warm_up"]
    if steps and settings["schedule"] == "constant":
        return linear_warmup(settings["eta"], steps=steps)
    return warmup(schedule, steps=steps) if steps else schedule


def rates_for_ever(settings: Mapping[str, Any]) -> tuple[Array, int] | None:
    """Return the rates of a schedule whose sum is finite, and how often each of them stands.

    They go on to where a rate moves nothing. None for a schedule whose rates have no finite sum:
    there the share that is kept has no limit but 0.
    """
    name, warm = settings["schedule"], settings["warm_up"]
    if name == "cosine" and settings["final"] == 0:
        return _rates(schedule_of(settings), warm + _after_warm_up(settings)), 1
    if name not in ("step", "exponential"):
        return None
    stages = math.log(NEGLIGIBLE / (settings["eta"] * settings["curvature"]))
    count = max(1, math.ceil(stages / math.log(settings["factor"])))
    falling = settings["eta"] * settings["factor"] ** np.arange(count)
    return falling, settings["every"] if name == "step" else 1


@lru_cache(maxsize=1)
def unit_noise(steps: int) -> Array:
    """Return the same draws for every set-up: what a slider changes is not their luck."""
    return np.random.default_rng(SEED).normal(size=(steps, 1, RUNS))


@dataclass
class ScheduleRun:
    """What has been computed so far; it grows step by step.

    All losses are shares of the first one, so that the curvature does not shift the picture.

    Attributes
    ----------
    settings : mapping
        Of the lab.
    points : list of ndarray of shape (1, runs)
        From the start, which is 1 for every run.
    """

    settings: Mapping[str, Any]
    points: list[Array] = field(default_factory=lambda: [np.ones((1, RUNS))])
    whole: bool = False

    def follow(self, longest: int) -> Iterator[ScheduleRun]:
        """Descend, and yield the run after each step."""
        bowl, steps = self.bowl, self.settings["steps"]
        noise = bowl.deviations() * unit_noise(longest)
        descent = descend(
            bowl.loss_and_gradient, self.points[0], ((epsilon,) for epsilon in noise[:steps]),
            optimizer=sgd(learning_rate=schedule_of(self.settings)),
        )  # fmt: skip
        for step in descent:
            self.points.append(step.theta)
            yield self
        self.whole = True
        yield self

    @cached_property
    def bowl(self) -> NoisyBowl:
        """One coordinate: λ, and the variance of its gradient."""
        curvature, noise = self.settings["curvature"], self.settings["noise"]
        return NoisyBowl(np.array([curvature]), np.array([noise**2]))

    @cached_property
    def rates(self) -> Array:
        """Of shape (steps,)."""
        return _rates(schedule_of(self.settings), self.settings["steps"])

    @cached_property
    def kept(self) -> Array:
        """Share of the first distance that is left without noise, of shape (steps + 1,)."""
        return np.abs(shares_kept(self.rates, curvature=self.settings["curvature"]))

    @cached_property
    def limit(self) -> float:
        """What is left of the distance after endless steps, without noise; it may be infinite."""
        curvature, forever = self.settings["curvature"], rates_for_ever(self.settings)
        if forever is None:
            steepness = _last_rate(self.settings) * curvature
            return math.inf if steepness > 2 else float(self.kept[-1]) if steepness == 2 else 0.0
        rates, times = forever
        warm = abs(float(shares_kept(self.warm_rates, curvature=curvature)[-1]))
        if warm == 0:  # one step of the warm-up hits the minimum, and nothing leads away from it
            return 0.0
        with np.errstate(over="ignore"):
            stages = np.abs(shares_kept(rates, curvature=curvature)[-1]) ** times
        return float(stages) * warm

    @cached_property
    def expected(self) -> Array:
        """Expected loss, of shape (steps + 1,)."""
        return self.bowl.expected_losses(np.ones(1), self.rates) / self._first

    @cached_property
    def floors(self) -> Array:
        """The loss at which each rate, if it stayed, would hold the run, of shape (steps,)."""
        return self.bowl.floor(self.rates) / self._first

    @property
    def losses(self) -> Array:
        """Of shape (steps so far + 1, runs)."""
        with np.errstate(over="ignore"):
            return np.concatenate(self.points) ** 2

    @property
    def means(self) -> Array:
        """Mean loss of the runs, of shape (steps so far + 1,)."""
        with np.errstate(over="ignore"):
            return np.asarray(self.losses.mean(axis=1))

    @property
    def _first(self) -> float:
        return 0.5 * float(self.settings["curvature"])

    @property
    def warm_rates(self) -> Array:
        """Rates of the warm-up, where `rates_for_ever` leaves it out."""
        steps = 0 if self.settings["schedule"] == "cosine" else self.settings["warm_up"]
        return _rates(schedule_of(self.settings), steps)


def _last_rate(settings: Mapping[str, Any]) -> float:
    """Return the rate that a schedule comes to in the end."""
    shares = {"constant": 1.0, "cosine": settings["final"]}
    return float(settings["eta"] * shares.get(settings["schedule"], 0.0))


def _after_warm_up(settings: Mapping[str, Any]) -> int:
    return max(1, int(settings["steps"] - settings["warm_up"]))


def _rates(schedule: Schedule, steps: int) -> Array:
    return np.array([float(schedule(t)) for t in range(steps)])


def verdict(run: ScheduleRun) -> str:
    """Say where the schedule leads, and compare what was measured with what was predicted.

    Returns
    -------
    str
        "Verdict: reason."
    """
    return " ".join([_end(run), _measured(run), _floor(run)])


def _end(run: ScheduleRun) -> str:
    kept, steps = float(run.kept[-1]), len(run.rates)
    if run.limit > FROZEN:
        return _stays_out(run)
    left = f"after {steps} steps {_share(kept)} of the first distance is left"
    if kept > 1:
        return f"Still further out than it began: {left}, as ηλ was above 2."
    if run.expected[-1] * NOISY > kept**2:
        return f"Arrives at the noise: {left}; what one sees is noise."
    return f"{'Arrives' if kept**2 <= ARRIVED else 'Still on its way'}: {left}."


def _stays_out(run: ScheduleRun) -> str:
    """Say why even endless steps do not lead to the minimum."""
    forever = rates_for_ever(run.settings)
    if forever is None:
        steepness = float(run.rates[-1]) * run.settings["curvature"]
        if math.isfinite(run.limit):
            return "Swings for ever: ηλ = 2, and each step lands as far out on the other side."
        return f"Diverges: ηλ = {steepness:.3g} is above 2, and each step leads further out."
    rates, times = forever
    head = "Freezes" if run.limit <= 1 else "Freezes further out than it began"
    return (
        f"{head}: all rates to come add up to {rates.sum() * times + run.warm_rates.sum():.4g} and"
        f" no more, so without noise {run.limit:.5g} of the first distance stays for ever."
    )


def _measured(run: ScheduleRun) -> str:
    mean, expected, kept = float(run.means[-1]), run.expected[-1], float(run.kept[-1])
    if not math.isfinite(mean) or not math.isfinite(expected):
        return "The loss is too large for a number."
    left = kept**2
    parts = f"{left:.3g} from the start and {max(expected - left, 0.0):.3g} from noise"
    text = f"Mean loss of {RUNS} runs: {mean:.3g} of the first; predicted {expected:.3g}"
    return f"{text}, {parts}." if run.settings["noise"] else f"{text}."


def _floor(run: ScheduleRun) -> str:
    if not run.settings["noise"]:
        return "Without noise there is no floor."
    last = float(run.floors[-1])
    if not math.isfinite(last):
        return "At this rate there is no noise floor: it takes ηλ below 2."
    if run.rates[-1] * run.settings["curvature"] < ASLEEP:
        return f"The rate has come down to {run.rates[-1]:.2g}: nothing moves any more."
    return f"The noise floor of the last rate, {run.rates[-1]:.3g}, is {last:.3g}."


def _share(value: float) -> str:
    return f"{value:.3g}" if value >= NEGLIGIBLE else "nothing"
