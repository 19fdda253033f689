"""Named properties, each with what has it and what has not."""

import dataclasses

import numpy as np
import pytest
from grading.made_up import DOUBLE, verdict_on

from course_lib.grading.cases import Case, Expectation, Tolerance
from course_lib.grading.properties import BESIDE_ANOTHER, PROPERTIES
from course_lib.grading.values import Build

X = np.arange(8.0).reshape(4, 2)
Y = np.arange(4)
NORMAL = ((1000,), 0.0, 2.0, -np.inf, np.inf)
DRAWS = np.random.default_rng(0).normal(size=1000) * 2
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND = (CORNERS, np.array([0, 0, 0, 1]), True)
XOR = (CORNERS, np.array([0, 1, 1, 0]), False)
NEURON = (
    Build("course_lib.mlp:MLP().loss_and_gradient", (("sizes", (2, 1)),)),
    0.1,
    CORNERS,
    np.array([[0], [1], [1], [2]]),
)
PAIRS = [((3, 2), (3,)), ((1, 2), (1,))]
FEW = f"expected {len(PAIRS)}, of 3, 1 samples"
MANY = np.arange(30.0)[:, None]
BOWL = Build("course_lib.landscapes:quadratic().loss", (("kappa", 1.0),))

HOLDS = [
    ("norm_at_most", 5.0, np.array([3.0, 4.0])),
    ("norm_at_most", 5.0, [np.array([3.0]), np.array([[4.0]])]),
    ("norm_at_most", 0.0, np.zeros(3)),
    ("same_direction", np.array([1.0, -2.0]), np.array([0.1, -0.2])),
    ("same_direction", np.zeros(2), np.zeros(2)),
    ("same_direction", (np.ones(1), np.ones(2)), (np.full(1, 0.5), np.full(2, 0.5))),
    ("between", (0.0, 1.0), np.array([0.0, 0.5, 1.0])),
    ("between", (np.array([0.0, 2.0]), np.array([0.0, 3.0])), np.array([0.0, 2.5])),
    ("every_sample_once", X, [X[2:], X[:2]]),
    ("every_sample_once", (X, Y), [(X, Y), (X[:0], Y[:0])]),
    ("every_sample_once", (X, Y), [(X[[3, 0]], Y[[3, 0]]), (X[[1, 2]], Y[[1, 2]])]),
    ("batches_of_shapes", PAIRS, [(X[:3], Y[:3]), (X[3:], Y[3:])]),
    ("batches_of_shapes", PAIRS, ([X[[0, 0, 0]], Y[1:]], [X[:1], Y[:1]])),
    ("well_shuffled", (X, Y), [(X[[2, 0]], Y[[2, 0]]), (X[[3, 1]], Y[[3, 1]])]),
    ("well_shuffled", MANY, [MANY[::7], MANY[1::7]]),
    ("well_shuffled", (X, Y), X),
    ("well_shuffled", (X, Y), 3.0),
    ("well_shuffled", X, []),
    ("well_shuffled", X, [X[:1]]),
    ("well_shuffled", X, [X + 0.5]),
    ("loss_below", (BOWL, 0.01), np.array([0.1, 0.0])),
    ("loss_below", NEURON, (np.ones((2, 1)), np.zeros(1))),
    ("separates", AND, (np.array([1, 1]), -1.5)),
    ("separates", AND, [[20.0, 20.0], np.array([-30.0])]),
    ("separates", (CORNERS, np.ones(4), True), (np.zeros(2), 1)),
    ("separates", XOR, None),
    ("drawn_from", NORMAL, DRAWS),
    ("drawn_from", NORMAL, -DRAWS[::-1]),
    ("moves_by", (np.array([1.0, 2.0]), 0.1), (np.array([0.9, 2.1]), 1)),
    ("moves_by", (np.array([1.0, 2.0]), np.array([0.5, 0.0])), np.array([1.5, 2.0])),
]
FAILS = [
    ("norm_at_most", 5.0, np.array([3.0, 4.1]), "Its norm is 5.08035"),
    ("norm_at_most", 5.0, np.array([np.nan]), "NaN"),
    ("norm_at_most", 5.0, "text", "expected numbers"),
    ("norm_at_most", 5.0, [], "expected numbers"),
    ("same_direction", np.array([1.0, -2.0]), np.array([1.0, -1.0]), "direction has changed"),
    ("same_direction", np.array([1.0, -2.0]), np.array([-1.0, 2.0]), "other way"),
    ("same_direction", np.array([1.0, -2.0]), np.zeros(2), "zero"),
    ("same_direction", np.zeros(2), np.ones(2), "must be zero"),
    ("same_direction", np.ones(2), np.ones(3), "3 entries; expected 2"),
    ("between", (0.0, 1.0), np.array([0.5, 1.5]), "1.5 lies outside"),
    ("between", (np.zeros(2), np.ones(2)), np.zeros(3), "3 entries"),
    ("every_sample_once", X, [X[:2], X[1:3]], "every sample once"),
    ("every_sample_once", X, [X[:3]], "hold 3 samples; there are 4"),
    ("every_sample_once", (X, Y), [(X, Y[::-1])], "X and Y together"),
    ("every_sample_once", X, X[0, 0], "expected a list of batches"),
    ("every_sample_once", X, [X[:2], 3.0], "do not hold rows"),
    ("every_sample_once", X, [], "do not hold rows"),
    ("batches_of_shapes", PAIRS, X, "array of shape (4, 2)"),
    ("batches_of_shapes", PAIRS, [(X[:3], Y[:3])], f"It returned 1 batch; {FEW}"),
    ("batches_of_shapes", PAIRS, [(X, Y)] * 3, f"It returned 3 batches; {FEW}"),
    ("batches_of_shapes", PAIRS, [X[:3], X[3:]], "Batch 1 is an array"),
    ("batches_of_shapes", PAIRS, [(X[:3], Y[:3]), (X[3:],)], "Batch 2 is"),
    ("batches_of_shapes", PAIRS, [(X[:3], Y[:3]), (X[3:], 3)], "Batch 2 is"),
    ("batches_of_shapes", PAIRS, [(X[:2], Y[:2]), (X[2:], Y[2:])], "Batch 1 of 2"),
    ("batches_of_shapes", PAIRS, [(X[:3], Y[:3]), (X[3:], Y[3])], "Batch 2 is"),
    (
        "batches_of_shapes",
        PAIRS,
        [(X[:3], Y[:3]), (X[3:], Y[3:, None])],
        "expected (1, 2) and (1,).",
    ),
    ("well_shuffled", MANY, [MANY[:20], MANY[20:]], "1 rows of X apart in the mean; a fair"),
    ("well_shuffled", MANY, [MANY[20:], MANY[:20]], "shuffle has about 10"),
    ("well_shuffled", MANY, [MANY[::-1]], "1 rows of X apart"),
    (
        "well_shuffled",
        MANY,
        [MANY[i : i + 6][[3, 1, 5, 0, 4, 2]] for i in range(0, 30, 6)],
        "3.9 r",
    ),
    ("loss_below", (BOWL, 0.01), np.array([1.0, 0.0]), "0.5; expected below 0.01"),
    ("loss_below", (BOWL, 0.01), np.array([np.nan, 0.0]), "NaN"),
    ("loss_below", NEURON, (np.zeros((2, 1)), np.zeros(1)), "1.5; expected below 0.1"),
    ("loss_below", NEURON, np.ones(2), "cannot be computed: theta has shape (2,)"),
    ("separates", AND, (np.array([1, 1]), -2.5), "At [1., 1.], of label 1, w·x + b is -0.5"),
    ("separates", AND, (np.array([1, 1]), -0.5), "At [0., 1.], of label 0, w·x + b is 0.5"),
    ("separates", AND, (np.array([1, 1]), -1), "must be below 0"),
    ("separates", AND, (np.array([0.1, 0.2]), -0.1 - 0.2), "must be above 0"),  # 5e-17
    ("separates", AND, (np.array([-1, -1]), 1.5), "every point on the wrong side"),
    ("separates", AND, (np.array([1, 1]), 1.5), "With -b for b it would"),
    ("separates", XOR, (np.array([1, 1]), -0.5), "must be below 0. No line separates"),
    ("separates", AND, None, "a line separates"),
    ("separates", AND, np.array([1, 1, -1.5]), "expected (w, b)"),
    ("separates", AND, (np.ones(2), "b"), "expected numbers"),
    ("separates", AND, (np.full(2, np.nan), 0.0), "NaN"),
    ("separates", AND, (np.ones(3), 0.0), "w has 3 entries"),
    ("separates", AND, (np.ones(2), np.zeros(4)), "b 4"),
    ("drawn_from", NORMAL, DRAWS / 2, "spread"),
    ("drawn_from", NORMAL, DRAWS + 1, "mean"),
    ("drawn_from", NORMAL, DRAWS[:10], "shape"),
    ("drawn_from", NORMAL, 1.0, "expected an array"),
    ("drawn_from", ((1000,), 0.0, 2.0, -3.0, 3.0), DRAWS, "outside"),
    ("moves_by", (np.ones(2), 0.1), (np.array([0.9, 0.7]), 1), "by 0.3; it must move it by 0.1"),
    ("moves_by", (np.ones(2), np.array([0.1, 0.2])), np.array([0.9, 0.9]), "must move it by 0.2"),
    ("moves_by", (np.ones(2), 0.1), np.full(2, np.nan), "NaN"),
    ("moves_by", (np.ones(2), 0.1), np.full(3, 0.9), "3 entries; expected 2"),
    ("moves_by", (np.ones(2), 0.1), (), "expected numbers"),
]


@pytest.mark.parametrize(("kind", "data", "value"), HOLDS)
def test_a_property_holds(kind, data, value):
    assert PROPERTIES[kind](data, value, Tolerance()) is None


@pytest.mark.parametrize(("kind", "data", "value", "words"), FAILS)
def test_a_property_that_fails_says_how(kind, data, value, words):
    assert words in PROPERTIES[kind](data, value, Tolerance()).sentence


def test_every_property_is_tried_both_ways():
    assert {kind for kind, _, _ in HOLDS} == {kind for kind, *_ in FAILS} == set(PROPERTIES)


def test_a_case_may_ask_for_several_properties():
    """Clipping by norm: at most 1 long, and in the direction of the gradient."""
    g = np.array([3.0, 4.0])
    asked = Expectation("norm_at_most", 1.0), Expectation("same_direction", g)
    cases = dataclasses.replace(DOUBLE, cases=(Case((g,), asked),), returns={"clipped": "(n,)"})
    assert verdict_on(lambda g: g / 5, cases).status == "passed"
    assert "norm" in verdict_on(lambda g: g, cases).diagnosis.sentence
    assert "direction" in verdict_on(lambda g: np.clip(g, -0.5, 0.5), cases).diagnosis.sentence


def test_a_property_says_more_than_that_a_value_is_another():
    """Its sentence goes first where both are wrong, and what was expected still stands beside."""
    asked = Expectation("value", np.full(2, 0.9)), Expectation("moves_by", (np.ones(2), 0.1))
    cases = dataclasses.replace(DOUBLE, cases=(Case((np.ones(2),), asked),), returns={"b": "(n,)"})
    diagnosis = verdict_on(lambda a: a - 0.3, cases).diagnosis
    assert "must move it by 0.1" in diagnosis.sentence
    assert not diagnosis.example.compared[0].right
    assert "shape" in verdict_on(lambda a: a[:, None], cases).diagnosis.sentence


def test_only_a_line_that_is_wrong_everywhere_is_said_to_be():
    problem = PROPERTIES["separates"](AND, (np.array([1, 1]), -2.5), Tolerance())
    assert problem.sentence.endswith("it must be above 0.")


def _twins(seeds, kind, other):
    """Make two cases that differ at most in the seed; the second looks at the first."""
    inputs = [(Build("numpy.random:default_rng()", (("seed", seed),)),) for seed in seeds]
    first = Case(inputs[0], (Expectation("between", (0.0, 1.0)),))
    second = Case(inputs[1], (Expectation(kind, other),))
    return dataclasses.replace(
        DOUBLE, cases=(first, second), parameters={"rng": ""}, returns={"draws": "(n,)"}
    )


@pytest.mark.parametrize(("seeds", "kind"), [((5, 5), "same_as_case"), ((5, 6), "unlike_case")])
def test_a_function_that_draws_from_the_generator_it_is_given_is_right(seeds, kind):
    assert verdict_on(lambda rng: rng.random(9), _twins(seeds, kind, 0)).status == "passed"


def test_random_numbers_of_ones_own_show_in_two_calls_of_one_seed():
    diagnosis = verdict_on(
        lambda rng: np.random.default_rng().random(9), _twins((5, 5), "same_as_case", 0)
    ).diagnosis
    assert diagnosis.failed == 1
    assert "Two calls with generators of the same seed gave two results" in diagnosis.sentence


def test_a_seed_of_ones_own_shows_in_two_calls_of_two_seeds():
    diagnosis = verdict_on(
        lambda rng: np.random.default_rng(0).random(9), _twins((5, 6), "unlike_case", 0)
    ).diagnosis
    assert diagnosis.failed == 1
    assert "of different seeds gave the same result" in diagnosis.sentence


def test_a_case_that_broke_is_not_held_against_another():
    def breaks_once(rng, calls=iter((True, False))):  # noqa: B008
        if next(calls):
            raise ZeroDivisionError
        return np.zeros(3)

    diagnosis = verdict_on(breaks_once, _twins((5, 6), "unlike_case", 0)).diagnosis
    assert diagnosis.failed == 1
    assert diagnosis.stage == "exception"


def test_what_looks_at_two_cases_has_no_name_of_a_property_of_one():
    assert not set(BESIDE_ANOTHER) & set(PROPERTIES)


def test_a_fair_shuffle_is_well_shuffled_whatever_the_seed():
    samples = np.arange(60.0)[:, None]
    for seed in range(500):
        order = np.random.default_rng(seed).permutation(60)
        assert PROPERTIES["well_shuffled"](samples, [samples[order]], Tolerance()) is None
