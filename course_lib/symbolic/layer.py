"""The article's layer (its section 3.3): y_j = f(Σ_i w_ij x_i + b_j), for any n and m."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.activations import f as generic
from course_lib.symbolic.derivation import Derivation, reduce
from course_lib.symbolic.formula import Formula
from course_lib.symbolic.losses import Loss, half_mse
from course_lib.symbolic.notation import According, Entry, Partial, prime
from course_lib.symbolic.outputs import Output, name_output, output
from course_lib.symbolic.sums import pull_out, sum_over, unprime

_LETTERS = {"w": nt.w[nt.i, nt.j], "b": nt.b[nt.j], "x": nt.x[nt.i], "z": nt.z[nt.j]}
_ARGUMENTS = (nt.w, nt.b, nt.x, nt.target)
_MISTAKES = ("sign", "slope", "sum")


def _logit(index: sp.Symbol) -> sp.Expr:
    """Return z of one output in terms of weights, inputs and bias."""
    bound = prime(nt.i)
    return sum_over(nt.w[bound, index] * nt.x[bound], bound) + nt.b[index]


@dataclass(frozen=True)
class OneLayer:
    """A layer of n inputs and m outputs under a loss.

    Parameters
    ----------
    f : activation or softmax
        The generic f prints as f and f'. ``relu``, ``sigmoid``, ``tanh``, ``identity`` and
        ``softmax`` have numbers, so their formulas can be turned into functions.
    loss : Loss
        The article's 1/(2m) Σ_j (y^d_j - y_j)² unless given.

    Raises
    ------
    ValueError
        If the loss is not made for this output.
    """

    f: Output = generic
    loss: Loss = half_mse

    def __post_init__(self) -> None:
        self.loss.check_fits(self.f)

    @property
    def definitions(self) -> tuple[Formula, ...]:
        """L, y_j and z_j."""
        z = Formula(nt.z[nt.j], unprime(_logit(nt.j)), arguments=_ARGUMENTS)
        y_j = unprime(output(self.f, nt.z.__getitem__, nt.j))
        y = Formula(nt.y[nt.j], y_j, where=(z,), arguments=_ARGUMENTS)
        return replace(self.loss.formula(), where=(y, z), arguments=_ARGUMENTS), y, z

    def derive(self, letter: str) -> Derivation:
        """Differentiate L by w_ij, b_j, x_i or z_j: ``layer.derive("w")``.

        SymPy differentiates L itself, with y and z inserted; then each Kronecker delta picks its
        term. ∂L/∂z_j is the delta of back-propagation. ∂L/∂x_i keeps its sum over outputs: it is
        what back-propagation hands to the layer below.

        Raises
        ------
        ValueError
            For another letter.
        """
        variable = _variable(letter)
        logits = nt.z.__getitem__ if letter == "z" else _logit
        loss, *inner = self.definitions
        whole = replace(
            loss,
            rhs=self.loss.of(lambda index: output(self.f, logits, index)),
            note="insert; bound indices get a prime",
        )
        start = replace(
            whole,
            lhs=Partial(nt.L, variable),
            rhs=self._named(whole.rhs.diff(variable)),
            note="differentiate",
        )
        return Derivation((loss, *inner, whole), reduce(start, self.loss.moves))

    def _named(self, raw: sp.Expr) -> sp.Expr:
        """Write z_j and y_j again for what they stand for."""
        bound = prime(nt.j), prime(nt.j, 2)
        logits = raw.xreplace({_logit(index): nt.z[index] for index in bound})
        return pull_out(name_output(logits, self.f))

    def claimed(self, letter: str, *, mend: Collection[str] = ()) -> Formula:
        """Return what the article's section 3.3 gives for ∂L/∂w_ij or ∂L/∂b_j, as it stands.

        Its three mistakes can be mended one by one: the missing minus ("sign"), the missing
        f'(z_j) ("slope"), and the sum over j, which is free on the left ("sum"). With all three
        mended it equals the derivative.

        Raises
        ------
        ValueError
            For a letter that the article has no formula for, for an unknown mistake, or under
            another loss than the article's.
        """
        if letter not in ("w", "b"):
            raise ValueError(f"the article gives a gradient for w and b, not for {letter!r}")
        if self.loss is not half_mse:
            raise ValueError(f"the article's formula is about half_mse, not {self.loss.name}")
        unknown = sorted(set(mend) - set(_MISTAKES))
        if unknown:
            raise ValueError(f"unknown mistake {unknown[0]!r}: choose from {', '.join(_MISTAKES)}")
        error = nt.target[nt.j] - nt.y[nt.j]
        factor = (nt.x[nt.i] if letter == "w" else 1) * (self._slope() if "slope" in mend else 1)
        total = error * factor if "sum" in mend else sum_over(error * factor, nt.j)
        value = (-total if "sign" in mend else total) / nt.m
        loss, *inner = self.definitions
        lhs = According(Partial(nt.L, _variable(letter)), sp.Symbol("article"))
        return replace(loss, lhs=lhs, rhs=value, where=tuple(inner))

    def _slope(self) -> sp.Expr:
        """Return f'(z_j), in terms of y_j where f allows it."""
        z = sp.Dummy(real=True)
        slope = output(self.f, lambda _: z, nt.j).diff(z)
        return name_output(slope.subs(z, nt.z[nt.j]), self.f)


def _variable(letter: str) -> Entry:
    if letter not in _LETTERS:
        raise ValueError(f"no letter {letter!r} in a layer: choose from {', '.join(_LETTERS)}")
    return _LETTERS[letter]
