"""A run that is interrupted goes on, and no call runs twice: neither one that has ended nor one that runs on in its thread."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tool_runs import MODEL, QUESTION, Client, calling, check_conversation, contents

from aiogroq import AsyncGroq, Tool, ToolCall
from aiogroq.local import LocalGroq
from aiogroq.tools.thread_call import ThreadCall

LIMIT_S = 60
LOG = logging.getLogger("aiogroq")


@pytest.fixture(params=["async", "sync"])
def user(request: pytest.FixtureRequest, server: LocalGroq) -> Client:
    return Client(request.param, server)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let SIGINT raise KeyboardInterrupt, also where the shell that runs the suite has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Calls:
    """Functions that note that they run. `slow` begins after `fast` has ended, and ends after `release`."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.fast_has_ended = threading.Event()
        self.slow_has_begun = threading.Event()
        self._released = threading.Event()

    def fast(self) -> str:
        self.ran.append("fast")
        self.fast_has_ended.set()
        return "fast"

    def slow(self) -> str:
        self.fast_has_ended.wait(LIMIT_S)
        self.ran.append("slow")
        self.slow_has_begun.set()
        self.on_slow()
        self._released.wait(LIMIT_S)
        return "slow"

    def on_slow(self) -> None:
        """What happens while `slow` runs."""

    def release(self) -> None:
        self._released.set()


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot send itself SIGINT")
@pytest.mark.parametrize("is_async", [True, False])
@pytest.mark.parametrize("params", [{}, {"tool_timeout_s": LIMIT_S}], ids=str)
@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_repeats_no_call(server: LocalGroq, is_async: bool, params: dict[str, Any]) -> None:
    calls = Calls()

    def interrupt_once() -> None:
        if calls.ran.count("slow") == 1:
            os.kill(os.getpid(), signal.SIGINT)

    calls.on_slow = interrupt_once  # type: ignore[method-assign]

    async def slow() -> str:
        return calls.slow()

    async def fast() -> str:
        return calls.fast()

    server.reply = [calling(("slow", {}), ("fast", {})), "Done."]
    tools = (slow, fast) if is_async else (calls.slow, calls.fast)
    runner = Client("sync", server).runner(*tools, **params)
    with pytest.raises(KeyboardInterrupt):
        runner.until_done()
    assert runner.messages == QUESTION
    calls.release()
    assert runner.until_done().choices[0].message.content == "Done."
    assert calls.ran == ["fast", "slow"]
    assert contents(runner.messages) == ["slow", "fast"]
    check_conversation(runner.messages)


def test_an_error_of_one_call_repeats_no_other(user: Client, server: LocalGroq) -> None:
    calls = Calls()

    def boom() -> str:
        calls.slow_has_begun.wait(LIMIT_S)
        calls.ran.append("boom")
        if calls.ran.count("boom") == 1:
            raise OSError("not yet")
        return "boom"

    server.reply = [calling(("boom", {}), ("slow", {}), ("fast", {})), "Done."]
    runner = user.runner(boom, calls.slow, calls.fast, on_error="raise")
    with pytest.raises(OSError, match="not yet"):
        user.done(runner)
    calls.release()
    user.done(runner)
    assert calls.ran == ["fast", "slow", "boom", "boom"]
    assert contents(runner.messages) == ["boom", "slow", "fast"]


def test_an_error_is_raised_while_other_calls_run(user: Client, server: LocalGroq) -> None:
    calls = Calls()

    def boom() -> str:
        calls.slow_has_begun.wait(LIMIT_S)
        raise OSError("at once")

    server.reply = [calling(("slow", {}), ("fast", {}), ("boom", {})), "Done."]
    runner = user.runner(calls.slow, calls.fast, boom, on_error="raise")
    with pytest.raises(OSError, match="at once"):  # nobody releases `slow` before
        user.done(runner)
    calls.release()


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("params", [{}, {"tool_timeout_s": LIMIT_S}], ids=str)
async def test_a_cancelled_run_leaves_functions_in_threads_running(
    client: AsyncGroq, server: LocalGroq, count: int, params: dict[str, Any]
) -> None:
    loop, begun = asyncio.get_running_loop(), asyncio.Event()
    calls = Calls()
    calls.on_slow = lambda: loop.call_soon_threadsafe(begun.set) and None  # type: ignore[method-assign]
    calls.fast_has_ended.set()
    asked: list[str] = []

    def approve(call: ToolCall) -> bool:
        asked.append(call.name)
        return True

    server.reply = [calling(*[("slow", {}), ("fast", {})][:count]), "Done."]
    runner = client.chat.completions.tool_runner(
        model=MODEL, messages=QUESTION, tools=[calls.slow, calls.fast], approve=approve, **params
    )
    task = asyncio.ensure_future(runner.until_done())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    calls.release()
    await runner
    assert calls.ran.count("slow") == asked.count("slow") == 1
    assert contents(runner.messages) == ["slow", "fast"][:count]


def test_a_call_that_has_not_begun_is_withdrawn() -> None:
    ran: list[int] = []
    call = ThreadCall(lambda: ran.append(1), None)
    assert call.withdraw()
    call.start()
    again = ThreadCall(lambda: ran.append(2), None)
    again.start()
    again.future.result(LIMIT_S)
    assert not again.withdraw()
    assert ran == [2]


def test_the_timeout_of_a_call_counts_from_its_start(user: Client, server: LocalGroq) -> None:
    is_told = threading.Event()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            is_told.set()

    def first() -> str:
        return "first" if is_told.wait(LIMIT_S) else "the other call had no timeout meanwhile"

    def hang() -> None:
        is_told.wait(LIMIT_S)

    server.reply = [calling(("first", {}), ("hang", {})), "Done."]
    runner = user.runner(first, Tool(hang, timeout_s=0.02))
    handler = Handler(logging.WARNING)
    LOG.addHandler(handler)
    try:
        user.done(runner)
    finally:
        LOG.removeHandler(handler)
    assert contents(runner.messages) == ["first", "Error: TimeoutError: the call took longer than 0.02 s"]
