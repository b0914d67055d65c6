"""Streams that are left early, shared by readers, or no streams: a result is complete, or an error names the reason."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from virtual_time import in_virtual_time, served_here

from aiogroq import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncGroq,
    Groq,
    GroqError,
    Timeout,
)
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(20)

ASK: dict[str, Any] = {
    "model": "openai/gpt-oss-20b",
    "messages": [{"role": "user", "content": "Tell me of the sea."}],
    "stream": True,
}


async def test_what_was_closed_early_cannot_be_collected_as_if_it_were_complete(client: AsyncGroq) -> None:
    stream = await client.chat.completions.create(**ASK)
    first = await anext(stream)
    await stream.close()
    assert [chunk async for chunk in stream] == []
    with pytest.raises(APIConnectionError, match="closed before its end") as caught:
        await stream.collect()
    assert caught.value.partial is not None
    assert caught.value.partial.id == first.id


def test_a_sync_stream_that_was_closed_early_cannot_be_collected_either(server: LocalGroq) -> None:
    server.script(Fault(after_events=3, end="stall"))
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        stream = client.chat.completions.create(**ASK)
        next(stream)
        stream.close()
        with pytest.raises(APIConnectionError, match="closed before its end"):
            stream.collect()


def test_a_sync_stream_that_broke_off_raises_at_each_use(server: LocalGroq) -> None:
    server.script(Fault(after_events=3, end="close"))
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        stream = client.chat.completions.create(**ASK)
        for ask in (list, next, type(stream).collect):
            with pytest.raises(APIConnectionError, match="broke off"):
                ask(stream)


async def test_a_stream_can_be_collected_again(client: AsyncGroq) -> None:
    stream = await client.chat.completions.create(**ASK)
    assert await stream.collect() == await stream.collect()


async def test_a_cancelled_collect_leaves_no_result_that_looks_complete(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(after_events=2, end="stall"))
    stream = await client.chat.completions.create(**ASK)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(stream.collect(), 0.2)
    for _ in range(2):
        with pytest.raises(APIConnectionError):
            await stream.collect()


async def test_a_second_reader_is_rejected_and_the_first_goes_on(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(after_events=1, end="stall"))
    stream = await client.chat.completions.create(**ASK)
    await anext(stream)
    first = asyncio.create_task(anext(stream))
    await asyncio.sleep(0)
    for read in (stream.collect, stream.__anext__):
        with pytest.raises(GroqError, match="another task is reading"):
            await read()
    assert not first.done()
    await stream.close()
    with pytest.raises(StopAsyncIteration):
        await first


async def test_a_stream_of_another_loop_is_rejected_with_one_sentence(client: AsyncGroq) -> None:
    stream = await client.chat.completions.create(**ASK)

    async def read() -> None:
        async for _ in stream:
            pass

    with pytest.raises(GroqError, match="belongs to another event loop"):
        await asyncio.to_thread(asyncio.run, read())
    assert (await stream.collect()).choices[0].finish_reason == "stop"


@in_virtual_time
async def test_what_had_arrived_when_the_deadline_passed_is_in_the_error() -> None:
    async with served_here(faults=[Fault(after_events=6, end="stall")]) as (client, _server):
        stream = await client.chat.completions.create(**ASK, timeout=Timeout(100, total=30))
        await anext(stream)
        await asyncio.sleep(60)  # the reader is slow, not the server
        arrived = [await anext(stream) for _ in range(5)]
        assert all(chunk.choices for chunk in arrived)
        with pytest.raises(APITimeoutError, match="total"):
            await anext(stream)


@pytest.mark.parametrize(
    ("kind", "body", "expected", "text"),
    [
        (
            "text/html",
            "<html>\n\nlogin\n\n</html>",
            APIResponseValidationError,
            r"Expected an event stream, got text/html \(HTTP 200\): '<html>",
        ),
        ("application/json", '{"id":"x","choices":[]}', APIResponseValidationError, '"choices"'),
        ("application/json", '{"error":{"message":"too busy"}}', APIStatusError, "too busy"),
        (
            "text/event-stream",
            "<html>",
            APIResponseValidationError,
            r"got text without events labelled text/event-stream \(HTTP 200\): '<html>'",
        ),
        (
            "text/event-stream",
            "",
            APIResponseValidationError,
            r"got no data \(HTTP 200, text/event-stream",
        ),
        ("text/event-stream", ": only comments\n\n", APIResponseValidationError, "only comments"),
    ],
)
async def test_a_response_that_is_not_a_stream_says_what_it_is(
    kind: str, body: str, expected: type[Exception], text: str, client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(content_type=kind, body=body))
    stream = await client.chat.completions.create(**ASK)
    with pytest.raises(expected, match=text):
        await stream.collect()


@pytest.mark.parametrize(
    "event", [b"data: null", b"data: 5", b"data: []", b'data: {"x_groq":5,"usage":7}', b"data:", b"data: "]
)
async def test_an_event_that_does_not_fit_its_type_does_not_lose_the_others(
    event: bytes, client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(insert=event + b"\n\n", insert_at=2))
    stream = await client.chat.completions.create(**ASK)
    assert (await stream.collect()).choices[0].finish_reason == "stop"


async def test_the_error_of_a_stream_has_every_attempt(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(status=503, headers={"retry-after": "0"}), Fault(after_events=2, end="close"))
    stream = await client.chat.completions.create(**ASK)
    with pytest.raises(APIConnectionError) as caught:
        await stream.collect()
    assert [attempt.status_code for attempt in caught.value.attempts] == [503, None]
