"""The command line: ``course COMMAND``, or ``python -m course_lib COMMAND``.

A new command is one line in `COMMANDS`. It names a function ``configure(parser)``, which adds the
command's arguments and ends with ``parser.set_defaults(run=run)``; ``run(arguments)`` does the
work and returns the exit status. The module is imported only when its command is called, so that
``course doctor`` still speaks where a package is missing.

Exit status: what ``run`` returns (0 is success), or 2 for a command or an input that makes no
sense. A command reports bad input by raising ValueError or OSError with a sentence that says what
is wrong and what to try; the reader sees that sentence alone.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

BAD_INPUT = 2
INTERRUPTED = 130


class Command(NamedTuple):
    """Where a command is configured (``module:function``) and what it does, in one line."""

    configure: str
    summary: str


COMMANDS = {
    "doctor": Command(
        "course_lib.doctor:configure", "say what is installed, what is missing, how to mend it"
    ),
    "check": Command(
        "course_lib.grading.terminal:configure_check", "check an exercise as its notebook does"
    ),
    "progress": Command(
        "course_lib.grading.terminal:configure_progress", "say what is solved and what is next"
    ),
    "stubs": Command(
        "course_lib.grading.terminal:configure_stubs", "make exercises from their solutions"
    ),
    "audit": Command(
        "course_lib.grading.audit:configure_audit", "see whether an exercise catches mistakes"
    ),
    "grade": Command(
        "course_lib.grading.batch.terminal:configure_grade", "grade a folder of submissions"
    ),
    "release": Command("course_lib.teaching.release:configure", "make the students' copy"),
    "link": Command(
        "course_lib.teaching.links:configure", "write the link that opens the course on a hub"
    ),
    "marks": Command(
        "course_lib.grading.lms.terminal:configure_marks", "fill in Moodle's or Canvas's own file"
    ),
    "export-gradescope": Command(
        "course_lib.grading.lms.gradescope:configure", "write an autograder for Gradescope"
    ),
    "export-nbgrader": Command(
        "course_lib.grading.lms.nbgrader:configure", "write exercises as nbgrader's assignments"
    ),
    "new-topic": Command(
        "course_lib.teaching.new_topic:configure", "begin a topic of your own, with an exercise"
    ),
    "minutes": Command(
        "course_lib.teaching.minutes:configure", "measure how long a lecture and its exercise take"
    ),
    "teach": Command(
        "course_lib.teaching.speaker:configure", "show a lecture to a class, in JupyterLab"
    ),
    "slides": Command("course_lib.teaching.slides:configure", "write a lecture as a hand-out"),
    "lesson-plan": Command(
        "course_lib.teaching.lesson_plan:configure", "write the plan of a lesson"
    ),
    "report": Command(
        "course_lib.grading.batch.terminal:configure_report", "say how the class did"
    ),
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and leave with status 2."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}. `{self.prog} --help` says more.\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``course``; those of this process by default.

    Returns
    -------
    int
        The exit status: the command's own, 2 for bad input, 130 after Ctrl-C.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    named = [word for word in words if not word.startswith("-")][:1]
    if named and named[0] not in COMMANDS:
        return _complain("course", _unknown(named[0]))
    try:
        arguments = _parser(*named).parse_args(words)
        return _run(arguments)
    except ModuleNotFoundError as error:
        what = f"the package {error.name} is not installed. `course doctor` says how to mend it."
        return _complain(f"course {named[0]}", what)


def _parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """Know every command by its summary, and the chosen one by its arguments."""
    parser = Parser(prog="course", description="Check, grade and look after the course.")
    parser.add_argument("--traceback", action="store_true", help="show where an error came from")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.summary, description=command.summary)
        if name == chosen:
            _load(command.configure)(subparser)
    return parser


def _load(reference: str) -> Callable[[argparse.ArgumentParser], None]:
    """Import the function named by ``module:function``."""
    module, _, function = reference.partition(":")
    configure: Callable[[argparse.ArgumentParser], None] = getattr(
        importlib.import_module(module), function
    )
    return configure


def _run(arguments: argparse.Namespace) -> int:
    """Call the command; turn what a person can mend into a sentence."""
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, OSError) as error:
        if arguments.traceback:
            raise
        return _complain(f"course {arguments.command}", str(error))
    return status


def _unknown(name: str) -> str:
    """Say that there is no such command, and which one may be meant."""
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    meant = f" Did you mean `course {close[0]}`?" if close else ""
    return f"there is no command {name!r}.{meant} The commands are: {', '.join(COMMANDS)}."


def _complain(prog: str, sentence: str) -> int:
    """Print the sentence where errors go and return the status of bad input."""
    print(f"{prog}: {sentence}", file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
