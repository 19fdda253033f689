"""Sweeps: every setting as it would run alone, whatever the blocks and however runs are dropped."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.landscapes import quadratic
from course_lib.mlp import MLP
from course_lib.optimizers import Optimizer, adam, momentum, sgd
from course_lib.schedules import exponential_decay
from course_lib.sweep import Block, grid, sweep
from course_lib.training import descend
from course_lib.transformations import Adam, ClipByGlobalNorm, Momentum, chain

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
NET = MLP((2, 4, 1), output="sigmoid", loss="binary_cross_entropy")
THETA = NET.init(rng=np.random.default_rng(0))


def _together(blocks, runs):
    """Put the blocks into one loss and one theta, as a caller would."""
    losses, thetas = np.full(runs, np.nan), [None] * runs
    for block in blocks:
        losses[block.runs] = block.loss
        for run, theta in zip(range(runs)[block.runs], block.theta.T, strict=True):
            assert thetas[run] is None
            thetas[run] = theta
    return losses, np.array(thetas).T


def _alone(loss_and_gradient, theta, batches, optimizer):
    """Return the last loss of one run, infinite if it diverged, and where it ended."""
    *_, step = descend(loss_and_gradient, theta, batches, optimizer=optimizer)
    return (math.inf if step.diverged else step.loss), step.theta


# --- grids ---------------------------------------------------------------------------------------


def test_a_grid_is_every_combination_the_last_name_fastest():
    settings = grid(learning_rate=[1, 2], beta=[0.5, 0.6, 0.7])
    assert_array_equal(settings["learning_rate"], [1, 1, 1, 2, 2, 2])
    assert_array_equal(settings["beta"], [0.5, 0.6, 0.7, 0.5, 0.6, 0.7])
    assert list(settings) == ["learning_rate", "beta"]
    assert all(values.dtype == np.float64 for values in settings.values())


def test_a_grid_reshaped_to_its_lengths_is_a_map():
    axes = {"a": np.arange(2.0), "b": np.arange(3.0), "c": np.arange(4.0)}
    settings = grid(**axes)
    for axis, (name, values) in enumerate(axes.items()):
        cube = settings[name].reshape(2, 3, 4)
        assert_array_equal(np.moveaxis(cube, axis, -1)[0, 0], values)


def test_a_grid_is_made_of_lists():
    with pytest.raises(ValueError, match=r"beta has shape \(\), expected \(values,\); give a list"):
        grid(learning_rate=[0.1], beta=0.9)
    with pytest.raises(TypeError, match="beta must hold real numbers"):
        grid(beta=["a"])


# --- sweeps --------------------------------------------------------------------------------------

OPTIMIZERS = {
    "sgd": lambda learning_rate, c: sgd(learning_rate=learning_rate),
    "clipped momentum": lambda learning_rate, c: Optimizer(
        direction=chain(ClipByGlobalNorm(max_norm=c), Momentum()), learning_rate=learning_rate
    ),
    "amsgrad, schedule": lambda learning_rate, c: Optimizer(
        direction=Adam(eps=1e-6, amsgrad=True),
        learning_rate=exponential_decay(learning_rate, rate=0.02 * c),
    ),
}


@pytest.mark.parametrize(("block", "prune_every"), [(500, 25), (5, 7), (12, 1), (7, 30)])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_run_ends_where_it_would_end_alone(optimizer, block, prune_every):
    settings = grid(learning_rate=[0.01, 0.1, 0.5, 1.0], c=[0.1, 1.0, 10.0])
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 3, 2)), rng.random((30, 3, 1))
    batches = list(zip(x, y, strict=True))  # each step its own batch
    losses, thetas = _together(
        sweep(
            NET.loss_and_gradient,
            THETA,
            batches,
            settings=settings,
            optimizer=optimizer,
            block=block,
            prune_every=prune_every,
        ),
        runs=12,
    )
    for run in range(12):
        alone = optimizer(**{name: float(values[run]) for name, values in settings.items()})
        loss, theta = _alone(NET.loss_and_gradient, THETA, batches, alone)
        assert losses[run] == pytest.approx(loss, rel=1e-10)
        assert_allclose(thetas[:, run], theta, rtol=1e-9, atol=1e-11)


FAR = [1e140, -1e140]


@pytest.mark.parametrize(("block", "prune_every"), [(500, 25), (3, 7), (2, 1000)])
def test_runs_that_diverge_are_infinite_and_leave_the_others_alone(block, prune_every):
    """On ½θ² momentum diverges iff η > 2(1 + β) = 3; from 1e140 that takes up to 100 steps."""
    rates = np.array([0.1, 5.0, 0.5, 50.0, 2.9, 4.0, 1e6])
    losses, thetas = _together(
        sweep(
            quadratic(1).loss_and_gradient,
            FAR,
            [()] * 150,
            settings={"learning_rate": rates},
            optimizer=half_momentum,
            block=block,
            prune_every=prune_every,
        ),
        runs=7,
    )
    assert_array_equal(np.isinf(losses), rates > 3)
    assert np.isfinite(thetas).all()  # where they were when they diverged
    for run, rate in enumerate(rates.tolist()):
        _, theta = _alone(quadratic(1).loss_and_gradient, FAR, [()] * 150, half_momentum(rate))
        assert_allclose(thetas[:, run], theta, rtol=1e-9)


def half_momentum(learning_rate):
    """Its state holds one column for each run."""
    return momentum(learning_rate=learning_rate, beta=0.5)


def test_each_run_may_start_elsewhere():
    start = NET.init(rng=np.random.default_rng(1), runs=3)
    rates = np.array([0.1, 0.2, 0.3])
    (block,) = sweep(
        NET.loss_and_gradient,
        start,
        [(X, Y)] * 20,
        settings={"learning_rate": rates},
        optimizer=adam_of,
    )
    assert isinstance(block, Block)
    assert block.runs == slice(0, 3)
    for run in range(3):
        loss, theta = _alone(
            NET.loss_and_gradient, start[:, run], [(X, Y)] * 20, adam_of(rates[run])
        )
        assert block.loss[run] == pytest.approx(loss, rel=1e-11)
        assert_allclose(block.theta[:, run], theta, rtol=1e-10, atol=1e-12)


def adam_of(learning_rate):
    return adam(learning_rate=learning_rate)


def test_the_arguments_are_left_alone_and_no_two_blocks_share_memory():
    start, settings = (
        NET.init(rng=np.random.default_rng(1), runs=4),
        grid(learning_rate=[1, 2, 3, 4]),
    )
    before = start.copy(), settings["learning_rate"].copy()
    first, second = sweep(
        NET.loss_and_gradient, start, [(X, Y)], settings=settings, optimizer=adam_of, block=2
    )
    first.theta[...] = np.nan
    assert np.isfinite(second.theta).all()
    assert_array_equal(start, before[0])
    assert_array_equal(settings["learning_rate"], before[1])


def test_blocks_come_one_by_one():
    """So that a caller can show progress, or stop."""
    calls = []

    def loss_and_gradient(theta):
        calls.append(theta.shape[1])
        return np.zeros(theta.shape[1]), theta

    blocks = sweep(
        loss_and_gradient,
        [1.0],
        [()],
        settings=grid(learning_rate=np.ones(5)),
        optimizer=adam_of,
        block=2,
    )
    assert calls == []
    assert next(blocks).runs == slice(0, 2)
    assert calls == [2]
    assert [block.runs for block in blocks] == [slice(2, 4), slice(4, 5)]
    assert calls == [2, 2, 1]


def test_settings_may_be_lists_and_theta_any_memory_order():
    (expected,) = sweep(
        NET.loss_and_gradient,
        THETA,
        [(X, Y)] * 5,
        settings={"learning_rate": np.array([0.1, 1.0])},
        optimizer=adam_of,
    )
    repeated = np.repeat(THETA[:, None], 2, axis=1)
    for theta in (THETA.tolist(), repeated, np.asfortranarray(repeated)):
        (block,) = sweep(
            NET.loss_and_gradient,
            theta,
            [(X, Y)] * 5,
            settings={"learning_rate": [0.1, 1]},
            optimizer=adam_of,
        )
        assert_allclose(block.theta, expected.theta, rtol=1e-12)


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"settings": {}}, ValueError, r"one value for each run.*try grid\(learning_rate="),
        ({"settings": {"learning_rate": []}}, ValueError, r"got lengths \{'learning_rate': 0\}"),
        ({"settings": {"a": [1, 2], "b": [1]}}, ValueError, r"got lengths \{'a': 2, 'b': 1\}"),
        (
            {"settings": {"learning_rate": 0.1}},
            ValueError,
            r"learning_rate has shape \(\).*see grid",
        ),
        ({"settings": {"learning_rate": ["x"]}}, TypeError, "learning_rate must hold real numbers"),
        ({"theta": np.zeros((17, 3))}, ValueError, r"expected \(n, 2\); one column for each run"),
        ({"block": 0}, ValueError, "block must be 1 or more"),
        ({"prune_every": 0}, ValueError, "prune_every must be 1 or more"),
        ({"batches": []}, ValueError, "the number of batches must be 1 or more, got 0"),
        ({"batches": iter([()])}, TypeError, "batches must be a list, as every block starts anew"),
    ],
)
def test_what_does_not_fit_is_said_at_once(change, error, message):
    arguments = {
        "theta": THETA,
        "batches": [(X, Y)],
        "settings": {"learning_rate": [0.1, 0.2]},
        "optimizer": adam_of,
        **change,
    }
    with pytest.raises(error, match=message):
        sweep(NET.loss_and_gradient, **arguments)
