"""`parse` of the types in ``tests/schemas/types_of_all_kinds.py``, in both kinds, against the embedded server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from schemas.types_of_all_kinds import CASES, Case

from aiogroq import AsyncGroq, Groq
from aiogroq.local import LocalGroq

MODEL = "openai/gpt-oss-20b"
UNIONS = (
    "tagged union", "union of dataclasses", "union of pydantic models", "model or struct", "mixed literal", "boolean literal",
    "optional", "union of scalars", "any", "bare list",
)  # fmt: skip
"""The types of which the embedded server may generate a value of another class than that of the case."""


def params(name: str, case: Case, **more: Any) -> dict[str, Any]:
    message = {"role": "user", "content": f"{name}: Jane Doe is 42 years old."}
    return {
        "model": MODEL,
        "messages": [message],
        "response_format": case.type,
        "max_reasks": 0,
        **more,
    }


def json_of_the_case(body: dict[str, Any]) -> str:
    """The reply of the model: the JSON of the case that the prompt names."""
    return CASES[body["messages"][-1]["content"].partition(":")[0]].json


def wrong_values(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: (value, CASES[name].value)
        for name, value in values.items()
        if value != CASES[name].value or type(value) is not type(CASES[name].value)
    }


def test_each_type_comes_back_as_its_value(server: LocalGroq, groq_client: Groq) -> None:
    assert len(CASES) >= 60
    server.reply = json_of_the_case
    parse: Any = groq_client.chat.completions.parse
    assert wrong_values({name: parse(**params(name, case)).parsed for name, case in CASES.items()}) == {}
    assert server.request_count == len(CASES)


async def test_each_type_comes_back_as_its_value_from_async_calls_at_the_same_time(
    server: LocalGroq, client: AsyncGroq
) -> None:
    server.reply = json_of_the_case
    parse: Any = client.chat.completions.parse
    results = await asyncio.gather(*(parse(**params(name, case)) for name, case in CASES.items()))
    assert wrong_values({name: each.parsed for name, each in zip(CASES, results, strict=True)}) == {}


@pytest.mark.parametrize("mode", ["json_schema", "json_object", "prompt"])
def test_what_the_embedded_server_generates_from_a_schema_is_a_value_of_its_type(
    server: LocalGroq, groq_client: Groq, mode: str
) -> None:
    parse: Any = groq_client.chat.completions.parse
    values = {name: parse(**params(name, case, mode=mode)).parsed for name, case in CASES.items()}
    other = {name: value for name, value in values.items() if type(value) is not type(CASES[name].value)}
    assert other.keys() <= {*UNIONS}, other
