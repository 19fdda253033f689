"""What a teacher is given as a file is filled in from a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from course_lib.grading.batch.whole_files import write_whole

_ENVIRONMENT = Environment(
    loader=PackageLoader("course_lib.teaching", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: Any) -> str:
    """Fill in a template of the folder `templates`; what is no `Markup` is escaped."""
    return _ENVIRONMENT.get_template(template).render(**values)


def write(path: Path, text: str) -> None:
    """Write a file as a whole, and the folders above it if they are not there.

    Raises
    ------
    OSError
        If it cannot be written: where, and why.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())
