"""The exercises to 3.4.6: the reference against library and closed forms, other hands' answers."""

import math
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords
from course_lib.landscapes import rosenbrock
from course_lib.optimizers import adam, adamw, momentum, nesterov, rmsprop
from course_lib.symbolic import adam_step as derived_step

HOUSE = Path(__file__).parents[2]
SLUG = "03_4_6_optimizers"
NAMES = ["momentum_step", "rmsprop_step", "adam_step", "adamw_step"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
USUAL = {"learning_rate": 0.02, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8}


def cases_of(name, kind="value"):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == kind:
            yield *split_keywords(case.arguments), case.expected


def walk(step, state, steps=60):
    """Return where a function of the exercise goes on Rosenbrock's valley, from its start."""
    theta, path = np.array([-1.2, 1.0]), []
    for _ in range(steps):
        theta, *state = step(theta, rosenbrock().loss_and_gradient(theta)[1], *state)
        path.append(theta)
    return path


def library_walk(optimizer, steps=60):
    theta, path = np.array([-1.2, 1.0]), []
    state = optimizer.init(theta)
    for _ in range(steps):
        theta, state = optimizer.step(theta, rosenbrock().loss_and_gradient(theta)[1], state)
        path.append(theta)
    return path


ZERO = np.zeros(2)
WALKS = {
    "momentum_step": (
        {"learning_rate": 2e-4, "beta": 0.8, "nesterov": False},
        (ZERO,),
        momentum(learning_rate=2e-4, beta=0.8),
    ),
    "momentum_step, Nesterov": (
        {"learning_rate": 2e-4, "beta": 0.8, "nesterov": True},
        (ZERO,),
        nesterov(learning_rate=2e-4, beta=0.8),
    ),
    "rmsprop_step": (
        {"learning_rate": 0.02, "beta": 0.9, "eps": 1e-3},
        (ZERO,),
        rmsprop(learning_rate=0.02, beta=0.9, eps=1e-3),
    ),
    "adam_step": (USUAL, (0, ZERO, ZERO), adam(**USUAL)),
    "adamw_step": (
        {**USUAL, "weight_decay": 0.3},
        (0, ZERO, ZERO),
        adamw(**USUAL, weight_decay=0.3),
    ),
}


@pytest.mark.parametrize("name", WALKS)
def test_sixty_steps_go_where_the_library_goes(name):
    """And the library goes where PyTorch goes: tests/test_optimizers.py."""
    settings, state, optimizer = WALKS[name]
    step = REFERENCE[name.split(",")[0]]
    path = walk(lambda theta, g, *state: step(theta, g, *state, **settings), state)
    np.testing.assert_allclose(path, library_walk(optimizer), rtol=1e-12)


@pytest.mark.parametrize("t", [1, 2, 3])
def test_adams_first_steps_are_those_that_sympy_derives(t):
    gradients = np.array([[0.3, -2.0], [-0.1, -1.0], [4.0, 0.5]])[:t]
    theta, state = np.zeros(2), (0, np.zeros(2), np.zeros(2))
    for g in gradients:
        before, (theta, *state) = theta, REFERENCE["adam_step"](theta, g, *state, **USUAL)
    step = derived_step(t).as_function()(gradients, *USUAL.values())
    np.testing.assert_allclose(before - theta, step, rtol=1e-10)


def test_the_first_step_of_adam_has_the_length_of_the_rate_in_every_coordinate():
    g = np.array([1e-3, -1.0, 250.0])
    theta, *_ = REFERENCE["adam_step"](np.zeros(3), g, 0, np.zeros(3), np.zeros(3), **USUAL)
    np.testing.assert_allclose(theta, -0.02 * np.sign(g), rtol=1e-4)


def test_a_first_step_is_asked_for_its_length_and_a_decay_for_its_shrinking():
    lengths = [e for _, _, e in cases_of("adam_step") if e[-1].kind == "moves_by"]
    assert len(lengths) == 3
    for _, distance in (expected[-1].data for expected in lengths):
        np.testing.assert_allclose(distance, 0.1, rtol=1e-5)
    shrinking = [(a, s, e[-1]) for a, s, e in cases_of("adamw_step") if e[-1].kind == "moves_by"]
    assert len(shrinking) == 2
    for (theta, g, *_), settings, expected in shrinking:
        assert not g.any()
        wanted = settings["learning_rate"] * settings["weight_decay"] * np.abs(theta)
        np.testing.assert_allclose(expected.data[1], wanted)


def test_adamw_without_a_gradient_shrinks_by_one_minus_eta_lambda_and_adam_stays():
    theta, state = np.array([2.0, -3.0]), (0, ZERO, ZERO)
    stays, *_ = REFERENCE["adam_step"](theta, ZERO, *state, **USUAL)
    np.testing.assert_array_equal(stays, theta)
    for _ in range(5):
        theta, *state = REFERENCE["adamw_step"](theta, ZERO, *state, **USUAL, weight_decay=4.0)
    np.testing.assert_allclose(theta, [2 * 0.92**5, -3 * 0.92**5], rtol=1e-14)


def test_a_steady_gradient_fills_the_velocity_to_its_sum():
    v, one = np.zeros(1), np.ones(1)
    for _ in range(300):
        _, v = REFERENCE["momentum_step"](one, one, v, learning_rate=0.1, beta=0.9, nesterov=False)
    assert v[0] == pytest.approx(1 / (1 - 0.9))


@pytest.mark.parametrize("name", NAMES)
def test_steps_after_the_first_are_in_every_list_of_cases(name):
    """What is remembered must matter: with zeros for a state most slips would pass."""
    states = [arguments[2:] for arguments, _, _ in cases_of(name)]
    assert sum(any(np.any(part) for part in state) for state in states) >= 10
    if name in ("adam_step", "adamw_step"):
        assert {0, 1, 2, 5, 30} <= {state[0] for state in states}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_came_in_is_changed(name):
    for arguments, settings, _ in cases_of(name):
        copies = [np.copy(part) for part in arguments]
        REFERENCE[name](*arguments, **settings)
        for part, copy in zip(arguments, copies, strict=True):
            np.testing.assert_array_equal(part, copy)


def test_the_examples_of_the_text_are_true():
    f, one = REFERENCE, np.array([1.0])
    for ahead, wanted in ((False, 0.3), (True, 0.45)):
        theta, v = f["momentum_step"](
            one, np.array([2.0]), np.array([10.0]), learning_rate=0.1, beta=0.5, nesterov=ahead
        )
        np.testing.assert_allclose([*theta, *v], [wanted, 7.0])
    theta, v = f["rmsprop_step"](
        one, np.array([4.0]), np.zeros(1), learning_rate=0.1, beta=0.75, eps=2.0
    )
    np.testing.assert_allclose([*theta, *v], [0.9, 4.0])
    settings = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1.0}
    first = (one, np.array([3.0]), 0, np.zeros(1), np.zeros(1))
    theta, t, m, v = f["adam_step"](*first, **settings)
    np.testing.assert_allclose([*theta, t, *m, *v], [0.925, 1, 0.3, 0.09])
    theta, t, m, v = f["adamw_step"](*first, **settings, weight_decay=0.5)
    np.testing.assert_allclose([*theta, t, *m, *v], [0.875, 1, 0.3, 0.09])


@pytest.mark.parametrize("beta", [-0.1, 1.0, 1.5, math.nan])
def test_a_beta_that_is_no_share_is_refused(beta):
    x = np.ones(2)
    with pytest.raises(ValueError, match=r"in \[0, 1\)"):
        REFERENCE["momentum_step"](x, x, x, learning_rate=0.1, beta=beta, nesterov=True)
    with pytest.raises(ValueError, match=r"in \[0, 1\)"):
        REFERENCE["rmsprop_step"](x, x, x, learning_rate=0.1, beta=beta, eps=1e-8)


def test_an_eps_of_0_a_count_below_0_and_a_negative_decay_are_refused():
    x = np.ones(2)
    with pytest.raises(ValueError, match="eps must be above 0"):
        REFERENCE["rmsprop_step"](x, x, x, learning_rate=0.1, beta=0.9, eps=0.0)
    with pytest.raises(ValueError, match="0 or more, got -1"):
        REFERENCE["adam_step"](x, x, -1, x, x, **USUAL)
    with pytest.raises(ValueError, match="0 or more, got -1"):
        REFERENCE["adamw_step"](x, x, -1, x, x, **USUAL, weight_decay=0.1)
    with pytest.raises(ValueError, match="weight_decay must be 0 or more"):
        REFERENCE["adamw_step"](x, x, 0, x, x, **USUAL, weight_decay=-0.1)


# Right answers that look otherwise


def momentum_step_by_copies(theta, g, v, *, learning_rate, beta, nesterov):
    if beta < 0 or beta >= 1:
        raise ValueError("beta")
    velocity = v.astype(float)
    velocity *= beta
    velocity += g
    theta = theta - learning_rate * velocity if not nesterov else theta - learning_rate * g
    return theta - nesterov * learning_rate * beta * velocity, velocity


def rmsprop_step_by_a_difference(theta, g, v, *, learning_rate, beta, eps):
    if not (0 <= beta < 1 and eps > 0):
        raise ValueError("beta or eps")
    v = v + (1 - beta) * (g * g - v)
    return [theta - g * (learning_rate / (v**0.5 + eps)), v]


def adam_step_by_one_rate(theta, g, t, m, v, *, learning_rate, beta1, beta2, eps):
    """The paper's section 2, with its epsilon-hat chosen so that it is algorithm 1."""
    if t < 0:
        raise ValueError("t")
    m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (np.square(g) - v)
    root = math.sqrt(1 - beta2 ** (t + 1))
    rate = learning_rate * root / (1 - beta1 ** (t + 1))
    return theta - rate * m / (np.sqrt(v) + eps * root), t + 1, m, v


def adamw_step_by_hand(theta, g, t, m, v, *, learning_rate, beta1, beta2, eps, weight_decay):
    if t < 0 or weight_decay < 0:
        raise ValueError("t or weight_decay")
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    d = m / (1 - beta1 ** (t + 1)) / (np.sqrt(v / (1 - beta2 ** (t + 1))) + eps)
    return (1 - learning_rate * weight_decay) * theta - learning_rate * d, t + 1, m, v


@pytest.mark.parametrize(
    "function",
    [
        momentum_step_by_copies,
        rmsprop_step_by_a_difference,
        adam_step_by_one_rate,
        adamw_step_by_hand,
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
