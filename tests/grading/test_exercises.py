"""What must hold of every exercise of the course, whoever wrote it.

An exercise is a long list of slips, on several sets of cases, so one test takes a whole function.
"""

import functools
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, outcomes_of, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import make_cases, read_reference
from course_lib.grading.judge import judge
from course_lib.grading.outcomes import Raised, Returned
from course_lib.grading.running import InProcess
from course_lib.grading.spec import read_spec
from course_lib.grading.submission import read_source
from course_lib.grading.terminal import check_source

HOUSE = Path(__file__).parents[2]
SLUGS = sorted(path.name.removesuffix("_spec.py") for path in HOUSE.glob("solutions/*_spec.py"))
SPECS = {slug: read_spec(HOUSE / "solutions" / f"{slug}_spec.py") for slug in SLUGS}
REFERENCES = {
    slug: read_reference(HOUSE / "solutions" / f"{slug}.ipynb", [f.name for f in functions])
    for slug, functions in SPECS.items()
}
FUNCTIONS = [(slug, function) for slug, functions in SPECS.items() for function in functions]
FRESH_SEEDS = (1, 2**40, 2**100)
FEW = 20


def named(value):
    return value if isinstance(value, (str, int)) else value.name


@functools.cache
def public(slug):
    return read_cases(HOUSE / "exercises" / f"{slug}_cases.json")


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS, ids=named)
@pytest.mark.parametrize("seed", ["public", *FRESH_SEEDS])
def test_every_slip_is_rejected_and_named(slug, function, seed):
    cases = public(slug).find(function.name)
    if seed != "public":
        cases = make_cases(function, REFERENCES[slug][function.name], "0", seed)
    told = {}
    for slip in function.slips:
        result = verdict_on(slip.wrong, cases)
        told[slip.name] = result.points, result.diagnosis.slip, result.diagnosis.explanation
    assert told == {slip.name: (0, slip.name, slip.sentence) for slip in function.slips}


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS, ids=named)
def test_the_solution_gets_full_marks_on_200_seeds(slug, function):
    """On a few seeds it is called again; where its answers are judged by properties, on all."""
    reference = REFERENCES[slug][function.name]
    for seed in range(200):
        cases = fresh_cases(function, reference, seed)
        again = function.expect is not None or seed < FEW
        outcomes = outcomes_of(reference, cases) if again else [*map(given, cases.cases)]
        assert judge(cases, outcomes).points == function.points, f"seed {seed}"
        if again:
            values = [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]
            assert not has_nan(values), f"seed {seed}"


def has_nan(value):
    """Whether there is a NaN in it, which would pass as right beside itself."""
    if isinstance(value, (list, tuple)):
        return any(map(has_nan, value))
    return isinstance(value, (float, np.ndarray)) and bool(np.any(value != value))


def given(case):
    """What the solution gave when the case was made."""
    (expected,) = case.expected
    if expected.kind == "raises":
        return Raised(expected.data, "")
    return Returned(expected.data)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_solution_as_a_submission_gets_full_marks(slug):
    source = read_source(HOUSE / "solutions" / f"{slug}.ipynb")
    assert {r.status for r in check_source(source, public(slug), InProcess())} == {"passed"}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_exercise_as_a_submission_gets_nothing_for_not_attempted(slug):
    source = read_source(HOUSE / "exercises" / f"{slug}.ipynb")
    results = check_source(source, public(slug), InProcess())
    assert {(r.status, r.points) for r in results} == {("not_attempted", 0)}


@pytest.mark.parametrize("slug", SLUGS)
def test_an_exercise_is_worth_100_points(slug):
    assert sum(function.points for function in SPECS[slug]) == 100


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS, ids=named)
def test_hints_slips_and_tolerance_say_something(slug, function):
    assert len(function.hints) == 3
    assert len(function.slips) >= 2
    names = [slip.name for slip in function.slips]
    assert len(set(names)) == len(names)
    texts = [*function.hints, *(slip.sentence for slip in function.slips)]
    assert all(text.endswith((".", "?")) for text in texts)
    assert function.tolerance.reason


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS, ids=named)
def test_the_simplest_cases_come_first(slug, function):
    """The first case is as small as any: it is the one that a beginner is shown."""
    sizes = [
        sum(argument.size for argument in case.arguments if hasattr(argument, "size"))
        for case in public(slug).find(function.name).cases
    ]
    assert sizes[0] == min(sizes)
