"""The check of a function as a locked cell of a notebook that another grader runs: nbgrader's.

nbgrader gives a cell its points unless the cell raises, or writes to stderr. So a function that is
wrong raises `NotRight`, which shows the verdict that `check` gives, and no traceback of ours.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import dataclasses
import io
import textwrap
import zlib
from collections.abc import Mapping
from typing import Any

from course_lib.grading.case_files import CasesError, cases_of_text, read_cases, write_cases
from course_lib.grading.cases import ExerciseCases, FunctionCases
from course_lib.grading.judge import judge
from course_lib.grading.places import find_cases
from course_lib.grading.report import headline, report
from course_lib.grading.results import FunctionResult
from course_lib.grading.running import InProcess

WIDTH = 80
"""Columns of a verdict: nbgrader cuts what is longer when a student asks it to validate."""


class NotRight(AssertionError):
    """A function has no full marks; the text is the verdict on it."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython is to show: the lines of the verdict, and nothing else."""
        return [part for line in str(self).splitlines() for part in _wrapped(line)]


def _wrapped(line: str) -> list[str]:
    """Break a sentence, which has an indentation of two; code and numbers have more, and stay."""
    sentence = line.startswith("  ") and line[2:3].isalpha()
    return textwrap.wrap(line, WIDTH, subsequent_indent="  ") if sentence else [line]


class CheckCell:
    """The check of one function, in a notebook that another grader runs.

    Parameters
    ----------
    slug : str
        The exercise, "03_3_gradients".
    function : str
        Its function's name.
    """

    def __init__(self, slug: str, function: str) -> None:
        self.slug, self.function = slug, function
        self._fresh: ExerciseCases | None = None

    def use(self, packed: str) -> None:
        """Let the cases that `pack` has written decide, and not the public ones."""
        self._fresh = unpack(packed)

    def judge(self, namespace: Mapping[str, Any]) -> None:
        """Print the verdict on the function of that name in a notebook's `globals()`.

        Raises
        ------
        NotRight
            If it has no full marks: what is wrong with it.
        FileNotFoundError, CasesError
            If there are no cases to judge it by.
        """
        result = self._verdict(namespace.get(self.function))
        if result.status != "passed":
            raise NotRight(str(report(result)))
        print(headline(result))

    def _verdict(self, function: Any) -> FunctionResult:
        """Let the fresh cases decide; tell a mistake by the public ones, which know the slips."""
        if self._fresh is None:
            return self._by(read_cases(find_cases(self.slug)), function)
        fresh = self._by(self._fresh, function)
        if fresh.status == "passed":
            return fresh
        public = self._by(read_cases(find_cases(self.slug)), function)
        return fresh if public.status == "passed" else public

    def _by(self, exercise: ExerciseCases, function: Any) -> FunctionResult:
        cases = exercise.find(self.function)
        if cases is None:
            raise CasesError(f"the cases of {self.slug} hold no function {self.function}")
        if not callable(function):
            return judge(cases, [], "missing")
        runner = InProcess({cases.name: function})
        # What the function prints is not ours to show, and on stderr it would cost its points.
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            outcomes = runner.call(cases.name, [case.arguments for case in cases.cases])
        return judge(cases, outcomes)


def pack(slug: str, function: FunctionCases) -> str:
    """Write a function's cases as one word without quotes, and without the slips.

    The slips are nine tenths of it, and a locked cell is copied into every gradebook and page.
    """
    alone = ExerciseCases(slug, (dataclasses.replace(function, slips=()),))
    return base64.b64encode(zlib.compress(write_cases(alone).encode(), 9)).decode()


def unpack(packed: str) -> ExerciseCases:
    """Read what `pack` wrote.

    Raises
    ------
    CasesError
        If it is damaged.
    """
    try:
        text = zlib.decompress(base64.b64decode(packed, validate=True)).decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError) as error:
        raise CasesError(
            f"the fresh cases in this cell are damaged ({error}): export the exercise anew"
        ) from error
    return cases_of_text(text, "the text in this cell")
