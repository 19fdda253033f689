"""Marks for Moodle: its grading worksheet filled in, and a zip of feedback files.

The worksheet is what *Submissions > Actions > Download grading worksheet* gives. Moodle reads it
back by three of its columns, whose names are in the teacher's language: the identifier, the grade,
and when the grade was last changed. It knows a feedback file by the folder it lies in:
FULL NAME_NUMBER_assignsubmission_file_. The sources are Moodle's own `mod/assign/gradingtable.php`,
`feedback/offline/importgradeslib.php` and `feedback/file/importziplib.php`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from course_lib.grading.batch.exports import feedback_page
from course_lib.grading.lms.filled import Filled
from course_lib.grading.lms.marks import Mark, comment, read_scale
from course_lib.grading.lms.roster import Line, match
from course_lib.grading.lms.sheet import Sheet, read_sheet

SYSTEM = "Moodle"

COLUMNS: dict[str, tuple[str, ...]] = {
    "identifier": ("Identifier", "标识符"),
    "name": ("Full name",),
    "email": ("Email address",),
    "id": ("ID number",),
    "username": ("Username",),
    "group": ("Group", "小组"),
    "grade": ("Grade", "成绩"),
    "maximum": ("Maximum Grade", "最高分"),
    "changeable": ("Grade can be changed", "允许更改成绩"),
    "comments": ("Feedback comments",),
}
"""What each column is called: in English, and where it is sure in Chinese. `--column` says more."""

NEEDED = ("identifier", "grade", "maximum")
_NO = ("no", "否")


def column_names(options: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the names of the columns, with those that `--column KEY=NAME` gives.

    Raises
    ------
    ValueError
        If an option has another form, or a key that there is not.
    """
    names = dict(COLUMNS)
    for option in options:
        key, equals, name = option.partition("=")
        if not equals or key not in names:
            raise ValueError(f"--column {option}: write KEY=NAME, with a KEY of {', '.join(names)}")
        names[key] = (name,)
    return names


class Worksheet:
    """A grading worksheet: its cells, and which column is which.

    Parameters
    ----------
    path : Path
    names : mapping
        What each column may be called: `COLUMNS`, or `column_names`.
    encoding : str, optional

    Raises
    ------
    ValueError, OSError
        If it is no grading worksheet: the sentence says what it holds.
    """

    def __init__(
        self,
        path: Path,
        names: Mapping[str, tuple[str, ...]] = COLUMNS,
        encoding: str | None = None,
    ) -> None:
        self._names = names

        def fits(header: Sequence[str]) -> bool:
            return all(set(names[key]) & set(header) for key in NEEDED)

        keys = ", ".join(names[key][0] for key in NEEDED)
        what = f"a grading worksheet with the columns {keys} (another language: --column KEY=NAME)"
        self.sheet: Sheet = read_sheet(path, fits, what, encoding)
        header = [cell.strip() for cell in self.sheet.rows[0]]
        self.columns = {
            key: next(header.index(name) for name in own if name in header)
            for key, own in names.items()
            if set(own) & set(header)
        }
        self.lines = {
            row: self._line(row)
            for row in range(1, len(self.sheet.rows))
            if len(self.sheet.rows[row]) == len(header)
        }

    def cell(self, row: int, key: str) -> str:
        """Return what a column says of a row, "" if there is no such column."""
        return self.sheet.rows[row][self.columns[key]].strip() if key in self.columns else ""

    def _line(self, row: int) -> Line:
        number = re.search(r"\d+$", self.cell(row, "identifier"))
        name = self.cell(row, "name")
        known = tuple(self.cell(row, key) for key in ("email", "id", "username"))
        return Line(
            row,
            number[0] if number else "",
            (name,) if name else (),
            known,
            self.cell(row, "group"),
        )

    def fill(
        self, marks: Sequence[Mark], roster: Sequence[tuple[str, ...]] = (), *, keep: bool = False
    ) -> Filled:
        """Write each student's grade and comment; give an account of it.

        Parameters
        ----------
        marks : sequence of Mark
        roster : sequence of tuple of str
            From `read_roster`.
        keep : bool
            Leave what is graded already.
        """
        filled = Filled(self.sheet)
        matching = match(marks, list(self.lines.values()), SYSTEM, roster)
        filled.begin(matching, self.lines)
        for row, mark in matching.rows.items():
            if self.cell(row, "changeable").lower() in _NO:
                filled.left.append((mark.student, "Moodle has locked this grade"))
                continue
            scale = read_scale(self.cell(row, "maximum"), f"the maximum grade in line {row + 1}")
            done = filled.write(row, self.columns["grade"], scale.of(mark), mark, keep=keep)
            if done and "comments" in self.columns:
                self.sheet.change(row, self.columns["comments"], comment(mark))
        return filled

    def missing(self) -> list[str]:
        """Say which columns were not found that would have been of use, and what that costs."""
        cost = {
            "name": "numbers alone tell who is who",
            "comments": "no comments are written",
        }
        return [
            f"no column {' or '.join(self._names[key])!r}: {what} (--column {key}=NAME names it)"
            for key, what in cost.items()
            if key not in self.columns
        ]

    def feedback_files(self, filled: Filled, slug: str) -> dict[str, bytes]:
        """Return each student's page under the path by which Moodle finds whose it is."""
        files = {}
        for row, mark in filled.written.items():
            line = self.lines[row]
            name = _clean(line.names[0]) if line.names else "Participant"
            folder = f"{name}_{line.number}_assignsubmission_file_"
            page = feedback_page(mark.student, mark.rows)
            files[f"{folder}/feedback_{slug}.html"] = page.encode("utf-8", "replace")
        return files


def _clean(name: str) -> str:
    """Return a name as Moodle puts it into that of a file, which has none of &<>"`|':_/ in it."""
    return re.sub(r"[\x00-\x1f&<>\"`|':\\/]", "", name.replace("_", " ")).lstrip(" .") or "student"
