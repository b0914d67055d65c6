"""Large bodies: decoded in a thread and in chunks, so that the event loop can run, with the same result."""

from __future__ import annotations

import base64
import json
import random
import struct
import sys
import threading
from array import array
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from aiogroq import AsyncGroq
from aiogroq.local import Fault, LocalGroq
from aiogroq.protocol.chunked_decode import LARGE_BODY_BYTES, decode_in_chunks
from aiogroq.protocol.encode import encode_json
from aiogroq.types import ChatCompletion, CreateEmbeddingArrayResponse, CreateEmbeddingResponse
from aiogroq.types._decode import NotJSONError, decode_json

ITEMS = 400
VECTORS = [CreateEmbeddingResponse, CreateEmbeddingArrayResponse]


def embeddings(**changed: Any) -> dict[str, Any]:
    """Return an embeddings body of 1.5 MB."""
    rng = random.Random(1)
    data = [
        {"object": "embedding", "index": index, "embedding": [rng.random() for _ in range(200)]}
        for index in range(ITEMS)
    ]
    usage = {"prompt_tokens": 3, "total_tokens": 3}
    return {"object": "list", "data": data, "model": "m", "usage": usage, **changed}


def with_item(index: int, **changed: Any) -> dict[str, Any]:
    """Return the body with one item changed."""
    body = embeddings()
    body["data"][index].update(changed)
    return body


def in_base64(**changed: Any) -> dict[str, Any]:
    """Return the body with its vectors in base64."""
    body = embeddings(**changed)
    for item in body["data"]:
        numbers = item["embedding"]
        item["embedding"] = base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
    return body


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in embeddings().items() if key != name}


BODIES: dict[str, Callable[[], Any]] = {
    "unchanged": embeddings,
    "a new field": lambda: embeddings(brand_new={"a": [1]}),
    "a new field of an item": lambda: with_item(7, brand_new=[1]),
    "whole numbers": lambda: with_item(7, embedding=[1, 2, 3]),
    "a vector as text": lambda: with_item(7, embedding="AAAA"),
    "numbers as text": lambda: with_item(7, embedding=["0.5", 1, None]),
    "a lone surrogate among numbers": lambda: with_item(7, embedding=[0.5, "half a horse \ud83d"]),
    "a lone surrogate": lambda: with_item(7, object="half a horse \ud83d"),
    "an item that is no object": lambda: embeddings(data=[*embeddings()["data"], None, 3, [1]]),
    "no data": lambda: without("data"),
    "null for data": lambda: embeddings(data=None),
    "an object for data": lambda: embeddings(data={"0": embeddings()["data"][0]}),
    "another type for the usage": lambda: embeddings(usage="3"),
    "a list instead of an object": lambda: embeddings()["data"],
    "base64": in_base64,
    "base64 and a new field": lambda: in_base64(brand_new={"a": [1]}),
}


@pytest.mark.parametrize("cls", VECTORS)
@pytest.mark.parametrize("name", BODIES)
def test_a_body_decoded_in_chunks_has_the_same_result(name: str, cls: type[Any]) -> None:
    body = json.dumps(BODIES[name]()).encode()
    whole, chunked = decode_json(cls, body), decode_in_chunks(cls, body)
    assert type(chunked) is type(whole)
    assert chunked == whole
    assert repr(chunked) == repr(whole)
    assert type(whole) is list or vars(chunked) == vars(whole)
    if isinstance(chunked, cls):
        assert repr(chunked.to_dict()) == repr(whole.to_dict())
        assert chunked.model_extra == whole.model_extra


@pytest.mark.parametrize("missing_bytes", [1, 2, 1000])
@pytest.mark.parametrize("cls", [*VECTORS, ChatCompletion])
def test_a_truncated_body_decoded_in_chunks_is_not_json(cls: type[Any], missing_bytes: int) -> None:
    with pytest.raises(NotJSONError):
        decode_in_chunks(cls, json.dumps(embeddings()).encode()[:-missing_bytes])


def calls_into_c(work: Callable[[], Any], name: str | None = None) -> int:
    """Return how many C functions ``work`` calls; with ``name`` only those of that name."""
    count = 0

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "c_call" and name in (None, argument.__name__)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("cls", "made"), [(CreateEmbeddingResponse, embeddings), (CreateEmbeddingArrayResponse, in_base64)]
)
def test_another_thread_can_run_between_two_items(cls: type[Any], made: Callable[[], Any]) -> None:
    # A call into C holds the GIL from its start to its end.
    body = json.dumps(made()).encode()
    assert calls_into_c(lambda: decode_in_chunks(cls, body), "decode") >= ITEMS


class DecodedIn:
    """A type of the caller that records the thread in which it was decoded."""

    def __init__(self, size: int) -> None:
        self.thread, self.size = threading.get_ident(), size

    @classmethod
    def model_validate_json(cls, body: bytes) -> DecodedIn:
        return cls(len(body))


@pytest.mark.parametrize(
    ("size", "is_in_loop"), [(10, True), (LARGE_BODY_BYTES - 1, True), (LARGE_BODY_BYTES, False)]
)
async def test_a_large_response_is_decoded_in_a_thread_and_a_small_one_in_the_event_loop(
    size: int, is_in_loop: bool, client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(body=b'"' + b"x" * (size - 2) + b'"', times=2))
    plain = await client.get("/models", cast_to=DecodedIn)
    raw = await client.models.with_raw_response.list()
    parsed = await raw.parse(to=DecodedIn)
    for made in (plain, parsed):
        assert made.size == size
        assert (made.thread == threading.get_ident()) is is_in_loop
    assert await raw.parse(to=DecodedIn) is parsed


async def test_large_embeddings_are_complete(client: AsyncGroq, server: LocalGroq) -> None:
    body = embeddings()
    server.script(Fault(body=body))
    response = await client.embeddings.create(model="m", input="a")
    assert response.to_dict() == body


async def test_large_embeddings_are_complete_as_arrays(client: AsyncGroq, server: LocalGroq) -> None:
    body = in_base64(padding="x" * LARGE_BODY_BYTES)
    server.script(Fault(body=body))
    response = await client.embeddings.create(model="m", input="a", encoding_format="array")
    assert response["padding"] == body["padding"]
    for made, sent in zip(response.data, body["data"], strict=True):
        assert type(made.embedding) is array
        assert base64.b64encode(struct.pack("<200f", *made.embedding)).decode() == sent["embedding"]


def test_a_vector_of_a_leniently_decoded_response_is_converted_at_once() -> None:
    body = json.dumps(embeddings(brand_new=1)).encode()
    numbers = ITEMS * 200
    assert calls_into_c(lambda: decode_json(CreateEmbeddingResponse, body)) < numbers / 2


def test_a_vector_in_a_request_is_checked_at_once() -> None:
    vectors = embeddings()
    assert calls_into_c(lambda: encode_json(vectors)) < ITEMS * 10


@pytest.mark.parametrize("lossy", [float("nan"), float("inf"), b"bytes", bytearray(b"a")])
@pytest.mark.parametrize("other", [None, 1.5])
def test_a_vector_that_json_cannot_represent_is_rejected(lossy: Any, other: Any) -> None:
    with pytest.raises(Exception, match=r"vectors\[1\]\[2\] is (nan|inf|bytes|bytearray)"):
        encode_json({"vectors": [[0.5, 1.5], [0.5, other, lossy]]})
    assert msgspec.json.decode(encode_json({"v": [[0.5, other]]})) == {"v": [[0.5, other]]}
