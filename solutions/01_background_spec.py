"""Spec of the exercises to 1: inputs, hints and known slips; the reference is the notebook.

Letters of the shapes: N samples, n inputs, k degrees.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Build, Function, Slip, one_at_a_time

ACTIVATIONS = tuple(f"course_lib.activations:{name}" for name in ("identity", "sigmoid", "tanh"))


def _numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random numbers with two decimals, none of them 0: short to read where a case is shown."""
    return np.round(rng.uniform(0.1, 2.0, shape) * rng.choice([-1, 1], shape), 2)


# 1. neuron


def _neuron_inputs(rng: np.random.Generator) -> list[Arguments]:
    sizes = ((1, 1), (1, 2), (2, 1), (2, 2), (3, 2), (2, 3), (3, 3), (1, 4), (5, 1), (4, 6))
    cases = [_neuron_case(rng, *size, place) for place, size in enumerate(sizes)]
    cases += one_at_a_time(_neuron_case(rng, 3, 2, 1), _neuron_case(rng, 3, 2, 2))
    whole = (rng.integers(1, 4, (2, 3)), rng.integers(1, 4, 3), 1)
    cases += [(*whole, Build(ACTIVATIONS[2])), (*whole, Build(ACTIVATIONS[0]))]
    X, w = _numbers(rng, 3, 2), _numbers(rng, 2)
    bad = ((X[0], w), (X, w[:, None]), (X, _numbers(rng, 3)), (X[:, :1], w))
    return cases + [(*pair, 0.5, Build(ACTIVATIONS[1])) for pair in bad]


def _neuron_case(rng: np.random.Generator, N: int, n: int, place: int) -> Arguments:
    b = float(_numbers(rng))
    return _numbers(rng, N, n), _numbers(rng, n), b, Build(ACTIVATIONS[place % 3])


def _neuron(answer):
    """Make a neuron that refuses what it should, and answers otherwise."""

    def neuron(X, w, b, f):
        if X.ndim != 2 or w.shape != X.shape[1:]:
            raise ValueError("refused, as the exercise asks")
        return answer(X, w, b, f)

    return neuron


def _first_row(X, w, b, f):
    return f(X[0] @ w + b)


def _unrefusing(X, w, b, f):
    return f(X @ w + b)


def _rows_alone(X, w, b, f):
    if X.ndim != 2:
        raise ValueError("refused, as the exercise asks")
    return f(X @ w + b)


NEURON = Function(
    name="neuron",
    points=60,
    inputs=_neuron_inputs,
    parameters={"X": "(N, n)", "w": "(n,)", "b": "", "f": ""},
    returns={"y": "(N,)"},
    hints=(
        "For one sample the lecture writes `w @ x`. Which product of X (N, n) and w (n,) has the"
        " shape (N,)?",
        "First the weighted sums of all rows, then the bias on each, then the activation on the"
        " whole. Before all that, ask whether X has two axes and w as many entries as X columns.",
        "`if X.ndim != 2 or w.shape != X.shape[1:]: raise ValueError(...)`; then"
        " `z = X @ w + b`, and f of it is the answer.",
    ),
    slips=(
        Slip(
            "the activation is forgotten",
            _neuron(lambda X, w, b, f: X @ w + b),
            "You return the sums z. A neuron bends them: return f(z).",
        ),
        Slip(
            "always the sigmoid",
            _neuron(lambda X, w, b, f: 0.5 + 0.5 * np.tanh((X @ w + b) / 2)),
            "You bend with the sigmoid, whatever f is. Call the f that you are given.",
        ),
        Slip(
            "the bias is forgotten",
            _neuron(lambda X, w, b, f: f(X @ w)),
            "The bias is missing. It is a constant in every sum: `X @ w + b`.",
        ),
        Slip(
            "the bias comes after the activation",
            _neuron(lambda X, w, b, f: f(X @ w) + b),
            "You add b to the answer. It belongs into the sum, before f bends it: f(X @ w + b).",
        ),
        Slip(
            "the bias is subtracted",
            _neuron(lambda X, w, b, f: f(X @ w - b)),
            "You have X @ w - b. Here the bias is added; a threshold would be subtracted, and a"
            " bias is minus a threshold.",
        ),
        Slip(
            "the activation comes first",
            _neuron(lambda X, w, b, f: f(X) @ w + b),
            "You bend the inputs and then sum. A neuron sums first: f(X @ w + b).",
        ),
        Slip(
            "the bias is multiplied",
            _neuron(lambda X, w, b, f: f(X @ w * b)),
            "You multiply by b. It is a constant that is added to the weighted sum.",
        ),
        Slip(
            "the bias with every input",
            _neuron(lambda X, w, b, f: f((X * w + b).sum(axis=1))),
            "You add b once for each input, n times in all. It is added once, after the sum.",
        ),
        Slip(
            "the bias weighted",
            _neuron(lambda X, w, b, f: f((X + b) @ w)),
            "You add b to the inputs, so the weights multiply it. It is added after the sum.",
        ),
        Slip(
            "the sums have the other sign",
            _neuron(lambda X, w, b, f: f(-(X @ w + b))),
            "You bend minus the sum. The formula of the sigmoid has a minus of its own, inside f.",
        ),
        Slip(
            "the sums are doubled",
            _neuron(lambda X, w, b, f: f(2 * (X @ w + b))),
            "You bend twice the sum. z is the weighted sum and the bias, once.",
        ),
        Slip(
            "not summed",
            _neuron(lambda X, w, b, f: f(X * w + b)),
            "`X * w` multiplies, and leaves the products of a row side by side. A neuron adds them"
            " up: `X @ w`.",
        ),
        Slip(
            "summed over the samples",
            _neuron(lambda X, w, b, f: f((X * w).sum(axis=0) + b)),
            "You sum over the rows, which are samples: `axis=0`. The inputs of one sample stand in"
            " a row, so sum along `axis=1`, or write `X @ w`.",
        ),
        Slip(
            "summed over everything",
            _neuron(lambda X, w, b, f: f((X * w).sum() + b)),
            "You add up all samples, and return one number. Each row has an answer of its own:"
            " `X @ w` has the shape (N,).",
        ),
        Slip(
            "a mean in place of the sum",
            _neuron(lambda X, w, b, f: f((X * w).mean(axis=1) + b)),
            "You take the mean of the weighted inputs; a neuron takes their sum.",
        ),
        Slip(
            "every sum activated, then summed",
            _neuron(lambda X, w, b, f: f(X * w).sum(axis=1) + b),
            "You bend each product and then add up. The sum comes first, then one bend.",
        ),
        Slip(
            "every sum activated with the bias, then summed",
            _neuron(lambda X, w, b, f: f(X * w + b).sum(axis=1)),
            "You bend each product, with b in each, and then add up. First the whole sum, with b"
            " once; then one bend.",
        ),
        Slip(
            "a yes or a no",
            _neuron(lambda X, w, b, f: (f(X @ w + b) > 0.5).astype(float)),
            "You decide between yes and no. The answer itself is asked, f(z): a decision comes"
            " later, and is not the neuron's.",
        ),
        Slip(
            "the first sample alone",
            _neuron(_first_row),
            "You answer the first row of X. There is an answer for each row: `X @ w` gives them"
            " all.",
        ),
        Slip(
            "a column of answers",
            _neuron(lambda X, w, b, f: f(X @ w[:, None] + b)),
            "Your answers are right, in a column (N, 1). The shape (N,) is asked: `X @ w`.",
        ),
        Slip(
            "shapes are not looked at",
            _unrefusing,
            "The answers are right. But one sample of shape (n,) gives a number without a word, and"
            " a column w gives a column: raise a ValueError first.",
        ),
        Slip(
            "a column of weights is let through",
            _rows_alone,
            "You ask for two axes of X, which is half of it. A w of shape (n, 1) still gets through"
            " and gives a column: compare `w.shape` with `X.shape[1:]`.",
        ),
    ),
    equivalent={
        "z = X @ w + b -> z = X @ w.T + b": "an array with one axis is its own transpose",
    },
)


# 2. choose_degree


def _degree_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases = [_degree_case(rng, k) for k in (1, 2, 3, 4, 5, 6, 8)]
    cases += [_tie(rng, k) for k in (4, 5, 6)]
    cases += [_failed(rng, k) for k in (3, 5)]
    cases += [_infinite(rng), _close_gap(rng)]
    degrees, given, validation = _degree_case(rng, 3)
    cases += [(degrees, given, validation[:2]), (degrees[:2], given, validation)]
    cases += [(degrees, given[:1], validation), (degrees, given, np.full(3, np.nan))]
    return cases


def _degree_case(rng: np.random.Generator, k: int) -> Arguments:
    """Draw fits whose given loss falls, and whose validation loss has its bottom on the way."""
    degrees = np.sort(rng.choice(np.arange(k + 2, 3 * k + 9), k, replace=False))
    given = np.round(0.9 * 0.7 ** np.arange(k) + 0.01, 2)
    bottom = 0 if k < 3 else int(rng.integers(1, k - 1))
    validation = np.round(0.95 + 0.3 * np.abs(np.arange(k) - bottom) + 0.01 * degrees, 2)
    order = rng.permutation(k) if k > 4 else np.arange(k)
    return degrees[order], given[order], validation[order]


def _tie(rng: np.random.Generator, k: int) -> Arguments:
    """Draw three fits that are equally good: the simplest is neither first nor last of them."""
    degrees, given, validation = _degree_case(rng, k)
    lowest = validation.min() - 0.25
    places = np.sort(rng.choice(k, 3, replace=False))
    chosen = np.sort(degrees[places])
    degrees[places] = chosen[[1, 0, 2]]
    validation[places] = lowest
    return degrees, given, validation


def _failed(rng: np.random.Generator, k: int) -> Arguments:
    degrees, given, validation = _degree_case(rng, k)
    validation[np.argmax(validation)] = np.nan
    order = np.argsort(~np.isnan(validation), kind="stable")  # nan first: Python's min keeps it
    return degrees[order], given[order], validation[order]


def _infinite(rng: np.random.Generator) -> Arguments:
    degrees, given, validation = _degree_case(rng, 4)
    validation[3] = np.inf
    return degrees, given, validation


def _close_gap(rng: np.random.Generator) -> Arguments:
    """Draw fits of which the worst has the smallest gap, and another the smallest sum.

    The largest degree is the choice: a loss on the given points need not fall if a fit is poor.
    """
    degrees, _, _ = _degree_case(rng, 3)
    return degrees, np.array([1.4, 0.2, 0.9]), np.array([1.5, 1.1, 1.0])


def _degree(choose):
    """Make a function that refuses what it should, and chooses otherwise."""

    def choose_degree(degrees, given, validation):
        shapes = degrees.shape == given.shape == validation.shape
        if not shapes or np.isnan(validation).all():
            raise ValueError("refused, as the exercise asks")
        return choose(degrees, given, validation)

    return choose_degree


def _smallest(degrees, losses):
    return degrees[losses == np.nanmin(losses)].min()


def _ties(pick):
    return _degree(lambda d, g, v: pick(d[v == np.nanmin(v)]))


def _first_turn(degrees, given, validation):
    order = np.argsort(degrees)
    losses = validation[order]
    worse = [k for k in range(1, len(losses)) if losses[k] > losses[k - 1]]
    return degrees[order][worse[0] - 1 if worse else -1]


def _nan_dropped(degrees, given, validation):
    left = validation[~np.isnan(validation)]
    return degrees[: len(left)][left == left.min()].min()


def _unrefused_degree(degrees, given, validation):
    return _smallest(degrees, validation)


def _shapes_alone(degrees, given, validation):
    if not degrees.shape == given.shape == validation.shape:
        raise ValueError("refused, as the exercise asks")
    if np.isnan(validation).all():
        return degrees.min()
    return _smallest(degrees, validation)


def _without_given(degrees, given, validation):
    if degrees.shape != validation.shape or np.isnan(validation).all():
        raise ValueError("refused, as the exercise asks")
    return _smallest(degrees, validation)


CHOOSE_DEGREE = Function(
    name="choose_degree",
    points=40,
    inputs=_degree_inputs,
    parameters={"degrees": "(k,)", "given": "(k,)", "validation": "(k,)"},
    returns={"degree": ""},
    hints=(
        "Lecture 1, section 6 has two curves. Which one knows something about new data?",
        "Find the smallest validation loss, passing over nan; then all degrees that reach it; then"
        " the smallest of those. `given` decides nothing but whether the shapes fit.",
        "`best = np.nanmin(validation)`, and of `degrees[validation == best]` the smallest. Refuse"
        " first: three shapes that differ, or `np.isnan(validation).all()`.",
    ),
    slips=(
        Slip(
            "the given points decide",
            _degree(lambda d, g, v: _smallest(d, g)),
            "You choose by the loss on the given points, as the article's goal would. It falls with"
            " every degree, so it takes the largest model. Choose by the validation loss.",
        ),
        Slip(
            "the first place in place of the degree",
            _degree(lambda d, g, v: int(np.argmin(v))),
            "You return a place in the list, of a failed fit if there is one: `np.argmin` takes"
            " nan for the smallest. The degree with the smallest loss is asked.",
        ),
        Slip(
            "the place in place of the degree",
            _degree(lambda d, g, v: int(np.nanargmin(v))),
            "You return the place of the smallest loss. The degree that stands there is asked:"
            " degrees[place].",
        ),
        Slip(
            "the loss in place of the degree",
            _degree(lambda d, g, v: np.nanmin(v)),
            "You return the smallest loss. The degree that it belongs to is asked.",
        ),
        Slip(
            "the largest loss",
            _degree(lambda d, g, v: d[v == np.nanmax(v)].min()),
            "You take the largest validation loss, the worst model. A loss should be small.",
        ),
        Slip(
            "the largest degree",
            _degree(lambda d, g, v: d.max()),
            "You return the largest degree. The validation loss says which serves new data best.",
        ),
        Slip(
            "the smallest degree",
            _degree(lambda d, g, v: d.min()),
            "You return the smallest degree of all. The simplest is taken among those with the"
            " smallest validation loss.",
        ),
        Slip(
            "a failed fit is chosen",
            _degree(lambda d, g, v: d[np.argmin(v)]),
            "`np.argmin` takes nan for the smallest, and of equals the first. `np.nanmin` passes"
            " over nan; then take the smallest of all degrees with that loss.",
        ),
        Slip(
            "a failed fit counts as 0",
            _degree(lambda d, g, v: _smallest(d, np.nan_to_num(v))),
            "You choose a failed fit. `np.nan_to_num` makes its loss 0, the best of all, and"
            " Python's `min` keeps a nan that stands first. `np.nanmin` passes over it.",
        ),
        Slip(
            "the smallest gap",
            _degree(lambda d, g, v: _smallest(d, np.abs(v - g))),
            "You take the smallest gap between the two losses. A model that is equally bad on both"
            " has no gap: choose by the validation loss itself.",
        ),
        Slip(
            "nan is dropped from the losses alone",
            _degree(_nan_dropped),
            "You drop nan from the losses and not from the degrees: behind it every loss stands"
            " beside the wrong degree. Filter both, or let `np.nanmin` pass over nan.",
        ),
        Slip(
            "the first turn",
            _degree(_first_turn),
            "You stop where the validation loss rises for the first time. It may fall again, or"
            " nan may hide the rise: look at all of it.",
        ),
        Slip(
            "the smallest total",
            _degree(lambda d, g, v: _smallest(d, v + g)),
            "You add the two losses, so the given points vote. They favour the largest model:"
            " choose by the validation loss alone.",
        ),
        Slip(
            "of equals, the first",
            _ties(lambda d: d[0]),
            "Where several degrees are equally good you take the first in the list. The degrees"
            " come in any order: take the smallest of them. `np.argmin` knows one place alone.",
        ),
        Slip(
            "of equals, the largest",
            _ties(lambda d: d.max()),
            "Where several degrees are equally good you take the largest. Take the simplest model:"
            " the smallest degree.",
        ),
        Slip(
            "of equals, all",
            _ties(lambda d: d),
            "You return every degree that reaches the smallest loss. One is asked: the smallest.",
        ),
        Slip(
            "bad input is not refused",
            _unrefused_degree,
            "The choice is right. But three arrays whose shapes differ, or losses that are all nan,"
            " have no answer: raise a ValueError for both.",
        ),
        Slip(
            "all nan is let through",
            _shapes_alone,
            "Shapes are refused as they should be. Where every validation loss is nan, no fit"
            " succeeded: raise a ValueError there too.",
        ),
        Slip(
            "the shape of given is not compared",
            _without_given,
            "`given` decides nothing, but a list of another length means that something went wrong"
            " before: compare all three shapes.",
        ),
    ),
)

FUNCTIONS = (NEURON, CHOOSE_DEGREE)
