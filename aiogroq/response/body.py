"""The body of a response: its source (`Body`), and splitting it into chunks and lines."""

from __future__ import annotations

import codecs
import os
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol, TypeVar

from ..errors import GroqError, RequestInfo

T = TypeVar("T")

DEFAULT_FILE_CHUNK_BYTES = 256 * 1024
"""Bytes written to a file at a time: large enough that switching to the thread that writes does not dominate."""


class StreamAlreadyConsumed(GroqError):
    """Raised when a body is read that was already streamed."""

    def __init__(
        self,
        message: str = "The body of this response was streamed already, so it cannot be read again. "
        "Call read() before you iterate, or keep the chunks yourself.",
    ) -> None:
        super().__init__(message)


class MissingStreamClassError(TypeError):
    """Raised for ``stream=True`` without ``stream_cls``."""

    def __init__(
        self,
        message: str = "`stream` is true but `stream_cls` was not given, so the type of the events is unknown.",
    ) -> None:
        super().__init__(message)


class Body(Protocol):
    """The body and the metadata of a response, as the transport provides them."""

    status: int
    headers: Mapping[str, str]
    request: RequestInfo
    sent: Mapping[str, str]
    is_consumed: bool

    @property
    def url(self) -> str: ...
    @property
    def http_version(self) -> str: ...
    @property
    def is_closed(self) -> bool: ...
    @property
    def elapsed_s(self) -> float: ...
    @property
    def raw(self) -> Any: ...
    async def read(self) -> bytes: ...
    def iter_chunks(self) -> AsyncIterator[bytes]: ...
    async def compute(self, work: Callable[..., T], /, *args: Any) -> T: ...
    async def save(self, path: str | os.PathLike[str], chunk_bytes: int) -> int: ...
    async def close(self) -> None: ...


class HTTPRequest:
    """The request of a response, as plain data."""

    __slots__ = ("headers", "method", "url")

    def __init__(self, method: str, url: str, headers: Mapping[str, str]) -> None:
        self.method: str = method
        self.url: str = url
        self.headers: Mapping[str, str] = headers

    def __repr__(self) -> str:
        return f"<HTTPRequest {self.method} {self.url}>"


def read_content(content: bytes | None) -> bytes:
    """Return the content of a body that has been read. Raises `GroqError` if it has not."""
    if content is None:
        raise GroqError("The body has not been read; await read() first, or use stream_to_file().")
    return content


def charset(headers: Mapping[str, str]) -> str:
    """Return the Python name of the character set in ``content-type``, or ``utf-8``."""
    name = headers.get("content-type", "").partition("charset=")[2].split(";")[0].strip(" \"'") or "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"


async def one_chunk(content: bytes) -> AsyncIterator[bytes]:
    """Yield a body that was read, as one chunk."""
    yield content


async def resized(chunks: AsyncIterator[bytes], size: int | None) -> AsyncIterator[bytes]:
    """Yield ``chunks`` resized to ``size`` bytes each, the last one shorter; unchanged if ``size`` is None."""
    if size is None:
        async for chunk in chunks:
            if chunk:
                yield chunk
        return
    if size < 1:
        raise ValueError(f"chunk_size must be at least 1, not {size}")
    buffer = bytearray()
    async for chunk in chunks:
        buffer += chunk
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
    if buffer:
        yield bytes(buffer)


class LineSplitter:
    """Splits text that arrives in chunks into lines. Line ends are LF, CR or CRLF."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        """Return the lines that ``text`` completes."""
        text = self._rest + text
        # A CR at the very end may be the first half of a CRLF: hold it until the next chunk.
        held = "\r" if text.endswith("\r") else ""
        lines = text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = lines.pop() + held
        return lines

    def finish(self) -> list[str]:
        """Return the last line if it has no line end."""
        rest, self._rest = self._rest, ""
        return [rest.removesuffix("\r")] if rest else []
