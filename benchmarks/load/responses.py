"""The responses of the load server, computed once at its start, with the headers of the service."""

from __future__ import annotations

import base64
import json
import struct
from array import array
from functools import cache
from typing import Any

DIMENSIONS = 768
"""Numbers per embedding, as in nomic-embed-text-v1.5."""
EVENTS = 1001
"""Events of a stream before ``[DONE]``: a thousand tokens and the final chunk with the usage."""
TEXT = "The capital of France is Paris, on the river Seine. " * 4
"""The content of every completion."""
TOKEN = " token"
"""The content of every event of a stream."""
DOWNLOAD_BYTES = 64 * 1024 * 1024
UPLOAD_BYTES = 25 * 1024 * 1024
EVENTS_A_WRITE = 8
"""Events per write of a stream at maximum speed."""

_HEADERS = """\
Date: Sat, 21 Nov 2026 04:00:00 GMT\r
Content-Type: {content_type}\r
Connection: keep-alive\r
CF-Ray: 9a1b2c3d4e5f6a7b-FRA\r
CF-Cache-Status: DYNAMIC\r
Cache-Control: private, max-age=0, no-store, no-cache, must-revalidate\r
Server: cloudflare\r
Strict-Transport-Security: max-age=15552000\r
Vary: Origin, Accept-Encoding\r
Via: 1.1 google\r
X-Content-Type-Options: nosniff\r
X-Groq-Region: fra\r
X-RateLimit-Limit-Requests: 14400\r
X-RateLimit-Limit-Tokens: 18000\r
X-RateLimit-Remaining-Requests: 14370\r
X-RateLimit-Remaining-Tokens: 17997\r
X-RateLimit-Reset-Requests: 2m59.56s\r
X-RateLimit-Reset-Tokens: 7.66ms\r
X-Request-Id: req_01kh52madzem68scv0bcz3vm00\r
Set-Cookie: __cf_bm=abcdefghijklmnopqrstuvwxyz; path=/; domain=.groq.com; HttpOnly; Secure; SameSite=None\r
Alt-Svc: h3=":443"; ma=86400\r
"""

_USAGE = {
    "queue_time": 0.018, "prompt_tokens": 42, "prompt_time": 0.002, "completion_tokens": 48,
    "completion_time": 0.048, "total_tokens": 90, "total_time": 0.05,
}  # fmt: skip


def head(content_type: str, length: int | None, status: str = "200 OK") -> bytes:
    """Return the head of a response, chunked if the length is unknown."""
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"HTTP/1.1 {status}\r\n{_HEADERS.format(content_type=content_type)}{framing}\r\n\r\n".encode()


def whole(value: Any, status: str = "200 OK") -> bytes:
    """Return a JSON response."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return head("application/json", len(body), status) + body


CHAT = whole(
    {
        "id": "chatcmpl-1fd017fc-60b8-44eb-a736-375b8e1bc3e7",
        "object": "chat.completion",
        "created": 1770770815,
        "model": "openai/gpt-oss-20b",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": TEXT},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": _USAGE,
        "usage_breakdown": None,
        "system_fingerprint": "fp_f8b414701e",
        "x_groq": {"id": "req_01kh52madzem68scv0bcz3vm00", "seed": 1790130236},
        "service_tier": "on_demand",
    }
)

UNLIMITED = (
    CHAT.replace(b"Limit-Requests: 14400", b"Limit-Requests: 50000000")
    .replace(b"Remaining-Requests: 14370", b"Remaining-Requests: 49999970")
    .replace(b"Limit-Tokens: 18000", b"Limit-Tokens: 1000000000")
    .replace(b"Remaining-Tokens: 17997", b"Remaining-Tokens: 999999997")
)
"""The same with limits that no job reaches."""

TOO_LARGE = whole(
    {
        "error": {
            "message": "Request too large for model `openai/gpt-oss-20b` in organization `org_01` service tier `on_demand`"
            " on tokens per minute (TPM): Limit 8000, Requested 12050, please reduce your message size and try again."
            " Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing",
            "type": "tokens",
            "code": "rate_limit_exceeded",
        }
    },
    "413 Payload Too Large",
)

TRANSCRIPTION = whole({"text": TEXT, "x_groq": {"id": "req_01kh52madzem68scv0bcz3vm00"}})
STREAM_HEAD = head("text/event-stream", None)
LAST_CHUNK = b"0\r\n\r\n"


def event(delta: dict[str, Any], *, id: str = "chatcmpl-1fd017fc-60b8-44eb", **end: Any) -> bytes:
    """Return one event of a stream in its own HTTP chunk, as the service sends it."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": end.pop("finish_reason", None)}
    value = {
        "id": id,
        "object": "chat.completion.chunk",
        "created": 1770770815,
        "model": "openai/gpt-oss-20b",
        "system_fingerprint": "fp_f8b414701e",
        "choices": [choice],
        **end,
    }
    return chunk(b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n")


def chunk(content: bytes) -> bytes:
    """Return an HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(content), content)


DONE = chunk(b"data: [DONE]\n\n")


def last_event(id: str = "chatcmpl-1fd017fc-60b8-44eb") -> bytes:
    """Return the final event of a stream, with the usage."""
    return event({}, id=id, finish_reason="stop", x_groq={"id": "req_01kh52", "usage": _USAGE})


@cache
def stream(events: int = EVENTS) -> tuple[bytes, ...]:
    """Return the writes of a stream with *count* events."""
    parts = [
        event({"role": "assistant", "content": TOKEN}, x_groq={"id": "req_01kh52"}),
        *[event({"content": TOKEN})] * (events - 2),
        last_event(),
    ]
    writes = [b"".join(parts[i : i + EVENTS_A_WRITE]) for i in range(0, len(parts), EVENTS_A_WRITE)]
    return (STREAM_HEAD + writes[0], *writes[1:], DONE + LAST_CHUNK)


def stamped(nanoseconds: int) -> bytes:
    """Return an event whose id is the time of its write."""
    return event({"content": TOKEN}, id=f"{nanoseconds:020d}")


def vector(index: int) -> array[float]:
    """Return the embedding of input number *index*, in numbers that are exact in 32 bits."""
    return array("f", [round(((index * 31 + k * 17) % 2001 - 1000) / 1000, 6) for k in range(DIMENSIONS)])


@cache
def embeddings(inputs: int, encoding: str) -> bytes:
    """Return the response to *inputs* inputs, as ``float`` lists or in ``base64``."""
    values: list[Any] = []
    for index in range(inputs):
        numbers = vector(index)
        if encoding == "base64":
            values.append(base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *numbers)).decode())
        else:
            # As the service writes them: enough digits to restore the same 32 bits.
            values.append([float(f"{number:.9g}") for number in numbers])
    return whole(
        {
            "object": "list",
            "data": [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(values)],
            "model": "nomic-embed-text-v1_5",
            "usage": {"prompt_tokens": 8 * inputs, "total_tokens": 8 * inputs},
        }
    )


@cache
def file_block() -> bytes:
    """Return a block of the downloaded file, which repeats this block."""
    return bytes(range(256)) * 1024
