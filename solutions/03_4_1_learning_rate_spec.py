"""Spec of the exercises to 3.4.1: inputs, hints and known slips; the reference is the notebook.

The letters: n parameters, T steps of a range test, t of them before it explodes.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Build, Function, Slip, Tolerance, keywords

# 1. predict_divergence

WORDS = "converges", "oscillates", "stays", "diverges"


def _products(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw n products of rate and curvature, well inside one of the four ranges each."""
    ranges = np.array([(0.1, 0.9), (1.1, 1.9), (2.1, 5.0), (-3.0, -0.2)])
    low, high = ranges[rng.integers(4, size=n)].T
    return rng.uniform(low, high)


def _words_inputs(rng: np.random.Generator) -> list[Arguments]:
    low, middle, high = (round(rng.uniform(*ends), 1) for ends in ((1, 8), (12, 18), (22, 60)))
    cases: list[Arguments] = [(np.array([curvature]), 0.1) for curvature in (low, middle, high)]
    cases += [(np.array([low, middle, high]), 0.1), (np.array([high, low, middle]), 0.1)]
    cases += [(np.array([-low, high, 0.0]), eta) for eta in (0.1, 0.01)]  # a hill, and a plain
    for n in (4, 5, 8):
        eta = round(rng.uniform(0.1, 3.0), 2)
        cases += [(np.round(_products(rng, n) / eta, 3), eta)]
    # Exact in binary, so that the borders are hit on any machine.
    cases += [(np.array([1, 3, 4, 5]), 0.5), (np.array([4, 8, 12, 2, 0, -8]), 0.25)]
    cases += [(np.array([1, 2, 3, 0, -1]), 1), (np.array([0.5, 1.0, 1.5]), 2)]
    cases += [(np.array([3.0, -2.0, 0.0]), 0), (np.array([0.0, 0.0]), 0.5)]
    cases += [(np.array([7.0]), 0.0), (np.array([0]), 0.5), (np.array([-low]), 0.1)]
    return [*cases, *((np.array([1.0, 2.0]), eta) for eta in (-0.5, -1))]


def _right_word(product):
    if product in (0, 2):
        return "stays"
    if product < 0 or product > 2:
        return "diverges"
    return "oscillates" if product > 1 else "converges"


def _words(word=_right_word, products=lambda lambdas, eta: eta * lambdas):
    """Make a function that refuses what the task says; `word(product)` names a direction."""

    def predict_divergence(lambdas, eta):
        if eta < 0:
            raise ValueError
        return [word(product) for product in products(lambdas, eta)]

    return predict_divergence


def _instead(wrong: str, right: str, where=lambda product: True):
    """Say one word where another is right."""

    def word(product):
        found = _right_word(product)
        return wrong if found == right and where(product) else found

    return _words(word)


def _by_the_steepest(lambdas, eta):
    if eta < 0:
        raise ValueError
    return [_right_word(eta * max(lambdas))] * len(lambdas)


def _one_word(lambdas, eta):
    if eta < 0:
        raise ValueError
    return _right_word(eta * max(lambdas))


def _sorted(lambdas, eta):
    if eta < 0:
        raise ValueError
    return [_right_word(product) for product in sorted(eta * lambdas)]


def _zero_refused(lambdas, eta):
    if eta <= 0:
        raise ValueError
    return _words()(lambdas, eta)


def _factors(lambdas, eta):
    if eta < 0:
        raise ValueError
    return list(1 - eta * lambdas)


def _numbers_refused(lambdas, eta):
    if eta < 0 or np.any(lambdas < 0):
        raise ValueError
    return _words()(lambdas, eta)


def _by_the_factor(word):
    return _words(lambda product: word(1 - product))


def _left_out(*left_out: str):
    """Append nothing for some of the words."""

    def predict_divergence(lambdas, eta):
        return [word for word in _words()(lambdas, eta) if word not in left_out]

    return predict_divergence


def _rate_over_curvature(lambdas, eta):
    with np.errstate(all="ignore"):
        return np.asarray(eta) / lambdas


def _factor_against(limit):
    """Compare the size of the factor with another limit than 1 for `diverges`."""

    def word(factor):
        if abs(factor) > limit:
            return "diverges"
        return "stays" if abs(factor) == 1 else "oscillates" if factor < 0 else "converges"

    return _by_the_factor(word)


def _upside_down(factor):
    if abs(factor) < 1:
        return "diverges"
    return "stays" if abs(factor) == 1 else "oscillates" if factor < 0 else "converges"


PREDICT_DIVERGENCE = Function(
    name="predict_divergence",
    points=25,
    inputs=_words_inputs,
    parameters={"lambdas": "(n,)", "eta": ""},
    returns={"words": ""},
    hints=(
        "Each step multiplies the distance along an eigenvector by one number. Its size tells one"
        " thing, its sign another.",
        "The number is 1 - ηλ. Larger than 1 in size: it diverges. Exactly 1 in size: it stays."
        " Smaller: it shrinks, and the sign says whether it changes sides.",
        "`for factor in 1 - eta * lambdas:` then `if abs(factor) > 1`, `elif abs(factor) == 1`, and"
        " else the sign, `factor < 0`; append a word each time.",
    ),
    slips=(
        Slip(
            "swinging taken for diverging",
            _instead("diverges", "oscillates"),
            "You call every ηλ above 1 divergent. Between 1 and 2 descent changes sides in every"
            " step, and still comes nearer: the factor is between -1 and 0.",
        ),
        Slip(
            "diverging taken for swinging",
            _instead("oscillates", "diverges", lambda product: product > 2),
            "Where ηλ > 2 the distance changes sides *and grows*: it diverges. To oscillate means"
            " that it shrinks.",
        ),
        Slip(
            "the border is 1",
            _words(
                lambda p: "diverges" if p < 0 or p > 1 else "stays" if p in (0, 1) else WORDS[0]
            ),
            "You take ηλ = 1 for the border. There descent arrives in a single step; it diverges"
            " from 2 on, where |1 - ηλ| passes 1.",
        ),
        Slip(
            "a hill converges",
            _instead("converges", "diverges", lambda product: product < 0),
            "You let a negative curvature converge. Its factor 1 - ηλ is *above* 1: descent leaves"
            " a hilltop at every rate.",
        ),
        Slip(
            "the size of the curvature",
            _words(products=lambda lambdas, eta: eta * np.abs(lambdas)),
            "You take |λ|, and a hilltop looks like a bowl. The sign counts: with λ < 0 the factor"
            " 1 - ηλ is above 1.",
        ),
        Slip(
            "a plain converges",
            _instead("converges", "stays", lambda product: product == 0),
            "Where ηλ is 0 the factor is 1: nothing moves. That is `stays`.",
        ),
        Slip(
            "the border 2 converges",
            _instead("oscillates", "stays", lambda product: product == 2),
            "At ηλ = 2 the factor is -1: to and fro for ever, and never nearer. That is `stays`.",
        ),
        Slip(
            "the border 2 diverges",
            _instead("diverges", "stays", lambda product: product == 2),
            "At ηλ = 2 the factor is -1: the distance keeps its size, it does not grow. That is"
            " `stays`.",
        ),
        Slip(
            "nothing stays, all of it diverges",
            _instead("diverges", "stays"),
            "Where |1 - ηλ| is exactly 1, the distance keeps its size: `stays`. It diverges only"
            " where that is *above* 1.",
        ),
        Slip(
            "nothing stays, a plain converges and 2 swings",
            _words(
                lambda p: _right_word(p) if p not in (0, 2) else "oscillates" if p else "converges"
            ),
            "Where |1 - ηλ| is exactly 1, nothing comes nearer: `stays`. Look at ηλ = 0 and ηλ = 2"
            " before you ask for the sign.",
        ),
        Slip(
            "one step is swinging",
            _instead("oscillates", "converges", lambda product: product == 1),
            "At ηλ = 1 the factor is 0: it arrives in one step, on no other side. The task calls"
            " that `converges`; only a factor *below* 0 changes sides.",
        ),
        Slip(
            "one step stays",
            _instead("stays", "converges", lambda product: product == 1),
            "At ηλ = 1 the factor is 0, and the distance is 0 after one step: `converges`. It stays"
            " where the *factor* is 1 in size, not ηλ.",
        ),
        Slip(
            "converges and oscillates exchanged",
            _by_the_factor(
                lambda f: (
                    _right_word(1 - f)
                    if abs(f) >= 1 or f == 0
                    else "converges"
                    if f < 0
                    else "oscillates"
                )
            ),
            "You have the two words that shrink the wrong way round: a *negative* factor changes"
            " sides.",
        ),
        Slip(
            "the sign of the curvature decides",
            _words(lambda p: "stays" if p == 0 else "diverges" if p < 0 else "converges"),
            "You look at the sign of λ alone. In a bowl the rate matters too: the factor is"
            " 1 - ηλ, and beyond ηλ = 2 it is larger than 1 in size.",
        ),
        Slip(
            "no absolute value",
            _by_the_factor(
                lambda f: (
                    "diverges"
                    if f > 1
                    else "stays"
                    if f == 1
                    else "oscillates"
                    if f < 0
                    else "converges"
                )
            ),
            "You compare the factor itself with 1, so that -1.5 passes for small. Its *size* says"
            " whether the distance grows: abs(factor).",
        ),
        Slip(
            "it climbs",
            _words(products=lambda lambdas, eta: -eta * lambdas),
            "You have 1 + ηλ. A step is *minus* η times the gradient: the factor is 1 - ηλ.",
        ),
        Slip(
            "divided by the rate",
            _words(products=lambda lambdas, eta: lambdas / eta if eta else 0 * lambdas),
            "You divide by η. Rate and curvature enter as a product, ηλ.",
        ),
        Slip(
            "the rate is forgotten",
            _words(products=lambda lambdas, eta: lambdas),
            "You compare the curvatures themselves. It is η times λ that counts.",
        ),
        Slip(
            "half the product",
            _words(products=lambda lambdas, eta: eta * lambdas / 2),
            "Your borders lie at twice the place. The gradient of ½λw² is λw: no half is left, and"
            " the factor is 1 - ηλ.",
        ),
        Slip(
            "twice the product",
            _words(products=lambda lambdas, eta: 2 * eta * lambdas),
            "Your borders lie at half the place. The gradient of ½λw² is λw, not 2λw: the factor"
            " is 1 - ηλ.",
        ),
        Slip(
            "the steepest decides for all",
            _by_the_steepest,
            "You give every direction the word of the steepest. Each has its own factor: the steep"
            " one may diverge while the flat one converges.",
        ),
        Slip(
            "one word for all",
            _one_word,
            "You return one word. Each direction has its own: a list of n.",
        ),
        Slip(
            "in another order",
            _sorted,
            "Your words are in the order of rising curvature. Keep the order of `lambdas`.",
        ),
        Slip(
            "factors in place of words",
            _factors,
            "Those are the factors 1 - ηλ. Now name each: its size against 1, then its sign.",
        ),
        Slip(
            "nothing is named diverging",
            _instead("stays", "diverges"),
            "Where |1 - ηλ| is above 1 the distance grows: `diverges`. It stays where that is"
            " exactly 1.",
        ),
        Slip(
            "all that shrinks converges",
            _instead("converges", "oscillates"),
            "Where ηλ is between 1 and 2 the distance shrinks, *and changes sides in every step*:"
            " the task calls that `oscillates`.",
        ),
        Slip(
            "all that shrinks oscillates",
            _instead("oscillates", "converges"),
            "Where ηλ is below 1 the factor is positive: the distance shrinks and keeps its side."
            " That is `converges`.",
        ),
        Slip(
            "an empty list",
            _left_out(*WORDS),
            "Your list is empty: append a word for each direction, in the loop.",
        ),
        Slip(
            "only the diverging are named",
            _left_out("converges", "oscillates", "stays"),
            "Your list holds the diverging directions alone. Every direction has a word.",
        ),
        Slip(
            "the diverging are left out",
            _left_out("diverges"),
            "You leave out the directions that diverge. Every direction has a word, in order.",
        ),
        Slip(
            "those that stay are left out",
            _left_out("stays"),
            "You leave out the directions that stay. Every direction has a word, in order.",
        ),
        Slip(
            "those that shrink are left out",
            _left_out("converges", "oscillates"),
            "You leave out the directions that shrink. Every direction has a word, in order.",
        ),
        Slip(
            "the product for the factor",
            _words(products=lambda lambdas, eta: 1 - eta * lambdas),
            "You compare ηλ with 1. The factor is 1 - ηλ: it is small where ηλ is near 1.",
        ),
        Slip(
            "2 less the product",
            _words(products=lambda lambdas, eta: eta * lambdas - 1),
            "Your factor is 2 - ηλ. A step takes ηλw off w, so 1 - ηλ is left.",
        ),
        Slip(
            "the product with a minus for the factor",
            _words(products=lambda lambdas, eta: 1 + eta * lambdas),
            "Your factor is -ηλ, the step alone. What is left of w is 1 - ηλ.",
        ),
        Slip(
            "the rate over the curvature",
            _words(products=_rate_over_curvature),
            "You divide η by λ. They enter as a product: the factor is 1 - ηλ.",
        ),
        Slip(
            "growing and shrinking exchanged",
            _by_the_factor(_upside_down),
            "You have it upside down: a factor *below* 1 in size shrinks the distance.",
        ),
        Slip(
            "the factor against 2",
            _factor_against(2),
            "You compare the factor with 2. 2 is the border of ηλ; that of the factor 1 - ηλ is 1.",
        ),
        Slip(
            "the factor against 0",
            _factor_against(0),
            "You call every factor that is not 0 divergent. It grows where |1 - ηλ| is above 1.",
        ),
        Slip(
            "a factor of 0 stays",
            _by_the_factor(
                lambda f: (
                    "diverges"
                    if abs(f) > 1
                    else "stays"
                    if f == 0
                    else "oscillates"
                    if f < 0
                    else "converges"
                )
            ),
            "You let a factor of 0 stay: that one arrives in a single step. Where the factor is 1"
            " or -1, the distance keeps its size.",
        ),
        Slip(
            "stays and shrinking exchanged",
            _by_the_factor(
                lambda f: (
                    "diverges"
                    if abs(f) > 1
                    else "stays"
                    if abs(f) != 1
                    else "oscillates"
                    if f < 0
                    else "converges"
                )
            ),
            "You have `stays` the wrong way round: it is for factors of exactly 1 in size.",
        ),
        Slip(
            "negative rates are let through",
            lambda lambdas, eta: [_right_word(product) for product in eta * lambdas],
            "The words are right. But a rate below 0 climbs: raise a ValueError.",
        ),
        Slip(
            "a rate of 0 is refused",
            _zero_refused,
            "You refuse eta = 0. The task lets it pass: nothing moves, so every direction `stays`.",
        ),
        Slip(
            "hills are refused",
            _numbers_refused,
            "You refuse negative curvatures. The task asks for them too: a saddle has one, and"
            " descent leaves along it.",
        ),
    ),
)


# 2. sharpness


def _landscape(name: str, **settings: float) -> Build:
    return Build(f"course_lib.landscapes:{name}().loss_and_gradient", tuple(settings.items()))


def _numbers(rng: np.random.Generator, n: int, scale: float = 1.0) -> np.ndarray:
    """Random numbers with two decimals, none near 0: short to read where a case is shown."""
    sizes = rng.uniform(0.3, 1.5, size=n) * scale
    return np.round(sizes * rng.choice([-1.0, 1.0], size=n), 2)


def _saddle(rng: np.random.Generator) -> np.ndarray:
    """Draw a point high in the valley of Rosenbrock's function, where it bends down most."""
    return np.array([round(rng.uniform(-0.2, 0.2), 2), round(rng.uniform(2.0, 3.0), 2)])


def _sharpness_inputs(rng: np.random.Generator) -> list[Arguments]:
    cosh, beale, valley = _landscape("cosh"), _landscape("beale"), _landscape("rosenbrock")
    cases: list[Arguments] = [
        (cosh, _numbers(rng, 1), _numbers(rng, 1, scale=3.0), keywords(steps=steps))
        for steps in (1, 2)
    ]
    for kappa, steps in ((4.0, 1), (4.0, 2), (2.0, 5), (10.0, 3)):
        bowl = _landscape("quadratic", kappa=kappa)
        cases += [(bowl, _numbers(rng, 2), _numbers(rng, 2, scale=2.0), keywords(steps=steps))]
    theta, v = _numbers(rng, 2), _numbers(rng, 2, scale=2.0)
    cases += [(valley, theta, v, keywords(steps=steps)) for steps in (1, 2, 4)]
    cases += [(valley, _saddle(rng), np.array([4.0, 0.5]), keywords(steps=s)) for s in (1, 2, 5)]
    cases += [(beale, _numbers(rng, 2), _numbers(rng, 2), keywords(steps=s)) for s in (1, 2, 3)]
    # A wide h shows how the difference is taken.
    cases += [(cosh, _numbers(rng, 1), _numbers(rng, 1), keywords(steps=1, h=0.5))]
    cases += [(valley, theta, v, keywords(steps=s, h=h)) for s, h in ((1, 0.1), (2, 0.5), (3, 0.2))]
    bowl = _landscape("quadratic", kappa=7.0)
    whole = rng.integers(1, 5, 2), np.array([3, -4])
    cases += [(bowl, *whole, keywords(steps=s)) for s in (1, 2)]
    cases += [(valley, *whole, keywords(steps=2))]
    # A start without a part along the steepest direction never finds it.
    cases += [(bowl, np.zeros(2), np.array([2.0, 0.0]), keywords(steps=3))]
    bad = ((np.zeros(2), 3), (np.zeros(2), 0), (v, 0), (v, -1))
    return [*cases, *((bowl, theta, start, keywords(steps=steps)) for start, steps in bad)]


def _central(f, theta, v, h):
    return (f(theta + h * v)[1] - f(theta - h * v)[1]) / (2 * h)


def _length(v):
    return np.linalg.norm(v)


def _power(
    product=_central,
    answer=lambda v, Hv: v @ Hv,
    length=_length,
    more=0,
    refused=lambda v, steps: steps < 1 or not np.any(v),
):
    """Make the right function, but for what is given otherwise."""

    def sharpness(loss_and_gradient, theta, v, *, steps, h=1e-4):
        if refused(v, steps):
            raise ValueError("refused, as the exercise asks")
        Hv = v
        for _ in range(steps + more):
            v = Hv / length(Hv)
            Hv = product(loss_and_gradient, theta, v, h)
        return answer(v, Hv)

    return sharpness


def _not_scaled(lengthen):
    """Multiply by H again and again, and scale at the end alone, or not at all."""

    def sharpness(loss_and_gradient, theta, v, *, steps, h=1e-4):
        if steps < 1 or not np.any(v):
            raise ValueError
        for _ in range(steps):
            Hv = _central(loss_and_gradient, theta, v, h)
            curvature = lengthen(v, Hv)
            v = Hv
        return curvature

    return sharpness


def _scaled_after(loss_and_gradient, theta, v, *, steps, h=1e-4):
    """Scale each product, but not the v that it starts with."""
    if steps < 1 or not np.any(v):
        raise ValueError
    for _ in range(steps):
        Hv = _central(loss_and_gradient, theta, v, h)
        curvature = v @ Hv
        v = Hv / np.linalg.norm(Hv)
    return curvature


def _scaled_once(loss_and_gradient, theta, v, *, steps, h=1e-4):
    if steps < 1 or not np.any(v):
        raise ValueError
    return _not_scaled(np.dot)(loss_and_gradient, theta, v / np.linalg.norm(v), steps=steps, h=h)


def _moves(loss_and_gradient, theta, v, *, steps, h=1e-4):
    """Let theta move with v."""
    if steps < 1 or not np.any(v):
        raise ValueError
    for _ in range(steps):
        v = v / np.linalg.norm(v)
        Hv = _central(loss_and_gradient, theta, v, h)
        curvature, theta, v = v @ Hv, theta + h * v, Hv
    return curvature


def _second_difference(loss_and_gradient, theta, v, *, steps, h=1e-4):
    if steps < 1 or not np.any(v):
        raise ValueError
    v = v / np.linalg.norm(v)
    above, here, below = (loss_and_gradient(theta + s * h * v)[0] for s in (1, 0, -1))
    return (above - 2 * here + below) / h**2


def _in_place(loss_and_gradient, theta, v, *, steps, h=1e-4):
    if steps < 1 or not np.any(v):
        raise ValueError
    v /= np.linalg.norm(v)
    return _power()(loss_and_gradient, theta, v, steps=steps, h=h)


def _always(number):
    def sharpness(loss_and_gradient, theta, v, *, steps, h=1e-4):
        if steps < 1 or not np.any(v):
            raise ValueError
        return _power()(loss_and_gradient, theta, v, steps=number, h=h)

    return sharpness


def _first_alone(loss_and_gradient, theta, v, *, steps, h=1e-4):
    """Take every product with the first v."""
    return _power()(loss_and_gradient, theta, v, steps=min(steps, 1), h=h)


def _of_the_gradient(f, theta, v, h):
    return f(theta)[1]


SHARPNESS = Function(
    name="sharpness",
    points=40,
    inputs=_sharpness_inputs,
    parameters={"loss_and_gradient": "", "theta": "(n,)", "v": "(n,)", "steps": "", "h": ""},
    returns={"curvature": ""},
    tolerance=Tolerance(
        relative=1e-6, absolute=1e-6, reason="gradients that are subtracted lose digits"
    ),
    hints=(
        "Section 5 multiplies by H itself. You have no H, but two gradients: how does the gradient"
        " change from θ - hv to θ + hv?",
        "In a loop: v to length 1, then the difference of the two gradients over 2h, which is Hv,"
        " then v @ Hv; and Hv is the next v. Keep the last v @ Hv.",
        "`v = v / np.linalg.norm(v)`; `_, above = loss_and_gradient(theta + h * v)`, `below`"
        " likewise; `Hv = (above - below) / (2 * h)`; `curvature = v @ Hv`; `v = Hv`.",
    ),
    slips=(
        Slip(
            "v is never scaled",
            _not_scaled(np.dot),
            "v keeps growing: v @ Hv is a curvature only where v has length 1. Scale v at the"
            " start of *every* step.",
        ),
        Slip(
            "v is scaled once",
            _scaled_once,
            "You scale v before the loop alone. Hv is no longer of length 1, so scale it at the"
            " start of every step.",
        ),
        Slip(
            "the first v is not scaled",
            _scaled_after,
            "You scale every product, but not the v that you are given: the first step needs it"
            " too.",
        ),
        Slip(
            "the length in place of the curvature",
            _power(answer=lambda v, Hv: _length(Hv)),
            "You return the length of Hv. It has lost the sign, which tells a bowl from a hill, and"
            " before the end it is larger: v @ Hv is the curvature along v.",
        ),
        Slip(
            "the points exchanged",
            _power(lambda f, theta, v, h: -_central(f, theta, v, h)),
            "Your curvature has the other sign: the gradient at theta + hv comes first, minus the"
            " one at theta - hv.",
        ),
        Slip(
            "the largest entry of the product",
            _power(answer=lambda v, Hv: np.max(np.abs(Hv))),
            "You return the largest entry of Hv. The curvature along v is v @ Hv: all entries"
            " count, each with its part of v.",
        ),
        Slip(
            "losses in place of gradients",
            _second_difference,
            "You take differences of the loss. That is the curvature along the first v, with fewer"
            " digits, and it gives no Hv to go on with: take the gradients.",
        ),
        Slip(
            "the sign is lost",
            _power(answer=lambda v, Hv: abs(v @ Hv)),
            "You return an absolute value. A negative curvature is an answer: there the loss bends"
            " down.",
        ),
        Slip(
            "a difference to one side",
            _power(lambda f, theta, v, h: (f(theta + h * v)[1] - f(theta)[1]) / h),
            "You take the difference between theta + hv and theta. Take it across theta, from"
            " theta - hv to theta + hv, over 2h: its error falls as h².",
        ),
        Slip(
            "a difference backward",
            _power(lambda f, theta, v, h: (f(theta)[1] - f(theta - h * v)[1]) / h),
            "You take the difference between theta and theta - hv. Take it across theta, from"
            " theta - hv to theta + hv, over 2h: its error falls as h².",
        ),
        Slip(
            "divided by h",
            _power(lambda f, theta, v, h: 2 * _central(f, theta, v, h)),
            "You divide by h, but the two points lie 2h apart.",
        ),
        Slip(
            "not divided",
            _power(lambda f, theta, v, h: 2 * h * _central(f, theta, v, h)),
            "You do not divide the difference of the gradients by the distance of the points, 2h.",
        ),
        Slip(
            "multiplied by 2h",
            _power(lambda f, theta, v, h: (2 * h) ** 2 * _central(f, theta, v, h)),
            "You multiply by the distance of the points, 2h. A slope is divided by it.",
        ),
        Slip(
            "theta is forgotten above",
            _power(lambda f, theta, v, h: (f(h * v)[1] - f(theta - h * v)[1]) / (2 * h)),
            "Your upper point is hv. It is theta + hv.",
        ),
        Slip(
            "theta is forgotten below",
            _power(lambda f, theta, v, h: (f(theta + h * v)[1] - f(-h * v)[1]) / (2 * h)),
            "Your lower point is -hv. It is theta - hv.",
        ),
        Slip(
            "divided by 2, times h",
            _power(lambda f, theta, v, h: h**2 * _central(f, theta, v, h)),
            "`/ 2 * h` divides by 2 and then *multiplies* by h: write `/ (2 * h)`.",
        ),
        Slip(
            "divided by 2",
            _power(lambda f, theta, v, h: h * _central(f, theta, v, h)),
            "You divide by 2. The distance of the two points is 2h.",
        ),
        Slip(
            "half a difference to one side",
            _power(lambda f, theta, v, h: (f(theta + h * v)[1] - f(theta)[1]) / (2 * h)),
            "You divide by 2h, but your two points, theta + hv and theta, lie h apart. Let the"
            " lower one be theta - hv.",
        ),
        Slip(
            "the gradients are added",
            _power(lambda f, theta, v, h: (f(theta + h * v)[1] + f(theta - h * v)[1]) / (2 * h)),
            "You add the two gradients. What H does to v is how the gradient *changes*: subtract.",
        ),
        Slip(
            "theta is forgotten",
            _power(lambda f, theta, v, h: (f(h * v)[1] - f(-h * v)[1]) / (2 * h)),
            "You take the gradients at hv and -hv: that is the curvature at 0. Add theta to both.",
        ),
        Slip(
            "the gradient itself",
            _power(_of_the_gradient),
            "You take the gradient for Hv. Hv is how the gradient changes along v: two gradients"
            " and a difference.",
        ),
        Slip(
            "the upper gradient alone",
            _power(lambda f, theta, v, h: f(theta + h * v)[1] / (2 * h)),
            "You take one gradient. Hv is a difference of two, at theta + hv and theta - hv.",
        ),
        Slip(
            "the step is h for every coordinate",
            _power(lambda f, theta, v, h: (f(theta + h)[1] - f(theta - h)[1]) / (2 * h)),
            "theta + h moves every coordinate by the same. The step goes along v: h * v.",
        ),
        Slip(
            "the step is v",
            _power(lambda f, theta, v, h: (f(theta + v)[1] - f(theta - v)[1]) / (2 * h)),
            "Your two points are theta + v and theta - v, a length of 1 away. Take h * v.",
        ),
        Slip(
            "one product too many",
            _power(more=1),
            "You multiply by H once more than asked: with steps = 1 the answer is the curvature"
            " along the v that you are given.",
        ),
        Slip(
            "scaled by the sum",
            _power(length=np.sum),
            "You divide v by the sum of its entries. Its length is the root of the sum of squares.",
        ),
        Slip(
            "scaled by the largest entry",
            _power(length=lambda v: np.max(np.abs(v))),
            "You divide v by its largest entry. The direction is right, the length is not 1, and"
            " v @ Hv counts the length twice.",
        ),
        Slip(
            "scaled by the squared length",
            _power(length=lambda v: v @ v),
            "You divide by v @ v, the *squared* length. Take the root.",
        ),
        Slip(
            "multiplied by the length",
            _power(length=lambda v: 1 / _length(v)),
            "You multiply v by its length. To have length 1 it must be divided.",
        ),
        Slip(
            "the direction",
            _power(answer=lambda v, Hv: Hv / _length(Hv)),
            "You return the direction. The curvature along it is asked, a number: v @ Hv.",
        ),
        Slip(
            "the product",
            _power(answer=lambda v, Hv: Hv),
            "You return Hv, a vector. The curvature along v is v @ Hv, a number.",
        ),
        Slip(
            "entry by entry",
            _power(answer=lambda v, Hv: v * Hv),
            "v * Hv multiplies entry by entry. v @ Hv adds the products up.",
        ),
        Slip(
            "the rate that it bears",
            _power(answer=lambda v, Hv: 2 / (v @ Hv)),
            "That is 2/λ, the rate that a bowl would bear. The sharpness λ itself is asked.",
        ),
        Slip(
            "half the curvature",
            _power(answer=lambda v, Hv: v @ Hv / 2),
            "You return half of it. The half belongs to the *loss*, ½ vᵀHv; the curvature is vᵀHv.",
        ),
        Slip(
            "theta moves along",
            _moves,
            "theta moves in your loop. The curvature is to be measured at one place; only v"
            " changes.",
        ),
        Slip(
            "it writes into v",
            _in_place,
            "`v /= ...` overwrites the caller's v, and fails for whole numbers. Write"
            " `v = v / ...`, which makes a new array.",
        ),
        Slip(
            "one step always",
            _always(1),
            "Your answer is the curvature along the first v. Is Hv the next v, and does `return`"
            " stand outside the loop?",
        ),
        Slip(
            "steps is ignored",
            _always(100),
            "You go on until the steepest direction is found. Take as many steps as asked.",
        ),
        Slip(
            "h is ignored",
            _power(lambda f, theta, v, h: _central(f, theta, v, 1e-4)),
            "Use the h that the caller gives: with another h, another difference comes out.",
        ),
        Slip(
            "bad input is not refused",
            _power(refused=lambda v, steps: False),
            "The curvature is right. But a v of zeros has no direction, and with no step there is"
            " no answer: raise a ValueError for both.",
        ),
        Slip(
            "zeros are let through",
            _power(refused=lambda v, steps: steps < 1),
            "The curvature is right, and steps < 1 is refused. A v of zeros has no direction:"
            " refuse that too.",
        ),
        Slip(
            "no step is let through",
            _power(refused=lambda v, steps: not np.any(v)),
            "The curvature is right, and zeros are refused. With steps < 1 there is no answer:"
            " refuse that too.",
        ),
        Slip(
            "only steps below 0 are refused",
            _power(refused=lambda v, steps: steps < 0 or not np.any(v)),
            "With steps = 0 there is no product and no answer: refuse steps < 1.",
        ),
        Slip(
            "a v with a 0 in it is refused",
            _power(refused=lambda v, steps: steps < 1 or not np.all(v)),
            "You refuse a v that has a 0 anywhere. Only *all* zeros have no direction: np.any.",
        ),
    ),
    equivalent={
        "v = v / np.linalg.norm(v) -> v = -(v / np.linalg.norm(v))": (
            "H(-v) is -Hv: the signs cancel in v @ Hv"
        ),
        "curvature = v @ Hv -> curvature = v.T @ Hv": "v has one axis",
        "curvature = v @ Hv -> curvature = v @ Hv.T": "Hv has one axis",
        "curvature = v @ Hv -> curvature = Hv @ v": "a product of vectors has no order",
    },
)


# 3. learning_rate_range_test


def _record(rng: np.random.Generator, T: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a range test: a plateau, a noisy fall, an explosion, and a fluke after it."""
    rates = np.round(np.geomspace(0.01, 10, T), 4)
    fall = T // 2
    losses = np.concatenate([rng.uniform(7, 9, 2), np.linspace(6, 1.5, fall), np.zeros(T)])[:T]
    losses[1 : fall + 2] *= rng.uniform(0.7, 1.3, fall + 1)
    losses[fall + 2 :] = rng.uniform(20, 90, T - fall - 2)
    losses[-2:] = rng.uniform(0.01, 0.1, 2)
    return rates, np.round(losses, 2)


def _range_inputs(rng: np.random.Generator) -> list[Arguments]:
    def case(rates, losses, beta=0.5, k=2.0):
        return np.array(rates), np.array(losses), keywords(beta=beta, k=k)

    a, b = (round(x, 1) for x in rng.uniform(3, 9, 2).tolist())
    cases: list[Arguments] = [case([a], [b]), case([a, 2 * a], [b, b / 2], beta=0.0)]
    cases += [case([a, 2 * a, 3 * a], [b, b / 2, b / 4])]
    cases += [case(*_record(rng, T), *setting) for T, setting in ((8, (0.5, 3.0)), (12, (0.8, 4)))]
    cases += [case(*_record(rng, T), 0.9, 2.0) for T in (12, 16)]
    record = _record(rng, 14)
    cases += [case(*record, beta, 3.0) for beta in (0.0, 0.3, 0.6)]
    cases += [case(*record, 0.3, k) for k in (1.2, 6.0)]
    # One lucky batch and one bad batch in the fall, and the lowest loss twice.
    lucky = [8.0, 6.0, 1.0, 5.0, 3.5, 3.0, 60.0]
    cases += [case([1, 2, 3, 4, 5, 6, 7], lucky, 0.7, 2.0)]
    bad = [8.0, 6.0, 5.5, 14.0, 4.0, 3.5, 60.0]
    cases += [case([1, 2, 3, 4, 5, 6, 7], bad, 0.8, 2.0)]
    cases += [case([1, 2, 3, 4, 5, 6], [8.0, 6.0, 9.0, 4.0, 3.0, 60.0], 0.7, 1.5)]
    cases += [case([1, 2, 3, 4], [5.0, 2.0, 2.0, 9.0], 0.0, 2.0)]
    # It climbs slowly, and is above k times the lowest long before it has doubled in a step.
    cases += [case([1, 2, 3, 4, 5, 6, 7, 8], [9.0, 4.0, 2.0, 3.0, 4.5, 6.5, 9.5, 30.0], 0.0, 2.0)]
    cases += [case([1, 2, 3, 4, 5, 6], [0.9, 0.3, 0.2, 0.5, 0.8, 3.0], 0.0, 2.0)]
    # Exactly k times the lowest is no explosion; whole numbers.
    cases += [case([1, 2, 4, 8], [4, 2, 4, 9], 0.0, 2), case([2, 4, 8, 16], [8, 6, 1, 40], 0.5, 3)]
    rates, losses = _record(rng, 10)
    for broken in (np.inf, np.nan):  # in the fall, and before the first alarm
        cases += [case(rates, np.concatenate([losses[:5], [broken], losses[6:]]), 0.5, 9.0)]
    cases += [case(rates, [*losses[:-1], np.inf], 0.5, 9.0)]
    low = np.round(np.geomspace(9, 2, 6), 2)
    cases += [case(rates[:6], low), case(rates[:6], low[::-1], 0.5, 20.0)]  # it never explodes
    cases += [case(rates, losses[:-1]), case(rates[:, None], losses)]
    cases += [case(rates[::-1], losses), case([1.0, 2.0, 2.0], [4.0, 3.0, 2.0])]
    cases += [case([1.0, 3.0, 2.0, 4.0], [4.0, 3.0, 2.0, 1.0])]
    return [*cases, *(case(rates, [broken, *losses[1:]]) for broken in (np.inf, np.nan))]


def _refuse(rates, losses):
    if rates.shape != losses.shape or np.any(np.diff(rates) <= 0) or not np.isfinite(losses[0]):
        raise ValueError("refused, as the exercise asks")


def _corrected(losses, beta):
    s, smooth = 0.0, []
    for t, loss in enumerate(losses, start=1):
        s = beta * s + (1 - beta) * loss
        smooth.append(s / (1 - beta**t))
    return np.array(smooth)


def _until(smooth, k, limit=lambda smooth, t: np.min(smooth[:t], initial=np.inf)):
    """Count the smoothed losses before the first that is not finite, or explodes."""
    for t, s in enumerate(smooth):
        if not np.isfinite(s) or s > k * limit(smooth, t):
            return t
    return len(smooth)


def _third(rates, smooth, losses, stop):
    return rates[np.argmin(smooth[:stop])] / 3


def _reading(
    smoothed=_corrected,
    stopped=_until,
    choose=_third,
    refuse=_refuse,
    beyond=0,
):
    """Make the right function, but for what is given otherwise."""

    def learning_rate_range_test(rates, losses, *, beta, k):
        refuse(rates, losses)
        smooth = smoothed(losses, beta)
        stop = min(stopped(smooth, k) + beyond, len(smooth))
        return choose(rates, smooth, losses, stop), smooth[:stop]

    return learning_rate_range_test


def _not_corrected(losses, beta):
    s, smooth = 0.0, []
    for loss in losses:
        s = beta * s + (1 - beta) * loss
        smooth.append(s)
    return np.array(smooth)


def _from_the_first(losses, beta):
    s, smooth = losses[0], []
    for loss in losses:
        s = beta * s + (1 - beta) * loss
        smooth.append(s)
    return np.array(smooth)


def _from_the_first_and_corrected(losses, beta):
    return _from_the_first(losses, beta) / (1 - beta ** np.arange(1, len(losses) + 1))


def _fed_back(losses, beta):
    """Correct s itself, and go on from that."""
    s, smooth = 0.0, []
    for t, loss in enumerate(losses, start=1):
        s = (beta * s + (1 - beta) * loss) / (1 - beta**t)
        smooth.append(s)
    return np.array(smooth)


def _weights_exchanged(losses, beta):
    s, smooth = 0.0, []
    for t, loss in enumerate(losses, start=1):
        s = (1 - beta) * s + beta * loss
        smooth.append(s / (1 - beta**t))
    return np.array(smooth)


def _corrected_once(losses, beta):
    return _not_corrected(losses, beta) / (1 - beta)


def _start_at(s, losses, beta):
    past = beta ** np.arange(1, len(losses) + 1)
    return _corrected(losses, beta) + s * past / (1 - past)


def _one_turn_late(losses, beta):
    return _not_corrected(losses, beta) / (1 - beta ** np.arange(2, len(losses) + 2))


def _loss_unweighted(losses, beta):
    return _corrected(losses, beta) / (1 - beta)


def _multiplied(losses, beta):
    return _not_corrected(losses, beta) * (1 - beta ** np.arange(1, len(losses) + 1))


def _running_mean(losses, beta):
    return np.cumsum(losses) / np.arange(1, len(losses) + 1)


def _refusing(shapes=True, rising=lambda rates: np.any(np.diff(rates) <= 0), first=True):
    def refuse(rates, losses):
        if shapes and rates.shape != losses.shape:
            raise ValueError
        if rising(rates) or (first and not np.isfinite(losses[0])):
            raise ValueError

    return refuse


def _reads_anything(rates, losses, *, beta, k):
    """Refuse nothing, and let no exception out."""
    smooth = _corrected(losses, beta)
    stop = _until(smooth, k)
    return rates.ravel()[np.argmin(smooth[:stop]) if stop else 0] / 3, smooth[:stop]


def _first_let_through(rates, losses, *, beta, k):
    _refusing(first=False)(rates, losses)
    return _reads_anything(rates, losses, beta=beta, k=k)


def _shapes_let_through(rates, losses, *, beta, k):
    _refusing(shapes=False, rising=lambda rates: np.any(np.diff(rates.ravel()) <= 0))(rates, losses)
    return _reads_anything(rates, losses, beta=beta, k=k)


def _nothing_kept(rates, losses, *, beta, k):
    raise ValueError("attempt to get argmin of an empty sequence")


def _nan_passes(smooth, k):
    for t, s in enumerate(smooth):
        if s > k * np.min(smooth[:t], initial=np.inf):
            return t
    return len(smooth)


def _at_an_offset(smooth, k):
    for t, s in enumerate(smooth):
        if not np.isfinite(s) or s > k + np.min(smooth[:t], initial=np.inf):
            return t
    return len(smooth)


def _going_on(rates, losses, *, beta, k):
    _refuse(rates, losses)
    kept = []
    for s in _corrected(losses, beta):
        if np.isfinite(s) and s <= k * min([s, *kept]):
            kept.append(s)
    return rates[np.argmin(kept)] / 3, np.array(kept)


def _raw_compared(rates, losses, *, beta, k):
    _refuse(rates, losses)
    smooth, t = _corrected(losses, beta), 0
    while t < len(losses) and losses[t] <= k * np.min(smooth[:t], initial=np.inf):
        t += 1
    return _third(rates, smooth, losses, t), smooth[:t]


def _against_raw(rates, losses, *, beta, k):
    _refuse(rates, losses)
    smooth, t = _corrected(losses, beta), 0
    while t < len(losses) and smooth[t] <= k * np.min(losses[: t + 1]):
        t += 1
    return _third(rates, smooth, losses, t), smooth[:t]


def _steepest(rates, smooth, losses, stop):
    return rates[np.argmin(np.diff(smooth[:stop]))] if stop > 1 else rates[0]


LEARNING_RATE_RANGE_TEST = Function(
    name="learning_rate_range_test",
    points=35,
    inputs=_range_inputs,
    parameters={"rates": "(T,)", "losses": "(T,)", "beta": "", "k": ""},
    returns={"rate": "", "smooth": "(t,)"},
    hints=(
        "Do it in one loop over the losses: smooth, look whether that explodes, else keep it. The"
        " rate is chosen after the loop.",
        "Keep two things: s, which goes on as it is, and s / (1 - beta**t), which you compare and"
        " keep in a list. Leave the loop by `break` before you keep one that explodes.",
        "`for t, loss in enumerate(losses, start=1):` `s = beta * s + (1 - beta) * loss`;"
        " `s_hat = s / (1 - beta**t)`; break if it is not finite or `s_hat > k * min(...)`; append"
        " it. At last `rates[np.argmin(smooth)] / 3`.",
    ),
    slips=(
        Slip(
            "nothing is kept",
            _nothing_kept,
            "No smoothed loss is kept, and np.argmin refuses an empty list. Is each one appended?"
            " Does t start at 1 (1 - beta**0 is 0)? Is an explosion *above* k times the lowest, and"
            " the smoothed loss above 0?",
        ),
        Slip(
            "k is the limit",
            _reading(stopped=lambda smooth, k: _until(smooth, k, lambda smooth, t: 1.0)),
            "You compare with k itself, or divide k by something. An explosion is more than"
            " k *times* the lowest so far.",
        ),
        Slip(
            "from 1",
            _reading(lambda losses, beta: _start_at(1.0, losses, beta)),
            "Your s starts at 1. It starts at 0, which is what 1 - beta**t makes up for.",
        ),
        Slip(
            "no smoothing",
            _reading(lambda losses, beta: 1.0 * losses),
            "You read the losses as they are: one lucky batch decides. Smooth them first.",
        ),
        Slip(
            "no correction",
            _reading(_not_corrected),
            "s starts at 0, so your first smoothed losses are too small, and the best of them is"
            " the first: divide by 1 - beta**t.",
        ),
        Slip(
            "from the first loss",
            _reading(_from_the_first),
            "You start s at the first loss. That gives the first batch a large weight for long;"
            " start at 0, and divide by 1 - beta**t.",
        ),
        Slip(
            "from the first loss, and corrected",
            _reading(_from_the_first_and_corrected),
            "The division by 1 - beta**t is for an s that starts at 0. Yours starts at the first"
            " loss, so it comes out too large.",
        ),
        Slip(
            "the corrected one goes on",
            _reading(_fed_back),
            "You go on from the *corrected* value. Keep s as it is, and put s / (1 - beta**t) under"
            " a name of its own.",
        ),
        Slip(
            "the weights exchanged",
            _reading(_weights_exchanged),
            "The past has the weight beta, the new loss 1 - beta: you have them exchanged.",
        ),
        Slip(
            "divided by 1 - beta in every step",
            _reading(_corrected_once),
            "You divide by 1 - beta in every step. The weights add up to 1 - beta**t: t counts the"
            " losses so far.",
        ),
        Slip(
            "t counts one too many",
            _reading(_one_turn_late),
            "Your t is one too large: after the first loss it is 1, and the smoothed loss *is* the"
            " first loss.",
        ),
        Slip(
            "the new loss without its weight",
            _reading(_loss_unweighted),
            "You add the new loss with weight 1, so the smoothed losses are all too large by"
            " 1/(1 - beta). Its weight is 1 - beta.",
        ),
        Slip(
            "multiplied by the correction",
            _reading(_multiplied),
            "You multiply by 1 - beta**t, and s gets smaller still. It is too small: divide.",
        ),
        Slip(
            "a mean over all the past",
            _reading(_running_mean),
            "You take the mean of all losses so far. Then the plateau at the start is never"
            " forgotten: each step back is to weigh beta times less.",
        ),
        Slip(
            "no stop",
            _reading(stopped=lambda smooth, k: len(smooth)),
            "Your record goes on past the explosion. What comes then is luck, and its lowest loss a"
            " fluke: stop there, and return only what is smoothed before.",
        ),
        Slip(
            "the explosion is kept",
            _reading(beyond=1),
            "You keep the smoothed loss that explodes. Look before you append: that one no longer"
            " counts.",
        ),
        Slip(
            "it goes on after the explosion",
            _going_on,
            "You skip what explodes, and go on: what comes after the explosion no longer counts,"
            " whatever it is. Leave the loop, with `break`.",
        ),
        Slip(
            "above the lowest plus k",
            _reading(stopped=_at_an_offset),
            "You add k to the lowest. An explosion is k *times* it.",
        ),
        Slip(
            "against the lowest raw loss",
            _against_raw,
            "You compare with the lowest *raw* loss. One lucky batch ends your record: compare with"
            " the lowest of the smoothed ones.",
        ),
        Slip(
            "any rise",
            _reading(stopped=lambda smooth, k: _until(smooth, 1.0)),
            "You stop at the first rise. Noise rises too: an explosion is more than `k` times the"
            " lowest.",
        ),
        Slip(
            "the raw loss is compared",
            _raw_compared,
            "You compare the raw loss with k times the lowest. One bad batch ends your record:"
            " compare the *smoothed* loss.",
        ),
        Slip(
            "k times the first",
            _reading(stopped=lambda smooth, k: _until(smooth, k, lambda smooth, t: smooth[0])),
            "You compare with the first loss. Compare with the *lowest* so far: an explosion that"
            " starts deep down is seen earlier.",
        ),
        Slip(
            "k times the one before",
            _reading(
                stopped=lambda smooth, k: _until(smooth, k, lambda smooth, t: smooth[max(t - 1, 0)])
            ),
            "You compare with the step before. A smoothed loss climbs slowly: compare with the"
            " lowest so far.",
        ),
        Slip(
            "at k times already",
            _reading(stopped=lambda smooth, k: _until(smooth, k * (1 - 1e-12))),
            "You stop where the smoothed loss *equals* k times the lowest. The task stops above:"
            " use >.",
        ),
        Slip(
            "nan passes",
            _reading(stopped=_nan_passes),
            "nan is neither above nor below anything, so your comparison lets it pass, and all"
            " after it is nan. Stop at what is not finite: np.isfinite.",
        ),
        Slip(
            "the rate of the lowest itself",
            _reading(choose=lambda *a: 3 * _third(*a)),
            "You return the rate of the lowest point. There the run is at the edge already: a third"
            " of it keeps a margin.",
        ),
        Slip(
            "times three",
            _reading(choose=lambda *a: 9 * _third(*a)),
            "You multiply by 3. A margin is on the safe side: a third.",
        ),
        Slip(
            "a tenth",
            _reading(choose=lambda *a: 0.3 * _third(*a)),
            "A tenth is a margin, too, and some take it. The task asks for a third.",
        ),
        Slip(
            "half",
            _reading(choose=lambda *a: 1.5 * _third(*a)),
            "You take half of the rate of the lowest point. The task asks for a third.",
        ),
        Slip(
            "the last before the explosion",
            _reading(choose=lambda rates, smooth, losses, stop: rates[stop - 1] / 3),
            "You take the last rate before the explosion. By then the loss has been climbing: take"
            " the rate where the smoothed loss is *lowest*.",
        ),
        Slip(
            "the highest",
            _reading(
                choose=lambda rates, smooth, losses, stop: rates[np.argmax(smooth[:stop])] / 3
            ),
            "You take the rate where the smoothed loss is highest. np.argmin finds the lowest.",
        ),
        Slip(
            "the steepest fall",
            _reading(choose=_steepest),
            "You take the rate where the loss falls fastest. That is another rule, and a noisy one;"
            " here it is a third of the rate of the lowest point.",
        ),
        Slip(
            "the lowest raw loss",
            _reading(
                choose=lambda rates, smooth, losses, stop: rates[np.argmin(losses[:stop])] / 3
            ),
            "You look for the lowest of the *raw* losses. One lucky batch decides then: take the"
            " lowest of the smoothed ones.",
        ),
        Slip(
            "the place",
            _reading(choose=lambda rates, smooth, losses, stop: int(np.argmin(smooth[:stop]))),
            "You return the place of the lowest loss. The rate stands there in `rates`.",
        ),
        Slip(
            "the lowest loss",
            _reading(choose=lambda rates, smooth, losses, stop: np.min(smooth[:stop])),
            "You return the lowest loss. The rate at which it was reached is asked.",
        ),
        Slip(
            "the last of equal ones",
            _reading(
                choose=lambda rates, smooth, losses, stop: (
                    rates[stop - 1 - np.argmin(smooth[:stop][::-1])] / 3
                )
            ),
            "Where two smoothed losses are equally low, take the first: the smaller rate.",
        ),
        Slip(
            "nothing is refused",
            _reads_anything,
            "What it reads is right. But rates that fall, other shapes, or a first loss that is"
            " not finite make no range test: raise a ValueError.",
        ),
        Slip(
            "shapes are not compared",
            _shapes_let_through,
            "What it reads is right. But each loss needs its rate: refuse shapes that differ.",
        ),
        Slip(
            "the order is not looked at",
            _reading(refuse=_refusing(rising=lambda rates: False)),
            "What it reads is right. But where the rates do not rise, what comes before an"
            " explosion says nothing: refuse that.",
        ),
        Slip(
            "rates may fall somewhere",
            _reading(
                refuse=_refusing(
                    rising=lambda rates: np.all(np.diff(rates) <= 0) and rates.size > 1
                )
            ),
            "You refuse only where *no* rate rises. One that does not is enough: np.any.",
        ),
        Slip(
            "equal rates are let through",
            _reading(refuse=_refusing(rising=lambda rates: np.any(np.diff(rates) < 0))),
            "You let equal rates pass. They are to *rise*: refuse np.diff(rates) <= 0.",
        ),
        Slip(
            "a broken first loss is let through",
            _first_let_through,
            "What it reads is right. But where the first loss is not finite, nothing can be read:"
            " raise a ValueError.",
        ),
    ),
    equivalent={
        "if rates.shape != losses.shape or np.any(np.diff(rates) <= 0) or (not"
        " np.isfinite(losses[0])): -> if rates.shape != losses.shape or np.any(np.diff(rates) <= 0)"
        " or (not losses[0]):": "no loss is 0, and np.argmin refuses an empty list, too",
    },
)

FUNCTIONS = (PREDICT_DIVERGENCE, SHARPNESS, LEARNING_RATE_RANGE_TEST)
