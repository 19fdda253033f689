"""The exercises to 4: the reference against other sources, and right answers of other hands."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.datasets import xor
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords
from course_lib.mlp import MLP
from course_lib.optimizers import sgd
from course_lib.training import descend

HOUSE = Path(__file__).parents[2]
SLUG = "04_worked_example"
NAMES = ["diagnose", "separating_line_or_none", "train_xor"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
SPEC = {f.name: f for f in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
X, Y, _ = xor()


def fresh(name, seed):
    return fresh_cases(SPEC[name], REFERENCE[name], seed)


def right_trace():
    """One sample of one feature, x = 1 and y = 1, from w = 0 and b = 0, worked out by hand."""
    half = np.array([[0.5]])
    values = {"X": np.array([[1]]), "y": np.array([[1]]), "w": 0 * half, "b": 0.0, "eta": 1.0}
    values |= {"z": 0 * half, "p": half, "loss": 0.6931, "dw": -half, "db": -0.5}
    return values | {"w_new": half, "b_new": 0.5}


def diagnose(values):
    return REFERENCE["diagnose"](list(values.items()))


def test_no_statement_of_a_right_program_is_blamed():
    assert diagnose(right_trace()) == []


@pytest.mark.parametrize("name", ["z", "p", "loss", "dw", "db", "w_new", "b_new"])
def test_a_changed_value_puts_its_statement_at_fault_and_those_that_read_it(name):
    """Changing one value alone: its own statement is wrong, and so is whoever reads it."""
    readers = {"z": ["p"], "p": ["loss", "dw", "db"], "dw": ["w_new"], "db": ["b_new"]}
    trace = right_trace()
    trace[name] = trace[name] + 0.25
    assert diagnose(trace) == [name, *readers.get(name, [])]


def test_the_articles_program_has_two_faults():
    trace = right_trace() | {"loss": 0.25}
    for name in ("dw", "db", "w_new", "b_new"):
        del trace[name]
    assert diagnose(trace) == ["loss", "dw"]


def test_rounding_to_four_decimals_is_no_fault_and_two_thousandths_are():
    assert diagnose(right_trace() | {"loss": 0.6941}) == []
    assert diagnose(right_trace() | {"loss": 0.6955}) == ["loss"]


def test_every_statement_is_at_fault_in_some_case_and_in_none_of_others():
    blamed = [case.expected[0].data for case in CASES.find("diagnose").cases]
    for name in ("z", "p", "loss", "dw", "db", "w_new", "b_new"):
        assert [name] in blamed
    assert [] in blamed
    assert ["loss", "dw"] in blamed


def separable(points, labels):
    """Ask every line through two points, turned a little about each place between and beside them.

    A line that separates strictly can be moved until it touches two points; so one that is nearly
    that line separates. Independent of differences and right angles.
    """
    if len(set(labels.tolist())) == 1:
        return True
    signs = np.where(labels == 1, 1, -1)
    angles = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    sums = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ points.T  # (angles, m)
    low = np.where(signs == 1, sums, np.inf).min(axis=1)
    high = np.where(signs == -1, sums, -np.inf).max(axis=1)
    return bool(np.max(low - high) > 1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_a_line_is_found_exactly_where_some_direction_of_20000_leaves_room(seed):
    for case in fresh("separating_line_or_none", seed).cases:
        if case.expected[0].kind != "raises":
            exists = case.expected[0].data[2]
            assert separable(*case.arguments) == exists, case.arguments


def test_fourteen_of_the_sixteen_functions_of_two_bits_have_a_line():
    points = X.astype(int)
    columns = list(product((0, 1), repeat=4))
    found = {c: REFERENCE["separating_line_or_none"](points, np.array(c)) for c in columns}
    assert [c for c in columns if found[c] is None] == [(0, 1, 1, 0), (1, 0, 0, 1)]
    for column in found:
        if found[column] is not None:
            w, b = found[column]
            assert ((points @ w + b > 0) == np.array(column)).all()
            assert (points @ w + b != 0).all()


def flat(weights):
    return np.concatenate([np.ravel(weight) for weight in weights]).astype(float)


def test_train_xor_is_the_librarys_descent():
    for case in CASES.find("train_xor").cases:
        weights, settings = split_keywords(case.arguments)
        if case.expected[0].kind != "value" or not settings["steps"]:
            continue
        net = MLP((2, len(weights[1]), 1), output="sigmoid", loss="binary_cross_entropy")
        batches = [(X, Y)] * settings["steps"]
        optimizer = sgd(learning_rate=float(settings["eta"]) or 1e-300)
        *_, last = descend(net.loss_and_gradient, flat(weights), batches, optimizer=optimizer)
        np.testing.assert_allclose(flat(case.expected[0].data), last.theta, atol=1e-12)


def test_many_steps_are_judged_by_where_they_lead():
    kinds = [case.expected[0].kind for case in CASES.find("train_xor").cases]
    assert kinds.count("loss_below") == 1


def test_the_examples_of_the_text_are_true():
    line = REFERENCE["separating_line_or_none"]
    w, b = line(np.array([[0, 0], [2, 0]]), np.array([0, 1]))
    assert (w.tolist(), b) == ([2, 0], -2.0)
    assert line(np.array([[0, 0], [2, 0]]), np.array([1, 1]))[1] == 1.0
    assert line(X.astype(int), Y.ravel()) is None

    train = REFERENCE["train_xor"]
    W1, b1, none = np.zeros((2, 1)), np.zeros(1), np.zeros((1, 1))
    same = train(W1, b1, none + 2, b1, eta=1, steps=1)
    assert [part.item(0) for part in same] == [0, 0, 2, 0]
    moved = train(W1, b1, none, np.ones(1), eta=1, steps=1)
    assert [round(part.item(0), 4) for part in moved] == [0, 0, 0, 0.7689]

    wrong = right_trace() | {"loss": 0.25, "w_new": np.array([[-0.5]])}
    assert diagnose(wrong) == ["loss", "w_new"]


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="2 points and 3 labels"):
        REFERENCE["separating_line_or_none"](np.zeros((2, 2)), np.zeros(3))
    start = np.zeros((2, 1)), np.zeros(1), np.zeros((1, 1)), np.zeros(1)
    for settings in ({"eta": -1, "steps": 1}, {"eta": 1, "steps": -1}):
        with pytest.raises(ValueError, match="must not be negative"):
            REFERENCE["train_xor"](*start, **settings)


# Right answers that look otherwise


def diagnose_by_cases(trace):
    v = dict(trace)

    def wrong(name, value):
        got = np.asarray(v[name])
        value = np.asarray(value)
        if got.shape != value.shape:
            return True
        apart = np.abs(got - value) > 1.5e-3
        return bool((apart | (np.isnan(got) != np.isnan(value))).any())

    rules = [
        ("z", lambda: v["b"] + np.sum(v["X"] * v["w"].ravel(), axis=1, keepdims=True)),
        ("p", lambda: np.exp(-np.logaddexp(0, -v["z"]))),
        ("loss", lambda: np.mean(-np.log(np.where(v["y"] == 1, v["p"], 1 - v["p"])))),
        ("dw", lambda: np.mean(v["X"] * (v["p"] - v["y"]), axis=0)[:, None]),
        ("db", lambda: np.mean(v["p"] - v["y"])),
        ("w_new", lambda: v["w"] - v["eta"] * v["dw"]),
        ("b_new", lambda: v["b"] - v["eta"] * v["db"]),
    ]
    faulty = ()
    for name, value in rules:
        if name not in v:
            return (*faulty, name)
        if wrong(name, value()):
            faulty += (name,)
    return faulty


def separating_line_or_none_by_perceptron(points, labels):
    """Rosenblatt's rule with whole numbers, seen from the first point: the margin is not tiny."""
    if len(points) != len(labels):
        raise ValueError
    X1 = [(int(x), int(y), 1) for x, y in points - points[0]]
    signs = [1 if label else -1 for label in labels]
    w = [0, 0, 0]
    for _ in range(3000):
        mistakes = 0
        for x, sign in zip(X1, signs, strict=True):
            if sign * sum(a * b for a, b in zip(w, x, strict=True)) <= 0:
                w = [a + sign * b for a, b in zip(w, x, strict=True)]
                mistakes += 1
        if not mistakes:
            return [float(w[0]), float(w[1])], float(w[2] - w[:2] @ points[0])
    return None


def train_xor_by_library(W1, b1, W2, b2, *, eta, steps):
    if eta < 0 or steps < 0:
        raise ValueError
    net = MLP((2, len(b1), 1), output="sigmoid", loss="binary_cross_entropy")
    theta = flat((W1, b1, W2, b2))
    for _ in range(steps):
        theta = theta - eta * net.loss_and_gradient(theta, X, Y)[1]
    (W1, b1), (W2, b2) = net.layers(theta)
    return [W1, b1, W2, b2]


@pytest.mark.parametrize(
    "function", [diagnose_by_cases, separating_line_or_none_by_perceptron, train_xor_by_library]
)
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = function.__name__.rpartition("_by_")[0]
    cases = CASES.find(name) if seed is None else fresh(name, seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary
