"""The plan of a lesson says what the lecture and the spec say, for every topic."""

import functools
import re
import shutil
from pathlib import Path

import pytest

from course_lib.__main__ import main
from course_lib.grading.spec import read_spec
from course_lib.teaching.lesson_plan import lesson_plan
from course_lib.teaching.minutes import STATED, read_cells, source, topics

HOUSE = Path(__file__).parents[2]
SLUGS = topics(HOUSE)
EXERCISES = sorted(path.name.removesuffix("_spec.py") for path in HOUSE.glob("solutions/*_spec.py"))


@functools.cache
def plan(slug):
    return lesson_plan(HOUSE, slug)


@functools.cache
def cells_of(slug):
    return read_cells(HOUSE / "notebooks" / f"{slug}.ipynb")


def part(slug, title):
    """What stands under a heading of a plan."""
    return re.split(r"^## ", plan(slug), flags=re.M)[titles(slug).index(title) + 1]


def titles(slug):
    return re.findall(r"^## (.+)$", plan(slug), re.M)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_minutes_of_the_sections_add_up_to_those_the_lecture_states(slug):
    rows = re.findall(r"^\| (\d+):(\d\d) \| (\d+) \|", part(slug, "Minutes"), re.M)
    *begins, end = [60 * int(hours) + int(minutes) for hours, minutes, _ in rows]
    *lengths, total = [int(length) for _, _, length in rows]
    stated = int(STATED.search(source(cells_of(slug)[0]))["lecture"])
    assert sum(lengths) == total == end == stated
    assert begins == [sum(lengths[:number]) for number in range(len(lengths))]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_sections_are_those_of_the_lecture(slug):
    text = "\n\n".join(source(cell) for cell in cells_of(slug) if cell["cell_type"] == "markdown")
    headings = re.findall(r"^##? (?!and in the loop)(.+)$", text, re.M)
    rows = re.findall(r"^\| \d+:\d\d \| \d+ \| (.+) \| \d* \|$", part(slug, "Minutes"), re.M)
    assert rows == headings


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_slips_are_those_of_the_spec_with_their_sentences(slug):
    wrong = part(slug, "Where a class goes wrong")
    for function in read_spec(HOUSE / "solutions" / f"{slug}_spec.py"):
        told = wrong.partition(f"### In `{function.name}`\n\n")[2].partition("\n\n")[0]
        expected = {f"- **{slip.name}.** {slip.sentence}" for slip in function.slips}
        assert len(told.splitlines()) == len(function.slips)
        assert set(told.splitlines()) == expected


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_article_s_mistakes_come_first(slug):
    wrong = part(slug, "Where a class goes wrong")
    for told in re.findall(r"^### In .+\n\n((?:- .+\n?)+)", wrong, re.M):
        of_article = ["article" in line.lower() for line in told.splitlines()]
        assert of_article == sorted(of_article, reverse=True)
    if "### With the article" in wrong:
        assert wrong.index("### With the article") < wrong.index("### In ")


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_points_of_the_exercise_add_up_to_100(slug):
    rows = re.findall(r"^\| `(\w+)\(.*\| (\d+) \|$", part(slug, "The exercise"), re.M)
    functions = read_spec(HOUSE / "solutions" / f"{slug}_spec.py")
    assert rows == [(function.name, str(function.points)) for function in functions]
    assert sum(int(points) for _, points in rows) == 100


@pytest.mark.parametrize("slug", SLUGS)
def test_every_prediction_and_every_quiz_is_among_the_questions(slug):
    asked = part(slug, "Questions to ask")
    text = "\n\n".join(source(cell) for cell in cells_of(slug) if cell["cell_type"] == "markdown")
    predictions = len(re.findall(r"^(?!\d+\.|[>|-]).*\*\*Predict\b", text, re.M))
    assert asked.count("**Predict") == predictions
    sources = [source(cell) for cell in cells_of(slug) if cell["cell_type"] == "code"]
    right = [
        line for text in sources if "quiz(" in text for line in re.findall("^[+] ", text, re.M)
    ]
    assert len(re.findall(r"^   - \*\*", asked, re.M)) == len(right)


def test_the_first_plan_says_what_03_3_is_about():
    text = plan("03_3_gradients")
    assert text.startswith("# Lesson plan: 3.3 Gradients\n\nA formula for the gradient")
    assert "4. check a gradient against central differences." in text
    assert "wrong: sign, slope, sum | section 4 |" in text
    assert "| the step |" not in part("03_3_gradients", "Where a class goes wrong")
    assert "- Known from before: Start here; better still, 2 Core concepts." in text
    assert "**0 for every $j$**: The input is a factor" in text


def test_what_the_article_has_right_is_no_mistake():
    assert (
        "controls the step"
        not in plan("03_3_gradients").partition("### In `")[0].partition("### With the article")[2]
    )


def test_a_topic_without_an_exercise_has_a_plan_without_one():
    assert titles("00_start_here")[-1] == "Where a class goes wrong"
    assert "exercise" not in part("00_start_here", "What is needed")


def test_polls_are_asked_in_words():
    assert "Trial 1, §1: The goal of training" in part("07_court_of_errata", "Questions to ask")


@pytest.fixture
def students_copy(tmp_path, monkeypatch):
    """A course that has lecture and exercise, and no solutions."""
    for folder in ("notebooks", "exercises"):
        (tmp_path / folder).mkdir()
        shutil.copy(HOUSE / folder / "01_background.ipynb", tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_the_solutions_the_command_says_where_they_are(students_copy, capsys):
    assert main(["lesson-plan", "01_background"]) == 2
    assert "in the teacher's copy" in capsys.readouterr().err


def test_the_command_prints_a_plan_or_writes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(HOUSE)
    assert main(["lesson-plan", "00_start_here"]) == 0
    assert capsys.readouterr().out == plan("00_start_here")
    out = tmp_path / "plans" / "start.md"
    assert main(["lesson-plan", "00_start_here", "--out", str(out)]) == 0
    assert out.read_text("utf-8") == plan("00_start_here")
    assert main(["lesson-plan", "00_start"]) == 2
    assert "00_start_here" in capsys.readouterr().err
