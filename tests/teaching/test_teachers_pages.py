"""What the teacher's pages say can be done: every command in them is one, with options that are."""

import re
import shlex
from pathlib import Path

import pytest

from course_lib import __main__ as cli

PAGES = sorted((Path(__file__).parents[2] / "solutions" / "teaching").glob("*.md"))


def commands(page):
    """Yield the words after `course` of each command that stands in a block of code."""
    for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text("utf-8"), re.S | re.M):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("course "):
                yield shlex.split(line, comments=True)[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_can_be_given(page):
    for words in commands(page):
        assert words[0] in cli.COMMANDS
        assert cli._parser(words[0]).parse_args(words).run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page):
    for link in re.findall(r"\]\((?!\w+:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_a_command_that_there_is_not_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```\ncourse marks moodle g.db \\\n    --worksheet 'a b.csv' --out c  # so\n```\n"
    )
    (words,) = commands(page)
    assert words == ["marks", "moodle", "g.db", "--worksheet", "a b.csv", "--out", "c"]
    with pytest.raises(SystemExit):
        cli._parser("marks").parse_args([*words, "--no-such-option"])
