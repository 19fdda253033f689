r"""When gradient descent is stable: on the quadratic, and on the article's XOR neuron.

Near a minimum a loss is a quadratic whose curvatures λ are the eigenvalues of its Hessian. So
one threshold, η < 2/λ_max, serves both.
"""

from dataclasses import dataclass
from itertools import product

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.activations import sigmoid
from course_lib.symbolic.derivation import Derivation
from course_lib.symbolic.formula import Formula
from course_lib.symbolic.layer import OneLayer
from course_lib.symbolic.losses import Loss, binary_cross_entropy
from course_lib.symbolic.notation import Partial, Variable

_t = sp.Symbol("t", integer=True)
_w = sp.Symbol("w", real=True)
_walk = Variable("w", real=True)
_low, _high = sp.symbols("lambda_min lambda_max", positive=True)
_kappa, _rate, _product = sp.Symbol("kappa", positive=True), sp.Symbol("rho"), sp.Symbol("u")


def _factor() -> sp.Expr:
    """Return what one step multiplies w by: 1 - ηλ."""
    slope = (nt.lam * _w**2 / 2).diff(_w)
    return sp.cancel((_w - nt.eta * slope) / _w)


def quadratic_threshold() -> Derivation:
    """Derive the learning rates for which gradient descent on λw²/2 converges: 0 < η < 2/λ."""
    loss = nt.lam * _w**2 / 2
    shrinks = sp.Abs(_factor()) < 1
    products = sp.solveset(sp.Abs(1 - _product) < 1, _product, sp.S.Reals)
    rates = sp.Interval.open(products.start / nt.lam, products.end / nt.lam)
    steps = (
        Formula(Partial(nt.L, _w), loss.diff(_w), "differentiate"),
        Formula(_walk[_t + 1], _walk[_t] * _factor(), "one step"),
        Formula(shrinks, sp.Contains(nt.eta * nt.lam, products), "w shrinks", "iff"),
        Formula(nt.eta, rates, "divide by the curvature", "in"),
    )
    return Derivation((Formula(nt.L, loss),), steps)


def largest_learning_rate(curvature: sp.Expr) -> sp.Expr:
    """Return 2/λ: the end of the interval that ``quadratic_threshold`` derives."""
    return sp.radsimp(quadratic_threshold().result.rhs.end.subs(nt.lam, curvature))


def best_learning_rate() -> Derivation:
    """Derive the η that is best for curvatures from λ_min to λ_max, and its rate (κ - 1)/(κ + 1).

    A step multiplies the error along each axis by 1 - ηλ. The slowest axis counts: |1 - ηλ| is
    largest at one of the ends, and the larger of the two is smallest where they are equal.
    """
    slow, fast = (_factor().subs(nt.lam, curvature) for curvature in (_low, _high))
    (best,) = sp.solve(sp.Eq(slow, -fast), nt.eta)
    rate = sp.factor(slow.subs(nt.eta, best))
    by_kappa = sp.cancel(rate.subs(_high, _kappa * _low))
    steps = (
        Formula(slow, sp.Mul(-1, fast, evaluate=False), "both ends equally slow"),
        Formula(nt.eta, best, "solve"),
        Formula(_rate, rate, "what a step leaves of the error"),
        Formula(_rate, by_kappa, "κ is the larger over the smaller curvature"),
    )
    given = Formula(_rate, sp.Max(sp.Abs(slow), sp.Abs(fast)))
    return Derivation((given,), steps)


@dataclass(frozen=True)
class Neuron:
    """The article's neuron of section 4 at w = b = 0: two inputs, a sigmoid, the cases of XOR.

    ``gradient`` is zero: the point is stationary. ``threshold`` bounds the learning rates for
    which descent stays there.
    """

    gradient: Formula
    hessian: Formula
    eigenvalues: tuple[Formula, ...]
    threshold: Formula


def xor_neuron(loss: Loss = binary_cross_entropy) -> Neuron:
    """Derive the stability of the article's XOR neuron under a loss, mean over the four cases.

    The article prints the squared error and descends the cross-entropy. For ``mse`` the
    threshold is twice as high.
    """
    value, parameters = _xor_loss(loss)
    origin = dict.fromkeys(parameters, 0)
    gradient = sp.Matrix([value.diff(parameter).subs(origin) for parameter in parameters])
    hessian = sp.hessian(value, parameters).subs(origin)
    eigenvalues = sorted(hessian.eigenvals(), key=float)
    names = [sp.Symbol(f"lambda_{number}") for number in range(1, len(eigenvalues) + 1)]
    return Neuron(
        gradient=Formula(sp.Symbol(r"\nabla L"), gradient),
        hessian=Formula(sp.Symbol("H"), _with_common_factor(hessian)),
        eigenvalues=tuple(map(Formula, names, eigenvalues)),
        threshold=Formula(nt.eta, largest_learning_rate(eigenvalues[-1]), relation="<"),
    )


def _xor_loss(loss: Loss) -> tuple[sp.Expr, tuple[sp.Expr, ...]]:
    """Return the mean loss over XOR in terms of w_11, w_21 and b_1."""
    definition, *_ = OneLayer(f=sigmoid, loss=loss).definitions
    one = definition.instantiate(n=2, m=1).spell_out().rhs
    cases = [
        one.subs({nt.x[1]: first, nt.x[2]: second, nt.target[1]: first ^ second})
        for first, second in product((0, 1), repeat=2)
    ]
    return sp.Add(*cases) / len(cases), (nt.w[1, 1], nt.w[2, 1], nt.b[1])


def _with_common_factor(matrix: sp.Matrix) -> sp.Expr:
    """Return a rational matrix as a fraction times a matrix of small integers."""
    common = sp.gcd_list(list(matrix))
    return sp.MatMul(common, sp.ImmutableMatrix(matrix / common))
