"""Spec of the exercises to 3.4.3: inputs, hints and known slips; the reference is the notebook.

The letters: d inputs and k outputs of a layer, n parameters.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Expectation, Function, Slip, keywords
from course_lib.grading.values import Value


def _numbers(rng: np.random.Generator, *shape: int, scale: float = 2.0) -> np.ndarray:
    """Random numbers with two decimals, none near 0: short to read where a case is shown."""
    sizes = rng.uniform(0.3, 2.0, size=shape) * scale
    return np.round(sizes * rng.choice([-1.0, 1.0], size=shape), 2)


# 1. clip_by_norm

C = 1.5


def _layer(rng: np.random.Generator, d: int, k: int, norm: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw the gradient of a layer whose joint norm is about the one given."""
    dW, db = _numbers(rng, d, k), _numbers(rng, k)
    scale = norm / np.sqrt(np.sum(dW**2) + np.sum(db**2))
    return np.round(scale * dW, 2), np.round(scale * db, 2)


def _norm_inputs(rng: np.random.Generator) -> list[Arguments]:
    sizes = [(1, 1, 4.0), (1, 1, 0.8), (2, 1, 6.0), (1, 3, 5.0), (3, 2, 8.0), (2, 4, 1.2)]
    sizes += [(4, 2, 30.0), (3, 3, 0.4), (2, 2, 1.9), (5, 3, 12.0)]
    cases: list[Arguments] = [(*_layer(rng, *size), keywords(max_norm=C)) for size in sizes]
    base = _layer(rng, 2, 3, 5.0)
    cases += [(*base, keywords(max_norm=c)) for c in (0.1, 0.7, 3.0, 100.0)]
    dW, db = base
    cases += [(2 * dW, db, keywords(max_norm=C)), (dW, 3 * db, keywords(max_norm=C))]
    cases += [(0.1 * dW, 4 * db, keywords(max_norm=c)) for c in (0.6, 2.5)]
    # One part is short alone, and the two together are not.
    cases += [(np.array([[3.0, 0.0]]), np.array([0.0, 4.0]), keywords(max_norm=4.5))]
    cases += [(np.zeros((2, 2)), np.array([3.0, -4.0]), keywords(max_norm=2.0))]
    cases += [(np.zeros((2, 1)), np.zeros(1), keywords(max_norm=C))]
    cases += [(np.array([[2, 4]]), np.array([4, 0]), keywords(max_norm=c)) for c in (3, 6)]
    cases += [(np.array([[3, 4]]), np.array([0, 0]), keywords(max_norm=1.0))]  # decimals come out
    return [*cases, *((*base, keywords(max_norm=c)) for c in (0.0, -1.0))]


def _norm_expect(arguments: Arguments, result: Value) -> list[Expectation]:
    """Ask for the value, and for the two properties that say what clipping by norm is."""
    dW, db, settings = arguments
    limit = float(dict(settings.settings)["max_norm"])
    return [
        Expectation("value", result),
        Expectation("norm_at_most", limit),
        Expectation("same_direction", (dW, db)),
    ]


def _joint(dW, db):
    return np.sqrt(np.sum(dW**2) + np.sum(db**2))


def _by(factor):
    """Make a function that refuses what the task says, and scales both parts by a factor."""

    def clip_by_norm(dW, db, *, max_norm):
        if max_norm <= 0:
            raise ValueError
        return tuple(
            scale * part for scale, part in zip(factor(dW, db, max_norm), (dW, db), strict=True)
        )

    return clip_by_norm


def _both(factor):
    return _by(lambda dW, db, c: (factor(_joint(dW, db), c, dW, db),) * 2)


def _shorten(norm, c):
    return c / max(norm, c)


def _by_value(dW, db, *, max_norm):
    if max_norm <= 0:
        raise ValueError
    return np.clip(dW, -max_norm, max_norm), np.clip(db, -max_norm, max_norm)


def _norm_in_place(dW, db, *, max_norm):
    if max_norm <= 0:
        raise ValueError
    factor = _shorten(_joint(dW, db), max_norm)
    dW *= factor
    db *= factor
    return dW, db


def _norm_unchecked(dW, db, *, max_norm):
    factor = min(1, max_norm / max(_joint(dW, db), 1e-300))
    return factor * dW, factor * db


def _norm_zero_passes(dW, db, *, max_norm):
    if max_norm < 0:
        raise ValueError
    return _norm_unchecked(dW, db, max_norm=max_norm)


CLIP_BY_NORM = Function(
    name="clip_by_norm",
    points=40,
    inputs=_norm_inputs,
    parameters={"dW": "(d, k)", "db": "(k,)", "max_norm": ""},
    returns={"clipped_dW": "(d, k)", "clipped_db": "(k,)"},
    expect=_norm_expect,
    hints=(
        "Think of dW and db laid end to end: one vector, one norm. Too long by which factor?",
        "Add the squares of both parts, and take the root. If that exceeds c, multiply both parts"
        " by c over the norm; else by 1.",
        "`norm = np.sqrt(np.sum(dW**2) + ...)`; the factor is `max_norm / max(norm, max_norm)`,"
        " which is 1 for a short gradient; it multiplies both parts.",
    ),
    slips=(
        Slip(
            "each part by its own norm",
            _by(
                lambda dW, db, c: (
                    _shorten(np.linalg.norm(dW), c),
                    _shorten(np.linalg.norm(db), c),
                )
            ),
            "You clip each part by a norm of its own. Then the two are shortened by different"
            " factors, and the direction turns: one joint norm decides for both.",
        ),
        Slip(
            "by value",
            _by_value,
            "You clip every entry: that is clipping by value, and it turns the direction. By norm,"
            " all entries get the same factor.",
        ),
        Slip(
            "not clipped",
            _both(lambda *_: 1.0),
            "A gradient that is too long comes back as it was. The factor is the *smaller* of 1 and"
            " max_norm over the norm.",
        ),
        Slip(
            "always scaled",
            _both(lambda norm, c, *_: c / max(norm, 1e-300)),
            "You bring every gradient to the length max_norm, short ones too. Clipping never"
            " lengthens: the factor is at most 1. Near a minimum steps must be allowed to shrink.",
        ),
        Slip(
            "to length 1",
            _both(lambda norm, c, *_: 1 / norm if norm > c else 1.0),
            "You shorten a long gradient to length 1. It is to have the length max_norm.",
        ),
        Slip(
            "upside down",
            _both(lambda norm, c, *_: norm / c if norm > c else 1.0),
            "You multiply by norm/c, which makes a long gradient longer. Turn the fraction over.",
        ),
        Slip(
            "the root forgotten",
            _both(lambda norm, c, *_: _shorten(norm**2, c)),
            "You have the *squared* norm. Take the root before you compare it with max_norm.",
        ),
        Slip(
            "the sum of sizes",
            _both(lambda _norm, c, dW, db: _shorten(np.abs(dW).sum() + np.abs(db).sum(), c)),
            "You add up the sizes of the entries, the 1-norm. Clipping by norm uses the length:"
            " the root of the sum of squares.",
        ),
        Slip(
            "the largest entry",
            _both(lambda _norm, c, dW, db: _shorten(max(np.abs(dW).max(), np.abs(db).max()), c)),
            "You compare the *largest entry* with max_norm. The length counts them all: the root"
            " of the sum of squares.",
        ),
        Slip(
            "one bias to each weight",
            _both(lambda _norm, c, dW, db: _shorten(np.sqrt(np.sum(dW**2 + db**2)), c)),
            "dW**2 + db**2 adds db to *every* row of dW, so each bias counts d times. Sum the"
            " squares of each part first, then add the two sums.",
        ),
        Slip(
            "PyTorch's small number",
            _both(lambda norm, c, *_: min(1.0, c / (norm + 1e-6))),
            "That is c/(norm + 1e-6), as PyTorch has it, and a trifle too short. Here the norm ends"
            " at c exactly: no small number; look at zero another way.",
        ),
        Slip(
            "norms added",
            _both(lambda _norm, c, dW, db: _shorten(np.linalg.norm(dW) + np.linalg.norm(db), c)),
            "You add the norms of the two parts. Lengths add like the sides of a right triangle:"
            " add the *squares*, then take the root.",
        ),
        Slip(
            "the root mean square",
            _both(lambda norm, c, dW, db: _shorten(norm / np.sqrt(dW.size + db.size), c)),
            "You take the root of the *mean* square. A norm is the root of the sum.",
        ),
        Slip(
            "the spectral norm",
            _both(
                lambda _norm, c, dW, db: _shorten(
                    np.hypot(np.linalg.norm(dW, 2), np.linalg.norm(db)), c
                )
            ),
            "np.linalg.norm(dW, 2) is the largest singular value of a matrix. Without the 2 it is"
            " the root of the sum of all squares.",
        ),
        Slip(
            "the weights alone decide",
            _both(lambda _norm, c, dW, _db: _shorten(np.linalg.norm(dW), c)),
            "Your norm is that of dW alone. The biases are parameters too: their squares belong"
            " under the same root.",
        ),
        Slip(
            "the biases alone decide",
            _both(lambda _norm, c, _dW, db: _shorten(np.linalg.norm(db), c)),
            "Your norm is that of db alone. The squares of dW belong under the same root.",
        ),
        Slip(
            "the longer of the two norms",
            _both(
                lambda _norm, c, dW, db: _shorten(max(np.linalg.norm(dW), np.linalg.norm(db)), c)
            ),
            "You take the longer of the two parts. Together they are longer still: add the squares"
            " of both, then take the root.",
        ),
        Slip(
            "only the weights are clipped",
            _by(lambda dW, db, c: (_shorten(_joint(dW, db), c), 1.0)),
            "You shorten dW and leave db. The common factor multiplies both.",
        ),
        Slip(
            "only the biases are clipped",
            _by(lambda dW, db, c: (1.0, _shorten(_joint(dW, db), c))),
            "You shorten db and leave dW. The common factor multiplies both.",
        ),
        Slip(
            "a long gradient is thrown away",
            _both(lambda norm, c, *_: 0.0 if norm > c else 1.0),
            "You return zeros for a long gradient. Clipping keeps its direction, and only makes it"
            " shorter. If you wrote `//`: it cuts a factor below 1 to 0; `/` divides.",
        ),
        Slip(
            "the threshold shared out",
            _by(
                lambda dW, db, c: (
                    _shorten(np.linalg.norm(dW), c / np.sqrt(2)),
                    _shorten(np.linalg.norm(db), c / np.sqrt(2)),
                )
            ),
            "You clip each part at max_norm over the root of 2. Then the direction turns, and short"
            " gradients are cut: one joint norm decides for both.",
        ),
        Slip(
            "the factor squared",
            _both(lambda norm, c, *_: _shorten(norm, c) ** 2),
            "Your factor stands there twice, or is squared: a long gradient ends below max_norm."
            " Multiply by it once.",
        ),
        Slip(
            "the factor under a root",
            _both(lambda norm, c, *_: np.sqrt(_shorten(norm, c))),
            "You take the root of the factor: a long gradient stays too long. The root belongs to"
            " the norm alone.",
        ),
        Slip(
            "the sign is lost",
            lambda dW, db, *, max_norm: tuple(
                np.abs(part) for part in _by(lambda *_: (1.0, 1.0))(dW, db, max_norm=max_norm)
            ),
            "Your entries have lost their signs. Sizes belong in the norm; the gradient itself"
            " keeps its signs.",
        ),
        Slip(
            "it writes into dW and db",
            _norm_in_place,
            "`dW *= factor` overwrites the caller's arrays, and fails for whole numbers. Write"
            " `factor * dW`, which makes a new array.",
        ),
        Slip(
            "the threshold is not checked",
            _norm_unchecked,
            "The clipping is right. But with max_norm below 0 it would turn the gradient round,"
            " and with 0 nothing would move: raise a ValueError for both.",
        ),
        Slip(
            "a threshold of 0 is let through",
            _norm_zero_passes,
            "With max_norm = 0 nothing ever moves. The task refuses it too: max_norm <= 0.",
        ),
    ),
)


# 2. clip_by_value


def _value_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = [(_numbers(rng, n), keywords(max_value=1.0)) for n in (1, 1, 2, 2, 3)]
    cases += [(_numbers(rng, n), keywords(max_value=c)) for n, c in ((4, 0.5), (5, 1.4), (8, 2.5))]
    cases += [(np.array([3.0, 0.4]) * s, keywords(max_value=0.5)) for s in (1, -1)]
    base = _numbers(rng, 4)
    cases += [(base, keywords(max_value=c)) for c in (0.1, 0.9, 2.0, 100.0)]
    cases += [(_numbers(rng, 6, scale=20.0), keywords(max_value=3.0))]
    cases += [
        (np.zeros(3), keywords(max_value=1.0)),
        (np.array([0.0, -7.0]), keywords(max_value=2)),
    ]
    cases += [(np.array([3, -4, 0]), keywords(max_value=c)) for c in (3, 1, 2.5)]
    # An entry of 0, or a sum of 0, is no gradient of zeros.
    zeros = (([0.0, 3.0, -4.0], 3.0), ([0.5, 0.0, -3.0], 1.0), ([4.0, -1.0, -3.0], 2.0))
    cases += [(np.array(g), keywords(max_value=c)) for g, c in zeros]
    return [*cases, *((base, keywords(max_value=c)) for c in (0.0, -1.0))]


def _cosine(g, clipped):
    lengths = np.linalg.norm(g) * np.linalg.norm(clipped)
    return g @ clipped / lengths if lengths else 1.0


def _valued(answer):
    """Make a function that refuses what the task says; `answer(g, clipped, c)` is returned."""

    def clip_by_value(g, *, max_value):
        if max_value <= 0:
            raise ValueError
        return answer(g, np.clip(g, -max_value, max_value), max_value)

    return clip_by_value


def _cut(other):
    """Clip in another way, and take the cosine of that rightly."""
    return _valued(lambda g, _clipped, c: (other(g, c), _cosine(g, other(g, c))))


def _turned(other):
    """Clip rightly, and measure the turn in another way."""
    return _valued(lambda g, clipped, _c: (clipped, other(g, clipped)))


def _value_unchecked(g, *, max_value):
    clipped = np.clip(g, -max_value, max_value)
    return clipped, _cosine(g, clipped)


def _value_zero_passes(g, *, max_value):
    if max_value < 0:
        raise ValueError
    return _value_unchecked(g, max_value=max_value)


def _value_in_place(g, *, max_value):
    if max_value <= 0:
        raise ValueError
    before = g.copy()
    g[g > max_value] = max_value
    g[g < -max_value] = -max_value
    return g, _cosine(before, g)


CLIP_BY_VALUE = Function(
    name="clip_by_value",
    points=30,
    inputs=_value_inputs,
    parameters={"g": "(n,)", "max_value": ""},
    returns={"clipped": "(n,)", "cosine": ""},
    hints=(
        "Each entry is looked at alone, on both sides of 0. The cosine needs a product and two"
        " lengths.",
        "NumPy has a function for the clipping, which takes both bounds. The cosine is g·d over"
        " the product of the two norms; where that product is 0, it is 1.",
        "`clipped = np.clip(g, -max_value, max_value)`; then `g @ clipped`, divided by"
        " `np.linalg.norm(g)` times the norm of clipped, unless that is 0.",
    ),
    slips=(
        Slip(
            "the bounds exchanged",
            _cut(lambda g, c: np.clip(g, c, -c)),
            "np.clip takes the lower bound first: -max_value, then max_value. Exchanged, every"
            " entry becomes -max_value.",
        ),
        Slip(
            "only above",
            _cut(np.minimum),
            "You cut what is above c, and let -1000 pass. Clip on both sides: at -c too.",
        ),
        Slip(
            "only below",
            _cut(lambda g, c: np.maximum(g, -c)),
            "You cut what is below -c, and let +1000 pass. Clip on both sides.",
        ),
        Slip(
            "from 0 to c",
            _cut(lambda g, c: np.clip(g, 0, c)),
            "Your lower bound is 0, so negative entries vanish. It is -max_value.",
        ),
        Slip(
            "sizes are clipped, signs lost",
            _cut(lambda g, c: np.minimum(np.abs(g), c)),
            "Your entries have lost their signs. Each is to lie between -c and c, with the sign"
            " that it had.",
        ),
        Slip(
            "every entry is c or -c",
            _cut(lambda g, c: c * np.sign(g)),
            "You bring every entry to the size c. Those that are smaller stay as they are.",
        ),
        Slip(
            "large entries are thrown away",
            _cut(lambda g, c: np.where(np.abs(g) > c, 0.0, g)),
            "You put 0 for an entry that is too large. It is to become c, or -c.",
        ),
        Slip(
            "by norm",
            _cut(lambda g, c: g * _shorten(np.linalg.norm(g), c)),
            "You shorten the whole gradient: that is clipping by norm. By value, each entry is"
            " clipped alone.",
        ),
        Slip(
            "by the largest entry",
            _cut(lambda g, c: g * _shorten(np.abs(g).max(), c)),
            "You scale all entries so that the largest becomes c. That keeps the direction, and is"
            " not what clipping by value does: small entries stay as they are.",
        ),
        Slip(
            "not clipped",
            _cut(lambda g, _c: 1.0 * g),
            "You return the gradient as it came. Each entry is to lie between -c and c.",
        ),
        Slip(
            "not divided by the lengths",
            _turned(lambda g, clipped: g @ clipped if g.any() else 1.0),
            "You have the product g·d. For a cosine divide it by both lengths.",
        ),
        Slip(
            "divided, then multiplied",
            _turned(lambda g, d: g @ d / np.linalg.norm(g) * np.linalg.norm(d) if g.any() else 1.0),
            "`a / b * c` divides by b and multiplies by c. Both lengths belong below the line:"
            " parentheses, or divide twice.",
        ),
        Slip(
            "divided by both squared lengths",
            _turned(lambda g, d: g @ d / ((g @ g) * (d @ d)) if g.any() else 1.0),
            "You divide by the squares of both lengths. g @ g is a squared length: take its root.",
        ),
        Slip(
            "divided by one squared length",
            _turned(lambda g, clipped: g @ clipped / (g @ g) if g.any() else 1.0),
            "You divide by the squared length of g. Each vector has a length of its own: divide by"
            " the product of the two.",
        ),
        Slip(
            "divided by the length of g",
            _turned(lambda g, clipped: g @ clipped / np.linalg.norm(g) if g.any() else 1.0),
            "You divide by the length of g. Divide by that of the clipped gradient too.",
        ),
        Slip(
            "divided by the length of the clipped",
            _turned(lambda g, clipped: g @ clipped / np.linalg.norm(clipped) if g.any() else 1.0),
            "You divide by the length of the clipped gradient. Divide by that of g too.",
        ),
        Slip(
            "the lengths compared",
            _turned(lambda g, d: np.linalg.norm(d) / np.linalg.norm(g) if g.any() else 1.0),
            "You compare the two lengths. That says how much shorter it got, not how it turned.",
        ),
        Slip(
            "degrees",
            _turned(lambda g, d: np.degrees(np.arccos(min(1.0, _cosine(g, d))))),
            "That is the angle in degrees. The task asks for its cosine.",
        ),
        Slip(
            "radians",
            _turned(lambda g, d: np.arccos(min(1.0, _cosine(g, d)))),
            "That is the angle in radians. The task asks for its cosine.",
        ),
        Slip(
            "one minus the cosine",
            _turned(lambda g, d: 1 - _cosine(g, d)),
            "You return 1 minus the cosine. Where nothing turned, the cosine itself is 1.",
        ),
        Slip(
            "the sine",
            _turned(lambda g, d: np.sqrt(max(0.0, 1 - _cosine(g, d) ** 2))),
            "You return the sine of the angle. Where nothing turned, the cosine is 1.",
        ),
        Slip(
            "compared with itself",
            _turned(lambda _g, _d: 1.0),
            "Your cosine is always 1: is the clipped gradient compared with itself? Keep g as it"
            " came, and give the clipped one another name.",
        ),
        Slip(
            "1 where an entry is 0",
            _turned(lambda g, d: 1.0 if (g == 0).any() else _cosine(g, d)),
            "You return 1 as soon as *one* entry is 0. Only a gradient of zeros has no direction:"
            " look at its length.",
        ),
        Slip(
            "1 where the sum is 0",
            _turned(lambda g, d: 1.0 if g.sum() == 0 else _cosine(g, d)),
            "You return 1 where the entries add up to 0. Those of both signs may, and have a"
            " direction: look at the length.",
        ),
        Slip(
            "the cosine of a zero gradient",
            _turned(lambda g, d: _cosine(g, d) if g.any() else 0.0),
            "For a gradient of zeros you return 0, a right angle. Nothing has turned there: 1.",
        ),
        Slip(
            "zero divided by zero",
            _turned(lambda g, d: _cosine(g, d) if g.any() else np.nan),
            "A gradient of zeros gives 0/0, which is NaN. Look at the lengths first: the cosine"
            " is 1 there.",
        ),
        Slip(
            "the results exchanged",
            _valued(lambda g, clipped, _c: (_cosine(g, clipped), clipped)),
            "You return the cosine first. The task asks for the clipped gradient, then the cosine.",
        ),
        Slip(
            "the cosine alone",
            _valued(lambda g, clipped, _c: _cosine(g, clipped)),
            "You return the cosine alone. Return two results: the clipped gradient, then the"
            " cosine.",
        ),
        Slip(
            "the gradient alone",
            _valued(lambda _g, clipped, _c: clipped),
            "You return the clipped gradient alone. Return two results: it, and the cosine.",
        ),
        Slip(
            "it writes into g",
            _value_in_place,
            "You write into the caller's gradient. np.clip(g, -c, c) makes a new array.",
        ),
        Slip(
            "the threshold is not checked",
            _value_unchecked,
            "The clipping is right. But with max_value below 0 the bounds change places, and with"
            " 0 nothing moves: raise a ValueError for both.",
        ),
        Slip(
            "a threshold of 0 is let through",
            _value_zero_passes,
            "With max_value = 0 nothing ever moves. The task refuses it too: max_value <= 0.",
        ),
    ),
    equivalent={
        f"return (clipped, g @ clipped / lengths if lengths else 1.0) -> {edit}": reason
        for edit, reason in (
            (
                "return (clipped, g.T @ clipped / lengths if lengths else 1.0)",
                "a vector is its own transpose",
            ),
            (
                "return (clipped, g @ clipped.T / lengths if lengths else 1.0)",
                "a vector is its own transpose",
            ),
            (
                "return (clipped, clipped @ g / lengths if lengths else 1.0)",
                "the product of two vectors does not depend on their order",
            ),
        )
    },
)


# 3. choose_threshold


def _threshold_inputs(rng: np.random.Generator) -> list[Arguments]:
    """Keep quantiles between two norms, or between two equal ones: no rounding decides."""

    def norms(n):
        drawn = np.round(np.exp(rng.normal(size=n)), 2)
        return rng.permutation(drawn + 0.01 * np.arange(n))

    cases: list[Arguments] = [(np.round(rng.uniform(1, 5, 1), 2), keywords(share=0.1))]
    cases += [(norms(n), keywords(share=0.1)) for n in (2, 3, 4, 8, 15, 30)]
    base = norms(9)
    cases += [(base, keywords(share=s)) for s in (0.07, 0.2, 0.33, 0.6, 0.9)]
    cases += [(norms(12), keywords(share=s)) for s in (0.05, 0.37)]
    spike = np.append(norms(14), 5000.0)
    cases += [(spike, keywords(share=0.1)), (10 * base, keywords(share=0.2))]
    ties = np.array([1.0, 3.0, 3.0, 2.0, 3.0])
    cases += [(ties, keywords(share=0.3)), (np.array([2, 2, 2, 7]), keywords(share=0.4))]
    cases += [
        (np.array([4, 1, 2, 9, 5, 3]), keywords(share=0.25)),
        (np.zeros(2), keywords(share=0.5)),
        (np.array([4.0, 1.0, 8.0, 2.0]), keywords(share=0.8)),
    ]
    cases += [(base, keywords(share=s)) for s in (0.0, 1.0, -0.1, 10.0)]
    broken = [np.array([1.0, np.nan, 2.0]), np.array([1.0, np.inf])]
    cases += [(bad, keywords(share=0.1)) for bad in broken]
    return [*cases, (np.array([1.0, 2.0, 3.0, np.inf]), keywords(share=0.5))]


def _asked(norms, share):
    if not np.isfinite(norms).all() or share <= 0 or share >= 1:
        raise ValueError


def _quantile(threshold):
    """Refuse what the task says, take another threshold, and count rightly above it."""

    def choose_threshold(norms, *, share):
        _asked(norms, share)
        c = threshold(norms, share)
        return c, np.mean(norms > c)

    return choose_threshold


def _share(other):
    """Take the right threshold, and return another share."""

    def choose_threshold(norms, *, share):
        _asked(norms, share)
        c = np.quantile(norms, 1 - share)
        return c, other(norms, c, share)

    return choose_threshold


def _lenient(refuses):
    """Answer rightly, and refuse less than the task says."""

    def choose_threshold(norms, *, share):
        if refuses(norms, share):
            raise ValueError
        c = np.quantile(norms, min(1.0, max(0.0, 1 - share)))
        return c, np.mean(norms > c)

    return choose_threshold


def _bad_norms(norms):
    return not np.isfinite(norms).all()


def _ignores_broken(norms, *, share):
    kept = norms[np.isfinite(norms)]
    if len(kept) == 0 or share <= 0 or share >= 1:
        raise ValueError
    c = np.quantile(kept, 1 - share)
    return c, np.mean(kept > c)


CHOOSE_THRESHOLD = Function(
    name="choose_threshold",
    points=30,
    inputs=_threshold_inputs,
    parameters={"norms": "(steps,)", "share": ""},
    returns={"threshold": "", "clipped": ""},
    hints=(
        "Sort the norms in your mind. Where must the threshold stand so that a tenth lies above?",
        "To leave `share` above, `1 - share` must lie below: np.quantile takes that number, from"
        " 0 to 1. Then count.",
        "`threshold = np.quantile(norms, 1 - share)`, and the mean of `norms > threshold`. Before"
        " that, the two refusals.",
    ),
    slips=(
        Slip(
            "the quantile of the share",
            _quantile(np.quantile),
            "Your threshold leaves `share` of the norms *below* it, so nearly every step would be"
            " clipped. `share` is to lie above: the quantile at 1 - share.",
        ),
        Slip(
            "percent for parts",
            _quantile(lambda norms, share: np.percentile(norms, 1 - share)),
            "np.percentile counts from 0 to 100, and you give it a number below 1. Multiply by"
            " 100, or use np.quantile.",
        ),
        Slip(
            "a quantile beyond 1",
            _quantile(lambda norms, share: np.quantile(norms, 1 + share)),
            "np.quantile takes a number from 0 to 1 and got one outside. To leave `share` above,"
            " 1 - share must lie below.",
        ),
        Slip(
            "100 minus a part",
            _quantile(lambda norms, share: np.percentile(norms, 100 - share)),
            "You take `share` off 100: for a share of 0.1 that is the 99.9th percentile. It is a"
            " part, not per cent: 100 * (1 - share).",
        ),
        Slip(
            "a place in the sorted norms",
            _quantile(lambda norms, share: np.sort(norms)[int((1 - share) * len(norms))]),
            "You take one of the sorted norms. The quantile lies *between* two of them, at the"
            " place (1 - share)(n - 1), counted from 0: np.quantile interpolates.",
        ),
        Slip(
            "always the 90th percentile",
            _quantile(lambda norms, _share: np.quantile(norms, 0.9)),
            "You take the 90th percentile whatever `share` is. 0.1 is usual; the caller decides.",
        ),
        Slip(
            "the median",
            _quantile(lambda norms, _share: np.median(norms)),
            "You take the median: half of all steps would be clipped, whatever `share` is.",
        ),
        Slip(
            "the mean",
            _quantile(lambda norms, _share: np.mean(norms)),
            "You take the mean. One step of norm 5000 moves it far; a quantile hardly notices.",
        ),
        Slip(
            "the largest",
            _quantile(lambda norms, _share: np.max(norms)),
            "You take the largest norm: then nothing of this run would be clipped, the worst step"
            " included.",
        ),
        Slip(
            "a share of the largest",
            _quantile(lambda norms, share: (1 - share) * np.max(norms)),
            "You take a share of the *largest norm*. One spike would set it. Count steps: `share`"
            " of them are to lie above.",
        ),
        Slip(
            "a share of the mean",
            _quantile(lambda norms, share: (1 - share) * np.mean(norms)),
            "You scale the mean by 1 - share. Count steps: `share` of them are to lie above.",
        ),
        Slip(
            "mean and two deviations",
            _quantile(lambda norms, _share: np.mean(norms) + 2 * np.std(norms)),
            "Mean plus two standard deviations trusts that norms are normally distributed. They"
            " have long tails, and the spikes that you want to clip inflate both.",
        ),
        Slip(
            "not sorted",
            _quantile(lambda norms, share: norms[int((1 - share) * len(norms))]),
            "You take the norm at that *step* of the run. Sort first, or use np.quantile.",
        ),
        Slip(
            "no interpolation, lower",
            _quantile(lambda norms, share: np.quantile(norms, 1 - share, method="lower")),
            "You take the norm below the quantile. The task interpolates between the two"
            " neighbours, as np.quantile does.",
        ),
        Slip(
            "no interpolation, higher",
            _quantile(lambda norms, share: np.quantile(norms, 1 - share, method="higher")),
            "You take the norm above the quantile. The task interpolates between the two"
            " neighbours, as np.quantile does.",
        ),
        Slip(
            "the norms squared",
            _quantile(lambda norms, share: np.quantile(np.square(norms), 1 - share)),
            "You square the norms. They are lengths already; the threshold has their unit.",
        ),
        Slip(
            "at the threshold too",
            _share(lambda norms, c, _share: np.mean(norms >= c)),
            "You count norms that *equal* the threshold. Those are not clipped: c/norm is 1.",
        ),
        Slip(
            "the share below",
            _share(lambda norms, c, _share: np.mean(norms <= c)),
            "You return the share that is *not* clipped. Count what lies above.",
        ),
        Slip(
            "strictly below",
            _share(lambda norms, c, _share: np.mean(norms < c)),
            "You return the share of norms *below* the threshold. Count what lies above.",
        ),
        Slip(
            "the number of steps",
            _share(lambda norms, c, _share: np.sum(norms > c)),
            "You count the steps. Divide by their number, for a share.",
        ),
        Slip(
            "the share asked for",
            _share(lambda _norms, _c, share: share),
            "You return the share asked for. With few norms, or with ties, what lies above is"
            " another: measure it.",
        ),
        Slip(
            "in per cent",
            _share(lambda norms, c, _share: 100 * np.mean(norms > c)),
            "Your share is in per cent. The task wants it from 0 to 1.",
        ),
        Slip(
            "which steps, not how many",
            _share(lambda norms, c, _share: norms > c),
            "You return which steps are clipped. Take the mean of it: the share.",
        ),
        Slip(
            "nothing is refused",
            _lenient(lambda _norms, _share: False),
            "The threshold is right. But a norm that is not finite, or a share that is"
            " not between 0 and 1, is to be refused with a ValueError.",
        ),
        Slip(
            "the share is not checked",
            _lenient(lambda norms, _share: _bad_norms(norms)),
            "The threshold is right. A share of 0 or below clips nothing, one of 1 or above is"
            " perhaps meant in per cent: raise a ValueError.",
        ),
        Slip(
            "0 and 1 are let through",
            _lenient(lambda norms, share: _bad_norms(norms) or not 0 <= share <= 1),
            "The share must lie *between* 0 and 1: refuse the two ends too.",
        ),
        Slip(
            "0 is let through",
            _lenient(lambda norms, share: _bad_norms(norms) or not 0 <= share < 1),
            "With a share of 0 nothing is ever clipped. The task refuses it: share > 0.",
        ),
        Slip(
            "1 is let through",
            _lenient(lambda norms, share: _bad_norms(norms) or not 0 < share <= 1),
            "With a share of 1 every step is clipped. The task refuses it: share < 1.",
        ),
        Slip(
            "broken norms are let through",
            _lenient(lambda _norms, share: not 0 < share < 1),
            "A norm that is NaN or infinite comes from a run that has broken. Its threshold would"
            " be one as well, or hide that: raise a ValueError.",
        ),
        Slip(
            "infinite norms are let through",
            _lenient(lambda norms, share: not 0 < share < 1 or np.isnan(norms).any()),
            "The threshold is right. You refuse NaN; an infinite norm is not finite either:"
            " np.isfinite is False for both.",
        ),
        Slip(
            "only the threshold is looked at",
            _lenient(
                lambda norms, share: (
                    not 0 < share < 1 or not np.isfinite(np.quantile(norms, 1 - share))
                )
            ),
            "The threshold is right. You refuse one that is not finite; but an infinite norm may"
            " lie above a finite threshold. Look at the norms themselves.",
        ),
        Slip(
            "broken norms are left out",
            _ignores_broken,
            "You leave out norms that are not finite. They say that the run broke: raise a"
            " ValueError, so that somebody looks.",
        ),
    ),
)

FUNCTIONS = (CLIP_BY_NORM, CLIP_BY_VALUE, CHOOSE_THRESHOLD)
