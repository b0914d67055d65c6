"""What is read of responses below aiohttp's public API."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any

import aiohttp

from ...errors import APIError, APITimeoutError
from .connections import Handler


def forget_connection(response: aiohttp.ClientResponse) -> None:
    """After ``response.close()`` on a closed loop: aiohttp leaves the connection as it is then, and warns of it."""
    connection: Any = response.connection
    if connection is not None and hasattr(connection, "_protocol"):
        connection._protocol = None


def arrived_before(reader: Any) -> bytes:
    """What had arrived when a body broke off: aiohttp's reader raises first and would never hand it out."""
    error = reader.exception()
    if error is None or (isinstance(error, APIError) and not isinstance(error, APITimeoutError)):
        return b""  # closed by its reader, who wants no more of it
    if getattr(reader, "_exception", None) is not error:
        return b""
    reader._exception = None
    try:
        return bytes(reader.read_nowait())
    finally:
        reader._exception = error


def end_tracing(reader: Any) -> None:
    """After the end of a body: in aiohttp 4 the reader of a traced response refers to its response, and that to its reader."""
    if getattr(reader, "_on_chunk_received", None) is not None:
        reader._on_chunk_received = None


_MAX_WAITING_CHUNKS = 16 * 1024
"""HTTP chunks that wait to be read at most: a hostile server sends them with a byte each."""


class EventReader(aiohttp.StreamReader):
    """Reads a body whose chunks mean nothing to its reader. aiohttp keeps account of where each one ends, and tries to go on
    reading from the socket after each one that is taken: that costs as much as all else that is done for a streamed event."""

    __slots__ = ()

    def begin_http_chunk_receiving(self) -> None:
        """A chunk begins."""

    def end_http_chunk_receiving(self) -> None:
        """A chunk has ended."""

    def feed_data(self, data: bytes, size: int = 0) -> bool:
        """Take what has arrived. Returns whether more comes of it by decompression, which it never does."""
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
        """All that has arrived, waiting for some; ``b""`` at the end."""
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
    """Turn the reader of a body into an `EventReader`, where its connection is one of the fast path.

    Not where so much has arrived with the head that reading is paused already: aiohttp's parser can then have been paused
    between two chunks, and would pause once more, unseen, after it was resumed.
    """
    protocol: Any = getattr(reader, "_protocol", None)
    is_ours = type(reader) is aiohttp.StreamReader and isinstance(protocol, Handler)
    if is_ours and not protocol._reading_paused:
        reader.__class__ = EventReader
        reader._http_chunk_splits = None
