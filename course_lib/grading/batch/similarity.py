"""Submissions that share what hardly anyone else in the class has: a question, not a verdict.

A submission becomes tokens without comments, docstrings and names of variables, and these become
shingles, each of `SIZE` tokens in a row. Short right answers are alike by nature, so two things
count for nothing or little: what stub, lecture and solution say, and what many in the class wrote.

A shingle that n of N submissions hold is worth log2(N / (n - 1)) bits to two that share it: how
surprising it is that the second has it, estimated from the others. Of shingles that overlap, one
counts. A function is worth its shared bits less one for each passage it has, shared or not: with
independent passages, 2 to the power of that is at most 1 on average, whatever the habits of the
class. Functions where that is below 0 count as 0, and choosing them costs a bit each. A pair is
shown when the sum exceeds log2 of the number of pairs by `MARGIN`: by chance, one class in
2**MARGIN would show one, if passages were independent. They are not: who writes the one idiom often
writes the other, and neighbours overlap in what they say. In made-up classes whose answers to
03_3_gradients were drawn from two to five habits a line, 9 of 10 whole copies with other names were
found; three pairs that had copied nothing stood out in 40 classes of 10, five in 8 of 300.

Pairs are found through an index of fingerprints, chosen by winnowing, and never by comparing all
with all: S. Schleimer, D. S. Wilkerson and A. Aiken, "Winnowing: local algorithms for document
fingerprinting", SIGMOD 2003.
"""

from __future__ import annotations

import builtins
import hashlib
import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from course_lib.grading.loading import CELL_MARK

Array: TypeAlias = npt.NDArray[Any]

SIZE = 12
"""Tokens in a shingle: about a line and a half."""
WINDOW = 8
"""Of so many shingles in a row, one is in the index: whatever is shared for SIZE + WINDOW - 1
tokens is found."""
MOST = 250
"""What more submissions hold is not looked up."""
MARGIN = 9.0
"""Bits beyond those that the number of pairs takes up."""
CANDIDATES = 2000
LINES = 60
"""Lines of a submission that are shown."""

# One pattern for every version of Python, and for code that is half written.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<docstring>(?i:[rbfu]{0,2})(?:'''(?:[^\\]|\\.)*?(?:'''|\Z)|\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)))
    |(?P<string>(?i:[rbfu]{0,2})(?:'(?:[^\\\n']|\\.)*'?|"(?:[^\\\n"]|\\.)*"?))
    |(?P<attribute>(?<=\.)[^\W\d]\w*)
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\.?\d(?:[eE][+-]|[\w.])*)
    |(?P<operator>[*/<>=!]=|\*\*=?|//=?|[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
_KEPT = frozenset((*keyword.kwlist, *dir(builtins)))


class Line(NamedTuple):
    """A line of a submission; `shared` if it belongs to what the two have in common."""

    number: int
    text: str
    shared: bool


@dataclass(frozen=True)
class Alike:
    """Submissions that share what is rare in their class.

    Attributes
    ----------
    students : tuple of str
        The two that share most.
    others : tuple of str
        More submissions that are alike to one of them, or to each other.
    pieces : tuple of 2 lists of Line
        What the two share, in each one's own words. A line with the number 0 stands for a gap.
    passages : int
        How many passages of `SIZE` tokens they share, that do not overlap.
    holders : int
        How many submissions hold the rarest of them, these two included.
    surplus : float
        Bits of surprise, less what chance may bring; at least `needed_bits`.
    """

    students: tuple[str, str]
    others: tuple[str, ...]
    pieces: tuple[list[Line], list[Line]]
    passages: int
    holders: int
    surplus: float


class _Pair(NamedTuple):
    first: int
    second: int
    surplus: float
    passages: int
    holders: int


def needed_bits(submissions: int) -> float:
    """Return the bits from which a pair is shown: log2(number of pairs) + `MARGIN`."""
    return float(np.log2(max(submissions * (submissions - 1) / 2, 1)) + MARGIN)


def alike(
    sources: Mapping[str, str],
    given: Iterable[str] = (),
    show: Callable[[str], str] = str,
) -> list[Alike]:
    """Return the submissions to one exercise that are too alike, the most alike first.

    Parameters
    ----------
    sources : mapping of str to str
        What each student handed in, as `submission.read_source` returns it.
    given : iterable of str
        Texts that everyone has: the stub, the lecture, the solution.
    show : callable
        Makes of a submission what is shown of it, line for line.
    """
    students = sorted(sources)
    corpus = _Corpus([sources[student] for student in students], given)
    pairs = [pair for pair in corpus.pairs() if pair.surplus >= needed_bits(len(students))]
    found = []
    for best, group in _groups(pairs):
        pieces = corpus.pieces(best, [show(sources[students[i]]) for i in best[:2]])
        found.append(
            Alike(
                students=(students[best.first], students[best.second]),
                others=tuple(students[i] for i in group if i not in best[:2]),
                pieces=pieces,
                passages=best.passages,
                holders=best.holders,
                surplus=best.surplus,
            )
        )
    return found


def without_words(source: str) -> str:
    """Return code with neither comments nor the words in its strings, line for line.

    They are where a learner's name stands.
    """
    hidden = {"comment": "# …", "string": '"…"', "docstring": '"…"'}

    def hide(match: re.Match[str]) -> str:
        words = hidden.get(match.lastgroup or "")
        return match[0] if words is None else words + "\n" * match[0].count("\n")

    return _TOKEN.sub(hide, source)


class _Corpus:
    """The shingles of all submissions: one array over all of them, one entry a shingle."""

    def __init__(self, sources: Sequence[str], given: Iterable[str]) -> None:
        texts = list(given)
        cells_given = {cell.strip() for text in texts for cell, _ in _cells(text)}
        self._count = len(sources)
        tokens, of_text, of_cell, rows = _tokens_of(sources, cells_given)
        hashes, whole = _shingles(tokens, of_cell)
        known, whole_known = _shingles(*_tokens_of(texts, set())[:3:2])
        kept = whole & ~np.isin(hashes, known[whole_known])
        indexed = kept & winnowed(hashes)
        self._place = np.flatnonzero(kept)
        self._text = of_text[kept]
        self._cell = of_cell[kept]
        self._indexed = indexed[kept]
        self._rows = rows
        _, self._shingle = np.unique(hashes[kept], return_inverse=True)
        holders = np.bincount(self._held(self._shingle, self._text)[0])
        self._holders = holders  # (shingles,): how many submissions hold it
        self._weight = np.log2(self._count / np.maximum(holders - 1, 1))
        self._start = np.searchsorted(self._text, np.arange(self._count + 1))

    def _held(self, shingle: Array, text: Array) -> tuple[Array, Array]:
        """Return each shingle with each submission that holds it, once, sorted by shingle."""
        pairs = np.unique(shingle * self._count + text)
        return pairs // self._count, pairs % self._count

    def pairs(self) -> list[_Pair]:
        """Return pairs that share fingerprints of enough bits, each scored by all its shingles."""
        shingle, text = self._held(self._shingle[self._indexed], self._text[self._indexed])
        keys, bits = [np.zeros(0, np.int64)], [np.zeros(0)]
        first, size = np.unique(shingle, return_index=True, return_counts=True)[1:]
        for count in np.unique(size[(size > 1) & (size <= MOST)]):
            starts = first[size == count]
            a, b = np.triu_indices(count, 1)
            members = text[starts[:, None] + np.arange(count)]  # (shingles, count), sorted
            keys.append((members[:, a] * self._count + members[:, b]).ravel())
            bits.append(np.repeat(self._weight[shingle[starts]], len(a)))
        pair, place = np.unique(np.concatenate(keys), return_inverse=True)
        total = np.bincount(place, np.concatenate(bits), len(pair))
        likely = np.argsort(-total, kind="stable")[:CANDIDATES]
        likely = likely[total[likely] >= needed_bits(self._count)]
        return [self._score(*divmod(int(pair[i]), self._count)) for i in likely]

    def _own(self, text: int) -> slice:
        return slice(int(self._start[text]), int(self._start[text + 1]))

    def _score(self, one: int, other: int) -> _Pair:
        """Set the shorter text against the longer, function by function, from left to right."""
        first, second = sorted((one, other), key=lambda i: (len(self._shingle[self._own(i)]), i))
        own = self._own(first)
        shared = np.isin(self._shingle[own], self._shingle[self._own(second)])
        cells, sizes = np.unique(self._cell[own], return_counts=True)
        surplus = dict(zip(cells.tolist(), (-1.0 - np.ceil(sizes / SIZE)).tolist(), strict=True))
        end, taken = 0, set[int]()
        columns = (self._place[own], self._shingle[own], self._cell[own], shared)
        for place, shingle, cell, both in zip(*(c.tolist() for c in columns), strict=True):
            if both and place >= end and shingle not in taken:
                surplus[cell] += float(self._weight[shingle])
                taken.add(shingle)
                end = place + SIZE
        total = sum(max(bits, 0.0) for bits in surplus.values())
        rarest = min((int(self._holders[shingle]) for shingle in taken), default=0)
        return _Pair(min(one, other), max(one, other), total, len(taken), rarest)

    def pieces(self, pair: _Pair, shown: Sequence[str]) -> tuple[list[Line], list[Line]]:
        """Return the lines that two share and that less than half of the class has."""
        a = self._shared_rows(pair.first, pair.second)
        b = self._shared_rows(pair.second, pair.first)
        return _excerpt(shown[0], a), _excerpt(shown[1], b)

    def _shared_rows(self, text: int, other: int) -> set[int]:
        own = self._own(text)
        shared = np.isin(self._shingle[own], self._shingle[self._own(other)])
        shared &= self._weight[self._shingle[own]] >= 1
        places = self._place[own][shared]
        return {int(row) for place in places for row in self._rows[place : place + SIZE]}


_BETWEEN = re.compile(rf"(\n{re.escape(CELL_MARK)}\n|\n(?=def |class |@))")


def _cells(source: str) -> Iterator[tuple[str, int]]:
    """Yield each cell, and each function at the left margin, with the row of its start from 1."""
    row = 1
    for place, part in enumerate(_BETWEEN.split(source)):
        if place % 2 == 0:
            yield part, row
        row += part.count("\n")


def _tokens_of(sources: Sequence[str], passed_over: set[str]) -> tuple[Array, Array, Array, Array]:
    """Return the code, the text, the cell and the row (from 1) of every token."""
    parts: list[tuple[Array, int, Array]] = []
    for text, source in enumerate(sources):
        for cell, row in _cells(source):
            if cell.strip() not in passed_over:
                codes, rows = _tokens(cell)
                parts.append((codes, text, rows + row))
    lengths = [len(codes) for codes, _, _ in parts]
    return (
        np.concatenate([np.zeros(0, np.uint64), *(codes for codes, _, _ in parts)]),
        np.repeat(np.array([text for _, text, _ in parts], np.int64), lengths),
        np.repeat(np.arange(len(parts)), lengths),
        np.concatenate([np.zeros(0, np.int64), *(rows for _, _, rows in parts)]),
    )


@lru_cache(maxsize=4096)
def _tokens(cell: str) -> tuple[Array, Array]:
    """Return the code of each token of a cell, and its row from 0."""
    kept = [match for match in _TOKEN.finditer(cell) if match.lastgroup not in _DROPPED]
    ends = np.array([place for place, letter in enumerate(cell) if letter == "\n"], np.int64)
    rows = np.searchsorted(ends, [match.start() for match in kept])
    return np.array([_code(_normal(match)) for match in kept], np.uint64), rows


_DROPPED = ("comment", "docstring")


def _normal(match: re.Match[str]) -> str:
    """Return a token without what renaming changes."""
    if match.lastgroup == "string":
        return "'"
    if match.lastgroup == "name" and match[0] not in _KEPT:
        return "a"
    return match[0]


@lru_cache(maxsize=65536)
def _code(token: str) -> int:
    return int.from_bytes(hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=8).digest())


def _shingles(tokens: Array, of_cell: Array) -> tuple[Array, Array]:
    """Return a hash of the `SIZE` tokens from each on, and whether they lie in one cell."""
    hashes = np.zeros(len(tokens), np.uint64)
    whole = np.zeros(len(tokens), bool)
    count = len(tokens) - SIZE + 1
    if count > 0:
        for place in range(SIZE):  # modulo 2**64
            hashes[:count] = hashes[:count] * np.uint64(0x9E3779B97F4A7C15)
            hashes[:count] += tokens[place : place + count]
        whole[:count] = of_cell[:count] == of_cell[SIZE - 1 :]
    return hashes, whole


def winnowed(hashes: Array) -> Array:
    """Mark the smallest hash of each `WINDOW` in a row, the first of equals."""
    chosen = np.zeros(len(hashes), bool)
    if len(hashes) >= WINDOW:
        windows = sliding_window_view(hashes, WINDOW).argmin(axis=1)
        chosen[windows + np.arange(len(windows))] = True
    return chosen


def _groups(pairs: Sequence[_Pair]) -> Iterator[tuple[_Pair, list[int]]]:
    """Yield pairs that hang together as one group, with its strongest pair, strongest first."""
    leader: dict[int, int] = {}

    def lead(text: int) -> int:
        while leader.setdefault(text, text) != text:
            text = leader[text]
        return text

    for pair in pairs:
        leader[lead(pair.first)] = lead(pair.second)
    best: dict[int, _Pair] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.surplus, pair)):
        best.setdefault(lead(pair.first), pair)
    for top, pair in best.items():
        yield pair, [text for text in sorted(leader) if lead(text) == top]


def _excerpt(source: str, shared: set[int]) -> list[Line]:
    """Return the shared rows of a submission, a row between two of them, and gaps."""
    texts = source.split("\n")
    between = {row + 1 for row in shared if row + 2 in shared and texts[row].strip()}
    lines: list[Line] = []
    for row in sorted(shared | between):
        if lines and row > lines[-1].number + 1:
            lines.append(Line(0, "", False))
        lines.append(Line(row, texts[row - 1], row in shared))
    return lines if len(lines) <= LINES else [*lines[:LINES], Line(0, "", False)]
