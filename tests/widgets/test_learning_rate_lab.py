"""The learning-rate lab answers every setting, judges truly, and lets go of what it held."""

import gc
import inspect
import weakref

import comm
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipywidgets.widgets import widget as ipywidgets_registry
from widgets.choices import ends_and_middle

from course_lib.plots import draw_layers, mosaic
from course_lib.widgets import learning_rate_lab, learning_rate_lab_figure
from course_lib.widgets.learning_rate import PROBLEMS, LearningRate
from course_lib.widgets.learning_rate_words import (
    kept_in_a_step,
    network_verdict,
    swings,
    valley_verdict,
)
from course_lib.widgets.problems import digits, moons, quadratic_valley, xor_neuron

XOR_THRESHOLD = 28 - 4 * np.sqrt(33)  # 2/λ_max of X̃ᵀX̃/16, worked out by hand


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with learning_rate_lab() as lab:
        yield lab


def verdict(**arguments):
    with learning_rate_lab(**arguments) as lab:
        assert lab.error is None
        return lab.verdict.value


def choices(name):
    return ends_and_middle(LearningRate.controls[name])


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
    @pytest.mark.parametrize("name", ["eta", "problem", "steps", "large_type"])
    def test_both_ends_and_the_middle_are_answered_and_change_the_picture(self, lab, name):
        lab.set_up.value = "learning_rate_lab()"
        walk_over(lab, name)

    @pytest.mark.parametrize("problem", PROBLEMS)
    def test_every_problem_answers_the_ends_of_the_learning_rate(self, lab, problem):
        lab.set_up.value = f'learning_rate_lab(problem="{problem}", steps=20)'
        walk_over(lab, "eta")

    def test_the_condition_number_changes_the_picture_of_the_quadratic_alone(self, lab):
        lab.set_up.value = "learning_rate_lab(kappa=20)"
        before = lab.picture.png
        lab.controls["kappa"].value = 50.0
        assert lab.picture.png != before
        lab.controls["problem"].value = "xor neuron"
        before = lab.picture.png
        lab.controls["kappa"].value = 20.0
        assert lab.picture.png == before
        assert lab.controls["kappa"].layout.display == "none"

    @settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.sampled_from(list(LearningRate.controls)).flatmap(
                lambda name: st.tuples(
                    st.just(name),
                    st.sampled_from(list(getattr(LearningRate.controls[name], "values", ())))
                    if hasattr(LearningRate.controls[name], "values")
                    else st.sampled_from(choices(name)),
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


class TestWhatItSays:
    @pytest.mark.parametrize(
        ("arguments", "head"),
        [
            ({"eta": 0.04}, "Converges, without a swing"),
            ({"eta": 0.0975, "kappa": 20.0}, "Converges, to and fro"),
            ({"eta": 0.1, "kappa": 20.0}, "Oscillates"),
            ({"eta": 0.105, "kappa": 20.0}, "Diverges"),
            ({"eta": 100.0, "steps": 300}, "Diverges"),
            ({"eta": 0.001, "kappa": 1000.0}, "Creeps"),
            ({"eta": 1.0, "kappa": 1.0}, "Converges"),
            ({"problem": "xor neuron", "eta": 2.0}, "Converges, without"),
            ({"problem": "xor neuron", "eta": 4.9}, "Converges, to and fro"),
            ({"problem": "xor neuron", "eta": 5.1, "steps": 300}, "Oscillates"),
            ({"problem": "xor neuron", "eta": 100.0}, "Oscillates"),
            ({"problem": "moons", "eta": 1.0}, "Converges"),
            ({"problem": "moons", "eta": 0.001}, "Creeps"),
            ({"problem": "moons", "eta": 100.0}, "Diverges"),
            ({"problem": "digits", "eta": 0.3}, "Converges"),
            ({"problem": "digits", "eta": 100.0}, "Diverges"),
        ],
    )
    def test_the_verdict_is_the_one_that_theory_or_eyes_give(self, arguments, head):
        assert f"<b>{head}" in verdict(**arguments)

    @pytest.mark.parametrize("eta", [5.02, 5.03])
    def test_the_neuron_turns_from_settling_to_a_cycle_at_28_minus_4_root_33(self, eta):
        side = "below" if eta < XOR_THRESHOLD else "above"
        assert f"{side} the threshold 2/λ_max = 5.0217" in verdict(problem="xor neuron", eta=eta)

    def test_measured_and_predicted_rate_agree_on_a_quadratic(self):
        text = verdict(eta=0.05, kappa=20.0, steps=200)
        assert "keeps 0.950 of" in text
        assert "|1 − ηλ| = 0.950 along the flattest direction" in text

    def test_new_samples_are_mostly_right_after_training(self):
        assert "Of 1297 new samples it gets 9" in verdict(problem="digits", eta=0.5, steps=100)


class TestMeasures:
    @pytest.mark.parametrize("factor", [0.0, 1e-3, 0.5, 0.95, 1.0, 1.3, 1e30])
    @pytest.mark.parametrize("sign", [1.0, -1.0])
    def test_the_factor_of_a_geometric_run_is_its_ratio(self, factor, sign):
        run = np.array([[(sign * factor) ** t for t in range(10)]])
        assert kept_in_a_step(run, np.zeros(1)) == pytest.approx(factor, abs=1e-15)

    def test_the_factor_is_that_of_the_slowest_direction_once_the_others_are_gone(self):
        t = np.arange(60)
        assert kept_in_a_step(np.array([0.1**t, 0.9**t]), np.zeros(2)) == pytest.approx(0.9)

    def test_a_lopsided_cycle_neither_grows_nor_shrinks(self):
        for points in (10, 11, 12, 13):
            cycle = np.array([[-20.0, 3.0] * 7])[:, :points]
            assert kept_in_a_step(cycle, np.zeros(1)) == 1.0

    def test_rounding_noise_at_the_minimum_is_not_measured(self):
        run = np.array([[*0.1 ** np.arange(11), *[1e-15, 2e-15] * 20]])
        assert kept_in_a_step(run, np.zeros(1)) == pytest.approx(0.1)

    def test_swings_are_told_from_a_straight_way_however_far_out(self):
        t = np.arange(20)
        assert swings(np.array([(-0.9) ** t]))
        assert swings(np.array([1e300 * (-0.9) ** t]))
        assert not swings(np.array([0.9**t]))

    def test_a_run_too_short_to_judge_is_not_judged(self):
        path = np.ones((2, 2))
        assert "Working" in valley_verdict(path, np.zeros(2), np.ones(2), 0.1, diverged=False)
        assert "Working" in network_verdict(np.array([1.0]), diverged=False)

    def test_a_number_too_large_is_called_so(self):
        path = np.array([[1.0, 1e200, 1e300]])
        text = valley_verdict(path, np.zeros(1), np.ones(1), 3.0, diverged=True)
        assert text.startswith("Diverges: after 2 steps")
        assert network_verdict(np.array([1.0, 2.0, np.inf]), diverged=True).startswith("Diverges")

    @pytest.mark.parametrize(
        ("losses", "head"),
        [
            ([1.0, 0.5, 0.2, 0.1], "Converges"),
            ([1.0, 0.99, 0.98, 0.97], "Creeps"),
            ([1.0, 0.5, 1.2, 1.5], "Diverges"),
            ([1.0, 0.2, 0.5, 0.2, 0.5, 0.2], "Oscillates"),
        ],
    )
    def test_the_losses_of_a_network_are_judged_by_their_course(self, losses, head):
        assert network_verdict(np.array(losses), diverged=False).startswith(head)


class TestProblems:
    def test_the_threshold_of_the_neuron_comes_from_its_hessian(self):
        assert xor_neuron().threshold == pytest.approx(XOR_THRESHOLD, rel=1e-6)
        X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1.0]])
        eigenvalues = np.linalg.eigvalsh(X.T @ X / 16)
        np.testing.assert_allclose(xor_neuron().eigenvalues, eigenvalues, atol=1e-7)

    def test_the_threshold_of_the_quadratic_is_two_over_kappa(self):
        assert quadratic_valley(50.0).threshold == pytest.approx(2 / 50)

    def test_the_picture_of_the_neuron_holds_its_whole_path(self):
        """It starts from w1 = w2, and XOR is symmetric: the plane is never left."""
        *_, run = LearningRate().compute({**DEFAULTS, "problem": "xor neuron", "eta": 7.0})
        np.testing.assert_allclose(run.path[0], run.path[1], rtol=1e-12)
        valley = run.problem
        i, j = 12, 40  # any pixel: its colour is the loss of the parameters it stands for
        w, b = valley.x[j], valley.y[i]
        assert valley.losses[i, j] == pytest.approx(valley.loss_and_gradient([w, w, b])[0])

    @pytest.mark.parametrize("problem", [moons, digits])
    def test_the_threshold_of_a_network_is_where_a_small_perturbation_begins_to_grow(self, problem):
        """At 2/λ the top eigenvector of the Hessian, found here column by column, flips sign."""
        network, h = problem(), 1e-4
        rng = np.random.default_rng(0)
        v = rng.normal(size=network.start.size)
        for _ in range(60):
            v /= np.linalg.norm(v)
            up, down = (network.loss_and_gradient(network.start + s * h * v)[1] for s in (1, -1))
            v_next = (up - down) / (2 * h)
            curvature, v = v @ v_next, v_next
        assert network.threshold == pytest.approx(2 / curvature, rel=0.03)


DEFAULTS = {name: control.default for name, control in LearningRate.controls.items()}


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(learning_rate_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS

    def test_what_you_see_is_what_you_can_type(self):
        with learning_rate_lab(eta=0.3, kappa=20) as lab:
            assert repr(lab) == lab.set_up.value == "learning_rate_lab(eta=0.3, kappa=20)"
            lab.controls["problem"].value = "moons"
            lab.controls["steps"].value = 200
            typed, picture = lab.set_up.value, lab.picture.png
        assert typed == 'learning_rate_lab(eta=0.3, problem="moons", steps=200)'
        with eval(typed, {"learning_rate_lab": learning_rate_lab}) as again:
            assert again.picture.png == picture

    @pytest.mark.parametrize(
        "arguments", [{"eta": 0.0}, {"kappa": 0.5}, {"problem": "xor"}, {"steps": 5}]
    )
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments):
        with pytest.raises(ValueError, match="choose"):
            learning_rate_lab(**arguments)

    def test_the_static_figure_shows_what_the_lab_shows(self):
        figure = learning_rate_lab_figure(eta=0.09, kappa=20)
        sight, _, rates = figure.axes
        path = np.array([[(1 - 0.09) ** t, (1 - 0.09 * 20) ** t] for t in range(61)]).T
        drawn = [line.get_xydata().T for line in sight.lines]
        assert any(line.shape == path.shape and np.allclose(line, path) for line in drawn)
        thresholds = [line.get_xdata()[0] for line in rates.lines if len(line.get_xdata()) == 2]
        assert any(np.isclose(thresholds, 0.1))
        with learning_rate_lab(eta=0.09, kappa=20) as lab:
            assert len(lab.figure().axes) == 3

    def test_the_figure_takes_the_same_arguments_as_the_lab(self):
        with pytest.raises(ValueError, match="off the slider"):
            learning_rate_lab_figure(eta=1e9)
        with pytest.raises(TypeError, match="kapa"):
            learning_rate_lab_figure(kapa=3)


class TestHistory:
    def test_every_learning_rate_tried_stays_in_the_picture(self):
        experiment = LearningRate()
        for eta in (0.01, 0.05, 0.09):
            *_, run = experiment.compute({**DEFAULTS, "eta": eta})
            experiment.layers(run)
        assert list(experiment._tried) == [0.01, 0.05, 0.09]

    def test_a_run_under_way_is_marked_at_its_own_learning_rate(self):
        experiment = LearningRate()
        *_, whole = experiment.compute({**DEFAULTS, "eta": 0.01})
        experiment.layers(whole)
        begun = next(iter(experiment.compute({**DEFAULTS, "eta": 0.09})))
        _, panes = mosaic(experiment.layout)
        draw_layers(experiment.layers(begun), panes)
        mark = panes["rates"].lines[-1]
        assert (mark.get_marker(), mark.get_xdata()) == ("D", [0.09])
        assert list(experiment._tried) == [0.01]

    def test_another_problem_begins_an_empty_history(self):
        experiment = LearningRate()
        for kappa in (10.0, 20.0):
            *_, run = experiment.compute({**DEFAULTS, "kappa": kappa})
            experiment.layers(run)
        assert len(experiment._tried) == 1


def test_a_closed_lab_leaves_no_widget_no_channel_and_no_figure_behind():
    def held():
        return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

    before = held()
    lab = learning_rate_lab(steps=10)
    canvas = weakref.ref(lab._kept._canvas)
    lab.controls["eta"].value = 0.1
    lab.close()
    gc.collect()
    assert held() == before
    assert canvas() is None
