"""Forks after a call, cancelled requests that the server does not read, and compressed responses."""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import functools
import gc
import gzip
import io
import os
import ssl
import termios
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
import trustme
from waiting import eventually, left_with

from aiogroq import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncGroq,
    DefaultAioHttpClient,
    Timeout,
)

from .programs import Programs
from .raw_server import Handler, delta, http_response, raw_server, text_of

pytestmark = pytest.mark.timeout(30)

LARGE = 12 * 1024 * 1024
"""More bytes than the sockets of both ends buffer."""
HEAD = 16 * 1024
"""More bytes than the head of a request has."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_child_that_is_forked_after_a_call_ends_in_each_way(
    programs: Programs, loop_kind: str, host: str
) -> None:
    code = f"""
import sys
client = Groq(base_url=os.environ["GROQ_BASE_URL"].replace("127.0.0.1", "{host}"))
print(ask(client))
child = os.fork()
if child == 0:
    sys.exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert programs.run(code, loop=loop_kind) == ["2+2 = 4.", "7"]


async def upload(client: AsyncGroq, taken: list[asyncio.StreamWriter]) -> None:
    with pytest.raises(APITimeoutError, match='timeout "write"'):
        await client.files.create(file=io.BytesIO(b"x" * LARGE), purpose="batch")


async def ask(client: AsyncGroq) -> Any:
    question = [{"role": "user", "content": "x" * LARGE}]
    return await client.chat.completions.create(model="m", messages=question)


async def ask_in_time(client: AsyncGroq, taken: list[asyncio.StreamWriter]) -> None:
    with pytest.raises(APITimeoutError, match='timeout "write"'):
        await ask(client)


async def ask_and_leave(client: AsyncGroq, taken: list[asyncio.StreamWriter]) -> None:
    count = len(taken)
    task = asyncio.ensure_future(ask(client.with_options(timeout=None)))
    seen = [0]
    while seen[-1] <= HEAD or seen[-4:] != seen[-1:] * 4:  # until nothing more can be sent
        await asyncio.sleep(0.01)
        seen.append(unread_bytes(taken[-1]) if len(taken) > count else 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def unread_bytes(writer: asyncio.StreamWriter) -> int:
    """The bytes that have arrived at a connection of the server and were not read."""
    count = array.array("i", [0])
    fcntl.ioctl(writer.get_extra_info("socket").fileno(), termios.FIONREAD, count)
    return count[0]


@contextlib.asynccontextmanager
async def deaf_server(tls: ssl.SSLContext | None) -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """The port of a server that accepts connections but reads no request, and its connections."""
    taken: list[asyncio.StreamWriter] = []

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Python 3.10 starts reading after this, even if it was paused before.
        asyncio.get_running_loop().call_soon(cast("asyncio.ReadTransport", writer.transport).pause_reading)
        taken.append(writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], taken
    finally:
        server.close()
        for writer in taken:
            writer.transport.abort()
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def tls() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The TLS contexts of a server at 127.0.0.1 and of a client that trusts it."""
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    authority.configure_trust(theirs)
    return ours, theirs


def descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def is_released() -> bool:
    gc.collect()  # errors and the frames of their tracebacks
    return tracemalloc.get_traced_memory()[0] < LARGE


@pytest.mark.fast_path_only("deaf")
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("send", [upload, ask_in_time, ask_and_leave])
async def test_a_cancelled_request_keeps_neither_socket_nor_body(
    send: Callable[[AsyncGroq, list[asyncio.StreamWriter]], Awaitable[None]],
    scheme: str,
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    is_safe = scheme == "https"
    async with deaf_server(tls[0] if is_safe else None) as (port, taken):
        pool = DefaultAioHttpClient(ssl=tls[1] if is_safe else True)
        timeout = Timeout(10, write=0.1)
        async with AsyncGroq(
            api_key="k",
            base_url=f"{scheme}://127.0.0.1:{port}",
            timeout=timeout,
            max_retries=0,
            http_client=pool,
        ) as client:
            tracemalloc.start()
            try:
                before = descriptors()
                for _ in range(3):
                    await send(client, taken)
                # Without an abort, asyncio closes a connection with TLS after 30 s.
                soon = functools.partial(eventually, within_s=10)
                await asyncio.to_thread(soon, lambda: descriptors() - len(taken) <= before)
                # The thread that has read a body may still hold it.
                await asyncio.to_thread(soon, is_released)
            finally:
                tracemalloc.stop()


async def read(client: AsyncGroq, folder: Path) -> bytes:
    return (await client.files.content("file_1")).content


async def save(client: AsyncGroq, folder: Path) -> bytes:
    async with client.files.with_streaming_response.content("file_1") as response:
        await response.stream_to_file(folder / "saved")
    return (folder / "saved").read_bytes()


async def iterate(client: AsyncGroq, folder: Path) -> bytes:
    async with client.files.with_streaming_response.content("file_1") as response:
        return b"".join([chunk async for chunk in response.iter_bytes()])


async def follow(client: AsyncGroq, folder: Path) -> bytes:
    return (await text_of(client)).encode()


CONTENT = bytes(range(256)) * 4096  # a megabyte, of a few thousand bytes
EVENTS = b"".join([delta("x" * 1000) for _ in range(50)]) + delta("", finish="stop")
READERS = [
    (read, CONTENT, CONTENT),
    (save, CONTENT, CONTENT),
    (iterate, CONTENT, CONTENT),
    (follow, EVENTS, b"x" * 50_000),
]
PACKERS = [gzip.compress, zlib.compress, lambda data: gzip.compress(data[:9000]) + gzip.compress(data[9000:])]


def packed(content: bytes, packer: Callable[[bytes], bytes], end: int | None) -> Handler:
    encoding = "gzip" if packer(b"")[:2] == b"\x1f\x8b" else "deflate"
    whole = http_response(packer(content)[:end], more=f"Content-Encoding: {encoding}\r\n")
    return lambda exchange: exchange.write(whole)


@pytest.mark.parametrize("packer", PACKERS, ids=["gzip", "deflate", "gzip twice"])
@pytest.mark.parametrize(("reader", "content", "expected"), READERS)
async def test_a_compressed_response_is_read_completely_in_each_way(
    reader: Callable[..., Awaitable[bytes]], content: bytes, expected: bytes,
    packer: Callable[[bytes], bytes], tmp_path: Path,
) -> None:  # fmt: skip
    async with raw_server(packed(content, packer, None)) as raw, raw.client() as client:
        assert [await reader(client, tmp_path) for _ in range(2)] == [expected] * 2
        assert raw.connections == 1


@pytest.mark.parametrize("end", [-1, -9, 100, 5], ids=lambda end: f"cut at {end}")
@pytest.mark.parametrize("packer", PACKERS, ids=["gzip", "deflate", "gzip twice"])
@pytest.mark.parametrize(("reader", "content", "expected"), READERS)
async def test_truncated_compression_is_an_error(
    reader: Callable[..., Awaitable[bytes]], content: bytes, expected: bytes,
    packer: Callable[[bytes], bytes], end: int, tmp_path: Path,
) -> None:  # fmt: skip
    async with raw_server(packed(content, packer, end)) as raw, raw.client() as client:
        # Read whole, it is an invalid response; read in chunks, a connection error.
        errors = (APIConnectionError, APIResponseValidationError)
        with pytest.raises(errors, match="the compressed data is truncated"):
            await reader(client, tmp_path)
    await left_with(tmp_path)
