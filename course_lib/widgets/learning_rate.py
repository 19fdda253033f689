"""The learning-rate lab: what a learning rate does, and what theory says before the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib._arrays import Array
from course_lib.optimizers import sgd
from course_lib.plots import (
    Axes,
    Figure,
    Layer,
    Panes,
    draw_curves,
    draw_powers,
    draw_threshold,
    draw_trials,
)
from course_lib.training import descend
from course_lib.widgets.controls import Choice, Control, Slider, Switch, nice_numbers
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.lab import Lab
from course_lib.widgets.learning_rate_words import (
    kept_in_a_step,
    network_limit,
    network_verdict,
    valley_verdict,
)
from course_lib.widgets.problems import (
    Problem,
    Valley,
    digits,
    moons,
    quadratic_valley,
    xor_neuron,
)

PROBLEMS: dict[str, Callable[[float], Problem]] = {
    "quadratic": quadratic_valley,
    "xor neuron": lambda _: xor_neuron(),
    "moons": lambda _: moons(),
    "digits": lambda _: digits(),
}
RATES = np.geomspace(1e-3, 1e2, 250)
VALLEY_LOSS, NETWORK_LOSS, FACTORS = (1e-8, 1e4), (3e-3, 3e2), (0.0, 1.6)  # limits of axes
UNSEEN = np.array([np.nan])  # a curve for the legend alone
REMEMBERED = 200
ROOM = 0.03  # a threshold below it has no room for its label on the left
LOSSES = "measured", "predicted slope"
DIRECTIONS = "|1 − ηλ|, steepest", "flattest"
STEP = "step t"


@dataclass
class Run:
    """What has been computed so far; it grows step by step.

    Attributes
    ----------
    problem : Problem
    eta : float
    steps : int
        Asked for.
    losses : list of float
        Before each step.
    points : list of ndarray of shape (n,)
        All points of a valley, from the start on; of a network the last one.
    diverged : bool
        Whether the last loss, or its gradient, is not finite.
    threshold_at_end : float or None
    """

    problem: Problem
    eta: float
    steps: int
    losses: list[float] = field(default_factory=list)
    points: list[Array] = field(default_factory=list)
    diverged: bool = False
    threshold_at_end: float | None = None

    @property
    def whole(self) -> bool:
        """Whether there are no more steps to take."""
        return self.diverged or len(self.losses) == self.steps

    @property
    def path(self) -> Array:
        """The points, of shape (n, points)."""
        return np.stack(self.points, axis=1)

    @property
    def outcome(self) -> float:
        """What the run is remembered by: a valley's factor in a step, a network's last loss."""
        if self.diverged:
            return float("inf")
        if isinstance(self.problem, Valley):
            return kept_in_a_step(self.path, self.problem.minimum)
        return self.losses[-1]


class LearningRate:
    """The experiment of `learning_rate_lab`; see there."""

    name = "learning_rate_lab"
    layout: Sequence[Sequence[str]] = (("sight", "loss"), ("sight", "rates"))
    size = (9.2, 4.6)
    controls: Mapping[str, Control] = {
        "eta": Slider(
            label="learning rate η", default=0.05, values=nice_numbers(1e-3, 1e2), essential=True
        ),
        "kappa": Slider(
            label="condition κ", default=20.0, values=nice_numbers(1.0, 1e3), essential=True
        ),
        "problem": Choice(label="problem", default="quadratic", options=tuple(PROBLEMS)),
        "steps": Slider(label="steps", default=60, values=range(10, 301, 10)),
        "large_type": Switch(label="large type"),
    }

    def __init__(self) -> None:
        self._tried: dict[float, float] = {}
        self._tried_on: tuple[Problem, int] | None = None

    def relevant(self, settings: Settings) -> Sequence[str]:
        """Return all the names, but κ only for the quadratic."""
        return [name for name in self.controls if name != "kappa" or _is_quadratic(settings)]

    def compute(self, settings: Settings) -> Iterator[Run]:
        """Descend, and yield the run after each step."""
        problem = PROBLEMS[settings["problem"]](settings["kappa"])
        run = Run(problem, settings["eta"], settings["steps"], points=[problem.start])
        descent = descend(
            problem.loss_and_gradient, problem.start,
            optimizer=sgd(learning_rate=run.eta), steps=run.steps,
        )  # fmt: skip
        for step in descent:
            run.losses.append(float(step.loss))
            run.diverged = bool(step.diverged)
            if not isinstance(problem, Valley):
                run.points.clear()
            run.points.append(step.theta)
            yield run
        if not isinstance(problem, Valley):
            run.threshold_at_end = problem.threshold_at(step.theta)
            yield run

    def share(self, result: Run) -> float:
        """Return how many of the steps are done."""
        return 1.0 if result.whole else len(result.losses) / result.steps

    def layers(self, result: Run) -> Sequence[Layer]:
        """Return the frame, what is known before the run, and the run."""
        problem = result.problem
        key = (result.eta, len(result.losses), result.threshold_at_end)
        if self._tried_on != (problem, result.steps):
            self._tried_on, self._tried = (problem, result.steps), {}
        if result.whole:
            self._remember(result)
        return [
            Layer((problem.name, result.steps), lambda panes: _draw_frame(panes, result)),
            Layer(problem, lambda panes: _draw_scene(panes, problem)),
            Layer((*key, len(self._tried)), lambda panes: self._draw_run(panes, result)),
        ]

    def describe(self, result: Run) -> str:
        """Judge the run, and compare it with what was predicted."""
        problem, eta, diverged = result.problem, result.eta, result.diverged
        if isinstance(problem, Valley):
            return valley_verdict(
                result.path, problem.minimum, problem.eigenvalues, eta, diverged=diverged
            )
        sentences = [
            network_verdict(np.array(result.losses), diverged=diverged),
            network_limit(eta, problem.threshold, result.threshold_at_end),
            problem.score(result.points[-1]),
        ]
        return " ".join(sentences)

    def _remember(self, run: Run) -> None:
        """Keep what the learning rate gave."""
        if len(self._tried) >= REMEMBERED:
            self._tried = {}
        self._tried[run.eta] = run.outcome

    def _draw_run(self, panes: Panes, run: Run) -> None:
        run.problem.draw_run(run.path, panes["sight"])
        _draw_losses(run, panes["loss"])
        if run.threshold_at_end is not None:
            draw_threshold(
                run.threshold_at_end, "at the end", ax=panes["rates"], at=0.72, dotted=True
            )
        earlier = {eta: outcome for eta, outcome in self._tried.items() if eta != run.eta}
        rates, outcomes = np.array([*earlier.items(), (run.eta, run.outcome)]).T
        draw_trials(rates, outcomes, ax=panes["rates"])


def _is_quadratic(settings: Settings) -> bool:
    return bool(settings["problem"] == "quadratic")


def _draw_frame(panes: Panes, run: Run) -> None:
    """Set what stays: limits, labels, legends. All is plain text, since formulas are slow."""
    run.problem.draw_frame(panes["sight"])
    loss, rates = panes["loss"], panes["rates"]
    if isinstance(run.problem, Valley):
        draw_curves(dict.fromkeys(LOSSES, UNSEEN), ax=loss, xlabel=STEP, legend="above")
        draw_curves(
            dict.fromkeys(DIRECTIONS, UNSEEN), ax=rates, xscale="log", yscale="linear",
            legend="above",
        )  # fmt: skip
        loss.set(ylim=VALLEY_LOSS, ylabel="loss − lowest")
        draw_threshold(1.0, "", ax=rates, axis="y")
        rates.set(ylim=FACTORS, yticks=(0, 0.5, 1, 1.5), ylabel="share kept")
        draw_powers(-8, 4, step=4, ax=loss, axis="y")
    else:
        loss.set(yscale="log", ylim=NETWORK_LOSS, xlabel=STEP, ylabel="training loss")
        rates.set(xscale="log", yscale="log", ylim=NETWORK_LOSS, ylabel="loss at the end")
        for ax in (loss, rates):
            draw_powers(-2, 2, step=2, ax=ax, axis="y")
    loss.set(xlim=(0, run.steps))
    rates.set(xlim=RATES[[0, -1]], xlabel="learning rate η")
    draw_powers(-3, 2, ax=rates, axis="x")


def _draw_scene(panes: Panes, problem: Problem) -> None:
    """Draw what is known before the run: contours, and which learning rates can work."""
    problem.draw_scene(panes["sight"])
    rates = panes["rates"]
    if isinstance(problem, Valley):
        factors = np.abs(1 - RATES * problem.eigenvalues[[-1, 0], None])
        draw_curves(
            dict(zip(DIRECTIONS, factors, strict=True)), ax=rates, x=RATES, xscale="log",
            yscale="linear", legend=None,
        )  # fmt: skip
    if problem.threshold is not None:
        label = f"2/λ = {problem.threshold:.3g}"
        if problem.threshold > ROOM:
            draw_threshold(problem.threshold, label, ax=rates, at=0.93)
        else:  # behind the curve that climbs there
            draw_threshold(problem.threshold, label, ax=rates, side="right", at=0.93, gap=18)


def _draw_losses(run: Run, ax: Axes) -> None:
    losses = np.array(run.losses)
    if not isinstance(run.problem, Valley):
        draw_curves({"": losses}, ax=ax)
        return
    above = losses - run.problem.lowest
    slowest = np.abs(1 - run.eta * run.problem.eigenvalues).max()
    with np.errstate(over="ignore"):
        predicted = above[0] * slowest ** (2.0 * np.arange(run.steps))
    shown = np.maximum(above, VALLEY_LOSS[0] / 10)  # rounding may put a loss below the lowest
    draw_curves(dict(zip(LOSSES, (shown, predicted), strict=True)), ax=ax, legend=None)


def learning_rate_lab(
    *,
    eta: float = 0.05,
    kappa: float = 20.0,
    problem: str = "quadratic",
    steps: int = 60,
    large_type: bool = False,
) -> Lab[Run]:
    """Return the learning-rate lab: move η, and see the run, the loss, and what was predicted.

    Parameters
    ----------
    eta : float
        Learning rate, from 0.001 to 100.
    kappa : float
        Condition number of the quadratic, from 1 to 1000.
    problem : {"quadratic", "xor neuron", "moons", "digits"}
    steps : int
        From 10 to 300.
    large_type : bool
        For a projector.

    Returns
    -------
    Lab
        A notebook shows it where a cell ends with it. `lab.figure()` is what it shows, for a page
        without a kernel; `lab.close()` takes it away.

    Raises
    ------
    TypeError, ValueError
        If a setting is off its control.
    """
    settings: dict[str, Any] = locals()
    return Lab(LearningRate(), settings)


def learning_rate_lab_figure(**settings: Any) -> Figure:
    """Return what `learning_rate_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(LearningRate(), settings)
