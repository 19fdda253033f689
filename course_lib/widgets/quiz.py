"""Quiz questions: choose an answer and read why; without a kernel, a list with its answer."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import ipywidgets

STATIC = """<div role="group" aria-label="Quiz question"><p><b>{question}</b></p><ol>{options}</ol>
<details><summary>The answer</summary><p><b>{letter}.</b> {reason}</p></details></div>"""


class Question:
    """One multiple-choice question; see `quiz`."""

    def __init__(self, question: str, options: Mapping[str, str], *, answer: int) -> None:
        self.question, self.options, self.answer = question, dict(options), answer
        letters = "ABCDEF"[: len(options)]
        self._letters = dict(zip(letters, options.items(), strict=True))
        self._choice = ipywidgets.ToggleButtons(options=list(letters), value=None)
        self._choice.tooltips = list(options)
        self._reply = ipywidgets.HTMLMath()
        self._choice.observe(self._show_reply, names="value")

    @property
    def reply(self) -> str:
        """What the reader is told about the option chosen; empty before a choice."""
        return str(self._reply.value)

    def choose(self, letter: str | None) -> None:
        """Choose an option, as a click on its button does."""
        self._choice.value = letter

    def widget(self) -> ipywidgets.Widget:
        """Return the live form: question, options, one button each, and the reply."""
        listed = "".join(f"<li>{text}</li>" for text in self.options)
        text = f'<p><b>{self.question}</b></p><ol type="A">{listed}</ol>'
        return ipywidgets.VBox([ipywidgets.HTMLMath(text), self._choice, self._reply])

    def _show_reply(self, change: dict[str, Any]) -> None:
        letter = change["new"]
        if letter is None:
            self._reply.value = ""
            return
        right = letter == list(self._letters)[self.answer - 1]
        mark = "✔ Right." if right else "✘ Not this one."
        self._reply.value = f'<p role="status"><b>{mark}</b> {self._letters[letter][1]}</p>'

    def _static(self) -> str:
        letter = list(self._letters)[self.answer - 1]
        options = "".join(f'<li style="list-style-type:upper-alpha">{o}</li>' for o in self.options)
        return STATIC.format(
            question=self.question,
            options=options,
            letter=letter,
            reason=self._letters[letter][1],
        )

    def __repr__(self) -> str:
        return f"Question: {html.unescape(self.question)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Give the widget where there is a kernel, and the list for the stored page."""
        live = self.widget()._repr_mimebundle_()
        return {**(live or {}), "text/plain": repr(self), "text/html": self._static()}


def quiz(text: str) -> Question:
    r"""Ask a question: the value of the cell, so that it is shown.

    Parameters
    ----------
    text : str
        The question; then 2 to 6 options, each on a line that begins with `+` if it is the right
        one and with `-` if not. After ` | ` stands what to tell a reader who chooses it: why it is
        right, or where the thought that leads to it goes wrong. A line may go on in the next.
        HTML and formulas between dollar signs are shown as such: write a raw string.

    Raises
    ------
    ValueError
        If the question is missing, an option says nothing to its reader, there are fewer than two
        or more than six, or not exactly one is right.

    Examples
    --------
    >>> quiz('''What is 1 + 1?
    ... + 2  | By counting.
    ... - 11 | That is the text, not the sum.''')
    Question: What is 1 + 1?
    """
    items = re.split(r"^\s*([+-]) ", text.strip(), flags=re.MULTILINE)
    question, marks = " ".join(items[0].split()), items[1::2]
    pairs = [" ".join(item.split()).partition(" | ") for item in items[2::2]]
    if not question or not 2 <= len(pairs) <= 6 or marks.count("+") != 1:
        raise ValueError(
            f"a quiz is a question and 2 to 6 options, one of them marked + and the others -;"
            f" got {len(pairs)} options, {marks.count('+')} marked +, in {text[:60]!r}"
        )
    for option, _, reason in pairs:
        if not (option and reason):
            raise ValueError(f"option {option!r} needs a reason: write '- {option} | because ...'")
    reasons = {option: reason for option, _, reason in pairs}
    return Question(question, reasons, answer=marks.index("+") + 1)
