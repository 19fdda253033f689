"""The playground trains as `descend` does by hand, says true numbers, and answers every control."""

import gc
import inspect
import re
import weakref
from functools import partial

import comm
import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ipywidgets.widgets import widget as ipywidgets_registry
from widgets.choices import ends_and_middle

from course_lib import symbolic as sym
from course_lib.gradient_check import numerical_gradient
from course_lib.losses import l1_penalty, l2_penalty
from course_lib.mlp import MLP
from course_lib.optimizers import Optimizer, adam, adamw, momentum, nesterov, rmsprop, sgd
from course_lib.plots import Parameter
from course_lib.training import descend, minibatches
from course_lib.transformations import ClipByGlobalNorm, ClipByValue, chain
from course_lib.widgets import network_lab, network_lab_figure
from course_lib.widgets.network import MOST_STEPS, Count, Network, NetworkLab, ParameterChoice
from course_lib.widgets.network_run import (
    DATA,
    HORIZONS,
    TrainingRun,
    data_of,
    horizon,
    network_of,
    parameter_names,
    place_of,
)
from course_lib.widgets.network_words import _lines, formula

DEFAULTS = {name: control.default for name, control in Network.controls.items()}
NUMBER = r"-?\d[\d.e+-]*\d|-?\d"
OPTIMIZERS = {
    "sgd": sgd, "momentum": momentum, "nesterov": nesterov, "rmsprop": rmsprop, "adam": adam,
}  # fmt: skip


class Loop:
    """An event loop whose turn comes when the test says so."""

    def __init__(self):
        self.waiting = []

    def later(self, call):
        self.waiting.append(call)
        return Handle(self.waiting, call)

    def turn(self, times=1):
        for _ in range(times):
            for call in self.waiting[:]:
                self.waiting.remove(call)
                call()


class Handle:
    def __init__(self, waiting, call):
        self.cancel = lambda: waiting.remove(call) if call in waiting else None


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told: `clock(seconds)`."""
    time = [0.0]
    monkeypatch.setattr("course_lib.widgets.work.time.monotonic", lambda: time[0])

    def pass_by(seconds):
        time[0] += seconds

    return pass_by


@pytest.fixture(scope="module")
def lab():
    """One lab for all the walks: they must not depend on what was set before."""
    with network_lab() as lab:
        yield lab


@pytest.fixture
def film(clock):
    """A lab and its event loop: each turn comes when the next picture is due."""
    loop = Loop()
    lab = NetworkLab({**DEFAULTS, "speed": 5}, later=loop.later)

    def turn(times=1):
        for _ in range(times):
            clock(0.06)
            loop.turn()

    loop.picture = turn
    yield lab, loop
    lab.close()


def run_of(**changes):
    return TrainingRun({**DEFAULTS, **changes})


def picture(lab):
    return lab.picture.png


class TestTraining:
    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_it_is_the_descent_that_one_would_write_by_hand(self, name):
        run = run_of(
            data="moons", layers=2, units_1=3, units_2=2, optimizer=name, eta=0.02, loss="mse",
            activation="sigmoid", clip="by value", threshold=0.01, l1=1e-3, l2=0.02, batch_size=16,
            seed=7, test_share=0.3,
        )  # fmt: skip
        run.extend(25)
        net = MLP((2, 3, 2, 1), "sigmoid", "sigmoid", "mse")
        weights = np.array([name[0] == "W" for name in parameter_names(net)], dtype=float)

        def objective(theta, X, Y):
            loss, g = net.loss_and_gradient(theta, X, Y)
            loss += 1e-3 * np.abs(weights * theta).sum() + 0.01 * (weights * theta**2).sum()
            return loss, g + 1e-3 * np.sign(weights * theta) + 0.02 * weights * theta

        rng = np.random.default_rng(7)
        theta = net.init(rng=rng)
        batches = minibatches(run.train.X, run.train.Y, size=16, rng=rng, epochs=None)
        direction = chain(ClipByValue(max_value=0.01), OPTIMIZERS[name](learning_rate=1).direction)
        optimizer = Optimizer(direction=direction, learning_rate=0.02)
        thetas = [
            s.theta for s in descend(objective, theta, batches, optimizer=optimizer, steps=25)
        ]
        np.testing.assert_allclose(np.array(run.thetas[1:]), thetas, rtol=1e-9, atol=1e-12)
        for t in (0, 25):
            for losses, data in ((run.train_losses, run.train), (run.test_losses, run.test)):
                expected = np.mean((net.predict(run.thetas[t], data.X) - data.Y) ** 2)
                assert losses[t] == pytest.approx(expected, rel=1e-12)

    def test_adamw_takes_the_l2_strength_as_its_decay_and_no_penalty(self):
        run = run_of(optimizer="adamw", l2=0.1, eta=0.05)
        run.extend(10)
        net = network_of(DEFAULTS)
        decay = np.array([0.1 * (name[0] == "W") for name in parameter_names(net)])
        optimizer = adamw(learning_rate=0.05, weight_decay=decay)
        batches = [(run.train.X, run.train.Y)] * 10
        *_, last = descend(net.loss_and_gradient, run.thetas[0], batches, optimizer=optimizer)
        np.testing.assert_allclose(run.thetas[-1], last.theta, rtol=1e-10)

    def test_a_clip_by_norm_bounds_the_step(self):
        run = run_of(clip="by norm", threshold=0.01, eta=2.0)
        run.extend(3)
        lengths = np.linalg.norm(np.diff(run.thetas, axis=0), axis=1)
        np.testing.assert_allclose(lengths, 0.02, rtol=1e-9)
        assert ClipByGlobalNorm(max_norm=0.01) in run_optimizer_links(run)

    def test_all_samples_are_one_batch_where_so_many_are_asked_for(self):
        one, two = (run_of(batch_size=size) for size in (100, 200))
        for run in (one, two):
            run.extend(5)
        np.testing.assert_array_equal(one.thetas[-1], two.thetas[-1])

    def test_a_run_that_diverges_ends_with_its_last_finite_step(self):
        run = run_of(activation="identity", layers=3, loss="mse", eta=100.0, l2=1.0)
        run.extend(MOST_STEPS)
        assert run.diverged
        assert run.over
        assert 0 < run.taken < MOST_STEPS
        assert np.isfinite(run.thetas[-1]).all()

    @pytest.mark.parametrize("data", DATA)
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_both_sets_hold_as_much_of_each_class_and_no_sample_twice(self, data, share):
        train, test = data_of({**DEFAULTS, "data": data, "test_share": share, "noise": 0.1})
        assert len(test.X) == round(200 * share)
        assert len(train.X) + len(test.X) == 200
        assert train.Y.mean() == test.Y.mean() == 0.5
        assert len(np.unique(np.concatenate([train.X, test.X]), axis=0)) == 200

    def test_a_neuron_alone_cannot_learn_xor_and_four_hidden_units_can(self):
        """The article's section 4: with no hidden layer all that it learns is ½."""
        alone, four = run_of(layers=0, noise=0.0, eta=1.0), run_of(noise=0.0, eta=1.0)
        for run in (alone, four):
            run.extend(1000)
        assert alone.train_losses[-1] == pytest.approx(np.log(2), abs=1e-6)
        assert four.train_losses[-1] < 0.01
        assert four.at(1000).accuracy == (1.0, 1.0)


def run_optimizer_links(run):
    """What the descent's optimizer is made of."""
    optimizer = inspect.getgeneratorlocals(run._steps)["optimizer"]
    return optimizer.direction.links


class TestGradient:
    @pytest.mark.parametrize("changes", [
        {"layers": 0},
        {"l1": 0.02, "l2": 0.1},
        {"layers": 2, "units_1": 2, "units_2": 3, "loss": "mse", "activation": "sigmoid"},
        {"layers": 3, "units_3": 1, "optimizer": "adamw", "l2": 0.5},
    ])  # fmt: skip
    def test_every_entry_is_that_of_the_penalized_loss(self, changes):
        run = run_of(**changes)
        run.extend(3)
        theta, (X, Y, _) = run.thetas[3], run.train
        weights = np.array([name[0] == "W" for name in parameter_names(run.net)], dtype=float)
        l2 = 0.0 if changes.get("optimizer") == "adamw" else changes.get("l2", 0.0)

        def objective(p):
            loss, _ = run.net.loss_and_gradient(p, X, Y)
            price, _ = l1_penalty(weights * p, strength=changes.get("l1", 0.0))
            return loss + price + l2_penalty(weights * p, strength=l2)[0]

        expected = numerical_gradient(objective, theta, h=1e-6)
        for index, name in enumerate(parameter_names(run.net)):
            found = run.at(3, name).gradient
            assert found.value == theta[index]
            assert found.by_formula == pytest.approx(expected[index], abs=1e-8)
            assert found.by_difference == pytest.approx(expected[index], abs=1e-8)

    def test_the_numbers_in_the_sentence_are_those_of_the_run(self, lab):
        lab.set_up.value = 'network_lab(layers=1, steps=20, weight="W2[3, 0]", eta=0.5)'
        run = run_of(eta=0.5)
        run.extend(20)
        theta, (X, Y, _) = run.thetas[20], run.train
        index = parameter_names(run.net).index("W2[3, 0]")
        text = re.sub("<[^>]*>", "", lab.verdict.value)
        numbers = [float(n) for n in re.findall(rf"(?:loss|=|tion,) ({NUMBER})", text)]
        gradient = numerical_gradient(lambda p: run.net.loss_and_gradient(p, X, Y)[0], theta)[index]
        expected = [run.train_losses[20], run.test_losses[20], theta[index], gradient, gradient]
        assert numbers == pytest.approx(expected, rel=5e-3)
        right = np.mean((run.net.predict(theta, run.test.X) > 0.5) == run.test.Y)
        assert f"{right:.0%} of the test samples" in text

    def test_a_parameter_that_is_not_in_this_network_is_told(self, lab):
        lab.set_up.value = 'network_lab(layers=0, weight="W2[3, 0]")'
        assert lab.error is None
        assert "no W2[3, 0] in this network: W1[0, 0] to b1[0]" in lab.verdict.value
        assert lab.formula.value == ""
        lab.controls["layers"].value = 1
        assert "∂L/∂W2[3, 0] =" in lab.verdict.value

    def test_the_parameters_on_offer_are_those_of_the_network(self, lab):
        lab.set_up.value = "network_lab(layers=1, units_1=2)"
        assert lab.controls["weight"].options == (
            "none", "W1[0, 0]", "W1[0, 1]", "W1[1, 0]", "W1[1, 1]", "b1[0]", "b1[1]",
            "W2[0, 0]", "W2[1, 0]", "b2[0]",
        )  # fmt: skip


def numbers_of(formula_line, values):
    """The right-hand side for one sample, with every letter replaced by its number."""
    rhs = formula_line.rhs.doit()
    entries = {e: values[str(e.base.label)][tuple(int(i) for i in e.indices)]
               for e in rhs.atoms(sp.Indexed)}  # fmt: skip
    return float(rhs.xreplace(entries))


def letters_of(net, theta, x, target):
    """Each letter's numbers for one sample, by a forward pass in plain NumPy; indices from 1."""
    act = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), "identity": lambda z: z,
           "sigmoid": lambda z: 1 / (1 + np.exp(-z))}  # fmt: skip
    numbered = lambda array: {  # noqa: E731
        tuple(i + 1 for i in index): value for index, value in np.ndenumerate(array)
    }
    values, a = {"x": numbered(x), "y^d": numbered(target)}, x
    layers = net.layers(theta)
    for number, (W, b) in enumerate(layers, start=1):
        z = a @ W + b
        last = number == len(layers)
        a = act["sigmoid" if last else net.hidden](z)
        for letter, array in (("w", W), ("b", b), ("z", z), ("a", a)):
            values[f"{letter}{number}"] = numbered(array)
        if last:
            values["y"], values["z"], values["w"] = numbered(a), numbered(z), numbered(W)
    return values


class TestFormula:
    @pytest.mark.parametrize(
        ("sizes", "loss", "hidden"),
        [
            ((2, 3, 2, 1), "mse", "tanh"),
            ((2, 2, 1, 3, 1), "binary_cross_entropy", "relu"),
            ((2, 1, 2, 1), "binary_cross_entropy", "sigmoid"),
            ((2, 1, 2, 1), "mse", "identity"),
        ],
    )
    def test_the_lines_of_a_deep_network_give_every_entry_of_its_gradient(
        self, sizes, loss, hidden
    ):
        net = MLP(sizes, hidden, "sigmoid", loss)
        rng = np.random.default_rng(3)
        theta = net.init(rng=rng) + 0.1
        x, target = np.array([0.7, -0.4]), np.array([1.0])
        _, gradient = net.loss_and_gradient(theta, x[None], target[None])
        values = letters_of(net, theta, x, target)
        for name, expected in zip(parameter_names(net), gradient, strict=True):
            layer, start, end = place_of(name)
            start = None if start is None else start + 1
            first, *deltas = sym.chain_rule(
                sizes, layer=layer, start=start, end=end + 1, f=sym.sigmoid,
                g=getattr(sym, hidden), loss=getattr(sym, loss),
            )  # fmt: skip
            for number, line in reversed(list(enumerate(deltas, start=layer))):
                values[f"delta{number}"] = {
                    (k,): numbers_of(concrete(line, k), values) for k in range(1, sizes[number] + 1)
                }
            assert numbers_of(first, values) == pytest.approx(expected, rel=1e-9, abs=1e-12)

    def test_one_hidden_layer_by_the_chain_rule_is_what_sympy_derives(self):
        network = sym.TwoLayers(f=sym.sigmoid, g=sym.tanh, loss=sym.mse)
        derived = network.derive("w1").result.spell_out("delta1", "delta2")
        first, hidden, output = sym.chain_rule(
            (2, 4, 1), layer=1, start=2, end=3, f=sym.sigmoid, g=sym.tanh, loss=sym.mse
        )
        delta1, delta2 = sym.notation.delta1, sym.notation.delta2
        whole = first.rhs.xreplace({delta1[3]: concrete(hidden, 3).rhs})
        whole = whole.xreplace({delta2[1]: output.rhs})
        assert sp.expand(whole - derived.instantiate(n=2, h=4, m=1, i=2, k=3).rhs) == 0

    @pytest.mark.parametrize("layers", range(4))
    def test_the_page_gets_the_formula_of_the_parameter(self, layers):
        names = parameter_names(network_of({**DEFAULTS, "layers": layers}))
        for name in (names[1], names[-1], "b1[0]"):
            text = formula({**DEFAULTS, "layers": layers, "weight": name})
            layer, start, end = place_of(name)
            number = f"^{{({layer})}}" if layers else ""
            index = f"{end + 1}" if start is None else f"{start + 1}{end + 1}"
            letter = "b" if start is None else "w"
            assert f"{letter}{number}_{{{index}}}" in text
            assert text.count("$$") == 2
            assert r"\frac{1}{100} \sum" in text
            assert ("delta" in text) == (layers > 1)
        assert formula({**DEFAULTS, "layers": layers, "weight": "none"}) == ""

    @pytest.mark.parametrize("layers", [0, 1])
    @pytest.mark.parametrize("loss", ["binary_cross_entropy", "mse"])
    def test_a_shallow_network_has_a_formula_without_deltas_that_is_right(self, layers, loss):
        """Read back from what the page shows: SymPy's own functions, with numbers for letters."""
        net = network_of({**DEFAULTS, "layers": layers, "loss": loss, "units_1": 2})
        theta = net.init(rng=np.random.default_rng(5)) + 0.2
        x, target = np.array([0.7, -0.4]), np.array([0.0])
        _, gradient = net.loss_and_gradient(theta, x[None], target[None])
        values = letters_of(net, theta, x, target)
        for name, expected in zip(parameter_names(net), gradient, strict=True):
            line = shown_line(net, name)
            assert numbers_of(line, values) == pytest.approx(expected, rel=1e-9)
            _, ((left, right),) = _lines(net.sizes, place_of(name), net.hidden, net.loss)
            assert line.latex_sides == (left, f"= {right}")

    def test_penalties_stand_in_the_formula_of_a_weight_and_not_of_a_bias(self):
        both = {**DEFAULTS, "l1": 0.1, "l2": 0.1}
        text = formula({**both, "weight": "W1[0, 0]"})
        assert (
            r"+ \lambda_1 \operatorname{sign} {w^{(1)}_{11}} + \lambda_2 \, {w^{(1)}_{11}}" in text
        )
        assert "lambda" not in formula({**both, "weight": "b1[0]"})
        assert "lambda" not in formula({**DEFAULTS, "weight": "W1[0, 0]"})
        assert r"\lambda_2" not in formula({**both, "optimizer": "adamw", "weight": "W1[0, 0]"})

    @pytest.mark.parametrize(
        ("sizes", "layer", "start", "end"),
        [((2, 2, 2), 1, 1, 1), ((2, 2, 1), 3, 1, 1), ((2, 2, 1), 1, 3, 1), ((2, 2, 1), 1, 0, 1),
         ((2, 2, 1), 1, 1, 3), ((2, 2, 1), 0, None, 1)],
    )  # fmt: skip
    def test_a_parameter_that_is_not_there_has_no_formula(self, sizes, layer, start, end):
        with pytest.raises(ValueError, match=r"one output|no parameter"):
            sym.chain_rule(
                sizes, layer=layer, start=start, end=end, f=sym.sigmoid, g=sym.tanh, loss=sym.mse
            )


def concrete(line, k):
    """A delta's line for unit k."""
    return sym.Formula(line.lhs, line.rhs.subs(sym.notation.k, k))


def shown_line(net, name):
    """The formula of a shallow network, asked for in the symbolic library's own way."""
    layer, start, end = place_of(name)
    f, loss = sym.sigmoid, getattr(sym, net.loss)
    letter = "b" if start is None else "w"
    if len(net.sizes) == 2:
        result = sym.OneLayer(f=f, loss=loss).derive(letter).result
        return result.instantiate(n=2, m=1, j=1, **({} if start is None else {"i": start + 1}))
    result = sym.TwoLayers(f=f, g=getattr(sym, net.hidden), loss=loss).derive(f"{letter}{layer}")
    whole = result.result.spell_out(*(("delta1", "delta2") if layer == 1 else ("delta2",)))
    below = {} if start is None else {"i" if layer == 1 else "k": start + 1}
    return whole.instantiate(
        n=2, h=net.sizes[1], m=1, **below, **{"k" if layer == 1 else "j": end + 1}
    )


def choices(name):
    control = Network.controls[name]
    if isinstance(control, Count):
        return [0, 30, 60]  # the last step is for eyes, not for a test
    if isinstance(control, ParameterChoice):
        return ["none", "W1[1, 0]", "b2[0]"]
    return ends_and_middle(control)


class TestEveryControl:
    @pytest.mark.parametrize("name", [name for name in DEFAULTS if name != "speed"])
    def test_it_is_answered_without_an_error_and_changes_the_picture(self, lab, name):
        lab.set_up.value = (
            'network_lab(data="moons", layers=3, units_1=3, units_2=2, steps=15, eta=0.2,'
            ' batch_size=16, clip="by norm", threshold=0.1, l2=0.02)'
        )
        for value in choices(name):
            before, changes = picture(lab), lab.controls[name].value != value
            lab.controls[name].value = value
            assert lab.error is None
            assert not lab.busy
            assert lab.settings[name] == value
            assert (picture(lab) != before) == changes, (name, value)

    def test_the_speed_alone_changes_nothing_that_is_seen(self, lab):
        before = picture(lab)
        for value in choices("speed"):
            lab.controls["speed"].value = value
            assert picture(lab) == before

    def test_the_same_settings_give_the_same_picture(self, lab):
        pictures = []
        for typed in (
            "network_lab(steps=30)",
            'network_lab(data="blobs")',
            "network_lab(steps=30)",
        ):
            lab.set_up.value = typed
            pictures.append(picture(lab))
        assert pictures[0] == pictures[2] != pictures[1]

    @settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.sampled_from(list(DEFAULTS)).flatmap(
                lambda name: st.tuples(st.just(name), st.sampled_from(choices(name)))
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_a_walk_over_the_controls_never_meets_an_error(self, lab, walk):
        for name, value in walk:
            lab.controls[name].value = value
            assert lab.error is None
            assert lab.verdict.value
            assert lab.set_up.value == repr(lab)

    @pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
    def test_a_run_that_diverges_is_a_sentence_and_still_a_picture(self, lab, activation):
        lab.set_up.value = (
            f'network_lab(layers=3, activation="{activation}", l2=1, eta=100, steps=5000,'
            ' loss="mse", weight="W1[0, 0]")'
        )
        assert lab.error is None
        assert "<b>Diverged after step" in lab.verdict.value
        assert picture(lab).startswith(b"\x89PNG")


class TestPlaying:
    def test_start_trains_on_a_picture_at_a_time_and_says_where_it_is(self, film):
        lab, loop = film
        lab.play_button.click()
        assert lab.playing
        assert lab.play_button.description == "Pause"
        pictures = [picture(lab)]
        for steps in (5, 10, 15):
            loop.picture()
            assert lab.controls["steps"].value == steps
            assert f"<b>Step {steps}</b>" in lab.verdict.value
            assert f"steps={steps}" in lab.set_up.value
            pictures.append(picture(lab))
        assert len(set(pictures)) == 4

    def test_no_picture_comes_before_it_is_due(self, film, clock):
        lab, loop = film
        lab.play()
        loop.picture(2)
        before = lab.controls["steps"].value
        for _ in range(10):
            clock(0.001)
            loop.turn()
        assert lab.controls["steps"].value == before
        clock(0.05)
        loop.turn()
        assert lab.controls["steps"].value == before + 5

    def test_pause_stops_at_once_and_start_goes_on_from_there(self, film):
        lab, loop = film
        lab.play()
        loop.picture(3)
        paused = lab.controls["steps"].value
        lab.play_button.click()
        assert not lab.playing
        assert loop.waiting == []
        assert lab.controls["steps"].value == paused
        assert lab.play_button.description == "Start"
        lab.play()
        loop.picture(2)
        assert lab.controls["steps"].value > paused

    def test_what_is_met_on_the_way_is_what_its_code_makes(self, film):
        lab, loop = film
        lab.play()
        loop.picture(3)
        lab.pause()
        again = network_lab(**lab.settings)
        assert picture(again) == picture(lab)
        assert again.set_up.value == lab.set_up.value
        again.close()

    def test_step_takes_one_step_and_reset_goes_back_to_the_start(self, film):
        lab, loop = film
        start = picture(lab)
        lab.play()
        loop.picture(2)
        steps = lab.controls["steps"].value
        lab.step_button.click()
        assert not lab.playing
        assert lab.controls["steps"].value == steps + 1
        assert f"<b>Step {steps + 1}</b>" in lab.verdict.value
        lab.reset_button.click()
        assert lab.controls["steps"].value == 0
        assert picture(lab) == start
        assert loop.waiting == []

    def test_no_step_is_taken_after_the_last(self, film):
        lab, _ = film
        lab.experiment.most_steps = 3
        for steps in (1, 2, 3, 3):
            lab.step()
            assert lab.controls["steps"].value == steps
        assert Network.most_steps == MOST_STEPS == Network.controls["steps"].most

    def test_a_control_that_moves_while_it_trains_shows_the_same_step_of_the_other_run(self, film):
        lab, loop = film
        lab.play()
        loop.picture(4)
        steps = lab.controls["steps"].value
        lab.controls["eta"].value = 3.0
        assert lab.playing
        assert lab.controls["steps"].value == steps
        run = run_of(eta=3.0)
        run.extend(steps)
        assert f"training loss {run.train_losses[steps]:.3g}" in lab.verdict.value
        loop.picture()
        assert lab.controls["steps"].value == steps + 5

    def test_taking_hold_of_the_steps_pauses_and_rewinds(self, film):
        lab, loop = film
        lab.play()
        loop.picture(5)
        lab.controls["steps"].value = 7
        assert not lab.playing
        assert "<b>Step 7</b>" in lab.verdict.value
        assert loop.waiting == []

    def test_a_set_up_that_is_typed_while_it_trains_is_taken(self, film):
        lab, loop = film
        lab.play()
        loop.picture(2)
        lab.set_up.value = 'network_lab(data="blobs", layers=0, steps=40)'
        loop.picture()
        assert lab.error is None
        assert (lab.settings["data"], lab.settings["layers"]) == ("blobs", 0)
        assert lab.controls["steps"].value >= 40

    def test_the_film_ends_where_the_run_does(self, film):
        lab, loop = film
        lab.set_up.value = (
            'network_lab(layers=3, activation="identity", l2=1, eta=100, speed=50, loss="mse",'
            " steps=0)"
        )
        lab.play()
        for _ in range(500):
            loop.picture()
            if not lab.playing:
                break
        assert not lab.playing
        assert not lab.busy
        assert "Diverged" in lab.verdict.value
        assert lab.play_button.description == "Start"

    def test_a_screen_reader_is_not_told_twenty_times_a_second(self, film):
        lab, loop = film
        lab.play()
        loop.picture()
        assert 'aria-live="off"' in lab.verdict.value
        lab.pause()
        assert 'aria-live="polite"' in lab.verdict.value

    def test_an_error_while_it_trains_is_a_sentence_and_ends_the_film(self, film, monkeypatch):
        lab, loop = film
        lab.play()
        monkeypatch.setattr(TrainingRun, "extend", lambda *_: 1 / 0)
        loop.picture()
        assert isinstance(lab.error, ZeroDivisionError)
        assert "cannot be shown" in lab.verdict.value
        assert not lab.playing
        assert not lab.busy

    def test_the_stop_button_pauses(self, film):
        lab, loop = film
        lab.play()
        lab.stop()
        assert not lab.playing
        assert loop.waiting == []

    def test_closing_ends_the_film(self, clock):
        loop = Loop()
        lab = NetworkLab(dict(DEFAULTS), later=loop.later)
        lab.play()
        lab.close()
        assert loop.waiting == []
        assert not lab.busy

    def test_every_button_has_a_name_and_says_what_it_does(self, lab):
        for button in (lab.play_button, lab.step_button, lab.reset_button):
            assert button.description
            assert button.tooltip


class TestWork:
    def test_a_long_way_is_gone_in_slices_and_shows_how_far_it_is(self):
        experiment = Network()
        moments = list(experiment.compute({**DEFAULTS, "steps": 120}))
        assert [experiment.share(moment) for moment in moments] == pytest.approx(
            [50 / 120, 100 / 120, 1]
        )

    def test_a_step_that_was_seen_is_not_computed_again(self, monkeypatch):
        experiment = Network()
        *_, first = experiment.compute({**DEFAULTS, "steps": 60})
        monkeypatch.setattr("course_lib.widgets.network_run.descend", pytest.fail)
        *_, earlier = experiment.compute({**DEFAULTS, "steps": 20, "weight": "b1[0]", "speed": 50})
        assert earlier.run is first.run
        assert earlier.step == 20

    @pytest.mark.parametrize(("step", "end"), [(0, 100), (100, 100), (101, 200), (5000, 5000)])
    def test_the_axis_of_steps_grows_by_leaps(self, step, end):
        assert horizon(step) == end
        assert HORIZONS[-1] == MOST_STEPS

    def test_a_parameter_is_found_by_its_name(self):
        assert place_of("W3[0, 12]") == Parameter(3, 0, 12)
        assert place_of("b2[7]") == Parameter(2, None, 7)

    @pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "identity"])
    def test_each_unit_answers_from_minus_one_to_one_with_its_own_sign(self, activation):
        run = run_of(activation=activation, layers=2, units_2=3)
        x, y = np.linspace(-1, 2, 5), np.linspace(0, 1, 4)
        answers = run.at(0).answers(x, y)
        assert [layer.shape for layer in answers] == [(2, 4, 5), (4, 4, 5), (3, 4, 5), (1, 4, 5)]
        np.testing.assert_allclose(answers[0][0][0], [-1, -0.5, 0, 0.5, 1])
        np.testing.assert_allclose(answers[0][1][:, 0], np.linspace(-1, 1, 4))
        point = np.array([[x[3], y[2]]])
        (first, _) = run.net.hidden_layers(run.thetas[0], point)
        middle = 0.5 if activation == "sigmoid" else 0.0
        np.testing.assert_array_equal(np.sign(answers[1][:, 2, 3]), np.sign(first[0] - middle))
        assert answers[3][0, 2, 3] == pytest.approx(
            2 * run.net.predict(run.thetas[0], point)[0, 0] - 1
        )
        assert max(np.abs(layer).max() for layer in answers) <= 1


class TestSetUp:
    def test_the_arguments_of_the_function_are_the_controls_with_their_defaults(self):
        parameters = inspect.signature(network_lab).parameters
        assert {name: parameter.default for name, parameter in parameters.items()} == DEFAULTS

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ({"layers": 4}, "choose from 0 to 3"),
            ({"steps": -1}, "choose from 0 to 5000"),
            ({"steps": 5001}, "choose from 0 to 5000"),
            ({"weight": "W1"}, "choose 'none', a weight such as"),
            ({"weight": 3}, "choose 'none', a weight such as"),
            ({"data": "circles"}, "choose one of 'xor'"),
            ({"eta": 0.0}, "choose from"),
        ],
    )
    def test_an_argument_off_its_control_is_refused_with_what_is_offered(self, arguments, told):
        with pytest.raises(ValueError, match=told):
            network_lab(**arguments)

    @pytest.mark.parametrize("steps", [1.5, True, "3"])
    def test_a_step_is_a_whole_number(self, steps):
        with pytest.raises(TypeError, match="steps must be a whole number"):
            network_lab(steps=steps)

    def test_what_means_nothing_is_hidden(self):
        shown = partial(Network().relevant)
        assert not {"units_1", "activation", "threshold"} & set(shown({**DEFAULTS, "layers": 0}))
        deep = set(shown({**DEFAULTS, "layers": 2, "clip": "by norm"}))
        assert {"units_1", "units_2", "activation", "threshold"} < deep
        assert "units_3" not in deep

    def test_the_still_figure_is_of_the_step_that_is_asked_for(self):
        figure = network_lab_figure(steps=60, weight="W1[0, 2]")
        units, output, loss = figure.axes
        run = run_of()
        run.extend(60)
        (curve, _) = (line for line in loss.lines if len(line.get_xdata()) > 1)
        np.testing.assert_array_equal(curve.get_ydata(), run.train_losses)
        assert output.get_xlabel() == "x₁"
        assert any("∂L/∂W1[0, 2] =" in text.get_text() for text in units.texts)


def test_closed_labs_leave_no_widget_no_channel_and_no_figure_behind():
    def held():
        return len(ipywidgets_registry._instances), len(comm.get_comm_manager().comms)

    before, canvases = held(), []
    for _ in range(3):
        lab = network_lab(weight="b1[0]")
        canvases.append(weakref.ref(lab._kept._canvas))
        lab.step()
        lab.close()
        del lab
    gc.collect()
    assert held() == before
    assert [canvas() for canvas in canvases] == [None] * 3
