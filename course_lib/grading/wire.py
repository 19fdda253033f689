"""How values cross from one process to another: typed bytes, read without trusting the sender.

Nothing in the bytes is code, and nothing is allocated before its length, depth and dtype have been
checked against fixed limits: the sender may be a process that ran a learner's code. So there is no
pickle here, and a `Build` is read only by a process that trusts the sender.

A value is one tag byte and its content, little-endian: `N` None, `B` bool, `I` int of 64 bits, `F`
float, `S` text (length, UTF-8), `A` array (dtype, number of axes, shape, entries), `L` list and `T`
tuple (length, items), `C` Build (target, settings).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from course_lib.grading.values import MAX_DEPTH as MAX_VALUE_DEPTH
from course_lib.grading.values import MAX_TEXT, Build, UnsupportedValue, Value

MAX_BYTES = 8 << 20
"""The longest message that is read from a process that is not trusted."""
MAX_ITEMS = 20_000
"""The most items, counted through all lists and tuples, in such a message."""
MAX_DEPTH = MAX_VALUE_DEPTH + 4
"""A message wraps its values in at most four tuples and lists of its own."""
MAX_AXES = 16
MAX_TEXT_BYTES = 4 * MAX_TEXT

_DTYPES = (np.dtype("<f8"), np.dtype("<f4"), np.dtype("<i8"), np.dtype("?"))
_DTYPE_CODES = {dtype: code for code, dtype in enumerate(_DTYPES)}
_SHAPES = tuple(struct.Struct(f"<{axes}I") for axes in range(MAX_AXES + 1))
_HEADS = tuple(struct.Struct(f"<cBB{axes}I") for axes in range(MAX_AXES + 1))
_LENGTH = struct.Struct("<I")
_INT = struct.Struct("<q")
_FLOAT = struct.Struct("<d")
_INTS = range(-(1 << 63), 1 << 63)


class WireError(ValueError):
    """Bytes that are not a message: the sender is broken, or lies."""


def encode(value: Value) -> bytes:
    """Return the bytes of a plain value (`values.normalize` makes one plain).

    Raises
    ------
    UnsupportedValue
        If the value, or one inside it, is outside the value model or too large to send.
    """
    parts: list[bytes] = []
    _put(value, parts, MAX_DEPTH)
    return b"".join(parts)


def _put(value: Value, parts: list[bytes], depth: int) -> None:
    kind = type(value)
    write = _WRITERS.get(kind)
    if write is not None:
        parts.append(write(value))
    elif (tag := _ITEM_TAGS.get(kind)) is not None and depth > 0:
        items = (value.target, value.settings) if isinstance(value, Build) else cast(Any, value)
        parts.append(tag + _LENGTH.pack(len(items)))
        for item in items:
            _put(item, parts, depth - 1)
    else:
        raise UnsupportedValue(kind.__name__[:100])


def _text_bytes(value: str) -> bytes:
    data = value.encode("utf-8", "replace")  # a lone surrogate becomes "?"
    return b"S" + _LENGTH.pack(len(data)) + data


def _int_bytes(value: int) -> bytes:
    if value not in _INTS:
        raise UnsupportedValue("int of more than 64 bits")
    return b"I" + _INT.pack(value)


def _array_bytes(value: npt.NDArray[Any]) -> bytes:
    code = _DTYPE_CODES.get(value.dtype)
    if code is None:
        raise UnsupportedValue(f"ndarray of {value.dtype.name[:50]}")
    shape = value.shape
    axes = len(shape)
    too_long = 0 in shape and max(shape) > MAX_BYTES  # beside an axis of length 0
    if value.nbytes > MAX_BYTES or axes > MAX_AXES or too_long:
        raise UnsupportedValue(f"ndarray of shape {shape[:MAX_AXES]}")
    return _HEADS[axes].pack(b"A", code, axes, *shape) + value.tobytes()


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"N",
    bool: lambda value: b"B\x01" if value else b"B\x00",
    int: _int_bytes,
    float: lambda value: b"F" + _FLOAT.pack(value),
    str: _text_bytes,
    np.ndarray: _array_bytes,
}
_ITEM_TAGS: dict[type, bytes] = {list: b"L", tuple: b"T", Build: b"C"}


def decode(data: bytes, start: int = 0, *, trusted: bool = False) -> Value:
    """Return the value that the bytes hold; its arrays are read-only views of them.

    Parameters
    ----------
    data : bytes
        A whole message.
    start : int
        Where the value begins, which goes on to the end.
    trusted : bool
        Whether the sender is ours. Only then may the message hold a `Build`, which names code to
        run, and more than `MAX_ITEMS` items.

    Raises
    ------
    WireError
        If the bytes are anything but one value within the limits. No other exception, whatever the
        bytes are.
    """
    try:
        value, end = _get(_Message(data, trusted), start, MAX_DEPTH)
    except (IndexError, struct.error):
        raise WireError("the message ends before its value does") from None
    except UnicodeDecodeError as error:
        raise WireError(str(error)) from None
    if end != len(data):
        raise WireError(f"{len(data) - end} bytes follow the value")
    return cast(Value, value)


class _Message:
    """The bytes of a message, whether they are trusted, and how many items it may still hold."""

    __slots__ = ("data", "items_left", "trusted")

    def __init__(self, data: bytes, trusted: bool) -> None:
        self.data = data
        self.trusted = trusted
        self.items_left = len(data) if trusted else MAX_ITEMS


_Read: TypeAlias = tuple[Any, int]  # what was read, and where it ends


def _get(message: _Message, at: int, depth: int) -> _Read:
    read = _READERS.get(message.data[at])
    if read is None:
        raise WireError(f"no value starts with the byte {message.data[at]}")
    return read(message, at + 1, depth)


def _get_bool(message: _Message, at: int, _: int) -> _Read:
    if message.data[at] > 1:
        raise WireError(f"{message.data[at]} is no bool")
    return message.data[at] == 1, at + 1


def _get_text(message: _Message, at: int, _: int) -> _Read:
    size = _LENGTH.unpack_from(message.data, at)[0]
    end = at + 4 + size
    if end > len(message.data) or (size > MAX_TEXT_BYTES and not message.trusted):
        raise WireError(f"a text of {size} bytes")
    return message.data[at + 4 : end].decode("utf-8"), end


def _get_array(message: _Message, at: int, _: int) -> _Read:
    data = message.data
    code, axes = data[at], data[at + 1]
    if code >= len(_DTYPES) or axes > MAX_AXES:
        raise WireError(f"no array has dtype {code} and {axes} axes")
    dtype = _DTYPES[code]
    shape = _SHAPES[axes].unpack_from(data, at + 2)
    if axes and max(shape) > MAX_BYTES:  # a huge axis beside one of length 0 holds no entry
        raise WireError(f"an axis of length {max(shape)}")
    start = at + 2 + 4 * axes
    end = start + math.prod(shape) * dtype.itemsize
    if end > len(data):
        raise WireError(f"an array of shape {shape} lacks {end - len(data)} bytes")
    if dtype.kind == "b" and max(data[start:end], default=0) > 1:
        raise WireError("an array of bool holds a byte other than 0 and 1")
    return np.ndarray(shape, dtype, data, start), end


def _get_list(message: _Message, at: int, depth: int) -> _Read:
    length = _LENGTH.unpack_from(message.data, at)[0]
    message.items_left -= length
    if message.items_left < 0 or depth == 0:
        raise WireError("too deep" if depth == 0 else f"a list of {length} items")
    items = []
    at += 4
    for _ in range(length):
        item, at = _get(message, at, depth - 1)
        items.append(item)
    return items, at


def _get_tuple(message: _Message, at: int, depth: int) -> _Read:
    items, at = _get_list(message, at, depth)
    return tuple(items), at


def _get_build(message: _Message, at: int, depth: int) -> _Read:
    if not message.trusted:
        raise WireError("a Build names code to run, which this sender may not")
    (target, settings), at = _get_list(message, at, depth)
    return Build(target, settings), at


_READERS: dict[int, Callable[[_Message, int, int], _Read]] = {
    ord("N"): lambda _, at, __: (None, at),
    ord("B"): _get_bool,
    ord("I"): lambda message, at, _: (_INT.unpack_from(message.data, at)[0], at + 8),
    ord("F"): lambda message, at, _: (_FLOAT.unpack_from(message.data, at)[0], at + 8),
    ord("S"): _get_text,
    ord("A"): _get_array,
    ord("L"): _get_list,
    ord("T"): _get_tuple,
    ord("C"): _get_build,
}
