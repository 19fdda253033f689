"""The house stands as CONTRIBUTING.md draws it: who may import whom, and what lies where."""

import ast
import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

HOUSE = Path(__file__).parents[1]
LIBRARY = HOUSE / "course_lib"

# A module imports only from floors below its own, never from a neighbour.
FLOORS = (
    {"_arrays"},
    {
        *("activations", "losses", "schedules", "landscapes", "datasets", "initializers"),
        *("gradient_noise", "parallel"),
    },
    {"mlp", "transformations", "gradient_check", "curvature"},
    {"optimizers"},  # the top floor has three steps: a sweep trains, and training optimizes
    {"training"},
    {"sweep"},
)
ALL_FLOORS = set().union(*FLOORS)


class Room(NamedTuple):
    """What a part of the library may import: our own modules, and packages from elsewhere."""

    ours: set[str]
    packages: set[str]


ROOMS = {
    "__init__": Room(ALL_FLOORS, {"numpy"}),
    "symbolic": Room(set(), {"sympy"}),
    "plots": Room(set(), {"matplotlib", "numpy", "PIL", "IPython"}),  # PIL comes with matplotlib
    "widgets": Room(
        ALL_FLOORS | {"plots", "symbolic"}, {"ipywidgets", "traitlets", "IPython", "numpy"}
    ),
    # "": the library itself, which the sandbox asks where it lies; markupsafe comes with jinja2
    "grading": Room(
        {"_arrays", ""},
        {"numpy", "platformdirs", "distributed", "jinja2", "markupsafe", "tqdm"},
    ),
    # nbformat, nbconvert and their Pygments and traitlets come with jupyterlab
    "teaching": Room(
        {"grading"},
        {
            *("jinja2", "markupsafe", "jupyterlab", "nbformat", "nbconvert"),
            *("pygments", "traitlets", "latex2mathml"),
        },
    ),
    "__main__": Room(set(), set()),
    "doctor": Room({"grading"}, {"platformdirs", "jupyter_client"}),
}
for number, floor in enumerate(FLOORS):
    ROOMS |= dict.fromkeys(floor, Room(set().union(*FLOORS[:number]), {"numpy"}))

LECTURES = 19
PAGES = {"notation", "glossary"}  # in notebooks/, but no lectures
ENTRIES = {
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", ".gitignore", ".gitattributes"),
    *("requirements.txt", "pyproject.toml", "Makefile", ".ci", ".binder"),
    *("notebooks", "course_lib", "exercises", "solutions", "tests"),
}


def imported(source: str, package: str) -> Iterator[str]:
    """Every dotted name that a module of `package` imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = [*(parents if node.level else []), *([node.module] if node.module else [])]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def trespasses(room: str, source: str, package: str = "course_lib") -> list[str]:
    """Say which imports of a module in `room` the house does not allow."""
    found = []
    for name in imported(source, package):
        top, _, rest = name.partition(".")
        own = rest.split(".")[0]
        if top == "course_lib":
            allowed = own == room or own in ROOMS[room].ours
        else:
            allowed = top in sys.stdlib_module_names or top in ROOMS[room].packages
        if not allowed:
            found.append(f"{room} imports {name}")
    return found


def modules() -> list[Path]:
    return sorted(LIBRARY.rglob("*.py"))


def room_of(module: Path) -> str:
    return module.relative_to(LIBRARY).parts[0].removesuffix(".py")


def tracked(*folders: str) -> list[Path]:
    """Return the files that Git keeps, or would keep if they were added."""
    if not (HOUSE / ".git").exists():
        pytest.skip("this is no Git clone, so nothing says which files belong to it")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    return [Path(line) for line in listed.stdout.splitlines()]


def slugs(folder: str, ending: str = ".ipynb") -> set[str]:
    return {path.name.removesuffix(ending) for path in (HOUSE / folder).glob(f"*{ending}")}


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_imports_only_what_its_room_allows(module):
    room = room_of(module)
    assert room in ROOMS, f"{module.name} has no room: give it one here and in CONTRIBUTING.md"
    package = ".".join(module.parent.relative_to(HOUSE).parts)
    assert trespasses(room, module.read_text("utf-8"), package) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("losses", "from course_lib.mlp import MLP"),
        ("losses", "from course_lib import mlp"),
        ("losses", "from . import schedules"),
        ("losses", "from .schedules import cosine"),
        ("losses", "import course_lib"),
        ("losses", "def f():\n    import sympy"),
        ("_arrays", "from course_lib.losses import mse"),
        ("symbolic", "from course_lib.losses import mse"),
        ("symbolic", "import numpy as np"),
        ("plots", "from course_lib.losses import mse"),
        ("widgets", "import matplotlib.pyplot as plt"),
        ("widgets", "from course_lib.grading import check"),
        ("grading", "from course_lib.losses import mse"),
        ("grading", "import exercises"),
        ("mlp", "from solutions import answers"),
    ],
)
def test_a_forbidden_import_is_seen(room, source):
    assert len(trespasses(room, source)) == 1


def test_an_import_from_below_is_allowed():
    source = "import numpy as np\nfrom course_lib.losses import mse\nfrom ._arrays import Array\n"
    assert trespasses("mlp", source) == []
    assert trespasses("grading", "from ..values import Value", "course_lib.grading.sandbox") == []


def test_importing_the_library_loads_numpy_and_nothing_heavier():
    code = """
import sys
before = set(sys.modules)
import course_lib
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(new - sys.stdlib_module_names))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) - {"numpy"} == {"course_lib"}


def test_no_module_is_called_utils_or_helpers():
    names = {path.stem for path in [*modules(), *(HOUSE / "tests").rglob("*.py")]}
    assert not names & {"utils", "util", "helpers", "helper", "misc", "common"}


def test_the_top_level_holds_what_the_house_has_and_nothing_else():
    assert {path.parts[0] for path in tracked()} <= ENTRIES


def test_the_map_in_the_readme_links_every_lecture_and_names_those_to_come():
    text = (HOUSE / "README.md").read_text("utf-8")
    linked = set(re.findall(r"\(notebooks/(\w+)\.ipynb\)", text))
    assert linked == slugs("notebooks"), "every lecture has a row in README.md, under The map"
    to_come = set(re.findall(r"`(\d\d_\w+)`", text))
    assert len((linked - PAGES) | to_come) == LECTURES, "one more? Count it in LECTURES, above"
    assert not linked & to_come


def test_the_index_for_teachers_names_every_page():
    text = (HOUSE / "solutions" / "teaching" / "README.md").read_text("utf-8")
    pages = {path.name for path in (HOUSE / "solutions" / "teaching").glob("*.md")} - {"README.md"}
    assert {page for page in pages if page not in text} == set()


def test_a_picture_in_a_file_is_the_one_stored_in_a_lecture():
    stored = "".join(path.read_text("utf-8") for path in (HOUSE / "notebooks").glob("*.ipynb"))
    for picture in (HOUSE / "notebooks" / "figures").iterdir():
        encoded = base64.b64encode(picture.read_bytes()).decode()
        assert encoded in stored, f"{picture.name} is out of date: make notebooks writes it anew"


def test_exercise_lecture_solution_and_spec_come_together():
    exercises = slugs("exercises")
    assert slugs("solutions") == exercises
    assert slugs("solutions", "_spec.py") == exercises
    assert exercises <= slugs("notebooks")


def test_every_file_beside_an_exercise_belongs_to_one():
    for path in tracked("exercises", "solutions"):
        if path.parent.name == "teaching" and path.suffix == ".md":
            continue  # a page for teachers, of no one exercise
        stem = path.name.split(".")[0].removesuffix("_spec").removesuffix("_cases")
        assert stem in slugs("exercises"), f"{path} belongs to no exercise"
