"""Make an exercise from its solution: the notebook with stubs, and its public cases."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lib.grading.case_files import write_cases
from course_lib.grading.cases import ExerciseCases
from course_lib.grading.generate import make_exercise
from course_lib.grading.regions import BEGIN, cut
from course_lib.grading.spec import SpecError

PUBLIC_SEED = 0
SOLUTION_TAG = "solution"
"""The tag of a cell that only the solution has."""


def make_stubs(slug: str, course: Path) -> list[Path]:
    """Write `exercises/SLUG.ipynb` and `exercises/SLUG_cases.json`, and return their paths.

    The notebook has no outputs yet; `run` stores them.

    Raises
    ------
    SpecError, RegionError
        If spec, solution and marks do not fit each other.
    """
    cases = make_exercise(slug, course / "solutions", PUBLIC_SEED)
    solution = json.loads((course / "solutions" / f"{slug}.ipynb").read_text(encoding="utf-8"))
    folder = course / "exercises"
    folder.mkdir(exist_ok=True)
    notebook, data = folder / f"{slug}.ipynb", folder / f"{slug}_cases.json"
    text = notebook_text(stub_notebook(solution, cases))  # all that can fail, before any writing
    data.write_text(write_cases(cases), encoding="utf-8")
    notebook.write_text(text, encoding="utf-8")
    return [notebook, data]


def stub_notebook(solution: dict[str, Any], cases: ExerciseCases) -> dict[str, Any]:
    """Return the exercise: the solution without its answers, its own cells, and all outputs.

    Raises
    ------
    SpecError
        If a function of the spec is not marked in the solution.
    """
    stubbed: set[str] = set()

    def stub(name: str) -> str:
        function = cases.find(name)
        if function is None:
            raise SpecError(f"{name} is marked in the solution and not in its spec")
        stubbed.add(name)
        return f'raise NotImplementedError("Exercise {function.number}: {name}")'

    kept = [cell for cell in solution["cells"] if SOLUTION_TAG not in _tags(cell)]
    cells = [_stub_cell(cell, stub) for cell in kept]
    missing = [f.name for f in cases.functions if f.name not in stubbed]
    if missing:
        raise SpecError(f"{', '.join(missing)}: not marked by {BEGIN} in the solution")
    return {**solution, "cells": cells}


def _stub_cell(cell: dict[str, Any], stub: Callable[[str], str]) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return cell
    source = cut("".join(cell["source"]), stub)
    return {
        **cell,
        "source": source.splitlines(keepends=True),
        "outputs": [],
        "execution_count": None,
    }


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def notebook_text(notebook: dict[str, Any]) -> str:
    """Write a notebook as nbformat does, so that a stored run changes nothing but outputs."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def run(notebook: Path, course: Path) -> bool:
    """Run a notebook from top to bottom and store its outputs; False where that cannot be done."""
    store = course / "tests" / "store_notebooks.py"
    if not store.is_file():
        return False
    subprocess.run([sys.executable, str(store), "--jobs", "1", str(notebook)], check=True)
    return True
