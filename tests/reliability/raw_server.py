"""A server that writes exactly the bytes of a test to the socket, and counts connections and requests."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiogroq import AsyncGroq

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
SSE_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-request-id: req_1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
LAST_CHUNK = b"0\r\n\r\n"
DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


@dataclass
class Exchange:
    """One request, and the connection for its response."""

    number: int
    """Its number among all requests, from 0."""
    connection: int
    """The number of its connection, from 0."""
    on_connection: int
    """Its number among the requests of its connection, from 0."""
    head: str
    body: bytes
    reader: asyncio.StreamReader = field(repr=False)
    writer: asyncio.StreamWriter = field(repr=False)

    async def write(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.writer.write(chunk)
        await self.writer.drain()

    def close(self) -> None:
        """Close the connection."""
        self.writer.close()

    def reset(self) -> None:
        """Reset the connection (RST)."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Wait until the client has closed the connection."""
        with contextlib.suppress(OSError):
            while await self.reader.read(65536):
                pass


Handler = Callable[[Exchange], Awaitable[None]]


@dataclass
class RawServer:
    """Passes each request to ``handler``."""

    handler: Handler
    port: int = 0
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    connections: int = 0
    request_came: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def requests(self) -> int:
        """The number of complete requests."""
        return len(self.exchanges)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> AsyncGroq:
        return AsyncGroq(api_key="gsk_x", base_url=self.url, **{"max_retries": 0, **options})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection, on_connection = self.connections, 0
        self.connections += 1
        while not writer.is_closing():
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            body = await reader.readexactly(_length(head))
            exchange = Exchange(self.requests, connection, on_connection, head, body, reader, writer)
            self.exchanges.append(exchange)
            self.request_came.set()
            on_connection += 1
            await self.handler(exchange)


def _length(head: str) -> int:
    lines = [line.partition(":") for line in head.lower().split("\r\n")]
    return next((int(value) for name, _, value in lines if name == "content-length"), 0)


@contextlib.asynccontextmanager
async def raw_server(handler: Handler) -> AsyncIterator[RawServer]:
    """Run a `RawServer` on a free port of this loop."""
    raw = RawServer(handler)
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await raw.serve(reader, writer)
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(handle(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # sockets are closed in the next iteration of the loop


async def end(exchange: Exchange) -> None:
    """Respond to a request with a complete stream."""
    await exchange.write(SSE_HEAD, chunked(delta("four", finish="stop")), chunked(DONE), LAST_CHUNK)


def http_response(body: bytes, *, status: str = "200 OK", more: str = "") -> bytes:
    """A response. ``more`` is further header lines, each with its line end."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def completion(text: str = "four") -> bytes:
    """The body of a chat completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    made = {"id": "c", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]}
    return json.dumps(made).encode()


def delta(text: str, *, finish: str | None = None, usage: bool = False, more: Any = None) -> bytes:
    """An event of a chat stream. ``more`` goes into its ``x_groq``."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    made: dict[str, Any] = {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice],
    }  # fmt: skip
    if usage or more:
        made["x_groq"] = {"id": "req_1", **({"usage": USAGE} if usage else {}), **(more or {})}
    return b"data: " + json.dumps(made, ensure_ascii=False).encode() + b"\n\n"


def chunked(content: bytes) -> bytes:
    """An HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(content), content)


async def ask(client: AsyncGroq) -> str | None:
    """Send one chat request and return its text."""
    made = await client.chat.completions.create(model=MODEL, messages=QUESTION)
    return made.choices[0].message.content


async def stream(client: AsyncGroq) -> Any:
    """Send one chat request and return its stream."""
    return await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)


async def text_of(client: AsyncGroq) -> str:
    """The text that a reader of a stream collects, chunk by chunk."""
    return "".join([chunk.choices[0].delta.content or "" async for chunk in await stream(client)])


ONE_TWO = chunked(delta("one ")) + chunked(delta("two"))
"""The first two chunks of a stream."""
