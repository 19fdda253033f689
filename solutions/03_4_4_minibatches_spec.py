"""Spec of the exercises to 3.4.4: inputs, hints and known slips; the reference is the notebook.

The letters: N samples of d inputs and m targets, n parameters, k sizes.

An epoch has a random order, so it is judged by properties. Two cases with one seed and one with
another show whether the order comes from the generator that is given. A slip there is known by what
it gives with NumPy's usual calls; of other ways of drawing the properties say what is wrong.
"""

import math

import numpy as np

from course_lib.grading.spec import Arguments, Build, Expectation, Function, Slip, keywords

# 1. iterate_minibatches

ENOUGH, FEW = 60, 4
"""Samples that no fair shuffle leaves in order, nor in the order of another seed; and batches so
small that a fair shuffle may be sorted inside each of them, which changes no mean."""

_SIZES = (
    *((1, 1, 1, 1), (2, 1, 1, 1), (3, 1, 1, 2), (4, 2, 1, 2), (5, 2, 1, 2), (7, 3, 2, 7)),
    *((10, 1, 3, 4), (11, 4, 1, 5), (12, 3, 1, 9), (9, 2, 2, 3)),
)  # N, d, m, size


def _samples(rng: np.random.Generator, N: int, d: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw inputs with two decimals, no two rows alike, and whole numbers as targets."""
    X = np.round(rng.uniform(-2, 2, size=(N, d)), 2)
    X[:, 0] = rng.choice(np.arange(-200, 200), size=N, replace=False) / 100
    Y = rng.integers(0, 10, size=(N, m))
    Y[:, 0] = rng.choice(np.arange(100), size=N, replace=False)  # tells the samples apart
    return X, Y


def _settings(size: int, seed: int) -> Build:
    return keywords(size=size, rng=Build("numpy.random:default_rng()", (("seed", seed),)))


def _epoch_inputs(rng: np.random.Generator) -> list[Arguments]:
    seed = 2 * int(rng.integers(10**6))  # even, so that the odd one is the other one
    cases: list[Arguments] = [
        (*_samples(rng, *shape), _settings(size, seed)) for *shape, size in _SIZES
    ]
    many = _samples(rng, ENOUGH, 1, 1)
    cases += [(*many, _settings(FEW, number)) for number in (seed, seed, seed + 1)]
    X, Y = _samples(rng, 4, 2, 1)
    cases += [(X, Y, _settings(size, seed)) for size in (0, -1, 5)]
    return [*cases, (X, Y[:3], _settings(2, seed)), (X[:3], Y, _settings(2, seed))]


def _epoch_expect(arguments: Arguments, _result: object) -> list[Expectation]:
    """Ask for the sizes, for every sample once, and beside another case for the generator."""
    X, Y, settings = arguments
    named = dict(settings.settings)
    N, size, seed = len(X), named["size"], dict(named["rng"].settings)["seed"]
    lengths = [min(size, N - start) for start in range(0, N, size)]
    shapes = [((length, X.shape[1]), (length, Y.shape[1])) for length in lengths]
    asked = [Expectation("batches_of_shapes", shapes), Expectation("every_sample_once", (X, Y))]
    if N < ENOUGH:
        return asked
    beside = "same_as_case" if seed % 2 == 0 else "unlike_case"
    return [*asked, Expectation("well_shuffled", (X, Y)), Expectation(beside, len(_SIZES))]


def _dealt(deal):
    """Make a function that refuses what the task says, and returns what `deal` makes."""

    def iterate_minibatches(X, Y, *, size, rng):
        if len(X) != len(Y) or not 1 <= size <= len(X):
            raise ValueError
        return deal(X, Y, size, rng)

    return iterate_minibatches


def _parts(X, Y, batches):
    return [(X[batch], Y[batch]) for batch in batches]


def _cut(order, size):
    return [order[start : start + size] for start in range(0, len(order), size)]


def _by_rows(choose):
    """Make a function whose batches are the row numbers that `choose(N, size, rng)` returns."""
    return _dealt(lambda X, Y, size, rng: _parts(X, Y, choose(len(X), size, rng)))


def _by_order(choose):
    """Make a function that cuts the batches from what `choose(order, size)` makes of the order."""
    return _by_rows(lambda N, size, rng: _cut(choose(rng.permutation(N), size), size))


def _by_two_orders(choose):
    """Make a function with an order for X and another one for Y."""

    def deal(X, Y, size, rng):
        for_X, for_Y = (_cut(order, size) for order in choose(len(X), rng))
        return [(X[i], Y[j]) for i, j in zip(for_X, for_Y, strict=True)]

    return _dealt(deal)


def _drawn(replace, whole):
    """Make a function that draws each batch anew; the last of full size, if `whole`."""

    def choose(N, size, rng):
        lengths = [size if whole else min(size, N - start) for start in range(0, N, size)]
        return [rng.choice(N, length, replace=replace) for length in lengths]

    return _by_rows(choose)


def _blocks(N, size, rng):
    blocks = _cut(np.arange(N), size)
    return [blocks[i] for i in rng.permutation(len(blocks))]


def _short_one_stays_last(N, size, rng):
    blocks = _cut(np.arange(N), size)
    return [blocks[i] for i in rng.permutation(N // size)] + blocks[N // size :]


def _in_place(X, Y, size, rng):
    rng.shuffle(X)
    rng.shuffle(Y)
    return _parts(X, Y, _cut(np.arange(len(X)), size))


def _columns_of_lists(X, Y, size, rng):
    batches = _cut(rng.permutation(len(X)), size)
    return [X[batch] for batch in batches], [Y[batch] for batch in batches]


def _lenient(refuses):
    """Make a function that deals rightly, and refuses only what `refuses` says."""

    def iterate_minibatches(X, Y, *, size, rng):
        if refuses(len(X), len(Y), size):
            raise ValueError
        return _parts(X, Y, _cut(rng.permutation(len(X)), size))

    return iterate_minibatches


ITERATE_MINIBATCHES = Function(
    name="iterate_minibatches",
    points=40,
    inputs=_epoch_inputs,
    parameters={"X": "(N, d)", "Y": "(N, m)", "size": "", "rng": ""},
    returns={"batches": ""},
    expect=_epoch_expect,
    hints=(
        "Shuffle row *numbers*, not rows: one order then serves X and Y alike. Where does each"
        " batch start in it?",
        "`rng.permutation(len(X))` is the order. The batches start at 0, size, 2 size, ...; a slice"
        " that reaches beyond the end is cut short, so the last batch needs no care.",
        "For each `start in range(0, len(X), size)`, `batch = order[start : start + size]`, and the"
        " pair is `(X[batch], Y[batch])`. Collect the pairs in a list.",
    ),
    slips=(
        Slip(
            "not shuffled",
            _by_rows(lambda N, size, _rng: _cut(np.arange(N), size)),
            "Your batches come in the order of the data. Files are often sorted, by writer or by"
            " class, and then a batch is no fair sample: shuffle first.",
        ),
        Slip(
            "the last batch is dropped",
            _by_order(lambda order, size: order[: len(order) // size * size]),
            "You drop the samples that fill no whole batch. The task keeps them, in a last batch"
            " that is shorter: start batches at `range(0, N, size)`.",
        ),
        Slip(
            "the last sample is dropped",
            _by_order(lambda order, _size: order[:-1]),
            "One sample is missing. `range(0, N, size)` leaves N out by itself: no - 1 is needed.",
        ),
        Slip(
            "the last batch is filled up",
            _by_order(lambda order, size: np.concatenate([order, order[: -len(order) % size]])),
            "You fill the last batch up with samples that were used already. They count twice in"
            " this epoch: let it be shorter.",
        ),
        Slip(
            "the last batch reaches back",
            _by_rows(
                lambda N, size, rng: (
                    lambda order: [
                        order[min(start, N - size) :][:size] for start in range(0, N, size)
                    ]
                )(rng.permutation(N))
            ),
            "Your last batch reaches back, so that it is full. Some samples then count twice in"
            " this epoch: let it be shorter.",
        ),
        Slip(
            "X and Y shuffled apart",
            _by_two_orders(lambda N, rng: (rng.permutation(N), rng.permutation(N))),
            "You shuffle X and Y by two orders: a picture gets the label of another. Draw *one*"
            " permutation, and index both with it.",
        ),
        Slip(
            "only X is shuffled",
            _by_two_orders(lambda N, rng: (rng.permutation(N), np.arange(N))),
            "You shuffle X and leave Y as it is: a picture gets the label of another. Index both"
            " with the same permutation.",
        ),
        Slip(
            "only Y is shuffled",
            _by_two_orders(lambda N, rng: (np.arange(N), rng.permutation(N))),
            "You shuffle Y and leave X as it is: a picture gets the label of another. Index both"
            " with the same permutation.",
        ),
        Slip(
            "shuffled in place",
            _dealt(_in_place),
            "`rng.shuffle` turns the caller's own arrays about, and two calls of it give two"
            " orders: labels and pictures part. Shuffle row numbers: `rng.permutation(N)`.",
        ),
        Slip(
            "drawn with replacement",
            _by_rows(lambda N, size, rng: [rng.integers(N, size=size) for _ in range(0, N, size)]),
            "You draw with replacement (`rng.choice` does too, unless told otherwise): some samples"
            " come twice and others not at all. An epoch visits each once: cut a permutation.",
        ),
        Slip(
            "with replacement, the last one short",
            _drawn(replace=True, whole=False),
            "`rng.choice` draws with replacement: some samples come twice and others not at all."
            " An epoch visits each once: cut a permutation into slices.",
        ),
        Slip(
            "each batch drawn anew",
            _drawn(replace=False, whole=True),
            "Each of your batches is drawn from *all* samples, those of earlier batches among them."
            " An epoch visits each once: draw one permutation, and cut it into slices.",
        ),
        Slip(
            "each batch drawn anew, the last one short",
            _drawn(replace=False, whole=False),
            "Each of your batches is drawn from *all* samples, those of earlier batches among them."
            " An epoch visits each once: draw one permutation, and cut it into slices.",
        ),
        Slip(
            "a new order for each batch",
            _by_rows(
                lambda N, size, rng: [
                    rng.permutation(N)[start : start + size] for start in range(0, N, size)
                ]
            ),
            "You shuffle anew for every batch, so an epoch misses some samples and has others"
            " twice. Draw the permutation once, before the loop.",
        ),
        Slip(
            "blocks in random order",
            _by_rows(_blocks),
            "You shuffle the batches, and not the samples: the same neighbours always meet. Permute"
            " the row numbers, then cut.",
        ),
        Slip(
            "blocks in random order, the short one last",
            _by_rows(_short_one_stays_last),
            "You shuffle the batches, and not the samples: the same neighbours always meet. Permute"
            " the row numbers, then cut.",
        ),
        Slip(
            "shuffled inside a batch",
            _by_rows(
                lambda N, size, rng: [rng.permutation(part) for part in _cut(np.arange(N), size)]
            ),
            "You cut first and shuffle inside each batch. The order within a batch changes nothing,"
            " as its mean is the same: permute all row numbers, then cut.",
        ),
        Slip(
            "a seed of one's own",
            _by_rows(lambda N, size, _rng: _cut(np.random.default_rng(0).permutation(N), size)),
            "Your order does not come from the rng that is given, so every epoch would have the"
            " same: write rng.permutation(...).",
        ),
        Slip(
            "another seed of one's own",
            _by_rows(lambda N, size, _rng: _cut(np.random.default_rng(42).permutation(N), size)),
            "Your order does not come from the rng that is given, so every epoch would have the"
            " same: write rng.permutation(...).",
        ),
        Slip(
            "size batches",
            _by_rows(lambda N, size, rng: np.array_split(rng.permutation(N), size)),
            "You make `size` batches. `size` says how many samples *one* batch has.",
        ),
        Slip(
            "batches of even sizes",
            _by_rows(lambda N, size, rng: np.array_split(rng.permutation(N), math.ceil(N / size))),
            "np.array_split evens the sizes out. Here every batch has `size` samples but the last,"
            " which has what is left.",
        ),
        Slip(
            "an empty batch at the end",
            _by_rows(
                lambda N, size, rng: (
                    lambda order: [order[i * size :][:size] for i in range(N // size + 1)]
                )(rng.permutation(N))
            ),
            "Where `size` divides N you return an empty batch at the end, whose mean gradient is"
            " NaN. `range(0, N, size)` gives the starts of all batches, and no more.",
        ),
        Slip(
            "always the first batch",
            _by_rows(
                lambda N, size, rng: (lambda order: [order[:size] for _ in range(0, N, size)])(
                    rng.permutation(N)
                )
            ),
            "All your batches are the first one. The slice moves on:"
            " `order[start : start + size]`.",
        ),
        Slip(
            "every batch from its start on",
            _by_rows(
                lambda N, size, rng: (lambda order: [order[i:] for i in range(0, N, size)])(
                    rng.permutation(N)
                )
            ),
            "Your slices have no end: each batch holds all that is left. Write"
            " `order[start : start + size]`.",
        ),
        Slip(
            "from the beginning to the end of a batch",
            _by_rows(
                lambda N, size, rng: (lambda order: [order[: i + size] for i in range(0, N, size)])(
                    rng.permutation(N)
                )
            ),
            "Your slices all start at 0: each batch holds the earlier ones too. Write"
            " `order[start : start + size]`.",
        ),
        Slip(
            "the slice ends at size",
            _by_rows(
                lambda N, size, rng: (lambda order: [order[i:size] for i in range(0, N, size)])(
                    rng.permutation(N)
                )
            ),
            "Your slice ends at `size`, so only the first batch has samples. It ends at"
            " `start + size`.",
        ),
        Slip(
            "the slice ends early",
            _by_rows(
                lambda N, size, rng: (
                    lambda order: [order[i : i + size - 1] for i in range(0, N, size)]
                )(rng.permutation(N))
            ),
            "Each of your batches lacks its last sample: a slice leaves out its end by itself, so"
            " no - 1 is needed.",
        ),
        Slip(
            "a step too short",
            _by_rows(
                lambda N, size, rng: (
                    lambda order: [order[i : i + size] for i in range(0, N, max(size - 1, 1))]
                )(rng.permutation(N))
            ),
            "Your batches start every size - 1 samples, so each shares one with the next. The step"
            " of the range is `size`.",
        ),
        Slip(
            "batches overlap",
            _by_rows(
                lambda N, size, rng: (lambda order: [order[i : i + size] for i in range(N)])(
                    rng.permutation(N)
                )
            ),
            "Your batches start at every sample, so they overlap. They start at 0, size, 2 size,"
            " ...: `range(0, N, size)`.",
        ),
        Slip(
            "one batch with all",
            _by_rows(lambda N, _size, rng: [rng.permutation(N)]),
            "You return all samples as one batch. Cut the order into pieces of `size`.",
        ),
        Slip(
            "only the first batch",
            _by_order(lambda order, size: order[:size]),
            "You return one batch. Does a `return` stand inside the loop? An epoch goes on until"
            " all samples are dealt.",
        ),
        Slip(
            "a single pair",
            _dealt(lambda X, Y, size, rng: _parts(X, Y, [rng.permutation(len(X))[:size]])[0]),
            "You return one pair, not a list of pairs. Does a `return` stand inside the loop?"
            " Collect the pairs, and return the list at the end.",
        ),
        Slip(
            "all shuffled, not cut",
            _dealt(lambda X, Y, _size, rng: _parts(X, Y, [rng.permutation(len(X))])[0]),
            "You return all samples, shuffled, as one pair. Cut them into pieces of `size`, and"
            " return a list of pairs.",
        ),
        Slip(
            "one flat list",
            _dealt(
                lambda X, Y, size, rng: [
                    part
                    for batch in _cut(rng.permutation(len(X)), size)
                    for part in (X[batch], Y[batch])
                ]
            ),
            "Your list has X and Y in turns. It is to hold *pairs*, one for each batch: append"
            " `(X[batch], Y[batch])`, with brackets of its own.",
        ),
        Slip(
            "Y forgotten",
            _dealt(lambda X, _Y, size, rng: [X[i] for i in _cut(rng.permutation(len(X)), size)]),
            "You return batches of X alone. A step needs the targets too: a pair for each batch.",
        ),
        Slip(
            "row numbers",
            _dealt(lambda X, _Y, size, rng: _cut(rng.permutation(len(X)), size)),
            "You return row numbers. Look the samples up: `(X[batch], Y[batch])`.",
        ),
        Slip(
            "pairs of row numbers",
            _dealt(lambda X, _Y, size, rng: [(i, i) for i in _cut(rng.permutation(len(X)), size)]),
            "Your pairs hold row numbers. Look the samples up: `(X[batch], Y[batch])`.",
        ),
        Slip(
            "two lists",
            _dealt(_columns_of_lists),
            "You return a list of X batches and a list of Y batches. One list of pairs is asked"
            " for: zip them.",
        ),
        Slip(
            "Y first",
            _dealt(lambda X, Y, size, rng: _parts(Y, X, _cut(rng.permutation(len(X)), size))),
            "Your pairs have Y first. The inputs come first: `(X[batch], Y[batch])`.",
        ),
        Slip(
            "X twice",
            _dealt(lambda X, _Y, size, rng: _parts(X, X, _cut(rng.permutation(len(X)), size))),
            "Your pairs hold X twice. The second is the batch of targets: `Y[batch]`.",
        ),
        Slip(
            "nothing is refused",
            _lenient(lambda *_: False),
            "Your batches are right. But X and Y of different lengths, or a size not from 1 to N,"
            " are to be refused with a ValueError.",
        ),
        Slip(
            "the lengths are not compared",
            _lenient(lambda N, _M, size: not 1 <= size <= N),
            "Your batches are right. But X and Y may differ in length, and then some sample has no"
            " target, or some target no sample: raise a ValueError.",
        ),
        Slip(
            "a Y that is longer is let through",
            _lenient(lambda N, M, size: N > M or not 1 <= size <= N),
            "You refuse a Y that is too short. One that is too long is as wrong: `len(X) !="
            " len(Y)`.",
        ),
        Slip(
            "a Y that is shorter is let through",
            _lenient(lambda N, M, size: N < M or not 1 <= size <= N),
            "You refuse a Y that is too long. One that is too short is as wrong: `len(X) !="
            " len(Y)`.",
        ),
        Slip(
            "the size is not checked",
            _lenient(lambda N, M, _size: N != M),
            "Your batches are right. But a size below 1 deals nothing, and one above N is no"
            " mini-batch: raise a ValueError.",
        ),
        Slip(
            "more than there is",
            _lenient(lambda N, M, size: N != M or size < 1),
            "Your batches are right. But a size above N cannot be had: raise a ValueError, so that"
            " nobody believes in a batch of 512 from 400 samples.",
        ),
        Slip(
            "less than one",
            _lenient(lambda N, M, size: N != M or size > N),
            "Your batches are right. But for a size below 0 an epoch would be empty, without a"
            " word: raise a ValueError for every size below 1.",
        ),
    ),
    equivalent={
        "if not 1 <= size <= N: -> if not 0 <= size <= N:": "a size of 0 is refused by range,"
        " whose step may not be 0, and with a ValueError too",
    },
)


# 2. gradient_variance


def _gradients(rng: np.random.Generator, N: int, n: int, shift: float = 1.5) -> np.ndarray:
    return np.round(shift + rng.normal(scale=2.0, size=(N, n)), 2)


def _variance_inputs(rng: np.random.Generator) -> list[Arguments]:
    sizes = [(2, 1, 1), (3, 1, 2), (4, 2, 2), (3, 5, 2), (6, 2, 4), (8, 3, 1), (5, 4, 3)]
    sizes += [(12, 1, 5), (20, 6, 7), (9, 9, 9)]
    cases: list[Arguments] = [(_gradients(rng, N, n), keywords(size=B)) for N, n, B in sizes]
    base = _gradients(rng, 7, 3)
    cases += [(base, keywords(size=B)) for B in (1, 2, 4, 6)]
    cases += [(_gradients(rng, 7, 3, shift=-20.0), keywords(size=2))]
    cases += [(_gradients(rng, 1, 2), keywords(size=1))]
    cases += [(rng.permutation(np.arange(8)).reshape(4, 2), keywords(size=3))]
    return [*cases, *((base, keywords(size=B)) for B in (0, -1, 8))]


def _factor(N, B):
    return (N - B) / max(N - 1, 1)


def _one_sample(G):
    return float(np.sum(np.var(G, axis=0)))


def _noise(one_sample=_one_sample, over=lambda B, _N: B, factor=_factor):
    """Make a function with another variance of one sample, divisor, or factor."""

    def gradient_variance(G, *, size):
        N = len(G)
        if not 1 <= size <= N:
            raise ValueError
        fresh = one_sample(G) / over(size, N)
        return fresh, fresh * factor(N, size)

    return gradient_variance


def _results(both):
    """Make a function that returns what `both(with, without)` makes of the right numbers."""

    def gradient_variance(G, *, size):
        return both(*_noise()(G, size=size))

    return gradient_variance


def _of_the_first(G, *, size):
    if not 1 <= size <= len(G):
        raise ValueError
    return _noise()(G, size=size)[0], np.sum((G[:size].mean(axis=0) - G.mean(axis=0)) ** 2)


def _of_first_rows(G, *, size):
    if not 1 <= size <= len(G):
        raise ValueError
    fresh = _one_sample(G[:size]) / size
    return fresh, fresh * _factor(len(G), size)


def _columns_counted(G, *, size):
    if not 1 <= size <= len(G):
        raise ValueError
    fresh = _one_sample(G) / size
    return fresh, fresh * _factor(G.shape[1], size)


def _any_size(refuses):
    def gradient_variance(G, *, size):
        if refuses(size, len(G)):
            raise ValueError
        fresh = np.sum(np.var(G, axis=0)) / np.float64(size)
        return fresh, fresh * _factor(len(G), size)

    return gradient_variance


GRADIENT_VARIANCE = Function(
    name="gradient_variance",
    points=30,
    inputs=_variance_inputs,
    parameters={"G": "(N, n)", "size": ""},
    returns={"drawn_with": "", "drawn_without": ""},
    hints=(
        "Three parts: the variance of one sample, what averaging B of them makes of it, and the"
        " factor for drawing without replacement. Section 2 has them all.",
        "np.var along the samples gives one variance for each parameter; add those up. Divide by B."
        " Without replacement, multiply by (N - B)/(N - 1).",
        "`one_sample = np.sum(np.var(G, axis=0))`; the first number is `one_sample / size`, the"
        " second that times `(N - size) / max(N - 1, 1)`. Refuse a bad size first.",
    ),
    slips=(
        Slip(
            "not divided by B",
            _noise(over=lambda _B, _N: 1),
            "You have the variance of *one* sample. The mean of B samples has one B-th of it.",
        ),
        Slip(
            "multiplied by B",
            _noise(over=lambda B, _N: 1 / B),
            "You multiply by B. More samples make a mean *less* noisy: divide.",
        ),
        Slip(
            "B squared",
            _noise(over=lambda B, _N: B**2),
            "You divide by B². The sum of B samples has B times the variance, and dividing the sum"
            " by B divides its variance by B²: what is left is 1/B.",
        ),
        Slip(
            "the root of B",
            _noise(over=lambda B, _N: B**0.5),
            "You divide by the root of B. That is for the standard deviation; the variance is"
            " divided by B.",
        ),
        Slip(
            "divided by N",
            _noise(over=lambda _B, N: N),
            "You divide by N, the number of all samples. A batch averages over `size`.",
        ),
        Slip(
            "divided by B - 1",
            _noise(over=lambda B, _N: max(B - 1, 1)),
            "You divide by B - 1. The mean of B samples has the variance of one over B.",
        ),
        Slip(
            "the mean over the parameters",
            _noise(one_sample=lambda G: np.mean(np.var(G, axis=0))),
            "You average over the n parameters. A squared distance adds up over them: sum.",
        ),
        Slip(
            "the largest of the parameters",
            _noise(one_sample=lambda G: np.max(np.var(G, axis=0))),
            "You take the noisiest parameter alone. A squared distance adds up over all: sum.",
        ),
        Slip(
            "the variance of all entries",
            _noise(one_sample=np.var),
            "np.var without an axis measures how far the *entries* of all gradients differ from"
            " each other. Compare samples: axis=0, then sum.",
        ),
        Slip(
            "all entries, times n",
            _noise(one_sample=lambda G: G.shape[1] * np.var(G)),
            "You measure all entries from one common mean. Each parameter has a mean of its own:"
            " axis=0, then sum.",
        ),
        Slip(
            "along the parameters",
            _noise(one_sample=lambda G: np.sum(np.var(G, axis=1))),
            "You take the variance along each row: how the entries of one gradient differ. Compare"
            " samples, which are rows: axis=0.",
        ),
        Slip(
            "along the parameters, and their mean",
            _noise(one_sample=lambda G: np.mean(np.var(G, axis=1))),
            "You take the variance along each row, how the entries of one gradient differ, and"
            " average it. Compare samples: axis=0, then sum.",
        ),
        Slip(
            "the distance not squared",
            _noise(
                one_sample=lambda G: np.mean(np.linalg.norm(G - np.mean(G, axis=0), axis=1)),
            ),
            "You average the distances from the mean. They are to be squared before you average.",
        ),
        Slip(
            "not from the mean",
            _noise(one_sample=lambda G: np.mean(np.sum(G**2, axis=1))),
            "You have the mean of the squared norms, measured from 0. Noise is the distance from"
            " the mean gradient: subtract it first.",
        ),
        Slip(
            "divided by N - 1",
            _noise(one_sample=lambda G: np.sum(np.var(G, axis=0)) * len(G) / max(len(G) - 1, 1)),
            "You divide by N - 1 for the variance of one sample, as for an estimate from a part of"
            " the data. G holds all of it: divide by N, as np.var does.",
        ),
        Slip(
            "the sum over the samples",
            _noise(one_sample=lambda G: np.sum((G - np.mean(G, axis=0)) ** 2)),
            "You add the squared distances of all N samples. The variance of one is their mean.",
        ),
        Slip(
            "the standard deviation",
            _noise(one_sample=lambda G: np.sum(np.std(G, axis=0))),
            "You add up standard deviations. Variances add up, standard deviations do not: np.var.",
        ),
        Slip(
            "the roots of both",
            _results(lambda a, b: (a**0.5, b**0.5)),
            "You return standard deviations. The variance is asked for: no root.",
        ),
        Slip(
            "no factor",
            _noise(factor=lambda _N, _B: 1.0),
            "Your two numbers are equal. Without replacement the samples of a batch are not"
            " independent: the second has the factor (N - B)/(N - 1), and is 0 for B = N.",
        ),
        Slip(
            "N below",
            _noise(factor=lambda N, B: (N - B) / N),
            "Your factor is (N - B)/N, so that even a single sample would be less noisy. For B = 1"
            " the two ways to draw are one: (N - B)/(N - 1).",
        ),
        Slip(
            "N - 1 above and below",
            _noise(factor=lambda N, B: (N - 1 - B) / max(N - 1, 1)),
            "Above the line you have N - 1 - B. It is N - B: 1 for a single sample, once divided"
            " by N - 1, and 0 for all.",
        ),
        Slip(
            "N + 1 below",
            _noise(factor=lambda N, B: (N - B) / (N + 1)),
            "Below the line stands N - 1: for B = 1 the factor is 1.",
        ),
        Slip(
            "the share that is used",
            _noise(factor=lambda N, B: B / N),
            "Your factor is the share of the data in the batch. Noise comes from what is left"
            " *out*: (N - B)/(N - 1).",
        ),
        Slip(
            "B - 1 above",
            _noise(factor=lambda N, B: (B - 1) / max(N - 1, 1)),
            "Your factor grows with B. It falls from 1, for a single sample, to 0, for all:"
            " (N - B)/(N - 1).",
        ),
        Slip(
            "upside down",
            _noise(factor=lambda N, B: (N - 1) / (N - B) if N > B else 0.0),
            "Your factor is above 1. Without replacement there is less noise: turn it over.",
        ),
        Slip(
            "the root of the factor",
            _noise(factor=lambda N, B: _factor(N, B) ** 0.5),
            "You take the root of the factor. That is for the standard deviation.",
        ),
        Slip(
            "the sign of the factor",
            _noise(factor=lambda N, B: (B - N) / max(N - 1, 1)),
            "Your second number is below 0, and a variance never is: N - B, not B - N.",
        ),
        Slip(
            "the factor divides",
            _noise(factor=lambda N, B: (N - B) * max(N - 1, 1)),
            "You multiply by N - 1. It stands below the line.",
        ),
        Slip(
            "N + B above",
            _noise(factor=lambda N, B: (N + B) / max(N - 1, 1)),
            "You add B. The factor falls to 0 for B = N: (N - B)/(N - 1).",
        ),
        Slip(
            "the factor without N - 1",
            _noise(factor=lambda N, B: N - B),
            "You multiply by N - B alone. Divide by N - 1: for B = 1 the factor is 1.",
        ),
        Slip(
            "the factor twice",
            _results(lambda a, b: (b, b)),
            "Your first number has the factor too. *With* replacement the draws are independent:"
            " the variance of one sample over B, and nothing more.",
        ),
        Slip(
            "the other way round",
            _results(lambda a, b: (b, a)),
            "You return them the other way round: first with replacement, then without.",
        ),
        Slip(
            "one of two",
            _results(lambda a, _b: a),
            "You return one number. Two are asked for: with and without replacement.",
        ),
        Slip(
            "without replacement alone",
            _results(lambda _a, b: b),
            "You return one number. Two are asked for: with and without replacement.",
        ),
        Slip(
            "measured from one batch",
            _of_the_first,
            "You measure how far the *first* batch is from the mean of all. That is one draw; the"
            " expectation over all draws is asked for, and the formula gives it.",
        ),
        Slip(
            "the length of the deviations",
            _noise(one_sample=lambda G: np.linalg.norm(np.std(G, axis=0))),
            "You take a root: np.linalg.norm of the deviations is the root of the sum of the"
            " variances. The variance is asked for.",
        ),
        Slip(
            "the variance in the first rows",
            _of_first_rows,
            "You take the variance among the first `size` rows. That of one sample is the variance"
            " among *all* rows; `size` comes in as a divisor.",
        ),
        Slip(
            "n for N",
            _columns_counted,
            "You count the columns in the factor. N is the number of samples, which are rows:"
            " len(G).",
        ),
        Slip(
            "for each parameter",
            _noise(one_sample=lambda G: np.var(G, axis=0)),
            "You have a variance for each parameter. A squared distance adds up over them: sum.",
        ),
        Slip(
            "0 over 0",
            _noise(factor=lambda N, B: np.float64(N - B) / (N - 1)),
            "For N = 1 you divide 0 by 0. A batch of the only sample there is has no noise: 0.",
        ),
        Slip(
            "nothing is refused",
            _any_size(lambda _B, _N: False),
            "Both numbers are right. But a size below 1, or above N, is to be refused with a"
            " ValueError.",
        ),
        Slip(
            "more than there is",
            _any_size(lambda B, _N: B < 1),
            "Both numbers are right. But from N samples no more than N can be drawn without"
            " replacement; the formula would give a variance below 0. Raise a ValueError.",
        ),
        Slip(
            "less than one",
            _any_size(lambda B, N: B > N),
            "Both numbers are right. But a batch has one sample at least: raise a ValueError.",
        ),
        Slip(
            "0 is let through",
            _any_size(lambda B, N: not 0 <= B <= N),
            "Both numbers are right. But a batch of 0 samples has no mean: size >= 1.",
        ),
    ),
)


# 3. scale_learning_rate


def _scale_inputs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for base, sizes, critical in (
        *((10, [20], 5.0), (8, [8], 3.0), (4, [1], 6.0), (16, [4, 64], 32.0)),
        *((1, [1, 2, 4, 8], 2.5), (32, [8, 16, 32, 64, 128], 100.0), (7, [3, 50], 11.0)),
        *((64, [1, 1024], 20.0), (5, [2, 9, 10], 0.5), (3, [6, 30, 300], 1e4)),
    ):
        eta = float(np.round(rng.uniform(0.02, 0.9), 3))
        scale = float(np.round(rng.uniform(0.8, 1.2), 2))
        cases.append(_scale_case(eta, base, sizes, critical * scale))
    cases += [_scale_case(0.2, 6, [3, 12], critical) for critical in (1.0, 9.0)]
    cases += [_scale_case(0.2, 12, [3, 12], 9.0), _scale_case(0.5, 6, [3, 12], 9.0)]
    cases += [_scale_case(2, 4, [4, 6], 4)]
    cases += [_scale_case(0.3, 8, [32, 4, 32, 16], 12.0), _scale_case(0.4, 20, [30, 10], 15.0)]
    bad = ((0, [4], 2.0), (-3, [4], 2.0), (4, [4, 0], 2.0), (4, [-2, 8], 2.0), (4, [-1], 2.0))
    cases += [_scale_case(0.1, base, sizes, critical) for base, sizes, critical in bad]
    return [*cases, _scale_case(0.1, 4, [4, 8], 0.0), _scale_case(0.1, 4, [4, 8], -1.0)]


def _scale_case(eta: float, base: int, sizes: list[int], critical: float) -> Arguments:
    return eta, keywords(base=base, sizes=np.array(sizes), critical=critical)


def _rates(both):
    """Make a function that refuses what the task says, and returns `both(eta, B0, B, Bc)`."""

    def scale_learning_rate(eta, *, base, sizes, critical):
        if base < 1 or np.any(sizes < 1) or critical <= 0:
            raise ValueError
        return both(eta, base, sizes, critical)

    return scale_learning_rate


def _linear(change):
    """Make a function with another linear rule, and the curve through it."""
    return _rates(lambda e, b, B, c: (change(e, b, B), change(e, b, B) * (b + c) / (B + c)))


def _line(change):
    """Make a function with another linear rule, and the right curve."""
    return _rates(lambda e, b, B, c: (change(e, b, B), _right(e, b, B, c)[1]))


def _curve(change):
    """Make a function with another curve."""
    return _rates(lambda e, b, B, c: (e * B / b, change(e, b, B, c)))


def _right(e, b, B, c):
    return e * B / b, e * B / b * (b + c) / (B + c)


def _by_the_ratio(eta, *, base, sizes, critical):
    return eta * sizes / base, eta * (1 + critical / base) / (1 + critical / sizes)


def _unrefused(refuses):
    def scale_learning_rate(eta, *, base, sizes, critical):
        if refuses(base, sizes, critical):
            raise ValueError
        return _right(eta, np.float64(base), sizes, np.float64(critical))

    return scale_learning_rate


SCALE_LEARNING_RATE = Function(
    name="scale_learning_rate",
    points=30,
    inputs=_scale_inputs,
    parameters={"eta": "", "base": "", "sizes": "(k,)", "critical": ""},
    returns={"linear": "(k,)", "on_the_curve": "(k,)"},
    hints=(
        "Linear: k times the batch, k times the rate. For the curve write the formula of section 4"
        " down twice, for B and for `base`, and divide.",
        "The ratio of the two is (1 + B_c/B_0)/(1 + B_c/B), in which the largest rate cancels. It"
        " multiplies eta. With B above and below it is the linear rule times one more fraction.",
        "`linear = eta * sizes / base`; on the curve, `linear` times `(base + critical)` over"
        " `(sizes + critical)`. Refuse first.",
    ),
    slips=(
        Slip(
            "upside down",
            _linear(lambda e, b, B: e * b / B),
            "Your linear rule is upside down: a larger batch would get a smaller rate. It is less"
            " noisy, so it bears a *larger* one: sizes / base.",
        ),
        Slip(
            "the square root rule",
            _linear(lambda e, b, B: e * np.sqrt(B / b)),
            "You scale with the root of the batch. Some do, with Adam above all; the linear rule is"
            " asked for here: k times the batch, k times the rate.",
        ),
        Slip(
            "squared",
            _linear(lambda e, b, B: e * (B / b) ** 2),
            "You scale with the square of the batch. The linear rule: k times the batch, k times"
            " the rate.",
        ),
        Slip(
            "base forgotten",
            _linear(lambda e, _b, B: e * B),
            "You multiply by the size itself. eta belongs to `base`: what counts is how many times"
            " larger the batch is, sizes / base.",
        ),
        Slip(
            "multiplied by base",
            _linear(lambda e, b, B: e * B * b),
            "You multiply by base. What counts is how many times larger the batch is:"
            " sizes / base.",
        ),
        Slip(
            "divided by both",
            _linear(lambda e, b, B: e / B / b),
            "You divide by both sizes. What counts is how many times larger the batch is:"
            " sizes / base.",
        ),
        Slip(
            "eta forgotten",
            _linear(lambda _e, b, B: B / b),
            "You return how many times larger the batch is. Multiply eta by it.",
        ),
        Slip(
            "divided by eta",
            _linear(lambda e, b, B: B / b / e),
            "You divide by eta. The rule multiplies it.",
        ),
        Slip(
            "not scaled",
            _linear(lambda e, _b, B: e + 0.0 * B),
            "Your rate is the same for every size: nothing is scaled.",
        ),
        Slip(
            "whole numbers",
            _linear(lambda e, b, B: e * (B // b)),
            "// drops what is left over. The ratio of two sizes need not be whole: /.",
        ),
        Slip(
            "added",
            _linear(lambda e, b, B: e + (B - b) / b),
            "You add to eta. The rule multiplies: k times the batch, k times the rate.",
        ),
        Slip(
            "the linear rule upside down",
            _line(lambda e, b, B: e * b / B),
            "Your curve is right. Your linear rule is upside down: k times the batch, k times the"
            " rate, so sizes / base.",
        ),
        Slip(
            "the root in the linear rule",
            _line(lambda e, b, B: e * np.sqrt(B / b)),
            "Your curve is right. For the linear rule you take the root of the ratio, as some do"
            " with Adam: it takes the ratio itself.",
        ),
        Slip(
            "the linear rule in whole numbers",
            _line(lambda e, b, B: e * (B // b)),
            "Your curve is right. In the linear rule // drops what is left over: the ratio of two"
            " sizes need not be whole.",
        ),
        Slip(
            "the linear rule without base",
            _line(lambda e, _b, B: e * B),
            "Your curve is right. The linear rule lacks `base`: what counts is how many times"
            " larger the batch is, sizes / base.",
        ),
        Slip(
            "the linear rule without eta",
            _line(lambda _e, b, B: B / b),
            "Your curve is right. For the linear rule you return how many times larger the batch"
            " is: multiply eta by it.",
        ),
        Slip(
            "sorted",
            _rates(lambda e, b, B, c: _right(e, b, np.sort(B), c)),
            "You sort the sizes. Each rate belongs to the size in its place: leave their order.",
        ),
        Slip(
            "each size once",
            _rates(lambda e, b, B, c: _right(e, b, np.unique(B), c)),
            "np.unique sorts the sizes, and drops those that come again. There is to be one rate"
            " for each size, in its place.",
        ),
        Slip(
            "linear without end",
            _curve(lambda e, b, B, _c: e * B / b),
            "Both of your results are the linear rule. The curve bends where B comes near the"
            " critical size, and flattens beyond.",
        ),
        Slip(
            "cut off at the critical size",
            _curve(lambda e, b, B, c: e * np.minimum(B, c) / b),
            "You follow the linear rule up to the critical size and stand still beyond. The curve"
            " bends gently: at the critical size it has reached half of its largest rate.",
        ),
        Slip(
            "cut off at the largest rate",
            _curve(lambda e, b, B, c: np.minimum(e * B / b, e * (1 + c / b))),
            "You cut the linear rule off at the largest rate. The curve bends gently: it stays"
            " below both.",
        ),
        Slip(
            "eta taken for the largest rate",
            _curve(lambda e, _b, B, c: e / (1 + c / B)),
            "You put eta in the place of the largest rate. It is the rate at `base`, so the curve"
            " must give eta there: multiply by 1 + critical / base.",
        ),
        Slip(
            "the largest rate alone",
            _curve(lambda e, b, B, c: e * (1 + c / b) + 0.0 * B),
            "You return the rate of a batch without noise for every size. Divide it by"
            " 1 + critical / sizes.",
        ),
        Slip(
            "the ratio upside down",
            _curve(lambda e, b, B, c: e * (1 + c / B) / (1 + c / b)),
            "Your ratio is upside down: the rate falls as the batch grows.",
        ),
        Slip(
            "one fraction upside down",
            _curve(lambda e, b, B, c: e * B / b * (B + c) / (b + c)),
            "Your last fraction is upside down: the curve rises faster than the linear rule, and it"
            " must lie below.",
        ),
        Slip(
            "without the linear part",
            _curve(lambda e, b, B, c: e * (b + c) / (B + c)),
            "Your rate falls as the batch grows. Either the linear part, sizes / base, is missing,"
            " or you have B/B_c where the formula has B_c/B.",
        ),
        Slip(
            "damped by the formula",
            _curve(lambda e, b, B, c: e * B / b / (1 + c / B)),
            "You divide the *linear rule's* rate by 1 + critical / sizes. That divides the largest"
            " rate, which is eta (1 + critical / base).",
        ),
        Slip(
            "scaled twice",
            _curve(lambda e, b, B, c: e * B / b * (1 + c / b) / (1 + c / B)),
            "You multiply by sizes / base, and then by the ratio (1 + B_c/B_0)/(1 + B_c/B), which"
            " has it in it already. One of them is enough.",
        ),
        Slip(
            "base over critical",
            _curve(lambda e, b, B, c: e * (1 + b / c) / (1 + c / B)),
            "In the part for `base` you have B_0/B_c where the formula has B_c/B_0.",
        ),
        Slip(
            "saturation alone",
            _curve(lambda e, b, B, c: e * B / b / (1 + B / c)),
            "You damp by 1 + sizes / critical, and at `base` you do not get eta back. Multiply by"
            " 1 + base / critical.",
        ),
        Slip(
            "a minus above",
            _curve(lambda e, b, B, c: e * B / b * (b - c) / (B + c)),
            "You subtract the critical size above the line. The formula adds: 1 + B_c/B.",
        ),
        Slip(
            "a minus below",
            _curve(lambda e, b, B, c: e * B / b * (b + c) / np.where(c == B, np.nan, B - c)),
            "You subtract the critical size below the line, so the rate goes through infinity."
            " The formula adds: 1 + B_c/B.",
        ),
        Slip(
            "multiplied below",
            _curve(lambda e, b, B, c: e * B / b * (b + c) * (B + c)),
            "You multiply by (sizes + critical). It stands below the line.",
        ),
        Slip(
            "on the curve of another rate",
            _rates(lambda e, b, B, c: (e * B / b, B / b * (b + c) / (B + c))),
            "eta is missing from your curve: it is to give eta at `base`.",
        ),
        Slip(
            "the other way round",
            _rates(lambda *all_: _right(*all_)[::-1]),
            "You return them the other way round: first the linear rule, then the curve.",
        ),
        Slip(
            "one of two",
            _rates(lambda *all_: _right(*all_)[1]),
            "You return the curve alone. The linear rule is asked for too, as the first result.",
        ),
        Slip(
            "the linear rule alone",
            _rates(lambda *all_: _right(*all_)[0]),
            "You return the linear rule alone. The curve is asked for too, as the second result.",
        ),
        Slip(
            "nothing is refused",
            _unrefused(lambda *_: False),
            "Both rates are right. But a batch of less than one sample, or a critical size that is"
            " not above 0, is to be refused with a ValueError.",
        ),
        Slip(
            "nothing is refused, by the ratio",
            _by_the_ratio,
            "Both rates are right. But a batch of less than one sample, or a critical size that is"
            " not above 0, is to be refused with a ValueError.",
        ),
        Slip(
            "sizes are not checked",
            _unrefused(lambda b, _B, c: b < 1 or c <= 0),
            "Both rates are right. But one of `sizes` may be below 1: raise a ValueError.",
        ),
        Slip(
            "only if all are bad",
            _unrefused(lambda b, B, c: b < 1 or np.all(B < 1) or c <= 0),
            "You refuse `sizes` only if all of them are below 1. One is enough: np.any.",
        ),
        Slip(
            "base is not checked",
            _unrefused(lambda _b, B, c: np.any(B < 1) or c <= 0),
            "Both rates are right. But `base` may be below 1: raise a ValueError.",
        ),
        Slip(
            "0 is let through",
            _unrefused(lambda b, B, c: b < 0 or np.any(B < 0) or c <= 0),
            "Both rates are right. But no batch has 0 samples: refuse everything below 1.",
        ),
        Slip(
            "a base of 0 is let through",
            _unrefused(lambda b, B, c: b < 0 or np.any(B < 1) or c <= 0),
            "Both rates are right. But `base` may be 0, and no batch has 0 samples: base >= 1.",
        ),
        Slip(
            "a size of 0 is let through",
            _unrefused(lambda b, B, c: b < 1 or np.any(B < 0) or c <= 0),
            "Both rates are right. But one of `sizes` may be 0, and no batch has 0 samples.",
        ),
        Slip(
            "the critical size is not checked",
            _unrefused(lambda b, B, _c: b < 1 or np.any(B < 1)),
            "Both rates are right. But a critical size that is not above 0 is a mistake upstream:"
            " raise a ValueError.",
        ),
        Slip(
            "a critical size of 0 is let through",
            _unrefused(lambda b, B, c: b < 1 or np.any(B < 1) or c < 0),
            "Both rates are right. But the task refuses a critical size of 0: gradients without"
            " noise need no batch at all.",
        ),
    ),
)

FUNCTIONS = (ITERATE_MINIBATCHES, GRADIENT_VARIANCE, SCALE_LEARNING_RATE)
