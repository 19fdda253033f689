"""Spec of the exercises to 3.4.6: inputs, hints and known slips; the reference is the notebook.

n is the number of parameters. An optimizer's step is a few lines, one after another, and a slip is
a line that is another: so a slip is written as the lines that it changes.
"""

from types import SimpleNamespace

import numpy as np

from course_lib.grading.spec import Arguments, Expectation, Function, Slip, keywords
from course_lib.grading.values import Value


def _numbers(rng: np.random.Generator, *shape: int, scale: float = 2.0) -> np.ndarray:
    """Random numbers with two decimals, none near 0: short to read where a case is shown."""
    sizes = rng.uniform(0.3, 2.0, size=shape) * scale
    return np.round(sizes * rng.choice([-1.0, 1.0], size=shape), 2)


def _squares(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw a running mean of squares: above 0."""
    return np.round(rng.uniform(0.2, 9.0, size=n), 2)


def _stepper(steps, **changed):
    """Make an optimizer's step of its lines, some of them changed.

    `steps` maps each name to a function of what has been computed so far; `refuse` says what is
    refused, and `give` is returned.
    """
    lines = steps | changed

    def step(*arrays, **settings):
        s = SimpleNamespace(**dict(zip(lines["takes"], arrays, strict=True)), **settings)
        if lines["refuse"](s):
            raise ValueError
        for name, line in lines.items():
            if name not in ("takes", "refuse"):
                setattr(s, name, line(s))
        return s.give

    return step


def _into(name, change):
    """Return a line that writes into the caller's array."""

    def line(s):
        array = getattr(s, name)
        change(array, s)
        return array

    return line


def _every(bad, name, values, **settings):
    """Return the cases that only differ in one setting."""
    return [(*bad, keywords(**{**settings, name: value})) for value in values]


def _moved(arguments: Arguments, result: Value, distance: np.ndarray) -> list[Expectation]:
    """Ask for the value, and say how far theta moves."""
    return [Expectation("value", result), Expectation("moves_by", (arguments[0], distance))]


# 1. momentum_step

MOMENTUM = {
    "takes": ("theta0", "g", "v0"),
    "refuse": lambda s: not 0 <= s.beta < 1,
    "v": lambda s: s.beta * s.v0 + s.g,
    "d": lambda s: s.g + s.beta * s.v if s.nesterov else s.v,
    "theta": lambda s: s.theta0 - s.learning_rate * s.d,
    "give": lambda s: (s.theta, s.v),
}


def _momentum(**changed):
    return _stepper(MOMENTUM, **changed)


def _momentum_inputs(rng: np.random.Generator) -> list[Arguments]:
    usual = {"learning_rate": 0.1, "beta": 0.9}
    cases: list[Arguments] = []
    for n, nesterov in ((1, False), (1, True), (2, False), (2, True), (4, False), (3, True)):
        arrays = (_numbers(rng, n), _numbers(rng, n), _numbers(rng, n, scale=6.0))
        cases.append((*arrays, keywords(**usual, nesterov=nesterov)))
    first = (_numbers(rng, 3), _numbers(rng, 3), np.zeros(3))
    cases += [(*first, keywords(**usual, nesterov=nesterov)) for nesterov in (False, True)]
    base = (_numbers(rng, 2), _numbers(rng, 2), _numbers(rng, 2))
    for rate, beta in ((0.5, 0.9), (0.1, 0.4), (0.1, 0.0), (2.0, 0.6)):
        settings = {"learning_rate": rate, "beta": beta}
        cases += [(*base, keywords(**settings, nesterov=nesterov)) for nesterov in (False, True)]
    coasting = (_numbers(rng, 2), np.zeros(2), _numbers(rng, 2))  # no gradient: it rolls on
    cases += [(*coasting, keywords(**usual, nesterov=nesterov)) for nesterov in (False, True)]
    whole = (np.array([1, -2, 3]), np.array([2, 0, -4]), np.array([10, 4, 0]))
    cases += [(*whole, keywords(**usual, nesterov=nesterov)) for nesterov in (False, True)]
    bad = {"learning_rate": 0.1, "nesterov": False}
    return [*cases, *_every(base, "beta", (1.0, -0.1, 1.5), **bad)]


def _momentum_in_place(theta, g, v, *, learning_rate, beta, nesterov):
    if not 0 <= beta < 1:
        raise ValueError
    v *= beta
    v += g
    return theta - learning_rate * (g + beta * v if nesterov else v), v


def _theta_in_place(theta, g, v, *, learning_rate, beta, nesterov):
    if not 0 <= beta < 1:
        raise ValueError
    v = beta * v + g
    theta -= learning_rate * (g + beta * v if nesterov else v)
    return theta, v


MOMENTUM_STEP = Function(
    name="momentum_step",
    points=20,
    inputs=_momentum_inputs,
    parameters={
        "theta": "(n,)",
        "g": "(n,)",
        "v": "(n,)",
        "learning_rate": "",
        "beta": "",
        "nesterov": "",
    },
    returns={"new_theta": "(n,)", "new_v": "(n,)"},
    hints=(
        "Three lines: first the new velocity, then the direction, then the step against it.",
        "The new velocity is beta times the old one plus the whole gradient. The direction is that"
        " velocity; with nesterov it is the gradient plus beta times that velocity.",
        "`v = beta * v + g`, then `d = g + beta * v if nesterov else v`, and theta minus"
        " learning_rate times d. Before all that, the refusal.",
    ),
    slips=(
        Slip(
            "uphill",
            _momentum(theta=lambda s: s.theta0 + s.learning_rate * s.d),
            "You add the direction, and climb. The step goes against it: theta minus"
            " learning_rate times d.",
        ),
        Slip(
            "the gradient is damped",
            _momentum(v=lambda s: s.beta * s.v0 + (1 - s.beta) * s.g),
            "You average: (1 - beta) times the gradient. That is Adam's m, and PyTorch's"
            " `dampening=beta`. Here the gradient enters whole: beta * v + g.",
        ),
        Slip(
            "the rate inside the velocity",
            _momentum(
                v=lambda s: s.beta * s.v0 + s.learning_rate * s.g,
                d=lambda s: (s.learning_rate * s.g + s.beta * s.v) if s.nesterov else s.v,
                theta=lambda s: s.theta0 - s.d,
            ),
            "You keep the learning rate inside the velocity, as the papers do. In PyTorch's"
            " convention, which the task asks for, v has the units of the gradient and the rate"
            " multiplies the step.",
        ),
        Slip(
            "the rate and the sign inside the velocity",
            _momentum(
                v=lambda s: s.beta * s.v0 - s.learning_rate * s.g,
                d=lambda s: (s.beta * s.v - s.learning_rate * s.g) if s.nesterov else s.v,
                theta=lambda s: s.theta0 + s.d,
            ),
            "That is the velocity of Sutskever's paper and of scikit-learn: beta * v - eta * g,"
            " added to theta. The task asks for PyTorch's: no rate and no minus in v.",
        ),
        Slip(
            "the rate inside, and once more",
            _momentum(v=lambda s: s.beta * s.v0 + s.learning_rate * s.g),
            "The learning rate multiplies twice: in the velocity and in the step. It belongs in"
            " the step alone.",
        ),
        Slip(
            "the velocity does not fade",
            _momentum(v=lambda s: s.v0 + s.g),
            "You add up all gradients. Each step keeps only the share beta of the old velocity:"
            " beta * v + g.",
        ),
        Slip(
            "beta on both",
            _momentum(v=lambda s: s.beta * (s.v0 + s.g)),
            "beta multiplies the gradient too. It damps the *old* velocity only: beta * v + g.",
        ),
        Slip(
            "beta on the gradient",
            _momentum(v=lambda s: s.v0 + s.beta * s.g),
            "beta stands at the gradient. It is the share of the *old velocity* that is kept:"
            " beta * v + g.",
        ),
        Slip(
            "the gradient is subtracted from the velocity",
            _momentum(v=lambda s: s.beta * s.v0 - s.g),
            "Your velocity subtracts the gradient, and the step then subtracts the velocity: two"
            " minus signs, and you climb. Only the step has one.",
        ),
        Slip(
            "the sign inside the velocity",
            _momentum(
                v=lambda s: s.beta * s.v0 - s.g,
                d=lambda s: s.beta * s.v - s.g if s.nesterov else s.v,
                theta=lambda s: s.theta0 + s.learning_rate * s.d,
            ),
            "Your velocity points downhill, beta * v - g, and is added. In PyTorch's convention,"
            " which the task asks for, v adds the gradient up, and the step subtracts it.",
        ),
        Slip(
            "the rest of the velocity",
            _momentum(v=lambda s: (1 - s.beta) * s.v0 + s.g),
            "You keep the share 1 - beta of the old velocity. beta is the share that is *kept*:"
            " beta * v + g.",
        ),
        Slip(
            "the velocity is forgotten",
            _momentum(v=lambda s: 1.0 * s.g),
            "Your velocity is the gradient alone: plain descent. Add beta times the old velocity.",
        ),
        Slip(
            "the gradient is forgotten",
            _momentum(v=lambda s: s.beta * s.v0),
            "No gradient enters your velocity, so it only fades: beta * v + g.",
        ),
        Slip(
            "beta added",
            _momentum(v=lambda s: s.beta + s.g),
            "You add beta itself. It multiplies the old velocity: beta * v + g.",
        ),
        Slip(
            "the old velocity moves theta",
            _momentum(d=lambda s: s.g + s.beta * s.v if s.nesterov else s.v0),
            "You step along the velocity of *before*, so the newest gradient waits for a step."
            " Update v first, then use it.",
        ),
        Slip(
            "Nesterov the wrong way round",
            _momentum(d=lambda s: s.v if s.nesterov else s.g + s.beta * s.v),
            "The two cases are exchanged: g + beta * v belongs to nesterov=True.",
        ),
        Slip(
            "the look ahead moves theta",
            _momentum(
                theta=lambda s: (
                    s.theta0 - s.learning_rate * (s.v + s.beta * s.v0 if s.nesterov else s.v)
                )
            ),
            "You first move theta ahead along the old velocity, as Nesterov's paper does before it"
            " takes the gradient. Here the gradient is given: the direction is g + beta * v.",
        ),
        Slip(
            "Nesterov is ignored",
            _momentum(d=lambda s: s.v),
            "With nesterov=True you step along v as well. `g + beta * v` needs the *new* v: with"
            " the old one it is the new v, and nothing has changed.",
        ),
        Slip(
            "Nesterov always",
            _momentum(d=lambda s: s.g + s.beta * s.v),
            "You look ahead also where nesterov is False. There the direction is v itself.",
        ),
        Slip(
            "Nesterov counts the velocity in full",
            _momentum(d=lambda s: s.g + s.v if s.nesterov else s.v),
            "With nesterov you add the whole velocity to the gradient. It is beta times the new"
            " velocity.",
        ),
        Slip(
            "Nesterov adds to the velocity",
            _momentum(d=lambda s: s.v + s.beta * s.v if s.nesterov else s.v),
            "With nesterov you take v + beta * v. It is the *gradient* plus beta times v.",
        ),
        Slip(
            "Nesterov exchanges velocity and gradient",
            _momentum(d=lambda s: s.v + s.beta * s.g if s.nesterov else s.v),
            "With nesterov v and g have changed places: beta stands before the velocity, and the"
            " gradient enters whole.",
        ),
        Slip(
            "Nesterov without the gradient",
            _momentum(d=lambda s: s.beta * s.v if s.nesterov else s.v),
            "With nesterov you step along beta * v alone. The direction is the *gradient* plus"
            " that.",
        ),
        Slip(
            "Nesterov by the rest",
            _momentum(d=lambda s: s.g + (1 - s.beta) * s.v if s.nesterov else s.v),
            "With nesterov you take the share 1 - beta of the velocity. It is beta: the gradient"
            " plus beta times the new v.",
        ),
        Slip(
            "Nesterov applied twice",
            _momentum(d=lambda s: s.v + s.beta * (s.g + s.beta * s.v) if s.nesterov else s.v),
            "With nesterov you go one look too far. The direction is g + beta * v, with the new v.",
        ),
        Slip(
            "the look ahead is kept",
            _momentum(give=lambda s: (s.theta, s.d)),
            "With nesterov you return the direction as the velocity. The look ahead is for this"
            " step only: return v.",
        ),
        Slip(
            "the velocity is not kept",
            _momentum(give=lambda s: (s.theta, s.v0)),
            "You return the velocity that came in, so nothing is ever remembered. Return the new"
            " one.",
        ),
        Slip(
            "only theta comes back",
            _momentum(give=lambda s: s.theta),
            "You return theta alone. The next step needs the velocity: return both, theta first.",
        ),
        Slip(
            "velocity first",
            _momentum(give=lambda s: (s.v, s.theta)),
            "The two results are exchanged: theta comes first, then v.",
        ),
        Slip(
            "the step instead of theta",
            _momentum(give=lambda s: (s.learning_rate * s.d, s.v)),
            "You return the step itself. Subtract it from theta.",
        ),
        Slip(
            "the rate is forgotten",
            _momentum(theta=lambda s: s.theta0 - s.d),
            "The learning rate is missing: theta minus learning_rate times the direction.",
        ),
        Slip(
            "it writes into v",
            _momentum_in_place,
            "`v *= beta` or `v += g` overwrites the caller's velocity, and fails for whole numbers."
            " Write `v = beta * v + g`, which makes a new array.",
        ),
        Slip(
            "it writes into theta",
            _theta_in_place,
            "`theta -= ...` overwrites the caller's parameters. Return a new array:"
            " `theta - learning_rate * d`.",
        ),
        Slip(
            "beta is not checked",
            _momentum(refuse=lambda s: False),
            "The steps are right. But with beta = 1 the velocity never fades, and above it grows by"
            " itself: raise a ValueError unless 0 <= beta < 1.",
        ),
        Slip(
            "a beta of 1 is let through",
            _momentum(refuse=lambda s: not 0 <= s.beta <= 1),
            "With beta = 1 nothing is ever forgotten. The task refuses it too: beta < 1.",
        ),
        Slip(
            "a negative beta is let through",
            _momentum(refuse=lambda s: s.beta >= 1),
            "A beta below 0 turns the velocity round in every step: refuse it too.",
        ),
        Slip(
            "a beta of 0 is refused",
            _momentum(refuse=lambda s: not 0 < s.beta < 1),
            "beta = 0 is plain gradient descent, and allowed. Refuse what is *below* 0.",
        ),
    ),
)


# 2. rmsprop_step

RMSPROP = {
    "takes": ("theta0", "g", "v0"),
    "refuse": lambda s: not 0 <= s.beta < 1 or s.eps <= 0,
    "v": lambda s: s.beta * s.v0 + (1 - s.beta) * s.g**2,
    "d": lambda s: s.g / (np.sqrt(s.v) + s.eps),
    "theta": lambda s: s.theta0 - s.learning_rate * s.d,
    "give": lambda s: (s.theta, s.v),
}


def _rmsprop(**changed):
    return _stepper(RMSPROP, **changed)


def _rmsprop_inputs(rng: np.random.Generator) -> list[Arguments]:
    usual = {"learning_rate": 0.1, "beta": 0.9, "eps": 0.01}
    cases: list[Arguments] = []
    for n in (1, 1, 2, 3, 5):
        cases.append((_numbers(rng, n), _numbers(rng, n), _squares(rng, n), keywords(**usual)))
    cases += [(_numbers(rng, n), _numbers(rng, n), np.zeros(n), keywords(**usual)) for n in (1, 3)]
    base = (_numbers(rng, 3), _numbers(rng, 3), _squares(rng, 3))
    for changed in ({"learning_rate": 0.5}, {"beta": 0.5}, {"beta": 0.0}, {"eps": 1.0}):
        cases.append((*base, keywords(**usual | changed)))
    uneven = (_numbers(rng, 3), np.array([100.0, -1.0, 0.01]), _squares(rng, 3))
    cases += [(*uneven, keywords(**usual)), (*base, keywords(**usual | {"eps": 1e-8}))]
    # A gradient as small as epsilon, and none at all.
    tiny = (_numbers(rng, 2), np.array([2e-8, -5e-7]), np.zeros(2))
    cases += [(*tiny, keywords(**usual | {"eps": 1e-8}))]
    cases += [(_numbers(rng, 2), np.zeros(2), v, keywords(**usual)) for v in (base[2][:2],) * 1]
    cases += [(np.array([1.0, 2.0]), np.zeros(2), np.zeros(2), keywords(**usual))]
    whole = (np.array([1, -2]), np.array([4, -3]), np.array([0, 9]))
    cases += [(*whole, keywords(**usual)), (*whole, keywords(**usual | {"eps": 2}))]
    bad = _every(base, "beta", (1.0, -0.1), **usual) + _every(base, "eps", (0.0, -1e-8), **usual)
    return [*cases, *bad]


def _rmsprop_in_place(theta, g, v, *, learning_rate, beta, eps):
    if not 0 <= beta < 1 or eps <= 0:
        raise ValueError
    v *= beta
    v += (1 - beta) * g**2
    return theta - learning_rate * g / (np.sqrt(v) + eps), v


def _rmsprop_theta_in_place(theta, g, v, *, learning_rate, beta, eps):
    if not 0 <= beta < 1 or eps <= 0:
        raise ValueError
    v = beta * v + (1 - beta) * g**2
    theta -= learning_rate * g / (np.sqrt(v) + eps)
    return theta, v


RMSPROP_STEP = Function(
    name="rmsprop_step",
    points=20,
    inputs=_rmsprop_inputs,
    parameters={
        "theta": "(n,)",
        "g": "(n,)",
        "v": "(n,)",
        "learning_rate": "",
        "beta": "",
        "eps": "",
    },
    returns={"new_theta": "(n,)", "new_v": "(n,)"},
    hints=(
        "Two lines: the running mean of the squared gradient, then a step divided by its root.",
        "The new mean is beta times the old one plus (1 - beta) times g squared. Divide the"
        " gradient by its root plus eps, entry by entry.",
        "`v = beta * v + (1 - beta) * g**2`, then theta minus learning_rate times"
        " `g / (np.sqrt(v) + eps)`. Before that, two refusals.",
    ),
    slips=(
        Slip(
            "uphill",
            _rmsprop(theta=lambda s: s.theta0 + s.learning_rate * s.d),
            "You add the step, and climb: theta *minus* learning_rate times the direction.",
        ),
        Slip(
            "brackets forgotten",
            _rmsprop(v=lambda s: s.beta * s.v0 + 1 - s.beta * s.g**2),
            "Without brackets Python reads 1 - (beta * g**2). Write (1 - beta) * g**2.",
        ),
        Slip(
            "the two weights are exchanged",
            _rmsprop(v=lambda s: (1 - s.beta) * s.v0 + s.beta * s.g**2),
            "beta and 1 - beta are exchanged: beta, often 0.9, is the share of the *old* mean.",
        ),
        Slip(
            "it adds up and never forgets",
            _rmsprop(v=lambda s: s.v0 + s.g**2),
            "You add up all squares: that is AdaGrad, whose steps shrink for ever. RMSProp keeps a"
            " running *mean*: beta of the old, 1 - beta of the new.",
        ),
        Slip(
            "the weights do not add up to 1",
            _rmsprop(v=lambda s: s.beta * s.v0 + s.g**2),
            "g**2 enters whole, as in momentum. In a mean the weights add up to 1: multiply it by"
            " 1 - beta.",
        ),
        Slip(
            "the old mean does not fade",
            _rmsprop(v=lambda s: s.v0 + (1 - s.beta) * s.g**2),
            "The old mean enters whole, so v only grows. Its share is beta: the two weights add up"
            " to 1.",
        ),
        Slip(
            "the old mean is forgotten",
            _rmsprop(v=lambda s: (1 - s.beta) * s.g**2),
            "Only the newest gradient is in your v. Add beta times the old mean.",
        ),
        Slip(
            "the gradient is forgotten",
            _rmsprop(v=lambda s: s.beta * s.v0),
            "No gradient enters your v, so it only fades. Add (1 - beta) times g squared.",
        ),
        Slip(
            "beta on both",
            _rmsprop(v=lambda s: s.beta * s.v0 + s.beta * s.g**2),
            "beta stands before the square too. The weights of a mean add up to 1: beta for the"
            " old, 1 - beta for the new.",
        ),
        Slip(
            "one plus beta",
            _rmsprop(v=lambda s: s.beta * s.v0 + (1 + s.beta) * s.g**2),
            "You have 1 + beta. The weights of a mean add up to 1: beta and 1 - beta.",
        ),
        Slip(
            "the gradient is not squared",
            _rmsprop(v=lambda s: s.beta * s.v0 + (1 - s.beta) * s.g),
            "You average the gradient itself. v is the running mean of its *square*.",
        ),
        Slip(
            "the size in place of the square",
            _rmsprop(v=lambda s: s.beta * s.v0 + (1 - s.beta) * np.abs(s.g)),
            "You average |g|. v is the running mean of the *square*, so that its root has the"
            " units of g.",
        ),
        Slip(
            "the factor is squared too",
            _rmsprop(v=lambda s: s.beta * s.v0 + ((1 - s.beta) * s.g) ** 2),
            "You square (1 - beta) as well. Only the gradient is squared.",
        ),
        Slip(
            "the root is forgotten",
            _rmsprop(d=lambda s: s.g / (s.v + s.eps)),
            "You divide by the mean square itself. Take its root: then the size of the gradient"
            " cancels, and a large one gives no tiny step.",
        ),
        Slip(
            "epsilon inside the root",
            _rmsprop(d=lambda s: s.g / np.sqrt(s.v + s.eps)),
            "Your eps is inside the root. There 1e-8 acts like 1e-4. The task puts it outside:"
            " the root of v, plus eps.",
        ),
        Slip(
            "no epsilon",
            _rmsprop(d=lambda s: s.g / np.sqrt(s.v)),
            "eps is missing: without it a gradient of 0 gives 0/0.",
        ),
        Slip(
            "epsilon after the division",
            _rmsprop(d=lambda s: s.g / np.sqrt(s.v) + s.eps),
            "Python divides before it adds, so eps lands outside the fraction. Put brackets round"
            " the denominator.",
        ),
        Slip(
            "epsilon added to theta",
            _rmsprop(theta=lambda s: s.theta0 - s.learning_rate * s.g / np.sqrt(s.v) + s.eps),
            "Python divides before it adds, so your eps is added to theta. It belongs in the"
            " denominator: put brackets round the root and eps.",
        ),
        Slip(
            "epsilon in the memory",
            _rmsprop(
                v=lambda s: s.beta * s.v0 + (1 - s.beta) * s.g**2 + s.eps,
                d=lambda s: s.g / np.sqrt(s.v),
            ),
            "You add eps to v itself, in every step, and it piles up there. It belongs beside the"
            " root, in the denominator.",
        ),
        Slip(
            "the old mean",
            _rmsprop(d=lambda s: s.g / (np.sqrt(s.v0) + s.eps)),
            "You divide by the root of the *old* mean. In the first step that is 0, and the step"
            " explodes. Update v first.",
        ),
        Slip(
            "one scale for all",
            _rmsprop(v=lambda s: s.beta * s.v0 + (1 - s.beta) * np.mean(s.g**2)),
            "You take the mean over the parameters. Each has a scale of its own: the mean runs over"
            " *time*, so no np.mean.",
        ),
        Slip(
            "the norm",
            _rmsprop(v=lambda s: s.beta * s.v0 + (1 - s.beta) * np.sum(s.g**2)),
            "You take the squared norm of the whole gradient. Each parameter has a scale of its"
            " own: square entry by entry.",
        ),
        Slip(
            "it multiplies",
            _rmsprop(d=lambda s: s.g * (np.sqrt(s.v) + s.eps)),
            "You multiply by the root. Large gradients are to be tamed: divide.",
        ),
        Slip(
            "the sign alone",
            _rmsprop(d=lambda s: np.sign(s.g)),
            "You step by the sign of g. That is RMSProp for beta = 0 and eps near 0 only; the"
            " running mean remembers the gradients before.",
        ),
        Slip(
            "bias-corrected",
            _rmsprop(d=lambda s: s.g / (np.sqrt(s.v / (1 - s.beta)) + s.eps)),
            "You correct the bias as Adam does in its first step. RMSProp corrects nothing.",
        ),
        Slip(
            "the rate inside the root mean square",
            _rmsprop(d=lambda s: s.g / (np.sqrt(s.v) + s.eps) * s.learning_rate),
            "The learning rate multiplies twice: in the direction, and in the step.",
        ),
        Slip(
            "the rate is forgotten",
            _rmsprop(theta=lambda s: s.theta0 - s.d),
            "The learning rate is missing: theta minus learning_rate times the direction.",
        ),
        Slip(
            "the root is kept",
            _rmsprop(give=lambda s: (s.theta, np.sqrt(s.v))),
            "You return the root of v. The next step averages squares: return v itself.",
        ),
        Slip(
            "the memory is not kept",
            _rmsprop(give=lambda s: (s.theta, s.v0)),
            "You return the v that came in. Return the new one, or nothing is ever remembered.",
        ),
        Slip(
            "still without a gradient",
            _rmsprop(v=lambda s: s.beta * s.v0 + (1 - s.beta) * s.g**2 if s.g.any() else s.v0),
            "Where the gradient is 0 you return v as it was. Its square counts all the same: v"
            " fades, to beta times the old one.",
        ),
        Slip(
            "only theta comes back",
            _rmsprop(give=lambda s: s.theta),
            "You return theta alone. The next step needs v: return both, theta first.",
        ),
        Slip(
            "v first",
            _rmsprop(give=lambda s: (s.v, s.theta)),
            "The two results are exchanged: theta comes first, then v.",
        ),
        Slip(
            "the step instead of theta",
            _rmsprop(give=lambda s: (s.learning_rate * s.d, s.v)),
            "You return the step itself. Subtract it from theta.",
        ),
        Slip(
            "it writes into v",
            _rmsprop_in_place,
            "`v *= beta` or `v += ...` overwrites the caller's v. Write `v = beta * v + ...`, which"
            " makes a new array.",
        ),
        Slip(
            "it writes into theta",
            _rmsprop_theta_in_place,
            "`theta -= ...` overwrites the caller's parameters. Return a new array.",
        ),
        Slip(
            "nothing is refused",
            _rmsprop(refuse=lambda s: False),
            "The steps are right. But a beta outside [0, 1) is no mean, and an eps of 0 or below"
            " protects from nothing: raise a ValueError.",
        ),
        Slip(
            "eps is not checked",
            _rmsprop(refuse=lambda s: not 0 <= s.beta < 1),
            "The steps are right. With eps = 0 a gradient of 0 gives 0/0: raise a ValueError"
            " unless eps > 0.",
        ),
        Slip(
            "beta is not checked",
            _rmsprop(refuse=lambda s: s.eps <= 0),
            "The steps are right. A beta of 1 never looks at the gradient again, and beyond [0, 1]"
            " it is no mean: raise a ValueError unless 0 <= beta < 1.",
        ),
        Slip(
            "an eps of 0 is let through",
            _rmsprop(refuse=lambda s: not 0 <= s.beta < 1 or s.eps < 0),
            "With eps = 0 a gradient of 0 gives 0/0. The task refuses it too: eps <= 0.",
        ),
        Slip(
            "a beta of 1 is let through",
            _rmsprop(refuse=lambda s: not 0 <= s.beta <= 1 or s.eps <= 0),
            "With beta = 1 the mean never changes. The task refuses it too: beta < 1.",
        ),
        Slip(
            "a negative beta is let through",
            _rmsprop(refuse=lambda s: s.beta >= 1 or s.eps <= 0),
            "With a beta below 0 the mean of squares can fall below 0, and has no root: refuse it.",
        ),
        Slip(
            "a beta of 0 is refused",
            _rmsprop(refuse=lambda s: not 0 < s.beta < 1 or s.eps <= 0),
            "beta = 0 looks at the newest gradient only, and is allowed. Refuse what is below 0.",
        ),
    ),
)


# 3. adam_step and 4. adamw_step

ADAM = {
    "takes": ("theta0", "g", "t0", "m0", "v0"),
    "refuse": lambda s: s.t0 < 0,
    "t": lambda s: s.t0 + 1,
    "m": lambda s: s.beta1 * s.m0 + (1 - s.beta1) * s.g,
    "v": lambda s: s.beta2 * s.v0 + (1 - s.beta2) * s.g**2,
    "m_hat": lambda s: s.m / (1 - s.beta1**s.t),
    "v_hat": lambda s: s.v / (1 - s.beta2**s.t),
    "d": lambda s: s.m_hat / (np.sqrt(s.v_hat) + s.eps),
    "theta": lambda s: s.theta0 - s.learning_rate * s.d,
    "give": lambda s: (s.theta, s.t, s.m, s.v),
}
ADAMW = ADAM | {
    "refuse": lambda s: s.t0 < 0 or s.weight_decay < 0,
    "theta": lambda s: s.theta0 - s.learning_rate * (s.d + s.weight_decay * s.theta0),
}
USUAL = {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8}


def _adam(**changed):
    return _stepper(ADAM, **changed)


def _adamw(**changed):
    return _stepper(ADAMW, **changed)


def _state(rng: np.random.Generator, n: int, t: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Draw what Adam may remember after t steps; nothing after none."""
    if t == 0:
        return 0, np.zeros(n), np.zeros(n)
    return t, _numbers(rng, n, scale=0.5), _squares(rng, n)


def _adam_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, t in ((1, 0), (1, 1), (2, 0), (2, 2), (3, 5), (5, 30)):
        arrays = (_numbers(rng, n), _numbers(rng, n), *_state(rng, n, t))
        cases.append((*arrays, keywords(**USUAL)))
    base = (_numbers(rng, 2), _numbers(rng, 2), *_state(rng, 2, 3))
    for changed in ({"learning_rate": 0.5}, {"beta1": 0.5}, {"beta2": 0.7}, {"eps": 0.5}):
        cases.append((*base, keywords(**USUAL | changed)))
    cases += [(*base, keywords(**USUAL | {"beta1": 0.0})), (*base, keywords(**USUAL | {"eps": 2}))]
    uneven = (_numbers(rng, 3), np.array([100.0, -1.0, 0.01]), *_state(rng, 3, 0))
    cases += [(*uneven, keywords(**USUAL))]
    # Gradients as small as epsilon, and none at all.
    tiny = (_numbers(rng, 2), np.array([2e-8, -5e-7]), *_state(rng, 2, 0))
    cases += [(*tiny, keywords(**USUAL)), (*base[:1], np.zeros(2), *base[2:], keywords(**USUAL))]
    cases += [(np.array([1.0, -2.0]), np.zeros(2), *_state(rng, 2, 0), keywords(**USUAL))]
    # Nothing moves, and v fades: no gradient, and none for so long that m is 0 too.
    cases += [(*base[:1], np.zeros(2), 3, np.zeros(2), base[4], keywords(**USUAL))]
    whole = (np.array([1, -2]), np.array([4, -3]), 2, np.array([0, 1]), np.array([9, 1]))
    cases += [(*whole, keywords(**USUAL | {"eps": 1}))]
    return [*cases, (*base[:2], -1, *base[3:], keywords(**USUAL))]


def _adam_expect(arguments: Arguments, result: Value) -> list[Expectation]:
    """Ask for the value; of a first step say too that its length is the learning rate."""
    g, t, settings = arguments[1], arguments[2], dict(arguments[-1].settings)
    if t == 0 and np.all(np.abs(g) > 1e3 * settings["eps"]):
        return _moved(
            arguments, result, settings["learning_rate"] * np.abs(g) / (np.abs(g) + settings["eps"])
        )
    return [Expectation("value", result)]


def _adam_slips(make):
    """Return the slips that Adam and AdamW share; `make` takes the lines that are changed."""
    return (
        Slip(
            "no bias correction",
            make(m_hat=lambda s: s.m, v_hat=lambda s: s.v),
            "Nothing is corrected. From zeros m and v start too small, by 1 - beta1^t and"
            " 1 - beta2^t: divide by these.",
        ),
        Slip(
            "only m is corrected",
            make(v_hat=lambda s: s.v),
            "You correct m, not v. v starts too small as well, so the first steps come out far too"
            " long: divide it by 1 - beta2^t.",
        ),
        Slip(
            "only v is corrected",
            make(m_hat=lambda s: s.m),
            "You correct v, not m: the first steps come out too short. Divide m by 1 - beta1^t.",
        ),
        Slip(
            "corrected with the old count",
            make(
                m_hat=lambda s: s.m / _nothing(1 - s.beta1**s.t0),
                v_hat=lambda s: s.v / _nothing(1 - s.beta2**s.t0),
            ),
            "Your correction uses the count of *before*: in the first step 1 - beta^0 is 0. Add 1"
            " to t first.",
        ),
        Slip(
            "the old count, unless it is 0",
            make(
                m_hat=lambda s: s.m / (1 - s.beta1**s.t0) if s.t0 else s.m,
                v_hat=lambda s: s.v / (1 - s.beta2**s.t0) if s.t0 else s.v,
            ),
            "Your correction uses the count of *before*, and is left out where that is 0. This step"
            " counts too: add 1 to t first, and it is never 0.",
        ),
        Slip(
            "the old count, at least 1",
            make(
                m_hat=lambda s: s.m / (1 - s.beta1 ** max(s.t0, 1)),
                v_hat=lambda s: s.v / (1 - s.beta2 ** max(s.t0, 1)),
            ),
            "Your correction uses the count of *before*, and 1 where that is 0. This step counts"
            " too: add 1 to t first, and it is never 0.",
        ),
        Slip(
            "corrected with a count too high",
            make(
                m_hat=lambda s: s.m / (1 - s.beta1 ** (s.t + 1)),
                v_hat=lambda s: s.v / (1 - s.beta2 ** (s.t + 1)),
            ),
            "Your correction uses t + 2 where t steps came before: 1 has been added twice.",
        ),
        Slip(
            "always the first correction",
            make(
                m_hat=lambda s: s.m / (1 - s.beta1),
                v_hat=lambda s: s.v / (1 - s.beta2),
            ),
            "You divide by 1 - beta in every step. That is right at the first and wrong from the"
            " second on: 1 - beta to the power t.",
        ),
        Slip(
            "a product for a power",
            make(
                m_hat=lambda s: s.m / (1 - s.beta1 * s.t),
                v_hat=lambda s: s.v / (1 - s.beta2 * s.t),
            ),
            "You have 1 - beta * t. It is a power: 1 - beta**t.",
        ),
        Slip(
            "the power of the difference",
            make(
                m_hat=lambda s: s.m / (1 - s.beta1) ** s.t,
                v_hat=lambda s: s.v / (1 - s.beta2) ** s.t,
            ),
            "You have (1 - beta)**t. The power is beta's alone: 1 - beta**t.",
        ),
        Slip(
            "brackets forgotten",
            make(
                m_hat=lambda s: s.m / 1 - s.beta1**s.t,
                v_hat=lambda s: s.v / 1 - s.beta2**s.t,
            ),
            "Without brackets Python reads (m / 1) - beta**t. Write m / (1 - beta**t).",
        ),
        Slip(
            "multiplied by the correction",
            make(
                m_hat=lambda s: s.m * (1 - s.beta1**s.t),
                v_hat=lambda s: s.v * (1 - s.beta2**s.t),
            ),
            "You multiply by 1 - beta^t and make small means smaller. Divide.",
        ),
        Slip(
            "the betas are exchanged",
            make(
                m=lambda s: s.beta2 * s.m0 + (1 - s.beta2) * s.g,
                v=lambda s: s.beta1 * s.v0 + (1 - s.beta1) * s.g**2,
                m_hat=lambda s: s.m / (1 - s.beta2**s.t),
                v_hat=lambda s: s.v / (1 - s.beta1**s.t),
            ),
            "beta1 and beta2 are exchanged: beta1 belongs to m, the mean of g; beta2 to v.",
        ),
        Slip(
            "beta1 for both",
            make(
                v=lambda s: s.beta1 * s.v0 + (1 - s.beta1) * s.g**2,
                v_hat=lambda s: s.v / (1 - s.beta1**s.t),
            ),
            "You use beta1 for v too. v has a longer memory of its own, beta2.",
        ),
        Slip(
            "the corrections are exchanged",
            make(
                m_hat=lambda s: s.m / (1 - s.beta2**s.t),
                v_hat=lambda s: s.v / (1 - s.beta1**s.t),
            ),
            "The two corrections are exchanged: m goes with beta1, v with beta2.",
        ),
        Slip(
            "beta1 corrects v",
            make(v_hat=lambda s: s.v / (1 - s.beta1**s.t)),
            "You correct v with beta1. Each mean has a beta of its own: v goes with beta2.",
        ),
        Slip(
            "beta2 corrects m",
            make(m_hat=lambda s: s.m / (1 - s.beta2**s.t)),
            "You correct m with beta2. Each mean has a beta of its own: m goes with beta1.",
        ),
        Slip(
            "the weights of m are exchanged",
            make(m=lambda s: (1 - s.beta1) * s.m0 + s.beta1 * s.g),
            "In m, beta1 and 1 - beta1 are exchanged: beta1 is the share of the *old* mean.",
        ),
        Slip(
            "the weights of v are exchanged",
            make(v=lambda s: (1 - s.beta2) * s.v0 + s.beta2 * s.g**2),
            "In v, beta2 and 1 - beta2 are exchanged: beta2 is the share of the *old* mean.",
        ),
        Slip(
            "the weights of both are exchanged",
            make(
                m=lambda s: (1 - s.beta1) * s.m0 + s.beta1 * s.g,
                v=lambda s: (1 - s.beta2) * s.v0 + s.beta2 * s.g**2,
            ),
            "In both means beta and 1 - beta are exchanged: beta is the share of the *old* one.",
        ),
        Slip(
            "m as in momentum",
            make(m=lambda s: s.beta1 * s.m0 + s.g),
            "Your m is a velocity: the gradient enters whole. Adam's m is a *mean*: multiply g by"
            " 1 - beta1.",
        ),
        Slip(
            "the gradient enters v whole",
            make(v=lambda s: s.beta2 * s.v0 + s.g**2),
            "In v the square enters whole. A mean's weights add up to 1: multiply it by 1 - beta2.",
        ),
        Slip(
            "v of the gradient",
            make(v=lambda s: s.beta2 * s.v0 + (1 - s.beta2) * s.g),
            "v averages the *square* of the gradient; you left the square out.",
        ),
        Slip(
            "v of the mean",
            make(v=lambda s: s.beta2 * s.v0 + (1 - s.beta2) * s.m**2),
            "You square the mean m. v averages the square of the *gradient*: noise counts in it.",
        ),
        Slip(
            "the factor is squared too",
            make(v=lambda s: s.beta2 * s.v0 + ((1 - s.beta2) * s.g) ** 2),
            "You square 1 - beta2 as well. Only the gradient is squared.",
        ),
        Slip(
            "a variance",
            make(v=lambda s: s.beta2 * s.v0 + (1 - s.beta2) * (s.g - s.m) ** 2),
            "You average the squared distance from m, a variance (AdaBelief does so). Adam"
            " averages g**2 itself.",
        ),
        Slip(
            "one scale for all",
            make(v=lambda s: s.beta2 * s.v0 + (1 - s.beta2) * np.mean(s.g**2)),
            "You take the mean over the parameters. Each has a scale of its own: square entry by"
            " entry; the mean runs over time.",
        ),
        Slip(
            "the norm",
            make(v=lambda s: s.beta2 * s.v0 + (1 - s.beta2) * np.sum(s.g**2)),
            "You take the squared norm of the gradient. Each parameter has a scale of its own:"
            " square entry by entry.",
        ),
        Slip(
            "the gradient in place of m",
            make(d=lambda s: s.g / (np.sqrt(s.v_hat) + s.eps)),
            "You divide the gradient itself: RMSProp with a correction. Adam divides the corrected"
            " mean, m_hat.",
        ),
        Slip(
            "the old means",
            make(
                m_hat=lambda s: s.m0 / (1 - s.beta1**s.t),
                v_hat=lambda s: s.v0 / (1 - s.beta2**s.t),
            ),
            "You step with the means of *before*. Update m and v first, then correct those.",
        ),
        Slip(
            "the root is forgotten",
            make(d=lambda s: s.m_hat / (s.v_hat + s.eps)),
            "The root is missing: m_hat over the *root* of v_hat. Only then do the units cancel.",
        ),
        Slip(
            "epsilon inside the root",
            make(d=lambda s: s.m_hat / np.sqrt(s.v_hat + s.eps)),
            "Your eps is inside the root, where 1e-8 acts like 1e-4. Algorithm 1 adds it to the"
            " root.",
        ),
        Slip(
            "epsilon before the correction",
            make(
                d=lambda s: s.m_hat * np.sqrt(1 - s.beta2**s.t) / (np.sqrt(s.v) + s.eps),
            ),
            "You add eps to the root of the *uncorrected* v: the epsilon-hat of the paper's"
            " section 2, as in scikit-learn. Algorithm 1 adds it to the root of v_hat.",
        ),
        Slip(
            "no epsilon",
            make(d=lambda s: s.m_hat / np.sqrt(s.v_hat)),
            "eps is missing: without it a parameter that never had a gradient gives 0/0.",
        ),
        Slip(
            "epsilon after the division",
            make(d=lambda s: s.m_hat / np.sqrt(s.v_hat) + s.eps),
            "Python divides before it adds, so eps lands outside the fraction. Put brackets round"
            " the denominator.",
        ),
        Slip(
            "epsilon added to theta",
            make(d=lambda s: s.m_hat / np.sqrt(s.v_hat) - s.eps / s.learning_rate),
            "Python divides before it adds, so your eps is added to theta. It belongs in the"
            " denominator: put brackets round the root and eps.",
        ),
        Slip(
            "corrected means are kept",
            make(give=lambda s: (s.theta, s.t, s.m_hat, s.v_hat)),
            "You return the corrected means. The next step would correct them again: return m and"
            " v as they are before the correction.",
        ),
        Slip(
            "the means are not kept",
            make(give=lambda s: (s.theta, s.t, s.m0, s.v0)),
            "You return the m and v that came in. Return the new ones, or nothing is remembered.",
        ),
        Slip(
            "still without a gradient",
            make(
                m=lambda s: s.beta1 * s.m0 + (1 - s.beta1) * s.g if s.g.any() else s.m0,
                v=lambda s: s.beta2 * s.v0 + (1 - s.beta2) * s.g**2 if s.g.any() else s.v0,
                give=lambda s: (s.theta if s.g.any() else s.theta0, s.t, s.m, s.v),
            ),
            "Where the gradient is 0 you return theta, m and v as they were. m and v fade all the"
            " same, and theta goes on along m: the same lines serve.",
        ),
        Slip(
            "still where m is 0 too",
            make(
                v=lambda s: (
                    s.beta2 * s.v0 + (1 - s.beta2) * s.g**2 if s.g.any() or s.m0.any() else s.v0
                )
            ),
            "Where the gradient and m are 0 you return v as it was. It fades all the same, to beta2"
            " times the old one: the same lines serve.",
        ),
        Slip(
            "the count is not kept",
            make(give=lambda s: (s.theta, s.t0, s.m, s.v)),
            "You return the t that came in, so every later step would be corrected as this one."
            " Return t + 1.",
        ),
        Slip(
            "t left out",
            make(give=lambda s: (s.theta, s.m, s.v)),
            "You return no t. The next correction needs it: theta, t, m and v, in this order.",
        ),
        Slip(
            "only theta comes back",
            make(give=lambda s: s.theta),
            "You return theta alone. The next step needs the state: theta, t, m and v.",
        ),
        Slip(
            "t last",
            make(give=lambda s: (s.theta, s.m, s.v, s.t)),
            "t stands last in what you return. The order is theta, t, m, v.",
        ),
        Slip(
            "m and v exchanged",
            make(give=lambda s: (s.theta, s.t, s.v, s.m)),
            "m and v are exchanged in what you return: theta, t, m, v.",
        ),
        Slip(
            "it writes into m and v",
            make(
                m=_into("m0", _mean_in_place),
                v=_into("v0", _square_in_place),
            ),
            "`m *= beta1` or `v += ...` overwrites the caller's state. Write `m = beta1 * m + ...`,"
            " which makes a new array.",
        ),
        Slip(
            "the rate is forgotten",
            make(d=lambda s: s.m_hat / (np.sqrt(s.v_hat) + s.eps) / s.learning_rate),
            "The learning rate is missing: it multiplies the step.",
        ),
    )


def _nothing(number):
    """Divide by 0 as an array does, without Python's exception."""
    return np.float64(number)


def _mean_in_place(m, s):
    m *= s.beta1
    m += (1 - s.beta1) * s.g


def _square_in_place(v, s):
    v *= s.beta2
    v += (1 - s.beta2) * s.g**2


STATE = {"theta": "(n,)", "g": "(n,)", "t": "", "m": "(n,)", "v": "(n,)"}
NEW_STATE = {"new_theta": "(n,)", "new_t": "", "new_m": "(n,)", "new_v": "(n,)"}

ADAM_STEP = Function(
    name="adam_step",
    points=30,
    inputs=_adam_inputs,
    parameters=STATE | dict.fromkeys(("learning_rate", "beta1", "beta2", "eps"), ""),
    returns=NEW_STATE,
    expect=_adam_expect,
    hints=(
        "Six lines, in the order of the paper's algorithm 1: count, two means, two corrections, the"
        " step.",
        "Add 1 to t first. m is the running mean of g, v that of g squared, each with its beta."
        " Divide each by 1 - beta^t, under new names; return the means as they were before.",
        "`t = t + 1`, `m = beta1 * m + (1 - beta1) * g`, v likewise with beta2 and g**2, then"
        " `m_hat = m / (1 - beta1**t)`, v_hat likewise, and m_hat over `np.sqrt(v_hat) + eps`.",
    ),
    slips=(
        *_adam_slips(_adam),
        Slip(
            "uphill",
            _adam(theta=lambda s: s.theta0 + s.learning_rate * s.d),
            "You add the step, and climb: theta *minus* learning_rate times the direction.",
        ),
        Slip(
            "the step instead of theta",
            _adam(theta=lambda s: s.learning_rate * s.d),
            "You return the step itself in place of theta. Subtract it from theta.",
        ),
        Slip(
            "it writes into theta",
            _adam(
                theta=_into(
                    "theta0", lambda theta, s: np.subtract(theta, s.learning_rate * s.d, out=theta)
                )
            ),
            "`theta -= ...` overwrites the caller's parameters. Return a new array.",
        ),
        Slip(
            "the count is not checked",
            _adam(
                refuse=lambda s: False,
                m_hat=lambda s: s.m / _nothing(1 - s.beta1**s.t),
                v_hat=lambda s: s.v / _nothing(1 - s.beta2**s.t),
            ),
            "The steps are right. But with t = -1 the correction divides by 0: raise a ValueError"
            " for t < 0.",
        ),
        Slip(
            "a count of 0 is refused",
            _adam(refuse=lambda s: s.t0 <= 0),
            "You refuse t = 0. Here t counts the steps *before* this one: 0 is the first step.",
        ),
    ),
)


def _adamw_inputs(rng: np.random.Generator) -> list[Arguments]:
    usual = USUAL | {"weight_decay": 0.5}
    cases: list[Arguments] = []
    later = ((2, 0), (2, 2), (3, 5), (4, 30))
    # With 0.9 and 0.99 the two corrections of a first step cancel; with 0.5 and 0.99 they do not.
    for n, t, beta1 in ((1, 0, 0.9), (1, 0, 0.5), (1, 1, 0.9), *((n, t, 0.9) for n, t in later)):
        arrays = (_numbers(rng, n), _numbers(rng, n), *_state(rng, n, t))
        cases.append((*arrays, keywords(**usual | {"beta1": beta1})))
    base = (_numbers(rng, 2), _numbers(rng, 2), *_state(rng, 2, 3))
    for changed in ({"learning_rate": 0.5}, {"beta1": 0.5}, {"beta2": 0.7}, {"eps": 0.5}):
        cases.append((*base, keywords(**usual | changed)))
    cases += [(*base, keywords(**usual | {"weight_decay": decay})) for decay in (0.0, 0.01, 3.0)]
    for n, decay in ((1, 0.5), (3, 2.0)):  # no gradient yet: it shrinks, and does nothing else
        still = (_numbers(rng, n), np.zeros(n), *_state(rng, n, 0))
        cases.append((*still, keywords(**usual | {"weight_decay": decay})))
    cases += [(*base[:1], np.zeros(2), *base[2:], keywords(**usual))]
    # It shrinks, and v fades: no gradient, and none for so long that m is 0 too.
    cases += [(*base[:1], np.zeros(2), 3, np.zeros(2), base[4], keywords(**usual))]
    whole = (np.array([1, -2]), np.array([4, -3]), 2, np.array([0, 1]), np.array([9, 1]))
    cases += [(*whole, keywords(**usual | {"eps": 1, "weight_decay": 1}))]
    cases += [(*base[:2], -1, *base[3:], keywords(**usual))]
    return [*cases, *_every(base, "weight_decay", (-0.1,), **usual)]


def _adamw_expect(arguments: Arguments, result: Value) -> list[Expectation]:
    """Ask for the value; where there is no gradient say too that theta shrinks by eta lambda."""
    theta, g, t, settings = *arguments[:3], dict(arguments[-1].settings)
    if t == 0 and not np.any(g):
        shrinks = settings["learning_rate"] * settings["weight_decay"] * np.abs(theta)
        return _moved(arguments, result, shrinks)
    return [Expectation("value", result)]


def _decay(change):
    """Change how theta arrives: `change(s, eta, decay)` is subtracted from it."""
    return _adamw(theta=lambda s: s.theta0 - change(s, s.learning_rate, s.weight_decay))


def _l2(s):
    return s.g + s.weight_decay * s.theta0


def _pulled(s):
    return s.g.any() or s.m0.any()


ADAMW_STEP = Function(
    name="adamw_step",
    points=30,
    inputs=_adamw_inputs,
    parameters=STATE
    | dict.fromkeys(("learning_rate", "beta1", "beta2", "eps", "weight_decay"), ""),
    returns=NEW_STATE,
    expect=_adamw_expect,
    hints=(
        "It is Adam's step, and beside it a second one that shrinks theta. The gradient, m and v"
        " never hear of the decay.",
        "Call your adam_step with the given gradient. From its theta subtract learning_rate times"
        " weight_decay times the theta that came *in*.",
        "`arrived, t, m, v = adam_step(theta, g, t, m, v, ...)`, then"
        " `arrived - learning_rate * weight_decay * theta`. Before that, the refusal.",
    ),
    slips=(
        Slip(
            "Adam + L2",
            _adamw(
                m=lambda s: s.beta1 * s.m0 + (1 - s.beta1) * _l2(s),
                v=lambda s: s.beta2 * s.v0 + (1 - s.beta2) * _l2(s) ** 2,
                theta=lambda s: s.theta0 - s.learning_rate * s.d,
            ),
            "You add the decay to the gradient: Adam + L2. Adam then divides it by the size of the"
            " gradient, and with no gradient it is a step of full length. AdamW's W is that the"
            " decay passes the means by.",
        ),
        Slip(
            "the decay enters m alone",
            _adamw(
                m=lambda s: s.beta1 * s.m0 + (1 - s.beta1) * _l2(s),
                theta=lambda s: s.theta0 - s.learning_rate * s.d,
            ),
            "The decay enters m. It passes both means by: subtract it from theta directly.",
        ),
        Slip(
            "the decay is divided too",
            _adamw(
                d=lambda s: (s.m_hat + s.weight_decay * s.theta0) / (np.sqrt(s.v_hat) + s.eps),
                theta=lambda s: s.theta0 - s.learning_rate * s.d,
            ),
            "Your decay is divided by the root of v. It is decoupled: outside the fraction.",
        ),
        Slip(
            "no decay",
            _decay(lambda s, eta, _: eta * s.d),
            "That is Adam: weight_decay does nothing. Subtract learning_rate * weight_decay *"
            " theta as well.",
        ),
        Slip(
            "the decay without the rate",
            _decay(lambda s, eta, decay: eta * s.d + decay * s.theta0),
            "Your decay is not multiplied by the learning rate. In the paper only the schedule"
            " multiplies it; the task follows PyTorch: learning_rate * weight_decay * theta.",
        ),
        Slip(
            "the decay grows theta",
            _decay(lambda s, eta, decay: eta * s.d - eta * decay * s.theta0),
            "Your decay pushes theta away from 0. Both parts are subtracted.",
        ),
        Slip(
            "the decay after the step",
            _adamw(
                theta=lambda s: (
                    (s.theta0 - s.learning_rate * s.d) * (1 - s.learning_rate * s.weight_decay)
                )
            ),
            "You shrink theta where Adam's step has *arrived*. The task takes both parts from the"
            " given theta, as the paper and PyTorch do.",
        ),
        Slip(
            "the decay by its sign",
            _decay(lambda s, eta, decay: eta * (s.d + decay * np.sign(s.theta0))),
            "Your decay has the same size for every weight: that is L1's. Here it is"
            " proportional to theta.",
        ),
        Slip(
            "twice the decay",
            _decay(lambda s, eta, decay: eta * (s.d + 2 * decay * s.theta0)),
            "Your decay is twice too strong: the penalty is half lambda theta squared, its slope"
            " lambda theta.",
        ),
        Slip(
            "half the decay",
            _decay(lambda s, eta, decay: eta * (s.d + decay * s.theta0 / 2)),
            "Your decay is half as strong as it should be: lambda theta, with no 1/2.",
        ),
        Slip(
            "the decay does not depend on theta",
            _decay(lambda s, eta, decay: eta * (s.d + decay)),
            "You subtract the same number from every weight. The decay is proportional to theta.",
        ),
        Slip(
            "the step shrinks instead",
            _decay(lambda s, eta, decay: eta * s.d * (1 - eta * decay)),
            "You shrink the *step*. It is theta that shrinks by the factor 1 - eta lambda.",
        ),
        Slip(
            "the square of theta",
            _decay(lambda s, eta, decay: eta * (s.d + decay * s.theta0**2)),
            "You subtract the square of theta. That is the penalty; the decay is its slope,"
            " lambda theta.",
        ),
        Slip(
            "the squared rate",
            _decay(lambda s, eta, decay: eta * (s.d + eta * decay * s.theta0)),
            "The learning rate multiplies the decay twice.",
        ),
        Slip(
            "everything is decay",
            _decay(lambda s, eta, decay: eta * decay * s.theta0),
            "Adam's own step is missing. Both are subtracted: step and decay.",
        ),
        *_adam_slips(_adamw),
        Slip(
            "uphill",
            _decay(lambda s, eta, decay: -eta * s.d + eta * decay * s.theta0),
            "Adam's step is added, and climbs. Both parts are subtracted from theta.",
        ),
        Slip(
            "still, and not shrunk",
            _adamw(
                m=lambda s: s.beta1 * s.m0 + (1 - s.beta1) * s.g if _pulled(s) else s.m0,
                v=lambda s: s.beta2 * s.v0 + (1 - s.beta2) * s.g**2 if _pulled(s) else s.v0,
                give=lambda s: (s.theta if _pulled(s) else s.theta0, s.t, s.m, s.v),
            ),
            "Where the gradient and m are 0 you return theta as it was. AdamW shrinks it all the"
            " same, and v fades: the same lines serve.",
        ),
        Slip(
            "the step instead of theta",
            _adamw(theta=lambda s: s.learning_rate * (s.d + s.weight_decay * s.theta0)),
            "You return the step itself in place of theta. Subtract it from theta.",
        ),
        Slip(
            "it writes into theta",
            _adamw(
                theta=_into(
                    "theta0",
                    lambda theta, s: np.subtract(
                        theta, s.learning_rate * (s.d + s.weight_decay * theta), out=theta
                    ),
                )
            ),
            "`theta -= ...` overwrites the caller's parameters. Return a new array.",
        ),
        Slip(
            "nothing is refused",
            _adamw(
                refuse=lambda s: False,
                m_hat=lambda s: s.m / _nothing(1 - s.beta1**s.t),
                v_hat=lambda s: s.v / _nothing(1 - s.beta2**s.t),
            ),
            "The steps are right. But a weight_decay below 0 makes weights grow, and t = -1"
            " divides by 0: raise a ValueError for both.",
        ),
        Slip(
            "the decay is not checked",
            _adamw(refuse=lambda s: s.t0 < 0),
            "The steps are right. A weight_decay below 0 makes weights grow: raise a ValueError.",
        ),
        Slip(
            "the count is not checked",
            _adamw(
                refuse=lambda s: s.weight_decay < 0,
                m_hat=lambda s: s.m / _nothing(1 - s.beta1**s.t),
                v_hat=lambda s: s.v / _nothing(1 - s.beta2**s.t),
            ),
            "The steps are right. With t = -1 the correction divides by 0: refuse t < 0 as well.",
        ),
        Slip(
            "a decay of 0 is refused",
            _adamw(refuse=lambda s: s.t0 < 0 or s.weight_decay <= 0),
            "weight_decay = 0 is Adam, and allowed. Refuse what is *below* 0.",
        ),
        Slip(
            "a decay of 1 is refused",
            _adamw(refuse=lambda s: s.t0 < 0 or not 0 <= s.weight_decay < 1),
            "A weight_decay of 1 or more is allowed: the learning rate makes it small. Refuse what"
            " is *below* 0.",
        ),
        Slip(
            "a count of 0 is refused",
            _adamw(refuse=lambda s: s.t0 <= 0 or s.weight_decay < 0),
            "You refuse t = 0. Here t counts the steps *before* this one: 0 is the first step.",
        ),
    ),
)

FUNCTIONS = (MOMENTUM_STEP, RMSPROP_STEP, ADAM_STEP, ADAMW_STEP)
