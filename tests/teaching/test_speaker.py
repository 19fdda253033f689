"""A lecture for the projector: nothing is lost, nothing is shown too early, labs are large."""

import ast
import errno
import functools
import json
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from course_lib.__main__ import main
from course_lib.teaching.minutes import read_cells, source, topics
from course_lib.teaching.outline import (
    Class,
    allot,
    paragraphs,
    pieces,
    read_lecture,
    sections,
)
from course_lib.teaching.speaker import FOLDED, in_large_type, speakers_notebook

HOUSE = Path(__file__).parents[2]
SLUGS = topics(HOUSE)


@pytest.fixture(autouse=True)
def own_signatures(tmp_path, monkeypatch):
    """Sign for a Jupyter of the test's own, not for that of whoever runs the tests."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


def text(words, own_id="a", tags=()):
    return {
        "cell_type": "markdown",
        "id": own_id,
        "metadata": {"tags": list(tags)},
        "source": words,
    }


def code(lines, own_id="c", tags=()):
    return text(lines, own_id, tags) | {"cell_type": "code", "outputs": [], "execution_count": 1}


@functools.cache
def lecture_of(slug):
    return read_lecture(HOUSE, slug)


@functools.cache
def cells_of(slug):
    return read_cells(HOUSE / "notebooks" / f"{slug}.ipynb")


@functools.cache
def copy_of(slug):
    return speakers_notebook(lecture_of(slug), Class(40))


def level(cell):
    """How deep a heading is; 0 of what is none."""
    if cell["cell_type"] != "markdown":
        return 0
    return len(re.match("(#{1,4} )?", source(cell))[0].strip())


def seen_at_first(cells):
    """Yield what JupyterLab shows of folded headings: them, and what stands under no folded one."""
    folded = 0
    for cell in cells:
        depth = level(cell)
        if folded and (not depth or depth > folded):
            continue
        folded = depth if cell["metadata"].get(FOLDED) else 0
        yield cell


def words_of(cells):
    told = "\n".join(source(cell) for cell in cells if cell["cell_type"] == "markdown")
    return re.sub(r"\]\([^)]*\)|</?(div|span)[^>]*>", "", told).split()


@pytest.mark.parametrize("slug", SLUGS)
def test_the_copy_has_every_word_and_every_line_of_code_in_order(slug):
    lecture, copy = cells_of(slug), copy_of(slug)["cells"]
    remaining = iter(words_of(copy))
    assert [word for word in words_of(lecture) if word not in remaining] == []
    asked = [source(cell).replace("large_type=True, ", "") for cell in copy[1:]]
    asked = [line for line, cell in zip(asked, copy[1:], strict=True) if "outputs" in cell]
    assert asked == [source(cell) for cell in lecture if cell["cell_type"] == "code"]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_copy_is_a_valid_notebook_with_the_outputs_of_the_lecture(slug):
    copy = nbformat.from_dict(copy_of(slug))
    nbformat.validate(copy)
    assert len({cell.id for cell in copy.cells}) == len(copy.cells)
    outputs = [cell["outputs"] for cell in cells_of(slug)
               if cell["cell_type"] == "code"]  # fmt: skip
    assert [cell.outputs for cell in copy.cells if cell.cell_type == "code"][1:] == outputs


@pytest.mark.parametrize("slug", SLUGS)
def test_at_first_one_section_is_open_and_no_answer(slug):
    lecture, copy = lecture_of(slug), copy_of(slug)["cells"]
    seen = {cell["id"] for cell in seen_at_first(copy)}
    title, first, *later = lecture.sections
    shown = [*title.opening, *first.opening, *(first.questions[0].cells if first.questions else ())]
    assert {cell["id"] for cell in shown} <= seen
    hidden = [cell for question in first.questions for cell in question.answer]
    hidden += [cell for question in first.questions[1:] for cell in question.cells]
    hidden += [cell for section in later for cell in section.cells]
    assert {cell["id"] for cell in hidden} & seen == set()


def test_an_answer_is_folded_under_its_question_and_the_next_question_waits():
    lecture = [
        text("# 9 Made up\n\n**Time:** 5 minutes.", "title"),
        text("## 1. One\n\nA thing.\n\n**Predict:** up?", "s1"),
        code("1 + 1", "s1-look"),
        text("It is 2.\n\n**Predict:** and then?\n\nTake care.", "s1-next"),
    ]
    house_like = read_lecture(HOUSE, SLUGS[0])._replace(sections=tuple(sections(lecture)))
    cells = speakers_notebook(house_like, Class(5))["cells"]
    start = next(i for i, cell in enumerate(cells) if cell["id"] == "section-1")
    rows = [
        (source(cell).splitlines()[0].partition(" <")[0], cell["metadata"].get(FOLDED, False))
        for cell in cells[start:]
    ]
    assert rows == [
        ("## 1. One", False),
        ("A thing.", False),
        ("### Ask 1 of 2", False),
        ('<div class="course-ask">', False),
        ("#### Then look", True),
        ("1 + 1", False),
        ("It is 2.", False),
        ("### Ask 2 of 2", True),
        ('<div class="course-ask">', False),
        ("#### Then look", True),
        ("Take care.", False),
    ]
    types = [cell["metadata"].get("slideshow", {}).get("slide_type") for cell in cells[start:]]
    assert types == [
        *("slide", None, "subslide", None, "fragment", "fragment", "fragment"),
        *("subslide", None, "fragment", "fragment"),
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_prediction_of_a_lecture_is_asked(slug):
    lecture = lecture_of(slug)
    asked = [cell for s in lecture.sections for q in s.questions for cell in q.cells]
    predicted = [
        cell["id"] for cell in cells_of(slug)
        if "predict" in cell["metadata"].get("tags", ())
    ]  # fmt: skip
    assert set(predicted) <= {re.sub(r"-part-\d+$", "", cell["id"]) for cell in asked}


@pytest.mark.parametrize("slug", SLUGS)
def test_labs_are_in_large_type_and_only_their_output_is_shown(slug):
    for cell in copy_of(slug)["cells"]:
        tags = set(cell["metadata"].get("tags", ()))
        hidden = cell["metadata"].get("jupyter", {})
        if cell["cell_type"] == "code":  # two lectures have few tags: what a cell does counts too
            shows = "<img" in json.dumps(cell["outputs"])
            asks = re.search(r"^(quiz|poll|vote)\(", source(cell), re.M)
            alone = tags & {"setup", "figure", "widget", "quiz", "predict"} or shows or asks
            assert hidden.get("source_hidden", False) == bool(alone)
        if "widget" in tags:
            (call,) = (
                node
                for node in ast.walk(ast.parse(source(cell)))
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("_lab")
            )
            assert {k.arg: ast.unparse(k.value) for k in call.keywords}["large_type"] == "True"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("clipping_lab()", "clipping_lab(large_type=True)"),
        ("é = clipping_lab(c=f(1))\né", "é = clipping_lab(large_type=True, c=f(1))\né"),
        ("w.clipping_lab(\n    c=1,\n)", "w.clipping_lab(large_type=True, \n    c=1,\n)"),
        ("clipping_lab(large_type=False)", "clipping_lab(large_type=False)"),
        ("clipping_lab_figure()", "clipping_lab_figure()"),
    ],
)
def test_the_switch_is_turned_on_where_a_lab_is_made(before, after):
    assert in_large_type(before) == after


@pytest.mark.parametrize("slug", SLUGS)
def test_links_lead_from_the_copy_where_they_led_from_the_lecture(slug):
    place = HOUSE / "build" / "teach"
    for cell in copy_of(slug)["cells"]:
        if cell["cell_type"] == "markdown":
            for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", source(cell)):
                assert Path(f"{place}/{target}").resolve().exists() or (
                    "build" not in target and (HOUSE / target.removeprefix("../../")).exists()
                ), target


@pytest.mark.parametrize(
    ("minutes", "weights", "parts"),
    [
        (10, [1, 1, 2], [3, 2, 5]),
        (10, [1.0, 1.0, 1.0], [4, 3, 3]),
        (7, [0.0, 1.0], [0, 7]),
        (37.4, [1, 2, 3], [6, 12, 19]),
    ],
)
def test_whole_minutes_are_shared_in_proportion_and_add_up(minutes, weights, parts):
    assert allot(minutes, weights) == parts


def test_a_listing_is_not_cut():
    words = "One.\n\n```python\n# a\n\n## b\n```\n\n## Two\nThree."
    assert paragraphs(words) == ["One.", "```python\n# a\n\n## b\n```", "## Two", "Three."]


@pytest.mark.parametrize(
    "words",
    ["2. **Predict:** in a list.", "> **Predict:** quoted.", "| **Predict** | a |", "Predict."],
)
def test_what_only_speaks_of_predictions_is_no_question(words):
    assert [role for role, _ in pieces(text(words))] == ["text"]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one lecture, with a folder of its own."""
    house = tmp_path / "a course"
    (house / "notebooks").mkdir(parents=True)
    shutil.copy(HOUSE / "notebooks" / "00_start_here.ipynb", house / "notebooks")
    monkeypatch.chdir(house)
    return house


def test_the_command_writes_a_copy_that_jupyterlab_trusts(course, capsys):
    lecture = course / "notebooks" / "00_start_here.ipynb"
    before = lecture.read_bytes()
    assert main(["teach", "00_start_here", "--start", "23:55", "--write-only"]) == 0
    path = course / "build" / "teach" / "00_start_here.ipynb"
    assert str(path) in capsys.readouterr().out
    copy = nbformat.read(path, as_version=4)
    assert NotebookNotary().check_signature(copy)
    assert "23:56 to 0:0" in "".join(cell.source for cell in copy.cells)
    assert lecture.read_bytes() == before


def test_what_was_written_into_a_copy_is_kept(course, capsys):
    path = course / "build" / "teach" / "00_start_here.ipynb"
    command = ["teach", "00_start_here", "--write-only"]
    assert main(command) == 0
    assert main([*command, "--minutes", "20"]) == 0
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    for number in (1, 2):
        changed = json.loads(path.read_text("utf-8"))
        changed["cells"][3]["source"] = f"Ask Łukasz, {number}."
        path.write_text(json.dumps(changed), "utf-8")
        assert main(command) == 0
        kept = path.with_name(f"00_start_here-kept-{number}.ipynb")
        assert str(kept) in capsys.readouterr().out
        assert source(read_cells(kept)[3]) == f"Ask Łukasz, {number}."
    assert source(read_cells(path)[3]) != "Ask Łukasz, 2."


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["03_3_gradient"], "there are: 00_start_here"),
        (["00_start_here", "--start", "25:00"], "10:15"),
        (["00_start_here", "--start", "ten"], "10:15"),
        (["00_start_here", "--minutes", "0"], "such as 45"),
        (["00_start_here", "--minutes", "nan"], "such as 45"),
    ],
)
def test_bad_input_is_answered_by_what_to_do(course, capsys, options, told):
    assert main(["teach", *options, "--write-only"]) == 2
    assert told in capsys.readouterr().err
    assert not (course / "build").exists()


def test_a_full_disk_leaves_the_old_copy(course, capsys, monkeypatch):
    path = course / "build" / "teach" / "00_start_here.ipynb"
    assert main(["teach", "00_start_here", "--write-only"]) == 0
    before = path.read_bytes()

    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert main(["teach", "00_start_here", "--minutes", "20", "--write-only"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert [file.read_bytes() for file in path.parent.iterdir()] == [before]


def test_jupyterlab_opens_at_the_copy(course, monkeypatch):
    told = []
    for name in ("jupyterlab", "jupyterlab.labapp"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(main=told.extend))
    assert main(["teach", "00_start_here", "--lab=--no-browser"]) == 0
    assert told == [
        f"--ServerApp.root_dir={course}",
        "--LabApp.default_url=/doc/tree/build/teach/00_start_here.ipynb",
        "--no-browser",
    ]
