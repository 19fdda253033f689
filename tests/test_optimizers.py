"""Optimizers against PyTorch's trajectories, and by what a step must do."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.landscapes import quadratic, rosenbrock
from course_lib.mlp import MLP
from course_lib.optimizers import (
    Optimizer,
    adam,
    adamw,
    momentum,
    nesterov,
    rmsprop,
    sgd,
)
from course_lib.schedules import cosine, exponential_decay, linear_warmup, step_decay
from course_lib.symbolic.optimizers import adam_l2_first_step, adam_step, adamw_first_step
from course_lib.transformations import (
    Adam,
    ClipByGlobalNorm,
    ClipByValue,
    DecayWeights,
    Momentum,
    Nesterov,
    RMSProp,
    chain,
)

# --- PyTorch -------------------------------------------------------------------------------------

FILE = Path(__file__).parent / "golden" / "torch_trajectories.json"
GOLDEN = json.loads(FILE.read_text("utf-8"))

# PyTorch's schedules in our words. Its factor a step is our e^(-rate); its warm-up names the first
# factor and the number of steps that it rises.
SCHEDULES = {
    None: lambda lr: lr,
    "ExponentialLR": lambda lr, gamma: exponential_decay(lr, rate=-math.log(gamma)),
    "StepLR": lambda lr, step_size, gamma: step_decay(lr, factor=gamma, every=step_size),
    "CosineAnnealingLR": lambda lr, T_max, eta_min: cosine(lr, steps=T_max, final=eta_min),
    "LinearLR": lambda lr, start_factor, total_iters: linear_warmup(
        lr, steps=round(1 / start_factor)
    ),
}


def _direction(name, settings):
    """Translate the names: `alpha` is beta, `betas` are beta1 and beta2, SGD has three kinds."""
    if name == "RMSprop":
        return RMSProp(beta=settings["alpha"], eps=settings["eps"])
    if name == "SGD":
        kind = Nesterov if settings.get("nesterov") else Momentum
        return kind(beta=settings["momentum"]) if "momentum" in settings else chain()
    beta1, beta2 = settings["betas"]
    amsgrad = settings.get("amsgrad", False)
    return Adam(beta1=beta1, beta2=beta2, eps=settings["eps"], amsgrad=amsgrad)


def _translated(case):
    """Return our optimizer: clip, then L2, then the direction; AdamW's decay comes last."""
    settings = case["settings"]
    links = [_direction(case["optimizer"], settings)]
    if "weight_decay" in settings:
        place = 1 if case["optimizer"] == "AdamW" else 0
        links.insert(place, DecayWeights(weight_decay=settings["weight_decay"]))
    if "max_norm" in case:
        links.insert(0, ClipByGlobalNorm(max_norm=case["max_norm"]))
    if "max_value" in case:
        links.insert(0, ClipByValue(max_value=case["max_value"]))
    name, arguments = case.get("schedule", (None, {}))
    return Optimizer(
        direction=chain(*links), learning_rate=SCHEDULES[name](settings["lr"], **arguments)
    )


NETWORK = MLP(GOLDEN["sizes"], hidden="tanh", output="sigmoid", loss="mse")
X, Y = np.array(GOLDEN["X"]), np.array(GOLDEN["Y"])
VALLEY = rosenbrock()

GRADIENTS = {
    "rosenbrock": lambda theta, t: VALLEY.loss_and_gradient(theta)[1],
    "network": lambda theta, t: NETWORK.loss_and_gradient(theta, X, Y)[1],
    "steady": lambda theta, t: np.array(GOLDEN["steady"]),
    "fading": lambda theta, t: 3 * np.cos(0.1 * np.arange(1, 4) * t) * math.exp(-t / 20),
}


def _path(optimizer, gradient, theta, steps):
    """Take the steps by hand, and return theta after each, the start first."""
    theta = np.array(theta)
    state, path = optimizer.init(theta), [theta]
    for t in range(steps):
        theta, state = optimizer.step(theta, gradient(theta, t), state)
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize(
    "case", GOLDEN["trajectories"], ids=lambda case: f"{case['problem']}, {case['name']}"
)
def test_two_hundred_steps_go_where_pytorch_goes(case):
    """Golden file, its script and the version: tests/golden/torch_trajectories.*"""
    stored = GOLDEN["steps"]
    path = _path(_translated(case), GRADIENTS[case["problem"]], case["start"], stored[-1])
    assert stored[-1] == 200
    assert_allclose(path[stored], case["theta"], rtol=1e-10, atol=1e-10)


def test_the_golden_file_is_what_pytorch_gives_today():
    pytest.importorskip("torch", reason="the stored trajectories stand in for PyTorch")
    from golden.torch_trajectories import trajectories

    for stored, today in zip(GOLDEN["trajectories"], trajectories(), strict=True):
        assert json.loads(json.dumps({**today, "theta": None})) == {**stored, "theta": None}
        assert_allclose(today["theta"], stored["theta"], rtol=1e-12, atol=1e-12)


def test_the_golden_file_tells_the_optimizers_apart():
    """Each of them ends elsewhere on the network, and on the gradient that fades."""
    for problem in ("network", "fading"):
        cases = [case for case in GOLDEN["trajectories"] if case["problem"] == problem]
        assert len(cases) == 17
        assert len({tuple(np.round(case["theta"][-1], 9)) for case in cases}) == 17


@pytest.mark.parametrize("t", [1, 2, 3])
def test_adams_first_steps_are_those_that_sympy_derives(t):
    g = np.array([[0.3, -2.0, 1e-4], [-0.1, -1.0, 5.0], [4.0, 0.5, 1e-4]])[:t]
    settings = {"beta1": 0.8, "beta2": 0.95, "eps": 1e-3}
    path = _path(adam(learning_rate=0.1, **settings), lambda theta, t: g[t], np.zeros(3), t)
    step = adam_step(t).as_function()(g, 0.1, *settings.values())
    assert_allclose(path[t - 1] - path[t], step, rtol=1e-12)


def test_the_first_steps_with_decay_are_those_that_sympy_derives():
    """AdamW, and Adam on a loss with an L2 penalty."""
    theta, g, decay = 3.0, np.array([[0.2]]), 0.4
    settings = {"beta1": 0.8, "beta2": 0.95, "eps": 1e-3}
    coupled = chain(DecayWeights(weight_decay=decay), Adam(**settings))
    for optimizer, formula in [
        (adamw(learning_rate=0.1, weight_decay=decay, **settings), adamw_first_step()),
        (Optimizer(direction=coupled, learning_rate=0.1), adam_l2_first_step()),
    ]:
        path = _path(optimizer, lambda theta, t: g[0], [theta], 1)
        step = formula.as_function()(g, 0.1, *settings.values(), theta, decay)
        assert_allclose(path[0] - path[1], step, rtol=1e-12)


# --- a step --------------------------------------------------------------------------------------


def test_a_step_goes_against_the_direction():
    """θ = 2, g = 3, η = ½: 2 − 1.5. The one minus sign of the house."""
    optimizer = sgd(learning_rate=0.5)
    theta = np.array([2.0, -1.0])
    arrived, state = optimizer.step(theta, np.array([3.0, -4.0]), optimizer.init(theta))
    assert_array_equal(arrived, [0.5, 1.0])
    assert state.t == 1


def test_plain_descent_on_a_quadratic_shrinks_each_coordinate_by_its_own_factor():
    """(1 − ηλ)ᵗ with λ = 1 and 10: the closed form of the lecture."""
    path = _path(sgd(learning_rate=0.15), lambda theta, t: theta * [1, 10], [3.0, -2.0], 30)
    t = np.arange(31)[:, None]
    assert_allclose(path, [3.0, -2.0] * np.array([0.85, -0.5]) ** t, rtol=1e-12)


def test_momentum_on_a_quadratic_follows_its_recurrence():
    """Eliminating v: θ_{t+1} = (1 + β − ηλ) θ_t − β θ_{t−1}, the heavy ball's second difference."""
    path = _path(momentum(learning_rate=0.1, beta=0.8), lambda theta, t: 4 * theta, [1.0], 50)
    assert path[1] == 0.6
    assert_allclose(path[2:], (1.8 - 0.4) * path[1:-1] - 0.8 * path[:-2], rtol=1e-10, atol=1e-14)


def test_nesterovs_own_iterate_takes_its_gradient_ahead():
    """φ = θ + ηβv obeys Sutskever's form: φ + u, where u ← βu − η g(φ + βu)."""
    eta, beta, gradient = 0.02, 0.9, quadratic(25).loss_and_gradient
    optimizer = nesterov(learning_rate=eta, beta=beta)
    theta = phi = np.array([1.0, -1.0])
    state, u = optimizer.init(theta), np.zeros(2)
    for _ in range(50):
        theta, state = optimizer.step(theta, gradient(theta)[1], state)
        u = beta * u - eta * gradient(phi + beta * u)[1]
        phi = phi + u
        assert_allclose(theta + eta * beta * state.inner.v, phi, atol=1e-13)


def test_adamw_at_zero_gradient_shrinks_by_exactly_one_minus_eta_lambda():
    path = _path(adamw(learning_rate=0.1, weight_decay=0.5), lambda theta, t: 0 * theta, [4.0], 10)
    assert_allclose(path[:, 0], 4.0 * 0.95 ** np.arange(11), rtol=1e-14)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_adams_step_has_the_length_of_the_learning_rate_whatever_the_scale(scale):
    path = _path(adam(learning_rate=0.01), lambda theta, t: np.array([scale]), [0.0], 20)
    assert_allclose(path[:, 0], -0.01 * np.arange(21), rtol=1e-4)


def test_a_schedule_is_asked_for_the_rate_of_step_zero_first():
    asked = []

    def schedule(t):
        asked.append(t)
        return 1.0 / (t + 1)

    optimizer = sgd(learning_rate=schedule)
    state = optimizer.init(np.zeros(1))
    asked.clear()  # init looks at its shape
    theta = np.zeros(1)
    for _ in range(4):
        theta, state = optimizer.step(theta, np.ones(1), state)
    assert asked == [0, 1, 2, 3]
    assert theta[0] == pytest.approx(-(1 + 1 / 2 + 1 / 3 + 1 / 4))
    assert optimizer.rate(9) == 0.1


# --- what every optimizer keeps ------------------------------------------------------------------

EVERY = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adam": adam,
    "amsgrad": lambda **settings: adam(**settings, amsgrad=True),
    "adamw": lambda **settings: adamw(**settings, weight_decay=0.2),
}
each = pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)


def _bowl(theta, t):
    return theta * np.arange(1.0, len(theta) + 1).reshape(-1, *[1] * (theta.ndim - 1))


@each
def test_each_run_has_its_own_learning_rate(make):
    theta, rates = np.random.default_rng(0).normal(size=(4, 3)), np.array([0.01, 0.1, 0.2])
    together = _path(make(learning_rate=rates), _bowl, theta, 25)
    scheduled = _path(make(learning_rate=cosine(rates, steps=25)), _bowl, theta, 25)
    for run, rate in enumerate(rates.tolist()):
        alone = _path(make(learning_rate=rate), _bowl, theta[:, run], 25)
        assert_allclose(together[:, :, run], alone, rtol=1e-12)
        alone = _path(make(learning_rate=cosine(rate, steps=25)), _bowl, theta[:, run], 25)
        assert_allclose(scheduled[:, :, run], alone, rtol=1e-12)


@each
def test_the_arguments_of_a_step_are_left_alone(make):
    optimizer = make(learning_rate=0.1)
    theta, g = np.array([1.0, -2.0]), np.array([0.5, 3.0])
    _, state = optimizer.step(theta, g, optimizer.init(theta))
    kept = repr(state)
    arrived, _ = optimizer.step(theta, g, state)
    arrived[:] = np.nan
    assert_array_equal(theta, [1.0, -2.0])
    assert_array_equal(g, [0.5, 3.0])
    assert repr(state) == kept


@pytest.mark.parametrize("rate", [0.1, np.float64(0.1), cosine(0.1, steps=9), np.array([0.1, 0.2])])
@each
def test_float32_parameters_stay_float32(make, rate):
    """Also where the rate is a float64 scalar, as of a schedule, or an array."""
    theta = np.ones((3, 2), np.float32)
    path = _path(make(learning_rate=rate), lambda theta, t: theta.astype(np.float32), theta, 3)
    assert path.dtype == np.float32
    assert np.isfinite(path).all()
    assert (path[-1] < path[0]).all()


@each
def test_whole_numbers_and_any_memory_order_are_taken_as_parameters(make):
    optimizer, g = make(learning_rate=0.25), np.array([[0.5, 1.0, 0.3], [-1.0, 2.0, 0.1]])
    theta = np.array([[3, -1, 2], [4, 0, 1]])
    expected, _ = optimizer.step(1.0 * theta, g, optimizer.init(1.0 * theta))
    strided = np.repeat(1.0 * theta, 2, axis=1)[:, ::2]
    for twin in (theta, np.asfortranarray(1.0 * theta), strided):
        arrived, _ = optimizer.step(twin, np.asfortranarray(g), optimizer.init(twin))
        assert_array_equal(arrived, expected)


def test_the_short_names_pass_their_settings_on():
    rate = 0.1
    betas = {"beta1": 0.7, "beta2": 0.8, "eps": 1e-3}
    for short, direction in [
        (sgd(learning_rate=rate), chain()),
        (momentum(learning_rate=rate, beta=0.7), Momentum(beta=0.7)),
        (nesterov(learning_rate=rate, beta=0.7), Nesterov(beta=0.7)),
        (rmsprop(learning_rate=rate, beta=0.7, eps=0.1), RMSProp(beta=0.7, eps=0.1)),
        (adam(learning_rate=rate, **betas), Adam(**betas)),
        (adam(learning_rate=rate, **betas, amsgrad=True), Adam(**betas, amsgrad=True)),
        (
            adamw(learning_rate=rate, weight_decay=0.3, **betas),
            chain(Adam(**betas), DecayWeights(weight_decay=0.3)),
        ),
        (momentum(learning_rate=rate), Momentum(beta=0.9)),
        (nesterov(learning_rate=rate), Nesterov(beta=0.9)),
        (rmsprop(learning_rate=rate), RMSProp(beta=0.9, eps=1e-8)),
        (adam(learning_rate=rate), Adam(beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False)),
        (
            adamw(learning_rate=rate, weight_decay=0.3),
            chain(Adam(beta1=0.9, beta2=0.999, eps=1e-8), DecayWeights(weight_decay=0.3)),
        ),
    ]:
        assert short == Optimizer(direction=direction, learning_rate=rate)


def test_an_optimizer_is_its_settings_given_by_name_and_not_changed():
    optimizer = sgd(learning_rate=0.1)
    with pytest.raises(AttributeError):
        optimizer.learning_rate = 0.2
    with pytest.raises(TypeError, match="positional"):
        Optimizer(chain(), 0.1)


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, np.array([0.1, -0.1])])
@each
def test_a_learning_rate_that_goes_uphill_is_refused(make, rate):
    with pytest.raises(ValueError, match=r"learning_rate must be 0 or more.*already goes downhill"):
        make(learning_rate=rate)


@each
def test_rates_of_many_runs_need_a_theta_of_many_runs(make):
    for rate in (np.ones(3), cosine(np.ones(3), steps=5)):
        with pytest.raises(ValueError, match=r"learning_rate has shape \(3,\) and theta \(3,\)"):
            make(learning_rate=rate).init(np.zeros(3))
        with pytest.raises(ValueError, match=r"needs theta of shape \(n, 3\)"):
            make(learning_rate=rate).init(np.zeros((3, 2)))


def test_a_gradient_of_another_shape_is_refused():
    """(2,) - (2, 1) would be (2, 2)."""
    optimizer = sgd(learning_rate=0.1)
    theta = np.zeros(2)
    with pytest.raises(ValueError, match=r"g has shape \(2, 1\), expected \(2,\).*each parameter"):
        optimizer.step(theta, np.zeros((2, 1)), optimizer.init(theta))


@pytest.mark.parametrize("direction", [Adam, 0.1, None])
def test_a_direction_is_a_transformation(direction):
    with pytest.raises(TypeError, match=r"direction is .*not a transformation; write Adam\(\)"):
        Optimizer(direction=direction, learning_rate=0.1)


def test_a_learning_rate_is_a_number():
    with pytest.raises(TypeError, match="learning_rate must hold real numbers"):
        sgd(learning_rate="fast")
    with pytest.raises(TypeError, match="weight_decay"):
        adamw(learning_rate=0.1)


def test_a_projection_keeps_the_parameters_where_they_are_allowed():
    """Of 0.5 − η·d for d = −1: 0.8, then 1 where 1.1 would be, and so again."""
    optimizer = Optimizer(
        direction=chain(), learning_rate=0.3, project=lambda theta: np.clip(theta, -1, 1)
    )
    path = _path(optimizer, lambda theta, t: -np.ones_like(theta), np.array([0.5]), 3)
    assert_allclose(path[:, 0], [0.5, 0.8, 1.0, 1.0])


def test_a_projection_that_cannot_be_called_is_refused_with_an_example():
    with pytest.raises(TypeError, match=r"np\.clip"):
        Optimizer(direction=chain(), learning_rate=0.3, project=(-1, 1))
