"""A student's marks in one exercise, in the words and on the scale of another system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from html import escape
from itertools import groupby

from course_lib.grading.batch.gradebook import Row

MAX_DIAGNOSIS = 400


@dataclass(frozen=True)
class Mark:
    """What one student reached in one exercise."""

    student: str
    rows: tuple[Row, ...]

    @property
    def points(self) -> int:
        """Points reached."""
        return sum(row.points for row in self.rows)

    @property
    def max_points(self) -> int:
        """Points there are."""
        return sum(row.max_points for row in self.rows)

    @property
    def seen(self) -> int:
        """The last run that met the submission."""
        return self.rows[0].seen

    @property
    def handed_in_as(self) -> str:
        """The name of the folder that the submission lay in, or of its file if it lay in none."""
        folder, slash, _ = self.rows[0].file.partition("/")
        return folder if slash else folder.rpartition(".")[0]


def marks_of(rows: Iterable[Row], exercise: str | None) -> tuple[str, list[Mark]]:
    """Return the exercise, and each student's mark in it.

    Raises
    ------
    ValueError
        If it is not in the gradebook, or not named and one of several.
    """
    rows = list(rows)
    slugs = sorted({row.exercise for row in rows})
    if not slugs:
        raise ValueError("the gradebook is empty: `course grade` fills it")
    if exercise is None and len(slugs) > 1:
        raise ValueError(f"say which --exercise: the gradebook has {', '.join(slugs)}")
    slug = exercise or slugs[0]
    if slug not in slugs:
        raise ValueError(f"no marks for {slug!r}: the gradebook has {', '.join(slugs)}")
    own = [row for row in rows if row.exercise == slug]
    groups = groupby(own, lambda row: row.student)
    return slug, [Mark(student, tuple(part)) for student, part in groups]


def comment(mark: Mark) -> str:
    """Return the verdicts as one paragraph of HTML without line ends, for a feedback column."""
    lines = [f"{mark.points} of {mark.max_points} points"]
    for row in mark.rows:
        said = "" if row.status == "passed" else row.diagnosis
        short = said if len(said) <= MAX_DIAGNOSIS else f"{said[:MAX_DIAGNOSIS]}…"
        points = f"{row.number} {row.function}: {row.points} of {row.max_points}."
        lines.append(" ".join(f"{points} {short}".split()))
    return "<br>".join(escape(line, quote=False) for line in lines)


@dataclass(frozen=True)
class Scale:
    """How a system writes the marks of an assignment: out of how many, with which decimals."""

    full: Decimal
    decimals: int
    comma: str

    def of(self, mark: Mark) -> str:
        """Return a mark on this scale, rounded half up."""
        share = self.full * mark.points / mark.max_points
        text = str(share.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP))
        return text.replace(".", self.comma)


def read_scale(text: str, where: str) -> Scale:
    """Read a full mark such as "100.00" or "10,0"; what is written with a comma stays so.

    Raises
    ------
    ValueError
        If it is no positive number.
    """
    number = number_of(text)
    if number is None or number <= 0:
        raise ValueError(
            f"{where} says {text!r}: marks need an assignment that is graded by points, with a"
            " highest mark above 0"
        )
    point = max(text.rfind("."), text.rfind(","))
    decimals = len(text.strip()) - point - 1 if point >= 0 else 0
    comma = "," if point >= 0 and text[point] == "," else "."
    return Scale(number, max(2, decimals), comma)


def number_of(text: str) -> Decimal | None:
    """Return the number that a cell holds, None if it holds none."""
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
