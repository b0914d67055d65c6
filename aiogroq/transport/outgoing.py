"""A request on its way through our own sessions, whose head is complete before aiohttp sees it.

For each request aiohttp copies the headers twice, adds its own, makes a writer and, before Python 3.12, a task that writes
even the shortest body: a third of what the whole exchange costs. Here head and body go out in one write. Bodies in
pieces, and whatever a proxy wants, stay aiohttp's own affair.
"""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp import hdrs
from aiohttp.client_reqrep import ClientRequest
from multidict import CIMultiDict
from yarl import URL

from .watch import Watch

ACCEPT_ENCODING: str = ClientRequest.DEFAULT_HEADERS[hdrs.ACCEPT_ENCODING]
"""The encodings that aiohttp can read here."""
_OURS = ("Accept", "Accept-Encoding", "User-Agent")
_WITHOUT_LENGTH = frozenset({"GET", "HEAD"})


class SentHeaders:
    """Headers that were checked (`wire.headers.merge_headers`), and their lines as they are sent. Not to be changed."""

    __slots__ = ("lines", "values")

    def __init__(self, values: CIMultiDict[str]) -> None:
        self.values: CIMultiDict[str] = values
        self.lines: bytes = "".join([f"{name}: {value}\r\n" for name, value in values.items()]).encode()


class Outgoing:
    """One try of a request: what our own sessions are given as ``data``."""

    __slots__ = ("body", "headers", "watch")

    def __init__(self, headers: SentHeaders, body: Any, watch: Watch) -> None:
        self.headers: SentHeaders = headers
        """All that are sent, but the length of the body."""
        self.body: Any = body
        """Bytes, another body that aiohttp knows how to send, or None."""
        self.watch: Watch = watch
        """Is told the phases."""


def skipped_headers(body: Any) -> tuple[str, ...]:
    """The headers that aiohttp is not to add on its own: what the caller took away stays away."""
    return _OURS if isinstance(body, aiohttp.Payload) else (*_OURS, "Content-Type")


class OwnRequest(ClientRequest):
    """Sends an `Outgoing`: the ``request_class`` of our own sessions."""

    def __init__(self, method: str, url: URL, *, data: Outgoing, **options: Any) -> None:
        self.watch: Watch = data.watch
        self._outgoing = data
        self._is_whole = options["proxy"] is None and (data.body is None or type(data.body) is bytes)
        if self._is_whole:
            self._take(method, url, **options)
        else:
            options["headers"] = data.headers.values
            options["skip_auto_headers"] = skipped_headers(data.body)
            super().__init__(method, url, data=data.body, **options)

    def _take(
        self, method: str, url: URL, *, session: Any, loop: Any, ssl: Any, timer: Any, traces: Any,
        response_class: Any, server_hostname: str | None = None, **_: Any,
    ) -> None:  # fmt: skip
        """Keep what the connector and the response ask for, and nothing of what aiohttp would work out."""
        self.method = method
        self.original_url: URL = url
        self.url: URL = url
        self.headers: CIMultiDict[str] = self._outgoing.headers.values
        self.loop = loop
        self.response_class = response_class
        self.server_hostname = server_hostname
        self.proxy: URL | None = None
        self.proxy_auth: aiohttp.BasicAuth | None = None
        self.proxy_headers: Any = None
        self._session = session
        self._ssl = ssl
        self._timer = timer
        self._traces = traces

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        """Write the request. Returns the response that is to come."""
        self.watch.enter("first_byte")
        if not self._is_whole:
            return await super().send(conn)
        transport = conn.transport
        if transport is None or transport.is_closing():
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        message = self._message()
        transport.write(message)
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
        lines, body = self._outgoing.headers.lines, self._outgoing.body
        if body is None and self.method in _WITHOUT_LENGTH:
            return b"%b%b\r\n" % (line, lines)
        body = body or b""
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (line, lines, len(body), body)
