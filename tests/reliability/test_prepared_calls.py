"""Calls of which only the body differs: `aiogroq.transport.prepared`. They behave as other calls do, whatever the server does."""

from __future__ import annotations

import asyncio
import gzip
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from aiogroq import APIConnectionError, APITimeoutError, AsyncGroq, InternalServerError, Timeout
from aiogroq.protocol.request import CONTENT, Request
from aiogroq.transport.prepared import prepare
from aiogroq.transport.result import Content

from .fake_clock import run_on_fake_clock
from .raw_server import MODEL, Exchange, chunked, http_response, raw_server

pytestmark = pytest.mark.timeout(20)

Send = Callable[[bytes], Coroutine[Any, Any, Content]]
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def prepared(client: AsyncGroq) -> Send:
    request: Request[Content] = Request("POST", "/chat/completions", Content, CONTENT, model=MODEL)
    return prepare(client._transport.config, request)


async def echo(exchange: Exchange) -> None:
    limit = f"x-ratelimit-limit-requests: {exchange.number}\r\n"
    await exchange.write(http_response(exchange.body, more=limit))


async def test_each_body_gets_its_own_response_on_one_connection() -> None:
    async with raw_server(echo) as raw, raw.client() as client:
        send = prepared(client)
        found = [(await send(b"[%d]" % number)).content for number in range(5)]
        assert found == [b"[%d]" % number for number in range(5)]
        assert raw.connections == 1
        first, *others = [exchange.head for exchange in raw.exchanges]
        assert {head.lower() for head in others} == {first.lower()}  # sent by `Call`, and by `PreparedCall`
        assert client.rate_limits[MODEL].requests.limit == 4


async def test_many_at_a_time_get_their_own_responses() -> None:
    async with raw_server(echo) as raw, raw.client() as client:
        send = prepared(client)
        for _ in range(3):
            found = await asyncio.gather(*(send(b"[%d]" % number) for number in range(20)))
            assert [each.content for each in found] == [b"[%d]" % number for number in range(20)]
        assert raw.connections <= 20


async def in_pieces(exchange: Exchange) -> None:
    response = http_response(exchange.body)
    for start in range(0, len(response), 20):
        await exchange.write(response[start : start + 20])
        await asyncio.sleep(0.001)


async def in_chunks(exchange: Exchange) -> None:
    await exchange.write(CHUNKED, chunked(exchange.body[:1]), chunked(exchange.body[1:]), b"0\r\n\r\n")


async def compressed(exchange: Exchange) -> None:
    await exchange.write(http_response(gzip.compress(exchange.body), more="Content-Encoding: gzip\r\n"))


async def until_the_end(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", exchange.body)
    exchange.close()


async def after_a_notice(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 103 Early Hints\r\n\r\n", http_response(exchange.body))


@pytest.mark.parametrize("respond", [in_pieces, in_chunks, compressed, until_the_end, after_a_notice])
@pytest.mark.parametrize("length", [10, 300_000])
async def test_a_response_is_read_whole_however_it_comes(respond: Any, length: int) -> None:
    if respond is in_pieces and length > 10:
        length = 1_000
    async with raw_server(respond) as raw, raw.client() as client:
        send = prepared(client)
        for _ in range(3):
            body = b'"%s"' % (b"x" * length)
            assert (await send(body)).content == body


async def closes_as_the_next_request_arrives(exchange: Exchange) -> None:
    if exchange.on_connection:
        exchange.close()
    else:
        await echo(exchange)


async def closes_after_each(exchange: Exchange) -> None:
    await echo(exchange)
    exchange.close()


@pytest.mark.parametrize("respond", [closes_as_the_next_request_arrives, closes_after_each])
async def test_an_idle_connection_that_the_server_closes_costs_no_item(respond: Any) -> None:
    async with raw_server(respond) as raw, raw.client(max_retries=1) as client:
        send = prepared(client)
        for number in range(4):
            assert (await send(b"[%d]" % number)).content == b"[%d]" % number


async def test_an_error_has_its_status_and_its_attempts() -> None:
    async def respond(exchange: Exchange) -> None:
        is_good = exchange.body == b"good"
        await exchange.write(
            http_response(b'{"error":{"message":"no"}}', status="200 OK" if is_good else "500 Broken")
        )

    async with raw_server(respond) as raw, raw.client() as client:
        send = prepared(client)
        await send(b"good")
        with pytest.raises(InternalServerError, match="no") as caught:
            await send(b"bad")
        assert [attempt.status_code for attempt in caught.value.attempts] == [500]
        assert (await send(b"good")).content
        assert raw.connections == 1


async def test_a_connection_that_breaks_is_an_error_without_the_key_in_its_frames() -> None:
    async def respond(exchange: Exchange) -> None:
        if exchange.on_connection:
            await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123")
            exchange.close()
        else:
            await echo(exchange)

    async with (
        raw_server(respond) as raw,
        AsyncGroq(api_key="gsk_secret_key", base_url=raw.url, max_retries=0) as client,
    ):
        send = prepared(client)
        await send(b"1")
        with pytest.raises(APIConnectionError) as caught:
            await send(b"2")
        shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert shown.__cause__ is not None
        ours = [frame for frame in shown.stack if "aiogroq" in frame.filename.split("/")]
        assert ours
        assert not shown.__cause__.stack
        assert "gsk_secret_key" not in str([frame.locals for frame in ours])


def test_the_timeouts_hold() -> None:
    async def respond(exchange: Exchange) -> None:
        if exchange.on_connection:
            await exchange.gone()
        else:
            await echo(exchange)

    async def main(timeout: Timeout, phase: str) -> None:
        async with raw_server(respond) as raw, raw.client(timeout=timeout) as client:
            send = prepared(client)
            await send(b"1")
            with pytest.raises(APITimeoutError) as caught:
                await send(b"2")
            assert caught.value.phase == phase

    run_on_fake_clock(lambda: main(Timeout(None, first_byte=0.1), "first_byte"))
    run_on_fake_clock(lambda: main(Timeout(None, total=0.1), "total"))


async def test_a_call_that_is_cancelled_closes_its_connection() -> None:
    is_gone = asyncio.Event()

    async def respond(exchange: Exchange) -> None:
        if exchange.on_connection:
            await exchange.gone()
            is_gone.set()
        else:
            await echo(exchange)

    async with raw_server(respond) as raw, raw.client() as client:
        send = prepared(client)
        await send(b"1")
        raw.request_came.clear()
        task = asyncio.create_task(send(b"2"))
        await raw.request_came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(is_gone.wait(), 30)
        assert (await send(b"3")).content == b"3"


async def test_a_client_that_is_closed_meanwhile_ends_the_call() -> None:
    async def respond(exchange: Exchange) -> None:
        if exchange.on_connection:
            await exchange.gone()
        else:
            await echo(exchange)

    async with raw_server(respond) as raw, raw.client() as client:
        send = prepared(client)
        await send(b"1")
        raw.request_came.clear()
        task = asyncio.create_task(send(b"2"))
        await raw.request_came.wait()
        await client.close()
        with pytest.raises(APIConnectionError):
            await task


@pytest.mark.fast_path_only("unsolicited")
def test_what_a_server_sends_unasked_is_no_response() -> None:
    async def respond(exchange: Exchange) -> None:
        await exchange.write(http_response(exchange.body))
        if not exchange.number:
            await asyncio.sleep(0.01)  # the connection is idle by then
            await exchange.write(http_response(b"unasked"))

    async def main() -> None:
        async with raw_server(respond) as raw, raw.client() as client:
            send = prepared(client)
            await send(b"1")
            await asyncio.sleep(0.05)
            assert (await send(b"2")).content == b"2"
            assert raw.connections == 2

    run_on_fake_clock(main)
