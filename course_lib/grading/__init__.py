"""Grading: what a learner wrote is run, compared and explained; nothing here knows any exercise.

An exercise notebook starts with

    from course_lib.grading import exercise

    check, hint, solution, progress = exercise("03_3_gradients")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.grading.learner import Tools

__all__ = ["exercise"]


def exercise(slug: str) -> Tools:
    """Open an exercise.

    Parameters
    ----------
    slug : str
        Its name, "03_3_gradients".

    Returns
    -------
    check : callable
        `check(f)` says whether f is right, and if not, what is wrong with it.
    hint : callable
        `hint(f)` gives one more hint a time, three at most.
    solution : callable
        `solution(f)` shows a solution, after at least one attempt.
    progress : callable
        `progress()` says what is solved and what is next.
    """
    # Imported here, since the sandbox imports parts of this package and has no use for a desk.
    from course_lib.grading.learner import open_desk

    return open_desk(slug)
