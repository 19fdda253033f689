"""The moves on sums that lead from one line of a derivation to the next.

SymPy differentiates a sum of general length into a sum with Kronecker deltas: the derivative of
w_{i'j'} by w_ij is 1 where i' = i and j' = j, else 0. What is left is bookkeeping.
"""

from collections.abc import Mapping

import sympy as sp
from sympy.concrete.delta import deltasummation

from course_lib.symbolic import notation as nt
from course_lib.symbolic.notation import Entry, prime


def sum_over(term: sp.Expr, index: sp.Symbol) -> sp.Sum:
    """Return the sum of a term over the whole range of its index: over 1..n for i and i'."""
    return sp.Sum(term, (index, 1, nt.RANGES[unprimed(index)]))


def unprimed(index: sp.Symbol) -> sp.Symbol:
    """Return the free twin of a bound index: i' -> i."""
    return sp.Symbol(index.name.rstrip("'"), integer=True)


def write_out(expr: sp.Expr, values: Mapping[sp.Symbol, sp.Integer]) -> sp.Expr:
    """Set letters to numbers; write out every sum whose range is then a number."""

    def total(part: sp.Sum) -> sp.Expr:
        index, low, high = part.limits[0]
        numbers = map(sp.Integer, range(low, high + 1))
        return sp.Add(*(part.function.xreplace({index: number}) for number in numbers))

    sizes = {letter: value for letter, value in values.items() if letter not in nt.RANGES}
    written = expr.xreplace(sizes).replace(
        lambda e: isinstance(e, sp.Sum) and e.limits[0][2].is_Integer, total
    )
    # An index may be bound in one place and free in another: subs tells them apart
    return written.subs({letter: values[letter] for letter in values if letter not in sizes})


def collapse(expr: sp.Expr, index: sp.Symbol) -> sp.Expr:
    """Let the Kronecker delta in a sum over ``index`` pick its one term.

    A free index lies inside its range by definition, so SymPy's case distinction is dropped.
    """
    collapsed = expr.replace(
        lambda e: isinstance(e, sp.Sum) and e.limits[0][0] == index and e.has(sp.KroneckerDelta),
        lambda e: deltasummation(e.function, e.limits[0], no_piecewise=True),
    )
    return pull_out(collapsed)


def pull_out(expr: sp.Expr) -> sp.Expr:
    """Move the factors that do not depend on the index, and a common minus, before each sum."""

    def split(total: sp.Sum) -> sp.Expr:
        body = _orient(sp.factor_terms(total.function, sign=True))
        outside, inside = body.as_independent(total.limits[0][0], as_Add=False)
        return outside * total.func(inside, *total.limits)

    return _orient(expr.replace(lambda e: isinstance(e, sp.Sum), split))


def _orient(expr: sp.Expr) -> sp.Expr:
    """Write factors as 1 - y rather than y - 1, and move the minus to the front."""

    def is_backward(factor: sp.Expr) -> bool:
        base, exponent = factor.as_base_exp()
        return bool(base.is_Add and base.as_coeff_Add()[0].is_negative and exponent.is_odd)

    def flip(product: sp.Expr) -> sp.Expr:
        backward = [factor.as_base_exp() for factor in product.args if is_backward(factor)]
        others = [factor for factor in product.args if not is_backward(factor)]
        turned = [(-base) ** exponent for base, exponent in backward]
        return sp.Mul((-1) ** len(backward), *others, *turned)

    return expr.replace(lambda e: e.is_Mul and any(map(is_backward, e.args)), flip)


def tidy(expr: sp.Expr) -> sp.Expr:
    """Multiply out and factor, where that leaves fewer letters: y^d(1 - y) - (1 - y^d)y = y^d - y.

    An expression that gains nothing keeps its form, so (y^d - y) y (1 - y) stays as it is.
    """
    one_fraction = expr.replace(_adds_fractions, sp.factor)
    inside = one_fraction.replace(
        lambda e: isinstance(e, sp.Sum), lambda e: e.func(_shortest(e.function), *e.limits)
    )
    return pull_out(_shortest(inside))


def _adds_fractions(expr: sp.Expr) -> bool:
    """Tell whether an expression is a sum of terms like y^d/y."""
    return bool(expr.is_Add and any(e.is_Pow and e.exp.is_negative for e in expr.atoms(sp.Pow)))


def _shortest(expr: sp.Expr) -> sp.Expr:
    factored = sp.factor(sp.expand(expr))
    return factored if _letters(factored) < _letters(expr) else expr


def _letters(expr: sp.Expr) -> int:
    return sum(isinstance(e, (Entry, sp.Symbol)) for e in sp.preorder_traversal(expr))


def merge(expr: sp.Expr) -> sp.Expr:
    """Write a total of sums over one range as one sum: their indices may have any primes."""
    if not expr.is_Add or not all(term.has(sp.Sum) for term in expr.args):
        return expr
    terms = [_one_sum(term) for term in sp.Add.make_args(sp.expand(expr))]
    (index,) = {index for index, _ in terms}
    return sum_over(sp.Add(*(body for _, body in terms)), index)


def _one_sum(term: sp.Expr) -> tuple[sp.Symbol, sp.Expr]:
    """Return unprimed index and body of a term that is a factor times a sum."""
    (total,) = (factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.Sum))
    index = total.limits[0][0]
    body = term / total * total.function
    return unprimed(index), body.xreplace({index: unprimed(index)})


def unprime(expr: sp.Expr, taken: frozenset[sp.Symbol] = frozenset()) -> sp.Expr:
    """Give bound indices names with as few primes as the free and the outer ones allow."""
    taken = taken | expr.free_symbols
    if isinstance(expr, sp.Sum):
        index, low, high = expr.limits[0]
        names = (prime(unprimed(index), times) for times in range(3))
        new = next(name for name in names if name not in taken)
        body = unprime(expr.function.xreplace({index: new}), taken)
        return sp.Sum(body, (new, low, high))
    if not expr.args or isinstance(expr, Entry):
        return expr
    return expr.func(*(unprime(argument, taken) for argument in expr.args))
