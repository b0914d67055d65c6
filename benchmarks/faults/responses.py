"""Retries, error responses, malformed bodies, schema drift, connections and timeouts."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiogroq.local import Fault

from . import raw_server
from .actions import CHAT, TEXT, chat, chat_text, chat_with_deadline, chat_with_retries, reply
from .scenario import API_ERROR, CONNECTION_ERROR, TIMEOUT_ERROR, Judge, Package, raises, returns, scenario

_REPLY = {"reply": reply}
_HTML = "<html><head><title>502</title></head><body>cloudflare</body></html>"


def _response(
    name: str, judge: Judge, *faults: Fault | None, action: Any = chat, group: str = "responses"
) -> None:
    scenario(group, name, judge, faults=faults, server=_REPLY)(action)


def _retry(name: str, judge: Judge, *faults: Fault | None, action: Any = chat_with_retries) -> None:
    _response(name, judge, *faults, action=action, group="retries")


_retry("500, then 200", returns(TEXT, requests=2), Fault(status=500))
_retry(
    "503 with HTML, then 200",
    returns(TEXT, requests=2),
    Fault(status=503, body=_HTML, content_type="text/html"),
)
_retry("498, flex capacity exceeded, then 200", returns(TEXT, requests=2), Fault(status=498))
_retry(
    "429 with retry-after 0.2, then 200",
    returns(TEXT, requests=2),
    Fault(status=429, headers={"retry-after": "0.2"}),
)
_retry("429 with an invalid retry-after", returns(TEXT, requests=2), Fault(
    status=429, headers={"retry-after": "soon"}))  # fmt: skip
for _seconds in ("61", "578"):
    _retry(
        f"429 with retry-after {_seconds} and a deadline of 5 s: no second request",
        raises("RateLimitError", requests=1, within_s=3),
        Fault(status=429, headers={"retry-after": _seconds}, times=None),
        action=chat_with_deadline,
    )
_retry(
    "max_retries=0 sends one request",
    raises("InternalServerError", requests=1),
    Fault(status=500, times=None),
    action=chat,
)
_retry("400 is not retried", raises("BadRequestError", requests=1), Fault(status=400, times=None))

_response("401", raises("AuthenticationError", requests=1), Fault(status=401))
_response("413 above the tokens per minute: the error has the numbers", raises(
    "APIStatusError", requests=1, status_code=413, limit=8000, requested=12050),
    Fault(status=413, body={"error": {"message": "Request too large for model `m` on tokens per minute (TPM): Limit 8000, "
    "Requested 12050, please reduce your message size", "type": "tokens", "code": "rate_limit_exceeded"}}))  # fmt: skip
_response("429: the error has limit, usage and kind as attributes", raises(
    "RateLimitError", limit=6000, used=5800, requested=700, limit_kind="TPM"),
    Fault(status=429, body={"error": {"message": "Rate limit reached for model `m` in organization `o` service tier "
    "`on_demand` on tokens per minute (TPM): Limit 6000, Used 5800, Requested 700. Please try again in 5s.",
    "type": "tokens", "code": "rate_limit_exceeded"}}))  # fmt: skip
_response(
    "503 with HTML", raises("InternalServerError"), Fault(status=503, body=_HTML, content_type="text/html")
)
_response("200 with a gateway's HTML", raises(*API_ERROR), Fault(body=_HTML, content_type="text/html"))
_response("200 with an empty body", raises(*API_ERROR), Fault(body=b""))
_response("200 with half of a JSON body", raises(*API_ERROR), Fault(drop_tail_bytes=40))
_response("200 with a truncated gzip body", raises(*API_ERROR), Fault(gzip=True, drop_tail_bytes=20))
_response(
    "200, closed before its content-length", raises(*CONNECTION_ERROR), Fault(after_bytes=50, end="close")
)
_response("200 with a gzip body", returns(TEXT), Fault(gzip=True))


def _drift(name: str, body: Any, judge: Judge | None = None) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    scenario(
        "drift", name, judge or returns("hi"), raw=raw_server.responds(raw_server.json_response(content))
    )(chat)


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
    "numbers as strings, strings as numbers",
    _body(created="1", id=7, usage={"total_tokens": "3", "queue_time": "x"}),
)
_drift("unknown finish reason, role and fields", {**_body(), "choices": [
    {"index": 0, "message": {"role": "narrator", "content": "hi", "mood": 1}, "finish_reason": "bored"}]})  # fmt: skip
_drift("missing keys", {"choices": [{"message": {"content": "hi"}}]})
_drift("null in fields that are never null", _body(id=None, created=None, model=None, usage=None))
_drift(
    "a lone surrogate in the text", json.dumps(_body()).replace("hi", "\\ud83d").encode(), returns("\ud83d")
)
_drift(
    "a field nested 3,000 levels deep",
    json.dumps(_body(new=0)).replace('"new": 0', '"new": ' + "[" * 3000 + "]" * 3000).encode(),
)


@scenario("drift", "a message of a response is sent back unchanged", returns(TEXT), server={
    "reply": lambda body: {"content": TEXT, "reasoning": "thinking"}})  # fmt: skip
async def sent_back(package: Package) -> str:
    async with package.client() as client:
        first = await client.chat.completions.create(**CHAT, reasoning_format="parsed")
        message = first.choices[0].message
        assert message.reasoning
        turn = message if package.is_aiogroq else message.model_dump()
        return await chat_text(
            client, messages=[*CHAT["messages"], turn, {"role": "user", "content": "go on"}]
        )


@scenario(
    "connections",
    "the server closes idle connections",
    returns(TEXT),
    server={**_REPLY, "keepalive_timeout_s": 0.3},
)
async def idle(package: Package) -> str:
    async with package.client() as client:
        await chat_text(client)
        await asyncio.sleep(0.8)
        return await chat_text(client)


@scenario("connections", "the server closes an idle connection while the event loop is blocked, max_retries=0", returns(TEXT, requests=2),
          server={**_REPLY, "keepalive_timeout_s": 0.3},
          expects="The server did not read the request, so it is sent on another connection and charged once.")  # fmt: skip
async def busy_loop(package: Package) -> str:
    async with package.client() as client:
        await chat_text(client)
        time.sleep(0.8)  # noqa: ASYNC251 -- blocks the loop on purpose
        return await chat_text(client)


@scenario("connections", "an idle connection is closed when the next request arrives, max_retries=2", returns(TEXT, requests=3),
          raw=raw_server.closes_connections(lambda connection, request: connection == 0 and request == 1),
          expects="Retries exist for this case.")  # fmt: skip
async def raced(package: Package) -> str:
    async with package.client(max_retries=2) as client:
        await chat_text(client)
        return await chat_text(client)


@scenario("connections", "a new connection is closed after the request: sent once", raises(*CONNECTION_ERROR, requests=1),
          raw=raw_server.closes_connections(lambda connection, request: True))  # fmt: skip
async def dropped(package: Package) -> str:
    return await chat(package)


@scenario(
    "connections",
    "connection refused: the error names the address",
    raises(*CONNECTION_ERROR, says="127.0.0.1:9"),
)
async def rejected(package: Package) -> str:
    package.url = "http://127.0.0.1:9"
    return await chat(package)


@scenario("connections", "unknown host: the error names it", raises(*CONNECTION_ERROR, says="groq.invalid"))
async def unknown_host(package: Package) -> str:
    package.url = "http://groq.invalid"
    return await chat(package)


_LATE_RESPONSE = Fault(latency_s=3.0, times=None)


@scenario("timeouts", "no first byte within 0.5 s: the error names the timeout", raises(*TIMEOUT_ERROR, requests=1, within_s=2, says="0.5"),
          faults=(_LATE_RESPONSE,), server=_REPLY)  # fmt: skip
async def late(package: Package) -> str:
    async with package.client(timeout=0.5) as client:
        return await chat_text(client)


@scenario("timeouts", "a request that timed out is not sent again", raises(*TIMEOUT_ERROR, requests=1), faults=(_LATE_RESPONSE,),
          server=_REPLY)  # fmt: skip
async def sent_once(package: Package) -> str:
    async with package.client(timeout=0.5, max_retries=2) as client:
        return await chat_text(client)


@scenario("timeouts", "the body stalls for longer than 0.5 s", raises(*TIMEOUT_ERROR, within_s=3), faults=(
    Fault(after_bytes=50, end="stall"),), server=_REPLY)  # fmt: skip
async def body_stalls(package: Package) -> str:
    async with package.client(timeout=0.5) as client:
        return await chat_text(client)


@scenario(
    "timeouts",
    "the server does not read the request",
    raises(*TIMEOUT_ERROR, within_s=4),
    raw=raw_server.never_reads,
)
async def unread(package: Package) -> str:
    async with package.client(timeout=1.0) as client:
        return await chat_text(client, messages=[{"role": "user", "content": "x" * 30_000_000}])


@scenario(
    "connections",
    "ten idle connections, each closed after the next request, max_retries=0: sent once",
    raises(*CONNECTION_ERROR, requests=11),
    raw=raw_server.closes_connections(lambda connection, request: connection < 10 and request == 1),
    expects="The server read the request and may have done the work; without retries it must not be charged twice.",
)
async def all_dropped(package: Package) -> str:
    async with package.client() as client:
        await asyncio.gather(*(chat_text(client) for _ in range(10)))
        return await chat_text(client)


@scenario(
    "connections",
    "ten idle connections, each closed after the next request, max_retries=2",
    returns(TEXT),
    raw=raw_server.closes_connections(lambda connection, request: connection < 10 and request == 1),
    expects="A retry needs a new connection, not the next idle one to the same server.",
)
async def all_dropped_retried(package: Package) -> str:
    async with package.client(max_retries=2) as client:
        await asyncio.gather(*(chat_text(client) for _ in range(10)))
        return await chat_text(client)
