"""The marked regions of a solution: cut out for an exercise, shown to who has tried.

A solution notebook marks what a learner is to write:

    def mse_gradient(y, y_target):
        ### BEGIN SOLUTION
        return (y - y_target) / y.size
        ### END SOLUTION
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

_REGION = re.compile(rf"^([ \t]*){BEGIN}[ \t]*\n.*?^[ \t]*{END}[ \t]*(?:\n|\Z)", re.DOTALL | re.M)
_DEF = re.compile(r"^[ \t]*def[ \t]+(\w+)", re.M)


class RegionError(ValueError):
    """The marks of a solution do not fit; the text says where."""


def cut(source: str, replacement: Callable[[str], str]) -> str:
    """Replace each marked region of a cell by `replacement(name of the function around it)`.

    Raises
    ------
    RegionError
        If a mark has no partner, or a region stands in no function.
    """
    if source.count(BEGIN) != source.count(END) or source.count(BEGIN) != len(
        _REGION.findall(source)
    ):
        raise RegionError(f"{BEGIN} and {END} do not pair up in the cell {source[:60]!r}")

    def stub(region: re.Match[str]) -> str:
        names = _DEF.findall(source[: region.start()])
        if not names:
            raise RegionError(f"the region {region[0][:60]!r} stands in no function")
        end = "\n" if region[0].endswith("\n") else ""
        return f"{region[1]}{replacement(names[-1])}{end}"

    return _REGION.sub(stub, source)


def definition(source: str, name: str) -> str:
    """Return the code of a function as the solution has it, without the marks."""
    start = re.search(rf"^def {re.escape(name)}\b", source, re.M)
    if start is None:
        return ""
    rest = source[start.start() :]
    end = re.search(r"\n(?=[^\s)\]}])", rest)
    body = rest[: end.start()] if end else rest
    lines = [line for line in body.splitlines() if line.strip() not in (BEGIN, END)]
    return textwrap.dedent("\n".join(lines)).rstrip()
