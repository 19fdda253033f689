"""Submissions in a zip, as Moodle and Canvas hand them out: unpacked where nothing can happen.

Only notebooks and .py files are taken out, each at most as large as one that is read; no link, no
path that leads elsewhere, no zip within the zip.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from course_lib.grading.batch.submissions import SUFFIXES, origin, printable
from course_lib.grading.submission import MAX_BYTES

MAX_ENTRIES = 200_000
MAX_TOTAL = 2_000_000_000
"""Bytes that may come out of one zip."""

_UTF8_NAMES = 0x800
_ENCRYPTED = 0x1


@contextmanager
def opened(path: Path, passed_over: list[tuple[Path, str]]) -> Iterator[Path]:
    """Yield the folder of submissions: `path` itself, or what a zip of that name holds.

    Parameters
    ----------
    path : Path
        A folder, or a zip, whose contents last as long as the context.
    passed_over : list of (path, reason)
        Gets what is not taken out of the zip.

    Raises
    ------
    ValueError
        If it is a zip that is damaged, or holds more than can be a class's submissions.
    """
    if not path.is_file():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="submissions-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _take_out(archive, Path(folder), passed_over)
        except zipfile.BadZipFile as error:
            raise ValueError(
                f"{path} is no folder, and no zip that can be read ({error}): download it again"
            ) from error
        yield _inmost(Path(folder))


def _take_out(archive: zipfile.ZipFile, folder: Path, passed_over: list[tuple[Path, str]]) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise ValueError(f"{archive.filename} holds {len(entries)} files: is it the right one?")
    total = 0
    for entry in entries:
        name = PurePosixPath(_name(entry))
        target = folder / name
        if entry.is_dir() or name.name.startswith(".") or "__MACOSX" in name.parts:
            continue
        reason = _refusal(entry, name) or ("it is there twice" if os.path.lexists(target) else "")
        if not reason and name.suffix in SUFFIXES:
            size, reason = _write(archive, entry, target)
            total += size
        if reason:
            passed_over.append((Path(printable(str(name))), reason))
        if total > MAX_TOTAL:
            raise ValueError(
                f"{archive.filename} unpacks to more than {MAX_TOTAL // 10**9} GB: no class hands"
                " in so much. Look at it before you go on"
            )


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; one that is not said to be UTF-8 often is."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAMES:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    return name.replace("\\", "/")


def _refusal(entry: zipfile.ZipInfo, name: PurePosixPath) -> str:
    """Say why an entry is not taken out, "" if nothing speaks against it."""
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        return "its path leads out of the zip"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link"
    if name.suffix.lower() == ".zip":
        return "it is a zip in the zip: unpack both, and grade the folder"
    if entry.flag_bits & _ENCRYPTED and name.suffix in SUFFIXES:
        return "it is encrypted: unpack the zip, and grade the folder"
    return ""


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> tuple[int, str]:
    """Take one file out, up to the size at which it is refused; return its size, or why not."""
    try:
        with archive.open(entry) as file:
            data = file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        return 0, f"it is damaged, or packed in a way of its own ({error})"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "xb") as out:
            out.write(data)
        moment = time.mktime((*entry.date_time, 0, 0, -1))
        os.utime(target, (moment, moment))
    except (FileExistsError, NotADirectoryError):
        return 0, "a file and a folder have this name"
    except (ValueError, OverflowError):
        pass  # a date that is none
    except OSError as error:
        if error.strerror and "name too long" in error.strerror.lower():
            return 0, "its name is too long"
        raise OSError(
            f"the zip cannot be unpacked ({error.strerror}): make room in the folder for temporary"
            " files, or unpack it yourself and grade the folder"
        ) from error
    return len(data), ""


def _inmost(folder: Path) -> Path:
    """Go into a folder that alone holds all the others, as who zips a folder gets one."""
    while True:
        entries = list(folder.iterdir())
        if len(entries) != 1 or not entries[0].is_dir() or origin(entries[0].name):
            return folder
        within = list(entries[0].iterdir())
        if not (any(path.is_dir() for path in within) or any(origin(p.stem) for p in within)):
            return folder
        folder = entries[0]
