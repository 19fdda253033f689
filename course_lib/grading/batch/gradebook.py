"""The gradebook: one SQLite file, written by the coordinator alone.

A submission is graded once for its text, its exercise and the grader; the same again is found
here, and a changed one becomes a row of its own. Rows are never changed but for `seen`, the
number of the last run that met the submission.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from course_lib.grading.results import FunctionResult

_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, layers TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS submission (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL, exercise TEXT NOT NULL, digest TEXT NOT NULL, grader TEXT NOT NULL,
    file TEXT NOT NULL, layers TEXT NOT NULL, cpu_seconds REAL NOT NULL,
    graded TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, seen INTEGER NOT NULL,
    UNIQUE (student, exercise, digest, grader)
);
CREATE TABLE IF NOT EXISTS result (
    submission INTEGER NOT NULL REFERENCES submission (id),
    place INTEGER NOT NULL, function TEXT NOT NULL, number TEXT NOT NULL,
    points INTEGER NOT NULL, max_points INTEGER NOT NULL,
    status TEXT NOT NULL, stage TEXT NOT NULL, slip TEXT NOT NULL,
    diagnosis TEXT NOT NULL, html TEXT NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (submission, place)
) WITHOUT ROWID;
"""

_COLUMNS = {
    "run": {"id", "layers"},
    "submission": {
        *("id", "student", "exercise", "digest", "grader", "file", "layers", "cpu_seconds"),
        *("graded", "seen"),
    },
    "result": {
        *("submission", "place", "function", "number", "points", "max_points", "status", "stage"),
        *("slip", "diagnosis", "html", "seconds"),
    },
}
"""What is asked of a file that exists: a gradebook of another version lacks some of it."""

# Of each student and exercise, the submission that the latest run met.
_LATEST = """
SELECT id FROM (
    SELECT id, ROW_NUMBER() OVER (PARTITION BY student, exercise ORDER BY seen DESC, id DESC) AS n
    FROM submission
) WHERE n = 1
"""


class GradebookError(ValueError):
    """The file is no gradebook, or cannot be written; the text says what to do."""


@dataclass(frozen=True)
class Key:
    """What makes a submission the same: student, exercise, its text and the grader."""

    student: str
    exercise: str
    digest: str
    grader: str


@dataclass(frozen=True)
class Graded:
    """The verdicts on one submission, as a worker sends them."""

    results: Sequence[tuple[FunctionResult, str, float]]
    """Each verdict, its page as HTML, and the seconds it took."""
    layers: tuple[str, ...]
    cpu_seconds: float


@dataclass(frozen=True)
class Row:
    """The verdict on one function of one student, as the gradebook keeps it."""

    student: str
    exercise: str
    function: str
    number: str
    points: int
    max_points: int
    status: str
    stage: str
    slip: str
    diagnosis: str
    html: str
    seconds: float
    file: str
    """Where the submission lay in what was handed to `course grade`."""
    seen: int = 0
    """The number of the last run that met the submission."""


class Gradebook:
    """An open gradebook.

    Parameters
    ----------
    path : Path
        Made if it is not there.
    must_exist : bool
        Refuse to make it.

    Raises
    ------
    GradebookError
        If it is no gradebook, is in use by another run, or is not there and must be.
    """

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        if must_exist and not path.is_file():
            raise GradebookError(f"there is no gradebook {path}: `course grade` makes one")
        self.path = path
        try:
            self._connection = sqlite3.connect(path, timeout=10, isolation_level=None)
            self._check_columns()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
        except sqlite3.Error as error:
            raise GradebookError(
                f"{path} cannot be used as a gradebook ({error}): name another file, or mend its"
                " folder's permissions"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def _check_columns(self) -> None:
        """Refuse a gradebook of another version of the course, and leave it as it is."""
        if not self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return  # a new file
        missing = [
            f"{table}.{column}"
            for table, columns in _COLUMNS.items()
            for column in columns - set(self._columns(table))
        ]
        if missing:
            self._connection.close()
            raise GradebookError(
                f"{self.path} cannot be used as a gradebook: it is of another version of the"
                f" course, or of another program (it lacks {', '.join(sorted(missing))})."
                " Grade the folder anew with --gradebook NEW.db, and --seed with the old seed"
            )

    def _columns(self, table: str) -> list[str]:
        return [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]

    def begin(self, layers: Iterable[str]) -> int:
        """Note that a run begins, with the layers in force, and return its number."""
        cursor = self._connection.execute("INSERT INTO run (layers) VALUES (?)", (_join(layers),))
        return int(cursor.lastrowid or 0)

    def meet(self, key: Key, run: int) -> bool:
        """Tell whether a submission is graded already, and note that this run has met it."""
        found = self._connection.execute(
            "UPDATE submission SET seen = ? WHERE student = ? AND exercise = ? AND digest = ?"
            " AND grader = ? RETURNING id",
            (run, key.student, key.exercise, key.digest, key.grader),
        ).fetchone()
        return found is not None

    def add(self, key: Key, file: str, graded: Graded, run: int) -> None:
        """Keep the verdicts on a submission, all or none; the same twice is kept once."""
        self.add_all([(key, file, graded)], run)

    def add_all(self, submissions: Iterable[tuple[Key, str, Graded]], run: int) -> None:
        """Keep the verdicts on some submissions, all or none: each write waits for the disk."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                for key, file, graded in submissions:
                    _insert(cursor, key, file, graded, run)
                cursor.execute("COMMIT")
            except BaseException:
                cursor.execute("ROLLBACK")
                raise

    def rows(self, exercise: str = "", *, pages: bool = True) -> list[Row]:
        """Return the verdicts that stand: those on each student's latest submission.

        Parameters
        ----------
        exercise : str
            Return those on this exercise alone; "" for all.
        pages : bool
            Read the verdicts as HTML too, which is most of a gradebook; else they are "".
        """
        html = "html" if pages else "''"
        found = self._connection.execute(
            "SELECT student, exercise, function, number, points, max_points, status, stage, slip,"
            f" diagnosis, {html}, seconds, file, seen"
            " FROM result JOIN submission ON submission = id"
            f" WHERE id IN ({_LATEST}) AND ? IN ('', exercise) ORDER BY student, exercise, place",
            (exercise,),
        )
        return [Row(*row) for row in found]

    def digests(self) -> dict[tuple[str, str], str]:
        """Return the digest of each text that stands, by student and exercise."""
        found = self._connection.execute(
            f"SELECT student, exercise, digest FROM submission WHERE id IN ({_LATEST})"
        )
        return {(student, exercise): digest for student, exercise, digest in found}

    def counts(self) -> tuple[int, int]:
        """Return how many submissions are kept, and how many of them stand."""
        (kept,) = self._connection.execute("SELECT COUNT(*) FROM submission").fetchone()
        (stand,) = self._connection.execute(f"SELECT COUNT(*) FROM ({_LATEST})").fetchone()
        return int(kept), int(stand)

    def layers(self) -> list[str]:
        """Return the sets of layers under which standing submissions were graded."""
        found = self._connection.execute(
            f"SELECT DISTINCT layers FROM submission WHERE id IN ({_LATEST}) ORDER BY layers"
        )
        return [layers for (layers,) in found]


def _insert(cursor: sqlite3.Cursor, key: Key, file: str, graded: Graded, run: int) -> None:
    cursor.execute(
        "INSERT OR IGNORE INTO submission"
        " (student, exercise, digest, grader, file, layers, cpu_seconds, seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(key.student, key.exercise, key.digest, key.grader, file),
            *(_join(graded.layers), graded.cpu_seconds, run),
        ),
    )
    if cursor.rowcount:
        _insert_results(cursor, int(cursor.lastrowid or 0), graded)


def _insert_results(cursor: sqlite3.Cursor, submission: int, graded: Graded) -> None:
    cursor.executemany(
        "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(submission, place, result.function, result.number),
                *(result.points, result.max_points, result.status),
                *(result.diagnosis.stage, result.diagnosis.slip),
                *(_printable(result.diagnosis.summary), _printable(html), seconds),
            )
            for place, (result, html, seconds) in enumerate(graded.results)
        ],
    )


def _printable(text: str) -> str:
    """Replace what SQLite cannot keep: half of a surrogate pair, from a learner's own message."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _join(layers: Iterable[str]) -> str:
    return ", ".join(layers) or "none"
