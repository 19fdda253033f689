"""The exercises to 5.2: the reference against closed forms, and right answers of other hands."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords

HOUSE = Path(__file__).parents[2]
SLUG = "05_2_adaptive_rates"
NAMES = ["polyak_step", "schedule_free_step"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
POLYAK, FREE = (REFERENCE[name] for name in NAMES)


def bowl(theta):
    return theta @ theta / 2, theta


def test_an_uncapped_step_lands_where_the_tangent_meets_the_lowest_loss():
    for case in CASES.find("polyak_step").cases:
        if case.expected[0].kind == "value":
            (theta, loss, g), settings = split_keywords(case.arguments)
            arrived, rate = case.expected[0].data
            height = loss + g @ (arrived - theta)  # of the tangent, where the step ends
            if g.any() and rate < settings["max_rate"]:
                assert height == pytest.approx(settings["loss_star"], abs=1e-9)
            assert height >= settings["loss_star"] - 1e-9
            assert rate <= settings["max_rate"]


@pytest.mark.parametrize("curvature", [0.1, 1.0, 30.0])
def test_on_a_bowl_a_step_goes_half_way_whatever_the_curvature(curvature):
    theta = np.array([3.0])
    arrived, rate = POLYAK(
        theta, curvature * 4.5, curvature * theta, loss_star=0.0, max_rate=np.inf
    )
    np.testing.assert_allclose(arrived, theta / 2)
    assert rate == pytest.approx(1 / (2 * curvature))


def test_steps_at_beta_0_keep_the_mean_of_a_descent_and_its_last_point():
    """Followed in fractions: z is plain descent, z_t = (1/2)^t, and x the mean of all of them."""
    x = z = np.array([1.0])
    for t in range(6):
        x, z = FREE(x, z, bowl, t, learning_rate=0.5, beta=0.0)
    points = [Fraction(1, 2**t) for t in range(7)]
    assert z[0] == points[-1]
    assert x[0] == pytest.approx(float(sum(points) / 7), abs=1e-15)


def test_at_beta_1_the_gradient_is_that_of_the_mean():
    x, z = FREE(np.array([2.0]), np.array([10.0]), bowl, 0, learning_rate=0.5, beta=1.0)
    assert (x[0], z[0]) == (5.5, 9.0)


def test_the_examples_of_the_text_are_true():
    g = np.array([3.0, 4.0])
    arrived, rate = POLYAK(g, 12.5, g, loss_star=0.0, max_rate=10.0)
    np.testing.assert_allclose((*arrived, rate), (1.5, 2.0, 0.5))
    arrived, rate = POLYAK(g, 12.5, g, loss_star=0.0, max_rate=0.1)
    np.testing.assert_allclose((*arrived, rate), (2.7, 3.6, 0.1))
    x, z = FREE(np.array([2.0]), np.array([4.0]), bowl, 1, learning_rate=0.5, beta=0.5)
    np.testing.assert_allclose((*x, *z), (2.1667, 2.5), atol=5e-5)


def test_bad_input_is_refused():
    g = np.ones(2)
    for loss_star, max_rate, says in ((2.0, 1.0, "below loss_star"), (0.0, 0.0, "above 0")):
        with pytest.raises(ValueError, match=says):
            POLYAK(g, 1.0, g, loss_star=loss_star, max_rate=max_rate)
    for learning_rate, beta, says in ((-0.1, 0.5, "0 or more"), (0.1, 1.5, "from 0 to 1")):
        with pytest.raises(ValueError, match=says):
            FREE(g, g, bowl, 0, learning_rate=learning_rate, beta=beta)


# Right answers that look otherwise


def polyak_step_by_a_unit_vector(theta, loss, gradient, *, loss_star, max_rate):
    if not (loss >= loss_star and max_rate > 0):
        raise ValueError("loss_star or max_rate")
    norm = np.linalg.norm(gradient)
    if norm == 0:
        return theta, 0
    length = min((loss - loss_star) / norm, max_rate * norm)
    return theta - length * (gradient / norm), length / norm


def schedule_free_step_by_a_mean_that_moves(x, z, loss_and_gradient, t, *, learning_rate, beta):
    if learning_rate < 0 or not 0 <= beta <= 1:
        raise ValueError("learning_rate or beta")
    _, g = loss_and_gradient(z + beta * (x - z))
    new = z - learning_rate * g
    return [((t + 1) * x + new) / (t + 2), new]


@pytest.mark.parametrize(
    "function", [polyak_step_by_a_unit_vector, schedule_free_step_by_a_mean_that_moves]
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary


# Wrong answers that are right in most cases


def polyak_step_of(moves, *, first=None, dtype=None):
    """Return the step with its own way to see a gradient of zeros, its own shortcut, or dtype."""

    def polyak_step(theta, loss, gradient, *, loss_star, max_rate):
        if first is not None and first(loss, gradient, loss_star):
            return theta.copy(), 0.0
        if loss < loss_star or max_rate <= 0:
            raise ValueError("loss_star or max_rate")
        rate = min((loss - loss_star) / (gradient @ gradient), max_rate) if moves(gradient) else 0.0
        return (theta - rate * gradient).astype(dtype or theta.dtype), rate

    return polyak_step


@pytest.mark.parametrize(
    "wrong",
    [
        polyak_step_of(np.any),  # whole numbers stay whole
        *(
            polyak_step_of(moves, dtype=float)
            for moves in (
                np.all,
                lambda g: g.sum() != 0,
                lambda g: g[0] != 0,
                lambda g: g[-1] != 0,
                lambda g: g.max() > 0,
                lambda g: g.min() < 0,
                lambda g: g @ g > 1e-8,
                lambda g: not np.allclose(g, 0),
            )
        ),
        polyak_step_of(np.any, dtype=float, first=lambda loss, g, low: not g.any()),
        polyak_step_of(np.any, dtype=float, first=lambda loss, g, low: loss == low),
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_step_that_is_wrong_in_few_cases_is_rejected(wrong, seed):
    cases = CASES.find("polyak_step")
    if seed is not None:
        cases = fresh_cases(SPEC["polyak_step"], REFERENCE["polyak_step"], seed)
    assert verdict_on(polyak_step_of(np.any, dtype=float), cases).points == 50
    assert verdict_on(wrong, cases).points == 0
