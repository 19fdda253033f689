"""From formulas to a NumPy function: entries become array elements, definitions become lines."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.notation import Entry, Variable


def numpy_function(
    result: sp.Basic,
    arguments: Sequence[sp.Basic],
    lines: Sequence[tuple[Entry, sp.Expr]],
    sizes: Mapping[str, int],
) -> Callable[..., Any]:
    """Return a function of arrays and numbers.

    Parameters
    ----------
    result : sympy expression or array
        What the function returns.
    arguments : sequence of Variable or Symbol
        What it takes, in this order.
    lines : sequence of (entry, value)
        What the other entries stand for, each in terms of arguments and earlier lines: the
        forward pass. Each is computed once, as SymPy's ``cse`` would have it.
    sizes : mapping
        The values of n, m and h, which fix the shapes.
    """

    def code(expr: sp.Basic) -> sp.Basic:
        return expr.replace(lambda e: isinstance(e, Entry), lambda e: _code(e, arguments))

    assignments = [(code(entry), code(value)) for entry, value in lines]
    names = [_name(argument) for argument in arguments]
    function = sp.lambdify(names, code(result), modules="numpy", cse=lambda e: (assignments, e))
    shapes = [tuple(sizes[s.name] for s in nt.SHAPES.get(a, ())) for a in arguments]

    @wraps(function)  # its docstring shows the code
    def checked(*values: Any) -> Any:
        for argument, expected, value in zip(arguments, shapes, values, strict=True):
            found = tuple(getattr(value, "shape", ()))
            if found[: len(expected)] != expected:
                raise ValueError(f"{argument} has shape {found}, expected {expected}")
        return function(*values)

    return checked


def _code(entry: Entry, arguments: Sequence[sp.Basic]) -> sp.Expr:
    """Return an element of an argument, counted from 0, or a name such as z_1."""
    if entry.base in arguments:
        return _name(entry.base)[tuple(index - 1 for index in entry.indices)]
    return sp.Symbol("_".join(str(part) for part in entry.args), real=True)


def _name(argument: sp.Basic) -> sp.Basic:
    """Return the argument under a name that Python accepts: y_d for y^d."""
    if isinstance(argument, Variable):
        return sp.IndexedBase(str(argument.label).replace("^", "_"))
    return argument
