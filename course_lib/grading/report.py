"""A verdict to read: HTML in JupyterLab, plain text in a terminal, the same on every run.

Nothing is marked by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.grading import markup
from course_lib.grading.results import CodeLine, Compared, Diagnosis, Example, FunctionResult

MARKS = {"passed": "✓", "not_attempted": "○"}
"""The mark of a status; every other status is a ✗."""

_SHORT = {
    "not attempted": "not attempted",
    "syntax": "a syntax error",
    "refused": "refused",
    "crash": "a crash",
    "not called": "not called",
    "endless": "no end",
    "exception": "an exception",
    "changed": "changes its input",
}


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
    return Report(text, markup.card("", [markup.paragraph(line) for line in text.splitlines()]))


def listing(title: str, code: str) -> Report:
    """Return code under a title, as a report."""
    html = markup.card("", [markup.paragraph(title), markup.code_block(code)])
    return Report(f"{title}\n\n{code}", html)


def report(result: FunctionResult) -> Report:
    """Return the verdict on one function, as a report."""
    text = "\n".join([headline(result), *_text_lines(result.diagnosis)])
    return Report(text, markup.card(result.status, _html_blocks(result)))


def headline(result: FunctionResult) -> str:
    """Return the verdict in one line: mark, function, points, and in a few words why."""
    return f"{mark(result)} {result.function}: {_score(result)}"


def mark(result: FunctionResult) -> str:
    """Return the sign of a status: ✓, ○ or ✗."""
    return MARKS.get(result.status, "✗")


def _score(result: FunctionResult) -> str:
    return f"{result.points} of {result.max_points} points, {_in_short(result.diagnosis)}"


def _in_short(diagnosis: Diagnosis) -> str:
    if diagnosis.stage == "passed":
        return f"all {diagnosis.total} cases right"
    if diagnosis.only_refusals:
        return "results right, refusal missing"
    counted = f"wrong in {diagnosis.failed} of {diagnosis.total} cases"
    return _SHORT.get(diagnosis.stage, counted)


def _text_lines(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.stage == "passed":
        return
    if diagnosis.slip:
        yield f"  Known slip, {diagnosis.slip}: {diagnosis.explanation}"
    yield f"  {diagnosis.sentence}"
    if diagnosis.line:
        yield from (f"    {line}" for line in code_lines(diagnosis.line))
    if diagnosis.explanation and not diagnosis.slip:
        yield f"  {diagnosis.explanation}"
    if diagnosis.example:
        yield f"  {_caption(diagnosis)}:"
        yield from (
            assignment(f"    {name} = ", text) for name, text in diagnosis.example.arguments
        )
        yield from (line for row in diagnosis.example.compared for line in _row_lines(row))


def _row_lines(row: Compared) -> Iterator[str]:
    if row.right:
        yield assignment(f"  ✓ {row.name}: ", row.expected)
    else:
        yield assignment(f"  ✗ {row.name}: expected ", row.expected)
        yield assignment(f"    {' ' * len(row.name)}  yours    ", row.got)


def code_lines(line: CodeLine) -> Iterator[str]:
    """Yield a line of the learner's with its number, and a caret under its column."""
    start = f"line {line.number}:  "
    yield start + line.text.strip()
    if line.column:
        indentation = len(line.text) - len(line.text.lstrip())
        yield " " * (len(start) + max(line.column - 1 - indentation, 0)) + "^"


def assignment(start: str, value: str) -> str:
    """Write a value after its name, each further line under the first."""
    return start + value.replace("\n", "\n" + " " * len(start))


def _caption(diagnosis: Diagnosis) -> str:
    assert diagnosis.example is not None
    example = diagnosis.example
    where = f" ({example.sizes})" if example.sizes else ""
    return f"The simplest such case, number {example.number} of {diagnosis.total}{where}"


def _html_blocks(result: FunctionResult) -> Iterator[str]:
    diagnosis = result.diagnosis
    yield markup.paragraph(_score(result), bold=f"{mark(result)} {result.function}:")
    if diagnosis.stage == "passed":
        return
    if diagnosis.slip:
        yield markup.paragraph(diagnosis.explanation, bold=f"Known slip, {diagnosis.slip}:")
    yield markup.paragraph(diagnosis.sentence)
    if diagnosis.line:
        yield markup.code_block("\n".join(code_lines(diagnosis.line)))
    if diagnosis.explanation and not diagnosis.slip:
        yield markup.paragraph(diagnosis.explanation)
    if diagnosis.example:
        yield markup.paragraph(f"{_caption(diagnosis)}:")
        yield from _html_example(diagnosis.example)


def _html_example(example: Example) -> Iterator[str]:
    lines = (assignment(f"{name} = ", value) for name, value in example.arguments)
    yield markup.code_block("\n".join(lines))
    if example.compared:
        rows = [
            (f"{'✓' if row.right else '✗'} {row.name}", row.expected, row.got)
            for row in example.compared
        ]
        yield markup.table(("", "expected", "yours"), rows)
