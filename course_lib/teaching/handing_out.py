"""Write the students' copy: as a folder, anew or over an earlier one, and as a zip file."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from course_lib.grading.batch.whole_files import zipped
from course_lib.teaching.snapshot import File, Snapshot

MANIFEST = ".release.json"
"""In a copy: the commit, the topics, and the SHA-256 of every file as it was released."""

ZIP_FOLDER = "course"
"""The one folder in the zip file, whatever that is called."""

_FIRST_ZIP_DATE = 315532800  # 1980-01-01: the format knows nothing earlier


def with_manifest(copy: Snapshot, topics: Sequence[str] = ()) -> Snapshot:
    """Add the file that says what was released, for a teacher and for `--update`."""
    sums = {path: checksum(file.content) for path, file in copy.files.items()}
    said = {"commit": copy.commit, "topics": list(topics) or "all", "files": sums}
    manifest = File(f"{json.dumps(said, indent=1)}\n".encode())
    return copy._replace(files={MANIFEST: manifest, **copy.files})


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


def write_folder(copy: Snapshot, folder: Path, house: Path, *, update: bool = False) -> None:
    """Write the copy into a new or empty folder, or over an earlier copy.

    Everything is written to the same drive first, and moved when it is whole: where that fails,
    `folder` is as it was.

    Raises
    ------
    ValueError
        If `folder` is no place for it; the sentence says why, and what to do.
    OSError
        If it cannot be written.
    """
    obsolete = _obsolete(copy, folder, house, update=update)
    with _said_by_name(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        near = folder if folder.exists() else folder.parent  # a folder may be a drive of its own
        stage = Path(tempfile.mkdtemp(prefix=".release-", dir=near))
        try:
            for path, file in copy.files.items():
                _write(stage / path, file)
            for path in copy.files:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                os.replace(stage / path, folder / path)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        for path in obsolete:
            (folder / path).unlink()


def _obsolete(copy: Snapshot, folder: Path, house: Path, *, update: bool) -> list[str]:
    """Return what an earlier copy has and this one has not; refuse a folder that is no place."""
    if folder.resolve().is_relative_to(house.resolve()):
        outside = house.resolve().parent / "students"
        raise ValueError(f"{folder} lies inside the course; choose a place outside, as {outside}")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a new folder")
    there = {path.name for path in folder.iterdir()} - {".git"} if folder.exists() else set()
    if MANIFEST not in there:
        if update:
            raise ValueError(f"{folder} holds no earlier copy; leave --update out for a new one")
        if there:
            raise ValueError(f"{folder} is not empty; name a new folder, or empty this one")
        return []
    if not update:
        raise ValueError(f"{folder} holds an earlier copy; --update brings it up to date")
    return _unchanged(folder, copy)


def _unchanged(folder: Path, copy: Snapshot) -> list[str]:
    """Return what goes from an earlier copy, if nobody has worked in it."""
    try:
        sums: dict[str, str] = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
        assert all(isinstance(value, str) for value in sums.values())
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError):
        raise ValueError(f"{folder / MANIFEST} cannot be read; release into a new folder") from None
    there = [path for path in sums if (folder / path).is_file()]
    changed = [path for path in there if checksum((folder / path).read_bytes()) != sums[path]]
    strangers = [p for p in copy.files if p not in sums and p != MANIFEST and (folder / p).exists()]
    if changed or strangers:
        names = ", ".join([*changed, *strangers][:5])
        raise ValueError(
            f"somebody has worked in {folder}, and --update would overwrite it: {names}."
            " Move that away, or release into a new folder"
        )
    return [path for path in there if path not in copy.files]


def _write(path: Path, file: File) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.content)
    if file.executable:
        with suppress(PermissionError):  # a drive that knows no such rights
            path.chmod(path.stat().st_mode | 0o111)


def write_zip(copy: Snapshot, archive: Path) -> None:
    """Write the copy as a zip file: of one commit the same bytes, on every machine.

    Its files have the date of the commit. An earlier file of this name is replaced only by a whole
    one.

    Raises
    ------
    ValueError
        If `archive` is no place for a file.
    OSError
        If it cannot be written.
    """
    refuse_archive(archive)
    files = {f"{ZIP_FOLDER}/{path}": file.content for path, file in copy.files.items()}
    programs = {f"{ZIP_FOLDER}/{path}" for path, file in copy.files.items() if file.executable}
    date = time.gmtime(max(copy.seconds, _FIRST_ZIP_DATE))[:6]
    with _said_by_name(archive):
        handle, name = tempfile.mkstemp(prefix=".release-", dir=archive.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(zipped(files, frozenset(programs), date))
            with suppress(PermissionError):
                Path(name).chmod(0o644)
            os.replace(name, archive)
        finally:
            Path(name).unlink(missing_ok=True)


def refuse_archive(archive: Path) -> None:
    """Raise ValueError if `archive` is no place for a file."""
    if archive.is_dir():
        raise ValueError(f"{archive} is a folder; name a file, as {archive / 'course.zip'}")
    if not archive.parent.is_dir():
        raise ValueError(f"there is no folder {archive.parent} to write {archive.name} into")


@contextmanager
def _said_by_name(place: Path) -> Iterator[None]:
    """Say of a failed writing what could not be written, and that nothing was."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else (error.strerror or str(error))
        what = "make room, or choose another place" if full else "choose another place"
        message = f"{place} is not written: {why}; nothing there has changed. To go on, {what}"
        raise OSError(message) from error
