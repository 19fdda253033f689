"""Pseudonyms: names for pages that are shown, which only who holds the secret seed can make."""

from __future__ import annotations

import builtins
import dataclasses
import hashlib
import hmac
import keyword
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import numpy as np

from course_lib.grading.batch.gradebook import Row

MASK = "▮▮▮"
SHORTEST = 3
"""A part of a name with fewer letters is masked in the whole name alone: "An", "Le"."""

_COLORS = (
    "apricot aqua azure beige black blue brass brick bronze buff carmine cerise charcoal chestnut"
    " chocolate cinnamon claret cobalt copper cream crimson cyan denim ebony ecru emerald fawn"
    " flax golden green grey indigo khaki lemon lilac lime magenta mahogany maroon mauve mocha"
    " mustard navy nickel ochre orange pink plum purple red rust salmon sand sepia silver slate"
    " steel straw tan teal turquoise umber vermilion walnut white yellow"
)
_ANIMALS = (
    "antelope badger bat bear beaver beetle bison bobcat camel cat cheetah cicada crab cricket"
    " deer dingo dolphin donkey duck eagle elk falcon ferret frog gazelle gecko goose hamster"
    " hare hedgehog heron horse hyena ibex ibis jackal jaguar koala lemur leopard lion lizard"
    " llama lynx magpie mole moose moth newt octopus otter owl panda parrot pelican penguin puffin"
    " rabbit raccoon salamander seal squirrel toad walrus"
)
_WORD = re.compile(r"[^\W\d_]+|\d{4,}")
_COMMON = frozenset((*keyword.kwlist, *dir(builtins), *dir(np)))
"""Words that code needs: a student called Max does not cost a page its np.max."""
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_LONGEST = 5
"""Characters of the longest name that is looked for within a text without spaces."""


def pseudonyms(students: Iterable[str], seed: int) -> dict[str, str]:
    """Give each student a name such as "amber otter 0417".

    It is a keyed hash, HMAC-SHA256 with the secret seed as its key, so it stays the same for as
    long as the seed does; a list of names without the seed does not lead to it; and its order has
    nothing to do with that of the names. Those few who would share one get a longer number: in a
    class of 3000 it happens to a pair in one class of ten.

    Parameters
    ----------
    students : iterable of str
        All of them, whatever part of them is then shown.
    seed : int
    """
    drawn = {student: _draw(student, seed) for student in students}
    shared = Counter(f"{words} {number % 10**4:04}" for words, number in drawn.values())

    def name(words: str, number: int) -> str:
        short = f"{words} {number % 10**4:04}"
        return short if shared[short] == 1 else f"{words} {number % 10**12:012}"

    return {student: name(*hashed) for student, hashed in drawn.items()}


def _draw(student: str, seed: int) -> tuple[str, int]:
    message = b"pseudonym\0" + student.encode("utf-8", "replace")
    digest = hmac.new(str(seed).encode(), message, hashlib.sha256).digest()
    colors, animals = _COLORS.split(), _ANIMALS.split()
    words = f"{colors[digest[0] % len(colors)]} {animals[digest[1] % len(animals)]}"
    return words, int.from_bytes(digest[2:10])


def disguise(rows: Iterable[Row], names: Mapping[str, str]) -> list[Row]:
    """Return rows that hold pseudonyms, and no student's name within a learner's own words.

    The names of files go too, since they often hold a name. The order is that of the pseudonyms:
    the other one tells who comes before whom in the alphabet.
    """
    mask = Mask(names)
    disguised = [
        dataclasses.replace(
            row,
            student=names[row.student],
            diagnosis=mask(row.diagnosis),
            html=mask(row.html),
            file="",
        )
        for row in rows
    ]
    return sorted(disguised, key=lambda row: row.student)  # and stays in order within each


class Mask:
    """Covers the names of a class in a text: whole names, and each part of three letters or more.

    So it does with a number of four digits or more that is part of a name.

    A part is covered as a word of its own as it stands in the list, in small letters, or in
    capitals; in the last two it stays where it is a word of Python or NumPy. In a script without
    spaces two characters make a part, and a name is found within a longer run of characters.

    Parameters
    ----------
    names : collection of str
    """

    def __init__(self, names: Collection[str]) -> None:
        self._whole: dict[str, set[str]] = {}
        self._parts: set[str] = set()
        for name in names:
            self._add(name)

    def _add(self, name: str) -> None:
        words = _WORD.findall(name)
        for word in words:
            if len(word) >= SHORTEST or _WITHOUT_SPACES.fullmatch(word):
                self._parts |= {word, *({word.lower(), word.upper()} - _COMMON)}
        # a whole name is looked for where its longest word stands
        if words:
            self._whole.setdefault(max(words, key=len).lower(), set()).add(name)

    def __call__(self, text: str) -> str:
        """Return the text with `MASK` in place of each name."""
        words = set(_WORD.findall(text))
        wanted = words & self._parts
        wanted |= {run for run in self._runs(text) if run in self._parts}
        for word in words:
            wanted |= self._whole.get(word.lower(), set())
        if not wanted:
            return text
        return self._pattern(wanted).sub(MASK, text)

    @staticmethod
    def _runs(text: str) -> set[str]:
        """Return each two to five characters in a row of a script that has no spaces."""
        return {
            run[start : start + size]
            for run in _WITHOUT_SPACES.findall(text)
            for size in range(2, _LONGEST + 1)
            for start in range(len(run) - size + 1)
        }

    @staticmethod
    def _pattern(wanted: Collection[str]) -> re.Pattern[str]:
        longest_first = sorted(wanted, key=lambda name: (-len(name), name))
        return re.compile("|".join(_bounded(name) for name in longest_first))


def _bounded(name: str) -> str:
    """Return a pattern for a name that is no part of a longer word, where there are words."""
    if _WITHOUT_SPACES.fullmatch(name):
        return re.escape(name)
    spaced = r"[^\S\n]+".join(re.escape(part) for part in name.split())
    letter = r"\d" if name.isdigit() else r"[^\W\d_]"
    return f"(?<!{letter}){spaced}(?!{letter})"
