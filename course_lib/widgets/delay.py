"""The delay lab: descent on a bowl by gradients that are some steps old."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib._arrays import Array
from course_lib.optimizers import Optimizer
from course_lib.parallel import largest_stable_product, stale_roots
from course_lib.plots import (
    Figure,
    Layer,
    Panes,
    draw_curves,
    draw_powers,
    draw_roots,
    draw_threshold,
    draw_trials,
    frame_roots,
)
from course_lib.training import descend
from course_lib.transformations import Delay
from course_lib.widgets.controls import Control, Slider, Switch
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.lab import Lab

DELAYS = range(11)
LIMITS = np.array([largest_stable_product(delay) for delay in DELAYS])
MOST = 2.2  # of ηλ
SIZES = (-6, 4)  # limits of the axis, as powers of ten
UNSEEN = np.array([np.nan])  # a curve for the legend alone
CURVES = "measured", "predicted"


@dataclass(frozen=True, eq=False)
class StaleRun:
    """A run on the bowl ½λw² from 1, and what was known of it before.

    Attributes
    ----------
    product : float
        ηλ.
    delay : int
        τ, the age of a gradient in steps.
    path : ndarray of shape (steps + 1,)
        w before each step and after the last.
    roots : ndarray of shape (delay + 1,)
        Of the characteristic polynomial, the largest first.
    """

    product: float
    delay: int
    path: Array
    roots: Any

    @property
    def limit(self) -> float:
        """The ηλ from which on the run diverges."""
        return float(LIMITS[self.delay])

    @property
    def factor(self) -> float:
        """What a step multiplies the distance by, in the long run."""
        return float(np.abs(self.roots[0]))

    @property
    def predicted(self) -> Array:
        """The size of w before each step and after the last, were the largest root alone."""
        return self.factor ** np.arange(len(self.path))


class DelayExperiment:
    """The experiment of `delay_lab`; see there."""

    name = "delay_lab"
    layout: Sequence[Sequence[str]] = (("limits", "path"), ("roots", "size"))
    size = (9.2, 5.6)
    controls: Mapping[str, Control] = {
        "product": Slider(
            label="rate × curvature ηλ",
            default=0.5,
            values=tuple(k / 100 for k in range(1, 221)),
            essential=True,
        ),
        "delay": Slider(label="delay τ, in steps", default=2, values=DELAYS, essential=True),
        "steps": Slider(label="steps", default=60, values=range(20, 201, 10)),
        "large_type": Switch(label="large type"),
    }

    def relevant(self, settings: Settings) -> Sequence[str]:  # noqa: ARG002
        """Return all the names."""
        return list(self.controls)

    def compute(self, settings: Settings) -> Iterator[StaleRun]:
        """Yield the run, whole at once: it takes a millisecond."""
        product, delay, steps = settings["product"], settings["delay"], settings["steps"]
        optimizer = Optimizer(direction=Delay(steps=delay), learning_rate=product)
        run = descend(_bowl, np.ones(1), optimizer=optimizer, steps=steps)
        path = np.array([1.0, *(step.theta[0] for step in run)])
        yield StaleRun(product, delay, path, stale_roots(product, delay))

    def share(self, result: StaleRun) -> float:  # noqa: ARG002
        """Return 1: there is no more to do."""
        return 1.0

    def layers(self, result: StaleRun) -> Sequence[Layer]:
        """Return the frame, what is predicted, and the run."""
        steps = len(result.path) - 1
        return [
            Layer(steps, lambda panes: _draw_frame(panes, steps)),
            Layer(result.delay, lambda panes: _draw_limit(panes, result)),
            Layer(result.product, lambda panes: _draw_run(panes, result)),
        ]

    def describe(self, result: StaleRun) -> str:
        """Say on which side of the limit the run is, how fast it goes, and whether it swings."""
        return " ".join([_standing(result), _speed(result), _swing(result), _end(result)])


def _bowl(w: Array) -> tuple[float, Array]:
    return 0.5 * float(w @ w), w


def _standing(run: StaleRun) -> str:
    if math.isclose(run.product, run.limit, rel_tol=1e-9):
        head, side = "Neither converges nor diverges", "exactly"
    elif run.product < run.limit:
        head, side = "Converges", "below"
    else:
        head, side = "Diverges", "above"
    age = "fresh gradients" if not run.delay else f"gradients {run.delay} steps old"
    age = age.replace("1 steps", "1 step")
    return f"{head}: ηλ = {run.product:g} is {side} the limit {run.limit:.3f} for {age}."


def _speed(run: StaleRun) -> str:
    if run.factor < 1e-9:
        return "One step is enough."
    if math.isclose(run.factor, 1.0, rel_tol=1e-9):
        return "In the long run a step leaves the distance as it is."
    return f"In the long run a step multiplies the distance by {run.factor:.3f}."


def _swing(run: StaleRun) -> str:
    angle = abs(float(np.angle(run.roots[0])))
    if run.factor < 1e-9 or angle < 1e-6:
        return "It comes from one side."
    if angle > math.pi - 1e-6:
        return "It changes sides at every step."
    return f"It swings to and fro once in {2 * math.pi / angle:.1f} steps."


def _end(run: StaleRun) -> str:
    left = abs(run.path[-1])
    size = "nothing" if left < 1e-300 else f"{left:.2g} times the first distance"
    return f"After {len(run.path) - 1} steps: {size}."


def _draw_frame(panes: Panes, steps: int) -> None:
    """Set what stays: limits, labels, legends. All is plain text, since formulas are slow."""
    limits, path, size, roots = (panes[name] for name in ("limits", "path", "size", "roots"))
    x = np.array(DELAYS, dtype=float)
    draw_curves(
        {"": LIMITS}, ax=limits, x=x, yscale="linear", xlabel="delay τ", ylabel="ηλ", legend=None
    )
    limits.set(ylim=(0, MOST + 0.1), title="limit; the diamond is this run")
    draw_curves({"": UNSEEN}, ax=path, yscale="linear", xlabel="", ylabel="w")
    path.set(xlim=(0, steps), ylim=(-2.1, 2.1), title="the way")
    draw_threshold(0.0, "", ax=path, axis="y")
    draw_curves(dict.fromkeys(CURVES, UNSEEN), ax=size, xlabel="step t", legend="above")
    size.set(xlim=(0, steps), ylim=[10.0**power for power in SIZES], ylabel="size of w")
    draw_powers(*SIZES, step=2, ax=size, axis="y")
    frame_roots(ax=roots)
    roots.set(title="roots in the unit circle", xlabel="", ylabel="")


def _draw_limit(panes: Panes, run: StaleRun) -> None:
    label = f"limit {run.limit:.3f}"
    draw_threshold(run.limit, label, ax=panes["limits"], axis="y", side="right")


def _draw_run(panes: Panes, run: StaleRun) -> None:
    draw_trials(np.array([float(run.delay)]), np.array([run.product]), ax=panes["limits"])
    draw_roots(run.roots, ax=panes["roots"])
    draw_curves({"": run.path}, ax=panes["path"], yscale="linear", xlabel="", legend=None)
    sizes = np.abs(run.path)
    curves = np.where(sizes > 0, sizes, np.nan), np.where(run.factor > 0, run.predicted, np.nan)
    draw_curves(dict(zip(CURVES, curves, strict=True)), ax=panes["size"], legend=None)


def delay_lab(
    *, product: float = 0.5, delay: int = 2, steps: int = 60, large_type: bool = False
) -> Lab[StaleRun]:
    """Return the delay lab: descend a bowl by stale gradients, and see when that still works.

    The bowl is ½λw², the start is 1. The gradient that moves w is τ steps old.

    Parameters
    ----------
    product : float
        ηλ, from 0.01 to 2.2.
    delay : int
        τ, from 0 to 10 steps.
    steps : int
        From 20 to 200.
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
    return Lab(DelayExperiment(), settings)


def delay_lab_figure(**settings: Any) -> Figure:
    """Return what `delay_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(DelayExperiment(), settings)
