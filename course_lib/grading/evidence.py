"""What a structural guess is made from, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy.typing as npt

from course_lib.grading.cases import Tolerance
from course_lib.grading.closeness import all_near
from course_lib.grading.values import Value

Numbers: TypeAlias = npt.NDArray[Any]


class Evidence(NamedTuple):
    """One part of one result, with the arguments that it was asked for.

    `numbers` are those by which a result may be off: the sizes n, m, ... of the case and its
    scalar arguments. `facts` are what may set it apart from other cases.
    """

    case: int
    expected: Numbers
    got: Numbers
    arguments: Mapping[str, Value]
    numbers: Mapping[str, float]
    facts: frozenset[str]


class Relation(NamedTuple):
    """How yours is related to the expected: it continues "Yours is ...".

    `example` is what the letters stand for in one case, `meaning` what the author may have missed.
    """

    words: str
    meaning: str = ""
    example: str = ""


Hypothesis: TypeAlias = Callable[[Sequence[Evidence], Tolerance], Relation | None]


def near(expected: Numbers, got: Numbers, tolerance: Tolerance) -> bool:
    """Tell whether two arrays agree in shape and in every entry."""
    return expected.shape == got.shape and all_near(expected, got, tolerance)
