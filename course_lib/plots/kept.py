"""A figure that is kept: only the layers that changed are drawn again.

A whole redraw of a figure with three axes costs 60 to 150 ms, most of it ticks and labels, which
rarely change. A kept figure holds a copy of the pixels after each layer, and starts again from the
last one that still holds (matplotlib calls this blitting). Any `draw_*` function can draw in a
layer: what it adds to the axes is drawn, copied, and taken off again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image, ImageChops

from course_lib.plots.style import house_style, mosaic

Panes: TypeAlias = Mapping[str, Axes]
"""The axes of a figure, by name."""

COLORS = 128  # of a background: as a palette a picture takes a third of the bytes and of the time
CUBE = tuple(level for r in range(5) for g in range(5) for b in range(5) for level in (r, g, b))
NEARLY_WHITE = 251  # colours are averages: a page is whiter
BACKGROUND = 2  # layers: the frame, and what it mostly holds
FAULT, FAULTY = 12, 0.04  # a level that is off by more is wrong; the share that may be
EVERY = 3  # row and column is looked at: a ninth of the pixels tells the share as well


class Layer(NamedTuple):
    """Something to draw, and a key that changes when the picture of it would.

    Attributes
    ----------
    key : hashable
        A layer is not drawn again while its key, and the keys of all layers below it, stay.
    draw : callable
        `draw(panes)` draws on some of the axes, which it finds by name.
    """

    key: Hashable
    draw: Callable[[Panes], object]


class KeptFigure:
    """A figure drawn layer upon layer into a PNG, again and again.

    The first layer is the frame: it alone may set limits, scales, labels and titles. A later layer
    adds lines, points, texts and images.

    Parameters
    ----------
    layout : sequence of sequence of str
        The panes' names, as for `mosaic`.
    size : tuple of float
        Width and height in inches, 100 pixels each.
    """

    def __init__(self, layout: Sequence[Sequence[str]], *, size: tuple[float, float]) -> None:
        self._layout, self._size = layout, size
        self._keys: list[Hashable] = []
        self._pixels: list[Any] = []
        self._canvas: Any = None  # matplotlib's Agg canvas has no types
        self._background, self._palette, self._png = 0, Image.new("P", (1, 1)), b""
        self._panes: Panes = {}

    def png(self, layers: Sequence[Layer], *, large: bool = False) -> bytes:
        """Draw what changed, and return the picture.

        Parameters
        ----------
        layers : sequence of Layer
            The frame first.
        large : bool
            Type for a projector.

        Returns
        -------
        bytes
        """
        keys = [(large, layers[0].key), *(layer.key for layer in layers[1:])]
        background = max(1, min(BACKGROUND, len(layers) - 1))
        good = _common_length(keys, self._keys) if background == self._background else 0
        if good == len(keys) == len(self._keys):
            return self._png
        self._background, good = background, min(good, len(self._pixels))
        del self._keys[good:], self._pixels[good:]
        if good:
            self._canvas.restore_region(self._pixels[-1])
        for key, layer in zip(keys[good:], layers[good:], strict=True):
            if self._keys:
                self._draw_on_top(layer)
            else:
                self._draw_frame(layer, large)
            self._keys.append(key)
            if len(self._keys) < len(layers) or len(layers) == 1:  # nothing starts from the last
                self._keep()
            if len(self._keys) == background:
                self._palette = palette_of(self._canvas)
        self._png = encode(self._canvas, self._palette)
        return self._png

    def place(self, pane: str, x: float, y: float) -> tuple[float, float]:
        """Return where in a pane a place of the picture lies.

        Parameters
        ----------
        pane : str
        x, y : float
            Shares of the picture, from its left and from its top, as a browser counts.

        Returns
        -------
        pair of float
            Shares of the pane, from its left and from its bottom, as matplotlib counts.
        """
        box = self._panes[pane].get_position()
        return float((x - box.x0) / box.width), float((1 - y - box.y0) / box.height)

    def close(self) -> None:
        """Let go of the figure and its pixels; drawing again starts from nothing."""
        self._keys, self._pixels, self._canvas, self._panes, self._png = [], [], None, {}, b""

    def _draw_frame(self, layer: Layer, large: bool) -> None:
        """Draw the first layer on a new figure: old artists cannot linger."""
        figure, self._panes = mosaic(self._layout, size=self._size, large=large)
        self._canvas = FigureCanvasAgg(figure)
        draw_layers([layer], self._panes)
        self._canvas.draw()

    def _keep(self) -> None:
        self._pixels.append(self._canvas.copy_from_bbox(self._canvas.figure.bbox))

    def _draw_on_top(self, layer: Layer) -> None:
        """Draw what the layer adds to each pane, from back to front, and take it off again."""
        before = {name: set(ax.get_children()) for name, ax in self._panes.items()}
        draw_layers([layer], self._panes)
        for name, ax in self._panes.items():
            added = [artist for artist in ax.get_children() if artist not in before[name]]
            for artist in sorted(added, key=lambda artist: artist.get_zorder()):
                ax.draw_artist(artist)
            for artist in added:
                artist.remove()


def draw_layers(layers: Sequence[Layer], panes: Panes) -> None:
    """Draw layers in the house style, in the type size of their axes, and keep nothing.

    The first is the frame, as in a `KeptFigure`: labels that a later layer writes do not stay.
    """
    size = float(next(iter(panes.values())).xaxis.label.get_fontsize())
    labels: list[tuple[str, str]] = []
    for layer in layers:
        with house_style(size):
            layer.draw(panes)
        labels = labels or [(pane.get_xlabel(), pane.get_ylabel()) for pane in panes.values()]
    for pane, (xlabel, ylabel) in zip(panes.values(), labels, strict=True):
        pane.set(xlabel=xlabel, ylabel=ylabel)


def palette_of(canvas: Any) -> Image.Image:
    """Return the colours on the canvas, and a few for whatever is drawn on it.

    To choose colours takes most of the time of a PNG, so they are chosen for a background alone:
    then a picture does not depend on those before it.
    """
    chosen = _rgb(canvas).quantize(COLORS, method=Image.Quantize.FASTOCTREE)
    palette = Image.new("P", (1, 1))
    mixed = (255 if level > NEARLY_WHITE else level for level in chosen.getpalette() or ())
    palette.putpalette([*mixed, *(255 * level // 4 for level in CUBE)])
    return palette


def encode(canvas: Any, palette: Image.Image) -> bytes:
    """Return what is on the canvas as a PNG of these colours; of its own where they will not do."""
    image = _rgb(canvas)
    painted = image.quantize(palette=palette, dither=Image.Dither.NONE)
    if _share_of_faults(image, painted) > FAULTY:
        painted = image.quantize(COLORS, method=Image.Quantize.FASTOCTREE)
    buffer = io.BytesIO()
    painted.save(buffer, "png", compress_level=1)
    return buffer.getvalue()


def _rgb(canvas: Any) -> Image.Image:
    pixels = canvas.buffer_rgba()
    size = (pixels.shape[1], pixels.shape[0])
    return Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")


def _share_of_faults(image: Image.Image, painted: Image.Image) -> float:
    """Return the share of pixels whose red, green or blue is wrong, whichever is worst."""
    size = (image.width // EVERY, image.height // EVERY)
    some, same = (part.resize(size, Image.Resampling.NEAREST) for part in (image, painted))
    counts = ImageChops.difference(some, same.convert("RGB")).histogram()
    wrong = max(sum(counts[256 * band + FAULT + 1 : 256 * (band + 1)]) for band in range(3))
    return wrong / (some.width * some.height)


def _common_length(new: Sequence[Hashable], old: Sequence[Hashable]) -> int:
    """How many keys from the first on are the same."""
    for length, (a, b) in enumerate(zip(new, old, strict=False)):
        if a != b:
            return length
    return min(len(new), len(old))
