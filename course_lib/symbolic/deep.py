"""A network of any depth, by the chain rule: one line for each layer, from the last to the first.

The letters are those of `TwoLayers`, with the layer's number in brackets: δ^(l)_k is ∂L/∂z^(l)_k,
and a^(0) is the input x. With f' and g' the slopes of output and hidden layers,

    ∂L/∂w^(l)_ij = δ^(l)_j a^(l-1)_i,   ∂L/∂b^(l)_j = δ^(l)_j,
    δ^(l)_k = g'(z^(l)_k) Σ_k' w^(l+1)_kk' δ^(l+1)_k'.
"""

from collections.abc import Sequence

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.activations import Activation
from course_lib.symbolic.formula import Formula
from course_lib.symbolic.losses import Loss
from course_lib.symbolic.notation import Entry, Partial, Variable, prime
from course_lib.symbolic.outputs import name_output


def chain_rule(
    sizes: Sequence[int],
    *,
    layer: int,
    start: int | None,
    end: int,
    f: type[Activation],
    g: type[Activation],
    loss: Loss,
) -> tuple[Formula, ...]:
    """Return ∂L/∂w_ij of one layer, then the delta of that layer and of every later one.

    For one sample. All numbers count from 1, as in the formulas.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer, inputs first, one output.
    layer : int
        1 is the first after the inputs.
    start : int or None
        i, the unit that the weight leads from; None for a bias.
    end : int
        j, the unit that it leads to.
    f, g : activation
        Of the output and of every hidden layer.
    loss : Loss

    Raises
    ------
    ValueError
        If the network has more than one output, or no such parameter.
    """
    loss.check_fits(f)
    if sizes[-1] != 1:
        raise ValueError(f"chain_rule is for one output, and sizes {tuple(sizes)} end in another")
    fits = 1 <= layer < len(sizes) and 1 <= end <= sizes[layer]
    if not fits or not (start is None or 1 <= start <= sizes[layer - 1]):
        raise ValueError(
            f"a network of sizes {tuple(sizes)} has no parameter from {start} to {end} in layer"
            f" {layer}; all count from 1"
        )
    last = len(sizes) - 1
    deltas = [_hidden_delta(number, sizes[number + 1], g) for number in range(layer, last)]
    return (_gradient(layer, start, end), *deltas, _output_delta(last, f, loss))


def _letter(name: str, layer: int) -> Variable:
    return Variable(f"{name}{layer}", real=True)


def _gradient(layer: int, start: int | None, end: int) -> Formula:
    delta = _letter("delta", layer)[end]
    if start is None:
        return Formula(Partial(nt.L, _letter("b", layer)[end]), delta, "chain rule")
    below = nt.x[start] if layer == 1 else _letter("a", layer - 1)[start]
    return Formula(Partial(nt.L, _letter("w", layer)[start, end]), delta * below, "chain rule")


def _hidden_delta(layer: int, units_above: int, g: type[Activation]) -> Formula:
    """δ of a hidden layer from the δ of the one above it."""
    z, a = _letter("z", layer), _letter("a", layer)
    slope = name_output(g(z[nt.k]).diff(z[nt.k]), g, z, a)
    w, delta = _letter("w", layer + 1), _letter("delta", layer + 1)
    handed_down = _handed_down(w, delta, units_above)
    return Formula(_letter("delta", layer)[nt.k], slope * handed_down, "chain rule")


def _handed_down(w: Variable, delta: Variable, units: int) -> sp.Expr:
    """Return Σ_k' w_kk' δ_k', over the units of the layer above."""
    bound = prime(nt.k)
    if units == 1:
        return w[nt.k, 1] * delta[1]
    return sp.Sum(w[nt.k, bound] * delta[bound], (bound, 1, units))


def _output_delta(layer: int, f: type[Activation], loss: Loss) -> Formula:
    by_z = loss.derive(f).result.instantiate(m=1, j=1)
    z: Entry = _letter("z", layer)[1]
    rhs = by_z.rhs.xreplace({nt.z[1]: z})
    return Formula(_letter("delta", layer)[1], rhs, "derivative of L by z of the last layer")
