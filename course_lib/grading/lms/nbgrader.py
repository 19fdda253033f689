"""An exercise as a source assignment of nbgrader: marked solutions, locked checks, and points.

The solution notebook becomes DIR/source/SLUG/SLUG.ipynb. Its marks are nbgrader's own, so that
`nbgrader generate_assignment` makes the students' copy. Each `check(f)` becomes a locked cell that
is worth f's points. In the students' copy it judges by the public cases; the teacher's holds fresh
ones between the marks of a hidden test, which nbgrader takes out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from course_lib.grading.batch.grade import read_seed
from course_lib.grading.cases import ExerciseCases, FunctionCases
from course_lib.grading.check_cell import pack
from course_lib.grading.generate import make_exercise
from course_lib.grading.places import SOLUTIONS, teachers_course
from course_lib.grading.regions import BEGIN
from course_lib.grading.spec import SpecError
from course_lib.grading.stubs import SOLUTION_TAG, notebook_text

Cell: TypeAlias = dict[str, Any]

SCHEMA = 3
"""The version of nbgrader's metadata: https://nbgrader.readthedocs.io, "Metadata format"."""

SEED = "fresh_cases.seed"
LIBRARY = Path(__file__).parents[2]

_CHECKS = re.compile(r"(?:check\(\w+\)\s*)+")
_CHECK = re.compile(r"check\((\w+)\)")
_LOCAL_LINK = re.compile(r"\[([^\]]*)\]\(\.\./([^)\s]+)\)")
_CELL = """\
from course_lib.grading.check_cell import CheckCell

_check_cell = CheckCell("{slug}", "{name}")
### BEGIN HIDDEN TESTS
# Cases that no student has seen. nbgrader leaves these lines out of the students' copy.
_check_cell.use("{packed}")
### END HIDDEN TESTS
_check_cell.judge(globals())"""


def source_notebook(
    solution: dict[str, Any], fresh: ExerciseCases, site: str = ""
) -> dict[str, Any]:
    """Return a solution notebook as a source assignment of nbgrader.

    Parameters
    ----------
    solution : dict
        The notebook, as JSON.
    fresh : ExerciseCases
        Cases that no student has.
    site : str
        Where the course is on the web: links to it get this in front. Without it, a link becomes
        its text and the file's name, since an assignment lies in a folder of its own.

    Raises
    ------
    SpecError
        If a function of the exercise has no cell `check(name)` of its own, or no marks.
    """
    cells: list[Cell] = []
    for cell in solution["cells"]:
        if SOLUTION_TAG not in cell["metadata"].get("tags", []):
            cells += _convert(cell, fresh, site)
    points = [c["metadata"]["nbgrader"]["grade_id"] for c in cells if _is_grade(c)]
    wanted = [_grade_id(function) for function in fresh.functions]
    if sorted(points) != sorted(wanted):
        raise SpecError(
            f"{fresh.slug}: nbgrader needs one cell `check(f)` for each function; there are"
            f" {', '.join(points) or 'none'}, and the functions are {', '.join(wanted)}"
        )
    return {**solution, "cells": cells}


def _is_grade(cell: Cell) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("grade"))


def _grade_id(function: FunctionCases) -> str:
    return f"check-{function.name}"


def _convert(cell: Cell, fresh: ExerciseCases, site: str) -> Iterator[Cell]:
    """Yield what becomes of a cell: itself, or a locked cell for each function it checks."""
    text = "".join(cell["source"])
    if cell["cell_type"] != "code":
        yield {**cell, "source": _lines(_without_local_links(text, site))}
    elif _CHECKS.fullmatch(text):
        for name in _CHECK.findall(text):
            function = fresh.find(name)
            if function is not None:
                yield _check_cell(fresh.slug, function)
    else:
        setup = "setup" in cell["metadata"].get("tags", [])
        marks = {"solution": True} if BEGIN in text else {"locked": True} if setup else {}
        yield _code(cell, _marked(cell["id"], **marks) if marks else {})


def _check_cell(slug: str, function: FunctionCases) -> Cell:
    source = _CELL.format(slug=slug, name=function.name, packed=pack(slug, function))
    identifier = _grade_id(function)
    marks = _marked(identifier, grade=True, locked=True, points=function.points)
    return _code({"cell_type": "code", "id": identifier, "source": _lines(source)}, marks)


def _code(cell: Cell, metadata: dict[str, Any]) -> Cell:
    return {**cell, "metadata": metadata, "outputs": [], "execution_count": None}


def _marked(identifier: str, **marks: Any) -> dict[str, Any]:
    """Return nbgrader's metadata of a code cell."""
    none = {"grade": False, "locked": False, "solution": False, "task": False}
    fixed = {"schema_version": SCHEMA, "grade_id": identifier, "cell_type": "code"}
    return {"nbgrader": none | fixed | marks}


def _without_local_links(text: str, site: str) -> str:
    return _LOCAL_LINK.sub(rf"[\1]({site.rstrip('/')}/\2)" if site else r"\1 (`\2`)", text)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def export(
    slug: str,
    course: Path,
    folder: Path,
    *,
    seed: int,
    site: str = "",
    with_library: bool = False,
    overwrite: bool = False,
) -> ExerciseCases:
    """Write `folder/source/SLUG`, whole or not at all, and return the fresh cases in it.

    Parameters
    ----------
    slug, course
        The exercise, and the course's folder.
    folder : Path
        nbgrader's course directory.
    seed : int
        The secret seed that the fresh cases are drawn from.
    site : str
        As in `source_notebook`.
    with_library : bool
        Put a copy of course_lib beside the notebook, for kernels that lack it.
    overwrite : bool
        Write over an assignment of that name.

    Raises
    ------
    FileExistsError
        If there is one, and it may not be written over.
    FileNotFoundError
        If the exercise has no public cases yet.
    SpecError
        If the exercise cannot be exported.
    """
    place = folder / "source" / slug
    if place.exists() and not overwrite:
        raise FileExistsError(
            f"{place} is there already, and may hold what you have changed in it:"
            " --overwrite writes it anew"
        )
    solution = json.loads((course / SOLUTIONS / f"{slug}.ipynb").read_text(encoding="utf-8"))
    cases = course / "exercises" / f"{slug}_cases.json"
    if not cases.is_file():
        raise FileNotFoundError(f"there is no {cases}: `course stubs {slug}` makes it")
    fresh = make_exercise(slug, course / SOLUTIONS, seed)
    texts = {
        f"{slug}.ipynb": notebook_text(source_notebook(solution, fresh, site)),
        cases.name: cases.read_text(encoding="utf-8"),
    }
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=place.parent) as draft:
        _write(Path(draft), texts, with_library)
        _move(Path(draft), place)
    return fresh


def _write(draft: Path, texts: dict[str, str], with_library: bool) -> None:
    for name, text in texts.items():
        (draft / name).write_text(text, encoding="utf-8")
    if with_library:
        shutil.copytree(LIBRARY, draft / LIBRARY.name, ignore=shutil.ignore_patterns("__pycache__"))


def _move(draft: Path, place: Path) -> None:
    """Move what the draft holds to its place; what else lies there stays."""
    place.mkdir(exist_ok=True)
    for path in sorted(draft.iterdir()):
        target = place / path.name
        if target.is_dir():
            shutil.rmtree(target)
        os.replace(path, target)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course export-nbgrader`."""
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="nbgrader's course directory")
    add("--exercise", metavar="SLUG", help="this exercise alone; all by default")
    add("--site", default="", metavar="URL", help="where the lectures are on the web, for links")
    add("--with-library", action="store_true", help="put a copy of course_lib beside each notebook")
    add("--overwrite", action="store_true", help="write anew what is there already")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the exercises as source assignments."""
    course, folder = teachers_course(), arguments.folder
    slugs = _slugs(course, arguments.exercise)
    folder.mkdir(parents=True, exist_ok=True)
    seed = read_seed(folder / SEED)
    for slug in slugs:
        fresh = export(
            slug, course, folder, seed=seed, site=arguments.site,
            with_library=arguments.with_library, overwrite=arguments.overwrite,
        )  # fmt: skip
        points = sum(function.points for function in fresh.functions)
        print(f"{folder / 'source' / slug}: {len(fresh.functions)} functions, {points} points")
    print(
        f"The hidden tests come from the seed in {folder / SEED}: keep it, and hand it to nobody."
    )
    print(f"Next, in {folder}: nbgrader generate_assignment {slugs[0]}")
    return 0


def _slugs(course: Path, only: str | None) -> Sequence[str]:
    slugs = sorted(p.name.removesuffix("_spec.py") for p in (course / SOLUTIONS).glob("*_spec.py"))
    if only is not None and only not in slugs:
        raise ValueError(f"no exercise {only!r}: there are {', '.join(slugs) or 'none'}")
    return [only] if only else slugs
