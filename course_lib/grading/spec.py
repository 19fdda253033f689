"""The spec of an exercise: all that its author says about it beside the solution.

A spec is a Python file, `solutions/SLUG_spec.py`, with a tuple `FUNCTIONS`. The reference is not in
it: it is the solution notebook itself, loaded as any submission is.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from course_lib.grading.cases import Expectation, Tolerance
from course_lib.grading.running import Arguments
from course_lib.grading.values import Build, Value, keywords

__all__ = [
    "Arguments",
    "Build",
    "Expectation",
    "Function",
    "Slip",
    "SpecError",
    "Tolerance",
    "keywords",
    "one_at_a_time",
    "read_spec",
]

Expect: TypeAlias = Callable[[Arguments, Value], Sequence[Expectation]]


class SpecError(ValueError):
    """A spec that contradicts itself, or its solution; the text is for the exercise's author."""


@dataclass(frozen=True)
class Slip:
    """A known wrong answer.

    Attributes
    ----------
    name : str
        What it is, in a few words: "f′ forgotten".
    wrong : callable
        The function as a learner who makes the slip writes it.
    sentence : str
        What that learner should read.
    """

    name: str
    wrong: Callable[..., Any]
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function to write.

    Attributes
    ----------
    name : str
        As the solution notebook defines it.
    points : int
    inputs : callable
        `inputs(rng)` returns the cases, each a tuple of arguments, the simplest first. Arguments
        by name stand last, as `values.keywords(...)`.
    parameters, returns : mapping
        Each name with its shape in letters, "(n, m)", or "" for what is no array.
    tolerance : Tolerance
    hints : tuple of 3 str
        From where to look to almost the line.
    slips : tuple of Slip
    expect : callable, optional
        `expect(arguments, result)` returns what must hold where the reference's own value is not
        the point; by default the result must be that value.
    equivalent : mapping, optional
        Edits of the solution that leave it right, as `course audit` writes them, each with the
        reason why.
    """

    name: str
    points: int
    inputs: Callable[[np.random.Generator], Sequence[Arguments]]
    parameters: Mapping[str, str]
    returns: Mapping[str, str]
    hints: tuple[str, str, str]
    slips: tuple[Slip, ...]
    tolerance: Tolerance = field(default_factory=Tolerance)
    expect: Expect | None = None
    equivalent: Mapping[str, str] = field(default_factory=dict)


def one_at_a_time(base: Arguments, other: Arguments) -> list[Arguments]:
    """Return `base`, and for each argument a case that takes it alone from `other`.

    From such cases the judge reads that a wrong answer does not depend on an argument.
    """
    places = range(len(base))
    return [base, *((*base[:i], other[i], *base[i + 1 :]) for i in places)]


def read_spec(path: Path) -> tuple[Function, ...]:
    """Execute a spec file and return its `FUNCTIONS`.

    Raises
    ------
    SpecError
        If the file is missing or has none.
    """
    found = importlib.util.spec_from_file_location(path.stem, path)
    if found is None or found.loader is None or not path.is_file():
        raise SpecError(f"there is no spec {path}; every exercise needs one")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    functions = getattr(module, "FUNCTIONS", None)
    if not isinstance(functions, tuple) or not all(isinstance(f, Function) for f in functions):
        raise SpecError(f"{path.name} must define FUNCTIONS, a tuple of Function(...)")
    return functions
