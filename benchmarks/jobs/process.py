"""Starts the server and a client, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .. import machine
from ..faults.process import Children
from .child import MARK
from .spec import JobResult, JobSpec

ROOT = Path(__file__).parents[2]
"""Where the package `benchmarks` is."""


class ClientFailed(Exception):
    """The process of a client ended without a result. The message is a short reason."""


@dataclass(frozen=True)
class Counts:
    """What a server has received."""

    requests: int
    statuses: Mapping[str, int]
    """Requests by the status of the response; ``none`` if the client disconnected before it."""


class LimitedServer:
    """The process of the embedded server with a limit: ``with LimitedServer(rpm, latency_s) as server: server.url``."""

    def __init__(self, rpm: int, latency_s: float, core: int | None = None) -> None:
        self._command = [sys.executable, "-m", "benchmarks.jobs.server", str(rpm), str(latency_s)]
        self._core = core
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> LimitedServer:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C must not reach the server, which ends with its standard input.
            start_new_session=True,
            preexec_fn=lambda: machine.bind(self._core),
        )
        assert self._process.stdout is not None
        self.url = json.loads(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def counts(self) -> Counts:
        """Return what the server has received since its start."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Counts(**json.loads(self._process.stdout.readline()))


def run_client(spec: JobSpec, python: str = sys.executable, timeout_s: float = 900) -> JobResult:
    """Run a client's job in a process of its own. Raises `ClientFailed`."""
    with _environment(python) as (environment, folder):
        message = json.dumps(asdict(spec) | {"folder": folder})
        children = Children()
        command = [python, "-m", "benchmarks.jobs.child", message]
        with children.started(command, environment) as process:
            try:
                stdout, stderr = process.communicate(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                raise ClientFailed(f"not done after {timeout_s:g} s") from None
            finally:
                children.kill_all()
                process.wait()
                for pipe in (process.stdout, process.stderr):
                    assert pipe is not None
                    pipe.close()
    for line in reversed(stdout.splitlines()):
        if line.startswith(MARK):
            return JobResult(**json.loads(line.removeprefix(MARK)))
    lines = stderr.strip().splitlines() or ["no output"]
    raise ClientFailed(f"exit code {process.returncode}: {lines[-1]}")


@contextmanager
def _environment(python: str) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the environment of a client and an empty directory, which is also its home."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {
            name: value
            for name, value in machine.environment().items()
            if not name.startswith(("GROQ_", "OPENAI_", "XDG_"))
        }
        if python != sys.executable:
            environment |= {"PYTHONPATH": str(ROOT), "HOME": folder}
        yield environment, folder
