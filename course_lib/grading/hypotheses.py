"""Hypotheses on how a wrong result is related to the expected one, over all cases at once.

Each looks at the same part of the result in every case, and returns a `Relation`, or None if it
does not hold.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from numpy import (
    absolute,
    asarray,
    count_nonzero,
    empty,
    floor,
    maximum,
    minimum,
    ndarray,
    reciprocal,
    rint,
    sign,
    sqrt,
    square,
    zeros,
)

from course_lib.grading.cases import Tolerance
from course_lib.grading.closeness import far
from course_lib.grading.evidence import Evidence, Hypothesis, Numbers, Relation, near
from course_lib.grading.factors import a_factor, number
from course_lib.grading.values import key


def transposed(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours = expected, rows and columns exchanged."""
    if all(i.expected.ndim == 2 and near(i.expected.T, i.got, tolerance) for i in evidence):
        return Relation("the expected transposed")
    return None


def reversed_order(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours = expected, read from its end."""
    if all(i.expected.ndim and near(i.expected[::-1], i.got, tolerance) for i in evidence):
        return Relation("the expected in reverse order")
    return None


def reshaped(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours holds the right numbers in another shape."""
    wrong = [item for item in evidence if item.expected.shape != item.got.shape]
    if not wrong or not all(near(i.expected.ravel(), i.got.ravel(), tolerance) for i in evidence):
        return None
    shapes = f"{wrong[0].got.shape} for {wrong[0].expected.shape}"
    return Relation("right but for the shape", shapes)


def not_reduced(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours is what the expected is the sum, the mean or the maximum of, or the other way."""
    axes: tuple[int | None, ...] = (0, 1, None)
    for axis, (name, reduce) in itertools.product(axes, _REDUCTIONS.items()):
        along = "over everything" if axis is None else f"over axis {axis}"
        if all(near(i.expected, _reduced(reduce, i.got, axis), tolerance) for i in evidence):
            return Relation(f"right but for a {name} {along}", "it is missing")
        if all(near(_reduced(reduce, i.expected, axis), i.got, tolerance) for i in evidence):
            return Relation(f"the expected after a {name} {along}", "one too many")
    return None


_REDUCTIONS: dict[str, Callable[..., Any]] = {
    "sum": ndarray.sum,
    "mean": ndarray.mean,
    "maximum": ndarray.max,
}


def _reduced(reduce: Callable[..., Any], array: Numbers, axis: int | None) -> Numbers:
    """Reduce along the axis; an empty array, equal to none, where that cannot be."""
    if array.size == 0 or array.ndim == 0 or (axis is not None and axis >= array.ndim):
        return empty((0, 0, 0))
    return asarray(reduce(array, axis=axis))


def an_offset(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours = expected + c."""
    if not _same_shapes(evidence) or sum(item.got.size for item in evidence) < 3:
        return None
    offset = float((evidence[0].got.astype(float) - evidence[0].expected).flat[0])
    margin = Tolerance(tolerance.relative, tolerance.absolute + 1e-12 * abs(offset))
    shifted = (near(i.expected, i.got.astype(float) - offset, margin) for i in evidence)
    if math.isfinite(offset) and all(shifted):
        return Relation(f"the expected {'+' if offset > 0 else '−'} {number(abs(offset))}")
    return None


def a_function(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours = a simple function of the expected, entry by entry."""
    for relation, function in _FUNCTIONS.items():
        if all(near(function(i.expected.astype(float)), i.got, tolerance) for i in evidence):
            return relation
    return None


_FUNCTIONS: dict[Relation, Callable[[Numbers], Numbers]] = {
    Relation("the absolute value of the expected", "a sign is lost"): absolute,
    Relation("the expected with 0 for its negative entries"): lambda e: maximum(e, 0.0),
    Relation("the expected with 0 for its positive entries"): lambda e: minimum(e, 0.0),
    Relation("the sign of the expected alone"): sign,
    Relation("the square of the expected", "a root is missing"): square,
    Relation("the square root of the expected", "one root too many"): sqrt,
    Relation("one over the expected"): reciprocal,
    Relation("the expected rounded"): rint,
    Relation("the expected rounded down"): floor,
}


def ignores_arguments(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours is the same in cases that differ in one argument, and should not be."""
    names = dict.fromkeys(name for item in evidence for name in item.arguments)
    found = {name: _same_though(evidence, name, tolerance) for name in names}
    name = max(found, key=lambda name: len(found[name]), default="")
    if not name or not found[name]:
        return None
    (a, b), *more = found[name]
    others = f", and in {len(more)} more such pairs" if len(more) > 1 else ""
    return Relation(f"the same in cases {a} and {b}, which differ in {name} alone{others}")


def _same_though(
    evidence: Sequence[Evidence], name: str, tolerance: Tolerance
) -> list[tuple[int, int]]:
    """Return the pairs of cases that this one argument should make differ; none if any does."""
    same = []
    for cases in _alike_but_for(evidence, name):
        for a, b in itertools.combinations(cases, 2):
            if not near(a.expected, b.expected, tolerance):
                if not near(a.got, b.got, tolerance):
                    return []
                same.append((a.case, b.case))
    return same


def _alike_but_for(evidence: Sequence[Evidence], name: str) -> Iterable[Sequence[Evidence]]:
    """Gather the cases whose other arguments are the same."""
    groups: dict[object, list[Evidence]] = {}
    for item in evidence:
        if name in item.arguments:
            others = tuple((n, key(v)) for n, v in item.arguments.items() if n != name)
            groups.setdefault(others, []).append(item)
    return groups.values()


def some_entries(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours is right but for entries that have something in common."""
    if not _same_shapes(evidence) or all(item.expected.size < 2 for item in evidence):
        return None
    wrong = [(item, far(item.expected, item.got, tolerance)) for item in evidence]
    if not any(0 < count_nonzero(mask) < mask.size for _, mask in wrong):
        return None
    for words, belongs in _PLACES.items():
        if not any(count_nonzero(mask & ~belongs(item)) for item, mask in wrong):
            return Relation(words)
    return None


def _at(place: int) -> Callable[[Evidence], Numbers]:
    """Mark the first or last entry (or row)."""

    def mark(item: Evidence) -> Numbers:
        marks = zeros(item.expected.shape, dtype=bool)
        if marks.ndim and len(marks):
            marks[place] = True
        return marks

    return mark


_PLACES: dict[str, Callable[[Evidence], Numbers]] = {
    "right but for its first entry": _at(0),
    "right but for its last entry": _at(-1),
    "right wherever the expected is not 0; its other entries should be 0": (
        lambda item: item.expected == 0
    ),
    "right but for entries where it is 0 and should not be": lambda item: item.got == 0,
    "right but for the sign of some entries": lambda item: item.got == -item.expected,
}


def some_cases(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours is right in exactly the cases that have a fact in common, such as n = 1."""
    right = {item.case for item in evidence if near(item.expected, item.got, tolerance)}
    for fact in sorted(set().union(*(item.facts for item in evidence))):
        having = {item.case for item in evidence if fact in item.facts}
        if having and having == right:
            return Relation(f"right in {_cases(right)} with {fact}, wrong in all others")
        if having and right and len(having) + len(right) == len(evidence) and not having & right:
            return Relation(f"wrong in {_cases(having)} with {fact}, right in all others")
    return None


def _cases(cases: Collection[int]) -> str:
    return f"the {len(cases)} cases" if len(cases) > 1 else "the one case"


def _same_shapes(evidence: Sequence[Evidence]) -> bool:
    return all(item.expected.shape == item.got.shape for item in evidence)


IN_ALL_CASES: tuple[Hypothesis, ...] = (
    *(transposed, a_factor, reshaped, not_reduced, an_offset, a_function, reversed_order),
)
"""Relations that hold in every case; a square or a palindrome does not settle the question."""

IN_SOME: tuple[Hypothesis, ...] = (ignores_arguments, some_entries, some_cases)
"""What yours does not depend on, or what its wrong entries or cases have in common."""
