"""Servers that do what HTTP servers do not: each is a `Raw` of a scenario."""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable

from .actions import TEXT
from .scenario import Raw, Served

_SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


async def read_request(served: Served, reader: StreamReader) -> bytes:
    """Read one request, note its head, return its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    served.heads.append(head)
    lower = head.lower()
    for line in lower.split("\r\n"):
        if line.startswith("content-length:"):
            return await reader.readexactly(int(line.split(":")[1]))
    body = b""
    if "\r\ntransfer-encoding: chunked" in lower:
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    return body


def completion(text: str = TEXT) -> bytes:
    """A chat answer with its head."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return json_answer(json.dumps(body).encode())


def json_answer(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """An answer with this body."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body


def delta(text: str, finish: str | None = None) -> str:
    """A chunk of a stream as JSON."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return json.dumps(
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    )


def chunked(content: bytes) -> bytes:
    """An HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def answers(answer: bytes) -> Raw:
    """Gives every request this answer."""

    async def handle(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await read_request(served, reader)
                writer.write(answer)
                await writer.drain()
        writer.close()

    return handle


def answers_cut(answer: bytes, cut_bytes: int) -> Raw:
    """Closes the connection before the last bytes of the answer."""

    async def handle(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
        await read_request(served, reader)
        writer.write(answer[:-cut_bytes])
        await writer.drain()
        writer.close()

    return handle


def streams(*events: bytes, forever: bytes = b"", every_s: float = 0.1) -> Raw:
    """A stream of these bytes; then *forever* again and again, or its end."""

    async def handle(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await read_request(served, reader)
                writer.write(_SSE)
                for event in events:
                    writer.write(chunked(event))
                while forever:
                    writer.write(chunked(forever))
                    await writer.drain()
                    await asyncio.sleep(every_s)
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        writer.close()

    return handle


def streams_cut(content: bytes) -> Raw:
    """A stream of this, whose body does not end before the connection does."""
    return answers_cut(_SSE + chunked(content) + b"0\r\n\r\n", 5)


def drops(is_dropped: Callable[[int, int], bool]) -> Raw:
    """Answers, but drops the connection after reading a request where told so: (connection, request on it), from 0."""

    async def handle(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
        mine, number = served.connections, 0
        served.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await read_request(served, reader)
                if is_dropped(mine, number):
                    break
                number += 1
                # Slow enough for requests that are made together to have a connection each.
                await asyncio.sleep(0.2)
                writer.write(completion())
                await writer.drain()
        writer.close()

    return handle


async def never_reads(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    """Accepts, and lets the sender fill the buffers."""
    writer.transport.pause_reading()  # type: ignore[attr-defined] # a transport of a socket can
    await asyncio.sleep(60)
