"""Every endpoint, parsed, raw and streaming, async and sync."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import reduce
from typing import Any

import groq
import pytest

from aiogroq import (
    APIResponse,
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncGroq,
    AsyncStreamedBinaryAPIResponse,
    BinaryAPIResponse,
    Groq,
    StreamedBinaryAPIResponse,
)
from aiogroq.local import LocalGroq

MODEL = "openai/gpt-oss-20b"
LINE = {
    "custom_id": "a",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]},
}
LINES = json.dumps(LINE).encode() + b"\n"
SPEECH = {
    "model": "canopylabs/orpheus-v1-english",
    "voice": "austin",
    "input": "Hi",
    "response_format": "wav",
}


class Shelf:
    """Things on the server that the calls below name."""

    def __init__(self, groq: Groq) -> None:
        self.file_id = groq.files.create(file=("a.jsonl", LINES), purpose="batch").id
        self.batch_id = groq.batches.create(
            input_file_id=self.file_id, endpoint="/v1/chat/completions", completion_window="24h"
        ).id
        self.wav = groq.audio.speech.create(**SPEECH).content  # type: ignore[arg-type]


Arguments = Callable[[Shelf], tuple[tuple[Any, ...], dict[str, Any]]]

CALLS: dict[str, Arguments] = {
    "chat.completions.create": lambda _: ((), LINE["body"]),  # type: ignore[dict-item,return-value]
    "embeddings.create": lambda _: ((), {"model": "m", "input": "hi", "encoding_format": "base64"}),
    "audio.speech.create": lambda _: ((), SPEECH),
    "audio.transcriptions.create": lambda shelf: (
        (),
        {"model": "whisper-large-v3", "file": ("a.wav", shelf.wav), "response_format": "json"},
    ),
    "audio.translations.create": lambda shelf: (
        (),
        {"model": "whisper-large-v3", "file": ("a.wav", shelf.wav), "response_format": "verbose_json"},
    ),
    "models.list": lambda _: ((), {}),
    "models.retrieve": lambda _: ((MODEL,), {}),
    "models.delete": lambda _: (("ft:my-own-model",), {}),
    "files.create": lambda _: ((), {"file": ("b.jsonl", LINES), "purpose": "batch"}),
    "files.list": lambda _: ((), {}),
    "files.info": lambda shelf: ((shelf.file_id,), {}),
    "files.content": lambda shelf: ((shelf.file_id,), {}),
    "files.delete": lambda shelf: ((shelf.file_id,), {}),
    "batches.create": lambda shelf: (
        (),
        {
            "input_file_id": shelf.file_id,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": {"a": "b"},
        },
    ),
    "batches.retrieve": lambda shelf: ((shelf.batch_id,), {}),
    "batches.list": lambda _: ((), {}),
    "batches.cancel": lambda shelf: ((shelf.batch_id,), {}),
}
BINARY = ("audio.speech.create", "files.content")
# The objects with the attribute of the view: the client, each resource on the way, the last one.
DEPTHS = (0, 1, 2)


def endpoint(client: Any, name: str, view: str | None, depth: int) -> Any:
    """The method of that name, with the view taken after ``depth`` steps."""
    *path, method = name.split(".")
    steps = [*path[:depth], view, *path[depth:], method] if view is not None else [*path, method]
    return reduce(getattr, steps, client)


@pytest.fixture
def shelf(groq_client: Groq) -> Shelf:
    """A file, a batch and a recording on the server."""
    return Shelf(groq_client)


@pytest.mark.local_groq(batch_step_s=3600)
@pytest.mark.parametrize("name", CALLS)
async def test_an_async_endpoint_works_plain_and_through_both_views(
    client: AsyncGroq, shelf: Shelf, server: LocalGroq, name: str
) -> None:
    for depth in DEPTHS:
        if depth > name.count("."):
            continue
        args, kwargs = CALLS[name](Shelf(Groq(api_key="k", base_url=server.base_url)))
        raw = await endpoint(client, name, "with_raw_response", depth)(*args, **kwargs)
        assert type(raw) is (AsyncBinaryAPIResponse if name in BINARY else AsyncAPIResponse)
        assert raw.status_code == 200
        assert raw.request_id == server.requests[-1].request_id
        assert await raw.parse() is not None
        args, kwargs = CALLS[name](Shelf(Groq(api_key="k", base_url=server.base_url)))
        async with endpoint(client, name, "with_streaming_response", depth)(*args, **kwargs) as streamed:
            assert type(streamed) is (AsyncStreamedBinaryAPIResponse if name in BINARY else AsyncAPIResponse)
            assert not streamed.is_closed
            body = await streamed.read()
        assert body
        assert streamed.is_closed
    args, kwargs = CALLS[name](shelf)
    plain = await endpoint(client, name, None, 0)(*args, **kwargs)
    if name in BINARY:
        assert plain.content
    else:
        assert type(plain) is type(await raw.parse())


@pytest.mark.local_groq(batch_step_s=3600)
@pytest.mark.parametrize("name", CALLS)
def test_a_sync_endpoint_works_plain_and_through_both_views(
    groq_client: Groq, shelf: Shelf, server: LocalGroq, name: str
) -> None:
    for depth in DEPTHS:
        if depth > name.count("."):
            continue
        args, kwargs = CALLS[name](Shelf(groq_client))
        raw = endpoint(groq_client, name, "with_raw_response", depth)(*args, **kwargs)
        assert type(raw) is (BinaryAPIResponse if name in BINARY else APIResponse)
        assert raw.status_code == 200
        assert raw.parse() is not None
        args, kwargs = CALLS[name](Shelf(groq_client))
        with endpoint(groq_client, name, "with_streaming_response", depth)(*args, **kwargs) as streamed:
            assert type(streamed) is (StreamedBinaryAPIResponse if name in BINARY else APIResponse)
            assert not streamed.is_closed
            body = streamed.read()
        assert body
        assert streamed.is_closed
    args, kwargs = CALLS[name](shelf)
    plain = endpoint(groq_client, name, None, 0)(*args, **kwargs)
    if name in BINARY:
        assert plain.content
    else:
        assert type(plain) is type(raw.parse())


def test_the_error_of_an_unknown_name_on_a_resource_suggests_the_nearest_one(
    groq_client: Groq, client: AsyncGroq
) -> None:
    with pytest.raises(AttributeError, match=r"Did you mean 'completions'"):
        _ = client.chat.completion  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        _ = groq_client.chat.completion  # type: ignore[attr-defined]


@pytest.mark.local_groq(batch_step_s=3600)
@pytest.mark.parametrize("name", CALLS)
async def test_the_official_package_drives_the_embedded_server_plain_and_through_both_views(
    shelf: Shelf, server: LocalGroq, name: str
) -> None:
    async with groq.AsyncGroq(api_key="k", base_url=server.base_url, max_retries=0) as official:
        for view in (None, "with_raw_response"):
            args, kwargs = CALLS[name](Shelf(Groq(api_key="k", base_url=server.base_url)))
            assert await endpoint(official, name, view, 0)(*args, **kwargs) is not None
        args, kwargs = CALLS[name](shelf)
        async with endpoint(official, name, "with_streaming_response", 0)(*args, **kwargs) as streamed:
            assert streamed.status_code == 200
            assert await streamed.read()
    assert all(request.status == 200 for request in server.requests)
