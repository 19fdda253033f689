"""Pictures of networks as graphs: which weight touches which output, and a derivative an edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from course_lib.plots.style import BLACK, GREY, VERMILION, styled

Node: TypeAlias = tuple[int, int]
"""`(layer, unit)`, both from 0."""

Edge: TypeAlias = tuple[Node, Node]

DIAMETER = 2.9  # of a unit, in letters
STRAIGHT, SLANTED = 0.5, 0.28  # where a label stands, as a share of the way: edges that cross
# do so half-way, and labels near the start stay clear of it


@styled
def draw_index_graph(
    inputs: int, outputs: int, *, ax: Axes, highlight: tuple[int, int] | None = None
) -> Axes:
    r"""Draw a layer's weights :math:`w_{ij}` as edges from :math:`x_i` to :math:`y_j`.

    With one weight highlighted, the picture shows that it touches one output and no other.

    Parameters
    ----------
    inputs, outputs : int
        n and m.
    ax : Axes
    highlight : pair of int, optional
        (i, j) counted from 1, as in the formulas.

    Returns
    -------
    Axes
    """
    names = [
        [f"$x_{{{i}}}$" for i in range(1, inputs + 1)],
        [f"$y_{{{j}}}$" for j in range(1, outputs + 1)],
    ]
    chosen: tuple[Edge, ...] = ()
    labels: dict[Edge, str] = {}
    if highlight is not None:
        i, j = highlight
        if not (1 <= i <= inputs and 1 <= j <= outputs):
            raise ValueError(
                f"highlight={highlight} is not a weight of {inputs} inputs and {outputs} outputs:"
                f" i goes from 1 to {inputs}, j from 1 to {outputs}"
            )
        chosen = (((0, i - 1), (1, j - 1)),)
        labels[chosen[0]] = f"$w_{{{i}{j}}}$"
    return draw_network(names, labels, ax=ax, highlight=chosen)


@styled
def draw_network(
    layers: Sequence[Sequence[str]],
    labels: Mapping[Edge, str],
    *,
    ax: Axes,
    highlight: Sequence[Edge] = (),
) -> Axes:
    r"""Draw a network: a circle a unit, an edge a weight, and the labels on their edges.

    Parameters
    ----------
    layers : sequence of sequence of str
        The units' names, layer by layer, inputs first; mathtext such as `"$h_1$"`.
    labels : mapping from an edge to str
        `{((0, 0), (1, 1)): r"$\partial h_2/\partial x_1$"}` labels the edge from unit 0 of layer
        0 to unit 1 of layer 1; `\\dfrac` makes a fraction large enough for a projector. Edges
        without a label are drawn too.
    ax : Axes
    highlight : sequence of edges
        Drawn thick and in another colour, with the unit that they lead to.

    Returns
    -------
    Axes
    """
    places = _positions([len(layer) for layer in layers])
    edges = [
        ((layer, i), (layer + 1, j))
        for layer in range(len(layers) - 1)
        for i in range(len(layers[layer]))
        for j in range(len(layers[layer + 1]))
    ]
    _check_edges([*labels, *highlight], edges)
    for edge in edges:
        crossed = len(layers[edge[1][0]]) > 1 and places[edge[0]][1] != places[edge[1]][1]
        _draw_edge(edge, places, edge in highlight, crossed, labels.get(edge, ""), ax)
    reached = {end for edge in highlight for end in edge}
    for node, place in places.items():
        _draw_unit(layers[node[0]][node[1]], place, node in reached, ax)
    _frame(places, ax)
    return ax


def _positions(sizes: Sequence[int]) -> dict[Node, tuple[float, float]]:
    """Layers from left to right, units from top to bottom, each layer centred."""
    widest = max(sizes)
    return {
        (layer, unit): (float(layer), (widest + size) / 2 - 1 - unit)
        for layer, size in enumerate(sizes)
        for unit in range(size)
    }


def _check_edges(asked: Sequence[Edge], edges: Sequence[Edge]) -> None:
    unknown = [edge for edge in asked if edge not in edges]
    if unknown:
        raise ValueError(
            f"no edge {unknown[0]} in this network; an edge is ((layer, unit), (layer + 1, unit)),"
            f" counted from 0, such as {edges[0]}"
        )


def _draw_edge(
    edge: Edge,
    places: Mapping[Node, tuple[float, float]],
    chosen: bool,
    crossed: bool,
    label: str,
    ax: Axes,
) -> None:
    start, end = places[edge[0]], places[edge[1]]
    color, width = (VERMILION, 3.0) if chosen else (GREY, 1.1)
    arrow: dict[str, Any] = {
        "arrowstyle": "-|>", "color": color, "linewidth": width, "mutation_scale": 10 + 2 * width,
        "shrinkA": _letters(DIAMETER / 2), "shrinkB": _letters(DIAMETER / 2),
    }  # fmt: skip
    ax.annotate("", end, start, arrowprops=arrow, zorder=1)
    if label:
        share = SLANTED if crossed else STRAIGHT
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        x, y = ((1 - share) * a + share * b for a, b in zip(start, end, strict=True))
        ax.text(
            x, y, label, ha="center", va="center", bbox=box, zorder=3,
            color=VERMILION if chosen else BLACK,
        )  # fmt: skip


def _draw_unit(name: str, place: tuple[float, float], chosen: bool, ax: Axes) -> None:
    edge, width = (VERMILION, 3.0) if chosen else (BLACK, 1.4)
    ax.plot(
        *place, "o", markersize=_letters(DIAMETER), markerfacecolor="white", markeredgecolor=edge,
        markeredgewidth=width, zorder=2, clip_on=False,
    )  # fmt: skip
    ax.text(*place, name, ha="center", va="center", fontsize="large", zorder=4)


def _letters(count: float) -> float:
    """So many letters' heights, in points: a unit is as large as its name needs."""
    return count * float(mpl.rcParams["font.size"])


def _frame(places: Mapping[Node, tuple[float, float]], ax: Axes) -> None:
    x, y = np.array(list(places.values())).T
    ax.set(xlim=(x.min() - 0.15, x.max() + 0.15), ylim=(y.min() - 0.35, y.max() + 0.35))
    ax.set_axis_off()
