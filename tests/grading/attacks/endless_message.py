"""Raise what never finishes saying what it is."""


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def triple(x):
    raise Endless


def double(x):
    return 2.0 * x
