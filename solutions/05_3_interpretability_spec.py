"""Spec of the exercises to 5.3: inputs, hints and known slips; the reference is the notebook.

The letters: d inputs, h hidden units, k classes; n coordinates of a path.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Build, Function, Slip, keywords


def _numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random numbers with two decimals, none near 0: short to read where a case is shown."""
    sizes = rng.uniform(0.3, 1.3, size=shape)
    return np.round(sizes * rng.choice([-1.0, 1.0], size=shape), 2)


# 1. saliency


def _network(rng: np.random.Generator, d: int, h: int, k: int) -> Arguments:
    return (
        _numbers(rng, d), _numbers(rng, d, h), _numbers(rng, h), _numbers(rng, h, k),
        _numbers(rng, k),
    )  # fmt: skip


EXAMPLE = (
    np.zeros(2), np.array([[1.0], [2.0]]), np.zeros(1), np.array([[3.0, -1.0]]), np.full(2, 5.0)
)  # fmt: skip


def _saliency_inputs(rng: np.random.Generator) -> list[Arguments]:
    sizes = ((1, 1, 1), (1, 1, 2), (2, 1, 2), (1, 2, 3), (2, 3, 2), (3, 3, 3), (4, 2, 3), (2, 5, 4))
    cases: list[Arguments] = [(*_network(rng, *s), int(rng.integers(s[2]))) for s in sizes]
    base = _network(rng, 3, 4, 3)
    cases += [(*base, c) for c in range(3)]
    cases += [(np.zeros(3), *base[1:], 1), (np.array([1, -1, 0]), *base[1:], 2)]
    cases += [(*base[:4], np.array([4.0, -3.0, 0.0]), 0)]
    # More classes than hidden units, and more than three: k alone bounds c.
    narrow, wide = _network(rng, 2, 2, 5), _network(rng, 2, 3, 2)
    cases += [(*narrow, c) for c in (4, 3, 1)]
    cases += [(*EXAMPLE, c) for c in (0, 1)]
    bad = [(*base, c) for c in (-1, -3, 3, 7)]
    return [*cases, *bad, (*narrow, 5), (*wide, 2)]


def _saliency(
    slope=lambda z, a: 1 - a**2,
    sums=lambda x, W1, b1: x @ W1 + b1,
    column=lambda W2, c, p: W2[:, c],
    give=lambda s, x: s,
    refuses=lambda c, k: not 0 <= c < k,
    error=ValueError,
):
    """Make a function that refuses what the task says, with one part done in another way."""

    def saliency(x, W1, b1, W2, b2, c):
        if refuses(c, len(b2)):
            raise error
        z = sums(x, W1, b1)
        a = np.tanh(z)
        logits = a @ W2 + b2
        p = np.exp(logits - logits.max())
        return give(W1 @ (column(W2, c, p / p.sum()) * slope(z, a)), x)

    return saliency


def _saliency_of_tanh_outputs(x, W1, b1, W2, b2, c):
    if not 0 <= c < len(b2):
        raise ValueError
    a = np.tanh(x @ W1 + b1)
    y = np.tanh(a @ W2 + b2)[c]
    return W1 @ (W2[:, c] * (1 - y**2) * (1 - a**2))


SALIENCY = Function(
    name="saliency",
    points=50,
    inputs=_saliency_inputs,
    parameters={
        "x": "(d,)",
        "W1": "(d, h)",
        "b1": "(h,)",
        "W2": "(h, k)",
        "b2": "(k,)",
        "c": "",
    },
    returns={"saliency": "(d,)"},
    equivalent={
        "a = np.tanh(x @ W1 + b1) -> a = np.tanh(x.T @ W1 + b1)": "x has one axis",
        "return W1 @ delta -> return W1 @ delta.T": "delta has one axis",
    },
    hints=(
        "Go backwards, from the logit to x: lecture 5.3, section 2, the loop in input_gradient.",
        "Three factors: the weights from the hidden units to class c, the slope of tanh, the"
        " weights from x to the hidden units.",
        "`a = np.tanh(x @ W1 + b1)`, `delta = W2[:, c] * (1 - a**2)`; then the weights W1 carry"
        " delta, (h,), down to (d,).",
    ),
    slips=(
        Slip(
            "the slope forgotten",
            _saliency(slope=lambda z, a: 1.0),
            "You multiply the weights alone. Between them stands the slope of tanh, 1 - a**2.",
        ),
        Slip(
            "the activation for its slope",
            _saliency(slope=lambda z, a: a),
            "You multiply by a. The chain rule wants its slope, 1 - a**2.",
        ),
        Slip(
            "the slope at the wrong place",
            _saliency(slope=lambda z, a: 1 - z**2),
            "You square z, the sum. The slope of tanh is 1 - a**2 with a = tanh(z).",
        ),
        Slip(
            "the slope taken of a",
            _saliency(slope=lambda z, a: 1 - np.tanh(a) ** 2),
            "You apply tanh twice. a is tanh(z) already: the slope is 1 - a**2.",
        ),
        Slip(
            "1 - a",
            _saliency(slope=lambda z, a: 1 - a),
            "Your slope is 1 - a. The square is missing: 1 - a**2.",
        ),
        Slip(
            "1 + a²",
            _saliency(slope=lambda z, a: 1 + a**2),
            "Your slope is 1 + a**2. tanh flattens where a is large: 1 - a**2.",
        ),
        Slip(
            "the slope of a sigmoid",
            _saliency(slope=lambda z, a: a * (1 - a)),
            "a(1 - a) is the slope of a sigmoid. The hidden units are tanh: 1 - a**2.",
        ),
        Slip(
            "the slope of a ReLU",
            _saliency(slope=lambda z, a: z > 0),
            "You switch units on and off as a ReLU does. tanh has the slope 1 - a**2.",
        ),
        Slip(
            "the slope squared",
            _saliency(slope=lambda z, a: (1 - a**2) ** 2),
            "The slope 1 - a**2 stands in your product twice. There is one tanh on the way.",
        ),
        Slip(
            "b1 forgotten",
            _saliency(sums=lambda x, W1, b1: x @ W1),
            "b1 is missing. It moves the point at which tanh's slope is taken: x @ W1 + b1.",
        ),
        Slip(
            "b1 subtracted",
            _saliency(sums=lambda x, W1, b1: x @ W1 - b1),
            "You subtract b1. The sums are x @ W1 + b1.",
        ),
        Slip(
            "only the bias in the sums",
            _saliency(sums=lambda x, W1, b1: b1),
            "You take the slope at b1, as if x were zeros. The sums are x @ W1 + b1.",
        ),
        Slip(
            "a row of W2",
            _saliency(column=lambda W2, c, p: W2[c]),
            "W2[c] is a row. Row c belongs to hidden unit c; class c is a column of W2.",
        ),
        Slip(
            "all classes at once",
            _saliency(column=lambda W2, c, p: W2.sum(axis=1)),
            "You add up all logits. Class c is asked for: column c of W2.",
        ),
        Slip(
            "classes counted from 1",
            _saliency(column=lambda W2, c, p: W2[:, c - 1]),
            "You take the class before c. Classes count from 0: W2[:, c].",
        ),
        Slip(
            "the last class",
            _saliency(column=lambda W2, c, p: W2[:, -1]),
            "You explain the last class, whatever c is: W2[:, c].",
        ),
        Slip(
            "the first class",
            _saliency(column=lambda W2, c, p: W2[:, 0]),
            "You explain class 0, whatever c is: W2[:, c].",
        ),
        Slip(
            "the class that wins",
            _saliency(column=lambda W2, c, p: W2[:, p.argmax()]),
            "You explain the class with the largest logit. The task names the class: c.",
        ),
        Slip(
            "the probability",
            _saliency(column=lambda W2, c, p: p[c] * (W2[:, c] - W2 @ p)),
            "That is the gradient of the probability, after the softmax. Where the network is"
            " sure it is nearly 0: take the logit.",
        ),
        Slip(
            "the logarithm of the probability",
            _saliency(column=lambda W2, c, p: W2[:, c] - W2 @ p),
            "That is the gradient of log p: the other classes come in by the softmax. Take the"
            " logit of c alone.",
        ),
        Slip(
            "the loss",
            _saliency(column=lambda W2, c, p: W2 @ p - W2[:, c]),
            "That is the gradient of the loss, p - y carried down. The logit of c has the delta 1"
            " for c and 0 for the others.",
        ),
        Slip(
            "a tanh on the logits",
            _saliency_of_tanh_outputs,
            "You put a tanh on the logits too. The output layer has no activation: its delta is 1"
            " for class c.",
        ),
        Slip(
            "weights in size only",
            _saliency(column=lambda W2, c, p: np.abs(W2[:, c])),
            "You take the size of the weights in W2. Their signs say for and against.",
        ),
        Slip(
            "divided by the slope",
            _saliency(slope=lambda z, a: 1 / (1 - a**2)),
            "You divide by the slope of tanh. The chain rule multiplies.",
        ),
        Slip(
            "a²",
            _saliency(slope=lambda z, a: a**2),
            "Your slope is a**2. Take it from 1: tanh is steepest where a is 0.",
        ),
        Slip(
            "-a²",
            _saliency(slope=lambda z, a: -(a**2)),
            "Your slope is -a**2. The 1 is missing: 1 - a**2.",
        ),
        Slip(
            "2 - a²",
            _saliency(slope=lambda z, a: 2 - a**2),
            "Your slope is too steep by 1. That of tanh is 1 - a**2.",
        ),
        Slip(
            "a cube",
            _saliency(slope=lambda z, a: 1 - a**3),
            "Your slope holds a cube. That of tanh is 1 - a**2.",
        ),
        Slip(
            "a fourth power",
            _saliency(slope=lambda z, a: 1 - a**4),
            "You square a twice. The slope of tanh is 1 - a**2.",
        ),
        Slip(
            "sizes",
            _saliency(give=lambda s, x: np.abs(s)),
            "You return sizes. The task wants the gradient with its signs.",
        ),
        Slip(
            "the sign turned",
            _saliency(give=lambda s, x: -s),
            "Every sign is turned. Saliency is the gradient itself, nothing is descended; and the"
            " slope of tanh is 1 - a**2, never negative.",
        ),
        Slip(
            "times the input",
            _saliency(give=lambda s, x: s * x),
            "You multiply by x. That is gradient times input, another attribution; saliency is the"
            " gradient alone.",
        ),
        Slip(
            "scaled to 1",
            _saliency(give=lambda s, x: s / np.abs(s).max()),
            "You scaled the map to a largest size of 1. Leave the units: logits per unit of x.",
        ),
        Slip(
            "an IndexError",
            _saliency(error=IndexError),
            "Right where the input is. You refuse what has to be refused, but with an IndexError;"
            " the task asks for a ValueError.",
        ),
        Slip(
            "no class refused",
            _saliency(refuses=lambda c, k: c >= k),
            "Right where the input is. But NumPy takes a negative c for a class counted from the"
            " end: raise a ValueError.",
        ),
        Slip(
            "only negative classes refused",
            _saliency(refuses=lambda c, k: c < 0),
            "Right where the input is. For a c of k and more NumPy raises an IndexError; the task"
            " wants a ValueError, before it.",
        ),
        Slip(
            "class -1 let through",
            _saliency(refuses=lambda c, k: not -1 <= c < k),
            "Right where the input is. But c = -1 passes, and NumPy takes it for the last class:"
            " refuse c < 0.",
        ),
        Slip(
            "class 0 refused",
            _saliency(refuses=lambda c, k: not 0 < c < k),
            "You refuse class 0. It is the first class: refuse what is below.",
        ),
        Slip(
            "class k let through",
            _saliency(refuses=lambda c, k: not 0 <= c <= k),
            "Class k does not exist: the last is k - 1. Refuse c >= k.",
        ),
    ),
)


# 2. integrated_gradients


def _landscape(name: str, **settings: float) -> Build:
    return Build(f"course_lib.landscapes:{name}().loss_and_gradient", tuple(settings.items()))


COSH, BEALE, ROSENBROCK = (_landscape(name) for name in ("cosh", "beale", "rosenbrock"))
BOWL = _landscape("quadratic", kappa=4.0)
ONE_POINT = Build(  # of w, shape (1,), with two samples; it refuses more than one point
    "course_lib.parallel:sharded()",
    (
        ("loss_and_gradient", Build("course_lib.landscapes:noisy_quadratic")),
        ("shards", [(np.array([1.0, 3.0]),)]),
    ),
)


def _integrated_inputs(rng: np.random.Generator) -> list[Arguments]:
    one, other = _numbers(rng, 1), _numbers(rng, 1)
    zero, zeros = np.zeros(1), np.zeros(2)
    cases: list[Arguments] = [(COSH, one, zero, keywords(steps=k)) for k in (1, 2, 5)]
    cases += [(COSH, one, 2 * other, keywords(steps=k)) for k in (1, 3)]
    x, baseline = _numbers(rng, 2), _numbers(rng, 2)
    cases += [(BEALE, x, zeros, keywords(steps=k)) for k in (1, 2, 4)]
    cases += [(f, x, baseline, keywords(steps=k)) for f in (BEALE, ROSENBROCK) for k in (1, 2, 10)]
    cases += [(f, _numbers(rng, 2), _numbers(rng, 2), keywords(steps=3)) for f in (BEALE, BOWL)]
    cases += [(BEALE, zeros, x, keywords(steps=2)), (BEALE, x, x, keywords(steps=2))]
    cases += [(BEALE, np.array([2, 1]), np.array([1, -1]), keywords(steps=2))]
    cases += [(ONE_POINT, one, other, keywords(steps=k)) for k in (2, 3)]
    # A way of both signs, and a gap above 0: here a lost sign is not a turned one.
    cases += [(BEALE, np.array([1, 1]), np.array([2, -1]), keywords(steps=2))]
    return [*cases, *((BEALE, x, baseline, keywords(steps=k)) for k in (0, -2))]


def _integrated(
    alphas=lambda K: (np.arange(K) + 0.5) / K,
    along=lambda x, p, alpha: p + alpha * (x - p),
    average=lambda g: np.mean(g, axis=0),
    factor=lambda x, p: x - p,
    gap=lambda A, top, bottom: A.sum() - (top - bottom),
    give=lambda A, gap: (A, gap),
    part=1,
    refuses=lambda K: K < 1,
):
    """Make a function that refuses what the task says, with one part done in another way."""

    def integrated_gradients(value_and_gradient, x, baseline, *, steps):
        if refuses(steps):
            raise ValueError
        points = [along(x, baseline, alpha) for alpha in alphas(steps)]
        with np.errstate(all="ignore"):
            A = factor(x, baseline) * average([value_and_gradient(p)[part] for p in points])
        top, bottom = value_and_gradient(x)[0], value_and_gradient(baseline)[0]
        return give(A, gap(A, top, bottom))

    return integrated_gradients


def _all_at_once(value_and_gradient, x, baseline, *, steps):
    if steps < 1:
        raise ValueError
    way = x - baseline
    path = baseline[:, None] + (np.arange(steps) + 0.5) / steps * way[:, None]
    A = way * value_and_gradient(path)[1].mean(axis=1)
    return A, A.sum() - (value_and_gradient(x)[0] - value_and_gradient(baseline)[0])


def _gradient_first(value_and_gradient, x, baseline, *, steps):
    return _integrated()(lambda p: value_and_gradient(p)[::-1], x, baseline, steps=steps)


def _trapezium(g):
    weights = np.ones(len(g))
    weights[[0, -1]] = 0.5
    return weights @ np.array(g) / (len(g) - 1)


INTEGRATED_GRADIENTS = Function(
    name="integrated_gradients",
    points=50,
    inputs=_integrated_inputs,
    parameters={"value_and_gradient": "", "x": "(n,)", "baseline": "(n,)", "steps": ""},
    returns={"A": "(n,)", "gap": ""},
    hints=(
        "The cell with `integrated` in lecture 5.3, section 4, does it for all points at once;"
        " here you ask one point after another.",
        "The points are baseline + alpha * (x - baseline) with alpha = (k + 0.5) / steps. Average"
        " the gradients there, then multiply by x - baseline.",
        "`A = (x - baseline) * np.mean(gradients, axis=0)`; the gap is A.sum() minus the rise"
        " of the value from baseline to x.",
    ),
    slips=(
        Slip(
            "the left end",
            _integrated(alphas=lambda K: np.arange(K) / K),
            "You take the *start* of each step. Its middle is asked for, (k + 0.5) / steps: the"
            " error then falls like 1/steps².",
        ),
        Slip(
            "the right end",
            _integrated(alphas=lambda K: (np.arange(K) + 1) / K),
            "You take the *end* of each step. Its middle is asked for, (k + 0.5) / steps: the"
            " error then falls like 1/steps².",
        ),
        Slip(
            "both ends in",
            _integrated(alphas=lambda K: np.linspace(0, 1, K)),
            "Your points go from end to end, as linspace(0, 1, steps) does. The middles of steps"
            " are (k + 0.5) / steps.",
        ),
        Slip(
            "steps + 1 points",
            _integrated(alphas=lambda K: np.linspace(0, 1, K + 1)),
            "You average steps + 1 points, both ends among them. There are as many as steps, in"
            " their middles.",
        ),
        Slip(
            "trapezia",
            _integrated(alphas=lambda K: np.linspace(0, 1, K + 1), average=_trapezium),
            "That is the trapezium rule. It works, with twice the error; the task asks for the"
            " midpoints.",
        ),
        Slip(
            "only 0.5 divided",
            _integrated(alphas=lambda K: np.arange(K) + 0.5 / K),
            "`k + 0.5 / steps` divides 0.5 alone. The whole sum is to be divided: parentheses.",
        ),
        Slip(
            "points at steps + 1",
            _integrated(alphas=lambda K: (np.arange(K) + 0.5) / (K + 1)),
            "Your points stop short of x: you divide by steps + 1. There are as many as steps, at"
            " (k + 0.5) / steps.",
        ),
        Slip(
            "1.5 for 0.5",
            _integrated(alphas=lambda K: (np.arange(K) + 1.5) / K),
            "Your points lie one step too far. k counts from 0: (k + 0.5) / steps.",
        ),
        Slip(
            "a step too early",
            _integrated(alphas=lambda K: (np.arange(K) - 0.5) / K),
            "Your points lie one step too early. The middle of step k is (k + 0.5) / steps.",
        ),
        Slip(
            "one middle",
            _integrated(alphas=lambda K: [0.5]),
            "You take the gradient once, half way. There are as many points as steps.",
        ),
        Slip(
            "the gradient at x",
            _integrated(alphas=lambda K: [1.0]),
            "You take the gradient at x alone: gradient times difference. The path is missing.",
        ),
        Slip(
            "the gradient at the baseline",
            _integrated(alphas=lambda K: [0.0]),
            "You take the gradient at the baseline alone. Walk to x, and average.",
        ),
        Slip(
            "a path from 0",
            _integrated(along=lambda x, p, alpha: alpha * x),
            "Your path starts at zeros. It starts at the baseline: baseline + alpha *"
            " (x - baseline).",
        ),
        Slip(
            "a path about 0",
            _integrated(along=lambda x, p, alpha: alpha * (x - p)),
            "Your points lack the baseline: baseline + alpha * (x - baseline).",
        ),
        Slip(
            "a path that overshoots",
            _integrated(along=lambda x, p, alpha: p + alpha * x),
            "Your path ends at baseline + x. It must end at x: baseline + alpha * (x - baseline).",
        ),
        Slip(
            "a path from x onwards",
            _integrated(along=lambda x, p, alpha: x + alpha * (x - p)),
            "Your path starts at x and leads away from the baseline. Start at the baseline.",
        ),
        Slip(
            "a path the other way",
            _integrated(along=lambda x, p, alpha: p - alpha * (x - p)),
            "Your path leads from the baseline away from x: plus alpha * (x - baseline).",
        ),
        Slip(
            "x plus the baseline",
            _integrated(along=lambda x, p, alpha: p + alpha * (x + p)),
            "You add the baseline where the way is a difference, x - baseline.",
        ),
        Slip(
            "the way turned",
            _integrated(along=lambda x, p, alpha: p - alpha * (x - p), factor=lambda x, p: p - x),
            "Your way is baseline - x, in the path and in the factor. It leads from the baseline to"
            " x: x - baseline.",
        ),
        Slip(
            "x for the way",
            _integrated(along=lambda x, p, alpha: p + alpha * x, factor=lambda x, p: x),
            "You take x for the way, in the path and in the factor. That is right for a baseline of"
            " zeros; the way is x - baseline.",
        ),
        Slip(
            "a sum for the way",
            _integrated(along=lambda x, p, alpha: p + alpha * (x + p), factor=lambda x, p: x + p),
            "Your way is x + baseline. It is the difference, x - baseline.",
        ),
        Slip(
            "twice the way",
            _integrated(
                along=lambda x, p, alpha: p + 2 * alpha * (x - p), factor=lambda x, p: 2 * (x - p)
            ),
            "Your path goes twice as far as x. It ends at x: alpha goes from 0 to 1.",
        ),
        Slip(
            "a path along the diagonal",
            _integrated(along=lambda x, p, alpha: p + alpha),
            "You add alpha to every coordinate. Add that share of the way: alpha * (x - baseline).",
        ),
        Slip(
            "the first point again and again",
            _integrated(alphas=lambda K: np.full(K, 0.5 / K)),
            "All your points are the first one. The k-th lies at (k + 0.5) / steps.",
        ),
        Slip(
            "not divided by steps",
            _integrated(alphas=lambda K: np.arange(K) + 0.5),
            "Your points lie at k + 0.5, far beyond x. Divide by steps.",
        ),
        Slip(
            "all points in one call",
            _all_at_once,
            "You hand over all points in one call, as an array of two axes. value_and_gradient"
            " takes one point, shape (n,): call it once for each.",
        ),
        Slip(
            "the gradient taken first",
            _gradient_first,
            "value_and_gradient returns the value first, then the gradient; you take them the"
            " other way round.",
        ),
        Slip(
            "values for gradients",
            _integrated(part=0),
            "You average the values of the function. Its gradients are the second result of"
            " value_and_gradient.",
        ),
        Slip(
            "divided by the gradient",
            _integrated(average=lambda g: 1 / np.mean(g, axis=0)),
            "You divide the way by the mean gradient. Multiply.",
        ),
        Slip(
            "the factor forgotten",
            _integrated(factor=lambda x, p: np.ones(x.shape)),
            "You return the mean gradient. Multiply by x - baseline: only then does it add up.",
        ),
        Slip(
            "times x",
            _integrated(factor=lambda x, p: x),
            "You multiply by x. That is right for a baseline of zeros; the factor is x - baseline.",
        ),
        Slip(
            "the factor's sign",
            _integrated(factor=lambda x, p: p - x),
            "Your A has its sign turned: the way leads from the baseline to x, x - baseline.",
        ),
        Slip(
            "a factor of x plus baseline",
            _integrated(factor=lambda x, p: x + p),
            "You multiply by x + baseline. The way is the difference.",
        ),
        Slip(
            "the factor's size",
            _integrated(factor=lambda x, p: np.abs(x - p)),
            "You multiply by the *size* of the difference. Its sign belongs to A.",
        ),
        Slip(
            "the factor squared",
            _integrated(factor=lambda x, p: (x - p) ** 2),
            "The factor x - baseline stands in your A twice.",
        ),
        Slip(
            "the sum, not the mean",
            _integrated(average=lambda g: np.sum(g, axis=0)),
            "You add the gradients up. Each step is 1/steps long: take their mean.",
        ),
        Slip(
            "the last gradient alone",
            _integrated(average=lambda g: g[-1]),
            "You keep the gradient of the last point alone: does the loop write over the others?"
            " Collect them, or add them up.",
        ),
        Slip(
            "the last share alone",
            _integrated(average=lambda g: g[-1] / len(g)),
            "Of the sum you keep the last step's share alone: does the loop write over the others?"
            " Collect the gradients, or add them up.",
        ),
        Slip(
            "one step of the loop",
            _integrated(average=lambda g: g[0] / len(g)),
            "Only the first step's share is in your A: does a `return` stand inside the loop? It"
            " belongs after it, further to the left.",
        ),
        Slip(
            "divided by steps + 1",
            _integrated(average=lambda g: np.sum(g, axis=0) / (len(g) + 1)),
            "You divide the sum by steps + 1. There are as many points as steps.",
        ),
        Slip(
            "mean over all entries",
            _integrated(average=lambda g: np.mean(g)),
            "You average over coordinates too. np.mean(..., axis=0) keeps them apart.",
        ),
        Slip(
            "the gap's sign",
            _integrated(gap=lambda A, top, bottom: (top - bottom) - A.sum()),
            "A is right; the gap has its sign turned. It is the sum of A minus the rise.",
        ),
        Slip(
            "the gap's size",
            _integrated(gap=lambda A, top, bottom: abs(A.sum() - (top - bottom))),
            "A is right; the gap is asked for with its sign.",
        ),
        Slip(
            "the gap to f(x)",
            _integrated(gap=lambda A, top, bottom: A.sum() - top),
            "A is right; your gap leaves out the value at the baseline. The sum equals"
            " f(x) - f(baseline).",
        ),
        Slip(
            "the gap to f(baseline)",
            _integrated(gap=lambda A, top, bottom: A.sum() - bottom),
            "A is right; your gap leaves out the value at x. The sum equals f(x) - f(baseline).",
        ),
        Slip(
            "parentheses forgotten",
            _integrated(gap=lambda A, top, bottom: A.sum() - bottom - top),
            "A is right; in the gap you subtract both values: A.sum() - (f(x) - f(baseline)).",
        ),
        Slip(
            "the rise turned",
            _integrated(gap=lambda A, top, bottom: A.sum() - (bottom - top)),
            "A is right; in the gap the rise is turned round: f(x) - f(baseline).",
        ),
        Slip(
            "added to the rise",
            _integrated(gap=lambda A, top, bottom: A.sum() + top + bottom),
            "A is right; in the gap you add everything. A.sum() - (f(x) - f(baseline)).",
        ),
        Slip(
            "the sum as the gap",
            _integrated(gap=lambda A, top, bottom: A.sum()),
            "A is right; your gap is its sum. Subtract the rise f(x) - f(baseline).",
        ),
        Slip(
            "the rise as the gap",
            _integrated(gap=lambda A, top, bottom: top - bottom),
            "A is right; your gap is the rise alone. It is the sum of A minus the rise.",
        ),
        Slip(
            "the mean in the gap",
            _integrated(gap=lambda A, top, bottom: A.mean() - (top - bottom)),
            "A is right; in the gap you take its mean. Its *sum* equals the rise.",
        ),
        Slip(
            "sizes in the gap",
            _integrated(gap=lambda A, top, bottom: np.abs(A).sum() - (top - bottom)),
            "A is right; in the gap you sum sizes. Shares for and against cancel: sum A itself.",
        ),
        Slip(
            "steps unchecked",
            _integrated(refuses=lambda K: False),
            "Right where the input is. Without a step there is no mean: raise a ValueError for"
            " steps < 1.",
        ),
        Slip(
            "0 steps let through",
            _integrated(refuses=lambda K: K < 0),
            "Right where the input is. With 0 steps there is nothing to average: refuse it too.",
        ),
        Slip(
            "the results exchanged",
            _integrated(give=lambda A, gap: (gap, A)),
            "You return the gap first. The task asks for A, then the gap.",
        ),
    ),
)

FUNCTIONS = (SALIENCY, INTEGRATED_GRADIENTS)
