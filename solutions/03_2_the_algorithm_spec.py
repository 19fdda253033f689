"""Spec of the exercises to 3.2: inputs, hints and known slips; the reference is the notebook.

Random weights are judged by shape, mean and spread (`drawn_from`). A slip there is known by what it
draws with NumPy's usual call; another way of drawing is told which statistic is off.
"""

import math

import numpy as np

from course_lib.grading.spec import Arguments, Build, Expectation, Function, Slip, keywords

# 1. initialize

_SIZES = (
    *((40, 60), (50, 50), (25, 100), (150, 20), (100, 50), (1, 900), (900, 1), (150, 10)),
    *((1, 1), (3, 2)),
)
FARTHEST = 8.0
"""In standard deviations: a normal number lies beyond once in 10^15 draws."""


_AGAIN = (6, 5)
"""A size that is drawn three times: with one seed, with the same, and with another."""


def _start(rng: np.random.Generator, d_in: int, d_out: int, hidden: str) -> Arguments:
    return _seeded(int(rng.integers(10**6)), d_in, d_out, hidden)


def _seeded(seed: int, d_in: int, d_out: int, hidden: str) -> Arguments:
    generator = Build("numpy.random:default_rng()", (("seed", seed),))
    return (d_in, d_out, keywords(hidden=hidden, rng=generator))


def _initialize_inputs(rng: np.random.Generator) -> list[Arguments]:
    names = ("relu", "tanh")
    cases = [_start(rng, *size, hidden) for size in _SIZES for hidden in names]
    seed = 2 * int(rng.integers(10**6))  # even, so that the odd one is the other one
    cases += [_seeded(number, *_AGAIN, "relu") for number in (seed, seed, seed + 1)]
    bad = ((0, 4, "relu"), (4, 0, "tanh"), (-1, 4, "tanh"), (4, -2, "relu"))
    cases += [_start(rng, *sizes) for sizes in bad]
    return [*cases, *(_start(rng, 4, 4, hidden) for hidden in ("sigmoid", "ReLU", ""))]


def _variance(d_in, d_out, hidden):
    return 2 / d_in if hidden == "relu" else 2 / (d_in + d_out)


def _law(arguments, _result):
    d_in, d_out, settings = arguments
    named = dict(settings.settings)
    std = math.sqrt(_variance(d_in, d_out, named["hidden"]))
    law = ((d_in, d_out), 0.0, std, -FARTHEST * std, FARTHEST * std)
    if (d_in, d_out) != _AGAIN:
        return [Expectation("drawn_from", law)]
    even = dict(named["rng"].settings)["seed"] % 2 == 0
    beside = Expectation("same_as_case" if even else "unlike_case", 2 * len(_SIZES))
    return [Expectation("drawn_from", law), beside]


def _drawing(draw):
    """Make a function that refuses what the task says, and draws by `draw(rng, shape, v)`."""

    def initialize(d_in, d_out, *, hidden, rng):
        if d_in < 1 or d_out < 1 or hidden not in ("relu", "tanh"):
            raise ValueError
        return draw(rng, (d_in, d_out), _variance(d_in, d_out, hidden))

    return initialize


def _with_variance(variance):
    """Make a function that refuses what the task says, and draws with another variance."""

    def initialize(d_in, d_out, *, hidden, rng):
        if d_in < 1 or d_out < 1 or hidden not in ("relu", "tanh"):
            raise ValueError
        return rng.normal(0, np.sqrt(variance(d_in, d_out, hidden)), (d_in, d_out))

    return initialize


def _initialize_any_name(d_in, d_out, *, hidden, rng):
    if d_in < 1 or d_out < 1:
        raise ValueError
    return rng.normal(0, np.sqrt(_variance(d_in, d_out, hidden)), (d_in, d_out))


def _initialize_any_size(d_in, d_out, *, hidden, rng):
    if hidden not in ("relu", "tanh"):
        raise ValueError
    return rng.normal(0, np.sqrt(_variance(d_in, d_out, hidden)), (d_in, d_out))


INITIALIZE = Function(
    name="initialize",
    points=35,
    inputs=_initialize_inputs,
    parameters={"d_in": "", "d_out": "", "hidden": "", "rng": ""},
    returns={"W": "(d_in, d_out)"},
    hints=(
        "Section 3 gives the variance for each activation. In what does a standard deviation differ"
        " from it?",
        "`rng.normal(0, spread, shape)` draws a whole matrix; its second argument is the standard"
        " deviation, the root of the variance.",
        "Refuse first. Then v is 2 / d_in for relu and 2 / (d_in + d_out) else, and the weights"
        " are `rng.normal(0, np.sqrt(v), (d_in, d_out))`.",
    ),
    slips=(
        Slip(
            "zeros",
            _drawing(lambda _rng, shape, _v: np.zeros(shape)),
            "You return zeros. All units of the layer would be twins, and stay so for ever: that"
            " is section 2.",
        ),
        Slip(
            "ones",
            _drawing(lambda _rng, shape, _v: np.ones(shape)),
            "All your weights are equal, so all units of the layer are twins for ever. Draw them.",
        ),
        Slip(
            "a constant of the right size",
            _drawing(lambda _rng, shape, v: np.full(shape, np.sqrt(v))),
            "All your weights are equal, so all units of the layer are twins for ever. Draw them,"
            " with this spread.",
        ),
        Slip(
            "the variance in place of the spread",
            _drawing(lambda rng, shape, v: rng.normal(0, v, shape)),
            "rng.normal takes the standard deviation, and you give it the variance: take the root.",
        ),
        Slip(
            "squared in place of the root",
            _drawing(lambda rng, shape, v: rng.normal(0, v**2, shape)),
            "You square the variance. The standard deviation is its *root*.",
        ),
        Slip(
            "the variance as the limit of a uniform draw",
            _drawing(lambda rng, shape, v: rng.uniform(-v, v, shape)),
            "You draw uniformly from -v to v, and v is the variance asked for. A uniform draw from"
            " -a to a has the variance a²/3: take a = √(3 v).",
        ),
        Slip(
            "the brackets are missing",
            _with_variance(
                lambda d_in, d_out, hidden: 2 / d_in if hidden == "relu" else 2 / d_in + d_out
            ),
            "`2 / d_in + d_out` divides first, then adds. For tanh it is `2 / (d_in + d_out)`.",
        ),
        Slip(
            "a generator of its own",
            _drawing(lambda _rng, shape, v: np.random.default_rng(0).normal(0, np.sqrt(v), shape)),
            "You make a generator of your own, so the weights are the same at every call. Draw from"
            " the `rng` that is given: two layers of one size must differ.",
        ),
        Slip(
            "the size of the layer is ignored",
            _drawing(lambda rng, shape, _v: rng.normal(0, 1, shape)),
            "Your spread is 1 for every layer. A sum of many such products is large: the spread"
            " must fall with the number of inputs.",
        ),
        Slip(
            "the same small spread for every layer",
            _drawing(lambda rng, shape, _v: rng.normal(0, 0.01, shape)),
            "Your spread is 0.01 for every layer: after a few, no signal is left. It depends on"
            " the sizes.",
        ),
        Slip(
            "the article's start",
            _drawing(lambda rng, shape, _v: 2 * rng.random(shape) - 1),
            "That is what the article's program does: uniform from -1 to 1, whatever the size of"
            " the layer. The variance is then 1/3 always.",
        ),
        Slip(
            "no negative weights",
            _drawing(lambda rng, shape, _v: rng.random(shape)),
            "rng.random draws from 0 to 1: the mean is one half. It must be 0, and the spread that"
            " of the rule.",
        ),
        Slip(
            "the spread as the limit of a uniform draw",
            _drawing(lambda rng, shape, v: rng.uniform(-np.sqrt(v), np.sqrt(v), shape)),
            "A uniform draw from -a to a has the variance a²/3, not a²: take a = √(3 v).",
        ),
        Slip(
            "the rules exchanged",
            _with_variance(
                lambda d_in, d_out, hidden: 2 / (d_in + d_out) if hidden == "relu" else 2 / d_in
            ),
            "You have the two rules the wrong way round: He's is for ReLU, Glorot's for tanh.",
        ),
        Slip(
            "He always",
            _with_variance(lambda d_in, _d_out, _hidden: 2 / d_in),
            "You use He's rule for tanh too. For tanh the task asks for Glorot's,"
            " 2/(d_in + d_out).",
        ),
        Slip(
            "Glorot always",
            _with_variance(lambda d_in, d_out, _hidden: 2 / (d_in + d_out)),
            "You use Glorot's rule for ReLU too. A ReLU throws half of the mean square away, so"
            " He's rule, 2/d_in, makes up for it.",
        ),
        Slip(
            "1/d_in always",
            _with_variance(lambda d_in, _d_out, _hidden: 1 / d_in),
            "1/d_in keeps the signal on its way forward through tanh. Glorot's rule minds the way"
            " back too, and He's minds the ReLU.",
        ),
        Slip(
            "a factor of 2 is missing",
            _with_variance(lambda d_in, d_out, hidden: _variance(d_in, d_out, hidden) / 2),
            "Your variance is half of what is asked: both rules have a 2 above the line.",
        ),
        Slip(
            "ReLU's half is forgotten",
            _with_variance(
                lambda d_in, d_out, hidden: 1 / d_in if hidden == "relu" else 2 / (d_in + d_out)
            ),
            "For ReLU you have 1/d_in. It throws half of the mean square away: 2/d_in makes up for"
            " that.",
        ),
        Slip(
            "outputs for inputs",
            _with_variance(
                lambda d_in, d_out, hidden: 2 / d_out if hidden == "relu" else 2 / (d_in + d_out)
            ),
            "For ReLU you count the outputs. It is the inputs that are added up: 2/d_in.",
        ),
        Slip(
            "outputs alone for tanh",
            _with_variance(lambda d_in, d_out, hidden: 2 / d_in if hidden == "relu" else 2 / d_out),
            "For tanh you count the outputs alone. Glorot's rule has inputs and outputs:"
            " 2/(d_in + d_out).",
        ),
        Slip(
            "twice the variance",
            _with_variance(lambda d_in, d_out, hidden: 2 * _variance(d_in, d_out, hidden)),
            "Your variance is twice what is asked: 4 above the line in place of 2.",
        ),
        Slip(
            "half as much again",
            _with_variance(lambda d_in, d_out, hidden: 1.5 * _variance(d_in, d_out, hidden)),
            "You have a 3 where the rules have a 2. The 3 is for the limit of a *uniform* draw.",
        ),
        Slip(
            "multiplied by the size",
            _with_variance(lambda d_in, d_out, hidden: 4 / _variance(d_in, d_out, hidden)),
            "You multiply by the number of units. The more terms a sum has, the *smaller* each"
            " weight must be: divide.",
        ),
        Slip(
            "around 1",
            _drawing(lambda rng, shape, v: rng.normal(1, np.sqrt(v), shape)),
            "Your weights lie around 1. Their mean is to be 0: rng.normal takes the mean first.",
        ),
        Slip(
            "rows and columns exchanged",
            _drawing(lambda rng, shape, v: rng.normal(0, np.sqrt(v), shape[::-1])),
            "Your matrix is (d_out, d_in), as PyTorch keeps it. Here a layer is X @ W with W of"
            " shape (d_in, d_out).",
        ),
        Slip(
            "one number",
            _drawing(lambda rng, _shape, v: rng.normal(0, np.sqrt(v))),
            "You draw a single number. Give the shape too: `size=(d_in, d_out)`.",
        ),
        Slip(
            "any name is taken",
            _initialize_any_name,
            "The draw is right. But `hidden` may be misspelt, and your function would take another"
            " rule without a word: raise a ValueError.",
        ),
        Slip(
            "any size is taken",
            _initialize_any_size,
            "The draw is right. But a layer has at least one input and one output: raise a"
            " ValueError for a size below 1.",
        ),
    ),
    expect=_law,
    equivalent={
        "return rng.normal(0, np.sqrt(2 / units), (d_in, d_out)) -> return -rng.normal(0,"
        " np.sqrt(2 / units), (d_in, d_out))": "the other sign of a number of mean 0 is as likely",
    },
)


# 2. gradient_descent


def _bowl(kappa: float) -> Build:
    settings = (("kappa", kappa),)
    return Build("course_lib.landscapes:quadratic().loss_and_gradient", settings)


BEALE = Build("course_lib.landscapes:beale().loss_and_gradient")


def _run(loss, theta, eta, tolerance, max_steps) -> Arguments:
    return (loss, theta, keywords(eta=eta, tolerance=tolerance, max_steps=max_steps))


def _descent_inputs(rng: np.random.Generator) -> list[Arguments]:
    def start() -> np.ndarray:
        return np.round(rng.uniform(1.0, 2.0, 2) * rng.choice([-1, 1], 2), 2)

    near = np.round(rng.uniform(-0.3, 0.3, 2) + 1, 2)
    cases = [_run(_bowl(1.0), start(), 0.5, 0.2, 50), _run(_bowl(2.0), start(), 0.3, 0.1, 50)]
    cases += [_run(_bowl(4.0), start(), eta, 0.05, 200) for eta in (0.1, 0.2, 0.4)]
    cases += [_run(_bowl(3.0), start(), 0.1, 1e-3, steps) for steps in (0, 1, 2, 7)]
    cases += [_run(_bowl(3.0), start(), 0.1, tolerance, 300) for tolerance in (1e-3, 1.0, 100.0)]
    cases += [_run(BEALE, near, 0.01, tolerance, 20) for tolerance in (1e-9, 2.0)]
    cases += [_run(_bowl(5.0), np.array([3, -2]), 0.1, 0.5, 40)]  # whole numbers
    cases += [_run(_bowl(5.0), np.zeros(2), 0.1, tolerance, 9) for tolerance in (0.0, 0.1)]
    cases += [_run(_bowl(1.0), np.array([3.0, 4.0]), 0.5, 2.5, 20)]  # norms 5, 2.5: it meets it
    cases += [_run(_bowl(2.0), start(), 0.3, 0.0, 12)]
    slow = ((1.9, 1.4), (1.1, -1.5), (-1.7, -1.2), (1.3, 1.9))  # each measure stops at its own step
    cases += [_run(_bowl(1.0), np.array(place), 0.05, 0.3, 300) for place in slow]
    bad = ((0.0, 5), (-0.1, 5), (0.1, -1), (0, 5))
    return [*cases, *(_run(_bowl(2.0), start(), eta, 0.1, steps) for eta, steps in bad)]


def _descent(
    measure=np.linalg.norm,
    sign=-1.0,
    look_after=False,
    once=False,
    result=lambda theta, steps: (theta, steps),
    extra=0,
    strict=False,
):
    """Make the right function, but for what is given otherwise."""

    def gradient_descent(loss_and_gradient, theta, *, eta, tolerance, max_steps):
        if eta <= 0 or max_steps < 0:
            raise ValueError
        steps, (_, g) = 0, loss_and_gradient(theta)
        while steps < max_steps + extra:
            if not once:
                _, g = loss_and_gradient(theta)
            done = measure(g) < tolerance if strict else measure(g) <= tolerance
            if done and not look_after:
                break
            theta = theta + sign * eta * g
            steps += 1
            if done:
                break
        return result(theta, steps)

    return gradient_descent


def _descent_until(measure, step=lambda eta, g: eta * g):
    """Make the right function, but for what is held against the tolerance, or for its step."""

    def gradient_descent(loss_and_gradient, theta, *, eta, tolerance, max_steps):
        if eta <= 0 or max_steps < 0:
            raise ValueError
        before = np.inf
        for steps in range(max_steps):
            loss, g = loss_and_gradient(theta)
            if measure(before - loss, g, eta) <= tolerance:
                return theta, steps
            theta, before = theta - step(eta, g), loss
        return theta, max_steps

    return gradient_descent


def _descent_in_place(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    if eta <= 0 or max_steps < 0:
        raise ValueError
    for steps in range(max_steps):
        _, g = loss_and_gradient(theta)
        if np.linalg.norm(g) <= tolerance:
            return theta, steps
        theta -= eta * g
    return theta, max_steps


def _descent_by_the_loss(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    if eta <= 0 or max_steps < 0:
        raise ValueError
    for steps in range(max_steps):
        loss, g = loss_and_gradient(theta)
        if loss <= tolerance:
            return theta, steps
        theta = theta - eta * g
    return theta, max_steps


def _descent_with_the_loss(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    if eta <= 0 or max_steps < 0:
        raise ValueError
    for steps in range(max_steps):
        g, _ = loss_and_gradient(theta)
        if np.linalg.norm(g) <= tolerance:
            return theta, steps
        theta = theta - eta * g
    return theta, max_steps


def _descent_step_zero_passes(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    if eta < 0 or max_steps < 0:
        raise ValueError
    return _descent()(loss_and_gradient, theta, eta=eta or 1e-300, tolerance=tolerance,
                      max_steps=max_steps)  # fmt: skip


def _descent_unchecked(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    steps = 0
    for _ in range(max_steps):
        _, g = loss_and_gradient(theta)
        if np.linalg.norm(g) <= tolerance:
            break
        theta, steps = theta - eta * g, steps + 1
    return theta, steps


def _descent_any_rate(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    if max_steps < 0:
        raise ValueError
    return _descent_unchecked(
        loss_and_gradient, theta, eta=eta, tolerance=tolerance, max_steps=max_steps
    )


def _descent_any_maximum(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    if eta <= 0:
        raise ValueError
    return _descent_unchecked(
        loss_and_gradient, theta, eta=eta, tolerance=tolerance, max_steps=max_steps
    )


def _returns_inside_the_loop(loss_and_gradient, theta, *, eta, tolerance, max_steps):
    if eta <= 0 or max_steps < 0:
        raise ValueError
    for steps in range(max_steps):
        _, g = loss_and_gradient(theta)
        if np.linalg.norm(g) <= tolerance:
            return theta, steps
        theta = theta - eta * g
        return theta, steps + 1
    return theta, max_steps


GRADIENT_DESCENT = Function(
    name="gradient_descent",
    points=35,
    inputs=_descent_inputs,
    parameters={
        "loss_and_gradient": "",
        "theta": "(n,)",
        "eta": "",
        "tolerance": "",
        "max_steps": "",
    },
    returns={"theta": "(n,)", "steps": ""},
    hints=(
        "Write it as the article numbers it: compute the gradient, update, repeat. Where in the"
        " loop do you look whether it is small enough?",
        "A `for` loop over range(max_steps). In it: the gradient, then the test of its norm, which"
        " returns; then the step. After the loop all steps are taken.",
        "`_, g = loss_and_gradient(theta)`; `if np.linalg.norm(g) <= tolerance: return theta,"
        " steps`; `theta = theta - eta * g`; and `return theta, max_steps` behind the loop.",
    ),
    slips=(
        Slip(
            "with the gradient, as the article has it",
            _descent(sign=1.0),
            "You step along the gradient, as the article puts it, and climb. A step is minus eta"
            " times the gradient.",
        ),
        Slip(
            "one gradient for all steps",
            _descent(once=True),
            "You compute the gradient once, before the loop, and walk straight on. It changes with"
            " theta: ask for it in every step.",
        ),
        Slip(
            "only a maximum",
            _descent(measure=lambda _g: np.inf),
            "You always take max_steps steps. Stop as soon as the norm of the gradient is at most"
            " the tolerance.",
        ),
        Slip(
            "a step too many",
            _descent(look_after=True),
            "You look, and step all the same: where the gradient is small enough, stay.",
        ),
        Slip(
            "max_steps is off by one",
            _descent(extra=1),
            "You take max_steps + 1 steps if the tolerance is not met.",
        ),
        Slip(
            "one step is missing",
            _descent(extra=-1),
            "You take max_steps - 1 steps if the tolerance is not met.",
        ),
        Slip(
            "it ends after the first step",
            _returns_inside_the_loop,
            "Your last `return` stands inside the loop, so it ends after one step. Move it to the"
            " left, behind the loop.",
        ),
        Slip(
            "below the tolerance, not at it",
            _descent(strict=True),
            "You stop where the norm is *below* the tolerance; *at most* is asked. At the minimum,"
            " with tolerance 0, yours goes on.",
        ),
        Slip(
            "the square of the norm",
            _descent(measure=lambda g: g @ g),
            "You compare the squared norm with the tolerance: take the root, or np.linalg.norm.",
        ),
        Slip(
            "the norm is divided by n",
            _descent(measure=lambda g: np.sqrt(np.mean(g**2))),
            "You take the root of the *mean* of squares. The norm is the root of their sum.",
        ),
        Slip(
            "the largest entry",
            _descent(measure=lambda g: np.abs(g).max()),
            "You look at the largest entry of the gradient. The norm is asked, the root of the sum"
            " of squares: np.linalg.norm(g).",
        ),
        Slip(
            "the sum of the entries",
            _descent(measure=lambda g: g.sum()),
            "You compare the *sum* of the gradient's entries: two large ones of opposite sign look"
            " like none. Take np.linalg.norm(g).",
        ),
        Slip(
            "one small entry",
            _descent(measure=lambda g: np.abs(g).min()),
            "You stop as soon as *one* entry of the gradient is small. All of it must be:"
            " np.linalg.norm(g).",
        ),
        Slip(
            "the length of the step",
            _descent_until(lambda _fall, g, eta: np.linalg.norm(eta * g)),
            "You compare the length of the step, eta times the norm. A small eta then stops"
            " anywhere: compare the norm of g alone.",
        ),
        Slip(
            "the change of the loss",
            _descent_until(lambda fall, _g, _eta: abs(fall)),
            "You stop where the *loss* hardly changes. The tolerance is for the norm of the"
            " gradient.",
        ),
        Slip(
            "steps of one length",
            _descent_until(
                lambda _fall, g, _eta: np.linalg.norm(g),
                step=lambda eta, g: eta * g / np.linalg.norm(g),
            ),
            "You divide the gradient by its norm, so every step has the length eta. The step is"
            " eta * g: it shrinks with the gradient.",
        ),
        Slip(
            "the loss in place of the gradient",
            _descent_by_the_loss,
            "You stop where the *loss* is small. You do not know how small it can get; the"
            " gradient's norm is asked.",
        ),
        Slip(
            "loss and gradient exchanged",
            _descent_with_the_loss,
            "loss_and_gradient returns (loss, gradient), in this order: you step by the loss.",
        ),
        Slip(
            "the place alone",
            _descent(result=lambda theta, _steps: theta),
            "Return the number of steps too: (theta, steps).",
        ),
        Slip(
            "the results are exchanged",
            _descent(result=lambda theta, steps: (steps, theta)),
            "Return (theta, steps), in this order.",
        ),
        Slip(
            "the steps are counted from one",
            _descent(result=lambda theta, steps: (theta, steps + 1)),
            "You stand where you should, and report one step more than you took. No step at all is"
            " 0.",
        ),
        Slip(
            "it moves the caller's theta",
            _descent_in_place,
            "`theta -= ...` moves the array that you were given, and fails for whole numbers."
            " Write `theta = theta - ...`.",
        ),
        Slip(
            "nothing is refused",
            _descent_unchecked,
            "The loop is right. But a rate of 0 or below does not descend, and there are no -1"
            " steps: raise a ValueError.",
        ),
        Slip(
            "the rate is not checked",
            _descent_any_rate,
            "The loop is right. But with eta = 0 nothing moves, and below 0 it climbs: raise a"
            " ValueError for eta <= 0.",
        ),
        Slip(
            "the maximum is not checked",
            _descent_any_maximum,
            "The loop is right. But there are no -1 steps: raise a ValueError for max_steps < 0.",
        ),
        Slip(
            "a rate of 0 is let through",
            _descent_step_zero_passes,
            "With eta = 0 nothing ever moves. The task refuses it too: eta <= 0.",
        ),
    ),
)


# 3. should_stop


def _stop_inputs(rng: np.random.Generator) -> list[Arguments]:
    def case(*losses: float, **settings: float) -> Arguments:
        return (np.array(losses), keywords(**settings))

    cases = [case(1.0, patience=1), case(1.0, patience=3), case(2.0, 1.0, patience=5)]
    cases += [case(5, 2, 6, patience=2), case(5, 2, 6, 7, patience=3)]
    cases += [case(1.0, 2.0, patience=1), case(2.0, 1.0, patience=1)]
    cases += [case(5, 3, 4, 3, patience=2), case(5, 4, 3, 4, patience=2), case(5, 6, patience=2)]
    cases += [case(3.0, 3.0, patience=1), case(5, 3, 4, 5, patience=2), case(4, 5, 6, patience=3)]
    cases += [case(5, 1, 4, 3, 2, patience=3), case(5, 1, 4, 3, 2, patience=4)]
    cases += [case(6, 5, 4.9, 4.8, patience=2, min_delta=d) for d in (0.0, 0.1, 0.15, 0.25, 1)]
    cases += [case(4, 2, 3, 2.5, 1.9, 3, patience=3, min_delta=d) for d in (0.05, 0.2)]
    cases += [case(3.0, 3.1, 3.2, patience=p, min_delta=0.3) for p in (1, 2)]
    cases += [case(4.0, 2.0, 2.1, 2.2, 2.4, 2.1, patience=p, min_delta=0.5) for p in (2, 3, 4)]
    cases += [case(4.0, 2.0, 1.5, patience=1, min_delta=0.5)]  # better by 0.5, not by more
    cases += [case(2.0, np.inf, np.inf, patience=2), case(np.inf, 2.0, 3.0, patience=2)]
    cases += [case(2.0, np.nan, np.nan, patience=2), case(2.0, np.nan, 1.0, patience=2)]
    cases += [case(3.0, 1.0, 2.0, 0.5, 0.7, 0.9, 0.8, patience=p) for p in (1, 2, 3, 4, 6, 7)]
    # What tells slips apart: one alone is wrong in each of these.
    cases += [case(*range(9, 5 - p, -1), patience=p) for p in (2, 3, 4)]  # all are better
    cases += [case(1, 9, 2, 8, patience=1), case(2, 7, 1, 6, 6, patience=2)]  # below the worst
    cases += [case(3, 9, 2, 4, patience=1), case(2, 8, 1, 3, 3, patience=2)]  # below the mean
    cases += [case(6, 1, 1, 5, patience=1), case(7, 2, 1, 6, 5, patience=2)]  # below the first
    cases += [case(5, 1, 7, 6, patience=1), case(4, 2, 9, 8, 6, patience=2)]  # below the last
    cases += [case(9, 8.6, 8.2, 7.8, 7.4, patience=p, min_delta=1) for p in (1, 2)]  # small steps
    cases += [case(6, 7, 8, 5, patience=2), case(5, 6, 4, 3, 2, patience=1)]  # it had stopped
    for length in (8, 12, 20):
        losses = np.round(np.exp(-np.arange(length) / 5) + 0.3 * rng.random(length), 2)
        cases += [(losses, keywords(patience=p, min_delta=d)) for p, d in ((2, 0.0), (4, 0.05))]
    return [*cases, *(case(3.0, 2.0, 4.0, patience=p) for p in (0, -1))]


def _stopping(rule):
    """Make a function that refuses and waits as the task says, and stops by the rule."""

    def should_stop(losses, *, patience, min_delta=0.0):
        if patience < 1:
            raise ValueError
        if len(losses) <= patience:
            return False
        return bool(rule(losses, patience, min_delta))

    return should_stop


def _better(losses, patience, min_delta):
    return losses[-patience:] < np.min(losses[:-patience]) - min_delta


def _stop_unchecked(losses, *, patience, min_delta=0.0):
    if len(losses) <= patience:
        return False
    return not _better(losses, patience, min_delta).any()


def _stop_too_few(losses, *, patience, min_delta=0.0):
    if patience < 1:
        raise ValueError
    if len(losses) <= patience:
        return True
    return not _better(losses, patience, min_delta).any()


def _stop_one_sooner(losses, *, patience, min_delta=0.0):
    if patience < 1:
        raise ValueError
    if len(losses) < patience:
        return False
    before = losses[:-patience]
    if not len(before):
        return True
    return not _better(losses, patience, min_delta).any()


def _waited(losses, min_delta):
    """Yield, look by look, how long ago the last new best was, as many a training loop counts."""
    best, waited = np.inf, 0
    for loss in losses:
        best, waited = (loss, 0) if loss < best - min_delta else (best, waited + 1)
        yield waited


def _stop_for_good(losses, *, patience, min_delta=0.0):
    if patience < 1:
        raise ValueError
    return any(waited >= patience for waited in _waited(losses, min_delta))


def _stop_by_counting(losses, *, patience, min_delta=0.0):
    if patience < 1:
        raise ValueError
    return list(_waited(losses, min_delta))[-1] >= patience


def _stop_without_waiting(losses, *, patience, min_delta=0.0):
    if patience < 1:
        raise ValueError
    return not _better(losses, patience, min_delta).any()


SHOULD_STOP = Function(
    name="should_stop",
    points=30,
    inputs=_stop_inputs,
    parameters={"losses": "(t,)", "patience": "", "min_delta": ""},
    returns={"stop": ""},
    hints=(
        "Cut the losses in two: the last `patience`, and all before. Which single number of the"
        " first part matters?",
        "The best before is the minimum of losses[:-patience]. A later loss is better if it is"
        " below that by more than min_delta. Stop if none is.",
        "Refuse patience < 1; False if len(losses) <= patience; then `better = losses[-patience:]"
        " < best_before - min_delta`, and the answer is `not np.any(better)`.",
    ),
    slips=(
        Slip(
            "too few losses end the run",
            _stop_too_few,
            "With no more than `patience` losses there is nothing before to compare with, and it"
            " is too soon to stop: False.",
        ),
        Slip(
            "the answer is turned round",
            _stopping(lambda losses, p, d: _better(losses, p, d).any()),
            "You say True while there is progress. It is to be True when there is none.",
        ),
        Slip(
            "the last against the one before",
            _stopping(lambda losses, _p, d: losses[-1] >= losses[-2] - d),
            "You compare the last loss with the one before. A single worse look then ends the run:"
            " compare the last `patience` with the best before them.",
        ),
        Slip(
            "the best of all",
            _stopping(lambda losses, p, d: not (losses[-p:] < np.min(losses) - d).any()),
            "Your best holds the last losses too, and nothing is below itself: leave out the last"
            " `patience`.",
        ),
        Slip(
            "all must be better",
            _stopping(lambda losses, p, d: not _better(losses, p, d).all()),
            "You go on only if *all* of the last losses are better. One is enough.",
        ),
        Slip(
            "the last loss alone",
            _stopping(lambda losses, p, d: not losses[-1] < np.min(losses[:-p]) - d),
            "You look at the last loss alone. Any of the last `patience` may have been a new best.",
        ),
        Slip(
            "the first of them alone",
            _stopping(lambda losses, p, d: not losses[-p] < np.min(losses[:-p]) - d),
            "You look at the first of the last `patience` losses alone: losses[-patience]. The"
            " colon is missing: losses[-patience:].",
        ),
        Slip(
            "against the worst",
            _stopping(lambda losses, p, d: not (losses[-p:] < np.max(losses[:-p]) - d).any()),
            "You compare with the largest loss before. The best is the smallest.",
        ),
        Slip(
            "against the first loss",
            _stopping(lambda losses, p, d: not (losses[-p:] < losses[0] - d).any()),
            "You compare with the very first loss. Nearly all are better than that: compare with"
            " the best before.",
        ),
        Slip(
            "against the mean",
            _stopping(lambda losses, p, d: not (losses[-p:] < np.mean(losses[:-p]) - d).any()),
            "You compare with the mean of the losses before. A new best is below their minimum.",
        ),
        Slip(
            "against the loss before them",
            _stopping(lambda losses, p, d: not (losses[-p:] < losses[-p - 1] - d).any()),
            "You compare with the one loss just before. The *best* of all before is meant: a"
            " minimum.",
        ),
        Slip(
            "the first few for those before",
            _stopping(lambda losses, p, d: not (losses[-p:] < np.min(losses[:p]) - d).any()),
            "You take the first `patience` losses, losses[:patience]. All but the last `patience`"
            " are meant: losses[:-patience].",
        ),
        Slip(
            "one look too many",
            _stopping(
                lambda losses, p, d: (
                    len(losses) > p + 1
                    and not (losses[-p - 1 :] < np.min(losses[: -p - 1]) - d).any()
                )
            ),
            "You wait one look too long: the last `patience` losses are losses[-patience:].",
        ),
        Slip(
            "they must be worse",
            _stopping(lambda losses, p, d: (losses[-p:] > np.min(losses[:-p]) - d).all()),
            "You stop only if all are *above* the best. An equal loss is no improvement either.",
        ),
        Slip(
            "as good counts as better",
            _stopping(lambda losses, p, d: not (losses[-p:] <= np.min(losses[:-p]) - d).any()),
            "You take a loss that is *as low* as the best for progress. It must be lower, by more"
            " than min_delta.",
        ),
        Slip(
            "min_delta has the other sign",
            _stopping(lambda losses, p, d: not _better(losses, p, -d).any()),
            "You add min_delta to the best, so that a slightly worse loss counts too. Subtract it.",
        ),
        Slip(
            "min_delta is ignored",
            _stopping(lambda losses, p, _d: not _better(losses, p, 0.0).any()),
            "You do not use min_delta: a loss that is lower by less than that is no improvement.",
        ),
        Slip(
            "the mean of the last",
            _stopping(lambda losses, p, d: not np.mean(losses[-p:]) < np.min(losses[:-p]) - d),
            "You compare the mean of the last losses. One new best among them is enough, whatever"
            " the others are.",
        ),
        Slip(
            "NaN goes on for ever",
            _stopping(lambda losses, p, d: np.min(losses[-p:]) >= np.min(losses[:-p]) - d),
            "With a NaN among the last losses their minimum is NaN, every comparison with it is"
            " False, and a broken run goes on for ever. Ask whether a loss is better.",
        ),
        Slip(
            "as many losses as patience",
            _stop_one_sooner,
            "With exactly `patience` losses there is none before them: too soon to stop, False.",
        ),
        Slip(
            "stopped for good",
            _stop_for_good,
            "You stop if patience came to an end at *any* earlier look. Only the last `patience`"
            " losses are asked about: the caller has gone on, and had reason to.",
        ),
        Slip(
            "min_delta holds the best back",
            _stop_by_counting,
            "Your best changes only where it is beaten by more than min_delta, so many small"
            " improvements add up to a new one. Here the best before is the plain minimum.",
        ),
        Slip(
            "too few losses are not minded",
            _stop_without_waiting,
            "With no more than `patience` losses the part before is empty, and has no minimum:"
            " return False first.",
        ),
        Slip(
            "patience is not checked",
            _stop_unchecked,
            "The rule is right. But a patience below 1 means nothing, and slicing with it answers"
            " all the same: raise a ValueError.",
        ),
    ),
    equivalent={
        "if patience < 1: -> if patience < 0:": (
            "with patience 0 the part before is empty, and np.min refuses it with a ValueError"
        ),
    },
)

FUNCTIONS = (INITIALIZE, GRADIENT_DESCENT, SHOULD_STOP)
