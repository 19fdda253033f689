"""The value model: all that may be an argument or a result.

A value is None, a bool, an int, a float, a bounded str, an ndarray of float64, float32, int64 or
bool, a list or tuple of values, or a `Build`: an input that is not data (a function, a generator),
named here and built by the process that calls the learner's function.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from numpy import ndarray

MAX_DEPTH = 6
MAX_ITEMS = 10_000
MAX_ELEMENTS = 1 << 22
MAX_TEXT = 10_000
MAX_BITS = 63
DTYPES = ("float64", "float32", "int64", "bool")


@dataclass(frozen=True)
class Build:
    """An input that is not data: where it comes from, and the settings it is made with.

    Attributes
    ----------
    target : str
        `"package.module:name"` is the object itself; `"package.module:name()"` is what it returns
        when called with the settings; either may go on with attributes, as in
        `"course_lib.landscapes:quadratic().loss_and_gradient"`. The module is one of `course_lib`
        or `numpy.random`; no name starts with an underscore.
    settings : tuple of (name, value)
        Passed by name.

    Raises
    ------
    ValueError
        If the target is anything else: nothing outside these two can be reached.
    """

    target: str
    settings: tuple[tuple[str, Value], ...] = ()

    def __post_init__(self) -> None:
        match = _TARGET.fullmatch(self.target)
        if match is None:
            raise ValueError(
                f"cannot build {self.target!r}; a target reads course_lib.MODULE:NAME or"
                " numpy.random:NAME, with () to call it and .NAME for an attribute"
            )
        if self.settings and not match["call"]:
            raise ValueError(f"{self.target!r} is not called, so it takes no settings: add ()")


Value: TypeAlias = (
    bool | int | float | str | npt.NDArray[Any] | list[Any] | tuple[Any, ...] | Build | None
)

_NAME = r"[A-Za-z]\w*"
_TARGET = re.compile(
    rf"(?P<module>course_lib(?:\.{_NAME})+|numpy\.random):(?P<name>{_NAME})"
    rf"(?P<call>\(\))?(?P<attributes>(?:\.{_NAME})*)",
    re.ASCII,
)
_KEYWORDS = "course_lib.grading.values:keywords()"


def keywords(**settings: Any) -> Build:
    """Make the arguments that a call passes by name; they stand last in a case."""
    return Build(_KEYWORDS, tuple(settings.items()))


def split_keywords(case: Sequence[Value]) -> tuple[tuple[Value, ...], dict[str, Value]]:
    """Separate a case into what is passed by place and what is passed by name."""
    last = case[-1] if case else None
    if isinstance(last, Build) and last.target == _KEYWORDS:
        return tuple(case[:-1]), dict(last.settings)
    return tuple(case), {}


class UnsupportedValue(TypeError):
    """A value outside the model; `type_name` says what it was."""

    def __init__(self, type_name: str) -> None:
        super().__init__(f"{type_name} is not a value that a case can hold")
        self.type_name = type_name


def normalize(value: object) -> Value:
    """Return the value in its plain form: base arrays, Python scalars, lists, tuples.

    No method of the value itself is called, so an object that lies about equality, length or
    content is refused and never believed.

    Raises
    ------
    UnsupportedValue
        If it is outside the model, nested too deep, or too large as a whole.
    """
    return cast(Value, _plain(value, MAX_DEPTH, _Room()))


class _Room:
    """What is left of the size that one value may have, all its parts together."""

    elements = MAX_ELEMENTS

    def take(self, elements: int, what: str) -> None:
        self.elements -= elements
        if self.elements < 0:
            raise UnsupportedValue(f"{what} too large (more than {MAX_ELEMENTS} numbers)")


def _plain(value: Any, depth: int, room: _Room) -> Any:
    kind = type(value)
    if kind is ndarray:
        return _plain_array(value, room)
    room.take(1, "value")
    if kind is np.str_:
        value, kind = value.item(), str
    if id(kind) in _SCALARS:
        return value.item()
    if kind is float:
        return value
    if kind is str:
        if len(value) > MAX_TEXT:
            raise UnsupportedValue(f"str of more than {MAX_TEXT} characters")
        return value
    for base in (list, tuple):
        if issubclass(kind, base):
            return _plain_items(base, value, depth, room)
    if kind is int and value.bit_length() > MAX_BITS:
        raise UnsupportedValue(f"int of more than {MAX_BITS} bits")
    if value is None or id(kind) in _PLAIN:
        return value
    raise UnsupportedValue(_name_of(kind))


def _plain_items(base: Any, value: object, depth: int, room: _Room) -> Any:
    """Read a list or tuple through the base class, whatever a subclass makes of its methods."""
    if depth == 0:
        raise UnsupportedValue(f"{base.__name__} nested more than {MAX_DEPTH} deep")
    if base.__len__(value) > MAX_ITEMS:
        raise UnsupportedValue(f"{base.__name__} of more than {MAX_ITEMS} items")
    return base([_plain(item, depth - 1, room) for item in base.__iter__(value)])


def _name_of(kind: type) -> str:
    """Read the name that `class` gave, past a metaclass that would give another."""
    return str(type.__dict__["__name__"].__get__(kind))[:100]


# Types are known by identity: a metaclass may say that its classes are equal to others.
_PLAIN = frozenset(map(id, (bool, int, Build)))
_SCALARS = frozenset(
    map(id, (np.float64, np.float32, np.int64, np.int32, np.int16, np.int8, np.uint8, np.bool_))
)
_WIDENED = {np.dtype(name): np.dtype(np.int64) for name in ("i1", "i2", "i4", "u1", "u2", "u4")}
_NATIVE = {np.dtype(name): np.dtype(name) for name in DTYPES} | _WIDENED
_PLAIN_DTYPES = _NATIVE | {given.newbyteorder(): dtype for given, dtype in _NATIVE.items()}


def _plain_array(array: npt.NDArray[Any], room: _Room) -> npt.NDArray[Any]:
    """Widen short integers; refuse every dtype that the model lacks."""
    dtype = _PLAIN_DTYPES.get(array.dtype)
    if dtype is None:
        raise UnsupportedValue(f"ndarray of {array.dtype.name[:50]}")
    room.take(array.size + 1, "ndarray")
    return array.copy() if dtype is array.dtype else array.astype(dtype, order="C")


def copy(value: Value) -> Value:
    """Return a copy that shares no memory with the value; a `Build` is frozen and stays."""
    if isinstance(value, ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(copy(item) for item in value)
    return value


def same(a: Any, b: Any) -> bool:
    """Tell whether two values are the same to the last bit, dtype and shape included."""
    kind = type(a)
    if type(b) is not kind:
        return False
    if kind is ndarray:
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if kind is list or kind is tuple:
        return len(a) == len(b) and all(map(same, a, b))
    return key(a) == key(b)


def key(value: Value) -> Hashable:
    """Return what is equal for values that are the same to the last bit, and for no others."""
    if isinstance(value, ndarray):
        return ndarray, value.dtype, value.shape, value.tobytes()
    if isinstance(value, (list, tuple)):
        return type(value), *map(key, value)
    if isinstance(value, Build):
        return Build, value.target, key(value.settings)
    return type(value), value.hex() if isinstance(value, float) else value


def build(value: Value) -> Any:
    """Return the argument itself: a copy of data, or the object that a `Build` names.

    Raises
    ------
    ImportError, AttributeError
        If the target does not exist.
    """
    if isinstance(value, ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(build(item) for item in value)
    if not isinstance(value, Build):
        return value
    match = _TARGET.fullmatch(value.target)
    assert match is not None  # __post_init__ has seen to it
    made = getattr(importlib.import_module(match["module"]), match["name"])
    if match["call"]:
        made = made(**{name: build(setting) for name, setting in value.settings})
    for attribute in match["attributes"].split(".")[1:]:
        made = getattr(made, attribute)
    return made
