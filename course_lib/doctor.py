"""``course doctor``: what is installed, what is missing, and how to mend it.

It must speak where nothing else does, so nothing that it imports at the top needs a package. It
reads the ranges of versions where they are written: in requirements.txt and in the package's own
metadata.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from course_lib.grading.places import course_folders

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)
INSTALL = "python -m pip install -r requirements.txt  (in the folder of the course)"


class Finding(NamedTuple):
    """One thing that was looked at: `mend` is empty where all is well."""

    what: str
    mend: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments beyond ``--help``."""
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Print every finding, then each remedy once; 0 only if there is nothing to mend."""
    findings = list(examine(course_folder()))
    for finding in findings:
        print(f"{'mend' if finding.mend else 'ok':6}{finding.what}")
    remedies = dict.fromkeys(finding.mend for finding in findings if finding.mend)
    print("\nTo mend it:" if remedies else "\nAll is well.")
    for remedy in remedies:
        print(f"  {remedy}")
    return 1 if remedies else 0


def examine(folder: Path | None) -> Iterator[Finding]:
    """Look at everything that the course needs, what others rest on first."""
    yield python(sys.version_info[:3])
    for name, bounds in requirements(folder).items():
        yield package(name, bounds)
    yield kernel()
    yield exercises(folder)
    yield data_folder()


def course_folder(start: Path | None = None) -> Path | None:
    """Find the folder of the course where the grader finds it, with its requirements."""
    for folder in course_folders(start):
        if (folder / "exercises").is_dir() and (folder / "requirements.txt").is_file():
            return folder
    return None


def python(version: tuple[int, ...]) -> Finding:
    """Compare the Python that runs with those that the course is tested on."""
    text = ".".join(map(str, version))
    tested = "{}.{} to {}.{}".format(*OLDEST_PYTHON, *NEWEST_PYTHON)
    if version[:2] < OLDEST_PYTHON:
        return Finding(f"Python {text} is too old", f"install Python {tested}")
    untried = "" if version[:2] <= NEWEST_PYTHON else f" (newer than those tested: {tested})"
    return Finding(f"Python {text} at {sys.executable}{untried}")


def requirements(folder: Path | None) -> dict[str, str]:
    """Read name and range of every package that a learner needs.

    Returns
    -------
    dict
        ``{"numpy": ">=2.1,<2.5", ...}``: the lines of requirements.txt, then what the installed
        package asks for itself. An extra is nothing that a learner needs.
    """
    lines = [] if folder is None else (folder / "requirements.txt").read_text("utf-8").splitlines()
    try:
        own = importlib.metadata.requires("course-lib") or []
    except importlib.metadata.PackageNotFoundError:
        own = []
    found = {"course-lib": ""}
    for line in [*lines, *(line for line in own if "extra ==" not in line)]:
        match = re.match(r"([A-Za-z][\w.-]*)\s*([<>=!~\d.,\s]*)", line)
        if match:
            found.setdefault(match[1], match[2].strip())
    return found


def package(name: str, bounds: str) -> Finding:
    """Compare the installed version of one package with its range."""
    needs = f" (the course needs {bounds})" if bounds else ""
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(f"{name} is not installed{needs}", INSTALL)
    if not within(version, bounds):
        return Finding(f"{name} {version} is outside the tested range{needs}", INSTALL)
    return Finding(f"{name} {version}")


def within(version: str, bounds: str) -> bool:
    """Tell whether a version lies in a range such as ``>=2.1,<2.5``."""
    number = _number(version)
    for sign, bound in re.findall(r"(>=|<)\s*([\d.]+)", bounds):
        if (number >= _number(bound)) != (sign == ">="):
            return False
    return True


def _number(version: str) -> tuple[int, ...]:
    """Turn ``"2.10.0rc1"`` into ``(2, 10)``: numbers compare, words and trailing zeros do not."""
    digits = re.match(r"\d+(\.\d+)*", version)
    parts = [int(part) for part in digits[0].split(".")] if digits else [0]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def kernel() -> Finding:
    """Ask Jupyter which Python the notebooks' kernel ``python3`` would start."""
    mend = "python -m ipykernel install --sys-prefix"
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return Finding("the notebooks' kernel: Jupyter is not installed", INSTALL)
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("the notebooks' kernel python3 is not installed", mend)
    if program.startswith("python") or Path(program).absolute() == Path(sys.executable).absolute():
        return Finding("the notebooks' kernel python3 runs this Python")
    return Finding(f"the notebooks' kernel python3 runs another Python: {program}", mend)


def exercises(folder: Path | None) -> Finding:
    """Count the exercises that lie beside the lectures."""
    if folder is None:
        return Finding("the folder of the course was not found", "run this in a clone of it")
    count = len(list((folder / "exercises").glob("*.ipynb")))
    if not count:
        return Finding(f"no exercise in {folder / 'exercises'}", "git checkout exercises")
    return Finding(f"{count} exercise notebook{'s' if count > 1 else ''} in {folder}")


def data_folder() -> Finding:
    """Write and remove a file where `progress` keeps, or will keep, what was solved."""
    try:
        import platformdirs
    except ImportError:
        return Finding("your data folder: platformdirs is not installed", INSTALL)
    folder = platformdirs.user_data_path("course-lib", appauthor=False)
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        tempfile.TemporaryFile(dir=nearest).close()
    except OSError as error:
        return Finding(f"your data folder cannot be written: {error}", f"make {nearest} writable")
    return Finding(f"your data folder {folder}")
