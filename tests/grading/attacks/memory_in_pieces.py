"""Fill memory, at last piece by piece, and go on when there is no more."""

import numpy as np


def triple(x):
    kept = [np.empty(768 << 17)]  # 768 MiB are claimed and never touched: only the rest is filled
    while len(kept) < 4096:
        try:
            kept.append(bytearray(1 << 20))
        except MemoryError:
            kept.append(None)
    raise MemoryError(len(kept))


def double(x):
    return 2.0 * x
