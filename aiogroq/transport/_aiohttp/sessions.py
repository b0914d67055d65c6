"""Sessions of the fast path, and their end."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from types import MethodType
from typing import Any

import aiohttp

from .connections import Connector
from .needs import genuine
from .request import FastRequest


def open_session(options: dict[str, Any], **more: Any) -> aiohttp.ClientSession:
    """A session of the fast path. ``options`` are those of ``aiohttp.TCPConnector``."""
    return session_of(Connector(**options), **more)


def session_of(connector: Connector, **more: Any) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(connector=connector, request_class=FastRequest, **more)
    # aiohttp's own second try of a GET; here every request whose connection proves stale is sent again.
    session._retry_connection = False
    return session


def sender(session: aiohttp.ClientSession) -> Callable[..., Coroutine[Any, Any, aiohttp.ClientResponse]]:
    """What sends a request on a session of the fast path, as ``session.request`` does; not what wraps it for the moment."""
    return MethodType(genuine(), session)


def loop_of(session: aiohttp.ClientSession) -> asyncio.AbstractEventLoop | None:
    """The loop of a session, where it can be told. Its public ``loop`` warns."""
    return getattr(session, "_loop", None)


def detach(session: aiohttp.ClientSession) -> list[Any]:
    """Take the connections out of a session of the fast path, which is closed after that. They are returned."""
    connector: Any = session.connector
    session.detach()
    if connector is None or connector.closed:
        return []
    idle = [entry[0] for entries in connector._conns.values() for entry in entries]
    busy = [entry for entry in connector._acquired if hasattr(entry, "transport")]
    connector._closed = True  # its own close() would schedule callbacks, on a loop that may be dead
    connector._conns.clear()
    connector._acquired.clear()
    return [*idle, *busy]


def close_connections(handlers: list[Any]) -> None:
    """Close connections that were detached, whether their loop runs or not."""
    for handler in handlers:
        handler.cut()
        if handler.transport is not None:
            _close_transport(handler.transport)


def _close_transport(transport: Any) -> None:
    try:
        transport.abort()
        return
    except RuntimeError:
        pass  # the loop is closed: asyncio's transport cannot schedule its own end
    inner = getattr(transport, "_ssl_protocol", None)
    inner = getattr(inner, "_transport", None) or transport
    sock = getattr(inner, "_sock", None)
    if sock is not None:
        sock.close()
        inner._sock = None  # so that the transport does not warn that it was left open


def redirect_to_devnull(transport: Any) -> None:
    """Let go of a connection of the parent process, without closing its transport."""
    sock = transport.get_extra_info("socket")
    fd: int = sock.fileno() if sock is not None else -1
    if fd >= 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, fd, inheritable=False)  # the number stays taken, as the transport believes it to be
        os.close(nowhere)
