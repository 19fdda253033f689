"""Recurse until the stack is gone, past the limit that Python sets."""

import sys


class Nested:
    def __repr__(self):
        return repr([self])


def triple(x):
    sys.setrecursionlimit(1 << 30)
    return float(len(repr(Nested())))


def double(x):
    return 2.0 * x
