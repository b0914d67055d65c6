"""Wherever the official package reads a value out of an answer that drifted, aiogroq reads the same one.

``AIOGROQ_DRIFT_SEEDS=3000`` tries that many mutations of each recorded body instead of the usual few.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import groq.types
import groq.types.audio
import groq.types.chat
import pydantic
import pytest
from groq._models import construct_type
from protocol.bodies import BATCH, COMPOUND, MODELS, TEXT, TEXT_STREAM, TOOL_CALL, TOOL_STREAM, VERBOSE
from protocol.mutation import mutated

from aiogroq.types._decode import decode_json

from .test_same_values import type_of_ours

SEEDS = int(os.environ.get("AIOGROQ_DRIFT_SEEDS", "100"))
RECORDED: list[tuple[type[Any], dict[str, Any]]] = [
    (groq.types.chat.ChatCompletion, TEXT),
    (groq.types.chat.ChatCompletion, TOOL_CALL),
    (groq.types.chat.ChatCompletion, COMPOUND),
    (groq.types.chat.ChatCompletionChunk, TEXT_STREAM[0]),
    (groq.types.chat.ChatCompletionChunk, TOOL_STREAM[1]),
    (groq.types.audio.Transcription, VERBOSE),
    (groq.types.ModelListResponse, MODELS),
    (groq.types.BatchCreateResponse, BATCH),
]


def lost(official: Any, ours: Any, path: str = "$") -> Iterator[str]:
    """The places that can be read from the official value and are not there, or are something else, in ours."""
    if official is None and ours == []:
        return  # null for a list is read as an empty one
    if isinstance(official, pydantic.BaseModel):
        for name in official.model_fields_set:
            # Fields that are named like a method, here or there, are reached as items.
            if name.startswith("_") or callable(getattr(type(ours), name, None)):
                continue
            here = f"{path}.{name}"
            if isinstance(ours, dict) and name in ours:
                # A list where an object is declared: theirs makes its items objects, ours leaves them as they came.
                yield from lost(getattr(official, name), ours[name], here)
            elif not hasattr(ours, name):
                yield f"{here} is not there"
            else:
                yield from lost(getattr(official, name), getattr(ours, name), here)
    elif isinstance(official, dict) and hasattr(ours, "keys"):
        for key, value in official.items():
            yield from lost(value, ours[key], f"{path}[{key!r}]")
    elif isinstance(official, list) and isinstance(ours, list) and len(official) == len(ours):
        for number, (theirs, mine) in enumerate(zip(official, ours, strict=True)):
            yield from lost(theirs, mine, f"{path}[{number}]")
    elif official != ours and not {str(official).lower(), str(ours).lower()} & (
        as_text(ours) ^ as_text(official)
    ):
        yield f"{path}: {official!r} against {ours!r}"


def as_text(value: Any) -> set[str]:
    """A number or a bool as the texts that the service may send for it, which one of the two reads as what is declared."""
    if isinstance(value, bool):
        return {str(value).lower()}
    return {str(value), str(int(value)), str(float(value))} if isinstance(value, (int, float)) else set()


@pytest.mark.parametrize(
    ("official", "recorded"), RECORDED, ids=[f"{n} {cls.__name__}" for n, (cls, _) in enumerate(RECORDED)]
)
def test_what_the_official_package_reads_from_a_mutated_answer_is_read_here_too(
    official: type[Any], recorded: dict[str, Any]
) -> None:
    read = 0
    for seed in range(SEEDS):
        body = mutated(recorded, seed, deepest=30)
        theirs = construct_type(type_=official, value=json.loads(body))
        mine = decode_json(type_of_ours(official), body)
        assert list(lost(theirs, mine)) == [], seed
        read += isinstance(theirs, pydantic.BaseModel)
    assert read == SEEDS
