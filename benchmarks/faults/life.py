"""The life of a client and of its process: loops, threads, forks, Ctrl-C, exits."""

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
from .actions import ASK, TEXT, answered, chat_text, chat_text_blocking, stream_text
from .scenario import Side, fails, gives, scenario

_GROUP = "life"
_REPLY = {"reply": answered}
_SLOW = {"reply": answered, "latency_s": 3.0}


@scenario(_GROUP, "one client in three asyncio.run", gives([TEXT] * 3), server=_REPLY, dev=True)
def three_loops(side: Side) -> list[str]:
    client = side.client()
    return [asyncio.run(chat_text(client)) for _ in range(3)]


@scenario(_GROUP, "one client in two loops of two threads at once", gives([TEXT] * 20), server=_REPLY)
def two_loops(side: Side) -> list[str]:
    client = side.client()

    async def ten() -> list[str]:
        return await asyncio.gather(*(chat_text(client) for _ in range(10)))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(asyncio.run, ten()), pool.submit(asyncio.run, ten())
        return [*first.result(), *second.result()]


@scenario(_GROUP, "never closed", gives(TEXT), server=_REPLY, dev=True)
def never_closed(side: Side) -> str:
    return asyncio.run(chat_text(side.client()))


@scenario(_GROUP, "100 clients used once and dropped: descriptors", gives("few"), server=_REPLY)
async def dropped_clients(side: Side) -> str:
    await chat_text(side.client())
    before = machine.open_files()
    for _ in range(100):
        await chat_text(side.client())
    await asyncio.sleep(0.2)
    grown = machine.open_files() - before
    return "few" if grown < 20 else f"{grown} more open"


@scenario(_GROUP, "1,000 clients are built within a second", gives("quick"), server=_REPLY, alone=True)
def many_clients(side: Side) -> str:
    started_at = time.monotonic()
    kept = [side.client() for _ in range(1000)]
    took_s = time.monotonic() - started_at
    assert len(kept) == 1000
    return "quick" if took_s < 1.0 else f"{took_s:.1f} s"


@scenario(_GROUP, "closed twice, and once more from another loop", gives("closed"), server=_REPLY, dev=True)
def closed_twice(side: Side) -> str:
    client = side.client()

    async def use() -> None:
        await chat_text(client)
        await client.close()
        await client.close()

    asyncio.run(use())
    asyncio.run(client.close())
    return "closed"


@scenario(_GROUP, "blocking client inside a running loop", gives(TEXT), server=_REPLY)
async def inside_loop(side: Side) -> str:
    return chat_text_blocking(side.blocking())


@scenario(_GROUP, "blocking client from 64 threads", gives(TEXT), server=_REPLY)
def threads(side: Side) -> str:
    client = side.blocking()
    with ThreadPoolExecutor(64) as pool:
        texts = set(pool.map(lambda _: chat_text_blocking(client), range(256)))
    return texts.pop() if len(texts) == 1 else str(texts)


@scenario(_GROUP, "blocking client used before and after a fork", gives([TEXT, TEXT, 0]), server=_REPLY)
def forked(side: Side) -> list[Any]:
    client = side.blocking()
    first = chat_text_blocking(client)
    child = os.fork()
    if child == 0:
        signal.alarm(5)
        os._exit(0 if chat_text_blocking(client) == TEXT else 1)
    second = chat_text_blocking(client)
    return [first, second, os.waitpid(child, 0)[1]]


@scenario(_GROUP, "forked while other threads are in a call", gives([0] * 5), server=_REPLY)
def forked_amid(side: Side) -> list[int]:
    client = side.blocking()
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            chat_text_blocking(client)

    team = [threading.Thread(target=busy, daemon=True) for _ in range(3)]
    for thread in team:
        thread.start()
    codes: list[int] = []
    for _ in range(5):
        child = os.fork()
        if child == 0:
            signal.alarm(4)
            os._exit(0 if chat_text_blocking(client) == TEXT else 1)
        codes.append(os.waitpid(child, 0)[1])
    stop.set()
    return codes


@scenario(_GROUP, "Ctrl-C in a blocking call, then another call", gives([True, TEXT]), server=_REPLY, alone=True, faults=(
    Fault(latency_s=30.0),))  # fmt: skip
def interrupted(side: Side) -> list[Any]:
    client = side.blocking()
    threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    started_at = time.monotonic()
    try:
        chat_text_blocking(client)
    except KeyboardInterrupt:
        at_once = time.monotonic() - started_at < 1.5
    return [at_once, chat_text_blocking(client)]


@scenario(_GROUP, "a call in atexit", gives("exit"), server=_REPLY, dev=True)
def at_exit(side: Side) -> str:
    client = side.blocking()

    def last() -> None:
        if chat_text_blocking(client) != TEXT:
            sys.stderr.write("Traceback: the call at exit has another answer\n")

    atexit.register(last)
    return "exit"


@scenario(
    _GROUP,
    "exit with a blocking stream open",
    gives("exit"),
    server={**_REPLY, "tokens_per_second": 2.0},
    dev=True,
)
def open_at_exit(side: Side) -> str:
    source = side.blocking().chat.completions.create(**ASK, stream=True)
    next(iter(source))
    globals()["kept"] = source
    return "exit"


@scenario(_GROUP, "wait_for round a call: the server sees the client leave", gives("left"), server=_SLOW)
async def waited_for(side: Side) -> str:
    client = side.client()
    try:
        await asyncio.wait_for(chat_text(client), 0.5)
    except asyncio.TimeoutError:
        return "left"
    return "answered"


@scenario(
    _GROUP, "the pool is full: the error is a time-out", fails("APITimeoutError", within_s=3), server=_SLOW
)
async def pool_full(side: Side) -> str:
    if side.is_ours:
        http = side.sdk.DefaultAioHttpClient(limit=1)
        client = side.client(http_client=http, timeout=side.sdk.Timeout(5, pool=0.5))
    else:
        import httpx

        http = httpx.AsyncClient(limits=httpx.Limits(max_connections=1))
        client = side.client(http_client=http, timeout=httpx.Timeout(5, pool=0.5))
    first = asyncio.create_task(chat_text(client))
    await asyncio.sleep(0.2)
    try:
        return await stream_text(client)
    finally:
        first.cancel()
