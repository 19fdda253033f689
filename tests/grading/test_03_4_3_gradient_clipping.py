"""The exercises to 3.4.3: the reference against the library, and right answers of other hands."""

import math
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import split_keywords
from course_lib.transformations import ClipByGlobalNorm, ClipByValue
from course_lib.widgets.clipping_run import angle

HOUSE = Path(__file__).parents[2]
SLUG = "03_4_3_gradient_clipping"
NAMES = ["clip_by_norm", "clip_by_value", "choose_threshold"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(case.arguments), case.expected[0].data


def test_a_layer_is_clipped_as_the_library_clips_one_vector():
    for (dW, db), settings, expected in value_cases("clip_by_norm"):
        g = np.concatenate([dW.ravel(), db]).astype(float)
        wanted, _ = ClipByGlobalNorm(**settings).update(g, None, g)
        got = np.concatenate([part.ravel() for part in expected])
        np.testing.assert_allclose(got, wanted, rtol=1e-14)


def test_a_clipped_layer_has_the_smaller_of_its_norm_and_the_threshold_and_its_direction():
    for (dW, db), settings, (clipped_dW, clipped_db) in value_cases("clip_by_norm"):
        before = math.hypot(*dW.ravel(), *db)
        after = math.hypot(*clipped_dW.ravel(), *clipped_db)
        assert after == pytest.approx(min(before, settings["max_norm"]))
        np.testing.assert_allclose(clipped_dW * before, dW * after, atol=1e-9)
        np.testing.assert_allclose(clipped_db * before, db * after, atol=1e-9)


def test_every_case_of_clipping_by_norm_asks_for_length_and_direction_too():
    for case in CASES.find("clip_by_norm").cases:
        kinds = [expected.kind for expected in case.expected]
        assert kinds in (["value", "norm_at_most", "same_direction"], ["raises"])


def test_entries_are_clipped_as_the_library_does_and_the_cosine_is_that_of_the_lab():
    for (g,), settings, (clipped, cosine) in value_cases("clip_by_value"):
        g = g.astype(float)
        wanted, _ = ClipByValue(**settings).update(g, None, g)
        np.testing.assert_array_equal(clipped, wanted)
        assert cosine == pytest.approx(math.cos(math.radians(angle(g, wanted))), abs=1e-12)


def test_the_threshold_parts_the_sorted_norms():
    """Counted by hand: the quantile lies between the neighbours of its place in the order."""
    for (norms,), settings, (threshold, share) in value_cases("choose_threshold"):
        rising, place = sorted(norms), (1 - settings["share"]) * (len(norms) - 1)
        low, high = rising[math.floor(place)], rising[math.ceil(place)]
        assert threshold == pytest.approx(low + (place - math.floor(place)) * (high - low))
        assert share == sum(1 for norm in norms if norm > threshold) / len(norms)


def test_one_spike_hardly_moves_the_threshold():
    norms = np.arange(1.0, 101.0)
    spiked = np.append(norms[:-1], 1e6)
    before, after = (REFERENCE["choose_threshold"](x, share=0.1)[0] for x in (norms, spiked))
    assert before == after


def test_a_norm_that_equals_the_threshold_is_not_counted_as_clipped():
    norms = np.array([1.0, 3.0, 3.0, 2.0, 3.0])
    assert REFERENCE["choose_threshold"](norms, share=0.3) == (3.0, 0.0)


def test_the_examples_of_the_text_are_true():
    f = REFERENCE
    dW, db = f["clip_by_norm"](np.array([[2.0, 4.0]]), np.array([4.0, 0.0]), max_norm=3.0)
    np.testing.assert_allclose(dW, [[1.0, 2.0]])
    np.testing.assert_allclose(db, [2.0, 0.0])
    clipped, cosine = f["clip_by_value"](np.array([3.0, -4.0]), max_value=3.0)
    np.testing.assert_allclose(clipped, [3.0, -3.0])
    assert cosine == pytest.approx(0.98995, abs=5e-6)
    assert math.degrees(math.acos(cosine)) == pytest.approx(8.1, abs=0.05)
    assert f["choose_threshold"](np.array([1.0, 8.0, 2.0, 4.0]), share=0.2) == pytest.approx(
        (5.6, 0.25)
    )


@pytest.mark.parametrize("bad", [0, -1.0])
def test_a_threshold_that_is_not_above_0_is_refused(bad):
    with pytest.raises(ValueError, match="max_norm must be above 0"):
        REFERENCE["clip_by_norm"](np.ones((1, 1)), np.ones(1), max_norm=bad)
    with pytest.raises(ValueError, match="max_value must be above 0"):
        REFERENCE["clip_by_value"](np.ones(2), max_value=bad)


def test_a_share_beyond_0_and_1_and_broken_norms_are_refused():
    for share in (0, 1, -0.1, 10):
        with pytest.raises(ValueError, match="between 0 and 1"):
            REFERENCE["choose_threshold"](np.ones(3), share=share)
    for broken in (np.nan, np.inf):
        with pytest.raises(ValueError, match="not finite"):
            REFERENCE["choose_threshold"](np.array([1.0, broken]), share=0.1)


# Right answers that look otherwise


def clip_by_norm_by_one_vector(dW, db, *, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm")
    norm = np.linalg.norm(np.concatenate([dW.flatten(), db]))
    if norm <= max_norm:
        return dW, db
    return dW * (max_norm / norm), db * (max_norm / norm)


def clip_by_norm_by_a_minimum(dW, db, *, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm")
    norm = (sum(x**2 for x in dW.ravel()) + sum(x**2 for x in db)) ** 0.5
    factor = 1 if norm == 0 else min(1, max_norm / norm)
    return [factor * dW, factor * db]


def clip_by_value_by_two_bounds(g, *, max_value):
    if max_value <= 0:
        raise ValueError("max_value")
    d = np.maximum(-max_value, np.minimum(max_value, g))
    if not np.any(g):
        return d, 1
    u, v = g / np.sqrt(np.sum(g**2)), d / np.sqrt(np.sum(d**2))
    return d, np.sum(u * v)


def choose_threshold_by_percentile(norms, *, share):
    if not np.isfinite(norms).all() or not 0 < share < 1:
        raise ValueError("norms or share")
    c = np.percentile(norms, 100 * (1 - share))
    return c, sum(norms > c) / len(norms)


def choose_threshold_by_sorting(norms, *, share):
    if np.isnan(norms).any() or np.isinf(norms).any() or share <= 0 or share >= 1:
        raise ValueError("norms or share")
    c = np.interp(1 - share, np.linspace(0, 1, len(norms)), np.sort(norms))
    return c, np.count_nonzero(norms > c) / norms.size


@pytest.mark.parametrize(
    "function",
    [
        clip_by_norm_by_one_vector,
        clip_by_norm_by_a_minimum,
        clip_by_value_by_two_bounds,
        choose_threshold_by_percentile,
        choose_threshold_by_sorting,
    ],
)
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_a_right_answer_of_another_hand_is_right(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(f"{name}_by"))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    result = verdict_on(function, cases)
    assert result.points == result.max_points, result.diagnosis.summary


# Wrong answers that are right nearly everywhere, and are no slip of their own


def clip_by_norm_into_copies(dW, db, *, max_norm):
    if max_norm <= 0:
        raise ValueError("max_norm")
    norm = np.hypot(np.linalg.norm(dW), np.linalg.norm(db))
    dW, db = dW.copy(), db.copy()
    if norm > max_norm:
        dW[:], db[:] = dW * max_norm / norm, db * max_norm / norm  # whole numbers stay whole
    return dW, db


def clip_by_value_first_entry_for_all(g, *, max_value):
    d, cosine = REFERENCE["clip_by_value"](g, max_value=max_value)
    return d, cosine if g[0] else 1.0


@pytest.mark.parametrize("function", [clip_by_norm_into_copies, clip_by_value_first_entry_for_all])
@pytest.mark.parametrize("seed", [None, 11, 12, 13])
def test_an_answer_that_is_wrong_for_some_zeros_or_whole_numbers_is_found(function, seed):
    name = next(name for name in NAMES if function.__name__.startswith(name))
    cases = CASES.find(name)
    if seed is not None:
        cases = fresh_cases(SPEC[name], REFERENCE[name], seed)
    assert verdict_on(function, cases).points == 0
