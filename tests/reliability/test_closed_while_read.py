"""A client that is closed while a response is read: an error at once, and never a truncated result without one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from waiting import left_with

from aiogroq import APIConnectionError, AsyncGroq, Groq

from .raw_server import MODEL, QUESTION, Exchange, RawServer, raw_server

pytestmark = pytest.mark.timeout(20)

HEADS = {
    "by its length": b"Content-Length: 60000\r\n\r\n",
    "in chunks": b"Transfer-Encoding: chunked\r\n\r\n7\r\ndata: {\r\n",
    "by the end of the connection": b"Connection: close\r\n\r\n",
}
SPEECH = {"model": "m", "voice": "v", "input": "i"}


@pytest.fixture
def raw_response(request: pytest.FixtureRequest) -> Callable[[Exchange], Awaitable[None]]:
    """Begins a response that goes on for as long as somebody is there."""

    async def serve(exchange: Exchange) -> None:
        kind = b"text/event-stream" if b'"stream":true' in exchange.body else b"audio/wav"
        await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n" + request.param)
        await exchange.gone()

    return serve


async def content(client: AsyncGroq, path: Path) -> Any:
    return await client.audio.speech.create(**SPEECH)


async def file(client: AsyncGroq, path: Path) -> Any:
    async with client.audio.speech.with_streaming_response.create(**SPEECH) as response:
        await response.stream_to_file(path)


async def stream(client: AsyncGroq, path: Path) -> Any:
    return [
        chunk
        async for chunk in await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    ]


async def arrived(raw: RawServer) -> None:
    while not raw.exchanges:
        await raw.request_came.wait()
    await asyncio.sleep(0.05)  # so that the head is read: any moment is a good one


@pytest.mark.parametrize("raw_response", HEADS.values(), ids=HEADS, indirect=True)
@pytest.mark.parametrize("read", [content, file, stream])
async def test_whoever_reads_has_an_error_at_once(
    read: Callable[[AsyncGroq, Path], Awaitable[Any]],
    raw_response: Callable[[Exchange], Awaitable[None]],
    tmp_path: Path,
) -> None:
    async with raw_server(raw_response) as raw:
        client = raw.client(timeout=None, max_retries=0)
        reading = asyncio.ensure_future(read(client, tmp_path / "speech.wav"))
        await arrived(raw)
        await client.close()
        with pytest.raises(APIConnectionError, match="the client was closed while"):
            await asyncio.wait_for(reading, 30)
    await left_with(tmp_path)


@pytest.mark.parametrize("raw_response", HEADS.values(), ids=HEADS, indirect=True)
async def test_whoever_waits_in_another_thread_has_it_too(
    raw_response: Callable[[Exchange], Awaitable[None]],
) -> None:
    async with raw_server(raw_response) as raw:
        client = Groq(api_key="k", base_url=f"http://127.0.0.1:{raw.port}", timeout=None, max_retries=0)
        chunks = await asyncio.to_thread(
            lambda: client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        )
        reading = asyncio.ensure_future(asyncio.to_thread(list, chunks))
        await arrived(raw)
        await asyncio.to_thread(client.close)
        with pytest.raises(APIConnectionError, match="the client was closed while"):
            await asyncio.wait_for(reading, 30)
