"""Streams whose end, or whose events, are not what a stream should have."""

from __future__ import annotations

import os
import signal
import threading
from asyncio import StreamReader, StreamWriter
from typing import Any

from . import wire
from .actions import ASK, TEXT, answered, stream
from .scenario import BROKEN, OWN, Judge, Outcome, Raw, Served, Side, fails, gives, scenario

_GROUP = "streams"
_DONE = "[DONE]"


def _events(*data: str) -> bytes:
    return "".join(f"data: {line}\n\n" for line in data).encode()


def _ends(name: str, raw: Raw, judge: Judge, expects: str, action: Any = stream) -> None:
    scenario(_GROUP, name, judge, raw=raw, expects=expects)(action)


_ends(
    "[DONE] without a finish reason",
    wire.streams(_events(wire.delta("one "), wire.delta("two"), _DONE)),
    fails(*OWN, partial="one two"),
    "A choice that never finished was cut, as a server does that stops for another request; its text is no answer.",
)
_ends(
    "[DONE] where one of two choices has not finished",
    wire.streams(
        _events(
            wire.delta("one ").replace('"index": 0', '"index": 1'),
            wire.delta("two"),
            wire.delta("", "stop"),
            _DONE,
        )
    ),
    fails(*OWN),
    "Each of the choices has its own end.",
)
_ends(
    "a server that never sends finish reasons",
    wire.streams(
        _events(*(wire.delta(text).replace(', "finish_reason": null', "") for text in ("one ", "two")), _DONE)
    ),
    gives("one two"),
    "Where no event has the field, it tells nothing: [DONE] and the end of the body are the end.",
)
_ends(
    "[DONE] without a finish reason, and the connection breaks",
    wire.streams_cut(_events(wire.delta("one "), wire.delta("two"), _DONE)),
    fails(*OWN, partial="one two"),
    "So a server looks that was stopped while it answered; the text is half of one.",
)
_ends(
    "200 and not a single event",
    wire.streams(),
    fails(*OWN),
    "An empty stream is no answer: a server that refuses a prompt in this way has answered nothing.",
)
_ends(
    "5,000 empty events that arrive together",
    wire.streams(
        _events(wire.delta("one ")) + b"data:\n\n" * 5000 + _events(wire.delta("two", "stop"), _DONE)
    ),
    gives("one two"),
    "An event without data is none (WHATWG HTML, 9.2.6), however many of them come.",
)
_ends(
    "an event with a name of its own between the others",
    wire.streams(
        _events(wire.delta("one ")) + b"event: ping\ndata:\n\n" + _events(wire.delta("two", "stop"), _DONE)
    ),
    gives("one two"),
    "An event without data is none, whatever its name.",
)


def _until_closed(content: bytes) -> Raw:
    """A stream of HTTP/1.0: its end is that of the connection."""

    async def handle(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
        await wire.read_request(served, reader)
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + content)
        await writer.drain()
        writer.close()

    return handle


_ends(
    "a stream over HTTP/1.0",
    _until_closed(_events(wire.delta("one "), wire.delta("two", "stop"), _DONE)),
    gives("one two"),
    "A proxy may speak HTTP/1.0, where the end of the connection is that of the body.",
)
_ends(
    "a stream over HTTP/1.0 that breaks off",
    _until_closed(_events(wire.delta("one "), wire.delta("two"))),
    fails(*BROKEN),
    "There the end of the connection says nothing, but the stream has not finished.",
)


@scenario(_GROUP, "a stream of plain dictionaries ends in order, but in the middle of an event", fails(*OWN), raw=wire.streams(
    _events('{"n": 1}', '{"n": 2}') + b'data: {"n": 3'), expects="Half an event was cut off, whatever its type.")  # fmt: skip
async def dictionaries(side: Side) -> str:
    stream_class = side.sdk.AsyncStream[dict]
    async with side.client() as client:
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


@scenario(_GROUP, "read on after Ctrl-C in a blocking stream", _rest_or_error, server={
    "reply": answered, "tokens_per_second": 8.0}, alone=True,
    expects="Who reads on has the rest or an error, and never a text that ends early as if it were whole.")  # fmt: skip
def read_on(side: Side) -> str:
    client = side.blocking()
    source = client.chat.completions.create(**ASK, stream=True)
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
