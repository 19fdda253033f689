"""The exercises to 1: the reference against the library, and right answers of other hands."""

from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.activations import sigmoid
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.mlp import MLP

HOUSE = Path(__file__).parents[2]
SLUG = "01_background"
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", ["neuron", "choose_degree"])
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")


def test_the_neuron_is_a_network_without_a_hidden_layer():
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(5, 3)), rng.normal(size=3)
    library = MLP((3, 1), output="sigmoid", loss="mse").predict(np.append(w, 0.7), X)
    np.testing.assert_allclose(REFERENCE["neuron"](X, w, 0.7, sigmoid), library[:, 0])


def test_the_choice_is_the_one_that_a_sorted_list_begins_with():
    for case in CASES.find("choose_degree").cases:
        if case.expected[0].kind == "value":
            degrees, _, validation = case.arguments
            pairs = [(v, d) for v, d in zip(validation, degrees, strict=True) if v == v]
            assert case.expected[0].data == sorted(pairs)[0][1]


def test_the_examples_of_the_text_are_true():
    X, w = np.array([[1, 2], [0, 1]]), np.array([2, -1])
    assert REFERENCE["neuron"](X, w, 3, np.square).tolist() == [9, 4]
    degrees, given = np.array([1, 3, 9]), np.array([0.4, 0.2, 0.1])
    assert REFERENCE["choose_degree"](degrees, given, np.array([0.5, 0.3, 0.7])) == 3


def test_bad_input_is_refused():
    X, w = np.ones((3, 2)), np.ones(2)
    for bad_X, bad_w in ((X[0], w), (X, w[:, None]), (X, np.ones(3))):
        with pytest.raises(ValueError, match="must be"):
            REFERENCE["neuron"](bad_X, bad_w, 0.0, np.tanh)
    three, failed = np.array([1.0, 2.0, 3.0]), np.full(3, np.nan)
    for arguments in ((three, three[:2], three), (three, three, three[:2]), (three, three, failed)):
        with pytest.raises(ValueError, match="one shape"):
            REFERENCE["choose_degree"](*arguments)


# Right answers that look otherwise


def neuron_by_loop(X, w, b, f):
    if X.ndim != 2 or w.ndim != 1:
        raise ValueError("shapes")
    sums = []
    for row in X:
        total = b
        for x_i, w_i in zip(row, w, strict=True):
            total += x_i * w_i
        sums.append(total)
    return np.array([f(np.array(z)) for z in sums])


def choose_degree_by_loop(degrees, given, validation):
    if not len(degrees) == len(given) == len(validation):
        raise ValueError("lengths")
    best = None
    for degree, loss in sorted(zip(degrees, validation, strict=True)):
        if not np.isnan(loss) and (best is None or loss < best[1]):
            best = degree, loss
    if best is None:
        raise ValueError("every fit failed")
    return int(best[0])


@pytest.mark.parametrize("function", [neuron_by_loop, choose_degree_by_loop])
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = function.__name__.rpartition("_by_")[0]
    cases = CASES.find(name)
    if seed is not None:
        spec = {f.name: f for f in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
        cases = fresh_cases(spec[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary
