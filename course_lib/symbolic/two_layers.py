"""A network with one hidden layer, by the chain rule: back-propagation in the article's letters.

With n inputs, h hidden units and m outputs (a layer's number is a superscript in print):

    z1_k = Σ_i w1_ik x_i + b1_k,   a1_k = g(z1_k),
    z2_j = Σ_k w2_kj a1_k + b2_j,  y_j = f(z2_j).

δ with a layer's number is ∂L/∂z of that layer; δ with two indices is Kronecker's. ``w1`` and
``b1`` are W1 and b1 of ``course_lib.mlp``.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.activations import Activation
from course_lib.symbolic.activations import f as generic_f
from course_lib.symbolic.activations import g as generic_g
from course_lib.symbolic.derivation import COLLAPSE, TIDY, Derivation, reduce
from course_lib.symbolic.formula import Formula
from course_lib.symbolic.losses import Loss, half_mse
from course_lib.symbolic.notation import Entry, Partial, Variable, prime
from course_lib.symbolic.outputs import Output, Vector, name_output, output
from course_lib.symbolic.sums import pull_out, sum_over, unprime

_ARGUMENTS = (nt.w1, nt.b1, nt.w2, nt.b2, nt.x, nt.target)
_LETTERS = {
    "w1": nt.w1[nt.i, nt.k],
    "b1": nt.b1[nt.k],
    "x": nt.x[nt.i],
    "z1": nt.z1[nt.k],
    "w2": nt.w2[nt.k, nt.j],
    "b2": nt.b2[nt.j],
    "z2": nt.z2[nt.j],
}


@dataclass(frozen=True)
class TwoLayers:
    """A network of n inputs, h hidden units and m outputs under a loss.

    Parameters
    ----------
    f : activation or softmax
        Of the output layer.
    g : activation
        Of the hidden layer.
    loss : Loss
        The article's 1/(2m) Σ_j (y^d_j - y_j)² unless given.

    Raises
    ------
    ValueError
        If the loss is not made for this output.
    """

    f: Output = generic_f
    g: type[Activation] = generic_g
    loss: Loss = half_mse

    def __post_init__(self) -> None:
        self.loss.check_fits(self.f)

    @property
    def definitions(self) -> tuple[Formula, ...]:
        """L, y_j, z2_j, a1_k and z1_k."""
        entries = nt.y[nt.j], nt.z2[nt.j], nt.a1[nt.k], nt.z1[nt.k]
        values = (
            output(self.f, nt.z2.__getitem__, nt.j),
            _z2(nt.j, nt.a1.__getitem__),
            self.g(nt.z1[nt.k]),
            _z1(nt.k),
        )
        inner: tuple[Formula, ...] = ()
        for entry, value in zip(reversed(entries), reversed(values), strict=True):
            line = Formula(entry, unprime(value), where=inner, arguments=_ARGUMENTS)
            inner = (line, *inner)
        return replace(self.loss.formula(), where=inner, arguments=_ARGUMENTS), *inner

    def derive(self, letter: str) -> Derivation:
        """Differentiate L by w1_ik, b1_k, w2_kj, b2_j, x_i, z1_k or z2_j.

        ``network.derive("w1")`` ends in δ1_k x_i. Its ``result.spell_out("delta1", "delta2")``
        is the same without deltas; ``derive("z1")`` and ``derive("z2")`` derive the deltas.

        Raises
        ------
        ValueError
            For another letter.
        """
        if letter not in _LETTERS:
            raise ValueError(f"no letter {letter!r} here: choose from {', '.join(_LETTERS)}")
        if letter == "z2":
            return self._derive_output_delta()
        below = letter in ("w1", "b1", "x")
        return self._derive_through(self._first() if below else self._second(), _LETTERS[letter])

    @property
    def deltas(self) -> tuple[Formula, ...]:
        """δ1_k and δ2_j: the derivatives of L by z1_k and z2_j."""
        return self._first().deltas

    def _derive_output_delta(self) -> Derivation:
        """Differentiate the loss itself."""
        loss, *inner = self.definitions
        variable = _LETTERS["z2"]
        raw = self.loss.of(lambda index: output(self.f, nt.z2.__getitem__, index)).diff(variable)
        start = replace(
            loss,
            lhs=Partial(nt.L, variable),
            rhs=pull_out(name_output(raw, self.f, nt.z2)),
            note="differentiate",
            where=tuple(inner),
        )
        return Derivation((loss, *inner), reduce(start, self.loss.moves))

    def _derive_through(self, layer: "_Layer", variable: Entry) -> Derivation:
        """Apply the chain rule through the sums z of a layer whose deltas are known."""
        loss, *inner = self.definitions
        index = layer.index
        z = layer.z[index]
        chain = replace(
            loss,
            lhs=Partial(nt.L, variable),
            rhs=sum_over(Partial(nt.L, z) * Partial(z, variable), index),
            note="chain rule",
            where=(*layer.deltas, *inner),
        )
        slope = name_output(layer.value(index).diff(variable), self.g, nt.z1, nt.a1)
        raw = pull_out(sum_over(layer.delta[index] * slope, index))
        start = replace(chain, rhs=raw, note="differentiate")
        given = (loss, *inner, *reversed(layer.deltas))
        return Derivation(given, (chain, *reduce(start, COLLAPSE + TIDY)))

    def _second(self) -> "_Layer":
        by_z = self._derive_output_delta().result
        delta = replace(by_z, lhs=nt.delta2[nt.j], note="derivative of L by z of layer 2")

        def value(index: sp.Symbol) -> sp.Expr:
            return _z2(index, lambda unit: self.g(nt.z1[unit]))

        return _Layer(nt.z2, nt.delta2, prime(nt.j), value, (delta,))

    def _first(self) -> "_Layer":
        second = self._second()
        by_z = self._derive_through(second, _LETTERS["z1"]).result
        delta = replace(by_z, lhs=nt.delta1[nt.k], note="derivative of L by z of layer 1")
        return _Layer(nt.z1, nt.delta1, prime(nt.k), _z1, (delta, *second.deltas))


class _Layer(NamedTuple):
    """The sums z of a layer: their letter and their deltas', their index, value, known deltas."""

    z: Variable
    delta: Variable
    index: sp.Symbol
    value: Vector
    deltas: tuple[Formula, ...]


def _z1(index: sp.Symbol) -> sp.Expr:
    bound = prime(nt.i)
    return sum_over(nt.w1[bound, index] * nt.x[bound], bound) + nt.b1[index]


def _z2(index: sp.Symbol, hidden: Vector) -> sp.Expr:
    bound = prime(nt.k)
    return sum_over(nt.w2[bound, index] * hidden(bound), bound) + nt.b2[index]
