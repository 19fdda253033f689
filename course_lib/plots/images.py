"""Pictures of images: digits with what they are and what they were taken for."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from course_lib.plots.style import BLACK, VERMILION, Array, styled


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
    side = round((images[0].size) ** 0.5) if len(images) else 8
    rows = max(1, -(-len(images) // columns))
    cell_height, cell_width = side * 1.42, side * 1.3
    ax.set(xlim=(0, columns * cell_width), ylim=(rows * cell_height, 0))
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        x, y = (column + 0.115) * cell_width, row * cell_height
        ax.imshow(image.reshape(side, side), cmap="Greys", extent=(x, x + side, y + side, y))
        guess = truths[index] if predictions is None else predictions[index]
        _name(truths[index], guess, predictions is None, (x + side / 2, y + 1.02 * side), ax)
    ax.set(xlim=(0, columns * cell_width), ylim=(rows * cell_height, 0))
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def _name(truth: int, guess: int, alone: bool, place: tuple[float, float], ax: Axes) -> None:
    wrong = truth != guess
    ax.text(
        *place, f"{truth}" if alone else f"{truth} as {guess}", ha="center", va="top",
        fontsize="small", color=VERMILION if wrong else BLACK,
        fontweight="bold" if wrong else "normal",
    )  # fmt: skip
