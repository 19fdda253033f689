"""`course check`, `course progress` and `course stubs`, by what they print and return."""

import dataclasses
import json
from pathlib import Path

import pytest
from grading.made_up import DOUBLE
from grading.made_up import exercise as made_up_exercise

from course_lib.__main__ import main
from course_lib.grading.case_files import write_cases

RIGHT = """
import numpy as np

def double(x, *, plus=0.0):
    if x.ndim != 1:
        raise ValueError("x must be (n,)")
    return 2.0 * x + plus, np.sum(2.0 * x + plus)
"""
STUB = "def double(x, *, plus=0.0):\n    raise NotImplementedError\n"


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = tmp_path / "exercises"
    folder.mkdir()
    cases = write_cases(made_up_exercise())
    (folder / "99_made_up_cases.json").write_text(cases, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(path, source, *options):
    if path.suffix == ".ipynb":
        cells = [{"cell_type": "code", "source": source}]
        source = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    path.write_text(source, encoding="utf-8")
    return main(["check", str(path), *options])


@pytest.mark.parametrize("name", ["99_made_up.ipynb", "99_made_up.py"])
def test_only_full_marks_are_success(course, capsys, name):
    assert check(course / "exercises" / name, RIGHT) == 0
    assert capsys.readouterr().out == (
        "✓ double: 10 of 10 points, all 6 cases right\n\n10 of 10 points\n"
    )
    assert check(course / "exercises" / name, STUB) == 1
    assert "not attempted" in capsys.readouterr().out


def test_one_function_of_two_is_not_full_marks(course, capsys):
    other = dataclasses.replace(DOUBLE, name="other")
    cases = write_cases(made_up_exercise(DOUBLE, other))
    (course / "exercises" / "99_made_up_cases.json").write_text(cases, encoding="utf-8")
    assert check(course / "99_made_up.py", RIGHT) == 1
    assert capsys.readouterr().out.endswith("10 of 20 points\n")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1", "There is no double in it"),
        ("def double(x:\n    return", "Python cannot read it: '(' was never closed."),
        ("def double(x, *, plus=0.0):\n    return y", "NameError: name 'y' is not defined"),
        ("@nothing\ndef double(x): return x", "NameError: name 'nothing' is not defined"),
        ("", "There is no double in it"),
    ],
)
def test_a_broken_submission_is_told_what_is_wrong(course, capsys, source, words):
    assert check(course / "99_made_up.py", source) == 1
    out, err = capsys.readouterr()
    assert words in out
    assert "Traceback" not in out + err


def test_a_syntax_error_has_its_line_and_a_caret(course, capsys):
    check(course / "99_made_up.py", "import math\ndef double(x):\n    y = = 2\n    return y\n")
    lines = capsys.readouterr().out.splitlines()
    place = lines.index("    line 3:  y = = 2")
    assert lines[place + 1] == "    " + " " * len("line 3:  ") + "    ^"


def test_a_file_of_another_name_needs_the_exercise(course, capsys):
    assert check(course / "mine.py", RIGHT) == 2
    assert "Is 'mine' the name of the exercise?" in capsys.readouterr().err
    assert check(course / "mine.py", RIGHT, "--exercise", "99_made_up") == 0


def test_what_is_no_submission_is_bad_input(course, capsys):
    assert check(course / "99_made_up.txt", RIGHT) == 2
    assert main(["check", str(course / "nothing.py")]) == 2
    err = capsys.readouterr().err
    assert "a .ipynb or a .py file" in err
    assert "nothing.py cannot be read" in err


def test_progress_is_kept_from_check_to_check(course, capsys):
    check(course / "99_made_up.py", STUB.replace("NotImplementedError", "KeyError"))
    check(course / "99_made_up.py", RIGHT)
    capsys.readouterr()
    assert main(["progress"]) == 0
    assert "✓ double" in capsys.readouterr().out


def test_a_solution_is_no_progress(course, capsys):
    (course / "solutions").mkdir()
    check(course / "solutions" / "99_made_up.py", RIGHT)
    capsys.readouterr()
    main(["progress"])
    assert "0 of 1 functions" in capsys.readouterr().out


def test_a_learner_who_checks_changes_nothing_in_the_course(course):
    before = sorted(course.rglob("*"))
    path = course / "exercises" / "99_made_up.py"
    check(path, RIGHT)
    assert sorted(course.rglob("*")) == sorted([*before, path])


SPEC = """
from course_lib.grading.spec import Function, Slip

FUNCTIONS = (
    Function(
        name="triple", points=5, inputs=lambda rng: [(1.0,), (2.5,)], parameters={"x": ""},
        returns={"tripled": ""}, hints=("a", "b", "c"),
        slips=(Slip("twice", lambda x: 2 * x, "You have 2."),),
    ),
)
"""
SOLUTION = "def triple(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION\n"


def test_an_exercise_takes_one_solution_and_one_spec(course, capsys):
    solutions = course / "solutions"
    solutions.mkdir()
    cell = {"cell_type": "code", "id": "t", "metadata": {}, "source": SOLUTION, "outputs": []}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (solutions / "98_new.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (solutions / "98_new_spec.py").write_text(SPEC, encoding="utf-8")
    assert main(["stubs"]) == 0
    assert capsys.readouterr().out == "98_new.ipynb (without outputs) and 98_new_cases.json\n"
    exercise = course / "exercises" / "98_new.ipynb"
    assert main(["check", str(exercise)]) == 1
    assert "○ triple: 0 of 5 points, not attempted" in capsys.readouterr().out
    assert main(["check", str(solutions / "98_new.ipynb")]) == 0
    wrong = exercise.read_text("utf-8").replace(
        'raise NotImplementedError(\\"Exercise 98.1: triple\\")', "return 2 * x"
    )
    exercise.write_text(wrong, encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(exercise)]) == 1
    assert "Known slip, twice: You have 2." in capsys.readouterr().out


def test_a_spec_that_does_not_fit_is_told_and_nothing_is_written(course, capsys):
    (course / "solutions").mkdir()
    (course / "solutions" / "98_new_spec.py").write_text(SPEC, encoding="utf-8")
    assert main(["stubs", "98_new"]) == 2
    assert "98_new.ipynb cannot be read" in capsys.readouterr().err
    assert [path.name for path in Path("exercises").iterdir()] == ["99_made_up_cases.json"]
