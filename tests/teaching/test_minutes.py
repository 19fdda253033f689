"""How long a lecture takes is measured, and every lecture says it of itself."""

import re
from pathlib import Path

import pytest

from course_lib.__main__ import main
from course_lib.teaching.minutes import (
    measure,
    minutes_of_cell,
    minutes_of_exercise,
    read_cells,
    sections,
    stated,
    topics,
)

HOUSE = Path(__file__).parents[2]
LEEWAY = 5.0


def text(words):
    return {"cell_type": "markdown", "id": "a", "metadata": {}, "source": words}


def code(lines, tags=(), outputs=()):
    metadata = {"tags": list(tags)}
    return {"cell_type": "code", "id": "a", "metadata": metadata, "source": lines} | {
        "outputs": list(outputs)
    }


PICTURE = {"output_type": "display_data", "data": {"text/html": ["<p><img alt='a line'></p>"]}}


@pytest.mark.parametrize("slug", topics(HOUSE))
def test_a_lecture_says_how_long_it_takes(slug):
    found, said = measure(HOUSE, slug), stated(HOUSE, slug)
    assert said.lecture == pytest.approx(found.lecture, abs=LEEWAY)
    assert (said.exercise is None) == (found.exercise is None)
    if found.exercise is not None:
        assert said.exercise == pytest.approx(found.exercise, abs=LEEWAY)


def routes():
    """The rows of the table of routes in the first notebook: what, which lectures, how long."""
    cells = {cell["id"]: cell for cell in read_cells(HOUSE / "notebooks" / "00_start_here.ipynb")}
    lines = "".join(cells["routes"]["source"]).splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("|")][2:]


@pytest.mark.parametrize("route", routes(), ids=lambda route: route[0])
def test_a_route_takes_as_long_as_its_lectures(route):
    _, names, hours = route
    whole = names.startswith("all")
    numbers = {
        re.sub(r"_(?=\d)|^0", lambda m: "." if m[0] == "_" else "", slug): slug
        for slug in topics(HOUSE)
    }
    wanted = [name.strip() for name in names.split(",")]
    slugs = [slug for number, slug in numbers.items() if whole or number.split("_")[0] in wanted]
    if not whole:
        assert len(slugs) == len(wanted)
    said = [stated(HOUSE, slug) for slug in slugs]
    minutes = sum(m.lecture + (m.exercise or 0 if whole else 0) for m in said)
    expected = pytest.approx(minutes / 60, abs=0.5 if whole else 0.1)
    assert float(hours) == expected, "the hours stand in 00_start_here, in the cell `routes`"


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        (text("word " * 200), 1.0),
        (text("It's a well-known 3.5 " * 50), 1.0),
        (text("[word](https://example.org/not/read) " * 200), 1.0),
        (text("$x + y$ `f(x, y)` " * 100), 1.0),
        (text("$$a\n+ b$$"), 1 / 3),
        (text("**Predict:** up or down?"), 0.5 + 4 / 200),
        (text("```python\na = 1\nb = 2\n```"), 3 * 4 / 60),
        (code("a = 1\n\nb = 2\n"), 15 / 60 + 8 / 60),
        (code("a = 1", outputs=[PICTURE]), 15 / 60 + 4 / 60 + 20 / 60),
        (code("lab()", tags=["widget"]), 4.0),
        (code('quiz(r"""one?\n+ yes | it is.\n""")'), 0.75),
        (code("\n"), 0.0),
    ],
)
def test_each_kind_of_cell_has_its_time(cell, minutes):
    assert minutes_of_cell(cell) == pytest.approx(minutes)


def test_an_exercise_takes_reading_and_a_minute_for_each_line_to_write():
    answer = (
        "def f(x):\n    ### BEGIN SOLUTION\n    y = 2 * x\n\n    return y\n    ### END SOLUTION\n"
    )
    minutes = minutes_of_exercise([text("word " * 100), code("f(1)")], [code(answer)])
    assert minutes == pytest.approx(0.5 + 2 + 2)


def test_sections_add_up_to_the_lecture():
    parts = list(sections([text("# Title"), text("## 1. One\nword"), code("a"), text("## 2. Two")]))
    assert [part.title for part in parts] == ["Title", "1. One", "2. Two"]
    slug = topics(HOUSE)[-1]
    cells = read_cells(HOUSE / "notebooks" / f"{slug}.ipynb")
    total = sum(part.minutes for part in sections(cells))
    assert total == pytest.approx(measure(HOUSE, slug).lecture)


def test_the_command_prints_them(capsys, monkeypatch):
    monkeypatch.chdir(HOUSE)
    assert main(["minutes", "00_start_here", "--sections"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("00_start_here: ")
    assert "1. A network learns to read" in printed


def test_an_unknown_lecture_is_answered_by_those_there_are(capsys, monkeypatch):
    monkeypatch.chdir(HOUSE)
    assert main(["minutes", "03_3_gradient"]) == 2
    assert "03_3_gradients" in capsys.readouterr().err


def test_what_is_no_notebook_is_said_to_be_none(tmp_path):
    (tmp_path / "a.ipynb").write_text("{}")
    with pytest.raises(ValueError, match="is no notebook"):
        read_cells(tmp_path / "a.ipynb")


def test_a_lecture_without_its_time_is_refused(tmp_path):
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "01_a.ipynb"
    path.write_text('{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "# A"}]}')
    with pytest.raises(ValueError, match="01_a says no"):
        stated(tmp_path, "01_a")
