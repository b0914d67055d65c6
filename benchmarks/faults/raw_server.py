"""Servers that write raw bytes, for responses that an HTTP server would not send. Each is a `RawServer`."""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable

from .actions import TEXT
from .scenario import RawServer, ServerLog

_SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


async def read_request(log: ServerLog, reader: StreamReader) -> bytes:
    """Read one request, log its head and return its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    log.heads.append(head)
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
    """Return a chat completion with its HTTP head."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return json_response(json.dumps(body).encode())


def json_response(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """Return a JSON response with this body."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body


def delta(text: str, finish: str | None = None) -> str:
    """Return a chunk of a stream as JSON."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return json.dumps(
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    )


def chunked(content: bytes) -> bytes:
    """Return an HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def responds(response: bytes) -> RawServer:
    """Send this response to every request."""

    async def handle(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await read_request(log, reader)
                writer.write(response)
                await writer.drain()
        writer.close()

    return handle


def truncates(response: bytes, missing_bytes: int) -> RawServer:
    """Close the connection before the last bytes of the response."""

    async def handle(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
        await read_request(log, reader)
        writer.write(response[:-missing_bytes])
        await writer.drain()
        writer.close()

    return handle


def streams(*events: bytes, forever: bytes = b"", every_s: float = 0.1) -> RawServer:
    """Stream these events, then *forever* every *every_s* seconds, or the end of the body."""

    async def handle(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await read_request(log, reader)
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


def truncates_stream(content: bytes) -> RawServer:
    """Stream this content and close the connection before the end of the body."""
    return truncates(_SSE + chunked(content) + b"0\r\n\r\n", 5)


def closes_connections(is_closed: Callable[[int, int], bool]) -> RawServer:
    """Respond, but close the connection after reading a request if *is_closed*(connection, request on it), both from 0."""

    async def handle(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
        mine, number = log.connections, 0
        log.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await read_request(log, reader)
                if is_closed(mine, number):
                    break
                number += 1
                # Slow enough that concurrent requests use a connection each.
                await asyncio.sleep(0.2)
                writer.write(completion())
                await writer.drain()
        writer.close()

    return handle


async def never_reads(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    """Accept, and never read, so that the buffers of the sender fill up."""
    writer.transport.pause_reading()  # type: ignore[attr-defined] # a transport of a socket can
    await asyncio.sleep(60)
