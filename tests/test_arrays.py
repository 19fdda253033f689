"""Checks: what passes, what is refused, and that the message says what, where and what to try."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_lib._arrays import (
    as_floats,
    check_choice,
    check_count,
    check_finite,
    check_in_unit_interval,
    check_non_negative,
    check_positive,
    check_rng,
    check_shape,
    is_finite,
)


@pytest.mark.parametrize(
    "value", [3, True, [1, 2], [[1, 2], [3, 4]], np.arange(3, dtype=np.uint8), [], np.int64(3)]
)
def test_whole_numbers_become_float64(value):
    array = as_floats("X", value)
    assert array.dtype == np.float64
    assert array.tolist() == np.asarray(value).tolist()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_an_array_of_floats_is_returned_as_it_is(dtype):
    array = np.ones((2, 3), dtype=dtype)
    assert as_floats("X", array) is array


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1.5", "X must hold real numbers, got str: '1.5'"),
        (None, "X must hold real numbers, got NoneType: None"),
        (1j, "got complex: 1j"),
        ([1.0, None], r"got list of object: \[1\.0, None\]"),
        (["a"], "got list of <U1"),
        ([[1, 2], [3]], "X is ragged: its rows differ in length"),
        (np.array([1j, 2.0]), "got ndarray of complex128"),
    ],
)
def test_what_is_not_a_real_number_is_a_type_error(value, message):
    with pytest.raises(TypeError, match=message):
        as_floats("X", value)


def test_a_long_value_is_cut_short_in_a_message():
    with pytest.raises(TypeError) as error:
        as_floats("X", "z" * 1000)
    assert len(str(error.value)) < 120
    assert str(error.value).endswith("zzz...")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4, 2), (4, 2)),
        ((), ()),
        ((4, 2), ("samples", 2)),
        ((0, 2), ("samples", 2)),
        ((2,), (2, ...)),
        ((2, 5), (2, ...)),
        ((2, 5, 7), (2, ...)),
        ((2, 5, 7), ("n", 5, ...)),
        ((3,), (...,)),
    ],
)
def test_a_shape_that_fits_passes(shape, expected):
    check_shape("X", np.zeros(shape), expected)


@pytest.mark.parametrize(
    ("shape", "expected", "message"),
    [
        ((4, 2), (4, 3), r"X has shape (4, 2), expected (4, 3)"),
        ((2, 4), (4, 2), r"X has shape (2, 4), expected (4, 2)"),
        ((4,), (4, 1), r"X has shape (4,), expected (4, 1)"),
        ((4, 1), (4,), r"X has shape (4, 1), expected (4,)"),
        ((4, 3), ("samples", 2), r"X has shape (4, 3), expected (samples, 2)"),
        ((4,), ("samples", 2), r"X has shape (4,), expected (samples, 2)"),
        ((), (2, ...), r"X has shape (), expected (2, ...)"),
        ((3, 2), (2, ...), r"X has shape (3, 2), expected (2, ...)"),
    ],
)
def test_a_shape_that_does_not_fit_is_shown_beside_the_one_expected(shape, expected, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole text is compared below
        check_shape("X", np.zeros(shape), expected)
    assert str(error.value) == message
    with pytest.raises(ValueError, match=r"did you mean X\.T"):
        check_shape("X", np.zeros(shape), expected, hint="did you mean X.T?")


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0),
        elements=st.floats(width=32),
    )
)
def test_is_finite_agrees_with_the_look_at_every_entry(array):
    assert is_finite(array) == all(math.isfinite(entry) for entry in array.ravel().tolist())
    assert is_finite(array.T) == is_finite(array)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_entries_whose_squares_overflow_are_finite(dtype):
    check_finite("X", np.full((2, 3), np.finfo(dtype).max))
    check_finite("X", -np.full(3, np.finfo(dtype).max))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_the_first_entry_that_is_not_finite_is_named_with_its_place(bad):
    X = np.zeros((3, 4))
    X[1, 2] = X[2, 0] = bad
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole text is compared below
        check_finite("X", X, hint="remove those rows")
    assert str(error.value) == (
        f"X must be finite, got X[1, 2] = {bad} (2 of 12 entries are NaN or infinite);"
        f" remove those rows"
    )


def test_a_single_number_has_no_place():
    with pytest.raises(ValueError, match="loss must be finite, got nan"):
        check_finite("loss", np.array(math.nan))


# For each check: values on the edge that pass, values that do not, and the word of the rule.
RULES = [
    (check_positive, [5e-324, 1, [0.1, 2]], [0, -0.0, -1, math.nan, math.inf], "positive and fin"),
    (check_non_negative, [0, -0.0, 5, [0, 1]], [-5e-324, math.nan, math.inf], "0 or more"),
    (check_in_unit_interval, [0, 0.999, [0, 0.5]], [-0.1, 1, 1.5, math.nan, math.inf], r"in \[0,"),
]
rules = pytest.mark.parametrize(
    ("check", "good", "bad", "word"), RULES, ids=[rule[0].__name__ for rule in RULES]
)


@rules
def test_the_edges_of_a_range(check, good, bad, word):
    for value in good:
        check("beta", value)
    for value in bad:
        with pytest.raises(ValueError, match=f"beta must be {word}.*got {float(value)}"):
            check("beta", value)


@rules
def test_the_first_run_outside_the_range_is_named(check, good, bad, word):
    for value in bad:
        with pytest.raises(ValueError, match=rf"got beta\[1\] = {float(value)}; try"):
            check("beta", [0.5, value, value], hint="try 0.5")


@rules
def test_a_range_is_of_numbers(check, good, bad, word):
    for value in ("0.5", None, [0.1, "x"]):
        with pytest.raises(TypeError, match="beta must hold real numbers"):
            check("beta", value)


def test_infinity_is_positive_where_it_is_allowed():
    check_positive("max_norm", math.inf, infinite=True)
    check_positive("max_norm", [1.0, math.inf], infinite=True)
    for bad in (0.0, -math.inf, math.nan):
        with pytest.raises(ValueError, match=f"max_norm must be positive, got {bad}"):
            check_positive("max_norm", bad, infinite=True)


def test_a_count_is_a_whole_number_from_its_minimum_up():
    for good in (1, 7, np.int64(3), np.uint8(1)):
        check_count("steps", good)
    check_count("index", 0, minimum=0)
    with pytest.raises(ValueError, match="steps must be 1 or more, got 0; try 100"):
        check_count("steps", 0, hint="try 100")
    with pytest.raises(ValueError, match="points must be 2 or more, got 1"):
        check_count("points", 1, minimum=2)
    for bad in (2.0, "2", None, [2]):
        with pytest.raises(TypeError, match=r"steps must be a whole number \(int\), got .*; try 9"):
            check_count("steps", bad, hint="try 9")


def test_a_seed_is_told_how_to_become_a_generator():
    check_rng(np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"got 7; try rng=np\.random\.default_rng\(7\)"):
        check_rng(7)
    for bad in (None, np.random, np.random.RandomState(0)):
        with pytest.raises(TypeError, match=r"try rng=np\.random\.default_rng\(0\)"):
            check_rng(bad)


CHOICES = {"identity": 0, "relu": 1, "sigmoid": 2, "tanh": 3}


@pytest.mark.parametrize(
    ("value", "nearest"), [("ReLU", "relu"), ("sigmoyd", "sigmoid"), ("tan", "tanh")]
)
def test_a_name_that_is_nearly_right_is_told_the_right_one(value, nearest):
    check_choice("hidden", nearest, CHOICES)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole text is compared below
        check_choice("hidden", value, CHOICES)
    assert str(error.value) == (
        f"unknown hidden {value!r}; choose from 'identity', 'relu', 'sigmoid', 'tanh';"
        f" did you mean {nearest!r}?"
    )


@pytest.mark.parametrize("value", ["quux", 3, None, ["relu"]])
def test_a_name_that_is_far_from_all_is_told_the_choices(value):
    with pytest.raises(ValueError, match=r"unknown hidden .*; choose from 'identity', 'relu'"):
        check_choice("hidden", value, CHOICES)
