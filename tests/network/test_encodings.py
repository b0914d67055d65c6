"""Compressed responses, and responses that would fill the memory."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from waiting import left_with

from aiogroq import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    AsyncGroq,
    DefaultAioHttpClient,
    InternalServerError,
)
from aiogroq.local import Fault, LocalGroq

from .peers import Scripted, complete_response, listening

MODEL = "openai/gpt-oss-20b"
MODELS = json.dumps({"object": "list", "data": [{"id": "é" * 500, "object": "model"}]}).encode()
MIB = 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def brotli(data: bytes) -> bytes:
    return bytes(pytest.importorskip("brotli").compress(data, quality=1))


def zstd(data: bytes) -> bytes:
    try:
        from compression.zstd import compress  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        compress = pytest.importorskip("backports.zstd").compress
    return bytes(compress(data))


ENCODINGS: list[tuple[str, Callable[[bytes], bytes], bool]] = [
    ("gzip", gzip.compress, True),
    ("deflate", zlib.compress, True),
    ("deflate", raw_deflate, True),
    ("br", brotli, importlib.util.find_spec("brotli") is not None),
    ("zstd", zstd, True),
    ("gzip, deflate", lambda data: zlib.compress(gzip.compress(data)), True),
    ("utf-8", bytes, True),
]


@pytest.mark.parametrize(("name", "compress", "is_known"), ENCODINGS)
async def test_a_response_is_read_in_each_encoding_that_is_installed(
    name: str, compress: Callable[[bytes], bytes], is_known: bool
) -> None:
    if not is_known:
        pytest.skip(f"nothing is installed for {name}")
    server = Scripted(complete_response(compress(MODELS), more=f"Content-Encoding: {name}\r\n"))
    async with (
        listening(server.serve) as port,
        AsyncGroq(api_key="k", base_url=f"http://127.0.0.1:{port}") as client,
    ):
        for _ in range(2):
            assert (await client.models.list()).data[0].id == "é" * 500
    # Not every library reports the end of data in other encodings.
    assert server.seen[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(("name", "compress"), [(name, compress) for name, compress, _ in ENCODINGS])
async def test_a_large_download_is_read_whole_in_each_encoding(
    name: str, compress: Callable[[bytes], bytes]
) -> None:
    content = random.Random(1).randbytes(MIB) + b" " * 4 * MIB
    server = Scripted(complete_response(compress(content), more=f"Content-Encoding: {name}\r\n"))
    async with (
        listening(server.serve) as port,
        AsyncGroq(api_key="k", base_url=f"http://127.0.0.1:{port}", max_retries=0) as client,
    ):
        assert (await client.files.content("file_1")).content == content


@pytest.mark.parametrize("missing_bytes", [1, 200, "all but 3"])
@pytest.mark.parametrize(("name", "compress"), [(name, compress) for name, compress, _ in ENCODINGS[:5]])
async def test_a_truncated_compressed_download_is_an_error_and_leaves_no_file(
    name: str, compress: Callable[[bytes], bytes], missing_bytes: Any, tmp_path: Path
) -> None:
    whole = compress(random.Random(1).randbytes(100_000))
    truncated = whole[:3] if missing_bytes == "all but 3" else whole[:-missing_bytes]
    server = Scripted(complete_response(truncated, more=f"Content-Encoding: {name}\r\n"))
    async with (
        listening(server.serve) as port,
        AsyncGroq(api_key="k", base_url=f"http://127.0.0.1:{port}", max_retries=0) as client,
    ):
        with pytest.raises(APIError, match="the compressed data is truncated"):
            await client.files.content("file_1")
        async with client.files.with_streaming_response.content("file_1") as response:
            with pytest.raises(APIError, match="the compressed data is truncated"):
                await response.stream_to_file(tmp_path / "saved")
    await left_with(tmp_path)


@pytest.mark.parametrize("name", ["compress", "dcz"])
async def test_an_unsupported_encoding_is_an_error_and_not_saved(name: str, tmp_path: Path) -> None:
    server = Scripted(complete_response(b"packed", more=f"Content-Encoding: {name}\r\n"))
    async with (
        listening(server.serve) as port,
        AsyncGroq(api_key="k", base_url=f"http://127.0.0.1:{port}", max_retries=0) as client,
    ):
        with pytest.raises(
            APIError, match=f"invalid {name} data .*not supported, and the request did not accept it"
        ):
            await client.files.content("file_1")


async def test_streamed_responses_are_requested_without_encoding(
    client: AsyncGroq, server: LocalGroq
) -> None:
    question = [{"role": "user", "content": "What is 2+2?"}]
    stream = await client.chat.completions.create(model=MODEL, messages=question, stream=True)
    await stream.collect()
    async with client.chat.completions.with_streaming_response.create(
        model=MODEL, messages=question
    ) as response:
        await response.read()
    assert [request.headers["accept-encoding"] for request in server.requests] == ["identity", "identity"]


async def test_a_stream_that_is_compressed_anyway_is_read(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(gzip=True))
    question = [{"role": "user", "content": "What is 2+2?"}]
    stream = await client.chat.completions.create(model=MODEL, messages=question, stream=True)
    assert (await stream.collect()).choices[0].finish_reason == "stop"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("gzip", gzip.compress(MODELS, mtime=0)[:-20]),
        ("gzip", gzip.compress(MODELS, mtime=0)[:-1]),
        ("deflate", zlib.compress(MODELS)[:-1]),
        ("gzip", b"\x1f\x8b\x08nonsense"),
        ("gzip", b"no gzip at all"),
        ("gzip", MODELS),
        ("x-gzip", gzip.compress(MODELS, mtime=0)[:-20]),
    ],
    ids=[
        "half",
        "all but its check sum",
        "deflate without its check sum",
        "nonsense",
        "text",
        "not compressed",
        "half, by its old name",
    ],
)
@pytest.mark.parametrize("is_injected", [False, True], ids=["own session", "injected session"])
async def test_truncated_or_wrongly_labelled_data_is_an_error(
    name: str, body: bytes, is_injected: bool
) -> None:
    server = Scripted(complete_response(body, more=f"Content-Encoding: {name}\r\n"))
    async with (
        aiohttp.ClientSession() as session,
        listening(server.serve) as port,
        AsyncGroq(
            api_key="k",
            base_url=f"http://127.0.0.1:{port}",
            max_retries=0,
            http_client=session if is_injected else None,
        ) as client,
    ):
        why = "the compressed data is truncated|invalid (gzip|deflate) data "
        with pytest.raises(
            APIResponseValidationError, match=rf"Cannot decompress the response \(HTTP 200\): ({why})"
        ):
            await client.models.list()


def bomb(size: int) -> bytes:
    """Return `size` bytes of blanks as gzip, which is a thousandth of that."""
    packer = zlib.compressobj(9, wbits=31)
    block = b" " * MIB
    return b"".join([packer.compress(block) for _ in range(size // MIB)]) + packer.flush()


async def peak_of(call: Callable[[], Any]) -> int:
    """Return the peak memory of a call, in bytes."""
    import tracemalloc

    tracemalloc.start()
    try:
        with pytest.raises((APIResponseValidationError, APIStatusError)):
            await call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
async def test_a_small_response_that_decompresses_to_a_huge_one_is_stopped_at_the_bound(status: str) -> None:
    server = Scripted(complete_response(bomb(300 * MIB), status=status, more="Content-Encoding: gzip\r\n"))
    pool = DefaultAioHttpClient(max_response_bytes=4 * MIB)
    async with (
        listening(server.serve) as port,
        AsyncGroq(
            api_key="k",
            base_url=f"http://127.0.0.1:{port}",
            max_retries=2 if status[0] == "2" else 0,
            http_client=pool,
        ) as client,
    ):
        assert await peak_of(client.models.list) < 150 * MIB
    assert len(server.seen) == 1


async def test_the_bound_of_a_response_is_named_and_the_next_call_works(
    client: AsyncGroq, server: LocalGroq
) -> None:
    pool = DefaultAioHttpClient(max_response_bytes=1000)
    async with AsyncGroq(api_key="k", base_url=server.base_url, http_client=pool) as small:
        for body in (b" " * 1001, b" " * 3 * MIB):
            server.script(Fault(status=200, body=body))
            with pytest.raises(
                APIResponseValidationError, match=r"larger than 1000 bytes .*max_response_bytes"
            ) as caught:
                await small.models.list()
            assert caught.value.status_code == 200
            assert caught.value.request_id
        server.script(Fault(status=200, body=b'{"data": []}' + b" " * 988))
        assert (await small.models.list()).data == []


async def test_the_first_mebibyte_of_an_error_is_read(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(status=500, body=b"x" * 3 * MIB))
    with pytest.raises(InternalServerError) as caught:
        await client.with_options(max_retries=0).models.list()
    assert len(caught.value.response.content) == MIB
    assert (await client.models.list()).data


async def test_a_download_to_a_file_has_no_bound(server: LocalGroq, tmp_path: Path) -> None:
    pool = DefaultAioHttpClient(max_response_bytes=1000)
    async with AsyncGroq(api_key="k", base_url=server.base_url, http_client=pool) as client:
        stored = await client.files.create(file=("a.jsonl", b"x" * 5000), purpose="batch")
        async with client.files.with_streaming_response.content(stored.id) as response:
            await response.stream_to_file(tmp_path / "a")
        assert (tmp_path / "a").stat().st_size == 5000
        with pytest.raises(APIResponseValidationError, match="1000 bytes"):
            await client.files.content(stored.id)
