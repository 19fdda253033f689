"""What words among the results say about a mistake: which is taken for which, which is left out.

A word is a text, or a truth value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from course_lib.grading.cases import Case, FunctionCases
from course_lib.grading.describe import show
from course_lib.grading.outcomes import Outcome, Returned

MANY = 3
"""More words than this are not told one by one."""


def confusions(function: FunctionCases, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield what is amiss with each result that is a word, or a list of texts."""
    pairs: dict[str, list[tuple[Any, Any]]] = {}
    for case, outcome in zip(function.cases, outcomes, strict=True):
        for name, right, got in _parts(function, case, outcome):
            pairs.setdefault(name, []).append((right, got))
    for name, found in pairs.items():
        if all(isinstance(word, (str, bool)) for pair in found for word in pair):
            yield from _of_words(name, found)
        elif all(_is_list_of_texts(words) for pair in found for words in pair):
            yield from _of_lists(name, found)


def _parts(function: FunctionCases, case: Case, outcome: Outcome) -> Iterator[tuple[str, Any, Any]]:
    expected, names = case.expected[0], tuple(function.returns)
    if expected.kind != "value" or not isinstance(outcome, Returned):
        return
    right, got = expected.data, outcome.value
    if not (isinstance(right, tuple) and len(names) == len(right) > 1):
        yield names[0] if len(names) == 1 else "result", right, got
    elif isinstance(got, (tuple, list)) and len(got) == len(right):
        yield from zip(names, right, got, strict=True)


def _is_list_of_texts(words: object) -> bool:
    return isinstance(words, (list, tuple)) and all(isinstance(word, str) for word in words)


def _of_words(name: str, pairs: Sequence[tuple[Any, Any]]) -> Iterator[str]:
    wrong = [pair for pair in pairs if pair[0] != pair[1]]
    rights, gots = ({pair[place] for pair in wrong} for place in (0, 1))
    rest = f"every other {name} that you return is right"
    if len(wrong) in (0, len(pairs)):
        return
    if len(rights) == 1 and len(gots) <= MANY:
        asked = sum(right in rights for right, _ in pairs)
        where = f"in {len(wrong)} of the {asked} cases where it is right"
        yield f"You say {_listed(gots)} for {_listed(rights)} {where}; {rest}."
    elif len(gots) == 1 and len(rights) <= MANY:
        yield f"You say {_listed(gots)} {len(wrong)} times for {_listed(rights)}; {rest}."
    elif len(set(wrong)) <= MANY:
        taken = (f"{show(got)} for {show(right)}" for right, got in sorted(set(wrong), key=repr))
        yield f"You say {' and '.join(taken)}; {rest}."


def _of_lists(name: str, pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Iterator[str]:
    missing = {word for right, got in pairs for word in right if word not in got}
    too_many = {word for right, got in pairs for word in got if word not in right}
    if not missing and not too_many and any(list(right) != list(got) for right, got in pairs):
        yield f"Your {name} has the right words in another order, or one of them twice."
    if missing and not too_many:
        yield f"Your {name} leaves out {_listed(missing)}; nothing is there that should not be."
    if too_many and not missing:
        yield f"Your {name} has {_listed(too_many)} where it should not; nothing is left out."


def _listed(words: set[Any]) -> str:
    some = sorted(map(show, words))
    return " or ".join(some) if len(some) <= MANY else f"{', '.join(some[:MANY])} and others"
