r"""What Adam does in its first steps, in closed form.

Kingma and Ba (2015), algorithm 1, with their letters: from m_0 = v_0 = 0,

    m_t = β1 m_{t-1} + (1 - β1) g_t,     v_t = β2 v_{t-1} + (1 - β2) g_t²,
    m̂_t = m_t / (1 - β1^t),              v̂_t = v_t / (1 - β2^t),
    d_t = m̂_t / (√v̂_t + ε),              θ_t = θ_{t-1} - η d_t.

ε is added after the root of the corrected v̂. TensorFlow's "ε-hat" stands elsewhere.
"""

from dataclasses import replace

import sympy as sp

from course_lib.symbolic import notation as nt
from course_lib.symbolic.derivation import Derivation
from course_lib.symbolic.formula import Formula
from course_lib.symbolic.notation import According, Variable

_t = sp.Symbol("t", integer=True, positive=True)
_m, _v, _m_hat, _v_hat, _d = (Variable(s, real=True) for s in ("m", "v", "mhat", "vhat", "d"))
_theta = sp.Symbol("theta", real=True)
_ARGUMENTS = (nt.g, nt.eta, nt.beta1, nt.beta2, nt.epsilon)
_DECAYED = (*_ARGUMENTS, _theta, nt.lam)
USUAL_BETAS = {nt.beta1: sp.Rational(9, 10), nt.beta2: sp.Rational(999, 1000)}


def _moments(t: int) -> tuple[sp.Expr, sp.Expr]:
    """Return m_t and v_t in terms of the gradients g_1, ..., g_t."""
    m = v = sp.Integer(0)
    for s in range(1, t + 1):
        m = _average(nt.beta1, m, nt.g[s])
        v = _average(nt.beta2, v, nt.g[s] ** 2)
    return m, v


def _average(beta: sp.Expr, old: sp.Expr, new: sp.Expr) -> sp.Expr:
    """Return one step of an exponential moving average."""
    return beta * old + (1 - beta) * new


def _definitions(bias_correction: bool) -> tuple[Formula, ...]:
    """Return the algorithm's lines for a general t."""
    averages = (
        Formula(_m[_t], _average(nt.beta1, _m[_t - 1], nt.g[_t])),
        Formula(_v[_t], _average(nt.beta2, _v[_t - 1], nt.g[_t] ** 2)),
    )
    if not bias_correction:
        return *averages, Formula(_d[_t], _direction(_m[_t], _v[_t]))
    return (
        *averages,
        Formula(_m_hat[_t], _m[_t] / (1 - nt.beta1**_t)),
        Formula(_v_hat[_t], _v[_t] / (1 - nt.beta2**_t)),
        Formula(_d[_t], _direction(_m_hat[_t], _v_hat[_t])),
    )


def _direction(m: sp.Expr, v: sp.Expr) -> sp.Expr:
    return m / (sp.sqrt(v) + nt.epsilon)


def adam_step(t: int = 1, *, bias_correction: bool = True) -> Derivation:
    """Derive η d_t, what Adam subtracts from θ in step t, from the gradients g_1 to g_t.

    The first step is η g/(|g| + ε): the size of the gradient is gone. ``as_function()`` takes
    g of shape (t,) or (t, parameters), then η, β1, β2 and ε.

    Raises
    ------
    ValueError
        If t is not at least 1.
    """
    if t < 1:
        raise ValueError(f"t = {t}: Adam's first step has t = 1")
    m, v = _moments(t)
    lines = [Formula(_m[t], m, "from 0"), Formula(_v[t], v, "from 0")]
    if bias_correction:
        m, v = sp.factor(m / (1 - nt.beta1**t)), sp.factor(v / (1 - nt.beta2**t))
        lines += [Formula(_m_hat[t], m, "cancel"), Formula(_v_hat[t], v, "cancel")]
    step = Formula(nt.eta * _d[t], nt.eta * _direction(m, v), "insert", arguments=_ARGUMENTS)
    return Derivation(_definitions(bias_correction), (*lines, step))


def adam_first_step_limit(*, bias_correction: bool = True) -> Derivation:
    """Derive the first step for ε → 0: η sign(g), for every g but 0.

    Without bias correction it is √10 η sign(g) at the usual β1 = 0.9 and β2 = 0.999: more than
    three times too long, because v_1 falls shorter of g² than m_1 of g.
    """
    derivation = adam_step(bias_correction=bias_correction)
    step = derivation.result
    sign = sp.sign(nt.g[1])
    limit = step.rhs.subs(nt.epsilon, 0).subs(sp.Abs(nt.g[1]), nt.g[1] / sign)
    lines = [replace(step, rhs=limit, note="ε → 0")]
    usual = limit.subs(USUAL_BETAS)
    if usual != limit:
        lines.append(replace(step, rhs=usual, note="the usual betas, 0.9 and 0.999"))
    return Derivation(derivation.given, (*derivation.steps, *lines))


def adam_l2_first_step() -> Formula:
    """Return Adam's first step on a loss with the L2 penalty λθ²/2: the penalty is normalized too.

    For ε → 0 it is η sign(g + λθ), so a penalty that is smaller than the gradient changes
    nothing. ``as_function()`` takes θ and λ after the arguments of ``adam_step``.
    """
    step = adam_step().result
    rhs = step.rhs.subs(nt.g[1], nt.g[1] + nt.lam * _theta)
    return replace(
        step, lhs=According(step.lhs, sp.Symbol("Adam + L2")), rhs=rhs, arguments=_DECAYED
    )


def adamw_first_step() -> Formula:
    """Return AdamW's first step: the decay λθ comes after the normalization, so it always acts.

    Loshchilov and Hutter (2019). The decay is multiplied by η, as in PyTorch and optax.
    """
    step = adam_step().result
    rhs = step.rhs + nt.eta * nt.lam * _theta
    return replace(step, lhs=According(step.lhs, sp.Symbol("AdamW")), rhs=rhs, arguments=_DECAYED)
