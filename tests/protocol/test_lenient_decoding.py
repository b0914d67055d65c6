"""Lenient decoding: no value of a JSON body is lost, even if it does not match its type.

``AIOGROQ_MUTATION_SEEDS=20000`` runs that many mutations of each recorded body ; default: 150.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
from collections.abc import Callable
from typing import Any

import msgspec
import pydantic
import pytest

from aiogroq.types import (
    Batch,
    ChatCompletion,
    ChatCompletionChunk,
    CreateEmbeddingResponse,
    FileObject,
    ModelListResponse,
    Transcription,
)
from aiogroq.types._decode import NotJSONError, construct, decode_json, decode_untyped
from aiogroq.types._model import BaseModel

from .bodies import BATCH, COMPOUND, MODELS, TEXT, TEXT_STREAM, TOOL_CALL, TOOL_STREAM, VERBOSE
from .mutation import mutated

SEEDS = int(os.environ.get("AIOGROQ_MUTATION_SEEDS", "150"))

RECORDED: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (ChatCompletion, TEXT),
    (ChatCompletion, TOOL_CALL),
    (ChatCompletion, COMPOUND),
    (ChatCompletionChunk, TEXT_STREAM[0]),
    (ChatCompletionChunk, TOOL_STREAM[1]),
    (ChatCompletionChunk, TOOL_STREAM[2]),
    (Transcription, VERBOSE),
    (ModelListResponse, MODELS),
    (Batch, BATCH),
]
EACH = pytest.mark.parametrize(
    ("cls", "recorded"),
    RECORDED,
    ids=[f"{number} {cls.__name__}" for number, (cls, _) in enumerate(RECORDED)],
)


def completion(**changed: Any) -> ChatCompletion:
    """Decode the recorded text completion with these fields changed."""
    return decode_json(ChatCompletion, json.dumps({**TEXT, **changed}).encode())


def unreachable(value: Any, sent: Any, path: str = "$") -> list[str]:
    """Return the paths in ``sent`` that are missing in ``value`` as an item or attribute."""
    if value == sent or (value == [] and sent is None):  # null for a list is decoded as an empty list
        return []
    if isinstance(value, BaseModel) and isinstance(sent, dict):
        missing: list[str] = []
        for key, inner in sent.items():
            here = f"{path}.{key}"
            if key not in value or value.get(key, missing) is missing:
                missing.append(here)
                continue
            # A field with the name of a method, or a private name, is available as an item only.
            is_ours = hasattr(type(value), key) and key not in value.__struct_fields__
            if not is_ours and not key.startswith("_") and getattr(value, key) is not value[key]:
                missing.append(f"{here} as an attribute")
            missing += unreachable(value[key], inner, here)
        return missing
    if isinstance(value, list) and isinstance(sent, list) and len(value) == len(sent):
        pairs = enumerate(zip(value, sent, strict=True))
        return [place for i, (one, other) in pairs for place in unreachable(one, other, f"{path}[{i}]")]
    if isinstance(value, dict) and isinstance(sent, dict):
        return [
            place for key in sent for place in unreachable(value.get(key), sent[key], f"{path}.{key}")
        ]  # fmt: skip
    try:  # a number that was sent as text
        return [] if float(sent) == value else [path]
    except (TypeError, ValueError):
        return [] if isinstance(value, bool) and sent.lower() in ("true", "false") else [path]


def texts(sent: Any) -> list[tuple[int, str]]:
    """Return the index and the text of the choices whose message still has its text."""
    choices = sent.get("choices") if isinstance(sent, dict) else None
    found = []
    for index, choice in enumerate(choices if isinstance(choices, list) else ()):
        message = choice.get("message") if isinstance(choice, dict) else None
        text = message.get("content") if isinstance(message, dict) else None
        if isinstance(text, str):
            found.append((index, text))
    return found


@EACH
def test_no_mutation_of_a_response_loses_a_value(cls: type[BaseModel], recorded: dict[str, Any]) -> None:
    for seed in range(SEEDS):
        body = mutated(recorded, seed)
        sent = json.loads(body)
        value: Any = decode_json(cls, body)
        assert isinstance(value, cls), seed
        assert value.to_dict() == sent, seed
        assert json.loads(value.to_json()) == sent, seed
        assert unreachable(value, sent) == [], seed
        assert [(i, value.choices[i].message.content) for i, _ in texts(sent)] == texts(sent), seed
        assert repr(value), seed
        assert value.model_dump(exclude_unset=True) == sent, seed
        assert value.model_dump().keys() >= sent.keys(), seed


@EACH
def test_no_copy_of_a_mutated_response_loses_a_value(cls: type[BaseModel], recorded: dict[str, Any]) -> None:
    for seed in range(SEEDS // 10):
        body = mutated(recorded, seed, deepest=30)  # copying and pickling are recursive
        value: Any = decode_json(cls, body)
        for copied in (
            copy.copy(value),
            copy.deepcopy(value),
            pickle.loads(pickle.dumps(value)),
            value.model_copy(),
        ):
            assert type(copied) is cls, seed
            assert copied.to_dict() == json.loads(body), seed


@EACH
def test_to_dict_of_an_unchanged_response_is_its_body(cls: type[BaseModel], recorded: dict[str, Any]) -> None:
    body = json.dumps(recorded).encode()
    value: Any = decode_json(cls, body)
    assert value.to_dict() == recorded
    assert json.loads(value.to_json()) == json.loads(value.to_json(indent=2)) == recorded
    assert value.model_extra is None


# ------------------------------------------------------------------------------------------ one mismatch at a time


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("1770770816", 1770770816),
        (1770770816.0, 1770770816),
        ("soon", "soon"),
        (1770770816.5, 1770770816.5),
        (None, None),
        ([1], [1]),
        ({"seconds": 1}, {"seconds": 1}),
        (2**70, 2**70),
        ("half a horse \ud83d", "half a horse \ud83d"),
    ],
)
def test_a_number_is_converted_if_that_is_lossless_and_preserved_otherwise(sent: Any, read: Any) -> None:
    value = completion(created=sent)
    assert value.created == read
    assert value.to_dict()["created"] == sent
    assert type(value.to_dict()["created"]) is type(sent)


@pytest.mark.parametrize("sent", [42, None, True, ["a"], {"text": "a"}, 0.5])
def test_another_type_instead_of_a_string_is_preserved(sent: Any) -> None:
    value = completion(choices=[{"message": {"role": "assistant", "content": sent}}])
    assert value.choices[0].message.content == sent


def test_new_values_of_enumerated_fields_are_accepted() -> None:
    value = completion(
        service_tier="hyper", choices=[{"finish_reason": "bored", "message": {"role": "oracle"}}]
    )
    assert (value.service_tier, value.choices[0].finish_reason, value.choices[0].message.role) == (
        "hyper", "bored", "oracle",
    )  # fmt: skip


def test_unknown_fields_are_preserved_at_any_depth_as_attribute_item_and_in_to_dict() -> None:
    value: Any = completion(
        mood={"level": 3},
        choices=[{"message": {"content": "4", "tone": "dry"}, "weight": 0.5}],
        usage={"cost": "0.1"},
    )
    assert value.mood == value["mood"] == {"level": 3}
    assert (
        value.choices[0].weight == value.choices[0]["weight"] == value.choices[0].to_dict()["weight"] == 0.5
    )
    assert value.choices[0].message.tone == value["choices"][0]["message"]["tone"] == "dry"
    assert value.usage.cost == value.usage.get("cost") == "0.1"
    assert value.model_extra == {"mood": {"level": 3}}
    assert "mood" in value
    assert "mood" in value.model_fields_set


@pytest.mark.parametrize("missing", ["mood", "Created", "__wrapped__", "_repr_html_"])
def test_a_missing_unknown_field_is_an_attribute_error(missing: str) -> None:
    value = completion()
    with pytest.raises(AttributeError, match=f"'ChatCompletion' object has no attribute '{missing}'"):
        getattr(value, missing)
    with pytest.raises(KeyError, match=missing):
        value[missing]
    assert value.get(missing, 3) == 3
    assert missing not in value


def test_a_field_with_the_name_of_a_method_is_available_as_an_item() -> None:
    value = completion(to_dict=1, keys=2, model_extra=3, __class__=4, _body=5, _extra=6)
    assert [value[name] for name in ("to_dict", "keys", "model_extra", "__class__", "_body", "_extra")] == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]
    assert type(value) is ChatCompletion
    assert value.to_dict()["_body"] == 5


@pytest.mark.parametrize(
    "name", ["__deepcopy__", "__reduce_ex__", "__getstate__", "__iter__", "__len__", "__array__"]
)
def test_a_server_cannot_provide_special_attributes(name: str) -> None:
    value = completion(**{name: "evil"})
    assert copy.deepcopy(value).to_dict() == copy.copy(value).to_dict() == value.to_dict()
    assert value[name] == "evil"
    assert getattr(value, name, None) != "evil"


def test_the_last_value_of_a_duplicate_key_counts() -> None:
    body = b'{"id":"a","model":"m","id":"b","zz":1,"zz":2,"choices":[],"choices":[{"index":3}]}'
    value: Any = decode_json(ChatCompletion, body)
    assert (value.id, value.zz, value.choices[0].index) == ("b", 2, 3)
    assert value.to_dict() == json.loads(body)


def test_a_lone_surrogate_is_decoded_and_dumped() -> None:
    value = completion(choices=[{"message": {"content": "half a horse \ud83d"}}])
    assert value.choices[0].message.content == "half a horse \ud83d"
    assert json.loads(value.to_json()) == json.loads(value.to_json(indent=2)) == value.to_dict()
    assert json.loads(value.model_dump_json())["choices"][0]["message"]["content"] == "half a horse \ud83d"
    assert pickle.loads(pickle.dumps(value)).to_dict() == value.to_dict()


def test_invalid_utf_8_bytes_are_replaced() -> None:
    body = b'{"choices":[{"message":{"content":"caf\xe9 au lait"}}]}'
    assert decode_json(ChatCompletion, body).choices[0].message.content == "caf� au lait"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"NaN", "nan"),
        (b"-Infinity", "-inf"),
        (b"1e999", "inf"),
        (b"9" * 5000, "inf"),
        (b"123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)
def test_numbers_that_are_not_json_are_decoded(text: bytes, number: str) -> None:
    value: Any = decode_json(ChatCompletion, b'{"id":"a","odd":' + text + b"}")
    assert (value.id, str(value.odd)) == ("a", number)


def test_a_byte_order_mark_is_ignored() -> None:
    assert decode_json(ChatCompletion, b'\xef\xbb\xbf{"id":"a"}').id == "a"


@pytest.mark.parametrize("levels", [50, 300, 700])
@pytest.mark.parametrize("field", ["brand_new", "choices", "id", "usage"])
def test_a_body_nested_as_deeply_as_the_parser_allows_is_decoded_and_dumped(levels: int, field: str) -> None:
    deep = b"[" * levels + b"]" * levels
    body = b'{"id":"a","model":"m","' + field.encode() + b'":' + deep + b"}"
    value = decode_json(ChatCompletion, body)
    assert value.model == "m"
    # Comparing is recursive; counting the brackets is not.
    assert value.to_json().count("[") == levels
    assert value.to_dict().keys() == {"id", "model", field}


@pytest.mark.parametrize("levels", [3_000, 100_000])
@pytest.mark.parametrize("field", ["brand_new", "choices", "usage"])
def test_levels_nested_more_deeply_than_the_parser_allows_stay_text(levels: int, field: str) -> None:
    deep = '["]",' + "[" * levels + "]" * levels + r',"\"]"]'
    body = f'{{"id":"a[","model":"m","{field}":{deep},"end":1}}'.encode()
    value: Any = decode_json(ChatCompletion, body)
    assert (value.id, value.model, value.end) == ("a[", "m", 1)
    assert value.to_json().count("[") == deep.count("[") + 1


@pytest.mark.parametrize(
    "body", [b"", b" ", b"<html></html>", b"{", b'{"a":1', b"\x1f\x8b\x08", b"{}{}", b"nul", b"{'a':1}"]
)
def test_a_body_that_is_not_json_raises_not_json_error(body: bytes) -> None:
    with pytest.raises(NotJSONError):
        decode_json(ChatCompletion, body)
    with pytest.raises(NotJSONError):
        decode_untyped(body)


@pytest.mark.parametrize("body", [b"[]", b"null", b"3", b'"text"', b"true", b'[{"id":"a"}]'])
def test_json_that_is_not_an_object_is_returned_as_plain_data(body: bytes) -> None:
    assert decode_json(ChatCompletion, body) == json.loads(body)


def test_each_type_mismatch_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        construct(FileObject, {"filename": {"other": "type"}, "purpose": 3})
    said = [record.getMessage() for record in caplog.records]
    assert said.count("unexpected type of FileObject.filename: dict; the value is passed on unchanged") <= 1
    assert said.count("unexpected type of FileObject.purpose: int; the value is passed on unchanged") <= 1
    assert "for this test" not in caplog.text


def test_a_large_response_does_not_keep_its_raw_body() -> None:
    body = {"object": "list", "data": [{"index": 0, "embedding": [0.1]}], "model": "m"}
    value = decode_json(CreateEmbeddingResponse, json.dumps(body).encode())
    assert value.to_dict()["data"][0]["embedding"] == [0.1]
    assert "_body" not in vars(value)


# ------------------------------------------------------------------------------------------ to_dict and changes by the caller


def test_to_dict_has_the_changes_of_the_caller() -> None:
    value = completion(created="15", zz=1)
    value.model = "mine"
    value.created = 16
    value.service_tier = None
    value.choices[0].message.content = "5"
    made = value.to_dict()
    assert (made["model"], made["created"], made["service_tier"]) == ("mine", 16, None)
    assert made["choices"][0]["message"]["content"] == "5"
    assert made["zz"] == 1
    value.choices = []
    assert value.to_dict()["choices"] == []


@pytest.mark.parametrize("sent", ["half a horse \ud83d", "soon", None, [1], "16 "])
def test_to_dict_has_a_mismatched_value_that_the_caller_replaced(sent: Any) -> None:
    value = completion(created=sent)
    value.created = 17
    assert value.to_dict()["created"] == 17


def test_to_dict_shares_nothing_with_the_object() -> None:
    value = completion(mood={"level": [3]})
    made = value.to_dict()
    made["mood"]["level"].append(4)
    made["choices"][0]["message"]["content"] = "changed"
    assert value.to_dict()["mood"] == {"level": [3]}
    assert value.choices[0].message.content == "4"


def test_a_copy_has_its_own_unknown_fields() -> None:
    value = completion(mood="good")
    other: Any = value.model_copy(update={"mood": "bad", "model": "n", "more": 1})
    assert (other.mood, other.model, other.more) == ("bad", "n", 1)
    assert other.to_dict()["more"] == 1
    assert (value.mood, value.model, value.model_extra) == ("good", TEXT["model"], {"mood": "good"})


def test_to_dict_of_a_nested_object_has_no_nulls() -> None:
    value = completion()
    assert value.choices[0].message.to_dict() == {
        "role": "assistant",
        "content": "4",
        "reasoning": "Two and two.",
    }
    assert value.usage is not None
    assert value.usage.to_dict() == TEXT["usage"]


def test_to_dict_has_no_default_that_was_not_sent() -> None:
    body = b'{"choices":[{"delta":{"tool_calls":[{"function":{}}]}},{}]}'
    value = decode_json(ChatCompletionChunk, body)
    assert value.choices[0].delta.tool_calls is not None
    assert value.to_dict() == json.loads(body)
    value.choices[1].delta.content = "now it is"
    assert value.to_dict()["choices"][1] == {"delta": {"content": "now it is"}}


def test_model_dump_has_every_declared_field_unless_an_option_excludes_it() -> None:
    value = decode_json(FileObject, b'{"id":"a","bytes":0,"status":null,"zz":null}')
    every = {
        "id": "a",
        "object": "",
        "bytes": 0,
        "created_at": 0,
        "filename": "",
        "purpose": "",
        "status": None,
    }
    assert value.model_dump() == value.model_dump(mode="json", by_alias=True) == {**every, "zz": None}
    assert value.model_dump(exclude_unset=True) == {"id": "a", "bytes": 0, "status": None, "zz": None}
    assert value.model_dump(exclude_unset=True, exclude_none=True) == {"id": "a", "bytes": 0}
    assert value.model_dump(exclude_none=True) == {
        name: field for name, field in every.items() if field is not None
    }
    assert (
        json.loads(value.model_dump_json())
        == json.loads(value.model_dump_json(indent=2))
        == value.model_dump()
    )
    assert value.keys() == list(value.to_dict())
    assert dict(value) == value.to_dict()  # type: ignore[call-overload]


def test_model_validate_is_as_lenient_as_decoding() -> None:
    made: Any = ChatCompletion.model_validate({**TEXT, "created": "15", "zz": 1})
    assert (made.created, made.zz, made.choices[0].message.content) == (15, 1, "4")
    assert ChatCompletion.model_validate(made) is made
    assert ChatCompletion.construct(id="a", zz=1).to_dict()["zz"] == 1
    assert ChatCompletion.model_validate_json('{"id":"a"}').id == "a"


def test_model_validate_requires_an_object() -> None:
    with pytest.raises(TypeError, match="ChatCompletion requires a dict, not list"):
        ChatCompletion.model_validate([])
    with pytest.raises(ValueError, match="ChatCompletion requires a JSON object, not list"):
        ChatCompletion.model_validate_json(b"[]")
    with pytest.raises(ValueError, match="Expecting value"):
        ChatCompletion.model_validate_json("<html>")


class Measured(BaseModel):
    """A type of the caller, for an endpoint that this library does not know."""

    name: str
    metres: float = 0.0


def test_a_type_of_the_caller_is_lenient_about_missing_fields() -> None:
    value: Any = decode_json(Measured, b'{"metres":"1.5","zz":1}')
    assert (value.name, value.metres, value.zz) == (None, 1.5, 1)
    assert value.to_dict() == {"metres": "1.5", "zz": 1}


def test_a_repr_has_the_fields_that_are_set() -> None:
    value = decode_json(FileObject, b'{"id":"a","zz":1}')
    assert (
        repr(value) == "FileObject(id='a', object='', bytes=0, created_at=0, filename='', purpose='', zz=1)"
    )
    assert ("zz", 1) in value.__rich_repr__()


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_preserve_unknown_fields_at_any_depth(copied: Callable[[Any], Any]) -> None:
    value = completion(mood={"level": 3}, choices=[{"message": {"content": "4", "tone": "dry"}}])
    other = copied(value)
    assert type(other) is ChatCompletion
    assert other == value
    assert (other.mood, other.choices[0].message.tone) == ({"level": 3}, "dry")
    assert other.to_dict() == value.to_dict()


# --------------------------------------------------------------------------------------------------- pydantic


class Reply(pydantic.BaseModel):
    completion: ChatCompletion
    others: list[ChatCompletion] = []
    last: ChatCompletion | None = None


def test_a_response_can_be_validated_by_a_pydantic_model() -> None:
    value = completion(zz=1)
    reply: Any = Reply(completion=value, others=[TEXT, value], last=None)  # type: ignore[list-item]
    assert reply.completion is value
    assert reply.others[0].choices[0].message.content == "4"
    sent = value.to_dict()
    dumped = {"completion": sent, "others": [reply.others[0].to_dict(), sent], "last": None}
    assert (
        reply.model_dump() == reply.model_dump(mode="json") == json.loads(reply.model_dump_json()) == dumped
    )
    again: Any = Reply.model_validate_json(reply.model_dump_json())
    assert again.completion.zz == 1
    assert again.completion.choices == value.choices


def test_a_response_type_can_be_a_response_model_of_fastapi() -> None:
    # As FastAPI does with a return annotation.
    adapter = pydantic.TypeAdapter(list[ChatCompletion])
    value = completion(zz=1)
    assert adapter.validate_python([value]) == [value]
    assert adapter.dump_python([value], mode="json") == [value.to_dict()]
    assert json.loads(adapter.dump_json([value])) == [value.to_dict()]


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_a_response_type_has_a_json_schema(mode: Any) -> None:
    schema = Reply.model_json_schema(mode=mode)
    completion = schema["properties"]["completion"]
    assert completion["type"] == "object"
    assert set(completion["properties"]) == {
        field.encode_name for field in msgspec.structs.fields(ChatCompletion)
    }


@pytest.mark.parametrize("wrong", ["text", 3, None, [1]])
def test_a_value_that_is_no_object_is_a_validation_error_of_pydantic(wrong: Any) -> None:
    with pytest.raises(pydantic.ValidationError, match="ChatCompletion requires a dict"):
        Reply(completion=wrong)


@pytest.mark.parametrize("cls", [Transcription, ChatCompletion, ModelListResponse])
def test_null_for_a_list_is_an_empty_list_without_a_warning_and_null_in_to_dict(
    cls: Any, caplog: pytest.LogCaptureFixture
) -> None:
    lists = [name for name in ("words", "segments", "choices", "data") if name in cls.__struct_fields__]
    sent = dict.fromkeys(lists)
    made = decode_json(cls, json.dumps(sent).encode())
    assert [getattr(made, name) for name in lists] == [[] for _ in lists]
    assert made.to_dict() == sent
    assert caplog.records == []
