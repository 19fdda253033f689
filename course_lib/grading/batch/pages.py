"""HTML pages from templates; whatever stands in a submission is escaped."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from course_lib.grading.batch.likeness import SHOWN, Comparison
from course_lib.grading.batch.overview import ROWS, Overview

COMMON = 12
"""Slips of an exercise that are shown at once; the rarer ones unfold."""

_ENVIRONMENT = Environment(
    loader=PackageLoader("course_lib.grading.batch", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _code(text: str) -> Markup:
    """Show what stands in `backticks` as code, as a verdict does."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _breakable(name: str) -> Markup:
    """Let a long name break after an underscore."""
    return Markup(str(escape(name)).replace("_", "_<wbr>"))


_ENVIRONMENT.filters |= {"code": _code, "breakable": _breakable}


def render(template: str, **values: Any) -> str:
    """Fill in a template of the folder `templates`."""
    return _ENVIRONMENT.get_template(template).render(**values)


def class_page(overview: Overview, likeness: Comparison | None = None) -> str:
    """Return the class at a glance as a page that needs nothing but itself."""
    return render(
        "class.html", overview=overview, likeness=likeness, shown=SHOWN, common=COMMON, rows=ROWS
    )
