"""Iteration, length and repr of responses, and the older names of pydantic methods."""

from __future__ import annotations

import io
import json
from array import array
from typing import Any

import pytest
import rich.console

from aiogroq.types import (
    BatchListResponse,
    ChatCompletion,
    CreateEmbeddingArrayResponse,
    CreateEmbeddingResponse,
    FileListResponse,
    ModelListResponse,
    Transcription,
)

ITEMS = [{"id": "a"}, {"id": "b"}]
VECTOR = [number / 1000 for number in range(768)]


def completion() -> ChatCompletion:
    body = {"id": "1", "object": "chat.completion", "choices": [], "brand_new": 2}
    return ChatCompletion.model_validate_json(json.dumps(body))


@pytest.mark.parametrize("cls", [ModelListResponse, FileListResponse, BatchListResponse])
def test_a_list_iterates_counts_and_indexes_its_data(cls: Any) -> None:
    response = cls.model_validate({"object": "list", "data": ITEMS})
    assert [item.id for item in response] == ["a", "b"]
    assert len(response) == 2
    assert response[1].id == "b"
    assert [item.id for item in response[:1]] == ["a"]
    assert response["object"] == "list"
    assert "data" in response


@pytest.mark.parametrize("cls", [CreateEmbeddingResponse, CreateEmbeddingArrayResponse])
def test_embeddings_iterate_their_data(cls: Any) -> None:
    response = cls.model_validate({"data": [{"index": 0}, {"index": 1}]})
    assert [item.index for item in response] == [0, 1]


def test_a_response_with_an_empty_list_is_true() -> None:
    response = ModelListResponse()
    assert list(response) == []
    assert len(response) == 0
    assert bool(response)


def test_other_responses_iterate_names_and_values_as_pydantic_models_do() -> None:
    assert list(completion()) == [
        ("id", "1"),
        ("object", "chat.completion"),
        ("choices", []),
        ("brand_new", 2),
    ]
    with pytest.raises(KeyError):
        completion()[0]  # type: ignore[index]


def test_an_object_has_the_keys_values_and_items_of_a_dict() -> None:
    heard = {"words": [{"word": "Hi", "start": 0.5, "end": 1.0, "new": 1}]}
    word = Transcription.model_validate(heard).words[0]
    assert word.keys() == ["word", "start", "end", "new"]
    assert word.values() == ["Hi", 0.5, 1.0, 1]
    assert word.items() == [("word", "Hi"), ("start", 0.5), ("end", 1.0), ("new", 1)]
    assert dict(word) == {**word} == dict(word.items())


def test_the_older_names_of_pydantic_methods_are_aliases() -> None:
    made = completion()
    assert made.dict(exclude_unset=True) == made.model_dump(exclude_unset=True)
    assert made.json(indent=2) == made.model_dump_json(indent=2)
    assert made.copy(update={"id": "2"}) == made.model_copy(update={"id": "2"})
    assert made.copy(deep=True) == made


@pytest.mark.parametrize(
    ("cls", "vector"),
    [(CreateEmbeddingResponse, VECTOR), (CreateEmbeddingArrayResponse, VECTOR)],
)
def test_a_repr_shortens_a_vector(cls: Any, vector: Any) -> None:
    response = cls.model_validate({"data": [{"index": 0, "embedding": vector}]})
    short = "embedding=<768 floats: 0, 0.001, ...>"
    printed = io.StringIO()
    rich.console.Console(file=printed, width=200).print(response)
    assert short in repr(response)
    assert short in repr(response.data[0])
    assert short in printed.getvalue()
    assert len(repr(response)) < 300
    assert len(response.data[0].embedding) == 768


def test_a_repr_shortens_base64_but_not_a_short_list() -> None:
    response = CreateEmbeddingResponse.model_validate({"data": [{"embedding": "QUJD" * 1000}]})
    assert "embedding=<4000 characters of base64: 'QUJDQUJDQUJDQUJD'...>" in repr(response)
    short = CreateEmbeddingArrayResponse.model_validate({"data": [{"embedding": [0.5, 1.5]}]})
    assert f"embedding={array('f', [0.5, 1.5])!r}" in repr(short)


def test_a_repr_shortens_a_long_list_of_tokens() -> None:
    response = Transcription.model_validate({"segments": [{"tokens": list(range(100))}]})
    assert "tokens=<100 integers: 0, 1, ...>" in repr(response)
