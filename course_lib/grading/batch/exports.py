"""Marks as files: a table for a spreadsheet, a page for each student, Gradescope's results."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from course_lib.grading.batch.gradebook import Row
from course_lib.grading.batch.whole_files import write_whole

COLUMNS = ("student", "exercise", "function", "points", "max_points", "status", "diagnosis")


def csv_text(rows: Iterable[Row]) -> str:
    """Return the marks as CSV with the columns `COLUMNS`.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = [getattr(row, column) for column in COLUMNS]
        writer.writerow([no_formula(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def key_text(names: Mapping[str, str]) -> str:
    """Return whose pseudonym is whose as CSV, sorted by pseudonym."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("pseudonym", "student"))
    for student, pseudonym in sorted(names.items(), key=lambda item: item[1]):
        writer.writerow((pseudonym, no_formula(student)))
    return out.getvalue()


def write_feedback(rows: Iterable[Row], folder: Path) -> int:
    """Write one page for each student, of that student's data alone; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for student, own in _by_student(rows):
        _write(folder / f"{file_name(student)}.html", feedback_page(student, own))
        count += 1
    return count


def feedback_page(student: str, own: Iterable[Row]) -> str:
    """Return the page of one student as HTML, from that student's rows alone."""
    from course_lib.grading.batch.pages import render  # most runs write no page

    rows = list(own)
    exercises = [(slug, list(part)) for slug, part in groupby(rows, lambda row: row.exercise)]
    return render("feedback.html", student=student, exercises=exercises, total=_points(rows))


def write_gradescope(rows: Iterable[Row], folder: Path) -> int:
    """Write `STUDENT/results.json` for each student, in Gradescope's format; return how many.

    The format is that of Gradescope's "Autograder Specifications".
    """
    count = 0
    for student, own in _by_student(rows):
        place = folder / file_name(student)
        place.mkdir(parents=True, exist_ok=True)
        text = json.dumps(gradescope_results(own), ensure_ascii=False, indent=1)
        _write(place / "results.json", text + "\n")
        count += 1
    return count


def gradescope_results(rows: Iterable[Row], output: str = "") -> dict[str, Any]:
    """Return one student's verdicts as Gradescope's `results.json` holds them.

    Parameters
    ----------
    rows : iterable of Row
    output : str
        What is said of the submission as a whole.
    """
    rows = list(rows)
    return {
        "score": sum(row.points for row in rows),
        "output": output,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            {
                "name": row.function,
                "number": row.number,
                "score": row.points,
                "max_score": row.max_points,
                "status": "passed" if row.status == "passed" else "failed",
                "output": row.html,
                "output_format": "html",
                "visibility": "visible",
            }
            for row in rows
        ],
    }


def file_name(student: str) -> str:
    """Return a name for a student's file: readable, safe on every system, and never shared.

    Letters of any alphabet stay; what a file system may dislike goes, and a short digest of the
    whole name keeps apart what then looks alike.
    """
    readable = re.sub(r"[^\w-]+", "_", student).strip("_")[:60] or "student"
    return f"{readable}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:6]}"


def _by_student(rows: Iterable[Row]) -> Iterable[tuple[str, list[Row]]]:
    return ((student, list(own)) for student, own in groupby(rows, lambda row: row.student))


def _points(rows: list[Row]) -> tuple[int, int]:
    return sum(row.points for row in rows), sum(row.max_points for row in rows)


def no_formula(text: str) -> str:
    """Return a text with an apostrophe in front if a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _write(path: Path, text: str) -> None:
    write_whole(path, text.encode("utf-8", "replace"))
