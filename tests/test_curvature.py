"""Curvature against Hessians known in closed form, SymPy, and NumPy's eigenvalues."""

import math

import numpy as np
import pytest
import sympy as sp
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.curvature import hessian, hessian_vector_product, sharpness
from course_lib.landscapes import beale, quadratic, rosenbrock
from course_lib.mlp import MLP
from course_lib.optimizers import sgd
from course_lib.symbolic.stability import xor_neuron
from course_lib.training import descend

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
NEURON = MLP((2, 1), output="sigmoid", loss="binary_cross_entropy")


def _rng():
    return np.random.default_rng(0)


def _symmetric():
    """A loss ½ θᵀAθ with a known Hessian that is not diagonal, one eigenvalue negative."""
    draws = _rng().normal(size=(6, 6))
    directions, _ = np.linalg.qr(draws)
    A = directions @ np.diag([-1.0, 0.0, 0.5, 1.0, 2.0, 5.0]) @ directions.T
    return A, lambda theta: (0.5 * theta @ A @ theta, A @ theta)


def test_the_hessian_of_a_quadratic_is_its_matrix_everywhere():
    A, loss_and_gradient = _symmetric()
    for theta in (np.zeros(6), 10 * _rng().normal(size=6)):
        assert_allclose(hessian(loss_and_gradient, theta), A, atol=1e-8)
        v = np.arange(6.0)
        assert_allclose(hessian_vector_product(loss_and_gradient, theta, v), A @ v, atol=1e-8)


@pytest.mark.parametrize("landscape", [rosenbrock(), beale()], ids=lambda landscape: landscape.name)
def test_the_hessian_of_a_landscape_is_the_one_that_sympy_derives(landscape):
    """SymPy differentiates the gradient that the function itself returns for symbols."""
    x, y = sp.symbols("x y")
    loss, _ = landscape.function(np.array([x, y]))
    exact = sp.lambdify([x, y], sp.hessian(loss, (x, y)), "numpy")
    for theta in ([-1.2, 1.0], [0.5, 0.3], landscape.minimum):
        H = hessian(landscape.loss_and_gradient, theta)
        assert_allclose(H, exact(*theta), rtol=1e-7, atol=1e-6)
        assert_array_equal(H, H.T)


def test_a_hessian_vector_product_is_one_column_for_a_unit_vector():
    theta = np.array([-0.7, 0.4])
    H = hessian(rosenbrock().loss_and_gradient, theta)
    for i, e in enumerate(np.eye(2)):
        column = hessian_vector_product(rosenbrock().loss_and_gradient, theta, e)
        assert_allclose(column, H[:, i], rtol=1e-7)


def test_the_step_is_taken_to_both_sides():
    """For θ³ a one-sided quotient is off by 3h, a central one by nothing: its slope is 3θ²."""
    product = hessian_vector_product(lambda p: (p**3, 3 * p**2), [2.0], [1.0], h=0.5)
    assert_allclose(product, [12.0], rtol=1e-14)


# --- sharpness -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kappa", [1.0, 3.0, 100.0])
def test_the_sharpness_of_a_quadratic_is_its_largest_eigenvalue(kappa):
    found = sharpness(quadratic(kappa).loss_and_gradient, [0.3, 0.2], rng=_rng())
    assert found == pytest.approx(kappa, rel=1e-3)
    assert isinstance(found, float)


def test_sharpness_is_numpys_eigenvalue_of_largest_size():
    net = MLP((2, 5, 1), output="sigmoid")
    theta = net.init(rng=_rng())
    eigenvalues = np.linalg.eigvalsh(hessian(net.loss_and_gradient, theta, X, Y))
    expected = eigenvalues[np.argmax(np.abs(eigenvalues))]
    found = sharpness(
        net.loss_and_gradient, theta, X, Y, rng=_rng(), tolerance=1e-9, iterations=500
    )
    assert found == pytest.approx(expected, rel=1e-4)


def test_sharpness_keeps_the_sign_of_a_hill():
    assert sharpness(lambda p: (-3 * p @ p, -6 * p), [1.0, 2.0], rng=_rng()) == pytest.approx(-6)


def test_of_one_negative_and_smaller_positive_eigenvalues_the_largest_size_wins():
    scale = np.array([-4.0, 1.0, 3.0])
    found = sharpness(
        lambda p: (0.5 * p @ (scale * p), scale * p), np.ones(3), rng=_rng(), tolerance=1e-8
    )
    assert found == pytest.approx(-4, rel=1e-5)


def test_a_flat_loss_has_no_sharpness():
    """A sum is linear, so H = 0; a dead ReLU network is flat as well."""
    assert sharpness(lambda p: (p.sum(), np.ones(3)), np.zeros(3), rng=_rng()) == 0
    net = MLP((2, 3, 1), hidden="relu", output="relu")
    dead = np.full(net.n_parameters, -1.0)
    assert sharpness(net.loss_and_gradient, dead, X, Y, rng=_rng()) == 0


def test_power_iteration_stops_at_its_tolerance_or_its_number_of_iterations():
    calls = []

    def loss_and_gradient(theta):
        calls.append(theta)
        return quadratic(1.1).loss_and_gradient(theta)

    sharpness(loss_and_gradient, [0.0, 0.0], rng=_rng(), iterations=7, tolerance=0.0)
    assert len(calls) == 14  # two gradients each
    calls.clear()
    sharpness(loss_and_gradient, [0.0, 0.0], rng=_rng(), tolerance=0.5)
    assert len(calls) == 4


def test_the_articles_neuron_is_stable_up_to_28_minus_4_root_33():
    """At w = b = 0; SymPy derives its Hessian from the loss. Descent is stable iff η < 2/λ_max."""
    neuron, origin = xor_neuron(), np.zeros(3)
    H = hessian(NEURON.loss_and_gradient, origin, X, Y)
    assert_allclose(H, np.array(neuron.hessian.rhs.doit(), dtype=float), atol=1e-9)
    assert sp.simplify(neuron.threshold.rhs - (28 - 4 * sp.sqrt(33))) == 0
    found = sharpness(NEURON.loss_and_gradient, origin, X, Y, rng=_rng(), tolerance=1e-8)
    assert 2 / found == pytest.approx(float(neuron.threshold.rhs), rel=1e-6)


@pytest.mark.parametrize(("share", "stable"), [(0.98, True), (1.02, False)])
def test_descent_on_the_articles_neuron_keeps_to_that_threshold(share, stable):
    rate = share * (28 - 4 * math.sqrt(33))
    steps = descend(
        NEURON.loss_and_gradient,
        0.01 * np.ones(3),
        [(X, Y)] * 1000,
        optimizer=sgd(learning_rate=rate),
    )
    *_, step = steps
    assert bool(np.abs(step.theta).max() < 1e-6) is stable
    assert step.diverged is False  # it does not blow up: it swings


def test_theta_is_left_alone_and_may_be_float32_or_whole_numbers():
    theta = np.array([1.0, 2.0])
    for twin in (theta, theta.astype(np.float32), [1, 2]):
        assert_allclose(hessian(quadratic(5).loss_and_gradient, twin), np.diag([1, 5]), rtol=1e-2)
    sharpness(quadratic(5).loss_and_gradient, theta, rng=_rng())
    assert_array_equal(theta, [1.0, 2.0])


# --- bad input -----------------------------------------------------------------------------------


def test_what_does_not_fit_is_named():
    f = quadratic(2).loss_and_gradient
    with pytest.raises(
        ValueError, match=r"theta has shape \(2, 3\).*one run at a time: theta\[:, k\]"
    ):
        hessian_vector_product(f, np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"one run at a time"):
        hessian(f, np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"one run at a time"):
        sharpness(f, np.ones((2, 3)), rng=_rng())
    with pytest.raises(ValueError, match=r"v has shape \(3,\), expected \(2,\)"):
        hessian_vector_product(f, [1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="h must be positive"):
        hessian_vector_product(f, [1.0, 2.0], [1.0, 0.0], h=0)
    with pytest.raises(ValueError, match="iterations must be 1 or more"):
        sharpness(f, [1.0, 2.0], rng=_rng(), iterations=0)
    with pytest.raises(TypeError, match=r"try rng=np\.random\.default_rng\(5\)"):
        sharpness(f, [1.0, 2.0], rng=5)
