r"""The course's formulas, derived with SymPy in the article's own letters.

For any number of inputs n, hidden units h and outputs m. Nothing of the rest of the course is
imported: what is derived here is an oracle for it.

>>> from course_lib import symbolic as sym

**A layer** (the article's section 3.3), with any activation and loss::

    sym.OneLayer().definitions                  # L, y_j, z_j
    sym.OneLayer().derive("w")                  # every line, from L to ∂L/∂w_ij; also b, x, z
    sym.OneLayer(f=sym.relu).derive("w").result # -(1/m) (y^d_j - y_j) 1[z_j > 0] x_i
    sym.OneLayer(f=sym.sigmoid, loss=sym.binary_cross_entropy).derive("z")   # y_j - y^d_j
    sym.OneLayer(f=sym.softmax, loss=sym.softmax_cross_entropy).derive("w")  # (y_j - y^d_j) x_i

**The article's formula**, as it stands and mended::

    claim = sym.OneLayer().claimed("w")             # also "b"
    claim - sym.OneLayer().derive("w").result       # what is left
    claim / sym.OneLayer().derive("w").result       # with instantiate(m=1, j=1): -1/f'(z_1)
    sym.OneLayer().claimed("w", mend=["sign", "slope", "sum"])   # the derivative

**Two layers**, by the chain rule::

    network = sym.TwoLayers(f=sym.sigmoid, g=sym.tanh)
    network.derive("w1")                        # δ1_k x_i; also b1, w2, b2, x
    network.deltas                              # δ1_k and δ2_j; derive("z1"), derive("z2"): how
    network.derive("w1").result.spell_out("delta1", "delta2")    # without deltas

**Any depth**, one line a layer, for one weight of a network with one output::

    sym.chain_rule((2, 4, 3, 1), layer=1, start=1, end=2, f=sym.sigmoid, g=sym.tanh, loss=sym.mse)

**Losses and activations** by themselves::

    sym.half_mse.formula(), sym.half_mse.derive()              # L and ∂L/∂y_j; also mse
    sym.binary_cross_entropy.derive(f=sym.sigmoid)             # ∂L/∂z_j
    sym.softmax_cross_entropy.derive(f=sym.softmax)            # ∂L/∂z_j
    sym.binary_cross_entropy_from_logits()                     # log(1 + e^z) - y^d z
    sym.l1_penalty.derive(), sym.l2_penalty.derive()           # λ sign(θ_i), λ θ_i
    sym.slope(sym.sigmoid)                                     # σ'(z) = σ(z)(1 - σ(z))

**Optimizers and stability**::

    sym.adam_step(), sym.adam_step(2)           # η g/(|g| + ε); the second step
    sym.adam_first_step_limit(bias_correction=False)           # √10 η sign(g)
    sym.adam_l2_first_step() - sym.adamw_first_step()          # L2 is not weight decay
    sym.quadratic_threshold()                   # η in (0, 2/λ)
    sym.best_learning_rate()                    # 2/(λ_max + λ_min), rate (κ - 1)/(κ + 1)
    sym.xor_neuron().threshold                  # η < 28 - 4√33; xor_neuron(sym.mse): 56 - 8√33
    sym.xor_neuron().hessian, sym.xor_neuron().eigenvalues

**What every formula can do.** ``derive`` returns a `Derivation`: a column of formulas, typeset in
a notebook. Iterate over it for the single lines; ``.result`` is the last. A `Formula` is typeset
too::

    formula.lhs, formula.rhs, formula.latex     # SymPy expressions; LaTeX without dollar signs
    formula.instantiate(n=3, m=2, i=1, j=2)     # sums written out
    formula.spell_out("y")                      # letters replaced by what they stand for
    formula.as_function(n=3, m=2)               # a NumPy function

The function takes arrays in this order: a layer's w (n, m), b (m,), x (n,), y^d (m,); a network's
w1 (n, h), b1 (h,), w2 (h, m), b2 (m,), x (n,), y^d (m,); a loss's y or z (m,), y^d (m,); a
penalty's θ (n,), λ. It returns one axis for each free index: (n, m) for ∂L/∂w_ij. Further axes at
the end, such as samples, are carried along; the sum over them is the caller's.

Indices start at 1, as in the article; arrays at 0, as in NumPy. Everything is for one sample: the
course's NumPy losses are the mean over samples of these.
"""

from course_lib.symbolic.activations import (
    Activation,
    f,
    g,
    identity,
    relu,
    sigmoid,
    slope,
    step,
    tanh,
)
from course_lib.symbolic.deep import chain_rule
from course_lib.symbolic.derivation import Derivation
from course_lib.symbolic.formula import Formula
from course_lib.symbolic.layer import OneLayer
from course_lib.symbolic.losses import (
    Loss,
    Penalty,
    binary_cross_entropy,
    binary_cross_entropy_from_logits,
    half_mse,
    l1_penalty,
    l2_penalty,
    mse,
    softmax_cross_entropy,
)
from course_lib.symbolic.optimizers import (
    adam_first_step_limit,
    adam_l2_first_step,
    adam_step,
    adamw_first_step,
)
from course_lib.symbolic.outputs import softmax
from course_lib.symbolic.printing import latex
from course_lib.symbolic.stability import (
    Neuron,
    best_learning_rate,
    largest_learning_rate,
    quadratic_threshold,
    xor_neuron,
)
from course_lib.symbolic.two_layers import TwoLayers

__all__ = [
    "Activation",
    "Derivation",
    "Formula",
    "Loss",
    "Neuron",
    "OneLayer",
    "Penalty",
    "TwoLayers",
    "adam_first_step_limit",
    "adam_l2_first_step",
    "adam_step",
    "adamw_first_step",
    "best_learning_rate",
    "binary_cross_entropy",
    "binary_cross_entropy_from_logits",
    "chain_rule",
    "f",
    "g",
    "half_mse",
    "identity",
    "l1_penalty",
    "l2_penalty",
    "largest_learning_rate",
    "latex",
    "mse",
    "quadratic_threshold",
    "relu",
    "sigmoid",
    "slope",
    "softmax",
    "softmax_cross_entropy",
    "step",
    "tanh",
    "xor_neuron",
]
