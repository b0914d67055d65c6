"""Starts the load server in its own process, and requests its counters."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from .. import machine
from . import certificate


class LoadServer:
    """The process of the load server: ``with LoadServer() as server: server.url``. *tls* needs trustme."""

    def __init__(self, core: int | None = None, *, tls: bool = False) -> None:
        self._core = core
        self._process: subprocess.Popen[str] | None = None
        self._folder = tempfile.TemporaryDirectory() if tls else None
        self._ports: list[int] = []

    def __enter__(self) -> LoadServer:
        machine.allow_many_files()
        files = [str(certificate.make(Path(self._folder.name)))] if self._folder else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load.server", *files],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C must not reach the server, which ends with its standard input.
            start_new_session=True,
            preexec_fn=lambda: machine.bind(self._core),
        )
        assert self._process.stdout is not None
        self._ports = json.loads(self._process.stdout.readline())["ports"]
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()
        if self._folder:
            self._folder.cleanup()

    @property
    def url(self) -> str:
        """The URL: ``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def tls_url(self) -> str:
        """The URL with TLS: ``https://127.0.0.1:PORT``."""
        return f"https://127.0.0.1:{self._ports[1]}"

    @property
    def ca_file(self) -> str:
        """The CA certificate of the server; empty without TLS."""
        return str(Path(self._folder.name, certificate.CA_FILE)) if self._folder else ""


def ask(url: str, path: str) -> dict[str, Any]:
    """Request the counters of the server at *url*: ``/counts``, ``/reset`` (sets them to 0), ``/release`` (sends held responses)."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET", path)
        counters: dict[str, Any] = json.loads(connection.getresponse().read())
        return counters
    finally:
        connection.close()
