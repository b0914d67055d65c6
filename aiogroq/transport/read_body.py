"""Reads the whole body of a response, or its start, with a limit of its size.

An error may hold nothing of the body in its frames, because a server may have sent the request back, secrets included.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from ..errors import APIConnectionError, APIError, APIResponseValidationError
from ..protocol.status_errors import not_decompressed, too_large
from ..protocol.tracebacks import drop_frames
from .decompress import DecompressionError

if TYPE_CHECKING:
    from .body import AioBody

_LARGE_JOIN_BYTES = 8 * 1024 * 1024
"""Joining more bytes than this takes so long that it is done in a thread."""
_ERROR_BODY_S = 5.0
"""Seconds to wait for the body of an error."""


async def read_whole(body: AioBody, max_bytes: int | None) -> bytes:
    """Return the whole body.

    Raises `APITimeoutError`, `APIConnectionError` when the body breaks off, and `APIResponseValidationError` when it
    cannot be decompressed or is larger than ``max_bytes`` (None for no limit), decompressed.
    """
    chunks: list[bytes] = []
    try:
        size = await _read_into(chunks, body, max_bytes)
    except BaseException:
        chunks = []
        raise
    if max_bytes is not None and size > max_bytes:
        chunks.clear()
        raise too_large(body, max_bytes)
    if size < _LARGE_JOIN_BYTES:
        return b"".join(chunks)
    return await body.compute(_join, chunks)


async def read_start(body: AioBody, max_bytes: int) -> bytes:
    """Return the first ``max_bytes`` of the body, or what arrives of it within five seconds. The rest is not read.

    For the body of an error, whose status says the most: the body may break off, or never end.
    """
    chunks: list[bytes] = []
    timeout = asyncio.get_running_loop().call_later(_ERROR_BODY_S, body.abort)
    try:
        await _read_into(chunks, body, max_bytes)
    except (APIConnectionError, APIResponseValidationError):
        pass
    except BaseException:
        chunks = []
        raise
    finally:
        timeout.cancel()
    return b"".join(chunks)[:max_bytes]


async def _read_into(chunks: list[bytes], body: AioBody, max_bytes: int | None) -> int:
    """Append the chunks of the body up to its end, or to the first beyond ``max_bytes``. Returns their bytes."""
    size = 0
    failed: APIError
    try:
        async with contextlib.aclosing(body.iter_chunks()) as arriving:
            async for chunk in arriving:
                chunks.append(chunk)
                size += len(chunk)
                if max_bytes is not None and size > max_bytes:
                    break
        return size
    except APIConnectionError as error:
        # A body that cannot be decompressed has arrived: the response is wrong, not the connection.
        is_compressed = isinstance(error.__cause__, DecompressionError)
        failed = not_decompressed(body, b"".join(chunks), error.__cause__) if is_compressed else error
    except BaseException:
        chunks, chunk = [], b""  # a cancellation has frames, too
        raise
    del chunks
    chunk = b""
    try:
        raise drop_frames(failed)
    finally:
        del failed  # its traceback refers to this frame: a cycle otherwise


def _join(chunks: list[bytes]) -> bytes:
    """Join ``chunks``, and free them one by one: freeing them at once holds the GIL for as long as copying takes."""
    content = b"".join(chunks)  # without the GIL, from 1 MiB on
    while chunks:
        del chunks[-1]
    return content
