"""The class at a glance: marks, slips with their sentences, what to teach again, who stopped where.

Nothing here is drawn: `class.html` and `as_text` show it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median

from course_lib.grading.batch.gradebook import Gradebook, Row

BINS = 10
SLOWEST = 5
ROWS = 40
"""A class with more students is shown by what they have in common, a line for each pattern."""
PATTERNS = 25
"""Lines of patterns that are shown; the last one stands for all others."""
NAMES = 60
"""Names that are listed for one slip."""
AGAIN = 10
"""Functions in the list of what to teach again."""

PASSED, SLIPPED, WRONG, ABSENT = "passed", "slip", "wrong", "absent"
OUTCOMES = (PASSED, SLIPPED, WRONG, ABSENT)
"""Passed; a slip that has a name; wrong in another way; not attempted."""
FULL, PART, NONE, MISSING = "full", "part", "none", "missing"
MARKS = (FULL, PART, NONE, MISSING)
"""Of an exercise: all points, some, none, not handed in."""
GIVEN = "given"
"""Of an exercise, in a large class: it, or a later one, was handed in."""


@dataclass(frozen=True)
class FunctionOverview:
    """How a class did on one function; `others` counts what is not solved, in words."""

    exercise: str
    number: str
    name: str
    students: int
    solved: int
    outcomes: dict[str, int]
    others: str
    stopped: int
    """Students whose last solved function stands right before this one: here they stopped."""
    seconds: float


@dataclass(frozen=True)
class SlipOverview:
    """A known slip: what those who made it read, and who they are."""

    function: str
    name: str
    sentence: str
    count: int
    students: list[str]


@dataclass(frozen=True)
class Pattern:
    """What some students have in common: a mark for each function, or each exercise."""

    marks: tuple[str, ...]
    students: list[str]


@dataclass(frozen=True)
class ExerciseOverview:
    """How a class did on one exercise."""

    slug: str
    students: int
    max_points: int
    mean: float
    median: float
    full_marks: int
    distribution: list[tuple[str, int]]
    functions: list[FunctionOverview]
    """Hardest first."""
    slips: list[SlipOverview]
    patterns: list[Pattern]
    """The marks stand in the order of `columns`."""
    columns: list[str]
    marks: dict[str, int]


@dataclass(frozen=True)
class Overview:
    """How a class did."""

    students: int
    submissions: int
    kept: int
    layers: str
    exercises: list[ExerciseOverview]
    distribution: list[tuple[str, int]]
    """Students by their percentage of all points of all exercises; a missing one counts 0."""
    again: list[FunctionOverview]
    """The functions that fewest solved, over all exercises; none that all solved."""
    patterns: list[Pattern]
    slowest: list[Row]
    same_text: int
    """Submissions that are, to the last character, the same as another student's."""
    pseudonyms: bool


def overview(
    book: Gradebook, exercise: str = "", names: Mapping[str, str] | None = None
) -> Overview:
    """Return what a gradebook says about the class.

    Parameters
    ----------
    book : Gradebook
    exercise : str
        Look at this exercise alone; "" for all.
    names : mapping of str to str, optional
        The pseudonym of every student.

    Raises
    ------
    ValueError
        If nothing is graded for the exercise: which there are.
    """
    rows = book.rows(exercise, pages=False)
    digests = {key: digest for key, digest in book.digests().items() if exercise in ("", key[1])}
    if exercise and not rows:
        slugs = sorted({slug for _, slug in book.digests()})
        raise ValueError(
            f"nothing is graded for {exercise!r}: there is {', '.join(slugs) or 'none'}"
        )
    if names is not None:
        rows = [dataclasses.replace(row, student=names[row.student]) for row in rows]
        rows.sort(key=lambda row: row.student)  # the other order tells of the alphabet
    by_exercise: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_exercise[row.exercise].append(row)
    students = len({row.student for row in rows})
    exercises = [_exercise(slug, own, students) for slug, own in sorted(by_exercise.items())]
    functions = [function for each in exercises for function in each.functions]
    copies = Counter((slug, digest) for (_, slug), digest in digests.items())
    return Overview(
        students=students,
        submissions=len(digests),
        kept=book.counts()[0],
        layers="; ".join(book.layers()) or "none",
        exercises=exercises,
        distribution=_percentages(rows, exercises),
        again=sorted(
            (function for function in functions if function.solved < function.students),
            key=lambda f: (f.solved / f.students, -f.students, f.exercise, f.number),
        )[:AGAIN],
        patterns=_topic_patterns(rows, sorted(by_exercise)) if len(exercises) > 1 else [],
        slowest=sorted(rows, key=lambda row: -row.seconds)[:SLOWEST],
        same_text=sum(count for count in copies.values() if count > 1),
        pseudonyms=names is not None,
    )


def outcome(row: Row) -> str:
    """Return which of `OUTCOMES` a verdict is."""
    if row.status == "passed":
        return PASSED
    if row.status == "not_attempted":
        return ABSENT
    return SLIPPED if row.slip else WRONG


def _exercise(slug: str, rows: Sequence[Row], students: int) -> ExerciseOverview:
    scores: Counter[str] = Counter()
    highest: Counter[str] = Counter()
    by_function: dict[tuple[str, str], list[Row]] = {}
    by_student: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for row in rows:
        key = row.number, row.function
        scores[row.student] += row.points
        highest[row.student] += row.max_points
        by_function.setdefault(key, []).append(row)
        by_student[row.student][key] = outcome(row)
    keys = sorted(by_function, key=lambda key: (_in_order(key[0]), key[1]))
    marks = {
        student: tuple(own.get(key, ABSENT) for key in keys) for student, own in by_student.items()
    }
    stops = Counter(_stop(own) for own in marks.values())
    functions = [_function(by_function[key], stops[place]) for place, key in enumerate(keys)]
    got = Counter(_mark(score, highest[student]) for student, score in scores.items())
    got[MISSING] = students - len(scores)
    max_points = max(highest.values())
    return ExerciseOverview(
        slug=slug,
        students=len(scores),
        max_points=max_points,
        mean=mean(scores.values()),
        median=median(scores.values()),
        full_marks=sum(score == highest[student] for student, score in scores.items()),
        distribution=distribution(list(scores.values()), max_points),
        functions=sorted(functions, key=lambda f: (f.solved / f.students, _in_order(f.number))),
        slips=_slips(rows),
        patterns=_patterns(marks),
        columns=[name for _, name in keys],
        marks={mark: got[mark] for mark in MARKS},
    )


def _in_order(number: str) -> list[tuple[int, str]]:
    """Sort "3.3.10" after "3.3.9"."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in number.split(".")]


def _stop(marks: Sequence[str]) -> int:
    """Return the place after the last function that is solved."""
    return max((place + 1 for place, mark in enumerate(marks) if mark == PASSED), default=0)


def _function(rows: Sequence[Row], stopped: int) -> FunctionOverview:
    status = Counter(row.status.replace("_", " ") for row in rows if row.status != "passed")
    outcomes = Counter(outcome(row) for row in rows)
    return FunctionOverview(
        exercise=rows[0].exercise,
        number=rows[0].number,
        name=rows[0].function,
        students=len(rows),
        solved=outcomes[PASSED],
        outcomes={name: outcomes[name] for name in OUTCOMES},
        others=", ".join(f"{count} {word}" for word, count in status.most_common()),
        stopped=stopped,
        seconds=median(row.seconds for row in rows),
    )


def _slips(rows: Sequence[Row]) -> list[SlipOverview]:
    made: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.slip:
            made[row.function, row.slip].append(row)
    slips = [
        SlipOverview(*key, _sentence(own[0]), len(own), sorted(row.student for row in own)[:NAMES])
        for key, own in made.items()
    ]
    return sorted(slips, key=lambda slip: (-slip.count, slip.function, slip.name))


def _sentence(row: Row) -> str:
    """Return the slip's sentence, which the diagnosis ends with."""
    name = " ".join(row.slip.split())
    return row.diagnosis.partition(f"Known slip: {name}.")[2].strip()


def _marks(rows: Sequence[Row], slugs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return each student's mark for each exercise."""
    points: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        got, most = points[row.student].get(row.exercise, (0, 0))
        points[row.student][row.exercise] = got + row.points, most + row.max_points
    return {
        student: tuple(_mark(*own[slug]) if slug in own else MISSING for slug in slugs)
        for student, own in points.items()
    }


def _mark(points: int, most: int) -> str:
    return FULL if points == most else PART if points else NONE


def _topic_patterns(rows: Sequence[Row], slugs: Sequence[str]) -> list[Pattern]:
    """Return a line for each student; in a large class, one for each topic that was the last."""
    marks = _marks(rows, slugs)
    if len(marks) <= ROWS:
        return _patterns(marks)
    groups: dict[int, list[str]] = defaultdict(list)
    for student, own in sorted(marks.items()):
        groups[max(place for place, mark in enumerate(own) if mark != MISSING)].append(student)
    return [
        Pattern((GIVEN,) * (last + 1) + (MISSING,) * (len(slugs) - last - 1), students)
        for last, students in sorted(groups.items(), reverse=True)
    ]


def _patterns(marks: Mapping[str, tuple[str, ...]]) -> list[Pattern]:
    """Return a line for each student, the best first; in a large class one for each pattern.

    There a slip counts as wrong: a pattern has to be shared to be worth a line.
    """
    if len(marks) <= ROWS:
        return [
            Pattern(own, [student])
            for student, own in sorted(marks.items(), key=lambda item: (_rank(item[1]), item[0]))
        ]
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for student, own in sorted(marks.items()):
        groups[tuple(WRONG if mark == SLIPPED else mark for mark in own)].append(student)
    lines = sorted(groups.items(), key=lambda item: (-len(item[1]), _rank(item[0])))
    shown = [Pattern(*line) for line in lines[:PATTERNS]]
    rest = sorted(student for _, students in lines[PATTERNS:] for student in students)
    return [*shown, Pattern((), rest)] if rest else shown


def _rank(marks: Sequence[str]) -> tuple[int, list[int]]:
    """Sort by how much is solved, then by how early it stands."""
    worth = {PASSED: 2, FULL: 2, PART: 1}
    values = [worth.get(mark, 0) for mark in marks]
    return -sum(values), [-value for value in values]


def _percentages(
    rows: Sequence[Row], exercises: Sequence[ExerciseOverview]
) -> list[tuple[str, int]]:
    most = sum(exercise.max_points for exercise in exercises)
    scores: Counter[str] = Counter()
    for row in rows:
        scores[row.student] += row.points
    return distribution([100 * score // most if most else 0 for score in scores.values()], 100)


def distribution(scores: Sequence[int], max_points: int) -> list[tuple[str, int]]:
    """Count scores in at most `BINS` bins of equal width; full marks have a line of their own."""
    bins = min(BINS, max(max_points, 1))
    counts = Counter(
        min(bins * score // max_points, bins) if max_points else bins for score in scores
    )
    edges = [-(-place * max_points // bins) for place in range(bins + 1)]
    return [
        *(
            (_range(edges[b], edges[b + 1] - 1), counts[b])
            for b in range(bins if max_points else 0)
        ),
        (str(max_points), counts[bins]),
    ]


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def as_text(whole: Overview) -> str:
    """Return the overview for a terminal."""
    lines = [f"{whole.students} students, {whole.submissions} submissions; layers: {whole.layers}"]
    if len(whole.exercises) > 1:
        lines += ["", "teach again, fewest solved first:"]
        lines += [f"  {f.exercise} {f.number} {f.name}: {_solved(f)}" for f in whole.again]
    for exercise in whole.exercises:
        lines += [
            "",
            f"{exercise.slug}: mean {exercise.mean:.0f} of {exercise.max_points} points,"
            f" full marks {exercise.full_marks} of {exercise.students}",
            *(f"  {label:>12} points  {count}" for label, count in exercise.distribution),
            "  functions, hardest first:",
            *(f"    {f.number} {f.name}: {_solved(f)}" for f in exercise.functions),
            "  slips, by frequency:" if exercise.slips else "  no slip that has a name",
            *(f"    {slip.count} x {slip.function}: {slip.name}" for slip in exercise.slips),
        ]
    return "\n".join(lines)


def _solved(function: FunctionOverview) -> str:
    others = f" ({function.others})" if function.others else ""
    return f"{function.solved} of {function.students} solved{others}"
