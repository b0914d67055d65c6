"""``aiogroq serve``."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Outcome, Run, Screen, start


class Announced(Screen):
    """Standard output that calls a function when the server has printed how to use it."""

    def __init__(self, then: Callable[[str], None]) -> None:
        super().__init__()
        self.then = then

    def write(self, text: str, /) -> int:
        written = super().write(text)
        if "OPENAI_BASE_URL" in text:
            self.then(re.findall(r"GROQ_BASE_URL=(\S+)", self.content.decode())[0])
        return written


def serve(run: Run, *arguments: str, stop: int = signal.SIGINT) -> tuple[Outcome, list[int]]:
    """Run the server in this process, request its models, and stop it. Return also the status codes."""
    statuses: list[int] = []

    def use(base_url: str) -> None:
        request = urllib.request.Request(
            f"{base_url}/openai/v1/models", headers={"Authorization": "Bearer k"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                statuses.append(response.status)
        except urllib.error.HTTPError as error:
            statuses.append(error.code)
            error.close()
        os.kill(os.getpid(), stop)

    return run("serve", "--port", "0", *arguments, stdout=Announced(use)), statuses


def ended(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """Return the exit code and the standard error of a process."""
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def announced_url(process: subprocess.Popen[bytes]) -> str:
    """Return the base URL that a server process prints."""
    assert process.stdout is not None
    found = re.search(rb"http://\S+:\d+", process.stdout.readline())
    assert found is not None
    return found[0].decode()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_server_process_responds_until_it_is_stopped(stop: signal.Signals) -> None:
    process = start("serve", "--port", "0")
    url = announced_url(process)
    body = json.dumps(
        {"model": "m", "messages": [{"role": "user", "content": "What is 6 times 7?"}]}
    ).encode()
    headers = {"Authorization": "Bearer anything", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/openai/v1/chat/completions", body, headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        assert "42" in response.read().decode()
    process.send_signal(stop)
    assert ended(process) == (0, b"")


def test_the_server_prints_how_to_use_it(run: Run) -> None:
    outcome, statuses = serve(run)
    assert (outcome.code, outcome.err, statuses) == (0, "", [200])
    lines = outcome.out.splitlines()
    assert re.search(r"http://127\.0\.0\.1:\d+\. Ctrl-C", lines[0])
    assert re.search(r"GROQ_BASE_URL=http://127\.0\.0\.1:\d+ GROQ_API_KEY=anything$", lines[1])
    assert re.search(r"OPENAI_BASE_URL=http://127\.0\.0\.1:\d+/openai/v1 ", lines[2])


def test_signal_handlers_are_restored_when_the_server_has_stopped(run: Run) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    serve(run, stop=signal.SIGTERM)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_chosen_key_is_required_and_not_printed(run: Run) -> None:
    outcome, statuses = serve(run, "--api-key", "open sesame")
    assert statuses == [401]
    assert "sesame" not in outcome.out + outcome.err


def test_a_public_address_is_warned_of(run: Run) -> None:
    outcome, statuses = serve(run, "--host", "0.0.0.0")
    assert statuses == [200]
    assert outcome.err == "aiogroq: warning: anyone who can reach 0.0.0.0 can use this server\n"


def test_localhost_is_not_warned_of(run: Run) -> None:
    assert serve(run, "--host", "localhost")[0].err == ""


def test_files_are_stored_in_the_data_directory(run: Run, tmp_path: Path) -> None:
    serve(run, "--data-dir", str(tmp_path / "data"))
    assert (tmp_path / "data").is_dir()


def test_a_port_in_use_is_reported(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = run("serve", "--port", str(taken.getsockname()[1]))
    assert outcome.code == 1
    assert "is in use" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--host", "no.such.host.invalid"], ["--data-dir", "/dev/null/x"]])
def test_a_server_that_cannot_start_reports_the_reason(run: Run, arguments: list[str]) -> None:
    outcome = run("serve", "--port", "0", *arguments)
    assert outcome.code == 1
    assert "cannot start the server" in outcome.err


def test_the_server_accepts_no_connection_options(run: Run) -> None:
    assert run("--timeout", "3", "serve").code == 2


def test_commands_use_the_server_that_the_environment_names(run: Run) -> None:
    process = start("serve", "--port", "0", "--strict", "--latency-s", "0.01", "--tokens-per-second", "1000")
    url = announced_url(process)
    try:
        assert (
            run("--base-url", url, "--api-key", "anything", "chat", "What is 6 times 7?").out
            == "6 * 7 = 42.\n"
        )
    finally:
        process.send_signal(signal.SIGINT)
        assert ended(process) == (0, b"")


def status_of(url: str, path: str = "/openai/v1/models", body: bytes | None = None, **headers: str) -> int:
    """Send a request and return its status."""
    named = {
        "Authorization": "Bearer k",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url + path, body, named), timeout=60) as response:
            # To the end: a client that closes first has disconnected.
            with contextlib.suppress(http.client.IncompleteRead):
                response.read()
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


CHAT = json.dumps({"model": "m", "messages": [{"role": "user", "content": "What is 6 times 7?"}]}).encode()


def test_verbose_logs_each_request() -> None:
    process = start("serve", "--port", "0", "-v")
    url = announced_url(process)
    assert status_of(url, "/v1/chat/completions", CHAT) == 200
    assert status_of(url, "/v1/models/nope") == 404
    assert status_of(url, "/v1/chat/completions", b'{"model": "m", "messages": []}') == 400
    streamed = json.dumps({**json.loads(CHAT), "stream": True}).encode()
    assert (
        status_of(url, "/v1/chat/completions", streamed, x_local_fault='{"after_events": 2, "end": "close"}')
        == 200
    )
    process.send_signal(signal.SIGTERM)
    code, err = ended(process)
    assert code == 0
    first, second, rejected, truncated = err.decode().splitlines()
    assert re.fullmatch(r"POST /v1/chat/completions m 400 \d+ ms", rejected)
    assert re.fullmatch(r"POST /v1/chat/completions m 200 \d+ ms truncated", truncated)
    assert re.fullmatch(r"POST /v1/chat/completions m 200 \d+ ms \d+\+\d+ tokens", first)
    assert re.fullmatch(r"GET /v1/models/nope - 404 \d+ ms", second)


def test_errors_of_the_server_are_logged_to_standard_error(tmp_path: Path) -> None:
    process = start("serve", "--port", "0", "--data-dir", str(tmp_path))
    url = announced_url(process)
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("in the way")
    form = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b\r\nContent-Disposition: form-data; '
    form += b'name="file"; filename="a"\r\n\r\n{}\r\n--b--'
    assert status_of(url, "/v1/files", form, Content_Type="multipart/form-data; boundary=b") == 500
    process.send_signal(signal.SIGTERM)
    code, err = ended(process)
    assert code == 0
    assert err.startswith(b"aiogroq: POST /v1/files failed\nTraceback")


def test_allowed_host_names_and_faults_are_accepted() -> None:
    process = start(
        "serve", "--port", "0", "--allow-host", "groq.test", "--no-fault-header", "--allow", "json_schema"
    )
    url = announced_url(process)
    try:
        assert [status_of(url, Host=host) for host in ("groq.test", "localhost", "evil.example")] == [
            200,
            200,
            403,
        ]
        assert status_of(url, x_local_fault='{"status": 418}') == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert ended(process) == (0, b"")


assert sys.platform != "win32", "signals are sent as on Unix"


def test_limits_of_an_organization_hold_for_all_its_keys() -> None:
    limits = ("--rate-limits", "rpm=1,tpm=8K", "--rate-limits", "other:rpm=2", "--admission", "check")
    process = start(
        "serve", "--port", "0", *limits, "--organization", "one=org_a", "--organization", "two=org_a"
    )
    url = announced_url(process)

    def chat(key: str, model: str) -> tuple[int, str]:
        body = json.dumps({"model": model, "messages": [{"role": "user", "content": "x"}]}).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}/openai/v1/chat/completions", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.headers["x-ratelimit-limit-tokens"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)["error"]["message"]

    assert chat("one", "m") == (200, "8000")
    status, message = chat("two", "m")
    assert status == 429
    assert "in organization `org_a` service tier `on_demand` on requests per minute (RPM): Limit 1" in message
    assert chat("three", "m")[0] == 200
    assert [chat(key, "other")[0] for key in ("one", "two", "one")] == [200, 200, 429]
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--rate-limits", "rpx=3"),
            "'rpx' in 'rpx=3' is not one of rpm, rpd, tpm, tpd, ash, asd, itpm, otpm",
        ),
        (("--rate-limits", "m:rpm=-3"), "'-3' in 'm:rpm=-3' must be a whole number above 0"),
        (("--rate-limits", "rpm"), "'' in 'rpm' must be a whole number above 0"),
        (("--organization", "=org_a"), "give KEY=NAME, for instance"),
    ],
)
def test_options_of_limits_that_mean_nothing_are_named(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    outcome = run("serve", *arguments)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())
