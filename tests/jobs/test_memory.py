"""S12 of the issue: a job of 100,000 items, one of which takes as long as all others, in order and in little memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiogroq.jobs.delivery import Delivery
from aiogroq.jobs.outcome import ItemUsage, Outcome
from aiogroq.jobs.waiting import Sources, Window

LIMIT_MB = 30
PROGRAM = """
import asyncio, sys
from aiogroq import AsyncGroq
from aiogroq.jobs import run

def rss_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

def texts(count):
    for number in range(count):
        yield "gate" if number == 1000 else f"Say {number}."

async def main(url, count):
    async with AsyncGroq(api_key="gsk_x", base_url=url, timeout=3600) as client:
        async for _ in run(client, [f"x {n}" for n in range(500)], model="openai/gpt-oss-20b"):
            pass
        start, peak, expected = rss_mb(), 0.0, 0
        job = run(client, texts(count), model="openai/gpt-oss-20b")
        async for result in job:
            assert result.index == expected and result.status == "done", result
            assert result.item == ("gate" if expected == 1000 else f"Say {expected}."), result.item
            expected += 1
            if expected % 100 == 0:
                peak = max(peak, rss_mb())
        assert expected == count
        print(peak - start)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""
SERVER = """
import asyncio, sys
from aiohttp import web

REPLY = (b'{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":'
         b'"assistant","content":"' + b'word ' * 40 + b'"},"finish_reason":"stop"}],"usage":{"prompt_tokens":80,'
         b'"completion_tokens":40,"total_tokens":120}}')

async def main(count):
    seen, all_others = 0, asyncio.Event()
    async def respond(request):
        nonlocal seen
        seen += 1
        if seen == count:
            all_others.set()
        body = await request.read()
        if b"gate" in body:  # the item that takes as long as all others
            await all_others.wait()
        return web.Response(body=REPLY, content_type="application/json")
    runner = web.ServerRunner(web.Server(respond))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main(int(sys.argv[1]) + 500))
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
def test_results_that_wait_for_a_slow_item_take_no_memory() -> None:
    count = int(os.environ.get("AIOGROQ_TEST_ITEMS", "100000"))
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(count)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        grown = subprocess.run(
            [sys.executable, "-c", PROGRAM, url, str(count)], capture_output=True, text=True, check=False
        )
        server.kill()
    assert grown.returncode == 0, grown.stderr
    assert float(grown.stdout) <= LIMIT_MB * (1 if count <= 100_000 else 2)


def test_a_window_forgets_what_was_taken() -> None:
    window = Window()
    for position in range(200_000):
        window.set(position, position + 1)
        assert window.get(position) == position + 1
        window.forget_before(position)
    assert window.get(199_999) == 200_000
    assert len(window._values) < 70_000


class Unpicklable:
    """Of which a job holds the object itself."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> str:
        raise TypeError("no")


@pytest.mark.parametrize("make", [str, Unpicklable, lambda name: {"id": name, "x": "y" * 3000}])
def test_the_items_that_wait_come_back_as_they_were(make: type) -> None:
    sources = Sources()
    made = [make(f"{number}") for number in range(3000)]
    for position, item in enumerate(made):
        sources.put(position, position, item)
    back = [sources.take(position) for position in range(3000)]
    sources.close()
    if make is Unpicklable:
        assert all(one is other for one, other in zip(back, made, strict=True))
    else:
        assert back == made


def outcomes(count: int) -> Iterator[Outcome]:
    for index in range(count):
        yield Outcome(index, str(index), bytes(16), "done", 1, 1.0, b"1", None, ItemUsage())


def test_outcomes_in_any_order_are_yielded_in_the_order_of_the_input() -> None:
    stored = [*outcomes(2000)]
    delivery = Delivery(lambda offset: stored[offset - 1], Sources(range(2000)), ordered=True)
    for outcome in reversed(stored):
        assert delivery.ready() is None
        delivery.put(outcome.index + 1, outcome, None)
    assert [delivery.ready() for _ in range(2001)] == [*((one, one.index) for one in stored), None]


def test_items_of_a_stopped_job_that_have_no_outcome_are_passed_over() -> None:
    stored = [*outcomes(10)]
    delivery = Delivery(lambda offset: stored[offset - 1], Sources(), ordered=True)
    for outcome in stored[1::2]:
        delivery.put(outcome.index + 1, outcome, None)
    assert delivery.ready() is None
    delivery.end()
    found = [delivery.ready() for _ in range(6)]
    assert [each and each[0].index for each in found] == [1, 3, 5, 7, 9, None]
