"""A new topic passes what every exercise of the course passes, before a word of it is changed."""

import dataclasses
import errno
import json
import re
import shutil
from pathlib import Path

import pytest
from test_notebooks import form, ids, length, read, start, tags, tone

from course_lib.__main__ import main
from course_lib.grading.audit import audit
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import make_cases, make_exercise, read_reference
from course_lib.grading.judge import judge
from course_lib.grading.running import InProcess
from course_lib.grading.spec import read_spec
from course_lib.grading.stubs import make_stubs
from course_lib.grading.submission import read_source
from course_lib.grading.terminal import check_source
from course_lib.teaching.new_topic import FILES, make_topic, title_of

HOUSE = Path(__file__).parents[2]
SLUG = "08_my_topic"


def empty_course(folder):
    for name in ("notebooks", "solutions"):
        (folder / name).mkdir()
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with the new topic, its exercise made, and nothing else."""
    folder = empty_course(tmp_path_factory.mktemp("course"))
    make_topic(SLUG, "", folder)
    make_stubs(SLUG, folder)
    return folder


@pytest.fixture(scope="module")
def function(course):
    (function,) = read_spec(course / "solutions" / f"{SLUG}_spec.py")
    reference = read_reference(course / "solutions" / f"{SLUG}.ipynb", [function.name])
    return function, reference[function.name]


def verdict_on(wrong, cases):
    runner = InProcess({cases.name: wrong})
    return judge(cases, runner.call(cases.name, [case.arguments for case in cases.cases]))


def test_its_solution_has_100_points_and_its_stub_none(course):
    cases = read_cases(course / "exercises" / f"{SLUG}_cases.json")
    for folder, points, status in (("solutions", 100, "passed"), ("exercises", 0, "not_attempted")):
        source = read_source(course / folder / f"{SLUG}.ipynb")
        (result,) = check_source(source, cases, InProcess())
        assert (result.points, result.max_points, result.status) == (points, 100, status)


@pytest.mark.parametrize("seed", [0, 1, 2**100])
def test_its_slips_are_rejected_and_named(function, seed):
    spec, reference = function
    cases = make_cases(spec, reference, "8.1", seed)
    told = {slip.name: verdict_on(slip.wrong, cases).diagnosis.slip for slip in spec.slips}
    assert told == {slip.name: slip.name for slip in spec.slips}


def test_its_solution_is_right_on_many_seeds(function):
    spec, reference = function
    for seed in range(50):
        cases = make_cases(dataclasses.replace(spec, slips=()), reference, "8.1", seed)
        assert verdict_on(reference, cases).points == 100


def test_its_audit_is_passed(course):
    (found,) = audit(make_exercise(SLUG, course / "solutions", 0), course / "solutions")
    assert found.holes == []
    assert found.meets_the_bar


@pytest.mark.parametrize("folder", ["notebooks", "exercises", "solutions"])
@pytest.mark.parametrize("rule", [form, start, ids, tags, length, tone])
def test_its_notebooks_keep_the_rules(course, folder, rule):
    assert list(rule(read(course / folder / f"{SLUG}.ipynb"))) == []


def test_name_number_and_title_stand_everywhere(tmp_path):
    slug = "03_4_7_loss_landscapes"
    paths = make_topic(slug, "平坦 & sharp", empty_course(tmp_path))
    for text in [path.read_text("utf-8") for path in paths]:
        assert not re.search(r"SLUG(?!S)|SECTION|TITLE", text)
        assert "3.4.7" in text
    for path in (paths[0], paths[2]):
        first = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])
        assert "平坦 & sharp" in first
    assert f"make stubs SLUGS={slug}`" in paths[0].read_text("utf-8")


def test_a_title_is_made_of_the_words():
    assert title_of("03_4_7_loss_landscapes_2") == "Loss landscapes 2"


@pytest.mark.parametrize(
    "slug",
    [
        "my_topic",
        "8_my_topic",
        "08",
        "08_My_topic",
        "08-my-topic",
        "08_my topic",
        "../08_my",
        "08__a",
    ],
)
def test_a_name_of_another_form_is_told_the_form(tmp_path, slug):
    with pytest.raises(ValueError, match="as in 08_my_topic"):
        make_topic(slug, "", empty_course(tmp_path))


@pytest.mark.parametrize(
    "title", ["two\nlines", 'a "quoted" one', "a [link]", "a | b", "back\\slash"]
)
def test_a_title_that_would_break_a_page_is_refused(tmp_path, title):
    with pytest.raises(ValueError, match="must be one line"):
        make_topic(SLUG, title, empty_course(tmp_path))


@pytest.mark.parametrize(
    "there", [*FILES.values(), "exercises/{slug}.ipynb", "exercises/{slug}_cases.json"]
)
def test_nothing_is_written_over(tmp_path, there):
    path = empty_course(tmp_path) / there.format(slug=SLUG)
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", "utf-8")
    with pytest.raises(FileExistsError, match="is there already"):
        make_topic(SLUG, "", tmp_path)
    assert [p.read_text("utf-8") for p in tmp_path.rglob("*.*") if p.is_file()] == ["mine"]


def test_a_number_that_is_taken_is_refused_and_a_longer_name_is_not(tmp_path):
    folder = empty_course(tmp_path)
    make_topic("08_my_topic_too", "", folder)
    with pytest.raises(
        FileExistsError, match=r"8 is the number of notebooks/08_my_topic_too\.ipynb"
    ):
        make_topic(SLUG, "", folder)
    make_topic("08_1_my_topic", "", folder)


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    folder, open_ = empty_course(tmp_path), Path.open

    def full(path, *arguments, **settings):
        if path.name == f"{SLUG}_spec.py":
            raise OSError(errno.ENOSPC, "No space left on device")
        return open_(path, *arguments, **settings)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space left"):
        make_topic(SLUG, "", folder)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_the_command_says_what_comes_next(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(empty_course(tmp_path))
    assert main(["new-topic", SLUG, "Scales"]) == 0
    said = capsys.readouterr().out
    assert f"made solutions/{SLUG}_spec.py" in said
    assert f"make stubs SLUGS={SLUG}" in said
    assert f"| 8 | [Scales](notebooks/{SLUG}.ipynb) |" in said
    assert main(["new-topic", SLUG]) == 2
    assert "is there already" in capsys.readouterr().err


def test_without_solutions_there_is_nowhere_to_write(tmp_path, monkeypatch, capsys):
    shutil.copytree(HOUSE / "course_lib" / "teaching" / "templates", tmp_path / "x")
    monkeypatch.chdir(tmp_path / "x")
    monkeypatch.setattr("course_lib.grading.places.course_folders", lambda *_: iter([tmp_path]))
    assert main(["new-topic", SLUG]) == 2
    assert "no folder solutions/" in capsys.readouterr().err
