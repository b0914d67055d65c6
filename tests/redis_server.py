"""`RedisServer`: a real redis-server for tests, which can be killed, restarted empty, and paused; its fixtures."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAM = os.environ.get("AIOGROQ_REDIS_SERVER", "redis-server")
"""The program of the server. Another one that speaks its protocol is given by a variable, such as ``valkey-server``."""
REQUIRE = "AIOGROQ_REQUIRE_REDIS"
"""With the variable of this name set to 1, tests fail where the server is not installed. Otherwise they are skipped."""
PATIENCE_S = 60.0
"""So long a store waits for a server that a busy machine does not let run."""
_TIMEOUT = f"socket_timeout={PATIENCE_S:g}"
_STARTS = 5
_READY_WITHIN_S = 60.0
_PORTS = range(12_000, 32_000)
"""Below those that the system gives to connections: the port of a server that was killed stays free for it."""


class RedisServer:
    """A redis-server that keeps nothing on disk, on a port of its own and on a Unix socket.

    Args:
        password: The password that clients need, None for none.
        options: More of its options: ``maxmemory="2mb"``.
    """

    def __init__(self, password: str | None = None, **options: str) -> None:
        self._folder = tempfile.mkdtemp(prefix="redis-")
        self._options = {"requirepass": password, **options} if password else options
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None
        self.port: int = 0
        """Stays the same when the server is restarted."""

    @property
    def url(self) -> str:
        """The URL of the server, with its password. Stores of it wait for `PATIENCE_S`, if they are given no timeout."""
        return f"redis://{self._login}127.0.0.1:{self.port}/0?{_TIMEOUT}"

    @property
    def unix_url(self) -> str:
        """The URL of its Unix socket."""
        return f"unix://{self._login}{self._folder}/redis.sock?db=0&{_TIMEOUT}"

    @property
    def _login(self) -> str:
        return f":{self._password}@" if self._password else ""

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server, empty, and return when it responds."""
        for _ in range(1 if self.port else _STARTS):
            port = self.port or free_port()
            self._process = subprocess.Popen(self._command(port), stdout=subprocess.DEVNULL)
            if self._is_ready():
                self.port = port
                return
            self.kill()
        raise RuntimeError(f"{PROGRAM} does not start")

    def _command(self, port: int) -> list[str]:
        options = {
            "port": str(port),
            "bind": "127.0.0.1",
            "unixsocket": f"{self._folder}/redis.sock",
            "dir": self._folder,
            "save": "",
            "appendonly": "no",
            **self._options,
        }
        return [PROGRAM, *(part for name, value in options.items() for part in (f"--{name}", str(value)))]

    def _is_ready(self) -> bool:
        """Wait until the server responds. Returns False where it has ended, such as when another took the port.

        It is asked on its own socket: on the port, the other might respond before this one has ended.
        """
        assert self._process is not None
        until = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(_READY_WITHIN_S)
                    connection.connect(f"{self._folder}/redis.sock")
                    connection.sendall(b"PING\r\n")
                    if connection.recv(64):
                        return True
            except OSError:
                time.sleep(0.005)
        return False

    def kill(self) -> None:
        """Kill the server (SIGKILL): everything that it knew is lost. Does nothing for one that has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill the server where it still runs, and start it empty on the same port."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """Let the server hang (SIGSTOP): it accepts connections and does not respond."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        os.kill(self.pid, signal.SIGCONT)

    def execute(self, *command: Any) -> Any:
        """Return what the server responds to a command: ``execute("GET", "key")``."""
        import redis

        with redis.Redis.from_url(self.url, protocol=2) as client:
            return client.execute_command(*command)

    def contents(self) -> dict[bytes, bytes]:
        """Return every key with its serialised value."""
        return {key: self.execute("DUMP", key) or b"" for key in self.execute("KEYS", "*")}

    def close(self) -> None:
        """Kill the server and remove its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def free_port() -> int:
    """Return a port that no connection is given."""
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


def require_redis_server() -> None:
    """Skip the test where no redis-server is installed; fail it where `REQUIRE` is set."""
    if shutil.which(PROGRAM):
        return
    reason = f"{PROGRAM} is not installed: apt install {Path(PROGRAM).name}"
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def _started() -> Generator[RedisServer, None, None]:
    require_redis_server()
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def _redis_of_this_process() -> Iterator[RedisServer]:
    with _started() as server:
        yield server


@pytest.fixture
def redis_server(_redis_of_this_process: RedisServer) -> RedisServer:
    """Return a redis-server without a key. Tests share it one after another: not to be killed or paused."""
    _redis_of_this_process.execute("FLUSHALL")
    return _redis_of_this_process


@pytest.fixture
def own_redis_server() -> Iterator[RedisServer]:
    """Return a redis-server of this test, which may be killed, restarted and paused."""
    with _started() as server:
        yield server
