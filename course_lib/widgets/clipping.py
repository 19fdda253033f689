"""The clipping lab: what a clipped gradient cures, what it turns, and what it does not cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib._arrays import Array
from course_lib.landscapes import Landscape, quadratic, recurrent_cliff
from course_lib.plots import (
    Axes,
    Figure,
    Layer,
    Panes,
    draw_contours,
    draw_curves,
    draw_paths,
    draw_powers,
    draw_threshold,
)
from course_lib.widgets.clipping_run import ClippedRun, verdict
from course_lib.widgets.controls import Choice, Control, Slider, Switch, nice_numbers
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.lab import Lab

PROBLEMS = "recurrent cliff", "quadratic"
CLIPS = "by norm", "by value", "not at all"
LOSSES = {"recurrent cliff": (-6, 2), "quadratic": (-8, 4)}  # limits of axes, as powers of ten
SIZES = (-4, 4)
MOST_TURNED = 45.0  # degrees: two entries of unlike size are clipped to a diagonal
POINTS = 60  # of a grid, each way
UNSEEN = np.array([np.nan])  # a curve for the legend alone
STEP = "step t"


@dataclass(frozen=True)
class Comparison:
    """A run, the same run without a clip, and where the threshold comes from.

    Attributes
    ----------
    run, free : ClippedRun
    pilot : float or None
        The threshold of the run that the 90 % rule looked at; None without the rule.
    scene : tuple
        What the contours depend on.
    """

    run: ClippedRun
    free: ClippedRun
    pilot: float | None
    scene: tuple[str, float]


class Clipping:
    """The experiment of `clipping_lab`; see there."""

    name = "clipping_lab"
    layout: Sequence[Sequence[str]] = (("sight", "loss"), ("sizes", "angles"))
    size = (9.2, 5.6)
    controls: Mapping[str, Control] = {
        "eta": Slider(
            label="learning rate η", default=1.0, values=nice_numbers(1e-2, 1e1), essential=True
        ),
        "threshold": Slider(
            label="threshold c", default=0.3, values=nice_numbers(1e-2, 1e2), essential=True
        ),
        "clip": Choice(label="clip", default="by norm", options=CLIPS),
        "problem": Choice(label="problem", default="recurrent cliff", options=PROBLEMS),
        "kappa": Slider(label="steepness λ", default=10.0, values=nice_numbers(1.0, 100.0)),
        "rule": Switch(label="c by the 90 % rule: the 90th percentile of the run at this c"),
        "steps": Slider(label="steps", default=150, values=range(10, 301, 10)),
        "large_type": Switch(label="large type"),
    }

    def relevant(self, settings: Settings) -> Sequence[str]:
        """Return the names: λ only for the quadratic, a threshold only for a clip."""
        hidden: set[str] = set()
        if settings["problem"] != "quadratic":
            hidden.add("kappa")
        if settings["clip"] == "not at all":
            hidden |= {"threshold", "rule"}
        return [name for name in self.controls if name not in hidden]

    def compute(self, settings: Settings) -> Iterator[Comparison]:
        """Descend, and yield the comparison after each step."""
        scene = settings["problem"], settings["kappa"]
        landscape, clip, eta, steps = (
            _landscape(*scene), settings["clip"], settings["eta"], settings["steps"]
        )  # fmt: skip
        free = _finished(scene, "not at all", eta, np.inf, steps)
        threshold, pilot = settings["threshold"], None
        if settings["rule"] and clip != "not at all":
            pilot = threshold
            threshold = _finished(scene, clip, eta, pilot, steps).rule
        for run in ClippedRun(landscape, clip, eta, threshold, steps).follow():
            yield Comparison(run, free, pilot, scene)

    def share(self, result: Comparison) -> float:
        """Return how many of the steps are done."""
        return 1.0 if result.run.whole else len(result.run.losses) / result.run.steps

    def layers(self, result: Comparison) -> Sequence[Layer]:
        """Return the frame, the contours, the run without a clip, and the run."""
        run, free, scene = result.run, result.free, result.scene
        key = (run.threshold, len(run.losses))
        return [
            Layer((scene[0], run.steps, run.clip), lambda panes: _draw_frame(panes, run, scene[0])),
            Layer(scene, lambda panes: _draw_contours(panes, scene)),
            Layer(run.eta, lambda panes: _draw_free(panes, free)),
            Layer(key, lambda panes: _draw_run(panes, run)),
        ]

    def describe(self, result: Comparison) -> str:
        """Judge the run, and say what the clip did to its gradients."""
        return verdict(result.run, result.free, result.pilot)


@lru_cache(maxsize=32)
def _landscape(problem: str, kappa: float) -> Landscape:
    return quadratic(kappa) if problem == "quadratic" else recurrent_cliff()


@lru_cache(maxsize=32)
def _grid(problem: str, kappa: float) -> tuple[Array, Array, Array]:
    return _landscape(problem, kappa).grid(POINTS)


@lru_cache(maxsize=64)
def _finished(
    scene: tuple[str, float], clip: str, eta: float, threshold: float, steps: int
) -> ClippedRun:
    """Return a run to its end: what does not change while a slider moves is computed once."""
    *_, run = ClippedRun(_landscape(*scene), clip, eta, threshold, steps).follow()
    return run


def _draw_frame(panes: Panes, run: ClippedRun, problem: str) -> None:
    """Set what stays: limits, labels, legends. All is plain text, since formulas are slow."""
    _frame_sight(panes["sight"], run.landscape)
    _frame_powers(panes["loss"], ("clipped", "not clipped"), LOSSES[problem])
    _frame_powers(panes["sizes"], ("gradient", "after the clip"), SIZES)
    panes["loss"].set(xlabel="", ylabel="loss")
    panes["sizes"].set(ylabel="largest entry" if run.clip == "by value" else "norm")
    panes["angles"].set(ylim=(-2, MOST_TURNED + 3), yticks=(0, 15, 30, 45), xlabel=STEP)
    panes["angles"].set(title="the clip turns the gradient by", ylabel="degrees")
    for name in ("loss", "sizes", "angles"):
        panes[name].set_xlim(0, run.steps)


def _frame_powers(ax: Axes, names: Sequence[str], powers: tuple[int, int]) -> None:
    low, high = powers
    draw_curves(dict.fromkeys(names, UNSEEN), ax=ax, xlabel=STEP, legend="above")
    ax.set_ylim(10.0**low, 10.0**high)
    draw_powers(low, high, step=(high - low) // 2, ax=ax, axis="y")


def _frame_sight(ax: Axes, landscape: Landscape) -> None:
    xlabel, ylabel = ("w", "b") if landscape.name == "recurrent cliff" else ("θ₁", "θ₂")
    ax.set(xlim=landscape.box[0], ylim=landscape.box[1], xlabel=xlabel, ylabel=ylabel)
    ax.set_title(f"path on the loss: {landscape.name.partition(',')[0]}")
    ax.grid(False)


def _draw_contours(panes: Panes, scene: tuple[str, float]) -> None:
    x, y = _landscape(*scene).minimum
    draw_contours(*_grid(*scene), ax=panes["sight"], minimum=(float(x), float(y)))


def _draw_free(panes: Panes, free: ClippedRun) -> None:
    """Draw the run without a clip, as the second of two series."""
    draw_paths({"": UNSEEN * np.ones((2, 1)), "free": free.path}, ax=panes["sight"], legend=False)
    draw_curves({"": UNSEEN, "free": np.array(free.losses)}, ax=panes["loss"], legend=None)


def _draw_run(panes: Panes, run: ClippedRun) -> None:
    draw_paths({"": run.path}, ax=panes["sight"])
    draw_curves({"": np.array(run.losses)}, ax=panes["loss"], legend=None)
    curves = {"gradient": np.array(run.sizes), "after": np.array(run.applied)}
    draw_curves(curves, ax=panes["sizes"], legend=None)
    draw_curves({"": np.array(run.angles)}, ax=panes["angles"], yscale="linear", legend=None)
    if run.clip != "not at all":
        _draw_thresholds(panes["sizes"], run)


def _draw_thresholds(ax: Axes, run: ClippedRun) -> None:
    """Mark c and the 90th percentile; the sentence has the figures, as each letter takes time."""
    draw_threshold(run.threshold, "c", ax=ax, axis="y")
    if run.sizes:
        draw_threshold(run.rule, "90 %", ax=ax, axis="y", side="right", dotted=True)


def clipping_lab(
    *,
    eta: float = 1.0,
    threshold: float = 0.3,
    clip: str = "by norm",
    problem: str = "recurrent cliff",
    kappa: float = 10.0,
    rule: bool = False,
    steps: int = 150,
    large_type: bool = False,
) -> Lab[Comparison]:
    """Return the clipping lab: move c and η, and see what the clip does to a run.

    Parameters
    ----------
    eta : float
        Learning rate, from 0.01 to 10.
    threshold : float
        c, from 0.01 to 100, in units of the gradient.
    clip : {"by norm", "by value", "not at all"}
    problem : {"recurrent cliff", "quadratic"}
        A cliff, which clipping cures; or a bowl, where it cannot make ηλ > 2 converge.
    kappa : float
        λ, the curvature across the valley of the bowl, from 1 to 100; along it is 1.
    rule : bool
        Take for c the 90th percentile of the gradients' sizes in a run clipped at `threshold`.
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
    return Lab(Clipping(), settings)


def clipping_lab_figure(**settings: Any) -> Figure:
    """Return what `clipping_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(Clipping(), settings)
