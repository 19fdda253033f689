"""Quiz questions: choose an answer and read why; without a kernel, a list with its answer.

A poll is a question that nobody answers yet: the reader's prediction, to be kept.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ipywidgets

STATIC = """<div role="group" aria-label="Quiz question"><p><b>{question}</b></p><ol>{options}</ol>
<details><summary>The answer</summary><p><b>{letter}.</b> {reason}</p></details></div>"""

POLL = """<div role="group" aria-label="Prediction"><p><b>{question}</b></p><ol>{options}</ol>
<p>{keep}</p></div>"""
KEEP = "Write your letter, and your reason, into the next cell: the notebook keeps them."


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
        return _form(self.question, self.options, self._choice, self._reply)

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
        return STATIC.format(
            question=self.question,
            options=_lettered(self.options),
            letter=letter,
            reason=self._letters[letter][1],
        )

    def __repr__(self) -> str:
        return f"Question: {html.unescape(self.question)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Give the widget where there is a kernel, and the list for the stored page."""
        live = self.widget()._repr_mimebundle_()
        return {**(live or {}), "text/plain": repr(self), "text/html": self._static()}


class Poll:
    """A prediction to make, without a verdict; see `poll`."""

    def __init__(self, question: str, options: Sequence[str], *, keep: str = KEEP) -> None:
        self.question, self.options, self.keep = question, tuple(options), keep
        letters = list("ABCDEF"[: len(options)])
        self._choice = ipywidgets.ToggleButtons(options=letters, value=None)
        self._choice.tooltips = list(options)
        self._reply = ipywidgets.HTMLMath()
        self._choice.observe(self._show_reply, names="value")

    @property
    def reply(self) -> str:
        """What the reader is told about a choice: that it is theirs; empty before."""
        return str(self._reply.value)

    def choose(self, letter: str | None) -> None:
        """Choose an option, as a click on its button does."""
        self._choice.value = letter

    def widget(self) -> ipywidgets.Widget:
        """Return the live form: question, options, one button each, and the reply."""
        return _form(self.question, self.options, self._choice, self._reply)

    def _show_reply(self, change: dict[str, Any]) -> None:
        letter = change["new"]
        said = f"<b>You say {letter}.</b> {self.keep}"
        self._reply.value = "" if letter is None else f'<p role="status">{said}</p>'

    def __repr__(self) -> str:
        return f"Prediction: {html.unescape(self.question)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Give the widget where there is a kernel, and the list for the stored page."""
        live = self.widget()._repr_mimebundle_()
        page = POLL.format(question=self.question, options=_lettered(self.options), keep=self.keep)
        return {**(live or {}), "text/plain": repr(self), "text/html": page}


def _form(
    question: str, options: Iterable[str], choice: ipywidgets.Widget, reply: ipywidgets.Widget
) -> ipywidgets.Widget:
    listed = "".join(f"<li>{text}</li>" for text in options)
    text = f'<p><b>{question}</b></p><ol type="A">{listed}</ol>'
    return ipywidgets.VBox([ipywidgets.HTMLMath(text), choice, reply])


def _lettered(options: Iterable[str]) -> str:
    return "".join(f'<li style="list-style-type:upper-alpha">{text}</li>' for text in options)


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


def poll(text: str, *, keep: str = KEEP) -> Poll:
    r"""Ask for a prediction: the value of the cell, so that it is shown.

    Nothing says which option is right: a later cell or page does. The reader is asked to write the
    choice into the next cell, so that the notebook keeps it.

    Parameters
    ----------
    text : str
        The question; then 2 to 6 options, each on a line that begins with `-`. A line may go on in
        the next. HTML and formulas between dollar signs are shown as such: write a raw string.
    keep : str
        What to tell a reader who has chosen, where it is not to be written into the next cell.

    Raises
    ------
    ValueError
        If the question is missing, or there are fewer than two options or more than six.

    Examples
    --------
    >>> poll('''Which way does the loss go?
    ... - Up
    ... - Down''')
    Prediction: Which way does the loss go?
    """
    question, *options = (
        " ".join(item.split()) for item in re.split(r"^\s*- ", text.strip(), flags=re.MULTILINE)
    )
    if not question or not all(options) or not 2 <= len(options) <= 6:
        raise ValueError(
            f"a poll is a question and 2 to 6 options, each on a line that begins with '- ';"
            f" got {len(options)} options in {text[:60]!r}"
        )
    return Poll(question, options, keep=keep)
