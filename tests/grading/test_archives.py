"""A zip of submissions is unpacked where nothing can happen, and what is left out is told."""

import os
import zipfile

import pytest

from course_lib.grading.batch import archives
from course_lib.grading.batch.archives import opened
from course_lib.grading.batch.submissions import find_submissions
from course_lib.grading.submission import MAX_BYTES, SubmissionError, read_source

SLUG = "99_made_up"


def pack(path, *entries):
    """Write a zip; an entry is a name, or (name or ZipInfo, contents)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            archive.writestr(*(entry if isinstance(entry, tuple) else (entry, "x = 1\n")))
    return path


def found_in(path):
    passed_over = []
    with opened(path, passed_over) as folder:
        found = find_submissions(folder, {SLUG})
        everything = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*"))
    return found, everything, {path.as_posix(): reason for path, reason in passed_over}


def test_a_folder_is_itself(tmp_path):
    with opened(tmp_path, []) as folder:
        assert folder == tmp_path


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"王小明_12_assignsubmission_file_/{SLUG}.ipynb", "王小明"),
        (f"OBrien, José_12_assignsubmission_file_{SLUG}.ipynb", "OBrien, José"),
        (f"obrienjosé_LATE_12_34_{SLUG}-1.ipynb", "obrienjosé"),
        (f"Ada_12_assignsubmission_file_/src/{SLUG}.py", "Ada"),
        (f"submissions/ada/{SLUG}.py", "submissions"),
    ],
)
def test_a_zip_is_read_as_the_folder_in_it_would_be(tmp_path, name, student):
    found, *_ = found_in(pack(tmp_path / "in.zip", name))
    assert [(each.student, each.file) for each in found.submissions] == (
        [(student, name)] if student != "submissions" else [("ada", f"ada/{SLUG}.py")]
    )


def test_the_folder_that_holds_all_others_is_gone_into(tmp_path):
    names = (f"week 3/Ada_{n}_assignsubmission_file_/{SLUG}.py" for n in (1, 2))
    found, *_ = found_in(pack(tmp_path / "in.zip", *names))
    assert [each.student for each in found.submissions] == ["Ada (1)", "Ada (2)"]


@pytest.mark.parametrize(
    "name", ["../evil.py", "/tmp/evil.py", "ada/../../evil.py", "C:/evil.py", "..\\evil.py"]
)
def test_a_path_that_leads_out_is_not_followed(tmp_path, name):
    inner = tmp_path / "deep" / "deeper"
    inner.mkdir(parents=True)
    _, everything, passed_over = found_in(pack(inner / "in.zip", name, f"bob/{SLUG}.py"))
    assert everything == [f"bob/{SLUG}.py"]
    assert list(passed_over.values()) == ["its path leads out of the zip"]
    assert not list(tmp_path.rglob("evil.py"))


def test_a_link_is_not_made(tmp_path):
    link = zipfile.ZipInfo(f"ada/{SLUG}.py")
    link.external_attr = 0o120777 << 16
    _, everything, passed_over = found_in(pack(tmp_path / "in.zip", (link, "/etc/passwd")))
    assert everything == []
    assert passed_over == {f"ada/{SLUG}.py": "it is a link"}


def test_a_zip_in_the_zip_is_told_and_left(tmp_path):
    inner = pack(tmp_path / "inner.zip", f"{SLUG}.py").read_bytes()
    name = "Ada_1_assignsubmission_file_/work.zip"
    _, everything, passed_over = found_in(pack(tmp_path / "in.zip", (name, inner), f"bo/{SLUG}.py"))
    assert everything == [f"bo/{SLUG}.py"]
    assert passed_over == {name: "it is a zip in the zip: unpack both, and grade the folder"}


def test_an_encrypted_file_is_told():
    entry = zipfile.ZipInfo(f"ada/{SLUG}.py")
    entry.flag_bits |= 1
    name = archives.PurePosixPath(entry.filename)
    assert archives._refusal(entry, name).startswith("it is encrypted")


def test_a_bomb_costs_no_more_than_a_file_that_is_too_large(tmp_path):
    path = pack(tmp_path / "in.zip", (f"ada/{SLUG}.py", b"#" * (20 * MAX_BYTES)))
    with opened(path, []) as folder:
        bomb = folder / f"ada/{SLUG}.py"
        assert bomb.stat().st_size == MAX_BYTES + 1
        with pytest.raises(SubmissionError, match="is larger than 5 MB"):
            read_source(bomb)


def test_many_bombs_are_refused_together(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_TOTAL", 1000)
    path = pack(tmp_path / "in.zip", *((f"s{n}/{SLUG}.py", "#" * 400) for n in range(4)))
    with pytest.raises(ValueError, match="Look at it before you go on"), opened(path, []):
        pass
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    with pytest.raises(ValueError, match="holds 4 files"), opened(path, []):
        pass


def test_what_is_no_submission_is_not_unpacked(tmp_path):
    names = ("ada/photo.png", "ada/run.exe", "__MACOSX/ada/x.py", ".DS_Store", "ada/ok.py")
    assert found_in(pack(tmp_path / "in.zip", *names))[1:] == (["ada/ok.py"], {})


def test_a_name_twice_and_one_that_is_too_long_are_told(tmp_path):
    long = "x" * 300
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = pack(
            tmp_path / "in.zip", "a/ok.py", ("a/ok.py", "y"), f"a/{long}.py", "a/ok.py/b.py"
        )
    _, everything, passed_over = found_in(path)
    assert everything == ["a/ok.py"]
    assert passed_over == {
        "a/ok.py": "it is there twice",
        f"a/{long}.py": "its name is too long",
        "a/ok.py/b.py": "a file and a folder have this name",
    }


def test_a_name_in_utf_8_that_does_not_say_so_is_understood():
    name = f"王小明_12_assignsubmission_file_/{SLUG}.py"
    entry = zipfile.ZipInfo("placeholder")
    entry.filename, entry.flag_bits = name.encode().decode("cp437"), 0
    assert archives._name(entry) == name
    entry.filename = "M\u00fcller.py"  # code page 437 after all
    assert archives._name(entry) == "M\u00fcller.py"


def test_of_two_files_the_date_in_the_zip_decides(tmp_path):
    entries = [
        (zipfile.ZipInfo(f"ada/{SLUG}.{suffix}", (year, 5, 1, 12, 0, 0)), "x = 1\n")
        for suffix, year in (("py", 2026), ("ipynb", 2025))
    ]
    found, *_ = found_in(pack(tmp_path / "in.zip", *entries))
    assert [each.path.suffix for each in found.submissions] == [".py"]


def test_a_damaged_zip_is_refused_and_a_damaged_file_passed_over(tmp_path):
    path = pack(tmp_path / "in.zip", (f"ada/{SLUG}.py", os.urandom(5000)), f"bo/{SLUG}.py")
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes(50) + whole[150:])
    found, _, passed_over = found_in(path)
    assert [each.student for each in found.submissions] == ["bo"]
    assert "damaged" in passed_over[f"ada/{SLUG}.py"]
    path.write_bytes(whole[:3000])
    with pytest.raises(ValueError, match="download it again"), opened(path, []):
        pass


def test_nothing_stays_behind(tmp_path):
    with opened(pack(tmp_path / "in.zip", f"ada/{SLUG}.py"), []) as folder:
        assert folder.is_dir()
    assert not folder.exists()
