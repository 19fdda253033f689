"""Pictures of images: digits with what they are and what they were taken for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from course_lib.plots.style import BLACK, VERMILION, Array, styled

GAP, WORDS = 2, 4  # between two images and below each, in the images' own pixels


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
