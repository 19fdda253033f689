"""What a worker does: grade some submissions in a sandbox of its own. Sent to other processes.

A worker belongs to the trusted side: it holds the cases and compares. The learner's code runs in
the children of its sandbox, which hold neither.
"""

from __future__ import annotations

import multiprocessing.connection
import os
import pickle
import threading
import time
from collections.abc import Sequence
from typing import Any

from course_lib.grading.batch.gradebook import Graded
from course_lib.grading.cases import ExerciseCases, FunctionCases
from course_lib.grading.judge import judge, refuse
from course_lib.grading.report import report
from course_lib.grading.results import FunctionResult
from course_lib.grading.sandbox import Sandbox

_own = threading.local()  # a sandbox serves one thread; a Dask worker may have several


def end_with_parent() -> None:
    """Let this process end when the one that started it does, however that ended.

    A worker of a pool waits for its next task for ever, also after its coordinator was killed.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


def grade_sources(
    exercise: bytes, grader: str, sources: Sequence[str], unhardened: bool
) -> list[Graded]:
    """Grade submissions to one exercise, in order.

    Parameters
    ----------
    exercise : bytes
        Its `ExerciseCases` as `pickle.dumps` writes them, once for all calls. The caller is
        trusted: it is whoever started this process.
    grader : str
        Stands for the exercise: what is read and prepared of it is kept for the next call.
    sources : sequence of str
    unhardened : bool
        Grade in a plain process where there is nothing better. Without it the sandbox's own error
        ends the work.
    """
    _prepare(exercise, grader)
    if not (_own.sandbox.hardened or unhardened):
        raise PermissionError("this worker's machine has no hardened sandbox")
    return [_grade(_own.exercise, _own.cases, _own.sandbox, source) for source in sources]


def _prepare(exercise: bytes, grader: str) -> None:
    """Give this thread the exercise, and a sandbox with its cases, unless it has them."""
    if getattr(_own, "grader", None) == grader:
        return
    end_sandbox()
    _own.exercise = pickle.loads(exercise)
    _own.sandbox = Sandbox()
    _own.cases = {
        function.name: _own.sandbox.prepare([case.arguments for case in function.cases])
        for function in _own.exercise.functions
    }
    _own.grader = grader


def end_sandbox() -> None:
    """End the sandbox that this thread has kept for its next submissions."""
    if hasattr(_own, "sandbox"):
        _own.sandbox.close()
    vars(_own).clear()


def _grade(
    exercise: ExerciseCases, prepared: dict[str, Any], sandbox: Sandbox, source: str
) -> Graded:
    results: list[tuple[FunctionResult, str, float]] = []
    with sandbox.runner() as runner:
        states = runner.load(source, [function.name for function in exercise.functions])
        for function in exercise.functions:
            start = time.perf_counter()
            state = states[function.name]
            outcomes = (
                runner.call(function.name, prepared[function.name]) if state == "defined" else []
            )
            result = judge(function, outcomes, state)
            seconds = time.perf_counter() - start
            results.append((result, report(result).html, seconds))
    return Graded(results, sandbox.layers(), runner.cpu_seconds)


def refused(functions: Sequence[FunctionCases], sentence: str) -> Graded:
    """Return the verdicts on a file that cannot be read as a submission."""
    results = [refuse(function, sentence) for function in functions]
    return Graded([(result, report(result).html, 0.0) for result in results], (), 0.0)
