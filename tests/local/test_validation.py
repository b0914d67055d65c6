"""Requests that the service rejects are rejected here, with its messages, and no request is a 500."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq.local import LocalGroq

USER: Any = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({"temprature": 1}, "property 'temprature' is unsupported, did you mean 'temperature'?"),
        ({"temperature": 3}, "'temperature' : number must be at most 2"),
        ({"temperature": "hot"}, "'temperature' : value must be a number"),
        ({"n": 2}, "'n' : number must be at most 1"),
        ({"max_tokens": 1.5}, "'max_tokens' : value must be an integer"),
        ({"max_tokens": 0}, "'max_tokens' : number must be at least 1"),
        ({"messages": []}, "'messages' : minimum number of items is 1"),
        ({"messages": {}}, "'messages' : value must be an array"),
        (
            {"messages": [{"role": "wizard"}]},
            "'messages.0.role' : value must be one of [system developer user",
        ),
        ({"messages": [{"role": "user"}]}, "property 'content' is missing"),
        ({"model": ""}, "'model' : minimum string length is 1"),
        ({"stop": ["a"] * 5}, "'stop' : maximum number of items is 4"),
        ({"logprobs": True}, "`logprobs` is not supported with this model"),
        ({"top_logprobs": 3}, "`top_logprobs` is not supported with this model"),
        ({"reasoning_effort": "low"}, "`reasoning_effort` is not supported with this model"),
        (
            {"model": "qwen/qwen3.8-27b", "reasoning_format": "raw", "include_reasoning": True},
            "cannot specify both reasoning_format and include_reasoning",
        ),
        (
            {"model": "openai/gpt-oss-20b", "reasoning_effort": "none"},
            "must be one of `low`, `medium`, or `high`",
        ),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": [{"type": "function"}]}, "'tools.0.function' : property 'function' is missing"),
        ({"stream_options": {"include_usage": True}}, "only allowed when stream is true"),
        ({"response_format": {"type": "xml"}}, "'response_format.type' : value must be one of"),
        ({"response_format": {"type": "json_schema"}}, "property 'json_schema' is missing"),
        (
            {
                "response_format": {"type": "json_object"},
                "tools": [{"type": "function", "function": {"name": "f"}}],
            },
            "json mode cannot be combined with tool/function calling",
        ),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {
                        "name": "a",
                        "strict": True,
                        "schema": {"type": "object", "properties": {}},
                    },
                }
            },
            "`additionalProperties:false` must be set on every object",
        ),
    ],
)
def test_invalid_chat_properties_are_400s_that_name_the_property(
    chat: Any, properties: Any, text: str
) -> None:
    response = chat(properties.pop("messages", USER), **properties)
    assert response.status == 400
    assert text in response.error["message"]
    assert response.error["type"] == "invalid_request_error"


def test_a_strict_schema_may_have_properties_with_the_names_of_keywords(chat: Any) -> None:
    names = ["properties", "enum", "default", "required", "items", "additionalProperties"]
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": names,
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema}}
    assert chat(USER, model="openai/gpt-oss-20b", response_format=form).status == 200
    # A name is no keyword: an open object below it is one.
    schema["properties"] = {**schema["properties"], "default": {"type": "object"}}  # type: ignore[dict-item]
    response = chat(USER, model="openai/gpt-oss-20b", response_format=form)
    assert "must be set on every object" in response.error["message"]


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ({"role": "assistant", "content": "x", "executed_tools": []}, "executed_tools"),
        ({"role": "assistant", "content": "x", "refusal": None}, "refusal"),
        ({"role": "user", "content": "x", "tool_call_id": "1"}, "tool_call_id"),
        ({"role": "tool", "content": "x", "tool_call_id": "1", "is_error": True}, "is_error"),
    ],
)
def test_message_keys_are_those_of_the_role(chat: Any, message: Any, key: str) -> None:
    response = chat([message])
    assert response.status == 400
    assert f"for 'role:{message['role']}'" in response.error["message"]
    assert f"property '{key}' is unsupported" in response.error["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":"\\ud800"}'])
def test_a_body_that_is_not_a_json_object_is_a_400(ask: Any, body: bytes) -> None:
    for path in ("/chat/completions", "/embeddings", "/audio/speech", "/batches"):
        response = ask(path, body)
        assert response.status == 400, response.body
        assert response.error["message"]


def test_missing_properties_are_named(ask: Any) -> None:
    assert "property 'model' is missing" in ask("/chat/completions", {}).error["message"]
    assert "property 'input' is missing" in ask("/embeddings", {"model": "m"}).error["message"]
    assert (
        "property 'voice' is missing" in ask("/audio/speech", {"model": "m", "input": "x"}).error["message"]
    )


def test_an_unknown_url_is_a_404_that_names_it(ask: Any) -> None:
    response = ask("/openai/v1/chat/completions", {})
    assert (response.status, response.error["code"]) == (404, "unknown_url")
    text = "Unknown request URL: POST /openai/v1/openai/v1/chat/completions. Please check the URL for typos"
    assert response.error["message"].startswith(text)
    for path in ("/", "/files/a/b/c", "/models/", "/batches/x/cancel/y"):
        assert ask(path).status == 404


def test_a_wrong_method_is_a_405_that_names_the_right_ones(ask: Any) -> None:
    response = ask("/chat/completions")
    assert (response.status, response.headers["allow"]) == (405, "POST")
    assert ask("/files/x", {}).headers["allow"] == "GET, DELETE"


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic abc"])
def test_no_key_is_a_401(ask: Any, authorization: str) -> None:
    response = ask("/models", authorization=authorization)
    assert response.status == 401
    assert response.json == {
        "error": {"message": "Invalid API Key", "type": "invalid_request_error", "code": "invalid_api_key"}
    }


def test_a_server_with_an_api_key_accepts_no_other() -> None:
    from groq import AuthenticationError, Groq

    with LocalGroq(api_key="right") as server:
        with Groq(api_key="right", base_url=server.base_url) as client:
            assert client.models.list().data
        with Groq(api_key="wrong", base_url=server.base_url) as client, pytest.raises(AuthenticationError):
            client.models.list()


def test_a_strict_server_rejects_unknown_and_decommissioned_models() -> None:
    from groq import BadRequestError, Groq, NotFoundError

    with LocalGroq(strict_models=True) as server, Groq(api_key="k", base_url=server.base_url) as client:
        with pytest.raises(
            NotFoundError, match="The model `nope` does not exist or you do not have access to it"
        ):
            client.chat.completions.create(model="nope", messages=USER)
        with pytest.raises(BadRequestError, match="model_decommissioned"):
            client.chat.completions.create(model="gemma2-9b-it", messages=USER)
        with pytest.raises(NotFoundError):
            client.models.retrieve("nope")
        with pytest.raises(BadRequestError, match="does not support translation"):
            client.audio.translations.create(model="whisper-large-v3-turbo", file=("a.wav", b"x"))


def test_uploads_over_the_limit_are_413s() -> None:
    import groq

    with (
        LocalGroq(max_audio_bytes=1000, max_file_bytes=1000, max_json_bytes=1000) as server,
        groq.Groq(api_key="k", base_url=server.base_url, max_retries=0) as client,
    ):
        for send in (
            lambda: client.files.create(file=("a.jsonl", b"x" * 100_000), purpose="batch"),
            lambda: client.files.create(file=("a.jsonl", b"x" * 2_000), purpose="batch"),
            lambda: client.audio.transcriptions.create(model="m", file=("a.wav", b"x" * 100_000)),
            lambda: client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "x" * 2000}]
            ),
        ):
            with pytest.raises(groq.APIStatusError) as caught:
                send()
            body: Any = caught.value.body
            assert caught.value.status_code == 413
            assert body["error"]["code"] == "request_too_large"


def test_a_prompt_over_the_context_window_is_rejected(chat: Any) -> None:
    response = chat("word " * 120_000)
    assert response.status == 400
    assert "Please reduce the length of the messages" in response.error["message"]


def test_bytes_that_are_not_http_are_a_400_without_a_traceback(
    server: LocalGroq, capfd: pytest.CaptureFixture[str]
) -> None:
    import socket

    for sent in (
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/files HTTP/1.1\r\ncontent-length: x\r\n\r\n",
    ):
        with socket.create_connection((server.host, server.port), timeout=60) as connection:
            connection.sendall(sent)
            assert b" 400 " in connection.recv(4096)
    assert capfd.readouterr().err == ""


def test_compressed_bodies_are_decompressed_and_bounded(ask: Any) -> None:
    import gzip
    import json
    import zlib

    body = json.dumps({"model": "m", "messages": USER}).encode()
    assert ask("/chat/completions", gzip.compress(body), content_encoding="gzip").status == 200
    assert ask("/chat/completions", zlib.compress(body), content_encoding="deflate").status == 200
    assert ask("/chat/completions", body, content_encoding="gzip").status == 400
    assert ask("/chat/completions", body, content_encoding="br").status == 400
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    assert ask("/chat/completions", bomb, content_encoding="gzip").status == 413
