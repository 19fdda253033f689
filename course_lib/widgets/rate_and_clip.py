"""The map of learning rate and threshold: a thousand runs at once, and one of them beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.plots import (
    Figure,
    Layer,
    Panes,
    draw_curves,
    draw_loss_map,
    draw_place,
    draw_powers,
    draw_steps,
    draw_threshold,
    frame_loss_map,
    frame_steps,
)
from course_lib.training import descend
from course_lib.widgets.controls import Choice, Control, Slider, Switch
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.lab import Lab
from course_lib.widgets.loss_map import NORMS, RATES, TASKS, LossMap, clipped_descent

X, Y = np.array(RATES), np.array(NORMS)
GRADIENTS = (-4, 2)  # limits of the axis of norms, as powers of ten
UNSEEN = np.array([np.nan])


@dataclass(eq=False)
class Look:
    """The map, and the run at one of its places.

    Attributes
    ----------
    problem : str
    map : LossMap
    eta, max_norm : float
    losses, norms : list of float
        Of the run, before each step.
    whole : bool
        Whether run and map are done.
    """

    problem: str
    map: LossMap
    eta: float
    max_norm: float
    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    whole: bool = False


class RateAndClip:
    """The experiment of `rate_and_clip_lab`; see there."""

    name = "rate_and_clip_lab"
    layout: Sequence[Sequence[str]] = (("map", "loss"), ("map", "norm"))
    size = (9.2, 4.8)
    controls: Mapping[str, Control] = {
        "eta": Slider(label="learning rate η", default=25.0, values=RATES, essential=True),
        "max_norm": Slider(label="threshold c", default=0.1, values=NORMS, essential=True),
        "problem": Choice(label="problem", default="xor network", options=tuple(TASKS)),
        "steps": Slider(label="steps", default=500, values=range(50, 1001, 50)),
        "large_type": Switch(label="large type"),
    }

    def __init__(self) -> None:
        self._map_of: tuple[str, int] | None = None
        self._map: LossMap | None = None

    def relevant(self, settings: Settings) -> Sequence[str]:  # noqa: ARG002
        """Return all the names."""
        return list(self.controls)

    def compute(self, settings: Settings) -> Iterator[Look]:
        """Yield a coarse map, then the run, then the map block by block.

        The map stays while only the place changes; one that is not whole goes on where it was.
        """
        losses = self._the_map(settings["problem"], settings["steps"])
        look = Look(settings["problem"], losses, settings["eta"], settings["max_norm"])
        if losses.coarse is None:
            losses.advance()
            yield look
        yield from _follow(look)
        while not losses.whole:
            losses.advance()
            yield look
        look.whole = True
        yield look

    def share(self, result: Look) -> float:
        """Return how much of the map is done."""
        return 1.0 if result.whole else 0.99 * result.map.done / result.map.runs

    def layers(self, result: Look) -> Sequence[Layer]:
        """Return the frame, the map, and the run."""
        run = (result.eta, result.max_norm, len(result.losses))
        return [
            Layer(result.problem, lambda panes: _draw_frame(panes, result)),
            Layer((id(result.map), result.map.done), lambda panes: _draw_map(panes, result.map)),
            Layer(result.map.steps, lambda panes: _draw_steps(panes, result.map.steps)),
            Layer(run, lambda panes: _draw_run(panes, result)),
        ]

    def describe(self, result: Look) -> str:
        """Judge the run, and say what the map shows of its row."""
        if len(result.losses) < 2:
            return "Working: the first runs are under way."
        return " ".join([_run_verdict(result), _row(result), _whole_map(result.map)])

    def _the_map(self, problem: str, steps: int) -> LossMap:
        if self._map is None or self._map_of != (problem, steps):
            self._map_of, self._map = (problem, steps), LossMap(TASKS[problem](), steps)
        return self._map


def _follow(look: Look) -> Iterator[Look]:
    """Take the run's steps, and yield after each."""
    task = look.map.task
    descent = descend(
        task.loss_and_gradient, task.start, [task.batch] * look.map.steps,
        optimizer=clipped_descent(look.eta, look.max_norm),
    )  # fmt: skip
    for step in descent:
        look.losses.append(float(step.loss))
        look.norms.append(float(step.gradient_norm))
        yield look


def _run_verdict(look: Look) -> str:
    last, steps = look.losses[-1], len(look.losses)
    place = f"at η = {look.eta:g} and c = {look.max_norm:g}"
    clipped = np.mean(np.array(look.norms) > look.max_norm)
    head = "Trains" if last < look.map.task.goal else "Does not train"
    return f"{head}: {place} the loss is {last:.2g} after {steps} steps, {clipped:.0%} clipped."


def _row(look: Look) -> str:
    """Compare the largest rate that trains at this threshold with that at the largest one."""
    row = int(np.abs(np.log(Y / look.max_norm)).argmin())
    trained = look.map.trained
    here, above = (X[line].max(initial=0.0) for line in (trained[row], trained[-1]))
    if not here:
        return f"No learning rate trains at c = {Y[row]:g}."
    largest = f"The largest η that trains is {here:g} at c = {Y[row]:g}"
    return f"{largest}, and {above:g} at c = {Y[-1]:g}."


def _whole_map(losses: LossMap) -> str:
    share = f"{losses.trained.mean():.0%} of them train"
    if losses.whole:
        return f"The map has {losses.runs} runs; {share}."
    return f"The map is coarse as yet: {losses.done} of {losses.runs} runs; {share}."


def _draw_frame(panes: Panes, look: Look) -> None:
    """Set what stays: limits, labels, legends. All is plain text, since formulas are slow."""
    low, high = powers = look.map.task.powers
    frame_loss_map(X, Y, powers, ax=panes["map"])
    panes["map"].set(xlabel="learning rate η", ylabel="threshold c")
    loss, norm = panes["loss"], panes["norm"]
    draw_curves({"": UNSEEN}, ax=loss, xlabel="")
    draw_curves({"": UNSEEN}, ax=norm, xlabel="step t", ylabel="")
    loss.set(ylim=(10.0**low, 10.0**high), title="the run at the mark", ylabel="loss")
    norm.set(ylim=[10.0**power for power in GRADIENTS], ylabel="gradient norm")
    draw_powers(low, high, ax=loss, axis="y")
    draw_powers(*GRADIENTS, step=2, ax=norm, axis="y")
    for ax in (loss, norm):
        frame_steps(ax=ax)


def _draw_steps(panes: Panes, steps: int) -> None:
    for name in ("loss", "norm"):
        draw_steps(steps, ax=panes[name])


def _draw_map(panes: Panes, losses: LossMap) -> None:
    draw_loss_map(X, Y, losses.losses, losses.task.powers, ax=panes["map"])


def _draw_run(panes: Panes, look: Look) -> None:
    draw_place(look.eta, look.max_norm, ax=panes["map"])
    draw_curves({"": np.array(look.losses)}, ax=panes["loss"])
    draw_curves({"": np.array(look.norms)}, ax=panes["norm"])
    draw_threshold(look.max_norm, "c", ax=panes["norm"], axis="y")


def rate_and_clip_lab(
    *,
    eta: float = 25.0,
    max_norm: float = 0.1,
    problem: str = "xor network",
    steps: int = 500,
    large_type: bool = False,
) -> Lab[Look]:
    """Return the map of learning rate and threshold: 1271 runs, and one of them beside.

    Move the mark with the two sliders; each of their stops is a column or a row of the map.

    Parameters
    ----------
    eta : float
        Learning rate of the run beside the map, from 0.01 to 100.
    max_norm : float
        Threshold c of its gradient's norm, from 0.01 to 10.
    problem : {"xor network", "recurrent cliff"}
    steps : int
        Of every run, from 50 to 1000.
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
    return Lab(RateAndClip(), settings)


def rate_and_clip_lab_figure(**settings: Any) -> Figure:
    """Return what `rate_and_clip_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(RateAndClip(), settings)
