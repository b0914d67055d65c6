"""aiohttp's low-level server with a register of its connections."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from ..api.router import LOGGER
from .writer import reset_connection

_LINGERING_S = 5.0
_MAX_HEAD_LINE_BYTES = 65_536


def _shorten_client_errors(record: logging.LogRecord) -> bool:
    """Log errors caused by the client at INFO, without a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, ConnectionError) or (isinstance(error, HttpProcessingError) and error.code < 500):
        record.msg, record.args, record.exc_info = "client error: %s", (type(error).__name__,), None
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


LOGGER.addFilter(_shorten_client_errors)


class TrackedServer(web.Server):
    """A server that numbers its connections and closes those that send no request in time."""

    def __init__(
        self,
        handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        *,
        keepalive_timeout_s: float,
        request_timeout_s: float,
    ) -> None:
        super().__init__(
            handle,
            handler_cancellation=True,
            access_log=None,
            logger=LOGGER,
            # With automatic decompression, an invalid body would close the connection instead of getting a 400.
            auto_decompress=False,
            keepalive_timeout=keepalive_timeout_s,
            lingering_time=_LINGERING_S,
            max_field_size=_MAX_HEAD_LINE_BYTES,
            max_line_size=_MAX_HEAD_LINE_BYTES,
        )
        self.numbers: dict[RequestHandler, int] = {}
        self.transports: dict[RequestHandler, asyncio.Transport] = {}
        self.busy: set[RequestHandler] = set()
        """Connections on which a request is running."""
        self.total: int = 0
        self._request_timeout_s = request_timeout_s
        # aiohttp's keep-alive timeout applies only after the first request of a connection.
        self._first_request_timers: dict[RequestHandler, asyncio.TimerHandle] = {}

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Register a new connection."""
        super().connection_made(handler, transport)
        self.total += 1
        self.numbers[handler] = self.total
        self.transports[handler] = transport
        loop = asyncio.get_running_loop()
        self._first_request_timers[handler] = loop.call_later(self._request_timeout_s, transport.abort)

    def request_started(self, handler: RequestHandler) -> None:
        """Mark a connection as busy and stop the timer of its first request."""
        self.busy.add(handler)
        self._stop_timer(handler)

    def request_finished(self, handler: RequestHandler) -> None:
        """Mark a connection as idle."""
        self.busy.discard(handler)

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Unregister a connection."""
        self.numbers.pop(handler, None)
        self.transports.pop(handler, None)
        self._stop_timer(handler)
        super().connection_lost(handler, exc)

    def close_idle(self, *, reset: bool) -> int:
        """Close the connections without a running request. Return their number."""
        idle = [transport for handler, transport in self.transports.items() if handler not in self.busy]
        for transport in idle:
            if reset:
                reset_connection(transport)
            else:
                transport.close()
        return len(idle)

    def abort_all(self) -> int:
        """Abort all connections. Return their number."""
        transports = list(self.transports.values())
        for transport in transports:
            transport.abort()
        return len(transports)

    def _stop_timer(self, handler: RequestHandler) -> None:
        timer = self._first_request_timers.pop(handler, None)
        if timer is not None:
            timer.cancel()
