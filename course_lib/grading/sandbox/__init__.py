"""The sandbox: runs code that nobody has read, and lets nothing out but typed values.

    with Sandbox() as sandbox:
        cases = sandbox.prepare(cases)  # once for an exercise
        for source in submissions:
            with sandbox.runner() as runner:
                states = runner.load(source, names)
                outcomes = runner.call(name, cases)

Two trust domains: the reference, the seed and the comparison stay in the process that makes the
sandbox; the learner's code runs in processes that have never held them. What they send back is
checked byte by byte and then compared, so the worst that they can send is a wrong answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Self

from course_lib.grading.running import Arguments
from course_lib.grading.sandbox import seccomp
from course_lib.grading.sandbox.children import Host, SandboxError
from course_lib.grading.sandbox.runner import Limits, SandboxRunner
from course_lib.grading.sandbox.unhardened import WorkerHost

__all__ = ["Limits", "Sandbox", "SandboxError", "SandboxRunner"]


class Sandbox:
    """Runs submissions, one after the other, for one thread.

    Parameters
    ----------
    limits : Limits
        How long a submission may take.
    only_layers : collection of str, optional
        Put on these layers and no others, to test that they hold alone.
    unhardened : bool
        Use a plain process for each submission even where there is better.

    Raises
    ------
    SandboxError
        If a layer that this machine has cannot be put on: there is no silent step down.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        only_layers: Collection[str] | None = None,
        unhardened: bool = False,
    ) -> None:
        self._limits = limits or Limits()
        self._host = _host(only_layers, unhardened or not seccomp.supported())

    def layers(self) -> tuple[str, ...]:
        """Return the layers in force between a submission and this machine."""
        return self._host.layers

    @property
    def hardened(self) -> bool:
        """Whether a submission is kept from files, network and other processes."""
        return seccomp.NAME in self.layers()

    def prepare(self, cases: Sequence[Arguments]) -> Sequence[Arguments]:
        """Return the same cases, ready for calls in many submissions; never change them again."""
        return self._host.prepare(cases)

    def runner(self) -> SandboxRunner:
        """Return a runner for one submission; end it before the next one starts."""
        return SandboxRunner(self._host, self._limits)

    def close(self) -> None:
        """End every process of the sandbox."""
        self._host.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _host(only_layers: Collection[str] | None, unhardened: bool) -> Host:
    if unhardened:
        return WorkerHost()
    from course_lib.grading.sandbox.hardened import ZygoteHost  # what it needs exists on Linux only

    return ZygoteHost(only_layers)
