"""The class at a glance: scores, the slips by frequency, the hardest functions, the slowest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import mean, median

from course_lib.grading.batch.gradebook import Gradebook, Row

BINS = 5
SLOWEST = 5


@dataclass(frozen=True)
class FunctionOverview:
    """How a class did on one function; `others` counts what is neither solved, in words."""

    number: str
    name: str
    students: int
    solved: int
    others: str
    seconds: float


@dataclass(frozen=True)
class ExerciseOverview:
    """How a class did on one exercise."""

    slug: str
    students: int
    max_points: int
    mean: float
    full_marks: int
    distribution: list[tuple[str, int]]
    functions: list[FunctionOverview]
    slips: list[tuple[int, str, str]]


@dataclass(frozen=True)
class Overview:
    """How a class did."""

    students: int
    submissions: int
    kept: int
    layers: str
    exercises: list[ExerciseOverview]
    slowest: list[Row]


def overview(book: Gradebook) -> Overview:
    """Return what a gradebook says about the class."""
    rows = book.rows()
    kept, standing = book.counts()
    by_exercise = sorted(rows, key=lambda row: row.exercise)
    return Overview(
        students=len({row.student for row in rows}),
        submissions=standing,
        kept=kept,
        layers="; ".join(book.layers()) or "none",
        exercises=[
            _exercise(slug, list(own)) for slug, own in groupby(by_exercise, lambda r: r.exercise)
        ],
        slowest=sorted(rows, key=lambda row: -row.seconds)[:SLOWEST],
    )


def _exercise(slug: str, rows: Sequence[Row]) -> ExerciseOverview:
    scores: Counter[str] = Counter()
    highest: Counter[str] = Counter()
    for row in rows:
        scores[row.student] += row.points
        highest[row.student] += row.max_points
    max_points = max(highest.values())
    names = {(row.number, row.function) for row in rows}
    functions = [_function(*name, [r for r in rows if r.function == name[1]]) for name in names]
    slips = Counter((row.function, row.slip) for row in rows if row.slip)
    return ExerciseOverview(
        slug=slug,
        students=len(scores),
        max_points=max_points,
        mean=mean(scores.values()),
        full_marks=sum(score == highest[student] for student, score in scores.items()),
        distribution=_distribution(list(scores.values()), max_points),
        functions=sorted(functions, key=lambda f: (f.solved / f.students, f.number)),
        slips=sorted(
            ((count, function, slip) for (function, slip), count in slips.items()),
            key=lambda item: (-item[0], *item[1:]),
        ),
    )


def _function(number: str, name: str, rows: Sequence[Row]) -> FunctionOverview:
    status = Counter(row.status.replace("_", " ") for row in rows if row.status != "passed")
    return FunctionOverview(
        number=number,
        name=name,
        students=len(rows),
        solved=sum(row.status == "passed" for row in rows),
        others=", ".join(f"{count} {word}" for word, count in status.most_common()),
        seconds=median(row.seconds for row in rows),
    )


def _distribution(scores: Sequence[int], max_points: int) -> list[tuple[str, int]]:
    """Count scores in bins of equal width; full marks have a line of their own."""
    counts = Counter(min(BINS * score // max_points, BINS) if max_points else 0 for score in scores)
    edges = [-(-place * max_points // BINS) for place in range(BINS + 1)]
    lines = [(f"{edges[b]} to {edges[b + 1] - 1}", counts[b]) for b in range(BINS)]
    return [*lines, (str(max_points), counts[BINS])]


def as_text(whole: Overview) -> str:
    """Return the overview for a terminal."""
    lines = [f"{whole.students} students, {whole.submissions} submissions; layers: {whole.layers}"]
    for exercise in whole.exercises:
        lines += [
            "",
            f"{exercise.slug}: mean {exercise.mean:.0f} of {exercise.max_points} points,"
            f" full marks {exercise.full_marks} of {exercise.students}",
            *(f"  {label:>12} points  {count}" for label, count in exercise.distribution),
            "  functions, hardest first:",
            *(f"    {f.number} {f.name}: {_solved(f)}" for f in exercise.functions),
            "  slips, by frequency:" if exercise.slips else "  no slip that has a name",
            *(f"    {count} x {name}: {slip}" for count, name, slip in exercise.slips),
        ]
    return "\n".join(lines)


def _solved(function: FunctionOverview) -> str:
    others = f" ({function.others})" if function.others else ""
    return f"{function.solved} of {function.students} solved{others}"
