"""Embeddings in their three encodings, async and sync, over a real socket."""

from __future__ import annotations

from array import array
from typing import Any, Literal

import pytest

from aiogroq import AsyncGroq, Groq, omit
from aiogroq.local import Fault, LocalGroq
from aiogroq.types import CreateEmbeddingArrayResponse, CreateEmbeddingResponse

MODEL = "nomic-embed-text-v1_5"
TEXTS = ["a small cat", "a little cat", "the stock market"]
CALL: dict[str, Any] = {"model": MODEL, "input": TEXTS}


async def test_arrays_are_requested_as_base64_and_equal_the_lists(
    client: AsyncGroq, server: LocalGroq
) -> None:
    lists = await client.embeddings.create(model=MODEL, input=TEXTS)
    arrays = await client.embeddings.create(model=MODEL, input=TEXTS, encoding_format="array")
    assert server.requests[-1].json == {**CALL, "encoding_format": "base64"}
    assert type(arrays) is CreateEmbeddingArrayResponse
    assert [item.index for item in arrays.data] == [0, 1, 2]
    for made, expected in zip(arrays.data, lists.data, strict=True):
        assert type(made.embedding) is array
        assert list(made.embedding) == pytest.approx(expected.embedding, abs=1e-7)
    assert (arrays.model, arrays.usage) == (lists.model, lists.usage)


def test_the_sync_client_gives_the_same_arrays(groq_client: Groq, server: LocalGroq) -> None:
    lists = groq_client.embeddings.create(model=MODEL, input=TEXTS)
    arrays = groq_client.embeddings.create(model=MODEL, input=TEXTS, encoding_format="array")
    assert server.requests[-1].json == {**CALL, "encoding_format": "base64"}
    assert type(arrays) is CreateEmbeddingArrayResponse
    for made, expected in zip(arrays.data, lists.data, strict=True):
        assert list(made.embedding) == pytest.approx(expected.embedding, abs=1e-7)


@pytest.mark.parametrize(
    ("encoding", "sent", "kind"),
    [
        (omit, {}, list),
        ("float", {"encoding_format": "float"}, list),
        ("base64", {"encoding_format": "base64"}, str),
    ],
)
async def test_the_encodings_of_the_service_are_passed_through(
    client: AsyncGroq, server: LocalGroq, encoding: Literal["float", "base64"], sent: Any, kind: type
) -> None:
    response = await client.embeddings.create(model=MODEL, input=TEXTS, encoding_format=encoding)
    assert server.requests[-1].json == {**CALL, **sent}
    assert type(response) is CreateEmbeddingResponse
    assert {type(item.embedding) for item in response.data} == {kind}


async def test_both_views_parse_arrays(client: AsyncGroq) -> None:
    plain = await client.embeddings.create(model=MODEL, input="a", encoding_format="array")
    assert type(plain.data[0].embedding) is array
    raw = await client.embeddings.with_raw_response.create(model=MODEL, input="a", encoding_format="array")
    assert await raw.parse() == plain
    streaming = client.embeddings.with_streaming_response
    async with streaming.create(model=MODEL, input="a", encoding_format="array") as response:
        assert await response.parse() == plain


def test_both_sync_views_parse_arrays(groq_client: Groq) -> None:
    plain = groq_client.embeddings.create(model=MODEL, input="a", encoding_format="array")
    assert type(plain.data[0].embedding) is array
    raw = groq_client.embeddings.with_raw_response.create(model=MODEL, input="a", encoding_format="array")
    assert raw.parse() == plain
    streaming = groq_client.embeddings.with_streaming_response
    with streaming.create(model=MODEL, input="a", encoding_format="array") as response:
        assert response.parse() == plain


async def test_a_server_without_base64_gives_arrays_too(client: AsyncGroq, server: LocalGroq) -> None:
    item = {"object": "embedding", "index": 0, "embedding": [0.5, 1]}
    server.script(Fault(body={"object": "list", "data": [item], "model": "m"}))
    response = await client.embeddings.create(model="m", input="a", encoding_format="array")
    assert response.data[0].embedding == array("f", [0.5, 1.0])
