"""Reads responses below aiohttp's public API."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any

import aiohttp

from ...errors import APIError, APITimeoutError
from .connections import Handler


def forget_connection(response: aiohttp.ClientResponse) -> None:
    """Prevent the warning of a connection that ``response.close()`` cannot release because its loop is closed."""
    connection: Any = response.connection
    if connection is not None and hasattr(connection, "_protocol"):
        connection._protocol = None


def buffered_data(reader: Any) -> bytes:
    """Return the bytes that arrived before the error of a body. aiohttp's reader raises first and never returns them."""
    error = reader.exception()
    if error is None or (isinstance(error, APIError) and not isinstance(error, APITimeoutError)):
        return b""  # closed here: no more of it is wanted
    if getattr(reader, "_exception", None) is not error:
        return b""
    reader._exception = None
    try:
        return bytes(reader.read_nowait())
    finally:
        reader._exception = error


def end_tracing(reader: Any) -> None:
    """Break the reference cycle between the reader of a traced response and the response, which aiohttp 4 has."""
    if getattr(reader, "_on_chunk_received", None) is not None:
        reader._on_chunk_received = None


_MAX_WAITING_CHUNKS = 16 * 1024
"""Most HTTP chunks in the buffer: a hostile server may send one byte in each."""


class EventReader(aiohttp.StreamReader):
    """Reads a body without regard to its HTTP chunks.

    aiohttp records where each HTTP chunk ends, and tries to resume the socket after each one that is read. That costs as much CPU
    as all the rest of a streamed event.
    """

    __slots__ = ()

    def begin_http_chunk_receiving(self) -> None:
        """Do nothing at the start of an HTTP chunk."""

    def end_http_chunk_receiving(self) -> None:
        """Do nothing at the end of an HTTP chunk."""

    def feed_data(self, data: bytes, size: int = 0) -> bool:
        """Buffer received data. Returns False: nothing is left to decompress."""
        if data:
            buffer = self._buffer
            buffer.append(data)
            self._size = waiting_bytes = self._size + len(data)
            waiter = self._waiter
            if waiter is not None:
                self._waiter = None
                if not waiter.done():
                    waiter.set_result(None)
            if waiting_bytes > self._high_water or len(buffer) > _MAX_WAITING_CHUNKS:
                self._protocol.pause_reading()
        return False

    async def readany(self) -> bytes:
        """Return all buffered data, waiting for some; ``b""`` at the end."""
        buffer = self._buffer
        while self._exception is None and not buffer and not self._eof:
            await self._wait("readany")
        if self._exception is not None:
            raise self._exception
        data = b"".join(buffer)
        buffer.clear()
        self._size = 0
        if self._protocol._reading_paused:
            self._protocol.resume_reading()
        return data


def read_events(reader: aiohttp.StreamReader) -> None:
    """Turn the reader of a body into an `EventReader` if its connection is one of the fast path.

    Not if so much arrived with the headers that reading is paused already: aiohttp's parser may then have stopped between two
    chunks, and would pause once more, unnoticed, after it was resumed.
    """
    protocol: Any = getattr(reader, "_protocol", None)
    is_ours = type(reader) is aiohttp.StreamReader and isinstance(protocol, Handler)
    if is_ours and not protocol._reading_paused:
        reader.__class__ = EventReader
        reader._http_chunk_splits = None
