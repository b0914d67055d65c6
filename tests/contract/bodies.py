"""Recorded response bodies, each with the call that received it.

Recorded by users of the service and published in the tests of vercel/ai and pydantic-ai, in Groq's cookbook, or in its
documentation and specification; shortened where repetitive.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .calls import BATCH, CHAT, EMBEDDING, FILE, SPEECH

Make = Callable[[Any], Any]


@dataclass(frozen=True)
class Recorded:
    """A recorded response, and the call that received it."""

    id: str
    make: Make
    body: bytes
    content_type: str = "application/json"


CHAT_BODIES = {
    "a tool call": b"""{"id":"chatcmpl-1fd017fc-60b8-44eb-a736-375b8e1bc3e7","object":"chat.completion","created":1770770815,
 "model":"llama-3.3-70b-versatile",
 "choices":[{"index":0,"message":{"role":"assistant","tool_calls":[{"id":"ax9fskhev","type":"function",
   "function":{"name":"weather","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],
 "usage":{"queue_time":0.179481775,"prompt_tokens":218,"prompt_time":0.01182836,"completion_tokens":15,
   "completion_time":0.044602289,"total_tokens":233,"total_time":0.056430649},
 "usage_breakdown":null,"system_fingerprint":"fp_f8b414701e",
 "x_groq":{"id":"req_01kh52madzem68scv0bcz3vm00","seed":1790130236},"service_tier":"on_demand"}""",
    "reasoning": b"""{"id":"chatcmpl-a","object":"chat.completion","created":1770770816,"model":"openai/gpt-oss-120b",
 "choices":[{"index":0,"message":{"role":"assistant","content":"4","reasoning":"Two and two.","channel":"final"},
 "logprobs":null,"finish_reason":"stop"}],"usage":{"queue_time":0.05,"prompt_tokens":80,"prompt_time":0.003,
 "completion_tokens":600,"completion_time":1.2,"total_tokens":680,"total_time":1.203,
 "completion_tokens_details":{"reasoning_tokens":570},"prompt_tokens_details":{"cached_tokens":64}},
 "usage_breakdown":null,"system_fingerprint":"fp_1","x_groq":{"id":"req_1","usage":{"sram_cached_tokens":0,
 "dram_cached_tokens":64},"debug":{"input_token_ids":[1],"input_tokens":["a"],"output_token_ids":[2],
 "output_tokens":["b"]}},"service_tier":"on_demand"}""",
    "a schema": rb"""{"id":"chatcmpl-b","object":"chat.completion","created":1770770817,"model":"openai/gpt-oss-120b",
 "choices":[{"index":0,"message":{"role":"assistant","content":"{\"city\":\"Mexico City\",\"country\":\"Mexico\"}",
 "reasoning":"Answer in JSON."},"logprobs":null,"finish_reason":"stop"}],"usage":{"queue_time":0.05,"prompt_tokens":178,
 "prompt_time":0.006,"completion_tokens":94,"completion_time":0.19,"total_tokens":272,"total_time":0.2},
 "usage_breakdown":{"models":null},"system_fingerprint":"fp_1","x_groq":{"id":"req_2"}}""",
    "a compound system": rb"""{"id":"stub","object":"chat.completion","created":1758000000,"model":"groq/compound",
 "choices":[{"index":0,"message":{"role":"assistant","content":"Sunny.","reasoning":"Search.","executed_tools":[
 {"index":0,"type":"search","arguments":"{\"query\": \"What is the weather in San Francisco today?\"}","output":"Title: x",
  "search_results":{"results":[{"title":"Weather","url":"https://example.org","content":"c","score":0.9842}],"images":[]}},
 {"index":1,"type":"python","arguments":"print(1)","output":null,"search_results":{"results":null},"code_results":[
  {"text":"1","png":"iVBORw0=","chart":{"type":"bar","title":"T","x_label":"x","y_label":"y","x_unit":null,"y_unit":null,
  "x_ticks":[1,2.5],"elements":[{"label":"a","group":"g","value":3},{"label":"b","points":[[1,2]]}]},"charts":[]}]},
 {"index":2,"type":"function","name":"browser.open","arguments":"{}","browser_results":[{"url":"https://example.org",
  "title":"Page","live_view_url":"https://example.org/live","content":"c"}]}],
 "annotations":[{"type":"document_citation","document_citation":{"start_index":0,"end_index":5,"document_id":"d1"}},
  {"type":"function_citation","function_citation":{"start_index":0,"end_index":5,"tool_call_id":"t1"}}]},
 "logprobs":{"content":[{"token":"S","logprob":-0.1,"bytes":[83],"top_logprobs":[{"token":"S","logprob":-0.1,
  "bytes":null}]}]},"finish_reason":"stop"}],
 "usage_breakdown":{"models":[{"model":"openai/gpt-oss-120b","usage":{"queue_time":0.1,"prompt_tokens":10,
  "completion_tokens":2,"total_tokens":12}},{"model":"openai/gpt-oss-120b","usage":{"prompt_tokens":1,
  "completion_tokens":1,"total_tokens":2}}]},
 "mcp_list_tools":[{"id":"mcpl_1","type":"mcp_list_tools","server_label":"hf","tools":[{"name":"find","description":"d",
  "input_schema":{"type":"object"},"annotations":{"readOnlyHint":true}}]}],
 "system_fingerprint":null,"x_groq":{"id":"stub"}}""",
    "fields of tomorrow": b"""{"id":"c","object":"chat.completion","created":1,"model":"m","new":{"a":[1,{"b":null}]},
 "choices":[{"index":0,"message":{"role":"assistant","content":"","mood":"fine","tool_calls":null},"new":1.5,
 "finish_reason":"paused"}],"usage":{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1,"new_tokens":2}}""",
    "the least": b"""{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[]}""",
    "unicode": '{"id":"ü","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":'
    '{"role":"assistant","content":"日本 🦙 \\ud83e\\udd99 \\u0000 \\n"},"finish_reason":"stop"}]}'.encode(),
}  # fmt: skip


def events(*data: str) -> bytes:
    """A stream of these events."""
    return "".join(f"data: {one}\n\n" for one in data).encode()


_HEAD = '"id":"chatcmpl-b610","object":"chat.completion.chunk","created":1770770843,"model":"llama-3.3-70b-versatile"'
_USAGE = (
    '"usage":{"queue_time":0.0415,"prompt_tokens":210,"prompt_time":0.01,"completion_tokens":15,'
    '"completion_time":0.04,"total_tokens":225,"total_time":0.05}'
)
_FIRST = f"""{{{_HEAD},"system_fingerprint":"fp_f8b414701e","choices":[{{"index":0,"delta":{{"role":"assistant","content":""}},
"logprobs":null,"finish_reason":null}}],"x_groq":{{"id":"req_01kh52nj5yfcat8hrmvrk2j2hj","seed":689520654}}}}""".replace("\n", "")  # fmt: skip
_LAST = (
    f'{{{_HEAD},"choices":[{{"index":0,"delta":{{}},"logprobs":null,"finish_reason":"stop"}}],'
    f'"x_groq":{{"id":"req_01kh52nj5yfcat8hrmvrk2j2hj",{_USAGE}}},{_USAGE}}}'
)


def delta(delta: str, more: str = "") -> str:
    """A chunk with this delta."""
    return f'{{{_HEAD},"choices":[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":null}}]{more}}}'


STREAMS = {
    "text": events(_FIRST, delta('{"content":"Hel"}'), delta('{"content":"lo \\u00fc 🦙"}'), _LAST, "[DONE]"),
    "a tool call": events(
        _FIRST.replace('"content":""', '"content":null'),
        delta(
            '{"tool_calls":[{"id":"tk85n1k4m","type":"function","function":{"name":"weather","arguments":"{}"},"index":0}]}'
        ),
        _LAST.replace('"stop"', '"tool_calls"'),
        "[DONE]",
    ),
    "reasoning": events(
        _FIRST,
        delta('{"reasoning":"We","channel":"analysis"}', ',"service_tier":"on_demand"'),
        delta('{"content":"4","channel":"final"}'),
        _LAST,
        "[DONE]",
    ),
    "a compound system": events(
        _FIRST,
        delta('{"executed_tools":[{"index":0,"type":"search","arguments":"{}"}]}'),
        delta(
            '{"executed_tools":[{"index":0,"type":"search","arguments":"{}","output":"x","search_results":{"results":null}}]}'
        ),
        delta(
            '{"annotations":[{"type":"document_citation","document_citation":{"start_index":0,"end_index":1,"document_id":"d"}}]}'
        ),
        _LAST.replace('"x_groq":{', '"x_groq":{"error":null,"usage_breakdown":{"models":null},').replace(
            "chatcmpl-b610", "stub"
        ),
        "[DONE]",
    ),
    "usage at the end": events(
        _FIRST,
        delta('{"content":"a"}'),
        f'{{{_HEAD},"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}]}}',
        f'{{{_HEAD},"choices":[],{_USAGE}}}',
        "[DONE]",
    ),
    "fields of tomorrow": events(delta('{"content":"a","mood":{"x":[1]}}', ',"new":true'), _LAST, "[DONE]"),
    "odd line ends": events(_FIRST, _LAST, "[DONE]").replace(b"\n", b"\r\n"),
    "comments and blank lines": b": ping\n\n" + events(_FIRST) + b"\n: ping\n\n" + events(_LAST, "[DONE]"),
    "data over several lines": events(_FIRST, _LAST, "[DONE]").replace(b',"choices"', b',\ndata: "choices"'),
    "fields of the protocol": b"id: 1\nretry: 10\n" + events(_FIRST, _LAST, "[DONE]"),
}

TRANSCRIPTS = {
    "json": '{"text":" Hello from the Versal AISDK.","x_groq":{"id":"req_unique_id"}}',
    "verbose_json": """{"task":"transcribe","language":"English","duration":2.5,"text":"Hello world!",
 "segments":[{"id":0,"seek":0,"start":0,"end":2.48,"text":"Hello world!","tokens":[50365,2425,490,264],
   "temperature":0,"avg_logprob":-0.29010406,"compression_ratio":0.7777778,"no_speech_prob":0.032802984}],
 "words":[{"word":"Hello","start":0.0,"end":0.5}],"x_groq":{"id":"req_01jrh9nn61f24rydqq1r4b3yg5"}}""",
    "words only": """{"task":"transcribe","language":"English","duration":2.5,"text":"Hi",
 "words":[{"word":"Hi","start":0,"end":1}],"x_groq":{"id":"req_1"}}""",
}

_MODEL = """{"id":"openai/gpt-oss-120b","object":"model","created":1754408224,"owned_by":"OpenAI","active":true,
"context_window":131072,"public_apps":null,"max_completion_tokens":65536,"name":"GPT OSS 120B","input_modalities":["text"],
"output_modalities":["text"],"supported_features":["tools","json_mode","structured_outputs","reasoning"],
"supported_sampling_parameters":["temperature","seed"],"pricing":{"prompt":"0.00000015","completion":"0.0000006",
"request":"0"}}"""
_MODEL_SHORT = '{"id":"whisper-large-v3","object":"model","created":1693721698,"owned_by":"OpenAI"}'
_FILE = """{"id":"file_01jh6x76wtemjr74t1fh0faj5t","object":"file","bytes":966,"created_at":1736472501,
"filename":"batch_file.jsonl","purpose":"batch"}"""
_BATCH = """{"id":"batch_01jh6xa7reempvjyh6n3yst2zw","object":"batch","endpoint":"/v1/chat/completions","errors":null,
"input_file_id":"file_01jh6x76wtemjr74t1fh0faj5t","completion_window":"24h","status":"validating",
"output_file_id":null,"error_file_id":null,"finalizing_at":null,"failed_at":null,"expired_at":null,"cancelled_at":null,
"request_counts":{"total":0,"completed":0,"failed":0},"metadata":null,"created_at":1736472600,
"expires_at":1736559000,"cancelling_at":null,"completed_at":null,"in_progress_at":null}"""
_FAILED_BATCH = _BATCH.replace(
    '"errors":null',
    '"errors":{"object":"list","data":[{"code":"invalid_line","message":"bad","param":null,"line":3}]}',
).replace('"metadata":null', '"metadata":{"team":"red"}')
_VECTORS = """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,1,-1e-05]}],
"model":"nomic-embed-text-v1_5","usage":{"prompt_tokens":8,"total_tokens":8}}"""
_OUTPUT_LINE = b"""{"id":"batch_req_out_01jpra5p4ve4v8k14zkqn6agjm","custom_id":"request-2","response":{"status_code":200,\
"request_id":"req_01jpra5n2qef6s66k65v8sy51h","body":{"id":"chatcmpl-1","object":"chat.completion"}},"error":null}
"""


def transcribe(c: Any) -> Any:
    return c.audio.transcriptions.create(model="whisper-large-v3", file=FILE)


def translate(c: Any) -> Any:
    return c.audio.translations.create(model="whisper-large-v3", file=FILE)


def chat(c: Any) -> Any:
    return c.chat.completions.create(**CHAT)


def stream(c: Any) -> Any:
    return c.chat.completions.create(**CHAT, stream=True)


VALUES = [
    *(Recorded(f"chat: {name}", chat, body) for name, body in CHAT_BODIES.items()),
    *(Recorded(f"transcription: {name}", transcribe, body.encode()) for name, body in TRANSCRIPTS.items()),
    *(Recorded(f"translation: {name}", translate, body.encode()) for name, body in TRANSCRIPTS.items()),
    Recorded("models: one", lambda c: c.models.retrieve("m"), _MODEL.encode()),
    Recorded("models: one, short", lambda c: c.models.retrieve("m"), _MODEL_SHORT.encode()),
    Recorded("models: all", lambda c: c.models.list(), f'{{"object":"list","data":[{_MODEL},{_MODEL_SHORT}]}}'.encode()),
    Recorded("models: deleted", lambda c: c.models.delete("m"), b'{"id":"ft:1","object":"model","deleted":true}'),
    Recorded("files: created", lambda c: c.files.create(file=FILE, purpose="batch"), _FILE.encode()),
    Recorded("files: one", lambda c: c.files.info("f"), _FILE.encode()),
    Recorded("files: all", lambda c: c.files.list(), f'{{"object":"list","data":[{_FILE}]}}'.encode()),
    Recorded("files: none", lambda c: c.files.list(), b'{"object":"list","data":[]}'),
    Recorded("files: deleted", lambda c: c.files.delete("f"), b'{"id":"file_1","object":"file","deleted":true}'),
    Recorded("batches: created", lambda c: c.batches.create(**BATCH), _BATCH.encode()),
    Recorded("batches: one", lambda c: c.batches.retrieve("b"), _BATCH.encode()),
    Recorded("batches: one that failed", lambda c: c.batches.retrieve("b"), _FAILED_BATCH.encode()),
    Recorded("batches: cancelled", lambda c: c.batches.cancel("b"), _BATCH.replace("validating", "cancelling").encode()),
    Recorded("batches: all", lambda c: c.batches.list(), f'{{"object":"list","data":[{_BATCH},{_FAILED_BATCH}],"paging":{{"next_cursor":"c2"}}}}'.encode()),
    Recorded("embeddings: numbers", lambda c: c.embeddings.create(**EMBEDDING), _VECTORS.encode()),
    Recorded("embeddings: base64", lambda c: c.embeddings.create(**EMBEDDING, encoding_format="base64"), _VECTORS.replace("[0.1,1,-1e-05]", '"zczMPQ=="').encode()),
]  # fmt: skip

BINARIES = [
    Recorded("speech", lambda c: c.audio.speech.create(**SPEECH), b"RIFF\xff\x00" * 5000, content_type="audio/wav"),
    Recorded("content", lambda c: c.files.content("f"), _OUTPUT_LINE * 3, content_type="application/octet-stream"),
    Recorded("no content", lambda c: c.files.content("f"), b"", content_type="application/octet-stream"),
]  # fmt: skip


def error(message: str, type: str = "invalid_request_error", **more: object) -> bytes:
    """A body with the service's error object."""
    return json.dumps({"error": {"message": message, "type": type, **more}}).encode()


_TOO_LARGE = (
    "Request too large for model `openai/gpt-oss-120b` in organization `org_1` service tier `on_demand` on tokens per "
    "minute (TPM): Limit 8000, Requested 10092, please reduce your message size and try again."
)
_LIMITED = (
    "Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_1` service tier `on_demand` on tokens "
    "per day (TPD): Limit 100000, Used 97843, Requested 9191. Please try again in 1h53m56.832s."
)
_TOOL_FAILED = (
    "Tool call validation failed: tool call validation failed: parameters for tool get_something_by_name did not match "
    "schema: errors: [missing properties: 'name', additionalProperties 'foo' not allowed]"
)
_GENERATED = '{"name": "get_something_by_name", "arguments": {\n  "foo": "bar"\n}}'

ERRORS = {
    "a wrong key": (401, error("Invalid API Key", code="invalid_api_key")),
    "a property that is not known": (400, error("property 'X' is unsupported, did you mean 'Y'?")),
    "a tool call that failed": (400, error(_TOOL_FAILED, code="tool_use_failed", failed_generation=_GENERATED)),
    "JSON that failed": (400, error("Generated JSON does not match the expected schema.", code="json_validate_failed",
                         failed_generation="{", schema_kind="type", schema_path_segments=["a", 0], debug=None)),
    "a model that is gone": (400, error("The model `x` has been decommissioned.", code="model_decommissioned")),
    "terms": (400, error("The model `playai-tts` requires terms acceptance.", code="model_terms_required")),
    "forbidden": (403, error("Forbidden", "permissions_error")),
    "no such model": (404, error("The model `x` does not exist or you do not have access to it.", code="model_not_found")),
    "a wrong address": (404, error("Unknown request URL: POST /v2. Please check the URL for typos.", code="unknown_url")),
    "a conflict": (409, error("Conflict")),
    "too large": (413, error(_TOO_LARGE, "tokens", code="rate_limit_exceeded")),
    "an upload too large": (413, error("Request Entity Too Large", code="request_too_large")),
    "not processable": (422, error("Unprocessable", param="messages")),
    "a failed dependency": (424, error("Error retrieving tool list from MCP server: 'Stripe'", "external_connector_error", param="tools", code="http_error")),
    "a rate limit": (429, error(_LIMITED, "tokens", code="rate_limit_exceeded")),
    "flex is full": (498, error("Flex tier capacity exceeded", "invalid_request_error", code="capacity_exceeded")),
    "cancelled": (499, error("Cancelled")),
    "a server error": (500, error("Internal Server Error", "internal_server_error")),
    "over capacity": (503, error("m is currently over capacity. Please try again and back off exponentially.", "internal_server_error")),
    "an odd status": (529, error("Overloaded")),
    "an error that is a text": (400, b'{"error":"bad request"}'),
    "an error without an object": (400, b'{"message":"bad request"}'),
    "an error that is a list": (400, b'[{"message":"bad request"}]'),
    "a redirect": (302, b'{"error":{"message":"elsewhere"}}'),
}  # fmt: skip

GATEWAY_ERRORS = {
    "HTML": (502, b"<html><body>502 Bad Gateway</body></html>", "text/html"),
    "text": (504, b"upstream request timeout\n", "text/plain"),
    "nothing": (500, b"", "text/plain"),
    "broken JSON": (500, b'{"error":', "application/json"),
}

ERROR_EVENTS = {
    "an error event": b"event: error\n"
    + events(
        json.dumps({
            "error": {"message": _TOOL_FAILED, "type": "invalid_request_error", "code": "tool_use_failed",
                      "failed_generation": _GENERATED, "status_code": 400},
        })
    ),
    "an error as data": events('{"error":{"message":"Over capacity","type":"internal_server_error","status_code":503}}'),
    "an error after text": events(_FIRST, delta('{"content":"a"}'))
    + b"event: error\n"
    + events('{"error":{"message":"Tool choice is required, but model did not call a tool","failed_generation":"","status_code":400}}'),
    "an error without a message": b"event: error\n" + events('{"error":{"status_code":500}}'),
}  # fmt: skip
