"""Begin a topic of one's own: a solution, its spec and a short lecture, all of which run.

They come from the folder `templates`, where SLUG, TITLE and SECTION stand for the topic's own.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from course_lib.grading.generate import section
from course_lib.grading.places import teachers_course

TEMPLATES = Path(__file__).parent / "templates"
FILES = {
    "solution.ipynb": "solutions/{slug}.ipynb",
    "spec.py.txt": "solutions/{slug}_spec.py",
    "lecture.ipynb": "notebooks/{slug}.ipynb",
}
"""Each template, and the file that it becomes."""

_FORM = re.compile(r"\d\d(_\d)*(_[a-z][a-z0-9]*)+")
_NEXT = """
Make the rest of it, in this order, and see that it holds:

  make stubs SLUGS={slug}
  make notebooks NB="solutions/{slug}.ipynb notebooks/{slug}.ipynb"
  course check solutions/{slug}.ipynb
  course audit {slug}

Readers find it by a row in each of two maps. In README.md, under "The map":

  | {number} | [{title}](notebooks/{slug}.ipynb) | Which question does it answer? |

In notebooks/00_start_here.ipynb, in the cell "4. The map":

  | {number} | [{title}]({slug}.ipynb): which question? \
| [one function](../exercises/{slug}.ipynb) |

solutions/teaching/new_topic.md goes on from here, with a second function."""


def make_topic(slug: str, title: str, course: Path) -> list[Path]:
    """Write the three files of a new topic, all or none, and return their paths.

    Parameters
    ----------
    slug : str
        Its name, "08_my_topic": the number of a section, then words.
    title : str
        What its notebooks are called; made from the slug if it is empty.
    course : Path
        The course's folder, with `solutions/` and `notebooks/`.

    Raises
    ------
    ValueError
        If the slug has another form, or the title is more than a line.
    FileExistsError
        If there is a topic of that name or number.
    """
    if not _FORM.fullmatch(slug):
        raise ValueError(
            f"{slug!r} is no name for a topic: it is a number of two digits, sections below it,"
            " and words in small letters, joined by _ as in 08_my_topic or 03_4_7_my_topic"
        )
    title = title or title_of(slug)
    if not title.isprintable() or re.search(r'[\[\]|"\\`]', title):
        raise ValueError(f'the title {title!r} must be one line without [ ] | " \\ and `')
    _refuse_what_is_there(slug, course)
    words = {"SLUG": slug, "TITLE": title, "SECTION": section(slug)}
    texts = {
        course / place.format(slug=slug): _fill((TEMPLATES / name).read_text("utf-8"), words)
        for name, place in FILES.items()
    }
    return _write_all(texts)


def title_of(slug: str) -> str:
    """Return a title made of a slug's words: "My topic" of "08_my_topic"."""
    return re.sub(r"^(\d+_)+", "", slug).replace("_", " ").capitalize()


def _refuse_what_is_there(slug: str, course: Path) -> None:
    for place in (*FILES.values(), "exercises/{slug}.ipynb", "exercises/{slug}_cases.json"):
        file = place.format(slug=slug)
        if (course / file).exists():
            raise FileExistsError(
                f"{file} is there already, and nothing is written over it: take another name, or"
                " move away what belongs to the old topic"
            )
    for path in sorted((course / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        if section(path.stem) == section(slug):
            raise FileExistsError(
                f"{section(slug)} is the number of notebooks/{path.name}: take another for {slug}"
            )


def _fill(text: str, words: dict[str, str]) -> str:
    names = rf"(?<![A-Z])({'|'.join(words)})(?![A-Z])"  # SLUG in SLUG_spec.py, not in SLUGS
    return re.sub(names, lambda found: words[found[0]], text)


def _write_all(texts: dict[Path, str]) -> list[Path]:
    """Write new files; where one cannot be written, none is left."""
    written: list[Path] = []
    try:
        for path, text in texts.items():
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return written


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course new-topic`."""
    parser.add_argument("slug", metavar="SLUG", help="such as 08_my_topic")
    parser.add_argument("title", nargs="?", default="", metavar="TITLE", help='such as "My topic"')
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make a topic, and say what comes next."""
    course: Path = teachers_course()
    slug: str = arguments.slug
    for path in make_topic(slug, arguments.title, course):
        print(f"made {path.relative_to(course).as_posix()}")
    title = arguments.title or title_of(slug)
    print(_NEXT.format(slug=slug, title=title, number=section(slug)))
    return 0
