"""What an exercise notebook calls: check, hint, solution and progress.

Whatever goes wrong, a learner sees a sentence and never a traceback of ours.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec

from course_lib.grading import progress as history
from course_lib.grading.case_files import CasesError, read_cases
from course_lib.grading.cases import ExerciseCases, FunctionCases
from course_lib.grading.judge import judge
from course_lib.grading.overview import overview
from course_lib.grading.places import find_cases, find_solutions, keeps_progress
from course_lib.grading.regions import definition
from course_lib.grading.report import Report, listing, note, report
from course_lib.grading.running import InProcess
from course_lib.grading.submission import SubmissionError, read_source


class Tools(NamedTuple):
    """The four things to call in an exercise notebook."""

    check: Callable[..., Report]
    hint: Callable[..., Report]
    solution: Callable[..., Report]
    progress: Callable[[], Report]


def open_desk(slug: str) -> Tools:
    """Return the tools of one exercise; it is first looked for when one of them is used."""
    desk = Desk(slug)
    return Tools(desk.check, desk.hint, desk.solution, desk.progress)


P = ParamSpec("P")


def without_tracebacks(tool: Callable[P, Report]) -> Callable[P, Report]:
    """Turn a fault of ours into a sentence: a learner could do nothing with its traceback."""

    @functools.wraps(tool)
    def call(*args: P.args, **kwargs: P.kwargs) -> Report:
        try:
            return tool(*args, **kwargs)
        except Exception as error:
            return note(
                f"{tool.__name__} itself has failed: {type(error).__name__}: {error}. That is a"
                " fault of the course, or of something that it uses and your code has changed:"
                " restart the kernel, and if it fails again, please report it."
            )

    return call


class Desk:
    """One exercise in one notebook: its cases, and what the learner has asked for so far."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.hints: dict[str, int] = {}
        self.attempted: set[str] = set()

    @without_tracebacks
    def check(self, function: Any = None) -> Report:
        """Say whether a function is right, and if not, what is wrong with it."""
        cases = self._find(function, "check")
        if isinstance(cases, Report):
            return cases
        runner = InProcess({cases.name: function})
        result = judge(cases, runner.call(cases.name, [case.arguments for case in cases.cases]))
        if result.status != "not_attempted":
            self.attempted.add(cases.name)
        if keeps_progress():
            with contextlib.suppress(history.ProgressError):
                history.record(self.slug, result)
        return report(result)

    @without_tracebacks
    def hint(self, function: Any = None) -> Report:
        """Show one more hint than the last time, three at most."""
        cases = self._find(function, "hint")
        if isinstance(cases, Report):
            return cases
        shown = min(self.hints.get(cases.name, 0) + 1, len(cases.hints))
        self.hints[cases.name] = shown
        hints = [f"Hint {i} of {len(cases.hints)}: {h}" for i, h in enumerate(cases.hints, start=1)]
        left = len(cases.hints) - shown
        more = f"hint({cases.name}) again shows the next." if left else "That was the last one."
        return note("\n".join([*hints[:shown], more]))

    @without_tracebacks
    def solution(self, function: Any = None) -> Report:
        """Show the solution, after at least one attempt, where there is one to show."""
        cases = self._find(function, "solution")
        if isinstance(cases, Report):
            return cases
        if not self._has_tried(cases.name):
            return note(
                f"Try first: write {cases.name}, and check({cases.name}). After one attempt the"
                f" solution is yours to see. hint({cases.name}) may help."
            )
        return _solution(self.slug, cases.name)

    @without_tracebacks
    def progress(self) -> Report:
        """Say what is solved and what is next, over all exercises."""
        try:
            return overview(find_cases(self.slug).parent)
        except FileNotFoundError as error:
            return note(f"{error}.")

    def _find(self, function: Any, tool: str) -> FunctionCases | Report:
        """Return the cases of a function, or the sentence why there are none."""
        try:
            cases = read_cases(find_cases(self.slug))
        except (FileNotFoundError, CasesError) as error:
            return note(f"{error}.")
        if not callable(function):
            return note(_not_a_function(cases, function, tool))
        name = str(getattr(function, "__name__", type(function).__name__))
        return cases.find(name) or note(_unknown(cases, name))

    def _has_tried(self, name: str) -> bool:
        if name in self.attempted:
            return True
        with contextlib.suppress(history.ProgressError):
            return (self.slug, name) in history.read()
        return False


def _not_a_function(cases: ExerciseCases, given: object, tool: str) -> str:
    first = cases.functions[0].name
    if isinstance(given, str) and cases.find(given):
        return f"Give the function itself, without quotes: {tool}({given})."
    if given is None:
        return f"Which function? Write {tool}({first}), without parentheses after its name."
    return (
        f"{tool} takes a function, and this is {_type_of(given)}. Give the function itself,"
        f" not what it returns: {tool}({first}), without parentheses after its name."
    )


def _type_of(given: object) -> str:
    """Name the type of anything whatever."""
    return "None" if given is None else f"of type {type(given).__name__}"


def _unknown(cases: ExerciseCases, name: str) -> str:
    names = [function.name for function in cases.functions]
    if not name.isidentifier():  # "<lambda>"
        return f"This is {name}. Write it with def, under its name: {' or '.join(names)}."
    close = difflib.get_close_matches(name, names, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return f"This exercise has no function {name}.{meant} It has {', '.join(names)}."


def _solution(slug: str, name: str) -> Report:
    folder = find_solutions(find_cases(slug).parent)
    path = folder / f"{slug}.ipynb" if folder else None
    if path is None or not path.is_file():
        return note(
            "The solutions are not part of this copy of the course: ask who gave it to you."
        )
    try:
        code = definition(read_source(path), name)
    except SubmissionError as error:
        return note(f"The solution cannot be shown: {error}.")
    return listing(f"A solution of {name}:", code)
