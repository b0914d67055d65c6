"""Streams in every variant of the format that the standard allows; large, slow and silent streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable

import pytest

from aiogroq import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    BadRequestError,
    Groq,
    Timeout,
)
from aiogroq.local import Fault, LocalGroq

from .fake_clock import run_on_fake_clock
from .raw_server import (
    DONE,
    LAST_CHUNK,
    MODEL,
    ONE_TWO,
    QUESTION,
    SSE_HEAD,
    USAGE,
    Exchange,
    Handler,
    chunked,
    delta,
    raw_server,
    stream,
    text_of,
)

pytestmark = pytest.mark.timeout(20)

TEXT = "Zwölf 🎻 and\nmore"
WHOLE = b"".join([*(delta(char) for char in TEXT), delta("", finish="stop", usage=True), DONE])


# ------------------------------------------------------------------------------------- variants of the format


def in_several_data_lines(events: bytes) -> bytes:
    """Each event's JSON over several lines."""
    made: list[bytes] = []
    for event in events.split(b"\n\n")[:-1]:
        data = event.removeprefix(b"data: ")
        lines = [data] if data == b"[DONE]" else json.dumps(json.loads(data), indent=1).encode().split(b"\n")
        made.append(b"\n".join(b"data: " + line for line in lines) + b"\n\n")
    return b"".join(made)


SSE_VARIANTS: dict[str, Callable[[bytes], bytes]] = {
    "LF": lambda events: events,
    "CR": lambda events: events.replace(b"\n", b"\r"),
    "CRLF": lambda events: events.replace(b"\n", b"\r\n"),
    "byte order mark": lambda events: b"\xef\xbb\xbf" + events,
    "multi-line data": in_several_data_lines,
    "multi-line data in CRLF": lambda events: in_several_data_lines(events).replace(b"\n", b"\r\n"),
    "fields without colon": lambda events: events.replace(
        b"data: {", b"event\nretry\nid\nfoo\ndata\ndata: {"
    ),
    "no space after the colon": lambda events: events.replace(b"data: ", b"data:"),
    "ids": lambda events: events.replace(b"data: {", b"id: 7\ndata: {"),
    "retry fields": lambda events: events.replace(b"data: {", b"retry: 5\ndata: {"),
    "events with names": lambda events: events.replace(b"data: {", b"event: message\ndata: {"),
    "comments": lambda events: events.replace(b"data: {", b": ping\n\n:\n\ndata: {"),
    "blank lines": lambda events: b"\n\n" + events.replace(b"\n\n", b"\n\n\n\n"),
    "events without data": lambda events: events.replace(b"data: {", b"id: 1\n\nretry: 1\n\ndata: {"),
}


@pytest.mark.parametrize("write_bytes", [None, 1, 7], ids=["whole", "1 byte", "7 bytes"])
@pytest.mark.parametrize("variant", SSE_VARIANTS.values(), ids=SSE_VARIANTS)
async def test_a_stream_gives_the_same_chunks_however_it_is_written_and_keeps_its_connection(
    variant: Callable[[bytes], bytes], write_bytes: int | None
) -> None:
    sent = variant(WHOLE)
    size = write_bytes or len(sent)

    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD)
        for start in range(0, len(sent), size):
            await exchange.write(chunked(sent[start : start + size]))
            await asyncio.sleep(0)
        await exchange.write(LAST_CHUNK)

    async with raw_server(serve) as raw, raw.client() as client:
        assert await text_of(client) == TEXT
        folded = await (await stream(client)).collect()
        assert folded.choices[0].message.content == TEXT
        assert folded.usage.total_tokens == USAGE["total_tokens"]
        assert raw.connections == 1


def test_the_end_of_the_body_may_come_after_done_and_the_connection_is_reused() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(WHOLE))
        await asyncio.sleep(0.02)
        await exchange.write(LAST_CHUNK)

    async def main() -> None:
        async with raw_server(serve) as raw, raw.client() as client:
            assert [await text_of(client) for _ in range(3)] == [TEXT] * 3
            assert raw.connections == 1

    run_on_fake_clock(main)


def test_a_stream_ends_with_done_even_if_its_body_goes_on() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(WHOLE), chunked(delta("never wanted")))
        await exchange.gone()

    async def main() -> None:
        async with raw_server(serve) as raw, raw.client(timeout=None) as client:
            assert await text_of(client) == TEXT
            assert await text_of(client) == TEXT
            assert raw.connections == 2  # what may still come on the first one is nobody's

    run_on_fake_clock(main)


async def test_one_data_line_of_32_megabytes_is_one_chunk() -> None:
    text = "x" * (32 * 1024 * 1024)

    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD)
        await exchange.write(
            chunked(delta(text)), chunked(delta("", finish="stop")), chunked(DONE), LAST_CHUNK
        )

    async with raw_server(serve) as raw, raw.client() as client:
        chunks = [chunk async for chunk in await stream(client)]
        assert len(chunks) == 2
        assert chunks[0].choices[0].delta.content == text
        await text_of(client)
        assert raw.connections == 1


# ------------------------------------------------------------------------------------------------------ silence

IDLE_S = 10.0


def silence(serve: Handler, after_s: float) -> None:
    """Check that the stream ends at its idle timeout, this long after it began, with what had arrived."""

    async def main() -> None:
        async with raw_server(serve) as raw, raw.client(timeout=Timeout(None, idle=IDLE_S)) as client:
            loop = asyncio.get_running_loop()
            began_at = loop.time()
            events = await stream(client)
            with pytest.raises(APITimeoutError, match="no event of the stream within 10 s") as caught:
                await events.collect()
            assert after_s + IDLE_S <= loop.time() - began_at <= after_s + IDLE_S * 9 / 8
            assert caught.value.phase == "idle"
            assert caught.value.partial.choices[0].message.content == "one two"
            assert caught.value.request_id == "req_1"
            await asyncio.wait_for(raw.exchanges[0].gone(), 1.0)

    run_on_fake_clock(main)


def test_a_stream_that_falls_silent_ends_at_the_idle_timeout() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta("one ")))
        await asyncio.sleep(IDLE_S - 1)
        await exchange.write(chunked(delta("two")))
        await asyncio.sleep(1e6)

    silence(serve, IDLE_S - 1)


@pytest.mark.parametrize(
    "noise",
    [chunked(b": ping\n\n"), chunked(b"\n"), chunked(b"id: 1\n\n"), chunked(b"data: x"), b"1"],
    ids=[
        "comments",
        "line ends",
        "events without data",
        "an event that never ends",
        "a size that never ends",
    ],
)
def test_bytes_that_are_no_event_do_not_restart_the_idle_timeout(noise: bytes) -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, ONE_TWO)
        for _ in range(100):
            await asyncio.sleep(1.0)
            await exchange.write(noise)

    silence(serve, 0.0)


def test_a_slow_stream_does_not_time_out() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD)
        for _ in range(10):
            await exchange.write(chunked(delta("a")))
            await asyncio.sleep(IDLE_S - 0.5)
        await end_of(exchange)

    async def end_of(exchange: Exchange) -> None:
        await exchange.write(chunked(delta("", finish="stop")), chunked(DONE), LAST_CHUNK)

    async def main() -> None:
        async with raw_server(serve) as raw, raw.client(timeout=IDLE_S) as client:
            assert await text_of(client) == "a" * 10

    run_on_fake_clock(main)


# --------------------------------------------------------------------------------------------------- the sync client


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(after_events=3, end="close"), APIConnectionError),
        (Fault(after_events=3, error_event={"message": "no", "status_code": 400}), BadRequestError),
        # In one write: all of it comes in time.
        (Fault(raw=SSE_HEAD + ONE_TWO, end="stall"), APITimeoutError),
    ],
    ids=["truncated", "error event", "stall"],
)
def test_a_sync_stream_ends_in_the_same_errors(
    server: LocalGroq, fault: Fault, expected: type[APIError]
) -> None:
    server.script(fault)
    with Groq(api_key="gsk_x", base_url=server.base_url, timeout=60.0, max_retries=0) as client:
        if expected is APITimeoutError:
            client = client.with_options(timeout=Timeout(60.0, idle=0.1))
        events = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        with pytest.raises(expected) as caught, contextlib.closing(events):
            for _ in events:
                pass
        assert caught.value.partial.choices
        assert caught.value.request_id
        for _ in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
            pass
        for _ in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
            pass
    assert server.connections_made <= 2
