"""Floor 0: the array type of the course, and checks whose messages teach.

Every check names the argument, says what is wrong and where, and raises `ValueError` for a bad
value or `TypeError` for a bad type. A check passes in silence: it returns None.
"""

from __future__ import annotations

import difflib
import functools
import math
import operator
from collections.abc import Collection
from types import EllipsisType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]


def as_floats(name: str, value: npt.ArrayLike) -> Array:
    """Return `value` as an array of floats; whole numbers and booleans become float64.

    An array that already holds floats is returned as it is: no copy, and float32 stays float32.

    Raises
    ------
    TypeError
        If `value` is text, None, complex, or a list whose rows differ in length.
    """
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(
            f"{name} is ragged: its rows differ in length; an array needs rows of one length"
        ) from error
    kind = array.dtype.kind
    if kind == "f":
        return array
    if kind in "biu":
        return array.astype(np.float64)
    got = type(value).__name__ if array.ndim == 0 else f"{type(value).__name__} of {array.dtype}"
    raise TypeError(f"{name} must hold real numbers, got {got}: {_shorten(value)}")


@functools.cache  # once for the whole process
def keep_freed_memory() -> None:
    """Make and free one large array, so that the memory which a step frees serves the next one.

    The C library of Linux hands arrays above 128 KiB back to the system when they are freed, and
    the next step pays for fresh pages: a quarter of its time, for a large network or a thousand
    small ones. Once it has seen a larger array freed, it keeps what is smaller. Nothing is written
    here, so no memory is used; on other systems nothing changes.
    """
    np.empty(2**24, dtype=np.uint8)


def check_shape(
    name: str,
    array: npt.NDArray[Any],
    expected_shape: tuple[int | str | EllipsisType, ...],
    hint: str = "",
) -> None:
    """Refuse an array of another shape than `expected_shape`.

    An integer must match; a word stands for any length and says its meaning, as in
    `("samples", 32)`; a `...` at the end stands for any further axes, as in `(2, ...)`.

    Raises
    ------
    ValueError
        With both shapes and the hint, which says what to try.
    """
    open_ended = expected_shape[-1:] == (...,)
    lengths = expected_shape[:-1] if open_ended else expected_shape
    shape = array.shape[: len(lengths)] if open_ended else array.shape
    matches = len(shape) == len(lengths) and all(
        isinstance(expected, str) or got == expected
        for got, expected in zip(shape, lengths, strict=True)
    )
    if not matches:
        raise ValueError(
            f"{name} has shape {array.shape}, expected {_show(expected_shape)}{_tail(hint)}"
        )


def is_finite(array: Array) -> bool:
    """Tell whether no entry is NaN or infinite.

    The dot product of the array with itself is finite only if every entry is, and costs a tenth
    of `np.isfinite(array).all()`. It may overflow for large entries: then each one is looked at.
    """
    return math.isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def check_finite(name: str, array: Array, hint: str = "") -> None:
    """Refuse NaN and infinity.

    Raises
    ------
    ValueError
        With the first bad entry, its index, and how many there are.
    """
    if is_finite(array):
        return
    bad = ~np.isfinite(array)
    raise ValueError(
        f"{name} must be finite, {_first(name, array, bad)}"
        f" ({np.count_nonzero(bad)} of {array.size} entries are NaN or infinite){_tail(hint)}"
    )


def check_positive(
    name: str, value: npt.ArrayLike, hint: str = "", *, infinite: bool = False
) -> None:
    """Refuse a number, or an array with an entry, that is not above 0.

    NaN is refused, and so is infinity unless `infinite` allows it (a threshold that never clips).

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        With the first bad entry and its index.
    """
    array = as_floats(name, value)
    good = (array > 0) & (infinite | (array < math.inf))
    _require(name, array, good, "positive" if infinite else "positive and finite", hint)


def check_non_negative(name: str, value: npt.ArrayLike, hint: str = "") -> None:
    """Refuse a number, or an array with an entry, that is below 0, NaN or infinite.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        With the first bad entry and its index.
    """
    array = as_floats(name, value)
    _require(name, array, (array >= 0) & (array < math.inf), "0 or more, and finite", hint)


def check_in_unit_interval(name: str, value: npt.ArrayLike, hint: str = "") -> None:
    """Refuse a number, or an array with an entry, outside [0, 1): 0 is allowed and 1 is not.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        With the first bad entry and its index.
    """
    array = as_floats(name, value)
    _require(name, array, (array >= 0) & (array < 1), "in [0, 1)", hint)


def check_count(name: str, value: int, minimum: int = 1, hint: str = "") -> None:
    """Refuse what is not a whole number, or is below `minimum`.

    Raises
    ------
    TypeError
        If `value` is not an integer; 2.0 is a float.
    ValueError
        If `value` is below `minimum`.
    """
    try:
        count = operator.index(value)
    except TypeError as error:
        raise TypeError(
            f"{name} must be a whole number (int), got {_shorten(value)}{_tail(hint)}"
        ) from error
    if count < minimum:
        raise ValueError(f"{name} must be {minimum} or more, got {count}{_tail(hint)}")


def check_rng(rng: np.random.Generator) -> None:
    """Refuse a random source that is not a `numpy.random.Generator`.

    Raises
    ------
    TypeError
        Which says how a seed becomes a generator.
    """
    if not isinstance(rng, np.random.Generator):
        seed = rng if isinstance(rng, int) else 0
        raise TypeError(
            f"rng must be a numpy Generator, got {_shorten(rng)};"
            f" try rng=np.random.default_rng({seed})"
        )


def check_choice(name: str, value: object, choices: Collection[str]) -> None:
    """Refuse a name that is not one of `choices`.

    Raises
    ------
    ValueError
        With the choices, and the nearest of them if one is near.
    """
    if isinstance(value, str) and value in choices:
        return
    near = difflib.get_close_matches(str(value).lower(), choices, n=1)
    suggestion = f"; did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(repr(choice) for choice in choices)
    raise ValueError(f"unknown {name} {_shorten(value)}; choose from {listed}{suggestion}")


def _require(name: str, array: Array, good: npt.NDArray[np.bool_], what: str, hint: str) -> None:
    if not np.all(good):
        raise ValueError(f"{name} must be {what}, {_first(name, array, ~good)}{_tail(hint)}")


def _first(name: str, array: Array, bad: npt.NDArray[np.bool_]) -> str:
    """Say the first bad entry in reading order, and where it stands."""
    if array.ndim == 0:
        return f"got {array.item()}"
    index = np.unravel_index(int(np.argmax(bad)), array.shape)
    place = ", ".join(str(int(i)) for i in index)
    return f"got {name}[{place}] = {array[index].item()}"


def _show(shape: tuple[int | str | EllipsisType, ...]) -> str:
    words = ["..." if length is ... else str(length) for length in shape]
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _tail(hint: str) -> str:
    return f"; {hint}" if hint else ""
