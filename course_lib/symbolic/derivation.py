"""A derivation is a column of formulas, each line with its reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic import sums
from course_lib.symbolic.formula import Formula
from course_lib.symbolic.notation import prime


@dataclass(frozen=True, repr=False)
class Derivation:
    """What is given, the steps, and the result, which is the last step.

    In a notebook the whole column is typeset. Iterate to show the lines one by one.
    """

    given: tuple[Formula, ...]
    steps: tuple[Formula, ...]

    @property
    def result(self) -> Formula:
        """The last line."""
        return self.steps[-1]

    def __iter__(self) -> Iterator[Formula]:
        return iter(self.given + self.steps)

    def __len__(self) -> int:
        return len(self.given) + len(self.steps)

    def __repr__(self) -> str:
        notes = [f"    ({line.note.replace('$', '')})" if line.note else "" for line in self]
        return "\n".join(f"{line!r}{note}" for line, note in zip(self, notes, strict=True))

    @property
    def latex(self) -> str:
        """The column as LaTeX without dollar signs."""
        rows, previous = [], None
        for line in self:
            left, right = line.latex_sides
            note = rf" && \text{{{line.note}}}" if line.note else ""
            rows.append(f"{'' if line.lhs == previous else left} &{right}{note}")
            previous = line.lhs
        return "\\begin{aligned}\n" + " \\\\[4pt]\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex}\n$$"

    def as_function(self, **sizes: int) -> Callable[..., Any]:
        """Return the result as a NumPy function: see ``Formula.as_function``."""
        return self.result.as_function(**sizes)

    def instantiate(self, **values: int) -> Formula:
        """Return the result for given sizes: see ``Formula.instantiate``."""
        return self.result.instantiate(**values)


Move = tuple[Callable[[sp.Expr], sp.Expr], str]

_BOUND = (prime(nt.i), prime(nt.k), prime(nt.j, 2), prime(nt.j))
COLLAPSE: tuple[Move, ...] = tuple(
    (partial(sums.collapse, index=index), f"only ${index} = {sums.unprimed(index)}$ is left")
    for index in _BOUND
)
TIDY: tuple[Move, ...] = (
    (sums.tidy, "multiply out and collect"),
    (sums.unprime, "rename the bound index"),
)


def reduce(start: Formula, moves: tuple[Move, ...]) -> tuple[Formula, ...]:
    """Return the start and one line for each move that changes something."""
    lines = [start]
    for move, note in moves:
        rhs = move(lines[-1].rhs)
        if rhs != lines[-1].rhs:
            lines.append(replace(start, rhs=rhs, note=note))
    return tuple(lines)
