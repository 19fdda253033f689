"""Spec of the exercises to 2: inputs, hints and known slips; the reference is the notebook.

Letters of the shapes: N samples, m outputs, n parameters.
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

_SIZES = ((1, 1), (1, 2), (2, 1), (2, 2), (3, 2), (2, 3), (1, 4), (5, 1), (4, 3), (3, 3))
"""N samples, m outputs."""


def _numbers(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Random numbers with two decimals: short to read where a case is shown."""
    return np.round(rng.normal(scale=scale, size=shape), 2)


def _misfits(rng: np.random.Generator) -> list[Arguments]:
    """Return pairs whose shapes differ; the first three broadcast without a word."""
    column, row = _numbers(rng, 3, 1), rng.integers(0, 2, (1, 3)).astype(float)
    whole = rng.integers(0, 2, (3, 2)).astype(float)
    return [(column, row), (column, row[0]), (_numbers(rng, 3, 2), whole[:1]), (column, whole[:2])]


def _fitting(answer):
    """Make a function that refuses shapes that differ, and answers otherwise."""

    def loss(prediction, Y):
        if prediction.shape != Y.shape:
            raise ValueError("refused, as the exercise asks")
        return answer(prediction, Y)

    return loss


# 1. mse


def _mse_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = [(_numbers(rng, *size), _numbers(rng, *size)) for size in _SIZES]
    cases += one_at_a_time(*((_numbers(rng, 3, 2), _numbers(rng, 3, 2)) for _ in "ab"))
    cases += [(rng.integers(-4, 5, size), rng.integers(5, 9, size)) for size in ((1, 1), (3, 2))]
    cases += [(Y := _numbers(rng, 3, 2), Y.copy())]  # at the minimum
    return cases + _misfits(rng)


def _mse(loss=lambda r: np.sum(r**2) / len(r), gradient=lambda r: 2 * r / len(r)):
    """Make the right function, but for what is given otherwise."""
    return _fitting(lambda Y_pred, Y: (loss(Y_pred - Y), gradient(Y_pred - Y)))


def _mse_in_place(Y_pred, Y):
    if Y_pred.shape != Y.shape:
        raise ValueError("refused, as the exercise asks")
    Y_pred -= Y
    return np.sum(Y_pred**2) / len(Y), 2 * Y_pred / len(Y)


MSE = Function(
    name="mse",
    points=30,
    inputs=_mse_inputs,
    parameters={"Y_pred": "(N, m)", "Y": "(N, m)"},
    returns={"loss": "", "gradient": "(N, m)"},
    hints=(
        "Lecture 2, section 2 has three conventions. Which one divides by the number of samples"
        " and by nothing else?",
        "All squares are added up and divided by N, the number of rows. SymPy's derivative of one"
        " term is 2(y - y_d); what does the mean over samples make of it?",
        "`residual = Y_pred - Y`; the loss is `np.sum(residual**2) / len(Y)`, the gradient"
        " `2 * residual / len(Y)`. Refuse first: `if Y_pred.shape != Y.shape`.",
    ),
    slips=(
        Slip(
            "the mean over all entries",
            _mse(lambda r: np.mean(r**2), lambda r: 2 * r / r.size),
            "You divide by N m: the mean over samples and outputs, as PyTorch has it. Here outputs"
            " are summed, and the mean is over samples alone: divide by N.",
        ),
        Slip(
            "the loss alone is the mean over all entries",
            _mse(lambda r: np.mean(r**2)),
            "Your gradient is right. The loss divides by N m: `np.mean` counts outputs too.",
        ),
        Slip(
            "the gradient alone is divided by all entries",
            _mse(gradient=lambda r: 2 * r / r.size),
            "Your loss is right. The gradient divides by N m in place of N.",
        ),
        Slip(
            "the article's half",
            _mse(lambda r: np.sum(r**2) / (2 * r[0].size * len(r)), lambda r: r / r.size),
            "That is the article's loss, with 1/(2m): `half_mse`. This one has neither the half nor"
            " the m.",
        ),
        Slip(
            "the half",
            _mse(lambda r: np.sum(r**2) / (2 * len(r)), lambda r: r / len(r)),
            "You have a factor of ½ in front. It is the convention of scikit-learn; this loss has"
            " none, so its gradient keeps the 2.",
        ),
        Slip(
            "the sum",
            _mse(lambda r: np.sum(r**2), lambda r: 2 * r),
            "You sum over samples too. With twice the data the loss would be twice as large: divide"
            " by N.",
        ),
        Slip(
            "the loss is a sum",
            _mse(lambda r: np.sum(r**2)),
            "Your gradient is right. The loss is still to be divided by N.",
        ),
        Slip(
            "the gradient is that of a sum",
            _mse(gradient=lambda r: 2 * r),
            "Your loss is right. The mean divides its gradient by N too.",
        ),
        Slip(
            "a sum in place of the difference",
            _fitting(
                lambda Y_pred, Y: (np.sum((Y_pred + Y) ** 2) / len(Y), 2 * (Y_pred + Y) / len(Y))
            ),
            "You add Y. The error is the difference: at Y_pred = Y the loss must be 0.",
        ),
        Slip(
            "the gradient with the other sign",
            _mse(gradient=lambda r: -2 * r / len(r)),
            "Your gradient has the other sign. Where the prediction is too large, the loss rises"
            " with it.",
        ),
        Slip(
            "the 2 of the square is forgotten",
            _mse(gradient=lambda r: r / len(r)),
            "Your gradient is half of what it should be: the square brings down a 2, and nothing"
            " here cancels it.",
        ),
        Slip(
            "the root",
            _mse(lambda r: np.sqrt(np.sum(r**2) / len(r))),
            "You take a root at the end: that is the RMSE, in the unit of y. The loss is the mean"
            " of the squares itself.",
        ),
        Slip(
            "the norm",
            _mse(lambda r: np.sqrt(np.sum(r**2)) / len(r)),
            "`np.linalg.norm` takes a root. The loss is the mean of the squares: square it, or sum"
            " `residual**2`.",
        ),
        Slip(
            "the loss times the residual",
            _mse(gradient=lambda r: 2 * np.sum(r**2) / len(r) * r),
            "You multiply the residual by the loss. Each square is differentiated by itself:"
            " 2 residual / N.",
        ),
        Slip(
            "sizes in place of squares",
            _mse(lambda r: np.sum(np.abs(r)) / len(r)),
            "You sum sizes. They lead to the median; the squared error squares each.",
        ),
        Slip(
            "the square of the sum",
            _mse(lambda r: np.sum(r) ** 2 / len(r)),
            "You add up first and square then: errors of opposite sign cancel. Square each first.",
        ),
        Slip(
            "one loss for each sample",
            _mse(lambda r: np.sum(r**2, axis=1)),
            "You return a loss for each sample. Their mean is asked, a number.",
        ),
        Slip(
            "one loss for each output",
            _mse(lambda r: np.mean(r**2, axis=0)),
            "You return a loss for each output. Their sum is asked, a number.",
        ),
        Slip(
            "divided by the outputs",
            _mse(lambda r: np.sum(r**2) / r.shape[1], lambda r: 2 * r / r.shape[1]),
            "You divide by the number of outputs. The mean is over samples: the number of rows.",
        ),
        Slip(
            "the gradient of the first sample",
            _mse(gradient=lambda r: 2 * r.sum(axis=0) / len(r)),
            "Your gradient is summed over the samples. Each entry of Y_pred has a slope of its"
            " own: shape (N, m).",
        ),
        Slip(
            "it writes into Y_pred",
            _mse_in_place,
            "`Y_pred -= Y` overwrites the caller's predictions. Write `residual = Y_pred - Y`.",
        ),
        Slip(
            "shapes are not compared",
            lambda Y_pred, Y: (np.sum((Y_pred - Y) ** 2) / len(Y), 2 * (Y_pred - Y) / len(Y)),
            "The formula is right. But a column and a row broadcast to a matrix without a word:"
            " compare the shapes first, and raise a ValueError if they differ.",
        ),
    ),
)


# 2. binary_cross_entropy


def _bce_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = [(_logits(rng, *size), _targets(rng, *size)) for size in _SIZES]
    cases += one_at_a_time(*((_logits(rng, 3, 2), _targets(rng, 3, 2)) for _ in "ab"))
    cases += [(rng.integers(1, 4, (2, 3)), rng.integers(0, 2, (2, 3)))]  # whole numbers
    soft = np.round(rng.uniform(0.1, 0.9, (3, 2)), 2)
    cases += [(_logits(rng, 3, 2), soft)]
    big = 10.0 * rng.integers(5, 9)  # a float has lost 1 - p here, and nothing overflows yet
    cases += [(np.array([[big], [-big]]), np.array([[0.0], [1.0]]))]
    cases += [(np.array([[big], [-big]]), np.array([[1.0], [0.0]]))]
    huge = 100.0 * rng.integers(8, 13)  # e^z overflows
    cases += [(np.array([[huge, 1.0]]), np.array([[0.0, 1.0]]))]  # one sign alone: each side
    cases += [(np.array([[-huge], [-1.0]]), np.array([[1.0], [0.0]]))]  # of the identity has one
    cases += [(np.array([[huge], [-huge], [0.0]]), np.array([[1.0], [0.0], [1.0]]))]
    cases += [(_logits(rng, 2, 1), np.array(bad)) for bad in ([[1.0], [-1.0]], [[2.0], [1.0]])]
    return cases + _misfits(rng)


def _logits(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw logits that are neither 0 nor far out."""
    return np.round(rng.uniform(0.3, 3.0, shape) * rng.choice([-1, 1], shape), 2)


def _targets(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.integers(0, 2, shape).astype(float)


def _p(Z):
    return 0.5 + 0.5 * np.tanh(Z / 2)


def _terms(Z, Y):
    return np.logaddexp(0, Z) - Y * Z


def _bce(
    loss=lambda Z, Y: np.sum(_terms(Z, Y)) / len(Y),
    gradient=lambda Z, Y: (_p(Z) - Y) / len(Y),
    refused=lambda Y: Y.min() < 0 or Y.max() > 1,
):
    """Make the right function, but for what is given otherwise."""

    def answer(Z, Y):
        if refused(Y):
            raise ValueError("refused, as the exercise asks")
        with np.errstate(all="ignore"):
            return loss(Z, Y), gradient(Z, Y)

    return _fitting(answer)


def _naive(Z, Y):
    p = 1 / (1 + np.exp(-Z))
    return -np.sum(Y * np.log(p) + (1 - Y) * np.log(1 - p)) / len(Y)


def _clipped(Z, Y):
    p = np.clip(_p(Z), 1e-12, 1 - 1e-12)
    return -np.sum(Y * np.log(p) + (1 - Y) * np.log(1 - p)) / len(Y)


def _padded(Z, Y):
    p = 1 / (1 + np.exp(-Z))
    return -np.sum(Y * np.log(p + 1e-12) + (1 - Y) * np.log(1 - p + 1e-12)) / len(Y)


def _one_plus_exp(Z, Y):
    return np.sum(np.log(1 + np.exp(Z)) - Y * Z) / len(Y)


def _pulled_out(Z, Y):
    return np.sum(Z + np.log1p(np.exp(-Z)) - Y * Z) / len(Y)


def _without_maximum(Z, Y):
    return np.sum(np.log1p(np.exp(-np.abs(Z))) - Y * Z) / len(Y)


def _absolute(Z, Y):
    return np.sum(np.abs(Z) + np.log1p(np.exp(-np.abs(Z))) - Y * Z) / len(Y)


def _of_probabilities(Z, Y):
    return -np.sum(Y * np.log(Z) + (1 - Y) * np.log(1 - Z)) / len(Y)


def _overflowing_slope(Z, Y):
    return (np.exp(Z) / (1 + np.exp(Z)) - Y) / len(Y)


def _slope_by_p(Z, Y):
    p = _p(Z)
    return (p - Y) / (p * (1 - p)) / len(Y)


BINARY_CROSS_ENTROPY = Function(
    name="binary_cross_entropy",
    points=40,
    inputs=_bce_inputs,
    parameters={"Z": "(N, m)", "Y": "(N, m)"},
    returns={"loss": "", "gradient": "(N, m)"},
    hints=(
        "Lecture 2, section 5 has two sides of one identity. Each overflows for one sign of z:"
        " which can you write with |z|, so that it never does?",
        "log(1 + e^z) = max(z, 0) + log(1 + e^(-|z|)). For the gradient, write σ(z) with e^(-|z|)"
        " too: 1/(1 + e^-z) where z is positive, e^z/(1 + e^z) where it is negative.",
        "`small = np.exp(-np.abs(Z))`, then `np.maximum(Z, 0) + np.log1p(small) - Y * Z` for each"
        " term, and `p = np.where(Z >= 0, 1, small) / (1 + small)`. Sum, divide by len(Y).",
    ),
    slips=(
        Slip(
            "the logarithm of a rounded answer",
            _bce(_naive),
            "You take the logarithm of p. From z = 37 on, p is rounded to 1 and log(1 - p) is"
            " infinite. Work with the logit: log(1 + e^z) - y z.",
        ),
        Slip(
            "p is clipped",
            _bce(_clipped),
            "You clip p. The infinity is gone, and the loss is capped near 28 where z itself is"
            " right. Work with the logit, and nothing needs to be clipped.",
        ),
        Slip(
            "a small number inside the logarithm",
            _bce(_padded),
            "You add a small number inside the logarithm. It changes every answer a little, and"
            " caps the loss where p is rounded. Work with the logit.",
        ),
        Slip(
            "the logits are clipped",
            _bce(lambda Z, Y: np.sum(_terms(np.clip(Z, -30, 30), Y)) / len(Y)),
            "You clip the logits. A loss of 1000 is reported as the clip's edge. With e^-|z|"
            " nothing overflows, and nothing needs to be clipped.",
        ),
        Slip(
            "the minimum in place of the maximum",
            _bce(
                lambda Z, Y: (
                    np.sum(np.minimum(Z, 0) + np.log1p(np.exp(-np.abs(Z))) - Y * Z) / len(Y)
                )
            ),
            "You have min(z, 0) in front. It is the *positive* z that is pulled out: max(z, 0).",
        ),
        Slip(
            "the target's term is added",
            _bce(lambda Z, Y: np.sum(np.logaddexp(0, Z) + Y * Z) / len(Y)),
            "You add y z. It is subtracted: where the answer is yes, a large logit is good.",
        ),
        Slip(
            "the target's term is forgotten",
            _bce(lambda Z, Y: np.sum(np.logaddexp(0, Z)) / len(Y)),
            "Your loss does not know the targets. Subtract y z in each term.",
        ),
        Slip(
            "the gradient with e^-|z| for every sign",
            _bce(gradient=lambda Z, Y: (_p(np.abs(Z)) - Y) / len(Y)),
            "1/(1 + e^-|z|) is σ(|z|): right for positive z alone. For negative z, e^-|z| stands"
            " above the line too.",
        ),
        Slip(
            "e^z overflows",
            _bce(_one_plus_exp),
            "log(1 + e^z) is the right formula, and e^z overflows near z = 710. For positive z pull"
            " z out: z + log(1 + e^-z).",
        ),
        Slip(
            "e^-z overflows",
            _bce(_pulled_out),
            "You pull z out always. For negative z, e^-z overflows: take the other side there.",
        ),
        Slip(
            "the maximum is forgotten",
            _bce(_without_maximum),
            "log(1 + e^-|z|) is log(1 + e^z) for negative z only. For positive z there is a z in"
            " front: max(z, 0).",
        ),
        Slip(
            "|z| in place of max(z, 0)",
            _bce(_absolute),
            "You have |z| in front. For negative z nothing was pulled out: max(z, 0).",
        ),
        Slip(
            "the logits are taken for probabilities",
            _bce(_of_probabilities, lambda Z, Y: (Z - Y) / len(Y)),
            "You use Z as if it were p. These are logits, any real numbers: p = σ(z).",
        ),
        Slip(
            "the gradient with z in place of p",
            _bce(gradient=lambda Z, Y: (Z - Y) / len(Y)),
            "The gradient is *answer* minus target: σ(z) - y, and you have z - y.",
        ),
        Slip(
            "the gradient with the other sign",
            _bce(gradient=lambda Z, Y: (Y - _p(Z)) / len(Y)),
            "Your gradient has the other sign. It is answer minus target.",
        ),
        Slip(
            "the slope of the sigmoid is still there",
            _bce(gradient=lambda Z, Y: (_p(Z) - Y) * _p(Z) * (1 - _p(Z)) / len(Y)),
            "You multiply by p (1 - p). For cross-entropy it has cancelled; with it you have the"
            " saturating slope of the squared error.",
        ),
        Slip(
            "the slope by p",
            _bce(gradient=_slope_by_p),
            "You return the slope by the probability p. By the logit it is multiplied by p (1 - p),"
            " which cancels the denominator: p - y.",
        ),
        Slip(
            "the gradient overflows",
            _bce(gradient=_overflowing_slope),
            "e^z/(1 + e^z) is infinity by infinity for large z. Use e^-|z|, and the form that fits"
            " the sign of z.",
        ),
        Slip(
            "the gradient is that of a sum",
            _bce(gradient=lambda Z, Y: _p(Z) - Y),
            "Your loss is right. The mean over samples divides its gradient by N too.",
        ),
        Slip(
            "the mean over all entries",
            _bce(lambda Z, Y: np.mean(_terms(Z, Y)), lambda Z, Y: (_p(Z) - Y) / Y.size),
            "You divide by N m. Outputs are summed, and the mean is over samples alone.",
        ),
        Slip(
            "the loss alone is the mean over all entries",
            _bce(lambda Z, Y: np.mean(_terms(Z, Y))),
            "Your gradient is right. The loss divides by N m: `np.mean` counts outputs too.",
        ),
        Slip(
            "the gradient alone is divided by all entries",
            _bce(gradient=lambda Z, Y: (_p(Z) - Y) / Y.size),
            "Your loss is right. The gradient divides by N m in place of N.",
        ),
        Slip(
            "the sum",
            _bce(lambda Z, Y: np.sum(_terms(Z, Y)), lambda Z, Y: _p(Z) - Y),
            "You sum over samples too: divide both results by N.",
        ),
        Slip(
            "the loss is a sum",
            _bce(lambda Z, Y: np.sum(_terms(Z, Y))),
            "Your gradient is right. The loss is still to be divided by N.",
        ),
        Slip(
            "the loss with the other sign",
            _bce(lambda Z, Y: -np.sum(_terms(Z, Y)) / len(Y)),
            "Your loss is negative. A probability is at most 1, so minus its logarithm is above 0.",
        ),
        Slip(
            "bits in place of nats",
            _bce(lambda Z, Y: np.sum(_terms(Z, Y)) / len(Y) / np.log(2)),
            "You use the logarithm to base 2: bits. In nats it is the natural one.",
        ),
        Slip(
            "one loss for each sample",
            _bce(lambda Z, Y: np.sum(_terms(Z, Y), axis=1)),
            "You return a loss for each sample. Their mean is asked, a number.",
        ),
        Slip(
            "z is forgotten beside the target",
            _bce(lambda Z, Y: np.sum(np.logaddexp(0, Z) - Y) / len(Y)),
            "You subtract the target alone. The second term is the target times the logit: y z.",
        ),
        Slip(
            "only the yes counts",
            _bce(lambda Z, Y: np.sum(Y * np.logaddexp(0, -Z)) / len(Y)),
            "You count -y log p alone. Where the answer is no, -(1 - y) log(1 - p) is added.",
        ),
        Slip(
            "targets are not looked at",
            _bce(refused=lambda Y: False),
            "The formula is right. A target is a probability: refuse one outside [0, 1], as labels"
            " of -1 and 1 would be.",
        ),
        Slip(
            "targets below 0 are let through",
            _bce(refused=lambda Y: Y.max() > 1),
            "A target above 1 is refused as it should be. One below 0 is not yet: the *smallest*"
            " target decides that, and labels of -1 are the usual case.",
        ),
        Slip(
            "targets above 1 are let through",
            _bce(refused=lambda Y: Y.min() < 0),
            "A target below 0 is refused as it should be. One above 1 is not yet: the *largest*"
            " target decides that. Class numbers 0, 1, 2 are the usual case.",
        ),
        Slip(
            "shapes are not compared",
            lambda Z, Y: _bce()(*np.broadcast_arrays(Z, Y)),
            "The formula is right. But a column and a row broadcast to a matrix without a word:"
            " compare the shapes first, and raise a ValueError if they differ.",
        ),
    ),
    equivalent={
        "p = np.where(Z >= 0, 1, small) / (1 + small) -> p = np.where(Z > 0, 1, small)"
        " / (1 + small)": "at z = 0 small is 1: both sides agree",
    },
)


# 3. numerical_gradient


def _loss(name: str, **settings: float) -> Build:
    return Build(f"course_lib.landscapes:{name}().loss", tuple(settings.items()))


def _difference_inputs(rng: np.random.Generator) -> list[Arguments]:
    bowl, valley, beale = _loss("quadratic", kappa=10.0), _loss("rosenbrock"), _loss("beale")
    cases: list[Arguments] = [(_loss("cosh"), _away(rng, 1)) for _ in "12"]
    cases += [(bowl, _away(rng, 2)) for _ in "1234"]
    cases += [(valley, _away(rng, 2)) for _ in "123"]
    cases += [(beale, _away(rng, 2)) for _ in "12"]
    cases += one_at_a_time((bowl, _away(rng, 2)), (beale, _away(rng, 2)))
    cases += [(bowl, rng.integers(1, 4, 2))]  # whole numbers
    cases += [(_loss("cosh"), rng.integers(1, 3, 1))]  # and a slope that is none
    cases += [(_loss("cosh"), _away(rng, 1), keywords(h=0.5)) for _ in "12"]
    cases += [(valley, _away(rng, 2), keywords(h=0.1))]
    return cases + [(bowl, _away(rng, 2), keywords(h=h)) for h in (0.0, -0.1)]  # to be refused


def _away(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw coordinates that are neither 0 nor far out."""
    return np.round(rng.uniform(0.3, 1.6, n) * rng.choice([-1, 1], n), 2)


def _central(loss, theta, step, h):
    return (loss(theta + step) - loss(theta - step)) / (2 * h)


def _differences(quotient=_central, refused=lambda h: h <= 0, result=lambda g: g):
    """Make the right function, but for what is given otherwise."""

    def numerical_gradient(loss, theta, *, h=1e-5):
        if refused(h):
            raise ValueError("refused, as the exercise asks")
        with np.errstate(all="ignore"):
            steps = np.float64(h) * np.eye(len(theta))
            return result(np.array([quotient(loss, theta, step, np.float64(h)) for step in steps]))

    return numerical_gradient


def _swallowed(loss, theta, step, h):
    above, below = theta.copy(), theta.copy()
    above[step > 0] = (theta + step)[step > 0]  # an array of whole numbers cuts decimals off
    below[step > 0] = (theta - step)[step > 0]
    return (loss(above) - loss(below)) / (2 * h)


def _left_moved(loss, theta, *, h=1e-5):
    if h <= 0:
        raise ValueError("refused, as the exercise asks")
    gradient = np.zeros(len(theta))
    for i in range(len(theta)):
        theta[i] += h
        above = loss(theta)
        theta[i] -= 2 * h
        gradient[i] = (above - loss(theta)) / (2 * h)
    return gradient


def _like_theta(loss, theta, *, h=1e-5):
    return _differences()(loss, theta, h=h).astype(theta.dtype)


def _steps_add_up(loss, theta, *, h=1e-5):
    if h <= 0:
        raise ValueError("refused, as the exercise asks")
    step, gradient = np.zeros(len(theta)), np.zeros(len(theta))
    for i in range(len(theta)):
        step[i] = h
        gradient[i] = (loss(theta + step) - loss(theta - step)) / (2 * h)
    return gradient


def _last_left_out(g):
    g[-1] = 0.0
    return g


NUMERICAL_GRADIENT = Function(
    name="numerical_gradient",
    points=30,
    inputs=_difference_inputs,
    parameters={"loss": "", "theta": "(n,)", "h": ""},
    returns={"gradient": "(n,)"},
    tolerance=Tolerance(
        relative=1e-7,
        absolute=1e-7,
        reason="two losses near 100 differ by a round-off of 1e-14, which 2h turns into 1e-9; a"
        " one-sided difference is off by 5e-6 or more",
    ),
    hints=(
        "Section 6 measured rates along many directions. Which n directions give the n partial"
        " derivatives?",
        "In a loop over i: a step that is h at place i and 0 elsewhere, the loss on either side of"
        " theta, and their difference over the distance of the two points, 2h.",
        "`step = np.zeros(len(theta)); step[i] = h`, made anew in every turn, then"
        " `(loss(theta + step) - loss(theta - step)) / (2 * h)`. Refuse `h <= 0` first.",
    ),
    slips=(
        Slip(
            "one-sided differences",
            _differences(lambda L, t, s, h: (L(t + s) - L(t)) / h),
            "(loss(theta + h) - loss(theta))/h is off by h/2 times the second derivative. Take both"
            " sides: that error cancels.",
        ),
        Slip(
            "one-sided, below",
            _differences(lambda L, t, s, h: (L(t) - L(t - s)) / h),
            "(loss(theta) - loss(theta - h))/h looks down only, and is off by h/2 times the second"
            " derivative. Take both sides.",
        ),
        Slip(
            "divided by h",
            _differences(lambda *a: 2 * _central(*a)),
            "The two points theta + h and theta - h are 2h apart: divide by 2 * h.",
        ),
        Slip(
            "the lower point is not moved",
            _differences(lambda L, t, s, h: (L(t + s) - L(t)) / (2 * h)),
            "loss(theta + h) - loss(theta) spans h, and you divide by 2h. Take loss(theta - h) for"
            " the lower point.",
        ),
        Slip(
            "the upper point is not moved",
            _differences(lambda L, t, s, h: (L(t) - L(t - s)) / (2 * h)),
            "loss(theta) - loss(theta - h) spans h, and you divide by 2h. Take loss(theta + h) for"
            " the upper point.",
        ),
        Slip(
            "not divided",
            _differences(lambda L, t, s, h: L(t + s) - L(t - s)),
            "A difference of losses is no slope yet: divide it by the distance of the two points,"
            " 2 * h.",
        ),
        Slip(
            "divided by 2, multiplied by h",
            _differences(lambda L, t, s, h: (L(t + s) - L(t - s)) / 2 * h),
            "`/ 2 * h` divides by 2, then multiplies by h. With parentheses, `/ (2 * h)`, it"
            " divides by both.",
        ),
        Slip(
            "divided by 2 alone",
            _differences(lambda L, t, s, h: (L(t + s) - L(t - s)) / 2),
            "The two points are 2h apart, so divide by `(2 * h)`: the h is missing.",
        ),
        Slip(
            "the two sides are exchanged",
            _differences(lambda *a: -_central(*a)),
            "Your differences have the other sign: loss(theta + step) comes first, minus"
            " loss(theta - step).",
        ),
        Slip(
            "the losses are added",
            _differences(lambda L, t, s, h: (L(t + s) + L(t - s)) / (2 * h)),
            "You add the two losses. A slope is their difference, over the distance.",
        ),
        Slip(
            "the loss above alone",
            _differences(lambda L, t, s, h: L(t + s) / (2 * h)),
            "A slope takes two losses: subtract loss(theta - step).",
        ),
        Slip(
            "the loss below alone",
            _differences(lambda L, t, s, h: L(t - s) / (2 * h)),
            "A slope takes two losses: loss(theta + step) comes first.",
        ),
        Slip(
            "the loss below, with a minus",
            _differences(lambda L, t, s, h: -L(t - s) / (2 * h)),
            "A slope takes two losses: loss(theta + step) comes first.",
        ),
        Slip(
            "the step without theta",
            _differences(lambda L, t, s, h: (L(s) - L(t - s)) / (2 * h)),
            "The upper point is theta + step; yours is the step alone.",
        ),
        Slip(
            "the step without theta, below",
            _differences(lambda L, t, s, h: (L(t + s) - L(s)) / (2 * h)),
            "The lower point is theta - step; yours is the step alone.",
        ),
        Slip(
            "a step of 1",
            _differences(lambda L, t, s, h: (L(t + s / h) - L(t - s / h)) / (2 * h)),
            "You step by 1 and divide by 2h. The step along coordinate i is h: h times e_i.",
        ),
        Slip(
            "the difference without parentheses",
            _differences(lambda L, t, s, h: L(t + s) - L(t - s) / (2 * h)),
            "`a - b / (2 * h)` divides b alone. Put the difference in parentheses first.",
        ),
        Slip(
            "all coordinates moved at once, once",
            _differences(
                lambda L, t, s, h: (L(t + h) - L(t - h)) / (2 * h), result=lambda g: float(g[0])
            ),
            "theta + h moves every coordinate, and gives one number: the rate along (1, 1, ...)."
            " Move one coordinate at a time, and collect a number for each.",
        ),
        Slip(
            "all coordinates moved at once",
            _differences(lambda L, t, s, h: (L(t + h) - L(t - h)) / (2 * h)),
            "theta + h moves every coordinate: that is the rate along (1, 1, ...), the sum of the"
            " partial derivatives. Move one coordinate at a time.",
        ),
        Slip(
            "the step is not set back",
            _steps_add_up,
            "Your step keeps the h of the coordinates before, so the second moves two at once. Make"
            " a new `step = np.zeros(len(theta))` in every turn of the loop.",
        ),
        Slip(
            "summed over the coordinates",
            _differences(result=np.sum),
            "You return one number. A gradient has an entry for each coordinate: collect them in an"
            " array of shape (n,).",
        ),
        Slip(
            "the length of the gradient",
            _differences(result=lambda g: np.sqrt(np.sum(g**2))),
            "You return the gradient's length. The vector itself is asked, shape (n,).",
        ),
        Slip(
            "made a unit vector",
            _differences(result=lambda g: g / np.sqrt(np.sum(g**2))),
            "You divide by the length. That leaves the direction of steepest ascent, and loses its"
            " rate.",
        ),
        Slip(
            "the sizes",
            _differences(result=np.abs),
            "You take sizes. A slope has a sign: it says which way is up.",
        ),
        Slip(
            "the last coordinate is left out",
            _differences(result=_last_left_out),
            "Your loop ends one coordinate early: `range(len(theta))` has them all.",
        ),
        Slip(
            "the first coordinate alone",
            _differences(result=lambda g: g[0]),
            "You return in the first turn of the loop. Does `return` stand inside it?",
        ),
        Slip(
            "theta is written into",
            _left_moved,
            "You write into theta. Left moved, it is another point for the next coordinate, and the"
            " caller's theta is changed. `theta + step` leaves theta alone.",
        ),
        Slip(
            "whole numbers swallow h",
            _differences(_swallowed),
            "A copy of an array of whole numbers holds whole numbers: written into it, 1 + h is 1,"
            " and 1 - h is 0. `theta + step` with a float step is a float.",
        ),
        Slip(
            "the slopes have the type of theta",
            _like_theta,
            "`np.zeros_like(theta)` holds whole numbers if theta does, and cuts the slopes off."
            " `np.zeros(len(theta))` holds floats.",
        ),
        Slip(
            "h is ignored",
            _differences(lambda L, t, s, h: _central(L, t, s / h * 1e-5, 1e-5)),
            "Use the h that the caller gives: with another h, another difference comes out.",
        ),
        Slip(
            "bad h is not refused",
            _differences(refused=lambda h: False),
            "The differences are right. But h = 0 divides 0 by 0, and a negative h is a mistake of"
            " the caller: raise a ValueError for `h <= 0`.",
        ),
        Slip(
            "h = 0 is let through",
            _differences(refused=lambda h: h < 0),
            "h = 0 divides 0 by 0: refuse `h <= 0`, not only h < 0.",
        ),
        Slip(
            "negative h is let through",
            _differences(refused=lambda h: h == 0),
            "A negative h is a mistake of the caller: refuse `h <= 0`, not only 0.",
        ),
    ),
    equivalent={
        "gradient = np.zeros(len(theta)) -> gradient = np.ones(len(theta))": (
            "every entry is written before it is read"
        ),
    },
)

FUNCTIONS = (MSE, BINARY_CROSS_ENTROPY, NUMERICAL_GRADIENT)
