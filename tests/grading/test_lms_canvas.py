"""Marks for Canvas: submissions as it hands them out, and one column of its gradebook."""

import csv
import io

import pytest
from grading.lms_class import SLUG, course, grade, hand_in

HEADER = (
    "Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Notes",
    f"Homework {SLUG} (4711)", "Essay (4712)", "Current Score", "Final Score",
)  # fmt: skip
MARK = 6
CLASS = (
    (11, "Lovelace, Ada", "lovelaceada_LATE_11_901", "right"),
    (12, "O'Brien, José", "obrienjosé_12_902", "wrong"),
    (13, "王, 伟", "王伟_13_903", "right"),
    (14, "王, 伟", "王伟_14_904", "wrong"),
    (15, "=cmd()", "cmd_15_905", "right"),
)


def line(number, name, mark=""):
    name = f'="{name}"' if name.startswith("=") else name  # as Canvas writes it
    return (name, number, f"S{number}", f"u{number}", "A", "", mark, "5.00", "77.10", "50.00")


POSTING = ("", "", "", "", "", "", "Manual Posting", "", "", "")
POINTS = ("    Points Possible", *[""] * 5, "20.00", "5.00", "(read only)", "(read only)")


def write_export(path, lines, header=HEADER, points=POINTS, **settings):
    out = io.StringIO()
    csv.writer(out, **settings).writerows([header, POSTING, points, *lines])
    path.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())


def rows_of(path, **settings):
    rows = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), **settings)
    return {row[1]: row for row in rows}


@pytest.fixture
def place(tmp_path):
    for _, _, name, text in CLASS:
        hand_in(tmp_path / "in", f"{name}_{SLUG}.py", text)
    hand_in(tmp_path / "in", f"lovelaceada_11_999_{SLUG}-1.py", "wrong")  # handed in again
    grade(tmp_path / "in", tmp_path / "g.db")
    lines = [line(number, name) for number, name, *_ in CLASS]
    write_export(tmp_path / "export.csv", [*lines, line(16, "Student, Test")])
    return tmp_path


def run(place, *options):
    words = ("--export", place / "export.csv", "--out", place / "out.csv")
    return course("canvas", place / "g.db", *words, *options)


def test_a_class_goes_round_from_canvas_download_to_its_gradebook(place, capsys):
    assert run(place) == 0
    marks = {number: row[MARK] for number, row in rows_of(place / "out.csv").items()}
    assert marks == {
        "ID": HEADER[MARK], "": "20.00", "11": "0.00", "12": "0.00", "13": "20.00", "14": "0.00",
        "15": "20.00", "16": "",
    }  # fmt: skip
    said = capsys.readouterr().out
    assert f"column: Homework {SLUG} (4711)" in said
    assert "5 marks" in said
    assert "1 lines have no mark" in said


def test_every_other_byte_is_as_canvas_wrote_it(place):
    run(place)
    old, new = (rows_of(place / name) for name in ("export.csv", "out.csv"))
    for number, row in old.items():
        assert row[:MARK] + row[MARK + 1 :] == new[number][:MARK] + new[number][MARK + 1 :]
    assert new["15"][0] == '="=cmd()"'
    lines = [(place / name).read_bytes().split(b"\r\n") for name in ("export.csv", "out.csv")]
    same = [was == now for was, now in zip(*lines, strict=True)]
    assert same == [True] * 3 + [False] * 5 + [True] * 2


@pytest.mark.parametrize("wanted", ["4712", "Essay", "Essay (4712)"])
def test_the_assignment_is_named_by_number_title_or_header(place, wanted):
    assert run(place, "--assignment", wanted) == 0
    assert rows_of(place / "out.csv")["13"][MARK : MARK + 2] == ["", "5.00"]
    assert rows_of(place / "out.csv")["12"][MARK + 1] == "0.00"


def test_an_assignment_that_is_not_there_is_told_with_those_that_are(place, capsys):
    assert run(place, "--assignment", "4713") == 2
    assert "The assignments are 'Homework 99_made_up (4711)', 'Essay (4712)'" in (
        capsys.readouterr().err
    )


def test_two_columns_that_fit_are_told(place, capsys):
    header = [name.replace("Essay", f"Essay on {SLUG}") for name in HEADER]
    write_export(place / "export.csv", [], header)
    assert run(place) == 2
    assert "several columns fit the exercise 99_made_up" in capsys.readouterr().err


def test_excused_and_unassigned_students_are_left_and_told(place, capsys):
    lines = [line(11, "Lovelace, Ada", "EX"), line(12, "O'Brien, José", "N/A"), line(13, "王, 伟")]
    write_export(place / "export.csv", lines)
    assert run(place) == 1
    said = capsys.readouterr().out
    assert "'lovelaceada': this student is excused (EX) in Canvas" in said
    assert "'obrienjosé': Canvas has not assigned it" in said
    assert "'王伟 (14)': number 14, from its file's name, is not in the file" in said
    assert rows_of(place / "out.csv")["11"][MARK] == "EX"


def test_one_that_is_left_alone_is_enough_for_a_status_of_1(tmp_path):
    hand_in(tmp_path / "in", f"{CLASS[0][2]}_{SLUG}.py")
    grade(tmp_path / "in", tmp_path / "g.db")
    for mark, status in (("EX", 1), ("", 0)):
        write_export(tmp_path / "export.csv", [line(11, "Lovelace, Ada", mark)])
        assert run(tmp_path) == status


def test_what_came_from_moodle_goes_to_canvas_by_name(tmp_path):
    hand_in(tmp_path / "in", f"Ada Lovelace_12_assignsubmission_file_/{SLUG}.py")
    grade(tmp_path / "in", tmp_path / "g.db")
    write_export(tmp_path / "export.csv", [line(11, "Lovelace, Ada"), line(12, "Bob")])
    assert run(tmp_path) == 0
    assert rows_of(tmp_path / "out.csv")["11"][MARK] == "20.00"


def test_semicolons_and_commas_in_numbers_are_kept(place):
    points = [cell.replace("20.00", "20,00") for cell in POINTS]
    write_export(place / "export.csv", [line(13, "王, 伟")], points=points, delimiter=";")
    run(place)
    assert rows_of(place / "out.csv", delimiter=";")["13"][MARK] == "20,00"


def test_names_in_two_columns_are_understood(tmp_path):
    hand_in(tmp_path / "in", f"Ada Lovelace/{SLUG}.py")
    hand_in(tmp_path / "in", f"u12/{SLUG}.py")
    grade(tmp_path / "in", tmp_path / "g.db")
    header = ("LastName", "FirstName", *HEADER[1:])
    lines = [("Lovelace", "Ada", *line(11, "")[1:]), ("Brown", "Bo", *line(12, "")[1:])]
    write_export(tmp_path / "export.csv", lines, header, (POINTS[0], *POINTS))
    assert run(tmp_path) == 0
    rows = csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"), newline=""))
    assert [row[MARK + 1] for row in rows][3:] == ["20.00", "20.00"]


def test_who_handed_in_without_a_name_is_told(place, capsys):
    hand_in(place / "anonymous", f"anon_aB3dE_456_{SLUG}.py")
    grade(place / "anonymous", place / "g.db")
    assert run(place) == 1
    assert "'anon_aB3dE': Canvas hid who handed it in: reveal the names" in capsys.readouterr().out


def test_an_assignment_without_points_is_refused(place, capsys):
    write_export(place / "export.csv", [line(13, "王, 伟")], points=("Points Possible", *[""] * 9))
    assert run(place) == 2
    assert "the points possible of 'Homework 99_made_up (4711)' says ''" in capsys.readouterr().err


def test_a_file_that_is_no_gradebook_is_refused(place, capsys):
    (place / "export.csv").write_text("a,b\n")
    assert run(place) == 2
    assert "is not a gradebook exported from Canvas" in capsys.readouterr().err
