"""Saves the body of a response to a file."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

from ..errors import APITimeoutError
from ..response.body import StreamAlreadyConsumed
from .exceptions import with_deadline
from .files import write_atomically
from .timers import PhaseTimer

if TYPE_CHECKING:
    from .body import AioBody


async def save_body(
    body: AioBody,
    content: bytes | None,
    path: str | os.PathLike[str],
    chunk_bytes: int,
    timer: PhaseTimer,
) -> int:
    """Write the body, or its ``content`` if it was read before, to ``path``, ``chunk_bytes`` at a time.

    Returns the bytes written. Raises `OSError` if it cannot be written, `APITimeoutError` when the deadline of the call
    passes, and `StreamAlreadyConsumed` if some of the body was streamed before: the file would not be complete.
    """
    if content is not None:  # the call has ended
        return await write_atomically(path, _split(content, chunk_bytes))
    if body.is_consumed:
        raise StreamAlreadyConsumed
    writing = write_atomically(path, _joined(body.iter_chunks(), chunk_bytes))
    try:
        return await with_deadline(writing, timer.deadline, timer.total_s, body.request)
    except APITimeoutError as error:
        if not error.attempts:
            body.with_attempts(error)
        raise


async def _split(content: bytes, size: int) -> AsyncIterator[bytes | memoryview]:
    """Yield ``content`` in chunks of ``size`` bytes."""
    view = memoryview(content)
    for start in range(0, len(content), size):
        yield view[start : start + size]


async def _joined(chunks: AsyncGenerator[bytes, None], size: int) -> AsyncIterator[bytes]:
    """Join ``chunks`` until they are at least ``size`` bytes: one hop to the thread of the file for many of them."""
    buffer: list[bytes] = []
    buffer_bytes = 0
    try:
        async for chunk in chunks:
            buffer.append(chunk)
            buffer_bytes += len(chunk)
            if buffer_bytes >= size:
                yield b"".join(buffer)
                buffer, buffer_bytes = [], 0
    finally:
        await chunks.aclose()
    if buffer:
        yield b"".join(buffer)
