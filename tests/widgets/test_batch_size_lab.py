"""The batch-size lab answers every setting, and measures what the closed form predicts."""

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
from numpy.testing import assert_allclose
from widgets.choices import ends_and_middle

from course_lib.training import minibatches
from course_lib.widgets import batch_size_lab, batch_size_lab_figure
from course_lib.widgets.batch_size import RULES, TUNED, BatchSize
from course_lib.widgets.batch_task import BATCHES, IMAGES, SEED, B, best, bowl, digits

DEFAULTS = {name: control.default for name, control in BatchSize.controls.items()}
SHORT = {"steps": 50, "runs": 2}


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with batch_size_lab() as lab:
        yield lab


def view(**arguments):
    *_, whole = BatchSize().compute({**DEFAULTS, **arguments})
    return whole


def verdict(**arguments):
    return BatchSize().describe(view(**arguments))


def choices(name):
    return ends_and_middle(BatchSize.controls[name])


def softmax(X, W, b):
    odds = np.exp(X @ W + b)
    return odds / odds.sum(axis=1, keepdims=True)


class TestEveryControl:
    @pytest.mark.parametrize("name", DEFAULTS)
    def test_both_ends_and_the_middle_are_answered_and_change_the_picture(self, lab, name):
        lab.set_up.value = "batch_size_lab(batch=2, eta=0.04, target=0.2, runs=1, steps=100)"
        for value in choices(name):
            before, moved = lab.picture.png, lab.controls[name].value != value
            lab.controls[name].value = value
            assert lab.error is None
            assert not lab.busy
            assert lab.settings[name] == value
            assert (lab.picture.png != before) == moved
            assert lab.picture.png[:4] == b"\x89PNG"

    def test_what_means_nothing_is_hidden_and_changes_nothing(self, lab):
        for problem, rule, hidden in (
            ("digits", "linear", {"kappa": 50.0, "sigma": 5.0}),
            ("quadratic", TUNED, {"eta": 0.5}),
        ):
            lab.set_up.value = (
                f'batch_size_lab(rule="{rule}", problem="{problem}", runs=1, steps=50)'
            )
            before = lab.picture.png
            for name, value in hidden.items():
                assert lab.controls[name].layout.display == "none"
                lab.controls[name].value = value
                assert lab.picture.png == before

    def test_a_combination_without_a_theory_is_a_sentence_and_the_next_one_works(self, lab):
        lab.set_up.value = f'batch_size_lab(rule="{TUNED}", problem="digits", runs=1, steps=50)'
        assert "needs the closed form" in lab.verdict.value
        lab.set_up.value = 'batch_size_lab(rule="linear", batch=3)'
        assert "B = 3 is not a power of 2" in lab.verdict.value
        lab.controls["batch"].value = 4
        assert lab.error is None
        assert "B = 4" in lab.verdict.value

    @settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.sampled_from([name for name in DEFAULTS if name != "problem"]).flatmap(
                lambda name: st.tuples(
                    st.just(name),
                    st.sampled_from(
                        list(getattr(BatchSize.controls[name], "values", choices(name)))
                    ),
                )
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_a_walk_over_all_controls_never_meets_an_error(self, lab, walk):
        lab.controls["problem"].value = "quadratic"
        for name, value in walk:
            lab.controls[name].value = value
            assert lab.error is None
            assert lab.verdict.value
            assert lab.set_up.value == repr(lab)

    @pytest.mark.parametrize("rule", [*RULES, TUNED])
    def test_no_corner_of_the_controls_meets_an_error(self, rule):
        names = ("batch", "eta", "target", "kappa", "sigma")
        for corner in itertools.product(*[(choices(name)[0], choices(name)[-1]) for name in names]):
            values = dict(zip(names, corner, strict=True))
            assert "nan" not in verdict(rule=rule, **SHORT, **values)


class TestNoise:
    def test_b_times_the_variance_is_the_variance_of_one_sample(self):
        """σ² Σλ for the bowl; the mean of 8192 / B batches in six directions is off by 5 %."""
        noise = bowl(10.0, 3.0).noise
        total = 9.0 * np.geomspace(0.1, 1.0, 6).sum()
        assert_allclose(noise.predicted * B, total)
        assert_allclose(noise.measured * B, total, rtol=0.15)
        assert not np.allclose(noise.measured, noise.predicted, rtol=1e-6)

    @pytest.mark.parametrize("sigma", [0.5, 2.0])
    def test_noise_equals_the_gradient_where_the_batch_is_sigma_squared(self, sigma):
        noise = bowl(30.0, sigma).noise
        assert noise.one_sample / noise.gradient == pytest.approx(sigma**2)

    def test_batches_of_digits_vary_as_draws_without_replacement_do(self):
        noise = digits().noise
        assert_allclose(
            noise.predicted * B, noise.one_sample * (IMAGES - B) / (IMAGES - 1), rtol=1e-12
        )
        assert_allclose(noise.measured, noise.predicted, rtol=0.15)


class TestSteps:
    def test_the_mean_of_many_runs_follows_the_expected_loss(self):
        study = view(runs=64, steps=60, rule="constant", eta=0.1).study
        means = study.losses.mean(axis=2)
        assert_allclose(means[0], 1.0)
        assert_allclose(means, study.expected, rtol=0.5)
        assert_allclose(means[:, -1], study.expected[:, -1], rtol=0.06)

    def test_runs_end_at_the_noise_floor(self):
        study = view(runs=64, steps=400, rule="constant", eta=0.3).study
        floors = study.task.floors(study.rates)
        assert_allclose(study.losses[200:].mean(axis=(0, 2)), floors, rtol=0.05)

    def test_runs_that_have_all_diverged_stay_infinite(self):
        losses = np.full((251, len(BATCHES), 1), np.nan)
        list(bowl(10.0, 2.0).follow(np.full(len(BATCHES), 100.0), losses))
        assert np.isfinite(losses[:50]).all()
        assert np.isinf(losses[100:]).all()

    def test_measured_steps_are_close_to_the_predicted_ones(self):
        whole = view(rule=TUNED, runs=64)
        measured = whole.study.steps_to(0.1)
        assert_allclose(measured, whole.study.predicted_steps(0.1), rtol=0.12, atol=1)

    def test_under_the_linear_rule_twice_the_batch_takes_half_the_steps(self):
        """As long as ηλ is small: B (1 − ηλ)^(t/B) hardly depends on B."""
        predicted = view(eta=0.02, steps=400, runs=1).study.predicted_steps(0.1)
        assert_allclose(predicted[:5] * B[:5], predicted[0], rtol=0.03)

    def test_the_linear_rule_keeps_the_floor_and_the_constant_one_lowers_it(self):
        task = bowl(10.0, 2.0)
        linear, constant = task.floors(0.01 * B), task.floors(np.full(len(B), 0.01))
        assert_allclose(linear[:4], linear[0], rtol=0.1)
        assert_allclose(constant * B, constant[0])

    def test_without_noise_the_best_rate_is_that_of_the_textbook(self):
        """κ = 1 and ηλ = 1: one step, whatever the batch."""
        rates, steps = best(bowl(1.0, 0.1), 0.01, 50)
        assert_allclose(rates[-1], 1.0, rtol=0.11)
        assert steps[-1] == 1

    @pytest.mark.parametrize("sigma", [1.0, 2.0])
    def test_the_best_steps_fall_in_proportion_then_stay(self, sigma):
        _, steps = best(bowl(10.0, sigma), 0.1, 400)
        assert np.all(np.diff(steps) <= 0)
        assert steps[0] / steps[1] > 1.8
        assert steps[-2] == steps[-1]

    def test_no_rate_on_a_fine_grid_is_better_than_the_best(self):
        task = bowl(10.0, 2.0)
        _, steps = best(task, 0.1, 200)
        losses = [task.expected(np.full(9, eta), 200) for eta in np.linspace(0.01, 1.9, 150)]
        fewest = np.min([(loss > 0.1).cumprod(axis=0).sum(axis=0) for loss in losses], axis=0)
        assert np.all(steps <= 1.05 * fewest + 1)
        assert np.all(steps >= fewest)

    def test_digits_take_fewer_steps_with_larger_batches_under_the_linear_rule(self):
        whole = view(problem="digits", target=0.3, runs=1, steps=100)
        steps = whole.study.steps_to(0.3)
        assert steps[2] > 1.5 * steps[3] > 2 * steps[4]
        assert whole.study.expected is None

    def test_a_loss_of_digits_is_that_of_softmax_regression_by_hand(self):
        task, rate, place = digits(), 0.7, 5
        losses = np.full((3, len(BATCHES), 2), np.nan)
        list(task.follow(np.full(len(BATCHES), rate), losses))
        batches = minibatches(
            task.X, task.Y, size=BATCHES[place], rng=np.random.default_rng([SEED, 1, place])
        )
        W, b = np.zeros((64, 10)), np.zeros(10)
        for X, Y in itertools.islice(batches, 2):
            W, b = (
                W - rate * X.T @ (softmax(X, W, b) - Y) / 32,
                b - rate * (softmax(X, W, b) - Y).mean(axis=0),
            )
        loss = -np.log((softmax(task.X, W, b) * task.Y).sum(axis=1)).mean()
        assert_allclose(losses[0], 1.0)
        assert losses[2, place, 1] == pytest.approx(loss / np.log(10.0))
        assert losses[2, place, 0] != losses[2, place, 1]


class TestKeptRuns:
    def test_another_batch_or_target_needs_no_new_runs(self):
        experiment = BatchSize()
        *_, first = experiment.compute({**DEFAULTS, **SHORT})
        *_, second = experiment.compute({**DEFAULTS, **SHORT, "batch": 64, "target": 0.3})
        *_, third = experiment.compute({**DEFAULTS, **SHORT, "eta": 0.07})
        assert second.study is first.study
        assert third.study is not first.study

    def test_under_the_best_rule_another_target_needs_them(self):
        experiment = BatchSize()
        *_, first = experiment.compute({**DEFAULTS, **SHORT, "rule": TUNED})
        *_, second = experiment.compute({**DEFAULTS, **SHORT, "rule": TUNED, "target": 0.3})
        assert second.study is not first.study
        assert second.study.rates[0] > first.study.rates[0]

    def test_runs_that_were_abandoned_go_on_where_they_were(self):
        experiment = BatchSize()
        work = experiment.compute({**DEFAULTS, **SHORT})
        for _ in range(10):
            early = next(work)
        assert 0 < experiment.share(early) < 1
        assert experiment.describe(early).startswith("Working")
        work.close()
        *_, whole = experiment.compute({**DEFAULTS, **SHORT, "batch": 2})
        assert whole.study is early.study
        assert experiment.share(whole) == 1.0
        assert_allclose(whole.study.losses, view(**SHORT).study.losses)

    def test_more_runs_leave_the_first_ones_as_they_were(self):
        few, many = view(runs=2, steps=50).study, view(runs=8, steps=50).study
        assert_allclose(many.losses[:, :, :2], few.losses)


class TestWhatItSays:
    @pytest.mark.parametrize(
        ("arguments", "head"),
        [
            ({}, "Reaches the target: at B = 8 and η = 0.4 the mean"),
            ({"batch": 64}, "Misses the target: B = 64 and η = 3.2 diverge, as ηλ = 3.2"),
            ({"batch": 1, "eta": 0.001}, "Misses the target: B = 1 and η = 0.001 do not come down"),
            ({"batch": 1, "eta": 0.5, "rule": "constant", "runs": 64},
             "Misses the target: B = 1 and η = 0.5 end at the noise floor"),
            ({"batch": 16, "rule": "square root"},
             "Reaches the target: at B = 16 and η = 0.2 the mean"),
        ],
    )  # fmt: skip
    def test_the_verdict_is_the_one_that_theory_gives(self, arguments, head):
        assert verdict(**arguments).startswith(head)

    @pytest.mark.parametrize(
        ("batch", "words"),
        [
            (1, "that is nearly perfect scaling"),
            (32, "the gain is running out"),
            (128, "a larger batch buys almost nothing more"),
        ],
    )
    def test_what_twice_the_batch_buys_is_told(self, batch, words):
        assert words in verdict(batch=batch, rule=TUNED, runs=64)

    def test_the_last_batch_has_no_next_one(self):
        assert "Twice" not in verdict(batch=256, rule=TUNED)
        assert "Twice the batch misses it" in verdict(batch=32, runs=64)

    def test_the_numbers_are_told(self):
        """σ² Σλ = 4 · 2.56; λ are 1, 0.63, 0.4, 0.25, 0.16 and 0.1."""
        text = verdict(runs=64)
        whole = view(runs=64)
        assert f"after {whole.study.steps_to(0.1)[3]:.0f} steps" in text
        assert f"predicted {whole.study.predicted_steps(0.1)[3]:.0f} steps" in text
        assert f"{8 * whole.study.steps_to(0.1)[3]:.0f} samples" in text
        assert "predicted 10.2" in text
        assert text.endswith("noise is as large as the gradient of the start at B = 4.")

    def test_a_dip_below_a_floor_above_the_target_is_called_luck(self):
        assert "a lucky dip" in verdict(batch=32, steps=400, runs=2)

    def test_of_the_digits_both_ends_of_the_noise_are_told(self):
        text = verdict(problem="digits", runs=1, steps=50)
        noise = digits().noise
        assert f"predicted {noise.one_sample:.3g} for one and" in text
        assert "expected loss" not in text


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(batch_size_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS

    def test_what_you_see_is_what_you_can_type(self):
        with batch_size_lab(batch=16, runs=2, steps=50) as lab:
            lab.controls["rule"].value = "square root"
            typed, picture = lab.set_up.value, lab.picture.png
        assert typed == ('batch_size_lab(batch=16, eta=0.05, rule="square root", runs=2, steps=50)')
        with eval(typed, {"batch_size_lab": batch_size_lab}) as again:
            assert again.picture.png == picture

    @pytest.mark.parametrize("arguments", [{"eta": 0.0}, {"rule": "cubic"}, {"batch": 512}])
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments):
        with pytest.raises(ValueError, match="choose"):
            batch_size_lab(**arguments)

    def test_the_static_figure_shows_noise_steps_and_losses_with_their_theory(self):
        figure = batch_size_lab_figure(**SHORT)
        noise, loss, steps = figure.axes
        whole = view(**SHORT)

        def shows(ax, values):
            lines = [line.get_ydata() for line in ax.lines]
            return any(
                len(y) == len(values) and np.allclose(y, values, equal_nan=True) for y in lines
            )

        assert shows(noise, whole.study.task.noise.predicted)
        assert shows(noise, [whole.study.task.noise.gradient] * 2)
        predicted = whole.study.predicted_steps(0.1)
        assert shows(steps, np.where(np.isfinite(predicted), predicted, np.nan))
        reached = np.flatnonzero(np.isfinite(predicted))[0]
        assert shows(steps, predicted[reached] * B[reached] / B)
        assert shows(loss, whole.study.losses[:, 3].mean(axis=1))
        assert shows(loss, whole.study.expected[:, 3])
        assert shows(loss, np.full(51, whole.study.task.floors(whole.study.rates)[3]))


def test_a_closed_lab_leaves_no_widget_no_channel_and_no_figure_behind():
    def held():
        return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

    before = held()
    lab = batch_size_lab(**SHORT)
    canvas = weakref.ref(lab._kept._canvas)
    lab.controls["eta"].value = 0.1
    lab.close()
    gc.collect()
    assert held() == before
    assert canvas() is None
