"""Reading a submission: notebooks and .py files, and nothing that is neither."""

import json
import os

import pytest

from course_lib.grading import submission
from course_lib.grading.loading import load
from course_lib.grading.submission import SubmissionError, read_source


def notebook(*cells):
    return json.dumps({"cells": list(cells), "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def code(source):
    return {"cell_type": "code", "source": source}


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_code_cells_of_a_notebook_are_read_in_order_and_its_text_is_not(tmp_path):
    text = {"cell_type": "markdown", "source": "def g(): pass"}
    path = write(
        tmp_path, "a.ipynb", notebook(code(["a = 1\n", "b = 2"]), text, code("def f(): pass"))
    )
    functions, states = load(read_source(path), ["f", "g"])
    assert states == {"f": "defined", "g": "missing"}
    assert functions["f"].__globals__["b"] == 2


def test_a_python_file_is_one_cell_even_where_it_has_marks_of_an_editor(tmp_path):
    path = write(tmp_path, "a.py", "# %% one\nx = 1\n# %% two\ndef f(:")
    _, states = load(read_source(path), ["f"])
    assert states["f"].line_number == 4


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = write(tmp_path, "a.py", "\ufeffdef f(): return 1")
    assert load(read_source(path), ["f"])[1] == {"f": "defined"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "x", "a .ipynb or a .py file"),
        ("a.ipynb", "{", "not JSON"),
        ("a.ipynb", "[" * 100_000, "not JSON"),
        ("a.ipynb", "[]", "no list of cells"),
        ("a.ipynb", '{"worksheets": []}', "no list of cells"),
        ("a.ipynb", '{"cells": 3}', "no list of cells"),
        ("a.ipynb", notebook(*[code("")] * 2_001), "2001 cells"),
        ("a.ipynb", notebook(code([1, 2])), "source is no text"),
        ("a.ipynb", notebook(code(None)), "source is no text"),
        ("a.ipynb", notebook(code("x" * 500_001)), "characters of code"),
        ("a.py", b"\xff\xfe\x00", "not UTF-8"),
        ("a.py", "x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_what_is_no_submission_is_refused_with_a_reason(tmp_path, name, content, message):
    with pytest.raises(SubmissionError, match=message):
        read_source(write(tmp_path, name, content))


def test_cells_that_are_no_code_are_passed_over(tmp_path):
    odd = notebook(3, None, {"cell_type": "raw"}, {}, code("x = 1"))
    assert read_source(write(tmp_path, "a.ipynb", odd)) == "x = 1"


@pytest.mark.parametrize("name", ["nothing.py", "folder.py"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(SubmissionError, match=r"cannot be read|not a regular file"):
        read_source(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system has no such protection")
def test_a_link_is_not_followed(tmp_path):
    write(tmp_path, "secret.py", "x = 1")
    (tmp_path / "a.py").symlink_to(tmp_path / "secret.py")
    with pytest.raises(SubmissionError, match="a link"):
        read_source(tmp_path / "a.py")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_keep_the_reader_waiting(tmp_path):
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(SubmissionError, match="not a regular file"):
        read_source(tmp_path / "a.py")


def test_no_more_is_read_than_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "MAX_BYTES", 10)
    assert read_source(write(tmp_path, "a.py", "x" * 10)) == "x" * 10
    with pytest.raises(SubmissionError):
        read_source(write(tmp_path, "a.py", "x" * 11))
