"""The exercises to 3.4.1: the reference against runs and eigenvalues; other hands' answers."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib import landscapes
from course_lib.curvature import hessian
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords

HOUSE = Path(__file__).parents[2]
SLUG = "03_4_1_learning_rate"
NAMES = ["predict_divergence", "sharpness", "learning_rate_range_test"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(case.arguments), case.expected[0].data


def seen_in_a_run(curvature, eta):
    """Descend for 40 steps from 1, and name what is seen."""
    w = [1.0]
    for _ in range(40):
        w.append(w[-1] - eta * curvature * w[-1])
    sizes, swings = np.abs(w), any(a * b < 0 for a, b in itertools.pairwise(w))
    if sizes[-1] == sizes[0]:
        return "stays"
    if sizes[-1] > sizes[0]:
        return "diverges"
    return "oscillates" if swings else "converges"


def test_each_word_is_what_a_run_of_descent_does():
    found = set()
    for (lambdas, eta), _, words in value_cases("predict_divergence"):
        assert words == [seen_in_a_run(float(curvature), eta) for curvature in lambdas]
        found |= set(words)
    assert found == {"converges", "oscillates", "stays", "diverges"}


@pytest.mark.parametrize(
    ("landscape", "theta", "sign"),
    [("rosenbrock", [0.3, 0.4], 1), ("rosenbrock", [0.1, 2.5], -1), ("beale", [-1.0, 0.7], -1)],
)
def test_many_steps_find_the_eigenvalue_of_largest_size_with_its_sign(landscape, theta, sign):
    f = getattr(landscapes, landscape)().loss_and_gradient
    lambdas = np.linalg.eigvalsh(hessian(f, theta))
    largest = lambdas[np.argmax(np.abs(lambdas))]
    assert np.sign(largest) == sign
    found = REFERENCE["sharpness"](f, np.array(theta), np.array([0.8, -0.6]), steps=60)
    assert found == pytest.approx(largest, rel=1e-4)


def test_one_step_is_the_second_derivative_along_v():
    """By three values of the loss, on the way along v."""
    f = landscapes.rosenbrock()
    theta, v, h = np.array([0.3, -0.4]), np.array([3.0, -4.0]), 1e-4
    u = v / 5
    three = f.loss(theta + h * u) - 2 * f.loss(theta) + f.loss(theta - h * u)
    found = REFERENCE["sharpness"](f.loss_and_gradient, theta, v, steps=1)
    assert found == pytest.approx(three / h**2, rel=1e-5)


def test_a_smoothed_loss_is_a_mean_of_the_past_in_which_each_step_back_weighs_beta_times_less():
    for (_, losses), settings, (_, smooth) in value_cases("learning_rate_range_test"):
        for t, s_hat in enumerate(smooth):
            weights = settings["beta"] ** np.arange(t, -1.0, -1.0)
            assert s_hat == pytest.approx(np.average(losses[: t + 1], weights=weights))


def test_what_counts_ends_before_the_first_explosion_and_the_rate_is_a_third_of_the_lowest():
    stopped = 0
    for (rates, losses), settings, (rate, smooth) in value_cases("learning_rate_range_test"):
        assert rate == rates[list(smooth).index(min(smooth))] / 3
        lowest = np.minimum.accumulate(smooth)
        assert np.all(smooth[1:] <= settings["k"] * lowest[:-1])
        if len(smooth) < len(losses):
            weights = settings["beta"] ** np.arange(len(smooth), -1.0, -1.0)
            after = np.average(losses[: len(smooth) + 1], weights=weights)
            assert not after <= settings["k"] * lowest[-1]
            stopped += 1
    assert stopped > 5


def test_a_constant_loss_is_smoothed_to_itself():
    rates, losses = np.geomspace(1, 9, 6), np.full(6, 2.5)
    rate, smooth = REFERENCE["learning_rate_range_test"](rates, losses, beta=0.9, k=2)
    np.testing.assert_allclose(smooth, 2.5)
    assert rate <= 3


def test_the_examples_of_the_text_are_true():
    words = REFERENCE["predict_divergence"](np.array([1, 3, 4, 5]), 0.5)
    assert words == ["converges", "oscillates", "stays", "diverges"]
    bowl = landscapes.quadratic(kappa=4).loss_and_gradient
    for steps, wanted in ((1, 2.92), (2, 3.898), (5, 3.99997)):
        found = REFERENCE["sharpness"](bowl, np.zeros(2), np.array([3, 4]), steps=steps)
        assert found == pytest.approx(wanted, abs=6e-4 if steps < 5 else 6e-6)
    rates, losses = np.array([1, 2, 4, 8, 16]), np.array([8, 6, 1, 40, 2])
    rate, smooth = REFERENCE["learning_rate_range_test"](rates, losses, beta=0.5, k=3)
    assert rate == pytest.approx(4 / 3)
    np.testing.assert_allclose(smooth, [8, 6.67, 3.43], atol=5e-3)
    whole = REFERENCE["learning_rate_range_test"](rates, losses, beta=0.5, k=100)[1]
    assert whole[3] == pytest.approx(22.9, abs=0.05)


def test_bad_input_is_refused_with_what_is_wrong():
    with pytest.raises(ValueError, match="0 or more"):
        REFERENCE["predict_divergence"](np.ones(2), -0.1)
    bowl, zero, one = landscapes.quadratic(kappa=4).loss_and_gradient, np.zeros(2), np.ones(2)
    for v, steps in ((zero, 1), (one, 0)):
        with pytest.raises(ValueError, match="steps must be 1 or more and v not zero"):
            REFERENCE["sharpness"](bowl, one, v, steps=steps)
    read = REFERENCE["learning_rate_range_test"]
    for rates, losses in ((one, one), (np.arange(2.0), np.ones(3)), (one[::-1], one)):
        with pytest.raises(ValueError, match="see the task"):
            read(rates, losses, beta=0.5, k=2)
    with pytest.raises(ValueError, match="loss nan: see the task"):
        read(np.arange(2.0), np.array([np.nan, 1.0]), beta=0.5, k=2)


# Right answers that look otherwise


def predict_divergence_by_the_product(lambdas, eta):
    if not eta >= 0:
        raise ValueError("eta")
    words = []
    for product in eta * lambdas:
        if product in (0, 2):
            words.append("stays")
        elif not 0 < product < 2:
            words.append("diverges")
        else:
            words.append("oscillates" if product > 1 else "converges")
    return tuple(words)


def predict_divergence_by_select(lambdas, eta):
    if eta < 0:
        raise ValueError("eta")
    f = 1 - lambdas * eta
    conditions, words = [abs(f) > 1, abs(f) == 1, f < 0], ["diverges", "stays", "oscillates"]
    return np.select(conditions, words, "converges").tolist()


def sharpness_by_a_helper(loss_and_gradient, theta, v, *, steps, h=1e-4):
    if steps <= 0 or np.all(v == 0):
        raise ValueError("steps or v")

    def times_H(u):
        return (loss_and_gradient(theta + h * u)[1] - loss_and_gradient(theta - h * u)[1]) / 2 / h

    u = v / np.sqrt(np.sum(v**2))
    for _ in range(steps - 1):
        u = times_H(u)
        u = u / np.sqrt(np.sum(u**2))
    return np.sum(u * times_H(u))


def learning_rate_range_test_by_weights(rates, losses, *, beta, k):
    if len(rates) != len(losses) or rates.ndim > 1 or not np.all(rates[1:] > rates[:-1]):
        raise ValueError("rates")
    if not losses[0] < np.inf:
        raise ValueError("the first loss")
    smooth = []
    for t in range(1, len(losses) + 1):
        s_hat = np.average(losses[:t], weights=np.power(beta, np.arange(t)[::-1]))
        if not s_hat < np.inf or (smooth and s_hat > k * min(smooth)):
            break
        smooth = [*smooth, s_hat]
    return rates[smooth.index(min(smooth))] / 3, np.array(smooth)


@pytest.mark.parametrize(
    "function",
    [
        predict_divergence_by_the_product,
        predict_divergence_by_select,
        sharpness_by_a_helper,
        learning_rate_range_test_by_weights,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary
