"""Kernels for tests, forked from a process that has imported the libraries of the notebooks.

A lecture's kernel that starts on its own takes 1.4 s of processor time until it has numpy, sympy,
matplotlib and IPython, an exercise's 0.5; a fork of a process that has them takes 0.2. The course
itself is imported by the notebooks. Where notebooks are stored, where a students' copy is tested,
and where labs are timed, kernels start as a learner's do.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib.metadata import EntryPoint
from multiprocessing import get_context, parent_process
from multiprocessing.context import ForkServerProcess
from threading import Thread
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

LIBRARIES = [
    *("ipykernel.kernelapp", "ipywidgets", "matplotlib.pyplot", "PIL.JpegImagePlugin"),
    *("numpy.random", "sympy", "sympy.physics.units"),  # which others load at their first use
]
ENTRY = EntryPoint(
    "local-provisioner", f"{__name__}:ForkedProvisioner", "jupyter_client.kernel_provisioners"
)
INLINE = "module://matplotlib_inline.backend_inline"  # as ipykernel sets it, before matplotlib


class Forked(ForkServerProcess):
    """A kernel's process, with the methods of `subprocess.Popen` that Jupyter asks for."""

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        return self.exitcode

    def wait(self) -> int | None:
        self.join()
        return self.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel as a fork; all else is Jupyter's own."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> dict[str, Any]:
        connection = cmd[cmd.index("-f") :]
        self.process = Forked(target=run, args=(connection, options["env"], options["cwd"]))
        self.process.start()
        self.pid = self.process.pid
        return self.connection_info


def run(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """Be a kernel, in the forked process."""
    os.setsid()  # Ctrl-C stops the tests, and they end their kernels
    os.chdir(folder)
    os.environ |= environment
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.argv = ["ipykernel_launcher", *arguments]
    Thread(target=end_with_parent, daemon=True).start()
    gc.freeze()  # what came with the fork stays

    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


def end_with_parent() -> None:
    """Leave no kernel behind if the process that tests is killed."""
    parent_process().join()
    os._exit(1)


def register() -> None:
    """Let Jupyter start kernels as forks, in this process; on Linux: elsewhere forks are frail."""
    if sys.platform == "linux":
        os.environ["MPLBACKEND"] = INLINE
        get_context("forkserver").set_forkserver_preload(LIBRARIES)
        KernelProvisionerFactory.instance().provisioners[ENTRY.name] = ENTRY


pytest_configure = register  # what pytest calls where this is a plugin
