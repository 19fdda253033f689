"""Find whose line of a table a graded student is; what cannot be decided is said, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.grading.batch.submissions import origin
from course_lib.grading.lms.marks import Mark
from course_lib.grading.lms.sheet import read_sheet

ROSTER_COLUMNS = ("name", "id", "email", "username", "login")


@dataclass(frozen=True)
class Line:
    """One person's line in another system's table.

    Attributes
    ----------
    row : int
    number : str
        What the names of the person's files hold: Moodle's participant, Canvas's user.
    names : tuple of str
        How the person is called, written in one way or several; () if that is kept secret.
    identifiers : tuple of str
        E-mail address, student number, login.
    group : str
        The group that hands in as one, "" if there is none.
    """

    row: int
    number: str
    names: tuple[str, ...]
    identifiers: tuple[str, ...] = ()
    group: str = ""


@dataclass
class Matching:
    """Which marks go into which rows, and which go nowhere, with the reason."""

    rows: dict[int, Mark] = field(default_factory=dict)
    unmatched: list[tuple[Mark, str]] = field(default_factory=list)


class _Undecided(Exception):
    """Why a mark belongs to no line, or to one of several."""


def read_roster(path: Path, encoding: str | None = None) -> list[tuple[str, ...]]:
    """Read a list of students: for each person all that the columns name, id, email say.

    Raises
    ------
    ValueError, OSError
        As `read_sheet`; or if two lines have the same id or e-mail address.
    """
    sheet = read_sheet(
        path,
        lambda header: bool({"id", "email"} & {cell.lower() for cell in header}),
        "a roster: a CSV file whose first line is `name,id,email`",
        encoding,
    )
    header = [cell.strip().lower() for cell in sheet.rows[0]]
    people = []
    seen: set[str] = set()
    for row in sheet.rows[1:]:
        person = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
        for unique in (person.get("id", ""), person.get("email", "").lower()):
            if unique and unique in seen:
                raise ValueError(f"{path} has {unique!r} twice: each line is one person")
            seen.add(unique)
        people.append(tuple(person[name] for name in ROSTER_COLUMNS if person.get(name)))
    return people


def match(
    marks: Iterable[Mark],
    lines: Sequence[Line],
    system: str,
    roster: Sequence[tuple[str, ...]] = (),
) -> Matching:
    """Find the line of each mark.

    The number in the name of the file decides, if `system` gave it that name, and the name beside
    the number must agree. Otherwise an identifier, then the name, must belong to one line alone.
    Of two submissions for one line the one that a later run met counts.
    """
    found = Matching()
    claims: dict[int, list[Mark]] = {}
    for mark in marks:
        try:
            for line in _lines_of(mark, lines, system, roster):
                claims.setdefault(line.row, []).append(mark)
        except _Undecided as reason:
            found.unmatched.append((mark, str(reason)))
    for row, claimants in claims.items():
        _decide(row, claimants, found)
    return found


def _decide(row: int, claimants: list[Mark], found: Matching) -> None:
    *earlier, last = sorted(claimants, key=lambda mark: mark.seen)
    if earlier and earlier[-1].seen == last.seen:
        names = " and ".join(repr(mark.student) for mark in claimants)
        reason = f"{names} are one person in the file: keep the submission that counts"
        found.unmatched += [(mark, reason) for mark in claimants]
        return
    found.rows[row] = last
    reason = f"a later submission of the same person, graded as {last.student!r}, counts"
    found.unmatched += [(mark, reason) for mark in earlier]


def _lines_of(
    mark: Mark, lines: Sequence[Line], system: str, roster: Sequence[tuple[str, ...]]
) -> list[Line]:
    """Return the line of a mark, or those of a group."""
    owner = origin(mark.handed_in_as)
    if owner and owner.system != system:
        owner = None
    name = owner.student if owner else mark.student
    if team := [line for line in lines if _same(name, [line.group])]:
        return team
    if owner is None:
        return [_by_name(name, lines, roster)]
    if not owner.number:
        raise _Undecided(f"{system} hid who handed it in: reveal the names, and download again")
    numbered = [line for line in lines if line.number == owner.number]
    if not numbered:
        raise _Undecided(
            f"number {owner.number}, from its file's name, is not in the file:"
            " is it that of another assignment or course?"
        )
    if any(line.names for line in numbered) and not _same(name, numbered[0].names):
        raise _Undecided(
            f"number {owner.number} is {numbered[0].names[0]!r} in the file: is it that of another"
            " assignment or course?"
        )
    return numbered[:1]


def _by_name(name: str, lines: Sequence[Line], roster: Sequence[tuple[str, ...]]) -> Line:
    known = [name, *_from_roster(name, roster)]
    exactly = {text.casefold() for text in known}
    ways: tuple[Callable[[Line], bool], ...] = (
        lambda line: any(text.casefold() in exactly for text in line.identifiers if text),
        lambda line: any(_same(text, line.names) for text in known),
    )
    for way in ways:
        fitting = [line for line in lines if way(line)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise _Undecided(
                f"{len(fitting)} lines of the file fit: give its folder the student number or"
                " e-mail address for a name, or a --roster"
            )
    where = "the file or the roster" if roster else "the file; a --roster may know it"
    raise _Undecided(f"nobody of that name, number or address is in {where}")


def _from_roster(name: str, roster: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    people = [person for person in roster if name.casefold() in {t.casefold() for t in person}]
    people = people or [person for person in roster if _same(name, person)]
    if len(people) > 1:
        raise _Undecided(f"{len(people)} lines of the roster fit: use what only one person has")
    return people[0] if people else ()


def _same(name: str, others: Iterable[str]) -> bool:
    """Tell whether a name is one of the others, as far as the name of a file can keep it."""
    return bool(letters(name)) and letters(name) in {letters(other) for other in others}


def letters(name: str) -> str:
    """Return the letters and digits of a name, in lower case: what every system keeps of it.

    Moodle drops quotes, colons and the like from the name of a file, Canvas spaces and commas too,
    and a Mac writes an accent as a character of its own.
    """
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())


def both_orders(name: str) -> tuple[str, ...]:
    """Return a name such as "Lovelace, Ada" as it is, and as "Ada Lovelace"."""
    last, comma, first = name.partition(",")
    return (name, f"{first.strip()} {last.strip()}") if comma else (name,)
