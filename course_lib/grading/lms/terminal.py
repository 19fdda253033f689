"""The command `course marks`: fill in what another system exported."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from course_lib.grading.batch.gradebook import Gradebook
from course_lib.grading.batch.whole_files import write_whole, zipped
from course_lib.grading.lms.canvas import GradebookExport
from course_lib.grading.lms.filled import Filled
from course_lib.grading.lms.marks import Mark, marks_of
from course_lib.grading.lms.moodle import COLUMNS, Worksheet, column_names
from course_lib.grading.lms.roster import read_roster

INCOMPLETE = 1


def configure_marks(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course marks`."""
    systems = parser.add_subparsers(dest="system", required=True, metavar="SYSTEM")
    moodle = systems.add_parser("moodle", help="fill in a grading worksheet")
    _add_common(moodle)
    add = moodle.add_argument
    add("--worksheet", type=Path, required=True, metavar="FILE", help="as downloaded from Moodle")
    add("--feedback-zip", type=Path, metavar="FILE", help="write a page for each student, zipped")
    add("--column", action="append", default=[], metavar="KEY=NAME",
        help=f"what a column is called in your language; KEY is {', '.join(COLUMNS)}")  # fmt: skip
    canvas = systems.add_parser("canvas", help="fill in one column of a gradebook")
    _add_common(canvas)
    add = canvas.add_argument
    add("--export", type=Path, required=True, metavar="FILE", help="as exported from Canvas")
    add("--assignment", metavar="ID", help="the number or the title of the assignment's column")
    parser.set_defaults(run=run_marks)


def _add_common(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("gradebook", type=Path, help="the file that `course grade` made")
    add("--out", type=Path, required=True, metavar="FILE", help="where to write the filled-in file")
    add("--exercise", metavar="SLUG", help="whose marks; needed if the gradebook has several")
    add("--roster", type=Path, metavar="FILE", help="a CSV file: name,id,email")
    add("--encoding", metavar="NAME", help="of the CSV files, if it is not UTF-8: gb18030, cp1252")
    add("--keep", action="store_true", help="leave the grades that stand there already")


def run_marks(arguments: argparse.Namespace) -> int:
    """Fill in the file of the system that is asked for."""
    return run_moodle(arguments) if arguments.system == "moodle" else run_canvas(arguments)


def run_moodle(arguments: argparse.Namespace) -> int:
    """Fill in a worksheet; 0 if every mark is in it, 1 if some are not."""
    _keep_apart(arguments.worksheet, arguments.out)
    sheet = Worksheet(arguments.worksheet, column_names(arguments.column), arguments.encoding)
    slug, marks = _marks(arguments)
    filled = sheet.fill(marks, _roster(arguments), keep=arguments.keep)
    write_whole(arguments.out, filled.sheet.as_bytes())
    print(*sheet.missing(), sep="\n", end="\n" if sheet.missing() else "")
    status = _account(filled, slug, arguments.out)
    if arguments.feedback_zip:
        files = sheet.feedback_files(filled, slug)
        write_whole(arguments.feedback_zip, zipped(files))
        print(f"feedback: {len(files)} pages in {arguments.feedback_zip}")
    return status


def run_canvas(arguments: argparse.Namespace) -> int:
    """Fill in a column; 0 if every mark is in it, 1 if some are not."""
    _keep_apart(arguments.export, arguments.out)
    export = GradebookExport(arguments.export, arguments.encoding)
    slug, marks = _marks(arguments)
    column = export.column(arguments.assignment, slug)
    filled = export.fill(marks, column, _roster(arguments), keep=arguments.keep)
    write_whole(arguments.out, filled.sheet.as_bytes())
    print(f"column: {export.header[column]}")
    return _account(filled, slug, arguments.out)


def _keep_apart(source: Path, out: Path) -> None:
    if source.resolve() == out.resolve():
        raise ValueError(f"--out is {source} itself: name another file, so that it is kept")


def _marks(arguments: argparse.Namespace) -> tuple[str, list[Mark]]:
    with Gradebook(arguments.gradebook, must_exist=True) as book:
        return marks_of(book.rows(), arguments.exercise)


def _roster(arguments: argparse.Namespace) -> list[tuple[str, ...]]:
    return read_roster(arguments.roster, arguments.encoding) if arguments.roster else []


def _account(filled: Filled, slug: str, out: Path) -> int:
    """Say what was written and what was not; nothing is left out."""
    print(f"{slug}: {len(filled.written)} marks in {out}")
    if filled.untouched:
        print(f"{filled.untouched} lines have no mark and stay as they were")
    _list("grades replaced", filled.replaced, lambda one: f"{one[0]!r}: {one[1]}, now {one[2]}")
    _list("not written", filled.left, lambda one: f"{one[0]!r}: {one[1]}")
    _list("not matched", filled.unmatched, lambda one: f"{one[0]!r}: {one[1]}")
    return INCOMPLETE if filled.left or filled.unmatched else 0


def _list(
    title: str, items: Sequence[tuple[str, ...]], say: Callable[[tuple[str, ...]], str]
) -> None:
    if items:
        print(f"{title}: {len(items)}")
        for item in items:
            print(f"  {say(item)}")
