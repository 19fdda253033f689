"""Maps: a result for each pair of two settings, as colour."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap
from matplotlib.patches import Rectangle

from course_lib.plots.curves import SUPERSCRIPTS, draw_powers
from course_lib.plots.style import BLACK, VERMILION, Array, styled

COLORS = "viridis_r"  # light where the loss is low; its lightness alone tells the order
TRAINED = ListedColormap(mpl.colormaps[COLORS](np.linspace(0.0, 0.8, 128)))  # black stays apart
BAR = (0.0, 1.012, 1.0, 0.052)  # of the colours, above the map, in shares of the axes


@styled
def frame_loss_map(x: Array, y: Array, powers: tuple[int, int], *, ax: Axes) -> Axes:
    """Set the axes of a map of losses over two logarithmic settings, and explain its colours.

    Parameters
    ----------
    x : ndarray of shape (columns,)
    y : ndarray of shape (rows,)
        Positive, each a constant factor above the one before.
    powers : pair of int
        Loss of the first and of the last colour, as powers of ten.
    ax : Axes

    Returns
    -------
    Axes
    """
    x_edges, y_edges = _edges(x), _edges(y)
    ax.set(xscale="log", yscale="log", xlim=x_edges[[0, -1]], ylim=y_edges[[0, -1]])
    for axis, values in (("x", x), ("y", y)):
        low, high = np.round(np.log10(values[[0, -1]])).astype(int).tolist()
        draw_powers(low, high, ax=ax, axis="x" if axis == "x" else "y")
    ax.grid(False)
    _draw_bar(*powers, COLORS, ax)
    return ax


@styled
def draw_loss_map(x: Array, y: Array, losses: Array, powers: tuple[int, int], *, ax: Axes) -> Axes:
    """Draw the map; a run that diverged is a cross, and one that is not done yet is left white.

    Parameters
    ----------
    x : ndarray of shape (columns,)
    y : ndarray of shape (rows,)
    losses : ndarray of shape (rows, columns)
        Infinite where a run diverged, NaN where it is not done.
    powers : pair of int
        As for `frame_loss_map`.
    ax : Axes

    Returns
    -------
    Axes
    """
    limits = ax.get_xlim(), ax.get_ylim()
    done = np.isfinite(losses)
    shades = np.log10(np.maximum(np.where(done, losses, 1.0), 10.0 ** (powers[0] - 1)))
    ax.pcolormesh(
        _edges(x), _edges(y), np.ma.masked_where(~done, shades), cmap=COLORS, vmin=powers[0],
        vmax=powers[1], zorder=1, rasterized=True,
    )  # fmt: skip
    rows, columns = np.nonzero(np.isposinf(losses))
    if rows.size:
        ax.plot(x[columns], y[rows], "x", color=VERMILION, markersize=4, zorder=2)
    ax.set(xlim=limits[0], ylim=limits[1])
    return ax


@styled
def draw_place(x: float, y: float, *, ax: Axes) -> Axes:
    """Mark one place of a map: a cross of thin lines, and a diamond where they meet.

    Parameters
    ----------
    x, y : float
    ax : Axes

    Returns
    -------
    Axes
    """
    for line in (ax.axvline(x), ax.axhline(y)):
        line.set(color=BLACK, linewidth=0.8, zorder=3)
    ax.plot(
        x, y, "D", color="white", markersize=9, markeredgecolor=BLACK, markeredgewidth=2.0,
        zorder=4, clip_on=False,
    )  # fmt: skip
    return ax


@styled
def frame_boundary_map(
    box: tuple[tuple[float, float], tuple[float, float]], powers: tuple[int, int], *, ax: Axes
) -> Axes:
    """Set the axes of a map of what trains, over the logarithms of two settings.

    Parameters
    ----------
    box : pair of pair of float
        Lowest and highest power of ten of x, and of y.
    powers : pair of int
        Loss of the first and of the last colour, as powers of ten.
    ax : Axes

    Returns
    -------
    Axes
    """
    for (low, high), set_limits, set_ticks in (
        (box[0], ax.set_xlim, ax.set_xticks), (box[1], ax.set_ylim, ax.set_yticks)
    ):  # fmt: skip
        set_limits(low, high)
        wide = high - low > 2
        ticks = np.arange(np.ceil(low), high) if wide else np.linspace(low, high, 5)[1:-1]
        digits = 3 + max(0, round(float(-np.log10(high - low))))
        set_ticks(ticks, [f"{10.0**tick:.{digits}g}" for tick in ticks])
    ax.tick_params("y", labelrotation=90)
    for label in ax.get_yticklabels():
        label.set_verticalalignment("center")
    ax.grid(False)
    _draw_bar(*powers, TRAINED, ax, step=2)
    return ax


@styled
def draw_boundary_map(
    losses: Array,
    box: tuple[tuple[float, float], tuple[float, float]],
    powers: tuple[int, int],
    *,
    ax: Axes,
) -> Axes:
    """Draw what trains in the colour of its loss, and what does not in black.

    Parameters
    ----------
    losses : ndarray of shape (rows, columns)
        Infinite where a run does not train, NaN where it is not done, which is left white.
    box, powers
        As for `frame_boundary_map`.
    ax : Axes

    Returns
    -------
    Axes
    """
    limits = ax.get_xlim(), ax.get_ylim()
    low, high = powers
    lost = np.isposinf(losses)
    shades = np.log10(np.clip(np.where(lost, 1.0, losses), 10.0**low, 10.0**high))
    colors = TRAINED((shades - low) / (high - low))
    colors[lost] = (0.0, 0.0, 0.0, 1.0)
    colors[np.isnan(losses)] = (1.0, 1.0, 1.0, 1.0)
    ax.imshow(
        (255 * colors).astype(np.uint8), extent=(*box[0], *box[1]), origin="lower", aspect="auto",
        zorder=1,
    )  # fmt: skip
    ax.set(xlim=limits[0], ylim=limits[1])
    return ax


@styled
def draw_part(box: tuple[tuple[float, float], tuple[float, float]], *, ax: Axes) -> Axes:
    """Frame a part of a map, and point to it with a ring where it is too small to be seen.

    Parameters
    ----------
    box : pair of pair of float
        Lowest and highest x, and y.
    ax : Axes

    Returns
    -------
    Axes
    """
    (x, right), (y, top) = box
    for color, width in (("white", 3.0), (VERMILION, 1.6)):
        frame = Rectangle(
            (x, y), right - x, top - y, fill=False, edgecolor=color, linewidth=width, zorder=4
        )
        ax.add_patch(frame)
    if right - x < 0.05 * float(np.ptp(ax.get_xlim())):
        middle = ((x + right) / 2, (y + top) / 2)
        ax.plot(
            *middle, "o", markersize=14, markerfacecolor="none", markeredgecolor=VERMILION,
            markeredgewidth=2, zorder=4, clip_on=False,
        )  # fmt: skip
    return ax


def _draw_bar(low: int, high: int, colors: str | Colormap, ax: Axes, *, step: int = 1) -> None:
    """Draw the colours with their losses printed on them: above the axes there is room for that."""
    bar = ax.inset_axes(BAR)
    bar.imshow(np.linspace(0.0, 1.0, 128)[None], cmap=colors, aspect="auto", extent=(0, 1, 0, 1))
    bar.set_axis_off()
    powers = range(low, high + 1, step)
    for power in (low, *powers[2 if step == 1 else 1 :]):  # the first takes the room of two
        share = (power - low) / (high - low)
        text = f"loss {_power(power)}" if power == low else _power(power)
        side = {low: "left", high: "right"}.get(power, "center")
        bar.text(
            0.01 + 0.98 * share, 0.45, text, ha=side, va="center", fontsize="small",
            color=BLACK if share < 0.5 else "white",
        )  # fmt: skip


def _power(power: int) -> str:
    return "10" + f"{power}".translate(SUPERSCRIPTS) if power else "1"


def _edges(values: Array) -> Array:
    """Borders between values that rise by a factor: their geometric means."""
    inner = np.sqrt(values[1:] * values[:-1])
    first, last = values[0] ** 2 / inner[0], values[-1] ** 2 / inner[-1]
    return np.concatenate([[first], inner, [last]])
