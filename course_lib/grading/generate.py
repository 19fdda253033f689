"""Make cases: spec and seed in, plain data out. Runs where the solutions are, and only there."""

from __future__ import annotations

import dataclasses
import inspect
import re
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.grading.cases import (
    MAX_TELLING,
    Case,
    ExerciseCases,
    Expectation,
    FunctionCases,
    KnownSlip,
)
from course_lib.grading.compare import find_problems
from course_lib.grading.loading import load
from course_lib.grading.outcomes import Raised, Returned
from course_lib.grading.running import Arguments, attempt, without_warnings
from course_lib.grading.spec import Function, Slip, SpecError, read_spec
from course_lib.grading.submission import read_source

HINTS = 3


def make_exercise(slug: str, solutions: Path, seed: int) -> ExerciseCases:
    """Make the cases of an exercise from its spec and its solution in the folder `solutions`.

    The same seed makes the same cases.

    Raises
    ------
    SpecError
        If either is missing, or they do not fit each other.
    """
    spec = read_spec(solutions / f"{slug}_spec.py")
    reference = read_reference(solutions / f"{slug}.ipynb", [function.name for function in spec])
    return ExerciseCases(
        slug,
        tuple(
            make_cases(function, reference[function.name], f"{section(slug)}.{place}", seed)
            for place, function in enumerate(spec, start=1)
        ),
    )


def section(slug: str) -> str:
    """Return the number of the article's section that a slug starts with: "3.4.1".

    Raises
    ------
    SpecError
        If it starts with none.
    """
    digits = re.match(r"(?:\d+_)+", slug)
    if digits is None:
        raise SpecError(f"{slug!r} does not start with a section, as 03_3_gradients does")
    return ".".join(str(int(part)) for part in digits[0].split("_") if part)


def read_reference(path: Path, names: Sequence[str]) -> dict[str, Callable[..., Any]]:
    """Load the functions named from a solution notebook.

    Raises
    ------
    SpecError
        If one of them cannot be loaded.
    """
    functions, states = load(read_source(path), names)
    for name, state in states.items():
        if state != "defined":
            raise SpecError(f"the solution {path.name} does not define {name}: {state}")
    return functions


def make_cases(
    function: Function, reference: Callable[..., Any], number: str, seed: int
) -> FunctionCases:
    """Run the reference and every slip on the inputs that the seed makes.

    Each function has random numbers of its own, so that a change to one leaves the others be.

    Raises
    ------
    SpecError
        If the reference fails, or a slip is not wrong in any case.
    """
    signature = _signature(function, reference)
    if len(function.hints) != HINTS:
        raise SpecError(f"{function.name} has {len(function.hints)} hints, not {HINTS}")
    rng = np.random.default_rng([seed, zlib.crc32(function.name.encode())])
    with without_warnings():
        cases = tuple(_make_case(function, reference, case) for case in function.inputs(rng))
    if not cases:
        raise SpecError(f"{function.name} has no inputs")
    without_slips = FunctionCases(
        name=function.name,
        number=number,
        points=function.points,
        signature=signature,
        parameters=function.parameters,
        returns=function.returns,
        tolerance=function.tolerance,
        hints=function.hints,
        cases=cases,
    )
    with without_warnings():
        slips = tuple(_run_slip(slip, without_slips) for slip in function.slips)
    return dataclasses.replace(without_slips, slips=slips)


def _signature(function: Function, reference: Callable[..., Any]) -> str:
    signature = inspect.signature(reference)
    if list(signature.parameters) != list(function.parameters):
        raise SpecError(
            f"{function.name}: the spec has the parameters {list(function.parameters)},"
            f" the solution {list(signature.parameters)}"
        )
    return f"{function.name}{signature}"


def _make_case(function: Function, reference: Callable[..., Any], arguments: Arguments) -> Case:
    outcome = attempt(reference, arguments)
    if isinstance(outcome, Returned) and not outcome.changed:
        if function.expect is None:
            return Case(arguments, (Expectation("value", outcome.value),))
        return Case(arguments, tuple(function.expect(arguments, outcome.value)))
    if isinstance(outcome, Raised) and outcome.line_text.startswith("raise "):
        return Case(arguments, (Expectation("raises", outcome.type_name),))
    raise SpecError(f"the solution of {function.name} fails on {arguments}: {outcome}")


def _run_slip(slip: Slip, function: FunctionCases) -> KnownSlip:
    outcomes = [attempt(slip.wrong, case.arguments) for case in function.cases]
    wrong = [i for i, problem in enumerate(find_problems(function, outcomes)) if problem]
    if not wrong:
        raise SpecError(f"{function.name}: the slip {slip.name!r} is right in every case")
    # A learner who slips may still refuse bad input, or not: that is another matter, unless the
    # slip is about nothing else.
    telling = [i for i in wrong if function.cases[i].expected[0].kind != "raises"] or wrong
    kept = {i: outcomes[i] for i in _spread(telling)}
    return KnownSlip(slip.name, slip.sentence, kept, frozenset(wrong))


def _spread(places: list[int]) -> list[int]:
    """Pick a few from the smallest to the largest: small ones alone tell few slips apart."""
    picks = np.linspace(0, len(places) - 1, num=min(MAX_TELLING, len(places)))
    return [places[round(pick)] for pick in picks]
