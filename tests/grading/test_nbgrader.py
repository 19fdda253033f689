"""Exercises as nbgrader's assignments: valid, worth 100 points, and as strict as `check`.

`make try-nbgrader` does the same with nbgrader itself.
"""

import dataclasses
import errno
import json
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from grading.made_up import DOUBLE, knowing
from grading.made_up import exercise as made_up_exercise

from course_lib.__main__ import main
from course_lib.grading.case_files import CasesError, read_cases, write_cases
from course_lib.grading.check_cell import WIDTH, CheckCell, NotRight, pack, unpack
from course_lib.grading.lms.nbgrader import source_notebook
from course_lib.grading.loading import CELL_MARK, load
from course_lib.grading.spec import SpecError

HOUSE = Path(__file__).parents[2]
SLUGS = sorted(path.stem for path in (HOUSE / "solutions").glob("*.ipynb"))


def solution_of(slug):
    return json.loads((HOUSE / "solutions" / f"{slug}.ipynb").read_text("utf-8"))


@pytest.fixture(scope="module", params=SLUGS)
def exported(request):
    """A slug and its assignment; the public cases stand in for fresh ones, which take longer."""
    cases = read_cases(HOUSE / "exercises" / f"{request.param}_cases.json")
    return request.param, source_notebook(solution_of(request.param), cases)


def text(cell):
    return "".join(cell["source"])


def marks_of(notebook):
    return [(c, c["metadata"]["nbgrader"]) for c in notebook["cells"] if c["metadata"]]


def without(source, what, instead=""):
    """Take out what stands between nbgrader's marks, as its documentation says that it does."""
    region = rf"^([ \t]*)### BEGIN {what}\n.*?### END {what}(\n|\Z)"
    return re.sub(region, rf"\1{instead}\2" if instead else "", source, flags=re.S | re.M)


def students_copy(cell):
    stubbed = without(text(cell), "SOLUTION", "raise NotImplementedError()")
    return without(stubbed, "HIDDEN TESTS")


def points(notebook, text_of, monkeypatch):
    """Define what the notebook defines and run its graded cells; one that raises has no points."""
    monkeypatch.chdir(HOUSE / "exercises")
    graded = [(c, m) for c, m in marks_of(notebook) if m["grade"]]
    others = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    source = f"\n{CELL_MARK}\n".join(
        text_of(c) for c in others if not text_of(c).count("CheckCell")
    )
    functions, _ = load(source, [m["grade_id"].removeprefix("check-") for _, m in graded])
    total = 0
    for cell, marks in graded:
        try:
            exec(text_of(cell), dict(functions))
        except NotRight:
            continue
        total += marks["points"]
    return total


def test_an_assignment_is_a_valid_notebook_without_outputs(exported):
    slug, notebook = exported
    nbformat.validate(nbformat.from_dict(notebook))
    assert not [c for c in notebook["cells"] if c.get("outputs") or c.get("execution_count")], slug


def test_its_marks_are_of_schema_3(exported):
    """The keys that nbgrader's documentation lists, and what each kind of cell needs."""
    _, notebook = exported
    kinds = set()
    for cell, marks in marks_of(notebook):
        assert list(cell["metadata"]) == ["nbgrader"]
        assert marks["schema_version"] == 3
        assert marks["cell_type"] == cell["cell_type"] == "code"
        kind = tuple(key for key in ("grade", "solution", "locked") if marks[key])
        assert ("points" in marks) == marks["grade"]
        assert not marks["task"]
        kinds.add(kind)
    assert kinds == {("locked",), ("solution",), ("grade", "locked")}


def test_its_ids_are_unique_and_its_points_are_the_exercises(exported):
    slug, notebook = exported
    identifiers = [marks["grade_id"] for _, marks in marks_of(notebook)]
    assert len(set(identifiers)) == len(identifiers)
    cases = read_cases(HOUSE / "exercises" / f"{slug}_cases.json")
    graded = {m["grade_id"]: m["points"] for _, m in marks_of(notebook) if m["grade"]}
    assert graded == {f"check-{f.name}": f.points for f in cases.functions}
    assert sum(graded.values()) == 100


def test_the_solution_has_full_marks_and_the_students_copy_none(exported, monkeypatch):
    _, notebook = exported
    assert points(notebook, text, monkeypatch) == 100
    assert points(notebook, students_copy, monkeypatch) == 0


def test_the_students_copy_holds_no_answer_and_no_fresh_case(exported):
    _, notebook = exported
    copy = "\n".join(students_copy(cell) for cell in notebook["cells"])
    whole = "\n".join(text(cell) for cell in notebook["cells"])
    answers = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", whole, re.S)
    lines = [line.strip() for answer in answers for line in answer.splitlines()]
    lines = [line for line in lines if len(line) > 20]
    assert lines
    assert not [line for line in lines if line in copy]
    assert "_check_cell.use" in whole
    assert "_check_cell.use" not in copy
    assert "SOLUTION" not in copy


def test_no_link_of_an_assignment_leads_out_of_its_folder(exported):
    _, notebook = exported
    assert not [c["id"] for c in notebook["cells"] if "](.." in text(c)]


# What a check cell does, on a made-up exercise.

SLIP = knowing(("the sum", lambda x, *, plus=0.0: (x + 2 + plus, 0.0)))


@pytest.fixture
def assignment(tmp_path, monkeypatch):
    """A folder with public cases, as nbgrader has one for each assignment."""
    (tmp_path / "99_made_up_cases.json").write_text(write_cases(made_up_exercise(SLIP)), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def right(x, *, plus=0.0):
    if x.ndim != 1:
        raise ValueError
    return 2.0 * x + plus, np.sum(2.0 * x + plus)


def judge(function, packed=""):
    cell = CheckCell("99_made_up", "double")
    if packed:
        cell.use(packed)
    cell.judge({} if function is None else {"double": function})


def test_a_right_function_is_told_so_and_nothing_goes_to_stderr(assignment, capsys):
    """Whatever stands on stderr costs the cell its points in nbgrader."""

    def chatty(x, *, plus=0.0):
        print("here", file=sys.stderr)
        print("there")
        np.log(np.zeros(1))
        return right(x, plus=plus)

    judge(chatty)
    assert capsys.readouterr() == ("✓ double: 10 of 10 points, all 6 cases right\n", "")


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda x, *, plus=0.0: (x + 2 + plus, 0.0), "Known slip, the sum: About the sum."),
        (lambda x, *, plus=0.0: None, "It returned None"),
        (None, "There is no double in it."),
        ("no function", "There is no double in it."),
    ],
)
def test_a_wrong_function_is_told_what_check_tells_it(assignment, function, sentence):
    with pytest.raises(NotRight, match=re.escape(sentence)) as caught:
        judge(function)
    assert "✗ double: 0 of 10" in str(caught.value) or "○ double: 0 of 10" in str(caught.value)


def test_ipython_shows_the_verdict_in_lines_that_fit_and_no_traceback():
    long = "  A sentence " + "of many words " * 20
    shown = NotRight(f"✗ f: 0 of 10 points\n{long}\n    x = {'1 ' * 80}")._render_traceback_()
    assert shown[0] == "✗ f: 0 of 10 points"
    assert max(len(line) for line in shown[:-1]) <= WIDTH
    assert " ".join(line.strip() for line in shown[1:-1]) == long.strip()
    assert shown[-1].startswith("    x = 1 1")


def with_cases(cases):
    return dataclasses.replace(DOUBLE, cases=tuple(cases))


def test_fresh_cases_decide_and_public_ones_do_not(assignment):
    """A learner who has learnt the public answers by heart fails on the fresh ones."""
    few, others = with_cases(DOUBLE.cases[:2]), with_cases(DOUBLE.cases[2:4])
    by_heart = {c.arguments[0].tobytes(): right(c.arguments[0]) for c in few.cases}

    def copied(x, *, plus=0.0):
        return by_heart[x.tobytes()]

    judge(copied, pack("99_made_up", few))
    (assignment / "99_made_up_cases.json").write_text(write_cases(made_up_exercise(few)), "utf-8")
    judge(copied)
    with pytest.raises(NotRight, match="KeyError"):
        judge(copied, pack("99_made_up", others))


def test_fresh_cases_are_packed_without_slips_and_the_slip_is_still_named(assignment):
    packed = pack("99_made_up", SLIP)
    assert re.fullmatch(r"[\w+/=]+", packed)
    assert write_cases(unpack(packed)) == write_cases(made_up_exercise(DOUBLE))
    with pytest.raises(NotRight, match="Known slip, the sum"):
        judge(lambda x, *, plus=0.0: (x + 2 + plus, 0.0), packed)


@pytest.mark.parametrize("packed", ["", "no base64!", "QUJD", pack("99_made_up", DOUBLE)[:-12]])
def test_damaged_cases_are_said_to_be_damaged(packed):
    with pytest.raises(CasesError, match=r"damaged.*export the exercise anew"):
        unpack(packed)


def test_cases_of_another_exercise_are_refused(assignment):
    with pytest.raises(CasesError, match="hold no function triple"):
        CheckCell("99_made_up", "triple").judge({})


# The command.


def test_a_solution_without_a_check_for_each_function_is_refused():
    solution = solution_of("03_3_gradients")
    cells = [c for c in solution["cells"] if text(c) != "check(mse_gradient)"]
    cases = read_cases(HOUSE / "exercises" / "03_3_gradients_cases.json")
    with pytest.raises(SpecError, match="one cell `check"):
        source_notebook(solution | {"cells": cells}, cases)


def test_links_lead_to_the_site_where_there_is_one():
    cases = read_cases(HOUSE / "exercises" / "01_background_cases.json")
    made = source_notebook(solution_of("01_background"), cases, "https://example.org/course/")
    assert "](https://example.org/course/notebooks/01_background.ipynb)" in text(made["cells"][0])


def test_the_command_writes_an_assignment_and_not_over_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(HOUSE)
    command = ["export-nbgrader", str(tmp_path), "--exercise", "01_background"]
    assert main(command) == 0
    place = tmp_path / "source" / "01_background"
    assert sorted(path.name for path in place.iterdir()) == [
        "01_background.ipynb",
        "01_background_cases.json",
    ]
    assert [path.name for path in place.parent.iterdir()] == ["01_background"]
    first = (place / "01_background.ipynb").read_text("utf-8")
    (place / "mine.txt").write_text("the teacher's own", "utf-8")
    assert main(command) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main([*command, "--overwrite", "--with-library"]) == 0
    assert (place / "01_background.ipynb").read_text("utf-8") == first  # the same seed
    assert (place / "mine.txt").is_file()
    assert (place / "course_lib" / "grading" / "check_cell.py").is_file()
    (tmp_path / "fresh_cases.seed").write_text("7\n")
    assert main([*command, "--overwrite"]) == 0
    assert (place / "01_background.ipynb").read_text("utf-8") != first


def test_a_full_disk_leaves_no_half_of_an_assignment(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(HOUSE)
    write = Path.write_text

    def full(path, *arguments, **settings):
        if path.name == "01_background_cases.json":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, *arguments, **settings)

    monkeypatch.setattr(Path, "write_text", full)
    assert main(["export-nbgrader", str(tmp_path), "--exercise", "01_background"]) == 2
    assert "No space left" in capsys.readouterr().err
    assert list((tmp_path / "source").iterdir()) == []


def test_an_unknown_exercise_is_answered_by_those_there_are(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(HOUSE)
    assert main(["export-nbgrader", str(tmp_path / "new"), "--exercise", "03_3"]) == 2
    assert "03_3_gradients" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
