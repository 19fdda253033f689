"""The trainability lab: which pairs of learning rates train a small network, ever closer up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import ipywidgets
import numpy as np

from course_lib.plots import (
    Figure,
    Layer,
    Panes,
    draw_boundary_map,
    draw_curves,
    draw_part,
    draw_powers,
    draw_threshold,
    frame_boundary_map,
)
from course_lib.widgets.boundary import HOME, BoundaryMap, View, box_dimension
from course_lib.widgets.controls import Choice, Control, Setting, Slider, Switch, look
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.zoom import CLICK, ZoomLab

ACTIVATIONS = "tanh", "relu", "identity"
SHADES = (-6, 0)  # shares of the first loss worth telling apart, as powers of ten
LOSSES = (-8, 4)  # limits of an axis, as powers of ten
ZOOMS = tuple(2**power for power in range(14))
OVERVIEW = 64  # runs each way
KEPT = 8  # maps


@dataclass(frozen=True, kw_only=True)
class Coordinate(Slider):
    """A number with seven decimals in a field: finer than a slider's stops."""

    def accept(self, name: str, value: Any) -> Setting:
        """Return the number to seven decimals."""
        super().accept(name, value)
        return round(float(value), 7)

    def widget(self, value: Any) -> ipywidgets.Widget:
        """Return a field for a number; arrow keys change it by a tenth."""
        low, high = self.values[0], self.values[-1]
        return ipywidgets.BoundedFloatText(
            value=value, min=low, max=high, step=0.1, description=self.label, **look("28em")
        )

    def move(self, widget: Any, value: Any) -> None:
        """Write the number into the field."""
        widget.value = value

    def code(self, value: Setting) -> str:
        """Write the number as Python."""
        return f"{value:.7f}".rstrip("0").rstrip(".")


@dataclass(eq=False)
class Look:
    """The map, where it lies, and the run at its centre.

    Attributes
    ----------
    map, overview : BoundaryMap
    losses : list of float
        Of the run at the centre, before each step.
    """

    map: BoundaryMap
    overview: BoundaryMap
    losses: list[float]

    @property
    def whole(self) -> bool:
        """Whether both maps are."""
        return self.map.whole and self.overview.whole


class Trainability:
    """The experiment of `trainability_lab`; see there."""

    name = "trainability_lab"
    layout: Sequence[Sequence[str]] = (("map", "map", "loss"), ("map", "map", "where"))
    size = (9.2, 5.8)
    pane = "map"
    controls: Mapping[str, Control] = {
        "x": Coordinate(label="centre: log₁₀ η₁", default=HOME[0], values=(-5.0, 5.0)),
        "y": Coordinate(label="centre: log₁₀ η₂", default=HOME[1], values=(-5.0, 5.0)),
        "zoom": Slider(label="zoom", default=1.0, values=tuple(map(float, ZOOMS)), essential=True),
        "activation": Choice(label="activation", default="tanh", options=ACTIVATIONS),
        "steps": Slider(label="steps", default=100, values=(25, 50, 100, 200, 400)),
        "resolution": Slider(label="runs each way", default=256, values=(64, 128, 256)),
        "large_type": Switch(label="large type"),
    }

    def __init__(self) -> None:
        self._maps: dict[tuple[Any, ...], BoundaryMap] = {}
        shift = partial(_shift, self)
        self.moves: Mapping[str, Callable[[Settings], Settings]] = {
            "zoom in": partial(_zoom, self, factor=2.0),
            "zoom out": partial(_zoom, self, factor=0.5),
            "left": partial(shift, x=-0.25),
            "right": partial(shift, x=0.25),
            "up": partial(shift, y=0.25),
            "down": partial(shift, y=-0.25),
            "whole map": lambda settings: {**settings, "x": HOME[0], "y": HOME[1], "zoom": 1.0},
        }

    def relevant(self, settings: Settings) -> Sequence[str]:  # noqa: ARG002
        """Return all the names."""
        return list(self.controls)

    def select(
        self, settings: Settings, x: tuple[float, float], y: tuple[float, float]
    ) -> Settings:
        """Return the settings that show a part of the map; what is a click, twice as large."""
        (x0, x1), (y0, y1) = np.clip([x, y], 0.0, 1.0).tolist()
        side = max(x1 - x0, y1 - y0)
        factor = 2.0 if side < CLICK else 1 / side
        middle = _shift(self, settings, x=(x0 + x1) / 2 - 0.5, y=(y0 + y1) / 2 - 0.5)
        return _zoom(self, middle, factor=factor)

    def compute(self, settings: Settings) -> Iterator[Look]:
        """Yield a coarse map with the run at its centre, then both maps block by block.

        Maps that were seen before stay; one that is not whole goes on where it was.
        """
        view = View(settings["x"], settings["y"], settings["zoom"])
        rest = (settings["activation"], settings["steps"])
        overview = self._the_map(View(), *rest, OVERVIEW)
        the_map = self._the_map(view, *rest, settings["resolution"])
        shown = Look(the_map, overview, the_map.trial.losses(view, settings["steps"]))
        while not the_map.coarse:
            the_map.advance()
        yield shown
        for unfinished in (overview, the_map):
            while not unfinished.whole:
                unfinished.advance()
                yield shown

    def share(self, result: Look) -> float:
        """Return how much of the map is done."""
        return 1.0 if result.whole else 0.99 * result.map.done / result.map.runs

    def layers(self, result: Look) -> Sequence[Layer]:
        """Return the frame, where the map lies, the run at its centre, and the map."""
        here = result.map
        # The map comes last: it alone changes while the work goes on.
        return [
            Layer((here.view, here.steps), lambda panes: _draw_frame(panes, here)),
            Layer(
                (id(result.overview), result.overview.done),
                lambda panes: _draw_where(panes, result),
            ),
            Layer(id(here), lambda panes: _draw_run(panes, result)),
            Layer((id(here), here.done), lambda panes: _draw_map(panes, here)),
        ]

    def describe(self, result: Look) -> str:
        """Judge the run at the centre, and say what part of the map trains."""
        return " ".join([_run_verdict(result), _map_words(result.map)])

    def _the_map(self, view: View, activation: str, steps: int, resolution: int) -> BoundaryMap:
        key = (view, activation, steps, resolution)
        found = self._maps.pop(key, None) or BoundaryMap(*key)
        self._maps[key] = found  # the latest stands last
        if len(self._maps) > KEPT:
            del self._maps[next(iter(self._maps))]
        return found


def _on_controls(experiment: Trainability, settings: Settings) -> Settings:
    """Return settings that stay within the controls: at the edge a button does nothing more."""
    kept = dict(settings)
    for name in ("x", "y", "zoom"):
        values = getattr(experiment.controls[name], "values")  # noqa: B009
        kept[name] = experiment.controls[name].accept(
            name, float(np.clip(kept[name], values[0], values[-1]))
        )
    return kept


def _shift(
    experiment: Trainability, settings: Settings, *, x: float = 0.0, y: float = 0.0
) -> Settings:
    """Move by shares of the picture's side."""
    side = View(zoom=settings["zoom"]).side
    moved = {**settings, "x": settings["x"] + x * side, "y": settings["y"] + y * side}
    return _on_controls(experiment, moved)


def _zoom(experiment: Trainability, settings: Settings, *, factor: float) -> Settings:
    return _on_controls(experiment, {**settings, "zoom": settings["zoom"] * factor})


def _run_verdict(look: Look) -> str:
    first, last = look.map.trial.first_loss, look.losses[-1]
    place = f"at the centre, η₁ = {10**look.map.view.x:.4g} and η₂ = {10**look.map.view.y:.4g}"
    if not np.isfinite(last):
        return f"Diverges: {place}, the loss is no number after {len(look.losses)} steps."
    head = "Trains" if last < first else "Does not train"
    return f"{head}: {place}, the loss goes from {first:.3g} to {last:.2g}."


def _map_words(here: BoundaryMap) -> str:
    share = f"{here.trained.mean():.0%} of them train."
    if not here.whole:
        return f"The map is coarse as yet: {here.done} of {here.runs} runs; {share}"
    words = f"The map has {here.runs} runs over {_span(here.view)} of each rate; {share}"
    dimension = box_dimension(here.trained)
    if dimension is None:
        return f"{words} It shows too little of the boundary to measure it."
    return f"{words} The boundary's box dimension is about {dimension:.1f}; a smooth line has 1."


def _span(view: View) -> str:
    return f"{view.side:g} decades" if view.side > 1 else f"a factor of {10**view.side:.5g}"


def _draw_frame(panes: Panes, here: BoundaryMap) -> None:
    """Set what stays: limits, labels, titles. All is plain text, since formulas are slow."""
    frame_boundary_map(here.view.box, SHADES, ax=panes["map"])
    panes["map"].set(
        xlabel="η₁, of the first layer (black: does not train)", ylabel="η₂, of the second layer"
    )
    loss, where, (low, high) = panes["loss"], panes["where"], LOSSES
    draw_curves({}, ax=loss, xlabel="step t", ylabel="")
    loss.set(xlim=(0, here.steps), ylim=(10.0**low, 10.0**high), title="loss at the centre")
    draw_powers(low, high, step=4, ax=loss, axis="y")
    draw_threshold(
        here.trial.first_loss, "first loss", ax=loss, axis="y", side="right", dotted=True
    )
    (x0, x1), (y0, y1) = View().box
    where.set(xlim=(x0, x1), ylim=(y0, y1), title="where it lies", xlabel="log₁₀ η₁, η₂")
    where.set(xticks=range(-1, 3), yticks=range(-2, 2))
    where.grid(False)


def _draw_where(panes: Panes, look: Look) -> None:
    draw_boundary_map(look.overview.losses, View().box, SHADES, ax=panes["where"])
    draw_part(look.map.view.box, ax=panes["where"])


def _draw_run(panes: Panes, look: Look) -> None:
    draw_curves({"": np.array(look.losses)}, ax=panes["loss"])


def _draw_map(panes: Panes, here: BoundaryMap) -> None:
    draw_boundary_map(here.losses, here.view.box, SHADES, ax=panes["map"])
    panes["map"].plot(
        here.view.x, here.view.y, "+", color="white", markersize=13, markeredgewidth=2.5, zorder=4
    )


def trainability_lab(
    *,
    x: float = HOME[0],
    y: float = HOME[1],
    zoom: float = 1.0,
    activation: str = "tanh",
    steps: int = 100,
    resolution: int = 256,
    large_type: bool = False,
) -> ZoomLab[Look]:
    """Return the trainability lab: the boundary between rates that train and rates that do not.

    A network with one hidden layer of 8 learns 8 random samples by heart, on all of them at once.
    Its two layers have learning rates of their own. Drag over a part of the map to see it larger,
    or use the buttons.

    Parameters
    ----------
    x, y : float
        log₁₀ of the first and of the second layer's rate at the centre, from −5 to 5.
    zoom : float
        From 1, four decades each way, to 8192.
    activation : {"tanh", "relu", "identity"}
        Of the hidden layer.
    steps : int
        Of every run, from 25 to 400. A run trains if its last loss is below its first.
    resolution : {64, 128, 256}
        Runs each way.
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

    References
    ----------
    Sohl-Dickstein (2024), The boundary of neural network trainability is fractal.
    """
    settings: dict[str, Any] = locals()
    return ZoomLab(Trainability(), settings)


def trainability_lab_figure(**settings: Any) -> Figure:
    """Return what `trainability_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(Trainability(), settings)
