"""Schedules: values by hand, closed forms, sums, and composition."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from course_lib.schedules import (
    constant,
    cosine,
    exponential_decay,
    inverse_time_decay,
    linear_warmup,
    sequence,
    step_decay,
    warmup,
)

# One of each, as a function of the learning rate alone.
SCHEDULES = {
    "constant": constant,
    "step": lambda rate: step_decay(rate, factor=0.5, every=3),
    "exponential": lambda rate: exponential_decay(rate, rate=0.1),
    "inverse time": lambda rate: inverse_time_decay(rate, rate=0.1),
    "cosine": lambda rate: cosine(rate, steps=10, final=0.01),
    "warm-up": lambda rate: linear_warmup(rate, steps=4),
    "warm-up, cosine": lambda rate: warmup(cosine(rate, steps=6), steps=4),
    "sequence": lambda rate: sequence(constant(rate), constant(0.5), boundaries=[5]),
}
each = pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)


def test_values_worked_out_by_hand():
    by_hand = [
        (constant(0.3), [0.3, 0.3, 0.3, 0.3, 0.3]),
        (step_decay(0.8, factor=0.5, every=2), [0.8, 0.8, 0.4, 0.4, 0.2]),
        (exponential_decay(8.0, rate=math.log(2)), [8, 4, 2, 1, 0.5]),
        (inverse_time_decay(6.0, rate=0.5), [6, 4, 3, 2.4, 2]),
        (cosine(2.0, steps=4), [2, 1 + math.sqrt(0.5), 1, 1 - math.sqrt(0.5), 0]),
        (cosine(3.0, steps=2, final=1.0), [3, 2, 1, 1, 1]),
        (linear_warmup(0.9, steps=3), [0.3, 0.6, 0.9, 0.9, 0.9]),
    ]
    for schedule, rates in by_hand:
        assert_allclose([schedule(t) for t in range(5)], rates, rtol=1e-14, atol=1e-15)


def test_exponential_decay_freezes_because_the_sum_of_its_rates_is_finite():
    """On ½λw² the factor left is Π(1 − λη_t): .60246 for η_t = .9ᵗ and λ = .05, for ever."""
    schedule = exponential_decay(1.0, rate=-math.log(0.9))
    t = np.arange(1000)
    assert schedule(t).sum() == pytest.approx(10)  # a geometric series: 1/(1 − .9)
    assert np.prod(1 - 0.05 * schedule(t)) == pytest.approx(0.60246, abs=5e-6)


def test_inverse_time_decay_travels_without_bound():
    """Σ 1/(1 + t) grows as the logarithm: Euler's constant is what it keeps above ln T."""
    schedule = inverse_time_decay(1.0, rate=1.0)
    total = schedule(np.arange(100_000)).sum()
    assert total == pytest.approx(math.log(100_000) + 0.5772157, abs=1e-5)


def test_both_decays_fall_equally_fast_at_the_start():
    moments = np.array([0.0, 1e-6])
    exponential = np.diff(exponential_decay(1.0, rate=0.3)(moments))
    assert_allclose(exponential, np.diff(inverse_time_decay(1.0, rate=0.3)(moments)), rtol=1e-5)
    assert exponential == pytest.approx(-0.3e-6, rel=1e-5)


def test_the_two_halves_of_a_cosine_average_to_the_middle():
    """The wave is symmetric about its middle: η_t + η_{T−t} = η + η_final."""
    schedule = cosine(0.9, steps=8, final=0.1)
    t = np.arange(9)
    assert_allclose(schedule(t) + schedule(8 - t), 1.0)


@pytest.mark.parametrize("t", [8, 9, 16, 1000])
def test_a_cosine_stays_at_its_end(t):
    assert cosine(0.9, steps=8, final=0.1)(t) == pytest.approx(0.1)


def test_each_schedule_of_a_sequence_starts_at_its_own_zero():
    halve = step_decay(8.0, factor=0.5, every=1)
    both = sequence(constant(1.0), halve, linear_warmup(0.4, steps=2), boundaries=[2, 5])
    assert_allclose([both(t) for t in range(8)], [1, 1, 8, 4, 2, 0.2, 0.4, 0.4])


def test_a_warm_up_ends_at_the_first_rate_of_the_schedule_that_follows():
    schedule = warmup(step_decay(1.0, factor=0.5, every=1), steps=4)
    assert_allclose([schedule(t) for t in range(7)], [0.25, 0.5, 0.75, 1, 1, 0.5, 0.25])


@each
def test_an_array_of_times_gives_the_rates_one_by_one(make):
    t = np.arange(12)
    assert_allclose(make(0.2)(t), [make(0.2)(moment) for moment in range(12)], rtol=1e-15)
    assert make(0.2)(t.reshape(3, 4)).shape == (3, 4)


@each
def test_each_run_has_the_schedule_of_its_own_rate(make):
    rates = np.array([0.1, 0.2, 0.4])
    single = [make(rate)(7) for rate in rates]
    assert_allclose(make(rates)(7), single, rtol=1e-15)
    together = make(rates)(np.arange(12))
    assert together.shape == (12, 3)
    assert_allclose(together[7], single, rtol=1e-15)


def test_other_settings_may_differ_from_run_to_run():
    t = np.arange(5)
    factors, k = np.array([0.5, 0.1]), np.array([0.0, 0.3])
    assert_allclose(step_decay(1.0, factor=factors, every=2)(t)[:, 0], [1, 1, 0.5, 0.5, 0.25])
    assert_allclose(exponential_decay(1.0, rate=k)(t)[:, 0], 1)
    assert_allclose(exponential_decay(1.0, rate=k)(t)[:, 1], exponential_decay(1.0, rate=0.3)(t))
    assert_allclose(inverse_time_decay(1.0, rate=k)(4), [1, 1 / 2.2])
    assert_allclose(cosine(1.0, steps=4, final=k)(t)[-1], k)


@each
def test_the_rate_of_one_run_is_a_number(make):
    assert isinstance(make(0.2)(3), float)
    assert isinstance(make(0.2)(np.int64(3)), float)


@each
def test_a_schedule_keeps_its_own_copy_of_the_settings(make):
    rates = np.array([0.1, 0.2])
    schedule = make(rates)
    before = schedule(3).copy()
    rates[:] = 100.0
    schedule(0)[...] = 100.0
    assert np.array_equal(schedule(3), before)


@each
@pytest.mark.parametrize("bad", [-0.1, 0.0, math.nan, math.inf])
def test_a_rate_that_is_not_positive_is_refused(make, bad):
    with pytest.raises(ValueError, match="learning_rate must be positive"):
        make(bad)


@each
def test_the_run_with_a_bad_rate_is_named(make):
    with pytest.raises(ValueError, match=r"learning_rate\[1\] = -0\.2"):
        make([0.1, -0.2])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: step_decay(0.1, factor=10, every=5), r"factor must be in \[0, 1\).*got 10"),
        (lambda: step_decay(0.1, factor=0.0, every=5), "factor must be positive"),
        (lambda: step_decay(0.1, factor=0.5, every=0), "every must be 1 or more"),
        (lambda: exponential_decay(0.1, rate=-0.1), "rate must be 0 or more.*linear_warmup"),
        (lambda: inverse_time_decay(0.1, rate=-0.1), "rate must be 0 or more"),
        (lambda: cosine(0.1, steps=0), "steps must be 1 or more"),
        (lambda: cosine(0.1, steps=5, final=-0.1), "final must be 0 or more"),
        (lambda: linear_warmup(0.1, steps=-1), "steps must be 1 or more"),
        (lambda: warmup(constant(0.1), steps=0), "steps must be 1 or more"),
        (lambda: sequence(boundaries=[]), "needs a schedule at least"),
        (lambda: sequence(constant(0.1), boundaries=[3]), "1 entries, expected 0"),
        (lambda: sequence(constant(0.1), constant(0.2), boundaries=[0]), "boundaries must rise"),
        (
            lambda: sequence(*[constant(0.1)] * 3, boundaries=[5, 5]),
            r"boundaries\[1\] must be 6 or more, got 5",
        ),
    ],
)
def test_a_bad_setting_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_number_in_the_place_of_a_schedule_is_told_what_to_be():
    with pytest.raises(TypeError, match=r"schedule 1 .* try constant\(0\.1\)"):
        sequence(constant(0.2), 0.1, boundaries=[3])
    with pytest.raises(TypeError, match=r"try constant\(0\.1\)"):
        warmup(0.1, steps=3)


def test_half_a_step_is_refused():
    with pytest.raises(TypeError, match=r"steps must be a whole number .*2\.5"):
        cosine(0.1, steps=2.5)
