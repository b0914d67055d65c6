"""The private names of aiohttp that the fast path uses, and aiohttp's original ``ClientSession._request``."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from dataclasses import dataclass
from types import FunctionType
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Need:
    """A private name of aiohttp that the fast path uses. docs/internals/aiohttp.md says what for."""

    owner: str
    """The class, by its name in ``aiohttp`` or in the module of aiohttp that defines it."""
    name: str
    used_in: str | None = None
    """A function of aiohttp that must use the name too: a name that aiohttp no longer uses may still exist."""
    calls: tuple[str, ...] | None = None
    """Of a function that is called: the parameters that it is called with, without ``self``."""
    overrides: tuple[str, ...] | None = None
    """Of a function that is overridden: its exact parameters, without ``self``, because aiohttp calls the override."""


NEEDS: tuple[Need, ...] = (
    Need(
        "ClientSession", "_request",
        calls=("method", "str_or_url", "allow_redirects", "data", "headers", "proxy", "proxy_headers"),
    ),
    Need(
        "ClientSession", "__init__",
        calls=("connector", "cookie_jar", "timeout", "auto_decompress", "request_class"),
    ),
    Need("ClientSession", "_retry_connection", "ClientSession._request"),
    Need("ClientSession", "_loop"),
    Need(
        "ClientRequest", "__init__",
        calls=("method", "url", "data", "headers", "skip_auto_headers", "loop", "response_class", "proxy", "timer", "session",
               "ssl", "server_hostname", "proxy_headers", "traces"),
    ),
    Need("ClientRequest", "send", "ClientSession._request", overrides=("conn",)),
    Need(
        "ClientResponse", "__init__",
        calls=("method", "url", "writer", "continue100", "timer", "request_info", "traces", "loop", "session",
               "stream_writer"),
    ),
    Need("ClientResponse", "start", "ClientSession._request", calls=("connection",)),
    Need("TCPConnector", "_create_connection", "TCPConnector.connect", overrides=("req", "traces", "timeout")),
    Need("TCPConnector", "_release", "Connection.release", overrides=("key", "protocol", "should_close")),
    Need("TCPConnector", "_release_acquired", "TCPConnector._release", calls=("key", "proto")),
    Need("TCPConnector", "_conns", "TCPConnector._get"),
    Need("TCPConnector", "_acquired", "TCPConnector.connect"),
    Need("TCPConnector", "_closed", "TCPConnector.connect"),
    Need("TCPConnector", "_factory", "TCPConnector._create_direct_connection"),
    Need("TCPConnector", "_ssl", "TCPConnector._get_ssl_context"),
    Need("TCPConnector", "_loop"),
    Need("ResponseHandler", "_payload", "ResponseHandler.data_received"),
    Need("ResponseHandler", "_buffer", "ResponseHandler.read"),
    Need("ResponseHandler", "set_response_params", "ClientSession._request", calls=("read_until_eof", "auto_decompress")),
    Need("ResponseHandler", "read", "ClientResponse.start", calls=()),
    Need("ResponseHandler", "is_connected", "TCPConnector._get", overrides=()),
    Need("ResponseHandler", "should_close", "TCPConnector._release", calls=()),
    Need("ResponseHandler", "close", "TCPConnector._release", overrides=()),
    Need("ResponseHandler", "set_exception", "ResponseHandler.connection_lost", overrides=("exc", "exc_cause")),
    Need("ResponseHandler", "connection_lost", overrides=("exc",)),
    Need("ResponseHandler", "eof_received", overrides=()),
    Need("StreamReader", "_exception", "StreamReader.exception"),
    Need("StreamReader", "feed_data", overrides=("data", "size")),
    Need("StreamReader", "begin_http_chunk_receiving", overrides=()),
    Need("StreamReader", "end_http_chunk_receiving", overrides=()),
    Need("StreamReader", "readany", overrides=()),
    Need("StreamReader", "_wait", calls=("func_name",)),
    Need("StreamReader", "_buffer"),
    Need("StreamReader", "_size"),
    Need("StreamReader", "_high_water"),
    Need("StreamReader", "_http_chunk_splits"),
    Need("StreamReader", "_waiter"),
    Need("StreamReader", "_eof"),
    Need("StreamReader", "_protocol"),
    Need("ResponseHandler", "_reading_paused"),
    Need("ResponseHandler", "pause_reading", calls=()),
    Need("ResponseHandler", "resume_reading", calls=()),
    Need("Connection", "_protocol", "Connection.release"),
)  # fmt: skip


_original: Any = None


def is_wrapped() -> bool:
    """Return whether ``ClientSession._request`` is replaced. Ask at every request: recorders come and go."""
    global _original
    current: Any = getattr(aiohttp.ClientSession, "_request", None)
    if current is _original:
        return False
    if not _is_original(current):
        return True
    _original = current
    return False


def _is_original(function: Any) -> bool:
    # Its attributes prove nothing: a wrapper may pass them on.
    return type(function) is FunctionType and function.__globals__ is aiohttp.client.__dict__


def original_request() -> Any:
    """Return aiohttp's own ``ClientSession._request``, also from below a wrapper; None if it cannot be found."""
    found: Any = _original or getattr(aiohttp.ClientSession, "_request", None)
    while found is not None and not _is_original(found):
        found = getattr(found, "__wrapped__", None)
    return found
