"""The exercises to 5.3: the reference against independent oracles, and answers of other hands."""

from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.gradient_check import numerical_gradient
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.landscapes import beale

HOUSE = Path(__file__).parents[2]
SLUG = "05_3_interpretability"
NAMES = ["saliency", "integrated_gradients"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
SALIENCY, INTEGRATED = (REFERENCE[name] for name in NAMES)


def logit(x, W1, b1, W2, b2, c):
    return (np.tanh(x @ W1 + b1) @ W2 + b2)[c]


def cube(x):
    return (x**3).sum(), 3 * x**2


def test_the_saliency_is_the_logits_gradient_by_differences():
    compared = 0
    for case in CASES.find("saliency").cases:
        if case.expected[0].kind == "value":
            x, *rest = case.arguments
            differences = numerical_gradient(lambda x, rest=rest: logit(x, *rest), x.astype(float))
            np.testing.assert_allclose(case.expected[0].data, differences, atol=1e-7)
            compared += 1
    assert compared > 10


def test_the_gap_of_a_cube_is_that_of_the_midpoint_rule():
    """From 0 to h the midpoints of K steps give h³ (1 - 1/(4K²)) for the integral h³ of 3x²."""
    for steps in (1, 2, 5, 40):
        A, gap = INTEGRATED(cube, np.array([2.0, -1.0]), np.zeros(2), steps=steps)
        missing = 1 - 1 / (4 * steps**2)
        np.testing.assert_allclose(A, (8 * missing, -missing), rtol=1e-12)
        assert gap == pytest.approx(-7 / (4 * steps**2))


def test_attributions_are_complete_from_any_baseline_in_the_limit():
    f = beale().loss_and_gradient
    x, baseline = np.array([0.5, -0.7]), np.array([-0.3, 0.4])
    A, gap = INTEGRATED(f, x, baseline, steps=2000)
    assert A.sum() == pytest.approx(f(x)[0] - f(baseline)[0], abs=1e-5)
    coarse = INTEGRATED(f, x, baseline, steps=200)[1]
    assert coarse / gap == pytest.approx(100, rel=0.01)


def test_an_input_that_equals_its_baseline_has_no_share():
    A, _ = INTEGRATED(cube, np.array([2.0, 3.0]), np.array([1.0, 3.0]), steps=7)
    assert A[1] == 0


def test_the_examples_of_the_text_are_true():
    network = (
        np.zeros(2), np.array([[1.0], [2.0]]), np.zeros(1), np.array([[3.0, -1.0]]), np.full(2, 5.0)
    )  # fmt: skip
    np.testing.assert_allclose(SALIENCY(*network, 0), (3, 6))
    np.testing.assert_allclose(SALIENCY(*network, 1), (-1, -2))
    for steps, share, gap in ((1, 6.0, -2.0), (2, 7.5, -0.5)):
        A, missed = INTEGRATED(cube, np.array([2.0]), np.zeros(1), steps=steps)
        np.testing.assert_allclose((*A, missed), (share, gap))


def test_bad_input_is_refused():
    network = np.ones(2), np.ones((2, 3)), np.ones(3), np.ones((3, 4)), np.ones(4)
    for c in (-1, 4):
        with pytest.raises(ValueError, match="no class"):
            SALIENCY(*network, c)
    with pytest.raises(ValueError, match="1 or more"):
        INTEGRATED(cube, np.ones(2), np.zeros(2), steps=0)


# Right answers that look otherwise


def saliency_by_a_jacobian(x, W1, b1, W2, b2, c):
    if c not in range(W2.shape[1]):
        raise ValueError("no such class")
    z = b1 + W1.T @ x
    return (W1 * (1 / np.cosh(z) ** 2) @ W2)[:, c]


def integrated_gradients_by_a_running_sum(value_and_gradient, x, baseline, *, steps):
    if steps <= 0:
        raise ValueError("steps")
    total, gap = 0.0, value_and_gradient(baseline)[0] - value_and_gradient(x)[0]
    for alpha in np.linspace(1 - 0.5 / steps, 0.5 / steps, steps):  # from x back
        _, g = value_and_gradient(alpha * x + (1 - alpha) * baseline)
        total = total + (x - baseline) * g / steps
    return [total, gap + float(sum(total))]


@pytest.mark.parametrize(
    "function", [saliency_by_a_jacobian, integrated_gradients_by_a_running_sum]
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary


# Wrong answers that are right nearly everywhere, and are no slip of their own


@pytest.mark.parametrize(
    "exists",
    [
        lambda c, h, k: 0 <= c < min(h, k),
        lambda c, h, k: 0 <= c < h,
        lambda c, h, k: 0 <= c < min(3, k),
        lambda c, h, k: 0 <= c < 3,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_bound_of_the_class_other_than_k_is_found(exists, seed):
    def saliency(x, W1, b1, W2, b2, c):
        if not exists(c, len(b1), len(b2)):
            raise ValueError("no such class")
        return W1 @ (W2[:, c] * (1 - np.tanh(x @ W1 + b1) ** 2))

    cases = CASES.find("saliency")
    if seed is not None:
        cases = fresh_cases(SPEC["saliency"], SALIENCY, seed)
    assert verdict_on(saliency, cases).points == 0
