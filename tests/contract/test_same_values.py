"""aiogroq decodes the same values as the official package, from recorded bodies and from those of the embedded server."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any, cast

import groq
import pydantic
import pytest
import pytest_asyncio

import aiogroq
from aiogroq.local import LocalGroq

from .bodies import (
    BINARIES,
    ERROR_EVENTS,
    ERRORS,
    GATEWAY_ERRORS,
    STREAMS,
    VALUES,
    Make,
    Recorded,
    chat,
    stream,
    transcribe,
    translate,
)
from .calls import BATCH, CHAT, SPEECH, WEATHER_TOOL
from .conftest import both_clients
from .recording import RecordingServer, Reply

pytestmark = pytest.mark.asyncio(loop_scope="session")

Clients = tuple[groq.AsyncGroq, aiogroq.AsyncGroq]


@dataclasses.dataclass
class Replay:
    """A server that sends the same response to all requests, and two clients of it."""

    clients: Clients
    reply: Reply = (200, "application/json", b"{}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def replay() -> AsyncIterator[Replay]:
    """A server that sends the response set by the test."""
    with RecordingServer(lambda request: running.reply) as server:
        async with both_clients(server.base_url) as clients:
            running = Replay(clients)
            yield running


def differences(official: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Yield the attributes of the official value, at any depth, that are missing or different in ours."""
    if isinstance(official, pydantic.BaseModel):
        for name in (*type(official).model_fields, *(official.model_extra or {})):
            theirs = getattr(official, name, None)
            if not hasattr(ours, name):
                yield f"{path}.{name}: is not there"
                continue
            yield from differences(theirs, getattr(ours, name), f"{path}.{name}")
            if name in official.model_fields_set:
                yield from differences(theirs, ours[name], f"{path}[{name!r}]")
    elif isinstance(official, dict):
        if len(official) != len(list(ours.keys())):
            yield f"{path}: {sorted(official)} against {sorted(ours.keys())}"
        for key, value in official.items():
            yield from differences(value, ours[key], f"{path}[{key!r}]")
    elif isinstance(official, list):
        if len(official) != len(ours):
            yield f"{path}: {len(official)} against {len(ours)} items"
        for number, (their_item, our_item) in enumerate(zip(official, ours, strict=False)):
            yield from differences(their_item, our_item, f"{path}[{number}]")
    elif official != ours or _kind(official) is not _kind(ours):
        yield f"{path}: {official!r} against {ours!r}"


def _kind(value: object) -> type[Any]:
    """Return the JSON kind of a value: one kind for numbers, another for bools, and str for our text with attributes."""
    kinds: tuple[type[Any], ...] = (bool, float, str)
    return next(
        (kind for kind in kinds if isinstance(value, kind)), float if isinstance(value, int) else type(value)
    )


def assert_same(official: Any, ours: Any) -> None:
    """Assert that ours has every value of the official one."""
    assert list(differences(official, ours, type(official).__name__)) == []


async def replayed(replay: Replay, reply: Reply, make: Make) -> tuple[Any, Any]:
    """Return the results of both clients for a response."""
    replay.reply = reply
    official, ours = replay.clients
    return await make(official), await make(ours)


async def assert_same_response(replay: Replay, reply: Reply, make: Make) -> Any:
    """Assert that both clients decode the same values from a response. Return ours."""
    official, ours = await replayed(replay, reply, make)
    if hasattr(official, "write_to_file"):
        assert await official.read() == await ours.read() == reply[2]
        return await ours.read()
    if isinstance(official, groq.AsyncStream):
        official, ours = [chunk async for chunk in official], [chunk async for chunk in ours]
        assert [chunk.to_dict() for chunk in ours] == [chunk.to_dict() for chunk in official]
    elif isinstance(official, pydantic.BaseModel):
        assert isinstance(ours, type_of_ours(type(official)))
        assert ours.to_dict() == official.to_dict() == json.loads(reply[2])
    assert_same(official, ours)
    return ours


def type_of_ours(official: type[Any]) -> type[Any]:
    """Return our type at the address of an official one: ``groq.types.chat`` to ``aiogroq.types.chat``."""
    package = official.__module__.rpartition(".")[0].replace("groq", "aiogroq", 1)
    return cast("type[Any]", getattr(import_module(package), official.__name__))


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "json", "use_api_names": False, "warnings": False},
        {"exclude_none": True},
        {"exclude_unset": False},
        {"exclude_defaults": True},
    ],
    ids=str,
)
async def test_options_of_plain_data_mean_the_same_in_both(options: dict[str, Any], replay: Replay) -> None:
    body = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "logprobs": None,
                "message": {"role": "assistant", "content": "Hi"},
            }
        ],
        "usage": None,
        "brand_new": 1,
    }
    official, ours = await replayed(replay, (200, "application/json", json.dumps(body).encode()), chat)
    assert ours.to_dict(**options) == official.to_dict(**options)
    options.pop("mode", None)
    assert json.loads(ours.to_json(**options)) == json.loads(official.to_json(**options))
    assert ours.to_json(indent=2, **options).count("\n") == official.to_json(**options).count("\n")


async def test_the_header_with_the_key_is_the_same_in_both(replay: Replay) -> None:
    official, ours = replay.clients
    assert ours.auth_headers == official.auth_headers
    assert ours.api_key not in repr(ours.auth_headers)


@pytest.mark.parametrize("recorded", [*VALUES, *BINARIES], ids=lambda recorded: recorded.id)
async def test_a_recorded_body_has_the_same_values_in_both(recorded: Recorded, replay: Replay) -> None:
    await assert_same_response(replay, (200, recorded.content_type, recorded.body), recorded.make)


@pytest.mark.parametrize("name", STREAMS)
async def test_a_recorded_stream_has_the_same_chunks_in_both(name: str, replay: Replay) -> None:
    reply = (200, "text/event-stream", STREAMS[name])
    assert len(await assert_same_response(replay, reply, stream)) >= 2


@pytest.mark.parametrize("make", [transcribe, translate])
async def test_plain_text_is_the_same_text_in_both(make: Make, replay: Replay) -> None:
    official, ours = await replayed(replay, (200, "text/plain; charset=UTF-8", " Grüße.\n".encode()), make)
    assert official == ours == " Grüße.\n"
    assert ours.text == official


@pytest.mark.parametrize("make", [transcribe, translate])
async def test_a_duration_sent_as_text_is_a_number_only_in_aiogroq(make: Make, replay: Replay) -> None:
    """The specification declares a string, the recordings have a number."""
    body = b'{"text":"Hi","duration":"2.5"}'
    official, ours = await replayed(replay, (200, "application/json", body), make)
    assert (official.duration, ours.duration) == ("2.5", 2.5)


# --------------------------------------------------------------------------------------------------- errors


async def errors(replay: Replay, reply: Reply, make: Make) -> tuple[Any, Any]:
    """Return the errors of both clients for a response."""
    replay.reply = reply
    theirs, mine = [await error_of(client, make) for client in replay.clients]
    assert isinstance(theirs, groq.APIError)
    assert isinstance(mine, aiogroq.APIError)
    return theirs, mine


async def error_of(client: Any, make: Make) -> Exception:
    try:
        async for _ in await make(client):
            pass
    except Exception as error:
        return error
    raise AssertionError("there was no error")


CLASSES_OF_OURS = {413: aiogroq.RequestTooLargeError, 498: aiogroq.FlexCapacityError}
"""Status codes with their own error class only in aiogroq. It is an APIStatusError, as in the official package."""

HINTS = {
    "too large": ". Shorten the prompt or lower max_completion_tokens: both count against the limit of a minute.",
    "an upload too large": ". Send less in one request.",
    "a wrong address": ". The request went to {url}; base_url must be the service's root "
    "(https://api.groq.com) or end in /openai/v1 or /v1. If it is right, this server does not have this endpoint.",
}
"""The part of our message that the official one does not have."""


@pytest.mark.parametrize("name", ERRORS)
async def test_an_error_has_the_same_class_status_body_and_message(name: str, replay: Replay) -> None:
    status, body = ERRORS[name]
    theirs, mine = await errors(replay, (status, "application/json", body), chat)
    assert type(mine).__name__ == getattr(CLASSES_OF_OURS.get(status, type(theirs)), "__name__", "")
    assert isinstance(mine, aiogroq.APIStatusError)
    assert mine.status_code == theirs.status_code == mine.response.status_code == theirs.response.status_code
    assert mine.body == theirs.body == json.loads(body)
    hint = HINTS.get(name, "").format(url=theirs.request.url)
    assert mine.message == str(mine) == theirs.message + hint


@pytest.mark.parametrize("name", GATEWAY_ERRORS)
async def test_an_error_that_is_not_json_has_the_same_class_and_body_and_names_its_status(
    name: str, replay: Replay
) -> None:
    status, body, content_type = GATEWAY_ERRORS[name]
    theirs, mine = await errors(replay, (status, content_type, body), chat)
    assert type(mine).__name__ == type(theirs).__name__
    assert (mine.status_code, mine.body) == (theirs.status_code, theirs.body)
    # The official message is the body alone, without the status.
    assert mine.message == f"Error code: {status} - {theirs.body or 'the body is empty'}"


@pytest.mark.parametrize("name", ERROR_EVENTS)
async def test_an_error_inside_a_stream_has_the_same_body_and_its_true_status(
    name: str, replay: Replay
) -> None:
    theirs, mine = await errors(replay, (200, "text/event-stream", ERROR_EVENTS[name]), stream)
    assert type(theirs) is groq.APIError  # without a status, although the event has one
    assert isinstance(mine, aiogroq.APIStatusError)
    assert mine.status_code == theirs.body["status_code"]
    assert mine.body == theirs.body
    assert theirs.message in (*mine.body.values(), "An error occurred during streaming")
    assert str(mine.body) in mine.message


async def test_a_response_that_is_not_json_is_an_error_only_in_aiogroq(replay: Replay) -> None:
    reply = (200, "text/html", b"<html>Log in</html>")
    replay.reply = reply
    official, ours = replay.clients
    assert await chat(official) == "<html>Log in</html>"  # a str instead of a completion
    with pytest.raises(aiogroq.APIResponseValidationError, match="<html>Log in</html>"):
        await chat(ours)


# ---------------------------------------------------------------------------------------- the embedded server


@dataclasses.dataclass
class Served:
    """Responses of the embedded server, replayed to both clients so that both decode the same bytes."""

    replay: Replay
    raw: Any
    """The official client of the embedded server, which returns raw responses."""

    async def reply(self, make: Make) -> Reply:
        """Return the response of the embedded server."""
        response = (await make(self.raw)).http_response
        return response.status_code, response.headers["content-type"], await response.aread()

    async def same(self, make: Make) -> Any:
        """Call `assert_same_response` with the response of the embedded server."""
        return await assert_same_response(self.replay, await self.reply(make), make)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(replay: Replay) -> AsyncIterator[Served]:
    with LocalGroq(batch_step_s=3600) as server:  # no batch ends before it is cancelled
        async with both_clients(server.base_url) as (official, _):
            yield Served(replay, official.with_raw_response)


JSON_FORMAT = {"type": "json_schema", "json_schema": {"name": "city", "schema": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}  # fmt: skip
CHATS: dict[str, dict[str, Any]] = {
    "plain": {},
    "a reasoning model": {"model": "openai/gpt-oss-120b", "reasoning_effort": "high"},
    "no reasoning": {"include_reasoning": False},
    "another model": {"model": "llama-3.3-70b-versatile"},
    "a tool call": {"tools": [WEATHER_TOOL], "tool_choice": "required"},
    "JSON": {"response_format": {"type": "json_object"}, "messages": [{"role": "user", "content": "JSON please"}]},
    "a schema": {"response_format": JSON_FORMAT},
    "cut short": {"max_completion_tokens": 1},
    "a service tier": {"service_tier": "flex"},
}  # fmt: skip


@pytest.mark.parametrize("name", CHATS)
async def test_a_chat_of_the_embedded_server_has_the_same_values_in_both(name: str, served: Served) -> None:
    completion = await served.same(lambda c: c.chat.completions.create(**{**CHAT, **CHATS[name]}))
    assert len(completion.choices) == 1


@pytest.mark.parametrize("name", [name for name in CHATS if name not in ("JSON", "a schema")])
async def test_a_stream_of_the_embedded_server_has_the_same_chunks_in_both(name: str, served: Served) -> None:
    chunks = await served.same(lambda c: c.chat.completions.create(**{**CHAT, **CHATS[name]}, stream=True))
    assert chunks[-1].choices[0].finish_reason


async def test_audio_of_the_embedded_server_has_the_same_values_in_both(served: Served) -> None:
    audio = await served.same(lambda c: c.audio.speech.create(**SPEECH, response_format="wav"))
    assert isinstance(audio, bytes)
    for operation in ("transcriptions", "translations"):
        for response_format in ("json", "verbose_json", "text"):
            heard = await served.same(
                lambda c, name=operation, form=response_format: getattr(c.audio, name).create(
                    model="whisper-large-v3", file=("a.wav", audio), response_format=form
                )
            )
            assert "hello" in heard.text.lower()
    await served.same(
        lambda c: c.audio.transcriptions.create(
            model="whisper-large-v3", file=("a.wav", audio), response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )
    )  # fmt: skip


@pytest.mark.parametrize("encoding_format", ["float", "base64"])
async def test_embeddings_of_the_embedded_server_have_the_same_values_in_both(
    encoding_format: str, served: Served
) -> None:
    made = await served.same(
        lambda c: c.embeddings.create(
            model="nomic-embed-text-v1_5", input=["a", "b"], encoding_format=encoding_format
        )
    )
    assert len(made.data) == 2


async def test_models_of_the_embedded_server_have_the_same_values_in_both(served: Served) -> None:
    models = await served.same(lambda c: c.models.list())
    for model in models.data:
        await served.same(lambda c, id_=model.id: c.models.retrieve(id_))
    await served.same(lambda c: c.models.delete("ft:mine"))


async def test_files_and_batches_of_the_embedded_server_have_the_same_values_in_both(served: Served) -> None:
    line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": CHAT}
    lines = json.dumps(line).encode()
    file = await served.same(lambda c: c.files.create(file=("in.jsonl", lines), purpose="batch"))
    await served.same(lambda c: c.files.info(file.id))
    await served.same(lambda c: c.files.list())
    assert await served.same(lambda c: c.files.content(file.id)) == lines
    create: Make = lambda c: c.batches.create(**{**BATCH, "input_file_id": file.id}, metadata={"a": "b"})  # noqa: E731
    batch = await served.same(create)
    other = await served.same(create)
    await served.same(lambda c: c.batches.cancel(other.id))
    await served.same(lambda c: c.batches.retrieve(batch.id))
    await served.same(lambda c: c.batches.list())
    await served.same(lambda c: c.files.delete(file.id))


REFUSALS: dict[str, Make] = {
    "an unknown property": lambda c: c.chat.completions.create(**CHAT, extra_body={"temprature": 1}),
    "a wrong type": lambda c: c.chat.completions.create(**CHAT, temperature="hot"),
    "an unknown file": lambda c: c.files.info("file_none"),
    "an unknown batch": lambda c: c.batches.cancel("batch_none"),
    "no key": lambda c: c.models.list(extra_headers={"Authorization": ""}),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_an_error_of_the_embedded_server_has_the_same_values_in_both(name: str, served: Served) -> None:
    make = REFUSALS[name]
    with pytest.raises(groq.APIStatusError) as raised:
        await served.reply(make)
    response = raised.value.response
    reply = (response.status_code, response.headers["content-type"], response.content)
    theirs, mine = await errors(served.replay, reply, make)
    assert type(mine).__name__ == type(theirs).__name__
    assert (mine.status_code, mine.body, mine.message) == (theirs.status_code, theirs.body, theirs.message)
