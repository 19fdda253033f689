"""The link that opens the course: a hub's, as nbgitpuller reads it, and Binder's."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from course_lib.__main__ import main
from course_lib.teaching.links import binder_link, hub_link

PAGE = "notebooks/00_start_here.ipynb"


def test_the_links_are_those_that_the_link_generators_write():
    # Written by the JavaScript of nbgitpuller's link generator for these same four values.
    assert hub_link(
        "https://hub.example.org/base/", "https://github.com/org/课程", branch="w/1 & x"
    ) == (
        "https://hub.example.org/base/hub/user-redirect/git-pull"
        "?repo=https%3A%2F%2Fgithub.com%2Forg%2F%E8%AF%BE%E7%A8%8B"
        "&urlpath=lab%2Ftree%2F%E8%AF%BE%E7%A8%8B%2Fnotebooks%2F00_start_here.ipynb"
        "&branch=w%2F1+%26+x"
    )
    assert binder_link("https://github.com/org/course", branch="week/1") == (
        "https://mybinder.org/v2/gh/org/course/week%2F1"
        "?urlpath=lab%2Ftree%2Fnotebooks%2F00_start_here.ipynb"
    )


@pytest.mark.parametrize(
    ("repository", "folder"),
    [
        ("https://github.com/org/course", "course"),
        ("https://github.com/org/course/", "course"),
        ("https://gitlab.com/a/b/course.git", "course"),
        ("https://git.example.org/~t/a.course", "a.course"),
    ],
)
def test_the_page_is_opened_in_the_folder_that_the_clone_gets(repository, folder):
    query = parse_qs(urlsplit(hub_link("https://hub.example.org", repository)).query)
    (cloned,) = query.get("targetpath", [query["repo"][0].rstrip("/").split("/")[-1]])
    assert cloned == folder  # as nbgitpuller 1.3 names it: the last part, .git and all
    assert query["urlpath"] == [f"lab/tree/{folder}/{PAGE}"]
    assert "branch" not in query


def test_another_page_can_be_opened():
    link = hub_link("http://localhost:8000", "https://x.org/c", page="/exercises/01 a&b.ipynb")
    assert parse_qs(urlsplit(link).query)["urlpath"] == ["lab/tree/c/exercises/01 a&b.ipynb"]


@pytest.mark.parametrize(
    ("repository", "branch", "path"),
    [
        ("https://github.com/org/course.git", None, "/v2/gh/org/course/HEAD"),
        ("https://gitlab.com/a/b/course", "main", "/v2/gl/a%2Fb%2Fcourse/main"),
        (
            "https://git.example.org/c.git",
            "main",
            "/v2/git/https%3A%2F%2Fgit.example.org%2Fc.git/main",
        ),
    ],
)
def test_binder_gets_a_repository_by_its_provider(repository, branch, path):
    parts = urlsplit(binder_link(repository, branch=branch))
    assert parts.path == path
    assert unquote(parts.query) == f"urlpath=lab/tree/{PAGE}"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["git@github.com:org/course.git"], "did you mean https://github.com/org/course?"),
        (["ssh://git@github.com/org/course"], "did you mean https://github.com/org/course?"),
        (["https://me:secret@github.com/org/course"], "holds a name or a password"),
        (["github.com/org/course"], "is no address of the repository; write it as https://"),
        (["https://github.com"], "is no repository; write https://github.com/ORG/REPO"),
        (["https://github.com/org/course?tab=x"], "is no repository"),
        (["https://github.com/org/course", "--hub", "hub"], "'hub' is no address of a hub"),
        (["https://git.example.org/course"], "asks for the branch of a repository at"),
    ],
)
def test_an_address_that_is_none_gets_a_sentence(capsys, words, says):
    assert main(["link", *words]) == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert printed.out == ""
    assert "secret" not in printed.err


def test_the_command_prints_one_link(capsys):
    words = ["link", "https://github.com/org/course"]
    assert main(words) == main([*words, "--hub", "https://hub.example.org"]) == 0
    binder, hub = capsys.readouterr().out.splitlines()
    assert binder == binder_link(words[1])
    assert hub == hub_link("https://hub.example.org", words[1])
