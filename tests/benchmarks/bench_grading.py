"""What it costs to grade: six functions, 50 cases each, behind every wall.

    make bench-grading                                        all of it, with the two others
    python tests/benchmarks/bench_grading.py [SUBMISSIONS ...]     batches of so many

Prints the CPU time of one submission by who spends it and the cost of each wall; batches of
growing size through `course grade`'s own code, with the coordinator's memory; what `course report`
costs; and what nbgrader and otter-grader cost, where `.venv-nbgrader` and `.venv-otter` are. CPU
time is what to compare: a busy machine stretches the rest.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import other_graders
from grading.processes import adopt_orphans

from course_lib.grading.batch.grade import grade, process_pool
from course_lib.grading.batch.gradebook import Gradebook, Graded, Key
from course_lib.grading.batch.overview import overview
from course_lib.grading.batch.pages import class_page
from course_lib.grading.batch.similarity import alike
from course_lib.grading.batch.submissions import Submission
from course_lib.grading.cases import Case, ExerciseCases, Expectation, FunctionCases, Tolerance
from course_lib.grading.judge import judge
from course_lib.grading.loading import load
from course_lib.grading.results import Diagnosis, FunctionResult
from course_lib.grading.running import call
from course_lib.grading.sandbox import Sandbox

HOUSE = Path(__file__).parents[2]
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


SLIPS = {
    "Z > 0.0": "Z < 0.0",
    "0.5 * np.mean": "np.mean",
    "(Y - T) / Y.size": "Y - T",
    "(y - t)": "(t - y)",
    "min(1.0": "max(1.0",
    "m / (1.0 - 0.9**t)": "m",
}
"""One mistake for each function."""
BATCHES = (100, 1000, 10_000)
JOBS = 2
REPORTS = (10, 300, 3000)
"""Students in the classes that are reported on."""
OTHERS = 10
"""How many submissions the others grade: they take seconds for each."""


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

    def grade(self, source=SUBMISSION, points=6):
        """Grade a submission; return the CPU time of the child."""
        got = 0
        with self.sandbox.runner() as runner:
            states = runner.load(source, [f.name for f in self.exercise.functions])
            for function, cases in zip(self.exercise.functions, self.prepared, strict=True):
                outcomes = runner.call(function.name, cases)
                got += judge(function, outcomes, states[function.name]).points
        assert got == points
        return runner.cpu_seconds

    def grade_wrong(self):
        """Grade one whose every function is wrong, so that each is diagnosed."""
        wrong = SUBMISSION
        for right, slip in SLIPS.items():
            wrong = wrong.replace(right, slip)
        return self.grade(wrong, points=0)

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


def grade_batch(count):
    """Grade so many submissions as `course grade` does; print what it took as JSON."""
    exercise = make_exercise()
    with tempfile.TemporaryDirectory() as name, Gradebook(Path(name) / "grades.db") as book:
        submissions = [
            Submission(f"student {i:05}", exercise.slug, Path(name) / f"{i}.py")
            for i in range(count)
        ]
        for i, submission in enumerate(submissions):
            submission.path.write_text(f"# {i}\n{SUBMISSION}")
        begin = time.perf_counter()
        tallies = grade(
            submissions,
            {exercise.slug: exercise},
            book,
            run=book.begin(()),
            make_executor=process_pool(JOBS),
            width=2 * JOBS,
        )
        *_, last = tallies
        wall = time.perf_counter() - begin
        assert last.graded == count
    status = Path("/proc/self/status").read_text().split()
    megabytes = int(status[status.index("VmHWM:") + 1]) / 1024
    print(json.dumps({"wall": wall, "megabytes": megabytes, "cpu": time.process_time()}))


def batch(count):
    """Run `grade_batch` in a process of its own; return what it took, all processes counted."""
    command = [sys.executable, __file__, "--batch", str(count)]
    cpu, printed = cpu_of(lambda: subprocess.run(command, check=True, stdout=subprocess.PIPE))
    return json.loads(printed.stdout) | {"all": cpu}


def cpu_of(work):
    """Return the CPU time of all processes that some work starts, orphans too, and its result."""
    before = children_cpu()
    result = work()
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return children_cpu() - before, result


def show_batches(counts):
    print(f"\n{'batches, 2 jobs':>20}{'CPU s':>10}{'CPU ms each':>13}{'coordinator':>13}", end="")
    print(f"{'MB':>8}{'wall s':>10}{'each second':>13}{'on 2 idle cores':>17}")
    for count in counts:
        took = batch(count)
        each = 1e3 * took["all"] / count
        print(
            f"{count:>20}{took['all']:>10.1f}{each:>13.1f}{1e3 * took['cpu'] / count:>13.1f}",
            end="",
        )
        print(
            f"{took['megabytes']:>8.0f}{took['wall']:>10.1f}{count / took['wall']:>13.0f}", end=""
        )
        print(f"{1e3 * JOBS / each:>17.0f}", flush=True)


def show_reports():
    """Print what `course report` costs: the page, and the search for submissions too alike."""
    print(f"\n{'reports, CPU s':>20}{'rows':>10}{'page':>10}{'alike':>10}")
    exercise = make_exercise()
    for students in REPORTS:
        rng = random.Random(students)
        with tempfile.TemporaryDirectory() as name, Gradebook(Path(name) / "grades.db") as book:
            for i in range(students):
                verdicts = [verdict(function, rng) for function in exercise.functions]
                key = Key(f"student {i:05}", exercise.slug, str(i), "")
                book.add(key, "", Graded(verdicts, (), 0.0), 1)
            page = seconds_of(lambda book=book: class_page(overview(book)))
        answers = {f"student {i:05}": answer(rng) for i in range(students)}
        search = seconds_of(lambda answers=answers: alike(answers))
        rows = students * len(exercise.functions)
        print(f"{students:>20}{rows:>10}{page:>10.2f}{search:>10.2f}", flush=True)


def verdict(function, rng):
    """Return a made-up verdict: every third is right, the others know one of ten slips."""
    slip = rng.choice([""] * 5 + [f"slip {i}" for i in range(10)])
    diagnosis = Diagnosis("value", "No.", slip, "Why.") if slip else Diagnosis("passed", "")
    status = "failed" if slip else "passed"
    result = FunctionResult(function.name, function.number, int(not slip), 1, status, diagnosis)
    return result, "<p>No.</p>" * 150, rng.random()


def answer(rng):
    """Return the submission, and thirty lines of nobody else's."""
    lines = [f"    a{i} = a{rng.randrange(9)} {rng.choice('+-*/%@')} {i}" for i in range(30)]
    return f"{SUBMISSION}\ndef more(a0):\n" + "\n".join(lines) + "\n    return a0\n"


def seconds_of(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def show_others(ours):
    """Grade the same with the others; `ours` is the CPU time of one submission here, in ms."""
    exercise = make_exercise()
    cases = {
        f.name: [(c.arguments, c.expected[0].data) for c in f.cases] for f in exercise.functions
    }
    work = other_graders.Work(list(cases), cases, [SUBMISSION] * OTHERS)
    print(f"\n{'the same, CPU ms':34}{'each':>8}{'ours':>8}{'ratio':>8}")
    for kind, environment in other_graders.available(HOUSE):
        with tempfile.TemporaryDirectory() as folder:
            other = kind(environment, Path(folder), work)
            cpu, _ = cpu_of(other.grade)
            assert other.points() == len(cases) * OTHERS
        each = 1e3 * cpu / OTHERS
        print(f"{kind.name:34}{each:8.0f}{ours:8.1f}{each / ours:8.0f}", flush=True)


def main(counts, submissions=200):
    """Print the tables."""
    adopt_orphans()
    grader = Grader()
    layers = grader.sandbox.layers()
    grader.sandbox.close()
    print(f"{len(layers)} layers: {', '.join(layers)}")
    print(f"\n{'ms':34}{'wall':>8}{'CPU':>8}{'coordinator':>13}{'child':>8}{'zygote':>8}")
    right = measure(Grader.grade, submissions)
    show("one submission, 6 x 50 cases", right)
    show("one, every function wrong", measure(Grader.grade_wrong, submissions))
    show("a child, no walls", measure(Grader.start_and_end, submissions, ()))
    few = ("rlimits", "seccomp")
    show("a child, rlimits and seccomp", measure(Grader.start_and_end, submissions, few))
    show("a child, every wall", measure(Grader.start_and_end, submissions))
    show_batches(counts)
    show_reports()
    show_others(right.cpu)


def show(what, cost):
    print(
        f"{what:34}{cost.wall:8.1f}{cost.cpu:8.1f}{cost.coordinator:13.1f}"
        f"{cost.child:8.1f}{cost.zygote:8.1f}"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--batch"]:
        grade_batch(int(sys.argv[2]))
    else:
        main([int(argument) for argument in sys.argv[1:]] or BATCHES)
