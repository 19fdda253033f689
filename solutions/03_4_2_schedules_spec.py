"""Spec of the exercises to 3.4.2: inputs, hints and known slips; the reference is the notebook.

The letter: n steps of which the rates are asked.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Build, Function, Slip, Tolerance, keywords


def _rate(rng: np.random.Generator) -> float:
    return float(np.round(rng.uniform(0.2, 2.0), 2))


# 1. exponential_decay


def _exponential_inputs(rng: np.random.Generator) -> list[Arguments]:
    def case(t, staircase, **changed):
        base = {"learning_rate": _rate(rng), "factor": 0.5, "every": 10}
        return (np.array(t), keywords(**(base | changed), staircase=staircase))

    cases = []
    for staircase in (False, True):
        cases += [case([0], staircase), case([10], staircase), case([0, 5, 10], staircase)]
        cases += [case([3, 7, 29, 30, 31], staircase, factor=0.9, every=3)]
        cases += [case([1, 2, 50], staircase, factor=0.25, every=7)]
        cases += [case([6, 0, 1, 15], staircase, factor=0.8, every=1, learning_rate=2)]
        cases += [
            case([12, 13, 14, 40], staircase, factor=float(np.round(rng.uniform(0.3, 0.9), 2)))
        ]
        cases += [case([2, 6, 9, 15, 19], staircase)]  # `every` is even: 6 is nearer to 10
        cases += [case([4, 5], staircase, factor=f) for f in (0.0, 1.0, 1.5, -0.5)]
        cases += [case([4, 5], staircase, every=0), case([4, 5], staircase, every=-2)]
    return cases


def _decays(rates, bad=lambda factor, every: not 0 < factor < 1 or every < 1):
    """Make a function that refuses some input and returns `rates(t, eta, gamma, n, staircase)`."""

    def exponential_decay(t, *, learning_rate, factor, every, staircase):
        if bad(factor, every):
            raise ValueError
        return rates(t, learning_rate, factor, every, staircase)

    return exponential_decay


def _count(t, n, staircase):
    return t // n if staircase else t / n


def _right_decay(t, eta, gamma, n, stairs):
    return eta * gamma ** _count(t, n, stairs)


EXPONENTIAL_DECAY = Function(
    name="exponential_decay",
    points=25,
    inputs=_exponential_inputs,
    parameters={"t": "(n,)", "learning_rate": "", "factor": "", "every": "", "staircase": ""},
    returns={"rates": "(n,)"},
    tolerance=Tolerance(
        relative=1e-9,
        absolute=1e-12,
        reason="a power by way of the logarithm; numbers of 32 bits are further off",
    ),
    hints=(
        "How often has the factor been applied after t steps? After `every` steps: once.",
        "The exponent is t over `every`. In stairs only whole times count: what rounds down?",
        "`learning_rate * factor ** (t / every)`; in stairs with `//`. Before that, two refusals.",
    ),
    slips=(
        Slip(
            "the factor in every step",
            _decays(lambda t, eta, g, _n, _s: eta * g**t),
            "You apply the factor in *every* step. It takes `every` steps: the exponent is t over"
            " `every`.",
        ),
        Slip(
            "the two exchanged",
            _decays(lambda t, eta, g, n, s: eta * g ** _count(t, n, not s)),
            "You have smooth and stairs the wrong way round: `//` belongs to staircase=True.",
        ),
        Slip(
            "always smooth",
            _decays(lambda t, eta, g, n, _s: eta * g ** (t / n)),
            "With staircase=True the rate must stay between two multiples of `every`. Count whole"
            " times only: `//`.",
        ),
        Slip(
            "always in stairs",
            _decays(lambda t, eta, g, n, _s: eta * g ** (t // n)),
            "With staircase=False the rate falls in every step: divide with `/`, not `//`.",
        ),
        Slip(
            "one step late",
            _decays(lambda t, eta, g, n, s: eta * g ** _count(t + 1, n, s)),
            "You count from t + 1. The first step has t = 0, and the full rate.",
        ),
        Slip(
            "from t + 1 in stairs",
            _decays(lambda t, eta, g, n, s: eta * g ** ((t + 1) // n if s else t / n)),
            "In stairs you count from t + 1, so each drop comes one step early. The first step has"
            " t = 0.",
        ),
        Slip(
            "rounded to the nearest",
            _decays(lambda t, eta, g, n, s: eta * g ** (np.round(t / n) if s else t / n)),
            "You round to the nearest whole number, so the stairs come half a width too early."
            " Round *down*.",
        ),
        Slip(
            "rounded up",
            _decays(lambda t, eta, g, n, s: eta * g ** (np.ceil(t / n) if s else t / n)),
            "You round up: the first drop comes in step 1 already. Round *down*.",
        ),
        Slip(
            "the factor as a rate",
            _decays(lambda t, eta, g, n, s: eta * np.exp(-g * _count(t, n, s))),
            "You put the factor into exp(-kt) as k. A factor multiplies: k would be -ln(factor).",
        ),
        Slip(
            "the factor as a rate when smooth",
            _decays(lambda t, eta, g, n, s: eta * (g ** (t // n) if s else np.exp(-g * t / n))),
            "When smooth you put the factor into exp(-kt) as k. It is what is *left* after `every`"
            " steps: a power of it, as in stairs, with a fraction for the exponent.",
        ),
        Slip(
            "the factor as a rate a step when smooth",
            _decays(lambda t, eta, g, n, s: eta * (g ** (t // n) if s else np.exp(-g * t))),
            "When smooth you put the factor into exp(-kt) as k, and leave out `every`. The factor"
            " is what is *left* after `every` steps: a power of it, as in stairs.",
        ),
        Slip(
            "a share taken off",
            _decays(lambda t, eta, g, n, s: eta * (1 - g) ** _count(t, n, s)),
            "You take the factor for what is *lost*. It is what is left: the rate is multiplied"
            " by it.",
        ),
        Slip(
            "inverse time",
            _decays(lambda t, eta, g, n, s: eta / (1 + (1 - g) * _count(t, n, s))),
            "That falls as one over time. Exponential decay multiplies by the factor again and"
            " again: a power.",
        ),
        Slip(
            "in a straight line",
            _decays(lambda t, eta, g, n, s: eta * g * _count(t, n, s)),
            "You multiply by the number of times. Applied again and again, a factor makes a power.",
        ),
        Slip(
            "the fraction upside down",
            _decays(lambda t, eta, g, n, s: eta * g ** (n / np.maximum(t, 1))),
            "Your exponent is `every` over t. Turn it over: after `every` steps it is 1.",
        ),
        Slip(
            "times for over",
            _decays(lambda t, eta, g, n, s: eta * g ** (t * n)),
            "You multiply t by `every`. A longer `every` means a slower decay: divide.",
        ),
        Slip(
            "the rate is left out",
            _decays(lambda t, _eta, g, n, s: g ** _count(t, n, s)),
            "Your first rate is 1. It is to be learning_rate: multiply by it.",
        ),
        Slip(
            "the factor on the whole",
            _decays(lambda t, eta, g, n, s: (eta * g) ** _count(t, n, s)),
            "You raise learning_rate to the power too. Only the factor is applied many times.",
        ),
        Slip(
            "it grows",
            _decays(lambda t, eta, g, n, s: eta * g ** (-1.0 * _count(t, n, s))),
            "Your rate grows. A factor below 1 with a positive exponent makes it fall.",
        ),
        Slip(
            "not divided in stairs",
            _decays(lambda t, eta, g, n, s: eta * g ** (t if s else t / n)),
            "In stairs you apply the factor in *every* step. Divide by `every` there too.",
        ),
        Slip(
            "not divided when smooth",
            _decays(lambda t, eta, g, n, s: eta * g ** (t // n if s else t)),
            "When smooth you apply the factor in *every* step. Divide by `every` there too.",
        ),
        Slip(
            "times when smooth",
            _decays(lambda t, eta, g, n, s: eta * g ** (t // n if s else t * n)),
            "When smooth you multiply t by `every`. Divide: a longer `every` is a slower decay.",
        ),
        Slip(
            "numbers of 32 bits",
            _decays(lambda *all_: _right_decay(*all_).astype(np.float32)),
            "You return float32, which keeps 7 digits only. Leave the rates in float64.",
        ),
        Slip(
            "nothing is refused",
            _decays(_right_decay, lambda _g, _n: False),
            "The rates are right. But a factor that is not between 0 and 1, or an `every` below 1,"
            " is to be refused with a ValueError.",
        ),
        Slip(
            "the factor is not checked",
            _decays(_right_decay, lambda _g, n: n < 1),
            "A factor above 1 makes the rate grow, one below 0 turns the step round: raise a"
            " ValueError, for 0 and 1 too.",
        ),
        Slip(
            "every is not checked",
            _decays(_right_decay, lambda g, _n: not 0 < g < 1),
            "An `every` of 0 divides by 0, and a negative one makes the rate grow: raise a"
            " ValueError below 1.",
        ),
        Slip(
            "an every of 0 is let through",
            _decays(_right_decay, lambda g, n: not 0 < g < 1 or n < 0),
            "An `every` of 0 divides by 0. The task refuses all below 1.",
        ),
        Slip(
            "0 and 1 are let through",
            _decays(_right_decay, lambda g, n: not 0 <= g <= 1 or n < 1),
            "The factor must lie *between* 0 and 1: refuse the two ends too.",
        ),
        Slip(
            "1 is let through",
            _decays(_right_decay, lambda g, n: not 0 < g <= 1 or n < 1),
            "With a factor of 1 nothing decays. The task refuses it: factor < 1.",
        ),
        Slip(
            "0 is let through",
            _decays(_right_decay, lambda g, n: not 0 <= g < 1 or n < 1),
            "With a factor of 0 the run stops at the first drop. The task refuses it: factor > 0.",
        ),
    ),
)


# 2. cosine


def _cosine_inputs(rng: np.random.Generator) -> list[Arguments]:
    def case(t, **changed):
        base = {"learning_rate": _rate(rng) + 0.5, "steps": 4, "final": 0.2}
        return (np.array(t), keywords(**(base | changed)))

    cases = [case([0]), case([4]), case([2]), case([0, 1, 2, 3, 4])]
    cases += [case([1, 5, 6, 8, 30]), case([0, 1, 2], steps=1), case([3, 0, 7], steps=10)]
    cases += [case([0, 3, 10, 12], steps=10, final=0.0), case([1, 2, 9], steps=7, final=1)]
    cases += [case([2, 5, 50], steps=100, final=0.05), case([1, 3], steps=3, learning_rate=2)]
    cases += [case([1, 2, 5], steps=5, learning_rate=0.1, final=0.4)]
    return [*cases, case([1], steps=0), case([1], steps=-3), case([1], final=-0.1)]


def _waves(rates, bad=lambda steps, final: steps < 1 or final < 0):
    """Make a function that refuses some input and returns `rates(share, eta, final, t, T)`."""

    def cosine(t, *, learning_rate, steps, final):
        if bad(steps, final):
            raise ValueError
        share = np.minimum(t, steps) / steps
        return rates(share, learning_rate, final, t, steps)

    return cosine


def _wave(share):
    return (1 + np.cos(np.pi * share)) / 2


def _right_cosine(share, eta, low, _t, _T):
    return low + (eta - low) * _wave(share)


COSINE = Function(
    name="cosine",
    points=25,
    inputs=_cosine_inputs,
    parameters={"t": "(n,)", "learning_rate": "", "steps": "", "final": ""},
    returns={"rates": "(n,)"},
    hints=(
        "Make a wave that goes from 1 at t = 0 to 0 at t = T. What does the cosine do from 0 to π?",
        "(1 + cos(π t/T))/2 goes from 1 to 0. Stretch it from learning_rate to final, and hold t at"
        " T once it is there.",
        "`final + (learning_rate - final) * wave`, with `np.minimum(t, steps)` for t in the wave."
        " Before that, two refusals.",
    ),
    slips=(
        Slip(
            "it turns round",
            _waves(lambda _s, eta, low, t, T: low + (eta - low) * _wave(t / T)),
            "After T the rate rises again, as PyTorch's does. It is to stay at final: hold t at T"
            " with np.minimum.",
        ),
        Slip(
            "the final rate is left out",
            _waves(lambda s, eta, _low, _t, _T: eta * _wave(s)),
            "Your rate ends at 0. It is to end at `final`.",
        ),
        Slip(
            "final is added",
            _waves(lambda s, eta, low, _t, _T: low + eta * _wave(s)),
            "Your first rate is learning_rate + final. The wave's height is the *difference* of the"
            " two.",
        ),
        Slip(
            "final is added, and it turns round",
            _waves(lambda _s, eta, low, t, T: low + eta * _wave(t / T)),
            "Your first rate is learning_rate + final: the wave's height is the *difference* of the"
            " two. And after T it rises again: hold t at T.",
        ),
        Slip(
            "down to 0, then final",
            _waves(lambda s, eta, low, t, T: np.where(t < T, eta * _wave(s), low)),
            "You come down towards 0, and then jump to `final`. The wave itself is to end at it:"
            " its height is the difference of the two rates, and it stands on `final`.",
        ),
        Slip(
            "final as a share",
            _waves(lambda s, eta, low, _t, _T: eta * (low + (1 - low) * _wave(s))),
            "You take `final` for a share of learning_rate, as Keras and optax do with alpha. Here"
            " it is a rate.",
        ),
        Slip(
            "the larger of the two",
            _waves(lambda s, eta, low, _t, _T: np.maximum(low, eta * _wave(s))),
            "You cut the wave off at `final`. It is to come down to it smoothly, at t = T and not"
            " before.",
        ),
        Slip(
            "half the wave forgotten",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * np.cos(np.pi * s)),
            "The cosine goes from 1 to −1: your rate becomes too low. Add 1 and halve.",
        ),
        Slip(
            "not halved",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * 2 * _wave(s)),
            "1 + cos begins at 2. Halve it.",
        ),
        Slip(
            "a quarter of a wave",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * np.cos(np.pi * s / 2)),
            "You use a quarter of a wave, to π/2. The schedule uses half of one: it is level at"
            " both ends.",
        ),
        Slip(
            "a whole wave",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * _wave(2 * s)),
            "You go to 2π: down and up again. At t = T the angle is π.",
        ),
        Slip(
            "π forgotten",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * (1 + np.cos(s)) / 2),
            "At t = T your angle is 1, not π.",
        ),
        Slip(
            "degrees",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * (1 + np.cos(180 * s)) / 2),
            "np.cos takes radians: half a turn is π, not 180.",
        ),
        Slip(
            "it rises",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * (1 - _wave(s))),
            "Your schedule begins at `final` and rises. At t = 0 it is to be learning_rate.",
        ),
        Slip(
            "a sine",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * (1 + np.sin(np.pi * s)) / 2),
            "You take the sine, which begins in the middle. The cosine begins at its top.",
        ),
        Slip(
            "a straight line",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * (1 - s)),
            "That is a straight line from learning_rate to final. Put t/T through a cosine.",
        ),
        Slip(
            "one step early",
            _waves(
                lambda _s, eta, low, t, T: (
                    low + (eta - low) * _wave(np.minimum(t, T - 1) / max(T - 1, 1))
                )
            ),
            "You divide by T − 1, so `final` comes one step early. It is reached at t = T.",
        ),
        Slip(
            "from t + 1",
            _waves(lambda _s, eta, low, t, T: low + (eta - low) * _wave(np.minimum(t + 1, T) / T)),
            "You count from t + 1. The first step has t = 0, and the full rate.",
        ),
        Slip(
            "the difference the other way",
            _waves(lambda s, eta, low, _t, _T: low + (low - eta) * _wave(s)),
            "You have final − learning_rate. The wave stretches from final *up* to learning_rate.",
        ),
        Slip(
            "0 after the end",
            _waves(
                lambda s, eta, low, t, T: np.where(t > T, 0.0, _right_cosine(s, eta, low, t, T))
            ),
            "After T your rate is 0. It is to stay at `final`.",
        ),
        Slip(
            "doubled",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * 4 * _wave(s)),
            "You double 1 + cos, which begins at 2 already. Halve it: a wave from 1 to 0.",
        ),
        Slip(
            "halved twice",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * _wave(s) / 2),
            "Your wave begins at a half. 1 + cos begins at 2: halve it once.",
        ),
        Slip(
            "a third",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) * _wave(s) * 2 / 3),
            "You divide 1 + cos by 3. It begins at 2: divide by that.",
        ),
        Slip(
            "times the steps",
            _waves(lambda _s, eta, low, t, T: low + (eta - low) * _wave(np.minimum(t, T) * T)),
            "Your angle is π t T. It is to go from 0 to π: divide by T.",
        ),
        Slip(
            "not over the steps",
            _waves(lambda _s, eta, low, t, T: low + (eta - low) * _wave(np.minimum(t, T))),
            "Your angle is π t: it turns in every step. Divide by T.",
        ),
        Slip(
            "held from below",
            _waves(lambda _s, eta, low, t, T: low + (eta - low) * _wave(np.maximum(t, T) / T)),
            "np.maximum holds t *above* T. Past the end it is to stay at T: np.minimum.",
        ),
        Slip(
            "nothing to stand on",
            _waves(lambda s, eta, low, _t, _T: (eta - low) * _wave(s)),
            "Your rate ends at 0: the height of the wave is right, and it is to stand on `final`.",
        ),
        Slip(
            "over the wave",
            _waves(lambda s, eta, low, _t, _T: low + (eta - low) / _wave(s)),
            "You divide by the wave. Multiply the height by it.",
        ),
        Slip(
            "a wave of height 1",
            _waves(lambda s, eta, low, _t, _T: low + _wave(s)),
            "Your wave has the height 1. Stretch it to learning_rate − final.",
        ),
        Slip(
            "the sum of the rates",
            _waves(lambda s, eta, low, _t, _T: low + (eta + low) * _wave(s)),
            "The height of the wave is the *difference* learning_rate − final, not the sum.",
        ),
        Slip(
            "final as the height",
            _waves(lambda s, eta, low, _t, _T: low + low * _wave(s)),
            "The height of your wave is `final`. It is learning_rate − final.",
        ),
        Slip(
            "nothing is refused",
            _waves(_right_cosine, lambda _steps, _final: False),
            "The rates are right. But steps < 1 and final < 0 are to be refused with a ValueError.",
        ),
        Slip(
            "steps are not checked",
            _waves(_right_cosine, lambda _steps, final: final < 0),
            "A schedule of no steps has no shape: raise a ValueError for steps < 1.",
        ),
        Slip(
            "no steps are let through",
            _waves(_right_cosine, lambda steps, final: steps < 0 or final < 0),
            "With steps = 0 you divide by 0. The task refuses all below 1.",
        ),
        Slip(
            "final is not checked",
            _waves(_right_cosine, lambda steps, _final: steps < 1),
            "A rate below 0 climbs: raise a ValueError for final < 0.",
        ),
        Slip(
            "a final rate of 0 is refused",
            _waves(_right_cosine, lambda steps, final: steps < 1 or final <= 0),
            "You refuse final = 0, the usual choice. Only what lies below is bad.",
        ),
        Slip(
            "a single step is refused",
            _waves(_right_cosine, lambda steps, final: steps <= 1 or final < 0),
            "You refuse steps = 1. Short, but legal: only what lies below 1 is bad.",
        ),
    ),
)


# 3. warmup


def _schedules(rng: np.random.Generator) -> list[Build]:
    kinds = {
        "constant": (),
        "exponential_decay": (("rate", 0.2),),
        "inverse_time_decay": (("rate", 0.5),),
        "cosine": (("steps", 6), ("final", 0.1)),
    }
    return [
        Build(f"course_lib.schedules:{name}()", (("learning_rate", _rate(rng)), *settings))
        for name, settings in kinds.items()
    ]


def _schedule(name: str, **settings: float) -> Build:
    return Build(f"course_lib.schedules:{name}()", tuple(settings.items()))


def _warmup_inputs(rng: np.random.Generator) -> list[Arguments]:
    still, fading, inverse, wave = _schedules(rng)
    fraction = _schedule("inverse_time_decay", learning_rate=1.0, rate=1.0)
    rising = _schedule("linear_warmup", learning_rate=_rate(rng), steps=5)
    cases: list[Arguments] = [(still, np.array([0]), keywords(steps=4))]
    cases += [(fading, np.array([t]), keywords(steps=4)) for t in (0, 2, 3, 4, 5)]
    for schedule in (still, fading, inverse, wave):
        cases += [(schedule, np.arange(8), keywords(steps=3))]
    cases += [(inverse, np.array([0, 1, 5]), keywords(steps=1))]
    cases += [(wave, np.array([2, 30, 4, 11]), keywords(steps=5))]
    cases += [(fading, np.array([0, 9, 10, 11, 19]), keywords(steps=10))]
    cases += [(fraction, np.arange(6), keywords(steps=4))]  # the example of the text
    cases += [(rising, np.arange(9), keywords(steps=steps)) for steps in (2, 4)]
    return [*cases, *((still, np.array([0, 1]), keywords(steps=w)) for w in (0, -2))]


def _warms(rates):
    """Make a function that refuses what the task says and returns `rates(schedule, t, W)`."""

    def warmup(schedule, t, *, steps):
        if steps < 1:
            raise ValueError
        return rates(schedule, t, steps)

    return warmup


def _joined(ramp, later, from_=0):
    """Ramp before W + from_, then the schedule at `later(t, W)`."""
    return _warms(
        lambda f, t, W: np.where(t < W + from_, ramp(f, t, W), f(np.maximum(later(t, W), 0)))
    )


def _first(f):
    return f(np.array([0]))[0]


def _ramp(f, t, W):
    return _first(f) * (t + 1) / W


def _unchecked(schedule, t, *, steps):
    later = np.maximum(t - steps, 0)
    return schedule(later) * np.minimum(1, (t + 1) / steps)


def _no_steps_pass(schedule, t, *, steps):
    if steps < 0:
        raise ValueError
    return _unchecked(schedule, t, steps=steps)


WARMUP = Function(
    name="warmup",
    points=25,
    inputs=_warmup_inputs,
    parameters={"schedule": "", "t": "(n,)", "steps": ""},
    returns={"rates": "(n,)"},
    hints=(
        "Two pieces: a ramp to the schedule's first rate, then the schedule on a clock of its own.",
        "For t < W: schedule(0) times (t + 1)/W. From t = W on: the schedule at t − W. Before that"
        " t − W is below 0, where a schedule has no steps: hold it at 0.",
        "With `np.maximum(t - steps, 0)` for the schedule's own time: `np.where(t < steps, ...,"
        " schedule(...))`; or the schedule times `np.minimum(1, (t + 1) / steps)`.",
    ),
    slips=(
        Slip(
            "the schedule runs on behind",
            _warms(lambda f, t, W: f(t) * np.minimum(1, (t + 1) / W)),
            "You multiply the *running* schedule by the ramp: it has decayed before the full rate"
            " is reached. It is to wait at its step 0, and begin at t = W.",
        ),
        Slip(
            "the schedule starts in the middle",
            _joined(_ramp, lambda t, _W: t),
            "After the warm-up you go on with schedule(t). Its clock starts when the warm-up ends:"
            " t − W.",
        ),
        Slip(
            "the first rate is 0",
            _joined(lambda f, t, W: _first(f) * t / W, lambda t, W: t - W),
            "Your first rate is 0: a step is wasted. It is to be a W-th: (t + 1)/W.",
        ),
        Slip(
            "the ramp one step longer",
            _joined(_ramp, lambda t, W: t - W, from_=1),
            "At t = W your ramp goes on, above the full rate. There it is over: t < steps.",
        ),
        Slip(
            "the smaller of the two",
            _warms(lambda f, t, W: np.minimum(_ramp(f, t, W), f(np.maximum(t - W, 0)))),
            "You take the smaller of ramp and schedule. A schedule that rises is cut off by that:"
            " from t = W on it is the schedule alone.",
        ),
        Slip(
            "from 0, and the schedule in the middle",
            _joined(lambda f, t, W: _first(f) * t / W, lambda t, _W: t),
            "Two things: your first rate is 0, and it is to be a W-th, (t + 1)/W. And after the"
            " warm-up the schedule is to begin at *its* step 0: t − W.",
        ),
        Slip(
            "the ramp over one step less",
            _joined(lambda f, t, W: _first(f) * t / max(W - 1, 1), lambda t, W: t - W),
            "Your ramp goes from 0 to 1 in W − 1 steps. It is to begin at a W-th: (t + 1)/W.",
        ),
        Slip(
            "one step too long a ramp",
            _joined(lambda f, t, W: _first(f) * (t + 1) / (W + 1), lambda t, W: t - W),
            "You divide by W + 1, so the ramp ends too low. At t = W − 1 it has the full rate.",
        ),
        Slip(
            "the schedule one step late",
            _joined(_ramp, lambda t, W: t - W - 1),
            "Your schedule begins one step late. At t = W it is at its step 0: t − W.",
        ),
        Slip(
            "the schedule one step early",
            _joined(_ramp, lambda t, W: t - W + 1),
            "You skip the schedule's step 0: at t = W you are at its step 1. Its time is t − W.",
        ),
        Slip(
            "the ramp is kept",
            _warms(lambda f, t, W: f(np.maximum(t - W, 0)) * (t + 1) / W),
            "Your ramp goes on rising after the warm-up. It is at most 1: np.minimum.",
        ),
        Slip(
            "no ramp",
            _warms(lambda f, t, W: f(np.maximum(t - W, 0))),
            "You hold the full rate during the warm-up. It is to rise to it: times (t + 1)/W.",
        ),
        Slip(
            "no warm-up",
            _warms(lambda f, t, _W: f(t)),
            "You return the schedule itself. The first W steps are to rise to its first rate.",
        ),
        Slip(
            "to 1, not to the rate",
            _joined(lambda _f, t, W: (t + 1) / W, lambda t, W: t - W),
            "Your ramp rises to 1. It rises to the schedule's first rate: times schedule(0).",
        ),
        Slip(
            "a ramp and then zero",
            _warms(lambda f, t, W: np.where(t < W, _ramp(f, t, W), 0.0)),
            "After the warm-up your rate is 0. There the schedule begins: schedule(t − W).",
        ),
        Slip(
            "a ramp and then constant",
            _warms(lambda f, t, W: _first(f) * np.minimum(1, (t + 1) / W)),
            "After the warm-up you keep the full rate. There the schedule begins: schedule(t − W).",
        ),
        Slip(
            "it falls in the warm-up",
            _joined(lambda f, t, W: _first(f) * (W - t) / W, lambda t, W: t - W),
            "Your warm-up falls. It is to rise from a W-th to the full rate: (t + 1)/W.",
        ),
        Slip(
            "the ramp to the rate at W",
            _joined(lambda f, t, W: f(np.array([W]))[0] * (t + 1) / W, lambda t, W: t - W),
            "Your ramp aims at schedule(W). It aims at the schedule's first rate, schedule(0).",
        ),
        Slip(
            "never past the start",
            _warms(lambda f, t, W: f(np.minimum(t - W, 0)) * np.minimum(1, (t + 1) / W)),
            "np.minimum(t − W, 0) is never above 0: the schedule does not move on."
            " Hold it from *below*: np.maximum.",
        ),
        Slip(
            "a clock ahead",
            _warms(lambda f, t, W: f(t + W) * np.minimum(1, (t + 1) / W)),
            "You ask the schedule for t + W. It began W steps *later* than you: t − W.",
        ),
        Slip(
            "the schedule at W for ever",
            _warms(lambda f, t, W: f(np.maximum(W, 0 * t)) * np.minimum(1, (t + 1) / W)),
            "You always ask the schedule for its step W. Its time is t − W, or 0 while it waits.",
        ),
        Slip(
            "it waits at its step 1",
            _warms(lambda f, t, W: f(np.maximum(t - W, 1)) * np.minimum(1, (t + 1) / W)),
            "Your schedule waits at its step 1. It waits at 0, its first rate.",
        ),
        Slip(
            "it waits before its start",
            _warms(lambda f, t, W: f(np.maximum(t - W, -1)) * np.minimum(1, (t + 1) / W)),
            "You ask the schedule for its step −1. While it waits, it stands at 0.",
        ),
        Slip(
            "over the ramp",
            _warms(lambda f, t, W: f(np.maximum(t - W, 0)) / np.minimum(1, (t + 1) / W)),
            "You divide by the ramp, so the run begins W times too fast. Multiply.",
        ),
        Slip(
            "the larger of ramp and 1",
            _warms(lambda f, t, W: f(np.maximum(t - W, 0)) * np.maximum(1, (t + 1) / W)),
            "Your ramp is at *least* 1, and rises after the warm-up. It is at most 1: np.minimum.",
        ),
        Slip(
            "up to twice the rate",
            _warms(lambda f, t, W: f(np.maximum(t - W, 0)) * np.minimum(2, (t + 1) / W)),
            "Your ramp goes on to 2. It stops at 1, the full rate.",
        ),
        Slip(
            "two steps late",
            _warms(lambda f, t, W: f(np.maximum(t - W, 0)) * np.minimum(1, (t - 1) / W)),
            "Your ramp begins below 0. At t = 0 it is to be a W-th: (t + 1)/W.",
        ),
        Slip(
            "one step early",
            _warms(lambda f, t, W: f(np.maximum(t - W, 0)) * np.minimum(1, (t + 2) / W)),
            "Your ramp is one step early. At t = 0 it is to be a W-th: (t + 1)/W.",
        ),
        Slip(
            "the first rate all the way",
            _warms(lambda f, t, W: f(np.maximum(t - W, 0)) * np.minimum(1, 1 / W)),
            "Your ramp does not rise: it stays a W-th. It is (t + 1)/W, at most 1.",
        ),
        Slip(
            "the steps are not checked",
            _unchecked,
            "The rates are right. But a warm-up of no steps is to be refused: raise a ValueError"
            " for steps < 1.",
        ),
        Slip(
            "no warm-up is let through",
            _no_steps_pass,
            "With steps = 0 you divide by 0. The task refuses all below 1.",
        ),
    ),
)


# 4. total_travel


def _travel_inputs(rng: np.random.Generator) -> list[Arguments]:
    still, fading, inverse, wave = _schedules(rng)
    halves = _schedule("step_decay", learning_rate=1.0, factor=0.5, every=1)
    cases: list[Arguments] = []
    for steps, curvature in ((1, 0.5), (1, 10.0), (2, 0.5), (3, 0.4)):
        cases += [
            (schedule, keywords(steps=steps, curvature=curvature)) for schedule in (still, fading)
        ]
    for schedule in (fading, inverse, wave):
        cases += [
            (schedule, keywords(steps=steps, curvature=curvature))
            for steps, curvature in ((5, 0.1), (4, 3.0), (12, 0.7))
        ]
    cases += [
        (fading, keywords(steps=100, curvature=0.05)),
        (wave, keywords(steps=0, curvature=1.0)),
    ]
    cases += [(inverse, keywords(steps=3, curvature=2))]
    cases += [(halves, keywords(steps=3, curvature=c)) for c in (0.4, 1.0)]  # as in the text
    cases += [(halves, keywords(steps=5, curvature=2.0))]  # its second step lands
    bad = [(fading, keywords(steps=3, curvature=c)) for c in (0.0, -1.0)]
    return [*cases, *bad, *((wave, keywords(steps=0, curvature=c)) for c in (0.0, -1.0))]


def _travels(answer):
    """Make a function that refuses what the task says and returns `answer(rates, lam)`."""

    def total_travel(schedule, *, steps, curvature):
        if curvature <= 0:
            raise ValueError
        return answer(schedule(np.arange(steps)), curvature)

    return total_travel


def _left(other):
    """Add up rightly, and get the share that is left in another way."""
    return _travels(lambda rates, lam: (np.sum(rates), other(rates, lam)))


def _at(times):
    """Take the rates at other times."""

    def total_travel(schedule, *, steps, curvature):
        if curvature <= 0:
            raise ValueError
        rates = schedule(times(steps))
        return np.sum(rates), np.prod(1 - curvature * rates)

    return total_travel


def _zero_passes(schedule, *, steps, curvature):
    if curvature < 0:
        raise ValueError
    return _travel_unchecked(schedule, steps=steps, curvature=curvature)


def _travel_unchecked(schedule, *, steps, curvature):
    rates = schedule(np.arange(steps))
    return np.sum(rates), np.prod(1 - curvature * rates)


def _kept(rates, lam):
    return np.prod(1 - lam * rates)


def _until_it_lands(rates, lam):
    landed = np.flatnonzero(1 - lam * rates == 0)
    return np.sum(rates[: landed[0] + 1] if len(landed) else rates), _kept(rates, lam)


def _no_steps_first(schedule, *, steps, curvature):
    if steps == 0:
        return 0.0, 1.0
    return _travels(lambda rates, lam: (np.sum(rates), _kept(rates, lam)))(
        schedule, steps=steps, curvature=curvature
    )


TOTAL_TRAVEL = Function(
    name="total_travel",
    points=25,
    inputs=_travel_inputs,
    parameters={"schedule": "", "steps": "", "curvature": ""},
    returns={"travel": "", "left": ""},
    hints=(
        "Get all rates of the run first. Which t has a run of T steps?",
        "t = 0, ..., T − 1. The travel is the sum of the rates. One step keeps the share"
        " 1 − η_t λ; all steps keep the product.",
        "`rates = schedule(np.arange(steps))`, then `np.sum(rates)` and np.prod of the shares."
        " Before that, one refusal.",
    ),
    slips=(
        Slip(
            "one step too many",
            _at(lambda steps: np.arange(steps + 1)),
            "You count t = T too. A run of T steps has t = 0, ..., T − 1.",
        ),
        Slip(
            "from 1",
            _at(lambda steps: np.arange(1, steps + 1)),
            "You begin at t = 1. The first step has t = 0, and the largest rate.",
        ),
        Slip(
            "the first step is missing",
            _at(lambda steps: np.arange(1, steps)),
            "You leave out t = 0, the first step.",
        ),
        Slip(
            "the last step is missing",
            _at(lambda steps: np.arange(steps - 1)),
            "You leave out the last step. np.arange(steps) ends at T − 1 by itself.",
        ),
        Slip(
            "the last rate alone",
            _at(lambda steps: steps),
            "You ask for the rate at t = `steps` alone. Ask for all: an array of 0, ..., T − 1.",
        ),
        Slip(
            "the rule for the desk",
            _left(lambda rates, lam: np.exp(-lam * np.sum(rates))),
            "exp(−λ × travel) is the estimate from above. What is left is the product of the shares"
            " 1 − η_t λ.",
        ),
        Slip(
            "the lower bound",
            _left(lambda rates, lam: 1 - lam * np.sum(rates)),
            "1 − λ × travel is the lower bound. Each step takes its share of what is *left*:"
            " multiply.",
        ),
        Slip(
            "its size alone",
            _left(lambda rates, lam: abs(_kept(rates, lam))),
            "You lose the sign. Where a step goes too far, w is on the other side, and the share"
            " negative.",
        ),
        Slip(
            "the share of the loss",
            _left(lambda rates, lam: _kept(rates, lam) ** 2),
            "You return the share of the *loss*, which is the square. The task asks for w/w₀.",
        ),
        Slip(
            "what is done",
            _left(lambda rates, lam: 1 - _kept(rates, lam)),
            "You return the share that is *done*. The task asks for the one that is left.",
        ),
        Slip(
            "the product of the steps",
            _left(lambda rates, lam: np.prod(lam * rates)),
            "You multiply what each step *takes*. Multiply what it leaves: 1 − η_t λ.",
        ),
        Slip(
            "the curvature is forgotten",
            _left(lambda rates, _lam: np.prod(1 - rates)),
            "The curvature is missing: a step keeps 1 − η_t λ.",
        ),
        Slip(
            "half the curvature",
            _left(lambda rates, lam: np.prod(1 - lam * rates / 2)),
            "You take half of the curvature. The gradient of ½λw² is λw: the ½ goes.",
        ),
        Slip(
            "a plus",
            _left(lambda rates, lam: np.prod(1 + lam * rates)),
            "Your share grows: descent goes *down*, so a step keeps 1 − η_t λ.",
        ),
        Slip(
            "step by step",
            _left(lambda rates, lam: np.cumprod(1 - lam * rates)),
            "You return the share after each step. The task asks for the last one, a number.",
        ),
        Slip(
            "the travel step by step",
            _travels(lambda rates, lam: (np.cumsum(rates), _kept(rates, lam))),
            "You return the travel after each step. The task asks for the whole, a number.",
        ),
        Slip(
            "times the curvature",
            _travels(lambda rates, lam: (lam * np.sum(rates), _kept(rates, lam))),
            "Your travel has the curvature in it. It is the sum of the rates alone.",
        ),
        Slip(
            "the mean rate",
            _travels(lambda rates, lam: (np.sum(rates) / max(len(rates), 1), _kept(rates, lam))),
            "You return the mean rate. The travel is the sum.",
        ),
        Slip(
            "the sum of squares",
            _travels(lambda rates, lam: (np.sum(rates**2), _kept(rates, lam))),
            "You add up the squares: that measures the noise. The travel is the sum of the rates.",
        ),
        Slip(
            "the distance on the bowl",
            _travels(lambda rates, lam: (1 - _kept(rates, lam), _kept(rates, lam))),
            "Your travel is how far w came. The total travel is the sum of the rates, whatever the"
            " bowl.",
        ),
        Slip(
            "no further than the minimum",
            _travels(_until_it_lands),
            "You stop adding once nothing is left. The travel is the sum of *all* rates of the run,"
            " wherever w is.",
        ),
        Slip(
            "the other way round",
            _travels(lambda rates, lam: (_kept(rates, lam), np.sum(rates))),
            "You return the two in the other order: first the travel, then what is left.",
        ),
        Slip(
            "the curvature is not checked",
            _travel_unchecked,
            "The numbers are right. But where the curvature is not above 0 there is no minimum to"
            " come near: raise a ValueError.",
        ),
        Slip(
            "a curvature of 0 is let through",
            _zero_passes,
            "On a plain there is no minimum either. The task refuses curvature <= 0.",
        ),
        Slip(
            "no steps are answered first",
            _no_steps_first,
            "Where there are no steps you answer before you look at the curvature. Bad input is"
            " refused first.",
        ),
    ),
)

FUNCTIONS = (EXPONENTIAL_DECAY, COSINE, WARMUP, TOTAL_TRAVEL)
