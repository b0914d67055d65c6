"""What the embedded server has still to read when a process that sent requests is killed."""

from __future__ import annotations

import socket
import time

from aiogroq.local import LocalGroq

_LIMIT_S = 60


def wait_until_read(server: LocalGroq) -> None:
    """Return when the server has read all that processes have sent which have ended: only then is its request log complete."""
    with socket.create_connection((server.host, server.port), timeout=_LIMIT_S) as last:
        # The server accepts connections in their order, so it has accepted all others when it answers this one.
        last.sendall(b"not HTTP\r\n\r\n")
        last.recv(1)
    ends_at = time.monotonic() + _LIMIT_S
    while server.open_connections:
        assert time.monotonic() < ends_at, f"{server.open_connections} connections are open"
        time.sleep(0.002)
