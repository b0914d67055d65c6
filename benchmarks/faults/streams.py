"""Streams that are cut, stalled, bent, or left early."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import Any

from aiogroq.local import Fault

from . import wire
from .actions import ASK, TEXT, answered, chat_text, stream, stream_text
from .scenario import BROKEN, LATE, OWN, Outcome, Side, fails, gives, scenario

_GROUP = "streams"
_REPLY = {"reply": answered}
_SLOW = {"reply": answered, "tokens_per_second": 20.0}
_BIG = 32 * 1024 * 1024


def _broken(name: str, fault: Fault, judge: Any = None) -> None:
    scenario(_GROUP, name, judge or fails(*BROKEN), faults=(fault,), server=_REPLY)(stream)


_broken("cut after three events", Fault(after_events=3, end="close"))
_broken("reset after three events", Fault(after_events=3, end="reset"))
_broken("cut in the middle of an event", Fault(after_bytes=700, end="close"))
_broken("ends in order, but without its end", Fault(drop_tail_bytes=700))
_broken("an event that is no JSON", Fault(insert=b"data: {oops\n\n"), fails(*OWN))
_broken(
    "an error event after three events",
    Fault(after_events=3, error_event={"message": "over capacity", "type": "internal_server_error"}),
    fails(*OWN, says="over capacity"),
)
_broken(
    "x_groq.error after three events",
    Fault(after_events=3, x_groq_error="over capacity"),
    fails(*OWN, says="over"),
)
_broken("every byte in a packet of its own", Fault(split_every=1), gives(TEXT))
_broken("no [DONE] after a finish reason", Fault(drop_done=True), gives(TEXT))


@scenario(_GROUP, "silent after three events, 1 s allowed", fails(*LATE, within_s=3), faults=(
    Fault(after_events=3, end="stall"),), server=_REPLY)  # fmt: skip
async def stalled(side: Side) -> str:
    async with side.client(timeout=1.0) as client:
        return await stream_text(client)


@scenario(_GROUP, "only keep-alive comments, 1 s allowed", fails(*LATE, within_s=4), raw=wire.streams(
    f"data: {wire.delta('one')}\n\n".encode(), forever=b": ping\n\n"))  # fmt: skip
async def comments(side: Side) -> str:
    async with side.client(timeout=1.0) as client:
        return await stream_text(client)


@scenario(_GROUP, "slow for longer than the limit, but alive", gives(TEXT), server=_SLOW)
async def dripping(side: Side) -> str:
    async with side.client(timeout=0.5) as client:
        return await stream_text(client)


@scenario(_GROUP, "the text that came before a cut is in the error", fails(*OWN, partial="one two"), raw=wire.streams(
    f"data: {wire.delta('one ')}\n\ndata: {wire.delta('two')}\n\n".encode()))  # fmt: skip
async def partial(side: Side) -> str:
    return await stream(side)


_LINES = [wire.delta("one ").replace("{", "{ ", 1), wire.delta("two"), wire.delta("", "stop"), "[DONE]"]


def _bytes_of(name: str, content: bytes) -> None:
    scenario(
        _GROUP,
        name,
        gives("one two"),
        raw=wire.streams(*(content[i : i + 7] for i in range(0, len(content), 7))),
    )(stream)


_bytes_of(
    "CRLF line ends and a byte order mark",
    b"\xef\xbb\xbf" + "".join(f"data: {x}\r\n\r\n" for x in _LINES).encode(),
)
_bytes_of("CR line ends", "".join(f"data: {line}\r\r" for line in _LINES).encode())
_bytes_of(
    "ids, retry fields, comments and an event over two data lines",
    "".join(
        f": hi\nid: 7\nretry: 10\ndata:{line.replace('{ ', '{' + chr(10) + 'data: ')}\n\n" for line in _LINES
    ).encode(),
)


@scenario(_GROUP, "one event of 32 MiB", gives(_BIG), raw=wire.streams(
    f"data: {wire.delta('x' * _BIG)}\n\ndata: {wire.delta('', 'stop')}\n\ndata: [DONE]\n\n".encode()))  # fmt: skip
async def large(side: Side) -> int:
    return len(await stream(side))


def _left(outcome: Outcome) -> str:
    if outcome.error:
        return f"error: {outcome.error[0]}"
    return (
        "right: the server saw the client leave"
        if outcome.disconnects == outcome.value
        else "goes on generating"
    )


async def _first(client: Any) -> Any:
    source = await client.chat.completions.create(**ASK, stream=True)
    async for _ in source:
        break
    return source


@scenario(_GROUP, "left by break, the stream kept", _left, server={**_SLOW, "tokens_per_second": 2.0})
async def broken_off(side: Side) -> int:
    client = side.client()
    async with await client.chat.completions.create(**ASK, stream=True) as source:
        async for _ in source:
            break
    await asyncio.sleep(0.5)
    return 1


@scenario(_GROUP, "dropped without being closed", _left, server={**_SLOW, "tokens_per_second": 2.0}, dev=True)
async def dropped(side: Side) -> int:
    client = side.client()
    await _first(client)
    gc.collect()
    await asyncio.sleep(1.0)
    return 1


@scenario(_GROUP, "the task that reads it is cancelled", _left, server={**_SLOW, "tokens_per_second": 2.0})
async def cancelled(side: Side) -> int:
    client = side.client()
    task = asyncio.create_task(stream_text(client))
    await asyncio.sleep(1.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    del task
    await asyncio.sleep(0.5)
    return 1


@scenario(_GROUP, "50 streams refused with 429, then one more", gives(TEXT), faults=(Fault(status=429, times=50),),
          server=_REPLY)  # fmt: skip
async def refused(side: Side) -> str:
    client = side.client()
    for _ in range(50):
        try:
            await stream_text(client)
        except side.sdk.RateLimitError:
            continue
    return await chat_text(client)


@scenario(_GROUP, "usage is there whichever chunk brings it", gives(90), raw=wire.streams(*(
    f"data: {line}\n\n".encode() for line in (
        wire.delta("one"),
        wire.delta("", "stop")[:-1] + ', "x_groq": {"id": "r", "usage": ' + json.dumps(
            {"prompt_tokens": 40, "completion_tokens": 50, "total_tokens": 90}) + "}}",
        "[DONE]"))))  # fmt: skip
async def usage(side: Side) -> int | None:
    total: int | None = None
    async with side.client() as client:
        async for chunk in await client.chat.completions.create(**ASK, stream=True):
            if chunk.x_groq is not None and chunk.x_groq.usage is not None:
                total = chunk.x_groq.usage.total_tokens
    return total
