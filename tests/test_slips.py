"""The test of the tests: known wrong formulas, each put into the code and caught by a named test.

A slip is a change of the library's own source: the right text, which must occur exactly once (so
that this table cannot rot), and a wrong one. The module is executed anew with the slip in it, the
modules above it as well, and the named test runs against them. It must fail.
"""

import itertools
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

TESTS = Path(__file__).parent
LIBRARY = TESTS.parent / "course_lib"

# From the ground up, each after what it imports; see test_house.py.
MODULES = (
    *("_arrays", "activations", "losses", "schedules", "landscapes", "initializers"),
    *("mlp", "transformations", "gradient_check", "curvature", "optimizers", "training", "sweep"),
)


class Slip(NamedTuple):
    """A wrong formula: its module, the right text and the wrong one, and the test it must fail."""

    module: str
    right: str
    wrong: str
    caught_by: str


# module: {test of tests/test_<module>.py, or file.test: [(right, wrong), ...]}
SLIPS: dict[str, dict[str, list[tuple[str, str]]]] = {
    "activations": {
        "test_values_worked_out_by_hand": [
            ("np.multiply(a, 1.0 - a, out=out)", "np.multiply(a, 1.0 + a, out=out)"),
            ("np.multiply(a, 1.0 - a, out=out)", "np.multiply(a, 1.0, out=out)"),
            ("np.multiply(a, a, out=out)", "np.multiply(a, 1.0, out=out)"),
            ("out[...] = 1.0", "out[...] = a"),
            ("a = np.asarray(self(z))", "a = as_floats('z', z).copy()"),
            ("np.maximum(z, 0.0, out=out)", "np.maximum(z, 0.01 * z, out=out)"),
            ("np.tanh(z, out=out)", "np.tanh(z / 2, out=out)"),
        ],
        "test_the_value_is_the_one_of_the_definition": [
            ("np.negative(z, out=out)", "np.positive(z, out=out)"),
            ('np.errstate(over="ignore")', "np.errstate()"),
        ],
        "test_the_derivative_of_relu_at_its_kink_is_zero": [("= a > 0", "= a >= 0")],
        "test_nan_stays_nan": [("np.maximum(z, 0.0, out=out)", "np.fmax(z, 0.0, out=out)")],
        "test_softmax_is_the_one_of_the_definition": [
            ("np.exp(z - z.max(axis=1, keepdims=True))", "np.exp(z)"),
            ("z.max(axis=1, keepdims=True)", "z.max()"),
            ("p.sum(axis=1, keepdims=True)", "p.sum(axis=0, keepdims=True)"),
        ],
        "test_softmax_of_many_runs_takes_the_classes_on_axis_1": [
            ("p.sum(axis=1, keepdims=True)", "p.sum(axis=-1, keepdims=True)"),
        ],
    },
    "losses": {
        "test_mse_sums_over_outputs": [
            ("residual = Y_pred - Y", "residual = Y - Y_pred"),
            ("residual *= 2.0 / samples", "residual *= 1.0 / samples"),
            ("residual *= 2.0 / samples", "residual *= 2.0 / residual.size"),
            ("residual *= 2.0 / samples", "residual *= 2.0"),
            ("_sum_per_run(residual, residual) / samples", "np.mean(residual**2)"),
            ("_sum_per_run(residual, residual) / samples", "_sum_per_run(residual, residual)"),
        ],
        "test_half_mse_of_one_sample_is_the_articles": [
            ("scale = 0.5 / gradient.shape[1]", "scale = 0.5"),
            ("scale = 0.5 / gradient.shape[1]", "scale = 1.0 / gradient.shape[1]"),
            ("scale = 0.5 / gradient.shape[1]", "scale = 0.5 / len(gradient)"),
            ("return loss * scale, gradient", "return loss, gradient"),
            ("gradient *= scale", "gradient *= 2 * scale"),
        ],
        "test_a_coin_costs_one_bit": [("np.log(total)", "total"), ("np.log(total)", "0 * total")],
        "test_a_cross_entropy_is_least_where_the_outputs_are_the_targets": [
            ("log_total - Y * Z", "log_total + Y * Z"),
            ("_total_per_run(log_total - Y * Z) / samples", "np.mean(log_total - Y * Z)"),
            ("np.logaddexp(0.0, Z)", "np.logaddexp(0.0, -Z)"),
        ],
        "test_logits_of_a_thousand_are_safe_in_float32": [
            ("np.logaddexp(0.0, Z)", "np.log(1.0 + np.exp(Z))"),
            ("Z = Z - np.maximum.reduce(Z, axis=1, keepdims=True)", "Z = 1.0 * Z"),
        ],
        "test_the_gradient_agrees_with_central_differences": [
            ("(np.exp(Z - log_total) - Y)", "(Y - np.exp(Z - log_total))"),
            ("(np.exp(Z - log_total) - Y)", "(np.exp(log_total - Z) - Y)"),
            ("(np.exp(Z - log_total) - Y) / samples", "(np.exp(Z - log_total) - Y)"),
            ("    p -= Y\n", "    p = Y - p\n"),
            ("    p -= Y\n", "    p -= Y * p\n"),
            ("p /= samples", "p /= p.size"),
            ("total = np.add.reduce(p, axis=1", "total = np.add.reduce(p, axis=0"),
        ],
        "test_the_loss_is_the_mean_over_samples": [
            ("np.maximum.reduce(Z, axis=1", "np.maximum.reduce(Z, axis=0"),
        ],
        "test_many_runs_give_what_each_gives_alone": [
            ("a.sum(axis=(0, 1))", "a.sum(axis=(0, 2))"),
            ('np.einsum("njr,njr->r", a, b)', "np.vdot(a, b) * np.ones(a.shape[2])"),
        ],
        "test_shapes_that_do_not_fit_are_named_with_what_to_try": [
            ("prediction.shape[:2] != Y.shape", "len(prediction) != len(Y)"),
            ("or not Y.size", "or False"),
        ],
        "test_a_row_of_targets_that_is_no_distribution_is_refused": [
            ("off = np.add.reduce(Y, axis=1) - 1", "off = np.atleast_1d(Y.sum() - len(Y))"),
            ("return sums_to_1 and bool(Y.min() >= 0)", "return sums_to_1"),
            ("np.vdot(off, off) <= 1e-10", "np.vdot(off, off) <= 1e-5"),
            ("np.abs(off).max() <= 1e-5", "np.abs(off).min() <= 1e-5"),
        ],
        "test_many_rows_may_each_be_off_by_a_little": [
            (" or bool(np.abs(off).max() <= 1e-5)", ""),
        ],
        "test_penalties_worked_out_by_hand": [
            ("0.5 * (gradient * theta)", "(gradient * theta)"),
            ("gradient = strength * theta", "gradient = 2 * strength * theta"),
            ("gradient = strength * np.sign(theta)", "gradient = strength * np.abs(theta)"),
            ("_per_run(0.5 * (gradient * theta)", "_per_run(0.5 * np.sqrt(gradient * theta)"),
        ],
    },
    "mlp": {
        "test_a_network_of_two_hidden_units_worked_out_by_hand": [
            ("delta *= slope(a_below, a_below)", "delta *= 1.0"),
            ("            z += b\n", "            z -= b\n"),
            ("f(z, z) if len(a) < len(layers) else z", "z"),
            ("f(z, z) if len(a) < len(layers) else z", "f(z, z)"),
        ],
        "test_the_gradient_agrees_with_central_differences": [
            (
                "delta *= slope(a_below, a_below)",
                "delta *= ACTIVATIONS[self.hidden].derivative(a_below)",
            ),
            ("slope = ACTIVATIONS[self.hidden]", "slope = ACTIVATIONS['tanh']"),
            ("np.add.reduce(delta, axis=0, out=db)", "np.mean(delta, axis=0, out=db)"),
            ("np.dot(a.T, delta, out=out)", "np.dot(a.T, delta / len(a), out=out)"),
            ("delta *= ACTIVATIONS[self.output].slope(y, y)", "delta *= 1.0"),
            ("ACTIVATIONS[self.output].slope(y, y)", "ACTIVATIONS[self.output].derivative(y)"),
            (
                "y * (delta - (delta * y).sum(axis=1, keepdims=True))",
                "delta * y * (1 - y)",
            ),
            ("(delta * y).sum(axis=1", "(delta * y).sum(axis=0"),
            ("delta.dot(W.T)", "delta.dot(W)"),
            ("delta.dot(W.T)", "delta.dot(W.T) / len(delta)"),
            ("return loss(z, Y)", "return loss(self._activate_output(z), Y)"),
        ],
        "test_the_loss_is_the_loss_of_the_prediction": [
            ("return softmax(z) if", "return softmax(-z) if"),
        ],
        "test_many_runs_give_what_each_gives_alone": [
            ('"njr,ijr->nir", delta, W)', '"njr,ijr->nir", delta, W[:, :, :1])'),
            ('"nir,ijr->njr", a, W)', '"nir,ijr->njr", a, W[:, :, ::-1])'),
            ('"nir,njr->ijr", a, delta', '"nir,njr->ijr", a, delta / len(a)'),
            ("delta.reshape(len(delta), -1)", "delta[::-1].reshape(len(delta), -1)"),
        ],
        "test_weights_lie_input_by_output_and_the_bias_after_them": [
            ("theta[w].reshape(*shape, *runs)", "theta[w].reshape(*shape[::-1], *runs).T"),
            (
                "(slice(start, middle), (d_in, d_out), slice(middle, stop))",
                "(slice(start + d_out, stop), (d_in, d_out), slice(start, start + d_out))",
            ),
        ],
        "test_init_draws_he_for_relu_and_glorot_otherwise_and_no_biases": [
            ('he_uniform if self.hidden == "relu"', 'he_uniform if self.hidden == "tanh"'),
            ("draw(*W.shape, rng=rng)", "draw(*W.shape[::-1], rng=rng).T"),
            ("theta = np.zeros(self.n_parameters)", "theta = np.ones(self.n_parameters)"),
        ],
        "test_a_parameter_is_named_by_where_it_stands_in_its_layer": [
            ("divmod(index - w.start, shape[1])", "divmod(index - w.start, shape[0])"),
        ],
        "test_the_dtype_of_theta_is_the_dtype_of_everything": [
            ("np.empty(theta.shape, theta.dtype)", "np.empty(theta.shape)"),
        ],
    },
    "transformations": {
        "test_two_steps_of_momentum_by_hand": [
            ("v = self.beta * state.v + g", "v = self.beta * state.v + (1 - self.beta) * g"),
            ("v = self.beta * state.v + g", "v = self.beta * (state.v + g)"),
            ("v = self.beta * state.v + g", "v = self.beta * state.v - g"),
            ("return v, MomentumState(v)", "return v, state"),
            ("return g + self.beta * v, state", "return v + self.beta * v, state"),
            ("return g + self.beta * v, state", "return self.beta * v, state"),
            ("return g + self.beta * v, state", "return g + v, state"),
            ("return g + self.beta * v, state", "return v, state"),
        ],
        "test_two_steps_of_rmsprop_by_hand": [
            ("v = self.beta * state.v + (1 - self.beta) * g**2", "v = self.beta * state.v + g**2"),
            ("(1 - self.beta) * g**2", "(1 - self.beta) * np.abs(g)"),
            (
                "self.beta * state.v + (1 - self.beta) * g**2",
                "(1 - self.beta) * state.v + self.beta * g**2",
            ),
            ("g / (np.sqrt(v) + self.eps), RMSPropState(v)", "g / (v + self.eps), RMSPropState(v)"),
            ("RMSPropState(v)\n\n\nclass AdamState", "state\n\n\nclass AdamState"),
        ],
        "test_a_gradient_as_large_as_epsilon_in_rmsprop": [
            ("g / (np.sqrt(v) + self.eps)", "g / np.sqrt(v + self.eps)"),
            ("g / (np.sqrt(v) + self.eps)", "g / np.sqrt(v + self.eps**2)"),
        ],
        "test_two_steps_of_adam_by_hand": [
            ("m = beta1 * state.m + (1 - beta1) * g", "m = beta1 * state.m + g"),
            ("m = beta1 * state.m + (1 - beta1) * g", "m = (1 - beta1) * state.m + beta1 * g"),
            ("v = beta2 * state.v + (1 - beta2) * g**2", "v = beta2 * state.v + g**2"),
            ("(1 - beta2) * g**2", "(1 - beta2) * np.abs(g)"),
            ("(1 - beta2) * g**2", "(1 - beta2) * m**2"),
            ("beta2 * state.v", "beta1 * state.v"),
            ("m_hat / (np.sqrt(v_hat)", "m_hat / (v_hat"),
            ("AdamState(t, m, v, v_max)", "AdamState(t, m_hat, v, v_max)"),
            ("AdamState(t, m, v, v_max)", "AdamState(t, m, v_hat, v_max)"),
            ("AdamState(t, m, v, v_max)", "AdamState(0, m, v, v_max)"),
        ],
        "test_under_a_steady_gradient_adams_direction_is_one_at_every_t": [
            ("m_hat = m * (1 / (1 - beta1**t))", "m_hat = m"),
            ("m_hat = m * (1 / (1 - beta1**t))", "m_hat = m * (1 / (1 - beta1))"),
            ("m_hat = m * (1 / (1 - beta1**t))", "m_hat = m * (1 / (1 - beta2**t))"),
            ("m_hat = m * (1 / (1 - beta1**t))", "m_hat = m * (1 / (1 - beta1 * t))"),
            (" * (1 / (1 - beta2**t))", ""),
            ("(1 - beta2**t)", "(1 - beta2)"),
            ("(1 - beta2**t)", "(1 - beta1**t)"),
            ("self.beta2, state.t + 1", "self.beta2, state.t + 2"),
            ("m_hat / (np.sqrt(v_hat)", "m / (np.sqrt(v_hat)"),
            ("m_hat / (np.sqrt(v_hat)", "m_hat / (np.sqrt(v)"),
        ],
        "test_a_steady_gradient_as_large_as_epsilon_halves_adams_direction": [
            ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat + self.eps)"),
            ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat + self.eps**2)"),
            ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat) + self.eps / np.sqrt(1 - beta2**t)"),
            ("np.sqrt(v_hat) + self.eps", "np.maximum(np.sqrt(v_hat), self.eps)"),
        ],
        "test_a_delay_hands_each_gradient_on_after_so_many_steps_and_zero_before": [
            ("*state.waiting, g", "g, *state.waiting"),
            ("(np.zeros_like(theta),) * self.steps", "(np.zeros_like(theta),) * (self.steps + 1)"),
            ("return oldest, DelayState", "return g, DelayState"),
        ],
        "test_amsgrad_remembers_the_largest_mean_square": [
            ("np.maximum(state.v_max, v)", "v"),
            ("np.maximum(state.v_max, v)", "np.minimum(state.v_max, v)"),
            (
                "(v if v_max is None else v_max) * (1 / (1 - beta2**t))",
                "v * (1 / (1 - beta2**t)) if v_max is None else v_max",
            ),
        ],
        "test_amsgrad_remembers_each_coordinate_for_itself_and_for_long": [
            ("np.maximum(state.v_max, v)", "np.maximum(state.v, v)"),
            ("np.maximum(state.v_max, v)", "np.maximum(state.v_max, v).max() + 0 * v"),
            ("AdamState(t, m, v, v_max)", "AdamState(t, m, v if v_max is None else v_max, v_max)"),
        ],
        "test_clipping_by_norm_keeps_the_direction_and_shortens_to_the_threshold": [
            ("(g * float(c / norm) if norm > c else g)", "g * float(c / norm)"),
            ("(g * float(c / norm) if norm > c else g)", "np.clip(g, -c, c)"),
            ("float(c / norm) if", "float(c / (norm + 1e-6)) if"),
            ("float(c / norm) if", "float(1 / norm) if"),
            ("np.fmin(1.0, c / norm)", "np.fmin(1.0, c / (norm + 1e-6))"),
            ("np.fmin(1.0, c / norm)", "(c / norm)"),
            ("return _rescaled_norm(g) if overflowed else norm", "return norm"),
        ],
        "test_the_norm_is_the_root_of_the_sum_of_squares": [
            ("math.sqrt(np.vdot(g, g))", "float(np.vdot(g, g))"),
            ("math.sqrt(np.vdot(g, g))", "float(np.abs(g).sum())"),
            ("math.sqrt(np.vdot(g, g))", "float(np.abs(g).max())"),
            ('np.einsum("nr,nr->r", g, g)', "np.vdot(g, g) * np.ones(g.shape[1])"),
            ("np.square(g / scale).sum(axis=0)", "np.square(g / scale).mean(axis=0)"),
            ("& (largest > 0)", ""),
        ],
        "test_an_infinite_threshold_never_clips": [
            ("np.fmin(1.0, c / norm)", "(c / np.maximum(norm, c))"),
            ("np.fmin(1.0, c / norm)", "np.minimum(1.0, c / norm)"),
        ],
        "test_clipping_by_value_clips_each_entry_and_turns_the_gradient": [
            ("np.clip(g, -self.max_value, self.max_value)", "np.minimum(g, self.max_value)"),
            ("np.clip(g, -self.max_value, self.max_value)", "np.clip(g, 0, self.max_value)"),
        ],
        "test_weight_decay_adds_its_share_of_theta": [
            ("g + self.weight_decay * theta", "g - self.weight_decay * theta"),
            ("g + self.weight_decay * theta", "g + 2 * self.weight_decay * theta"),
            ("g + self.weight_decay * theta", "g + self.weight_decay * np.sign(theta)"),
            ("g + self.weight_decay * theta", "g + self.weight_decay * g"),
        ],
        "test_the_order_of_the_links_tells_adamw_from_l2": [
            ("zip(self.links, state, strict", "zip(self.links[::-1], state[::-1], strict"),
        ],
        "test_a_chain_keeps_the_state_of_every_link": [
            ("link.update(g, link_state, theta)", "link.update(g, link.init(theta), theta)"),
            ("g, new_state = link", "_, new_state = link"),
        ],
        "test_float32_stays_float32": [("g * float(c / norm)", "g * np.float64(c / norm)")],
    },
    "optimizers": {
        "test_a_step_goes_against_the_direction": [
            ("np.subtract(theta, step, out=step)", "np.add(theta, step, out=step)"),
            ("step = self.rate(state.t) * d", "step = d"),
            ("OptimizerState(state.t + 1, inner)", "OptimizerState(state.t, inner)"),
        ],
        "test_a_schedule_is_asked_for_the_rate_of_step_zero_first": [
            ("self.rate(state.t) * d", "self.rate(state.t + 1) * d"),
            ("self.rate(state.t) * d", "self.rate(0) * d"),
        ],
        "test_momentum_on_a_quadratic_follows_its_recurrence": [
            ("OptimizerState(state.t + 1, inner)", "OptimizerState(state.t + 1, state.inner)"),
        ],
        "test_adamw_at_zero_gradient_shrinks_by_exactly_one_minus_eta_lambda": [
            (
                "Adam(beta1=beta1, beta2=beta2, eps=eps), DecayWeights(weight_decay=weight_decay)",
                "DecayWeights(weight_decay=weight_decay), Adam(beta1=beta1, beta2=beta2, eps=eps)",
            ),
        ],
        "test_the_short_names_pass_their_settings_on": [
            ("direction=Nesterov(beta=beta)", "direction=Momentum(beta=beta)"),
            ("RMSProp(beta=beta, eps=eps)", "RMSProp(beta=beta)"),
            ("eps=eps, amsgrad=amsgrad)", "eps=eps)"),
        ],
        "test_float32_parameters_stay_float32": [("if step.dtype != theta.dtype:", "if False:")],
    },
    "schedules": {
        "test_optimizers.test_two_hundred_steps_go_where_pytorch_goes": [
            ("np.exp(-k * ", "np.exp(-2 * k * "),
            ("(_axis(t, eta, gamma) // every)", "((_axis(t, eta, gamma) + 1) // every)"),
            ("(_axis(t, eta) + 1) / steps", "_axis(t, eta) / steps"),
            ("1.0 + np.cos(", "1.0 - np.cos("),
            ("low + 0.5 * (eta - low)", "0.5 * (eta - low)"),
            ("low + 0.5 * (eta - low)", "low + 0.5 * eta"),
        ],
        "test_values_worked_out_by_hand": [
            (") // every)", ") / every)"),
            ("eta / (1.0 + k * _axis(t, eta, k))", "eta / (1.0 + k) ** _axis(t, eta, k)"),
            ("np.minimum(_axis(t, eta, low), steps) / steps", "_axis(t, eta, low) / steps"),
            (", steps) / steps", ", steps) / (steps - 1)"),
        ],
    },
    "training": {
        "test_every_sample_comes_once_an_epoch_and_the_last_batch_is_what_is_left": [
            ("rng.permutation(len(X))", "rng.integers(len(X), size=len(X))"),
            ("range(0, len(X), size)", "range(0, len(X) - size + 1, size)"),
            ("order[start : start + size]", "order[start : start + size - 1]"),
            ("range(0, len(X), size)", "range(0, len(X), size + 1)"),
        ],
        "test_every_epoch_has_a_new_order_and_a_seed_repeats_them_all": [
            ("rng.permutation(len(X))", "np.arange(len(X))"),
            ("rng.permutation(len(X))", "np.random.default_rng().permutation(len(X))"),
            (
                "    for _ in epochs:\n        order = rng.permutation(len(X))\n",
                "    order = rng.permutation(len(X))\n    for _ in epochs:\n",
            ),
        ],
        "test_each_sample_is_as_likely_in_every_place": [
            ("rng.permutation(len(X))", "np.roll(np.arange(len(X)), rng.integers(3))"),
        ],
        "test_samples_keep_their_targets": [("Y[batch]", "Y[start : start + size]")],
        "test_a_quadratic_descends_by_its_closed_form": [
            ("return Step(state.t,", "return Step(new_state.t,"),
            ("return Step(state.t, loss, arrived", "return Step(state.t, loss, theta"),
            ("return global_norm(self.gradient)", "return global_norm(self.gradient) ** 2"),
        ],
        "test_the_loop_is_the_one_that_a_reader_writes_by_hand": [
            (
                "theta, state, diverged = step.theta, step.state,",
                "theta, _, diverged = step[2], 0,",
            ),
            ("rate = optimizer.rate(state.t)", "rate = optimizer.rate(state.t + 1)"),
        ],
        "test_a_run_that_was_interrupted_ends_where_an_uninterrupted_one_does": [
            ("optimizer.init(theta) if state is None else state", "optimizer.init(theta)"),
        ],
        "test_steps_and_batches_end_the_run_whichever_is_first": [
            ("islice(endless, steps)", "islice(endless, steps and steps + 1)"),
        ],
        "test_a_diverging_run_ends_with_a_step_that_says_so": [
            ("        return theta, state\n", "        return optimizer.step(theta, g, state)\n"),
        ],
        "test_a_network_blows_up_without_a_warning": [
            ('@np.errstate(all="ignore")', "@np.errstate()"),
        ],
        "test_nan_and_infinity_are_seen_in_the_loss_and_in_the_gradient": [
            ("(math.isfinite(loss) and is_finite(g))", "math.isfinite(loss)"),
            ("(math.isfinite(loss) and is_finite(g))", "is_finite(g)"),
            ("not (math.isfinite(loss)", "not (not math.isnan(loss)"),
        ],
        "test_of_many_runs_only_the_diverged_one_stops": [
            ("return np.where(diverged, theta, arrived), state", "return arrived, state"),
            (
                "diverged is not False and diverged.all()",
                "diverged is not False and diverged.any()",
            ),
            ("infinite = ~np.isfinite(loss)", "infinite = np.isnan(loss)"),
        ],
        "test_of_many_runs_one_entry_of_a_gradient_that_is_not_finite_stops_its_run_alone": [
            ("infinite | ~np.isfinite(g).all(axis=0)", "infinite"),
            ("~np.isfinite(g).all(axis=0)", "~np.isfinite(g).any(axis=0)"),
        ],
        "test_a_run_that_has_diverged_does_not_come_back_on_a_kinder_batch": [
            ("diverged = diverged | _is_infinite", "diverged = _is_infinite"),
        ],
    },
    "sweep": {
        "test_a_grid_is_every_combination_the_last_name_fastest": [
            ('indexing="ij"', 'indexing="xy"')
        ],
        "test_every_run_ends_where_it_would_end_alone": [
            ("optimizer(**settings), state=state", "optimizer(**settings), state=None"),
            ("batches[start : start + prune_every]", "batches[:prune_every]"),
            (
                "values[first : first + block] for name, values in columns",
                "values[:block] for name, values in columns",
            ),
        ],
        "test_runs_that_diverge_are_infinite_and_leave_the_others_alone": [
            ("values[keep] for", "values[: keep.sum()] for"),
            ("state[..., keep]", "state[..., : keep.sum()]"),
            (
                "final_loss[alive], final_theta[:, alive]",
                "final_loss[alive], final_theta[:, :alive.size]",
            ),
            (
                "final_loss[alive], final_theta[:, alive]",
                "final_loss[:alive.size], final_theta[:, alive]",
            ),
            ("            final_theta[:, alive] = theta\n", ""),
            ("np.full(runs, np.inf)", "np.zeros(runs)"),
        ],
    },
    "curvature": {
        "test_the_step_is_taken_to_both_sides": [
            ("(above - below) / (2 * h)", "(above - below) / h"),
            ("loss_and_gradient(theta - h * v", "loss_and_gradient(theta"),
        ],
        "test_sharpness_keeps_the_sign_of_a_hill": [
            ("float(v @ Hv)", "float(np.linalg.norm(Hv))"),
        ],
        "test_the_sharpness_of_a_quadratic_is_its_largest_eigenvalue": [
            ("v /= np.linalg.norm(v)", "v /= np.abs(v).max()"),
            ("        v = Hv\n", "        v = Hv - eigenvalue * v\n"),
        ],
        "test_a_flat_loss_has_no_sharpness": [(" or not Hv.any()", "")],
    },
    "gradient_check": {
        "test_the_central_difference_of_a_square_is_exact": [
            (
                "(_number(above) - _number(below)) / (2 * h)",
                "(_number(above) - _number(below)) / h",
            ),
            ("theta[i] = value - h", "theta[i] = value"),
        ],
        "test_each_coordinate_is_shifted_alone_and_the_batch_is_passed_on": [
            ("        theta[i] = value\n", ""),
        ],
        "test_what_is_not_finite_does_not_pass": [
            ("error[np.isnan(error)] = np.inf", "error[np.isnan(error)] = 0"),
        ],
        "test_a_planted_error_is_found_and_named": [
            ("np.abs(gradient - differences)", "np.abs(np.abs(gradient) - np.abs(differences))"),
            ("name(int(np.argmax(error)))", "name(int(np.argmin(error)))"),
        ],
        "test_at_a_minimum_noise_of_rounding_is_no_error": [
            ("floor=1e-3 * abs(float(loss))", "floor=0.0"),
        ],
    },
}

TABLE = [
    Slip(module, right, wrong, test if "." in test else f"test_{module}.{test}")
    for module, tests in SLIPS.items()
    for test, pairs in tests.items()
    for right, wrong in pairs
]


@cache
def _source(module: str) -> str:
    return (LIBRARY / f"{module}.py").read_text("utf-8")


@cache
def _code(path: Path, source: str) -> types.CodeType:
    return compile(source, str(path), "exec")


@cache
def _importers(changed: str) -> tuple[str, ...]:
    """Return the module and those that import it, directly or through others, from below."""
    found = [changed]
    for module in MODULES[MODULES.index(changed) + 1 :]:
        if any(f"from course_lib.{lower} import" in _source(module) for lower in found):
            found.append(module)
    return tuple(found)


@contextmanager
def _library_anew(modules: tuple[str, ...], slip: Slip | None = None) -> Iterator[None]:
    """Make `import` find these modules executed anew, one of them with the slip in it."""
    kept = {name: sys.modules.pop(name, None) for name in map("course_lib.{}".format, modules)}
    try:
        for module in modules:
            source = _source(module)
            if slip and module == slip.module:
                source = source.replace(slip.right, slip.wrong)
            _execute(f"course_lib.{module}", LIBRARY / f"{module}.py", source)
        yield
    finally:
        for name, original in kept.items():
            sys.modules.pop(name, None)
            if original is not None:
                sys.modules[name] = original


def _execute(name: str, path: Path, source: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    exec(_code(path, source), module.__dict__)
    return module


def _run(test: str, at_most: int | None = None) -> None:
    """Call a test as pytest would: with every combination of its parameters."""
    file, _, function_name = test.partition(".")
    path = TESTS / f"{file}.py"
    name = f"{file} against a slip"
    try:
        function = getattr(_execute(name, path, path.read_text("utf-8")), function_name)
        for arguments in itertools.islice(_arguments(function), at_most):
            function(**arguments)
    finally:
        sys.modules.pop(name, None)


def _arguments(function: types.FunctionType) -> Iterator[dict[str, object]]:
    axes = []
    for mark in getattr(function, "pytestmark", []):
        names, values = mark.args
        several = not isinstance(names, str)
        axes.append([dict(zip(names, v, strict=True)) if several else {names: v} for v in values])
    for chosen in itertools.product(*axes):
        yield {name: value for part in chosen for name, value in part.items()}


def test_without_a_slip_the_tests_pass():
    """So what catches a slip is the slip. A few of the parameters will do: pytest runs them all."""
    with _library_anew(MODULES):
        for test in sorted({slip.caught_by for slip in TABLE}):
            _run(test, at_most=3)


@pytest.mark.parametrize("slip", TABLE, ids=lambda slip: f"{slip.module}: {slip.wrong}")
def test_the_slip_is_caught(slip):
    assert _source(slip.module).count(slip.right) == 1, f"not once in {slip.module}: {slip.right!r}"
    with _library_anew(_importers(slip.module), slip):
        try:
            _run(slip.caught_by)
        except (AssertionError, pytest.fail.Exception, ArithmeticError, ValueError, Warning):
            return  # any other error would be a slip that is not even Python
    pytest.fail(f"{slip.caught_by} lets {slip.wrong!r} pass for {slip.right!r}")


def test_there_are_enough_slips_and_each_is_another():
    assert len({slip[:3] for slip in TABLE}) == len(TABLE) >= 60
