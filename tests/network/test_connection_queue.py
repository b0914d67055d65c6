"""Which call gets which connection while connections are being opened."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from aiogroq.transport.connection_queue import FIRST_WINDOW, ConnectionQueue, Pace

pytestmark = pytest.mark.timeout(10)


class Network:
    """Connections that open when a test says so."""

    def __init__(self) -> None:
        self.opening: list[asyncio.Future[str]] = []
        self.idle: list[str] = []
        self.may_wait = False
        self.queue: ConnectionQueue[str] = ConnectionQueue(
            asyncio.get_running_loop(), self.give_back, lambda key, error: self.may_wait
        )

    def give_back(self, key: object, connection: str) -> None:
        if not self.queue.hand_over(key, connection):
            self.idle.append(connection)

    def open(self) -> Coroutine[Any, Any, str]:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.opening.append(future)

        async def wait() -> str:
            return await future

        return wait()

    def call(self, key: str = "host") -> asyncio.Task[str]:
        return asyncio.create_task(self.queue.connection(key, self.open, lambda: None))

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


async def test_a_bounded_number_of_connections_is_opened_at_a_time() -> None:
    network = Network()
    calls = [network.call() for _ in range(FIRST_WINDOW * 3)]
    await network.settle()
    assert len(network.opening) == FIRST_WINDOW
    network.opening[0].set_result("first")
    await network.settle()
    assert calls[0].result() == "first"
    assert len(network.opening) > FIRST_WINDOW
    network.queue.close(lambda: ConnectionError("closed"))
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_call_takes_what_comes_first_a_released_connection_or_a_new_one() -> None:
    network = Network()
    first, second = network.call(), network.call()
    await network.settle()
    assert network.queue.hand_over("host", "released")
    network.opening[1].set_result("new")
    await network.settle()
    assert (first.result(), second.result()) == ("released", "new")
    assert len(network.queue) == 0
    network.opening[0].set_result("late")
    await network.settle()
    assert network.idle == ["late"]


async def test_what_was_opened_for_a_call_that_is_served_goes_to_the_next_that_waits() -> None:
    network = Network()
    calls = [network.call() for _ in range(FIRST_WINDOW + 1)]
    await network.settle()
    network.queue.hand_over("host", "released")
    network.opening[0].set_result("new")
    await network.settle()
    assert calls[0].result() == "released"
    assert calls[1].result() == "new"
    network.queue.close(lambda: ConnectionError("closed"))
    await asyncio.gather(*calls, return_exceptions=True)


async def test_connections_go_to_those_who_wait_in_order_and_to_their_own_host() -> None:
    network = Network()
    calls = [network.call(key) for key in ("a", "b", "a")]
    await network.settle()
    for number in range(3):
        network.queue.hand_over("b" if number == 1 else "a", str(number))
    await network.settle()
    assert [call.result() for call in calls] == ["0", "1", "2"]
    assert not network.queue.hand_over("a", "more")


@pytest.mark.parametrize("steps", range(4))
async def test_a_connection_that_comes_as_its_call_is_cancelled_is_not_lost(steps: int) -> None:
    network = Network()
    cancelled, waiting = network.call(), network.call()
    await network.settle()
    network.opening[0].set_result("new")
    for _ in range(steps):
        await asyncio.sleep(0)
    cancelled.cancel()
    await network.settle()
    taken = [call.result() for call in (cancelled, waiting) if call.done() and not call.cancelled()]
    assert taken + network.idle == ["new"]
    if not network.queue.hand_over("host", "released"):
        assert waiting.done()
    await network.settle()
    assert waiting.done()
    assert len(network.queue) == 0


async def test_a_connection_that_is_released_as_its_call_is_cancelled_goes_to_the_next() -> None:
    network = Network()
    cancelled, waiting = network.call(), network.call()
    await network.settle()
    cancelled.cancel()
    assert network.queue.hand_over("host", "released")
    await network.settle()
    assert cancelled.cancelled()
    assert waiting.result() == "released"


async def test_a_call_that_is_cancelled_opens_nothing_any_more() -> None:
    network = Network()
    call = network.call()
    await network.settle()
    call.cancel()
    await network.settle()
    assert network.opening[0].cancelled()
    assert len(network.queue) == 0


async def test_an_error_is_for_the_call_that_it_was_opened_for() -> None:
    network = Network()
    failing, well = network.call(), network.call()
    await network.settle()
    network.opening[0].set_exception(ConnectionRefusedError("refused"))
    network.opening[1].set_result("new")
    await network.settle()
    with pytest.raises(ConnectionRefusedError):
        failing.result()
    assert well.result() == "new"


async def test_an_error_does_not_hurt_a_call_that_has_a_connection_already() -> None:
    network = Network()
    call = network.call()
    await network.settle()
    network.queue.hand_over("host", "released")
    network.opening[0].set_exception(ConnectionRefusedError("refused"))
    await network.settle()
    assert call.result() == "released"


async def test_a_call_without_a_descriptor_waits_for_a_released_connection_or_for_one_to_be_closed() -> None:
    network = Network()
    network.may_wait = True
    calls = [network.call(), network.call()]
    await network.settle()
    for future in network.opening:
        future.set_exception(OSError(24, "Too many open files"))
    await network.settle()
    assert not any(call.done() for call in calls)
    network.queue.hand_over("host", "released")
    network.queue.try_again()
    await network.settle()
    assert calls[0].result() == "released"
    network.opening[2].set_result("new")
    await network.settle()
    assert calls[1].result() == "new"


async def test_closing_ends_every_wait_and_every_opening() -> None:
    network = Network()
    calls = [network.call() for _ in range(FIRST_WINDOW + 5)]
    await network.settle()
    network.queue.close(lambda: ConnectionError("closed"))
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert {str(error) for error in ended} == {"closed"}
    await network.settle()
    assert all(future.cancelled() for future in network.opening)


def test_more_are_opened_at_a_time_while_opening_takes_no_longer() -> None:
    pace = Pace()
    for _ in range(100):
        pace.opened(0.2)
    assert pace.window == FIRST_WINDOW + 100
    for _ in range(50):
        pace.opened(0.45)  # over twice as long
    assert pace.window == FIRST_WINDOW + 100
    for _ in range(20):
        pace.opened(1.0)
    assert pace.window == FIRST_WINDOW + 80


def test_at_least_a_few_and_not_more_than_a_thousand_are_opened_at_a_time() -> None:
    pace = Pace()
    for _ in range(100):
        pace.failed()
    assert pace.window == 8
    for _ in range(3000):
        pace.opened(0.1)
    assert pace.window == 1024
