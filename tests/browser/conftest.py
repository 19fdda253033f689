"""One JupyterLab for each process that tests, and one browser for each module of tests."""

import os
import shutil
from pathlib import Path

import pytest
from browser.jupyterlab import find_browser, server
from browser.visit import visit_with

HOUSE = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def browser():
    """Where the browser is. Without one the labs cannot be tried."""
    path = find_browser()
    if path is None and os.environ.get("COURSE_BROWSER") == "required":
        pytest.fail("there is no Chromium, and COURSE_BROWSER=required asks for one")
    if path is None:
        pytest.skip("no Chromium on the PATH: install it (apt-get install chromium)")
    return path


@pytest.fixture(scope="module")
def jupyterlab(browser, tmp_path_factory):
    """A JupyterLab with a copy of the lectures; gone before tests that look for stray processes."""
    with server(tmp_path_factory.mktemp("jupyterlab"), forked=True) as running:
        shutil.copytree(HOUSE / "notebooks", running.root / "notebooks")
        yield running


@pytest.fixture(scope="module")
def visit(browser, jupyterlab):
    """A page of JupyterLab. Not for the session: beside Playwright's event loop others fail."""
    with visit_with(browser, jupyterlab) as visiting:
        yield visiting
        assert visiting.abroad == [], "a request left the machine"


@pytest.fixture
def photograph(request):
    """Keep a screenshot of a lab in $ARTIFACTS, if that is set."""
    folder = os.environ.get("ARTIFACTS")

    def keep(lab, name):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            number = request.node.callspec.indices["lab"]
            kind = lab.set_up().partition("(")[0]
            lab.screenshot(Path(folder, f"{name}-{number}-{kind}.png"))

    return keep
