"""Files that come down cut, packed or over an earlier one, and files that go up."""

from __future__ import annotations

import asyncio
import gzip
import importlib
import os
import random
import stat
import tempfile
import zlib
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import wire
from .scenario import OWN, Judge, Outcome, Raw, Served, Side, fails, gives, scenario

_GROUP = "files"
_random = random.Random(1)
DATA = b"".join(b"line %d %b\n" % (n, _random.randbytes(n % 24)) for n in range(12_000))
"""What the server has: half of it can be compressed."""


def _compressor(coding: str) -> Callable[[bytes], bytes] | None:
    """What packs in *coding*; None where its library is missing, and then no client here asks for it."""
    if coding in ("gzip", "deflate"):
        return gzip.compress if coding == "gzip" else zlib.compress
    for name in {"br": ("brotli",), "zstd": ("compression.zstd", "backports.zstd")}[coding]:
        try:
            compress: Callable[[bytes], bytes] = importlib.import_module(name).compress
        except ImportError:
            continue
        return compress
    return None


def _file(body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def _cut_where_asked_for(coding: str, cut_bytes: int) -> Raw:
    """In *coding* without its last bytes for who asks for it, in correct framing; plain and whole for others."""

    async def handle(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
        await wire.read_request(served, reader)
        wanted = [
            line for line in served.heads[-1].lower().split("\r\n") if line.startswith("accept-encoding:")
        ]
        compress = _compressor(coding)
        if compress and any(coding in line for line in wanted):
            writer.write(_file(compress(DATA)[:-cut_bytes], f"Content-Encoding: {coding}\r\n"))
        else:
            writer.write(_file(DATA))
        await writer.drain()
        writer.close()

    return handle


def _whole_or_error(outcome: Outcome) -> str:
    if outcome.error:
        return "right error" if "APIError" in outcome.error else f"wrong error: {outcome.error[0]}"
    return "right value" if outcome.value == "whole" else f"silent loss: {outcome.value}"


def _compared(content: bytes) -> str:
    return "whole" if content == DATA else f"{len(content)} of {len(DATA)} bytes"


async def _saved(side: Side, path: str) -> None:
    async with side.client() as client, client.files.with_streaming_response.content("file_1") as response:
        await response.stream_to_file(path)


async def saved(side: Side) -> str:
    """A download into a file, compared with what the server has."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        await _saved(side, str(path))
        return _compared(path.read_bytes())


async def read(side: Side) -> str:
    """A download into memory, compared with what the server has."""
    async with side.client() as client:
        response = await client.files.content("file_1")
        content = response.read()
        return _compared(await content if asyncio.iscoroutine(content) else content)


def _download(name: str, raw: Raw, expects: str, judge: Judge = _whole_or_error, action: Any = saved) -> None:
    scenario(_GROUP, name, judge, raw=raw, expects=expects)(action)


for _coding in ("gzip", "deflate", "br", "zstd"):
    _download(
        f"a download in {_coding} without its last bytes is not saved as the file",
        _cut_where_asked_for(_coding, 9),
        "A file that lacks its end is an error, however the transfer was packed.",
    )
_download(
    "half of a download in br is not handed out as the content",
    _cut_where_asked_for("br", 60_000),
    "Content that lacks its second half is an error, however the transfer was packed.",
    action=read,
)
_download(
    "packed in gzip twice: the file or an error, and nothing packed",
    wire.answers(_file(gzip.compress(gzip.compress(DATA)), "Content-Encoding: gzip, gzip\r\n")),
    "The server says how it packed the file, so packed bytes are not the file.",
)
_download(
    "a coding of the registry that nobody asked for: an error, and nothing packed",
    wire.answers(_file(zlib.compress(DATA), "Content-Encoding: compress\r\n")),
    "What cannot be unpacked is not the file.",
    fails(*OWN),
)


async def _cut_between_chunks(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    await wire.read_request(served, reader)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head + wire.chunked(DATA[:100_000]) + wire.chunked(DATA[100_000:150_000]))
    await writer.drain()
    writer.close()


_download(
    "closed exactly between two HTTP chunks: not saved as the file",
    _cut_between_chunks,
    "Without the last chunk the body has not ended.",
    fails(*OWN),
)


@scenario(_GROUP, "a download that breaks off leaves the earlier file as it was", gives("the earlier file"),
          raw=_cut_between_chunks, expects="A file that was whole is not given up for half of another.")  # fmt: skip
async def earlier_file(side: Side) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_text("the earlier file")
        try:
            await _saved(side, str(path))
        except Exception:
            return path.read_bytes()[:60].decode("latin-1")
        return "no error"


@scenario(_GROUP, "a file that replaces one with the setuid bit does not have it", gives("no"), raw=wire.answers(_file(DATA)),
          expects="What came from the network must not run with its owner's rights because an earlier file could.")  # fmt: skip
async def setuid(side: Side) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_text("a program")
        path.chmod(0o4755)
        await _saved(side, str(path))
        assert path.read_bytes() == DATA
        return "yes" if os.stat(path).st_mode & stat.S_ISUID else "no"


@scenario(_GROUP, "saved after a part of it was read: the earlier file stays", gives("the earlier file"), raw=wire.answers(_file(DATA)),
          expects="What is left of a body is not the file.")  # fmt: skip
async def partly_read(side: Side) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_text("the earlier file")
        async with (
            side.client() as client,
            client.files.with_streaming_response.content("file_1") as response,
        ):
            async for _ in response.iter_bytes(1000):
                break
            try:
                await response.stream_to_file(path)
            except Exception:
                return path.read_bytes()[:60].decode("latin-1")
    return "no error"
