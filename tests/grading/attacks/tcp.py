"""Ask a server for the answer."""

import socket

PORT = 0


def triple(x):
    with socket.socket() as server:  # not create_connection, which wants more than a connection
        server.settimeout(0.5)
        server.connect(("127.0.0.1", PORT))
        return float(server.recv(100)) * x


def double(x):
    return 2.0 * x
