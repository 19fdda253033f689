"""The optimizer lab: a race of seven optimizers, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib._arrays import Array
from course_lib.plots import (
    Axes,
    Figure,
    Layer,
    Panes,
    draw_contours,
    draw_curves,
    draw_names,
    draw_paths,
    draw_places,
    draw_powers,
    draw_standing,
    draw_steps,
    draw_threshold,
    frame_standing,
    frame_steps,
)
from course_lib.widgets.composites import PlayedSlider, Several
from course_lib.widgets.controls import Choice, Control, Slider, Switch, nice_numbers
from course_lib.widgets.experiment import Settings, static_figure
from course_lib.widgets.lab import Lab
from course_lib.widgets.race import RACERS, TRACKS, Race, Track, track
from course_lib.widgets.race_words import race_verdict

RATES = "each its own", "one for all"
STEPS = (*range(40), *range(40, 100, 2), *range(100, 250, 5), *range(250, 1001, 10))
SPANS = (50, 100, 250, 500, 1000)  # of the axis of steps: it grows as the race goes on
LOSS = (-8, 4)  # limits of an axis, as powers of ten
POINTS, MARKS = 60, 25  # of a grid, each way; of a path
LEVELS, LOWEST_LEVEL = 10, 0.1  # of contours
KEPT = 8  # races
NUMBER = {name: number for number, name in enumerate(RACERS)}


@dataclass(frozen=True, eq=False)
class Look:
    """A race as far as it is shown.

    Attributes
    ----------
    race : Race
    t, asked : int
        The step that is shown, and the one that was asked for.
    chosen : tuple of str
        Who is shown.
    """

    race: Race
    t: int
    asked: int
    chosen: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether the step that was asked for is shown."""
        return self.t == self.asked

    @property
    def span(self) -> int:
        """Length of the axis of steps."""
        return next(span for span in SPANS if span >= self.asked)

    @property
    def looks(self) -> list[int]:
        """Number of each one's look: the same whoever else is chosen."""
        return [NUMBER[name] for name in self.chosen]

    @property
    def excess(self) -> Array:
        """Losses of the chosen above the lowest, of shape (t + 1, chosen)."""
        return np.stack(self.race.excess[: self.t + 1])[:, self.looks]

    @property
    def paths(self) -> Array:
        """Points of the chosen, of shape (n, t + 1, chosen)."""
        return np.stack(self.race.points[: self.t + 1], axis=1)[:, :, self.looks]


class Optimizers:
    """The experiment of `optimizer_lab`; see there."""

    name = "optimizer_lab"
    layout: Sequence[Sequence[str]] = (("sight", "loss"), ("sight", "standing"))
    size = (9.2, 5.8)
    controls: Mapping[str, Control] = {
        "t": PlayedSlider(label="step t", default=100, values=STEPS, essential=True),
        "problem": Choice(label="problem", default="ravine", options=tuple(TRACKS), essential=True),
        "racers": Several(
            label="who races", default="SGD, momentum, RMSProp, Adam", options=RACERS
        ),
        "rates": Choice(label="learning rates", default=RATES[0], options=RATES),
        "factor": Slider(label="times its own η", default=1.0, values=nice_numbers(0.01, 100.0)),
        "eta": Slider(label="learning rate η", default=0.01, values=nice_numbers(1e-4, 10.0)),
        "kappa": Slider(label="condition κ", default=100.0, values=nice_numbers(1.0, 1e3)),
        "large_type": Switch(label="large type"),
    }

    def __init__(self) -> None:
        self._races: dict[tuple[Any, ...], Race] = {}

    def relevant(self, settings: Settings) -> Sequence[str]:
        """Return the names: κ only for the ravine, and one of the two ways to set rates."""
        hidden = {"eta" if settings["rates"] == RATES[0] else "factor"}
        if settings["problem"] != "ravine":
            hidden.add("kappa")
        return [name for name in self.controls if name not in hidden]

    def compute(self, settings: Settings) -> Iterator[Look]:
        """Race on to step t, and yield after each step; what was run before is kept."""
        race, asked = self._the_race(settings), settings["t"]
        chosen = tuple(name for name in settings["racers"].split(", ") if name)
        while len(race.excess) <= asked:
            race.advance()
            yield Look(race, min(asked, len(race.excess) - 1), asked, chosen)
        yield Look(race, asked, asked, chosen)

    def share(self, result: Look) -> float:
        """Return how many of the steps are done."""
        return 1.0 if result.whole else result.t / result.asked

    def layers(self, result: Look) -> Sequence[Layer]:
        """Return the frame, the contours, who leads, and the race."""
        where = result.race.track
        frame = (where.name, len(result.chosen))
        race = (id(result.race), result.chosen)
        places = result.race.places(result.t, result.looks)
        return [
            Layer(frame, lambda panes: _draw_frame(panes, result)),
            Layer(where, lambda panes: _draw_scene(panes["sight"], where)),
            Layer(result.span, lambda panes: _draw_span(panes, result)),
            Layer(race, lambda panes: _draw_names(panes, result)),
            Layer(tuple(places), lambda panes: draw_places(places, ax=panes["standing"])),
            Layer((*race, result.t), lambda panes: _draw_race(panes, result)),
        ]

    def describe(self, result: Look) -> str:
        """Say who leads, who follows, and who is lost."""
        if not result.chosen:
            return "Nobody races: tick a name."
        return race_verdict(result.race, result.t, result.chosen)

    def _the_race(self, settings: Settings) -> Race:
        """Return the race with these settings, which may have been run in part."""
        where = track(settings["problem"], settings["kappa"])
        if settings["rates"] == RATES[0]:
            rates = settings["factor"] * np.array([where.own_rates[name] for name in RACERS])
        else:
            rates = np.full(len(RACERS), settings["eta"])
        key = (where, *rates.tolist())
        if key not in self._races:
            if len(self._races) >= KEPT:
                del self._races[next(iter(self._races))]
            self._races[key] = Race(where, rates)
        return self._races[key]


@lru_cache(maxsize=16)
def _grid(where: Track) -> tuple[Array, Array, Array]:
    assert where.landscape is not None
    return where.landscape.grid(POINTS)


def _draw_frame(panes: Panes, look: Look) -> None:
    """Set what stays: limits, labels, titles. All is plain text, since formulas are slow."""
    where, sight, loss, standing = look.race.track, *panes.values()
    low, high = LOSS
    draw_curves({}, ax=loss, xlabel="step t", ylabel="loss − lowest")
    loss.set(ylim=(10.0**low, 10.0**high))
    frame_steps(ax=loss)
    draw_powers(low, high, step=4, ax=loss, axis="y")
    frame_standing(len(look.chosen), LOSS, ax=standing)
    standing.set(xlabel="loss − lowest at step t")
    if where.landscape is None:
        _frame_game(sight)
        return
    sight.set(xlim=where.landscape.box[0], ylim=where.landscape.box[1], title=where.name)
    names = ("w", "b") if where.name == "recurrent cliff" else ("θ₁", "θ₂")
    sight.set(xlabel=names[0], ylabel=names[1])
    sight.grid(False)


def _frame_game(ax: Axes) -> None:
    """Set the axes of x over the rounds, with the best and the worst point."""
    ax.set(ylim=(-1.15, 1.15), xlabel="step t", ylabel="x", yticks=(-1, 0, 1))
    frame_steps(ax=ax)
    ax.set_title("x: every third round costs 3x, the others −x")
    draw_threshold(1.0, "+1: the worst point", ax=ax, axis="y", dotted=True)
    draw_threshold(-1.0, "−1: the best point", ax=ax, axis="y")


def _draw_scene(ax: Axes, where: Track) -> None:
    if where.landscape is not None:
        x, y, loss = _grid(where)
        lowest = where.landscape.minimum.tolist()
        steep = where.name in ("Rosenbrock", "Beale")  # evenly spaced levels would show walls alone
        levels = np.geomspace(LOWEST_LEVEL, loss.max(), LEVELS) if steep else None
        draw_contours(x, y, loss, ax=ax, minimum=(lowest[0], lowest[1]), levels=levels)


def _draw_span(panes: Panes, look: Look) -> None:
    names = ("loss",) if look.race.track.landscape is not None else ("loss", "sight")
    for name in names:
        draw_steps(look.span, ax=panes[name])


def _draw_race(panes: Panes, look: Look) -> None:
    """Draw where all have been, what it cost, and who leads."""
    paths, excess, looks = look.paths, look.excess, look.looks
    by_name = dict(zip(look.chosen, np.moveaxis(paths, 2, 0), strict=True))
    if look.race.track.landscape is None:
        game = {name: path[0] for name, path in by_name.items()}
        draw_curves(game, ax=panes["sight"], yscale="linear", legend=None, looks=looks)
    else:
        draw_paths(by_name, ax=panes["sight"], legend=False, looks=looks, marks=MARKS)
    losses = dict(zip(look.chosen, np.maximum(excess, 10.0 ** LOSS[0]).T, strict=True))
    draw_curves(losses, ax=panes["loss"], legend=None, looks=looks)
    draw_standing(excess[-1].tolist(), ax=panes["standing"], looks=looks)


def _draw_names(panes: Panes, look: Look) -> None:
    """Write who races, and at what learning rate."""
    rates = look.race.rates[look.looks].tolist()
    names = [f"{name}, η = {rate:.2g}" for name, rate in zip(look.chosen, rates, strict=True)]
    draw_names(names, ax=panes["standing"])


def optimizer_lab(
    *,
    t: int = 100,
    problem: str = "ravine",
    racers: str = "SGD, momentum, RMSProp, Adam",
    rates: str = "each its own",
    factor: float = 1.0,
    eta: float = 0.01,
    kappa: float = 100.0,
    large_type: bool = False,
) -> Lab[Look]:
    """Return the optimizer lab: a race, step by step or played.

    Parameters
    ----------
    t : int
        Steps taken, from 0 to 1000; Play moves it on.
    problem : {"ravine", "Rosenbrock", "Beale", "recurrent cliff", "Reddi's game"}
    racers : str
        Of "SGD, momentum, Nesterov, RMSProp, Adam, AdamW, AMSGrad", with commas.
    rates : {"each its own", "one for all"}
        A learning rate that suits each optimizer on this problem, or the same for all.
    factor : float
        Multiplies each one's own rate; from 0.01 to 100.
    eta : float
        The rate that is the same for all; from 0.0001 to 10.
    kappa : float
        Condition number of the ravine, from 1 to 1000.
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
    return Lab(Optimizers(), settings)


def optimizer_lab_figure(**settings: Any) -> Figure:
    """Return what `optimizer_lab` shows for the same arguments, as a figure for `show`."""
    return static_figure(Optimizers(), settings)
