"""The schedule lab: how far a schedule carries, where it freezes, and what noise leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from course_lib.plots import (
    Figure,
    Layer,
    Panes,
    draw_band,
    draw_curves,
    draw_powers,
    draw_threshold,
)
from course_lib.widgets.controls import Choice, Control, Slider, Switch, nice_numbers
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.lab import Lab
from course_lib.widgets.schedule_run import FROZEN, SCHEDULES, ScheduleRun, verdict

RATES, LOSSES = (-4, 2), (-6, 2)  # limits of axes, as powers of ten
MOST_KEPT = 1.4
FACTORS = (
    *(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96),
    *(0.97, 0.98, 0.985, 0.99, 0.992, 0.995, 0.998, 0.999),
)
NOISES = (0.0, *nice_numbers(1e-3, 10.0))
BAND = 10, 90  # per cent of the runs below its edges
STEPS = range(50, 401, 25)
UNSEEN = np.array([np.nan])  # a curve for the legend alone
CURVES = "mean", "predicted", "floor"
ONLY_FOR = {"factor": ("step", "exponential"), "every": ("step",), "decay": ("inverse time",),
            "final": ("cosine",)}  # fmt: skip


class ScheduleLab:
    """The experiment of `schedule_lab`; see there."""

    name = "schedule_lab"
    layout: Sequence[Sequence[str]] = (("rate", "loss"), ("kept", "loss"))
    size = (9.2, 4.8)
    controls: Mapping[str, Control] = {
        "eta": Slider(
            label="full rate η", default=1.0, values=nice_numbers(1e-3, 1e1), essential=True
        ),
        "schedule": Choice(
            label="schedule", default="exponential", options=tuple(SCHEDULES), essential=True
        ),
        "factor": Slider(label="factor γ", default=0.9, values=FACTORS, essential=True),
        "every": Slider(label="a drop every", default=30, values=range(5, 101, 5)),
        "decay": Slider(label="decay k", default=0.1, values=nice_numbers(1e-3, 1.0)),
        "final": Slider(
            label="last ÷ full rate", default=0.0, values=(0.0, *nice_numbers(1e-3, 1.0))
        ),
        "warm_up": Slider(label="warm-up steps", default=0, values=range(0, 101, 5)),
        "curvature": Slider(
            label="curvature λ", default=0.05, values=nice_numbers(0.02, 1e1), essential=True
        ),
        "noise": Slider(label="gradient noise σ", default=0.02, values=NOISES, essential=True),
        "steps": Slider(label="steps", default=200, values=STEPS),
        "large_type": Switch(label="large type"),
    }

    def relevant(self, settings: Settings) -> Sequence[str]:
        """Return the names, without what the schedule has no use for."""
        schedule = settings["schedule"]
        return [name for name in self.controls if schedule in ONLY_FOR.get(name, (schedule,))]

    def compute(self, settings: Settings) -> Iterator[ScheduleRun]:
        """Descend, and yield the run after each step."""
        yield from ScheduleRun(dict(settings)).follow(STEPS[-1])

    def share(self, result: ScheduleRun) -> float:
        """Return how many of the steps are done."""
        return 1.0 if result.whole else (len(result.points) - 1) / result.settings["steps"]

    def layers(self, result: ScheduleRun) -> Sequence[Layer]:
        """Return the frame, and the run with what was predicted for it."""
        settings = tuple(result.settings[name] for name in self.relevant(result.settings))
        return [
            Layer(result.settings["steps"], lambda panes: _draw_frame(panes, result)),
            Layer((settings, len(result.points)), lambda panes: _draw_run(panes, result)),
        ]

    def describe(self, result: ScheduleRun) -> str:
        """Say where the schedule leads, and compare with what was predicted."""
        return verdict(result) if result.whole else "Working: the runs are under way."


def _draw_frame(panes: Panes, run: ScheduleRun) -> None:
    """Set what stays: limits, labels, legends. All is plain text, since formulas are slow."""
    rate, kept, loss = panes["rate"], panes["kept"], panes["loss"]
    draw_curves({"": UNSEEN}, ax=rate, xlabel="", ylabel="learning rate")
    draw_curves({"": UNSEEN}, ax=kept, yscale="linear", xlabel="step t", ylabel="share")
    draw_curves(dict.fromkeys(CURVES, UNSEEN), ax=loss, xlabel="step t", legend="above")
    rate.set_title("schedule; dashed: 2/λ")
    kept.set_title("first distance left, without noise")
    kept.set(xlim=(0, run.settings["steps"]), ylim=(0, MOST_KEPT), yticks=(0, 0.5, 1))
    loss.set_ylabel("loss ÷ first loss")
    for ax, (low, high) in ((rate, RATES), (loss, LOSSES)):
        ax.set(xlim=(0, run.settings["steps"]), ylim=(10.0**low, 10.0**high))
        draw_powers(low, high, step=2, ax=ax, axis="y")


def _draw_run(panes: Panes, run: ScheduleRun) -> None:
    draw_curves({"": run.rates}, ax=panes["rate"], legend=None)
    draw_threshold(2.0 / run.settings["curvature"], "", ax=panes["rate"], axis="y")
    draw_curves({"": run.kept}, ax=panes["kept"], yscale="linear", legend=None)
    if FROZEN < run.limit < MOST_KEPT:
        draw_threshold(run.limit, "limit", ax=panes["kept"], axis="y", side="right")
    losses = run.losses
    if run.settings["noise"]:
        draw_band(*np.percentile(losses, BAND, axis=1, method="nearest"), ax=panes["loss"])
    curves = run.means, run.expected, np.where(run.floors > 0, run.floors, np.nan)
    draw_curves(dict(zip(CURVES, curves, strict=True)), ax=panes["loss"], legend=None)


def schedule_lab(
    *,
    eta: float = 1.0,
    schedule: str = "exponential",
    factor: float = 0.9,
    every: int = 30,
    decay: float = 0.1,
    final: float = 0.0,
    warm_up: int = 0,
    curvature: float = 0.05,
    noise: float = 0.02,
    steps: int = 200,
    large_type: bool = False,
) -> Lab[ScheduleRun]:
    """Return the schedule lab: choose η_t, and see how far it carries and what noise leaves.

    A hundred runs at once start at 1 on the bowl ½λw², each with gradient noise of its own.

    Parameters
    ----------
    eta : float
        The full rate η, from 0.001 to 10.
    schedule : {"constant", "step", "exponential", "inverse time", "cosine"}
    factor : float
        γ, from 0.1 to 0.999: what the rate is multiplied by in each step of the exponential
        decay, and at each drop of the step decay.
    every : int
        Steps between two drops, from 5 to 100.
    decay : float
        k of η/(1 + kt), from 0.001 to 1.
    final : float
        Where the cosine ends, as a share of η, from 0 to 1.
    warm_up : int
        Steps of a linear warm-up before the schedule, from 0 to 100.
    curvature : float
        λ, from 0.02 to 10.
    noise : float
        σ, the standard deviation of the gradient, 0 or from 0.001 to 10.
    steps : int
        From 50 to 400.
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
    return Lab(ScheduleLab(), settings)


def schedule_lab_figure(**settings: Any) -> Figure:
    """Return what `schedule_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(ScheduleLab(), settings)
