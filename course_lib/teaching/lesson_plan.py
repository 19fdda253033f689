"""``course lesson-plan``: what a teacher has on paper, read off a lecture and its exercise.

Minutes, questions and the article's claims come from the lecture, the slips and the points from the
spec of the exercise. Nothing is written for the plan alone, so it cannot go out of date.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

from course_lib.grading.places import SOLUTIONS
from course_lib.grading.spec import Function, Slip, read_spec
from course_lib.teaching.minutes import Cell, source, stated
from course_lib.teaching.outline import (
    Class,
    Lecture,
    Question,
    Section,
    allot,
    find_course,
    read_lecture,
)
from course_lib.teaching.pages import write

_GOALS = re.compile(r"\*\*You will be able to\*\*.*", re.DOTALL)
_BEFORE = re.compile(r"\*\*Before this:\*\* (.*)")
_ROW = re.compile(r"^\|(.*?(?<!\\))\|(.*?(?<!\\))\|(.*?(?<!\\))\|\s*$", re.MULTILINE)
_TARGET = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_QUIZ = re.compile(r'quiz\(r?"""(.*?)"""\)', re.DOTALL)


def lesson_plan(house: Path, slug: str) -> str:
    """Return the plan of a topic as Markdown.

    Raises
    ------
    ValueError
        If there is no such lecture, or its exercise is there and the spec is not.
    """
    lecture = read_lecture(house, slug)
    functions = find_functions(house, slug)
    parts = [
        _head(lecture),
        "## What is needed\n\n" + "\n".join(_needs(house, lecture, bool(functions))),
        "## Minutes\n\n" + _minutes(lecture),
        "## Questions to ask\n\n" + "\n\n".join(_asked(lecture)),
        "## Where a class goes wrong\n\n" + "\n\n".join(_mistakes(lecture, functions)),
    ]
    if functions:
        parts.append("## The exercise\n\n" + _exercise(house, slug, functions))
    return "\n\n".join(parts) + "\n"


def find_functions(house: Path, slug: str) -> tuple[Function, ...]:
    """Return the functions of a topic's exercise; none where it has no exercise.

    Raises
    ------
    ValueError
        If the exercise is there and the spec is not, as in a student's copy.
    """
    if not (house / "exercises" / f"{slug}.ipynb").is_file():
        return ()
    if not (house / SOLUTIONS).is_dir():
        raise ValueError(
            f"the mistakes of {slug} stand in {SOLUTIONS}/, which this copy of the course does not"
            " have; write the plan in the teacher's copy"
        )
    return read_spec(house / SOLUTIONS / f"{slug}_spec.py")


def _head(lecture: Lecture) -> str:
    first = "\n\n".join(source(cell) for cell in lecture.sections[0].opening)
    promise = first.partition("\n\n")[0]
    goals = _GOALS.search(first)
    aims = _plain(goals[0]).partition("\n\n[")[0].partition("\n\nNotation")[0] if goals else ""
    aims = aims.replace("**You will be able to**", "**They will be able to**")
    return f"# Lesson plan: {lecture.title}\n\n{promise}\n\n{aims}".rstrip()


def _needs(house: Path, lecture: Lecture, exercise: bool) -> Iterator[str]:
    first = "\n\n".join(source(cell) for cell in lecture.sections[0].opening)
    labs = [cell for cell in _cells(lecture) if "widget" in cell["metadata"].get("tags", ())]
    before = _BEFORE.search(first)
    if before:
        yield f"- Known from before: {_plain(before[1]).rstrip('.')}."
    yield f"- A projector, and `course teach {lecture.slug}`. No network."
    if labs:
        live = "a lab that needs" if len(labs) == 1 else f"{len(labs)} labs that need"
        yield f"- A running kernel: there is {live} it. Run all cells before the class."
    yield f"- A hand-out: `course slides {lecture.slug}`; with `--worksheet`, without the answers."
    if exercise:
        minutes = stated(house, lecture.slug).exercise or 0
        yield f"- For the exercise: `exercises/{lecture.slug}.ipynb`, and {minutes:.0f} minutes."


def _minutes(lecture: Lecture) -> str:
    minutes = allot(lecture.minutes, [section.minutes for section in lecture.sections])
    clock = Class(lecture.minutes).clock
    rows = ["| from | minutes | section | questions |", "|---:|---:|---|---:|"]
    for number, section in enumerate(lecture.sections):
        asked = len(section.questions) + len(_quizzes(section.opening)) or ""
        begins = clock(sum(minutes[:number]))
        title = section.title.replace("|", "\\|")
        rows.append(f"| {begins} | {minutes[number]} | {title} | {asked} |")
    total = f"| {clock(sum(minutes))} | {sum(minutes)} | **together** | |"
    note = (
        "These are the minutes of a reader who predicts. A class that talks and votes needs more:"
        f" `course teach {lecture.slug} --minutes 60` spreads what you have over the sections."
    )
    return "\n".join([*rows, total]) + f"\n\n{note}"


def _asked(lecture: Lecture) -> Iterator[str]:
    for section in lecture.sections:
        asked = [_words(question) for question in section.questions]
        asked += [_quiz(text) for text in _quizzes(section.opening)]
        if asked:
            yield f"### {section.title}"
            yield "\n".join(f"{number}. {words}" for number, words in enumerate(asked, start=1))


def _words(question: Question) -> str:
    """Return a question in one paragraph; of a poll, what its output says as plain text."""
    return " ".join(text for cell in question.cells for text in _texts(cell))


def _texts(cell: Cell) -> Iterator[str]:
    if cell["cell_type"] == "markdown":
        yield " ".join(_plain(source(cell)).split())
        return
    for output in cell["outputs"]:
        text = "".join(output.get("data", {}).get("text/plain", ""))
        yield text.removeprefix("Prediction: ")


def _quizzes(cells: Iterable[Cell]) -> list[str]:
    return [text for cell in cells for text in _QUIZ.findall(source(cell))]


def _quiz(text: str) -> str:
    """Return a quiz question with its options; the right one is in bold."""
    question, *items = re.split(r"^\s*([+-]) ", text.strip(), flags=re.MULTILINE)
    lines = [" ".join(question.split())]
    for mark, item in zip(items[::2], items[1::2], strict=True):
        option, _, reason = " ".join(item.split()).partition(" | ")
        lines.append(f"   - {f'**{option}**' if mark == '+' else option}: {reason}")
    return "\n".join(unescape(line) for line in lines)


def _mistakes(lecture: Lecture, functions: Iterable[Function]) -> Iterator[str]:
    claims = list(_claims(lecture.sections))
    if claims:
        table = ["| the article claims | verdict | shown in |", "|---|---|---|", *claims]
        yield "### With the article\n\n" + "\n".join(table)
    for function in functions:
        slips = sorted(function.slips, key=lambda slip: not _of_the_article(slip))
        told = "\n".join(f"- **{slip.name}.** {slip.sentence}" for slip in slips)
        yield f"### In `{function.name}`\n\n{told}"
    if not claims and not functions:
        yield "There is no exercise, and nothing of the article is judged."


def _claims(sections: Iterable[Section]) -> Iterator[str]:
    """Yield what the lecture's tables find imprecise or wrong in the article, as rows."""
    for cell in (cell for section in sections for cell in section.cells):
        if cell["cell_type"] == "markdown":
            for row in _ROW.finditer(source(cell)):
                if re.search(r"\b(wrong|imprecise)\b", row[2]):
                    yield _plain(f"|{row[1]}|{row[2]}|{row[3]}|")


def _of_the_article(slip: Slip) -> bool:
    return "article" in f"{slip.name} {slip.sentence}".lower()


def _exercise(house: Path, slug: str, functions: Iterable[Function]) -> str:
    minutes = stated(house, slug).exercise or 0
    rows = ["| function | returns | points |", "|---|---|---:|"]
    for function in functions:
        call = f"{function.name}({', '.join(_named(function.parameters))})"
        rows.append(f"| `{call}` | {', '.join(_named(function.returns))} | {function.points} |")
    first = "\n".join(f"- `{function.name}`: {function.hints[0]}" for function in functions)
    return (
        f"{minutes:.0f} minutes; `exercises/{slug}.ipynb`.\n\n"
        + "\n".join(rows)
        + f"\n\n**Where they are stuck,** ask what the first hint asks:\n\n{first}"
    )


def _named(shapes: Any) -> list[str]:
    return [f"{name} {shape}".strip() for name, shape in shapes.items()]


def _cells(lecture: Lecture) -> Iterator[Cell]:
    return (cell for section in lecture.sections for cell in section.cells)


def _plain(text: str) -> str:
    """Return Markdown without its links, which lead nowhere on paper."""
    return _TARGET.sub(r"\1", text)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course lesson-plan`."""
    parser.add_argument("topic", metavar="SLUG", help="such as 03_3_gradients")
    parser.add_argument("--out", type=Path, metavar="FILE", help="by default it is printed")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    plan = lesson_plan(find_course(), arguments.topic)
    if arguments.out is None:
        print(plan, end="")
        return 0
    write(arguments.out, plan)
    print(f"the plan of {arguments.topic}: {arguments.out}")
    return 0
