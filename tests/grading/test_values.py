"""The value model: what is let in, what is refused, and that nothing is believed that lies."""

import numpy as np
import pytest

from course_lib.grading.values import (
    MAX_ELEMENTS,
    Build,
    UnsupportedValue,
    build,
    copy,
    keywords,
    normalize,
    same,
    split_keywords,
)


class LyingTuple(tuple):
    def __len__(self):
        return 0

    def __iter__(self):
        return iter(())

    def __eq__(self, other):
        return True

    __hash__ = tuple.__hash__


class LyingName(type):
    @property
    def __name__(cls):
        return "ndarray"


class Yes(metaclass=LyingName):
    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


class Sub(np.ndarray):
    def __array_ufunc__(self, *_, **__):
        return np.bool_(True)


class EqualsEveryType(type):
    __hash__ = type.__hash__

    def __eq__(cls, other):
        return True


class Chameleon(metaclass=EqualsEveryType):
    def item(self):
        raise AssertionError("a method of the value is called")


class NumberThatLies(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


def nested(depth):
    return [nested(depth - 1)] if depth else 1.0


def wide():
    inner = [0.0] * 9_000
    for _ in range(3):
        inner = [inner] * 9_000
    return inner


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (np.float64(1.5), 1.5),
        (np.str_("wrong"), "wrong"),
        (np.float32(0.5), 0.5),
        (np.int32(7), 7),
        (np.bool_(True), True),
        (LyingTuple((1, 2)), (1, 2)),
        ([np.int64(3), "a"], [3, "a"]),
        (None, None),
    ],
)
def test_scalars_and_containers_take_their_plain_form(given, plain):
    result = normalize(given)
    assert type(result) is type(plain)
    assert tuple.__eq__(result, plain) if isinstance(plain, tuple) else result == plain


@pytest.mark.parametrize("name", ["int8", "int16", "int32", "uint8", "uint16", "uint32", ">i4"])
def test_short_integers_are_widened_without_loss(name):
    array = np.array([0, 1, 100], dtype=name)
    result = normalize(array)
    assert result.dtype == np.int64
    assert result.tolist() == [0, 1, 100]


def test_an_array_keeps_its_layout_for_nobody_but_its_values_and_shape():
    array = np.arange(6.0).reshape(2, 3).T
    result = normalize(array)
    assert result.flags["C_CONTIGUOUS"]
    assert result.tolist() == array.tolist()
    assert not np.shares_memory(result, array)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Yes(), "Yes"),
        (np.ones(2).view(Sub), "Sub"),
        (np.ma.masked_array([1.0]), "MaskedArray"),
        (NumberThatLies(1.0), "NumberThatLies"),
        (Chameleon(), "Chameleon"),
        (np.array([None]), "ndarray of object"),
        (np.array([1j]), "ndarray of complex128"),
        (np.float16(1) * np.ones(2, np.float16), "ndarray of float16"),
        (1 + 2j, "complex"),
        ({"a": 1}, "dict"),
        ((i for i in "ab"), "generator"),
        (b"bytes", "bytes"),
        (2**63, "int of more than 63 bits"),
        ("x" * 10_001, "str of more than 10000 characters"),
        (LyingTuple([0] * 10_001), "tuple of more than 10000 items"),
        ([0] * 10_001, "list of more than 10000 items"),
        (nested(7), "list nested more than 6 deep"),
        (np.broadcast_to(0.0, (MAX_ELEMENTS, 2)), "too large"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 50 else "",
)
def test_what_the_model_lacks_is_refused_by_its_true_name(value, name):
    with pytest.raises(UnsupportedValue) as caught:
        normalize(value)
    assert name in caught.value.type_name


def test_a_list_within_a_list_within_a_list_cannot_grow_without_bound():
    """Each level is small; all of them together would be 9000³ numbers."""
    with pytest.raises(UnsupportedValue, match="too large"):
        normalize(wide())


def test_a_list_that_holds_itself_is_refused():
    ring = []
    ring.append(ring)
    with pytest.raises(UnsupportedValue, match="deep"):
        normalize(ring)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        ([1], (1,)),
        (np.zeros(2), np.zeros((2, 1))),
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.zeros(2), np.zeros(2, np.int64)),
        (np.zeros(2), -np.zeros(2)),
        ((np.ones(1), 2), (np.ones(1), 3)),
        ("a", "b"),
        (None, 0),
        (keywords(h=1.0), keywords(h=2.0)),
    ],
)
def test_values_that_differ_in_kind_shape_or_a_bit_are_not_the_same(a, b):
    assert not same(a, b)
    assert same(a, a)
    assert same(b, copy(b))


def test_nan_is_the_same_as_itself():
    assert same(float("nan"), float("nan"))
    assert same(np.array([np.nan, 1]), np.array([np.nan, 1]))


def test_a_copy_shares_no_memory():
    original = [np.zeros(3), (np.ones(2),)]
    copied = copy(original)
    copied[0][0] = 9
    copied[1][0][0] = 9
    assert original[0][0] == 0
    assert original[1][0][0] == 1


@pytest.mark.parametrize(
    "target",
    [
        "os:system",
        "numpy:load",
        "numpy.random.mtrand:dtype",
        "course_lib:mlp",
        "course_lib._arrays:as_floats",
        "course_lib.mlp:_private",
        "course_lib.mlp:MLP()()",
        "course_lib.mlp:MLP().__init__",
        "course_lib.mlp:MLP().net._secret",
        "course_lib.mlp",
        "builtins:eval",
        "course_lib.mlp:MLP()\n",
        "",
    ],
)
def test_nothing_outside_the_course_and_numpys_generators_can_be_built(target):
    with pytest.raises(ValueError, match="cannot build"):
        Build(target)


def test_what_is_not_called_takes_no_settings():
    with pytest.raises(ValueError, match="takes no settings"):
        Build("course_lib.losses:mse", (("a", 1),))


def test_a_generator_is_built_from_its_seed():
    rng = build(Build("numpy.random:default_rng()", (("seed", 5),)))
    assert rng.normal() == np.random.default_rng(5).normal()


def test_a_method_of_what_is_called_is_built():
    """½(x² + 4y²) at (1, 2) is 8.5, and its gradient (1, 8)."""
    settings = (("kappa", 4.0),)
    loss = build(Build("course_lib.landscapes:quadratic().loss", settings))
    both = build(Build("course_lib.landscapes:quadratic().loss_and_gradient", settings))
    assert loss(np.array([1.0, 2.0])) == 8.5
    assert both(np.array([1.0, 2.0]))[1].tolist() == [1.0, 8.0]


def test_what_is_built_of_data_is_a_copy():
    array = np.zeros(2)
    made = build([array])
    made[0][0] = 1
    assert array[0] == 0


def test_named_arguments_stand_last_in_a_case():
    assert split_keywords((1, keywords(h=2))) == ((1,), {"h": 2})
    assert split_keywords((1, 2)) == ((1, 2), {})
    assert split_keywords(()) == ((), {})
