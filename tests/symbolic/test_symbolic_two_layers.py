"""Back-propagation through one hidden layer, against differences and explicit sums."""

import numpy as np
import pytest
import sympy as sp

from course_lib import symbolic as sym
from course_lib.symbolic import notation as nt
from course_lib.symbolic.activations import f_prime, g_prime

N, H, M = 2, 3, 2
rng = np.random.default_rng(21)
ARRAYS = {
    "w1": rng.normal(size=(N, H)),
    "b1": rng.normal(size=H),
    "w2": rng.normal(size=(H, M)),
    "b2": rng.normal(size=M),
    "x": rng.normal(size=N),
    "target": np.array([0.4, 0.6]),
}
SIZES = {"n": N, "h": H, "m": M}
PARAMETERS = ("w1", "b1", "w2", "b2", "x")


def relu(z):
    return np.where(z > 0, z, 0.0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    return np.exp(z) / np.exp(z).sum()


NETWORKS = {
    "relu, identity, half_mse": (relu, lambda z: z, lambda y, t: ((t - y) ** 2).sum() / (2 * M)),
    "tanh, sigmoid, mse": (np.tanh, sigmoid, lambda y, t: ((t - y) ** 2).sum()),
    "sigmoid, sigmoid, binary_cross_entropy": (
        sigmoid,
        sigmoid,
        lambda y, t: -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(),
    ),
    "tanh, softmax, softmax_cross_entropy": (np.tanh, softmax, lambda y, t: -(t * np.log(y)).sum()),
}
each_network = pytest.mark.parametrize("name", NETWORKS)


def network(name):
    g, f, loss = (getattr(sym, part) for part in name.split(", "))
    return sym.TwoLayers(f=f, g=g, loss=loss)


def value(name, arrays):
    g, f, loss = NETWORKS[name]
    hidden = g(arrays["w1"].T @ arrays["x"] + arrays["b1"])
    return loss(f(arrays["w2"].T @ hidden + arrays["b2"]), arrays["target"])


def central_differences(name, letter, h=1e-6):
    gradient = np.zeros_like(ARRAYS[letter])
    for point in np.ndindex(gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = ARRAYS[letter].copy()
            moved[point] += sign * h
            ends.append(value(name, ARRAYS | {letter: moved}))
        gradient[point] = (ends[0] - ends[1]) / (2 * h)
    return gradient


@each_network
def test_the_forward_pass_is_the_one_that_numpy_computes(name):
    formula, *_ = network(name).definitions
    computed = formula.as_function(**SIZES)(*ARRAYS.values())
    assert computed == pytest.approx(value(name, ARRAYS), rel=1e-12)


@each_network
@pytest.mark.parametrize("letter", PARAMETERS)
def test_a_gradient_agrees_with_central_differences(name, letter):
    gradient = network(name).derive(letter).as_function(**SIZES)(*ARRAYS.values())
    np.testing.assert_allclose(gradient, central_differences(name, letter), rtol=0, atol=1e-8)


@each_network
def test_the_deltas_are_the_gradients_by_the_biases(name):
    for number, delta in enumerate(network(name).deltas, start=1):
        by_z = network(name).derive(f"z{number}").as_function(**SIZES)(*ARRAYS.values())
        by_b = central_differences(name, f"b{number}")
        np.testing.assert_allclose(by_z, by_b, rtol=0, atol=1e-8)
        np.testing.assert_array_equal(by_z, delta.as_function(**SIZES)(*ARRAYS.values()))


def test_every_definition_is_a_function_of_the_parameters():
    """Of tanh hidden units: L, y, z2, a1, z1 have the shapes (), (m,), (m,), (h,), (h,)."""
    formulas = network("tanh, sigmoid, mse").definitions
    values = [formula.as_function(**SIZES)(*ARRAYS.values()) for formula in formulas]
    assert [np.shape(value) for value in values] == [(), (M,), (M,), (H,), (H,)]
    np.testing.assert_allclose(np.tanh(values[4]), values[3])


@pytest.mark.parametrize("letter", PARAMETERS)
def test_the_chain_rule_agrees_with_the_derivative_of_the_whole(letter):
    """n = 2, h = 2, m = 2, sin for f and exp for g: SymPy differentiates the nested expression."""
    two = (1, 2)
    hidden = {k: sp.exp(sum(nt.w1[i, k] * nt.x[i] for i in two) + nt.b1[k]) for k in two}
    z2 = {j: sum(nt.w2[k, j] * hidden[k] for k in two) + nt.b2[j] for j in two}
    loss = sum((nt.target[j] - sp.sin(z2[j])) ** 2 for j in two) / 4
    variable = {
        "w1": nt.w1[1, 2],
        "b1": nt.b1[2],
        "w2": nt.w2[2, 1],
        "b2": nt.b2[1],
        "x": nt.x[1],
    }[letter]
    point = {nt.i: 1, nt.k: 2, nt.j: 1}
    result = sym.TwoLayers().derive(letter).result.instantiate(n=2, h=2, m=2)
    names = {sym.f: sp.sin, f_prime: sp.cos, sym.g: sp.exp, g_prime: sp.exp}
    derived = result.spell_out().rhs.subs(point)
    for ours, theirs in names.items():
        derived = derived.replace(ours, theirs)
    assert sp.expand(derived - loss.diff(variable)) == 0


def test_each_gradient_is_a_delta_times_what_enters_the_weight():
    expected = {
        "w1": nt.delta1[nt.k] * nt.x[nt.i],
        "b1": nt.delta1[nt.k],
        "w2": nt.delta2[nt.j] * nt.a1[nt.k],
        "b2": nt.delta2[nt.j],
    }
    for letter, rhs in expected.items():
        assert sym.TwoLayers().derive(letter).result.rhs == rhs


def test_an_unknown_letter_is_refused():
    with pytest.raises(ValueError, match="choose from w1, b1, x, z1, w2, b2, z2"):
        sym.TwoLayers().derive("w3")


def test_a_loss_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="goes with softmax"):
        sym.TwoLayers(f=sym.tanh, loss=sym.softmax_cross_entropy)
