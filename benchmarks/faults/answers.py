"""Refusals, retries, and answers that are not what was promised."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiogroq.local import Fault

from . import wire
from .actions import ASK, TEXT, answered, chat, chat_limited, chat_retried, chat_text
from .scenario import BROKEN, LATE, OWN, Judge, Side, fails, gives, scenario

_REPLY = {"reply": answered}
_HTML = "<html><head><title>502</title></head><body>cloudflare</body></html>"


def _answer(
    name: str, judge: Judge, *faults: Fault | None, action: Any = chat, group: str = "answers"
) -> None:
    scenario(group, name, judge, faults=faults, server=_REPLY)(action)


def _retry(name: str, judge: Judge, *faults: Fault | None, action: Any = chat_retried) -> None:
    _answer(name, judge, *faults, action=action, group="retries")


_retry("500, then well", gives(TEXT, requests=2), Fault(status=500))
_retry(
    "503 with HTML, then well",
    gives(TEXT, requests=2),
    Fault(status=503, body=_HTML, content_type="text/html"),
)
_retry("498, flex capacity exceeded, then well", gives(TEXT, requests=2), Fault(status=498))
_retry(
    "429 with retry-after 0.2, then well",
    gives(TEXT, requests=2),
    Fault(status=429, headers={"retry-after": "0.2"}),
)
_retry("429 with a retry-after that is nonsense", gives(TEXT, requests=2), Fault(
    status=429, headers={"retry-after": "soon"}))  # fmt: skip
for _seconds in ("61", "578"):
    _retry(
        f"429 with retry-after {_seconds}, five seconds there are: no second request",
        fails("RateLimitError", requests=1, within_s=3),
        Fault(status=429, headers={"retry-after": _seconds}, times=None),
        action=chat_limited,
    )
_retry(
    "max_retries=0 is one request",
    fails("InternalServerError", requests=1),
    Fault(status=500, times=None),
    action=chat,
)
_retry("400 is not tried again", fails("BadRequestError", requests=1), Fault(status=400, times=None))

_answer("401", fails("AuthenticationError", requests=1), Fault(status=401))
_answer("413, more tokens than a minute has, with its numbers", fails(
    "APIStatusError", requests=1, status_code=413, limit=8000, requested=12050),
    Fault(status=413, body={"error": {"message": "Request too large for model `m` on tokens per minute (TPM): Limit 8000, "
    "Requested 12050, please reduce your message size", "type": "tokens", "code": "rate_limit_exceeded"}}))  # fmt: skip
_answer("429 with the limit, the use and the kind as values", fails(
    "RateLimitError", limit=6000, used=5800, requested=700, limit_kind="TPM"),
    Fault(status=429, body={"error": {"message": "Rate limit reached for model `m` in organization `o` service tier "
    "`on_demand` on tokens per minute (TPM): Limit 6000, Used 5800, Requested 700. Please try again in 5s.",
    "type": "tokens", "code": "rate_limit_exceeded"}}))  # fmt: skip
_answer(
    "503 with HTML", fails("InternalServerError"), Fault(status=503, body=_HTML, content_type="text/html")
)
_answer("200 with a gateway's HTML", fails(*OWN), Fault(body=_HTML, content_type="text/html"))
_answer("200 with no body", fails(*OWN), Fault(body=b""))
_answer("200 with half a body", fails(*OWN), Fault(drop_tail_bytes=40))
_answer("200 with half of its gzip", fails(*OWN), Fault(gzip=True, drop_tail_bytes=20))
_answer("200, cut before its promised length", fails(*BROKEN), Fault(after_bytes=50, end="close"))
_answer("200 in gzip", gives(TEXT), Fault(gzip=True))


def _drift(name: str, body: Any, judge: Judge | None = None) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    scenario("drift", name, judge or gives("hi"), raw=wire.answers(wire.json_answer(content)))(chat)


def _body(**changed: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        **changed,
    }


_drift(
    "numbers as text, text as numbers",
    _body(created="1", id=7, usage={"total_tokens": "3", "queue_time": "x"}),
)
_drift("unknown finish reason, role and fields", {**_body(), "choices": [
    {"index": 0, "message": {"role": "narrator", "content": "hi", "mood": 1}, "finish_reason": "bored"}]})  # fmt: skip
_drift("keys are missing", {"choices": [{"message": {"content": "hi"}}]})
_drift("null where it is never", _body(id=None, created=None, model=None, usage=None))
_drift("half an emoji in the text", json.dumps(_body()).replace("hi", "\\ud83d").encode(), gives("\ud83d"))
_drift(
    "a field nested 3,000 deep",
    json.dumps(_body(new=0)).replace('"new": 0', '"new": ' + "[" * 3000 + "]" * 3000).encode(),
)


@scenario("drift", "an answer's message is sent back as it is", gives(TEXT), server={
    "reply": lambda body: {"content": TEXT, "reasoning": "thinking"}})  # fmt: skip
async def sent_back(side: Side) -> str:
    async with side.client() as client:
        first = await client.chat.completions.create(**ASK, reasoning_format="parsed")
        message = first.choices[0].message
        assert message.reasoning
        turn = message if side.is_ours else message.model_dump()
        return await chat_text(
            client, messages=[*ASK["messages"], turn, {"role": "user", "content": "go on"}]
        )


@scenario(
    "connections",
    "the server closes idle connections",
    gives(TEXT),
    server={**_REPLY, "keepalive_timeout_s": 0.3},
)
async def idle(side: Side) -> str:
    async with side.client() as client:
        await chat_text(client)
        await asyncio.sleep(0.8)
        return await chat_text(client)


@scenario("connections", "the server closes a kept connection while the loop is busy, max_retries=0", gives(TEXT, requests=2),
          server={**_REPLY, "keepalive_timeout_s": 0.3},
          expects="Nobody has taken the request, so it goes out on another connection, and nothing is paid twice.")  # fmt: skip
async def busy_loop(side: Side) -> str:
    async with side.client() as client:
        await chat_text(client)
        time.sleep(0.8)  # noqa: ASYNC251 -- as code does that computes
        return await chat_text(client)


@scenario("connections", "a kept connection is dropped as the next request arrives, max_retries=2", gives(TEXT, requests=3),
          raw=wire.drops(lambda connection, request: connection == 0 and request == 1),
          expects="That is what retries are for.")  # fmt: skip
async def raced(side: Side) -> str:
    async with side.client(max_retries=2) as client:
        await chat_text(client)
        return await chat_text(client)


@scenario("connections", "dropped after the request, on a new connection: sent once", fails(*BROKEN, requests=1),
          raw=wire.drops(lambda connection, request: True))  # fmt: skip
async def dropped(side: Side) -> str:
    return await chat(side)


@scenario("connections", "nobody listens: the error names the address", fails(*BROKEN, says="127.0.0.1:9"))
async def refused(side: Side) -> str:
    side.url = "http://127.0.0.1:9"
    return await chat(side)


@scenario("connections", "no such host: the error names it", fails(*BROKEN, says="groq.invalid"))
async def unknown_host(side: Side) -> str:
    side.url = "http://groq.invalid"
    return await chat(side)


_LATE_ANSWER = Fault(latency_s=3.0, times=None)


@scenario("time", "no first byte in 0.5 s: the error says the seconds", fails(*LATE, requests=1, within_s=2, says="0.5"),
          faults=(_LATE_ANSWER,), server=_REPLY)  # fmt: skip
async def late(side: Side) -> str:
    async with side.client(timeout=0.5) as client:
        return await chat_text(client)


@scenario("time", "a request that timed out is not paid twice", fails(*LATE, requests=1), faults=(_LATE_ANSWER,),
          server=_REPLY)  # fmt: skip
async def paid_once(side: Side) -> str:
    async with side.client(timeout=0.5, max_retries=2) as client:
        return await chat_text(client)


@scenario("time", "the body stalls for longer than 0.5 s", fails(*LATE, within_s=3), faults=(
    Fault(after_bytes=50, end="stall"),), server=_REPLY)  # fmt: skip
async def body_stalls(side: Side) -> str:
    async with side.client(timeout=0.5) as client:
        return await chat_text(client)


@scenario("time", "the server does not read the request", fails(*LATE, within_s=4), raw=wire.never_reads)
async def unread(side: Side) -> str:
    async with side.client(timeout=1.0) as client:
        return await chat_text(client, messages=[{"role": "user", "content": "x" * 30_000_000}])


@scenario(
    "connections",
    "ten kept connections, each dropped after the next request, max_retries=0: sent once",
    fails(*BROKEN, requests=11),
    raw=wire.drops(lambda connection, request: connection < 10 and request == 1),
    expects="The server has read the request and may have done the work; who asked for no retry does not pay twice.",
)
async def all_dropped(side: Side) -> str:
    async with side.client() as client:
        await asyncio.gather(*(chat_text(client) for _ in range(10)))
        return await chat_text(client)


@scenario(
    "connections",
    "ten kept connections, each dropped after the next request, max_retries=2",
    gives(TEXT),
    raw=wire.drops(lambda connection, request: connection < 10 and request == 1),
    expects="A retry is of use on a new connection, and not on the next old one of the same server.",
)
async def all_dropped_retried(side: Side) -> str:
    async with side.client(max_retries=2) as client:
        await asyncio.gather(*(chat_text(client) for _ in range(10)))
        return await chat_text(client)
