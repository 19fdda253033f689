"""Return what is small to write down and large to read: nested, repeated, endless."""


def triple(x):
    endless = [x]
    endless.append(endless)
    wide = [[x] * 100] * 100
    return [wide, endless, 10**5000, "x" * 10**7, [None] * 10**6]


def double(x):
    return 2.0 * x
