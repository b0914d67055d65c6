"""Any request gets JSON or a stream, never a 500, and never logs a traceback.

``AIOGROQ_FUZZ_SEEDS=2000 pytest tests/local/test_fuzz.py tests/local/test_malformed_http.py`` sends 10,000 requests that were never sent before.
"""

from __future__ import annotations

import json
from typing import Any

from fuzzed_server import GOOD, exchange
from fuzzed_server import running as running
from fuzzing import fuzzed
from hypothesis import given
from hypothesis import strategies as st

from aiogroq.local import LocalGroq
from aiogroq.local.api.chat_schema import PROPERTIES
from aiogroq.local.api.responses_schema import PROPERTIES as OF_RESPONSES

PATHS = st.one_of(
    st.sampled_from(
        [
            "/chat/completions", "/responses", "/embeddings", "/audio/speech", "/audio/transcriptions", "/audio/translations",
            "/models", "/models/a/b", "/models/%2F", "/files", "/files/x", "/files/x/content", "/batches",
            "/batches/x", "/batches/x/cancel", "/files/..%2f..%2fetc", "/batches?cursor=x&id=y", "/models/%ff%00",
        ]
    ),
    st.text("abc/%.?=&", max_size=12).map(lambda text: f"/{text}"),
)  # fmt: skip
METHODS = st.sampled_from(["GET", "POST", "POST", "POST", "DELETE", "PUT", "HEAD", "OPTIONS"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(
        [
            "user",
            "assistant",
            "tool",
            "function",
            "json",
            "required",
            "raw",
            "What is 9**9**9?",
            "https://x",
            "data:,",
            "24h",
        ]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "function",
                    "name",
                    "parameters",
                    "content",
                    "role",
                    "text",
                    "json_schema",
                    "schema",
                    "properties",
                    "anyOf",
                    "$ref",
                    "items",
                    "pattern",
                    "url",
                    "strict",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=10,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool", "function"])},
        optional={
            "content": VALUES,
            "name": VALUES,
            "tool_calls": VALUES,
            "tool_call_id": st.text(max_size=3),
            "reasoning": VALUES,
        },
    ),
    max_size=4,
)
NEARLY_GOOD = st.dictionaries(st.sampled_from(sorted(PROPERTIES)), VALUES, max_size=3).map(
    lambda extra: GOOD | extra
)
SCHEMA_REQUESTS = st.tuples(st.sampled_from(["tools", "response_format"]), VALUES).map(
    lambda drawn: (
        GOOD
        | {
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "weather",
                        "parameters": {"properties": {"x": drawn[1]}, "required": ["x"]},
                    },
                }
            ]
        }
        if drawn[0] == "tools"
        else GOOD
        | {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": {"anyOf": [drawn[1]]}},
            }
        }
    )
)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["message", "function_call", "function_call_output", "item_reference"]),
            "role": st.sampled_from(["system", "user", "assistant"]),
            "content": st.one_of(st.text(max_size=9), VALUES),
            "call_id": st.text(max_size=3),
            "name": st.text(max_size=3),
            "arguments": st.text(max_size=3),
            "output": st.text(max_size=3),
        },
    ),
    min_size=1,
    max_size=4,
)
RESPONSES = st.tuples(
    st.one_of(ITEMS, st.just(GOOD["messages"])),
    st.dictionaries(st.sampled_from(sorted(OF_RESPONSES)), VALUES, max_size=2),
    SCHEMA_REQUESTS,
).map(
    lambda drawn: {
        "model": GOOD["model"],
        "input": drawn[0],
        **(
            {"tools": [{"type": "function", **drawn[2]["tools"][0]["function"]}]}
            if "tools" in drawn[2]
            else {"text": {"format": {"type": "json_schema", **drawn[2]["response_format"]["json_schema"]}}}
        ),
        **drawn[1],
    }
)
AUDIO = st.dictionaries(
    st.sampled_from(
        [
            "model",
            "input",
            "voice",
            "speed",
            "sample_rate",
            "response_format",
            "url",
            "language",
            "prompt",
            "temperature",
            "timestamp_granularities",
        ]
    ),
    SCALARS,
    max_size=8,
)
BATCHES = st.fixed_dictionaries({"input_file_id": SCALARS, "endpoint": SCALARS, "completion_window": SCALARS})
BODIES = st.one_of(
    st.binary(max_size=40),
    st.one_of(
        VALUES,
        st.fixed_dictionaries({"model": st.just("m"), "messages": MESSAGES}),
        NEARLY_GOOD,
        SCHEMA_REQUESTS,
        AUDIO,
        BATCHES,
        st.fixed_dictionaries({"model": SCALARS, "input": VALUES}),
    ).map(lambda value: json.dumps(value).encode()),
)
FORM_BODIES = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.tuples(
            st.sampled_from(["file", "model", "url", "purpose", "prompt", "a"]), st.binary(max_size=30)
        ),
        max_size=4,
    ).map(
        lambda parts: (
            b"".join(
                b'--b\r\nContent-Disposition: form-data; name="%b"; filename="x.wav"\r\n\r\n%b\r\n'
                % (name.encode(), content)
                for name, content in parts
            )
            + b"--b--\r\n"
        )
    ),
)


def check(method: str, status: int, body: bytes) -> None:
    assert status < 500, body
    if status >= 400 and method != "HEAD":
        error: Any = json.loads(body)["error"]
        assert error["message"]
        assert error["type"] == "invalid_request_error"


@fuzzed(250)
@given(METHODS, PATHS, BODIES)
def test_no_request_is_a_500(running: LocalGroq, method: str, path: str, body: bytes) -> None:
    status, response = exchange(running, method, path, body, {"content-type": "application/json"})
    check(method, status, response)


@fuzzed(250)
@given(st.one_of(NEARLY_GOOD, SCHEMA_REQUESTS), st.booleans())
def test_no_chat_request_is_a_500(running: LocalGroq, requested: Any, stream: bool) -> None:
    body = json.dumps(requested | {"stream": stream}).encode()
    status, response = exchange(running, "POST", "/chat/completions", body, {})
    check("POST", status, response)


@fuzzed(80)
@given(RESPONSES, st.booleans())
def test_no_request_for_a_response_is_a_500(running: LocalGroq, requested: Any, stream: bool) -> None:
    body = json.dumps(requested | {"stream": stream}).encode()
    status, response = exchange(running, "POST", "/responses", body, {})
    check("POST", status, response)


@fuzzed(250)
@given(
    st.sampled_from(["/files", "/audio/transcriptions", "/audio/translations"]),
    FORM_BODIES,
    st.sampled_from(["b", "c", '"b"', ""]),
)
def test_no_form_is_a_500(running: LocalGroq, path: str, body: bytes, boundary: str) -> None:
    kind = f"multipart/form-data; boundary={boundary}"
    status, response = exchange(running, "POST", path, body, {"content-type": kind})
    check("POST", status, response)


@fuzzed(250)
@given(
    st.sampled_from(["gzip", "deflate", "br", "nonsense"]),
    st.binary(max_size=30),
    st.text('abcdef0123456789{}[]:,"', max_size=20),
)
def test_no_encoding_or_header_is_a_500(running: LocalGroq, encoding: str, body: bytes, fault: str) -> None:
    headers = (
        {"content-encoding": encoding, "x-local-fault": fault} if fault else {"content-encoding": encoding}
    )
    status, _ = exchange(running, "POST", "/chat/completions", body, headers)
    assert status < 500
