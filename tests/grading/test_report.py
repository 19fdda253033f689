"""`course report`: the class at a glance, and what it tells to nobody."""

import argparse
import csv
import errno
import html.parser
import io
import itertools
import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from course_lib.__main__ import main
from course_lib.grading.batch import terminal
from course_lib.grading.batch.exports import csv_text, file_name, write_feedback
from course_lib.grading.batch.grade import digest_of
from course_lib.grading.batch.gradebook import Gradebook, GradebookError, Graded, Key
from course_lib.grading.batch.likeness import compare
from course_lib.grading.batch.overview import distribution, overview
from course_lib.grading.batch.pages import class_page
from course_lib.grading.batch.pseudonyms import MASK, Mask, disguise, pseudonyms
from course_lib.grading.report import report
from course_lib.grading.results import Diagnosis, FunctionResult

FUNCTIONS = ("relu", "loss", "gradient")
SENTENCES = {"the ½ is forgotten": "Yours is twice the gradient: see `1 / (2 * m)`."}
CLASS = {
    "Ada Lovelace": "✓✓✓",
    "王小明": "✓✓✗",
    "Ève D'Arcy": "✓▲○",
    "<script>alert(1)</script>": "▲▲○",
    "=cmd()": "○○○",
    "Çelik, Åsa": "✓○✓",
}
VERDICTS = {"✓": "passed", "▲": "failed", "✗": "error", "○": "not_attempted"}


def result(place, mark, said=""):
    name, status = FUNCTIONS[place], VERDICTS[mark]
    slip = "the ½ is forgotten" if mark == "▲" else ""
    stage = {"✓": "passed", "✗": "exception", "○": "not attempted"}.get(mark, "value")
    diagnosis = Diagnosis(
        stage, f"It says {said!r}." if said else "", slip, SENTENCES.get(slip, "")
    )
    points = 10 if status == "passed" else 0
    return FunctionResult(name, f"9.9.{place + 9}", points, 10, status, diagnosis)


def graded(marks, said=""):
    results = [result(place, mark, said) for place, mark in enumerate(marks)]
    return Graded([(each, report(each).html, 0.01) for each in results], ("seccomp",), 0.1)


def keep(book, student, marks, exercise="99_made_up", *, text="", said=""):
    key = Key(student, exercise, digest_of(text or student), "g")
    book.add(key, f"{student}.py", graded(marks, said), book.begin([]))


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "grades.db") as book:
        for student, marks in CLASS.items():
            keep(book, student, marks, said=f"made by {student}")
        (tmp_path / "grades.db.seed").write_text("20261126\n")
        yield book


class Page(html.parser.HTMLParser):
    """What a browser makes of a page: its text, its elements, what they ask for, what they say."""

    def __init__(self, source):
        super().__init__()
        self.text, self.tags, self.asked, self.labels = "", [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "data", "action", "poster", "srcset", "xlink:href"):
                self.asked.append(value)
            if name == "aria-label":
                self.labels.append(value)

    def handle_data(self, data):
        self.text += data


def page_of(book, *words, **named):
    return Page(class_page(overview(book, *words, **named)))


def run(*words):
    return main(["report", *map(str, words)])


# what the class did


def test_a_function_is_counted_by_how_it_ended(book):
    functions = {f.name: f for f in overview(book).exercises[0].functions}
    assert functions["relu"].outcomes == {"passed": 4, "slip": 1, "wrong": 0, "absent": 1}
    assert functions["loss"].outcomes == {"passed": 2, "slip": 2, "wrong": 0, "absent": 2}
    assert functions["gradient"].outcomes == {"passed": 2, "slip": 0, "wrong": 1, "absent": 3}


def test_students_stop_after_the_last_function_that_they_solved(book):
    """Two solved the last one, so nobody stopped there who could go on."""
    stopped = {f.name: f.stopped for f in overview(book).exercises[0].functions}
    assert stopped == {"relu": 2, "loss": 1, "gradient": 1}


def test_what_fewest_solved_is_first_to_be_taught_again(book):
    again = overview(book).again
    assert [(f.name, f.solved) for f in again] == [("loss", 2), ("gradient", 2), ("relu", 4)]


def test_a_slip_comes_with_its_sentence_and_with_those_who_read_it(book):
    slips = overview(book).exercises[0].slips
    assert [(slip.function, slip.count) for slip in slips] == [("loss", 2), ("relu", 1)]
    assert slips[0].students == ["<script>alert(1)</script>", "Ève D'Arcy"]
    assert {slip.sentence for slip in slips} == set(SENTENCES.values())
    source = class_page(overview(book))
    assert "Yours is twice the gradient: see <code>1 / (2 * m)</code>." in source


def test_a_sentence_with_an_inequality_is_text(book, monkeypatch):
    monkeypatch.setitem(SENTENCES, "the ½ is forgotten", "It holds where `m <a` and z <b.")
    keep(book, "Bo", "▲○○", "98_other")
    assert "It holds where m <a and z <b." in page_of(book, "98_other").text


def test_the_matrix_has_a_line_for_each_student_the_best_first(book):
    patterns = overview(book).exercises[0].patterns
    assert [pattern.students for pattern in patterns][:3] == [
        ["Ada Lovelace"], ["王小明"], ["Çelik, Åsa"],
    ]  # fmt: skip
    assert patterns[0].marks == ("passed",) * 3
    assert patterns[-1].students == ["=cmd()"]
    assert overview(book).exercises[0].columns == ["relu", "loss", "gradient"]  # 9.9.9 < 9.9.10


def test_every_mark_has_a_shape_and_a_word_beside_its_colour(book):
    source = class_page(overview(book))
    for sign, words in {"✓": "solved", "▲": "wrong by a known slip", "○": "not attempted"}.items():
        assert f'<span role="img" aria-label="{words}">{sign}</span>' in source


def test_a_large_class_is_shown_by_what_it_has_in_common(tmp_path):
    with Gradebook(tmp_path / "large.db") as book:
        for number in range(60):
            keep(book, f"student {number:02}", "✓✓✓" if number < 45 else "✓▲○")
        (best, rest) = overview(book).exercises[0].patterns
        assert (len(best.students), best.marks) == (45, ("passed",) * 3)
        assert (len(rest.students), rest.marks) == (15, ("passed", "wrong", "absent"))
        page = page_of(book)
    assert page.text.count("student 07") == 1
    assert "45 students" in page.text


def test_over_several_topics_it_is_seen_who_handed_in_what(book):
    keep(book, "Ada Lovelace", "✓✗○", "99_second")
    whole = overview(book)
    assert whole.patterns[0].students == ["Ada Lovelace"]
    assert whole.patterns[0].marks == ("full", "part")
    assert whole.patterns[-1].marks == ("none", "missing")
    assert whole.exercises[1].marks == {"full": 0, "part": 1, "none": 0, "missing": 5}
    assert dict(whole.distribution)["60 to 69"] == 1  # 40 of 60 points; a topic missing counts 0
    alone = overview(book, "99_second")
    assert [topic.slug for topic in alone.exercises] == ["99_second"]
    assert (alone.students, alone.submissions) == (1, 1)


def test_in_a_large_class_it_is_seen_which_topic_was_the_last(tmp_path):
    with Gradebook(tmp_path / "large.db") as book:
        for number in range(50):
            for topic in range(1 + (number < 20)):
                keep(book, f"student {number:02}", "✓✓✓", f"9{topic}_topic")
        patterns = overview(book).patterns
    assert [(len(p.students), p.marks) for p in patterns] == [
        (20, ("given", "given")),
        (30, ("given", "missing")),
    ]


@pytest.mark.parametrize(
    ("scores", "highest", "expected"),
    [
        ([0, 9, 10, 99, 100], 100, {"0 to 9": 2, "10 to 19": 1, "90 to 99": 1, "100": 1}),
        ([0, 1, 2, 3], 3, {"0": 1, "1": 1, "2": 1, "3": 1}),
        ([0, 0], 0, {"0": 2}),
        ([6, 7, 24, 25], 25, {"5 to 7": 2, "23 to 24": 1, "25": 1}),
    ],
)
def test_every_score_falls_into_the_bin_that_names_it(scores, highest, expected):
    lines = distribution(scores, highest)
    assert {label: count for label, count in lines if count} == expected
    assert sum(count for _, count in lines) == len(scores)


def test_the_picture_of_the_marks_says_its_numbers_aloud(book):
    label = next(label for label in page_of(book).labels if label.startswith("99_made_up"))
    assert " 30 points, 1 students." in label
    assert " 18 to 20 points, 2 students;" in label


# the extremes


def test_an_empty_gradebook_says_so(tmp_path, capsys):
    with Gradebook(tmp_path / "empty.db"):
        pass
    assert run(tmp_path / "empty.db", "--html", tmp_path / "class.html") == 0
    assert "Nothing is graded yet" in (tmp_path / "class.html").read_text("utf-8")
    assert "0 students" in capsys.readouterr().out


def test_a_class_that_solved_everything_has_nothing_to_be_taught_again(tmp_path):
    with Gradebook(tmp_path / "best.db") as book:
        keep(book, "Ada", "✓✓✓")
        assert overview(book).again == []
        page = page_of(book)
    assert "Everyone solved everything." in page.text
    assert "None that has a name." in page.text
    assert "1 student." in page.text


def test_an_exercise_that_nobody_handed_in_is_named_with_those_there_are(book, tmp_path, capsys):
    assert run(tmp_path / "grades.db", "--exercise", "98_other") == 2
    assert "nothing is graded for '98_other': there is 99_made_up" in capsys.readouterr().err


def test_a_gradebook_of_another_version_is_refused_and_left_alone(tmp_path, capsys):
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE run (id INTEGER PRIMARY KEY, layers TEXT)")
        old.execute("CREATE TABLE submission (id INTEGER PRIMARY KEY, student TEXT)")
        old.execute("CREATE TABLE result (submission INTEGER, points INTEGER)")
    before = path.read_bytes()
    assert run(path) == 2
    said = capsys.readouterr().err
    assert "another version" in said
    assert "submission.digest" in said
    assert "--gradebook NEW.db" in said
    assert path.read_bytes() == before
    with pytest.raises(GradebookError, match="another version"):
        Gradebook(path)


def test_a_full_disk_leaves_the_page_of_yesterday(book, tmp_path, capsys, monkeypatch):
    page = tmp_path / "class.html"
    page.write_text("yesterday")

    def full(self, *words, **named):
        self.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert run(tmp_path / "grades.db", "--html", page) == 2
    assert "No space left" in capsys.readouterr().err
    assert page.read_text() == "yesterday"
    assert not list(tmp_path.glob("*.part"))


# privacy


def every_page(book, folder, names=None):
    rows = disguise(book.rows(), names) if names else book.rows()
    write_feedback(rows, folder)
    pages = {path.stem: path.read_text("utf-8") for path in folder.iterdir()}
    return pages | {"class": class_page(overview(book, names=names))}


def test_no_page_asks_for_anything_from_elsewhere(book, tmp_path):
    for source in every_page(book, tmp_path / "pages").values():
        page = Page(source)
        assert not [asked for asked in page.asked if not asked.startswith("#")]
        assert not re.search(r"url\(|@import", source)
        assert "script" not in page.tags


def test_a_name_that_is_code_is_shown_and_not_run(book):
    page = page_of(book)
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text


def test_a_feedback_page_holds_one_students_data_alone(book, tmp_path):
    write_feedback(book.rows(), tmp_path / "pages")
    for student in CLASS:
        text = Page((tmp_path / "pages" / f"{file_name(student)}.html").read_text("utf-8")).text
        if "✗" in CLASS[student] or "▲" in CLASS[student]:
            assert f"made by {student}" in text.replace("\\'", "'")
        for other in CLASS.keys() - {student}:
            assert other not in text


def test_with_pseudonyms_no_name_is_in_any_page_nor_in_the_table(book, tmp_path):
    names = pseudonyms(CLASS, seed=20261126)
    pages = every_page(book, tmp_path / "pages", names)
    pages["csv"] = csv_text(disguise(book.rows(), names))
    for student in CLASS:
        for part in {student, html.escape(student), *re.findall(r"[^\W\d_]{3,}", student)}:
            if part in ("script", "alert"):
                continue  # words of a page's own
            for where, source in pages.items():
                assert part not in source, (part, where)
        assert names[student] in pages["class"]
        assert names[student] in pages["csv"]
    assert {name for name in pages if name not in ("class", "csv")} == {
        file_name(name) for name in names.values()
    }


def test_the_command_shows_pseudonyms_alone_and_keeps_the_key_apart(book, tmp_path, capsys):
    page, key = tmp_path / "class.html", tmp_path / "key.csv"
    assert run(tmp_path / "grades.db", "--pseudonyms", "--html", page, "--key", key) == 0
    shown = capsys.readouterr().out + page.read_text("utf-8")
    assert not [name for name in ("Lovelace", "王小明", "Arcy", "elik") if name in shown]
    table = list(csv.DictReader(io.StringIO(key.read_text("utf-8"))))
    assert {row["student"].lstrip("'") for row in table} == set(CLASS)
    assert "'=cmd()" in {row["student"] for row in table}
    assert all(row["pseudonym"] in shown for row in table)


def test_the_key_alone_hides_nobody_from_the_teacher(book, tmp_path, capsys):
    page = tmp_path / "class.html"
    assert run(tmp_path / "grades.db", "--html", page, "--key", tmp_path / "key.csv") == 0
    assert "Ada Lovelace" in page.read_text("utf-8")


def test_the_order_of_pseudonyms_is_their_own(book):
    """Backwards names, so that any place where the real order shows is seen."""
    names = {student: f"p{99 - place}" for place, student in enumerate(sorted(CLASS))}
    students = [row.student for row in disguise(book.rows(), names)]
    assert students == sorted(students)
    functions = [row.function for row in disguise(book.rows(), names)]
    assert functions == list(FUNCTIONS) * len(CLASS)
    slowest = [row.student for row in overview(book, names=names).slowest]  # all took as long
    assert slowest == sorted(slowest)


def test_a_pair_stands_in_the_order_of_its_pseudonyms(collected, book):
    names = {student: f"p{99 - place}" for place, student in enumerate(sorted(CLASS))}
    (group,) = compare(collected, book, names=names).alike["99_made_up"]
    assert group.students == (names["王小明"], names["Ada Lovelace"])
    for lines, line in zip(group.pieces, (f"{MASK}_3 = 37", "v3 = 37"), strict=True):
        assert any(shown.text.strip().startswith(line) for shown in lines)


def test_a_file_s_name_often_holds_a_students_and_goes(book):
    assert {row.file for row in disguise(book.rows(), pseudonyms(CLASS, 1))} == {""}


def test_what_grading_exports_can_be_under_pseudonyms_too(book, tmp_path):
    arguments = argparse.Namespace(
        gradebook=tmp_path / "grades.db", seed=None, pseudonyms=True, csv=tmp_path / "marks.csv",
        feedback=tmp_path / "pages", gradescope=tmp_path / "gradescope",
    )  # fmt: skip
    terminal._export(book, arguments)
    written = [*tmp_path.glob("pages/*"), *tmp_path.glob("gradescope/*/*"), tmp_path / "marks.csv"]
    assert len(written) == 2 * len(CLASS) + 1
    for path in written:
        assert "Lovelace" not in path.read_text("utf-8")
        assert "Lovelace" not in str(path)


def test_without_the_seed_there_are_no_pseudonyms(book, tmp_path, capsys):
    (tmp_path / "grades.db.seed").rename(tmp_path / "elsewhere")
    assert run(tmp_path / "grades.db", "--pseudonyms") == 2
    assert "--seed FILE" in capsys.readouterr().err
    assert not (tmp_path / "grades.db.seed").exists()  # a new seed would make other names
    assert run(tmp_path / "grades.db", "--pseudonyms", "--seed", tmp_path / "elsewhere") == 0


def test_a_pseudonym_stays_while_the_class_changes_and_needs_the_seed():
    few, many = pseudonyms(["Ada", "Bob"], 1), pseudonyms(["Ada", "Bob", "Cy"], 1)
    assert few.items() <= many.items()
    assert pseudonyms(["Ada"], 2)["Ada"] != few["Ada"]
    assert re.fullmatch(r"[a-z]+ [a-z]+ \d{4}", few["Ada"])


def test_pseudonyms_differ_and_their_order_tells_nothing():
    students = [f"student {number:05}" for number in range(20_000)]
    names = pseudonyms(students, 7)
    assert len(set(names.values())) == len(students)
    places = {name: place for place, name in enumerate(sorted(names.values()))}
    order = [places[names[student]] for student in students]
    rises = sum(b > a for a, b in itertools.pairwise(order))
    assert abs(rises - 10_000) < 250  # of a random order: 10 000 give or take 41


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("by Ada Lovelace", f"by {MASK}"),
        ("ada_helper, ADA", f"{MASK}_helper, {MASK}"),
        ("adagio, Adam", "adagio, Adam"),
        ("王小明的作业", f"{MASK}的作业"),
        ("np.max of Max", f"np.max of {MASK}"),
        ("An error of An Le", f"An error of {MASK}"),
        ("s1234567 and 20231 and 1234567", f"{MASK} and 20231 and {MASK}"),
        ("Ada\nLovelace", f"{MASK}\n{MASK}"),
        ("D&#x27;Arcy", f"D&#x27;{MASK}"),
        ("nothing", "nothing"),
    ],
)
def test_a_mask_covers_names_and_leaves_words(text, masked):
    names = ["Ada Lovelace", "王小明", "Max Planck", "An Le", "s1234567", "Ève D'Arcy"]
    assert Mask(names)(text) == masked


# two that are alike, from the command line

BODY = "\n".join(f"    v{i} = {i}7 * v{i - 1} ** {i} // (theta - {i}3)" for i in range(1, 25))
HEAD = 'def relu(theta):  # by Ada Lovelace, on a rainy day\n    """Ada\n    scribbled this."""\n'
LONG = f"{HEAD}{BODY}\n"
COPY = re.sub(r"\bv", "ada_", LONG).replace("Ada Lovelace", "me")


@pytest.fixture
def collected(book, tmp_path):
    texts = {
        student: f"def relu(x):\n    return x * (x > {place})\n"
        for place, student in enumerate(CLASS)
    } | {"Ada Lovelace": LONG, "王小明": COPY}
    for student, text in (texts | {"a stranger": "x = 1"}).items():
        place = tmp_path / "in" / student.replace("/", "_")
        place.mkdir(parents=True)
        (place / "99_made_up.py").write_text(text, "utf-8")
    keep(book, "Ada Lovelace", "✓✓✓", text=LONG)
    return tmp_path / "in"


def test_two_that_are_alike_stand_side_by_side_under_a_question(collected, tmp_path, capsys):
    page = tmp_path / "class.html"
    assert run(tmp_path / "grades.db", "--submissions", collected, "--html", page) == 0
    assert "Ada Lovelace and 王小明: " in capsys.readouterr().out
    text = Page(page.read_text("utf-8")).text
    assert "Did Ada Lovelace and 王小明 work together?" in text
    assert "A question, not a verdict." in text
    assert "v3 = 37 * v2 ** 3 // (theta - 33)" in text
    assert "ada_3 = 37 * ada_2 ** 3 // (theta - 33)" in text
    assert "4 of the files have changed since they were graded." in text
    assert "2 files are of nobody in this gradebook" in text


def test_under_pseudonyms_the_code_is_shown_without_the_words_that_name(collected, tmp_path):
    page = tmp_path / "class.html"
    words = ("--submissions", collected, "--html", page, "--pseudonyms")
    assert run(tmp_path / "grades.db", *words) == 0
    source = page.read_text("utf-8")
    assert not re.search("ada|lovelace|王小明|rainy|scribbled", source, re.IGNORECASE)
    assert f"{MASK}_3 = 37 * {MASK}_2 ** 3 // (theta - 33)" in Page(source).text


def test_without_the_submissions_the_page_says_how_many_are_the_same_text(book):
    keep(book, "Ada Lovelace", "✓✓✓", text="the same")
    keep(book, "王小明", "✓✓✓", text="the same")
    assert overview(book).same_text == 2
    assert "2 of 6 submissions are the same" in page_of(book).text


def test_a_folder_of_submissions_that_is_not_there_is_bad_input(book, tmp_path, capsys):
    assert run(tmp_path / "grades.db", "--submissions", tmp_path / "none") == 2
    assert "is no folder" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_counted_and_stops_nothing(collected, tmp_path):
    (collected / "王小明" / "99_made_up.py").write_bytes(b"\xff\xfe")
    page = tmp_path / "class.html"
    assert run(tmp_path / "grades.db", "--submissions", collected, "--html", page) == 0
    text = Page(page.read_text("utf-8")).text
    assert "1 files cannot be read." in text
    assert "no two stand out" in text


def test_a_zip_of_submissions_is_compared_as_its_folder_is(collected, tmp_path, capsys):
    shutil.make_archive(str(tmp_path / "all"), "zip", collected)
    assert run(tmp_path / "grades.db", "--submissions", tmp_path / "all.zip") == 0
    assert "Ada Lovelace and 王小明: " in capsys.readouterr().out


def test_what_the_solution_says_is_nobodys_own(collected, tmp_path, monkeypatch):
    (tmp_path / "solutions").mkdir()
    cell = {"cell_type": "code", "source": LONG}
    notebook = json.dumps({"cells": [cell], "nbformat": 4})
    (tmp_path / "solutions" / "99_made_up.ipynb").write_text(notebook, "utf-8")
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "class.html"
    assert run(tmp_path / "grades.db", "--submissions", collected, "--html", page) == 0
    assert "no two stand out" in Page(page.read_text("utf-8")).text
