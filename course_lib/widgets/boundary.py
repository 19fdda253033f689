"""The boundary between learning rates that train a small network and those that do not.

The two layers have rates of their own; a map has a run for each pair. It comes coarse first: every
eighth column and row, then every fourth, and so on, so that no run is done twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from course_lib._arrays import Array
from course_lib.mlp import MLP
from course_lib.optimizers import Optimizer
from course_lib.sweep import sweep
from course_lib.training import descend
from course_lib.transformations import Scale

Box: TypeAlias = tuple[tuple[float, float], tuple[float, float]]

INPUTS, HIDDEN, SAMPLES = 8, 8, 8
SEED = 341  # of the data and the start: the same in every session
DECADES = 4.0  # of either rate, in the whole picture
HOME = (0.5, -0.5)  # its centre, as powers of ten
STRIDES = (8, 4, 2, 1)
BLOCK = 512  # runs at a time
FEW = 32  # boxes on the boundary: fewer say nothing about its dimension


@dataclass(frozen=True, order=True)
class View:
    """A part of the plane of rates.

    Attributes
    ----------
    x, y : float
        log₁₀ of the first and of the second layer's rate at the centre.
    zoom : float
        1 for the whole picture; twice as much shows half of each side.
    """

    x: float = HOME[0]
    y: float = HOME[1]
    zoom: float = 1.0

    @property
    def side(self) -> float:
        """Decades that the picture spans."""
        return DECADES / self.zoom

    @property
    def box(self) -> Box:
        """Lowest and highest log₁₀ of either rate."""
        half = self.side / 2
        return (self.x - half, self.x + half), (self.y - half, self.y + half)


@dataclass(frozen=True, eq=False)
class Trial:
    """What all the runs have in common.

    Attributes
    ----------
    net : MLP
    X, Y : ndarray of shape (samples, inputs), (samples, 1)
        Random: the network learns them by heart.
    start : ndarray of shape (n,)
    first_loss : float
    """

    net: MLP
    X: Array
    Y: Array
    start: Array
    first_loss: float

    def descent(self, eta1: Any, eta2: Any) -> Optimizer:
        """Return gradient descent with a rate for each layer.

        Parameters
        ----------
        eta1, eta2 : float, or ndarray of shape (runs,)
        """
        factors = np.empty((len(self.start), *np.shape(eta1)), self.start.dtype)
        for layer, rate in zip(self.net.layers(factors), (eta1, eta2), strict=True):
            for part in layer:
                part[...] = rate
        return Optimizer(direction=Scale(factor=factors), learning_rate=1.0)

    def losses(self, view: View, steps: int) -> list[float]:
        """Return the loss before each step of the run at the centre; it ends if it diverges."""
        descent = descend(
            self.net.loss_and_gradient, self.start, [(self.X, self.Y)] * steps,
            optimizer=self.descent(10.0**view.x, 10.0**view.y),
        )  # fmt: skip
        return [float(step.loss) for step in descent]


@lru_cache(maxsize=8)
def trial(activation: str) -> Trial:
    """Return a network with one hidden layer, and eight random samples; float32 for speed."""
    rng = np.random.default_rng(SEED)
    net = MLP((INPUTS, HIDDEN, 1), hidden=activation)
    X, Y = rng.standard_normal((SAMPLES, INPUTS)), rng.standard_normal((SAMPLES, 1))
    start = net.init(rng=rng)
    data, targets, theta = (array.astype(np.float32) for array in (X, Y, start))
    loss, _ = net.loss_and_gradient(theta, data, targets)
    return Trial(net, data, targets, theta, float(loss))


class BoundaryMap:
    """A loss for each pair of rates; it fills block by block, coarse first.

    Parameters
    ----------
    view : View
    activation : str
        Of the hidden layer.
    steps, resolution : int
        Of every run; runs each way, a multiple of 8.
    """

    def __init__(self, view: View, activation: str, steps: int, resolution: int) -> None:
        self.view, self.trial, self.steps = view, trial(activation), steps
        self.done = 0
        self._losses = np.full((resolution, resolution), np.nan)
        self._work = self._blocks()

    @property
    def runs(self) -> int:
        """How many runs the whole map has."""
        return self._losses.size

    @property
    def whole(self) -> bool:
        """Whether all of them are done."""
        return self.done == self.runs

    @property
    def coarse(self) -> bool:
        """Whether there is a coarse map at least."""
        return self.done >= self.runs // STRIDES[0] ** 2

    @property
    def losses(self) -> Array:
        """Of shape (rows, columns), in shares of the first loss.

        Infinite where a run does not train: where its last loss is not below its first. A run that
        is not done has the loss of the nearest coarser one, or NaN.
        """
        shown = self._losses[:: STRIDES[0], :: STRIDES[0]]
        for stride in STRIDES[1:]:
            finer = self._losses[::stride, ::stride]
            shown = np.where(np.isnan(finer), shown.repeat(2, axis=0).repeat(2, axis=1), finer)
        return shown

    @property
    def trained(self) -> npt.NDArray[np.bool_]:
        """Which of the runs train, of shape (rows, columns)."""
        return np.isfinite(self.losses)

    def advance(self) -> None:
        """Do the next block."""
        next(self._work, None)

    def _blocks(self) -> Iterator[None]:
        for stride in STRIDES:
            rows, columns = self._places(stride)
            for runs, loss in self._sweep(rows, columns):
                share = loss / self.trial.first_loss
                self._losses[rows[runs], columns[runs]] = np.where(share < 1, share, np.inf)
                self.done += len(loss)
                yield

    def _places(self, stride: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the rows and columns that are new at a stride."""
        side = np.arange(0, len(self._losses), stride)
        rows, columns = (part.ravel() for part in np.meshgrid(side, side, indexing="ij"))
        old = (rows % (2 * stride) == 0) & (columns % (2 * stride) == 0)
        new = ~old if stride < STRIDES[0] else np.ones_like(old)
        return rows[new], columns[new]

    def _sweep(
        self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
    ) -> Iterator[tuple[slice, Array]]:
        """Run them. The run of row and column resolution/2 is the one at the centre."""
        (x, _), (y, _) = self.view.box
        step = self.view.side / len(self._losses)
        blocks = sweep(
            self.trial.net.loss_and_gradient, self.trial.start,
            [(self.trial.X, self.trial.Y)] * self.steps,
            settings={"eta1": 10.0 ** (x + step * columns), "eta2": 10.0 ** (y + step * rows)},
            optimizer=self.trial.descent, block=BLOCK,
        )  # fmt: skip
        for block in blocks:
            yield slice(block.runs.start, block.runs.start + len(block.loss)), block.loss


def box_counts(trained: npt.NDArray[np.bool_]) -> dict[int, int]:
    """Count the boxes that the boundary passes through, for boxes of 2, 4, 8, ... runs a side.

    A run is on the boundary if the next one to the right or above fares otherwise.

    Parameters
    ----------
    trained : ndarray of bool of shape (rows, columns)
        Both a multiple of the largest box, an eighth of the side.

    Returns
    -------
    dict from side to count
    """
    edge = np.zeros_like(trained)
    edge[:, :-1] |= trained[:, 1:] != trained[:, :-1]
    edge[:-1] |= trained[1:] != trained[:-1]
    counts, side = {}, 2
    while side <= len(trained) // 8:
        rows, columns = (length // side for length in trained.shape)
        counts[side] = int(edge.reshape(rows, side, columns, side).any(axis=(1, 3)).sum())
        side *= 2
    return counts


def box_dimension(trained: npt.NDArray[np.bool_]) -> float | None:
    r"""Return the box-counting dimension of the boundary, a rough estimate.

    .. math:: D = -\frac{\Delta \log N(s)}{\Delta \log s}

    fitted to the counts N(s) of all box sides s. A smooth line has 1; a set that fills the plane 2.

    Returns
    -------
    float or None
        None where the boundary is too short to tell.
    """
    counts = box_counts(trained)
    if len(counts) < 3 or min(counts.values()) < 1 or max(counts.values()) < FEW:
        return None
    slope, _ = np.polyfit(np.log(list(counts)), np.log(list(counts.values())), 1)
    return float(-slope)
