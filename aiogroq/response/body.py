"""The bytes of an answer: where they come from (`Body`), and how they are cut into pieces and lines."""

from __future__ import annotations

import codecs
import os
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol, TypeVar

from ..errors import GroqError, RequestInfo

T = TypeVar("T")

DEFAULT_FILE_CHUNK_BYTES = 256 * 1024
"""Bytes written to a file at a time: large enough that the hop to aiofiles' thread does not dominate."""


class StreamAlreadyConsumed(GroqError):
    """The body was streamed already and is not there to be read any more."""

    def __init__(
        self,
        message: str = "The body of this response was streamed already, so it cannot be read again. "
        "Call read() before you iterate, or keep the pieces yourself.",
    ) -> None:
        super().__init__(message)


class MissingStreamClassError(TypeError):
    """A stream was asked for from a request that does not say what its events are."""

    def __init__(
        self,
        message: str = "`stream` is true but `stream_cls` was not given, so the type of the events is unknown.",
    ) -> None:
        super().__init__(message)


class Body(Protocol):
    """The bytes of one answer, and the facts of its exchange. What the transport gives."""

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
    """The request behind an answer, as plain data."""

    __slots__ = ("headers", "method", "url")

    def __init__(self, method: str, url: str, headers: Mapping[str, str]) -> None:
        self.method: str = method
        self.url: str = url
        self.headers: Mapping[str, str] = headers

    def __repr__(self) -> str:
        return f"<HTTPRequest {self.method} {self.url}>"


def read_content(content: bytes | None) -> bytes:
    """The content of an eager binary answer."""
    if content is None:
        raise GroqError("The body has not been read; await read() first, or use stream_to_file().")
    return content


def charset(headers: Mapping[str, str]) -> str:
    """The character set that a ``content-type`` names, or UTF-8."""
    name = headers.get("content-type", "").partition("charset=")[2].split(";")[0].strip(" \"'") or "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"


async def one_piece(content: bytes) -> AsyncIterator[bytes]:
    """A body that was read, as pieces."""
    yield content


async def resized(pieces: AsyncIterator[bytes], size: int | None) -> AsyncIterator[bytes]:
    """``pieces`` cut and joined to ``size`` bytes each, the last one shorter; as they come where size is None."""
    if size is None:
        async for piece in pieces:
            if piece:
                yield piece
        return
    if size < 1:
        raise ValueError(f"chunk_size must be at least 1, not {size}")
    buffer = bytearray()
    async for piece in pieces:
        buffer += piece
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
    if buffer:
        yield bytes(buffer)


class LineSplitter:
    """Cuts text that arrives in pieces into lines, whichever line end (LF, CR, CRLF) it has."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        """The lines that end in ``text``."""
        text = self._rest + text
        # A CR at the very end may be the first half of a CRLF: it waits for the next piece.
        held = "\r" if text.endswith("\r") else ""
        lines = text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = lines.pop() + held
        return lines

    def finish(self) -> list[str]:
        """The last line, where it has no line end."""
        rest, self._rest = self._rest, ""
        return [rest.removesuffix("\r")] if rest else []
