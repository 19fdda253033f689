"""Spec of the exercises to 5.2: inputs, hints and known slips; the reference is the notebook.

The letter n: parameters.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Build, Function, Slip, keywords


def _numbers(rng: np.random.Generator, n: int, scale: float = 1.0) -> np.ndarray:
    """Random numbers with two decimals, none near 0: short to read where a case is shown."""
    sizes = rng.uniform(0.3, 1.5, size=n) * scale
    return np.round(sizes * rng.choice([-1.0, 1.0], size=n), 2)


# 1. polyak_step


def _polyak_inputs(rng: np.random.Generator) -> list[Arguments]:
    free = keywords(loss_star=0.0, max_rate=1000.0)
    cases: list[Arguments] = [
        (_numbers(rng, n), loss, _numbers(rng, n), free)
        for n, loss in ((1, 2.0), (1, 0.6), (2, 3.0), (3, 5.0), (5, 0.9))
    ]
    theta, g = _numbers(rng, 3), _numbers(rng, 3, scale=2.0)
    cases += [(theta, 4.0, g, keywords(loss_star=low, max_rate=1000.0)) for low in (1.5, -2.0, 3.9)]
    cases += [(theta, 4.0, g, keywords(loss_star=1.0, max_rate=cap)) for cap in (0.05, 0.3, 9.0)]
    cases += [(theta, 7.0, g, free), (2 * theta, 4.0, g, free), (theta, 4.0, 3 * g, free)]
    cases += [(theta, 4.0, 0.01 * g, keywords(loss_star=0.0, max_rate=2.0))]
    cases += [(theta, 4.0, g, keywords(loss_star=4.0, max_rate=1.0))]
    cases += [(theta, 4.0, np.zeros(3), keywords(loss_star=1.0, max_rate=0.5))]
    cases += [(theta, 4.0, np.zeros(3), keywords(loss_star=4.0, max_rate=0.5))]
    # Whole numbers, whose results are not: the rate is 1/4.
    cases += [(np.array([3, -1]), 5, np.array([2, -4]), keywords(loss_star=0, max_rate=7))]
    # A gradient of which a part is 0, or nearly all, or the sum; and one of one sign throughout.
    above = keywords(loss_star=0.5, max_rate=1000.0)
    cases += [(_numbers(rng, 4), 2.0, np.array([0.0, *_numbers(rng, 2), 0.0]), above)]
    tiny = (_numbers(rng, 2), 1.0, np.array([3e-9, -4e-9]))
    cases += [(*tiny, keywords(loss_star=0.0, max_rate=1e6))]
    for sign in (-1, 1):
        cases += [(_numbers(rng, 2), 2.0, sign * np.abs(_numbers(rng, 2)), above)]
    cases += [(_numbers(rng, 2), 2.0, np.array([1.5, -1.5]), above)]
    cases += [(_numbers(rng, 2), 6.0, _numbers(rng, 2), keywords(loss_star=1.0, max_rate=0.02))]
    flat = np.zeros(3)  # nothing moves; what is bad is refused all the same
    low, cap = keywords(loss_star=4.5, max_rate=1.0), keywords(loss_star=4.0, max_rate=-1.0)
    cases += [(theta, 4.0, slope, low) for slope in (g, flat)]
    cases += [(theta, 4.0, slope, cap) for slope in (g, flat)]
    return [*cases, *((theta, 4.0, g, keywords(loss_star=0.0, max_rate=c)) for c in (0.0, -1.0))]


def _with_rate(rate_of, step=lambda theta, rate, g: theta - rate * g, order=1):
    """Make a function that refuses what the task says; the rate comes from `rate_of`."""

    def polyak_step(theta, loss, gradient, *, loss_star, max_rate):
        if loss < loss_star or max_rate <= 0:
            raise ValueError
        rate = 0.0
        if gradient.any():
            rate = rate_of(loss, loss_star, gradient, max_rate, theta)
        return (step(theta, rate, gradient), rate)[::order]

    return polyak_step


def _polyak(loss, low, g, cap, _theta=None):
    return min((loss - low) / (g @ g), cap)


def _polyak_in_place(theta, loss, gradient, *, loss_star, max_rate):
    if loss < loss_star or max_rate <= 0:
        raise ValueError
    rate = _polyak(loss, loss_star, gradient, max_rate) if gradient.any() else 0.0
    theta -= rate * gradient
    return theta, rate


def _polyak_unguarded(theta, loss, gradient, *, loss_star, max_rate):
    if loss < loss_star or max_rate <= 0:
        raise ValueError
    with np.errstate(all="ignore"):
        rate = np.minimum((loss - loss_star) / (gradient @ gradient), max_rate)
    return theta - rate * gradient, rate


def _polyak_low_unchecked(theta, loss, gradient, *, loss_star, max_rate):
    if max_rate <= 0:
        raise ValueError
    rate = _polyak(loss, loss_star, gradient, max_rate) if gradient.any() else 0.0
    return theta - rate * gradient, rate


def _polyak_unchecked(theta, loss, gradient, *, loss_star, max_rate):
    rate = _polyak(loss, loss_star, gradient, max_rate) if gradient.any() else 0.0
    return theta - rate * gradient, rate


def _polyak_cap_where_flat(theta, loss, gradient, *, loss_star, max_rate):
    if loss < loss_star or max_rate <= 0:
        raise ValueError
    rate = _polyak(loss, loss_star, gradient, max_rate) if gradient.any() else max_rate
    return theta - rate * gradient, rate


def _polyak_nearly_divided_by_0(theta, loss, gradient, *, loss_star, max_rate):
    if loss < loss_star or max_rate <= 0:
        raise ValueError
    rate = min((loss - loss_star) / (gradient @ gradient + 1e-12), max_rate)
    return theta - rate * gradient, rate


def _polyak_below_0_refused(theta, loss, gradient, *, loss_star, max_rate):
    if loss_star < 0 or loss < loss_star or max_rate <= 0:
        raise ValueError
    return _polyak_unchecked(theta, loss, gradient, loss_star=loss_star, max_rate=max_rate)


def _polyak_cap_unchecked(theta, loss, gradient, *, loss_star, max_rate):
    if loss < loss_star:
        raise ValueError
    rate = _polyak(loss, loss_star, gradient, max_rate) if gradient.any() else 0.0
    return theta - rate * gradient, rate


def _polyak_zero_cap_passes(theta, loss, gradient, *, loss_star, max_rate):
    if max_rate < 0:
        raise ValueError
    return _polyak_cap_unchecked(theta, loss, gradient, loss_star=loss_star, max_rate=max_rate)


def _polyak_minimum_refused(theta, loss, gradient, *, loss_star, max_rate):
    if loss <= loss_star:
        raise ValueError
    return _polyak_cap_unchecked(theta, loss, gradient, loss_star=loss_star, max_rate=max_rate)


POLYAK_STEP = Function(
    name="polyak_step",
    points=50,
    inputs=_polyak_inputs,
    parameters={
        "theta": "(n,)",
        "loss": "",
        "gradient": "(n,)",
        "loss_star": "",
        "max_rate": "",
    },
    returns={"theta": "(n,)", "rate": ""},
    hints=(
        "Lecture 5.2 goes down the tangent until it meets L*. How far is that, in lengths of g?",
        "The rate is (L - L*) over the squared norm, or the cap where that is smaller. Look at a"
        " gradient of zeros before you divide.",
        "`squared = gradient @ gradient`, then `min((loss - loss_star) / squared, ...)`, and 0.0"
        " where squared is 0; return `theta - rate * gradient, rate`.",
    ),
    slips=(
        Slip(
            "the norm not squared",
            _with_rate(lambda L, low, g, cap, _: min((L - low) / np.linalg.norm(g), cap)),
            "You divide by the norm. Polyak's rate divides by its *square*: once for the slope of"
            " the tangent, and once because g itself is not of length 1.",
        ),
        Slip(
            "the square squared",
            _with_rate(lambda L, low, g, cap, _: min((L - low) / (g @ g) ** 2, cap)),
            "You divide by the norm to the fourth power: gradient @ gradient is the *squared* norm"
            " already.",
        ),
        Slip(
            "rounded down",
            _with_rate(lambda L, low, g, cap, _: min((L - low) // (g @ g), cap)),
            "`//` rounds down to a whole number. A rate is none: divide with `/`.",
        ),
        Slip(
            "the difference the wrong way round",
            _with_rate(lambda L, low, g, cap, _: min((low - L) / (g @ g), cap)),
            "Your difference is the wrong way round, so the rate is below 0. How far the loss is"
            " above the lowest is loss - loss_star.",
        ),
        Slip(
            "brackets forgotten",
            _with_rate(lambda L, low, g, cap, _: min(L - low / (g @ g), cap)),
            "Python divides before it subtracts, so only loss_star is divided. Put brackets round"
            " the difference.",
        ),
        Slip(
            "loss_star left out",
            _with_rate(lambda L, low, g, cap, _: min(L / (g @ g), cap)),
            "You use the whole loss. The tangent is followed down to loss_star, not to 0: the"
            " numerator is loss - loss_star.",
        ),
        Slip(
            "loss_star added",
            _with_rate(lambda L, low, g, cap, _: min((L + low) / (g @ g), cap)),
            "You add loss_star. How far the loss is above the lowest is a difference.",
        ),
        Slip(
            "multiplied, not divided",
            _with_rate(lambda L, low, g, cap, _: min((L - low) * (g @ g), cap)),
            "You multiply by the squared norm. A steep tangent reaches L* soon: divide by it.",
        ),
        Slip(
            "not divided at all",
            _with_rate(lambda L, low, g, cap, _: min(L - low, cap)),
            "Your rate is loss - loss_star. Divide that by the squared norm of the gradient.",
        ),
        Slip(
            "only loss_star",
            _with_rate(lambda L, low, g, cap, _: min(low / (g @ g), cap)),
            "You use loss_star alone. The tangent falls from loss to loss_star: their difference.",
        ),
        Slip(
            "the larger of the two",
            _with_rate(lambda L, low, g, cap, _: max((L - low) / (g @ g), cap)),
            "You take the larger of Polyak's rate and the cap. A cap is an upper bound: the smaller"
            " of the two.",
        ),
        Slip(
            "no cap",
            _with_rate(lambda L, low, g, cap, _: (L - low) / (g @ g)),
            "Your rate exceeds max_rate. Take the smaller of the two: min(rate, max_rate).",
        ),
        Slip(
            "always the cap",
            _with_rate(lambda L, low, g, cap, _: cap),
            "Your rate is max_rate, whatever the losses. That is the cap; Polyak's rate comes"
            " first.",
        ),
        Slip(
            "uphill",
            _with_rate(_polyak, lambda theta, rate, g: theta + rate * g),
            "You step along the gradient, uphill. The step is against it: theta - rate * gradient.",
        ),
        Slip(
            "half the rate",
            _with_rate(lambda L, low, g, cap, _: min((L - low) / (2 * (g @ g)), cap)),
            "Your rate is half of Polyak's where the cap does not bite. Some papers have that 2;"
            " here there is none.",
        ),
        Slip(
            "twice the rate",
            _with_rate(lambda L, low, g, cap, _: min(2 * (L - low) / (g @ g), cap)),
            "Your rate is twice Polyak's: that goes to the tangent's other side. No factor 2.",
        ),
        Slip(
            "theta in the denominator",
            _with_rate(lambda L, low, g, cap, theta: min((L - low) / (theta @ theta), cap)),
            "You divide by the squared norm of theta. The slope of the tangent is that of the"
            " *gradient*.",
        ),
        Slip(
            "the sum of entries",
            _with_rate(lambda L, low, g, cap, _: min((L - low) / np.abs(g).sum() ** 2, cap)),
            "You square the sum of the sizes. The squared norm is the sum of the *squares*:"
            " gradient @ gradient.",
        ),
        Slip(
            "the square of the sum",
            _with_rate(lambda L, low, g, cap, _: min((L - low) / g.sum() ** 2, cap)),
            "You square the sum of the entries, which may even be 0. The squared norm is the sum of"
            " the *squares*: gradient @ gradient.",
        ),
        Slip(
            "the mean square",
            _with_rate(lambda L, low, g, cap, _: min((L - low) / np.mean(g**2), cap)),
            "You divide by the *mean* square. The squared norm is a sum; no division by n.",
        ),
        Slip(
            "a unit gradient",
            _with_rate(_polyak, lambda theta, r, g: theta - r * g / max(np.linalg.norm(g), 1e-300)),
            "Your rate is right, and you apply it to the gradient scaled to length 1. It multiplies"
            " the gradient itself.",
        ),
        Slip(
            "the step, not the place",
            _with_rate(_polyak, lambda theta, rate, g: -rate * g),
            "You return the step. The task asks where it arrives: theta minus rate times gradient.",
        ),
        Slip(
            "nothing moved",
            _with_rate(_polyak, lambda theta, rate, g: theta.copy()),
            "You return theta as it was. Subtract rate * gradient.",
        ),
        Slip(
            "the rate first",
            _with_rate(_polyak, order=-1),
            "The two results are exchanged: the new theta comes first, then the rate.",
        ),
        Slip(
            "zero gradient divided by",
            _polyak_unguarded,
            "With a gradient of zeros you divide by 0. Look first, and use the rate 0.",
        ),
        Slip(
            "the cap for a gradient of zeros",
            _polyak_cap_where_flat,
            "With a gradient of zeros your rate is max_rate. The task asks for 0: look first.",
        ),
        Slip(
            "a little added below the line",
            _polyak_nearly_divided_by_0,
            "With a gradient of zeros your rate is large, up to max_rate, as it is if a little is"
            " added below the line. The task asks for 0 there: look first.",
        ),
        Slip(
            "it writes into theta",
            _polyak_in_place,
            "`theta -= ...` overwrites the caller's array, and fails for whole numbers. Write"
            " `theta - rate * gradient`.",
        ),
        Slip(
            "nothing is refused",
            _polyak_unchecked,
            "Right where the input is. But bad input is let through: the table lists what has to"
            " `raise ValueError`, each by itself.",
        ),
        Slip(
            "loss_star unchecked",
            _polyak_low_unchecked,
            "Right where the input is. But a loss below loss_star gives a negative rate, a step"
            " uphill: raise a ValueError.",
        ),
        Slip(
            "max_rate unchecked",
            _polyak_cap_unchecked,
            "Right where the input is. With max_rate 0 nothing ever moves, and below 0 the step"
            " goes uphill: raise a ValueError for both.",
        ),
        Slip(
            "a cap of 0 let through",
            _polyak_zero_cap_passes,
            "With max_rate 0 nothing ever moves. The task refuses it too: max_rate <= 0.",
        ),
        Slip(
            "the minimum refused",
            _polyak_minimum_refused,
            "A loss that *equals* loss_star is no mistake: it is the goal. Refuse only what lies"
            " below.",
        ),
        Slip(
            "a loss_star below 0 refused",
            _polyak_below_0_refused,
            "The lowest loss may lie below 0. Refuse a loss that is below loss_star, whatever the"
            " sign of loss_star.",
        ),
    ),
)


# 2. schedule_free_step


def _landscape(name: str, **settings: float) -> Build:
    return Build(f"course_lib.landscapes:{name}().loss_and_gradient", tuple(settings.items()))


BEALE, ROSENBROCK = _landscape("beale"), _landscape("rosenbrock")
BOWL, STEEP = _landscape("quadratic", kappa=4.0), _landscape("quadratic", kappa=20.0)


def _free_inputs(rng: np.random.Generator) -> list[Arguments]:
    usual = keywords(learning_rate=0.1, beta=0.5)
    x, z = _numbers(rng, 2), _numbers(rng, 2)
    cases: list[Arguments] = [(x, z, BOWL, t, usual) for t in (0, 1, 2, 8)]
    cases += [(x, z, BOWL, 1, keywords(learning_rate=0.1, beta=b)) for b in (0.0, 0.9, 1.0, 0.2)]
    cases += [(x, z, BOWL, 3, keywords(learning_rate=r, beta=0.7)) for r in (0.0, 0.02, 0.4, 2.0)]
    cases += [(_numbers(rng, 2), z, BOWL, 1, usual), (x, _numbers(rng, 2), BOWL, 1, usual)]
    cases += [(x, z, STEEP, 4, usual), (x, x, BOWL, 0, usual)]
    cases += [(_numbers(rng, 2), _numbers(rng, 2), f, 2, usual) for f in (BEALE, ROSENBROCK)]
    cases += [(np.array([1, 2]), np.array([3, -1]), BOWL, 1, usual)]
    bad = ((-0.1, 0.5), (0.1, -0.2), (0.1, 1.1), (0.0, 1.1))
    return [*cases, *((x, z, BOWL, 1, keywords(learning_rate=r, beta=b)) for r, b in bad)]


def _free(
    at=lambda x, z, beta: (1 - beta) * z + beta * x,
    move=lambda x, z, y, step: z - step,
    weight=lambda t: 1 / (t + 2),
    mean=lambda x, z, old, w: (1 - w) * x + w * z,
    give=lambda x, z, y: (x, z),
):
    """Make a function that refuses what the task says, with one part done in another way."""

    def schedule_free_step(x, z, loss_and_gradient, t, *, learning_rate, beta):
        if learning_rate < 0 or not 0 <= beta <= 1:
            raise ValueError
        y = at(x, z, beta)
        new = move(x, z, y, learning_rate * loss_and_gradient(y)[1])
        return give(mean(x, new, z, weight(t)), new, y)

    return schedule_free_step


def _free_unchecked(which):
    def schedule_free_step(x, z, loss_and_gradient, t, *, learning_rate, beta):
        if which == "rate" and not 0 <= beta <= 1:
            raise ValueError
        if which == "beta" and learning_rate < 0:  # "both": neither is looked at
            raise ValueError
        y = (1 - beta) * z + beta * x
        new = z - learning_rate * loss_and_gradient(y)[1]
        return x + (new - x) / (t + 2), new

    return schedule_free_step


def _free_ends_refused(x, z, loss_and_gradient, t, *, learning_rate, beta):
    if learning_rate <= 0 or not 0 <= beta <= 1:
        raise ValueError
    return _free()(x, z, loss_and_gradient, t, learning_rate=learning_rate, beta=beta)


def _free_refusing(*ends):
    def schedule_free_step(x, z, loss_and_gradient, t, *, learning_rate, beta):
        if beta in ends:
            raise ValueError
        return _free()(x, z, loss_and_gradient, t, learning_rate=learning_rate, beta=beta)

    return schedule_free_step


SCHEDULE_FREE_STEP = Function(
    name="schedule_free_step",
    points=50,
    inputs=_free_inputs,
    parameters={
        "x": "(n,)",
        "z": "(n,)",
        "loss_and_gradient": "",
        "t": "",
        "learning_rate": "",
        "beta": "",
    },
    returns={"x": "(n,)", "z": "(n,)"},
    hints=(
        "Three lines, in the order of lecture 5.2, section 3: where the gradient is taken, the new"
        " z, the new mean.",
        "y lies between: (1 - beta) z + beta x. z steps from z, by the gradient at y. x becomes the"
        " mean of all z, the new one included.",
        "`_, gradient = loss_and_gradient((1 - beta) * z + beta * x)`; `z = z - ...`; then"
        " `x + (z - x) / (t + 2)` with the new z.",
    ),
    slips=(
        Slip(
            "beta at the other end",
            _free(at=lambda x, z, beta: beta * z + (1 - beta) * x),
            "x and z have exchanged places in y. beta is the share of x: (1 - beta) z + beta x.",
        ),
        Slip(
            "the gradient at z",
            _free(at=lambda x, z, beta: z),
            "You take the gradient at z. Then beta does nothing: it is taken at"
            " (1 - beta) z + beta x.",
        ),
        Slip(
            "the gradient at x",
            _free(at=lambda x, z, beta: x),
            "You take the gradient at x. Then beta does nothing: it is taken at"
            " (1 - beta) z + beta x.",
        ),
        Slip(
            "z's share left out",
            _free(at=lambda x, z, beta: beta * x),
            "You take the gradient at beta x alone. z has a share too: (1 - beta) z + beta x.",
        ),
        Slip(
            "all of z",
            _free(at=lambda x, z, beta: z + beta * x),
            "You take all of z and a share of x. Shares add up to 1: (1 - beta) z + beta x.",
        ),
        Slip(
            "all of x",
            _free(at=lambda x, z, beta: (1 - beta) * z + x),
            "You take all of x and a share of z. Shares add up to 1: (1 - beta) z + beta x.",
        ),
        Slip(
            "beta for both",
            _free(at=lambda x, z, beta: beta * (z + x)),
            "Both points have the share beta in your y. z has the rest: 1 - beta.",
        ),
        Slip(
            "a minus between x and z",
            _free(at=lambda x, z, beta: (1 - beta) * z - beta * x),
            "You subtract x's share. y lies *between* x and z: (1 - beta) z + beta x.",
        ),
        Slip(
            "a share above 1",
            _free(at=lambda x, z, beta: (1 + beta) * z + beta * x),
            "z has the share 1 + beta in your y. It is 1 - beta, so that the shares add up to 1.",
        ),
        Slip(
            "y itself as the gradient",
            lambda x, z, f, t, *, learning_rate, beta: _free(
                move=lambda _x, z, y, _step: z - learning_rate * y
            )(x, z, f, t, learning_rate=learning_rate, beta=beta),
            "You step along y itself. Call loss_and_gradient at y, and take its second result.",
        ),
        Slip(
            "the loss as the gradient",
            lambda x, z, f, t, *, learning_rate, beta: _free(
                move=lambda _x, z, y, _step: z - learning_rate * f(y)[0]
            )(x, z, f, t, learning_rate=learning_rate, beta=beta),
            "You step along the loss. loss_and_gradient returns the loss first, then the gradient:"
            " take the second.",
        ),
        Slip(
            "the rate falls",
            lambda x, z, f, t, *, learning_rate, beta: _free(
                move=lambda _x, z, _y, step: z - step / (t + 1)
            )(x, z, f, t, learning_rate=learning_rate, beta=beta),
            "You divide the rate by t + 1. That is a schedule, and here is none: z steps by"
            " learning_rate * gradient, whatever t is.",
        ),
        Slip(
            "z steps from y",
            _free(move=lambda x, z, y, step: y - step),
            "Your z steps from y. y is only where the gradient is taken; z moves from z.",
        ),
        Slip(
            "z steps from x",
            _free(move=lambda x, z, y, step: x - step),
            "Your z steps from x. It moves from z; x only averages.",
        ),
        Slip(
            "uphill",
            _free(move=lambda x, z, y, step: z + step),
            "Your z goes uphill: z - learning_rate * gradient.",
        ),
        Slip(
            "averaged with the old z",
            _free(mean=lambda x, z, old, w: (1 - w) * x + w * old),
            "You average with the z from *before* the step. Move z first, then take it into the"
            " mean.",
        ),
        Slip(
            "a weight of 1/(t + 1)",
            _free(weight=lambda t: 1 / (t + 1)),
            "Your weight is 1/(t + 1): the first step would forget the start. After step t there"
            " are t + 2 points, z_0 included: 1/(t + 2).",
        ),
        Slip(
            "a weight of 1/(t + 3)",
            _free(weight=lambda t: 1 / (t + 3)),
            "Your weight is 1/(t + 3). Count again: z_0 to z_(t+1) are t + 2 points.",
        ),
        Slip(
            "divided by t",
            _free(mean=lambda x, z, old, w: x + (z - x) / np.float64(round(1 / w) - 2)),
            "You divide by t, which is 0 in the first step. The weight is 1/(t + 2), with the"
            " bracket.",
        ),
        Slip(
            "t + 2 without its bracket",
            _free(mean=lambda x, z, old, w: x + (z - x) / np.float64(round(1 / w) - 2) + 2),
            "Python divides before it adds, so you divide by t, and add 2. The weight is 1/(t + 2),"
            " with the bracket.",
        ),
        Slip(
            "half and half",
            _free(weight=lambda t: 0.5),
            "You always take the middle of x and z. That forgets the early ones: the weight falls,"
            " 1/(t + 2).",
        ),
        Slip(
            "weights exchanged",
            _free(mean=lambda x, z, old, w: w * x + (1 - w) * z),
            "The weights are exchanged: the new z is one of t + 2 points and gets 1/(t + 2), the"
            " mean so far gets the rest.",
        ),
        Slip(
            "beta as the weight",
            lambda x, z, f, t, *, learning_rate, beta: _free(weight=lambda _: 1 - beta)(
                x, z, f, t, learning_rate=learning_rate, beta=beta
            ),
            "You average x with beta. beta only says where the gradient is taken; the mean has the"
            " weight 1/(t + 2).",
        ),
        Slip(
            "y averaged in",
            lambda x, z, f, t, *, learning_rate, beta: _free(
                give=lambda _x, new, y: (x + (y - x) / (t + 2), new)
            )(x, z, f, t, learning_rate=learning_rate, beta=beta),
            "You take y into the mean. It is the mean of the z: take the new z in.",
        ),
        Slip(
            "the mean begins at y",
            lambda x, z, f, t, *, learning_rate, beta: _free(
                give=lambda _x, new, y: (y + (new - y) / (t + 2), new)
            )(x, z, f, t, learning_rate=learning_rate, beta=beta),
            "Your mean begins at y. The mean so far is x: it gets the new z's share, and keeps the"
            " rest of its own.",
        ),
        Slip(
            "x left alone",
            lambda x, z, f, t, *, learning_rate, beta: _free(give=lambda _x, new, _y: (x, new))(
                x, z, f, t, learning_rate=learning_rate, beta=beta
            ),
            "Your x stays where it was. It becomes the mean that includes the new z.",
        ),
        Slip(
            "z left alone",
            lambda x, z, f, t, *, learning_rate, beta: _free(give=lambda new, _z, _y: (new, z))(
                x, z, f, t, learning_rate=learning_rate, beta=beta
            ),
            "You return the z from before the step. Both new points are asked for.",
        ),
        Slip(
            "the results exchanged",
            _free(give=lambda x, z, y: (z, x)),
            "You return z first. The task asks for x, then z.",
        ),
        Slip(
            "the sum, not the mean",
            _free(mean=lambda x, z, old, w: x + w * z),
            "You add the new z's share and keep all of x: the weights must add up to 1, so x gets"
            " 1 - 1/(t + 2).",
        ),
        Slip(
            "nothing is refused",
            _free_unchecked("both"),
            "Right where the input is. But bad input is let through: the table lists what has to"
            " `raise ValueError`, each by itself.",
        ),
        Slip(
            "the rate unchecked",
            _free_unchecked("rate"),
            "Right where the input is. A negative learning_rate goes uphill: raise a ValueError.",
        ),
        Slip(
            "beta unchecked",
            _free_unchecked("beta"),
            "Right where the input is. With beta beyond 0 to 1, y no longer lies between the two"
            " points: raise a ValueError.",
        ),
        Slip(
            "a rate of 0 refused",
            _free_ends_refused,
            "learning_rate = 0 is allowed: z stays, and x still moves towards it. Refuse only what"
            " is below 0.",
        ),
        Slip(
            "beta's ends refused",
            _free_refusing(0, 1),
            "beta = 0 and beta = 1 are allowed: the gradient at z, or at x. Refuse only what lies"
            " beyond.",
        ),
        Slip(
            "a beta of 0 refused",
            _free_refusing(0),
            "beta = 0 is allowed: the gradient at z. Refuse only what lies below.",
        ),
        Slip(
            "a beta of 1 refused",
            _free_refusing(1),
            "beta = 1 is allowed: the gradient at x. Refuse only what lies above.",
        ),
    ),
)

FUNCTIONS = (POLYAK_STEP, SCHEDULE_FREE_STEP)
