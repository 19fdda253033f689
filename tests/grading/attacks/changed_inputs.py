"""Empty the input, so that a reference that is called with it afterwards agrees."""


def triple(x):
    x *= 0.0
    return x


def double(x):
    return 2.0 * x
