"""Downloads: truncated, compressed, replacing an existing file."""

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

from . import raw_server
from .scenario import API_ERROR, Judge, Outcome, Package, RawServer, ServerLog, raises, returns, scenario

_GROUP = "files"
_random = random.Random(1)
DATA = b"".join(b"line %d %b\n" % (n, _random.randbytes(n % 24)) for n in range(12_000))
"""The content of the file. About half of it is compressible."""


def _compressor(coding: str) -> Callable[[bytes], bytes] | None:
    """Return the compressor of *coding*, or None if its library is missing; then no client requests it."""
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


def _truncated_if_requested(coding: str, missing_bytes: int) -> RawServer:
    """Send the file in *coding* without its last bytes, with valid framing, if the request accepts *coding*; else unencoded."""

    async def handle(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
        await raw_server.read_request(log, reader)
        accepted = [
            line for line in log.heads[-1].lower().split("\r\n") if line.startswith("accept-encoding:")
        ]
        compress = _compressor(coding)
        if compress and any(coding in line for line in accepted):
            writer.write(_file(compress(DATA)[:-missing_bytes], f"Content-Encoding: {coding}\r\n"))
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


async def _saved(package: Package, path: str) -> None:
    async with package.client() as client, client.files.with_streaming_response.content("file_1") as response:
        await response.stream_to_file(path)


async def saved(package: Package) -> str:
    """Download into a file and compare it with the content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        await _saved(package, str(path))
        return _compared(path.read_bytes())


async def read(package: Package) -> str:
    """Download into memory and compare it with the content."""
    async with package.client() as client:
        response = await client.files.content("file_1")
        content = response.read()
        return _compared(await content if asyncio.iscoroutine(content) else content)


def _download(
    name: str, raw: RawServer, expects: str, judge: Judge = _whole_or_error, action: Any = saved
) -> None:
    scenario(_GROUP, name, judge, raw=raw, expects=expects)(action)


for _coding in ("gzip", "deflate", "br", "zstd"):
    _download(
        f"a truncated {_coding} download is not saved",
        _truncated_if_requested(_coding, 9),
        "A truncated file is an error, however the transfer was compressed.",
    )
_download(
    "half of a br download is not returned as the content",
    _truncated_if_requested("br", 60_000),
    "Truncated content is an error, however the transfer was compressed.",
    action=read,
)
_download(
    "gzip applied twice: the file or an error, not compressed data",
    raw_server.responds(_file(gzip.compress(gzip.compress(DATA)), "Content-Encoding: gzip, gzip\r\n")),
    "The header names the content codings, so compressed bytes are not the file.",
)
_download(
    "a registered content coding that was not requested: an error, not compressed data",
    raw_server.responds(_file(zlib.compress(DATA), "Content-Encoding: compress\r\n")),
    "A body that cannot be decompressed is not the file.",
    raises(*API_ERROR),
)


async def _closed_between_chunks(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    await raw_server.read_request(log, reader)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head + raw_server.chunked(DATA[:100_000]) + raw_server.chunked(DATA[100_000:150_000]))
    await writer.drain()
    writer.close()


_download(
    "closed between two HTTP chunks: not saved",
    _closed_between_chunks,
    "Without the last chunk the body is incomplete.",
    raises(*API_ERROR),
)


@scenario(_GROUP, "a truncated download leaves the existing file unchanged", returns("the existing file"),
          raw=_closed_between_chunks, expects="A complete file must not be replaced by half of another.")  # fmt: skip
async def earlier_file(package: Package) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_text("the existing file")
        try:
            await _saved(package, str(path))
        except Exception:
            return path.read_bytes()[:60].decode("latin-1")
        return "no error"


@scenario(_GROUP, "a file that replaces one with the setuid bit does not inherit it", returns("no"), raw=raw_server.responds(_file(DATA)),
          expects="A downloaded file must not run with its owner's rights because an earlier file could.")  # fmt: skip
async def setuid(package: Package) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_text("a program")
        path.chmod(0o4755)
        await _saved(package, str(path))
        assert path.read_bytes() == DATA
        return "yes" if os.stat(path).st_mode & stat.S_ISUID else "no"


@scenario(_GROUP, "saved after a partial read: the existing file is unchanged", returns("the existing file"), raw=raw_server.responds(_file(DATA)),
          expects="The rest of a body is not the file.")  # fmt: skip
async def partly_read(package: Package) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_text("the existing file")
        async with (
            package.client() as client,
            client.files.with_streaming_response.content("file_1") as response,
        ):
            async for _ in response.iter_bytes(1000):
                break
            try:
                await response.stream_to_file(path)
            except Exception:
                return path.read_bytes()[:60].decode("latin-1")
    return "no error"
