"""Peers of a client: a TLS front, a proxy, and a server with a scripted response."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

Address = tuple[str, int]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(
    serve: Serve, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Run a server on a free port of this loop. Yields the port."""
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
        await asyncio.sleep(0)  # sockets are closed in the next iteration of the loop


@contextlib.contextmanager
def refusing_port() -> Iterator[int]:
    """A port that refuses connections, and that no other process can listen on meanwhile."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@dataclass
class Head:
    """The first lines of a request."""

    method: str
    target: str
    headers: dict[str, str]
    """Names in lower case."""
    raw: bytes


async def read_head(reader: asyncio.StreamReader) -> Head:
    """Read the head of the next request."""
    raw = await reader.readuntil(b"\r\n\r\n")
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = [line.split(":", 1) for line in lines if line]
    return Head(method, target, {name.lower(): value.strip() for name, value in pairs}, raw)


async def join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: Address, first: bytes = b""
) -> None:
    """Copy bytes in both directions until one side ends."""
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
    """Return a server that copies everything to ``there``; its listener terminates TLS."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await join(reader, writer, there)

    return serve


@dataclass
class Proxy:
    """An HTTP proxy with tunnels. It connects to ``https`` or ``http``, whatever the host of the request."""

    http: Address
    https: Address = ("127.0.0.1", 0)
    credentials: str | None = None
    """The ``Proxy-Authorization`` that it requires."""
    refusal: str = ""
    """If not empty, the status line of every response."""
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
    """A server that sends the same bytes for every request."""

    response: bytes
    seen: list[Head] = field(default_factory=list[Head])
    bodies: list[bytes] = field(default_factory=list[bytes])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await read_head(reader)
            self.seen.append(head)
            self.bodies.append(await reader.readexactly(int(head.headers.get("content-length", "0"))))
            writer.write(self.response)
            await writer.drain()


def complete_response(
    body: bytes, *, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> bytes:
    """Return a response as bytes. ``more`` is further header lines, each with its line end."""
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode()
        + body
    )
