"""The "not given" sentinels of other packages, which libraries written for those packages pass on."""

from __future__ import annotations

import contextlib
import inspect
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import groq
import msgspec
import openai
import pytest
import pytest_asyncio

import aiogroq
from aiogroq.local import LocalGroq

CHAT: dict[str, Any] = {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Hello"}]}


class NotGiven:
    """A sentinel that is true, unlike those of the generated packages."""


RESPONSE: dict[str, Any] = {"model": "openai/gpt-oss-20b", "input": "Hello"}
SENTINELS = [groq.NOT_GIVEN, groq.omit, openai.NOT_GIVEN, openai.omit, NotGiven()]
each_sentinel = pytest.mark.parametrize(
    "absent", SENTINELS, ids=["groq.NOT_GIVEN", "groq.omit", "openai.NOT_GIVEN", "openai.omit", "true"]
)


@pytest_asyncio.fixture
async def served() -> AsyncIterator[tuple[aiogroq.AsyncGroq, LocalGroq]]:
    async with (
        LocalGroq() as server,
        aiogroq.AsyncGroq(api_key="k", base_url=server.base_url, timeout=7.0) as client,
    ):
        yield client, server


def keywords_of(method: Callable[..., Any]) -> list[str]:
    """Return the names of the optional keywords of a method."""
    return [
        name
        for name, parameter in inspect.signature(method).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    ]


@each_sentinel
async def test_a_chat_with_sentinels_sends_the_same_request_as_without(
    served: tuple[aiogroq.AsyncGroq, LocalGroq], absent: Any
) -> None:
    client, server = served
    fields = [*aiogroq.types.ChatParams.__annotations__, "stream"]
    given = {name: absent for name in fields if name not in CHAT}
    completion: Any = await client.chat.completions.create(**CHAT, **given)
    assert isinstance(completion, aiogroq.types.chat.ChatCompletion)
    deep = {"metadata": {"a": absent, "b": "c"}, "extra_headers": {"user-agent": absent, "x-a": "b"}}
    await client.chat.completions.create(
        **CHAT, **deep, extra_query={"q": absent}, extra_body={"seed": absent}
    )
    first, second = server.requests
    assert json.loads(first.body) == CHAT
    assert json.loads(second.body) == {**CHAT, "metadata": {"b": "c"}}
    assert "user-agent" in first.headers
    assert "user-agent" not in second.headers
    assert second.headers["x-a"] == "b"
    assert "q=" not in second.path


@each_sentinel
async def test_forms_and_generic_methods_leave_out_sentinels(
    served: tuple[aiogroq.AsyncGroq, LocalGroq], absent: Any
) -> None:
    client, server = served
    audio = aiogroq.types.TranscriptionParams.__annotations__
    given = {name: absent for name in (*audio, "response_format") if name not in ("model", "file")}
    speech = await client.audio.speech.create(
        model="canopylabs/orpheus-v1-english", voice="austin", input="Hi"
    )
    await client.audio.transcriptions.create(
        model="whisper-large-v3", file=("a.wav", speech.content), **given
    )
    await client.audio.transcriptions.create(model="whisper-large-v3", file=("a.wav", speech.content))
    with_sentinels, without = (request.body for request in server.requests[1:])
    assert abs(len(with_sentinels) - len(without)) < 8  # the boundaries differ
    names: Any = dict.fromkeys(("headers", "params", "timeout", "max_retries", "extra_json"), absent)
    await client.get("/models", cast_to=dict, options=names)
    await client.post("/chat/completions", cast_to=dict, body=CHAT, options=names, files=absent)
    assert json.loads(server.requests[-1].body) == CHAT


@each_sentinel
def test_sentinels_as_options_of_a_client_mean_not_given(
    absent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_of_the_environment")
    for cls in (aiogroq.AsyncGroq, aiogroq.Groq):
        client = cls(**dict.fromkeys(keywords_of(cls), absent))
        assert (client.api_key, client.max_retries) == ("gsk_of_the_environment", 2)
        assert client.timeout == aiogroq.DEFAULT_TIMEOUT
        changed = cls(api_key="k", timeout=3.0, max_retries=5, default_headers={"a": "b"})
        copy = changed.copy(**dict.fromkeys(keywords_of(cls.copy), absent))
        assert (copy.api_key, copy.max_retries, copy.timeout) == ("k", 5, changed.timeout)
        assert copy.default_headers == {"a": "b"}
        assert copy.http_client is changed.http_client


@each_sentinel
def test_timeouts_that_are_sentinels_are_not_given(absent: Any) -> None:
    assert aiogroq.Timeout(absent, connect=absent, read=3.0) == aiogroq.Timeout(read=3.0)


@each_sentinel
async def test_a_required_argument_that_is_a_sentinel_is_missing(absent: Any) -> None:
    with pytest.raises(TypeError, match="missing the required argument model"):
        await aiogroq.AsyncGroq(api_key="k").chat.completions.create(messages=[], model=absent)


@each_sentinel
async def test_an_argument_that_no_endpoint_knows_is_ignored_if_it_is_a_sentinel(
    served: tuple[aiogroq.AsyncGroq, LocalGroq], absent: Any
) -> None:
    client, server = served
    of_openai: Any = {"verbosity": absent, "modalities": absent, "timeout": absent}
    await client.chat.completions.create(**CHAT, **of_openai)
    assert json.loads(server.requests[-1].body) == CHAT
    await client.models.list(**of_openai)
    with pytest.raises(TypeError, match="unexpected keyword argument 'verbosity'"):
        await client.chat.completions.create(**CHAT, **{**of_openai, "verbosity": "low"})
    with pytest.raises(TypeError, match="unexpected keyword argument 'verbosity'"):
        await client.models.list(**{**of_openai, "verbosity": "low"})


@each_sentinel
async def test_sentinels_inside_messages_and_tools_are_left_out(
    served: tuple[aiogroq.AsyncGroq, LocalGroq], absent: Any
) -> None:
    client, server = served
    function = {"name": "f", "description": absent, "parameters": {"type": "object", "properties": {}}}
    messages: Any = [{**CHAT["messages"][0], "name": absent}]
    tools: Any = [{"type": "function", "function": function}]
    await client.chat.completions.create(model=CHAT["model"], messages=messages, tools=tools)
    sent = json.loads(server.requests[-1].body)
    assert sent["messages"] == CHAT["messages"]
    assert sorted(sent["tools"][0]["function"]) == ["name", "parameters"]


class Answer(msgspec.Struct):
    result: int


async def streamed(manager: Any) -> Any:
    """The request of a manager of a stream, sent and read to its end."""
    async with manager as stream:
        await stream.until_done()


EVERY: dict[str, tuple[Callable[[aiogroq.AsyncGroq], Any], dict[str, Any]]] = {
    "chat.completions.create": (lambda client: client.chat.completions.create, CHAT),
    "chat.completions.parse": (
        lambda client: client.chat.completions.parse,
        {**CHAT, "response_format": Answer},
    ),
    "chat.completions.stream": (
        lambda client: lambda **given: streamed(client.chat.completions.stream(**given)),
        CHAT,
    ),
    "chat.completions.tool_runner": (
        lambda client: lambda **given: client.chat.completions.tool_runner(**given).until_done(),
        {**CHAT, "tools": []},
    ),
    "responses.create": (lambda client: client.responses.create, RESPONSE),
    "responses.parse": (lambda client: client.responses.parse, {**RESPONSE, "text_format": Answer}),
    "responses.stream": (
        lambda client: lambda **given: streamed(client.responses.stream(**given)),
        RESPONSE,
    ),
    "embeddings.create": (lambda client: client.embeddings.create, {"model": "m", "input": "a"}),
    "rerank.create": (lambda client: client.rerank.create, {"model": "m", "query": "q", "docs": ["a"]}),
    "audio.speech.create": (
        lambda client: client.audio.speech.create,
        {"model": "canopylabs/orpheus-v1-english", "voice": "austin", "input": "Hi"},
    ),
    "models.list": (lambda client: client.models.list, {}),
    "files.list": (lambda client: client.files.list, {}),
    "batches.list": (lambda client: client.batches.list, {}),
    "fine_tunings.list": (lambda client: client.fine_tunings.list, {}),
}


@pytest.mark.parametrize("name", EVERY)
async def test_every_method_sends_the_same_with_sentinels_as_without(
    served: tuple[aiogroq.AsyncGroq, LocalGroq], name: str
) -> None:
    client, server = served
    absent = NotGiven()
    method, required = EVERY[name]
    real: Any = client
    for part in name.split("."):
        real = getattr(real, part)
    optional = [
        each
        for each, parameter in inspect.signature(real).parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD and each not in required
    ]
    options = ("extra_headers", "extra_query", "extra_body", "timeout", "of_another_package")
    sentinels = {**dict.fromkeys(optional, absent), **dict.fromkeys(options, absent)}
    for given in ({}, sentinels):
        with contextlib.suppress(aiogroq.StructuredOutputError):
            await method(client)(**required, **given)
    half = len(server.requests) // 2
    assert half > 0
    plain, absent_too = (
        [(each.method, each.path, each.query, json.loads(each.body or b"{}")) for each in part]
        for part in (server.requests[:half], server.requests[half:])
    )
    assert plain == absent_too
