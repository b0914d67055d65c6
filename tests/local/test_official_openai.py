"""The `openai` package works with the endpoints that it shares with Groq."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, OpenAI

from aiogroq.local import LocalGroq

MESSAGES: Any = [{"role": "user", "content": "What is 6 times 7?"}]


@pytest.fixture(params=["/openai/v1", "/v1", "/api/openai/v1"])
def client(server: LocalGroq, request: pytest.FixtureRequest) -> Iterator[OpenAI]:
    with OpenAI(api_key="key", base_url=server.base_url + request.param, max_retries=0) as client:
        yield client


def test_chat_responds_and_streams(client: OpenAI) -> None:
    completion = client.chat.completions.create(model="llama-3.3-70b-versatile", messages=MESSAGES)
    assert completion.choices[0].message.content == "6 * 7 = 42."
    stream = client.chat.completions.create(
        model="llama-3.3-70b-versatile",
        messages=MESSAGES,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "6 * 7 = 42."
    assert chunks[-1].choices == []
    assert chunks[-1].usage == completion.usage


def test_embeddings_are_decoded_by_the_packages_base64(client: OpenAI) -> None:
    made = client.embeddings.create(model="nomic-embed-text-v1_5", input=["a b", "c"])
    assert len(made.data) == 2
    assert sum(value * value for value in made.data[0].embedding) == pytest.approx(1.0, abs=1e-5)


def test_audio_models_files_and_batches(client: OpenAI) -> None:
    audio = client.audio.speech.create(
        model="playai-tts", voice="v", input="Good day.", response_format="wav"
    ).read()
    assert (
        client.audio.transcriptions.create(model="whisper-large-v3", file=("a.wav", audio)).text
        == "Good day."
    )
    with warnings.catch_warnings():
        # Newer releases of the package call this operation deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        assert (
            client.audio.translations.create(model="whisper-large-v3", file=("a.wav", audio)).text
            == "Good day."
        )
    assert client.models.retrieve("openai/gpt-oss-20b").id == "openai/gpt-oss-20b"
    assert len(client.models.list().data) > 10
    file = client.files.create(file=("in.jsonl", b"{}"), purpose="batch")
    assert client.files.retrieve(file.id).status == "processed"
    assert client.files.content(file.id).read() == b"{}"
    batch = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    while batch.status != "failed":
        batch = client.batches.retrieve(batch.id)
    assert batch.errors is not None
    assert batch.errors.data is not None
    assert batch.errors.data[0].line == 1
    assert client.files.delete(file.id).deleted


def test_endpoints_of_openai_only_are_rejected(client: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="property 'verbosity' is unsupported"):
        client.chat.completions.create(model="m", messages=MESSAGES, verbosity="low")


async def test_the_async_client_works_too(server: LocalGroq) -> None:
    async with AsyncOpenAI(api_key="key", base_url=f"{server.base_url}/openai/v1", max_retries=0) as client:
        stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == "6 * 7 = 42."
