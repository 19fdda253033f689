"""Cases: what a function is judged by. Plain data: arrays and text, no code, no answer.

Public cases live in `exercises/SLUG_cases.json`; fresh ones are made from a secret seed and never
leave the trusted process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_lib.grading.outcomes import Outcome
from course_lib.grading.running import Arguments
from course_lib.grading.values import Value

MAX_TELLING = 6
"""A slip is kept as what it gives in so many of the cases where it is wrong: enough to know it."""


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
    value, the name of the exception, or what the property needs, which may be the place of another
    case.
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
    """A known wrong answer.

    Attributes
    ----------
    outcomes : mapping
        What it gives in some of the cases where it is wrong.
    wrong : frozenset of int
        All cases where it is wrong.
    """

    name: str
    sentence: str
    outcomes: Mapping[int, Outcome]
    wrong: frozenset[int]


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
