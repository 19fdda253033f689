"""Pictures of images: digits, what they were taken for, and signed maps over their pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from course_lib.plots.classes import REGIONS
from course_lib.plots.style import BLACK, GREY, VERMILION, Array, styled

GAP, WORDS = 2, 4  # between two images and below each, in the images' own pixels
MARKED = 0.4  # of its largest value: from there on a pixel of a signed map bears its sign


@styled
def draw_digits(
    images: Array,
    truths: Sequence[int],
    predictions: Sequence[int] | None = None,
    *,
    ax: Axes,
    columns: int = 6,
) -> Axes:
    """Draw images in a grid, row by row, each with its class below it.

    With predictions, the words are "3 as 5", in another colour and bold where the two differ.

    Parameters
    ----------
    images : ndarray of shape (images, side²), or (images, side, side)
        Dark where large.
    truths : sequence of int of shape (images,)
    predictions : sequence of int of shape (images,), optional
    ax : Axes
    columns : int

    Returns
    -------
    Axes
    """
    side = round(images[0].size ** 0.5) if len(images) else 8
    height, width = frame_digits(len(images), ax=ax, columns=columns, side=side)
    sheet = np.full((height, width), np.nan)
    low, high = (images.min(), images.max()) if len(images) else (0.0, 1.0)
    for index, image in enumerate(images):
        y, x = np.array(divmod(index, columns)) * (side + WORDS, side + GAP)
        sheet[y : y + side, x : x + side] = image.reshape(side, side)
        guess = truths[index] if predictions is None else predictions[index]
        words = f"{truths[index]}" if predictions is None else f"{truths[index]} as {guess}"
        _write(words, (x + side / 2, y + side), truths[index] != guess, ax)
    ax.imshow(sheet, cmap="Greys", vmin=low, vmax=high, extent=(0, width, height, 0))
    ax.set(xlim=(0, width), ylim=(height, 0))
    return ax


@styled
def draw_signed_maps(maps: Array, words: Sequence[str], *, ax: Axes, columns: int = 6) -> Axes:
    """Draw maps of signed values over the pixels of an image, row by row, words below each.

    Orange and "+" speak for, blue and "-" against. Each map has its own scale: full colour is its
    largest size, and from 0.4 of that on a pixel bears its sign. A map of zeros stays white.

    Parameters
    ----------
    maps : ndarray of shape (maps, side²)
        As attributions to the pixels, or the weights of a unit.
    words : sequence of str of shape (maps,)
    ax : Axes
    columns : int

    Returns
    -------
    Axes
    """
    side = round(maps.shape[1] ** 0.5)
    height, width = frame_digits(len(maps), ax=ax, columns=columns, side=side)
    sheet = np.full((height, width), np.nan)
    for index, signed in enumerate(maps):
        y, x = np.array(divmod(index, columns)) * (side + WORDS, side + GAP)
        scaled = signed.reshape(side, side) / (np.abs(signed).max() or 1.0)
        sheet[y : y + side, x : x + side] = scaled
        ax.plot(
            [x, x + side, x + side, x, x], [y, y, y + side, y + side, y], color=GREY, linewidth=0.8
        )
        for marker, large in (("+", scaled >= MARKED), ("_", scaled <= -MARKED)):
            rows, across = np.nonzero(large)
            ax.plot(x + across + 0.5, y + rows + 0.5, marker, color=BLACK, markersize=3.5)
        _write(words[index], (x + side / 2, y + side), False, ax)
    ax.imshow(sheet, cmap=REGIONS, vmin=-1.0, vmax=1.0, extent=(0, width, height, 0))
    ax.set(xlim=(0, width), ylim=(height, 0))
    return ax


def frame_digits(count: int, *, ax: Axes, columns: int = 6, side: int = 8) -> tuple[int, int]:
    """Set the limits of axes for so many images, and return height and width in their pixels."""
    rows = max(1, -(-count // columns))
    height, width = rows * (side + WORDS), columns * (side + GAP) - GAP
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.set_axis_off()
    return height, width


def _write(words: str, place: tuple[float, float], wrong: bool, ax: Axes) -> None:
    x, y = place
    color, weight = (VERMILION, "bold") if wrong else (BLACK, "normal")
    ax.text(x, y + 0.25, words, ha="center", va="top", color=color, fontweight=weight)
