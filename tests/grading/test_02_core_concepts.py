"""The exercises to 2: the reference against the library, and right answers of other hands."""

from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib import losses
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.landscapes import beale

HOUSE = Path(__file__).parents[2]
SLUG = "02_core_concepts"
NAMES = ["mse", "binary_cross_entropy", "numerical_gradient"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")


@pytest.mark.parametrize("name", ["mse", "binary_cross_entropy"])
def test_the_losses_are_the_librarys(name):
    library = getattr(losses, name)
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            loss, gradient = library(*case.arguments)
            np.testing.assert_allclose(case.expected[0].data[0], loss)
            np.testing.assert_allclose(case.expected[0].data[1], gradient, atol=1e-15)


def test_the_numerical_gradient_is_the_derivative():
    for theta in (np.array([0.5, -0.75]), np.array([2, 1])):
        _, gradient = beale().loss_and_gradient(theta)
        found = REFERENCE["numerical_gradient"](beale().loss, theta)
        np.testing.assert_allclose(found, gradient, rtol=1e-7, atol=1e-7)


def test_the_examples_of_the_text_are_true():
    Y_pred, Y = np.array([[3, 1], [0, 2]]), np.array([[1, 1], [0, 3]])
    loss, gradient = REFERENCE["mse"](Y_pred, Y)
    assert (loss, gradient.tolist()) == (2.5, [[2, 0], [0, -1]])
    Z, Y = np.array([[0.0], [1000.0]]), np.array([[1.0], [0.0]])
    loss, gradient = REFERENCE["binary_cross_entropy"](Z, Y)
    assert loss == pytest.approx((1000 + np.log(2)) / 2)
    assert round(loss, 4) == 500.3466
    assert gradient.tolist() == [[-0.25], [0.5]]
    f = REFERENCE["numerical_gradient"]
    found = f(lambda theta: theta[0] ** 2 + 3 * theta[1], np.array([2.0, 5.0]))
    np.testing.assert_allclose(found, [4, 3], atol=1e-9)


def test_bad_input_is_refused():
    column, row = np.ones((3, 1)), np.ones((1, 3))
    with pytest.raises(ValueError, match="must both be"):
        REFERENCE["mse"](column, row)
    for Y in (row, -column, 2 * column):
        with pytest.raises(ValueError, match="must fit"):
            REFERENCE["binary_cross_entropy"](column, Y)
    for h in (0.0, -1e-5):
        with pytest.raises(ValueError, match="above 0"):
            REFERENCE["numerical_gradient"](sum, np.ones(2), h=h)


# Right answers that look otherwise


def mse_by_loop(Y_pred, Y):
    if np.shape(Y_pred) != np.shape(Y):
        raise ValueError("shapes")
    N, m = Y.shape
    loss, gradient = 0.0, np.zeros((N, m))
    for s in range(N):
        for j in range(m):
            error = float(Y_pred[s, j]) - float(Y[s, j])
            loss += error * error / N
            gradient[s, j] = 2 * error / N
    return [loss, gradient]


def binary_cross_entropy_by_logaddexp(Z, Y):
    if Z.shape != Y.shape or not np.all((Y >= 0) & (Y <= 1)):
        raise ValueError("refused")
    loss = np.mean(np.sum(Y * np.logaddexp(0, -Z) + (1 - Y) * np.logaddexp(0, Z), axis=1))
    return float(loss), (np.exp(-np.logaddexp(0, -Z)) - Y) / Z.shape[0]


def numerical_gradient_by_copies(loss, theta, *, h=1e-5):
    if h <= 0:
        raise ValueError("refused")
    slopes = []
    for i in range(len(theta)):
        above, below = theta.astype(float), theta.astype(float)
        above[i] += h
        below[i] -= h
        slopes.append((loss(above) - loss(below)) / (above[i] - below[i]))
    return np.array(slopes)


@pytest.mark.parametrize(
    "function", [mse_by_loop, binary_cross_entropy_by_logaddexp, numerical_gradient_by_copies]
)
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = function.__name__.rpartition("_by_")[0]
    cases = CASES.find(name)
    if seed is not None:
        spec = {f.name: f for f in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
        cases = fresh_cases(spec[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary
