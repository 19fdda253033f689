"""Read the submissions of a gradebook again and set them side by side, exercise by exercise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.batch.grade import digest_of
from course_lib.grading.batch.gradebook import Gradebook
from course_lib.grading.batch.pseudonyms import Mask
from course_lib.grading.batch.similarity import Alike, alike, without_words
from course_lib.grading.batch.submissions import find_submissions
from course_lib.grading.places import course_folders
from course_lib.grading.submission import SubmissionError, read_source

GIVEN = ("exercises", "notebooks", "solutions")
"""Where the texts lie that everyone has, or may have: what they say is nobody's own."""

SHOWN = 10
"""Groups of an exercise that are shown."""


@dataclass(frozen=True)
class Comparison:
    """What was compared, and which submissions are alike.

    Attributes
    ----------
    alike : dict of str to list of Alike
        By exercise; an exercise that was compared has an entry, though it may be empty.
    compared : dict of str to int
        How many submissions to each exercise were read.
    changed : int
        How many of them are not the text that was graded.
    unknown, unread : int
        Files of no student of the gradebook, and files that cannot be read.
    """

    alike: dict[str, list[Alike]]
    compared: dict[str, int]
    changed: int
    unknown: int
    unread: int

    def as_text(self) -> str:
        """Return the groups for a terminal."""
        lines = ["too alike? A question, not a verdict:"]
        for slug, groups in self.alike.items():
            lines.append(f"  {slug}: {self.compared[slug]} submissions, {len(groups)} to ask about")
            lines += [f"    {_in_words(group)}" for group in groups[:SHOWN]]
        return "\n".join(lines)


def _in_words(group: Alike) -> str:
    more = f" (and {len(group.others)} more)" if group.others else ""
    return f"{group.students[0]} and {group.students[1]}{more}: {group.passages} passages"


def compare(
    folder: Path, book: Gradebook, exercise: str = "", names: Mapping[str, str] | None = None
) -> Comparison:
    """Compare the submissions in a folder that a gradebook has graded.

    Parameters
    ----------
    folder : Path
        Laid out as for `course grade`.
    book : Gradebook
    exercise : str
        Compare the submissions to this exercise alone; "" for all.
    names : mapping, optional
        The pseudonym of each student: then comments and texts are taken out of what is shown.

    Raises
    ------
    OSError, ValueError
        If the folder is none.
    """
    digests = book.digests()
    slugs = {slug for _, slug in digests}
    sources: dict[str, dict[str, str]] = {}
    changed = unknown = unread = 0
    for submission in find_submissions(folder, slugs, exercise or None).submissions:
        digest = digests.get((submission.student, submission.exercise))
        if digest is None:
            unknown += 1
            continue
        try:
            source = read_source(submission.path)
        except SubmissionError:
            unread += 1
            continue
        changed += digest != digest_of(source)
        sources.setdefault(submission.exercise, {})[submission.student] = source
    mask = Mask(names or {})

    def show(source: str) -> str:
        return source if names is None else mask(without_words(source))

    found = {slug: alike(own, _given(slug), show) for slug, own in sorted(sources.items())}
    if names is not None:
        found = {slug: [_renamed(group, names) for group in own] for slug, own in found.items()}
    compared = {slug: len(own) for slug, own in sorted(sources.items())}
    return Comparison(found, compared, changed, unknown, unread)


def _given(slug: str) -> list[str]:
    """Return stub, lecture and solution, as far as they are there."""
    texts = []
    for folder in GIVEN:
        places = (place / folder / f"{slug}.ipynb" for place in course_folders())
        path = next((place for place in places if place.is_file()), None)
        if path is not None:
            texts.append(read_source(path))
    return texts


def _renamed(group: Alike, names: Mapping[str, str]) -> Alike:
    """Give a group its pseudonyms, in the order of these."""
    named = zip((names[student] for student in group.students), group.pieces, strict=True)
    (first, left), (second, right) = sorted(named)
    others = tuple(sorted(names[other] for other in group.others))
    return dataclasses.replace(group, students=(first, second), pieces=(left, right), others=others)
