"""The server starts, stops and logs its requests."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from groq import Groq, InternalServerError
from virtual_time import current_loop, in_virtual_time

from aiogroq.local import Fault, LocalGroq, ReceivedRequest, serve

# asyncio's debug mode, which -X dev turns on, reports every callback that a busy machine made slow.
SLOW = re.compile(r"Executing <.*> took [\d.]+ seconds\n")
CHAT: Any = {"model": "m", "messages": [{"role": "user", "content": "What is 2+2?"}]}


def test_it_listens_on_loopback_and_frees_its_port() -> None:
    server = LocalGroq()
    assert server.port == 0
    with server:
        port = server.port
        assert server.base_url == f"http://127.0.0.1:{port}"
        with pytest.raises(RuntimeError, match="running already"):
            server.start()
        with pytest.raises(OSError, match=r"in use|[Aa]ddress"):
            LocalGroq(port=port).start()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60)
    server.stop()
    with pytest.raises(RuntimeError, match="not running"):
        server.close_connections()
    with server:
        assert server.port == port


async def test_the_async_form_does_not_block_the_callers_loop() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    async with LocalGroq() as server:
        assert threading.active_count() > 1
        assert server.port
    ticking.cancel()
    assert ticks > 1


def test_it_stops_at_once_with_open_streams_and_leaks_nothing() -> None:
    code = """
import json, socket, threading
from aiogroq.local import Fault, LocalGroq
server = LocalGroq(faults=[Fault(after_events=1, end="stall", times=None)]).start()
connections = [socket.create_connection((server.host, server.port)) for _ in range(20)]
body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}).encode()
for connection in connections:
    head = f"POST /v1/chat/completions HTTP/1.1\\r\\nhost: localhost\\r\\nauthorization: Bearer k\\r\\ncontent-length: {len(body)}\\r\\n\\r\\n"
    connection.sendall(head.encode() + body)
server.wait_for_requests(20)
server.stop()
assert server.open_connections == 0
assert threading.active_count() == 1, threading.enumerate()
for connection in connections:
    connection.close()
assert not any(entry.disconnected for entry in server.requests)
print("clean")
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, SLOW.sub("", done.stderr)) == ("clean\n", "")


def test_the_log_contains_the_requests(server: LocalGroq, ask: Any, form: Any) -> None:
    response = ask("/chat/completions?a=1&b=%20", CHAT, X_Custom="ü".encode().decode("latin-1"))
    body, headers = form({"purpose": "batch", "file": b"content"}, "my file.jsonl")
    ask("/files", body, **headers)
    chat, upload = server.wait_for_requests(2, finished=True)
    assert (chat.method, chat.path, chat.status) == ("POST", "/openai/v1/chat/completions", 200)
    assert chat.query == {"a": "1", "b": " "}
    assert chat.json == CHAT
    assert chat.headers["authorization"] == "Bearer key"
    assert chat.request_id == response.headers["x-request-id"]
    assert chat.finished_at is not None
    assert chat.finished_at >= chat.received_at
    assert not chat.disconnected
    assert chat.parts == []
    assert [(part.name, part.filename, part.content) for part in upload.parts] == [
        ("purpose", None, b"batch"),
        ("file", "my file.jsonl", b"content"),
    ]
    assert upload.parts[0].text == "batch"
    server.clear()
    assert server.requests == []
    assert server.request_count == 0


def test_connections_are_numbered_so_that_reuse_can_be_counted(server: LocalGroq) -> None:
    with Groq(api_key="k", base_url=server.base_url) as client:
        for _ in range(5):
            client.models.list()
    with Groq(api_key="k", base_url=server.base_url) as client:
        client.models.list()
    assert [entry.connection_id for entry in server.requests] == [1, 1, 1, 1, 1, 2]
    assert server.connections_made == 2


def test_waiting_for_requests_times_out(server: LocalGroq) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 requests"):
        server.wait_for_requests(1, timeout_s=0.01)


def test_the_log_is_bounded_by_count_and_by_bytes(ask: Any) -> None:
    with LocalGroq(log_limit=3) as server, Groq(api_key="k", base_url=server.base_url) as client:
        for _ in range(10):
            client.models.list()
        assert len(server.requests) == 3
        assert server.request_count == 10
    with LocalGroq(log_body_bytes=5000) as server, Groq(api_key="k", base_url=server.base_url) as client:
        for _ in range(10):
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x" * 1000}])
        assert 1 <= len(server.requests) <= 5


def test_many_threads_are_served_concurrently(server: LocalGroq) -> None:
    with Groq(api_key="k", base_url=server.base_url) as client, ThreadPoolExecutor(16) as pool:

        def one(number: int) -> str | None:
            messages: Any = [{"role": "user", "content": f"What is {number}+1?"}]
            return client.chat.completions.create(model="m", messages=messages).choices[0].message.content

        assert list(pool.map(one, range(200))) == [f"{number}+1 = {number + 1}." for number in range(200)]
    assert len(server.requests) == 200


def test_requests_follow_one_another_on_one_connection_even_pipelined(server: LocalGroq) -> None:
    body = json.dumps(CHAT).encode()
    one = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\ncontent-length: %d\r\n\r\n%b"
    last = b"GET /v1/models HTTP/1.0\r\nauthorization: Bearer k\r\n\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(one % (len(body), body) * 3 + last)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert received.count(b"HTTP/1.1 200 OK") == 4
    assert received.count(b"2+2 = 4.") == 3


@pytest.mark.parametrize("fault", [None, Fault(tokens_per_second=0.5)])
@in_virtual_time
async def test_a_stream_over_http_1_0_flows_and_ends_with_the_connection(fault: Fault | None) -> None:
    body = json.dumps({**CHAT, "stream": True}).encode()
    head = f"POST /v1/chat/completions HTTP/1.0\r\nauthorization: Bearer k\r\nconnection: keep-alive\r\ncontent-length: {len(body)}\r\n\r\n"
    async with LocalGroq(tokens_per_second=0.5, clock=current_loop().clock).serve_here() as server:
        server.script(fault)
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(head.encode() + body)
        received: dict[float, bytes] = {}
        while chunk := await reader.read(65536):
            now_s = round(current_loop().time())
            received[now_s] = received.get(now_s, b"") + chunk
        writer.close()
    whole = b"".join(received.values())
    headers, _, events = whole.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in headers
    assert b"content-length" not in headers
    assert b"connection: close" in headers
    assert events.startswith(b"data: {")
    assert events.endswith(b"\n\ndata: [DONE]\n\n")
    # The head and each event when it is due.
    assert [each.count(b"data: ") for each in received.values()] == [0] + [1] * events.count(b"data: ")


def test_on_request_is_called_after_each_response() -> None:
    seen: list[ReceivedRequest] = []
    with LocalGroq(on_request=seen.append) as server, Groq(api_key="k", base_url=server.base_url) as client:
        client.chat.completions.create(**CHAT)
        client.models.list()
        server.wait_for_requests(2, finished=True)
    assert [(entry.model, entry.status) for entry in seen] == [("m", 200), ("", 200)]
    assert seen[0].prompt_tokens > 0
    assert seen[0].completion_tokens > 0
    assert repr(seen[0]).startswith("<ReceivedRequest POST /openai/v1/chat/completions (")
    assert repr(seen[0]).endswith(" bytes) -> 200>")


def test_exhausted_replies_are_an_error_that_is_not_retried() -> None:
    with LocalGroq(reply=["one"]) as server, Groq(api_key="k", base_url=server.base_url) as client:
        client.chat.completions.create(**CHAT)
        with pytest.raises(
            InternalServerError, match=r"LocalGroq\(reply=...\) ran out of replies after 1 requests"
        ):
            client.chat.completions.create(**CHAT)
        assert len(server.requests) == 2
    with pytest.raises(TypeError, match="reply must be a text"):
        LocalGroq(reply=7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("strict", r"LocalGroq\(strict=...\) or @pytest.mark.local_groq\(strict=...\)"),
        ("latency_s", r"LocalGroq\(latency_s=...\)"),
        ("port", r"LocalGroq\(port=...\)"),
        ("nonsense", "LocalGroq has no settable attribute 'nonsense'"),
        ("base_url", "LocalGroq has no settable attribute 'base_url'"),
    ],
)
def test_only_reply_can_be_set_on_a_server(name: str, advice: str) -> None:
    server: Any = LocalGroq()
    with pytest.raises(AttributeError, match=advice):
        setattr(server, name, 1)
    server.reply = "one"
    assert server.reply == "one"


@pytest.mark.parametrize("body", [{"model": "m"}, {"model": "m", "messages": []}])
def test_the_model_of_a_rejected_request_is_logged(server: LocalGroq, ask: Any, body: Any) -> None:
    assert ask("/chat/completions", body).status == 400
    assert server.wait_for_requests(1, finished=True)[0].model == "m"


def test_the_model_of_a_rejected_upload_is_logged(server: LocalGroq, ask: Any, form: Any) -> None:
    body, headers = form({"model": "whisper-large-v3", "temperature": "hot", "file": b"RIFF"})
    assert ask("/audio/transcriptions", body, **headers).status == 400
    assert server.wait_for_requests(1, finished=True)[0].model == "whisper-large-v3"


def test_a_rejected_body_without_a_model_is_logged_without_one(server: LocalGroq, ask: Any) -> None:
    for body in (b"{", b"[]", b'{"model": 7}'):
        assert ask("/chat/completions", body).status == 400
    assert [entry.model for entry in server.wait_for_requests(3, finished=True)] == ["", "", ""]


def test_a_client_that_waits_for_continue_gets_it(server: LocalGroq) -> None:
    body = json.dumps(CHAT).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\nexpect: 100-continue\r\ncontent-length: {len(body)}\r\n\r\n"
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert b"200 OK" in connection.recv(65536)


def test_a_disconnect_during_an_upload_is_logged(server: LocalGroq) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(
            b"POST /v1/files HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\ncontent-length: 100000\r\n\r\nabc"
        )
        server.wait_for_requests(1)
    (entry,) = server.wait_for_requests(1, finished=True)
    assert entry.disconnected
    assert entry.status is None


def test_the_same_seed_gives_the_same_identifiers() -> None:
    def ids(seed: int) -> list[str]:
        with LocalGroq(seed=seed) as server, Groq(api_key="k", base_url=server.base_url) as client:
            return [client.chat.completions.create(**CHAT).id for _ in range(2)]

    assert ids(1) == ids(1) != ids(2)


def test_serve_runs_until_its_event_is_set(tmp_path: Any) -> None:
    stop = threading.Event()
    seen: list[str] = []

    def ready(server: LocalGroq) -> None:
        seen.append(server.base_url)
        socket.create_connection((server.host, server.port), timeout=5).close()
        stop.set()

    serve(port=0, data_dir=tmp_path, on_ready=ready, until=stop, api_key="k")
    assert seen[0].startswith("http://127.0.0.1:")


def test_serve_ends_quietly_on_ctrl_c() -> None:
    code = (
        "import signal, threading\nfrom aiogroq.local import serve\n"
        # A suite that a shell runs in the background has SIGINT ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def ready(server):\n    print('ready', flush=True)\n    threading.Timer(0.05, signal.raise_signal, [signal.SIGINT]).start()\n"
        "serve(port=0, on_ready=ready)\nprint('ended')"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, SLOW.sub("", done.stderr), done.returncode) == ("ready\nended\n", "", 0)


def test_the_server_shares_no_code_with_the_client() -> None:
    import ast
    from pathlib import Path

    import aiogroq.local

    root = Path(aiogroq.local.__file__).parent
    for path in root.rglob("*.py"):
        depth = len(path.relative_to(root).parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= depth, f"{path.name}: {ast.unparse(node)}"
                assert not (node.module or "").startswith("aiogroq"), f"{path.name}: {ast.unparse(node)}"
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("aiogroq") for alias in node.names), path.name


def test_faults_given_at_the_start_come_first() -> None:
    with (
        LocalGroq(faults=[Fault(status=500)]) as server,
        Groq(api_key="k", base_url=server.base_url) as client,
    ):
        assert client.models.with_raw_response.list().retries_taken == 1
