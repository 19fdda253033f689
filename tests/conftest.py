"""What holds for all tests: Hypothesis does not time them, for a machine may be busy.

The rest spares them work that shows nothing.
"""

import gc
import sys

from hypothesis import settings

settings.register_profile("course", deadline=None)
settings.load_profile("course")

# It builds a grammar of web addresses when it is imported, for a second, and whatever reads a
# notebook imports it with jsonschema, which goes on without it.
sys.modules["rfc3987_syntax"] = None


def pytest_collection_finish():
    """Let the garbage collector pass over libraries and tests: a tenth of the time went there."""
    gc.freeze()
