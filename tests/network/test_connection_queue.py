"""The order in which calls get connections while connections are being opened."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import pytest
from reliability.fake_clock import current_loop, run_on_fake_clock

from aiogroq.transport.connection_queue import FIRST_OPENINGS, ConnectionQueue

pytestmark = pytest.mark.timeout(10)


class Call:
    """A call of a test."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.phase = "pool"

    def open(self) -> Coroutine[Any, Any, str]:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.network.opening.append(future)

        async def wait() -> str:
            return await future

        return wait()

    def start_phase(self, phase: str) -> None:
        self.phase = phase


class Network:
    """Connections that open at the command of a test."""

    def __init__(self) -> None:
        self.opening: list[asyncio.Future[str]] = []
        self.idle: list[str] = []
        self.in_use = False
        self.queue: ConnectionQueue[str] = ConnectionQueue(
            asyncio.get_running_loop(),
            self.give_back,
            lambda error: isinstance(error, OSError) and error.errno == 24,
            lambda key: self.in_use,
        )

    def give_back(self, key: object, connection: str) -> None:
        if not self.queue.hand_over(key, connection):
            self.idle.append(connection)

    def call(self, key: str = "host") -> asyncio.Task[str]:
        return self.begin(Call(self), key)

    def begin(self, call: Call, key: str = "host") -> asyncio.Task[str]:
        return asyncio.create_task(self.queue.connection(key, call.open, call.start_phase))

    async def settle(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)


async def test_a_bounded_number_of_connections_is_opened_at_a_time() -> None:
    network = Network()
    calls = [network.call() for _ in range(FIRST_OPENINGS * 3)]
    await network.settle()
    assert len(network.opening) == FIRST_OPENINGS
    network.opening[0].set_result("first")
    await network.settle()
    assert calls[0].result() == "first"
    assert len(network.opening) > FIRST_OPENINGS
    network.queue.close(lambda: ConnectionError("closed"))
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_call_takes_the_first_free_connection_released_or_new() -> None:
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


async def test_the_opening_for_a_served_call_goes_to_the_next_call_without_one() -> None:
    network = Network()
    calls = [network.call() for _ in range(FIRST_OPENINGS + 1)]
    await network.settle()
    network.queue.hand_over("host", "released")
    network.opening[0].set_result("new")
    await network.settle()
    assert calls[0].result() == "released"
    assert calls[-1].result() == "new"
    network.queue.close(lambda: ConnectionError("closed"))
    await asyncio.gather(*calls, return_exceptions=True)


async def test_connections_go_to_waiting_calls_in_order_and_to_their_own_host() -> None:
    network = Network()
    calls = [network.call(key) for key in ("a", "b", "a")]
    await network.settle()
    for number in range(3):
        network.queue.hand_over("b" if number == 1 else "a", str(number))
    await network.settle()
    assert [call.result() for call in calls] == ["0", "1", "2"]
    assert not network.queue.hand_over("a", "more")


@pytest.mark.parametrize("steps", range(4))
async def test_a_connection_that_opens_while_its_call_is_cancelled_is_not_lost(steps: int) -> None:
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


async def test_a_connection_that_is_released_while_its_call_is_cancelled_goes_to_the_next() -> None:
    network = Network()
    cancelled, waiting = network.call(), network.call()
    await network.settle()
    cancelled.cancel()
    assert network.queue.hand_over("host", "released")
    await network.settle()
    assert cancelled.cancelled()
    assert waiting.result() == "released"


async def test_the_opening_for_a_cancelled_call_is_cancelled() -> None:
    network = Network()
    call = network.call()
    await network.settle()
    call.cancel()
    await network.settle()
    assert network.opening[0].cancelled()
    assert len(network.queue) == 0


async def test_an_error_is_raised_in_the_call_of_its_opening() -> None:
    network = Network()
    failing, well = network.call(), network.call()
    await network.settle()
    network.opening[0].set_exception(ConnectionRefusedError("refused"))
    network.opening[1].set_result("new")
    await network.settle()
    with pytest.raises(ConnectionRefusedError):
        failing.result()
    assert well.result() == "new"


async def test_an_error_does_not_affect_a_call_that_has_a_connection_already() -> None:
    network = Network()
    call = network.call()
    await network.settle()
    network.queue.hand_over("host", "released")
    network.opening[0].set_exception(ConnectionRefusedError("refused"))
    await network.settle()
    assert call.result() == "released"


async def test_a_call_without_a_descriptor_waits_for_a_released_connection_or_for_one_to_be_closed() -> None:
    network = Network()
    network.in_use = True
    callers = [Call(network), Call(network)]
    calls = [network.begin(caller) for caller in callers]
    await network.settle()
    assert [caller.phase for caller in callers] == ["connect", "connect"]
    for future in network.opening:
        future.set_exception(OSError(24, "Too many open files"))
    await network.settle()
    assert not any(call.done() for call in calls)
    assert [caller.phase for caller in callers] == ["pool", "pool"]
    network.queue.hand_over("host", "released")
    network.queue.reopen()
    await network.settle()
    assert calls[0].result() == "released"
    network.opening[2].set_result("new")
    await network.settle()
    assert calls[1].result() == "new"


async def test_calls_without_a_descriptor_wait_for_those_that_are_being_opened_or_fail_with_the_last() -> (
    None
):
    network = Network()
    calls = [network.call() for _ in range(3)]
    await network.settle()
    for future in network.opening[:2]:
        future.set_exception(OSError(24, "Too many open files"))
        await network.settle()
        assert not any(call.done() for call in calls)
    network.opening[2].set_exception(OSError(24, "Too many open files"))
    await network.settle()
    assert [type(call.exception()) for call in calls] == [OSError] * 3
    assert len(network.queue) == 0


async def test_closing_ends_all_waits_and_openings() -> None:
    network = Network()
    calls = [network.call() for _ in range(FIRST_OPENINGS + 5)]
    await network.settle()
    network.queue.close(lambda: ConnectionError("closed"))
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert {str(error) for error in ended} == {"closed"}
    await network.settle()
    assert all(future.cancelled() for future in network.opening)


async def test_the_opening_for_a_served_call_is_taken_over_by_a_later_call() -> None:
    network = Network()
    first = network.call()
    await network.settle()
    network.queue.hand_over("host", "released")
    second = network.call()
    await network.settle()
    assert len(network.opening) == 1
    network.opening[0].set_result("new")
    await network.settle()
    assert (first.result(), second.result()) == ("released", "new")


async def test_a_destination_that_does_not_respond_delays_no_other() -> None:
    network = Network()
    dead = [network.call("dead") for _ in range(FIRST_OPENINGS * 3)]
    alive = network.call("alive")
    await network.settle()
    network.opening[-1].set_result("new")
    await network.settle()
    assert alive.result() == "new"
    network.queue.close(lambda: ConnectionError("closed"))
    await asyncio.gather(*dead, return_exceptions=True)


def test_more_connections_are_opened_at_a_time_while_the_loop_is_idle() -> None:
    async def main() -> None:
        network = Network()
        calls = [network.call() for _ in range(FIRST_OPENINGS * 10)]
        await network.settle()
        for rounds in range(1, 11):
            assert len(network.opening) == FIRST_OPENINGS * min(rounds, 10)
            await asyncio.sleep(0.0201)
        network.queue.close(lambda: ConnectionError("closed"))
        await asyncio.gather(*calls, return_exceptions=True)

    run_on_fake_clock(main)


def test_no_more_connections_are_opened_at_a_time_while_the_loop_is_busy() -> None:
    async def main() -> None:
        network = Network()
        calls = [network.call() for _ in range(FIRST_OPENINGS * 3)]
        for _ in range(5):
            await network.settle()
            current_loop().advance(0.05)
        await network.settle()
        assert len(network.opening) == FIRST_OPENINGS
        network.queue.close(lambda: ConnectionError("closed"))
        await asyncio.gather(*calls, return_exceptions=True)

    run_on_fake_clock(main)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
async def test_openings_that_fail_at_their_first_step_do_not_nest() -> None:
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined, unused-ignore]

    class Failing(Call):
        def open(self) -> Coroutine[Any, Any, str]:
            async def fail() -> str:
                raise OSError(24, "Too many open files")

            return fail()

    network = Network()
    calls = [network.begin(Failing(network)) for _ in range(3000)]
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(each) for each in ended} == {OSError}
    assert len(network.queue) == 0
