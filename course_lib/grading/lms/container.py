"""What runs in Gradescope's container: grades the one submission there, and writes its results.

    ROOT/source        the autograder: course/, config.json, seed
    ROOT/submission    what the student handed in
    ROOT/results       where results.json goes

ROOT is /autograder there. The layout and the format of the results are those of Gradescope's
"Autograder Specifications".
"""

from __future__ import annotations

import json
import pickle
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_lib.grading.batch.exports import gradescope_results
from course_lib.grading.batch.grade import grader_of, read_seed
from course_lib.grading.batch.gradebook import Graded, Row
from course_lib.grading.batch.submissions import find_of_one
from course_lib.grading.batch.whole_files import write_whole
from course_lib.grading.batch.work import end_sandbox, grade_sources, refused
from course_lib.grading.cases import ExerciseCases
from course_lib.grading.generate import make_exercise
from course_lib.grading.places import SOLUTIONS
from course_lib.grading.sandbox import Sandbox
from course_lib.grading.submission import SubmissionError, read_source

CONFIG = "config.json"
SEED = "seed"
COURSE = "course"


def main(words: Sequence[str]) -> int:
    """Do what setup.sh or run_autograder ask for: ``prepare ROOT`` or ``grade ROOT``."""
    action, root = words[0], Path(words[1])
    if action == "prepare":
        return prepare(root)
    try:
        results, status = grade(root), 0
    except Exception:
        traceback.print_exc(file=sys.stdout)  # Gradescope shows it to teachers alone
        results, status = not_graded("The autograder failed. Tell your teacher."), 1
    data = json.dumps(results, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    (root / "results").mkdir(exist_ok=True)
    write_whole(root / "results" / "results.json", data + b"\n")
    return status


def prepare(root: Path) -> int:
    """Draw the secret seed, if there is none yet, and make every exercise's cases once."""
    config = _config(root)
    for slug in config["exercises"]:
        exercise = _exercise(root, slug)
        points = sum(function.points for function in exercise.functions)
        print(f"{slug}: {len(exercise.functions)} functions, {points} points")
    return 0


def grade(root: Path) -> dict[str, Any]:
    """Grade ROOT/submission and return the results."""
    config = _config(root)
    unhardened = bool(config["allow_unhardened"])
    with Sandbox() as sandbox:
        layers, hardened = ", ".join(sandbox.layers()) or "none", sandbox.hardened
    print(f"layers in force: {layers}")
    if not (hardened or unhardened):
        return not_graded(
            f"Nothing was graded: this container gives no isolation (in force: {layers}). Tell your"
            " teacher."
        )
    try:
        rows, notes = _grade_all(root, config["exercises"], unhardened)
    finally:
        end_sandbox()
    _compare_points(root, sum(row.max_points for row in rows))
    said = f"Layers in force between your code and the grader: {layers}."
    warning = "" if hardened else " NOT HARDENED: your teacher allowed that."
    return gradescope_results(rows, output="\n".join([said + warning, *notes]))


def not_graded(sentence: str) -> dict[str, Any]:
    """Return results that say why there are none; Gradescope asks for a file in any case."""
    return {**gradescope_results([], output=sentence), "score": 0}


def _grade_all(root: Path, slugs: Sequence[str], unhardened: bool) -> tuple[list[Row], list[str]]:
    only = slugs[0] if len(slugs) == 1 else None
    found = find_of_one(root / "submission", "student", slugs, only)
    paths = {submission.exercise: submission.path for submission in found.submissions}
    rows: list[Row] = []
    for slug in slugs:
        graded = _grade_one(_exercise(root, slug), paths.get(slug), unhardened)
        rows += _rows(graded, slug, paths[slug].name if slug in paths else "")
    return rows, [f"{path.name} was passed over: {reason}." for path, reason in found.passed_over]


def _grade_one(exercise: ExerciseCases, path: Path | None, unhardened: bool) -> Graded:
    if path is None:
        sentence = f"no {exercise.slug}.ipynb or .py was handed in: give the file that name"
        return refused(exercise.functions, sentence)
    try:
        source = read_source(path)
    except SubmissionError as error:
        return refused(exercise.functions, str(error))
    return grade_sources(pickle.dumps(exercise), grader_of(exercise), [source], unhardened)[0]


def _rows(graded: Graded, slug: str, file: str) -> list[Row]:
    return [
        Row(
            "student", slug, result.function, result.number, result.points, result.max_points,
            result.status, result.diagnosis.stage, result.diagnosis.slip,
            result.diagnosis.summary, html, seconds, file,
        )
        for result, html, seconds in graded.results
    ]  # fmt: skip


def _compare_points(root: Path, points: int) -> None:
    """Tell the teacher, in what only teachers see, if Gradescope counts other points than ours."""
    try:
        metadata = json.loads((root / "submission_metadata.json").read_text("utf-8"))
        total = float(metadata["assignment"]["total_points"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if total != points:
        print(f"note: the exercise has {points} points, the assignment {total:g}")


def _config(root: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((root / "source" / CONFIG).read_text("utf-8"))
    return config


def _exercise(root: Path, slug: str) -> ExerciseCases:
    source = root / "source"
    return make_exercise(slug, source / COURSE / SOLUTIONS, read_seed(source / SEED))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
