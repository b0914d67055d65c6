"""When a stream is complete and when it is truncated, as its protocol decides it from bytes alone."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from aiogroq.protocol.chat_stream import ChatStreamProtocol
from aiogroq.protocol.sse import Event
from aiogroq.protocol.stream_protocol import StreamEnd, StreamProtocol, TypedStreamProtocol
from aiogroq.protocol.streams import register_stream_protocol, stream_protocol_for
from aiogroq.types.chat import ChatCompletionChunk

MARKED = StreamEnd(is_marked=True)
BROKEN = StreamEnd(is_marked=True, is_broken=True)
WITHIN_EVENT = StreamEnd(is_marked=False, is_within_event=True)
UNFRAMED = StreamEnd(is_marked=False, is_framed=False)
IN_ORDER = StreamEnd(is_marked=False)


def chunk(reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": "a"}, "finish_reason": reason}
    return json.dumps({"object": "chat.completion.chunk", "choices": [choice], **more}).encode()


WITHOUT_FIELD = b'{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a"}}]}'


@pytest.mark.parametrize(
    ("events", "end", "truncation"),
    [
        ([chunk("stop")], MARKED, None),
        ([chunk("stop")], BROKEN, None),
        ([chunk("stop")], IN_ORDER, None),
        ([chunk("stop")], UNFRAMED, None),
        ([chunk("stop")], WITHIN_EVENT, "within an event"),
        ([chunk()], MARKED, "without a finish reason"),
        ([chunk()], IN_ORDER, "without [DONE] and without a finish reason"),
        ([WITHOUT_FIELD], MARKED, None),
        ([WITHOUT_FIELD], BROKEN, "the connection broke after [DONE]"),
        ([WITHOUT_FIELD], IN_ORDER, "without [DONE] and without a finish reason"),
        ([], MARKED, "before any choice had come"),
        ([chunk(usage={"total_tokens": 1}, choices=[])], IN_ORDER, None),
    ],
)
def test_a_chat_stream_is_complete_with_a_finish_reason_or_the_usage(
    events: list[bytes], end: StreamEnd, truncation: str | None
) -> None:
    protocol = ChatStreamProtocol()
    for event in events:
        protocol.decode(event)
    found = protocol.truncation(end)
    assert found is None if truncation is None else found is not None and truncation in found


@pytest.mark.parametrize(
    ("last", "end", "truncation"),
    [
        (b'{"a": 1}', MARKED, None),
        (b'{"a": 1}', BROKEN, "the connection broke after [DONE]"),
        (b'{"a": 1}', IN_ORDER, None),
        (b'{"a": 1}', WITHIN_EVENT, "within an event"),
        (b'{"a": 1}', UNFRAMED, "cannot be told apart"),
        (chunk(), IN_ORDER, "without a finish reason"),
        (chunk("stop"), IN_ORDER, None),
        (chunk(choices=[5]), IN_ORDER, "without a finish reason"),
        (chunk(choices=None), IN_ORDER, None),
        (chunk().replace(b'"a"', b'"\\ud83d"'), IN_ORDER, "without a finish reason"),
        (b'["object", "chat.completion"]', IN_ORDER, None),
    ],
)
def test_a_stream_of_other_events_ends_with_done_or_in_order(
    last: bytes, end: StreamEnd, truncation: str | None
) -> None:
    protocol = StreamProtocol[Any](object)
    protocol.decode(last)
    found = protocol.truncation(end)
    assert found is None if truncation is None else found is not None and truncation in found


class Steps(TypedStreamProtocol[dict[str, Any]]):
    end_types = frozenset({"stop", "end"})
    event_types: ClassVar = {"number": int}


def named(name: str, data: bytes) -> Event:
    event = Event(data)
    event.name = name
    return event


def test_a_typed_stream_is_complete_with_an_event_of_its_end_types_only() -> None:
    protocol = Steps(dict)
    assert protocol.truncation(MARKED) is None
    assert protocol.truncation(BROKEN) is None
    for end in (IN_ORDER, UNFRAMED):
        assert "without an event of type end or stop" in (protocol.truncation(end) or "")
    assert "within an event" in (protocol.truncation(WITHIN_EVENT) or "")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (named("end", b"{}"), "end"),
        (named("end", b'{"type": "step"}'), "end"),
        (b'{"type": "end"}', "end"),
        (b'{"type": 5}', "step"),
        (b'{"end": 1}', "step"),
        (b"[]", "step"),
        (named("error", b"{}"), "error"),
        (b'{"type": "error"}', "error"),
    ],
)
def test_the_type_of_an_event_is_its_name_or_the_type_in_its_json(event: bytes, kind: str) -> None:
    protocol = Steps(dict)
    assert protocol.is_end(event) is (kind == "end")
    assert protocol.is_error(event, {}) is (kind == "error")


def test_an_event_is_decoded_as_the_class_of_its_type_or_else_as_the_type_of_the_stream() -> None:
    protocol = Steps(dict)
    assert protocol.decode(named("number", b"5")) == 5
    assert protocol.decode(named("other", b'{"a": 1}')) == {"a": 1}


@pytest.mark.parametrize(
    ("data", "is_complete"),
    [
        (b"[DONE]", True),
        (b'{"a": 1}', True),
        (b"[1]", True),
        (b'{"a": 1', False),
        (b"5", False),
        (b"[DO", False),
    ],
)
def test_an_event_without_its_blank_line_is_complete_if_it_cannot_go_on(
    data: bytes, is_complete: bool
) -> None:
    assert StreamProtocol[Any](object).is_complete(data) is is_complete


class Step:
    """An event of a type that is registered below."""


class StepProtocol(StreamProtocol[Step]):
    pass


def test_a_registered_protocol_reads_the_streams_of_its_type() -> None:
    assert type(stream_protocol_for(ChatCompletionChunk)) is ChatStreamProtocol
    assert type(stream_protocol_for(Step)) is StreamProtocol
    register_stream_protocol(Step, StepProtocol)
    assert type(stream_protocol_for(Step)) is StepProtocol
