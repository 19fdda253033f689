"""The exercises to 5.4: the reference against arrays and fractions, and other hands' answers."""

from fractions import Fraction
from math import ceil, inf
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec

HOUSE = Path(__file__).parents[2]
SLUG = "05_4_hardware"
NAMES = ["arithmetic_intensity", "compute_bound_batch", "loss_scale"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}
INTENSITY, BATCH, SCALE = (REFERENCE[name] for name in NAMES)


def counted(n, m, batch, dtype):
    """The same ratio from real arrays: their bytes, and one by one the operations of a layer."""
    arrays = [np.zeros(shape, dtype) for shape in ((batch, n), (n, m), (m,), (batch, m))]
    flop = 0
    for _ in range(batch * m):
        flop += n + (n - 1)  # products, sums
        flop += 1  # the bias
    return Fraction(flop, sum(array.nbytes for array in arrays))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize(("n", "m", "batch"), [(1, 1, 1), (3, 2, 4), (2, 5, 1), (7, 3, 20)])
def test_the_intensity_is_that_of_the_arrays_themselves(n, m, batch, dtype):
    size = np.dtype(dtype).itemsize
    result = INTENSITY(n, m, batch, bytes_per_number=size)
    assert result == pytest.approx(float(counted(n, m, batch, dtype)))


def test_an_array_of_batches_gives_what_each_of_them_gives():
    batches = np.array([1, 5, 300])
    each = [INTENSITY(6, 4, int(b), bytes_per_number=2) for b in batches]
    np.testing.assert_allclose(INTENSITY(6, 4, batches, bytes_per_number=2), each)


def test_the_intensity_rises_with_the_batch_to_the_limit_of_the_lecture():
    sizes = INTENSITY(50, 50, 2.0 ** np.arange(40), bytes_per_number=8)
    assert (np.diff(sizes[:20]) > 0).all()
    assert sizes[-1] == pytest.approx(50 / 8, rel=1e-6)


@pytest.mark.parametrize("ridge", [0.7, 3, 11, 19, 40])
@pytest.mark.parametrize(("n", "m"), [(90, 40), (40, 90), (300, 1)])
def test_the_batch_is_the_first_that_a_search_finds(n, m, ridge):
    """Searched for among all up to 20 000, in whole numbers."""
    reached = (
        b for b in range(1, 20_001) if 2 * b * n * m >= 2 * ridge * (b * n + n * m + m + b * m)
    )
    found = BATCH(n, m, peak=ridge * 1e9, bandwidth=1e9, bytes_per_number=2)
    assert found == next(reached, inf)


def test_a_scale_follows_a_run_of_steps_that_was_written_down():
    state, seen = (8.0, 0), []
    for good in (True, True, False, True, True, True, False, False, True):
        state = SCALE(*state, np.array([1.0, 1.0 if good else np.nan]), growth_interval=3)
        seen.append(state)
    assert seen == [
        *((8, 1), (8, 2), (4, 0), (4, 1), (4, 2), (8, 0), (4, 0), (2, 0)),
        (2, 1),
    ]


def test_a_scale_finds_the_largest_power_of_two_that_float16_bears():
    gradient, scale, good_steps = np.array([0.3, -7.0]), 2.0**30, 0
    tried = []
    for _ in range(60):
        with np.errstate(over="ignore"):
            half = (scale * gradient).astype(np.float16)
        scale, good_steps = SCALE(scale, good_steps, half, growth_interval=4)
        tried.append(scale)
    assert set(tried[20:]) == {2.0**13, 2.0**14}  # 7 * 2^13 = 57344 fits; 7 * 2^14 does not


def test_the_examples_of_the_text_are_true():
    assert INTENSITY(3, 2, 4, bytes_per_number=8) == pytest.approx(48 / 224)
    several = INTENSITY(3, 2, np.array([1, 4]), bytes_per_number=8)
    np.testing.assert_allclose(several, [0.1154, 0.2143], atol=5e-5)
    ridge = {"peak": 1e12, "bandwidth": 1e11}
    assert BATCH(100, 50, **ridge, bytes_per_number=2) == 15
    assert BATCH(100, 50, **ridge, bytes_per_number=8) == inf
    at = INTENSITY(100, 50, np.array([14, 15]), bytes_per_number=2)
    np.testing.assert_allclose(at, [9.79, 10.27], atol=5e-3)
    assert INTENSITY(100, 50, 10**9, bytes_per_number=8) == pytest.approx(8.33, abs=5e-3)
    g = np.array([0.5, -2.0])
    assert SCALE(1024.0, 0, g, growth_interval=3) == (1024.0, 1)
    assert SCALE(1024.0, 2, g, growth_interval=3) == (2048.0, 0)
    for good_steps in (0, 2):
        assert SCALE(1024.0, good_steps, np.array([0.5, inf]), growth_interval=3) == (512.0, 0)


def test_bad_input_is_refused():
    for sizes in ((0, 1, 1, 8), (1, 0, 1, 8), (1, 1, 0, 8), (1, 1, np.array([2, 0]), 8)):
        with pytest.raises(ValueError, match="1 or more"):
            INTENSITY(*sizes[:3], bytes_per_number=sizes[3])
    for peak, bandwidth in ((0, 1), (1, 0), (-1, 1), (1, -1)):
        with pytest.raises(ValueError, match="above 0"):
            BATCH(2, 2, peak=peak, bandwidth=bandwidth, bytes_per_number=8)
    for scale, interval, says in ((0.0, 3, "above 0"), (-1.0, 3, "above 0"), (1.0, 0, "1 or more")):
        with pytest.raises(ValueError, match=says):
            SCALE(scale, 0, np.ones(2), growth_interval=interval)


# Right answers that look otherwise


def arithmetic_intensity_by_parts(n, m, batch, *, bytes_per_number):
    if any(value < 1 for value in (n, m, bytes_per_number)) or (np.asarray(batch) < 1).any():
        raise ValueError("below 1")
    per_output = n + (n - 1) + 1
    arrays = ((batch, n), (n, m), (1, m), (batch, m))
    return (
        m * batch * per_output / sum(rows * columns * bytes_per_number for rows, columns in arrays)
    )


def compute_bound_batch_by_search(n, m, *, peak, bandwidth, bytes_per_number):
    if not (peak > 0 and bandwidth > 0):
        raise ValueError("not above 0")
    ridge = peak / bandwidth
    if 2 * n * m / (bytes_per_number * (n + m)) <= ridge:
        return float("inf")
    batches = np.arange(1, 200_000)
    reached = 2 * batches * n * m / bytes_per_number >= ridge * (batches * (n + m) + (n * m + m))
    return batches[reached.argmax()]


def compute_bound_batch_by_fractions(n, m, *, peak, bandwidth, bytes_per_number):
    if peak <= 0 or bandwidth <= 0:
        raise ValueError("not above 0")
    ridge = Fraction(peak) / Fraction(bandwidth)
    spare = Fraction(2 * n * m, bytes_per_number) - ridge * (n + m)
    return float("inf") if spare <= 0 else float(ceil(ridge * m * (n + 1) / spare))


def compute_bound_batch_by_a_quotient(n, m, *, peak, bandwidth, bytes_per_number):
    if peak <= 0 or bandwidth <= 0:
        raise ValueError("not above 0")
    per_number = 2 * n * m * bandwidth / peak / bytes_per_number
    return np.inf if per_number <= n + m else np.ceil(m * (n + 1) / (per_number - n - m))


def loss_scale_by_factors(scale, good_steps, gradient, *, growth_interval):
    if scale <= 0 or growth_interval < 1:
        raise ValueError("bad input")
    largest = np.max(np.abs(gradient))
    good_steps = good_steps + 1 if largest < np.inf else 0
    if good_steps == 0:
        return [scale * 0.5, 0]
    full = good_steps >= growth_interval
    return [scale * 2.0 if full else scale, 0 if full else good_steps]


@pytest.mark.parametrize(
    "function",
    [
        arithmetic_intensity_by_parts,
        compute_bound_batch_by_search,
        compute_bound_batch_by_fractions,
        compute_bound_batch_by_a_quotient,
        loss_scale_by_factors,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary


# Wrong answers that are right nearly everywhere, and are no slip of their own


def compute_bound_batch_up_to_30_000(n, m, *, peak, bandwidth, bytes_per_number):
    batch = BATCH(n, m, peak=peak, bandwidth=bandwidth, bytes_per_number=bytes_per_number)
    return batch if batch <= 30_000 else inf


def loss_scale_up_to_2_to_the_24(scale, good_steps, gradient, *, growth_interval):
    scale, good_steps = SCALE(scale, good_steps, gradient, growth_interval=growth_interval)
    return min(scale, 2.0**24), good_steps


@pytest.mark.parametrize(
    "function", [compute_bound_batch_up_to_30_000, loss_scale_up_to_2_to_the_24]
)
@pytest.mark.parametrize("seed", [None, 11, 12])
def test_a_limit_that_the_task_does_not_set_is_found(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_up"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    assert verdict_on(function, cases).points == 0
