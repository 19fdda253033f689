"""The exercises to 3.2: the reference against the library, and right answers of other hands."""

from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import build, split_keywords
from course_lib.optimizers import sgd
from course_lib.training import descend

HOUSE = Path(__file__).parents[2]
SLUG = "03_2_the_algorithm"
NAMES = ["initialize", "gradient_descent", "should_stop"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(build(case.arguments)), case.expected[0].data


@pytest.mark.parametrize(("hidden", "units"), [("relu", 90), ("tanh", 100)])
def test_a_deep_network_keeps_its_signal_with_these_weights(hidden, units):
    """The reason of both rules: after 20 layers a signal of size 1 is still near 1.

    Glorot's rule promises that for small signals through tanh, where tanh is the identity.
    """
    rng = np.random.default_rng(5)
    small = 1.0 if hidden == "relu" else 1e-3
    signal = small * rng.normal(size=(200, units))
    for _ in range(20):
        z = signal @ REFERENCE["initialize"](units, units, hidden=hidden, rng=rng)
        signal = np.maximum(z, 0) if hidden == "relu" else np.tanh(z)
    kept = np.sqrt(2 * np.mean(signal**2) if hidden == "relu" else np.mean(signal**2))
    assert 0.3 < kept / small < 3.0


def test_descent_stops_where_the_librarys_meets_the_tolerance():
    for (loss_and_gradient, theta), settings, (place, steps) in value_cases("gradient_descent"):
        optimizer = sgd(learning_rate=settings["eta"])
        most = settings["max_steps"]
        taken = 0
        for step in descend(loss_and_gradient, theta, optimizer=optimizer, steps=most):
            if step.gradient_norm <= settings["tolerance"]:
                break
            theta, taken = step.theta, taken + 1
        assert steps == taken
        np.testing.assert_allclose(place, theta, rtol=1e-12, atol=1e-300)


def test_patience_counts_the_looks_since_the_last_new_best():
    """Counted look by look, as a training loop would."""
    rng = np.random.default_rng(7)
    for _ in range(300):
        losses = rng.integers(0, 8, size=rng.integers(1, 12)) / 4
        patience, min_delta = int(rng.integers(1, 5)), float(rng.choice([0.0, 0.25, 0.6]))
        best_before = [np.inf, *np.minimum.accumulate(losses)[:-1]]
        stop = len(losses) > patience and all(
            loss >= best_before[len(losses) - patience] - min_delta for loss in losses[-patience:]
        )
        told = REFERENCE["should_stop"](losses, patience=patience, min_delta=min_delta)
        assert told is bool(stop)


def test_a_run_that_has_become_nan_is_stopped():
    assert REFERENCE["should_stop"](np.array([1.0, np.nan, np.nan]), patience=2)


def test_the_examples_of_the_text_are_true():
    f = REFERENCE
    W = f["initialize"](800, 100, hidden="relu", rng=np.random.default_rng(0))
    assert W.std() == pytest.approx(0.05, rel=0.02)
    place, steps = f["gradient_descent"](
        lambda theta: (theta @ theta / 2, theta), np.array([8.0]),
        eta=0.5, tolerance=1.5, max_steps=10,
    )  # fmt: skip
    assert (place.tolist(), steps) == ([1.0], 3)
    stop = f["should_stop"]
    assert stop(np.array([5, 3, 4, 3]), patience=2)
    assert not stop(np.array([5, 4, 3, 4]), patience=2)
    assert not stop(np.array([5, 6]), patience=2)


def test_bad_input_is_refused():
    f, rng = REFERENCE, np.random.default_rng(0)
    for d_in, d_out, hidden in ((0, 2, "relu"), (2, 0, "tanh"), (2, 2, "sigmoid")):
        with pytest.raises(ValueError, match="see the task"):
            f["initialize"](d_in, d_out, hidden=hidden, rng=rng)
    for eta, steps in ((0.0, 3), (-1.0, 3), (0.1, -1)):
        with pytest.raises(ValueError, match="see the task"):
            f["gradient_descent"](sum, np.ones(2), eta=eta, tolerance=0.1, max_steps=steps)
    for patience in (0, -2):
        with pytest.raises(ValueError, match="patience must be 1 or more"):
            f["should_stop"](np.ones(3), patience=patience)


# Right answers that look otherwise


def initialize_by_a_uniform_draw(d_in, d_out, *, hidden, rng):
    if d_in < 1 or d_out < 1:
        raise ValueError("sizes")
    if hidden not in {"relu", "tanh"}:
        raise ValueError("hidden")
    a = np.sqrt(6 / d_in) if hidden == "relu" else np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-a, a, size=(d_in, d_out))


def initialize_by_columns(d_in, d_out, *, hidden, rng):
    variance = {"relu": lambda: 2 / d_in, "tanh": lambda: 2 / (d_in + d_out)}
    if d_in <= 0 or d_out <= 0 or hidden not in variance:
        raise ValueError("refused")
    columns = [rng.standard_normal(d_in) * variance[hidden]() ** 0.5 for _ in range(d_out)]
    return np.stack(columns, axis=1)


def gradient_descent_by_while(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    if eta <= 0:
        raise ValueError("eta")
    if max_steps < 0:
        raise ValueError("max_steps")
    place, steps = np.array(theta, dtype=float), 0
    g = loss_and_gradient(place)[1]
    while steps < max_steps and np.sqrt(np.sum(g**2)) > tolerance:
        place -= eta * g
        g = loss_and_gradient(place)[1]
        steps += 1
    return [place, steps]


def should_stop_by_loop(losses, *, patience, min_delta=0.0):
    if patience < 1:
        raise ValueError("patience")
    if len(losses) <= patience:
        return False
    best = losses[0]
    for loss in losses[: len(losses) - patience]:
        best = min(best, loss)
    return all(not loss < best - min_delta for loss in losses[len(losses) - patience :])


@pytest.mark.parametrize(
    "function",
    [
        initialize_by_a_uniform_draw,
        initialize_by_columns,
        gradient_descent_by_while,
        should_stop_by_loop,
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
