"""What a request sends: its encoded headers and its body. Bodies restart the ``write`` timeout for each chunk."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

from ..protocol.headers import merge_headers
from ..protocol.request import Form
from .timers import PhaseTimer
from .upload import Upload
from .upload_source import CHUNK_BYTES, UploadSourceError

ACCEPT_ENCODING = "gzip, deflate"
"""Encodings that mark their own end. A body in another encoding may be truncated without a sign."""
_OURS = ("Accept", "Accept-Encoding", "User-Agent")


class EncodedHeaders:
    """Checked headers (`protocol.headers.merge_headers`) and their encoded lines. Do not change them."""

    __slots__ = ("_plain", "lines", "values")

    def __init__(self, values: CIMultiDict[str]) -> None:
        self.values: CIMultiDict[str] = values
        self.lines: bytes = "".join([f"{name}: {value}\r\n" for name, value in values.items()]).encode()
        self._plain: CIMultiDict[str] | None = None

    def with_added(self, added: Mapping[str, str]) -> EncodedHeaders:
        """Return these headers with others added, such as those of a tracer."""
        return EncodedHeaders(merge_headers(self.values, added))

    @property
    def plain(self) -> CIMultiDict[str]:
        """The headers as plain strings, for recorders and tracers that wrap aiohttp's public API."""
        if self._plain is None:
            self._plain = CIMultiDict([(name, str.__str__(value)) for name, value in self.values.items()])
        return self._plain


class RequestData:
    """Headers, body and timer of one attempt: the ``data`` argument of a request on the fast path."""

    __slots__ = ("body", "headers", "timer")

    def __init__(self, headers: EncodedHeaders, body: Any, timer: PhaseTimer) -> None:
        self.headers: EncodedHeaders = headers
        """All headers but the length of the body."""
        self.body: Any = body
        """Bytes, another body that aiohttp can send, or None."""
        self.timer: PhaseTimer = timer


def skipped_headers(body: Any) -> tuple[str, ...]:
    """Return the headers that aiohttp must not add: a header that the user removed stays removed."""
    return _OURS if isinstance(body, aiohttp.Payload) else (*_OURS, "Content-Type")


class TimedWriter:
    """Writes a body in chunks, each within the ``write`` timeout.

    A response may begin before the body is sent whole. From then on the phases of the response count, not those of the body.
    """

    def __init__(self, timer: PhaseTimer) -> None:
        self._timer = timer
        self._phase: str | None = None

    async def write(self, writer: AbstractStreamWriter, chunk: bytes | memoryview) -> None:
        """Write a chunk."""
        self._start_phase("write")
        await writer.write(chunk)

    def pause(self) -> None:
        """Stop the ``write`` timeout until the next chunk: the source of the body is awaited."""
        self._start_phase("")

    def end(self) -> None:
        """Start the ``first_byte`` timeout: the body is sent whole."""
        self._start_phase("first_byte")

    def _start_phase(self, phase: str) -> None:
        if self._phase in (None, self._timer.phase):
            self._phase = phase
            self._timer.start_phase(phase)


class _Payload(aiohttp.Payload):
    """The body of one attempt."""

    def __init__(self, value: bytes | None, content_type: str, timer: PhaseTimer) -> None:
        super().__init__(value, content_type=content_type)
        self._writer = TimedWriter(timer)

    def __deepcopy__(self, memo: object) -> Any:
        return self  # mocks of aiohttp copy the arguments of a request, and this one refers to the event loop

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await self.write(writer)


class LargeBody(_Payload):
    """A large body in memory. aiohttp writes plain bytes in one go, and warns if they are large."""

    def __init__(self, body: bytes, timer: PhaseTimer) -> None:
        super().__init__(body, "application/json", timer)
        self._body = body

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self._body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._body.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        body = memoryview(self._body)
        for start in range(0, len(body), CHUNK_BYTES):
            await self._writer.write(writer, body[start : start + CHUNK_BYTES])
            await asyncio.sleep(0)  # a fast socket never makes this task wait: let others run
        self._writer.end()


class MultipartPayload(_Payload):
    """A form with files, in the layout of the official package."""

    def __init__(self, form: Form, uploads: list[Upload], timer: PhaseTimer) -> None:
        boundary = secrets.token_hex(16)
        super().__init__(None, f"multipart/form-data; boundary={boundary}", timer)
        self._parts: list[tuple[bytes, Upload | bytes]] = [
            (_field_head(boundary, name), value.encode()) for name, value in form.fields
        ]
        self._parts += [(_file_head(boundary, upload), upload) for upload in uploads]
        self._tail = f"--{boundary}--\r\n".encode()
        self.failure: BaseException | None = None
        """The error of an upload's source, or None."""

    @property
    def size(self) -> int | None:
        """Bytes of the body, or None if the size of one part is unknown."""
        total = len(self._tail)
        for head, part in self._parts:
            size = len(part) if isinstance(part, bytes) else part.size
            if size is None:
                return None
            total += len(head) + size + 2
        return total

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("a multipart body cannot be decoded")

    async def write(self, writer: AbstractStreamWriter) -> None:
        for head, part in self._parts:
            await self._writer.write(writer, head)
            if isinstance(part, bytes):
                await self._writer.write(writer, part)
            else:
                await self._write_upload(writer, part)
            await self._writer.write(writer, b"\r\n")
        await self._writer.write(writer, self._tail)
        self._writer.end()

    async def _write_upload(self, writer: AbstractStreamWriter, upload: Upload) -> None:
        sent_bytes = 0
        while True:
            self._writer.pause()
            chunk = await self._next_chunk(upload, sent_bytes)
            if not chunk:
                return
            await self._writer.write(writer, chunk)
            sent_bytes += len(chunk)

    async def _next_chunk(self, upload: Upload, sent_bytes: int) -> bytes:
        """Return the next bytes of an upload. Raises if the upload has more or fewer bytes than its announced size.

        A server takes surplus bytes for the next request on the connection, and waits for missing ones.
        """
        try:
            chunk = await upload.read(sent_bytes)
            if upload.size is not None:
                name = upload.filename or upload.name
                if sent_bytes + len(chunk) > upload.size:
                    raise UploadSourceError(OSError(f"{name} became longer while it was sent"))
                if not chunk and sent_bytes < upload.size:
                    raise UploadSourceError(OSError(f"{name} became shorter while it was sent"))
        except UploadSourceError as failed:
            self.failure = failed.error
            raise
        return chunk


def _field_head(boundary: str, name: str) -> bytes:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{_escape(name)}"\r\n\r\n'.encode()


def _file_head(boundary: str, upload: Upload) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_escape(upload.name)}"'
    if upload.filename:
        head += f'; filename="{_escape(upload.filename)}"'
    headers = {name: value for name, value in upload.headers.items() if name.lower() != "content-disposition"}
    if upload.content_type is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = upload.content_type
    for name, value in headers.items():
        if any(character in f"{name}{value}" for character in "\r\n\0"):
            raise ValueError(f"the header {name!r} of a file contains a line break or a null byte")
        head += f"\r\n{name}: {value}"
    return f"{head}\r\n\r\n".encode()


_ESCAPES = {code: f"%{code:02X}" for code in (*range(0x20), 0x7F)} | {ord('"'): "%22", ord("\\"): "\\\\"}


def _escape(name: str) -> str:
    # As browsers do (HTML standard, multipart/form-data): a quote or a line break must not end the header.
    return name.translate(_ESCAPES)
