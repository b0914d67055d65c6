"""Runs the examples as their docstrings say: scripts and services as processes, against the embedded server of the test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from aiogroq.local import LocalGroq

EXAMPLES = Path(__file__).parents[2] / "examples"
LIMIT_S = 60
"""Longer than anything takes, however busy the machine is."""
PYTHON = (sys.executable, "-X", "dev", "-W", "error")
# Dev mode turns asyncio's debug mode on, which remarks on every step over 0.1 s, such as the first import of aiohttp.
_SLOW_STEP = re.compile(r"^Executing <.* took [\d.]+ seconds\n", re.MULTILINE)
_RUNNING_ON = re.compile(r"running on (http://[\w.:]+)", re.IGNORECASE)
_STARTED = "Application startup complete"
# The parent of uvicorn's workers does not close the socket on which they listen.
_LISTENING = re.compile(
    r"^(Exception ignored in|ResourceWarning): .*<socket.socket .*laddr=[^r]*\n", re.MULTILINE
)


def environment_of(server: LocalGroq) -> dict[str, str]:
    """The environment of a user without a key, as the examples' README has it."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    return {
        **inherited,
        "GROQ_API_KEY": "anything",
        "GROQ_BASE_URL": server.base_url,
        "PORT": "0",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
    }


class Outcome:
    """What became of a script."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.lines = done.stdout.splitlines()
        self.err = _SLOW_STEP.sub("", done.stderr)


Run = Callable[..., Outcome]


@pytest.fixture
def run(local_groq: LocalGroq, tmp_path: Path) -> Run:
    """`run("batch.py", argument, ...)`: run an example to its end, with warnings as errors."""

    def run_script(name: str, *arguments: str | Path) -> Outcome:
        command = [*PYTHON, str(EXAMPLES / name), *map(str, arguments)]
        return Outcome(
            subprocess.run(
                command,
                capture_output=True,
                encoding="utf-8",
                env=environment_of(local_groq),
                cwd=tmp_path,
                timeout=LIMIT_S,
                check=False,
            )
        )

    return run_script


@contextmanager
def serving(
    server: LocalGroq, *arguments: str, environment: Mapping[str, str] | None = None, workers: int = 0
) -> Iterator[str]:
    """Run a service as `python ARGUMENTS`; gives its URL, when so many workers of uvicorn have started. Fails where it logged a traceback or a warning of Python's."""
    command = [*PYTHON, *arguments]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**environment_of(server), **(environment or {})},
    ) as service:
        assert service.stdout is not None
        try:
            log = ""
            while (found := _RUNNING_ON.search(log)) is None or log.count(_STARTED) < workers:
                line = service.stdout.readline()
                assert line, f"the service ended before it ran:\n{log}"
                log += line
            yield found[1]
            service.send_signal(signal.SIGINT)
            log += service.communicate(timeout=LIMIT_S)[0]
            if workers:
                log = _LISTENING.sub("", log)
        finally:
            service.kill()
    assert not re.search("Traceback|Warning|Unclosed", log), log
