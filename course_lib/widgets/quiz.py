"""Quiz questions: choose an answer and read why; without a kernel, a list with its answer."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import ipywidgets

from course_lib._arrays import check_count

STATIC = """<div role="group" aria-label="Quiz question"><p><b>{question}</b></p><ol>{options}</ol>
<details><summary>The answer</summary><p><b>{letter}.</b> {reason}</p></details></div>"""


class Question:
    """One multiple-choice question; see `quiz`."""

    def __init__(self, question: str, options: Mapping[str, str], *, answer: int) -> None:
        check_count("answer", answer)
        if not 2 <= len(options) <= 6 or answer > len(options):
            raise ValueError(
                f"a question has 2 to 6 options, and answer counts them from 1;"
                f" got {len(options)} options and answer={answer}"
            )
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


def quiz(question: str, options: Mapping[str, str], *, answer: int) -> Question:
    """Ask a question: the value of the cell, so that it is shown.

    Parameters
    ----------
    question : str
        May hold HTML and formulas between dollar signs.
    options : mapping from str to str
        Each option, and what to tell a reader who chooses it: why it is right, or where the
        thought that leads to it goes wrong.
    answer : int
        Number of the right option, counted from 1.

    Raises
    ------
    ValueError
        If there are fewer than two options, more than six, or `answer` is none of them.

    Examples
    --------
    >>> quiz("What is 1 + 1?", {"2": "By counting.", "11": "That is the text."}, answer=1)
    Question: What is 1 + 1?
    """
    return Question(question, options, answer=answer)
