"""Bytes to events, however they are split."""

from __future__ import annotations

import itertools
import re
import tracemalloc
from collections.abc import Iterable

import pytest
from fuzzing import fuzzed
from hypothesis import given
from hypothesis import strategies as st

from aiogroq.protocol.sse import Event, EventTooLargeError, SSEParser

from .bodies import TEXT_STREAM, TOOL_EVENT, event_stream

Named = tuple[str, bytes]
BOM = b"\xef\xbb\xbf"


def named(event: bytes) -> Named:
    return (event.name if isinstance(event, Event) else "message", bytes(event))


def parsed(chunks: list[bytes]) -> tuple[list[Named], str | None, int | None]:
    """The events of a stream that arrives in these chunks, its last id and its retry time."""
    parser = SSEParser()
    events = [named(event) for chunk in chunks for event in parser.feed(chunk)]
    return events, parser.last_event_id, parser.retry_ms


def reference(stream: bytes) -> tuple[list[Named], str | None, int | None]:
    """The same, by the letter of https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

    But for one liberty that cannot be seen: a retry time holds from the end of its event on.
    """
    *lines, _unfinished = re.split(rb"\r\n|\n|\r", stream.removeprefix(BOM))
    events: list[Named] = []
    last_id: str | None = None
    retry: int | None = None
    data, event_type, id_buffer, retry_buffer = b"", b"", last_id, retry
    for line in lines:
        if line == b"":
            last_id, retry = id_buffer, retry_buffer
            if data != b"":
                events.append((event_type.decode(errors="replace") or "message", data[:-1]))
            data, event_type = b"", b""
        elif not line.startswith(b":"):
            field, colon, value = line.partition(b":")
            value = value[1:] if colon and value[:1] == b" " else value
            if field == b"event":
                event_type = value
            elif field == b"data":
                data += value + b"\n"
            elif field == b"id" and b"\0" not in value:
                id_buffer = value.decode(errors="replace")
            elif field == b"retry" and re.fullmatch(rb"[0-9]+", value):
                retry_buffer = int(value)
    return events, last_id, retry


STREAMS: list[tuple[str, bytes, list[Named]]] = [
    ("LF", b"data: a\n\ndata: b\n\n", [("message", b"a"), ("message", b"b")]),
    ("CR", b"data: a\r\rdata: b\r\r", [("message", b"a"), ("message", b"b")]),
    ("CRLF", b"data: a\r\n\r\ndata: b\r\n\r\n", [("message", b"a"), ("message", b"b")]),
    ("mixed ends", b"data: a\n\rdata: b\r\n\ndata: c\r\r\n", [("message", b"a"), ("message", b"b"), ("message", b"c")]),
    ("byte order mark", BOM + b"data: a\n\n", [("message", b"a")]),
    ("byte order mark and CRLF", BOM + b"\r\ndata: a\r\n\r\n", [("message", b"a")]),
    ("a later byte order mark is a field name", b"data: a\n\n" + BOM + b"data: b\n\n", [("message", b"a")]),
    ("comments", b": hi\n:\n\n:\ndata: a\n: in between\ndata: b\n\n: end\n\n", [("message", b"a\nb")]),
    ("several data lines", b"data: a\ndata:b\ndata\ndata:  c\n\n", [("message", b"a\nb\n\n c")]),
    ("fields without a colon", b"data\n\nevent\ndata: a\n\nid\n\n", [("message", b""), ("message", b"a")]),
    ("no space after the colon", b'data:{"a":1}\n\n', [("message", b'{"a":1}')]),
    ("only the first space goes", b"data:  a\n\n", [("message", b" a")]),
    ("colons in the data", b"data: a: b\n\n", [("message", b"a: b")]),
    ("empty data", b"data:\n\ndata: \n\ndata:\ndata:\n\n", [("message", b""), ("message", b""), ("message", b"\n")]),
    ("names", b"event: error\ndata: a\n\ndata: b\n\n", [("error", b"a"), ("message", b"b")]),
    ("the last name counts", b"event: a\nevent:b\ndata: x\n\n", [("b", b"x")]),
    ("an empty name is none", b"event: a\nevent:\ndata: x\n\n", [("message", b"x")]),
    ("a name that says message", b"event: message\ndata: x\n\n", [("message", b"x")]),
    ("a name without data is no event", b"event: ping\n\ndata: x\n\n", [("message", b"x")]),
    ("unknown fields", b"Data: a\ndata : b\n data: c\nfoo: d\n\ndata: e\n\n", [("message", b"e")]),
    ("blank lines", b"\n\n\ndata: a\n\n\n\n\ndata: b\n\n", [("message", b"a"), ("message", b"b")]),
    ("blank lines in CRLF", b"\r\n\r\n\r\ndata: a\r\n\r\n\r\n", [("message", b"a")]),
    ("an event that does not end", b"data: a\n\ndata: b\n", [("message", b"a")]),
    ("a line that does not end", b"data: a\n\ndata: b", [("message", b"a")]),
    ("[DONE]", b"data: a\n\ndata: [DONE]\n\n", [("message", b"a"), ("message", b"[DONE]")]),
    ("characters of several bytes", "data: žluťoučký 🐎\n\n".encode(), [("message", "žluťoučký 🐎".encode())]),
    ("an error event", b"event: error\ndata: " + TOOL_EVENT + b"\n\n", [("error", TOOL_EVENT)]),
    ("nothing", b"", []),
]  # fmt: skip
BY_NAME = pytest.mark.parametrize(
    ("stream", "events"), [row[1:] for row in STREAMS], ids=[row[0] for row in STREAMS]
)


@BY_NAME
def test_a_stream_in_one_chunk_gives_its_events(stream: bytes, events: list[Named]) -> None:
    assert parsed([stream])[0] == events == reference(stream)[0]


@BY_NAME
def test_a_stream_split_anywhere_gives_the_same_events(stream: bytes, events: list[Named]) -> None:
    for split in range(len(stream) + 1):
        assert parsed([stream[:split], stream[split:]])[0] == events, split


@BY_NAME
def test_a_stream_split_twice_anywhere_gives_the_same_events(stream: bytes, events: list[Named]) -> None:
    stream = stream[:60] if len(stream) > 100 else stream
    expected = parsed([stream])[0]
    for first in range(len(stream) + 1):
        for second in range(first, len(stream) + 1):
            assert parsed([stream[:first], stream[first:second], stream[second:]])[0] == expected


@BY_NAME
def test_a_stream_that_comes_byte_by_byte_gives_the_same_events(stream: bytes, events: list[Named]) -> None:
    assert parsed([stream[i : i + 1] for i in range(len(stream))])[0] == events


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_recorded_stream_split_anywhere_gives_the_same_events(end: str) -> None:
    stream = event_stream(TEXT_STREAM, end)
    events = parsed([stream])
    assert len(events[0]) == len(TEXT_STREAM) + 1
    assert events == reference(stream)
    for split in range(len(stream) + 1):
        assert parsed([stream[:split], stream[split:]]) == events, split


def test_an_event_is_returned_with_the_byte_that_ends_it() -> None:
    parser = SSEParser()
    assert [parser.feed(bytes([byte])) for byte in b"data: a\r\r"][-1] == [b"a"]
    assert parser.feed(b"\ndata: b\n\n") == [b"b"]


def test_an_empty_chunk_changes_nothing() -> None:
    parser = SSEParser()
    chunks = [b"", b"data: a\r", b"", b"\n", b"", b"\r\n", b""]
    assert [event for chunk in chunks for event in parser.feed(chunk)] == [b"a"]
    assert parser.pending_bytes == 0


@pytest.mark.parametrize(
    ("stream", "last_id"),
    [
        (b"data: a\n\n", None),
        (b"id: 1\ndata: a\n\n", "1"),
        (b"id: 1\n\n", "1"),
        (b"id: 1\n\nid\n\n", ""),
        (b"id: 1\n\nid: a\0b\n\n", "1"),
        (b"id: 1\n\ndata: a\n\n", "1"),
        (b"id: 1\n\nid: 2\ndata: an event that does not end\n", "1"),
        (b"id: \xff\n\n", "�"),
    ],
)
def test_the_last_id_is_stored_from_event_to_event(stream: bytes, last_id: str | None) -> None:
    assert parsed([stream])[1] == last_id == reference(stream)[1]


@pytest.mark.parametrize(
    ("value", "retry_ms"),
    [
        (b"3000", 3000),
        (b"0", 0),
        (b"007", 7),
        (b"1.5", None),
        (b"-1", None),
        (b"+1", None),
        (b"1 ", None),
        (b"", None),
        (b"abc", None),
        ("\u0663".encode(), None),
        (b"9" * 5000, None),
    ],
)
def test_a_retry_time_is_digits_or_nothing(value: bytes, retry_ms: int | None) -> None:
    assert parsed([b"retry: " + value + b"\ndata: a\n\n"]) == ([("message", b"a")], None, retry_ms)


@pytest.mark.parametrize(
    "stream", [b"data: a\n\n", b"data:a\n\n", b"data: a\ndata: b\n\n", b"event: message\ndata: a\n\n"]
)
def test_a_plain_event_needs_no_object_of_its_own(stream: bytes) -> None:
    assert [type(event) for event in SSEParser().feed(stream)] == [bytes]


def test_an_event_with_a_name_is_its_data_and_its_name() -> None:
    (event,) = SSEParser().feed(b"event: error\ndata: a\n\n")
    assert isinstance(event, Event)
    assert (event, event.name, Event(b"a").name) == (b"a", "error", "message")


LINES = st.builds(
    lambda field, colon, value: field + colon + value,
    st.sampled_from([b"data", b"event", b"id", b"retry", b"", b"da", b"data ", BOM + b"data"]),
    st.sampled_from([b":", b": ", b":  ", b"", b"::"]),
    st.sampled_from(
        [b"", b"a", b"12", b"error", b"\0", b'{"a": 1}', "é🐎".encode(), b"\xff", b"data: x", BOM]
    ),
)
STREAM = st.builds(
    lambda bom, lines, tail: bom + b"".join(line + end for line, end in lines) + tail,
    st.sampled_from([b"", BOM, BOM[:2]]),
    st.lists(
        st.tuples(st.one_of(st.just(b""), LINES), st.sampled_from([b"\n", b"\r", b"\r\n"])), max_size=30
    ),
    st.one_of(st.just(b""), LINES),
)


@fuzzed(250)
@given(stream=STREAM, data=st.data())
def test_any_stream_in_any_chunks_is_read_as_the_standard_reads_it(
    stream: bytes, data: st.DataObject
) -> None:
    splits = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    chunks = [stream[a:b] for a, b in zip([0, *splits], [*splits, len(stream)], strict=True)]
    assert parsed(chunks) == reference(stream)


@fuzzed(200)
@given(chunks=st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_are_read_as_the_standard_reads_them(chunks: list[bytes]) -> None:
    events, last_id, retry_ms = reference(b"".join(chunks))
    assert parsed(chunks) == (events, last_id, retry_ms)


@pytest.mark.parametrize("chunk_bytes", [16 * 1024, 64 * 1024])
def test_a_line_of_32_megabytes_comes_complete(chunk_bytes: int) -> None:
    line = b"data: " + b"x" * (32 * 1024 * 1024)
    parser = SSEParser()
    for start in range(0, len(line), chunk_bytes):
        assert parser.feed(line[start : start + chunk_bytes]) == []
    assert parser.pending_bytes == len(line)
    (event,) = parser.feed(b"\n\ndata: b")
    assert len(event) == len(line) - len("data: ")
    assert parser.pending_bytes == len(b"data: b")


def feed(parser: SSEParser, chunks: Iterable[bytes]) -> int:
    """Feed all chunks, and return the number of events."""
    return sum(len(parser.feed(chunk)) for chunk in chunks)


def bytes_held_at(chunk: bytes, limit: int) -> int:
    """Return the bytes held when a stream of the same chunk, repeated, is rejected."""
    parser = SSEParser(limit)
    with pytest.raises(EventTooLargeError, match=f"larger than {limit} bytes"):
        feed(parser, itertools.repeat(chunk, 10 * limit))
    return parser.pending_bytes


@pytest.mark.parametrize(
    "chunk", [b"x", b"data: x\n", b": x\r\n", b"\r\ndata: x", b"x" * 999, b"id: 1\rdata:x\r"]
)
def test_an_event_that_never_ends_is_rejected_within_a_chunk_of_the_limit(chunk: bytes) -> None:
    assert 1000 < bytes_held_at(chunk, 1000) <= 1000 + len(chunk)


def test_a_byte_order_mark_that_never_ends_does_not_evade_the_limit() -> None:
    assert bytes_held_at(b"\xef", 1000) <= 1001


@pytest.mark.parametrize("chunks", [1, 2, 7])
def test_an_event_larger_than_the_limit_is_rejected_even_if_it_ends(chunks: int) -> None:
    stream = b"data: " + b"x" * 1001 + b"\n\n"
    step = -(-len(stream) // chunks)
    with pytest.raises(EventTooLargeError):
        feed(SSEParser(1000), [stream[start : start + step] for start in range(0, len(stream), step)])


@pytest.mark.parametrize("end", [b"", b"\n\n"])
def test_the_events_before_one_that_is_too_large_are_not_lost_with_it(end: bytes) -> None:
    with pytest.raises(EventTooLargeError) as caught:
        SSEParser(1000).feed(b"data: a\n\n: noise\ndata: b\n\ndata: " + b"x" * 1001 + end)
    assert caught.value.events == [b"a", b"b"]


def test_the_limit_is_for_one_event_and_not_for_the_stream() -> None:
    event = b"data: " + b"x" * 994 + b"\n\n"
    parser = SSEParser(1000)
    assert feed(parser, [event] * 100) == 100
    assert len(parser.feed(event * 100)) == 100


def test_many_tiny_chunks_hold_no_more_than_their_bytes() -> None:
    parser = SSEParser()
    tracemalloc.start()
    try:
        for number in range(50_000):
            parser.feed(b"%02d" % (number % 100))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A list of the chunks would hold an object of 35 bytes and a reference for every two bytes of the stream.
    assert parser.pending_bytes == 100_000
    assert held < 200_000
