"""Gradient noise: the closed forms against sums by hand, real samples, and many runs."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from numpy.testing import assert_allclose

from course_lib.gradient_noise import (
    NoisyBowl,
    batch_variance,
    first_below,
    measured_batch_variance,
    shares_kept,
)
from course_lib.landscapes import noisy_quadratic
from course_lib.optimizers import sgd
from course_lib.training import descend


class TestBatchVariance:
    def test_four_times_the_samples_halve_the_deviation(self):
        assert_allclose(np.sqrt(batch_variance(9.0, [1, 4, 36])), [3.0, 1.5, 0.5])

    @pytest.mark.parametrize("batch", [1, 2, 3, 5])
    def test_without_replacement_it_is_the_variance_over_all_batches_that_there_are(self, batch):
        values = np.array([1.0, 4.0, -2.0, 7.0, 0.5])
        means = [np.mean(chosen) for chosen in itertools.combinations(values, batch)]
        expected = batch_variance(values.var(), batch, samples=5)
        assert_allclose(expected, np.var(means), atol=1e-12)

    def test_one_sample_alone_has_no_noise(self):
        assert batch_variance(0.0, 1, samples=1) == 0.0

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((1.0, 6, 5), "batch 6 exceeds the 5 samples"),
            ((1.0, 0, None), "one sample at least"),
            ((-1.0, 1, None), "variance"),
        ],
    )
    def test_what_cannot_be_is_refused(self, arguments, message):
        variance, batch, samples = arguments
        with pytest.raises(ValueError, match=message):
            batch_variance(variance, batch, samples=samples)


class TestMeasuredBatchVariance:
    def test_by_hand(self):
        """Batches of (1, 3) and (5, 7), means 2 and 6 about 4; the second coordinate is still."""
        gradients = np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 2.0], [7.0, 2.0]])
        assert measured_batch_variance(gradients, 2) == 4.0
        assert measured_batch_variance(gradients, 1) == 5.0
        assert measured_batch_variance(gradients, 4) == 0.0

    def test_samples_that_fill_no_batch_are_left_out(self):
        assert measured_batch_variance([[1.0], [3.0], [2.0]], 2) == 0.0

    @pytest.mark.parametrize("batch", [1, 4, 16, 64])
    def test_times_the_batch_it_is_the_same_for_every_batch(self, batch):
        gradients = np.random.default_rng(3).normal(size=(40_000, 5)) * np.sqrt(np.arange(1, 6))
        assert batch * measured_batch_variance(gradients, batch) == pytest.approx(15.0, rel=0.08)

    def test_too_few_samples_are_refused(self):
        with pytest.raises(ValueError, match="3 samples are too few"):
            measured_batch_variance(np.ones((3, 2)), 4)
        with pytest.raises(ValueError, match="one row for each sample"):
            measured_batch_variance(np.ones(3), 1)


class TestSharesKept:
    def test_the_product_of_the_errata_freezes_at_the_q_pochhammer_symbol(self):
        limit = float(mpmath.qp(mpmath.mpf("0.05"), mpmath.mpf("0.9")))
        kept = shares_kept(0.9 ** np.arange(600), curvature=0.05)
        assert round(limit, 5) == 0.60246
        assert kept[-1] == pytest.approx(limit, rel=1e-12)

    def test_it_is_the_path_of_gradient_descent_on_a_bowl(self):
        rates = np.array([0.5, 0.1, 0.9, 0.0])
        w, path = 1.0, [1.0]
        for rate in rates:
            w = w - rate * 3.0 * w
            path.append(w)
        assert_allclose(shares_kept(rates, curvature=3.0), path)

    def test_each_run_has_a_curvature_of_its_own(self):
        kept = shares_kept(np.full((4, 2), 0.5), curvature=[1.0, 2.0])
        assert_allclose(kept[-1], [1 / 16, 0.0])

    def test_no_step_leaves_all(self):
        assert shares_kept([], curvature=1.0).tolist() == [1.0]

    def test_a_negative_rate_or_a_flat_bowl_is_refused(self):
        with pytest.raises(ValueError, match="rates"):
            shares_kept([0.1, -0.1], curvature=1.0)
        with pytest.raises(ValueError, match="curvature"):
            shares_kept([0.1], curvature=0.0)


def test_the_first_step_below_is_found_for_each_run_or_is_infinite():
    values = np.array([[3.0, 1.0, np.nan], [2.0, 5.0, 9.0], [1.0, 0.5, 9.0]])
    assert first_below(values, 2.0).tolist() == [1.0, 0.0, math.inf]


class TestNoisyBowl:
    bowl = NoisyBowl(np.array([0.5, 2.0]), np.array([0.3, 4.0]))

    def test_loss_and_gradient_are_those_that_sympy_derives(self):
        x, y = sp.symbols("x y")
        formula = sp.Rational(1, 4) * x**2 + y**2
        theta = np.random.default_rng(0).normal(size=(2, 7))
        loss, gradient = self.bowl.loss_and_gradient(theta, np.zeros((2, 7)))
        assert_allclose(loss, sp.lambdify((x, y), formula)(*theta))
        assert_allclose(gradient[0], sp.lambdify((x, y), formula.diff(x))(*theta))
        assert_allclose(gradient[1], sp.lambdify((x, y), formula.diff(y))(*theta))

    def test_noise_moves_the_gradient_and_leaves_the_loss(self):
        theta = np.ones(2)
        loss, gradient = self.bowl.loss_and_gradient(theta, np.array([1.0, -1.0]))
        assert loss == 1.25
        assert gradient.tolist() == [1.5, 1.0]

    @pytest.mark.parametrize("batch", [1, 4])
    def test_with_curvature_one_it_is_the_noisy_quadratic_of_samples(self, batch):
        """Samples of mean 0 and variance 1: a batch's gradient has the deviation 1/√B."""
        bowl = NoisyBowl(np.ones(1), np.ones(1))
        samples = np.random.default_rng(1).normal(size=(batch, 40_000))
        _, gradient = noisy_quadratic(np.zeros((1, 40_000)), samples)
        assert gradient.std() == pytest.approx(bowl.deviations(batch).item(), rel=0.02)

    @pytest.mark.parametrize("rate", [0.5, 0.1, 0.01])
    def test_the_floor_is_the_one_of_the_errata(self, rate):
        bowl = NoisyBowl(np.ones(1), np.ones(1))
        assert 2 * bowl.floor(rate) == pytest.approx(rate / (2 - rate))
        assert 2 * bowl.floor(rate, batch=8) == pytest.approx(rate / (2 - rate) / 8)

    def test_the_floor_is_infinite_where_one_direction_is_not_stable(self):
        assert self.bowl.floor([0.99, 1.0, 1.2, 5.0])[1:].tolist() == [math.inf] * 3

    def test_without_noise_it_is_zero_where_stable_and_infinite_beyond_without_a_warning(self):
        bowl = NoisyBowl(np.array([1.0]), np.zeros(1))
        assert bowl.floor([0.5, 1.9, 2.0, 3.0]).tolist() == [0.0, 0.0, math.inf, math.inf]

    def test_expected_losses_are_the_sum_over_all_coin_flips(self):
        """With noise of ±σ every history can be listed: 2³ of them in one coordinate."""
        bowl = NoisyBowl(np.array([2.0]), np.array([0.09]))
        rates = (0.3, 0.7, 0.2)
        ends = []
        for signs in itertools.product((-0.3, 0.3), repeat=3):
            w = 1.5
            for rate, noise in zip(rates, signs, strict=True):
                w -= rate * (2.0 * w + noise)
            ends.append(w**2)  # the loss ½ · 2 · w²
        losses = bowl.expected_losses([1.5], rates)
        assert losses[0] == pytest.approx(2.25)
        assert losses[-1] == pytest.approx(np.mean(ends))

    def test_at_a_constant_rate_they_come_to_the_floor(self):
        losses = self.bowl.expected_losses([1.0, 1.0], np.full(400, 0.4), batch=3)
        assert losses[-1] == pytest.approx(self.bowl.floor(0.4, batch=3), rel=1e-6)

    def test_many_runs_have_them_as_their_mean_each_at_its_own_rate_and_batch(self):
        runs, rng = 4000, np.random.default_rng(2)
        rates, batch = np.repeat([0.2, 0.8], runs), np.repeat([1, 16], runs)
        deviations = self.bowl.deviations(batch)
        noise = (deviations * rng.normal(size=(2, 2 * runs)) for _ in range(12))
        *_, step = descend(
            self.bowl.loss_and_gradient, np.ones((2, 2 * runs)), ((epsilon,) for epsilon in noise),
            optimizer=sgd(learning_rate=rates),
        )  # fmt: skip
        means = np.asarray(step.loss).reshape(2, runs).mean(axis=1)
        expected = self.bowl.expected_losses(
            [1.0, 1.0], np.broadcast_to([0.2, 0.8], (11, 2)), batch=[1, 16]
        )
        assert_allclose(means, expected[-1], rtol=0.06)

    def test_a_run_that_diverges_is_infinite_and_warns_not(self):
        losses = self.bowl.expected_losses([1.0, 1.0], np.full(2000, 5.0))
        assert losses[-1] == math.inf

    @pytest.mark.parametrize(
        ("eigenvalues", "variances", "message"),
        [
            ([1.0, 0.0], [1.0, 1.0], "curves upwards"),
            ([1.0], [-1.0], "variances"),
            ([1.0, 2.0], [1.0], "one for each eigenvalue"),
        ],
    )
    def test_a_bowl_that_cannot_be_is_refused(self, eigenvalues, variances, message):
        with pytest.raises(ValueError, match=message):
            NoisyBowl(eigenvalues, variances)

    def test_shapes_that_do_not_fit_are_refused(self):
        with pytest.raises(ValueError, match="each run has noise of its own"):
            self.bowl.loss_and_gradient(np.ones((2, 3)), np.ones(2))
        with pytest.raises(ValueError, match="one coordinate for each eigenvalue"):
            self.bowl.expected_losses([1.0], [0.1])
