"""Read a submission: a notebook or a .py file becomes one text, cells separated by a mark.

A file is opened without following a link, and read only up to a bounded size. Nothing in it is
run here.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from course_lib.grading.loading import CELL_MARK

MAX_BYTES = 5_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 500_000


class SubmissionError(ValueError):
    """A file that is no submission; the text says why, for whoever handed it in."""


def read_source(path: Path) -> str:
    """Return the code of a notebook or of a .py file.

    Parameters
    ----------
    path : Path
        Ends in .ipynb or .py.

    Returns
    -------
    str
        Python; the code cells of a notebook are separated by `loading.CELL_MARK`.

    Raises
    ------
    SubmissionError
        If the file is neither, is a link, cannot be read, is too large, or is not what its name
        says.
    """
    if path.suffix not in (".ipynb", ".py"):
        raise SubmissionError(f"{path.name} is no submission: that is a .ipynb or a .py file")
    text = _read_text(path)
    source = text if path.suffix == ".py" else f"\n{CELL_MARK}\n".join(_code_cells(path.name, text))
    if len(source) > MAX_SOURCE:
        raise SubmissionError(f"{path.name} holds more than {MAX_SOURCE} characters of code")
    return source


def _read_text(path: Path) -> str:
    try:
        # O_NONBLOCK: a pipe in place of the file must not keep the reader waiting
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SubmissionError(f"{path.name} is not a regular file")
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        why = "it is a link" if path.is_symlink() else error.strerror
        raise SubmissionError(f"{path.name} cannot be read: {why}") from error
    if len(data) > MAX_BYTES:
        raise SubmissionError(
            f"{path.name} is larger than {MAX_BYTES // 10**6} MB: clear its outputs and save it"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubmissionError(
            f"{path.name} is not UTF-8 text (byte {error.start}): save it anew as UTF-8"
        ) from error


def _code_cells(name: str, text: str) -> list[str]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SubmissionError(f"{name} is no notebook: it is not JSON ({error})") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise SubmissionError(f"{name} is no notebook of format 4: it has no list of cells")
    if len(cells) > MAX_CELLS:
        raise SubmissionError(f"{name} has {len(cells)} cells; at most {MAX_CELLS} are read")
    return [_source(name, cell) for cell in cells if _is_code(cell)]


def _is_code(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _source(name: str, cell: dict[str, Any]) -> str:
    """Return the source of a cell, which the format allows to be a text or a list of lines."""
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise SubmissionError(f"{name} has a code cell whose source is no text")
    return "".join(lines)
