"""Tell a server the question."""

import socket

PORT = 0


def triple(x):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.sendto(repr(x).encode(), ("127.0.0.1", PORT))
    return x


def double(x):
    return 2.0 * x
