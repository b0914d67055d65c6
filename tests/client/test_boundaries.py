"""A stream split into writes at any byte gives the same chunks, over a real socket."""

from __future__ import annotations

import json
import random

import msgspec
from fuzzing import seeds
from virtual_time import in_virtual_time, served_here

from aiogroq import AsyncGroq, Groq
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.chat import ChatCompletionChunk

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]


def event(**delta: object) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
    return b"data: " + json.dumps({"id": "c", "choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"


# Characters of two, three and four bytes, a tool call in chunks, a comment, an event of two data lines, CR LF.
BODY = (
    b": hello\n\n"
    + event(role="assistant", content="")
    + event(content="é€😀")
    + event(tool_calls=[{"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x"'}}])
    + event(tool_calls=[{"index": 0, "function": {"arguments": ": 1}"}}])
    + b'data: {"id": "c", "choices":\r\ndata: []}\r\n\r\n'
    + b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"total_tokens":3}}\n\n'
    + b"data: [DONE]\n\n"
)
EXPECTED = 6


def response(*positions: int, every: int = 0) -> Fault:
    return Fault(body=BODY, content_type="text/event-stream", split_at=positions, split_every=every)


async def chunks(client: AsyncGroq) -> list[bytes]:
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    return [msgspec.json.encode(chunk) async for chunk in stream]


@in_virtual_time
async def test_a_split_at_every_byte_gives_the_same_chunks() -> None:
    async with served_here() as (client, server):
        server.script(response())
        expected = await chunks(client)
        assert len(expected) == EXPECTED
        for position in range(1, len(BODY)):
            server.script(response(position))
            assert await chunks(client) == expected, f"split at byte {position}"
        assert server.connections_made == 1


async def test_single_bytes_give_the_same_chunks(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(response())
    expected = await chunks(client)
    server.script(response(every=1))
    assert await chunks(client) == expected


async def test_random_writes_give_the_same_chunks(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(response())
    expected = await chunks(client)
    for seed in seeds(20):
        rng = random.Random(seed)
        positions = sorted(rng.sample(range(1, len(BODY)), rng.randint(2, 40)))
        server.script(response(*positions))
        assert await chunks(client) == expected, f"seed {seed}"


def test_the_sync_stream_gives_the_same_chunks_too(groq_client: Groq, server: LocalGroq) -> None:
    def sync_chunks() -> list[ChatCompletionChunk]:
        return list(groq_client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True))

    server.script(response())
    expected = sync_chunks()
    assert len(expected) == EXPECTED
    for position in range(1, len(BODY), 7):
        server.script(response(position))
        assert sync_chunks() == expected, f"split at byte {position}"
