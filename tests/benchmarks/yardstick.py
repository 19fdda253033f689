"""A hand-tuned NumPy version of each job: what the same arithmetic costs with nothing around it.

Every buffer is made once. Features are rows and samples columns, so that a row of ones below an
activation makes the bias the last row of a weight matrix. Nothing is checked and the library's
formulas are not used: the benchmark compares losses before it compares speed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from benchmarks.jobs import Job
from numpy import add, divide, exp, log, maximum, multiply, negative, reciprocal, sqrt, subtract

EPS = 1e-16
"""Adam's ε: so small that it is the same wherever a library adds it."""


def sigmoid(z):
    negative(z, z)
    exp(z, z)
    add(z, 1.0, z)
    reciprocal(z, z)


def sigmoid_slope(delta, a, scratch):
    subtract(1.0, a, scratch)
    multiply(scratch, a, scratch)
    multiply(delta, scratch, delta)


def relu(z):
    maximum(z, 0.0, z)


def relu_slope(delta, a, scratch):
    np.sign(a, scratch)
    multiply(delta, scratch, delta)


ACTIVATIONS = {"sigmoid": (sigmoid, sigmoid_slope), "relu": (relu, relu_slope)}


class Pass:
    """Forward and backward for one size of batch, into buffers of its own."""

    def __init__(self, job: Job, theta: np.ndarray, g: np.ndarray, samples: int) -> None:
        self.job, self.samples = job, samples
        self.f, self.times_slope = ACTIVATIONS[job.hidden]
        self.W, self.dW, self.a, self.delta, self.scratch = [], [], [], [], []
        start = 0
        for d_in, d_out in zip(job.sizes, job.sizes[1:], strict=False):
            stop = start + (d_in + 1) * d_out
            self.W.append(theta[start:stop].reshape(d_in + 1, d_out))
            self.dW.append(g[start:stop].reshape(d_in + 1, d_out))
            self.a.append(np.ones((d_out + 1, samples)))
            self.delta.append(np.empty((d_out, samples)))
            self.scratch.append(np.empty((d_out, samples)))
            start = stop
        self.back = list(range(len(self.W) - 1, 0, -1))
        self.row, self.logs = np.empty(samples), np.empty(samples)

    def __call__(self, X1: np.ndarray, Y: np.ndarray) -> float:
        below = X1
        for W, a in zip(self.W, self.a, strict=True):
            z = a[:-1]
            W.T.dot(below, z)
            if a is not self.a[-1]:
                self.f(z)
            below = a
        loss = (self.softmax if self.job.output == "softmax" else self.squares)(z, Y)
        for layer in self.back:
            a, delta = self.a[layer - 1], self.delta[layer - 1]
            a.dot(self.delta[layer].T, self.dW[layer])
            self.W[layer][:-1].dot(self.delta[layer], delta)
            self.times_slope(delta, a[:-1], self.scratch[layer - 1])
        X1.dot(self.delta[0].T, self.dW[0])
        return loss

    def squares(self, z, Y):
        delta = self.delta[-1]
        sigmoid(z)
        subtract(z, Y, delta)
        flat = delta.reshape(-1)
        loss = 0.5 * flat.dot(flat) / flat.size
        multiply(delta, 1.0 / flat.size, delta)
        sigmoid_slope(delta, z, self.scratch[-1])
        return loss

    def softmax(self, z, Y):
        delta, row = self.delta[-1], self.row
        maximum.reduce(z, 0, None, row)
        subtract(z, row, z)
        exp(z, delta)
        add.reduce(delta, 0, None, row)
        log(row, self.logs)
        loss = (add.reduce(self.logs) - np.vdot(z, Y)) / self.samples
        divide(delta, row, delta)
        subtract(delta, Y, delta)
        multiply(delta, 1.0 / self.samples, delta)
        return loss


class SGD:
    def __init__(self, job, theta):
        self.rate, self.step = job.learning_rate, np.empty_like(theta)

    def __call__(self, theta, g):
        multiply(g, self.rate, self.step)
        subtract(theta, self.step, theta)


class Adam:
    def __init__(self, job, theta):
        self.rate, self.t = job.learning_rate, 0
        self.m, self.v, self.u = np.zeros_like(theta), np.zeros_like(theta), np.empty_like(theta)

    def __call__(self, theta, g):
        self.t += 1
        m, v, u = self.m, self.v, self.u
        multiply(m, 0.9, m)
        multiply(g, 0.1, u)
        add(m, u, m)
        multiply(v, 0.999, v)
        multiply(g, g, u)
        multiply(u, 0.001, u)
        add(v, u, v)
        c1, c2 = 1 - 0.9**self.t, (1 - 0.999**self.t) ** 0.5
        sqrt(v, u)
        add(u, EPS * c2, u)
        divide(m, u, u)
        multiply(u, self.rate * c2 / c1, u)
        subtract(theta, u, theta)


def yardstick(job: Job) -> Callable[[int], list[float]]:
    """Return a function that trains for some steps, from the start, and gives their losses."""
    batches = [_columns(X, Y) for X, Y in job.batches]

    def run(steps: int) -> list[float]:
        theta, g = job.theta.copy(), np.empty_like(job.theta)
        passes = {Y.shape[1]: Pass(job, theta, g, Y.shape[1]) for _, Y in batches}
        step, losses = {"sgd": SGD, "adam": Adam}[job.optimizer](job, theta), []
        for t in range(steps):
            X1, Y = batches[t % len(batches)]
            losses.append(passes[Y.shape[1]](X1, Y))
            if job.max_norm is not None:
                norm = g.dot(g) ** 0.5
                if norm > job.max_norm:
                    multiply(g, job.max_norm / norm, g)
            step(theta, g)
        return losses

    return run


def _columns(X: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.vstack([X.T, np.ones(len(X))]), np.ascontiguousarray(Y.T)


def yardstick_sweep(job: Job, rates: np.ndarray, max_norms: np.ndarray, steps: int) -> np.ndarray:
    """Train a 2-h-1 sigmoid network once for each rate and threshold; return the last losses."""
    (n, h, _), samples, runs = job.sizes, len(job.X), len(rates)
    theta = np.repeat(job.theta[:, None], runs, axis=1)
    g, cut = np.empty_like(theta), (n + 1) * h
    W1, dW1 = theta[:cut].reshape(n + 1, h * runs), g[:cut].reshape(n + 1, h * runs)
    w2, b2, dw2, db2 = theta[cut:-1], theta[-1], g[cut:-1], g[-1]
    X1 = np.hstack([job.X, np.ones((samples, 1))])
    a1, delta1, scratch1 = (np.empty((samples, h, runs)) for _ in range(3))
    a2, delta2, scratch2 = (np.empty((samples, runs)) for _ in range(3))
    scale = np.empty(runs)
    for _ in range(steps):
        np.matmul(X1, W1, a1.reshape(samples, -1))
        sigmoid(a1)
        np.einsum("njr,jr->nr", a1, w2, out=a2)
        add(a2, b2, a2)
        sigmoid(a2)
        subtract(a2, job.Y, delta2)
        loss = 0.5 * np.einsum("nr,nr->r", delta2, delta2) / samples
        multiply(delta2, 1.0 / samples, delta2)
        sigmoid_slope(delta2, a2, scratch2)
        np.einsum("njr,nr->jr", a1, delta2, out=dw2)
        add.reduce(delta2, 0, None, db2)
        multiply(delta2[:, None, :], w2, delta1)
        sigmoid_slope(delta1, a1, scratch1)
        np.matmul(X1.T, delta1.reshape(samples, -1), dW1)
        np.einsum("pr,pr->r", g, g, out=scale)
        sqrt(scale, scale)
        divide(max_norms, scale, scale)
        np.minimum(scale, 1.0, scale)
        multiply(scale, rates, scale)
        multiply(g, scale, g)
        subtract(theta, g, theta)
    return loss


def yardstick_landscape(job: Job, thetas: np.ndarray) -> np.ndarray:
    """Return the loss of a 2-h-1 sigmoid network at each column of `thetas`."""
    (n, h, _), samples = job.sizes, len(job.X)
    X1, cut = np.hstack([job.X, np.ones((samples, 1))]), (n + 1) * h
    losses = np.empty(thetas.shape[1])
    for start in range(0, len(losses), 500):
        theta = np.ascontiguousarray(thetas[:, start : start + 500])
        a1 = (X1 @ theta[:cut].reshape(n + 1, -1)).reshape(samples, h, -1)
        sigmoid(a1)
        a2 = np.einsum("njr,jr->nr", a1, theta[cut:-1])
        add(a2, theta[-1], a2)
        sigmoid(a2)
        subtract(a2, job.Y, a2)
        losses[start : start + 500] = 0.5 * np.einsum("nr,nr->r", a2, a2) / samples
    return losses
