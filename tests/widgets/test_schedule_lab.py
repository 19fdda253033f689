"""The schedule lab answers every setting, and its words and curves are those of the theory."""

import gc
import inspect
import itertools
import math
import weakref

import comm
import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipywidgets.widgets import widget as ipywidgets_registry
from numpy.testing import assert_allclose
from widgets.choices import ends_and_middle

from course_lib.widgets import schedule_lab, schedule_lab_figure
from course_lib.widgets.schedule import ScheduleLab
from course_lib.widgets.schedule_run import SCHEDULES

DEFAULTS = {name: control.default for name, control in ScheduleLab.controls.items()}


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with schedule_lab() as lab:
        yield lab


def run(**arguments):
    *_, whole = ScheduleLab().compute({**DEFAULTS, **arguments})
    return whole


def verdict(**arguments):
    return ScheduleLab().describe(run(**arguments))


def choices(name):
    return ends_and_middle(ScheduleLab.controls[name])


class TestEveryControl:
    @pytest.mark.parametrize("name", DEFAULTS)
    def test_both_ends_and_the_middle_are_answered_and_change_the_picture(self, lab, name):
        schedule = {"every": "step", "decay": "inverse time", "final": "cosine"}
        lab.set_up.value = (
            f'schedule_lab(schedule="{schedule.get(name, "exponential")}", eta=0.9, factor=0.95,'
            " noise=0.1, curvature=1.5, steps=75)"
        )
        for value in choices(name):
            before, moved = lab.picture.png, lab.controls[name].value != value
            lab.controls[name].value = value
            assert lab.error is None
            assert not lab.busy
            assert lab.settings[name] == value
            assert (lab.picture.png != before) == moved
            assert lab.picture.png[:4] == b"\x89PNG"

    @pytest.mark.parametrize("schedule", SCHEDULES)
    def test_what_means_nothing_is_hidden_and_changes_nothing(self, lab, schedule):
        lab.set_up.value = f'schedule_lab(schedule="{schedule}", steps=50)'
        relevant = lab.experiment.relevant(lab.settings)
        before = lab.picture.png
        for name in set(DEFAULTS) - set(relevant):
            assert lab.controls[name].layout.display == "none"
            lab.controls[name].value = choices(name)[-1]
            assert lab.picture.png == before

    @settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.sampled_from(list(DEFAULTS)).flatmap(
                lambda name: st.tuples(
                    st.just(name),
                    st.sampled_from(
                        list(getattr(ScheduleLab.controls[name], "values", choices(name)))
                    ),
                )
            ),
            min_size=1,
            max_size=6,
        )
    )
    def test_a_walk_over_all_controls_never_meets_an_error(self, lab, walk):
        for name, value in walk:
            lab.controls[name].value = value
            assert lab.error is None
            assert lab.verdict.value
            assert lab.set_up.value == repr(lab)

    @pytest.mark.parametrize("schedule", SCHEDULES)
    def test_no_corner_of_the_controls_meets_an_error(self, schedule):
        names = [name for name in ("factor", "decay", "final", "warm_up", "every") if name in
                 ScheduleLab().relevant({**DEFAULTS, "schedule": schedule})]  # fmt: skip
        ends = [(choices(name)[0], choices(name)[-1]) for name in (*names, "eta", "curvature")]
        for corner, noise in zip(itertools.product(*ends), itertools.cycle((0.0, 10.0, 0.1))):
            values = dict(zip((*names, "eta", "curvature"), corner, strict=True))
            text = verdict(schedule=schedule, noise=noise, steps=50, **values)
            assert "nan" not in text


class TestWhatItMeasures:
    def test_the_exponential_of_the_errata_keeps_the_q_pochhammer_symbol(self):
        limit = float(mpmath.qp(mpmath.mpf("0.05"), mpmath.mpf("0.9")))
        assert run().limit == pytest.approx(limit, rel=1e-9)
        assert run(noise=0.0).points[-1][0] == pytest.approx(limit, rel=1e-6)

    def test_the_limit_of_drops_is_the_product_over_each_stage(self):
        """η = 1, then ½, ¼, ...: five steps at each."""
        expected = math.prod((1 - 0.1 * 0.5**stage) ** 5 for stage in range(80))
        limit = run(schedule="step", factor=0.5, every=5, curvature=0.1).limit
        assert limit == pytest.approx(expected, rel=1e-9)

    def test_a_warm_up_multiplies_the_limit_by_what_it_keeps(self):
        """Four steps at 1/5 to 4/5 of the rate, and one at the whole."""
        plain, warm = run(), run(warm_up=5)
        factor = math.prod(1 - 0.05 * part / 5 for part in range(1, 6))
        assert warm.limit == pytest.approx(plain.limit * factor, rel=1e-9)

    def test_a_cosine_to_zero_ends_where_its_run_ends(self):
        whole = run(schedule="cosine", warm_up=20)
        assert whole.limit == pytest.approx(whole.kept[-1], rel=1e-9)
        assert len(whole.rates) == 200
        assert whole.rates[-1] == pytest.approx(0.5 * (1 + math.cos(math.pi * 179 / 180)))

    def test_a_cosine_ends_at_its_share_of_the_full_rate(self):
        rates = run(schedule="cosine", eta=2.0, final=0.25).rates
        assert rates[0] == 2.0
        assert rates[-1] == pytest.approx(0.5, abs=1e-3)

    @pytest.mark.parametrize(
        ("arguments", "limit"),
        [
            ({"schedule": "constant"}, 0.0),
            ({"schedule": "inverse time", "eta": 10.0, "curvature": 10.0}, 0.0),
            ({"schedule": "constant", "curvature": 2.01}, math.inf),
            ({"schedule": "cosine", "curvature": 5.0, "final": 0.5}, math.inf),
            ({"schedule": "cosine", "curvature": 3.0, "final": 0.5}, 0.0),
        ],
    )
    def test_where_the_rates_have_no_finite_sum_the_limit_is_none_or_infinite(
        self, arguments, limit
    ):
        assert run(**arguments).limit == limit

    def test_a_hundred_runs_have_the_predicted_loss_and_end_at_the_floor(self):
        """η/(2 − η) for λ = σ = 1; the mean of 100 squares is off by 14 % or so."""
        whole = run(schedule="constant", eta=0.5, curvature=1.0, noise=1.0, steps=400)
        assert whole.floors[-1] == pytest.approx(1 / 3)
        assert whole.expected[-1] == pytest.approx(1 / 3)
        assert whole.losses[100:].mean() == pytest.approx(1 / 3, rel=0.02)

    def test_without_noise_every_run_is_the_product(self):
        whole = run(schedule="inverse time", noise=0.0, curvature=0.4)
        assert_allclose(np.sqrt(whole.losses), whole.kept[:, None] * np.ones(100), rtol=1e-9)
        assert_allclose(whole.expected, whole.kept**2)

    def test_a_warm_up_that_hits_the_minimum_leaves_nothing_whatever_comes_after(self):
        """Its first rate is 10/100, and 1 − 0.1 · 10 = 0; the drops after it would diverge."""
        whole = run(schedule="step", eta=10.0, curvature=10.0, warm_up=100, factor=0.999, every=100)
        assert whole.limit == 0.0

    def test_losses_too_large_for_a_number_are_drawn_and_told(self, lab):
        lab.set_up.value = (
            'schedule_lab(eta=10, schedule="constant", curvature=10, noise=1, steps=400)'
        )
        assert lab.error is None
        assert "The loss is too large for a number." in lab.verdict.value


class TestWhatItSays:
    @pytest.mark.parametrize(
        ("arguments", "head"),
        [
            ({}, "Freezes:"),
            ({"schedule": "constant"}, "Arrives at the noise"),
            ({"schedule": "constant", "noise": 0.0, "steps": 50}, "Arrives:"),
            ({"schedule": "constant", "noise": 0.0, "steps": 50, "eta": 0.5}, "Still on its way"),
            ({"schedule": "constant", "curvature": 3.0}, "Diverges: ηλ = 3 is above 2"),
            ({"schedule": "constant", "curvature": 2.0, "noise": 0.0}, "Swings for ever"),
            ({"schedule": "inverse time", "eta": 3.0, "curvature": 1.0}, "Arrives at the noise"),
            ({"schedule": "inverse time", "decay": 0.001, "eta": 3.0, "curvature": 1.0},
             "Still further out than it began"),
            ({"eta": 10.0, "curvature": 1.0, "factor": 0.6}, "Freezes further out"),
            ({"schedule": "cosine", "curvature": 1.0}, "Arrives at the noise"),
        ],
    )  # fmt: skip
    def test_the_verdict_is_the_one_that_theory_gives(self, arguments, head):
        assert verdict(**arguments).startswith(head)

    def test_the_numbers_are_told(self):
        text = verdict()
        assert "add up to 10 and no more" in text  # 1/(1 − 0.9)
        assert "0.60246 of the first distance stays for ever" in text
        assert "predicted 0.364, 0.363 from the start and 0.00114 from noise" in text
        assert "nothing moves any more" in text

    def test_drops_add_up_to_twice_the_first_stage(self):
        text = verdict(schedule="step", factor=0.5, every=5, curvature=0.1)
        assert "add up to 10 and no more" in text  # 5 (1 + ½ + ¼ + ...)

    def test_a_warm_up_counts_among_the_rates(self):
        """1/5 + 2/5 + 3/5 + 4/5 + 1 before the 10 of the decay."""
        assert "add up to 13 and no more" in verdict(warm_up=5)

    def test_the_floor_is_told_where_there_is_one(self):
        text = verdict(schedule="constant", eta=0.5, curvature=1.0, noise=1.0)
        assert "noise floor of the last rate, 0.5, is 0.333" in text
        assert "no noise floor" in verdict(schedule="constant", eta=2.5, curvature=1.0)
        assert "there is no floor" in verdict(noise=0.0)


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(schedule_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS

    def test_what_you_see_is_what_you_can_type(self):
        with schedule_lab(schedule="cosine", curvature=1, steps=50) as lab:
            lab.controls["final"].value = 0.1
            typed, picture = lab.set_up.value, lab.picture.png
        assert typed == (
            'schedule_lab(eta=1, schedule="cosine", final=0.1, curvature=1, noise=0.02, steps=50)'
        )
        with eval(typed, {"schedule_lab": schedule_lab}) as again:
            assert again.picture.png == picture

    @pytest.mark.parametrize("arguments", [{"eta": 0.0}, {"schedule": "linear"}, {"factor": 1.0}])
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments):
        with pytest.raises(ValueError, match="choose"):
            schedule_lab(**arguments)

    def test_the_static_figure_shows_rates_product_limit_and_losses(self):
        figure = schedule_lab_figure(curvature=0.1)
        rate, loss, kept = figure.axes
        whole = run(curvature=0.1)

        def shows(ax, values):
            lines = [line.get_ydata() for line in ax.lines]
            return any(len(y) == len(values) and np.allclose(y, values) for y in lines)

        assert shows(rate, whole.rates)
        assert shows(rate, [20.0, 20.0])  # 2/λ
        assert shows(kept, whole.kept)
        assert shows(kept, [whole.limit] * 2)
        for curve in (whole.losses.mean(axis=1), whole.expected, whole.floors):
            assert shows(loss, curve)


def test_a_closed_lab_leaves_no_widget_no_channel_and_no_figure_behind():
    def held():
        return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

    before = held()
    lab = schedule_lab(steps=50)
    canvas = weakref.ref(lab._kept._canvas)
    lab.controls["eta"].value = 0.1
    lab.close()
    gc.collect()
    assert held() == before
    assert canvas() is None
