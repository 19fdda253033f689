"""Pictures of a loss over two parameters, and of paths on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_lib.plots.style import BLACK, GREY, Array, add_line, look, styled

LEVELS = 10
FAR = 2.0  # boxes: a path ends where it is so far out, or its swings would fill the picture


@styled
def draw_contours(
    x: Array,
    y: Array,
    loss: Array,
    *,
    ax: Axes,
    minimum: tuple[float, float] | None = None,
    levels: Array | None = None,
    xlabel: str = r"$\theta_1$",
    ylabel: str = r"$\theta_2$",
) -> Axes:
    """Draw the contours of a loss over two parameters.

    Parameters
    ----------
    x : ndarray of shape (columns,)
    y : ndarray of shape (rows,)
    loss : ndarray of shape (rows, columns)
    ax : Axes
    minimum : pair of float, optional
        Marked with a star.
    levels : ndarray of shape (k,), increasing, optional
        Default: 10, their square roots evenly spaced above the lowest loss, so that the contours
        of a quadratic are evenly spaced too.
    xlabel, ylabel : str

    Returns
    -------
    Axes
    """
    if levels is None:
        low, high = float(loss.min()), float(loss.max())
        levels = low + (high - low) * np.linspace(0.0, 1.0, LEVELS + 1)[1:] ** 2
    bands = ax.contourf(
        x, y, loss, levels=[loss.min() - 1.0, *levels], cmap="Blues", vmax=3 * levels[-1],
        antialiased=True,
    )  # fmt: skip
    bands.set(edgecolor=GREY, linewidth=0.5)  # the contours: half the time of drawing them too
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=xlabel, ylabel=ylabel)
    ax.grid(False)
    if minimum is not None:
        ax.plot(*minimum, marker="*", markersize=13, color=BLACK, linestyle="none", zorder=4)
    return ax


@styled
def draw_paths(
    paths: Mapping[str, Array],
    *,
    ax: Axes,
    legend: bool = True,
    looks: Sequence[int] | None = None,
    marks: int | None = None,
) -> Axes:
    """Draw paths through two parameters: a ring at the start, a solid marker at the end.

    Parameters
    ----------
    paths : mapping from a label to an ndarray of shape (2, points)
        A label of "" has no entry in the legend. A path ends where it is not finite, or is more
        than two boxes away.
    ax : Axes
        Its limits stay as they are: a path may leave the box.
    legend : bool
        False where another pane has it.
    looks : sequence of int, optional
        Number of each one's look, where it must stay whoever else is drawn; else 0, 1, 2, ...
    marks : int, optional
        About how many markers a path has at most; by default every point has one.

    Returns
    -------
    Axes
    """
    limits = ax.get_xlim(), ax.get_ylim()
    for index, (label, path) in zip(looks or count(), paths.items(), strict=False):
        shown = _within_reach(path, limits)
        every = max(1, shown.shape[1] // marks) if marks else 1
        _draw_path(shown, label, index, ax, every)
    ax.set(xlim=limits[0], ylim=limits[1])
    if legend and any(paths):
        ax.legend()
    return ax


def _draw_path(path: Array, label: str, index: int, ax: Axes, every: int) -> None:
    if not path.size:
        return
    color, dash, marker = look(index)
    add_line(
        ax, *path, color=color, linestyle=dash, linewidth=1.2, marker=marker, markersize=3.5,
        markevery=every, label=label or None, zorder=3,
    )  # fmt: skip
    ends: dict[str, Any] = {"color": color, "marker": marker, "linestyle": "none", "zorder": 4}
    add_line(ax, *path[:, :1], markersize=10, markerfacecolor="white", markeredgewidth=2, **ends)
    add_line(ax, *path[:, -1:], markersize=9, **ends)


def _within_reach(path: Array, limits: tuple[tuple[float, float], tuple[float, float]]) -> Array:
    """Cut the path off at its first point that is far away, and draw that one at the limit."""
    low, high = np.sort(np.array(limits), axis=1).T[:, :, None]
    reach = FAR * (high - low)
    near = ((low - reach <= path) & (path <= high + reach)).all(axis=0)
    stop = path.shape[1] if near.all() else int(np.argmin(near)) + 1
    shown = path[:, :stop]
    return np.asarray(np.clip(shown[:, np.isfinite(shown).all(axis=0)], low - reach, high + reach))
