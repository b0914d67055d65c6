"""Raw and streaming responses, binary bodies, and files that are written completely or not at all."""

from __future__ import annotations

import dataclasses
import datetime
import os
from pathlib import Path
from typing import Any, TypedDict

import msgspec
import pydantic
import pytest
from waiting import left_with

from aiogroq import (
    APIConnectionError,
    APIResponseValidationError,
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncGroq,
    AsyncStream,
    AsyncStreamedBinaryAPIResponse,
    StreamAlreadyConsumed,
)
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.chat import ChatCompletion

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
SPOKEN = {"model": "canopylabs/orpheus-v1-english", "voice": "austin", "response_format": "wav"}


async def test_a_raw_response_has_the_facts_of_its_exchange(client: AsyncGroq, server: LocalGroq) -> None:
    response = await client.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION)
    assert type(response) is AsyncAPIResponse
    assert response.status_code == 200
    assert response.headers["content-type"] == response.headers["Content-Type"] == "application/json"
    assert response.request_id == server.requests[-1].request_id
    assert response.method == "POST"
    assert response.url == f"{server.base_url}/openai/v1/chat/completions"
    assert response.http_version == "HTTP/1.1"
    assert response.http_response.status == 200
    assert response.http_request.headers["Authorization"] == "[redacted]"
    assert response.elapsed > datetime.timedelta(0)
    assert response.is_closed
    assert response.retries_taken == 0
    assert response.rate_limit is not None
    assert response.rate_limit.tokens.remaining is not None
    completion = await response.parse()
    assert type(completion) is ChatCompletion
    assert await response.parse() is completion
    assert (await response.json())["id"] == completion.id
    assert completion.id in await response.text()


class AsStruct(msgspec.Struct):
    id: str
    model: str


@dataclasses.dataclass
class AsDataclass:
    id: str


class AsTypedDict(TypedDict):
    id: str


class AsPydantic(pydantic.BaseModel):
    id: str


@pytest.mark.parametrize("to", [AsStruct, AsDataclass, AsPydantic])
async def test_a_body_is_parsed_into_the_class_that_is_named(client: AsyncGroq, to: Any) -> None:
    response = await client.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION)
    value = await response.parse(to=to)
    assert type(value) is to
    assert value.id.startswith("chatcmpl-")
    assert await response.parse(to=to) is value


async def test_a_body_is_parsed_into_plain_types_too(client: AsyncGroq) -> None:
    response = await client.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION)
    assert (await response.parse(to=AsTypedDict))["id"].startswith("chatcmpl-")
    assert (await response.parse(to=dict))["object"] == "chat.completion"
    assert (await response.parse(to=dict[str, Any]))["object"] == "chat.completion"
    assert await response.parse(to=bytes) == await response.read()
    assert await response.parse(to=str) == await response.text()
    assert await response.parse(to=type(None)) is None
    union: Any = list[int] | dict[str, Any]
    assert (await response.parse(to=union))["object"] == "chat.completion"


@pytest.mark.parametrize(
    ("body", "to", "value"), [(b"3", int, 3), (b"2.5", float, 2.5), (b"true", bool, True)]
)
async def test_a_number_is_parsed_from_a_bare_body(
    client: AsyncGroq, server: LocalGroq, body: bytes, to: Any, value: object
) -> None:
    server.script(Fault(body=body))
    response = await client.models.with_raw_response.list()
    assert await response.parse(to=to) == value


async def test_a_body_that_does_not_fit_is_rejected_with_its_status_and_request_id(client: AsyncGroq) -> None:
    response = await client.models.with_raw_response.list()
    with pytest.raises(APIResponseValidationError, match="Cannot read the response as AsStruct") as caught:
        await response.parse(to=AsStruct)
    assert caught.value.status_code == 200
    assert caught.value.request_id == response.request_id
    assert caught.value.response.content == await response.read()


async def test_a_raw_stream_parses_into_the_stream(client: AsyncGroq) -> None:
    response = await client.chat.completions.with_raw_response.create(
        model=MODEL, messages=QUESTION, stream=True
    )
    stream = await response.parse()
    assert type(stream) is AsyncStream
    assert await response.parse() is stream
    assert (await stream.collect()).choices[0].finish_reason == "stop"


async def test_the_streaming_view_sends_on_enter_and_closes_on_exit(
    client: AsyncGroq, server: LocalGroq
) -> None:
    view = client.chat.completions.with_streaming_response.create(model=MODEL, messages=QUESTION, stream=True)
    assert server.requests == []
    async with view as response:
        assert len(server.requests) == 1
        lines = [line async for line in response.iter_lines()]
        assert lines[0].startswith("data: {")
        assert lines[-2:] == ["data: [DONE]", ""]
    assert response.is_closed


async def test_a_streaming_view_that_is_never_entered_sends_nothing_and_warns_of_nothing(
    client: AsyncGroq, server: LocalGroq
) -> None:
    client.models.with_streaming_response.list()
    assert server.requests == []


async def test_a_body_that_was_streamed_cannot_be_read_again(client: AsyncGroq) -> None:
    async with client.models.with_streaming_response.list() as response:
        chunks = [chunk async for chunk in response.iter_bytes(10)]
        assert {len(chunk) for chunk in chunks[:-1]} == {10}
        with pytest.raises(StreamAlreadyConsumed):
            await response.read()
        with pytest.raises(StreamAlreadyConsumed):
            async for _ in response.iter_text():
                pass


async def test_a_body_that_was_read_can_be_iterated(client: AsyncGroq) -> None:
    async with client.models.with_streaming_response.list() as response:
        body = await response.read()
        assert b"".join([chunk async for chunk in response.iter_bytes()]) == body
        assert "".join([text async for text in response.iter_text(7)]) == body.decode()
        assert (await response.parse()).data


async def test_the_client_itself_has_both_views(client: AsyncGroq) -> None:
    raw = await client.with_raw_response.chat.completions.create(model=MODEL, messages=QUESTION)
    assert (await raw.parse()).object == "chat.completion"
    async with client.with_streaming_response.models.list() as response:
        assert (await response.parse()).object == "list"


async def test_speech_is_read_completely_and_written_to_a_file(client: AsyncGroq, tmp_path: Path) -> None:
    speech = await client.audio.speech.create(input="Hello there", **SPOKEN)  # type: ignore[arg-type]
    assert type(speech) is AsyncBinaryAPIResponse
    assert speech.content[:4] == b"RIFF"
    assert speech.headers["content-type"] == "audio/wav"
    await speech.write_to_file(tmp_path / "a.wav")
    await speech.stream_to_file(str(tmp_path / "b.wav"), chunk_size=1000)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes() == speech.content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "b.wav"]


async def test_a_streamed_file_appears_complete_or_not_at_all(client: AsyncGroq, tmp_path: Path) -> None:
    target = tmp_path / "speech.wav"
    async with client.audio.speech.with_streaming_response.create(input="Hello there", **SPOKEN) as response:  # type: ignore[arg-type]
        assert type(response) is AsyncStreamedBinaryAPIResponse
        await response.stream_to_file(target)
    assert target.read_bytes()[:4] == b"RIFF"


async def test_a_download_that_breaks_off_leaves_no_file_and_keeps_the_old_one(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path
) -> None:
    target = tmp_path / "speech.wav"
    target.write_bytes(b"old")
    server.script(Fault(after_bytes=1000, end="reset"))
    async with client.audio.speech.with_streaming_response.create(input="Hello there", **SPOKEN) as response:  # type: ignore[arg-type]
        with pytest.raises(APIConnectionError):
            await response.stream_to_file(target)
    await left_with(tmp_path, "speech.wav")
    assert target.read_bytes() == b"old"


async def test_a_file_in_a_directory_that_is_not_there_is_an_os_error(
    client: AsyncGroq, tmp_path: Path
) -> None:
    speech = await client.audio.speech.create(input="Hello there", **SPOKEN)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError) as caught:
        await speech.write_to_file(tmp_path / "no" / "where.wav")
    assert caught.value.filename == str(tmp_path / "no" / "where.wav")


async def test_a_link_stays_a_link_and_a_device_a_device(client: AsyncGroq, tmp_path: Path) -> None:
    (tmp_path / "real.wav").write_bytes(b"old")
    (tmp_path / "link.wav").symlink_to("real.wav")
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    speech = await client.audio.speech.create(input="Hello there", **SPOKEN)  # type: ignore[arg-type]
    await speech.write_to_file(tmp_path / "link.wav")
    await speech.stream_to_file(tmp_path / "pipe", chunk_size=1000)
    assert (tmp_path / "link.wav").is_symlink()
    assert (tmp_path / "real.wav").read_bytes() == speech.content
    assert (tmp_path / "pipe").is_fifo()
    assert os.read(reader, 4) == b"RIFF"
    os.close(reader)


async def test_a_2xx_body_that_is_no_json_says_what_came(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(body="<html>hold on</html>", content_type="text/html"))
    with pytest.raises(APIResponseValidationError, match=r"text/html.*hold on") as caught:
        await client.models.list()
    assert caught.value.status_code == 200
    assert caught.value.response.text == "<html>hold on</html>"
