"""The house style: one set of matplotlib settings, one palette, one place.

Colours follow Okabe and Ito (2008), *Color Universal Design*, darkened to a contrast of 3 with
white: they stay apart for colour-blind eyes. Lines also differ by dash and points by marker: no
picture depends on colour. All text is DejaVu Sans, which matplotlib ships: symbols or English.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, NamedTuple, ParamSpec

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

P = ParamSpec("P")
Array = npt.NDArray[np.floating]

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#007A5A", "#A8437F"
OCHRE, SKY, GREY, BLACK = "#8F6A00", "#2B92BA", "#6B6B6B", "#1A1A1A"

NORMAL_SIZE, LARGE_SIZE = 11.0, 15.0
MARGINS = 4.6, 1.2, 3.4, 2.0  # left, right, bottom, top of a mosaic, in letters
LABELS = 1.7, 2.9  # below and left of the axes of a mosaic, in letters


class Look(NamedTuple):
    """How one series of several is told from the others."""

    color: str
    dash: Any
    marker: str


LOOKS = (
    Look(BLUE, "-", "o"),
    Look(VERMILION, (0, (5, 2)), "s"),
    Look(GREEN, (0, (1, 1.4)), "^"),
    Look(PURPLE, (0, (6, 2, 1, 2)), "D"),
    Look(BLACK, (0, (9, 3)), "v"),
    Look(OCHRE, (0, (3, 1, 1, 1, 1, 1)), "P"),
    Look(SKY, (0, (2, 3)), "<"),
)

SETTINGS: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "axes.titlesize": "medium",
    "axes.labelsize": "medium",
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
    "legend.fontsize": "small",
    "legend.framealpha": 0.9,
    "legend.edgecolor": "#CCCCCC",
    "xtick.labelsize": "small",
    "ytick.labelsize": "small",
    "hatch.linewidth": 0.8,
    "figure.constrained_layout.use": True,
    "image.interpolation": "nearest",
}


def look(index: int) -> Look:
    """Return colour, dash and marker of series `index`, starting again after the last."""
    return LOOKS[index % len(LOOKS)]


def house_style(font_size: float = NORMAL_SIZE) -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws as this course does; nothing outside changes."""
    settings: Any = {**SETTINGS, "font.size": font_size}  # names of settings vary by version
    return mpl.rc_context(settings)


def subplots(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (8.0, 4.0), large: bool = False
) -> tuple[Figure, Any]:
    """Make a figure in the house style and its axes, as `plt.subplots` does.

    pyplot does not know the figure: there is nothing to close, and nothing is shown twice.

    Parameters
    ----------
    rows, columns : int
    size : tuple of float
        Width and height in inches; 100 pixels to the inch on the page.
    large : bool
        Type for a projector.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : Axes, or ndarray of Axes of shape (columns,), (rows,) or (rows, columns)
    """
    with house_style(LARGE_SIZE if large else NORMAL_SIZE):
        figure = Figure(figsize=size, dpi=100)
        return figure, figure.subplots(rows, columns)


def mosaic(
    layout: Sequence[Sequence[str]], *, size: tuple[float, float] = (9.2, 4.6), large: bool = False
) -> tuple[Figure, dict[str, Axes]]:
    """Make a figure with axes that are found by name, and stay where they are.

    Margins are so many letters wide, whatever is drawn: pictures of a lab do not jump, and no time
    goes into measuring labels (a quarter of a second for three axes).

    Parameters
    ----------
    layout : sequence of sequence of str
        Row by row, as for `Figure.subplot_mosaic`: a name that stands twice spans both places.
    size, large
        As for `subplots`.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : dict from name to Axes
    """
    letters = LARGE_SIZE if large else NORMAL_SIZE
    width, height = (72 * side / letters for side in size)  # of the figure, in letters
    fixed: Any = {"figure.constrained_layout.use": False, "axes.titley": 1.0}
    with house_style(letters), mpl.rc_context(fixed):
        figure = Figure(figsize=size, dpi=100)
        axes = figure.subplot_mosaic([list(row) for row in layout])
    inches = figure.dpi_scale_trans
    below, beside = (letters / 72 * distance for distance in LABELS)
    for ax in axes.values():  # where a label goes is not measured either
        foot, side = ScaledTranslation(0, -below, inches), ScaledTranslation(-beside, 0, inches)
        ax.xaxis.set_label_coords(0.5, 0.0, transform=ax.transAxes + foot)
        ax.yaxis.set_label_coords(0.0, 0.5, transform=ax.transAxes + side)
    left, right, bottom, top = MARGINS
    figure.subplots_adjust(
        left=left / width, right=1 - right / width, bottom=bottom / height, top=1 - top / height,
        wspace=2 * (left + right) / (width - left - right), hspace=0.62 if large else 0.45,
    )  # fmt: skip
    return figure, axes


def add_line(ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, **line: Any) -> None:
    """Add a line, as `ax.plot` does; where both limits are set, without measuring the data.

    To measure them takes twice as long as all the rest, many times a movement of a slider.
    """
    if ax.get_autoscalex_on() or ax.get_autoscaley_on():
        ax.plot(x, y, **line)
    else:
        ax.add_artist(Line2D(x, y, **line))


def remove_grid(ax: Axes) -> None:
    """Draw no grid; where there is none already, to say so again would take milliseconds."""
    if any(axis.get_tick_params().get("gridOn") for axis in (ax.xaxis, ax.yaxis)):
        ax.grid(False)


def _is_ours(size: float) -> bool:
    """Whether the house style holds already, in this type size."""
    settings: Any = mpl.rcParams
    edge, grid = settings["axes.edgecolor"], settings["grid.color"]
    return settings["font.size"] == size and (edge, grid) == (GREY, SETTINGS["grid.color"])


def styled(draw: Callable[P, Axes]) -> Callable[P, Axes]:
    """Let a `draw_*(..., *, ax)` function draw in the house style, in the type size of its axes."""

    @wraps(draw)
    def draw_in_style(*args: P.args, **kwargs: P.kwargs) -> Axes:
        ax = kwargs.get("ax")
        if not isinstance(ax, Axes):
            raise TypeError(
                f"{draw.__name__} draws on axes: give ax=, as in"
                f" `figure, ax = subplots(); {draw.__name__}(..., ax=ax)`; got ax={ax!r}"
            )
        size = float(ax.xaxis.label.get_fontsize())
        if _is_ours(size):  # to set it all again takes a millisecond, many times a movement
            return draw(*args, **kwargs)
        with house_style(size):
            return draw(*args, **kwargs)

    return draw_in_style
