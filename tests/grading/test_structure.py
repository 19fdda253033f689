"""The structural guess: what the numbers of an unknown mistake have in common."""

import dataclasses

import numpy as np
import pytest
from grading.made_up import DOUBLE, answer, diagnosis_of, single

from course_lib.grading.cases import Expectation
from course_lib.grading.values import keywords

RNG = np.random.default_rng(0)
VECTORS = [(RNG.normal(size=n),) for n in (1, 2, 3, 3, 5)]
MATRICES = [(RNG.normal(size=shape),) for shape in ((1, 1), (2, 3), (3, 2), (4, 4), (1, 5))]
PAIRS = [(RNG.normal(size=n), float(h)) for n, h in ((1, 2), (2, 3), (4, 5))]
WHOLE = [(np.array([1, 2, -3]),), (np.array([4, 0]),)]
BOTH = [VECTORS[1], *WHOLE, VECTORS[3]]


def right(x):
    return 3.0 * x


def explained(wrong, reference=right, inputs=VECTORS, **parameters):
    return diagnosis_of(wrong, single(reference, inputs, **parameters)).explanation


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda x: -3 * x, "Yours is −1 × the expected in all 5 cases."),
        (lambda x: 6 * x, "2 × the expected"),
        (lambda x: x, "1/3 × the expected"),
        (lambda x: 1.11 * x, "0.37 × the expected"),
        (lambda x: 0 * x, "Yours is zero in all 5 cases."),
        (lambda x: 3 * x + 0.5, "the expected + 1/2"),
        (lambda x: 3 * x - 7, "the expected − 7"),
        (lambda x: 3 * x + 2e300, "the expected + 2e+300 in"),
        (lambda x: 3e20 * x, "1e+20 × the expected"),
        (lambda x: np.abs(3 * x), "the absolute value of the expected"),
        (lambda x: (3 * x) ** 2, "the square of the expected in all 5 cases: a root is missing"),
        (lambda x: 1 / (3 * x), "one over the expected"),
        (lambda x: np.sign(x), "the sign of the expected alone"),
        (lambda x: np.maximum(3 * x, 0), "the expected with 0 for its negative entries"),
        (lambda x: np.round(3 * x), "the expected rounded"),
        (lambda x: 3 * x[::-1], "the expected in reverse order"),
        (lambda x: 3 * x[:, None], "right but for the shape in all 5 cases: (1, 1) for (1,)"),
        (
            lambda x: 3 * x * len(x),
            "n × the expected in all 5 cases (in case 2, n = 2): a division",
        ),
        (lambda x: 3 * x / len(x), "the expected divided by n in all 5 cases (in case 2, n = 2)"),
        (lambda x: -3 * x / len(x), "−1 × the expected divided by n"),
        (lambda x: 3 * x / len(x) ** 2, "the expected divided by n × n"),
        (
            lambda x: x * np.linalg.norm(x),
            "proportional to the expected, but by no fixed factor, in all",
        ),
        (lambda x: np.append(x[:-1] * 3, 0), "right but for its last entry"),
        (lambda x: np.append(-1, 3 * x[1:]), "right but for its first entry"),
        (lambda x: 3 * x * RNG.choice([-1, 1], len(x)), "right but for the sign of some entries"),
        (lambda x: 3 * np.sin(x) if len(x) > 1 else 3 * x, "right in the one case with n = 1"),
        (lambda x: 3 * np.sin(x) if len(x) < 2 else 3 * x, "wrong in the one case with n = 1"),
    ],
)
def test_a_vector_is_explained(wrong, words):
    assert words in explained(wrong)


@pytest.mark.parametrize(
    ("reference", "wrong", "words"),
    [
        (right, lambda x: 3 * x.T, "the expected transposed in all 5 cases"),
        (lambda x: x.sum(axis=0), lambda x: x, "right but for a sum over axis 0"),
        (lambda x: x.mean(axis=1), lambda x: x, "right but for a mean over axis 1"),
        (lambda x: x, lambda x: x.sum(axis=0), "the expected after a sum over axis 0"),
        (right, lambda x: 3 * x * len(x), "n × the expected"),
        (right, lambda x: 3 * x / x.size, "the expected divided by m × n"),
        (right, lambda x: 3 * x * len(x) / x.shape[1], "n/m × the expected"),
    ],
)
def test_a_matrix_is_explained(reference, wrong, words):
    cases = single(reference, MATRICES, shape="(n, m)")
    assert words in diagnosis_of(wrong, cases).explanation


def test_a_factor_may_be_an_argument():
    cases = single(lambda x, h: x / h, PAIRS, x="(n,)", h="")
    told = diagnosis_of(lambda x, h: x / 1, cases).explanation
    assert told == (
        "Yours is h × the expected in all 3 cases (in case 1, h = 2): a division is missing."
    )


def test_whole_numbers_as_input_may_be_what_goes_wrong():
    assert "wrong in the 2 cases with whole numbers as input" in explained(
        lambda x: 3.0 * x if x.dtype == float else 3.3 * x**2 + 1, inputs=BOTH
    )


def test_what_is_given_in_every_case_is_not_blamed_where_every_case_is_wrong():
    cases = [(np.array([1.0, 4.0, 2.0]), keywords(h=h)) for h in (2.0, 3.0, 5.0)]

    def wrong(x, *, h):
        return np.cumsum(x**2) - x * h

    assert explained(wrong, lambda x, *, h: h * x**2, cases, x="(n,)", h="") == ""


def test_of_cases_that_raise_nothing_is_claimed():
    def wrong(x):
        if len(x) == 1 and x[0] > 0:
            return x[1]
        return 3 * x if len(x) == 1 else np.sin(x)

    told = explained(wrong, inputs=[(np.array([-1.0]),), (np.array([1.0]),), *VECTORS[1:]])
    assert told.endswith(
        "Yours is right in the one case with n = 1, wrong in all others,"
        " of the cases that can be compared."
    )


def test_what_is_right_in_most_cases_is_not_called_a_multiple():
    def wrong(x):
        return 3 * x if len(x) != 2 else 6 * x

    told = explained(wrong)
    assert "×" not in told
    assert "proportional" not in told
    assert "with n = 2" not in told


def test_an_argument_given_by_name_may_be_what_goes_wrong():
    inputs = [*VECTORS[:3], (VECTORS[3][0], keywords(h=4.0)), (VECTORS[4][0], keywords(h=3.0))]
    cases = single(lambda x, h=1.0: np.sin(h * x), inputs, x="(n,)", h="")
    told = diagnosis_of(lambda x, h=1.0: np.sin(x), cases).explanation
    assert told == "Yours is wrong in the 2 cases with h given, right in all others."


def test_an_argument_that_is_ignored_is_told():
    """Cases that differ in one argument alone show it."""
    x, y, z = np.array([1.0, 2.0]), np.array([3.0, 5.0]), np.array([0.5, -1.0])
    inputs = [(x, y), (x, z), (x, z + 1), (z, y), (x + 1, y)]
    cases = single(lambda x, y: x - y, inputs, x="(n,)", y="(n,)")
    assert diagnosis_of(lambda x, y: np.sin(x), cases).explanation == (
        "Yours is the same in cases 1 and 2, which differ in y alone, and in 2 more such pairs."
    )
    assert diagnosis_of(lambda x, y: np.cos(y), cases).explanation == (
        "Yours is the same in cases 1 and 4, which differ in x alone, and in 2 more such pairs."
    )
    assert diagnosis_of(lambda x, y: np.array([7.0, 9.0]), cases).explanation == (
        "Yours is the same in cases 1 and 4, which differ in x alone, and in 2 more such pairs."
    )
    assert diagnosis_of(lambda x, y: x * y, cases).explanation == ""


def test_that_one_pair_of_cases_is_alike_is_told_as_that():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    cases = single(lambda x, y: x - y, [(x, y), (x, y + 1), (y, x + 3)], x="(n,)", y="(n,)")
    assert diagnosis_of(lambda x, y: np.sin(x), cases).explanation == (
        "Yours is the same in cases 1 and 2, which differ in y alone."
    )


def test_an_argument_that_should_not_matter_is_not_told():
    x = np.array([1.0, 2.0])
    cases = single(lambda x, y: 2 * x, [(x, x), (x, x + 1)], x="(n,)", y="(n,)")
    assert diagnosis_of(lambda x, y: np.sin(x), cases).explanation == ""


def test_a_function_that_fails_only_to_refuse_is_told_so():
    def unchecked(x, *, plus=0.0):
        return 2.0 * x + plus, np.sum(2.0 * x + plus)

    assert diagnosis_of(unchecked).explanation == (
        "All results are right: it remains to refuse what makes no sense."
    )


def test_parts_are_told_apart():
    def wrong_total(x, *, plus=0.0):
        twice, total = answer(x, plus=plus)
        return twice, 3 * total

    told = diagnosis_of(wrong_total).explanation
    assert told == "Your total is 3 × the expected in all 5 cases. twice is right in every case."


def test_parts_with_one_fault_are_told_together():
    told = diagnosis_of(lambda x, plus=0: tuple(-r for r in answer(x, plus=plus))).explanation
    assert told == "Your twice and total are −1 × the expected in all 5 cases."


def test_cases_that_raise_do_not_silence_the_others():
    def wrong(x, *, plus=0.0):
        if len(x) == 3:
            raise KeyError
        return tuple(-r for r in answer(x, plus=plus))

    told = diagnosis_of(wrong).explanation
    assert "−1 × the expected in the 4 cases that can be compared" in told


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: np.sin(x) + 2 * x**2 + 0.3,
        lambda x: "text",
        lambda x: None,
        lambda x: np.full(len(x), np.nan),
        lambda x: np.full(len(x), np.inf),
        lambda x: np.empty((0, len(x))) * x,
        lambda x: np.ones((2, 2, 2)) * np.sin(x.sum()),
        lambda x: x > 0,
        lambda x: [1.0, [2.0]],
    ],
)
def test_nothing_is_said_where_there_is_nothing_to_say(wrong):
    assert explained(wrong) == ""


def test_no_factor_is_read_out_of_a_single_zero():
    assert explained(lambda x: x + 1, reference=lambda x: 0 * x, inputs=[(np.zeros(2),)]) == ""


def test_a_guess_never_contradicts_a_right_part():
    told = diagnosis_of(lambda x, plus=0: (answer(x, plus=plus)[0], np.sin(x[0])), DOUBLE)
    assert told.explanation == "twice is right in every case."


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda x, plus=0: answer(x, plus=plus)[::-1], True),
        (lambda x, plus=0: answer(-x, plus=plus)[::-1], False),
        (lambda x, plus=0: (answer(x, plus=plus)[0],) * 2, False),
    ],
)
def test_results_that_are_each_others_are_told_and_no_others(wrong, told):
    cases = DOUBLE.cases
    in_shape = dataclasses.replace(
        DOUBLE,
        cases=tuple(dataclasses.replace(case, expected=(two_arrays(case),)) for case in cases[:-1]),
    )

    def as_arrays(x, plus=0):
        return tuple(np.atleast_1d(part) for part in wrong(x, plus=plus))

    text = diagnosis_of(as_arrays, in_shape).explanation
    assert ("another order: return (twice, total)" in text) == told


def two_arrays(case):
    twice, total = case.expected[0].data
    return Expectation("value", (twice, np.array([total])))


def test_what_is_returned_in_place_of_raised_is_told():
    def wrong(x, *, plus=0.0):
        return answer(x, plus=plus) if x.ndim == 1 else ValueError("x must be (n,)")

    diagnosis = diagnosis_of(wrong)
    assert "a ValueError; write raise where it says return" in diagnosis.sentence
    assert "remains to refuse" not in diagnosis.explanation


def test_an_argument_that_is_changed_is_not_called_a_missing_refusal():
    def wrong(x, *, plus=0.0):
        twice, total = answer(x, plus=plus)
        x[:] = 0
        return twice, total

    diagnosis = diagnosis_of(wrong)
    assert diagnosis.stage == "changed"
    assert "remains to refuse" not in diagnosis.explanation
    assert not diagnosis.only_refusals


def test_what_is_right_before_an_exception_is_called_so_and_no_more():
    def wrong(x, *, plus=0.0):
        if len(x) == 3:
            raise KeyError("three")
        twice, total = answer(x, plus=plus)
        return twice, -total

    assert "twice is right wherever it can be compared." in diagnosis_of(wrong).explanation
