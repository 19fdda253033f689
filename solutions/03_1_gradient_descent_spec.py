"""Spec of the exercises to 3.1: inputs, hints and known slips; the reference is the notebook.

The letter n counts parameters. The quadratics are made from their curvatures, so that those stay
away from 0, where rounding would decide what is refused.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Function, Slip, keywords, one_at_a_time


def _numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random numbers with two decimals: short to read where a case is shown."""
    return np.round(rng.normal(scale=2.0, size=shape), 2)


def _quadratic(rng: np.random.Generator, *curvatures: float) -> np.ndarray:
    """Draw a symmetric matrix with about these eigenvalues, along random directions."""
    n = len(curvatures)
    Q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    H = np.round(Q @ np.diag(curvatures) @ Q.T, 2)
    return np.tril(H) + np.tril(H, -1).T


def _curvatures(rng: np.random.Generator, n: int) -> list[float]:
    """Draw n of them from 0.4 to 9, the largest well apart from the smallest."""
    between = rng.uniform(1.0, 5.0, size=max(n - 2, 0))
    ends = [rng.uniform(0.4, 0.9), rng.uniform(6.0, 9.0)]
    return [*ends[-n:], *between] if n > 1 else [rng.uniform(2.0, 9.0)]


# 1. gradient_step


def _step_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = [
        (_numbers(rng, n), _numbers(rng, n), keywords(eta=round(rng.uniform(0.05, 0.9), 2)))
        for n in (1, 1, 2, 3, 3, 5, 8)
    ]
    cases += [(_numbers(rng, 4), _numbers(rng, 4), keywords(eta=eta)) for eta in (0.01, 1.0, 2.5)]
    base, other = ((_numbers(rng, 3), _numbers(rng, 3)) for _ in "ab")
    cases += [(*pair, keywords(eta=0.3)) for pair in one_at_a_time(base, other)]
    cases += [(*base, keywords(eta=0.6)), (base[0], np.zeros(3), keywords(eta=0.3))]
    whole = rng.integers(-9, 10, (2, 3))
    cases += [(whole[0], whole[1], keywords(eta=eta)) for eta in (0.1, 2)]
    # A column against a row broadcasts to a matrix: a mistake that makes no noise.
    row, column = _numbers(rng, 2), _numbers(rng, 2, 1)
    cases += [(row, column, keywords(eta=0.1)), (_numbers(rng, 3), row[:1], keywords(eta=0.1))]
    return [*cases, *((*base, keywords(eta=eta)) for eta in (0.0, -0.3))]


def _step_in_place(theta, g, *, eta):
    theta -= eta * g
    return theta


def _refusing(step):
    """Make a step that refuses what the task says, so that it goes wrong elsewhere alone."""

    def gradient_step(theta, g, *, eta):
        if theta.shape != g.shape or eta <= 0:
            raise ValueError
        return step(theta, g, eta)

    return gradient_step


def _step_any_shape(theta, g, *, eta):
    if eta <= 0:
        raise ValueError
    return theta - eta * g


def _step_lengths_compared(theta, g, *, eta):
    if len(theta) != len(g) or eta <= 0:
        raise ValueError
    return theta - eta * g


def _step_any_rate(theta, g, *, eta):
    if theta.shape != g.shape:
        raise ValueError
    return theta - eta * g


def _step_rate_zero(theta, g, *, eta):
    if theta.shape != g.shape or eta < 0:
        raise ValueError
    return theta - eta * g


GRADIENT_STEP = Function(
    name="gradient_step",
    points=25,
    inputs=_step_inputs,
    parameters={"theta": "(n,)", "g": "(n,)", "eta": ""},
    returns={"theta_next": "(n,)"},
    hints=(
        "The gradient points where the loss grows fastest. Which way do you go, and how far?",
        "Start from theta. Take away eta times the gradient, entry by entry: NumPy needs no loop.",
        "Refuse first: `if theta.shape != g.shape or eta <= 0: raise ValueError(...)`. Then the"
        " new parameters are theta, minus the product of eta and g.",
    ),
    slips=(
        Slip(
            "with the gradient, as the article has it",
            _refusing(lambda theta, g, eta: theta + eta * g),
            "You step in the direction of the gradient, as the article puts it: that is where the"
            " loss grows fastest. Descent goes against it, with a minus.",
        ),
        Slip(
            "the step alone",
            _refusing(lambda _theta, g, eta: -eta * g),
            "That is the step, -eta g. Where does it arrive, if it starts at theta?",
        ),
        Slip(
            "the length of the step alone",
            _refusing(lambda _theta, g, eta: eta * g),
            "That is eta g. Take it away from theta.",
        ),
        Slip(
            "eta is forgotten",
            _refusing(lambda theta, g, _eta: theta - g),
            "You take the whole gradient as the step. It is to be multiplied by eta.",
        ),
        Slip(
            "divided by eta",
            _refusing(lambda theta, g, eta: theta - g / eta),
            "You divide by eta, so that a smaller rate makes a larger step. Multiply.",
        ),
        Slip(
            "theta and g exchanged",
            _refusing(lambda theta, g, eta: g - eta * theta),
            "You have g - eta theta. It is theta that moves, and g that says how.",
        ),
        Slip(
            "a step of fixed length",
            _refusing(lambda theta, g, eta: theta - eta * g / max(np.linalg.norm(g), 1e-300)),
            "You divide the gradient by its norm, so every step has the length eta. Then descent"
            " cannot settle: near the bottom its steps must get shorter, as the gradient does.",
        ),
        Slip(
            "only the sign of the gradient",
            _refusing(lambda theta, g, eta: theta - eta * np.sign(g)),
            "You use the signs of the gradient. Its sizes count too: a steep direction moves more.",
        ),
        Slip(
            "the sizes of the gradient",
            _refusing(lambda theta, g, eta: theta - eta * np.abs(g)),
            "You take the gradient's sizes, so every parameter goes down. Where an entry of g is"
            " negative, its parameter must go up: keep the signs.",
        ),
        Slip(
            "parentheses",
            _refusing(lambda theta, g, eta: (theta - eta) * g),
            "You subtract eta from theta and multiply by g. First the product eta g, then the"
            " difference: theta - eta * g.",
        ),
        Slip(
            "the square of the norm",
            _refusing(lambda theta, g, eta: theta - eta * np.sum(g * g)),
            "g times g is one number, the square of the norm: what a step gains, to first order."
            " The step itself is eta times the vector g.",
        ),
        Slip(
            "theta is scaled",
            _refusing(lambda theta, g, eta: theta * (1 - eta * g)),
            "You multiply theta by 1 - eta g. On a bowl the *curvature* stands there, not the"
            " gradient: 1 - eta lambda. In general subtract eta g from theta.",
        ),
        Slip(
            "one number for all",
            _refusing(lambda theta, g, eta: theta - eta * np.sum(g)),
            "You add the gradient up, and move every parameter by the same amount. Each has an"
            " entry of its own in g.",
        ),
        Slip(
            "a mean of the gradient",
            _refusing(lambda theta, g, eta: theta - eta * np.mean(g)),
            "You take the mean of the gradient, and move every parameter by the same amount. Each"
            " has an entry of its own in g.",
        ),
        Slip(
            "divided by n",
            _refusing(lambda theta, g, eta: theta - eta * g / len(g)),
            "You divide by n. If the loss is a mean, its gradient has that factor already.",
        ),
        Slip(
            "it writes into theta",
            _step_in_place,
            "`theta -= ...` overwrites the caller's parameters, and fails for whole numbers. Write"
            " `theta - ...`, which makes a new array.",
        ),
        Slip(
            "the rate is not checked, nor are the shapes",
            lambda theta, g, *, eta: theta - eta * g,
            "The step is right. But a column (n, 1) against a row (n,) makes a matrix without a"
            " word, and a rate of 0 or below does not descend: refuse both with a ValueError.",
        ),
        Slip(
            "shapes are not compared",
            _step_any_shape,
            "The step is right. But theta (n,) and g (n, 1) broadcast to a matrix (n, n) without a"
            " word: compare the shapes first, and raise a ValueError if they differ.",
        ),
        Slip(
            "lengths are compared",
            _step_lengths_compared,
            "The step is right. But you compare lengths, and (n,) and (n, 1) have the same: compare"
            " `theta.shape` with `g.shape`.",
        ),
        Slip(
            "the rate is not checked",
            _step_any_rate,
            "The step is right. But with eta = 0 nothing moves, and below 0 it climbs: raise a"
            " ValueError for eta <= 0.",
        ),
        Slip(
            "a rate of 0 is let through",
            _step_rate_zero,
            "With eta = 0 nothing ever moves. The task refuses it too: eta <= 0.",
        ),
    ),
)


# 2. critical_learning_rate


def _critical_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases = [(_quadratic(rng, *_curvatures(rng, n)),) for n in (1, 1, 2, 2, 2, 3, 3, 4, 5)]
    cases += [(np.diag(np.round(rng.uniform(0.5, 9, 3), 2)),), (np.array([[5, 2], [2, 3]]),)]
    cases += [(np.diag(rng.permutation([1, 4, 30])),), (0.01 * _quadratic(rng, 1.0, 7.0),)]
    cases += [(np.array([[1.0, 0.9], [0.9, 1.0]]),)]  # ones on the diagonal, curvature 1.9
    cases += [(_quadratic(rng, 3.0, 8.0, -2.0),), (_quadratic(rng, -9.0, 4.0),)]  # saddles
    cases += [(_quadratic(rng, -7.0, 5.0, -2.0),)]  # one with a determinant above 0
    cases += [(np.array([[-1.5]]),), (np.array([[1, 2], [2, 1]]),), (np.array([[0.0]]),)]
    return [*cases, (np.diag([2.0, 0.0]),), (np.diag([0, -3]),)]


def _critical(of_the_curvatures):
    """Make a function that refuses what the task says, and else answers by the eigenvalues."""

    def critical_learning_rate(H):
        lambdas = np.linalg.eigvalsh(H)
        if lambdas.min() <= 0:
            raise ValueError
        return of_the_curvatures(lambdas, H)

    return critical_learning_rate


def _critical_zero_passes(H):
    lambdas = np.linalg.eigvalsh(H)
    if lambdas.min() < 0:
        raise ValueError
    return 2 / lambdas.max() if lambdas.max() > 0 else np.inf


def _critical_largest_checked(H):
    lambdas = np.linalg.eigvalsh(H)
    if lambdas.max() <= 0:
        raise ValueError
    return 2 / lambdas.max()


def _critical_if(positive):
    """Make a function that asks for something else than positive eigenvalues."""

    def critical_learning_rate(H):
        if not positive(H):
            raise ValueError
        return 2 / np.linalg.eigvalsh(H).max()

    return critical_learning_rate


CRITICAL_LEARNING_RATE = Function(
    name="critical_learning_rate",
    points=40,
    inputs=_critical_inputs,
    parameters={"H": "(n, n)"},
    returns={"eta": ""},
    hints=(
        "Along one eigenvector a step multiplies the error by 1 - ηλ. For which η does it shrink?"
        " And now all eigenvectors share one η.",
        "The steepest direction is the first to fail. `np.linalg.eigvalsh(H)` gives the curvatures"
        " of a symmetric matrix; look at the smallest too, for what is to be refused.",
        "`lambdas = np.linalg.eigvalsh(H)`; a ValueError if the smallest is not above 0; then 2"
        " over the largest.",
    ),
    slips=(
        Slip(
            "half of it",
            _critical(lambda lambdas, _H: 1 / lambdas.max()),
            "1/λ_max is where the steepest direction arrives in a single step. It converges up to"
            " twice that rate: |1 - ηλ| < 1 means ηλ < 2.",
        ),
        Slip(
            "the flattest direction",
            _critical(lambda lambdas, _H: 2 / lambdas.min()),
            "You take the smallest curvature. The flat direction bears a large rate, but all share"
            " one, and the steepest fails first.",
        ),
        Slip(
            "the best rate",
            _critical(lambda lambdas, _H: 2 / (lambdas.min() + lambdas.max())),
            "That is the rate at which descent converges fastest, 2/(λ_min + λ_max). It still"
            " converges above, up to 2/λ_max.",
        ),
        Slip(
            "upside down",
            _critical(lambda lambdas, _H: lambdas.max() / 2),
            "You have λ_max/2. The sharper a valley bends, the *smaller* the rate that it bears.",
        ),
        Slip(
            "twice the curvature",
            _critical(lambda lambdas, _H: 2 * lambdas.max()),
            "You multiply by the curvature. ηλ < 2 is to be solved for η: divide.",
        ),
        Slip(
            "the curvature itself",
            _critical(lambda lambdas, _H: lambdas.max()),
            "That is the largest curvature λ_max. Which η makes |1 - ηλ_max| reach 1?",
        ),
        Slip(
            "one rate for each direction",
            _critical(lambda lambdas, _H: 2 / lambdas),
            "You return a limit for each direction. There is one rate for all, so one limit: the"
            " smallest of yours.",
        ),
        Slip(
            "the diagonal",
            _critical(lambda _lambdas, H: 2 / np.diag(H).max()),
            "You take the largest entry of H, which stands on its diagonal: the curvature along an"
            " *axis*. Between the axes H may bend more: [[1, 0.9], [0.9, 1]] has the curvature"
            " 1.9. Take eigenvalues.",
        ),
        Slip(
            "the trace",
            _critical(lambda lambdas, _H: 2 / lambdas.sum()),
            "You divide by the sum of the curvatures, the trace of H. That is safe and too small:"
            " only the largest counts.",
        ),
        Slip(
            "the mean curvature",
            _critical(lambda lambdas, _H: 2 / lambdas.mean()),
            "You divide by the mean curvature. The steepest direction bends more than the mean,"
            " and is the first to diverge.",
        ),
        Slip(
            "the norm of all entries",
            _critical(lambda _lambdas, H: 2 / np.linalg.norm(H)),
            "np.linalg.norm(H) is the root of the sum of all squared entries. The largest"
            " eigenvalue is smaller; for a positive H it is np.linalg.norm(H, 2).",
        ),
        Slip(
            "the determinant",
            _critical(lambda lambdas, _H: 2 / lambdas.prod()),
            "You divide by the product of the curvatures. They do not act together: each has its"
            " own direction.",
        ),
        Slip(
            "the largest row sum",
            _critical(lambda _lambdas, H: 2 / np.abs(H).sum(axis=1).max()),
            "You divide by the largest row sum. It bounds the largest eigenvalue, and is safe, but"
            " the eigenvalue itself is asked.",
        ),
        Slip(
            "the condition number",
            _critical(lambda lambdas, _H: 2 / (lambdas.max() / lambdas.min())),
            "You divide by the condition number. κ says how *slow* descent is at its best; what it"
            " bears is decided by λ_max alone.",
        ),
        Slip(
            "bent down and let through",
            lambda H: 2 / np.linalg.eigvalsh(H).max() if np.any(H) else np.inf,
            "The formula is right. But where a curvature is negative or 0, θ* is no strict"
            " minimum, and no rate leads there from every start: raise a ValueError.",
        ),
        Slip(
            "a saddle is let through",
            _critical_largest_checked,
            "You refuse where the *largest* curvature is not above 0. On a saddle one bends down,"
            " and descent leaves along it: look at the smallest.",
        ),
        Slip(
            "the determinant is checked",
            _critical_if(lambda H: np.prod(np.linalg.eigvalsh(H)) > 1e-12),
            "You ask for a positive determinant. Two negative curvatures multiply to a positive"
            " one: look at the smallest eigenvalue.",
        ),
        Slip(
            "the diagonal is checked",
            _critical_if(lambda H: np.diag(H).min() > 0),
            "You ask for a positive diagonal, the curvatures along the axes. [[1, 2], [2, 1]] has"
            " one, and bends down along (1, -1): look at the smallest eigenvalue.",
        ),
        Slip(
            "a flat direction is let through",
            _critical_zero_passes,
            "You refuse negative curvatures only. Where one is 0, descent does not move along it,"
            " and never reaches θ*: refuse that too.",
        ),
    ),
)


# 3. convergence_rate


def _rate_inputs(rng: np.random.Generator) -> list[Arguments]:
    steep = round(rng.uniform(4, 6), 2)
    cases: list[Arguments] = [(np.array([[steep]]), 0.3)]  # ηλ from 1.2 to 1.8: to and fro
    cases += [(np.array([[steep]]), 0.1)]
    for n, product in ((2, 0.4), (2, 1.2), (2, 1.97), (3, 0.3), (3, 1.96), (4, 1.97), (5, 0.9)):
        H = _quadratic(rng, *_curvatures(rng, n))
        cases.append((H, round(product / float(np.linalg.eigvalsh(H)[-1]), 4)))
    cases += [(_quadratic(rng, 1.0, 4.0, 8.0), round(rng.uniform(0.4, 0.9), 2))]  # diverges
    cases += [(_quadratic(rng, 2.0, 7.0, -3.0), 0.1), (_quadratic(rng, -2.0, 8.0), 0.24)]  # saddles
    cases += one_at_a_time((_quadratic(rng, 0.6, 5.0), 0.2), (_quadratic(rng, 1.2, 9.0), 0.15))
    cases += [(np.diag([2, 50]), eta) for eta in (0.01, 0.05, 1)]  # whole numbers
    cases += [(np.diag([1.0, 0.9, 0.0]), 1.2)]  # a flat direction
    return [*cases, *((_quadratic(rng, 1.0, 5.0), eta) for eta in (0.0, -0.1, 0))]


def _rate(of_the_factors):
    """Make a function that refuses what the task says, and else answers by the factors."""

    def convergence_rate(H, eta):
        if eta <= 0:
            raise ValueError
        return of_the_factors(1 - eta * np.linalg.eigvalsh(H), H, eta)

    return convergence_rate


def _rate_at_best(_factors, H, _eta):
    lambdas = np.linalg.eigvalsh(H)
    return (lambdas[-1] - lambdas[0]) / (lambdas[-1] + lambdas[0])


def _rate_zero_passes(H, eta):
    if eta < 0:
        raise ValueError
    return np.abs(1 - eta * np.linalg.eigvalsh(H)).max()


def _identity_minus(H, eta):
    return np.eye(len(H)) - eta * H


CONVERGENCE_RATE = Function(
    name="convergence_rate",
    points=35,
    inputs=_rate_inputs,
    parameters={"H": "(n, n)", "eta": ""},
    returns={"rho": ""},
    hints=(
        "Along eigenvector i a step multiplies the error by 1 - ηλ_i. After many steps, which of"
        " these factors is left to be seen?",
        "The one that is largest in *size*: -0.9 outlives 0.5. `np.linalg.eigvalsh(H)` gives all"
        " the λ_i at once.",
        "Refuse eta <= 0. Then the factors are `1 - eta * np.linalg.eigvalsh(H)`; take absolute"
        " values, then the largest.",
    ),
    slips=(
        Slip(
            "no absolute value",
            _rate(lambda factors, _H, _eta: factors.max()),
            "You take the largest factor with its sign. A factor of -1.5 is smaller than one of"
            " 0.1, and it is the one that diverges: take absolute values first.",
        ),
        Slip(
            "the absolute value comes too late",
            _rate(lambda factors, _H, _eta: abs(factors.max())),
            "You take the largest factor, that of the flattest direction, and then its absolute"
            " value: one of -1.5 has lost by then against one of 0.1. Take absolute values first.",
        ),
        Slip(
            "the steepest direction alone",
            _rate(lambda factors, _H, _eta: abs(factors.min())),
            "You look at the largest curvature alone. At a small rate it is the *flattest*"
            " direction that is left over.",
        ),
        Slip(
            "the smallest factor",
            _rate(lambda factors, _H, _eta: np.abs(factors).min()),
            "You take the smallest of the factors: the direction that is done first. In the long"
            " run you see the one that is done last.",
        ),
        Slip(
            "the factor of the loss",
            _rate(lambda factors, _H, _eta: np.max(factors**2)),
            "You have ρ². That is what a step leaves of the *loss*, which goes with the square of"
            " the error. The error itself is asked.",
        ),
        Slip(
            "the best rate's",
            _rate(_rate_at_best),
            "(κ - 1)/(κ + 1) is what the *best* rate leaves. You are given an eta: use it.",
        ),
        Slip(
            "all factors",
            _rate(lambda factors, _H, _eta: np.abs(factors)),
            "You return a factor for each direction. One number is asked: the largest of them.",
        ),
        Slip(
            "all factors, with their signs",
            _rate(lambda factors, _H, _eta: factors),
            "You return a factor for each direction. One number is asked: the largest in size.",
        ),
        Slip(
            "the product of the factors",
            _rate(lambda factors, _H, _eta: np.abs(factors.prod())),
            "You multiply the factors of all directions. They do not act on one another: each"
            " direction has its own.",
        ),
        Slip(
            "the sum of the factors",
            _rate(lambda factors, _H, _eta: np.abs(factors).sum()),
            "You add the factors of all directions up. In the long run the largest alone is left.",
        ),
        Slip(
            "capped at 1",
            _rate(lambda factors, _H, _eta: min(1.0, np.abs(factors).max())),
            "You never return more than 1. Where descent diverges the error grows, and by how much"
            " is asked: leave it as it is.",
        ),
        Slip(
            "sizes of the curvatures",
            _rate(lambda _factors, H, eta: np.abs(1 - eta * np.abs(np.linalg.eigvalsh(H))).max()),
            "You take sizes of the curvatures. A negative one bends down, and descent runs away"
            " along it: 1 - ηλ is above 1. The size of the *factor* is asked.",
        ),
        Slip(
            "the mean of the factors",
            _rate(lambda factors, _H, _eta: np.abs(factors).mean()),
            "You take the mean over the directions. In the long run all but the slowest have gone.",
        ),
        Slip(
            "the norm of all entries",
            _rate(lambda _factors, H, eta: np.linalg.norm(_identity_minus(H, eta))),
            "np.linalg.norm takes the root of the sum of all squares, so all directions together."
            " The largest in size is asked.",
        ),
        Slip(
            "the diagonal",
            _rate(lambda _factors, H, eta: np.abs(1 - eta * np.diag(H)).max()),
            "You take the diagonal of H, the curvatures along the *axes*. The factors belong to"
            " the eigenvectors: take the eigenvalues.",
        ),
        Slip(
            "the steepest direction alone, with its sign",
            _rate(lambda factors, _H, _eta: factors.min()),
            "You have 1 - ηλ_max, the most negative factor, with its sign. The one largest in"
            " *size* is asked: it may be that of the flattest direction.",
        ),
        Slip(
            "entries of 1 - eta H",
            _rate(lambda _factors, H, eta: np.abs(1 - eta * H).max()),
            "You take entries of `1 - eta * H`. Factors belong to eigenvectors: put the eigenvalues"
            " of H where you have H.",
        ),
        Slip(
            "1 - eta H, without the identity",
            _rate(lambda _factors, H, eta: np.abs(np.linalg.eigvalsh(1 - eta * H)).max()),
            "`1 - eta * H` subtracts from 1 in *every* entry. The 1 stands for the identity matrix:"
            " np.eye(n) - eta H; or take eigenvalues first.",
        ),
        Slip(
            "it climbs",
            _rate(lambda factors, _H, _eta: np.abs(2 - factors).max()),
            "You have 1 + ηλ. A step is minus η times the gradient, so the factor is 1 - ηλ.",
        ),
        Slip(
            "rate times curvature",
            _rate(lambda factors, _H, _eta: np.abs(1 - factors).max()),
            "You have ηλ, what a step takes *off*. What it leaves is |1 - ηλ|.",
        ),
        Slip(
            "what is taken off",
            _rate(lambda factors, _H, _eta: 1 - np.abs(factors).max()),
            "You return 1 - ρ, the part that a step removes. What it leaves is asked.",
        ),
        Slip(
            "the rate is not checked",
            lambda H, eta: np.abs(1 - eta * np.linalg.eigvalsh(H)).max(),
            "The formula is right. With eta = 0 nothing moves, and below 0 descent climbs: raise a"
            " ValueError for eta <= 0.",
        ),
        Slip(
            "a rate of 0 is let through",
            _rate_zero_passes,
            "With eta = 0 nothing ever moves. The task refuses it too: eta <= 0.",
        ),
    ),
    equivalent={
        "factors = 1 - eta * np.linalg.eigvalsh(H) -> factors = -(1 - eta *"
        " np.linalg.eigvalsh(H))": "the absolute value comes next",
    },
)

FUNCTIONS = (GRADIENT_STEP, CRITICAL_LEARNING_RATE, CONVERGENCE_RATE)
