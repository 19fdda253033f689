"""``course link``: the address that opens the course on a JupyterHub, or on Binder.

The formats are those that nbgitpuller's and Binder's own link generators write:
https://nbgitpuller.readthedocs.io/en/latest/link.html and https://mybinder.org.
"""

from __future__ import annotations

import argparse
import re
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

BINDER = "https://mybinder.org"
FIRST_PAGE = "notebooks/00_start_here.ipynb"


class Repository(NamedTuple):
    """A repository on the web: its address, and the parts of its path."""

    url: str
    host: str
    path: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The name that a clone gets."""
        return self.path[-1].removesuffix(".git")


def read_repository(url: str) -> Repository:
    """Take the address of a repository apart.

    Raises
    ------
    ValueError
        If it is no address that a hub can clone without a key.
    """
    scp = re.fullmatch(r"(?:ssh://)?git@([\w.-]+)[:/](.+)", url)
    if scp:
        raise ValueError(
            f"{url} asks for a key, and a student has none;"
            f" did you mean https://{scp[1]}/{scp[2].removesuffix('.git')}?"
        )
    web = _web_address(url, "the repository", "https://github.com/ORG/REPO")
    parts = urlsplit(web)
    path = tuple(part for part in parts.path.split("/") if part)
    if not path or parts.query or parts.fragment:
        raise ValueError(f"{url} is no repository; write https://github.com/ORG/REPO")
    return Repository(web.rstrip("/"), parts.netloc, path)


def _web_address(url: str, what: str, example: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{url!r} is no address of {what}; write it as {example}")
    if parts.username or parts.password:
        raise ValueError(f"the address of {what} holds a name or a password; students would see it")
    return url


def hub_link(
    hub: str, repository: str, *, branch: str | None = None, page: str = FIRST_PAGE
) -> str:
    """Return nbgitpuller's link: it brings a student's copy up to date, and opens a page in Lab.

    Parameters
    ----------
    hub : str
        The address of the JupyterHub, with its base path if it has one.
    repository : str
        The address of the repository that students get, not that with the solutions.
    branch : str, optional
        The branch; the repository's own by default.
    page : str
        Path of the page in the repository; empty for the folder.

    Raises
    ------
    ValueError
        If an address is none.
    """
    base = _web_address(hub, "a hub", "https://hub.example.org").split("?")[0].rstrip("/")
    source = read_repository(repository)
    query = {"repo": source.url, "urlpath": f"lab/tree/{source.folder}/{page.lstrip('/')}"}
    if branch:
        query["branch"] = branch
    if source.path[-1] != source.folder:  # nbgitpuller would keep .git in the folder's name
        query["targetpath"] = source.folder
    return f"{base}/hub/user-redirect/git-pull?{urlencode(query)}"


def binder_link(
    repository: str, *, branch: str | None = None, page: str = FIRST_PAGE, binder: str = BINDER
) -> str:
    """Return Binder's link: it builds the repository's environment, and opens a page in Lab.

    Parameters and errors are those of `hub_link`. A repository on GitHub or gitlab.com has a
    provider of its own (``gh``, ``gl``); any other goes as ``git``, which needs a branch.
    """
    base = _web_address(binder, "a Binder", BINDER).rstrip("/")
    source = read_repository(repository)
    name = "/".join((*source.path[:-1], source.folder))
    if source.host == "github.com" and len(source.path) == 2:
        place = f"gh/{quote(name)}"
    elif source.host == "gitlab.com":
        place = f"gl/{quote(name, safe='')}"
    elif branch:
        place = f"git/{quote(source.url, safe='')}"
    else:
        raise ValueError(f"Binder asks for the branch of a repository at {source.host}: --branch")
    where = quote(branch or "HEAD", safe="")
    return f"{base}/v2/{place}/{where}?{urlencode({'urlpath': f'lab/tree/{page}'})}"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `course link`."""
    parser.add_argument("repository", metavar="REPOSITORY", help="https://github.com/ORG/REPO")
    parser.add_argument("--hub", metavar="URL", help="your JupyterHub; without it, Binder's link")
    parser.add_argument("--branch", help="by default the repository's own")
    parser.add_argument("--page", default=FIRST_PAGE, metavar="PATH", help="the page to open")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    repository, branch, page = arguments.repository, arguments.branch, arguments.page
    if arguments.hub:
        print(hub_link(arguments.hub, repository, branch=branch, page=page))
    else:
        print(binder_link(repository, branch=branch, page=page))
    return 0
