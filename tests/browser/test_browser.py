"""Labs in JupyterLab, in a real browser: all of the library, and all lectures that have one.

One module, because a browser is started for a module: see `visit` in conftest.py.
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
LABS = sorted(name for name in widgets.__all__ if name.endswith("_lab"))
MAKE = {
    "network_lab": "network_lab(steps=20)",  # its learning rate is not seen at first
    "trainability_lab": "trainability_lab(resolution=128)",  # a quarter of the runs
}
MORE_AT_FIRST = ["batch_size_lab"]  # labs with a control that no lecture shows
UNSEEN = {"steps a picture"}  # sliders that change no still picture
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def set_ups_in(path):
    """The code of each lab in a notebook, as it is stored with the lab."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    labs = [cell for cell in cells if "widget" in cell["metadata"].get("tags", ())]
    return ["".join(lab["outputs"][0]["data"]["text/plain"]) for lab in labs]


SET_UPS = {path.name: set_ups_in(path) for path in sorted((HOUSE / "notebooks").glob("*.ipynb"))}
LECTURES = [name for name, set_ups in SET_UPS.items() if set_ups]


def write(path, *sources, tags=()):
    """Store a notebook of code cells with these tags."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    notebook.cells = [
        nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for source in sources
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
    kind = repr(lab).partition("(")[0]
    later = (shown(lab, code) for code in chain(*SET_UPS.values()) if code.startswith(f"{kind}("))
    return shown(lab, repr(lab)) - set().union(*later)


@pytest.fixture(scope="module")
def plain(visit, jupyterlab):
    """What is amiss in JupyterLab itself: in a notebook without a lab."""
    write(jupyterlab.root / "plain.ipynb", "1 + 1")
    with visit.notebook("plain.ipynb") as notebook:
        notebook.run_all()
        return violations(visit.page)


@pytest.fixture(scope="module", params=LECTURES)
def lecture(request, visit):
    """A lecture with its labs, which need the set-up and no other cell: nbval runs those."""
    visit.complaints.clear()
    with visit.notebook(f"notebooks/{request.param}") as notebook:
        notebook.run("setup", "widget")
        yield request.param.removesuffix(".ipynb"), notebook, notebook.labs()


@pytest.fixture(scope="module")
def notebook(visit, jupyterlab):
    """A notebook with every lab that there is, and the labs by name."""
    made = {name: MAKE.get(name, f"{name}()") for name in LABS}
    cells = [f"from course_lib.widgets import {name}\n\n{made[name]}" for name in LABS]
    write(jupyterlab.root / "labs.ipynb", *cells, tags=["widget"])
    visit.complaints.clear()
    with visit.notebook("labs.ipynb") as notebook:
        notebook.run_all()
        yield notebook, dict(zip(LABS, notebook.labs(), strict=True))


@pytest.fixture(params=LABS)
def lab(request, notebook):
    return notebook[1][request.param]


def test_the_first_notebook_runs_from_top_to_bottom(visit):
    visit.complaints.clear()
    with visit.notebook("notebooks/00_start_here.ipynb") as notebook:
        assert notebook.run_all()
        assert list(faults_of(notebook.cells())) == []
    assert visit.complaints == []


def test_the_labs_of_a_lecture_answer_once_it_is_set_up(lecture, artifacts, visit, plain):
    """One test, so that no two processes open the same lecture."""
    name, notebook, labs = lecture
    assert list(faults_of(notebook.cells("setup", "widget"))) == []
    assert len(labs) == len(SET_UPS[f"{name}.ipynb"])
    for number, lab in enumerate(labs, start=1):
        answers_keys(lab)
        answers_the_mouse(lab)
        lab.screenshot(artifacts / f"{name}-lab{number}.png")
    assert violations(visit.page) - plain == set()
    assert visit.complaints == []


def test_every_lab_starts_without_an_error(notebook):
    assert list(faults_of(notebook[0].cells())) == []


@pytest.mark.parametrize("lab", MORE_AT_FIRST, indirect=True)
def test_a_lab_with_a_slider_that_no_lecture_shows_answers_keys_and_mouse(lab, artifacts):
    answers_keys(lab)
    answers_the_mouse(lab)
    lab.screenshot(artifacts / f"{lab.set_up().partition('(')[0]}.png")


def test_lectures_show_what_the_other_labs_show_at_first():
    """So their sliders are moved there, and need not be moved here."""
    more = [name for name in LABS if made(MAKE.get(name, f"{name}()"), only_at_first)]
    assert more == MORE_AT_FIRST


def test_every_control_of_a_lab_is_reached_by_the_tab_key(lab):
    assert lab.comes_to_rest()
    assert set(lab.labels()) - {"Stop"} <= set(lab.controls_by_tab())


def test_while_a_slider_moves_the_last_value_wins_and_the_copied_set_up_has_it(lab):
    slider = lab.sliders()[0]
    slider.press("Home", *["ArrowRight"] * 12)
    assert lab.asks_for(slider.readout())
    copied = lab.copy()
    assert copied == lab.set_up()
    again, verdict = typed(copied)
    assert again == copied
    assert lab.says(verdict), f"{lab.verdict()}\nbut {verdict}"


def test_a_lab_fits_the_window_in_large_type_too(lab, artifacts):
    assert lab.too_wide() == []
    before = lab.fingerprint()
    lab.switch("large type")
    assert lab.changes_from(before)
    lab.screenshot(artifacts / f"{lab.set_up().partition('(')[0]}-large.png")
    assert lab.too_wide() == []
    lab.switch("large type")


def test_no_lab_brings_in_what_a_screen_reader_cannot_read(notebook, visit, plain):
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
