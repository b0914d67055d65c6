"""Starts the load server in a process of its own, and talks to it beside the measurements."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from types import TracebackType
from typing import Any

from .. import machine


class LoadServer:
    """The server's process: ``with LoadServer() as server: server.url``."""

    def __init__(self, core: int | None = None) -> None:
        self._core = core
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def __enter__(self) -> LoadServer:
        machine.allow_many_files()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the harness; the server ends with its standard input.
            start_new_session=True,
            preexec_fn=lambda: machine.bind(self._core),
        )
        assert self._process.stdout is not None
        self.port = json.loads(self._process.stdout.readline())["port"]
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    @property
    def url(self) -> str:
        """Where it listens: ``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self.port}"


def ask(url: str, path: str) -> dict[str, Any]:
    """Ask the server at *url* for its counts: ``/counts``, ``/reset`` (sets them to zero), ``/release`` (what is held)."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET", path)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()
