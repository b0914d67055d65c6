"""Malformed, oversized or slow requests: rejected, logged in one line, without effect on other clients.

``AIOGROQ_FUZZ_SEEDS`` says how many mangled requests are tried, as in ``test_fuzz.py``.
"""

from __future__ import annotations

import json
import random
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fuzzed_server import GOOD, exchange
from fuzzed_server import running as running
from fuzzing import seeds
from server_reads import wait_for_a_later_response

from aiogroq.local import LocalGroq

CHAT = json.dumps(GOOD).encode()
REQUESTS = [
    b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\ncontent-length: %d\r\n\r\n%b"
    % (len(CHAT), CHAT),
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\ntransfer-encoding: chunked\r\n\r\n"
    b"%x\r\n%b\r\n0\r\n\r\n" % (len(CHAT), CHAT),
    b"POST /v1/files HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\ncontent-type: multipart/form-data; boundary=b\r\n"
    b'content-length: 114\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="../x"\r\n\r\n{}\r\n'
    b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--",
]
SCRAPS = [
    b"\r\n", b"\n", b"\r", b"\0", b" ", b":", b"\xff", b"content-length: -1\r\n", b"content-length: 5\r\n", b"0\r\n\r\n",
    b"transfer-encoding: chunked\r\n", b"transfer-encoding: gzip\r\n", b"x: " + b"y" * 70_000, b"a: b\r\n" * 200,
    b"expect: 100-continue\r\n", b"connection: upgrade\r\nupgrade: h2c\r\n", b"content-encoding: gzip\r\n", b"fffffffff\r\n",
    b"HTTP/1.0", b"%00%2e%2e/", b"--b\r\n", b"\x16\x03\x01", "\u0663".encode(), b"99999999999999999999",
]  # fmt: skip
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


def mangled(rng: random.Random) -> bytes:
    """One to three requests in sequence, with bytes changed, removed, duplicated and inserted."""
    sent = bytearray(b"".join(rng.choices(REQUESTS, k=rng.randint(1, 3))))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(sent) + 1)
        end = min(len(sent), at + rng.choice([0, 0, 1, 2, 10]))
        sent[at:end] = rng.choice([rng.choice(SCRAPS), rng.randbytes(2), bytes(sent[at:end]) * 2, b""])
    return bytes(sent[: rng.randrange(len(sent))] if rng.random() < 0.2 else sent)


QUIET_S = 0.02
LIMIT_S = 60


def statuses(server: LocalGroq, sent: bytes, *, most: int = 9) -> list[int]:
    """Return the statuses of the responses to these bytes: the first ``most``, or all until the server closes the connection."""
    received = b""
    with socket.create_connection((server.host, server.port), timeout=LIMIT_S) as connection:
        try:
            connection.sendall(sent)
            while len(STATUS.findall(received)) < most and (chunk := connection.recv(65536)):
                received += chunk
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may close the connection of a rejected request
    return [int(status) for status in STATUS.findall(received)]


def statuses_until_quiet(server: LocalGroq, sent: bytes) -> list[int]:
    """Return the statuses of the responses to bytes of which nobody knows how many requests they are."""
    received = b""
    with socket.create_connection((server.host, server.port), timeout=LIMIT_S) as connection:
        try:
            connection.sendall(sent)
            wait_for_a_later_response(server)
            connection.settimeout(QUIET_S)
            while chunk := connection.recv(65536):
                received += chunk
        except (TimeoutError, BrokenPipeError, ConnectionResetError):
            pass
    return [int(status) for status in STATUS.findall(received)]


def test_no_bytes_are_a_500(running: LocalGroq) -> None:
    def one(seed: int) -> tuple[int, list[int]]:
        return seed, statuses_until_quiet(running, mangled(random.Random(seed)))

    running.clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, seeds(250)))
    assert [(seed, seen) for seed, seen in found if any(status >= 500 for status in seen)] == []
    assert [entry for entry in running.requests if (entry.status or 0) >= 500] == []
    assert any(200 in seen for _, seen in found)
    assert any(400 in seen for _, seen in found)
    last = REQUESTS[0].replace(b"1.1", b"1.0")
    assert statuses(running, REQUESTS[1] + last) == [200, 200]


FORM = b"--b\r\nContent-Disposition: form-data; name=purpose\r\n\r\nbatch\r\n"
HOSTILE: dict[str, tuple[bytes, int]] = {
    "no request": (b"NONSENSE\r\n\r\n", 400),
    "NUL in the address": (b"GET /\0 HTTP/1.1\r\nhost: localhost\r\n\r\n", 400),
    "NUL in a header": (b"GET / HTTP/1.1\r\nhost: localhost\r\nx: \0\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100), 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a long address": (b"GET /%b HTTP/1.1\r\nhost: localhost\r\n\r\n" % (b"a" * 70_000), 400),
    "a long header": (b"GET / HTTP/1.1\r\nhost: localhost\r\nx: %b\r\n\r\n" % (b"y" * 70_000), 400),
    "a negative length": (b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n", 400),
    "a length without end": (b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: %b\r\n\r\n" % (b"9" * 40), 400),
    "two lengths": (b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", 400),
    "a length and chunks": (b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a chunk of no size": (REQUESTS[2].replace(b"\r\n\r\n", b"\r\n\r\nzz\r\n", 1), 400),
    "a chunk without end": (REQUESTS[2].replace(b"\r\n\r\n", b"\r\n\r\nffffffffffffffffff\r\n", 1), 400),
    "a body that is announced too large": (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\ncontent-length: 999999999\r\n\r\n", 413),
    "an upload that is announced too large": (
        b"POST /v1/files HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\ncontent-length: 999999999\r\n\r\n", 413),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_malformed_request_is_rejected(name: str, running: LocalGroq) -> None:
    sent, status = HOSTILE[name]
    assert statuses(running, sent, most=1) == [status]


def requested(server: LocalGroq, path: str, body: bytes, kind: str = "application/json") -> tuple[int, str]:
    """Return the status of a POST and the message of its error."""
    status, response = exchange(server, "POST", path, body, {"content-type": kind})
    return status, json.loads(response)["error"]["message"] if status >= 400 else ""


def test_the_number_of_items_of_a_request_is_bounded(running: LocalGroq) -> None:
    message = {"role": "user", "content": ""}
    many = json.dumps({"model": "m", "messages": [message] * 100_001}).encode()
    assert requested(running, "/chat/completions", many) == (
        400,
        "'messages' : maximum number of items is 100000",
    )
    kind = "multipart/form-data; boundary=b"
    assert requested(running, "/files", FORM * 300 + b"--b--", kind) == (400, "multipart: too many parts")
    headed = FORM.replace(b"\r\n\r\n", b"\r\n" + b"x: y\r\n" * 5000 + b"\r\n")
    assert requested(running, "/files", headed + b"--b--", kind) == (400, "multipart: malformed part header")
    tools = [{"type": "function", "function": {"name": f"f{n}"}} for n in range(129)]
    assert requested(running, "/chat/completions", json.dumps({**GOOD, "tools": tools}).encode())[0] == 400


def test_a_slow_client_does_not_delay_others(running: LocalGroq) -> None:
    slow = [socket.create_connection((running.host, running.port)) for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(REQUESTS[1][:30])
        assert statuses(running, REQUESTS[0].replace(b"1.1", b"1.0")) == [200]
    finally:
        for connection in slow:
            connection.close()


def test_a_disconnect_before_the_response_logs_no_traceback(running: LocalGroq) -> None:
    for _ in range(50):
        with socket.create_connection((running.host, running.port)) as connection:
            connection.sendall(REQUESTS[1] * 3)
            connection.shutdown(socket.SHUT_WR)  # the server takes it for a farewell
    # The log of `running` is looked at in the end.
    assert statuses(running, REQUESTS[0].replace(b"1.1", b"1.0")) == [200]


NAMES = [
    "../../evil",
    "/tmp/evil",
    "..\\evil",
    "a\0b",
    "evil/",
    "",
    ".",
    "..",
    "%2e%2e%2fevil",
    "a" * 5000,
    "file_a.json",
]


def test_a_file_is_stored_in_its_directory_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with LocalGroq(data_dir=folder) as server:
        for name in NAMES:
            body = (
                FORM
                + b'--b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n{}\r\n--b--'
                % (name.replace("\\", "\\\\").encode())
            )
            exchange(server, "POST", "/files", body, {"content-type": "multipart/form-data; boundary=b"})
        stored = len(json.loads(exchange(server, "GET", "/files", b"", {})[1])["data"])
    assert stored >= len(NAMES) / 2
    assert [path for path in tmp_path.iterdir() if path != folder] == []
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len([path for path in found if path.parts[0] == "files"]) == 2 * stored
    assert all(
        re.fullmatch(r"(files|batches)/(file|batch)_[a-z0-9]+\.(json|bin)", str(path)) for path in found
    )
