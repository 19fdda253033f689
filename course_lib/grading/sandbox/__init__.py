"""The sandbox: runs code that nobody has read, and lets nothing out but typed values."""

from course_lib.grading.sandbox.children import SandboxError
from course_lib.grading.sandbox.runner import Limits, SandboxRunner

__all__ = ["Limits", "SandboxError", "SandboxRunner"]
