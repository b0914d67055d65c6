"""The vectors of ``encoding_format="array"``: arrays of 32-bit floats."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import struct
import subprocess
import sys
from array import array
from typing import Any

import msgspec
import numpy as np
import pydantic
import pytest

from aiogroq.types import CreateEmbeddingArrayResponse, EmbeddingArray

NUMBERS = [0.5, -1.25, 3.0e-05, 0.1]
AS_32_BITS = list(struct.unpack("<4f", struct.pack("<4f", *NUMBERS)))
TEXT = base64.b64encode(struct.pack("<4f", *NUMBERS)).decode()


def body(vector: Any) -> bytes:
    """Return the body of a response with one vector."""
    item = {"object": "embedding", "index": 0, "embedding": vector}
    usage = {"prompt_tokens": 3, "total_tokens": 3}
    return json.dumps({"object": "list", "data": [item], "model": "m", "usage": usage}).encode()


def response(vector: Any) -> CreateEmbeddingArrayResponse:
    """Return a response with one vector."""
    return CreateEmbeddingArrayResponse.model_validate_json(body(vector))


def vector_of(sent: Any) -> Any:
    """Return the decoded vector."""
    return response(sent).data[0].embedding


def test_base64_text_becomes_an_array_of_32_bit_floats_in_the_typed_decoder() -> None:
    decoded = msgspec.json.decode(body(TEXT), type=CreateEmbeddingArrayResponse)
    vector = decoded.data[0].embedding
    assert type(vector) is array
    assert (vector.typecode, vector.itemsize) == ("f", 4)
    assert list(vector) == AS_32_BITS
    assert (len(vector), vector[-1], vector[1:3].tolist()) == (4, AS_32_BITS[3], AS_32_BITS[1:3])


def test_numpy_and_memoryview_read_the_array_without_a_copy() -> None:
    vector = vector_of(TEXT)
    views = [np.asarray(vector), np.frombuffer(vector, np.float32), memoryview(vector)]
    vector[2] = 7.0
    for view in views:
        assert (view[2], view.shape) == (7.0, (4,))
    assert views[0].dtype == np.float32
    assert views[2].format == "f"


def test_on_a_big_endian_machine_the_bytes_are_swapped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = "<" if sys.byteorder == "little" else ">"
    monkeypatch.setattr(sys, "byteorder", "big")
    turned = vector_of(TEXT)
    numbers = vector_of(NUMBERS)
    assert list(turned) == list(struct.unpack(f"{here}4f", struct.pack(">4f", *NUMBERS)))
    assert list(numbers) == AS_32_BITS, "numbers have no order of bytes"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (NUMBERS, AS_32_BITS),
        ([1, 2], [1.0, 2.0]),
        (["0.5", 1], [0.5, 1.0]),
        ([], []),
        ("", []),
    ],
    ids=repr,
)
def test_a_list_of_numbers_becomes_an_array(sent: Any, stored: list[float]) -> None:
    vector = vector_of(sent)
    assert type(vector) is array
    assert list(vector) == stored


NO_VECTORS: dict[str, Any] = {
    "half a number in base64": "AAA=",
    "no base64": "half a horse",
    "null": None,
    "a number": 5,
    "an object": {"values": NUMBERS},
    "a list with text": [0.5, "half a horse"],
    "a list of lists": [NUMBERS],
    "a number that no float holds": [10**400],
}


@pytest.mark.parametrize("sent", NO_VECTORS.values(), ids=NO_VECTORS)
def test_a_value_that_is_no_vector_stays_as_it_was_sent(sent: Any) -> None:
    made = response(sent)
    assert made.data[0].embedding == sent
    if sent is not None and sent != [10**400]:
        assert made.to_dict()["data"][0]["embedding"] == sent
    assert pickle.loads(pickle.dumps(made)) == made


DRIFTS = {
    "half a number in base64": ("AAA=", "str"),
    "no base64": ("half a horse", "str"),
    "null": (None, "NoneType"),
    "an object": ({"a": 1}, "dict"),
    "a list with text": ([0.5, "half a horse"], "str"),
}
LOGGING = """
import logging, sys
from aiogroq.types import CreateEmbeddingArrayResponse
logging.basicConfig(format="%(name)s %(levelname)s %(message)s", stream=sys.stdout)
for _ in range(3):
    CreateEmbeddingArrayResponse.model_validate_json(sys.argv[1])
"""


@pytest.mark.parametrize(("sent", "kind"), DRIFTS.values(), ids=DRIFTS)
def test_a_value_that_is_no_vector_is_logged_once(sent: Any, kind: str) -> None:
    program = [sys.executable, "-W", "error", "-c", LOGGING, body(sent).decode()]
    done = subprocess.run(program, capture_output=True, text=True, timeout=30)
    said = f"aiogroq WARNING unexpected type of EmbeddingArray.embedding: {kind}; the value is passed on unchanged\n"
    assert (done.stdout, done.stderr) == (said, "")


def test_in_plain_data_and_json_the_vector_is_a_list_of_numbers() -> None:
    made = response(TEXT)
    plain = json.loads(body(AS_32_BITS))
    assert made.to_dict() == made.model_dump() == made.model_dump(exclude_unset=True) == plain
    assert type(made.to_dict()["data"][0]["embedding"]) is list
    for text in (made.to_json(), made.model_dump_json(), made.to_json(indent=2)):
        assert json.loads(text) == plain
    assert made.data[0].to_dict() == plain["data"][0]


def test_an_item_decoded_alone_has_the_same_plain_data_as_in_a_response() -> None:
    item = EmbeddingArray.model_validate_json(json.dumps({"index": 2, "embedding": TEXT}))
    assert list(item.embedding) == AS_32_BITS
    assert item.to_dict() == {"index": 2, "embedding": AS_32_BITS}
    assert list(EmbeddingArray.model_validate({"embedding": TEXT}).embedding) == AS_32_BITS


def test_an_item_without_a_vector_has_an_empty_array_that_is_not_shared() -> None:
    one, other = EmbeddingArray(), EmbeddingArray()
    one.embedding.append(1.0)
    assert (list(one.embedding), other.embedding) == ([1.0], array("f"))


@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda made: made.model_copy(deep=True),
        lambda made: pickle.loads(pickle.dumps(made)),
        lambda made: CreateEmbeddingArrayResponse.model_validate(made.to_dict()),
    ],
    ids=["deepcopy", "model_copy", "pickle", "plain data"],
)
def test_a_copy_has_its_own_array_with_the_same_numbers(copied: Any) -> None:
    made = response(TEXT)
    other = copied(made)
    assert other == made
    assert repr(other) == repr(made)
    other.data[0].embedding[0] = 9.0
    assert list(made.data[0].embedding) == AS_32_BITS


def test_unknown_fields_are_preserved_with_the_array() -> None:
    sent = json.loads(body(TEXT))
    sent["data"][0]["brand_new"] = {"a": 1}
    made = CreateEmbeddingArrayResponse.model_validate_json(json.dumps(sent))
    assert type(made.data[0].embedding) is array
    assert made.data[0]["brand_new"] == {"a": 1}
    assert made.to_dict()["data"][0]["brand_new"] == {"a": 1}


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydantic on Python 3.14
def test_a_response_can_be_a_field_of_a_pydantic_model() -> None:
    class Stored(pydantic.BaseModel):
        response: CreateEmbeddingArrayResponse

    stored = Stored(response=response(TEXT))
    assert stored.model_dump()["response"]["data"][0]["embedding"] == AS_32_BITS
    again = Stored.model_validate_json(stored.model_dump_json())
    assert again.response.data[0].embedding == stored.response.data[0].embedding
