"""Calls within their timeouts may take any time: over real sockets, on a fake clock."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest

from aiogroq import APITimeoutError, DefaultAioHttpClient, Timeout
from aiogroq.transport.body import AioBody
from aiogroq.transport.timers import PhaseTimer

from .fake_clock import current_loop, run_on_fake_clock
from .raw_server import (
    DONE,
    LAST_CHUNK,
    SSE_HEAD,
    Exchange,
    ask,
    chunked,
    completion,
    delta,
    end,
    http_response,
    raw_server,
    stream,
    text_of,
)

pytestmark = pytest.mark.timeout(20)

LIMIT_S = 6.0


async def bytes_now_and_then() -> None:
    async def serve(exchange: Exchange) -> None:
        sent = http_response(completion())
        for position in range(0, len(sent), 20):
            await asyncio.sleep(5.5)
            await exchange.write(sent[position : position + 20])

    timeout = Timeout(None, read=LIMIT_S, first_byte=None)
    async with raw_server(serve) as raw, raw.client(timeout=timeout) as client:
        assert await ask(client) == "four"


async def a_slow_reader_of_a_stream() -> None:
    async def before_it_is_requested(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD)
        for _ in range(3):
            await exchange.write(chunked(delta("a")))
            await asyncio.sleep(30)
        await exchange.write(chunked(delta("a", finish="stop")), chunked(DONE), LAST_CHUNK)

    async with (
        raw_server(before_it_is_requested) as raw,
        raw.client(timeout=Timeout(None, idle=LIMIT_S)) as client,
    ):
        read = 0
        async for _ in await stream(client):
            read += 1
            await asyncio.sleep(60)  # the reader is slow: the service is not awaited
        assert read == 4


async def a_wait_between_retries() -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.number == 0:
            await exchange.write(http_response(b"{}", status="503 No", more="retry-after: 50\r\n"))
        else:
            await exchange.write(http_response(completion()))

    async with raw_server(serve) as raw, raw.client(timeout=LIMIT_S, max_retries=1) as client:
        assert await ask(client) == "four"


async def a_wait_after_an_attempt_without_a_response() -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.number == 0:
            exchange.close()
        else:
            await exchange.write(http_response(completion()))

    async with raw_server(serve) as raw, raw.client(timeout=0.1, max_retries=1) as client:
        assert await ask(client) == "four"


async def a_loop_that_is_held_up_before_a_response() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(http_response(completion()))
        block_loop(10 * LIMIT_S)  # the response is in the socket, and could not be read

    async with raw_server(serve) as raw, raw.client(timeout=LIMIT_S, max_retries=0) as client:
        assert await ask(client) == "four"


async def a_loop_that_is_held_up_in_a_stream() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta("fo")))
        await asyncio.sleep(1)
        await exchange.write(chunked(delta("ur", finish="stop")), chunked(DONE), LAST_CHUNK)
        block_loop(10 * LIMIT_S)

    async with raw_server(serve) as raw, raw.client(timeout=LIMIT_S) as client:
        assert await text_of(client) == "four"


async def a_loop_that_is_blocked_again_and_again_before_each_response() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(http_response(completion()))
        block_loop(10 * LIMIT_S)

    async with raw_server(serve) as raw, raw.client(timeout=LIMIT_S, max_retries=0) as client:
        for _ in range(10):
            assert await ask(client) == "four"


async def a_loop_that_is_blocked_after_each_chunk_of_a_stream() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD)
        for letter in "a long word":
            await exchange.write(chunked(delta(letter)))
            block_loop(10 * LIMIT_S)
            await asyncio.sleep(0.01)
        await exchange.write(chunked(delta("", finish="stop")), chunked(DONE), LAST_CHUNK)

    async with raw_server(serve) as raw, raw.client(timeout=LIMIT_S) as client:
        assert await text_of(client) == "a long word"


def block_loop(duration_s: float) -> None:
    current_loop().advance(duration_s)


@pytest.mark.parametrize(
    "situation",
    [
        a_loop_that_is_held_up_before_a_response,
        a_loop_that_is_held_up_in_a_stream,
        a_loop_that_is_blocked_again_and_again_before_each_response,
        a_loop_that_is_blocked_after_each_chunk_of_a_stream,
        bytes_now_and_then,
        a_slow_reader_of_a_stream,
        a_wait_between_retries,
        a_wait_after_an_attempt_without_a_response,
    ],
)
def test_a_call_within_the_timeout_of_each_phase_may_take_any_time(
    situation: Callable[[], Any],
) -> None:
    run_on_fake_clock(situation)


def test_a_timeout_ends_a_call_while_the_loop_is_blocked_again_and_again() -> None:
    async def block() -> None:
        for _ in range(100):
            block_loop(1)
            await asyncio.sleep(0.01)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with raw_server(Exchange.gone) as raw, raw.client(timeout=LIMIT_S, max_retries=0) as client:
            blocking = asyncio.create_task(block())
            began_at = loop.time()
            with pytest.raises(APITimeoutError):
                await ask(client)
            assert LIMIT_S <= loop.time() - began_at <= 2 * LIMIT_S
            blocking.cancel()

    run_on_fake_clock(main)


def test_the_pool_works_after_a_timeout() -> None:
    async def once_silent(exchange: Exchange) -> None:
        if exchange.number == 0:
            await exchange.gone()
        else:
            await exchange.write(http_response(completion()))

    async def main() -> None:
        options = {"timeout": Timeout(None, first_byte=LIMIT_S), "http_client": DefaultAioHttpClient(limit=1)}
        async with raw_server(once_silent) as raw, raw.client(**options) as client:
            with pytest.raises(APITimeoutError):
                await ask(client)
            assert await ask(client) == "four"  # the only place of the pool is free again
            assert raw.connections == 2

    run_on_fake_clock(main)


@pytest.mark.parametrize("use", [ask, text_of], ids=["response", "stream"])
def test_the_timer_of_a_call_is_released_at_its_end(use: Callable[[Any], Any]) -> None:
    async def serve(exchange: Exchange) -> None:
        await (end(exchange) if use is text_of else exchange.write(http_response(completion())))

    def remaining() -> list[object]:
        return [each for each in gc.get_objects() if isinstance(each, (AioBody, PhaseTimer))]

    async def main() -> list[object]:
        async with raw_server(serve) as raw, raw.client(timeout=1e6) as client:
            assert await use(client) == "four"
            return remaining()

    gc.collect()
    gc.disable()  # at once, not in the next garbage collection
    others = {id(each): each for each in remaining()}  # left over from earlier tests with their errors
    try:
        assert [each for each in run_on_fake_clock(main) if id(each) not in others] == []
    finally:
        gc.enable()
