"""A request whose headers and body are written at once."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any, cast

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ..payloads import RequestData, skipped_headers
from ..timers import PhaseTimer, current_timer


class FastRequest(aiohttp.ClientRequest):
    """Writes a `RequestData` at once. aiohttp itself writes bodies in chunks and requests through a proxy."""

    phase_timer: PhaseTimer | None = None
    _request_data: RequestData | None = None

    def __init__(self, method: str, url: URL, *, data: Any = None, **options: Any) -> None:
        self._is_whole = False
        if type(data) is not RequestData:  # `_request` is wrapped
            self.phase_timer = next(iter(current_timer.get() or ()), None)
            super().__init__(method, url, data=data, **options)
            return
        self._request_data = data
        self.phase_timer = data.timer
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
        """Set the attributes that the connector and the response read, instead of all that aiohttp would compute."""
        sent = cast("RequestData", self._request_data).headers
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

    def start_phase(self, phase: str) -> None:
        """Start a phase of its timer."""
        if self.phase_timer is not None:
            self.phase_timer.start_phase(phase)

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        """Write the request. Returns the response, whose headers are not read yet."""
        handler, phase_timer = conn.protocol, self.phase_timer
        if phase_timer is None or not self._is_whole:
            handler.begin_request(phase_timer, None)
            return await super().send(conn)
        message = self._message()
        handler.begin_request(phase_timer, len(message))
        transport = conn.transport
        if transport is not None and not transport.is_closing():
            transport.write(message)
        if transport is None or transport.is_closing():  # also if writing failed
            phase_timer.is_undelivered = True
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        return self.start_response(len(message))

    def start_response(self, sent_bytes: int) -> aiohttp.ClientResponse:
        """Return the response, whose head is not read yet, to this request, of which ``sent_bytes`` were written."""
        self.output_size: int = sent_bytes
        sent: Any = self  # the response asks a writer that has finished for this size only
        response: aiohttp.ClientResponse = self.response_class(
            self.method, self.original_url, writer=None, continue100=None, timer=self._timer,
            request_info=self.request_info, traces=self._traces, loop=self.loop, session=self._session,
            stream_writer=sent,
        )  # fmt: skip
        return response

    def _message(self) -> bytes:
        line = f"{self.method} {self.url.raw_path_qs} HTTP/1.1\r\n".encode()
        lines, body = self._sent.lines, cast("RequestData", self._request_data).body
        if body is None and self.method in _WITHOUT_LENGTH:
            return b"%b%b\r\n" % (line, lines)
        body = body or b""
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (line, lines, len(body), body)


_WITHOUT_LENGTH = frozenset({"GET", "HEAD"})
