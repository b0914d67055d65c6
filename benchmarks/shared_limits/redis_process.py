"""A real redis-server without persistence, which can be killed and restarted empty, and its counters."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import machine

_START_TIMEOUT_S = 60.0
_SCRIPTS = frozenset({"eval", "evalsha", "fcall"})


class NoRedis(Exception):
    """There is no redis-server."""


@dataclass(frozen=True)
class ScriptUse:
    """How often scripts were called since the start of the server, and what they cost."""

    calls: int
    cpu_us: float
    """CPU of the server for one call, microseconds."""


class RedisProcess:
    """``with RedisProcess() as redis: redis.url``. Raises `NoRedis` where none is installed.

    ``timeout_s`` is how long stores of its URL wait for one step; None for the default.
    """

    def __init__(self, timeout_s: float | None = None) -> None:
        self._parameters = "" if timeout_s is None else f"?socket_timeout={timeout_s:g}"
        name = os.environ.get("AIOGROQ_REDIS_SERVER", "redis-server")
        program = shutil.which(name)
        if program is None:
            raise NoRedis(f"{name} is not installed: apt install {name}")
        self.port: int = machine.free_port()
        self._command = [
            program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--maxmemory-policy", "noeviction",
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Any = None

    @property
    def url(self) -> str:
        """The URL for clients."""
        return f"redis://127.0.0.1:{self.port}/0{self._parameters}"

    def __enter__(self) -> RedisProcess:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> float:
        """Start it, empty. Return when it responded first, in seconds since the epoch."""
        import redis

        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._client = redis.Redis(port=self.port, socket_timeout=60)
        until = time.monotonic() + _START_TIMEOUT_S
        while True:
            try:
                self._client.ping()
                return time.time()
            except redis.RedisError:
                if time.monotonic() > until or self._process.poll() is not None:
                    self.kill()
                    raise
                time.sleep(0.005)

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._client.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def script_use(self) -> ScriptUse:
        """Return what scripts have cost since the start."""
        found = self._client.info("commandstats")
        mine = [value for name, value in found.items() if name.removeprefix("cmdstat_") in _SCRIPTS]
        calls = sum(int(each["calls"]) for each in mine)
        return ScriptUse(calls, sum(float(each["usec"]) for each in mine) / max(1, calls))

    def users(self) -> int:
        """Return how many connections have called a script."""
        return sum(1 for each in self._clients() if each.get("cmd") in _SCRIPTS)

    def _clients(self) -> Iterator[dict[str, str]]:
        yield from self._client.client_list()
