"""What people do with an answer at a prompt: iterate it, count it, look at it; and the older names of pydantic's methods."""

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
    answer = cls.model_validate({"object": "list", "data": ITEMS})
    assert [item.id for item in answer] == ["a", "b"]
    assert len(answer) == 2
    assert answer[1].id == "b"
    assert [item.id for item in answer[:1]] == ["a"]
    assert answer["object"] == "list"
    assert "data" in answer


@pytest.mark.parametrize("cls", [CreateEmbeddingResponse, CreateEmbeddingArrayResponse])
def test_embeddings_iterate_their_data(cls: Any) -> None:
    answer = cls.model_validate({"data": [{"index": 0}, {"index": 1}]})
    assert [item.index for item in answer] == [0, 1]


def test_an_empty_list_is_an_answer_all_the_same() -> None:
    answer = ModelListResponse()
    assert list(answer) == []
    assert len(answer) == 0
    assert bool(answer)


def test_another_answer_iterates_names_with_values_as_pydantics_models_do() -> None:
    assert list(completion()) == [
        ("id", "1"),
        ("object", "chat.completion"),
        ("choices", []),
        ("brand_new", 2),
    ]
    with pytest.raises(KeyError):
        completion()[0]  # type: ignore[index]


def test_an_object_has_keys_values_and_items_as_a_dict_has() -> None:
    heard = {"words": [{"word": "Hi", "start": 0.5, "end": 1.0, "new": 1}]}
    word = Transcription.model_validate(heard).words[0]
    assert word.keys() == ["word", "start", "end", "new"]
    assert word.values() == ["Hi", 0.5, 1.0, 1]
    assert word.items() == [("word", "Hi"), ("start", 0.5), ("end", 1.0), ("new", 1)]
    assert dict(word) == {**word} == dict(word.items())


def test_the_older_names_of_pydantics_methods_do_what_the_newer_ones_do() -> None:
    made = completion()
    assert made.dict(exclude_unset=True) == made.model_dump(exclude_unset=True)
    assert made.json(indent=2) == made.model_dump_json(indent=2)
    assert made.copy(update={"id": "2"}) == made.model_copy(update={"id": "2"})
    assert made.copy(deep=True) == made


@pytest.mark.parametrize(
    ("cls", "vector"),
    [(CreateEmbeddingResponse, VECTOR), (CreateEmbeddingArrayResponse, VECTOR)],
)
def test_a_repr_shows_the_beginning_of_a_vector(cls: Any, vector: Any) -> None:
    answer = cls.model_validate({"data": [{"index": 0, "embedding": vector}]})
    short = "embedding=<768 floats: 0, 0.001, ...>"
    printed = io.StringIO()
    rich.console.Console(file=printed, width=200).print(answer)
    assert short in repr(answer)
    assert short in repr(answer.data[0])
    assert short in printed.getvalue()
    assert len(repr(answer)) < 300
    assert len(answer.data[0].embedding) == 768


def test_a_repr_shows_the_beginning_of_base64_and_all_of_a_short_list() -> None:
    answer = CreateEmbeddingResponse.model_validate({"data": [{"embedding": "QUJD" * 1000}]})
    assert "embedding=<4000 characters of base64: 'QUJDQUJDQUJDQUJD'...>" in repr(answer)
    short = CreateEmbeddingArrayResponse.model_validate({"data": [{"embedding": [0.5, 1.5]}]})
    assert f"embedding={array('f', [0.5, 1.5])!r}" in repr(short)


def test_a_repr_shows_the_beginning_of_a_long_list_of_tokens() -> None:
    answer = Transcription.model_validate({"segments": [{"tokens": list(range(100))}]})
    assert "tokens=<100 integers: 0, 1, ...>" in repr(answer)
