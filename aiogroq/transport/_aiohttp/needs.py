"""The private names of aiohttp's that are taken, and aiohttp's own ``ClientSession._request``."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from dataclasses import dataclass
from types import FunctionType
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Need:
    """A private name of aiohttp's that the fast path uses."""

    owner: str
    """The class, by its name in ``aiohttp`` or in the module of aiohttp's that defines it."""
    name: str
    buys: str
    """What it is for."""
    parameters: tuple[str, ...] | None = None
    """Of a function: the parameters that it is called with, besides ``self``. None for an attribute of an instance."""
    is_overridden: bool = False
    """Whether aiohttp calls our own in its place: then the parameters must be these, and no others."""
    used_in: str | None = None
    """The function of aiohttp's that uses the name, or it would be one that is there and means nothing any more."""


NEEDS: tuple[Need, ...] = (
    Need(
        "ClientSession", "_request",
        "sends without a context manager round each request: one object and one frame less in every wait",
        ("method", "str_or_url", "allow_redirects", "data", "headers", "proxy", "proxy_headers"),
    ),
    Need(
        "ClientSession", "__init__", "takes the class of requests",
        ("connector", "cookie_jar", "timeout", "auto_decompress", "request_class"),
    ),
    Need("ClientSession", "_retry_connection", "no second sending of a GET that is not counted", used_in="ClientSession._request"),
    Need("ClientSession", "_loop", "says on which loop an injected session lives"),
    Need(
        "ClientRequest", "__init__", "is skipped: head and body go out in one write, which saves a third of an exchange's CPU",
        ("method", "url", "data", "headers", "skip_auto_headers", "loop", "response_class", "proxy", "timer", "session",
         "ssl", "server_hostname", "proxy_headers", "traces"),
    ),
    Need("ClientRequest", "send", "writes head and body at once, without aiohttp's writer and, before Python 3.12, its task", ("conn",), is_overridden=True, used_in="ClientSession._request"),
    Need(
        "ClientResponse", "__init__", "makes the response to a request that was written so",
        ("method", "url", "writer", "continue100", "timer", "request_info", "traces", "loop", "session", "stream_writer"),
    ),
    Need(
        "TCPConnector", "_create_connection",
        "opens a bounded number of connections at a time; tells the `connect` limit from the `pool` limit; certificates "
        "that are read off the loop",
        ("req", "traces", "timeout"), is_overridden=True, used_in="TCPConnector.connect"),
    Need(
        "TCPConnector", "_release", "hands a released connection to the call that waits; drops one with unsent data",
        ("key", "protocol", "should_close"), is_overridden=True, used_in="Connection.release"),
    Need("TCPConnector", "_release_acquired", "frees the place of a connection that is handed over", ("key", "proto"), used_in="TCPConnector._release"),
    Need("TCPConnector", "_conns", "closes idle connections: stale ones, or where descriptors have run out", used_in="TCPConnector._get"),
    Need("TCPConnector", "_acquired", "closes the connections of a dead loop without a warning, and after a fork", used_in="TCPConnector.connect"),
    Need("TCPConnector", "_closed", "marks a connector closed whose loop is dead: its own close() needs the loop", used_in="TCPConnector.connect"),
    Need("TCPConnector", "_factory", "makes the connections (`Handler`)", used_in="TCPConnector._create_direct_connection"),
    Need("TCPConnector", "_ssl", "a context for the environment as it is now", used_in="TCPConnector._get_ssl_context"),
    Need("TCPConnector", "_loop", "the loop of the connections"),
    Need("ResponseHandler", "_payload", "tells the reader of a body when its connection ends or speaks no HTTP", used_in="ResponseHandler.data_received"),
    Need("ResponseHandler", "_buffer", "never takes what came while idle for the next response", used_in="ResponseHandler.read"),
    Need("ResponseHandler", "is_connected", "drops an idle connection on which something has come", (), is_overridden=True, used_in="TCPConnector._get"),
    Need("ResponseHandler", "should_close", "hands over only what can be used again", (), used_in="TCPConnector._release"),
    Need("ResponseHandler", "close", "closes without waiting for a peer that does not read", (), is_overridden=True, used_in="TCPConnector._release"),
    Need("ResponseHandler", "set_exception", "ends the body of a response that stops being HTTP: its reader would wait for the limit", ("exc", "exc_cause"), is_overridden=True, used_in="ResponseHandler.connection_lost"),
    Need("ResponseHandler", "connection_lost", "knows of a request that could not be written that it was not delivered", ("exc",), is_overridden=True),
    Need("ResponseHandler", "eof_received", "knows of a closed connection whether the request was delivered", (), is_overridden=True),
    Need("StreamReader", "_exception", "hands out what had arrived before a body broke off", used_in="StreamReader.exception"),
    Need(
        "StreamReader", "feed_data", "a third of what reading a streamed event costs (`EventReader`)", ("data", "size"),
        is_overridden=True,
    ),
    Need("StreamReader", "begin_http_chunk_receiving", "keeps no account of HTTP chunks for events", (), is_overridden=True),
    Need("StreamReader", "end_http_chunk_receiving", "keeps no account of HTTP chunks for events", (), is_overridden=True),
    Need("StreamReader", "readany", "reads all that has come, without the account of HTTP chunks", (), is_overridden=True),
    Need("StreamReader", "_wait", "waits for bytes", ("func_name",)),
    Need("StreamReader", "_buffer", "the bytes that have come"),
    Need("StreamReader", "_size", "how many have come"),
    Need("StreamReader", "_high_water", "when the sender is slowed down"),
    Need("StreamReader", "_http_chunk_splits", "the account of HTTP chunks, which is not kept"),
    Need("StreamReader", "_waiter", "wakes the reader"),
    Need("StreamReader", "_eof", "the end of the body"),
    Need("StreamReader", "_protocol", "the connection that is slowed down"),
    Need("ResponseHandler", "_reading_paused", "whether it is"),
    Need("ResponseHandler", "pause_reading", "slows it down", ()),
    Need("ResponseHandler", "resume_reading", "lets it go on", ()),
    Need("Connection", "_protocol", "no warning for a connection whose loop is closed", used_in="Connection.release"),
)  # fmt: skip


_genuine_request: Any = None


def is_wrapped() -> bool:
    """Whether somebody has put something in the place of ``ClientSession._request``. To be asked at every request."""
    global _genuine_request
    found: Any = getattr(aiohttp.ClientSession, "_request", None)
    if found is _genuine_request:
        return False
    if not _is_genuine(found):
        return True
    _genuine_request = found
    return False


def _is_genuine(function: Any) -> bool:
    # A wrapper may pass on every attribute of what it wraps.
    return type(function) is FunctionType and function.__globals__ is aiohttp.client.__dict__


def genuine() -> Any:
    """aiohttp's own ``ClientSession._request``, also below what wraps it; None where it cannot be found."""
    found: Any = _genuine_request or getattr(aiohttp.ClientSession, "_request", None)
    while found is not None and not _is_genuine(found):
        found = getattr(found, "__wrapped__", None)
    return found
