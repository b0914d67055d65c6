"""Waits until the embedded server has read what was sent to it, however busy it is."""

from __future__ import annotations

import socket

from waiting import eventually

from aiogroq.local import LocalGroq

_LIMIT_S = 60


def wait_for_a_later_response(server: LocalGroq) -> None:
    """Return when the server has answered a connection that is made now.

    It accepts connections in their order: by then it has accepted all others, and has read what was sent on them before.
    """
    with socket.create_connection((server.host, server.port), timeout=_LIMIT_S) as later:
        later.sendall(b"not HTTP\r\n\r\n")
        later.recv(1)


def wait_until_read(server: LocalGroq) -> None:
    """Return when the server has read all that processes have sent which have ended: only then is its request log complete."""
    wait_for_a_later_response(server)
    eventually(lambda: server.open_connections == 0, within_s=_LIMIT_S)
