"""JupyterLab as a test meets it: a server of its own, and one page of a browser that visits it.

The server listens on loopback alone, has settings, a token and a folder of its own, and ends by
itself when nobody asks it anything. The page drives JupyterLab by its own commands, and labs as a
learner does: by keys and mouse.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

SECONDS_TO_START = 90
EXTENSIONS = ("jupyterlab", "notebook_shim", "jupyter_lsp")
SECONDS_ALONE = 300  # a server whose test was killed ends after so long
TESTS = Path(__file__).parents[1]
START = """
import runpy, sys
sys.modules["rfc3987_syntax"] = None  # as in tests/conftest.py
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
FORKED = f"""
import sys
sys.path.insert(0, {str(TESTS)!r})
import forked_kernels
forked_kernels.register()
"""
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
BROWSER_OPTIONS = (
    "--no-sandbox",  # needs rights that a container does not have; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Server:
    """A JupyterLab that runs."""

    def __init__(self, root: Path, url: str, token: str) -> None:
        self.root, self.url, self.token = root, url, token

    def ask(self, path: str) -> object:
        with urlopen(f"{self.url}/api/{path}?token={self.token}", timeout=10) as answer:
            return json.load(answer)


@contextmanager
def server(
    folder: Path, module: str = "jupyterlab", *, forked: bool = False, **variables: Path
) -> Iterator[Server]:
    """Start JupyterLab, or a server without its pages, with all of its own in `folder`; end it.

    Its kernels start as a learner's do, or are forked.
    """
    root, home = folder / "course", folder / "home"
    root.mkdir()
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    (settings / "default_setting_overrides.json").write_text(json.dumps(OVERRIDES), "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(8)
    running = Server(root, f"http://127.0.0.1:{port}", token)
    log = folder / "jupyterlab.log"
    with log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(
            command(port, root, module, FORKED + START if forked else START),
            env=environment(home, token) | {key: str(value) for key, value in variables.items()},
            stdout=written,
            stderr=written,
        )
        try:
            wait_for(running, process, log)
            yield running
        finally:
            process.terminate()
            process.wait(30)


def command(port: int, root: Path, module: str, start: str) -> list[str]:
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "ServerApp.shutdown_no_activity_timeout": SECONDS_ALONE,
        "MappingKernelManager.cull_idle_timeout": SECONDS_ALONE,
        "MappingKernelManager.cull_interval": 60,
        "KernelManager.shutdown_wait_time": 0.0,  # ended, not asked to tidy up what is gone anyway
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    if module != "jupyterlab":  # a third of the time goes into pages that nobody opens
        options["ServerApp.jpserver_extensions"] = dict.fromkeys(EXTENSIONS, False)
    return [sys.executable, "-c", start, module, *(f"--{k}={v}" for k, v in options.items())]


def environment(home: Path, token: str) -> dict[str, str]:
    """The environment of the test, but for its settings of Jupyter and its back end for plots."""
    kept = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    own = {
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
    }
    return kept | {key: str(value) for key, value in own.items()}


def wait_for(running: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            running.ask("status")
        except (URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text('utf-8')[-3000:]}")


def find_browser() -> str | None:
    """Where Chromium is, whatever the system calls it."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for path in map(shutil.which, names) if path), None)
