"""How many minutes a lecture and its exercise take, measured from what is in them.

The rates below are the only guesses. A test holds every lecture's own statement against them, so
a lecture that grows has to say so.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from course_lib.grading.places import course_folders

Cell: TypeAlias = dict[str, Any]

WORDS_PER_MINUTE = 200
"""Slow for a novel; these pages have formulas in them."""
DISPLAYED_FORMULA = 20 / 60
CODE_CELL = 15 / 60
"""To run it and look at what comes."""
CODE_LINE = 4 / 60
FIGURE = 20 / 60
PREDICTION = 30 / 60
LAB = 4.0
QUIZ_QUESTION = 45 / 60
FUNCTION = 2.0
"""To read a failing check, and go back to the lecture, once."""
SOLUTION_LINE = 1.0

STATED = re.compile(
    r"\*\*Time:\*\* (?P<lecture>\d+) minutes(?: to read, (?P<exercise>\d+) for the exercise)?"
)
_DISPLAYED = re.compile(r"\$\$.*?\$\$", re.DOTALL)
_INLINE = re.compile(r"\$[^$\n]+\$|`[^`\n]+`")
_LISTING = re.compile(r"```.*?```", re.DOTALL)
_TARGET = re.compile(r"(?<=\])\([^)]*\)|<[^>]+>")
_ANSWER = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)


class Minutes(NamedTuple):
    """Minutes for a lecture and for its exercise; None where there is no exercise."""

    lecture: float
    exercise: float | None


class Section(NamedTuple):
    """A part of a lecture under one heading of the second level."""

    title: str
    minutes: float


def read_cells(path: Path) -> list[Cell]:
    """Return the cells of a notebook.

    Raises
    ------
    ValueError
        If the file is no notebook.
    OSError
        If it cannot be read.
    """
    try:
        cells: list[Cell] = json.loads(path.read_text("utf-8"))["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no notebook: {error!r}") from None
    return cells


def source(cell: Cell) -> str:
    """Return the text of a cell, which a file may keep as a list of lines."""
    return "".join(cell["source"])


def minutes_of_cell(cell: Cell) -> float:
    """Return how long a reader stays at one cell."""
    text, tags = source(cell), cell["metadata"].get("tags", [])
    predictions = PREDICTION * len(re.findall(r"\*\*Predict\b", text))
    if cell["cell_type"] != "code":
        return _minutes_of_text(text) + predictions
    if not text.strip():
        return 0.0
    if re.search(r"^quiz\(", text, re.MULTILINE):
        return QUIZ_QUESTION
    if "widget" in tags:
        return LAB
    lines = sum(bool(line.strip()) for line in text.splitlines())
    return CODE_CELL + CODE_LINE * lines + FIGURE * shows_a_picture(cell)


def _minutes_of_text(text: str) -> float:
    formulas = len(_DISPLAYED.findall(text))
    listings = "".join(_LISTING.findall(text)).count("\n")
    rest = _INLINE.sub("one", _TARGET.sub("", _LISTING.sub(" ", _DISPLAYED.sub(" ", text))))
    words = len(re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", rest))
    return words / WORDS_PER_MINUTE + DISPLAYED_FORMULA * formulas + CODE_LINE * listings


def shows_a_picture(cell: Cell) -> bool:
    """Say whether a picture is among the outputs of a code cell."""
    shown = (output.get("data", {}).get("text/html", "") for output in cell["outputs"])
    return any("<img" in "".join(html) for html in shown)


def sections(cells: Iterable[Cell]) -> Iterator[Section]:
    """Yield the parts of a lecture in order; what stands before the first heading is one."""
    title, minutes = "", 0.0
    for cell in cells:
        heading = re.match(r"##? +(.+)", source(cell)) if cell["cell_type"] == "markdown" else None
        if heading:
            if minutes:
                yield Section(title, minutes)
            title, minutes = heading[1].strip(), 0.0
        minutes += minutes_of_cell(cell)
    if minutes:
        yield Section(title, minutes)


def minutes_of_exercise(exercise: Iterable[Cell], solution: Iterable[Cell]) -> float:
    """Return minutes for reading the tasks and writing what the solution has."""
    reading = sum(_minutes_of_text(source(c)) for c in exercise if c["cell_type"] == "markdown")
    answers = [answer for cell in solution for answer in _ANSWER.findall(source(cell))]
    lines = sum(bool(line.strip()) for answer in answers for line in answer.splitlines())
    return reading + FUNCTION * len(answers) + SOLUTION_LINE * lines


def measure(house: Path, slug: str) -> Minutes:
    """Measure a topic; the exercise where a solution is there to measure it by.

    Raises
    ------
    ValueError
        If there is no such lecture.
    """
    path = house / "notebooks" / f"{slug}.ipynb"
    if not path.is_file():
        known = ", ".join(topics(house))
        raise ValueError(f"there is no lecture {slug!r}; there are: {known}")
    lecture = sum(minutes_of_cell(cell) for cell in read_cells(path))
    files = [house / folder / f"{slug}.ipynb" for folder in ("exercises", "solutions")]
    if not all(file.is_file() for file in files):
        return Minutes(lecture, None)
    return Minutes(lecture, minutes_of_exercise(*(read_cells(file) for file in files)))


def stated(house: Path, slug: str) -> Minutes:
    """Return what the first cell of a lecture says of its time."""
    found = STATED.search(source(read_cells(house / "notebooks" / f"{slug}.ipynb")[0]))
    if found is None:
        raise ValueError(f"the first cell of {slug} says no **Time:** N minutes")
    exercise = found["exercise"]
    return Minutes(float(found["lecture"]), float(exercise) if exercise else None)


def topics(house: Path) -> list[str]:
    """Return the slugs of the lectures, in the order of the article."""
    return sorted(path.stem for path in (house / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course minutes`."""
    parser.add_argument("topics", nargs="*", metavar="SLUG", help="lectures; all by default")
    parser.add_argument("--sections", action="store_true", help="each section of a lecture too")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    house = next((folder for folder in course_folders() if topics(folder)), None)
    if house is None:
        raise ValueError("there are no lectures here; call it from within the course's folder")
    for slug in arguments.topics or topics(house):
        lecture, exercise = measure(house, slug)
        more = "" if exercise is None else f" and {exercise:.0f} for the exercise"
        print(f"{slug}: {lecture:.0f} minutes to read{more}")
        if arguments.sections:
            cells = read_cells(house / "notebooks" / f"{slug}.ipynb")
            for section in sections(cells):
                print(f"  {section.minutes:4.1f}  {section.title}")
    return 0
