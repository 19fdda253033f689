"""No test of grading reads or writes the history of whoever runs it."""

import pytest

from course_lib.grading import progress


@pytest.fixture(autouse=True)
def history(tmp_path_factory, monkeypatch):
    """The file that this test's history lies in."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setattr(progress, "user_data_dir", lambda *_, **__: str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder / "progress.sqlite3"
