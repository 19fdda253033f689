"""Write a file as a whole: what stands there stays until the new one is complete."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a file in a zip can have."""

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


def zipped(
    files: Mapping[str, bytes],
    programs: frozenset[str] = frozenset(),
    date: tuple[int, int, int, int, int, int] = EPOCH,
) -> bytes:
    """Return files as a zip that is the same byte for byte on every machine.

    They come in the order of their names, and are stored as they are: what a compressor makes of
    them depends on its version.

    Parameters
    ----------
    files : mapping
        From the path within the zip to what stands there.
    programs : frozenset of str
        Those that may be executed.
    date : tuple of int
        Of every file: year, month, day, hour, minute, second.
    """
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name in sorted(files):
            entry = ZipInfo(name, date)
            entry.create_system = UNIX
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, files[name])
    return packed.getvalue()
