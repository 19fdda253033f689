"""Run notebooks from top to bottom and store them in place, outputs and all.

``make notebooks`` runs this on every lecture; ``make notebooks NB=notebooks/03_3_gradients.ipynb``
on one. What a run leaves behind that is not a result (times, widget ids, the machine's Python)
is taken out, so a second run writes the same bytes and a difference in Git is a difference in a
result. A notebook in which a cell fails or warns is left as it was. A figure that README shows is
written to its file too.
"""

import argparse
import base64
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

SECONDS_PER_CELL = 60
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
PICTURES = {("03_4_1_learning_rate", "fig-bifurcation"): "figures/bifurcation.png"}
"""The figures that lie in a file beside their notebook too, for pages such as README."""
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class NotStoredError(Exception):
    """The notebook cannot be stored; the message says which cell and why."""


def store(path: Path) -> bool:
    """Run and store one notebook; True if its bytes changed."""
    before = path.read_bytes()
    notebook = load(path, before)
    run(notebook, path)
    tidy(notebook)
    after = (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode()
    if after != before:
        path.write_bytes(after)
    save_pictures(notebook, path)
    return after != before


def load(path: Path, raw: bytes) -> nbformat.NotebookNode:
    """Read a notebook; refuse a cell without an id, since nbformat would invent a random one."""
    contents = read_cells(path, raw)
    for number, cell in enumerate(contents["cells"]):
        if "id" not in cell:
            start = "".join(cell.get("source", ""))[:40]
            raise NotStoredError(f"{path}: cell {number} ({start!r}) has no id; give it one")
        cell.setdefault("metadata", {})
        if cell.get("cell_type") == "code":
            cell |= {"outputs": [], "execution_count": None}
    contents |= {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    try:
        notebook = nbformat.reads(json.dumps(contents), as_version=4)
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise NotStoredError(f"{path}: not a valid notebook: {error}") from None
    return notebook


def read_cells(path: Path, raw: bytes) -> dict[str, Any]:
    """Read JSON that has at least a list of cells."""
    try:
        contents = json.loads(raw)
    except ValueError as error:
        raise NotStoredError(f"{path}: not JSON: {error}") from None
    cells = contents.get("cells") if isinstance(contents, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotStoredError(f"{path}: not a valid notebook: it has no list of cells")
    return contents


def run(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Execute every cell in a fresh kernel of this very Python, in the notebook's own folder."""
    notebook.metadata["kernelspec"] = dict(KERNEL)
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL["name"],
        resources={"metadata": {"path": str(path.parent)}},
        timeout=SECONDS_PER_CELL,
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors only: no word about sockets
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotStoredError(f"{path}: not stored.\n{error}") from None
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                message = f"{path}: not stored. Cell {cell.id} warns:\n{output.text}"
                raise NotStoredError(message)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Keep results, tags and the kernel's name; drop what another run would write otherwise."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
    for cell in code_cells(notebook):
        cell.outputs = merge_streams(cell.outputs)
        for output in cell.outputs:
            if "data" in output:
                output.data.pop(WIDGET_VIEW, None)
                output.metadata = nbformat.NotebookNode()


def merge_streams(outputs: Sequence[Any]) -> list[Any]:
    """Join neighbouring pieces of one stream: where a kernel cuts it is chance."""
    merged: list[Any] = []
    for output in outputs:
        is_stream = output.output_type == "stream"
        if is_stream and merged and merged[-1].get("name") == output.name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def save_pictures(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write the figures that are shown elsewhere too."""
    for (name, identifier), file in PICTURES.items():
        cells = [cell for cell in notebook.cells if (path.stem, cell.id) == (name, identifier)]
        for cell in cells:
            html = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
            encoded = html.partition("data:image/png;base64,")[2].partition('"')[0]
            (path.parent / file).parent.mkdir(exist_ok=True)
            (path.parent / file).write_bytes(base64.b64decode(encoded))


def notebooks_in(paths: Sequence[Path]) -> list[Path]:
    """The notebooks named, and those directly in the folders named."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
    return found


def attempt(path: Path) -> str | None:
    """Store one notebook and say so; return the reason if it could not be stored."""
    try:
        changed = store(path)
    except (NotStoredError, OSError) as error:
        return str(error)
    print(f"{path}: {'stored' if changed else 'the same as before'}", flush=True)
    return None


def main() -> int:
    """Store every notebook named on the command line; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path, help="notebooks, or folders of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once")
    options = parser.parse_args()
    # The learner's rule for a plot backend is the notebook's; a test run's must not leak in.
    os.environ.pop("MPLBACKEND", None)
    with ProcessPoolExecutor(options.jobs) as pool:
        reasons = [reason for reason in pool.map(attempt, notebooks_in(options.paths)) if reason]
    for reason in reasons:
        print(reason, file=sys.stderr)
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
