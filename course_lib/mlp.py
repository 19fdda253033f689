r"""The multilayer perceptron: forward, loss, and back propagation, on one flat vector.

.. math:: z^{(l)} = a^{(l-1)} W^{(l)} + b^{(l)}, \qquad a^{(l)} = f(z^{(l)}), \qquad a^{(0)} = X

A network is its sizes and functions; its parameters are *not* in it. They are one vector,
`theta = [W1.ravel(), b1, W2.ravel(), b2, ...]`, of shape `(n,)` for one network and `(n, runs)`
for many that are trained at once. A layer's `W` and `b` are views into it. One optimizer then
serves a landscape in two dimensions and a network alike.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from course_lib._arrays import Array, as_floats, check_choice, check_count, check_finite, is_finite
from course_lib.activations import ACTIVATIONS, softmax
from course_lib.initializers import glorot_uniform, he_uniform
from course_lib.losses import LOSSES, OUTPUT_OF_LOGIT_LOSS, LossValue

HIDDEN = tuple(ACTIVATIONS)
OUTPUTS = ("identity", "relu", "sigmoid", "softmax")


@dataclass(frozen=True)
class MLP:
    """A fully connected network of any depth.

    Parameters
    ----------
    sizes : tuple of int
        Units of each layer, inputs first: `(2, 8, 1)` has one hidden layer of 8; `(2, 1)` none.
    hidden : {"tanh", "relu", "sigmoid", "identity"}
        Activation of every hidden layer.
    output : {"identity", "relu", "sigmoid", "softmax"}
        Activation of the last layer.
    loss : {"mse", "half_mse", "binary_cross_entropy", "softmax_cross_entropy"}
        Binary cross-entropy needs a sigmoid output, softmax cross-entropy a softmax.

    Raises
    ------
    TypeError, ValueError
        If a size, a name, or the pair of output and loss does not fit.

    References
    ----------
    Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors,
    Nature 323.
    """

    sizes: tuple[int, ...]
    hidden: str = "tanh"
    output: str = "identity"
    loss: str = "mse"

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", tuple(self.sizes))
        if len(self.sizes) < 2:
            raise ValueError(
                f"sizes needs inputs and outputs at least, as (2, 1); got {self.sizes}"
            )
        for place, units in enumerate(self.sizes):
            check_count(f"sizes[{place}]", units)
        check_choice("hidden", self.hidden, HIDDEN)
        check_choice("output", self.output, OUTPUTS)
        check_choice("loss", self.loss, LOSSES)
        needed = OUTPUT_OF_LOGIT_LOSS.get(self.loss, self.output)
        if needed != self.output:
            raise ValueError(
                f"loss {self.loss!r} needs output {needed!r}, got {self.output!r};"
                f" or choose loss 'mse'"
            )

    @cached_property
    def n_parameters(self) -> int:
        """Number of weights and biases, n."""
        return sum(d_in * d_out + d_out for d_in, d_out in itertools.pairwise(self.sizes))

    @cached_property
    def _slots(self) -> tuple[tuple[slice, tuple[int, int], slice], ...]:
        """Where each layer lives in theta: its weights, their shape, its biases."""
        slots, start = [], 0
        for d_in, d_out in itertools.pairwise(self.sizes):
            middle, stop = start + d_in * d_out, start + d_in * d_out + d_out
            slots.append((slice(start, middle), (d_in, d_out), slice(middle, stop)))
            start = stop
        return tuple(slots)

    def layers(self, theta: Array) -> list[tuple[Array, Array]]:
        """Return each layer's `(W, b)`: views into `theta`, so that writing to them changes it.

        `W` has shape (d_in, d_out) and `b` (d_out,), or (d_in, d_out, runs) and (d_out, runs).
        """
        runs = theta.shape[1:]
        return [(theta[w].reshape(*shape, *runs), theta[b]) for w, shape, b in self._slots]

    def parameter_name(self, index: int) -> str:
        """Name the entry `index` of theta as in the formulas: "W1[0, 2]" or "b2[0]"."""
        check_count("index", index, minimum=0)
        for number, (w, shape, b) in enumerate(self._slots, start=1):
            if index < w.stop:
                i, j = divmod(index - w.start, shape[1])
                return f"W{number}[{i}, {j}]"
            if index < b.stop:
                return f"b{number}[{index - b.start}]"
        raise ValueError(f"index {index} is past the last of {self.n_parameters} parameters")

    def init(self, *, rng: np.random.Generator, runs: int | None = None) -> Array:
        """Draw parameters: He for ReLU layers, Glorot for the others, biases 0.

        Returns
        -------
        ndarray of shape (n,), or (n, runs) with every column drawn by itself
        """
        if runs is not None:
            check_count("runs", runs)
            return np.stack([self.init(rng=rng) for _ in range(runs)], axis=1)
        draw = he_uniform if self.hidden == "relu" else glorot_uniform
        theta = np.zeros(self.n_parameters)
        for W, _ in self.layers(theta):
            W[...] = draw(*W.shape, rng=rng)
        return theta

    def predict(self, theta: npt.ArrayLike, X: npt.ArrayLike) -> Array:
        """Return the network's outputs.

        Parameters
        ----------
        theta : array_like of shape (n,) or (n, runs)
        X : array_like of shape (samples, d_in)

        Returns
        -------
        ndarray of shape (samples, d_out) or (samples, d_out, runs)

        Raises
        ------
        ValueError
            If a shape does not fit, or `X` is not finite.
        """
        theta, X = self._checked(theta, X)
        return self._activate_output(self._forward(self.layers(theta), X)[-1])

    def hidden_layers(self, theta: npt.ArrayLike, X: npt.ArrayLike) -> list[Array]:
        """Return what each hidden layer makes of `X`: a list of (samples, units[, runs])."""
        theta, X = self._checked(theta, X)
        return self._forward(self.layers(theta), X)[1:-1]

    def loss_value(self, theta: npt.ArrayLike, X: npt.ArrayLike, Y: npt.ArrayLike) -> LossValue:
        """Return the loss alone, as for data put aside or a map of a landscape.

        Parameters and errors are those of `loss_and_gradient`.

        Returns
        -------
        float or ndarray of shape (runs,)
        """
        theta, X, Y = self._with_targets(theta, X, Y)
        return self._loss_and_delta(self._forward(self.layers(theta), X)[-1], Y)[0]

    def loss_and_gradient(
        self, theta: npt.ArrayLike, X: npt.ArrayLike, Y: npt.ArrayLike
    ) -> tuple[LossValue, Array]:
        r"""Return the loss and its gradient with respect to `theta`, by back propagation.

        With :math:`\delta^{(l)} = \partial L / \partial z^{(l)}`, from the last layer to the first:

        .. math:: \frac{\partial L}{\partial W^{(l)}} = a^{(l-1)\top}\delta^{(l)}, \quad
                  \frac{\partial L}{\partial b^{(l)}} = \sum_n \delta^{(l)}_n, \quad
                  \delta^{(l-1)} = \delta^{(l)} W^{(l)\top} \odot f'(z^{(l-1)})

        Parameters
        ----------
        theta : array_like of shape (n,) or (n, runs)
        X : array_like of shape (samples, d_in)
        Y : array_like of shape (samples, d_out)

        Returns
        -------
        loss : float or ndarray of shape (runs,)
        gradient : ndarray in the shape of `theta`

        Raises
        ------
        ValueError
            If a shape does not fit, the batch is empty, or the data are not finite.
        """
        theta, X, Y = self._with_targets(theta, X, Y)
        layers = self.layers(theta)
        a = self._forward(layers, X)
        loss, delta = self._loss_and_delta(a[-1], Y)
        gradient = np.empty(theta.shape, theta.dtype)
        slope = ACTIVATIONS[self.hidden].slope
        backwards = zip(a[-2::-1], reversed(layers), reversed(self.layers(gradient)), strict=True)
        for a_below, (W, _), (dW, db) in backwards:
            _weight_gradient(a_below, delta, dW)
            np.add.reduce(delta, axis=0, out=db)
            if a_below is not X:
                delta = _pull_back(delta, W)
                delta *= slope(a_below, a_below)  # these activations are not needed again
        return loss, gradient

    def _forward(self, layers: list[tuple[Array, Array]], X: Array) -> list[Array]:
        """Return [X, a1, a2, ..., z_last]: the input of every layer, and the logits."""
        f = ACTIVATIONS[self.hidden].function
        a = [X]
        for W, b in layers:
            z = _weighted_sums(a[-1], W)
            z += b
            a.append(f(z, z) if len(a) < len(layers) else z)
        return a

    def _activate_output(self, z: Array) -> Array:
        return softmax(z) if self.output == "softmax" else ACTIVATIONS[self.output].function(z, z)

    def _loss_and_delta(self, z: Array, Y: Array) -> tuple[LossValue, Array]:
        """Return the loss and ∂L/∂z of the last layer; `z` may be overwritten."""
        loss = LOSSES[self.loss]
        if self.loss in OUTPUT_OF_LOGIT_LOSS:
            return loss(z, Y)
        y = self._activate_output(z)
        value, delta = loss(y, Y)
        if self.output == "softmax":
            delta = y * (delta - (delta * y).sum(axis=1, keepdims=True))
        elif self.output != "identity":
            delta *= ACTIVATIONS[self.output].slope(y, y)
        return value, delta

    def _checked(self, theta: npt.ArrayLike, X: npt.ArrayLike) -> tuple[Array, Array]:
        theta, X = as_floats("theta", theta), as_floats("X", X)
        if theta.ndim not in (1, 2) or theta.shape[0] != self.n_parameters:
            raise ValueError(
                f"theta has shape {theta.shape}, expected ({self.n_parameters},) or"
                f" ({self.n_parameters}, runs) for sizes {self.sizes};"
                " make one with net.init(rng=rng)"
            )
        if X.ndim != 2 or X.shape[1] != self.sizes[0] or not len(X):
            raise ValueError(self._wrong_inputs(X.shape))
        if not is_finite(X):
            check_finite("X", X, hint="remove or fill these samples before training")
        return theta, X if X.dtype == theta.dtype else X.astype(theta.dtype)

    def _with_targets(
        self, theta: npt.ArrayLike, X: npt.ArrayLike, Y: npt.ArrayLike
    ) -> tuple[Array, Array, Array]:
        theta, X = self._checked(theta, X)
        Y = as_floats("Y", Y)
        if not is_finite(Y):
            check_finite("Y", Y)
        return theta, X, Y if Y.dtype == theta.dtype else Y.astype(theta.dtype)

    def _wrong_inputs(self, shape: tuple[int, ...]) -> str:
        features = self.sizes[0]
        what = f"X has shape {shape}, expected (samples, {features}): rows are samples"
        if len(shape) == 1:
            return what + "; for one sample write X[None, :]"
        if 0 in shape:
            return what + "; an empty batch has no gradient: give at least one sample"
        return what + ("; did you mean X.T?" if shape[0] == features else "")


# The three contractions of a layer. With runs, axis 2 of W and delta numbers them; the first
# layer's input X has none, and there all runs share one matrix product.


def _weighted_sums(a: Array, W: Array) -> Array:
    """Σ_i a_ni W_ij: (samples, d_in) @ (d_in, d_out[, runs]) -> (samples, d_out[, runs])."""
    sums: Array
    if W.ndim == 2:
        sums = a.dot(W)
    elif a.ndim == 2:
        sums = a.dot(W.reshape(len(W), -1)).reshape(len(a), *W.shape[1:])
    else:
        sums = np.einsum("nir,ijr->njr", a, W)
    return sums


def _weight_gradient(a: Array, delta: Array, out: Array) -> None:
    """Σ_n a_ni δ_nj: (samples, d_in).T @ (samples, d_out[, runs]) -> (d_in, d_out[, runs])."""
    if out.ndim == 2:
        np.dot(a.T, delta, out=out)
    elif a.ndim == 2:
        np.dot(a.T, delta.reshape(len(delta), -1), out=out.reshape(len(out), -1))
    else:
        np.einsum("nir,njr->ijr", a, delta, out=out)


def _pull_back(delta: Array, W: Array) -> Array:
    """Σ_j δ_nj W_ij: (samples, d_out[, runs]) @ W.T -> (samples, d_in[, runs])."""
    pulled: Array = delta.dot(W.T) if W.ndim == 2 else np.einsum("njr,ijr->nir", delta, W)
    return pulled
