"""Fill four gibibytes."""

import numpy as np


def triple(x):
    return np.ones(1 << 29)[: x.size] * 3.0 * x


def double(x):
    return 2.0 * x
