"""Streams with an unusual end or unusual events."""

from __future__ import annotations

import os
import signal
import threading
from asyncio import StreamReader, StreamWriter
from typing import Any

from . import raw_server
from .actions import CHAT, TEXT, reply, stream
from .scenario import (
    API_ERROR,
    CONNECTION_ERROR,
    Judge,
    Outcome,
    Package,
    RawServer,
    ServerLog,
    raises,
    returns,
    scenario,
)

_GROUP = "streams"
_DONE = "[DONE]"


def _events(*data: str) -> bytes:
    return "".join(f"data: {line}\n\n" for line in data).encode()


def _ends(name: str, raw: RawServer, judge: Judge, expects: str, action: Any = stream) -> None:
    scenario(_GROUP, name, judge, raw=raw, expects=expects)(action)


_ends(
    "[DONE] without a finish reason",
    raw_server.streams(_events(raw_server.delta("one "), raw_server.delta("two"), _DONE)),
    raises(*API_ERROR, partial="one two"),
    "A choice without a finish reason was interrupted, for instance by a preempting server; its text is incomplete.",
)
_ends(
    "[DONE] when one of two choices has no finish reason",
    raw_server.streams(
        _events(
            raw_server.delta("one ").replace('"index": 0', '"index": 1'),
            raw_server.delta("two"),
            raw_server.delta("", "stop"),
            _DONE,
        )
    ),
    raises(*API_ERROR),
    "Each choice has its own finish reason.",
)
_ends(
    "a server that never sends finish reasons",
    raw_server.streams(
        _events(
            *(raw_server.delta(text).replace(', "finish_reason": null', "") for text in ("one ", "two")),
            _DONE,
        )
    ),
    returns("one two"),
    "If no event has the field, its absence means nothing: [DONE] and the end of the body complete the stream.",
)
_ends(
    "[DONE] without a finish reason, then the connection is closed",
    raw_server.truncates_stream(_events(raw_server.delta("one "), raw_server.delta("two"), _DONE)),
    raises(*API_ERROR, partial="one two"),
    "A server that is stopped while it responds looks like this; the text is incomplete.",
)
_ends(
    "200 without events",
    raw_server.streams(),
    raises(*API_ERROR),
    "An empty stream has no completion: a server that rejects a prompt this way returned nothing.",
)
_ends(
    "5,000 empty events at once",
    raw_server.streams(
        _events(raw_server.delta("one "))
        + b"data:\n\n" * 5000
        + _events(raw_server.delta("two", "stop"), _DONE)
    ),
    returns("one two"),
    "An event without data is not dispatched (WHATWG HTML, 9.2.6), however many there are.",
)
_ends(
    "an event with an unknown name",
    raw_server.streams(
        _events(raw_server.delta("one "))
        + b"event: ping\ndata:\n\n"
        + _events(raw_server.delta("two", "stop"), _DONE)
    ),
    returns("one two"),
    "An event without data is not dispatched, whatever its name.",
)


def _until_closed(content: bytes) -> RawServer:
    """A stream over HTTP/1.0, ended by closing the connection."""

    async def handle(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
        await raw_server.read_request(log, reader)
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + content)
        await writer.drain()
        writer.close()

    return handle


_ends(
    "a stream over HTTP/1.0",
    _until_closed(_events(raw_server.delta("one "), raw_server.delta("two", "stop"), _DONE)),
    returns("one two"),
    "A proxy may use HTTP/1.0, where closing the connection ends the body.",
)
_ends(
    "a truncated stream over HTTP/1.0",
    _until_closed(_events(raw_server.delta("one "), raw_server.delta("two"))),
    raises(*CONNECTION_ERROR),
    "Closing the connection is a valid end of the body there, but the stream is incomplete.",
)


@scenario(_GROUP, "a stream of dicts whose body ends in the middle of an event", raises(*API_ERROR), raw=raw_server.streams(
    _events('{"n": 1}', '{"n": 2}') + b'data: {"n": 3'), expects="Half an event was truncated, whatever its type.")  # fmt: skip
async def dictionaries(package: Package) -> str:
    stream_class = package.sdk.AsyncStream[dict]
    async with package.client() as client:
        source = await client.post(
            "/openai/v1/events", body={}, cast_to=dict, stream=True, stream_cls=stream_class
        )
        return " ".join([str(event["n"]) async for event in source])


def _rest_or_error(outcome: Outcome) -> str:
    if outcome.error:
        return "right error" if "GroqError" in outcome.error else f"wrong error: {outcome.error[0]}"
    if outcome.value == TEXT:
        return "right value"
    return "silent loss" if TEXT.startswith(str(outcome.value)) else f"wrong value: {outcome.value!r}"


@scenario(_GROUP, "a sync stream is iterated further after Ctrl-C", _rest_or_error, server={
    "reply": reply, "tokens_per_second": 8.0}, alone=True,
    expects="Further iteration yields the rest or an error, never a truncated text that looks complete.")  # fmt: skip
def read_on(package: Package) -> str:
    client = package.sync_client()
    source = client.chat.completions.create(**CHAT, stream=True)
    threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    text = ""
    try:
        for chunk in source:
            text += chunk.choices[0].delta.content or ""
    except KeyboardInterrupt:
        for chunk in source:
            text += chunk.choices[0].delta.content or ""
        return text
    return "Ctrl-C did not end the loop"
