"""Files of cases: JSON that a person can read, one case a line, always in the same order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from course_lib.grading.cases import (
    Case,
    ExerciseCases,
    Expectation,
    FunctionCases,
    KnownSlip,
    Tolerance,
)
from course_lib.grading.encoding import from_json, to_json
from course_lib.grading.outcomes import Outcome, Raised, Returned, Unsupported

FORMAT = 2


class CasesError(ValueError):
    """A file of cases is missing or damaged; the text says so to the learner."""


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
        return cases_of_text(path.read_text(encoding="utf-8"), path.name)
    except OSError as error:
        raise CasesError(f"{path} cannot be read: {error.strerror or error}") from error
    except CasesError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CasesError(
            f"{path} is damaged ({type(error).__name__}: {error}). It is part of the course and"
            " nothing of yours: fetch it anew, for example with `git checkout -- exercises`"
        ) from error


def cases_of_text(text: str, name: str) -> ExerciseCases:
    """Read what `write_cases` wrote; `name` says where the text is from.

    Raises
    ------
    CasesError
        If it is of another format.
    ValueError, KeyError, TypeError, AttributeError, RecursionError
        If it is damaged.
    """
    data = json.loads(text)
    if data["format"] != FORMAT:
        raise CasesError(
            f"{name} is of format {data['format']}, this course_lib reads {FORMAT}:"
            " update the course as a whole"
        )
    functions = tuple(_function_from_json(function) for function in data["functions"])
    return ExerciseCases(str(data["slug"]), functions)


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
                "wrong": on_one_line(sorted(slip.wrong)),
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
            frozenset(map(int, slip["wrong"])),
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
