"""A large body that is in memory already, as one try sends it: in pieces, each within the ``write`` limit."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from .sending import Sending
from .source import CHUNK_BYTES
from .watch import Watch


class LargeBody(aiohttp.Payload):
    """Bytes that are written in pieces: plain ones aiohttp writes in one go, and warns of them."""

    def __init__(self, body: bytes, watch: Watch) -> None:
        super().__init__(body, content_type="application/json")
        self._body = body
        self._sending = Sending(watch)

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self._body)

    def __deepcopy__(self, memo: object) -> LargeBody:
        return self  # mocks of aiohttp copy what a request is given, and the loop of the call hangs on this

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._body.decode(encoding, errors)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await self.write(writer)

    async def write(self, writer: AbstractStreamWriter) -> None:
        body = memoryview(self._body)
        for start in range(0, len(body), CHUNK_BYTES):
            await self._sending.write(writer, body[start : start + CHUNK_BYTES])
            await asyncio.sleep(0)  # where the socket takes everything at once, others want to run too
        self._sending.end()
