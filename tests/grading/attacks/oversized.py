"""Return far more than was asked for."""

import numpy as np


def triple(x):
    return np.broadcast_to(3.0 * x[:1], (1 << 40,))


def double(x):
    return 2.0 * x
