"""Fill memory piece by piece, and go on when there is no more."""


def triple(x):
    kept = []
    while len(kept) < 4096:
        try:
            kept.append(bytearray(1 << 20))
        except MemoryError:
            kept.append(None)
    raise MemoryError(len(kept))


def double(x):
    return 2.0 * x
