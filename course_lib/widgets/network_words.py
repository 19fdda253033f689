"""What the playground says: how far training is, and how a weight's gradient is found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from course_lib.plots import Parameter
from course_lib.widgets.experiment import Settings
from course_lib.widgets.network_run import (
    NOTHING,
    Gradient,
    Moment,
    data_of,
    network_of,
    parameter_names,
    place_of,
)

if TYPE_CHECKING:
    from course_lib.symbolic import Formula, OneLayer, TwoLayers


def verdict(moment: Moment) -> str:
    """Say what there is to see, and what the gradient is."""
    run, step = moment.run, moment.step
    head = f"Step {step}"
    if run.diverged and moment.asked > run.taken:
        head = f"Diverged after step {step}, the next loss is no number"
    train, test = moment.accuracy
    losses = f"training loss {run.train_losses[step]:.3g}, test loss {run.test_losses[step]:.3g}"
    right = f"right are {train:.0%} of the training and {test:.0%} of the test samples"
    return f"{head}: {losses}; {right}.{_gradient(moment)}"


def _gradient(moment: Moment) -> str:
    if moment.weight == NOTHING:
        return ""
    found = moment.gradient
    if found is None:
        names = parameter_names(moment.run.net)
        return f" There is no {moment.weight} in this network: {names[0]} to {names[-1]} are there."
    return (
        f" {found.name} = {found.value:.4g}. ∂L/∂{found.name} = {found.by_formula:.4g} by"
        f" back-propagation, {found.by_difference:.4g} by central difference."
    )


def in_short(found: Gradient) -> str:
    """Return the gradient and the central difference in a line."""
    return f"∂L/∂{found.name} = {found.by_formula:.4g},  difference {found.by_difference:.4g}"


def formula(settings: Settings) -> str:
    """Return the gradient of the chosen parameter as a formula, for a page that typesets LaTeX.

    It is that of one sample, averaged over the training samples, plus what the penalties add.
    Empty if the network has no such parameter.
    """
    net, name = network_of(settings), settings["weight"]
    if name not in parameter_names(net):
        return ""
    place = place_of(name)
    weight, ((left, right), *deltas) = _lines(net.sizes, place, net.hidden, net.loss)
    pull = "" if place.start is None else _pull(settings, weight)
    samples = len(data_of(settings)[0].X)
    mean = rf"\frac{{1}}{{{samples}}} \sum_{{\text{{samples}}}} \left[\, {right} \,\right]"
    rows = [f"{left} &= {mean}{pull}", *(f"{delta} &= {value}" for delta, value in deltas)]
    aligned = r"\begin{aligned}" + r" \\[2pt] ".join(rows) + r"\end{aligned}"
    return f"{name} as a formula, where indices count from 1: $$ {aligned} $$"


def _pull(settings: Settings, weight: str) -> str:
    """Return what the penalties add to the gradient; AdamW's decay is no part of it."""
    l1 = rf" + \lambda_1 \operatorname{{sign}} {weight}" if settings["l1"] else ""
    penalized = settings["l2"] and settings["optimizer"] != "adamw"
    return l1 + (rf" + \lambda_2 \, {weight}" if penalized else "")


@lru_cache(maxsize=256)
def _lines(
    sizes: tuple[int, ...], place: Parameter, hidden: str, loss: str
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the parameter, and left and right sides of its gradient for one sample, as LaTeX.

    SymPy derives them. It takes a second to load, so nobody waits for it who asks for no formula.
    """
    from course_lib import symbolic as sym

    f, g, price = sym.sigmoid, getattr(sym, hidden), getattr(sym, loss)
    lines: Sequence[Any]
    if len(sizes) > 3:
        start = None if place.start is None else place.start + 1
        lines = sym.chain_rule(
            sizes, layer=place.layer, start=start, end=place.end + 1, f=f, g=g, loss=price
        )
    elif len(sizes) == 3:
        lines = [_of_two_layers(sym.TwoLayers(f=f, g=g, loss=price), sizes, place)]
    else:
        lines = [_of_one_layer(sym.OneLayer(f=f, loss=price), place)]
    sides = [line.latex_sides for line in lines]
    rows = tuple((left, right.removeprefix("= ")) for left, right in sides)
    return sym.latex(lines[0].lhs.args[1]), rows


def _of_one_layer(layer: OneLayer, place: Parameter) -> Formula:
    if place.start is None:
        return layer.derive("b").instantiate(n=2, m=1, j=1)
    return layer.derive("w").instantiate(n=2, m=1, i=place.start + 1, j=1)


def _of_two_layers(network: TwoLayers, sizes: tuple[int, ...], place: Parameter) -> Formula:
    """Return the gradient without deltas."""
    letter = ("w" if place.start is not None else "b") + str(place.layer)
    indices = {"k": place.end + 1} if place.layer == 1 else {"j": 1}
    if place.start is not None:
        indices["i" if place.layer == 1 else "k"] = place.start + 1
    deltas = ("delta1", "delta2")[place.layer - 1 :]
    gradient = network.derive(letter).result.spell_out(*deltas)
    return gradient.instantiate(n=2, h=sizes[1], m=1, **indices)
