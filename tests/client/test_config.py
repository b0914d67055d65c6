"""Options of clients and calls: where they come from, how they are checked, what they share."""

from __future__ import annotations

import copy
import logging
import pickle
from typing import Any

import aiohttp
import httpx
import msgspec
import pytest

from aiogroq import (
    AsyncGroq,
    AsyncStream,
    DefaultAioHttpClient,
    Groq,
    GroqError,
    MissingStreamClassError,
    Omit,
    Stream,
    Timeout,
)
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.chat import ChatCompletionChunk

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
def test_a_missing_key_says_which_variable_to_set(cls: Any) -> None:
    with pytest.raises(GroqError, match="GROQ_API_KEY"):
        cls()


def test_the_environment_gives_key_base_url_and_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", ' "gsk_env"\n')
    monkeypatch.setenv("GROQ_BASE_URL", "http://localhost:8000/v1")
    client = AsyncGroq()
    assert client.api_key == "gsk_env"
    assert str(client.base_url) == "http://localhost:8000/v1"


async def test_custom_headers_of_the_environment_go_along(
    server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_CUSTOM_HEADERS", "X-One: 1\nX-Two: a:b\nnonsense")
    await AsyncGroq(api_key="k", base_url=server.base_url, default_headers={"x-two": "mine"}).models.list()
    headers = server.requests[-1].headers
    assert (headers["x-one"], headers["x-two"]) == ("1", "mine")


@pytest.mark.parametrize("key", ["", "  ", "gsk\r\nX-Evil: 1", "gsk_\u00e9", "gsk\0"])
def test_a_key_that_cannot_be_right_is_rejected_and_not_shown(key: str) -> None:
    with pytest.raises(GroqError) as caught:
        AsyncGroq(api_key=key)
    assert "gsk" not in str(caught.value)


@pytest.mark.parametrize("base_url", ["api.groq.com", "ftp://x", "http://", "::"])
def test_a_base_url_that_cannot_be_right_is_rejected(base_url: str) -> None:
    with pytest.raises(GroqError, match="base_url must be an http or https URL"):
        AsyncGroq(api_key="k", base_url=base_url)


@pytest.mark.parametrize(
    "suffix", ["", "/", "/openai", "/openai/", "/openai/v1", "/openai/v1/", "/v1", "/api"]
)
async def test_every_form_of_the_base_url_reaches_the_endpoints(server: LocalGroq, suffix: str) -> None:
    client = AsyncGroq(api_key="k", base_url=server.base_url + suffix)
    assert (await client.models.list()).data
    assert server.requests[-1].path.endswith("/v1/models")


async def test_a_copy_shares_the_connections_and_changes_only_what_is_said(server: LocalGroq) -> None:
    client = AsyncGroq(
        api_key="one", base_url=server.base_url, default_headers={"X-A": "1"}, default_query={"q": "1"}
    )
    other = client.with_options(api_key="two", default_headers={"X-B": "2"}, timeout=3, max_retries=0)
    bare = client.copy(set_default_headers={}, set_default_query={})
    for each in (client, other, bare):
        await each.models.list()
    first, second, third = server.requests
    assert server.connections_made == 1
    assert (first.headers["authorization"], second.headers["authorization"]) == ("Bearer one", "Bearer two")
    assert (second.headers["x-a"], second.headers["x-b"], second.query) == ("1", "2", {"q": "1"})
    assert "x-a" not in third.headers
    assert third.query == {}
    assert other.timeout == Timeout(3)
    assert (other.max_retries, client.max_retries) == (0, 2)
    with pytest.raises(ValueError, match="mutually exclusive"):
        client.copy(default_headers={}, set_default_headers={})


async def test_extras_of_one_call_go_along_and_omit_takes_a_header_away(
    client: AsyncGroq, server: LocalGroq
) -> None:
    await client.with_options(default_headers={"X-A": "1"}).models.list(
        extra_headers={"X-A": Omit(), "X-B": "2"}, extra_query={"id": ["a", "b"], "deep": {"x": True}}
    )
    request = server.requests[-1]
    assert "x-a" not in request.headers
    assert request.headers["x-b"] == "2"
    assert request.query_pairs == [("id", "a"), ("id", "b"), ("deep[x]", "true")]
    await client.chat.completions.create(
        model=MODEL, messages=QUESTION, temperature=1, extra_body={"temperature": 0.5, "seed": 3}
    )
    assert server.requests[-1].json["temperature"] == 0.5
    assert server.requests[-1].json["seed"] == 3


async def test_a_header_with_a_line_break_is_rejected_before_anything_is_sent(
    client: AsyncGroq, server: LocalGroq
) -> None:
    with pytest.raises(GroqError, match="line break"):
        await client.models.list(extra_headers={"X-A": "1\r\nX-Evil: 2"})
    assert server.requests == []


@pytest.mark.parametrize("model", ["ft:openai/gpt-oss-120b", "ft:a b", "ft:é", "ft:50%", "ft:a?b#c"])
async def test_an_id_with_unusual_characters_stays_one_segment_of_the_path(
    client: AsyncGroq, server: LocalGroq, model: str
) -> None:
    assert (await client.models.delete(model)).id == model
    assert server.requests[-1].path.count("/") == 4


@pytest.mark.parametrize("model", ["", ".", ".."])
async def test_an_id_that_would_change_the_path_is_rejected(
    client: AsyncGroq, server: LocalGroq, model: str
) -> None:
    with pytest.raises(ValueError, match="model"):
        await client.models.retrieve(model)
    assert server.requests == []


@pytest.mark.parametrize(
    "timeout",
    [
        60,
        60.0,
        None,
        Timeout(60),
        httpx.Timeout(60),
        aiohttp.ClientTimeout(total=60),
        Timeout(connect=30, read=60),
    ],
)
async def test_every_form_of_a_timeout_is_understood(client: AsyncGroq, timeout: Any) -> None:
    assert (await client.models.list(timeout=timeout)).data
    assert (await client.with_options(timeout=timeout).models.list()).data


@pytest.mark.parametrize("timeout", ["5", -1, float("nan"), True, object()])
async def test_what_is_no_timeout_is_rejected(client: AsyncGroq, timeout: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"timeout|seconds"):
        await client.models.list(timeout=timeout)


@pytest.mark.parametrize("retries", [-1, 1.5, "2", True])
def test_what_is_no_number_of_retries_is_rejected(retries: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="max_retries"):
        AsyncGroq(api_key="k", max_retries=retries)


def test_the_wrong_kind_of_with_says_the_right_one() -> None:
    with pytest.raises(TypeError, match="async with AsyncGroq"), AsyncGroq(api_key="k"):  # type: ignore[attr-defined]
        pass


async def test_the_wrong_kind_of_async_with_says_the_right_one() -> None:
    with pytest.raises(TypeError, match="with Groq"):
        async with Groq(api_key="k"):  # type: ignore[attr-defined]
            pass


async def test_an_http_client_of_another_library_is_rejected_with_what_to_use() -> None:
    async with httpx.AsyncClient() as theirs:
        with pytest.raises(TypeError, match="DefaultAioHttpClient"):
            AsyncGroq(api_key="k", http_client=theirs)  # type: ignore[arg-type]


async def test_a_session_of_the_users_own_is_used_and_never_closed(server: LocalGroq) -> None:
    async with aiohttp.ClientSession() as session:
        async with AsyncGroq(api_key="k", base_url=server.base_url, http_client=session) as client:
            assert (await client.models.list()).data
        assert not session.closed
        pool = DefaultAioHttpClient(session=session)
        async with AsyncGroq(api_key="k", base_url=server.base_url, http_client=pool) as client:
            assert (await client.models.list()).data
        assert not session.closed


async def test_a_custom_pool_connects_from_the_local_address(server: LocalGroq) -> None:
    pool = DefaultAioHttpClient(local_address="127.0.0.1", limit=2, keepalive_timeout=1)
    async with AsyncGroq(api_key="k", base_url=server.base_url, http_client=pool) as client:
        assert (await client.models.list()).data


@pytest.mark.local_groq(allowed_hosts=["groq.example"])
async def test_a_proxy_gets_the_request_with_its_credentials(server: LocalGroq) -> None:
    # For plain http a proxy receives the whole URL; the embedded server responds to it as to its own.
    pool = DefaultAioHttpClient(proxy=server.base_url, proxy_auth=("user", "pass"))
    async with AsyncGroq(
        api_key="k", base_url="http://groq.example", http_client=pool, max_retries=0
    ) as client:
        await client.with_raw_response.models.list()
    headers = server.requests[-1].headers
    assert headers["host"] == "groq.example"
    assert headers["proxy-authorization"] == "Basic dXNlcjpwYXNz"


async def test_a_closed_client_says_so(server: LocalGroq) -> None:
    client = AsyncGroq(api_key="k", base_url=server.base_url)
    await client.models.list()
    await client.close()
    await client.close()
    assert client.is_closed()
    with pytest.raises(GroqError, match="closed"):
        await client.models.list()


async def test_a_client_can_be_pickled_and_copied_as_its_configuration(server: LocalGroq) -> None:
    client = AsyncGroq(
        api_key="gsk_p", base_url=server.base_url, timeout=7, max_retries=5, default_headers={"a": "b"}
    )
    for other in (pickle.loads(pickle.dumps(client)), copy.copy(client), copy.deepcopy(client)):
        assert other.api_key == "gsk_p"
        assert (other.timeout, other.max_retries) == (client.timeout, client.max_retries)
        assert (await other.models.list()).data
        assert server.requests[-1].headers["a"] == "b"


def test_the_key_is_in_no_repr() -> None:
    client = AsyncGroq(api_key="gsk_secret")
    for shown in (
        client,
        client.chat,
        client.chat.completions,
        Groq(api_key="gsk_secret"),
        client.http_client,
    ):
        assert "gsk_secret" not in repr(shown)


async def test_the_verbs_reach_endpoints_that_have_no_method(client: AsyncGroq, server: LocalGroq) -> None:
    class Listing(msgspec.Struct):
        object: str

    assert (await client.get("/models", cast_to=Listing)).object == "list"
    assert (await client.get("/openai/v1/models", cast_to=dict))["object"] == "list"
    body = {"model": MODEL, "messages": QUESTION}
    response = await client.post(
        "/chat/completions", cast_to=dict[str, Any], body=body, options={"headers": {"X-A": "1"}}
    )
    assert response["object"] == "chat.completion"
    assert server.requests[-1].headers["x-a"] == "1"
    stored = await client.post(
        "/files", cast_to=dict[str, Any], body={"purpose": "batch"}, files={"file": ("a", b"{}")}
    )
    assert stored["bytes"] == 2
    deleted = await client.delete(f"/files/{stored['id']}", cast_to=dict[str, Any])
    assert deleted["deleted"] is True
    for verb in (client.put, client.patch):
        with pytest.raises(GroqError):
            await verb("/models", cast_to=dict[str, Any], body={})
    assert [request.method for request in server.requests[-2:]] == ["PUT", "PATCH"]


async def test_a_verb_can_stream(client: AsyncGroq) -> None:
    body = {"model": MODEL, "messages": QUESTION, "stream": True}
    stream = await client.post(
        "/chat/completions",
        cast_to=ChatCompletionChunk,
        body=body,
        stream=True,
        stream_cls=AsyncStream[ChatCompletionChunk],
    )
    assert (await stream.collect()).choices[0].finish_reason == "stop"
    with pytest.raises(MissingStreamClassError):
        await client.post("/chat/completions", cast_to=ChatCompletionChunk, body=body, stream=True)  # type: ignore[call-overload]


class Noted(AsyncStream[ChatCompletionChunk]):
    """A stream class of a caller's own."""


class BlockingNoted(Stream[ChatCompletionChunk]):
    """A sync one."""


async def test_a_verb_streams_as_the_class_of_the_caller(client: AsyncGroq) -> None:
    body = {"model": MODEL, "messages": QUESTION, "stream": True}
    stream = await client.post(
        "/chat/completions", cast_to=ChatCompletionChunk, body=body, stream=True, stream_cls=Noted
    )
    assert type(stream) is Noted
    assert [chunk async for chunk in stream][-1].choices[0].finish_reason == "stop"
    for wrong in (dict, "AsyncStream", ChatCompletionChunk):
        with pytest.raises(TypeError, match=r"stream_cls must be a class of streams such as AsyncStream"):
            await client.post("/x", cast_to=dict, body={}, stream=True, stream_cls=wrong)  # type: ignore[call-overload]


def test_a_sync_verb_streams_as_the_class_of_the_caller(server: LocalGroq) -> None:
    body = {"model": MODEL, "messages": QUESTION, "stream": True}
    with Groq(api_key="k", base_url=server.base_url) as client:
        for cls, made in ((BlockingNoted, BlockingNoted), (Stream[ChatCompletionChunk], Stream)):
            stream = client.post(
                "/chat/completions", cast_to=ChatCompletionChunk, body=body, stream=True, stream_cls=cls
            )
            assert type(stream) is made
            assert stream.collect().choices[0].finish_reason == "stop"


async def test_the_body_of_a_get_is_rejected_before_anything_is_sent(
    client: AsyncGroq, server: LocalGroq
) -> None:
    with pytest.raises(TypeError, match=r"extra_json cannot be sent; pass options=\{'params'"):
        await client.get("/models", cast_to=dict, options={"extra_json": {"a": 1}})
    with pytest.raises(TypeError, match="extra_body cannot be sent"):
        await client.models.list(extra_body={"a": 1})
    assert server.requests == []


async def test_a_path_of_another_origin_is_rejected(client: AsyncGroq) -> None:
    with pytest.raises(GroqError, match="another origin"):
        await client.get("https://evil.example/models", cast_to=dict)


async def test_retries_are_logged_and_stand_in_the_response(
    client: AsyncGroq, server: LocalGroq, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(
        Fault(status=500, headers={"retry-after": "0"}), Fault(status=429, headers={"retry-after": "0"})
    )
    with caplog.at_level(logging.INFO, logger="aiogroq"):
        response = await client.models.with_raw_response.list()
    assert response.retries_taken == 2
    assert [record.message.split(" after ")[1] for record in caplog.records] == ["500", "429"]


async def test_no_retries_is_one_request(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(status=500, times=None))
    with pytest.raises(GroqError) as caught:
        await client.with_options(max_retries=0).models.list()
    assert len(server.requests) == 1
    assert [attempt.status_code for attempt in caught.value.attempts] == [500]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["publik", "PUBLIC"])
async def test_an_unknown_path_through_aiohttp_is_warned_of_once(
    server: LocalGroq,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    aiohttp_path: str,
    path: str,
) -> None:
    if path == "publik":
        path += f" {aiohttp_path}"  # it is warned of once in a process
    monkeypatch.setenv("AIOGROQ_AIOHTTP", path)
    for _ in range(2):
        async with AsyncGroq(api_key="k", base_url=server.base_url) as client:
            await client.models.list()
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    if path == "PUBLIC":
        assert warned == []
    else:
        assert warned == [f"AIOGROQ_AIOHTTP={path!r} is not known, and ignored: only `public` is"]
