r"""Activations as SymPy functions that know their slope and print as in a textbook.

``sympy.Max(0, z)`` is no ReLU for teaching: its derivative at 0 is 1/2, and its second derivative
is a Dirac delta that cannot be turned into NumPy. An undefined ``Function("f")`` differentiates to
``Subs(Derivative(...))``. So each activation here is a small class: its definition in elementary
functions, its slope, its names.
"""

from typing import Any, ClassVar

import sympy as sp

from course_lib.symbolic.derivation import Derivation
from course_lib.symbolic.formula import Formula

_z = sp.Symbol("z", real=True)


class Activation(sp.Function):  # type: ignore[misc]
    """A function of one number; a layer applies it to each of its sums."""

    nargs = 1
    text_name: ClassVar[str]
    latex_name: ClassVar[str]
    numpy_code: ClassVar[str | None] = None  # None: a generic function has no numbers
    definition: ClassVar[Any] = None  # z -> elementary functions of z; None: generic
    slope: ClassVar[Any]  # z -> the derivative at z

    @classmethod
    def eval(cls, z: sp.Expr) -> sp.Expr | None:
        """Return the value at a number; stay as it is elsewhere."""
        return cls.definition(z) if cls.definition and z.is_comparable else None

    def fdiff(self, argindex: int = 1) -> sp.Expr:  # noqa: ARG002
        """Return the slope: SymPy applies the chain rule to it."""
        return type(self).slope(self.args[0])

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        argument = printer._print(self.args[0])
        tall = r"\frac" in argument or r"\sum" in argument
        call = rf"\left({argument}\right)" if tall else f"({argument})"
        return self.latex_name + ("" if exp is None else f"^{{{exp}}}") + call

    def _sympystr(self, printer: Any) -> str:
        return f"{self.text_name}({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        names = ("tanh", "maximum", "heaviside")
        functions = {name: printer._module_format(f"numpy.{name}") for name in names}
        return str(self.numpy_code).format(printer._print(self.args[0]), **functions)


class f_prime(Activation):
    """f', the slope of the generic output activation."""

    text_name = latex_name = "f'"


class f(Activation):
    """Any differentiable activation of the output layer."""

    text_name = latex_name = "f"
    slope = f_prime


class g_prime(Activation):
    """g', the slope of the generic hidden activation."""

    text_name = latex_name = "g'"


class g(Activation):
    """Any differentiable activation of the hidden layer."""

    text_name = latex_name = "g"
    slope = g_prime


class identity(Activation):
    """f(z) = z: a linear layer. It stays in place, unseen, so that y_j can be told from z_j."""

    text_name, latex_name, numpy_code = "", "", "({0})"
    slope = staticmethod(lambda _: sp.Integer(1))
    definition = staticmethod(lambda z: z)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        plain = exp is None and not self.args[0].is_Add
        return str(printer._print(self.args[0])) if plain else super()._latex(printer, exp)

    def _sympystr(self, printer: Any) -> str:
        plain = not self.args[0].is_Add
        return str(printer._print(self.args[0])) if plain else super()._sympystr(printer)


class step(Activation):
    """1 where z > 0, else 0: at z = 0 it is 0, this course's convention for the slope of ReLU."""

    text_name, latex_name, numpy_code = "step", r"\mathbf{1}", "{heaviside}({0}, 0.0)"
    definition = staticmethod(lambda z: sp.Piecewise((1, z > 0), (0, True)))
    slope = staticmethod(lambda _: sp.Integer(0))  # true everywhere but at the jump

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        bracket = rf"\mathbf{{1}}[{printer._print(self.args[0])} > 0]"
        return bracket if exp is None else rf"{bracket}^{{{exp}}}"


class relu(Activation):
    """The rectified linear unit: z where z > 0, else 0."""

    text_name, latex_name = "relu", r"\operatorname{ReLU}"
    numpy_code = "{maximum}({0}, 0.0)"  # not fmax, which turns NaN into 0
    definition = staticmethod(lambda z: sp.Piecewise((z, z > 0), (0, True)))
    slope = step


class sigmoid(Activation):
    """1/(1 + e^(-z)), with slope y(1 - y)."""

    text_name, latex_name = "sigmoid", r"\sigma"
    numpy_code = "(0.5 + 0.5*{tanh}(0.5*({0})))"  # the same, and it overflows at no z
    definition = staticmethod(lambda z: 1 / (1 + sp.exp(-z)))
    slope = staticmethod(lambda z: sigmoid(z) * (1 - sigmoid(z)))


class tanh(Activation):
    """The hyperbolic tangent, with slope 1 - y²."""

    text_name, latex_name, numpy_code = "tanh", r"\tanh", "{tanh}({0})"
    definition = staticmethod(lambda z: (sp.exp(z) - sp.exp(-z)) / (sp.exp(z) + sp.exp(-z)))
    slope = staticmethod(lambda z: 1 - tanh(z) ** 2)


def slope(activation: type[Activation]) -> Derivation:
    """Derive the slope of an activation from its definition: σ'(z) = σ(z)(1 - σ(z)).

    Raises
    ------
    ValueError
        For the generic f and g, which have no definition.
    """
    if activation.definition is None:
        raise ValueError(f"{activation.text_name} has no definition to start from: try sigmoid")
    value = activation(_z)
    name = sp.Derivative(value, _z)
    raw = activation.definition(_z).diff(_z)
    given = Formula(value, activation.definition(_z))
    steps = Formula(name, raw, "differentiate"), Formula(name, value.diff(_z), "the same, shorter")
    return Derivation((given,), steps)
