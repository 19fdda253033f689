"""Named properties: what must hold of a result whose exact value is not the point.

Each takes the data of the case, the learner's value in plain form, and the tolerance, and returns
a problem or None. Their names stand in specs and in case files, so that cases stay data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from numpy import (
    absolute,
    asarray,
    concatenate,
    dot,
    flatnonzero,
    float64,
    isfinite,
    lexsort,
    ndarray,
    where,
)

from course_lib.grading.cases import Tolerance
from course_lib.grading.describe import describe, show
from course_lib.grading.results import Problem
from course_lib.grading.values import Value, build, same

Property: TypeAlias = Callable[[Any, Value, Tolerance], Problem | None]


def norm_at_most(limit: float, value: Value, tolerance: Tolerance) -> Problem | None:
    """‖value‖ ≤ limit, where a list or tuple of arrays counts as one long vector."""
    vector = _vector(value)
    if isinstance(vector, Problem):
        return vector
    norm = math.sqrt(dot(vector, vector))
    if norm <= limit + tolerance.absolute + tolerance.relative * limit:
        return None
    return Problem("value", f"Its norm is {norm:.6g}; it may be at most {limit:.6g}.")


def same_direction(direction: Value, value: Value, tolerance: Tolerance) -> Problem | None:
    """Value = s · direction for some s > 0; a zero direction asks for zeros."""
    vector, wanted = _vector(value), _vector(direction)
    if isinstance(vector, Problem) or isinstance(wanted, Problem):
        return vector if isinstance(vector, Problem) else None
    if vector.shape != wanted.shape:
        return Problem("shape", f"It has {vector.size} entries; expected {wanted.size}.")
    if not wanted.any():
        return Problem("value", "It must be zero here.") if vector.any() else None
    scale = float(dot(vector, wanted) / dot(wanted, wanted))
    if scale <= 0:
        return Problem("value", "It points the other way, or is zero; only its length may change.")
    off = absolute(vector - scale * wanted)
    if (off <= tolerance.absolute + tolerance.relative * absolute(vector)).all():
        return None
    return Problem("value", "Its direction has changed; only its length may.")


def between(bounds: tuple[Value, Value], value: Value, tolerance: Tolerance) -> Problem | None:
    """Low ≤ value ≤ high in each entry: for a kink, where any slope between the two is right."""
    vector = _vector(value)
    if isinstance(vector, Problem):
        return vector
    low, high = (asarray(bound, dtype=float64).ravel() for bound in bounds)
    if low.size not in (1, vector.size):
        return Problem("shape", f"It has {vector.size} entries; expected {low.size}.")
    outside = (vector < low - tolerance.absolute) | (vector > high + tolerance.absolute)
    if not outside.any():
        return None
    return Problem("value", f"{vector[outside][0]:.6g} lies outside what is allowed here.")


def every_sample_once(samples: Value, value: Value, _tolerance: Tolerance) -> Problem | None:
    """Hold each row of the samples once in a list of batches, in any order.

    `samples` is X, or (X, Y) whose rows belong together; each batch is the same.
    """
    wanted = _rows(samples)
    if not isinstance(value, (list, tuple)):
        return Problem("type", f"It returned {describe(value)}; expected a list of batches.")
    try:
        got = concatenate([_rows(batch) for batch in value])
    except (ValueError, TypeError):
        return Problem("shape", "Its batches do not hold rows as the samples do.")
    if len(got) != len(wanted):
        return Problem("value", f"Its batches hold {len(got)} samples; there are {len(wanted)}.")
    if got.shape == wanted.shape and (_sorted(got) == _sorted(wanted)).all():
        return None
    return Problem("value", "Its batches do not hold every sample once, X and Y together.")


def batches_of_shapes(shapes: Value, value: Value, _tolerance: Tolerance) -> Problem | None:
    """Hold batches (X_batch, Y_batch) of these shapes, in this order: [((4, 2), (4, 1)), ...]."""
    wanted = [tuple(map(tuple, pair)) for pair in cast("list[Any]", shapes)]
    lengths = ", ".join(str(pair[0][0]) for pair in wanted)
    lengths += " sample" if lengths == "1" else " samples"
    if not isinstance(value, (list, tuple)):
        return Problem("type", f"It returned {describe(value)}; expected a list of batches.")
    if len(value) != len(wanted):
        words = f"{len(value)} batch{'' if len(value) == 1 else 'es'}; expected {len(wanted)}"
        return Problem("value", f"It returned {words}, of {lengths}.")
    for number, (pair, batch) in enumerate(zip(wanted, value, strict=True), start=1):
        arrays = list(batch) if isinstance(batch, (list, tuple)) else [batch]
        if len(arrays) != len(pair) or not all(isinstance(part, ndarray) for part in arrays):
            got = f"Batch {number} is {describe(batch)}"
            return Problem("type", f"{got}; expected a pair of arrays, (X_batch, Y_batch).")
        got_shapes = tuple(part.shape for part in arrays)
        if got_shapes != pair:
            words = f"Batch {number} of {len(wanted)} has the shapes {_listed(got_shapes)}"
            return Problem("shape", f"{words}; expected {_listed(pair)}.")
    return None


def well_shuffled(samples: Value, value: Value, _tolerance: Tolerance) -> Problem | None:
    """Lie far apart in the samples where two stand side by side in the batches.

    In a fair shuffle of N they are N/3 apart in the mean; below N/6 they were not shuffled, or only
    within batches, or as batches. A fair shuffle of 60 came no lower than 0.2 N in a million.
    """
    places = {row.tobytes(): i for i, row in enumerate(_rows(samples))}
    try:
        rows = concatenate([_rows(batch) for batch in cast("list[Any]", value)])
        order = asarray([places[row.tobytes()] for row in rows])
    except (ValueError, TypeError, KeyError):
        return None  # other properties say what is wrong
    apart = absolute(order[1:] - order[:-1])
    if len(order) < 2 or apart.mean() >= len(places) / 6:
        return None
    return Problem(
        "value",
        f"Two samples that follow each other are {apart.mean():.3g} rows of X apart in the mean; a"
        f" fair shuffle has about {len(places) / 3:.3g}. Shuffle all samples, then cut.",
    )


def loss_below(data: tuple[Any, ...], value: Value, _tolerance: Tolerance) -> Problem | None:
    """loss(value, *batch) < bound, for data = (the loss as a `Build`, bound, *batch).

    The loss may return its gradient too. Several arrays count as one long vector: the theta of a
    network, if they are its weights in order.
    """
    loss, bound, *batch = build(data)
    vector = _vector(value)
    if isinstance(vector, Problem):
        return vector
    try:
        result = loss(vector, *batch)
    except ValueError as refused:
        return Problem("shape", f"Its loss cannot be computed: {refused}.")
    reached = float(result[0] if isinstance(result, tuple) else result)
    if reached < bound:
        return None
    return Problem("value", f"The loss where it ends is {reached:.6g}; expected below {bound:.6g}.")


def separates(
    data: tuple[Value, Value, bool], value: Value, _tolerance: Tolerance
) -> Problem | None:
    """w·x + b > 0 where the label is 1 and < 0 where it is 0, for value = (w, b).

    `data` is (points of shape (samples, d), labels of shape (samples,), whether such a line
    exists). Any will do; None is right where there is none. A sum that is 0 but for rounding is on
    no side.
    """
    points, labels, exists = asarray(data[0], dtype=float64), asarray(data[1]), data[2]
    if value is None:
        words = "It returned None, but a line separates these points."
        return Problem("nothing", words) if exists else None
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        return Problem("type", f"It returned {describe(value)}; expected (w, b) or None.")
    w, b = _vector(value[0]), _vector(value[1])
    if isinstance(w, Problem):
        return w
    if isinstance(b, Problem):
        return b
    if w.size != points.shape[1] or b.size != 1:
        sizes = f"w has {w.size} entries and b {b.size}"
        return Problem("shape", f"{sizes}; expected {points.shape[1]} and 1.")
    sums = dot(points, w)
    rounding = 1e-12 * (dot(absolute(points), absolute(w)) + absolute(b))
    above = where(labels > 0, 1.0, -1.0)
    wrong = flatnonzero(above * (sums + b) <= rounding)
    if not wrong.size:
        return None
    point, side, got = (part[wrong[0]] for part in (points, above, sums + b))
    words = f"At {show(point)}, of label {max(side, 0):g}, w·x + b is {got:.4g}; it must be"
    words += " above 0." if side > 0 else " below 0."
    if not exists:
        words += " No line separates these points: return None."
    elif (above * (sums - b) > rounding).all():
        words += " With -b for b it would separate them."
    elif (above * (sums + b) < -rounding).all():
        words += " It has every point on the wrong side."
    return Problem("value", words)


def drawn_from(
    law: tuple[tuple[int, ...], float, float, float, float],
    value: Value,
    tolerance: Tolerance,
) -> Problem | None:
    """Random numbers of a law = (shape, mean, standard deviation, lowest, highest).

    Mean and spread may be off by five standard errors: a right answer fails once in a million, and
    the order of the draws is free.
    """
    shape, mean, std, low, high = law
    if not isinstance(value, ndarray):
        return Problem("type", f"It returned {describe(value)}; expected an array.")
    if value.shape != shape:
        return Problem("shape", f"The result has shape {value.shape}; expected {shape}.")
    problem = between((low, high), value, tolerance)
    if problem is not None:
        return problem
    error = 5.0 * std / math.sqrt(value.size)
    if absolute(value.mean() - mean) > error:
        return Problem("value", f"Its mean is {value.mean():.4g}; expected about {mean:.4g}.")
    if absolute(value.std() - std) > error:
        return Problem("value", f"Its spread is {value.std():.4g}; expected about {std:.4g}.")
    return None


def same_as_case(other: Value, value: Value, _tolerance: Tolerance) -> Problem | None:
    """Equal the result of a case whose generator has the same seed, all else being the same."""
    if same(other, value):
        return None
    return Problem(
        "value",
        "Two calls with generators of the same seed gave two results: draw from the rng that is"
        " given, and from nothing else.",
    )


def unlike_case(other: Value, value: Value, _tolerance: Tolerance) -> Problem | None:
    """Differ from the result of a case whose generator has another seed, all else being the same.

    The inputs must leave a right answer no chance to be the same: twelve samples have 12! orders.
    """
    if not same(other, value):
        return None
    words = "Two calls with generators of different seeds gave the same result: draw from the rng"
    return Problem("value", f"{words} that is given.")


def moves_by(data: tuple[Value, Value], value: Value, tolerance: Tolerance) -> Problem | None:
    """|first - start| = distance in each entry, for data = (start, distance).

    `first` is the value, or the first part of a tuple: the parameters after a step, where it is the
    length of the step that has a law.
    """
    first = value[0] if isinstance(value, (tuple, list)) and value else value
    arrived, start = _vector(first), _vector(data[0])
    if isinstance(arrived, Problem) or isinstance(start, Problem):
        return arrived if isinstance(arrived, Problem) else None
    if arrived.shape != start.shape:
        return Problem("shape", f"It has {arrived.size} entries; expected {start.size}.")
    moved, distance = absolute(arrived - start), asarray(data[1], dtype=float64).ravel()
    off = absolute(moved - distance) > tolerance.absolute + tolerance.relative * absolute(start)
    if not off.any():
        return None
    got, wanted = moved[off][0], (distance if distance.size == 1 else distance[off])[0]
    return Problem(
        "value", f"This step moves an entry by {got:.6g}; it must move it by {wanted:.6g}."
    )


PROPERTIES: dict[str, Property] = {
    "norm_at_most": norm_at_most,
    "same_direction": same_direction,
    "between": between,
    "every_sample_once": every_sample_once,
    "batches_of_shapes": batches_of_shapes,
    "well_shuffled": well_shuffled,
    "loss_below": loss_below,
    "separates": separates,
    "drawn_from": drawn_from,
    "moves_by": moves_by,
}

BESIDE_ANOTHER: dict[str, Property] = {"same_as_case": same_as_case, "unlike_case": unlike_case}
"""Properties of a result beside that of another case; their data is its place, counted from 0.

They see what no single result shows: whether random numbers come from the generator that is given.
"""


def _vector(value: Value) -> npt.NDArray[np.float64] | Problem:
    """Lay all numbers of a value end to end."""
    numbers = list(_flatten(value))
    if not numbers or any(part is None for part in numbers):
        return Problem("type", f"It returned {describe(value)}; expected numbers.")
    vector = concatenate([part for part in numbers if part is not None])
    return vector if isfinite(vector).all() else Problem("finite", "It holds NaN or infinity.")


def _flatten(value: Value) -> Iterator[npt.NDArray[np.float64] | None]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _flatten(item)
    elif isinstance(value, (ndarray, int, float)):
        yield asarray(value, dtype=float64).ravel()
    else:
        yield None


def _rows(samples: Any) -> npt.NDArray[np.float64]:
    """Put what belongs to one sample into one row."""
    parts = samples if isinstance(samples, (list, tuple)) else (samples,)
    arrays = [asarray(part, dtype=float64) for part in parts]
    flat = [array.reshape(len(array), math.prod(array.shape[1:])) for array in arrays]
    return concatenate(flat, axis=1)


def _listed(shapes: tuple[Any, ...]) -> str:
    return " and ".join(str(shape) for shape in shapes)


def _sorted(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return rows[lexsort(rows.T)]
