"""Values as JSON: the form in which public cases are kept, as text that a person can read."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from course_lib.grading.values import DTYPES, Build, Value


def to_json(value: Value) -> Any:
    """Return what `json.dumps` writes: numbers, text, and an object for each other kind.

    A float keeps every bit (JSON text of a float is the shortest that reads back the same); NaN and
    the infinities, which JSON lacks, become `{"float": "nan"}`.
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, list):
        return {"list": [to_json(item) for item in value]}
    if isinstance(value, tuple):
        return {"tuple": [to_json(item) for item in value]}
    if isinstance(value, Build):
        return {"build": value.target, "settings": [[n, to_json(v)] for n, v in value.settings]}
    if isinstance(value, np.ndarray):
        numbers = value.ravel().tolist()
        plain = [x if math.isfinite(x) else repr(x) for x in numbers]
        return {"array": plain, "shape": list(value.shape), "dtype": value.dtype.name}
    return value


def from_json(data: Any) -> Value:
    """Return the value that `to_json` wrote.

    Raises
    ------
    ValueError
        If the data is not what `to_json` writes.
    """
    if not isinstance(data, dict):
        if isinstance(data, list):
            raise ValueError("a bare JSON list is no value: it is a list, a tuple or an array")
        return cast(Value, data)
    for key, read in _READERS.items():
        if key in data:
            return read(data)
    raise ValueError(f"no value is written as an object with {sorted(data)}")


def _read_array(data: dict[str, Any]) -> Value:
    dtype = data.get("dtype")
    if dtype not in DTYPES:
        raise ValueError(f"an array of {dtype!r} is outside the value model")
    numbers = [float(x) if isinstance(x, str) else x for x in data["array"]]
    return np.array(numbers, dtype=dtype).reshape(data["shape"])


_READERS: dict[str, Callable[[dict[str, Any]], Value]] = {
    "float": lambda data: float(data["float"]),
    "list": lambda data: [from_json(item) for item in data["list"]],
    "tuple": lambda data: tuple(from_json(item) for item in data["tuple"]),
    "array": _read_array,
    "build": lambda data: Build(
        data["build"], tuple((name, from_json(item)) for name, item in data["settings"])
    ),
}
