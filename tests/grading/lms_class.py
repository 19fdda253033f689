"""A class for the tests of other systems: names that are hard for files, and their marks."""

from grading.made_up import DOUBLE, answer, knowing, outcomes_of
from grading.test_gradebook import wrong

from course_lib.__main__ import main
from course_lib.grading.batch.gradebook import Gradebook, Graded, Key
from course_lib.grading.batch.submissions import find_submissions
from course_lib.grading.judge import judge
from course_lib.grading.report import report

SLUG = "99_made_up"
CASES = knowing(("forgot the <2>", wrong), cases=DOUBLE)


def grade(folder, path):
    """Put the submissions of a folder into a gradebook: full marks for a file that says "right"."""
    with Gradebook(path) as book:
        run = book.begin([])
        for submission in find_submissions(folder, {SLUG}).submissions:
            text = submission.path.read_text()
            result = judge(CASES, outcomes_of(answer if text == "right" else wrong, CASES))
            graded = Graded([(result, report(result).html, 0.0)], (), 0.0)
            key = Key(submission.student, submission.exercise, text, "g")
            if not book.meet(key, run):
                book.add(key, submission.file, graded, run)
    return path


def hand_in(folder, name, text="right"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def course(*words):
    return main(["marks", *map(str, words)])
