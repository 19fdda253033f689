"""The same six functions, cases and submissions, graded by nbgrader and by otter-grader.

Each has an environment of its own, which `make bench-grading` makes: their needs clash. Their test
cells compare with `np.allclose`, on the cases that our benchmark uses.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path

ASSIGNMENT = "six"
CHECKS = """
import pickle
from pathlib import Path

import numpy as np

CASES = pickle.loads((Path(__file__).parent / "cases.pkl").read_bytes())

def close(got, expected):
    if isinstance(expected, (tuple, list)):
        pairs = zip(got, expected, strict=True)
        return len(got) == len(expected) and all(close(g, e) for g, e in pairs)
    return np.shape(got) == np.shape(expected) and np.allclose(got, expected)

def right(name, function):
    return all(close(function(*arguments), expected) for arguments, expected in CASES[name])
"""
CHECK = "from checks import right\nassert right({name!r}, {name})"
OTTER_TEST = """OK_FORMAT = True
test = {{"name": {name!r}, "points": 1, "suites": [{{"type": "doctest", "scored": True,
    "setup": "", "teardown": "", "cases": [{{"hidden": False, "locked": False,
    "code": ">>> from checks import right\\n>>> right({name!r}, {name})\\nTrue"}}]}}]}}
"""


@dataclass
class Work:
    """What both are given: the functions' names, their cases, and the submissions' sources."""

    names: list[str]
    cases: dict[str, list[tuple[object, object]]]
    sources: list[str]

    def write_checks(self, folder: Path) -> None:
        """Write what a test cell calls, and the cases that it reads."""
        (folder / "checks.py").write_text(CHECKS)
        (folder / "cases.pkl").write_bytes(pickle.dumps(self.cases))


def run(environment: Path, folder: Path, *command: str) -> None:
    """Run a command of an environment in a folder, or say why it failed."""
    home = {"HOME": str(folder), "JUPYTER_PREFER_ENV_PATH": "1", "OPENBLAS_NUM_THREADS": "1"}
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [environment / "bin" / command[0], *command[1:]],
        cwd=folder,
        env=os.environ | home | {"PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")


def cell(source: str, **nbgrader: object) -> dict[str, object]:
    """Return a code cell, with nbgrader's own metadata where it has some."""
    whole = {"grade": False, "locked": False, "solution": False, "task": False}
    metadata = {"nbgrader": whole | {"schema_version": 3} | nbgrader} if nbgrader else {}
    empty = {"cell_type": "code", "execution_count": None, "outputs": []}
    return {**empty, "id": str(nbgrader.get("grade_id", "code")), "metadata": metadata} | {
        "source": source
    }


def write_notebook(path: Path, cells: list[dict[str, object]]) -> None:
    """Write a notebook for the kernel python3."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    whole = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(whole))


class Nbgrader:
    """`nbgrader autograde` on a class of students."""

    name = "nbgrader"

    def __init__(self, environment: Path, folder: Path, work: Work) -> None:
        self.environment, self.folder, self.work = environment, folder, work
        source = folder / "source" / ASSIGNMENT
        write_notebook(source / f"{ASSIGNMENT}.ipynb", self._cells("### BEGIN SOLUTION\n{}"))
        work.write_checks(source)
        (folder / "nbgrader_config.py").write_text(
            f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n"
            "c.IncludeHeaderFooter.header = ''\n"
        )
        run(environment, folder, "nbgrader", "generate_assignment", ASSIGNMENT)
        for number, text in enumerate(work.sources):
            path = folder / "submitted" / f"s{number:03}" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
            write_notebook(path, self._cells(text))

    def _cells(self, source: str) -> list[dict[str, object]]:
        checks = [
            cell(
                CHECK.format(name=name), grade_id=f"test-{name}", grade=True, locked=True, points=1
            )
            for name in self.work.names
        ]
        answer = source.format("pass\n### END SOLUTION") if "{}" in source else source
        return [cell(answer, grade_id="answer", solution=True), *checks]

    def grade(self) -> None:
        """Grade every submission."""
        run(self.environment, self.folder, "nbgrader", "autograde", ASSIGNMENT)

    def points(self) -> float:
        """Return the points of the whole class."""
        with sqlite3.connect(self.folder / "gradebook.db") as book:
            return book.execute("SELECT SUM(auto_score) FROM grade").fetchone()[0]


class Otter:
    """`otter run` on one submission after the other, outside of its container."""

    name = "otter"

    def __init__(self, environment: Path, folder: Path, work: Work) -> None:
        self.environment, self.folder, self.work = environment, folder, work
        (folder / "tests").mkdir()
        for name in work.names:
            (folder / "tests" / f"{name}.py").write_text(OTTER_TEST.format(name=name))
        work.write_checks(folder)
        generate = ("otter", "generate", "-t", "tests", "-o", "autograder.zip")
        run(environment, folder, *generate, "checks.py", "cases.pkl")
        for number, text in enumerate(work.sources):
            write_notebook(folder / f"s{number:03}.ipynb", [cell(text)])
            (folder / f"out{number:03}").mkdir()

    def grade(self) -> None:
        """Grade every submission."""
        for number in range(len(self.work.sources)):
            command = ("otter", "run", "-a", "autograder.zip", "--no-logo", "-o", f"out{number:03}")
            run(self.environment, self.folder, *command, f"s{number:03}.ipynb")

    def points(self) -> float:
        """Return the points of the whole class."""
        results = [json.loads(p.read_text()) for p in self.folder.glob("out*/results.json")]
        return sum(test.get("score", 0) for result in results for test in result["tests"])


def available(house: Path) -> list[tuple[type[Nbgrader] | type[Otter], Path]]:
    """Return the graders whose environments there are."""
    found = [(kind, house / f".venv-{kind.name}") for kind in (Nbgrader, Otter)]
    return [(kind, path) for kind, path in found if shutil.which(path / "bin" / kind.name)]
