"""What stands between a client and its server: a TLS front, a proxy, a server that answers what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Address = tuple[str, int]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(
    serve: Serve, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server on a free port of this loop, for as long as the block runs. Hands out the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await serve(reader, writer)
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(handle(reader, writer)))

    server = await asyncio.start_server(accept, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # closed sockets are let go of in the next round of the loop


@dataclass
class Head:
    """The first lines of a request."""

    method: str
    target: str
    headers: dict[str, str]
    """Names in lower case."""
    raw: bytes


async def read_head(reader: asyncio.StreamReader) -> Head:
    """The head of the next request."""
    raw = await reader.readuntil(b"\r\n\r\n")
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = [line.split(":", 1) for line in lines if line]
    return Head(method, target, {name.lower(): value.strip() for name, value in pairs}, raw)


async def join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: Address, first: bytes = b""
) -> None:
    """Pass bytes on in both directions, until one side ends."""
    far_reader, far_writer = await asyncio.open_connection(*there)

    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()

    far_writer.write(first)
    both = [asyncio.ensure_future(copy(reader, far_writer)), asyncio.ensure_future(copy(far_reader, writer))]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        far_writer.close()
        for task in both:
            task.cancel()


def tls_front(there: Address) -> Serve:
    """Takes TLS off (where the listener puts it on), and passes everything on to ``there``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await join(reader, writer, there)

    return serve


@dataclass
class Proxy:
    """An HTTP proxy with tunnels. Whatever name it is asked for, it goes to ``https`` or ``http``."""

    http: Address
    https: Address = ("127.0.0.1", 0)
    credentials: str | None = None
    """The ``Proxy-Authorization`` that it wants."""
    refusal: str = ""
    """Where not empty, the status line of every answer."""
    seen: list[Head] = field(default_factory=list[Head])
    """The requests to it, oldest first."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        self.seen.append(head)
        refusal = self.refusal
        if self.credentials is not None and head.headers.get("proxy-authorization") != self.credentials:
            refusal = "407 Proxy Authentication Required"
        if refusal:
            writer.write(f"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        elif head.method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await join(reader, writer, self.https)
        else:
            await join(reader, writer, self.http, head.raw)

    @property
    def targets(self) -> list[str]:
        """Method and target of each request."""
        return [f"{head.method} {head.target}" for head in self.seen]


@dataclass
class Scripted:
    """A server that answers every request with the same bytes."""

    answer: bytes
    seen: list[Head] = field(default_factory=list[Head])
    bodies: list[bytes] = field(default_factory=list[bytes])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await read_head(reader)
            self.seen.append(head)
            self.bodies.append(await reader.readexactly(int(head.headers.get("content-length", "0"))))
            writer.write(self.answer)
            await writer.drain()


def whole_answer(
    body: bytes, *, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> bytes:
    """An answer as bytes. ``more`` is further header lines, each with its line end."""
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode()
        + body
    )
