"""Formulas as MathML, which a browser shows, prints and reads aloud without a network.

A formula is first replaced by a word that no converter of Markdown changes, and put in its place
when the page is made: stars and underscores in it then mean nothing to Markdown.
"""

from __future__ import annotations

import re
from html import escape, unescape

from latex2mathml.converter import convert

_FORMULA = re.compile(
    r"(?P<code>```.*?```|~~~.*?~~~|`[^`\n]*`)"
    r"|\$\$(?P<block>.+?)\$\$|(?<![\\$])\$(?!\s)(?P<inline>(?:\\.|[^$\\])+?)\$",
    re.DOTALL,
)
_TAG = re.compile(r"(</?[a-zA-Z][^>]*>)")
_SPACED = re.compile(r"\\\\\[[^\]]*\]")
_IN_WORDS = re.compile(r"\\text\{([^{}]*)\}")
_WORDS = re.compile(r"(\\text\{[^{}]*\})")
_PRIMES = re.compile(r"'+")


class Formulas:
    """The formulas of one page, by the words that stand for them."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def take_out(self, markdown: str) -> str:
        """Return Markdown with a word in place of each formula; listings stay as they are."""
        return _FORMULA.sub(self._word_for, markdown)

    def take_out_of_html(self, html: str) -> str:
        """Return HTML with a word in place of each formula of its text."""
        return "".join(
            part if _TAG.fullmatch(part) else self.take_out(part) for part in _TAG.split(html)
        )

    def put_back(self, html: str) -> str:
        """Return HTML with MathML where the words stand; inside a tag they stay."""
        return "".join(
            part if _TAG.fullmatch(part) else re.sub(r"xformula(\d+)x", self._mathml_for, part)
            for part in _TAG.split(html)
        )

    def _word_for(self, found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        latex = unescape(found["block"] or found["inline"])  # in HTML, < may stand as &lt;
        self._found.append(mathml(latex, block=bool(found["block"])))
        return f"xformula{len(self._found) - 1}x"

    def _mathml_for(self, word: re.Match[str]) -> str:
        return self._found[int(word[1])]


def mathml(latex: str, *, block: bool = False) -> str:
    """Return a formula as MathML; one that cannot be read, as the LaTeX that it is."""
    plain = _IN_WORDS.sub(_formula_in_words, _SPACED.sub(r"\\\\", latex))
    parts = _WORDS.split(plain)
    parts[::2] = [_PRIMES.sub(_as_words, part) for part in parts[::2]]
    # Of the environments that line up equations, the converter knows this one.
    plain = "".join(parts).replace("{aligned}", "{align*}")
    try:
        return str(convert(plain.strip(), display="block" if block else "inline"))
    except Exception:  # the library has an exception for each thing that it does not know
        return f"<code>{escape(latex)}</code>"


def _formula_in_words(found: re.Match[str]) -> str:
    """Turn the formula in a text within a formula into one beside it."""
    words = found[1].split("$")
    return "".join(
        part if i % 2 else r"\text{" + part + "}" for i, part in enumerate(words) if part
    )


def _as_words(primes: re.Match[str]) -> str:
    """Set primes as text, where they are raised; as an exponent some fonts make dots of them."""
    return r"\text{" + "′" * len(primes[0]) + "}"
