"""What every formula can do: print like a textbook, become concrete, become a function."""

import functools
import os
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser

from course_lib import symbolic as sym
from course_lib.symbolic import notation as nt

RELU = sym.OneLayer(f=sym.relu)
ENTROPY = sym.OneLayer(loss=sym.binary_cross_entropy)
SOFTMAX = sym.OneLayer(f=sym.softmax, loss=sym.softmax_cross_entropy)


@functools.cache
def lines():
    """Return lines of every kind that the package derives."""
    claim, derived = sym.OneLayer().claimed("w"), sym.OneLayer().derive("w").result
    neuron = sym.xor_neuron()
    return [
        *sym.OneLayer().derive("w"),
        *(sym.OneLayer(f=f).derive("w").result for f in (sym.identity, sym.sigmoid, sym.tanh)),
        *RELU.derive("x"),
        *ENTROPY.derive("z"),
        *SOFTMAX.derive("x"),
        *sym.TwoLayers().derive("w1"),
        *sym.TwoLayers(g=sym.tanh).derive("z1"),
        *(loss.derive().result for loss in (sym.half_mse, sym.mse, sym.l1_penalty, sym.l2_penalty)),
        *sym.binary_cross_entropy_from_logits(),
        *(claim, claim - derived, claim / derived, (claim - derived).instantiate(n=3, m=2)),
        *sym.adam_step(2),
        *sym.adam_first_step_limit(bias_correction=False),
        sym.adam_l2_first_step() - sym.adamw_first_step(),
        *sym.quadratic_threshold(),
        *sym.best_learning_rate(),
        *(neuron.hessian, *neuron.eigenvalues, neuron.threshold),
    ]


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        (
            lambda: sym.OneLayer().derive("w").result,
            r"\frac{\partial L}{\partial w_{ij}} = - \frac{1}{m} \, "
            r"({y^{d}_{j}} - y_{j}) \, f'(z_{j}) \, x_{i}",
        ),
        (
            lambda: sym.OneLayer(f=sym.sigmoid).derive("b").result,
            r"\frac{\partial L}{\partial b_{j}} = - \frac{1}{m} \, "
            r"({y^{d}_{j}} - y_{j}) \, y_{j} \, (1 - y_{j})",
        ),
        (
            lambda: RELU.derive("x").result,
            r"\frac{\partial L}{\partial x_{i}} = - \frac{1}{m} \, \sum_{j=1}^{m} "
            r"({y^{d}_{j}} - y_{j}) \, \mathbf{1}[z_{j} > 0] \, w_{ij}",
        ),
        (
            lambda: sym.OneLayer(f=sym.softmax, loss=sym.softmax_cross_entropy).derive("z").result,
            r"\frac{\partial L}{\partial z_{j}} = y_{j} - {y^{d}_{j}}",
        ),
        (
            lambda: sym.TwoLayers().deltas[0],
            r"{\delta^{(1)}_{k}} = g'({z^{(1)}_{k}}) \, \sum_{j=1}^{m} "
            r"{w^{(2)}_{kj}} \, {\delta^{(2)}_{j}}",
        ),
        (
            lambda: sym.binary_cross_entropy.formula(),
            r"L = - \sum_{j=1}^{m} ({y^{d}_{j}} \, \log y_{j} + "
            r"(1 - {y^{d}_{j}}) \, \log (1 - y_{j}))",
        ),
        (
            lambda: sym.OneLayer(loss=sym.binary_cross_entropy).derive("b").result,
            r"\frac{\partial L}{\partial b_{j}} = "
            r"\frac{y_{j} - {y^{d}_{j}}}{y_{j} \, (1 - y_{j})} \, f'(z_{j})",
        ),
        (
            lambda: sym.adam_step().result,
            r"\eta \, d_{1} = \frac{\eta g_{1}}{\left|g_{1}\right| + \epsilon}",
        ),
        (
            lambda: sym.TwoLayers(g=sym.tanh).deltas[0],  # a square beside a superscript
            r"{\delta^{(1)}_{k}} = (1 - ({a^{(1)}_{k}})^{2}) \, \sum_{j=1}^{m} "
            r"{w^{(2)}_{kj}} \, {\delta^{(2)}_{j}}",
        ),
        (
            lambda: sym.mse.derive().result,
            r"\frac{\partial L}{\partial y_{j}} = 2 \, (y_{j} - {y^{d}_{j}})",
        ),
        (lambda: sym.xor_neuron().threshold, r"\eta < 28 - 4 \sqrt{33}"),
        (lambda: sym.xor_neuron().eigenvalues[2], r"\lambda_{3} = \frac{7 + \sqrt{33}}{32}"),
        (lambda: sym.best_learning_rate().result, r"\rho = \frac{\kappa - 1}{\kappa + 1}"),
    ],
)
def test_formulas_are_typeset_as_in_a_textbook(formula, latex):
    assert formula().latex == latex
    assert formula()._repr_latex_() == rf"$\displaystyle {latex}$"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (
            lambda: sym.OneLayer().derive("w").result,
            "dL/dw[i, j] = -(1/m)*(y^d[j] - y[j])*f'(z[j])*x[i]",
        ),
        (
            lambda: sym.OneLayer().claimed("b"),
            "article(dL/db[j]) = (1/m)*Sum(y^d[j] - y[j], (j, 1, m))",
        ),
        (lambda: sym.adam_step().result, "eta*d[1] = eta*g[1]/(|g[1]| + epsilon)"),
        (
            lambda: sym.adam_step(3).steps[2],
            "mhat[3] = (beta_1**2*g[1] + beta_1*g[2] + g[3])/(1 + beta_1 + beta_1**2)",
        ),
        (
            lambda: sym.OneLayer().definitions[2].instantiate(n=2),
            "z[j] = w[1, j]*x[1] + w[2, j]*x[2] + b[j]",
        ),
        (
            lambda: sym.quadratic_threshold().steps[2],
            "|1 - eta*lambda| < 1 iff eta*lambda in (0, 2)",
        ),
        (lambda: sym.xor_neuron().hessian, "H = (1/16)*[[2, 1, 2], [1, 2, 2], [2, 2, 4]]"),
    ],
)
def test_a_formula_in_plain_text_is_one_line(formula, text):
    assert repr(formula()) == text


def test_no_line_shows_the_machinery_of_sympy():
    for line in lines():
        latex = line.latex
        for word in ("Subs", "Derivative", "Dummy", "Kronecker", "Idx", "operatorname{f"):
            assert word not in latex
        assert "Dummy" not in repr(line)
        assert latex.count("{") == latex.count("}")


def test_lines_can_be_drawn_as_mathematics():
    """Matplotlib parses them, but for matrices and the arrow; long ones take it long."""
    parser = MathTextParser("agg")
    others = [line for line in lines() if line.relation != "iff" and not line.rhs.has(sp.MatMul)]
    short = [latex for latex in (line.latex for line in others) if len(latex) < 80]
    assert len(short) > 40
    for latex in short:
        assert parser.parse(f"${latex}$").width > 0


def test_a_derivation_is_one_column_with_its_reasons():
    derivation = sym.OneLayer().derive("w")
    column = derivation._repr_latex_()
    assert column.startswith("$$\n\\begin{aligned}")
    assert column.count(r"\\[4pt]") == len(derivation) - 1 == len(list(derivation)) - 1
    assert column.count(r"\frac{\partial L}{\partial w_{ij}}") == 1  # then the lines go on with =
    assert r"&& \text{only $j' = j$ is left}" in column
    assert repr(derivation).endswith("x[i]    (only j' = j is left)")
    assert derivation.result is list(derivation)[-1]


def test_the_same_is_printed_whatever_the_hash_seed():
    """Sets and dictionaries inside SymPy are ordered by a seed that Python draws at its start."""
    code = "import test_symbolic_formula as t; [print(line, line.latex) for line in t.lines()]"
    elsewhere = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": os.path.dirname(__file__)},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert elsewhere.stdout.splitlines() == [f"{line} {line.latex}" for line in lines()]


def test_indices_above_nine_get_a_comma():
    formula = sym.OneLayer().derive("w").result.instantiate(n=12, m=2, i=12, j=1)
    assert r"w_{12,1}" in formula.latex
    assert r"w_{21}" in sym.OneLayer().derive("w").instantiate(i=2, j=1).latex


def test_plain_sympy_prints_entries_well_too():
    assert sp.latex(nt.w[nt.i, nt.j]) == "w_{ij}"
    assert sp.latex(nt.target[nt.j] ** 2) == "{y^{d}_{j}}^{2}"  # no double superscript


# Made concrete


def test_to_instantiate_writes_the_sums_out():
    z = sym.OneLayer().definitions[2].instantiate(n=2, m=1)
    assert z.rhs == nt.w[1, nt.j] * nt.x[1] + nt.w[2, nt.j] * nt.x[2] + nt.b[nt.j]
    one = sym.OneLayer().definitions[0].instantiate(m=1)
    assert sp.expand(one.rhs - (nt.target[1] - nt.y[1]) ** 2 / 2) == 0


def test_to_spell_out_replaces_the_letters_asked_for():
    result = sym.OneLayer(f=sym.tanh).derive("b").result
    some, all_of_them = result.spell_out("y"), result.spell_out()
    assert some.rhs.has(nt.z[nt.j])
    assert not some.rhs.has(nt.y[nt.j])
    assert not all_of_them.rhs.has(nt.z[nt.j])
    assert all_of_them.rhs.has(nt.w)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"p": 3}, "unknown letter 'p': choose from i, n, j, m, k, h"),
        ({"n": 0}, "n = 0: sizes and indices start at 1"),
        ({"n": 3, "i": 4}, "i = 4 is out of range: it runs from 1 to n = 3"),
    ],
)
def test_values_that_make_no_sense_are_refused(values, says):
    with pytest.raises(ValueError, match=says):
        RELU.derive("w").instantiate(**values)


def test_letters_without_definition_cannot_be_spelled_out():
    with pytest.raises(ValueError, match="'x' is not defined here: choose from y, z"):
        RELU.derive("w").result.spell_out("x")


# Made a function


def arrays(n, m):
    return np.ones((n, m)), np.ones(m), np.ones(n), np.zeros(m)


def test_a_function_needs_all_sizes():
    with pytest.raises(ValueError, match="needs a value for m"):
        RELU.derive("w").as_function(n=3)


def test_a_function_needs_a_concrete_activation():
    with pytest.raises(ValueError, match="is generic and has no numbers"):
        sym.OneLayer().derive("w").as_function(n=3, m=2)


def test_what_has_no_arguments_makes_no_function():
    with pytest.raises(ValueError, match="has no arguments"):
        sym.quadratic_threshold().as_function()


def test_a_function_refuses_arrays_of_another_shape():
    function = RELU.derive("w").as_function(n=3, m=2)
    w, b, x, t = arrays(3, 2)
    with pytest.raises(ValueError, match=r"w has shape \(2, 3\), expected \(3, 2\)"):
        function(w.T, b, x, t)
    with pytest.raises(ValueError, match=r"y\^d has shape \(3,\), expected \(2,\)"):
        function(w, b, x, x)


def test_further_axes_are_carried_along():
    rng = np.random.default_rng(24)
    many = [rng.normal(size=(*array.shape, 7)) for array in arrays(3, 2)]
    function = RELU.derive("w").as_function(n=3, m=2)
    together = function(*many)
    assert together.shape == (3, 2, 7)
    for run in range(7):
        np.testing.assert_array_equal(together[..., run], function(*(a[..., run] for a in many)))


def test_the_code_of_a_function_computes_each_sum_once():
    """A learner can read it: z and y are lines of their own."""
    code = RELU.derive("w").as_function(n=3, m=2).__doc__
    assert code.count("z_1 = ") == 1
    assert code.count("maximum(") == 2  # y_1 and y_2, not once for each of the six weights
