"""A network at work: what each unit answers everywhere in the plane, and the weights between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from course_lib.plots.classes import REGIONS
from course_lib.plots.style import BLACK, BLUE, GREY, VERMILION, Array, look, styled

PIXELS = 24  # of a unit's picture, each way
APART, BETWEEN = 1.25, 2.0  # of units and of layers, in sides of a unit's picture
MARKS = 4  # plus signs in a unit's picture, each way
WIDEST = 5.0  # of an edge, in points
DASH = look(1).dash


class Parameter(NamedTuple):
    """A weight or a bias of a drawn network, counted from 0.

    Attributes
    ----------
    layer : int
        The layer that it leads to: 1 is the first after the inputs.
    start : int or None
        The unit that a weight leads from; None for a bias.
    end : int
    """

    layer: int
    start: int | None
    end: int


@styled
def frame_units(sizes: Sequence[int], *, ax: Axes) -> Axes:
    """Set the axes of a network, and write the layers' names below them.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer, inputs first.
    ax : Axes

    Returns
    -------
    Axes
    """
    ax.set_axis_off()
    width, height = _extent(sizes, ax)
    ax.set(xlim=(0, width), ylim=(-0.35, height))
    hidden = [f"hidden {number}" for number in range(1, len(sizes) - 1)]
    for name, corners in zip(("inputs", *hidden, "output"), _corners(sizes, ax), strict=True):
        ax.text(corners[0, 0] + 0.5, 0.0, name, ha="center", va="top")
    return ax


@styled
def draw_units(
    maps: Sequence[Array],
    weights: Sequence[Array],
    *,
    ax: Axes,
    chosen: Parameter | None = None,
    note: str = "",
) -> Axes:
    """Draw each unit as a picture of its answers, and each weight as an edge.

    A unit's picture is blue where the answer is low and orange, with plus signs, where it is high.
    An edge is as thick as its weight is large: blue and solid above 0, red and dashed below.

    Parameters
    ----------
    maps : sequence of ndarray of shape (units, rows, columns)
        For each layer, inputs first: answers from -1 to 1 on a grid, the first row at the bottom.
    weights : sequence of ndarray of shape (d_in, d_out)
    ax : Axes
        From `frame_units`.
    chosen : Parameter, optional
        Drawn over a black band; a bias is a black ring around its unit.
    note : str
        What there is to say of it, in the place of a title.

    Returns
    -------
    Axes
    """
    sizes = [len(layer) for layer in maps]
    corners = _corners(sizes, ax)
    for layer, W in enumerate(weights):
        _draw_edges(W, corners[layer] + (1.0, 0.5), corners[layer + 1] + (0.0, 0.5), ax)
    if chosen is not None:
        _draw_chosen(chosen, corners, ax)
    _draw_sheet(maps, corners, _extent(sizes, ax), ax)
    _draw_marks(maps, corners, ax)
    if note:
        ax.text(0.5, 1.02, note, transform=ax.transAxes, ha="center", va="bottom")
    return ax


def _extent(sizes: Sequence[int], ax: Axes) -> tuple[float, float]:
    """Width and height of the axes in sides of a unit's picture, so that all units fit."""
    box = ax.get_window_extent()
    ratio = box.width / box.height
    needed = BETWEEN * (len(sizes) - 1) + 1.2
    height = max(APART * max(sizes), needed / ratio, 3.6)
    return height * ratio, height


def _corners(sizes: Sequence[int], ax: Axes) -> list[Array]:
    """Where each unit's lower left corner is: an array of (units, 2) for each layer."""
    width, height = _extent(sizes, ax)
    across = np.linspace(0.1, width - 1.1, len(sizes))
    corners = []
    for x, units in zip(across, sizes, strict=True):
        down = height / 2 + APART * ((units - 1) / 2 - np.arange(units)) - 0.5
        corners.append(np.column_stack([np.full(units, x), down]))
    return corners


def _draw_edges(W: Array, starts: Array, ends: Array, ax: Axes) -> None:
    rows, columns = np.indices(W.shape)
    segments = np.stack([starts[rows.ravel()], ends[columns.ravel()]], axis=1)
    values = np.nan_to_num(W.ravel())
    widths = WIDEST * np.tanh(np.abs(values) / 3)
    signs: tuple[tuple[Any, str, Any], ...] = (
        (values > 0, BLUE, "-"),
        (values < 0, VERMILION, DASH),
    )
    for shown, color, dash in signs:
        if shown.any():
            ax.add_collection(
                LineCollection(
                    segments[shown], linewidths=widths[shown], colors=color, linestyles=dash,
                    capstyle="butt", zorder=2,
                ),
                autolim=False,
            )  # fmt: skip


def _draw_chosen(chosen: Parameter, corners: Sequence[Array], ax: Axes) -> None:
    layer, start, end = chosen
    x, y = corners[layer][end]
    if start is None:
        xs, ys = _outline(corners[layer][[end]], 0.08)
        ax.plot(xs, ys, color=BLACK, linewidth=4, zorder=5)
        return
    left, below = corners[layer - 1][start]
    ax.plot([left + 1, x], [below + 0.5, y + 0.5], color=BLACK, linewidth=WIDEST + 5, zorder=1)
    ax.plot([left + 1, x], [below + 0.5, y + 0.5], color="white", linewidth=WIDEST + 2, zorder=1.1)


def _draw_sheet(
    maps: Sequence[Array], corners: Sequence[Array], extent: tuple[float, float], ax: Axes
) -> None:
    """Draw all units' pictures as one: an image each would take a millisecond each."""
    width, height = (round(PIXELS * side) for side in extent)
    sheet = np.full((height, width), np.nan)
    for layer, places in zip(maps, corners, strict=True):
        for answers, (x, y) in zip(
            _shrunk(layer), np.rint(PIXELS * places).astype(int), strict=True
        ):
            sheet[y : y + PIXELS, x : x + PIXELS] = answers
    ax.imshow(
        np.ma.masked_invalid(sheet), cmap=REGIONS, vmin=-1.0, vmax=1.0, origin="lower",
        extent=(0, width / PIXELS, 0, height / PIXELS), aspect="auto", zorder=3,
    )  # fmt: skip
    xs, ys = _outline(np.concatenate(corners), 0.0)
    ax.plot(xs, ys, color=GREY, linewidth=1.0, zorder=4)
    ax.set(xlim=(0, extent[0]), ylim=(-0.35, extent[1]))


def _shrunk(layer: Array) -> Array:
    """Take so many rows and columns of each map as its picture has pixels."""
    rows, columns = (
        np.linspace(0, size - 1, PIXELS).round().astype(int) for size in layer.shape[1:]
    )
    return layer[:, rows[:, None], columns]


def _draw_marks(maps: Sequence[Array], corners: Sequence[Array], ax: Axes) -> None:
    """Mark where units answer high, for those who cannot tell the colours."""
    share = (np.arange(MARKS) + 0.5) / MARKS
    pixels = (share * PIXELS).astype(int)
    inside = np.stack(np.meshgrid(share, share), axis=-1)  # rows from the bottom, as the maps
    places = []
    for layer, lower_left in zip(maps, corners, strict=True):
        high = _shrunk(layer)[:, pixels[:, None], pixels] > 0.1
        places.append((lower_left[:, None, None] + inside)[high])
    x, y = np.concatenate(places).T
    ax.plot(x, y, "+", color=GREY, markersize=4, markeredgewidth=0.8, zorder=4)


def _outline(corners: Array, gap: float) -> tuple[Array, Array]:
    """Return a square around each unit, as one line with breaks."""
    around = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0], [np.nan, np.nan]])
    x, y = (corners[:, None] + around * (1 + 2 * gap) - gap).reshape(-1, 2).T
    return x, y
