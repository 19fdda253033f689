"""The boundary map is that of its runs, coarse first, and a lab to zoom into by mouse and keys."""

import gc
import inspect
import weakref

import comm
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipywidgets.widgets import widget as ipywidgets_registry

from course_lib.plots import draw_boundary_map, draw_part, frame_boundary_map, subplots
from course_lib.widgets import trainability_lab, trainability_lab_figure
from course_lib.widgets.boundary import HOME, BoundaryMap, View, box_counts, box_dimension, trial
from course_lib.widgets.trainability import Trainability
from course_lib.widgets.zoom import ZoomLab

DEFAULTS = {name: control.default for name, control in Trainability.controls.items()}
QUICK = {**DEFAULTS, "resolution": 64, "steps": 25}
SET_UP = "trainability_lab(resolution=64, steps=25)"


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with trainability_lab(resolution=64, steps=25) as lab:
        yield lab


def by_hand(activation, eta1, eta2, steps):
    """The losses of one run, layer by layer in float64 as a textbook has them."""
    one = trial(activation)
    X, T = one.X.astype(float), one.Y.astype(float)
    (W1, b1), (W2, b2) = one.net.layers(one.start.astype(float))
    losses = []
    for _ in range(steps):
        z = X @ W1 + b1
        a = {"tanh": np.tanh(z), "relu": np.maximum(z, 0), "identity": z}[activation]
        slope = {"tanh": 1 - a**2, "relu": z > 0, "identity": 1.0}[activation]
        error = a @ W2 + b2 - T
        losses.append(float(np.mean(error**2)))
        delta2 = 2 * error / len(X)
        delta1 = (delta2 @ W2.T) * slope
        W2, b2 = W2 - eta2 * a.T @ delta2, b2 - eta2 * delta2.sum(axis=0)
        W1, b1 = W1 - eta1 * X.T @ delta1, b1 - eta1 * delta1.sum(axis=0)
    return losses


def finished(*arguments):
    the_map = BoundaryMap(*arguments)
    while not the_map.whole:
        the_map.advance()
    return the_map


class TestMap:
    @pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
    def test_each_layer_learns_at_its_own_rate(self, activation):
        """At rates where rounding does not grow: the map is computed in float32."""
        view = View(-1.2, -1.6, 4.0)
        the_map = finished(view, activation, 25, 16)
        for row, column in ((0, 0), (2, 13), (15, 4), (8, 8), (7, 15)):
            eta1, eta2 = 10 ** (-1.7 + column / 16), 10 ** (-2.1 + row / 16)
            losses = by_hand(activation, eta1, eta2, 25)
            expected = losses[-1] / losses[0]
            assert the_map.losses[row, column] == pytest.approx(expected, rel=2e-3)

    def test_a_run_trains_if_its_last_loss_is_below_its_first(self):
        the_map = finished(View(), "tanh", 25, 16)
        assert 0.2 < the_map.trained.mean() < 0.8
        assert the_map.losses[the_map.trained].max() < 1
        assert np.isposinf(the_map.losses[~the_map.trained]).all()
        assert not the_map.trained[-1].any(), "the largest rates of the second layer"

    def test_it_comes_coarse_first_and_no_run_is_done_twice(self):
        whole = finished(View(), "tanh", 25, 32).losses
        the_map = BoundaryMap(View(), "tanh", 25, 32)
        assert np.isnan(the_map.losses).all()
        done = []
        while not the_map.whole:
            the_map.advance()
            done.append(the_map.done)
            if the_map.done == 16:
                assert the_map.coarse
                np.testing.assert_array_equal(
                    the_map.losses, whole[::8, ::8].repeat(8, axis=0).repeat(8, axis=1)
                )
        assert done == [16, 64, 256, 768, 1024]
        the_map.advance()
        assert the_map.done == the_map.runs == 1024

    def test_a_part_is_the_same_runs_seen_from_nearer(self):
        far = finished(View(0.5, -0.5, 1.0), "identity", 25, 32)
        near = finished(View(0.5 - 1.0, -0.5 - 1.0, 2.0), "identity", 25, 32)
        one, two = far.losses[:16, :16], near.losses[::2, ::2]
        np.testing.assert_array_equal(np.isinf(one), np.isinf(two))
        np.testing.assert_allclose(one, two, rtol=1e-3)

    def test_the_run_in_the_middle_is_the_one_at_the_centre(self):
        view = View(-1.0, -1.5, 2.0)
        the_map = finished(view, "tanh", 25, 16)
        losses = trial("tanh").losses(view, 25)
        assert losses[-1] / losses[0] == pytest.approx(the_map.losses[8, 8], rel=1e-3)
        assert losses == pytest.approx(by_hand("tanh", 10**-1.0, 10**-1.5, 25), rel=1e-3)


class TestBoxes:
    def test_a_straight_line_has_dimension_one_wherever_it_runs(self):
        rows, columns = np.mgrid[:256, :256]
        for trained in (rows < 101, columns < 128, rows + columns < 256, 2 * rows > columns):
            counts = box_counts(trained)
            assert counts[2] == pytest.approx(2 * counts[4], rel=0.05)
            assert box_dimension(trained) == pytest.approx(1.0, abs=0.05)

    def test_noise_fills_the_plane(self):
        noise = np.random.default_rng(0).random((256, 256)) < 0.5
        assert box_dimension(noise) == pytest.approx(2.0, abs=0.05)

    def test_a_triangle_of_sierpinski_has_the_dimension_of_its_formula(self):
        """Of four quarters three are kept, again and again: log 3 / log 2."""
        dust = np.ones((1, 1), dtype=bool)
        for _ in range(8):
            dust = np.block([[dust, np.zeros_like(dust)], [dust, dust]])
        assert box_dimension(dust) == pytest.approx(np.log(3) / np.log(2), abs=0.08)

    def test_without_a_boundary_there_is_no_dimension(self):
        assert box_dimension(np.ones((64, 64), dtype=bool)) is None
        assert box_dimension(np.eye(16, dtype=bool)) is None, "too few sizes of boxes"


def choices(name):
    return {
        "x": [-5.0, 0.1234567, 5.0],
        "y": [-5.0, 5.0, 0.25],
        "zoom": [1.0, 64.0, 8192.0],
        "activation": ["tanh", "relu", "identity"],
        "steps": [25, 50],
        "resolution": [64, 128],
        "large_type": [True, False],
    }[name]


class TestEveryControl:
    @pytest.mark.parametrize("name", DEFAULTS)
    def test_it_is_answered_without_an_error_and_changes_the_picture(self, lab, name):
        lab.set_up.value = SET_UP
        for value in choices(name):
            before, moved = lab.picture.png, lab.controls[name].value != value
            lab.controls[name].value = value
            assert lab.error is None
            assert not lab.busy
            assert lab.settings[name] == value
            assert (lab.picture.png != before) == moved

    @settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.one_of(
                st.sampled_from(["x", "y", "zoom", "activation", "large_type"]).flatmap(
                    lambda name: st.tuples(st.just(name), st.sampled_from(choices(name)))
                ),
                st.tuples(st.just("press"), st.sampled_from(sorted(Trainability().moves))),
            ),
            min_size=1,
            max_size=3,
        )
    )
    def test_a_walk_over_controls_and_buttons_never_meets_an_error(self, lab, walk):
        lab.set_up.value = SET_UP
        for name, value in walk:
            if name == "press":
                lab.buttons[value].click()
            else:
                lab.controls[name].value = value
            assert lab.error is None
            assert lab.verdict.value
            assert lab.set_up.value == repr(lab)


class TestZoom:
    def test_buttons_move_by_a_quarter_of_the_picture_and_zoom_by_two(self, lab):
        lab.set_up.value = SET_UP
        for name, (x, y, zoom) in {
            "zoom in": (0.5, -0.5, 2),
            "right": (1.0, -0.5, 2),
            "up": (1.0, 0.0, 2),
            "left": (0.5, 0.0, 2),
            "down": (0.5, -0.5, 2),
            "zoom out": (0.5, -0.5, 1),
        }.items():
            lab.buttons[name].click()
            assert [lab.settings[key] for key in ("x", "y", "zoom")] == [x, y, zoom], name

    def test_the_whole_map_comes_back_and_all_else_stays(self, lab):
        lab.set_up.value = "trainability_lab(x=1, y=1, zoom=8, resolution=64, steps=25)"
        lab.buttons["whole map"].click()
        assert lab.settings == QUICK

    def test_at_the_end_of_a_control_a_button_does_nothing_more(self, lab):
        lab.set_up.value = "trainability_lab(x=5, zoom=8192, resolution=64, steps=25)"
        lab.buttons["zoom in"].click()
        lab.buttons["right"].click()
        assert lab.error is None
        assert (lab.settings["x"], lab.settings["zoom"]) == (5.0, 8192.0)

    def test_the_part_that_is_dragged_over_fills_the_picture(self, lab):
        """From a quarter to a half of the map each way: 4 decades from −1.5, and from −2.5."""
        lab.set_up.value = SET_UP
        box = lab._kept._panes["map"].get_position()
        left, right = (box.x0 + share * box.width for share in (0.25, 0.5))
        top, bottom = (1 - box.y0 - share * box.height for share in (0.5, 0.25))
        lab.part.value = f"{left} {right} {top} {bottom}"
        assert lab.error is None
        (x0, x1), (y0, y1) = View(*(lab.settings[name] for name in ("x", "y", "zoom"))).box
        np.testing.assert_allclose([x0, x1, y0, y1], [-0.5, 0.5, -1.5, -0.5], atol=1e-6)
        assert lab.part.value == ""

    def test_a_click_shows_its_place_twice_as_large(self, lab):
        lab.set_up.value = SET_UP
        box = lab._kept._panes["map"].get_position()
        x, y = box.x0 + 0.75 * box.width, 1 - box.y0 - 0.25 * box.height
        lab.part.value = f"{x} {x} {y} {y}"
        assert [lab.settings[name] for name in ("x", "y", "zoom")] == [1.5, -1.5, 2.0]

    def test_a_click_beside_the_map_does_nothing(self, lab):
        lab.set_up.value = SET_UP
        lab.part.value = "0.9 0.9 0.5 0.5"
        assert lab.error is None
        assert lab.settings == QUICK

    def test_a_part_that_cannot_be_read_is_a_sentence(self, lab):
        lab.part.value = "left right"
        assert lab.error is not None
        assert "Move a control" in lab.verdict.value
        lab.set_up.value = "trainability_lab(resolution=64, steps=25, zoom=2)"
        assert lab.error is None

    def test_a_map_that_was_seen_is_kept_and_one_that_was_abandoned_goes_on(self):
        experiment = Trainability()
        looks = experiment.compute({**QUICK, "zoom": 2.0})
        first = next(looks)
        assert first.map.coarse
        assert not first.map.whole
        *_, other = experiment.compute({**QUICK, "zoom": 4.0})
        *_, again = experiment.compute({**QUICK, "zoom": 2.0})
        assert again.map is first.map is not other.map
        assert again.map.whole
        assert again.overview is other.overview

    def test_only_the_last_maps_are_kept(self):
        experiment = Trainability()
        for zoom in range(1, 20):
            next(experiment.compute({**QUICK, "zoom": float(zoom)}))
        assert len(experiment._maps) == 8


class TestLongWork:
    @pytest.fixture
    def slow(self, monkeypatch):
        """A lab that does one block each time the loop turns."""
        waiting, time = [], iter(range(10**6))
        monkeypatch.setattr("course_lib.widgets.work.time.monotonic", lambda: next(time))

        class Handle:
            def cancel(self):
                waiting.clear()

        def later(call):
            waiting.append(call)
            return Handle()

        with ZoomLab(Trainability(), {**QUICK, "zoom": 2.0}, later=later) as lab:
            yield lab, waiting

    def test_a_coarse_map_is_shown_at_once_and_grows_sharper(self, slow):
        lab, waiting = slow
        shares, pictures = [], set()
        while lab.busy:
            assert lab._waiting.layout.visibility == "visible"
            shares.append(lab.progress.value)
            pictures.add(lab.picture.png)
            waiting.pop()()
        assert "coarse as yet" not in lab.verdict.value
        assert shares == sorted(shares)
        assert 0 < shares[0] < 0.1
        assert len(pictures) > 5

    def test_it_can_be_stopped_and_gone_on_with(self, slow):
        lab, waiting = slow
        waiting.pop()()
        lab.stop_button.click()
        assert not lab.busy
        assert not waiting
        assert "Stopped early" in lab.verdict.value
        assert "coarse as yet: 64 of 4096 runs" in lab.verdict.value
        lab.controls["large_type"].value = True
        assert lab.busy


class TestWhatItSays:
    def test_the_run_at_the_centre_is_judged_by_its_losses(self):
        experiment = Trainability()
        for x, y, head in (
            (-1.0, -1.5, "Trains"),
            (0.0, 1.4, "Diverges"),
            (2.4, -0.75, "Does not"),
        ):
            look = next(experiment.compute({**QUICK, "x": x, "y": y}))
            losses = trial("tanh").losses(View(x, y), 25)
            assert experiment.describe(look).startswith(head)
            if head == "Trains":
                last = by_hand("tanh", 10**x, 10**y, 25)[-1]
                assert f"η₁ = {10**x:.4g} and η₂ = {10**y:.4g}, the loss goes" in (
                    experiment.describe(look)
                )
                assert f"to {last:.2g}." in experiment.describe(look)
            assert np.isfinite(losses[-1]) == (head != "Diverges")

    def test_the_share_that_trains_is_that_of_the_map(self):
        experiment = Trainability()
        *_, look = experiment.compute(QUICK)
        share = np.isfinite(look.map.losses).mean()
        text = experiment.describe(look)
        assert f"4096 runs over 4 decades of each rate; {share:.0%} of them train" in text
        assert f"about {box_dimension(look.map.trained):.1f}; a smooth line has 1" in text

    def test_far_from_the_boundary_it_does_not_measure_it(self):
        experiment = Trainability()
        *_, look = experiment.compute({**QUICK, "y": 3.0, "zoom": 16.0})
        text = experiment.describe(look)
        assert "0% of them train" in text
        assert "too little of the boundary" in text
        assert f"a factor of {10**0.25:.5g} of each rate" in text


class TestPicture:
    def test_what_trains_has_a_colour_what_does_not_is_black_and_the_rest_is_white(self):
        _, ax = subplots()
        box = ((-1.0, 1.0), (0.0, 2.0))
        frame_boundary_map(box, (-6, 0), ax=ax)
        draw_boundary_map(np.array([[1e-9, 1e-6], [np.inf, np.nan]]), box, (-6, 0), ax=ax)
        shown = ax.images[0].get_array()
        assert shown[1, 0, :3].tolist() == [0, 0, 0]
        assert shown[1, 1, :3].tolist() == [255, 255, 255]
        assert shown[0, 0].tolist() == shown[0, 1].tolist()
        assert shown[0, 0, :3].max() > 0
        assert ax.images[0].get_extent() == [-1.0, 1.0, 0.0, 2.0]

    def test_even_the_darkest_colour_stays_apart_from_black(self):
        _, ax = subplots()
        box = ((0.0, 1.0), (0.0, 1.0))
        draw_boundary_map(np.array([[0.999]]), box, (-6, 0), ax=ax)
        red, green, blue = ax.images[0].get_array()[0, 0, :3] / 255
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.15

    def test_ticks_are_rates_with_digits_enough_to_tell_them_apart(self):
        for side in (4.0, 0.25, 1e-3):
            _, ax = subplots()
            frame_boundary_map(((0.1, 0.1 + side), (0.2, 0.2 + side)), (-6, 0), ax=ax)
            words = [label.get_text() for label in ax.get_xticklabels()]
            assert len(set(words)) == len(words) >= 3
            ticks = 10.0 ** ax.get_xticks()
            np.testing.assert_allclose([float(word) for word in words], ticks, rtol=5e-3 * side)

    @pytest.mark.parametrize(("side", "rings"), [(1.0, 0), (0.01, 1)])
    def test_a_part_too_small_to_be_seen_has_a_ring(self, side, rings):
        _, ax = subplots()
        ax.set(xlim=(0, 4), ylim=(0, 4))
        draw_part(((1.0, 1.0 + side), (2.0, 2.0 + side)), ax=ax)
        assert ax.patches[0].get_bbox().bounds == pytest.approx((1.0, 2.0, side, side))
        assert len(ax.lines) == rings

    def test_the_static_figure_has_the_whole_map(self):
        figure = trainability_lab_figure(resolution=64, steps=25)
        expected = finished(View(), "tanh", 25, 64).trained
        shown = figure.axes[0].images[0].get_array()[..., :3].max(axis=-1) > 0
        np.testing.assert_array_equal(shown, expected)


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(trainability_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS
        assert (DEFAULTS["x"], DEFAULTS["y"]) == HOME

    @pytest.mark.parametrize("arguments", [{"x": 6.0}, {"zoom": 0.5}, {"activation": "softmax"}])
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments):
        with pytest.raises(ValueError, match="choose"):
            trainability_lab(**arguments)

    def test_a_place_is_kept_to_seven_decimals(self, lab):
        lab.set_up.value = "trainability_lab(x=0.123456789, zoom=3.5, resolution=64, steps=25)"
        assert lab.settings["x"] == lab.controls["x"].value == 0.1234568
        assert repr(lab).startswith("trainability_lab(x=0.1234568, zoom=3.5")


def test_a_closed_lab_leaves_no_widget_no_channel_and_no_figure_behind():
    def held():
        return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

    before = held()
    lab = trainability_lab(resolution=64, steps=25)
    canvas = weakref.ref(lab._kept._canvas)
    lab.buttons["zoom in"].click()
    lab.close()
    gc.collect()
    assert held() == before
    assert canvas() is None
