"""The exercises to 3.4.4: the reference against the library, and right answers of other hands."""

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from grading.made_up import fresh_cases, verdict_on

from course_lib.gradient_noise import batch_variance
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords
from course_lib.training import minibatches

HOUSE = Path(__file__).parents[2]
SLUG = "03_4_4_minibatches"
NAMES = ["iterate_minibatches", "gradient_variance", "scale_learning_rate"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(case.arguments), case.expected[0].data


def epoch(samples=10, size=4, seed=0):
    X, Y = np.arange(2.0 * samples).reshape(samples, 2), np.arange(samples)[:, None]
    rng = np.random.default_rng(seed)
    return REFERENCE["iterate_minibatches"](X, Y, size=size, rng=rng)


# The reference


def test_an_epoch_has_the_batches_of_the_library():
    X, Y = np.arange(20.0).reshape(10, 2), np.arange(10.0)[:, None]
    library = minibatches(X, Y, size=4, rng=np.random.default_rng(3))
    for ours, theirs in zip(epoch(seed=3), library, strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize("size", range(1, 11))
def test_an_epoch_visits_every_sample_once_and_keeps_its_target_beside_it(size):
    seen = []
    for X_batch, Y_batch in epoch(size=size):
        np.testing.assert_array_equal(X_batch[:, 0], 2 * Y_batch[:, 0])
        seen += Y_batch[:, 0].tolist()
    assert sorted(seen) == list(range(10))


def test_the_last_batch_keeps_what_is_left():
    assert [len(X) for X, _ in epoch(size=4)] == [4, 4, 2]
    assert [len(X) for X, _ in epoch(size=5)] == [5, 5]


def test_epochs_of_one_generator_have_different_orders():
    rng, X = np.random.default_rng(0), np.arange(60.0)[:, None]
    first, second = (
        REFERENCE["iterate_minibatches"](X, X, size=60, rng=rng)[0][0] for _ in range(2)
    )
    assert not np.array_equal(first, second)


def test_the_variance_is_that_of_the_library():
    for (G,), settings, (drawn_with, drawn_without) in value_cases("gradient_variance"):
        sigma2, B = G.var(axis=0).sum(), settings["size"]
        assert drawn_with == pytest.approx(float(batch_variance(sigma2, B)))
        assert drawn_without == pytest.approx(float(batch_variance(sigma2, B, samples=len(G))))


def test_the_variance_is_that_of_all_batches_there_are():
    """Counted in fractions: every batch of 3 from 5 samples, with and without replacement."""
    rows = [(1, 4), (-2, 0), (3, 3), (0, -5), (7, 1)]
    drawn_with = mean_square(itertools.product(rows, repeat=3), rows)
    drawn_without = mean_square(itertools.combinations(rows, 3), rows)
    got = REFERENCE["gradient_variance"](np.array(rows), size=3)
    assert got == pytest.approx((float(drawn_with), float(drawn_without)))


def mean_square(batches, rows):
    center = [Fraction(sum(column), len(rows)) for column in zip(*rows, strict=True)]
    squares = [
        sum(
            (Fraction(sum(column), len(batch)) - c) ** 2
            for column, c in zip(zip(*batch, strict=True), center, strict=True)
        )
        for batch in batches
    ]
    return sum(squares) / len(squares)


def test_the_curve_is_the_one_of_the_lecture_through_the_rate_that_is_given():
    """SymPy solves for the largest rate, which the exercise never needs."""
    largest, B, B_c, base, eta = sp.symbols("eta_max B B_c B_0 eta", positive=True)
    curve = largest / (1 + B_c / B)
    (found,) = sp.solve(sp.Eq(curve.subs(B, base), eta), largest)
    rate = sp.lambdify((eta, base, B, B_c), curve.subs(largest, found))
    for (given,), settings, (linear, on_the_curve) in value_cases("scale_learning_rate"):
        B0, sizes, critical = (settings[name] for name in ("base", "sizes", "critical"))
        np.testing.assert_allclose(on_the_curve, rate(given, B0, sizes, critical), rtol=1e-12)
        np.testing.assert_allclose(linear * B0, given * sizes, rtol=1e-12)


def test_far_below_the_critical_size_the_curve_is_linear_and_far_above_it_is_flat():
    linear, curve = REFERENCE["scale_learning_rate"](
        0.1, base=4, sizes=np.array([2, 8, 10**9]), critical=10**5
    )
    np.testing.assert_allclose(curve[:2], linear[:2], rtol=1e-3)
    assert curve[2] == pytest.approx(0.1 * (1 + 10**5 / 4), rel=1e-3)


# The text


def test_the_examples_of_the_text_are_true():
    f = REFERENCE
    assert [len(X) for X, _ in epoch(samples=5, size=2)] == [2, 2, 1]
    G = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
    assert f["gradient_variance"](G, size=2) == pytest.approx((1.3333, 0.6667), abs=5e-5)
    rates = f["scale_learning_rate"](0.1, base=10, sizes=np.array([10, 40]), critical=20.0)
    np.testing.assert_allclose(rates, [[0.1, 0.4], [0.1, 0.2]])


@pytest.mark.parametrize("size", [-1, 0, 6])
def test_a_size_that_cannot_be_had_is_refused(size):
    with pytest.raises(ValueError, match="size must be from 1 to 5"):
        epoch(samples=5, size=size)
    with pytest.raises(ValueError, match="size must be from 1 to 5"):
        REFERENCE["gradient_variance"](np.ones((5, 2)), size=size)


def test_inputs_and_targets_of_different_lengths_are_refused():
    for N, M in ((3, 4), (4, 3)):
        with pytest.raises(ValueError, match="a sample is a row of both"):
            REFERENCE["iterate_minibatches"](
                np.ones((N, 1)), np.ones((M, 1)), size=2, rng=np.random.default_rng(0)
            )


def test_batches_without_samples_and_critical_sizes_of_0_are_refused():
    scale = REFERENCE["scale_learning_rate"]
    with pytest.raises(ValueError, match="one sample at least"):
        scale(0.1, base=0, sizes=np.ones(2), critical=1.0)
    with pytest.raises(ValueError, match="one sample at least"):
        scale(0.1, base=1, sizes=np.array([2, 0]), critical=1.0)
    with pytest.raises(ValueError, match="critical must be above 0"):
        scale(0.1, base=1, sizes=np.ones(2), critical=0)


# Wrong answers whose numbers nobody can foresee


def by_the_global_generator(X, Y, *, size, rng):
    return deal(X, Y, size, np.random.permutation(len(X)))  # noqa: NPY002


def by_a_generator_without_a_seed(X, Y, *, size, rng):
    return deal(X, Y, size, np.random.default_rng().permutation(len(X)))


def by_a_seed_of_its_own(X, Y, *, size, rng):
    return deal(X, Y, size, np.random.default_rng(7).permutation(len(X)))


def deal(X, Y, size, order):
    if len(X) != len(Y) or not 1 <= size <= len(X):
        raise ValueError("size")
    return [(X[order[i : i + size]], Y[order[i : i + size]]) for i in range(0, len(X), size)]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (by_the_global_generator, "same seed gave two results"),
        (by_a_generator_without_a_seed, "same seed gave two results"),
        (by_a_seed_of_its_own, "different seeds gave the same result"),
    ],
)
@pytest.mark.parametrize("seed", [None, 21])
def test_a_function_that_ignores_the_generator_is_found_out(function, words, seed):
    diagnosis = verdict_on(function, cases_of("iterate_minibatches", seed)).diagnosis
    assert words in diagnosis.sentence


# Right answers that look otherwise


def iterate_minibatches_by_sorting_random_numbers(X, Y, *, size, rng):
    return deal(X, Y, size, np.argsort(rng.random(len(X))))


def iterate_minibatches_by_shuffling_a_list(X, Y, *, size, rng):
    order = list(range(len(X)))
    rng.shuffle(order)
    return deal(X, Y, size, np.array(order))


def iterate_minibatches_by_a_choice(X, Y, *, size, rng):
    return tuple(map(list, deal(X, Y, size, rng.choice(len(X), len(X), replace=False))))


def iterate_minibatches_by_sorting_inside_a_batch(X, Y, *, size, rng):
    """The mean of a batch is the same in any order of its samples."""
    order = rng.permutation(len(X))
    for start in range(0, len(X), max(size, 1)):
        order[start : start + size].sort()
    return deal(X, Y, size, order)


def iterate_minibatches_by_a_loop(X, Y, *, size, rng):
    if len(X) != len(Y) or size < 1 or size > len(X):
        raise ValueError("size")
    order, batches = rng.permutation(len(X))[::-1], []
    X, Y = X[order], Y[order]
    while len(X) > 0:
        batches.append((X[:size], Y[:size]))
        X, Y = X[size:], Y[size:]
    return batches


def gradient_variance_by_norms(G, *, size):
    if size < 1 or size > len(G):
        raise ValueError("size")
    error = G - np.mean(G, axis=0)
    one = np.mean(np.linalg.norm(error, axis=1) ** 2)
    return one / size, 0 if size == len(G) else one / size * (len(G) - size) / (len(G) - 1)


def gradient_variance_by_an_estimate(G, *, size):
    """Divide by N - 1 first; the factor is then 1 - B/N."""
    N = len(G)
    if not 0 < size <= N:
        raise ValueError("size")
    if N == 1:
        return 0.0, 0.0
    s2 = sum(np.var(column, ddof=1) for column in G.T)
    return s2 * (N - 1) / N / size, s2 / size * (1 - size / N)


def scale_learning_rate_by_the_largest(eta, *, base, sizes, critical):
    if base < 1 or min(sizes) < 1 or not critical > 0:
        raise ValueError("base")
    largest = eta * (1 + critical / base)
    return eta * (sizes / base), largest / (1 + critical / sizes)


OTHER_HANDS = [
    iterate_minibatches_by_sorting_random_numbers,
    iterate_minibatches_by_shuffling_a_list,
    iterate_minibatches_by_a_choice,
    iterate_minibatches_by_sorting_inside_a_batch,
    iterate_minibatches_by_a_loop,
    gradient_variance_by_norms,
    gradient_variance_by_an_estimate,
    scale_learning_rate_by_the_largest,
]


def cases_of(name, seed):
    return CASES.find(name) if seed is None else fresh_cases(SPEC[name], REFERENCE[name], seed)


@pytest.mark.parametrize("function", OTHER_HANDS)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    result = verdict_on(function, cases_of(name, seed))
    assert result.points == result.max_points, result.diagnosis.summary
