"""The exercises to 5.1: the reference against other ways to the same, and other hands' answers."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec

HOUSE = Path(__file__).parents[2]
SLUG = "05_1_distributed_training"
NAMES = ["allreduce_mean", "stale_threshold", "ring_allreduce_cost"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
MEAN, STALE, RING = (REFERENCE[name] for name in NAMES)


@pytest.mark.parametrize("sizes", [[5], [200, 56], [1, 1, 30], [4, 0, 3, 0]])
def test_the_mean_over_shards_is_the_mean_over_all_their_samples(sizes):
    samples = np.random.default_rng(0).normal(size=(sum(sizes), 3))
    shards = np.split(samples, np.cumsum(sizes)[:-1])
    rows = [shard.mean(axis=0) if len(shard) else np.full(3, np.nan) for shard in shards]
    found = MEAN(np.array(rows), np.array(sizes))
    np.testing.assert_allclose(found, samples.mean(axis=0), atol=1e-14)


@pytest.mark.parametrize("tau", [0, 1, 2, 4])
def test_below_the_threshold_a_bowl_of_three_curvatures_dies_out_and_above_it_grows(tau):
    """The recurrence itself, written out."""
    curvatures = np.array([0.3, 2.0, 1.1])
    for share, dies_out in ((0.98, True), (1.02, False)):
        rate = share * STALE(tau, curvatures)
        path = [np.ones(3)] * (tau + 1)
        for _ in range(3000):
            path.append(path[-1] - rate * curvatures * path[-1 - tau])
        sizes = np.abs(path).max(axis=1)
        assert (sizes[-500:].max() < sizes[-1000:-500].max()) == dies_out


@pytest.mark.parametrize(("p", "n"), [(1, 7), (2, 6), (3, 12), (8, 64)])
def test_the_cost_of_a_ring_is_what_a_clock_counts_message_by_message(p, n):
    """Each of n/p numbers takes a time of its own; p - 1 hops to add up, p - 1 to pass round."""
    clock = 0.0
    for _phase, _hop in itertools.product(("add", "pass round"), range(p - 1)):
        clock += 0.25 + sum(4 / 16.0 for _number in range(n // p))
    cost = RING(n, p, bandwidth=16.0, latency=0.25, bytes_per_number=4)
    assert cost == pytest.approx(clock, abs=1e-12)


def test_the_examples_of_the_text_are_true():
    rows = np.array([[1.0, 0.0], [5.0, 4.0]])
    np.testing.assert_allclose(MEAN(rows, np.array([30, 10])), [2.0, 1.0])
    rows[1] = np.nan
    np.testing.assert_allclose(MEAN(rows, np.array([8, 0])), [1.0, 0.0])
    assert (STALE(0), STALE(1)) == pytest.approx((2.0, 1.0))
    assert STALE(2, np.array([0.5, 4.0])) == pytest.approx(0.1545, abs=5e-5)
    assert STALE(2.0) == STALE(2)
    assert RING(1000, 4, bandwidth=100.0, latency=3.0) == pytest.approx(138.0)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: MEAN(np.ones((2, 1)), np.array([1])), "as many sizes"),
        (lambda: MEAN(np.ones((2, 1)), np.array([1, -1])), "0 or more"),
        (lambda: MEAN(np.ones((2, 1)), np.array([0, 0])), "not all 0"),
        (lambda: STALE(-1), "whole number"),
        (lambda: STALE(0.5), "whole number"),
        (lambda: STALE(1, np.array([1.0, 0.0])), "above 0"),
        (lambda: RING(0, 2, bandwidth=1.0, latency=0.0), "1 or more"),
        (lambda: RING(1, 0, bandwidth=1.0, latency=0.0), "1 or more"),
        (lambda: RING(1, 2, bandwidth=0.0, latency=0.0), "bandwidth"),
        (lambda: RING(1, 2, bandwidth=1.0, latency=-1.0), "latency"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


# Right answers that look otherwise


def allreduce_mean_by_a_loop(gradients, sizes):
    if len(gradients) != len(sizes) or (sizes < 0).any() or not sizes.any():
        raise ValueError("sizes")
    total, samples = np.zeros(gradients.shape[1]), 0
    for row, size in zip(gradients, sizes, strict=True):
        if size:
            total, samples = total + size * row, samples + size
    return total / samples


def allreduce_mean_by_numpys_average(gradients, sizes):
    if len(gradients) != len(sizes) or min(sizes) < 0:
        raise ValueError("sizes")
    if sum(sizes) == 0:
        raise ValueError("no samples")
    return np.average(np.nan_to_num(gradients), axis=0, weights=sizes)


def stale_threshold_by_the_cosine(tau, curvatures=1.0):
    """cos(π/2 - x) is sin x."""
    if not (tau >= 0 and float(tau).is_integer() and np.all(np.asarray(curvatures) > 0)):
        raise ValueError("tau or curvatures")
    return min(2 * np.cos(tau * np.pi / (2 * tau + 1)) / np.atleast_1d(curvatures))


def ring_allreduce_cost_by_two_terms(n, workers, *, bandwidth, latency, bytes_per_number=8):
    if min(n, workers) < 1 or not bandwidth > 0 or not latency >= 0:
        raise ValueError("bad input")
    transfer = 2 * (workers - 1) / workers * n * bytes_per_number / bandwidth
    return transfer + 2 * (workers - 1) * latency


@pytest.mark.parametrize(
    "function",
    [
        allreduce_mean_by_a_loop,
        allreduce_mean_by_numpys_average,
        stale_threshold_by_the_cosine,
        ring_allreduce_cost_by_two_terms,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary


# Wrong answers that are right in most cases


def allreduce_mean_that_broadcasts(gradients, sizes):
    if np.min(sizes) < 0 or np.max(sizes) == 0:
        raise ValueError("sizes")
    if min(len(gradients), len(sizes)) > 1 and len(gradients) != len(sizes):
        raise ValueError("lengths")
    return np.nansum(sizes[:, None] * gradients, axis=0) / sizes.sum()


def allreduce_mean_that_looks_at_one_row_first(gradients, sizes):
    if len(gradients) == len(sizes) == 1:
        return gradients[0]
    return MEAN(gradients, sizes)


def stale_threshold_that_looks_at_no_delay_first(tau, curvatures=1.0):
    if tau == 0:
        return 2 / np.max(curvatures)
    return STALE(tau, curvatures)


def ring_allreduce_cost_that_looks_at_one_worker_first(n, workers, **settings):
    return 0.0 if workers == 1 else RING(n, workers, **settings)


@pytest.mark.parametrize(
    "function",
    [
        allreduce_mean_that_broadcasts,
        allreduce_mean_that_looks_at_one_row_first,
        stale_threshold_that_looks_at_no_delay_first,
        ring_allreduce_cost_that_looks_at_one_worker_first,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_an_answer_that_lets_bad_input_in_by_a_shortcut_is_rejected(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_that"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert (result.points, result.diagnosis.only_refusals) == (0, True)
