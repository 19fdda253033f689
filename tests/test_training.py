"""Training: the loop, batches, runs that diverge, resuming, and a thousand networks at once."""

import inspect
import itertools
import math
import platform
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.landscapes import quadratic, rosenbrock
from course_lib.mlp import MLP
from course_lib.optimizers import Optimizer, adam, adamw, momentum, sgd
from course_lib.schedules import cosine, step_decay
from course_lib.training import Step, descend, minibatches
from course_lib.transformations import Adam, ClipByGlobalNorm, Momentum, chain

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
NET = MLP((2, 4, 1), output="sigmoid", loss="binary_cross_entropy")
THETA = NET.init(rng=np.random.default_rng(0))


def _last(steps):
    *_, step = steps
    return step


# --- the loop ------------------------------------------------------------------------------------


def test_a_quadratic_descends_by_its_closed_form():
    """θ_t = (1 − ηλ)ᵗ θ₀ with λ = 1 and 4; what a step measures, it measures where it starts."""
    eta, start = 0.1, np.array([2.0, -3.0])
    steps = list(
        descend(quadratic(4).loss_and_gradient, start, steps=20, optimizer=sgd(learning_rate=eta))
    )
    assert [step.t for step in steps] == list(range(20))
    for step in steps:
        here = start * np.array([0.9, 0.6]) ** step.t
        assert step.loss == pytest.approx(0.5 * (here[0] ** 2 + 4 * here[1] ** 2))
        assert_allclose(step.gradient, here * [1, 4], rtol=1e-12)
        assert step.gradient_norm == pytest.approx(math.hypot(here[0], 4 * here[1]))
        assert_allclose(step.theta, here * [0.9, 0.6], rtol=1e-12)
        assert step.learning_rate == eta
        assert step.diverged is False


@pytest.mark.parametrize(
    ("loss_and_gradient", "theta", "batch"),
    [
        (quadratic(10).loss_and_gradient, [1.0, 1.0], ()),
        (rosenbrock().loss_and_gradient, [-1.2, 1.0], ()),
        (NET.loss_and_gradient, THETA, (X, Y)),
    ],
    ids=["quadratic", "rosenbrock", "network"],
)
def test_the_loop_is_the_one_that_a_reader_writes_by_hand(loss_and_gradient, theta, batch):
    optimizer = Optimizer(
        direction=chain(ClipByGlobalNorm(max_norm=1.0), Adam()), learning_rate=cosine(0.1, steps=50)
    )
    steps = list(descend(loss_and_gradient, theta, [batch] * 50, optimizer=optimizer))
    theta = np.array(theta)
    state = optimizer.init(theta)
    for step in steps:
        loss, g = loss_and_gradient(theta, *batch)
        assert step.loss == loss
        assert_array_equal(step.gradient, g)
        assert step.learning_rate == optimizer.rate(state.t)
        theta, state = optimizer.step(theta, g, state)
        assert_array_equal(step.theta, theta)
    assert len(steps) == 50
    assert steps[-1].loss < steps[0].loss


def test_a_network_learns_xor():
    step = _last(
        descend(NET.loss_and_gradient, THETA, [(X, Y)] * 300, optimizer=adam(learning_rate=0.1))
    )
    assert step.loss < 0.01
    assert_array_equal(np.round(NET.predict(step.theta, X)), Y)


def test_every_step_gets_its_own_batch():
    seen = []

    def record(theta, number, word="none"):
        seen.append((number, word))
        return 0.0, 0 * theta

    batches = [(1,), (2, "two"), (3,)]
    list(descend(record, [0.0], batches, optimizer=sgd(learning_rate=0.1)))
    assert seen == [(1, "none"), (2, "two"), (3, "none")]


def test_steps_and_batches_end_the_run_whichever_is_first():
    loss_and_gradient, optimizer = quadratic(2).loss_and_gradient, sgd(learning_rate=0.1)

    def length(batches=None, **settings):
        return len(
            list(descend(loss_and_gradient, [1.0, 1.0], batches, optimizer=optimizer, **settings))
        )

    assert length(steps=7) == 7
    assert length([()] * 5) == 5
    assert length([()] * 5, steps=3) == 3
    assert length([()] * 5, steps=9) == 5
    assert length(itertools.repeat(()), steps=4) == 4
    assert length(steps=0) == length([()], steps=0) == 0


def test_a_batch_is_not_asked_for_before_its_step():
    """With endless minibatches, `steps` takes no batch too many from a generator in use."""
    batches = iter([()] * 5)
    run = descend(
        quadratic(2).loss_and_gradient,
        [1.0, 1.0],
        batches,
        optimizer=sgd(learning_rate=0.1),
        steps=3,
    )
    next(run)
    assert len(list(run)) == 2
    assert len(list(batches)) == 2


def test_the_start_is_left_alone_and_may_be_a_list_of_whole_numbers():
    start = np.array([1.0, 1.0])
    for theta in (start, [1, 1], (1, 1)):
        step = _last(
            descend(
                quadratic(2).loss_and_gradient,
                theta,
                steps=3,
                optimizer=momentum(learning_rate=0.1),
            )
        )
        assert step.theta.dtype == np.float64
    assert_array_equal(start, [1.0, 1.0])


def test_a_gradient_may_be_a_list_and_must_hold_numbers():
    """As of a function that a learner writes: L = x² + 3y."""

    def loss_and_gradient(theta):
        x, y = theta
        return x**2 + 3 * y, [2 * x, 3]

    steps = descend(loss_and_gradient, [1, 1], steps=1, optimizer=adam(learning_rate=0.5))
    assert_allclose(_last(steps).theta, [0.5, 0.5], rtol=1e-7)
    run = descend(lambda p: (0.0, None), [1.0], steps=1, optimizer=sgd(learning_rate=0.1))
    with pytest.raises(TypeError, match="gradient must hold real numbers, got NoneType"):
        next(run)


def test_steps_are_not_overwritten_by_later_ones():
    steps = descend(
        rosenbrock().loss_and_gradient, [-1.2, 1.0], steps=5, optimizer=adam(learning_rate=0.1)
    )
    kept, copies = [], []
    for step in steps:
        kept.append(step)
        copies.append([np.copy(step.theta), np.copy(step.gradient), np.copy(step.state.inner.m)])
    for step, copy in zip(kept, copies, strict=True):
        for array, expected in zip(
            (step.theta, step.gradient, step.state.inner.m), copy, strict=True
        ):
            assert_array_equal(array, expected)


@pytest.mark.parametrize("order", ["C", "F"])
def test_float32_stays_float32_through_a_run(order):
    theta = np.asarray(NET.init(rng=np.random.default_rng(0), runs=3), np.float32, order=order)
    optimizer = Optimizer(
        direction=chain(ClipByGlobalNorm(max_norm=np.array([0.1, 1.0, 10.0])), Momentum()),
        learning_rate=cosine(np.array([0.1, 0.2, 0.3]), steps=20),
    )
    step = _last(descend(NET.loss_and_gradient, theta, [(X, Y)] * 20, optimizer=optimizer))
    assert step.theta.dtype == step.gradient.dtype == np.float32
    wide = _last(
        descend(NET.loss_and_gradient, theta.astype(float), [(X, Y)] * 20, optimizer=optimizer)
    )
    assert_allclose(step.theta, wide.theta, rtol=1e-3, atol=1e-4)


def test_the_generator_stores_nothing():
    """10 000 steps need no more memory than 100: not one byte a step."""
    theta = np.ones(1000)

    def peak(steps):
        run = descend(lambda p: (0.0, p), theta, steps=steps, optimizer=adam(learning_rate=1e-3))
        tracemalloc.start()
        for _ in run:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(10_000) < peak(100) + 10_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other systems keep freed memory")
def test_a_step_gets_its_memory_from_the_one_before():
    """Not from the system, page by page: an array of a megabyte is 256 pages."""
    code = """
import resource
import numpy as np
from course_lib.optimizers import sgd
from course_lib.training import descend
at, faults = [], lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
theta, plain = np.ones(2**17), sgd(learning_rate=1.0)
for step in descend(lambda p: (0.0, p * 1.0), theta, steps=120, optimizer=plain):
    at.append(faults())
print((at[-1] - at[19]) / 100)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 10


# --- resuming ------------------------------------------------------------------------------------

OPTIMIZERS = {
    "momentum": momentum(learning_rate=0.5),
    "adamw, schedule": adamw(learning_rate=step_decay(0.1, factor=0.5, every=7), weight_decay=0.01),
    "chain": Optimizer(
        direction=chain(ClipByGlobalNorm(max_norm=0.1), Adam(amsgrad=True)), learning_rate=0.05
    ),
}


@pytest.mark.parametrize("runs", [None, 3])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_run_that_was_interrupted_ends_where_an_uninterrupted_one_does(optimizer, runs):
    theta, batch = NET.init(rng=np.random.default_rng(0), runs=runs), (X, Y)
    whole = list(descend(NET.loss_and_gradient, theta, [batch] * 40, optimizer=optimizer))
    first = _last(descend(NET.loss_and_gradient, theta, [batch] * 17, optimizer=optimizer))
    rest = list(
        descend(
            NET.loss_and_gradient, first.theta, [batch] * 23, optimizer=optimizer, state=first.state
        )
    )
    assert [step.t for step in rest] == list(range(17, 40))
    assert_array_equal(rest[-1].theta, whole[-1].theta)
    assert rest[-1].learning_rate == whole[-1].learning_rate


# --- runs that diverge ---------------------------------------------------------------------------


def test_a_diverging_run_ends_with_a_step_that_says_so():
    """Warnings are errors in these tests, and there is none."""
    start = rosenbrock().start
    steps = list(
        descend(rosenbrock().loss_and_gradient, start, steps=100, optimizer=sgd(learning_rate=0.1))
    )
    assert len(steps) < 20
    assert [step.diverged for step in steps] == [False] * (len(steps) - 1) + [True]
    assert not math.isfinite(steps[-1].loss + steps[-1].gradient_norm)
    assert_array_equal(steps[-1].theta, steps[-2].theta)  # it stays where it was finite
    assert np.isfinite(steps[-1].theta).all()
    assert steps[-1].state is steps[-2].state


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden": "relu"},
        {"hidden": "identity", "output": "softmax", "loss": "softmax_cross_entropy"},
    ],
)
@pytest.mark.parametrize("optimizer", [sgd(learning_rate=1e6), momentum(learning_rate=1e9)])
@pytest.mark.parametrize("runs", [None, 2])
def test_a_network_blows_up_without_a_warning(settings, optimizer, runs):
    net = MLP((2, 4, 3, 2), **settings)
    theta = 1e60 * net.init(rng=np.random.default_rng(0), runs=runs)
    targets = np.hstack([Y, 1 - Y])
    step = _last(descend(net.loss_and_gradient, theta, [(X, targets)] * 60, optimizer=optimizer))
    assert np.all(step.diverged)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("where", ["loss", "gradient"])
def test_nan_and_infinity_are_seen_in_the_loss_and_in_the_gradient(bad, where):
    def loss_and_gradient(theta, t):
        loss, g = 1.0, np.ones(3)
        if t == 2 and where == "loss":
            loss = bad
        elif t == 2:
            g[1] = bad
        return loss, g

    batches = [(t,) for t in range(5)]
    steps = list(
        descend(loss_and_gradient, [0.0, 0.0, 0.0], batches, optimizer=sgd(learning_rate=0.1))
    )
    assert [step.diverged for step in steps] == [False, False, True]
    assert_allclose(steps[-1].theta, -0.2)


def test_a_large_gradient_is_no_divergence():
    """Its square overflows, it does not."""
    steps = descend(
        lambda p: (0.0, np.full(4, 1e200)),
        np.zeros(4),
        steps=3,
        optimizer=sgd(learning_rate=1e-200),
    )
    step = _last(steps)
    assert step.diverged is False
    assert step.gradient_norm == 2e200
    assert_allclose(step.theta, -3)


def test_of_many_runs_only_the_diverged_one_stops():
    """On ½‖θ‖² momentum diverges where η > 2(1 + β) = 3; the others go on as they would alone."""
    optimizer = momentum(learning_rate=np.array([0.1, 5.0, 0.2]), beta=0.5)
    start = np.full((2, 3), 1e150)
    steps = list(descend(quadratic(1).loss_and_gradient, start, steps=100, optimizer=optimizer))
    assert len(steps) == 100
    diverged = np.array([step.diverged for step in steps])
    assert diverged[-1].tolist() == [False, True, False]
    first = int(np.argmax(diverged[:, 1]))
    assert 0 < first < 50
    assert diverged[first:, 1].all()
    for step in steps[first:]:
        assert_array_equal(step.theta[:, 1], steps[first - 1].theta[:, 1])
    for run, rate in ((0, 0.1), (2, 0.2)):
        alone = descend(
            quadratic(1).loss_and_gradient,
            start[:, run],
            steps=100,
            optimizer=momentum(learning_rate=rate, beta=0.5),
        )
        assert_allclose(steps[-1].theta[:, run], _last(alone).theta, rtol=1e-12)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_of_many_runs_one_entry_of_a_gradient_that_is_not_finite_stops_its_run_alone(bad):
    def loss_and_gradient(theta):
        gradient = np.ones_like(theta)
        gradient[0, 1] = bad
        return np.ones(3), gradient

    (step,) = descend(loss_and_gradient, np.zeros((2, 3)), steps=1, optimizer=sgd(learning_rate=1))
    assert step.diverged.tolist() == [False, True, False]
    assert step.theta.tolist() == [[-1, 0, -1], [-1, 0, -1]]


def test_a_run_that_has_diverged_does_not_come_back_on_a_kinder_batch():
    """Batch 1 is infinite for run 0 alone. A single run would have ended there."""

    def loss_and_gradient(theta, t):
        loss = np.array([math.inf if t == 1 else 0.0, 0.0])
        return loss, np.ones_like(theta)

    batches = [(t,) for t in range(4)]
    optimizer = momentum(learning_rate=1.0, beta=0.0)
    steps = list(descend(loss_and_gradient, np.zeros((1, 2)), batches, optimizer=optimizer))
    assert [step.diverged.tolist() for step in steps] == [[False, False]] + [[True, False]] * 3
    assert_array_equal(steps[-1].theta, [[-1.0, -4.0]])


def test_the_run_ends_when_every_run_has_diverged():
    optimizer = sgd(learning_rate=np.array([3.0, 30.0]))
    steps = list(
        descend(quadratic(1).loss_and_gradient, np.ones((2, 2)), steps=5000, optimizer=optimizer)
    )
    assert len(steps) < 600
    assert steps[-1].diverged.all()
    assert not steps[-2].diverged.all()


# --- a thousand at once --------------------------------------------------------------------------


def test_a_thousand_networks_at_once_train_as_each_does_alone():
    """Each with a learning rate and a clip threshold of its own; ten are compared to 1e-12."""
    rng = np.random.default_rng(0)
    net, runs = MLP((2, 8, 1), output="sigmoid"), 1000
    theta, batches = net.init(rng=rng, runs=runs), [(X, Y)] * 120
    rates, thresholds = 10 ** rng.uniform(-2, 0.5, runs), 10 ** rng.uniform(-2, 0, runs)

    def optimizer(rate, threshold):
        direction = chain(ClipByGlobalNorm(max_norm=threshold), Momentum(beta=0.8))
        return Optimizer(direction=direction, learning_rate=rate)

    together = _last(
        descend(net.loss_and_gradient, theta, batches, optimizer=optimizer(rates, thresholds))
    )
    assert together.loss.shape == (runs,)
    assert together.loss.min() < 0.01 < together.loss.max()
    for run in range(0, runs, 100):
        alone = _last(
            descend(
                net.loss_and_gradient,
                theta[:, run],
                batches,
                optimizer=optimizer(float(rates[run]), float(thresholds[run])),
            )
        )
        assert together.loss[run] == pytest.approx(alone.loss, rel=1e-12)
        assert_allclose(together.theta[:, run], alone.theta, rtol=1e-12, atol=1e-12)


# --- minibatches ---------------------------------------------------------------------------------

DATA = np.arange(20.0).reshape(10, 2)
NUMBERS = np.arange(10.0)[:, None]


def _rng(seed=0):
    return np.random.default_rng(seed)


def test_every_sample_comes_once_an_epoch_and_the_last_batch_is_what_is_left():
    for epochs in (1, 3):
        batches = list(minibatches(DATA, NUMBERS, size=4, rng=_rng(), epochs=epochs))
        assert [len(x) for x, _ in batches] == [4, 4, 2] * epochs
        for epoch in range(epochs):
            numbers = np.concatenate([y for _, y in batches[3 * epoch : 3 * epoch + 3]])
            assert sorted(numbers.ravel().tolist()) == list(range(10))


@pytest.mark.parametrize(("size", "lengths"), [(5, [5, 5]), (10, [10]), (1, [1] * 10), (9, [9, 1])])
def test_a_size_that_divides_the_samples_leaves_no_smaller_batch(size, lengths):
    batches = minibatches(DATA, NUMBERS, size=size, rng=_rng())
    assert [len(x) for x, _ in batches] == lengths


def test_samples_keep_their_targets():
    for x, y in minibatches(DATA, NUMBERS, size=3, rng=_rng()):
        assert x.shape == (len(y), 2)
        assert_array_equal(x[:, :1], 2 * y)
        assert_array_equal(x[:, 1:], 2 * y + 1)


def test_every_epoch_has_a_new_order_and_a_seed_repeats_them_all():
    def order(seed):
        epochs = minibatches(DATA, NUMBERS, size=10, rng=_rng(seed), epochs=4)
        return [tuple(y.ravel().tolist()) for _, y in epochs]

    assert len(set(order(0))) == 4
    assert tuple(range(10)) not in order(0)
    assert order(0) == order(0)
    assert order(0) != order(1)


def test_each_sample_is_as_likely_in_every_place():
    """Over 2000 shuffles of 4, each sample is first in a quarter: within 4 standard deviations."""
    epochs = minibatches(DATA[:4], NUMBERS[:4], size=1, rng=_rng(), epochs=2000)
    first = np.array([y.item() for _, y in epochs]).reshape(2000, 4)[:, 0]
    counts = np.bincount(first.astype(int), minlength=4)
    assert np.abs(counts - 500).max() < 4 * math.sqrt(2000 * 0.25 * 0.75)


def test_the_mean_gradient_over_an_epoch_is_the_gradient_of_all_samples():
    x, y = _rng().normal(size=(12, 2)), _rng(1).integers(0, 2, size=(12, 1))
    parts = [
        NET.loss_and_gradient(THETA, *batch)[1] for batch in minibatches(x, y, size=4, rng=_rng())
    ]
    assert_allclose(
        np.mean(parts, axis=0), NET.loss_and_gradient(THETA, x, y)[1], rtol=1e-12, atol=1e-16
    )


def test_without_a_number_of_epochs_batches_never_end():
    batches = minibatches(DATA, NUMBERS, size=4, rng=_rng(), epochs=None)
    step = _last(
        descend(
            lambda p, x, y: (y.mean(), p),
            [1.0],
            batches,
            optimizer=sgd(learning_rate=0.1),
            steps=100,
        )
    )
    assert step.t == 99
    assert len(list(itertools.islice(batches, 5))) == 5


def test_batches_are_copies_and_the_data_are_left_alone():
    x, y = DATA.copy(), NUMBERS.copy()
    for x_batch, y_batch in minibatches(x, y, size=10, rng=_rng()):
        x_batch[...] = y_batch[...] = np.nan
    assert_array_equal(x, DATA)
    assert_array_equal(y, NUMBERS)


def test_targets_may_have_any_shape_and_type():
    ((x, y),) = minibatches([[1], [2]], [0, 1], size=2, rng=_rng())
    assert x.dtype == y.dtype == np.float64
    assert_array_equal(np.sort(y), [0, 1])
    ((x, _),) = minibatches(DATA.astype(np.float32), NUMBERS, size=10, rng=_rng())
    assert x.dtype == np.float32


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 0}, "size must be 1 or more, got 0"),
        ({"size": 11}, "size 11 exceeds the 10 samples; use size=10 or less"),
        ({"epochs": 0}, "epochs must be 1 or more, got 0"),
        ({"Y": NUMBERS[:9]}, r"X \(10, 2\) and Y \(9, 1\) must hold the same samples, one a row"),
        ({"X": DATA[:0], "Y": NUMBERS[:0]}, r"X \(0, 2\) and Y \(0, 1\) .*at least one"),
        ({"X": 3.0}, r"X \(\) and Y"),
        ({"X": DATA * np.nan}, r"X must be finite, got X\[0, 0\] = nan"),
        (
            {"Y": np.vstack([NUMBERS[:9], [[math.inf]]])},
            r"Y must be finite, got Y\[9, 0\] = inf",
        ),
    ],
)
def test_minibatches_says_at_once_what_does_not_fit(change, message):
    arguments = {"X": DATA, "Y": NUMBERS, "size": 4, "rng": _rng(), **change}
    with pytest.raises(ValueError, match=message):
        minibatches(**arguments)


def test_minibatches_wants_a_generator_and_a_whole_size():
    with pytest.raises(TypeError, match=r"try rng=np\.random\.default_rng\(0\)"):
        minibatches(DATA, NUMBERS, size=4, rng=0)
    with pytest.raises(TypeError, match=r"size must be a whole number \(int\), got 2\.5"):
        minibatches(DATA, NUMBERS, size=2.5, rng=_rng())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"theta": [1.0, np.nan]}, ValueError, r"theta must be finite, got theta\[1\] = nan"),
        ({"theta": ["a"]}, TypeError, "theta must hold real numbers"),
        ({"steps": -1}, ValueError, "steps must be 0 or more, got -1"),
        ({"steps": 2.0}, TypeError, "steps must be a whole number"),
        ({"steps": None}, ValueError, "nothing says how long to run: give steps=100, or batches"),
        ({"optimizer": sgd}, TypeError, r"try optimizer=sgd\(learning_rate=0\.1\)"),
        ({"optimizer": Adam()}, TypeError, r"optimizer is Adam\(.*try optimizer=sgd"),
        ({"optimizer": sgd(learning_rate=np.ones(3))}, ValueError, r"theta of shape \(n, 3\)"),
        (
            {"optimizer": momentum(learning_rate=0.1, beta=np.zeros(2))},
            ValueError,
            r"theta of shape \(n, 2\)",
        ),
    ],
)
def test_descend_says_at_once_what_does_not_fit(change, error, message):
    arguments = {"theta": [1.0, 1.0], "steps": 3, "optimizer": sgd(learning_rate=0.1), **change}
    with pytest.raises(error, match=message):
        descend(quadratic(1).loss_and_gradient, **arguments)


def test_batches_that_were_used_up_are_told_from_a_run_without_steps():
    """A second run over one generator would train nothing and say nothing."""
    batches = minibatches(X, Y, size=2, rng=_rng())
    list(batches)
    run = descend(NET.loss_and_gradient, THETA, batches, optimizer=sgd(learning_rate=0.1))
    with pytest.raises(
        ValueError, match=r"batches is empty; an iterator .* serves one run: make another"
    ):
        next(run)


def test_a_pair_of_arrays_in_place_of_batches_is_told_how_to_become_some():
    run = descend(NET.loss_and_gradient, THETA, (X, Y), optimizer=sgd(learning_rate=0.1))
    with pytest.raises(
        TypeError, match=r"got an array of shape \(4, 2\).*write \[\(X, Y\)\] \* 500"
    ):
        next(run)


def test_a_gradient_that_does_not_fit_theta_is_refused_at_its_step():
    run = descend(
        lambda p: (0.0, np.ones(3)), [1.0, 2.0], steps=3, optimizer=sgd(learning_rate=0.1)
    )
    with pytest.raises(ValueError, match=r"g has shape \(3,\), expected \(2,\)"):
        next(run)


def test_descend_is_a_generator_of_steps():
    run = descend(
        quadratic(1).loss_and_gradient, [1.0, 1.0], steps=1, optimizer=sgd(learning_rate=0.1)
    )
    assert inspect.isgenerator(run)
    assert isinstance(next(run), Step)
