"""The files of the course as they are handed out: those of a commit, or those that lie here."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

NAMED_AT_MOST = 5
AS_KEPT = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")
"""Git's settings under which a file comes out of a commit alike on every machine."""


class File(NamedTuple):
    """What a file holds, and whether it is a program."""

    content: bytes
    executable: bool = False


class Snapshot(NamedTuple):
    """The files by their path in the course, with `/` on every system.

    `commit` is empty where there is none; `seconds` is its date, seconds since 1970. `remarks` are
    sentences for whoever hands the files out.
    """

    files: dict[str, File]
    commit: str = ""
    seconds: int = 0
    remarks: tuple[str, ...] = ()


def read_notebook(path: str, content: bytes) -> dict[str, Any]:
    """Return a notebook as Python objects.

    Raises
    ------
    ValueError
        If the file is none.
    """
    try:
        notebook: dict[str, Any] = json.loads(content)
        all((cell["id"], cell["cell_type"], cell["source"]) for cell in notebook["cells"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no notebook whose cells have ids: {error!r}") from None
    return notebook


def take(house: Path, entries: Iterable[str], commit: str = "HEAD") -> Snapshot:
    """Read `entries` of the top level from a commit; from the disk where there is no Git clone.

    A file that Git does not keep, and a change that is not committed, stay out of the first.

    Raises
    ------
    ValueError
        If there is no such commit, or Git cannot read the clone.
    """
    why = _why_not_git(house)
    if why and commit != "HEAD":
        raise ValueError(f"{why}, and without Git there are no commits; leave --commit out")
    if why:
        files = dict(_on_disk(house, sorted(entries)))
        return Snapshot(files, remarks=(f"{why}, so the copy has the files as they lie here",))
    shown = _git(house, "show", "-s", "--format=%H %ct", f"{commit}^{{commit}}").decode()
    number, seconds = shown.split()
    kept = set(_git(house, "ls-tree", "--name-only", "-z", number).decode().split("\0"))
    wanted = [entry for entry in sorted(entries) if entry in kept]
    files = dict(_unpack(_git(house, *AS_KEPT, "archive", "--format=tar", number, "--", *wanted)))
    remarks = () if commit != "HEAD" else tuple(_uncommitted(house, wanted))
    return Snapshot(files, number, int(seconds), remarks)


def _why_not_git(house: Path) -> str:
    if not any((folder / ".git").exists() for folder in (house, *house.parents)):
        return "this is no Git clone"
    if shutil.which("git") is None:
        return "the program git is not installed"
    if not _git(house, "ls-files", "README.md"):
        return "Git does not keep this folder"
    return ""


def _git(house: Path, *words: str) -> bytes:
    """Call git in the course's folder and return what it prints."""
    command = ["git", "-c", "core.quotepath=off", *words]
    ran = subprocess.run(command, cwd=house, capture_output=True, check=False)
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip()
        raise ValueError(f"git {words[0]} fails in {house}: {said}")
    return ran.stdout


def _unpack(archive: bytes) -> Iterator[tuple[str, File]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is not None:
                yield member.name, File(stream.read(), bool(member.mode & 0o100))


def _on_disk(house: Path, entries: Iterable[str]) -> Iterator[tuple[str, File]]:
    """Yield the files below `entries`, but for what a run or an editor leaves behind."""
    for entry in entries:
        top = house / entry
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            inner = path.relative_to(top).parts
            left_behind = any(part.startswith((".", "__pycache__")) for part in inner)
            if path.is_file() and not path.is_symlink() and not left_behind:
                program = bool(path.stat().st_mode & 0o100)
                yield path.relative_to(house).as_posix(), File(path.read_bytes(), program)


def _uncommitted(house: Path, entries: Iterable[str]) -> Iterator[str]:
    """Say which files lie here otherwise than they were committed."""
    status = _git(house, "status", "--porcelain", "--no-renames", "-z", "--", *entries).decode()
    names = [line[3:] for line in status.split("\0") if line]
    if names:
        more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
        yield (
            "the copy has what is committed, and these changes are not: "
            f"{', '.join(names[:NAMED_AT_MOST])}{more}"
        )
