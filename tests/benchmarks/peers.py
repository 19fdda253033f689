"""Each job as the library does it, and as a learner would write it with another one.

Every function takes a job and returns `run(steps) -> losses`; all of them start from the same
parameters and see the same batches in the same order. A peer that is not installed is left out.
"""

from __future__ import annotations

import importlib.util
import itertools
import warnings
from collections.abc import Callable

import numpy as np
from benchmarks.jobs import Job
from benchmarks.yardstick import EPS, yardstick

from course_lib.optimizers import Optimizer
from course_lib.training import descend
from course_lib.transformations import Adam, ClipByGlobalNorm, chain

Run = Callable[[int], list[float]]


def ours(job: Job) -> Run:
    links = [] if job.max_norm is None else [ClipByGlobalNorm(max_norm=job.max_norm)]
    links += [Adam(eps=EPS)] if job.optimizer == "adam" else []
    optimizer = Optimizer(direction=chain(*links), learning_rate=job.learning_rate)
    net, batches = job.net, job.batches

    def run(steps: int) -> list[float]:
        steps_taken = descend(
            *(net.loss_and_gradient, job.theta, itertools.cycle(batches)),
            optimizer=optimizer,
            steps=steps,
        )
        return [step.loss for step in steps_taken]

    return run


def torch_eager(job: Job) -> Run:
    import torch

    torch.set_num_threads(1)
    nn, functional = torch.nn, torch.nn.functional
    acts = {"sigmoid": nn.Sigmoid, "relu": nn.ReLU}
    batches = [(torch.tensor(X), torch.tensor(Y)) for X, Y in job.batches]
    last = len(job.sizes) - 2

    def make() -> torch.nn.Module:
        parts: list[torch.nn.Module] = []
        for number, (W, b) in enumerate(job.layers):
            linear = nn.Linear(*W.shape, dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor(W.T))
                linear.bias.copy_(torch.tensor(b))
            parts.append(linear)
            if number < last:
                parts.append(acts[job.hidden]())
            elif job.output == "sigmoid":
                parts.append(nn.Sigmoid())
        return nn.Sequential(*parts)

    def loss_of(net: torch.nn.Module, X: torch.Tensor, Y: torch.Tensor) -> torch.Tensor:
        if job.loss == "softmax_cross_entropy":
            return functional.cross_entropy(net(X), Y)
        return functional.mse_loss(net(X), Y) / 2

    def run(steps: int) -> list[float]:
        net = make()
        kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
        more = {"eps": EPS} if job.optimizer == "adam" else {}
        optimizer = kinds[job.optimizer](net.parameters(), lr=job.learning_rate, **more)
        losses = []
        for X, Y in itertools.islice(itertools.cycle(batches), steps):
            optimizer.zero_grad()
            loss = loss_of(net, X, Y)
            loss.backward()
            if job.max_norm is not None:  # `clip_grad_norm_` would add 1e-6 to the norm
                gradients = [p.grad for p in net.parameters()]
                norm = nn.utils.get_total_norm(gradients)
                if norm > job.max_norm:
                    torch._foreach_mul_(gradients, job.max_norm / norm)
            optimizer.step()
            losses.append(loss.item())
        return losses

    return run


def scikit_learn(job: Job) -> Run | None:
    """Its own loop over epochs; it returns the mean loss of each.

    It cannot clip, and has no squared error behind a sigmoid.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    if job.max_norm is not None or job.output != "softmax":
        return None
    X, Y = (np.concatenate(parts) for parts in zip(*job.batches, strict=True))
    labels = Y.argmax(axis=1)

    def run(steps: int) -> list[float]:
        net = MLPClassifier(
            job.sizes[1:-1],
            activation=job.hidden,
            solver=job.optimizer,
            alpha=0.0,
            batch_size=job.batch,
            learning_rate_init=job.learning_rate,
            momentum=0.0,
            nesterovs_momentum=False,
            epsilon=EPS,
            shuffle=False,
            max_iter=1,
            tol=0.0,
            n_iter_no_change=steps,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it is told to stop early
            net.partial_fit(X[: job.batch], labels[: job.batch], classes=np.arange(job.sizes[-1]))
            net.coefs_ = [W for W, _ in job.layers]
            net.intercepts_ = [b for _, b in job.layers]
            net.loss_curve_, net.n_iter_, net.t_ = [], 0, 0
            net.set_params(warm_start=True, max_iter=steps // len(job.batches))
            net.fit(X, labels)
        return net.loss_curve_

    return run


def _jax_step(job: Job):
    """One step as a pure function of (parameters, moments, t, batch)."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    hidden = {"sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu}[job.hidden]

    def loss_of(layers, X, Y):
        a = X
        for W, b in layers[:-1]:
            a = hidden(a @ W + b)
        z = a @ layers[-1][0] + layers[-1][1]
        if job.loss == "softmax_cross_entropy":
            return -jnp.mean(jnp.sum(Y * jax.nn.log_softmax(z), axis=1))
        return jnp.mean((jax.nn.sigmoid(z) - Y) ** 2) / 2

    def step(carry, X, Y):
        layers, m, v, t = carry
        loss, g = jax.value_and_grad(loss_of)(layers, X, Y)
        if job.max_norm is not None:
            norm = jnp.sqrt(sum(jnp.vdot(x, x) for x in jax.tree.leaves(g)))
            g = jax.tree.map(lambda x: x * jnp.minimum(1.0, job.max_norm / norm), g)
        t = t + 1
        if job.optimizer == "adam":
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g**2, v, g)
            g = jax.tree.map(
                lambda m, v: m / (1 - 0.9**t) / (jnp.sqrt(v / (1 - 0.999**t)) + EPS), m, v
            )
        layers = jax.tree.map(lambda p, d: p - job.learning_rate * d, layers, g)
        return (layers, m, v, t), loss

    def start():
        layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in job.layers]
        zeros = jax.tree.map(jnp.zeros_like, layers)
        return layers, zeros, zeros, jnp.asarray(0.0)

    return step, start


def jax_per_step(job: Job) -> Run:
    import jax

    step, start = _jax_step(job)
    compiled = jax.jit(step)
    batches = [(jax.numpy.asarray(X), jax.numpy.asarray(Y)) for X, Y in job.batches]

    def run(steps: int) -> list[float]:
        carry, losses = start(), []
        for X, Y in itertools.islice(itertools.cycle(batches), steps):
            carry, loss = compiled(carry, X, Y)
            losses.append(float(loss))
        return losses

    return run


def jax_whole_loop(job: Job) -> Run:
    """The loop itself is compiled."""
    import jax

    step, start = _jax_step(job)
    X = jax.numpy.stack([X for X, _ in job.batches])
    Y = jax.numpy.stack([Y for _, Y in job.batches])

    def one(carry, t):
        return step(carry, X[t % len(X)], Y[t % len(X)])

    compiled = jax.jit(lambda carry, ts: jax.lax.scan(one, carry, ts)[1])

    def run(steps: int) -> list[float]:
        return np.asarray(compiled(start(), jax.numpy.arange(steps))).tolist()

    return run


def hips_autograd(job: Job) -> Run:
    """The gradient by autograd, the step by hand."""
    import autograd
    import autograd.numpy as anp

    shapes = [(W.shape, b.shape) for W, b in job.layers]

    def loss_of(theta, X, Y):
        a, start = X, 0
        for number, (w_shape, _) in enumerate(shapes):
            middle, stop = start + w_shape[0] * w_shape[1], start + (w_shape[0] + 1) * w_shape[1]
            z = anp.dot(a, theta[start:middle].reshape(w_shape)) + theta[middle:stop]
            if number < len(shapes) - 1:
                a = 1 / (1 + anp.exp(-z)) if job.hidden == "sigmoid" else anp.maximum(z, 0)
            start = stop
        if job.loss == "softmax_cross_entropy":
            shifted = z - anp.max(z, axis=1, keepdims=True)
            logs = anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True))
            return -anp.mean(anp.sum(Y * (shifted - logs), axis=1))
        return anp.mean((1 / (1 + anp.exp(-z)) - Y) ** 2) / 2

    loss_and_gradient = autograd.value_and_grad(loss_of)

    def run(steps: int) -> list[float]:
        theta, losses = job.theta.copy(), []
        m, v = np.zeros_like(theta), np.zeros_like(theta)
        for t, (X, Y) in enumerate(itertools.islice(itertools.cycle(job.batches), steps), start=1):
            loss, g = loss_and_gradient(theta, X, Y)
            if job.max_norm is not None:
                g = g * min(1.0, job.max_norm / np.linalg.norm(g))
            if job.optimizer == "adam":
                m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
                g = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + EPS)
            theta = theta - job.learning_rate * g
            losses.append(float(loss))
        return losses

    return run


PEERS = {
    "hand-tuned": yardstick,
    "ours": ours,
    "PyTorch": torch_eager,
    "scikit-learn": scikit_learn,
    "JAX per step": jax_per_step,
    "JAX loop": jax_whole_loop,
    "autograd": hips_autograd,
}
_PACKAGES = {
    "PyTorch": "torch",
    "scikit-learn": "sklearn",
    "JAX per step": "jax",
    "JAX loop": "jax",
    "autograd": "autograd",
}


def present() -> list[str]:
    """The peers that are installed, the yardstick and ours first."""
    return [p for p in PEERS if p not in _PACKAGES or importlib.util.find_spec(_PACKAGES[p])]
