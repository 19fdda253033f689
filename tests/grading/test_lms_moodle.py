"""Marks for Moodle: submissions as it hands them out, and files that its importers understand."""

import csv
import io
import re
import sqlite3
import zipfile

import pytest
from grading.lms_class import SLUG, course, grade, hand_in

HEADER = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade",
    "Grade can be changed", "Last modified (submission)", "Last modified (grade)",
    "Feedback comments",
)  # fmt: skip
GRADE, MAXIMUM, LOCK, COMMENTS = 4, 5, 6, 9

# number, name, the folder's part as Moodle cleans it, right or wrong
CLASS = (
    (101, "Ada Lovelace", "Ada Lovelace", "right"),
    (102, "José O'Brien, Jr.", "José OBrien, Jr.", "wrong"),
    (103, "王伟", "王伟", "right"),
    (104, "王伟", "王伟", "wrong"),
    (105, "=cmd()", "=cmd()", "right"),
    (106, 'Zoë "Z" d’Arc', "Zoë Z d’Arc", "right"),
)


def line(number, name, *, grade="", maximum="100.00", change="Yes", comments=""):
    return (
        f"Participant {number}", name, f"{number}@uni.edu", "Submitted for grading", grade,
        maximum, change, "Monday, 2 November 2026, 9:00 AM", "-", comments,
    )  # fmt: skip


def write_sheet(path, lines, header=HEADER, **settings):
    out = io.StringIO()
    csv.writer(out, **settings).writerows([header, *lines])
    path.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())
    return path


def read_sheet(path):
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


@pytest.fixture
def place(tmp_path):
    """A download of Moodle's, graded; and the worksheet, with one who handed nothing in."""
    for number, _, folder, text in CLASS:
        hand_in(tmp_path / "in", f"{folder}_{number}_assignsubmission_file_/{SLUG}.py", text)
    grade(tmp_path / "in", tmp_path / "g.db")
    lines = [line(number, name) for number, name, *_ in CLASS]
    write_sheet(tmp_path / "sheet.csv", [*lines, line(107, "Late, Luc")])
    return tmp_path


def run(place, *options):
    words = ("--worksheet", place / "sheet.csv", "--out", place / "out.csv")
    return course("moodle", place / "g.db", *words, *options)


def moodle_reads(path, people):
    """Return what Moodle's importer makes of a zip: (number, file) by the rules of its source."""
    found = {}
    for name in zipfile.ZipFile(path).namelist():
        parts = name.split("/")
        while parts:
            info = parts.pop(0).split("_", 4)
            if len(info) >= 4 and info[1].isdigit() and int(info[1]) in people:
                assert info[2:4] == ["assignsubmission", "file"]
                found[int(info[1])] = "/".join([info[4] if info[4:] else "", *parts]).lstrip("/")
                break
    return found


def test_a_class_goes_round_from_moodles_download_to_its_worksheet(place, capsys):
    assert run(place, "--feedback-zip", place / "pages.zip") == 0
    header, *rows = read_sheet(place / "out.csv")
    assert tuple(header) == HEADER
    grades = {row[0]: row[GRADE] for row in rows}
    expected = {
        f"Participant {number}": "100.00" if text == "right" else "0.00"
        for number, _, _, text in CLASS
    }
    assert grades == {**expected, "Participant 107": ""}
    said = capsys.readouterr().out
    assert "6 marks" in said
    assert "1 lines have no mark" in said


def test_all_but_grades_and_comments_stays_byte_for_byte(place):
    run(place)
    old, new = ((place / name).read_bytes() for name in ("sheet.csv", "out.csv"))
    before, after = old.split(b"\r\n"), new.split(b"\r\n")
    assert before[0] == after[0]
    assert before[7] == after[7]  # who has handed nothing in
    for was, now in zip(before[1:7], after[1:7], strict=True):
        start = was[: was.index(b",,100.00")]
        assert now.startswith(start)
        assert was[len(start) + 1 : -1] in now  # and the columns between


def test_the_comment_is_html_without_line_ends_and_tells_the_slip(place):
    run(place)
    comments = {row[0]: row[COMMENTS] for row in read_sheet(place / "out.csv")}
    comment = comments["Participant 102"]
    assert comment.startswith("0 of 10 points<br>9.9.1 double: 0 of 10. ")
    assert "forgot the &lt;2&gt;" in comment
    assert "\n" not in comment


def test_a_long_diagnosis_is_cut_short_in_a_comment(place):
    with sqlite3.connect(place / "g.db") as book:
        book.execute("UPDATE result SET diagnosis = ?", ("word " * 200,))
    run(place)
    comment = read_sheet(place / "out.csv")[2][COMMENTS]
    assert comment.endswith("word …")
    assert len(comment) < 500


def test_moodle_finds_whose_each_feedback_file_is(place):
    run(place, "--feedback-zip", place / "pages.zip")
    found = moodle_reads(place / "pages.zip", {number for number, *_ in CLASS})
    assert found == {number: f"feedback_{SLUG}.html" for number, *_ in CLASS}
    with zipfile.ZipFile(place / "pages.zip") as archive:
        names = {int(re.search(r"_(\d+)_", name)[1]): name for name in archive.namelist()}
        assert names[102].startswith("José OBrien, Jr._102_")
        assert "forgot the &lt;2&gt;" in archive.read(names[102]).decode()
        assert "0 of 10 points" in archive.read(names[104]).decode()
        assert "10 of 10 points" in archive.read(names[103]).decode()


def test_the_zip_of_feedback_is_the_same_each_time(place):
    for name in ("one.zip", "two.zip"):
        run(place, "--feedback-zip", place / name)
    assert (place / "one.zip").read_bytes() == (place / "two.zip").read_bytes()


@pytest.mark.parametrize(
    ("maximum", "grade"),
    [
        ("10.00", "10.00"),
        ("10,00", "10,00"),
        ("7.5", "7.50"),
        ("20", "20.00"),
        ("10.000", "10.000"),
    ],
)
def test_grades_are_out_of_what_moodle_says_and_written_as_it_writes(place, maximum, grade):
    write_sheet(place / "sheet.csv", [line(101, "Ada Lovelace", maximum=maximum)])
    assert run(place) == 1  # the others are not in it
    assert read_sheet(place / "out.csv")[1][GRADE] == grade


def test_what_is_not_in_the_worksheet_is_listed_and_the_rest_is_written(place, capsys):
    write_sheet(place / "sheet.csv", [line(101, "Ada Lovelace"), line(103, "Somebody Else")])
    assert run(place) == 1
    said = capsys.readouterr().out
    assert "1 marks" in said
    assert "not matched: 5" in said
    assert "'王伟 (104)': number 104, from its file's name, is not in the file" in said
    assert "'王伟 (103)': number 103 is 'Somebody Else' in the file" in said
    assert [row[GRADE] for row in read_sheet(place / "out.csv")[1:]] == ["100.00", ""]


def test_a_locked_grade_is_left_and_told(place, capsys):
    write_sheet(place / "sheet.csv", [line(101, "Ada Lovelace", grade="1.00", change="No")])
    assert run(place) == 1
    assert "'Ada Lovelace': Moodle has locked this grade" in capsys.readouterr().out
    assert read_sheet(place / "out.csv")[1][GRADE] == "1.00"


def test_another_grade_is_replaced_and_told_or_kept_if_asked(place, capsys):
    lines = [line(101, "Ada Lovelace", grade="70.00", comments="By hand.")]
    write_sheet(place / "sheet.csv", lines)
    run(place)
    assert "'Ada Lovelace': 70.00, now 100.00" in capsys.readouterr().out
    assert run(place, "--keep") == 1
    assert "70.00 stands there already" in capsys.readouterr().out
    assert read_sheet(place / "out.csv")[1] == [*lines[0]]
    write_sheet(place / "sheet.csv", [line(101, "Ada Lovelace"), line(105, "=cmd()", grade="100")])
    run(place, "--keep")
    assert [row[GRADE] for row in read_sheet(place / "out.csv")[1:]] == ["100.00", "100"]
    assert "stands there" not in capsys.readouterr().out  # 100 is 100.00


def test_a_name_with_underscores_or_accents_of_their_own_goes_round(tmp_path):
    apart = "Jose\u0301 Bob Smith"  # as a Mac unpacks it
    hand_in(tmp_path / "in", f"{apart}_7_assignsubmission_file_/{SLUG}.py")
    grade(tmp_path / "in", tmp_path / "g.db")
    write_sheet(tmp_path / "sheet.csv", [line(7, "José Bob_Smith")])
    assert run(tmp_path, "--feedback-zip", tmp_path / "pages.zip") == 0
    assert moodle_reads(tmp_path / "pages.zip", {7}) == {7: f"feedback_{SLUG}.html"}


def test_a_line_that_is_cut_short_is_no_ones(place, capsys):
    lines = [line(101, "Ada Lovelace"), ("Participant 103", "王伟")]
    write_sheet(place / "sheet.csv", lines)
    assert run(place) == 1
    assert "'王伟 (103)': number 103" in capsys.readouterr().out
    assert read_sheet(place / "out.csv")[2] == ["Participant 103", "王伟"]


def test_blind_marking_goes_by_number_alone(tmp_path):
    for number, text in ((1, "right"), (2, "wrong")):
        name = f"Participant_{number}_assignsubmission_file/{SLUG}.py"
        hand_in(tmp_path / "in", name, text)
    grade(tmp_path / "in", tmp_path / "g.db")
    lines = [line(number, "")[:1] + line(number, "")[3:] for number in (1, 2)]
    write_sheet(tmp_path / "sheet.csv", lines, HEADER[:1] + HEADER[3:])
    assert run(tmp_path) == 0
    assert [row[2] for row in read_sheet(tmp_path / "out.csv")[1:]] == ["100.00", "0.00"]


def test_a_groups_mark_goes_to_each_of_its_members(tmp_path):
    hand_in(tmp_path / "in", f"Group A_1_assignsubmission_file_/{SLUG}.py")
    grade(tmp_path / "in", tmp_path / "g.db")
    people = ((1, "Ada", "Group B"), (2, "Bob", "Group A"), (3, "Cy", "Group A"))
    lines = [(*line(number, name), group) for number, name, group in people]
    write_sheet(tmp_path / "sheet.csv", lines, (*HEADER, "Group"))
    assert run(tmp_path) == 0
    assert [row[GRADE] for row in read_sheet(tmp_path / "out.csv")[1:]] == ["", "100.00", "100.00"]


def test_folders_without_numbers_go_by_name_by_address_or_by_the_roster(tmp_path, capsys):
    for student in ("ada lovelace", "102@UNI.edu", "s-103", "王伟", "Lee", "zoe z", "cmd"):
        hand_in(tmp_path / "in", f"{student}/{SLUG}.py")
    grade(tmp_path / "in", tmp_path / "g.db")
    lines = [line(n, name) for n, name, *_ in CLASS]
    write_sheet(tmp_path / "sheet.csv", lines)
    roster = "name,id,email\nWei Wang,s-103,103@uni.edu\nLee,1,a@uni.edu\nLee,2,b@uni.edu\n"
    (tmp_path / "roster.csv").write_text(
        roster + "Zoe-Z,3,106@uni.edu\nNobody,c.md,\nC,cmd,105@uni.edu\n"
    )
    assert run(tmp_path, "--roster", tmp_path / "roster.csv") == 1
    said = capsys.readouterr().out
    assert "not matched: 2" in said
    assert "'王伟': 2 lines of the file fit" in said
    assert "'Lee': 2 lines of the roster fit" in said
    grades = [row[GRADE] for row in read_sheet(tmp_path / "out.csv")[1:]]
    assert grades == ["100.00", "100.00", "100.00", "", "100.00", "100.00"]


def test_two_submissions_of_one_person_are_told_unless_one_is_later(place, capsys):
    for student in ("Ada Lovelace", "101@uni.edu"):
        hand_in(place / "more", f"{student}/{SLUG}.py", "wrong")
    grade(place / "more", place / "g.db")  # a later run than that of the download
    write_sheet(place / "sheet.csv", [line(101, "Ada Lovelace")])
    run(place)
    said = capsys.readouterr().out
    assert "'101@uni.edu' and 'Ada Lovelace' are one person in the file" in said
    hand_in(place / "last", f"101@uni.edu/{SLUG}.py", "right")
    grade(place / "last", place / "g.db")
    run(place)
    assert read_sheet(place / "out.csv")[1][GRADE] == "100.00"
    assert "graded as '101@uni.edu', counts" in capsys.readouterr().out


def test_a_worksheet_in_another_language_is_read_by_the_names_that_are_given(place, capsys):
    names = {"Identifier": "Kennung", "Grade": "Bewertung", "Maximum Grade": "Bestwertung"}
    header = [names.get(name, name) for name in HEADER]
    header[COMMENTS] = "Feedback als Kommentar"
    write_sheet(place / "sheet.csv", [line(101, "Ada Lovelace")], header, delimiter=";")
    assert run(place) == 2
    assert "another language: --column KEY=NAME" in capsys.readouterr().err
    given = ("identifier=Kennung", "grade=Bewertung", "maximum=Bestwertung")
    options = [word for name in given for word in ("--column", name)]
    run(place, *options)
    assert "no comments are written" in capsys.readouterr().out
    assert b";100.00;100.00;" in (place / "out.csv").read_bytes()
    assert run(place, "--column", "x=y") == 2
    assert "write KEY=NAME, with a KEY of identifier" in capsys.readouterr().err


def test_a_chinese_worksheet_is_known(place):
    names = {"Identifier": "标识符", "Grade": "成绩", "Maximum Grade": "最高分"}
    header = [names.get(name, name) for name in HEADER]
    write_sheet(place / "sheet.csv", [("参与人101", *line(101, "Ada Lovelace")[1:])], header)
    run(place)
    assert read_sheet(place / "out.csv")[1][GRADE] == "100.00"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--exercise", "98_other"], "no marks for '98_other': the gradebook has 99_made_up"),
        (["--roster", "nowhere.csv"], "there is no file nowhere.csv"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(place, capsys, options, sentence):
    assert run(place, *options) == 2
    assert sentence in capsys.readouterr().err
    assert not (place / "out.csv").exists()


@pytest.mark.parametrize("maximum", ["good", "0.00", ""])
def test_a_scale_of_words_or_of_nothing_is_refused(place, capsys, maximum):
    write_sheet(place / "sheet.csv", [line(101, "Ada Lovelace", maximum=maximum)])
    assert run(place) == 2
    assert "graded by points" in capsys.readouterr().err


def test_the_worksheet_is_never_written_over(place, capsys):
    words = ("--worksheet", place / "sheet.csv", "--out", place / "sheet.csv")
    assert course("moodle", place / "g.db", *words) == 2
    assert "so that it is kept" in capsys.readouterr().err


def test_a_roster_with_one_id_twice_is_refused(place, capsys):
    (place / "roster.csv").write_text("name,id,email\nA,1,\nB,1,\n")
    assert run(place, "--roster", place / "roster.csv") == 2
    assert "has '1' twice" in capsys.readouterr().err
