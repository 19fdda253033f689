"""`course grade`, run as a teacher runs it: what it grades, and what stops it in vain."""

import csv
import dataclasses
import json
import os
import pickle
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from grading.made_up import DOUBLE, exercise
from grading.processes import descendants, descendants_in_the_end

from course_lib.__main__ import main
from course_lib.grading.batch import terminal
from course_lib.grading.batch.work import end_sandbox, grade_sources
from course_lib.grading.sandbox import Sandbox

SPEC = """
import numpy as np
from course_lib.grading.spec import Function, Slip

FUNCTIONS = tuple(
    Function(
        name=name,
        points=points,
        inputs=lambda rng: [(rng.normal(size=n),) for n in (1, 2, 3)],
        parameters={"x": "(n,)"},
        returns={"y": "(n,)"},
        hints=("", "", ""),
        slips=(Slip("the sign is flipped", wrong, "Look at the sign."),),
    )
    for name, points, wrong in (("half", 1, lambda x: -x / 2), ("twice", 2, lambda x: -2 * x))
)
"""
HALF, TWICE = "def half(x):\n    return x / 2\n", "def twice(x):\n    return 2 * x\n"


def notebook(*cells):
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    )


@pytest.fixture
def course(tmp_path):
    """A course with one small exercise, and no submission yet."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions/99_small.ipynb").write_text(notebook(HALF, TWICE))
    (tmp_path / "solutions/99_small_spec.py").write_text(SPEC)
    (tmp_path / "submissions").mkdir()
    return tmp_path


def hand_in(course, student, text, name="99_small.py"):
    folder = course / "submissions" / student
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def start(course, *options, jobs=2):
    command = [sys.executable, "-m", "course_lib", "grade", "submissions", "--gradebook", "g.db"]
    return subprocess.Popen(
        [*command, "--jobs", str(jobs), *options],
        cwd=course,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_ctrl_c,
    )


def heed_ctrl_c():
    """A shell lets what it runs in the background ignore Ctrl-C, and so would this process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def grade(course, *options, jobs=1):
    process = start(course, *options, jobs=jobs)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    return out


def marks(course, jobs=1):
    grade(course, "--csv", "marks.csv", jobs=jobs)
    return read_marks(course)


def read_marks(course):
    with open(course / "marks.csv", encoding="utf-8", newline="") as file:
        return {(row["student"], row["function"]): row for row in csv.DictReader(file)}


def kept(course):
    """The students of all rows, with repetition."""
    with sqlite3.connect(course / "g.db") as book:
        return sorted(student for (student,) in book.execute("SELECT student FROM submission"))


def graded(course):
    """How many rows there are, while others write or before anything is written."""
    try:
        return len(kept(course))
    except sqlite3.OperationalError:
        return 0


def test_each_function_is_judged_by_itself_whatever_the_others_do(course):
    hand_in(course, "right", HALF + TWICE)
    hand_in(course, "slip", "def half(x):\n    return -x / 2\n" + TWICE)
    hand_in(course, "loop", "def half(x):\n    while True:\n        pass\n" + TWICE)
    hand_in(course, "crash", "import os\ndef half(x):\n    os._exit(0)\n" + TWICE)
    hand_in(
        course, "stub", notebook("def half(x):\n    raise NotImplementedError"), "99_small.ipynb"
    )
    hand_in(course, "broken", "{", "99_small.ipynb")
    rows = marks(course)
    status = {student: rows[student, "half"]["status"] for student, _ in rows}
    assert status == {
        "right": "passed",
        "slip": "failed",
        "loop": "timeout",
        "crash": "crashed",
        "stub": "not_attempted",
        "broken": "refused",
    }
    assert "the sign is flipped" in rows["slip", "half"]["diagnosis"]
    twice = {student: rows[student, "twice"]["points"] for student in status}
    assert [s for s, points in twice.items() if points == "2"] == ["crash", "loop", "right", "slip"]


def test_a_zip_is_graded_as_it_was_downloaded(course):
    (course / "submissions").rmdir()
    with zipfile.ZipFile(course / "submissions", "w") as archive:
        for number, text in ((11, HALF + TWICE), (12, HALF)):
            archive.writestr(f"王伟_{number}_assignsubmission_file_/99_small.py", text)
        archive.writestr("../evil.py", TWICE)
    said = grade(course)
    assert "2 submissions of 2 students, laid out as Moodle" in said
    assert "passed over '../evil.py': its path leads out of the zip" in said
    with sqlite3.connect(course / "g.db") as book:
        twice = "SELECT student, file, points FROM result JOIN submission ON submission = id"
        rows = book.execute(f"{twice} WHERE function = 'twice' ORDER BY student").fetchall()
    assert rows == [
        (f"王伟 ({number})", f"王伟_{number}_assignsubmission_file_/99_small.py", points)
        for number, points in ((11, 2), (12, 0))
    ]


def test_what_is_unchanged_is_never_graded_twice(course):
    """A changed submission is graded anew; a changed spec is another grader, for everybody."""
    hand_in(course, "ada", HALF)
    hand_in(course, "bob", HALF)
    assert "graded 2, known from before 0" in grade(course)
    seed = course / "g.db.seed"
    secret = seed.read_text()
    assert seed.stat().st_mode & 0o077 == 0
    assert "graded 0, known from before 2" in grade(course)
    hand_in(course, "bob", HALF + TWICE)
    assert "graded 1, known from before 1" in grade(course, "--csv", "marks.csv")
    assert kept(course) == ["ada", "bob", "bob"]
    assert read_marks(course)["bob", "twice"]["status"] == "passed"
    spec = course / "solutions/99_small_spec.py"
    spec.write_text(SPEC.replace("(1, 2, 3)", "(1, 2, 3, 4)"))
    assert "graded 2, known from before 0" in grade(course)
    assert seed.read_text() == secret


def test_three_hundred_survive_ten_kills_of_the_coordinator(course):
    names = [f"student {number:03}" for number in range(300)]
    for name in names:
        hand_in(course, name, f"# {name}\n{HALF}{TWICE}")
    moments, met = random.Random(7), []
    for more in (0, 1, 0, 40, 0, 15, 60, 0, 25, 5):
        process = start(course)
        while more and graded(course) < sum(met[-1:]) + more and process.poll() is None:
            time.sleep(0.02)
        time.sleep(moments.uniform(0.0, 0.1) if more else moments.uniform(0.05, 0.6))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=300)  # which waits for the workers' end of the pipe, too
        met.append(graded(course))
    assert 0 < met[3] < met[6] < 300, f"the kills met no run at work: {met} were graded after each"
    rows = marks(course, jobs=2)
    assert kept(course) == names
    assert len(rows) == 600
    assert {row["status"] for row in rows.values()} == {"passed"}


def test_a_worker_that_is_killed_costs_nothing(course):
    names = [f"student {number:03}" for number in range(120)]
    for name in names:
        hand_in(course, name, f"# {name}\n{HALF}{TWICE}")
    process = start(course)
    killed = 0
    until = time.monotonic() + 300
    while killed < 3 and process.poll() is None and time.monotonic() < until:
        for worker in workers_of(process.pid)[:1]:
            os.kill(worker, signal.SIGKILL)
            killed += 1
        time.sleep(0.4)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert killed
    assert kept(course) == names


def workers_of(pid):
    """The pool's workers: children of the coordinator that are spawned Pythons."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            found.append(int(child))
    return found


def test_ctrl_c_says_that_the_same_command_goes_on_and_it_does(course):
    for number in range(60):
        hand_in(course, f"s{number}", f"# {number}\ndef half(x):\n    while 1: pass\n")
    before = descendants()
    process = start(course)
    until = time.monotonic() + 300
    while not workers_of(process.pid) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "The same command goes on" in out
    assert "Traceback" not in err
    assert descendants_in_the_end(before) == set()
    for number in range(60):
        hand_in(course, f"s{number}", f"# {number}\n{HALF}{TWICE}")
    grade(course)
    assert set(kept(course)) == {f"s{number}" for number in range(60)}


def malformed():
    """200 files that are no notebooks, each broken in a way of its own."""
    chance = random.Random(3)
    whole = notebook(HALF, TWICE).encode()
    yield from (whole[: chance.randrange(len(whole) - 2)] for _ in range(40))
    for _ in range(40):
        place = chance.randrange(len(whole))
        yield whole[:place] + bytes([chance.randrange(128, 256)]) + whole[place + 1 :]
    yield from (chance.randbytes(chance.randrange(1, 400)) for _ in range(40))
    for value in (
        None,
        True,
        3,
        "text",
        [],
        {},
        [[]],
        {"cells": 3},
        {"cells": {}},
        {"cells": None},
    ):
        yield json.dumps(value).encode()
    for cell in (None, 3, "code", [], {}, {"cell_type": 3}, {"cell_type": "code", "source": 3}):
        yield json.dumps({"cells": [cell]}).encode()
    for source in (
        [3],
        [None],
        {"a": 1},
        "def half(:",
        "\x00",
        "(" * 5000,
        "def half(x): return 1" * 9,
    ):
        yield (
            notebook(source).encode()
            if isinstance(source, str)
            else json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode()
        )
    yield b"[" * 100_000
    yield b'{"cells": ' * 2000
    yield json.dumps({"cells": [{"cell_type": "code", "source": ""}] * 3000}).encode()
    yield notebook("x = '" + "a" * 600_000 + "'").encode()
    yield notebook(HALF).encode("utf-16")
    yield notebook(HALF).encode("utf-32")
    yield "﻿".encode("utf-16") + whole
    yield b" " * 5_000_001
    yield b""
    yield b"\n" * 10
    while True:
        yield chance.randbytes(10) + whole


def test_two_hundred_broken_notebooks_get_a_clear_status_and_disturb_nobody(course):
    for number, text in zip(range(200), malformed(), strict=False):
        hand_in(course, f"broken {number:03}", text, "99_small.ipynb")
    hand_in(course, "right", HALF + TWICE)
    rows = marks(course)
    assert len(rows) == 402
    assert rows["right", "half"]["points"] == "1"
    broken = [row for (student, _), row in rows.items() if student != "right"]
    allowed = {"refused", "not_attempted", "error", "passed"}
    assert {row["status"] for row in broken} <= allowed
    assert all(row["diagnosis"] for row in broken)
    wrong = [row for row in broken if row["status"] == "passed" and row["student"] > "broken 080"]
    assert wrong == []


def test_a_link_as_submission_is_passed_over_and_told(course, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text(HALF)
    (course / "submissions/eve").mkdir()
    (course / "submissions/eve/99_small.py").symlink_to(secret)
    out = grade(course)
    assert "it is a link" in out
    assert kept(course) == []


def test_without_a_hardened_sandbox_a_batch_is_refused_unless_the_teacher_says_so(monkeypatch):
    monkeypatch.setattr(terminal, "Sandbox", lambda: Sandbox(unhardened=True))
    with pytest.raises(PermissionError, match="--allow-unhardened"):
        terminal._layers(allow_unhardened=False)
    assert terminal._layers(allow_unhardened=True) == Sandbox(unhardened=True).layers()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["nowhere", "--gradebook", "g.db"], "give the one that holds the submissions"),
        (["submissions", "--gradebook", "g.db", "--exercise", "98"], "no exercise '98'"),
        (["submissions", "--gradebook", "g.db", "--jobs", "0"], "give 1 or more"),
        (["submissions", "--gradebook", "submissions"], "gradebook"),
        (["submissions"], "--gradebook"),
    ],
)
def test_bad_input_gets_one_sentence(course, options, message, monkeypatch, capsys):
    monkeypatch.chdir(course)
    assert exit_code(["grade", *options]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert "Traceback" not in errors


def exit_code(words):
    """Run a command of `course` here, and return what its process would end with."""
    try:
        return main(words)
    except SystemExit as end:  # argparse ends so
        return end.code


def test_the_report_of_a_class_is_a_page(course, monkeypatch):
    hand_in(course, "ada", "def half(x):\n    return -x / 2\n")
    grade(course)
    monkeypatch.chdir(course)
    assert exit_code(["report", "g.db", "--html", "class.html"]) == 0
    assert "the sign is flipped" in (course / "class.html").read_text()


CLUSTER = """
import sys
from course_lib.__main__ import main
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        sys.exit(main(["grade", "submissions", "--gradebook", "g.db", "--dask", address]))
"""


def test_a_dask_cluster_grades_the_same(course):
    for number in range(25):
        hand_in(course, f"s{number:02}", f"# {number}\n{HALF}")
    (course / "cluster.py").write_text(CLUSTER)
    process = subprocess.run(
        [sys.executable, "cluster.py"], cwd=course, capture_output=True, text=True, timeout=300
    )
    assert process.returncode == 0, process.stderr
    assert "graded 25, known from before 0" in process.stdout
    assert "graded 0, known from before 25" in grade(course)


def test_a_worker_keeps_an_exercise_until_it_is_given_another():
    """What it has is not even read again: its cases would have to be prepared again, too."""
    first = exercise()
    second = exercise(dataclasses.replace(DOUBLE, name="twice"))
    source = "def double(x, *, plus=0.0):\n    return 2 * x\n"
    try:
        grades = [
            grade_sources(sent, grader, [source], unhardened=True)[0].results[0][0]
            for sent, grader in (
                (pickle.dumps(first), "first"),
                (b"no pickle", "first"),
                (pickle.dumps(second), "second"),
            )
        ]
    finally:
        end_sandbox()
    assert [grade.function for grade in grades] == ["double", "double", "twice"]
    assert [grade.status for grade in grades] == ["failed", "failed", "not_attempted"]
