"""Marks for Canvas: one column of its exported gradebook filled in.

The gradebook is what *Grades > Export* gives. Its columns are Student (or LastName and FirstName),
ID, perhaps SIS User ID, SIS Login ID and others, Section, then one for each assignment,
"Title (12345)", and totals. Before the students stands the row "Points Possible", and perhaps one
that says "Manual Posting". Canvas knows a student by ID. The sources are Canvas's own
`lib/gradebook_exporter.rb` and `lib/gradebook_importer.rb`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from course_lib.grading.lms.filled import Filled
from course_lib.grading.lms.marks import Mark, read_scale
from course_lib.grading.lms.roster import Line, both_orders, match
from course_lib.grading.lms.sheet import Sheet, read_sheet

SYSTEM = "Canvas"
IDENTIFIERS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")

_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)$", re.DOTALL)


class GradebookExport:
    """Canvas's gradebook: its cells, its students and its assignments.

    Parameters
    ----------
    path : Path
    encoding : str, optional

    Raises
    ------
    ValueError, OSError
        If it is no such gradebook: the sentence says what it holds.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        def fits(header: Sequence[str]) -> bool:
            named = "Student" in header or {"LastName", "FirstName"} <= set(header)
            return named and {"ID", "Section"} <= set(header)

        what = "a gradebook exported from Canvas, with the columns Student, ID and Section"
        self.sheet: Sheet = read_sheet(path, fits, what, encoding)
        self.header = [cell.strip() for cell in self.sheet.rows[0]]
        self.points_row = next(
            (n for n, row in enumerate(self.sheet.rows) if "Points Possible" in row[0]), 0
        )
        self.lines = {
            row: self._line(row)
            for row in range(1, len(self.sheet.rows))
            if len(self.sheet.rows[row]) == len(self.header)
            and row != self.points_row
            and (self._cell(row, "ID") or self._name(row))
        }

    @property
    def assignments(self) -> dict[int, str]:
        """The columns that are assignments, with their headers."""
        return {n: name for n, name in enumerate(self.header) if _ASSIGNMENT.match(name)}

    def column(self, wanted: str | None, slug: str) -> int:
        """Return the column of an assignment, named by its header, its title or its id.

        Without a name it is the one whose title holds the exercise's slug.

        Raises
        ------
        ValueError
            If none fits, or several do.
        """
        fitting = []
        for column, header in self.assignments.items():
            parts = _ASSIGNMENT.match(header)
            title, number = (parts["title"], parts["id"]) if parts else (header, "")
            if wanted in (header, title, number) if wanted else slug.lower() in title.lower():
                fitting.append(column)
        if len(fitting) != 1:
            count = "several columns fit" if fitting else "no column fits"
            which = f"--assignment {wanted!r}" if wanted else f"the exercise {slug}"
            there = ", ".join(repr(header) for header in self.assignments.values()) or "none"
            raise ValueError(f"{count} {which}: say --assignment ID. The assignments are {there}")
        return fitting[0]

    def fill(
        self,
        marks: Sequence[Mark],
        column: int,
        roster: Sequence[tuple[str, ...]] = (),
        *,
        keep: bool = False,
    ) -> Filled:
        """Write each student's mark into a column; give an account of it.

        Parameters
        ----------
        marks : sequence of Mark
        column : int
            From `column`.
        roster : sequence of tuple of str
            From `read_roster`.
        keep : bool
            Leave what is graded already.

        Raises
        ------
        ValueError
            If the file does not say how many points the assignment has.
        """
        possible = self.sheet.rows[self.points_row][column] if self.points_row else ""
        scale = read_scale(possible, f"the points possible of {self.header[column]!r}")
        filled = Filled(self.sheet)
        matching = match(marks, list(self.lines.values()), SYSTEM, roster)
        filled.begin(matching, self.lines)
        for row, mark in matching.rows.items():
            old = self.sheet.rows[row][column].strip()
            if old == "N/A":
                filled.left.append((mark.student, "Canvas has not assigned it to this student"))
            elif old.upper() == "EX":
                filled.left.append((mark.student, "this student is excused (EX) in Canvas"))
            else:
                filled.write(row, column, scale.of(mark), mark, keep=keep)
        return filled

    def _cell(self, row: int, name: str) -> str:
        if name not in self.header:
            return ""
        return self.sheet.rows[row][self.header.index(name)].strip()

    def _name(self, row: int) -> str:
        """Return a student's name; one that begins with an equals sign stands there as ="=1+1"."""
        if "Student" not in self.header:
            return f"{self._cell(row, 'LastName')}, {self._cell(row, 'FirstName')}".strip(", ")
        return self._cell(row, "Student")

    def _line(self, row: int) -> Line:
        known = tuple(self._cell(row, name) for name in IDENTIFIERS)
        return Line(row, known[0], both_orders(self._name(row)), known)
