"""aiogroq decodes every value that the official package decodes from a response that does not match its type.

``AIOGROQ_MUTATION_SEEDS=3000`` runs that many mutations of each recorded body; default: 100.
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

SEEDS = int(os.environ.get("AIOGROQ_MUTATION_SEEDS", "100"))
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
    """Yield the paths in the official value that are missing or different in ours."""
    if official is None and ours == []:
        return  # null for a list is decoded as an empty list
    if isinstance(official, pydantic.BaseModel):
        for name in official.model_fields_set:
            # Fields with the name of a method are available as items only.
            if name.startswith("_") or callable(getattr(type(ours), name, None)):
                continue
            here = f"{path}.{name}"
            if isinstance(ours, dict) and name in ours:
                # A list instead of an object: theirs converts its items to objects, ours leaves them unchanged.
                yield from lost(getattr(official, name), ours[name], here)
            elif not hasattr(ours, name):
                yield f"{here} is missing"
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
    """Return the texts that may be sent for a number or a bool, which one of the packages converts."""
    if isinstance(value, bool):
        return {str(value).lower()}
    return {str(value), str(int(value)), str(float(value))} if isinstance(value, (int, float)) else set()


@pytest.mark.parametrize(
    ("official", "recorded"), RECORDED, ids=[f"{n} {cls.__name__}" for n, (cls, _) in enumerate(RECORDED)]
)
def test_every_value_that_the_official_package_decodes_from_a_mutated_response_is_decoded(
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
