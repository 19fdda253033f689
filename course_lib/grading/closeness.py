"""How near two arrays are, and what it is that keeps them apart."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy import (
    absolute,
    argwhere,
    asarray,
    count_nonzero,
    float32,
    float64,
    isfinite,
)

from course_lib.grading.cases import FunctionCases, Tolerance
from course_lib.grading.describe import show_apart
from course_lib.grading.results import Problem
from course_lib.grading.values import Value


class Leaf(NamedTuple):
    """A number or an array within a result, its name, and what it should be."""

    name: str
    expected: Value
    got: Value


def is_right(leaf: Leaf, function: FunctionCases) -> bool:
    """Tell whether one number or array is what it should be, and nothing more."""
    expected, got = asarray(leaf.expected), asarray(leaf.got)
    if expected.shape != got.shape:
        return False
    return all_near(expected, got, function.tolerance)


def compare_leaf(leaf: Leaf, function: FunctionCases) -> Problem | None:
    """Return what is wrong with one number or array, None for a right one."""
    expected, got = asarray(leaf.expected), asarray(leaf.got)
    if expected.shape != got.shape:
        letters = function.returns.get(leaf.name, "")
        meaning = f", that is {letters}" if letters else ""
        sentence = f"{leaf.name} has shape {got.shape}; expected {expected.shape}{meaning}."
        return Problem("shape", sentence)
    if expected.dtype == got.dtype and expected.tobytes() == got.tobytes():
        return None
    wrong = far(expected, got, function.tolerance)
    if not count_nonzero(wrong):
        return None
    return (
        _dtype_problem(leaf.name, expected, got)
        or _finite_problem(leaf.name, expected, got)
        or _value_problem(leaf.name, expected, got, wrong)
    )


def all_near(expected: npt.NDArray[Any], got: npt.NDArray[Any], tolerance: Tolerance) -> bool:
    """Tell whether no entry is further off than the tolerance allows; the shapes are equal."""
    if expected.dtype == got.dtype and expected.tobytes() == got.tobytes():
        return True
    return not count_nonzero(far(expected, got, tolerance))


def far(
    expected: npt.NDArray[Any], got: npt.NDArray[Any], tolerance: Tolerance
) -> npt.NDArray[np.bool_]:
    """Tell for each entry whether it is further off than the tolerance allows.

    NaN is near NaN, and an infinity near itself. Whoever compares numbers of any size ignores
    NumPy's warnings around all of it, since each `errstate` costs as much as a comparison.
    """
    e, g = asarray(expected, float64), asarray(got, float64)
    near = within(e, g, tolerance)
    finite = isfinite(e)
    if count_nonzero(finite) == e.size:  # then neither an infinity nor a NaN is near
        return asarray(~near)
    alike = (e == g) | ((e != e) & (g != g))
    wrong: npt.NDArray[np.bool_] = ~((near & finite & isfinite(g)) | alike)
    return wrong


def within(expected: Any, got: Any, tolerance: Tolerance) -> Any:
    """Tell of finite numbers, or arrays of them, whether they are as near as they must be."""
    return abs(got - expected) <= tolerance.absolute + tolerance.relative * abs(expected)


def _dtype_problem(name: str, expected: npt.NDArray[Any], got: npt.NDArray[Any]) -> Problem | None:
    """Blame the dtype where it alone explains the numbers."""
    if got.dtype == expected.dtype or expected.dtype.kind != "f" or not expected.ndim:
        return None
    if got.dtype.kind == "b":
        return Problem("dtype", f"{name} holds truth values (bool); expected numbers.")
    if got.dtype.kind == "i" and bool((absolute(got - expected) < 1).all()):
        return Problem(
            "dtype",
            f"{name} holds {got.dtype}, so the decimals are lost; expected {expected.dtype}. An"
            " array made by zeros_like or copy of whole numbers holds whole numbers:"
            " give dtype=float.",
        )
    if got.dtype == float32 and all_near(expected, got, Tolerance(1e-5, 1e-6)):
        return Problem("dtype", f"{name} is float32, which keeps 7 digits; expected float64.")
    return None


def _finite_problem(name: str, expected: npt.NDArray[Any], got: npt.NDArray[Any]) -> Problem | None:
    bad = isfinite(expected) & ~isfinite(got)
    if not count_nonzero(bad):
        return None
    place = _place(name, argwhere(bad)[0])
    count = f" ({count_nonzero(bad)} of {bad.size} entries are not finite)" if bad.ndim else ""
    return Problem("finite", f"{place} is {got[bad].ravel()[0]}; expected a finite number{count}.")


def _value_problem(
    name: str, expected: npt.NDArray[Any], got: npt.NDArray[Any], wrong: npt.NDArray[np.bool_]
) -> Problem:
    def words() -> str:
        at = tuple(argwhere(wrong)[0])
        e, g = show_apart(expected[at].item(), got[at].item())
        return f"{_place(name, at)} is {g}; expected {e}."

    return Problem("value", words)


def _place(name: str, index: Any) -> str:
    return f"{name}[{', '.join(str(i) for i in index)}]" if len(index) else name
