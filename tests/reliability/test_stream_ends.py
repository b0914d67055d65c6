"""Ways to leave a stream before its end: each ends the connection, and with it the generation, at once and without a warning."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from statistics import median

import pytest

from aiogroq.local import Fault, LocalGroq

from .programs import Programs

pytestmark = pytest.mark.timeout(40)

AT_ONCE_S = 0.05
COLLECTED_S = 1.0
ROUNDS = 5

# A program leaves so many streams that have fallen silent, and goes on living until the server has seen it.
BEGIN = """
import asyncio, gc, threading, time

left_at = []

def leaving():
    left_at.append(time.time())
"""
ASYNC = """
client = AsyncGroq()

async def open_stream():
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    for _ in range(3):
        await anext(stream)
    return stream

async def main():
    for leave in ({ways}):
        for _ in range({rounds}):
            await leave()
    print("left", flush=True)
    while not os.path.exists({go!r}):
        await asyncio.sleep(0.01)
    print(await ask_async(client))
    print(*left_at)

asyncio.run(main())
"""
BLOCKING = """
client = Groq()

def open_stream():
    stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    for _ in range(3):
        next(stream)
    return stream

for leave in ({ways}):
    for _ in range({rounds}):
        leave()
print("left", flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.01)
print(ask(client))
print(*left_at)
"""

ASYNC_WAYS = {
    "break in async with": """
async def leave():
    async with await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        async for chunk in stream:
            leaving()
            break
""",
    "break and close": """
async def leave():
    stream = await open_stream()
    leaving()
    await stream.close()
    await stream.close()
    assert stream.is_closed
    assert [chunk async for chunk in stream] == []
""",
    "exception": """
async def leave():
    try:
        async with await open_stream() as stream:
            leaving()
            raise KeyError("mine")
    except KeyError as error:
        assert error.args == ("mine",)
""",
    "cancellation of a reader": """
async def read(stream):
    async for chunk in stream:
        pass

async def leave():
    stream = await open_stream()
    task = asyncio.ensure_future(read(stream))
    await asyncio.sleep(0)
    leaving()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled() and stream.is_closed
""",
    "cancellation of collect": """
async def leave():
    stream = await open_stream()
    try:
        await asyncio.wait_for(stream.collect(), 0.01)
    except asyncio.TimeoutError:
        leaving()
    assert stream.is_closed
""",
    "close from another task": """
async def close(stream):
    leaving()
    await stream.close()

async def leave():
    stream = await open_stream()
    task = asyncio.ensure_future(close(stream))
    assert [chunk async for chunk in stream] == []
    await task
""",
    "close from another thread": """
def close_on(loop, stream):
    leaving()
    asyncio.run_coroutine_threadsafe(stream.close(), loop).result(5)

async def leave():
    stream = await open_stream()
    thread = threading.Thread(target=close_on, args=(asyncio.get_running_loop(), stream))
    thread.start()
    assert [chunk async for chunk in stream] == []
    await asyncio.to_thread(thread.join)
""",
    "break in a body left on the socket": """
async def leave():
    async with client.chat.completions.with_streaming_response.create(
        model=MODEL, messages=QUESTION, stream=True
    ) as response:
        async for line in response.iter_lines():
            leaving()
            break
""",
}
UNANSWERED = {
    "cancellation": """
async def leave():
    task = asyncio.ensure_future(open_stream())
    await asyncio.sleep(0.05)
    leaving()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
""",
}
COLLECTED_ASYNC = {
    "the last reference goes": """
async def leave():
    stream = await open_stream()
    leaving()
""",
    "a reference cycle": """
async def leave():
    stream = await open_stream()
    stream.me = stream
    leaving()
    del stream
    gc.collect()
""",
    "an exception that is dropped": """
async def leave():
    try:
        async for chunk in await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
            raise KeyError("mine")
    except KeyError:
        leaving()
""",
    "in another thread": """
async def leave():
    streams = [await open_stream()]
    leaving()
    thread = threading.Thread(target=streams.clear)
    thread.start()
    thread.join()
""",
    "an answer that nobody took": """
async def leave():
    task = asyncio.ensure_future(open_stream())
    await asyncio.wait([task])
    leaving()
""",
}
BLOCKING_WAYS = {
    "break in with": """
def leave():
    with client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        for chunk in stream:
            leaving()
            break
""",
    "break and close": """
def leave():
    stream = open_stream()
    leaving()
    stream.close()
    stream.close()
    assert list(stream) == []
""",
    "exception": """
def leave():
    try:
        with open_stream():
            leaving()
            raise KeyError("mine")
    except KeyError as error:
        assert error.args == ("mine",)
""",
    "close from another thread": """
def close(stream):
    leaving()
    stream.close()

def leave():
    stream = open_stream()
    thread = threading.Thread(target=close, args=(stream,))
    thread.start()
    assert list(stream) == []
    thread.join()
""",
    "break in a body left on the socket": """
def leave():
    with client.chat.completions.with_streaming_response.create(
        model=MODEL, messages=QUESTION, stream=True
    ) as response:
        for line in response.iter_lines():
            leaving()
            break
""",
}
COLLECTED_BLOCKING = {
    "the last reference goes": """
def leave():
    stream = open_stream()
    leaving()
""",
    "a reference cycle": """
def leave():
    stream = open_stream()
    stream.me = stream
    leaving()
    del stream
    gc.collect()
""",
    "in another thread": """
def leave():
    streams = [open_stream()]
    leaving()
    thread = threading.Thread(target=streams.clear)
    thread.start()
    thread.join()
""",
}


class Leaving:
    """Runs programs that leave streams, and compares what they say with what the server saw."""

    def __init__(self, programs: Programs, server: LocalGroq, folder: Path) -> None:
        self._programs = programs
        self._server = server
        self._go = folder / "go"

    def seconds(self, kind: str, ways: dict[str, str], *, is_answered: bool = True) -> dict[str, float]:
        """Seconds from leaving in each way to the disconnect as the server saw it: the median of some rounds, since the
        machine may be busy."""
        count = len(ways) * ROUNDS
        position = 3 if is_answered else None
        self._server.script(
            Fault(end="stall", times=count, after_events=position, before_head=not is_answered)
        )
        functions = [leave.replace("def leave", f"def leave{n}") for n, leave in enumerate(ways.values())]
        names = "".join(f"leave{number}, " for number in range(len(ways)))
        code = BEGIN + "".join(functions) + kind.format(rounds=ROUNDS, go=str(self._go), ways=names)
        process = self._programs.start(code)
        try:
            requests = self._server.wait_for_requests(count, timeout_s=15, finished=True)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"{self._unseen(list(ways))} was not seen:\n{_said(process)}") from None
        self._go.touch()
        left, answer, times = self._programs.finish(process)
        assert (left, answer) == ("left", "2+2 = 4.")
        assert all(request.disconnected for request in requests[:count])
        left_at = [float(at) for at in times.split()]
        took_s = [
            (request.disconnected_at or 0.0) - at for request, at in zip(requests, left_at, strict=False)
        ]
        return {way: median(took_s[n * ROUNDS : (n + 1) * ROUNDS]) for n, way in enumerate(ways)}

    def _unseen(self, ways: list[str]) -> str:
        seen = [request.disconnected for request in self._server.requests]
        return ways[(seen.index(False) if False in seen else len(seen)) // ROUNDS]


def _said(process: subprocess.Popen[str]) -> str:
    return "\n".join(process.communicate())


def later_than(limit_s: float, took_s: dict[str, float]) -> dict[str, float]:
    return {way: seconds for way, seconds in took_s.items() if seconds >= limit_s}


@pytest.fixture
def leaving(programs: Programs, server: LocalGroq, tmp_path: Path) -> Leaving:
    return Leaving(programs, server, tmp_path)


@pytest.mark.parametrize(
    ("kind", "ways"), [(ASYNC, ASYNC_WAYS), (BLOCKING, BLOCKING_WAYS)], ids=["async", "blocking"]
)
def test_leaving_a_stream_ends_its_connection_at_once(
    leaving: Leaving, kind: str, ways: dict[str, str]
) -> None:
    assert later_than(AT_ONCE_S, leaving.seconds(kind, ways)) == {}


def test_leaving_before_the_answer_begins_ends_the_connection_at_once(leaving: Leaving) -> None:
    assert later_than(AT_ONCE_S, leaving.seconds(ASYNC, UNANSWERED, is_answered=False)) == {}


@pytest.mark.parametrize(
    ("kind", "ways"), [(ASYNC, COLLECTED_ASYNC), (BLOCKING, COLLECTED_BLOCKING)], ids=["async", "blocking"]
)
def test_a_stream_that_is_forgotten_ends_its_connection_within_a_second(
    leaving: Leaving, kind: str, ways: dict[str, str]
) -> None:
    assert later_than(COLLECTED_S, leaving.seconds(kind, ways)) == {}
