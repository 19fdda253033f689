"""Take four gibibytes."""

import numpy as np


def triple(x):
    room = np.empty(1 << 29)
    room[: 1 << 20] = 3.0
    return room[0] * x


def double(x):
    return 2.0 * x
