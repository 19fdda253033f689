"""The race is run as each optimizer's formula says, and the lab shows and says who leads."""

import gc
import inspect
import math
import weakref

import comm
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipywidgets.widgets import widget as ipywidgets_registry
from widgets.choices import ends_and_middle

from course_lib.plots.style import LOOKS
from course_lib.widgets import optimizer_lab, optimizer_lab_figure
from course_lib.widgets.experiment import static_figure
from course_lib.widgets.optimizer import Optimizers
from course_lib.widgets.race import RACERS, TRACKS, Race, track
from course_lib.widgets.race_words import race_verdict

DEFAULTS = {name: control.default for name, control in Optimizers.controls.items()}
EVERYBODY = ", ".join(RACERS)


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with optimizer_lab() as lab:
        yield lab


def run(problem, t, rates=None, kappa=10.0):
    where = track(problem, kappa)
    own = np.array([where.own_rates[name] for name in RACERS])
    race = Race(where, own if rates is None else np.broadcast_to(rates, 7))
    for _ in range(t + 1):
        race.advance()
    return race


def verdict(**arguments):
    with optimizer_lab(**arguments) as lab:
        assert lab.error is None
        return lab.verdict.value


def by_hand(name, gradient, x, eta, steps, beta1=0.9, beta2=0.999):
    """One coordinate of one optimizer in plain Python; `gradient(x, t)` for t = 1, 2, ..."""
    path, velocity, m, v, largest = [x], 0.0, 0.0, 0.0, 0.0
    for t in range(1, steps + 1):
        g = gradient(x, t)
        velocity = 0.9 * velocity + g
        beta = 0.9 if name == "RMSProp" and beta2 == 0.999 else beta2
        m, v = beta1 * m + (1 - beta1) * g, beta * v + (1 - beta) * g * g
        largest = max(largest, v)
        corrected = (largest if name == "AMSGrad" else v) / (1 - beta2**t)
        adam = m / (1 - beta1**t) / (math.sqrt(corrected) + 1e-8)
        d = {
            "SGD": g,
            "momentum": velocity,
            "Nesterov": g + 0.9 * velocity,
            "RMSProp": g / (math.sqrt(v) + 1e-8),
            "AdamW": adam + 0.01 * x,
        }.get(name, adam)
        x = x - eta(t) * d
        if beta1 == 0:
            x = min(1.0, max(-1.0, x))
        path.append(x)
    return path


class TestRace:
    @pytest.mark.parametrize("name", RACERS)
    def test_each_runs_as_its_formula_says_whoever_runs_beside_it(self, name):
        rates, run_of = np.geomspace(0.01, 0.07, 7), RACERS.index(name)
        paths = np.stack(run("ravine", 30, rates).points)[:, :, run_of]
        for coordinate, slope in enumerate((1.0, 10.0)):
            expected = by_hand(name, lambda x, _, s=slope: s * x, 1.0, lambda _: rates[run_of], 30)
            np.testing.assert_allclose(paths[:, coordinate], expected, rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize("name", RACERS)
    def test_reddis_game_is_played_with_the_settings_of_its_proof(self, name):
        x = np.stack(run("Reddi's game", 60).points)[:, 0, RACERS.index(name)]
        expected = by_hand(
            name, lambda _, t: 3.0 if t % 3 == 1 else -1.0, 0.0, lambda t: 0.5 / math.sqrt(t), 60,
            beta1=0.0, beta2=0.1,
        )  # fmt: skip
        np.testing.assert_allclose(x, expected, rtol=1e-9, atol=1e-12)

    def test_adam_walks_to_the_worst_point_of_reddis_game_and_amsgrad_to_the_best(self):
        x = dict(zip(RACERS, run("Reddi's game", 999).points[999][0], strict=True))
        assert x["Adam"] > 0.97
        assert x["AMSGrad"] < -0.97

    @pytest.mark.parametrize("problem", TRACKS)
    def test_its_own_rate_brings_everybody_nearer_to_the_lowest_loss(self, problem):
        race = run(problem, 250, kappa=100.0)
        better = race.excess[250] < race.excess[0]
        expected = np.array([name not in ("RMSProp", "Adam", "AdamW") for name in RACERS])
        np.testing.assert_array_equal(better, expected if problem == "Reddi's game" else True)

    def test_the_loss_is_counted_from_the_lowest(self):
        race = run("ravine", 3)
        x, y = race.points[3]
        np.testing.assert_allclose(race.excess[3], (x**2 + 10 * y**2) / 2)
        x = -2.0
        for _ in range(50):
            x = 6.0 / (1 + math.exp(-x)) - 3.0
        cliff = (1 / (1 + math.exp(-x)) - 0.7) ** 2
        np.testing.assert_allclose(run("recurrent cliff", 0).excess[0], cliff, rtol=1e-9)
        race = run("Reddi's game", 5)
        np.testing.assert_allclose(race.excess[5], (race.points[5][0] + 1) / 3)

    def test_one_that_diverges_is_lost_and_the_others_race_on(self):
        rates = np.full(7, 0.05)
        rates[0] = 300.0
        race = run("ravine", 200, rates)
        assert race.excess[200][0] == np.inf
        assert np.isfinite(race.excess[200][1:]).all()
        alone = run("ravine", 200, np.full(7, 0.05))
        np.testing.assert_allclose(race.points[200][:, 1:], alone.points[200][:, 1:])

    def test_when_all_have_diverged_the_race_still_has_every_step(self):
        race = Race(track("ravine", 1e3), np.array([1e6, 1e6, 1e6, 1e308, 1e308, 1e308, 1e308]))
        for _ in range(300):
            race.advance()
        assert len(race.excess) == len(race.points) == 300
        assert np.isinf(race.excess[-1]).all()

    def test_equal_losses_share_a_place(self):
        race = Race(track("ravine", 10.0), np.ones(7))
        race.excess.append(np.array([3.0, 1e-9, np.inf, 1.0, 1e-30, 1.0, np.inf]))
        assert race.places(0, range(7)) == [5, 1, 6, 3, 1, 3, 6]
        assert race.places(0, [0, 3]) == [2, 1]


def choices(name):
    control = Optimizers.controls[name]
    if name == "racers":
        return [EVERYBODY, "Nesterov", ""]
    return ends_and_middle(control)


class TestEveryControl:
    @pytest.mark.parametrize("name", DEFAULTS)
    def test_both_ends_and_the_middle_are_answered_and_change_the_picture(self, lab, name):
        lab.set_up.value = "optimizer_lab(t=40)"
        if name == "eta":
            lab.controls["rates"].value = "one for all"
        for value in choices(name):
            before, moved = lab.picture.png, lab.controls[name].value != value
            lab.controls[name].value = value
            assert lab.error is None
            assert not lab.busy
            assert lab.settings[name] == value
            assert (lab.picture.png != before) == moved

    @pytest.mark.parametrize("problem", TRACKS)
    def test_every_problem_answers_both_ends_of_every_rate(self, lab, problem):
        lab.set_up.value = f'optimizer_lab(t=9, problem="{problem}", racers="{EVERYBODY}")'
        for name in ("factor", "eta"):
            for value in choices(name)[::2]:
                lab.controls[name].value = value
                assert lab.error is None
            lab.controls["rates"].value = "one for all"

    def test_a_control_that_means_nothing_is_hidden(self, lab):
        lab.set_up.value = "optimizer_lab(t=5)"

        def hidden():
            return {n for n, widget in lab.controls.items() if widget.layout.display == "none"}

        assert hidden() == {"eta"}
        lab.controls["rates"].value = "one for all"
        assert hidden() == {"factor"}
        lab.controls["problem"].value = "Beale"
        assert hidden() == {"factor", "kappa"}

    @settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.sampled_from([name for name in DEFAULTS if name != "t"]).flatmap(
                lambda name: st.tuples(st.just(name), st.sampled_from(choices(name)))
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_a_walk_over_the_controls_never_meets_an_error(self, lab, walk):
        lab.set_up.value = "optimizer_lab(t=20)"
        for name, value in walk:
            lab.controls[name].value = value
            assert lab.error is None
            assert lab.verdict.value
            assert lab.set_up.value == repr(lab)


class TestPlay:
    def test_each_tick_moves_the_race_on_by_a_stop(self, lab):
        lab.set_up.value = "optimizer_lab(t=39)"
        played = lab.controls["t"]
        for t in (40, 42):
            played.play.value += 1
            assert lab.settings["t"] == t
            assert f"at step {t}" in lab.verdict.value

    def test_it_goes_on_from_where_the_slider_was_moved(self, lab):
        played = lab.controls["t"]
        played.slider.value = 90
        assert played.play.value == played.slider.index
        lab.set_up.value = "optimizer_lab(t=93)"
        assert lab.settings["t"] == 93, "between two stops"
        played.play.value += 1
        assert lab.settings["t"] == 94

    def test_its_last_stop_is_the_end_of_the_slider(self, lab):
        lab.set_up.value = "optimizer_lab(t=1000)"
        played = lab.controls["t"]
        assert played.play.value == played.play.max == len(played.slider.options) - 1

    def test_a_step_more_goes_on_with_the_race_that_was_run(self):
        experiment = Optimizers()
        *_, ten = experiment.compute({**DEFAULTS, "t": 10})
        looks = list(experiment.compute({**DEFAULTS, "t": 12}))
        assert looks[-1].race is ten.race
        assert len(ten.race.excess) == 13
        assert [look.whole for look in looks][-1]
        (back,) = experiment.compute({**DEFAULTS, "t": 3})
        assert (back.race, back.t) == (ten.race, 3)

    def test_a_race_that_is_under_way_shows_how_far_it_is(self):
        experiment = Optimizers()
        looks = iter(experiment.compute({**DEFAULTS, "t": 10}))
        for _ in range(6):
            look = next(looks)
        assert not look.whole
        assert experiment.share(look) == pytest.approx(5 / 10)
        assert "at step 5" in experiment.describe(look)

    def test_only_the_last_races_are_kept(self):
        experiment = Optimizers()
        for factor in np.linspace(0.1, 1.0, 30):
            list(experiment.compute({**DEFAULTS, "t": 0, "factor": float(factor)}))
        assert len(experiment._races) == 8


class TestWhoRaces:
    def test_names_are_ticked_in_boxes_and_read_in_order(self, lab):
        lab.set_up.value = 'optimizer_lab(t=5, racers=" Adam ,SGD,Adam")'
        boxes = lab.controls["racers"].boxes
        assert [box.description for box in boxes if box.value] == ["SGD", "Adam"]
        boxes[RACERS.index("Nesterov")].value = True
        assert lab.settings["racers"] == "SGD, Nesterov, Adam"
        assert 'racers="SGD, Nesterov, Adam"' in lab.set_up.value
        assert "Nesterov" in lab.verdict.value

    def test_with_nobody_the_lab_says_what_to_do(self, lab):
        lab.controls["racers"].value = ""
        assert lab.error is None
        assert "Nobody races" in lab.verdict.value

    @pytest.mark.parametrize("racers", ["Adam, Lion", 7, None])
    def test_a_name_that_is_not_offered_is_refused(self, racers):
        with pytest.raises((TypeError, ValueError), match="racers"):
            optimizer_lab(racers=racers)

    def test_each_keeps_its_look_whoever_else_races(self):
        for racers in ("AMSGrad", "SGD, AMSGrad"):
            figure = optimizer_lab_figure(t=5, racers=racers)
            colors = {line.get_color() for line in figure.axes[1].lines}
            assert LOOKS[RACERS.index("AMSGrad")].color in colors


class TestWhatItSays:
    def test_the_order_is_that_of_the_losses(self):
        race = Race(track("ravine", 10.0), np.ones(7))
        race.excess += [np.full(7, 5.0), np.array([3.0, 2.0, np.inf, 1e-20, 1.0, 1.0, 0.5])]
        text = race_verdict(race, 1, ("SGD", "momentum", "Nesterov", "Adam"))
        assert text.startswith("Adam leads at step 1: 1 above the lowest loss; then")
        assert "then momentum 2, SGD 3. Diverged: Nesterov." in text
        text = race_verdict(race, 1, ("RMSProp", "Adam"))
        assert text.startswith("RMSProp leads at step 1: less than 1e-8 above")
        assert race_verdict(race, 1, ("Adam", "AdamW")).startswith("Adam and AdamW lead at")

    def test_changes_of_the_lead_are_counted(self):
        race = Race(track("ravine", 10.0), np.ones(7))
        for a, b in ((5, 5), (1, 2), (1, 2), (3, 2), (1, 2)):
            race.excess.append(np.array([a, b, 9, 9, 9, 9, 9], dtype=float))
        assert "changed 2 times, last at step 4" in race_verdict(race, 4, ("SGD", "momentum"))
        assert "changed once, last at step 3" in race_verdict(race, 3, ("SGD", "momentum"))
        assert "has not changed" in race_verdict(race, 2, ("SGD", "momentum"))

    def test_before_the_first_step_all_are_equal(self):
        assert "all stand 50.5 above" in verdict(t=0)

    def test_of_reddis_game_it_says_who_is_at_the_worst_point(self):
        text = verdict(problem="Reddi's game", t=400, racers="SGD, Adam, AMSGrad")
        assert "At +1, the worst point: Adam." in text
        assert "At −1, the best point: SGD, AMSGrad." in text

    def test_when_all_are_lost_it_says_so(self):
        text = verdict(rates="one for all", eta=10.0, racers="SGD, momentum", t=500)
        assert "All are lost" in text


class TestPicture:
    def test_the_paths_and_losses_are_those_of_the_race(self):
        figure = optimizer_lab_figure(t=20, racers="SGD, Adam")
        race = run("ravine", 20, kappa=100.0)
        sight, loss, _ = figure.axes
        path = np.stack(race.points)[:, :, RACERS.index("Adam")].T
        assert any(np.array_equal(line.get_data(), path) for line in sight.lines)
        drawn = np.stack([line.get_ydata() for line in loss.lines])
        expected = np.stack(race.excess)[:, [0, RACERS.index("Adam")]].T
        np.testing.assert_allclose(drawn, expected)

    def test_in_reddis_game_x_is_drawn_over_the_steps(self):
        figure = optimizer_lab_figure(t=20, racers="Adam", problem="Reddi's game")
        x = np.stack(run("Reddi's game", 20).points)[:, 0, RACERS.index("Adam")]
        assert any(np.array_equal(line.get_ydata(), x) for line in figure.axes[0].lines)

    @pytest.mark.parametrize(("t", "span"), [(0, 50), (50, 50), (51, 100), (1000, 1000)])
    def test_the_axis_of_steps_grows_as_the_race_goes_on(self, t, span):
        figure = static_figure(Optimizers(), {**DEFAULTS, "t": t})
        assert figure.axes[1].get_xlim() == (0, span)

    def test_the_standing_names_everybody_with_rate_and_place(self):
        figure = optimizer_lab_figure(t=100, racers="SGD, Adam", rates="one for all", eta=0.015)
        words = [text.get_text() for text in figure.axes[2].texts]
        assert words == ["SGD, η = 0.015", "Adam, η = 0.015", "1.", "2."]


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(optimizer_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS

    @pytest.mark.parametrize("arguments", [{"t": 1001}, {"factor": 0.0}, {"problem": "bowl"}])
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments):
        with pytest.raises(ValueError, match="choose"):
            optimizer_lab(**arguments)


def test_a_closed_lab_leaves_no_widget_no_channel_and_no_figure_behind():
    def held():
        return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

    before = held()
    lab = optimizer_lab(t=5)
    canvas = weakref.ref(lab._kept._canvas)
    lab.controls["t"].value = 7
    lab.close()
    gc.collect()
    assert held() == before
    assert canvas() is None
