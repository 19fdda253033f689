"""The exercises to 3.3: the reference against the library, and right answers of other hands."""

from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.gradient_check import numerical_gradient
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.landscapes import quadratic
from course_lib.losses import half_mse
from course_lib.mlp import MLP

HOUSE = Path(__file__).parents[2]
SLUG = "03_3_gradients"
NAMES = ["mse_gradient", "perceptron_gradient", "mlp_backward", "gradient_check"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield case.arguments, case.expected[0].data


def test_mse_gradient_is_the_librarys():
    for (y, y_target), expected in value_cases("mse_gradient"):
        np.testing.assert_allclose(expected, half_mse(y[None, :], y_target[None, :])[1][0])


@pytest.mark.parametrize("name", ["perceptron_gradient", "mlp_backward"])
def test_the_layers_gradients_are_the_librarys(name):
    for arguments, expected in value_cases(name):
        if name == "perceptron_gradient":
            x, w, b, y_target = arguments
            X, Y, weights = x[None, :], y_target[None, :], (w, b)
            net = MLP(sizes=w.shape, output="relu", loss="half_mse")
        else:
            X, Y, *weights = arguments
            sizes = (X.shape[1], weights[0].shape[1], Y.shape[1])
            net = MLP(sizes=sizes, hidden="tanh", output="identity", loss="half_mse")
        theta = np.concatenate([np.ravel(weight) for weight in weights]).astype(float)
        _, g = net.loss_and_gradient(theta, X, Y)
        np.testing.assert_allclose(np.concatenate([np.ravel(e) for e in expected]), g, atol=1e-14)


def test_the_gradient_check_sees_a_known_fault():
    """At (1, 2) the bowl with κ = 10 has the gradient (1, 20): 0.5 and 3 away from these."""
    loss = quadratic(10.0).loss
    error = REFERENCE["gradient_check"](loss, np.array([1.0, 2.0]), np.array([1.5, 17.0]))
    assert error == pytest.approx(3.0, abs=1e-8)


def test_the_examples_of_the_text_are_true():
    f = REFERENCE
    gradient = f["mse_gradient"](np.array([3, 1]), np.array([1, 2]))
    assert gradient.tolist() == [1.0, -0.5]
    w = np.array([[1, -1], [0, 0]])
    dw, db = f["perceptron_gradient"](np.array([1, 2]), w, np.zeros(2), np.array([0, 1]))
    assert (dw.tolist(), db.tolist()) == ([[0.5, 0], [1, 0]], [0.5, 0])
    one, none = np.ones((1, 1)), np.zeros((1, 1))
    parts = f["mlp_backward"](one, none, none, none[0], 2 * one, one[0])
    assert [part.item() for part in parts] == [2, 2, 0, 1]
    error = f["gradient_check"](lambda theta: theta[0] ** 2, np.array([3.0]), np.array([5.0]))
    assert error == pytest.approx(1.0, abs=1e-9)


def test_bad_input_is_refused():
    f = REFERENCE
    with pytest.raises(ValueError, match="must both be"):
        f["mse_gradient"](np.ones(2), np.ones((2, 1)))
    for theta, g, h in ((np.ones(2), np.ones(1), 1e-5), (np.ones(2), np.ones(2), 0.0)):
        with pytest.raises(ValueError, match="see the task"):
            f["gradient_check"](sum, theta, g, h=h)


# Right answers that look otherwise


def mse_gradient_by_loop(y, y_target):
    if y.shape != y_target.shape:
        raise ValueError("shapes")
    gradient = np.zeros(len(y))
    for j in range(len(y)):
        gradient[j] = -(y_target[j] - y[j]) / len(y)
    return gradient


def perceptron_gradient_by_loop(x, w, b, y_target):
    n, m = w.shape
    dw, db = np.zeros((n, m)), np.zeros(m)
    for j in range(m):
        z = b[j] + sum(w[i, j] * x[i] for i in range(n))
        if z >= 0:  # the other convention at the kink
            db[j] = (max(z, 0.0) - y_target[j]) / m
            dw[:, j] = db[j] * x
    return [dw, db]


def mlp_backward_by_differences(X, Y, *weights):
    def loss(theta):
        W1, b1, W2, b2 = split(theta)
        Y_pred = np.tanh(X @ W1 + b1) @ W2 + b2
        return ((Y - Y_pred) ** 2).sum() / (2 * Y.size)

    def split(theta):
        places = np.cumsum([weight.size for weight in weights])[:-1]
        parts = np.split(theta, places)
        return [part.reshape(w.shape) for part, w in zip(parts, weights, strict=True)]

    theta = np.concatenate([np.ravel(weight) for weight in weights])
    coarse = numerical_gradient(loss, theta, h=2e-3)
    fine = numerical_gradient(loss, theta, h=1e-3)
    return tuple(split((4 * fine - coarse) / 3))  # Richardson: the error falls with h^4


def gradient_check_by_copies(loss, theta, g, *, h=1e-5):
    if h <= 0 or np.shape(theta) != np.shape(g):
        raise ValueError("refused")
    worst = 0.0
    for i in range(len(theta)):
        above, below = theta.astype(float), theta.astype(float)
        above[i] += h
        below[i] -= h
        worst = max(worst, abs((loss(above) - loss(below)) / (above[i] - below[i]) - g[i]))
    return worst


@pytest.mark.parametrize(
    "function",
    [
        mse_gradient_by_loop,
        perceptron_gradient_by_loop,
        mlp_backward_by_differences,
        gradient_check_by_copies,
    ],
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
