"""Turns aiohttp requests into calls, and replies into bytes on the socket: reading, logging, faults, pace."""

from __future__ import annotations

import asyncio
import logging
import time
import zlib

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from .context import Call, Settings
from .faults import Fault, FaultBook, bend, parse_fault
from .journal import Journal, ReceivedRequest
from .reply import SSE_TYPE, ApiError, Reply
from .service import LOGGER, Service
from .wire import send, send_faulty

_REGION = "local"


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
            lingering_time=5.0,
            max_field_size=65_536,
            max_line_size=65_536,
        )
        self.numbers: dict[RequestHandler, int] = {}
        self.transports: dict[RequestHandler, asyncio.Transport] = {}
        self.total: int = 0

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Number a new connection."""
        super().connection_made(handler, transport)
        self.total += 1
        self.numbers[handler] = self.total
        self.transports[handler] = transport

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a connection."""
        self.numbers.pop(handler, None)
        self.transports.pop(handler, None)
        super().connection_lost(handler, exc)


class Handler:
    """The one handler of all requests."""

    server: CountingServer

    def __init__(self, settings: Settings, service: Service, journal: Journal, faults: FaultBook) -> None:
        self.settings = settings
        self._service = service
        self._journal = journal
        self._faults = faults
        self.busy: set[RequestHandler] = set()
        self.stopping = False

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. Every request is logged, also those whose client leaves early."""
        entry = self._log(request)
        protocol = request.protocol
        self.busy.add(protocol)
        ended = False
        try:
            sent = await self._exchange(request, entry)
            ended = True
            return sent
        finally:
            self.busy.discard(protocol)
            self._journal.finish(entry, disconnected=not ended and not self.stopping)

    async def _exchange(self, request: web.BaseRequest, entry: ReceivedRequest) -> web.StreamResponse:
        entry.request_id = request_id = self._service.context.ids.request()
        fault: Fault | None = None
        try:
            fault = self._fault(entry)
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
        except ApiError as error:
            reply = error.reply()
        reply.headers["x-request-id"] = request_id
        reply.headers["x-groq-region"] = _REGION
        return await self._send(request, entry, reply, fault)

    async def _send(
        self, request: web.BaseRequest, entry: ReceivedRequest, reply: Reply, fault: Fault | None
    ) -> web.StreamResponse:
        settings = self.settings
        latency_s = settings.latency_s + (fault.latency_s if fault else 0.0)
        if latency_s > 0:
            await asyncio.sleep(latency_s)
        if fault is None:
            entry.status = reply.status
            paced = settings.tokens_per_second if reply.content_type == SSE_TYPE else None
            gap_s = 1.0 / paced if paced else 0.0
            return await send(request, reply, event_gap_s=gap_s)
        entry.fault = fault
        bent = bend(reply, fault)
        entry.status = None if fault.before_head and fault.end != "stall" else bent.status
        return await send_faulty(request, bent, fault)

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
        try:
            async for piece in request.content.iter_any():
                size += len(piece)
                if size > limit:
                    raise _too_large()
                pieces.append(piece)
        except (web.RequestPayloadError, ClientError) as error:
            if request.transport is None:
                raise ConnectionResetError("the client is gone") from error
            raise ApiError(400, "could not read the request body") from None
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


def _too_large() -> ApiError:
    return ApiError(413, "Request Entity Too Large", "request_too_large")
