"""The official `groq` package works with all 17 endpoints: plain, raw, streaming, sync and async."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import groq
import pytest
from groq import AsyncGroq, Groq

from aiogroq.local import LocalGroq, RateLimit

MESSAGES: Any = [{"role": "user", "content": "What is the capital of France?"}]
MODEL = "llama-3.3-70b-versatile"
LINE = {
    "custom_id": "request-1",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": MODEL, "messages": MESSAGES},
}
INPUT = json.dumps(LINE).encode()


@pytest.fixture
def client(server: LocalGroq) -> Iterator[Groq]:
    with Groq(api_key="key", base_url=server.base_url, max_retries=0) as client:
        yield client


@pytest.fixture
async def async_client(server: LocalGroq) -> AsyncIterator[AsyncGroq]:
    async with AsyncGroq(api_key="key", base_url=server.base_url, max_retries=0) as client:
        yield client


def test_chat_returns_a_typed_completion(client: Groq) -> None:
    completion = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert completion.choices[0].message.content == "The capital of France is Paris."
    assert completion.choices[0].finish_reason == "stop"
    usage = completion.usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.total_time == pytest.approx(usage.prompt_time + usage.completion_time)
    assert completion.x_groq is not None
    assert completion.x_groq.id.startswith("req_01")


def test_chat_streams_the_same_text_token_by_token(client: Groq) -> None:
    chunks = list(client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))
    assert (
        "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "The capital of France is Paris."
    )
    assert len(chunks) == 9
    assert chunks[0].x_groq is not None
    assert chunks[0].x_groq.id
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].x_groq is not None
    assert chunks[-1].x_groq.usage is not None
    assert chunks[-1].x_groq.usage.completion_tokens == 7


def test_the_raw_response_has_the_headers_of_the_service() -> None:
    # A limit that refills one request in a minute and a half, so that it does not refill during the test.
    limits = {"*": RateLimit(rpd=1000)}
    with (
        LocalGroq(rate_limits=limits) as server,
        Groq(api_key="key", base_url=server.base_url, max_retries=0) as client,
    ):
        raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=MESSAGES)
        completion = raw.parse()
    assert completion.x_groq is not None
    assert raw.headers["x-request-id"] == completion.x_groq.id
    assert raw.headers["x-groq-region"]
    assert raw.headers["x-ratelimit-limit-requests"] == "1000"
    assert raw.headers["x-ratelimit-remaining-requests"] == "999"
    assert raw.headers["content-type"] == "application/json"


def test_a_streaming_response_gives_the_lines_of_the_stream(client: Groq) -> None:
    create = client.chat.completions.with_streaming_response.create
    with create(model=MODEL, messages=MESSAGES, stream=True) as response:
        lines = [line for line in response.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    assert all(line.startswith("data: ") for line in lines)


def test_embeddings_are_the_same_as_floats_and_as_base64(client: Groq) -> None:
    import array
    import base64

    floats = client.embeddings.create(model="nomic-embed-text-v1_5", input=["hello world", "bye"])
    packed = client.embeddings.create(
        model="nomic-embed-text-v1_5", input="hello world", encoding_format="base64"
    )
    text = packed.data[0].embedding
    assert isinstance(text, str)
    assert list(array.array("f", base64.b64decode(text))) == pytest.approx(floats.data[0].embedding, abs=1e-6)
    assert [data.index for data in floats.data] == [0, 1]
    assert floats.usage.total_tokens == floats.usage.prompt_tokens > 0


def test_transcription_and_translation_return_the_text_of_speech(client: Groq) -> None:
    said = "The quick brown fox, isn't it? Yes."
    audio = client.audio.speech.create(model="playai-tts", voice="Arista-PlayAI", input=said).read()
    assert audio[:4] == b"RIFF"
    heard = client.audio.transcriptions.create(model="whisper-large-v3-turbo", file=("a.wav", audio))
    assert heard.text == said
    translated = client.audio.translations.create(model="whisper-large-v3", file=("a.wav", audio))
    assert translated.text == said
    verbose: Any = client.audio.transcriptions.create(
        model="whisper-large-v3",
        file=("a.wav", audio),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        language="en",
    )
    assert verbose.language == "English"
    assert "".join(word["word"] for word in verbose.words) == said.replace(" ", "")
    assert all(
        0 <= each["start"] <= each["end"] <= verbose.duration for each in verbose.words + verbose.segments
    )


def test_speech_streams_to_a_file(client: Groq, tmp_path: Any) -> None:
    create = client.audio.speech.with_streaming_response.create
    with create(model="playai-tts", voice="v", input="Hello there.", response_format="wav") as response:
        assert response.headers["content-type"] == "audio/wav"
        assert response.headers["transfer-encoding"] == "chunked"
        response.stream_to_file(tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_bytes()[:4] == b"RIFF"


def test_models_are_listed_retrieved_and_deleted_with_slashes_in_their_ids(client: Groq) -> None:
    listed = client.models.list()
    assert "openai/gpt-oss-120b" in [model.id for model in listed.data]
    model: Any = client.models.retrieve("openai/gpt-oss-120b")
    assert (model.id, model.context_window, model.active) == ("openai/gpt-oss-120b", 131072, True)
    assert client.models.delete("ft:mine").deleted


def test_files_are_created_listed_read_and_deleted(client: Groq) -> None:
    made = client.files.create(file=("in put.jsonl", INPUT), purpose="batch")
    assert made.filename == "in put.jsonl"
    assert made.bytes == len(INPUT)
    assert [file.id for file in client.files.list().data] == [made.id]
    assert client.files.info(made.id).id == made.id
    assert client.files.content(made.id).read() == INPUT
    assert client.files.delete(made.id).deleted
    with pytest.raises(groq.NotFoundError):
        client.files.info(made.id)


def test_a_batch_runs_to_its_results(client: Groq, server: LocalGroq) -> None:
    file = client.files.create(file=("in.jsonl", INPUT), purpose="batch")
    assert file.id is not None
    batch: Any = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"k": "v"}
    )
    assert batch.status == "validating"
    while batch.status != "completed":
        batch = client.batches.retrieve(batch.id)
    assert batch.request_counts.completed == 1
    result = json.loads(client.files.content(batch.output_file_id).read())
    assert result["response"]["body"]["choices"][0]["message"]["content"] == "The capital of France is Paris."
    assert [each.id for each in client.batches.list().data] == [batch.id]
    with pytest.raises(groq.ConflictError):
        client.batches.cancel(batch.id)


def test_status_errors_have_their_classes_and_codes(client: Groq, server: LocalGroq) -> None:
    from aiogroq.local import Fault

    for status, kind in (
        (400, groq.BadRequestError),
        (401, groq.AuthenticationError),
        (403, groq.PermissionDeniedError),
        (404, groq.NotFoundError),
        (409, groq.ConflictError),
        (422, groq.UnprocessableEntityError),
        (429, groq.RateLimitError),
        (498, groq.APIStatusError),
        (503, groq.InternalServerError),
    ):
        server.script(Fault(status=status))
        with pytest.raises(kind) as caught:
            client.chat.completions.create(model=MODEL, messages=MESSAGES)
        body: Any = caught.value.body
        assert caught.value.status_code == status
        assert body["error"]["message"]


async def test_async_chat_works_from_a_hundred_tasks_at_once(async_client: AsyncGroq) -> None:
    prompts = [f"What is {i}+{i}?" for i in range(100)]
    responses = await asyncio.gather(
        *(
            async_client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": prompt}])
            for prompt in prompts
        )
    )
    assert [response.choices[0].message.content for response in responses] == [
        f"{i}+{i} = {2 * i}." for i in range(100)
    ]


async def test_async_chat_streams_and_streams_raw(async_client: AsyncGroq) -> None:
    stream = await async_client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
    assert (
        "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        == "The capital of France is Paris."
    )
    raw = await async_client.chat.completions.with_raw_response.create(model=MODEL, messages=MESSAGES)
    assert raw.status_code == 200
    create = async_client.chat.completions.with_streaming_response.create
    async with create(model=MODEL, messages=MESSAGES) as response:
        assert json.loads(await response.read())["object"] == "chat.completion"


async def test_async_operations_other_than_chat() -> None:
    # The batch must not end before it is cancelled.
    async with (
        LocalGroq(batch_step_s=3600) as server,
        AsyncGroq(api_key="key", base_url=server.base_url, max_retries=0) as client,
    ):
        await use_other_operations(client)


async def use_other_operations(client: AsyncGroq) -> None:
    vectors = await client.embeddings.create(model="nomic-embed-text-v1_5", input="hello")
    assert len(vectors.data[0].embedding) == 768
    audio = await (await client.audio.speech.create(model="playai-tts", voice="v", input="Hi you.")).read()
    heard = await client.audio.transcriptions.create(model="whisper-large-v3", file=("a.wav", audio))
    translated = await client.audio.translations.create(model="whisper-large-v3", file=("a.wav", audio))
    assert heard.text == translated.text == "Hi you."
    assert (await client.models.list()).data
    assert (await client.models.retrieve("qwen/qwen3.8-27b")).id == "qwen/qwen3.8-27b"
    assert (await client.models.delete("ft:a/b")).id == "ft:a/b"
    file = await client.files.create(file=("in.jsonl", INPUT), purpose="batch")
    assert file.id is not None
    assert (await client.files.info(file.id)).id == file.id
    assert (await client.files.list()).data[0].id == file.id
    assert await (await client.files.content(file.id)).read() == INPUT
    batch = await client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="7d"
    )
    assert (await client.batches.cancel(batch.id)).status == "cancelling"
    assert (await client.batches.retrieve(batch.id)).id == batch.id
    assert (await client.batches.list()).data[0].id == batch.id
    assert (await client.files.delete(file.id)).deleted


@pytest.mark.parametrize("operation", ["models", "files", "batches", "embeddings"])
def test_every_resource_has_raw_and_streaming_responses(client: Groq, operation: str) -> None:
    resource: Any = getattr(client, operation)
    arguments: Any = {"model": "m", "input": "hello"} if operation == "embeddings" else {}
    name = "create" if arguments else "list"
    raw = getattr(resource.with_raw_response, name)(**arguments)
    assert raw.parse().object == "list"
    with getattr(resource.with_streaming_response, name)(**arguments) as response:
        assert response.json()["object"] == "list"
