"""Sessions of the fast path, and how they are closed without their loop."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from types import MethodType
from typing import Any

import aiohttp

from .connections import Connector, Handler
from .needs import original_request
from .request import FastRequest


def open_session(options: dict[str, Any], **more: Any) -> aiohttp.ClientSession:
    """Open a session of the fast path. ``options`` are those of ``aiohttp.TCPConnector``."""
    return session_of(Connector(**options), **more)


def session_of(connector: Connector, **more: Any) -> aiohttp.ClientSession:
    """Open a session of the fast path over a connector."""
    session = aiohttp.ClientSession(connector=connector, request_class=FastRequest, **more)
    # aiohttp would resend a GET uncounted. `Call` resends every request whose connection was stale.
    session._retry_connection = False
    return session


def sender(session: aiohttp.ClientSession) -> Callable[..., Coroutine[Any, Any, aiohttp.ClientResponse]]:
    """Return the function that sends a request on the fast path, as ``session.request`` does; never a wrapper of it."""
    return MethodType(original_request(), session)


def loop_of(session: aiohttp.ClientSession) -> asyncio.AbstractEventLoop | None:
    """Return the loop of a session, or None if it is unknown. Its public ``loop`` warns."""
    return getattr(session, "_loop", None)


def detach(session: aiohttp.ClientSession) -> list[Any]:
    """Take the connections out of a session of the fast path and return them. The session is closed then."""
    connector: Any = session.connector
    session.detach()
    if connector is None or connector.closed:
        return []
    idle = [entry[0] for entries in connector._conns.values() for entry in entries]
    # A connection that is being opened has no handler yet.
    busy = [entry for entry in connector._acquired if isinstance(entry, Handler)]
    connector._closed = True  # its own close() would schedule callbacks on a loop that may be closed
    connector._conns.clear()
    connector._acquired.clear()
    return [*idle, *busy]


def close_connections(handlers: list[Any]) -> None:
    """Close detached connections, whether their loop runs or not."""
    for handler in handlers:
        handler.end_body()
        if handler.transport is not None:
            _close_transport(handler.transport)


def _close_transport(transport: Any) -> None:
    try:
        transport.abort()
        return
    except RuntimeError:
        pass  # the loop is closed, and asyncio's transport cannot schedule its own cleanup
    inner = getattr(transport, "_ssl_protocol", None)
    inner = getattr(inner, "_transport", None) or transport
    sock = getattr(inner, "_sock", None)
    if sock is not None:
        sock.close()
        inner._sock = None  # or the transport would warn that it was not closed


def redirect_to_devnull(transport: Any) -> None:
    """Replace the socket of a connection of the parent process by ``/dev/null``, without closing its transport."""
    sock = transport.get_extra_info("socket")
    fd: int = sock.fileno() if sock is not None else -1
    if fd >= 0:
        devnull = os.open(os.devnull, os.O_RDWR)
        os.dup2(
            devnull, fd, inheritable=False
        )  # the transport still refers to the number, so it must stay in use
        os.close(devnull)
