"""The pages beside the lectures: notation and glossary say what the lectures and the code say."""

import importlib
import re
from pathlib import Path

import pytest
from test_notebooks import Notebook, displayed, read, source

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LECTURES = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def table_rows(page: str, columns: int) -> list[list[str]]:
    """The rows of all tables of a page that have so many columns, without their heads."""
    found = []
    for cell in read(NOTEBOOKS / f"{page}.ipynb").markdown:
        for table in re.findall(r"(?:^\|.*\n?)+", source(cell), re.MULTILINE):
            lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
            found += [[entry.strip() for entry in line] for line in lines[2:]]
    return [row for row in found if len(row) == columns]


def text_of(notebook: Notebook) -> str:
    outputs = (output for cell in notebook.code for output in cell["outputs"])
    shown = ["".join(displayed(output).values()) for output in outputs]
    return "\n".join([*(source(cell) for cell in notebook.cells), *shown])


def lecture_of(link: str) -> Notebook:
    target = re.fullmatch(r"\[.+\]\((\w+\.ipynb)\)", link)
    assert target, f"{link} is no link to a lecture"
    return read(NOTEBOOKS / target[1])


SYMBOLS = table_rows("notation", columns=5)
TERMS = table_rows("glossary", columns=4)


@pytest.mark.parametrize("row", SYMBOLS, ids=lambda row: row[0])
def test_a_symbol_stands_in_the_lecture_that_brings_it_in(row):
    letters = [re.sub(r"[{}\s]", "", letter) for letter in row[0].strip("$").split(",")]
    text = re.sub(r"[{}\s]", "", text_of(lecture_of(row[4])))
    assert [letter for letter in letters if letter not in text] == []


@pytest.mark.parametrize("row", SYMBOLS, ids=lambda row: row[0])
def test_what_the_notation_names_in_the_library_is_there(row):
    for dotted in re.findall(r"`([A-Za-z_]+(?:\.\w+)+)[`(]", row[3]):
        first, *names = dotted.removeprefix("course_lib.").split(".")
        home = importlib.import_module(f"course_lib.{first.lower()}")
        for name in names:
            home = getattr(getattr(home, first, home), name)


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row[0])
def test_a_term_stands_in_the_lecture_that_brings_it_in(row):
    assert row[0].lower() in text_of(lecture_of(row[3])).lower()


def test_terms_stand_in_the_order_of_the_alphabet_and_once():
    terms = [row[0].lower() for row in TERMS]
    assert terms == sorted(set(terms))
    assert all(re.search(r"[\u4e00-\u9fff]", row[1]) and row[2].endswith(".") for row in TERMS)


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_notation_and_glossary_are_reached_from_every_lecture(path):
    title = source(read(path).cells[0])
    assert title.endswith("[Notation](notation.ipynb) · [Glossary](glossary.ipynb)")


def test_the_map_leads_to_every_lecture_and_every_exercise():
    cells = {cell["id"]: source(cell) for cell in read(NOTEBOOKS / "00_start_here.ipynb").cells}
    linked = re.findall(r"\((?:\.\./)?((?:exercises/)?\w+)\.ipynb\)", cells["map"])
    exercises = [
        f"exercises/{path.stem}" for path in (NOTEBOOKS.parent / "exercises").glob("*.ipynb")
    ]
    there = [path.stem for path in LECTURES if path.stem != "00_start_here"] + exercises
    missing = sorted(set(there) ^ set(linked))
    assert sorted(linked) == sorted(there), f"00_start_here, 4. The map: give a row to {missing}"
