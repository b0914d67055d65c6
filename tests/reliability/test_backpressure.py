"""A stream that arrives faster than it is read: the server is held up, and nothing is lost."""

from __future__ import annotations

import asyncio

import pytest

from .raw_server import DONE, LAST_CHUNK, SSE_HEAD, Exchange, chunked, delta, raw_server, stream

pytestmark = pytest.mark.timeout(60)

EVENT = delta("0123456789")
EVENTS = 100_000


async def test_a_stream_that_is_not_read_holds_up_the_server_and_comes_complete() -> None:
    sent = 0

    async def serve(exchange: Exchange) -> None:
        nonlocal sent
        await exchange.write(SSE_HEAD)
        for _ in range(EVENTS // 100):
            await exchange.write(chunked(EVENT) * 100)
            sent += 100
        await exchange.write(chunked(delta("", finish="stop") + DONE), LAST_CHUNK)

    async with raw_server(serve) as raw, raw.client(timeout=None) as client:
        events = await stream(client)
        await anext(events)
        before = -1
        while before != sent:  # until the server is held up
            before = sent
            await asyncio.sleep(0.2)
        assert sent < EVENTS
        completion = await events.collect()
        assert len(completion.choices[0].message.content) == 10 * EVENTS


@pytest.mark.parametrize("is_with_head", [True, False], ids=["with the head", "after it"])
async def test_a_hundred_thousand_chunks_of_one_byte_come_complete(is_with_head: bool) -> None:
    whole = EVENT * 700 + delta("", finish="stop") + DONE
    written = b"".join(chunked(whole[i : i + 1]) for i in range(len(whole))) + LAST_CHUNK

    async def serve(exchange: Exchange) -> None:
        if is_with_head:
            await exchange.write(SSE_HEAD + written)
        else:
            await exchange.write(SSE_HEAD)
            await asyncio.sleep(0.05)
            await exchange.write(written)

    assert len(whole) > 100_000
    async with raw_server(serve) as raw, raw.client() as client:
        events = await stream(client)
        await asyncio.sleep(0.2)  # as much has arrived as may
        completion = await asyncio.wait_for(events.collect(), 30)
        assert completion.choices[0].message.content == "0123456789" * 700
        assert raw.connections == 1
