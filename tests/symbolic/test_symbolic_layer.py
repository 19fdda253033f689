"""The article's layer: its gradients against central differences, explicit sums and hand work."""

import numpy as np
import pytest
import sympy as sp

from course_lib import symbolic as sym
from course_lib.symbolic import notation as nt
from course_lib.symbolic.activations import f_prime

N, M = 3, 2
rng = np.random.default_rng(20)
ARRAYS = {
    "w": rng.normal(size=(N, M)),
    "b": rng.normal(size=M),
    "x": rng.normal(size=N),
    "target": np.array([0.3, 0.7]),  # sums to one, as a softmax wants it
}

OUTPUTS = {
    "identity": lambda z: z,
    "relu": lambda z: np.where(z > 0, z, 0.0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(),
}
LOSSES = {
    "half_mse": lambda y, t: ((t - y) ** 2).sum() / (2 * M),
    "mse": lambda y, t: ((t - y) ** 2).sum(),
    "binary_cross_entropy": lambda y, t: -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(),
    "softmax_cross_entropy": lambda y, t: -(t * np.log(y)).sum(),
}
PAIRS = [
    *((f, loss) for f in ("identity", "relu", "sigmoid", "tanh") for loss in ("half_mse", "mse")),
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "softmax_cross_entropy"),
]
each_pair = pytest.mark.parametrize(("f", "loss"), PAIRS)


def layer(f, loss="half_mse"):
    return sym.OneLayer(f=getattr(sym, f), loss=getattr(sym, loss))


def value(f, loss, arrays):
    """Compute the loss as anyone would write it in NumPy."""
    y = OUTPUTS[f](arrays["w"].T @ arrays["x"] + arrays["b"])
    return LOSSES[loss](y, arrays["target"])


def central_differences(f, loss, letter, h=1e-6):
    gradient = np.zeros_like(ARRAYS[letter])
    for point in np.ndindex(gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = ARRAYS[letter].copy()
            moved[point] += sign * h
            ends.append(value(f, loss, ARRAYS | {letter: moved}))
        gradient[point] = (ends[0] - ends[1]) / (2 * h)
    return gradient


@each_pair
def test_the_loss_is_the_one_that_numpy_computes(f, loss):
    formula, *_ = layer(f, loss).definitions
    computed = formula.as_function(n=N, m=M)(*ARRAYS.values())
    assert computed == pytest.approx(value(f, loss, ARRAYS), rel=1e-12)


@each_pair
@pytest.mark.parametrize("letter", ["w", "b", "x"])
def test_a_gradient_agrees_with_central_differences(f, loss, letter):
    gradient = layer(f, loss).derive(letter).as_function(n=N, m=M)(*ARRAYS.values())
    expected = central_differences(f, loss, letter)
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-8)


@each_pair
def test_the_derivative_by_z_is_that_by_the_bias(f, loss):
    by_z, by_b = (layer(f, loss).derive(s).as_function(n=N, m=M)(*ARRAYS.values()) for s in "zb")
    np.testing.assert_allclose(by_z, by_b, rtol=1e-12)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 2), (2, 3)])
@pytest.mark.parametrize("letter", ["w", "b", "x"])
def test_the_general_formula_holds_in_explicit_sums(n, m, letter):
    """Everything is written out with sin for f; SymPy differentiates that without any sum."""
    ns, ms = range(1, n + 1), range(1, m + 1)
    z = {j: sum(nt.w[i, j] * nt.x[i] for i in ns) + nt.b[j] for j in ms}
    loss = sum((nt.target[j] - sp.sin(z[j])) ** 2 for j in ms) / (2 * m)
    variables = {
        "w": {(i, j): nt.w[i, j] for i in ns for j in ms},
        "b": {(1, j): nt.b[j] for j in ms},
        "x": {(i, 1): nt.x[i] for i in ns},
    }[letter]
    result = sym.OneLayer().derive(letter).result.instantiate(n=n, m=m)
    for (i, j), variable in variables.items():
        one = result.spell_out().rhs.subs({nt.i: i, nt.j: j})
        derived = one.replace(sym.f, sp.sin).replace(f_prime, sp.cos)
        assert sp.expand(derived - loss.diff(variable)) == 0


def test_the_derivative_is_the_textbook_formula():
    textbook = -(nt.target[nt.j] - nt.y[nt.j]) * f_prime(nt.z[nt.j]) * nt.x[nt.i] / nt.m
    assert sp.expand(sym.OneLayer().derive("w").result.rhs - textbook) == 0


def test_under_cross_entropy_the_slope_cancels():
    for f, loss in (("sigmoid", "binary_cross_entropy"), ("softmax", "softmax_cross_entropy")):
        assert layer(f, loss).derive("z").result.rhs == nt.y[nt.j] - nt.target[nt.j]


def test_a_gradient_by_hand():
    """x = (1, 2), w = b = 0, t = 1, linear: the error is 1, so the gradient is -x and -1."""
    arrays = np.zeros((2, 1)), np.zeros(1), np.array([1.0, 2.0]), np.array([1.0])
    by_w, by_b = (layer("identity").derive(s).as_function(n=2, m=1)(*arrays) for s in "wb")
    assert by_w.tolist() == [[-1.0], [-2.0]]
    assert by_b.tolist() == [-1.0]


def test_the_slope_of_relu_at_zero_is_zero():
    arrays = np.zeros((1, 1)), np.zeros(1), np.ones(1), np.ones(1)
    assert layer("relu").derive("w").as_function(n=1, m=1)(*arrays).tolist() == [[0.0]]


def test_a_derivation_goes_from_the_loss_through_the_kronecker_delta_to_the_result():
    lines = list(sym.OneLayer().derive("w"))
    assert lines[0].lhs == nt.L
    deltas = [bool(line.rhs.has(sp.KroneckerDelta)) for line in lines]
    assert True in deltas
    assert deltas[-1] is False
    assert deltas == [*sorted(deltas[:-1]), False]  # no delta, then deltas, then none


def test_every_line_of_a_derivation_has_the_same_value():
    """Written out for n = 3, m = 2, each line about ∂L/∂x_i is the last line."""
    for f, loss in PAIRS[-2:]:
        *_, whole = [line for line in layer(f, loss).derive("x") if line.lhs == nt.L]
        lines = [line for line in layer(f, loss).derive("x").steps if line.lhs != nt.L]
        written = [line.instantiate(n=N, m=M, i=2).spell_out().rhs for line in lines]
        ones = {nt.target[1]: sp.Rational(1, 4), nt.target[2]: sp.Rational(3, 4)}
        numbers = {nt.w[i, j]: sp.Rational(i - j, 3) for i in (1, 2, 3) for j in (1, 2)}
        numbers |= {nt.x[i]: sp.Rational(1, i + 1) for i in (1, 2, 3)}
        numbers |= {nt.b[j]: sp.Rational(j, 5) for j in (1, 2)} | ones
        values = [float(line.subs(numbers)) for line in written]
        assert len(values) > 2
        assert whole.note
        assert values == pytest.approx([values[-1]] * len(values), rel=1e-12)


# The article's own formula


def test_with_one_linear_output_the_article_has_the_wrong_sign_only():
    linear = layer("identity")
    for letter in ("w", "b"):
        ratio = linear.claimed(letter) / linear.derive(letter).result
        assert ratio.instantiate(m=1, j=1).rhs == -1


def test_with_one_output_the_article_lacks_the_slope_too():
    ratio = sym.OneLayer().claimed("w") / sym.OneLayer().derive("w").result
    assert ratio.instantiate(m=1, j=1).rhs == -1 / f_prime(nt.z[1])


@pytest.mark.parametrize("f", ["identity", "relu"])
@pytest.mark.parametrize("letter", ["w", "b"])
def test_with_all_corrections_nothing_is_left_for_a_concrete_activation(f, letter):
    mended = layer(f).claimed(letter, mend=["sign", "slope", "sum"])
    assert (mended - layer(f).derive(letter).result).rhs == 0


@pytest.mark.parametrize("letter", ["w", "b"])
@pytest.mark.parametrize(
    ("mend", "is_right"),
    [
        (["sign", "slope", "sum"], True),
        ([], False),
        (["sign"], False),
        (["slope", "sum"], False),
        (["sign", "sum"], False),
        (["sign", "slope"], False),
    ],
)
def test_only_all_three_corrections_make_the_articles_formula_right(letter, mend, is_right):
    general = sym.OneLayer()
    left = general.claimed(letter, mend=mend) - general.derive(letter).result
    assert (left.rhs == 0) == is_right  # for general n and m
    explicit = [left.instantiate(n=3, m=2, i=i, j=j).rhs for i in (1, 2, 3) for j in (1, 2)]
    assert all((sp.expand(rhs) == 0) == is_right for rhs in explicit)


def test_the_articles_gradient_vanishes_where_the_loss_does_not():
    """Targets (1, 1), outputs (0, 2): the errors cancel in the article's sum over j."""
    linear = layer("identity")
    arrays = np.zeros((1, 2)), np.array([0.0, 2.0]), np.ones(1), np.ones(2)
    loss, *_ = linear.definitions
    assert loss.as_function(n=1, m=2)(*arrays) == 0.5
    assert linear.claimed("w").as_function(n=1, m=2)(*arrays).tolist() == [[0.0, 0.0]]
    assert linear.derive("w").as_function(n=1, m=2)(*arrays).tolist() == [[-0.5, 0.5]]


def test_descent_by_the_articles_formula_climbs():
    """The error grows by the factor 1 + η(‖x‖² + 1) in each step: 1.6 for x = (1, 2), η = 0.1."""
    linear, eta = layer("identity"), 0.1
    claims = [linear.claimed(letter).as_function(n=2, m=1) for letter in "wb"]
    w, b, x, t = np.zeros((2, 1)), np.zeros(1), np.array([1.0, 2.0]), np.array([1.5])
    errors = []
    for _ in range(4):
        errors.append((t - w.T @ x - b).item())
        by_w, by_b = (claim(w, b, x, t) for claim in claims)
        w, b = w - eta * by_w, b - eta * by_b
    np.testing.assert_allclose(np.divide(errors[1:], errors[:-1]), 1.6, rtol=1e-12)


# Errors


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: sym.OneLayer().derive("v"), "choose from w, b, x, z"),
        (lambda: sym.OneLayer().claimed("x"), "for w and b, not for 'x'"),
        (lambda: sym.OneLayer().claimed("w", mend=["signs"]), "unknown mistake 'signs'"),
        (lambda: layer("sigmoid", "mse").claimed("w"), "about half_mse, not mse"),
        (lambda: layer("relu", "binary_cross_entropy"), "sigmoid or f, not with relu"),
        (lambda: layer("softmax", "mse"), "an elementwise output, not with softmax"),
        (lambda: layer("sigmoid", "softmax_cross_entropy"), "goes with softmax, not with sigmoid"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_choices(call, says):
    with pytest.raises(ValueError, match=says):
        call()
