"""The outputs of a layer: an activation of each sum, or the softmax of all of them."""

from collections.abc import Callable

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.activations import Activation
from course_lib.symbolic.notation import Entry, Variable, prime
from course_lib.symbolic.sums import pull_out, sum_over

Vector = Callable[[sp.Symbol], sp.Expr]  # an expression for each index
Output = type[Activation] | Callable[[Vector, sp.Symbol], sp.Expr]

_OTHER = prime(nt.j, 2)  # softmax sums over all outputs, inside a loss that already does


def softmax(logits: Vector, index: sp.Symbol) -> sp.Expr:
    """Return e^{z_j} / Σ_j' e^{z_j'}: it takes all of z, hence is no ``Activation``."""
    return sp.exp(logits(index)) / sum_over(sp.exp(logits(_OTHER)), _OTHER)


def output(activation: Output, logits: Vector, index: sp.Symbol) -> sp.Expr:
    """Return y_j in terms of the logits."""
    if isinstance(activation, type):
        return activation(logits(index))
    return activation(logits, index)


def name_output(
    expr: sp.Expr, activation: Output, z: Variable = nt.z, y: Variable = nt.y
) -> sp.Expr:
    """Write y_j for f(z_j), wherever it occurs."""

    def is_logit(e: sp.Basic) -> bool:
        return isinstance(e, Entry) and bool(e.base == z)

    def is_value(e: sp.Basic) -> bool:
        return isinstance(e, Activation) and e.func == activation and is_logit(e.args[0])

    if activation is softmax:
        return _name_softmax(expr, is_logit, y)
    return expr.replace(is_value, lambda e: y[e.args[0].indices])


def _name_softmax(expr: sp.Expr, is_logit: Callable[[sp.Basic], bool], y: Variable) -> sp.Expr:
    """Replace each exponential by its share y_j of their total; the total cancels."""
    total = sp.Dummy(positive=True)
    named = expr.replace(
        lambda e: isinstance(e, sp.Sum) and isinstance(e.function, sp.exp), lambda _: total
    ).replace(
        lambda e: isinstance(e, sp.exp) and is_logit(e.args[0]),
        lambda e: y[e.args[0].indices] * total,
    )
    return pull_out(named)
