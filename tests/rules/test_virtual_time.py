"""The event loop on virtual time: hours pass in seconds, and sockets, timers and threads keep their order."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from virtual_time import EPOCH_S, VirtualTimeError, current_loop, in_virtual_time, run

from aiogroq import APITimeoutError, AsyncGroq
from aiogroq.local import Fault, LocalGroq, RateLimit

MODEL = "openai/gpt-oss-20b"


def local_groq(**options: Any) -> LocalGroq:
    """A server on the clock of the running loop."""
    return LocalGroq(clock=current_loop().clock, **options)


async def ask(client: AsyncGroq) -> None:
    await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "What is 2+2?"}])


@in_virtual_time
async def test_an_hour_of_sleep_takes_no_time() -> None:
    started_s = time.monotonic()
    await asyncio.gather(*(asyncio.sleep(seconds) for seconds in (3600, 1, 0.5)))
    assert current_loop().time() == pytest.approx(3600)
    assert time.monotonic() - started_s < 60


@in_virtual_time
async def test_sleepers_wake_in_the_order_of_their_times() -> None:
    woken: list[tuple[float, float]] = []

    async def sleeper(seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append((seconds, round(current_loop().time(), 3)))

    await asyncio.gather(*(sleeper(seconds) for seconds in (86_400, 0.001, 60, 59.999)))
    assert woken == [(0.001, 0.001), (59.999, 59.999), (60, 60), (86_400, 86_400)]


@in_virtual_time
async def test_the_clock_stands_while_a_thread_works() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(1)
            ticks += 1

    ticking = asyncio.create_task(tick())
    assert await asyncio.to_thread(time.sleep, 0.05) is None
    assert (current_loop().time(), ticks) == (0, 0)
    ticking.cancel()


@in_virtual_time
async def test_an_upload_that_threads_read_takes_no_virtual_time() -> None:
    async with (
        local_groq().serve_here() as server,
        AsyncGroq(api_key="k", base_url=server.base_url) as client,
    ):
        await client.files.create(file=("lines.jsonl", b"{}\n" * 100_000), purpose="batch")
        assert current_loop().time() == 0


@in_virtual_time
async def test_client_and_server_agree_about_the_time() -> None:
    async with (
        local_groq(latency_s=30).serve_here() as server,
        AsyncGroq(api_key="k", base_url=server.base_url) as client,
    ):
        await asyncio.sleep(1000)
        await ask(client)
        assert current_loop().time() == pytest.approx(1030)
        (entry,) = server.requests
        assert entry.received_at == pytest.approx(EPOCH_S + 1000)
        assert entry.finished_at == pytest.approx(EPOCH_S + 1030)


@in_virtual_time
async def test_a_timeout_of_the_client_expires_in_virtual_time() -> None:
    server = local_groq(faults=[Fault(before_head=True, end="stall", times=None)])
    async with server.serve_here(), AsyncGroq(api_key="k", base_url=server.base_url, max_retries=0) as client:
        with pytest.raises(APITimeoutError):
            await client.with_options(timeout=600).models.list()
        assert 600 <= current_loop().time() <= 700


@in_virtual_time
async def test_a_thousand_slow_calls_under_a_limit_take_their_half_hour() -> None:
    """1,000 calls of 30 s at 30 requests a minute, of which the first minute's are sent at once."""
    started_s = time.monotonic()
    loop = current_loop()
    async with (
        # Without the timeout, the server would close an unused connection at the instant at which the client uses it.
        local_groq(
            latency_s=30, rate_limits={"*": RateLimit(rpm=30)}, request_timeout_s=86_400
        ).serve_here() as server,
        AsyncGroq(api_key="k", base_url=server.base_url, max_retries=0) as client,
    ):

        async def send_at(seconds: float) -> None:
            await asyncio.sleep(seconds)
            await ask(client)

        await asyncio.gather(*(send_at(max(0, number - 29) * 2) for number in range(1000)))
        assert loop.time() == pytest.approx(970 * 2 + 30, abs=0.01)
        assert [entry.status for entry in server.requests] == [200] * 1000
    assert time.monotonic() - started_s < 120


def test_tasks_that_wait_for_ever_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("virtual_time._STUCK_AFTER_S", 0.1)

    async def wait_for_ever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(VirtualTimeError, match="wait_for_ever"):
        run(wait_for_ever())


@in_virtual_time
async def test_a_server_on_the_loop_is_not_started_twice_and_stops_clean() -> None:
    server = local_groq(faults=[Fault(before_head=True, end="stall", times=None)])
    async with server.serve_here(), AsyncGroq(api_key="k", base_url=server.base_url) as client:
        with pytest.raises(RuntimeError, match="running already"):
            server.start()
        with pytest.raises(RuntimeError, match="running already"):
            async with server.serve_here():
                pass
        call = asyncio.create_task(ask(client.with_options(max_retries=0)))
        await asyncio.sleep(1)
        assert server.close_connections() == 1
        with pytest.raises(Exception, match="connection"):
            await call
    assert len(asyncio.all_tasks()) == 1
    with server:  # a thread serves on the same port afterwards
        assert server.port
