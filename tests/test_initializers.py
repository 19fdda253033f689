"""Initializers: shape, distribution, and what they do to a signal."""

import numpy as np
import pytest

from course_lib.initializers import glorot_normal, glorot_uniform, he_normal, he_uniform, zeros

RANDOM = [glorot_uniform, glorot_normal, he_uniform, he_normal]
# Sizes with d_in != d_out, so that a fan taken from the wrong side shows.
D_IN, D_OUT = 200, 800
VARIANCE = {glorot_uniform: 0.002, glorot_normal: 0.002, he_uniform: 0.01, he_normal: 0.01}


def _name(function):
    return function.__name__


@pytest.mark.parametrize("draw", RANDOM, ids=_name)
def test_the_variance_is_the_one_of_the_paper(draw):
    """2/(d_in + d_out) for Glorot, 2/d_in for He; 160 000 draws leave an error below 1 %."""
    W = draw(D_IN, D_OUT, rng=np.random.default_rng(0))
    assert W.shape == (D_IN, D_OUT)
    assert abs(W.mean()) < 4 * np.sqrt(VARIANCE[draw] / W.size)
    assert W.var() == pytest.approx(VARIANCE[draw], rel=0.02)


@pytest.mark.parametrize("draw", [glorot_uniform, he_uniform], ids=_name)
def test_a_uniform_draw_fills_its_interval_and_stays_inside(draw):
    bound = np.sqrt(3 * VARIANCE[draw])  # the variance of U(-a, a) is a²/3
    largest = np.abs(draw(D_IN, D_OUT, rng=np.random.default_rng(1))).max()
    assert 0.999 * bound < largest <= bound


@pytest.mark.parametrize("draw", [glorot_normal, he_normal], ids=_name)
def test_a_normal_draw_has_the_tails_of_a_normal_distribution(draw):
    """4.55 % of a normal sample lie beyond two standard deviations: the tails are not cut off."""
    W = draw(D_IN, D_OUT, rng=np.random.default_rng(2))
    assert np.mean(np.abs(W) > 2 * np.sqrt(VARIANCE[draw])) == pytest.approx(0.0455, abs=0.002)


@pytest.mark.parametrize("draw", [he_uniform, he_normal], ids=_name)
def test_he_keeps_the_mean_square_of_a_signal_through_ten_relu_layers(draw):
    rng = np.random.default_rng(3)
    A = rng.normal(size=(50, 500))
    for _ in range(10):
        A = np.maximum(A @ draw(500, 500, rng=rng), 0)
    assert 0.5 < np.mean(A**2) < 2


def test_glorot_halves_the_mean_square_of_a_signal_in_every_relu_layer():
    """The reason for He: after ten layers about a thousandth is left."""
    rng = np.random.default_rng(4)
    A = rng.normal(size=(50, 500))
    for _ in range(10):
        A = np.maximum(A @ glorot_normal(500, 500, rng=rng), 0)
    assert 0.5 < np.mean(A**2) * 2**10 < 2


@pytest.mark.parametrize("draw", RANDOM, ids=_name)
def test_the_same_seed_draws_the_same_weights_and_another_seed_others(draw):
    W = draw(3, 4, rng=np.random.default_rng(5))
    assert np.array_equal(W, draw(3, 4, rng=np.random.default_rng(5)))
    assert not np.array_equal(W, draw(3, 4, rng=np.random.default_rng(6)))


def test_zeros_is_called_like_the_others():
    W = zeros(3, 4, rng=np.random.default_rng(0))
    assert W.shape == (3, 4)
    assert not W.any()
    assert np.array_equal(zeros(3, 4), W)


@pytest.mark.parametrize("draw", [*RANDOM, zeros], ids=_name)
def test_an_empty_layer_is_refused(draw):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="d_in must be 1 or more, got 0"):
        draw(0, 4, rng=rng)
    with pytest.raises(ValueError, match="d_out must be 1 or more, got -1"):
        draw(4, -1, rng=rng)
    with pytest.raises(TypeError, match=r"d_out must be a whole number .*2\.5"):
        draw(4, 2.5, rng=rng)


@pytest.mark.parametrize("draw", RANDOM, ids=_name)
def test_a_seed_in_place_of_a_generator_is_told_how_to_become_one(draw):
    with pytest.raises(TypeError, match=r"try rng=np\.random\.default_rng\(7\)"):
        draw(3, 4, rng=7)
