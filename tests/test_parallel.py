"""Parallel training is the full batch, on processes and on a Dask cluster; and when stale."""

import functools
import math
import os
import platform
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_all_start_methods, get_context
from unittest import mock

import numpy as np
import pytest
from numpy.testing import assert_allclose

from course_lib.datasets import digits
from course_lib.mlp import MLP
from course_lib.optimizers import Optimizer, sgd
from course_lib.parallel import (
    largest_stable_product,
    ring_allreduce_seconds,
    sharded,
    stale_roots,
)
from course_lib.training import descend
from course_lib.transformations import Delay

NET = MLP((64, 16, 10), hidden="relu", output="softmax", loss="softmax_cross_entropy")
START = NET.init(rng=np.random.default_rng(0))
X, Y = digits().X[:256], digits().Y[:256]
UNEQUAL = [(X[:200], Y[:200]), (X[200:], Y[200:])]
OPTIMIZER = sgd(learning_rate=0.5)


def last(loss_and_gradient):
    *_, step = descend(loss_and_gradient, START, optimizer=OPTIMIZER, steps=20)
    return np.array([step.loss, *step.theta])


WHOLE = last(functools.partial(NET.loss_and_gradient, X=X, Y=Y))


@pytest.mark.parametrize("cuts", [[], [1], [128], [200], [3, 7, 250], range(1, 256)])
def test_unequal_shards_give_the_gradient_of_the_whole_batch(cuts):
    shards = list(zip(np.split(X, cuts), np.split(Y, cuts), strict=True))
    loss, gradient = sharded(NET.loss_and_gradient, shards)(START)
    expected_loss, expected = NET.loss_and_gradient(START, X, Y)
    assert loss == pytest.approx(expected_loss, abs=1e-13)
    assert_allclose(gradient, expected, atol=1e-13)


def test_many_runs_are_sharded_as_each_alone():
    many = NET.init(rng=np.random.default_rng(1), runs=3)
    losses, gradients = sharded(NET.loss_and_gradient, UNEQUAL)(many)
    expected_losses, expected = NET.loss_and_gradient(many, X, Y)
    assert_allclose(losses, expected_losses, atol=1e-13)
    assert_allclose(gradients, expected, atol=1e-13)


def processes():
    return ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn"))


@pytest.mark.parametrize("pool", [functools.partial(ThreadPoolExecutor, 2), processes])
def test_training_on_an_executor_is_training_on_the_whole_batch(pool):
    with pool() as executor:
        found = last(sharded(NET.loss_and_gradient, UNEQUAL, executor=executor))
    assert_allclose(found, WHOLE, atol=1e-12)


def test_training_on_a_dask_cluster_of_two_processes_is_training_on_the_whole_batch():
    import dask  # takes a second, which only this test pays
    from distributed import Client, LocalCluster

    quick = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    with (
        mock.patch.dict(os.environ),  # Dask leaves settings of malloc behind
        dask.config.set({"distributed.worker.multiprocessing-method": quick}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        assert len({os.getpid(), *client.run(os.getpid).values()}) == 3
        found = last(sharded(NET.loss_and_gradient, UNEQUAL, executor=client.get_executor()))
    assert_allclose(found, WHOLE, atol=1e-12)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other systems keep freed memory")
def test_a_worker_gets_its_memory_from_the_step_before():
    """Not from the system, page by page: an array of a megabyte is 256 pages."""
    code = """
import resource
import numpy as np
from course_lib.parallel import sharded
at, theta = [], np.ones(2**17)
whole = sharded(lambda p, X: (0.0, p * 1.0 + 1.0), [(np.ones(3),)])
for _ in range(120):
    whole(theta)
    at.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
print((at[-1] - at[19]) / 100)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 10


@pytest.mark.parametrize(
    ("shards", "says"),
    [
        ([], "number of shards"),
        ([(X, Y), (X[:0], Y[:0])], "shard 1 has arrays"),
        ([(X[:3], Y[:4])], "the same samples"),
    ],
)
def test_shards_that_do_not_fit_are_refused(shards, says):
    with pytest.raises(ValueError, match=says):
        sharded(NET.loss_and_gradient, shards)


# --- The ring ------------------------------------------------------------------------------------


def pass_round(vectors):
    """Add vectors up by passing pieces round a ring; return all sums, rounds and numbers sent.

    Reduce-scatter, then all-gather, as in Patarasuk and Yuan: the algorithm itself, not its cost.
    """
    p = len(vectors)
    pieces = [np.split(vector, p) for vector in vectors]
    rounds, sent = 0, 0
    for phase in ("add", "copy"):
        for turn in range(p - 1):
            which = [(k - turn + (phase == "copy")) % p for k in range(p)]
            passed = [pieces[k][which[k]].copy() for k in range(p)]
            for k in range(p):
                here = pieces[(k + 1) % p][which[k]]
                here[...] = passed[k] + (here if phase == "add" else 0.0)
            rounds, sent = rounds + 1, sent + len(passed[0])
    return np.array([np.concatenate(parts) for parts in pieces]), rounds, sent


@pytest.mark.parametrize("p", [1, 2, 3, 4, 8])
def test_the_cost_of_a_ring_is_that_of_passing_pieces_round(p):
    vectors = np.random.default_rng(p).normal(size=(p, 24))
    sums, rounds, sent = pass_round(vectors.copy())
    assert_allclose(sums, np.tile(vectors.sum(axis=0), (p, 1)), atol=1e-14)
    seconds = ring_allreduce_seconds(24, p, bandwidth=16.0, latency=0.5, bytes_per_number=4)
    assert seconds == pytest.approx(rounds * 0.5 + sent * 4 / 16.0)


def test_a_ring_of_many_sends_less_than_two_vectors_whatever_their_number():
    p = np.array([1, 2, 10, 1000])
    seconds = ring_allreduce_seconds(10**6, p, bandwidth=8e6, latency=0.0)
    assert_allclose(seconds, [0.0, 1.0, 1.8, 1.998])


@pytest.mark.parametrize(
    "wrong",
    [{"workers": 0}, {"numbers": 0}, {"bandwidth": 0.0}, {"latency": -1.0}],
)
def test_a_ring_that_cannot_be_is_refused(wrong):
    given = {"numbers": 5, "workers": 2, "bandwidth": 1.0, "latency": 0.0} | wrong
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ring_allreduce_seconds(given.pop("numbers"), given.pop("workers"), **given)


# --- Stale gradients -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delay", "limit"),
    [(0, 2.0), (1, 1.0), (2, (math.sqrt(5) - 1) / 2), (7, 2 * math.cos(7 * math.pi / 15))],
)
def test_the_limit_of_a_delay_by_hand(delay, limit):
    """τ = 1: the product of the two roots is ηλ. τ = 2: 1/φ, the golden ratio."""
    assert largest_stable_product(delay) == pytest.approx(limit, rel=1e-14)


@pytest.mark.parametrize("delay", [0, 1, 2, 5, 8])
def test_stale_descent_dies_out_below_the_limit_and_grows_above_it(delay):
    """Runs on the bowl ½w², of 4000 steps; the roots say the same beforehand."""
    limit = largest_stable_product(delay)
    factors = np.array([0.99, 1.01])
    optimizer = Optimizer(direction=Delay(steps=delay), learning_rate=factors * limit)
    run = descend(lambda w: (0.5 * w[0] ** 2, w), np.ones((1, 2)), optimizer=optimizer, steps=4000)
    sizes = np.array([np.abs(step.theta[0]) for step in run])
    below, above = sizes[-1000:].max(axis=0) / sizes[-2000:-1000].max(axis=0)
    assert below < 0.9
    assert above > 1.1
    for factor, inside in zip(factors, (True, False), strict=True):
        assert (np.abs(stale_roots(factor * limit, delay)) < 1).all() == inside


@pytest.mark.parametrize("delay", [0, 1, 3])
def test_a_path_of_stale_descent_is_a_sum_of_powers_of_the_roots(delay):
    product, steps = 0.3, 30
    optimizer = Optimizer(direction=Delay(steps=delay), learning_rate=product)
    run = descend(lambda w: (0.5 * w[0] ** 2, w), np.ones(1), optimizer=optimizer, steps=steps)
    path = np.array([1.0, *(step.theta[0] for step in run)])
    roots = stale_roots(product, delay)
    powers = roots ** np.arange(steps + 1)[:, None]
    weights = np.linalg.solve(powers[: delay + 1], path[: delay + 1])
    assert_allclose((powers @ weights).real, path, atol=1e-12)
    assert (np.diff(np.abs(roots)) <= 1e-12).all()


@pytest.mark.parametrize("delay", [-1, 0.5])
def test_a_delay_that_cannot_be_is_refused(delay):
    for function in (largest_stable_product, functools.partial(stale_roots, 0.5)):
        with pytest.raises((TypeError, ValueError), match="delay must be"):
            function(delay)
