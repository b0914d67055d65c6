"""Chat, plain and streamed, over a real socket."""

from __future__ import annotations

import asyncio

import pytest
from virtual_time import in_virtual_time, served_here

from aiogroq import APIConnectionError, APITimeoutError, AsyncGroq, BadRequestError, Omit
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.chat import ChatCompletion, ChatCompletionChunk

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]


async def test_a_question_gets_its_response_with_usage_and_times(client: AsyncGroq) -> None:
    completion = await client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert type(completion) is ChatCompletion
    assert "4" in (completion.choices[0].message.content or "")
    usage = completion.usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.total_time == pytest.approx((usage.prompt_time or 0) + (usage.completion_time or 0))
    assert usage.tokens_per_second == pytest.approx(usage.completion_tokens / (usage.completion_time or 1))


async def test_a_message_of_a_response_can_be_sent_back_as_it_is(
    client: AsyncGroq, server: LocalGroq
) -> None:
    first = await client.chat.completions.create(model=MODEL, messages=QUESTION)
    responded = first.choices[0].message
    responded.annotations = []
    await client.chat.completions.create(
        model=MODEL, messages=[*QUESTION, responded, {"role": "user", "content": "Why?"}]
    )
    sent = server.requests[-1].json["messages"][1]
    assert sent == {"role": "assistant", "content": responded.content, "reasoning": responded.reasoning}


async def test_what_is_absent_or_omitted_is_not_sent_and_none_is_null(
    client: AsyncGroq, server: LocalGroq
) -> None:
    await client.chat.completions.create(
        model=MODEL, messages=iter(QUESTION), temperature=Omit(), top_p=None, max_tokens=5
    )
    assert server.requests[-1].json == {
        "model": MODEL,
        "messages": QUESTION,
        "top_p": None,
        "max_tokens": 5,
    }


async def test_an_argument_that_is_misspelt_is_rejected_with_the_right_spelling(client: AsyncGroq) -> None:
    with pytest.raises(TypeError, match=r"'tempearture'.*Did you mean 'temperature'"):
        await client.chat.completions.create(model=MODEL, messages=QUESTION, tempearture=0.5)  # type: ignore[call-overload]


async def test_a_missing_argument_is_named(client: AsyncGroq) -> None:
    with pytest.raises(TypeError, match="required argument model"):
        await client.chat.completions.create(messages=QUESTION)  # type: ignore[call-overload]


async def test_messages_that_are_a_text_are_rejected_with_an_example(client: AsyncGroq) -> None:
    with pytest.raises(TypeError, match="messages must be a list of messages such as"):
        await client.chat.completions.create(model=MODEL, messages="hello")  # type: ignore[call-overload]


async def test_a_stream_gives_chunks_that_fold_into_the_plain_response(client: AsyncGroq) -> None:
    plain = await client.chat.completions.create(model=MODEL, messages=QUESTION)
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    chunks = [chunk async for chunk in stream]
    assert all(type(chunk) is ChatCompletionChunk for chunk in chunks)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == plain.choices[0].message.content
    first, last = chunks[0].x_groq, chunks[-1].x_groq
    assert first is not None
    assert first.id
    assert last is not None
    assert last.usage == chunks[-1].usage

    again = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    folded = await again.collect()
    assert folded.choices[0].message == plain.choices[0].message
    assert folded.choices[0].finish_reason == plain.choices[0].finish_reason
    assert folded.usage == plain.usage


async def test_collect_has_also_the_chunks_that_were_iterated_before(client: AsyncGroq) -> None:
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    await anext(stream)
    await anext(stream)
    folded = await stream.collect()
    assert "4" in (folded.choices[0].message.content or "")
    assert stream.usage is not None
    assert stream.usage.total_tokens > 0


async def test_usage_counts_once_when_it_comes_twice(client: AsyncGroq) -> None:
    stream = await client.chat.completions.create(
        model=MODEL, messages=QUESTION, stream=True, stream_options={"include_usage": True}
    )
    plain = await client.chat.completions.create(model=MODEL, messages=QUESTION)
    folded = await stream.collect()
    assert folded.usage == plain.usage


async def test_tool_calls_of_a_stream_are_accumulated_into_complete_calls(client: AsyncGroq) -> None:
    tool = {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get the current weather for a location",
            "parameters": {
                "type": "object",
                "properties": {"location": {"type": "string"}},
                "required": ["location"],
            },
        },
    }
    question = [{"role": "user", "content": "What's the weather in San Francisco?"}]
    plain = await client.chat.completions.create(model=MODEL, messages=question, tools=[tool])
    stream = await client.chat.completions.create(model=MODEL, messages=question, tools=[tool], stream=True)
    folded = await stream.collect()
    (call,) = folded.choices[0].message.tool_calls or []
    (expected,) = plain.choices[0].message.tool_calls or []
    assert call.function == expected.function
    assert folded.choices[0].message.content is None
    assert folded.choices[0].finish_reason == "tool_calls"


@in_virtual_time
async def test_a_clean_end_of_a_stream_leaves_its_connection_for_the_next_request() -> None:
    async with served_here() as (client, server):
        for _ in range(3):
            stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
            async for _chunk in stream:
                pass
        assert server.connections_made == 1


async def test_leaving_a_stream_early_ends_the_connection(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(after_events=2, end="stall"))  # it does not end before it is left
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    async with stream:
        async for _chunk in stream:
            break
    (request,) = await asyncio.to_thread(server.wait_for_requests, 1, finished=True)
    assert request.disconnected
    assert stream.is_closed
    assert [chunk async for chunk in stream] == []


async def test_an_error_event_in_a_stream_raises_the_error_of_its_inner_status(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(
        Fault(
            error_event={
                "message": "Tool choice is required, but model did not call a tool",
                "type": "invalid_request_error",
                "code": "tool_use_failed",
                "failed_generation": "hm",
                "status_code": 400,
            },
            after_events=3,
        )
    )
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    with pytest.raises(BadRequestError) as caught:
        await stream.collect()
    assert caught.value.status_code == 400
    assert caught.value.code == "tool_use_failed"
    assert caught.value.failed_generation == "hm"
    assert caught.value.request_id
    assert caught.value.partial.choices


async def test_a_truncated_stream_raises_with_its_partial_completion(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(after_events=30, end="close"))
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    with pytest.raises(APIConnectionError) as caught:
        async for _chunk in stream:
            pass
    assert caught.value.partial.choices[0].message.reasoning
    assert isinstance(caught.value, ConnectionError)


async def test_a_stream_without_done_but_with_a_finish_reason_is_complete(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(drop_done=True))
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    assert (await stream.collect()).choices[0].finish_reason == "stop"


async def test_a_stream_that_stalls_ends_at_its_idle_timeout(client: AsyncGroq, server: LocalGroq) -> None:
    from aiogroq import Timeout

    server.script(Fault(after_events=2, end="stall"))
    stream = await client.with_options(timeout=Timeout(5.0, idle=0.1)).chat.completions.create(
        model=MODEL, messages=QUESTION, stream=True
    )
    with pytest.raises(APITimeoutError, match=r"no event of the stream within 0\.1 s") as caught:
        await stream.collect()
    assert caught.value.phase == "idle"
    assert caught.value.partial is not None
    assert isinstance(caught.value, TimeoutError)


@pytest.mark.parametrize("split", [1, 2, 3, 7, 64])
async def test_a_stream_split_into_small_writes_gives_the_same_chunks(
    client: AsyncGroq, server: LocalGroq, split: int
) -> None:
    async def texts() -> list[str | None]:
        stream = await client.chat.completions.create(
            model="llama-3.1-8b-instant", messages=QUESTION, stream=True
        )
        return [choice.delta.content async for chunk in stream for choice in chunk.choices]

    whole = await texts()
    server.script(Fault(split_every=split))
    assert await texts() == whole


async def test_many_at_once_share_the_client(client: AsyncGroq, server: LocalGroq) -> None:
    responses = await asyncio.gather(
        *(
            client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": f"What is {number}+{number}?"}]
            )
            for number in range(50)
        )
    )
    for number, response in enumerate(responses):
        assert str(2 * number) in (response.choices[0].message.content or "")
