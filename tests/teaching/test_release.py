"""The students' copy: what is in it, that no answer is, and where it goes."""

import errno
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import pytest
from test_notebooks import targets

from course_lib.__main__ import main
from course_lib.grading.places import find_cases
from course_lib.teaching.handing_out import MANIFEST, write_folder, write_zip
from course_lib.teaching.release import FOR_STUDENTS, students_copy
from course_lib.teaching.snapshot import File, Snapshot, take
from course_lib.teaching.trim import trim

HOUSE = Path(__file__).parents[2]
FOR_TEACHERS = {"CONTRIBUTING.md", ".ci", "solutions", "tests"}
TOO_SHORT = 18  # `return x.sum()` tells nobody anything


@pytest.fixture(scope="module")
def whole() -> Snapshot:
    return students_copy(HOUSE)


@pytest.fixture(scope="module")
def solutions() -> Snapshot:
    """The solutions and specs; the pages beside them hold no answer."""
    taken = take(HOUSE, ["solutions"])
    pages = "solutions/teaching/"
    return taken._replace(files={p: f for p, f in taken.files.items() if not p.startswith(pages)})


def cells(content):
    return json.loads(content)["cells"]


def lines(text):
    stripped = (line.partition("  # ")[0].strip() for line in text.splitlines())
    return {line for line in stripped if len(line) >= TOO_SHORT and not line.startswith("#")}


def shown(content):
    """What the cells of a notebook have put out, but for pictures."""
    outputs = [output for cell in cells(content) for output in cell.get("outputs", ())]
    data = [text for output in outputs for text in output.get("data", {}).values()]
    data += [output.get("text", "") for output in outputs]
    text = "\n".join("".join(part) for part in data if isinstance(part, str | list))
    return re.sub(r"data:image/png;base64,[\w+/=]+", "", text)


def sources(content, kind="code"):
    return "\n".join("".join(c["source"]) for c in cells(content) if c["cell_type"] == kind)


def readable(path, file):
    """What a student can read in a file: source and outputs of a notebook, otherwise its text."""
    if path.endswith("_cases.json"):
        return "\n".join(without_hints(json.loads(file.content)))
    if not path.endswith(".ipynb"):
        return file.content.decode("utf-8", errors="ignore")
    kinds = (sources(file.content, kind) for kind in ("code", "markdown"))
    return "\n".join([*kinds, shown(file.content)])


def without_hints(data):
    """The words in a file of cases, but for the hints and sentences that are there to be read."""
    if isinstance(data, str):
        yield data
    for key, value in data.items() if isinstance(data, dict) else ():
        yield from () if key in ("hints", "sentence") else without_hints(value)
    for value in data if isinstance(data, list) else ():
        yield from without_hints(value)


def is_open(path):
    """Whether a file holds what every learner is to read: the library and the lectures."""
    return path.startswith(("course_lib/", "notebooks/"))


@pytest.fixture(scope="module")
def secrets(whole, solutions):
    """The lines that only an answer holds: no lecture, task or library has them."""
    found, stated = set(), set()
    for path, file in solutions.files.items():
        if path.endswith("_spec.py"):
            spec = lines(file.content.decode())
            found |= {line for line in spec if re.search(r"^def _|\blambda [\w, *]*:", line)}
            continue
        code = sources(file.content)
        task, *answers = re.split(r"### BEGIN SOLUTION\n", code)
        for answer, _, more in (part.partition("### END SOLUTION") for part in answers):
            found |= lines(answer)
            stated |= lines(more)
        stated |= lines(task)
        found |= lines(shown(file.content))
    for path, file in whole.files.items():
        if is_open(path):
            stated |= lines(readable(path, file))
    found -= stated
    assert len(found) > 500, "the search knows too few answers to mean anything"
    return found


def given_away(files, secrets):
    """Which lines of answers files give away."""
    texts = [(path, readable(path, f)) for path, f in files.items() if not is_open(path)]
    return {(path, line) for path, text in texts for line in secrets if line in text}


def test_no_answer_is_in_the_copy(whole, secrets):
    assert given_away(whole.files, secrets) == set()


def test_nothing_of_the_teachers_is_in_the_copy(whole, solutions):
    assert {path.split("/")[0] for path in whole.files} == {*FOR_STUDENTS, MANIFEST}
    specs = {PurePosixPath(path).name for path in solutions.files if path.endswith("_spec.py")}
    assert {PurePosixPath(path).name for path in whole.files} & specs == set()
    assert len(specs) > 10
    pages = [file.content for path, file in whole.files.items() if path.endswith(".md")]
    assert b"for teachers" not in b"".join(pages)


@pytest.mark.parametrize(
    "leak",
    [
        lambda solution, spec: solution.content,
        lambda solution, spec: spec.content,
        lambda solution, spec: (
            b"    " + max(lines(sources(solution.content).split("BEGIN")[1]), key=len).encode()
        ),
        lambda solution, spec: (
            b'{"cells": [%s]}'
            % b",".join(
                json.dumps(cell).encode() for cell in cells(solution.content) if cell.get("outputs")
            )
        ),
    ],
    ids=["a solution", "a spec", "one line", "outputs"],
)
def test_an_answer_that_slips_into_the_copy_is_found(solutions, secrets, leak):
    slug = "solutions/03_3_gradients"
    leaked = leak(solutions.files[f"{slug}.ipynb"], solutions.files[f"{slug}_spec.py"])
    name = "exercises/a.ipynb" if leaked.startswith(b"{") else "README.md"
    assert given_away({name: File(leaked)}, secrets)


def test_every_entry_of_the_top_level_is_for_students_or_for_teachers():
    if not (HOUSE / ".git").exists():
        pytest.skip("this is no Git clone, so nothing says which files belong to it")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    assert {Path(line).parts[0] for line in listed.stdout.splitlines()} <= {
        *FOR_STUDENTS,
        *FOR_TEACHERS,
    }


def dead_links(copy):
    there = {*copy, *(str(parent) for path in copy for parent in PurePosixPath(path).parents)}
    for path, file in copy.items():
        if path.startswith("course_lib/"):
            continue
        if path.endswith(".md"):
            texts = [file.content.decode()]
        elif path.endswith(".ipynb"):
            texts = ["".join(c["source"]) for c in cells(file.content) if c["cell_type"] != "code"]
        else:
            continue
        for target in (target for text in texts for target in targets(text)):
            name = unquote(target.partition("#")[0])
            place = os.path.normpath(PurePosixPath(path).parent / name)
            if name and ":" not in name and place not in there:
                yield path, target


@pytest.mark.parametrize("topics", [(), ("01_background",), ("03_3_gradients", "06_questions")])
def test_no_link_of_the_copy_is_dead(whole, topics):
    copy = students_copy(HOUSE, topics) if topics else whole
    assert list(dead_links(copy.files)) == []


def test_a_topic_is_released_with_its_exercise_and_the_pages_for_all(tmp_path):
    copy = students_copy(HOUSE, ["02_core_concepts", "01_background"])
    names = [p for p in copy.files if p.startswith(("notebooks/", "exercises/"))]
    assert {PurePosixPath(p).stem for p in names if p.startswith("exercises/")} == {
        *("01_background", "01_background_cases", "02_core_concepts", "02_core_concepts_cases")
    }
    assert {PurePosixPath(p).stem for p in names if p.endswith(".ipynb")} == {
        *("00_start_here", "01_background", "02_core_concepts", "notation", "glossary")
    }
    readme = copy.files["README.md"].content.decode()
    assert "(notebooks/02_core_concepts.ipynb)" in readme
    assert "| 3.3 | Gradients |" in readme
    assert "*What has no link is not released yet.*" in readme


def test_a_page_finds_the_cases_it_calls_for_though_their_exercise_is_not_released(tmp_path):
    copy = students_copy(HOUSE, ["01_background"])
    write_folder(copy, tmp_path / "copy", HOUSE)
    for page in (tmp_path / "copy").glob("*s/*.ipynb"):
        for slug in re.findall(r'\bexercise\("(\w+)"\)', sources(page.read_bytes())):
            assert find_cases(slug, page.parent).is_relative_to(tmp_path / "copy")


def test_make_test_in_a_copy_runs_its_notebooks_and_nothing_that_it_lacks(tmp_path):
    copy, venv = tmp_path / "copy", tmp_path / "venv"
    write_folder(students_copy(HOUSE, ["01_background"]), copy, HOUSE)
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', "utf-8")
    (venv / "bin" / "python").chmod(0o755)
    (venv / "learner.stamp").touch()
    for lecture in (copy / "notebooks").glob("*.ipynb"):  # one exercise's time is enough
        lecture.unlink()
    own = {"HOME": str(tmp_path), "PYTHONPATH": str(copy)}
    ran = subprocess.run(
        ["make", "test", f"VENV={venv}"],
        cwd=copy,
        env={**os.environ, **own, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "exercises/01_background.ipynb" in ran.stdout
    assert "notebooks exercises\n" in ran.stdout
    assert not any(word in ran.stdout for word in ("ruff", "mypy", "solutions", "skipped"))


# --- a course of two topics, made up, where things go wrong ---------------------------------------


def notebook(*found):
    """A notebook of cells, each `id: source`; Markdown where it does not look like Python."""
    made = []
    for number, source in enumerate(found):
        kind = "code" if re.match(r"def |check", source) else "markdown"
        cell = {"cell_type": kind, "id": f"c{number}", "metadata": {}, "source": source}
        made.append(cell | ({"outputs": [], "execution_count": 1} if kind == "code" else {}))
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


ANSWER = "def f(x):\n    ### BEGIN SOLUTION\n    return x.cumsum()[::-1]\n    ### END SOLUTION\n"
STUB = 'def f(x):\n    raise NotImplementedError("Exercise 1.1: f")\n'


@pytest.fixture
def house(tmp_path):
    """A course in a Git clone, all of it committed."""
    files = {
        "README.md": "[one](notebooks/01_one.ipynb)\n<!-- for teachers -->\nkeys\n<!-- end -->\n",
        "notebooks/00_start_here.ipynb": notebook("| [two](02_two.ipynb) |\n", "[r](../README.md)"),
        "notebooks/01_one.ipynb": notebook("**Next:** [two](02_two.ipynb), `[a](b)` $x[i](j)$"),
        "notebooks/02_two.ipynb": notebook("two"),
        "exercises/01_one.ipynb": notebook("task", STUB),
        "exercises/01_one_cases.json": "{}",
        "solutions/01_one.ipynb": notebook("task", ANSWER),
        "solutions/teaching/README.md": "for me",
        ".binder/postBuild": "#!/bin/sh\n",
    }
    place = tmp_path / "house"
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, "utf-8")
    (place / ".binder/postBuild").chmod(0o755)
    git(place, "init", "--quiet")
    commit(place)
    return place


def git(place, *words, date="2024-03-01T12:34:56+08:00"):
    who = {f"GIT_{role}_{what}": "T" for role in ("AUTHOR", "COMMITTER") for what in ("NAME",)}
    who |= {f"GIT_{role}_EMAIL": "t@example.org" for role in ("AUTHOR", "COMMITTER")}
    who |= {f"GIT_{role}_DATE": date for role in ("AUTHOR", "COMMITTER")}
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *words], cwd=place, env=os.environ | own | who, check=True)


def commit(place, **more):
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "-m", "x", **more)


def release(house, monkeypatch, *words):
    monkeypatch.chdir(house)
    return main(["release", *map(str, words)])


def everything(folder):
    """Every file below a folder, with its bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_folder_and_zip_hold_the_same(house, monkeypatch, capsys, tmp_path):
    there, packed = tmp_path / "new" / "copy", tmp_path / "copy.zip"
    assert release(house, monkeypatch, there, "--zip", packed) == 0
    said = capsys.readouterr().out
    assert "3 lectures and 1 exercise of commit" in said
    assert hashlib.sha256(packed.read_bytes()).hexdigest() in said
    assert "Note" not in said
    with zipfile.ZipFile(packed) as archive:
        assert {f"course/{path}": content for path, content in everything(there).items()} == {
            name: archive.read(name) for name in archive.namelist()
        }
        rights = {name: archive.getinfo(name).external_attr >> 16 for name in archive.namelist()}
    assert rights["course/.binder/postBuild"] == 0o100755
    assert rights["course/README.md"] == 0o100644
    assert os.access(there / ".binder/postBuild", os.X_OK)
    assert not (there / "README.md").stat().st_mode & 0o111


def test_the_zip_of_a_commit_is_the_same_byte_for_byte_from_any_clone(house, monkeypatch, tmp_path):
    git(house, "clone", "--quiet", str(house), str(tmp_path / "clone"))
    shutil.copytree(house, tmp_path / "later")
    (tmp_path / "later" / "README.md").write_text("changed since", "utf-8")
    first, second, third = (tmp_path / f"{n}.zip" for n in "123")
    release(house, monkeypatch, "--zip", first)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text(
        "[core]\nautocrlf = true\n[tar]\numask = 0077\n[safe]\ndirectory = *\n", "utf-8"
    )
    release(tmp_path / "clone", monkeypatch, "--zip", second)
    release(tmp_path / "later", monkeypatch, "--zip", third)
    monkeypatch.undo()
    time.tzset()
    assert first.read_bytes() == second.read_bytes() == third.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {entry.date_time for entry in archive.infolist()} == {(2024, 3, 1, 4, 34, 56)}
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_an_earlier_commit_can_be_released_again(house, monkeypatch, tmp_path):
    first, again = tmp_path / "1.zip", tmp_path / "2.zip"
    release(house, monkeypatch, "--zip", first)
    (house / "README.md").write_text("more", "utf-8")
    commit(house, date="2024-04-01T00:00:00Z")
    release(house, monkeypatch, "--zip", again)
    assert again.read_bytes() != first.read_bytes()
    release(house, monkeypatch, "--zip", again, "--commit", "HEAD~1")
    assert again.read_bytes() == first.read_bytes()


def test_what_git_does_not_keep_stays_and_what_is_not_committed_is_said(
    house, monkeypatch, capsys, tmp_path
):
    (house / "notebooks/grades.db.seed").write_text("secret", "utf-8")
    (house / "README.md").write_text("not committed", "utf-8")
    assert release(house, monkeypatch, tmp_path / "copy") == 0
    files = everything(tmp_path / "copy")
    assert "notebooks/grades.db.seed" not in files
    assert files["README.md"] == b"[one](notebooks/01_one.ipynb)\n"
    said = capsys.readouterr().out
    assert "these changes are not: README.md, notebooks/grades.db.seed" in said


def test_without_git_the_files_go_as_they_lie_here_and_that_is_said(
    house, monkeypatch, capsys, tmp_path
):
    shutil.rmtree(house / ".git")
    for left in ("notebooks/.ipynb_checkpoints/a.ipynb", "notebooks/__pycache__/a.pyc"):
        (house / left).parent.mkdir()
        (house / left).write_text("left behind", "utf-8")
    (house / "notes.txt").write_text("mine", "utf-8")
    (house / "notebooks/link.txt").symlink_to("/etc/hostname")
    assert release(house, monkeypatch, tmp_path / "copy", "--topics", "01_one") == 0
    assert "Note: this is no Git clone" in capsys.readouterr().out
    assert set(everything(tmp_path / "copy")) == {
        *(MANIFEST, "README.md", "notebooks/00_start_here.ipynb", "notebooks/01_one.ipynb"),
        *("exercises/01_one.ipynb", "exercises/01_one_cases.json", ".binder/postBuild"),
    }
    assert release(house, monkeypatch, tmp_path / "b", "--commit", "v1") == 2
    assert "without Git there are no commits" in capsys.readouterr().err


def test_a_copy_inside_another_repository_counts_as_without_git(house, tmp_path):
    shutil.rmtree(house / ".git")
    git(tmp_path, "init", "--quiet")
    assert "Git does not keep this folder" in take(house, ["README.md"]).remarks[0]


def test_dead_links_become_text_and_formulas_stay(house):
    copy = students_copy(house, ["01_one"])
    start, one = (copy.files[f"notebooks/{p}.ipynb"].content for p in ("00_start_here", "01_one"))
    assert sources(start, "markdown") == (
        "| two |\n\n*What has no link is not released yet.*\n\n[r](../README.md)"
    )
    assert sources(one, "markdown") == "**Next:** two (not released yet), `[a](b)` $x[i](j)$"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a](there.md#x)", "[a](there.md#x)"),
        ("[a](gone.md) and [b [c]](gone.md#x)", "a and b [c]"),
        ("![a picture](gone.png)", "a picture"),
        ("[a](https://x.org/gone.md) [b](#gone) [c](mailto:x@y.org)", None),
        ("[two\nlines](gone.md)", "two\nlines"),
        ("```\n[a](gone.md)\n```", None),
        ("[a](folder/) [b](sub%20folder/x.md)", None),
        ("| [a](there.md) |\n| b |\n", None),
        ("| [a](gone.md) |\n\nb", "| a |\n\n*What has no link is not released yet.*\n\nb"),
        ("a<!-- for teachers -->, b<!-- end -->.", "a."),
    ],
)
def test_a_page_loses_what_would_be_dead(before, after):
    there = {"there.md", "folder", "sub folder/x.md"}
    assert trim(before, "page.md", there.__contains__) == (before if after is None else after)


@pytest.mark.parametrize(
    "solved",
    [
        notebook("task", ANSWER),
        notebook("task", ANSWER.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "")),
        notebook("task", STUB, "def g(x):\n    return x.cumsum()[::-1]\n"),
    ],
)
def test_an_exercise_that_somebody_solved_is_not_released(
    house, monkeypatch, capsys, tmp_path, solved
):
    (house / "exercises/01_one.ipynb").write_text(solved, "utf-8")
    commit(house)
    assert release(house, monkeypatch, tmp_path / "copy") == 2
    said = capsys.readouterr().err
    assert "exercises/01_one.ipynb is not released: its cell c" in said
    assert "`course stubs 01_one`" in said
    assert not (tmp_path / "copy").exists()


# --- where it goes --------------------------------------------------------------------------------


def test_an_update_brings_new_topics_and_takes_away_what_is_no_more(house, monkeypatch, tmp_path):
    there = tmp_path / "copy"
    (there / ".git").mkdir(parents=True)
    release(house, monkeypatch, there, "--topics", "02_two")
    (there / "my_notes.txt").write_text("mine", "utf-8")
    assert release(house, monkeypatch, there, "--topics", "01_one", "--update") == 0
    files = everything(there)
    assert "notebooks/02_two.ipynb" not in files
    assert "exercises/01_one.ipynb" in files
    assert files["my_notes.txt"] == b"mine"
    assert json.loads(files[MANIFEST])["topics"] == ["01_one"]


@pytest.mark.parametrize("path", ["exercises/01_one.ipynb", "notebooks/02_two.ipynb"])
def test_an_update_overwrites_nobodys_work(house, monkeypatch, capsys, tmp_path, path):
    there = tmp_path / "copy"
    release(house, monkeypatch, there, "--topics", "01_one")
    (there / path).write_text("my work", "utf-8")
    before = everything(there)
    assert release(house, monkeypatch, there, "--update") == 2
    assert f"somebody has worked in {there}" in capsys.readouterr().err
    assert everything(there) == before


def spoil(folder):
    (folder / MANIFEST).write_text("[]", "utf-8")


@pytest.mark.parametrize(
    ("prepare", "words", "says"),
    [
        (lambda f: (f / "x").touch(), [], "is not empty; name a new folder"),
        (lambda f: (f.rmdir(), f.touch()), [], "is a file; name a new folder"),
        (lambda f: (f / MANIFEST).touch(), [], "--update brings it up to date"),
        (lambda f: None, ["--update"], "holds no earlier copy; leave --update out"),
        (spoil, ["--update"], "cannot be read; release into a new folder"),
        (lambda f: None, ["--topics", "01_onn"], "Did you mean 01_one? There are: 00_start"),
        (lambda f: None, ["--topics", "01_one,zzz"], "there is no topic 'zzz'. There are:"),
        (lambda f: None, ["--topics", ","], "--topics names no topic"),
        (lambda f: None, ["--commit", "nonsense"], "git show fails"),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(
    house, monkeypatch, capsys, tmp_path, prepare, words, says
):
    folder = tmp_path / "copy"
    folder.mkdir()
    prepare(folder)
    before = everything(tmp_path)
    assert release(house, monkeypatch, folder, *words) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.startswith("course release: ")
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "where to? Name a folder, or --zip FILE"),
        (["notebooks/copy"], "lies inside the course; choose a place outside"),
        (["."], "lies inside the course"),
        (["--zip", "."], "is a folder; name a file"),
        (["--zip", "no/such/folder.zip"], "there is no folder no/such"),
    ],
)
def test_a_place_that_is_none_gets_a_sentence(house, monkeypatch, capsys, words, says):
    assert release(house, monkeypatch, *words) == 2
    assert says in capsys.readouterr().err


def test_a_bad_place_for_the_zip_is_said_before_a_folder_is_written(house, monkeypatch, tmp_path):
    assert release(house, monkeypatch, tmp_path / "copy", "--zip", tmp_path / "no/a.zip") == 2
    assert not (tmp_path / "copy").exists()


def test_a_folder_that_is_a_drive_of_its_own_is_filled_from_within(house, monkeypatch, tmp_path):
    drive, move = tmp_path / "drive", os.replace
    drive.mkdir()

    def within_the_drive(source, target):
        if Path(source).is_relative_to(drive) != Path(target).is_relative_to(drive):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        move(source, target)

    def no_rights(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "replace", within_the_drive)
    monkeypatch.setattr(Path, "chmod", no_rights)
    assert release(house, monkeypatch, drive) == 0
    assert (drive / "exercises/01_one.ipynb").is_file()
    assert not list(drive.glob(".release-*"))


def test_a_students_copy_cannot_be_released_again(house, monkeypatch, capsys, tmp_path):
    release(house, monkeypatch, tmp_path / "copy")
    assert release(tmp_path / "copy", monkeypatch, tmp_path / "more") == 2
    assert "it is a students' copy itself; hand that out" in capsys.readouterr().err


@pytest.mark.parametrize("update", [False, True])
def test_a_full_disk_leaves_the_folder_as_it_was(house, monkeypatch, capsys, tmp_path, update):
    there = tmp_path / "copy"
    if update:
        release(house, monkeypatch, there, "--topics", "01_one")
    before, written, write = everything(tmp_path), [], Path.write_bytes

    def full(path, content):
        written.append(path)
        if len(written) > 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert release(house, monkeypatch, there, *["--update"] * update) == 2
    said = capsys.readouterr().err
    assert f"{there} is not written: the disk is full; nothing there has changed" in said
    assert everything(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_full_disk_leaves_an_earlier_zip_as_it_was(house, monkeypatch, capsys, tmp_path):
    packed = tmp_path / "copy.zip"
    packed.write_bytes(b"the last week's")

    def full(handle, _):
        os.close(handle)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("course_lib.teaching.handing_out.os.fdopen", full)
    assert release(house, monkeypatch, "--zip", packed) == 2
    assert "the disk is full" in capsys.readouterr().err
    assert everything(tmp_path)["copy.zip"] == b"the last week's"
    assert {path.name for path in tmp_path.iterdir()} == {"copy.zip", "house"}


def test_a_zip_holds_the_oldest_date_it_can_where_there_is_no_commit(tmp_path):
    write_zip(Snapshot({"a": File(b"x")}), tmp_path / "a.zip")
    (entry,) = zipfile.ZipFile(io.BytesIO((tmp_path / "a.zip").read_bytes())).infolist()
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
