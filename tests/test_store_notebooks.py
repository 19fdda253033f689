"""`make notebooks` stores a notebook as it ran, the same bytes every time, or not at all."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from store_notebooks import attempt, store

SCRIPT = Path(__file__).with_name("store_notebooks.py")

PLOT = """from IPython.display import HTML, display
display(HTML('<img alt="A rise." src="data:image/png;base64,iVBORw0KGgoAAAAN">'))"""
SLIDER = "import ipywidgets\nipywidgets.FloatSlider()"
PIECES = "import time\nprint(1, flush=True)\ntime.sleep(0.3)\nprint(2)"


def write(path, *cells):
    """Write a notebook as a person would, without what a run adds."""
    path.write_text(json.dumps({"cells": list(cells)}), "utf-8")
    return path


def code(identifier, source, **metadata):
    return {"cell_type": "code", "id": identifier, "source": source, "metadata": metadata}


def test_a_notebook_is_stored_with_its_results_and_nothing_of_the_machine(tmp_path):
    title = {"cell_type": "markdown", "id": "title", "source": "# Title", "metadata": {}}
    cells = [title, code("sum", "2 + 2", tags=["setup"], collapsed=True)]
    cells += [code("plot", PLOT), code("slider", SLIDER), code("pieces", PIECES), code("no", "")]
    path = write(tmp_path / "one.ipynb", *cells)
    assert store(path), "the file has changed"
    first = path.read_bytes()
    stored = json.loads(first)
    found = {cell["id"]: cell for cell in stored["cells"]}

    assert (stored["nbformat"], stored["nbformat_minor"]) == (4, 5)
    assert stored["metadata"]["language_info"] == {"name": "python"}
    assert set(stored["metadata"]) == {"kernelspec", "language_info"}
    assert list(found) == ["title", "sum", "plot", "slider", "pieces", "no"]
    counts = [found[name]["execution_count"] for name in list(found)[1:]]
    assert counts == [1, 2, 3, 4, None]
    assert found["sum"]["metadata"] == {"tags": ["setup"]}
    assert found["sum"]["outputs"][0]["data"] == {"text/plain": ["4"]}
    assert "A rise." in "".join(found["plot"]["outputs"][0]["data"]["text/html"])
    assert set(found["slider"]["outputs"][0]["data"]) == {"text/plain"}
    assert [output["text"] for output in found["pieces"]["outputs"]] == [["1\n", "2\n"]]

    assert not store(path)
    assert path.read_bytes() == first


def test_a_figure_that_a_page_shows_is_written_to_its_file(tmp_path):
    path = write(tmp_path / "03_4_1_learning_rate.ipynb", code("fig-bifurcation", PLOT))
    store(path)
    html = json.loads(path.read_bytes())["cells"][0]["outputs"][0]["data"]["text/html"]
    picture = (tmp_path / "figures" / "bifurcation.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert base64.b64encode(picture).decode() in "".join(html)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import warnings\nwarnings.warn('take care')", "Cell bad warns:"),
        ("import os\nos._exit(1)", "died"),
    ],
)
def test_a_notebook_whose_cell_fails_or_warns_is_left_as_it_was(tmp_path, source, says):
    bad = write(tmp_path / "bad.ipynb", code("bad", source))
    before = bad.read_bytes()
    assert says in attempt(bad)
    assert bad.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"cells": [{"cell_type": "code", "source": "2 + 2"}]}', "cell 0 ('2 + 2') has no id"),
        ('{"cells": [{"cell_type": "prose", "id": "a", "source": ""}]}', "not a valid notebook"),
        ('{"cells": [', "not JSON"),
        ("[]", "not a valid notebook"),
        ('{"cells": [1]}', "not a valid notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_in_a_sentence(tmp_path, text, says):
    path = tmp_path / "broken.ipynb"
    path.write_text(text, "utf-8")
    assert says in attempt(path)


def test_a_notebook_that_is_not_there_is_refused_in_a_sentence(tmp_path):
    assert "missing.ipynb" in attempt(tmp_path / "missing.ipynb")


def test_a_folder_stands_for_the_notebooks_in_it_and_one_failure_spoils_no_other(tmp_path):
    write(tmp_path / "bad.ipynb", code("bad", "1 / 0"))
    good = write(tmp_path / "good.ipynb", code("good", "print('here')"))
    command = [sys.executable, str(SCRIPT), str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "ZeroDivisionError" in ran.stderr
    assert "store_notebooks.py" not in ran.stderr, "no traceback of the script itself"
    assert json.loads(good.read_bytes())["cells"][0]["execution_count"] == 1
