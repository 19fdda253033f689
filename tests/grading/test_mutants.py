"""Mutants: one edit each, of the kinds that learners make; and what an audit makes of them."""

import functools
from pathlib import Path

import pytest

from course_lib.__main__ import main
from course_lib.grading.audit import LIMITS, FunctionAudit, as_text, audit
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import make_exercise
from course_lib.grading.mutants import mutants
from course_lib.grading.sandbox import Sandbox

SOURCE = '''
import numpy as np

def f(X, y):
    """Say 2 + 2 in words."""
    if len(X) > 3:
        raise ValueError("too many: " + str(3))
    Z = X.T @ y
    return -2 * np.sum(Z, axis=0) / len(y)
'''

EDITS = {mutant.edit for mutant in mutants(SOURCE, "f")}
LAST = "return -2 * np.sum(Z, axis=0) / len(y)"


@pytest.mark.parametrize(
    "edit",
    [
        f"{LAST} -> return 2 * np.sum(Z, axis=0) / len(y)",
        f"{LAST} -> return -2 * np.mean(Z, axis=0) / len(y)",
        f"{LAST} -> return -2 * np.sum(Z, axis=1) / len(y)",
        f"{LAST} -> return -2 * np.sum(Z) / len(y)",
        f"{LAST} -> return -2 * np.sum(Z, axis=0) * len(y)",
        f"{LAST} -> return -2 * np.sum(Z, axis=0)",
        f"{LAST} -> return np.sum(Z, axis=0) / len(y)",
        f"{LAST} -> return -3 * np.sum(Z, axis=0) / len(y)",
        f"{LAST} -> return -2 * np.sum(Z, axis=0) / (len(y) - 1)",
        f"{LAST} -> return 2 * (-2 * np.sum(Z, axis=0) / len(y))",
        f"{LAST} -> (dropped)",
        "Z = X.T @ y -> Z = X @ y",
        "Z = X.T @ y -> Z = X.T @ y.T",
        "Z = X.T @ y -> Z = y @ X.T",
        "if len(X) > 3: -> if len(X) >= 3:",
        "if len(X) > 3: -> if len(X) < 3:",
        "if len(X) > 3: -> if len(X) > 4:",
        "if len(X) > 3: -> (dropped)",
    ],
)
def test_a_small_mistake_is_among_the_mutants(edit):
    assert edit in EDITS


def test_neither_the_docstring_nor_the_words_of_an_error_are_edited():
    raising = [edit for edit in EDITS if edit.startswith("raise")]
    assert [edit.endswith("(dropped)") for edit in raising] == [True]
    assert not [edit for edit in EDITS if "in words" in edit]


def test_every_mutant_is_python_and_none_is_the_solution():
    codes = [mutant.code for mutant in mutants(SOURCE, "f")]
    for code in codes:
        compile(code, "mutant", "exec")
    assert len(set(codes)) == len(codes)
    assert not [code for code in codes if LAST in code and "Z = X.T @ y\n" in code
                and "if len(X) > 3:\n        raise" in code]  # fmt: skip


def test_a_function_that_is_not_there_is_told():
    with pytest.raises(ValueError, match="does not define g"):
        mutants(SOURCE, "g")


CELL = '{"cell_type": "code", "source": %s}'
SPEC = """
import numpy as np
from course_lib.grading.spec import Function, Slip

FUNCTIONS = (
    Function(
        name="half",
        points=1,
        inputs=lambda rng: [(np.array([2.0]),), (np.array([2.0, 3.0]),)],
        parameters={"x": "(n,)"},
        returns={"y": "(n,)"},
        hints=("", "", ""),
        slips=(Slip("doubled", lambda x: 2 * x, "Divide."),),
        equivalent=EQUIVALENT,
    ),
)
"""


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(limits=LIMITS) as sandbox:
        yield sandbox


@pytest.fixture
def audit_half(tmp_path, sandbox):
    """Audit a small exercise in this test's folder."""
    return functools.partial(audit_of_half, tmp_path, sandbox)


def audit_of_half(folder, sandbox, line="return x / 2", equivalent="{}"):
    write_half(folder, "99_half", line, equivalent)
    (result,) = audit(make_exercise("99_half", folder, 0), folder, sandbox)
    return result


def write_half(folder, slug, line, equivalent="{}"):
    code = f'"def half(x):\\n    {line}\\n"'
    (folder / f"{slug}.ipynb").write_text(f'{{"cells": [{CELL % code}], "nbformat": 4}}')
    (folder / f"{slug}_spec.py").write_text(SPEC.replace("EQUIVALENT", equivalent))


def test_an_audit_sorts_the_mutants_by_what_the_learner_would_be_told(audit_half):
    result = audit_half()
    assert result.holes == []
    assert "return x / 2 -> return x * 2" in result.named
    assert "return x / 2 -> return -(x / 2)" in result.related
    assert "return x / 2 -> (dropped)" in result.told
    assert result.meets_the_bar


def test_a_mutant_that_passes_is_a_hole_unless_the_spec_says_why(audit_half):
    edit = "return x * 1 -> return x / 1"
    result = audit_half(line="return x * 1")
    assert edit in result.holes
    assert not result.meets_the_bar
    assert f"NOT REJECTED: half: {edit}" in as_text([result])
    result = audit_half(line="return x * 1", equivalent=repr({edit: "x / 1 is x"}))
    assert result.equivalent == [(edit, "x / 1 is x")]


def test_an_edit_called_equivalent_that_is_rejected_is_stale(audit_half):
    result = audit_half(equivalent='{"return x / 2 -> return x * 2": "no"}')
    assert result.stale == ["return x / 2 -> return x * 2"]
    assert not result.meets_the_bar


def test_too_few_explanations_miss_the_bar():
    assert FunctionAudit("f", named=["a"] * 4, unexplained=["b"]).meets_the_bar
    assert FunctionAudit("f", named=["a"] * 2, related=["a"] * 2, unexplained=["b"]).meets_the_bar
    assert not FunctionAudit("f", named=["a"] * 3, unexplained=["b"]).meets_the_bar


def test_what_raises_or_returns_nothing_neither_helps_nor_hurts_the_share_explained():
    audited = FunctionAudit("f", named=["a"], told=["b"] * 9, unexplained=["c"])
    assert audited.share_explained == 0.5
    assert audited.rejected == 11
    assert not audited.meets_the_bar
    assert FunctionAudit("f", told=["b"]).meets_the_bar


def test_the_table_shows_how_each_mutant_was_rejected():
    audited = FunctionAudit("f", named=["a"] * 2, related=["b"] * 3, told=["c"] * 4, holes=["d"])
    head, row, *_ = as_text([audited]).splitlines()
    assert dict(zip(head.split(), row.split(), strict=True)) == {
        "function": "f",
        "mutants": "10",
        "equivalent": "0",
        "rejected": "9",
        "slip": "2",
        "relation": "3",
        "sentence": "4",
        "neither": "0",
        "explained": "100%",
        "bar": "MISSED",
    }


RECURSIVE = """import numpy as np
    if x.size < 2:
        return x / 2
    return np.concatenate([half(x[:1]), half(x[1:])])"""


def test_a_mutant_that_calls_itself_calls_itself_and_not_the_solution(audit_half):
    """Else its outermost call alone would be edited, and two of these were right in one case."""
    result = audit_half(line=RECURSIVE.replace("\n", "\\n"))
    assert "return x / 2 -> return x * 2" in result.named
    assert "return x / 2 -> return -(x / 2)" in result.related


def test_an_exception_that_nobody_has_put_in_words_is_not_explained(audit_half):
    result = audit_half(line="return {2: x / 2}[2]")
    assert [edit for edit in result.unexplained if "{3:" in edit]


def test_the_command_audits_every_exercise_and_fails_if_one_misses_the_bar(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "solutions").mkdir()
    write_half(tmp_path / "solutions", "98_half", "return x / 2")
    write_half(tmp_path / "solutions", "99_half", "return x * 1")
    monkeypatch.chdir(tmp_path)
    assert main(["audit"]) == 1
    sound, hole = capsys.readouterr().out.split("99_half\n")
    assert sound.startswith("98_half\n")
    assert "NOT REJECTED" not in sound
    assert "NOT REJECTED: half: return x * 1 -> return x / 1" in hole
    assert main(["audit", "98_half", "--seed", "3"]) == 0
    assert main(["audit", "97_half"]) == 2
    assert "97_half" in capsys.readouterr().err


SOLUTIONS = Path(__file__).parents[2] / "solutions"


@pytest.mark.parametrize(
    "slug", sorted(path.name.removesuffix("_spec.py") for path in SOLUTIONS.glob("*_spec.py"))
)
def test_every_exercise_of_the_course_meets_the_bar(slug, sandbox):
    public = read_cases(SOLUTIONS.parent / "exercises" / f"{slug}_cases.json")
    functions = audit(public, SOLUTIONS, sandbox)
    assert [function.name for function in functions if not function.meets_the_bar] == []
