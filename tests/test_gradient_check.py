"""The gradient check: it passes what is right, and names where it is wrong."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.gradient_check import gradient_check, numerical_gradient
from course_lib.landscapes import quadratic, rosenbrock
from course_lib.mlp import MLP

NET = MLP((2, 3, 2), output="softmax", loss="softmax_cross_entropy")
X = np.random.default_rng(1).normal(size=(5, 2))
Y = np.eye(2)[[0, 1, 1, 0, 1]]
THETA = NET.init(rng=np.random.default_rng(0))


def _planted(place, change):
    """The network's gradient with one entry changed."""

    def loss_and_gradient(theta, *batch):
        loss, gradient = NET.loss_and_gradient(theta, *batch)
        gradient[place] = change(gradient[place])
        return loss, gradient

    return loss_and_gradient


# --- central differences -------------------------------------------------------------------------


def test_the_central_difference_of_a_square_is_exact():
    """((θ + h)² − (θ − h)²)/2h = 2θ for every h; a one-sided quotient is off by h."""
    theta = np.array([3.0, -1.0])
    found = numerical_gradient(lambda p: p @ p, theta, h=0.25)
    assert_array_equal(found, [6.0, -2.0])
    assert_array_equal(theta, [3.0, -1.0])


def test_the_error_of_a_cube_is_h_squared():
    """((θ + h)³ − (θ − h)³)/2h = 3θ² + h²."""
    assert_allclose(numerical_gradient(lambda p: p[0] ** 3, [2.0], h=0.1), [12.01], rtol=1e-13)
    assert numerical_gradient(lambda p: p[0] ** 3, [2.0]) == pytest.approx(12, rel=1e-9)


def test_each_coordinate_is_shifted_alone_and_the_batch_is_passed_on():
    seen = []

    def loss(theta, *batch):
        seen.append((theta.tolist(), batch))
        return 0.0

    numerical_gradient(loss, [1, 2], "x", "y", h=0.5)
    points = [[1.5, 2.0], [0.5, 2.0], [1.0, 2.5], [1.0, 1.5]]
    assert seen == [(point, ("x", "y")) for point in points]


def test_float32_parameters_are_shifted_in_float64():
    """In float32 a shift of 1e-5 beside 1 keeps two digits."""
    theta = np.array([1.0, 2.0], np.float32)
    assert_allclose(numerical_gradient(lambda p: p @ p, theta), [2, 4], rtol=1e-9)
    assert gradient_check(NET.loss_and_gradient, THETA.astype(np.float32), X, Y).passed


# --- what is right passes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss_and_gradient", "theta", "batch"),
    [
        (NET.loss_and_gradient, THETA, (X, Y)),
        (NET.loss_and_gradient, np.zeros(NET.n_parameters), (X, Y)),
        (rosenbrock().loss_and_gradient, [-1.2, 1.0], ()),
        (quadratic(1e6).loss_and_gradient, [1.0, 1.0], ()),
        (lambda p: (1e-9 * (p @ p), 2e-9 * p), [1.0, 2.0], ()),
        (lambda p: (1e9 * (p @ p), 2e9 * p), [1.0, 2.0], ()),
        (lambda p: (7.0, 0 * p), [1.0, 2.0], ()),
        (lambda p: (0.0, 0 * p), [1.0, 2.0], ()),
    ],
)
def test_a_correct_gradient_passes(loss_and_gradient, theta, batch):
    result = gradient_check(loss_and_gradient, theta, *batch)
    assert result.passed
    assert result.passed is (result.max_error <= result.tolerance)
    assert str(result).startswith("gradient agrees: worst at theta[")


def test_at_a_minimum_noise_of_rounding_is_no_error():
    """There both sides are near 0, and their ratio says nothing."""
    net = MLP((2, 1), output="sigmoid", loss="binary_cross_entropy")
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    xor = np.array([[0.0], [1.0], [1.0], [0.0]])
    rng = np.random.default_rng(0)
    for _ in range(20):
        assert gradient_check(net.loss_and_gradient, 1e-9 * rng.normal(size=3), corners, xor).passed


# --- what is wrong is named ----------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 5, 8, 9, 16])
@pytest.mark.parametrize(
    "change",
    [lambda g: -g, lambda g: 2 * g, lambda g: 0.0, lambda g: g + 1e-5, lambda g: g * 1.001],
    ids=["sign", "factor", "zero", "small", "a thousandth"],
)
def test_a_planted_error_is_found_and_named(place, change):
    result = gradient_check(_planted(place, change), THETA, X, Y, name=NET.parameter_name)
    assert not result.passed
    assert result.worst == place
    assert result.name == NET.parameter_name(place)
    assert str(result).startswith(
        f"gradient DIFFERS: worst at {NET.parameter_name(place)}, formula"
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_does_not_pass(bad):
    result = gradient_check(_planted(4, lambda g: bad), THETA, X, Y)
    assert not result.passed
    assert result.worst == 4
    assert result.max_error == math.inf


@pytest.mark.parametrize("bad", [math.nan, math.inf, np.float64(math.inf)])
def test_a_loss_that_is_not_finite_does_not_pass(bad):
    assert not gradient_check(lambda p: (bad, 2 * p), [1.0, 2.0]).passed
    assert not gradient_check(lambda p: (bad, math.nan * p), [1.0, 2.0]).passed


def test_the_error_is_relative_to_the_longest_entry():
    """Gradient (4, 0.5) against the formula (4, 1): off by 0.5 of 4."""
    result = gradient_check(lambda p: (4 * p[0] + 0.5 * p[1], np.array([4.0, 1.0])), [0.0, 0.0])
    assert result.max_error == pytest.approx(0.125, rel=1e-6)
    assert result.worst == 1
    assert_allclose(result.differences, [4.0, 0.5], rtol=1e-8)
    assert_array_equal(result.gradient, [4.0, 1.0])
    assert "formula 1, central difference 0.5" in str(result)


def test_the_tolerance_and_the_step_are_the_callers():
    planted = _planted(3, lambda g: g * 1.01)
    assert gradient_check(planted, THETA, X, Y, tolerance=0.1).passed
    cube = gradient_check(lambda p: (p[0] ** 3, 3 * p**2), [2.0], h=0.5)
    assert not cube.passed
    assert cube.differences[0] == pytest.approx(12.25)


def test_at_a_kink_the_check_sees_the_mean_of_two_slopes():
    """ReLU at 0: central differences give ½, where the convention is 0."""
    net = MLP((1, 1), output="relu")
    result = gradient_check(net.loss_and_gradient, [0.0, 0.0], [[1.0]], [[1.0]])
    assert not result.passed
    assert_allclose(result.differences, -1, atol=1e-4)


def test_the_arguments_are_left_alone():
    theta = THETA.copy()
    gradient_check(NET.loss_and_gradient, theta, X, Y)
    assert_array_equal(theta, THETA)


# --- bad input -----------------------------------------------------------------------------------


def test_what_does_not_fit_is_named():
    f = quadratic(2).loss_and_gradient
    with pytest.raises(
        ValueError, match=r"theta has shape \(2, 3\).*one run at a time: theta\[:, k\]"
    ):
        gradient_check(f, np.ones((2, 3)))
    with pytest.raises(ValueError, match="h must be positive and finite, got 0"):
        gradient_check(f, [1.0, 1.0], h=0)
    with pytest.raises(ValueError, match=r"gradient has shape \(2, 1\), expected \(2,\)"):
        gradient_check(lambda p: (p @ p, 2 * p[:, None]), [1.0, 1.0])
    with pytest.raises(TypeError, match="theta must hold real numbers"):
        gradient_check(f, "ab")


def test_a_loss_with_its_gradient_is_no_loss():
    with pytest.raises(TypeError, match=r"loss must return a number, got a tuple.*f\(theta\)\[0\]"):
        numerical_gradient(quadratic(2).loss_and_gradient, [1.0, 1.0])
