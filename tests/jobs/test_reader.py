"""How the input of a job is read."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from aiogroq.jobs.reader import Reader


async def _asynchronous() -> AsyncIterator[int]:
    for number in range(1000):
        yield number


@pytest.mark.parametrize("make", [iter, lambda items: items, lambda _: _asynchronous()])
@pytest.mark.parametrize("limit", [None, 3, 2000])
async def test_an_input_is_read_in_order_up_to_the_limit(make: Any, limit: int | None) -> None:
    reader = Reader(make(range(1000)), limit)
    items: list[int] = []
    while (read := reader.ready()) is not None or await reader.wait():
        items += [] if read is None else [read[1]]
    assert items == list(range(1000))[:limit]
    assert reader.total == len(items)


async def test_an_iterator_is_read_ahead_but_not_without_bound() -> None:
    produced = 0
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless() -> Iterator[int]:
        nonlocal produced
        while True:
            produced += 1
            if produced == 400:
                loop.call_soon_threadsafe(enough.set)
            yield produced

    reader = Reader(endless(), clock=lambda: 0.0)  # no batch is smaller because the thread was slow
    assert await reader.wait()
    await enough.wait()
    for _ in range(100):
        assert reader.ready() is not None
    await reader.close()
    assert produced == 400


async def test_a_generator_that_waits_for_its_next_item_is_closed_when_it_has_it() -> None:
    is_running, goes_on, is_closed = threading.Event(), threading.Event(), threading.Event()

    def slow() -> Iterator[str]:
        try:
            is_running.set()
            goes_on.wait(60)
            yield "a"
            yield "b"
        finally:
            is_closed.set()

    reader = Reader(slow())
    waiting = asyncio.ensure_future(reader.wait())
    await asyncio.to_thread(is_running.wait, 60)
    await reader.close()
    waiting.cancel()
    assert not is_closed.is_set()
    goes_on.set()
    assert await asyncio.to_thread(is_closed.wait, 60)


@pytest.mark.parametrize("count", [1, 3])
async def test_an_item_does_not_wait_for_a_slow_next_one(count: int) -> None:
    goes_on = threading.Event()

    def slow() -> Iterator[int]:
        yield from range(count)
        assert goes_on.wait(60)
        yield count

    reader = Reader(slow())
    for number in range(count):
        assert await reader.wait()
        assert reader.ready() == (number, number)
    goes_on.set()
    assert await reader.wait()
    assert reader.ready() == (count, count)
    assert not await reader.wait()


async def test_what_ends_the_thread_of_an_iterator_ends_all_that_wait_for_its_items() -> None:
    class Ended(BaseException):
        pass

    def ended() -> Iterator[int]:
        raise Ended
        yield 1

    reader = Reader(ended())
    ends = await asyncio.gather(*(reader.wait() for _ in range(3)), return_exceptions=True)
    assert [type(end) for end in ends] == [Ended] * 3


async def test_several_tasks_wait_for_the_next_items() -> None:
    reader = Reader(iter(range(500)))
    items: list[int] = []

    async def take() -> None:
        while (read := reader.ready()) is not None or await reader.wait():
            if read is not None:
                items.append(read[1])
            await asyncio.sleep(0)

    await asyncio.gather(*(take() for _ in range(50)))
    assert items == list(range(500))
