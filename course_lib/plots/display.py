"""Show a figure on a page, with the sentence that says what it shows."""

from __future__ import annotations

import base64
import io
import math
from html import escape

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

PIXELS_PER_INCH = 100
SHARPNESS = 1.5  # stored pixels for each pixel on the page: crisp on a projector


def show(figure: Figure, *, alt: str) -> None:
    """Display a figure as an image with alternative text, and close it.

    JupyterLab ignores alternative text in an image's metadata, so the figure goes out as HTML. It
    never gets wider than the page. As plain text it reads `<Figure: alt>`, the same in every run.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        The finding in a sentence, for those who cannot see it: "Above η = 5.02 the loss ends in a
        2-cycle", not "plot of loss".

    Raises
    ------
    TypeError, ValueError
        If `figure` is not a figure, or `alt` is empty.
    """
    from IPython.core.display_functions import (
        display,  # of the notebook; a script that only draws needs none
    )

    display(Picture(figure, alt=alt))  # type: ignore[no-untyped-call]
    plt.close(figure)


class Picture:
    """A figure turned into an `<img>`: what `show` displays.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str

    Raises
    ------
    TypeError, ValueError
        As for `show`.
    """

    def __init__(self, figure: Figure, *, alt: str) -> None:
        if not isinstance(figure, Figure):
            raise TypeError(
                f"show needs a matplotlib Figure, got {type(figure).__name__};"
                " from axes, give ax.figure"
            )
        self.alt = " ".join(alt.split()) if isinstance(alt, str) else ""
        if not self.alt:
            raise ValueError(
                f"alt={alt!r} says nothing: write the finding in a sentence, for those who cannot"
                ' see the figure, as in alt="The loss falls until step 50, then stays"'
            )
        self.width = math.ceil(figure.get_figwidth() * PIXELS_PER_INCH)
        self.png = png_bytes(figure, dpi=PIXELS_PER_INCH * SHARPNESS)

    def __repr__(self) -> str:
        return f"<Figure: {self.alt}>"

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode("ascii")
        return (
            f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{data}"'
            f' style="width:{self.width}px;max-width:100%;height:auto">'
        )


def png_bytes(figure: Figure, *, dpi: float) -> bytes:
    """Return the figure as a PNG that holds no version or date: same figure, same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()
