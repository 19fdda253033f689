"""What a page loses on its way to students: the teachers' parts, and links that would be dead."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote

from course_lib.grading.stubs import notebook_text
from course_lib.teaching.snapshot import read_notebook

_FOR_TEACHERS = re.compile(r"<!-- for teachers -->.*?<!-- end -->\n?", re.DOTALL)
_LINK = re.compile(
    r"(?P<literal>```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$)"  # no link, whatever it looks like
    r"|!?\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^()\s]+)\)",
    re.DOTALL,
)
_TABLE = re.compile(r"(?:^\|.*(?:\n|\Z))+", re.MULTILINE)
_LOST = "\0"
NOT_YET = " (not released yet)"
BELOW_A_TABLE = "\n*What has no link is not released yet.*\n"


def trim_notebook(content: bytes, path: str, is_there: Callable[[str], bool]) -> bytes:
    """Trim the Markdown cells of a notebook; code, outputs and metadata stay as they are."""
    notebook = read_notebook(path, content)
    changed = False
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            before = "".join(cell["source"])
            after = trim(before, path, is_there)
            if after != before:
                changed, cell["source"] = True, after.splitlines(keepends=True)
    return notebook_text(notebook).encode() if changed else content


def trim(text: str, path: str, is_there: Callable[[str], bool]) -> str:
    """Cut what stands between the teachers' marks; turn a link that leads nowhere into its text.

    Parameters
    ----------
    text : str
        Markdown. ``<!-- for teachers -->`` and ``<!-- end -->`` mark what only a teacher needs.
    path : str
        The page's own path in the copy, from which its links go.
    is_there : callable
        Whether the copy has a file or folder of this path.
    """

    def replace(link: re.Match[str]) -> str:
        target = link["target"]
        if target is None or re.match(r"[a-z][a-z0-9+.-]*:|#", target):
            return link[0]
        place = posixpath.join(posixpath.dirname(path), unquote(target.partition("#")[0]))
        if is_there(posixpath.normpath(place)):
            return link[0]
        line = kept[kept.rfind("\n", 0, link.start()) + 1 :]
        return link["text"] + (_LOST if line[0] == "|" else NOT_YET * line.startswith("**Next"))

    kept = _FOR_TEACHERS.sub("", text)
    return _TABLE.sub(_explain, _LINK.sub(replace, kept))


def _explain(table: re.Match[str]) -> str:
    """Say below a table that lost a link what it means to have none."""
    rows = table[0].replace(_LOST, "")
    return rows if rows == table[0] else rows.rstrip("\n") + "\n" + BELOW_A_TABLE
