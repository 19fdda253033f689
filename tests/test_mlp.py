"""The network: every gradient against central differences and SymPy, alone and with runs."""

import functools
import itertools

import numpy as np
import pytest
import sympy as sp
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.losses import LOSSES, OUTPUT_OF_LOGIT_LOSS
from course_lib.mlp import HIDDEN, MLP, OUTPUTS
from course_lib.symbolic import activations, losses, outputs

# Every output with every loss that fits it.
PAIRS = [
    (output, loss)
    for output, loss in itertools.product(OUTPUTS, LOSSES)
    if OUTPUT_OF_LOGIT_LOSS.get(loss, output) == output
]
NETWORKS = [((2, 3), HIDDEN[0], *pair) for pair in PAIRS]
NETWORKS += [
    (sizes, hidden, *pair)
    for sizes, hidden, pair in itertools.product([(2, 4, 3), (2, 3, 2, 3)], HIDDEN, PAIRS)
]
every_network = pytest.mark.parametrize(
    "network",
    [MLP(*network) for network in NETWORKS],
    ids=lambda net: "-".join(map(str, vars(net).values())),
)

SAMPLES, RUNS = 5, 2


def _problem(net):
    """Parameters of each run, and a batch whose targets fit every loss; no two sizes are equal."""
    rng = np.random.default_rng(1)
    theta = rng.normal(size=(net.n_parameters, RUNS))
    X = rng.normal(size=(SAMPLES, net.sizes[0]))
    Y = rng.random((SAMPLES, net.sizes[-1]))
    return theta, X, Y / Y.sum(axis=1, keepdims=True)


# --- SymPy: the chain rule through a network of any functions, then the functions ----------------


class Slope(sp.Function):
    """The derivative of the hidden activation."""


class Hidden(sp.Function):
    """The hidden activation, whichever it is."""

    def fdiff(self, argindex=1):
        return Slope(*self.args)


class LossSlope(sp.Function):
    """The derivative of the loss by logit j; called with j first."""


class Loss(sp.Function):
    """The loss of one sample, as a function of the last layer's logits and of the targets."""

    def fdiff(self, argindex=1):
        return LossSlope(argindex, *self.args)


@functools.cache
def _chain_rule(sizes):
    """Let SymPy differentiate the loss of one sample by every parameter; lambdify the result."""
    letters = iter(sp.symbols(f"theta:{sum((i + 1) * o for i, o in itertools.pairwise(sizes))}"))
    x, t = sp.symbols(f"x:{sizes[0]}"), sp.symbols(f"t:{sizes[-1]}")
    theta, a = [], list(x)
    for d_in, d_out in itertools.pairwise(sizes):
        W = [[next(letters) for _ in range(d_out)] for _ in range(d_in)]
        b = [next(letters) for _ in range(d_out)]
        theta += [*itertools.chain(*W), *b]
        z = [sum(a[i] * W[i][j] for i in range(d_in)) + b[j] for j in range(d_out)]
        a = [Hidden(entry) for entry in z]
    loss = Loss(*z, *t)
    functions = sp.symbols("Hidden Slope Loss LossSlope")  # the caller says which they are
    everything = [loss, *(loss.diff(parameter) for parameter in theta)]
    return sp.lambdify([theta, x, t, *functions], everything, "numpy", cse=True)


@functools.cache
def _hidden(name):
    z = sp.Symbol("z")
    f = getattr(activations, name)
    return sp.lambdify(z, f(z), "numpy"), sp.lambdify(z, f(z).diff(z), "numpy")


@functools.cache
def _loss(output, loss):
    """Return the loss of logits z and targets t, and its derivative by logit j, from SymPy."""
    formula, f = (
        getattr(losses, loss),
        getattr(outputs if output == "softmax" else activations, output),
    )
    if (output, loss) not in itertools.product(["softmax"], ["mse", "half_mse"]):
        value, slope = formula.formula(f).as_function(m=3), formula.derive(f).as_function(m=3)
        return (
            lambda *zt: value(np.array(zt[:3]), np.array(zt[3:])),
            lambda j, *zt: slope(np.array(zt[:3]), np.array(zt[3:]))[int(j) - 1],
        )
    z, t = sp.symbols("z:3"), sp.symbols("t:3")
    y = [sp.exp(entry) / sum(map(sp.exp, z)) for entry in z]
    value = formula.formula().instantiate(m=3).rhs
    value = value.xreplace(dict(zip(_entries(formula), [*y, *t], strict=True)))
    slopes = sp.lambdify([*z, *t], [value.diff(entry) for entry in z], "numpy", cse=True)
    return sp.lambdify([*z, *t], value, "numpy"), lambda j, *zt: slopes(*zt)[int(j) - 1]


def _entries(formula):
    """Return y_1, y_2, y_3 and their targets, as the formula names them."""
    return [letter[j] for letter in formula.formula().arguments for j in (1, 2, 3)]


def _sympy(net, theta, X, Y):
    """Return the loss and its gradient: the mean over samples of what SymPy derives for one."""
    functions = *_hidden(net.hidden), *_loss(net.output, net.loss)
    each_sample = np.broadcast_arrays(*_chain_rule(net.sizes)(theta, X.T, Y.T, *functions))
    loss, *gradient = np.mean(each_sample, axis=1)
    return loss, np.array(gradient)


@every_network
def test_loss_and_gradient_are_those_that_sympy_derives(network):
    theta, X, Y = _problem(network)
    for run in range(RUNS):
        loss, gradient = network.loss_and_gradient(theta[:, run], X, Y)
        expected_loss, expected = _sympy(network, theta[:, run], X, Y)
        assert loss == pytest.approx(expected_loss, rel=1e-12)
        assert_allclose(gradient, expected, rtol=1e-10, atol=1e-14)


# --- central differences, and runs ---------------------------------------------------------------


def _central_differences(net, theta, X, Y, h=1e-5):
    """Differentiate by every parameter at once: each shifted theta is a run of its own."""
    shifts = h * np.eye(len(theta))
    above, _ = net.loss_and_gradient(theta[:, None] + shifts, X, Y)
    below, _ = net.loss_and_gradient(theta[:, None] - shifts, X, Y)
    return (above - below) / (2 * h)


@every_network
def test_the_gradient_agrees_with_central_differences(network):
    theta, X, Y = _problem(network)
    _, together = network.loss_and_gradient(theta, X, Y)
    for run in range(RUNS):
        differences = _central_differences(network, theta[:, run], X, Y)
        _, alone = network.loss_and_gradient(theta[:, run], X, Y)
        for gradient in (alone, together[:, run]):
            assert_allclose(gradient, differences, rtol=1e-6, atol=1e-9)


@every_network
def test_many_runs_give_what_each_gives_alone(network):
    theta, X, Y = _problem(network)
    losses_, gradient = network.loss_and_gradient(theta, X, Y)
    assert losses_.shape == (RUNS,)
    assert gradient.shape == theta.shape
    for run in range(RUNS):
        loss, alone = network.loss_and_gradient(theta[:, run], X, Y)
        assert isinstance(loss, float)
        assert losses_[run] == pytest.approx(loss, rel=1e-13)
        assert_allclose(gradient[:, run], alone, rtol=1e-11, atol=1e-15)
        prediction = network.predict(theta[:, run], X)
        assert_allclose(network.predict(theta, X)[:, :, run], prediction, rtol=1e-13)


@every_network
def test_the_loss_is_the_loss_of_the_prediction(network):
    """Those of logits are compared with their definition, -Σ t log p, which fits here."""
    theta, X, Y = _problem(network)
    p, loss = network.predict(theta[:, 0], X), network.loss_and_gradient(theta[:, 0], X, Y)[0]
    cross_entropy = {
        "binary_cross_entropy": lambda: -(Y * np.log(p) + (1 - Y) * np.log(1 - p)).sum() / SAMPLES,
        "softmax_cross_entropy": lambda: -(Y * np.log(p)).sum() / SAMPLES,
    }
    expected = cross_entropy.get(network.loss, lambda: LOSSES[network.loss](p, Y)[0])
    assert loss == pytest.approx(expected(), rel=1e-12)
    assert network.loss_value(theta[:, 0], X, Y) == pytest.approx(expected(), rel=1e-12)
    assert_allclose(network.loss_value(theta, X, Y)[0], expected(), rtol=1e-12)


# --- memory order, types, and what is left alone -------------------------------------------------

DEEP = MLP((2, 3, 4, 3), hidden="relu", output="softmax", loss="softmax_cross_entropy")


def _strided(theta):
    """Return the same numbers with a gap after each: a view that is not contiguous."""
    return np.repeat(theta, 2, axis=0)[::2]


@pytest.mark.parametrize("twin", [np.asfortranarray, _strided, np.ndarray.tolist])
def test_the_memory_order_of_theta_does_not_matter(twin):
    theta, X, Y = _problem(DEEP)
    for parameters in (theta, theta[:, 1]):
        loss, gradient = DEEP.loss_and_gradient(parameters, X, Y)
        same_loss, same = DEEP.loss_and_gradient(twin(parameters), twin(X), twin(Y))
        assert_allclose(same_loss, loss, rtol=1e-14)
        assert_allclose(same, gradient, rtol=1e-12)
        assert_allclose(DEEP.predict(twin(parameters), twin(X)), DEEP.predict(parameters, X))


@every_network
def test_the_arguments_are_left_alone(network):
    theta, X, Y = _problem(network)
    for parameters in (theta, theta[:, 0].copy()):
        before = [a.copy() for a in (parameters, X, Y)]
        _, gradient = network.loss_and_gradient(parameters, X, Y)
        prediction = network.predict(parameters, X)
        gradient[...] = prediction[...] = np.nan
        for array, copy in zip((parameters, X, Y), before, strict=True):
            assert_array_equal(array, copy)


def test_the_dtype_of_theta_is_the_dtype_of_everything():
    theta, X, Y = _problem(DEEP)
    expected = DEEP.loss_and_gradient(theta, X, Y)
    for parameters in (theta, theta[:, 0]):
        narrow = parameters.astype(np.float32)
        loss, gradient = DEEP.loss_and_gradient(narrow, X, Y)
        assert gradient.dtype == DEEP.predict(narrow, X).dtype == np.float32
    assert_allclose(loss, expected[0][0], rtol=1e-5)
    assert_allclose(gradient, expected[1][:, 0], rtol=1e-4, atol=1e-6)
    wide = DEEP.loss_and_gradient(theta, X.astype(np.float32), Y.astype(np.float32))[1]
    assert wide.dtype == np.float64


def test_whole_numbers_are_taken_as_data():
    net = MLP((2, 3, 1))
    theta = net.init(rng=np.random.default_rng(0))
    X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
    loss, gradient = net.loss_and_gradient(theta, X, Y)
    same = net.loss_and_gradient(theta, np.array(X, float), np.array(Y, float))
    assert loss == same[0]
    assert_array_equal(gradient, same[1])
    assert net.loss_and_gradient(theta, np.array(X) > 0, np.array(Y) > 0)[0] == loss


def test_thousands_of_runs_at_once_agree_with_three_alone():
    net = MLP((2, 8, 1), output="sigmoid", loss="binary_cross_entropy")
    rng = np.random.default_rng(0)
    theta = rng.normal(size=(net.n_parameters, 5000))
    X, Y = rng.normal(size=(7, 2)), rng.random((7, 1))
    losses_, gradient = net.loss_and_gradient(theta, X, Y)
    for run in (0, 2500, 4999):
        loss, alone = net.loss_and_gradient(theta[:, run], X, Y)
        assert losses_[run] == pytest.approx(loss, rel=1e-13)
        assert_allclose(gradient[:, run], alone, rtol=1e-10, atol=1e-15)


# --- by hand -------------------------------------------------------------------------------------


def test_a_network_of_two_hidden_units_worked_out_by_hand():
    """ReLU, of which one unit is off; x = 2: z = (5, −1), a = (5, 0), y = −2.5, residual −½.

    δ2 = 2·(−½) = −1, ∂w2 = a δ2 = (−5, 0); δ1 = δ2 w2 f′(z) = (½, 0), ∂w1 = 2 δ1.
    """
    net = MLP((1, 2, 1), hidden="relu")
    theta = [3.0, 1.0, -1.0, -3.0, -0.5, 7.0, 0.0]  # w1, b1, w2, b2
    loss, gradient = net.loss_and_gradient(theta, [[2.0]], [[-2.0]])
    assert loss == 0.25
    assert_array_equal(gradient, [1.0, 0.0, 0.5, 0.0, -5.0, 0.0, -1.0])
    assert_array_equal(net.predict(theta, [[2.0]]), [[-2.5]])


def test_weights_lie_input_by_output_and_the_bias_after_them():
    """Z = X W + b with W (2, 3): the columns of W belong to the outputs."""
    net = MLP((2, 3))
    theta = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0, 0.1, 0.2, 0.3]
    assert_allclose(
        net.predict(theta, [[1.0, 0.0], [0.0, 2.0]]), [[1.1, 2.2, 3.3], [20.1, 40.2, 60.3]]
    )


XOR = (
    np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
    np.array([[0.0], [1.0], [1.0], [0.0]]),
)


@pytest.mark.parametrize(("loss", "slope"), [("binary_cross_entropy", 0.0647), ("mse", 0.0346)])
def test_the_articles_neuron_has_two_gradients(loss, slope):
    """At (½, −⅓, ⅕) its code prints one loss and steps along the gradient of the other."""
    net = MLP((2, 1), output="sigmoid", loss=loss)
    _, gradient = net.loss_and_gradient([1 / 2, -1 / 3, 1 / 5], *XOR)
    assert gradient[0] == pytest.approx(slope, abs=5e-5)


def test_from_zero_a_tanh_network_cannot_leave():
    """Every hidden unit is 0 and passes nothing back: loss ¼, gradient 0."""
    net = MLP((2, 4, 1), output="sigmoid")
    loss, gradient = net.loss_and_gradient(np.zeros(net.n_parameters), *XOR)
    assert loss == 0.25
    assert_array_equal(gradient, 0)


def test_units_that_are_swapped_leave_the_loss_and_swap_their_gradients():
    net = MLP((2, 3, 1), output="sigmoid")
    theta = net.init(rng=np.random.default_rng(0))
    swapped = theta.copy()
    (W, b), (V, _) = net.layers(swapped)
    W[:, [0, 2]], b[[0, 2]], V[[0, 2]] = W[:, [2, 0]], b[[2, 0]], V[[2, 0]]
    loss, gradient = net.loss_and_gradient(theta, *XOR)
    other_loss, other = net.loss_and_gradient(swapped, *XOR)
    assert other_loss == pytest.approx(loss, rel=1e-14)
    assert_allclose(net.layers(other)[0][0][:, ::-1], net.layers(gradient)[0][0], rtol=1e-12)


# --- parameters ----------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("runs", [(), (2,)])
def test_layers_are_views_of_theta(order, runs):
    net = MLP((2, 3, 1))
    theta = np.zeros((net.n_parameters, *runs), order=order)
    for number, (W, b) in enumerate(net.layers(theta), start=1):
        assert W.shape == (*[(2, 3), (3, 1)][number - 1], *runs)
        assert b.shape == (W.shape[1], *runs)
        W += number
        b += 10 * number
    flat = theta.reshape(net.n_parameters, -1)[:, 0]
    assert_array_equal(flat, [1] * 6 + [10] * 3 + [2] * 3 + [20])


def test_a_parameter_is_named_by_where_it_stands_in_its_layer():
    net = MLP((2, 3, 1))
    for index in range(net.n_parameters):
        theta = np.zeros(net.n_parameters)
        theta[index] = 1.0
        for number, (W, b) in enumerate(net.layers(theta), start=1):
            for letter, array in (("W", W), ("b", b)):
                if array.any():
                    place = ", ".join(str(int(axis[0])) for axis in np.nonzero(array))
                    assert net.parameter_name(index) == f"{letter}{number}[{place}]"
    assert net.n_parameters == 13
    with pytest.raises(ValueError, match="index 13 is past the last of 13 parameters"):
        net.parameter_name(13)
    with pytest.raises(ValueError, match="index must be 0 or more"):
        net.parameter_name(-1)


@pytest.mark.parametrize(("hidden", "variance"), [("relu", 2 / 100), ("tanh", 2 / 400)])
def test_init_draws_he_for_relu_and_glorot_otherwise_and_no_biases(hidden, variance):
    net = MLP((100, 300, 2), hidden=hidden)
    (W, b), (_, last_b) = net.layers(net.init(rng=np.random.default_rng(0)))
    assert W.var() == pytest.approx(variance, rel=0.05)
    assert abs(W.mean()) < 0.002
    assert not b.any()
    assert not last_b.any()


def test_init_of_many_runs_draws_each_by_itself():
    net = MLP((2, 3, 1))
    theta = net.init(rng=np.random.default_rng(0), runs=4)
    assert theta.shape == (13, 4)
    assert_array_equal(theta[:, 0], net.init(rng=np.random.default_rng(0)))
    assert len(set(theta[0].tolist())) == 4


def test_hidden_layers_are_what_the_next_layer_is_given():
    theta, X, _ = _problem(DEEP)
    for parameters in (theta, theta[:, 0]):
        first, second = DEEP.hidden_layers(parameters, X)
        assert first.shape == (SAMPLES, 3, *parameters.shape[1:])
        assert second.shape == (SAMPLES, 4, *parameters.shape[1:])
    rest = MLP((4, 3), output="softmax")
    assert_allclose(rest.predict(theta[-15:, 0], second), DEEP.predict(theta[:, 0], X))
    assert MLP((2, 1)).hidden_layers([1.0, 2.0, 3.0], X) == []


def test_a_network_is_its_settings_which_cannot_be_changed():
    net = MLP((2, 3, 1))
    assert net == MLP([2, 3, 1], hidden="tanh", output="identity", loss="mse")
    assert len({net, MLP((2, 3, 1)), MLP((2, 4, 1))}) == 2
    with pytest.raises(AttributeError):
        net.hidden = "relu"


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sizes": (2,)}, r"sizes needs inputs and outputs at least, as \(2, 1\); got \(2,\)"),
        ({"sizes": (2, 0, 1)}, r"sizes\[1\] must be 1 or more, got 0"),
        ({"hidden": "than"}, "unknown hidden 'than'; choose from .*did you mean 'tanh'"),
        ({"hidden": "softmax"}, "unknown hidden 'softmax'"),
        ({"output": "tanh"}, "unknown output 'tanh'; choose from 'identity', 'relu'"),
        ({"loss": "MSE"}, "unknown loss 'MSE'.*did you mean 'mse'"),
        (
            {"loss": "binary_cross_entropy"},
            "needs output 'sigmoid', got 'identity'; or choose loss 'mse'",
        ),
        (
            {"loss": "softmax_cross_entropy", "output": "sigmoid"},
            "needs output 'softmax', got 'sigmoid'",
        ),
    ],
)
def test_settings_that_make_no_network_are_told_what_to_try(settings, message):
    with pytest.raises(ValueError, match=message):
        MLP(**{"sizes": (2, 3, 1), **settings})


def test_a_size_is_a_whole_number():
    with pytest.raises(TypeError, match=r"sizes\[1\] must be a whole number \(int\), got 2\.5"):
        MLP((2, 2.5, 1))
    assert MLP([2, np.int64(3), 1]).sizes == (2, 3, 1)


@pytest.mark.parametrize(
    ("theta", "X", "message"),
    [
        (np.zeros(12), XOR[0], r"theta has shape \(12,\), expected \(13,\) or \(13, runs\)"),
        (np.zeros((4, 13)), XOR[0], r"theta has shape \(4, 13\), expected .*net\.init\(rng=rng\)"),
        (np.zeros((13, 1, 1)), XOR[0], r"theta has shape \(13, 1, 1\)"),
        (np.zeros(13), np.zeros((2, 5)), r"X has shape \(2, 5\).*did you mean X\.T\?"),
        (np.zeros(13), np.zeros((4, 3)), r"X has shape \(4, 3\), expected \(samples, 2\)"),
        (np.zeros(13), np.zeros(2), r"for one sample write X\[None, :\]"),
        (np.zeros(13), np.zeros((0, 2)), "an empty batch has no gradient: give at least one"),
        (np.zeros(13), [[0.0, np.nan]], r"X must be finite, got X\[0, 1\] = nan"),
        (np.zeros(13), [[np.inf, 0.0]], r"X must be finite, got X\[0, 0\] = inf"),
    ],
)
def test_arrays_that_do_not_fit_are_named(theta, X, message):
    net = MLP((2, 3, 1))
    with pytest.raises(ValueError, match=message):
        net.predict(theta, X)
    with pytest.raises(ValueError, match=message):
        net.loss_and_gradient(theta, X, np.zeros((len(X), 1)))
    with pytest.raises(ValueError, match=message):
        net.hidden_layers(theta, X)


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        (np.zeros(4), r"and Y \(4,\); .*make a column with \[:, None\]"),
        (np.zeros((4, 2)), r"and Y \(4, 2\)"),
        (np.full((4, 1), np.nan), r"Y must be finite, got Y\[0, 0\] = nan"),
        ([[0.0], [0.0], [-np.inf], [0.0]], r"Y\[2, 0\] = -inf"),
    ],
)
def test_targets_that_do_not_fit_are_named(Y, message):
    net = MLP((2, 3, 1))
    with pytest.raises(ValueError, match=message):
        net.loss_and_gradient(np.zeros(13), XOR[0], Y)


def test_large_data_is_no_overflow():
    """A check by squares overflows at 1e200: every entry is looked at then."""
    assert np.isfinite(MLP((2, 1)).predict([1.0, 1.0, 0.0], [[1e200, 1e200]])).all()


def test_init_wants_a_generator_and_a_number_of_runs():
    net = MLP((2, 1))
    with pytest.raises(TypeError, match=r"try rng=np\.random\.default_rng\(3\)"):
        net.init(rng=3)
    with pytest.raises(ValueError, match="runs must be 1 or more, got 0"):
        net.init(rng=np.random.default_rng(0), runs=0)
