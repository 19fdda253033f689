"""How fast is training? `make bench` prints this table; `make bench-quick` a shorter one.

Every job is run by each peer in turn, A B C A B C, on one BLAS thread, and the processor time of a
step is compared with that of a hand-tuned NumPy version in the same round; the table gives the
median of those ratios. Before that, everyone's losses must agree.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # before numpy is imported
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import numpy as np  # noqa: E402
from benchmarks.jobs import JOBS, xor  # noqa: E402
from benchmarks.peers import PEERS, present  # noqa: E402
from benchmarks.yardstick import yardstick_landscape, yardstick_sweep  # noqa: E402

from course_lib.optimizers import Optimizer  # noqa: E402
from course_lib.sweep import grid, sweep  # noqa: E402
from course_lib.transformations import ClipByGlobalNorm, chain  # noqa: E402

BARS = {"xor": 3.0, "digits": 1.8, "digits-adam": 1.7, "digits-clip": 1.8, "large": 1.05}
SWEEP_BAR, LANDSCAPE_BAR = 1.4, 1.4
AGREE = 1e-10


class Row(NamedTuple):
    """A line of the table: what a step of the yardstick costs, and everyone's multiple of it."""

    name: str
    microseconds: float
    ratios: dict[str, float]
    bar: float


def rows_of_training(peers: list[str], rounds: int, seconds: float) -> Iterator[Row]:
    for name, make in JOBS.items():
        job = make()
        runs = {peer: PEERS[peer](job) for peer in peers}
        runs = {peer: run for peer, run in runs.items() if run is not None}
        epoch = len(job.batches)
        agree(job.name, {peer: run(epoch) for peer, run in runs.items()})
        epochs = max(1, round(seconds / seconds_of(partial(runs["hand-tuned"], epoch))))
        steps = epoch * epochs
        calls = {peer: partial(run, steps) for peer, run in runs.items()}
        yield compare(job.name, calls, steps, rounds, BARS[name])


def rows_of_many_runs(rounds: int, steps: int) -> Iterator[Row]:
    job = xor()
    settings = grid(learning_rate=np.geomspace(0.01, 100, 40), max_norm=np.geomspace(0.01, 10, 25))
    rates, max_norms = settings.values()

    def optimizer(learning_rate, max_norm):
        direction = chain(ClipByGlobalNorm(max_norm=max_norm))
        return Optimizer(direction=direction, learning_rate=learning_rate)

    def ours(steps=steps):
        losses, batches = np.empty(len(rates)), [(job.X, job.Y)] * steps
        for block in sweep(
            job.net.loss_and_gradient, job.theta, batches, settings=settings, optimizer=optimizer
        ):
            losses[block.runs] = block.loss
        return losses

    agree("1000 runs", {"hand-tuned": yardstick_sweep(job, rates, max_norms, 20), "ours": ours(20)})
    calls = {"hand-tuned": lambda: yardstick_sweep(job, rates, max_norms, steps), "ours": ours}
    yield compare(f"1000 XOR networks x {steps} steps", calls, 1, rounds, SWEEP_BAR)

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, len(job.theta)))
    places = grid(a=np.linspace(-3, 3, 200), b=np.linspace(-3, 3, 200))
    thetas = job.theta[:, None] + np.outer(a, places["a"]) + np.outer(b, places["b"])
    calls = {
        "hand-tuned": lambda: yardstick_landscape(job, thetas),
        "ours": lambda: job.net.loss_value(thetas, job.X, job.Y),
    }
    agree("landscape", {peer: call() for peer, call in calls.items()})
    yield compare("loss landscape 200 x 200, XOR", calls, 1, rounds, LANDSCAPE_BAR)


def agree(name: str, losses: dict[str, Sequence[float] | np.ndarray]) -> None:
    """Stop the benchmark if two peers do not compute the same.

    Who returns one number for each epoch is compared with the mean of the others' steps.
    """
    expected = np.asarray(losses["hand-tuned"])
    for peer, found in losses.items():
        means = expected.reshape(len(found), -1).mean(axis=1)
        off = float(np.abs(np.asarray(found) - means).max())
        if not off <= AGREE:
            raise SystemExit(f"{name}: the losses of {peer} are off by {off:.1e}")


def seconds_of(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def compare(
    name: str, calls: dict[str, Callable[[], object]], steps: int, rounds: int, bar: float
) -> Row:
    """Run everyone in turn; the ratio of a round is taken within that round."""
    for call in calls.values():
        call()
    times = [
        {peer: seconds_of(call) / steps for peer, call in calls.items()} for _ in range(rounds)
    ]
    ratios = {
        peer: statistics.median(one[peer] / one["hand-tuned"] for one in times) for peer in calls
    }
    return Row(name, 1e6 * statistics.median(one["hand-tuned"] for one in times), ratios, bar)


WHOLE_PROCESS = {
    "ours": """
from course_lib import datasets; from course_lib.mlp import MLP
from course_lib.optimizers import sgd; from course_lib.training import descend, minibatches
import numpy as np
data, rng = datasets.digits(), np.random.default_rng(0)
net = MLP((64, 64, 10), hidden="relu", output="softmax", loss="softmax_cross_entropy")
batches = minibatches(data.X, data.Y, size=32, rng=rng, epochs=10)
for step in descend(net.loss_and_gradient, net.init(rng=rng), batches,
                    optimizer=sgd(learning_rate=0.1)): pass
""",
    "scikit-learn": """
import warnings; warnings.simplefilter("ignore")
from sklearn.datasets import load_digits; from sklearn.neural_network import MLPClassifier
data = load_digits()
MLPClassifier((64,), solver="sgd", batch_size=32, learning_rate_init=0.1, max_iter=10,
              momentum=0, nesterovs_momentum=False).fit(data.data / 16, data.target)
""",
    "PyTorch": """
import torch; torch.set_num_threads(1)
from course_lib import datasets
data = datasets.digits(); X, Y = torch.tensor(data.X), torch.tensor(data.Y)
nn = torch.nn
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)).double()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(10):
    for batch in torch.randperm(len(X)).split(32):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(X[batch]), Y[batch]).backward()
        optimizer.step()
""",
}
REPORT = """
import resource
used = resource.getrusage(resource.RUSAGE_SELF)
try:  # the peak of this program alone; the other counts its parent's from before it began
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except OSError:
    peak = used.ru_maxrss
print(used.ru_utime + used.ru_stime, peak)
"""


def whole_processes(peers: list[str], rounds: int) -> Iterator[str]:
    """Import and ten epochs of the digits, in a process of its own."""
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for peer in (p for p in WHOLE_PROCESS if p in peers):
            command = [sys.executable, "-c", WHOLE_PROCESS[peer] + REPORT]
            ran = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, kibibytes = map(float, ran.stdout.split())
            found.setdefault(peer, []).append((seconds, kibibytes / 1024))
    for peer, values in found.items():
        seconds, mebibytes = (statistics.median(column) for column in zip(*values, strict=True))
        bar = "  (at most 0.2 s, 45 MiB)" if peer == "ours" else ""
        yield f"  {peer:14} {seconds:5.2f} s of processor time, {mebibytes:4.0f} MiB{bar}"


def table(rows: Iterator[Row], peers: list[str]) -> Iterator[str]:
    shown = [peer for peer in peers if peer != "hand-tuned"]
    yield "| job | hand-tuned, us | bar | " + " | ".join(shown) + " |"
    yield "|---|---" * 1 + "|---" * (len(shown) + 1) + "|"
    for row in rows:
        ratios = [f"x {row.ratios[p]:.2f}" if p in row.ratios else "–" for p in shown]
        yield f"| {row.name} | {row.microseconds:.1f} | x {row.bar} | " + " | ".join(ratios) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: under a minute")
    quick = parser.parse_args().quick
    peers = present()
    rounds, seconds = (5, 0.02) if quick else (15, 0.1)
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}.")
    print("A step's processor time as a multiple of the hand-tuned NumPy version's.\n")
    for line in table(rows_of_training(peers, rounds, seconds), peers):
        print(line, flush=True)
    for row in rows_of_many_runs(rounds, steps=100 if quick else 500):
        line = f"| {row.name} | {row.microseconds:.0f} | x {row.bar} | x {row.ratios['ours']:.2f} |"
        print(line, flush=True)
    print("\nA whole process: import, and ten epochs of the digits:")
    for line in whole_processes(peers, 1 if quick else 5):
        print(line, flush=True)
    print(f"\nThis process used {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB.")


if __name__ == "__main__":
    main()
