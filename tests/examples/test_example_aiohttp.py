"""`examples/aiohttp_service.py` as a process, over a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from aiogroq.local import Fault, LocalGroq

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
    with serving(groq, str(EXAMPLES / "aiohttp_service.py")) as url:
        yield url


@pytest.fixture
def service(running: str, groq: LocalGroq) -> str:
    """The URL of the service, before its first request."""
    groq.clear()
    return running


def test_the_page_asks_the_service_that_it_comes_from(service: str) -> None:
    page = httpx.get(service, timeout=LIMIT_S)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'new EventSource("/chat?"' in page.text


def test_a_response_is_streamed_in_chunks_and_then_done(service: str) -> None:
    with httpx.stream("GET", f"{service}/chat", params=SEA, timeout=LIMIT_S) as response:
        assert response.headers["content-type"] == "text/event-stream"
        *chunks, last = events_of(response.iter_lines())
    assert len(chunks) > 3
    assert "".join(text for _, text in chunks) == RESPONSE
    assert last == ("done", {})


def test_all_requests_share_the_connections_of_one_client(service: str, groq: LocalGroq) -> None:
    groq.script(whole_stream(times=3))
    for _ in range(3):
        httpx.get(f"{service}/chat", params=SEA, timeout=LIMIT_S)
    assert len(groq.requests) == 3
    assert len({request.connection_id for request in groq.requests}) == 1


def test_a_browser_that_disconnects_during_a_stream_ends_the_request_to_groq(
    service: str, groq: LocalGroq
) -> None:
    groq.script(Fault(after_events=4, end="stall"))
    with httpx.stream("GET", f"{service}/chat", params=SEA, timeout=LIMIT_S) as response:
        events = events_of(response.iter_lines())  # a name of its own: without one httpx would disconnect
        assert next(events) == ("message", "The")
        assert not groq.requests[0].disconnected
    assert groq.wait_for_requests(timeout_s=LIMIT_S, finished=True)[0].disconnected


async def test_a_browser_that_disconnects_before_the_response_ends_the_request_to_groq(
    service: str, groq: LocalGroq
) -> None:
    groq.script(Fault(before_head=True, end="stall"))
    async with httpx.AsyncClient(timeout=LIMIT_S) as client:
        asking = asyncio.create_task(client.get(f"{service}/chat", params=SEA))
        await asyncio.to_thread(groq.wait_for_requests, timeout_s=LIMIT_S)
        asking.cancel()
        await asyncio.wait([asking])
    [request] = await asyncio.to_thread(groq.wait_for_requests, timeout_s=LIMIT_S, finished=True)
    assert request.disconnected


def test_a_question_without_a_text_is_a_client_error(service: str, groq: LocalGroq) -> None:
    assert httpx.get(f"{service}/chat", params={"prompt": " "}, timeout=LIMIT_S).status_code == 400
    assert groq.request_count == 0


def test_a_rate_limit_is_a_429_with_retry_after(service: str, groq: LocalGroq) -> None:
    groq.script(Fault(status=429, headers={"retry-after": "89.5"}))
    response = httpx.get(f"{service}/chat", params=SEA, timeout=LIMIT_S)
    assert (response.status_code, response.headers["retry-after"]) == (429, "90")


def test_any_other_error_is_a_bad_gateway_without_details(service: str, groq: LocalGroq) -> None:
    groq.script(Fault(status=401))
    response = httpx.get(f"{service}/chat", params=SEA, timeout=LIMIT_S)
    assert (response.status_code, response.text) == (502, "The model did not respond.")


def test_an_error_in_the_middle_of_a_stream_is_its_last_event(service: str, groq: LocalGroq) -> None:
    groq.script(Fault(after_events=4, error_event={"message": "Over capacity", "status_code": 503}))
    with httpx.stream("GET", f"{service}/chat", params=SEA, timeout=LIMIT_S) as response:
        *chunks, last = events_of(response.iter_lines())
    assert (len(chunks), last) == (3, ("error", {}))
