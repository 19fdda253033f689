r"""Data sets: four points, three clouds that are drawn on demand, and 1797 real digits.

Rows of `X` are samples. `Y` has one column of 0 and 1 where there are two classes, for a sigmoid
output, and one column for each class where there are more ("one-hot"), for a softmax output.

The drawn ones take a noise level, the standard deviation of what is added to each coordinate, and
a generator. Their classes take turns, so that any first part of a set holds all of them.
"""

from __future__ import annotations

import functools
import math
from importlib import resources
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from course_lib._arrays import Array, as_floats, check_count, check_non_negative, check_rng

BRIGHTEST = 16  # a pixel counts how many of 4 x 4 points are ink


class Dataset(NamedTuple):
    """Inputs with their targets.

    Attributes
    ----------
    X : ndarray of shape (samples, d_in)
    Y : ndarray of shape (samples, d_out)
    name : str
    """

    X: Array
    Y: Array
    name: str


def xor() -> Dataset:
    """Return the exclusive or of two bits: four samples that no straight line separates."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Dataset(X, np.array([[0.0], [1.0], [1.0], [0.0]]), "xor")


def xor_clouds(samples: int, *, noise: float, rng: np.random.Generator) -> Dataset:
    """Draw round clouds around the four points of `xor`, which take turns.

    With `noise=0` each of the four points is there a quarter of the time.

    Returns
    -------
    Dataset
        `X` of shape (samples, 2), `Y` of shape (samples, 1).

    Raises
    ------
    TypeError, ValueError
        If `samples` is below 4, `noise` is negative, or `rng` is not a generator.
    """
    _check_drawn(samples, 4, noise, rng)
    X, Y, _ = xor()
    corners = np.arange(samples) % len(X)
    return Dataset(_blur(X[corners], noise, rng), Y[corners], "xor clouds")


def moons(samples: int, *, noise: float, rng: np.random.Generator) -> Dataset:
    r"""Draw two half circles that reach into each other.

    .. math:: (\cos t, \sin t) \text{ for class 0}, \qquad
        (1 - \cos t, \tfrac12 - \sin t) \text{ for class 1}, \qquad t \sim U(0, \pi)

    The shapes are those of scikit-learn, which spaces t evenly instead of drawing it.

    Returns
    -------
    Dataset
        `X` of shape (samples, 2), `Y` of shape (samples, 1).

    Raises
    ------
    TypeError, ValueError
        If `samples` is below 2, `noise` is negative, or `rng` is not a generator.
    """
    _check_drawn(samples, 2, noise, rng)
    labels = np.arange(samples) % 2
    t = rng.uniform(0.0, math.pi, size=samples)
    upper = np.column_stack([np.cos(t), np.sin(t)])
    lower = np.column_stack([1.0 - np.cos(t), 0.5 - np.sin(t)])
    X = np.where(labels[:, None] == 0, upper, lower)
    return Dataset(_blur(X, noise, rng), _targets(labels, 2), "moons")


def spirals(
    samples: int, *, noise: float, rng: np.random.Generator, classes: int = 2, turns: float = 1.0
) -> Dataset:
    r"""Draw spiral arms around one centre, one for each class.

    .. math:: r \, (\cos\varphi, \sin\varphi) \quad\text{with}\quad
        \varphi = 2\pi \Bigl(\text{turns} \cdot r + \frac{\text{class}}{\text{classes}}\Bigr),
        \qquad r \sim U(0.1, 1)

    Returns
    -------
    Dataset
        `X` of shape (samples, 2); `Y` of shape (samples, 1), or (samples, classes) from three on.

    Raises
    ------
    TypeError, ValueError
        If there is less than one sample a class or fewer than two classes, `noise` or `turns` is
        negative, or `rng` is not a generator.
    """
    _check_drawn(samples, classes, noise, rng)
    check_non_negative("turns", turns)
    labels = np.arange(samples) % classes
    r = rng.uniform(0.1, 1.0, size=samples)
    X = r[:, None] * _on_circle(turns * r + labels / classes)
    return Dataset(_blur(X, noise, rng), _targets(labels, classes), "spirals")


def blobs(samples: int, *, noise: float, rng: np.random.Generator, classes: int = 2) -> Dataset:
    """Draw round clouds, one for each class, with centres evenly on the unit circle.

    The first centre is (1, 0). Two classes at `noise=0.5` overlap by a few per cent.

    Returns
    -------
    Dataset
        `X` of shape (samples, 2); `Y` of shape (samples, 1), or (samples, classes) from three on.

    Raises
    ------
    TypeError, ValueError
        If there is less than one sample a class or fewer than two classes, `noise` is negative,
        or `rng` is not a generator.
    """
    _check_drawn(samples, classes, noise, rng)
    labels = np.arange(samples) % classes
    X = _on_circle(labels / classes)
    return Dataset(_blur(X, noise, rng), _targets(labels, classes), "blobs")


def digits() -> Dataset:
    """Return 1797 real handwritten digits, 8 x 8 pixels each; no network is needed.

    Row i of an image is `X[n].reshape(8, 8)[i]`, and its digit is `Y[n].argmax()`. They are the
    test part of the UCI data set, written by 13 people, in its own order: samples that stand near
    each other are by the same hand.

    Returns
    -------
    Dataset
        `X` of shape (1797, 64), from 0 (paper) to 1 (ink) in sixteenths; `Y` of shape (1797, 10),
        one-hot.

    References
    ----------
    Alpaydin and Kaynak (1998), Optical recognition of handwritten digits, UCI Machine Learning
    Repository, doi:10.24432/C50P49, licence CC BY 4.0. `course_lib/data/README.md` says more.
    """
    pixels, labels = _stored_digits()
    return Dataset(pixels / BRIGHTEST, _targets(labels, 10), "digits")


@functools.cache  # a submission that is graded can open no file, so its grader reads this one first
def _stored_digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    file = resources.files("course_lib").joinpath("data", "digits.npz")
    with file.open("rb") as stream, np.load(stream) as stored:
        return stored["pixels"], stored["labels"]


def split(data: Dataset, *, test_share: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
    """Deal the samples out at random to a training set and a test set.

    Parameters
    ----------
    data : Dataset
    test_share : float
        Share of the samples that goes to the test set, above 0 and below 1.
    rng : numpy.random.Generator

    Returns
    -------
    train, test : Dataset
        Every sample is in one of them. The test set has `round(test_share * samples)`.

    Raises
    ------
    TypeError, ValueError
        If X and Y differ in length, either set would be empty, or `rng` is not a generator.
    """
    X, Y, name = data
    check_rng(rng)
    if len(X) != len(Y):
        raise ValueError(f"X has {len(X)} samples but Y has {len(Y)}: axis 0 of both is samples")
    share = float(as_floats("test_share", test_share))
    tests = round(share * len(X)) if 0 < share < 1 else 0
    if not 0 < tests < len(X):
        raise ValueError(
            f"test_share must be above 0 and below 1 and leave a sample on both sides, got"
            f" {share:g} of {len(X)} samples; try test_share=0.2"
        )
    order = rng.permutation(len(X))
    test, train = order[:tests], order[tests:]
    return Dataset(X[train], Y[train], f"{name}, train"), Dataset(X[test], Y[test], f"{name}, test")


def _check_drawn(samples: int, classes: int, noise: float, rng: np.random.Generator) -> None:
    check_count("classes", classes, minimum=2)
    check_count("samples", samples, minimum=classes, hint="each class needs a sample")
    check_non_negative("noise", noise, hint="it is a standard deviation; 0 is none")
    check_rng(rng)


def _on_circle(turn: npt.NDArray[np.float64]) -> Array:
    """Return the points of the unit circle at `turn` turns, as rows."""
    angle = 2.0 * math.pi * turn
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _blur(X: Array, noise: float, rng: np.random.Generator) -> Array:
    shifts: Array = rng.normal(scale=noise, size=X.shape)
    return X + shifts


def _targets(labels: npt.NDArray[np.integer], classes: int) -> Array:
    """Return one column of 0 and 1 for two classes, a column for each class for more."""
    if classes == 2:
        return labels[:, None].astype(np.float64)
    one_hot: Array = np.eye(classes)[labels]
    return one_hot
