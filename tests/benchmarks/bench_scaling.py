"""How does the cost of training grow? Steps, samples, parameters and runs, each times 100.

    make bench-scaling                          with a million steps: about four minutes
    python tests/benchmarks/bench_scaling.py --quick       a tenth of everything

Prints processor time and peak memory at each size, with the slopes of both in a log-log picture,
and stores the picture beside this file. A slope of 1 is a cost in proportion, 0 none at all. Memory
is what Python and NumPy ask for (`tracemalloc`), above what was there before the run; it is
measured in a run of its own, since watching takes time.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # before numpy is imported

import numpy as np  # noqa: E402
from benchmarks.jobs import xor  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from course_lib.mlp import MLP  # noqa: E402
from course_lib.optimizers import sgd  # noqa: E402
from course_lib.plots.style import BLUE, GREY, house_style, subplots  # noqa: E402
from course_lib.sweep import sweep  # noqa: E402
from course_lib.training import Step, descend  # noqa: E402

PICTURE = Path(__file__).with_name("scaling.png")
FACTORS = np.geomspace(1, 100, 5)
ROUNDS = 5


class Growth(NamedTuple):
    """What a run costs at each size: seconds of processor time, and bytes."""

    what: str
    sizes: np.ndarray
    seconds: np.ndarray
    memory: np.ndarray


def slope(sizes: np.ndarray, costs: np.ndarray) -> float:
    """The exponent p of cost = c sizeᵖ that fits best."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


# --- one long run --------------------------------------------------------------------------------


def growth_with_steps(longest: int) -> Growth:
    """One run of XOR, looked at on its way; and the same again with its memory watched."""
    marks = np.rint(longest / FACTORS[::-1]).astype(int)
    last(reached(FACTORS.astype(int)))  # what is made once is there
    begin = time.process_time()
    seconds = [time.process_time() - begin for _ in reached(marks)]
    with watched():
        memory = [peak() for _ in reached(marks)]
    return Growth("steps", marks, np.array(seconds), np.array(memory))


def reached(marks: np.ndarray) -> Iterator[Step]:
    """Take steps, and store none; hand over those that end at a mark."""
    job = xor()
    run = descend(
        job.net.loss_and_gradient,
        job.theta,
        itertools.repeat((job.X, job.Y)),
        optimizer=sgd(learning_rate=job.learning_rate),
        steps=int(marks[-1]),
    )
    ends = set((marks - 1).tolist())
    yield from (step for step in run if step.t in ends)


@contextmanager
def watched() -> Iterator[None]:
    """Count the memory that is asked for inside a `with`."""
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def peak() -> int:
    return tracemalloc.get_traced_memory()[1]


# --- many runs, each of another size -------------------------------------------------------------


def growth_with_samples(smallest: int) -> Growth:
    """Full batches for a 64-64-10 network."""
    net, sizes = digits_like(64), whole(smallest)
    return grown("samples", sizes, [training(net, samples) for samples in sizes.tolist()])


def growth_with_parameters(samples: int = 32) -> Growth:
    """A hidden layer from 140 to 14 000 units."""
    nets = [digits_like(units) for units in whole(140).tolist()]
    sizes = np.array([net.n_parameters for net in nets])
    return grown("parameters", sizes, [training(net, samples) for net in nets])


def growth_with_runs(smallest: int) -> Growth:
    """A sweep of XOR networks; 1000 are done at a time."""
    sizes = whole(smallest)
    return grown("runs", sizes, [sweeping(runs) for runs in sizes.tolist()])


def whole(smallest: int) -> np.ndarray:
    return np.rint(smallest * FACTORS).astype(int)


def digits_like(units: int) -> MLP:
    return MLP((64, units, 10), hidden="relu", output="softmax", loss="softmax_cross_entropy")


def training(net: MLP, samples: int, steps: int = 20) -> Callable[[], object]:
    rng = np.random.default_rng(0)
    X, Y = rng.random((samples, 64)), np.eye(10)[rng.integers(10, size=samples)]
    theta, optimizer = net.init(rng=rng), sgd(learning_rate=0.1)
    return lambda: last(
        descend(net.loss_and_gradient, theta, [(X, Y)] * steps, optimizer=optimizer)
    )


def sweeping(runs: int, steps: int = 50) -> Callable[[], object]:
    job = xor()
    rates = {"learning_rate": np.geomspace(0.01, 10, runs)}
    batches = [(job.X, job.Y)] * steps
    return lambda: last(
        sweep(job.net.loss_and_gradient, job.theta, batches, settings=rates, optimizer=sgd)
    )


def last(items: Iterable[object]) -> object:
    """Go through to the end and keep nothing."""
    return deque(items, maxlen=1)


def grown(what: str, sizes: np.ndarray, calls: list[Callable[[], object]]) -> Growth:
    """Run each in turn, round by round; the least of the times is the least disturbed."""
    for call in calls:
        call()
    rounds = [[seconds_of(call) for call in calls] for _ in range(ROUNDS)]
    return Growth(what, sizes, np.min(rounds, axis=0), np.array([memory_of(c) for c in calls]))


def seconds_of(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


def memory_of(call: Callable[[], object]) -> int:
    with watched():
        call()
        return peak()


# --- what is shown -------------------------------------------------------------------------------


def table(growths: list[Growth]) -> Iterator[str]:
    for growth in growths:
        yield f"\n{growth.what:>12}{'ms':>12}{'KiB':>12}"
        for size, seconds, memory in zip(*growth[1:], strict=True):
            yield f"{size:12}{1e3 * seconds:12.2f}{memory / 1024:12.1f}"
        slopes = (slope(growth.sizes, costs) for costs in growth[2:])
        yield f"{'slope':>12}" + "".join(f"{value:12.2f}" for value in slopes)


def draw(growths: list[Growth], path: Path) -> None:
    """Time above and memory below; a dashed line has slope 1."""
    with house_style():
        figure, axes = subplots(2, len(growths), size=(12.0, 6.0))
        axes[0][0].set_ylabel("processor time, s")
        axes[1][0].set_ylabel("memory, MiB")
        for column, growth in zip(np.transpose(axes), growths, strict=True):
            for ax, costs in zip(column, (growth.seconds, growth.memory / 2**20), strict=True):
                draw_growth(growth.sizes, costs, ax=ax)
                ax.set(xlabel=growth.what, title=f"slope {slope(growth.sizes, costs):.2f}")
        figure.savefig(path, dpi=80)


def draw_growth(sizes: np.ndarray, costs: np.ndarray, *, ax: Axes) -> None:
    """Every panel spans as many decades up as across, so that slopes can be compared by eye."""
    middle = np.sqrt(costs.min() * costs.max())
    ax.loglog(sizes, middle * sizes / np.sqrt(sizes[0] * sizes[-1]), "--", color=GREY)
    ax.loglog(sizes, costs, "o-", color=BLUE)
    ax.set_ylim(middle / 20, middle * 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, no picture")
    quick = parser.parse_args().quick
    small = 10 if quick else 1
    growths = [
        growth_with_steps(10**6 // small),
        growth_with_samples(1000 // small),
        growth_with_parameters(),
        growth_with_runs(1000 // small),
    ]
    for line in table(growths):
        print(line)
    if not quick:
        draw(growths, PICTURE)


if __name__ == "__main__":
    main()
