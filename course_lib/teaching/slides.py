"""``course slides``: a lecture as a hand-out, one page of HTML that needs no network.

Each section begins a printed page. Under a prediction there is room to write. Formulas are MathML
and pictures are in the page, so it can be mailed, opened anywhere and printed. The text is turned
into HTML by nbconvert, which comes with JupyterLab.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from course_lib.teaching.minutes import Cell, shows_a_picture, source
from course_lib.teaching.outline import Lecture, Section, find_course, kinds, read_lecture
from course_lib.teaching.pages import render, write
from course_lib.teaching.speaker import OUTPUT_ALONE

if TYPE_CHECKING:
    from course_lib.teaching.formulas import Formulas

FOLDER = Path("build", "slides")
"""Where hand-outs are written in the course's folder. Git ignores it."""
ROOM = '\n\n<div class="course-room"></div>\n\n'
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:)[^)]*\)")
_ANSWER = re.compile(r"<details><summary>The answer</summary>(.*?)</details>", re.DOTALL)


def hand_out(lecture: Lecture, *, worksheet: bool = False) -> str:
    """Return a lecture as a page of HTML.

    Parameters
    ----------
    lecture : Lecture
    worksheet : bool
        Leave out what answers a question, and give more room to write.

    Raises
    ------
    ValueError
        If the package that turns formulas into MathML is not installed.
    """
    formulas = _formulas()
    convert = _exporter()
    pages = []
    for number, section in enumerate(_asking(lecture) if worksheet else lecture.sections):
        cells = list(_cells(section, "#" if number == 0 else "##", worksheet=worksheet))
        pages.append(convert([_prepared(cell, formulas) for cell in cells]))
    answers = [answer for page in pages for answer in _ANSWER.findall(page)]
    return render(
        "handout.html",
        title=lecture.title,
        worksheet=worksheet,
        sections=[Markup(formulas.put_back(_ANSWER.sub("", page))) for page in pages],
        answers=[] if worksheet else [Markup(formulas.put_back(answer)) for answer in answers],
        colours=Markup(HtmlFormatter().get_style_defs(".highlight")),
    )


def _asking(lecture: Lecture) -> Iterator[Section]:
    """Yield the sections up to the quiz: what comes after it sums the answers up."""
    for section in lecture.sections:
        yield section
        if any("quiz" in kinds(cell) for cell in section.opening):
            return


def _formulas() -> Formulas:
    try:
        from course_lib.teaching.formulas import Formulas
    except ImportError as error:
        raise ValueError(
            "formulas on paper need the extra `handout`: in the course's folder,"
            " python -m pip install -e '.[handout]'"
        ) from error
    return Formulas()


def _exporter() -> Any:
    """Return a function from cells to HTML without a head."""
    hidden = {"enabled": True, "remove_input_tags": OUTPUT_ALONE}
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        config=Config(TagRemovePreprocessor=hidden),
    )

    def convert(cells: list[Cell]) -> str:
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        body, _ = exporter.from_notebook_node(nbformat.from_dict(notebook))  # type: ignore[no-untyped-call]
        return str(body)

    return convert


def _cells(section: Section, level: str, *, worksheet: bool) -> Iterator[Cell]:
    """Yield what a page shows of a section, in order."""
    title = f"{level} {section.title}"
    yield {"cell_type": "markdown", "id": "title", "metadata": {}, "source": title}
    yield from _on_paper(section.opening)
    for question in section.questions:
        yield from (_asked(cell) for cell in question.cells)
        if not worksheet:
            yield from _on_paper(question.answer)


def _on_paper(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Leave out what does nothing on paper: imports, and a lab, whose picture follows it."""
    for cell in cells:
        kind = kinds(cell)
        if "setup" not in kind and ("widget" not in kind or shows_a_picture(cell)):
            yield cell


def _asked(cell: Cell) -> Cell:
    if cell["cell_type"] != "markdown":
        return cell
    asked = f'<div class="course-ask">\n\n{source(cell)}\n\n</div>{ROOM}'
    return {**cell, "source": asked}


def _prepared(cell: Cell, formulas: Formulas) -> Cell:
    """Take the formulas out of a cell, and the links that lead nowhere on paper."""
    if cell["cell_type"] == "markdown":
        text = formulas.take_out(_LINK.sub(r"\1", source(cell)))
        return {**cell, "metadata": {}, "source": text}
    outputs = [_output(output, formulas) for output in cell["outputs"]]
    hidden = {"tags": sorted(kinds(cell))}  # nbconvert goes by tags
    return {**cell, "metadata": hidden, "source": source(cell), "outputs": outputs}


def _output(output: dict[str, Any], formulas: Formulas) -> dict[str, Any]:
    if "text" in output:
        return {**output, "text": "".join(output["text"])}
    data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
    if "text/latex" in data:
        html = f"<div>{formulas.take_out(data.pop('text/latex'))}</div>"
    elif "text/html" in data:
        html = formulas.take_out_of_html(data["text/html"])
    else:
        html = f"<pre>{escape(data.get('text/plain', ''))}</pre>"
    return {**output, "data": {**data, "text/html": html}}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course slides`."""
    add = parser.add_argument
    add("lecture", metavar="SLUG", help="such as 03_3_gradients")
    add("--worksheet", action="store_true", help="the questions alone, with room to write")
    add("--out", type=Path, metavar="FILE", help="by default build/slides/SLUG.html")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    house = find_course()
    lecture = read_lecture(house, arguments.lecture)
    kind = "-worksheet" if arguments.worksheet else ""
    path = arguments.out or house / FOLDER / f"{lecture.slug}{kind}.html"
    write(path, hand_out(lecture, worksheet=arguments.worksheet))
    print(f"{lecture.title}: {path}")
    return 0
