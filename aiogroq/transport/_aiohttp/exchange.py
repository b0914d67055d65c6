"""Requests of which only the body differs, on idle connections, below aiohttp's session."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import aiohttp
from aiohttp.connector import Connection
from yarl import URL

from ..payloads import EncodedHeaders, RequestData
from ..timers import PhaseTimer
from .connections import Connector, Handler
from .request import FastRequest

_MOST_BYTES = 64 * 1024
"""Of a larger body aiohttp may have paused the connection."""


class Exchanges:
    """Sends requests whose head is encoded once, each on a connection that is idle: the usual case of many calls.

    For each request aiohttp's session makes a dozen objects. Here a response that has arrived whole makes none.

    ``most_bytes`` is the length of the longest body that may be read, None for no bound of one's own.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: URL,
        headers: EncodedHeaders,
        most_bytes: int | None,
    ) -> None:
        self._session = session
        self._connector = cast("Connector", session.connector)
        self._method = method
        self._url = url
        self._headers = headers
        self._most_bytes = _MOST_BYTES if most_bytes is None else min(most_bytes, _MOST_BYTES)
        self._key: Any = self._request(RequestData(headers, b"", cast("Any", None))).connection_key
        line = f"{method} {url.raw_path_qs} HTTP/1.1\r\n".encode()
        self._head = b"%b%bContent-Length: " % (line, headers.lines)

    @property
    def is_traced(self) -> bool:
        """Whether aiohttp's session reports requests to somebody."""
        return bool(self._session.trace_configs)

    def idle(self) -> Handler | None:
        """Take a connection for one request. None where none is idle."""
        return self._connector.take_idle(self._key)

    async def send(
        self, handler: Handler, body: bytes, timer: PhaseTimer
    ) -> tuple[Mapping[str, str], bytes] | aiohttp.ClientResponse:
        """Send a request on a connection that `idle` returned. Return headers and content of a good response that has arrived
        whole, and any other as aiohttp has it, with its body still to be read.

        Raises what aiohttp raises.
        """
        connector, key = self._connector, self._key
        try:
            message = b"%b%d\r\n\r\n%b" % (self._head, len(body), body)
            handler.set_response_params(read_until_eof=True, auto_decompress=False)
            handler.begin_request(timer, len(message))
            transport: Any = handler.transport
            transport.write(message)
            if transport.is_closing():  # writing failed
                timer.is_undelivered = True
                raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
            head, payload = await handler.read()
            content = _content(head, payload, self._most_bytes)
            if content is None:
                handler._buffer.appendleft(((head, payload), 0))
                request = self._request(RequestData(self._headers, body, timer))
                response = request.start_response(len(message))
                await response.start(Connection(connector, key, handler, request.loop))
                return response
        except BaseException:
            message = b""  # it has the key
            connector._release(key, handler, should_close=True)
            raise
        connector._release(key, handler)
        return head.headers, content

    def _request(self, data: RequestData) -> FastRequest:
        loop: Any = self._connector._loop
        return FastRequest(
            self._method, self._url, data=data, session=self._session, loop=loop, ssl=True, timer=None,
            traces=[], response_class=aiohttp.ClientResponse, proxy=None,
        )  # fmt: skip


def _content(head: Any, payload: Any, most_bytes: int) -> bytes | None:
    """Return the body of a good response if it has arrived whole, is not compressed and is not large."""
    if head.code != 200 or not payload.is_eof() or payload.exception() is not None:
        return None
    chunks = payload._buffer
    if len(chunks) != 1 or "Content-Encoding" in head.headers:
        return None
    content: bytes = chunks[0]
    return content if len(content) <= most_bytes else None
