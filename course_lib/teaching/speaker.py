"""``course teach``: a lecture for the projector, in JupyterLab as it is.

A copy of the lecture is written; the original is never touched. In the copy every section, every
question and every answer stands under a heading of its own that is folded up, so that the arrow
keys show one after the other, and nothing shows an answer before the class has said its own. The
cells carry JupyterLab's metadata for what is folded or hidden, and the `slideshow` metadata
(slide, subslide, fragment, skip, notes) that Jupyter's tools for slides read.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from course_lib.teaching.minutes import Cell, source
from course_lib.teaching.outline import (
    Class,
    Lecture,
    Question,
    Section,
    allot,
    find_course,
    kinds,
    read_lecture,
)
from course_lib.teaching.pages import render, write

FOLDER = Path("build", "teach")
"""Where the copies lie in the course's folder. Git ignores it."""
FOLDED = "jp-MarkdownHeadingCollapsed"
"""JupyterLab's name for a heading whose cells are not shown."""
SLIDE, SUBSLIDE, FRAGMENT, SKIP, NOTES = "slide", "subslide", "fragment", "skip", "notes"
OUTPUT_ALONE = {"setup", "figure", "widget", "quiz", "predict"}
"""Tags of code cells of which a class sees the output; a click shows the code."""
DIGEST = "course_teach"
"""Metadata of a copy: the digest of its text as we wrote it."""
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_LINK = re.compile(r'(\]\(|(?:src|href)=")(?![a-z][a-z0-9+.-]*:|[#/])([^)\s"]+)')
_START = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

KEYS = """\
**Before the class,** *Run ▸ Run All Cells* makes the labs live. Answers stay folded. The lecture's
own outputs are stored here too: a kernel that dies in class costs you the labs and nothing else.

**In class,** click a heading. Then <kbd>↓</kbd> and <kbd>↑</kbd> go from cell to cell,
<kbd>→</kbd> unfolds a heading, and <kbd>←</kbd> folds it. Ask, let them write, let them vote; then
unfold *Then look*. <kbd>Shift</kbd> <kbd>Enter</kbd> runs a cell before their eyes. The clock in
the corner counts from your click on it.

This is a copy: write into it as you like."""


def speakers_notebook(lecture: Lecture, group: Class) -> dict[str, Any]:
    """Return the lecture as a notebook for the projector.

    Every section but the first is folded up, and so are its later questions and all answers. Of
    figures, labs and quizzes only the output is shown, and labs are set in large type.
    """
    minutes = allot(group.minutes, [section.minutes for section in lecture.sections])
    begins = [sum(minutes[:i]) for i in range(len(minutes))]
    cells = [_stage(lecture, group, begins)]
    for number, section in enumerate(lecture.sections):
        badge = _badge(group, begins[number], minutes[number])
        level = "##" if number else "#"
        title = f"{level} {section.title}{badge}"
        cells.append(_markdown(title, id=f"section-{number}", folded=number > 1, slide=SLIDE))
        cells += _section(section)
        if not number:
            cells += _notes(lecture, group, begins, minutes)
    metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
        DIGEST: _digest(cells),
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _badge(group: Class, begins: int, minutes: int) -> str:
    if not minutes:
        return ""
    times = f"{group.clock(begins)} to {group.clock(begins + minutes)}"
    return f' <span class="course-minutes">{minutes} min · {times}</span>'


def _stage(lecture: Lecture, group: Class, begins: list[int]) -> Cell:
    """Return the cell that sets large type and the clock."""
    html = render(
        "teach.html",
        plan=[[s.title, t] for s, t in zip(lecture.sections, begins, strict=True)],
        minutes=round(group.minutes),
        slug=lecture.slug,
        start=group.clock(0) if group.start is not None else None,
    )
    shown = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    cell: Cell = {"cell_type": "code", "id": "large-type", "metadata": {"tags": ["setup"]}}
    cell |= {"source": f"%%html\n{html}", "outputs": [shown], "execution_count": None}
    return _code(cell, SKIP)


def _notes(lecture: Lecture, group: Class, begins: list[int], minutes: list[int]) -> Iterator[Cell]:
    rows = [
        f"| {group.clock(start)} | {length} | {section.title} | {len(section.questions) or ''} |"
        for section, start, length in zip(lecture.sections, begins, minutes, strict=True)
    ]
    table = ["| from | minutes | section | questions |", "|---:|---:|---|---:|", *rows]
    yield _markdown("## For you", id="for-you", folded=True, slide=NOTES)
    yield _markdown(KEYS, id="for-you-keys", slide=NOTES)
    yield _markdown("\n".join(table), id="for-you-plan", slide=NOTES)


def _section(section: Section) -> Iterator[Cell]:
    yield from _shown(section.opening)
    for number, question in enumerate(section.questions):
        yield from _question(question, number, len(section.questions))


def _question(question: Question, number: int, count: int) -> Iterator[Cell]:
    own_id = question.cells[0]["id"]
    of = f" {number + 1} of {count}" if count > 1 else ""
    yield _markdown(f"### Ask{of}", id=f"{own_id}-ask", folded=number > 0, slide=SUBSLIDE)
    for cell in question.cells:
        if cell["cell_type"] == "markdown":
            asked = f'<div class="course-ask">\n\n{source(cell)}\n\n</div>'
            yield _markdown(asked, id=cell["id"])
        else:
            yield _code(cell)
    if question.answer:
        yield _markdown("#### Then look", id=f"{own_id}-look", folded=True, slide=FRAGMENT)
        yield from _shown(question.answer, FRAGMENT)


def _shown(cells: Iterable[Cell], slide: str | None = None) -> Iterator[Cell]:
    for cell in cells:
        if cell["cell_type"] == "markdown":
            yield _markdown(source(cell), id=cell["id"], slide=slide)
            continue
        yield _code(cell, SKIP if "setup" in kinds(cell) else slide)


def _markdown(text: str, *, id: str, folded: bool = False, slide: str | None = None) -> Cell:  # noqa: A002
    metadata: dict[str, Any] = {FOLDED: True} if folded else {}
    if slide:
        metadata["slideshow"] = {"slide_type": slide}
    return {"cell_type": "markdown", "id": id, "metadata": metadata, "source": _moved(text)}


def _code(cell: Cell, slide: str | None = None) -> Cell:
    """Return a code cell for the projector."""
    tags = cell["metadata"].get("tags", [])
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if OUTPUT_ALONE & kinds(cell):
        metadata["jupyter"] = {"source_hidden": True}
    if slide:
        metadata["slideshow"] = {"slide_type": slide}
    text = source(cell)
    return {
        **cell,
        "metadata": metadata,
        "source": in_large_type(text) if "widget" in tags else text,
    }


def _moved(text: str) -> str:
    """Let the links of a lecture lead where they did, from the folder of the copy."""
    back = "/".join([".."] * len(FOLDER.parts)) + "/notebooks/"
    moved = _LINK.sub(lambda link: f"{link[1]}{back}{link[2]}", text)
    return moved.replace("/notebooks/../", "/")


def in_large_type(code: str) -> str:
    """Turn on the switch `large_type` of every lab that the code makes."""
    calls = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("_lab")
        and "large_type" not in [keyword.arg for keyword in node.keywords]
    ]
    lines = [line.encode() for line in code.split("\n")]  # the places are counted in bytes
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset), reverse=True):
        row = (call.func.end_lineno or 1) - 1
        place = lines[row].index(b"(", call.func.end_col_offset) + 1
        setting = b"large_type=True" + (b", " if call.keywords else b"")
        lines[row] = lines[row][:place] + setting + lines[row][place:]
    return b"\n".join(lines).decode()


def write_copy(notebook: dict[str, Any], path: Path) -> Path | None:
    """Write the copy as one that JupyterLab trusts; what was written into an old one is kept.

    Returns
    -------
    Path or None
        Where the old copy is now, if somebody had changed it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    kept = _keep(path) if path.is_file() else None
    write(path, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
    _trust(notebook)
    return kept


def _keep(path: Path) -> Path | None:
    """Move a copy out of the way if its text is not the one that we wrote."""
    try:
        copy = json.loads(path.read_text("utf-8"))
        if copy["metadata"][DIGEST] == _digest(copy["cells"]):
            return None
    except (ValueError, KeyError, TypeError):
        pass  # whatever it is, it is somebody's
    number = 1
    while (kept := path.with_stem(f"{path.stem}-kept-{number}")).exists():
        number += 1
    return path.replace(kept)


def _digest(cells: Iterable[Cell]) -> str:
    """Return a number for what the cells say, by which a change of it is seen."""
    said = json.dumps([source(cell) for cell in cells])
    return hashlib.sha256(said.encode()).hexdigest()


def _trust(notebook: dict[str, Any]) -> None:
    """Sign the copy, as JupyterLab does with a notebook that it has run: the outputs are ours."""
    import nbformat
    from nbformat.sign import NotebookNotary

    NotebookNotary().sign(nbformat.from_dict(notebook))  # type: ignore[no-untyped-call]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course teach`."""
    add = parser.add_argument
    add("lecture", metavar="SLUG", help="such as 03_3_gradients")
    add("--minutes", type=float, metavar="N", help="of your class; as the lecture says by default")
    add("--start", metavar="HH:MM", help="when it begins: headings show the time of day")
    add("--write-only", action="store_true", help="write the copy, and do not open JupyterLab")
    add("--lab", action="append", default=[], metavar="OPTION",
        help="what JupyterLab is to be told, such as --lab=--no-browser")  # fmt: skip
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    house = find_course()
    lecture = read_lecture(house, arguments.lecture)
    group = _class(lecture, arguments.minutes, arguments.start)
    path = house / FOLDER / f"{lecture.slug}.ipynb"
    kept = write_copy(speakers_notebook(lecture, group), path)
    if kept:
        print(f"the copy of last time differs, and is kept: {kept}")
    print(f"{lecture.title}, {group.minutes:.0f} minutes: {path}", flush=True)
    return 0 if arguments.write_only else open_jupyterlab(house, path, arguments.lab)


def _class(lecture: Lecture, minutes: float | None, start: str | None) -> Class:
    if minutes is not None and not 1 <= minutes <= 24 * 60:
        raise ValueError(f"--minutes is {minutes:g}: give the length of your class, such as 45")
    found = _START.fullmatch(start) if start is not None else None
    if start is not None and found is None:
        raise ValueError(f"--start is {start!r}: give a time of day, such as 10:15")
    begins = 60 * int(found[1]) + int(found[2]) if found else None
    return Class(lecture.minutes if minutes is None else minutes, begins)


def open_jupyterlab(house: Path, path: Path, options: Iterable[str]) -> int:
    """Open JupyterLab with this notebook alone on the page, until it is ended."""
    from jupyterlab.labapp import main

    place = path.relative_to(house).as_posix()
    os.chdir(house)
    main([f"--ServerApp.root_dir={house}", f"--LabApp.default_url=/doc/tree/{place}", *options])
    return 0
