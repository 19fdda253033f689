"""The clipping lab answers every setting, measures truly, and says what a clip cannot cure."""

import gc
import inspect
import itertools
import weakref

import comm
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipywidgets.widgets import widget as ipywidgets_registry
from widgets.choices import ends_and_middle

from course_lib.widgets import clipping_lab, clipping_lab_figure
from course_lib.widgets.clipping import CLIPS, MOST_TURNED, PROBLEMS, Clipping
from course_lib.widgets.clipping_run import angle

DEFAULTS = {name: control.default for name, control in Clipping.controls.items()}


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with clipping_lab() as lab:
        yield lab


def compare(**arguments):
    *_, comparison = Clipping().compute({**DEFAULTS, **arguments})
    return comparison


def verdict(**arguments):
    return Clipping().describe(compare(**arguments))


def choices(name):
    return ends_and_middle(Clipping.controls[name])


def walk_over(lab, name):
    for value in choices(name):
        before, moved = lab.picture.png, lab.controls[name].value != value
        lab.controls[name].value = value
        assert lab.error is None
        assert not lab.busy
        assert lab.settings[name] == value
        assert (lab.picture.png != before) == moved
        assert lab.picture.png[:4] == b"\x89PNG"


class TestEveryControl:
    @pytest.mark.parametrize("name", DEFAULTS)
    def test_both_ends_and_the_middle_are_answered_and_change_the_picture(self, lab, name):
        lab.set_up.value = 'clipping_lab(problem="quadratic", threshold=0.5, steps=40)'
        walk_over(lab, name)

    def test_on_the_cliff_they_are_too(self, lab):
        lab.set_up.value = 'clipping_lab(problem="recurrent cliff", threshold=0.5, steps=30)'
        for name in ("eta", "threshold", "rule"):
            walk_over(lab, name)

    def test_what_means_nothing_is_hidden_and_changes_nothing(self, lab):
        lab.set_up.value = 'clipping_lab(clip="not at all", steps=20)'
        before = lab.picture.png
        for name, value in (("threshold", 5.0), ("rule", True), ("kappa", 50.0)):
            assert lab.controls[name].layout.display == "none"
            lab.controls[name].value = value
            assert lab.picture.png == before

    @settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.sampled_from(list(DEFAULTS)).flatmap(
                lambda name: st.tuples(
                    st.just(name),
                    st.sampled_from(
                        list(getattr(Clipping.controls[name], "values", choices(name)))
                    ),
                )
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_a_walk_over_all_controls_never_meets_an_error(self, lab, walk):
        for name, value in walk:
            lab.controls[name].value = value
            assert lab.error is None
            assert lab.verdict.value
            assert lab.set_up.value == repr(lab)

    @pytest.mark.parametrize("problem", PROBLEMS)
    def test_no_corner_of_the_controls_meets_an_error(self, lab, problem):
        ends = [(choices(name)[0], choices(name)[-1]) for name in ("eta", "threshold", "kappa")]
        for clip, rule, *corner in itertools.product(CLIPS, (False, True), *ends):
            eta, threshold, kappa = corner
            text = verdict(
                eta=eta, threshold=threshold, kappa=kappa, clip=clip, rule=rule, problem=problem,
                steps=20,
            )  # fmt: skip
            assert "nan" not in text


class TestAngle:
    def test_a_right_angle_a_half_turn_and_none(self):
        x, y = np.eye(2)
        assert angle(x, y) == pytest.approx(90.0)
        assert angle(x, -x) == pytest.approx(180.0)
        assert angle(x, 3 * x) == 0.0

    def test_the_gradient_of_the_errata_is_turned_by_31_degrees(self):
        """atan2(.4, 3) = 7.6°; clipped at 1 it is (1, .4), at 21.8°; at .4 it is the diagonal."""
        g = np.array([3.0, 0.4])
        assert angle(g, np.array([1.0, 0.4])) == pytest.approx(
            np.degrees(np.arctan(0.4) - np.arctan(0.4 / 3))
        )
        assert angle(g, np.array([0.4, 0.4])) == pytest.approx(45 - np.degrees(np.arctan(0.4 / 3)))

    @pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
    def test_small_angles_and_extreme_lengths_are_measured(self, scale):
        g = scale * np.array([1.0, 1e-9])
        assert angle(g, scale * np.array([1.0, 0.0])) == pytest.approx(np.degrees(1e-9), rel=1e-3)

    def test_a_vector_of_no_length_has_no_angle(self):
        assert angle(np.zeros(2), np.ones(2)) == 0.0


class TestWhatItMeasures:
    def test_clipping_by_norm_turns_no_gradient(self):
        assert max(compare(clip="by norm", threshold=0.1).run.angles) < 1e-5

    def test_clipping_by_value_turns_gradients_but_never_past_the_diagonal(self):
        angles = compare(clip="by value", threshold=0.1).run.angles
        assert 10 < max(angles) <= MOST_TURNED + 1e-9

    @pytest.mark.parametrize("clip", ["by norm", "by value"])
    def test_no_step_is_longer_than_the_threshold_allows(self, clip):
        run = compare(clip=clip, threshold=0.2, eta=2.0).run
        assert max(run.applied) <= 0.2 * (1 + 1e-12)
        steps = np.abs(np.diff(run.path))
        length = np.linalg.norm(steps, axis=0) if clip == "by norm" else steps.max(axis=0)
        assert length.max() <= 2.0 * 0.2 * (1 + 1e-9)

    def test_the_share_of_clipped_steps_is_counted_by_hand(self):
        """From (1, 1) with λ = 1 and η = ½ every step halves the gradient: √2, √2/2, ..."""
        run = compare(problem="quadratic", kappa=1.0, eta=0.5, threshold=100.0, steps=10).run
        np.testing.assert_allclose(run.sizes, np.sqrt(2) / 2 ** np.arange(10))
        assert run.clipped == 0.0
        first = compare(problem="quadratic", kappa=1.0, eta=0.5, threshold=1.0, steps=10).run
        assert first.clipped == 0.1  # √2 to 1, leaving √2 − ½ < 1
        assert first.sizes[1] == pytest.approx(np.sqrt(2) - 0.5)

    def test_nine_gradients_of_ten_are_within_the_threshold_of_the_rule(self):
        comparison = compare(rule=True)
        pilot = compare().run
        assert comparison.pilot == DEFAULTS["threshold"]
        assert np.mean(np.array(pilot.sizes) <= comparison.run.threshold) == pytest.approx(
            0.9, abs=0.01
        )

    def test_without_a_clip_a_run_is_the_free_one(self):
        comparison = compare(clip="not at all")
        assert comparison.run.losses == comparison.free.losses
        assert comparison.run.clipped == 0.0

    def test_a_threshold_that_no_gradient_reaches_changes_nothing(self):
        comparison = compare(threshold=100.0, steps=60)
        assert comparison.run.losses == comparison.free.losses


class TestWhatItSays:
    @pytest.mark.parametrize(
        ("arguments", "head"),
        [
            ({}, "Arrives in the valley"),
            ({"rule": True}, "Arrives in the valley"),
            ({"steps": 30}, "Still on its way"),
            ({"eta": 0.35, "clip": "not at all"}, "Thrown off the cliff"),
            ({"problem": "quadratic", "eta": 0.1}, "Converges"),
            ({"problem": "quadratic", "eta": 0.01, "steps": 30}, "Still on its way"),
            ({"problem": "quadratic", "eta": 0.3}, "Never settles, clipped or not"),
            ({"problem": "quadratic", "eta": 0.3, "clip": "by value"}, "Never settles"),
            ({"problem": "quadratic", "eta": 0.3, "rule": True}, "Never settles"),
            ({"problem": "quadratic", "eta": 0.3, "clip": "not at all"}, "Diverges"),
            ({"problem": "quadratic", "eta": 10.0, "clip": "not at all"}, "Diverges"),
        ],
    )
    def test_the_verdict_is_the_one_that_theory_or_eyes_give(self, arguments, head):
        assert verdict(**arguments).startswith(head)

    def test_the_clip_saves_what_the_free_run_loses(self):
        comparison = compare()
        assert comparison.run.losses[-1] < 5e-3 < 0.08 < comparison.free.losses[-1]

    @pytest.mark.parametrize("threshold", [0.1, 1.0, 10.0])
    def test_above_two_the_steep_direction_ends_in_a_cycle_as_wide_as_the_clip(self, threshold):
        """ηλ = 3: y → −2y, or y ∓ ηc where |λy| > c; a cycle never narrower than ηc/3."""
        run = compare(problem="quadratic", eta=0.3, threshold=threshold, steps=300).run
        late = run.path[1, -40:]
        assert 0.3 * threshold / 3 <= np.abs(late).max() <= 0.3 * threshold * (1 + 1e-9)
        assert np.any(np.diff(np.sign(late)) != 0)

    def test_the_cycle_of_the_errata_goes_between_a_fifth_and_minus_a_tenth(self):
        """η = 1 and λ = 3 are the rate 0.3 and λ = 10 in other units: y from .02 c to −.01 c."""
        run = compare(problem="quadratic", eta=0.3, threshold=1.0, steps=300).run
        assert set(np.sign(run.path[1, -20:])) == {-1.0, 1.0}

    def test_share_angle_and_rule_are_told(self):
        text = verdict(clip="by value")
        assert "of the gradients and turned them by up to" in text
        assert "the c of the 90 % rule" in text
        assert "Without a clip: loss" in text
        assert "turned none of them" in verdict()


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(clipping_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS

    def test_what_you_see_is_what_you_can_type(self):
        with clipping_lab(eta=0.5, threshold=2, steps=20) as lab:
            lab.controls["clip"].value = "by value"
            typed, picture = lab.set_up.value, lab.picture.png
        assert typed == 'clipping_lab(eta=0.5, threshold=2, clip="by value", steps=20)'
        with eval(typed, {"clipping_lab": clipping_lab}) as again:
            assert again.picture.png == picture

    @pytest.mark.parametrize("arguments", [{"eta": 0.0}, {"threshold": 0.0}, {"clip": "norm"}])
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments):
        with pytest.raises(ValueError, match="choose"):
            clipping_lab(**arguments)

    def test_the_static_figure_shows_path_threshold_and_percentile(self):
        figure = clipping_lab_figure(steps=50)
        sight, _, sizes, _ = figure.axes
        run = compare(steps=50).run
        drawn = [line.get_xydata().T for line in sight.lines]
        assert any(line.shape == run.path.shape and np.allclose(line, run.path) for line in drawn)
        heights = [line.get_ydata()[0] for line in sizes.lines if len(line.get_ydata()) == 2]
        assert np.isclose(heights, 0.3).any()
        assert np.isclose(heights, np.percentile(run.sizes, 90)).any()


def test_a_closed_lab_leaves_no_widget_no_channel_and_no_figure_behind():
    def held():
        return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

    before = held()
    lab = clipping_lab(steps=10)
    canvas = weakref.ref(lab._kept._canvas)
    lab.controls["eta"].value = 0.1
    lab.close()
    gc.collect()
    assert held() == before
    assert canvas() is None
