"""Which streams are complete and which are truncated, by what they contain before their end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from aiogroq import APIConnectionError, AsyncGroq, AsyncStream, Groq
from aiogroq.local import Fault, LocalGroq

from .raw_server import (
    DONE,
    LAST_CHUNK,
    MODEL,
    QUESTION,
    SSE_HEAD,
    USAGE,
    Exchange,
    Handler,
    chunked,
    delta,
    raw_server,
    stream,
)

pytestmark = pytest.mark.timeout(20)

PLAIN_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
"""The body ends where the connection does."""


def event(*choices: Any, **more: Any) -> bytes:
    made = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [*choices]}
    return b"data: " + json.dumps({**made, **more}).encode() + b"\n\n"


def choice_without_reason(text: str, index: int = 0) -> dict[str, Any]:
    """The choice of a server that sends no finish reasons."""
    return {"index": index, "delta": {"content": text}}


def choice(text: str, index: int = 0, reason: str | None = None) -> dict[str, Any]:
    return {**choice_without_reason(text, index), "finish_reason": reason}


OPEN = delta("one ") + delta("two")
FINISHED = delta("one ") + delta("two", finish="stop")
NO_REASONS = event(choice_without_reason("one ")) + event(choice_without_reason("two"))
USAGE_EVENT = event(usage=USAGE)
COUNTING = event(choice("one "), usage=USAGE) + event(choice("two"), usage=USAGE)
TWO_CHOICES = event(choice("one ")) + event(choice("two", reason="stop")) + event(choice("other", index=1))


def ends(sent: bytes) -> Handler:
    """Send this, and end the body in order."""

    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(sent), LAST_CHUNK)

    return serve


def breaks(sent: bytes) -> Handler:
    """Send this, and close the connection before the end of the body."""

    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(sent))
        exchange.close()

    return serve


def closes(sent: bytes) -> Handler:
    """Send this in a body that ends with its connection."""

    async def serve(exchange: Exchange) -> None:
        await exchange.write(PLAIN_HEAD, sent)
        exchange.close()

    return serve


TRUNCATED = {
    "[DONE] without a finish reason": ends(OPEN + DONE),
    "[DONE] without a finish reason, and a break": breaks(OPEN + DONE),
    "[DONE] with usage so far in each chunk": ends(COUNTING + DONE),
    "[DONE] before the last of two choices has ended": ends(TWO_CHOICES + DONE),
    "[DONE] after usage that came before the content": ends(USAGE_EVENT + OPEN + DONE),
    "usage before the content, and no [DONE]": ends(USAGE_EVENT + OPEN),
    "usage in x_groq before the content": ends(delta("one ", usage=True) + delta("two") + DONE),
    "a break after [DONE], by a server without finish reasons": breaks(NO_REASONS + DONE),
    "no [DONE], by a server without finish reasons": ends(NO_REASONS),
    "within the event after the finish reason": ends(FINISHED + USAGE_EVENT[:60]),
    "a connection that closes without anything": closes(OPEN),
}
COMPLETE = {
    "a finish reason and [DONE]": ends(FINISHED + DONE),
    "a finish reason, and a break after [DONE]": breaks(FINISHED + DONE),
    "a finish reason alone": ends(FINISHED),
    "a finish reason, and the connection closes": closes(FINISHED),
    "[DONE] of a server without finish reasons": ends(NO_REASONS + DONE),
    "[DONE] without finish reasons, and the connection closes": closes(NO_REASONS + DONE),
    "usage and [DONE]": ends(OPEN + USAGE_EVENT + DONE),
    "usage without [DONE]": ends(OPEN + USAGE_EVENT),
    "usage in x_groq and [DONE]": ends(delta("one ") + delta("two", usage=True) + DONE),
    "[DONE] without its blank line": ends(FINISHED + b"data: [DONE]"),
    "a finish reason in an event without its blank line": ends(FINISHED[:-2]),
    "a comment without its line end": ends(FINISHED + b": bye"),
}


@pytest.mark.parametrize("name", TRUNCATED)
async def test_a_truncated_stream_is_an_error_with_what_had_arrived(name: str) -> None:
    async with raw_server(TRUNCATED[name]) as raw, raw.client() as client:
        events = await stream(client)
        with pytest.raises(APIConnectionError, match=r"broke off|closed") as caught:
            await events.collect()
        choice = caught.value.partial.choices[0]
        assert choice.message.content == "one two"
        if "finish reason" in name and "after" not in name:
            assert choice.finish_reason is None
        assert events.partial == caught.value.partial
        with pytest.raises(APIConnectionError) as again:
            await anext(events)
        assert again.value is caught.value


@pytest.mark.parametrize("name", COMPLETE)
async def test_a_stream_that_contains_its_end_is_complete(name: str) -> None:
    async with raw_server(COMPLETE[name]) as raw, raw.client() as client:
        completion = await (await stream(client)).collect()
        assert completion.choices[0].message.content == "one two"
        assert completion.choices[0].finish_reason in {"stop", None}


@pytest.mark.parametrize("sent", [DONE, event() + DONE], ids=["at once", "after a chunk without choices"])
async def test_done_before_any_choice_is_a_truncated_stream(sent: bytes) -> None:
    async with raw_server(ends(sent)) as raw, raw.client() as client:
        with pytest.raises(APIConnectionError, match="before any choice had come") as caught:
            await (await stream(client)).collect()
        assert caught.value.partial.choices == []


async def test_partial_is_what_has_arrived_so_far() -> None:
    async with raw_server(ends(FINISHED + DONE)) as raw, raw.client() as client:
        events = await stream(client)
        assert events.partial.choices == []
        await anext(events)
        assert events.partial.choices[0].message.content == "one "
        assert (await events.collect()).choices[0].message.content == "one two"
        assert events.partial.choices[0].message.content == "one two"


def test_a_sync_stream_truncated_by_done_is_an_error_too(server: LocalGroq) -> None:
    server.script(Fault(body=OPEN + DONE, content_type="text/event-stream"))
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        events = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        with pytest.raises(APIConnectionError, match="without a finish reason") as caught:
            for _ in events:
                pass
    assert caught.value.partial.choices[0].message.content == "one two"


# ------------------------------------------------------------------------------------------- events without data


@pytest.mark.parametrize("empty", [b"data:\n\n", b"data: \n\n"])
async def test_thousands_of_events_without_data_in_one_read_are_skipped(empty: bytes) -> None:
    async with (
        raw_server(ends(delta("one ") + empty * 5000 + FINISHED + DONE)) as raw,
        raw.client() as client,
    ):
        events = await stream(client)
        await asyncio.sleep(0.05)  # all of it has arrived
        assert (await events.collect()).choices[0].message.content == "one one two"


async def test_an_event_without_data_does_not_hold_back_those_before_it() -> None:
    go_on = asyncio.Event()

    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta("one ") + b"data:\n\n"))
        await go_on.wait()
        await exchange.write(chunked(delta("two", finish="stop") + DONE), LAST_CHUNK)

    async with raw_server(serve) as raw, raw.client() as client:
        events = await stream(client)
        assert len(await asyncio.wait_for(events.next_batch(), 30)) == 1  # what a sync stream reads by
        go_on.set()
        assert len(await events.next_batch()) == 1
        assert await events.next_batch() == []


# --------------------------------------------------------------------------------------- streams of other events


def step(number: int) -> bytes:
    return b'event: step\ndata: {"number": %d}\n\n' % number


STEPS = step(1) + step(2)

OTHER_TRUNCATED = {
    "within an event": ends(STEPS + step(3)[:-8]),
    "within the name of an event": ends(STEPS + b"event: st"),
    "without chunks or a length": closes(STEPS),
    "between two chat chunks": ends(OPEN),
    "a break after [DONE]": breaks(STEPS + DONE),
    "a break": breaks(STEPS),
}
OTHER_COMPLETE = {
    "HTTP's own end": ends(STEPS),
    "[DONE]": ends(STEPS + DONE),
    "[DONE], and the connection closes": closes(STEPS + DONE),
    "chat chunks with a finish reason": ends(FINISHED),
    "the last event without its blank line": ends(STEPS[:-2]),
}


async def open_steps(client: AsyncGroq) -> AsyncStream[Any]:
    return await client.post(
        "/steps", cast_to=dict, body={}, stream=True, stream_cls=AsyncStream[dict[str, Any]]
    )


@pytest.mark.parametrize("name", OTHER_TRUNCATED)
async def test_a_truncated_stream_of_other_events_is_an_error_after_its_events(name: str) -> None:
    async with raw_server(OTHER_TRUNCATED[name]) as raw, raw.client() as client:
        events = await open_steps(client)
        seen = [await anext(events), await anext(events)]
        with pytest.raises(APIConnectionError, match=r"broke off|closed"):
            await anext(events)
        assert len(seen) == 2


@pytest.mark.parametrize("name", OTHER_COMPLETE)
async def test_a_stream_of_other_events_that_ends_in_order_is_complete(name: str) -> None:
    async with raw_server(OTHER_COMPLETE[name]) as raw, raw.client() as client:
        assert len([event async for event in await open_steps(client)]) == 2
