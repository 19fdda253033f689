"""Children without walls, for macOS and Windows: a process each, a deadline, and nothing more.

Neither a learner's code nor its results share a process with the reference, and a loop or a crash
costs one function, as behind the walls. But the code runs with the rights of whoever grades: it can
read and write their files. So these children are labelled "not hardened", and batches refuse them.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence

from course_lib.grading import wire
from course_lib.grading.running import Arguments
from course_lib.grading.sandbox import messages
from course_lib.grading.sandbox.children import (
    STARTUP_SECONDS,
    Gone,
    SandboxError,
    command,
    environment,
    how_it_ended,
)
from course_lib.grading.values import Value

CHUNK = 1 << 16
MAX_CHUNKS = 64
"""How much of what a child sends may wait to be read; then it has to wait itself."""


class WorkerHost:
    """Starts a process for each child; there is nothing to share."""

    layers: tuple[str, ...] = ()

    def start(self) -> WorkerChild:
        """Start a process and wait until it is ready.

        Raises
        ------
        SandboxError
            If it does not come up.
        """
        child = WorkerChild()
        try:
            child.receive(time.monotonic() + STARTUP_SECONDS)
        except (Gone, TimeoutError, wire.WireError):
            raise SandboxError(f"no process can be started: {child.end()}") from None
        return child

    def prepare(self, cases: Sequence[Arguments]) -> Sequence[Arguments]:
        """Return the cases as they are: each process reads its own."""
        return cases

    def named(self, cases: Sequence[Arguments]) -> Value:
        """Return the cases: a request holds them all."""
        return list(cases)

    def close(self) -> None:
        """Do nothing: no process outlives its child."""


class WorkerChild:
    """A process, the pipes to it, and a thread that reads, so that reading can have a deadline."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            command("worker"),
            env=environment(),
            cwd=self._folder.name,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._frames = messages.Frames(limit=wire.MAX_BYTES)
        self._chunks: queue.Queue[bytes] = queue.Queue(MAX_CHUNKS)
        self._ended = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._how: str | None = None
        self.cpu_seconds = 0.0

    def _read(self) -> None:
        assert self._process.stdout is not None
        data = b"nothing yet"
        while data and not self._ended.is_set():
            data = os.read(self._process.stdout.fileno(), CHUNK)
            while not self._ended.is_set():
                with contextlib.suppress(queue.Full):
                    self._chunks.put(data, timeout=0.1)
                    break

    def send(self, data: bytes, deadline: float) -> None:  # noqa: ARG002
        """Send bytes in the background: a child that does not read them does not answer either."""
        threading.Thread(target=self._write, args=(data,), daemon=True).start()

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # the child has ended, as reading will tell
            self._process.stdin.write(data)
            self._process.stdin.flush()

    def receive(self, deadline: float) -> messages.Frame:
        """Return the next frame."""
        while (frame := self._frames.next()) is None:
            try:
                data = self._chunks.get(timeout=max(deadline - time.monotonic(), 0.0))
            except queue.Empty:
                raise TimeoutError from None
            if not data:
                raise Gone
            self._frames.feed(data)
        return frame

    def end(self) -> str:
        """Kill the process and, where there are such, the group of processes it has started."""
        if self._how is None:
            self._ended.set()
            self._kill()
            self._how = how_it_ended(self._process.wait())
            self._close()
        return self._how

    def _kill(self) -> None:
        self._process.kill()
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # what was not read any more cannot be flushed
            self._process.stdin.close()
        self._reader.join(timeout=1.0)
        if not self._reader.is_alive():  # else a process that got away still holds the pipe
            self._process.stdout.close()
        self._folder.cleanup()
