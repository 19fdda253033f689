"""What a teacher is given as a file: filled in from a template, and written as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

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
    """Write a file as a whole: on a full disk the old one stays.

    Raises
    ------
    OSError
        If it cannot be written: where, and why.
    """
    draft = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OSError(f"{path} cannot be written: {error.strerror or error}") from error
