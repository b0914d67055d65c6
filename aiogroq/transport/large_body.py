"""A large body that is in memory already, as one try sends it: in pieces, each within the ``write`` limit."""

from __future__ import annotations

import asyncio
from typing import cast

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from .sending import Sending
from .source import CHUNK_BYTES
from .watch import Watch


class LargeBody(aiohttp.Payload):
    """Bytes that are written in pieces: plain ones aiohttp writes in one go, and warns of them."""

    def __init__(self, body: bytes, watch: Watch) -> None:
        super().__init__(body, content_type="application/json")
        self._size = len(body)
        self._sending = Sending(watch)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return cast("bytes", self._value).decode(encoding, errors)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await self.write(writer)

    async def write(self, writer: AbstractStreamWriter) -> None:
        body = memoryview(cast("bytes", self._value))
        for start in range(0, len(body), CHUNK_BYTES):
            await self._sending.write(writer, body[start : start + CHUNK_BYTES])
            await asyncio.sleep(0)  # where the socket takes everything at once, others want to run too
        self._sending.end()
