"""Adam's first steps and the thresholds of gradient descent, by hand, by running, by NumPy."""

import numpy as np
import pytest
import sympy as sp

from course_lib import symbolic as sym
from course_lib.symbolic import notation as nt
from course_lib.transformations import Adam

USUAL = (0.9, 0.999, 1e-8)


def test_adams_first_step_forgets_the_size_of_the_gradient():
    step = sym.adam_step().as_function()
    assert step(np.array([3.0]), 0.5, *USUAL) == pytest.approx(0.5, rel=1e-8)
    assert step(np.array([-1e-3]), 0.5, *USUAL) == pytest.approx(-0.5, rel=1e-4)


def test_a_gradient_as_small_as_epsilon_makes_half_a_step():
    assert sym.adam_step().as_function()(np.array([1e-8]), 1.0, *USUAL) == pytest.approx(0.5)


def test_adams_first_step_in_closed_form():
    g = nt.g[1]
    assert sym.adam_step().result.rhs == nt.eta * g / (sp.Abs(g) + nt.epsilon)


def test_adams_second_step_by_hand():
    """g = (1, 0), β1 = β2 = 1/2: m = v = 1/4, corrected 1/3, so the step is 1/√3."""
    step = sym.adam_step(2).as_function()(np.array([1.0, 0.0]), 1.0, 0.5, 0.5, 0.0)
    assert step == pytest.approx(1 / np.sqrt(3), rel=1e-14)


@pytest.mark.parametrize("t", [1, 2, 3])
def test_under_a_constant_gradient_every_adam_step_is_the_first(t):
    constant = dict.fromkeys((nt.g[s] for s in range(1, t + 1)), nt.g[1])
    later, first = (sym.adam_step(s).result.rhs.subs(constant) for s in (t, 1))
    assert sp.simplify(later - first) == 0


def test_adam_without_correction_by_hand():
    """g = 2, β1 = β2 = 3/4: m = 1/2, v = 1, so the step is 1/2 / (1 + ε)."""
    step = sym.adam_step(bias_correction=False).as_function()
    assert step(np.array([2.0]), 1.0, 0.75, 0.75, 1.0) == pytest.approx(0.25, rel=1e-14)


def test_for_small_epsilon_the_first_step_is_the_sign_or_without_correction_sqrt_10_of_it():
    sign = sp.sign(nt.g[1])
    assert sym.adam_first_step_limit().result.rhs == nt.eta * sign
    without = sym.adam_first_step_limit(bias_correction=False).result.rhs
    assert without == sp.sqrt(10) * nt.eta * sign


@pytest.mark.parametrize("bias_correction", [True, False])
def test_the_limit_is_what_a_tiny_epsilon_gives(bias_correction):
    step = sym.adam_step(bias_correction=bias_correction).as_function()
    limit = sym.adam_first_step_limit(bias_correction=bias_correction).as_function()
    g = np.array([[2.0, -0.3]])
    usual = (0.1, 0.9, 0.999)
    np.testing.assert_allclose(step(g, *usual, 1e-14), limit(g, *usual, 0.0), rtol=1e-9)


def test_adams_steps_are_those_of_the_library():
    gradients = np.random.default_rng(23).normal(size=(3, 4))
    link = Adam(beta1=0.8, beta2=0.95, eps=1e-3)
    state = link.init(np.zeros(4))
    for t, g in enumerate(gradients, start=1):
        direction, state = link.update(g, state, np.zeros(4))
        derived = sym.adam_step(t).as_function()(gradients, 1.0, 0.8, 0.95, 1e-3)
        np.testing.assert_allclose(direction, derived, rtol=1e-12)


def test_under_adam_a_small_l2_penalty_does_nothing_and_weight_decay_does():
    l2, decoupled = sym.adam_l2_first_step(), sym.adamw_first_step()
    g, theta, strength, eta = np.array([1.0]), 2.0, 0.25, 0.1
    arguments = g, eta, 0.9, 0.999, 0.0, theta, strength
    assert l2.as_function()(*arguments) == pytest.approx(eta)
    assert l2.as_function()(*arguments[:-2], -8.0, strength) == pytest.approx(-eta)  # 1 - 2 < 0
    assert decoupled.as_function()(*arguments) == pytest.approx(eta * (1 + strength * theta))


def test_without_decay_both_are_adam():
    plain = sym.adam_step().result.rhs
    for formula in (sym.adam_l2_first_step(), sym.adamw_first_step()):
        assert formula.rhs.subs(nt.lam, 0) == plain


def test_adam_has_no_step_zero():
    with pytest.raises(ValueError, match="first step has t = 1"):
        sym.adam_step(0)


# Stability


def test_the_threshold_is_where_descent_on_the_quadratic_turns():
    interval = sym.quadratic_threshold().result.rhs
    curvature = sp.Rational(5, 2)
    end = float(interval.end.subs(nt.lam, curvature))
    for eta, shrinks in [(0.01, True), (0.99 * end, True), (1.01 * end, False), (-0.01, False)]:
        w = 1.0
        for _ in range(2000):
            w -= eta * float(curvature) * w
        assert (abs(w) < 1) == shrinks
    assert interval.start == 0
    assert interval.left_open
    assert interval.right_open
    assert sym.largest_learning_rate(curvature) == sp.Rational(4, 5)


def test_the_best_learning_rate_is_the_minimum_of_the_slowest_rate():
    low, high = 0.3, 7.0
    numbers = {sp.Symbol("lambda_min", positive=True): low}
    numbers |= {sp.Symbol("lambda_max", positive=True): high}
    derivation = sym.best_learning_rate()
    (best,) = [line.rhs for line in derivation if line.lhs == nt.eta]
    grid = np.linspace(0, 2 / high, 20001)
    rates = np.maximum(np.abs(1 - grid * low), np.abs(1 - grid * high))
    assert float(best.subs(numbers)) == pytest.approx(grid[rates.argmin()], abs=2e-5)
    kappa = sp.Symbol("kappa", positive=True)
    assert float(derivation.result.rhs.subs(kappa, high / low)) == pytest.approx(rates.min(), 1e-4)


INPUTS = np.array([[0.0, 0.0], [0, 1], [1, 0], [1, 1]])
TARGETS = np.array([0.0, 1, 1, 0])
EXTENDED = np.column_stack([INPUTS, np.ones(4)])


def mean_gradient(theta, loss):
    """Return the gradient of the XOR neuron's loss, mean over the four cases."""
    p = 1 / (1 + np.exp(-EXTENDED @ theta))
    slope = 1 if loss is sym.binary_cross_entropy else 2 * p * (1 - p)
    return EXTENDED.T @ ((p - TARGETS) * slope) / 4


@pytest.mark.parametrize(
    ("loss", "share", "threshold"),
    [
        (sym.binary_cross_entropy, 16, 28 - 4 * sp.sqrt(33)),
        (sym.mse, 32, 56 - 8 * sp.sqrt(33)),
    ],
    ids=["binary_cross_entropy", "mse"],
)
def test_the_xor_neuron_is_stable_up_to_two_over_the_largest_curvature(loss, share, threshold):
    neuron = sym.xor_neuron(loss)
    hessian = EXTENDED.T @ EXTENDED / share
    assert neuron.gradient.rhs.is_zero_matrix
    assert np.array(neuron.hessian.rhs.doit(), dtype=float) == pytest.approx(hessian, rel=1e-15)
    eigenvalues = [float(formula.rhs) for formula in neuron.eigenvalues]
    np.testing.assert_allclose(eigenvalues, np.linalg.eigvalsh(hessian), rtol=1e-12)
    assert neuron.threshold.rhs == threshold


@pytest.mark.parametrize("loss", [sym.binary_cross_entropy, sym.mse], ids=lambda loss: loss.name)
@pytest.mark.parametrize(("factor", "settles"), [(0.98, True), (1.02, False)])
def test_descent_settles_at_zero_below_the_threshold_and_not_above(loss, factor, settles):
    eta = factor * float(sym.xor_neuron(loss).threshold.rhs)
    theta = np.full(3, 0.01)
    for _ in range(3000):
        theta = theta - eta * mean_gradient(theta, loss)
    assert (np.abs(theta).max() < 1e-6) == settles


def test_the_xor_neurons_eigenvalues_are_exact():
    values = [formula.rhs for formula in sym.xor_neuron().eigenvalues]
    root = sp.sqrt(33)
    expected = [(7 - root) / 32, sp.Rational(1, 16), (7 + root) / 32]
    assert [sp.simplify(a - b) for a, b in zip(values, expected, strict=True)] == [0, 0, 0]
