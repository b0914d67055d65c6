"""`max_event_bytes` limits one event of a stream, for servers that never end a line."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import Callable

import pytest

from aiogroq import APIConnectionError, AsyncGroq, DefaultAioHttpClient, Groq, Timeout
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(20)

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
KIB = 1024


def new_client(server: LocalGroq, limit: int) -> AsyncGroq:
    pool = DefaultAioHttpClient(max_event_bytes=limit)
    return AsyncGroq(api_key="gsk_x", base_url=server.base_url, http_client=pool)


def event(size: int) -> Fault:
    """A stream whose first event has so many bytes of text."""
    text = b'{"choices":[{"index":0,"delta":{"content":"%s"}}]}' % (b"x" * size)
    return Fault(insert=b"data: %s\n\n" % text, insert_at=0)


def endless(size: int) -> Fault:
    """A stream whose first line goes on for so many bytes, and then neither ends nor goes on."""
    return Fault(insert=b"data: " + b"x" * size, insert_at=0, after_bytes=size, end="stall")


async def test_an_event_over_the_limit_is_an_error_that_names_the_option(server: LocalGroq) -> None:
    server.script(event(64 * KIB))
    stream = await new_client(server, 2 * KIB).chat.completions.create(
        model=MODEL, messages=QUESTION, stream=True
    )
    with pytest.raises(APIConnectionError, match=r"larger than 2048 bytes.*`max_event_bytes`") as caught:
        await stream.collect()
    assert caught.value.partial is not None
    assert caught.value.request_id == server.requests[-1].request_id


@pytest.mark.parametrize("fault", [event, endless])
async def test_the_rest_of_a_line_over_the_limit_is_not_read(
    server: LocalGroq, fault: Callable[[int], Fault]
) -> None:
    server.script(fault(8 * KIB * KIB))
    client = new_client(server, 64 * KIB)
    stream = await client.chat.completions.create(
        model=MODEL, messages=QUESTION, stream=True, timeout=Timeout(60, idle=60)
    )
    with pytest.raises(APIConnectionError, match="larger than 65536 bytes"):
        await stream.collect()
    assert stream.is_closed
    while server.open_connections:  # noqa: ASYNC110 -- the server is in another thread
        await asyncio.sleep(0.005)
    assert (await client.models.list()).data


async def test_events_before_it_are_returned_and_in_the_error(server: LocalGroq) -> None:
    # One write, so that all of it comes in one read.
    event = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"kept"}}]}\n\ndata: ' + b"x" * 8 * KIB
    server.script(Fault(insert=event, insert_at=0))
    stream = await new_client(server, 2 * KIB).chat.completions.create(
        model=MODEL, messages=QUESTION, stream=True
    )
    assert (await anext(stream)).choices[0].delta.content == "kept"
    with pytest.raises(APIConnectionError, match="larger than 2048 bytes") as caught:
        await anext(stream)
    assert caught.value.partial is not None
    assert caught.value.partial.choices[0].message.content == "kept"


async def test_a_line_below_it_is_read(server: LocalGroq) -> None:
    server.script(event(4 * KIB * KIB))
    for limit in (5 * KIB * KIB, DefaultAioHttpClient().max_event_bytes):
        stream = await new_client(server, limit).chat.completions.create(
            model=MODEL, messages=QUESTION, stream=True
        )
        assert (await stream.collect()).choices[0].message.content


def test_the_sync_client_has_it_too(server: LocalGroq) -> None:
    server.script(event(64 * KIB))
    pool = DefaultAioHttpClient(max_event_bytes=KIB)
    with Groq(api_key="gsk_x", base_url=server.base_url, http_client=pool) as client:
        stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        with pytest.raises(APIConnectionError, match="larger than 1024 bytes"):
            stream.collect()


def test_the_default_is_64_mib_and_copies_have_the_same_limit() -> None:
    assert DefaultAioHttpClient().max_event_bytes == 64 * KIB * KIB
    pool = DefaultAioHttpClient(max_event_bytes=KIB, max_response_bytes=2 * KIB)
    for other in (pickle.loads(pickle.dumps(pool)), copy.deepcopy(pool)):
        assert (other.max_event_bytes, other.max_response_bytes) == (KIB, 2 * KIB)
