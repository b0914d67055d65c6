"""Runs commands: in this process with replaced standard streams, or as a process."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aiogroq.cli import main
from aiogroq.local import LocalGroq

ROOT = Path(__file__).parents[2]
KEY = "gsk_of_these_tests_only"
COMMAND = (sys.executable, "-m", "aiogroq")


@dataclass(frozen=True)
class Outcome:
    """The outcome of a command."""

    code: int
    out: str
    err: str
    out_bytes: bytes


class Screen(io.TextIOWrapper):
    """A stream in memory, which may claim to be a terminal."""

    def __init__(self, content: bytes = b"", *, terminal: bool = False) -> None:
        self.memory = io.BytesIO(content)
        self.terminal = terminal
        super().__init__(self.memory, encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        return self.terminal

    @property
    def content(self) -> bytes:
        """The bytes written so far."""
        return self.memory.getvalue()


Run = Callable[..., Outcome]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process. ``stdin`` is text or bytes; ``terminal`` makes all three streams terminals."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("NO_COLOR", "FORCE_COLOR", "AIOGROQ_DEBUG", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def run(
        *arguments: str,
        stdin: str | bytes | Screen | None = b"",
        terminal: bool = False,
        stdout: Screen | None = None,
    ) -> Outcome:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        inward = Screen(given, terminal=terminal) if isinstance(given, bytes) else given
        out, err = stdout or Screen(terminal=terminal), Screen(terminal=terminal)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", inward)
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(list(arguments))
        return Outcome(code, out.content.decode(errors="replace"), err.content.decode(), out.content)

    return run


@pytest.fixture
def service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalGroq]:
    """An embedded server selected by the environment variables, with a key. ``local_groq`` marks give its options."""
    marker = request.node.get_closest_marker("local_groq")
    options: dict[str, Any] = {} if marker is None else dict(marker.kwargs)
    with LocalGroq(api_key=KEY, **options) as server:
        monkeypatch.setenv("GROQ_BASE_URL", server.base_url)
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        yield server


def start(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start ``aiogroq`` as a process, with pipes for its standard streams."""
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "cwd": ROOT,
    }
    return subprocess.Popen([*COMMAND, *arguments], **{**pipes, **options})
