"""Spec of the exercises to 4: inputs, hints and known slips; the reference is the notebook.

Letters of the shapes: m samples, n features, h hidden units.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_lib.datasets import xor
from course_lib.grading.spec import (
    Arguments,
    Build,
    Expectation,
    Function,
    Slip,
    keywords,
    one_at_a_time,
)

# 1. diagnose

Statement = Callable[[Mapping[str, Any]], Any]


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _cross_entropy(v):
    return -np.mean(v["y"] * np.log(v["p"]) + (1 - v["y"]) * np.log(1 - v["p"]))


def _mean_slope(v):
    return v["X"].T @ (v["p"] - v["y"]) / len(v["y"])


PROGRAM: dict[str, Statement] = {
    "z": lambda v: v["X"] @ v["w"] + v["b"],
    "p": lambda v: _sigmoid(v["z"]),
    "loss": _cross_entropy,
    "dw": _mean_slope,
    "db": lambda v: np.mean(v["p"] - v["y"]),
    "w_new": lambda v: v["w"] - v["eta"] * v["dw"],
    "b_new": lambda v: v["b"] - v["eta"] * v["db"],
}
FAULTS: dict[str, tuple[Statement, ...]] = {
    "z": (lambda v: v["X"] @ v["w"], lambda v: v["X"] @ v["w"] - v["b"]),
    "p": (lambda v: _sigmoid(-v["z"]), lambda v: _sigmoid(2 * v["z"])),
    "loss": (
        lambda v: np.mean((v["y"] - v["p"]) ** 2),  # the article's
        lambda v: -_cross_entropy(v),
        lambda v: _cross_entropy(v) / np.log(2),
    ),
    "dw": (
        lambda v: -_mean_slope(v),
        lambda v: _mean_slope(v) * len(v["y"]),
        lambda v: v["X"].T @ (2 * (v["p"] - v["y"]) * v["p"] * (1 - v["p"])) / len(v["y"]),
    ),
    "db": (lambda v: np.mean(v["y"] - v["p"]), lambda v: np.sum(v["p"] - v["y"])),
    "w_new": (
        lambda v: v["w"] + v["eta"] * v["dw"],
        lambda v: v["w"] - v["dw"],
        lambda v: v["w"] - v["eta"] * v["db"],
    ),
    "b_new": (lambda v: v["b"] + v["eta"] * v["db"], lambda v: v["b"] - v["db"]),
}
NAMES = tuple(PROGRAM)
FAR, NEAR = 0.02, 0.0005  # a fault shows in some value by so much, and a right one is so exact


def _diagnose_inputs(rng: np.random.Generator) -> list[Arguments]:
    """Traces with faults alone and in pairs, crashes, NaN and values of another shape."""
    traces = [_trace(rng, (1, 1), ()), _trace(rng, (1, 1), ("p",))]
    alone = ("z", "loss", "dw", "db", "w_new")  # p stands above, b_new below
    traces += [_trace(rng, (4, 2), (name,)) for name in alone]
    pairs = (("loss", "w_new"), ("z", "dw"), ("p", "db", "b_new"))
    traces += [_trace(rng, (3, 2), pair) for pair in pairs]
    traces += [_until(_trace(rng, (4, 2), ("loss",)), "dw")]  # the article's
    traces += [_until(_trace(rng, (2, 2), ()), "z"), _until(_trace(rng, (3, 1), ("z", "p")), "db")]
    traces += [
        _trace(rng, (4, 2), ("b_new",), most=0.09),
        _overflowing(rng),
        _widened(rng),
        _nearly_right(),
        _one_entry_off(rng),
    ]
    traces += [_in_full(rng), *(_moved_by(rng, steps) for steps in ((5e-4,), (5e-3,), (0.5, -0.5)))]
    traces += [_finite_after_nan(rng), _nan_for_0(), _flattened(rng)]
    return [(_shuffled(rng, trace),) for trace in traces]


def _trace(rng, size, faulty, most=np.inf):
    """Run a program with faults at some statements; round, and see that each fault shows.

    No fault is off by more than `most`.
    """
    m, n = size
    while True:
        v: dict[str, Any] = {
            "X": rng.integers(-2, 3, (m, n)),
            "y": rng.integers(0, 2, (m, 1)),
            "w": rng.choice([-0.5, -0.25, 0.25, 0.5], (n, 1)),
            "b": float(rng.choice([-0.5, -0.25, 0.25, 0.5])),
            "eta": float(rng.choice([0.2, 0.5, 2.0])),
        }
        for name in NAMES:
            options = FAULTS[name] if name in faulty else (PROGRAM[name],)
            v[name] = _printed(options[rng.integers(len(options))](v))
        off = {name: np.max(np.abs(PROGRAM[name](v) - v[name])) for name in {"loss", *faulty}}
        if all(FAR < off[name] < most for name in faulty) and (
            "loss" in faulty or off["loss"] < NEAR  # of all, a logarithm feels rounding most
        ):
            return v


def _until(trace, name):
    """Return what is left where a statement crashed."""
    kept = NAMES[: NAMES.index(name)]
    return {key: value for key, value in trace.items() if key not in NAMES or key in kept}


def _printed(value, digits=4):
    """Round a value; a number is a plain float."""
    value = np.round(np.asarray(value, dtype=float), digits)
    return value if value.ndim else float(value)


def _go_on(v, after):
    """Run the right program after a statement, on what the trace shows."""
    for name in NAMES[NAMES.index(after) + 1 :]:
        v[name] = _printed(PROGRAM[name](v))
    return v


def _overflowing(rng):
    """Return what e^z/(1 + e^z) makes of a z of 800: the statement p is at fault."""
    v = _trace(rng, (3, 1), ())
    v["X"], v["w"] = np.array([[1], [0], [0]]), np.array([[800.0]])
    v["z"] = v["X"] @ v["w"] + v["b"]
    v["p"] = _printed(np.where(v["z"] > 709, np.nan, _sigmoid(v["z"])))
    return _go_on(v, "p")


def _widened(rng):
    """Return a trace whose dw is one number where two of the same were due."""
    while True:
        v = _trace(rng, (3, 2), ())
        v["X"] = np.repeat(v["X"][:, :1], 2, axis=1)
        v["z"] = v["X"] @ v["w"] + v["b"]
        dw = _go_on(v, "z")["dw"]
        if abs(dw[0, 0]) > FAR:
            v["dw"] = float(dw[0, 0])
            return _go_on(v, "dw")


def _nearly_right():
    """Return a trace whose loss is so small that rounding takes half a per cent of it."""
    v = {"X": np.array([[1]]), "y": np.array([[1]]), "w": np.array([[4.0]]), "b": 0.6, "eta": 0.5}
    v["z"] = v["X"] @ v["w"] + v["b"]
    return _go_on(v, "z")


def _one_entry_off(rng):
    """Return a trace in which the last answer alone is wrong."""
    while True:
        v = _trace(rng, (4, 2), ())
        v["p"][-1, 0] = np.round(1 - v["p"][-1, 0], 4)
        if abs(v["p"][-1, 0] - 0.5) > FAR:
            return _go_on(v, "p")


def _in_full(rng):
    """Return a right trace with all its digits, from a machine that adds in another order."""
    v = _trace(rng, (4, 2), ())
    for name in NAMES:
        v[name] = _printed(PROGRAM[name](v) * (1 + 1e-12), digits=17)
    return v


def _moved_by(rng, steps):
    """Return a trace whose first answers are off by these steps: within rounding, or beyond it."""
    v = _trace(rng, (3, 2), ())
    v["z"][: len(steps), 0] += steps
    return _go_on(v, "z")


def _finite_after_nan(rng):
    """Return a trace in which a number follows from NaN."""
    v = _overflowing(rng)
    v["loss"] = 0.25
    return _go_on(v, "loss")


def _nan_for_0():
    """Return a trace with NaN for a slope that is 0."""
    v = {"X": np.array([[1], [1]]), "y": np.array([[0], [1]]), "w": np.array([[0.0]])}
    v |= {"b": 0.0, "eta": 0.5, "z": np.zeros((2, 1))}
    v = _go_on(v, "z") | {"db": np.nan}
    return _go_on(v, "db")


def _flattened(rng):
    """Return a trace whose dw has the right numbers and lacks an axis."""
    v = _trace(rng, (4, 2), ())
    v["dw"] = v["dw"].ravel()
    return _go_on(v, "dw")


def _shuffled(rng, trace):
    pairs = list(trace.items())
    return [pairs[place] for place in rng.permutation(len(pairs))]


def _differ(expected, printed, atol=1e-3, rtol=1e-5, nan=True, shapes=True, each=np.all):
    if shapes and np.shape(expected) != np.shape(printed):
        return True
    return not each(np.isclose(expected, printed, atol=atol, rtol=rtol, equal_nan=nan))


def _examined(keep=lambda faulty: faulty, crash=lambda at: [at], start=False, **differ):
    """Make the right function, but for what is given otherwise."""

    def diagnose(trace):
        values, faulty = dict(trace), []
        own = {name: value for name, value in values.items() if name not in NAMES}
        for name, statement in PROGRAM.items():
            if name not in values:
                return keep([*faulty, *crash(name)])
            own[name] = statement(own if start else values)
            if _differ(own[name], values[name], **differ):
                faulty.append(name)
        return keep(faulty)

    return diagnose


def _crash_unseen(trace):
    values = dict(trace)
    return [name for name in NAMES if _differ(PROGRAM[name](values), values[name])]


def _crash_raises(trace):
    values = dict(trace)
    if not all(name in values for name in NAMES):
        raise KeyError(next(name for name in NAMES if name not in values))
    return _crash_unseen(trace)


def _in_their_order(trace):
    faulty = _examined()(trace)
    printed = [name for name, _ in trace if name in faulty]
    return printed + [name for name in faulty if name not in printed]


def _as_it_comes(trace):
    known, faulty = {}, []
    for name, value in trace:
        if name in PROGRAM and _differ(PROGRAM[name](known), value):
            faulty.append(name)
        known[name] = value
    return faulty


def _all_after(at):
    return list(NAMES[NAMES.index(at) :])


def _first_entries(trace):
    def first(value):
        return np.ravel(value)[0]

    values, faulty = dict(trace), []
    for name, statement in PROGRAM.items():
        if name not in values:
            return [*faulty, name]
        if _differ(first(statement(values)), first(values[name])):
            faulty.append(name)
    return faulty


def _shape_blamed(trace):
    values, faulty = dict(trace), []
    for name, statement in PROGRAM.items():
        if name not in values:
            return [*faulty, name]
        expected, printed = statement(values), values[name]
        if np.shape(expected) == np.shape(printed) or _differ(expected, printed, shapes=False):
            faulty.append(name)
    return faulty


def _nan_passes(trace):
    values, faulty = dict(trace), []
    for name, statement in PROGRAM.items():
        if name not in values:
            return [*faulty, name]
        expected, printed = statement(values), values[name]
        alike = np.shape(expected) == np.shape(printed)
        if not alike or np.max(np.abs(expected - printed)) > 1e-3:
            faulty.append(name)
    return faulty


def _from_the_cause_on(trace):
    faulty = _examined()(trace)
    return list(NAMES[NAMES.index(faulty[0]) :]) if faulty else []


DIAGNOSE = Function(
    name="diagnose",
    points=35,
    inputs=_diagnose_inputs,
    parameters={"trace": ""},
    returns={"faulty": ""},
    hints=(
        "Take one statement: which values stand on its right side, and what did the transcript"
        " show for *those*? Whether they are right themselves is not this statement's business.",
        "`values = dict(trace)`; then go through `PROGRAM.items()`. Compute `statement(values)` and"
        " compare it with `values[name]`: is there one, has it the shape, is it near?",
        "`if name not in values: return [*faulty, name]`. Else append the name unless the shapes"
        " agree and `np.allclose(expected, printed, atol=1e-3, equal_nan=True)`.",
    ),
    slips=(
        Slip(
            "all from the cause on",
            _from_the_cause_on,
            "You name the first statement at fault and all after it. Those after it may do what"
            " they should with the wrong number that they get: try each on its own.",
        ),
        Slip(
            "the symptoms are blamed",
            _examined(start=True),
            "You run the right program from its start and compare everything. Then one wrong number"
            " makes all that follow from it look wrong. Feed each statement what the transcript"
            " shows, not what you would have had.",
        ),
        Slip(
            "the first alone",
            _examined(keep=lambda faulty: faulty[:1]),
            "You stop at the first fault. A program may have several: go on with the values that"
            " the transcript shows.",
        ),
        Slip(
            "the last alone",
            _examined(keep=lambda faulty: faulty[-1:]),
            "You keep the last fault only: `append` to a list instead of replacing it.",
        ),
        Slip(
            "the first statement is missing everywhere",
            lambda trace: ["z"],
            'You find no "z" in any transcript: among *pairs* there is no name. `dict(trace)` makes'
            " what has names.",
        ),
        Slip(
            "a name, not a list",
            _examined(keep=lambda faulty: faulty[0] if faulty else ""),
            "You return one name. There may be none, or several: return a list.",
        ),
        Slip(
            "those that are well",
            _examined(keep=lambda faulty: [name for name in NAMES if name not in faulty]),
            "You list the statements that did their work: the comparison is the wrong way round.",
        ),
        Slip(
            "the right shape is blamed",
            _shape_blamed,
            "You blame whatever has the right shape. At fault is what has another shape, *or* is"
            " not near.",
        ),
        Slip(
            "exactly equal",
            _examined(atol=0.0, rtol=0.0),
            "You ask for equality. What was printed has four decimals, so nearly every statement"
            " looks guilty: allow a difference of 0.001.",
        ),
        Slip(
            "the tolerance that NumPy has",
            _examined(atol=1e-8),
            "`np.allclose` allows a relative 0.00001 unless told. Four printed decimals need"
            " `atol=1e-3`.",
        ),
        Slip(
            "a relative tolerance",
            _examined(atol=1e-8, rtol=1e-3),
            "Your tolerance is relative: a thousandth of the value. A small value is rounded as"
            " coarsely as a large one, so 0.001 is absolute: `atol=1e-3`.",
        ),
        Slip(
            "any difference passes",
            _examined(atol=1e9),
            "You let every number pass: the tolerance is 0.001.",
        ),
        Slip(
            "the tolerance is too wide",
            _examined(atol=0.1),
            "You let 0.1 pass, and real faults with it. Rounding to four decimals explains 0.001,"
            " no more.",
        ),
        Slip(
            "one near entry is enough",
            _examined(each=np.any),
            "You are content when *any* entry agrees. All of them must: `np.all`, or"
            " `np.allclose`.",
        ),
        Slip(
            "all that never ran",
            _examined(crash=_all_after),
            "You blame everything that is missing. After a crash nothing runs: the first missing"
            " statement is at fault, the rest never had their turn.",
        ),
        Slip(
            "the crash goes unnamed",
            _examined(crash=lambda at: []),
            "You do not name the statement where the transcript breaks off. The first one without a"
            " value is the one that crashed.",
        ),
        Slip(
            "the crash alone",
            lambda trace: _examined()(trace)[-1:] if len(trace) < 12 else _examined()(trace),
            "Where a program crashed you name the crash alone. Statements before it may be at fault"
            " as well: return `[*faulty, name]`.",
        ),
        Slip(
            "a missing value is looked up",
            _crash_raises,
            "After a crash, values are missing, and `values[name]` raises a KeyError. Ask first:"
            " `if name not in values`.",
        ),
        Slip(
            "read as it comes",
            _as_it_comes,
            "You try a statement as soon as its value turns up. The pairs come in any order, so its"
            " right side may still be missing: `dict(trace)` first, then `PROGRAM`.",
        ),
        Slip(
            "in the order of the transcript",
            _in_their_order,
            "The pairs come in any order. Go through `PROGRAM`, whose order is the one asked for.",
        ),
        Slip(
            "the first entry alone",
            _first_entries,
            "You compare the first entry of each value. A fault may show in another one only.",
        ),
        Slip(
            "NaN passes",
            _nan_passes,
            "A NaN where a number belongs passes. A comparison with NaN is False: ask for what is"
            " *not* near, and not for what is far.",
        ),
        Slip(
            "NaN is blamed for NaN",
            _examined(nan=False),
            "NaN equals nothing, not even NaN, so each statement after the first NaN looks guilty."
            " Where NaN comes of what was given, NaN is right.",
        ),
        Slip(
            "shapes are not compared",
            _examined(shapes=False),
            "One number broadcasts to any shape: a dw that is a single number looks like two equal"
            " ones. Compare `np.shape` of both as well.",
        ),
    ),
    equivalent={
        "if not (same_shape and np.allclose(expected, printed, atol=0.001, equal_nan=True)):"
        " -> if not (same_shape and np.allclose(expected, printed, atol=0.002, equal_nan=True)):": (
            "no value is between 0.001 and 0.002 off"
        ),
    },
)


# 2. separating_line_or_none

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
EDGE_TO_CORNER = np.array([[2, -2], [5, -2], [-5, -3]]), np.array([1, 0, 0])
ONE_MIRROR = np.array([[-2, 4], [3, 5], [4, 4]]), np.array([0, 1, 0])
TWO_MIRRORS = np.array([[-5, 4], [-3, 5], [-4, 2]]), np.array([1, 0, 0])
FAR_POINT = np.array([[0, 0], [0, 8], [1, 0], [30, 0]]), np.array([0, 0, 1, 1])
WALL = np.array([[0, 0], [4, 0], [2, 0]]), np.array([0, 0, 1])  # on a line, one between two
TOUCHING = np.array([[0, 0], [4, 2], [2, 1], [3, 5]]), np.array([0, 0, 1, 1])
WITHIN = np.array([[-5, -5], [-4, -2], [-4, -3], [2, -5]]), np.array([0, 1, 1, 0])
"""A line along the difference of two points of one label, and of no two of different labels."""
_TEMPLATES = (EDGE_TO_CORNER, ONE_MIRROR, TWO_MIRRORS, WALL, TOUCHING, FAR_POINT, WITHIN)


def _line_inputs(rng: np.random.Generator) -> list[Arguments]:
    """Cases with and without a line: truth tables, collinear points, clouds, one class alone."""
    one = rng.integers(-4, 5, (1, 2))
    cases: list[Arguments] = [(one, np.array([1])), (one + 1, np.array([0]))]
    cases += [
        (one + np.array([[0, 0], [2, 0]]), np.array([0, 1])),
        (one + np.array([[0, 0], [1, 3]]), np.array([1, 0])),
    ]
    cases += [(np.repeat(one, 2, axis=0), np.array([0, 1]))]  # a point of both labels
    cases += [(CORNERS, np.array(y)) for y in ((0, 1, 1, 0), (0, 0, 0, 1))]
    cases += [(CORNERS, np.array(y)) for y in ((1, 1, 1, 0), (0, 0, 1, 1), (1, 0, 1, 1))]
    cases += [_moved(rng, case) for case in _TEMPLATES]
    cases += [_moved(rng, (case[0], 1 - case[1])) for case in (EDGE_TO_CORNER, WITHIN)]
    cases += [_cloud(rng, size) for size in (4, 6, 9)]
    cases += [
        (_cloud(rng, 5)[0], rng.integers(0, 2, 5)),
        (rng.integers(-9, 10, (5, 2)), np.ones(5)),
    ]
    return [*cases, (CORNERS, np.array([0, 1])), (CORNERS[:2], np.array([0, 1, 1]))]


def _moved(rng, case):
    """Move the points, and turn or mirror them, so that the answer is another and yet known."""
    points, labels = case
    signs, order = rng.choice([-1, 1], 2), rng.permutation(len(points))
    turned = (points * signs)[:, rng.permutation(2)] + rng.integers(-5, 6, 2)
    return turned[order], labels[order]


def _cloud(rng, size):
    """Draw points on both sides of a line that is not through the origin, and on neither."""
    while True:
        w, b = rng.integers(-3, 4, 2), rng.integers(5, 9) * rng.choice([-1, 1])
        points = rng.integers(-9, 10, (size, 2))
        labels = (points @ w + b > 0).astype(int)
        if 2 <= labels.sum() <= size - 2:
            return points, labels


def _line_expect(arguments, result):
    return [Expectation("separates", (*arguments, result is not None))]


def _both_turns(d):
    return np.array([d[0], d[1]]), np.array([-d[1], d[0]])


def _lines(
    directions=_both_turns,
    apart=lambda low, high: low > high,
    result=lambda w, low, high: (w, -(low + high) / 2),
    none=lambda points, labels: None,
    other=0,
    pairs=lambda points: ((p, q) for p in points for q in points),
    alone=lambda ones: (np.zeros(2), 1.0 if len(ones) else -1.0),
    refuse=True,
    ends=(np.min, np.max),
    missing=(0, 0),
):
    """Make the right function, but for what is given otherwise."""

    def line(points, labels):
        if refuse and len(points) != len(labels):
            raise ValueError("lengths")
        ones, zeros = points[labels == 1], points[labels == other]
        if len(ones) == missing[0] or len(zeros) == missing[1]:
            return alone(ones)
        for p, q in pairs(points):
            for w in directions(p - q):
                low, high = ends[0](ones @ w), ends[1](zeros @ w)
                if apart(low, high):
                    return result(w, low, high)
        return none(points, labels)

    return line


def _line_the_other_way(points, labels):
    if len(points) != len(labels):
        raise ValueError("lengths")
    ones, zeros = points[labels == 1], points[labels == 0]
    if len(ones) == 0 or len(zeros) == 0:
        return np.zeros(2), (1.0 if len(ones) else -1.0)
    for w in (turn for p in points for q in points for turn in _both_turns(p - q)):
        low, high = np.min(w @ ones), np.max(w @ zeros)
        if low > high:
            return w, -(low + high) / 2
    return None


def _axes(d):
    return np.array([1, 0]), np.array([0, 1]), np.array([-1, 0]), np.array([0, -1])


def _no_class_is_empty(points, labels):
    if len(points) != len(labels):
        raise ValueError("lengths")
    if not 0 < np.sum(labels) < len(labels):
        raise ValueError("zero-size array to reduction operation minimum which has no identity")
    return _lines()(points, labels)


def _means(points, labels):
    if len(points) != len(labels):
        raise ValueError("lengths")
    ones, zeros = points[labels == 1], points[labels == 0]
    if len(ones) == 0 or len(zeros) == 0:
        return np.zeros(2), (1.0 if len(ones) else -1.0)
    w = ones.mean(axis=0) - zeros.mean(axis=0)
    b = -w @ (ones.mean(axis=0) + zeros.mean(axis=0)) / 2
    right = np.where(labels == 1, points @ w + b > 0, points @ w + b < 0)
    return (w, b) if right.all() else None


def _perceptron(points, labels):
    """Learn as Rosenblatt's perceptron does, for a hundred rounds."""
    if len(points) != len(labels):
        raise ValueError("lengths")
    w, b = np.zeros(2), 0.0
    for _ in range(100):
        for x, label in zip(points, labels, strict=True):
            sign = 1 if label == 1 else -1
            if sign * (w @ x + b) <= 0:
                w, b = w + sign * x, b + sign
    return w, b


def _first_try(points, labels):
    ones, zeros = points[labels == 1], points[labels == 0]
    if len(points) == len(labels) and len(ones) and len(zeros):
        return None
    return _lines()(points, labels)


def _different_labels(points, labels):
    if len(points) != len(labels):
        raise ValueError("lengths")
    ones, zeros = points[labels == 1], points[labels == 0]
    return _lines(pairs=lambda _points: ((p, q) for p in ones for q in zeros))(points, labels)


def _first_pairs(points):
    return ((points[i], points[j]) for i in range(len(points)) for j in range(i))


SEPARATING_LINE_OR_NONE = Function(
    name="separating_line_or_none",
    points=30,
    inputs=_line_inputs,
    parameters={"points": "(m, 2)", "labels": "(m,)"},
    returns={"line": ""},
    expect=_line_expect,
    hints=(
        "Fix a direction w. Every point becomes one number, w·x. When is there a threshold with all"
        " ones above it and all zeros below?",
        "`low = (ones @ w).min()` and `high = (zeros @ w).max()`: there is room between them if"
        " low > high, and b = -(low + high)/2 is half-way. See to a missing class first. Which"
        " directions must be tried?",
        "Two loops `for p in points: for q in points:` give d = p - q with both signs; try"
        " w = (d[0], d[1]) and w = (-d[1], d[0]). After the loops: `return None`.",
    ),
    slips=(
        Slip(
            "a line through a point",
            _lines(apart=lambda low, high: low >= high),
            "You accept low == high. Then a point of each label lies *on* the line, and w·x + b is"
            " 0 there: it must be above or below. Ask for low > high.",
        ),
        Slip(
            "None after the first try",
            _first_try,
            "You return None for every set with two labels. Does `return None` stand inside the"
            " loops? One direction that fails proves nothing: return None after the last.",
        ),
        Slip(
            "between the two means",
            _means,
            "You try one direction, from mean to mean. One far point pulls a mean over, and a line"
            " that exists is missed.",
        ),
        Slip(
            "pairs of different labels alone",
            _different_labels,
            "You take differences of a point of label 1 and a point of label 0. The edge that a"
            " line must run along joins two points of *one* label: take all pairs.",
        ),
        Slip(
            "along the axes only",
            _lines(directions=_axes),
            "You try horizontal and vertical lines only. The AND of two bits needs a slanted one.",
        ),
        Slip(
            "each pair once",
            _lines(pairs=_first_pairs),
            "You take each pair in one order, so half of the directions are missing: -w is another"
            " direction than w, as label 1 must be *above*.",
        ),
        Slip(
            "differences alone",
            _lines(directions=lambda d: _both_turns(d)[:1]),
            "You try the differences and not the same turned by 90°. Where the edge of one class"
            " faces a corner of the other, the right w stands at a right angle to the edge.",
        ),
        Slip(
            "turned differences alone",
            _lines(directions=lambda d: _both_turns(d)[1:]),
            "You try the turned differences only. Where corner faces corner, the difference itself"
            " is the right w: of two points, say.",
        ),
        Slip(
            "mirrored across an axis",
            _lines(directions=lambda d: (_both_turns(d)[0], np.array([-d[0], d[1]]))),
            "(-d[0], d[1]) is d mirrored. Turned by 90° it is (-d[1], d[0]): their product is 0.",
        ),
        Slip(
            "mirrored, not turned",
            _lines(directions=lambda d: (_both_turns(d)[0], np.array([d[1], d[0]]))),
            "(d[1], d[0]) is d mirrored. Turned by 90° it is (-d[1], d[0]): their product is 0.",
        ),
        Slip(
            "b has the other sign",
            _lines(result=lambda w, low, high: (w, (low + high) / 2)),
            "w·x must be above -b, so b is *minus* the threshold.",
        ),
        Slip(
            "b is twice as large",
            _lines(result=lambda w, low, high: (w, -(low + high))),
            "Half-way is the sum divided by 2.",
        ),
        Slip(
            "b is multiplied by 2",
            _lines(result=lambda w, low, high: (w, -(low + high) * 2)),
            "You multiply the sum by 2. Half-way is the sum *divided* by 2.",
        ),
        Slip(
            "b is half the gap",
            _lines(result=lambda w, low, high: (w, -(low - high) / 2)),
            "(low - high)/2 is half the width of the gap. Its middle is (low + high)/2.",
        ),
        Slip(
            "b is 0",
            _lines(result=lambda w, low, high: (w, 0.0)),
            "A line with b = 0 goes through the origin. Put it half-way: b = -(low + high)/2.",
        ),
        Slip(
            "the greatest of label 1",
            _lines(ends=(np.max, np.max)),
            "You take the greatest w·x of label 1. *All* of its points must be above the line, the"
            " lowest too: np.min.",
        ),
        Slip(
            "the least of label 0",
            _lines(ends=(np.min, np.min)),
            "You take the least w·x of label 0. *All* of its points must be below the line, the"
            " highest too: np.max.",
        ),
        Slip(
            "the wrong ends of both",
            _lines(ends=(np.max, np.min)),
            "You compare the greatest of label 1 with the least of label 0. It is the other ends"
            " that meet: the least of label 1, the greatest of label 0.",
        ),
        Slip(
            "where there is no room",
            _lines(apart=lambda low, high: low < high),
            "There is room for a line where the least of label 1 is *above* the greatest of label"
            " 0: low > high.",
        ),
        Slip(
            "a third of the way",
            _lines(result=lambda w, low, high: (w, -(low + high) / 3)),
            "Half-way between two numbers is half of their sum, not a third.",
        ),
        Slip(
            "half of the least",
            _lines(result=lambda w, low, high: (w, -low / 2)),
            "Half-way between two numbers is half of their *sum*: -(low + high)/2.",
        ),
        Slip(
            "half of the greatest",
            _lines(result=lambda w, low, high: (w, -high / 2)),
            "Half-way between two numbers is half of their *sum*: -(low + high)/2.",
        ),
        Slip(
            "the line touches label 1",
            _lines(result=lambda w, low, high: (w, -low)),
            "With b = -low the nearest point of label 1 lies on the line. Put it half-way.",
        ),
        Slip(
            "the line touches label 0",
            _lines(result=lambda w, low, high: (w, -high)),
            "With b = -high the nearest point of label 0 lies on the line. Put it half-way.",
        ),
        Slip(
            "the sides are exchanged",
            _lines(
                apart=lambda low, high: low > high,
                result=lambda w, low, high: (-w, (low + high) / 2),
                alone=lambda ones: (np.zeros(2), -1.0 if len(ones) else 1.0),
            ),
            "Yours separates, the wrong way round: w·x + b is to be positive where the label is 1.",
        ),
        Slip(
            "a direction where a label is missing",
            _lines(alone=lambda ones: (np.ones(2), 1.0 if len(ones) else -1.0)),
            "Where one label is missing no direction is better than another: w is two zeros, and b"
            " decides alone.",
        ),
        Slip(
            "the missing class is taken for the other",
            _lines(alone=lambda ones: (np.zeros(2), -1.0 if len(ones) else 1.0)),
            "Where one label is missing, b decides alone: 1 if all labels are 1, -1 if all are 0.",
        ),
        Slip(
            "b is 1 for one class of either kind",
            _lines(alone=lambda ones: (np.zeros(2), 1.0)),
            "Where all labels are 0, w·x + b must be negative everywhere: b = -1 does that.",
        ),
        Slip(
            "b is -1 for one class of either kind",
            _lines(alone=lambda ones: (np.zeros(2), -1.0)),
            "Where all labels are 1, w·x + b must be positive everywhere: b = 1 does that.",
        ),
        Slip(
            "b is 0 for one class",
            _lines(alone=lambda ones: (np.zeros(2), 0.0)),
            "With w = 0 and b = 0, w·x + b is 0 everywhere, on no side. b = 1 or -1 will do.",
        ),
        Slip(
            "b is 0 where all labels are 1",
            _lines(alone=lambda ones: (np.zeros(2), 0.0 if len(ones) else -1.0)),
            "0 is not above 0: b = 1 is on the right side of it.",
        ),
        Slip(
            "b is 0 where all labels are 0",
            _lines(alone=lambda ones: (np.zeros(2), 1.0 if len(ones) else 0.0)),
            "0 is not below 0: b = -1 is on the right side of it.",
        ),
        Slip(
            "no line for one class",
            _lines(alone=lambda ones: None),
            "Where one label is missing, nothing is in the way: w = 0 with b = 1 or -1 will do.",
        ),
        Slip(
            "w and the points in the other order",
            _line_the_other_way,
            "`w @ ones` wants ones to have 2 rows. The points are rows of length 2, so they stand"
            " on the left: `ones @ w`.",
        ),
        Slip(
            "an empty class has no least value",
            _no_class_is_empty,
            "np.min and np.max of nothing raise a ValueError. See to a missing label before the"
            " loops.",
        ),
        Slip(
            "one point of label 1 is taken for none",
            _lines(missing=(1, 0)),
            "A class is missing where its length is 0, not 1.",
        ),
        Slip(
            "one point of label 0 is taken for none",
            _lines(missing=(0, 1)),
            "A class is missing where its length is 0, not 1.",
        ),
        Slip(
            "label 1 may be missing",
            _lines(missing=(-1, 0)),
            "You see to a missing label 0, and not to a missing label 1.",
        ),
        Slip(
            "label 0 may be missing",
            _lines(missing=(0, -1)),
            "You see to a missing label 1, and not to a missing label 0.",
        ),
        Slip(
            "labels of -1",
            _lines(other=-1),
            "You look for the label -1, and there is none: the other label is 0.",
        ),
        Slip(
            "a line for all",
            _lines(none=lambda points, labels: (np.array([1, 0]), 0.0)),
            "Where no direction leaves room, the answer is None, and not a line that is wrong.",
        ),
        Slip(
            "a perceptron that is believed",
            _perceptron,
            "You return what a perceptron ends with, right or not. Where no line exists it goes"
            " round for ever: check its line on every point.",
        ),
        Slip(
            "the words of the verdict",
            lambda points, labels: _lines()(points, labels) is not None,
            "You tell *whether* there is a line. Return it, (w, b), or None.",
        ),
        Slip(
            "lengths are not compared",
            _lines(refuse=False),
            "With more points than labels nobody knows which is which, and NumPy's IndexError says"
            " less than you can. Compare the lengths first, and raise a ValueError.",
        ),
    ),
    equivalent={
        "return None -> (dropped)": "a function that ends returns None",
        "return (np.zeros(2), 1.0 if len(ones) else -1.0)"
        " -> return (np.zeros(2), 2.0 if len(ones) else -1.0)": "any b above 0 will do",
        "return (np.zeros(2), 1.0 if len(ones) else -1.0)"
        " -> return (np.zeros(2), 1.0 if len(ones) else -2.0)": "any b below 0 will do",
        "for w in (np.array([x, y]), np.array([-y, x])):"
        " -> for w in ([x, y], np.array([-y, x])):": "@ takes a list as well",
        "for w in (np.array([x, y]), np.array([-y, x])):"
        " -> for w in (np.array([x, y]), [-y, x]):": "@ takes a list as well",
        "low, high = ((ones @ w).min(), (zeros @ w).max())"
        " -> low, high = ((ones @ w.T).min(), (zeros @ w).max())": "w has one axis",
        "low, high = ((ones @ w).min(), (zeros @ w).max())"
        " -> low, high = ((ones @ w).min(), (zeros @ w.T).max())": "w has one axis",
    },
)

# 3. train_xor

X, Y, _ = xor()
START = (  # of a run that solves XOR
    np.array([[0.9, 1.7, -1.7, -1.0], [-0.9, 2.1, -0.8, 0.6]]),
    np.array([0.5, -0.7, 0.5, -1.3]),
    np.array([[1.1], [1.6], [1.2], [0.2]]),
    np.array([0.0]),
)
MANY, LOW = 25, 0.05  # steps after which the loss must be low


def _numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random numbers with two decimals: short to read where a case is shown."""
    return np.round(rng.normal(size=shape), 2)


def _train_inputs(rng: np.random.Generator) -> list[Arguments]:
    def start(h, **settings):
        layers = (_numbers(rng, 2, h), _numbers(rng, h), _numbers(rng, h, 1), _numbers(rng, 1))
        return (*layers, keywords(**settings))

    cases = [start(1, eta=1.0, steps=0), start(1, eta=0.5, steps=1), start(2, eta=1.0, steps=1)]
    cases += [start(h, eta=eta, steps=t) for h, eta, t in ((1, 2.0, 2), (3, 0.5, 2), (2, 1.5, 3))]
    cases += one_at_a_time(start(2, eta=1.0, steps=2), start(2, eta=0.25, steps=3))
    zero = (np.zeros((2, 2)), np.zeros(2), np.zeros((2, 1)), np.zeros(1))
    whole = (rng.integers(-2, 3, (2, 3)), rng.integers(-1, 2, 3), np.array([[1], [-2], [2]]))
    cases += [(*zero, keywords(eta=1.0, steps=5)), start(4, eta=1, steps=10)]
    cases += [(*whole, np.array([1]), keywords(eta=1, steps=2))]
    cases += [start(1, eta=0.0, steps=2), _good_start(rng)]
    cases += [start(1, eta=0.5, steps=-1), start(1, eta=-0.5, steps=1)]  # refused
    return cases


def _good_start(rng: np.random.Generator) -> Arguments:
    """Exchange the hidden units of a start, and the signs of some: the same run, other numbers."""
    W1, b1, W2, b2 = START
    order, signs = rng.permutation(4), rng.choice([-1.0, 1.0], 4)
    units = W1[:, order] * signs, b1[order] * signs, W2[order] * signs[:, None]
    return (*units, b2, keywords(eta=4.0, steps=MANY))


def _train_expect(arguments, result):
    steps = dict(arguments[-1].settings)["steps"]
    if steps < MANY:
        return [Expectation("value", result)]
    network = (("sizes", (2, len(arguments[1]), 1)), ("output", "sigmoid"))
    loss = (("loss", "binary_cross_entropy"),)
    build = Build("course_lib.mlp:MLP().loss_and_gradient", network + loss)
    return [Expectation("loss_below", (build, LOW, X, Y))]


def _sum(D):
    return np.sum(D, axis=0)


def _mean(D):
    return np.mean(D, axis=0)


def _trained(
    delta=lambda P, y: (P - y) / len(y),
    f=np.tanh,
    slope=lambda A: 1 - A**2,
    of=lambda Z, A: A,
    out=_sigmoid,
    y=Y,
    back=lambda D2, W2: D2 @ W2.T,
    totals=(_sum, _sum),
    rates=lambda eta: (eta, eta, eta, eta),
    keep=(1.0, 1.0, 1.0, 1.0),
    use=(1.0, 1.0),
    late=False,
    times=lambda steps: steps,
    batch=None,
    refuse=(0, 0),
    result=lambda weights, start, P: weights,
):
    """Make the right function, but for what is given otherwise."""

    def train(W1, b1, W2, b2, *, eta, steps):
        for low, value in zip(refuse, (eta, steps), strict=True):
            if low is not None and value < low:
                raise ValueError("negative")
        start, weights, P = (W1, b1, W2, b2), (W1, b1, W2, b2), None
        for t in range(times(steps)):
            W1, b1, W2, b2 = weights
            rows = slice(None) if batch is None else batch(t)
            Z = X[rows] @ W1 + use[0] * b1
            A = f(Z)
            P = out(A @ W2 + use[1] * b2)
            D2 = delta(P, y[rows])
            W2_back = W2 - eta * A.T @ D2 if late else W2
            D1 = back(D2, W2_back) * slope(of(Z, A))
            slopes = X[rows].T @ D1, totals[0](D1), A.T @ D2, totals[1](D2)
            kept = [share * w for share, w in zip(keep, weights, strict=True)]
            parts = zip(kept, rates(eta), slopes, strict=True)
            weights = tuple(w - rate * g for w, rate, g in parts)
        return result(weights, start, P)

    return train


def _in_place(W1, b1, W2, b2, *, eta, steps):
    if steps < 0 or eta < 0:
        raise ValueError("negative")
    for _ in range(steps):
        weights = _trained()(W1, b1, W2, b2, eta=eta, steps=1)
        for old, new in zip((W1, b1, W2, b2), weights, strict=True):
            old -= old - new
    return W1, b1, W2, b2


def _squared_delta(P, y):
    return 2 * (P - y) * P * (1 - P) / len(y)


def _flat(weights, start, P):
    return np.concatenate([np.ravel(weight) for weight in weights])


def _cell(t):
    return slice(t % 4, t % 4 + 1)


def _one(place, rate):
    """Make the right function, but for the learning rate of one of the four."""
    return _trained(
        rates=lambda eta: tuple(rate(eta) if i == place else eta for i in range(4)),
    )


def _slips_of_one(place: int, name: str, slope: str) -> tuple[Slip, ...]:
    kept = tuple(float(i != place) for i in range(4))
    return (
        Slip(
            f"{name} stays",
            _one(place, lambda eta: 0.0),
            f"{name} never moves: subtract eta times its slope, {slope}.",
        ),
        Slip(
            f"{name} climbs",
            _one(place, lambda eta: -eta),
            f"{name} goes up its slope, and the rest goes down: subtract.",
        ),
        Slip(
            f"{name} knows no learning rate",
            _one(place, lambda eta: 1.0),
            f"The step of {name} is eta times its slope; the eta is missing.",
        ),
        Slip(
            f"{name} is replaced by its step",
            _trained(
                keep=kept, rates=lambda eta: tuple(-eta if i == place else eta for i in range(4))
            ),
            f"The new {name} is the old one *minus* its step. You keep the step alone.",
        ),
    )


TRAIN_XOR = Function(
    name="train_xor",
    points=35,
    inputs=_train_inputs,
    parameters={
        "W1": "(2, h)",
        "b1": "(h,)",
        "W2": "(h, 1)",
        "b2": "(1,)",
        "eta": "",
        "steps": "",
    },
    returns={"W1": "(2, h)", "b1": "(h,)", "W2": "(h, 1)", "b2": "(1,)"},
    expect=_train_expect,
    hints=(
        "Each step has three parts: forward to A and P, back to the slopes, then the update. The"
        " middle one is exercise 3.3.3; only its first line differs.",
        "For a sigmoid with cross-entropy, ∂L/∂Z2 = (P - y)/m: no slope of the sigmoid is left."
        " Back to the hidden layer: times W2.T, times 1 - A².",
        "`Delta2 = (P - y) / len(y)`; `Delta1 = (Delta2 @ W2.T) * (1 - A**2)`; then"
        " `W1 = W1 - eta * X.T @ Delta1`, `b1 = b1 - eta * Delta1.sum(axis=0)`, and W2 and b2 the"
        " same with A and Delta2.",
    ),
    slips=(
        Slip(
            "uphill",
            _trained(rates=lambda eta: (-eta,) * 4),
            "Your steps go up the slope: the update subtracts eta times the gradient of a loss, and"
            " that gradient has P - y.",
        ),
        Slip(
            "the slope of the squared error",
            _trained(delta=_squared_delta),
            "You descend the squared error, which the article prints. The loss here is"
            " cross-entropy: P(1 - P) and the 2 are gone from Delta2.",
        ),
        Slip(
            "the sigmoid's slope is left in",
            _trained(delta=lambda P, y: (P - y) * P * (1 - P) / len(y)),
            "You have P(1 - P) in Delta2. Cross-entropy divides by the same: P - y is left.",
        ),
        Slip(
            "1/m is forgotten",
            _trained(delta=lambda P, y: P - y),
            "The loss is a mean over the four cases; your slopes are their sum.",
        ),
        Slip(
            "divided by m - 1",
            _trained(delta=lambda P, y: (P - y) / (len(y) - 1)),
            "You divide by 3. The loss is a mean over all four cases.",
        ),
        Slip(
            "divided by m twice",
            _trained(delta=lambda P, y: (P - y) / len(y) ** 2),
            "You divide by m twice: in Delta2, and again in the slopes. Once is enough.",
        ),
        Slip(
            "targets in a row",
            _trained(y=Y.ravel()),
            "Your targets have shape (4,), and P has (4, 1): P - y becomes (4, 4). Take `y` from"
            " `datasets.xor()`, a column.",
        ),
        Slip(
            "twice the slope",
            _trained(delta=lambda P, y: 2 * (P - y) / len(y)),
            "Yours is twice the gradient. There is no square in the loss that would bring a 2, and"
            " its mean is over the four cases.",
        ),
        Slip(
            "a sum in place of the error",
            _trained(delta=lambda P, y: (P + y) / len(y)),
            "You have P + y. Where the answer is right, the slope must be 0.",
        ),
        Slip(
            "the answer in place of the error",
            _trained(delta=lambda P, y: P / len(y)),
            "Your Delta2 knows no target: it is (P - y)/m.",
        ),
        Slip(
            "the target in place of the error",
            _trained(delta=lambda P, y: y / len(y)),
            "Your Delta2 knows no answer: it is (P - y)/m.",
        ),
        Slip(
            "the error is multiplied by m",
            _trained(delta=lambda P, y: (P - y) * len(y)),
            "A mean divides by m; you multiply.",
        ),
        Slip(
            "the hidden slope is forgotten",
            _trained(slope=lambda A: 1.0),
            "On the way back through a hidden unit comes its slope, 1 - A².",
        ),
        Slip(
            "the hidden slope alone",
            _trained(back=lambda D2, W2: 1.0),
            "Delta1 has two factors: what comes back along W2, and the slope 1 - A².",
        ),
        Slip(
            "the slope of a sigmoid for tanh",
            _trained(slope=lambda A: A * (1 - A)),
            "A(1 - A) is the slope of a sigmoid. That of tanh is 1 - A².",
        ),
        Slip(
            "tanh twice",
            _trained(slope=lambda A: 1 - np.tanh(A) ** 2),
            "A is the tanh of Z1 already: its slope is 1 - A**2, without a second tanh.",
        ),
        Slip(
            "the square is forgotten",
            _trained(slope=lambda A: 1 - A),
            "The slope of tanh is 1 - A², with the square.",
        ),
        Slip(
            "the square of the difference",
            _trained(slope=lambda A: (1 - A) ** 2),
            "The slope of tanh is 1 - A²: A is squared, not 1 - A.",
        ),
        Slip(
            "the square of Z",
            _trained(of=lambda Z, A: Z),
            "You have 1 - Z1². The slope of tanh at Z1 is 1 - tanh(Z1)², that is 1 - A².",
        ),
        Slip(
            "the slope with a plus",
            _trained(slope=lambda A: 1 + A**2),
            "The slope of tanh is 1 - A², with a minus: it is flat where A is near 1 or -1.",
        ),
        Slip(
            "the square alone",
            _trained(slope=lambda A: A**2),
            "The slope of tanh is 1 - A². Yours is 0 where tanh is steepest.",
        ),
        Slip(
            "the slope has the other sign",
            _trained(slope=lambda A: A**2 - 1),
            "The slope of tanh is 1 - A², never negative.",
        ),
        Slip(
            "the 1 of the slope is forgotten",
            _trained(slope=lambda A: -(A**2)),
            "The slope of tanh is 1 - A². Yours is 0 where tanh is steepest.",
        ),
        Slip(
            "twice the hidden slope",
            _trained(slope=lambda A: 2 * (1 - A**2)),
            "Your Delta1 is twice what it should be.",
        ),
        Slip(
            "divided by the slope",
            _trained(slope=lambda A: 1 / (1 - A**2)),
            "The chain rule multiplies by the slope 1 - A².",
        ),
        Slip(
            "sigmoid units inside",
            _trained(f=_sigmoid, slope=lambda A: A * (1 - A)),
            "Your hidden units are sigmoids. The task has tanh there; the answer is a sigmoid.",
        ),
        Slip(
            "the article's ReLU inside",
            _trained(f=lambda Z: np.maximum(Z, 0), slope=lambda A: A > 0),
            "Your hidden units are ReLU. The task has tanh, whose slope is 1 - A².",
        ),
        Slip(
            "no bend inside",
            _trained(f=lambda Z: Z),
            "Your hidden layer has no tanh: two layers without a bend are one layer, and XOR is out"
            " of reach.",
        ),
        Slip(
            "no bend inside, and its slope",
            _trained(f=lambda Z: Z, slope=lambda A: 1.0),
            "Your hidden layer has no tanh: two layers without a bend are one layer, and XOR is out"
            " of reach.",
        ),
        Slip(
            "no sigmoid at the end",
            _trained(out=lambda Z: Z),
            "Your answer is Z2 itself. P is its sigmoid, between 0 and 1.",
        ),
        Slip(
            "the 1 of the sigmoid is forgotten",
            _trained(out=lambda Z: 1 / np.exp(-Z)),
            "1/e^(-z) is e^z, and grows without end. The sigmoid is 1/(1 + e^(-z)).",
        ),
        Slip(
            "twice the sigmoid",
            _trained(out=lambda Z: 2 * _sigmoid(Z)),
            "Your answer goes up to 2. A probability ends at 1: 1/(1 + e^(-z)).",
        ),
        Slip(
            "minus the sigmoid",
            _trained(out=lambda Z: -_sigmoid(Z)),
            "Your answer is negative. A probability is not: 1/(1 + e^(-z)).",
        ),
        Slip(
            "a minus in the sigmoid",
            _trained(out=lambda Z: 1 / (1 - np.exp(-Z))),
            "The sigmoid is 1/(1 *plus* e^(-z)).",
        ),
        Slip(
            "a 2 in the sigmoid",
            _trained(out=lambda Z: 1 / (2 + np.exp(-Z))),
            "The sigmoid is 1/(1 + e^(-z)); yours has a 2 there, and ends at a half.",
        ),
        Slip(
            "the sigmoid is turned round",
            _trained(out=lambda Z: _sigmoid(-Z)),
            "The sigmoid is 1/(1 + e^(-z)), with the minus: it rises with z.",
        ),
        Slip(
            "tanh at the end",
            _trained(out=np.tanh),
            "Your answer is the tanh of Z2. A probability comes from the sigmoid.",
        ),
        Slip(
            "W2 moves too early",
            _trained(late=True),
            "You move W2, and then send the errors back along the new one. Compute both deltas"
            " first.",
        ),
        Slip(
            "one step too few",
            _trained(times=lambda steps: steps - 1),
            "You take one step too few: `range(steps)` has as many as asked for.",
        ),
        Slip(
            "one step too many",
            _trained(times=lambda steps: steps + 1),
            "You take one step too many: `range(steps)` begins at 0.",
        ),
        Slip(
            "one step, whatever is asked",
            _trained(times=lambda steps: min(steps, 1)),
            "You take one step and return: is the return inside the loop?",
        ),
        Slip(
            "no step at all",
            _trained(times=lambda steps: 0),
            "You return the weights as they came.",
        ),
        Slip(
            "the article's learning rate",
            _trained(rates=lambda eta: (0.1,) * 4),
            "You use 0.1, as the article's program does. Use the eta that the caller gives.",
        ),
        Slip(
            "the learning rate is forgotten",
            _trained(rates=lambda eta: (1.0,) * 4),
            "A step is eta times the slope.",
        ),
        Slip(
            "the biases stay",
            _trained(rates=lambda eta: (eta, 0, eta, 0)),
            "Only your weights move. A bias is a weight whose input is 1: it moves too.",
        ),
        Slip(
            "the hidden layer stays",
            _trained(rates=lambda eta: (0, 0, eta, eta)),
            "Only the last layer learns. W1 and b1 have slopes as well: Delta1 holds them.",
        ),
        Slip(
            "the last layer stays",
            _trained(rates=lambda eta: (eta, eta, 0, 0)),
            "W2 and b2 never move: subtract eta times their slopes, from A and Delta2.",
        ),
        *_slips_of_one(0, "W1", "X.T @ Delta1"),
        *_slips_of_one(1, "b1", "the column sums of Delta1"),
        *_slips_of_one(2, "W2", "A.T @ Delta2"),
        *_slips_of_one(3, "b2", "the column sums of Delta2"),
        Slip(
            "a mean for the biases",
            _trained(totals=(_mean, _mean)),
            "Delta holds the 1/m already: sum it over the cases. A mean divides by m twice.",
        ),
        Slip(
            "a mean for b1",
            _trained(totals=(_mean, _sum)),
            "Delta1 holds the 1/m already: b1 takes its *sum* over the cases.",
        ),
        Slip(
            "a mean for b2",
            _trained(totals=(_sum, _mean)),
            "Delta2 holds the 1/m already: b2 takes its *sum* over the cases.",
        ),
        Slip(
            "all hidden biases move alike",
            _trained(totals=(np.sum, np.sum)),
            "You sum over cases *and* units. Each bias has a slope of its own: sum over axis 0.",
        ),
        Slip(
            "b1 is forgotten on the way",
            _trained(use=(0.0, 1.0)),
            "Z1 is X @ W1 *plus b1*.",
        ),
        Slip(
            "b1 is subtracted",
            _trained(use=(-1.0, 1.0)),
            "Z1 is X @ W1 + b1, with a plus.",
        ),
        Slip(
            "b2 is forgotten on the way",
            _trained(use=(1.0, 0.0)),
            "Z2 is A @ W2 *plus b2*.",
        ),
        Slip(
            "b2 is subtracted",
            _trained(use=(1.0, -1.0)),
            "Your b2 counts with a minus. Z2 is A @ W2 + b2, and -Z2 needs a bracket.",
        ),
        Slip(
            "one case a step",
            _trained(batch=_cell),
            "You take one case in each step, by turns. The loss is over all four: take them all.",
        ),
        Slip(
            "equal, not different",
            _trained(y=1 - Y),
            "Your targets are 1 where the bits are equal. Exclusive or is 1 where they differ.",
        ),
        Slip(
            "or, not exclusive or",
            _trained(y=np.array([[0.0], [1.0], [1.0], [1.0]])),
            "Your targets are those of OR: for (1, 1), XOR is 0.",
        ),
        Slip(
            "it writes into the caller's weights",
            _in_place,
            "`W1 -= ...` overwrites the caller's array, and fails for whole numbers."
            " `W1 = W1 - ...` makes a new one.",
        ),
        Slip(
            "one long vector",
            _trained(result=_flat),
            "You return one vector. Four arrays are asked for, each in its shape.",
        ),
        Slip(
            "the other order",
            _trained(result=lambda weights, start, P: tuple(weights[i] for i in (0, 2, 1, 3))),
            "The order is (W1, b1, W2, b2).",
        ),
        Slip(
            "how far it went",
            _trained(
                result=lambda weights, start, P: tuple(
                    new - old for new, old in zip(weights, start, strict=True)
                )
            ),
            "You return the change of the weights. The weights themselves are asked for.",
        ),
        Slip(
            "anything goes",
            _trained(refuse=(None, None), times=lambda steps: max(steps, 0)),
            "A negative number of steps, or a negative eta, is a mistake of the caller: raise a"
            " ValueError.",
        ),
        Slip(
            "negative steps go",
            _trained(refuse=(0, None), times=lambda steps: max(steps, 0)),
            "`range` of a negative number is empty, so a mistake of the caller goes unseen: raise"
            " a ValueError where steps < 0.",
        ),
        Slip(
            "a negative eta goes",
            _trained(refuse=(None, 0)),
            "A negative eta climbs. It is a mistake of the caller: raise a ValueError.",
        ),
    ),
    equivalent={
        "W2, b2 = (W2 - eta * A.T @ Delta2, b2 - eta * np.sum(Delta2, axis=0))"
        " -> W2, b2 = (W2 - eta * A.T @ Delta2, b2 - eta * np.sum(Delta2))": (
            "there is one output, so the sum of its column is the sum of all"
        ),
    },
)

FUNCTIONS = (DIAGNOSE, SEPARATING_LINE_OR_NONE, TRAIN_XOR)
