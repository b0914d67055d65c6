"""Files that appear whole or not at all, written and read off the loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import aiofiles

if TYPE_CHECKING:
    from aiofiles.threadpool.binary import AsyncBufferedIOBase


async def write_atomically(path: str | os.PathLike[str], pieces: AsyncIterator[bytes | memoryview]) -> int:
    """Write ``pieces`` to ``<name>.<random>.part`` beside ``path``, then rename it to ``path``.

    Returns the bytes written. Whatever goes wrong, cancellation included, leaves the old file, or none. A link
    stays a link, and a device or a pipe (``/dev/stdout``) is written to, never replaced.
    Raises `OSError` where the directory is missing or may not be written.
    """
    target, is_special = await asyncio.to_thread(_resolve, path)
    part = target if is_special else target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    written = 0
    try:
        file = await _open(part, "wb" if is_special else "xb", path)
        try:
            async for piece in pieces:
                written += len(piece)
                await file.write(piece)
        finally:
            await file.close()
        if not is_special:
            await asyncio.to_thread(os.replace, part, target)
    except BaseException:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
        if not is_special:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(os.unlink, part)
        raise
    return written


def _resolve(path: str | os.PathLike[str]) -> tuple[Path, bool]:
    """Where ``path`` leads, and whether something that is no ordinary file stands there."""
    target = Path(path).resolve()
    return target, target.exists() and not target.is_file()


async def _open(part: Path, mode: Literal["wb", "xb"], path: str | os.PathLike[str]) -> AsyncBufferedIOBase:
    try:
        return await aiofiles.open(part, mode)
    except OSError as error:
        error.filename = os.fspath(path)  # the name that the caller knows
        raise


async def sliced(content: bytes, size: int) -> AsyncIterator[bytes | memoryview]:
    """``content`` in pieces of ``size`` bytes."""
    view = memoryview(content)
    for start in range(0, len(content), size):
        yield view[start : start + size]


async def gathered(pieces: AsyncGenerator[bytes, None], size: int) -> AsyncIterator[bytes]:
    """``pieces`` joined until they are at least ``size`` bytes: one hop to the file's thread for many of them."""
    held: list[bytes] = []
    held_bytes = 0
    try:
        async for piece in pieces:
            held.append(piece)
            held_bytes += len(piece)
            if held_bytes >= size:
                yield b"".join(held)
                held, held_bytes = [], 0
    finally:
        await pieces.aclose()
    if held:
        yield b"".join(held)
