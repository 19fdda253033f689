"""What a judge says: a status, points, and what went wrong with its evidence. Plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Status: TypeAlias = Literal[
    "passed", "failed", "not_attempted", "error", "timeout", "crashed", "refused"
]

STAGES = (
    "not attempted",
    "syntax",
    "crash",
    "endless",
    "exception",
    "nothing",
    "type",
    "shape",
    "dtype",
    "finite",
    "changed",
    "value",
    "not called",
)
"""The order of diagnosis: the first of these that is wrong in any case is the one to tell."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one outcome: the stage of the diagnosis, and a sentence.

    Of all problems one is told, so a sentence that takes work may be given as a function.
    """

    stage: str
    words: str | Callable[[], str]

    @property
    def sentence(self) -> str:
        """What was observed, in a sentence."""
        return self.words if isinstance(self.words, str) else self.words()


@dataclass(frozen=True)
class CodeLine:
    """A line of the learner's; `column` counts from 1 and is where a caret goes, 0 for none."""

    number: int
    text: str
    column: int = 0


@dataclass(frozen=True)
class Compared:
    """One result of the example: the expected and the learner's, as text, and the verdict."""

    name: str
    expected: str
    got: str
    right: bool


@dataclass(frozen=True)
class Example:
    """The simplest case that fails: its number from 1, its sizes, its arguments, the results."""

    number: int
    sizes: str
    arguments: tuple[tuple[str, str], ...]
    compared: tuple[Compared, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong, where, and what it looks like.

    Attributes
    ----------
    stage : str
        One of `STAGES`, or "passed" or "refused".
    sentence : str
        What was observed.
    slip : str
        The name of the known slip, "" if it is none.
    explanation : str
        The slip's sentence, or a guess from the structure of the numbers, or "".
    failed, total : int
        Cases that fail, of how many.
    only_refusals : bool
        Whether every case that fails is one that the function should have refused.
    """

    stage: str
    sentence: str
    slip: str = ""
    explanation: str = ""
    failed: int = 0
    total: int = 0
    line: CodeLine | None = None
    example: Example | None = None
    only_refusals: bool = False

    @property
    def summary(self) -> str:
        """The diagnosis on one line, for a table."""
        name = f"Known slip: {self.slip}." if self.slip else ""
        where = f"Line {self.line.number}." if self.line and self.line.number else ""
        parts = (self.sentence, where, name, self.explanation)
        return " ".join(" ".join(part.split()) for part in parts if part)


@dataclass(frozen=True)
class FunctionResult:
    """The verdict on one function; points are all or none."""

    function: str
    number: str
    points: int
    max_points: int
    status: Status
    diagnosis: Diagnosis
