"""Outcomes that are no plain value, in words: exceptions, endless calls, objects."""

from __future__ import annotations

from course_lib.grading.cases import FunctionCases
from course_lib.grading.outcomes import (
    BadSyntax,
    Crashed,
    LoadState,
    NotCalled,
    Outcome,
    Raised,
    TimedOut,
    Unsupported,
)
from course_lib.grading.results import CodeLine, Problem


def outcome_problem(function: FunctionCases, outcome: Outcome) -> Problem | None:
    """Return what is wrong with an outcome that is no value; None for one that is."""
    match outcome:
        case Raised():
            return _raised(function, outcome)
        case Unsupported(type_name=type_name):
            return Problem("type", unsupported(type_name))
        case TimedOut(seconds=seconds):
            return Problem("endless", f"It did not end within {seconds:g} s: a loop without end?")
        case Crashed(reason=reason):
            return Problem("crash", f"It took the whole process down ({reason}).")
        case NotCalled(reason=reason):
            return Problem("not called", f"It was not called: {reason}.")
    return None


def _raised(function: FunctionCases, outcome: Raised) -> Problem:
    if outcome.type_name == "KeyboardInterrupt":
        return Problem("endless", "You interrupted it. If it ran on and on: a loop without end?")
    message = f": {outcome.message}" if outcome.message else ""
    sentence = f"It raised {outcome.type_name}{message}"
    if outcome.type_name == "TypeError" and not outcome.line_number:
        sentence = f"{sentence.rstrip('.')}. It is called as {function.signature}"
    return Problem("exception", sentence if sentence.endswith((".", "!", "?")) else sentence + ".")


def unsupported(type_name: str) -> str:
    """Say why a result of this type cannot be judged, and what is meant in all likelihood."""
    return f"It returned {_UNSUPPORTED.get(type_name) or _other(type_name)}."


def _other(type_name: str) -> str:
    if type_name.endswith(("Error", "Exception")):
        return f"a {type_name}; write raise where it says return"
    if type_name.startswith("ndarray of complex"):
        return f"an {type_name}; expected real numbers: is a negative number under a root?"
    if type_name.startswith("ndarray of object"):
        return "an array of objects; its rows differ in length, or it holds None"
    return f"an object of type {type_name}; expected numbers, arrays, or a tuple of them"


_UNSUPPORTED = {
    "coroutine": "a coroutine; write def without async",
    "generator": "a generator; return the results themselves, with no yield",
    "function": "a function; call it with ()",
    "_ArrayFunctionDispatcher": "a function; call it with ()",
    "ufunc": "a function; call it with ()",
    "builtin_function_or_method": "a function; call it with ()",
    "method": "a method; call it with ()",
    "set": "a set, which has no order; put the results in a list or an array",
    "type": "a type; to refuse an input, write raise where it says return",
    "ellipsis": "`...`; put your result in its place",
    "dict": "a dict; expected the results themselves, in order",
    "matrix": "a np.matrix, whose * is another product; use a plain array",
    "complex": "a complex number; is a negative number under a root?",
    "longdouble": "a np.longdouble; expected float64, which is what float means",
    "ndarray of float128": "an array of float128; expected float64, which is what float means",
}


def load_problem(function: FunctionCases, state: LoadState) -> tuple[Problem, CodeLine | None]:
    """Return why a function could not be loaded, and the line, where there is one."""
    match state:
        case BadSyntax(message=message):
            line = CodeLine(state.line_number, state.line_text, state.column)
            return Problem("syntax", f"Python cannot read it: {message}."), line
        case Raised() | TimedOut() | Crashed():
            problem = outcome_problem(function, state)
            assert problem is not None
            return problem, code_line(state)
    return Problem("not attempted", f"There is no {function.name} in it."), None


def code_line(outcome: Outcome | LoadState) -> CodeLine | None:
    """Return the learner's own line that an outcome points at, where there is one."""
    if isinstance(outcome, (Raised, TimedOut)) and outcome.line_number:
        return CodeLine(outcome.line_number, outcome.line_text)
    return None
