"""Turns aiohttp requests into calls, and replies into bytes on the socket: reading, logging, faults, pace."""

from __future__ import annotations

import asyncio
import logging
import time
import zlib

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from ..api.request import Call
from ..api.router import LOGGER, Service
from ..faults import Fault, FaultBook, bend, parse_fault
from ..request_log import Journal, ReceivedRequest, named_model
from ..response import SSE_TYPE, ApiError, Reply
from ..settings import Settings
from .hosts import Hosts
from .writer import send, send_faulty

_REGION = "local"
_LINGERING_S = 5.0


def _in_a_line(record: logging.LogRecord) -> bool:
    """Log what the client did in a line without a traceback: what is no HTTP gets a 400, who is gone gets nothing."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, ConnectionError) or (isinstance(error, HttpProcessingError) and error.code < 500):
        record.msg, record.args, record.exc_info = "the client's fault: %s", (type(error).__name__,), None
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


LOGGER.addFilter(_in_a_line)


class CountingServer(web.Server):
    """aiohttp's server that also numbers its connections."""

    def __init__(self, handler: Handler) -> None:
        super().__init__(
            handler.handle,
            handler_cancellation=True,
            access_log=None,
            logger=LOGGER,
            # A body that does not decode would break the connection instead of being answered.
            auto_decompress=False,
            keepalive_timeout=handler.settings.keepalive_timeout_s,
            lingering_time=_LINGERING_S,
            max_field_size=65_536,
            max_line_size=65_536,
        )
        self.numbers: dict[RequestHandler, int] = {}
        self.transports: dict[RequestHandler, asyncio.Transport] = {}
        self.total: int = 0
        self._timeout_s = handler.settings.request_timeout_s
        # Ends a connection that has begun no request; aiohttp's own limit holds for the requests after the first.
        self._first_heads: dict[RequestHandler, asyncio.TimerHandle] = {}

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Number a new connection."""
        super().connection_made(handler, transport)
        self.total += 1
        self.numbers[handler] = self.total
        self.transports[handler] = transport
        loop = asyncio.get_running_loop()
        self._first_heads[handler] = loop.call_later(self._timeout_s, transport.abort)

    def begun(self, handler: RequestHandler) -> None:
        """Note that a request has arrived on a connection."""
        timer = self._first_heads.pop(handler, None)
        if timer is not None:
            timer.cancel()

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a connection."""
        self.numbers.pop(handler, None)
        self.transports.pop(handler, None)
        self.begun(handler)
        super().connection_lost(handler, exc)


class Handler:
    """The one handler of all requests."""

    server: CountingServer

    def __init__(self, settings: Settings, service: Service, journal: Journal, faults: FaultBook) -> None:
        self.settings = settings
        self._service = service
        self._journal = journal
        self._faults = faults
        self._hosts = Hosts(settings.host, settings.allowed_hosts)
        self._pending_bytes = 0
        self.busy: set[RequestHandler] = set()
        self.stopping = False

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. Every request is logged, also those whose client leaves early."""
        entry = self._log(request)
        protocol = request.protocol
        self.busy.add(protocol)
        self.server.begun(protocol)
        ended = False
        try:
            sent = await self._exchange(request, entry)
            ended = True
            return sent
        finally:
            self.busy.discard(protocol)
            self._journal.finish(entry, disconnected=not ended and not self.stopping)
            if self.settings.on_request is not None:
                self._tell(entry)

    async def _exchange(self, request: web.BaseRequest, entry: ReceivedRequest) -> web.StreamResponse:
        entry.request_id = request_id = self._service.context.ids.request()
        fault: Fault | None = None
        closes = False
        try:
            self._hosts.check(entry.headers.get("host"))
            fault = self._fault(entry)
            # Before the body is read: who has no key may not make this server keep anything.
            self._service.check_key(entry.headers.get("authorization", ""))
            if fault is None or not fault.ignore_body:
                body = await self._read(request, entry)
                if body:
                    self._journal.set_body(entry, body)
            call = Call(
                entry.method,
                entry.path,
                entry.query_string,
                entry.body,
                entry.headers.get("content-type", ""),
                request_id,
                entry.headers,
            )
            reply = self._service.answer(call)
            entry.model = call.model or (named_model(entry) if reply.status >= 400 else "")
            entry.prompt_tokens, entry.completion_tokens = call.prompt_tokens, call.completion_tokens
        except ApiError as error:
            reply, closes = error.reply(), error.status == 408
        reply.headers["x-request-id"] = request_id
        reply.headers["x-groq-region"] = _REGION
        return await self._send(request, entry, reply, fault, closes=closes)

    async def _send(
        self,
        request: web.BaseRequest,
        entry: ReceivedRequest,
        reply: Reply,
        fault: Fault | None,
        *,
        closes: bool,
    ) -> web.StreamResponse:
        settings = self.settings
        latency_s = settings.latency_s + (fault.latency_s if fault else 0.0)
        if latency_s > 0:
            await asyncio.sleep(latency_s)
        paced = settings.tokens_per_second if reply.content_type == SSE_TYPE else None
        gap_s = 1.0 / paced if paced else 0.0
        if fault is None:
            entry.status = reply.status
            return await send(request, reply, event_gap_s=gap_s, closes=closes)
        entry.fault = fault
        entry.cut = fault.breaks_off
        bent = bend(reply, fault, entry.model)
        entry.status = None if fault.before_head and fault.end != "stall" else bent.status
        return await send_faulty(request, bent, fault, event_gap_s=gap_s)

    def _tell(self, entry: ReceivedRequest) -> None:
        tell = self.settings.on_request
        if tell is not None:
            try:
                tell(entry)
            except Exception:
                LOGGER.exception("on_request failed")

    def _fault(self, entry: ReceivedRequest) -> Fault | None:
        asked = entry.headers.get("x-local-fault") if self.settings.fault_header else None
        return parse_fault(asked) if asked else self._faults.take(entry.method, entry.path)

    def _log(self, request: web.BaseRequest) -> ReceivedRequest:
        headers: dict[str, str] = {}
        for name, value in request.headers.items():
            name = name.lower()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        url = request.rel_url
        entry = ReceivedRequest(
            request.method,
            url.raw_path,
            url.raw_query_string,
            headers,
            self.server.numbers.get(request.protocol, 0),
            time.time(),
        )
        self._journal.add(entry)
        return entry

    async def _read(self, request: web.BaseRequest, entry: ReceivedRequest) -> bytes:
        """The body, at most as long as its route allows; raises `ApiError` 413 for more and 400 for one that is broken."""
        if not request.body_exists:
            return b""
        limit = self._limit_of(entry.path)
        declared = request.content_length
        if declared is not None and declared > limit:
            raise _too_large()
        if entry.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        pieces: list[bytes] = []
        size = 0
        patience = _Patience(request, self.settings.request_timeout_s)
        try:
            async for piece in request.content.iter_any():
                size += len(piece)
                self._pending_bytes += len(piece)
                if size > limit:
                    raise _too_large()
                if self._pending_bytes > self.settings.max_pending_bytes:
                    raise _overloaded()
                pieces.append(piece)
                patience.renew()
            patience.check()
        except (web.RequestPayloadError, ClientError) as error:
            if request.transport is None:
                raise ConnectionResetError("the client is gone") from error
            raise ApiError(400, "could not read the request body") from None
        finally:
            self._pending_bytes -= size
            patience.stop()
        body = b"".join(pieces)
        encoding = entry.headers.get("content-encoding", "identity").lower()
        return body if encoding == "identity" else _decoded(body, encoding, limit)

    def _limit_of(self, path: str) -> int:
        # The room for the other fields of a form is small next to the file.
        if path.endswith("/files"):
            return self.settings.max_file_bytes + 65_536
        if path.endswith(("/audio/transcriptions", "/audio/translations")):
            return self.settings.max_audio_bytes + 65_536
        return self.settings.max_json_bytes


def _decoded(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding not in ("gzip", "deflate"):
        raise ApiError(400, f"content-encoding {encoding[:40]} is not supported")
    unpacker = zlib.decompressobj(wbits=31 if encoding == "gzip" else 15)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise ApiError(400, f"could not decode the request body as {encoding}") from None
    if len(plain) > limit:
        raise _too_large()
    return plain


class _Patience:
    """Ends a body that pauses too long; costs nothing for one that has arrived together with its head."""

    def __init__(self, request: web.BaseRequest, timeout_s: float) -> None:
        self._request = request
        self._timeout_s = timeout_s
        self._is_over = False
        self._loop = asyncio.get_running_loop()
        self._renewed_at_s = self._loop.time()
        self._timer = None if request.content.is_eof() else self._loop.call_later(timeout_s, self._look)

    def renew(self) -> None:
        """Note that something has arrived."""
        if self._timer is not None:
            self._renewed_at_s = self._loop.time()

    def check(self) -> None:
        """Raise `ApiError` 408 where the end of the body was not the client's."""
        if self._is_over:
            raise ApiError(408, f"the request body paused for {self._timeout_s:g} s")

    def stop(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        rest_s = self._renewed_at_s + self._timeout_s - self._loop.time()
        if rest_s > 0:
            self._timer = self._loop.call_later(rest_s, self._look)
        elif self._request.transport is not None:
            self._is_over = True
            self._request.transport.pause_reading()
            self._request.content.feed_eof()


def _overloaded() -> ApiError:
    return ApiError(
        503,
        "too many request bodies are being received at a time (max_pending_bytes)",
        type="internal_server_error",
        headers={"retry-after": "1"},
    )


def _too_large() -> ApiError:
    return ApiError(413, "Request Entity Too Large", "request_too_large")
