"""What a test can hold of a notebook without running it; `make nbval` runs them all.

Each rule is a function that yields the faults it sees. It is tried on notebooks made to break it
and then on every notebook of the course. nbval 0.11 explains some rules: it accepts a notebook
that was never run, shows the value before a trailing `;`, takes what an Output widget holds for
the cell's own output, compares no image, and can be told by a comment to compare nothing.
"""

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest

HOUSE = Path(__file__).parents[1]
FOLDERS = ("notebooks", "exercises", "solutions")
TAGS = {
    *("setup", "claim", "predict", "verdict", "figure", "widget", "exercise", "check", "quiz"),
    "solution",  # of a cell that `course stubs` leaves out of the exercise
}
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CODE_LINES = 15

HAND_WRITTEN_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
MACHINE_MADE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
BELITTLING = re.compile(r"\b(simply|obviously|just)\b", re.IGNORECASE)
OF_ONE_MACHINE = re.compile(
    r"(/home/|/root/|/tmp/|/Users/|[A-Z]:\\Users|site-packages|\bat 0x[0-9a-f]+)"
)
UNCOMPARED = re.compile(r"\b(NBVAL_\w+|interact\w*\(|Output\()")
LINK = re.compile(r'(?<!\\)(!?)\[([^\]]*)\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)')
NOT_PROSE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)


class Notebook(NamedTuple):
    path: Path
    contents: dict[str, Any]

    @property
    def cells(self) -> list[dict[str, Any]]:
        return self.contents["cells"]

    @property
    def code(self) -> list[dict[str, Any]]:
        return [cell for cell in self.cells if cell["cell_type"] == "code" and source(cell).strip()]

    @property
    def markdown(self) -> list[dict[str, Any]]:
        return [cell for cell in self.cells if cell["cell_type"] == "markdown"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def displayed(output: dict[str, Any]) -> dict[str, str]:
    """What an output shows, by kind."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    return {kind: "".join(text) for kind, text in data.items() if isinstance(text, str | list)}


def prose(text: str) -> str:
    """Markdown without its code and its formulas."""
    return NOT_PROSE.sub(" ", text)


class Elements(HTMLParser):
    """The elements of a piece of HTML that point somewhere or show something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "img":
            self.images.append(found)
        if tag == "a" and found.get("href"):
            self.targets.append(found["href"] or "")
        self.anchors |= {found[key] or "" for key in ("id", "name") if key in found}


def form(notebook: Notebook) -> Iterator[str]:
    """It is nbformat 4.5 and carries the metadata that `make notebooks` gives it."""
    version = notebook.contents["nbformat"], notebook.contents["nbformat_minor"]
    if version != (4, 5):
        yield f"is nbformat {version}"
    if notebook.contents["metadata"] != METADATA:
        yield "has other metadata than `make notebooks` writes"
    for cell in notebook.cells:
        if set(cell["metadata"]) - {"tags"}:
            yield f"{cell['id']} has metadata beside its tags"


def start(notebook: Notebook) -> Iterator[str]:
    """It begins with its title, and has no second one."""
    titles = [cell["id"] for cell in notebook.markdown if source(cell).startswith("# ")]
    if titles != [notebook.cells[0]["id"]]:
        yield f"has its title in {titles}, not in its first cell alone"


def ids(notebook: Notebook) -> Iterator[str]:
    """Every cell has an id that a person gave it."""
    names = [cell.get("id", "") for cell in notebook.cells]
    yield from (f"id {name} twice" for name in sorted(set(names)) if names.count(name) > 1)
    for name in names:
        if not HAND_WRITTEN_ID.fullmatch(name) or MACHINE_MADE_ID.fullmatch(name):
            yield f"id {name!r} was not given by hand"


def tags(notebook: Notebook) -> Iterator[str]:
    """Its tags are from the closed list."""
    for cell in notebook.cells:
        unknown = set(cell["metadata"].get("tags", [])) - TAGS
        yield from (f"{cell['id']} has the unknown tag {tag}" for tag in sorted(unknown))


def stored_run(notebook: Notebook) -> Iterator[str]:
    """It was run once, from top to bottom, without an error or a warning."""
    counts = [cell["execution_count"] for cell in notebook.code]
    if counts != list(range(1, len(counts) + 1)):
        yield f"was stored with the execution counts {counts}"
    for cell in notebook.code:
        for output in cell["outputs"]:
            if output["output_type"] == "error" or output.get("name") == "stderr":
                yield f"{cell['id']} ends in an error or a warning"


def sameness(notebook: Notebook) -> Iterator[str]:
    """Its outputs are the same on every machine, and nbval can compare them."""
    for cell in notebook.code:
        if source(cell).rstrip().endswith(";"):
            yield f"{cell['id']} ends in ';', which nbval ignores"
        yield from (f"{cell['id']} has {word}" for word in UNCOMPARED.findall(source(cell)))
        for output in cell["outputs"]:
            for kind, text in displayed(output).items():
                if not kind.startswith("image/"):
                    found = OF_ONE_MACHINE.findall(text)
                    yield from (f"{cell['id']} shows {what}" for what in found)


def length(notebook: Notebook) -> Iterator[str]:
    """A code cell has at most 15 lines."""
    for cell in notebook.code:
        lines = len(source(cell).strip().splitlines())
        if lines > CODE_LINES:
            yield f"{cell['id']} has {lines} lines"


def tone(notebook: Notebook) -> Iterator[str]:
    """No word tells readers that what they find hard is easy."""
    for cell in notebook.markdown:
        found = BELITTLING.findall(prose(source(cell)))
        yield from (f"{cell['id']} says {word!r}" for word in found)


def alternative_text(notebook: Notebook) -> Iterator[str]:
    """Every picture says in words what it shows."""
    for cell in notebook.markdown:
        pictures = [text for mark, text, _ in LINK.findall(prose(source(cell))) if mark]
        images = [image.get("alt") or "" for image in Elements(source(cell)).images]
        if not all(text.strip() for text in [*pictures, *images]):
            yield f"{cell['id']} has a picture without alternative text"
    for cell in notebook.code:
        for output in cell["outputs"]:
            shown = displayed(output)
            if any(kind.startswith("image/") for kind in shown):
                yield f"{cell['id']} shows a bare image: use show(figure, alt=...)"
            for image in Elements(shown.get("text/html", "")).images:
                if not (image.get("alt") or "").strip():
                    yield f"{cell['id']} shows an <img> without alternative text"


def still_pictures(notebook: Notebook) -> Iterator[str]:
    """A figure of its default state stands in or after each lab, for those without a kernel."""
    for position, cell in enumerate(notebook.code):
        if "widget" in cell["metadata"].get("tags", []):
            near = notebook.code[position : position + 2]
            shown = [displayed(output) for cell in near for output in cell["outputs"]]
            if not any(Elements(kinds.get("text/html", "")).images for kinds in shown):
                yield f"{cell['id']} is a lab without a still picture"


def links(notebook: Notebook) -> Iterator[str]:
    """Every link inside the repository leads to something that a learner has."""
    for cell in notebook.markdown:
        for target in targets(source(cell)):
            if fault := broken(target, notebook.path):
                yield f"{cell['id']}: {fault}"


RULES: list[Callable[[Notebook], Iterator[str]]] = [
    *(form, start, ids, tags, stored_run, sameness, length, tone),
    *(alternative_text, still_pictures, links),
]


def targets(text: str) -> list[str]:
    """Where the links and pictures of a piece of Markdown point."""
    html = Elements(text)
    images = [image.get("src") or "" for image in html.images]
    return [target for _, _, target in LINK.findall(prose(text))] + html.targets + images


def broken(target: str, page: Path) -> str:
    """Say what is wrong with a link on a page; nothing if it is well or leads elsewhere."""
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return "" if target.startswith(("https:", "mailto:", "data:image/")) else f"link {target}"
    name, _, fragment = unquote(target).partition("#")
    path = (page.parent / name).resolve() if name else page
    if not path.is_relative_to(HOUSE) or not path.exists():
        return f"link {target} leads to nothing"
    top = path.relative_to(HOUSE).parts[:1]
    if page.parent.name in ("notebooks", "exercises") and top in {("solutions",), ("tests",)}:
        return f"link {target} leads to what a learner may not have"
    if fragment and fragment not in places(path):
        return f"link {target}: {path.name} has no such place"
    return ""


def places(path: Path) -> set[str]:
    """What a `#fragment` may name in a notebook or a Markdown file: headings, anchors, cells."""
    if path.suffix == ".ipynb":
        notebook = read(path)
        text = "\n".join(source(cell) for cell in notebook.markdown)
        found = {f"cell-id={cell['id']}" for cell in notebook.cells}
    else:
        text, found = path.read_text("utf-8"), set()
    for heading in re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE):
        found |= {heading.replace(" ", "-"), github_anchor(heading)}
    return found | Elements(text).anchors


def github_anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def read(path: Path) -> Notebook:
    return Notebook(path, json.loads(path.read_text("utf-8")))


def notebooks() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (HOUSE / folder).glob("*.ipynb"))


def name(value: object) -> str | None:
    if isinstance(value, Path):
        return str(value.relative_to(HOUSE))
    return getattr(value, "__name__", None)


@pytest.mark.parametrize("path", notebooks(), ids=name)
@pytest.mark.parametrize("rule", RULES, ids=name)
def test_a_notebook_keeps_the_rule(rule, path):
    assert list(rule(read(path))) == [], f"{rule.__doc__} {path.relative_to(HOUSE)}"


@pytest.mark.parametrize(
    "path", sorted([*HOUSE.glob("*.md"), *HOUSE.glob("solutions/teaching/*.md")]), ids=name
)
def test_the_links_of_a_page_lead_somewhere(path):
    faults = [broken(target, path) for target in targets(path.read_text("utf-8"))]
    assert [fault for fault in faults if fault] == []


# The rules themselves are tried on a notebook that keeps them all, and on ones that break one.


def markdown(text: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "some-text", "metadata": {}, "source": text} | more


def code(text: str, *outputs: dict[str, Any], count: int | None = 2, **more: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "some-code", "metadata": {}, "execution_count": count}
    return cell | {"source": text.splitlines(True), "outputs": list(outputs)} | more


def html(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": [text]}}


def printed(text: str, stream: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": stream, "text": [text]}


def made(*cells: dict[str, Any], **more: Any) -> Notebook:
    first = markdown("# A title\n\nAdjust. See [the map](../README.md).", id="title")
    second = code("2 + 2", printed("4\n"), count=1, id="sum")
    contents = {"nbformat": 4, "nbformat_minor": 5, "metadata": METADATA}
    path = HOUSE / "notebooks" / "made_up.ipynb"
    return Notebook(path, contents | {"cells": [first, second, *cells]} | more)


WIDGET = {"tags": ["widget"]}
BARE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBOR"}}
RAISED = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
BROKEN = [
    (form, made(nbformat_minor=4)),
    (form, made(metadata={"kernelspec": {"name": "mine"}})),
    (form, made(code("1", metadata={"execution": {"iopub.execute_input": "a time"}}))),
    (start, made(markdown("# A second title"))),
    (start, made(cells=[code("1", count=1), markdown("# A title")])),
    (ids, made(markdown("", id="sum"))),
    (ids, made(markdown("", id="a1b2c3d4"))),
    (ids, made(markdown("", id="0f8fad5b-d9cb-469f-a165-70867728950e"))),
    (ids, made(markdown("", id="Chain_Rule"))),
    (ids, made({"cell_type": "markdown", "metadata": {}, "source": ""})),
    (tags, made(markdown("", metadata={"tags": ["setup", "nbval-ignore-output"]}))),
    (stored_run, made(code("1", count=None))),
    (stored_run, made(code("1", count=1))),
    (stored_run, made(code("1", count=3))),
    (stored_run, made(code("1", RAISED))),
    (stored_run, made(code("1", printed("careful", "stderr")))),
    (sameness, made(code("x;\n"))),
    (sameness, made(code("# NBVAL_IGNORE_OUTPUT\nx"))),
    (sameness, made(code("interact(draw, rate=(0, 1))"))),
    (sameness, made(code("1", printed("/home/ada/course/notebooks")))),
    (sameness, made(code("1", html("&lt;object at 0x7f00aa&gt;")))),
    (length, made(code("x = 1\n" * 16))),
    (tone, made(markdown("It is simply a sum."))),
    (tone, made(markdown("Just add."))),
    (alternative_text, made(markdown("![](../README.md)"))),
    (alternative_text, made(markdown('<img src="../README.md">'))),
    (alternative_text, made(code("1", BARE))),
    (alternative_text, made(code("1", html('<p><img alt=" " src="data:,"></p>')))),
    (still_pictures, made(code("lab()", metadata=WIDGET), code("1", count=3, id="next"))),
    (links, made(markdown("[next](03_9_nowhere.ipynb)"))),
    (links, made(markdown("[far](../../outside.md)"))),
    (links, made(markdown("[answer](../solutions/)"))),
    (links, made(markdown("[below](../README.md#no-such-heading)"))),
    (links, made(markdown('<a href="nowhere.html">x</a>'))),
    (links, made(markdown("![a plot](figures/nothing.png)"))),
    (links, made(markdown("[plain](http://example.org)"))),
]


@pytest.mark.parametrize(("rule", "notebook"), BROKEN)
def test_a_rule_sees_what_breaks_it(rule, notebook):
    assert len(list(rule(notebook))) == 1
    others = [name(other) for other in RULES if other is not rule and list(other(notebook))]
    assert others == [], "a notebook that breaks one rule breaks another too"


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_a_rule_accepts_what_keeps_it(rule):
    figure = html('<img alt="The loss falls." src="data:image/png;base64,iVBOR">')
    notebook = made(
        code("lab()", printed("a lab"), metadata=WIDGET, id="lab"),
        code("show(figure, alt='The loss falls.')", figure, count=3, id="lab-still"),
        code("", count=None, id="empty"),
        markdown("`just` and $x[i](j)$, not links; [out](https://example.org) is one.", id="links"),
    )
    assert list(rule(notebook)) == []
