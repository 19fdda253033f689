"""What a learner has solved over the whole course, and what is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from course_lib.grading import markup
from course_lib.grading.case_files import CasesError, read_cases
from course_lib.grading.cases import ExerciseCases
from course_lib.grading.places import all_slugs
from course_lib.grading.progress import Attempts, ProgressError, read
from course_lib.grading.report import Report, note

BAR = 20


def overview(exercises: Path) -> Report:
    """Read the history and set it against all that there is to solve."""
    try:
        known = read()
    except ProgressError as error:
        return note(f"{error}.")
    lines = list(_lines(exercises, known))
    text = "\n".join(lines)
    return Report(text, markup.card("", [markup.code_block(text)]))


def _lines(exercises: Path, known: Mapping[tuple[str, str], Attempts]) -> Iterator[str]:
    slugs = all_slugs(exercises)
    width = max((len(slug) for slug in slugs), default=0)
    following = ""
    for slug in slugs:
        try:
            cases = read_cases(exercises / f"{slug}_cases.json")
        except CasesError as error:
            yield f"{slug:<{width}}  {error}"
            continue
        yield f"{slug:<{width}}  {_exercise_line(cases, known)}"
        if any((slug, function.name) in known for function in cases.functions):
            yield f"{'':<{width}}  {_function_marks(cases, known)}"
        following = following or _next(cases, known)
    yield ""
    yield f"Next: {following}" if following else "All is solved."


def _exercise_line(cases: ExerciseCases, known: Mapping[tuple[str, str], Attempts]) -> str:
    best = [known.get((cases.slug, f.name), Attempts(0, 0)).points for f in cases.functions]
    total = sum(function.points for function in cases.functions)
    solved = sum(p >= f.points for p, f in zip(best, cases.functions, strict=True))
    filled = BAR * sum(best) // total if total else BAR
    bar = "█" * filled + "░" * (BAR - filled)
    return f"{bar}  {solved} of {len(best)} functions, {sum(best)} of {total} points"


def _function_marks(cases: ExerciseCases, known: Mapping[tuple[str, str], Attempts]) -> str:
    """Mark each function: ✓ solved, ✗ tried, ○ not yet."""

    def mark(name: str, points: int) -> str:
        tried = known.get((cases.slug, name))
        return "○" if tried is None else "✓" if tried.points >= points else "✗"

    return "  ".join(f"{mark(f.name, f.points)} {f.name}" for f in cases.functions)


def _next(cases: ExerciseCases, known: Mapping[tuple[str, str], Attempts]) -> str:
    for function in cases.functions:
        tried, points = known.get((cases.slug, function.name), Attempts(0, 0))
        if points < function.points:
            times = f", tried {tried} time{'s' if tried > 1 else ''}" if tried else ""
            return f"{function.name} ({function.number}) in exercises/{cases.slug}.ipynb{times}"
    return ""
