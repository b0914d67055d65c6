"""Fixtures for the tests of the embedded server: a running server and plain HTTP requests."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from aiogroq.local import LocalGroq

Ask = Callable[..., "Response"]


@dataclass
class Response:
    """One complete response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]

    @property
    def events(self) -> list[str]:
        """The events of a stream, each without its blank line."""
        return [event for event in self.body.decode().split("\n\n") if event]

    @property
    def chunks(self) -> list[Any]:
        """The JSON of a stream's `data:` events."""
        return [json.loads(event[6:]) for event in self.events if event.startswith("data: {")]


def request(
    server: LocalGroq, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Response:
    """Send one request over a new connection. A body that is not bytes is sent as JSON."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        sent = {"authorization": "Bearer key", "content-type": "application/json", **(headers or {})}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, names, response.read())
    finally:
        connection.close()


@pytest.fixture
def server() -> Iterator[LocalGroq]:
    with LocalGroq(batch_step_s=0.01) as running:
        yield running


def asking(server: LocalGroq) -> Ask:
    """`asking(server)(path, body, **headers)`: POST, or GET without a body, under `/openai/v1`."""

    def send(path: str, body: Any = None, *, method: str | None = None, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return request(
            server, method or ("GET" if body is None else "POST"), f"/openai/v1{path}", body, named
        )

    return send


@pytest.fixture
def ask(server: LocalGroq) -> Ask:
    """`ask(path, body, **headers)`: POST, or GET without a body, under `/openai/v1`."""
    return asking(server)


@pytest.fixture
def post() -> Ask:
    """`post(server, path, body, **headers)`: POST under `/openai/v1` of any server."""

    def send(server: LocalGroq, path: str, body: Any, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return request(server, "POST", f"/openai/v1{path}", body, named)

    return send


@pytest.fixture
def chat(ask: Ask) -> Ask:
    """`chat(prompt or messages, **properties)`: the response to a chat request."""

    def send(prompt: Any, **properties: Any) -> Response:
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        return ask(
            "/chat/completions", {"model": "llama-3.3-70b-versatile", "messages": messages, **properties}
        )

    return send


def form(fields: dict[str, Any], filename: str = "a.wav") -> tuple[bytes, dict[str, str]]:
    """Return a multipart body and its header. Bytes are sent as a file."""
    boundary = "----a1b2c3"
    parts: list[bytes] = []
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            extra = f'; filename="{filename}"' if isinstance(each, bytes) else ""
            content = each if isinstance(each, bytes) else str(each).encode()
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, {"content_type": f"multipart/form-data; boundary={boundary}"}


@pytest.fixture(name="form")
def form_fixture() -> Callable[..., tuple[bytes, dict[str, str]]]:
    return form
