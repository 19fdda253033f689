"""``course release DIR``: the students' copy, without answers, whole or week by week."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from course_lib.grading.places import SOLUTIONS, course_folders
from course_lib.grading.regions import cut
from course_lib.teaching.handing_out import (
    checksum,
    refuse_archive,
    with_manifest,
    write_folder,
    write_zip,
)
from course_lib.teaching.minutes import topics as lectures_in
from course_lib.teaching.snapshot import File, Snapshot, read_notebook, take
from course_lib.teaching.trim import trim, trim_notebook

FOR_STUDENTS = (
    *("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "requirements.txt"),
    *(".gitignore", ".gitattributes", ".binder", "notebooks", "exercises", "course_lib"),
)
"""What goes out. What is not named here stays: a new file of a teacher's cannot slip through."""

FIRST = "00_start_here"
"""The lecture that goes out with any topic."""

_STUB = re.compile(r'raise NotImplementedError\("Exercise [\w.]+: (\w+)"\)')


def students_copy(house: Path, topics: Iterable[str] = (), commit: str = "HEAD") -> Snapshot:
    """Return what students get.

    Parameters
    ----------
    house : Path
        The course's folder.
    topics : iterable of str
        The lectures to release, with their exercises; all by default.
    commit : str
        Which commit to release, in Git's notation.

    Raises
    ------
    ValueError
        If there is no such topic or commit, if an exercise holds more than stubs, or if this is a
        students' copy itself.
    """
    if not (house / SOLUTIONS).is_dir():
        raise ValueError(f"{house} has no solutions/: it is a students' copy itself; hand that out")
    taken = take(house, (*FOR_STUDENTS, SOLUTIONS), commit)
    solutions = {path: f for path, f in taken.files.items() if path.startswith(f"{SOLUTIONS}/")}
    files = {path: file for path, file in taken.files.items() if path not in solutions}
    asked = sorted(set(topics))
    chosen = _select(files, asked) if asked else files
    for path, file in chosen.items():
        _refuse_answers(path, file, solutions)
    return with_manifest(taken._replace(files=_trimmed(chosen)), asked)


def _slug(path: str) -> str:
    """Return the topic that a file belongs to, empty if to none."""
    found = re.match(r"(?:notebooks|exercises)/(\d\d_\w+?)(?:_cases)?\.\w+$", path)
    return found[1] if found else ""


def _select(files: dict[str, File], topics: list[str]) -> dict[str, File]:
    """Keep the topics, what belongs to no topic, and the cases that a page of these calls for."""
    known = sorted({_slug(path) for path in files} - {""})
    for topic in topics:
        if topic not in known:
            close = difflib.get_close_matches(topic, known, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise ValueError(f"there is no topic {topic!r}.{meant} There are: {', '.join(known)}")
    chosen = {p: file for p, file in files.items() if _slug(p) in {"", FIRST, *topics}}
    pages = [file.content.decode() for p, file in chosen.items() if p.endswith(".ipynb")]
    for slug in {slug for page in pages for slug in re.findall(r'\bexercise\(\\"(\w+)\\"\)', page)}:
        cases = f"{slug}_cases.json"  # beside the page: in exercises/, it would seem to be released
        if f"exercises/{cases}" in files and f"exercises/{cases}" not in chosen:
            chosen[f"notebooks/{cases}"] = files[f"exercises/{cases}"]
    return chosen


def _refuse_answers(path: str, file: File, solutions: dict[str, File]) -> None:
    """Compare an exercise, cell by cell, with its solution without the answers."""
    solution = solutions.get(f"{SOLUTIONS}/{Path(path).name}")
    if not path.startswith("exercises/") or not path.endswith(".ipynb"):
        return
    tasks = {} if solution is None else dict(_code_cells(path, solution))
    for identifier, source in _code_cells(path, file):
        stub = cut(tasks.get(identifier, ""), lambda name: f"raise NotImplementedError: {name}")
        if _STUB.sub(r"raise NotImplementedError: \1", source) != stub:
            raise ValueError(
                f"{path} is not released: its cell {identifier} is not what its solution leaves"
                f" for students. `course stubs {Path(path).stem}` makes the exercise anew"
            )


def _code_cells(path: str, file: File) -> Iterator[tuple[str, str]]:
    for cell in read_notebook(path, file.content)["cells"]:
        if cell["cell_type"] == "code":
            yield cell["id"], "".join(cell["source"])


def _trimmed(files: dict[str, File]) -> dict[str, File]:
    """Take teachers' parts and dead links out of every page."""
    folders = {parent.as_posix() for path in files for parent in Path(path).parents}

    def is_there(path: str) -> bool:
        return path in files or path in folders

    def page(path: str, file: File) -> File:
        if path.startswith("course_lib/"):  # it is read by programs, not from page to page
            return file
        if path.endswith(".md"):
            return file._replace(content=trim(file.content.decode(), path, is_there).encode())
        if path.endswith(".ipynb"):
            return file._replace(content=trim_notebook(file.content, path, is_there))
        return file

    return {path: page(path, files[path]) for path in sorted(files)}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course release`."""
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--zip", type=Path, metavar="FILE", help="the copy as a zip file")
    parser.add_argument(
        "--topics",
        metavar="SLUG,SLUG",
        help="such as 01_background,02_core_concepts: all that is released by now; by default all",
    )
    parser.add_argument("--commit", default="HEAD", help="what to release; the last by default")
    parser.add_argument(
        "--update", action="store_true", help="DIR holds an earlier copy: bring it up to date"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    folder, archive = arguments.folder, arguments.zip
    if folder is None and archive is None:
        raise ValueError("where to? Name a folder, or --zip FILE, or both")
    house = next((place for place in course_folders() if lectures_in(place)), None)
    if house is None:
        raise ValueError("there are no lectures here; call it from within the course's folder")
    topics = None if arguments.topics is None else arguments.topics.replace(",", " ").split()
    if topics == []:
        raise ValueError("--topics names no topic; leave it out to release all")
    if archive is not None:
        refuse_archive(archive)  # before a folder is written
    copy = students_copy(house, topics or (), arguments.commit)
    if folder is not None:
        write_folder(copy, folder, house, update=arguments.update)
    if archive is not None:
        write_zip(copy, archive)
    _say(copy, folder, archive)
    return 0


def _say(copy: Snapshot, folder: Path | None, archive: Path | None) -> None:
    """Print what went where, and what the teacher should know of it."""
    for remark in copy.remarks:
        print(f"Note: {remark}.")
    lectures = sum(bool(re.match(r"notebooks/\d.*\.ipynb", path)) for path in copy.files)
    tasks = sum(bool(re.match(r"exercises/\d.*\.ipynb", path)) for path in copy.files)
    source = f"commit {copy.commit[:10]}" if copy.commit else "the files here"
    counted = f"{_count(lectures, 'lecture')} and {_count(tasks, 'exercise')}"
    print(f"{counted} of {source}, without answers:")
    if folder is not None:
        print(f"  {folder}: {len(copy.files)} files")
    if archive is not None:
        content = archive.read_bytes()
        print(f"  {archive}: {len(content) / 1e6:.1f} MB, SHA-256 {checksum(content)}")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"
