"""The exercises to 7: judge and doctor against the lecture's trials, exact numbers, other hands."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords
from course_lib.losses import half_mse

HOUSE = Path(__file__).parents[2]
SLUG = "07_court_of_errata"
NAMES = ["verdict", "diagnose_curve"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
WORDS = ["overflow", "ascending", "stuck", "noisy", "overfitting", "slow", "healthy"]


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(case.arguments), case.expected[0].data


def test_every_word_is_the_answer_to_some_case():
    words = {word for *_, (word, _) in value_cases("verdict")}
    assert words == {"right", "imprecise", "wrong"}
    assert {word for *_, word in value_cases("diagnose_curve")} == set(WORDS)


def test_a_verdict_is_that_of_exact_arithmetic():
    for (claimed, measured), settings, (word, witness) in value_cases("verdict"):
        pairs = [
            (abs(Fraction(float(c)) - Fraction(float(m))), abs(Fraction(float(m))))
            for c, m in zip(claimed, measured, strict=True)
        ]
        held = sum(off <= Fraction(settings["tolerance"]) * size for off, size in pairs)
        assert word == {len(pairs): "right", 0: "wrong"}.get(held, "imprecise")
        assert [off for off, _ in pairs].index(max(off for off, _ in pairs)) == witness


def test_the_judge_condemns_the_articles_gradient_and_acquits_the_derivative():
    x, targets = np.array([3.0, 1.0]), np.array([5.0, -2.0])
    right = np.array([half_mse([[x_i]], [[t]])[1].item() * x_i for x_i, t in zip(x, targets)])  # noqa: B905
    measured = np.array([(x_i - t) * x_i for x_i, t in zip(x, targets, strict=True)])
    judge = REFERENCE["verdict"]
    assert judge((targets - x) * x, measured, tolerance=0.5)[0] == "wrong"
    assert judge(right, measured, tolerance=1e-12)[0] == "right"


def test_a_claim_in_another_unit_has_the_same_verdict():
    for (claimed, measured), settings, result in value_cases("verdict"):
        assert REFERENCE["verdict"](1024 * claimed, 1024 * measured, **settings) == result


def test_losses_in_another_unit_have_the_same_diagnosis():
    for (train, test), _, word in value_cases("diagnose_curve"):
        assert REFERENCE["diagnose_curve"](1024 * train, 1024 * test) == word


def bowl(factor, steps=40):
    return 1 + factor ** (2.0 * np.arange(steps))


@pytest.mark.parametrize(
    ("factor", "word"), [(0.5, "healthy"), (0.99, "slow"), (1.1, "ascending"), (1.0, "stuck")]
)
def test_the_doctor_knows_the_runs_of_a_bowl(factor, word):
    assert REFERENCE["diagnose_curve"](bowl(factor), bowl(factor)) == word


def test_the_doctor_knows_what_was_done_to_a_healthy_run():
    doctor, losses, rng = REFERENCE["diagnose_curve"], bowl(0.5), np.random.default_rng(0)
    assert doctor(losses + 0.2 * rng.random(40), losses) == "noisy"
    assert doctor(losses, losses + np.linspace(0, 1, 40)) == "overfitting"
    assert doctor(np.append(losses[1:], np.nan), losses) == "overflow"


def test_the_examples_of_the_text_are_true():
    claimed, measured = np.array([2, -4, 1]), np.array([2.1, 4, 1])
    assert REFERENCE["verdict"](claimed, measured, tolerance=0.1) == ("imprecise", 1)
    train, test = np.array([4, 3, 2.5, 2.2, 2.1, 2.05]), np.array([4, 3, 2.4, 2.2, 2.4, 2.6])
    assert REFERENCE["diagnose_curve"](train, test) == "overfitting"


def test_bad_input_is_refused():
    good, judge = np.array([1.0, 2.0]), REFERENCE["verdict"]
    with pytest.raises(ValueError, match="claimed"):
        judge(good, good[:1], tolerance=0.1)
    with pytest.raises(ValueError, match="claimed"):
        judge(good, good, tolerance=-0.1)
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="not finite"):
            judge(np.array([bad, 1.0]), good, tolerance=0.1)
        with pytest.raises(ValueError, match="not finite"):
            judge(good, np.array([bad, 1.0]), tolerance=0.1)
    with pytest.raises(ValueError, match="one run"):
        REFERENCE["diagnose_curve"](np.ones(5), np.ones(6))


# Right answers that look otherwise


def verdict_by_counting(claimed, measured, *, tolerance):
    if np.shape(claimed) != np.shape(measured) or tolerance < 0:
        raise ValueError("shapes, or tolerance")
    held, worst, witness = 0, -1.0, 0
    for i, (c, m) in enumerate(zip(claimed, measured, strict=True)):
        if not np.isfinite(c) or not np.isfinite(m):
            raise ValueError("not finite")
        held += abs(c - m) <= tolerance * abs(m)
        if abs(c - m) > worst:
            worst, witness = abs(c - m), i
    words = ["wrong", *["imprecise"] * (len(claimed) - 1), "right"]
    return words[held], witness


def verdict_by_what_fails(claimed, measured, *, tolerance):
    if claimed.shape != measured.shape or tolerance < 0:
        raise ValueError("shapes, or tolerance")
    if not np.isfinite(claimed).all() or not np.isfinite(measured).all():
        raise ValueError("not finite")
    fails = np.abs(claimed - measured) > tolerance * np.abs(measured)
    word = "imprecise"
    if not fails.any():
        word = "right"
    if fails.all():
        word = "wrong"
    return [word, int(np.abs(claimed - measured).argmax())]


def diagnose_curve_by_ifs(train, test):
    if train.shape != test.shape:
        raise ValueError("shapes")
    if np.isnan(train + test).any() or np.isinf(train + test).any():
        return "overflow"
    if train[-1] > train[0]:
        return "ascending"
    if (train[0] - train[-1]) / train[0] < 0.01:
        return "stuck"
    half = len(train) // 2
    steps = [train[i + 1] - train[i] for i in range(half, len(train) - 1)]
    if sum(step > 0 for step in steps) > len(steps) / 4:
        return "noisy"
    if test[-1] / min(test) > 1.1:
        return "overfitting"
    if (train[half] - train[-1]) / (train[0] - train[-1]) > 0.2:
        return "slow"
    return "healthy"


def diagnose_curve_by_differences(train, test):
    if train.shape != test.shape:
        raise ValueError("shapes")
    if not np.isfinite([train, test]).all():
        return "overflow"
    late = train[train.size // 2 :]
    if train[0] < train[-1]:
        return "ascending"
    if train[-1] > 0.99 * train[0]:
        return "stuck"
    if 4 * np.count_nonzero(late[1:] > late[:-1]) > len(late) - 1:
        return "noisy"
    if test[-1] - min(test) > 0.1 * min(test):
        return "overfitting"
    return "slow" if 5 * (late[0] - late[-1]) > train[0] - train[-1] else "healthy"


def diagnose_curve_by_fractions(train, test):
    if train.shape != test.shape:
        raise ValueError("shapes")
    if not np.isfinite([train, test]).all():
        return "overflow"
    train, test = ([Fraction(float(x)) for x in losses] for losses in (train, test))
    fall, late = train[0] - train[-1], train[len(train) // 2 :]
    ups = sum(after > before for before, after in pairwise(late))
    rules = {
        "ascending": fall < 0,
        "stuck": 100 * fall < train[0],
        "noisy": 4 * ups > len(late) - 1,
        "overfitting": 10 * test[-1] > 11 * min(test),
        "slow": 5 * (late[0] - late[-1]) > fall,
    }
    return next((word for word, fits in rules.items() if fits), "healthy")


def diagnose_curve_by_other_digits(train, test):
    if train.shape != test.shape:
        raise ValueError("shapes")
    return REFERENCE["diagnose_curve"](train.astype(np.float32), test.astype(np.longdouble))


@pytest.mark.parametrize(
    "function",
    [
        verdict_by_counting,
        verdict_by_what_fails,
        diagnose_curve_by_ifs,
        diagnose_curve_by_differences,
        diagnose_curve_by_fractions,
        diagnose_curve_by_other_digits,
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


# Wrong answers that are right for most curves


def diagnose_curve_by_the_median(train, test):
    word = REFERENCE["diagnose_curve"](train, test)
    if word not in ("overfitting", "slow", "healthy"):
        return word
    limit = 1.1 * np.median(test[len(test) // 2 :])
    return "overfitting" if test[-1] > limit else word.replace("overfitting", "healthy")


def diagnose_curve_by_the_range(train, test):
    word = REFERENCE["diagnose_curve"](train, test)
    if word not in ("slow", "healthy"):
        return word
    return "slow" if np.ptp(train[len(train) // 2 :]) > 0.2 * np.ptp(train) else "healthy"


def verdict_by_isclose(claimed, measured, *, tolerance):
    _, witness = REFERENCE["verdict"](claimed, measured, tolerance=tolerance)
    held = np.isclose(claimed, measured, rtol=tolerance)
    return "right" if held.all() else "imprecise" if held.any() else "wrong", witness


@pytest.mark.parametrize(
    "function",
    [diagnose_curve_by_the_median, diagnose_curve_by_the_range, verdict_by_isclose],
)
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_an_answer_that_is_nearly_right_is_wrong(function, seed):
    name = function.__name__.rpartition("_by_")[0]
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    assert verdict_on(function, cases).points == 0
