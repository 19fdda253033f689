"""A lecture as a class meets it: sections, questions, and what answers each question.

Nothing is marked for this by hand: it is read off the headings, tags and predictions that a
lecture has anyway. A prediction, a poll and what "only the slider tells" are questions; what comes
after a question, up to the next one, is its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from course_lib.grading.places import course_folders
from course_lib.teaching.minutes import (
    Cell,
    minutes_of_cell,
    read_cells,
    shows_a_picture,
    source,
    stated,
    topics,
)

HEADING, TEXT, QUESTION = "heading", "text", "question"

_FENCE = re.compile(r"\s*(```|~~~)")
_HEADING = re.compile(r"##? +(.+)")
_ASKS = re.compile(r"(?![>|]|[-*] |\d+\. )(?:(?s:.)*\*\*Predict\b|\*\*Only )")


class Question(NamedTuple):
    """What to ask a class, and what answers it; nothing does where only a lab can."""

    cells: tuple[Cell, ...]
    answer: tuple[Cell, ...]


class Section(NamedTuple):
    """A part of a lecture under one heading."""

    title: str
    minutes: float
    opening: tuple[Cell, ...]
    """What stands before the first question."""
    questions: tuple[Question, ...]

    @property
    def cells(self) -> Iterator[Cell]:
        """All but the heading, in order."""
        yield from self.opening
        for question in self.questions:
            yield from question.cells
            yield from question.answer


class Lecture(NamedTuple):
    """A lecture in its sections; the first one has its title and what stands before the others."""

    slug: str
    minutes: float
    """As the lecture states them."""
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """The lecture's title, with its number."""
        return self.sections[0].title


class Class(NamedTuple):
    """How long a class is, and when it begins: minutes since midnight; None for "some day"."""

    minutes: float
    start: int | None = None

    def clock(self, minutes: int) -> str:
        """Return the time on the clock so many minutes after the start."""
        hours, rest = divmod((self.start or 0) + minutes, 60)
        return f"{hours % 24 if self.start is not None else hours}:{rest:02}"


def find_course() -> Path:
    """Return the folder of the course.

    Raises
    ------
    FileNotFoundError
        If there are no lectures here, above, or beside course_lib.
    """
    house = next((folder for folder in course_folders() if topics(folder)), None)
    if house is None:
        raise FileNotFoundError("there are no lectures here; call it from the course's folder")
    return house


def find_lecture(house: Path, slug: str) -> Path:
    """Return the path of a lecture's notebook.

    Raises
    ------
    ValueError
        If there is no such lecture: which ones there are.
    """
    path = house / "notebooks" / f"{slug}.ipynb"
    if slug not in topics(house):
        raise ValueError(f"there is no lecture {slug!r}; there are: {', '.join(topics(house))}")
    return path


def read_lecture(house: Path, slug: str) -> Lecture:
    """Read a lecture in its sections.

    Raises
    ------
    ValueError
        If there is no such lecture, or it does not say how long it takes.
    """
    cells = read_cells(find_lecture(house, slug))
    return Lecture(slug, stated(house, slug).lecture, tuple(sections(cells)))


def sections(cells: Iterable[Cell]) -> Iterator[Section]:
    """Yield the parts of a lecture in order, each with its questions."""
    title, minutes = "", 0.0
    opening: list[Cell] = []
    questions: list[tuple[list[Cell], list[Cell]]] = []

    def finish() -> Section:
        found = tuple(Question(tuple(asked), tuple(answer)) for asked, answer in questions)
        return Section(title, minutes, tuple(opening), found)

    for role, cell in (piece for whole in cells for piece in pieces(whole)):
        if role == HEADING:
            if title:
                yield finish()
            title, minutes, opening, questions = heading(cell), 0.0, [], []
        elif role == QUESTION:
            if not questions or questions[-1][1]:  # two in a row are asked together
                questions.append(([], []))
            questions[-1][0].append(cell)
        else:
            (questions[-1][1] if questions else opening).append(cell)
        minutes += minutes_of_cell(cell)
    if title:
        yield finish()


def heading(cell: Cell) -> str:
    """Return the words of a heading."""
    found = _HEADING.match(source(cell))
    return found[1].strip() if found else ""


def pieces(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """Cut a cell where it changes from text to a heading or a question."""
    if cell["cell_type"] != "markdown":
        yield QUESTION if "predict" in kinds(cell) else TEXT, cell
        return
    runs: list[tuple[str, list[str]]] = []
    for paragraph in paragraphs(source(cell)):
        role = _role(paragraph)
        if not runs or role == HEADING or runs[-1][0] != role:
            runs.append((role, []))
        runs[-1][1].append(paragraph)
    for number, (role, texts) in enumerate(runs):
        own_id = f"{cell['id']}-part-{number + 1}" if number else cell["id"]
        yield role, {**cell, "id": own_id, "source": "\n\n".join(texts)}


def kinds(cell: Cell) -> set[str]:
    """Return the tags of a cell, and those that a code cell has by what it calls and shows."""
    found = set(cell["metadata"].get("tags", ()))
    if cell["cell_type"] == "code":
        text = source(cell)
        found |= {"quiz"} if re.search(r"^quiz\(", text, re.MULTILINE) else set()
        found |= {"predict"} if re.search(r"^poll\(", text, re.MULTILINE) else set()
        found |= {"figure"} if shows_a_picture(cell) and "widget" not in found else set()
    return found


def _role(paragraph: str) -> str:
    if _HEADING.match(paragraph):
        return HEADING
    return QUESTION if _ASKS.match(paragraph) else TEXT


def paragraphs(text: str) -> list[str]:
    """Cut Markdown at its blank lines, those inside a listing excepted; a heading stands alone."""
    found: list[list[str]] = [[]]
    listing = False
    for line in text.splitlines():
        if _FENCE.match(line):
            listing = not listing
        if not listing and _HEADING.match(line):
            found += [[line], []]
        elif line.strip() or listing:
            found[-1].append(line)
        else:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


def allot(minutes: float, weights: Iterable[float]) -> list[int]:
    """Share out whole minutes in proportion; they add up to `minutes`, rounded.

    The parts with the largest remainders are rounded up (the method of Hamilton).
    """
    shares = list(weights)
    whole = round(minutes)
    exact = [whole * share / sum(shares) for share in shares]
    found = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda i: found[i] - exact[i])
    for i in order[: whole - sum(found)]:
        found[i] += 1
    return found
