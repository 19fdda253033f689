"""Labs in JupyterLab, in a real browser: those of all lectures, and a lecture with its labs.

One module, because a browser is started for a module: see `visit` in conftest.py. All labs are in
one notebook, each after the set-up of its lecture, for that is all they need.
"""

import ast
import json
from itertools import chain
from pathlib import Path

import nbformat
import pytest
from browser.accessibility import violations
from browser.visit import made, typed

from course_lib import widgets
from course_lib.teaching.outline import Class, read_lecture
from course_lib.teaching.speaker import speakers_notebook

HOUSE = Path(__file__).parents[2]
LECTURE = "02_core_concepts"  # is run from top to bottom
MORE_AT_FIRST = ["batch_size_lab"]  # labs with a control that no lecture shows
SLOW = "trainability_lab(resolution=128)"  # is at work when the next key comes
AT_FIRST = {
    "network_lab": "network_lab(steps=20)",  # its learning rate is not seen at first
    "trainability_lab": "trainability_lab(resolution=64)",
}
FORGET = "%reset -f\n"  # so that no lab lives on the set-up of a lecture before its own
UNSEEN = {"steps a picture"}  # sliders that change no still picture
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def cells_of(path):
    """The set-up and the labs of a notebook, each as (tag, source, code of the lab)."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        tags = cell["metadata"].get("tags", ())
        if "setup" in tags:
            yield "setup", FORGET + "".join(cell["source"]), ""
        if "widget" in tags:
            stored = cell["outputs"][0]["data"]["text/plain"]
            yield "widget", "".join(cell["source"]), "".join(stored)


def kind(code):
    return code.partition("(")[0]


NOTEBOOKS = [list(cells_of(path)) for path in sorted((HOUSE / "notebooks").glob("*.ipynb"))]
LECTURES = [cells for cells in NOTEBOOKS if any(tag == "widget" for tag, *_ in cells)]
MORE = [
    ("widget", f"from course_lib.widgets import {kind(code)}\n\n{code}", code)
    for code in (*(f"{name}()" for name in MORE_AT_FIRST), SLOW)
]
SET_UPS = [code for _, _, code in chain(*LECTURES) if code]
LABS = [*SET_UPS, *(code for _, _, code in MORE)]
QUICK = [code for code in LABS if code != SLOW]
ONE_OF_EACH = {kind(code): code for code in LABS}


def write(path, cells):
    """Store a notebook of code cells, each (tag, source, ...)."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    notebook.cells = [
        nbformat.v4.new_code_cell(source, metadata={"tags": [tag]}) for tag, source, *_ in cells
    ]
    nbformat.write(notebook, path)


def faults_of(cells):
    """Say which cells failed, warned, or were not run."""
    for number, cell in enumerate(cells, start=1):
        if cell["count"] != number:
            yield f"cell {number} was not run in its turn: {cell['source'][:80]}"
        for output in cell["outputs"]:
            if output["output_type"] == "error" or output.get("name") == "stderr":
                yield f"cell {number}: {json.dumps(output)[:500]}"


def shown(lab, code):
    """The names of the controls that the lab shows when it is set up by the code."""
    typed_in = {
        word.arg: ast.literal_eval(word.value) for word in ast.parse(code).body[0].value.keywords
    }
    return set(lab.experiment.relevant(lab.settings | typed_in))


def only_at_first(lab):
    """The names of the controls that a new lab shows, and no lecture."""
    later = (shown(lab, code) for code in SET_UPS if kind(code) == kind(repr(lab)))
    return shown(lab, repr(lab)) - set().union(*later)


@pytest.fixture(scope="module")
def plain(visit, jupyterlab):
    """What is amiss in JupyterLab itself: in a notebook without a lab."""
    write(jupyterlab.root / "plain.ipynb", [("check", "1 + 1")])
    with visit.notebook("plain.ipynb") as notebook:
        notebook.run()
        return violations(visit.page)


@pytest.fixture(scope="module")
def notebook(visit, jupyterlab):
    """A notebook with every lab that there is, and the labs by the code that makes them."""
    write(jupyterlab.root / "labs.ipynb", chain(*LECTURES, MORE))
    visit.complaints.clear()
    with visit.notebook("labs.ipynb") as notebook:
        notebook.run()
        labs = notebook.labs()
        assert len(labs) == len(LABS), list(faults_of(notebook.cells()))
        yield notebook, dict(zip(LABS, labs, strict=True))


@pytest.fixture
def lab(request, notebook):
    lab = notebook[1][request.param]
    lab.come_into_view()
    return lab


every_set_up = pytest.mark.parametrize("lab", QUICK, indirect=True)
one_of_each = pytest.mark.parametrize("lab", ONE_OF_EACH.values(), indirect=True, ids=ONE_OF_EACH)


def test_every_lab_starts_without_an_error_once_its_lecture_is_set_up(notebook):
    assert list(faults_of(notebook[0].cells())) == []


@every_set_up
def test_a_lab_answers_keys_and_mouse(lab, photograph):
    answers_keys(lab)
    answers_the_mouse(lab)
    photograph(lab, "answers")


def test_lectures_show_what_their_labs_show_at_first():
    """So all sliders are moved: but for those of labs that are here once more, as they start."""
    labs = sorted(name for name in widgets.__all__ if name.endswith("_lab"))
    more = [name for name in labs if made(AT_FIRST.get(name, f"{name}()"), only_at_first)]
    assert more == MORE_AT_FIRST


@one_of_each
def test_every_control_of_a_lab_is_reached_by_the_tab_key(lab):
    assert lab.comes_to_rest()
    assert set(lab.labels()) - {"Stop"} <= set(lab.controls_by_tab())


@one_of_each
def test_while_a_slider_moves_the_last_value_wins_and_the_copied_set_up_has_it(lab):
    slider = lab.sliders()[0]
    slider.press("Home", *["ArrowRight"] * 12)
    assert lab.asks_for(slider.readout())
    copied = lab.copy()
    assert copied == lab.set_up()
    again, verdict = typed(copied)
    assert again == copied
    assert lab.says(verdict), f"{lab.verdict()}\nbut {verdict}"


@one_of_each
def test_a_lab_fits_the_window_in_large_type_too(lab, photograph):
    assert lab.too_wide() == []
    before = lab.fingerprint()
    lab.switch("large type")
    assert lab.changes_from(before)
    photograph(lab, "large")
    assert lab.too_wide() == []
    lab.switch("large type")


def test_no_lab_brings_in_what_a_screen_reader_cannot_read(notebook, visit, plain):
    assert violations(visit.page) - plain == set()
    assert visit.complaints == []


def test_a_lecture_runs_from_top_to_bottom_and_its_lab_answers(visit, plain):
    visit.complaints.clear()
    with visit.notebook(f"notebooks/{LECTURE}.ipynb") as notebook:
        notebook.run()
        assert list(faults_of(notebook.cells())) == []
        (lab,) = notebook.labs()
        answers_keys(lab)
        answers_the_mouse(lab)
        assert violations(visit.page) - plain == set()
    assert visit.complaints == []


def test_a_speakers_copy_shows_one_section_and_no_answer(visit, jupyterlab):
    copy = speakers_notebook(read_lecture(HOUSE, "03_3_gradients"), Class(40))
    (jupyterlab.root / "teach.ipynb").write_text(json.dumps(copy), "utf-8")
    shown = "panel => panel.content.widgets.filter(c => !c.isHidden).map(c => c.model.id)"
    with visit.notebook("teach.ipynb") as notebook:
        seen = notebook._panel.evaluate(shown)
        assert seen[seen.index("section-1") :][:6] == [
            *("section-1", "s1-to-the-letter-part-2", "s1-to-the-letter-part-3-ask"),
            *("s1-to-the-letter-part-3", "s1-to-the-letter-part-3-look", "section-2"),
        ]
        assert "s1-literal-steps" not in seen
        visit.page.evaluate("jupyterapp.commands.execute('notebook:expand-all-headings')")
        assert len(notebook._panel.evaluate(shown)) == len(copy["cells"])


def answers_keys(lab):
    sliders = lab.sliders()
    assert sliders != []
    for slider in sliders:
        if slider.label in UNSEEN:
            continue
        before = lab.fingerprint()
        slider.step()
        assert lab.changes_from(before), f"{slider.label} changes no picture"


def answers_the_mouse(lab):
    slider = lab.sliders()[0]
    readout, picture = slider.readout(), lab.fingerprint()
    slider.drag()
    assert slider.moves_from(readout), f"{slider.label} cannot be dragged"
    assert lab.changes_from(picture)
