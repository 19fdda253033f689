"""The command `course export-gradescope`: an autograder that Gradescope takes as it is.

The zip holds setup.sh, which Gradescope runs when it builds the image, run_autograder, which it
runs for each submission, and what they need: course_lib, the solutions and the specs. It is the
teacher's, and holds every answer. The same files give the same zip, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from course_lib.grading.batch.grade import read_seed
from course_lib.grading.batch.whole_files import write_whole, zipped
from course_lib.grading.lms.container import CONFIG, COURSE, SEED
from course_lib.grading.places import SOLUTIONS, teachers_course

PROGRAMS = ("setup.sh", "run_autograder")
LIBRARY = Path(__file__).parents[2]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course export-gradescope`."""
    add = parser.add_argument
    add("zip", type=Path, metavar="FILE.zip", help="where to write the autograder")
    add("--exercise", metavar="SLUG", action="append", help="this one alone; may be repeated")
    add("--seed", type=Path, metavar="FILE", help="a secret seed; else each image draws its own")
    add("--allow-unhardened", action="store_true", help="grade without isolation if there is none")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the zip."""
    course = teachers_course()
    slugs = _slugs(course / SOLUTIONS, arguments.exercise)
    files = autograder_files(course, slugs, allow_unhardened=arguments.allow_unhardened)
    if arguments.seed:
        files[SEED] = f"{read_seed(arguments.seed)}\n".encode()
    write_whole(arguments.zip, zipped(files, frozenset(PROGRAMS)))
    size = arguments.zip.stat().st_size / 1e6
    print(f"{arguments.zip}: {len(slugs)} exercises, {len(files)} files, {size:.1f} MB")
    print("It holds the solutions: upload it to Gradescope, and hand it to nobody else.")
    return 0


def autograder_files(
    course: Path, slugs: Sequence[str], *, allow_unhardened: bool = False
) -> dict[str, bytes]:
    """Return what the zip holds, by path.

    Parameters
    ----------
    course : Path
        The course's folder, with solutions/ and pyproject.toml.
    slugs : sequence of str
    allow_unhardened : bool
        Let it grade where there is no isolation.

    Raises
    ------
    ValueError, OSError
        If pyproject.toml does not say which packages are needed, or a file cannot be read.
    """
    templates = Path(__file__).parent / "templates"
    config = {"exercises": list(slugs), "allow_unhardened": allow_unhardened}
    files = {name: (templates / name).read_text("utf-8").encode() for name in PROGRAMS}
    files[CONFIG] = json.dumps(config, indent=1).encode() + b"\n"
    files["requirements.txt"] = "".join(f"{need}\n" for need in _needs(course)).encode()
    for path in sorted(LIBRARY.rglob("*")):
        within = path.relative_to(LIBRARY.parent)
        if path.is_file() and not any(part.startswith((".", "__py")) for part in within.parts):
            files[f"{COURSE}/{within.as_posix()}"] = path.read_bytes()
    for slug in slugs:
        for name in (f"{slug}.ipynb", f"{slug}_spec.py"):
            files[f"{COURSE}/{SOLUTIONS}/{name}"] = (course / SOLUTIONS / name).read_bytes()
    return files


def _needs(course: Path) -> list[str]:
    """Return the packages that course_lib needs, as pyproject.toml has them."""
    try:
        project = tomllib.loads((course / "pyproject.toml").read_text("utf-8"))["project"]
        return sorted(project["dependencies"])
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise ValueError(
            f"{course / 'pyproject.toml'} does not list the packages that the grader needs:"
            " work in a clone of the course"
        ) from error


def _slugs(solutions: Path, chosen: Sequence[str] | None) -> list[str]:
    there = sorted(path.name.removesuffix("_spec.py") for path in solutions.glob("*_spec.py"))
    if unknown := [slug for slug in chosen or () if slug not in there]:
        raise ValueError(f"no exercise {unknown[0]!r}: there are {', '.join(there) or 'none'}")
    return sorted(set(chosen)) if chosen else there
