"""Grade a folder of submissions, and go on where an earlier run was stopped."""

from __future__ import annotations

import hashlib
import multiprocessing
import pickle
import secrets
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.grading.batch.gradebook import Gradebook, Graded, Key
from course_lib.grading.batch.submissions import Submission, printable
from course_lib.grading.batch.work import end_with_parent, grade_sources, refused
from course_lib.grading.case_files import write_cases
from course_lib.grading.cases import ExerciseCases
from course_lib.grading.submission import SubmissionError, read_source

CHUNK = 10
"""Submissions in one task: enough to make its cost small, few enough to lose little."""

MAX_BREAKS = 20
"""How often workers may die, with nothing graded in between, before the run gives up."""


@dataclass(frozen=True, eq=False)
class Task:
    """Some submissions to one exercise, read and waiting to be graded."""

    exercise: bytes
    """Its cases, pickled."""
    grader: str
    keys: tuple[Key, ...]
    files: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass
class Tally:
    """What a run has done so far."""

    total: int
    known: int = 0
    graded: int = 0
    refused: int = 0
    restarts: int = 0
    layers: set[str] = field(default_factory=set)

    @property
    def done(self) -> int:
        """Submissions that need no more work."""
        return self.known + self.graded + self.refused


def read_seed(path: Path) -> int:
    """Return the secret seed that a file holds; make the file, readable to its owner alone.

    Raises
    ------
    ValueError
        If the file does not hold one whole number.
    """
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"{secrets.randbits(63)}\n", encoding="ascii")
    try:
        return int(path.read_text(encoding="ascii"))
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} must hold one whole number, the secret seed") from error


def digest_of(source: str) -> str:
    """Return what tells one submission's text from another in the gradebook."""
    return hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()


def grader_of(exercise: ExerciseCases) -> str:
    """Return a name for all that decides a verdict: this engine's code, and the cases."""
    digest = hashlib.sha256(write_cases(exercise).encode())
    engine = Path(__file__).parents[1]
    for path in sorted(engine.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def process_pool(jobs: int) -> Callable[[], Executor]:
    """Return a maker of pools of fresh processes: none of them is a copy of this one."""
    context = multiprocessing.get_context("spawn")
    return lambda: ProcessPoolExecutor(jobs, context, end_with_parent)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Hold Ctrl-C back, which is for this process, while workers start: they inherit the mask."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ending_workers() -> Iterator[None]:
    """End the processes of a pool at once if the run is stopped: it would wait for them."""
    try:
        yield
    except (KeyboardInterrupt, GeneratorExit):
        for process in multiprocessing.active_children():
            process.terminate()
        raise


def grade(
    submissions: Sequence[Submission],
    exercises: dict[str, ExerciseCases],
    book: Gradebook,
    *,
    run: int,
    make_executor: Callable[[], Executor],
    width: int,
    unhardened: bool = False,
) -> Iterator[Tally]:
    """Grade what is not graded yet, and yield how far it is.

    Every task's verdicts are in the gradebook before the next is counted: whatever stops the run
    costs at most the tasks under way, and the next run goes on from there.

    Parameters
    ----------
    submissions : sequence of Submission
    exercises : dict
        The cases of every exercise among them, made from the secret seed.
    book : Gradebook
    run : int
        This run's number, from `Gradebook.begin`.
    make_executor : callable
        Returns a fresh `concurrent.futures.Executor`; called again when its workers have died.
    width : int
        Tasks under way at a time: what bounds the memory.
    unhardened : bool
        Grade without isolation where there is none.

    Raises
    ------
    BrokenExecutor
        If workers die again and again with nothing graded in between.
    """
    tally = Tally(len(submissions))
    unfinished: list[Task] = []
    tasks = _tasks(submissions, exercises, book, run, tally)
    breaks = 0
    while breaks <= MAX_BREAKS:
        before = tally.graded
        try:
            with make_executor() as executor, _ending_workers():
                yield from _drain(executor, tasks, unfinished, book, run, tally, width, unhardened)
            yield tally
            return
        except BrokenExecutor:
            breaks = breaks + 1 if tally.graded == before else 0
            tally.restarts += 1
    raise BrokenExecutor(
        f"the workers died {MAX_BREAKS} times in a row: is there too little memory?"
        " What was graded is kept; run again with fewer --jobs"
    )


def _tasks(
    submissions: Sequence[Submission],
    exercises: dict[str, ExerciseCases],
    book: Gradebook,
    run: int,
    tally: Tally,
) -> Iterator[Task]:
    """Read submissions, keep those that cannot be read, pass over the known, bundle the rest."""
    graders = {slug: grader_of(exercise) for slug, exercise in exercises.items()}
    for slug, exercise in exercises.items():
        pickled = pickle.dumps(exercise)
        bundle: list[tuple[Key, str, str]] = []
        for submission in submissions:
            if submission.exercise != slug:
                continue
            file = submission.file or printable(submission.path.name)
            try:
                source, sentence = read_source(submission.path), ""
            except SubmissionError as error:
                source, sentence = "", printable(str(error))
            digest = digest_of(source or f"refused: {sentence}")
            key = Key(submission.student, slug, digest, graders[slug])
            if book.meet(key, run):
                tally.known += 1
            elif sentence:
                book.add(key, file, refused(exercise.functions, sentence), run)
                tally.refused += 1
            else:
                bundle.append((key, file, source))
            if len(bundle) == CHUNK:
                yield _task(pickled, graders[slug], bundle)
                bundle = []
        if bundle:
            yield _task(pickled, graders[slug], bundle)


def _task(exercise: bytes, grader: str, bundle: list[tuple[Key, str, str]]) -> Task:
    keys, files, sources = zip(*bundle, strict=True)
    return Task(exercise, grader, keys, files, sources)


def _drain(
    executor: Executor,
    tasks: Iterator[Task],
    unfinished: list[Task],
    book: Gradebook,
    run: int,
    tally: Tally,
    width: int,
    unhardened: bool,
) -> Iterator[Tally]:
    """Keep `width` tasks under way; `unfinished` holds those that are not in the gradebook yet."""
    futures: dict[Future[list[Graded]], Task] = {}
    again = deque(unfinished)
    while True:
        while len(futures) < width:
            task = again.popleft() if again else _next(tasks, unfinished)
            if task is None:
                break
            work = (task.exercise, task.grader, task.sources, unhardened)
            with _deaf_to_ctrl_c():
                futures[executor.submit(grade_sources, *work)] = task
        if not futures:
            return
        done, _ = wait(futures, return_when=FIRST_COMPLETED)
        for future in done:
            task = futures.pop(future)
            _keep(task, future.result(), book, run, tally)
            unfinished.remove(task)
        yield tally


def _next(tasks: Iterator[Task], unfinished: list[Task]) -> Task | None:
    task = next(tasks, None)
    if task is not None:
        unfinished.append(task)
    return task


def _keep(task: Task, verdicts: list[Graded], book: Gradebook, run: int, tally: Tally) -> None:
    book.add_all(zip(task.keys, task.files, verdicts, strict=True), run)
    tally.graded += len(verdicts)
    tally.layers.update(*(graded.layers for graded in verdicts))
