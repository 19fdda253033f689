"""The letters of the article, each written once.

The article's layer has n inputs x_i and m outputs y_j = f(z_j); y^d_j is the target. We add a
hidden layer of h units, with the layer's number as a superscript: w^{(1)}_{ik}, a^{(1)}_k,
w^{(2)}_{kj}. So an index tells its range: i counts inputs, k hidden units, j outputs, all from 1.
A bound index is written with a prime (i', j'), because i and j are taken as soon as we ask for
the derivative by w_ij. To forget that is one of the errors in the article's own formula.

Plain integer symbols are used rather than ``sympy.Idx``, which prints its range.
"""

from typing import Any

import sympy as sp


class Entry(sp.Indexed):  # type: ignore[misc]
    """One entry of a variable, printed as w_{ij} rather than SymPy's {w}_{i,j}."""

    def _latex(self, printer: Any) -> str:
        indices = [printer._print(index) for index in self.indices]
        # w_{12} can be read; w_{112} and w_{1,i+1} need the comma
        separator = "" if all(len(index.strip("'")) == 1 for index in indices) else ","
        stem, superscript = latex_name(self.base)
        entry = f"{stem}{superscript}_{{{separator.join(indices)}}}"
        return f"{{{entry}}}" if superscript else entry  # a power would be a second superscript


class Variable(sp.IndexedBase):  # type: ignore[misc]
    """A vector or a matrix of real numbers, known by its entries."""

    def __getitem__(self, indices: Any, **_: Any) -> Entry:
        """Return one entry: ``w[i, j]``."""
        return Entry(self, *(indices if isinstance(indices, (tuple, sp.Tuple)) else (indices,)))


class Partial(sp.Function):  # type: ignore[misc]
    """∂L/∂w_ij as a name: the left-hand side of a formula, never evaluated."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        top, bottom = (printer._print(argument) for argument in self.args)
        return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"

    def _sympystr(self, printer: Any) -> str:
        top, bottom = (printer._print(argument) for argument in self.args)
        return f"d{top}/d{bottom}"


class According(sp.Function):  # type: ignore[misc]
    """The value of its first argument according to its second: the article, or AdamW."""

    nargs = 2

    def _latex(self, printer: Any) -> str:
        value, source = self.args
        return rf"\left[{printer._print(value)}\right]_{{\text{{{source.name}}}}}"

    def _sympystr(self, printer: Any) -> str:
        value, source = (printer._print(argument) for argument in self.args)
        return f"{source}({value})"


def latex_name(variable: Variable) -> tuple[str, str]:
    """Split a variable's name into stem and superscript: y^d, and w1 for layer 1."""
    name = str(variable.label)
    if "^" in name:
        stem, superscript = name.split("^")
        return stem, f"^{{{superscript}}}"
    stem = name.rstrip("0123456789")
    layer = name[len(stem) :]
    return sp.latex(sp.Symbol(stem)), f"^{{({layer})}}" if layer else ""


def prime(index: sp.Symbol, times: int = 1) -> sp.Symbol:
    """Return the bound twin of a free index: i -> i'."""
    return sp.Symbol(index.name + "'" * times, integer=True)


n, m, h = sp.symbols("n m h", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True)
RANGES = {i: n, j: m, k: h}

L = sp.Symbol("L", real=True)
w, b, x, z, y = (Variable(name, real=True) for name in ("w", "b", "x", "z", "y"))
target = Variable("y^d", real=True)
w1, b1, z1, a1, delta1 = (Variable(s, real=True) for s in ("w1", "b1", "z1", "a1", "delta1"))
w2, b2, z2, delta2 = (Variable(s, real=True) for s in ("w2", "b2", "z2", "delta2"))
theta, g = Variable("theta", real=True), Variable("g", real=True)

eta, lam, epsilon = sp.symbols("eta lambda epsilon", positive=True)
beta1, beta2 = sp.symbols("beta_1 beta_2", positive=True)

SHAPES = {w: (n, m), b: (m,), x: (n,), z: (m,), y: (m,), target: (m,), theta: (n,)}
SHAPES |= {w1: (n, h), b1: (h,), z1: (h,), a1: (h,), w2: (h, m), b2: (m,), z2: (m,)}
