"""HTML for a notebook's output: a few pieces, with every text escaped.

Colours are those of JupyterLab's theme, light or dark, with a value for pages that have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

_COLORS = {
    "passed": "var(--jp-success-color1, #2e7d32)",
    "not_attempted": "var(--jp-border-color1, #9e9e9e)",
    "": "var(--jp-border-color1, #9e9e9e)",
}
_WRONG = "var(--jp-error-color1, #c62828)"
_FONT = "font-size:var(--jp-code-font-size, 13px);line-height:1.35;color:inherit;white-space:pre"
_BLOCK = (
    f"{_FONT};margin:.3em 0;padding:.4em .7em;overflow-x:auto;"
    "background:var(--jp-layout-color2, #f3f3f3)"
)
_CELL = "text-align:left;vertical-align:top;padding:.1em 1.5em .1em 0;background:none"


def card(status: str, blocks: Iterable[str]) -> str:
    """Return blocks with a bar at their left, in the colour of a status."""
    style = f"border-left:4px solid {_COLORS.get(status, _WRONG)};padding:.2em 0 .2em 1em"
    return f"<div style='{style}'>{''.join(blocks)}</div>"


def paragraph(text: str, bold: str = "") -> str:
    """Return a paragraph, after a few words in bold; what stands in `backticks` is code."""
    start = f"<strong>{escape(bold)}</strong> " if bold else ""
    inline = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return f"<p style='margin:.2em 0'>{start}{inline}</p>"


def code_block(text: str) -> str:
    """Return lines as they stand."""
    return f"<pre style='{_BLOCK}'>{escape(text)}</pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of values, which may have several lines each."""
    first = "".join(f"<th style='{_CELL}'>{escape(words)}</th>" for words in head)
    others = "".join(f"<tr style='background:none'>{_cells(row)}</tr>" for row in rows)
    return f"<table style='margin:0'><tr>{first}</tr>{others}</table>"


def _cells(row: Sequence[str]) -> str:
    pre = f"<pre style='{_FONT};margin:0;padding:0;background:none'>"
    return "".join(f"<td style='{_CELL}'>{pre}{escape(text)}</pre></td>" for text in row)
