"""Wrong by a factor: the same in all cases, a size of the arguments, or only in direction."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from numpy import absolute, asarray, count_nonzero, isfinite, vdot

from course_lib.grading.cases import Tolerance
from course_lib.grading.evidence import Evidence, Relation, near

MAX_WHOLE = 1e6
"""Larger factors are written as 1.7e+08: nobody counts their digits."""


def a_factor(evidence: Sequence[Evidence], tolerance: Tolerance) -> Relation | None:
    """Yours = c · expected: c the same in all cases, or a size, or only in direction."""
    telling = []
    for item in evidence:
        factor = _factor(item, tolerance)
        if factor is not None and math.isnan(factor):
            return None
        if factor is not None:
            telling.append((factor, item))
    if not telling:
        return None
    if 2 * sum(_close(factor, 1) for factor, _ in telling) > len(telling):
        return None  # right in most: a factor is not what is wrong
    first = telling[0][0]
    if all(_close(factor, first) for factor, _ in telling):
        return Relation("zero" if abs(first) < 1e-12 else f"{number(first)} × the expected")
    return _a_size(telling) or _a_length(telling)


def _factor(item: Evidence, tolerance: Tolerance) -> float | None:
    """Return c with got = c · expected, NaN if there is none, None if every c would do."""
    if item.expected.shape != item.got.shape:
        return math.nan
    e, g = asarray(item.expected, float).ravel(), asarray(item.got, float).ravel()
    if count_nonzero(isfinite(e) & isfinite(g)) < e.size:
        return math.nan
    if not count_nonzero(absolute(e) > tolerance.absolute):
        return None if near(item.expected, item.got, tolerance) else math.nan
    factor = float(vdot(g, e) / vdot(e, e))
    scaled = Tolerance(tolerance.relative, tolerance.absolute * max(1.0, abs(factor)))
    return factor if near(factor * e, g, scaled) else math.nan


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def number(factor: float) -> str:
    """Write a factor as a person would: −1, 1/2, 0.37."""
    minus, size = ("−" if factor < 0 else ""), abs(factor)
    for denominator in (1, 2, 3, 4) if size < MAX_WHOLE else ():
        if _close(size * denominator, round(size * denominator)) and round(size * denominator):
            whole = f"{minus}{round(size * denominator)}"
            return whole if denominator == 1 else f"{whole}/{denominator}"
    return f"{minus}{size:.4g}"


def _a_size(telling: Sequence[tuple[float, Evidence]]) -> Relation | None:
    """Find a size, or a product of sizes, that the factor follows from case to case."""
    names = sorted(set.intersection(*(set(item.numbers) for _, item in telling)))
    for (top, bottom), scale in itertools.product(_ratios(names), (1, -1, 2, -2, 0.5, -0.5)):
        if all(_follows(factor, item, top, bottom, scale) for factor, item in telling):
            return _in_words(top, bottom, scale, _most_telling(telling))
    return None


def _follows(
    factor: float, item: Evidence, top: Sequence[str], bottom: Sequence[str], scale: float
) -> bool:
    below = _product(item, bottom)
    return below != 0 and _close(factor, scale * _product(item, top) / below)


def _ratios(names: Sequence[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Single names first, then products of two, then quotients."""
    yield from (((name,), ()) for name in names)
    yield from (((), (name,)) for name in names)
    for a, b in itertools.combinations_with_replacement(names, 2):
        yield (a, b), ()
        yield (), (a, b)
    yield from (((a,), (b,)) for a, b in itertools.permutations(names, 2))


def _product(item: Evidence, names: Sequence[str]) -> float:
    return math.prod(item.numbers[name] for name in names)


def _most_telling(telling: Sequence[tuple[float, Evidence]]) -> Evidence:
    return next((item for factor, item in telling if not _close(abs(factor), 1.0)), telling[0][1])


def _in_words(
    top: tuple[str, ...], bottom: tuple[str, ...], scale: float, item: Evidence
) -> Relation:
    """Say the factor, what the letters are in one case, and what it means."""
    values = ", ".join(f"{name} = {item.numbers[name]:g}" for name in dict.fromkeys(top + bottom))
    example = f"in case {item.case}, {values}"
    times = "" if scale == 1 else f"{number(scale)} × "
    by = " × ".join(bottom)
    if not bottom:
        words = f"{times}{' × '.join(top)} × the expected"
        return Relation(words, "a division is missing", example)
    if not top:
        return Relation(f"{times}the expected divided by {by}", "one division too many", example)
    return Relation(f"{times}{top[0]}/{by} × the expected", "divided by the wrong number", example)


def _a_length(telling: Sequence[tuple[float, Evidence]]) -> Relation | None:
    """Parallel in every case: says something only where there are two entries or more."""
    if not any(count_nonzero(i.expected) > 1 and not _close(factor, 1) for factor, i in telling):
        return None
    if all(factor > 0 for factor, _ in telling):
        return Relation("proportional to the expected, but by no fixed factor,")
    return Relation("proportional to the expected, but by no fixed factor or sign,")
