"""Gradescope's autograder, run in a folder laid out as its container is."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from grading.test_batch import HALF, SPEC, TWICE, notebook

from course_lib.__main__ import main
from course_lib.grading.lms import container

HOUSE = Path(__file__).parents[2]
SLUG = "99_small"

VISIBLE = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TOP = {
    "score": (int, float), "execution_time": (int, float), "output": str, "output_format": FORMATS,
    "test_output_format": FORMATS, "test_name_format": FORMATS, "visibility": VISIBLE,
    "stdout_visibility": VISIBLE, "extra_data": dict, "tests": list, "leaderboard": list,
}  # fmt: skip
TEST = {
    "score": (int, float), "max_score": (int, float), "status": {"passed", "failed"}, "name": str,
    "name_format": FORMATS, "number": str, "output": str, "output_format": FORMATS, "tags": list,
    "visibility": VISIBLE, "extra_data": dict,
}  # fmt: skip


def keeps(value, allowed):
    return value in allowed if isinstance(allowed, set) else isinstance(value, allowed)


def assert_documented(results):
    """Hold results against what Gradescope's specification lists, and nothing beyond it."""
    assert "score" in results or all("score" in test for test in results["tests"])
    for item, fields in [(results, TOP), *((test, TEST) for test in results["tests"])]:
        assert [key for key, value in item.items() if not keeps(value, fields[key])] == []
    for test in results["tests"]:
        assert 0 <= test["score"] <= test["max_score"]


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = tmp_path / "course"
    (folder / "solutions").mkdir(parents=True)
    (folder / f"solutions/{SLUG}.ipynb").write_text(notebook(HALF, TWICE))
    (folder / f"solutions/{SLUG}_spec.py").write_text(SPEC)
    shutil.copy(HOUSE / "pyproject.toml", folder)
    monkeypatch.chdir(folder)
    return folder


def export(course, *options):
    assert main(["export-gradescope", "autograder.zip", *options]) == 0
    return course / "autograder.zip"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """Where the zip's course_lib is unpacked, once for all tests here: they do not change it."""
    return tmp_path_factory.mktemp("unpacked")


@pytest.fixture
def root(course, tmp_path, unpacked):
    """What Gradescope makes of the zip, with this Python where setup.sh would put one."""
    root = tmp_path / "autograder"
    with zipfile.ZipFile(export(course)) as archive:
        library = [name for name in archive.namelist() if name.startswith("course/course_lib/")]
        if not list(unpacked.iterdir()):
            archive.extractall(unpacked, library)
        archive.extractall(root / "source", sorted({*archive.namelist()} - {*library}))
    (root / "source/course/course_lib").symlink_to(unpacked / "course/course_lib")
    shutil.copy(root / "source/run_autograder", root)
    for folder in ("submission", "results", "venv/bin"):
        (root / folder).mkdir(parents=True)
    python = root / "venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    users = [{"email": "xm@uni.edu", "id": 1, "name": '王小明, "O\'Brien"'}]
    metadata = {"id": 1, "users": users, "assignment": {"total_points": "20.0"}}
    (root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    return root


def run(root, expected=0):
    """Run the autograder as Gradescope does; return the results and what only teachers see."""
    ran = subprocess.run(
        ["bash", "run_autograder"], cwd=root, env={**os.environ, "AUTOGRADER_ROOT": str(root)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == expected, ran.stderr
    results = json.loads((root / "results/results.json").read_text("utf-8"))
    assert_documented(results)
    return results, ran.stdout


def test_a_submission_is_graded_function_by_function_on_fresh_cases(root):
    half_right = "def half(x):\n    return -x / 2\n" + TWICE
    (root / f"submission/{SLUG}.ipynb").write_text(notebook(half_right))
    results, stdout = run(root)
    tests = {test["name"]: test for test in results["tests"]}
    assert [(t["score"], t["max_score"], t["status"]) for t in tests.values()] == [
        (0, 1, "failed"),
        (2, 2, "passed"),
    ]
    assert results["score"] == 2
    assert "the sign is flipped" in tests["half"]["output"]
    assert results["output"].startswith("Layers in force between your code and the grader: ")
    assert "note: the exercise has 3 points, the assignment 20" in stdout
    assert (root / "source/seed").stat().st_mode & 0o077 == 0
    assert run(root) == (results, stdout)  # in the same image, the same again


def grade(root, text=None, name=f"{SLUG}.py"):
    """Grade in this process, which is faster."""
    if text is not None:
        (root / "submission" / name).write_text(text)
    results = container.grade(root)
    assert_documented(results)
    return results


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("photo.png", "", "no 99_small.ipynb or .py was handed in"),
        (f"{SLUG}.ipynb", "{", "is no notebook: it is not JSON"),
    ],
)
def test_what_cannot_be_read_scores_nothing_and_says_why(root, name, text, words):
    results = grade(root, text, name)
    assert results["score"] == 0
    assert all(words in test["output"] for test in results["tests"])


def test_the_one_notebook_may_have_any_name_and_what_is_passed_over_is_told(root):
    assert grade(root, HALF + TWICE, "homework.py")["score"] == 3
    (root / "submission/homework.py").unlink()
    (root / "submission/more").mkdir()
    (root / f"submission/more/{SLUG}.py").write_text(HALF)
    os.utime(root / f"submission/more/{SLUG}.py", (1, 1))
    results = grade(root, HALF + TWICE)
    assert results["score"] == 3
    assert f"{SLUG}.py was passed over" in results["output"]


def test_of_several_exercises_each_file_goes_to_its_own_and_a_missing_one_counts_nothing(root):
    solutions = root / "source/course/solutions"
    for slug, spec in (("98_a", SPEC), ("98_b", SPEC.replace("(1, 2, 3)", "(4, 5)"))):
        (solutions / f"{slug}.ipynb").write_text(notebook(HALF, TWICE))
        (solutions / f"{slug}_spec.py").write_text(spec)
    config = {"exercises": ["98_a", "98_b", SLUG], "allow_unhardened": False}
    (root / "source/config.json").write_text(json.dumps(config))
    grade(root, HALF + TWICE, "98_a.py")
    results = grade(root, HALF + TWICE, "98_b.py")
    assert [test["score"] for test in results["tests"]] == [1, 2, 1, 2, 0, 0]


def test_without_isolation_nothing_is_graded_unless_the_teacher_allowed_it(root, monkeypatch):
    plain = container.Sandbox
    monkeypatch.setattr(container, "Sandbox", lambda: plain(unhardened=True))
    results = grade(root, HALF + TWICE)
    assert (results["score"], results["tests"]) == (0, [])
    assert "Nothing was graded: this container gives no isolation" in results["output"]
    config = root / "source/config.json"
    config.write_text(config.read_text().replace("false", "true"))
    results = grade(root)
    assert results["score"] == 3
    assert "NOT HARDENED" in results["output"]


def test_results_are_written_even_if_the_autograder_fails(root):
    (root / f"source/course/solutions/{SLUG}_spec.py").unlink()
    results, stdout = run(root, expected=1)
    assert (results["score"], results["tests"]) == (0, [])
    assert "Tell your teacher" in results["output"]
    assert "Traceback" in stdout
    assert "Traceback" not in results["output"]


def test_the_zip_is_the_same_each_time_and_holds_what_is_needed_alone(course):
    first = export(course).read_bytes()
    assert export(course).read_bytes() == first
    with zipfile.ZipFile(course / "autograder.zip") as archive:
        names = archive.namelist()
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        dates = {entry.date_time for entry in archive.infolist()}
    assert names == sorted(names)
    assert dates == {(1980, 1, 1, 0, 0, 0)}
    assert {name.split("/")[0] for name in names} == {
        *("setup.sh", "run_autograder", "config.json", "requirements.txt", "course")
    }
    assert modes["run_autograder"] & 0o111
    assert not modes["config.json"] & 0o111
    assert "course/course_lib/grading/lms/container.py" in names
    assert not [name for name in names if "__pycache__" in name or "notebooks/" in name]


def test_a_seed_that_is_given_goes_along(course):
    (course / "seed").write_text("42\n")
    with zipfile.ZipFile(export(course, "--seed", "seed")) as archive:
        assert archive.read("seed") == b"42\n"


def test_an_unknown_exercise_is_refused(course, capsys):
    assert main(["export-gradescope", "x.zip", "--exercise", "98_other"]) == 2
    assert "no exercise '98_other': there are 99_small" in capsys.readouterr().err
    assert not (course / "x.zip").exists()


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_the_scripts_are_bash(name):
    script = HOUSE / "course_lib/grading/lms/templates" / name
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", script], check=True)
