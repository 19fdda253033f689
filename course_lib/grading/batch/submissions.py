"""Find the submissions in a folder: laid out by student, or as Moodle or Canvas hand it out.

    ada/03_3_gradients.ipynb                                a folder for each student
    Ada Lovelace_123456_assignsubmission_file_/...          Moodle's download
    Ada Lovelace_123456_assignsubmission_file_03_3.ipynb    the same without folders
    lovelaceada_123_456_03_3_gradients-1.ipynb              Canvas's; -1 is a second hand-in
    lovelaceada_LATE_123_456_03_3_gradients.ipynb           the same, handed in late
    anon_aB3dE_456_03_3_gradients.ipynb                     the same, graded anonymously

Two people of the same name are told apart by the number that Moodle or Canvas gives them.

No link is followed, and nothing is opened: this is about names alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

SUFFIXES = (".ipynb", ".py")
ZIP_WITHIN = "it is a zip: unpack it where it lies"
MAX_DEPTH = 10
"""Folders within a student's folder, one in the other, that are looked into."""

_MOODLE = re.compile(
    r"(?P<student>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?$"
)
_CANVAS = re.compile(
    r"(?:(?:LATE_)?(?P<anonymous>anon_\d*[^\W\d_][^\W_]*)|(?P<student>.+?)_(?:LATE_)?(?P<number>\d+))"
    r"_\d+_(?P<file>.+)$"
)
_AGAIN = re.compile(r"[-_ ]*\(?(?P<count>\d{1,3})\)?$")


@dataclass(frozen=True)
class Submission:
    """One file of one student for one exercise."""

    student: str
    exercise: str
    path: Path
    file: str = ""
    """Where it lies in what was handed in, as text."""


class Origin(NamedTuple):
    """Who handed a file in, as the name says that Moodle or Canvas gave it.

    `number` is the participant's in Moodle, another one for each assignment; in Canvas it is the
    user's, "" if the assignment is graded anonymously. `file` is the learner's own name of it.
    """

    system: str
    student: str
    number: str
    file: str


def origin(name: str) -> Origin | None:
    """Return who handed a file or a folder of this name in, None if no system has named it."""
    if moodle := _MOODLE.match(name):
        return Origin("Moodle", moodle["student"], moodle["number"], moodle["file"] or "")
    if canvas := _CANVAS.match(name):
        student = canvas["student"] or canvas["anonymous"]
        return Origin("Canvas", student, canvas["number"] or "", canvas["file"])
    return None


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    Attributes
    ----------
    layout : str
        "student folders", "Moodle" or "Canvas", or several joined by "and".
    submissions : list of Submission
        One for each student and exercise, sorted by both.
    passed_over : list of (path, reason)
        Everything else that looks like a submission, and why it is none.
    """

    layout: str
    submissions: list[Submission]
    passed_over: list[tuple[Path, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    submission: Submission
    again: int
    layout: str
    number: str = ""


def printable(text: str) -> str:
    r"""Write what is no text in the name of a file, such as a byte 0xff, as "\udcff".

    A name is bytes to Linux, and neither a gradebook nor a page can hold those that are not UTF-8.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def find_submissions(folder: Path, slugs: Collection[str], only: str | None = None) -> Found:
    """List the submissions in a folder.

    Parameters
    ----------
    folder : Path
    slugs : collection of str
        The exercises there are.
    only : str, optional
        Look for this exercise alone. Then a student's one file may have any name.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If the folder is none.
    ValueError
        If `only` is no exercise.
    """
    if only is not None and only not in slugs:
        raise ValueError(f"no exercise {only!r}: there are {', '.join(sorted(slugs)) or 'none'}")
    if not folder.is_dir():
        kind = NotADirectoryError if folder.exists() else FileNotFoundError
        raise kind(f"{folder} is no folder: give the one that holds the submissions")
    wanted = [only] if only else sorted(slugs, key=len, reverse=True)
    passed_over: list[tuple[Path, str]] = []
    candidates = _named_apart(list(_candidates(folder, wanted, only, passed_over)), folder)
    submissions = _one_each(candidates, passed_over)
    layouts = sorted({candidate.layout for candidate in candidates})
    return Found(" and ".join(layouts) or "nothing", submissions, passed_over)


def find_of_one(
    folder: Path, student: str, slugs: Collection[str], only: str | None = None
) -> Found:
    """List the submissions in the folder of one student, as `find_submissions` does."""
    passed_over: list[tuple[Path, str]] = []
    wanted = [only] if only else sorted(slugs, key=len, reverse=True)
    owner = Origin("one student", student, "", "")
    candidates = list(_in_folder(folder, owner, wanted, only, passed_over))
    return Found("one student", _one_each(candidates, passed_over), passed_over)


def _candidates(
    folder: Path, slugs: Iterable[str], only: str | None, passed_over: list[tuple[Path, str]]
) -> Iterator[_Candidate]:
    for entry in _entries(folder, passed_over):
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            owner = origin(entry.name)
            if owner is None or owner.system != "Moodle":
                owner = Origin("student folders", entry.name, "", "")
            yield from _in_folder(path, owner, slugs, only, passed_over)
        elif path.suffix in SUFFIXES:
            owner = origin(path.stem)
            slug = _slug(owner.file, slugs) if owner else ""
            if owner and (slug or only):
                yield _candidate(owner, slug or only or "", path, _again(owner.file, slug))
            else:
                reason = "it is in no student's folder, nor named as by Moodle or Canvas"
                passed_over.append((path, reason))
        elif path.suffix.lower() == ".zip":
            passed_over.append((path, ZIP_WITHIN))


def _in_folder(
    folder: Path,
    owner: Origin,
    slugs: Iterable[str],
    only: str | None,
    passed_over: list[tuple[Path, str]],
    depth: int = 0,
) -> Iterator[_Candidate]:
    """Yield the submissions in a student's folder, and in folders within it."""
    if depth > MAX_DEPTH:
        passed_over.append((folder, f"it lies more than {MAX_DEPTH} folders deep"))
        return
    files = []
    for entry in _entries(folder, passed_over):
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith((".", "__")):
                yield from _in_folder(path, owner, slugs, only, passed_over, depth + 1)
        elif path.suffix in SUFFIXES:
            files.append((path, _slug(path.stem, slugs)))
        elif path.suffix.lower() == ".zip":
            passed_over.append((path, ZIP_WITHIN))
    alone = len(files) == 1
    for path, slug in files:
        exercise = slug or (only if alone and only else "")
        if exercise:
            yield _candidate(owner, exercise, path, _again(path.stem, slug))
        else:
            passed_over.append((path, "its name holds no exercise that is graded"))


def _candidate(owner: Origin, exercise: str, path: Path, again: int) -> _Candidate:
    submission = Submission(printable(owner.student), exercise, path)
    return _Candidate(submission, again, owner.system, owner.number)


def _named_apart(candidates: list[_Candidate], folder: Path) -> list[_Candidate]:
    """Add its number to a name that several people have, and to each where its file lies."""
    numbers: dict[tuple[str, str], set[str]] = {}
    for each in candidates:
        key = each.submission.student, each.submission.exercise
        numbers.setdefault(key, set()).add(each.number)
    shared = {student for (student, _), own in numbers.items() if len(own - {""}) > 1}
    apart = []
    for each in candidates:
        old = each.submission
        name = f"{old.student} ({each.number})" if old.student in shared else old.student
        file = printable(old.path.relative_to(folder).as_posix())
        apart.append(replace(each, submission=replace(old, student=name, file=file)))
    return apart


def _entries(folder: Path, passed_over: list[tuple[Path, str]]) -> list[os.DirEntry[str]]:
    """List a folder by name; a link is passed over, and so is a folder that cannot be read."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        passed_over.append((folder, f"it cannot be listed: {error.strerror}"))
        return []
    for entry in found:
        if entry.is_symlink():
            passed_over.append((folder / entry.name, "it is a link"))
    return [entry for entry in found if not entry.is_symlink()]


def _slug(stem: str, slugs: Iterable[str]) -> str:
    """Return the exercise whose name the file's name holds; the longest, if several; or ""."""
    return next((slug for slug in slugs if slug.lower() in stem.lower()), "")


def _again(stem: str, slug: str) -> int:
    """Return how often it was handed in again: 1 for "03_3_gradients-1", else 0."""
    rest = stem.lower().partition(slug.lower())[2] if slug else ""
    match = _AGAIN.match(rest)
    return int(match["count"]) if match else 0


def _one_each(
    candidates: list[_Candidate], passed_over: list[tuple[Path, str]]
) -> list[Submission]:
    """Keep the last hand-in of each student and exercise; tell which were passed over for it."""
    latest: dict[tuple[str, str], _Candidate] = {}
    for candidate in candidates:
        key = candidate.submission.student, candidate.submission.exercise
        other = latest.setdefault(key, candidate)
        if other is not candidate:
            older, newer = sorted((other, candidate), key=_age)
            latest[key] = newer
            reason = f"{newer.submission.path.name} is the later one of the same student"
            passed_over.append((older.submission.path, reason))
    return [latest[key].submission for key in sorted(latest)]


def _age(candidate: _Candidate) -> tuple[int, int, str]:
    path = candidate.submission.path
    return candidate.again, path.lstat().st_mtime_ns, path.name
