"""The lifecycle of an async client: where it may be made, how it may end, and what that costs."""

from __future__ import annotations

import asyncio
import gc
import importlib
import inspect
import pkgutil
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import pytest
from waiting import eventually

import aiogroq
from aiogroq import AsyncGroq, Groq, GroqError
from aiogroq.local import Fault, LocalGroq

from .programs import Programs

pytestmark = pytest.mark.timeout(60)

GO = {
    "asyncio": "import asyncio\ngo = asyncio.run\n",
    "uvloop": """
import asyncio
from uvloop import run as go
""",
}


def new_client(server: LocalGroq) -> AsyncGroq:
    return AsyncGroq(api_key="gsk_x", base_url=server.base_url)


def test_one_client_serves_three_loops_one_after_the_other(programs: Programs, loop_kind: str) -> None:
    code = """
client = AsyncGroq()
seen = []
for _ in range(3):
    print(go(ask_async(client)))
    seen.append(descriptors())
print(len(set(seen)))
"""
    assert programs.run(GO[loop_kind] + code) == ["2+2 = 4."] * 3 + ["1"]


def test_a_client_may_be_a_temporary(programs: Programs, loop_kind: str) -> None:
    code = """
print(go(ask_async(AsyncGroq())))
print(ask(Groq()))

async def stream():
    chunks = await AsyncGroq().chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    return text(await chunks.collect())

print(go(stream()))
print(text(Groq().chat.completions.create(model=MODEL, messages=QUESTION, stream=True).collect()))
"""
    assert programs.run(GO[loop_kind] + code, loop=loop_kind) == ["2+2 = 4."] * 4


def test_a_program_may_end_with_an_async_stream_open(programs: Programs, loop_kind: str) -> None:
    code = """
async def main():
    global stream
    stream = await AsyncGroq().chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    async for chunk in stream:
        return chunk.object

print(go(main()))
"""
    assert programs.run(GO[loop_kind] + code) == ["chat.completion.chunk"]


@pytest.mark.fast_path_only("loop")
def test_a_response_that_outlives_its_loop_ends_without_a_warning(
    programs: Programs, server: LocalGroq, loop_kind: str
) -> None:
    server.script(*(Fault(after_events=1, end="stall"),) * 4)
    code = """
import gc
client = AsyncGroq()

def by_hand(coro):
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coro)
    finally:
        loop.close()

async def begin(chat):
    return await chat.create(model=MODEL, messages=QUESTION, stream=True)

for run in go, by_hand:
    for chat in client.chat.completions, client.chat.completions.with_raw_response:
        response = run(begin(chat))
        del response
        gc.collect()
print("done")
"""
    assert programs.run(GO[loop_kind] + code) == ["done"]


def test_a_client_serves_two_loops_in_two_threads_at_once(server: LocalGroq) -> None:
    client = new_client(server)
    both = threading.Barrier(2, timeout=60)

    async def many() -> int:
        both.wait()  # blocks: no other task of this loop has begun
        responses = await asyncio.gather(*(client.models.list() for _ in range(100)))
        return len(responses)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: asyncio.run(many()), range(2))) == [100, 100]
    assert server.request_count == 200


@pytest.mark.slow
def test_hundreds_of_clients_leave_no_descriptors(programs: Programs, loop_kind: str) -> None:
    code = """
import gc
for _ in range(300):
    AsyncGroq(), Groq()
async def many(count):
    for _ in range(count):
        await AsyncGroq().models.list()
    await asyncio.sleep(0)  # the last client's connections are closed on their own loop
    await asyncio.sleep(0)
    return descriptors()

async def main():
    return await many(10), await many(300)

before, after = go(main())
print(before == after, before, after)
def many_blocking(count):
    for _ in range(count):
        Groq().models.list()
    Groq().models.list()
    return descriptors()
before, after = many_blocking(10), many_blocking(200)
print(abs(before - after) <= 2, before, after)  # the last ones may not have been closed yet
"""
    first, second = programs.run(GO[loop_kind] + code, loop=loop_kind)
    assert first.startswith("True")
    assert second.startswith("True")


def test_a_closed_loop_is_not_kept_alive(server: LocalGroq) -> None:
    client = new_client(server)
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def ask() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await client.models.list()

    for _ in range(5):
        asyncio.run(ask())
    gc.collect()
    # The objects of the latest loop are released when the next one is used.
    assert [ref() for ref in loops[:-1]] == [None] * 4


def test_no_more_than_this_runs_in_del() -> None:
    found: list[type[Any]] = []
    for module in pkgutil.walk_packages(aiogroq.__path__, "aiogroq."):
        if module.name.endswith("__main__") or module.name.startswith("aiogroq.testing"):
            continue
        for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if cls.__module__.startswith("aiogroq") and "__del__" in vars(cls):
                found.append(cls)
    # The first two close a coroutine that was never started, the third warns of a job that was never started, the fourth
    # leaves a reservation to the event loop. They do nothing else.
    names = {"AsyncResponseContextManager", "ThreadCall", "AsyncJob", "Grant"}
    assert {cls.__name__ for cls in found} == names


# ---------------------------------------------------------------------------------------------------- close()


class OtherLoop:
    """A loop that runs in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self) -> OtherLoop:
        self._thread.start()
        return self

    def run(self, coro: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coro, self.loop).result(60)

    def __exit__(self, *exc: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@pytest.mark.parametrize("closing", ["its own loop", "another loop", "a sync client"])
def test_close_closes_the_connections_of_every_loop(server: LocalGroq, closing: str) -> None:
    client = new_client(server)
    with OtherLoop() as one, OtherLoop() as two:
        one.run(client.models.list())
        two.run(client.models.list())
        assert server.open_connections == 2
        if closing == "a sync client":
            Groq(api_key="gsk_x", base_url=server.base_url, http_client=client.http_client).close()
        else:
            with OtherLoop() as three:
                (one if closing == "its own loop" else three).run(client.close())
        eventually(lambda: server.open_connections == 0)
        with pytest.raises(GroqError, match="closed"):
            one.run(client.models.list())
        one.run(client.close())


def test_close_does_not_wait_for_a_busy_loop(server: LocalGroq) -> None:
    client = new_client(server)
    released = threading.Event()
    with OtherLoop() as busy:
        busy.run(client.models.list())
        ended: list[bool] = []
        busy.loop.call_soon_threadsafe(lambda: ended.append(released.wait(60)))
        began_at = time.monotonic()
        asyncio.run(client.close())
        # It waits for a second; the rest is for a busy machine.
        assert time.monotonic() - began_at < 10
        assert ended == []
        released.set()
        eventually(lambda: server.open_connections == 0)


def test_connections_end_with_their_loop(server: LocalGroq) -> None:
    client = new_client(server)
    asyncio.run(client.models.list())
    eventually(lambda: server.open_connections == 0)


@pytest.mark.fast_path_only("loop")
def test_close_closes_the_connections_of_a_closed_loop(server: LocalGroq) -> None:
    client = new_client(server)
    loop = asyncio.new_event_loop()  # not asyncio.run: the client does not learn of the end of this loop
    loop.run_until_complete(client.models.list())
    loop.close()
    assert server.open_connections == 1
    asyncio.run(client.close())
    try:
        eventually(lambda: server.open_connections == 0, within_s=20)
    finally:
        del client, loop
        gc.collect()  # a warning of a connection that is still open is one of this test


async def test_an_injected_session_is_never_closed(server: LocalGroq) -> None:
    async with aiohttp.ClientSession() as session:
        async with AsyncGroq(api_key="k", base_url=server.base_url, http_client=session) as client:
            await client.models.list()
        del client
        server.script(Fault(after_events=1, end="stall"))
        other = AsyncGroq(api_key="k", base_url=server.base_url, http_client=session)
        stream = await other.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "Hi"}], stream=True
        )
        assert await anext(stream)
        del stream, other
        gc.collect()
        assert not session.closed
        async with session.get(
            f"{server.base_url}/openai/v1/models", headers={"authorization": "Bearer k"}
        ) as response:
            assert response.status == 200


async def test_an_injected_session_of_another_loop_is_rejected_without_waiting(server: LocalGroq) -> None:
    async with aiohttp.ClientSession() as session:
        client = AsyncGroq(api_key="k", base_url=server.base_url, http_client=session)
        with OtherLoop() as other, pytest.raises(GroqError, match="another event loop"):
            other.run(client.models.list())
        with pytest.raises(TypeError, match="another"):
            Groq(api_key="k", base_url=server.base_url, http_client=session)
        assert not session.closed
