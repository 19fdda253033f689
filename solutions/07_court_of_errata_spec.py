"""Spec of the exercises to 7: inputs, hints and known slips; the reference is the notebook.

The letter n counts cases of a claim, or losses of a curve. Both functions return words, so every
word needs several cases, and every case keeps away from its border by more than rounding.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Function, Slip, keywords

# 1. verdict


def _claim(rng: np.random.Generator, held: list[bool]) -> Arguments:
    """Draw a claim that is within 10 % where `held`, and off by 0.2 to 3 times elsewhere.

    Half of the measurements are negative; those that do not hold are too low as often as too high.
    """
    n = len(held)
    sizes, signs = rng.uniform(1, 9, n), rng.choice([-1, 1], (2, n))
    measured = np.round(signs[0] * sizes, 2)
    share = np.where(held, rng.uniform(0.02, 0.08, n), rng.uniform(0.3, 3.0, n))
    return np.round(measured + signs[1] * share * sizes, 2), measured, keywords(tolerance=0.1)


def _verdict_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases = [_claim(rng, held) for held in ([True], [False], [True] * 3, [False] * 3)]
    cases += [_claim(rng, held) for held in ([True, False], [True, True, False], [False, True])]
    cases += [_claim(rng, list(rng.permutation([True, False, False, True, False])))]
    whole = rng.integers(2, 9, 4)
    # Exact, and with a tolerance of 0; each alone too low, or of the wrong sign.
    cases += [(whole, whole, keywords(tolerance=0)), (whole - 1, whole, keywords(tolerance=0.01))]
    cases += [(-whole, whole, keywords(tolerance=0.5)), (whole, -whole, keywords(tolerance=0.5))]
    # Where 0 was measured only 0 will do; where 0 is claimed, the size of what was measured counts.
    cases += [(np.array([0.0, 0.01]), np.zeros(2), keywords(tolerance=0.5))]
    cases += [(np.zeros(2), np.array([0.5, 0.02]), keywords(tolerance=0.5))]
    # However little it is off; and where little was measured, little is much.
    cases += [(np.array([tiny]), np.zeros(1), keywords(tolerance=0.5)) for tiny in (1e-9, 1e-30)]
    cases += [(np.array([2e-9, 1.0]), np.array([1e-9, 1.0]), keywords(tolerance=0.1))]
    # Relative and absolute deviations differ, so do those of claim and measurement.
    cases += [(np.array([100.5, 0.3]), np.array([100.0, 0.1]), keywords(tolerance=0.1))]
    cases += [(np.array([2.0, 6.0]), np.array([3.0, 5.0]), keywords(tolerance=0.4))]
    cases += [(np.array([5.0]), np.array([3.0]), keywords(tolerance=0.5))]
    cases += [(np.array([m + 0.3]), np.array([m]), keywords(tolerance=0.4)) for m in (4.0, 5.0)]
    cases += [(np.array([3.0, -3.0]), np.array([5.0, 5.0]), keywords(tolerance=0.5))]
    # Off by most: not by the largest share, and not by most beyond what it may be off.
    cases += [(np.array([10.0, 9.25]), np.array([8.0, 7.5]), keywords(tolerance=0.875))]
    cases += [(np.array([3.0, 7.0]), np.array([1.0, 4.0]), keywords(tolerance=0.125))]
    # The first holds and the last does not, and the other way; half of them, and most, hold.
    held = np.array([4.0, 4.0, 4.0, 4.0])
    for off in ([0, 2, 0, 3], [2, 0, 3, 0], [2, 0, 0, 0], [0, 0, 0, 2], [3, 2, 2, 0], [0, 3, 2, 2]):
        cases += [(held + off, held, keywords(tolerance=0.25))]
    # All on the right side of 0; and one that is far off beside one that may be.
    cases += [(np.array([1.0, 40.0]), np.array([4.0, 4.0]), keywords(tolerance=0.25))]
    cases += [(np.array([1.25, 64.0]), np.array([1.0, 64.0]), keywords(tolerance=0.125))]
    # The mean holds, the cases do not; a tie; a border that is exact in binary.
    cases += [(np.array([1.0, 3.0]), np.array([3.0, 1.0]), keywords(tolerance=0.1))]
    cases += [(np.array([1.5, 4.0]), np.array([1.0, 4.0]), keywords(tolerance=0.5))]
    # Right, though neither by means nor in percent.
    cases += [(np.array([4.5, -4.5]), np.array([4.0, -4.0]), keywords(tolerance=0.25))]
    cases += [(np.array([1024.0625]), np.array([1024.0]), keywords(tolerance=0.125))]
    good = np.array([1.0, 2.0])
    cases += [(np.array([np.nan]), good[:1], keywords(tolerance=0.1))]
    for bad in (np.nan, np.inf, -np.inf):
        cases += [(np.array([1.0, bad]), good, keywords(tolerance=0.1))]
        cases += [(good, np.array([1.0, bad]), keywords(tolerance=0.1))]
    cases += [(good, good[:1], keywords(tolerance=0.1)), (good[:1], good, keywords(tolerance=0.1))]
    column = good[:, None]  # as long as the row beside it, and of another shape
    cases += [(column, good, keywords(tolerance=0.1)), (good, column, keywords(tolerance=0.1))]
    return [*cases, (good, good, keywords(tolerance=-0.1))]


def _off(claimed, measured):
    return np.abs(claimed - measured)


def _within(claimed, measured, tolerance):
    return _off(claimed, measured) <= tolerance * np.abs(measured)


def _word(holds):
    return "right" if np.all(holds) else "imprecise" if np.any(holds) else "wrong"


def _judge(holds=_within, word=_word, witness=lambda c, m: int(np.argmax(_off(c, m)))):
    """Make a judge that refuses what the task says, and goes wrong in one place alone."""

    def verdict(claimed, measured, *, tolerance):
        if claimed.shape != measured.shape or tolerance < 0:
            raise ValueError
        if not np.all(np.isfinite(claimed)) or not np.all(np.isfinite(measured)):
            raise ValueError
        return word(holds(claimed, measured, tolerance)), witness(claimed, measured)

    return verdict


def _all_finite(claimed, measured):
    return np.all(np.isfinite(claimed)) and np.all(np.isfinite(measured))


def _same_shape(claimed, measured):
    return claimed.shape == measured.shape


def _lenient(shapes=_same_shape, finite=_all_finite, sign=True):
    """Make a right judge that forgets to refuse something."""

    def verdict(claimed, measured, *, tolerance):
        if not shapes(claimed, measured) or (sign and tolerance < 0):
            raise ValueError
        if not finite(claimed, measured):
            raise ValueError
        off = _off(claimed, measured)
        return _word(off <= tolerance * np.abs(measured)), int(np.argmax(off))

    return verdict


def _anything(_claimed, _measured):
    return True


def _exchanged(first, second):
    """Return a rule for the word that exchanges two of the three."""
    return lambda holds: {first: second, second: first}.get(_word(holds), _word(holds))


def _mean_share(claimed, measured, tolerance):
    with np.errstate(all="ignore"):
        return np.mean(_off(claimed, measured) / np.abs(measured)) <= tolerance


def _saying(change):
    """Make a right judge whose two results are changed in the end."""

    def verdict(claimed, measured, *, tolerance):
        return change(*_judge()(claimed, measured, tolerance=tolerance))

    return verdict


def _beyond(claimed, measured, *, tolerance):
    word, _ = _judge()(claimed, measured, tolerance=tolerance)
    return word, int(np.argmax(_off(claimed, measured) - tolerance * np.abs(measured)))


def _first_case_alone(claimed, measured, *, tolerance):
    _judge()(claimed, measured, tolerance=tolerance)
    return "right" if _within(claimed, measured, tolerance)[0] else "wrong", 0


def _first_that_fails(claimed, measured, *, tolerance):
    word, _ = _judge()(claimed, measured, tolerance=tolerance)
    return word, int(np.argmin(_within(claimed, measured, tolerance)))


def _share(claimed, measured, tolerance):
    with np.errstate(all="ignore"):
        return _off(claimed, measured) / np.abs(measured) <= tolerance


def _relative(claimed, measured):
    return int(np.argmax(_off(claimed, measured) / np.maximum(np.abs(measured), 1e-300)))


VERDICT = Function(
    name="verdict",
    points=45,
    inputs=_verdict_inputs,
    parameters={"claimed": "(n,)", "measured": "(n,)", "tolerance": ""},
    returns={"word": "", "witness": ""},
    hints=(
        "Make an array of True and False first, one for each case. What do `all` and `any` say"
        " of it?",
        "`off = np.abs(claimed - measured)`; a case holds where off is at most tolerance times"
        " the absolute value of what was measured. `np.argmax` finds the witness.",
        "Refuse first. Then `holds = off <= tolerance * np.abs(measured)`, and `word = 'right' if"
        " holds.all() else 'imprecise' if holds.any() else 'wrong'`.",
    ),
    slips=(
        Slip(
            "counted from 1",
            _judge(witness=lambda c, m: int(np.argmax(_off(c, m))) + 1),
            "You count the cases from 1. The first is case 0, as everywhere in NumPy.",
        ),
        Slip(
            "the deviation for its place",
            _judge(witness=lambda c, m: float(np.max(_off(c, m)))),
            "You return how far off the worst case is. Asked is *which* case it is: np.argmax.",
        ),
        Slip(
            "a sum for the difference",
            _judge(
                holds=lambda c, m, tolerance: np.abs(c + m) <= tolerance * np.abs(m),
                witness=lambda c, m: int(np.argmax(np.abs(c + m))),
            ),
            "You add claim and measurement. How far off the claim is, is their difference.",
        ),
        Slip(
            "right and wrong exchanged",
            _judge(word=lambda h: {"right": "wrong", "wrong": "right"}.get(_word(h), _word(h))),
            '"right" and "wrong" are exchanged: ask what holds, not what fails.',
        ),
        Slip(
            "what fails holds",
            _judge(holds=lambda c, m, tolerance: _off(c, m) >= tolerance * np.abs(m)),
            "Your comparison stands the wrong way round: a case holds where the claim is off by *at"
            " most* the tolerance.",
        ),
        Slip(
            "the case that fits best",
            _judge(witness=lambda c, m: int(np.argmin(_off(c, m)))),
            "Your witness is the case that fits best. The court wants to hear the worst one.",
        ),
        Slip(
            "the tolerance is ignored",
            _judge(holds=lambda c, m, _tolerance: c == m),
            "You ask for equality. Measured numbers are never exact: use the tolerance.",
        ),
        Slip(
            "a deviation with its sign",
            _judge(
                holds=lambda c, m, tolerance: c - m <= tolerance * np.abs(m),
                witness=lambda c, m: int(np.argmax(c - m)),
            ),
            "Your deviation keeps its sign, so a claim that is too low counts as less than exact."
            " Take the absolute value, for the word and for the witness.",
        ),
        Slip(
            "no absolute value of the deviation",
            _judge(holds=lambda c, m, tolerance: c - m <= tolerance * np.abs(m)),
            "You let every claim hold that is too low: its deviation is negative, and so below any"
            " tolerance. Take the absolute value.",
        ),
        Slip(
            "the most exaggerated",
            _judge(witness=lambda c, m: int(np.argmax(c - m))),
            "Your witness is where the claim is most too *high*. It may be further off where it is"
            " too low: take absolute values first.",
        ),
        Slip(
            "the mean is judged",
            _judge(
                holds=lambda c, m, tolerance: (
                    abs(np.mean(c) - np.mean(m)) <= tolerance * abs(np.mean(m))
                )
            ),
            "You judge means. Two errors that cancel are two errors: that is how the article's sum"
            " over j hides them. Judge case by case.",
        ),
        Slip(
            "the largest claim",
            _judge(witness=lambda c, _m: int(np.argmax(np.abs(c)))),
            "Your witness is the case with the largest claim. It is the deviation that has to be"
            " largest.",
        ),
        Slip(
            "imprecise and wrong exchanged",
            _judge(word=_exchanged("imprecise", "wrong")),
            '"imprecise" and "wrong" are exchanged: a claim that holds in some cases is'
            ' "imprecise", one that holds in none is "wrong".',
        ),
        Slip(
            "one case refutes entirely",
            _judge(word=lambda holds: "right" if np.all(holds) else "wrong"),
            'You never say "imprecise". It is the word for a claim that holds in some cases, and'
            " not in all.",
        ),
        Slip(
            "right and imprecise exchanged",
            _judge(word=_exchanged("right", "imprecise")),
            '"right" and "imprecise" are exchanged: "right" is a claim that holds in every case,'
            ' "imprecise" one that holds in some.',
        ),
        Slip(
            "some before all",
            _judge(word=lambda h: "imprecise" if np.any(h) else "right" if np.all(h) else "wrong"),
            "You ask whether any case holds before you ask whether all do. Where all hold, some"
            ' do too: ask for all first, or "right" is never said.',
        ),
        Slip(
            "the mean deviation beside the mean",
            _judge(
                holds=lambda c, m, tolerance: np.mean(_off(c, m)) <= tolerance * abs(np.mean(m))
            ),
            "You compare means. Compare case by case: each deviation with tolerance times the"
            " size of what was measured there.",
        ),
        Slip(
            "the mean deviation is judged",
            _judge(
                holds=lambda c, m, tolerance: np.mean(_off(c, m)) <= tolerance * np.mean(np.abs(m))
            ),
            "You judge the mean deviation, so that one verdict stands for all cases. Compare case"
            " by case: each deviation with its own limit.",
        ),
        Slip(
            "the mean share is judged",
            _judge(holds=_mean_share),
            "You judge the mean of the relative deviations. Compare case by case: a claim that"
            ' holds in some cases alone is "imprecise".',
        ),
        Slip(
            "the largest deviation is judged",
            _judge(
                holds=lambda c, m, tolerance: np.max(_off(c, m)) <= tolerance * np.max(np.abs(m))
            ),
            "You compare the largest deviation with the largest measurement. They belong to two"
            " cases: compare in each case what belongs to it.",
        ),
        Slip(
            "a bare majority",
            _judge(word=lambda h: "right" if np.mean(h) > 0.5 else "wrong"),
            'Your judge takes a vote. All cases must hold for "right", and what holds in some of'
            ' them is "imprecise".',
        ),
        Slip(
            "half is a majority",
            _judge(word=lambda h: "right" if np.mean(h) >= 0.5 else "wrong"),
            'Your judge takes a vote, and half is enough. All cases must hold for "right", and what'
            ' holds in some of them is "imprecise".',
        ),
        Slip(
            "imprecise by majority",
            _judge(
                word=lambda h: (
                    "right" if np.all(h) else "imprecise" if np.mean(h) > 0.5 else "wrong"
                )
            ),
            'You ask for a majority before you say "imprecise". One case that holds is enough for'
            " it.",
        ),
        Slip(
            "imprecise from half on",
            _judge(
                word=lambda h: (
                    "right" if np.all(h) else "imprecise" if np.mean(h) >= 0.5 else "wrong"
                )
            ),
            'You say "imprecise" only where half of the cases hold. One case that holds is enough.',
        ),
        Slip(
            "the sign alone",
            _judge(holds=lambda c, m, _tolerance: np.sign(c) == np.sign(m)),
            "You compare signs alone. A claim may have the right sign and be far off: compare the"
            " deviation with the tolerance.",
        ),
        Slip(
            "one case is enough",
            _judge(word=lambda holds: "right" if np.any(holds) else "wrong"),
            'You say "right" as soon as one case holds. For "right" all must: one that holds beside'
            ' one that does not is "imprecise".',
        ),
        Slip(
            "the first case decides",
            _judge(word=lambda h: "right" if h[0] else "wrong"),
            "Your word is that of the first case: is there a return inside the loop? Look at all"
            " cases first.",
        ),
        Slip(
            "the first case alone",
            _first_case_alone,
            "You look at the first case alone: is there a return inside the loop? Go through all"
            " cases first, and return after the loop.",
        ),
        Slip(
            "the last case decides",
            _judge(word=lambda h: "right" if h[-1] else "wrong"),
            "Your word is that of the last case: does each pass of the loop overwrite the one"
            " before? Keep for every case whether it holds.",
        ),
        Slip(
            "the results exchanged",
            _saying(lambda word, witness: (witness, word)),
            "You return the witness first. The task asks for the word, then the witness.",
        ),
        Slip(
            "a capital letter",
            _saying(lambda word, witness: (word.capitalize(), witness)),
            'Your word begins with a capital letter. The words are written small: "right".',
        ),
        Slip(
            "capital letters",
            _saying(lambda word, witness: (word.upper(), witness)),
            'Your word is in capital letters. The words are written small: "right".',
        ),
        Slip(
            "most beyond its limit",
            _beyond,
            "Your witness is furthest beyond what its tolerance lets it be off. Asked is the"
            " largest deviation itself, without the tolerance.",
        ),
        Slip(
            "nothing is refused",
            _lenient(shapes=_anything, finite=_anything, sign=False),
            "The judgement is right. But shapes that differ, an entry that is not finite"
            " and a tolerance below 0 are to be refused with a ValueError.",
        ),
        Slip(
            "within its own size",
            _judge(holds=lambda c, m, _tolerance: _off(c, m) <= np.abs(m)),
            "You let every claim hold that is off by less than the measurement itself. Multiply by"
            " the tolerance.",
        ),
        Slip(
            "the last of equals",
            _judge(witness=lambda c, m: len(c) - 1 - int(np.argmax(_off(c, m)[::-1]))),
            "Where two cases are equally far off, the first is asked; yours is the last.",
        ),
        Slip(
            "the worst by share",
            _judge(witness=_relative),
            "Your witness has the largest *relative* deviation. The task asks for the largest"
            " deviation itself, in the claim's unit.",
        ),
        Slip(
            "NaN is let through",
            _lenient(finite=_anything),
            "The judgement is right. But you let through what is not finite. NaN compares as False"
            " with everything, so a case that nobody measured counts against the claim: refuse it.",
        ),
        Slip(
            "the first that fails",
            _first_that_fails,
            "Your witness is the first case that does not hold. The one that is furthest off is"
            " asked, whether it holds or not.",
        ),
        Slip(
            "no absolute value of the measurement",
            _judge(holds=lambda c, m, tolerance: _off(c, m) <= tolerance * m),
            "Where the measurement is negative, your limit is negative too, and nothing holds. Take"
            " the absolute value of what was measured.",
        ),
        Slip(
            "sizes alone",
            _judge(
                holds=lambda c, m, tolerance: np.abs(np.abs(c) - np.abs(m)) <= tolerance * np.abs(m)
            ),
            "You compare sizes, without their signs. The article's gradient has the right size and"
            " the wrong sign, and your judge lets it go.",
        ),
        Slip(
            "a share of the claim",
            _judge(holds=lambda c, m, tolerance: _off(c, m) <= tolerance * np.abs(c)),
            "Your tolerance is a share of the *claim*. A claim that exaggerates would widen its"
            " own tolerance; take it of what was measured.",
        ),
        Slip(
            "below, and not at",
            _judge(holds=lambda c, m, tolerance: _off(c, m) < tolerance * np.abs(m)),
            "You ask for less than the tolerance. *At most* was asked: with a tolerance of 0 an"
            " exact claim must hold.",
        ),
        Slip(
            "shapes are not compared",
            _lenient(shapes=_anything),
            "The judgement is right. But claims and measurements of different shapes may broadcast"
            " without a word: compare the shapes, and raise a ValueError.",
        ),
        Slip(
            "divided by what was measured",
            _judge(holds=_share),
            "No claim holds for you where 0 was measured, not even 0: as if you divided by the"
            " measurement, for 0/0 is NaN. Multiply on the other side, and an exact claim holds.",
        ),
        Slip(
            "the majority decides",
            _judge(
                word=lambda h: (
                    "right" if np.mean(h) > 0.5 else "imprecise" if np.any(h) else "wrong"
                )
            ),
            "Your judge takes a vote. A court of mathematics does not: one counterexample is enough"
            " against a majority.",
        ),
        Slip(
            "one finite case is enough",
            _lenient(finite=lambda c, m: np.any(np.isfinite(c)) and np.any(np.isfinite(m))),
            "The judgement is right. But one finite entry is enough for you. All must be: np.all.",
        ),
        Slip(
            "NaN alone is refused",
            _lenient(finite=lambda c, m: not (np.any(np.isnan(c)) or np.any(np.isnan(m)))),
            "The judgement is right. But you look for NaN alone. Infinity is not finite either: use"
            " np.isfinite.",
        ),
        Slip(
            "NaN and plus infinity alone",
            _lenient(
                finite=lambda c, m: not any(np.any(np.isnan(x) | (x == np.inf)) for x in (c, m))
            ),
            "The judgement is right. But infinity may have a minus sign: np.isfinite knows NaN"
            " and both.",
        ),
        Slip(
            "the claim alone is finite",
            _lenient(finite=lambda c, _m: np.all(np.isfinite(c))),
            "The judgement is right. But you look at the claim alone: what was measured has to be"
            " finite too.",
        ),
        Slip(
            "the measurement alone is finite",
            _lenient(finite=lambda _c, m: np.all(np.isfinite(m))),
            "The judgement is right. But you look at the measurement alone: the claim has to be"
            " finite too.",
        ),
        Slip(
            "lengths for shapes",
            _lenient(shapes=lambda c, m: len(c) == len(m)),
            "The judgement is right. But you compare lengths. A column of shape (n, 1) has the"
            " right length, and gives (n, n) deviations: compare the shapes.",
        ),
        Slip(
            "a negative tolerance is let through",
            _lenient(sign=False),
            "The judgement is right. But below a tolerance of 0 nothing can ever hold: raise a"
            " ValueError.",
        ),
        Slip(
            "divided by the measurement",
            _judge(holds=lambda c, m, tolerance: _off(c, m) * np.abs(m) <= tolerance),
            "You divide the tolerance by the size of what was measured. Multiply: the larger the"
            " number, the more it may be off.",
        ),
        Slip(
            "an absolute tolerance",
            _judge(holds=lambda c, m, tolerance: _off(c, m) <= tolerance),
            "You compare the deviation with the tolerance itself. It is a share: multiply it by"
            " the size of what was measured, or a claim in millimetres fares otherwise than one"
            " in metres.",
        ),
        Slip(
            "in percent",
            _judge(holds=lambda c, m, tolerance: _off(c, m) <= tolerance / 100 * np.abs(m)),
            "You take the tolerance as percent. It is a pure number, a share: 0.1 is a tenth."
            " Leave the factor 100 out.",
        ),
        Slip(
            "np.isclose",
            _judge(holds=lambda c, m, tolerance: np.isclose(c, m, rtol=tolerance)),
            "You add a small number to the limit, as np.isclose does unless you give atol=0."
            " Where 0 was measured, only 0 will do.",
        ),
        Slip(
            "added to what may be 0",
            _judge(holds=lambda c, m, tolerance: _off(c, m) / (np.abs(m) + 1e-12) <= tolerance),
            "You add a very small number, to the limit or to what you divide by, so that a claim"
            " may be off a little where 0 was measured. Only 0 will do there: multiply the"
            " tolerance by the size.",
        ),
    ),
)


# 2. diagnose_curve

WORDS = ("overflow", "ascending", "stuck", "noisy", "overfitting", "slow", "healthy")


def _falling(n: int, *, first: float, last: float, speed: float) -> np.ndarray:
    """Return n losses from `first` to `last`: early if the speed is high, else in a line."""
    left = np.exp(-speed * np.arange(n) / (n - 1))
    return last + (first - last) * (left - left[-1]) / (1 - left[-1])


def _healthy(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    first, last = rng.uniform(2, 4), rng.uniform(0.5, 1)
    train = _falling(n, first=first, last=last, speed=rng.uniform(6, 9))
    return train, train * rng.uniform(1.05, 1.3)


def _turned(test: np.ndarray, share: float) -> np.ndarray:
    """Let the test loss rise in its last quarter, to `share` times its lowest."""
    n = len(test)
    late = np.clip((np.arange(n) - 0.75 * (n - 1)) / (0.25 * (n - 1)), 0, 1)
    lowest = test.min()
    return np.where(late > 0, lowest + (share - 1) * lowest * late, test)


def _jagged(losses: np.ndarray, steps: np.ndarray, height: float) -> np.ndarray:
    """Let the losses rise in the steps given, and fall back in the next."""
    bumped = losses.copy()
    bumped[steps + 1] = losses[steps] + height
    return bumped


def _curve_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = [(np.array([4.0, 1.2, 1.05, 1.0]), np.array([4.0, 1.3, 1.1, 1.0625]))]
    cases += [(np.array([4, 3, 2, 1]), np.array([4, 3, 2, 1]))]  # slow, in whole numbers
    cases += [(np.array([8, 4, 2, 2, 2, 2]), np.array([8, 5, 3, 2, 2, 2]))]  # it has settled
    cases += [(np.array([6, 1, 2, 2, 2]), np.array([6, 3, 2, 2, 2]))]
    for n in (9, 20, 41):
        train, test = _healthy(rng, n)
        cases += [(train, test), (train, _turned(test, rng.uniform(1.2, 2)))]
        cases += [(train, _turned(test, 1.05))]  # a little above its best: healthy
        cases += [(_falling(n, first=3, last=rng.uniform(1, 2), speed=0.5), test)]
        cases += [(_falling(n, first=3, last=2.985, speed=7), test)]  # stuck: half a hundredth
        cases += [(train[::-1].copy(), test[::-1].copy()), (train[::-1].copy(), test)]
    train, test = _healthy(rng, 24)
    # Not finite: everywhere, in the middle, in the test losses alone, of both signs.
    cases += [(np.full(4, np.nan), np.array([4.0, 3.0, 2.0, 1.0]))]
    for value in (np.nan, np.inf, -np.inf):
        broken = train.copy()
        broken[rng.integers(3, 20)] = value
        cases += [(broken, test), (train, np.where(np.isfinite(broken), test, value))]
    # Noise: in the second half; in the first alone (healthy); below a quarter of the steps.
    late, early = np.arange(13, 22, 2), np.arange(1, 10, 2)
    cases += [(_jagged(train, late, 0.3), test), (_jagged(train, early, 0.3), test)]
    cases += [(_jagged(train, late[:2], 0.01), test), (_jagged(train, late[:4], 0.3), test)]
    cases += [(train, _jagged(test, late, 0.02))]  # the test loss trembles: healthy
    # Several at once: the first rule decides.
    cases += [(_jagged(train, late, 0.3), _turned(test, 1.6))]
    slow = _falling(24, first=3, last=2, speed=0.3)
    cases += [(slow, _turned(test, 1.6)), (_jagged(slow, late, 0.1), test)]
    cases += [(_falling(24, first=3, last=2.985, speed=0.3), _turned(test, 1.6))]
    cases += [(_jagged(_falling(24, first=3, last=2.985, speed=7), late, 0.3), test)]
    cases += [(_jagged(slow[::-1].copy(), late, 0.3), test)]
    # Shares are of the fall, not of the loss: a high floor, reached early and reached late.
    cases += [(9 + train, 9 + test), (train / 9, test / 9)]
    cases += [(_falling(24, first=9.0, last=8.0, speed=0.3), test)]
    # A fall of 2 % is no standing still; the lowest test loss at the end and at the start.
    cases += [(_falling(24, first=3, last=2.94, speed=7), test), (train, test[::-1].copy())]
    cases += [(train, np.append(np.full(23, 1.0), 1.2)), (train, np.append(np.full(23, 1.0), 1.0))]
    # Around the borders: second half by 15 and 25 % of the fall; even and odd n.
    for n, share in ((8, 0.15), (8, 0.25), (9, 0.15), (9, 0.25)):
        first_half = np.linspace(2, 1 + share, n // 2 + 1)
        second = np.linspace(1 + share, 1, n - n // 2)[1:]
        cases += [(np.append(first_half, second), np.full(n, 2.0))]
    cases += [(np.full(6, 2.0), np.full(6, 2.0)), (50 * train, 50 * test)]
    # On a border that is exact however the rule is written: late fall, ups; a fall and a test
    # loss of 0. A tenth more than a loss above 0 is never exact: near it, and not on it.
    flat, quiet = np.full(12, 1.0), np.array([4.0, 2.0, 1.0, 1.0, 1.0, 1.0])
    cases += [(np.zeros(4), flat[:4]), (quiet, np.array([3.0, 2.0, 1.0, 0.0, 0.0, 0.0]))]
    cases += [(quiet, np.array([3.0, 2.0, 1.0, 1.0, 1.05, 1.0625])), (quiet, flat[:6])]
    cases += [(quiet, np.array([3.0, 2.0, 1.0, 1.0, 1.05, 1.105]))]
    cases += [(np.array([6.0, 4.0, 2.0, 1.0]), flat[:4])]
    cases += [(np.array([9, 8, 7, 6, 5, 2, 1.9, 1.95, 1.9, 1.85]), flat[:10])]
    # The first loss counts, not the second and not the last; so do the last test and late loss.
    cases += [(np.array([100, 150, 99.5, 98.8, 98.8, 98.8]), flat[:6])]
    cases += [(np.array([100, 99.5, 99.005, 99.005, 99.005, 99.005]), flat[:6])]
    turned = np.append([4.0, 2.0, 1.0], np.full(9, 0.8))
    turned[-1] = 1.0  # the training loss ends above its lowest, in one step
    cases += [(turned, flat), (quiet, np.array([3.0, 2.0, 1.0, 1.0, 1.0, 1.3]))]
    cases += [(quiet, np.array([3.0, 2.0, 1.0, 1.0, 1.3, 1.0]))]
    cases += [(np.array([4.0, 3.0, 2.5, 2.0, 1.0, 1.0]), flat[:6])]
    cases += [(np.array([4.0, 3.0, 1.8, 1.5, 1.5, 1.0]), flat[:6])]
    # More than half of the fall, or of the steps upward; an unquiet first half; the end broken.
    cases += [(np.array([4.0, 3.9, 3.8, 3.6, 2.5, last]), flat[:6]) for last in (1.0, 0.5)]
    up = np.array([1.0, 1.1, 1.2])
    cases += [(np.concatenate([[4, 3, 2.5, 2, 1.5, 1.2], up, up]), flat)]
    cases += [(np.concatenate([4 + up, 3 + up, np.full(6, 1.0)]), flat)]
    cases += [(np.concatenate([5 + up, 3 + up, np.full(6, 0.5)]), flat)]
    cases += [(np.append(train[:-1], value), test) for value in (np.nan, np.inf)]
    # The steps within the half are one fewer than its losses, and the step into it is none.
    settling = np.array([9, 8, 7, 6, 2, 1.9, 1.95, 1.9])
    cases += [(settling, np.full(8, 1.0)), (np.array([4, 1, 1.5, 1.4]), flat[:4])]
    cases += [(np.array([9, 8, 7, 2, 2.1, 1.9, 1.8]), flat[:7])]
    cases += [(np.array([9, 8, 7, 6, 2, 2.1, 2, 1.9, 1.8, 1.7]), flat[:10])]
    cases += [(np.array([4, 1, 1, 1.1]), flat[:4]), (np.array([4, 1, 1.1, 1]), flat[:4])]
    # A tenth is a share of the lowest test loss: not 0.1, and not a tenth of the last.
    quieter = np.array([8.0, 4.0, 2.0, 2.0, 2.0, 2.0])
    cases += [(quieter, np.array([30, 20, 10, 10, 10.2, 10.5]))]
    cases += [(quieter, np.array([0.3, 0.2, 0.1, 0.1, 0.15, 0.19]))]
    # The lowest test loss in the first half; one that is 0.
    cases += [
        (quieter, np.array([3, 1, 2, 2.1, 2.1, 2.1])),
        (quieter, np.array([3, 1, 0, 0, 0, 1])),
    ]
    # Hardly above its start; above it and with most steps down; the start at 0.
    cases += [(np.array([100, 90, 90, 100.5]), flat[:4]), (np.array([0.0, 1, 2, 2]), flat[:4])]
    cases += [(np.array([4, 9, 8, 7, 6, 5]), flat[:6]), (np.array([6, 5, 6, 7, 8, 1]), flat[:6])]
    # The fall ends at the last loss, not at the lowest: over all, and in the second half.
    cases += [(np.array([100, 50, 99.5, 99.5]), flat[:4])]
    cases += [(np.array([10, 8, 6, 5, 4, 3.5, 3, 1, 1, 1, 1, 2.5]), flat)]
    cases += [(np.array([20, 0, 13, 13, 12, 12, 12, 12, 12, 9]), flat[:10])]
    cases += [(np.array([20, 18, 15, 12, 11, 11, 10.5, 10.5, 10, 9]), flat[:10])]
    # A loss of any size is finite; a curve of each kind, with another beside it.
    cases += [(2.0**60 * quieter, 2.0**60 * quieter), (quieter, 2.0**80 * quieter)]
    falling, idle = np.linspace(4, 1, 8), np.linspace(4, 3.99, 8)
    cases += [(idle, falling), (quieter, falling[:6]), (falling, np.full(8, 2.0))]
    cases += [(np.array([8, 4, 2, 2, 2, 2.0]), np.array([1, 2, 3, 4, 5, 6.0]))]
    cases += [(np.array([9, 7, 5, 4, 3, 3, 3, 2.75]), np.array([9, 8, 8, 9, 8, 7, 8, 7.0]))]
    cases += [(np.array([9, 5, 4, 3.5, 3.25, 3.0, 2.5, 2.25, 2.125]), np.full(9, 2.0))]
    cases += [(np.array([10, 7, 5, 3, 2, 1.5, 1.5, 4, 1.5, 1.5, 1.5, 1.5]), flat)]
    cases += [(quieter, np.array([3, 2.5, 2.5, 2, 1, 2]))]
    cases += [(np.array([9, 7, 5, 3, 1, 1.25, 1.5, 1.75, 2]), np.full(9, 2.0))]
    cases += [(np.array([6, 5, 4, 3, 2, 2, 2, 2, 2, 1]), flat[:10])]
    broken = np.where(np.arange(24) == 7, np.nan, test)
    return [
        *cases,
        (train, test[:-1]),
        (train[:-1], test),
        (train[:-1], broken),
        (train[:, None], test),
    ]


def _doctor(order=WORDS, **changed):
    """Make a doctor who goes wrong in one rule, or in the order of the rules."""
    rules = {
        "overflow": lambda a, b: not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))),
        "ascending": lambda a, _b: a[-1] > a[0],
        "stuck": lambda a, _b: a[0] - a[-1] < 0.01 * a[0],
        "noisy": lambda a, _b: np.mean(np.diff(a[len(a) // 2 :]) > 0) > 0.25,
        "overfitting": lambda _a, b: b[-1] > 1.1 * b.min(),
        "slow": lambda a, _b: a[len(a) // 2] - a[-1] > 0.2 * (a[0] - a[-1]),
        "healthy": lambda _a, _b: True,
    } | changed

    def diagnose_curve(train, test):
        if train.shape != test.shape:
            raise ValueError
        with np.errstate(all="ignore"):
            return next((word for word in order if rules[word](train, test)), "healthy")

    return diagnose_curve


def _from(place):
    """Make a doctor whose second half begins at another place; for a short run, at its last."""
    return _doctor(
        noisy=lambda a, _b: np.mean(np.diff(a[place(len(a)) :]) > 0) > 0.25,
        slow=lambda a, _b: a[place(len(a))] - a[-1] > 0.2 * (a[0] - a[-1]),
    )


def _noisy_from(place):
    return _doctor(noisy=lambda a, _b: np.mean(np.diff(a[place(len(a)) :]) > 0) > 0.25)


def _falling_by(fall):
    """Make a doctor who takes the fall of the training loss in another way, in all three rules."""
    return _doctor(
        ascending=lambda a, _b: fall(a) < 0,
        stuck=lambda a, _b: fall(a) < 0.01 * a[0],
        slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.2 * fall(a),
    )


def _ups(losses):
    return np.sum(np.diff(losses[len(losses) // 2 :]) > 0)


def _exchanging(train, test):
    return _doctor()(test, train)


def _raising_where_not_finite(train, test):
    if not (np.all(np.isfinite(train)) and np.all(np.isfinite(test))):
        raise ValueError
    return _doctor()(train, test)


def _finite_before_shapes(train, test):
    if not (np.all(np.isfinite(train)) and np.all(np.isfinite(test))):
        return "overflow"
    return _doctor()(train, test)


def _size_of_the_fall(train, test):
    word = _doctor()(train, test)
    still = word != "overflow" and abs(train[0] - train[-1]) < 0.01 * train[0]
    return "stuck" if still else word


def _refusing_a_start_at_0(train, test):
    if train[0] == 0:
        raise ValueError
    return _doctor()(train, test)


def _in_capitals(train, test):
    return _doctor()(train, test).capitalize()


def _any_length(train, test):
    n = min(len(train), len(test))
    return _doctor()(train[:n], test[:n])


def _before(first, second):
    """Return the order of the rules with `first` moved to stand before `second`."""
    rest = [word for word in WORDS if word != first]
    place = rest.index(second)
    return (*rest[:place], first, *rest[place:])


def _without(word):
    return tuple(other for other in WORDS if other != word)


DIAGNOSE_CURVE = Function(
    name="diagnose_curve",
    points=55,
    inputs=_curve_inputs,
    parameters={"train": "(n,)", "test": "(n,)"},
    returns={"word": ""},
    hints=(
        "The rules stand in an order; the first that fits ends the search. Compute the fall and"
        " the second half once, before you begin.",
        "`fall = train[0] - train[-1]` and `late = train[len(train) // 2:]`. np.diff(late) > 0"
        " says which steps go up, and its mean is their share.",
        "One `if ...: return ...` a rule, in the order of the table: not all finite; fall < 0;"
        " fall < 0.01 * train[0]; np.mean(np.diff(late) > 0) > 0.25; and so on.",
    ),
    slips=(
        Slip(
            "noise in the test loss",
            _doctor(noisy=lambda _a, b: np.mean(np.diff(b[len(b) // 2 :]) > 0) > 0.25),
            "You count the steps upward of the *test* loss. Noise of the steps is seen in the"
            " training loss.",
        ),
        Slip(
            "a test loss above 1.1",
            _doctor(overfitting=lambda _a, b: b[-1] > 1.1),
            "You compare the test loss with 1.1. It is to be 1.1 times *the lowest test loss*.",
        ),
        Slip(
            "a step on the level is upward",
            _doctor(noisy=lambda a, _b: np.mean(np.diff(a[len(a) // 2 :]) >= 0) > 0.25),
            "You count steps on the level as upward. A loss that has settled is not noisy.",
        ),
        Slip(
            "the training loss has turned",
            _doctor(overfitting=lambda a, _b: a[-1] > 1.1 * a.min()),
            "You look at the lowest *training* loss. Overfitting is seen in data that are not"
            " trained on: the test loss.",
        ),
        Slip(
            "ascending is stuck",
            _doctor(_before("stuck", "ascending")),
            "You ask for standing still before ascent, or never for ascent. A negative fall is"
            " below a hundredth too, so rule 2 has to be asked first.",
        ),
        Slip(
            "ascending, by the test loss",
            _doctor(ascending=lambda _a, b: b[-1] > b[0]),
            "You ask whether the *test* loss ends above its start. Whether descent descends is"
            " seen in the training loss.",
        ),
        Slip(
            "a share of the loss at half time",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.2 * a[len(a) // 2]),
            "You take a fifth of the loss at half time. Asked is a fifth of the whole fall.",
        ),
        Slip(
            "the last test loss but one",
            _doctor(overfitting=lambda _a, b: b[-2] > 1.1 * b.min()),
            "You look at the last test loss but one. The last is test[-1].",
        ),
        Slip(
            "any step upward is noise",
            _doctor(noisy=lambda a, _b: bool(np.any(np.diff(a[len(a) // 2 :]) > 0))),
            "One step upward is enough for you. More than a quarter of those in the second half is"
            " asked.",
        ),
        Slip(
            "the curves exchanged",
            _exchanging,
            "You take test for train, and train for test, throughout. The rules name the curve that"
            " they look at: overfitting is seen in the test loss, all else in the training loss.",
        ),
        Slip(
            "always healthy",
            _doctor(("healthy",)),
            "Every curve is healthy to you. Ask the rules from the top, and return the word of the"
            " first that fits.",
        ),
        Slip(
            "upside down",
            _doctor(tuple(reversed(WORDS[:-1]))),
            "You ask the rules from the bottom up. The first that fits, from the top, decides.",
        ),
        Slip(
            "slow before noise",
            _doctor(_before("slow", "noisy")),
            "You ask whether it is slow before you ask for noise. The table has noise first.",
        ),
        Slip(
            "the fall turned round",
            _doctor(
                ascending=lambda a, _b: a[-1] - a[0] < 0,
                stuck=lambda a, _b: a[-1] - a[0] < 0.01 * a[0],
                slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.2 * (a[-1] - a[0]),
            ),
            "For you a curve that falls ascends. The fall is the first training loss minus the"
            " last; a curve ascends where that is below 0.",
        ),
        Slip(
            "the fall of the first step",
            _falling_by(lambda a: a[0] - a[1]),
            "Your fall is that of the first step. It goes on to the last loss: train[-1].",
        ),
        Slip(
            "the fall after the first step",
            _falling_by(lambda a: a[1] - a[-1]),
            "Your fall begins at train[1]. Python counts from 0: the first loss is train[0].",
        ),
        Slip(
            "the fall before the last step",
            _falling_by(lambda a: a[0] - a[-2]),
            "Your fall ends at train[-2]. The last loss is train[-1].",
        ),
        Slip(
            "the last loss for the fall",
            _falling_by(lambda a: a[-1]),
            "You take the last loss for the fall. The fall is the first loss minus the last.",
        ),
        Slip(
            "the first loss for the fall",
            _falling_by(lambda a: a[0]),
            "You take the first loss for the fall. The fall is the first loss minus the last.",
        ),
        Slip(
            "ascending, in any step",
            _doctor(ascending=lambda a, _b: bool(np.any(np.diff(a) > 0))),
            "You call a curve ascending if *any* step goes up. Compare its end with its start.",
        ),
        Slip(
            "stuck by the fall turned round",
            _doctor(
                stuck=lambda a, _b: a[-1] - a[0] < 0.01 * a[0],
                slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.2 * (a[-1] - a[0]),
            ),
            "Your fall is the last training loss minus the first: below 0 wherever the loss"
            " falls, so that all those are stuck. It is the first minus the last.",
        ),
        Slip(
            "stuck, at a tenth",
            _doctor(stuck=lambda a, _b: a[0] - a[-1] < 0.1 * a[0]),
            "Your limit for a curve that is stuck is a tenth. A hundredth is asked.",
        ),
        Slip(
            "never stuck",
            _doctor(_without("stuck")),
            "You call no curve stuck: rule 3 is missing, or never fits.",
        ),
        Slip(
            "stuck, by the size of the fall",
            _doctor(stuck=lambda a, _b: a[0] - a[-1] < 0.01),
            "You compare the fall with 0.01 itself. It is to be a share of the first loss, so that"
            " the unit of the loss does not matter.",
        ),
        Slip(
            "never overfitting",
            _doctor(_without("overfitting")),
            "You call no curve overfitted: rule 5 is missing, or never fits.",
        ),
        Slip(
            "above its start",
            _doctor(overfitting=lambda _a, b: b[-1] > 1.1 * b[0]),
            "You compare the last test loss with the first. It may have fallen far, and turned:"
            " compare it with the lowest.",
        ),
        Slip(
            "stuck, by the test loss",
            _doctor(stuck=lambda _a, b: b[0] - b[-1] < 0.01 * b[0]),
            "You ask whether the *test* loss stands still. The fall is that of the training loss.",
        ),
        Slip(
            "the second half from the next on",
            _from(lambda n: min(n // 2 + 1, n - 1)),
            "Your second half begins one loss too late. It begins at number len(train) // 2,"
            " counted from 0.",
        ),
        Slip(
            "noise from the next on",
            _noisy_from(lambda n: n // 2 + 1),
            "In rule 4 your second half begins one loss too late. It begins at number"
            " len(train) // 2, counted from 0.",
        ),
        Slip(
            "the second half rounded up",
            _from(lambda n: (n + 1) // 2),
            "Some of your second halves begin one loss too late. They begin at n // 2, rounded"
            " down.",
        ),
        Slip(
            "noise in the first half and the step out of it",
            _doctor(noisy=lambda a, _b: np.mean(np.diff(a[: len(a) // 2 + 1]) > 0) > 0.25),
            "You count the steps upward of the *first* half. The rule asks for the second:"
            " train[len(train) // 2:].",
        ),
        Slip(
            "noise over the whole run",
            _doctor(noisy=lambda a, _b: np.mean(np.diff(a) > 0) > 0.25),
            "You count the steps upward in the whole run. The rule asks for the second half: an"
            " unquiet start may settle.",
        ),
        Slip(
            "noise one early",
            _noisy_from(lambda n: n // 2 - 1),
            "You count the step *into* the second half. Count those within it: np.diff of its"
            " losses alone.",
        ),
        Slip(
            "noise one early for even n",
            _noisy_from(lambda n: (n - 1) // 2),
            "For even n you count the step *into* the second half. Count those within it: np.diff"
            " of its losses alone.",
        ),
        Slip(
            "noise in the first half",
            _doctor(noisy=lambda a, _b: np.mean(np.diff(a[: len(a) // 2]) > 0) > 0.25),
            "You count the steps upward of the *first* half. The rule asks for the second:"
            " train[len(train) // 2:].",
        ),
        Slip(
            "overflow is raised",
            _raising_where_not_finite,
            'You raise an error where a loss is not finite. Here "overflow" is a word: return it.',
        ),
        Slip(
            "a capital letter",
            _in_capitals,
            'Your word begins with a capital letter. The words are written small: "healthy".',
        ),
        Slip(
            "ascending, where most steps rise",
            _doctor(ascending=lambda a, _b: np.mean(np.diff(a) > 0) > 0.5),
            "You ask whether most steps go up. Ascending is a curve that *ends* above its start,"
            " whatever is in between.",
        ),
        Slip(
            "ascending, where it ends above and most steps rise",
            _doctor(ascending=lambda a, _b: a[-1] > a[0] and np.mean(np.diff(a) > 0) > 0.5),
            "You ask for more than rule 2 does. A last training loss above the first is enough.",
        ),
        Slip(
            "the lowest training loss for the last",
            _doctor(stuck=lambda a, _b: a[0] - a.min() < 0.01 * a[0]),
            "Your fall goes down to the lowest training loss. It is the first minus the *last*.",
        ),
        Slip(
            "more than one up",
            _doctor(noisy=lambda a, _b: _ups(a) > 1),
            "You ask for more than one step upward. A *share* is asked: more than a quarter of the"
            " steps within the second half.",
        ),
        Slip(
            "a share of the last test loss",
            _doctor(overfitting=lambda _a, b: b[-1] - b.min() > 0.1 * b[-1]),
            "You take a tenth of the *last* test loss. 1.1 times the lowest is asked.",
        ),
        Slip(
            "the highest test loss",
            _doctor(overfitting=lambda _a, b: b.max() > 1.1 * b.min()),
            "You compare the *highest* test loss with the lowest: then every curve that has"
            " fallen is overfitted. Take the last.",
        ),
        Slip(
            "any rise is overfitting",
            _doctor(overfitting=lambda _a, b: b[-1] > b.min()),
            "You call a test loss overfitted that is hardly above its lowest. The rule leaves it a"
            " tenth, for chance.",
        ),
        Slip(
            "overfitting at 1.1 times",
            _doctor(overfitting=lambda _a, b: b[-1] >= 1.1 * b.min()),
            "A last test loss of exactly 1.1 times the lowest is not more: use >. See what yours"
            " says where both are 0.",
        ),
        Slip(
            "a large loss overflows",
            _doctor(
                overflow=lambda a, b: (
                    not (np.all(np.isfinite(a)) and np.all(np.isfinite(b)))
                    or max(a.max(), b.max()) > 1e12
                )
            ),
            "You call a large loss an overflow. However large, it is a number: rule 1 asks for"
            " what is not finite.",
        ),
        Slip(
            "a start at 0 is refused",
            _refusing_a_start_at_0,
            "You refuse a curve that starts at 0. A loss of 0 is allowed: multiply in place of"
            " dividing, and the rules hold.",
        ),
        Slip(
            "lengths are not compared",
            _any_length,
            "The diagnosis is right. But two curves of different length do not belong to one run:"
            " raise a ValueError.",
        ),
        Slip(
            "what is not finite before shapes",
            _finite_before_shapes,
            "You look for what is not finite before you compare the shapes. Curves of different"
            " shape are refused, whatever is in them: compare the shapes first.",
        ),
        Slip(
            "stuck at a hundredth",
            _doctor(stuck=lambda a, _b: a[0] - a[-1] <= 0.01 * a[0]),
            'A fall of exactly a hundredth is not "less than a hundredth": use <.',
        ),
        Slip(
            "slow at a fifth",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] >= 0.2 * (a[0] - a[-1])),
            'Exactly a fifth of the fall is not "more than a fifth": use >.',
        ),
        Slip(
            "standing still is ascending",
            _doctor(ascending=lambda a, _b: a[-1] >= a[0]),
            'A loss that ends where it began has not ascended. It is "stuck".',
        ),
        Slip(
            "steps downward are noise",
            _doctor(noisy=lambda a, _b: np.mean(np.diff(a[len(a) // 2 :]) < 0) > 0.25),
            "You count steps *downward*: that is what training is for. np.diff is above 0 where the"
            " loss goes up.",
        ),
        Slip(
            "any change is noise",
            _doctor(noisy=lambda a, _b: np.mean(np.abs(np.diff(a[len(a) // 2 :])) > 0) > 0.25),
            "You count every step that changes the loss, up or down. Noise is steps *upward*:"
            " np.diff above 0, without the absolute value.",
        ),
        Slip(
            "noisy at a quarter",
            _doctor(noisy=lambda a, _b: np.mean(np.diff(a[len(a) // 2 :]) > 0) >= 0.25),
            'Exactly a quarter is not "more than a quarter": use >.',
        ),
        Slip(
            "above the lowest training loss",
            _doctor(overfitting=lambda a, b: b[-1] > 1.1 * a.min()),
            "You compare the test loss with the lowest *training* loss. Compare it with its own"
            " lowest.",
        ),
        Slip(
            "a test loss above the training loss",
            _doctor(overfitting=lambda a, b: b[-1] > 1.1 * a[-1]),
            "You compare the test loss with the *training* loss. A gap is usual. Overfitting shows"
            " where the test loss has turned: compare it with its own lowest.",
        ),
        Slip(
            "0.1 above the lowest",
            _doctor(overfitting=lambda _a, b: b[-1] > b.min() + 0.1),
            "You allow the test loss 0.1 above its lowest. 1.1 *times* the lowest is asked, so"
            " that the unit of the loss does not matter.",
        ),
        Slip(
            "slow before overfitting",
            _doctor(_before("slow", "overfitting")),
            "You ask whether it is slow before you ask whether it overfits. Then you would train on"
            " a network that gets worse: the table has it the other way round.",
        ),
        Slip(
            "nothing overflows",
            _doctor(_without("overflow")),
            "You never ask whether the losses are finite. NaN compares as False in every rule, and"
            ' the sickest curve of all comes out "healthy".',
        ),
        Slip(
            "all must be broken",
            _doctor(overflow=lambda a, b: not (np.any(np.isfinite(a)) and np.any(np.isfinite(b)))),
            "One finite loss is enough for you. Rule 1 fits as soon as *one* is not finite:"
            " np.all in place of np.any.",
        ),
        Slip(
            "not finite, at the end alone",
            _doctor(overflow=lambda a, b: not np.isfinite(a[-1] + b[-1])),
            "You look at the last losses alone. One that is not finite anywhere makes the curve"
            " unfit to be measured.",
        ),
        Slip(
            "NaN alone",
            _doctor(overflow=lambda a, b: bool(np.any(np.isnan(a)) or np.any(np.isnan(b)))),
            "You look for NaN. Infinity comes first, and is no number either: use np.isfinite.",
        ),
        Slip(
            "not finite, in the training loss alone",
            _doctor(overflow=lambda a, _b: not np.all(np.isfinite(a))),
            "You look for what is not finite in the training loss alone. The test loss may"
            " overflow first.",
        ),
        Slip(
            "infinity alone",
            _doctor(overflow=lambda a, b: bool(np.any(np.isinf(a)) or np.any(np.isinf(b)))),
            "You look for infinity. NaN is no number either, and compares as False in every later"
            " rule: use np.isfinite.",
        ),
        Slip(
            "not finite, in the test loss alone",
            _doctor(overflow=lambda _a, b: not np.all(np.isfinite(b))),
            "You look for what is not finite in the test loss alone. Look at both curves.",
        ),
        Slip(
            "never noisy",
            _doctor(_without("noisy")),
            "You call no curve noisy: rule 4 is missing, or never fits.",
        ),
        Slip(
            "ups by n",
            _doctor(noisy=lambda a, _b: _ups(a) / len(a) > 0.25),
            "You divide the steps upward by all n losses. Asked is their share of the steps"
            " within the second half.",
        ),
        Slip(
            "noisy above a half",
            _doctor(noisy=lambda a, _b: np.mean(np.diff(a[len(a) // 2 :]) > 0) > 0.5),
            "You ask for more than half of the steps. A quarter is enough.",
        ),
        Slip(
            "more than two ups",
            _doctor(noisy=lambda a, _b: _ups(a) > 2),
            "You ask for more than a number of steps upward. A *share* is asked: more than a"
            " quarter of the steps within the second half.",
        ),
        Slip(
            "ups by the losses of the half",
            _doctor(noisy=lambda a, _b: _ups(a) > len(a[len(a) // 2 :]) / 4),
            "You divide by the losses of the second half. Its *steps* are one fewer: np.mean of"
            " np.diff(...) > 0 divides by their number.",
        ),
        Slip(
            "noise from one late for odd n",
            _noisy_from(lambda n: (n + 1) // 2),
            "You leave out the first step of some second halves. They begin at n // 2, rounded"
            " down.",
        ),
        Slip(
            "ups by half of n",
            _doctor(noisy=lambda a, _b: _ups(a) > len(a) // 2 / 4),
            "You divide by n // 2. The *steps* within the second half are one fewer where n is"
            " even: np.mean of np.diff(...) > 0 divides by their number.",
        ),
        Slip(
            "overfitting before noise",
            _doctor(_before("overfitting", "noisy")),
            "You ask for overfitting before noise. In a noisy run the lowest test loss is luck, so"
            " the table asks for noise first.",
        ),
        Slip(
            "stuck, by the size of the change",
            _size_of_the_fall,
            "A loss that ends a little above its start is stuck to you. It is ascending, by however"
            " little: ask for fall < 0 first, with no margin and no absolute value.",
        ),
        Slip(
            "above half time",
            _doctor(overfitting=lambda _a, b: b[-1] > 1.1 * b[len(b) // 2]),
            "You compare the last test loss with that at half time. Compare it with the lowest of"
            " all.",
        ),
        Slip(
            "the lowest of the second half",
            _doctor(overfitting=lambda _a, b: b[-1] > 1.1 * b[len(b) // 2 :].min()),
            "You look for the lowest test loss in the second half. It may lie in the first: take"
            " the lowest of all.",
        ),
        Slip(
            "the first half",
            _doctor(slow=lambda a, _b: a[0] - a[len(a) // 2] > 0.2 * (a[0] - a[-1])),
            "You measure what the *first* half did. Slow is a curve that still has much to do in"
            " the second.",
        ),
        Slip(
            "slow, turned round",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] < 0.2 * (a[0] - a[-1])),
            'Your comparison in rule 6 stands the wrong way round: "slow" is a curve that falls by'
            " *more* than a fifth in its second half.",
        ),
        Slip(
            "never slow",
            _doctor(_without("slow")),
            "You call no curve slow: rule 6 is missing, or never fits.",
        ),
        Slip(
            "slow above a half",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.5 * (a[0] - a[-1])),
            "Your limit for a slow curve is half of the fall. A fifth is asked.",
        ),
        Slip(
            "slow, by the test loss",
            _doctor(slow=lambda _a, b: b[len(b) // 2] - b[-1] > 0.2 * (b[0] - b[-1])),
            "You ask whether the *test* loss is slow. Rule 6 looks at `train`.",
        ),
        Slip(
            "slow, by the late test loss",
            _doctor(slow=lambda a, b: b[len(b) // 2] - b[-1] > 0.2 * (a[0] - a[-1])),
            "You take the second half of the *test* loss beside the fall of the training loss."
            " Rule 6 looks at `train` for both.",
        ),
        Slip(
            "a share of the first loss",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.2 * a[0]),
            "You take a fifth of the first *loss*. A fifth of the fall is asked: a loss that cannot"
            " go below 8 is not slow for ending there, nor quick for moving little.",
        ),
        Slip(
            "the second half without its first",
            _doctor(slow=lambda a, _b: a[len(a) // 2 + 1] - a[-1] > 0.2 * (a[0] - a[-1])),
            "You measure the second half from its second loss on. Its fall is its *first* loss"
            " minus its last.",
        ),
        Slip(
            "slow from one late for odd n",
            _doctor(slow=lambda a, _b: a[(len(a) + 1) // 2] - a[-1] > 0.2 * (a[0] - a[-1])),
            "In rule 6 your second half begins one loss too late for odd n: it begins at n // 2,"
            " rounded down.",
        ),
        Slip(
            "a share of the fall to the lowest",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.2 * (a[0] - a.min())),
            "You take a fifth of the fall to the *lowest* training loss. The fall is the first"
            " minus the last.",
        ),
        Slip(
            "the late fall to the lowest",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a.min() > 0.2 * (a[0] - a[-1])),
            "Your late fall goes down to the lowest loss. It is the first loss of the half minus"
            " its *last*.",
        ),
        Slip(
            "the range for the late fall",
            _doctor(slow=lambda a, _b: np.ptp(a[len(a) // 2 :]) > 0.2 * (a[0] - a[-1])),
            "You take the highest minus the lowest of the second half. Its fall is its first loss"
            " minus its last.",
        ),
        Slip(
            "the last three quarters",
            _doctor(
                noisy=lambda a, _b: np.mean(np.diff(a[len(a) // 4 :]) > 0) > 0.25,
                slow=lambda a, _b: a[len(a) // 4] - a[-1] > 0.2 * (a[0] - a[-1]),
            ),
            "Your second half begins after a quarter of the run. Divide len(train) by 2.",
        ),
        Slip(
            "the last two thirds",
            _doctor(
                noisy=lambda a, _b: np.mean(np.diff(a[len(a) // 3 :]) > 0) > 0.25,
                slow=lambda a, _b: a[len(a) // 3] - a[-1] > 0.2 * (a[0] - a[-1]),
            ),
            "Your second half begins after a third of the run. Divide len(train) by 2.",
        ),
        Slip(
            "the second half one early",
            _from(lambda n: n // 2 - 1),
            "Your second half begins one loss too early. It begins at number len(train) // 2,"
            " counted from 0.",
        ),
        Slip(
            "the second half begins early",
            _doctor(
                noisy=lambda a, _b: np.mean(np.diff(a[(len(a) - 1) // 2 :]) > 0) > 0.25,
                slow=lambda a, _b: a[(len(a) - 1) // 2] - a[-1] > 0.2 * (a[0] - a[-1]),
            ),
            "Your second half begins one loss too early where n is even. It begins at number"
            " len(train) // 2, counted from 0.",
        ),
        Slip(
            "a late fall of 0.2",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.2),
            "You compare the late fall with 0.2 itself. A fifth *of the whole fall* is asked, so"
            " that the unit of the loss does not matter.",
        ),
        Slip(
            "slow at a tenth",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.1 * (a[0] - a[-1])),
            "Your limit for a slow curve is a tenth of the fall. A fifth is asked.",
        ),
        Slip(
            "a share of the early fall",
            _doctor(slow=lambda a, _b: a[len(a) // 2] - a[-1] > 0.2 * (a[0] - a[len(a) // 2])),
            "You take a fifth of what the *first half* fell. A fifth of the whole fall is asked:"
            " the first training loss minus the last.",
        ),
        Slip(
            "slow from one early",
            _doctor(slow=lambda a, _b: a[len(a) // 2 - 1] - a[-1] > 0.2 * (a[0] - a[-1])),
            "In rule 6 your second half begins one loss too early. It begins at number"
            " len(train) // 2, counted from 0.",
        ),
    ),
)

FUNCTIONS = (VERDICT, DIAGNOSE_CURVE)
