"""What a learner has solved so far: a small SQLite file in the user's data directory.

It is a convenience. Where it cannot be read or written, history is lost and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from platformdirs import user_data_dir

from course_lib.grading.results import FunctionResult

if TYPE_CHECKING:
    import sqlite3

PATIENCE = 0.1
"""Seconds to wait for a file that another notebook is writing: a check must answer at once."""


class Attempts(NamedTuple):
    """What is known of one function: how often it was tried, and the best points."""

    attempts: int
    points: int


class ProgressError(Exception):
    """The history cannot be read or written; the text says where it lies and how to mend it."""


def progress_path() -> Path:
    """Return where the history lies."""
    return Path(user_data_dir("course-lib", appauthor=False)) / "progress.sqlite3"


def record(slug: str, result: FunctionResult) -> None:
    """Add an attempt. A function that is still a stub is no attempt.

    Raises
    ------
    ProgressError
        If the history cannot be written.
    """
    if result.status == "not_attempted":
        return
    with _open(write=True) as database:
        database.execute(
            "INSERT INTO progress VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE"
            " SET attempts = attempts + 1, points = max(points, excluded.points)",
            (slug, result.function, result.points),
        )
        database.commit()


def read() -> dict[tuple[str, str], Attempts]:
    """Return what is known of each (slug, function); nothing before the first attempt.

    Raises
    ------
    ProgressError
        If the history cannot be read.
    """
    if not progress_path().exists():
        return {}
    with _open(write=False) as database:
        rows = database.execute("SELECT slug, function, attempts, points FROM progress").fetchall()
        return {(slug, name): Attempts(int(a), int(p)) for slug, name, a, p in rows}


@contextmanager
def _open(*, write: bool) -> Iterator[sqlite3.Connection]:
    """Open the history, and turn every way in which that can fail into one."""
    path = progress_path()
    try:
        import sqlite3
    except ImportError as error:  # a Python in the browser may lack it
        raise ProgressError("This Python has no SQLite, so no history is kept") from error
    try:
        with closing(_connect(path, write=write)) as database:
            yield database
    except (OSError, ValueError, TypeError, sqlite3.Error) as error:
        raise ProgressError(
            f"Your history in {path} cannot be used ({error}). Checks work without it; to begin a"
            " new one, delete that file"
        ) from error


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    import sqlite3

    if not write:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=PATIENCE)
    database.execute("PRAGMA synchronous = OFF")  # a check does not wait for the disk
    database.execute(
        "CREATE TABLE IF NOT EXISTS progress (slug TEXT, function TEXT,"
        " attempts INTEGER, points INTEGER, PRIMARY KEY (slug, function))"
    )
    return database
