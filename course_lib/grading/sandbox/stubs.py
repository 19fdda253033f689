"""What a submission gets when it imports a module that is not there while it is graded.

A notebook may plot in one cell and define a function in the next. So an `import matplotlib` must
not cost the function: it gives a stand-in, which says what is wrong as soon as it is used.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

from course_lib.grading.loading import SUBMISSION


class Stub(ModuleType):
    """Stands for a module that is not available, or for anything that is taken from it."""

    __all__: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Stub:
        if name.startswith("__"):  # protocols of Python, not names that a submission means
            raise AttributeError(name)
        return Stub(f"{self.__name__}.{name}")

    def __call__(self, *_: object, **__: object) -> NoReturn:
        """Refuse to be used.

        Raises
        ------
        ModuleNotFoundError
            Always.
        """
        raise ModuleNotFoundError(
            f"{self.__name__} cannot be used here: while it is graded, a submission has numpy,"
            " course_lib and the usual modules of the standard library, and nothing else"
        )

    __mro_entries__ = __call__  # a class that is derived from it


class StubFinder(MetaPathFinder, Loader):
    """Answers the imports of a submission that nothing else has answered.

    The imports of libraries, which often try one module and go on without it, fail as ever.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a stand-in for any module, if a submission asks for it."""
        del path, target
        return ModuleSpec(fullname, self, is_package=True) if _asked_by_submission() else None

    def create_module(self, spec: ModuleSpec) -> Stub:
        """Make the stand-in."""
        return Stub(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing: there is no code."""


def _asked_by_submission() -> bool:
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None and frame.f_globals.get("__name__") == SUBMISSION


def close_imports() -> None:
    """From here on, import what is loaded or built in; for a submission, a stand-in for the rest.

    Files cannot be opened under the sandbox, so looking for modules on disk would fail slowly.
    """
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter, StubFinder()]
