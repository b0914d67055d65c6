"""Streams that are truncated, reset or end in an error: their chunks, then the right error with what had arrived."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from aiogroq import (
    APIConnectionError,
    APIError,
    BadRequestError,
    FlexCapacityError,
    InternalServerError,
)

from .raw_server import (
    DONE,
    LAST_CHUNK,
    ONE_TWO,
    SSE_HEAD,
    USAGE,
    Exchange,
    Handler,
    chunked,
    delta,
    end,
    raw_server,
    stream,
    text_of,
)

pytestmark = pytest.mark.timeout(20)


def truncated(sent: bytes) -> Handler:
    """Send this, and close the connection."""

    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, sent)
        exchange.close()

    return serve


async def reset(exchange: Exchange) -> None:
    await exchange.write(SSE_HEAD, ONE_TWO)
    await asyncio.sleep(0.02)  # or the RST overtakes what was sent, and the client's kernel throws it away
    exchange.reset()


async def no_chunk(exchange: Exchange) -> None:
    await exchange.write(SSE_HEAD, ONE_TWO)
    # Bytes right after the head that are not HTTP count as no response at all, and the request would be sent again.
    await asyncio.sleep(0.02)
    await exchange.write(b"zz\r\n")
    await exchange.gone()


def with_event(event: bytes) -> Handler:
    """Send two chunks, this event, and the end of the body."""
    return truncated(ONE_TWO + chunked(event) + LAST_CHUNK)


def error_event(**details: Any) -> Handler:
    return with_event(b"event: error\ndata: " + json.dumps({"error": details}).encode() + b"\n\n")


HALF = delta("three and ö")
HALF_CHARACTER = HALF.index("ö".encode()) + 1
BROKE_OFF = r"broke off|closed|reset"

BROKEN: dict[str, tuple[Handler, type[APIError], str]] = {
    "truncated between two events": (truncated(ONE_TWO), APIConnectionError, BROKE_OFF),
    "truncated in the size of a chunk": (truncated(ONE_TWO + b"1"), APIConnectionError, BROKE_OFF),
    "truncated in a chunk": (truncated(ONE_TWO + chunked(HALF)[:-30]), APIConnectionError, BROKE_OFF),
    "truncated in a character": (
        truncated(ONE_TWO + chunked(HALF)[: 4 + HALF_CHARACTER]),
        APIConnectionError,
        BROKE_OFF,
    ),
    "truncated in JSON, framed well": (with_event(HALF[:60]), APIConnectionError, BROKE_OFF),
    "truncated in a character, framed well": (
        with_event(HALF[:HALF_CHARACTER]),
        APIConnectionError,
        BROKE_OFF,
    ),
    "an event that is half of its JSON": (with_event(HALF[:60] + b"\n\n"), APIConnectionError, "not JSON"),
    "an event with half a character": (
        with_event(HALF[:HALF_CHARACTER] + b"\n\n"),
        APIConnectionError,
        "not JSON",
    ),
    "ends in order without [DONE]": (truncated(ONE_TWO + LAST_CHUNK), APIConnectionError, BROKE_OFF),
    "reset": (reset, APIConnectionError, BROKE_OFF),
    "an invalid chunk size": (no_chunk, APIConnectionError, "Connection error"),
    "an error event of status 400": (
        error_event(message="no tool", type="invalid_request_error", code="tool_use_failed", status_code=400),
        BadRequestError,
        "no tool",
    ),
    "an error event of status 498": (error_event(message="full", status_code=498), FlexCapacityError, "full"),
    "an error event without a status": (error_event(message="oops"), InternalServerError, "oops"),
    "an error without an event name": (
        with_event(b'data: {"error": {"message": "oops", "status_code": 503}}\n\n'),
        InternalServerError,
        "oops",
    ),
    "an error event that is not JSON": (
        with_event(b"event: error\ndata: <html>busy</html>\n\n"),
        InternalServerError,
        "busy",
    ),
    "x_groq.error": (
        with_event(delta("", more={"error": "over capacity"}) + DONE),
        APIError,
        "over capacity",
    ),
    "x_groq.error with half an emoji": (
        with_event(delta("", more={"error": "over HALF"}).replace(b"HALF", rb"\ud83d") + DONE),
        APIError,
        "over \ud83d",
    ),
}


def named(names: Iterable[str]) -> list[Any]:
    """The names as parameters."""
    mark = pytest.mark.fast_path_only("garbled", run=False)
    return [pytest.param(name, marks=mark) if name == "an invalid chunk size" else name for name in names]


@pytest.mark.parametrize("way", ["iterated", "collected", "collected late"])
@pytest.mark.parametrize("name", named(BROKEN))
async def test_a_broken_stream_gives_its_chunks_and_then_its_error_with_what_had_arrived(
    name: str, way: str
) -> None:
    misdeed, expected, text = BROKEN[name]

    async def serve(exchange: Exchange) -> None:
        await (misdeed if exchange.number == 0 else end)(exchange)

    async with raw_server(serve) as raw, raw.client(max_retries=2) as client:
        events = await stream(client)
        if way == "collected late":
            await asyncio.sleep(0.05)  # by now the end has arrived, before anything was read
        if way == "iterated":
            assert [(await anext(events)).choices[0].delta.content for _ in range(2)] == ["one ", "two"]
            if name.startswith("x_groq.error"):
                await anext(events)  # the chunk that says it
        with pytest.raises(expected, match=text) as caught:
            await (anext(events) if way == "iterated" else events.collect())
        error = caught.value
        assert type(error) is expected
        assert error.partial.choices[0].message.content == "one two"
        assert error.request_id == "req_1"
        assert events.is_closed
        for again in (anext, type(events).collect):  # a truncated stream never looks complete
            with pytest.raises(expected) as caught:
                await again(events)
            assert caught.value is error
        assert raw.requests == 1  # a response that has begun to arrive is not requested again
        await text_of(client)


TRUNCATED = [
    "truncated between two events",
    "truncated in a chunk",
    "truncated in a character",
    "reset",
    "an invalid chunk size",
]


@pytest.mark.parametrize("name", named(TRUNCATED))
async def test_after_a_truncated_stream_the_next_request_has_a_connection_of_its_own(name: str) -> None:
    async def serve(exchange: Exchange) -> None:
        await (BROKEN[name][0] if exchange.number == 0 else end)(exchange)

    async with raw_server(serve) as raw, raw.client() as client:
        with pytest.raises(APIConnectionError):
            await text_of(client)
        await text_of(client)
        await text_of(client)
        assert [exchange.connection for exchange in raw.exchanges] == [0, 1, 1]


async def test_usage_that_came_before_the_break_is_in_the_error() -> None:
    sent = chunked(delta("four")) + chunked(delta("", finish="stop", usage=True))
    async with raw_server(truncated(sent)) as raw, raw.client() as client:
        events = await stream(client)
        with pytest.raises(APIConnectionError) as caught:
            await events.collect()
    partial = caught.value.partial
    assert (partial.choices[0].message.content, partial.choices[0].finish_reason) == ("four", "stop")
    assert partial.usage.total_tokens == USAGE["total_tokens"]
    assert events.usage == partial.usage
