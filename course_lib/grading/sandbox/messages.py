"""What the coordinator and a child say to each other.

A message is a frame: its length, a *token* and its bytes. The coordinator draws a new token for
each request and the child repeats it with each answer, so that whatever a learner's code wrote
ahead of time is known as such. Both sides check; only the coordinator has reason to.
"""

from __future__ import annotations

import dataclasses
import struct
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
        self._data = bytearray()
        self._at = 0

    def feed(self, data: bytes) -> None:
        """Take in what has arrived."""
        del self._data[: self._at]
        self._data += data
        self._at = 0

    def next(self) -> Frame | None:
        """Return the next frame, or None while it is incomplete.

        Raises
        ------
        WireError
            If a frame announces more bytes than the limit.
        """
        start = self._at + _HEADER.size
        if start > len(self._data):
            return None
        size, token = _HEADER.unpack_from(self._data, self._at)
        if size > self._limit:
            raise wire.WireError(f"a message of {size} bytes")
        if start + size > len(self._data):
            return None
        self._at = start + size
        return token, bytes(memoryview(self._data)[start : self._at])


_FIELDS: dict[type, tuple[type, ...]] = {
    Raised: (str, str, int, str),
    Unsupported: (str,),
    TimedOut: (float, int, str),
    BadSyntax: (str, int, str, int),
}
_KINDS = tuple(_FIELDS)
"""What a child may say; its place here is the first byte of the message."""
_OF_A_CALL = (Raised, Unsupported, TimedOut)
_OF_LOADING = (Raised, TimedOut, BadSyntax)
_VALUE, _DEFINED, _MISSING = b"\xff", b"\xfe", b"\xfd"
"""The first bytes of the rest; after `_VALUE` the changed arguments are counted and listed."""


def encode_outcome(outcome: Outcome) -> bytes:
    """Return the message for what came of one call; a value too large to send is unsupported."""
    if not isinstance(outcome, Returned):
        return _packed(outcome)
    try:
        value = wire.encode(outcome.value)
    except UnsupportedValue as error:
        return _packed(Unsupported(error.type_name))
    return _VALUE + bytes((len(outcome.changed), *outcome.changed)) + value


def decode_outcome(message: bytes) -> Outcome:
    """Read what came of one call.

    Raises
    ------
    WireError
        If the message is anything else.
    """
    if message[:1] != _VALUE:
        return cast(Outcome, _unpacked(message, _OF_A_CALL))
    start = 2 + message[1] if len(message) > 1 else 2
    return Returned(wire.decode(message, start), tuple(message[2:start]))


def encode_state(state: LoadState) -> bytes:
    """Return the message for what loading made of one function."""
    if isinstance(state, str):
        return _DEFINED if state == "defined" else _MISSING
    return _packed(state)


def decode_state(message: bytes) -> LoadState:
    """Read what loading made of one function.

    Raises
    ------
    WireError
        If the message is anything else.
    """
    if message == _DEFINED:
        return "defined"
    if message == _MISSING:
        return "missing"
    return cast(LoadState, _unpacked(message, _OF_LOADING))


def _packed(outcome: Any) -> bytes:
    fields = tuple(getattr(outcome, field.name) for field in dataclasses.fields(outcome))
    return bytes((_KINDS.index(type(outcome)),)) + wire.encode(fields)


def _unpacked(message: bytes, kinds: tuple[type, ...]) -> Any:
    kind = _KINDS[message[0]] if message and message[0] < len(_KINDS) else None
    if kind not in kinds:
        raise wire.WireError(f"{message[:1]!r} starts no answer to this")
    fields, types = wire.decode(message, 1), _FIELDS[kind]
    if type(fields) is not tuple or len(fields) != len(types) or not all(map(_fits, fields, types)):
        raise wire.WireError(f"these are not the fields of {kind.__name__}")
    return kind(*fields)


def _fits(field: Value, expected: type) -> bool:
    return type(field) is expected and not (isinstance(field, str) and len(field) > MAX_TEXT)
