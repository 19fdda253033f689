"""Write a file as a whole: what stands there stays until the new one is complete."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip of ours: the earliest there is."""

UNIX = 3


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, or leave the old one and no other.

    Raises
    ------
    OSError
        If it cannot be written, as on a full disk: the sentence says which file, and why.
    """
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OSError(
            f"{path} could not be written ({error.strerror or error}). What stood there before"
            " stands; make room or name another place, and give the same command again"
        ) from error


def write_zip(
    path: Path, files: Mapping[str, bytes], programs: frozenset[str] = frozenset()
) -> None:
    """Write files as a zip that is the same byte for byte on every machine.

    Their order is that of their names and their date a fixed one. They are stored as they are:
    what a compressor makes of them depends on its version.

    Parameters
    ----------
    path : Path
    files : mapping
        From the path within the zip to what stands there.
    programs : frozenset of str
        Those that may be executed.

    Raises
    ------
    OSError
        If it cannot be written: see `write_whole`.
    """
    draft = path.with_name(path.name + ".part.zip")
    try:
        with ZipFile(draft, "w", ZIP_STORED) as archive:
            for name in sorted(files):
                entry = ZipInfo(name, EPOCH)
                entry.create_system = UNIX
                entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
                archive.writestr(entry, files[name])
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OSError(
            f"{path} could not be written ({error.strerror or error}): make room or name another"
            " place, and give the same command again"
        ) from error
