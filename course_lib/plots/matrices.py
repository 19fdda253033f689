"""Pictures of arrays of numbers: errors of a gradient, and who was taken for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from course_lib.plots.curves import draw_threshold
from course_lib.plots.style import BLUE, VERMILION, Array, styled


@styled
def draw_gradient_errors(
    errors: Mapping[str, float], *, ax: Axes, tolerance: float = 1e-6, floor: float = 1e-12
) -> Axes:
    """Draw a bar for each parameter's gradient error; bars above the tolerance are hatched.

    Parameters
    ----------
    errors : mapping from a parameter's name to float
        Drawn from top to bottom, in this order.
    ax : Axes
    tolerance : float
        Drawn as a dashed line.
    floor : float
        Where the logarithmic axis begins. An error below it has a bar of no length.

    Returns
    -------
    Axes
    """
    values = np.array(list(errors.values()), dtype=float)
    values = np.where(np.isfinite(values), np.maximum(values, floor), np.inf)
    top = max(10.0 * tolerance, 10.0 * values[np.isfinite(values)].max(initial=floor))
    for row, value in enumerate(values):
        failed = value > tolerance
        ax.barh(
            row, min(value, top) - floor, left=floor, height=0.7, hatch="///" if failed else None,
            color=VERMILION if failed else BLUE, edgecolor="white",
        )  # fmt: skip
    ax.set_yticks(range(len(values)), list(errors))
    ax.set(
        xscale="log",
        xlim=(floor, top),
        xlabel="error of the gradient",
        ylim=(len(values) - 0.4, -1.2),
    )
    ax.grid(axis="y", visible=False)
    return draw_threshold(tolerance, f"tolerance {tolerance:.0e}", ax=ax, at=0.99)


@styled
def draw_error_map(
    errors: Array, *, ax: Axes, rows: Sequence[str], columns: Sequence[str], low: float = 1e-12
) -> Axes:
    """Draw a weight matrix's gradient errors as a heat map of powers of ten, each printed.

    Parameters
    ----------
    errors : ndarray of shape (d_in, d_out)
    ax : Axes
    rows, columns : sequence of str
        Names of the inputs and of the outputs.
    low : float
        Errors at or below it are all as light as can be.

    Returns
    -------
    Axes
    """
    powers = np.log10(np.maximum(errors, low))
    text = [[f"{value:.0e}" for value in row] for row in np.maximum(errors, low)]
    return _draw_cells(powers, text, rows, columns, (np.log10(low), 0.0), ax)


@styled
def draw_confusion(counts: Array, *, ax: Axes, names: Sequence[str]) -> Axes:
    """Draw a confusion matrix: rows are true classes, columns predictions, zeros left empty.

    The diagonal, where the two agree, has no colour: what stands out are the mistakes.

    Parameters
    ----------
    counts : ndarray of int of shape (classes, classes)
    ax : Axes
    names : sequence of str

    Returns
    -------
    Axes
    """
    mistakes = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    text = [[f"{count}" if count else "" for count in row] for row in counts]
    _draw_cells(mistakes, text, names, names, (0.0, max(1.0, mistakes.max())), ax)
    ax.set(xlabel="predicted", ylabel="true")
    return ax


def _draw_cells(
    values: Array,
    text: Sequence[Sequence[str]],
    rows: Sequence[str],
    columns: Sequence[str],
    limits: tuple[float, float],
    ax: Axes,
) -> Axes:
    """Draw a coloured cell with text for each value, the text light on dark and dark on light."""
    if values.shape != (len(rows), len(columns)):
        raise ValueError(
            f"{len(rows)} row names and {len(columns)} column names for an array of shape"
            f" {values.shape}; give one name for each row and each column"
        )
    low, high = limits
    ax.imshow(values, cmap="Oranges", vmin=low, vmax=low + 1.3 * (high - low), aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        dark = value > low + 0.9 * (high - low)
        ax.text(
            j, i, text[i][j], ha="center", va="center", fontsize="small",
            color="black", fontweight="bold" if dark else "normal",
        )  # fmt: skip
    ax.set_xticks(range(len(columns)), list(columns))
    ax.set_yticks(range(len(rows)), list(rows))
    ax.grid(False)
    return ax
