"""The judge: cases and outcomes in, a verdict and its reason out. Pure; both runners share it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from numpy import errstate

from course_lib.grading.cases import Case, FunctionCases, KnownSlip
from course_lib.grading.closeness import Leaf, compare_leaf, is_right
from course_lib.grading.compare import find_problems, leaves
from course_lib.grading.describe import show, show_apart, show_arguments, sizes
from course_lib.grading.exceptions import meaning
from course_lib.grading.failures import code_line, load_problem
from course_lib.grading.outcomes import LoadState, Outcome, Raised, Returned, Unsupported
from course_lib.grading.results import (
    STAGES,
    Compared,
    Diagnosis,
    Example,
    FunctionResult,
    Problem,
    Status,
)
from course_lib.grading.structure import guess
from course_lib.grading.values import Value

NOT_ATTEMPTED = (
    "It still raises NotImplementedError: write your lines in place of that one, and return the"
    " result."
)

_STATUS: dict[str, Status] = {
    "passed": "passed",
    "not attempted": "not_attempted",
    "syntax": "error",
    "exception": "error",
    "crash": "crashed",
    "not called": "crashed",
    "endless": "timeout",
    "refused": "refused",
}


def judge(
    function: FunctionCases, outcomes: Sequence[Outcome], state: LoadState = "defined"
) -> FunctionResult:
    """Judge one function.

    Parameters
    ----------
    function : FunctionCases
    outcomes : sequence of Outcome
        One for each case, in order; ignored where the function is not defined.
    state : LoadState
        What loading made of the function.

    Returns
    -------
    FunctionResult
        All points if every case is right, else none. The diagnosis tells the first thing that is
        wrong in the order of `STAGES`, shown in the simplest case that has it; whether the results
        are those of a known slip; and if not, what their numbers have in common.
    """
    if state != "defined":
        problem, line = load_problem(function, state)
        return verdict(function, Diagnosis(problem.stage, problem.sentence, line=line))
    if _is_a_stub(outcomes):
        return verdict(function, Diagnosis("not attempted", NOT_ATTEMPTED))
    problems = find_problems(function, outcomes)
    wrong = [i for i, problem in enumerate(problems) if problem is not None]
    if not wrong:
        return verdict(function, Diagnosis("passed", "All cases are right.", total=len(problems)))
    return verdict(function, _diagnose(function, outcomes, problems))


def _is_a_stub(outcomes: Sequence[Outcome]) -> bool:
    first = outcomes[0]
    return isinstance(first, Raised) and first.type_name == "NotImplementedError"


def refuse(function: FunctionCases, sentence: str) -> FunctionResult:
    """Return the verdict on a submission that could not even be read."""
    return verdict(function, Diagnosis("refused", sentence))


def verdict(function: FunctionCases, diagnosis: Diagnosis) -> FunctionResult:
    """Put status and points to a diagnosis."""
    return FunctionResult(
        function=function.name,
        number=function.number,
        points=function.points if diagnosis.stage == "passed" else 0,
        max_points=function.points,
        status=_STATUS.get(diagnosis.stage, "failed"),
        diagnosis=diagnosis,
    )


def _diagnose(
    function: FunctionCases, outcomes: Sequence[Outcome], problems: Sequence[Problem | None]
) -> Diagnosis:
    wrong = {i: STAGES.index(problem.stage) for i, problem in enumerate(problems) if problem}
    first = min(wrong, key=wrong.__getitem__)
    problem, outcome = problems[first], outcomes[first]
    assert problem is not None
    slip = find_slip(function, outcomes, wrong)
    return Diagnosis(
        stage=problem.stage,
        sentence=problem.sentence,
        slip=slip.name if slip else "",
        explanation=slip.sentence if slip else _explain(function, problem, outcome, outcomes),
        failed=len(wrong),
        total=len(problems),
        line=code_line(outcome),
        example=_example(function, first, outcome),
        only_refusals=all(function.cases[i].expected[0].kind == "raises" for i in wrong),
    )


def _explain(
    function: FunctionCases, problem: Problem, outcome: Outcome, outcomes: Sequence[Outcome]
) -> str:
    """Say what an exception means, where that is known, and what the numbers have in common."""
    words = meaning(outcome) if problem.stage == "exception" else ""
    return " ".join(part for part in (words, guess(function, outcomes)) if part)


def find_slip(
    function: FunctionCases, outcomes: Sequence[Outcome], wrong: Collection[int]
) -> KnownSlip | None:
    """Return the first known slip that gives these outcomes and accounts for all that is wrong.

    A slip that shows in two cases does not explain a function that is wrong in thirty. What has to
    be refused is another matter, since who slips may refuse it or not: a slip that accounts for
    that too goes first.
    """
    values = {i for i, case in enumerate(function.cases) if case.expected[0].kind != "raises"}
    with errstate(all="ignore"):
        found = [
            slip
            for slip in function.slips
            if slip.wrong >= values & set(wrong)
            and all(_alike(function, known, outcomes[i]) for i, known in slip.outcomes.items())
        ]
    whole = [slip for slip in found if slip.wrong >= set(wrong)]
    return next(iter([*whole, *found]), None)


def _alike(function: FunctionCases, known: Outcome, got: Outcome) -> bool:
    if isinstance(known, Returned) and isinstance(got, Returned):
        return known.changed == got.changed and _equal(function, known.value, got.value)
    if isinstance(known, (Raised, Unsupported)) and isinstance(got, (Raised, Unsupported)):
        return known.type_name == got.type_name
    return False


def _equal(function: FunctionCases, known: Value, got: Value) -> bool:
    found = leaves(function, known, got)
    return all(isinstance(part, Leaf) and is_right(part, function) for part in found)


def _example(function: FunctionCases, place: int, outcome: Outcome) -> Example:
    case = function.cases[place]
    lengths = sizes(case.arguments, function.parameters)
    return Example(
        number=place + 1,
        sizes=", ".join(f"{letter} = {length}" for letter, length in lengths.items()),
        arguments=show_arguments(case.arguments, function.parameters),
        compared=_side_by_side(function, case, outcome),
    )


def _side_by_side(function: FunctionCases, case: Case, outcome: Outcome) -> tuple[Compared, ...]:
    """Write the expected results beside the learner's, where they can be compared at all."""
    expected = case.expected[0]
    if expected.kind != "value" or not isinstance(outcome, Returned):
        return ()
    found = list(leaves(function, expected.data, outcome.value))
    pairs = [leaf for leaf in found if isinstance(leaf, Leaf)]
    if len(pairs) < len(found):
        return ()
    with errstate(all="ignore"):
        return tuple(_compared(function, leaf) for leaf in pairs)


def _compared(function: FunctionCases, leaf: Leaf) -> Compared:
    if compare_leaf(leaf, function) is None:
        text = show(leaf.expected)
        return Compared(leaf.name, text, text, right=True)
    return Compared(leaf.name, *show_apart(leaf.expected, leaf.got), right=False)
