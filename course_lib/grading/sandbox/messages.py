"""What the coordinator and a child say to each other.

A message is a frame: its length, a *token* and its bytes. The coordinator draws a new token for
each request and the child repeats it with each answer, so that whatever a learner's code wrote
ahead of time is known as such. Both sides check; only the coordinator has reason to.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from course_lib.grading import wire
from course_lib.grading.outcomes import (
    BadSyntax,
    LoadState,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Unsupported,
)
from course_lib.grading.values import UnsupportedValue, Value

TOKEN_BYTES = 8
NO_TOKEN = bytes(TOKEN_BYTES)
"""Stands before what a child says of itself, unasked: that it is ready, or why it is not."""

READY = "ready"
LOAD = "load"
CALL = "call"

MAX_TEXT = 1000
"""The longest message or line that is taken from a child."""

_HEADER = struct.Struct(f"<I{TOKEN_BYTES}s")

Frame: TypeAlias = tuple[bytes, bytes]  # token, message


def frame(token: bytes, message: bytes) -> bytes:
    """Return the bytes of a frame."""
    return _HEADER.pack(len(message), token) + message


class Frames:
    """Cuts a stream of bytes into frames; what it holds is bounded by what has arrived.

    Parameters
    ----------
    limit : int
        The longest message that is accepted.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take in what has arrived."""
        self._buffer += data

    def next(self) -> Frame | None:
        """Return the next frame, or None while it is incomplete.

        Raises
        ------
        WireError
            If a frame announces more bytes than the limit.
        """
        if len(self._buffer) < _HEADER.size:
            return None
        size, token = _HEADER.unpack_from(self._buffer)
        if size > self._limit:
            raise wire.WireError(f"a message of {size} bytes")
        end = _HEADER.size + size
        if len(self._buffer) < end:
            return None
        message = bytes(self._buffer[_HEADER.size : end])
        del self._buffer[:end]
        return token, message


_FIELDS: dict[type, tuple[type, ...]] = {
    Returned: (object, tuple),
    Raised: (str, str, int, str),
    Unsupported: (str,),
    TimedOut: (float, int, str),
    BadSyntax: (str, int, str, int),
}
_KINDS = tuple(_FIELDS)
"""What a child may say; that it crashed, or was not called, is for the coordinator to find."""
_OF_A_CALL = (Returned, Raised, Unsupported, TimedOut)
_OF_LOADING = (Raised, TimedOut, BadSyntax)


def encode_outcome(outcome: Outcome) -> bytes:
    """Return the message for what came of one call; a value too large to send is unsupported."""
    try:
        return wire.encode(_packed(outcome))
    except UnsupportedValue as error:
        return wire.encode(_packed(Unsupported(error.type_name)))


def decode_outcome(message: bytes) -> Outcome:
    """Read what came of one call.

    Raises
    ------
    WireError
        If the message is anything else.
    """
    return cast(Outcome, _unpacked(wire.decode(message), _OF_A_CALL))


def encode_states(states: Mapping[str, LoadState]) -> bytes:
    """Return the message for what loading made of each function."""
    return wire.encode(
        [state if isinstance(state, str) else _packed(state) for state in states.values()]
    )


def decode_states(message: bytes, names: Sequence[str]) -> dict[str, LoadState]:
    """Read what loading made of each of these functions, in this order.

    Raises
    ------
    WireError
        If the message is anything else.
    """
    states = wire.decode(message)
    if not isinstance(states, list) or len(states) != len(names):
        raise wire.WireError("not one state for each function")
    return {name: _state(state) for name, state in zip(names, states, strict=True)}


def _state(state: Value) -> LoadState:
    if isinstance(state, str) and state in ("defined", "missing"):
        return "defined" if state == "defined" else "missing"
    return cast(LoadState, _unpacked(state, _OF_LOADING))


def _packed(outcome: Any) -> tuple[Value, ...]:
    fields = [getattr(outcome, field.name) for field in dataclasses.fields(outcome)]
    return (_KINDS.index(type(outcome)), *fields)


def _unpacked(value: Value, kinds: tuple[type, ...]) -> Any:
    if type(value) is not tuple or not value or type(value[0]) is not int:
        raise wire.WireError("not an outcome")
    kind = _KINDS[value[0]] if 0 <= value[0] < len(_KINDS) else None
    if kind not in kinds:
        raise wire.WireError(f"no outcome that belongs here has the number {value[0]}")
    fields, types = value[1:], _FIELDS[kind]
    if len(fields) != len(types) or not all(map(_fits, fields, types)):
        raise wire.WireError(f"a field of {kind.__name__} has the wrong type or size")
    return kind(*fields)


def _fits(field: Value, expected: type) -> bool:
    if expected is tuple:  # the positions of the arguments that were changed
        return type(field) is tuple and all(type(i) is int and 0 <= i < 1000 for i in field)
    if expected is object:  # a value of the model: the wire has checked it
        return True
    return type(field) is expected and not (isinstance(field, str) and len(field) > MAX_TEXT)
