"""Make torch_trajectories.json: where PyTorch's optimizers go in 200 steps, in float64.

    python tests/golden/torch_trajectories.py

Needs torch and numpy. tests/test_optimizers.py compares our optimizers with the stored file in
every run; where torch can be imported, it makes the trajectories anew and compares those as well.

Where the conventions differ, PyTorch is translated here, so that what is stored is in ours:

- squared error: PyTorch's is the mean over samples *and* outputs, ours sums over outputs; hence a
  factor of the number of outputs.
- a layer's weight is (out, in) in PyTorch; its transpose is stored.
- `clip_grad_norm_` divides by the norm + 1e-6; the threshold is scaled so that the result is
  exactly c/norm.
Names of settings are PyTorch's; the test translates them.
"""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

GOLDEN = Path(__file__).with_suffix(".json")
STEPS = 200
STORED = (1, 2, 3, 10, 50, 100, 200)

Parameters = list[torch.Tensor]


class Problem(NamedTuple):
    """Parameters to start from, a loss of step t, and settings that neither freeze nor explode."""

    start: Callable[[], Parameters]
    loss: Callable[[Parameters, int], torch.Tensor]
    learning_rate: float  # of gradient descent
    threshold: float  # of clipping: some gradients are above it and some below


def _tensor(values: Any) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def _rosenbrock(parameters: Parameters, t: int) -> torch.Tensor:
    x, y = parameters[0]
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


# A 2-2-2 network that learns XOR and AND, weights as PyTorch has them: (out, in).
SIZES = (2, 2, 2)
X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]


def _network_start() -> Parameters:
    """No draws: what is stored does not depend on a generator."""
    shapes = [(2, 2), (2,), (2, 2), (2,)]
    waves = np.split(np.sin(1.0 + 2.0 * np.arange(12)), [4, 6, 10])
    return [_tensor(wave.reshape(shape)) for wave, shape in zip(waves, shapes, strict=True)]


def _network(parameters: Parameters, t: int) -> torch.Tensor:
    W1, b1, W2, b2 = parameters
    hidden = torch.tanh(torch.nn.functional.linear(torch.tensor(X, dtype=torch.float64), W1, b1))
    outputs = torch.sigmoid(torch.nn.functional.linear(hidden, W2, b2))
    mean_over_elements = torch.nn.MSELoss()(outputs, torch.tensor(Y, dtype=torch.float64))
    return mean_over_elements * SIZES[-1]


STEADY = [2.0, -0.5, 1e-8, 0.0, 30.0]  # the same gradient at every t; 1e-8 is Adam's epsilon


def _steady(parameters: Parameters, t: int) -> torch.Tensor:
    return torch.tensor(STEADY, dtype=torch.float64) @ parameters[0]


def _fading(parameters: Parameters, t: int) -> torch.Tensor:
    """A gradient that swings and dies away, so that AMSGrad's largest v stays behind."""
    swing = [3 * math.cos(0.1 * (i + 1) * t) * math.exp(-t / 20) for i in range(3)]
    return torch.tensor(swing, dtype=torch.float64) @ parameters[0]


PROBLEMS = {
    "rosenbrock": Problem(lambda: [_tensor([-1.2, 1.0])], _rosenbrock, 5e-4, 3.0),
    "network": Problem(_network_start, _network, 0.5, 0.06),
    "steady": Problem(lambda: [_tensor([1.0] * len(STEADY))], _steady, 0.01, 20.0),
    "fading": Problem(lambda: [_tensor([1.0, -2.0, 0.5])], _fading, 0.05, 1.0),
}

_ADAM = {"lr": 0.03, "betas": (0.9, 0.99), "eps": 1e-8}
DESCENT = None  # stands for the problem's learning rate, or its threshold

# name: optimizer, its settings, schedule and its settings, clipping
CASES: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": "SGD", "settings": {"lr": DESCENT}},
    "sgd with L2": {"optimizer": "SGD", "settings": {"lr": DESCENT, "weight_decay": 0.3}},
    "momentum": {"optimizer": "SGD", "settings": {"lr": DESCENT, "momentum": 0.8}},
    "nesterov": {
        "optimizer": "SGD",
        "settings": {"lr": DESCENT, "momentum": 0.8, "nesterov": True},
    },
    "rmsprop": {"optimizer": "RMSprop", "settings": {"lr": 0.002, "alpha": 0.95, "eps": 1e-6}},
    "adam": {"optimizer": "Adam", "settings": _ADAM},
    "adam with large epsilon": {"optimizer": "Adam", "settings": {**_ADAM, "eps": 0.1}},
    "adam with L2": {"optimizer": "Adam", "settings": {**_ADAM, "weight_decay": 0.3}},
    "amsgrad": {"optimizer": "Adam", "settings": {**_ADAM, "amsgrad": True}},
    "adamw": {"optimizer": "AdamW", "settings": {**_ADAM, "weight_decay": 0.3}},
    "clip by norm": {"optimizer": "SGD", "settings": {"lr": DESCENT}, "max_norm": DESCENT},
    "clip by norm, adam": {"optimizer": "Adam", "settings": _ADAM, "max_norm": DESCENT},
    "clip by value": {"optimizer": "SGD", "settings": {"lr": DESCENT}, "max_value": DESCENT},
    "exponential": {
        "optimizer": "SGD",
        "settings": {"lr": DESCENT, "momentum": 0.8},
        "schedule": ("ExponentialLR", {"gamma": 0.98}),
    },
    "step": {
        "optimizer": "SGD",
        "settings": {"lr": DESCENT},
        "schedule": ("StepLR", {"step_size": 30, "gamma": 0.5}),
    },
    "cosine": {
        "optimizer": "Adam",
        "settings": _ADAM,
        "schedule": ("CosineAnnealingLR", {"T_max": 200, "eta_min": 0.001}),
    },
    "warm-up": {
        "optimizer": "AdamW",
        "settings": {**_ADAM, "weight_decay": 0.3},
        "schedule": ("LinearLR", {"start_factor": 1 / 50, "total_iters": 49}),
    },
}


def _settled(case: dict[str, Any], problem: Problem) -> dict[str, Any]:
    """Put the problem's own learning rate and threshold where the case leaves them open."""
    settings = dict(case["settings"])
    if settings["lr"] is DESCENT:
        settings["lr"] = problem.learning_rate
    clip = {name: problem.threshold for name in ("max_norm", "max_value") if name in case}
    return {**case, "settings": settings, **clip}


def _clip(parameters: Parameters, case: dict[str, Any]) -> None:
    if "max_value" in case:
        torch.nn.utils.clip_grad_value_(parameters, case["max_value"])
    if "max_norm" in case:
        norm = math.sqrt(sum(float((p.grad**2).sum()) for p in parameters))
        torch.nn.utils.clip_grad_norm_(parameters, case["max_norm"] * (1 + 1e-6 / norm))


def _flat(parameters: Parameters) -> list[float]:
    """Return all parameters in our order, weights as (in, out)."""
    return [value for p in parameters for value in p.detach().numpy().T.ravel().tolist()]


def _run(problem: Problem, case: dict[str, Any]) -> Iterator[list[float]]:
    parameters = problem.start()
    yield _flat(parameters)
    optimizer = getattr(torch.optim, case["optimizer"])(
        parameters, foreach=False, **case["settings"]
    )
    name, settings = case.get("schedule", ("ConstantLR", {"factor": 1.0}))
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **settings)
    for t in range(STEPS):
        optimizer.zero_grad()
        problem.loss(parameters, t).backward()
        _clip(parameters, case)
        optimizer.step()
        scheduler.step()
        yield _flat(parameters)


def trajectories() -> Iterator[dict[str, Any]]:
    """Yield every case on every problem: settings, start, and theta after some of the steps."""
    for problem_name, problem in PROBLEMS.items():
        for name, case in CASES.items():
            settled = _settled(case, problem)
            path = list(_run(problem, settled))
            stored = [path[step] for step in STORED]
            yield {
                "problem": problem_name,
                "name": name,
                **settled,
                "start": path[0],
                "theta": stored,
            }


def main() -> None:
    """Write the golden file, one trajectory a line."""
    head = {
        "torch": torch.__version__,
        "steps": STORED,
        "sizes": SIZES,
        "X": X,
        "Y": Y,
        "steady": STEADY,
    }
    lines = ",\n".join(json.dumps(trajectory) for trajectory in trajectories())
    GOLDEN.write_text(f'{json.dumps(head)[:-1]}, "trajectories": [\n{lines}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main()
