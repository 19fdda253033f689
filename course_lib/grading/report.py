"""A verdict as a page: HTML in JupyterLab, plain text in a terminal, the same on every run.

Nothing here is marked by colour alone, and every text that a learner wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from course_lib.grading.results import Diagnosis, Example, FunctionResult

MARKS = {"passed": "✓", "not_attempted": "○"}
"""The mark of a status; every other status is a ✗."""

WORDS = {
    "not attempted": "not attempted",
    "syntax": "a syntax error",
    "refused": "refused",
    "crash": "a crash",
    "not called": "not called",
    "endless": "no end",
    "exception": "an exception",
    "changed": "changes its input",
}

_COLORS = {
    "passed": "var(--jp-success-color1, #2e7d32)",
    "not_attempted": "var(--jp-border-color1, #9e9e9e)",
}
_WRONG = "var(--jp-error-color1, #c62828)"
_PRE = (
    "margin:.3em 0;padding:.4em .7em;overflow-x:auto;line-height:1.35;"
    "background:var(--jp-layout-color2, #f3f3f3);color:inherit"
)
_CELL = "text-align:left;vertical-align:top;padding:.2em 1em .2em 0;background:none"


@dataclass(frozen=True)
class Report:
    """Something to read: JupyterLab shows its HTML, a terminal its text."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def note(text: str) -> Report:
    """Return a sentence or a few, one a line, as a report."""
    lines = "".join(_paragraph(escape(line)) for line in text.splitlines())
    return Report(text, _card(_COLORS["not_attempted"], lines))


def listing(title: str, code: str) -> Report:
    """Return code under a title, as a report."""
    html = _paragraph(escape(title)) + _pre(code)
    return Report(f"{title}\n\n{code}", _card(_COLORS["not_attempted"], html))


def report(result: FunctionResult) -> Report:
    """Return the verdict on one function, as a report."""
    text = "\n".join(_text_lines(result))
    color = _COLORS.get(result.status, _WRONG)
    return Report(text, _card(color, "".join(_html_blocks(result))))


def headline(result: FunctionResult) -> str:
    """Return the verdict in one line: mark, function, points, and in a few words why."""
    mark = MARKS.get(result.status, "✗")
    points = f"{result.points} of {result.max_points} points"
    return f"{mark} {result.function}: {points}, {_in_short(result.diagnosis)}"


def _in_short(diagnosis: Diagnosis) -> str:
    if diagnosis.stage == "passed":
        return f"all {diagnosis.total} cases right"
    if diagnosis.stage in WORDS:
        return WORDS[diagnosis.stage]
    return f"wrong in {diagnosis.failed} of {diagnosis.total} cases"


def _text_lines(result: FunctionResult) -> Iterator[str]:
    diagnosis = result.diagnosis
    yield headline(result)
    if diagnosis.stage == "passed":
        return
    yield f"  {diagnosis.sentence}"
    if diagnosis.line:
        yield f"    line {diagnosis.line.number}:  {diagnosis.line.text.strip()}"
        if diagnosis.line.column:
            yield " " * len(f"    line {diagnosis.line.number}:  ") + _caret(diagnosis)
    if diagnosis.explanation:
        label = f"Known slip, {diagnosis.slip}: " if diagnosis.slip else ""
        yield f"  {label}{diagnosis.explanation}"
    if diagnosis.example:
        yield from _example_lines(diagnosis.example, diagnosis.total)


def _caret(diagnosis: Diagnosis) -> str:
    """Put the caret under the column, whatever indentation the shown line has lost."""
    assert diagnosis.line is not None
    indentation = len(diagnosis.line.text) - len(diagnosis.line.text.lstrip())
    return " " * max(diagnosis.line.column - 1 - indentation, 0) + "^"


def _example_lines(example: Example, total: int) -> Iterator[str]:
    yield f"  {_caption(example, total)}:"
    for name, value in example.arguments:
        yield _assignment(f"    {name} = ", value)
    for row in example.compared:
        name = f" {row.name}" if row.name else ""
        yield _assignment(f"    expected{name}: ", row.expected)
        yield _assignment(f"    yours{name}:    ", row.got)


def _caption(example: Example, total: int) -> str:
    where = f" ({example.sizes})" if example.sizes else ""
    return f"The simplest such case, number {example.number} of {total}{where}"


def _assignment(start: str, value: str) -> str:
    """Write a value after its name, each further line under the first."""
    return start + value.replace("\n", "\n" + " " * len(start))


def _card(color: str, content: str) -> str:
    style = f"border-left:4px solid {color};padding:.2em 0 .2em 1em;margin:.2em 0"
    return f"<div style='{style}'>{content}</div>"


def _html_blocks(result: FunctionResult) -> Iterator[str]:
    diagnosis = result.diagnosis
    mark, points = MARKS.get(result.status, "✗"), f"{result.points} of {result.max_points} points"
    yield _paragraph(
        f"<strong>{mark} {escape(result.function)}</strong>: {points},"
        f" {escape(_in_short(diagnosis))}"
    )
    if diagnosis.stage == "passed":
        return
    if diagnosis.slip:
        yield _paragraph(
            f"<strong>Known slip, {escape(diagnosis.slip)}:</strong>"
            f" {escape(diagnosis.explanation)}"
        )
    yield _paragraph(escape(diagnosis.sentence))
    if diagnosis.line:
        yield _pre("\n".join(_line_with_caret(diagnosis)))
    if diagnosis.explanation and not diagnosis.slip:
        yield _paragraph(escape(diagnosis.explanation))
    if diagnosis.example:
        yield _html_example(diagnosis.example, diagnosis.total)


def _line_with_caret(diagnosis: Diagnosis) -> Iterator[str]:
    assert diagnosis.line is not None
    start = f"line {diagnosis.line.number}:  "
    yield start + diagnosis.line.text.strip()
    if diagnosis.line.column:
        yield " " * len(start) + _caret(diagnosis)


def _html_example(example: Example, total: int) -> str:
    arguments = "\n".join(_assignment(f"{name} = ", value) for name, value in example.arguments)
    blocks = _paragraph(f"{escape(_caption(example, total))}:") + _pre(arguments)
    if not example.compared:
        return blocks
    head = "".join(f"<th style='{_CELL}'>{words}</th>" for words in ("", "expected", "yours"))
    rows = "".join(
        f"<tr style='background:none'><td style='{_CELL}'>{escape(row.name)}</td>"
        f"<td style='{_CELL}'><pre style='{_PRE}'>{escape(row.expected)}</pre></td>"
        f"<td style='{_CELL}'><pre style='{_PRE}'>{escape(row.got)}</pre></td></tr>"
        for row in example.compared
    )
    return f"{blocks}<table style='margin:0'><tr>{head}</tr>{rows}</table>"


def _paragraph(html: str) -> str:
    return f"<p style='margin:.2em 0'>{html}</p>"


def _pre(text: str) -> str:
    return f"<pre style='{_PRE}'>{escape(text)}</pre>"
