"""The saturation lab: one sigmoid neuron, and how two losses pull at it when it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib._arrays import Array
from course_lib.activations import sigmoid
from course_lib.curvature import hessian_vector_product
from course_lib.mlp import MLP
from course_lib.optimizers import sgd
from course_lib.plots import Figure, Layer, Panes, draw_curves, draw_powers, draw_threshold
from course_lib.training import descend
from course_lib.widgets.controls import Choice, Control, Slider, Switch, nice_numbers
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.lab import Lab

FARTHEST = 12.0
LOGITS = np.linspace(-FARTHEST, FARTHEST, 241)
CROSS_ENTROPY = "binary_cross_entropy"
SQUARED_ERRORS = "half_mse", "mse"
STEPS = 60
SLOPES = (-6, 1)  # limits of the axis, as powers of ten
BENDS = (-0.16, 0.3)
FLAT = 0.05  # a sigmoid with a smaller slope p(1 - p) is called saturated
UNSEEN = np.array([np.nan])  # a curve for the legend alone
NAMES = {CROSS_ENTROPY: "cross-entropy", "half_mse": "½ (p − y)²", "mse": "(p − y)²"}


@dataclass(frozen=True)
class Pull:
    """What one loss says of the neuron.

    Attributes
    ----------
    losses, slopes, bends : ndarray of shape (logits,)
        L, dL/dz and d²L/dz² at each of `LOGITS`.
    loss, slope, bend : float
        The same at the mark.
    answers : ndarray of shape (STEPS + 1,)
        p before each step of descent from the mark, and after the last.
    """

    losses: Array
    slopes: Array
    bends: Array
    loss: float
    slope: float
    bend: float
    answers: Array


@dataclass(frozen=True)
class Contrast:
    """One neuron under two losses.

    Attributes
    ----------
    z, y, eta : float
        Logit, target and learning rate.
    squared : str
        Which squared error.
    pulls : dict from the name of a loss to Pull
        Cross-entropy first.
    """

    z: float
    y: float
    eta: float
    squared: str
    pulls: dict[str, Pull]

    @property
    def p(self) -> float:
        """The neuron's answer at the mark."""
        return float(sigmoid(self.z))


class Saturation:
    """The experiment of `saturation_lab`; see there."""

    name = "saturation_lab"
    layout: Sequence[Sequence[str]] = (("loss", "slope"), ("bend", "run"))
    size = (9.2, 5.6)
    controls: Mapping[str, Control] = {
        "z": Slider(
            label="logit z",
            default=-10.0,
            values=tuple(k / 2 for k in range(-24, 25)),
            essential=True,
        ),
        "y": Slider(label="target y", default=1.0, values=(0.0, 0.25, 0.5, 0.75, 1.0)),
        "squared": Choice(label="squared error", default="half_mse", options=SQUARED_ERRORS),
        "eta": Slider(label="learning rate η", default=1.0, values=nice_numbers(1e-1, 1e2)),
        "large_type": Switch(label="large type"),
    }

    def relevant(self, settings: Settings) -> Sequence[str]:  # noqa: ARG002
        """Return all the names."""
        return list(self.controls)

    def compute(self, settings: Settings) -> Iterator[Contrast]:
        """Yield the contrast, whole at once: it takes a few milliseconds."""
        place = settings["z"], settings["y"], settings["eta"]
        losses = CROSS_ENTROPY, settings["squared"]
        yield Contrast(*place, settings["squared"], {loss: _pull(loss, *place) for loss in losses})

    def share(self, result: Contrast) -> float:  # noqa: ARG002
        """Return 1: there is no more to do."""
        return 1.0

    def layers(self, result: Contrast) -> Sequence[Layer]:
        """Return the frame, the curves over z, and the mark with its two runs."""
        return [
            Layer(result.squared, lambda panes: _draw_frame(panes, result)),
            Layer(result.y, lambda panes: _draw_over_logits(panes, result)),
            Layer((result.z, result.eta), lambda panes: _draw_mark(panes, result)),
        ]

    def describe(self, result: Contrast) -> str:
        """Say how the neuron stands, how hard each loss pulls, and where that leads."""
        return " ".join([_standing(result), _pulls(result), _bends(result), _runs(result)])


def _loss_and_slope(loss: str, z: Array, y: float) -> tuple[Array, Array]:
    """Return L and dL/dz at each logit: those of a neuron that sees nothing but its bias."""
    neuron = MLP((1, 1), output="sigmoid", loss=loss)
    theta = np.stack([np.zeros_like(z), z])  # one run for each logit
    losses, gradient = neuron.loss_and_gradient(theta, np.zeros((1, 1)), np.array([[y]]))
    return np.asarray(losses), gradient[1]


@lru_cache(maxsize=32)
def _over_logits(loss: str, y: float) -> tuple[Array, Array, Array]:
    losses, slopes = _loss_and_slope(loss, LOGITS, y)
    return losses, slopes, _bend(loss, LOGITS, y)


def _bend(loss: str, z: Array, y: float) -> Array:
    """Return d²L/dz² at each logit: each is a coordinate that meets no other."""
    return hessian_vector_product(lambda z: _loss_and_slope(loss, z, y), z, np.ones_like(z))


@lru_cache(maxsize=64)
def _pull(loss: str, z: float, y: float, eta: float) -> Pull:
    here = np.array([z])
    value, slope = _loss_and_slope(loss, here, y)
    descent = descend(
        lambda bias: _one(loss, bias, y), here, optimizer=sgd(learning_rate=eta), steps=STEPS
    )
    logits = np.array([z, *(step.theta[0] for step in descent)])
    bend = _bend(loss, here, y)
    return Pull(
        *_over_logits(loss, y), float(value[0]), float(slope[0]), float(bend[0]), sigmoid(logits)
    )


def _one(loss: str, bias: Array, y: float) -> tuple[float, Array]:
    value, slope = _loss_and_slope(loss, bias, y)
    return float(value[0]), slope


def _standing(result: Contrast) -> str:
    p, error = result.p, abs(result.p - result.y)
    if error < 0.01:
        head = "As good as right"
    elif error < 0.5:
        head = "Near its target"
    else:
        head = "Saturated and wrong" if p * (1 - p) < FLAT else "Wrong, and awake"
    return f"{head}: the answer is p = {p:.3g}, the target {result.y:g}."


def _pulls(result: Contrast) -> str:
    entropy, squared = (abs(pull.slope) for pull in result.pulls.values())
    text = f"Slope of cross-entropy {entropy:.2g}, of {NAMES[result.squared]} {squared:.2g}"
    if squared < 1e-12:
        return f"{text}: nothing pulls."
    return f"{text}: cross-entropy pulls {entropy / squared:,.3g} times as hard."


def _bends(result: Contrast) -> str:
    if result.pulls[result.squared].bend < -1e-7:
        return "The squared error bends downwards here, so it is not convex; cross-entropy never."
    return "Both bend upwards here."


def _runs(result: Contrast) -> str:
    entropy, squared = (pull.answers[-1] for pull in result.pulls.values())
    return (
        f"After {STEPS} steps at η = {result.eta:g}: p = {entropy:.3g} by cross-entropy,"
        f" {squared:.3g} by the squared error."
    )


def _draw_frame(panes: Panes, result: Contrast) -> None:
    """Set what stays: limits, labels, legends. All is plain text, since formulas are slow."""
    names = {NAMES[loss]: UNSEEN for loss in result.pulls}
    scales = {"loss": "linear", "slope": "log", "bend": "linear", "run": "linear"}
    for name, scale in scales.items():
        above = name in ("loss", "slope")
        draw_curves(
            names, ax=panes[name], yscale=scale, xlabel="", legend="above" if above else None
        )
        panes[name].set_xlim(-FARTHEST, FARTHEST)
    panes["loss"].set(ylim=(-0.3, FARTHEST + 0.3), ylabel="loss")
    panes["slope"].set(ylim=[10.0**power for power in SLOPES], ylabel="size of the slope dL/dz")
    draw_powers(*SLOPES, ax=panes["slope"], axis="y", step=1)
    panes["bend"].set(ylim=BENDS, xlabel="logit z", ylabel="curvature d²L/dz²")
    panes["run"].set(xlim=(0, STEPS), ylim=(-0.03, 1.03), xlabel="step t", ylabel="answer p")
    draw_threshold(0.0, "", ax=panes["bend"], axis="y")


def _draw_over_logits(panes: Panes, result: Contrast) -> None:
    pulls = result.pulls
    curves = {
        "loss": {name: pull.losses for name, pull in pulls.items()},
        "slope": {name: np.abs(pull.slopes) for name, pull in pulls.items()},
        "bend": {name: pull.bends for name, pull in pulls.items()},
    }
    for pane, series in curves.items():
        scale = "log" if pane == "slope" else "linear"
        draw_curves(series, ax=panes[pane], x=LOGITS, yscale=scale, legend=None)
    draw_threshold(result.y, f"target {result.y:g}", ax=panes["run"], axis="y", side="right")


def _draw_mark(panes: Panes, result: Contrast) -> None:
    for name in ("loss", "slope", "bend"):
        label = f"z = {result.z:g}" if name == "bend" else ""
        draw_threshold(
            result.z, label, ax=panes[name], side="left" if result.z > 0 else "right", dotted=True
        )
    runs = {name: pull.answers for name, pull in result.pulls.items()}
    draw_curves(runs, ax=panes["run"], yscale="linear", legend=None)


def saturation_lab(
    *,
    z: float = -10.0,
    y: float = 1.0,
    squared: str = "half_mse",
    eta: float = 1.0,
    large_type: bool = False,
) -> Lab[Contrast]:
    """Return the saturation lab: move the logit of a sigmoid neuron, and see two losses pull.

    Parameters
    ----------
    z : float
        Logit, the sum before the sigmoid, from -12 to 12.
    y : float
        Target, from 0 to 1.
    squared : {"half_mse", "mse"}
        Which squared error stands beside cross-entropy: the article's, or twice as much.
    eta : float
        Learning rate of the two runs that start at the mark, from 0.1 to 100.
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
    return Lab(Saturation(), settings)


def saturation_lab_figure(**settings: Any) -> Figure:
    """Return what `saturation_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(Saturation(), settings)
