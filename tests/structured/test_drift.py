"""Responses that drift from what was asked for end in a value, or in an error of ours that has their text."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from schemas.types_of_all_kinds import CASES

from aiogroq import BadRequestError, LengthFinishReasonError, StructuredOutputError
from aiogroq.errors import ErrorResponse
from aiogroq.protocol.rejected_modes import RejectedModes
from aiogroq.structured.steps import parse_steps
from aiogroq.types import ChatCompletion
from aiogroq.types._decode import decode_json
from aiogroq.types.chat import ParsedChatCompletion

PARAMS = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
MAX_REASKS = 2
WORDS = ["[" * 3_000, '{"a":' * 500, "null", "NaN", "Infinity", "-1", "1e999", '"', "{", "}", "[", "]", ",", "\\", "\\ud800", "\x00", "\u2028", "é", "{}",
         '{"result":', "```json\n", "\n```", "</think>", "Sure: ", "true", "12345678901234567890", ":", "\ud83d"]  # fmt: skip
ODD_VALUES: list[Any] = [None, 0, -1, 1.5, True, "", "x", [], {}, [None], {"a": 1}, 10**30, "9" * 400, [[[]]]]


def cut(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text) + 1)]


def insert_a_word(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(WORDS) + text[at:]


def delete_a_part(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.randrange(1, 6) :]


def change_a_value(rng: random.Random, text: str) -> str:
    """Replace one value, or rename one key, anywhere in the JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return insert_a_word(rng, text)
    places: list[tuple[Any, Any]] = []
    to_visit = [value]
    while to_visit:
        node = to_visit.pop()
        keys: Any = (
            node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        )
        places += [(node, key) for key in keys]
        to_visit += [node[key] for key in keys]
    if not places:
        return json.dumps(rng.choice(ODD_VALUES))
    node, key = rng.choice(places)
    if isinstance(node, dict) and rng.random() < 0.3:
        node[key + "_"] = node.pop(key)
    else:
        node[key] = rng.choice(ODD_VALUES)
    return json.dumps(value)


def wrap(rng: random.Random, text: str) -> str:
    return rng.choice(["```json\n{}\n```", "Here: {} ok?", "{}{}", "[{}]", '{{"result":{}}}', "<think>hm</think>{}", '"{}"']).replace(
        "{}", text
    ).replace("{{", "{").replace("}}", "}")  # fmt: skip


DRIFTS: list[Callable[[random.Random, str], str]] = [
    cut,
    insert_a_word,
    delete_a_part,
    change_a_value,
    change_a_value,
    wrap,
]


def body_of(rng: random.Random, text: str) -> bytes:
    """The body of a completion with a text, itself changed now and then."""
    finish_reason = rng.choice(["stop", "stop", "stop", "length", None])
    message = {"role": "assistant", "content": text}
    choices: list[Any] = [{"index": 0, "message": message, "finish_reason": finish_reason}]
    if rng.random() < 0.05:
        choices.append(rng.choice([value for value in ODD_VALUES if not isinstance(value, dict)]))
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    body = json.dumps({"id": "c", "choices": choices, "usage": usage})
    return (change_a_value(rng, body) if rng.random() < 0.2 else body).encode()


def text_of(response: Any) -> str:
    """The text of a response, as JSON where it is no text."""
    if not isinstance(response, ChatCompletion):
        return msgspec.json.encode(response).decode()
    choices: Any = response.choices
    content: Any = None
    if isinstance(choices, list) and choices:
        content = getattr(getattr(choices[0], "message", None), "content", None)
    return (
        content
        if isinstance(content, str)
        else ""
        if content is None
        else msgspec.json.encode(content).decode()
    )


def rejected(text: Any) -> BadRequestError:
    body = {
        "error": {
            "message": "Failed to generate JSON.",
            "code": "json_validate_failed",
            "failed_generation": text,
        }
    }
    return BadRequestError("Error code: 400", response=ErrorResponse(400), body=body)


def after(steps: Any, response: Any) -> Any:
    """The next request, the completion, or one of the two errors."""
    try:
        return steps.send(response)
    except StopIteration as end:
        return end.value
    except (StructuredOutputError, LengthFinishReasonError) as error:
        return error


def check_one(rng: random.Random) -> str:
    """Drive one `parse` with responses that drift, and return how it ended."""
    name = rng.choice(list(CASES))
    steps = parse_steps(CASES[name].type, PARAMS, RejectedModes(), max_reasks=MAX_REASKS)
    next(steps)
    sent: list[str] = []
    for _ in range(MAX_REASKS + 1):
        text = CASES[name].json
        for _ in range(rng.randrange(1, 3)):
            text = rng.choice(DRIFTS)(rng, text)
        response: Any
        if rng.random() < 0.3:
            response = rejected(text)
            sent.append(text)
        else:
            response = decode_json(ChatCompletion, body_of(rng, text))
            sent.append(text_of(response))
        result = after(steps, response)
        if isinstance(result, ParsedChatCompletion):
            assert len(result.reasks) == len(sent) - 1
            assert result.choices[0].message.parsed is result.parsed
            return "value"
        if isinstance(result, StructuredOutputError):
            assert sent[-1] in result.content
            assert repr(result.content[:300])[:-1] in str(result)
            assert result.errors[0]
            assert [reask.content for reask in result.reasks] == sent[:-1]
            return "mismatch"
        if isinstance(result, LengthFinishReasonError):
            assert result.partial == sent[-1]
            return "length"
        assert json.dumps(result)
    raise AssertionError("asked again more often than allowed")


@pytest.mark.parametrize("count", [150, pytest.param(5_000, marks=pytest.mark.slow)])
def test_every_drifted_response_ends_in_a_value_or_in_an_error_with_its_text(count: int) -> None:
    ends: dict[str, int] = {}
    for seed in range(count):
        try:
            end = check_one(random.Random(seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        ends[end] = ends.get(end, 0) + 1
    assert min(ends[end] for end in ("value", "mismatch", "length")) > count / 50, ends
