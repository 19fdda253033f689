"""Compare one outcome with what is expected of its case.

The learner's values are in plain form by now (`values.normalize`), and the few NumPy functions
used are bound here at import: nothing that a submission redefines later has a say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TypeGuard, cast

from numpy import errstate, ndarray

from course_lib.grading.cases import Case, Expectation, FunctionCases, Tolerance
from course_lib.grading.closeness import Leaf, all_near, compare_leaf, within
from course_lib.grading.describe import describe, show
from course_lib.grading.failures import outcome_problem
from course_lib.grading.outcomes import Outcome, Raised, Returned
from course_lib.grading.properties import BESIDE_ANOTHER, PROPERTIES
from course_lib.grading.results import STAGES, Problem
from course_lib.grading.values import Value, split_keywords


def find_problem(
    function: FunctionCases, case: Case, outcome: Outcome, outcomes: Sequence[Outcome] = ()
) -> Problem | None:
    """Return what is wrong with the outcome of a case, None if nothing is.

    Where several things are wrong, it is the first in the order of diagnosis. A property that looks
    at another case too finds it in `outcomes`, those of all cases.
    """
    with errstate(all="ignore"):
        return _find_problem(function, case, outcome, outcomes)


def find_problems(function: FunctionCases, outcomes: Sequence[Outcome]) -> list[Problem | None]:
    """Return for each case, in order, what is wrong with its outcome, None if nothing is."""
    with errstate(all="ignore"):
        return [
            _find_problem(function, case, outcome, outcomes)
            for case, outcome in zip(function.cases, outcomes, strict=True)
        ]


def _find_problem(
    function: FunctionCases, case: Case, outcome: Outcome, outcomes: Sequence[Outcome]
) -> Problem | None:
    first = case.expected[0]
    if first.kind == "raises":
        return _problem_of_refusal(str(first.data), function, outcome)
    if isinstance(outcome, Returned):
        problems = list(_problems_of_value(function, case, outcome, outcomes))
        return min(problems, key=lambda problem: STAGES.index(problem.stage)) if problems else None
    return outcome_problem(function, outcome)


def _problem_of_refusal(expected: str, function: FunctionCases, outcome: Outcome) -> Problem | None:
    """Look at a case that the function must refuse by raising the exception expected."""
    if isinstance(outcome, Returned):
        got = f"it returned {describe(outcome.value)}"
    elif isinstance(outcome, Raised) and outcome.type_name != "NotImplementedError":
        if outcome.type_name == expected:
            return None
        got = f"it raised {outcome.type_name}"
    else:
        return outcome_problem(function, outcome)
    return Problem("value", f"It must refuse this input with a {expected}; {got}.")


def _problems_of_value(
    function: FunctionCases, case: Case, outcome: Returned, outcomes: Sequence[Outcome]
) -> Iterator[Problem]:
    if changed := _changed_arguments(function, case, outcome):
        yield _changed_in_place(changed)
    other_values = []
    for expected in case.expected:
        if expected.kind == "value":
            if agree(expected.data, outcome.value, function.tolerance):
                continue
            found = list(compare(function, expected.data, outcome.value))
            yield from (problem for problem in found if problem.stage != "value")
            other_values += [problem for problem in found if problem.stage == "value"]
        else:
            problem = _problem_of_property(function, expected, outcome.value, outcomes)
            if problem is not None:
                yield problem
    yield from other_values  # a property says more than that a number is another


def _problem_of_property(
    function: FunctionCases, expected: Expectation, value: Value, outcomes: Sequence[Outcome]
) -> Problem | None:
    if expected.kind not in BESIDE_ANOTHER:
        return PROPERTIES[expected.kind](expected.data, value, function.tolerance)
    other = outcomes[cast(int, expected.data)]
    if not isinstance(other, Returned):
        return None  # that case has a problem of its own
    return BESIDE_ANOTHER[expected.kind](other.value, value, function.tolerance)


def _changed_arguments(function: FunctionCases, case: Case, outcome: Returned) -> list[str]:
    """Return the names of what was changed; a place where nothing was passed has none."""
    positional, named = split_keywords(case.arguments)
    passed = [*list(function.parameters)[: len(positional)], *named]
    return [name for i, name in enumerate(passed) if i in outcome.changed]


def _changed_in_place(names: Sequence[str]) -> Problem:
    first, arguments = names[0], "argument" if len(names) == 1 else "arguments"
    return Problem(
        "changed",
        f"It changed its {arguments} {' and '.join(names)} in place, and its caller still needs"
        f" that: work on a copy ({first} = {first}.copy()), and write a = a - b for a -= b.",
    )


def agree(expected: Value, got: Value, tolerance: Tolerance) -> bool:
    """Recognize a right result in as few steps as can be, since most are; False says nothing."""
    if isinstance(expected, ndarray):
        return (
            isinstance(got, ndarray)
            and expected.shape == got.shape
            and all_near(expected, got, tolerance)
        )
    if isinstance(expected, (tuple, list)):
        return (
            isinstance(got, (tuple, list))
            and len(expected) == len(got)
            and all(agree(e, g, tolerance) for e, g in zip(expected, got, strict=True))
        )
    if isinstance(expected, float) and isinstance(got, float):
        return isfinite(expected) and bool(within(expected, got, tolerance))
    return False


def compare(function: FunctionCases, expected: Value, got: Value) -> Iterator[Problem]:
    """Yield what is wrong with each part of a result; nothing for a right one."""
    for found in leaves(function, expected, got):
        problem = found if isinstance(found, Problem) else compare_leaf(found, function)
        if problem is not None:
            yield problem


def leaves(function: FunctionCases, expected: Value, got: Value) -> Iterator[Leaf | Problem]:
    """Take a result apart, side by side with the expected one.

    A part that is no number and no array, or that has no counterpart, is a problem.
    """
    names = tuple(function.returns)
    if isinstance(expected, tuple) and len(names) == len(expected) > 1:
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            yield _wrong_number_of_results(names, got)
            return
        for name, e, g in zip(names, expected, got, strict=True):
            yield from _leaves(name, e, g)
    else:
        yield from _leaves(names[0] if len(names) == 1 else "result", expected, got)


def _wrong_number_of_results(names: tuple[str, ...], got: Value) -> Problem:
    wanted = f"{len(names)} results, ({', '.join(names)}), as a tuple"
    if got is None:
        return Problem("nothing", f"It returned None; expected {wanted}: is there a return?")
    return Problem("type", f"It returned {describe(got)}; expected {wanted}.")


def _leaves(name: str, expected: Value, got: Value) -> Iterator[Leaf | Problem]:
    if isinstance(expected, ndarray) and isinstance(got, ndarray):
        yield Leaf(name, expected, got)
    elif got is None and expected is not None:
        yield Problem(
            "nothing", f"{name} is None; expected {describe(expected)}: is there a return?"
        )
    elif _is_names(expected) and _is_names(got):
        if list(expected) != list(got):  # written out: their lengths alone would say little
            yield Problem("value", f"{name} is {show(got)}; expected {show(expected)}.")
    elif isinstance(expected, (tuple, list)):
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            yield _wrong_type(name, expected, got)
            return
        for i, (e, g) in enumerate(zip(expected, got, strict=True)):
            yield from _leaves(f"{name}[{i}]", e, g)
    elif _is_number(expected) and _is_number(got):
        yield Leaf(name, expected, got)
    elif type(expected) is not type(got):
        yield _wrong_type(name, expected, got)
    elif expected != got:
        yield Problem("value", f"{name} is {show(got)}; expected {show(expected)}.")


def _is_names(value: Value) -> TypeGuard[list[Value] | tuple[Value, ...]]:
    """Tell whether it is a list of texts, which may be empty."""
    return isinstance(value, (tuple, list)) and all(isinstance(item, str) for item in value)


def _is_number(value: Value) -> bool:
    """Accept what a reduction returns: a number, or an array without axes."""
    if isinstance(value, ndarray):
        return value.shape == () and value.dtype.kind != "b"
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _wrong_type(name: str, expected: Value, got: Value) -> Problem:
    hint = ""
    if isinstance(expected, ndarray) and isinstance(got, list):
        hint = ": np.array(...) makes one."
    elif isinstance(expected, ndarray) and _is_number(got):
        hint = ": is something summed, or averaged, that should stay apart?"
    elif isinstance(got, ndarray) and _is_number(expected):
        hint = ": is a sum, a mean or a largest entry still to be taken?"
    return Problem("type", f"{name} is {describe(got)}; expected {describe(expected)}{hint or '.'}")
