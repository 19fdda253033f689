r"""Losses of one sample, summed over the m outputs, and their derivatives.

A loss is written once, as the term of one output. Its derivative by the output y_j, by the
logit z_j and by every parameter of a layer follows from that.

The NumPy losses of this course are the mean over samples of what is here: divide a derivative by
the number of samples to compare.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.activations import f as generic
from course_lib.symbolic.activations import sigmoid
from course_lib.symbolic.derivation import COLLAPSE, TIDY, Derivation, Move, reduce
from course_lib.symbolic.formula import Formula
from course_lib.symbolic.notation import Partial, Variable, prime
from course_lib.symbolic.outputs import Output, Vector, name_output, output, softmax
from course_lib.symbolic.sums import merge, pull_out, sum_over, unprime

_J = prime(nt.j)


@dataclass(frozen=True, repr=False)
class Loss:
    """A loss that is a sum over outputs.

    Parameters
    ----------
    name : str
        Its name in ``course_lib.losses``.
    term : function of (y^d_j, y_j)
        What one output adds.
    scale : sympy expression
        What stands in front of the sum.
    fits : tuple of outputs
        The outputs it is made for; empty: every elementwise one.
    """

    name: str
    term: Callable[[sp.Expr, sp.Expr], sp.Expr]
    scale: sp.Expr = sp.S.One
    fits: tuple[Output, ...] = ()

    def __repr__(self) -> str:
        return f"{self.name}: {self.formula()!r}"

    def of(self, outputs: Vector) -> sp.Expr:
        """Return L for outputs y_j = outputs(j), with the bound index j'."""
        total = self.scale * sum_over(self.term(nt.target[_J], outputs(_J)), _J)
        return pull_out(sp.expand_log(total, force=True) if softmax in self.fits else total)

    def formula(self, f: Output | None = None) -> Formula:
        """Return L in terms of the outputs y_j, or of the logits z_j if f is given."""
        self.check_fits(f)
        return Formula(nt.L, unprime(self.of(_outputs(f))), arguments=_arguments(f))

    def derive(self, f: Output | None = None) -> Derivation:
        """Derive ∂L/∂y_j; or, if f is given, ∂L/∂z_j for the output y = f(z).

        Raises
        ------
        ValueError
            If f is an output that this loss is not made for.
        """
        self.check_fits(f)
        variable = (nt.y if f is None else nt.z)[nt.j]
        raw = self.of(_outputs(f)).diff(variable)
        where = () if f is None else (Formula(nt.y[nt.j], unprime(_outputs(f)(nt.j))),)
        start = Formula(
            Partial(nt.L, variable),
            pull_out(raw if f is None else name_output(raw, f)),
            "differentiate",
            where=where,
            arguments=_arguments(f),
        )
        return Derivation((self.formula(), *where), reduce(start, self.moves))

    @property
    def moves(self) -> tuple[Move, ...]:
        """The moves that bring a derivative of this loss to its shortest form."""
        return COLLAPSE + (_ONE_HOT if softmax in self.fits else ()) + TIDY

    def check_fits(self, f: Output | None) -> None:
        """Refuse an output that this loss is not made for."""
        if f is None or f in self.fits:
            return
        if self.fits or f is softmax:
            names = " or ".join(fit.__name__ for fit in self.fits) or "an elementwise output"
            raise ValueError(f"{self.name} goes with {names}, not with {f.__name__}")


def _outputs(f: Output | None) -> Vector:
    """Return the outputs as letters, or in terms of the logits."""
    return nt.y.__getitem__ if f is None else lambda index: output(f, nt.z.__getitem__, index)


def _arguments(f: Output | None) -> tuple[sp.Basic, ...]:
    return (nt.y if f is None else nt.z, nt.target)


_ONE_HOT: tuple[Move, ...] = (
    (lambda expr: pull_out(sp.expand(expr)), "multiply out"),
    (lambda expr: expr.xreplace({sum_over(nt.target[_J], _J): 1}), "the targets sum to one"),
    (merge, "one sum"),
)

half_mse = Loss("half_mse", lambda target, y: (target - y) ** 2, 1 / (2 * nt.m))
mse = Loss("mse", lambda target, y: (target - y) ** 2)
binary_cross_entropy = Loss(
    "binary_cross_entropy",
    lambda target, y: -(target * sp.log(y) + (1 - target) * sp.log(1 - y)),
    fits=(sigmoid, generic),
)
softmax_cross_entropy = Loss(
    "softmax_cross_entropy", lambda target, y: -target * sp.log(y), fits=(softmax,)
)


@dataclass(frozen=True)
class Penalty:
    """A price on the parameters θ, summed over all n of them; λ is its strength."""

    name: str
    term: Callable[[sp.Expr], sp.Expr]

    def formula(self) -> Formula:
        """Return R in terms of the parameters."""
        return Formula(sp.Symbol("R"), unprime(self._total()), arguments=(nt.theta, nt.lam))

    def derive(self) -> Derivation:
        """Derive ∂R/∂θ_i."""
        raw = pull_out(self._total().diff(nt.theta[nt.i]))
        formula = self.formula()
        start = replace(
            formula, lhs=Partial(formula.lhs, nt.theta[nt.i]), rhs=raw, note="differentiate"
        )
        return Derivation((formula,), reduce(start, COLLAPSE + TIDY))

    def _total(self) -> sp.Expr:
        index = prime(nt.i)
        return pull_out(nt.lam * sum_over(self.term(nt.theta[index]), index))


l1_penalty = Penalty("l1_penalty", lambda theta: abs(theta))
l2_penalty = Penalty("l2_penalty", lambda theta: theta**2 / 2)


def binary_cross_entropy_from_logits() -> Derivation:
    """Derive log(1 + e^z) - y^d z, which needs no logarithm of a rounded output.

    The course's NumPy function computes this form, with log(1 + e^z) = max(z, 0) +
    log(1 + e^(-|z|)).
    """
    logit, target = nt.z[nt.j], nt.target[nt.j]
    share = sp.together(sigmoid.definition(logit))  # e^z/(1 + e^z)
    given = Formula(nt.y[nt.j], sigmoid(logit)), Formula(nt.y[nt.j], share)
    start = Formula(
        Variable("L", real=True)[nt.j],
        binary_cross_entropy.term(target, nt.y[nt.j]),
        "what output j adds to the loss",
        arguments=(nt.z, nt.target),
    )
    moves: tuple[Move, ...] = (
        (lambda e: e.xreplace({nt.y[nt.j]: share}), "insert the output"),
        (lambda e: e.replace(sp.log, lambda part: sp.log(sp.together(part))), "one fraction each"),
        (lambda e: sp.expand(sp.expand_log(e, force=True)), "logarithm of a quotient"),
    )
    return Derivation(given, reduce(start, moves))
