"""The gradebook keeps every verdict once, and tells which of them stand."""

import sqlite3

import pytest
from grading.made_up import DOUBLE, answer, verdict_on

from course_lib.grading.batch.gradebook import Gradebook, GradebookError, Graded, Key
from course_lib.grading.report import report


def graded(function=answer):
    result = verdict_on(function)
    return Graded([(result, report(result).html, 0.25)], ("seccomp",), 0.5)


def wrong(x, *, plus=0.0):
    return x, x.sum()


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "grades.db") as book:
        yield book


def key(student="ada", digest="one", grader="g1"):
    return Key(student, "99_made_up", digest, grader)


def test_a_verdict_comes_back_as_it_went_in(book):
    book.add(key(), "double.py", graded(), book.begin(["seccomp"]))
    (row,) = book.rows()
    assert (row.student, row.exercise, row.function) == ("ada", "99_made_up", "double")
    assert (row.points, row.max_points, row.status) == (10, 10, "passed")
    assert (row.seconds, row.file, row.number) == (0.25, "double.py", DOUBLE.number)
    assert book.layers() == ["seccomp"]


def test_the_same_submission_is_known_and_another_is_not(book):
    run = book.begin([])
    assert not book.meet(key(), run)
    book.add(key(), "f.py", graded(), run)
    assert book.meet(key(), run)
    assert not book.meet(key(digest="two"), run)
    assert not book.meet(key(student="bob"), run)
    assert not book.meet(key(grader="g2"), run)


def test_kept_twice_is_kept_once(book):
    run = book.begin([])
    book.add(key(), "f.py", graded(), run)
    book.add(key(), "f.py", graded(wrong), run)
    assert book.counts() == (1, 1)
    assert [row.status for row in book.rows()] == ["passed"]


def test_of_submissions_that_are_kept_together_all_are_kept_or_none(book):
    class Interrupted(Exception):
        """The run is stopped between two of them."""

    def submissions(count, *, stop=False):
        yield from ((key(student=f"s{i}"), "f.py", graded()) for i in range(count))
        if stop:
            raise Interrupted

    run = book.begin([])
    with pytest.raises(Interrupted):
        book.add_all(submissions(2, stop=True), run)
    assert book.counts() == (0, 0)
    book.add_all(submissions(3), run)
    assert book.counts() == (3, 3)


def test_a_changed_submission_stands_and_the_old_row_stays(book):
    book.add(key(digest="old"), "f.py", graded(wrong), book.begin([]))
    book.add(key(digest="new"), "f.py", graded(), book.begin([]))
    assert book.counts() == (2, 1)
    assert [row.points for row in book.rows()] == [10]


def test_a_submission_that_is_handed_in_again_stands_again(book):
    book.add(key(digest="first"), "f.py", graded(), book.begin([]))
    book.add(key(digest="second"), "f.py", graded(wrong), book.begin([]))
    assert book.meet(key(digest="first"), book.begin([]))
    assert [row.points for row in book.rows()] == [10]


def test_a_verdict_that_cannot_be_kept_leaves_nothing_behind(book):
    result = verdict_on(answer)
    broken = Graded([(result, "", 0.0), (result, object(), 0.0)], (), 0.0)
    with pytest.raises(AttributeError):
        book.add(key(), "f.py", broken, book.begin([]))
    assert book.counts() == (0, 0)
    book.add(key(), "f.py", graded(), book.begin([]))
    assert book.counts() == (1, 1)


def test_text_that_is_no_unicode_is_kept_as_far_as_it_is(book):
    def odd(x, *, plus=0.0):
        raise ValueError("\ud800 half a pair")

    book.add(key(), "f.py", graded(odd), book.begin([]))
    assert "half a pair" in book.rows()[0].diagnosis


def test_a_file_that_is_no_gradebook_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "essay.txt"
    file.write_text("Ada wrote this. " * 100)
    with pytest.raises(GradebookError, match="name another file"):
        Gradebook(file)
    assert file.read_text().startswith("Ada wrote this.")


def test_another_database_is_refused(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE submission (title TEXT)")
    with pytest.raises(GradebookError, match="cannot be used as a gradebook"):
        Gradebook(path)


def test_a_gradebook_that_must_be_there_is_not_made(tmp_path):
    with pytest.raises(GradebookError, match="course grade"):
        Gradebook(tmp_path / "none.db", must_exist=True)
    assert list(tmp_path.iterdir()) == []
