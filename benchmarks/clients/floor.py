"""A lower bound: a request on an asyncio protocol with minimal HTTP."""

from __future__ import annotations

import asyncio
from typing import cast
from urllib.parse import urlsplit

import msgspec

from .base import AsyncPeer
from .handwritten import Completion
from .sdk import messages


class AsyncFloor(AsyncPeer):
    """Reuses connections and delimits responses by Content-Length. No errors, timeouts or redirects."""

    def __init__(self, url: str, concurrent: int = 1) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        self._idle: list[_Connection] = []
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(Completion).decode
        self._head = (
            f"POST /openai/v1/chat/completions HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer gsk_benchmark\r\n"
            "Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: "
        ).encode()

    async def chat(self, model: str, prompt: str) -> str:
        body = self._encode(
            {
                "model": model,
                "messages": messages(prompt),
                "temperature": 0.5,
                "max_completion_tokens": 256,
            }
        )
        if self._idle:
            connection = self._idle.pop()
        else:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(_Connection, *self._address)
        response = await connection.ask(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        self._idle.append(connection)
        return self._decode(response).choices[0].message.content or ""

    async def close(self) -> None:
        for connection in self._idle:
            connection.transport.close()


class _Connection(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self) -> None:
        self._buffer = b""
        self._waiter: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's class does not inherit from it

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        self._waiter = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._waiter

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data
        end = buffer.find(b"\r\n\r\n")
        start = buffer.find(b"Content-Length: ") + 16
        if end < 0 or len(buffer) < end + 4 + int(buffer[start : buffer.find(b"\r\n", start)]):
            self._buffer = buffer
            return
        self._buffer = b""
        assert self._waiter is not None
        self._waiter.set_result(buffer[end + 4 :])
