"""The exercises as nbgrader's assignments, tried with nbgrader itself: `make try-nbgrader`.

Each exercise is exported and released. Some students hand it in: all solved, as it was given out,
one line of a function changed, and what the article prints, where it prints one. nbgrader grades
them, and `course grade` grades the same folder. The table has both marks; they must agree.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.other_graders import run

from course_lib.__main__ import main
from course_lib.grading.mutants import mutants
from course_lib.grading.spec import read_spec
from course_lib.grading.submission import read_source

HOUSE = Path(__file__).parents[2]
NBGRADER = HOUSE / ".venv-nbgrader"
SIZES = "{:28} {:14} {:>9} {:>5}"
ARTICLE = {
    "perceptron_gradient": """\
def perceptron_gradient(x, w, b, y_target):
    error = np.sum(y_target - np.maximum(x @ w + b, 0)) / len(b)
    return np.outer(x, np.full(len(b), error)), np.full(len(b), error)
"""
}


def students(slug: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each student's name, and the function definitions that this student hands in."""
    solution = read_source(HOUSE / "solutions" / f"{slug}.ipynb")
    names = [function.name for function in read_spec(HOUSE / "solutions" / f"{slug}_spec.py")]
    cells = [cell for cell in solution.split("\n# [cell]\n") if "### BEGIN SOLUTION" in cell]
    solved = {name: cell for name in names for cell in cells if f"def {name}(" in cell}
    yield "solved", solved
    yield "stub", {}
    for name in names:
        edited = mutants("import numpy as np\n" + solved[name], name)[-1].code
        yield f"edited-{names.index(name) + 1}", solved | {name: edited}
    article = {name: text for name, text in ARTICLE.items() if name in names}
    if article:
        yield "article", solved | article


def hand_in(folder: Path, slug: str, student: str, answers: dict[str, str]) -> None:
    """Fill in the released notebook and put it where nbgrader collects it."""
    notebook = json.loads((folder / "release" / slug / f"{slug}.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            text = "".join(cell["source"])
            cell["source"] = next((a for n, a in answers.items() if f"def {n}(" in text), text)
    place = folder / "submitted" / student / slug
    place.mkdir(parents=True)
    (place / f"{slug}.ipynb").write_text(json.dumps(notebook), "utf-8")


def course(*words: object) -> None:
    """Run a command of ours; what it says is shown only if it fails."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main([str(word) for word in words])
    if status:
        raise SystemExit(f"course {words[0]} failed:\n{said.getvalue()}")


def nbgrader_marks(folder: Path, slug: str) -> dict[str, float]:
    """Let nbgrader grade, write feedback and export, and read what it exports."""
    for step in ("autograde", "generate_feedback"):
        run(NBGRADER, folder, "nbgrader", step, slug)
    run(NBGRADER, folder, "nbgrader", "export")
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == slug]
    return {row["student_id"]: float(row["score"] or 0) for row in rows}


def our_marks(folder: Path, slug: str) -> dict[str, float]:
    """Grade the same folder of submissions with `course grade`."""
    marks, book = folder / "marks.csv", folder / "grades.db"
    course("grade", folder / "submitted", "--gradebook", book, "--csv", marks)
    total: dict[str, float] = {}
    with marks.open(encoding="utf-8", newline="") as file:
        for row in [row for row in csv.DictReader(file) if row["exercise"] == slug]:
            total[row["student"]] = total.get(row["student"], 0) + float(row["points"])
    return total


def try_exercise(folder: Path, slug: str) -> list[tuple[str, float, float]]:
    """Take one exercise through nbgrader; return each student with nbgrader's mark and ours."""
    course("export-nbgrader", folder, "--exercise", slug)
    run(NBGRADER, folder, "nbgrader", "generate_assignment", slug)
    released = (folder / "release" / slug / f"{slug}.ipynb").read_text("utf-8")
    assert not [mark for mark in ("HIDDEN", "SOLUTION", "_check_cell.use") if mark in released]
    for student, answers in students(slug):
        hand_in(folder, slug, student, answers)
    theirs, ours = nbgrader_marks(folder, slug), our_marks(folder, slug)
    pages = list((folder / "feedback").glob(f"*/{slug}/{slug}.html"))
    assert len(pages) == len(ours), "every student has a page"
    stub = folder / "feedback" / "stub" / slug / f"{slug}.html"
    assert "not attempted" in stub.read_text("utf-8")
    return [(student, theirs[student], ours[student]) for student in sorted(ours)]


def try_all(slugs: list[str]) -> int:
    """Print the table; 1 if a mark differs."""
    rows = []
    print(SIZES.format("exercise", "handed in", "nbgrader", "ours"))
    with tempfile.TemporaryDirectory() as folder:
        for slug in slugs:
            for student, theirs, ours in try_exercise(Path(folder), slug):
                differs = "" if theirs == ours else "  differs"
                line = SIZES.format(slug, student, f"{theirs:g}", f"{ours:g}") + differs
                print(line, flush=True)
                rows.append((theirs, ours))
    differing = sum(theirs != ours for theirs, ours in rows)
    print(f"{len(rows)} marks, {differing} differ")
    return int(differing > 0)


if __name__ == "__main__":
    known = sorted(path.stem for path in (HOUSE / "solutions").glob("*.ipynb"))
    sys.exit(try_all(sys.argv[1:] or known))
