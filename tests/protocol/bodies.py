"""Recorded bodies of the service: responses, streams and errors, shortened where repetitive.

Sources: recordings in vercel/ai and pydantic-ai, Groq's cookbook and guides, error texts that users pasted.
"""

from __future__ import annotations

import json
from typing import Any

TEXT: dict[str, Any] = {
    "id": "chatcmpl-a", "object": "chat.completion", "created": 1770770816, "model": "openai/gpt-oss-120b",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "4", "reasoning": "Two and two."},
                 "logprobs": None, "finish_reason": "stop"}],
    "usage": {"queue_time": 0.05, "prompt_tokens": 80, "prompt_time": 0.003, "completion_tokens": 600,
              "completion_time": 1.2, "total_tokens": 680, "total_time": 1.203,
              "completion_tokens_details": {"reasoning_tokens": 570}, "prompt_tokens_details": {"cached_tokens": 64}},
    "usage_breakdown": None, "system_fingerprint": "fp_1", "x_groq": {"id": "req_1", "seed": 3},
    "service_tier": "on_demand",
}  # fmt: skip

TOOL_CALL: dict[str, Any] = {
    "id": "chatcmpl-1fd017fc-60b8-44eb-a736-375b8e1bc3e7", "object": "chat.completion", "created": 1770770815,
    "model": "llama-3.3-70b-versatile",
    "choices": [{"index": 0, "message": {"role": "assistant", "tool_calls": [
        {"id": "ax9fskhev", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
        "logprobs": None, "finish_reason": "tool_calls"}],
    "usage": {"queue_time": 0.179481775, "prompt_tokens": 218, "prompt_time": 0.01182836, "completion_tokens": 15,
              "completion_time": 0.044602289, "total_tokens": 233, "total_time": 0.056430649},
    "usage_breakdown": None, "system_fingerprint": "fp_f8b414701e",
    "x_groq": {"id": "req_01kh52madzem68scv0bcz3vm00", "seed": 1790130236}, "service_tier": "on_demand",
}  # fmt: skip

EXECUTED: dict[str, Any] = {
    "index": 0, "type": "search", "arguments": '{"query": "What is the weather in San Francisco today?"}',
    "output": "Title: Weather",
    "search_results": {"results": [{"title": "Weather", "url": "https://example.org", "content": "...", "score": 0.98}],
                       "images": []},
}  # fmt: skip

COMPOUND: dict[str, Any] = {
    "id": "stub", "object": "chat.completion", "created": 1758000000, "model": "groq/compound",
    "choices": [{"index": 0, "message": {
        "role": "assistant", "content": "Sunny.", "reasoning": "Search.",
        "executed_tools": [EXECUTED, {"index": 1, "type": "python", "arguments": "print(1)", "code_results": [
            {"text": "1", "chart": {"type": "bar", "x_ticks": [1, 2.5], "elements": [{"label": "a", "value": 3}]}}]}],
        "annotations": [{"type": "document_citation", "document_citation":
                         {"start_index": 0, "end_index": 5, "document_id": "d1"}}]},
        "finish_reason": "stop"}],
    "usage_breakdown": {"models": [{"model": "openai/gpt-oss-120b", "usage": {
        "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}}]},
    "mcp_list_tools": [{"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "hf", "tools": [
        {"name": "find", "input_schema": {"type": "object"}, "annotations": {"readOnlyHint": True}}]}],
    "x_groq": {"id": "stub"},
}  # fmt: skip

VERBOSE: dict[str, Any] = {
    "task": "transcribe", "language": "English", "duration": 2.5, "text": "Hello world!",
    "segments": [{"id": 0, "seek": 0, "start": 0, "end": 2.48, "text": "Hello world!", "tokens": [50365, 2425, 490, 264],
                  "temperature": 0, "avg_logprob": -0.29010406, "compression_ratio": 0.7777778,
                  "no_speech_prob": 0.032802984}],
    "words": [{"word": "Hello", "start": 0.0, "end": 0.5}], "x_groq": {"id": "req_01jrh9nn61f24rydqq1r4b3yg5"},
}  # fmt: skip

MODELS: dict[str, Any] = {
    "object": "list",
    "data": [{"id": "openai/gpt-oss-120b", "object": "model", "created": 1754408224, "owned_by": "OpenAI", "active": True,
              "context_window": 131072, "public_apps": None, "max_completion_tokens": 65536,
              "supported_features": ["tools", "json_mode"], "pricing": {"prompt": "0.00000015"}}],
}  # fmt: skip

BATCH: dict[str, Any] = {
    "id": "batch_01jh6xa7reempvjyh6n3yst2zw", "object": "batch", "endpoint": "/v1/chat/completions", "errors": None,
    "input_file_id": "file_01jh6x76wtemjr74t1fh0faj5t", "completion_window": "24h", "status": "validating",
    "output_file_id": None, "error_file_id": None, "finalizing_at": None, "failed_at": None, "expired_at": None,
    "cancelled_at": None, "request_counts": {"total": 0, "completed": 0, "failed": 0}, "metadata": None,
    "created_at": 1736472600, "expires_at": 1736559000, "cancelling_at": None, "completed_at": None,
    "in_progress_at": None,
}  # fmt: skip

_HEAD: dict[str, Any] = {
    "id": "chatcmpl-b610", "object": "chat.completion.chunk", "created": 1770770843,
    "model": "llama-3.3-70b-versatile", "system_fingerprint": "fp_f8b414701e",
}  # fmt: skip
_USAGE = {"queue_time": 0.0415, "prompt_tokens": 210, "prompt_time": 0.011, "completion_tokens": 15,
          "completion_time": 0.045, "total_tokens": 225, "total_time": 0.056}  # fmt: skip


def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One chunk as the service sends it; no choice at all where ``delta`` is None."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {**_HEAD, "choices": [] if delta is None else [choice], **more}


TEXT_STREAM: list[dict[str, Any]] = [
    chunk({"role": "assistant", "content": ""}, x_groq={"id": "req_01kh52", "seed": 689520654}),
    chunk({"reasoning": "We", "channel": "analysis"}),
    chunk({"reasoning": " add.", "channel": "analysis"}),
    chunk({"content": "It is"}),
    chunk({"content": " 4."}),
    chunk({}, "stop", x_groq={"id": "req_01kh52", "usage": _USAGE}, usage=_USAGE),
]
TEXT_STREAM_WHOLE: dict[str, Any] = {
    **_HEAD, "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "It is 4.", "reasoning": "We add."},
                 "finish_reason": "stop"}],
    "usage": _USAGE, "x_groq": {"id": "req_01kh52", "seed": 689520654},
}  # fmt: skip

TOOL_STREAM: list[dict[str, Any]] = [
    chunk({"role": "assistant", "content": None}, x_groq={"id": "req_01kh52", "seed": 689520654}),
    chunk({"tool_calls": [{"id": "tk85n1k4m", "type": "function", "function": {"name": "weather", "arguments": "{}"},
                           "index": 0}]}),
    chunk({}, "tool_calls", x_groq={"id": "req_01kh52", "usage": _USAGE}, usage=_USAGE),
]  # fmt: skip
TOOL_STREAM_WHOLE: dict[str, Any] = {
    **_HEAD, "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "tool_calls": [
        {"id": "tk85n1k4m", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
        "finish_reason": "tool_calls"}],
    "usage": _USAGE, "x_groq": {"id": "req_01kh52", "seed": 689520654},
}  # fmt: skip

# A compound system changes the id from chunk to chunk, and sends an executed tool twice.
_CALLED = {name: value for name, value in EXECUTED.items() if name in ("index", "type", "arguments")}
COMPOUND_STREAM: list[dict[str, Any]] = [
    {**chunk({"role": "assistant", "content": ""}), "id": "chatcmpl-1", "system_fingerprint": None},
    {**chunk({"executed_tools": [_CALLED]}), "id": "chatcmpl-2", "system_fingerprint": None},
    {**chunk({"executed_tools": [EXECUTED]}), "id": "chatcmpl-3", "system_fingerprint": None},
    {**chunk({"content": "Sunny."}), "id": "chatcmpl-4", "system_fingerprint": None},
    {**chunk({}, "stop", x_groq={"id": "stub", "usage_breakdown": {"models": [{"model": "a", "usage": _USAGE}]}}),
     "id": "stub", "system_fingerprint": None},
]  # fmt: skip
COMPOUND_STREAM_WHOLE: dict[str, Any] = {
    **_HEAD, "id": "chatcmpl-1", "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Sunny.", "executed_tools": [EXECUTED]},
                 "finish_reason": "stop"}],
    "usage_breakdown": {"models": [{"model": "a", "usage": _USAGE}]}, "x_groq": {"id": "stub"},
}  # fmt: skip
del COMPOUND_STREAM_WHOLE["system_fingerprint"]

STREAMS = [
    (TEXT_STREAM, TEXT_STREAM_WHOLE),
    (TOOL_STREAM, TOOL_STREAM_WHOLE),
    (COMPOUND_STREAM, COMPOUND_STREAM_WHOLE),
]


def event_stream(events: list[dict[str, Any]], end: str = "\n") -> bytes:
    """The chunks as they stand on the wire."""
    lines = [f"data: {json.dumps(event)}{end}{end}" for event in events]
    return "".join([*lines, f"data: [DONE]{end}{end}"]).encode()


# ---------------------------------------------------------------------------------------------------- errors

TPD_TEXT = (
    "Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_1` service tier `on_demand` on "
    "tokens per day (TPD): Limit 100000, Used 97843, Requested 9191. Please try again in 1h53m56.832s. Need more "
    "tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing"
)
ASPH_TEXT = (
    "Rate limit reached for model `whisper-large-v3` in organization `org_1` service tier `on_demand` on seconds of "
    "audio per hour (ASPH): Limit 7200, Used 7170, Requested 230. Please try again in 1m39.738s."
)
TPM_413_TEXT = (
    "Request too large for model `openai/gpt-oss-120b` in organization `org_1` service tier `on_demand` on tokens per "
    "minute (TPM): Limit 8000, Requested 10092, please reduce your message size and try again. Need more tokens?"
)
TOOL_TEXT = (
    "Tool call validation failed: tool call validation failed: parameters for tool get_something_by_name did not match "
    "schema: errors: [missing properties: 'name', additionalProperties 'foo' not allowed]"
)
TOOL_WRITTEN = '{"name": "get_something_by_name", "arguments": {\n  "foo": "bar"\n}}'


def error_body(message: str, kind: str | None = "invalid_request_error", **more: Any) -> bytes:
    """An error as the service sends it."""
    return json.dumps({"error": {"message": message, **({"type": kind} if kind else {}), **more}}).encode()


TOOL_EVENT = error_body(TOOL_TEXT, code="tool_use_failed", failed_generation=TOOL_WRITTEN, status_code=400)
