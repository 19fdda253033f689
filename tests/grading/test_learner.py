"""What a learner calls in a notebook: every answer is a sentence, the same each time."""

import os
import shutil
import sqlite3
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import answer, knowing
from grading.made_up import exercise as made_up_exercise

from course_lib.grading import exercise, learner, places
from course_lib.grading.case_files import FORMAT, write_cases
from course_lib.grading.progress import read

HOUSE = Path(__file__).parents[2]


def double(x, *, plus=0.0):
    return answer(x, plus=plus)


def double_wrong(x, *, plus=0.0):
    return tuple(-part for part in answer(x, plus=plus))


def double_stub(x, *, plus=0.0):
    raise NotImplementedError


double_wrong.__name__ = double_stub.__name__ = "double"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of a course with one made-up exercise, and no solutions; we stand in exercises/."""
    folder = tmp_path / "exercises"
    folder.mkdir()
    cases = made_up_exercise(knowing(("the sign is flipped", double_wrong)))
    (folder / "99_made_up_cases.json").write_text(write_cases(cases), encoding="utf-8")
    monkeypatch.chdir(folder)
    return tmp_path


@pytest.fixture
def desk(course):
    return exercise("99_made_up")


class Balanced(HTMLParser):
    """Holds that every element that is opened is closed, in order."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_three_verdicts(desk):
    assert repr(desk.check(double)) == "✓ double: 10 of 10 points, all 6 cases right"
    assert repr(desk.check(double_stub)).startswith("○ double: 0 of 10 points, not attempted\n")
    text = repr(desk.check(double_wrong))
    assert text.startswith("✗ double: 0 of 10 points, wrong in 5 of 6 cases\n")
    assert "Known slip, the sign is flipped: About the sign is flipped." in text


def test_a_report_shows_the_case_and_both_results(desk):
    lines = repr(desk.check(double_wrong)).splitlines()
    assert lines[2:] == [
        "  twice[0] is -1.0; expected 1.0.",
        "  The simplest such case, number 1 of 6 (n = 1):",
        "    x = [0.5]",
        "  ✗ twice: expected [1.]",
        "           yours    [-1.]",
        "  ✗ total: expected 1.0",
        "           yours    -1.0",
    ]


@pytest.mark.parametrize("function", [double, double_wrong, double_stub, lambda: 1, 3])
def test_every_answer_is_the_same_each_time_in_text_and_in_html(desk, function):
    first, second = desk.check(function), desk.check(function)
    assert first == second
    Balanced(first._repr_html_())


def test_what_a_learner_wrote_is_escaped(desk):
    def double(x, *, plus=0.0):
        raise ValueError("<script>alert('x')</script> & more")

    html = desk.check(double)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    Balanced(html)


def test_the_learners_own_line_is_shown(desk):
    def double(x, *, plus=0.0):
        return x.twice()

    text = repr(desk.check(double))
    assert "It raised AttributeError: 'numpy.ndarray' object has no attribute 'twice'." in text
    assert ":  return x.twice()" in text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("double", "without quotes: check(double)"),
        ("something", "takes a function, and this is of type str"),
        (np.ones(2), "not what it returns: check(double), without parentheses"),
        (None, "Which function? Write"),
        (lambda x: x, "This is <lambda>. Write it with def, under its name: double."),
        (np.mean, "no function mean"),
    ],
)
def test_what_is_not_a_function_of_the_exercise_is_told_so(desk, given, words):
    assert words in repr(desk.check(given))


def test_a_misspelt_function_is_recognized(desk):
    def doubel(x):
        return x

    assert "Did you mean double?" in repr(desk.check(doubel))


def test_hints_come_one_at_a_time_and_end(desk):
    first, second, third, fourth = (repr(desk.hint(double)) for _ in range(4))
    assert first == "Hint 1 of 3: Look at 2.\nhint(double) again shows the next."
    assert "Hint 2 of 3: Multiply." in second
    assert "Hint 3" not in second
    assert third == fourth
    assert third.endswith("Hint 3 of 3: `2 * x`\nThat was the last one.")


def test_a_hint_may_hold_code(desk):
    for _ in range(3):
        html = desk.hint(double)._repr_html_()
    assert "<code>2 * x</code>" in html


SOLUTION = """{"cells": [{"cell_type": "code", "source": [
"import numpy as np\\n", "def double(x):\\n", "    ### BEGIN SOLUTION\\n",
"    return 2 * x\\n", "    ### END SOLUTION\\n", "\\n", "y = 3"]}]}"""


def give_solutions(course):
    (course / "solutions").mkdir()
    (course / "solutions" / "99_made_up.ipynb").write_text(SOLUTION, encoding="utf-8")


def test_the_solution_is_shown_after_an_attempt_and_not_before(course, desk):
    give_solutions(course)
    assert "Try first" in repr(desk.solution(double_stub))
    desk.check(double_stub)
    assert "Try first" in repr(desk.solution(double_stub))
    desk.check(double_wrong)
    assert repr(desk.solution(double_wrong)) == (
        "A solution of double:\n\ndef double(x):\n    return 2 * x"
    )


def test_an_attempt_in_another_session_counts(course):
    give_solutions(course)
    exercise("99_made_up").check(double_wrong)
    assert "A solution of" in repr(exercise("99_made_up").solution(double))


def test_a_copy_without_solutions_says_so(desk):
    desk.check(double_wrong)
    assert "not part of this copy" in repr(desk.solution(double))


@pytest.mark.parametrize("content", ["{", '{"cells": 3}', "[]"])
def test_a_broken_solution_is_told_so(course, desk, content):
    give_solutions(course)
    (course / "solutions" / "99_made_up.ipynb").write_text(content, encoding="utf-8")
    desk.check(double)
    assert "cannot be shown" in repr(desk.solution(double))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "{}",
        f'{{"format": {FORMAT}}}',
        f'{{"format": {FORMAT}, "slug": "x", "functions": [{{}}]}}',
        f'{{"format": {FORMAT}, "slug": "x", "functions": 3}}',
        '{"format": 99, "slug": "x", "functions": []}',
        b"\xff\xff",
    ],
)
def test_a_damaged_file_of_cases_is_told_in_a_sentence(course, desk, content):
    data = content if isinstance(content, bytes) else content.encode()
    Path("99_made_up_cases.json").write_bytes(data)
    text = repr(desk.check(double))
    assert "99_made_up_cases.json is" in text
    assert "Traceback" not in text


def test_an_exercise_that_is_not_there_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = repr(exercise("98_nothing").check(double))
    assert "exercises/98_nothing_cases.json is found neither" in text
    assert "COURSE_FOLDER" in text


def test_the_exercise_is_found_from_below_and_by_the_environment(course, tmp_path, monkeypatch):
    below = course / "exercises" / "my" / "own"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert "10 of 10" in repr(exercise("99_made_up").check(double))
    elsewhere = tmp_path.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv(places.FOLDER_VARIABLE, str(course))
    assert "10 of 10" in repr(exercise("99_made_up").check(double))


def test_a_fault_of_ours_is_a_sentence(desk, monkeypatch):
    monkeypatch.setattr(learner, "judge", lambda *_: 1 / 0)
    text = repr(desk.check(double))
    assert text.startswith("check itself has failed: ZeroDivisionError")
    assert "fault of the course" in text


def test_progress_says_what_is_solved_and_what_is_next(desk):
    assert repr(desk.progress()) == (
        "99_made_up  ░░░░░░░░░░░░░░░░░░░░  0 of 1 functions, 0 of 10 points\n"
        "\n"
        "Next: double (9.9.1) in exercises/99_made_up.ipynb"
    )
    desk.check(double_stub)
    desk.check(double_wrong)
    assert repr(desk.progress()) == (
        "99_made_up  ░░░░░░░░░░░░░░░░░░░░  0 of 1 functions, 0 of 10 points\n"
        "            ✗ double\n"
        "\n"
        "Next: double (9.9.1) in exercises/99_made_up.ipynb, tried 1 time"
    )
    desk.check(double)
    desk.check(double_wrong)
    assert repr(desk.progress()) == (
        "99_made_up  ████████████████████  1 of 1 functions, 10 of 10 points\n"
        "            ✓ double\n"
        "\n"
        "All is solved."
    )


@pytest.mark.parametrize("folder", ["solutions", "notebooks"])
def test_what_a_solution_or_a_lecture_checks_is_no_progress(course, history, monkeypatch, folder):
    (course / folder).mkdir()
    monkeypatch.chdir(course / folder)
    assert "10 of 10" in repr(exercise("99_made_up").check(double))
    assert not history.exists()


@pytest.mark.parametrize(("run_for", "kept"), [("autograde", False), ("validate", True)])
def test_what_nbgrader_runs_for_a_teacher_is_no_progress(desk, history, monkeypatch, run_for, kept):
    monkeypatch.setenv("NBGRADER_EXECUTION", run_for)
    assert "10 of 10" in repr(desk.check(double))
    assert history.exists() is kept


class TestBrokenHistory:
    """Whatever is wrong with the history costs the history and not the check."""

    def still_works(self, desk, words):
        assert "10 of 10" in repr(desk.check(double))
        text = repr(desk.progress())
        assert words in text
        assert "Checks work without it" in text

    def test_a_corrupt_file(self, desk, history):
        history.write_bytes(b"no database at all" * 100)
        self.still_works(desk, "file is not a database")

    def test_a_database_of_something_else(self, desk, history):
        with sqlite3.connect(history) as database:
            database.execute("CREATE TABLE progress (something TEXT)")
        database.close()
        self.still_works(desk, "no such column")

    def test_rows_that_make_no_sense(self, desk, history):
        desk.check(double_wrong)
        with sqlite3.connect(history) as database:
            database.execute("UPDATE progress SET attempts = 'many'")
        database.close()
        assert "cannot be used" in repr(desk.progress())

    def test_a_file_where_the_folder_should_be(self, desk, history, monkeypatch):
        blocked = history.parent / "file"
        blocked.write_text("in the way")
        monkeypatch.setattr(
            "course_lib.grading.progress.user_data_dir", lambda *_, **__: str(blocked)
        )
        assert "10 of 10" in repr(desk.check(double))
        assert "0 of 1 functions" in repr(desk.progress())

    def test_a_file_that_another_process_has_locked(self, desk, history):
        desk.check(double_wrong)
        lock = sqlite3.connect(history, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        try:
            self.still_works(desk, "locked")
        finally:
            lock.close()
        assert read()["99_made_up", "double"].points == 0

    def test_no_check_waits_long_for_a_locked_file(self, desk, monkeypatch):
        waits = []
        connect = sqlite3.connect

        def watched(*arguments, **settings):
            waits.append(settings["timeout"])
            return connect(*arguments, **settings)

        monkeypatch.setattr(sqlite3, "connect", watched)
        desk.check(double)
        desk.progress()
        assert len(waits) == 2
        assert max(waits) <= 0.1

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
    def test_a_folder_that_may_not_be_written(self, desk, history):
        history.parent.chmod(0o500)
        try:
            assert "10 of 10" in repr(desk.check(double))
        finally:
            history.parent.chmod(0o700)

    def test_a_python_without_sqlite(self, desk, monkeypatch):
        desk.check(double_wrong)
        monkeypatch.setitem(sys.modules, "sqlite3", None)
        assert "10 of 10" in repr(desk.check(double))
        assert "no SQLite" in repr(desk.progress())


def test_a_learners_copy_needs_neither_solutions_nor_tests(tmp_path):
    """Library and exercises alone, run from the folder of the exercises, in a fresh Python."""
    shutil.copytree(HOUSE / "course_lib", tmp_path / "course_lib")
    shutil.copytree(HOUSE / "exercises", tmp_path / "exercises")
    code = """
import numpy as np
import course_lib
from course_lib.grading import exercise
assert course_lib.__file__.startswith(HERE), course_lib.__file__
check, hint, solution, progress = exercise("03_3_gradients")
def mse_gradient(y, y_target):
    return (y_target - y) / len(y)
for report in check(mse_gradient), hint(mse_gradient), solution(mse_gradient), progress():
    print(report)
"""
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "PYTHONUTF8": "1",
    }
    ran = subprocess.run(
        [sys.executable, "-c", f"HERE = {str(tmp_path)!r}\n{code}"],
        cwd=tmp_path / "exercises",
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.stderr == ""
    assert "Known slip, the sign is flipped" in ran.stdout
    assert "Hint 1 of 3" in ran.stdout
    assert "not part of this copy" in ran.stdout
    assert "0 of 4 functions" in ran.stdout
