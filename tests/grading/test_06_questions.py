"""The exercises to 6: the reference against optima, and right answers of other hands."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.gradient_check import numerical_gradient
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords
from course_lib.losses import l2_penalty

HOUSE = Path(__file__).parents[2]
SLUG = "06_questions"
NAMES = ["l2_penalty_gradient", "l1_prox", "early_stop"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
L2, L1, STOP = (REFERENCE[name] for name in NAMES)


def kept(name):
    """The cases with a value: positional arguments, settings, and the value."""
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(case.arguments), case.expected[0].data


def test_the_l2_gradient_is_that_of_the_library_s_penalty_on_the_weights():
    for (theta,), settings, gradient in kept("l2_penalty_gradient"):
        weights = settings["strength"] * ~settings["biases"]  # one strength for each parameter
        numerical = numerical_gradient(lambda t, w=weights: l2_penalty(t, strength=w)[0], theta)
        np.testing.assert_allclose(gradient, numerical, atol=1e-6)


def test_no_point_near_the_l1_step_has_a_lower_objective():
    """The objective is convex, so a point that is best among its neighbours is best of all."""
    for (theta,), settings, moved in kept("l1_prox"):
        cut = settings["eta"] * settings["strength"]

        def objective(u, theta=theta, cut=cut):
            return (u - theta) ** 2 / 2 + cut * np.abs(u)

        for nudge in (-1e-4, 1e-4):
            assert np.all(objective(moved) <= objective(moved + nudge))
        assert np.all(moved * theta >= 0)


def steps_of_the_rule(losses, patience, min_delta):
    """Say the rule as sets: all chains of gains there are, and the first long pause."""
    losses = [float("inf") if np.isnan(loss) else float(loss) for loss in losses]
    gains = [0]
    for t, loss in enumerate(losses):
        if losses[gains[-1]] - loss > min_delta and loss < float("inf"):
            gains.append(t)
    pauses = [a for a, b in itertools.pairwise([*gains, 10**9]) if b - a > patience]
    stopped = min(pauses[0] + patience, len(losses) - 1)
    return pauses[0], stopped


def test_the_stop_is_the_first_pause_that_lasts_longer_than_patience():
    for (losses,), settings, (best, stopped) in kept("early_stop"):
        found = steps_of_the_rule(losses, settings["patience"], settings["min_delta"])
        assert found == (best, stopped)


@pytest.mark.parametrize("seed", range(20))
def test_losses_after_the_stop_change_nothing(seed):
    rng = np.random.default_rng(seed)
    losses = rng.integers(0, 20, size=30) / 4
    best, stopped = STOP(losses, patience=4, min_delta=0.25)
    losses[stopped + 1 :] = -1.0
    assert STOP(losses, patience=4, min_delta=0.25) == (best, stopped)
    assert best <= stopped <= best + 4


def test_the_examples_of_the_text_are_true():
    mask = np.array([False, False, True])
    np.testing.assert_array_equal(
        L2(np.array([2.0, -4.0, 5.0]), strength=0.5, biases=mask), [1.0, -2.0, 0.0]
    )
    np.testing.assert_array_equal(
        L1(np.array([3.0, 0.5, -0.2, -2.0]), eta=0.5, strength=2.0), [2.0, 0.0, 0.0, -1.0]
    )
    losses = np.array([5, 3, 4, 3, 2])
    assert STOP(losses, patience=2, min_delta=0.0) == (1, 3)
    assert STOP(losses, patience=3, min_delta=0.0) == (4, 4)
    assert STOP(losses, patience=3, min_delta=1.0) == (1, 4)


def test_bad_input_is_refused():
    theta = np.ones(2)
    for strength, shape, says in ((-0.1, 2, "0 or more"), (0.1, 1, "one for each")):
        with pytest.raises(ValueError, match=says):
            L2(theta, strength=strength, biases=np.zeros(shape, dtype=bool))
    for eta, strength in ((-0.1, 1.0), (0.1, -1.0), (-0.1, -1.0)):
        with pytest.raises(ValueError, match="0 or more"):
            L1(theta, eta=eta, strength=strength)
    for patience, min_delta in ((0, 0.0), (-3, 0.0), (1, -0.1)):
        with pytest.raises(ValueError, match="1 or more"):
            STOP(theta, patience=patience, min_delta=min_delta)


# Right answers that look otherwise


def l2_penalty_gradient_by_a_product(theta, *, strength, biases):
    if np.shape(biases) != np.shape(theta) or not strength >= 0:
        raise ValueError("biases or strength")
    return (1 - biases) * theta * strength


def l2_penalty_gradient_by_places(theta, *, strength, biases):
    if strength < 0 or biases.shape != theta.shape:
        raise ValueError("biases or strength")
    gradient = strength * theta.astype(float)
    gradient[biases] = 0
    return gradient


def l1_prox_by_two_sides(theta, *, eta, strength):
    if min(eta, strength) < 0:
        raise ValueError("eta or strength")
    cut = eta * strength
    return np.where(theta > cut, theta - cut, np.where(theta < -cut, theta + cut, 0.0))


def l1_prox_by_clipping(theta, *, eta, strength):
    if min(eta, strength) < 0:
        raise ValueError("eta or strength")
    return theta - np.clip(theta, -eta * strength, eta * strength)


def early_stop_by_counting(losses, *, patience, min_delta):
    if patience < 1 or min_delta < 0:
        raise ValueError("patience or min_delta")
    lowest, best, waited = np.inf, 0, 0
    for t, loss in enumerate(losses):
        if loss + min_delta < lowest:
            lowest, best, waited = loss, t, 0
        elif t > 0:
            waited += 1
        if waited == patience:
            break
    return [best, t]


@pytest.mark.parametrize(
    "function",
    [
        l2_penalty_gradient_by_a_product,
        l2_penalty_gradient_by_places,
        l1_prox_by_two_sides,
        l1_prox_by_clipping,
        early_stop_by_counting,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary


# Wrong answers that are right to two decimals, or for losses of the usual size


def l1_prox_by_a_grid(theta, *, eta, strength):
    if min(eta, strength) < 0:
        raise ValueError("eta or strength")
    u = np.linspace(-50, 50, 10001)
    cut = eta * strength * np.abs(u)
    return np.array([u[np.argmin((u - x) ** 2 / 2 + cut)] for x in theta])


def l1_prox_by_rounding(theta, *, eta, strength):
    return np.round(L1(theta, eta=eta, strength=strength), 3)


def l1_prox_by_blanking_out(theta, *, eta, strength):
    moved = L1(theta, eta=eta, strength=strength)
    return np.where(np.abs(moved) < 0.01, 0.0, moved)


def early_stop_by_a_large_number(losses, *, patience, min_delta):
    return STOP(np.nan_to_num(losses, nan=1e12), patience=patience, min_delta=min_delta)


def early_stop_by_the_highest(losses, *, patience, min_delta):
    highest = max(losses[np.isfinite(losses)], default=0) + 1
    return STOP(np.where(np.isnan(losses), highest, losses), patience=patience, min_delta=min_delta)


def early_stop_by_more_than_min_delta(losses, *, patience, min_delta):
    if min_delta < 0:
        raise ValueError("min_delta")
    return STOP(losses, patience=patience, min_delta=min_delta + 1e-5)


@pytest.mark.parametrize(
    "function",
    [
        l1_prox_by_a_grid,
        l1_prox_by_rounding,
        l1_prox_by_blanking_out,
        early_stop_by_a_large_number,
        early_stop_by_the_highest,
        early_stop_by_more_than_min_delta,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_an_answer_that_is_nearly_right_is_wrong(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    assert verdict_on(function, cases).points == 0
