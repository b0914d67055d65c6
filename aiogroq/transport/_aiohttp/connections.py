"""Connections of the fast path, and the connector that opens, hands over and closes them."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import math
import socket
import struct
from typing import TYPE_CHECKING, Any, cast

import aiohttp

from .. import tls
from ..connection_queue import ConnectionQueue
from ..timers import PhaseTimer

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler as ResponseHandler
    from aiohttp.http_exceptions import HttpProcessingError as HttpProcessingError

    from .request import FastRequest
else:
    try:
        from aiohttp.client_proto import ResponseHandler as ResponseHandler
        from aiohttp.http_exceptions import HttpProcessingError as HttpProcessingError
    except ImportError:  # `unsupported_reason` reports it, and nothing below is used
        ResponseHandler, HttpProcessingError = object, ArithmeticError


_CLOSED = "the client was closed while the response was being read"


class Handler(ResponseHandler):
    """A connection with three fixes over aiohttp's.

    (1) A protocol error wakes the reader of the body. (2) Unsolicited data makes an idle connection unusable; aiohttp takes it
    for the next response. (3) `close` aborts instead of flushing: a peer that does not read would keep socket and body for ever.
    """

    key: Any = None
    """The connection key of its destination."""
    is_new: bool = True
    """Whether no request was sent on it."""
    _phase_timer: PhaseTimer | None = None
    """The timer of the current request."""
    _sent_bytes: int | None = None
    """The bytes of the latest request if it was written at once."""
    _acknowledged_bytes = 0
    """The bytes that were acknowledged before the latest request if it is written in chunks."""

    def begin_request(self, phase_timer: PhaseTimer | None, sent_bytes: int | None) -> None:
        """Note that a request is sent now, of ``sent_bytes`` at once or in chunks (None)."""
        if phase_timer is not None:
            phase_timer.is_new_connection = self.is_new
            phase_timer.start_phase("first_byte")
        self.is_new = False
        self._phase_timer = phase_timer
        self._sent_bytes = sent_bytes
        if sent_bytes is None:
            self._acknowledged_bytes = _tcp_counters(self.transport)[0]

    def close(self) -> None:
        """Close the connection at once. Unsent data is lost."""
        self.end_body()
        if self.transport is not None:
            self.transport.abort()
        super().close()

    def end_body(self) -> None:
        """Raise in the reader of an unfinished body: aiohttp would leave it waiting, or take the body for whole."""
        body = self._payload
        if body is not None and not body.is_eof() and body.exception() is None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                body.set_exception(aiohttp.ClientConnectionError(_CLOSED))

    def is_connected(self) -> bool:
        """Return whether the connection can be used for a request."""
        return not self._buffer and super().is_connected()

    def eof_received(self) -> None:
        """Note at the server's EOF whether the request was delivered."""
        if self._phase_timer is not None:
            self._phase_timer.is_undelivered = self._is_unacknowledged()
        super().eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Note at the end of the connection whether the request was delivered."""
        if self._phase_timer is not None and isinstance(exc, BrokenPipeError):
            self._phase_timer.is_undelivered = True  # it ended before all was written
        super().connection_lost(exc)

    def end_request(self) -> None:
        """Note that the response was read, or the request failed."""
        self._phase_timer = None

    def _is_unacknowledged(self) -> bool:
        """Return whether the peer's system acknowledged nothing of the latest request; False if that is unknown.

        If the server closed the connection before the request came, its system acknowledges nothing. If it received the request,
        its system acknowledges it in the segment that ends the connection, or earlier.
        """
        acknowledged, sent = _tcp_counters(self.transport)
        if self._sent_bytes is None:
            return 0 < acknowledged == self._acknowledged_bytes
        return acknowledged > 0 and sent - (acknowledged - 1) >= self._sent_bytes  # the SYN counts as one

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
    """Return the bytes that the peer's system acknowledged (the SYN counts as one) and the bytes sent; zeros if unknown."""
    if transport is None or _TCP_INFO is None:
        return 0, 0
    sock: Any = transport.get_extra_info("socket")
    try:
        info: bytes = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _INFO_BYTES)
    except (AttributeError, OSError):
        return 0, 0
    if len(info) < _RETRANSMITTED + 8:  # before Linux 4.19
        return 0, 0
    acknowledged, sent, retransmitted = (
        struct.unpack_from("Q", info, at)[0] for at in (_ACKED, _SENT, _RETRANSMITTED)
    )
    return acknowledged, sent - retransmitted


_LEAST_IDLE = 8
"""Idle connections that stay in the pool even after the process ran out of descriptors."""
_REDUCED_IDLE_S = 60.0
"""Seconds after that until more stay again."""


class Connector(aiohttp.TCPConnector):
    """Opens connections at the rate at which they complete, starts the phases of attempts, and chooses the TLS context."""

    _default: Any = None
    max_idle: int | None = None
    """Most idle connections to one destination; None for no bound."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]
        self._factory: Any = functools.partial(Handler, loop=self._loop)
        self._queue: ConnectionQueue[Any] = ConnectionQueue(
            self._loop, self._give_back, self._can_wait_after, self._is_in_use
        )
        self.max_idle = _max_idle()
        self._max_idle_until = math.inf
        self._idle_s: float = options.get("keepalive_timeout", 15.0)
        self._is_bounded = bool(options.get("limit", 100) or options.get("limit_per_host"))

    def take_idle(self, key: Any) -> Handler | None:
        """Return the connection that has been idle for the shortest time, or None where aiohttp must look for one: it counts
        those of a pool with a bound."""
        connections = None if self._is_bounded else self._conns.get(key)
        if not connections:
            return None
        protocol, since = connections[-1]
        if not protocol.is_connected() or self._loop.time() - since > self._idle_s:
            return None
        connections.pop()
        if not connections:
            del self._conns[key]
        self._acquired.add(protocol)
        return cast("Handler", protocol)

    async def _create_connection(self, req: aiohttp.ClientRequest, traces: Any, timeout: Any) -> Any:
        request = cast("FastRequest", req)
        open = functools.partial(self._open, request, traces, timeout)
        handler = await self._queue.connection(req.connection_key, open, request.start_phase)
        handler.key = req.connection_key
        return handler

    async def _open(self, req: FastRequest, traces: Any, timeout: Any) -> Any:
        is_tls = req.is_ssl() or (req.proxy is not None and req.proxy.scheme == "https")
        trusted: Any = self._ssl
        if is_tls and (trusted is True or trusted is self._default):
            # aiohttp loads its own at import and ignores later changes of the environment.
            self._ssl = self._default = await tls.default_context()
        create = super()._create_connection
        try:
            return await create(req, traces, timeout)
        except OSError as error:
            if not _is_out_of_descriptors(error) or not self._conns:
                raise
        self.drop_idle()
        for _ in range(2):  # the loop closes their sockets in its next iteration
            await asyncio.sleep(0)
        return await create(req, traces, timeout)

    def _can_wait_after(self, error: Exception) -> bool:
        if not isinstance(error, OSError) or not _is_out_of_descriptors(error):
            return False
        # Otherwise all descriptors of the process would be idle connections again afterwards.
        in_use = sum(isinstance(entry, Handler) for entry in self._acquired)
        self.max_idle = max(_LEAST_IDLE, min(in_use // 2, self.max_idle or in_use))
        self._max_idle_until = self._loop.time() + _REDUCED_IDLE_S
        return True

    def _is_in_use(self, key: Any) -> bool:
        return any(isinstance(entry, Handler) and entry.key == key for entry in self._acquired)

    def _give_back(self, key: Any, handler: Any) -> None:
        """Take over a connection that was opened for a call which no longer needs it."""
        if self._closed:
            handler.close()
        elif not self._queue.hand_over(key, handler):
            super()._release(key, handler)

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        protocol.end_request()
        transport = protocol.transport
        # The response came before its request was sent whole: the next request would wait behind the rest.
        is_unsent = transport is not None and transport.get_write_buffer_size() > 0
        should_close = should_close or is_unsent
        if not self._queue.is_idle and not self._closed:
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
            if self._loop.time() > self._max_idle_until:
                self.max_idle, self._max_idle_until = _max_idle(), math.inf
        super()._release(key, protocol, should_close=should_close)
        if not self._queue.is_idle:
            self._queue.reopen()

    def drop_idle(self) -> None:
        """Close the idle connections."""
        idle = [protocol for pairs in self._conns.values() for protocol, _ in pairs]
        self._conns.clear()
        for protocol in idle:
            protocol.close()

    def end_queue(self) -> None:
        """Raise in all calls that wait for a connection."""
        self._queue.close(lambda: aiohttp.ClientConnectionError("Connector is closed."))

    def close(self, **options: Any) -> Any:
        self.end_queue()
        return super().close(**options)


def _is_out_of_descriptors(error: OSError) -> bool:
    found: Any = getattr(error, "os_error", error)
    return found.errno in (errno.EMFILE, errno.ENFILE)


def _max_idle() -> int | None:
    """Return three quarters of the descriptors that this process may have: the rest is for its other files."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if limit == resource.RLIM_INFINITY else max(1, limit * 3 // 4)
