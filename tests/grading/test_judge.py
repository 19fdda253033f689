"""The judge: the order of diagnosis, slips by name, the simplest case, and no way to fool it."""

import dataclasses

import numpy as np
import pytest
from grading.made_up import (
    DOUBLE,
    INPUTS,
    answer,
    diagnosis_of,
    expected,
    knowing,
    known,
    outcomes_of,
    verdict_on,
)

from course_lib.grading.cases import Case, Expectation
from course_lib.grading.compare import find_problem
from course_lib.grading.judge import judge, refuse
from course_lib.grading.outcomes import (
    BadSyntax,
    Crashed,
    NotCalled,
    Raised,
    Returned,
    TimedOut,
    Unsupported,
)
from course_lib.grading.results import STAGES
from course_lib.grading.values import keywords


def test_a_right_answer_gets_all_points():
    result = verdict_on(answer)
    assert (result.status, result.points, result.max_points) == ("passed", 10, 10)
    assert result.diagnosis.stage == "passed"


def stub(x, *, plus=0.0):
    raise NotImplementedError("Exercise 9.9.1: double")


def raises(x, *, plus=0.0):
    return x.nothing


def nothing(x, *, plus=0.0):
    answer(x, plus=plus)


def one_part_nothing(x, *, plus=0.0):
    return None, answer(x, plus=plus)[1]


def another_type(x, *, plus=0.0):
    twice, total = answer(x, plus=plus)
    return list(twice), total


def one_result(x, *, plus=0.0):
    return answer(x, plus=plus)[0]


def three_results(x, *, plus=0.0):
    return *answer(x, plus=plus), 0.0


def another_shape(x, *, plus=0.0):
    twice, total = answer(x, plus=plus)
    return twice[:, None], total


def whole_numbers(x, *, plus=0.0):
    twice, total = answer(x, plus=plus)
    return twice.astype(int), total


def single_precision(x, *, plus=0.0):
    twice, total = answer(x / 3.0, plus=plus / 3.0)
    return (3 * twice.astype(np.float32)).astype(np.float32) + np.float32(1e-6), total * 3


def not_finite(x, *, plus=0.0):
    twice, total = answer(x, plus=plus)
    return twice * np.nan, total


def changes(x, *, plus=0.0):
    result = answer(x, plus=plus)
    x[0] += 1
    return result


def truth_values(x, *, plus=0.0):
    twice, total = answer(x, plus=plus)
    return twice > 0, total


async def not_awaited(x, *, plus=0.0):
    return answer(x, plus=plus)


def another_value(x, *, plus=0.0):
    twice, total = answer(x, plus=plus)
    return np.sin(twice) + 0.1, total


def does_not_refuse(x, *, plus=0.0):
    twice = 2.0 * x + plus
    return twice, twice.sum()


def refuses_otherwise(x, *, plus=0.0):
    if x.ndim != 1:
        raise KeyError("x")
    return answer(x, plus=plus)


FAULTS = [
    (stub, "not attempted", "not_attempted", "raises NotImplementedError"),
    (raises, "exception", "error", "AttributeError"),
    (nothing, "nothing", "failed", "It returned None"),
    (one_part_nothing, "nothing", "failed", "twice is None"),
    (another_type, "type", "failed", "twice is a list of length 1; expected an array"),
    (one_result, "type", "failed", "expected 2 results, (twice, total), as a tuple"),
    (three_results, "type", "failed", "It returned a tuple of length 3; expected 2 results"),
    (another_shape, "shape", "failed", "twice has shape (1, 1); expected (1,), that is (n,)"),
    (whole_numbers, "dtype", "failed", "twice holds int64, so the decimals are lost"),
    (truth_values, "dtype", "failed", "twice holds truth values (bool); expected numbers"),
    (not_awaited, "type", "failed", "a coroutine; write def without async"),
    (single_precision, "dtype", "failed", "float32"),
    (not_finite, "finite", "failed", "twice[0] is nan; expected a finite number"),
    (changes, "changed", "failed", "It changed its argument x in place"),
    (another_value, "value", "failed", "twice[0] is 0.9415; expected 1.0"),
    (does_not_refuse, "value", "failed", "It must refuse this input with a ValueError"),
    (refuses_otherwise, "value", "failed", "it raised KeyError"),
]


@pytest.mark.parametrize(("function", "stage", "status", "words"), FAULTS)
def test_each_fault_is_told_at_its_stage(function, stage, status, words):
    result = verdict_on(function)
    assert (result.diagnosis.stage, result.status, result.points) == (stage, status, 0)
    assert words in result.diagnosis.sentence


IN_ORDER = [raises, nothing, another_type, another_shape, whole_numbers, not_finite, changes]
IN_ORDER += [another_value]


@pytest.mark.parametrize("earlier", range(len(IN_ORDER) - 1))
def test_of_two_faults_the_one_that_comes_first_in_the_order_is_told(earlier):
    """The later fault shows in all cases but the last, the earlier one in that alone."""
    first, second = IN_ORDER[earlier], IN_ORDER[earlier + 1]
    calls = []

    def both(x, *, plus=0.0):
        calls.append(x)
        return (first if len(calls) == 4 else second)(x, plus=plus)

    diagnosis = diagnosis_of(both)
    assert diagnosis.stage == diagnosis_of(first).stage
    assert diagnosis.example.number == 4
    assert STAGES.index(diagnosis.stage) < STAGES.index(diagnosis_of(second).stage)


@pytest.mark.parametrize("got", [["z", "p"], ("z",), []])
def test_names_are_compared_as_a_whole_and_written_out(got):
    named = dataclasses.replace(DOUBLE, returns={"faulty": ""})
    case = Case((np.zeros(1),), (Expectation("value", ["p"]),))
    problem = find_problem(named, case, Returned(got))
    assert problem.stage == "value"
    assert f"faulty is {got}; expected ['p']." in problem.sentence
    assert find_problem(named, case, Returned(("p",))) is None


def test_of_two_faults_in_one_result_the_earlier_is_told():
    expected = DOUBLE.cases[1]
    outcome = Returned((np.array([np.nan, 1.0]), [3.0]), changed=(0,))
    assert find_problem(DOUBLE, expected, outcome).stage == "type"


def test_the_simplest_case_is_shown_with_its_sizes_and_both_results():
    def wrong_from_two_entries_on(x, *, plus=0.0):
        twice, total = answer(x, plus=plus)
        return twice + (len(x) > 1), total

    diagnosis = diagnosis_of(wrong_from_two_entries_on)
    example = diagnosis.example
    assert (example.number, diagnosis.failed, diagnosis.total) == (2, 4, 6)
    assert example.sizes == "n = 2"
    assert example.arguments == (("x", "[ 1.50, -2.25]"),)
    twice, total = example.compared
    assert (twice.expected, twice.got, twice.right) == ("[ 3.0, -4.5]", "[ 4.0, -3.5]", False)
    assert (total.expected, total.got, total.right) == ("-1.5", "-1.5", True)


def test_two_numbers_that_look_alike_are_written_with_the_digits_that_differ():
    def slightly_off(x, *, plus=0.0):
        twice, total = answer(x, plus=plus)
        return twice + 1e-6, total

    twice, _ = diagnosis_of(slightly_off).example.compared
    assert (twice.expected, twice.got) == ("[1.]", "[1.000001]")


def test_an_exception_is_told_with_the_line_that_raised_it():
    line = diagnosis_of(raises).line
    assert line.text == "return x.nothing"
    assert line.number > 0


def test_a_wrong_call_is_told_with_the_right_one():
    assert "double(x, *, plus=0.0)" in diagnosis_of(lambda x, y: x).sentence
    assert "double(x" not in diagnosis_of(lambda x, plus=0: x + None).sentence


def test_not_implemented_in_a_later_case_is_an_exception():
    def half_done(x, *, plus=0.0):
        if len(x) > 1:
            raise NotImplementedError
        return answer(x, plus=plus)

    assert diagnosis_of(half_done).stage == "exception"


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x, plus=0: (yield), "with no yield"),
        (lambda x, plus=0: np.sum, "a function"),
        (lambda x, plus=0: answer, "call it with ()"),
        (lambda x, plus=0: {"twice": x}, "a dict"),
        (lambda x, plus=0: {"twice"}, "a set, which has no order"),
        (lambda x, plus=0: ValueError, "write raise where it says return"),
        (lambda x, plus=0: ..., "put your result in its place"),
        (lambda x, plus=0: (x * 1j, 1.0), "negative number under a root"),
        (lambda x, plus=0: np.array([None]), "an array of objects"),
        (lambda x, plus=0: np.matrix(x), "np.matrix"),
        (lambda x, plus=0: x.astype(np.longdouble), "float64, which is what float means"),
        (lambda x, plus=0: object(), "an object of type object"),
    ],
)
def test_a_result_that_is_no_value_is_told_with_what_is_meant(function, words):
    diagnosis = diagnosis_of(function)
    assert diagnosis.stage == "type"
    assert words in diagnosis.sentence


@pytest.mark.parametrize(
    ("last", "status", "stage"),
    [
        (TimedOut(3.0, 2, "while True:"), "timeout", "endless"),
        (Crashed("signal 11"), "crashed", "crash"),
        (Raised("KeyboardInterrupt", ""), "timeout", "endless"),
    ],
)
def test_a_call_that_never_came_back_is_told_and_not_those_after_it(last, status, stage):
    done = outcomes_of(answer)[:2]
    result = judge(DOUBLE, [*done, last, *[NotCalled("an earlier call was stopped")] * 3])
    assert (result.status, result.diagnosis.stage) == (status, stage)
    assert result.diagnosis.example.number == 3


def test_nothing_called_at_all_is_a_crash():
    assert judge(DOUBLE, [NotCalled("no sandbox")] * 6).status == "crashed"


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("missing", "not_attempted", "There is no double in it"),
        (BadSyntax("invalid syntax", 3, "x = = 2", 5), "error", "Python cannot read it"),
        (Raised("NameError", "name 'dec' is not defined", 1, "@dec"), "error", "NameError"),
        (TimedOut(5.0), "timeout", "5 s"),
        (Crashed("out of memory"), "crashed", "out of memory"),
    ],
)
def test_a_function_that_could_not_be_loaded_is_told_so(state, status, words):
    result = judge(DOUBLE, [], state)
    assert (result.status, result.points) == (status, 0)
    assert words in result.diagnosis.sentence


def test_a_syntax_error_keeps_its_line_and_column():
    line = judge(DOUBLE, [], BadSyntax("invalid syntax", 3, "x = = 2", 5)).diagnosis.line
    assert (line.number, line.text, line.column) == (3, "x = = 2", 5)


def test_a_refused_submission_has_its_reason():
    result = refuse(DOUBLE, "a.ipynb is a link")
    assert (result.status, result.diagnosis.summary) == ("refused", "a.ipynb is a link")


# Known slips


def half(x, *, plus=0.0):
    twice, total = answer(x, plus=plus)
    return twice / 4, total


def fails_on_short(x, *, plus=0.0):
    return answer(x, plus=plus + x[1] * 0)


@pytest.mark.parametrize("slip", [half, another_shape, changes, another_type, nothing, not_finite])
def test_a_known_slip_is_named_at_whatever_stage_it_shows(slip):
    cases = knowing(("forgotten", half), ("this very one", slip))
    diagnosis = diagnosis_of(slip, cases)
    assert diagnosis.slip == ("forgotten" if slip is half else "this very one")
    assert diagnosis.explanation == f"About {diagnosis.slip}."


def test_a_slip_that_raises_in_some_cases_is_named():
    cases = knowing(("short", fails_on_short))
    diagnosis = diagnosis_of(fails_on_short, cases)
    assert (diagnosis.stage, diagnosis.slip) == ("exception", "short")


def test_another_exception_than_that_of_a_slip_is_not_the_slip():
    def fails_otherwise(x, *, plus=0.0):
        if len(x) == 1:
            raise KeyError("x")
        return answer(x, plus=plus)

    assert diagnosis_of(fails_otherwise, knowing(("short", fails_on_short))).slip == ""


def test_a_slip_is_named_only_if_it_accounts_for_every_value_that_is_wrong():
    """NumPy raises the same for many a reason: where else it does so tells them apart."""

    def fails_everywhere(x, *, plus=0.0):
        return x[len(x)]

    def fails_on_short_and_wrong(x, *, plus=0.0):
        return fails_on_short(x, plus=plus) if len(x) == 1 else half(x, plus=plus)

    def fails_on_short_and_refuses_nothing(x, *, plus=0.0):
        return does_not_refuse(x, plus=plus) if x.ndim > 1 else fails_on_short(x, plus=plus)

    cases = dataclasses.replace(DOUBLE, slips=(known("short", fails_on_short, kept=[0]),))
    assert isinstance(cases.slips[0].outcomes[0], Raised)
    assert diagnosis_of(fails_everywhere, cases).slip == ""
    assert diagnosis_of(fails_on_short_and_wrong, cases).slip == ""
    assert diagnosis_of(fails_on_short_and_refuses_nothing, cases).slip == "short"


def test_a_slip_that_is_not_made_is_not_named():
    cases = knowing(("forgotten", half))
    assert diagnosis_of(another_value, cases).slip == ""
    assert diagnosis_of(answer, cases).slip == ""


def test_a_slip_is_known_by_every_case_that_is_kept():
    def half_at_first(x, *, plus=0.0):
        return (half if len(x) < 4 else answer)(x, plus=plus)

    assert diagnosis_of(half_at_first, knowing(("forgotten", half))).slip == ""


def test_a_slip_about_what_to_refuse_is_named_only_where_all_else_is_right():
    """Both let the matrix through and give zeros there; only one has nothing else to mend."""
    place = len(DOUBLE.cases) - 1
    slip = known("let through", does_not_refuse, kept=[place])
    cases = dataclasses.replace(DOUBLE, slips=(slip,))

    def wrong_too(x, *, plus=0.0):
        return 3 * x + plus, np.sum(3 * x + plus)

    assert diagnosis_of(does_not_refuse, cases).slip == "let through"
    assert diagnosis_of(wrong_too, cases).slip == ""


def test_of_two_slips_that_fit_the_one_that_lets_through_as_much_is_named():
    refused = Case((np.ones((3, 3)),), (Expectation("raises", "ValueError"),))
    cases = dataclasses.replace(DOUBLE, cases=(*DOUBLE.cases, refused))
    last = len(cases.cases) - 1

    def lets_zeros_through(x, *, plus=0.0):
        return (answer if np.any(x) else does_not_refuse)(x, plus=plus)

    slips = (
        known("zeros", lets_zeros_through, cases, kept=[last - 1]),
        known("anything", does_not_refuse, cases, kept=[last - 1]),
    )
    cases = dataclasses.replace(cases, slips=slips)
    assert diagnosis_of(lets_zeros_through, cases).slip == "zeros"
    assert diagnosis_of(does_not_refuse, cases).slip == "anything"


def test_an_argument_passed_by_name_is_named_if_it_was_changed():
    def changes_the_order(x, *, plus=0.0, order=None):
        order.sort()
        return answer(x, plus=plus)

    order = np.array([2, 1, 0])
    case = Case((INPUTS[1][0], keywords(plus=0.0, order=order)), expected(INPUTS[1]).expected)
    parameters = {"x": "(n,)", "order": "(n,)", "plus": ""}
    cases = dataclasses.replace(DOUBLE, cases=(case,), parameters=parameters)
    diagnosis = diagnosis_of(changes_the_order, cases)
    assert diagnosis.stage == "changed"
    assert "It changed its argument order in place" in diagnosis.sentence


def test_a_change_of_what_was_never_passed_is_none():
    outcomes = outcomes_of(answer)
    outcomes[0] = Returned(outcomes[0].value, changed=(200,))
    assert judge(DOUBLE, outcomes).points == DOUBLE.points


def test_changing_the_input_as_well_is_not_the_slip():
    def both(x, *, plus=0.0):
        result = half(x, plus=plus)
        x[0] += 1
        return result

    assert diagnosis_of(both, knowing(("forgotten", half))).slip == ""


def test_the_summary_is_one_line_with_slip_and_sentence():
    summary = diagnosis_of(half, knowing(("forgotten", half))).summary
    assert "\n" not in summary
    assert "Known slip: forgotten. About forgotten." in summary


# What may vary in a right answer


@pytest.mark.parametrize(
    "variant",
    [
        lambda twice, total: [twice, total],
        lambda twice, total: (twice, np.asarray(total)),
        lambda twice, total: (twice, np.float32(total)),
        lambda twice, total: (np.asfortranarray(twice), float(total)),
        lambda twice, total: (twice + 1e-10, total * (1 + 1e-10)),
    ],
)
def test_a_right_answer_in_another_dress_is_right(variant):
    assert verdict_on(lambda x, plus=0.0: variant(*answer(x, plus=plus))).status == "passed"


def test_whole_numbers_are_right_where_nothing_is_lost():
    cases = dataclasses.replace(DOUBLE, cases=DOUBLE.cases[2:3])
    assert verdict_on(lambda x: (2 * x, 2 * x.sum()), cases).status == "passed"


def test_true_is_not_the_number_one():
    cases = dataclasses.replace(DOUBLE, cases=DOUBLE.cases[:1])
    diagnosis = diagnosis_of(lambda x: (2 * x, True), cases)
    assert diagnosis.sentence == "total is a truth value (bool); expected a number (float)."


def test_whole_numbers_that_are_far_off_are_not_blamed_on_their_dtype():
    assert diagnosis_of(lambda x, plus=0: (np.full(len(x), 99), 0.0)).stage == "value"


@pytest.mark.parametrize("total", [True, "12", None, np.array([12.0]), (12.0,)])
def test_what_is_no_number_is_not_taken_for_one(total):
    cases = dataclasses.replace(DOUBLE, cases=DOUBLE.cases[2:3])
    assert verdict_on(lambda x: (2.0 * x, total), cases).status == "failed"


def test_the_tolerance_is_absolute_plus_relative():
    """1e-9 + 1e-7 · |expected|: at 1.0 that is 1.01e-7."""
    inside, outside = 1.0e-7, 1.02e-7
    case = DOUBLE.cases[0]
    assert find_problem(DOUBLE, case, Returned((np.array([1 + inside]), 1.0))) is None
    assert find_problem(DOUBLE, case, Returned((np.array([1 + outside]), 1.0))).stage == "value"
    assert find_problem(DOUBLE, case, Returned((np.array([1.0]), 1 - outside))).stage == "value"
    tiny = dataclasses.replace(
        case, expected=(dataclasses.replace(case.expected[0], data=(np.array([0.0]), 1e-3)),)
    )
    assert find_problem(DOUBLE, tiny, Returned((np.array([0.9e-9]), 1e-3))) is None
    assert find_problem(DOUBLE, tiny, Returned((np.array([1.1e-9]), 1e-3))).stage == "value"
    assert find_problem(DOUBLE, tiny, Returned((np.array([0.0]), 1e-3 + 1e-8))).stage == "value"


@pytest.mark.parametrize("expected", [np.inf, -np.inf, np.nan])
def test_an_expected_infinity_or_nan_must_be_met(expected):
    case = dataclasses.replace(
        DOUBLE.cases[0],
        expected=(dataclasses.replace(DOUBLE.cases[0].expected[0], data=(np.ones(1), expected)),),
    )
    assert find_problem(DOUBLE, case, Returned((np.ones(1), expected))) is None
    for other in (0.0, np.inf, -np.inf, np.nan):
        if not np.array_equal(other, expected, equal_nan=True):
            assert find_problem(DOUBLE, case, Returned((np.ones(1), other))) is not None


# What a submission may try, in the learner's own process


class Right:
    """An object that claims to equal whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __array__(self, *_, **__):
        return np.zeros(1)

    __hash__ = object.__hash__


class LyingArray(np.ndarray):
    def __array_ufunc__(self, ufunc, *_, **__):
        return np.bool_(True)

    def __eq__(self, other):
        return np.ones(self.shape, bool)

    __hash__ = None

    def __sub__(self, other):
        return np.zeros(1)


@pytest.mark.parametrize(
    "fake",
    [
        lambda x, plus=0: Right(),
        lambda x, plus=0: (Right(), Right()),
        lambda x, plus=0: (np.ones(len(x)).view(LyingArray), 0.0),
    ],
)
def test_an_object_that_lies_about_equality_is_refused(fake):
    result = verdict_on(fake)
    assert (result.points, result.diagnosis.stage) == (0, "type")


@pytest.mark.parametrize("name", ["allclose", "isclose", "array_equal", "abs", "all", "asarray"])
def test_a_patched_numpy_makes_no_wrong_answer_right(monkeypatch, name):
    def cheat(x, *, plus=0.0):
        monkeypatch.setattr(np, name, lambda *_, **__: True)
        return x * 0.0, 0.0

    outcomes = outcomes_of(cheat)
    try:
        assert judge(DOUBLE, outcomes).points == 0
    finally:
        monkeypatch.undo()


def test_a_patched_comparison_in_numpys_error_state_is_of_no_use():
    def cheat(x, *, plus=0.0):
        np.seterr(all="ignore")
        np.set_printoptions(precision=0, suppress=True)
        return x * 0.0, 0.0

    before = np.geterr()
    try:
        diagnosis = diagnosis_of(cheat)
    finally:
        np.seterr(**before)
        np.set_printoptions(precision=8, suppress=False)
    assert diagnosis.example.compared[0].expected == "[1.]"


def test_the_same_submission_gets_the_same_verdict():
    cases = knowing(("forgotten", half))
    assert verdict_on(another_value, cases) == verdict_on(another_value, cases)


def test_every_stage_has_its_place_in_the_order():
    told = {stage for _, stage, _, _ in FAULTS}
    assert told | {"syntax", "crash", "endless", "not called"} == set(STAGES)


def test_an_unsupported_part_is_a_type(monkeypatch):
    assert find_problem(DOUBLE, DOUBLE.cases[0], Unsupported("dict")).stage == "type"
