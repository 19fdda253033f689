"""What a newcomer meets first: the Makefile, `course`, and `course doctor`."""

import argparse
import os
import shutil
import stat
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from course_lib import __main__ as cli
from course_lib import doctor

HOUSE = Path(__file__).parents[1]


def course(*words, python=(), **more):
    command = [sys.executable, *python, "-m", "course_lib", *words]
    return subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, **more)


# --- course --------------------------------------------------------------------------------------


def register(monkeypatch, name, run):
    """Give `course` one more command, whose module lies nowhere on the disk."""
    module = types.ModuleType("made_up_command")
    module.configure = lambda parser: parser.set_defaults(run=run)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(cli.COMMANDS, name, cli.Command("made_up_command:configure", "a test"))


def test_a_command_is_one_line_in_the_table_and_returns_its_own_status(monkeypatch):
    register(monkeypatch, "made-up", lambda arguments: 7)
    assert cli.main(["made-up"]) == 7


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_can_be_configured_and_run(name):
    parser = argparse.ArgumentParser()
    cli._load(cli.COMMANDS[name].configure)(parser)
    assert callable(parser.get_default("run"))


def test_help_names_every_command_and_loads_none_of_them():
    code = "import sys, course_lib.__main__ as m\ntry: m.main(['--help'])\nexcept SystemExit: "
    code += "print('loaded', 'course_lib.grading' in sys.modules, 'numpy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HOUSE)
    assert all(name in ran.stdout for name in cli.COMMANDS)
    assert "loaded False" in ran.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["doctro"], "Did you mean `course doctor`?"),
        (["qqqq"], "there is no command 'qqqq'"),
        ([], "COMMAND"),
        (["doctor", "--nonsense"], "--nonsense"),
    ],
)
def test_words_that_make_no_sense_get_one_sentence_and_status_2(words, says):
    ran = course(*words)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert says in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize("error", [ValueError("no such exercise"), OSError("no such exercise")])
def test_bad_input_is_told_in_a_sentence_without_a_traceback(monkeypatch, capsys, error):
    def run(arguments):
        raise error

    register(monkeypatch, "made-up", run)
    assert cli.main(["made-up"]) == 2
    assert capsys.readouterr().err == "course made-up: no such exercise\n"
    with pytest.raises(type(error)):
        cli.main(["--traceback", "made-up"])


def test_a_missing_package_is_named_and_the_doctor_recommended(monkeypatch, capsys):
    def run(arguments):
        import no_such_package  # noqa: F401

    register(monkeypatch, "made-up", run)
    assert cli.main(["made-up"]) == 2
    assert "no_such_package is not installed. `course doctor`" in capsys.readouterr().err


def test_ctrl_c_ends_a_command_without_a_traceback(monkeypatch, capsys):
    def run(arguments):
        raise KeyboardInterrupt

    register(monkeypatch, "made-up", run)
    assert cli.main(["made-up"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_who_leaves_early_causes_no_traceback():
    with subprocess.Popen(
        [sys.executable, "-m", "course_lib", "doctor"],
        cwd=HOUSE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1, "not all was said, though all is well"


# --- course doctor -------------------------------------------------------------------------------


def test_the_doctor_finds_this_environment_well():
    ran = course("doctor")
    assert [line for line in ran.stdout.splitlines() if line.startswith("mend")] == []
    assert ran.returncode == 0
    assert ran.stdout.endswith("All is well.\n")


def test_the_doctor_speaks_where_no_package_is_installed():
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ran = course("doctor", python=["-S"], env=environment)  # -S: without site-packages
    assert ran.returncode == 1
    assert ran.stderr == ""
    assert "mend  numpy is not installed" in ran.stdout
    assert "pip install -r requirements.txt" in ran.stdout


def test_each_remedy_is_given_once(monkeypatch, capsys):
    broken = [doctor.Finding("a is not installed", "install"), doctor.Finding("b", "install")]
    monkeypatch.setattr(doctor, "examine", lambda folder: [doctor.Finding("c"), *broken])
    assert doctor.run(argparse.Namespace()) == 1
    assert capsys.readouterr().out.count("install\n") == 1


def test_the_doctor_looks_at_every_package_that_a_learner_needs():
    lines = (HOUSE / "requirements.txt").read_text("utf-8").splitlines()
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [line for line in lines if line[:1].isalpha()] + project["dependencies"]
    found = doctor.requirements(HOUSE)
    assert set(found) == {"course-lib"} | {Requirement(line).name for line in needed}
    for one in map(Requirement, needed):
        assert SpecifierSet(found[one.name]) == one.specifier


def test_what_the_library_needs_has_the_same_range_in_both_lists():
    bounds = doctor.requirements(HOUSE)["numpy"]
    metadata = doctor.requirements(None)["numpy"]
    assert SpecifierSet(bounds) == SpecifierSet(metadata)


versions = st.lists(st.integers(0, 20), min_size=1, max_size=4).map(
    lambda parts: ".".join(map(str, parts))
)


@given(versions, versions, versions)
@example("2", "2.0", "3")
@example("2.1.0", "2", "2.1")
def test_a_range_means_what_it_means_to_pip(version, low, high):
    bounds = f">={low},<{high}"
    assert doctor.within(version, bounds) == SpecifierSet(bounds).contains(version)


def test_a_package_outside_its_range_and_one_not_there_are_to_be_mended():
    assert doctor.package("pytest", ">=1") == (f"pytest {pytest.__version__}", "")
    assert "outside the tested range" in doctor.package("pytest", ">=2,<3").what
    assert doctor.package("pytest", ">=2,<3").mend
    assert doctor.package("no-such-package", ">=1").mend


@pytest.mark.parametrize(
    ("version", "well", "says"),
    [
        ((3, 10, 14), False, "too old"),
        ((3, 11, 0), True, "3.11.0"),
        ((3, 13, 9), True, "3.13.9"),
        ((3, 14, 0), True, "newer than those tested"),
    ],
)
def test_the_doctor_knows_the_pythons_that_the_course_is_tested_on(version, well, says):
    found = doctor.python(version)
    assert (found.mend == "") == well
    assert says in found.what
    assert ("newer" in found.what) == (version >= (3, 14))


def test_the_course_is_found_from_a_folder_inside_it_and_from_outside(tmp_path):
    assert doctor.course_folder(HOUSE / "course_lib" / "data") == HOUSE
    assert doctor.course_folder(tmp_path) == HOUSE
    (tmp_path / "exercises").mkdir()
    (tmp_path / "requirements.txt").touch()
    assert doctor.course_folder(tmp_path) == tmp_path


def test_missing_exercises_are_to_be_mended(tmp_path):
    (tmp_path / "exercises").mkdir()
    assert doctor.exercises(tmp_path).mend
    assert doctor.exercises(None).mend
    (tmp_path / "exercises" / "03_3_gradients.ipynb").touch()
    assert not doctor.exercises(tmp_path).mend


def test_a_data_folder_that_cannot_be_written_is_to_be_mended(monkeypatch, tmp_path):
    a_file = tmp_path / "a-file"
    a_file.touch()
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, **more: a_file)
    assert "cannot be written" in doctor.data_folder().what
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, **more: tmp_path / "new" / name)
    assert not doctor.data_folder().mend
    assert not (tmp_path / "new").exists(), "the doctor only looks"


def test_a_kernel_of_another_python_is_to_be_mended(monkeypatch, tmp_path):
    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(
        '{"argv": ["/elsewhere/bin/python"], "display_name": "x", "language": "python"}', "utf-8"
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert "/elsewhere/bin/python" in doctor.kernel().what
    assert doctor.kernel().mend


# --- the Makefile --------------------------------------------------------------------------------

RECORD = 'echo "$(basename "$0") $*" >> "$RECORD"\n'
MAKE_ENVIRONMENT = """case "$*" in *venv*) mkdir -p .venv/bin;
cp "$(dirname "$0")/recorder" .venv/bin/python; cp "$(dirname "$0")/recorder" .venv/bin/jupyter;;
esac
"""
SAY_VERSION = """case "$1" in -c) exec {python} -c "import sys; sys.version_info = {version}; $2";;
esac
"""


class Desk:
    """A machine with these programs on its PATH, and a fresh copy of the course's set-up files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for program in ("make", "sh", "env", "touch", "mkdir", "cp", "basename", "dirname"):
            (self.bin / program).symlink_to(str(shutil.which(program)))
        for file in ("Makefile", "requirements.txt", "pyproject.toml"):
            (folder / file).write_bytes((HOUSE / file).read_bytes())
        self.program("recorder", RECORD)

    def program(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + body, "utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def python(self, name: str, *version: int) -> None:
        """Put a Python on the PATH that takes itself for one of this version."""
        say = SAY_VERSION.format(python=sys.executable, version=version)
        self.program(name, say + RECORD + MAKE_ENVIRONMENT)

    def make(self, *words: str) -> tuple[subprocess.CompletedProcess, list[str]]:
        """Run make; return how it ended and what it called."""
        record = self.folder / "record"
        record.write_text("", "utf-8")
        environment = {"PATH": str(self.bin), "RECORD": str(record), "HOME": str(self.folder)}
        ran = subprocess.run(
            ["make", *words], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        return ran, record.read_text("utf-8").splitlines()


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_make_lab_installs_once_and_starts_at_once_the_second_time(desk):
    desk.python("python3", 3, 12, 1)
    desk.program("uv", RECORD + MAKE_ENVIRONMENT)
    _, first = desk.make("lab", "LAB_ARGS=--no-browser")
    assert [line.split()[:2] for line in first[:2]] == [["uv", "venv"], ["uv", "pip"]]
    assert first[-1] == "jupyter lab --notebook-dir=. --no-browser notebooks/00_start_here.ipynb"
    _, second = desk.make("lab")
    assert second == ["jupyter lab --notebook-dir=. notebooks/00_start_here.ipynb"]


@pytest.mark.parametrize("file", ["requirements.txt", "pyproject.toml"])
def test_a_changed_requirement_is_installed(desk, file):
    desk.python("python3", 3, 12, 1)
    desk.program("uv", RECORD + MAKE_ENVIRONMENT)
    desk.make("lab")
    later = (desk.folder / ".venv" / "learner.stamp").stat().st_mtime + 5
    os.utime(desk.folder / file, (later, later))
    assert any(line.startswith("uv pip install") for line in desk.make("lab")[1])


def test_without_uv_pip_installs(desk):
    desk.python("python3", 3, 11, 0)
    ran, calls = desk.make("lab")
    assert ran.returncode == 0
    assert calls[0] == "python3 -m venv .venv"
    assert calls[1].startswith("python -m pip install")
    assert calls[1].endswith("-r requirements.txt")


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0)])
def test_a_python_that_is_too_old_or_too_new_is_passed_over(desk, version):
    desk.python("python3", *version)
    desk.python("python3.12", 3, 12, 0)
    assert desk.make("lab")[1][0] == "python3.12 -m venv .venv"


def test_without_a_python_that_will_do_make_says_what_to_do(desk):
    desk.python("python3", 3, 9, 2)
    ran, calls = desk.make("lab")
    assert ran.returncode != 0
    assert "make lab PYTHON=" in ran.stdout
    assert calls == []


def test_an_installation_that_fails_is_tried_again(desk):
    desk.python("python3", 3, 12, 1)
    desk.program("uv", RECORD + MAKE_ENVIRONMENT + 'test "$1" = venv\n')
    assert desk.make("lab")[0].returncode != 0
    assert desk.make("lab")[1][0].startswith("uv venv")
