"""Pictures of losses over steps, of results over learning rates, and of predicted limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator

from course_lib.plots.style import (
    BLACK,
    BLUE,
    GREY,
    VERMILION,
    Array,
    add_line,
    look,
    styled,
)

LABEL_BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}
MOST_DECADES = 2  # of a logarithmic axis that has ticks between its powers of ten
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@styled
def draw_curves(
    curves: Mapping[str, Array],
    *,
    ax: Axes,
    x: Array | None = None,
    xscale: str = "linear",
    yscale: str = "log",
    xlabel: str = "step $t$",
    ylabel: str = "loss",
    legend: Literal["best", "above", "lower left"] | None = "best",
    looks: Sequence[int] | None = None,
) -> Axes:
    """Draw curves that differ by colour and dash, with a legend if they have names.

    Parameters
    ----------
    curves : mapping from a label to an ndarray of shape (points,)
        A label of "" has no entry in the legend. Where a value is not finite the curve has a gap.
    ax : Axes
    x : ndarray of shape (points,), optional
        Common to all curves; 0, 1, 2, ... otherwise.
    xscale, yscale : {"linear", "log", "symlog"}
    xlabel, ylabel : str
    legend : {"best", "above", "lower left"}, optional
        Where the legend stands; above, it is a row in the place of the title. None for none.
    looks : sequence of int, optional
        Number of each one's look, where it must stay whoever else is drawn; else 0, 1, 2, ...

    Returns
    -------
    Axes
    """
    for index, (label, values) in zip(looks or count(), curves.items(), strict=False):
        color, dash, _ = look(index)
        steps = np.arange(len(values)) if x is None else x
        values = np.where(np.isfinite(values), values, np.nan)
        add_line(ax, steps, values, color=color, linestyle=dash, label=label or None)
    _scale(ax, xscale, yscale)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if any(curves) and legend == "above":
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, borderaxespad=0,
            columnspacing=1.2, handlelength=1.7,
        )  # fmt: skip
    elif any(curves) and legend is not None:
        ax.legend(loc="best" if legend == "best" else "lower left")
    return ax


@styled
def draw_band(low: Array, high: Array, *, ax: Axes, x: Array | None = None) -> Axes:
    """Shade what lies between two curves, say the middle 80 % of many runs.

    Parameters
    ----------
    low, high : ndarray of shape (points,)
        Where either is not finite the band has a gap.
    ax : Axes
    x : ndarray of shape (points,), optional
        0, 1, 2, ... otherwise.

    Returns
    -------
    Axes
    """
    steps = np.arange(len(low)) if x is None else x
    seen = np.isfinite(low) & np.isfinite(high)
    ax.fill_between(
        steps, low, high, where=seen.tolist(), facecolor=BLUE, edgecolor=BLUE, alpha=0.2,
        linewidth=0.5,
    )  # fmt: skip
    return ax


@styled
def draw_threshold(
    value: float,
    label: str,
    *,
    ax: Axes,
    axis: Literal["x", "y"] = "x",
    side: Literal["left", "right"] = "left",
    at: float = 0.97,
    gap: float = 5.0,
    dotted: bool = False,
) -> Axes:
    """Draw a predicted limit: a black dashed line across the axes, its label along it.

    Parameters
    ----------
    value : float
    label : str
    ax : Axes
    axis : {"x", "y"}
        Which coordinate is limited: "x" draws a vertical line.
    side : {"left", "right"}
        Of a vertical line, or the end of a horizontal one, at which the label stands.
    at : float
        Height of a vertical line's label: 0 at the bottom of the axes, 1 at the top.
    gap : float
        Between a vertical line and its label, in points.
    dotted : bool
        Dotted instead of dashed: for a limit that was measured, not predicted.

    Returns
    -------
    Axes
    """
    pattern = (0, (1, 1.5)) if dotted else (0, (4, 2))
    dash: dict[str, Any] = {"color": BLACK, "linestyle": pattern, "linewidth": 1.6}
    if axis == "x":
        ax.axvline(value, zorder=2.5, **dash)
        place, frame = (value, at), ax.get_xaxis_transform()
        offset = (-gap if side == "left" else gap, 0.0)
        alignment: dict[str, Any] = {"ha": "right" if side == "left" else "left", "va": "top"}
    else:
        ax.axhline(value, zorder=2.5, **dash)
        place, frame = (0.02 if side == "left" else 0.98, value), ax.get_yaxis_transform()
        offset, alignment = (0.0, 3.0), {"ha": side, "va": "bottom"}
    if label:
        ax.annotate(
            label, place, offset, xycoords=frame, textcoords="offset points", zorder=3,
            fontsize="small", color=BLACK, bbox=LABEL_BOX, **alignment,
        )  # fmt: skip
    return ax


@styled
def draw_powers(low: int, high: int, *, ax: Axes, axis: Literal["x", "y"], step: int = 1) -> Axes:
    """Label a logarithmic axis with powers of ten in plain text, and draw no minor ticks.

    Matplotlib's own labels are formulas: to parse and place them takes most of a figure's time.

    Parameters
    ----------
    low, high : int
        First and last power.
    ax : Axes
    axis : {"x", "y"}
    step : int
        Between two powers.

    Returns
    -------
    Axes
    """
    powers = range(low, high + 1, step)
    labels = ["1" if not power else "10" + f"{power}".translate(SUPERSCRIPTS) for power in powers]
    part = ax.xaxis if axis == "x" else ax.yaxis
    part.set_ticks([10.0**power for power in powers], labels)
    part.minorticks_off()
    return ax


@styled
def frame_steps(*, ax: Axes) -> Axes:
    """Divide a horizontal axis into fifths, with room below for what `draw_steps` writes there.

    Parameters
    ----------
    ax : Axes

    Returns
    -------
    Axes
    """
    ax.set(xlim=(0, 1), xticks=np.linspace(0, 1, 6), xticklabels=[])
    return ax


@styled
def draw_steps(last: int, *, ax: Axes) -> Axes:
    """Let a horizontal axis that is divided into fifths go from 0 to the last step.

    The labels are texts: where only the last step changes, a lab keeps the frame, which takes a
    tenth of a second to draw, and draws these on top.

    Parameters
    ----------
    last : int
        A multiple of 5.
    ax : Axes
        As `frame_steps` leaves them.

    Returns
    -------
    Axes
    """
    steps = range(0, last + 1, last // 5)
    ax.set(xlim=(0, last), xticks=steps, xticklabels=[])
    below, foot = -0.45 * float(ax.xaxis.label.get_fontsize()), ax.get_xaxis_transform()
    for step in steps:
        ax.annotate(
            f"{step}", (step, 0), (0, below), xycoords=foot, textcoords="offset points",
            ha="center", va="top", fontsize="small", annotation_clip=False,
        )  # fmt: skip
    return ax


@styled
def draw_sweep(
    learning_rates: Array,
    results: Mapping[str, Array],
    *,
    ax: Axes,
    yscale: str = "log",
    xlabel: str = r"learning rate $\eta$",
    ylabel: str = "loss at the end",
) -> Axes:
    """Draw one result for each learning rate; a run that diverged is a cross at the top edge.

    Parameters
    ----------
    learning_rates : ndarray of shape (runs,)
    results : mapping from a label to an ndarray of shape (runs,)
        Not finite where a run diverged.
    ax : Axes
    yscale : {"log", "linear"}
    xlabel, ylabel : str

    Returns
    -------
    Axes
    """
    _scale(ax, "log", yscale)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    lost = np.zeros(len(learning_rates), dtype=bool)
    for index, (label, values) in enumerate(results.items()):
        color, dash, marker = look(index)
        ended = np.isfinite(values)
        lost |= ~ended
        ax.plot(
            learning_rates, np.where(ended, values, np.nan), color=color, linestyle=dash,
            marker=marker, markersize=4, label=label or None,
        )  # fmt: skip
    if lost.any():
        ax.plot(
            learning_rates[lost], np.full(lost.sum(), 0.98), "x", color=VERMILION, clip_on=False,
            transform=ax.get_xaxis_transform(), label="diverged",
        )  # fmt: skip
    if any(results) or lost.any():
        ax.legend(loc="lower left")  # out of the way of a threshold's label
    return ax


@styled
def draw_trials(learning_rates: Array, values: Array, *, ax: Axes) -> Axes:
    """Draw what single runs gave: rings for the earlier ones, a solid diamond for the last.

    What is above the axes' limit, or not finite, is drawn as a triangle at the upper edge.

    Parameters
    ----------
    learning_rates, values : ndarray of shape (runs,)
        In the order of the runs.
    ax : Axes
        With its limits set.

    Returns
    -------
    Axes
    """
    top = ax.get_ylim()[1]
    above = ~(values <= top)  # NaN is above too
    height = np.where(above, top, values)
    past: dict[str, Any] = {
        "color": GREY,
        "markerfacecolor": "none",
        "linestyle": "none",
        "zorder": 3,
    }
    for earlier, marker in ((~above, "o"), (above, "^")):
        shown = np.flatnonzero(earlier[:-1])
        if shown.size:
            ax.plot(learning_rates[shown], height[shown], marker, markersize=5, **past)
    marker = "^" if above[-1] else "D"
    ax.plot(
        learning_rates[-1:], height[-1:], marker, markersize=9, color=VERMILION,
        markeredgecolor="white", clip_on=False, zorder=4,
    )  # fmt: skip
    return ax


@styled
def draw_bifurcation(
    learning_rates: Array,
    values: Array,
    *,
    ax: Axes,
    xlabel: str = r"learning rate $\eta$",
    ylabel: str = "loss",
) -> Axes:
    """Draw where runs end up: every value that a run still visits, over its learning rate.

    One point a column is a limit, two are a 2-cycle, a cloud is chaos.

    Parameters
    ----------
    learning_rates : ndarray of shape (runs,)
    values : ndarray of shape (kept, runs)
        The last values of each run. Non-finite ones are left out.
    ax : Axes
    xlabel, ylabel : str

    Returns
    -------
    Axes
    """
    rates = np.broadcast_to(learning_rates, values.shape)
    shown = np.isfinite(values)
    ax.plot(rates[shown], values[shown], ",", color=BLUE, alpha=0.5, rasterized=True)
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(learning_rates.min(), learning_rates.max()))
    return ax


@styled
def frame_roots(*, ax: Axes, reach: float = 1.45) -> Axes:
    """Set axes for the roots of a recurrence: the complex plane, and the unit circle in it.

    Parameters
    ----------
    ax : Axes
    reach : float
        From 0 to each edge.

    Returns
    -------
    Axes
    """
    turn = np.linspace(0.0, 2.0 * np.pi, 181)
    ax.plot(np.cos(turn), np.sin(turn), color=BLACK, linestyle=(0, (4, 2)), linewidth=1.6)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=(-1, 0, 1))
    ax.set(yticks=(-1, 0, 1), xlabel="real part", ylabel="imaginary part")
    return ax


@styled
def draw_roots(roots: npt.NDArray[np.complexfloating[Any, Any]], *, ax: Axes) -> Axes:
    """Draw roots in the complex plane; those of largest size are diamonds, the others dots.

    A recurrence dies out iff all lie inside the unit circle.

    Parameters
    ----------
    roots : ndarray of complex of shape (roots,)
    ax : Axes
        As `frame_roots` sets it; a root beyond its edge is not seen.

    Returns
    -------
    Axes
    """
    sizes = np.abs(roots)
    largest = sizes >= sizes.max() * (1 - 1e-6)
    ax.plot(roots[~largest].real, roots[~largest].imag, "o", color=BLUE, markersize=5)
    ax.plot(
        roots[largest].real, roots[largest].imag, "D", color=VERMILION, markersize=8,
        markeredgecolor="white", zorder=4,
    )  # fmt: skip
    return ax


def _scale(ax: Axes, xscale: str, yscale: str) -> None:
    """Set scales that are not set yet: each makes new tick locators, and forgets the labels."""
    if ax.get_xscale() != xscale:
        ax.set_xscale(xscale)
        _thin_out(ax.xaxis)
    if ax.get_yscale() != yscale:
        ax.set_yscale(yscale)
        _thin_out(ax.yaxis)


class _FewMinorTicks(LogLocator):
    """Ticks between powers of ten, where there are few of those.

    Each tick is a line and a text: those between six powers take more time than all else that is
    drawn, and tell nothing.
    """

    def tick_values(self, vmin: float, vmax: float) -> Any:
        few = min(vmin, vmax) <= 0 or abs(np.log10(vmax / vmin)) <= MOST_DECADES
        return super().tick_values(vmin, vmax) if few else np.array([])


def _thin_out(axis: Axis) -> None:
    if axis.get_scale() == "log":
        axis.set_minor_locator(_FewMinorTicks(subs="auto"))
