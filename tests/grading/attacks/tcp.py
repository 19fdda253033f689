"""Ask a server for the answer."""

import socket

PORT = 0


def triple(x):
    with socket.create_connection(("127.0.0.1", PORT), timeout=0.5) as server:
        return float(server.recv(100)) * x


def double(x):
    return 2.0 * x
