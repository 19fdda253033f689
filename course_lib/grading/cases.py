"""Cases: what a function is judged by. Plain data: arrays and text, no code, no answer.

Public cases live in `exercises/SLUG_cases.json`; fresh ones are made from a secret seed and never
leave the trusted process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.grading.encoding import from_json, to_json
from course_lib.grading.outcomes import Outcome, Raised, Returned, Unsupported
from course_lib.grading.running import Arguments
from course_lib.grading.values import Value

FORMAT = 1


class CasesError(ValueError):
    """A file of cases is missing or damaged; the text says so to the learner."""


@dataclass(frozen=True)
class Tolerance:
    """How far a number may lie from the expected one: `absolute + relative * |expected|`.

    `reason` says why it is as wide as it is.
    """

    relative: float = 1e-7
    absolute: float = 1e-9
    reason: str = "round-off: another order of summation"


@dataclass(frozen=True, eq=False)
class Expectation:
    """What must hold of a result: that it is a value, or has a named property.

    `kind` is "value", "raises", or a name in `course_lib.grading.properties`; `data` is the
    value, the name of the exception, or what the property needs.
    """

    kind: str
    data: Value


@dataclass(frozen=True, eq=False)
class Case:
    """One call: its arguments, and all that must hold of its result."""

    arguments: Arguments
    expected: tuple[Expectation, ...]


@dataclass(frozen=True, eq=False)
class KnownSlip:
    """A known wrong answer: what it gives in the first cases where it is wrong."""

    name: str
    sentence: str
    outcomes: Mapping[int, Outcome]


@dataclass(frozen=True, eq=False)
class FunctionCases:
    """All that is needed to judge one function and to explain the verdict.

    Attributes
    ----------
    number : str
        As in "3.3.2": the article's section, then the place in the exercise.
    signature : str
        "perceptron_gradient(x, w, b, y_target)".
    parameters : mapping
        Each parameter with its shape in letters, "(n, m)", or "" for what is no array.
    returns : mapping
        Each result with its shape in letters; more than one result is a tuple.
    """

    name: str
    number: str
    points: int
    signature: str
    parameters: Mapping[str, str]
    returns: Mapping[str, str]
    tolerance: Tolerance
    hints: tuple[str, ...]
    cases: tuple[Case, ...]
    slips: tuple[KnownSlip, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class ExerciseCases:
    """The functions of one exercise, in order."""

    slug: str
    functions: tuple[FunctionCases, ...]

    def find(self, name: str) -> FunctionCases | None:
        """Return the cases of a function, None if the exercise has none of that name."""
        return next((function for function in self.functions if function.name == name), None)


def write_cases(exercise: ExerciseCases) -> str:
    """Return the text of a cases file: the same for the same cases, one case a line."""
    lines: list[str] = []

    def on_one_line(data: Any) -> str:
        lines.append(json.dumps(data, ensure_ascii=False, allow_nan=False))
        return f"line {len(lines) - 1}"

    functions = [_function_to_json(function, on_one_line) for function in exercise.functions]
    whole = {"format": FORMAT, "slug": exercise.slug, "functions": functions}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    return re.sub(r'"line (\d+)"', lambda match: lines[int(match[1])], text) + "\n"


def read_cases(path: Path) -> ExerciseCases:
    """Read a cases file.

    Raises
    ------
    CasesError
        If it is missing or damaged: which file, what is wrong, and how to get it back.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise CasesError(
                f"{path.name} is of format {data['format']}, this course_lib reads {FORMAT}:"
                " update the course as a whole"
            )
        functions = tuple(_function_from_json(function) for function in data["functions"])
        return ExerciseCases(str(data["slug"]), functions)
    except OSError as error:
        raise CasesError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CasesError(
            f"{path} is damaged ({type(error).__name__}: {error}). It is part of the course and"
            " nothing of yours: fetch it anew, for example with `git checkout -- exercises`"
        ) from error


def _function_to_json(function: FunctionCases, on_one_line: Any) -> dict[str, Any]:
    tolerance = function.tolerance
    return {
        "name": function.name,
        "number": function.number,
        "points": function.points,
        "signature": function.signature,
        "parameters": dict(function.parameters),
        "returns": dict(function.returns),
        "tolerance": on_one_line([tolerance.relative, tolerance.absolute, tolerance.reason]),
        "hints": list(function.hints),
        "cases": [on_one_line(_case_to_json(case)) for case in function.cases],
        "slips": [
            {
                "name": slip.name,
                "sentence": slip.sentence,
                "outcomes": [
                    on_one_line([i, _outcome_to_json(outcome)])
                    for i, outcome in slip.outcomes.items()
                ],
            }
            for slip in function.slips
        ],
    }


def _function_from_json(data: dict[str, Any]) -> FunctionCases:
    slips = [
        KnownSlip(
            slip["name"],
            slip["sentence"],
            {int(i): _outcome_from_json(outcome) for i, outcome in slip["outcomes"]},
        )
        for slip in data["slips"]
    ]
    return FunctionCases(
        name=str(data["name"]),
        number=str(data["number"]),
        points=int(data["points"]),
        signature=str(data["signature"]),
        parameters=dict(data["parameters"]),
        returns=dict(data["returns"]),
        tolerance=Tolerance(*data["tolerance"]),
        hints=tuple(data["hints"]),
        cases=tuple(_case_from_json(case) for case in data["cases"]),
        slips=tuple(slips),
    )


def _case_to_json(case: Case) -> dict[str, Any]:
    return {
        "arguments": [to_json(argument) for argument in case.arguments],
        "expected": [[e.kind, to_json(e.data)] for e in case.expected],
    }


def _case_from_json(data: dict[str, Any]) -> Case:
    arguments = tuple(from_json(argument) for argument in data["arguments"])
    return Case(arguments, tuple(Expectation(k, from_json(d)) for k, d in data["expected"]))


def _outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Returned(value=value, changed=changed):
            data = {"returned": to_json(value)}
            return data | {"changed": list(changed)} if changed else data
        case Raised(type_name=type_name):
            return {"raised": type_name}
        case Unsupported(type_name=type_name):
            return {"unsupported": type_name}
    raise ValueError(f"a slip must return or raise, not end as {outcome}")


def _outcome_from_json(data: dict[str, Any]) -> Outcome:
    if "returned" in data:
        return Returned(from_json(data["returned"]), tuple(data.get("changed", ())))
    if "raised" in data:
        return Raised(data["raised"], "")
    return Unsupported(data["unsupported"])
