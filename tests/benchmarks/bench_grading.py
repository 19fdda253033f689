"""What it costs to grade: six functions, 50 cases each, behind every wall.

    python tests/benchmarks/bench_grading.py [SUBMISSIONS]

Prints the CPU time of one submission by who spends it, the cost of each wall, and how many
submissions a second two processes grade. Run it on an idle machine, with OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from course_lib.grading.cases import Case, ExerciseCases, Expectation, FunctionCases, Tolerance
from course_lib.grading.judge import judge
from course_lib.grading.loading import load
from course_lib.grading.running import call
from course_lib.grading.sandbox import Sandbox

CASES = 50
SUBMISSION = """
import numpy as np

def relu(Z):
    return np.where(Z > 0.0, Z, 0.0)

def half_mse(Y, T):
    return 0.5 * np.mean(np.square(Y - T))

def half_mse_gradient(Y, T):
    return (Y - T) / Y.size

def neuron_gradient(w, b, X, t):
    y = 1.0 / (1.0 + np.exp(-(X @ w + b)))
    delta = (y - t) / len(t)
    return X.T @ delta, np.sum(delta)

def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum(np.vdot(g, g) for g in gradients))
    return [g * min(1.0, max_norm / norm) for g in gradients]

def adam_step(theta, g, m, v, t):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1.0 - 0.9**t)
    v_hat = v / (1.0 - 0.999**t)
    return theta - 0.001 * m_hat / (np.sqrt(v_hat) + 1e-8), m, v
"""


def inputs(rng):
    """Return the arguments of one call of each function."""
    n, d = (int(size) for size in rng.integers(1, (33, 9)))
    X = rng.normal(size=(n, d))
    return {
        "relu": (X,),
        "half_mse": (X, rng.normal(size=(n, d))),
        "half_mse_gradient": (X, rng.normal(size=(n, d))),
        "neuron_gradient": (rng.normal(size=d), 0.1, X, rng.integers(0, 2, n) * 1.0),
        "clip_by_norm": ([X, rng.normal(size=d)], 1.5),
        "adam_step": (X, rng.normal(size=(n, d)), 0.1 * X, X**2, int(rng.integers(1, 100))),
    }


def make_exercise():
    """Make the cases, each with what the submission itself returns as the expected value."""
    rng = np.random.default_rng(0)
    calls = [inputs(rng) for _ in range(CASES)]
    functions, _ = load(SUBMISSION, list(calls[0]))
    return ExerciseCases(
        "benchmark", tuple(make_cases(name, f, calls) for name, f in functions.items())
    )


def make_cases(name, function, calls):
    arguments = [made[name] for made in calls]
    expected = [call(function, case).value for case in arguments]
    results = len(expected[0]) if isinstance(expected[0], tuple) else 1
    return FunctionCases(
        name=name,
        number="0.0.1",
        points=1,
        signature=f"{name}(...)",
        parameters={f"x{i}": "" for i in range(len(arguments[0]))},
        returns={f"y{i}": "" for i in range(results)},
        tolerance=Tolerance(),
        hints=("", "", ""),
        cases=tuple(
            Case(case, (Expectation("value", value),))
            for case, value in zip(arguments, expected, strict=True)
        ),
    )


class Grader:
    """A sandbox with the cases prepared, as a worker of a batch has it."""

    def __init__(self, only_layers=None):
        self.exercise = make_exercise()
        self.sandbox = Sandbox(only_layers=only_layers)
        self.prepared = [
            self.sandbox.prepare([case.arguments for case in function.cases])
            for function in self.exercise.functions
        ]

    def grade(self):
        """Grade the submission; return the CPU time of the child."""
        with self.sandbox.runner() as runner:
            states = runner.load(SUBMISSION, [f.name for f in self.exercise.functions])
            for function, cases in zip(self.exercise.functions, self.prepared, strict=True):
                outcomes = runner.call(function.name, cases)
                assert judge(function, outcomes, states[function.name]).points == 1
        return runner.cpu_seconds

    def start_and_end(self):
        """Fork a child, put its walls on and end it."""
        with self.sandbox.runner() as runner:
            runner.load("", [])
        return runner.cpu_seconds


@dataclass
class Cost:
    """Milliseconds of one submission."""

    wall: float
    coordinator: float
    child: float
    zygote: float

    @property
    def cpu(self):
        """All CPU time."""
        return self.coordinator + self.child + self.zygote


def measure(work, submissions, only_layers=None):
    """Return what one submission costs; the cost of starting up is measured and taken off."""
    _, idle = run(work, 0, only_layers)
    cost, all_children = run(work, submissions, only_layers)
    cost.zygote = 1e3 * (all_children - idle) / submissions - cost.child
    return cost


def run(work, submissions, only_layers):
    """Grade so often; return the cost and the CPU time of all processes that were started."""
    before = children_cpu()
    grader = Grader(only_layers)
    wall, cpu = time.perf_counter(), time.process_time()
    child = sum(work(grader) for _ in range(submissions))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    grader.sandbox.close()
    each = 1e3 / max(submissions, 1)
    return Cost(wall * each, cpu * each, child * each, 0.0), children_cpu() - before


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def grade_many(submissions):
    """Grade in a process of its own; return when the first was begun and the last ended."""
    grader = Grader()
    grader.grade()
    begin = time.time()
    for _ in range(submissions):
        grader.grade()
    end = time.time()
    grader.sandbox.close()
    return begin, end


def throughput(processes, submissions):
    """Return how many submissions a second so many processes grade."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        spans = list(pool.map(grade_many, [submissions // processes] * processes))
    return submissions / (max(end for _, end in spans) - min(begin for begin, _ in spans))


def main(submissions=200):
    """Print the table."""
    grader = Grader()
    layers = grader.sandbox.layers()
    grader.sandbox.close()
    print(f"{len(layers)} layers: {', '.join(layers)}")
    print(f"\n{'ms':34}{'wall':>8}{'CPU':>8}{'coordinator':>13}{'child':>8}{'zygote':>8}")
    show("one submission, 6 x 50 cases", measure(Grader.grade, submissions))
    show("a child, no walls", measure(Grader.start_and_end, submissions, ()))
    few = ("rlimits", "seccomp")
    show("a child, rlimits and seccomp", measure(Grader.start_and_end, submissions, few))
    show("a child, every wall", measure(Grader.start_and_end, submissions))
    print("\nsubmissions a second")
    for processes in (1, 2):
        print(f"{processes} at a time {throughput(processes, submissions):30.0f}")


def show(what, cost):
    print(
        f"{what:34}{cost.wall:8.1f}{cost.cpu:8.1f}{cost.coordinator:13.1f}"
        f"{cost.child:8.1f}{cost.zygote:8.1f}"
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
