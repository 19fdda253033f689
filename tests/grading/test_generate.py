"""From spec and seed to cases: plain data, the same for the same seed, faults of authors told."""

import numpy as np
import pytest
from grading.made_up import answer, verdict_on

from course_lib.grading.case_files import read_cases, write_cases
from course_lib.grading.cases import ExerciseCases
from course_lib.grading.generate import make_cases, make_exercise, section
from course_lib.grading.outcomes import Raised, Returned
from course_lib.grading.spec import Expectation, Function, Slip, SpecError, keywords, read_spec
from course_lib.grading.values import same


def inputs(rng):
    cases = [(rng.normal(size=n),) for n in (1, 1, 2, 3, 3, 4, 5, 6, 7, 8)]
    return [*cases, (np.ones(2), keywords(plus=0.5)), (np.ones((2, 2)),)]


def half(x, *, plus=0.0):
    if x.ndim != 1:
        raise ValueError
    return x / 2, x.sum() / 2


def unchecked(x, *, plus=0.0):
    twice = 2 * x + plus
    return twice, twice.sum()


def in_place(x, *, plus=0.0):
    result = answer(x, plus=plus)
    x *= 2
    return result


SPEC = {
    "name": "double",
    "points": 10,
    "inputs": inputs,
    "parameters": {"x": "(n,)", "plus": ""},
    "returns": {"twice": "(n,)", "total": ""},
    "hints": ("a", "b", "c"),
    "slips": (
        Slip("half", half, "H."),
        Slip("unchecked", unchecked, "U."),
        Slip("in place", in_place, "I."),
    ),
}


def spec(**changes):
    return Function(**SPEC | changes)


def make(seed=0, reference=answer, **changes):
    return make_cases(spec(**changes), reference, "9.9.1", seed)


def test_the_reference_makes_what_is_expected():
    cases = make()
    assert cases.signature == "double(x, *, plus=0.0)"
    first = cases.cases[0]
    assert first.expected[0].kind == "value"
    assert same(first.expected[0].data, (2 * first.arguments[0], float(2 * first.arguments[0][0])))
    assert (cases.cases[-1].expected[0].kind, cases.cases[-1].expected[0].data) == (
        "raises",
        "ValueError",
    )


def test_the_same_seed_makes_the_same_cases_and_another_others():
    text, again, other = (write_cases(ExerciseCases("s", (make(seed),))) for seed in (3, 3, 4))
    assert text == again
    assert text != other


def test_one_function_does_not_disturb_the_random_numbers_of_another():
    draws = make(name="double").cases[0].arguments[0]
    assert not same(make(name="other").cases[0].arguments[0], draws)
    assert same(make(slips=()).cases[0].arguments[0], draws)


def test_a_slip_is_kept_where_it_is_wrong_and_from_small_to_large():
    half, unchecked, in_place = make().slips
    assert len(half.outcomes) == 6
    assert min(half.outcomes) == 0
    assert max(half.outcomes) == 10
    assert isinstance(half.outcomes[0], Returned)
    assert list(unchecked.outcomes) == [11]
    assert all(outcome.changed == (0,) for outcome in in_place.outcomes.values())


def test_refusing_bad_input_or_not_is_another_matter_than_the_slip():
    """A learner who slips and forgets to refuse is told of the slip."""

    def both(x, *, plus=0.0):
        return x / 2, x.sum() / 2

    assert verdict_on(both, make()).diagnosis.slip == "half"
    slips = (Slip("half, unchecked", both, "H."),)
    assert verdict_on(half, make(slips=slips)).diagnosis.slip == "half, unchecked"


def test_cases_survive_the_way_through_the_file(tmp_path):
    exercise = ExerciseCases("99_made_up", (make(),))
    path = tmp_path / "cases.json"
    path.write_text(write_cases(exercise), encoding="utf-8")
    again = read_cases(path)
    assert write_cases(again) == write_cases(exercise)
    for wrong, name in ((half, "half"), (unchecked, "unchecked"), (in_place, "in place")):
        assert verdict_on(wrong, again.find("double")).diagnosis.slip == name
    assert verdict_on(answer, again.find("double")).points == 10


def test_one_case_is_one_line_of_the_file():
    lines = write_cases(ExerciseCases("s", (make(),))).splitlines()
    assert sum('"expected":' in line for line in lines) == len(make().cases)


def test_a_slip_that_raises_is_kept_by_the_type_of_its_exception(tmp_path):
    def fails(x, *, plus=0.0):
        raise KeyError("k")

    cases = make(slips=(Slip("fails", fails, "F."),))
    path = tmp_path / "cases.json"
    path.write_text(write_cases(ExerciseCases("s", (cases,))), encoding="utf-8")
    kept = read_cases(path).functions[0].slips[0].outcomes[0]
    assert (type(kept), kept.type_name) == (Raised, "KeyError")


def test_a_property_may_stand_for_the_value():
    def expect(arguments, result):
        return [Expectation("norm_at_most", 1.0), Expectation("same_direction", arguments[0])]

    cases = make_cases(
        spec(
            inputs=lambda rng: [(np.array([3.0, 4.0]),)],
            parameters={"g": "(n,)"},
            expect=expect,
            slips=(Slip("too long", lambda g: g / 4, "L."),),
        ),
        lambda g: g / np.linalg.norm(g),
        "9.9.2",
        0,
    )
    assert verdict_on(lambda g: g / 7, cases).points == 10
    assert verdict_on(lambda g: -g / 7, cases).points == 0
    assert verdict_on(lambda g: g / 4, cases).diagnosis.slip == "too long"


# What an author is told


def changes_its_input(x, *, plus=0.0):
    x += 1
    return x, 1.0


def fails_by_accident(x, *, plus=0.0):
    return answer(x, plus=plus)[3]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slips": (Slip("none", answer, "N."),)}, "the slip 'none' is right in every case"),
        (
            {"parameters": {"y": "(n,)"}},
            "the spec has the parameters ['y'], the solution ['x', 'plus']",
        ),
        ({"reference": fails_by_accident}, "the solution of double fails on"),
        ({"reference": changes_its_input}, "the solution of double fails on"),
        ({"reference": lambda x, plus=0: object()}, "the solution of double fails on"),
        ({"hints": ("one",)}, "double has 1 hints"),
        ({"inputs": lambda rng: []}, "double has no inputs"),
    ],
)
def test_a_spec_that_does_not_fit_is_told_so(changes, words):
    with pytest.raises(SpecError) as caught:
        make(**changes)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("slug", "number"),
    [("03_3_gradients", "3.3"), ("03_4_1_learning_rate", "3.4.1"), ("01_background", "1")],
)
def test_the_number_of_an_exercise_is_the_section_of_the_article(slug, number):
    assert section(slug) == number


def test_a_slug_without_a_section_is_refused():
    with pytest.raises(SpecError, match="does not start with a section"):
        section("gradients")


def test_missing_specs_and_solutions_are_told_so(tmp_path):
    with pytest.raises(SpecError, match="there is no spec"):
        make_exercise("99_nothing", tmp_path, 0)
    path = tmp_path / "99_nothing_spec.py"
    path.write_text("FUNCTIONS = 3")
    with pytest.raises(SpecError, match="must define FUNCTIONS"):
        read_spec(path)


def test_a_solution_that_lacks_a_function_is_told_so(tmp_path):
    (tmp_path / "99_x_spec.py").write_text(
        "from course_lib.grading.spec import Function\n"
        "FUNCTIONS = (Function(name='f', points=1, inputs=list, parameters={}, returns={},"
        " hints=('a', 'b', 'c'), slips=()),)"
    )
    (tmp_path / "99_x.ipynb").write_text('{"cells": []}')
    with pytest.raises(SpecError, match=r"99_x.ipynb does not define f: missing"):
        make_exercise("99_x", tmp_path, 0)
