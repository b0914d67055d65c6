"""Files that appear whole or not at all, written and read off the loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import aiofiles


async def write_atomically(path: str | os.PathLike[str], pieces: AsyncIterator[bytes | memoryview]) -> int:
    """Write ``pieces`` to ``<name>.<random>.part`` beside ``path``, then rename it to ``path``.

    Returns the bytes written. Whatever goes wrong, cancellation included, leaves the old file, or none.
    Raises `OSError` where the directory is missing or may not be written.
    """
    target = Path(path)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    written = 0
    try:
        async with aiofiles.open(part, "xb") as file:
            async for piece in pieces:
                written += len(piece)
                await file.write(piece)
        await asyncio.to_thread(os.replace, part, target)
    except BaseException:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
        with contextlib.suppress(OSError):
            await asyncio.to_thread(os.unlink, part)
        raise
    return written
