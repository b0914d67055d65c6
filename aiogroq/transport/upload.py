"""Multipart bodies that can be sent again: bytes, paths, open files, async iterators, never whole in memory.

The layout (names, file names, content types) is that of the official package. Files are read in a thread, off the loop.
"""

from __future__ import annotations

import asyncio
import io
import mimetypes
import os
import secrets
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from ..wire.request import Form
from .watch import Watch

CHUNK_BYTES = 256 * 1024
"""Bytes read from a file at a time."""
_SPOOL_BYTES = 1024 * 1024
"""What cannot be read twice is kept aside while it is sent: on disk, once it is longer than this."""


class Upload:
    """One file of a form, whose bytes can be read from the start any number of times."""

    filename: str | None
    """The name that the form gives it; None for none."""
    headers: Mapping[str, str]
    """Headers of its part, besides its type."""

    def __init__(self, name: str, given: Any) -> None:
        content, self.filename, content_type, self.headers = _parts(given)
        self.name = name
        self._content: Any = _checked(name, content)
        self._given_type: str | None = content_type
        self._file: Any = None
        self._start = 0
        self.content_type: str | None = None
        self.size: int | None = None

    async def open(self) -> None:
        """Make ready to be read from the start, and find out the size in bytes where it can be known."""
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        content = self._content
        self.content_type = self._given_type or _guess_type(self.filename)
        if isinstance(content, bytes):
            self.size = len(content)
        elif self._file is None and isinstance(content, os.PathLike):
            self._file = open(cast("os.PathLike[str]", content), "rb")
        elif self._file is None and _is_file(content) and content.seekable():
            self._file = content
            self._start = content.tell()
        if self._file is not None:
            end = self._file.seek(0, os.SEEK_END)
            if self._start >= end:
                # A file that was just written stands at its end; nobody means to send nothing of it.
                self._start = 0
            self.size = end - self._start
            self._file.seek(self._start)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, from the start."""
        if isinstance(self._content, bytes):
            yield self._content
        elif self._file is not None:
            async for chunk in _read(self._file):
                yield chunk
        else:
            async for chunk in self._set_aside():
                yield chunk

    async def _set_aside(self) -> AsyncIterator[bytes]:
        """What can be read only once, as it comes, kept for another try. A try that breaks off leaves the rest
        unread; so the next one sends what was kept, then what is left."""
        content = self._content
        if not isinstance(content, _Once):
            is_async = isinstance(content, AsyncIterable)
            source = cast("AsyncIterable[bytes]", content) if is_async else _read(content)
            spool: Any = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)
            content = self._content = _Once(aiter(source), spool)
        await asyncio.to_thread(content.spool.seek, 0)
        async for chunk in _read(content.spool):
            yield chunk
        async for chunk in content.source:
            await asyncio.to_thread(content.spool.write, chunk)
            yield bytes(chunk) if isinstance(chunk, (bytearray, memoryview)) else chunk

    async def close(self) -> None:
        """Close what was opened here. A file that the caller opened stays open."""
        if isinstance(self._content, _Once):
            await asyncio.to_thread(self._content.spool.close)
        if self._file is not None and self._file is not self._content:
            await asyncio.to_thread(self._file.close)


class _Once:
    """A source that can be read only once, and what it gave so far."""

    def __init__(self, source: AsyncIterator[bytes], spool: Any) -> None:
        self.source = source
        self.spool = spool


def _is_file(content: Any) -> bool:
    # tempfile's wrappers are no io.IOBase, so it is told by what it can do.
    return hasattr(content, "read") and hasattr(content, "seekable")


def _parts(given: Any) -> tuple[Any, str | None, str | None, Mapping[str, str]]:
    """Content, file name, content type and headers of what a caller gave as a file."""
    if isinstance(given, tuple):
        items = cast("tuple[Any, Any]", given)
        if not 2 <= len(items) <= 4:
            raise TypeError(
                "a file tuple is (name, content), (name, content, type) or (name, content, type, headers)"
            )
        name, content, content_type, headers = (*items, None, None)[:4]
        if isinstance(name, os.PathLike):
            name = os.path.basename(os.fspath(cast("os.PathLike[str]", name)))
        return content, None if name is None else str(name), content_type, headers or {}
    if isinstance(given, os.PathLike):
        return cast("Any", given), os.path.basename(os.fspath(cast("os.PathLike[str]", given))), None, {}
    name = getattr(given, "name", None)
    if isinstance(name, os.PathLike):
        name = os.fspath(cast("os.PathLike[str]", name))
    if isinstance(name, str) and name and not name.startswith("<"):
        return given, os.path.basename(name), None, {}
    return given, "upload", None, {}


def _checked(name: str, content: Any) -> Any:
    if isinstance(content, (bytearray, memoryview)):
        return bytes(cast("bytearray", content))
    if isinstance(content, str):
        raise TypeError(
            f"`{name}` is a str, which may be a path or text: pass pathlib.Path(...), bytes or an open file"
        )
    if isinstance(content, io.TextIOBase) or "b" not in str(getattr(content, "mode", "b")):
        raise TypeError(f"`{name}` is open in text mode; open it with mode 'rb'")
    if isinstance(content, (bytes, os.PathLike, AsyncIterable)):
        return cast("Any", content)
    if hasattr(content, "read"):
        return content
    raise TypeError(
        f"`{name}` must be bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple "
        f"(name, content[, type[, headers]]), not {type(content).__name__}"
    )


def _guess_type(filename: str | None) -> str | None:
    # Without a file name the part is a plain value, which has no type.
    return (mimetypes.guess_type(filename)[0] or "application/octet-stream") if filename else None


async def _read(file: Any) -> AsyncIterator[bytes]:
    while True:
        chunk = await asyncio.to_thread(file.read, CHUNK_BYTES)
        if not chunk:
            return
        if isinstance(chunk, str):
            raise TypeError("the file gives text; open it with mode 'rb'")
        yield chunk


class MultipartPayload(aiohttp.Payload):
    """A form as the body of one try."""

    def __init__(self, form: Form, uploads: list[Upload], boundary: str, watch: Watch) -> None:
        super().__init__(None, content_type=f"multipart/form-data; boundary={boundary}")
        self._parts: list[tuple[bytes, Upload | bytes]] = [
            (_field_head(boundary, name), value.encode()) for name, value in form.fields
        ]
        self._parts += [(_file_head(boundary, upload), upload) for upload in uploads]
        self._tail = f"--{boundary}--\r\n".encode()
        self._watch = watch
        self.failure: Exception | None = None
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

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("a multipart body is not decoded")

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await self.write(writer)

    async def write(self, writer: AbstractStreamWriter) -> None:
        for head, part in self._parts:
            await writer.write(head)
            if isinstance(part, bytes):
                await writer.write(part)
            else:
                async for chunk in self._checked(part):
                    self._watch.enter("write")
                    await writer.write(chunk)
            await writer.write(b"\r\n")
        await writer.write(self._tail)
        self._watch.enter("first_byte")

    async def _checked(self, upload: Upload) -> AsyncIterator[bytes]:
        """The bytes of an upload: as many as were announced, or an error that says what happened to them.

        More would be taken for the next request on the connection, fewer would be waited for.
        """
        sent = 0
        try:
            async for chunk in upload.chunks():
                sent += len(chunk)
                if upload.size is not None and sent > upload.size:
                    raise OSError(f"{upload.filename or upload.name} became longer while it was sent")
                yield chunk
            if upload.size is not None and sent < upload.size:
                raise OSError(f"{upload.filename or upload.name} became shorter while it was sent")
        except Exception as error:
            self.failure = error
            raise


async def open_form(form: Form) -> list[Upload]:
    """The files of a form, opened. Raises `TypeError` for what cannot be a file, `OSError` for one not there."""
    uploads = [Upload(name, given) for name, given in form.files]
    try:
        for upload in uploads:
            await upload.open()
    except BaseException:
        await close_form(uploads)
        raise
    return uploads


async def rewind(uploads: list[Upload]) -> None:
    """Make the files ready to be sent again."""
    for upload in uploads:
        await upload.open()


async def close_form(uploads: list[Upload]) -> None:
    """Close the files that `open_form` opened."""
    for upload in uploads:
        await upload.close()


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
