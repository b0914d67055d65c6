"""All that is private in aiohttp, in this one module: the fast path of our own sessions.

aiohttp's public API copies the headers of each request twice, adds its own, makes a writer and, before Python 3.12, a task that
writes even the shortest body: a third of what a small exchange costs. It tells nobody which connection a request went out on,
and leaves some connections and waiters behind. What is taken from below its public API, and what each name buys, is in
`NEEDS`. `flaw` checks all of it and then sends a request through it in memory: where a name is missing or has another
signature, where the rehearsal fails, or where somebody has wrapped ``ClientSession._request`` (vcrpy, aioresponses, tracers),
the pool takes the public API alone.
"""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import inspect
import os
import socket
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ..errors import APIError, APITimeoutError
from ..wire.timeouts import Timeout
from . import tls
from .connection_queue import ConnectionQueue
from .outgoing import Outgoing, SentHeaders, skipped_headers
from .phase_trace import current_watch
from .watch import Watch

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.http_exceptions import HttpProcessingError as HttpProcessingError
else:
    try:
        from aiohttp.client_proto import ResponseHandler
        from aiohttp.http_exceptions import HttpProcessingError as HttpProcessingError
    except ImportError:  # then `flaw` finds what is missing, and nothing below is used
        ResponseHandler, HttpProcessingError = object, ArithmeticError


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


def _genuine() -> Any:
    """aiohttp's own ``ClientSession._request``, also below what wraps it; None where it cannot be found."""
    found: Any = _genuine_request or getattr(aiohttp.ClientSession, "_request", None)
    while found is not None and not _is_genuine(found):
        found = getattr(found, "__wrapped__", None)
    return found


# ------------------------------------------------------------------------------------------------------- requests


class FastRequest(aiohttp.ClientRequest):
    """Sends an `Outgoing` in one write. Bodies in chunks, and whatever a proxy wants, stay aiohttp's own affair."""

    watch: Watch | None = None
    _outgoing: Outgoing | None = None
    has_connection: bool = False
    """Whether it need not be told of the connection that is being opened for it."""

    def __init__(self, method: str, url: URL, *, data: Any = None, **options: Any) -> None:
        self._is_whole = False
        if type(data) is not Outgoing:  # somebody has wrapped `_request`
            self.watch = next(iter(current_watch.get() or ()), None)
            super().__init__(method, url, data=data, **options)
            return
        self._outgoing = data
        self.watch = data.watch
        self._is_whole = options["proxy"] is None and (data.body is None or type(data.body) is bytes)
        if self._is_whole:
            self._take(method, url, **options)
        else:
            added: Any = options.pop("headers", None)
            options["headers"] = data.headers.with_added(added).values if added else data.headers.values
            options["skip_auto_headers"] = skipped_headers(data.body)
            super().__init__(method, url, data=data.body, **options)

    def _take(
        self, method: str, url: URL, *, session: Any, loop: Any, ssl: Any, timer: Any, traces: Any,
        response_class: Any, headers: Any = None, server_hostname: str | None = None, **_: Any,
    ) -> None:  # fmt: skip
        """Keep what the connector and the response ask for, and nothing of what aiohttp would work out."""
        sent = cast("Outgoing", self._outgoing).headers
        if headers:  # of a tracer: traceparent, sentry-trace, x-datadog-...
            sent = sent.with_added(headers)
        self._sent = sent
        self.method = method
        self.original_url: URL = url
        self.url: URL = url
        self.headers: CIMultiDict[str] = sent.values
        self.loop = loop
        self.response_class = response_class
        self.server_hostname = server_hostname
        self.proxy: URL | None = None
        self.proxy_auth: Any = None
        self.proxy_headers: Any = None
        self._session = session
        self._ssl = ssl
        self._timer = timer
        self._traces = traces

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        """Write the request. Returns the response that is to come."""
        handler, watch = conn.protocol, self.watch
        if watch is None or not self._is_whole:
            handler.begins_request(watch, None)
            return await super().send(conn)
        message = self._message()
        handler.begins_request(watch, len(message))
        transport = conn.transport
        if transport is not None and not transport.is_closing():
            transport.write(message)
        if transport is None or transport.is_closing():  # also where writing failed
            watch.is_undelivered = True
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        self.output_size: int = len(message)
        sent: Any = self  # of the writer of a request that is out already only this size is asked
        response: aiohttp.ClientResponse = self.response_class(
            self.method, self.original_url, writer=None, continue100=None, timer=self._timer,
            request_info=self.request_info, traces=self._traces, loop=self.loop, session=self._session,
            stream_writer=sent,
        )  # fmt: skip
        return response

    def _message(self) -> bytes:
        line = f"{self.method} {self.url.raw_path_qs} HTTP/1.1\r\n".encode()
        lines, body = self._sent.lines, cast("Outgoing", self._outgoing).body
        if body is None and self.method in _WITHOUT_LENGTH:
            return b"%b%b\r\n" % (line, lines)
        body = body or b""
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (line, lines, len(body), body)


_WITHOUT_LENGTH = frozenset({"GET", "HEAD"})

# ---------------------------------------------------------------------------------------------------- connections

_CUT = "the client was closed while the response was being read"


class Handler(ResponseHandler):
    """A connection. aiohttp leaves the reader of a body waiting when what follows is no HTTP, and takes what a server sent
    while the connection was idle for the response to the next request; here neither happens. Nor does it wait for what has
    not been sent yet when it is closed: a peer that does not read would keep socket and body for ever."""

    key: Any = None
    """Where it goes to."""
    is_new: bool = True
    """Whether no request has gone out on it."""
    _watch: Watch | None = None
    """Of the request that is under way."""
    _sent_bytes: int | None = None
    """The length of the latest request, where it went out in one write."""
    _acknowledged_bytes = 0
    """How much had been acknowledged before the latest request, where it goes out in several writes."""

    def begins_request(self, watch: Watch | None, sent_bytes: int | None) -> None:
        """A request goes out on it now."""
        if watch is not None:
            watch.is_new_connection = self.is_new
            watch.enter("first_byte")
        self.is_new = False
        self._watch = watch
        self._sent_bytes = sent_bytes
        if sent_bytes is None:
            self._acknowledged_bytes = _tcp_counters(self.transport)[0]

    def close(self) -> None:
        """Close the connection at once, whatever is still to be sent."""
        self.cut()
        if self.transport is not None:
            self.transport.abort()
        super().close()

    def cut(self) -> None:
        """Tell whoever reads a body that it ends here: aiohttp would leave him waiting, or take it for whole."""
        body = self._payload
        if body is not None and not body.is_eof() and body.exception() is None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                body.set_exception(aiohttp.ClientConnectionError(_CUT))

    def is_connected(self) -> bool:
        """Whether the connection can be used for a request."""
        return not self._buffer and super().is_connected()

    def eof_received(self) -> None:
        """The server has ended the connection."""
        if self._watch is not None:
            self._watch.is_undelivered = self._is_unacknowledged()
        super().eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection has come to its end."""
        if self._watch is not None and isinstance(exc, BrokenPipeError):
            self._watch.is_undelivered = True  # it had ended before all was written
        super().connection_lost(exc)

    def ends_request(self) -> None:
        """Nothing is under way on it."""
        self._watch = None

    def _is_unacknowledged(self) -> bool:
        """Whether the peer's system acknowledged nothing of the latest request; False where this cannot be known.

        A connection that the server had closed before the request came acknowledges nothing of it. One that received the
        request says so with the very segment that ends the connection.
        """
        acknowledged, sent = _tcp_counters(self.transport)
        if self._sent_bytes is None:
            return 0 < acknowledged == self._acknowledged_bytes
        return acknowledged > 0 and sent - (acknowledged - 1) >= self._sent_bytes  # the SYN was one, too

    def set_exception(self, exc: BaseException, *cause: Any, **named: Any) -> None:
        body = self._payload
        super().set_exception(exc, *cause, **named)
        if isinstance(exc, HttpProcessingError) and body is not None and not body.is_eof():
            body.set_exception(aiohttp.ClientPayloadError(exc.message))


_TCP_INFO: int | None = getattr(socket, "TCP_INFO", None)
# Linux, include/uapi/linux/tcp.h, struct tcp_info: tcpi_bytes_acked (which counts the SYN), tcpi_bytes_sent, tcpi_bytes_retrans.
_ACKED, _SENT, _RETRANSMITTED = 120, 200, 208
_INFO_BYTES = 232


def _tcp_counters(transport: Any) -> tuple[int, int]:
    """How many bytes the peer's system has acknowledged (and the SYN), and how many were sent; zeros where nobody knows."""
    if transport is None or _TCP_INFO is None:
        return 0, 0
    sock: Any = transport.get_extra_info("socket")
    try:
        info: bytes = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _INFO_BYTES)
    except (AttributeError, OSError):
        return 0, 0
    if len(info) < _RETRANSMITTED + 8:  # before Linux 4.19
        return 0, 0
    acknowledged, sent, again = (
        struct.unpack_from("Q", info, at)[0] for at in (_ACKED, _SENT, _RETRANSMITTED)
    )
    return acknowledged, sent - again


class Connector(aiohttp.TCPConnector):
    """Opens connections at the rate at which they complete, tells each attempt of it, and knows what to trust."""

    _default: Any = None
    max_idle: int | None = None
    """How many idle connections are kept; None for any number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]
        self._factory: Any = functools.partial(Handler, loop=self._loop)
        self._queue: ConnectionQueue[Any] = ConnectionQueue(self._loop, self._give_back, self._may_wait)
        self.max_idle = _max_idle()

    async def _create_connection(self, req: aiohttp.ClientRequest, traces: Any, timeout: Any) -> Any:
        request = cast("FastRequest", req)
        key = req.connection_key

        async def open_connection() -> Any:
            if request.watch is not None and not request.has_connection:
                request.watch.enter("connect")
            return await self._opened(request, traces, timeout)

        def has_connection() -> None:
            request.has_connection = True

        handler = await self._queue.connection(key, open_connection, has_connection)
        handler.key = key
        return handler

    async def _opened(self, req: FastRequest, traces: Any, timeout: Any) -> Any:
        is_tls = req.is_ssl() or (req.proxy is not None and req.proxy.scheme == "https")
        trusted: Any = self._ssl
        if is_tls and (trusted is True or trusted is self._default):
            # aiohttp's own was read when it was imported, and knows nothing of a later environment.
            self._ssl = self._default = await tls.default_context()
        create = super()._create_connection
        try:
            return await create(req, traces, timeout)
        except OSError as error:
            if not _is_out_of_descriptors(error) or not self._conns:
                raise
        self.drop_idle()
        for _ in range(2):  # the loop closes their sockets one step later
            await asyncio.sleep(0)
        return await create(req, traces, timeout)

    def _may_wait(self, key: Any, error: Exception) -> bool:
        """Whether a call that got no descriptor for a connection waits for one that is in use."""
        if not isinstance(error, OSError) or not _is_out_of_descriptors(error):
            return False
        in_use = [entry for entry in self._acquired if isinstance(entry, Handler)]
        # Or all descriptors of the process are idle here again, when this is over.
        self.max_idle = min(len(in_use) // 2, self.max_idle or len(in_use))
        return any(entry.key == key for entry in in_use)

    def _give_back(self, key: Any, handler: Any) -> None:
        """Take a connection that was opened for a call which no longer needs it."""
        if self._closed:
            handler.close()
        elif not self._queue.hand_over(key, handler):
            super()._release(key, handler)

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        protocol.ends_request()
        transport = protocol.transport
        # An answer that came before its request was sent whole: the next one would wait behind the rest of it.
        is_unsent = transport is not None and transport.get_write_buffer_size() > 0
        should_close = should_close or is_unsent
        if len(self._queue) and not self._closed:
            if (
                not should_close
                and not protocol.should_close
                and not self.force_close
                and protocol.is_connected()
            ):
                self._release_acquired(key, protocol)
                if self._queue.hand_over(key, protocol):
                    return
        elif self.max_idle is not None and len(self._conns.get(key, ())) >= self.max_idle:
            should_close = True
        super()._release(key, protocol, should_close=should_close)
        if len(self._queue):
            self._queue.try_again()

    def drop_idle(self) -> None:
        """Close the connections that are kept."""
        kept = [protocol for pairs in self._conns.values() for protocol, _ in pairs]
        self._conns.clear()
        for protocol in kept:
            protocol.close()

    def end_queue(self) -> None:
        """Nobody waits for a connection any more."""
        self._queue.close(lambda: aiohttp.ClientConnectionError("Connector is closed."))

    def close(self, **options: Any) -> Any:
        self.end_queue()
        return super().close(**options)


def _is_out_of_descriptors(error: OSError) -> bool:
    found: Any = getattr(error, "os_error", error)
    return found.errno in (errno.EMFILE, errno.ENFILE)


def _max_idle() -> int | None:
    """Three quarters of the descriptors that this process may have: the rest is for its other files."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if limit == resource.RLIM_INFINITY else max(1, limit * 3 // 4)


# ------------------------------------------------------------------------------------------------------- sessions


def open_session(options: dict[str, Any], **more: Any) -> aiohttp.ClientSession:
    """A session of the fast path. ``options`` are those of ``aiohttp.TCPConnector``."""
    return _session(Connector(**options), **more)


def _session(connector: Connector, **more: Any) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(connector=connector, request_class=FastRequest, **more)
    # aiohttp's own second try of a GET; here every request whose connection proves stale is sent again.
    session._retry_connection = False
    return session


def sender(session: aiohttp.ClientSession) -> Callable[..., Coroutine[Any, Any, aiohttp.ClientResponse]]:
    """What sends a request on a session of the fast path, as ``session.request`` does; not what wraps it for the moment."""
    return MethodType(_genuine(), session)


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


def point_nowhere(transport: Any) -> None:
    """Let go of a connection of the parent process, without closing its transport."""
    sock = transport.get_extra_info("socket")
    fd: int = sock.fileno() if sock is not None else -1
    if fd >= 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, fd, inheritable=False)  # the number stays taken, as the transport believes it to be
        os.close(nowhere)


# ------------------------------------------------------------------------------------------------------ responses


def forget_connection(response: aiohttp.ClientResponse) -> None:
    """After ``response.close()`` on a closed loop: aiohttp leaves the connection as it is then, and warns of it."""
    connection: Any = response.connection
    if connection is not None and hasattr(connection, "_protocol"):
        connection._protocol = None


def arrived_before(reader: Any) -> bytes:
    """What had arrived when a body broke off: aiohttp's reader raises first and would never hand it out."""
    error = reader.exception()
    if error is None or (isinstance(error, APIError) and not isinstance(error, APITimeoutError)):
        return b""  # closed by its reader, who wants no more of it
    if getattr(reader, "_exception", None) is not error:
        return b""
    reader._exception = None
    try:
        return bytes(reader.read_nowait())
    finally:
        reader._exception = error


_MAX_WAITING_CHUNKS = 16 * 1024
"""HTTP chunks that wait to be read at most: a hostile server sends them with a byte each."""


class EventReader(aiohttp.StreamReader):
    """Reads a body whose chunks mean nothing to its reader. aiohttp keeps account of where each one ends, and tries to go on
    reading from the socket after each one that is taken: that costs as much as all else that is done for a streamed event."""

    __slots__ = ()

    def begin_http_chunk_receiving(self) -> None:
        """A chunk begins."""

    def end_http_chunk_receiving(self) -> None:
        """A chunk has ended."""

    def feed_data(self, data: bytes, size: int = 0) -> bool:
        """Take what has arrived. Returns whether more comes of it by decompression, which it never does."""
        if data:
            buffer = self._buffer
            buffer.append(data)
            self._size = waiting_bytes = self._size + len(data)
            waiter = self._waiter
            if waiter is not None:
                self._waiter = None
                if not waiter.done():
                    waiter.set_result(None)
            if waiting_bytes > self._high_water or len(buffer) > _MAX_WAITING_CHUNKS:
                self._protocol.pause_reading()
        return False

    async def readany(self) -> bytes:
        """All that has arrived, waiting for some; ``b""`` at the end."""
        buffer = self._buffer
        while self._exception is None and not buffer and not self._eof:
            await self._wait("readany")
        if self._exception is not None:
            raise self._exception
        data = b"".join(buffer)
        buffer.clear()
        self._size = 0
        if self._protocol._reading_paused:
            self._protocol.resume_reading()
        return data


def read_events(reader: aiohttp.StreamReader) -> None:
    """Turn the reader of a body into an `EventReader`, where its connection is one of the fast path.

    Not where so much has arrived with the head that reading is paused already: aiohttp's parser can then have been paused
    between two chunks, and would pause once more, unseen, after it was resumed.
    """
    protocol: Any = getattr(reader, "_protocol", None)
    is_ours = type(reader) is aiohttp.StreamReader and isinstance(protocol, Handler)
    if is_ours and not protocol._reading_paused:
        reader.__class__ = EventReader
        reader._http_chunk_splits = None


# ------------------------------------------------------------------------------------------------------ the check


def flaw() -> str | None:
    """What speaks against the fast path with the aiohttp that is installed; None where nothing does.

    To be called while a loop runs. Worked out once for the process.
    """
    if _genuine() is None:
        return "ClientSession._request has been replaced"
    return _checked()


@functools.cache
def _checked() -> str | None:
    try:
        return _missing() or _rehearsed()
    except Exception as error:
        return f"the rehearsal raised {type(error).__name__}: {error}"


def _missing() -> str | None:
    """The first of `NEEDS` that is not there, or is called in another way."""
    loop = asyncio.get_running_loop()
    connector: Any = None
    session: aiohttp.ClientSession | None = None
    try:
        connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
        session = aiohttp.ClientSession(connector=connector)
        handler = ResponseHandler(loop)
        instances: dict[str, Any] = {
            "ClientSession": session,
            "TCPConnector": connector,
            "ResponseHandler": handler,
            "StreamReader": aiohttp.StreamReader(handler, 2**16, loop=loop),
            "Connection": aiohttp.connector.Connection(connector, cast("Any", None), cast("Any", None), loop),
            "ClientRequest": aiohttp.ClientRequest,
            "ClientResponse": aiohttp.ClientResponse,
        }
        for need in NEEDS:
            if why := _flaw_of(need, instances):
                return f"{need.owner}.{need.name} {why}"
        return None
    finally:
        _forget(session, connector)


def _forget(session: aiohttp.ClientSession | None, connector: Any) -> None:
    """Let go of a session of the check, in which nothing is open, whatever is missing in it."""
    with contextlib.suppress(Exception):
        if session is not None:
            session.detach()
    with contextlib.suppress(Exception):
        connector._closed = True


def _flaw_of(need: Need, instances: dict[str, Any]) -> str | None:
    instance = instances[need.owner]
    if not hasattr(instance, need.name):
        return "is missing"
    if need.used_in is not None:
        owner, _, function_name = need.used_in.partition(".")
        user = getattr(_class_of(instances[owner]), function_name, None)
        if need.name not in _names_in(getattr(user, "fget", user)):
            return f"is not used by {need.used_in}"
    function: Any = getattr(_class_of(instance), need.name, None)
    if need.parameters is None or isinstance(function, property):
        return None
    if not callable(function):
        return "is no function"
    signature = inspect.signature(function)
    if need.is_overridden:
        known = [name for name in signature.parameters if name != "self"]
        return None if known == list(need.parameters) else f"takes {', '.join(known) or 'nothing'}"
    try:
        signature.bind(None, **dict.fromkeys(need.parameters))
    except TypeError as error:
        return str(error)
    return None


def _class_of(instance: Any) -> Any:
    is_class = isinstance(instance, type)
    return instance if is_class else cast("Any", type(instance))


def _names_in(function: Any) -> set[str]:
    """The names that a function and the functions in it mention."""
    names: set[str] = set()
    codes: list[Any] = [getattr(inspect.unwrap(function), "__code__", None)] if callable(function) else []
    while codes:
        code = codes.pop()
        if isinstance(code, CodeType):
            names.update(code.co_names)
            codes += code.co_consts
    return names


_RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
)
_STREAM_REST = b"1\r\n}\r\n0\r\n\r\n"


class _MemoryTransport(asyncio.Transport):
    """Answers every request at once: the first one whole, the second one with the beginning of a stream."""

    def __init__(self, handler: Any) -> None:
        super().__init__()
        self.handler = handler
        self.written: list[bytes] = []
        self.is_aborted = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))
        self.handler.data_received(_RESPONSE if len(self.written) == 1 else _STREAM_HEAD)

    def is_closing(self) -> bool:
        return self.is_aborted

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.is_aborted = True

    close = abort

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def _no_socket(*_: object) -> Any:
    raise OSError("the rehearsal would connect")


class _RehearsalConnector(Connector):
    """Connects to a `_MemoryTransport`."""

    def __init__(self) -> None:
        super().__init__(resolver=aiohttp.ThreadedResolver(), socket_factory=_no_socket)
        self.transports: list[_MemoryTransport] = []

    async def _create_connection(self, req: aiohttp.ClientRequest, traces: Any, timeout: Any) -> Any:
        if (
            not isinstance(req, FastRequest)
            or req.watch is None
            or not req.connection_key.host
            or req.is_ssl()
        ):
            raise TypeError("the connector is not given the request")
        handler: Any = self._factory()
        transport = _MemoryTransport(handler)
        handler.connection_made(transport)
        self.transports.append(transport)
        return handler


def _rehearsed() -> str | None:
    """Send two requests on one connection through all of the fast path, in memory. Nothing in it may wait."""
    connector = _RehearsalConnector()
    session = _session(connector, auto_decompress=False)
    session.trace_configs.clear()  # tracers would tell of the rehearsal
    try:
        for number in (0, 1):
            watch = Watch(asyncio.get_running_loop(), Timeout(None), None, _nothing)
            headers = SentHeaders(CIMultiDict({"Host": "127.0.0.1", "X-Number": str(number)}))
            sending = sender(session)(
                "POST",
                URL("http://127.0.0.1/chat"),
                allow_redirects=False,
                data=Outgoing(headers, b'{"a":1}', watch),
            )
            response = _result(sending)
            content = response.content.read_nowait() if number == 0 else _streamed(response, connector)
            if response.status != 200 or content != b"{}" or response.content_type != "application/json":
                return "the rehearsal got another response"
            if watch.phase != "first_byte" or watch.is_new_connection is not (number == 0):
                return "the rehearsal is not told of its connection"
            response.close()
        (transport,) = connector.transports
        expected = (
            b"POST /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Number: 1\r\nContent-Length: 7\r\n\r\n" + b'{"a":1}'
        )
        if transport.written[1:] != [expected]:
            return "the rehearsal sent another request"
        handlers = detach(session)
        close_connections(handlers)
        if len(handlers) != 1 or not transport.is_aborted:
            return "the rehearsal cannot close its connection"
        return None
    finally:
        _forget(session, connector)


def _streamed(response: aiohttp.ClientResponse, connector: _RehearsalConnector) -> bytes:
    """Read the body of a response with an `EventReader`, which is made to pause and resume the connection."""
    reader = response.content
    read_events(reader)
    (transport,) = connector.transports
    content: bytes = _result(reader.readany())
    reader._high_water = 0
    transport.handler.data_received(_STREAM_REST)
    content += _result(reader.readany())
    return content if reader.at_eof() else b""


def _result(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("it waits for something")


def _nothing() -> None:
    pass
