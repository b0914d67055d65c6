"""Faults on request: each changes the response as described, on any endpoint, for any client."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import re
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import pytest
from virtual_time import current_loop, in_virtual_time

from aiogroq.local import Fault, LocalGroq

CHAT: Any = {"model": "m", "messages": [{"role": "user", "content": "What is 2+2?"}]}
STREAM: Any = {**CHAT, "stream": True}


@contextmanager
def connected(server: LocalGroq) -> Iterator[socket.socket]:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        yield connection


def request(body: Any, path: str = "/v1/chat/completions", extra: str = "") -> bytes:
    data = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\n{extra}content-length: {len(data)}\r\n\r\n"
    return head.encode() + data


def post(connection: socket.socket, body: Any, extra: str = "") -> None:
    connection.sendall(request(body, extra=extra))


def read_all(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def dechunked(received: bytes) -> tuple[bytes, bool]:
    """Return (body, whether its framing is complete)."""
    rest = received.partition(b"\r\n\r\n")[2]
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if size == b"0":
            return body, True
        if not size or len(rest) < int(size, 16) + 2:
            return body + rest, False
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body, False


def test_a_script_of_statuses_is_used_up_in_order(server: LocalGroq, ask: Any) -> None:
    server.script(Fault(status=503, times=2), None, Fault(status=429, headers={"retry-after": "2"}))
    responses = [ask("/chat/completions", CHAT) for _ in range(5)]
    assert [response.status for response in responses] == [503, 503, 200, 429, 200]
    assert responses[3].headers["retry-after"] == "2"
    assert responses[3].error["code"] == "rate_limit_exceeded"
    assert server.faults_left == 0
    assert [entry.fault is not None for entry in server.requests] == [True, True, True, True, False]


def test_a_fault_can_select_requests_by_what_is_in_their_body(server: LocalGroq, chat: Any) -> None:
    server.script(Fault(body_contains="row 7", status=500, times=None, skip=1))
    assert [chat(prompt).status for prompt in ("row 7", "row 8", "row 7", "row 70", "row 8")] == [
        200, 200, 500, 500, 200,
    ]  # fmt: skip
    server.script(Fault(status=503))
    assert [chat("row 7").status for _ in range(2)] == [503, 500]
    with pytest.raises(ValueError, match="body_contains cannot match"):
        Fault(body_contains="x", ignore_body=True)


def test_a_fault_applies_only_to_matching_requests(server: LocalGroq, ask: Any) -> None:
    server.script(Fault(on="/files", method="get", status=500, skip=1, times=None))
    assert ask("/models").status == 200
    assert [ask("/files").status for _ in range(3)] == [200, 500, 500]
    server.clear()
    assert ask("/files").status == 200


def test_probability_is_drawn_from_the_seed() -> None:
    from groq import Groq, InternalServerError

    def outcomes(seed: int) -> list[bool]:
        fault = Fault(status=500, probability=0.5, times=None)
        found: list[bool] = []
        with (
            LocalGroq(seed=seed, faults=[fault]) as server,
            Groq(api_key="k", base_url=server.base_url, max_retries=0) as client,
        ):
            for _ in range(20):
                try:
                    client.models.list()
                    found.append(True)
                except InternalServerError:
                    found.append(False)
        return found

    assert outcomes(1) == outcomes(1) != outcomes(2)
    assert 0 < sum(outcomes(1)) < 20


def test_a_request_can_select_its_fault_with_a_header(ask: Any) -> None:
    assert ask("/models", x_local_fault='{"status": 418, "body": {"a": 1}}').json == {"a": 1}
    response = ask("/models", x_local_fault="nonsense")
    assert response.status == 400
    assert "x-local-fault" in response.error["message"]
    assert ask("/models", x_local_fault='{"stauts": 1}').status == 400


def test_bodies_types_and_bytes_can_be_replaced(server: LocalGroq, ask: Any) -> None:
    server.script(
        Fault(body="<html>", content_type="text/html", status=502),
        Fault(body=b"\x00\xff"),
        Fault(insert=b"garbage", insert_at=3),
        Fault(content_type="application/octet-stream"),
    )
    first = ask("/models")
    assert (first.status, first.headers["content-type"], first.body) == (502, "text/html", b"<html>")
    assert ask("/models").body == b"\x00\xff"
    assert ask("/models").body.startswith(b'{"ogarbagebject"')
    assert ask("/models").headers["content-type"] == "application/octet-stream"


def test_the_content_type_among_the_headers_replaces_that_of_the_response(server: LocalGroq) -> None:
    server.script(Fault(status=200, headers={"Content-Type": "text/plain"}, body="x"))
    with connected(server) as connection:
        post(connection, CHAT, extra="connection: close\r\n")
        head = read_all(connection).partition(b"\r\n\r\n")[0].lower()
    assert head.count(b"content-type:") == 1
    assert b"content-type: text/plain\r\n" in head


def test_a_rate_limit_names_the_requested_model(server: LocalGroq, ask: Any) -> None:
    server.script(Fault(status=429, times=2))
    assert "for model `m` in" in ask("/chat/completions", CHAT).error["message"]
    assert "for model `llama-3.3-70b-versatile` in" in ask("/models").error["message"]


@pytest.mark.parametrize(
    ("fault", "is_truncated"),
    [
        (Fault(after_events=3, end="close"), True),
        (Fault(after_bytes=9, end="reset"), True),
        (Fault(before_head=True, end="close"), True),
        (Fault(end="close"), False),
        (Fault(after_events=3, end="stall", stall_s=0.01), False),
        (Fault(drop_done=True), False),
    ],
)
def test_the_log_marks_truncated_responses(server: LocalGroq, fault: Fault, is_truncated: bool) -> None:
    server.script(fault)
    with connected(server) as connection:
        post(connection, STREAM, extra="connection: close\r\n")
        with contextlib.suppress(ConnectionResetError):
            read_all(connection)
    assert server.wait_for_requests(1, finished=True)[0].truncated is is_truncated


def test_gzip_can_be_complete_or_truncated_with_valid_framing(server: LocalGroq, ask: Any) -> None:
    server.script(Fault(gzip=True), Fault(gzip=True, drop_tail_bytes=20), Fault(gzip=True))
    whole = ask("/chat/completions", CHAT)
    assert whole.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(whole.body))["object"] == "chat.completion"
    with pytest.raises(EOFError):
        gzip.decompress(ask("/chat/completions", CHAT).body)
    streamed = ask("/chat/completions", STREAM)
    assert zlib.decompress(streamed.body, wbits=31).endswith(b"data: [DONE]\n\n")


def test_error_events_end_a_stream_without_done(server: LocalGroq, ask: Any) -> None:
    error = {"message": "no", "type": "invalid_request_error", "code": "tool_use_failed", "status_code": 400}
    server.script(Fault(error_event=error, after_events=2), Fault(error_event=error))
    cut = ask("/chat/completions", STREAM)
    assert cut.status == 200
    assert len(cut.chunks) == 2
    assert json.loads(cut.events[-1].partition("data: ")[2]) == {"error": error}
    assert cut.events[-1].startswith("event: error\n")
    late = ask("/chat/completions", STREAM)
    assert late.chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert "[DONE]" not in late.events


def test_an_x_groq_error_is_in_a_chunk(server: LocalGroq, ask: Any) -> None:
    server.script(Fault(x_groq_error="over capacity", after_events=1))
    response = ask("/chat/completions", STREAM)
    assert response.chunks[1]["x_groq"]["error"] == "over capacity"
    assert response.events[2] == "data: [DONE]"


def test_done_can_be_omitted(server: LocalGroq, ask: Any) -> None:
    server.script(Fault(drop_done=True))
    assert "[DONE]" not in ask("/chat/completions", STREAM).events[-1]


@pytest.mark.parametrize("count", [0, 1, 100])
def test_a_body_is_truncated_after_n_bytes(server: LocalGroq, count: int) -> None:
    server.script(Fault(after_bytes=count, end="close"), Fault(after_bytes=count, end="close"))
    with connected(server) as connection:
        post(connection, CHAT)
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
        assert len(body) == count
        assert b"content-length: " in head
        assert f"content-length: {count}\r\n".encode() not in head + b"\r\n"
    with connected(server) as connection:
        post(connection, STREAM)
        body, ended = dechunked(read_all(connection))
        assert (len(body), ended) == (count, False)


def test_a_stream_is_truncated_after_n_events(server: LocalGroq) -> None:
    server.script(Fault(after_events=3, end="close"), Fault(after_events=1000, end="close"))
    with connected(server) as connection:
        post(connection, STREAM)
        body, ended = dechunked(read_all(connection))
        assert (body.count(b"\n\n"), ended) == (3, False)
    with connected(server) as connection:
        post(connection, STREAM)
        body, ended = dechunked(read_all(connection))
        assert body.endswith(b"[DONE]\n\n")
        assert not ended


def test_a_reset_is_a_reset(server: LocalGroq) -> None:
    server.script(Fault(after_events=1, end="reset"), Fault(before_head=True, end="reset"))
    for body in (STREAM, CHAT):
        with connected(server) as connection:
            post(connection, body)
            with pytest.raises(ConnectionResetError):
                read_all(connection)


def test_a_request_can_be_read_without_a_response(server: LocalGroq) -> None:
    server.script(Fault(before_head=True, end="close"))
    with connected(server) as connection:
        post(connection, CHAT)
        assert read_all(connection) == b""
    (entry,) = server.wait_for_requests(1, finished=True)
    assert entry.json == CHAT
    assert entry.status is None


def test_a_stall_lasts_until_the_client_disconnects(server: LocalGroq) -> None:
    server.script(Fault(after_events=2, end="stall"))
    with connected(server) as connection:
        post(connection, STREAM)
        received = b""
        while received.count(b"data: ") < 2:
            received += connection.recv(65536)
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert server.requests[0].finished_at is None
    (entry,) = server.wait_for_requests(1, finished=True)
    assert entry.disconnected
    assert entry.disconnected_at is not None


def test_the_response_continues_after_a_stall(server: LocalGroq, ask: Any) -> None:
    server.script(
        Fault(after_bytes=10, end="stall", stall_s=0.01), Fault(before_head=True, end="stall", stall_s=0.01)
    )
    assert ask("/chat/completions", CHAT).json["object"] == "chat.completion"
    assert ask("/chat/completions", STREAM).events[-1] == "data: [DONE]"


def test_raw_bytes_are_all_that_is_sent(server: LocalGroq) -> None:
    raw = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello trailing"
    server.script(Fault(raw=raw, split_at=(3, 20)), Fault(raw=b"\x00\x01garbage"))
    with connected(server) as connection:
        post(connection, CHAT)
        assert read_all(connection) == raw
    with connected(server) as connection:
        post(connection, CHAT)
        assert read_all(connection) == b"\x00\x01garbage"


def test_splitting_at_every_byte_changes_no_byte(server: LocalGroq, ask: Any) -> None:
    plain = ask("/chat/completions", {**STREAM, "seed": 1})
    server.script(Fault(split_every=1), Fault(split_at=(5, 17, 10**6)), Fault(split_every=7, split_wire=True))
    for _ in range(3):
        split = ask("/chat/completions", {**STREAM, "seed": 1})
        assert len(split.events) == len(plain.events)
        assert [chunk["choices"] for chunk in split.chunks] == [chunk["choices"] for chunk in plain.chunks]


@in_virtual_time
async def test_each_write_of_a_split_reaches_the_socket_separately() -> None:
    async with LocalGroq(clock=current_loop().clock).serve_here() as server:
        server.script(Fault(raw=b"abcdefgh", split_every=1, split_gap_s=2))
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(request(CHAT))
        chunks: list[bytes] = []
        while chunk := await reader.read(100):
            chunks.append(chunk)
        writer.close()
    assert chunks == [b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h"]


def test_a_connection_closes_after_the_response_with_or_without_notice(server: LocalGroq) -> None:
    server.script(Fault(end="close"), Fault(close_notice=True))
    for noticed in (False, True):
        with connected(server) as connection:
            post(connection, CHAT)
            received = read_all(connection)
            assert (b"connection: close" in received) == noticed
            assert received.endswith(b"}")


def test_idle_connections_are_closed_without_notice(server: LocalGroq) -> None:
    with connected(server) as connection, connected(server) as other:
        for each in (connection, other):
            post(each, CHAT)
            assert b"200 OK" in each.recv(65536)
        server.wait_for_requests(2, finished=True)
        assert server.open_connections == 2
        assert server.close_idle_connections() == 2
        assert connection.recv(1) == b""
        assert other.recv(1) == b""


def test_a_busy_connection_is_not_idle_but_can_be_aborted(server: LocalGroq) -> None:
    server.script(Fault(before_head=True, end="stall"))
    with connected(server) as connection:
        post(connection, CHAT)
        server.wait_for_requests(1)
        assert server.close_idle_connections(reset=True) == 0
        assert server.close_connections() == 1
        assert connection.recv(1) == b""


def test_a_response_can_be_sent_before_the_body_is_read(server: LocalGroq) -> None:
    server.script(Fault(status=413, ignore_body=True, close_notice=True))
    with connected(server) as connection:
        head = "POST /v1/files HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\ncontent-length: 1000000\r\n\r\n"
        connection.sendall(head.encode())
        assert b"413" in connection.recv(65536)


def test_pace_and_latency_come_from_the_server_or_the_fault(ask: Any, server: LocalGroq) -> None:
    server.script(Fault(latency_s=0.001, tokens_per_second=10_000))
    assert ask("/chat/completions", STREAM).events[-1] == "data: [DONE]"
    from groq import Groq

    with (
        LocalGroq(latency_s=0.001, tokens_per_second=1000) as paced,
        Groq(api_key="k", base_url=paced.base_url) as client,
    ):
        usage = client.chat.completions.create(**CHAT).usage
        assert usage is not None
        assert usage.completion_time == pytest.approx(usage.completion_tokens / 1000)
        assert list(client.chat.completions.create(**STREAM))


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"end": "explode"}, ValueError, "end of a Fault must be 'close', 'reset', 'stall' or '', not 'explode'"),
        ({"end": None}, ValueError, "end of a Fault must be 'close', 'reset', 'stall' or '', not None"),
        ({"status": "500"}, TypeError, "status of a Fault must be an int or None, not '500'"),
        ({"status": True}, TypeError, "status of a Fault must be an int or None, not True"),
        ({"latency_s": "1"}, TypeError, "latency_s of a Fault must be a number, not '1'"),
        ({"stall_s": "1"}, TypeError, "stall_s of a Fault must be a number or None, not '1'"),
        ({"after_events": "3"}, TypeError, "after_events of a Fault must be an int or None, not '3'"),
        ({"after_bytes": 1.5}, TypeError, "after_bytes of a Fault must be an int or None, not 1.5"),
        ({"skip": None}, TypeError, "skip of a Fault must be an int, not None"),
        ({"times": "x"}, TypeError, "times of a Fault must be an int or None, not 'x'"),
        ({"times": -1}, ValueError, "times of a Fault must be 0 or more, not -1"),
        ({"probability": 50}, ValueError, "probability of a Fault must be 0 to 1, not 50"),
        ({"on": None}, TypeError, "on of a Fault must be a text, not None"),
        ({"raw": "text"}, TypeError, "raw of a Fault must be bytes or None, not 'text'"),
        ({"gzip": "yes"}, TypeError, "gzip of a Fault must be True or False, not 'yes'"),
        ({"headers": {"retry-after": 2}}, TypeError, "headers of a Fault must be a dict of texts, not {'retry-after': 2}"),
        ({"headers": [("a", "b")]}, TypeError, "headers of a Fault must be a dict of texts, not"),
        ({"error_event": "no"}, TypeError, "error_event of a Fault must be a dict that JSON has or None, not 'no'"),
        ({"split_at": 5}, TypeError, "split_at of a Fault must be a list of ints, not 5"),
        ({"split_at": "12"}, TypeError, "split_at of a Fault must be a list of ints, not '12'"),
        ({"body": object()}, TypeError, "body of a Fault must be bytes, a text or a value that JSON has, not <object"),
        ({"error_event": {"a": object()}}, TypeError, "error_event of a Fault must be a dict that JSON has or None, not {'a'"),
    ],
)  # fmt: skip
def test_a_fault_with_a_wrong_value_is_an_error_that_names_it(
    fields: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        Fault(**fields)


@pytest.mark.parametrize("field", Fault.__struct_fields__)
def test_each_field_of_a_fault_is_checked(field: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{field} of a Fault must be "):
        Fault(**{field: object()})


def test_a_fault_takes_what_stands_for_its_types() -> None:
    assert Fault(status=HTTPStatus.BAD_GATEWAY, latency_s=0, split_at=(1,), body=[1]).status == 502


@pytest.mark.parametrize(
    "header",
    [
        {"end": "explode"},
        {"status": "500"},
        {"after_events": "3"},
        {"times": -1},
        {"headers": {"a": 1}},
        {"probability": 2},
    ],
)
def test_a_wrong_value_in_the_header_of_a_request_is_a_400(ask: Any, header: Any) -> None:
    response = ask("/models", x_local_fault=json.dumps(header))
    assert (response.status, response.error["message"].split(":")[0]) == (
        400,
        "could not parse x-local-fault",
    )
    assert next(iter(header)) in response.error["message"]


def test_a_fault_for_no_request_applies_to_none(server: LocalGroq, ask: Any) -> None:
    server.script(Fault(status=503, times=0), Fault(status=500))
    assert [ask("/models").status for _ in range(2)] == [500, 200]


def test_only_faults_can_be_scripted(server: LocalGroq) -> None:
    script: Any = server.script
    with pytest.raises(
        TypeError, match=r"takes a Fault or None, not a list: script\(Fault\(...\), Fault\(...\)\)"
    ):
        script([Fault()])
    with pytest.raises(TypeError, match="takes a Fault or None, not a dict"):
        script(None, {"status": 503})
    assert server.faults_left == 0
    faults: Any = Fault()
    with pytest.raises(TypeError, match=r"faults must be a list, as in faults=\[Fault\(...\)\], not a Fault"):
        LocalGroq(faults=faults)
