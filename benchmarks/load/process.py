"""Starts the load server in a process of its own, and talks to it beside the measurements."""

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
    """The server's process: ``with LoadServer() as server: server.url``. *tls* needs the package trustme."""

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
            # Ctrl-C is for the harness; the server ends with its standard input.
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
        """Where it listens: ``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def tls_url(self) -> str:
        """Where it listens for TLS: ``https://127.0.0.1:PORT``."""
        return f"https://127.0.0.1:{self._ports[1]}"

    @property
    def ca_file(self) -> str:
        """The certificate of the authority that signed the server's; empty without TLS."""
        return str(Path(self._folder.name, certificate.CA_FILE)) if self._folder else ""


def ask(url: str, path: str) -> dict[str, Any]:
    """Ask the server at *url* for its counts: ``/counts``, ``/reset`` (sets them to zero), ``/release`` (what is held)."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET", path)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()
