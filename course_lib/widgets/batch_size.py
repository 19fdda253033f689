"""The batch-size lab: what a larger batch buys, and where it buys nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from course_lib._arrays import Array
from course_lib.gradient_noise import first_below
from course_lib.plots import (
    Figure,
    Layer,
    Panes,
    draw_band,
    draw_curves,
    draw_powers,
    draw_threshold,
    draw_trials,
)
from course_lib.widgets.batch_size_words import verdict
from course_lib.widgets.batch_task import BATCHES, B, Bowl, Task, best, bowl, digits
from course_lib.widgets.controls import Choice, Control, Slider, Switch, nice_numbers
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.lab import Lab

RULES = {"constant": 0.0, "square root": 0.5, "linear": 1.0}  # the power of B in the rate
TUNED = "best"
STEPS_AXIS, LOSSES = (0, 3), (-3, 1)  # limits of axes, as powers of ten
BAND = 10, 90  # per cent of the runs below its edges
UNSEEN = np.array([np.nan])  # a curve for the legend alone
ONLY_FOR = {"kappa": "quadratic", "sigma": "quadratic"}


@dataclass(eq=False)
class Study:
    """Runs with every batch size, as far as they are done.

    Attributes
    ----------
    task : Task
    rates : ndarray of shape (batches,)
    losses : ndarray of shape (steps + 1, batches, runs)
        Shares of the first loss; NaN where not done yet, infinite where diverged.
    done : float
        Share of the work.
    """

    task: Task
    rates: Array
    losses: Array
    done: float = 0.0
    work: Iterator[float] = field(init=False)

    def __post_init__(self) -> None:
        self.work = self.task.follow(self.rates, self.losses)

    @cached_property
    def expected(self) -> Array | None:
        """Expected losses of every batch size, of shape (steps + 1, batches)."""
        return self.task.expected(self.rates, len(self.losses) - 1)

    def mean(self, place: int) -> Array:
        """Return the mean loss of the runs with one batch size that are done."""
        return _mean(self.losses[:, place])

    def steps_to(self, target: float) -> Array:
        """Return the steps until the mean loss is at the target, of shape (batches,)."""
        return first_below(_mean(self.losses), target)

    def predicted_steps(self, target: float) -> Array:
        """Return the steps until the expected loss is; NaN without a theory."""
        if self.expected is None:
            return np.full(len(BATCHES), np.nan)
        return first_below(self.expected, target)


@dataclass(frozen=True, eq=False)
class View:
    """A study, seen from one batch size and one target."""

    study: Study
    settings: Settings

    @property
    def place(self) -> int:
        """Index of the batch size that is set."""
        return BATCHES.index(self.settings["batch"])

    @property
    def target(self) -> float:
        """As a share of the first loss."""
        return float(self.settings["target"])

    @property
    def order(self) -> list[int]:
        """Indices of all batch sizes, the one that is set last."""
        return [*(i for i in range(len(B)) if i != self.place), self.place]

    @property
    def scaling(self) -> dict[str, Array]:
        """Steps to the target over B: predicted, at the best rate, and in perfect scaling.

        Perfect is half the steps for twice the batch, from the smallest batch that gets there.
        Without a theory it stands alone.
        """
        task, predicted = self.study.task, self.study.predicted_steps(self.target)
        steps = predicted if isinstance(task, Bowl) else self.study.steps_to(self.target)
        first = int(np.isfinite(steps).argmax())
        perfect = steps[first] * B[first] / B
        if not isinstance(task, Bowl):
            return {"": perfect}
        tuned = best(task, self.target, self.settings["steps"])[1]
        return {"": predicted, "best": tuned, "perfect": perfect}


class BatchSize:
    """The experiment of `batch_size_lab`; see there."""

    name = "batch_size_lab"
    layout: Sequence[Sequence[str]] = (("noise", "loss"), ("steps", "loss"))
    size = (9.2, 4.8)
    controls: Mapping[str, Control] = {
        "batch": Slider(label="batch size B", default=8, values=BATCHES, essential=True),
        "eta": Slider(
            label="η at B = 1", default=0.05, values=nice_numbers(1e-3, 2.0),
            essential=True,
        ),
        "rule": Choice(
            label="η for other B", default="linear", options=(*RULES, TUNED), essential=True
        ),
        "target": Slider(
            label="target ÷ first loss", default=0.1, values=nice_numbers(1e-2, 0.5)
        ),
        "problem": Choice(
            label="problem", default="quadratic", options=("quadratic", "digits")
        ),
        "kappa": Slider(label="condition κ", default=10.0, values=nice_numbers(1.0, 100.0)),
        "sigma": Slider(label="noise σ", default=2.0, values=nice_numbers(0.1, 10)),
        "runs": Slider(label="runs of each B", default=16, values=(1, 2, 4, 8, 16, 32, 64)),
        "steps": Slider(label="steps", default=200, values=range(50, 1001, 50)),
        "large_type": Switch(label="large type"),
    }  # fmt: skip

    def __init__(self) -> None:
        self._study: Study | None = None
        self._study_of: object = None

    def relevant(self, settings: Settings) -> Sequence[str]:
        """Return the names, without what the problem or the rule has no use for."""
        problem, rule = settings["problem"], settings["rule"]
        names = [name for name in self.controls if ONLY_FOR.get(name, problem) == problem]
        return [name for name in names if name != "eta" or rule != TUNED]

    def compute(self, settings: Settings) -> Iterator[View]:
        """Train with every batch size; another B or target needs no new runs."""
        if settings["batch"] not in BATCHES:
            raise ValueError(f"B = {settings['batch']} is not a power of 2, as the runs are")
        view = View(self._the_study(settings), dict(settings))
        for done in view.study.work:
            view.study.done = done
            yield view
        view.study.done = 1.0
        yield view

    def share(self, result: View) -> float:
        """Return how many of the steps of all runs are done."""
        return result.study.done

    def layers(self, result: View) -> Sequence[Layer]:
        """Return the frame, the target, and the runs with what was predicted for them."""
        study, target = result.study, result.target
        frame = study.task.name, len(study.losses)
        return [
            Layer(frame, lambda panes: _draw_frame(panes, study)),
            Layer(target, lambda panes: _draw_target(panes, target)),
            Layer((study, study.done, result.place), lambda panes: _draw_runs(panes, result)),
        ]

    def describe(self, result: View) -> str:
        """Say what this batch size needs, what twice of it would, and what the noise is."""
        study, target = result.study, result.target
        if study.done < 1 and not np.isfinite(study.mean(result.place)).all():
            return "Working: the runs are under way."
        floors = study.task.floors(study.rates)
        return verdict(
            study.task, result.place, study.rates, target, study.losses.shape,
            measured=study.steps_to(target), predicted=study.predicted_steps(target),
            floor=None if floors is None else float(floors[result.place]),
        )  # fmt: skip

    def _the_study(self, settings: Settings) -> Study:
        """Return the study that is there already, unless something else is to be run."""
        ignored = {"batch", "large_type", *(() if settings["rule"] == TUNED else ("target",))}
        names = [name for name in self.relevant(settings) if name not in ignored]
        key = tuple((name, settings[name]) for name in names)
        if self._study is None or self._study_of != key:
            task, rates = _task_and_rates(settings)
            losses = np.full((settings["steps"] + 1, len(BATCHES), settings["runs"]), np.nan)
            self._study_of, self._study = key, Study(task, rates, losses)
        return self._study


def _task_and_rates(settings: Settings) -> tuple[Task, Array]:
    """Return what is to be trained, and the rate for each batch size."""
    rule = settings["rule"]
    quadratic = bowl(settings["kappa"], settings["sigma"])
    if settings["problem"] == "digits":
        if rule == TUNED:
            raise ValueError(
                f"{TUNED!r} needs the closed form of the quadratic, and the digits have"
                " none; choose another rule for η"
            )
        return digits(), settings["eta"] * B ** RULES[rule]
    if rule == TUNED:
        return quadratic, best(quadratic, settings["target"], settings["steps"])[0]
    return quadratic, settings["eta"] * B ** RULES[rule]


def _mean(losses: Array) -> Array:
    """Return the mean over the runs that are done, on the last axis; NaN where none is."""
    done = ~np.isnan(losses)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.where(done, losses, 0.0).sum(axis=-1) / done.sum(axis=-1))


def _draw_frame(panes: Panes, study: Study) -> None:
    """Set what stays: limits, labels, legends. All is plain text, since formulas are slow."""
    noise, steps, loss = panes["noise"], panes["steps"], panes["loss"]
    theory = isinstance(study.task, Bowl)
    draw_curves({"": UNSEEN}, ax=noise, xscale="log", xlabel="", ylabel="variance")
    names = ("predicted", "best η", "∝ 1/B") if theory else ("∝ 1/B",)
    draw_curves(
        dict.fromkeys(names, UNSEEN), ax=steps, xscale="log", xlabel="batch size B",
        ylabel="steps to target", legend="above",
    )  # fmt: skip
    names = ("mean", "predicted", "floor") if theory else ("mean",)
    draw_curves(
        dict.fromkeys(names, UNSEEN), ax=loss, xlabel="step t", ylabel="loss ÷ first loss",
        legend="above",
    )  # fmt: skip
    noise.set_title("gradient noise; dashed: gradient²")
    for ax, (low, high) in ((noise, study.task.powers), (steps, STEPS_AXIS), (loss, LOSSES)):
        ax.set_ylim(10.0**low, 10.0**high)
        draw_powers(low, high, step=2 if ax is noise else 1, ax=ax, axis="y")
    for ax in (noise, steps):
        ax.set(xlim=(0.8, 1.25 * BATCHES[-1]), xticks=BATCHES[::2])
        ax.set_xticklabels([str(batch) for batch in BATCHES[::2]])
        ax.minorticks_off()
    loss.set_xlim(0, len(study.losses) - 1)


def _draw_target(panes: Panes, target: float) -> None:
    draw_threshold(target, "target", ax=panes["loss"], axis="y", side="right")


def _draw_noise(panes: Panes, view: View) -> None:
    """Draw the noise of a gradient; the frame says what the dashed line is, as text is slow."""
    noise, order, ax = view.study.task.noise, view.order, panes["noise"]
    draw_curves({"": noise.predicted}, ax=ax, x=B, xscale="log", legend=None)
    draw_threshold(noise.gradient, "", ax=ax, axis="y")
    draw_trials(B[order], noise.measured[order], ax=ax)


def _draw_runs(panes: Panes, view: View) -> None:
    _draw_noise(panes, view)
    study, place, measured = view.study, view.place, view.study.steps_to(view.target)
    draw_curves(view.scaling, ax=panes["steps"], x=B, xscale="log", legend=None)
    begun = [i for i in view.order if i == place or not np.isnan(study.losses[0, i]).all()]
    draw_trials(B[begun], measured[begun], ax=panes["steps"])
    runs = study.losses[:, place]
    runs = runs[:, ~np.isnan(runs[0])]
    if runs.shape[1] > 1:
        draw_band(*np.percentile(runs, BAND, axis=1, method="nearest"), ax=panes["loss"])
    curves, floors = {"": study.mean(place)}, study.task.floors(study.rates)
    if study.expected is not None and floors is not None:
        curves["predicted"] = study.expected[:, place]
        curves["floor"] = np.full(len(study.losses), floors[place])
    draw_curves(curves, ax=panes["loss"], legend=None)


def batch_size_lab(
    *,
    batch: int = 8,
    eta: float = 0.05,
    rule: str = "linear",
    target: float = 0.1,
    problem: str = "quadratic",
    kappa: float = 10.0,
    sigma: float = 2.0,
    runs: int = 16,
    steps: int = 200,
    large_type: bool = False,
) -> Lab[View]:
    """Return the batch-size lab: move B, and see the noise, the loss, and the steps it takes.

    Parameters
    ----------
    batch : int
        B, from 1 to 256; the slider stops at the powers of 2.
    eta : float
        Learning rate of a batch of one, from 0.001 to 2.
    rule : {"constant", "square root", "linear", "best"}
        How the rate grows with B. The best one is found from the closed form of the quadratic.
    target : float
        As a share of the first loss, from 0.01 to 0.5.
    problem : {"quadratic", "digits"}
        Six directions with a closed form; or a softmax layer on 512 images, without one.
    kappa : float
        Condition number of the quadratic, from 1 to 100.
    sigma : float
        Noise of one sample's gradient, from 0.1 to 10; it equals the gradient at B = σ².
    runs : int
        Of each batch size, from 1 to 64.
    steps : int
        From 50 to 1000.
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
    return Lab(BatchSize(), settings)


def batch_size_lab_figure(**settings: Any) -> Figure:
    """Return what `batch_size_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(BatchSize(), settings)
