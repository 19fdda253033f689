"""Two students on one hub: each has a server, a copy and a history, and sees no other's."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import websocket
from browser.jupyterlab import Server, server

from course_lib.teaching.handing_out import write_folder
from course_lib.teaching.release import students_copy

HOUSE = Path(__file__).parents[2]
SLUG = "01_background"
TOOLS = f"""
import numpy as np
from course_lib.grading import exercise
check, hint, solution, progress = exercise("{SLUG}")
"""
SOLVES = """
def neuron(X, w, b, f):
    if X.ndim != 2 or X.shape[1:] != w.shape:
        raise ValueError("X must be (N, n) for w (n,)")
    return f(X @ w + b)
print(check(neuron).text)
"""
LOOKS = """
import os
print(os.getcwd())
print(progress().text)
print(solution(neuron).text if "neuron" in globals() else "nothing of mine")
"""


class Student:
    """A student's single-user server, and a notebook in it."""

    def __init__(self, running: Server) -> None:
        self.server = running

    def run(self, code: str) -> str:
        """Run code in a fresh kernel beside the exercises, as a notebook there does."""
        asked = {"name": "python3", "path": f"exercises/{SLUG}.ipynb"}
        kernel = self.ask("api/kernels", json.dumps(asked).encode())["id"]
        address = self.address(f"api/kernels/{kernel}/channels").replace("http", "ws", 1)
        with closing(websocket.create_connection(address, timeout=60)) as socket:
            return execute(socket, code)

    def ask(self, path: str, data: bytes | None = None, token: str | None = None):
        request = Request(self.address(path, token), data=data)
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def address(self, path: str, token: str | None = None) -> str:
        return f"{self.server.url}/{path}?token={token or self.server.token}"


def execute(socket, code: str) -> str:
    """Send one cell, and return what it prints."""
    header = {"msg_id": uuid.uuid4().hex, "session": "s", "username": "u", "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": False, "stop_on_error": True}
    message = {"header": header | {"msg_type": "execute_request"}, "content": content}
    socket.send(json.dumps(message | {"parent_header": {}, "metadata": {}, "channel": "shell"}))
    printed = ""
    while True:
        answer = json.loads(socket.recv())
        if answer["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        said = answer["content"]
        assert answer["msg_type"] != "error", "\n".join(said["traceback"])
        printed += said["text"] if answer["msg_type"] == "stream" else ""
        if answer["msg_type"] == "status" and said["execution_state"] == "idle":
            return printed


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    """Two students, each with a copy and with a home of their own."""
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        folders = [tmp_path_factory.mktemp(name) for name in ("ana", "bo")]
        servers = [
            server(folder, "jupyter_server", XDG_DATA_HOME=folder / "home", PYTHONPATH=HOUSE)
            for folder in folders
        ]
        running = list(pool.map(stack.enter_context, servers))
        copy = students_copy(HOUSE, [SLUG])
        for one in running:
            write_folder(copy, one.root, HOUSE)
        yield [Student(one) for one in running]


def test_each_sees_their_own_copy_and_their_own_progress(students):
    ana, bo = students
    solved = ana.run(TOOLS + SOLVES + LOOKS)
    assert f"{ana.server.root}/exercises" in solved
    assert "1 of 2 functions" in solved
    assert "solutions are not part of this copy" in solved
    fresh = bo.run(TOOLS + LOOKS)
    assert f"{bo.server.root}/exercises" in fresh
    assert "0 of 2 functions" in fresh
    assert "nothing of mine" in fresh


def test_no_server_opens_for_another_students_token(students):
    ana, bo = students
    assert {entry["name"] for entry in ana.ask("api/contents")["content"]} >= {"notebooks"}
    with pytest.raises(HTTPError) as refused:
        ana.ask("api/contents", token=bo.server.token)
    refused.value.close()
    assert refused.value.code == 403


def test_what_one_student_writes_the_other_has_not(students):
    ana, bo = students
    (ana.server.root / "notes.md").write_text("mine", "utf-8")
    names = [{entry["name"] for entry in s.ask("api/contents")["content"]} for s in (ana, bo)]
    assert "notes.md" in names[0]
    assert "notes.md" not in names[1]
