"""`client.chat.completions.stream` in both kinds, over a socket."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
import pytest
from protocol.bodies import COMPOUND_STREAM, TEXT_STREAM, TOOL_STREAM, chunk, event_stream
from reliability.fake_clock import run_on_fake_clock
from reliability.raw_server import DONE, LAST_CHUNK, SSE_HEAD, Exchange, chunked, delta, raw_server

from aiogroq import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AsyncGroq,
    BadRequestError,
    Groq,
    InternalServerError,
    LengthFinishReasonError,
    StructuredOutputError,
)
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.chat import ParsedChatCompletion

pytestmark = pytest.mark.timeout(30)

MODEL = "openai/gpt-oss-20b"
ASK: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
KINDS = ["async", "sync"]
PERSON = '{"name": "Jane", "age": 42}'

both_kinds = pytest.mark.parametrize("kind", KINDS)


@dataclass
class Person:
    """A person."""

    name: str
    age: int


@dataclass
class Read:
    """What was read of a stream, the stream itself, and the error that ended it."""

    got: list[Any] = field(default_factory=list[Any])
    stream: Any = None
    error: Any = None


def read(kind: str, server: LocalGroq, how: str = "events", **params: Any) -> Read:
    """Read a stream to its end: as ``events``, ``text_stream``, ``items``, ``final`` or ``until_done``."""
    options: dict[str, Any] = {"api_key": "gsk_x", "base_url": server.base_url, "max_retries": 0}
    result = Read()

    def source(stream: Any) -> Any:
        return (
            {"events": stream, "text_stream": stream.text_stream}[how] if how != "items" else stream.items()
        )

    async def read_async() -> None:
        async with (
            AsyncGroq(**options) as client,
            client.chat.completions.stream(**{**ASK, **params}) as stream,
        ):
            result.stream = stream
            if how in ("final", "until_done"):
                method = stream.get_final_completion if how == "final" else stream.until_done
                result.got.append(await method())
                return
            async for each in source(stream):
                result.got.append(each)

    def read_sync() -> None:
        with Groq(**options) as client, client.chat.completions.stream(**{**ASK, **params}) as stream:
            result.stream = stream
            if how in ("final", "until_done"):
                method: Any = stream.get_final_completion if how == "final" else stream.until_done
                result.got.append(method())
                return
            for each in source(stream):
                result.got.append(each)

    try:
        asyncio.run(read_async()) if kind == "async" else read_sync()
    except Exception as error:
        result.error = error
    return result


def sent(*chunks: dict[str, Any], **more: Any) -> Fault:
    """A stream of these chunks."""
    return Fault(body=event_stream(list(chunks)), content_type="text/event-stream", **more)


def text(*parts: str, finish: str = "stop") -> Fault:
    """A stream of a text in these parts."""
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    return sent(*(chunk({"content": part}) for part in parts), chunk({}, finish, usage=usage))


def written(read: Read) -> str:
    """The text of the content events."""
    return "".join(event.delta for event in read.got if event.type == "content.delta")


# -------------------------------------------------------------------------------------------------- plain text


@both_kinds
@pytest.mark.parametrize(
    "chunks", [TEXT_STREAM, TOOL_STREAM, COMPOUND_STREAM], ids=["text", "tool", "compound"]
)
def test_the_last_event_has_the_completion_that_collect_returns(
    kind: str, chunks: list[dict[str, Any]], server: LocalGroq
) -> None:
    server.script(sent(*chunks), sent(*chunks))
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        collected = client.chat.completions.create(**ASK, stream=True).collect()
    made = read(kind, server)
    assert made.error is None
    assert [event.type for event in made.got].count("completion.done") == 1
    assert made.got[-1].completion.to_dict() == collected.to_dict()
    assert made.stream.current_completion_snapshot.to_dict() == collected.to_dict()
    assert made.stream.usage == collected.usage
    assert server.requests[-1].json["stream"] is True


@both_kinds
def test_the_text_stream_has_the_text_alone(kind: str, server: LocalGroq) -> None:
    server.script(sent(*TEXT_STREAM))
    assert read(kind, server, "text_stream").got == ["It is", " 4."]


@both_kinds
def test_the_final_completion_is_parsed_to_none_without_a_type(kind: str, server: LocalGroq) -> None:
    server.script(sent(*TEXT_STREAM))
    (completion,) = read(kind, server, "final").got
    assert isinstance(completion, ParsedChatCompletion)
    assert completion.choices[0].message.content == "It is 4."
    assert (completion.parsed, completion.choices[0].message.parsed) == (None, None)


@both_kinds
def test_until_done_returns_the_stream_which_then_has_no_more_events(kind: str, server: LocalGroq) -> None:
    server.script(sent(*TEXT_STREAM))
    made = read(kind, server, "until_done")
    assert made.got == [made.stream]
    assert made.stream.current_completion_snapshot.choices[0].message.content == "It is 4."
    assert made.stream.usage.total_tokens > 0
    assert made.stream.response.status == 200


async def test_the_final_completion_after_some_events_has_all_of_it(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(text("a", "b", "c"))
    async with client.chat.completions.stream(**ASK) as stream:
        async for event in stream:
            if event.type == "content.delta":
                break
        assert (await stream.get_final_completion()).choices[0].message.content == "abc"
        assert (await stream.get_final_completion()) is (await stream.get_final_completion())
        assert [event async for event in stream] == []


@both_kinds
def test_arguments_of_create_are_sent_unchanged(kind: str, server: LocalGroq) -> None:
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    read(kind, server, tools=tools, temperature=0.5, response_format={"type": "text"})
    body = server.requests[-1].json
    assert (body["tools"], body["temperature"], body["response_format"]) == (tools, 0.5, {"type": "text"})
    assert set(body) == {"model", "messages", "stream", "tools", "temperature", "response_format"}


@both_kinds
@pytest.mark.parametrize(
    ("params", "error", "words"),
    [
        ({"stream": True}, TypeError, "always streams"),
        ({"mode": "prompt"}, ValueError, "pass a type as response_format"),
        ({"response_format": Person, "mode": "shout"}, ValueError, "mode must be"),
        ({"response_format": 3}, TypeError, "3"),
        ({"response_format": Person, "strict": True}, TypeError, "strict is an argument of parse()"),
        ({"response_format": Person, "max_reasks": 2}, TypeError, "max_reasks is an argument of parse()"),
    ],
)
def test_wrong_arguments_are_rejected_before_a_request(
    kind: str, params: dict[str, Any], error: type[Exception], words: str, server: LocalGroq
) -> None:
    made = read(kind, server, **params)
    assert isinstance(made.error, error)
    assert words in str(made.error)
    assert server.requests == []


def test_no_request_is_sent_before_the_stream_is_entered(server: LocalGroq) -> None:
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        client.chat.completions.stream(**ASK)
    assert server.requests == []


async def test_without_its_context_the_error_says_how_to_use_it(client: AsyncGroq, server: LocalGroq) -> None:
    manager: Any = client.chat.completions.stream(**ASK)
    with pytest.raises(TypeError, match=r"async with client\.chat\.completions\.stream"):
        async for _ in manager:
            pass
    with pytest.raises(TypeError, match=r"async with client\.chat\.completions\.stream"):
        await manager
    with pytest.raises(TypeError, match=r"async with client\.chat\.completions\.stream"), manager:
        pass
    with Groq(api_key="gsk_x", base_url=server.base_url) as sync:
        blocking: Any = sync.chat.completions.stream(**ASK)
        with pytest.raises(TypeError, match=r": with client\.chat\.completions\.stream"):
            list(blocking)
    assert server.requests == []


# ------------------------------------------------------------------------------------------------------ a type


@both_kinds
@pytest.mark.parametrize("mode", [None, "prompt", "json_object"])
def test_a_type_is_asked_for_in_the_prompt_unless_a_mode_says_otherwise(
    kind: str, mode: Any, server: LocalGroq
) -> None:
    server.script(text(PERSON[:9], PERSON[9:]))
    made = read(kind, server, response_format=Person, **({"mode": mode} if mode else {}))
    assert made.error is None
    assert made.got[-1].completion.parsed == Person("Jane", 42)
    done = next(event for event in made.got if event.type == "content.done")
    assert (done.content, done.parsed) == (PERSON, Person("Jane", 42))
    body = server.requests[-1].json
    assert body.get("response_format", {}).get("type") == (mode if mode not in (None, "prompt") else None)
    assert any('"age"' in message["content"] for message in body["messages"])
    assert len(server.requests) == 1


@both_kinds
def test_a_schema_is_sent_where_the_mode_says_so_and_its_rejection_is_raised(
    kind: str, server: LocalGroq
) -> None:
    made = read(kind, server, response_format=Person, mode="json_schema")
    assert isinstance(made.error, BadRequestError)
    form = server.requests[-1].json["response_format"]
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)


@both_kinds
def test_the_value_may_have_prose_and_a_fence_around_it(kind: str, server: LocalGroq) -> None:
    server.script(text("Sure:\n```json\n", PERSON, "\n```\nBye."))
    assert read(kind, server, "final", response_format=Person).got[0].parsed == Person("Jane", 42)


@both_kinds
@pytest.mark.parametrize("how", ["events", "text_stream", "final", "until_done"])
def test_a_text_that_does_not_match_raises_at_the_end_and_again(
    kind: str, how: str, server: LocalGroq
) -> None:
    server.script(text('{"name": "Jane", ', '"age": "old"}'))
    made = read(kind, server, how, response_format=Person)
    assert isinstance(made.error, StructuredOutputError)
    assert made.error.content == '{"name": "Jane", "age": "old"}'
    assert "$.age" in made.error.errors[0]
    assert made.error.partial.choices[0].message.content == made.error.content
    assert made.error.completion.usage.total_tokens == 3
    assert len(server.requests) == 1
    if how == "events":
        assert not any(event.type.endswith("done") for event in made.got)
        assert written(made) == made.error.content


async def test_after_a_mismatch_every_reading_raises_it(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(text("no JSON"))
    async with client.chat.completions.stream(**ASK, response_format=Person) as stream:
        for _ in range(2):
            with pytest.raises(StructuredOutputError):
                await stream.get_final_completion()
            with pytest.raises(StructuredOutputError):
                async for _event in stream:
                    pass


@both_kinds
def test_a_text_at_the_maximum_of_tokens_raises_a_length_error(kind: str, server: LocalGroq) -> None:
    server.script(text('{"name": "Ja', finish="length"))
    made = read(kind, server, response_format=Person)
    assert isinstance(made.error, LengthFinishReasonError)
    assert made.error.partial == '{"name": "Ja'
    assert made.error.completion.choices[0].finish_reason == "length"
    assert written(made) == '{"name": "Ja'


@both_kinds
def test_without_a_type_the_maximum_of_tokens_is_no_error(kind: str, server: LocalGroq) -> None:
    server.script(text("So it", finish="length"))
    made = read(kind, server)
    assert made.error is None
    assert made.got[-1].completion.choices[0].finish_reason == "length"


@both_kinds
def test_a_model_that_calls_a_tool_instead_has_no_value(kind: str, server: LocalGroq) -> None:
    server.script(sent(*TOOL_STREAM))
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    made = read(kind, server, response_format=Person, tools=tools)
    assert made.error is None
    assert made.got[-1].completion.parsed is None
    assert server.requests[-1].json["tools"] == tools


@both_kinds
def test_the_partial_value_grows_while_the_model_writes(kind: str, server: LocalGroq) -> None:
    server.script(text('{"name": "Ja', 'ne", "age"', ": 42", "}"))
    made = read(kind, server, response_format=Person)
    assert [event.parsed for event in made.got if event.type == "content.delta"] == [
        {"name": "Ja"},
        {"name": "Jane"},
        {"name": "Jane"},
        {"name": "Jane", "age": 42},
    ]


@both_kinds
def test_the_partial_value_of_a_list_is_the_list(kind: str, server: LocalGroq) -> None:
    server.script(text('{"result": [1, 2', ", 3]}"))
    made = read(kind, server, response_format=list[int])
    assert [event.parsed for event in made.got if event.type == "content.delta"] == [[1], [1, 2, 3]]
    assert made.got[-1].completion.parsed == [1, 2, 3]


def test_a_validator_of_the_user_runs_in_the_thread_that_reads(server: LocalGroq) -> None:
    pydantic = pytest.importorskip("pydantic")
    threads: list[str] = []

    class Pet(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        name: str

        @pydantic.field_validator("name")  # type: ignore[untyped-decorator]
        @classmethod
        def check(cls, value: str) -> str:
            threads.append(threading.current_thread().name)
            return value

    server.script(text('{"name": "Rex"}'))
    assert read("sync", server, "final", response_format=Pet).got[0].parsed.name == "Rex"
    assert set(threads) == {threading.current_thread().name}


# ------------------------------------------------------------------------------------------------------- items


@both_kinds
@pytest.mark.parametrize(
    "parts",
    [
        ['{"result": [', PERSON, ", ", PERSON.replace("42", "7"), "]}"],
        ["[", PERSON, ",", PERSON.replace("42", "7"), "]"],
        list(f'Here:\n```json\n{{"result": [{PERSON}, {PERSON.replace("42", "7")}]}}\n```'),
        [f'Here: {{"result": [{PERSON}, {PERSON.replace("42", "7")}]}}'],
    ],
    ids=["wrapped", "bare", "fenced, letter by letter", "within a line"],
)
def test_items_are_those_of_the_list_wherever_it_is(kind: str, parts: list[str], server: LocalGroq) -> None:
    server.script(text(*parts))
    made = read(kind, server, "items", response_format=list[Person])
    assert made.error is None
    assert made.got == [Person("Jane", 42), Person("Jane", 7)]


@both_kinds
def test_items_of_plain_values(kind: str, server: LocalGroq) -> None:
    server.script(text('{"result": [1, 2', "3, 4]}"))
    assert read(kind, server, "items", response_format=list[int]).got == [1, 23, 4]


@both_kinds
@pytest.mark.parametrize(
    "response_format",
    [Annotated[list[int], msgspec.Meta(min_length=2)], tuple[int, ...], Sequence[int]],
    ids=["annotated", "tuple", "sequence"],
)
def test_items_of_what_is_written_as_a_list(kind: str, response_format: Any, server: LocalGroq) -> None:
    server.script(text('{"result": [1, 2', "3, 4]}"))
    assert read(kind, server, "items", response_format=response_format).got == [1, 23, 4]


@both_kinds
def test_an_item_that_does_not_match_raises_at_once_after_those_before_it(
    kind: str, server: LocalGroq
) -> None:
    server.script(text('{"result": [', PERSON, ', {"name": 1}', ", " + PERSON, "]}"))
    made = read(kind, server, "items", response_format=list[Person])
    assert made.got == [Person("Jane", 42)]
    assert isinstance(made.error, StructuredOutputError)
    assert "item 2" in str(made.error)
    assert made.error.content == '{"result": [' + PERSON + ', {"name": 1}'
    assert made.error.partial.choices[0].message.content.startswith('{"result": [')


@both_kinds
def test_a_list_that_ends_early_raises_after_its_items(kind: str, server: LocalGroq) -> None:
    server.script(text('{"result": [', PERSON, ", {", finish="length"))
    made = read(kind, server, "items", response_format=list[Person])
    assert made.got == [Person("Jane", 42)]
    assert isinstance(made.error, LengthFinishReasonError)


@both_kinds
@pytest.mark.parametrize("response_format", [None, Person, list, set[int], tuple[int, str], {"type": "text"}])
def test_items_need_a_list_type(kind: str, response_format: Any, server: LocalGroq) -> None:
    made = read(kind, server, "items", response_format=response_format)
    assert isinstance(made.error, TypeError)
    assert "list[Person]" in str(made.error)


@both_kinds
async def test_an_item_is_there_before_the_server_has_sent_the_next(kind: str) -> None:
    loop = asyncio.get_running_loop()
    taken = asyncio.Event()
    sent_before: list[int] = []
    items: list[Any] = []

    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta('{"result": [')))
        for number in range(3):
            taken.clear()
            sent_before.append(number)  # first: the client may have it before the write returns
            await exchange.write(chunked(delta(f'{{"name": "P{number}", "age": {number}}}')))
            await taken.wait()  # nothing more is sent before the client has the item
            await exchange.write(chunked(delta(", " if number < 2 else "]}")))
        await exchange.write(chunked(delta("", finish="stop")), chunked(DONE), LAST_CHUNK)

    def take(item: Any) -> None:
        items.append(item)
        assert sent_before[-1] == item.age
        loop.call_soon_threadsafe(taken.set)

    async with raw_server(serve) as raw, raw.client() as client:
        params: Any = {**ASK, "response_format": list[Person]}
        if kind == "async":
            async with client.chat.completions.stream(**params) as stream:
                async for item in stream.items():
                    take(item)
        else:

            def read_all() -> None:
                with (
                    Groq(api_key="gsk_x", base_url=str(client.base_url)) as groq,
                    groq.chat.completions.stream(**params) as stream,
                ):
                    for item in stream.items():
                        take(item)

            await asyncio.to_thread(read_all)
    assert items == [Person(f"P{number}", number) for number in range(3)]


async def test_items_begin_with_those_that_had_arrived_before(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(text('{"result": [1, ', "2, ", "3]}"))
    async with client.chat.completions.stream(**ASK, response_format=list[int]) as stream:
        async for event in stream:
            if event.type == "content.delta" and event.delta == "2, ":
                break
        assert [item async for item in stream.items()] == [1, 2, 3]


@both_kinds
def test_a_model_that_calls_a_tool_instead_has_no_items(kind: str, server: LocalGroq) -> None:
    server.script(sent(*TOOL_STREAM))
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    made = read(kind, server, "items", response_format=list[Person], tools=tools)
    assert (made.got, made.error) == ([], None)


async def test_items_begin_again_each_time(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(text('{"result": [1, ', "2, ", "3]}"))
    async with client.chat.completions.stream(**ASK, response_format=list[int]) as stream:
        assert await stream.items().__anext__() == 1
        assert [item async for item in stream.items()] == [1, 2, 3]
        await stream.get_final_completion()
        assert [item async for item in stream.items()] == [1, 2, 3]


@both_kinds
@pytest.mark.parametrize(
    "parts", [["[1]", " no, wait: ", "[4, 5, 6]"], ['{"result": [1], ', '"result": [4, 5, 6]}']]
)
def test_items_are_of_one_list_also_if_the_value_is_another(
    kind: str, parts: list[str], server: LocalGroq
) -> None:
    server.script(text(*parts))
    made = read(kind, server, "items", response_format=list[int])
    assert made.error is None
    assert made.got == [1]
    server.script(text(*parts))
    assert read(kind, server, "final", response_format=list[int]).got[0].parsed == [4, 5, 6]


async def test_a_stream_without_its_context_says_how_to_use_it(client: AsyncGroq, server: LocalGroq) -> None:
    manager: Any = client.chat.completions.stream(**ASK)
    with pytest.raises(AttributeError, match=r"; use it with: async with client\.chat\.completions\.stream"):
        manager.get_final_completion()
    with pytest.raises(TypeError, match=r"used with: async with client\.chat\.completions\.stream"):
        await manager
    assert not hasattr(manager, "_repr_html_")
    with Groq(api_key="gsk_x", base_url=server.base_url) as sync_client:
        blocking: Any = sync_client.chat.completions.stream(**ASK)
        with pytest.raises(AttributeError, match=r"; use it with: with client\.chat\.completions\.stream"):
            blocking.get_final_completion()
        with pytest.raises(TypeError, match=r"used with: with client\.chat\.completions\.stream"):
            list(blocking)
    assert len(server.requests) == 0


# ------------------------------------------------------------------------------------------------------ errors

BEGUN = event_stream(TEXT_STREAM[:4]).removesuffix(DONE)
CALL = '{"name": "weather", "arguments": {"place": "Paris"}}'
REJECTED = {
    "message": "Failed to call a function.",
    "type": "invalid_request_error",
    "code": "tool_use_failed",
    "failed_generation": CALL,
    "status_code": 400,
}


def error_event(error: dict[str, Any]) -> bytes:
    """The event of an error within a stream."""
    return b"event: error\ndata: " + json.dumps({"error": error}).encode() + b"\n\n"


OVERLOADED = chunk({}, x_groq={"id": "req_1", "error": "over capacity"})
ENDED: dict[str, tuple[bytes, type[Exception]]] = {
    "truncated": (BEGUN, APIConnectionError),
    "within an event": (BEGUN + b'data: {"id"', APIConnectionError),
    "error event": (BEGUN + error_event({"message": "no", "status_code": 503}), InternalServerError),
    "rejected call": (BEGUN + error_event(REJECTED), BadRequestError),
    "x_groq error": (BEGUN + event_stream([OVERLOADED]), APIError),
    "no JSON": (BEGUN + b"data: {oops\n\n", APIConnectionError),
}


@both_kinds
@pytest.mark.parametrize("how", ["events", "text_stream", "final"])
@pytest.mark.parametrize("end", ENDED)
def test_a_stream_that_breaks_off_raises_with_what_had_arrived(
    kind: str, how: str, end: str, server: LocalGroq
) -> None:
    body, error = ENDED[end]
    server.script(Fault(body=body, content_type="text/event-stream"))
    made = read(kind, server, how)
    assert isinstance(made.error, error)
    assert made.error.partial.choices[0].message.content == "It is"
    if how == "events":
        assert written(made) == "It is"
        assert not any(event.type.endswith("done") for event in made.got)


@both_kinds
def test_a_rejected_tool_call_within_the_stream_is_its_error_with_the_call(
    kind: str, server: LocalGroq
) -> None:
    server.script(Fault(body=BEGUN + error_event(REJECTED), content_type="text/event-stream"))
    error = read(kind, server).error
    assert (error.code, error.failed_generation) == ("tool_use_failed", CALL)
    assert [each.name for each in error.failed_calls] == ["weather"]


@both_kinds
def test_an_error_before_the_stream_is_raised_when_it_is_entered(kind: str, server: LocalGroq) -> None:
    server.script(Fault(status=400, body={"error": {"message": "no such model"}}))
    made = read(kind, server)
    assert isinstance(made.error, BadRequestError)
    assert made.stream is None


async def test_a_stream_closed_early_ends_and_its_completion_raises_with_what_had_arrived(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(text("a", "b", "c"))
    async with client.chat.completions.stream(**ASK) as stream:
        async for event in stream:
            if event.type == "content.delta":
                await stream.close()
        assert event.type == "content.delta"
        assert stream.is_closed
        with pytest.raises(APIConnectionError, match="closed before its end") as raised:
            await stream.get_final_completion()
    assert raised.value.partial.choices[0].message.content.startswith("a")
    assert raised.value.__cause__ is None


def test_a_sync_stream_closed_early_ends_and_its_completion_raises(server: LocalGroq) -> None:
    server.script(text("a", "b", "c"))
    with (
        Groq(api_key="gsk_x", base_url=server.base_url) as client,
        client.chat.completions.stream(**ASK) as stream,
    ):
        for event in stream:
            if event.type == "content.delta":
                stream.close()
        assert stream.is_closed
        with pytest.raises(APIConnectionError, match="closed before its end") as raised:
            stream.get_final_completion()
    assert raised.value.partial.choices[0].message.content.startswith("a")


async def test_a_stream_closed_by_another_task_ends() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta("a")))
        await exchange.gone()

    async with (
        raw_server(serve) as raw,
        raw.client() as client,
        client.chat.completions.stream(**ASK) as stream,
    ):
        assert await anext(stream.text_stream) == "a"
        reading = asyncio.create_task(anext(stream, None))
        await asyncio.sleep(0)
        await stream.close()
        assert await reading is None
        assert [event async for event in stream] == []


async def test_leaving_the_context_closes_the_connection() -> None:
    gone = asyncio.Event()

    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta("a")))
        await exchange.gone()
        gone.set()

    async with raw_server(serve) as raw, raw.client() as client:
        async with client.chat.completions.stream(**ASK) as stream:
            async for text in stream.text_stream:
                assert text == "a"
                break
        await asyncio.wait_for(gone.wait(), 10)


async def test_a_cancelled_reader_has_closed_the_stream() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta("a")))
        await exchange.gone()

    async with (
        raw_server(serve) as raw,
        raw.client() as client,
        client.chat.completions.stream(**ASK) as stream,
    ):
        assert await anext(stream.text_stream) == "a"
        waiting = asyncio.create_task(stream.until_done())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(APIConnectionError) as raised:
            await stream.get_final_completion()
    assert raised.value.partial.choices[0].message.content == "a"


def test_a_stalled_stream_raises_a_timeout_with_what_had_arrived() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta("a")))
        await exchange.gone()

    async def main() -> None:
        async with (
            raw_server(serve) as raw,
            raw.client() as client,
            client.chat.completions.stream(**ASK, timeout=0.2) as stream,
        ):
            with pytest.raises(APITimeoutError) as raised:
                await stream.get_final_completion()
        assert raised.value.partial.choices[0].message.content == "a"

    run_on_fake_clock(main)


# ------------------------------------------------------------------------------------------------------- costs


def test_a_plain_call_imports_nothing_of_the_events() -> None:
    code = """
import asyncio, sys
from aiogroq import AsyncGroq, Groq
from aiogroq.local import LocalGroq

async def main():
    async with LocalGroq() as server, AsyncGroq(api_key="gsk_x", base_url=server.base_url) as client:
        messages = [{"role": "user", "content": "Hello"}]
        await client.chat.completions.create(model="openai/gpt-oss-20b", messages=messages)
        stream = await client.chat.completions.create(model="openai/gpt-oss-20b", messages=messages, stream=True)
        await stream.collect()

asyncio.run(main())
found = [name for name in sys.modules if name.startswith(("aiogroq.streaming", "aiogroq.schemas", "aiogroq.structured"))]
assert not found, found
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr == ""
