"""Return, and send, an object that runs code where it is unpickled."""

import contextlib
import os
import pickle

FOLDER = "."


class Payload:
    def __reduce__(self):
        return os.system, (f"touch {FOLDER}/unpickled",)


def triple(x):
    for descriptor in range(3, 10):
        with contextlib.suppress(OSError):
            os.write(descriptor, pickle.dumps(Payload()))
    return Payload()


def double(x):
    return 2.0 * x
