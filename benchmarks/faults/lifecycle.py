"""The lifecycle of a client and its process: event loops, threads, forks, Ctrl-C, exit."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiogroq.local import Fault

from .. import machine
from .actions import CHAT, TEXT, chat_text, chat_text_sync, reply, stream_text
from .scenario import Package, raises, returns, scenario

_GROUP = "lifecycle"
_REPLY = {"reply": reply}
_SLOW = {"reply": reply, "latency_s": 3.0}


@scenario(_GROUP, "one client in three asyncio.run calls", returns([TEXT] * 3), server=_REPLY, dev=True)
def three_loops(package: Package) -> list[str]:
    client = package.client()
    return [asyncio.run(chat_text(client)) for _ in range(3)]


@scenario(_GROUP, "one client in two event loops in two threads at once", returns([TEXT] * 20), server=_REPLY)
def two_loops(package: Package) -> list[str]:
    client = package.client()

    async def ten() -> list[str]:
        return await asyncio.gather(*(chat_text(client) for _ in range(10)))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(asyncio.run, ten()), pool.submit(asyncio.run, ten())
        return [*first.result(), *second.result()]


@scenario(_GROUP, "a client that is never closed", returns(TEXT), server=_REPLY, dev=True)
def never_closed(package: Package) -> str:
    return asyncio.run(chat_text(package.client()))


@scenario(
    _GROUP, "100 clients used once and garbage collected: file descriptors", returns("few"), server=_REPLY
)
async def dropped_clients(package: Package) -> str:
    await chat_text(package.client())
    before = machine.open_files()
    for _ in range(100):
        await chat_text(package.client())
    await asyncio.sleep(0.2)
    grown = machine.open_files() - before
    return "few" if grown < 20 else f"{grown} more open"


@scenario(_GROUP, "1,000 clients are created within a second", returns("quick"), server=_REPLY, alone=True)
def many_clients(package: Package) -> str:
    started_at = time.monotonic()
    clients = [package.client() for _ in range(1000)]
    took_s = time.monotonic() - started_at
    assert len(clients) == 1000
    return "quick" if took_s < 1.0 else f"{took_s:.1f} s"


@scenario(
    _GROUP, "closed twice, then again from another event loop", returns("closed"), server=_REPLY, dev=True
)
def closed_twice(package: Package) -> str:
    client = package.client()

    async def use() -> None:
        await chat_text(client)
        await client.close()
        await client.close()

    asyncio.run(use())
    asyncio.run(client.close())
    return "closed"


@scenario(_GROUP, "sync client inside a running event loop", returns(TEXT), server=_REPLY)
async def inside_loop(package: Package) -> str:
    return chat_text_sync(package.sync_client())


@scenario(_GROUP, "sync client in 64 threads", returns(TEXT), server=_REPLY)
def threads(package: Package) -> str:
    client = package.sync_client()
    with ThreadPoolExecutor(64) as pool:
        texts = set(pool.map(lambda _: chat_text_sync(client), range(256)))
    return texts.pop() if len(texts) == 1 else str(texts)


@scenario(_GROUP, "sync client used before and after a fork", returns([TEXT, TEXT, 0]), server=_REPLY)
def forked(package: Package) -> list[Any]:
    client = package.sync_client()
    first = chat_text_sync(client)
    child = os.fork()
    if child == 0:
        signal.alarm(5)
        os._exit(0 if chat_text_sync(client) == TEXT else 1)
    second = chat_text_sync(client)
    return [first, second, os.waitpid(child, 0)[1]]


@scenario(_GROUP, "fork while other threads are in a call", returns([0] * 5), server=_REPLY)
def forked_during_calls(package: Package) -> list[int]:
    client = package.sync_client()
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            chat_text_sync(client)

    team = [threading.Thread(target=busy, daemon=True) for _ in range(3)]
    for thread in team:
        thread.start()
    codes: list[int] = []
    for _ in range(5):
        child = os.fork()
        if child == 0:
            signal.alarm(4)
            os._exit(0 if chat_text_sync(client) == TEXT else 1)
        codes.append(os.waitpid(child, 0)[1])
    stop.set()
    return codes


@scenario(_GROUP, "Ctrl-C in a sync call, then another call", returns([True, TEXT]), server=_REPLY, alone=True, faults=(
    Fault(latency_s=30.0),))  # fmt: skip
def interrupted(package: Package) -> list[Any]:
    client = package.sync_client()
    threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    started_at = time.monotonic()
    try:
        chat_text_sync(client)
    except KeyboardInterrupt:
        at_once = time.monotonic() - started_at < 1.5
    return [at_once, chat_text_sync(client)]


@scenario(_GROUP, "a call in atexit", returns("exit"), server=_REPLY, dev=True)
def at_exit(package: Package) -> str:
    client = package.sync_client()

    def last() -> None:
        if chat_text_sync(client) != TEXT:
            sys.stderr.write("Traceback: the call at exit returned another text\n")

    atexit.register(last)
    return "exit"


@scenario(
    _GROUP,
    "exit with an open sync stream",
    returns("exit"),
    server={**_REPLY, "tokens_per_second": 2.0},
    dev=True,
)
def open_at_exit(package: Package) -> str:
    source = package.sync_client().chat.completions.create(**CHAT, stream=True)
    next(iter(source))
    globals()["open_stream"] = source
    return "exit"


@scenario(
    _GROUP, "wait_for around a call: the server sees the disconnect", returns("disconnected"), server=_SLOW
)
async def waited_for(package: Package) -> str:
    client = package.client()
    try:
        await asyncio.wait_for(chat_text(client), 0.5)
    except asyncio.TimeoutError:
        return "disconnected"
    return "completed"


@scenario(
    _GROUP, "the pool is full: the error is a timeout", raises("APITimeoutError", within_s=3), server=_SLOW
)
async def pool_full(package: Package) -> str:
    if package.is_aiogroq:
        http = package.sdk.DefaultAioHttpClient(limit=1)
        client = package.client(http_client=http, timeout=package.sdk.Timeout(5, pool=0.5))
    else:
        import httpx

        http = httpx.AsyncClient(limits=httpx.Limits(max_connections=1))
        client = package.client(http_client=http, timeout=httpx.Timeout(5, pool=0.5))
    first = asyncio.create_task(chat_text(client))
    await asyncio.sleep(0.2)
    try:
        return await stream_text(client)
    finally:
        first.cancel()
