"""The commands of a teacher: grade, and report."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path

from tqdm import tqdm

from course_lib.grading.batch.archives import opened
from course_lib.grading.batch.exports import csv_text, key_text, write_feedback, write_gradescope
from course_lib.grading.batch.grade import Tally, grade, process_pool, read_seed
from course_lib.grading.batch.gradebook import Gradebook
from course_lib.grading.batch.likeness import compare
from course_lib.grading.batch.overview import as_text, overview
from course_lib.grading.batch.pseudonyms import disguise, pseudonyms
from course_lib.grading.batch.submissions import Found, find_submissions
from course_lib.grading.batch.whole_files import write_whole
from course_lib.grading.cases import ExerciseCases
from course_lib.grading.generate import make_exercise
from course_lib.grading.places import SOLUTIONS, teachers_course
from course_lib.grading.sandbox import Sandbox

INTERRUPTED = 130
SHOWN = 10


def configure_grade(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course grade`."""
    add = parser.add_argument
    add(
        "submissions",
        type=Path,
        help="a folder or a zip: STUDENT/SLUG.ipynb, or Moodle's or Canvas's",
    )
    add("--gradebook", type=Path, required=True, help="an SQLite file; made if it is not there")
    add("--exercise", metavar="SLUG", help="grade this exercise alone")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes at a time")
    add("--dask", metavar="tcp://...", help="grade on a Dask cluster (needs the extra `scale`)")
    add("--seed", type=Path, metavar="FILE", help="the secret seed; by default GRADEBOOK.seed")
    add("--allow-unhardened", action="store_true", help="grade without isolation if there is none")
    add("--csv", type=Path, metavar="FILE", help="write the marks as a table")
    add("--feedback", type=Path, metavar="DIR", help="write a page for each student")
    add("--gradescope", type=Path, metavar="DIR", help="write results.json for each student")
    add("--pseudonyms", action="store_true", help="name nobody in --csv, --feedback, --gradescope")
    parser.set_defaults(run=run_grade)


def run_grade(arguments: argparse.Namespace) -> int:
    """Grade a folder; 0 when every submission is graded, 130 when it was stopped."""
    if arguments.jobs < 1:
        raise ValueError(f"--jobs is {arguments.jobs}: give 1 or more")
    layers = _layers(arguments.allow_unhardened)
    course = teachers_course()
    slugs = {path.name.removesuffix("_spec.py") for path in (course / SOLUTIONS).glob("*_spec.py")}
    passed_over: list[tuple[Path, str]] = []
    with opened(arguments.submissions, passed_over) as folder:
        found = find_submissions(folder, slugs, arguments.exercise)
        found.passed_over.extend(passed_over)
        _say_found(found)
        return _grade_found(found, course, layers, arguments)


def _grade_found(
    found: Found, course: Path, layers: tuple[str, ...], arguments: argparse.Namespace
) -> int:
    with Gradebook(arguments.gradebook) as book:
        seed = read_seed(arguments.seed or Path(f"{arguments.gradebook}.seed"))
        wanted = sorted({submission.exercise for submission in found.submissions})
        exercises = {slug: make_exercise(slug, course / SOLUTIONS, seed) for slug in wanted}
        print(f"layers in force: {', '.join(layers)}")
        status = _grade_all(found, exercises, book, layers, arguments)
        _export(book, arguments)
    return status


def _layers(allow_unhardened: bool) -> tuple[str, ...]:
    """Return the layers that this machine gives; refuse to grade a batch without them."""
    with Sandbox() as sandbox:
        if sandbox.hardened or allow_unhardened:
            return sandbox.layers()
    raise PermissionError(
        "this machine has no hardened sandbox, and the submissions are code that nobody has read."
        " Grade on Linux; or say --allow-unhardened if you trust every student"
    )


def _say_found(found: Found) -> None:
    count = len(found.submissions)
    students = len({submission.student for submission in found.submissions})
    print(f"{count} submissions of {students} students, laid out as {found.layout}")
    for path, reason in found.passed_over[:SHOWN]:
        print(f"  passed over {'/'.join(path.parts[-2:])!r}: {reason}")
    if len(found.passed_over) > SHOWN:
        print(f"  and {len(found.passed_over) - SHOWN} more")


def _grade_all(
    found: Found,
    exercises: dict[str, ExerciseCases],
    book: Gradebook,
    layers: tuple[str, ...],
    arguments: argparse.Namespace,
) -> int:
    make_executor, workers = _executor(arguments)
    run = book.begin(layers)
    tally = Tally(len(found.submissions))
    try:
        with tqdm(total=tally.total, unit=" submissions", file=sys.stderr) as bar:
            for tally in grade(
                found.submissions, exercises, book, run=run, make_executor=make_executor,
                width=2 * workers, unhardened=arguments.allow_unhardened,
            ):  # fmt: skip
                bar.update(tally.done - bar.n)
    except KeyboardInterrupt:
        print(f"stopped: {tally.done} of {tally.total} are kept. The same command goes on.")
        return INTERRUPTED
    except BrokenExecutor as error:
        raise ValueError(str(error)) from error
    print(f"graded {tally.graded}, known from before {tally.known}, refused {tally.refused}")
    return 0


def _executor(arguments: argparse.Namespace) -> tuple[Callable[[], Executor], int]:
    """Return a maker of executors, and how many workers one has."""
    if not arguments.dask:
        return process_pool(arguments.jobs), arguments.jobs
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError(
            "--dask needs the extra `scale`: python -m pip install 'course-lib[scale]'"
        ) from error
    try:
        client = Client(arguments.dask, timeout="10s")
    except OSError as error:
        raise ValueError(f"no Dask scheduler answers at {arguments.dask}: {error}") from error
    workers = len(client.scheduler_info(n_workers=-1)["workers"])
    if not workers:
        raise ValueError(f"the Dask cluster at {arguments.dask} has no workers yet: start some")
    return lambda: client.get_executor(pure=False), workers


def _export(book: Gradebook, arguments: argparse.Namespace) -> None:
    rows = book.rows()
    if arguments.pseudonyms:
        rows = disguise(rows, _pseudonyms(book, arguments))
    if arguments.csv:
        write_whole(arguments.csv, csv_text(rows).encode())
        print(f"marks: {arguments.csv}")
    if arguments.feedback:
        print(f"feedback: {write_feedback(rows, arguments.feedback)} pages")
    if arguments.gradescope:
        print(f"Gradescope: {write_gradescope(rows, arguments.gradescope)} students")


def _pseudonyms(book: Gradebook, arguments: argparse.Namespace) -> dict[str, str]:
    """Return the pseudonym of every student of a gradebook, whatever is shown of it.

    Raises
    ------
    FileNotFoundError
        If the secret seed is not there: a new one would make other names.
    """
    path = arguments.seed or Path(f"{arguments.gradebook}.seed")
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no {path}: pseudonyms are made from the secret seed that `course grade` kept"
            " there. Put it back, or name it with --seed FILE"
        )
    return pseudonyms(sorted({student for student, _ in book.digests()}), read_seed(path))


def configure_report(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course report`."""
    add = parser.add_argument
    add("gradebook", type=Path, help="the file that `course grade` made")
    add("--html", type=Path, metavar="FILE", help="write it as a page too")
    add("--exercise", metavar="SLUG", default="", help="look at this exercise alone")
    add("--submissions", type=Path, metavar="DIR", help="ask who is too alike; DIR as for grade")
    add("--pseudonyms", action="store_true", help="name nobody")
    add("--key", type=Path, metavar="FILE", help="write whose pseudonym is whose, for you alone")
    add("--seed", type=Path, metavar="FILE", help="the secret seed; by default GRADEBOOK.seed")
    parser.set_defaults(run=run_report)


def run_report(arguments: argparse.Namespace) -> int:
    """Print how the class did, and write it as a page."""
    exercise, key = arguments.exercise, arguments.key
    with Gradebook(arguments.gradebook, must_exist=True) as book:
        names = _pseudonyms(book, arguments) if arguments.pseudonyms or key else None
        shown = names if arguments.pseudonyms else None
        whole = overview(book, exercise, shown)
        likeness = None
        if arguments.submissions:
            with opened(arguments.submissions, []) as folder:
                likeness = compare(folder, book, exercise, shown)
    print(as_text(whole))
    if likeness:
        print(f"\n{likeness.as_text()}")
    if arguments.html:
        from course_lib.grading.batch.pages import class_page  # no other command needs it

        write_whole(arguments.html, class_page(whole, likeness).encode("utf-8", "replace"))
        print(f"\npage: {arguments.html}")
    if key and names:
        write_whole(key, key_text(names).encode())
        print(f"whose pseudonym is whose: {key}")
    return 0
