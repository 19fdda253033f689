"""The delay lab answers every setting, and judges a run as its last steps do."""

import inspect
import itertools

import numpy as np
import pytest
from widgets.choices import ends_and_middle

from course_lib.widgets import delay_lab, delay_lab_figure
from course_lib.widgets.delay import LIMITS, DelayExperiment

DEFAULTS = {name: control.default for name, control in DelayExperiment.controls.items()}


@pytest.fixture(scope="module")
def lab():
    """One lab for all tests: an answer must not depend on what was set before."""
    with delay_lab() as lab:
        yield lab


def run(**arguments):
    (result,) = DelayExperiment().compute({**DEFAULTS, **arguments})
    return result


def verdict(**arguments):
    return DelayExperiment().describe(run(**arguments))


@pytest.mark.parametrize("name", DEFAULTS)
def test_both_ends_and_the_middle_are_answered_and_change_the_picture(lab, name):
    lab.set_up.value = "delay_lab(product=0.3, delay=1)"
    for value in ends_and_middle(DelayExperiment.controls[name]):
        before, moved = lab.picture.png, lab.controls[name].value != value
        lab.controls[name].value = value
        assert lab.error is None
        assert (lab.picture.png != before) == moved


def test_the_path_is_the_recurrence():
    """w waits until the first gradient arrives; then w ← w - ηλ w of τ steps before."""
    w = [1.0] * 4
    for t in range(3, 60):
        w.append(w[t] - 0.4 * w[t - 3])
    np.testing.assert_allclose(run(product=0.4, delay=3).path, w, atol=1e-14)


def test_the_head_of_the_verdict_is_what_a_long_run_does():
    for delay, share in itertools.product((0, 1, 2, 5, 10), (0.2, 0.9, 1.1)):
        product = float(f"{share * LIMITS[delay]:.4g}")
        w = np.ones(20_000)
        for t in range(delay, len(w) - 1):
            w[t + 1] = w[t] - product * w[t - delay]
            if abs(w[t + 1]) > 1e6:
                break
        grew = np.abs(w).max() > 1e3
        head = verdict(product=product, delay=delay).split(":")[0]
        assert head == ("Diverges" if grew else "Converges")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"product": 2.0, "delay": 0}, "Neither converges nor diverges"),
        (
            {"product": 1.0, "delay": 1},
            "leaves the distance as it is. It swings to and fro once in 6",
        ),
        ({"product": 1.0, "delay": 0}, "One step is enough."),
        ({"product": 1.5, "delay": 0}, "multiplies the distance by 0.500. It changes sides"),
        ({"product": 0.25, "delay": 1}, "comes from one side"),
        ({"product": 0.26, "delay": 1}, "swings"),
        ({"product": 0.5, "delay": 0}, "fresh gradients"),
        ({"product": 0.5, "delay": 1}, "1 step old"),
        ({"product": 0.5, "delay": 2}, "below the limit 0.618 for gradients 2 steps old"),
    ],
)
def test_it_says_what_calculus_says(arguments, says):
    assert says in verdict(**arguments)


def test_no_corner_of_the_controls_meets_an_error():
    for product, delay, steps in itertools.product((0.01, 1.0, 2.2), (0, 5, 10), (20, 200)):
        text = verdict(product=product, delay=delay, steps=steps)
        assert "nan" not in text
        assert "inf" not in text


def test_the_arguments_of_the_function_are_the_controls_with_their_defaults():
    parameters = inspect.signature(delay_lab).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS


@pytest.mark.parametrize("arguments", [{"product": 3.0}, {"delay": 11}, {"steps": 1}])
def test_an_argument_off_its_control_is_refused_with_what_is_offered(arguments):
    with pytest.raises(ValueError, match="choose"):
        delay_lab(**arguments)


def test_the_still_figure_shows_the_limit_of_its_delay():
    limits = delay_lab_figure(delay=5).axes[0]
    assert any(np.allclose(line.get_ydata(), LIMITS[5]) for line in limits.lines)
