"""Exhausted resources (threads, file descriptors) and timeouts that other work uses up."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import tempfile
import time
from asyncio import StreamReader, StreamWriter
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from aiogroq.local import Fault

from .. import machine
from . import raw_server
from .actions import TEXT, chat_text, chat_text_sync, reply
from .scenario import CONNECTION_ERROR, TIMEOUT_ERROR, Outcome, Package, ServerLog, raises, returns, scenario

_REPLY = {"reply": reply}
_LARGE = "x" * 3_000_000


def _total_timeout(package: Package, total_s: float) -> Any:
    """Return a total timeout, if the package has one."""
    return package.sdk.Timeout(10, total=total_s) if package.is_aiogroq else total_s


def _occupy_threads() -> None:
    """Fill the loop's executor for 4 s, as lookups with an unresponsive DNS server do."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(4))
    for _ in range(8):
        loop.run_in_executor(None, time.sleep, 2.0)


@scenario("timeouts", "a 3 MB response while all threads of the loop's executor are busy", returns("at once"), raw=raw_server.responds(
    raw_server.completion(_LARGE)), alone=True, expects="A received response is returned, whatever other code does with the executor.")  # fmt: skip
async def busy_threads(package: Package) -> str:
    async with package.client(timeout=_total_timeout(package, 2)) as client:
        await chat_text(client)
        _occupy_threads()
        started_at = time.monotonic()
        assert await chat_text(client) == _LARGE
        took_s = time.monotonic() - started_at
    return "at once" if took_s < 2.0 else f"{took_s:.1f} s"


@scenario("timeouts", "an upload while all threads of the loop's executor are busy", returns("at once"), faults=(
    Fault(body={"text": TEXT}),), server=_REPLY, alone=True,
    expects="A small file is sent, whatever other code does with the executor.")  # fmt: skip
async def busy_threads_upload(package: Package) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.wav")
        path.write_bytes(b"RIFF" + bytes(1000))
        async with package.client() as client:
            _occupy_threads()
            started_at = time.monotonic()
            transcription = await client.audio.transcriptions.create(model="whisper-large-v3", file=path)
            assert transcription.text == TEXT
            took_s = time.monotonic() - started_at
    return "at once" if took_s < 2.0 else f"{took_s:.1f} s"


@scenario("lifecycle", "a 3 MB response after the loop's executor was shut down", returns(len(_LARGE)), raw=raw_server.responds(
    raw_server.completion(_LARGE)), expects="The response was charged and received, so the caller gets it.")  # fmt: skip
async def no_executor(package: Package) -> int:
    async with package.client() as client:
        await chat_text(client)
        await asyncio.get_running_loop().shutdown_default_executor()
        return len(await chat_text(client))


async def _redirects_slowly(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    while True:
        await raw_server.read_request(log, reader)
        writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 16\r\n\r\n")
        for _ in range(16):
            await asyncio.sleep(0.03)
            writer.write(b"x")


@scenario("timeouts", "redirects with bodies sent byte by byte, total timeout 1 s", raises(*TIMEOUT_ERROR, within_s=4), raw=_redirects_slowly,
          expects="The total timeout ends a call that follows redirects, with a timeout error.")  # fmt: skip
async def slow_redirects(package: Package) -> str:
    async with package.client(timeout=_total_timeout(package, 1)) as client:
        return await chat_text(client)


async def _closes_second_request(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    await raw_server.read_request(log, reader)
    writer.write(raw_server.completion())
    await writer.drain()
    await raw_server.read_request(log, reader)
    await asyncio.sleep(0.5)
    writer.close()


def _sent_once(outcome: Outcome) -> str:
    if outcome.requests > 2:
        return "sent twice"
    return raises(*CONNECTION_ERROR)(outcome)


@scenario("connections", "a reused connection is closed 0.5 s after the request, max_retries=0", _sent_once,
          raw=_closes_second_request, expects="The server may have done the work; without retries it must not be charged twice.")  # fmt: skip
async def dies_at_work(package: Package) -> str:
    async with package.client() as client:
        await chat_text(client)
        return await chat_text(client)


@scenario("lifecycle", "more concurrent calls than file descriptors, then a file is opened", returns("opened"),
          server={"reply": reply, "latency_s": 0.3}, expects="After the calls, the program has its file descriptors back.")  # fmt: skip
async def descriptors(package: Package) -> str:
    async with package.client() as client:
        await chat_text(client)
        limit = machine.open_files() + 40
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        await asyncio.gather(*(chat_text(client) for _ in range(200)), return_exceptions=True)
        await asyncio.sleep(0.5)
        try:
            for _ in range(10):
                os.close(os.open(os.devnull, os.O_RDONLY))
            opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(10)]
        except OSError as error:
            return f"{error.strerror}"
        for descriptor in opened:
            os.close(descriptor)
    return "opened"


@scenario("lifecycle", "30 event loops in sequence, one client each, none closed: file descriptors and threads", returns("few"), server=_REPLY,
          expects="A closed event loop leaves nothing behind.")  # fmt: skip
def many_loops(package: Package) -> str:
    # A host name, so that it is resolved.
    package.url = package.url.replace("127.0.0.1", "localhost")

    async def once() -> None:
        await chat_text(package.client())

    def held() -> int:
        return machine.open_files() + len(os.listdir("/proc/self/task"))

    asyncio.run(once())
    before = held()
    for _ in range(30):
        asyncio.run(once())
    grown = held() - before
    return "few" if grown < 10 else f"{grown} more"


_CHILDREN = 40


@scenario("lifecycle", "a signal handler makes a call during the first call, at 40 moments", returns({"done": _CHILDREN}), server=_REPLY,
          alone=True, timeout_s=40.0, expects="A handler may interrupt the first call anywhere, and both calls complete.")  # fmt: skip
def signalled(package: Package) -> dict[str, int]:
    def child(after_s: float) -> int:
        client = package.sync_client()
        texts: list[str] = []
        signal.signal(signal.SIGALRM, lambda *_: texts.append(chat_text_sync(client)))
        if after_s:
            signal.setitimer(signal.ITIMER_REAL, after_s)
        texts.append(chat_text_sync(client))
        signal.setitimer(signal.ITIMER_REAL, 0)
        return 0 if set(texts) == {TEXT} else 1

    started_at = time.monotonic()
    _wait(_forked(child, 0.0), 10.0)
    first_s = time.monotonic() - started_at
    ends: Counter[str] = Counter()
    for number in range(_CHILDREN):
        ends[_wait(_forked(child, first_s * (number + 1) / _CHILDREN), 3.0)] += 1
    return dict(ends)


def _forked(work: Any, after_s: float) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = work(after_s)
        finally:
            os._exit(code)
    return pid


def _wait(pid: int, timeout_s: float) -> str:
    """Return how a child ended. Kills it after *timeout_s*."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        done, code = os.waitpid(pid, os.WNOHANG)
        if done:
            return "failed" if code else "done"
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "hang"
