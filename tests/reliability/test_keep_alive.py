"""Idle connections that the server closes: no user notices, and no request that was received is sent twice."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Awaitable, Callable

import pytest
from waiting import eventually

from aiogroq import APIConnectionError, AsyncGroq, Groq, Retry
from aiogroq.local import LocalGroq

from .fake_clock import run_on_fake_clock
from .raw_server import (
    MODEL,
    QUESTION,
    Exchange,
    RawServer,
    ask,
    completion,
    end,
    http_response,
    raw_server,
    text_of,
)

pytestmark = pytest.mark.timeout(20)

GOOD = http_response(completion())
CALLS = 4


async def closes_at_once(exchange: Exchange) -> None:
    await exchange.write(GOOD)
    exchange.close()


async def resets_at_once(exchange: Exchange) -> None:
    await exchange.write(GOOD)
    exchange.reset()


async def closes_with_notice(exchange: Exchange) -> None:
    await exchange.write(http_response(completion(), more="Connection: close\r\n"))
    exchange.close()


async def gives_notice_and_closes_late(exchange: Exchange) -> None:
    await exchange.write(http_response(completion(), more="Connection: close\r\n"))
    await exchange.gone()


async def gives_http_1_0(exchange: Exchange) -> None:
    await exchange.write(GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"))
    exchange.close()


async def closes_as_the_next_request_arrives(exchange: Exchange) -> None:
    if exchange.on_connection:
        exchange.close()
    else:
        await exchange.write(GOOD)


async def resets_as_the_next_request_arrives(exchange: Exchange) -> None:
    if exchange.on_connection:
        exchange.reset()
    else:
        await exchange.write(GOOD)


KINDS = [
    closes_at_once,
    resets_at_once,
    closes_with_notice,
    gives_notice_and_closes_late,
    gives_http_1_0,
    closes_as_the_next_request_arrives,
    resets_as_the_next_request_arrives,
]


async def nothing() -> None:
    """Send the next request at once: whether the client knows of the end of the connection by then is a race."""


async def one_round() -> None:
    """Send the next request after the loop has polled its sockets once."""
    await asyncio.sleep(0)


async def a_minute() -> None:
    """Send the next request after a pause."""
    await asyncio.sleep(20)


@pytest.mark.parametrize("pause", [nothing, one_round, a_minute])
@pytest.mark.parametrize("serve", KINDS)
def test_a_user_never_notices_that_an_idle_connection_was_closed(
    serve: Callable[[Exchange], Awaitable[None]], pause: Callable[[], Awaitable[None]]
) -> None:
    async def main() -> RawServer:
        async with raw_server(serve) as raw, raw.client(max_retries=1) as client:
            for _ in range(CALLS):
                assert await ask(client) == "four"
                await pause()
            return raw

    raw = run_on_fake_clock(main)
    assert raw.connections == CALLS


@pytest.mark.fast_path_only("stale")
def test_many_idle_connections_that_were_closed_together_cost_one_resend() -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.on_connection:
            exchange.close()
        else:
            await asyncio.sleep(1)  # so that requests made together have a connection each
            await exchange.write(GOOD)

    async def main() -> None:
        async with raw_server(serve) as raw, raw.client(max_retries=1) as client:
            assert await asyncio.gather(*(ask(client) for _ in range(20))) == ["four"] * 20
            assert raw.connections == 20
            assert await ask(client) == "four"  # after twenty closed ones

    run_on_fake_clock(main)


async def test_a_stream_is_requested_again_on_a_new_connection() -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.on_connection:
            exchange.close()
        else:
            await end(exchange)

    async with raw_server(serve) as raw, raw.client(max_retries=1) as client:
        assert [await text_of(client) for _ in range(3)] == ["four"] * 3
        assert raw.connections == 3


async def test_an_upload_is_sent_whole_again_after_an_idle_connection_was_closed() -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.on_connection:
            exchange.close()
        else:
            await exchange.write(http_response(b'{"text": "hello"}'))

    async with raw_server(serve) as raw, raw.client(max_retries=1) as client:
        for _ in range(3):
            made = await client.audio.transcriptions.create(
                model="whisper-large-v3", file=("a.wav", io.BytesIO(b"x" * 5000))
            )
            assert made.text == "hello"
        assert all(exchange.body.count(b"x" * 5000) == 1 for exchange in raw.exchanges)
        assert len({len(exchange.body) for exchange in raw.exchanges}) == 1


@pytest.mark.parametrize("close", [Exchange.close, Exchange.reset])
@pytest.mark.parametrize("worked_s", [0, 0.5, 0.9, 1.5])
def test_a_request_that_an_idle_connection_received_is_sent_once_without_retries(
    worked_s: float, close: Callable[[Exchange], None]
) -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.on_connection:
            await asyncio.sleep(worked_s)
            close(exchange)
        else:
            await exchange.write(GOOD)

    async def main() -> None:
        async with raw_server(serve) as raw, raw.client(max_retries=0) as client:
            assert await ask(client) == "four"
            with pytest.raises(APIConnectionError) as caught:
                await ask(client)
            assert len(caught.value.attempts) == 1
            assert raw.requests == 2

    run_on_fake_clock(main)


@pytest.mark.fast_path_only("stale")
def test_a_retry_after_an_idle_connection_was_closed_has_no_delay() -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.on_connection:
            exchange.close()
        else:
            await exchange.write(GOOD)

    retries: list[float] = []

    async def main() -> None:
        def note(retry: Retry) -> None:
            retries.append(retry.wait_s)

        async with raw_server(serve) as raw, raw.client(max_retries=1, on_retry=note) as client:
            assert [await ask(client) for _ in range(2)] == ["four"] * 2

    run_on_fake_clock(main)
    assert retries == [0.0]


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux reports what was acknowledged")
@pytest.mark.fast_path_only("stale")
async def test_a_connection_that_was_closed_before_the_request_came_costs_no_retry(
    client: AsyncGroq, server: LocalGroq
) -> None:
    once = client.with_options(max_retries=0)
    for _ in range(3):
        assert await ask(once)
        server.close_idle_connections()
        # Blocks, so that the client's loop does not see the end before it sends.
        eventually(lambda: server.open_connections == 0)
    assert server.connections_made == 3
    assert len(server.requests) == 3


@pytest.mark.parametrize("close", [Exchange.close, Exchange.reset])
@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", GOOD[:-5]], ids=["nothing", "head", "body"])
async def test_a_request_that_a_new_connection_received_is_not_sent_twice(
    begun: bytes, close: Callable[[Exchange], None]
) -> None:
    async def serve(exchange: Exchange) -> None:
        if begun:
            await exchange.write(begun)
            await asyncio.sleep(0.02)
        close(exchange)

    async with raw_server(serve) as raw, raw.client(max_retries=0) as client:
        with pytest.raises(APIConnectionError, match="Connection error") as caught:
            await ask(client)
        assert raw.requests == 1
        assert len(caught.value.attempts) == 1


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 OK\r\n", GOOD[:-5]], ids=["head", "body"])
async def test_a_request_whose_response_has_begun_on_an_idle_connection_is_not_sent_twice(
    begun: bytes,
) -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.on_connection:
            await exchange.write(begun)
            await asyncio.sleep(0.02)
            exchange.close()
        else:
            await exchange.write(GOOD)

    async with raw_server(serve) as raw, raw.client(max_retries=0) as client:
        assert await ask(client) == "four"
        with pytest.raises(APIConnectionError):
            await ask(client)
        assert raw.requests == 2


def test_with_retries_it_is_sent_as_often_as_they_allow() -> None:
    async def serve(exchange: Exchange) -> None:
        exchange.close()

    async def main() -> int:
        async with raw_server(serve) as raw, raw.client(max_retries=3) as client:
            with pytest.raises(APIConnectionError):
                await ask(client)
            return raw.requests

    assert run_on_fake_clock(main) == 4


@pytest.mark.parametrize("reset", [False, True])
async def test_the_embedded_server_may_close_idle_connections(
    client: AsyncGroq, server: LocalGroq, reset: bool
) -> None:
    twice = client.with_options(max_retries=1)
    for _ in range(5):
        await asyncio.gather(*(ask(twice) for _ in range(5)))
        server.close_idle_connections(reset=reset)


@pytest.mark.parametrize("is_known", [False, True])
def test_a_sync_user_does_not_notice_either(server: LocalGroq, is_known: bool) -> None:
    with Groq(api_key="gsk_x", base_url=server.base_url, max_retries=0) as client:
        for _ in range(3):
            client.chat.completions.create(model=MODEL, messages=QUESTION)
            server.close_idle_connections()
            if is_known:
                eventually(lambda: server.open_connections == 0)
    assert server.connections_made == 3


@pytest.mark.fast_path_only("unsolicited")
def test_data_that_a_server_sends_on_an_idle_connection_is_not_the_next_response() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(GOOD)
        if not exchange.on_connection:
            await asyncio.sleep(0.01)
            await exchange.write(http_response(completion("unsolicited")))

    async def main() -> None:
        async with raw_server(serve) as raw, raw.client(max_retries=0) as client:
            assert await ask(client) == "four"
            await asyncio.sleep(0.1)
            assert await ask(client) == "four"
            assert raw.connections == 2

    run_on_fake_clock(main)
