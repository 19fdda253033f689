"""What an exception means: made by real Python and NumPy, and told in plain words."""

import numpy as np
import pytest

from course_lib.grading.exceptions import meaning
from course_lib.grading.outcomes import Raised

VECTOR, MATRIX, WHOLE = np.ones(3), np.ones((2, 3)), np.array([1, 2])


def raised_by(call):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is what the test is about
        call()
    return Raised(type(caught.value).__name__, str(caught.value))


def unbound():
    if len(VECTOR) > 9:
        late = 1
    return late


def run(code):
    names = {"np": np, "vector": VECTOR.copy(), "whole": WHOLE.copy()}
    return lambda: exec(code, names)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (run("deltta"), "`deltta` is used, and no line before has given it a value"),
        (unbound, "`late` is used"),
        (unbound, "did a loop not run at all?"),
        (lambda: (1, 2) - (3, 4), "`-` is for numbers and arrays, and there it meets a tuple"),
        (lambda: 2.0 / [1, 2], "`/` is for numbers and arrays, and there it meets a list"),
        (lambda: -(1, 2), "`-` is for numbers and arrays, and there it meets a tuple"),
        (lambda: np.random.default_rng(0).shuffle([1, 2])[0], "`rng.shuffle(a)`"),
        (lambda: VECTOR * WHOLE.copy().sort(), "`a.sort()` stand on lines of their own"),
        (lambda: np.random.default_rng(0).shuffle([1, 2]).shape, "Something there is None"),
        (lambda: VECTOR @ MATRIX, "the last size on its left (3) must be the first size on its"),
        (lambda: MATRIX @ WHOLE, "the last size on its left (3) must be the first size on its"),
        (lambda: VECTOR @ 2, "for a number write `*`"),
        (lambda: np.dot(MATRIX, MATRIX), "last size of (2,3) must be the first size of (2,3)"),
        (lambda: VECTOR + WHOLE, "the shapes (3,) (2,) do not fit together"),
        (lambda: np.array([[1, 2], [3]]), "The rows differ in length"),
        (run("vector[0] = vector"), "One number has its place there"),
        (lambda: float(VECTOR), "One number has its place there"),
        (run("a = np.zeros(2)\na += np.ones((3, 2))"), "larger than the array"),
        (run("vector[:] = np.ones((2, 3))"), "larger than the array"),
        (lambda: bool(VECTOR > 0), "An array has no truth value"),
        (run("whole /= 2"), "holds whole numbers, and the result of divide has decimals"),
        (run("whole -= 0.5"), "the result of subtract has decimals"),
        (run("for i in len(vector): pass"), "there is `range(...)`"),
        (run("x = len(vector)\nx[0] = 1.0"), "`np.zeros(n)` makes an array"),
        (run("vector.sum()[0]"), "a sum or a mean may have come too early"),
        (lambda: list(WHOLE)["a"], "A list finds its entries by place, not by name"),
        (run("for name, value in {'a': 1}: pass"), "there is `.items()`"),
        (run("a, b = 1, 2, 3"), "not as many names as values"),
        (run("vector(2)"), "A product needs its `*`"),
        (run("len[vector]"), "with ( ), not with [ ]"),
        (run("np.sum[vector]"), "with ( ), not with [ ]"),
        (lambda: np.zeros(np.ones(2)), "`len(...)` is the number of entries"),
        (lambda: range(VECTOR), "`len(...)` is the number of entries"),
        (lambda: VECTOR[3], "no place 3 among 3"),
        (lambda: VECTOR[0, 1], "fewer axes than you give places for: it has 1"),
        (run("[1, 2].shape"), "A list has no .shape"),
        (run("np.summ(vector)"), "NumPy has no summ"),
        (lambda: 1 / 0, "divides by 0"),
        (lambda: VECTOR.sum(axis=1), "There is no axis 1: the array has 1"),
    ],
)
def test_it_is_told_what_to_look_for(call, words):
    assert words in meaning(raised_by(call))


def test_a_refusal_of_ones_own_is_told_from_one_of_numpy():
    own = Raised("ValueError", "shapes differ", 3, '    raise ValueError("shapes differ")')
    assert "your own `raise`" in meaning(own)
    assert "your own `raise`" not in meaning(Raised("ValueError", "shapes differ", 3, "x @ y"))


def test_nothing_is_made_up_for_an_exception_that_is_not_known():
    assert meaning(Raised("OSError", "disk on fire")) == ""
    assert meaning(Raised("ValueError", "")) == ""
