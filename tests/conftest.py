"""What holds for all tests: Hypothesis does not time them, for a machine may be busy."""

import gc
import sys

from hypothesis import settings

settings.register_profile("course", deadline=None)
settings.load_profile("course")

# It builds a grammar of web addresses when it is imported, for a second, and whatever reads a
# notebook imports it with jsonschema, which goes on without it.
sys.modules["rfc3987_syntax"] = None

gc.disable()  # until the tests are collected: all that is made until then stays


def pytest_collection_finish():
    """Let the garbage collector pass over libraries and tests: a tenth of the time went there."""
    gc.freeze()
    gc.enable()
