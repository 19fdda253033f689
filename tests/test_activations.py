"""Activations against their SymPy definitions in fifty digits, and what holds at the edges."""

import mpmath
import numpy as np
import pytest
import sympy as sp
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.activations import ACTIVATIONS, identity, relu, sigmoid, softmax, tanh
from course_lib.symbolic import activations as symbolic

EVERY = [identity, relu, sigmoid, tanh]
each = pytest.mark.parametrize("f", EVERY, ids=lambda f: f.name)

POINTS = [-1000.0, -90.0, -40.0, -5.0, -1.0, -1e-3, -1e-9, 1e-9, 1e-3, 0.7, 3.0, 40.0, 90.0, 1000.0]


def _in_fifty_digits(formula, points):
    """Evaluate a SymPy expression of z at each point, and round once, at the end."""
    function = sp.lambdify(sp.Symbol("z"), formula, "mpmath")
    with mpmath.workdps(900):  # e^(-1000) beside 1 needs 435 digits
        return np.array([float(function(mpmath.mpf(point))) for point in points])


@each
def test_the_value_is_the_one_of_the_definition(f):
    """Every value in as many digits as it has; below 1e-38 a 0 will do."""
    definition = getattr(symbolic, f.name).definition(sp.Symbol("z"))
    assert_allclose(f(POINTS), _in_fifty_digits(definition, POINTS), rtol=4e-16, atol=1e-38)


@each
def test_the_derivative_is_the_one_of_the_definition(f):
    """Written in the output, as 1 - a², it is right to the last digit of 1."""
    z = sp.Symbol("z")
    slope = getattr(symbolic, f.name).definition(z).diff(z)
    assert_allclose(f.derivative(POINTS), _in_fifty_digits(slope, POINTS), rtol=1e-15, atol=3e-16)


@each
def test_the_derivative_agrees_with_sympys_chain_rule(f):
    """The library of formulas states each slope in terms of the function itself."""
    z = sp.Symbol("z")
    slope = sp.lambdify(z, getattr(symbolic, f.name)(z).diff(z), "numpy", cse=True)
    points = np.linspace(-4, 4, 10)  # without 0, where relu has no slope
    assert_allclose(f.derivative(points), slope(points) * np.ones(10), rtol=1e-13)


def test_values_worked_out_by_hand():
    assert sigmoid(0) == 0.5
    assert sigmoid.derivative(0) == 0.25
    assert sigmoid(np.log(3)) == pytest.approx(0.75, rel=1e-15)
    assert sigmoid.derivative(np.log(3)) == pytest.approx(0.1875, rel=1e-15)
    assert tanh(np.log(2)) == pytest.approx(0.6, rel=1e-15)
    assert tanh.derivative(np.log(2)) == pytest.approx(0.64, rel=1e-15)
    assert_array_equal(relu([-2, 0, 3]), [0, 0, 3])
    assert_array_equal(identity([-2, 0, 3]), [-2, 0, 3])
    assert_array_equal(identity.derivative([-2, 0, 3]), [1, 1, 1])


def test_the_derivative_of_relu_at_its_kink_is_zero():
    assert_array_equal(relu.derivative([-1.0, -0.0, 0.0, 5e-324, 1.0]), [0, 0, 0, 1, 1])


@each
def test_the_shape_of_the_input_is_kept(f):
    for shape in [(), (3,), (2, 3), (2, 3, 4), (0,)]:
        z = np.full(shape, 0.3)
        assert np.shape(f(z)) == shape
        assert np.shape(f.derivative(z)) == shape
    assert isinstance(f(0.3), float)
    assert isinstance(f.derivative(0.3), float)


@each
def test_whole_numbers_are_taken_and_float32_stays_float32(f):
    assert_array_equal(f([-1, 0, 2]), f([-1.0, 0.0, 2.0]))
    assert f([-1, 0, 2]).dtype == np.float64
    narrow = np.array(POINTS, dtype=np.float32)
    assert f(narrow).dtype == f.derivative(narrow).dtype == np.float32
    assert_allclose(f(narrow), f(POINTS), rtol=3e-7, atol=1e-37)
    assert_allclose(f.derivative(narrow), f.derivative(POINTS), atol=3e-7)


@each
def test_nan_stays_nan(f):
    """A maximum that turns NaN into 0 would hide a run that has diverged."""
    assert np.isnan(f([np.nan, 1.0])[0])


@each
def test_the_input_is_left_alone_unless_it_is_the_place_for_the_result(f):
    z = np.array([-1.0, 0.5, 2.0])
    expected = f(z)
    f.derivative(z)
    assert_array_equal(z, [-1.0, 0.5, 2.0])
    assert f.function(z, z) is z
    assert_array_equal(z, expected)


@each
def test_the_slope_is_the_derivative_written_in_the_output(f):
    z = np.array([-2.0, -0.1, 0.4, 3.0])
    assert_array_equal(f.slope(f(z), np.empty_like(z)), f.derivative(z))


def test_every_activation_is_found_by_its_name():
    assert list(ACTIVATIONS) == ["identity", "relu", "sigmoid", "tanh"]
    assert all(ACTIVATIONS[name].name == name for name in ACTIVATIONS)
    assert [ACTIVATIONS[f.name] for f in EVERY] == EVERY
    assert repr(sigmoid) == "<activation sigmoid>"


@each
def test_text_is_refused(f):
    with pytest.raises(TypeError, match="z must hold real numbers"):
        f("0.5")


LOGITS = np.array([[0.2, -1.3, 2.0], [1000.0, 999.0, -1000.0], [-1000.0, -1000.0, -1000.0]])


def test_softmax_is_the_one_of_the_definition():
    """Exponentials over their sum, in enough digits for e^1000."""
    with mpmath.workdps(50):
        powers = [[mpmath.exp(mpmath.mpf(z)) for z in row] for row in LOGITS.tolist()]
        expected = [[float(power / mpmath.fsum(row)) for power in row] for row in powers]
    assert_allclose(softmax(LOGITS), expected, rtol=1e-15)


def test_softmax_of_one_logit_beside_zero_is_the_sigmoid():
    z = np.linspace(-30, 30, 7)
    assert_allclose(softmax(np.stack([z, 0 * z], axis=1))[:, 0], sigmoid(z), rtol=1e-14)


def test_softmax_of_many_runs_takes_the_classes_on_axis_1():
    many = np.stack([LOGITS, 0.01 * LOGITS, LOGITS[:, ::-1], np.zeros((3, 3))], axis=2)
    for run in range(4):
        assert_allclose(softmax(many)[:, :, run], softmax(many[:, :, run]), rtol=1e-15)


def test_softmax_leaves_its_input_alone_and_takes_whole_numbers_and_float32():
    z = LOGITS.copy()
    softmax(z)
    assert_array_equal(z, LOGITS)
    assert_allclose(softmax([[0, 0, 0, 0]]), 0.25)
    assert softmax(LOGITS.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("z", [0.0, [0.0, 1.0]])
def test_softmax_of_one_sample_is_told_to_make_a_row(z):
    with pytest.raises(ValueError, match=r"expected \(samples, classes\).*z\[None, :\]"):
        softmax(z)
