"""aioresponses instead of the network: chat, streams, errors and retries, uploads and sync calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aioresponses import CallbackResult
from yarl import URL

from aiogroq import (
    APIConnectionError,
    APITimeoutError,
    AsyncGroq,
    AuthenticationError,
    BadRequestError,
    Groq,
    InternalServerError,
)
from aiogroq.local import LocalGroq

from .conftest import RESPONSE_CLASS, MockedResponses

pytestmark = pytest.mark.timeout(20)

BASE = "https://groq.example"
CHAT = f"{BASE}/openai/v1/chat/completions"
KEY = "gsk_mocked"
MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": MODEL,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6},
}
ERROR = {"error": {"message": "no luck", "type": "invalid_request_error"}}


def events(*contents: str, end: str = "data: [DONE]\n\n") -> str:
    """The body of a stream whose last chunk has the finish reason."""
    chunks: list[dict[str, Any]] = [
        {"index": 0, "delta": {"content": content}, "finish_reason": None} for content in contents
    ]
    chunks.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    shape = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    return "".join(f"data: {json.dumps({**shape, 'choices': [chunk]})}\n\n" for chunk in chunks) + end


def new_client(**options: Any) -> AsyncGroq:
    return AsyncGroq(api_key=KEY, base_url=BASE, **options)


def sent(responses: MockedResponses, url: str = CHAT, method: str = "POST") -> list[dict[str, Any]]:
    """The keywords of each mocked request."""
    return [call.kwargs for call in responses.requests[method, URL(url)]]


async def test_a_completion_is_mocked_and_its_request_can_be_asserted_on(responses: MockedResponses) -> None:
    responses.post(CHAT, payload=COMPLETION, headers={"x-request-id": "req_1"})
    response = await new_client().chat.completions.create(
        model=MODEL, messages=QUESTION, extra_headers={"x-mine": "yes"}
    )
    assert (response.choices[0].message.content, response.usage.total_tokens) == ("4", 6)  # type: ignore[union-attr]
    (request,) = sent(responses)
    assert json.loads(request["data"]) == {"model": MODEL, "messages": QUESTION}
    headers = {name: request["headers"][name] for name in ("Authorization", "Content-Type", "x-mine")}
    assert headers == {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "x-mine": "yes"}
    responses.assert_called_once()


async def test_a_large_prompt_is_seen_as_its_bytes(responses: MockedResponses) -> None:
    responses.post(CHAT, payload=COMPLETION)
    messages = [{"role": "user", "content": "x" * 200_000}]
    await new_client().chat.completions.create(model=MODEL, messages=messages)
    assert json.loads(sent(responses)[0]["data"])["messages"] == messages


async def test_a_query_is_part_of_the_url(responses: MockedResponses) -> None:
    responses.get(f"{BASE}/openai/v1/models?a=1", payload={"object": "list", "data": []})
    assert (await new_client().models.list(extra_query={"a": 1})).data == []


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BadRequestError), (401, AuthenticationError), (500, InternalServerError)]
)
async def test_a_status_is_its_error(
    responses: MockedResponses, status: int, kind: type[InternalServerError]
) -> None:
    responses.post(CHAT, status=status, payload=ERROR, headers={"x-request-id": "req_1"})
    with pytest.raises(kind, match="no luck") as caught:
        await new_client(max_retries=0).chat.completions.create(model=MODEL, messages=QUESTION)
    assert (caught.value.status_code, caught.value.request_id) == (status, "req_1")


async def test_what_failed_is_sent_again(responses: MockedResponses) -> None:
    responses.post(CHAT, status=503, payload=ERROR, headers={"retry-after": "0"})
    responses.post(CHAT, status=429, payload=ERROR, headers={"retry-after": "0"})
    responses.post(CHAT, payload=COMPLETION)
    statuses: list[int | None] = []
    client = new_client(on_retry=lambda retry: statuses.append(retry.attempt.status_code))
    await client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert statuses == [503, 429]
    assert len({request["data"] for request in sent(responses)}) == 1
    assert len(sent(responses)) == 3


async def test_a_connection_error_is_ours(responses: MockedResponses) -> None:
    responses.post(CHAT, exception=aiohttp.ClientConnectionError("no way there"))
    with pytest.raises(APIConnectionError, match="no way there"):
        await new_client(max_retries=0).chat.completions.create(model=MODEL, messages=QUESTION)


async def test_a_request_that_nothing_is_registered_for_is_rejected(responses: MockedResponses) -> None:
    with pytest.raises(APIConnectionError, match="Connection refused"):
        await new_client(max_retries=0).chat.completions.create(model=MODEL, messages=QUESTION)


async def test_a_stream_is_mocked(responses: MockedResponses) -> None:
    responses.post(CHAT, body=events("Hel", "lo"), content_type="text/event-stream", repeat=True)
    client = new_client()
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    texts = [chunk.choices[0].delta.content async for chunk in stream]
    assert texts == ["Hel", "lo", None]
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    assert (await stream.collect()).choices[0].message.content == "Hello"
    assert json.loads(sent(responses)[0]["data"])["stream"] is True


async def test_a_mocked_stream_that_breaks_off_is_not_complete(responses: MockedResponses) -> None:
    whole = events("Hel", "lo", end="")
    responses.post(CHAT, body=whole[: whole.rindex("data:")], content_type="text/event-stream")
    stream = await new_client().chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    with pytest.raises(APIConnectionError) as caught:
        await stream.collect()
    assert caught.value.partial.choices[0].message.content == "Hello"  # type: ignore[union-attr]


async def test_an_upload_is_mocked(responses: MockedResponses) -> None:
    responses.post(f"{BASE}/openai/v1/audio/transcriptions", payload={"text": "hello"})
    response = await new_client().audio.transcriptions.create(
        file=("a.wav", b"RIFF"), model="whisper-large-v3-turbo"
    )
    assert response.text == "hello"


async def test_a_callback_sees_the_request_and_makes_the_response(responses: MockedResponses) -> None:
    def respond(url: URL, **request: Any) -> CallbackResult:
        content = json.loads(request["data"])["messages"][0]["content"]
        choice = {**COMPLETION["choices"][0], "message": {"role": "assistant", "content": content.upper()}}  # type: ignore[index]
        return CallbackResult(payload={**COMPLETION, "choices": [choice]}, response_class=RESPONSE_CLASS)

    responses.post(CHAT, callback=respond)
    response = await new_client().chat.completions.create(model=MODEL, messages=QUESTION)
    assert response.choices[0].message.content == "WHAT IS 2+2?"


async def test_a_callback_that_waits_is_bounded_by_the_timeouts_of_the_call(
    responses: MockedResponses,
) -> None:
    async def respond(url: URL, **request: Any) -> None:
        await asyncio.Event().wait()

    responses.post(CHAT, callback=respond)
    with pytest.raises(APITimeoutError):
        await new_client(max_retries=0, timeout=0.1).chat.completions.create(model=MODEL, messages=QUESTION)


async def test_calls_at_once_get_the_responses_in_order(responses: MockedResponses) -> None:
    for number in range(20):
        responses.post(CHAT, payload={**COMPLETION, "id": str(number)})
    client = new_client()
    completions = await asyncio.gather(
        *(client.chat.completions.create(model=MODEL, messages=QUESTION) for _ in range(20))
    )
    assert sorted(int(response.id) for response in completions) == list(range(20))


def test_sync_calls_and_streams_are_mocked(responses: MockedResponses) -> None:
    responses.post(CHAT, status=503, payload=ERROR, headers={"retry-after": "0"})
    responses.post(CHAT, payload=COMPLETION)
    responses.post(CHAT, body=events("Hel", "lo"), content_type="text/event-stream")
    with Groq(api_key=KEY, base_url=BASE) as client:
        response = client.chat.completions.create(model=MODEL, messages=QUESTION)
        assert response.choices[0].message.content == "4"
        stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        assert stream.collect().choices[0].message.content == "Hello"
    assert [json.loads(request["data"])["model"] for request in sent(responses)] == [MODEL] * 3


def make_async(server: LocalGroq) -> Callable[[], str]:
    client = AsyncGroq(api_key=KEY, base_url=server.base_url)
    loop = asyncio.new_event_loop()

    def ask() -> str:
        completion = loop.run_until_complete(client.chat.completions.create(model=MODEL, messages=QUESTION))
        return str(completion.choices[0].message.content)

    def finish() -> None:
        loop.run_until_complete(client.close())
        loop.close()

    ask.finish = finish  # type: ignore[attr-defined]
    return ask


def make_sync(server: LocalGroq) -> Callable[[], str]:
    client = Groq(api_key=KEY, base_url=server.base_url)

    def ask() -> str:
        completion = client.chat.completions.create(model=MODEL, messages=QUESTION)
        return str(completion.choices[0].message.content)

    ask.finish = client.close  # type: ignore[attr-defined]
    return ask


@pytest.mark.parametrize("make", [make_async, make_sync])
def test_a_client_works_before_within_and_after_a_mock(
    server: LocalGroq, make: Callable[[LocalGroq], Any]
) -> None:
    ask = make(server)
    try:
        seen = [ask()]
        with MockedResponses() as mocked:
            mocked.post(f"{server.base_url}/openai/v1/chat/completions", payload=COMPLETION)
            seen.append(ask())
        seen.append(ask())
    finally:
        ask.finish()
    assert seen == ["2+2 = 4.", "4", "2+2 = 4."]
    assert len(server.requests) == 2


@pytest.mark.parametrize("make", [make_async, make_sync])
def test_a_client_first_used_within_a_mock_works_after_it(
    server: LocalGroq, make: Callable[[LocalGroq], Any]
) -> None:
    ask = make(server)
    try:
        with MockedResponses() as mocked:
            mocked.post(f"{server.base_url}/openai/v1/chat/completions", payload=COMPLETION)
            seen = [ask()]
        seen.append(ask())
    finally:
        ask.finish()
    assert seen == ["4", "2+2 = 4."]
    assert len(server.requests) == 1


async def test_what_is_passed_through_reaches_the_server(server: LocalGroq) -> None:
    with MockedResponses(passthrough=[server.base_url]) as mocked:
        mocked.post(CHAT, payload=COMPLETION)
        real = AsyncGroq(api_key=KEY, base_url=server.base_url)
        completions = [
            (await client.chat.completions.create(model=MODEL, messages=QUESTION)).choices[0].message.content
            for client in (real, new_client())
        ]
        await real.close()
    assert completions == ["2+2 = 4.", "4"]
