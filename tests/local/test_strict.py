"""Recorded rejections always apply. Rules from the documentation only apply to strict servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import request

from aiogroq.local import LocalGroq

USER: Any = [{"role": "user", "content": "json, please"}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}


def images(count: int) -> Any:
    return [{"role": "user", "content": [{"type": "text", "text": "json"}, *[IMAGE] * count]}]


def schema(**more: Any) -> dict[str, Any]:
    document = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": "n", "schema": document, **more}}


FUNCTION = {"type": "function", "function": {"name": "f"}}
CHAT, EMBED, SPEAK = "/chat/completions", "/embeddings", "/audio/speech"
DOCUMENTED: dict[str, tuple[str, dict[str, Any], str]] = {
    "chat with a speech model": (CHAT, {"model": "whisper-large-v3"}, "does not support chat completions"),
    "chat with a voice": (CHAT, {"model": "canopylabs/orpheus-v1-english"}, "does not support chat"),
    "embeddings of a chat model": (EMBED, {"model": "openai/gpt-oss-20b", "input": "a"}, "not support embeddings"),
    "speech of a chat model": (
        SPEAK, {"model": "openai/gpt-oss-20b", "input": "a", "voice": "troy"}, "does not support speech"),
    "an image for a model without eyes": (
        CHAT, {"model": "openai/gpt-oss-20b", "messages": images(1)}, "does not support images"),
    "tools for a guard": (
        CHAT, {"model": "meta-llama/llama-prompt-guard-2-22m", "tools": [FUNCTION]}, "`tools` is not supported"),
    "browser search elsewhere": (
        CHAT, {"model": "llama-3.3-70b-versatile", "tools": [{"type": "browser_search"}]}, "`browser_search`"),
    "MCP without TLS": (
        CHAT, {"model": "openai/gpt-oss-20b", "tools": [{"type": "mcp", "server_url": "http://x"}]}, "HTTPS"),
    "a model that is gone": (CHAT, {"model": "gemma2-9b-it"}, "has been decommissioned"),
}  # fmt: skip


def send(server: LocalGroq, path: str, body: dict[str, Any]) -> Any:
    return request(server, "POST", f"/openai/v1{path}", {"messages": USER} | body if path == CHAT else body)


@pytest.fixture(scope="module")
def strict() -> Iterator[LocalGroq]:
    with LocalGroq(strict=True) as server:
        yield server


@pytest.fixture(scope="module")
def lenient() -> Iterator[LocalGroq]:
    with LocalGroq() as server:
        yield server


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_strict_server_rejects_what_the_documentation_rules_out(
    name: str, strict: LocalGroq, lenient: LocalGroq
) -> None:
    path, body, text = DOCUMENTED[name]
    rejected = send(strict, path, body)
    assert rejected.status == 400
    assert text in rejected.error["message"]
    assert send(lenient, path, body).status == 200


def test_a_strict_server_transcribes_with_speech_models_only(strict: LocalGroq, form: Any) -> None:
    body, headers = form({"model": "openai/gpt-oss-20b", "file": b"x" * 9000})
    headers = {"content-type": headers["content_type"]}
    rejected = request(strict, "POST", "/openai/v1/audio/transcriptions", body, headers)
    assert (rejected.status, rejected.error["message"][-29:]) == (
        400,
        "does not support transcriptions"[-29:],
    )


def test_a_strict_server_accepts_what_the_documentation_allows(strict: LocalGroq) -> None:
    for body in (
        {"model": "qwen/qwen3.8-27b", "messages": images(3)},
        {"model": "openai/gpt-oss-20b", "response_format": schema(strict=True)},
        {"model": "openai/gpt-oss-20b", "tools": [{"type": "browser_search"}, FUNCTION]},
        {"model": "openai/gpt-oss-20b", "tools": [{"type": "mcp", "server_url": "https://x"}]},
        {"model": "llama-3.3-70b-versatile", "response_format": {"type": "json_object"}},
    ):
        assert send(strict, CHAT, body).status == 200


REJECTED: dict[str, tuple[dict[str, Any], str]] = {
    "json_schema": (
        {"model": "llama-3.3-70b-versatile", "response_format": schema()},
        "This model does not support response format `json_schema`",
    ),
    "json_schema_stream": (
        {"model": "openai/gpt-oss-20b", "response_format": schema(), "stream": True},
        "`response_format` does not support streaming",
    ),
    "json_schema_tools": (
        {"model": "openai/gpt-oss-20b", "response_format": schema(), "tools": [FUNCTION]},
        "json mode cannot be combined with tool/function calling",
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_schemas_that_the_service_rejects_are_rejected_unless_the_server_allows_them(
    name: Any, lenient: LocalGroq
) -> None:
    body, text = REJECTED[name]
    rejected = send(lenient, CHAT, body)
    assert rejected.status == 400
    assert rejected.error["message"].startswith(text)
    with LocalGroq(allow=[name]) as server:
        assert send(server, CHAT, body).status == 200
    with LocalGroq(allow=[other for other in REJECTED if other != name]) as server:  # type: ignore[misc]
        assert send(server, CHAT, body).status == 400


def test_a_strict_server_has_strict_schemas_for_some_models_only() -> None:
    body = {"model": "qwen/qwen3.8-27b", "response_format": schema(strict=True)}
    with LocalGroq(strict=True, allow=["json_schema"]) as server:
        assert "with `strict`" in send(server, CHAT, body).error["message"]


def test_a_name_that_allow_does_not_know_is_an_error() -> None:
    with pytest.raises(
        ValueError, match="'json_schema', 'json_schema_stream', 'json_schema_tools', not 'xml'"
    ):
        LocalGroq(allow=["xml"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="allow must be a list"):
        LocalGroq(allow="json_schema")  # type: ignore[arg-type]


def test_strict_models_is_the_older_name_of_strict() -> None:
    with LocalGroq(strict_models=True) as server:
        assert send(server, CHAT, {"model": "nope"}).status == 404
        assert send(server, CHAT, {"model": "whisper-large-v3"}).status == 400


def test_more_than_three_images_are_always_rejected(lenient: LocalGroq) -> None:
    rejected = send(lenient, CHAT, {"model": "qwen/qwen3.8-27b", "messages": images(4)})
    assert rejected.status == 400
    assert rejected.error["message"] == "Too many images provided. This model supports up to 3 images"
    apart = {"model": "qwen/qwen3.8-27b", "messages": images(2) + images(2)}
    assert send(lenient, CHAT, apart).status == 400


@pytest.mark.parametrize("name", ["bad name!", "a" * 65, ""])
def test_the_name_of_a_schema_is_always_checked(name: str, lenient: LocalGroq) -> None:
    body = {"model": "openai/gpt-oss-20b", "response_format": schema(name=name)}
    assert send(lenient, CHAT, body).status == 400


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (CHAT, {"model": "m"}, "citation_options"),
        (EMBED, {"model": "m", "input": "a"}, "encoding_format"),
        (SPEAK, {"model": "m", "input": "a", "voice": "v"}, "response_format"),
    ],
)
def test_null_is_rejected_where_groqs_schema_has_no_null(
    path: str, body: dict[str, Any], field: str, lenient: LocalGroq
) -> None:
    assert send(lenient, path, body).status == 200
    assert send(lenient, path, {**body, field: None}).status == 400


def test_deprecated_functions_are_checked_like_tools(lenient: LocalGroq) -> None:
    body = {"model": "m", "functions": [{"name": "f", "description": 3}]}
    assert send(lenient, CHAT, body).status == 400


def test_unlisted_models_cannot_be_retrieved_or_deleted(lenient: LocalGroq) -> None:
    assert request(lenient, "GET", "/openai/v1/models/openai/gpt-oss-20b").status == 200
    assert request(lenient, "GET", "/openai/v1/models/nope").status == 404
    assert request(lenient, "DELETE", "/openai/v1/models/nope").status == 404
    assert request(lenient, "DELETE", "/openai/v1/models/openai/gpt-oss-20b").status == 403
    assert request(lenient, "DELETE", "/openai/v1/models/ft:mine").json["deleted"] is True
    assert send(lenient, CHAT, {"model": "nope"}).status == 200
