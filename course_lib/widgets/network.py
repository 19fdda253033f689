"""The playground: a network that learns before your eyes, with every weight's gradient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets
import numpy as np

from course_lib.activations import ACTIVATIONS
from course_lib.plots import (
    Figure,
    Layer,
    Panes,
    draw_curves,
    draw_decision,
    draw_powers,
    draw_samples,
    draw_units,
    frame_units,
)
from course_lib.widgets.controls import Choice, Control, Slider, Switch, look, nice_numbers
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.live import LiveLab
from course_lib.widgets.network_run import (
    DATA,
    MOST_STEPS,
    NOTHING,
    OF_THE_RUN,
    OPTIMIZERS,
    POINTS,
    SAMPLES,
    Moment,
    TrainingRun,
    box_of,
    horizon,
    network_of,
    parameter_names,
    place_of,
)
from course_lib.widgets.network_words import formula, in_short, verdict
from course_lib.widgets.work import Later

LOSSES = "binary_cross_entropy", "mse"
CLIPS = "not at all", "by norm", "by value"
STRENGTHS = (
    0.0,
    *(float(f"{digit}e{power}") for power in range(-5, 0) for digit in (1, 2, 5)),
    1.0,
)
LOSS_POWERS = (-4, 1)  # limits of the axis of losses, as powers of ten
CURVES = "training", "test"
UNSEEN = np.array([np.nan])  # a curve for the legend alone
AT_ONCE = 50  # steps between two looks at the clock: some hundredths of a second
UNITS = range(1, 9)


@dataclass(frozen=True, kw_only=True)
class Count:
    """A whole number on a slider that shows it as it moves: of the many that steps may be.

    Parameters
    ----------
    label : str
    default, most : int
    essential : bool
    """

    label: str
    default: int
    most: int
    essential: bool = False

    def accept(self, name: str, value: Any) -> int:
        """Return the number.

        Raises
        ------
        TypeError, ValueError
            If it is no whole number, or off the slider.
        """
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be a whole number, got {value!r}")
        if not 0 <= value <= self.most:
            raise ValueError(f"{name}={value} is off the slider: choose from 0 to {self.most}")
        return value

    def widget(self, value: int) -> ipywidgets.Widget:
        """Return a slider with its number behind it, which can be typed."""
        return ipywidgets.IntSlider(value, 0, self.most, description=self.label, **look())

    def move(self, widget: Any, value: int) -> None:
        """Move the slider."""
        widget.value = value

    def code(self, value: Any) -> str:
        """Write the number as Python."""
        return str(value)


@dataclass(frozen=True, kw_only=True)
class ParameterChoice:
    """A parameter of the network by its name, or none.

    Which there are depends on the network: `offer` says so to the widget.

    Parameters
    ----------
    label : str
    default : str
    essential : bool
    """

    label: str
    default: str = NOTHING
    essential: bool = False

    def accept(self, name: str, value: Any) -> str:
        """Return the name.

        Raises
        ------
        ValueError
            If it is not written as a parameter's name is.
        """
        written = isinstance(value, str) and re.fullmatch(r"W\d\[\d, \d\]|b\d\[\d\]", value)
        if value != NOTHING and not written:
            raise ValueError(
                f"{name}={value!r} is no parameter: choose {NOTHING!r}, a weight such as"
                " 'W1[0, 2]' or a bias such as 'b1[2]'"
            )
        return str(value)

    def widget(self, value: str) -> ipywidgets.Widget:
        """Return a drop-down list."""
        options = sorted({NOTHING, value})
        return ipywidgets.Dropdown(
            options=options, value=value, description=self.label, **look("28em")
        )

    def move(self, widget: Any, value: str) -> None:
        """Choose the parameter."""
        self.offer(widget, widget.options, value)

    def offer(self, widget: Any, names: Sequence[str], value: str) -> None:
        """List so many names, and the one that is chosen in any case."""
        options = tuple(dict.fromkeys((NOTHING, *names, value)))
        if tuple(widget.options) != options:
            widget.options = options
        widget.value = value

    def code(self, value: Any) -> str:
        """Write the name as Python."""
        return f'"{value}"'


class Network:
    """The experiment of `network_lab`; see there."""

    name = "network_lab"
    layout: Sequence[Sequence[str]] = (("units", "units", "output"), ("units", "units", "loss"))
    size = (9.2, 4.9)
    most_steps = MOST_STEPS
    controls: Mapping[str, Control] = {
        "data": Choice(label="data", default="xor", options=tuple(DATA), essential=True),
        "noise": Slider(label="noise", default=0.1, values=[step / 20 for step in range(11)]),
        "test_share": Slider(
            label="test share", default=0.5, values=[step / 10 for step in range(1, 10)]
        ),
        "layers": Slider(label="hidden layers", default=1, values=range(4), essential=True),
        "units_1": Slider(label="units in 1", default=4, values=UNITS),
        "units_2": Slider(label="units in 2", default=4, values=UNITS),
        "units_3": Slider(label="units in 3", default=4, values=UNITS),
        "activation": Choice(label="activation", default="tanh", options=tuple(ACTIVATIONS)),
        "loss": Choice(label="loss", default="binary_cross_entropy", options=LOSSES),
        "optimizer": Choice(label="optimizer", default="sgd", options=tuple(OPTIMIZERS)),
        "eta": Slider(
            label="learning rate η", default=0.3, values=nice_numbers(1e-4, 1e2), essential=True
        ),
        "batch_size": Slider(
            label="batch size", default=SAMPLES, values=(1, 2, 4, 8, 16, 32, 64, SAMPLES)
        ),
        "clip": Choice(label="clip", default="not at all", options=CLIPS),
        "threshold": Slider(label="threshold c", default=1.0, values=nice_numbers(1e-3, 1e1)),
        "l1": Slider(label="L1 penalty λ₁", default=0.0, values=STRENGTHS),
        "l2": Slider(label="L2 penalty λ₂", default=0.0, values=STRENGTHS),
        "weight": ParameterChoice(label="gradient of"),
        "speed": Slider(label="steps a picture", default=2, values=(1, 2, 5, 10, 20, 50)),
        "steps": Count(label="steps", default=0, most=MOST_STEPS, essential=True),
        "seed": Slider(label="start no.", default=1, values=range(20)),
        "large_type": Switch(label="large type"),
    }

    def __init__(self) -> None:
        self._run_of: tuple[Any, ...] | None = None
        self._run: TrainingRun | None = None

    def relevant(self, settings: Settings) -> Sequence[str]:
        """Return the names: units of the layers that there are, a threshold only for a clip."""
        hidden = {f"units_{number}" for number in range(settings["layers"] + 1, 4)}
        if not settings["layers"]:
            hidden.add("activation")
        if settings["clip"] == "not at all":
            hidden.add("threshold")
        return [name for name in self.controls if name not in hidden]

    def compute(self, settings: Settings) -> Iterator[Moment]:
        """Train to the step that is asked for; a run that was looked at before is still there."""
        yield from self._reach(settings, settings["steps"])

    def play(self, settings: Settings) -> Iterator[Moment]:
        """Train on, a few steps for each picture."""
        run, steps = self._the_run(settings), settings["steps"]
        yield from self._reach(settings, steps)  # catch up, if a control was moved
        while not (run.over and steps >= run.taken):
            steps = min(steps + settings["speed"], MOST_STEPS)
            run.extend(steps)
            yield run.at(steps, settings["weight"])

    def steps(self, result: Moment) -> int:
        """Return the step that is looked at."""
        return result.asked

    def share(self, result: Moment) -> float:
        """Return how much of the way to the step that is asked for is done."""
        return result.step / result.asked if result.asked and not result.run.over else 1.0

    def layers(self, result: Moment) -> Sequence[Layer]:
        """Return the frame, and all the rest, which changes with every step."""
        run = result.run
        end, box = horizon(result.step), box_of(run)
        frame = (run.net.sizes, end, box)
        key = (id(run), result.step, result.weight)
        return [
            Layer(frame, lambda panes: _draw_frame(panes, run.net.sizes, end, box)),
            Layer(key, lambda panes: _draw_moment(panes, result, box)),
        ]

    def describe(self, result: Moment) -> str:
        """Say how far training is, and what the gradient is."""
        return verdict(result)

    def _reach(self, settings: Settings, steps: int) -> Iterator[Moment]:
        run = self._the_run(settings)
        while run.taken < steps and not run.over:
            run.extend(min(run.taken + AT_ONCE, steps))
            if run.taken < steps:
                yield run.at(steps, settings["weight"])
        yield run.at(steps, settings["weight"])

    def _the_run(self, settings: Settings) -> TrainingRun:
        key = tuple(settings[name] for name in OF_THE_RUN)
        if self._run is None or self._run_of != key:
            self._run_of, self._run = key, TrainingRun(settings)
        return self._run


Box = tuple[tuple[float, float], tuple[float, float]]


def _draw_frame(panes: Panes, sizes: Sequence[int], end: int, box: Box) -> None:
    """Set what stays: limits, labels, legends. All is plain text, since formulas are slow."""
    frame_units(sizes, ax=panes["units"])
    output, loss = panes["output"], panes["loss"]
    output.set(xlim=box[0], ylim=box[1], title="output; rings: test", xlabel="x₁", ylabel="x₂")
    output.grid(False)
    draw_curves(dict.fromkeys(CURVES, UNSEEN), ax=loss, xlabel="step t", legend="above")
    loss.set(xlim=(0, end), ylim=[10.0**power for power in LOSS_POWERS], ylabel="loss")
    loss.set_xticks([0, end // 2, end])
    draw_powers(*LOSS_POWERS, ax=loss, axis="y")


def _draw_moment(panes: Panes, moment: Moment, box: Box) -> None:
    run, step = moment.run, moment.step
    x, y = (np.linspace(low, high, POINTS) for low, high in box)
    answers = [np.nan_to_num(layer) for layer in moment.answers(x, y)]
    found = moment.gradient
    weights = [W for W, _ in run.net.layers(moment.theta)]
    chosen, note = (None, "") if found is None else (place_of(found.name), in_short(found))
    draw_units(answers, weights, ax=panes["units"], chosen=chosen, note=note)
    draw_decision(x, y, (answers[-1][0] + 1) / 2, ax=panes["output"])
    for data, hollow in ((run.train, False), (run.test, True)):
        labels = (data.Y[:, 0] > 0.5).astype(int)
        draw_samples(data.X, labels, ax=panes["output"], xlabel="x₁", ylabel="x₂", hollow=hollow)
    curves = (run.train_losses, run.test_losses)
    shown = {
        name: np.array(losses[: step + 1]) for name, losses in zip(CURVES, curves, strict=True)
    }
    draw_curves(shown, ax=panes["loss"], legend=None)


class NetworkLab(LiveLab[Moment]):
    """The playground with its controls, on a page; see `network_lab`.

    Attributes
    ----------
    formula : ipywidgets.HTMLMath
        Of the gradient of the parameter that is chosen; empty without one.
    """

    def __init__(self, settings: Settings, *, later: Later | None = None) -> None:
        self.formula = ipywidgets.HTMLMath()
        super().__init__(Network(), settings, later=later)

    def _rows(self) -> list[Any]:
        return [*super()._rows(), self.formula]

    def _show_controls(self, settings: Settings) -> None:
        super()._show_controls(settings)
        self.formula.value = formula(settings)
        control, widget = self.experiment.controls["weight"], self.controls["weight"]
        assert isinstance(control, ParameterChoice)
        with self._unanswered():
            control.offer(widget, parameter_names(network_of(settings)), settings["weight"])


def network_lab(
    *,
    data: str = "xor",
    noise: float = 0.1,
    test_share: float = 0.5,
    layers: int = 1,
    units_1: int = 4,
    units_2: int = 4,
    units_3: int = 4,
    activation: str = "tanh",
    loss: str = "binary_cross_entropy",
    optimizer: str = "sgd",
    eta: float = 0.3,
    batch_size: int = SAMPLES,
    clip: str = "not at all",
    threshold: float = 1.0,
    l1: float = 0.0,
    l2: float = 0.0,
    weight: str = NOTHING,
    speed: int = 2,
    steps: int = 0,
    seed: int = 1,
    large_type: bool = False,
) -> NetworkLab:
    """Return the playground: start a small network's training, and look at each of its parts.

    What it shows depends on its settings alone: move a control while it trains, and you see the
    same step of the run that the new setting would have given from its start.

    Parameters
    ----------
    data : {"xor", "moons", "spirals", "blobs"}
        200 samples of two features, in two classes.
    noise : float
        Standard deviation of what is added to each feature, from 0 to 0.5.
    test_share : float
        Of the samples, from 0.1 to 0.9: the network does not learn from them.
    layers : int
        Hidden ones, from 0 to 3.
    units_1, units_2, units_3 : int
        Units in each hidden layer, from 1 to 8.
    activation : {"identity", "relu", "sigmoid", "tanh"}
        Of the hidden layers. The output is a sigmoid.
    loss : {"binary_cross_entropy", "mse"}
    optimizer : {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"}
    eta : float
        Learning rate, from 0.0001 to 100.
    batch_size : int
        Samples in a step, from 1 to 200: all, if there are not so many to learn from.
    clip : {"not at all", "by norm", "by value"}
    threshold : float
        c of the clip, from 0.001 to 10.
    l1, l2 : float
        Strengths λ of the penalties on the weights, from 0 to 1; biases pay none. AdamW takes λ₂
        as its weight decay instead.
    weight : str
        Whose gradient to show: "W1[0, 2]" is the weight from the first unit to the third of the
        first layer, "b1[2]" that unit's bias. "none" for none.
    speed : int
        Steps between two pictures while it trains, from 1 to 50.
    steps : int
        Taken so far, from 0 to 5000.
    seed : int
        Of the weights at the start and the order of the samples, from 0 to 19.
    large_type : bool
        For a projector.

    Returns
    -------
    NetworkLab
        A notebook shows it where a cell ends with it. `lab.figure()` is what it shows, for a page
        without a kernel; `lab.close()` takes it away.

    Raises
    ------
    TypeError, ValueError
        If a setting is off its control.
    """
    settings: dict[str, Any] = locals()
    return NetworkLab(settings)


def network_lab_figure(**settings: Any) -> Figure:
    """Return what `network_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(Network(), settings)
