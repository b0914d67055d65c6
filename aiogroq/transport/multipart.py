"""A form with files as the body of a request, in the layout of the official package."""

from __future__ import annotations

import secrets

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from ..protocol.request import Form
from .sending import Sending
from .source import SourceFailed
from .upload import Upload
from .watch import Watch


class MultipartPayload(aiohttp.Payload):
    """A form as the body of one try."""

    def __init__(self, form: Form, uploads: list[Upload], boundary: str, watch: Watch) -> None:
        super().__init__(None, content_type=f"multipart/form-data; boundary={boundary}")
        self._parts: list[tuple[bytes, Upload | bytes]] = [
            (_field_head(boundary, name), value.encode()) for name, value in form.fields
        ]
        self._parts += [(_file_head(boundary, upload), upload) for upload in uploads]
        self._tail = f"--{boundary}--\r\n".encode()
        self._sending = Sending(watch)
        self.failure: BaseException | None = None
        """What the source of an upload raised while it was sent, or None."""

    @property
    def size(self) -> int | None:
        """The bytes of the whole body, or None where one part's size is unknown."""
        total = len(self._tail)
        for head, part in self._parts:
            size = len(part) if isinstance(part, bytes) else part.size
            if size is None:
                return None
            total += len(head) + size + 2
        return total

    def __deepcopy__(self, memo: object) -> MultipartPayload:
        return self  # mocks of aiohttp copy what a request is given, and the loop of the call hangs on this

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("a multipart body is not decoded")

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await self.write(writer)

    async def write(self, writer: AbstractStreamWriter) -> None:
        sending = self._sending
        for head, part in self._parts:
            await sending.write(writer, head)
            if isinstance(part, bytes):
                await sending.write(writer, part)
            else:
                await self._write_upload(writer, part)
            await sending.write(writer, b"\r\n")
        await sending.write(writer, self._tail)
        sending.end()

    async def _write_upload(self, writer: AbstractStreamWriter, upload: Upload) -> None:
        sent = 0
        while True:
            self._sending.pause()
            piece = await self._checked(upload, sent)
            if not piece:
                return
            await self._sending.write(writer, piece)
            sent += len(piece)

    async def _checked(self, upload: Upload, sent: int) -> bytes:
        """The next bytes of an upload: as many in all as were announced, or an error that says what happened to them.

        More would be taken for the next request on the connection, fewer would be waited for.
        """
        try:
            piece = await upload.piece(sent)
            if upload.size is not None:
                name = upload.filename or upload.name
                if sent + len(piece) > upload.size:
                    raise SourceFailed(OSError(f"{name} became longer while it was sent"))
                if not piece and sent < upload.size:
                    raise SourceFailed(OSError(f"{name} became shorter while it was sent"))
        except SourceFailed as failed:
            self.failure = failed.error
            raise
        return piece


def new_boundary() -> str:
    """A separator that no body contains by chance."""
    return secrets.token_hex(16)


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
            raise ValueError(f"the header {name!r} of a file has a line break in it")
        head += f"\r\n{name}: {value}"
    return f"{head}\r\n\r\n".encode()


_ESCAPES = {code: f"%{code:02X}" for code in (*range(0x20), 0x7F)} | {ord('"'): "%22", ord("\\"): "\\\\"}


def _escape(name: str) -> str:
    # As browsers do (HTML standard, multipart/form-data): a quote or a line break must not end the header.
    return name.translate(_ESCAPES)
