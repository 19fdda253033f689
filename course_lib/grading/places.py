"""Where the course lies on this machine: exercises/ and solutions/, found by path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FOLDER_VARIABLE = "COURSE_FOLDER"
"""An environment variable that names the course's folder where nothing else finds it."""

SOLUTIONS = "solutions"
NO_PROGRESS = (SOLUTIONS, "notebooks")
"""Folders whose notebooks are no learner's work: what they check is not kept as progress."""


def course_folders(start: Path | None = None) -> Iterator[Path]:
    """Yield every folder that may be the course's, the likeliest first.

    They are the working directory (or `start`) and its parents, the folder that the environment
    names, and the one that course_lib was installed from.
    """
    here = (start or Path.cwd()).resolve()
    yield from (here, *here.parents)
    if named := os.environ.get(FOLDER_VARIABLE):
        yield Path(named)
    yield Path(__file__).resolve().parents[2]


def find_cases(slug: str, start: Path | None = None) -> Path:
    """Return the path of an exercise's public cases.

    Raises
    ------
    FileNotFoundError
        If there is none: where it was looked for, and what to do.
    """
    name = f"{slug}_cases.json"
    for folder in course_folders(start):
        for path in (folder / "exercises" / name, folder / name):
            if path.is_file():
                return path
    raise FileNotFoundError(
        f"exercises/{name} is found neither above {(start or Path.cwd())} nor beside course_lib."
        f" Is {slug!r} the name of the exercise? Otherwise start Jupyter in the course's folder,"
        f" or set {FOLDER_VARIABLE} to it"
    )


def find_solutions(exercises: Path) -> Path | None:
    """Return the folder of solutions beside a folder of exercises, None if there is none."""
    folder = exercises.parent / SOLUTIONS
    return folder if folder.is_dir() else None


def teachers_course() -> Path:
    """Return the course's folder that has the solutions.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    for folder in course_folders():
        if (folder / SOLUTIONS).is_dir():
            return folder
    raise FileNotFoundError("no folder solutions/ is found here, above, or beside course_lib")


def keeps_progress() -> bool:
    """Tell whether what is checked is a learner's own work, and not what a teacher grades.

    nbgrader says so of the submissions that it runs.
    """
    graded = os.environ.get("NBGRADER_EXECUTION") == "autograde"
    return Path.cwd().name not in NO_PROGRESS and not graded


def all_slugs(exercises: Path) -> list[str]:
    """Return the names of all exercises, in the order of the course."""
    return sorted(path.name.removesuffix("_cases.json") for path in exercises.glob("*_cases.json"))
