"""Values as text: what a learner sees of an argument, of the expected result, of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
from numpy import array2string, ndarray, printoptions

from course_lib.grading.values import Build, Value, split_keywords

DIGITS = 4
MAX_CHARACTERS = 600


def show(value: Value, digits: int = DIGITS) -> str:
    """Write a value as Python would, rounded, and shortened in the middle where it is long."""
    text = _show(value, digits)
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 4]} ..."


def show_apart(expected: Value, got: Value) -> tuple[str, str]:
    """Write two values with as many digits as it takes to see that they differ."""
    for digits in (DIGITS, 8, 12, 17):
        texts = show(expected, digits), show(got, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _show(value: Value, digits: int) -> str:
    if isinstance(value, ndarray):
        return _show_array(value, digits)
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return repr(value)
    if isinstance(value, float):
        return _show_float(value, digits)
    if isinstance(value, Build):
        return _show_build(value, digits)
    items = [_show(item, digits) for item in value]
    if isinstance(value, list):
        return f"[{', '.join(items)}]"
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _show_float(value: float, digits: int) -> str:
    text = f"{value + 0.0:.{digits}g}"  # -0.0 becomes 0.0
    return text if any(mark in text for mark in ".eni") else f"{text}.0"


def _show_array(array: npt.NDArray[Any], digits: int) -> str:
    """Every option is given: a learner's `np.set_printoptions` changes nothing."""
    if array.size == 0:
        return f"[] of shape {array.shape}"
    array = array + 0.0 if array.dtype.kind == "f" else array  # -0.0 becomes 0.0
    with printoptions(
        precision=digits,
        suppress=False,
        floatmode="maxprec_equal",
        threshold=64,
        edgeitems=3,
        linewidth=72,
        sign="-",
        nanstr="nan",
        infstr="inf",
        formatter=None,
        legacy=False,
    ):
        return array2string(array, separator=", ")


def _show_build(build: Build, digits: int) -> str:
    """Write `quadratic(kappa=10.0).loss`: as a learner would make it."""
    name = build.target.partition(":")[2]
    settings = ", ".join(f"{key}={_show(setting, digits)}" for key, setting in build.settings)
    return name.replace("()", f"({settings})")


def show_arguments(
    case: Sequence[Value], parameters: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Name and write each argument of a case."""
    positional, named = split_keywords(case)
    pairs = [*zip(parameters, positional, strict=False), *named.items()]
    return tuple((name, show(argument)) for name, argument in pairs)


def describe(value: Value) -> str:
    """Say what kind of thing a value is: "an array of shape (3,)"."""
    if value is None:
        return "None"
    if isinstance(value, ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"a tuple of length {len(value)}"
    if isinstance(value, list):
        return f"a list of length {len(value)}"
    for kind, words in _KINDS.items():
        if isinstance(value, kind):
            return words
    return "a function" if isinstance(value, Build) else type(value).__name__


_KINDS: dict[type, str] = {
    bool: "a truth value (bool)",
    int: "a number (int)",
    float: "a number (float)",
    str: "a text (str)",
}


def sizes(case: Sequence[Value], parameters: Mapping[str, str]) -> dict[str, int]:
    """Read off what each letter of the shapes stands for in a case: {"n": 3, "m": 2}."""
    found: dict[str, int] = {}
    for (_, shape), argument in zip(parameters.items(), case, strict=False):
        letters = [letter for letter in shape.strip("()").replace(" ", "").split(",") if letter]
        if isinstance(argument, ndarray) and len(letters) == argument.ndim:
            for letter, length in zip(letters, argument.shape, strict=True):
                found.setdefault(letter, length)
    return {letter: length for letter, length in found.items() if letter.isidentifier()}
