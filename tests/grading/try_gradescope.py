"""Gradescope's set-up as it stands, packages and all: `make try-gradescope`. Needs a network.

The daily tests run the same autograder with the Python that is there.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from grading.test_lms_gradescope import HOUSE, run

SLUGS = [path.stem for path in sorted((HOUSE / "solutions").glob("*.ipynb"))]


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    """The folder that Gradescope builds of the zip, all exercises in it."""
    root = tmp_path_factory.mktemp("image")
    zip_path = root / "autograder.zip"
    export = [sys.executable, "-m", "course_lib", "export-gradescope", zip_path]
    subprocess.run(export, cwd=HOUSE, check=True)
    with zipfile.ZipFile(zip_path) as archive:
        archive.extractall(root / "source")
    environment = {**os.environ, "AUTOGRADER_ROOT": str(root)}
    subprocess.run(["bash", root / "source/setup.sh"], env=environment, check=True)
    shutil.copy(root / "source/run_autograder", root)
    return root


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(("folder", "score"), [("solutions", 100), ("exercises", 0)])
def test_a_solution_has_full_marks_and_a_stub_none(image, slug, folder, score):
    config = {"exercises": [slug], "allow_unhardened": False}
    (image / "source/config.json").write_text(json.dumps(config))
    shutil.rmtree(image / "submission", ignore_errors=True)
    (image / "submission").mkdir()
    shutil.copy(HOUSE / folder / f"{slug}.ipynb", image / "submission")
    results, _ = run(image)
    assert results["score"] == score
    assert sum(test["max_score"] for test in results["tests"]) == 100
