"""Pictures of a classifier: its samples, and what it answers everywhere between them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from course_lib.plots.style import BLACK, Array, look, remove_grid, styled

REGIONS = LinearSegmentedColormap.from_list("regions", ["#8CC3E6", "#FFFFFF", "#F3B48A"])


@styled
def draw_samples(
    X: Array,
    labels: npt.NDArray[np.integer],
    *,
    ax: Axes,
    xlabel: str = "$x_1$",
    ylabel: str = "$x_2$",
    hollow: bool = False,
) -> Axes:
    """Draw samples of two features; each class has its colour and its marker.

    Parameters
    ----------
    X : ndarray of shape (samples, 2)
    labels : ndarray of int of shape (samples,)
        A class looks the same in every picture, whichever others are in it.
    ax : Axes
    xlabel, ylabel : str
    hollow : bool
        Smaller, and only the outlines: for samples that the network does not learn from.

    Returns
    -------
    Axes
    """
    for label in np.unique(labels):
        color, _, marker = look(int(label))
        x, y = X[labels == label].T
        face, edge = ("none", color) if hollow else (color, "white")
        ax.plot(
            x, y, marker, color=face, markersize=4 if hollow else 5, markeredgecolor=edge,
            markeredgewidth=1.0 if hollow else 0.5, label=f"class {label}", zorder=3,
        )  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel)
    remove_grid(ax)
    return ax


@styled
def draw_decision(x: Array, y: Array, probability: Array, *, ax: Axes) -> Axes:
    """Draw the probability of class 1 as colour, and as a line where it is one half.

    Parameters
    ----------
    x : ndarray of shape (columns,)
    y : ndarray of shape (rows,)
    probability : ndarray of shape (rows, columns)
    ax : Axes

    Returns
    -------
    Axes
    """
    box = (x[0], x[-1], y[0], y[-1])
    ax.imshow(
        probability, cmap=REGIONS, vmin=0.0, vmax=1.0, extent=box, origin="lower", aspect="auto",
        interpolation="bilinear", zorder=1,
    )  # fmt: skip
    if probability.min() < 0.5 < probability.max():
        ax.contour(x, y, probability, levels=[0.5], colors=BLACK, linewidths=1.8, zorder=2)
    remove_grid(ax)
    return ax
