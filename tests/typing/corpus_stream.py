"""What ``stream`` makes of a chat call, of the async and the sync client, in all three views."""

from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

from aiogroq import (
    NOT_GIVEN,
    APIResponse,
    AsyncAPIResponse,
    AsyncGroq,
    AsyncResponseContextManager,
    AsyncStream,
    Groq,
    ResponseContextManager,
    Stream,
    not_given,
    omit,
)
from aiogroq.types import ChatParams, CompletionCreateParams, CompletionUsage
from aiogroq.types.chat import ChatCompletion, ChatCompletionChunk
from aiogroq.types.chat.chat_completion_chunk import ChoiceDelta

MODEL = "openai/gpt-oss-20b"
MESSAGES = [{"role": "user", "content": "Why is the sky blue?"}]


# --------------------------------------------------------------------------------------------------------- plain


async def awaited(client: AsyncGroq, decided: bool, perhaps: bool | None) -> None:
    chat = client.chat.completions
    assert_type(await chat.create(model=MODEL, messages=MESSAGES), ChatCompletion)
    assert_type(await chat.create(model=MODEL, messages=MESSAGES, stream=False), ChatCompletion)
    assert_type(await chat.create(model=MODEL, messages=MESSAGES, stream=None), ChatCompletion)
    assert_type(await chat.create(model=MODEL, messages=MESSAGES, stream=omit), ChatCompletion)
    assert_type(await chat.create(model=MODEL, messages=MESSAGES, stream=not_given), ChatCompletion)
    assert_type(await chat.create(model=MODEL, messages=MESSAGES, stream=NOT_GIVEN), ChatCompletion)
    streamed = await chat.create(model=MODEL, messages=MESSAGES, stream=True)
    assert_type(streamed, AsyncStream[ChatCompletionChunk])
    either = await chat.create(model=MODEL, messages=MESSAGES, stream=decided)
    assert_type(either, ChatCompletion | AsyncStream[ChatCompletionChunk])
    any_of_three = await chat.create(model=MODEL, messages=MESSAGES, stream=perhaps)
    assert_type(any_of_three, ChatCompletion | AsyncStream[ChatCompletionChunk])
    if isinstance(either, AsyncStream):
        async for chunk in either:
            assert_type(chunk, ChatCompletionChunk)
    else:
        assert_type(either, ChatCompletion)


def blocking(client: Groq, decided: bool, perhaps: bool | None) -> None:
    chat = client.chat.completions
    assert_type(chat.create(model=MODEL, messages=MESSAGES), ChatCompletion)
    assert_type(chat.create(model=MODEL, messages=MESSAGES, stream=False), ChatCompletion)
    assert_type(chat.create(model=MODEL, messages=MESSAGES, stream=None), ChatCompletion)
    assert_type(chat.create(model=MODEL, messages=MESSAGES, stream=omit), ChatCompletion)
    assert_type(chat.create(model=MODEL, messages=MESSAGES, stream=not_given), ChatCompletion)
    assert_type(chat.create(model=MODEL, messages=MESSAGES, stream=NOT_GIVEN), ChatCompletion)
    streamed = chat.create(model=MODEL, messages=MESSAGES, stream=True)
    assert_type(streamed, Stream[ChatCompletionChunk])
    either = chat.create(model=MODEL, messages=MESSAGES, stream=decided)
    assert_type(either, ChatCompletion | Stream[ChatCompletionChunk])
    any_of_three = chat.create(model=MODEL, messages=MESSAGES, stream=perhaps)
    assert_type(any_of_three, ChatCompletion | Stream[ChatCompletionChunk])
    if isinstance(either, Stream):
        for chunk in either:
            assert_type(chunk, ChatCompletionChunk)
    else:
        assert_type(either, ChatCompletion)


# ----------------------------------------------------------------------------------------------- the stream itself


async def an_async_stream(stream: AsyncStream[ChatCompletionChunk]) -> None:
    async for chunk in stream:
        assert_type(chunk, ChatCompletionChunk)
        assert_type(chunk.choices[0].delta, ChoiceDelta)
        assert_type(chunk.choices[0].delta.content, str | None)
        if chunk.x_groq is not None and chunk.x_groq.usage is not None:
            assert_type(chunk.x_groq.usage, CompletionUsage)
            assert_type(chunk.x_groq.usage.total_time, float | None)
            assert_type(chunk.x_groq.usage.tokens_per_second, float | None)
    texts = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert_type(texts, list[str])
    assert_type(await stream.__anext__(), ChatCompletionChunk)
    assert_type(await stream.collect(), ChatCompletion)
    assert_type(stream.usage, CompletionUsage | None)
    assert_type(stream.partial, ChatCompletion | None)
    assert_type(stream.is_closed, bool)
    async with stream as entered:
        assert_type(entered, AsyncStream[ChatCompletionChunk])
    await stream.close()
    await stream.aclose()


async def streams_of_other_events(
    stream: AsyncStream[dict[str, Any]], blocking: Stream[dict[str, Any]]
) -> None:
    assert_type(await stream.collect(), Any)
    assert_type((stream.usage, stream.partial), tuple[Any, Any])
    assert_type(blocking.collect(), Any)
    assert_type((blocking.usage, blocking.partial), tuple[Any, Any])


def a_blocking_stream(stream: Stream[ChatCompletionChunk]) -> None:
    for chunk in stream:
        assert_type(chunk, ChatCompletionChunk)
        assert_type(chunk.choices[0].delta, ChoiceDelta)
        assert_type(chunk.choices[0].finish_reason, str | None)
    assert_type([chunk.choices[0].delta.content or "" for chunk in stream], list[str])
    assert_type(next(stream), ChatCompletionChunk)
    assert_type(list(stream), list[ChatCompletionChunk])
    assert_type(stream.collect(), ChatCompletion)
    assert_type(stream.usage, CompletionUsage | None)
    assert_type(stream.partial, ChatCompletion | None)
    with stream as entered:
        assert_type(entered, Stream[ChatCompletionChunk])
    stream.close()


# ----------------------------------------------------------------------------------------------------------- raw


async def awaited_raw(client: AsyncGroq, decided: bool) -> None:
    raw = client.chat.completions.with_raw_response
    plain = await raw.create(model=MODEL, messages=MESSAGES)
    assert_type(plain, AsyncAPIResponse[ChatCompletion])
    assert_type(await plain.parse(), ChatCompletion)
    assert_type(
        await raw.create(model=MODEL, messages=MESSAGES, stream=False), AsyncAPIResponse[ChatCompletion]
    )
    assert_type(
        await raw.create(model=MODEL, messages=MESSAGES, stream=None), AsyncAPIResponse[ChatCompletion]
    )
    streamed = await raw.create(model=MODEL, messages=MESSAGES, stream=True)
    assert_type(streamed, AsyncAPIResponse[AsyncStream[ChatCompletionChunk]])
    async for chunk in await streamed.parse():
        assert_type(chunk, ChatCompletionChunk)
    either = await raw.create(model=MODEL, messages=MESSAGES, stream=decided)
    assert_type(either, AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[AsyncStream[ChatCompletionChunk]])
    assert_type(await either.parse(), ChatCompletion | AsyncStream[ChatCompletionChunk])


def blocking_raw(client: Groq, decided: bool) -> None:
    raw = client.chat.completions.with_raw_response
    plain = raw.create(model=MODEL, messages=MESSAGES)
    assert_type(plain, APIResponse[ChatCompletion])
    assert_type(plain.parse(), ChatCompletion)
    assert_type(raw.create(model=MODEL, messages=MESSAGES, stream=False), APIResponse[ChatCompletion])
    assert_type(raw.create(model=MODEL, messages=MESSAGES, stream=None), APIResponse[ChatCompletion])
    streamed = raw.create(model=MODEL, messages=MESSAGES, stream=True)
    assert_type(streamed, APIResponse[Stream[ChatCompletionChunk]])
    for chunk in streamed.parse():
        assert_type(chunk, ChatCompletionChunk)
    either = raw.create(model=MODEL, messages=MESSAGES, stream=decided)
    assert_type(either, APIResponse[ChatCompletion] | APIResponse[Stream[ChatCompletionChunk]])
    assert_type(either.parse(), ChatCompletion | Stream[ChatCompletionChunk])


async def from_higher_up_awaited(client: AsyncGroq) -> None:
    from_client = await client.with_raw_response.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert_type(from_client, AsyncAPIResponse[ChatCompletion])
    from_chat = await client.chat.with_raw_response.completions.create(
        model=MODEL, messages=MESSAGES, stream=True
    )
    assert_type(from_chat, AsyncAPIResponse[AsyncStream[ChatCompletionChunk]])
    async with client.with_streaming_response.chat.completions.create(
        model=MODEL, messages=MESSAGES, stream=True
    ) as response:
        assert_type(response, AsyncAPIResponse[AsyncStream[ChatCompletionChunk]])


def from_higher_up_blocking(client: Groq) -> None:
    from_client = client.with_raw_response.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert_type(from_client, APIResponse[ChatCompletion])
    from_chat = client.chat.with_raw_response.completions.create(model=MODEL, messages=MESSAGES, stream=True)
    assert_type(from_chat, APIResponse[Stream[ChatCompletionChunk]])
    with client.with_streaming_response.chat.completions.create(
        model=MODEL, messages=MESSAGES, stream=True
    ) as response:
        assert_type(response, APIResponse[Stream[ChatCompletionChunk]])


# ----------------------------------------------------------------------------------------------------- streaming


async def awaited_streaming(client: AsyncGroq, decided: bool) -> None:
    streaming = client.chat.completions.with_streaming_response
    assert_type(
        streaming.create(model=MODEL, messages=MESSAGES),
        AsyncResponseContextManager[AsyncAPIResponse[ChatCompletion]],
    )
    async with streaming.create(model=MODEL, messages=MESSAGES, stream=False) as response:
        assert_type(response, AsyncAPIResponse[ChatCompletion])
        async for line in response.iter_lines():
            assert_type(line, str)
        async for text in response.iter_text(1024):
            assert_type(text, str)
        async for data in response.iter_bytes(chunk_size=1024):
            assert_type(data, bytes)
    async with streaming.create(model=MODEL, messages=MESSAGES, stream=True) as response_of_stream:
        assert_type(response_of_stream, AsyncAPIResponse[AsyncStream[ChatCompletionChunk]])
        async for chunk in await response_of_stream.parse():
            assert_type(chunk, ChatCompletionChunk)
    async with streaming.create(model=MODEL, messages=MESSAGES, stream=decided) as either:
        assert_type(
            either, AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]
        )


def blocking_streaming(client: Groq, decided: bool) -> None:
    streaming = client.chat.completions.with_streaming_response
    assert_type(
        streaming.create(model=MODEL, messages=MESSAGES), ResponseContextManager[APIResponse[ChatCompletion]]
    )
    with streaming.create(model=MODEL, messages=MESSAGES, stream=False) as response:
        assert_type(response, APIResponse[ChatCompletion])
        for line in response.iter_lines():
            assert_type(line, str)
        for text in response.iter_text(1024):
            assert_type(text, str)
        for data in response.iter_bytes(chunk_size=1024):
            assert_type(data, bytes)
    with streaming.create(model=MODEL, messages=MESSAGES, stream=True) as response_of_stream:
        assert_type(response_of_stream, APIResponse[Stream[ChatCompletionChunk]])
        for chunk in response_of_stream.parse():
            assert_type(chunk, ChatCompletionChunk)
    with streaming.create(model=MODEL, messages=MESSAGES, stream=decided) as either:
        assert_type(either, APIResponse[ChatCompletion] | APIResponse[Stream[ChatCompletionChunk]])


# ------------------------------------------------------------------------------------------- parameters as a dict


async def parameters_as_a_dict(client: AsyncGroq, blocking_client: Groq) -> None:
    params: ChatParams = {"model": MODEL, "messages": MESSAGES, "temperature": 0.2}
    assert_type(await client.chat.completions.create(**params), ChatCompletion)
    assert_type(await client.chat.completions.create(**params, stream=True), AsyncStream[ChatCompletionChunk])
    assert_type(blocking_client.chat.completions.create(**params), ChatCompletion)
    assert_type(blocking_client.chat.completions.create(stream=True, **params), Stream[ChatCompletionChunk])
    whole: CompletionCreateParams = {"model": MODEL, "messages": MESSAGES, "stream": True}
    assert_type(
        await client.chat.completions.create(**whole), ChatCompletion | AsyncStream[ChatCompletionChunk]
    )
    assert_type(
        blocking_client.chat.completions.create(**whole), ChatCompletion | Stream[ChatCompletionChunk]
    )
