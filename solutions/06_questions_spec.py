"""Spec of the exercises to 6: inputs, hints and known slips; the reference is the notebook.

The letters: n parameters, t steps.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Function, Slip, keywords, one_at_a_time


def _numbers(rng: np.random.Generator, n: int, low: float = 0.3, high: float = 1.5) -> np.ndarray:
    """Random numbers with two decimals, none near 0: short to read where a case is shown."""
    return np.round(rng.uniform(low, high, size=n) * rng.choice([-1.0, 1.0], size=n), 2)


# 1. l2_penalty_gradient


def _l2_inputs(rng: np.random.Generator) -> list[Arguments]:
    def case(theta, strength, places):
        mask = np.zeros(len(theta), dtype=bool)
        mask[list(places)] = True
        return theta, keywords(strength=strength, biases=mask)

    cases = [case(_numbers(rng, 1), 0.5, ()), case(_numbers(rng, 1), 2.0, (0,))]
    sizes = ((2, 0.3, (1,)), (3, 0.7, (0,)), (3, 3.0, ()), (4, 0.25, (1, 2)), (5, 1.5, (3, 4)))
    cases += [case(_numbers(rng, n), strength, places) for n, strength, places in sizes]
    cases += [case(_numbers(rng, 6), 0.6, (0, 2, 5)), case(_numbers(rng, 3), 0.9, (0, 1, 2))]
    theta = _numbers(rng, 4)
    cases += [case(theta, strength, (3,)) for strength in (0.0, 0.1, 1.0, 10.0)]
    cases += [case(np.array([3, -1, 2]), 0.5, (1,)), case(np.zeros(3), 0.5, (2,))]
    cases += [case(np.array([4, -2]), 2, (0,)), case(theta * 10, 0.35, (0, 2))]
    cases += [case(_numbers(rng, 3) * np.pi, 0.3, (1,))]  # so many decimals that rounding is seen
    cases += [case(theta, -0.1, (3,)), case(_numbers(rng, 2), -0.5, ())]
    bad = [(0.5, (1,)), (0.5, (4, 1)), (0.5, (1, 4)), (0.5, (3,)), (-0.5, (1,))]
    return cases + [(theta, keywords(strength=s, biases=np.ones(n, dtype=bool))) for s, n in bad]


def _l2(
    rule, strength_is_bad=lambda s: s < 0, shape_is_bad=lambda b, theta: b.shape != theta.shape
):
    """Make a function that refuses what the task says, and pulls by the rule."""

    def l2_penalty_gradient(theta, *, strength, biases):
        if strength_is_bad(strength) or shape_is_bad(biases, theta):
            raise ValueError
        return rule(theta, strength, biases)

    return l2_penalty_gradient


def _right_l2(theta, s, biases):
    return np.where(biases, 0.0, s * theta)


def _l2_in_place(theta, s, biases):
    theta[biases] = 0
    return s * theta


def _l2_all_in_place(theta, s, biases):
    theta[biases] = 0
    theta *= s
    return theta


def _l2_of_all_in_place(theta, s, _biases):
    theta *= s
    return theta


def _l2_rounded(theta, s, biases):
    gradient = np.zeros_like(theta)
    gradient[~biases] = (s * theta)[~biases]
    return gradient


def _l2_by_index(theta, s, biases):
    gradient = s * theta
    gradient[biases] = 0
    return gradient


def _l2_of_the_norm(theta, s, biases):
    weights = np.where(biases, 0.0, theta)
    return s * weights / max(np.linalg.norm(weights), 1e-300)


def _l2_refusing_both(theta, *, strength, biases):
    if strength < 0 and biases.shape != theta.shape:
        raise ValueError
    return _right_l2(theta, strength, biases)


def _last_is_the_bias(theta, s, _biases):
    return s * np.append(theta[:-1], 0.0)


def _first_is_the_bias(theta, s, _biases):
    return s * np.append(0.0, theta[1:])


L2_PENALTY_GRADIENT = Function(
    name="l2_penalty_gradient",
    points=25,
    inputs=_l2_inputs,
    parameters={"theta": "(n,)", "strength": "", "biases": "(n,)"},
    returns={"gradient": "(n,)"},
    hints=(
        "Differentiate one term, (strength / 2) theta_i^2. Which entries of theta have no term?",
        "strength times theta, and 0 where `biases` is True. `np.where` chooses entry by entry.",
        "Refuse strength < 0 and `biases.shape != theta.shape`; then `np.where(biases, 0.0, ...)`"
        " with strength times theta in the last place.",
    ),
    slips=(
        Slip(
            "biases too",
            _l2(lambda theta, s, b: s * theta),
            "The biases are penalised too. They only shift the answers: their entries are 0.",
        ),
        Slip(
            "the mask turned round",
            _l2(lambda theta, s, b: np.where(b, s * theta, 0.0)),
            "You penalise the biases and spare the weights. `biases` is True where the entry is 0:"
            " turn it round.",
        ),
        Slip(
            "no half",
            _l2(lambda theta, s, b: 2 * _right_l2(theta, s, b)),
            "Your gradient is twice too large: that is the penalty strength ||theta||^2. Here it"
            " has"
            " a half, which cancels the 2 of the square.",
        ),
        Slip(
            "the half kept",
            _l2(lambda theta, s, b: _right_l2(theta, s, b) / 2),
            "Your gradient is half of it. The half of the penalty cancels the 2 that the square"
            " gives.",
        ),
        Slip(
            "the penalty itself",
            _l2(lambda theta, s, b: _right_l2(theta**2, s, b) / 2),
            "These are the terms of the penalty. Its slope is asked for: the derivative of"
            " theta^2 / 2 is theta.",
        ),
        Slip(
            "squared",
            _l2(lambda theta, s, b: _right_l2(theta**2, s, b)),
            "You square theta. Differentiate: the square becomes theta itself, with its sign.",
        ),
        Slip(
            "the sign alone",
            _l2(lambda theta, s, b: _right_l2(np.sign(theta), s, b)),
            "That is the pull of L1: the same for small and large weights. L2 pulls in proportion"
            " to theta.",
        ),
        Slip(
            "the size",
            _l2(lambda theta, s, b: _right_l2(np.abs(theta), s, b)),
            "You lose the sign. The slope of theta^2 / 2 at -3 is -3.",
        ),
        Slip(
            "of the norm, not its square",
            _l2(_l2_of_the_norm),
            "You differentiate the norm. The penalty is its *square*: no division by the norm.",
        ),
        Slip(
            "the mean over parameters",
            _l2(lambda theta, s, b: _right_l2(theta, s, b) / len(theta)),
            "You divide by the number of parameters. The penalty is a sum, not a mean.",
        ),
        Slip(
            "the mean over weights",
            _l2(lambda theta, s, b: _right_l2(theta, s, b) / max(np.sum(~b), 1)),
            "You divide by the number of weights. The penalty is a sum, not a mean.",
        ),
        Slip(
            "strength left out",
            _l2(lambda theta, s, b: _right_l2(theta, 1.0, b)),
            "You do not use strength: the gradient grows in proportion to it.",
        ),
        Slip(
            "strength squared",
            _l2(lambda theta, s, b: _right_l2(theta, s * s, b)),
            "You multiply by strength twice.",
        ),
        Slip(
            "divided by strength",
            _l2(lambda theta, s, b: _right_l2(theta, 1 / s if s else 0.0, b)),
            "You divide by strength. A stronger penalty pulls more: multiply.",
        ),
        Slip(
            "strength alone",
            _l2(lambda theta, s, b: np.where(b, 0.0, s)),
            "You return strength for every weight. The slope at theta_i is strength times theta_i.",
        ),
        Slip(
            "divided by theta",
            _l2(lambda theta, s, b: np.where(b, 0.0, s / np.where(theta == 0, np.inf, theta))),
            "You divide strength by theta. The larger a weight, the harder L2 pulls: multiply.",
        ),
        Slip(
            "strength added",
            _l2(lambda theta, s, b: np.where(b, 0.0, theta + s)),
            "You add strength. It is a factor: strength times theta.",
        ),
        Slip(
            "theta alone at the biases",
            _l2(lambda theta, s, b: np.where(b, theta, s * theta)),
            "At the biases you return theta. There the gradient is 0: they are in no term.",
        ),
        Slip(
            "strength at the biases",
            _l2(lambda theta, s, b: np.where(b, s, s * theta)),
            "At the biases you return strength. There the gradient is 0: they are in no term.",
        ),
        Slip(
            "ones at the biases",
            _l2(lambda theta, s, b: np.where(b, 1.0, s * theta)),
            "At the biases you return 1. There the gradient is 0: they are in no term.",
        ),
        Slip(
            "the other way",
            _l2(lambda theta, s, b: -_right_l2(theta, s, b)),
            "The sign is turned round. This is the gradient, uphill; the step subtracts it later.",
        ),
        Slip(
            "the step taken",
            _l2(lambda theta, s, b: theta - _right_l2(theta, s, b)),
            "You take the step already. Return the gradient: it is added to that of the loss, and"
            " the rate comes later.",
        ),
        Slip(
            "added to theta",
            _l2(lambda theta, s, b: theta + _right_l2(theta, s, b)),
            "You return theta plus the gradient. Return the gradient alone.",
        ),
        Slip(
            "the last is the bias",
            _l2(_last_is_the_bias),
            "You spare the last entry, wherever the biases are. `biases` says where: use it.",
        ),
        Slip(
            "the first is the bias",
            _l2(_first_is_the_bias),
            "You spare the first entry, wherever the biases are. `biases` says where: use it.",
        ),
        Slip(
            "the weights alone",
            _l2(lambda theta, s, b: s * theta[~b]),
            "You leave the biases out of the array. The gradient has a place for every parameter,"
            " with 0 at the biases.",
        ),
        Slip(
            "the sum",
            _l2(lambda theta, s, b: float(np.sum(_right_l2(theta, s, b)))),
            "You add the entries up. A gradient has one entry for each parameter.",
        ),
        Slip(
            "the penalty, a number",
            _l2(lambda theta, s, b: float(np.sum(_right_l2(theta**2, s, b))) / 2),
            "That is the penalty, one number. Its gradient is asked for: one entry for each"
            " parameter.",
        ),
        Slip(
            "biases too, in place",
            _l2(_l2_of_all_in_place),
            "`theta *= strength` writes into the caller's array, and penalises the biases too. Make"
            " a new one, with 0 at the biases.",
        ),
        Slip(
            "all in place",
            _l2(_l2_all_in_place),
            "You multiply theta in place: `*=` writes into the caller's array. The gradient is a"
            " new one, say from np.where.",
        ),
        Slip(
            "it writes into theta",
            _l2(_l2_in_place),
            "You set the caller's biases to 0. The parameters stay as they are: work on a new"
            " array,"
            " say with np.where.",
        ),
        Slip(
            "rounded to whole numbers",
            _l2(_l2_rounded),
            "`np.zeros_like` of whole numbers holds whole numbers, and 0.5 becomes 0. Write"
            " `np.zeros(len(theta))`, or use np.where.",
        ),
        Slip(
            "nothing checked",
            _l2(
                _right_l2,
                strength_is_bad=lambda s: False,
                shape_is_bad=lambda b, theta: False,
            ),
            "Right where the input is. Two things are to be refused with a ValueError: a strength"
            " below 0, and a mask in another shape than theta.",
        ),
        Slip(
            "both must be bad",
            _l2_refusing_both,
            "You refuse only where strength and shape are both bad. One is enough: `or`.",
        ),
        Slip(
            "strength unchecked",
            _l2(_right_l2, strength_is_bad=lambda s: False),
            "Right where the input is. A negative strength would push the weights outward without"
            " end: raise a ValueError.",
        ),
        Slip(
            "shape unchecked",
            _l2(_right_l2, shape_is_bad=lambda b, theta: False),
            "Right where the input is. But a mask of shape (1,) or (n, 1) is stretched in silence:"
            " compare the shapes, and raise a ValueError.",
        ),
        Slip(
            "shape left to an index",
            _l2(_l2_by_index, shape_is_bad=lambda b, theta: False),
            "Right where the input is. NumPy refuses a mask of another shape as an index with an"
            " IndexError; the task asks for a ValueError: compare the shapes first.",
        ),
        Slip(
            "length checked, not shape",
            _l2(_right_l2, shape_is_bad=lambda b, theta: len(b) != len(theta)),
            "You compare the lengths. A column of shape (n, 1) has the right length and gives an"
            " (n, n) array: compare the shapes.",
        ),
        Slip(
            "a strength of 0 refused",
            _l2(_right_l2, strength_is_bad=lambda s: s <= 0),
            "strength = 0 is allowed: no penalty, a gradient of zeros. Refuse only what is below"
            " 0.",
        ),
    ),
)


# 2. l1_prox


def _l1_inputs(rng: np.random.Generator) -> list[Arguments]:
    def case(theta, eta, strength):
        return theta, keywords(eta=eta, strength=strength)

    small, large = _numbers(rng, 3, 0.05, 0.15), _numbers(rng, 3, 1.0, 3.0)
    cases = [case(np.abs(_numbers(rng, 1, 1.0, 2.0)), 0.5, 1.0)]
    cases += [case(-np.abs(_numbers(rng, 1, 1.0, 2.0)), 0.5, 1.0), case(small[:1], 0.5, 1.0)]
    both = np.array([large[0], small[0]])
    cases += [case(both, 0.5, 0.6), case(np.concatenate([small, large]), 0.4, 0.5)]
    base = (large, keywords(eta=0.5, strength=0.8))
    cases += one_at_a_time(base, (-large[::-1], keywords(eta=0.2, strength=0.8)))
    cases += [case(large, 0.5, 0.3), case(large, 3.0, 0.1), case(large, 0.05, 4.0)]
    cases += [case(np.array([3.0, 0.5, -0.5, 0.25, 0.0, -2.0]), 0.5, 1.0)]  # on the threshold
    cases += [case(np.zeros(3), 0.5, 1.0), case(small, 0.0, 2.0), case(large, 2.0, 0.0)]
    cases += [case(np.array([3, -1, 0, 2]), 0.5, 1.0), case(np.array([1, -4]), 1, 2)]
    cases += [case(np.concatenate([large, 20 * small]), 0.7, 0.9), case(20 * large, 0.3, 0.6)]
    # More decimals than any rounding or grid keeps, and what is hardly more than the threshold.
    long = large + 0.0045674849 * np.sign(large)
    cases += [case(np.array([1.23456]), 0.53, 0.07), case(np.append(long, -0.0374), 0.53, 0.07)]
    cases += [case(np.array([0.0421, -2.0, 0.0374, 0.0321]), 0.53, 0.07)]
    return [*cases, *(case(large, a, b) for a, b in ((-0.1, 0.5), (0.1, -0.5), (-0.5, -1.0)))]


def _l1(rule, is_bad=lambda eta, s: eta < 0 or s < 0):
    """Make a function that refuses what the task says, and moves by the rule.

    The rule gets theta, the threshold eta * strength, and the two apart.
    """

    def l1_prox(theta, *, eta, strength):
        if is_bad(eta, strength):
            raise ValueError
        return rule(theta, eta * strength, eta, strength)

    return l1_prox


def _soft(theta, cut, _eta=None, _strength=None):
    return np.sign(theta) * np.maximum(np.abs(theta) - cut, 0)


def _soft_in_place(theta, cut, _eta, _strength):
    theta[np.abs(theta) <= cut] = 0
    return theta - cut * np.sign(theta)


def _soft_rounded(theta, cut, _eta, _strength):
    moved = np.zeros_like(theta)
    keep = np.abs(theta) > cut
    moved[keep] = _soft(theta, cut)[keep]
    return moved


def _soft_by_loop_in_place(theta, cut, _eta, _strength):
    for i, x in enumerate(theta):
        theta[i] = x - cut if x > cut else x + cut if x < -cut else 0
    return theta


def _step_in_place(theta, cut, _eta, _strength):
    theta -= cut * np.sign(theta)
    theta[np.abs(theta) < cut] = 0
    return theta


def _past_0_in_place(theta, cut, _eta, _strength):
    theta -= cut * np.sign(theta)
    return theta


def _hard_in_place(theta, cut, _eta, _strength):
    theta[np.abs(theta) <= cut] = 0
    return theta


def _soft_by_norm(theta, cut, _eta, _strength):
    return theta * max(0.0, 1 - cut / max(np.linalg.norm(theta), 1e-300))


L1_PROX = Function(
    name="l1_prox",
    points=30,
    inputs=_l1_inputs,
    parameters={"theta": "(n,)", "eta": "", "strength": ""},
    returns={"theta": "(n,)"},
    hints=(
        "It is the lecture's problem with another letter for the threshold. What stands there for"
        " lambda?",
        "Each size becomes smaller by eta * strength, but not below 0; the sign stays.",
        "Sizes are np.abs(theta). `np.maximum(..., 0)` keeps what is left from going below 0, entry"
        " by entry; multiply by np.sign(theta).",
    ),
    slips=(
        Slip(
            "a hard threshold",
            _l1(lambda theta, cut, *_: np.where(np.abs(theta) > cut, theta, 0.0)),
            "You keep the large entries as they are: a *hard* threshold. The soft one moves them"
            " towards 0 too, by eta * strength.",
        ),
        Slip(
            "small by strength",
            _l1(
                lambda theta, cut, eta, s: np.where(
                    np.abs(theta) <= s, 0.0, theta - cut * np.sign(theta)
                )
            ),
            "You make 0 of what has at most strength. Compare the sizes with eta * strength, by"
            " which you also move the others.",
        ),
        Slip(
            "small by eta",
            _l1(
                lambda theta, cut, eta, s: np.where(
                    np.abs(theta) <= eta, 0.0, theta - cut * np.sign(theta)
                )
            ),
            "You make 0 of what has at most eta. Compare the sizes with eta * strength, by which"
            " you also move the others.",
        ),
        Slip(
            "hard, by strength",
            _l1(lambda theta, cut, eta, s: np.where(np.abs(theta) > s, theta, 0.0)),
            "You keep what is larger than strength, as it is. Two things: the threshold is"
            " eta * strength, and what stays moves towards 0 by as much.",
        ),
        Slip(
            "a threshold for counting",
            _l1(lambda theta, cut, *_: np.where(np.abs(theta) > np.sqrt(2 * cut), theta, 0.0)),
            "You keep an entry, or drop it, at sqrt(2 eta strength): that suits a penalty which"
            " counts the entries that are not 0. With |u| each size moves by eta * strength.",
        ),
        Slip(
            "zeroed twice",
            _l1(lambda theta, cut, *_: np.where(np.abs(theta) <= 2 * cut, 0.0, _soft(theta, cut))),
            "You compare with the threshold after you have subtracted it, so that sizes up to twice"
            " eta * strength become 0. Compare the size from before.",
        ),
        Slip(
            "the mean over parameters",
            _l1(lambda theta, cut, *_: _soft(theta, cut / len(theta))),
            "You divide the threshold by the number of parameters. The penalty is a sum, not a"
            " mean: each entry moves by eta * strength.",
        ),
        Slip(
            "past 0",
            _l1(lambda theta, cut, *_: theta - cut * np.sign(theta)),
            "Small entries are thrown past 0 to the other side: that is a step along the"
            " subgradient. What has less than eta * strength becomes 0.",
        ),
        Slip(
            "eta forgotten",
            _l1(lambda theta, cut, eta, s: _soft(theta, s)),
            "Your threshold is strength. One step of size eta moves by eta * strength.",
        ),
        Slip(
            "strength forgotten",
            _l1(lambda theta, cut, eta, s: _soft(theta, eta)),
            "Your threshold is eta. The penalty's strength is a factor too: eta * strength.",
        ),
        Slip(
            "the two added",
            _l1(lambda theta, cut, eta, s: _soft(theta, eta + s)),
            "Your threshold is eta + strength. It is their product.",
        ),
        Slip(
            "strength over eta",
            _l1(lambda theta, cut, eta, s: _soft(theta, s / eta if eta else 0.0)),
            "Your threshold is strength / eta. A larger step moves further: the product.",
        ),
        Slip(
            "eta over strength",
            _l1(lambda theta, cut, eta, s: _soft(theta, eta / s if s else 0.0)),
            "Your threshold is eta / strength. A stronger penalty moves further: the product.",
        ),
        Slip(
            "half the threshold",
            _l1(lambda theta, cut, *_: _soft(theta, cut / 2)),
            "Your threshold is half of eta * strength. The half in the task belongs to the square,"
            " not to the penalty.",
        ),
        Slip(
            "twice the threshold",
            _l1(lambda theta, cut, *_: _soft(theta, 2 * cut)),
            "Your threshold is twice eta * strength. The half of the square cancels its 2.",
        ),
        Slip(
            "the threshold squared",
            _l1(lambda theta, cut, *_: _soft(theta, cut**2)),
            "You square the threshold. It is eta * strength.",
        ),
        Slip(
            "eta squared",
            _l1(lambda theta, cut, eta, s: _soft(theta, eta * cut)),
            "You multiply by eta twice. The threshold is eta * strength.",
        ),
        Slip(
            "strength squared",
            _l1(lambda theta, cut, eta, s: _soft(theta, s * cut)),
            "You multiply by strength twice. The threshold is eta * strength.",
        ),
        Slip(
            "shrunk as by L2",
            _l1(lambda theta, cut, *_: theta / (1 + cut)),
            "You divide by 1 + eta * strength. That is what L2 does, and it makes no zeros. L1"
            " subtracts from the size.",
        ),
        Slip(
            "a step of L2",
            _l1(lambda theta, cut, *_: theta - cut * theta),
            "You take the share eta * strength of each entry away: that is L2. L1 takes the same"
            " amount from each size.",
        ),
        Slip(
            "positive side only",
            _l1(lambda theta, cut, *_: np.maximum(theta - cut, 0)),
            "Negative entries all become 0. Work on the size, np.abs(theta), and give the sign back"
            " at the end.",
        ),
        Slip(
            "the sign lost",
            _l1(lambda theta, cut, *_: np.maximum(np.abs(theta) - cut, 0)),
            "The sizes are right, and the signs are gone: multiply by np.sign(theta).",
        ),
        Slip(
            "0 over 0",
            _l1(lambda theta, cut, *_: theta / np.abs(theta) * np.maximum(np.abs(theta) - cut, 0)),
            "theta / np.abs(theta) is 0/0 where theta is 0. np.sign(theta) is 0 there.",
        ),
        Slip(
            "two sides without a middle",
            _l1(lambda theta, cut, *_: np.where(theta > cut, theta - cut, theta + cut)),
            "The large entries are right. Those between -eta * strength and eta * strength become"
            " 0: that is a third case.",
        ),
        Slip(
            "theta for its sign",
            _l1(lambda theta, cut, *_: theta * np.maximum(np.abs(theta) - cut, 0)),
            "You multiply by theta itself. Its sign is enough: np.sign(theta).",
        ),
        Slip(
            "the signs turned",
            _l1(lambda theta, cut, *_: -_soft(theta, cut)),
            "Every sign is turned round. An entry moves towards 0 and never past it.",
        ),
        Slip(
            "np.max for np.maximum",
            _l1(lambda theta, cut, *_: np.sign(theta) * np.max(np.abs(theta) - cut, 0)),
            "`np.max(a, 0)` is the largest entry along axis 0, one for all. Entry by entry it is"
            " `np.maximum(a, 0)`.",
        ),
        Slip(
            "the smaller for the larger",
            _l1(lambda theta, cut, *_: np.sign(theta) * np.minimum(np.abs(theta) - cut, 0)),
            "np.minimum keeps what is below 0. What is left of a size is 0 or more: np.maximum.",
        ),
        Slip(
            "away from 0",
            _l1(lambda theta, cut, *_: np.sign(theta) * (np.abs(theta) + cut)),
            "The entries move away from 0. A penalty makes sizes smaller: subtract.",
        ),
        Slip(
            "subtracted on both sides",
            _l1(lambda theta, cut, *_: theta - cut),
            "You subtract the threshold from negative entries too, away from 0. Work on the size.",
        ),
        Slip(
            "subtracted on both sides, small ones 0",
            _l1(lambda theta, cut, *_: np.where(np.abs(theta) > cut, theta - cut, 0.0)),
            "The small entries are right. But you subtract from negative ones too, away from 0:"
            " they"
            " need a plus.",
        ),
        Slip(
            "clipped",
            _l1(lambda theta, cut, *_: np.clip(theta, -cut, cut)),
            "You return what is to go: theta clipped. The result is theta *minus* that.",
        ),
        Slip(
            "the pull alone",
            _l1(lambda theta, cut, *_: cut * np.sign(theta)),
            "That is the pull of the penalty. The parameters after it are asked for.",
        ),
        Slip(
            "zeros where large",
            _l1(lambda theta, cut, *_: np.where(np.abs(theta) > cut, 0.0, theta)),
            "You blank out the large entries. The small ones become 0.",
        ),
        Slip(
            "the norm for each size",
            _l1(_soft_by_norm),
            "You shorten the whole vector. L1 treats each entry by itself: its size, not the norm.",
        ),
        Slip(
            "nothing moved",
            _l1(lambda theta, cut, *_: 1.0 * theta),
            "Your theta stays as it was: the threshold eta * strength is missing, or rounded to 0.",
        ),
        Slip(
            "the loop writes into theta",
            _l1(_soft_by_loop_in_place),
            "Your loop writes into the caller's array. Put the entries into a new one, made by"
            " np.zeros(len(theta)).",
        ),
        Slip(
            "it writes into theta",
            _l1(_soft_in_place),
            "You write zeros into the caller's array. Make a new one: np.sign(theta) times what is"
            " left of the sizes.",
        ),
        Slip(
            "a step in place",
            _l1(_step_in_place),
            "`theta -= ...` writes into the caller's array. And what you compare with the threshold"
            " then has moved already: work on a new array, and compare the sizes from before.",
        ),
        Slip(
            "past 0, in place",
            _l1(_past_0_in_place),
            "`theta -= ...` writes into the caller's array, and small entries are thrown past 0."
            " Make a new array, in which what has less than eta * strength is 0.",
        ),
        Slip(
            "a hard threshold in place",
            _l1(_hard_in_place),
            "You write zeros into the caller's array, and the large entries stay as they are. Make"
            " a new array, in which every size is less by eta * strength, or 0.",
        ),
        Slip(
            "rounded to whole numbers",
            _l1(_soft_rounded),
            "`np.zeros_like` of whole numbers holds whole numbers, and 2.5 becomes 2. Write"
            " `np.zeros(len(theta))`, or do without it.",
        ),
        Slip(
            "nothing checked",
            _l1(_soft, is_bad=lambda eta, s: False),
            "Right where the input is. With a threshold below 0 sizes would grow: raise a"
            " ValueError"
            " for eta < 0 and for strength < 0.",
        ),
        Slip(
            "the product checked",
            _l1(_soft, is_bad=lambda eta, s: eta * s < 0),
            "A negative eta or strength gets through, as it does where their product is checked:"
            " check each of them.",
        ),
        Slip(
            "both must be bad",
            _l1(_soft, is_bad=lambda eta, s: eta < 0 and s < 0),
            "You refuse only where both are below 0. One is enough: `or`.",
        ),
        Slip(
            "eta unchecked",
            _l1(_soft, is_bad=lambda eta, s: s < 0),
            "Right where the input is. A negative eta is a step backwards: raise a ValueError.",
        ),
        Slip(
            "strength unchecked",
            _l1(_soft, is_bad=lambda eta, s: eta < 0),
            "Right where the input is. A negative strength rewards size: raise a ValueError.",
        ),
        Slip(
            "0 refused",
            _l1(_soft, is_bad=lambda eta, s: eta <= 0 or s <= 0),
            "eta = 0 and strength = 0 are allowed: nothing moves. Refuse only what is below 0.",
        ),
    ),
)


# 3. early_stop

NAN, INF = float("nan"), float("inf")
PATTERNS = (  # in quarters: binary fractions, so that a tie is a tie however it is reckoned
    ([8], 1, 0),
    ([8, 6], 1, 0),
    ([8, 9], 1, 0),
    ([8, 8], 1, 0),
    ([8, 6, 7], 1, 0),
    ([8, 6, 7, 5, 4, 3], 1, 0),
    ([8, 6, 7, 5, 9, 9], 2, 0),
    ([8, 6, 7, 6, 5, 4, 3], 2, 0),
    ([9, 6, 7, 8, 4, 3], 3, 0),
    ([9, 6, 7, 8, 7, 2, 3], 3, 0),
    ([9, 7, 8, 6, 7, 5, 6, 4, 9], 2, 0),
    ([9, 8, 7, 6, 5, 4], 3, 0),
    ([12, 7, 8, 8, 8, 8, 8], 3, 2),
    ([9, 8, 7, 6, 5, 4], 3, 1),
    ([12, 6, 7, 9, 9, 9, 9], 2, 2),
    ([9, 8, 7, 6, 5, 4, 3, 2], 2, 2),
    ([9, 8, 7, 6, 5, 4, 3, 2], 3, 2),
    ([20, 16, 15, 14, 9, 8, 8, 8, 8], 3, 3),
    ([20, 16, 17, 15, 17, 2, 1, 0], 3, 2),
    ([20, 16, 17, 18, 17, 19, 19, 19], 3, 2),
    ([9, 6, 5, 7, 7, 7, 7, 6, 6], 4, 2),
    ([9, 10, 11, 12, 13, 1, 2, 0], 3, 0),
    ([9, 7, 7, 7, 7, 7, 7], 5, 0),
    ([NAN, NAN, NAN, NAN], 2, 0),
    ([9, 7, NAN, NAN, NAN, 1], 3, 0),
    ([9, NAN, 7, NAN, 8, 6, 9], 3, 0),
    ([NAN, 9, 7, 8, 8, 1], 2, 0),
    ([NAN, NAN, 9, 7, 8, 8, 8], 2, 0),
    ([INF, 9, INF, 8, 10, 10], 2, 1),
    ([INF, INF, INF, 9, 8, 10, 10, 10, 10], 3, 0),
    ([30, 9, 10, 11, 8, 12, 12, 12, 12, 1], 4, 1),
    # A NaN first, beaten by any finite loss: by a large one, and by more than min_delta.
    ([NAN, 8e6, 9e6, 9e6, 9e6], 2, 0),
    ([NAN, 2.0**999, 2.0**1000, 2.0**1000, 2.0**1000], 3, 0),
    ([NAN, 20, 20, 20, 20], 2, 8),
    ([NAN, NAN, 20, 21, 22, 22, 20], 3, 400),
    # Gains that are larger than min_delta by little, and smaller by little.
    ([16, 12 - 2.0**-6, 16, 16, 16], 2, 4),
    ([16, 12 - 2.0**-18, 16, 16, 16], 2, 4),
    ([16, 12 + 2.0**-6, 16, 16, 16], 2, 4),
    # A slow fall, no step of which is a gain on the step before, and which adds up.
    ([20, 19, 18, 17, 16, 15, 14, 13], 4, 2),
    ([20, 18, 17, 16, 15, 14, 13, 12, 11], 3, 2),
    # Worse by a lot; up and down, but never below the best; worse all along.
    ([8, 12, 16, 12, 16, 20, 24], 3, 1),
    ([8, 9, 8, 9, 8, 9, 8, 9], 3, 0),
    ([8, 9, 10, 9, 10, 11, 12, 13], 3, 0),
    ([9, 8, 12, 7, 12, 13, 14, 15, 16], 2, 0),
    ([9, 8, 12, 12, 7, 7, 7, 7], 3, 0),
    ([16, NAN, NAN, 12, 13, 14, 15], 3, 1),
    ([16, 12, 13, NAN, 11, 12, 10, 9], 3, 0),
)


def _stop_inputs(rng: np.random.Generator) -> list[Arguments]:
    def case(losses, patience, min_delta):
        return losses, keywords(patience=patience, min_delta=min_delta)

    cases = []
    for quarters, patience, min_delta in PATTERNS:
        losses = (np.array(quarters, dtype=float) + rng.integers(0, 9)) / 4
        cases.append(case(losses, patience, min_delta / 4))
    walk = np.cumsum(rng.integers(-2, 3, size=(3, 14)), axis=1) / 4 + 9.0
    cases += [case(w, p, d) for w, p, d in zip(walk, (3, 4, 3), (0.0, 0.25, 0.5), strict=True)]
    cases += [case(np.array([5, 3, 4, 3, 2]), p, d) for p, d in ((2, 0), (3, 0), (3, 1))]
    cases += [case(np.array([2.0, 1.0]), 3, 0.0), case(np.array([np.nan, np.inf, np.inf]), 2, 0.0)]
    bad = ((0, 0.0), (-1, 0.0), (2, -0.25), (0, -0.25))
    return [*cases, *(case(walk[0], p, d) for p, d in bad)]


def _stopping(
    gains=lambda loss, best, d: loss < best - d,
    seen=lambda losses: np.where(np.isnan(losses), np.inf, losses),
    runs_out=lambda waited, patience: waited >= patience,
    against=lambda losses, best, t: losses[best],
    give=lambda losses, best, stopped, out: (best, stopped),
    is_bad=lambda p, d: p < 1 or d < 0,
):
    """Make a function that stops as the task says, with one part done in another way."""

    def early_stop(losses, *, patience, min_delta):
        if is_bad(patience, min_delta):
            raise ValueError
        values, best = seen(losses), 0
        for t in range(len(values)):
            if t and gains(values[t], against(values, best, t), min_delta):
                best = t
            if runs_out(t - best, patience):
                return give(values, best, t, True)
        return give(values, best, len(values) - 1, False)

    return early_stop


def _bad_stop(patience, min_delta):
    return patience < 1 or min_delta < 0


def _stop_total(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    losses, best, bad = np.where(np.isnan(losses), np.inf, losses), 0, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best] - min_delta:
            best = t
        else:
            bad += 1
        if bad >= patience:
            return best, t
    return best, len(losses) - 1


def _stop_plain_minimum(losses, *, patience, min_delta):
    """Any lower loss is the best; only a real gain over it restarts the waiting."""
    if _bad_stop(patience, min_delta):
        raise ValueError
    losses, best, since = np.where(np.isnan(losses), np.inf, losses), 0, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best] - min_delta:
            since = t
        if losses[t] < losses[best]:
            best = t
        if t - since >= patience:
            return best, t
    return best, len(losses) - 1


def _stop_nan_uncounted(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    best, lowest, waited = 0, np.inf, 0
    for t, loss in enumerate(losses):
        if np.isnan(loss):
            continue
        if loss < lowest - min_delta:
            best, lowest, waited = t, loss, 0
        elif t:
            waited += 1
        if waited >= patience:
            return best, t
    return best, len(losses) - 1


def _stop_without_nans(losses, *, patience, min_delta):
    return _stopping()(losses[~np.isnan(losses)], patience=patience, min_delta=min_delta)


def _stop_writing_infinity(losses, *, patience, min_delta):
    losses[np.isnan(losses)] = np.inf
    return _stopping()(losses, patience=patience, min_delta=min_delta)


def _stop_at_nan(losses, *, patience, min_delta):
    broken = np.flatnonzero(np.isnan(losses))
    seen = losses[: broken[0] + 1] if len(broken) else losses
    return _stopping()(seen, patience=patience, min_delta=min_delta)


def _stop_before_nan(losses, *, patience, min_delta):
    broken = np.flatnonzero(np.isnan(losses))
    best, stopped = _stop_at_nan(losses, patience=patience, min_delta=min_delta)
    return best, stopped - 1 if len(broken) and stopped == broken[0] else stopped


def _stop_without_nans_at_t(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    losses, best = losses[~np.isnan(losses)], 0
    for t in range(len(losses)):
        if losses[t] < losses[best] - min_delta:
            best = t
        if t - best >= patience:
            break
    return best, t


def _stop_counting_rises(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    losses, best, rises = np.where(np.isnan(losses), np.inf, losses), 0, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best] - min_delta:
            best = t
        rises = rises + 1 if losses[t] > losses[t - 1] else 0
        if rises >= patience:
            return best, t
    return best, len(losses) - 1


def _stop_counting_in_a_row(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    losses, best, idle = np.where(np.isnan(losses), np.inf, losses), 0, 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best] - min_delta:
            best = t
        idle = 0 if losses[t] < losses[t - 1] - min_delta else idle + 1
        if idle >= patience:
            return best, t
    return best, len(losses) - 1


def _stop_asking_first(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    losses, best = np.where(np.isnan(losses), np.inf, losses), 0
    for t in range(len(losses)):
        if t - best >= patience:
            return best, t
        if losses[t] < losses[best] - min_delta:
            best = t
    return best, len(losses) - 1


def _stop_early_after_step_0(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    losses, best = np.where(np.isnan(losses), np.inf, losses), 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best] - min_delta:
            best = t
        if t - best >= patience - 1:
            return best, t
    return best, len(losses) - 1


def _stop_early_without_gain(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    losses, best = np.where(np.isnan(losses), np.inf, losses), 0
    for t in range(1, len(losses)):
        if losses[t] < losses[best] - min_delta:
            best = t
        elif t - best >= patience - 1:
            return best, t
    return best, len(losses) - 1


def _stop_by_the_step_before(losses, *, patience, min_delta):
    if _bad_stop(patience, min_delta):
        raise ValueError
    best, waited = 0, 0
    for t, loss in enumerate(losses):
        best, waited = (t, 0) if loss < losses[t - 1] - min_delta else (best, waited + 1)
        if waited >= patience:
            return best, t
    return best, len(losses) - 1


def _stop_by_argmin(losses, *, patience, min_delta):
    return int(np.argmin(losses)), int(np.argmin(losses)) + patience


def _stop_by_argmin_cut(losses, *, patience, min_delta):
    best = int(np.argmin(losses))
    return best, min(best + patience, len(losses) - 1)


def _stop_waiting_from_0(losses, *, patience, min_delta):
    """Start the waiting at 1 where step 0 is no gain on infinity."""
    if _bad_stop(patience, min_delta):
        raise ValueError
    best, lowest, waited = 0, np.inf, 0
    for t, loss in enumerate(losses):
        if loss < lowest - min_delta:
            best, lowest, waited = t, loss, 0
        else:
            waited += 1
        if waited >= patience:
            return best, t
    return best, len(losses) - 1


def _stop_by_the_clock(losses, *, patience, min_delta):
    seen = losses[: max(patience, 0) + 1]
    return _stopping()(seen, patience=patience, min_delta=min_delta)


def _lowest_of_all(losses, _best, stopped, _out):
    return int(np.argmin(losses)), stopped


def _lowest_seen(losses, _best, stopped, _out):
    return int(np.argmin(losses[: stopped + 1])), stopped


EARLY_STOP = Function(
    name="early_stop",
    points=45,
    inputs=_stop_inputs,
    parameters={"losses": "(t,)", "patience": "", "min_delta": ""},
    returns={"best": "", "stopped": ""},
    hints=(
        "Go through the steps with a loop. Which single number do you need to remember from one to"
        " the next?",
        "The step of the best. A loss below losses[best] - min_delta makes t the best; when"
        " t - best reaches patience, that is the end. Turn NaN into infinity first.",
        "`losses = np.where(np.isnan(losses), np.inf, losses)`; in the loop `if losses[t] <"
        " losses[best] - min_delta: best = t`, then `if t - best >= patience:` return both. After"
        " the loop the last index is len(losses) - 1.",
    ),
    slips=(
        Slip(
            "the lowest of all",
            _stopping(give=_lowest_of_all),
            "Your best is the lowest of *all* losses. Those after the stop were never computed:"
            " training had ended.",
        ),
        Slip(
            "the lowest of all, and patience",
            _stop_by_argmin,
            "`np.argmin` looks at all losses, those after the stop too, and adding patience does"
            " not know where they end. Go through them step by step.",
        ),
        Slip(
            "the lowest of all, and patience, cut",
            _stop_by_argmin_cut,
            "`np.argmin` looks at all losses, and those after the stop were never computed. Go"
            " through them step by step.",
        ),
        Slip(
            "the lowest seen",
            _stopping(give=_lowest_seen),
            "Your best is the plain minimum up to the stop. A loss that is lower by min_delta or"
            " less is not a new best.",
        ),
        Slip(
            "waiting never starts again",
            _stop_total,
            "You count the bad steps of the whole run. With each new best the waiting starts again"
            " at 0.",
        ),
        Slip(
            "against the step before",
            _stopping(against=lambda losses, best, t: losses[t - 1]),
            "You compare with the loss one step before. Compare with the best so far: else a climb"
            " with small dips never stops.",
        ),
        Slip(
            "against the step before, at step 0 too",
            _stop_by_the_step_before,
            "You compare with losses[t - 1], the step before (at t = 0 that is the last of all)."
            " Compare with the best so far.",
        ),
        Slip(
            "against the first",
            _stopping(against=lambda losses, best, t: losses[0]),
            "You compare with the very first loss. Compare with the best so far.",
        ),
        Slip(
            "the difference without its sign",
            _stopping(gains=lambda loss, best, d: abs(loss - best) > d),
            "You take the absolute value of the difference, so that a worse loss becomes the best"
            " too. Only a *lower* one is a gain.",
        ),
        Slip(
            "steps without a fall in a row",
            _stop_counting_in_a_row,
            "A loss lower than the one before restarts your waiting. Only a new best does: the"
            " waiting is t - best.",
        ),
        Slip(
            "the end is asked for first",
            _stop_asking_first,
            "You ask whether to stop before you look at the loss of this step. Update the best"
            " first: it may be this one.",
        ),
        Slip(
            "min_delta added",
            _stopping(gains=lambda loss, best, d: loss < best + d),
            "You add min_delta, so that a slightly *worse* loss becomes the best. Subtract it.",
        ),
        Slip(
            "min_delta ignored",
            _stopping(gains=lambda loss, best, d: loss < best),
            "You do not use min_delta: any lower loss restarts the waiting. It must be lower by"
            " more"
            " than min_delta.",
        ),
        Slip(
            "the highest",
            _stopping(gains=lambda loss, best, d: loss > best + d),
            "You look for the highest. That would suit an accuracy; a loss is better when lower.",
        ),
        Slip(
            "min_delta as a share",
            _stopping(gains=lambda loss, best, d: loss < best * (1 - d)),
            "What you ask of a gain is more or less than min_delta. It has the unit of the losses:"
            " subtract it, as it is.",
        ),
        Slip(
            "against the running minimum",
            _stopping(against=lambda losses, best, t: np.min(losses[:t])),
            "You compare with the lowest loss so far. That takes part in a slow fall, which then"
            " never counts: compare with losses[best], which stays until a gain is large enough.",
        ),
        Slip(
            "a tie is a gain",
            _stopping(gains=lambda loss, best, d: loss <= best - d),
            "An equal loss, or one lower by exactly min_delta, restarts your waiting. It must be"
            " lower by *more*: < and not <=.",
        ),
        Slip(
            "the plain minimum",
            _stop_plain_minimum,
            "Any lower loss is your best, and a gain is reckoned from there: that is the rule of"
            " exercise 3.2. Here the best moves only by a gain of more than min_delta.",
        ),
        Slip(
            "one step too many",
            _stopping(runs_out=lambda waited, patience: waited > patience),
            "You stop one step late: at `patience` steps after the best it ends, >= and not >.",
        ),
        Slip(
            "one step too few",
            _stopping(runs_out=lambda waited, patience: waited >= patience - 1),
            "You stop one step early: patience steps *after* the best.",
        ),
        Slip(
            "one step too few, from step 1 on",
            _stop_early_after_step_0,
            "You stop one step early. Stop where t - best has reached patience: the best itself"
            " does not count.",
        ),
        Slip(
            "one step too few, without a gain",
            _stop_early_without_gain,
            "You stop one step early. The first step without a gain is the first that is waited:"
            " stop where t - best has reached patience.",
        ),
        Slip(
            "two steps too many",
            _stopping(runs_out=lambda waited, patience: waited >= patience + 2),
            "You stop two steps late: at `patience` steps after the best it ends.",
        ),
        Slip(
            "how many were waited",
            _stopping(give=lambda losses, best, stopped, out: (best, stopped - best)),
            "You return how long it waited. The step at which it stopped is asked for.",
        ),
        Slip(
            "stops by the clock",
            _stop_by_the_clock,
            "You stop at step `patience`, whatever came. Count from the last best.",
        ),
        Slip(
            "it never stops",
            _stopping(runs_out=lambda waited, patience: False),
            "You never stop before the last step. When t - best reaches patience, return.",
        ),
        Slip(
            "rises in a row",
            _stop_counting_rises,
            "You count rises in a row. Count the steps since the best, whatever the losses do in"
            " between: t - best.",
        ),
        Slip(
            "the best twice",
            _stopping(give=lambda losses, best, stopped, out: (best, best)),
            "Your `stopped` is the best step. Training went on for `patience` steps more before it"
            " knew.",
        ),
        Slip(
            "the loss, not its step",
            _stopping(give=lambda losses, best, stopped, out: (float(losses[best]), stopped)),
            "You return the best loss. Its *step* is asked for, counted from 0.",
        ),
        Slip(
            "the results exchanged",
            _stopping(give=lambda losses, best, stopped, out: (stopped, best)),
            "You return the stop first. The task asks for the best, then the stop.",
        ),
        Slip(
            "one more than the stop",
            _stopping(give=lambda losses, best, stopped, out: (best, stopped + 1)),
            "Your `stopped` is one too high. It is the number of the last step gone through,"
            " counted from 0, and not how many there were.",
        ),
        Slip(
            "one more than the stop, where patience ran out",
            _stopping(
                give=lambda losses, best, stopped, out: (best, stopped + 1 if out else stopped)
            ),
            "Where patience runs out your `stopped` is one too high. It is the step at which that"
            " was seen, not the next.",
        ),
        Slip(
            "past the end",
            _stopping(
                give=lambda losses, best, stopped, out: (best, stopped if out else stopped + 1)
            ),
            "Where patience never runs out you return the number of losses. The last step is one"
            " less: counted from 0.",
        ),
        Slip(
            "patience past the end",
            lambda losses, *, patience, min_delta: _stopping(
                give=lambda _, best, stopped, out: (best, best + patience)
            )(losses, patience=patience, min_delta=min_delta),
            "You add patience to the best even where the losses end before: then the stop is the"
            " last step.",
        ),
        Slip(
            "counted from 1",
            _stopping(give=lambda losses, best, stopped, out: (best + 1, stopped + 1)),
            "You count steps from 1. The first loss is step 0.",
        ),
        Slip(
            "nothing for no stop",
            _stopping(give=lambda losses, best, stopped, out: (best, stopped if out else None)),
            "Where patience never runs out your `stopped` is None. It is the last step then:"
            " len(losses) - 1.",
        ),
        Slip(
            "a NaN is zero",
            _stopping(seen=np.nan_to_num),
            "A NaN counts as 0 for you, or as less: `np.nan_to_num` makes 0 of it. Make it"
            " infinite.",
        ),
        Slip(
            "a NaN is a gain",
            _stopping(seen=lambda losses: losses, gains=lambda loss, best, d: not loss >= best - d),
            "A NaN becomes your best, for it is not >= anything either. Ask whether a loss *is*"
            " lower.",
        ),
        Slip(
            "a NaN at step 0 stays",
            _stopping(seen=lambda losses: losses),
            "With a NaN at step 0 nothing is ever lower: every comparison with NaN is False. Count"
            " NaN as infinite.",
        ),
        Slip(
            "a NaN is dropped",
            _stop_nan_uncounted,
            "You skip a NaN and do not count the step. It is a step without a gain: training waited"
            " for it.",
        ),
        Slip(
            "infinity in place",
            _stop_writing_infinity,
            "You write infinity into the caller's array. Make a new one, say with np.where.",
        ),
        Slip(
            "NaNs taken out",
            _stop_without_nans,
            "You take the NaNs out of the losses, so that all later steps have other numbers. Put"
            " infinity in their place.",
        ),
        Slip(
            "NaNs taken out, and what is left gone through",
            _stop_without_nans_at_t,
            "You take the NaNs out of the losses: all later steps have other numbers, and where"
            " all are NaN nothing is left. Put infinity in their place.",
        ),
        Slip(
            "the highest for NaN",
            _stopping(
                seen=lambda losses: np.where(
                    np.isnan(losses), max(losses[np.isfinite(losses)], default=0) + 1, losses
                )
            ),
            "You put the highest loss, or a little more, in the place of NaN. Then a finite loss"
            " has to beat it by min_delta: only infinity (np.inf) is beaten by any.",
        ),
        Slip(
            "the step before a NaN ends it",
            _stop_before_nan,
            "You stop before the first NaN. It is one step without a gain; patience decides.",
        ),
        Slip(
            "a NaN ends it",
            _stop_at_nan,
            "You stop at the first NaN. It is one step without a gain; patience decides.",
        ),
        Slip(
            "waiting begins at step 0",
            _stop_waiting_from_0,
            "Where step 0 is infinite or NaN you count it as a step waited. Step 0 is the best to"
            " begin with, whatever it is: waiting is t - best.",
        ),
        Slip(
            "a large number for NaN",
            _stopping(seen=lambda losses: np.where(np.isnan(losses), 1e6, losses)),
            "You put a large number in the place of NaN. A loss may be larger still: only infinity"
            " (np.inf) is beaten by any of them.",
        ),
        Slip(
            "a very large number for NaN",
            _stopping(seen=lambda losses: np.where(np.isnan(losses), 1e100, losses)),
            "You put a large number in the place of NaN. A loss may be larger still: only infinity"
            " (np.inf) is beaten by any of them.",
        ),
        Slip(
            "min_delta and a little more",
            _stopping(gains=lambda loss, best, d: loss < best - d - 0.01),
            "You add something to min_delta. A gain of more than min_delta is enough, by however"
            " little: subtract min_delta itself.",
        ),
        Slip(
            "nothing checked",
            _stopping(is_bad=lambda p, d: False),
            "Right where the input is. Raise a ValueError for a patience below 1, and for min_delta"
            " below 0.",
        ),
        Slip(
            "both must be bad",
            _stopping(is_bad=lambda p, d: p < 1 and d < 0),
            "You refuse only where both are bad. One is enough: `or`.",
        ),
        Slip(
            "patience unchecked",
            _stopping(is_bad=lambda p, d: d < 0),
            "Right where the input is. With a patience below 1 it would stop at step 0: raise a"
            " ValueError.",
        ),
        Slip(
            "a patience of 0 let through",
            _stopping(is_bad=lambda p, d: p < 0 or d < 0),
            "patience = 0 would stop at step 0. The task refuses it too: patience < 1.",
        ),
        Slip(
            "min_delta unchecked",
            _stopping(is_bad=lambda p, d: p < 1),
            "Right where the input is. With min_delta below 0 a worse loss would be a gain: raise a"
            " ValueError.",
        ),
        Slip(
            "min_delta of 0 refused",
            _stopping(is_bad=lambda p, d: p < 1 or d <= 0),
            "min_delta = 0 is allowed: any lower loss is a gain. Refuse only what is below 0.",
        ),
        Slip(
            "a patience of 1 refused",
            _stopping(is_bad=lambda p, d: p <= 1 or d < 0),
            "patience = 1 is allowed: stop at the first step without a gain. Refuse what is"
            " below 1.",
        ),
    ),
)

FUNCTIONS = (L2_PENALTY_GRADIENT, L1_PROX, EARLY_STOP)
