"""The structural guess: what the numbers alone say about a mistake that is no known slip."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from numpy import asarray, errstate, ndarray

from course_lib.grading.cases import Case, FunctionCases
from course_lib.grading.closeness import Leaf
from course_lib.grading.compare import find_problems, leaves
from course_lib.grading.describe import sizes
from course_lib.grading.evidence import Evidence, near
from course_lib.grading.hypotheses import IN_ALL_CASES, IN_SOME
from course_lib.grading.outcomes import Outcome, Returned
from course_lib.grading.values import Value, split_keywords
from course_lib.grading.wording import confusions


def guess(function: FunctionCases, outcomes: Sequence[Outcome]) -> str:
    """Return a sentence or two on how the results are related to the expected, "" for none.

    Each part of a result (dw, db) is looked at by itself; a part that is right everywhere is
    said to be so.
    """
    with errstate(all="ignore"):  # wrong numbers may be of any size
        return _sentences(function, outcomes)


def _sentences(function: FunctionCases, outcomes: Sequence[Outcome]) -> str:
    parts = _gather(function, outcomes)
    findings: dict[str, list[str]] = {}
    if exchanged := _exchanged(function, parts):
        return exchanged
    right = []
    for name, evidence in parts.items():
        if all(near(item.expected, item.got, function.tolerance) for item in evidence):
            right.append(name)
        else:
            findings.setdefault(_explain(function, evidence), []).append(name)
    if refusals := _only_refusals(function, outcomes):
        return refusals
    alone = len(parts) == 1
    sentences = [
        f"{'Yours is' if alone else f'Your {_join(names)} {_verb(names)}'} {words}."
        for words, names in findings.items()
        if words
    ]
    if right and findings:
        where = (
            "in every case"
            if len(parts[right[0]]) == _asked(function)
            else "wherever it can be compared"
        )
        sentences.append(f"{_join(right)} {_verb(right)} right {where}.")
    return " ".join([*sentences, *confusions(function, outcomes)])


def _exchanged(function: FunctionCases, parts: Mapping[str, Sequence[Evidence]]) -> str:
    """Say that the results are the right ones in another order, where they are."""
    names = list(parts)
    if len(names) < 2 or len({len(evidence) for evidence in parts.values()}) > 1:
        return ""
    places = [_found_in(parts[name], parts, function) for name in names]
    if places == names or sorted(places) != sorted(names):
        return ""
    return f"These are the right results in another order: return ({', '.join(names)})."


def _found_in(
    evidence: Sequence[Evidence], parts: Mapping[str, Sequence[Evidence]], function: FunctionCases
) -> str:
    """Return the part in whose place the expected results of another stand, "" for none."""
    for name, others in parts.items():
        pairs = zip(evidence, others, strict=True)
        if all(near(mine.expected, other.got, function.tolerance) for mine, other in pairs):
            return name
    return ""


def _only_refusals(function: FunctionCases, outcomes: Sequence[Outcome]) -> str:
    """Say that every result is right, where nothing is wrong but that bad input is let through."""
    problems = find_problems(function, outcomes)
    for case, outcome, problem in zip(function.cases, outcomes, problems, strict=True):
        let_through = case.expected[0].kind == "raises" and isinstance(outcome, Returned)
        if problem and not let_through:
            return ""
    return "All results are right: it remains to refuse what makes no sense."


def _explain(function: FunctionCases, evidence: Sequence[Evidence]) -> str:
    """Return what continues "Yours is", "" for no relation."""
    for hypothesis in IN_ALL_CASES:
        relation = hypothesis(evidence, function.tolerance)
        if relation:
            meaning = f": {relation.meaning}" if relation.meaning else ""
            example = f" ({relation.example})" if relation.example else ""
            return f"{relation.words}{_in_all(function, evidence)}{example}{meaning}"
    found = (hypothesis(evidence, function.tolerance) for hypothesis in IN_SOME)
    words = next((relation.words for relation in found if relation), "")
    compared = len(evidence) == _asked(function)
    return words if compared or not words else f"{words}, of the cases that can be compared"


def _asked(function: FunctionCases) -> int:
    """How many cases ask for a result."""
    return sum(case.expected[0].kind != "raises" for case in function.cases)


def _in_all(function: FunctionCases, evidence: Sequence[Evidence]) -> str:
    asked = _asked(function)
    if len(evidence) < asked:
        return f" in the {len(evidence)} cases that can be compared"
    return f" in all {asked} cases" if asked > 1 else ""


def _verb(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _gather(function: FunctionCases, outcomes: Sequence[Outcome]) -> dict[str, list[Evidence]]:
    """Sort all numbers and arrays of all results by the part of the result that they are."""
    parts: dict[str, list[Evidence]] = {}
    traits = _traits(function)
    for place, (case, outcome) in enumerate(zip(function.cases, outcomes, strict=True), start=1):
        for leaf in _leaves_of(function, case, outcome):
            expected, got = asarray(leaf.expected), asarray(leaf.got)
            evidence = Evidence(place, expected, got, *traits[place - 1])
            parts.setdefault(leaf.name, []).append(evidence)
    return parts


_Traits: TypeAlias = tuple[dict[str, Value], dict[str, float], frozenset[str]]


@functools.lru_cache(maxsize=32)
def _traits(function: FunctionCases) -> tuple[_Traits, ...]:
    """Return of each case the arguments, numbers and facts of its evidence, whoever is judged."""
    found = []
    for case in function.cases:
        arguments = _arguments(function, case)
        lengths = sizes(case.arguments, function.parameters)
        found.append((arguments, lengths | _scalars(arguments), _facts(case, lengths)))
    return tuple(found)


def _leaves_of(function: FunctionCases, case: Case, outcome: Outcome) -> Iterator[Leaf]:
    expected = case.expected[0]
    if expected.kind == "value" and isinstance(outcome, Returned) and not outcome.changed:
        found = leaves(function, expected.data, outcome.value)
        yield from (leaf for leaf in found if isinstance(leaf, Leaf))


def _arguments(function: FunctionCases, case: Case) -> dict[str, Value]:
    positional, named = split_keywords(case.arguments)
    return dict(zip(function.parameters, positional, strict=False)) | named


def _scalars(arguments: Mapping[str, Value]) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in arguments.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def _facts(case: Case, lengths: Mapping[str, int]) -> frozenset[str]:
    """Collect what sets a case apart: a size of 1, equal sizes, whole numbers, a named argument."""
    facts = {f"{letter} = 1" for letter, length in lengths.items() if length == 1}
    facts |= {f"{a} = {b}" for a in lengths for b in lengths if a < b and lengths[a] == lengths[b]}
    facts |= {f"{name} given" for name in split_keywords(case.arguments)[1]}
    if any(isinstance(a, ndarray) and a.dtype.kind == "i" for a in case.arguments):
        facts.add("whole numbers as input")
    return frozenset(facts)
