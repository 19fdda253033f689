"""Transformations by hand: constant gradients, g = ε, limits, and gradients near 1e200."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from course_lib.transformations import (
    Adam,
    Chain,
    ClipByGlobalNorm,
    ClipByValue,
    DecayWeights,
    Delay,
    Momentum,
    Nesterov,
    RMSProp,
    Scale,
    chain,
    global_norm,
)

EVERY = {
    "clip by norm": ClipByGlobalNorm(max_norm=1.5),
    "clip by value": ClipByValue(max_value=0.8),
    "momentum": Momentum(beta=0.7),
    "nesterov": Nesterov(beta=0.7),
    "rmsprop": RMSProp(beta=0.7, eps=1e-3),
    "adam": Adam(beta1=0.7, beta2=0.95, eps=1e-3),
    "amsgrad": Adam(beta1=0.7, beta2=0.5, eps=1e-3, amsgrad=True),
    "decay": DecayWeights(weight_decay=0.1),
    "delay": Delay(steps=3),
    "chain": chain(ClipByGlobalNorm(max_norm=1.5), DecayWeights(weight_decay=0.1), Adam()),
}
each = pytest.mark.parametrize("link", EVERY.values(), ids=EVERY)


def directions(link, gradients, theta=None):
    """Send gradients of the shape of theta through a link, one after another."""
    gradients = [np.atleast_1d(np.asarray(g, dtype=float)) for g in gradients]
    theta = np.zeros_like(gradients[0]) if theta is None else theta
    state, found = link.init(theta), []
    for g in gradients:
        d, state = link.update(g, state, theta)
        found.append(d)
    return np.array(found)


# --- Momentum ------------------------------------------------------------------------------------


def test_two_steps_of_momentum_by_hand():
    """g = 1, then −2, β = ½: v = 1, then ½ − 2. Nesterov: 1 + ½·1, then −2 + ½·(−1.5)."""
    assert_array_equal(directions(Momentum(beta=0.5), [1.0, -2.0]), [[1.0], [-1.5]])
    assert_array_equal(directions(Nesterov(beta=0.5), [1.0, -2.0]), [[1.5], [-2.75]])


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_under_a_steady_gradient_momentum_grows_by_a_geometric_series(kind):
    """v_t = g (1 − βᵗ)/(1 − β), which tends to g/(1 − β); so does Nesterov, one power ahead."""
    t = np.arange(1, 101)[:, None] + (kind is Nesterov)
    series = 3.0 * (1 - 0.9**t) / (1 - 0.9)
    found = directions(kind(beta=0.9), [3.0] * 100)
    assert_allclose(found, series, rtol=1e-13)
    assert found[-1] == pytest.approx(30.0, rel=1e-4)


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_without_beta_momentum_is_plain_descent(kind):
    gradients = [[1.0, -2.0], [0.5, 3.0]]
    assert_array_equal(directions(kind(beta=0), gradients), gradients)


# --- RMSProp and Adam ----------------------------------------------------------------------------


def test_two_steps_of_rmsprop_by_hand():
    """β = ¾: v = ¼·16 = 4, d = 4/2; then v = ¾·4 + ¼·(2√6)² = 9, d = 2√6/3."""
    found = directions(RMSProp(beta=0.75, eps=1e-300), [4.0, math.sqrt(24)])
    assert_allclose(found, [[2.0], [math.sqrt(24) / 3]], rtol=1e-15)


def test_rmsprop_starts_with_a_step_that_is_too_long():
    """From v₀ = 0 the first direction is 1/√(1 − β) in every coordinate, and 1 in the end."""
    found = directions(RMSProp(beta=0.9, eps=1e-300), [[1e-5, -7.0]] * 300)
    assert_allclose(found[0], [math.sqrt(10), -math.sqrt(10)], rtol=1e-14)
    assert_allclose(found[-1], [1, -1], rtol=1e-13)


def test_two_steps_of_adam_by_hand():
    """g = 1, then 3, with β₁ = .9 and β₂ = .999; all in fractions.

    m = .1, v = .001: m̂ = v̂ = 1. Then m = .39 over 1 − .81, v = .009999 over 1 − .998001.
    """
    found = directions(Adam(beta1=0.9, beta2=0.999, eps=1e-300), [1.0, 3.0])
    assert_allclose(found, [[1.0], [(39 / 19) / math.sqrt(9999 / 1999)]], rtol=1e-13)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_under_a_steady_gradient_adams_direction_is_one_at_every_t(amsgrad):
    """What the corrections are for: whatever g is, m̂ = g and v̂ = g² from the first step on."""
    gradient = [1e-6, -1e-2, 3.0, 1e4]
    found = directions(Adam(eps=1e-300, amsgrad=amsgrad), [gradient] * 500)
    assert_allclose(found, np.tile([1, -1, 1, 1], (500, 1)), rtol=1e-12)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_a_steady_gradient_as_large_as_epsilon_halves_adams_direction(amsgrad):
    """ε/(√(ε²) + ε) = ½ at every t: ε stands after the root of the *corrected* v."""
    found = directions(Adam(eps=0.01, amsgrad=amsgrad), [[0.01, -0.01, 0.03]] * 50)
    assert_allclose(found, np.tile([0.5, -0.5, 0.75], (50, 1)), rtol=1e-13)


def test_a_gradient_as_large_as_epsilon_in_rmsprop():
    """β = ¾: √v = ε/2 at the first step, so d = ε/(ε/2 + ε) = ⅔."""
    assert_allclose(directions(RMSProp(beta=0.75, eps=0.01), [0.01]), [[2 / 3]], rtol=1e-14)


def test_amsgrad_remembers_the_largest_mean_square():
    """β₁ = 0, β₂ = ½, g = 8, then 1: v = 32, then 16.5; AMSGrad keeps 32, over 1 − ¼."""
    settings = {"beta1": 0.0, "beta2": 0.5, "eps": 1e-300}
    plain = directions(Adam(**settings), [8.0, 1.0])
    largest = directions(Adam(**settings, amsgrad=True), [8.0, 1.0])
    assert_allclose(plain, [[1.0], [1 / math.sqrt(22)]], rtol=1e-14)
    assert_allclose(largest, [[1.0], [1 / math.sqrt(32 / 0.75)]], rtol=1e-14)


def test_amsgrad_remembers_each_coordinate_for_itself_and_for_long():
    gradients = [[8.0, 0.1, 8.0]] + [[0.1, 0.1, 0.1]] * 30 + [[1.0, 8.0, 10.0]]
    link = Adam(beta1=0.0, beta2=0.5, eps=1e-300, amsgrad=True)
    correction = 1 - 0.5**32
    v_max = [32.0, 32.005, 50.005]  # ½·64 long ago; now ½·64 + ½·.01, and ½·100 + ½·.01
    expected = np.array([1.0, 8.0, 10.0]) / np.sqrt(np.array(v_max) / correction)
    assert_allclose(directions(link, gradients)[-1], expected, rtol=1e-7)


def test_adam_without_memory_is_the_sign_of_the_gradient():
    found = directions(Adam(beta1=0, beta2=0, eps=1e-300), [[3.0, -0.1], [-5.0, 2.0]])
    assert_array_equal(found, [[1, -1], [-1, 1]])


def test_adam_forgets_the_gradient_after_as_many_steps_as_its_betas_say():
    """After one gradient 1, zeros: m = .1·.9ᵗ⁻¹ and v = .001·.999ᵗ⁻¹, each over 1 − βᵗ."""
    t = np.arange(1, 31)[:, None]
    m_hat = 0.1 * 0.9 ** (t - 1) / (1 - 0.9**t)
    v_hat = 0.001 * 0.999 ** (t - 1) / (1 - 0.999**t)
    found = directions(Adam(eps=1e-300), [1.0] + [0.0] * 29)
    assert_allclose(found, m_hat / np.sqrt(v_hat), rtol=1e-12)


def test_where_every_gradient_was_zero_nothing_moves():
    for link in (RMSProp(), Adam(), Adam(amsgrad=True), Momentum(), Nesterov()):
        assert_array_equal(directions(link, [[0.0, 0.0]] * 3), np.zeros((3, 2)))


# --- Clipping ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-200, 1e-3, 1.0, 1e3, 1e150, 1e200, 1e300])
def test_clipping_by_norm_keeps_the_direction_and_shortens_to_the_threshold(scale):
    """Length min(c, ‖g‖), right also where the square of an entry overflows."""
    unit = np.array([0.36, -0.48, 0.8])
    clip = ClipByGlobalNorm(max_norm=2.0)
    (d,) = directions(clip, [scale * unit])
    assert_allclose(d, min(2.0, scale) * unit, rtol=1e-14)
    many, _ = clip.update(np.outer(scale * unit, [1.0, 0.5]), None, np.zeros((3, 2)))
    assert_allclose(many, np.outer(unit, [min(2.0, scale), min(2.0, scale / 2)]), rtol=1e-14)


def test_a_gradient_at_the_threshold_passes():
    assert_array_equal(directions(ClipByGlobalNorm(max_norm=5), [[3.0, 4.0]]), [[3.0, 4.0]])
    assert_array_equal(directions(ClipByGlobalNorm(max_norm=5), [[0.0, 0.0]]), [[0.0, 0.0]])


def test_clipping_by_value_clips_each_entry_and_turns_the_gradient():
    """g = (3, .4, …): what is long is cut and what is short stays, so the direction turns."""
    found = directions(ClipByValue(max_value=1.0), [[3.0, 0.4, -0.4, -3.0]])
    assert_array_equal(found, [[1.0, 0.4, -0.4, -1.0]])


@pytest.mark.parametrize("shape", [(3,), (3, 2)])
def test_an_infinite_threshold_never_clips(shape):
    for entry in (1e6, math.inf):
        g = np.full(shape, entry)
        for link in (ClipByGlobalNorm(max_norm=math.inf), ClipByValue(max_value=math.inf)):
            assert_array_equal(link.update(g, link.init(g), g)[0], g)


def test_each_run_is_clipped_by_its_own_threshold_and_its_own_norm():
    g = np.array([[3.0, 3.0, 3.0], [4.0, 4.0, 4.0]])
    by_norm = ClipByGlobalNorm(max_norm=np.array([1.0, 10.0, math.inf]))
    assert_allclose(by_norm.update(g, by_norm.init(g), g)[0], [[0.6, 3, 3], [0.8, 4, 4]])
    by_value = ClipByValue(max_value=np.array([1.0, 3.5, math.inf]))
    assert_array_equal(by_value.update(g, by_value.init(g), g)[0], [[1, 3, 3], [1, 3.5, 4]])


@pytest.mark.parametrize("entry", [1.0, 1e200, 1e-3])
def test_the_norm_is_the_root_of_the_sum_of_squares(entry):
    """3-4-12-13, scaled; each run has a norm of its own."""
    g = entry * np.array([3.0, -4.0, 12.0])
    assert global_norm(g) == pytest.approx(13 * entry, rel=1e-15)
    many = np.stack([g, np.zeros(3), entry * np.array([0.0, -1.0, 0.0])], axis=1)
    assert_allclose(global_norm(many), [13 * entry, 0, entry], rtol=1e-15)


def test_the_norm_of_what_is_not_finite_is_not_finite():
    assert global_norm(np.array([math.inf, 1.0])) == math.inf
    assert math.isnan(global_norm(np.array([math.nan, 1.0])))
    norms = global_norm(np.array([[math.inf, math.nan, 3.0], [1.0, 1.0, 4.0]]))
    assert norms[0] == math.inf
    assert math.isnan(norms[1])
    assert norms[2] == 5


# --- Weight decay and chains ---------------------------------------------------------------------


def test_weight_decay_adds_its_share_of_theta():
    theta = np.array([10.0, -20.0])
    found = directions(DecayWeights(weight_decay=0.1), [[1.0, 1.0]], theta)
    assert_array_equal(found, [[2.0, -1.0]])


def test_the_order_of_the_links_tells_adamw_from_l2():
    """Adam rescales what comes before it, so that L2 loses its size and decay does not."""
    theta, g = np.array([100.0]), [[1.0]]
    decay, adam = DecayWeights(weight_decay=0.1), Adam(eps=1e-300)
    assert_allclose(directions(chain(adam, decay), g, theta), [[1 + 10]], rtol=1e-14)
    assert_allclose(directions(chain(decay, adam), g, theta), [[1]], rtol=1e-14)


def test_each_run_or_each_parameter_may_decay_at_its_own_rate():
    theta = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    for decay, expected in [
        (np.array([0.0, 1.0]), theta * [0.0, 1.0]),
        (np.array([[1.0], [1.0], [0.0]]), theta * [[1.0], [1.0], [0.0]]),
        (0.5 * theta, 0.5 * theta**2),
    ]:
        link = DecayWeights(weight_decay=decay)
        assert_array_equal(link.update(0 * theta, link.init(theta), theta)[0], expected)
    no_bias = DecayWeights(weight_decay=np.array([1.0, 1.0, 0.0]))
    assert_array_equal(directions(no_bias, [[0.0] * 3], theta[:, 0]), [[1, 3, 0]])


def test_an_empty_chain_passes_the_gradient_on():
    assert_array_equal(directions(chain(), [[1.0, -2.0]]), [[1.0, -2.0]])
    assert chain() == Chain(())


def test_a_chain_keeps_the_state_of_every_link():
    """Two momenta, one after the other: v = (1, 1.5), then the sums of sums."""
    twice = chain(Momentum(beta=0.5), Momentum(beta=0.5))
    assert_array_equal(directions(twice, [1.0, 1.0, 1.0]), [[1.0], [2.0], [2.75]])


# --- Delay ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("tau", [0, 1, 2, 5])
def test_a_delay_hands_each_gradient_on_after_so_many_steps_and_zero_before(tau):
    gradients = np.arange(1.0, 9.0)[:, None]
    found = directions(Delay(steps=tau), gradients)
    assert_array_equal(found, np.concatenate([np.zeros((tau, 1)), gradients])[:8])


def test_a_delay_is_a_whole_number_of_steps_and_none_is_negative():
    for steps, error in ((-1, ValueError), (0.5, TypeError)):
        with pytest.raises(error, match="steps must be"):
            Delay(steps=steps)


# --- what holds for every link -------------------------------------------------------------------

GRADIENTS = np.random.default_rng(0).normal(size=(12, 4, 3))  # 12 steps, 4 parameters, 3 runs
THETA = np.random.default_rng(1).normal(size=(4, 3))


@each
def test_many_runs_go_where_each_goes_alone(link):
    together = directions(link, GRADIENTS, THETA)
    for run in range(3):
        alone = directions(link, GRADIENTS[:, :, run], THETA[:, run])
        assert_allclose(together[:, :, run], alone, rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("clip by norm", "max_norm"),
        ("clip by value", "max_value"),
        ("momentum", "beta"),
        ("nesterov", "beta"),
        ("rmsprop", "beta"),
        ("rmsprop", "eps"),
        ("adam", "beta1"),
        ("adam", "beta2"),
        ("amsgrad", "beta2"),
        ("adam", "eps"),
        ("decay", "weight_decay"),
    ],
)
def test_each_run_may_have_a_setting_of_its_own(name, setting):
    values = np.array([0.3, 0.6, 0.9])
    together = directions(replace(EVERY[name], **{setting: values}), GRADIENTS, THETA)
    for run, value in enumerate(values):
        link = replace(EVERY[name], **{setting: float(value)})
        alone = directions(link, GRADIENTS[:, :, run], THETA[:, run])
        assert_allclose(together[:, :, run], alone, rtol=1e-13)


@each
def test_the_arguments_are_left_alone(link):
    g, theta = GRADIENTS[0].copy(), THETA.copy()
    state = link.init(theta)
    _, second = link.update(g, state, theta)
    kept = repr(state), repr(second)
    link.update(g, second, theta)
    assert_array_equal(g, GRADIENTS[0])
    assert_array_equal(theta, THETA)
    assert (repr(state), repr(second)) == kept  # so a run can be paused, copied and replayed


@each
def test_the_memory_order_does_not_matter(link):
    expected = directions(link, GRADIENTS, THETA)
    state = link.init(np.asfortranarray(THETA))
    for g, d_expected in zip(GRADIENTS, expected, strict=True):
        strided = np.repeat(g, 2, axis=0)[::2]
        d, state = link.update(strided, state, np.asfortranarray(THETA))
        assert_allclose(d, d_expected, rtol=1e-13)


@pytest.mark.parametrize("runs", [(), (3,)])
@each
def test_float32_stays_float32(link, runs):
    theta = np.ones((4, *runs), np.float32)
    state = link.init(theta)
    for size in (10, 0.1):
        d, state = link.update(size * theta, state, theta)
        assert d.dtype == np.float32


@each
def test_links_with_the_same_settings_are_equal_and_none_can_be_changed(link):
    assert replace(link) == link
    with pytest.raises(AttributeError):
        link.beta = 0.5


def test_the_settings_that_are_not_given_are_those_of_the_papers():
    assert Momentum() == Momentum(beta=0.9)
    assert Nesterov() == Nesterov(beta=0.9)
    assert RMSProp() == RMSProp(beta=0.9, eps=1e-8)
    assert Adam() == Adam(beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False)


# --- bad settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (ClipByGlobalNorm, {"max_norm": 0}, "max_norm must be positive, got 0"),
        (ClipByGlobalNorm, {"max_norm": math.nan}, "max_norm must be positive, got nan"),
        (ClipByGlobalNorm, {"max_norm": [1.0, -2.0]}, r"got max_norm\[1\] = -2"),
        (ClipByValue, {"max_value": -1.0}, "max_value must be positive, got -1"),
        (Momentum, {"beta": 1.0}, r"beta must be in \[0, 1\), got 1"),
        (Nesterov, {"beta": -0.1}, r"beta must be in \[0, 1\), got -0\.1"),
        (RMSProp, {"beta": 1.1}, r"beta must be in \[0, 1\), got 1\.1"),
        (RMSProp, {"eps": 0}, "eps must be positive and finite, got 0"),
        (Adam, {"beta1": 1.0}, r"beta1 must be in \[0, 1\)"),
        (Adam, {"beta2": math.nan}, r"beta2 must be in \[0, 1\), got nan"),
        (Adam, {"eps": -1e-8}, "eps must be positive and finite, got -1e-08"),
        (DecayWeights, {"weight_decay": -0.1}, "weight_decay must be 0 or more"),
    ],
)
def test_a_setting_out_of_range_is_refused(kind, settings, message):
    with pytest.raises(ValueError, match=message):
        kind(**settings)


@pytest.mark.parametrize(
    "kind", [ClipByGlobalNorm, ClipByValue, Momentum, Nesterov, RMSProp, Adam, DecayWeights]
)
def test_settings_are_given_by_name(kind):
    with pytest.raises(TypeError, match="positional"):
        kind(0.9)


def test_settings_are_numbers():
    with pytest.raises(TypeError, match="max_norm must hold real numbers"):
        ClipByGlobalNorm(max_norm="1")


@pytest.mark.parametrize(
    "link",
    [
        ClipByGlobalNorm(max_norm=np.ones(3)),
        ClipByValue(max_value=np.ones(3)),
        Momentum(beta=np.zeros(3)),
        Nesterov(beta=np.zeros(3)),
        RMSProp(beta=np.zeros(3)),
        RMSProp(eps=np.ones(3)),
        Adam(beta1=np.zeros(3)),
        Adam(beta2=np.zeros(3)),
        Adam(eps=np.ones(3)),
        chain(Momentum(), ClipByGlobalNorm(max_norm=np.ones(3))),
    ],
    ids=repr,
)
def test_settings_of_many_runs_need_a_theta_of_many_runs(link):
    """With three parameters and three thresholds NumPy would mix the two up in silence."""
    for theta in (np.zeros(3), np.zeros((3, 4))):
        with pytest.raises(ValueError, match=r"needs theta of shape \(n, 3\), which np\.repeat\("):
            link.init(theta)


@pytest.mark.parametrize(
    "link", [ClipByGlobalNorm(max_norm=[1.0, 2.0]), Momentum(beta=(0.5, 0.9)), Adam(beta1=[0, 0.5])]
)
def test_a_list_of_settings_is_told_how_to_become_an_array(link):
    with pytest.raises(TypeError, match=r"is a (list|tuple); write np\.array\([\[(]"):
        link.init(np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("decay", "theta"), [((3,), (2,)), ((2, 1), (2,)), ((4,), (2, 3)), ((1, 3), (2, 3))]
)
def test_a_decay_that_does_not_fit_theta_is_refused(decay, theta):
    with pytest.raises(ValueError, match=r"weight_decay has shape .*\(n, 1\) with runs"):
        DecayWeights(weight_decay=np.ones(decay)).init(np.ones(theta))


@pytest.mark.parametrize("link", [Adam, 0.9, len, [Adam()]], ids=repr)
def test_what_is_no_link_is_named_with_its_place(link):
    with pytest.raises(TypeError, match=r"link 1 of the chain is .*write Adam\(\)"):
        chain(Momentum(), link)


def test_a_scale_multiplies_every_entry_of_every_run_by_its_own_factor():
    g = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    for factor in (0.5, np.array([1.0, 2.0]), np.array([[1.0], [0.0], [2.0]]), g):
        scale = Scale(factor=factor)
        d, _ = scale.update(g, scale.init(g), g)
        by_hand = [[float(np.broadcast_to(factor, (3, 2))[i, r] * g[i, r]) for r in range(2)]
                   for i in range(3)]  # fmt: skip
        np.testing.assert_array_equal(d, by_hand)


def test_a_scale_that_does_not_fit_or_points_uphill_is_refused():
    with pytest.raises(ValueError, match="factor has shape"):
        Scale(factor=np.ones(4)).init(np.ones((3, 2)))
    with pytest.raises(ValueError, match="downhill"):
        Scale(factor=-1.0)
