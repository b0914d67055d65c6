"""Audio, files, batches, models, embeddings: uploads of every kind, the formats of a transcription, binary responses."""

from __future__ import annotations

import io
import tempfile
from array import array
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal

from typing_extensions import assert_type

from aiogroq import (
    APIResponse,
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncGroq,
    AsyncStreamedBinaryAPIResponse,
    BinaryAPIResponse,
    Groq,
    StreamedBinaryAPIResponse,
    omit,
)
from aiogroq.types import (
    Batch,
    BatchCancelResponse,
    BatchCreateParams,
    BatchCreateResponse,
    BatchListResponse,
    BatchRetrieveResponse,
    CreateEmbeddingArrayResponse,
    CreateEmbeddingFloatsResponse,
    CreateEmbeddingResponse,
    Embedding,
    EmbeddingArray,
    EmbeddingCreateParams,
    FileCreateResponse,
    FileDeleteResponse,
    FileInfoResponse,
    FileListResponse,
    FileTypes,
    Model,
    ModelDeleted,
    ModelListResponse,
    Transcription,
    TranscriptionSegment,
    TranscriptionText,
    TranscriptionWord,
    Translation,
)

WHISPER = "whisper-large-v3"


# ------------------------------------------------------------------------------------------- formats of a transcript


async def transcripts_awaited(client: AsyncGroq, name: str, one_of: Literal["json", "text"]) -> None:
    create = client.audio.transcriptions.create
    assert_type(await create(model=WHISPER, file=b""), Transcription)
    assert_type(await create(model=WHISPER, file=b"", response_format="json"), Transcription)
    assert_type(await create(model=WHISPER, file=b"", response_format="verbose_json"), Transcription)
    assert_type(await create(model=WHISPER, file=b"", response_format=omit), Transcription)
    assert_type(await create(model=WHISPER, file=b"", response_format="text"), TranscriptionText)
    assert_type(
        await create(model=WHISPER, file=b"", response_format=name), Transcription | TranscriptionText
    )
    assert_type(
        await create(model=WHISPER, file=b"", response_format=one_of), Transcription | TranscriptionText
    )
    translate = client.audio.translations.create
    assert_type(await translate(model=WHISPER, file=b""), Translation)
    assert_type(await translate(model=WHISPER, url="https://a.example/a.wav"), Translation)
    assert_type(await translate(model=WHISPER, file=b"", response_format="verbose_json"), Translation)
    assert_type(await translate(model=WHISPER, file=b"", response_format="text"), TranscriptionText)
    assert_type(
        await translate(model=WHISPER, file=b"", response_format=name), Translation | TranscriptionText
    )
    raw = client.audio.transcriptions.with_raw_response
    assert_type(await raw.create(model=WHISPER, file=b""), AsyncAPIResponse[Transcription])
    assert_type(
        await raw.create(model=WHISPER, file=b"", response_format="text"), AsyncAPIResponse[TranscriptionText]
    )
    async with client.audio.translations.with_streaming_response.create(model=WHISPER, file=b"") as response:
        assert_type(response, AsyncAPIResponse[Translation])


def transcripts_blocking(client: Groq, name: str) -> None:
    create = client.audio.transcriptions.create
    assert_type(create(model=WHISPER, file=b""), Transcription)
    assert_type(create(model=WHISPER, file=b"", response_format="verbose_json"), Transcription)
    assert_type(create(model=WHISPER, file=b"", response_format="text"), TranscriptionText)
    assert_type(create(model=WHISPER, file=b"", response_format=name), Transcription | TranscriptionText)
    translate = client.audio.translations.create
    assert_type(translate(model=WHISPER, file=b""), Translation)
    assert_type(translate(model=WHISPER, file=b"", response_format="text"), TranscriptionText)
    assert_type(translate(model=WHISPER, file=b"", response_format=name), Translation | TranscriptionText)
    raw = client.with_raw_response.audio.translations
    assert_type(raw.create(model=WHISPER, file=b""), APIResponse[Translation])
    with client.audio.with_streaming_response.transcriptions.create(
        model=WHISPER, file=b"", response_format="text"
    ) as response:
        assert_type(response, APIResponse[TranscriptionText])


def a_transcript(transcription: Transcription, text: TranscriptionText) -> None:
    assert_type(transcription.text, str)
    assert_type(transcription.segments, list[TranscriptionSegment])
    assert_type(transcription.segments[0].start, float)
    assert_type(transcription.words, list[TranscriptionWord])
    assert_type(transcription.duration, float | None)
    print(transcription.segments[0]["start"], transcription.language)
    as_text: str = text
    assert_type(text.text, str)
    assert_type(text.upper(), str)
    assert_type(text.language, None)
    print(as_text)


def every_parameter_of_a_transcript(client: Groq) -> None:
    transcription = client.audio.transcriptions.create(
        model=WHISPER,
        file=("a.wav", b"", "audio/wav"),
        url=omit,
        language="en",
        prompt="Names: Ada",
        response_format="verbose_json",
        temperature=0,
        timestamp_granularities=["word", "segment"],
        extra_headers={"X-Trace": "1"},
        extra_body={"brand_new": 1},
        timeout=120,
    )
    assert_type(transcription, Transcription)


# -------------------------------------------------------------------------------------------------------- uploads


async def chunks() -> AsyncIterator[bytes]:
    yield b"{}"


async def uploads_awaited(client: AsyncGroq, given: FileTypes, reader: BinaryIO, other: IO[bytes]) -> None:
    create = client.files.create
    assert_type(await create(file=b"{}", purpose="batch"), FileCreateResponse)
    await create(file=bytearray(b"{}"), purpose="batch")
    await create(file=Path("a.jsonl"), purpose="batch")
    await create(file=io.BytesIO(b"{}"), purpose="batch")
    await create(file=chunks(), purpose="batch")
    await create(file=given, purpose="batch")
    await create(file=reader, purpose="batch")
    await create(file=other, purpose="batch")
    await create(file=("a.jsonl", b"{}"), purpose="batch")
    await create(file=("a.jsonl", Path("a.jsonl"), "application/jsonl"), purpose="batch")
    await create(file=("a.jsonl", reader, None, {"X-Part": "1"}), purpose="batch")
    await create(file=(None, chunks()), purpose="batch")


def uploads_blocking(client: Groq, given: FileTypes) -> None:
    assert_type(client.files.create(file=b"{}", purpose="batch"), FileCreateResponse)
    client.files.create(file=Path("a.jsonl"), purpose="batch", timeout=None)
    client.files.create(file=("a.jsonl", b"{}", "application/jsonl"), purpose="batch")
    with open("a.mp3", "rb") as opened:
        client.audio.transcriptions.create(model=WHISPER, file=opened)
    client.audio.translations.create(model=WHISPER, file=given)
    with open("a.jsonl", "rb") as opened, Path("a.jsonl").open("rb") as opened_path:
        client.files.create(file=opened, purpose="batch")
        client.files.create(file=opened_path, purpose="batch")
    with tempfile.NamedTemporaryFile() as named, tempfile.SpooledTemporaryFile() as spooled:
        client.files.create(file=named, purpose="batch")
        client.files.create(file=spooled, purpose="batch")
    upload: tuple[str, bytes] = ("a.jsonl", b"{}")
    client.files.create(file=upload, purpose="batch")


# ----------------------------------------------------------------------------------------------- binary responses


async def binary_awaited(client: AsyncGroq, folder: Path) -> None:
    speech = await client.audio.speech.create(
        model="canopylabs/orpheus-v1-english",
        input="Hello",
        voice="hannah",
        response_format="wav",
        sample_rate=24000,
        speed=1.25,
    )
    assert_type(speech, AsyncBinaryAPIResponse)
    assert_type(speech.content, bytes)
    assert_type(await speech.read(), bytes)
    assert_type(await speech.parse(), bytes)
    assert_type(await speech.write_to_file(folder / "a.wav"), None)
    await speech.write_to_file("a.wav")
    await speech.stream_to_file("a.wav", chunk_size=4096)
    async for chunk in speech.iter_bytes():
        assert_type(chunk, bytes)
    content = await client.files.content("file_1")
    assert_type(content, AsyncBinaryAPIResponse)
    raw = await client.files.with_raw_response.content("file_1")
    assert_type(raw, AsyncBinaryAPIResponse)
    async with client.files.with_streaming_response.content("file_1") as response:
        assert_type(response, AsyncStreamedBinaryAPIResponse)
        await response.stream_to_file(folder / "a.jsonl")
        await response.write_to_file("a.jsonl")
        async for chunk in response.iter_bytes(65536):
            assert_type(chunk, bytes)
    async with client.with_streaming_response.audio.speech.create(
        model="canopylabs/orpheus-v1-english", input="Hello", voice="hannah"
    ) as spoken:
        assert_type(spoken, AsyncStreamedBinaryAPIResponse)


def binary_blocking(client: Groq, folder: Path) -> None:
    speech = client.audio.speech.create(model="canopylabs/orpheus-v1-english", input="Hello", voice="hannah")
    assert_type(speech, BinaryAPIResponse)
    assert_type(speech.content, bytes)
    assert_type(speech.content.decode("utf-8").strip().split("\n"), list[str])
    assert_type(speech.read(), bytes)
    speech.write_to_file(folder / "a.wav")
    speech.stream_to_file("a.wav", chunk_size=4096)
    assert_type(client.files.content("file_1"), BinaryAPIResponse)
    assert_type(client.files.with_raw_response.content("file_1"), BinaryAPIResponse)
    with client.files.with_streaming_response.content("file_1") as response:
        assert_type(response, StreamedBinaryAPIResponse)
        response.stream_to_file(folder / "a.jsonl")
        for chunk in response.iter_bytes(65536):
            assert_type(chunk, bytes)
    with client.audio.speech.with_streaming_response.create(model="m", input="Hello", voice="troy") as spoken:
        assert_type(spoken, StreamedBinaryAPIResponse)


# ---------------------------------------------------------------------------------------------- other resources


async def others_awaited(client: AsyncGroq) -> None:
    assert_type(await client.models.list(), ModelListResponse)
    assert_type((await client.models.list()).data, list[Model])
    assert_type(await client.models.retrieve("openai/gpt-oss-20b", timeout=5), Model)
    assert_type(await client.models.delete("mine"), ModelDeleted)
    assert_type(await client.files.list(extra_query={"limit": 10}), FileListResponse)
    assert_type(await client.files.info("file_1"), FileInfoResponse)
    assert_type(await client.files.delete("file_1"), FileDeleteResponse)
    assert_type(await client.batches.retrieve("batch_1"), BatchRetrieveResponse)
    assert_type(await client.batches.list(), BatchListResponse)
    assert_type(await client.batches.cancel("batch_1"), BatchCancelResponse)
    created = await client.batches.create(
        input_file_id="file_1",
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={"run": "7"},
    )
    assert_type(created, BatchCreateResponse)
    floats = await client.embeddings.create(input="Hello", model="m")
    assert_type(floats, CreateEmbeddingFloatsResponse)
    assert_type(floats.data[0].embedding, list[float])
    assert_type([item.embedding for item in floats], list[list[float]])
    as_before: CreateEmbeddingResponse = floats
    print(as_before.data[0].index)
    arrays = await client.embeddings.create(input="Hello", model="m", encoding_format="array")
    assert_type(arrays, CreateEmbeddingArrayResponse)
    raw_arrays = await client.embeddings.with_raw_response.create(
        input="a", model="m", encoding_format="array"
    )
    assert_type(raw_arrays, AsyncAPIResponse[CreateEmbeddingArrayResponse])
    raw = await client.models.with_raw_response.retrieve("openai/gpt-oss-20b")
    assert_type(raw, AsyncAPIResponse[Model])
    assert_type(await raw.parse(), Model)
    async with client.batches.with_streaming_response.list() as response:
        assert_type(response, AsyncAPIResponse[BatchListResponse])


def others_blocking(client: Groq) -> None:
    assert_type(client.models.list(), ModelListResponse)
    assert_type(client.models.retrieve("openai/gpt-oss-20b").context_window, int | None)
    assert_type(client.models.delete("mine").deleted, bool)
    assert_type(client.files.list(), FileListResponse)
    assert_type(client.files.info("file_1").bytes, int)
    assert_type(client.files.delete("file_1"), FileDeleteResponse)
    batch_params: BatchCreateParams = {
        "input_file_id": "file_1",
        "endpoint": "/v1/chat/completions",
        "completion_window": "7d",
    }
    batch = client.batches.create(
        input_file_id="file_1", endpoint="/v1/chat/completions", completion_window="24h"
    )
    assert_type(batch, BatchCreateResponse)
    batch = client.batches.retrieve(batch.id)
    batch = client.batches.cancel(batch.id)
    assert_type(batch, Batch)
    assert_type(batch.output_file_id, str | None)
    assert_type(batch.metadata, dict[str, str] | None)
    assert_type(client.batches.list().data, list[Batch])
    embedding_params: EmbeddingCreateParams = {"input": ["a", "b"], "model": "m", "encoding_format": "float"}
    vectors = client.embeddings.create(input=("a", "b"), model="m", encoding_format="base64", user=None)
    assert_type(vectors.data, list[Embedding])
    assert_type(vectors.data[0].embedding, list[float] | str)
    arrays = client.embeddings.create(input=["a"], model="m", encoding_format="array")
    assert_type(arrays.data, list[EmbeddingArray])
    vector = arrays.data[0].embedding
    assert_type(vector, array[float])
    length: float = sum(number * number for number in vector)
    wanted: Literal["float", "base64", "array"] = "array" if length else "float"
    either = client.embeddings.create(input="a", model="m", encoding_format=wanted)
    assert_type(either, CreateEmbeddingResponse | CreateEmbeddingArrayResponse)
    with client.embeddings.with_streaming_response.create(
        input="a", model="m", encoding_format="array"
    ) as arrays_response:
        assert_type(arrays_response, APIResponse[CreateEmbeddingArrayResponse])
    assert_type(client.with_raw_response.models.list(), APIResponse[ModelListResponse])
    with client.with_streaming_response.embeddings.create(input="a", model="m") as response:
        assert_type(response, APIResponse[CreateEmbeddingFloatsResponse])
    in_floats = client.embeddings.create(input="a", model="m", encoding_format="float")
    print(sum(number * number for number in in_floats.data[0].embedding))
    print(batch_params, embedding_params)


def jobs_in_a_file(requests: list[dict[str, Any]]) -> FileTypes:
    return "jobs.jsonl", repr(requests).encode(), "application/jsonl"
