"""`examples/fastapi_stream.py` under uvicorn, over a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from aiogroq.local import Fault, LocalGroq
from aiogroq.types import ChatCompletion

from .conftest import EXAMPLES, LIMIT_S, serving
from .events import events_of, whole_stream

SEA = {"prompt": "Tell me about the sea."}
RESPONSE = "The sea is wide,\nand it is never still."


@pytest.fixture(scope="module")
def groq() -> Iterator[LocalGroq]:
    """What the service takes for Groq."""
    with LocalGroq(reply=lambda request: RESPONSE) as server:
        yield server


@pytest.fixture(scope="module")
def running(groq: LocalGroq) -> Iterator[str]:
    """The URL of the service, which all tests of this module share as its users do."""
    with serving(
        groq, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "fastapi_stream:app", "--port", "0"
    ) as url:
        yield url


@pytest.fixture
def service(running: str, groq: LocalGroq) -> str:
    """The URL of the service, before its first request."""
    groq.clear()
    return running


def test_a_question_gets_the_whole_completion(service: str, groq: LocalGroq) -> None:
    response = httpx.post(f"{service}/chat", json=SEA, timeout=LIMIT_S)
    assert response.status_code == 200
    assert ChatCompletion.model_validate_json(response.content).choices[0].message.content == RESPONSE
    assert groq.requests[0].json["model"] == "openai/gpt-oss-20b"


def test_a_stream_ends_with_the_usage_and_its_chunks_form_the_text(service: str) -> None:
    with httpx.stream("POST", f"{service}/chat/stream", json=SEA, timeout=LIMIT_S) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        *chunks, last = events_of(response.iter_lines())
    assert len(chunks) > 3
    assert "".join(data["text"] for name, data in chunks if name == "message") == RESPONSE
    assert last[0] == "done"
    assert last[1]["usage"]["completion_tokens"] == len(chunks)


def test_all_requests_share_the_connections_of_one_client(service: str, groq: LocalGroq) -> None:
    groq.script(None, whole_stream())
    for path in ("/chat", "/chat/stream", "/chat"):
        httpx.post(f"{service}{path}", json=SEA, timeout=LIMIT_S)
    assert len(groq.requests) == 3
    assert len({request.connection_id for request in groq.requests}) == 1


def test_a_browser_that_disconnects_during_a_stream_ends_the_request_to_groq(
    service: str, groq: LocalGroq
) -> None:
    groq.script(Fault(after_events=4, end="stall"))
    with httpx.stream("POST", f"{service}/chat/stream", json=SEA, timeout=LIMIT_S) as response:
        events = events_of(response.iter_lines())  # a name of its own: without one httpx would disconnect
        assert next(events) == ("message", {"text": "The"})
        assert not groq.requests[0].disconnected
    assert groq.wait_for_requests(timeout_s=LIMIT_S, finished=True)[0].disconnected


async def test_a_browser_that_disconnects_before_the_response_ends_the_request_to_groq(
    service: str, groq: LocalGroq
) -> None:
    groq.script(Fault(latency_s=0.1, after_events=0, end="stall"))
    async with httpx.AsyncClient(timeout=LIMIT_S) as client:
        asking = asyncio.create_task(client.post(f"{service}/chat/stream", json=SEA))
        await asyncio.to_thread(groq.wait_for_requests, timeout_s=LIMIT_S)
        asking.cancel()
        await asyncio.wait([asking])
    [request] = await asyncio.to_thread(groq.wait_for_requests, timeout_s=LIMIT_S, finished=True)
    assert request.disconnected


def test_a_rate_limit_is_a_429_with_retry_after(service: str, groq: LocalGroq) -> None:
    groq.script(Fault(status=429, headers={"retry-after": "89.5"}, times=None))
    for path in ("/chat", "/chat/stream"):
        response = httpx.post(f"{service}{path}", json=SEA, timeout=LIMIT_S)
        assert (response.status_code, response.headers["retry-after"]) == (429, "90")
        assert response.json() == {
            "detail": "Too Many Requests",
            "request_id": groq.requests[-1].request_id,
        }


def test_an_error_is_a_client_error_only_if_the_caller_can_fix_it(service: str, groq: LocalGroq) -> None:
    groq.script(*(Fault(status=status) for status in (400, 401, 403, 404, 422)))
    statuses = [httpx.post(f"{service}/chat", json=SEA, timeout=LIMIT_S).status_code for _ in range(5)]
    assert statuses == [400, 502, 502, 502, 502]


def test_an_error_in_the_middle_of_a_stream_is_its_last_event(service: str, groq: LocalGroq) -> None:
    groq.script(Fault(after_events=4, error_event={"message": "a secret of the account", "status_code": 503}))
    with httpx.stream("POST", f"{service}/chat/stream", json=SEA, timeout=LIMIT_S) as response:
        *chunks, last = events_of(response.iter_lines())
    assert [name for name, _ in chunks] == ["message"] * 3
    assert last == ("error", {"detail": "Bad Gateway", "request_id": groq.requests[0].request_id})
