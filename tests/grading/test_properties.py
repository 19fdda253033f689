"""Named properties, each with what has it and what has not."""

import dataclasses

import numpy as np
import pytest
from grading.made_up import DOUBLE, verdict_on

from course_lib.grading.cases import Case, Expectation, Tolerance
from course_lib.grading.properties import PROPERTIES
from course_lib.grading.values import Build

X = np.arange(8.0).reshape(4, 2)
Y = np.arange(4)
NORMAL = ((1000,), 0.0, 2.0, -np.inf, np.inf)
DRAWS = np.random.default_rng(0).normal(size=1000) * 2
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
    ("every_sample_once", (X, Y), [(X[[3, 0]], Y[[3, 0]]), (X[[1, 2]], Y[[1, 2]])]),
    ("loss_below", (BOWL, 0.01), np.array([0.1, 0.0])),
    ("drawn_from", NORMAL, DRAWS),
    ("drawn_from", NORMAL, -DRAWS[::-1]),
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
    ("loss_below", (BOWL, 0.01), np.array([1.0, 0.0]), "0.5; expected below 0.01"),
    ("loss_below", (BOWL, 0.01), np.array([np.nan, 0.0]), "NaN"),
    ("drawn_from", NORMAL, DRAWS / 2, "spread"),
    ("drawn_from", NORMAL, DRAWS + 1, "mean"),
    ("drawn_from", NORMAL, DRAWS[:10], "shape"),
    ("drawn_from", NORMAL, 1.0, "expected an array"),
    ("drawn_from", ((1000,), 0.0, 2.0, -3.0, 3.0), DRAWS, "outside"),
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
