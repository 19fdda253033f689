"""The wire carries every value to the last bit, and reads nothing else, whatever the bytes are."""

import pickle
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading import values, wire
from course_lib.grading.values import Build, UnsupportedValue
from course_lib.grading.wire import WireError, decode, encode

SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)


@st.composite
def arrays(draw):
    """Make an array of any bits at all: NaN with a payload, minus zero, the largest int."""
    dtype, shape = draw(st.sampled_from(values.DTYPES)), draw(SHAPES)
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    data = draw(st.binary(min_size=size, max_size=size))
    if dtype == "bool":
        data = bytes(byte & 1 for byte in data)
    return np.frombuffer(data, dtype).reshape(shape)


SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(-(1 << 63), (1 << 63) - 1), st.floats()),
    *(st.text(max_size=20), arrays()),
)


def containers(items):
    return st.one_of(st.lists(items, max_size=3), st.lists(items, max_size=3).map(tuple))


VALUES = st.recursive(SCALARS, containers, max_leaves=12)


def depth(value):
    return 1 + max(map(depth, value), default=0) if isinstance(value, (list, tuple)) else 0


@given(VALUES.filter(lambda value: depth(value) <= values.MAX_DEPTH))
def test_a_value_arrives_as_it_was_sent(value):
    assert values.same(decode(encode(value)), value)


@given(VALUES.filter(lambda value: depth(value) <= values.MAX_DEPTH), st.data())
def test_a_value_that_is_cut_short_or_goes_on_is_refused(value, data):
    message = encode(value)
    cut = data.draw(st.integers(0, len(message) - 1))
    with pytest.raises(WireError):
        decode(message[:cut])
    with pytest.raises(WireError, match="follow"):
        decode(message + b"N")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_wire_error(message):
    try:
        value = decode(message)
    except WireError:
        return
    assert encode(value) == message  # a value has one spelling only


@given(VALUES, st.data())
def test_a_message_with_any_byte_changed_is_a_value_or_a_wire_error(value, data):
    message = bytearray(encode([value]))
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] = data.draw(st.integers(0, 255))
    try:
        values.normalize(decode(bytes(message)))
    except (WireError, UnsupportedValue):
        return


def length(size):
    return struct.pack("<I", size)


HUGE = length((1 << 32) - 1)
LIES = {
    "text": b"S" + HUGE,
    "list": b"L" + HUGE + b"N" * 1000,
    "tuple": b"T" + length(wire.MAX_ITEMS + 1) + b"N" * (wire.MAX_ITEMS + 1),
    "lists in a list": b"L" + length(150) + (b"L" + length(150) + b"N" * 150) * 150,
    "array": b"A\x00\x01" + HUGE + b"\x00" * 1000,
    "array of many axes": b"A\x00\x10" + length(1 << 16) * 16,
    "array of too many axes": b"A\x00\x11" + length(1) * 17 + bytes(8),
    "array of an unknown dtype": b"A\x04\x01" + length(1) + bytes(8),
    "array with a huge axis and no entry": b"A\x00\x02" + length(0) + HUGE,
    "bool that is neither": b"B\x02",
    "array of such bools": b"A\x03\x01" + length(2) + b"\x01\x02",
    "text that is not UTF-8": b"S" + length(2) + b"\xff\xfe",
    "depth without end": b"L" + length(1) + (b"L" + length(1)) * 10_000,
    "nothing at all": b"",
    "pickle": pickle.dumps([1, 2]),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_size_or_type_is_refused_before_memory_is_taken(lie):
    message = LIES[lie]
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            decode(message)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20


def test_reading_never_takes_much_more_memory_than_the_message_and_its_limits():
    worst = b"L" + length(wire.MAX_ITEMS) + (b"A\x03\x01" + length(1) + b"\x01") * wire.MAX_ITEMS
    tracemalloc.start()
    try:
        decode(worst)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 300 * wire.MAX_ITEMS


BUILD = Build("numpy.random:default_rng()", (("seed", 3),))


def test_a_build_is_read_from_a_trusted_sender_only():
    assert decode(encode(BUILD), trusted=True) == BUILD
    with pytest.raises(WireError, match="names code"):
        decode(encode(BUILD))
    with pytest.raises(WireError, match="names code"):
        decode(encode([1, (BUILD,)]))


def test_a_trusted_sender_may_send_more_than_a_stranger():
    many = [None] * (wire.MAX_ITEMS + 1)
    assert decode(encode(many), trusted=True) == many
    text = "x" * (wire.MAX_TEXT_BYTES + 1)
    assert decode(encode(text), trusted=True) == text
    with pytest.raises(WireError):
        decode(encode(text))


class Float(float):
    """A number that is not what it seems."""

    def hex(self):
        return (0.0).hex()


@pytest.mark.parametrize(
    "value",
    [
        *(1j, object(), {1: 2}, b"bytes", Float(1.0), np.float64(1.0)),
        *(1 << 63, -(1 << 63) - 1, np.ones(2, "f2"), np.ones(2, ">f8"), np.array([None])),
        *(np.ones(2).view(np.recarray), np.broadcast_to(1.0, (wire.MAX_BYTES,))),
        np.empty((0, wire.MAX_BYTES + 1)),
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'dtype', '')}",
)
def test_what_is_outside_the_value_model_is_not_sent(value):
    with pytest.raises(UnsupportedValue):
        encode(value)
    with pytest.raises(UnsupportedValue):
        encode([(value,)])


def test_a_list_that_holds_itself_is_not_sent():
    endless = []
    endless.append(endless)
    with pytest.raises(UnsupportedValue, match="list"):
        encode(endless)


def test_text_with_half_a_character_is_sent_with_a_question_mark():
    assert decode(encode("a\ud800b")) == "a?b"


def test_an_array_that_was_read_cannot_be_written():
    """It is a view of the message, so that reading copies nothing."""
    array = decode(encode(np.ones(3)))
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 2.0


@given(arrays())
def test_an_array_in_any_memory_layout_arrives_the_same(array):
    assert values.same(
        decode(encode(array.T)), np.ascontiguousarray(array.T).reshape(array.T.shape)
    )
    assert values.same(
        decode(encode(array[..., ::-1] if array.ndim else array)),
        np.array(array[..., ::-1] if array.ndim else array, order="C"),
    )
