"""Standings: who is ahead, as a row for each with a line that grows shorter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from course_lib.plots.curves import draw_powers
from course_lib.plots.style import add_line, look, styled

HEIGHT = 0.34  # of a name above its line, in rows
PLACES, NAMES = 0.01, 0.08  # where they begin, in shares of the axes


@styled
def frame_standing(rows: int, powers: tuple[int, int], *, ax: Axes) -> Axes:
    """Set the axes of a standing: losses along x, a row for each below the other.

    Parameters
    ----------
    rows : int
    powers : pair of int
        Lowest and highest loss, as powers of ten.
    ax : Axes

    Returns
    -------
    Axes
    """
    low, high = powers
    ax.set(xscale="log", xlim=(10.0**low, 10.0**high), ylim=(max(rows, 1) - 0.5, -0.9), yticks=[])
    draw_powers(low, high, step=max(1, (high - low) // 3), ax=ax, axis="x")
    return ax


@styled
def draw_names(names: Sequence[str], *, ax: Axes) -> Axes:
    """Write the name of each row above its line, with room before it for its place.

    Parameters
    ----------
    names : sequence of str
    ax : Axes
        As `frame_standing` leaves them.

    Returns
    -------
    Axes
    """
    for row, name in enumerate(names):
        _write(name, NAMES, row, ax)
    return ax


@styled
def draw_places(places: Sequence[int], *, ax: Axes) -> Axes:
    """Write the place of each row before its name; a bold 1 leads.

    Apart from the names, which stay: a letter takes longer to draw than a line.

    Parameters
    ----------
    places : sequence of int
        1 for who leads.
    ax : Axes
        As `frame_standing` leaves them.

    Returns
    -------
    Axes
    """
    for row, place in enumerate(places):
        _write(f"{place}.", PLACES, row, ax, weight="bold" if place == 1 else "normal")
    return ax


def _write(words: str, x: float, row: int, ax: Axes, weight: str = "normal") -> None:
    ax.text(
        x, row - HEIGHT, words, transform=ax.get_yaxis_transform(), va="center",
        fontsize="small", weight=weight, zorder=6,
    )  # fmt: skip


@styled
def draw_standing(values: Sequence[float], *, ax: Axes, looks: Sequence[int] | None = None) -> Axes:
    """Draw a line in each row, from the left to the value, with a marker at its end.

    A value beyond the axes, or not finite, ends at their edge.

    Parameters
    ----------
    values : sequence of float
    ax : Axes
        As `frame_standing` leaves them.
    looks : sequence of int, optional
        Number of each one's look; by default 0, 1, 2, ...

    Returns
    -------
    Axes
    """
    low, high = ax.get_xlim()
    ends = np.clip(np.nan_to_num(values, nan=high, posinf=high), low, high)
    for row, end in enumerate(ends.tolist()):
        color, dash, marker = look(row if looks is None else looks[row])
        add_line(
            ax, [low, end], [row, row], color=color, linestyle=dash, marker=marker, markevery=[1],
            markersize=7, markeredgecolor="white", clip_on=False, zorder=3,
        )  # fmt: skip
    return ax
