"""Runs programs in separate processes: with a timeout, every warning as an error, and nothing allowed on stderr."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from aiogroq.local import LocalGroq

LIMIT_S = 25.0
"""Seconds of CPU that a program may use, and seconds that it may be idle: a busy machine only makes it slower."""
_NOTHING_S = 0.05
"""Seconds of CPU that count as idle."""
_WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None\n"
_HELPERS = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite that a shell runs in the background has it ignored
from aiogroq import AsyncGroq, Groq
MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]

def text(completion):
    return completion.choices[0].message.content

def ask(client):
    return text(client.chat.completions.create(model=MODEL, messages=QUESTION))

async def ask_async(client):
    return text(await client.chat.completions.create(model=MODEL, messages=QUESTION))

def descriptors():
    return len(os.listdir("/dev/fd"))
"""
# asyncio's debug mode, which -X dev turns on, reports every callback that a busy machine made slow.
_SLOW = re.compile(r"Executing <.*> took [\d.]+ seconds\n")


class Programs:
    """Runs Python programs with the base URL of one server."""

    def __init__(self, server: LocalGroq, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._count = 0

    def start(self, code: str, *, loop: str = "uvloop", before: str = "") -> subprocess.Popen[str]:
        """Start a program; ``loop`` is the event loop of its portal: "uvloop" or "asyncio". ``before`` runs before it
        imports aiogroq."""
        self._count += 1
        path = self._folder / f"program{self._count}.py"
        first = "" if loop == "uvloop" else _WITHOUT_UVLOOP
        path.write_text(first + before + _HELPERS + textwrap.dedent(code))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        environment |= {"GROQ_API_KEY": "gsk_x", "GROQ_BASE_URL": self._server.base_url}
        options = ["-X", "dev", "-W", "error", "-W", "ignore:This process:DeprecationWarning"]
        return subprocess.Popen(
            [sys.executable, *options, str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )

    @contextmanager
    def started(self, code: str, *, loop: str = "uvloop") -> Iterator[subprocess.Popen[str]]:
        """Start a program, and kill it at the end of the block if it still runs."""
        with self.start(code, loop=loop) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    def run(
        self, code: str, *, loop: str = "uvloop", before: str = "", limit_s: float = LIMIT_S
    ) -> list[str]:
        """The lines that a program prints. It must end well within the limit (see `LIMIT_S`), and say nothing on
        stderr."""
        return self.finish(self.start(code, loop=loop, before=before), limit_s=limit_s)

    def finish(
        self,
        process: subprocess.Popen[str],
        *,
        limit_s: float = LIMIT_S,
        may_report: re.Pattern[str] | None = None,
    ) -> list[str]:
        """What a program that was started prints from now on. It says nothing on stderr but ``may_report``."""
        # By its own streams: communicate() does not see what reading a line has read ahead.
        with process, ThreadPoolExecutor(2) as readers:
            pipes = [
                readers.submit(pipe.read) for pipe in (process.stdout, process.stderr) if pipe is not None
            ]
            try:
                _wait(process, limit_s)
                out, err = (pipe.result(limit_s) for pipe in pipes)
            except (subprocess.TimeoutExpired, TimeoutError, futures.TimeoutError):
                os.killpg(process.pid, signal.SIGKILL)  # the program and the processes that it has forked
                out, err = (pipe.result() for pipe in pipes)
                raise AssertionError(f"it hangs; it had said:\n{out}\n{err}") from None
            except BaseException:  # the timeout of the test: reading what hangs would never end
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
        err = _SLOW.sub("", err)
        if may_report is not None:
            err = may_report.sub("", err)
        assert err == "", err
        assert process.returncode == 0
        return out.splitlines()


def _wait(process: subprocess.Popen[str], limit_s: float) -> None:
    """Wait for the end of a program. Raises `subprocess.TimeoutExpired` where it hangs: idle or busy."""
    idle_since, busy_s = time.monotonic(), 0.0
    while True:
        try:
            process.wait(0.25)
            return
        except subprocess.TimeoutExpired:
            used_s = _cpu_s(process.pid)
            if used_s > busy_s + _NOTHING_S:
                idle_since, busy_s = time.monotonic(), used_s
            if used_s > limit_s or time.monotonic() - idle_since > limit_s:
                raise


def _cpu_s(group: int) -> float:
    """Seconds of CPU of the processes of a group and of their children that have ended; 0 if unknown."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
