"""Errors about the names of arguments: they name the method that was called, and what it takes."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq import AsyncGroq, Groq
from aiogroq.local import LocalGroq

CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
RESPONSES: dict[str, Any] = {"model": "m", "input": "Hello"}
UNKNOWN = r"{}\(\) got an unexpected keyword argument '{}'{}$"


@pytest.mark.parametrize(
    ("resource", "method", "params", "match"),
    [
        ("chat", "parse", {"max_reask": 2}, UNKNOWN.format("parse", "max_reask", ". Did you mean 'max_reasks'.")),
        ("chat", "stream", {"modee": "prompt"}, UNKNOWN.format("stream", "modee", ". Did you mean 'mode'.")),
        ("chat", "parse", {"messages": None, "model": ...}, r"^parse\(\) is missing the required argument model$"),
        ("chat", "stream", {"model": ...}, r"^stream\(\) is missing the required argument model$"),
        ("chat", "create", {"max_reasks": 2}, r"; it is an argument of parse\(\)$"),
        ("chat", "create", {"text_format": int}, r"; parse\(response_format=\.\.\.\) takes a type$"),
        ("chat", "create", {"input": "Hello"}, "Did you mean 'messages'"),
        ("responses", "parse", {"max_reask": 2}, UNKNOWN.format("parse", "max_reask", ". Did you mean 'max_reasks'.")),
        ("responses", "stream", {"modee": "prompt"}, UNKNOWN.format("stream", "modee", ". Did you mean 'mode'.")),
        ("responses", "stream", {"model": ...}, r"^stream\(\) is missing the required argument model$"),
        ("responses", "stream", {"max_reasks": 2}, r"; it is an argument of parse\(\)$"),
        ("responses", "create", {"text_format": int}, r"create\(\).*; it is an argument of parse\(\) and stream\(\)$"),
        ("responses", "create", {"response_format": int}, r"; parse\(text_format=\.\.\.\) takes a type"),
        ("responses", "create", {"messages": []}, "Did you mean 'input'"),
        ("responses", "create", {"previous_response_id": "r"}, "stores no responses: give the whole conversation"),
        ("responses", "create", {"prompt_cache_key": "k"}, "; the service rejects it$"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_the_error_names_the_method_that_was_called(
    kind: str, resource: str, method: str, params: dict[str, Any], match: str, server: LocalGroq
) -> None:
    options: Any = {"api_key": "gsk_x", "base_url": server.base_url, "max_retries": 0}
    client: Any = AsyncGroq(**options) if kind == "async" else Groq(**options)
    given = {**(CHAT if resource == "chat" else RESPONSES), **params}
    given = {name: value for name, value in given.items() if value is not ...}
    if method != "create":
        given["response_format" if resource == "chat" else "text_format"] = int
    called = getattr(client.chat.completions if resource == "chat" else client.responses, method)

    async def call() -> None:
        await called(**given)

    with pytest.raises(TypeError, match=match):
        await call()
    assert len(server.requests) == 0
    closed = client.close()
    if kind == "async":
        await closed


def test_a_plain_stream_of_a_response_names_itself_too(server: LocalGroq) -> None:
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        wrong: Any = {"zzz": 1}
        with pytest.raises(TypeError, match=r"^stream\(\) got an unexpected keyword argument 'zzz'"):
            client.responses.stream(model="m", input="Hello", **wrong)
        with pytest.raises(TypeError, match=r"^stream\(\) got an unexpected keyword argument 'zzz'"):
            client.chat.completions.stream(model="m", messages=CHAT["messages"], **wrong)
