"""The audit of an exercise: whether the mistakes that can be made are rejected and explained.

Every single-edit mutant of every solution is graded in the sandbox. A mutant that gets full marks
is either equivalent to the solution, and the spec says why, or a hole in the cases.
"""

from __future__ import annotations

import argparse
import ast
import textwrap
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.grading.cases import ExerciseCases, FunctionCases
from course_lib.grading.generate import make_exercise
from course_lib.grading.judge import judge
from course_lib.grading.loading import CELL_MARK
from course_lib.grading.mutants import Mutant, mutants
from course_lib.grading.places import SOLUTIONS, teachers_course
from course_lib.grading.results import FunctionResult
from course_lib.grading.sandbox import Limits, Sandbox
from course_lib.grading.spec import Function, SpecError, read_spec
from course_lib.grading.submission import read_source

REJECTED, EXPLAINED = 1.0, 0.8
"""The bar: what share of the mutants that are not equivalent must be rejected; and explained, of
those whose results can be compared."""

LIMITS = Limits(seconds=4.0)
"""Twice what a submission has: an audit must come out the same on a busy machine."""

TELLING = ("nothing", "type", "shape", "dtype", "changed", "endless", "crash", "syntax")
"""Stages of the diagnosis whose sentence alone says what is wrong."""


@dataclass
class FunctionAudit:
    """What became of the mutants of one function.

    Attributes
    ----------
    equivalent : list of (edit, reason)
        They pass, and the spec says why.
    holes : list of str
        They pass, and should not.
    named, related, told, unexplained : list of str
        They are rejected: as a known slip; with a relation of the numbers; with a sentence on what
        is no matter of numbers (an exception and what it means, a type, a shape, an argument that
        was changed); with two numbers alone, or an exception whose meaning nobody has written down.
    stale : list of str
        Edits that the spec calls equivalent and that are none of the mutants that pass.
    """

    name: str
    equivalent: list[tuple[str, str]] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """How many are rejected."""
        return self.explained + len(self.told) + len(self.unexplained)

    @property
    def explained(self) -> int:
        """How many are rejected as a slip by name, or with a sentence on the numbers."""
        return len(self.named) + len(self.related)

    @property
    def share_explained(self) -> float:
        """The share explained, of those that need it: what is told needs no more."""
        asked = self.explained + len(self.unexplained)
        return self.explained / asked if asked else 1.0

    @property
    def meets_the_bar(self) -> bool:
        """Whether all that are wrong are rejected, and four in five of them explained."""
        wrong = self.rejected + len(self.holes)
        all_rejected = self.rejected >= REJECTED * wrong and not self.stale
        return all_rejected and self.share_explained >= EXPLAINED


def audit(
    exercise: ExerciseCases, solutions: Path, sandbox: Sandbox | None = None
) -> list[FunctionAudit]:
    """Grade every mutant of an exercise's solution.

    Parameters
    ----------
    exercise : ExerciseCases
        Its cases, of any seed.
    solutions : Path
        The folder of its solution and its spec.
    sandbox : Sandbox, optional
        Where the mutants run; by default one that is made for this exercise and ended after it.

    Returns
    -------
    list of FunctionAudit
        In the order of the exercise.
    """
    spec = read_spec(solutions / f"{exercise.slug}_spec.py")
    source = _definitions(read_source(solutions / f"{exercise.slug}.ipynb"))
    with nullcontext(sandbox) if sandbox else Sandbox(limits=LIMITS) as room:
        return [
            _audit_function(function, cases, source, room)
            for function, cases in zip(spec, exercise.functions, strict=True)
        ]


def _definitions(source: str) -> str:
    """Return the imports, functions and constants of a solution as one text."""
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.Assign)
    cells = [ast.parse(cell).body for cell in source.split(f"\n{CELL_MARK}\n")]
    statements: list[ast.stmt] = [node for body in cells for node in body if isinstance(node, kept)]
    return ast.unparse(ast.Module(statements, []))


def _audit_function(
    function: Function, cases: FunctionCases, source: str, sandbox: Sandbox
) -> FunctionAudit:
    """Load all mutants as one submission; each is then called as if it were alone."""
    result = FunctionAudit(function.name)
    prepared = sandbox.prepare([case.arguments for case in cases.cases])
    edited = {f"mutant_{i}": mutant for i, mutant in enumerate(mutants(source, function.name))}
    cells = [_under_a_name(name, function, mutant) for name, mutant in edited.items()]
    with sandbox.runner() as runner:
        states = runner.load(f"\n{CELL_MARK}\n".join([source, *cells]), list(edited))
        for name, mutant in edited.items():
            defined = states[name] == "defined"
            outcomes = runner.call(name, prepared) if defined else []
            _enter(result, mutant, judge(cases, outcomes, states[name]), function)
    passed = {edit for edit, _ in result.equivalent}
    result.stale = [edit for edit in function.equivalent if edit not in passed]
    return result


def _under_a_name(name: str, function: Function, mutant: Mutant) -> str:
    """Define a mutant in a scope of its own, so that one which calls itself does call itself."""
    body = textwrap.indent(f"{mutant.code}\nreturn {function.name}", "    ")
    return f"def {name}():\n{body}\n{name} = {name}()"


def _enter(
    result: FunctionAudit, mutant: Mutant, verdict: FunctionResult, function: Function
) -> None:
    diagnosis = verdict.diagnosis
    if verdict.status == "passed":
        if mutant.edit in function.equivalent:
            result.equivalent.append((mutant.edit, function.equivalent[mutant.edit]))
        else:
            result.holes.append(mutant.edit)
    elif diagnosis.slip:
        result.named.append(mutant.edit)
    elif diagnosis.explanation:
        (result.told if diagnosis.stage == "exception" else result.related).append(mutant.edit)
    else:
        (result.told if diagnosis.stage in TELLING else result.unexplained).append(mutant.edit)


def configure_audit(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course audit`."""
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="all exercises by default")
    parser.add_argument("--seed", type=int, default=0, help="of the cases; 0 gives the public ones")
    parser.set_defaults(run=run_audit)


def run_audit(arguments: argparse.Namespace) -> int:
    """Print the audit of each exercise; 0 only if every function meets the bar."""
    solutions = teachers_course() / SOLUTIONS
    slugs: Sequence[str] = arguments.slugs or sorted(
        path.name.removesuffix("_spec.py") for path in solutions.glob("*_spec.py")
    )
    good = True
    with Sandbox(limits=LIMITS) as sandbox:
        for slug in slugs:
            try:
                exercise = make_exercise(slug, solutions, arguments.seed)
                functions = audit(exercise, solutions, sandbox)
            except SpecError as error:
                raise ValueError(str(error)) from error
            print(f"{slug}\n{as_text(functions)}")
            good = good and all(function.meets_the_bar for function in functions)
    print(LEGEND)
    return 0 if good else 1


LEGEND = """\
Rejected as a known slip, by a relation of the numbers, with a sentence on exception, type or shape,
or with two numbers alone. Explained: slip and relation, of all whose numbers can be compared.
"""
_HEAD = (
    *("function", "mutants", "equivalent", "rejected", "slip", "relation", "sentence", "neither"),
    *("explained", "bar"),
)


def as_text(functions: Sequence[FunctionAudit]) -> str:
    """Return a table, and below it what is equivalent, what is a hole, what is not explained."""
    lines = [_row(_HEAD), *(_row(_counts(function)) for function in functions)]
    for function in functions:
        lines += [f"  equivalent: {edit}\n    {reason}" for edit, reason in function.equivalent]
        lines += [f"  NOT REJECTED: {function.name}: {edit}" for edit in function.holes]
        lines += [f"  not explained: {function.name}: {edit}" for edit in function.unexplained]
        lines += [f"  NO SUCH MUTANT PASSES: {function.name}: {e}" for e in function.stale]
    return "\n".join(lines)


def _row(cells: Sequence[object]) -> str:
    return f"{cells[0]:>28}" + "".join(f"{cell:>11}" for cell in cells[1:])


def _counts(function: FunctionAudit) -> tuple[object, ...]:
    return (
        function.name,
        len(function.equivalent) + len(function.holes) + function.rejected,
        *(len(function.equivalent), function.rejected),
        *(len(function.named), len(function.related), len(function.told)),
        *(len(function.unexplained), f"{function.share_explained:.0%}"),
        "met" if function.meets_the_bar else "MISSED",
    )
