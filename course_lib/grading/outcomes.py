"""What became of a submission: of loading it, and of each call of one of its functions.

A *runner* makes outcomes, in this process or in a sandbox; the judge reads them and nothing else.
They are plain data, so that they can cross from the one to the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from course_lib.grading.values import Value


@dataclass(frozen=True, eq=False)
class Returned:
    """The call returned a value of the value model.

    `changed` holds the positions of the arguments that the call changed in place.
    """

    value: Value
    changed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Raised:
    """Loading or calling raised an exception.

    The line is the learner's own: the innermost frame of the submission, not of a library. Its
    number counts from 1 within the cell (or the file); it is 0, and the text empty, where no line
    is known.
    """

    type_name: str
    message: str
    line_number: int = 0
    line_text: str = ""


@dataclass(frozen=True)
class Unsupported:
    """The call returned what the value model does not hold: an object, a subclass of ndarray."""

    type_name: str


@dataclass(frozen=True)
class TimedOut:
    """The call did not end in time; the line, where known, is the one it was last seen at."""

    seconds: float
    line_number: int = 0
    line_text: str = ""


@dataclass(frozen=True)
class Crashed:
    """The process that ran the call is gone, or sent rubbish."""

    reason: str


@dataclass(frozen=True)
class NotCalled:
    """The call was not made, since an earlier one took the process down."""

    reason: str


Outcome: TypeAlias = Returned | Raised | Unsupported | TimedOut | Crashed | NotCalled


@dataclass(frozen=True)
class BadSyntax:
    """The cell (or file) that should define the function is not Python.

    `column` counts from 1 and is where the caret goes; 0 where it is not known.
    """

    message: str
    line_number: int = 0
    line_text: str = ""
    column: int = 0


Defined: TypeAlias = Literal["defined"]
Missing: TypeAlias = Literal["missing"]
LoadState: TypeAlias = Defined | Missing | BadSyntax | Raised | TimedOut | Crashed
"""What loading made of one function; only a function that is "defined" can be called."""
