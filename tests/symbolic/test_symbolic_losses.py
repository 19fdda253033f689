"""Losses, penalties and activations: against NumPy, against invariants, by hand."""

import numpy as np
import pytest
import sympy as sp

from course_lib import symbolic as sym
from course_lib.symbolic.activations import Activation

M, SAMPLES = 3, 5
rng = np.random.default_rng(22)
Z = rng.normal(size=(M, SAMPLES))
T = rng.dirichlet(np.ones(M), size=SAMPLES).T  # columns sum to one

LOSSES = {
    "half_mse": ("identity", lambda z, t: ((t - z) ** 2).sum(axis=0) / (2 * M)),
    "mse": ("identity", lambda z, t: ((t - z) ** 2).sum(axis=0)),
    "binary_cross_entropy": (
        "sigmoid",
        lambda z, t: (np.logaddexp(0, z) - t * z).sum(axis=0),
    ),
    "softmax_cross_entropy": (
        "softmax",
        lambda z, t: np.log(np.exp(z).sum(axis=0)) - (t * z).sum(axis=0),
    ),
}
each_loss = pytest.mark.parametrize("name", LOSSES)


def from_logits(name):
    output, value = LOSSES[name]
    return getattr(sym, name), getattr(sym, output), value


@each_loss
def test_a_loss_of_many_samples_at_once_is_the_loss_of_each(name):
    loss, output, value = from_logits(name)
    computed = loss.formula(output).as_function(m=M)(Z, T)
    np.testing.assert_allclose(computed, value(Z, T), rtol=1e-12)


@each_loss
def test_the_derivative_by_the_logits_agrees_with_central_differences(name):
    loss, output, value = from_logits(name)
    gradient = loss.derive(output).as_function(m=M)(Z, T)
    h = 1e-6
    for j in range(M):
        step = h * np.eye(M)[:, [j]]
        expected = (value(Z + step, T) - value(Z - step, T)) / (2 * h)
        np.testing.assert_allclose(gradient[j], expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("half_mse", -1 / 6),  # -(1/3)(1 - 1/2)
        ("mse", -1.0),  # -2 (1 - 1/2)
        ("binary_cross_entropy", -2.0),  # -1/(1/2)
        ("softmax_cross_entropy", -2.0),
    ],
)
def test_the_derivative_by_an_output_of_one_half_with_target_one(name, value):
    derivative = getattr(sym, name).derive().as_function(m=3)
    half, ones = np.full(3, 0.5), np.ones(3)
    np.testing.assert_allclose(derivative(half, ones), value, rtol=1e-15)


def test_the_softmax_gradient_sums_to_zero_over_the_classes():
    gradient = sym.softmax_cross_entropy.derive(sym.softmax).as_function(m=M)(Z, T)
    np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-15)


def test_softmax_derivation_uses_that_the_targets_sum_to_one():
    notes = [line.note for line in sym.softmax_cross_entropy.derive(sym.softmax)]
    assert "the targets sum to one" in notes


def test_the_squared_error_under_a_sigmoid_keeps_the_slope_and_saturates():
    """At z = -10 with target 1 cross-entropy still pulls by 1, the squared error hardly at all."""
    z, t = np.array([-10.0]), np.array([1.0])
    squared, entropy = (
        loss.derive(sym.sigmoid).as_function(m=1)(z, t).item()
        for loss in (sym.half_mse, sym.binary_cross_entropy)
    )
    assert entropy == pytest.approx(-1, abs=1e-4)
    assert squared == pytest.approx(-4.5e-5, rel=0.02)


def test_cross_entropy_from_logits_needs_no_logarithm_of_the_output():
    derivation = sym.binary_cross_entropy_from_logits()
    function = derivation.as_function(m=M)
    np.testing.assert_allclose(function(Z, T), np.logaddexp(0, Z) - T * Z, rtol=1e-12)
    assert not derivation.result.rhs.has(sym.sigmoid)


def test_penalties_by_hand():
    theta = np.array([3.0, -0.5, 0.25])
    l1, l2 = sym.l1_penalty, sym.l2_penalty
    assert l1.formula().as_function(n=3)(theta, 2.0) == 7.5
    assert l2.formula().as_function(n=3)(theta, 2.0) == 9.3125
    assert l1.derive().as_function(n=3)(theta, 2.0).tolist() == [2.0, -2.0, 2.0]
    assert l2.derive().as_function(n=3)(theta, 2.0).tolist() == [6.0, -1.0, 0.5]


# Activations

CONCRETE = [sym.identity, sym.relu, sym.sigmoid, sym.tanh]
each_activation = pytest.mark.parametrize("f", CONCRETE, ids=lambda f: f.__name__)


@each_activation
def test_a_slope_is_the_derivative_of_the_definition(f):
    z = sp.Symbol("z", real=True)
    difference = f.definition(z).diff(z) - f(z).diff(z)
    for part in (sym.relu, sym.step, sym.sigmoid, sym.tanh):
        difference = difference.replace(part, part.definition)
    assert sp.simplify(difference) == 0


@each_activation
def test_in_numpy_an_activation_is_its_definition(f):
    z = sp.Symbol("z", real=True)
    points = np.linspace(-3, 3, 13)  # 0 among them
    function, slope = (sp.lambdify(z, e, "numpy", cse=True) for e in (f(z), f(z).diff(z)))
    expected = [float(f.definition(sp.Float(point, 30))) for point in points]
    np.testing.assert_allclose(function(points), expected, rtol=1e-14, atol=1e-16)
    nonzero = points[points != 0]
    h = 1e-6
    rise = (function(nonzero + h) - function(nonzero - h)) / (2 * h)
    np.testing.assert_allclose(slope(nonzero), rise, atol=1e-9)


@pytest.mark.parametrize(
    ("f", "at_zero", "slope_at_zero"),
    [(sym.identity, 0, 1), (sym.relu, 0, 0), (sym.sigmoid, 0.5, 0.25), (sym.tanh, 0, 1)],
)
def test_values_and_slopes_at_zero_are_the_courses_convention(f, at_zero, slope_at_zero):
    z = sp.Symbol("z", real=True)
    assert float(f(sp.Integer(0))) == at_zero
    assert float(f(z).diff(z).subs(z, 0)) == slope_at_zero


def test_far_from_zero_no_activation_overflows():
    z = sp.Symbol("z", real=True)
    far = np.array([-1000.0, 1000.0])
    expected = {sym.relu: [0, 1000], sym.sigmoid: [0, 1], sym.tanh: [-1, 1]}
    for f, values in expected.items():
        assert sp.lambdify(z, f(z), "numpy")(far).tolist() == values


def test_relu_lets_nan_through():
    z = sp.Symbol("z", real=True)
    for f in (sym.relu, sym.step):
        assert np.isnan(sp.lambdify(z, f(z), "numpy")(np.array([np.nan]))).all()


def test_the_second_derivative_of_relu_is_zero_and_no_dirac_delta():
    z = sp.Symbol("z", real=True)
    assert sym.relu(z).diff(z, 2) == 0


def test_slope_derives_the_slope_from_the_definition():
    z = sp.Symbol("z", real=True)
    lines = list(sym.slope(sym.sigmoid))
    assert lines[0].rhs == 1 / (1 + sp.exp(-z))
    assert lines[-1].rhs == sym.sigmoid(z) * (1 - sym.sigmoid(z))
    numbers = [line.rhs.subs(z, sp.Rational(1, 3)) for line in lines[1:]]
    assert sp.simplify(numbers[0] - numbers[1]) == 0


def test_a_generic_activation_has_no_definition_to_derive_from():
    with pytest.raises(ValueError, match="f has no definition"):
        sym.slope(sym.f)


def test_activations_are_sympy_functions():
    assert all(issubclass(f, Activation) for f in [*CONCRETE, sym.f, sym.g, sym.step])
