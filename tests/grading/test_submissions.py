"""Which files are whose submission, in the layouts that teachers download."""

import os
import subprocess

import pytest

from course_lib.grading.batch.submissions import find_submissions

SLUGS = {"03_3_gradients", "03_4_1_learning_rate", "03"}


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return folder


def listed(folder, **settings):
    found = find_submissions(folder, SLUGS, **settings)
    return [
        (s.student, s.exercise, str(s.path.relative_to(folder))) for s in found.submissions
    ], found


def test_a_folder_for_each_student_is_read(tmp_path):
    make(tmp_path, "ada/03_3_gradients.ipynb", "王小明/03_4_1_learning_rate.py")
    submissions, found = listed(tmp_path)
    assert submissions == [
        ("ada", "03_3_gradients", "ada/03_3_gradients.ipynb"),
        ("王小明", "03_4_1_learning_rate", "王小明/03_4_1_learning_rate.py"),
    ]
    assert found.layout == "student folders"
    assert found.passed_over == []


@pytest.mark.parametrize("student", ["Ada Lovelace", "O'Brien, José", "王小明", "a_b"])
def test_moodles_folders_give_the_name_without_its_number(tmp_path, student):
    make(tmp_path, f"{student}_123456_assignsubmission_file_/03_3_gradients.ipynb")
    submissions, found = listed(tmp_path)
    assert [(s[0], s[1]) for s in submissions] == [(student, "03_3_gradients")]
    assert found.layout == "Moodle"


def test_canvas_puts_student_numbers_and_exercise_into_one_name(tmp_path):
    make(
        tmp_path,
        "lovelaceada_123_456_03_3_gradients.ipynb",
        "turingalan_LATE_124_457_03_3_gradients-1.ipynb",
    )
    submissions, found = listed(tmp_path)
    assert [(s[0], s[1]) for s in submissions] == [
        ("lovelaceada", "03_3_gradients"),
        ("turingalan", "03_3_gradients"),
    ]
    assert found.layout == "Canvas"


@pytest.mark.parametrize(
    "ending", ["_assignsubmission_file_/03.py", "_assignsubmission_file_03.py"]
)
def test_two_students_of_one_name_are_told_apart_by_moodles_number(tmp_path, ending):
    make(tmp_path, *(f"{name}{ending}" for name in ("王伟_11", "王伟_12", "Ada_13")))
    submissions, found = listed(tmp_path)
    assert [s[0] for s in submissions] == ["Ada", "王伟 (11)", "王伟 (12)"]
    assert [s.file for s in found.submissions] == [s[2] for s in submissions]
    assert found.passed_over == []


def test_two_students_of_one_name_are_told_apart_by_canvas_id_and_their_hand_ins_are_not(tmp_path):
    make(tmp_path, "li_1_8_03.py", "li_LATE_1_9_03-1.py", "li_2_7_03.py", "o_malley_3_6_03.py")
    submissions, found = listed(tmp_path)
    assert [(s[0], s[2]) for s in submissions] == [
        ("li (1)", "li_LATE_1_9_03-1.py"),
        ("li (2)", "li_2_7_03.py"),
        ("o_malley", "o_malley_3_6_03.py"),
    ]
    assert [path.name for path, _ in found.passed_over] == ["li_1_8_03.py"]


def test_who_is_graded_anonymously_goes_by_canvas_name_for_that(tmp_path):
    make(tmp_path, "anon_aB3dE_456_03.py", "LATE_anon_99xYz_457_03.py", "anon_12_458_03.py")
    assert [s[0] for s in listed(tmp_path)[0]] == ["anon", "anon_99xYz", "anon_aB3dE"]


def test_a_zip_of_a_students_is_told(tmp_path):
    make(tmp_path, "ada/03.zip", "li_1_8_03.ZIP")
    submissions, found = listed(tmp_path)
    assert submissions == []
    assert {reason for _, reason in found.passed_over} == {"it is a zip: unpack it where it lies"}


def test_of_two_hand_ins_the_one_with_the_higher_number_counts_and_the_other_is_named(tmp_path):
    make(
        tmp_path,
        "ada_1_2_03_3_gradients-2.ipynb",
        "ada_1_9_03_3_gradients-10.ipynb",
        "ada_1_1_03_3_gradients.ipynb",
    )
    submissions, found = listed(tmp_path)
    assert [s[2] for s in submissions] == ["ada_1_9_03_3_gradients-10.ipynb"]
    assert {path.name for path, _ in found.passed_over} == {
        "ada_1_2_03_3_gradients-2.ipynb",
        "ada_1_1_03_3_gradients.ipynb",
    }
    assert all("later one" in reason for _, reason in found.passed_over)


def test_of_two_files_of_equal_standing_the_younger_counts(tmp_path):
    make(tmp_path, "ada/03_3_gradients.ipynb", "ada/03_3_gradients.py")
    os.utime(tmp_path / "ada/03_3_gradients.py", (1, 1))
    assert listed(tmp_path)[0] == [("ada", "03_3_gradients", "ada/03_3_gradients.ipynb")]


def test_the_longest_exercise_that_the_name_holds_is_meant(tmp_path):
    make(tmp_path, "ada/my 03_3_gradients (1).ipynb", "bob/03.ipynb")
    assert [(s[0], s[1]) for s in listed(tmp_path)[0]] == [("ada", "03_3_gradients"), ("bob", "03")]


def test_for_one_exercise_a_students_only_file_may_have_any_name(tmp_path):
    make(tmp_path, "ada/homework.ipynb", "bob/one.ipynb", "bob/two.ipynb")
    submissions, found = listed(tmp_path, only="03_3_gradients")
    assert submissions == [("ada", "03_3_gradients", "ada/homework.ipynb")]
    assert {path.name for path, _ in found.passed_over} == {"one.ipynb", "two.ipynb"}


def test_no_link_is_followed_whether_file_or_folder(tmp_path):
    outside = make(tmp_path / "outside", "eve/03_3_gradients.py")
    inside = make(tmp_path / "inside", "ada/03_3_gradients.py")
    (inside / "eve").symlink_to(outside / "eve")
    (inside / "ada" / "03_4_1_learning_rate.py").symlink_to(outside / "eve/03_3_gradients.py")
    submissions, found = listed(inside)
    assert [s[0] for s in submissions] == ["ada"]
    assert sorted(reason for _, reason in found.passed_over) == ["it is a link"] * 2


def test_what_is_no_submission_is_told_and_not_dropped(tmp_path):
    make(tmp_path, "notes.ipynb", "ada/essay.py", "ada/photo.png")
    submissions, found = listed(tmp_path)
    assert submissions == []
    assert {path.name for path, _ in found.passed_over} == {"notes.ipynb", "essay.py"}


def test_what_an_archiver_leaves_behind_is_no_submission(tmp_path):
    make(tmp_path, "ada/__MACOSX/03_3_gradients.ipynb", "ada/.ipynb_checkpoints/03.ipynb")
    assert listed(tmp_path)[0] == []


def test_folders_far_within_folders_are_passed_over_and_disturb_nobody(tmp_path):
    make(tmp_path, "ada/03_3_gradients.ipynb")
    folder = os.open(make(tmp_path, "eve/note.txt") / "eve", os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d", dir_fd=folder)
        folder, above = os.open("d", os.O_RDONLY, dir_fd=folder), folder
        os.close(above)
    os.close(os.open("03_3_gradients.py", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    try:
        submissions, found = listed(tmp_path)
    finally:  # pytest, which clears such folders away later on, would find no end either
        subprocess.run(["rm", "-r", tmp_path / "eve"], check=True)
    assert [student for student, *_ in submissions] == ["ada"]
    assert [reason for _, reason in found.passed_over] == ["it lies more than 10 folders deep"]


@pytest.mark.skipif(os.name != "posix", reason="names are text on this system")
def test_a_name_that_is_no_text_is_written_so_that_it_can_be_kept(tmp_path):
    try:
        for name in (b"\xff ada", b"\xfe ada"):
            os.mkdir(os.path.join(os.fsencode(tmp_path), name))
            make(tmp_path, os.fsdecode(name) + "/03_3_gradients.py")
    except OSError:
        pytest.skip("this file system holds text alone")
    _, found = listed(tmp_path)
    assert [s.student for s in found.submissions] == [r"\udcfe ada", r"\udcff ada"]


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="give the one that holds the submissions"):
        find_submissions(tmp_path / "nowhere", SLUGS)
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(NotADirectoryError):
        find_submissions(file, SLUGS)


def test_an_unknown_exercise_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(ValueError, match="03_3_gradients"):
        find_submissions(tmp_path, SLUGS, only="03_9")
