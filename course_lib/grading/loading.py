"""Load a submission: run its definitions, and find the learner's own line when something fails."""

from __future__ import annotations

import ast
import linecache
import re
import sys
import sysconfig
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from course_lib.grading.outcomes import BadSyntax, LoadState, Raised

CELL_MARK = "# [cell]"
"""The line between two cells of a notebook, in the one text that a submission becomes."""

SUBMISSION = "submission"
"""The name of the module that a submission runs as."""

MAX_MESSAGE = 500
MAX_LINE = 200

_RUN = (
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.If, ast.Try),
)


class OutOfTime(BaseException):
    """Raised in the learner's code by the alarm; no `except Exception` of theirs swallows it."""


def load(
    source: str, names: Collection[str]
) -> tuple[dict[str, Callable[..., Any]], dict[str, LoadState]]:
    """Run the definitions of a submission, cell by cell and statement by statement.

    Imports, definitions, assignments, `if` and `try` are run. A bare expression (a check, a print,
    a plot) or a loop defines nothing and is passed over. A cell that is not Python, or a statement
    that raises, costs what it would have defined and nothing else.

    Parameters
    ----------
    source : str
        Cells, separated by lines that read `CELL_MARK`; a text without them is one cell.
    names : collection of str
        The functions that are asked for.

    Returns
    -------
    functions : dict
        Those of `names` that are defined.
    states : dict of LoadState
        What became of each of `names`.
    """
    module = sys.modules[SUBMISSION] = ModuleType(SUBMISSION)  # dataclasses look for theirs there
    namespace = vars(module)
    states: dict[str, LoadState] = dict.fromkeys(names, "missing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cell in source.split(f"\n{CELL_MARK}\n"):
            filename = _remember_lines(cell)
            try:
                statements = _parse(cell, filename)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                states |= {name: _bad_syntax(error) for name in names if _defines(cell, name)}
                continue
            for statement in statements:
                states |= _execute(statement, filename, namespace, names)
    return {name: namespace[name] for name in names if states[name] == "defined"}, states


def _remember_lines(cell: str) -> str:
    """Make the lines of a cell known to tracebacks, under a name that no other cell has."""
    filename = f"<cell {hash(cell):x}>"
    linecache.cache[filename] = (len(cell), None, cell.splitlines(keepends=True), filename)
    return filename


def _execute(
    statement: ast.stmt, filename: str, namespace: dict[str, Any], names: Collection[str]
) -> dict[str, LoadState]:
    """Run one statement and say which of `names` it has defined, or failed to define."""
    if not isinstance(statement, _RUN):
        return {}
    before = {name: namespace.get(name) for name in names}
    try:
        exec(compile(ast.Module([statement], []), filename, "exec"), namespace)
    except OutOfTime:
        raise
    except BaseException as error:
        name = getattr(statement, "name", "")
        return {name: raised(error)} if name in names else {}
    now = ((name, namespace.get(name)) for name in names)
    return {name: "defined" for name, made in now if made is not before[name] and callable(made)}


def _parse(cell: str, filename: str) -> list[ast.stmt]:
    try:
        return ast.parse(cell, filename).body
    except SyntaxError as error:
        python = _without_magics(cell)
        if python == cell:
            raise
        try:
            return ast.parse(python, filename).body
        except SyntaxError as without_magics:
            raise without_magics from error


def _without_magics(cell: str) -> str:
    """Blank the lines that only IPython understands, and keep the number of each other line."""
    first = cell.lstrip().partition("\n")[0].split()
    if first and first[0].startswith("%%") and first[0] not in ("%%time", "%%capture"):
        return ""
    return re.sub(r"^([ \t]*)(?:[%!].*|.*\?[ \t]*)$", r"\1pass", cell, flags=re.MULTILINE)


def _defines(cell: str, name: str) -> bool:
    return re.search(rf"^[ \t]*def[ \t]+{re.escape(name)}\b", cell, re.MULTILINE) is not None


def _bad_syntax(error: BaseException) -> BadSyntax:
    if not isinstance(error, SyntaxError):
        return BadSyntax(str(error)[:MAX_MESSAGE] or "the code is too deep or too large to read")
    text = (error.text or "").rstrip()
    return BadSyntax(error.msg, error.lineno or 0, text[:MAX_LINE], error.offset or 0)


class Line(NamedTuple):
    """A line of the submission: its number in the cell or file, from 1, and its text."""

    number: int = 0
    text: str = ""


def raised(error: BaseException) -> Raised:
    """Describe an exception: type, message, and the learner's own line."""
    try:
        message = str(error)[:MAX_MESSAGE]
    except BaseException:  # the exception is of the learner's making, and so is its text
        message = ""
    return Raised(type(error).__name__[:100], message, *where(error))


def where(error: BaseException) -> Line:
    """Find the innermost line of the traceback that the learner wrote."""
    line = Line()
    step = error.__traceback__
    while step is not None:
        filename = step.tb_frame.f_code.co_filename
        if _is_learners(filename):
            text = linecache.getline(filename, step.tb_lineno).strip()
            line = Line(step.tb_lineno, text[:MAX_LINE])
        step = step.tb_next
    return line


def _is_learners(filename: str) -> bool:
    return not filename.startswith(_LIBRARIES)


_LIBRARIES = (
    *("<frozen", "<__array_function__"),
    *(sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")),
    str(Path(__file__).parents[1]),
)
