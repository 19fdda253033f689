"""A table that another system exported: read it, change some cells, keep all else byte for byte."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.grading.batch.exports import no_formula

DELIMITERS = (",", ";", "\t")
MAX_BYTES = 100_000_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class _Cell:
    """A cell as it stands in the text, with quotes if it has them, and what it says."""

    start: int
    end: int
    text: str


@dataclass
class Sheet:
    """The cells of a CSV file, and the text that they stand in.

    Attributes
    ----------
    path : Path
    rows : list of lists of str
        What the cells say, the header first. Lines without any cell are left out.
    """

    path: Path
    rows: list[list[str]]
    _cells: list[list[_Cell]]
    _text: str
    _bom: bytes
    _encoding: str
    _delimiter: str
    _changes: dict[tuple[int, int], str] = field(default_factory=dict)

    def change(self, row: int, column: int, text: str) -> None:
        """Let a cell say something else; a text that a spreadsheet would run gets an apostrophe."""
        self._changes[row, column] = no_formula(text)
        self.rows[row][column] = text

    def as_bytes(self) -> bytes:
        """Return the file with its changes: every other byte is as it was.

        Raises
        ------
        ValueError
            If the file's encoding cannot hold what is to stand in it.
        """
        parts, done = [], 0
        for (row, column), text in sorted(self._changes.items()):
            cell = self._cells[row][column]
            parts += [self._text[done : cell.start], self._quoted(text, cell)]
            done = cell.end
        try:
            return self._bom + "".join([*parts, self._text[done:]]).encode(self._encoding)
        except UnicodeEncodeError as error:
            missing = error.object[error.start]
            raise ValueError(
                f"{self.path} is written in {self._encoding}, which has no {missing!r}: save it as"
                " UTF-8 and give the same command again"
            ) from error

    def _quoted(self, text: str, cell: _Cell) -> str:
        """Write a text as its column does: in quotes if the old cell had them, or if it must."""
        if self._text[cell.start : cell.start + 1] == '"' or re.search(
            rf'["\r\n{self._delimiter}]', text
        ):
            return '"' + text.replace('"', '""') + '"'
        return text


def read_sheet(
    path: Path, fits: Callable[[Sequence[str]], bool], what: str, encoding: str | None = None
) -> Sheet:
    """Read a CSV file, whatever its delimiter, quotes, line ends and byte-order mark.

    Parameters
    ----------
    path : Path
    fits : callable
        Tells from a header whether this is the table that is wanted.
    what : str
        Says what is wanted, in the error.
    encoding : str, optional
        By default that of the byte-order mark, or UTF-8.

    Raises
    ------
    ValueError
        If it is not text of that encoding, or no such table: the sentence says what it holds.
    OSError
        If it cannot be read.
    """
    text, bom, encoding = _decoded(path, encoding)
    for delimiter in DELIMITERS:
        header = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
        if fits([cell.strip() for cell in header]):
            cells = _cells(text, delimiter, path)
            rows = [[cell.text for cell in line] for line in cells]
            return Sheet(path, rows, cells, text, bom, encoding, delimiter)
    first = text.split("\n", 1)[0].strip()[:200]
    raise ValueError(f"{path} is not {what}. Its first line is {first!r}")


def _decoded(path: Path, encoding: str | None) -> tuple[str, bytes, str]:
    data = _read(path)
    bom, own = next(((b, e) for b, e in _BOMS if data.startswith(b)), (b"", None))
    encoding = own or encoding or "utf-8"
    try:
        return data[len(bom) :].decode(encoding), bom, encoding
    except LookupError as error:
        raise ValueError(f"--encoding {encoding} is none that Python knows") from error
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not text in {encoding} (byte {error.start}). A spreadsheet may have saved"
            " it in its own: try --encoding gb18030 (Chinese) or cp1252 (Western), or export anew"
        ) from error


def _read(path: Path) -> bytes:
    """Read the file, up to a bounded size."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the CSV file itself")
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {path}: export it first") from error
    except OSError as error:
        raise OSError(
            f"{path} cannot be read ({error.strerror}): is it open in a spreadsheet?"
        ) from error
    if len(data) > MAX_BYTES:
        raise ValueError(f"{path} is larger than {MAX_BYTES // 10**6} MB: is it the right file?")
    if not data.strip():
        raise ValueError(f"{path} is empty: export it anew")
    return data


def _cells(text: str, delimiter: str, path: Path) -> list[list[_Cell]]:
    """Cut a text into its cells, each with its place."""
    cell = re.compile(rf'(?P<quoted>"(?:[^"]|"")*")|(?!")[^{delimiter}\r\n]*')
    rows: list[list[_Cell]] = []
    line: list[_Cell] = []
    place = 0
    while place <= len(text):
        match = cell.match(text, place)
        end = match.end() if match else place
        if match is None or (end < len(text) and text[end] not in f"{delimiter}\r\n"):
            number = text.count("\n", 0, end) + 1
            raise ValueError(f"{path} has a stray quote in line {number}: mend it, or export anew")
        raw = match[0]
        line.append(_Cell(place, end, raw[1:-1].replace('""', '"') if match["quoted"] else raw))
        if text[end : end + 1] == delimiter:
            place = end + 1
            continue
        rows += [line] if len(line) > 1 or line[0].text else []
        line, place = [], end + (2 if text[end : end + 2] == "\r\n" else 1)
    return rows
