"""Reads request bodies, with bounds on their size and on pauses."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping

from aiohttp import ClientError, web

from ..response import ApiError
from ..settings import Settings

_MAX_FORM_FIELDS_BYTES = 65_536
"""Bytes of a form besides its file."""


class BodyReader:
    """Reads the bodies of all requests of one server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pending_bytes = 0

    async def read(self, request: web.BaseRequest, path: str, headers: Mapping[str, str]) -> bytes:
        """Return the decompressed body. *headers* have names in lower case.

        Raises: `ApiError` 413 above the size limit of the path, 408 when the body pauses too long, 400 for an invalid
        body, 503 when all bodies being received exceed `max_pending_bytes`; `ConnectionError` when the client is gone.
        """
        if not request.body_exists:
            return b""
        limit = self._limit_bytes(path)
        declared = request.content_length
        if declared is not None and declared > limit:
            raise _too_large()
        if headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await self._read_chunks(request, limit)
        encoding = headers.get("content-encoding", "identity").lower()
        return body if encoding == "identity" else _decompress(body, encoding, limit)

    async def _read_chunks(self, request: web.BaseRequest, limit: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        timer = _PauseTimer(request, self._settings.request_timeout_s)
        try:
            async for chunk in request.content.iter_any():
                size += len(chunk)
                self._pending_bytes += len(chunk)
                if size > limit:
                    raise _too_large()
                if self._pending_bytes > self._settings.max_pending_bytes:
                    raise _overloaded()
                chunks.append(chunk)
                timer.restart()
            timer.check()
        except (web.RequestPayloadError, ClientError) as error:
            if request.transport is None:
                raise ConnectionResetError("the client is gone") from error
            raise ApiError(400, "could not read the request body") from None
        finally:
            self._pending_bytes -= size
            timer.stop()
        return b"".join(chunks)

    def _limit_bytes(self, path: str) -> int:
        if path.endswith("/files"):
            return self._settings.max_file_bytes + _MAX_FORM_FIELDS_BYTES
        if path.endswith(("/audio/transcriptions", "/audio/translations")):
            return self._settings.max_audio_bytes + _MAX_FORM_FIELDS_BYTES
        return self._settings.max_json_bytes


class _PauseTimer:
    """Ends a body that pauses too long. Starts no timer for a body that arrived together with its head."""

    def __init__(self, request: web.BaseRequest, timeout_s: float) -> None:
        self._request = request
        self._timeout_s = timeout_s
        self._is_expired = False
        self._loop = asyncio.get_running_loop()
        self._restarted_at_s = self._loop.time()
        self._timer = None if request.content.is_eof() else self._loop.call_later(timeout_s, self._check_time)

    def restart(self) -> None:
        """Restart the timeout after a chunk."""
        if self._timer is not None:
            self._restarted_at_s = self._loop.time()

    def check(self) -> None:
        """Raise `ApiError` 408 if the timer ended the body."""
        if self._is_expired:
            raise ApiError(408, f"the request body paused for {self._timeout_s:g} s")

    def stop(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _check_time(self) -> None:
        left_s = self._restarted_at_s + self._timeout_s - self._loop.time()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._check_time)
        elif self._request.transport is not None:
            self._is_expired = True
            self._request.transport.pause_reading()
            self._request.content.feed_eof()


def _decompress(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding not in ("gzip", "deflate"):
        raise ApiError(400, f"content-encoding {encoding[:40]} is not supported")
    decompressor = zlib.decompressobj(wbits=31 if encoding == "gzip" else 15)
    try:
        plain = decompressor.decompress(body, limit + 1)
    except zlib.error:
        raise ApiError(400, f"could not decode the request body as {encoding}") from None
    if len(plain) > limit:
        raise _too_large()
    return plain


def _overloaded() -> ApiError:
    return ApiError(
        503,
        "too many request bodies are being received at a time (max_pending_bytes)",
        type="internal_server_error",
        headers={"retry-after": "1"},
    )


def _too_large() -> ApiError:
    return ApiError(413, "Request Entity Too Large", "request_too_large")
