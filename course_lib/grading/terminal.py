"""The commands of a learner and of an exercise's author: check, progress, stubs."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path

from course_lib.grading import progress as history
from course_lib.grading.case_files import read_cases
from course_lib.grading.cases import ExerciseCases, FunctionCases
from course_lib.grading.judge import judge
from course_lib.grading.overview import overview
from course_lib.grading.places import SOLUTIONS, course_folders, find_cases, teachers_course
from course_lib.grading.report import report
from course_lib.grading.results import FunctionResult
from course_lib.grading.running import InProcess, Runner
from course_lib.grading.submission import read_source

FULL_MARKS, NOT_YET = 0, 1


def configure_check(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course check`."""
    parser.add_argument("file", type=Path, help="your notebook, or a .py file")
    parser.add_argument(
        "--exercise", metavar="SLUG", help="such as 03_3_gradients; by default the file's name"
    )
    parser.set_defaults(run=check)


def check(arguments: argparse.Namespace) -> int:
    """Check every function of a file; 0 only if it has full marks."""
    file: Path = arguments.file
    source = read_source(file)
    cases = read_cases(find_cases(arguments.exercise or file.stem, file.resolve().parent))
    results = check_source(source, cases, InProcess())
    for result in results:
        print(f"{report(result)}\n")
        if file.resolve().parent.name == SOLUTIONS:
            continue
        with contextlib.suppress(history.ProgressError):
            history.record(cases.slug, result)
    points = sum(result.points for result in results)
    total = sum(result.max_points for result in results)
    print(f"{points} of {total} points")
    return FULL_MARKS if points == total else NOT_YET


def check_source(source: str, cases: ExerciseCases, runner: Runner) -> list[FunctionResult]:
    """Judge every function of a submission, in the order of the exercise."""
    states = runner.load(source, [function.name for function in cases.functions])

    def result(function: FunctionCases) -> FunctionResult:
        state = states[function.name]
        arguments = [case.arguments for case in function.cases]
        outcomes = runner.call(function.name, arguments) if state == "defined" else []
        return judge(function, outcomes, state)

    return [result(function) for function in cases.functions]


def configure_progress(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course progress`: none."""
    parser.set_defaults(run=progress)


def progress(_: argparse.Namespace) -> int:
    """Print what is solved and what is next."""
    folder = next((f for f in course_folders() if (f / "exercises").is_dir()), None)
    if folder is None:
        raise FileNotFoundError("no folder exercises/ is found here, above, or beside course_lib")
    print(overview(folder / "exercises"))
    return 0


def configure_stubs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course stubs`."""
    parser.add_argument(
        "slugs", nargs="*", metavar="SLUG", help="such as 03_3_gradients; all by default"
    )
    parser.set_defaults(run=stubs)


def stubs(arguments: argparse.Namespace) -> int:
    """Make exercises from solutions."""
    from course_lib.grading.stubs import make_stubs, run  # a learner's copy has no use for it

    course = teachers_course()
    slugs: Sequence[str] = arguments.slugs or sorted(
        path.name.removesuffix("_spec.py") for path in (course / SOLUTIONS).glob("*_spec.py")
    )
    for slug in slugs:
        notebook, data = make_stubs(slug, course)
        stored = run(notebook, course)
        print(f"{notebook.name}{'' if stored else ' (without outputs)'} and {data.name}")
    return 0
