"""Exercises are made from solutions, and those in the repository are in step."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import exercise as made_up_exercise

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import make_cases, read_reference
from course_lib.grading.loading import load
from course_lib.grading.regions import RegionError, cut, definition
from course_lib.grading.spec import Build, SpecError, read_spec
from course_lib.grading.stubs import PUBLIC_SEED, make_stubs, run, stub_notebook
from course_lib.grading.submission import read_source

HOUSE = Path(__file__).parents[2]
SOLUTIONS = HOUSE / "solutions"
SLUGS = sorted(path.stem for path in SOLUTIONS.glob("*.ipynb"))

SOURCE = '''import numpy as np

def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    y = 2 * x

    return y, y.sum()
    ### END SOLUTION


z = 3
'''


def test_a_region_becomes_a_line_that_speaks():
    assert cut(SOURCE, lambda name: f"raise NotImplementedError({name!r})") == (
        'import numpy as np\n\ndef double(x):\n    """Twice x."""\n'
        "    raise NotImplementedError('double')\n\n\nz = 3\n"
    )


def test_two_functions_in_a_cell_get_a_stub_each():
    source = SOURCE + SOURCE.replace("double", "triple")
    assert (
        load(cut(source, lambda name: f"return {name!r}"), ["triple"])[0]["triple"](1) == "triple"
    )


def test_a_region_at_the_end_of_a_cell_needs_no_newline():
    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    assert cut(source, lambda _: "pass") == "def f():\n    pass"


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n",
        "def f():\n    return 1\n    ### END SOLUTION\n",
        "def f():\n    ### END SOLUTION\n    return 1\n    ### BEGIN SOLUTION\n",
        "### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n",
        "def f():\n    ### BEGIN SOLUTION\n    ### BEGIN SOLUTION\n    ### END SOLUTION\n",
    ],
)
def test_marks_that_do_not_fit_are_refused(source):
    with pytest.raises(RegionError):
        cut(source, lambda _: "pass")


def test_a_definition_is_shown_without_its_marks_and_its_neighbours():
    assert definition(SOURCE, "double") == (
        'def double(x):\n    """Twice x."""\n    y = 2 * x\n\n    return y, y.sum()'
    )
    assert definition(SOURCE, "nothing") == ""


def test_a_definition_over_several_lines_is_shown_whole():
    source = "def f(\n    x,\n    y,\n):\n    return x\n\ndef g(): pass\n"
    assert definition(source, "f") == "def f(\n    x,\n    y,\n):\n    return x"


def solution(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def code(source, **more):
    cell = {"cell_type": "code", "id": "c", "source": source.splitlines(True), "metadata": {}}
    return cell | {"outputs": [{"output_type": "stream"}], "execution_count": 7} | more


def test_a_stub_has_no_answers_no_outputs_and_none_of_the_solutions_own_cells():
    text = {"cell_type": "markdown", "id": "t", "source": ["Why."], "metadata": {}}
    own = text | {"metadata": {"tags": ["solution"]}}
    made = stub_notebook(solution(text, code(SOURCE), own), made_up_exercise())
    assert [cell["cell_type"] for cell in made["cells"]] == ["markdown", "code"]
    cell = made["cells"][1]
    assert (cell["outputs"], cell["execution_count"]) == ([], None)
    assert 'raise NotImplementedError("Exercise 9.9.1: double")' in "".join(cell["source"])
    assert "SOLUTION" not in json.dumps(made)


def test_a_function_that_is_not_marked_is_told_to_the_author():
    with pytest.raises(SpecError, match="double: not marked"):
        stub_notebook(solution(code("def double(x): return 1")), made_up_exercise())
    with pytest.raises(SpecError, match="triple is marked in the solution and not in its spec"):
        stub_notebook(solution(code(SOURCE.replace("double", "triple"))), made_up_exercise())


def test_without_the_tests_an_exercise_is_not_run(tmp_path):
    assert run(tmp_path / "a.ipynb", tmp_path) is False


@pytest.fixture
def copy(tmp_path):
    """The solutions of the course, and nothing else."""
    (tmp_path / "solutions").mkdir()
    for path in SOLUTIONS.iterdir():
        if path.is_file():
            (tmp_path / "solutions" / path.name).write_bytes(path.read_bytes())
    return tmp_path


def without_outputs(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    kept = ("id", "cell_type", "source", "metadata")
    return [{key: cell[key] for key in kept} for cell in cells]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_exercise_in_the_repository_is_what_its_solution_makes(slug, copy):
    """`course stubs` has been run since the solution or its spec changed."""
    notebook, data = make_stubs(slug, copy)
    committed = HOUSE / "exercises"
    assert without_outputs(notebook) == without_outputs(committed / notebook.name)
    now, then = read_cases(data), read_cases(committed / data.name)
    assert [f.name for f in now.functions] == [f.name for f in then.functions]
    for fresh, old in zip(now.functions, then.functions, strict=True):
        assert_alike(fresh, old)


def assert_alike(fresh, old):
    """The same to a relative 1e-9: another NumPy may sum in another order."""
    for name in ("number", "points", "signature", "parameters", "returns", "tolerance", "hints"):
        assert getattr(fresh, name) == getattr(old, name)
    assert len(fresh.cases) == len(old.cases)
    for a, b in zip(fresh.cases, old.cases, strict=True):
        for x, y in zip(a.arguments, b.arguments, strict=True):
            near(x, y)
        assert [e.kind for e in a.expected] == [e.kind for e in b.expected]
        for e, f in zip(a.expected, b.expected, strict=True):
            near(e.data, f.data)
    known = [(s.name, s.sentence, list(s.outcomes)) for s in fresh.slips]
    assert known == [(s.name, s.sentence, list(s.outcomes)) for s in old.slips]


def near(a, b):
    assert type(a) is type(b)
    if isinstance(a, (tuple, list)):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            near(x, y)
    elif isinstance(a, Build):
        near((a.target, a.settings), (b.target, b.settings))
    elif isinstance(a, (np.ndarray, float)):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    else:
        assert a == b


@pytest.mark.parametrize("slug", SLUGS)
def test_an_exercise_holds_no_answer(slug):
    """No line between the marks of the solution is to be found in what a learner gets."""
    text = (HOUSE / "exercises" / f"{slug}.ipynb").read_text("utf-8")
    source = read_source(HOUSE / "solutions" / f"{slug}.ipynb")
    regions = [
        part.partition("### END SOLUTION")[0] for part in source.split("### BEGIN SOLUTION")[1:]
    ]
    lines = {
        line.strip() for region in regions for line in region.splitlines() if len(line.strip()) > 20
    }
    assert lines
    assert not [line for line in lines if json.dumps(line)[1:-1] in text]


@pytest.mark.parametrize("slug", SLUGS)
def test_another_seed_makes_other_cases(slug):
    """And the public seed those of the repository, as is seen above."""
    committed = read_cases(HOUSE / "exercises" / f"{slug}_cases.json").functions
    spec = [dataclasses.replace(f, slips=()) for f in read_spec(SOLUTIONS / f"{slug}_spec.py")]
    reference = read_reference(SOLUTIONS / f"{slug}.ipynb", [f.name for f in spec])
    other = [make_cases(f, reference[f.name], "0", PUBLIC_SEED + 1) for f in spec]
    with pytest.raises(AssertionError):
        near(arguments_of(other), arguments_of(committed))


def arguments_of(functions):
    return [case.arguments for function in functions for case in function.cases]
