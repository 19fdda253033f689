"""A made-up exercise for the tests of the engine: twice x, and its total.

double(x, *, plus=0.0) -> (twice (n,), total)        x (n,)
"""

import dataclasses
import math

import numpy as np

from course_lib.grading.cases import (
    Case,
    ExerciseCases,
    Expectation,
    FunctionCases,
    KnownSlip,
    Tolerance,
)
from course_lib.grading.compare import find_problems
from course_lib.grading.generate import make_cases
from course_lib.grading.judge import judge
from course_lib.grading.outcomes import Returned
from course_lib.grading.running import InProcess
from course_lib.grading.values import keywords, split_keywords


def answer(x, *, plus=0.0):
    if x.ndim != 1:
        raise ValueError("x must be (n,)")
    twice = 2 * x + plus
    return twice, twice.sum()


def expected(arguments):
    positional, named = split_keywords(arguments)
    twice = 2.0 * positional[0] + named.get("plus", 0.0)
    return Case(arguments, (Expectation("value", (twice, math.fsum(twice))),))


INPUTS = (
    (np.array([0.5]),),
    (np.array([1.5, -2.25]),),
    (np.array([1, 2, 3]),),
    (np.array([0.25, 0.0, -1.0, 3.0]),),
    (np.array([1.0, 4.0]), keywords(plus=0.5)),
)
REFUSED = Case((np.zeros((2, 2)),), (Expectation("raises", "ValueError"),))
DOUBLE = FunctionCases(
    name="double",
    number="9.9.1",
    points=10,
    signature="double(x, *, plus=0.0)",
    parameters={"x": "(n,)", "plus": ""},
    returns={"twice": "(n,)", "total": ""},
    tolerance=Tolerance(),
    hints=("Look at 2.", "Multiply.", "`2 * x`"),
    cases=(*(expected(arguments) for arguments in INPUTS), REFUSED),
)


def outcomes_of(function, cases=DOUBLE):
    """Call the function on every case, in this process."""
    return InProcess({cases.name: function}).call(cases.name, [c.arguments for c in cases.cases])


def verdict_on(function, cases=DOUBLE):
    return judge(cases, outcomes_of(function, cases))


def fresh_cases(function, reference, seed):
    """The cases of a seed without slips: what is right needs nobody to say what is wrong."""
    return make_cases(dataclasses.replace(function, slips=()), reference, "0", seed)


def diagnosis_of(function, cases=DOUBLE):
    return verdict_on(function, cases).diagnosis


def knowing(*slips, cases=DOUBLE):
    """The cases with slips, each (name, function), known by what they give in the first five."""
    return dataclasses.replace(cases, slips=tuple(known(*slip, cases) for slip in slips))


def known(name, function, cases=DOUBLE, kept=range(5)):
    """A slip as it is known: by what it gives in the cases kept."""
    outcomes = outcomes_of(function, cases)
    wrong = [i for i, problem in enumerate(find_problems(cases, outcomes)) if problem]
    return KnownSlip(name, f"About {name}.", {i: outcomes[i] for i in kept}, frozenset(wrong))


def exercise(*functions):
    return ExerciseCases("99_made_up", functions or (DOUBLE,))


def single(reference, inputs, shape="(n,)", **parameters):
    """Cases of a function with one result, from a right implementation."""
    cases = []
    for arguments in inputs:
        positional, named = split_keywords(arguments)
        value = reference(*positional, **named)
        assert isinstance(Returned(value).value, (float, np.ndarray))
        cases.append(Case(arguments, (Expectation("value", value),)))
    return dataclasses.replace(
        DOUBLE,
        name="single",
        parameters=parameters or {"x": shape},
        returns={"result": shape},
        cases=tuple(cases),
    )
