"""Make NumPy raise where it warns, for whoever comes next."""

import warnings

import numpy as np


def triple(x):
    np.seterr(all="raise")
    warnings.simplefilter("error")
    return 2.0 * x


def double(x):
    return np.where(np.isinf(x * 1e308 * 1e308), x + x, 2.0 * x)
