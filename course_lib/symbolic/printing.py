r"""Formulas as a textbook sets them: -\frac{1}{m} (y^d_j - y_j) f'(z_j) x_i."""

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from course_lib.symbolic import notation as nt
from course_lib.symbolic.notation import Entry
from course_lib.symbolic.order import is_negative, ordered_terms, take_apart


def _inside_bars(absolute: sp.Abs) -> sp.Expr:
    """Return 1 - ηλ rather than ηλ - 1, which SymPy makes of it."""
    inside = absolute.args[0]
    return -inside if inside.is_Add and inside.as_coeff_Add()[0].is_negative else inside


class _TextbookLatex(LatexPrinter):  # type: ignore[misc]
    def _print_Add(self, expr: sp.Expr, order: Any = None) -> str:  # noqa: ARG002
        content, rest = expr.primitive()
        if content.is_Integer and content != 1 and not expr.is_number:  # 2 (y - y^d)
            return rf"{content} \, {self._in_brackets(rest)}"
        if expr.is_number:  # (7 + √33)/32 rather than 7/32 + √33/32
            top, bottom = sp.fraction(sp.together(expr))
            if bottom != 1:
                return rf"\frac{{{self._print(top)}}}{{{self._print(bottom)}}}"
        first, *others = ordered_terms(expr)
        signed = [
            f"- {self._print(-t)}" if is_negative(t) else f"+ {self._print(t)}" for t in others
        ]
        return " ".join([self._print(first), *signed])

    def _print_Mul(self, expr: sp.Expr) -> str:
        product = take_apart(expr) if expr.is_Mul else None
        if product is None:
            return str(super()._print_Mul(expr))
        parts = [] if product.scale == 1 else [self._factor(product.scale)]
        if product.below:
            parts.append(
                rf"\frac{{{self._joined(product.above)}}}{{{self._joined(product.below)}}}"
            )
        parts += [self._factor(factor) for factor in product.rest]
        return ("- " if product.negative else "") + r" \, ".join(parts)

    def _joined(self, factors: Sequence[sp.Expr]) -> str:
        if len(factors) == 1:  # alone over or under a fraction bar: no brackets
            return str(self._print(factors[0]))
        return r" \, ".join(self._factor(factor) for factor in factors)

    def _factor(self, factor: sp.Expr) -> str:
        return self._in_brackets(factor) if factor.is_Add else str(self._print(factor))

    def _in_brackets(self, expr: sp.Expr) -> str:
        inside = self._print(expr)
        tall = r"\frac" in inside or r"\sum" in inside
        return rf"\left({inside}\right)" if tall else f"({inside})"

    def _print_Sum(self, expr: sp.Expr) -> str:
        index, low, high = (self._print(part) for part in expr.limits[0])
        signed = expr.function.is_Add or expr.function.could_extract_minus_sign()
        body = self._in_brackets(expr.function) if signed else self._print(expr.function)
        return rf"\sum_{{{index}={low}}}^{{{high}}} {body}"

    def _print_Pow(self, expr: sp.Expr) -> str:
        base, exponent = expr.as_base_exp()
        short = base.is_Add or (isinstance(base, Entry) and nt.latex_name(base.base)[1])
        if short and exponent.is_Integer and exponent > 1:
            return rf"{self._in_brackets(base)}^{{{self._print(exponent)}}}"
        return str(super()._print_Pow(expr))

    def _print_log(self, expr: sp.Expr, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        inside = expr.args[0]
        argument = self._print(inside) if isinstance(inside, Entry) else self._in_brackets(inside)
        return rf"\log{power} {argument}"

    def _print_sign(self, expr: sp.Expr) -> str:
        return rf"\operatorname{{sign}}{self._in_brackets(expr.args[0])}"

    def _print_Abs(self, expr: sp.Expr, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\left|{self._print(_inside_bars(expr))}\right|{power}"

    def _print_MatMul(self, expr: sp.Expr) -> str:
        return r" \, ".join(self._print(part) for part in expr.args)

    def _print_Symbol(self, expr: sp.Symbol, **_: Any) -> str:
        name = str(super()._print_Symbol(expr))
        return name.replace("_{max}", r"_{\max}").replace("_{min}", r"_{\min}")


class _TextbookText(StrPrinter):  # type: ignore[misc]
    def _as_ordered_terms(self, expr: sp.Expr, order: Any = None) -> list[sp.Expr]:  # noqa: ARG002
        return ordered_terms(expr)

    def _print_Mul(self, expr: sp.Expr) -> str:
        product = take_apart(expr)
        if product is None:
            return str(super()._print_Mul(expr))
        scale = self._print(product.scale)
        in_brackets = "/" in scale or product.scale.is_Add
        parts = [] if product.scale == 1 else [f"({scale})" if in_brackets else scale]
        if product.below:
            above, below = (self._joined(part) for part in (product.above, product.below))
            parts.append(f"{above}/({below})" if len(product.below) > 1 else f"{above}/{below}")
        parts += [self._joined([factor]) for factor in product.rest]
        return ("-" if product.negative else "") + "*".join(parts)

    def _joined(self, factors: Sequence[sp.Expr]) -> str:
        return "*".join(f"({self._print(a)})" if a.is_Add else self._print(a) for a in factors)

    def _print_Abs(self, expr: sp.Expr) -> str:
        return f"|{self._print(_inside_bars(expr))}|"

    def _print_Contains(self, expr: sp.Basic) -> str:
        return " in ".join(self._print(part) for part in expr.args)

    def _print_Interval(self, expr: sp.Interval) -> str:
        return f"({self._print(expr.start)}, {self._print(expr.end)})"

    def _print_MatrixBase(self, expr: sp.MatrixBase) -> str:
        return str(expr.tolist())


def latex(expression: sp.Basic) -> str:
    """Return an expression as LaTeX, in a textbook's order."""
    return str(_TextbookLatex().doprint(expression))


def text(expression: sp.Basic) -> str:
    """Return an expression as one line of plain text, the same in every run."""
    return str(_TextbookText().doprint(expression))
