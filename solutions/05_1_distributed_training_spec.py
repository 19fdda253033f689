"""Spec of the exercises to 5.1: inputs, hints and known slips; the reference is the notebook.

The letters: p workers, n parameters.
"""

import numpy as np

from course_lib.grading.spec import Arguments, Function, Slip, keywords

# 1. allreduce_mean


def _rows(rng: np.random.Generator, p: int, n: int) -> np.ndarray:
    return np.round(rng.uniform(0.3, 3.0, size=(p, n)) * rng.choice([-1.0, 1.0], size=(p, n)), 2)


def _mean_inputs(rng: np.random.Generator) -> list[Arguments]:
    def sizes(p: int) -> np.ndarray:
        return rng.permutation(np.arange(1, 40))[:p]  # no two equal

    shapes = ((1, 1), (2, 1), (2, 2), (2, 3), (3, 2), (4, 4), (3, 5))
    cases: list[Arguments] = [(_rows(rng, p, n), sizes(p)) for p, n in shapes]
    cases += [(_rows(rng, 3, 2), np.array([7, 7, 7]))]
    cases += [(_rows(rng, 2, 2), np.array([200, 56])), (_rows(rng, 3, 3), np.array([1, 1, 90]))]
    cases += [(np.array([[1, 2], [3, -4]]), np.array([3, 1]))]
    for empty in ([0], [1], [0, 3]):
        gradients, of = _rows(rng, 4, 2), sizes(4)
        gradients[empty], of[empty] = np.nan, 0
        cases += [(gradients, of)]
    cases += [(_rows(rng, 2, 2), np.array(bad)) for bad in ([5, -1], [-3, -1], [0, 0])]
    cases += [(_rows(rng, 3, 2), sizes(p)) for p in (2, 4)]
    cases += [(_rows(rng, 3, 2), sizes(1)), (_rows(rng, 1, 2), sizes(3))]  # these would broadcast
    return [*cases, *((_rows(rng, 1, 2), np.array([bad])) for bad in (0, -2))]


def _checked(sizes, gradients):
    if len(sizes) != len(gradients) or np.min(sizes) < 0 or np.max(sizes) == 0:
        raise ValueError


def _mean(weights=lambda s: s / s.sum(), give=lambda w, g: w @ g, keep=lambda s: s > 0):
    """Make a function that refuses what the task says, with one part done in another way."""

    def allreduce_mean(gradients, sizes):
        _checked(sizes, gradients)
        used = keep(sizes)
        return give(weights(sizes[used] * 1.0), gradients[used])

    return allreduce_mean


def _mean_unchecked(which):
    def allreduce_mean(gradients, sizes):
        if which != "negative" and np.min(sizes) < 0:
            raise ValueError
        if which != "none" and np.max(sizes) == 0:
            raise ValueError
        if which != "rows" and len(sizes) != len(gradients):
            raise ValueError
        p = min(len(sizes), len(gradients))
        used = sizes[:p] != 0
        with np.errstate(all="ignore"):
            return sizes[:p][used] @ gradients[:p][used] / sizes[:p].sum()

    return allreduce_mean


def _mean_of_the_positive(gradients, sizes):
    if np.max(sizes) <= 0 or len(sizes) != len(gradients):
        raise ValueError
    used = sizes > 0
    return sizes[used] @ gradients[used] / sizes.sum()


def _mean_unrefused(gradients, sizes):
    used = sizes > 0
    with np.errstate(all="ignore"):
        return sizes[used] @ gradients[used] / sizes.sum()


def _mean_in_place(gradients, sizes):
    _checked(sizes, gradients)
    gradients[sizes == 0] = 0
    gradients *= sizes[:, None]
    return gradients.sum(axis=0) / sizes.sum()


def _mean_of_full_shards(gradients, sizes):
    _checked(sizes, gradients)
    if np.min(sizes) == 0:
        raise ValueError
    return sizes @ gradients / sizes.sum()


def _mean_into_the_first(gradients, sizes):
    _checked(sizes, gradients)
    gradients[sizes == 0] = 0
    return sizes @ gradients / sizes.sum()


ALLREDUCE_MEAN = Function(
    name="allreduce_mean",
    points=35,
    inputs=_mean_inputs,
    parameters={"gradients": "(p, n)", "sizes": "(p,)"},
    returns={"gradient": "(n,)"},
    hints=(
        "Lecture 5.1, section 1: which share of the batch does each shard hold?",
        "A mean gradient times its size is the sum over the shard. Add up the sums of those who"
        " have samples, and divide by the number of all samples.",
        "`at_work = sizes > 0`, then `sizes[at_work] @ gradients[at_work]`, over `np.sum(sizes)`.",
    ),
    slips=(
        Slip(
            "the plain mean",
            _mean(weights=lambda s: np.ones(len(s)) / len(s)),
            "You take the plain mean, which counts a small shard as much as a large one. Weight"
            " each row by its size.",
        ),
        Slip(
            "the plain mean of all rows",
            lambda g, s: (_checked(s, g), g.mean(axis=0))[1],
            "You take the plain mean of all rows. Weight each row by its size, and leave out those"
            " of empty shards: with one NaN the mean is NaN.",
        ),
        Slip(
            "the plain mean, empty shards counted",
            lambda g, s: (_checked(s, g), np.where(s[:, None] > 0, g, 0).sum(axis=0) / len(s))[1],
            "You add up the rows and divide by the number of workers. Weight each row by its size,"
            " and divide by the number of *samples*.",
        ),
        Slip(
            "the sum of the rows",
            _mean(weights=np.ones_like),
            "You add the gradients up. Each is a mean already: the whole batch's is their weighted"
            " mean.",
        ),
        Slip(
            "not divided",
            _mean(weights=lambda s: s),
            "You have the sum over all samples. Divide it by how many there are: np.sum(sizes).",
        ),
        Slip(
            "divided by the number of workers",
            _mean(weights=lambda s: s / len(s)),
            "You divide the sum over all samples by the number of workers. Divide by the number"
            " of samples: np.sum(sizes).",
        ),
        Slip(
            "divided by all the workers",
            lambda g, s: (_checked(s, g), s[s > 0] @ g[s > 0] / len(s))[1],
            "You divide the sum over all samples by the number of workers, the idle ones too."
            " Divide by the number of samples: np.sum(sizes).",
        ),
        Slip(
            "divided by the sizes",
            _mean(weights=lambda s: 1 / s),
            "You divide each row by its size. It is a mean already: multiply it by its size, and"
            " divide the sum by the number of all samples.",
        ),
        Slip(
            "divided by the mean size",
            _mean(weights=lambda s: s / s.mean()),
            "Your weights add up to p. Shares add up to 1: divide by the *sum* of the sizes.",
        ),
        Slip(
            "shares, and a mean on top",
            _mean(weights=lambda s: s / s.sum() / len(s)),
            "You weight by the shares, and then take a mean over the workers: that divides twice."
            " Add the weighted rows up.",
        ),
        Slip(
            "shares rounded down",
            _mean(weights=lambda s: s // s.sum()),
            "`//` rounds down to a whole number, and your shares are 0. Divide with `/`.",
        ),
        Slip(
            "all shares rounded down",
            lambda g, s: (_checked(s, g), (s // s.sum()) @ g)[1],
            "`//` rounds down to a whole number, and your shares are 0. Divide with `/`, and leave"
            " out the rows of empty shards: 0 times NaN is NaN.",
        ),
        Slip(
            "divided by the largest",
            _mean(weights=lambda s: s / s.max()),
            "You divide by the largest size. Shares add up to 1: divide by the sum.",
        ),
        Slip(
            "small shards favoured",
            _mean(weights=lambda s: (1 / s) / (1 / s).sum()),
            "You weight by 1 over the size. A large shard holds more samples: it counts more.",
        ),
        Slip(
            "weighted by the root",
            _mean(weights=lambda s: np.sqrt(s) / np.sqrt(s).sum()),
            "You weight by the root of the size. Every sample counts once: weight by the size.",
        ),
        Slip(
            "weighted by the square",
            _mean(weights=lambda s: s**2 / (s**2).sum()),
            "You weight by the square of the size: it came in twice. Once is enough.",
        ),
        Slip(
            "the largest shard alone",
            _mean(weights=lambda s: (s == s.max()) / (s == s.max()).sum()),
            "You return the gradient of the largest shard. The others have samples too.",
        ),
        Slip(
            "the first worker's",
            lambda g, s: (_checked(s, g), g[s > 0][0])[1],
            "You return one worker's gradient. The batch is all of them, by their shares.",
        ),
        Slip(
            "NaN let in",
            lambda g, s: (_checked(s, g), s @ g / s.sum())[1],
            "The row of an empty shard is NaN, and 0 times NaN is NaN: leave such rows out before"
            " you add up.",
        ),
        Slip(
            "weighted in place",
            _mean_in_place,
            "The value is right, but `gradients *= ...` overwrites the gradients that you were"
            " given. Write `gradients = gradients * ...`, which makes a new array.",
        ),
        Slip(
            "empty shards filled in",
            _mean_into_the_first,
            "The value is right, but you write zeros into the gradients that you were given. Leave"
            " them as they are: take the rows with sizes > 0.",
        ),
        Slip(
            "one copy for each worker",
            _mean(give=lambda w, g: np.tile(w @ g, (len(g), 1))),
            "You return a row for each worker. They would all be the same: return one, of shape"
            " (n,).",
        ),
        Slip(
            "weighted, not added up",
            _mean(give=lambda w, g: w[:, None] * g),
            "You return the weighted rows. Add them up over the workers: axis 0.",
        ),
        Slip(
            "added up along the parameters",
            _mean(give=lambda w, g: (w[:, None] * g).sum(axis=1)),
            "You add up along the parameters. The workers are axis 0, and go; the parameters stay.",
        ),
        Slip(
            "added up over all",
            _mean(give=lambda w, g: (w[:, None] * g).sum()),
            "You add up over workers *and* parameters. Only the workers, axis 0: shape (n,).",
        ),
        Slip(
            "an empty shard refused",
            _mean_of_full_shards,
            "A shard without samples is allowed, and its row does not count. Refuse sizes *below*"
            " 0, and where all of them are 0.",
        ),
        Slip(
            "nothing is refused",
            _mean_unrefused,
            "Right where the input is. But nothing is refused: the table lists what has to"
            " `raise ValueError`.",
        ),
        Slip(
            "negative sizes unchecked",
            _mean_unchecked("negative"),
            "Right where the input is. No shard has fewer than 0 samples: raise a ValueError.",
        ),
        Slip(
            "a negative size among others",
            _mean_of_the_positive,
            "Right where the input is. *One* negative size is enough to refuse: raise a ValueError"
            " where the smallest is below 0.",
        ),
        Slip(
            "shards of one sample left out",
            lambda g, s: (_checked(s, g), s[s > 1] @ g[s > 1] / s.sum())[1],
            "You leave out shards of one sample. One sample is enough for a gradient: sizes > 0.",
        ),
        Slip(
            "no sample unchecked",
            _mean_unchecked("none"),
            "Right where the input is. Where all sizes are 0 there is no gradient: raise a"
            " ValueError before you divide.",
        ),
        Slip(
            "lengths unchecked",
            _mean_unchecked("rows"),
            "Right where the input is. Each row needs a size: raise a ValueError where their"
            " numbers differ.",
        ),
    ),
    equivalent={
        "total = sizes[at_work] @ gradients[at_work]"
        " -> total = sizes[at_work].T @ gradients[at_work]": "a vector is its own transpose",
    },
)

# 2. stale_threshold


def _stale_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = [(tau, 1.0) for tau in (0, 1, 2, 3, 5, 12)]
    cases += [(0,), (1,), (4,)]
    cases += [(tau, round(float(rng.uniform(1.5, 9.0)), 2)) for tau in (0, 1, 2, 6)]
    for tau, n in ((0, 1), (1, 2), (2, 3), (3, 4), (7, 3)):
        cases += [
            (tau, np.round(rng.uniform(0.2, 0.9, size=n) * rng.permutation(n + 1)[1:], 2) + 2)
        ]
    cases += [(2, np.array([4, 1, 2])), (3, np.array([0.5, 4.0]))]
    cases += [(2.0, 4.0)]  # a float, and whole
    cases += [(tau, 1.0) for tau in (-1, -2, 0.5, 2.5)]
    one_is_bad = np.array([2.0, -1.0, 5.0])
    cases += [(1, c) for c in (0.0, -2.0, np.array([3.0, 0.0]), one_is_bad)]
    return [*cases, (0, -2.0), (0, one_is_bad)]


def _sine(tau):
    return 2 * np.sin(np.pi / (2 * (2 * tau + 1)))


def _stale(limit=_sine, by=lambda limit, c: limit / np.max(c)):
    """Make a function that refuses what the task says, with one part done in another way."""

    def stale_threshold(tau, curvatures=1.0):
        if tau < 0 or tau != int(tau) or np.min(curvatures) <= 0:
            raise ValueError
        with np.errstate(all="ignore"):
            return by(limit(tau), curvatures)

    return stale_threshold


def _stale_refusing(bad_tau=lambda tau: tau < 0 or tau != int(tau), bad=lambda c: np.min(c) <= 0):
    def stale_threshold(tau, curvatures=1.0):
        if bad_tau(tau) or bad(curvatures):
            raise ValueError
        with np.errstate(all="ignore"):
            return _sine(tau) / np.max(np.asarray(curvatures, dtype=float))

    return stale_threshold


def _stale_cut(tau, curvatures=1.0):
    return _stale_refusing()(int(tau), curvatures)


STALE_THRESHOLD = Function(
    name="stale_threshold",
    points=30,
    inputs=_stale_inputs,
    parameters={"tau": "", "curvatures": ""},
    returns={"rate": ""},
    hints=(
        "Lecture 5.1, section 5 has the limit of rate times curvature. You are asked for the rate.",
        "The angle of the root on the circle is pi over 2 tau + 1; the limit is 2 sin of half of"
        " it. The largest curvature decides.",
        "`angle = np.pi / (2 * tau + 1)`, then `2 * np.sin(angle / 2)`, over `np.max(curvatures)`.",
    ),
    slips=(
        Slip(
            "the delay ignored",
            _stale(limit=lambda tau: 2.0),
            "Your limit is 2 whatever the delay: that is the one of fresh gradients.",
        ),
        Slip(
            "the factor 2 forgotten",
            _stale(limit=lambda tau: _sine(tau) / 2),
            "Your rate is half of what it should be: the size of 1 - z is *2* sin of half the"
            " angle. Try tau = 0, where the limit is 2.",
        ),
        Slip(
            "the whole angle",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / (2 * tau + 1))),
            "You take the sine of the whole angle. It is that of *half* the angle: try tau = 0,"
            " where the limit is 2 and not 0.",
        ),
        Slip(
            "a quarter of the angle",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / (4 * (2 * tau + 1)))),
            "You halve the angle twice. pi over 2 (2 tau + 1) is half of it already.",
        ),
        Slip(
            "brackets lost",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / (2 * 2 * tau + 1))),
            "You divide by 4 tau + 1. The bracket was lost: 2 (2 tau + 1) is 4 tau + 2.",
        ),
        Slip(
            "divided before the bracket",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / 2 * (2 * tau + 1))),
            "You multiply by 2 tau + 1. It belongs below the line: np.pi / (2 * (2 * tau + 1)).",
        ),
        Slip(
            "tau + 1 for 2 tau + 1",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / (2 * (tau + 1)))),
            "You have tau + 1 where 2 tau + 1 belongs. Both agree at tau = 0 only.",
        ),
        Slip(
            "tau for 2 tau + 1",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / (2 * tau)) if tau else 2.0),
            "You divide by 2 tau. The angle is pi over 2 tau + 1, and half of it is needed.",
        ),
        Slip(
            "2 tau - 1",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / (2 * (2 * tau - 1)))),
            "You have 2 tau - 1: that counts the delay from 1. Fresh gradients are tau = 0, and"
            " bear 2.",
        ),
        Slip(
            "one delay more",
            _stale(limit=lambda tau: _sine(tau + 1)),
            "Your limit is that of one step more of delay. Fresh gradients are tau = 0, and bear"
            " 2.",
        ),
        Slip(
            "2 tau + 2",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / (2 * (2 * tau + 2)))),
            "You have 2 tau + 2. Try tau = 0, where the limit is 2: it is 2 tau + 1.",
        ),
        Slip(
            "4 tau + 1",
            _stale(limit=lambda tau: 2 * np.sin(np.pi / (2 * (4 * tau + 1)))),
            "You doubled tau twice. Half of the angle is pi over 2 (2 tau + 1).",
        ),
        Slip(
            "twice the angle",
            _stale(limit=lambda tau: 2 * np.sin(2 * np.pi / (2 * tau + 1))),
            "You double the angle. It is the sine of *half* of it: try tau = 0, where the limit"
            " is 2 and not 0.",
        ),
        Slip(
            "divided by the sine",
            _stale(limit=lambda tau: 2 / np.sin(np.pi / (2 * (2 * tau + 1)))),
            "You divide by the sine, so that your limit rises with the delay. Multiply: 2 sin.",
        ),
        Slip(
            "a cosine",
            _stale(limit=lambda tau: 2 * np.cos(np.pi / (2 * (2 * tau + 1)))),
            "You take a cosine, which rises with the delay. It is a sine.",
        ),
        Slip(
            "degrees",
            _stale(limit=lambda tau: 2 * np.sin(180 / (2 * (2 * tau + 1)))),
            "You give the sine an angle in degrees. NumPy's sine wants radians: np.pi, not 180.",
        ),
        Slip(
            "the angle without a sine",
            _stale(limit=lambda tau: np.pi / (2 * tau + 1)),
            "You return the angle itself. That is near the limit for a long delay; exactly it is"
            " 2 sin of half the angle.",
        ),
        Slip(
            "half of the angle without a sine",
            _stale(limit=lambda tau: np.pi / (2 * (2 * tau + 1))),
            "You return half of the angle. The limit is 2 sin of it.",
        ),
        Slip(
            "2 over tau + 1",
            _stale(limit=lambda tau: 2 / (tau + 1)),
            "You divide 2 by tau + 1. That fits tau = 0 and 1, and no other: the limit is a sine.",
        ),
        Slip(
            "2 over 2 tau + 1",
            _stale(limit=lambda tau: 2 / (2 * tau + 1)),
            "You divide 2 by 2 tau + 1. The limit falls like that, but is a sine: see tau = 1,"
            " where it is 1.",
        ),
        Slip(
            "the sine of twice as much",
            _stale(limit=lambda tau: np.sin(np.pi / (2 * tau + 1))),
            "You moved the 2 into the sine. 2 sin(x) and sin(2x) differ: the 2 stands before it.",
        ),
        Slip(
            "the smallest curvature",
            _stale(by=lambda limit, c: limit / np.min(c)),
            "You divide by the smallest curvature. The steepest direction breaks first: the"
            " largest decides.",
        ),
        Slip(
            "the mean curvature",
            _stale(by=lambda limit, c: limit / np.mean(c)),
            "You divide by the mean curvature. The steepest direction breaks first: the largest"
            " decides.",
        ),
        Slip(
            "the sum of curvatures",
            _stale(by=lambda limit, c: limit / np.sum(c)),
            "You divide by the sum of the curvatures. Directions do not add up: the largest"
            " decides.",
        ),
        Slip(
            "the norm of the curvatures",
            _stale(by=lambda limit, c: limit / np.linalg.norm(c)),
            "You divide by the norm of the curvatures. Directions do not add up: the largest"
            " decides.",
        ),
        Slip(
            "the first curvature",
            _stale(by=lambda limit, c: limit / np.ravel(c)[0]),
            "You divide by the first curvature. They are in no order: the largest decides.",
        ),
        Slip(
            "the curvature ignored",
            _stale(by=lambda limit, c: limit),
            "You return the limit of rate times curvature. The rate is that over the largest"
            " curvature.",
        ),
        Slip(
            "the root of the curvature",
            _stale(by=lambda limit, c: limit / np.sqrt(np.max(c))),
            "You divide by the root of the curvature. The limit is one of rate *times* curvature:"
            " divide by the curvature itself.",
        ),
        Slip(
            "the square of the curvature",
            _stale(by=lambda limit, c: limit / np.max(c) ** 2),
            "You divide by the square of the curvature. The limit is one of rate *times* curvature:"
            " divide once.",
        ),
        Slip(
            "times the curvature",
            _stale(by=lambda limit, c: limit * np.max(c)),
            "You multiply by the curvature. A steeper bowl bears a *smaller* rate: divide.",
        ),
        Slip(
            "a rate for each curvature",
            _stale(by=lambda limit, c: limit / c),
            "You return a rate for each curvature. One rate serves all: the smallest of them.",
        ),
        Slip(
            "nothing is refused",
            _stale_refusing(bad_tau=lambda tau: False, bad=lambda c: False),
            "Right where the input is. But nothing is refused: the table lists what has to"
            " `raise ValueError`.",
        ),
        Slip(
            "a negative delay let in",
            _stale_refusing(bad_tau=lambda tau: tau != int(tau)),
            "Right where the input is. No gradient comes from the future: raise a ValueError for"
            " tau < 0.",
        ),
        Slip(
            "a delay of -1 let in",
            _stale_refusing(bad_tau=lambda tau: tau < -1 or tau != int(tau)),
            "Right but for tau = -1: raise a ValueError for everything below 0.",
        ),
        Slip(
            "half a step let in",
            _stale_refusing(bad_tau=lambda tau: tau < 0),
            "Right where the input is. A delay is a whole number of steps: raise a ValueError"
            " where tau != int(tau).",
        ),
        Slip(
            "half a step cut off",
            _stale_cut,
            "You cut tau down to a whole number. One that is not whole is to be refused: raise a"
            " ValueError where tau != int(tau).",
        ),
        Slip(
            "a whole float refused",
            _stale_refusing(bad_tau=lambda tau: tau < 0 or not isinstance(tau, int)),
            "2.0 is whole as well. Ask for the value, not for the type: is tau equal to int(tau)?",
        ),
        Slip(
            "no delay refused",
            _stale_refusing(bad_tau=lambda tau: tau <= 0 or tau != int(tau)),
            "tau = 0 is allowed: gradients are fresh, and the limit is 2. Refuse only what is"
            " below 0.",
        ),
        Slip(
            "curvatures unchecked",
            _stale_refusing(bad=lambda c: False),
            "Right where the input is. A bowl curves upwards everywhere: raise a ValueError where"
            " a curvature is not above 0.",
        ),
        Slip(
            "a flat direction let in",
            _stale_refusing(bad=lambda c: np.min(c) < 0),
            "Right but for a curvature of 0, which is no bowl: raise a ValueError there too.",
        ),
        Slip(
            "only the largest curvature checked",
            _stale_refusing(bad=lambda c: np.max(c) <= 0),
            "Right but where *one* of several curvatures is not above 0: raise a ValueError there"
            " too.",
        ),
    ),
)

# 3. ring_allreduce_cost


def _ring_inputs(rng: np.random.Generator) -> list[Arguments]:
    def link(bandwidth=100.0, latency=3.0, **more) -> object:
        return keywords(bandwidth=bandwidth, latency=latency, **more)

    beta, alpha = round(float(rng.uniform(20, 90)), 1), round(float(rng.uniform(0.2, 2.0)), 2)
    n = int(rng.integers(100, 900))
    cases: list[Arguments] = [(1, 1, link()), (1000, 2, link()), (1000, 4, link())]
    cases += [(n, p, link(beta, alpha)) for p in (1, 2, 3, 5, 8, 64)]
    cases += [(n, 4, link(beta, 0.0)), (n, 7, link(beta, 0)), (2 * n, 4, link(beta, alpha))]
    cases += [(n, 4, link(1e9, alpha)), (n, 6, link(beta, alpha, bytes_per_number=4))]
    cases += [(n, 3, link(beta, alpha, bytes_per_number=2)), (25_000_000, 64, link(1e9, 0.001))]
    cases += [
        (3, 4, link(0.5, alpha)),
        (1, 5, link(beta, alpha)),
        (n, 1, link(beta, alpha, bytes_per_number=1)),
    ]
    cases += [(0, 4, link()), (-5, 4, link()), (n, 0, link()), (n, -1, link())]
    cases += [(n, 4, link(0.0)), (n, 4, link(-10.0)), (n, 4, link(100.0, -0.5))]
    # One worker alone sends nothing; what is bad is refused all the same.
    return [*cases, (0, 1, link()), (n, 1, link(-10.0)), (n, 1, link(100.0, -0.5))]


def _ring(cost):
    """Make a function that refuses what the task says; `cost` has bytes, p, bandwidth, latency."""

    def ring_allreduce_cost(n, workers, *, bandwidth, latency, bytes_per_number=8):
        if n < 1 or workers < 1 or bandwidth <= 0 or latency < 0:
            raise ValueError
        return cost(n * bytes_per_number, workers, bandwidth, latency)

    return ring_allreduce_cost


def _ring_refusing(few=lambda n, p: n < 1 or p < 1, bad=lambda b, a: b <= 0 or a < 0):
    def ring_allreduce_cost(n, workers, *, bandwidth, latency, bytes_per_number=8):
        if few(n, workers) or bad(bandwidth, latency):
            raise ValueError
        rounds = 2 * (workers - 1)
        return rounds * (latency + n * bytes_per_number / workers / bandwidth)

    return ring_allreduce_cost


def _bytes_fixed(n, workers, *, bandwidth, latency, bytes_per_number=8):
    return _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m / p / b))(
        n, workers, bandwidth=bandwidth, latency=latency
    )


def _bytes_left_out(n, workers, *, bandwidth, latency, bytes_per_number=8):
    return _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m / p / b))(
        n, workers, bandwidth=bandwidth, latency=latency, bytes_per_number=1
    )


def _numbers_rounded_down(n, workers, *, bandwidth, latency, bytes_per_number=8):
    def cost(_, p, b, a):
        return 2 * (p - 1) * (a + n // p * bytes_per_number / b)

    return _ring(cost)(
        n, workers, bandwidth=bandwidth, latency=latency, bytes_per_number=bytes_per_number
    )


RING_ALLREDUCE_COST = Function(
    name="ring_allreduce_cost",
    points=35,
    inputs=_ring_inputs,
    parameters={
        "n": "",
        "workers": "",
        "bandwidth": "",
        "latency": "",
        "bytes_per_number": "",
    },
    returns={"seconds": ""},
    hints=(
        "Lecture 5.1, section 4 counts the rounds, and what one worker sends in each of them.",
        "There are 2 (p - 1) rounds. Each takes a latency, and the bytes of one piece over the"
        " bandwidth; a vector has p pieces.",
        "`piece = n * bytes_per_number / workers`, then `2 * (workers - 1)` times"
        " `latency + piece / bandwidth`.",
    ),
    slips=(
        Slip(
            "only one half",
            _ring(lambda m, p, b, a: (p - 1) * (a + m / p / b)),
            "You count p - 1 rounds: they add the pieces up. The sums must also be passed round,"
            " another p - 1.",
        ),
        Slip(
            "half of the latency",
            _ring(lambda m, p, b, a: (p - 1) * (a + 2 * m / p / b)),
            "You count p - 1 latencies. Every round has one, and there are 2 (p - 1) rounds.",
        ),
        Slip(
            "half of the transfer",
            _ring(lambda m, p, b, a: (p - 1) * (2 * a + m / p / b)),
            "You count the transfer of p - 1 rounds. There are 2 (p - 1): the sums travel too.",
        ),
        Slip(
            "whole vectors",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m / b)),
            "You send a whole vector in every round. The ring sends one *piece* of p: n/p numbers.",
        ),
        Slip(
            "p rounds for p - 1",
            _ring(lambda m, p, b, a: 2 * p * (a + m / p / b)),
            "You count 2 p rounds. After p - 1 a piece has met everyone, so 2 (p - 1); one worker"
            " alone needs none.",
        ),
        Slip(
            "p + 1 rounds",
            _ring(lambda m, p, b, a: 2 * (p + 1) * (a + m / p / b)),
            "You count 2 (p + 1) rounds. After p - 1 a piece has met everyone: 2 (p - 1).",
        ),
        Slip(
            "one round too many",
            _ring(lambda m, p, b, a: (2 * p - 1) * (a + m / p / b)),
            "You count 2 p - 1 rounds: a bracket was lost. 2 (p - 1) is 2 p - 2.",
        ),
        Slip(
            "as if p were endless",
            _ring(lambda m, p, b, a: 2 * m / b + 2 * (p - 1) * a),
            "Your transfer is that of a ring without end, two whole vectors. For p workers it is"
            " (p - 1)/p of it.",
        ),
        Slip(
            "two vectors and one latency",
            _ring(lambda m, p, b, a: 2 * m / b + a),
            "You count two whole vectors and one latency, whatever p is. There are 2 (p - 1)"
            " rounds, each with a latency and a piece of n/p numbers.",
        ),
        Slip(
            "a bracket lost",
            _ring(lambda m, p, b, a: (2 * p - 1 / p) * m / b + 2 * (p - 1) * a),
            "A bracket was lost: 2 * p - 1 / p is not 2 * (p - 1) / p.",
        ),
        Slip(
            "a bracket lost before the latency",
            _ring(lambda m, p, b, a: 2 * (p - 1) / p * m / b + 2 * p - 1 * a),
            "A bracket was lost: `2 * p - 1 * latency` is 2 p less one latency. The rounds are"
            " 2 * (p - 1), and each has a latency.",
        ),
        Slip(
            "bytes rounded down",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m // p / b)),
            "`//` rounds down. A piece counts n/p numbers, whole or not: divide with `/`.",
        ),
        Slip(
            "numbers rounded down",
            _numbers_rounded_down,
            "You round n/p down. A piece counts n/p numbers, whole or not: divide with `/`.",
        ),
        Slip(
            "seconds rounded down",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m / p // b)),
            "`//` rounds the seconds down. They need not be whole: divide with `/`.",
        ),
        Slip(
            "whole vectors, no latency",
            _ring(lambda m, p, b, a: 2 * (p - 1) * m / b),
            "You send a whole vector in every round, and leave the latency out. A round sends one"
            " piece of n/p numbers, and begins with a latency.",
        ),
        Slip(
            "one latency in all",
            _ring(lambda m, p, b, a: a + 2 * (p - 1) * m / p / b),
            "You count one latency. Every round has one: 2 (p - 1) of them.",
        ),
        Slip(
            "two latencies in all",
            _ring(lambda m, p, b, a: 2 * a + 2 * (p - 1) * m / p / b),
            "You count two latencies. Every round has one: 2 (p - 1) of them.",
        ),
        Slip(
            "the latency divided by p",
            _ring(lambda m, p, b, a: 2 * (p - 1) / p * (a + m / b)),
            "You divide the latency by p too. A smaller piece waits as long for its first byte.",
        ),
        Slip(
            "p latencies",
            _ring(lambda m, p, b, a: 2 * p * a + 2 * (p - 1) * m / p / b),
            "You count 2 p latencies. There are 2 (p - 1) rounds, with one in each.",
        ),
        Slip(
            "no latency",
            _ring(lambda m, p, b, a: 2 * (p - 1) * m / p / b),
            "You leave the latency out. Every one of the 2 (p - 1) rounds begins with it.",
        ),
        Slip(
            "latency alone",
            _ring(lambda m, p, b, a: 2 * (p - 1) * a),
            "You count the latencies alone. Each round also sends a piece: its bytes over the"
            " bandwidth.",
        ),
        Slip(
            "one round",
            _ring(lambda m, p, b, a: a + m / p / b if p > 1 else 0.0),
            "That is the time of one round. There are 2 (p - 1) of them.",
        ),
        Slip(
            "times the bandwidth",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m / p * b)),
            "You multiply by the bandwidth. Bytes over bytes a second are seconds: divide.",
        ),
        Slip(
            "latency in the wrong place",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m / p) / b),
            "You divide the latency by the bandwidth. It is in seconds already; only the bytes"
            " are divided.",
        ),
        Slip(
            "latency subtracted",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (m / p / b - a)),
            "You subtract the latency. First one waits, then the bytes come: add.",
        ),
        Slip(
            "latency for all but the pieces",
            _ring(lambda m, p, b, a: 2 * (p - 1) * a + m / p / b),
            "You send one piece in all. Every one of the 2 (p - 1) rounds sends one.",
        ),
        Slip(
            "two rounds",
            _ring(lambda m, p, b, a: 2 * (a + m / p / b)),
            "You count two rounds whatever p is. A piece must meet everyone, and then go round:"
            " 2 (p - 1) rounds.",
        ),
        Slip(
            "the transfer subtracted",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a - m / p / b)),
            "You subtract the transfer. First one waits, then the bytes come: add.",
        ),
        Slip(
            "each piece twice",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + 2 * m / p / b)),
            "You send each piece twice. The factor 2 is in the rounds already.",
        ),
        Slip(
            "pieces larger than a vector",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m * p / b)),
            "You multiply by p. A piece is a vector *divided* by p.",
        ),
        Slip(
            "divided by the bytes of a number",
            lambda n, workers, *, bandwidth, latency, bytes_per_number=8: _ring(
                lambda m, p, b, a: 2 * (p - 1) * (a + m / bytes_per_number**2 / p / b)
            )(
                n,
                workers,
                bandwidth=bandwidth,
                latency=latency,
                bytes_per_number=bytes_per_number,
            ),
            "You divide by bytes_per_number. n numbers are n *times* as many bytes.",
        ),
        Slip(
            "divided by a round",
            _ring(lambda m, p, b, a: 2 * (p - 1) / (a + m / p / b)),
            "You divide the rounds by the time of one. Rounds *times* seconds a round.",
        ),
        Slip(
            "bytes for seconds",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + m / p)),
            "You add bytes to seconds. Bytes over the bandwidth are seconds.",
        ),
        Slip(
            "bits",
            _ring(lambda m, p, b, a: 2 * (p - 1) * (a + 8 * m / p / b)),
            "You turn bytes into bits. The bandwidth is in bytes a second: no factor 8.",
        ),
        Slip(
            "bytes_per_number ignored",
            _bytes_fixed,
            "You always count 8 bytes a number. Use bytes_per_number: float32 has 4.",
        ),
        Slip(
            "numbers for bytes",
            _bytes_left_out,
            "You count numbers where bytes are asked for: n times bytes_per_number.",
        ),
        Slip(
            "all through one",
            _ring(lambda m, p, b, a: 2 * (p - 1) * m / b + 2 * a),
            "That is the plain way, in which one worker receives and answers all. In a ring each"
            " round sends n/p numbers.",
        ),
        Slip(
            "pieces of p - 1",
            _ring(lambda m, p, b, a: 2 * (p - 1) * a + (2 * m / b if p > 1 else 0.0)),
            "You cut into p - 1 pieces. There are p, one for each worker: the transfer is"
            " 2 (p - 1)/p vectors.",
        ),
        Slip(
            "nothing is refused",
            _ring_refusing(few=lambda n, p: False, bad=lambda b, a: False),
            "Right where the input is. But nothing is refused: the table lists what has to"
            " `raise ValueError`.",
        ),
        Slip(
            "n unchecked",
            _ring_refusing(few=lambda n, p: p < 1),
            "Right where the input is. A gradient has one number at least: raise a ValueError for"
            " n < 1.",
        ),
        Slip(
            "workers unchecked",
            _ring_refusing(few=lambda n, p: n < 1),
            "Right where the input is. Somebody must work: raise a ValueError for workers < 1.",
        ),
        Slip(
            "no workers let in",
            _ring_refusing(few=lambda n, p: n < 1 or p < 0),
            "Right but for 0 workers: raise a ValueError there too.",
        ),
        Slip(
            "no numbers let in",
            _ring_refusing(few=lambda n, p: n < 0 or p < 1),
            "Right but for n = 0: raise a ValueError there too.",
        ),
        Slip(
            "one worker refused",
            _ring_refusing(few=lambda n, p: n < 1 or p <= 1),
            "One worker is allowed: nothing is sent, and the cost is 0.",
        ),
        Slip(
            "one number refused",
            _ring_refusing(few=lambda n, p: n <= 1 or p < 1),
            "n = 1 is allowed. Refuse only what is below 1.",
        ),
        Slip(
            "bandwidth unchecked",
            _ring_refusing(bad=lambda b, a: a < 0),
            "Right where the input is. Without bandwidth nothing arrives: raise a ValueError where"
            " it is not above 0.",
        ),
        Slip(
            "no bandwidth let in",
            _ring_refusing(bad=lambda b, a: b < 0 or a < 0),
            "Right but for a bandwidth of 0: raise a ValueError there too.",
        ),
        Slip(
            "latency unchecked",
            _ring_refusing(bad=lambda b, a: b <= 0),
            "Right where the input is. Nothing arrives before it was sent: raise a ValueError for"
            " a negative latency.",
        ),
        Slip(
            "no latency refused",
            _ring_refusing(bad=lambda b, a: b <= 0 or a <= 0),
            "A latency of 0 is allowed. Refuse only what is below 0.",
        ),
    ),
)

FUNCTIONS = (ALLREDUCE_MEAN, STALE_THRESHOLD, RING_ALLREDUCE_COST)
