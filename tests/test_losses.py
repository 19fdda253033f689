"""Losses and penalties: the symbolic library in hundreds of digits, and what must hold."""

import functools
import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.losses import (
    LOSSES,
    OUTPUT_OF_LOGIT_LOSS,
    binary_cross_entropy,
    half_mse,
    l1_penalty,
    l2_penalty,
    mse,
    penalized,
    softmax_cross_entropy,
)
from course_lib.symbolic import losses as symbolic
from course_lib.symbolic.activations import sigmoid
from course_lib.symbolic.outputs import softmax

EVERY = list(LOSSES.values())
each = pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.__name__)
each_penalty = pytest.mark.parametrize("penalty", [l1_penalty, l2_penalty])

# Of a loss of logits, the output that it contains; what the others are given is y itself.
CONTAINS = {"binary_cross_entropy": sigmoid, "softmax_cross_entropy": softmax}

ROWS = [  # of one sample: what is predicted, and its targets, which are a distribution
    ([0.3, -1.7, 2.2], [0.0, 1.0, 0.0]),
    ([0.0, 0.0, 0.0], [0.2, 0.5, 0.3]),
    ([30.0, -30.0, 29.0], [0.25, 0.25, 0.5]),
    ([1000.0, -1000.0, 0.5], [1.0, 0.0, 0.0]),
    ([1000.0, -1000.0, 0.5], [0.0, 1.0, 0.0]),
    ([-1000.0, -1000.0, -1000.0], [0.0, 0.0, 1.0]),
]


def _batch():
    """Three sizes that differ: 4 samples, 3 outputs, 2 runs."""
    rng = np.random.default_rng(0)
    Y_pred = 2 * rng.normal(size=(4, 3, 2))
    Y = rng.random((4, 3))
    return Y_pred, Y / Y.sum(axis=1, keepdims=True)


@functools.cache
def _formulas(name):
    """Return the loss of one sample of 3 outputs, and its slopes: one function of mpmath."""
    loss, output = getattr(symbolic, name), CONTAINS.get(name)
    slope = loss.derive(output)
    formulas = [loss.formula(output), *(slope.instantiate(m=3, j=j) for j in (1, 2, 3))]
    entries = [letter[j] for letter in loss.formula(output).arguments for j in (1, 2, 3)]
    symbols = dict(zip(entries, sp.symbols("y:3 t:3"), strict=True))
    sides = [formula.instantiate(m=3).spell_out().rhs.xreplace(symbols) for formula in formulas]
    plain = [side.replace(sigmoid, sigmoid.definition) for side in sides]
    return sp.lambdify(list(symbols.values()), plain, "mpmath")


def _exactly(loss, prediction, target):
    with mpmath.workdps(900):  # 1 - σ(1000) has 434 zeros behind the point
        numbers = _formulas(loss.__name__)(*map(mpmath.mpf, [*prediction, *target]))
        return [float(number) for number in numbers]


@pytest.mark.parametrize("row", range(len(ROWS)))
@each
def test_value_and_gradient_are_those_that_sympy_derives(loss, row):
    prediction, target = ROWS[row]
    expected, *slopes = _exactly(loss, prediction, target)
    value, gradient = loss([prediction], [target])
    assert value == pytest.approx(expected, rel=1e-14, abs=1e-14)
    assert isinstance(value, float)
    assert_allclose(gradient, [slopes], rtol=1e-14, atol=1e-15)


@each
def test_the_gradient_agrees_with_central_differences(loss):
    Y_pred, Y = _batch()
    Y_pred = Y_pred[:, :, 0]
    _, gradient = loss(Y_pred, Y)
    for place in np.ndindex(Y_pred.shape):
        step = np.zeros_like(Y_pred)
        step[place] = 1e-5
        difference = loss(Y_pred + step, Y)[0] - loss(Y_pred - step, Y)[0]
        assert gradient[place] == pytest.approx(difference / 2e-5, rel=1e-7, abs=1e-9)


@each
def test_the_loss_is_the_mean_over_samples(loss):
    """So is the gradient: the share of one sample falls as 1/N."""
    Y_pred, Y = _batch()
    Y_pred = Y_pred[:, :, 0]
    alone = [loss(Y_pred[n : n + 1], Y[n : n + 1]) for n in range(4)]
    value, gradient = loss(Y_pred, Y)
    assert value == pytest.approx(np.mean([one for one, _ in alone]), rel=1e-14)
    assert_allclose(gradient, np.concatenate([slope for _, slope in alone]) / 4, rtol=1e-13)


@each
def test_many_runs_give_what_each_gives_alone(loss):
    Y_pred, Y = _batch()
    values, gradient = loss(Y_pred, Y)
    assert values.shape == (2,)
    assert gradient.shape == (4, 3, 2)
    for run in range(2):
        value, slope = loss(Y_pred[:, :, run], Y)
        assert values[run] == pytest.approx(value, rel=1e-14)
        assert_allclose(gradient[:, :, run], slope, rtol=1e-14)


@each
def test_the_memory_order_of_the_predictions_does_not_matter(loss):
    Y_pred, Y = _batch()
    value, gradient = loss(Y_pred, Y)
    for twin in (np.asfortranarray(Y_pred), np.repeat(Y_pred, 2, axis=2)[:, :, ::2]):
        assert_allclose(loss(twin, np.asfortranarray(Y))[0], value, rtol=1e-14)
        assert_allclose(loss(twin, Y)[1], gradient, rtol=1e-14)
    single = Y_pred[:, :, 0]  # strided
    assert loss(single, Y)[0] == pytest.approx(loss(single.copy(order="F"), Y)[0], rel=1e-14)


@each
def test_the_arguments_are_left_alone(loss):
    Y_pred, Y = _batch()
    for given in (Y_pred.copy(), Y_pred[:, :, 0].copy()):
        before, targets = given.copy(), Y.copy()
        _, gradient = loss(given, targets)
        gradient[...] = np.nan  # and the gradient is an array of its own
        assert_array_equal(given, before)
        assert_array_equal(targets, Y)


@each
def test_float32_stays_float32_and_whole_numbers_become_floats(loss):
    prediction, target = np.array([[3, -2], [0, 1]]), np.array([[0, 1], [1, 0]])
    value, gradient = loss(prediction, target)
    same_value, same_gradient = loss(prediction.astype(float), target.astype(float))
    assert value == same_value
    assert_array_equal(gradient, same_gradient)
    narrow_value, narrow = loss(prediction.astype(np.float32), target.astype(np.float32))
    assert narrow.dtype == np.float32
    assert narrow_value == pytest.approx(value, rel=1e-6)
    assert_allclose(narrow, gradient, rtol=1e-6)


def test_logits_of_a_thousand_are_safe_in_float32():
    logits, Y = np.array([[1000.0, -1000.0]], np.float32), np.array([[0.0, 1.0]], np.float32)
    assert binary_cross_entropy(logits, Y)[0] == 2000
    assert softmax_cross_entropy(logits, Y)[0] == 2000
    assert_allclose(softmax_cross_entropy(logits, Y)[1], [[1, -1]])
    assert_allclose(binary_cross_entropy(logits, Y)[1], [[1, -1]])


def test_half_mse_of_one_sample_is_the_articles():
    """1/(2m) Σ_j (t_j - y_j)² with m = 2 outputs: (1 + 9)/4, slopes (y_j - t_j)/2."""
    loss, gradient = half_mse([[2.0, 0.0]], [[1.0, 3.0]])
    assert loss == 2.5
    assert_array_equal(gradient, [[0.5, -1.5]])


def test_mse_sums_over_outputs():
    """PyTorch and NumPy's `mean` divide by the outputs as well."""
    loss, gradient = mse([[2.0, 0.0], [0.0, 0.0]], [[1.0, 3.0], [0.0, 1.0]])
    assert loss == 5.5  # (1 + 9 + 0 + 1)/2
    assert_array_equal(gradient, [[1.0, -3.0], [0.0, -1.0]])


def test_a_coin_costs_one_bit():
    assert binary_cross_entropy([[0.0]], [[1.0]])[0] == pytest.approx(math.log(2), rel=1e-15)
    assert softmax_cross_entropy([[5.0, 5.0]], [[0, 1]])[0] == pytest.approx(math.log(2))


def test_softmax_of_two_classes_is_binary_cross_entropy_of_their_difference():
    z = np.array([[0.4], [-2.0], [700.0]])
    t = np.array([[1.0], [0.3], [0.0]])
    binary = binary_cross_entropy(z, t)
    pair = softmax_cross_entropy(np.hstack([z, 0 * z]), np.hstack([t, 1 - t]))
    assert pair[0] == pytest.approx(binary[0], rel=1e-14)
    assert_allclose(pair[1], np.hstack([binary[1], -binary[1]]), rtol=1e-14)


def test_a_cross_entropy_is_least_where_the_outputs_are_the_targets():
    """There its gradient is 0, and it is the entropy of the targets."""
    t = np.array([[0.2, 0.5, 0.3]])
    loss, gradient = softmax_cross_entropy(np.log(t) + 7.0, t)
    assert loss == pytest.approx(-(t * np.log(t)).sum(), rel=1e-14)
    assert_allclose(gradient, 0, atol=1e-15)
    loss, gradient = binary_cross_entropy(np.log(t / (1 - t)), t)
    assert loss == pytest.approx(-(t * np.log(t) + (1 - t) * np.log(1 - t)).sum(), rel=1e-14)
    assert_allclose(gradient, 0, atol=1e-15)


def test_the_gradient_of_softmax_cross_entropy_sums_to_zero_in_every_sample():
    """Adding one number to all logits of a sample changes nothing."""
    Y_pred, Y = _batch()
    loss, gradient = softmax_cross_entropy(Y_pred, Y)
    assert_allclose(gradient.sum(axis=1), 0, atol=1e-16)
    assert_allclose(softmax_cross_entropy(Y_pred + 500.0, Y)[0], loss, rtol=1e-12)


def test_every_loss_is_found_by_its_name():
    assert all(LOSSES[name].__name__ == name for name in LOSSES)
    assert len(LOSSES) == 4
    assert {name: f.__name__ for name, f in CONTAINS.items()} == OUTPUT_OF_LOGIT_LOSS


@pytest.mark.parametrize(
    ("prediction_shape", "target_shape", "advice"),
    [
        ((4, 1), (4,), r"make a column with \[:, None\]"),
        ((4,), (4,), r"make a column with \[:, None\]"),
        ((4, 2), (4, 3), "one row a sample"),
        ((3, 2), (4, 2), "one row a sample"),
        ((4, 2, 5), (4, 2, 5), "one row a sample"),
        ((0, 2), (0, 2), "at least one sample"),
        ((0, 2), (4, 2), "at least one sample"),
        ((4, 2), (0, 2), "at least one sample"),
        ((4, 0), (4, 0), "at least one sample"),
    ],
)
@each
def test_shapes_that_do_not_fit_are_named_with_what_to_try(
    loss, prediction_shape, target_shape, advice
):
    """Without the check, (4, 1) - (4,) is (4, 4) and trains on nonsense."""
    with pytest.raises(ValueError, match=advice) as caught:
        loss(np.zeros(prediction_shape), np.zeros(target_shape))
    assert f"has shape {prediction_shape} and Y {target_shape}" in str(caught.value)


def test_the_argument_is_called_what_it_is():
    with pytest.raises(ValueError, match=r"^logits has shape"):
        binary_cross_entropy([0.0], [0.0])
    with pytest.raises(ValueError, match=r"^Y_pred has shape"):
        mse([0.0], [0.0])
    with pytest.raises(TypeError, match="Y must hold real numbers"):
        mse([[0.0]], [["cat"]])


@pytest.mark.parametrize("Y", [[[-1.0], [1.0]], [[0.0], [1.5]]])
def test_binary_targets_outside_the_unit_interval_are_told_how_to_get_in(Y):
    with pytest.raises(ValueError, match=r"in \[0, 1\], got .* become \(Y \+ 1\) / 2"):
        binary_cross_entropy([[0.0], [0.0]], Y)


@pytest.mark.parametrize(
    "Y",
    [
        [[0.0, 0.0], [1.0, 0.0]],
        [[2.0, 0.0], [0.0, 0.0]],  # the rows are wrong, their total is right
        [[0.5, 0.4], [0.5, 0.6]],
        [[1.5, -0.5], [1.0, 0.0]],
        [[0.5, 0.5], [0.5, 0.5001]],
    ],
)
def test_a_row_of_targets_that_is_no_distribution_is_refused(Y):
    with pytest.raises(ValueError, match=r"each row of Y .* sum to 1 .*np\.eye\(classes\)\[k\]"):
        softmax_cross_entropy(np.zeros((2, 2)), Y)


def test_targets_rounded_to_float32_pass_as_distributions():
    Y = np.random.default_rng(0).dirichlet(np.ones(1000), size=3).astype(np.float32)
    assert np.isfinite(softmax_cross_entropy(np.zeros((3, 1000), np.float32), Y)[0])


def test_many_rows_may_each_be_off_by_a_little():
    Y = np.tile([0.5, 0.500005], (1000, 1))
    assert softmax_cross_entropy(np.zeros((1000, 2)), Y)[0] == pytest.approx(np.log(2), rel=1e-4)


# --- penalties -----------------------------------------------------------------------------------


def test_penalties_worked_out_by_hand():
    """θ = (3, -4, 0), λ = ½: L2 is ¼ · 25 with slopes θ/2, L1 is ½ · 7 with slopes ±½ and 0."""
    theta = [3.0, -4.0, 0.0]
    value, gradient = l2_penalty(theta, strength=0.5)
    assert value == 6.25
    assert_array_equal(gradient, [1.5, -2.0, 0.0])
    value, gradient = l1_penalty(theta, strength=0.5)
    assert value == 3.5
    assert_array_equal(gradient, [0.5, -0.5, 0.0])
    assert isinstance(value, float)


@each_penalty
def test_a_penalty_is_the_one_that_sympy_derives(penalty):
    theta = np.array([3.0, -4.0, 0.5])
    formula = getattr(symbolic, penalty.__name__)
    value, gradient = penalty(theta, strength=0.7)
    assert value == pytest.approx(float(formula.formula().as_function(n=3)(theta, 0.7)))
    assert_allclose(gradient, formula.derive().as_function(n=3)(theta, 0.7))


@each_penalty
def test_each_run_or_each_parameter_may_have_a_strength_of_its_own(penalty):
    theta = np.array([[1.0, -2.0], [3.0, 4.0], [-5.0, 6.0]])  # 3 parameters, 2 runs
    values, gradient = penalty(theta, strength=np.array([0.1, 10.0]))
    for run, strength in enumerate([0.1, 10.0]):
        value, slope = penalty(theta[:, run], strength=strength)
        assert values[run] == pytest.approx(value)
        assert_allclose(gradient[:, run], slope)
    no_bias = np.array([1.0, 1.0, 0.0])
    values, gradient = penalty(theta, strength=no_bias[:, None])
    for run in range(2):
        value, slope = penalty(theta[:, run], strength=no_bias)
        assert values[run] == pytest.approx(value)
        assert slope[2] == 0
        assert_allclose(gradient[:, run], slope)


@each_penalty
def test_a_penalty_leaves_theta_alone_and_keeps_float32(penalty):
    theta = np.array([1.0, -2.0], np.float32)
    gradient = penalty(theta, strength=0.1)[1]
    assert gradient.dtype == np.float32
    assert_array_equal(theta, [1, -2])


@pytest.mark.parametrize("strength", [-0.1, math.nan, math.inf, np.array([0.1, -0.1])])
@each_penalty
def test_a_strength_that_rewards_size_is_refused(penalty, strength):
    with pytest.raises(ValueError, match="strength must be 0 or more, and finite"):
        penalty([1.0, 2.0], strength=strength)


@pytest.mark.parametrize("shape", [(3,), (2, 1), (1, 2)])
@each_penalty
def test_a_strength_that_does_not_fit_is_refused(penalty, shape):
    """(2, 1) against (2,) would broadcast to a gradient of shape (2, 2)."""
    with pytest.raises(ValueError, match=r"and theta \(2,\): give one number, one for each run"):
        penalty([1.0, 2.0], strength=np.ones(shape))


def test_a_penalized_loss_is_the_loss_plus_every_penalty_and_so_is_its_gradient():
    """L = (θ·x - y)² with θ = (1, -2), x = (3, 1), y = 2: the residual is -1."""

    def loss_and_gradient(theta, x, y):
        residual = theta @ x - y
        return residual**2, 2 * residual * x

    theta, x = np.array([1.0, -2.0]), np.array([3.0, 1.0])
    penalties = [
        functools.partial(l1_penalty, strength=0.5),
        functools.partial(l2_penalty, strength=np.array([2.0, 0.0])),
    ]
    loss, gradient = penalized(loss_and_gradient, *penalties)(theta, x, 2.0)
    assert loss == pytest.approx(1 + 1.5 + 1)
    assert_allclose(gradient, [-6 + 0.5 + 2, -2 - 0.5])
    plain = penalized(loss_and_gradient)(theta, x, 2.0)
    assert plain[0] == 1
    assert_array_equal(plain[1], [-6, -2])


def test_a_penalized_loss_may_have_many_runs():
    theta = np.array([[1.0, -2.0], [3.0, 0.5]])
    objective = penalized(
        lambda p: ((p**2).sum(axis=0), 2 * p), functools.partial(l2_penalty, strength=1.0)
    )
    loss, gradient = objective(theta)
    assert_allclose(loss, 1.5 * (theta**2).sum(axis=0))
    assert_allclose(gradient, 3 * theta)
