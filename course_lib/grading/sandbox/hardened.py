"""Children that the zygote forks, behind every layer that the machine has (Linux)."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import subprocess
import time
from collections.abc import Collection, Sequence
from typing import cast

from course_lib.grading import wire
from course_lib.grading.running import Arguments
from course_lib.grading.sandbox import messages
from course_lib.grading.sandbox.children import (
    STARTUP_SECONDS,
    Gone,
    Prepared,
    SandboxError,
    command,
    environment,
    how_it_ended,
)
from course_lib.grading.sandbox.zygote import END, FORK, KEY, NO_CHILD, PREPARE, STATUS
from course_lib.grading.values import Value

CHUNK = 1 << 16
MAX_REPORT = 1 << 16


class ZygoteHost:
    """A zygote in a process of its own, and the children it forks, one at a time.

    Parameters
    ----------
    layers : collection of str, optional
        The layers to put on; by default all that the machine has.

    Attributes
    ----------
    layers : tuple of str
        The layers that are in force.

    Raises
    ------
    SandboxError
        If a layer cannot be put on.
    """

    def __init__(self, layers: Collection[str] | None = None) -> None:
        self._wanted = None if layers is None else tuple(layers)
        self.layers: tuple[str, ...] = ()
        self._prepared: dict[int, bytes] = {}
        self._launch()
        try:
            self.start().end()  # a trial, so that the layers of a child are known to hold
        except SandboxError:
            self.close()
            raise

    def _launch(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(STARTUP_SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                command("zygote", theirs.fileno(), self._wanted),
                pass_fds=[theirs.fileno()],
                env=environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the coordinator, which ends the zygote
            )
        self._control = ours
        self.layers = self._read_layers()
        for key, cases in self._prepared.items():
            self._send_cases(key, cases)

    def _read_layers(self) -> tuple[str, ...]:
        """Wait until the zygote is confined; its standard error is of use only until then."""
        assert self._process.stderr is not None
        with self._process.stderr as errors:
            with contextlib.suppress(OSError):
                report = self._control.recv(MAX_REPORT)
            if not report:
                report = wire.encode(("failed", errors.read().decode(errors="replace")[-2000:]))
        state, detail = cast(tuple[str, tuple[str, ...]], wire.decode(report, trusted=True))
        if state != messages.READY:
            self.close()
            raise SandboxError(f"the sandbox cannot be set up: {detail}")
        return detail

    def start(self) -> ZygoteChild:
        """Fork a child and wait until all its layers are on.

        Raises
        ------
        SandboxError
            If a layer cannot be put on, or no process can be started.
        """
        try:
            return self._fork()
        except (Gone, OSError):  # the zygote was killed, by hand or for want of memory: once more
            self.close()
            self._launch()
        try:
            return self._fork()
        except (Gone, OSError) as error:
            raise SandboxError(f"no process can be started: {error}") from error

    def _fork(self) -> ZygoteChild:
        ours, theirs = socket.socketpair()
        answers, answering = os.pipe()
        child = ZygoteChild(self._control, ours, answers)
        try:
            with theirs, os.fdopen(answering, "wb"):
                socket.send_fds(self._control, [FORK], [theirs.fileno(), answering])
            _, message = child.receive(time.monotonic() + STARTUP_SECONDS)
        except (Gone, OSError):
            child.end()
            raise
        report = wire.decode(message)
        if report != messages.READY:
            child.end()
            raise SandboxError(f"a layer of the sandbox cannot be put on: {report}")
        return child

    def prepare(self, cases: Sequence[Arguments]) -> Prepared:
        """Hand cases to the zygote, so that every child from here on has them when it starts."""
        key = int.from_bytes(os.urandom(7))
        self._prepared[key] = wire.encode(list(cases))
        self._send_cases(key, self._prepared[key])
        return Prepared(cases, key)

    def named(self, cases: Sequence[Arguments]) -> Value:
        """Return what a request says for these cases."""
        if isinstance(cases, Prepared) and cases.key in self._prepared:
            return cases.key
        return list(cases)

    def _send_cases(self, key: int, cases: bytes) -> None:
        with os.fdopen(os.memfd_create("cases"), "wb") as file:
            file.write(cases)
            file.flush()
            os.lseek(file.fileno(), 0, os.SEEK_SET)  # the zygote reads on from the same place
            socket.send_fds(self._control, [PREPARE + KEY.pack(key)], [file.fileno()])

    def close(self) -> None:
        """End the zygote, and its child with it."""
        self._control.close()
        try:
            self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ZygoteChild:
    """One child: a line, on which requests go out and the bell rings, and a pipe of answers."""

    def __init__(self, control: socket.socket, line: socket.socket, answers: int) -> None:
        os.set_blocking(answers, False)
        self._control = control
        self._line = line
        self._answers = answers
        self._frames = messages.Frames(limit=wire.MAX_BYTES)
        self._how: str | None = None
        self.cpu_seconds = 0.0

    def send(self, data: bytes, deadline: float) -> None:
        """Send bytes, all of them, before the deadline."""
        self._line.settimeout(_left(deadline))
        try:
            self._line.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            raise Gone from None

    def receive(self, deadline: float) -> messages.Frame:
        """Return the next frame."""
        while (frame := self._frames.next()) is None:
            if not self._read_on():
                self._wait_for_bell(deadline)
        return frame

    def _read_on(self) -> bool:
        """Take in what has arrived, if anything has."""
        try:
            data = os.read(self._answers, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            raise Gone
        self._frames.feed(data)
        return True

    def _wait_for_bell(self, deadline: float) -> None:
        """Wait until the child says that there is something to read, or has ended."""
        self._line.settimeout(_left(deadline))
        try:
            heard = self._line.recv(CHUNK)
        except ConnectionResetError:
            heard = b""
        if not heard and not self._read_on():
            raise Gone

    def end(self) -> str:
        """Kill the child, if it has not ended, and say how it ended."""
        if self._how is None:
            self._line.close()
            os.close(self._answers)
            self._how = self._reap()
        return self._how

    def _reap(self) -> str:
        try:
            self._control.send(END)
            status, self.cpu_seconds = STATUS.unpack(self._control.recv(STATUS.size))
        except (OSError, struct.error):
            return "the process that had started it is gone"
        if status == NO_CHILD:
            return "the process could not be started"
        return how_it_ended(os.waitstatus_to_exitcode(status))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
