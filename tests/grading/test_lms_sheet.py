"""A table of another system's: a few cells are changed, and every other byte is as it was."""

import csv
import errno
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.batch.whole_files import write_whole
from course_lib.grading.lms.sheet import read_sheet


def read(path, **settings):
    return read_sheet(path, lambda header: {"id", "name"} <= set(header), "a list", **settings)


def sheet_of(tmp_path, data):
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    return read(path)


@given(st.lists(st.lists(st.text("ab,;\"'\r\n =王é"), min_size=2, max_size=4), max_size=4))
def test_cells_are_those_that_a_csv_reader_finds(tmp_path_factory, rows):
    out = io.StringIO()
    csv.writer(out).writerows([["id", "name"], *rows])
    path = tmp_path_factory.mktemp("sheet") / "list.csv"
    path.write_bytes(out.getvalue().encode())
    assert read(path).rows == list(csv.reader(io.StringIO(out.getvalue(), newline="")))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_is_not_changed_stays_byte_for_byte(tmp_path, end, mark, delimiter):
    lines = [["id", "name", "note"], ["1", '"王, ""小"" 明"', ""], ["2", "  O'Brien ", '"old"']]
    text = end.join(delimiter.join(line) for line in lines) + end
    sheet = sheet_of(tmp_path, mark + text.encode())
    assert sheet.as_bytes() == mark + text.encode()
    sheet.change(1, 2, "85.00")
    sheet.change(2, 2, "new")
    lines[1][2], lines[2][2] = "85.00", '"new"'
    assert sheet.as_bytes() == mark + (end.join(map(delimiter.join, lines)) + end).encode()


@pytest.mark.parametrize("text", ["a,b", 'a "b"', "a\nb"])
def test_a_new_text_is_quoted_where_it_must_be(tmp_path, text):
    sheet = sheet_of(tmp_path, b"id,name\n1,x\n")
    sheet.change(1, 1, text)
    (_, row) = csv.reader(io.StringIO(sheet.as_bytes().decode(), newline=""))
    assert row == ["1", text]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_new_text_that_a_spreadsheet_would_run_is_defused(tmp_path, text):
    sheet = sheet_of(tmp_path, b"id,name\n=2+2,x\n")
    sheet.change(1, 1, text)
    written = list(csv.reader(io.StringIO(sheet.as_bytes().decode())))
    assert written[1] == ["=2+2", f"'{text}"]  # what was theirs is not touched


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_encoding_that_a_byte_order_mark_tells_is_kept(tmp_path, encoding):
    sheet = sheet_of(tmp_path, "\ufeffid\tname\r\n1\t王\r\n".encode(encoding))
    assert sheet.rows == read(sheet.path, encoding="cp1252").rows  # the mark knows better
    assert sheet.rows[1] == ["1", "王"]
    sheet.change(1, 1, "明")
    assert sheet.as_bytes() == "\ufeffid\tname\r\n1\t明\r\n".encode(encoding)


def test_another_encoding_is_asked_for_by_name_and_kept(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("id,name\n1,王\n".encode("gb18030"))
    with pytest.raises(ValueError, match="try --encoding gb18030"):
        read(path)
    sheet = read(path, encoding="gb18030")
    sheet.change(1, 1, "明")
    assert sheet.as_bytes() == "id,name\n1,明\n".encode("gb18030")


def test_a_text_that_the_encoding_cannot_hold_is_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("id,name\n1,é\n".encode("cp1252"))
    sheet = read(path, encoding="cp1252")
    sheet.change(1, 1, "王")
    with pytest.raises(ValueError, match="has no '王': save it as UTF-8"):
        sheet.as_bytes()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04", "is not a list. Its first line is"),
        (b"a,b\n1,2\n", "Its first line is 'a,b'"),
        (b'id,name\n1,"x"y\n', "stray quote in line 2"),
        (b'id,name\n1,"x\n', "stray quote"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_what_it_holds(tmp_path, data, sentence):
    with pytest.raises(ValueError, match=sentence):
        sheet_of(tmp_path, data)


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="export it first"):
        read(tmp_path / "nowhere.csv")
    with pytest.raises(IsADirectoryError, match="give the CSV file itself"):
        read(tmp_path)


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def full_after_half(path, data):
    with open(path, "wb") as file:
        file.write(data[: len(data) // 2])
    full_disk()


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "marks.csv"
    path.write_text("old")
    monkeypatch.setattr(Path, "write_bytes", full_after_half)
    with pytest.raises(OSError, match=r"marks.csv could not be written \(No space left on device"):
        write_whole(path, b"new")
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["old"]
