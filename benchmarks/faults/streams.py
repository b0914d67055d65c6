"""Streams that are truncated, stalled, malformed or left early."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import Any

from aiogroq.local import Fault

from . import raw_server
from .actions import CHAT, TEXT, chat_text, reply, stream, stream_text
from .scenario import API_ERROR, CONNECTION_ERROR, TIMEOUT_ERROR, Outcome, Package, raises, returns, scenario

_GROUP = "streams"
_REPLY = {"reply": reply}
_SLOW = {"reply": reply, "tokens_per_second": 20.0}
_BIG = 32 * 1024 * 1024


def _broken(name: str, fault: Fault, judge: Any = None) -> None:
    scenario(_GROUP, name, judge or raises(*CONNECTION_ERROR), faults=(fault,), server=_REPLY)(stream)


_broken("closed after three events", Fault(after_events=3, end="close"))
_broken("reset after three events", Fault(after_events=3, end="reset"))
_broken("closed in the middle of an event", Fault(after_bytes=700, end="close"))
_broken("the body ends without a finish reason and [DONE]", Fault(drop_tail_bytes=700))
_broken("an event that is not JSON", Fault(insert=b"data: {oops\n\n"), raises(*API_ERROR))
_broken(
    "an error event after three events",
    Fault(after_events=3, error_event={"message": "over capacity", "type": "internal_server_error"}),
    raises(*API_ERROR, says="over capacity"),
)
_broken(
    "x_groq.error after three events",
    Fault(after_events=3, x_groq_error="over capacity"),
    raises(*API_ERROR, says="over"),
)
_broken("every byte in a separate packet", Fault(split_every=1), returns(TEXT))
_broken("no [DONE] after a finish reason", Fault(drop_done=True), returns(TEXT))


@scenario(_GROUP, "no data after three events, timeout 1 s", raises(*TIMEOUT_ERROR, within_s=3), faults=(
    Fault(after_events=3, end="stall"),), server=_REPLY)  # fmt: skip
async def stalled(package: Package) -> str:
    async with package.client(timeout=1.0) as client:
        return await stream_text(client)


@scenario(_GROUP, "only keep-alive comments, timeout 1 s", raises(*TIMEOUT_ERROR, within_s=4), raw=raw_server.streams(
    f"data: {raw_server.delta('one')}\n\n".encode(), forever=b": ping\n\n"))  # fmt: skip
async def comments(package: Package) -> str:
    async with package.client(timeout=1.0) as client:
        return await stream_text(client)


@scenario(_GROUP, "slow events for longer than the timeout", returns(TEXT), server=_SLOW)
async def dripping(package: Package) -> str:
    async with package.client(timeout=0.5) as client:
        return await stream_text(client)


@scenario(_GROUP, "the text before a truncation is in the error", raises(*API_ERROR, partial="one two"), raw=raw_server.streams(
    f"data: {raw_server.delta('one ')}\n\ndata: {raw_server.delta('two')}\n\n".encode()))  # fmt: skip
async def partial(package: Package) -> str:
    return await stream(package)


_LINES = [
    raw_server.delta("one ").replace("{", "{ ", 1),
    raw_server.delta("two"),
    raw_server.delta("", "stop"),
    "[DONE]",
]


def _bytes_of(name: str, content: bytes) -> None:
    scenario(
        _GROUP,
        name,
        returns("one two"),
        raw=raw_server.streams(*(content[i : i + 7] for i in range(0, len(content), 7))),
    )(stream)


_bytes_of(
    "CRLF line endings and a byte order mark",
    b"\xef\xbb\xbf" + "".join(f"data: {x}\r\n\r\n" for x in _LINES).encode(),
)
_bytes_of("CR line endings", "".join(f"data: {line}\r\r" for line in _LINES).encode())
_bytes_of(
    "ids, retry fields, comments and an event over two data lines",
    "".join(
        f": hi\nid: 7\nretry: 10\ndata:{line.replace('{ ', '{' + chr(10) + 'data: ')}\n\n" for line in _LINES
    ).encode(),
)


@scenario(_GROUP, "one event of 32 MiB", returns(_BIG), raw=raw_server.streams(
    f"data: {raw_server.delta('x' * _BIG)}\n\ndata: {raw_server.delta('', 'stop')}\n\ndata: [DONE]\n\n".encode()))  # fmt: skip
async def large(package: Package) -> int:
    return len(await stream(package))


def _judge_disconnect(outcome: Outcome) -> str:
    if outcome.error:
        return f"error: {outcome.error[0]}"
    return (
        "right: the server saw the disconnect"
        if outcome.disconnects == outcome.value
        else "the server continues to generate"
    )


async def _first(client: Any) -> Any:
    source = await client.chat.completions.create(**CHAT, stream=True)
    async for _ in source:
        break
    return source


@scenario(
    _GROUP,
    "left with break, while the stream is referenced",
    _judge_disconnect,
    server={**_SLOW, "tokens_per_second": 2.0},
)
async def broken_off(package: Package) -> int:
    client = package.client()
    async with await client.chat.completions.create(**CHAT, stream=True) as source:
        async for _ in source:
            break
    await asyncio.sleep(0.5)
    return 1


@scenario(
    _GROUP,
    "garbage collected without close()",
    _judge_disconnect,
    server={**_SLOW, "tokens_per_second": 2.0},
    dev=True,
)
async def dropped(package: Package) -> int:
    client = package.client()
    await _first(client)
    gc.collect()
    await asyncio.sleep(1.0)
    return 1


@scenario(
    _GROUP, "the reading task is cancelled", _judge_disconnect, server={**_SLOW, "tokens_per_second": 2.0}
)
async def cancelled(package: Package) -> int:
    client = package.client()
    task = asyncio.create_task(stream_text(client))
    await asyncio.sleep(1.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    del task
    await asyncio.sleep(0.5)
    return 1


@scenario(_GROUP, "50 streams with status 429, then one more", returns(TEXT), faults=(Fault(status=429, times=50),),
          server=_REPLY)  # fmt: skip
async def rejected(package: Package) -> str:
    client = package.client()
    for _ in range(50):
        try:
            await stream_text(client)
        except package.sdk.RateLimitError:
            continue
    return await chat_text(client)


@scenario(_GROUP, "usage is found in any chunk", returns(90), raw=raw_server.streams(*(
    f"data: {line}\n\n".encode() for line in (
        raw_server.delta("one"),
        raw_server.delta("", "stop")[:-1] + ', "x_groq": {"id": "r", "usage": ' + json.dumps(
            {"prompt_tokens": 40, "completion_tokens": 50, "total_tokens": 90}) + "}}",
        "[DONE]"))))  # fmt: skip
async def usage(package: Package) -> int | None:
    total: int | None = None
    async with package.client() as client:
        async for chunk in await client.chat.completions.create(**CHAT, stream=True):
            if chunk.x_groq is not None and chunk.x_groq.usage is not None:
                total = chunk.x_groq.usage.total_tokens
    return total
