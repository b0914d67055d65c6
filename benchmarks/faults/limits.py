"""What a process runs out of (threads, descriptors), and limits of time that other things use up."""

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
from . import wire
from .actions import TEXT, answered, chat_text, chat_text_blocking
from .scenario import BROKEN, LATE, Outcome, Served, Side, fails, gives, scenario

_REPLY = {"reply": answered}
_LARGE = "x" * 3_000_000


def _limited(side: Side, total_s: float) -> Any:
    """A limit for the whole call, as far as the package can be told so."""
    return side.sdk.Timeout(10, total=total_s) if side.is_ours else total_s


def _occupy_threads() -> None:
    """Fill the loop's executor for 4 s, as look-ups do whose DNS server is silent."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(4))
    for _ in range(8):
        loop.run_in_executor(None, time.sleep, 2.0)


@scenario("time", "3 MB arrive while all of the loop's threads are busy", gives("at once"), raw=wire.answers(
    wire.completion(_LARGE)), alone=True, expects="What has arrived is handed out; other people's threads have no part in it.")  # fmt: skip
async def busy_threads(side: Side) -> str:
    async with side.client(timeout=_limited(side, 2)) as client:
        await chat_text(client)
        _occupy_threads()
        started_at = time.monotonic()
        assert await chat_text(client) == _LARGE
        took_s = time.monotonic() - started_at
    return "at once" if took_s < 2.0 else f"{took_s:.1f} s"


@scenario("time", "an upload while all of the loop's threads are busy", gives("at once"), faults=(
    Fault(body={"text": TEXT}),), server=_REPLY, alone=True,
    expects="A file of one kilobyte is sent; other people's threads have no part in it.")  # fmt: skip
async def busy_threads_upload(side: Side) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.wav")
        path.write_bytes(b"RIFF" + bytes(1000))
        async with side.client() as client:
            _occupy_threads()
            started_at = time.monotonic()
            transcription = await client.audio.transcriptions.create(model="whisper-large-v3", file=path)
            assert transcription.text == TEXT
            took_s = time.monotonic() - started_at
    return "at once" if took_s < 2.0 else f"{took_s:.1f} s"


@scenario("life", "3 MB arrive after the loop's executor was shut down", gives(len(_LARGE)), raw=wire.answers(
    wire.completion(_LARGE)), expects="The answer was paid for and has arrived, so the caller gets it.")  # fmt: skip
async def no_executor(side: Side) -> int:
    async with side.client() as client:
        await chat_text(client)
        await asyncio.get_running_loop().shutdown_default_executor()
        return len(await chat_text(client))


async def _redirects_slowly(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    while True:
        await wire.read_request(served, reader)
        writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 16\r\n\r\n")
        for _ in range(16):
            await asyncio.sleep(0.03)
            writer.write(b"x")


@scenario("time", "redirects whose bodies come byte by byte, 1 s allowed", fails(*LATE, within_s=4), raw=_redirects_slowly,
          expects="A limit of time ends a call that goes from one redirect to the next, with the error for that.")  # fmt: skip
async def slow_redirects(side: Side) -> str:
    async with side.client(timeout=_limited(side, 1)) as client:
        return await chat_text(client)


async def _works_and_dies(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    await wire.read_request(served, reader)
    writer.write(wire.completion())
    await writer.drain()
    await wire.read_request(served, reader)
    await asyncio.sleep(0.5)
    writer.close()


def _sent_once(outcome: Outcome) -> str:
    if outcome.requests > 2:
        return "sent twice"
    return fails(*BROKEN)(outcome)


@scenario("connections", "a kept connection dies half a second after it took the request, max_retries=0", _sent_once,
          raw=_works_and_dies, expects="The server may have done the work; who asked for no retry does not pay twice.")  # fmt: skip
async def dies_at_work(side: Side) -> str:
    async with side.client() as client:
        await chat_text(client)
        return await chat_text(client)


@scenario("life", "more calls at once than the process may have descriptors, then a file is opened", gives("opened"),
          server={"reply": answered, "latency_s": 0.3}, expects="When the calls are over, the program has its descriptors back.")  # fmt: skip
async def descriptors(side: Side) -> str:
    async with side.client() as client:
        await chat_text(client)
        limit = machine.open_files() + 40
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        await asyncio.gather(*(chat_text(client) for _ in range(200)), return_exceptions=True)
        await asyncio.sleep(0.5)
        try:
            for _ in range(10):
                os.close(os.open(os.devnull, os.O_RDONLY))
            kept = [os.open(os.devnull, os.O_RDONLY) for _ in range(10)]
        except OSError as error:
            return f"{error.strerror}"
        for descriptor in kept:
            os.close(descriptor)
    return "opened"


@scenario("life", "30 loops one after another, a client for each, none closed: descriptors and threads", gives("few"), server=_REPLY,
          expects="A loop that has ended leaves nothing behind.")  # fmt: skip
def many_loops(side: Side) -> str:
    # A name, so that it is looked up.
    side.url = side.url.replace("127.0.0.1", "localhost")

    async def once() -> None:
        await chat_text(side.client())

    def held() -> int:
        return machine.open_files() + len(os.listdir("/proc/self/task"))

    asyncio.run(once())
    before = held()
    for _ in range(30):
        asyncio.run(once())
    grown = held() - before
    return "few" if grown < 10 else f"{grown} more"


_CHILDREN = 40


@scenario("life", "a signal handler calls while the first call has begun, at 40 moments", gives({"done": _CHILDREN}), server=_REPLY,
          alone=True, limit_s=40.0, expects="A handler may interrupt the first call anywhere, and both calls end.")  # fmt: skip
def signalled(side: Side) -> dict[str, int]:
    def child(after_s: float) -> int:
        client = side.blocking()
        texts: list[str] = []
        signal.signal(signal.SIGALRM, lambda *_: texts.append(chat_text_blocking(client)))
        if after_s:
            signal.setitimer(signal.ITIMER_REAL, after_s)
        texts.append(chat_text_blocking(client))
        signal.setitimer(signal.ITIMER_REAL, 0)
        return 0 if set(texts) == {TEXT} else 1

    started_at = time.monotonic()
    _ended(_forked(child, 0.0), 10.0)
    first_s = time.monotonic() - started_at
    ends: Counter[str] = Counter()
    for number in range(_CHILDREN):
        ends[_ended(_forked(child, first_s * (number + 1) / _CHILDREN), 3.0)] += 1
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


def _ended(pid: int, limit_s: float) -> str:
    """How a child ended; it is ended after *limit_s*."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        done, code = os.waitpid(pid, os.WNOHANG)
        if done:
            return "failed" if code else "done"
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "hang"
