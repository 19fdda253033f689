"""Marks as files, and the class at a glance."""

import csv
import io
import json

import pytest
from grading.made_up import answer, knowing, outcomes_of
from grading.test_gradebook import wrong

from course_lib.grading.batch.exports import (
    csv_text,
    file_name,
    write_feedback,
    write_gradescope,
)
from course_lib.grading.batch.gradebook import Gradebook, Graded, Key
from course_lib.grading.batch.overview import as_text, overview
from course_lib.grading.batch.pages import class_page
from course_lib.grading.judge import judge
from course_lib.grading.report import report

KNOWING = knowing(("forgot the 2", wrong))


def shout(x, *, plus=0.0):
    raise ValueError("=1+1 <script>alert(1)</script>")


CLASS = {"ada": answer, "bob": wrong, "Ève, O'Hara": wrong, "王小明": shout, "=cmd()": answer}


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "grades.db") as book:
        for number, (student, function) in enumerate(CLASS.items()):
            result = judge(KNOWING, outcomes_of(function, KNOWING))
            graded = Graded([(result, report(result).html, float(number))], ("seccomp",), 0.1)
            book.add(Key(student, "99_made_up", student, "g"), "f.py", graded, book.begin([]))
        yield book


def test_the_table_has_the_promised_columns_and_a_line_for_each_function(book):
    text = csv_text(book.rows())
    assert text.splitlines()[0] == "student,exercise,function,points,max_points,status,diagnosis"
    table = {row["student"]: row for row in csv.DictReader(io.StringIO(text))}
    assert table["ada"]["points"] == "10"
    assert table["ada"]["status"] == "passed"
    assert table["Ève, O'Hara"]["status"] == "failed"
    assert "forgot the 2" in table["Ève, O'Hara"]["diagnosis"]
    assert table["王小明"]["status"] == "error"


def test_a_name_that_a_spreadsheet_would_run_is_defused(book):
    students = {row["student"] for row in csv.DictReader(io.StringIO(csv_text(book.rows())))}
    assert "'=cmd()" in students
    assert "=cmd()" not in students


def test_every_student_has_a_page_with_no_word_of_another(book, tmp_path):
    folder = tmp_path / "feedback"
    assert write_feedback(book.rows(), folder) == len(CLASS)
    pages = {student: (folder / f"{file_name(student)}.html").read_text() for student in CLASS}
    assert "0 of 10 points" in pages["bob"]
    assert "forgot the 2" in pages["bob"]
    for student, page in pages.items():
        assert not [other for other in CLASS if other != student and f">{other}<" in page]


def test_what_a_learner_wrote_is_shown_and_never_run(book, tmp_path):
    write_feedback(book.rows(), tmp_path)
    page = (tmp_path / f"{file_name('王小明')}.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_gradescope_gets_a_score_and_a_status_for_each_function(book, tmp_path):
    assert write_gradescope(book.rows(), tmp_path) == len(CLASS)
    results = json.loads((tmp_path / file_name("ada") / "results.json").read_text())
    (test,) = results["tests"]
    assert (test["name"], test["score"], test["max_score"]) == ("double", 10, 10)
    assert (test["status"], test["output_format"]) == ("passed", "html")
    results = json.loads((tmp_path / file_name("bob") / "results.json").read_text())
    assert results["tests"][0]["status"] == "failed"


@pytest.mark.parametrize("student", ["../../etc/passwd", "a/b", ".", "", "CON", "x" * 500, "名"])
def test_a_students_file_stays_in_the_folder_whatever_the_name(student):
    name = file_name(student)
    assert "/" not in name
    assert not name.startswith(".")
    assert 7 < len(name) < 100


def test_names_that_look_alike_as_files_are_kept_apart():
    assert file_name("a/b") != file_name("a.b")


def test_the_overview_counts_the_class(book):
    whole = overview(book)
    assert (whole.students, whole.submissions) == (5, 5)
    (exercise,) = whole.exercises
    assert (exercise.mean, exercise.full_marks, exercise.max_points) == (4, 2, 10)
    (slip,) = exercise.slips
    assert (slip.count, slip.function, slip.name) == (2, "double", "forgot the 2")
    assert slip.students == ["bob", "Ève, O'Hara"]
    assert exercise.distribution[0] == ("0", 3)
    assert exercise.distribution[-1] == ("10", 2)
    assert sum(count for _, count in exercise.distribution) == 5
    assert exercise.functions[0].others == "2 failed, 1 error"
    assert whole.slowest[0].student == "=cmd()"


def test_the_page_and_the_text_of_the_class_say_the_same(book):
    whole = overview(book)
    page, text = class_page(whole), as_text(whole)
    for words in ("forgot the 2", "2 failed, 1 error", "99_made_up"):
        assert words in page
        assert words in text


def test_an_empty_gradebook_has_an_overview(tmp_path):
    with Gradebook(tmp_path / "empty.db") as book:
        assert "0 students" in as_text(overview(book))
