"""Shared by the fuzzers of the embedded server: one server, whose log must stay clean, and a request to it."""

from __future__ import annotations

import http.client
import logging
from collections.abc import Iterator

import pytest

from aiogroq.local import LocalGroq

GOOD = {
    "model": "openai/gpt-oss-20b",
    "messages": [{"role": "user", "content": "json weather in Paris and Rome, 2+2"}],
}


@pytest.fixture(scope="module")
def running() -> Iterator[LocalGroq]:
    log = _Log()
    logging.getLogger().addHandler(log)
    try:
        with LocalGroq(batch_step_s=0.0, max_files=100, max_batches=100) as server:
            yield server
    finally:
        logging.getLogger().removeHandler(log)
    assert log.said == []


class _Log(logging.Handler):
    """Records warnings and tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING or record.exc_info:
            self.said.append(self.format(record))


def exchange(
    server: LocalGroq, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        connection.request(method, f"/openai/v1{path}", body, {"authorization": "Bearer k", **headers})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
