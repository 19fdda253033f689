"""The exercises to 3.4.5: the reference against theory, and right answers of other hands."""

import itertools
import math
import random
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from grading.made_up import fresh_cases, verdict_on

from course_lib.gradient_noise import NoisyBowl
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords
from course_lib.optimizers import sgd
from course_lib.training import descend

HOUSE = Path(__file__).parents[2]
SLUG = "03_4_5_stochastic"
NAMES = ["sgd_epoch", "noise_floor", "averaged_sgd"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(case.arguments), case.expected[0].data


def half_square(w, x, y):
    error = x @ w - y
    return 0.5 * error**2, error * x


def by_the_library(w, X, y, order, rates):
    """Run the course's own descent along an order: every point reached."""
    optimizer = sgd(learning_rate=lambda t: rates[t])
    samples = [(X[i].astype(float), float(y[i])) for i in order]
    return [step.theta for step in descend(half_square, w, samples, optimizer=optimizer)]


def test_a_pass_ends_where_the_library_does_in_whatever_order():
    rng = np.random.default_rng(0)
    for (w, X, y), settings, expected in value_cases("sgd_epoch"):
        rates = np.full(len(X), settings["eta"])
        for order in (range(len(X)), rng.permutation(len(X))):
            np.testing.assert_allclose(by_the_library(w, X, y, order, rates)[-1], expected)


def test_where_the_order_matters_only_a_shuffle_is_short_of_the_longest():
    checked = [c for c in CASES.find("sgd_epoch").cases if c.expected[0].kind == "between"]
    for case in checked:
        (w, X, y), settings = split_keywords(case.arguments)
        rates, limit = np.full(len(X), settings["eta"]), case.expected[1].data
        ends = [by_the_library(w, X, y, range(len(X))[::way], rates)[-1] for way in (1, -1)]
        assert sorted(np.linalg.norm(end) > limit for end in ends) == [False, True]
        norms = [
            np.linalg.norm(REFERENCE["sgd_epoch"](w, X, y, eta=1.0, rng=np.random.default_rng(i)))
            for i in range(300)
        ]
        assert max(norms) < limit
    assert len(checked) == 2


def test_a_path_that_shows_its_order_ends_elsewhere_for_every_order():
    """Of 4! orders in each group no two end alike, and the numbers are exact."""
    (case, *_) = [c for c in CASES.find("sgd_epoch").cases if c.expected[0].kind == "same_as_case"]
    (w, X, y), settings = split_keywords(case.arguments)
    rows = np.flatnonzero(X[:, 0])
    rates = np.full(len(rows), settings["eta"])
    ends = {by_the_library(w, X, y, order, rates)[-1][0] for order in itertools.permutations(rows)}
    assert len(ends) == math.factorial(len(rows)) == 24
    assert all(end * 16 == round(end * 16) for end in ends)


def test_the_floor_is_a_fixed_point_of_the_variance():
    for (eta,), settings, floor in value_cases("noise_floor"):
        lam, s2, B = settings["curvature"], settings["variance"], settings["batch"]
        for rate, V in zip(eta, floor, strict=True):
            assert np.isinf(V) == (rate * lam >= 2)
            if np.isfinite(V):
                assert V >= 0
                assert (1 - rate * lam) ** 2 * V + rate**2 * s2 / B == pytest.approx(V)


def test_the_floor_of_the_loss_is_that_of_the_library():
    for (eta,), settings, floor in value_cases("noise_floor"):
        lam, B = settings["curvature"], settings["batch"]
        for rate, V in zip(eta, floor, strict=True):
            loss = NoisyBowl([lam], [settings["variance"]]).floor(rate, batch=B)
            assert 0.5 * lam * V == pytest.approx(float(loss))


def test_sympy_solves_the_recursion_for_the_same_floor():
    eta, lam, s2, B, V = sp.symbols("eta lambda sigma2 B V", positive=True)
    (fixed,) = sp.solve(sp.Eq(V, (1 - eta * lam) ** 2 * V + eta**2 * s2 / B), V)
    value = fixed.subs({eta: sp.Rational(3, 10), lam: 3, s2: 2, B: 5})
    got = REFERENCE["noise_floor"](np.array([0.3]), curvature=3, variance=2, batch=5)
    assert got[0] == pytest.approx(float(value))


def test_a_path_and_its_average_are_those_of_the_library():
    for (w, X, y), settings, (last, average) in value_cases("averaged_sgd"):
        order, skip = settings["order"], settings["skip"]
        rates = [settings["eta"] * (t + 1.0) ** -settings["power"] for t in range(len(order))]
        path = by_the_library(w, X, y, order, rates)
        np.testing.assert_allclose(last, path[-1], atol=1e-12)
        np.testing.assert_allclose(average, np.mean(path[skip:], axis=0), atol=1e-12)


def test_a_rate_of_one_over_t_gives_the_mean_of_the_targets():
    y = np.array([3.0, -1.0, 4.0, 1.5])
    last, _ = REFERENCE["averaged_sgd"](
        np.array([7.0]), np.ones((4, 1)), y, order=np.arange(4), eta=1.0, power=1, skip=0
    )
    assert last[0] == pytest.approx(y.mean())


def test_the_examples_of_the_text_are_true():
    X, y = np.array([[2.0], [2.0]]), np.array([4.0, 4.0])
    rng = np.random.default_rng(0)
    assert REFERENCE["sgd_epoch"](np.zeros(1), X, y, eta=0.1, rng=rng) == pytest.approx([1.28])
    floor = REFERENCE["noise_floor"](np.array([0.5, 1.0]), curvature=2.0, variance=3.0, batch=1)
    assert floor.tolist() == [0.75, np.inf]
    one = (np.zeros(1), np.ones((1, 1)), np.ones(1))
    settings = {"order": np.zeros(3, int), "eta": 0.5}
    last, average = REFERENCE["averaged_sgd"](*one, **settings, power=0, skip=1)
    assert (last[0], average[0]) == pytest.approx((0.875, 0.8125))
    last, _ = REFERENCE["averaged_sgd"](*one, **settings, power=1, skip=0)
    assert last[0] == pytest.approx(0.6875)


@pytest.mark.parametrize("eta", [0, -0.1])
def test_a_rate_that_is_not_above_0_is_refused(eta):
    data, rng = (np.zeros(1), np.ones((2, 1)), np.ones(2)), np.random.default_rng(0)
    with pytest.raises(ValueError, match="eta must be above 0"):
        REFERENCE["sgd_epoch"](*data, eta=eta, rng=rng)
    with pytest.raises(ValueError, match="eta must be above 0"):
        REFERENCE["averaged_sgd"](*data, order=np.zeros(2, int), eta=eta, power=0, skip=0)
    with pytest.raises(ValueError, match="must be above 0"):
        REFERENCE["noise_floor"](np.array([0.5, eta]), curvature=1, variance=1, batch=1)


def test_lengths_batches_and_skips_that_do_not_fit_are_refused():
    w, X, y = np.zeros(1), np.ones((2, 1)), np.ones(2)
    with pytest.raises(ValueError, match="2 samples and 1 targets"):
        REFERENCE["sgd_epoch"](w, X, y[:1], eta=0.1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="one sample at least"):
        REFERENCE["noise_floor"](np.ones(1), curvature=1, variance=1, batch=0)
    for skip in (-1, 2, 3):
        with pytest.raises(ValueError, match="leave a step"):
            REFERENCE["averaged_sgd"](w, X, y, order=np.zeros(2, int), eta=0.1, power=0, skip=skip)


# Wrong answers whose numbers nobody can foresee


def by_the_global_generator(w, X, y, *, eta, rng):
    return along(w, X, y, eta, np.random.permutation(len(X)))  # noqa: NPY002


def by_pythons_own_generator(w, X, y, *, eta, rng):
    return along(w, X, y, eta, random.sample(range(len(X)), len(X)))


def by_a_generator_without_a_seed(w, X, y, *, eta, rng):
    return along(w, X, y, eta, np.random.default_rng().permutation(len(X)))


def by_a_seed_of_its_own(w, X, y, *, eta, rng):
    return along(w, X, y, eta, np.random.default_rng(7).permutation(len(X)))


def by_a_rotation(w, X, y, *, eta, rng):
    return along(w, X, y, eta, np.roll(np.arange(len(X)), 7))


def by_a_random_rotation(w, X, y, *, eta, rng):
    return along(w, X, y, eta, np.roll(np.arange(len(X)), rng.integers(len(X))))


def along(w, X, y, eta, order):
    if eta <= 0 or len(X) != len(y):
        raise ValueError("eta or lengths")
    for i in order:
        w = w - eta * (X[i] @ w - y[i]) * X[i]
    return w


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (by_the_global_generator, "same seed gave two results"),
        (by_pythons_own_generator, "same seed gave two results"),
        (by_a_generator_without_a_seed, "same seed gave two results"),
        (by_a_seed_of_its_own, "different seeds gave the same result"),
        (by_a_rotation, "different seeds gave the same result"),
        (by_a_random_rotation, "Its norm is"),
    ],
)
@pytest.mark.parametrize("seed", [None, 21, 22])
def test_a_pass_that_is_not_shuffled_by_the_generator_is_found_out(function, words, seed):
    cases = CASES.find("sgd_epoch")
    if seed is not None:
        cases = fresh_cases(SPEC["sgd_epoch"], REFERENCE["sgd_epoch"], seed)
    assert words in verdict_on(function, cases).diagnosis.sentence


# Right answers that look otherwise


def sgd_epoch_by_shuffling_copies(w, X, y, *, eta, rng):
    if not eta > 0 or X.shape[0] != y.shape[0]:
        raise ValueError("eta or lengths")
    order = np.arange(len(y))
    rng.shuffle(order)
    w = w.astype(float)
    for x, target in zip(X[order], y[order], strict=True):
        w += eta * (target - np.dot(x, w)) * x
    return w


def sgd_epoch_by_choice(w, X, y, *, eta, rng):
    if eta <= 0 or len(X) != len(y):
        raise ValueError("eta or lengths")
    for i in rng.choice(len(X), size=len(X), replace=False):
        w = w - eta * X[i] * (X[i].dot(w) - y[i])
    return w


def sgd_epoch_by_keys(w, X, y, *, eta, rng):
    if eta <= 0 or len(X) != len(y):
        raise ValueError("eta or lengths")
    for i in np.argsort(rng.random(len(X))):
        gradient = (np.sum(X[i] * w) - y[i]) * X[i]
        w = w - eta * gradient
    return w


def noise_floor_by_where(eta, *, curvature, variance, batch):
    if (eta <= 0).any() or not curvature > 0 or batch < 1:
        raise ValueError("bad")
    p = eta * curvature
    return np.where(p < 2, eta**2 * variance / batch / (1 - (1 - p) ** 2), np.inf)


def noise_floor_by_a_loop(eta, *, curvature, variance, batch):
    if min(eta) <= 0 or curvature <= 0 or batch < 1:
        raise ValueError("bad")
    floors = []
    for h in eta:
        room = 2 - h * curvature
        floors.append(h * variance / curvature / room / batch if room > 0 else float("inf"))
    return np.array(floors)


def averaged_sgd_by_a_running_mean(w, X, y, *, order, eta, power, skip):
    if eta <= 0 or not 0 <= skip < len(order):
        raise ValueError("bad")
    mean, count = np.zeros(w.shape), 0
    for t in range(len(order)):
        x, target = X[order[t]], y[order[t]]
        w = w - eta * (t + 1) ** (-float(power)) * (x @ w - target) * x
        if t >= skip:
            count += 1
            mean = mean + (w - mean) / count
    return [w, mean]


@pytest.mark.parametrize(
    "function",
    [
        sgd_epoch_by_shuffling_copies,
        sgd_epoch_by_choice,
        sgd_epoch_by_keys,
        noise_floor_by_where,
        noise_floor_by_a_loop,
        averaged_sgd_by_a_running_mean,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary
