"""The order of a textbook for factors and terms.

SymPy sorts both by its own canonical order, which no reader knows. Here a product starts with its
scale, goes on with the error, the slope, the weight and the input, and ends with its sum; a sum
of terms starts with what is positive.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.notation import Entry

_WEIGHTS = (nt.w, nt.w1, nt.w2)
_DELTAS = (nt.delta1, nt.delta2)
_DECAYS = (nt.beta1, nt.beta2)


def _place(factor: sp.Expr) -> tuple[int, str]:
    """Return the place of a factor in a textbook's product; equals stand in alphabetical order."""
    base, _ = factor.as_base_exp()
    of_target = any(entry.base == nt.target for entry in base.atoms(Entry))
    kinds = (
        base.is_Add and of_target,
        isinstance(base, Entry) and base.base in (nt.y, nt.target),
        not isinstance(base, (Entry, sp.KroneckerDelta, sp.Sum, sp.Add)),  # f'(z), a logarithm
        base.is_Add,
        isinstance(base, Entry) and base.base in _WEIGHTS,
        isinstance(base, Entry) and base.base in _DELTAS,
        isinstance(base, Entry),
        isinstance(base, sp.KroneckerDelta),
        True,
    )
    return kinds.index(True), str(factor)


_SLOPE = 2  # what stands before the slope is about the error


class Product(NamedTuple):
    """A product in the order of print: sign, scale, a fraction of the errors, and the rest."""

    negative: bool
    scale: sp.Expr
    above: Sequence[sp.Expr]
    below: Sequence[sp.Expr]
    rest: Sequence[sp.Expr]


def take_apart(product: sp.Expr) -> Product | None:
    """Take a product apart; None where SymPy's own order reads well already."""
    letters = [a for a in product.args if a.has(Entry, sp.Sum, sp.Function)]
    scale = sp.Mul(*(a for a in product.args if a not in letters))
    below = sorted((1 / a for a in letters if a.is_Pow and a.exp.is_negative), key=_place)
    factors = sorted((a for a in letters if 1 / a not in below), key=_place)
    above = [a for a in factors if below and _place(a)[0] < _SLOPE]
    sums_below = sp.fraction(scale)[1].has(sp.Add)
    if not factors or sums_below or (below and not above):
        return None
    negative = is_negative(scale)
    return Product(negative, -scale if negative else scale, above, below, factors[len(above) :])


def ordered_terms(total: sp.Expr) -> list[sp.Expr]:
    """Positive terms first; then a sum, a number, letters with indices, other letters, ε.

    So 1 - y, 1 + e^z and 1 + β, but κ + 1, where there are only plain letters.
    """
    terms = total.as_ordered_terms()
    others = [term for term in terms if not term.is_number]
    plain = bool(others) and all(t.is_Symbol and t not in _DECAYS for t in others)
    if not plain and not total.has(Entry, sp.Function):
        terms.reverse()  # 1 + β + β²

    def place(term: sp.Expr) -> tuple[bool, int, bool, bool]:
        kinds = (
            term.has(sp.Sum),
            term.is_Rational and not plain,
            term.has(Entry, sp.Function),
            not term.is_number and term != nt.epsilon,
            True,
        )
        of_sums = any(factor.is_Add for factor in sp.Mul.make_args(term))
        return is_negative(term), kinds.index(True), of_sums, isinstance(term, Entry)

    return sorted(terms, key=place)


def is_negative(term: sp.Expr) -> bool:
    """Tell whether a term is printed with a minus before it."""
    return bool(term.as_coeff_Mul()[0].is_negative)
