"""Typed results of chat completions, as users write them: both type checkers know the type exactly."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import attrs
import msgspec
import pydantic
from typing_extensions import TypedDict, assert_type

import aiogroq
from aiogroq import AsyncGroq, Groq, LengthFinishReasonError, StructuredOutputError
from aiogroq.types import ChatCompletion, CompletionUsage
from aiogroq.types.chat import ParsedChatCompletion, ParsedChoice, Reask

MODEL = "openai/gpt-oss-20b"
ASK = [{"role": "user", "content": "Hello"}]


class Struct(msgspec.Struct):
    a: int


@dataclass
class Data:
    a: int


class Dict(TypedDict):
    a: int


class Pair(NamedTuple):
    a: int
    b: int


@attrs.define
class Attrs:
    a: int


class Model(pydantic.BaseModel):
    a: int


class Colour(enum.Enum):
    RED = "red"


async def in_async_code(client: AsyncGroq) -> None:
    parse = client.chat.completions.parse
    completion = await parse(model=MODEL, messages=ASK, response_format=Data)
    assert_type(completion, ParsedChatCompletion[Data])
    assert_type(completion.parsed, Data)
    assert_type(completion.choices, list[ParsedChoice[Data]])
    assert_type(completion.choices[0].message.parsed, Data)
    assert_type(completion.reasks, tuple[Reask, ...])
    assert_type(completion.usage, CompletionUsage | None)
    plain: ChatCompletion = completion
    assert_type(plain.choices[0].message.content, str | None)
    assert_type((await parse(model=MODEL, messages=ASK, response_format=Struct)).parsed, Struct)
    assert_type((await parse(model=MODEL, messages=ASK, response_format=int | None)).parsed, int | None)


def in_sync_code(client: Groq) -> None:
    parse = client.chat.completions.parse
    assert_type(parse(model=MODEL, messages=ASK, response_format=Struct).parsed, Struct)
    assert_type(parse(model=MODEL, messages=ASK, response_format=Data).parsed, Data)
    assert_type(parse(model=MODEL, messages=ASK, response_format=Dict).parsed, Dict)
    assert_type(parse(model=MODEL, messages=ASK, response_format=Pair).parsed, Pair)
    assert_type(parse(model=MODEL, messages=ASK, response_format=Attrs).parsed, Attrs)
    assert_type(parse(model=MODEL, messages=ASK, response_format=Model).parsed, Model)
    assert_type(parse(model=MODEL, messages=ASK, response_format=Colour).parsed, Colour)
    assert_type(
        parse(model=MODEL, messages=ASK, response_format=Literal["good", "bad"]).parsed,
        Literal["good", "bad"],
    )
    assert_type(parse(model=MODEL, messages=ASK, response_format=Struct | Data).parsed, Struct | Data)
    assert_type(
        parse(model=MODEL, messages=ASK, response_format=list[Struct | Data]).parsed, list[Struct | Data]
    )
    assert_type(parse(model=MODEL, messages=ASK, response_format=dict[str, int]).parsed, dict[str, int])
    assert_type(parse(model=MODEL, messages=ASK, response_format=Annotated[int, "In years"]).parsed, int)
    assert_type(parse(model=MODEL, messages=ASK, response_format=str).parsed, str)


def options(client: Groq) -> None:
    completion = client.chat.completions.parse(
        model=MODEL,
        messages=ASK,
        response_format=Model,
        max_reasks=2,
        strict=True,
        mode="json_schema",
        temperature=0.5,
        max_completion_tokens=500,
        timeout=20,
        extra_headers={"x-a": "1"},
    )
    assert_type(completion.parsed.a, int)


def errors(client: Groq) -> None:
    try:
        client.chat.completions.parse(model=MODEL, messages=ASK, response_format=list[Struct])
    except StructuredOutputError as error:
        assert_type(error.content, str)
        assert_type(error.errors, tuple[str, ...])
    except LengthFinishReasonError as error:
        assert_type(error.partial, str)


def formats() -> None:
    assert_type(aiogroq.response_format(Struct), dict[str, Any])
    assert_type(aiogroq.response_format(list[Data] | None, strict=False, name="all"), dict[str, Any])
