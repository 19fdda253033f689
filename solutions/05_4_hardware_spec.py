"""Spec of the exercises to 5.4: inputs, hints and known slips; the reference is the notebook.

The letters: n inputs and m outputs of a layer, k batch sizes.
"""

import math

import numpy as np

from course_lib.grading.spec import Arguments, Function, Slip, keywords

# 1. arithmetic_intensity


def _intensity_inputs(rng: np.random.Generator) -> list[Arguments]:
    double = keywords(bytes_per_number=8)
    n, m = (int(size) for size in rng.choice(np.arange(2, 40), size=2, replace=False))
    cases: list[Arguments] = [(1, 1, 1, double), (3, 2, 1, double), (3, 2, 4, double)]
    cases += [(n, m, b, double) for b in (1, 2, int(rng.integers(3, 50)), 1000)]
    cases += [(m, n, 7, double), (2 * n, m, 7, double), (n, 2 * m, 7, double)]
    cases += [(n, m, 7, keywords(bytes_per_number=size)) for size in (8, 4, 2, 1)]
    batches = np.sort(rng.choice(np.arange(2, 200), size=4, replace=False))
    cases += [(n, m, some, double) for some in (batches, np.array([5]), batches[::-1] * 2.0)]
    cases += [(64, 10, np.array([1, 32, 256]), keywords(bytes_per_number=2)), (n, m, 4.0, double)]
    bad = (
        (0, m, 4, 8),
        (n, 0, 4, 8),
        (n, m, 0, 8),
        (n, m, 4, 0),
        (n, m, np.array([2, 0, 3]), 8),
        (n, m, np.array([0, 3]), 8),
        (-3, m, 4, 8),
        (n, m, np.array([-1, 3]), 8),
        (n, m, 4, 0.5),
    )
    return [*cases, *((a, b, c, keywords(bytes_per_number=d)) for a, b, c, d in bad)]


def _check_sizes(n, m, batch, size):
    if min(n, m, np.min(batch), size) < 1:
        raise ValueError


def _intensity(
    flop=lambda n, m, b: 2 * b * n * m,
    numbers=lambda n, m, b: b * n + n * m + m + b * m,
    give=lambda flop, numbers, size: flop / (size * numbers),
    check=_check_sizes,
):
    """Make a function that refuses what the task says, with one part done in another way."""

    def arithmetic_intensity(n, m, batch, *, bytes_per_number):
        check(n, m, batch, bytes_per_number)
        return give(flop(n, m, batch), numbers(n, m, batch), bytes_per_number)

    return arithmetic_intensity


def _moved(name, numbers, sentence):
    return Slip(name, _intensity(numbers=numbers), sentence)


def _worked(name, flop, sentence):
    return Slip(name, _intensity(flop=flop), sentence)


def _given(name, give, sentence):
    return Slip(name, _intensity(give=give), sentence)


def _check_all_but(which):
    """Make a check that leaves out one of the four."""

    def check(*sizes):
        if any(np.min(size) < 1 for place, size in enumerate(sizes) if place != which):
            raise ValueError

    return check


def _check_largest(n, m, batch, size):
    if min(n, m, np.max(batch), size) < 1:
        raise ValueError


def _check_first(n, m, batch, size):
    if min(n, m, np.ravel(batch)[0], size) < 1:
        raise ValueError


def _refuse_sizes_of_one(n, m, batch, size):
    if min(n, m, np.min(batch), size) <= 1:
        raise ValueError


ARITHMETIC_INTENSITY = Function(
    name="arithmetic_intensity",
    points=30,
    inputs=_intensity_inputs,
    parameters={"n": "", "m": "", "batch": "", "bytes_per_number": ""},
    returns={"intensity": ""},
    hints=(
        "Lecture 5.4, section 2, counts a square layer without a bias. Write down the same two"
        " counts for X (batch, n), W (n, m), b (m,) and Z (batch, m).",
        "An output costs 2n FLOP, and there are batch * m of them. The four arrays have batch * n,"
        " n * m, m and batch * m numbers.",
        "`2 * batch * n * m`, over `bytes_per_number * (batch * n + n * m + ...)`; refuse where"
        " `np.min(batch) < 1`.",
    ),
    slips=(
        _worked(
            "products alone",
            lambda n, m, b: b * n * m,
            "Your FLOP are half of what they are. Each product is followed by a sum: 2n for an"
            " output.",
        ),
        _worked(
            "the bias not added",
            lambda n, m, b: b * m * (2 * n - 1),
            "You count n products and n - 1 sums. The bias is one sum more: 2n for an output.",
        ),
        Slip(
            "the bias missing twice",
            _intensity(
                flop=lambda n, m, b: b * m * (2 * n - 1),
                numbers=lambda n, m, b: b * n + n * m + b * m,
            ),
            "The bias is missing twice: one sum for each output, and m numbers to read.",
        ),
        _worked(
            "the bias counted twice",
            lambda n, m, b: b * m * (2 * n + 1),
            "You count 2n + 1 for an output. n products need n - 1 sums; with the bias that is 2n.",
        ),
        _worked(
            "the work of one sample",
            lambda n, m, b: 2 * n * m,
            "Your FLOP are those of one sample. There are batch * m outputs.",
        ),
        _worked(
            "a whole training step",
            lambda n, m, b: 6 * b * n * m,
            "You count three products, as in a training step. The task asks for Z = XW + b alone.",
        ),
        _worked(
            "a square layer's work",
            lambda n, m, b: 2 * b * n**2,
            "You count n * n weights, as in the lecture. This layer has n inputs and m outputs:"
            " n * m.",
        ),
        _moved(
            "the bias left out",
            lambda n, m, b: b * n + n * m + b * m,
            "b is missing in your bytes: it is read too, m numbers.",
        ),
        _moved(
            "a bias for each sample",
            lambda n, m, b: b * n + n * m + 2 * b * m,
            "You read b once for each sample. It has m numbers, and is read once.",
        ),
        _moved(
            "a bias of n numbers",
            lambda n, m, b: b * n + n * m + n + b * m,
            "You count n numbers for b. There is one for each output: m.",
        ),
        _moved(
            "Z left out",
            lambda n, m, b: b * n + n * m + m,
            "Z is missing in your bytes: batch * m numbers are written.",
        ),
        _moved(
            "X left out",
            lambda n, m, b: n * m + m + b * m,
            "X is missing in your bytes: batch * n numbers are read.",
        ),
        _moved(
            "W left out",
            lambda n, m, b: b * n + m + b * m,
            "W is missing in your bytes: n * m numbers, and for a small batch the most of all.",
        ),
        _moved(
            "only W",
            lambda n, m, b: n * m + 0 * b,
            "You count W alone. X and b are read and Z is written as well.",
        ),
        _moved(
            "W for each sample",
            lambda n, m, b: b * n + b * n * m + m + b * m,
            "You fetch W anew for each sample. It is read once for the whole batch: that is what"
            " a batch is good for.",
        ),
        _moved(
            "X and Z of one sample",
            lambda n, m, b: n + n * m + m + m + 0 * b,
            "Your X and Z have one row. They have one for each sample: batch * n and batch * m.",
        ),
        _moved(
            "X of one sample",
            lambda n, m, b: n + n * m + m + b * m,
            "Your X has one row. It has one for each sample: batch * n.",
        ),
        _moved(
            "Z of one sample",
            lambda n, m, b: b * n + n * m + m + m,
            "Your Z has one row. It has one for each sample: batch * m.",
        ),
        _moved(
            "X of one column",
            lambda n, m, b: b + n * m + m + b * m,
            "Your X has one column. It has n of them: batch * n.",
        ),
        _moved(
            "Z of one column",
            lambda n, m, b: b * n + n * m + m + b,
            "Your Z has one column. It has m of them: batch * m.",
        ),
        _moved(
            "a column of W",
            lambda n, m, b: b * n + n + m + b * m,
            "You count n numbers for W. It has a column for each output: n * m.",
        ),
        _moved(
            "a row of W",
            lambda n, m, b: b * n + m + m + b * m,
            "You count m numbers for W. It has a row for each input: n * m.",
        ),
        _moved(
            "W as a sum",
            lambda n, m, b: b * n + n + m + m + b * m,
            "You count n + m numbers for W. It has a row for each input and a column for each"
            " output: n * m.",
        ),
        _moved(
            "what is written subtracted",
            lambda n, m, b: b * n + n * m + m - b * m,
            "You subtract Z. To write a number moves it as well as to read one: add all four.",
        ),
        _moved(
            "the bias subtracted",
            lambda n, m, b: b * n + n * m - m + b * m,
            "You subtract b. It is read like the rest: add all four.",
        ),
        _given(
            "the numbers not counted",
            lambda flop, numbers, size: flop / size,
            "You divide by the bytes of *one* number. Count all numbers that move, and multiply"
            " them by the bytes of each.",
        ),
        _moved(
            "X twice",
            lambda n, m, b: 2 * b * n + n * m + m + b * m,
            "You move X twice. It is read once, at the start.",
        ),
        _moved(
            "Z twice",
            lambda n, m, b: b * n + n * m + m + 2 * b * m,
            "You move Z twice. It is written once, at the end.",
        ),
        _moved(
            "a square layer's bytes",
            lambda n, m, b: b * n + n**2 + n + b * n,
            "Your bytes are those of n outputs. This layer has m of them: n * m, m, batch * m.",
        ),
        _given(
            "upside down",
            lambda flop, numbers, size: size * numbers / flop,
            "Your fraction is upside down: FLOP over bytes.",
        ),
        _given(
            "numbers, not bytes",
            lambda flop, numbers, size: flop / numbers,
            "You divide by numbers. The task asks for bytes: bytes_per_number for each of them.",
        ),
        _given(
            "always 8 bytes",
            lambda flop, numbers, size: flop / (8 * numbers),
            "You take 8 bytes a number whatever is given. Use bytes_per_number.",
        ),
        _given(
            "bits",
            lambda flop, numbers, size: flop / (8 * size * numbers),
            "You divide by bits. bytes_per_number is in bytes already.",
        ),
        _given(
            "multiplied by the bytes",
            lambda flop, numbers, size: flop * size / numbers,
            "You multiply by bytes_per_number. It belongs below: larger numbers move more bytes.",
        ),
        _given(
            "parentheses forgotten",
            lambda flop, numbers, size: flop / size * numbers,
            "`a / b * c` divides by b and multiplies by c. What stands below the line needs"
            " parentheses: a / (b * c).",
        ),
        _given(
            "whole numbers only",
            lambda flop, numbers, size: flop // (size * numbers),
            "`//` cuts off what follows the point. Use `/`.",
        ),
        _given(
            "the work",
            lambda flop, numbers, size: flop,
            "You return the FLOP. Divide them by the bytes.",
        ),
        Slip(
            "the lecture's layer",
            lambda n, m, batch, *, bytes_per_number: _intensity(
                numbers=lambda n, m, b: 2 * b * n + n * n, flop=lambda n, m, b: 2 * b * n * n
            )(n, m, batch, bytes_per_number=8),
            "You return the lecture's formula. It is for n outputs, no bias, and 8 bytes a number:"
            " count anew for m outputs, b, and bytes_per_number.",
        ),
        _given(
            "rounded",
            lambda flop, numbers, size: np.round(flop / (size * numbers), 2),
            "You round. The example shows four digits; return all that there are.",
        ),
        Slip(
            "the limit of a huge batch",
            lambda n, m, batch, *, bytes_per_number: _intensity(
                flop=lambda n, m, b: 2 * n * m + 0 * b, numbers=lambda n, m, b: n + m + 0 * b
            )(n, m, batch, bytes_per_number=bytes_per_number),
            "You return what a huge batch comes to. For a finite one W and b count as well.",
        ),
        Slip(
            "the first batch alone",
            lambda n, m, batch, *, bytes_per_number: _intensity()(
                n, m, batch if np.ndim(batch) == 0 else batch[0], bytes_per_number=bytes_per_number
            ),
            "Of an array of batches you use the first. `*` and `+` take all of them at once.",
        ),
        Slip(
            "the mean batch",
            lambda n, m, batch, *, bytes_per_number: _intensity()(
                n, m, np.mean(batch), bytes_per_number=bytes_per_number
            ),
            "You average the batches. Each has an intensity of its own: an array of shape (k,).",
        ),
        Slip(
            "nothing is refused",
            _intensity(check=lambda *_: None),
            "Right where the input is. But nothing is refused: n, m, any batch or bytes_per_number"
            " below 1 is bad input, see the table.",
        ),
        Slip(
            "n unchecked",
            _intensity(check=_check_all_but(0)),
            "Right where the input is. A layer without inputs is refused too: n below 1.",
        ),
        Slip(
            "m unchecked",
            _intensity(check=_check_all_but(1)),
            "Right where the input is. A layer without outputs is refused too: m below 1.",
        ),
        Slip(
            "the batch unchecked",
            _intensity(check=_check_all_but(2)),
            "Right where the input is. A batch below 1 is refused too: look at np.min(batch).",
        ),
        Slip(
            "the bytes unchecked",
            _intensity(check=_check_all_but(3)),
            "Right where the input is. bytes_per_number below 1 is refused too.",
        ),
        Slip(
            "the largest batch checked",
            _intensity(check=_check_largest),
            "Not every batch is checked. One of them may be 0: look at the smallest.",
        ),
        Slip(
            "the first batch checked",
            _intensity(check=_check_first),
            "You check the first batch. A later one may be 0: look at the smallest.",
        ),
        Slip(
            "1 refused",
            _intensity(check=_refuse_sizes_of_one),
            "You refuse what is 1. A batch of one, a layer of one unit, a number of one byte are"
            " all right: refuse what is below 1.",
        ),
    ),
)


# 2. compute_bound_batch

RATE = 1e12  # FLOP a second


def _batch(n, m, ridge, size):
    """Return the batch at the ridge before it is rounded up; not above 0 where there is none."""
    owed = size * ridge
    return owed * (n * m + m) / (2 * n * m - owed * (n + m))


def _batch_inputs(rng: np.random.Generator) -> list[Arguments]:
    def near(n, m, ridge, size, peak=RATE):
        """Make a case whose batch is far from a whole number, where right roundings may differ."""
        bandwidth = float(f"{peak / ridge:.3g}")
        while not 0.1 < _batch(n, m, peak / bandwidth, size) % 1 < 0.9:
            ridge *= 1.013
            bandwidth = float(f"{peak / ridge:.3g}")
        return (n, m, keywords(peak=peak, bandwidth=bandwidth, bytes_per_number=size))

    n, m = (int(size) for size in rng.choice(np.arange(60, 400), size=2, replace=False))
    cases = [near(1, 1, 0.05, 8), near(2, 1, 0.05, 8), near(100, 50, 10.0, 2)]
    cases += [near(n, m, ridge, 2) for ridge in (1.0, 3.0, 10.0, rng.uniform(12, 20))]
    cases += [near(n, m, 2.0, size, peak=3.0) for size in (8, 4, 2, 1)]  # in other units
    cases += [near(*some, 5.0, 4, peak=0.5) for some in ((m, n), (3 * n, m), (n, 3 * m))]
    cases += [near(n, m, 7.0, 2, peak=3e9), near(n, m, 7.0, 2, peak=3e14)]
    cases += [near(1, 4, 0.1875, 8), near(3, 5, 0.875, 4)]  # here the bias weighs much
    cases += [near(n, m, 2.0, 4, peak=0.5)]
    cases += [near(n, 1, 0.1, 8), near(1, n, 0.1, 8), near(4096, 4096, 153.0, 2)]
    # Where the ridge is nearly out of reach: 49549.5 before it is rounded up.
    cases += [(1000, 1000, keywords(peak=4.95e12, bandwidth=1e10, bytes_per_number=2))]
    # A whole number before it is rounded up. All of it is a power of two, so in any order of the
    # arithmetic nothing is lost.
    cases += [(1, 1, keywords(peak=1, bandwidth=2, bytes_per_number=1))]
    cases += [(8, 4, keywords(peak=4.0, bandwidth=2.0, bytes_per_number=2))]
    cases += [(512, 1024, keywords(peak=128.0, bandwidth=1.0, bytes_per_number=4))]
    cases += [near(300, 100, 10.0, 4)]  # 28; were X moved twice, 38, and with Z twice, 31
    cases += [(n, m, keywords(peak=RATE, bandwidth=b, bytes_per_number=8)) for b in (2e10, 1e10)]
    cases += [(2, 2, keywords(peak=2, bandwidth=4, bytes_per_number=4))]  # exactly none
    bad = ((0.0, 1.0), (-1.0, 1.0), (1.0, 0.0), (1.0, -1.0), (-1.0, -1.0))
    return [
        *cases,
        *((n, m, keywords(peak=p, bandwidth=b, bytes_per_number=8)) for p, b in bad),
    ]


def _bound(
    owed=lambda size, peak, bandwidth: size * peak / bandwidth,
    cost=lambda n, m: n * m + m,
    gain=lambda n, m, owed: 2 * n * m - owed * (n + m),
    rounded=lambda batch: int(np.ceil(batch)),
    none=np.inf,
    refuse=lambda peak, bandwidth: peak <= 0 or bandwidth <= 0,
):
    """Make a function that refuses what the task says, with one part done in another way."""

    def compute_bound_batch(n, m, *, peak, bandwidth, bytes_per_number):
        if refuse(peak, bandwidth):
            raise ValueError
        due = owed(bytes_per_number, peak, bandwidth)
        if gain(n, m, due) <= 0 and none is not None:
            return none
        with np.errstate(all="ignore"):
            return rounded(np.float64(due * cost(n, m)) / gain(n, m, due))

    return compute_bound_batch


def _owed_alone(n, m, *, peak, bandwidth, bytes_per_number):
    if peak <= 0 or bandwidth <= 0:
        raise ValueError
    owed = bytes_per_number * peak / bandwidth
    return int(np.ceil(owed * (n * m + m))) if 2 * n * m > owed * (n + m) else np.inf


def _as_it_comes(batch):
    return int(np.ceil(batch)) if np.isfinite(batch) else np.inf


COMPUTE_BOUND_BATCH = Function(
    name="compute_bound_batch",
    points=30,
    inputs=_batch_inputs,
    parameters={"n": "", "m": "", "peak": "", "bandwidth": "", "bytes_per_number": ""},
    returns={"batch": ""},
    hints=(
        "Lecture 5.4, section 3, solves this for a square layer without a bias. Which inequality"
        " says that a step has reached the ridge?",
        "With r = bytes_per_number * peak / bandwidth it is 2Bnm >= r (Bn + nm + m + Bm). Bring"
        " what has a B to one side. When is there no B?",
        "`gain = 2 * n * m - r * (n + m)`; `np.inf` where that is not above 0; else"
        " `np.ceil(r * (n * m + m) / ...)`.",
    ),
    slips=(
        Slip(
            "half of what is possible",
            _bound(owed=lambda *_: 1.0, cost=lambda n, m: n * m, gain=lambda n, m, _: n + m),
            "Your batch is where the intensity is half of its limit. The task asks where it"
            " reaches the ridge, peak over bandwidth.",
        ),
        Slip(
            "the ridge itself",
            _bound(
                cost=lambda n, m: 1, gain=lambda n, m, _: 1, owed=lambda size, peak, b: peak / b
            ),
            "You return the ridge, in FLOP per byte. The task asks which batch reaches it.",
        ),
        Slip(
            "rounded down",
            _bound(rounded=lambda batch: int(np.floor(batch))),
            "You round down: that batch has not reached the ridge yet. Round up.",
        ),
        Slip(
            "one too many",
            _bound(rounded=lambda batch: int(np.ceil(batch)) + 1),
            "Your batch is one too large. Round up once; there is nothing to add.",
        ),
        Slip(
            "not rounded",
            _bound(rounded=float),
            "Your batch is not a whole number. There is no fraction of a sample: round up.",
        ),
        Slip(
            "strictly above",
            _bound(rounded=lambda batch: int(np.floor(batch)) + 1),
            "Where the quotient is a whole number, that batch *reaches* the ridge already. Round"
            " up, and leave a whole number alone.",
        ),
        Slip(
            "to a power of two",
            _bound(rounded=lambda batch: 2 ** max(0, math.ceil(math.log2(batch)))),
            "You go up to a power of two. The task asks for the smallest batch.",
        ),
        Slip(
            "a negative batch",
            _bound(none=None, rounded=_as_it_comes),
            "Your batch is negative, or infinite by a division by 0, where none is large enough."
            " Look at the sign first, and return np.inf there.",
        ),
        Slip(
            "the sign turned",
            _bound(gain=lambda n, m, owed: owed * (n + m) - 2 * n * m),
            "You subtract the other way round. A sample gains its work, 2nm, *less* what its"
            " numbers owe.",
        ),
        Slip(
            "always infinite",
            _bound(gain=lambda *_: 0),
            "You return np.inf whatever is given. Where a sample's work is more than its numbers"
            " owe, some batch is large enough.",
        ),
        Slip(
            "the comparison turned",
            _bound(rounded=lambda batch: 1 if batch >= 1 else np.inf, none=1),
            "You return the first batch *below* the ridge, which is nearly always 1. Look for the"
            " first that reaches it: >=.",
        ),
        Slip(
            "0 for none",
            _bound(none=0),
            "You return 0 where no batch is large enough. The task asks for np.inf there.",
        ),
        Slip(
            "-1 for none",
            _bound(none=-1),
            "You return -1 where no batch is large enough. The task asks for np.inf there.",
        ),
        Slip(
            "1 for none",
            _bound(none=1),
            "You return 1 where no batch is large enough. The task asks for np.inf there.",
        ),
        Slip(
            "the ridge upside down",
            _bound(owed=lambda size, peak, bandwidth: size * bandwidth / peak),
            "Your ridge is upside down. It is peak over bandwidth: FLOP for each byte.",
        ),
        Slip(
            "bytes left out",
            _bound(owed=lambda size, peak, bandwidth: peak / bandwidth),
            "bytes_per_number is missing. Larger numbers need a larger batch.",
        ),
        Slip(
            "always 8 bytes",
            _bound(owed=lambda size, peak, bandwidth: 8 * peak / bandwidth),
            "You take 8 bytes a number whatever is given. Use bytes_per_number.",
        ),
        Slip(
            "divided by the bytes",
            _bound(owed=lambda size, peak, bandwidth: peak / bandwidth / size),
            "You divide by bytes_per_number. Each number owes ridge FLOP for *each* of its bytes:"
            " multiply.",
        ),
        Slip(
            "peak times bandwidth",
            _bound(owed=lambda size, peak, bandwidth: size * peak * bandwidth),
            "You multiply peak by bandwidth. The ridge is peak *over* bandwidth.",
        ),
        Slip(
            "the bandwidth ignored",
            _bound(owed=lambda size, peak, bandwidth: size * peak),
            "bandwidth does nothing in your function. The ridge is peak over bandwidth.",
        ),
        Slip(
            "products alone",
            _bound(gain=lambda n, m, owed: n * m - owed * (n + m)),
            "You count one FLOP a weight and sample. There are two, a product and a sum: 2nm.",
        ),
        Slip(
            "the bias not added",
            _bound(gain=lambda n, m, owed: m * (2 * n - 1) - owed * (n + m)),
            "You count n products and n - 1 sums for an output. The bias is one sum more: 2n.",
        ),
        Slip(
            "the bias missing twice",
            _bound(
                cost=lambda n, m: n * m, gain=lambda n, m, owed: m * (2 * n - 1) - owed * (n + m)
            ),
            "The bias is missing twice: one sum for each output, and m numbers to read.",
        ),
        Slip(
            "Z twice",
            _bound(gain=lambda n, m, owed: 2 * n * m - owed * (n + 2 * m)),
            "You move Z twice. It is written once: a sample brings n + m numbers.",
        ),
        Slip(
            "X twice",
            _bound(gain=lambda n, m, owed: 2 * n * m - owed * (2 * n + m)),
            "You move X twice. It is read once: a sample brings n + m numbers.",
        ),
        Slip(
            "X and Z free",
            _bound(gain=lambda n, m, owed: 2 * n * m),
            "You count W and b alone. Each sample brings a row of X and a row of Z to move, too:"
            " n + m numbers.",
        ),
        Slip(
            "Z free",
            _bound(gain=lambda n, m, owed: 2 * n * m - owed * n),
            "Each sample's row of Z is missing: m numbers to write.",
        ),
        Slip(
            "X free",
            _bound(gain=lambda n, m, owed: 2 * n * m - owed * m),
            "Each sample's row of X is missing: n numbers to read.",
        ),
        Slip(
            "one sample's numbers do not owe",
            _bound(gain=lambda n, m, owed: 2 * n * m - (n + m)),
            "A sample's n + m numbers owe as much each as those of W do: r (n + m).",
        ),
        Slip(
            "a minus in a sample's numbers",
            _bound(gain=lambda n, m, owed: 2 * n * m - owed * (n - m)),
            "You subtract m from n. A sample brings n numbers of X *and* m numbers of Z: n + m.",
        ),
        Slip(
            "not divided",
            _owed_alone,
            "You return what W and b owe. Divide it by what each sample gains.",
        ),
        Slip(
            "a plus",
            _bound(gain=lambda n, m, owed: 2 * n * m + owed * (n + m)),
            "A sign is wrong: r (n + m) goes to the other side of the inequality, with a minus.",
        ),
        Slip(
            "to the nearest",
            _bound(rounded=lambda batch: int(np.round(batch))),
            "You round to the nearest. Where that is down, the batch has not reached the ridge:"
            " round up.",
        ),
        Slip(
            "no bias",
            _bound(cost=lambda n, m: n * m),
            "b is missing: it is read as well, m numbers beside the n * m of W.",
        ),
        Slip(
            "a bias of n numbers",
            _bound(cost=lambda n, m: n * m + n),
            "You count n numbers for b. There is one for each output: m.",
        ),
        Slip(
            "a square layer",
            _bound(cost=lambda n, m: n * n + n, gain=lambda n, m, owed: 2 * n * n - 2 * owed * n),
            "Your answer is that of n outputs. This layer has m.",
        ),
        Slip(
            "none unless above",
            lambda n, m, *, peak, bandwidth, bytes_per_number: (
                10**6
                if bytes_per_number * peak / bandwidth * (n + m) == 2 * n * m
                else _bound()(
                    n, m, peak=peak, bandwidth=bandwidth, bytes_per_number=bytes_per_number
                )
            ),
            "Where one more sample brings as much work as its bytes allow, none is gained: there"
            " no batch is large enough, and the answer is np.inf.",
        ),
        Slip(
            "a search that ends too soon",
            _bound(rounded=lambda batch: int(np.ceil(batch)) if batch <= 10_000 else np.inf),
            "You return np.inf where a batch of some ten thousands is large enough: does a search"
            " end too soon? The inequality can be solved for B.",
        ),
        Slip(
            "peak unchecked",
            _bound(refuse=lambda peak, bandwidth: bandwidth <= 0),
            "Right where the input is. A peak of 0 or below is refused: raise a ValueError.",
        ),
        Slip(
            "bandwidth unchecked",
            _bound(refuse=lambda peak, bandwidth: peak <= 0, rounded=_as_it_comes),
            "Right where the input is. A bandwidth of 0 or below is refused: raise a ValueError.",
        ),
        Slip(
            "0 let through",
            _bound(refuse=lambda peak, bandwidth: min(peak, bandwidth) < 0, rounded=_as_it_comes),
            "A peak or a bandwidth of 0 is refused as well: nothing would ever be done.",
        ),
        Slip(
            "a peak of 0 let through",
            _bound(refuse=lambda peak, bandwidth: peak < 0 or bandwidth <= 0),
            "A peak of 0 is refused as well: nothing would ever be done.",
        ),
        Slip(
            "a bandwidth of 0 let through",
            _bound(refuse=lambda peak, bandwidth: peak <= 0 or bandwidth < 0),
            "A bandwidth of 0 is refused as well: nothing would ever arrive. Raise a ValueError"
            " before you divide by it.",
        ),
    ),
    equivalent={
        "return int(np.ceil(owed * (n * m + m) / gain))"
        " -> return np.ceil(owed * (n * m + m) / gain)": "A whole number may be a float.",
    },
)


# 3. loss_scale


def _scale_inputs(rng: np.random.Generator) -> list[Arguments]:
    def gradient(n, *odd):
        g = np.round(rng.choice([-1.0, 1.0], size=n) * rng.uniform(90, 400, size=n), 2)
        places = rng.choice(n, size=len(odd), replace=False)
        g[places] = odd
        return g

    inf, nan = np.inf, np.nan
    three = keywords(growth_interval=3)
    S = float(2.0 ** rng.integers(10, 15))
    cases: list[Arguments] = [(1024.0, 0, gradient(1), three), (1024.0, 2, gradient(1), three)]
    cases += [(1024.0, 1, np.array([inf]), three)]
    cases += [(S, good, gradient(4), keywords(growth_interval=5)) for good in (0, 1, 3, 4, 5, 9)]
    odd = ((inf,), (-inf,), (nan,), (inf, -inf), (inf, nan), (-inf, nan))
    cases += [(S, 1, gradient(4, *some), keywords(growth_interval=5)) for some in odd]
    cases += [(S, 4, gradient(4, value), keywords(growth_interval=5)) for value in (inf, nan)]
    cases += [(S, 0, gradient(3), keywords(growth_interval=1)), (S, 0, gradient(3, -inf), three)]
    cases += [(S, 1, np.array([65504.0, -65504.0]), three), (S, 1, np.zeros(2), three)]
    cases += [(S, 1, np.array([3, -7]), three), (1, 0, np.array([inf, 1.0]), three)]
    cases += [(0.5, 1, np.array([nan, 1.0]), three), (3, 2, gradient(2), three)]
    cases += [(S, 1999, gradient(2), keywords(growth_interval=2000))]
    cases += [(S, 1, np.array([3.5, inf]), three)]
    cases += [(S, 1, np.array([2.5, -inf]), three), (S, 1, np.array([70000.0, 1.0]), three)]
    # Each entry is finite, and a sum, a square or a product with the scale is not.
    large = ((1e308, 1e308), (1e200, -3.0), (1e308, -2.0))
    cases += [(S, 1, np.array(some), keywords(growth_interval=5)) for some in large]
    cases += [(2.0**power, 2, gradient(2), three) for power in (24, 40)]
    cases += [(0.5, 1, np.array([1e308, 2.0]), three)]
    good, ended = gradient(2), np.array([inf, 1.0])
    return [
        *cases,
        *((-2.0, 0, some, keywords(growth_interval=k)) for some, k in ((ended, 3), (good, -3))),
        (S, 0, ended, keywords(growth_interval=0)),
        *((bad, 0, good, three) for bad in (0.0, -2.0)),
        *((S, 0, good, keywords(growth_interval=bad)) for bad in (0, -3)),
    ]


def _refuse(scale, growth_interval):
    if scale <= 0 or growth_interval < 1:
        raise ValueError


def _scaler(
    overflowed=lambda g: not np.isfinite(g).all(),
    due=lambda good, k: good + 1 >= k,
    shrink=lambda scale, good: (scale / 2, 0),
    grow=lambda scale, good: (scale * 2, 0),
    keep=lambda scale, good: (scale, good + 1),
    refuse=_refuse,
):
    """Make a function that refuses what the task says, with one part done in another way."""

    def loss_scale(scale, good_steps, gradient, *, growth_interval):
        refuse(scale, growth_interval)
        if overflowed(gradient):
            return shrink(scale, good_steps)
        if due(good_steps, growth_interval):
            return grow(scale, good_steps)
        return keep(scale, good_steps)

    return loss_scale


def _growth_first(scale, good_steps, gradient, *, growth_interval):
    _refuse(scale, growth_interval)
    if good_steps + 1 >= growth_interval:
        return scale * 2, 0
    if not np.isfinite(gradient).all():
        return scale / 2, 0
    return scale, good_steps + 1


def _each_entry_a_step(scale, good_steps, gradient, *, growth_interval):
    step = _scaler(
        due=lambda good, k: good + len(gradient) >= k,
        keep=lambda scale, good: (scale, good + len(gradient)),
    )
    return step(scale, good_steps, gradient, growth_interval=growth_interval)


def _only_check(scale=True, interval=True):
    def refuse(given_scale, growth_interval):
        if (scale and given_scale <= 0) or (interval and growth_interval < 1):
            raise ValueError

    return refuse


def _refuse_zero_not(scale, growth_interval):
    if scale < 0 or growth_interval < 1:
        raise ValueError


def _refuse_negative_interval(scale, growth_interval):
    if scale <= 0 or growth_interval < 0:
        raise ValueError


def _refuse_one(scale, growth_interval):
    if scale <= 0 or growth_interval <= 1:
        raise ValueError


def _scales(name, sentence, **parts):
    return Slip(name, _scaler(**parts), sentence)


LOSS_SCALE = Function(
    name="loss_scale",
    points=40,
    inputs=_scale_inputs,
    parameters={"scale": "", "good_steps": "", "gradient": "(n,)", "growth_interval": ""},
    returns={"scale": "", "good_steps": ""},
    hints=(
        "Lecture 5.4, section 6, keeps the number of the last change. Here a count comes in and"
        " goes out. Three things can happen to a step; which has to be asked first?",
        "Overflow first: half the scale, count 0. Then a count that has become full: twice the"
        " scale, count 0. Else the scale as it is, and one more.",
        "`if not np.isfinite(gradient).all(): return scale / 2, 0`, then"
        " `if good_steps + 1 >= growth_interval: ...`.",
    ),
    slips=(
        _scales(
            "good and bad exchanged",
            "You halve after good steps and keep or double after an overflow. It is the other way"
            " round.",
            overflowed=lambda g: np.isfinite(g).all(),
        ),
        _scales(
            "overflow unseen",
            "Your scale never falls. Look for infinities and NaN in the gradient:"
            " np.isfinite(gradient).",
            overflowed=lambda g: False,
        ),
        _scales(
            "never grows",
            "Your scale never grows. After growth_interval good steps in a row it doubles.",
            due=lambda good, k: False,
        ),
        _scales(
            "grows at each good step",
            "You double at every good step: the next one overflows. Wait for growth_interval.",
            due=lambda good, k: True,
        ),
        Slip(
            "scaled once more",
            lambda scale, good_steps, gradient, *, growth_interval: _scaler(
                overflowed=lambda g: not (np.abs(g * scale) <= 65504).all()
            )(scale, good_steps, gradient, growth_interval=growth_interval),
            "You multiply the gradient by the scale. It is scaled already: look at it as it came.",
        ),
        _scales(
            "all must overflow",
            "You ask whether *all* entries have overflowed. One is enough: the step is spoilt.",
            overflowed=lambda g: not np.isfinite(g).any(),
        ),
        _scales(
            "infinity unseen",
            "You look for NaN alone. The overflow itself is an infinity: np.isfinite is False for"
            " both.",
            overflowed=lambda g: np.isnan(g).any(),
        ),
        _scales(
            "the first entry alone",
            "You look at one entry. Each of them may overflow: np.isfinite(gradient).all().",
            overflowed=lambda g: not np.isfinite(g[0]),
        ),
        _scales(
            "the last entry alone",
            "The last entry alone decides in your function. Any of them may overflow: in a loop"
            " nothing may take an overflow back; np.isfinite(gradient).all() asks all of them.",
            overflowed=lambda g: not np.isfinite(g[-1]),
        ),
        _scales(
            "NaN and minus infinity unseen",
            "You find plus infinity alone. Minus infinity and NaN are overflows as well, and"
            " `np.nan in gradient` never finds one, since NaN equals nothing: np.isfinite is False"
            " for all three.",
            overflowed=lambda g: (g == np.inf).any(),
        ),
        _scales(
            "NaN unseen",
            "You miss NaN. Computing on with an infinity gives NaN, so it is an overflow too;"
            " comparisons with it are False, but np.isfinite is False for both.",
            overflowed=lambda g: np.isinf(g).any(),
        ),
        _scales(
            "minus infinity unseen",
            "You miss minus infinity, which is an overflow as well.",
            overflowed=lambda g: np.isnan(g).any() or (g == np.inf).any(),
        ),
        _scales(
            "the largest number refused",
            "65504 is the largest number of float16, and finite. Only what is beyond has"
            " overflowed, and that has become infinite.",
            overflowed=lambda g: not (np.abs(g) < 65504).all(),
        ),
        _scales(
            "zeros for overflow",
            "You take zeros for an overflow. They are small, not large: a good step.",
            overflowed=lambda g: not (np.isfinite(g).all() and g.any()),
        ),
        _scales(
            "compared with 65504",
            "You take for an overflow what float16 cannot hold. What is finite has not overflowed:"
            " look for infinities and NaN.",
            overflowed=lambda g: not (np.abs(g) <= 65504).all(),
        ),
        _scales(
            "the norm for the entries",
            "You take large entries for an overflow: do you ask their norm, or a smaller type? Ask"
            " each entry whether it is finite.",
            overflowed=lambda g: not np.isfinite(g @ g),
        ),
        Slip(
            "scaled again",
            lambda scale, good_steps, gradient, *, growth_interval: _scaler(
                overflowed=lambda g: not np.isfinite(g * scale).all()
            )(scale, good_steps, gradient, growth_interval=growth_interval),
            "You multiply the gradient by the scale before you look. It is scaled already: look at"
            " it as it came.",
        ),
        _scales(
            "the sum for the entries",
            "You ask whether a sum or a mean is finite. It may overflow where no entry has: look at"
            " the entries.",
            overflowed=lambda g: not np.isfinite(g.sum()),
        ),
        _scales(
            "twice after an overflow",
            "After an overflow you double the scale: the next step overflows too. Halve it.",
            shrink=lambda scale, good: (scale * 2, 0),
        ),
        _scales(
            "kept after an overflow",
            "After an overflow you keep the scale: the next step would overflow too. Halve it.",
            shrink=lambda scale, good: (scale, 0),
        ),
        _scales(
            "back to 1",
            "After an overflow you go back to 1. Halving loses one bit of room; 1 loses them all.",
            shrink=lambda scale, good: (1.0, 0),
        ),
        _scales(
            "cut to a whole number",
            "`//` cuts: half of 1 becomes 0, and with 0 nothing is ever learnt. Use `/`.",
            shrink=lambda scale, good: (scale // 2, 0),
        ),
        _scales(
            "a quarter",
            "After an overflow your scale falls to a quarter. Half is asked for.",
            shrink=lambda scale, good: (scale / 4, 0),
        ),
        _scales(
            "never below 1",
            "You keep the scale at 1 or above. Where gradients overflow at 1, it has to go lower.",
            shrink=lambda scale, good: (max(scale / 2, 1), 0),
        ),
        _scales(
            "the count kept after an overflow",
            "The count goes on after an overflow. Good steps *in a row* are counted: start again"
            " at 0.",
            shrink=lambda scale, good: (scale / 2, good),
        ),
        _scales(
            "an overflow counted",
            "You count the step that overflowed as a good one. The count starts again at 0.",
            shrink=lambda scale, good: (scale / 2, good + 1),
        ),
        _scales(
            "1 after an overflow",
            "After an overflow you start the count at 1. That step was not good: 0.",
            shrink=lambda scale, good: (scale / 2, 1),
        ),
        _scales(
            "one step late",
            "You grow one step late: this step is good too, so good_steps + 1 is compared.",
            due=lambda good, k: good >= k,
        ),
        Slip(
            "each entry a step",
            _each_entry_a_step,
            "You count each entry as a step. One call is one step, however long the gradient is.",
        ),
        _scales(
            "one step early",
            "You grow one step early: good_steps + 1 is compared with growth_interval, no more.",
            due=lambda good, k: good + 2 >= k,
        ),
        _scales(
            "only at the exact count",
            "You grow only where the count *equals* growth_interval. It may be above, and then the"
            " scale would never grow again: use >=.",
            due=lambda good, k: good + 1 == k,
        ),
        _scales(
            "counted on for ever",
            "You grow at multiples of growth_interval, and the count goes on. It starts again at 0"
            " when the scale changes.",
            due=lambda good, k: (good + 1) % k == 0,
            grow=lambda scale, good: (scale * 2, good + 1),
        ),
        _scales(
            "by the remainder",
            "You grow at multiples of growth_interval. A count above it grows at once: use >=.",
            due=lambda good, k: (good + 1) % k == 0,
        ),
        _scales(
            "the count kept after growth",
            "After growing, your count goes on: the scale would double at each further step. Start"
            " again at 0.",
            grow=lambda scale, good: (scale * 2, good + 1),
        ),
        _scales(
            "1 after growth",
            "After growing you start the count at 1. The new scale has no good step yet: 0.",
            grow=lambda scale, good: (scale * 2, 1),
        ),
        _scales(
            "two more",
            "You add 2 where the scale doubles.",
            grow=lambda scale, good: (scale + 2, 0),
        ),
        _scales(
            "at most 65504",
            "You let the scale grow to 65504 at most. The task sets no limit: where the gradient"
            " is small, a larger scale is right.",
            grow=lambda scale, good: (min(scale * 2, 65504.0), 0),
        ),
        _scales(
            "at most 65536",
            "You let the scale grow to 65536 at most. The task sets no limit: where the gradient"
            " is small, a larger scale is right.",
            grow=lambda scale, good: (min(scale * 2, 2.0**16), 0),
        ),
        _scales(
            "squared",
            "You square the scale. It doubles.",
            grow=lambda scale, good: (scale**2, 0),
        ),
        _scales(
            "reset without growth",
            "At growth_interval you start the count again, but the scale has not doubled.",
            grow=lambda scale, good: (scale, 0),
        ),
        _scales(
            "the count stands still",
            "A good step does not count in your function. Return good_steps + 1.",
            keep=lambda scale, good: (scale, good),
        ),
        _scales(
            "the results exchanged",
            "You return the count first. The task asks for the scale, then the count.",
            shrink=lambda scale, good: (0, scale / 2),
            grow=lambda scale, good: (0, scale * 2),
            keep=lambda scale, good: (good + 1, scale),
        ),
        Slip(
            "growth asked first",
            _growth_first,
            "You ask for growth before overflow. A step that overflowed is not good, however many"
            " there were before it: ask for overflow first.",
        ),
        _scales(
            "scale unchecked",
            "Right where the input is. A scale of 0 or below is refused: raise a ValueError.",
            refuse=_only_check(scale=False),
        ),
        _scales(
            "interval unchecked",
            "Right where the input is. A growth_interval below 1 is refused: raise a ValueError.",
            refuse=_only_check(interval=False),
        ),
        _scales(
            "a scale of 0 let through",
            "A scale of 0 is refused as well: it makes every gradient 0, for ever.",
            refuse=_refuse_zero_not,
        ),
        _scales(
            "an interval of 0 let through",
            "A growth_interval of 0 is refused as well: it must be 1 or more.",
            refuse=_refuse_negative_interval,
        ),
        _scales(
            "an interval of 1 refused",
            "growth_interval = 1 is allowed: the scale doubles at each good step.",
            refuse=_refuse_one,
        ),
    ),
)

FUNCTIONS = (ARITHMETIC_INTENSITY, COMPUTE_BOUND_BATCH, LOSS_SCALE)
