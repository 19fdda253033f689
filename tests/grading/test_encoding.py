"""Values as JSON: whatever is written is read back the same, to the last bit."""

import json

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.encoding import from_json, to_json
from course_lib.grading.values import DTYPES, Build, same


def arrays(dtype):
    shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    drawn = hnp.arrays(dtype, shapes)
    return drawn.map(_with_one_nan) if dtype.startswith("float") else drawn


def _with_one_nan(array):
    """NaN has many bit patterns, and text has one word for them."""
    return np.where(np.isnan(array), array.dtype.type(np.nan), array)


scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text()
names = st.from_regex(r"[a-z]\w{0,8}", fullmatch=True)


def builds(inner):
    settings = st.lists(st.tuples(names, inner), max_size=3).map(tuple)
    return settings.map(lambda s: Build("course_lib.landscapes:quadratic().loss", s))


values = st.recursive(
    scalars | st.sampled_from(DTYPES).flatmap(arrays),
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | builds(inner)
    ),
    max_leaves=8,
)


@given(values)
def test_a_value_survives_the_way_through_text(value):
    text = json.dumps(to_json(value), allow_nan=False)
    assert same(from_json(json.loads(text)), value)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), -0.0, 5e-324])
def test_the_odd_numbers_are_kept(value):
    assert same(from_json(to_json(value)), value)
    assert same(from_json(to_json(np.array([value]))), np.array([value]))


def test_a_float_is_written_as_a_person_would():
    assert json.dumps(to_json(np.array([0.1, -2.5]))) == (
        '{"array": [0.1, -2.5], "shape": [2], "dtype": "float64"}'
    )


@pytest.mark.parametrize(
    "data",
    [
        [1, 2],
        {"unknown": 1},
        {"array": [1], "shape": [1], "dtype": "object"},
        {"array": [1], "shape": [2], "dtype": "float64"},
        {"array": ["x"], "shape": [1], "dtype": "float64"},
        {"build": "os:system", "settings": []},
        {"float": "much"},
    ],
)
def test_what_was_never_written_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        from_json(data)
