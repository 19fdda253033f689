"""Landscapes: gradients against SymPy and sixty digits, and the stories they are there to tell."""

import math
import pickle

import mpmath
import numpy as np
import pytest
import sympy as sp
from numpy.testing import assert_allclose

from course_lib.landscapes import (
    beale,
    cosh,
    noisy_quadratic,
    quadratic,
    recurrent_cliff,
    reddi,
    rosenbrock,
)

X, Y = sp.symbols("x y")
FORMULAS = {
    quadratic(37.5): (X**2 + sp.Rational("37.5") * Y**2) / 2,
    rosenbrock(): (1 - X) ** 2 + 100 * (Y - X**2) ** 2,
    beale(): (
        (sp.Rational("1.5") - X + X * Y) ** 2
        + (sp.Rational("2.25") - X + X * Y**2) ** 2
        + (sp.Rational("2.625") - X + X * Y**3) ** 2
    ),
    cosh(): sp.cosh(X),
}
PLANE = [quadratic(100), rosenbrock(), beale(), recurrent_cliff()]
EVERY = [*PLANE, cosh()]


def _name(landscape):
    return getattr(landscape, "name", None)


each = pytest.mark.parametrize("landscape", EVERY, ids=_name)
each_plane = pytest.mark.parametrize("landscape", PLANE, ids=_name)


@pytest.mark.parametrize(("landscape", "formula"), FORMULAS.items(), ids=_name)
def test_loss_and_gradient_are_those_that_sympy_derives(landscape, formula):
    n = len(landscape.start)
    theta = np.random.default_rng(0).uniform(-3, 3, size=(n, 50))
    loss, gradient = landscape.loss_and_gradient(theta)
    variables = (X, Y)[:n]
    assert_allclose(loss, sp.lambdify(variables, formula)(*theta), rtol=1e-12)
    for i, variable in enumerate(variables):
        derivative = sp.lambdify(variables, sp.diff(formula, variable))(*theta)
        assert_allclose(gradient[i], derivative, rtol=1e-11, atol=1e-11)


@each
def test_the_loss_alone_is_the_one_that_comes_with_the_gradient(landscape):
    theta = np.random.default_rng(1).uniform(-3, 3, size=(len(landscape.start), 4))
    assert_allclose(landscape.loss(theta), landscape.loss_and_gradient(theta)[0], rtol=0)


def _exact_cliff(w, b):
    """Fifty steps of the recurrent unit, in as many digits as mpmath is told to keep."""
    x = mpmath.mpf(-2)
    for _ in range(50):
        x = w / (1 + mpmath.exp(-x)) + b
    return (1 / (1 + mpmath.exp(-x)) - mpmath.mpf("0.7")) ** 2


# The valley, both plains, both sides of the cliff at w = 6 and w = 8, and the start.
@pytest.mark.parametrize(
    ("w", "b"),
    [(3, -1.25), (2, -3), (8, 0.5), (6, -2.57), (6, -2.6), (8, -2.93), (8, -2.9), (6, -3), (-2, 1)],
)
def test_the_gradient_of_the_cliff_agrees_with_differences_in_sixty_digits(w, b):
    """With so many digits a step of 1e-25 leaves no error that a float64 could show."""
    loss, gradient = recurrent_cliff().loss_and_gradient([w, b])
    with mpmath.workdps(60):
        w, b, h = mpmath.mpf(w), mpmath.mpf(b), mpmath.mpf(10) ** -25
        exact = float(_exact_cliff(w, b))
        d_w = float((_exact_cliff(w + h, b) - _exact_cliff(w - h, b)) / (2 * h))
        d_b = float((_exact_cliff(w, b + h) - _exact_cliff(w, b - h)) / (2 * h))
    assert loss == pytest.approx(exact, rel=1e-11)
    assert_allclose(gradient, [d_w, d_b], rtol=1e-9)


@each
def test_the_minimum_is_a_stationary_point_below_its_surroundings(landscape):
    loss, gradient = landscape.loss_and_gradient(landscape.minimum)
    assert np.abs(gradient).max() < 1e-9
    rng = np.random.default_rng(1)
    around = landscape.minimum[:, None] + rng.normal(scale=0.3, size=(len(landscape.minimum), 500))
    assert (landscape.loss_and_gradient(around)[0] > loss).all()


@each
def test_start_and_minimum_lie_in_the_box(landscape):
    low, high = landscape.box.T
    for point in (landscape.start, landscape.minimum):
        assert (low < point).all()
        assert (point < high).all()
    assert np.linalg.norm(landscape.loss_and_gradient(landscape.start)[1]) > 0.1


@each
def test_further_axes_are_carried_along(landscape):
    rng = np.random.default_rng(2)
    theta = rng.uniform(-3, 3, size=(len(landscape.start), 3, 4))
    loss, gradient = landscape.loss_and_gradient(theta)
    assert loss.shape == (3, 4)
    assert gradient.shape == theta.shape
    one_loss, one_gradient = landscape.loss_and_gradient(theta[:, 1, 2])
    assert isinstance(one_loss, float)
    assert_allclose(one_loss, loss[1, 2], rtol=1e-12)
    assert_allclose(one_gradient, gradient[:, 1, 2], rtol=1e-12)


@each
def test_theta_is_left_as_it_was_and_may_hold_whole_numbers(landscape):
    theta = np.full(len(landscape.start), 2.0)
    loss, gradient = landscape.loss_and_gradient(theta)
    gradient[...] = 7.0
    assert (theta == 2.0).all()
    assert landscape.loss_and_gradient([2] * len(theta))[0] == loss


@each
@pytest.mark.parametrize("far", [1e3, 1e160, 1e300, -1e300, math.inf, math.nan])
def test_far_out_nothing_warns(landscape, far):
    """Warnings are errors in these tests, and a run that diverges comes this far."""
    loss, gradient = landscape.loss_and_gradient(np.full((len(landscape.start), 2), far))
    assert not (loss < 0).any()
    assert gradient.shape == (len(landscape.start), 2)


@pytest.mark.parametrize("far", [(1e300, 1e300), (-1e300, 1e300), (1e8, -5e7), (900.0, -1800.0)])
def test_the_cliff_is_finite_everywhere(far):
    loss, gradient = recurrent_cliff().loss_and_gradient(far)
    assert 0 <= loss <= 0.49
    assert np.isfinite(gradient).all()


@each
@pytest.mark.parametrize("shape", [(), (3,), (0,), (3, 2), (4, 2, 2)])
def test_a_theta_of_another_length_is_refused_with_both_shapes(landscape, shape):
    with pytest.raises(
        ValueError, match=rf"theta has shape .*, expected \({len(landscape.start)},"
    ):
        landscape.loss_and_gradient(np.zeros(shape))


@each
def test_a_landscape_cannot_be_changed_by_accident_and_can_be_sent_to_a_process(landscape):
    with pytest.raises(ValueError, match="read-only"):
        landscape.start[0] = 0.0
    again = pickle.loads(pickle.dumps(landscape))
    loss, gradient = landscape.loss_and_gradient(landscape.start)
    assert again.loss_and_gradient(again.start)[0] == loss
    assert np.array_equal(again.loss_and_gradient(again.start)[1], gradient)


@each_plane
def test_a_grid_has_the_losses_of_its_points_with_y_down_the_rows(landscape):
    x, y, loss = landscape.grid(7)
    assert [x[0], x[-1], y[0], y[-1]] == landscape.box.ravel().tolist()
    assert loss.shape == (7, 7)
    assert loss[2, 5] == pytest.approx(landscape.loss_and_gradient([x[5], y[2]])[0], rel=1e-12)


def test_a_grid_needs_two_coordinates_and_two_points():
    with pytest.raises(ValueError, match="a grid needs two coordinates"):
        cosh().grid()
    with pytest.raises(ValueError, match="points must be 2 or more, got 1"):
        beale().grid(1)


def test_the_hessian_of_a_quadratic_is_the_one_that_sympy_derives():
    hessian = np.array(sp.hessian(FORMULAS[next(iter(FORMULAS))], (X, Y)), dtype=float)
    landscape = quadratic(37.5)
    assert_allclose(landscape.hessian, hessian)
    assert_allclose(landscape.eigenvalues, np.linalg.eigvalsh(hessian))
    assert landscape.eigenvalues[-1] / landscape.eigenvalues[0] == pytest.approx(landscape.kappa)


@pytest.mark.parametrize("kappa", [1, 10, 250.0])
def test_a_quadratic_is_stable_below_its_largest_rate_and_not_above(kappa):
    landscape = quadratic(kappa)
    threshold = landscape.largest_stable_rate
    below = _descend(landscape, 0.99 * threshold, steps=1000)
    above = _descend(landscape, 1.01 * threshold, steps=1000)
    assert abs(below[1]) < 1e-4
    assert abs(above[1]) > 1e4


@pytest.mark.parametrize("bad", [0.5, 0.0, -3.0, math.nan, math.inf])
def test_a_kappa_below_one_is_refused(bad):
    with pytest.raises(ValueError, match="kappa"):
        quadratic(bad)


def test_beale_has_a_saddle_point_at_0_1():
    """Stationary; the loss falls one way along the diagonal x = y − 1 and rises on the other."""
    loss, gradient = beale().loss_and_gradient([0, 1])
    assert_allclose(gradient, 0, atol=1e-12)
    beside, _ = beale().loss_and_gradient([[0.05, -0.05], [1.05, 1.05]])
    assert (beside[0] - loss) * (beside[1] - loss) < 0


def _descend(landscape, learning_rate, *, steps, max_norm=math.inf, start=None):
    """Gradient descent by hand; nothing of the course's own loop or clipping."""
    theta = np.array(landscape.start if start is None else start)
    for _ in range(steps):
        _, gradient = landscape.loss_and_gradient(theta)
        norm = np.maximum(np.linalg.norm(gradient, axis=0), 1e-300)
        theta = theta - learning_rate * gradient * np.minimum(1, max_norm / norm)
    return theta


def test_the_cliff_stands_where_the_low_state_of_rest_ceases_to_exist():
    """A saddle-node: x = wσ(x) + b and wσ'(x) = 1, so σ = (1 − √(1 − 4/w))/2.

    Right below, the unit rests in the low state. Above, it has left for the high one.
    """
    for w in (6.0, 7.0, 8.0):
        s = (1 - math.sqrt(1 - 4 / w)) / 2
        edge = math.log(s / (1 - s)) - w * s
        below, above = recurrent_cliff().loss_and_gradient([[w, w], [edge - 0.05, edge + 0.05]])[0]
        assert below > (0.7 - s) ** 2 > 0.2
        assert 0.06 < above < 0.09


def test_the_valley_of_the_cliff_is_a_line():
    w = np.linspace(2, 3.75, 8)
    loss, _ = recurrent_cliff().loss_and_gradient([w, math.log(7 / 3) - 0.7 * w])
    assert (loss < 1e-6).all()


def test_clipping_saves_the_run_that_the_cliff_throws_out():
    """Every start within 0.02, since a step onto a cliff magnifies any difference."""
    landscape = recurrent_cliff()
    start = landscape.start[:, None] + np.random.default_rng(3).uniform(-0.02, 0.02, size=(2, 40))
    start[:, 0] = landscape.start
    clipped = _descend(landscape, 0.35, steps=400, max_norm=1.0, start=start)
    assert (landscape.loss_and_gradient(clipped)[0] < 1e-3).all()
    assert landscape.loss_and_gradient(clipped[:, 0])[0] < 1e-4
    free = _descend(landscape, 0.35, steps=400, start=start)
    assert (landscape.loss_and_gradient(free)[0] > 1e-2).all()
    assert landscape.loss_and_gradient(free[:, 0])[0] == pytest.approx(0.09, abs=1e-5)
    assert free[1, 0] > landscape.box[1, 1]  # thrown beyond the picture


def test_on_cosh_clipping_needs_a_tenth_of_the_steps():
    """Unclipped, 0.0107 ≈ 16/sinh 8 is the limit of stability at the start; 0.01 is below it."""
    assert abs(_descend(cosh(), 0.011, steps=3)[0]) > 8
    assert abs(_descend(cosh(), 0.01, steps=200)[0]) > 1e-3
    assert abs(_descend(cosh(), 1.0, steps=20, max_norm=1.0)[0]) < 1e-6


def test_the_noisy_quadratic_on_a_batch_by_hand():
    loss, gradient = noisy_quadratic([1.0], [3.0, -1.0, 0.0])
    assert loss == pytest.approx((4 + 4 + 1) / 6)
    assert_allclose(gradient, [1 - 2 / 3])


def test_the_noise_floor_of_sgd_is_the_one_of_theory():
    """Variance η/((2 − η)B), over 20 000 runs that are long past their start."""
    rng = np.random.default_rng(4)
    theta, eta, batch = np.zeros((1, 20_000)), 0.5, 4
    for _ in range(40):
        _, gradient = noisy_quadratic(theta, rng.normal(size=(batch, 20_000)))
        theta = theta - eta * gradient
    assert theta.var() == pytest.approx(eta / ((2 - eta) * batch), rel=0.04)


@pytest.mark.parametrize(
    ("theta", "samples", "message"),
    [
        ([0.0, 0.0], [1.0], "noisy_quadratic has one parameter"),
        ([0.0], [[1.0], [2.0]], r"samples has shape \(2, 1\), expected \(batch,\)"),
        ([[0.0, 0.0]], [1.0, 2.0], r"expected \(batch, 2\)"),
        ([0.0], [], "the number of samples must be 1 or more, got 0"),
        ([0.0], [1.0, math.nan], r"samples\[1\] = nan"),
    ],
)
def test_the_noisy_quadratic_refuses_what_is_no_batch(theta, samples, message):
    with pytest.raises(ValueError, match=message):
        noisy_quadratic(theta, samples)


def test_three_rounds_of_reddis_game_cost_c_minus_two_times_x():
    for t in (1, 2, 3, 7):
        rounds = [reddi([0.5], t + k, C=4.0) for k in range(3)]
        assert sum(float(loss) for loss, _ in rounds) == pytest.approx((4.0 - 2.0) * 0.5)
        assert sum(float(g[0]) for _, g in rounds) == pytest.approx(2.0)


@pytest.mark.parametrize(("t", "slope"), [(1, 3.0), (2, -1.0), (3, -1.0), (4, 3.0), (100, 3.0)])
def test_every_third_round_of_reddis_game_has_the_large_slope(t, slope):
    loss, gradient = reddi(np.array([[0.5, -1.0]]), t)
    assert_allclose(loss, [slope * 0.5, -slope])
    assert_allclose(gradient, [[slope, slope]])


def test_reddis_game_refuses_what_it_is_not_played_with():
    with pytest.raises(ValueError, match="one coordinate"):
        reddi([0.0, 1.0], 1)
    with pytest.raises(ValueError, match="first round is t = 1"):
        reddi([0.0], 0)
    with pytest.raises(ValueError, match="above 2"):
        reddi([0.0], 1, C=2.0)
