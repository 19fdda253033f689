"""The exercises to 3.4.2: the reference against the library, and right answers of other hands."""

import math
from pathlib import Path

import numpy as np
import pytest
from grading.made_up import fresh_cases, verdict_on

from course_lib import schedules
from course_lib.gradient_noise import shares_kept
from course_lib.grading.case_files import read_cases
from course_lib.grading.generate import read_reference
from course_lib.grading.spec import read_spec
from course_lib.grading.values import build, split_keywords

HOUSE = Path(__file__).parents[2]
SLUG = "03_4_2_schedules"
NAMES = ["exponential_decay", "cosine", "warmup", "total_travel"]
REFERENCE = read_reference(HOUSE / "solutions" / f"{SLUG}.ipynb", NAMES)
CASES = read_cases(HOUSE / "exercises" / f"{SLUG}_cases.json")
SPEC = {function.name: function for function in read_spec(HOUSE / "solutions" / f"{SLUG}_spec.py")}


def value_cases(name):
    for case in CASES.find(name).cases:
        if case.expected[0].kind == "value":
            yield *split_keywords(case.arguments), case.expected[0].data


def test_exponential_decay_is_that_of_the_library_smooth_or_in_stairs():
    for (t,), settings, expected in value_cases("exponential_decay"):
        eta, gamma, every = (settings[name] for name in ("learning_rate", "factor", "every"))
        if settings["staircase"]:
            house = schedules.step_decay(eta, factor=gamma, every=every)
        else:
            house = schedules.exponential_decay(eta, rate=-math.log(gamma) / every)
        np.testing.assert_allclose(expected, house(t), rtol=1e-12)


def test_a_cosine_is_that_of_the_library():
    for (t,), settings, expected in value_cases("cosine"):
        eta = settings["learning_rate"]
        house = schedules.cosine(eta, steps=settings["steps"], final=settings["final"])
        np.testing.assert_allclose(expected, house(t), rtol=1e-12)


def test_a_cosine_begins_at_the_full_rate_and_ends_at_the_final_one_for_good():
    rates = REFERENCE["cosine"](np.arange(30), learning_rate=0.7, steps=20, final=0.1)
    assert rates[0] == pytest.approx(0.7)
    assert rates[10] == pytest.approx(0.4)
    np.testing.assert_allclose(rates[20:], 0.1)


def test_a_decay_begins_at_the_full_rate_and_has_the_factor_of_it_left_after_every_steps():
    for staircase in (True, False):
        rates = REFERENCE["exponential_decay"](
            np.array([0, 6, 12]), learning_rate=0.7, factor=0.3, every=6, staircase=staircase
        )
        np.testing.assert_allclose(rates, [0.7, 0.21, 0.063])


def test_a_warm_up_is_that_of_the_library():
    for (schedule, t), settings, expected in value_cases("warmup"):
        house = schedules.warmup(build(schedule), **settings)
        np.testing.assert_allclose(expected, house(t), rtol=1e-12)


def test_what_is_left_is_where_the_library_s_descent_would_be():
    for (schedule,), settings, (travel, left) in value_cases("total_travel"):
        rates = [float(build(schedule)(t)) for t in range(settings["steps"])]
        assert travel == pytest.approx(math.fsum(rates))
        kept = shares_kept(np.array(rates), curvature=settings["curvature"])[-1]
        assert left == pytest.approx(kept, abs=1e-12)


def test_an_exponential_decay_freezes_between_its_two_bounds():
    travel, left = REFERENCE["total_travel"](lambda t: 0.9**t, steps=2000, curvature=0.05)
    assert travel == pytest.approx(10)
    assert 0.5 < left < math.exp(-0.5)
    assert left == pytest.approx(0.602458, abs=1e-6)


def test_the_examples_of_the_text_are_true():
    f, t = REFERENCE, np.array([0, 5, 10])
    settings = {"learning_rate": 0.8, "factor": 0.5, "every": 10}
    smooth = f["exponential_decay"](t, **settings, staircase=False)
    np.testing.assert_allclose(smooth, [0.8, 0.5657, 0.4], atol=5e-5)
    np.testing.assert_allclose(
        f["exponential_decay"](t, **settings, staircase=True), [0.8, 0.8, 0.4]
    )
    rates = f["cosine"](np.array([0, 2, 4, 6]), learning_rate=1.0, steps=4, final=0.2)
    np.testing.assert_allclose(rates, [1.0, 0.6, 0.2, 0.2])
    rates = f["warmup"](lambda t: 1 / (1 + t), np.arange(6), steps=4)
    np.testing.assert_allclose(rates, [0.25, 0.5, 0.75, 1.0, 1.0, 0.5])
    halves = f["total_travel"](lambda t: 0.5**t, steps=3, curvature=1.0)
    assert halves == pytest.approx((1.75, 0.0))
    assert f["total_travel"](lambda t: 0.5**t, steps=3, curvature=0.4) == pytest.approx(
        (1.75, 0.432)
    )


@pytest.mark.parametrize(
    ("name", "arguments", "settings"),
    [
        ("exponential_decay", (), {"factor": 0, "every": 1}),
        ("exponential_decay", (), {"factor": 1, "every": 1}),
        ("exponential_decay", (), {"factor": 0.5, "every": 0}),
        ("cosine", (), {"steps": 0, "final": 0.0}),
        ("cosine", (), {"steps": 1, "final": -0.1}),
        ("warmup", (), {"steps": 0}),
        ("total_travel", (), {"steps": 3, "curvature": 0}),
        ("total_travel", (), {"steps": 0, "curvature": 0}),
    ],
)
def test_bad_input_is_refused(name, arguments, settings):
    more = {"exponential_decay": {"learning_rate": 1.0, "staircase": True}}
    more["cosine"] = {"learning_rate": 1.0}
    first = (schedules.constant(1.0),) if name in ("warmup", "total_travel") else ()
    steps = () if name == "total_travel" else (np.arange(2),)
    with pytest.raises(ValueError, match="must"):
        REFERENCE[name](*first, *steps, *arguments, **settings, **more.get(name, {}))


# Right answers that look otherwise


def exponential_decay_by_logarithm(t, *, learning_rate, factor, every, staircase):
    if factor <= 0 or factor >= 1 or every < 1:
        raise ValueError("factor or every")
    times = np.floor(t / every) if staircase else t / every
    return learning_rate * np.exp(np.log(factor) * times)


def cosine_by_a_loop(t, *, learning_rate, steps, final):
    if steps < 1 or final < 0:
        raise ValueError("steps or final")
    rates = []
    for moment in t:
        if moment >= steps:
            rates.append(final)
        else:
            wave = 0.5 * (learning_rate - final) * (1 + math.cos(math.pi * moment / steps))
            rates.append(final + wave)
    return np.array(rates)


def warmup_by_where(schedule, t, *, steps):
    if steps < 1:
        raise ValueError("steps")
    ramp = schedule(0) * (t + 1) / steps
    return np.where(t < steps, ramp, schedule(np.maximum(0, t - steps)))


def warmup_by_a_loop(schedule, t, *, steps):
    if steps < 1:
        raise ValueError("steps")
    now = [schedule(0) * (i + 1) / steps if i < steps else schedule(int(i - steps)) for i in t]
    return np.array(now, dtype=float)


def total_travel_by_a_loop(schedule, *, steps, curvature):
    if curvature <= 0:
        raise ValueError("curvature")
    travel, w = 0.0, 1.0
    for t in range(steps):
        travel += float(schedule(t))
        w -= float(schedule(t)) * curvature * w
    return travel, w


@pytest.mark.parametrize(
    "function",
    [
        exponential_decay_by_logarithm,
        cosine_by_a_loop,
        warmup_by_where,
        warmup_by_a_loop,
        total_travel_by_a_loop,
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
