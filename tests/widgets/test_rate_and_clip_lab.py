"""The map of learning rate and threshold is that of its runs, and answers every setting."""

import gc
import inspect
import weakref

import comm
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipywidgets.widgets import widget as ipywidgets_registry
from matplotlib.collections import QuadMesh
from widgets.choices import ends_and_middle

from course_lib.landscapes import quadratic
from course_lib.plots import draw_loss_map, draw_place, frame_loss_map, subplots
from course_lib.widgets import rate_and_clip_lab, rate_and_clip_lab_figure
from course_lib.widgets.loss_map import COARSE, NORMS, RATES, TASKS, LossMap, Task
from course_lib.widgets.rate_and_clip import RateAndClip

DEFAULTS = {name: control.default for name, control in RateAndClip.controls.items()}


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with rate_and_clip_lab(steps=50) as lab:
        yield lab


@pytest.fixture(scope="module")
def bowl():
    """½(x² + 4y²) from (1, 1): every run of its map can be worked out."""
    landscape = quadratic(4.0)
    return Task(landscape.loss_and_gradient, landscape.start, (), (-5, 0), 500)


@pytest.fixture(scope="module")
def bowl_map(bowl):
    losses = LossMap(bowl, steps=3)
    while not losses.whole:
        losses.advance()
    return losses


def by_hand(rate, norm, steps):
    """The loss before the last step of clipped descent in the bowl, in plain Python."""
    x = y = 1.0
    for _ in range(steps - 1):
        gx, gy = x, 4 * y
        share = min(1.0, norm / (gx**2 + gy**2) ** 0.5) if gx or gy else 1.0
        x, y = x - rate * share * gx, y - rate * share * gy
    return (x**2 + 4 * y**2) / 2


class TestMap:
    def test_it_has_more_than_a_thousand_runs_each_at_its_own_place(self, bowl_map):
        assert bowl_map.runs == len(RATES) * len(NORMS) > 1000
        for row, column in ((0, 0), (3, 40), (30, 2), (17, 23), (30, 40)):
            expected = by_hand(RATES[column], NORMS[row], 3)
            assert bowl_map.losses[row, column] == pytest.approx(expected, rel=1e-9)

    def test_a_coarse_map_comes_first_and_is_right_at_its_own_places(self, bowl):
        losses = LossMap(bowl, steps=3)
        assert losses.coarse is None
        losses.advance()
        assert losses.done == 0
        assert losses.losses.shape == (len(NORMS), len(RATES))
        for row, column in ((0, 0), (COARSE, 2 * COARSE), (30, 40)):
            expected = by_hand(RATES[column], NORMS[row], 3)
            assert losses.losses[row, column] == pytest.approx(expected, rel=1e-9)
        assert losses.losses[COARSE + 2, 0] == losses.losses[COARSE, 0] != losses.losses[0, 0]
        assert losses.losses[0, COARSE + 3] == losses.losses[0, 2 * COARSE]

    def test_it_fills_block_by_block_and_stops_when_whole(self, bowl):
        losses, done = LossMap(bowl, steps=2), []
        for _ in range(6):
            losses.advance()
            done.append(losses.done)
        assert done == [0, 500, 1000, 1271, 1271, 1271]

    def test_a_run_has_trained_below_a_tenth_of_the_first_loss(self, bowl, bowl_map):
        assert bowl.goal == pytest.approx(0.25)
        np.testing.assert_array_equal(bowl_map.trained, bowl_map.losses < 0.25)
        assert 0 < bowl_map.trained.mean() < 1

    def test_what_is_left_out_of_the_task_is_a_different_map(self, bowl):
        one, two = (LossMap(bowl, steps) for steps in (2, 5))
        one.advance()
        two.advance()
        assert np.any(one.losses != two.losses)


class TestTheRunBesideTheMap:
    @pytest.mark.parametrize("problem", TASKS)
    def test_it_ends_where_the_map_says(self, problem):
        """At rates where rounding does not grow: the map is of another shape, so of other sums."""
        experiment = RateAndClip()
        results = experiment.compute(
            {**DEFAULTS, "problem": problem, "steps": 50, "eta": 0.5, "max_norm": 0.05}
        )
        *_, look = results
        row, column = NORMS.index(0.05), RATES.index(0.5)
        assert look.losses[-1] == pytest.approx(look.map.losses[row, column], rel=1e-3)

    def test_the_map_is_not_computed_again_while_the_mark_moves(self):
        experiment = RateAndClip()
        maps = []
        for eta, steps in ((0.5, 50), (5.0, 50), (5.0, 100)):
            look = next(experiment.compute({**DEFAULTS, "eta": eta, "steps": steps}))
            maps.append(look.map)
        assert maps[0] is maps[1] is not maps[2]

    def test_a_map_that_was_abandoned_goes_on_where_it_was(self):
        experiment = RateAndClip()
        for look in experiment.compute({**DEFAULTS, "steps": 50}):
            if look.map.done:
                break
        done = look.map.done
        *_, later = experiment.compute({**DEFAULTS, "steps": 50, "eta": 1.0})
        assert later.map is look.map
        assert 0 < done < later.map.done == later.map.runs

    def test_the_coarse_map_is_shown_before_the_run_and_the_run_before_the_whole_map(self):
        looks = RateAndClip().compute({**DEFAULTS, "steps": 50})
        order = [(look.map.done > 0, len(look.losses), look.whole) for look in looks]
        assert order[0] == (False, 0, False)
        assert order[50] == (False, 50, False)
        assert order[-1] == (True, 50, True)


def choices(name):
    control = RateAndClip.controls[name]
    if name == "steps":
        return [50, 100]  # 1000 steps of 1271 runs are for eyes, not for a test
    return ends_and_middle(control)


class TestEveryControl:
    @pytest.mark.parametrize("name", DEFAULTS)
    def test_it_is_answered_without_an_error_and_changes_the_picture(self, lab, name):
        lab.set_up.value = "rate_and_clip_lab(eta=2, max_norm=0.2, steps=50)"
        for value in choices(name):
            before = lab.picture.png
            changes = lab.controls[name].value != value
            lab.controls[name].value = value
            assert lab.error is None
            assert not lab.busy
            assert lab.settings[name] == value
            assert (lab.picture.png != before) == changes

    @settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.sampled_from([name for name in DEFAULTS if name != "problem"]).flatmap(
                lambda name: st.tuples(st.just(name), st.sampled_from(choices(name)))
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_a_walk_over_the_controls_never_meets_an_error(self, lab, walk):
        for name, value in walk:
            lab.controls[name].value = value
            assert lab.error is None
            assert lab.verdict.value
            assert lab.set_up.value == repr(lab)

    def test_a_place_between_two_runs_of_the_map_can_be_typed(self, lab):
        lab.set_up.value = "rate_and_clip_lab(eta=0.33, max_norm=0.07, steps=50)"
        assert lab.error is None
        assert "η = 0.33 and c = 0.07" in lab.verdict.value


class TestWhatItSays:
    def test_a_run_that_trains_is_told_from_one_that_does_not(self):
        experiment = RateAndClip()
        for eta, head in ((8.0, "Trains"), (0.01, "Does not train")):
            *_, look = experiment.compute({**DEFAULTS, "eta": eta, "steps": 150})
            assert experiment.describe(look).startswith(head)

    def test_a_smaller_threshold_lets_a_larger_rate_train(self):
        look = next(iter(RateAndClip().compute({**DEFAULTS})))
        trained = look.map.trained
        rates = np.array(RATES)
        assert rates[trained[NORMS.index(0.032)]].max() > 2 * rates[trained[-1]].max()

    def test_an_unfinished_map_says_so(self):
        experiment = RateAndClip()
        looks = iter(experiment.compute({**DEFAULTS, "steps": 50}))
        assert experiment.describe(next(looks)).startswith("Working")
        next(looks)
        text = experiment.describe(next(looks))
        assert "coarse as yet: 0 of 1271 runs" in text


class TestPicture:
    def test_a_run_that_diverged_is_a_cross_and_one_that_is_not_done_is_white(self):
        x, y = np.array([0.01, 0.1, 1.0]), np.array([0.1, 1.0])
        _, ax = subplots()
        losses = np.array([[1e-3, np.inf, np.nan], [1.0, 1e-9, 0.1]])
        frame_loss_map(x, y, (-5, 0), ax=ax)
        draw_loss_map(x, y, losses, (-5, 0), ax=ax)
        (mesh,) = (part for part in ax.collections if isinstance(part, QuadMesh))
        shown = mesh.get_array()
        np.testing.assert_array_equal(
            np.ma.getmaskarray(shown).reshape(2, 3), [[False, True, True], [False, False, False]]
        )
        assert float(shown.reshape(2, 3)[0, 0]) == pytest.approx(-3)
        crosses = [line for line in ax.lines if line.get_marker() == "x"]
        np.testing.assert_array_equal(crosses[0].get_xydata(), [[0.1, 0.1]])

    def test_a_cell_reaches_half_way_to_its_neighbours(self):
        x, y = np.array([0.01, 0.1, 1.0]), np.array([0.1, 1.0])
        _, ax = subplots()
        frame_loss_map(x, y, (-5, 0), ax=ax)
        np.testing.assert_allclose(np.log10(ax.get_xlim()), [-2.5, 0.5])
        np.testing.assert_allclose(np.log10(ax.get_ylim()), [-1.5, 0.5])
        draw_place(0.1, 1.0, ax=ax)
        np.testing.assert_allclose(np.log10(ax.get_xlim()), [-2.5, 0.5])

    def test_the_static_figure_has_the_whole_map(self):
        figure = rate_and_clip_lab_figure(steps=50)
        (mesh,) = (part for part in figure.axes[0].collections if isinstance(part, QuadMesh))
        assert mesh.get_array().size == 1271
        assert not np.ma.getmaskarray(mesh.get_array()).any()


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(rate_and_clip_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS

    @pytest.mark.parametrize("arguments", [{"eta": 0.0}, {"max_norm": 11}, {"problem": "xor"}])
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments):
        with pytest.raises(ValueError, match="choose"):
            rate_and_clip_lab(**arguments)


def test_a_closed_lab_leaves_no_widget_no_channel_and_no_figure_behind():
    def held():
        return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

    before = held()
    lab = rate_and_clip_lab(steps=50)
    canvas = weakref.ref(lab._kept._canvas)
    lab.controls["eta"].value = 0.1
    lab.close()
    gc.collect()
    assert held() == before
    assert canvas() is None
