"""The saturation lab answers every setting, and its numbers are those of calculus."""

import inspect
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.symbolic import binary_cross_entropy, half_mse, mse, sigmoid
from course_lib.widgets import saturation_lab, saturation_lab_figure
from course_lib.widgets.saturation import CROSS_ENTROPY, LOGITS, STEPS, Saturation

DEFAULTS = {name: control.default for name, control in Saturation.controls.items()}
SYMBOLIC = {CROSS_ENTROPY: binary_cross_entropy, "half_mse": half_mse, "mse": mse}


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with saturation_lab() as lab:
        yield lab


def contrast(**arguments):
    (result,) = Saturation().compute({**DEFAULTS, **arguments})
    return result


def verdict(**arguments):
    return Saturation().describe(contrast(**arguments))


def choices(name):
    control = Saturation.controls[name]
    return list(getattr(control, "values", getattr(control, "options", [True, False])))


class TestEveryControl:
    @pytest.mark.parametrize("name", DEFAULTS)
    def test_both_ends_and_the_middle_are_answered_and_change_the_picture(self, lab, name):
        lab.set_up.value = "saturation_lab(z=-4)"
        values = choices(name)
        for value in (values[0], values[len(values) // 2], values[-1]):
            before, moved = lab.picture.png, lab.controls[name].value != value
            lab.controls[name].value = value
            assert lab.error is None
            assert not lab.busy
            assert lab.settings[name] == value
            assert (lab.picture.png != before) == moved

    @settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.sampled_from(list(DEFAULTS)).flatmap(
                lambda name: st.tuples(st.just(name), st.sampled_from(choices(name)))
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_a_walk_over_all_controls_never_meets_an_error(self, lab, walk):
        for name, value in walk:
            lab.controls[name].value = value
            assert lab.error is None
            assert lab.set_up.value == repr(lab)

    def test_no_corner_of_the_controls_meets_an_error(self):
        corners = itertools.product((-12.0, 0.0, 12.0), (0.0, 0.5, 1.0), ("mse", "half_mse"))
        for (z, y, squared), eta in itertools.product(corners, (0.1, 100.0)):
            text = verdict(z=z, y=y, squared=squared, eta=eta)
            assert "nan" not in text
            assert "inf" not in text


class TestWhatItMeasures:
    @pytest.mark.parametrize("loss", SYMBOLIC)
    @pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
    def test_loss_slope_and_curvature_are_those_of_calculus(self, loss, y):
        """One output: the symbolic loss, its differences, and the second derivative by hand."""
        squared = loss if loss != CROSS_ENTROPY else "half_mse"
        pull = contrast(y=y, squared=squared).pulls[loss]
        near = np.abs(LOGITS) <= 6  # further out log(1 - p) loses digits; the library's form not
        formula = SYMBOLIC[loss].formula(sigmoid).as_function(m=1)
        target, h = np.array([y]), 1e-5
        losses = [formula(np.array([z]), target) for z in LOGITS[near]]
        p = 1 / (1 + np.exp(-LOGITS))
        bends = {
            CROSS_ENTROPY: p * (1 - p),
            "half_mse": p * (1 - p) * (p * (1 - p) + (p - y) * (1 - 2 * p)),
        }
        bends["mse"] = 2 * bends["half_mse"]
        np.testing.assert_allclose(pull.losses[near], np.ravel(losses), atol=1e-9)
        np.testing.assert_allclose(pull.bends, bends[loss], atol=1e-8)
        for z in (-3.0, 0.5, 4.0):
            up, down = (float(np.squeeze(formula(np.array([z + s]), target))) for s in (h, -h))
            got = pull.slopes[np.argmin(np.abs(LOGITS - z))]
            assert got == pytest.approx((up - down) / (2 * h), abs=1e-7)

    def test_the_saturated_neuron_of_the_lecture(self):
        """At z = −10 with y = 1: p − 1 = −0.99995, and times p(1 − p) it is −4.5e-5."""
        result = contrast(z=-10.0)
        entropy, squared = result.pulls.values()
        p = 1 / (1 + np.exp(10.0))
        assert entropy.slope == pytest.approx(p - 1)
        assert squared.slope == pytest.approx((p - 1) * p * (1 - p))
        assert contrast(z=-10.0, squared="mse").pulls["mse"].slope == pytest.approx(
            2 * squared.slope
        )

    def test_the_squared_error_is_not_convex_and_cross_entropy_is(self):
        result = contrast(z=-3.0)
        assert result.pulls["half_mse"].bend < -0.03
        assert result.pulls[CROSS_ENTROPY].bends.min() > 0

    def test_the_runs_take_plain_steps_from_the_mark(self):
        answers = contrast(z=-2.0, eta=0.5).pulls[CROSS_ENTROPY].answers
        z, expected = -2.0, []
        for _ in range(STEPS + 1):
            expected.append(1 / (1 + np.exp(-z)))
            z -= 0.5 * (expected[-1] - 1.0)
        np.testing.assert_allclose(answers, expected)


class TestWhatItSays:
    @pytest.mark.parametrize(
        ("arguments", "head"),
        [
            ({}, "Saturated and wrong"),
            ({"z": 10.0, "y": 0.0}, "Saturated and wrong"),
            ({"z": -0.5}, "Wrong, and awake"),
            ({"z": 2.0}, "Near its target"),
            ({"z": 12.0}, "As good as right"),
            ({"z": 0.0, "y": 0.5}, "As good as right"),
        ],
    )
    def test_the_verdict_is_the_one_that_eyes_give(self, arguments, head):
        assert verdict(**arguments).startswith(head)

    def test_it_says_how_much_harder_cross_entropy_pulls(self):
        assert "2.2e+04 times as hard" in verdict()
        assert "1.1e+04 times as hard" in verdict(squared="mse")
        assert "nothing pulls" in verdict(z=0.0, y=0.5)

    def test_it_says_where_the_squared_error_bends_downwards(self):
        assert "bends downwards" in verdict(z=-3.0)
        assert "Both bend upwards" in verdict(z=0.0)


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(saturation_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS

    @pytest.mark.parametrize("z", [-3.5, 0.0, 12.0])
    def test_a_negative_logit_can_be_typed(self, lab, z):
        lab.set_up.value = f"saturation_lab(z={z})"
        assert lab.error is None
        assert lab.settings["z"] == z

    @pytest.mark.parametrize("typed", ["-True", "-'a'", "--1", "-y", "+1"])
    def test_only_a_number_can_be_negative(self, lab, typed):
        lab.set_up.value = f"saturation_lab(z={typed})"
        assert "must be a number" in str(lab.error)

    @pytest.mark.parametrize("arguments", [{"z": 13.0}, {"y": 1.5}, {"squared": "absolute"}])
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments):
        with pytest.raises(ValueError, match="choose"):
            saturation_lab(**arguments)

    def test_the_static_figure_shows_both_losses_and_the_mark(self):
        figure = saturation_lab_figure(z=-3)
        loss = figure.axes[0]
        drawn = [line.get_ydata() for line in loss.lines if len(line.get_ydata()) == len(LOGITS)]
        assert len(drawn) == 2
        assert any(np.allclose(values, np.logaddexp(0.0, -LOGITS)) for values in drawn)
        assert any(list(line.get_xdata()) == [-3.0, -3.0] for line in loss.lines)
