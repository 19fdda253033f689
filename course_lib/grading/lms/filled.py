"""What filling in another system's table came to: what was written, and what was not, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from course_lib.grading.lms.marks import Mark, number_of
from course_lib.grading.lms.roster import Line, Matching
from course_lib.grading.lms.sheet import Sheet


@dataclass
class Filled:
    """The table with its marks, and an account of them.

    Attributes
    ----------
    written : dict
        From the row to the mark that stands in it now.
    replaced : list of (name, old, new)
        Marks that stood there and were others.
    left : list of (name, reason)
        Marks that belong to a line and were not written there.
    unmatched : list of (name, reason)
        Marks that belong to no line, or to one of several.
    untouched : int
        Lines for which there is no mark.
    """

    sheet: Sheet
    written: dict[int, Mark] = field(default_factory=dict)
    replaced: list[tuple[str, str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    unmatched: list[tuple[str, str]] = field(default_factory=list)
    untouched: int = 0

    def begin(self, matching: Matching, lines: Mapping[int, Line]) -> None:
        """Take over what could not be matched."""
        self.unmatched += [(mark.student, reason) for mark, reason in matching.unmatched]
        self.untouched = len(lines) - len(matching.rows)

    def write(self, row: int, column: int, grade: str, mark: Mark, *, keep: bool) -> bool:
        """Write a grade, unless another stands there and is to stay; tell whether it is there."""
        old = self.sheet.rows[row][column].strip()
        if number_of(old) != number_of(grade):
            if old and keep:
                self.left.append(
                    (mark.student, f"{old} stands there already, and --keep was given")
                )
                return False
            if old:
                self.replaced.append((mark.student, old, grade))
            self.sheet.change(row, column, grade)
        self.written[row] = mark
        return True
