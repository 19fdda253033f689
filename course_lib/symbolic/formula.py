"""A formula is shown as LaTeX, made concrete for given sizes, and turned into a NumPy function."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.notation import Entry
from course_lib.symbolic.numpy_code import numpy_function
from course_lib.symbolic.printing import latex, text
from course_lib.symbolic.sums import pull_out, write_out

_RELATIONS = {"=": "=", "<": "<", "in": r"\in", "iff": r"\iff"}
_LETTERS = {letter.name: letter for pair in nt.RANGES.items() for letter in pair}


@dataclass(frozen=True, repr=False)
class Formula:
    r"""A left-hand side, a right-hand side, and what the letters on the right stand for.

    In a notebook the formula is typeset; ``repr`` is one line of plain text. ``lhs`` and ``rhs``
    are SymPy expressions. Formulas of the same letters can be subtracted and divided.

    Parameters
    ----------
    lhs, rhs : sympy expression
    note : str
        Why this line follows from the line before.
    relation : {"=", "<", "in", "iff"}
    where : tuple of Formula
        What the letters on the right stand for, such as z_j = ...; each uses only later ones.
    arguments : tuple of Variable or Symbol
        What ``as_function`` takes, in this order: arrays and numbers.
    """

    lhs: sp.Basic
    rhs: sp.Basic
    note: str = ""
    relation: str = "="
    where: tuple["Formula", ...] = ()
    arguments: tuple[sp.Basic, ...] = ()

    @property
    def latex(self) -> str:
        """The formula as LaTeX without dollar signs, for a text cell or a figure."""
        return " ".join(self.latex_sides)

    @property
    def latex_sides(self) -> tuple[str, str]:
        """Left-hand side; relation and right-hand side: to align lines at the relation."""
        return latex(self.lhs), f"{_RELATIONS[self.relation]} {latex(self.rhs)}"

    @property
    def indices(self) -> tuple[sp.Symbol, ...]:
        """The free indices on the left, in their order: (i, j) for dL/dw_ij."""
        entries = [e for e in sp.preorder_traversal(self.lhs) if isinstance(e, Entry)]
        return tuple(i for i in (entries[0].indices if entries else ()) if i in nt.RANGES)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"

    def __repr__(self) -> str:
        return f"{text(self.lhs)} {self.relation} {text(self.rhs)}"

    def __sub__(self, other: "Formula") -> "Formula":
        rhs = self.rhs - other.rhs
        nothing_left = sp.expand(rhs) == 0  # SymPy sees a - b + (b - a) only when it is expanded
        return replace(
            self, lhs=self.lhs - other.lhs, rhs=sp.S.Zero if nothing_left else rhs, note=""
        )

    def __truediv__(self, other: "Formula") -> "Formula":
        return replace(self, lhs=self.lhs / other.lhs, rhs=self.rhs / other.rhs, note="")

    def spell_out(self, *names: str) -> "Formula":
        """Replace letters by what they stand for: all of them, or the named ones ("y", "z").

        Raises
        ------
        ValueError
            For a letter that has no definition here.
        """
        known = {str(definition.lhs.base): definition for definition in self.where}
        unknown = sorted(set(names) - set(known))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not defined here: choose from {', '.join(known)}")
        rhs = self.rhs
        for name, definition in known.items():
            if not names or name in names:
                rhs = pull_out(_replace_entries(rhs, definition))
        return replace(self, rhs=rhs)

    def instantiate(self, **values: int) -> "Formula":
        """Give sizes and indices their values and write the sums out.

        ``formula.instantiate(n=3, m=2)`` keeps i and j free; ``i=1, j=2`` fixes them too.

        Raises
        ------
        ValueError
            For an unknown letter, a value below 1, or an index above its size.
        """
        known = _known(values)
        sizes = {letter: value for letter, value in known.items() if letter not in nt.RANGES}
        where = tuple(replace(line, rhs=write_out(line.rhs, sizes)) for line in self.where)
        return replace(self, lhs=self.lhs.subs(known), rhs=write_out(self.rhs, known), where=where)

    def as_function(self, **sizes: int) -> Callable[..., Any]:
        """Return a NumPy function of ``arguments``, for the given sizes.

        ``gradient.as_function(n=3, m=2)`` takes w of shape (3, 2), b (2,), ... and returns one
        axis for each free index on the left: (3, 2) for dL/dw_ij, a number for L. Further axes
        behind these, say samples or runs, are carried along if every array has them.

        Raises
        ------
        ValueError
            If a size is missing, if the activation is the generic f, or, when it is called, if
            an array has another shape.
        """
        self._check_complete(sizes)
        formula = self.instantiate(**sizes)
        definitions = reversed(formula.where)
        lines = [line for definition in definitions for line in definition._entries(sizes)]
        values = [value for _, value in formula._entries(sizes)]
        shape = tuple(sizes[nt.RANGES[index].name] for index in self.indices)
        result = sp.Array(values, shape) if shape else values[0]
        return numpy_function(result, self.arguments, lines, sizes)

    def _entries(self, sizes: dict[str, int]) -> Iterator[tuple[sp.Basic, sp.Expr]]:
        """Yield left-hand and right-hand side for every value of the free indices."""
        ranges = (range(1, sizes[nt.RANGES[index].name] + 1) for index in self.indices)
        for point in product(*ranges):
            values = dict(zip(self.indices, map(sp.Integer, point), strict=True))
            yield self.lhs.xreplace(values), self.rhs.xreplace(values)

    def _check_complete(self, sizes: dict[str, int]) -> None:
        """Refuse to make a function of what has no numbers yet."""
        if not self.arguments:
            raise ValueError(f"{self!r} has no arguments to make a function of")
        needed = {size.name for argument in self.arguments for size in nt.SHAPES.get(argument, ())}
        missing = sorted(needed - set(sizes))
        if missing:
            raise ValueError(f"as_function needs a value for {', '.join(missing)}, such as n=3")
        functions = {f for line in (self, *self.where) for f in line.rhs.atoms(sp.Function)}
        generic = sorted(f.text_name for f in functions if getattr(f, "numpy_code", "") is None)
        if generic:
            raise ValueError(
                f"{generic[0]} is generic and has no numbers: derive with a concrete "
                "activation, for example OneLayer(f=tanh)"
            )


def _replace_entries(expr: sp.Expr, definition: Formula) -> sp.Expr:
    """Replace every entry of a variable by its definition at that index."""
    pattern = definition.lhs
    return expr.replace(
        lambda e: isinstance(e, Entry) and e.base == pattern.base,
        lambda e: definition.rhs.subs(dict(zip(pattern.indices, e.indices, strict=True))),
    )


def _known(values: dict[str, int]) -> dict[sp.Symbol, sp.Integer]:
    """Return the letters behind the names, with their values, if they make sense."""
    unknown = sorted(set(values) - set(_LETTERS))
    if unknown:
        raise ValueError(f"unknown letter {unknown[0]!r}: choose from {', '.join(_LETTERS)}")
    for name, value in values.items():
        if value < 1:
            raise ValueError(f"{name} = {value}: sizes and indices start at 1, as in the article")
    for index, size in nt.RANGES.items():
        largest = values.get(size.name)
        if largest is not None and values.get(index.name, 1) > largest:
            raise ValueError(
                f"{index} = {values[index.name]} is out of range: it runs from 1 to "
                f"{size} = {largest}"
            )
    return {_LETTERS[name]: sp.Integer(value) for name, value in values.items()}
