"""Spec of the exercises to 3.4.5: inputs, hints and known slips; the reference is the notebook.

The letters: N samples of d features, T steps, k rates. A shuffled pass is judged by its exact value
where the order cannot matter: equal samples, and samples that have no feature in common. Whether it
was shuffled shows where one order alone gives the longest weights; whether by the generator that is
given, in two cases with one seed and one with another.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Build, Expectation, Function, Slip, keywords
from course_lib.grading.values import Value


def _numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random numbers with two decimals, none near 0: short to read where a case is shown."""
    return np.round(rng.uniform(0.3, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape), 2)


FLAT = "w and a row of X are vectors, which .T leaves as they are"
SAME = "a product of two vectors is the same in either order"


# 1. sgd_epoch

ETA = 0.1
GROUPS, COPIES = 14, 4
LAST, OTHERS = 2.0, 1.0
LONGEST = np.sqrt((GROUPS - 1) * LAST**2 + OTHERS**2)
"""What the rows in their order reach at least, whichever of them comes first; of right shuffles
fewer than one in a million do."""
FAR = 1e6  # no pass goes so far, be it right or wrong

_SHAPES: tuple[tuple[tuple[int, int], ...], ...] = (
    *(((1, 1),), ((1, 2),), ((2, 1),), ((2, 3),), ((1, 1), (1, 1)), ((1, 2), (2, 1))),
    *(((2, 4), (1, 3)), ((1, 5), (1, 1), (2, 2)), ((2, 3), (2, 3), (1, 6))),
    *(((1, 1),) * 8, ((1, 2),) * 6, ((3, 2), (2, 7), (1, 4))),
)  # groups of equal samples: features, copies


def _generator(rng: np.random.Generator) -> Build:
    return _generator_of(int(rng.integers(10**6)))


def _generator_of(seed: int) -> Build:
    return Build("numpy.random:default_rng()", (("seed", seed),))


def _equal_groups(
    rng: np.random.Generator, groups: tuple[tuple[int, int], ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw w, X, y of groups (features, copies): equal within, no feature shared between them."""
    d, rows, targets, first = sum(width for width, _ in groups), [], [], 0
    for width, copies in groups:
        row = np.zeros(d)
        row[first : first + width] = _numbers(rng, width)
        rows += [row] * copies
        targets += [_numbers(rng, 1)[0]] * copies
        first += width
    order = rng.permutation(len(rows))
    return _numbers(rng, d), np.array(rows)[order], np.array(targets)[order]


def _one_order_is_longest(backwards: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make samples whose last in each group has the largest target; at eta = 1 the last stays."""
    X = np.repeat(np.eye(GROUPS), COPIES, axis=0)
    y = np.tile([OTHERS] * (COPIES - 1) + [LAST], GROUPS)
    return np.zeros(GROUPS), X, y[::-1] if backwards else y


def _every_order_ends_elsewhere() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make samples of which no two orders, but for one in 10^19, end at the same weights.

    A step of eta = 1/2 goes half-way to the target, in exact numbers. So the four targets of a
    group weigh 1/2, 1/4, 1/8 and 1/16, from the last one visited to the first, and no two of their
    24 orders give the same sum.
    """
    X = np.tile(np.eye(GROUPS), (COPIES, 1))
    return np.zeros(GROUPS), X, np.repeat([1.0, 2.0, 6.0, 7.0], GROUPS)


def _epoch_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = [
        (*_equal_groups(rng, shape), keywords(eta=ETA, rng=_generator(rng))) for shape in _SHAPES
    ]
    seed = 2 * int(rng.integers(10**6))  # even, so that the odd one is the other one
    cases += [
        (*_every_order_ends_elsewhere(), keywords(eta=0.5, rng=_generator_of(number)))
        for number in (seed, seed, seed + 1)
    ]
    base = _equal_groups(rng, ((2, 3), (1, 2)))
    cases += [(*base, keywords(eta=eta, rng=_generator(rng))) for eta in (0.02, 0.3, 1.5)]
    whole = np.array([1, -2]), np.array([[2, 0], [0, 1], [2, 0]]), np.array([3, 1, 3])
    cases += [(*whole, keywords(eta=eta, rng=_generator(rng))) for eta in (0.1, 1)]
    for backwards in (False, True):
        many = _one_order_is_longest(backwards)
        cases += [(*many, keywords(eta=1.0, rng=_generator(rng)))]
    w, X, y = base
    bad = [(*base, keywords(eta=eta, rng=_generator(rng))) for eta in (0.0, -0.1)]
    rest = [(w, X[:2], y), (w, X, y[:2])]
    return [*cases, *bad, *((*part, keywords(eta=ETA, rng=_generator(rng))) for part in rest)]


def _epoch_expect(arguments: Arguments, result: Value) -> list[Expectation]:
    """Ask for the value, or, where the order matters, for what any order or a shuffle has."""
    w, _, _, settings = arguments
    named = dict(settings.settings)
    if len(w) == GROUPS and named["eta"] == 0.5:
        beside = "same_as_case" if dict(named["rng"].settings)["seed"] % 2 == 0 else "unlike_case"
        anywhere = np.full(GROUPS, -FAR), np.full(GROUPS, FAR)
        return [Expectation(beside, len(_SHAPES)), Expectation("between", anywhere)]
    if len(w) == GROUPS:
        low, high = np.full(GROUPS, OTHERS), np.full(GROUPS, LAST)
        return [Expectation("between", (low, high)), Expectation("norm_at_most", LONGEST - 0.1)]
    return [Expectation("value", result)]


def _pass(step, order=lambda rng, n: rng.permutation(n)):
    """Make a function that refuses what the task says, and takes `step` for each of an order."""

    def sgd_epoch(w, X, y, *, eta, rng):
        if eta <= 0 or len(X) != len(y):
            raise ValueError
        start = w
        for i in order(rng, len(X)):
            w = step(w, X, y, i, eta, start)
        return w

    return sgd_epoch


def _step(w, X, y, i, eta, _start=None):
    return w - eta * (X[i] @ w - y[i]) * X[i]


_OTHER_STEPS = (
    (
        "the error forgotten",
        lambda w, X, y, i, eta, _: w - eta * X[i],
        "You step by the rate times X[i], however wrong w is. The gradient is the error times"
        " X[i].",
    ),
    (
        "the prediction forgotten",
        lambda w, X, y, i, eta, _: w - eta * y[i] * X[i],
        "Your error is the target alone. It is the prediction minus the target: X[i] @ w - y[i].",
    ),
    (
        "the target added",
        lambda w, X, y, i, eta, _: w - eta * (X[i] @ w + y[i]) * X[i],
        "You add the target. The error is the prediction *minus* the target.",
    ),
    (
        "the step for the weights",
        lambda w, X, y, i, eta, _: eta * (X[i] @ w - y[i]) * X[i],
        "Your new weights are the step alone. They are the old weights minus the step.",
    ),
    (
        "divided by the input",
        lambda w, X, y, i, eta, _: w - eta * (X[i] @ w - y[i]) / X[i],
        "You divide by X[i]. The derivative of X[i] @ w by w is X[i]: multiply.",
    ),
    (
        "divided by the error",
        lambda w, X, y, i, eta, _: w - eta / (X[i] @ w - y[i]) * X[i],
        "You divide by the error: the better w is, the farther you go. Multiply by it.",
    ),
)
"""Wrong steps that both passes may take: name, step, sentence."""


def _full_step(w, X, y, _i, eta, _start):
    return w - eta * X.T @ (X @ w - y) / len(X)


def _unpaired(w, X, y, *, eta, rng):
    if eta <= 0 or len(X) != len(y):
        raise ValueError
    for i, j in zip(rng.permutation(len(X)), rng.permutation(len(X)), strict=True):
        w = w - eta * (X[i] @ w - y[j]) * X[i]
    return w


def _columns_counted(w, X, y, *, eta, rng):
    if eta <= 0 or len(X) != len(y):
        raise ValueError
    for i in rng.permutation(len(w)):
        w = _step(w, X, y, i, eta)
    return w


def _x_alone(w, X, y, *, eta, rng):
    if eta <= 0 or len(X) != len(y):
        raise ValueError
    for x, target in zip(rng.permutation(X), y, strict=True):
        w = w - eta * (x @ w - target) * x
    return w


def _epoch_in_place(w, X, y, *, eta, rng):
    if eta <= 0 or len(X) != len(y):
        raise ValueError
    for i in rng.permutation(len(X)):
        w -= eta * (X[i] @ w - y[i]) * X[i]
    return w


def _whole_path(w, X, y, *, eta, rng):
    if eta <= 0 or len(X) != len(y):
        raise ValueError
    path = [w]
    for i in rng.permutation(len(X)):
        path.append(_step(path[-1], X, y, i, eta))
    return np.array(path)


def _averaged_pass(w, X, y, *, eta, rng):
    return _whole_path(w, X, y, eta=eta, rng=rng)[1:].mean(axis=0)


def _lenient_pass(eta_refused, lengths):
    def sgd_epoch(w, X, y, *, eta, rng):
        if eta_refused(eta) or (lengths and len(X) != len(y)):
            raise ValueError
        for i in rng.permutation(len(X)):
            w = _step(w, X, y, i, eta)
        return w

    return sgd_epoch


SGD_EPOCH = Function(
    name="sgd_epoch",
    points=40,
    inputs=_epoch_inputs,
    parameters={"w": "(d,)", "X": "(N, d)", "y": "(N,)", "eta": "", "rng": ""},
    returns={"w": "(d,)"},
    expect=_epoch_expect,
    hints=(
        "A loop over a shuffled deck of row numbers. In it, the gradient of one sample's loss, and"
        " a step against it.",
        "`rng.permutation(len(X))` holds each row number once. For row i the error is"
        " X[i] @ w - y[i], a number; the gradient is that error times X[i].",
        "After the two refusals: `for i in rng.permutation(len(X)):`, and in it"
        " `w = w - eta * error * X[i]`, with the error taken at the w of now.",
    ),
    slips=(
        Slip(
            "one step on all data",
            _pass(_full_step, lambda _rng, _n: [0]),
            "You take one step on the mean gradient of all samples: that is full-batch descent. In"
            " a pass of SGD each sample makes a step of its own.",
        ),
        Slip(
            "the full gradient, N times",
            _pass(_full_step),
            "You take N steps, each on *all* samples: N times the work. A step of SGD looks at"
            " X[i] and y[i] alone.",
        ),
        Slip(
            "all gradients at the start",
            _pass(lambda w, X, y, i, eta, start: w - eta * (X[i] @ start - y[i]) * X[i]),
            "You take every gradient at the weights of the start, so the steps add up to one large"
            " step. The next sample must meet the weights that the last step left.",
        ),
        Slip(
            "uphill",
            _pass(lambda w, X, y, i, eta, _: w + eta * (X[i] @ w - y[i]) * X[i]),
            "You go up the gradient: every step makes its sample's loss larger. The step is minus"
            " eta times the gradient.",
        ),
        Slip(
            "twice the gradient",
            _pass(lambda w, X, y, i, eta, _: w - 2 * eta * (X[i] @ w - y[i]) * X[i]),
            "Your gradient is twice too large. The loss is *half* a square, so the 2 cancels.",
        ),
        Slip(
            "half the gradient",
            _pass(lambda w, X, y, i, eta, _: w - 0.5 * eta * (X[i] @ w - y[i]) * X[i]),
            "You have half of the gradient. The 2 of the square cancels the ½ of the loss.",
        ),
        *(Slip(name, _pass(step), sentence) for name, step, sentence in _OTHER_STEPS),
        Slip(
            "the rate forgotten",
            _pass(lambda w, X, y, i, eta, _: w - (X[i] @ w - y[i]) * X[i]),
            "Your step lacks the rate: it is eta times the error times X[i].",
        ),
        Slip(
            "divided by N",
            _pass(lambda w, X, y, i, eta, _: w - eta * (X[i] @ w - y[i]) * X[i] / len(X)),
            "You divide each step by N. One sample's gradient is not a part of a sum: it stands for"
            " the whole mean, and is used in full.",
        ),
        Slip(
            "the input forgotten",
            _pass(lambda w, X, y, i, eta, _: w - eta * (X[i] @ w - y[i])),
            "You subtract the error alone. The gradient is the error times X[i]: a weight moves as"
            " far as its input was large.",
        ),
        Slip(
            "the target forgotten",
            _pass(lambda w, X, y, i, eta, _: w - eta * (X[i] @ w) * X[i]),
            "Your error lacks the target: it is X[i] @ w - y[i].",
        ),
        Slip(
            "entry by entry",
            _pass(lambda w, X, y, i, eta, _: w - eta * (X[i] * w - y[i]) * X[i]),
            "X[i] * w multiplies entry by entry, and gives each feature an error of its own. The"
            " answer is the sum: X[i] @ w.",
        ),
        Slip(
            "only the sign of the error",
            _pass(lambda w, X, y, i, eta, _: w - eta * np.sign(X[i] @ w - y[i]) * X[i]),
            "You use only the sign of the error, as a perceptron does. With a squared loss the step"
            " is in proportion to it.",
        ),
        Slip(
            "divided by the length of the input",
            _pass(
                lambda w, X, y, i, eta, _: w - eta * (X[i] @ w - y[i]) * X[i] / max(X[i] @ X[i], 1)
            ),
            "You divide by the squared length of X[i]. That is another method (Kaczmarz); SGD takes"
            " the gradient as it is.",
        ),
        Slip(
            "drawn with replacement",
            _pass(_step, lambda rng, n: rng.integers(n, size=n)),
            "You draw with replacement: some samples come twice, about a third never."
            " `rng.permutation(len(X))` has each once.",
        ),
        Slip(
            "in the order of the rows",
            _pass(_step, lambda _rng, n: range(n)),
            "You visit the samples in the order in which they stand. Files come sorted (lecture,"
            " section 6): draw a new order with `rng.permutation(len(X))`.",
        ),
        Slip(
            "from the last row to the first",
            _pass(_step, lambda _rng, n: range(n)[::-1]),
            "You visit the samples from the last to the first: that is an order, but no random one."
            " Draw it with `rng.permutation(len(X))`.",
        ),
        Slip(
            "columns for rows",
            _columns_counted,
            "You count the columns. The samples are the rows: len(X).",
        ),
        Slip(
            "an order of one's own",
            _pass(_step, lambda _rng, n: [*range(n // 2, n), *range(n // 2)]),
            "Your order is the same in every pass. Draw it from the rng that is given:"
            " `rng.permutation(len(X))`.",
        ),
        Slip(
            "in order from a random row on",
            _pass(_step, lambda rng, n: np.roll(np.arange(n), rng.integers(n))),
            "Only the row that you begin with is random: from there on you visit the samples in the"
            " order in which they stand. Shuffle all: `rng.permutation(len(X))`.",
        ),
        Slip(
            "a seed of one's own",
            _pass(_step, lambda _rng, n: np.random.default_rng(0).permutation(n)),
            "Your order does not come from the rng that is given, so every pass would have the"
            " same: write rng.permutation(...).",
        ),
        Slip(
            "another seed of one's own",
            _pass(_step, lambda _rng, n: np.random.default_rng(42).permutation(n)),
            "Your order does not come from the rng that is given, so every pass would have the"
            " same: write rng.permutation(...).",
        ),
        Slip(
            "one sample only",
            _pass(_step, lambda rng, n: rng.permutation(n)[:1]),
            "You take one step, on one sample. A pass has N steps: does it `return` too soon?",
        ),
        Slip(
            "one sample too few",
            _pass(_step, lambda rng, n: rng.permutation(n)[1:]),
            "One sample is left out. A pass visits all N of them.",
        ),
        Slip(
            "the last rows left out",
            _pass(_step, lambda rng, n: rng.permutation(n - 1)),
            "The last row is never visited: `rng.permutation(N)` already counts from 0 to N - 1.",
        ),
        Slip(
            "two passes",
            _pass(_step, lambda rng, n: np.concatenate([rng.permutation(n), rng.permutation(n)])),
            "You visit every sample twice. One pass, please.",
        ),
        Slip(
            "X and y shuffled apart",
            _unpaired,
            "You shuffle X and y each on its own, so samples get the targets of others. Draw *one*"
            " order, and use it for both.",
        ),
        Slip(
            "X shuffled, y not",
            _x_alone,
            "You shuffle the rows of X and leave y, so samples get the targets of others. Shuffle"
            " row numbers, and use them for both.",
        ),
        Slip(
            "it writes into w",
            _epoch_in_place,
            "`w -= ...` overwrites the caller's weights, and fails for whole numbers. Write"
            " `w = w - ...`, which makes a new array.",
        ),
        Slip(
            "the whole path",
            _whole_path,
            "You return all weights on the way. The task wants those at the end of the pass.",
        ),
        Slip(
            "the average of the path",
            _averaged_pass,
            "You return the average of the pass. That comes in part 3; here, the last weights.",
        ),
        Slip(
            "nothing is refused",
            _lenient_pass(lambda _eta: False, False),
            "The pass is right. But an eta that is not above 0, or another number of targets than"
            " of samples, is to be refused with a ValueError.",
        ),
        Slip(
            "the rate is not checked",
            _lenient_pass(lambda _eta: False, True),
            "The pass is right. But below 0 it would go uphill, and at 0 nowhere: raise a"
            " ValueError for eta <= 0.",
        ),
        Slip(
            "a rate of 0 is let through",
            _lenient_pass(lambda eta: eta < 0, True),
            "At eta = 0 nothing ever moves. The task refuses it too: eta <= 0.",
        ),
        Slip(
            "the lengths are not checked",
            _lenient_pass(lambda eta: eta <= 0, False),
            "The pass is right. But with another number of targets than of samples something was"
            " lost on the way: raise a ValueError.",
        ),
    ),
    equivalent={
        "w = w - eta * (X[i] @ w - y[i]) * X[i] -> w = w - eta * (X[i].T @ w - y[i]) * X[i]": FLAT,
        "w = w - eta * (X[i] @ w - y[i]) * X[i] -> w = w - eta * (X[i] @ w.T - y[i]) * X[i]": FLAT,
        "w = w - eta * (X[i] @ w - y[i]) * X[i] -> w = w - eta * (w @ X[i] - y[i]) * X[i]": SAME,
    },
)


# 2. noise_floor


def _floor_case(eta, curvature, variance, batch) -> Arguments:
    return (np.array(eta), keywords(curvature=curvature, variance=variance, batch=batch))


def _floor_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases = [_floor_case([0.5], 1.0, 1.0, 1), _floor_case([0.5], 2.0, 1.0, 1)]
    cases += [_floor_case([0.5], 1.0, 3.0, 1), _floor_case([0.5], 1.0, 1.0, 4)]
    for k, batch in ((2, 1), (3, 2), (4, 7), (5, 16)):
        curvature, variance = np.round(rng.uniform(1.2, 4.0, size=2), 2).tolist()
        rates = np.round(rng.uniform(0.05, 1.9, size=k) / curvature, 3)
        cases += [_floor_case(rates, curvature, variance, batch)]
    cases += [_floor_case([0.01, 0.3, 1.5, 1.9], 1.0, round(float(rng.uniform(2, 5)), 2), 3)]
    cases += [_floor_case([4.5, 1.0, 3.0], 0.4, 2.5, 2), _floor_case([1.0, 8.0], 0.25, 0.5, 1)]
    cases += [_floor_case([2.0], 1.0, 3.0, 2), _floor_case([0.4, 0.8, 0.2], 3.0, 2.0, 5)]
    cases += [_floor_case([0.25, 0.5, 1.0], 4.0, 1.5, 2), _floor_case([1, 3, 2], 0.5, 3, 2)]
    cases += [_floor_case([0.3, 0.6], 2.0, 0.0, 3), _floor_case([0.5, 1.5], 2.0, 0.0, 3)]
    cases += [_floor_case([1.0, 0.5], 2.0, 0.0, 2), _floor_case([1, 3], 1, 1, 2)]
    cases += [_floor_case([1e-5, 0.5], 1.0, 3.0, 2)]  # it takes 100 000 steps to settle
    cases += [_floor_case([rate], 1.0, 1.0, 1) for rate in (0.0, -0.1)]
    bad = ([0.0, 0.5], 1.0, 1.0, 1), ([0.5, -0.1], 1.0, 1.0, 1), ([0.5], 0.0, 1.0, 1)
    more = ([0.5], -1.0, 1.0, 1), ([0.5], 1.0, 1.0, 0), ([0.5], 1.0, 1.0, -2)
    return [*cases, *(_floor_case(*case) for case in (*bad, *more))]


def _bad_floor(eta, curvature, batch):
    return np.any(eta <= 0) or curvature <= 0 or batch < 1


def _floor(formula, limit=2.0, beyond=np.inf, refused=_bad_floor):
    """Make a function that refuses bad input; `formula(h, l, v, B)` holds below the limit."""

    def noise_floor(eta, *, curvature, variance, batch):
        if refused(eta, curvature, batch):
            raise ValueError
        with np.errstate(all="ignore"):
            below = formula(eta * 1.0, curvature, variance, batch) * np.ones(len(eta))
        return np.where(eta * curvature < limit, below, below if beyond is None else beyond)

    return noise_floor


def _right(h, lam, v, B):
    return h * v / (lam * (2 - h * lam) * B)


def _iterated(h, lam, v, B):
    V = 0.0 * h
    for _ in range(1000):
        V = (1 - h * lam) ** 2 * V + h**2 * v / B
    return V


def _without_noise_0(eta, *, curvature, variance, batch):
    floor = _floor(_right)(eta, curvature=curvature, variance=variance, batch=batch)
    return floor if variance else np.zeros(len(eta))


NOISE_FLOOR = Function(
    name="noise_floor",
    points=25,
    inputs=_floor_inputs,
    parameters={"eta": "(k,)", "curvature": "", "variance": "", "batch": ""},
    returns={"floor": "(k,)"},
    hints=(
        "As in section 2 of the lecture: what is left of the old variance, and what the noise of a"
        " step brings. Here a step multiplies theta by 1 - eta * lambda.",
        "Solve V = (1 - ηλ)² V + η² σ²/B for V: the left side becomes ηλ(2 - ηλ) V. Where ηλ is 2"
        " or more, the answer is np.inf.",
        "Below the limit it is `eta * variance / (curvature * (2 - eta * curvature) * batch)`;"
        " `np.where(eta * curvature < 2, ..., np.inf)` chooses for each rate.",
    ),
    slips=(
        Slip(
            "the lecture's formula as it stands",
            _floor(lambda h, lam, v, B: h / ((2 - h) * B)),
            "That is the lecture's formula, for curvature 1 and variance 1. Derive it once more,"
            " with 1 - ηλ for 1 - η and σ² for 1.",
        ),
        Slip(
            "only the variance of the noise put in",
            _floor(lambda h, lam, v, B: h * v / ((2 - h) * B)),
            "The curvature is missing: a step multiplies theta by 1 - ηλ.",
        ),
        Slip(
            "λ in the bracket only",
            _floor(lambda h, lam, v, B: h * v / ((2 - h * lam) * B)),
            "One λ is missing: V = η²σ²/B divided by ηλ(2 - ηλ). After η is cancelled, the λ in"
            " front of the bracket stays.",
        ),
        Slip(
            "λ before the bracket only",
            _floor(lambda h, lam, v, B: h * v / (lam * (2 - h) * B)),
            "In your bracket stands 2 - η. The step's factor is 1 - ηλ, so it is 2 - ηλ.",
        ),
        Slip(
            "λ for 1/λ",
            _floor(lambda h, lam, v, B: h * lam * v / ((2 - h * lam) * B)),
            "The λ stands above the line. The noise enters as η ε, without λ: only"
            " the left side, ηλ(2 - ηλ) V, has it.",
        ),
        Slip(
            "the loss",
            _floor(lambda h, lam, v, B: 0.5 * lam * _right(h, lam, v, B)),
            "That is the expected *loss*, half of λV, as NoisyBowl.floor returns it. The task asks"
            " for the variance of theta, V.",
        ),
        Slip(
            "λ twice",
            _floor(lambda h, lam, v, B: _right(h, lam, v, B) / lam),
            "One λ too many below the line: V = η²σ²/B divided by ηλ(2 - ηλ), and no more.",
        ),
        Slip(
            "half",
            _floor(lambda h, lam, v, B: 0.5 * _right(h, lam, v, B)),
            "You have half of the floor. The variance itself has no ½; the loss has one.",
        ),
        Slip(
            "twice",
            _floor(lambda h, lam, v, B: 2 * _right(h, lam, v, B)),
            "You have twice the floor. Solve for V once more: ηλ(2 - ηλ) V = η²σ²/B.",
        ),
        Slip(
            "the sign",
            _floor(lambda h, lam, v, B: -_right(h, lam, v, B)),
            "Your variance is negative. The bracket is 2 - ηλ, and not ηλ - 2.",
        ),
        Slip(
            "all above the line",
            _floor(lambda h, lam, v, B: h * v * lam * (2 - h * lam) * B),
            "You multiply by λ(2 - ηλ)B. All of it stands below the line: divide.",
        ),
        Slip(
            "brackets forgotten",
            _floor(lambda h, lam, v, B: h * v / lam * (2 - h * lam) * B),
            "Python divides by the curvature alone, and multiplies by the rest. Put a bracket"
            " round all that stands below the line.",
        ),
        Slip(
            "the variance below the line",
            _floor(lambda h, lam, v, B: h / v / (lam * (2 - h * lam) * B)),
            "You divide by the variance of the noise. More noise, a higher floor: multiply.",
        ),
        Slip(
            "the 2 forgotten",
            _floor(lambda h, lam, v, B: h * v / (lam * (h * lam) * B)),
            "In your bracket stands ηλ alone. It is 2 - ηλ.",
        ),
        Slip(
            "η missing in the bracket",
            _floor(lambda h, lam, v, B: h * v / (lam * (2 - lam) * B)),
            "Your bracket is 2 - λ. It is 2 - ηλ: the rate decides.",
        ),
        Slip(
            "small rates only",
            _floor(lambda h, lam, v, B: h * v / (2 * lam * B)),
            "η/(2λ) is what is left of the formula for *small* rates. The bracket is 2 - ηλ.",
        ),
        Slip(
            "1 for 2",
            _floor(lambda h, lam, v, B: h * v / (lam * (1 - h * lam) * B)),
            "In your bracket stands 1 - ηλ. From 1 - (1 - ηλ)² = 2ηλ - (ηλ)² comes 2 - ηλ.",
        ),
        Slip(
            "the factor not squared",
            _floor(lambda h, lam, v, B: h * v / (lam * B)),
            "You took (1 - ηλ) V for what is left of the old variance. A variance is multiplied by"
            " the *square* of the factor.",
        ),
        Slip(
            "η not squared",
            _floor(lambda h, lam, v, B: v / (lam * (2 - h * lam) * B)),
            "The noise of a step is η ε, so its variance is η² σ²/B: you have one η too few.",
        ),
        Slip(
            "η squared is left",
            _floor(lambda h, lam, v, B: h**2 * v / (lam * (2 - h * lam) * B)),
            "One η too many: ηλ(2 - ηλ) V = η² σ²/B, and one η cancels.",
        ),
        Slip(
            "plus in the bracket",
            _floor(lambda h, lam, v, B: h * v / (lam * (2 + h * lam) * B)),
            "Your bracket is 2 + ηλ. Then the floor would stay finite at every rate; it is 2 - ηλ.",
        ),
        Slip(
            "only what one step brings",
            _floor(lambda h, lam, v, B: h**2 * v / B),
            "η²σ²/B is what *one* step adds. It adds up, while the old part shrinks: find the V"
            " that no longer changes.",
        ),
        Slip(
            "the standard deviation",
            _floor(lambda h, lam, v, B: np.sqrt(_right(h, lam, v, B))),
            "You return the standard deviation. The task asks for the variance: no root.",
        ),
        Slip(
            "the variance squared",
            _floor(lambda h, lam, v, B: _right(h, lam, v**2, B)),
            "You square `variance`, but it is σ² already.",
        ),
        Slip(
            "the root of the variance",
            _floor(lambda h, lam, v, B: _right(h, lam, np.sqrt(v), B)),
            "You take the root of `variance`. A variance comes of variances: σ² as it is.",
        ),
        Slip(
            "B forgotten",
            _floor(lambda h, lam, v, B: _right(h, lam, v, 1)),
            "The batch is missing: the mean of B samples has the variance σ²/B.",
        ),
        Slip(
            "B above the line",
            _floor(lambda h, lam, v, B: _right(h, lam, v, 1) * B),
            "You multiply by B. A larger batch has *less* noise: divide.",
        ),
        Slip(
            "the root of B",
            _floor(lambda h, lam, v, B: _right(h, lam, v, np.sqrt(B))),
            "You divide by the root of B. The standard deviation goes with the root; the variance"
            " with B.",
        ),
        Slip(
            "B squared",
            _floor(lambda h, lam, v, B: _right(h, lam, v, B**2)),
            "You divide by B². The variance of a mean of B samples is σ²/B.",
        ),
        Slip(
            "the limit without the rate",
            lambda eta, *, curvature, variance, batch: np.where(
                curvature < 2,
                _floor(_right, limit=np.inf)(
                    eta, curvature=curvature, variance=variance, batch=batch
                ),
                np.inf,
            ),
            "You compare the curvature alone with 2. The limit is ηλ < 2: a small rate settles in"
            " the sharpest bowl.",
        ),
        Slip(
            "the limit without the curvature",
            lambda eta, *, curvature, variance, batch: np.where(
                eta < 2,
                _floor(_right, limit=np.inf)(
                    eta, curvature=curvature, variance=variance, batch=batch
                ),
                np.inf,
            ),
            "You compare η with 2. The limit is ηλ < 2: a sharp bowl bears less.",
        ),
        Slip(
            "a floor beyond the limit",
            _floor(_right, beyond=None),
            "Where ηλ is above 2 your floor is negative, and no variance is. There the run does not"
            " settle: put np.inf.",
        ),
        Slip(
            "NaN beyond the limit",
            _floor(_right, beyond=np.nan),
            "You put NaN where the run does not settle. Its variance grows for ever: np.inf.",
        ),
        Slip(
            "0 beyond the limit",
            _floor(_right, beyond=0.0),
            "You put 0 where the run does not settle. That would be the best floor of all; the"
            " variance grows for ever: np.inf.",
        ),
        Slip(
            "always 0 without noise",
            _without_noise_0,
            "Where there is no noise you put 0 for every rate. From ηλ = 2 on the run does not"
            " settle all the same: np.inf.",
        ),
        Slip(
            "a thousand steps",
            _floor(_iterated),
            "You repeat the step a thousand times: with a small rate the variance has not settled"
            " by then. Solve for the V that a step leaves as it is.",
        ),
        Slip(
            "no floor where it oscillates",
            _floor(_right, limit=1.0),
            "You put np.inf from ηλ = 1 on. There a run begins to swing from side to side; it"
            " settles up to ηλ = 2.",
        ),
        Slip(
            "nothing is refused",
            _floor(_right, refused=lambda _eta, _lam, _B: False),
            "The floor is right. But a rate or a curvature that is not above 0, or a batch without"
            " a sample, is to be refused with a ValueError.",
        ),
        Slip(
            "the rates are not checked",
            _floor(_right, refused=lambda _eta, lam, B: lam <= 0 or B < 1),
            "The floor is right. But at η = 0 nothing ever settles, and below 0 the run goes"
            " uphill: refuse such a rate with a ValueError.",
        ),
        Slip(
            "only if all rates are bad",
            _floor(_right, refused=lambda eta, lam, B: np.all(eta <= 0) or lam <= 0 or B < 1),
            "You refuse only where *all* rates are bad. One is enough: np.any.",
        ),
        Slip(
            "a rate of 0 is let through",
            _floor(_right, refused=lambda eta, lam, B: np.any(eta < 0) or lam <= 0 or B < 1),
            "At η = 0 nothing ever moves, so nothing settles. The task refuses it too: eta <= 0.",
        ),
        Slip(
            "the curvature is not checked",
            _floor(_right, refused=lambda eta, _lam, B: np.any(eta <= 0) or B < 1),
            "The floor is right. But without curvature, or upside down, no bowl holds the run:"
            " raise a ValueError for curvature <= 0.",
        ),
        Slip(
            "a curvature of 0 is let through",
            _floor(_right, refused=lambda eta, lam, B: np.any(eta <= 0) or lam < 0 or B < 1),
            "Where nothing curves, nothing calls the run back: refuse curvature <= 0.",
        ),
        Slip(
            "the batch is not checked",
            _floor(_right, refused=lambda eta, lam, _B: np.any(eta <= 0) or lam <= 0),
            "The floor is right. But a batch has one sample at least: raise a ValueError for"
            " batch < 1.",
        ),
        Slip(
            "a batch of 0 is let through",
            _floor(_right, refused=lambda eta, lam, B: np.any(eta <= 0) or lam <= 0 or B < 0),
            "You let a batch of 0 samples through. The task refuses it: batch < 1.",
        ),
        Slip(
            "a batch of 1 is refused",
            _floor(_right, refused=lambda eta, lam, B: np.any(eta <= 0) or lam <= 0 or B <= 1),
            "You refuse a batch of one sample. That is SGD itself: refuse batch < 1.",
        ),
    ),
)


# 3. averaged_sgd


def _path_case(rng, d, N, T, eta, power, skip) -> Arguments:
    order = rng.integers(N, size=T)
    settings = keywords(order=order, eta=eta, power=power, skip=skip)
    return (_numbers(rng, d), _numbers(rng, N, d), _numbers(rng, N), settings)


def _average_inputs(rng: np.random.Generator) -> list[Arguments]:
    shapes = [(1, 1, 1, 0.1, 0, 0), (1, 1, 2, 0.1, 0, 0), (1, 2, 3, 0.1, 0, 1)]
    shapes += [(2, 1, 2, 0.1, 1, 0), (2, 3, 4, 0.2, 1, 2), (1, 4, 5, 0.1, 0, 4)]
    shapes += [(3, 2, 6, 0.1, 0.5, 2), (2, 5, 8, 0.2, 0.75, 3), (4, 3, 9, 0.1, 0.6, 1)]
    shapes += [(2, 4, 12, 0.1, 0, 5), (3, 7, 7, 0.2, 1, 0), (5, 4, 10, 0.05, 0.5, 7)]
    cases = [_path_case(rng, *shape) for shape in shapes]
    w, X, y = _numbers(rng, 2), _numbers(rng, 5, 2), _numbers(rng, 5)
    cases += [
        (w, X, y, keywords(order=np.array(order), eta=0.15, power=power, skip=skip))
        for order in ([4, 4, 0, 2, 4, 1, 3], [3, 1])
        for power, skip in ((0, 1), (1, 0))
    ]
    cases += [(w, X, y, keywords(order=np.array([2, 0, 1]), eta=1.5, power=1, skip=1))]
    whole = np.array([1, -2]), np.array([[2, 1], [0, 3]]), np.array([3, 1])
    turns = np.array([1, 0, 1])
    cases += [(*whole, keywords(order=turns, eta=0.1, power=power, skip=1)) for power in (0, 1)]
    bad = ((0.0, 0), (-0.1, 0), (0.1, -1), (0.1, 3), (0.1, 5))
    return [
        *cases,
        *((*whole, keywords(order=turns, eta=eta, power=0.75, skip=skip)) for eta, skip in bad),
    ]


def _bad_path(order, eta, skip):
    return eta <= 0 or skip < 0 or skip >= len(order)


def _rate(eta, power, t):
    return eta / (1 + t) ** power


def _walk(rate=_rate, step=_step, pick=lambda order, _t, _N, i: i):
    """Return the points of a path, the start first."""

    def walk(w, X, y, order, eta, power):
        path = [w]
        for t, i in enumerate(order):
            path.append(step(path[-1], X, y, pick(order, t, len(X), i), rate(eta, power, t), w))
        return np.array(path)

    return walk


def _walked(walk, refused=_bad_path):
    """Make a function that refuses bad input and reports a path rightly."""
    return _told(lambda path, skip: (path[-1], path[1 + skip :].mean(axis=0)), walk, refused)


def _unrefused(refused, points=list):
    """Make a function that reports rightly what `points` keeps of the path, and refuses less.

    Of no points at all the mean of a list is one NaN, and that of an array one for each weight.
    """
    return _told(
        lambda path, skip: (path[-1], np.mean(points(path[1:])[skip:], axis=0)), refused=refused
    )


def _told(report, walk=None, refused=_bad_path):
    """Make a function that walks rightly, and returns `report(path with its start, skip)`."""
    walk = walk or _walk()

    def averaged_sgd(w, X, y, *, order, eta, power, skip):
        if refused(order, eta, skip):
            raise ValueError
        return report(walk(w, X, y, order, eta, power), skip)

    return averaged_sgd


def _fed_back(w, X, y, *, order, eta, power, skip):
    if _bad_path(order, eta, skip):
        raise ValueError
    average = np.zeros(len(w))
    for t, i in enumerate(order):
        w = _step(w, X, y, i, _rate(eta, power, t))
        if t >= skip:
            average = average + (w - average) / (t - skip + 1)
            w = average
    return w, average


def _compounded(eta, power, t):
    return eta / np.prod((1.0 + np.arange(t + 1)) ** power)


def _steps_left_out(w, X, y, *, order, eta, power, skip):
    if _bad_path(order, eta, skip):
        raise ValueError
    path = _walk()(w, X, y, order[skip:], eta, power)
    return path[-1], path[1:].mean(axis=0)


def _exponential(path, skip):
    average = path[1 + skip]
    for point in path[2 + skip :]:
        average = 0.9 * average + 0.1 * point
    return path[-1], average


def _path_in_place(w, X, y, *, order, eta, power, skip):
    if _bad_path(order, eta, skip):
        raise ValueError
    path = []
    for t, i in enumerate(order):
        w -= (
            _step(w, X, y, i, _rate(eta, power, t)) * 0
            + _rate(eta, power, t) * (X[i] @ w - y[i]) * X[i]
        )
        path.append(w.copy())
    return w, np.mean(path[skip:], axis=0)


def _kept_as_w_is(w, X, y, *, order, eta, power, skip):
    if _bad_path(order, eta, skip):
        raise ValueError
    path = np.tile(w, (len(order), 1))
    for t, i in enumerate(order):
        w = _step(w, X, y, i, _rate(eta, power, t))
        path[t] = w
    return w, path[skip:].mean(axis=0)


def _stepped_as_w_is(w, X, y, *, order, eta, power, skip):
    if _bad_path(order, eta, skip):
        raise ValueError
    path = np.tile(w, (len(order) + 1, 1))
    for t, i in enumerate(order):
        path[t + 1] = _step(path[t], X, y, i, _rate(eta, power, t))
    return path[-1], path[1 + skip :].mean(axis=0)


def _path_by_row(w, X, y, order, eta, power):
    path = [w]
    for i in order:
        path.append(_step(path[-1], X, y, i, _rate(eta, power, i)))
    return np.array(path)


def _once(w, X, y, order, eta, power):
    path, seen = [w], set()
    for t, i in enumerate(order):
        again = int(i) in seen
        seen.add(int(i))
        path.append(path[-1] if again else _step(path[-1], X, y, i, _rate(eta, power, t)))
    return np.array(path)


NOTHING_REFUSED = (
    "The path is right. But an eta that is not above 0, or a skip that leaves nothing to average,"
    " is to be refused with a ValueError."
)
SKIP_UNCHECKED = (
    "The path is right. But a skip below 0, or one that leaves nothing to average, is to be refused"
    " with a ValueError."
)
TOO_LARGE_A_SKIP = (
    "With a skip of T or more nothing is left, and the mean of nothing is NaN: raise a ValueError"
    " for skip >= len(order)."
)
SKIP_OF_ALL = "With skip = T nothing is left to average: refuse skip >= len(order)."

AVERAGED_SGD = Function(
    name="averaged_sgd",
    points=35,
    inputs=_average_inputs,
    parameters={
        "w": "(d,)",
        "X": "(N, d)",
        "y": "(N,)",
        "order": "(T,)",
        "eta": "",
        "power": "",
        "skip": "",
    },
    returns={"last": "(d,)", "average": "(d,)"},
    hints=(
        "A loop over `order` that counts its steps from 0. Keep every point that you reach; average"
        " when the loop is over.",
        "`for t, i in enumerate(order)`: the rate of step t, then the step of part 1 on row i, then"
        " append w to a list. The average leaves out the first `skip` entries of it.",
        "The rate is `eta / (1 + t) ** power`; after the loop, `np.mean(path[skip:], axis=0)`,"
        " where path does not hold the start.",
    ),
    slips=(
        Slip(
            "the start is averaged too",
            _told(lambda path, skip: (path[-1], path[skip:].mean(axis=0))),
            "Your path begins with the start, so the average has one point too many. Only points"
            " reached by a step count.",
        ),
        Slip(
            "kept before the step",
            _told(lambda path, skip: (path[-1], path[skip:-1].mean(axis=0))),
            "You keep each point before its step, so the start is averaged and the last point"
            " is not. Step first, then append.",
        ),
        Slip(
            "nothing is left out",
            _told(lambda path, _skip: (path[-1], path[1:].mean(axis=0))),
            "You average over all steps. The first `skip` of them are to be left out: they still"
            " remember the start.",
        ),
        Slip(
            "one step too many left out",
            _told(lambda path, skip: (path[-1], path[min(2 + skip, len(path) - 1) :].mean(axis=0))),
            "You leave out one step too many. With skip = 0 every step counts, the first included.",
        ),
        Slip(
            "the last steps left out",
            _told(lambda path, skip: (path[-1], path[1 : len(path) - skip].mean(axis=0))),
            "You leave out the *last* steps of the path. It is the first that remember the start.",
        ),
        Slip(
            "only the first steps averaged",
            _told(lambda path, skip: (path[-1], path[1 : 1 + max(skip, 1)].mean(axis=0))),
            "You average the first steps, which are to be left out. Take path[skip:], not"
            " path[:skip].",
        ),
        Slip(
            "divided by all steps",
            _told(lambda path, skip: (path[-1], path[1 + skip :].sum(axis=0) / (len(path) - 1))),
            "You sum over T - skip points and divide by T. Divide by the number of points summed.",
        ),
        Slip(
            "the sum",
            _told(lambda path, skip: (path[-1], path[1 + skip :].sum(axis=0))),
            "You return the sum of the points. Divide by how many there are.",
        ),
        Slip(
            "one number",
            _told(lambda path, skip: (path[-1], np.mean(path[1 + skip :]))),
            "Your average is one number, over all weights as well. Average over the steps alone:"
            " axis=0.",
        ),
        Slip(
            "averaged over the weights",
            _told(lambda path, skip: (path[-1], path[1 + skip :].mean(axis=1))),
            "You average over the weights of each point (axis=1). Average over the steps: axis=0.",
        ),
        Slip(
            "the median",
            _told(lambda path, skip: (path[-1], np.median(path[1 + skip :], axis=0))),
            "You take the median of the path. The task wants its mean.",
        ),
        Slip(
            "half-way between two points",
            _told(lambda path, _skip: (path[-1], (path[0] + path[-1]) / 2)),
            "You average the start and the end. Every point between counts too.",
        ),
        Slip(
            "an exponential average",
            _told(_exponential),
            "You take an exponential average, in which late points count more. Polyak and Ruppert"
            " give every point the same weight.",
        ),
        Slip(
            "the last point twice",
            _told(lambda path, _skip: (path[-1], path[-1])),
            "Your average is the last point. Keep the points on the way and average them. You did?"
            " Then `w -= ...` made all of them the same array: write `w = w - ...`.",
        ),
        Slip(
            "the average twice",
            _told(lambda path, skip: (path[1 + skip :].mean(axis=0),) * 2),
            "Your last point is the average. Return the place where the path ends first.",
        ),
        Slip(
            "in the other order",
            _told(lambda path, skip: (path[1 + skip :].mean(axis=0), path[-1])),
            "You return the average first. The task wants the last point first.",
        ),
        Slip(
            "the average alone",
            _told(lambda path, skip: path[1 + skip :].mean(axis=0)),
            "You return the average alone. Return two arrays: the last point and the average.",
        ),
        Slip(
            "fed back",
            _fed_back,
            "Your next step goes on from the average. The path must not know of it: the average is"
            " only reported.",
        ),
        Slip(
            "the rate never falls",
            _walked(_walk(rate=lambda eta, _power, _t: eta)),
            "Your rate is the same in every step. Divide eta by (1 + t)**power.",
        ),
        Slip(
            "always 1/t",
            _walked(_walk(rate=lambda eta, _power, t: eta / (1 + t))),
            "Your rate falls as 1/(1 + t) whatever `power` is.",
        ),
        Slip(
            "power times t",
            _walked(_walk(rate=lambda eta, power, t: eta / (1 + power * t))),
            "You divide by 1 + power * t. The power is an exponent: (1 + t)**power.",
        ),
        Slip(
            "a power of t alone",
            _walked(_walk(rate=lambda eta, power, t: eta / (1 + t**power))),
            "You divide by 1 + t**power. The bracket comes first: (1 + t)**power.",
        ),
        Slip(
            "a factor a step",
            _walked(_walk(rate=lambda eta, power, t: eta * (1 + power) ** -t)),
            "Your rate falls by the same factor in every step: exponential decay, which freezes."
            " The task wants a power of 1 + t.",
        ),
        Slip(
            "the rate rises",
            _walked(_walk(rate=lambda eta, power, t: eta * (1 + t) ** power)),
            "Your rate *rises*: you multiply by (1 + t)**power. Divide.",
        ),
        Slip(
            "times the power",
            _walked(_walk(rate=lambda eta, power, t: eta / (1 + t) * power)),
            "`* power` multiplies. An exponent is written `** power`.",
        ),
        Slip(
            "divided again and again",
            _walked(_walk(rate=_compounded)),
            "You divide a rate that was divided before: it falls as a factorial. Start from eta in"
            " every step, and keep the name eta for it.",
        ),
        Slip(
            "the first steps not taken",
            _steps_left_out,
            "You leave out the first `skip` *steps*. They are taken all the same; only the average"
            " does not count them.",
        ),
        Slip(
            "t from 1",
            _walked(_walk(rate=lambda eta, power, t: eta / (2 + t) ** power)),
            "Your first rate is eta / 2**power: you count steps from 1. Here t = 0 at the first.",
        ),
        Slip(
            "the row number for the step",
            _told(
                lambda path, skip: (path[-1], path[1 + skip :].mean(axis=0)),
                _path_by_row,
            ),
            "You put the row number for t in the rate. t counts the *steps*: enumerate(order).",
        ),
        Slip(
            "the order is ignored",
            _walked(_walk(pick=lambda _order, t, N, _i: t % N)),
            "You visit the rows as they stand. Step t uses row order[t].",
        ),
        Slip(
            "the row of the step's own number",
            _walked(_walk(pick=lambda _order, t, _N, _i: t)),
            "You visit row t in step t. Step t uses row order[t].",
        ),
        Slip(
            "the order backwards",
            _walked(_walk(pick=lambda order, t, _N, _i: order[len(order) - 1 - t])),
            "You walk through `order` from its end. Step 0 uses order[0].",
        ),
        Slip(
            "each row once",
            _walked(
                _once,
            ),
            "You visit each row once. `order` may name a row several times: then it comes several"
            " times.",
        ),
        Slip(
            "the full gradient",
            _walked(_walk(step=_full_step)),
            "Each of your steps uses the mean gradient of all samples. Step t looks at one alone:"
            " row order[t].",
        ),
        Slip(
            "all gradients at the start",
            _walked(
                _walk(step=lambda w, X, y, i, eta, start: w - eta * (X[i] @ start - y[i]) * X[i])
            ),
            "You take every gradient at the start. The next sample must meet the weights that the"
            " last step left.",
        ),
        *(Slip(name, _walked(_walk(step=step)), told) for name, step, told in _OTHER_STEPS),
        Slip(
            "uphill",
            _walked(_walk(step=lambda w, X, y, i, eta, _: w + eta * (X[i] @ w - y[i]) * X[i])),
            "You go up the gradient. The step is minus the rate times the gradient.",
        ),
        Slip(
            "twice the gradient",
            _walked(_walk(step=lambda w, X, y, i, eta, _: w - 2 * eta * (X[i] @ w - y[i]) * X[i])),
            "Your gradient is twice too large. The loss is *half* a square, so the 2 cancels.",
        ),
        Slip(
            "it writes into w",
            _path_in_place,
            "`w -= ...` overwrites the caller's weights, and whatever else still refers to that"
            " array. Write `w = w - ...`, which makes a new one.",
        ),
        Slip(
            "half the gradient",
            _walked(
                _walk(step=lambda w, X, y, i, eta, _: w - 0.5 * eta * (X[i] @ w - y[i]) * X[i])
            ),
            "You have half of the gradient. The 2 of the square cancels the ½ of the loss.",
        ),
        Slip(
            "the path in whole numbers",
            _kept_as_w_is,
            "Your average has lost its decimals: an array made like a `w` of whole numbers cannot"
            " hold the path. Keep the points in a list, or give dtype=float.",
        ),
        Slip(
            "the path and its steps in whole numbers",
            _stepped_as_w_is,
            "Your path has lost its decimals: an array made like a `w` of whole numbers cannot hold"
            " it. Keep the points in a list, or give dtype=float.",
        ),
        Slip(
            "nothing is refused",
            _unrefused(lambda _order, _eta, _skip: False),
            NOTHING_REFUSED,
        ),
        Slip(
            "nothing is refused, of an array",
            _unrefused(lambda _order, _eta, _skip: False, np.array),
            NOTHING_REFUSED,
        ),
        Slip(
            "the rate is not checked",
            _unrefused(lambda order, _eta, skip: skip < 0 or skip >= len(order)),
            "The path is right. But below 0 it would go uphill, and at 0 nowhere: raise a"
            " ValueError for eta <= 0.",
        ),
        Slip(
            "a rate of 0 is let through",
            _unrefused(lambda order, eta, skip: eta < 0 or skip < 0 or skip >= len(order)),
            "At eta = 0 nothing ever moves. The task refuses it too: eta <= 0.",
        ),
        Slip(
            "the skip is not checked",
            _unrefused(lambda _order, eta, _skip: eta <= 0),
            SKIP_UNCHECKED,
        ),
        Slip(
            "the skip is not checked, of an array",
            _unrefused(lambda _order, eta, _skip: eta <= 0, np.array),
            SKIP_UNCHECKED,
        ),
        Slip(
            "a skip below 0 is let through",
            _unrefused(lambda order, eta, skip: eta <= 0 or skip >= len(order)),
            "path[-1:] is the *last* point: a skip below 0 means something else to Python. Raise a"
            " ValueError.",
        ),
        Slip(
            "too large a skip is let through",
            _unrefused(lambda _order, eta, skip: eta <= 0 or skip < 0),
            TOO_LARGE_A_SKIP,
        ),
        Slip(
            "too large a skip is let through, of an array",
            _unrefused(lambda _order, eta, skip: eta <= 0 or skip < 0, np.array),
            TOO_LARGE_A_SKIP,
        ),
        Slip(
            "a skip of T is let through",
            _unrefused(lambda order, eta, skip: eta <= 0 or skip < 0 or skip > len(order)),
            SKIP_OF_ALL,
        ),
        Slip(
            "a skip of T is let through, of an array",
            _unrefused(
                lambda order, eta, skip: eta <= 0 or skip < 0 or skip > len(order), np.array
            ),
            SKIP_OF_ALL,
        ),
    ),
    equivalent={
        "w = w - eta / (1 + t) ** power * (X[i] @ w - y[i]) * X[i] -> w = w - eta"
        " / (1 + t) ** power * (X[i].T @ w - y[i]) * X[i]": FLAT,
        "w = w - eta / (1 + t) ** power * (X[i] @ w - y[i]) * X[i] -> w = w - eta"
        " / (1 + t) ** power * (X[i] @ w.T - y[i]) * X[i]": FLAT,
        "w = w - eta / (1 + t) ** power * (X[i] @ w - y[i]) * X[i] -> w = w - eta"
        " / (1 + t) ** power * (w @ X[i] - y[i]) * X[i]": SAME,
    },
)


FUNCTIONS = (SGD_EPOCH, NOISE_FLOOR, AVERAGED_SGD)
