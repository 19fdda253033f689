"""Spec of the exercises to 3.3: inputs, hints and known slips; the reference is the notebook.

Letters of the shapes: n inputs, m outputs, h hidden units, N samples.
"""

import numpy as np

from course_lib.grading.spec import (
    Arguments,
    Build,
    Function,
    Slip,
    Tolerance,
    keywords,
    one_at_a_time,
)


def _numbers(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Random numbers with two decimals: short to read where a case is shown."""
    return np.round(rng.normal(scale=scale, size=shape), 2)


# 1. mse_gradient


def _mse_inputs(rng: np.random.Generator) -> list[Arguments]:
    lengths = (1, 1, 2, 2, 3, 3, 4, 5, 6, 8)
    cases: list[Arguments] = [(_numbers(rng, m), _numbers(rng, m)) for m in lengths]
    cases += one_at_a_time(*((_numbers(rng, 3), _numbers(rng, 3)) for _ in "ab"))
    cases += [(rng.integers(-4, 5, m), rng.integers(5, 9, m)) for m in (1, 2, 5)]  # whole numbers
    cases += [(y := _numbers(rng, 3), y.copy())]  # at the minimum
    # A column against a row broadcasts to a matrix: a mistake that makes no noise.
    y, column = _numbers(rng, 2), _numbers(rng, 2, 1)
    return [*cases, (y, column), (column, y), (_numbers(rng, 3), y)]


def _mse_in_place(y, y_target):
    y -= y_target
    y /= len(y)
    return y


MSE_GRADIENT = Function(
    name="mse_gradient",
    points=20,
    inputs=_mse_inputs,
    parameters={"y": "(m,)", "y_target": "(m,)"},
    returns={"gradient": "(m,)"},
    hints=(
        "Which terms of the sum hold y_j? Differentiate that one term with respect to y_j.",
        "The chain rule on (y_target_j - y_j)²/(2m) gives three factors: 2, the bracket, and the"
        " derivative of the bracket. Which sign has the last one?",
        "Refuse first: `if y.shape != y_target.shape: raise ValueError(...)`. Then the gradient is"
        " the error y - y_target, divided by how many outputs there are.",
    ),
    slips=(
        Slip(
            "the sign is flipped",
            lambda y, y_target: (y_target - y) / len(y),
            "You have y_target - y. The derivative of that bracket with respect to y is -1, which"
            " turns it into y - y_target. Where y is too large, the loss must rise with y.",
        ),
        Slip(
            "the ½ is forgotten",
            lambda y, y_target: 2 * (y - y_target) / len(y),
            "Yours is twice the gradient. The loss has 1/(2m), and its 2 cancels the 2 that the"
            " square brings down.",
        ),
        Slip(
            "the 2 of the square is forgotten",
            lambda y, y_target: (y - y_target) / (2 * len(y)),
            "Yours is half the gradient. The square brings down a factor of 2, which cancels the 2"
            " in 1/(2m).",
        ),
        Slip(
            "1/m is forgotten",
            lambda y, y_target: (y - y_target) * 1.0,
            "The loss is a mean over the m outputs, so each entry is divided by m.",
        ),
        Slip(
            "summed over the outputs",
            lambda y, y_target: np.mean(y - y_target),
            "You return one number, the mean of the errors. The gradient has one slope for each"
            " output: only the term with y_j depends on y_j, so nothing is summed or averaged.",
        ),
        Slip(
            "the sum of the errors",
            lambda y, y_target: np.sum(y - y_target),
            "You return one number, the sum of the errors. The gradient has one slope for each"
            " output: only the term with y_j depends on y_j, so nothing is summed.",
        ),
        Slip(
            "the loss itself",
            lambda y, y_target: np.mean((y_target - y) ** 2) / 2,
            "That is the loss L. Its slopes are asked, one for each output: how L changes with"
            " each y_j.",
        ),
        Slip(
            "divided by m - 1",
            lambda y, y_target: (y - y_target) / (len(y) - 1),
            "You divide by m - 1, which is for estimating a variance. The loss divides by m.",
        ),
        Slip(
            "the relative error",
            lambda y, y_target: (y - y_target) / y,
            "You divide by y. The loss divides by how many outputs there are, m.",
        ),
        Slip(
            "a sum in place of the difference",
            lambda y, y_target: (y + y_target) / len(y),
            "You have y + y_target. At the minimum, where y is y_target, the gradient must be 0.",
        ),
        Slip(
            "the loss in place of its gradient",
            lambda y, y_target: (y_target - y) ** 2 / (2 * len(y)),
            "You return the terms of the loss. Differentiate each with respect to its y_j.",
        ),
        Slip(
            "shapes are not compared",
            lambda y, y_target: (y - y_target) / len(y),
            "The formula is right. But y (m,) and y_target (m, 1) broadcast to a matrix (m, m)"
            " without a word: compare the shapes first, and raise a ValueError if they differ.",
        ),
        Slip(
            "the square stays",
            lambda y, y_target: (y - y_target) ** 2 / len(y),
            "The error is still squared. The derivative of a square is twice what is squared.",
        ),
        Slip(
            "it writes into y",
            _mse_in_place,
            "`y -= y_target` overwrites the caller's y, and `y /= len(y)` fails for whole numbers."
            " Write `(y - y_target) / len(y)`, which makes a new array.",
        ),
    ),
)


# 2. perceptron_gradient


def _perceptron_inputs(rng: np.random.Generator) -> list[Arguments]:
    sizes = ((1, 1), (1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 4), (4, 1))
    cases = [_perceptron_case(rng, n, m) for n, m in (*sizes, (4, 3), (3, 5), (6, 4))]
    cases += one_at_a_time(cases[-3], _perceptron_case(rng, 4, 3))
    x, w, _, y_target = _perceptron_case(rng, 3, 2)
    cases.append((x, w, -np.round(np.abs(x @ w) + 1.0, 2), y_target))  # every unit is off
    whole = (rng.integers(1, 4, 2), rng.integers(1, 4, (2, 3)), np.array([1, -40, 2]))
    cases.append((*whole, rng.integers(-3, 4, 3)))
    return [case for case in cases if _off_the_kink(case)]


def _perceptron_case(rng: np.random.Generator, n: int, m: int) -> Arguments:
    """Draw a layer of which some unit is on."""
    while True:
        x, w, b = _numbers(rng, n), _numbers(rng, n, m), _numbers(rng, m)
        if (x @ w + b).max() > 0:
            return x, w, b, _numbers(rng, m)


def _off_the_kink(case: Arguments) -> bool:
    """Tell whether no unit is near 0, where the slope of ReLU is a choice."""
    x, w, b, _ = case
    return bool(np.abs(x @ w + b).min() > 1e-3)


def _perceptron(
    error=lambda y, y_target: y - y_target,
    slope=lambda z: z > 0,
    bias=1.0,
    f=lambda z: z * (z > 0),
    before=lambda z: z,
):
    """Make the right function, but for what is given otherwise."""

    def gradient(x, w, b, y_target):
        z = before(x @ w + bias * b)
        delta = error(f(z), y_target) * slope(z) / len(b)
        return np.outer(x, delta), delta

    return gradient


def _total_error(y, y_target):
    return np.sum(y_target - y) * np.ones(len(y))


def _perceptron_transposed(*arguments):
    dw, db = _perceptron()(*arguments)
    return dw.T, db


def _perceptron_bias_summed(*arguments):
    dw, db = _perceptron()(*arguments)
    return dw, db.sum()


def _perceptron_bias_with_input(*arguments):
    dw, _ = _perceptron()(*arguments)
    return dw, dw.sum(axis=0)


def _perceptron_exchanged(*arguments):
    dw, db = _perceptron()(*arguments)
    return db, dw


def _perceptron_inner(x, w, b, y_target):
    _, delta = _perceptron()(x, w, b, y_target)
    return x.T @ delta, delta


def _perceptron_from(weighted_sum):
    """Make the right function, but for how x and w are multiplied."""

    def gradient(x, w, b, y_target):
        z = weighted_sum(x, w) + b
        delta = (np.maximum(z, 0) - y_target) * (z > 0) / len(b)
        return np.outer(x, delta), delta

    return gradient


def _perceptron_divided(x, w, b, y_target):
    z = x @ w + b
    delta = (np.maximum(z, 0) - y_target) / len(b) / (z > 0)
    return np.outer(x, delta), delta


def _perceptron_slope_alone(x, w, b, y_target):
    delta = x @ w + b > 0
    return np.outer(x, delta), delta


PERCEPTRON_GRADIENT = Function(
    name="perceptron_gradient",
    points=30,
    inputs=_perceptron_inputs,
    parameters={"x": "(n,)", "w": "(n, m)", "b": "(m,)", "y_target": "(m,)"},
    returns={"dw": "(n, m)", "db": "(m,)"},
    hints=(
        "Follow one weight: w_ij changes z_j alone, z_j changes y_j alone, y_j changes L. Which"
        " three derivatives does the chain rule multiply?",
        "∂L/∂z_j = (1/m)(y_j - y_target_j) f′(z_j), with f′(z_j) = 1 where z_j > 0 and 0"
        " elsewhere. Call it delta, of shape (m,). What is ∂z_j/∂w_ij, and what is ∂z_j/∂b_j?",
        "`delta = (y - y_target) * (z > 0) / m`; then dw[i, j] = x[i] * delta[j], which"
        " `np.outer` does for all i and j at once, and db is delta itself.",
    ),
    slips=(
        Slip(
            "the article's own formula",
            _perceptron(error=_total_error, slope=lambda z: 1.0),
            "That is what the article prints, and it is no gradient of L: the sign is wrong, f′(z)"
            " is missing, and it sums over j, although only output j depends on w_ij. Lecture 3.3"
            " shows each of the three.",
        ),
        Slip(
            "the delta rule's increment",
            _perceptron(error=lambda y, y_target: y_target - y, slope=lambda z: 1.0),
            "Without the article's sum you have the step of the delta rule, (y_target - y) x. The"
            " gradient has the other sign, and the factor f′(z), which is 0 where a unit is off.",
        ),
        Slip(
            "the sign is flipped",
            _perceptron(error=lambda y, y_target: y_target - y),
            "All but the sign is right. The derivative of (y_target - y)² with respect to y has a"
            " minus from the bracket: y - y_target. With yours, descent climbs.",
        ),
        Slip(
            "f′(z) is forgotten",
            _perceptron(slope=lambda z: 1.0),
            "A unit with z ≤ 0 is off: y stays 0 when w changes a little, so its gradient is 0."
            " Multiply by f′(z), 1 where z > 0 and 0 elsewhere.",
        ),
        Slip(
            "the other units are on",
            _perceptron(slope=lambda z: z < 0),
            "A unit is on where z > 0: there its slope is 1. Yours is 1 where z < 0.",
        ),
        Slip(
            "f(z) in place of f′(z)",
            _perceptron(slope=lambda z: z * (z > 0)),
            "You multiply by the output y where its slope belongs. ReLU′(z) is 1 where z > 0,"
            " however large z is, and 0 elsewhere.",
        ),
        Slip(
            "ReLU is forgotten",
            _perceptron(f=lambda z: z, slope=lambda z: 1.0),
            "You compare z with the target. The output is y = max(0, z), and its slope is 1 or 0.",
        ),
        Slip(
            "1/m is forgotten",
            _perceptron(error=lambda y, y_target: (y - y_target) * len(y)),
            "The loss is 1/(2m) times a sum: a factor of 1/m is left in every entry.",
        ),
        Slip(
            "the ½ is forgotten",
            _perceptron(error=lambda y, y_target: 2 * (y - y_target)),
            "Yours is twice the gradient: the 2 of 1/(2m) cancels the 2 that the square brings"
            " down.",
        ),
        Slip(
            "summed over the outputs",
            _perceptron(error=lambda y, y_target: -_total_error(y, y_target)),
            "You sum the errors over j. w_ij acts on output j alone, so entry (i, j) holds the"
            " error of output j and no other.",
        ),
        Slip(
            "dw is transposed",
            _perceptron_transposed,
            "Your numbers are right, rows and columns are exchanged. dw has the shape of w: row i"
            " belongs to input i. `np.outer(x, delta)` puts x along the rows.",
        ),
        Slip(
            "x.T changes nothing",
            _perceptron_inner,
            "x has one axis, so x.T is x itself, and `x @ delta` wants as many inputs as outputs."
            " Every input meets every output: `np.outer(x, delta)`.",
        ),
        Slip(
            "w and x in the other order",
            _perceptron_from(lambda x, w: w @ x),
            "w is (n, m) and x is (n,): the n's must meet, so write `x @ w`, without .T. Books that"
            " keep w as (m, n) have it the other way.",
        ),
        Slip(
            "the results are exchanged",
            _perceptron_exchanged,
            "Your dw and db are each other's: return (dw, db), in this order.",
        ),
        Slip(
            "z has the other sign",
            _perceptron(before=lambda z: -z),
            "You go on with -(x @ w + b): units are on that should be off.",
        ),
        Slip(
            "on from 1, not from 0",
            _perceptron(slope=lambda z: z > 1),
            "A unit is on where z > 0. Yours is on from 1.",
        ),
        Slip(
            "divided by the slope",
            _perceptron_divided,
            "You divide by f′(z), which is 0 where a unit is off. The chain rule multiplies.",
        ),
        Slip(
            "the slope alone",
            _perceptron_slope_alone,
            "delta has two factors, the slope of the loss and f′(z). You have f′(z) alone.",
        ),
        Slip(
            "b is forgotten in z",
            _perceptron(bias=0.0),
            "z_j is the weighted sum *and* b_j. Without b, units are on that should be off.",
        ),
        Slip(
            "b is subtracted",
            _perceptron(bias=-1.0),
            "The weighted sum is x @ w + b, with a plus.",
        ),
        Slip(
            "db is summed",
            _perceptron_bias_summed,
            "There is one bias for each output, so db has m entries. Nothing is summed: there is"
            " one sample.",
        ),
        Slip(
            "the lecture's tanh",
            _perceptron(f=np.tanh, slope=lambda z: 1 - np.tanh(z) ** 2),
            "That is the layer of section 5, with tanh. Here f is ReLU: max(0, z), of slope 1 where"
            " z > 0 and 0 elsewhere.",
        ),
        Slip(
            "the slope of tanh",
            _perceptron(slope=lambda z: 1 - np.maximum(z, 0) ** 2),
            "1 - y² is the slope of tanh. That of ReLU is 1 where z > 0 and 0 elsewhere.",
        ),
        Slip(
            "the input stays in db",
            _perceptron_bias_with_input,
            "You sum dw over the inputs. A bias has the input 1, whatever x is: db is delta.",
        ),
    ),
    equivalent={
        "z = x @ w + b -> z = x.T @ w + b": "an array with one axis is its own transpose",
        "y = np.maximum(z, 0) -> y = np.maximum(z, -1)": (
            "where y differs, z is below 0, and the slope 0 takes it out"
        ),
        "delta = mse_gradient(y, y_target) * (z > 0) -> delta = mse_gradient(y, y_target)"
        " * (z >= 0)": "the slope of ReLU at 0 is a convention",
    },
)


# 3. mlp_backward

_MLP_SIZES = (
    *((1, 1, 1, 1), (2, 1, 1, 1), (1, 2, 2, 1), (1, 1, 2, 2), (2, 2, 2, 2), (2, 1, 3, 1)),
    *((3, 2, 1, 2), (3, 2, 3, 1), (3, 3, 3, 3), (4, 2, 3, 2), (2, 3, 4, 3), (5, 3, 2, 4)),
    *((6, 2, 4, 3), (4, 4, 2, 2)),
)
"""N samples, n inputs, h hidden units, m outputs."""


def _mlp_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases = [_mlp_case(rng, *size) for size in _MLP_SIZES]
    cases += one_at_a_time(_mlp_case(rng, 2, 2, 3, 2), _mlp_case(rng, 2, 2, 3, 2))
    X, Y, *weights = _mlp_case(rng, 3, 2, 2, 1)
    return [*cases, (rng.integers(-2, 3, X.shape), rng.integers(0, 2, Y.shape), *weights)]


def _mlp_case(rng: np.random.Generator, N: int, n: int, h: int, m: int) -> Arguments:
    layers = (_numbers(rng, n, h), _numbers(rng, h), _numbers(rng, h, m), _numbers(rng, m))
    return (_numbers(rng, N, n), _numbers(rng, N, m), *layers)


def _mlp(
    scale=lambda Y: 1.0,
    slope=lambda A: 1 - A**2,
    back=lambda D2, W2: D2 @ W2.T,
    bias1=1.0,
    bias2=1.0,
    f=np.tanh,
    error=lambda Y_pred, Y: Y_pred - Y,
    db=lambda D: D.sum(axis=0),
    f2=lambda Z: Z,
):
    """Make the right function, but for what is given otherwise."""

    def backward(X, Y, W1, b1, W2, b2):
        A = f(X @ W1 + bias1 * b1)
        D2 = scale(Y) * error(f2(A @ W2 + bias2 * b2), Y) / Y.size
        D1 = back(D2, W2) * slope(A)
        return X.T @ D1, db(D1), A.T @ D2, db(D2)

    return backward


def _mlp_order(*places):
    """Make the right function, with its results in another order."""

    def backward(*arguments):
        results = _mlp()(*arguments)
        return tuple(results[place] for place in places)

    return backward


def _mlp_slope_of_z(X, Y, W1, b1, W2, b2):
    Z = X @ W1 + b1
    return _mlp(slope=lambda A: 1 - Z**2)(X, Y, W1, b1, W2, b2)


def _mlp_back_through_update(X, Y, W1, b1, W2, b2):
    A = np.tanh(X @ W1 + b1)
    D2 = (A @ W2 + b2 - Y) / Y.size
    dW2 = A.T @ D2
    D1 = (D2 @ dW2.T) * (1 - A**2)
    return X.T @ D1, D1.sum(axis=0), dW2, D2.sum(axis=0)


def _mlp_updated(X, Y, *weights):
    slopes = _mlp()(X, Y, *weights)
    return tuple(weight - slope for weight, slope in zip(weights, slopes, strict=True))


MLP_BACKWARD = Function(
    name="mlp_backward",
    points=30,
    inputs=_mlp_inputs,
    parameters={
        "X": "(N, n)",
        "Y": "(N, m)",
        "W1": "(n, h)",
        "b1": "(h,)",
        "W2": "(h, m)",
        "b2": "(m,)",
    },
    returns={"dW1": "(n, h)", "db1": "(h,)", "dW2": "(h, m)", "db2": "(m,)"},
    hints=(
        "Go forward first and keep what you pass: Z1, A = tanh(Z1), Y_pred. Then go back, one"
        " derivative for each step forward, the last step first.",
        "Start with Delta2 = ∂L/∂Y_pred = (Y_pred - Y)/(N m). The last layer is the perceptron's"
        " formula with A for x. To reach Z1, pass Delta2 back through W2 and multiply by"
        " tanh′(Z1) = 1 - A².",
        "`Delta1 = (Delta2 @ W2.T) * (1 - A**2)`. A weight's gradient is what came in, transposed,"
        " times what comes back: `X.T @ Delta1`, `A.T @ Delta2`. A bias meets every sample:"
        " `Delta1.sum(axis=0)`.",
    ),
    slips=(
        Slip(
            "the sign is flipped",
            _mlp(scale=lambda Y: -1.0),
            "All four are -1 times the gradient: the error is Y_pred - Y.",
        ),
        Slip(
            "no mean over samples",
            _mlp(scale=len),
            "The loss is a mean over the N samples, so every gradient is divided by N; X.T @ Delta1"
            " sums over the samples and does not divide.",
        ),
        Slip(
            "no mean over outputs",
            _mlp(scale=lambda Y: Y.shape[1]),
            "The loss is 1/(2m) times the sum over outputs: divide by m as well as by N.",
        ),
        Slip(
            "no mean at all",
            _mlp(scale=lambda Y: Y.size),
            "Divide by N, for the mean over samples, and by m, for the 1/(2m) of the loss:"
            " Y.size is both at once.",
        ),
        Slip(
            "the ½ is forgotten",
            _mlp(scale=lambda Y: 2.0),
            "Yours is twice the gradient: the 2 of 1/(2m) cancels the 2 of the square.",
        ),
        Slip(
            "tanh′ is forgotten",
            _mlp(slope=np.ones_like),
            "The last layer is right. On the way back to W1 you pass the tanh: multiply by its"
            " slope, 1 - A².",
        ),
        Slip(
            "1 - A for 1 - A²",
            _mlp(slope=lambda A: 1 - A),
            "tanh′(z) = 1 - tanh(z)²: the square is missing.",
        ),
        Slip(
            "the sigmoid's slope",
            _mlp(slope=lambda A: A * (1 - A)),
            "A (1 - A) is the slope of the sigmoid. That of tanh is 1 - A².",
        ),
        Slip(
            "tanh taken twice",
            _mlp(slope=lambda A: 1 - np.tanh(A) ** 2),
            "A is tanh(Z1) already, so the slope is 1 - A². You took the tanh of A once more.",
        ),
        Slip(
            "W2 is not transposed",
            _mlp(back=lambda D2, W2: D2 @ W2),
            "Forward, W2 takes h numbers to m; back, it must take m to h, and that is W2.T. With as"
            " many hidden units as outputs NumPy cannot notice.",
        ),
        Slip(
            "the biases are not summed",
            _mlp(db=lambda D: D),
            "One bias serves all samples, so its gradient is the sum over them:"
            " `Delta1.sum(axis=0)`.",
        ),
        Slip(
            "the biases are averaged once more",
            _mlp(db=lambda D: D.mean(axis=0)),
            "Delta is divided by N already, so sum it over the samples; a mean divides twice.",
        ),
        Slip(
            "the biases are left out going forward",
            _mlp(bias1=0.0, bias2=0.0),
            "The gradient is taken at the network as it is: Z1 = X @ W1 + b1, and b2 in the last"
            " layer.",
        ),
        Slip(
            "b1 is left out going forward",
            _mlp(bias1=0.0),
            "Z1 = X @ W1 + b1: without b1 the hidden units stand elsewhere, and so does everything"
            " after them.",
        ),
        Slip(
            "b2 is left out going forward",
            _mlp(bias2=0.0),
            "Y_pred = A @ W2 + b2: without b2 the error that you pass back is another.",
        ),
        Slip(
            "tanh is forgotten going forward",
            _mlp(f=lambda z: z),
            "A = tanh(Z1): you go on with Z1 itself.",
        ),
        Slip(
            "no tanh at all",
            _mlp(f=lambda z: z, slope=np.ones_like),
            "Your network has no tanh, neither forward nor back: it is linear.",
        ),
        Slip(
            "a sum in place of the error",
            _mlp(error=lambda Y_pred, Y: Y_pred + Y),
            "You have Y_pred + Y. Where the network is right, every gradient must be 0.",
        ),
        Slip(
            "the results in another order",
            _mlp_order(2, 3, 0, 1),
            "Return (dW1, db1, dW2, db2): the first layer first.",
        ),
        Slip(
            "weights first, then biases",
            _mlp_order(0, 2, 1, 3),
            "Return (dW1, db1, dW2, db2): each bias after its own weights.",
        ),
        Slip(
            "1 - Z² for 1 - A²",
            _mlp_slope_of_z,
            "tanh′(Z) is 1 - tanh(Z)², that is 1 - A². You squared Z itself.",
        ),
        Slip(
            "1 + A² for 1 - A²",
            _mlp(slope=lambda A: 1 + A**2),
            "tanh′ is 1 - A², with a minus: it is 1 at most.",
        ),
        Slip(
            "A² for 1 - A²",
            _mlp(slope=lambda A: A**2),
            "tanh′ is 1 - A². Yours is 0 where tanh is steepest.",
        ),
        Slip(
            "divided by tanh′",
            _mlp(slope=lambda A: 1 / (1 - A**2)),
            "You divide by 1 - A². The chain rule multiplies.",
        ),
        Slip(
            "tanh on the output too",
            _mlp(f2=np.tanh),
            "Y_pred is A @ W2 + b2 as it is: only the hidden layer has a tanh.",
        ),
        Slip(
            "the biases are summed over the units",
            _mlp(db=lambda D: D.sum(axis=1)),
            "axis=1 sums over the units and leaves one number for each sample. A bias belongs to a"
            " unit and meets every sample: sum over the samples, `Delta1.sum(axis=0)`.",
        ),
        Slip(
            "the biases are summed over everything",
            _mlp(db=lambda D: D.sum()),
            "Each unit has a bias of its own: sum over the samples alone, `Delta1.sum(axis=0)`.",
        ),
        Slip(
            "back through dW2",
            _mlp_back_through_update,
            "The way back leads through the weights, W2, not through their gradient dW2.",
        ),
        Slip(
            "the updated weights",
            _mlp_updated,
            "You return the weights after a step. The exercise asks for the slopes; what to do with"
            " them is descent's business.",
        ),
        Slip(
            "Y_pred with the other sign",
            _mlp(error=lambda Y_pred, Y: -Y_pred - Y),
            "The error is Y_pred - Y; you have -Y_pred - Y.",
        ),
        Slip(
            "b1 is subtracted",
            _mlp(bias1=-1.0),
            "Z1 = X @ W1 + b1, with a plus.",
        ),
        Slip(
            "b2 is subtracted",
            _mlp(bias2=-1.0),
            "Y_pred = A @ W2 + b2, with a plus.",
        ),
        Slip(
            "a slope for the last layer",
            _mlp(error=lambda Y_pred, Y: (Y_pred - Y) * (1 - Y_pred**2)),
            "You multiply the last delta by 1 - Y_pred². The last layer has no tanh: its slope"
            " is 1.",
        ),
    ),
)


# 4. gradient_check


def _loss(name: str, **settings: float) -> Build:
    return Build(f"course_lib.landscapes:{name}().loss", tuple(settings.items()))


def _check_inputs(rng: np.random.Generator) -> list[Arguments]:
    bowl, valley, beale = _loss("quadratic", kappa=10.0), _loss("rosenbrock"), _loss("beale")
    cases: list[Arguments] = [(_loss("cosh"), _numbers(rng, 1), _numbers(rng, 1)) for _ in "12"]
    cases += [(bowl, _numbers(rng, 2), _numbers(rng, 2)) for _ in "1234"]
    cases += [(valley, _numbers(rng, 2), _numbers(rng, 2, scale=50.0)) for _ in "123"]
    cases += [(beale, _numbers(rng, 2), _numbers(rng, 2)) for _ in "12"]
    others = (bowl, _numbers(rng, 2), _numbers(rng, 2)), (beale, _numbers(rng, 2), _numbers(rng, 2))
    cases += one_at_a_time(*others)
    cases += [(bowl, rng.integers(1, 4, 2), rng.integers(-3, 1, 2))]  # whole numbers
    cases += [(_loss("cosh"), _numbers(rng, 1), _numbers(rng, 1), keywords(h=0.5)) for _ in "12"]
    cases += [(valley, _numbers(rng, 2), _numbers(rng, 2), keywords(h=0.1))]
    theta, g = _numbers(rng, 2), _numbers(rng, 2)
    cases += [(bowl, theta, g, keywords(h=h)) for h in (0.0, -0.1)]  # to be refused
    return [*cases, (bowl, theta, g[:1]), (bowl, theta, g[:, None])]


def _steps(theta, i, h):
    """Yield the points on either side of theta, along coordinate i."""
    step = np.zeros(len(theta))
    step[i] = h
    return theta + step, theta - step


def _central(loss, theta, i, h):
    above, below = _steps(theta, i, h)
    return (loss(above) - loss(below)) / (2 * h)


def _one_sided(loss, theta, i, h):
    above, _ = _steps(theta, i, h)
    return (loss(above) - loss(theta)) / h


def _upper_half(loss, theta, i, h):
    return _one_sided(loss, theta, i, h) / 2


def _lower_half(loss, theta, i, h):
    return _one_sided(loss, theta, i, -h) / 2


def _exchanged(loss, theta, i, h):
    return -_central(loss, theta, i, h)


def _added(loss, theta, i, h):
    above, below = _steps(theta, i, h)
    return (loss(above) + loss(below)) / (2 * h)


def _not_divided(loss, theta, i, h):
    return 2 * h * _central(loss, theta, i, h)


def _nothing(loss, theta, i, h):
    return 0.0


def _all_at_once(loss, theta, i, h):
    return (loss(theta + h) - loss(theta - h)) / (2 * h)


def _swallowed(loss, theta, i, h):
    above, below = theta.copy(), theta.copy()
    above[i] += h
    below[i] -= h
    return (loss(above) - loss(below)) / (2 * h)


def _halved_and_multiplied(loss, theta, i, h):
    above, below = _steps(theta, i, h)
    return (loss(above) - loss(below)) / 2 * h


def _halved(loss, theta, i, h):
    return h * _central(loss, theta, i, h)


def _above_alone(loss, theta, i, h):
    above, _ = _steps(theta, i, h)
    return loss(above) / (2 * h)


def _below_alone(loss, theta, i, h):
    _, below = _steps(theta, i, h)
    return loss(below) / (2 * h)


def _step_alone(loss, theta, i, h):
    above, below = _steps(theta, i, h)
    return (loss(above - theta) - loss(below)) / (2 * h)


def _step_alone_below(loss, theta, i, h):
    above, _ = _steps(theta, i, h)
    return (loss(above) - loss(above - theta)) / (2 * h)


def _last_left_out(loss, theta, i, h):
    return _central(loss, theta, i, h) if i < len(theta) - 1 else 0.0


def _not_restored(loss, theta, i, h):
    theta[i] += h
    above = loss(theta)
    theta[i] -= 2 * h
    return (above - loss(theta)) / (2 * h)


def _first_turn_alone(loss, theta, i, h):
    return _central(loss, theta, i, h) if i == 0 else 0.0


def _check(
    difference=_central,
    reduce=lambda e: np.max(np.abs(e)),
    compare=lambda g, differences: g - differences,
    refuses=True,
    refused=lambda h: h <= 0,
):
    """Make the right function, but for what is given otherwise."""

    def gradient_check(loss, theta, g, *, h=1e-5):
        if refuses and (theta.shape != g.shape or refused(h)):
            raise ValueError("refused, as the exercise asks")
        differences = np.array([difference(loss, theta, i, h) for i in range(len(theta))])
        return reduce(compare(g, differences))

    return gradient_check


def _relative(g, differences):
    return np.abs(g - differences) / np.maximum(np.abs(g), np.abs(differences))


def _steps_add_up(loss, theta, g, *, h=1e-5):
    """Keep one step for all coordinates, and never set it back."""
    if theta.shape != g.shape or h <= 0:
        raise ValueError("refused, as the exercise asks")
    step, differences = np.zeros(len(theta)), np.zeros(len(theta))
    for i in range(len(theta)):
        step[i] = h
        differences[i] = (loss(theta + step) - loss(theta - step)) / (2 * h)
    return np.max(np.abs(g - differences))


def _first_alone(errors):
    return np.abs(errors[0])


GRADIENT_CHECK = Function(
    name="gradient_check",
    points=20,
    inputs=_check_inputs,
    parameters={"loss": "", "theta": "(n,)", "g": "(n,)", "h": ""},
    returns={"error": ""},
    tolerance=Tolerance(
        relative=1e-7,
        absolute=1e-7,
        reason="two losses near 100 differ by a round-off of 1e-14, which 2h turns into 1e-9; a"
        " one-sided difference is off by 5e-6 or more",
    ),
    hints=(
        "Lecture 3.3 checks its formula with central differences. How does one move a single"
        " coordinate of theta and leave the others, and theta itself, as they are?",
        "For each i: a step of h along coordinate i, the loss on either side, their difference over"
        " the distance between the two points, which is 2h. Compare with g[i].",
        "In the loop `step = np.zeros(len(theta)); step[i] = h`, and"
        " `(loss(theta + step) - loss(theta - step)) / (2 * h)`: collect these in a list"
        " `differences`. At the end `np.max(np.abs(g - np.array(differences)))`. Refuse a bad h and"
        " shapes that differ first.",
    ),
    slips=(
        Slip(
            "one-sided differences",
            _check(_one_sided),
            "(loss(theta + h) - loss(theta))/h is off by h/2 times the curvature. The central"
            " difference takes both sides, and its error shrinks with h².",
        ),
        Slip(
            "divided by h",
            _check(lambda *arguments: 2 * _central(*arguments)),
            "The two points theta + h and theta - h are 2h apart: divide by 2 * h.",
        ),
        Slip(
            "the lower point is not moved",
            _check(_upper_half),
            "loss(theta + h) - loss(theta) spans h, and you divide by 2h. Take loss(theta - h) for"
            " the lower point.",
        ),
        Slip(
            "the upper point is not moved",
            _check(_lower_half),
            "loss(theta) - loss(theta - h) spans h, and you divide by 2h. Take loss(theta + h) for"
            " the upper point.",
        ),
        Slip(
            "not divided",
            _check(_not_divided),
            "A difference of losses is no slope yet: divide it by the distance of the two points,"
            " 2 * h.",
        ),
        Slip(
            "divided by 2, multiplied by h",
            _check(_halved_and_multiplied),
            "`/ 2 * h` divides by 2, then multiplies by h. With parentheses, `/ (2 * h)`, it"
            " divides by both.",
        ),
        Slip(
            "divided by 2 alone",
            _check(_halved),
            "The two points are 2h apart, so divide by `(2 * h)`: the h is missing.",
        ),
        Slip(
            "theta is written into",
            _check(_not_restored),
            "You write into theta. Left moved, it is another point for the next coordinate, and the"
            " caller's theta is changed; moved back, it is not the same to the last digit, and"
            " whole numbers swallow h. `theta + step` leaves theta alone.",
        ),
        Slip(
            "the differences are 0",
            _check(_nothing),
            "You return the largest |g|: the differences that you compare with are 0. Both losses"
            " are taken at one point. `up = theta` makes no copy: up and theta are one array then."
            " `theta + step` makes a new one.",
        ),
        Slip(
            "the loss above alone",
            _check(_above_alone),
            "A slope takes two losses: subtract loss(theta - step).",
        ),
        Slip(
            "the loss below alone",
            _check(_below_alone),
            "A slope takes two losses: loss(theta + step) comes first.",
        ),
        Slip(
            "the step without theta",
            _check(_step_alone),
            "The upper point is theta + step; yours is the step alone.",
        ),
        Slip(
            "the step without theta, below",
            _check(_step_alone_below),
            "The lower point is theta - step; yours is the step alone.",
        ),
        Slip(
            "the step is not set back",
            _steps_add_up,
            "Your step keeps the h of the coordinates before, so the second moves two at once. Make"
            " a new `step = np.zeros(len(theta))` in every turn of the loop.",
        ),
        Slip(
            "the smallest in place of the largest",
            _check(reduce=lambda e: np.min(np.abs(e))),
            "You return the smallest difference: one right coordinate hides all the wrong ones.",
        ),
        Slip(
            "the first coordinate alone",
            _check(reduce=_first_alone),
            "You return in the first turn of the loop, or read one entry: all coordinates are to be"
            " compared. Does `return` stand inside the loop?",
        ),
        Slip(
            "the relative error",
            _check(compare=_relative),
            "You divide by the size of the gradient. That is a good check too, but this exercise"
            " asks for the difference itself, in the unit of g.",
        ),
        Slip(
            "every coordinate's error",
            _check(reduce=np.abs),
            "You return an array with one error for each coordinate: return the largest, a number.",
        ),
        Slip(
            "g is not compared",
            _check(compare=lambda g, differences: differences),
            "You return the largest slope. Compare with g: the largest |g - differences|.",
        ),
        Slip(
            "the negative of the error",
            _check(reduce=lambda e: -np.max(np.abs(e))),
            "The absolute value comes before the largest is taken, and no minus after it.",
        ),
        Slip(
            "bad input is not refused",
            _check(refuses=False),
            "The number is right. But g of another shape broadcasts, and h = 0 divides by 0: raise"
            " a ValueError for both.",
        ),
        Slip(
            "only shapes are refused",
            _check(refused=lambda h: False),
            "Shapes are refused as they should be. A step h of 0 or below is not yet.",
        ),
        Slip(
            "h = 0 is let through",
            _check(refused=lambda h: h < 0),
            "h = 0 divides 0 by 0: refuse `h <= 0`, not only h < 0.",
        ),
        Slip(
            "the two sides are exchanged",
            _check(_exchanged),
            "Your differences have the other sign: loss(theta + step) comes first, minus"
            " loss(theta - step).",
        ),
        Slip(
            "the losses are added",
            _check(_added),
            "You add the two losses. A slope is their difference, over the distance.",
        ),
        Slip(
            "no absolute value",
            _check(reduce=np.max),
            "A gradient that is far too small passes your check: take absolute values before you"
            " take the largest.",
        ),
        Slip(
            "the mean in place of the largest",
            _check(reduce=lambda e: np.mean(np.abs(e))),
            "In a mean, one wrong coordinate among thousands is lost: return the largest.",
        ),
        Slip(
            "the norm in place of the largest",
            _check(reduce=lambda e: np.sqrt(np.sum(e**2))),
            "You return the length of the vector of differences; the exercise asks for its largest"
            " entry.",
        ),
        Slip(
            "all coordinates moved at once",
            _check(_all_at_once),
            "theta + h moves every coordinate: that is the slope along (1, 1, ...), the sum of the"
            " partial derivatives. Move one coordinate at a time.",
        ),
        Slip(
            "the last coordinate is left out",
            _check(_last_left_out),
            "Your loop ends one coordinate early: `range(len(theta))` has them all.",
        ),
        Slip(
            "it returns in the first turn",
            _check(_first_turn_alone),
            "Only the first difference is computed, the others are still 0: does `return` stand"
            " inside the loop? Move it out, to the left.",
        ),
        Slip(
            "whole numbers swallow h",
            _check(_swallowed),
            "A copy of an array of whole numbers holds whole numbers, so adding h = 0.00001 changes"
            " nothing, or takes 1 away. `theta + step` with a float step is a float.",
        ),
        Slip(
            "h is ignored",
            _check(lambda loss, theta, i, h: _central(loss, theta, i, 1e-5)),
            "Use the h that the caller gives: with another h, another difference comes out.",
        ),
    ),
    equivalent={
        "differences = np.zeros(len(theta)) -> differences = np.ones(len(theta))": (
            "every entry is written before it is read"
        ),
    },
)

FUNCTIONS = (MSE_GRADIENT, PERCEPTRON_GRADIENT, MLP_BACKWARD, GRADIENT_CHECK)
