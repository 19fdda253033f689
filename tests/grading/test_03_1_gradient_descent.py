"""The exercises to 3.1: the reference against descent itself, and right answers of other hands."""

from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from grading.made_up import fresh_cases, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords
from course_lib.optimizers import sgd
from course_lib.symbolic import largest_learning_rate
from course_lib.training import descend

HOUSE = Path(__file__).parents[2]
SLUG = "03_1_gradient_descent"
NAMES = ["gradient_step", "critical_learning_rate", "convergence_rate"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(case.arguments), case.expected[0].data


def descent(H, eta, steps):
    """What the library's descent leaves of an error with a part along every eigenvector."""
    _, vectors = np.linalg.eigh(H)

    def quadratic(theta):
        return theta @ H @ theta / 2, H @ theta

    start = vectors.sum(axis=1)
    run = descend(quadratic, start, optimizer=sgd(learning_rate=eta), steps=steps)
    return np.array([np.linalg.norm(step.theta) for step in run])


def test_a_step_arrives_where_the_librarys_does():
    for (theta, g), settings, expected in value_cases("gradient_step"):
        optimizer = sgd(learning_rate=settings["eta"])
        theta = theta.astype(float)
        arrived, _ = optimizer.step(theta, g.astype(float), optimizer.init(theta))
        np.testing.assert_allclose(expected, arrived, rtol=1e-14)


def test_descent_converges_below_the_critical_rate_and_not_above_it():
    for (H,), _, critical in value_cases("critical_learning_rate"):
        below, above = (descent(H, share * critical, 400) for share in (0.99, 1.01))
        assert below[-1] < 0.01 * below[0]
        assert above[-1] > 1e3 * above[0]


def test_the_critical_rate_is_what_sympy_derives():
    H = sp.Matrix([[5, 2], [2, 3]])
    exact = largest_learning_rate(max(H.eigenvals(), key=float))
    rate = REFERENCE["critical_learning_rate"](np.array(H).astype(float))
    assert rate == pytest.approx(float(exact), rel=1e-12)


def test_the_rate_is_what_descent_leaves_of_the_error_in_the_long_run():
    for (H, eta), _, rho in value_cases("convergence_rate"):
        if 0 < rho < 20:  # where a run of 300 steps neither vanishes nor overflows
            left = descent(H, eta, 301)
            if left[-1] > 1e-250:
                assert (left[300] / left[280]) ** (1 / 20) == pytest.approx(rho, rel=1e-3)


def test_at_the_critical_rate_the_error_neither_grows_nor_shrinks():
    for (H,), _, critical in value_cases("critical_learning_rate"):
        assert REFERENCE["convergence_rate"](H, critical) == pytest.approx(1, abs=1e-12)


def test_the_examples_of_the_text_are_true():
    f, H = REFERENCE, np.array([[2, 0], [0, 50]])
    step = f["gradient_step"](np.array([1, 2]), np.array([10, -4]), eta=0.1)
    np.testing.assert_allclose(step, [0.0, 2.4])
    assert f["critical_learning_rate"](H) == pytest.approx(0.04)
    assert f["critical_learning_rate"](np.array([[1, 0.9], [0.9, 1]])) == pytest.approx(2 / 1.9)
    assert f["convergence_rate"](H, 0.03) == pytest.approx(0.94)
    assert f["convergence_rate"](H, 0.05) == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("theta", "g", "eta"),
    [(np.ones(2), np.ones((2, 1)), 0.1), (np.ones(2), np.ones(2), 0), (np.ones(2), np.ones(2), -1)],
)
def test_a_step_refuses_bad_input(theta, g, eta):
    with pytest.raises(ValueError, match="see the task"):
        REFERENCE["gradient_step"](theta, g, eta=eta)


def test_a_quadratic_without_a_strict_minimum_and_a_rate_of_zero_are_refused():
    for H in (np.array([[1, 2], [2, 1]]), np.zeros((1, 1)), np.diag([2.0, 0.0])):
        with pytest.raises(ValueError, match="no strict minimum"):
            REFERENCE["critical_learning_rate"](H)
    for eta in (0, -0.1):
        with pytest.raises(ValueError, match="eta must be above 0"):
            REFERENCE["convergence_rate"](np.eye(2), eta)


# Right answers that look otherwise


def gradient_step_by_loop(theta, g, *, eta):
    if np.shape(theta) != np.shape(g):
        raise ValueError("shapes")
    if not eta > 0:
        raise ValueError("eta")
    return np.array([theta[i] - eta * g[i] for i in range(len(theta))])


def critical_learning_rate_by_general_eigenvalues(H):
    values = np.linalg.eigvals(H).real
    if np.any(values <= 0):
        raise ValueError("not a minimum")
    return min(2 / value for value in values)


def critical_learning_rate_by_singular_values(H):
    if np.linalg.eigh(H)[0][0] <= 0:
        raise ValueError("not a minimum")
    return 2 / np.linalg.norm(H, 2)


def convergence_rate_by_the_matrix_of_a_step(H, eta):
    if eta <= 0:
        raise ValueError("eta")
    return np.linalg.norm(np.eye(len(H)) - eta * H, 2)


def convergence_rate_by_the_two_ends(H, eta):
    if eta <= 0:
        raise ValueError("eta")
    lambdas = np.sort(np.linalg.eigvals(H).real)
    return float(max(abs(1 - eta * lambdas[0]), abs(1 - eta * lambdas[-1])))


@pytest.mark.parametrize(
    "function",
    [
        gradient_step_by_loop,
        critical_learning_rate_by_general_eigenvalues,
        critical_learning_rate_by_singular_values,
        convergence_rate_by_the_matrix_of_a_step,
        convergence_rate_by_the_two_ends,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = function.__name__.rpartition("_by_")[0]
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary
