"""Access to a reachable server: keys, host names, and requests that never end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import select
import socket
import subprocess
import sys
from typing import Any

import pytest
from conftest import request
from peak_memory import PEAK_MIB
from virtual_time import current_loop, in_virtual_time

from aiogroq.local import Fault, LocalGroq

MIB = 1024 * 1024
KEY = b"authorization: Bearer k\r\n"


def connect(server: LocalGroq, *sent: bytes) -> socket.socket:
    connection = socket.create_connection((server.host, server.port), timeout=20)
    for each in sent:
        connection.sendall(each)
    return connection


def upload_head(size: int, more: bytes = KEY) -> bytes:
    return b"POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n%b\r\n" % (size, more)


def everything(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def test_a_request_without_a_key_is_rejected_before_its_body_is_read(server: LocalGroq) -> None:
    with connect(server, upload_head(50 * MIB, b"")) as connection:
        assert b" 401 " in connection.recv(65536)
    with connect(server, upload_head(50 * MIB, b"expect: 100-continue\r\n")) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")
    (entry, _) = server.requests
    assert (entry.status, entry.body) == (401, b"")


def test_a_connection_is_usable_after_a_rejected_body(server: LocalGroq) -> None:
    body = b'{"model": "m"}'
    rejected = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )
    good = b"GET /v1/models HTTP/1.0\r\n" + KEY + b"\r\n"
    with connect(server, rejected, good) as connection:
        received = everything(connection)
    assert (received.count(b" 401 "), received.count(b" 200 OK")) == (1, 1)


@pytest.mark.slow
def test_incomplete_bodies_are_bounded_over_all_connections() -> None:
    with LocalGroq(max_pending_bytes=3 * MIB) as server:
        held = [connect(server, upload_head(2 * MIB), bytes(MIB)) for _ in range(5)]
        waiting = list(held)
        while len(waiting) > 3:
            responded, _, _ = select.select(waiting, [], [], 60)
            assert responded
            for connection in responded:
                assert connection.recv(65536).startswith(b"HTTP/1.1 503 ")
                waiting.remove(connection)
        for connection in held:
            connection.close()
        server.wait_for_requests(5, finished=True, timeout_s=60)
        models = request(server, "GET", "/openai/v1/models")
        whole = request(server, "POST", "/openai/v1/files", bytes(2 * MIB))
        assert (models.status, whole.status) == (200, 400)  # it was read, and is no form


def test_a_head_without_an_end_is_disconnected() -> None:
    with LocalGroq(request_timeout_s=0.2) as server:
        silent, half = connect(server), connect(server, b"GET /v1/models HTTP/1.1\r\nhost: loc")
        for connection in (silent, half):
            with connection, contextlib.suppress(ConnectionResetError):
                assert everything(connection) == b""
        assert server.requests == []


@in_virtual_time
async def test_a_body_that_pauses_too_long_times_out_and_a_slow_one_does_not() -> None:
    async def response_to(*sent: bytes, pause_s: float) -> bytes:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        for each in sent:
            writer.write(each)
            await asyncio.sleep(pause_s)
        received = await reader.read()
        writer.close()
        return received

    async with LocalGroq(request_timeout_s=10, clock=current_loop().clock).serve_here() as server:
        received = await response_to(upload_head(100), b"half", pause_s=0)
        assert received.startswith(b"HTTP/1.1 408 ")
        assert b"paused for 10 s" in received
        assert current_loop().time() == pytest.approx(10, abs=0.01)
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "What is 2+2?"}]}).encode()
        head = b"POST /v1/chat/completions HTTP/1.0\r\ncontent-length: %d\r\n%b\r\n" % (len(body), KEY)
        # Longer than the limit in all, never between two chunks.
        chunks = [body[start : start + 8] for start in range(0, len(body), 8)]
        assert b"2+2 = 4." in await response_to(head, *chunks, pause_s=6)
        assert current_loop().time() > 40


def host_status(server: LocalGroq, host: str) -> int:
    return request(server, "GET", "/openai/v1/models", headers={"host": host}).status


def test_a_server_on_loopback_accepts_local_names_only(server: LocalGroq) -> None:
    local = [
        "localhost",
        "LOCALHOST:80",
        "127.0.0.1",
        f"127.0.0.1:{server.port}",
        "127.8.8.8",
        "[::1]:9",
        "a.localhost",
    ]
    assert {host: host_status(server, host) for host in local} == dict.fromkeys(local, 200)
    foreign = [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.0.2.1",
        "[::2]",
    ]
    assert {host: host_status(server, host) for host in foreign} == dict.fromkeys(foreign, 403)
    rejected = request(server, "GET", "/openai/v1/models", headers={"host": "evil.example"})
    assert "allowed_hosts" in rejected.error["message"]


def test_allowed_hosts_are_accepted() -> None:
    with LocalGroq(allowed_hosts=["Groq.test"]) as server:
        assert [host_status(server, host) for host in ("groq.test:80", "localhost", "evil.example")] == [
            200,
            200,
            403,
        ]
    with LocalGroq(allowed_hosts=["*"]) as server:
        assert host_status(server, "evil.example") == 200
    with LocalGroq(host="0.0.0.0") as server:
        assert host_status(server, "groq.test") == 200
    with pytest.raises(TypeError, match="a list of host names"):
        LocalGroq(allowed_hosts="groq.test")


def status_of(server: LocalGroq, fault: Any) -> int:
    return request(server, "GET", "/openai/v1/models", headers={"x-local-fault": json.dumps(fault)}).status


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, 418),
        ({"fault_header": False}, 200),
        ({"host": "0.0.0.0"}, 200),
        ({"host": "0.0.0.0", "fault_header": True}, 418),
    ],
)
def test_fault_headers_are_accepted_on_loopback_or_if_enabled(options: Any, status: int) -> None:
    with LocalGroq(**options) as server:
        assert status_of(server, {"status": 418}) == status


WRONG_FAULTS: list[dict[str, Any]] = [
    {"headers": {"x": "a\r\nset-cookie: evil=1"}}, {"headers": {"x\r\ny": "a"}}, {"headers": {"x": "a\0"}}, {"headers": {"": "a"}},
    {"content_type": "text/html\r\n\r\nbody"}, {"status": 99999}, {"status": 0}, {"latency_s": 1e308}, {"latency_s": -5},
    {"stall_s": 1e9}, {"split_gap_s": -1}, {"tokens_per_second": 1e-320}, {"tokens_per_second": 0}, {"insert_at": -5},
    {"after_events": -3}, {"split_every": -1},
]  # fmt: skip


@pytest.mark.parametrize("fault", WRONG_FAULTS, ids=str)
def test_an_invalid_fault_is_rejected(fault: dict[str, Any], server: LocalGroq) -> None:
    assert status_of(server, fault) == 400
    with pytest.raises(ValueError, match="of a Fault"):
        Fault(**fault)


def test_a_response_in_millions_of_writes_does_not_delay_others() -> None:
    code = (
        PEAK_MIB
        + """
import socket, sys, http.client
from aiogroq.local import Fault, LocalGroq
with LocalGroq() as server:
    server.script(Fault(on="/files", body=bytes(40_000_000), split_every=1))
    slow = socket.create_connection((server.host, server.port), timeout=20)
    slow.sendall(b"GET /v1/files HTTP/1.1\\r\\nhost: localhost\\r\\nauthorization: Bearer k\\r\\n\\r\\n")
    slow.recv(100)
    before = peak_mib()
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    connection.request("GET", "/v1/models", headers={"authorization": "Bearer k"})
    print(connection.getresponse().status)
    print(peak_mib() - before < 100)
    connection.close()
    slow.close()
"""
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("200\nTrue\n", "")


BUSY = """
import threading
from aiogroq.local import serve
import http.client, json
def busy(body):
    started.set()
    while True: pass
def ready(server):
    def ask():
        connection = http.client.HTTPConnection(server.host, server.port)
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]})
        connection.request("POST", "/v1/chat/completions", body, {"authorization": "Bearer k"})
        try: connection.getresponse()
        except OSError: pass
    threading.Thread(target=ask, daemon=True).start()
    started.wait()
    stop.set()
started, stop = threading.Event(), threading.Event()
serve(port=0, on_ready=ready, until=stop, reply=busy)
print("ended")
"""


@pytest.mark.timeout(60)
@pytest.mark.slow
def test_serving_ends_during_an_endless_request() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUSY], capture_output=True, text=True, timeout=50, check=False
    )
    assert (done.stdout, done.returncode) == ("ended\n", 0)


def test_stopping_the_server_ends_a_long_latency() -> None:
    with LocalGroq() as server:
        head = (
            b'GET /v1/models HTTP/1.1\r\nhost: localhost\r\nx-local-fault: {"latency_s": 86400}\r\n'
            + KEY
            + b"\r\n"
        )
        with connect(server, head) as connection:
            server.wait_for_requests(1)
            server.stop()
            with pytest.raises((ConnectionError, AssertionError)):
                assert connection.recv(100)
