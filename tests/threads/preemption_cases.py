"""The boundaries between the threads of ``aiogroq.sync``, as cases for `preempt`.

A program, so that a case that hangs ends with it: ``python -m tests.reliability.preemption_cases CASE`` prints how many
steps it went through, or what went wrong at one of them. With AIOGROQ_PREEMPT=full also every pair of steps.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from aiogroq import APIConnectionError
from aiogroq.protocol.chat_stream import ChatStreamProtocol
from aiogroq.sync.portal import Portal, PortalError, portal
from aiogroq.sync.runner import preload
from aiogroq.sync.stream import Stream
from aiogroq.transport.stream import AsyncStream
from aiogroq.transport.threads import DaemonExecutor

from .preempt import HOLD, INTERRUPT, Case, Exploration, explore, explore_pairs, tracing

SYNC = ("sync/pending_call.py", "sync/portal.py", "sync/runner.py", "sync/stream.py")
PORTAL = "aiogroq-portal"


async def respond(value: object = "response") -> object:
    await asyncio.sleep(0)
    return value


# ------------------------------------------------------------------------------------------------------------ streams


class Source:
    """What a `Stream` needs of an `AsyncStream`: batches of numbers."""

    response = usage = None

    def __init__(self, *sizes: int) -> None:
        self.batches: list[list[int]] = []
        for size in sizes:
            first = sum(map(len, self.batches))
            self.batches.append(list(range(first, first + size)))
        self.is_closed = False

    async def next_batch(self) -> list[int]:
        await asyncio.sleep(0)
        return self.batches.pop(0) if self.batches and not self.is_closed else []

    async def close(self) -> None:
        self.is_closed = True

    def closed_early(self, by: str) -> Exception:
        return APIConnectionError(f"closed{by}", None)  # type: ignore[arg-type]


def stream_of(source: Any) -> Stream[Any]:
    return Stream(source)


def take_all(stream: Stream[Any]) -> int:
    """How many events a reader gets: by batches, since each event of thousands would be no other step than the first."""
    count = 0
    while True:
        try:
            stream._wait()
        except StopIteration:
            return count
        with contextlib.suppress(IndexError):
            while True:
                stream._ready.popleft()
                count += 1


def reading_ahead() -> Case:
    """A reader of more than is read ahead, which waits for the pump, and the pump for it."""
    stream = stream_of(Source(*[1100] * 4))

    def check(results: dict[str, Any]) -> None:
        assert results == {"reader": 4400}, results

    return Case({"reader": lambda: take_all(stream)}, check)


def every_event() -> Case:
    """A reader of a short stream, event by event."""
    stream = stream_of(Source(2, 1))

    def check(results: dict[str, Any]) -> None:
        assert results == {"reader": [0, 1, 2]}, results

    return Case({"reader": lambda: list(stream)}, check)


def two_readers() -> Case:
    """Two threads that share a stream."""
    stream = stream_of(Source(*[1100] * 3))

    def check(results: dict[str, Any]) -> None:
        assert sum(results.values()) == 3300, results

    return Case({"reader": lambda: take_all(stream), "other": lambda: take_all(stream)}, check)


def closed_by_another() -> Case:
    """A reader, and a thread that closes the stream under it."""
    source = Source(*[1100] * 3)
    stream = stream_of(source)

    def check(results: dict[str, Any]) -> None:
        assert results["closer"] is None, results
        assert results["reader"] <= 3300, results
        assert source.is_closed
        assert list(stream) == []

    return Case({"reader": lambda: take_all(stream), "closer": stream.close}, check)


def collected_meanwhile() -> Case:
    """A reader, in whose midst another stream is collected, which was begun and forgotten."""
    source, stream = Source(2, 1), stream_of(Source(2, 1))
    begun = [stream_of(source)]
    next(begun[0])

    def check(results: dict[str, Any]) -> None:
        assert results == {"reader": 3}, results
        begun.clear()
        portal.call(respond())
        assert source.is_closed

    return Case({"reader": lambda: take_all(stream)}, check, act=begun.clear)


EVENT = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n'
END = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


class Body:
    """The part of a body that an `AsyncStream` uses, made of chunks."""

    status, headers, sent, request, is_framed = 200, {}, {}, None, True

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)
        self.is_closed = False

    async def read_chunk(self) -> bytes:
        await asyncio.sleep(0)
        if self.is_closed:
            raise APIConnectionError("The body was closed.", None)  # type: ignore[arg-type]
        return self.chunks.pop(0) if self.chunks else b""

    def expect_events(self) -> None: ...
    def start_idle_timer(self) -> None: ...
    def stop_idle_timer(self) -> None: ...

    def with_attempts(self, error: Exception) -> Exception:
        return error

    def abort(self) -> None:
        self.is_closed = True

    async def drain(self) -> None:
        self.is_closed = True

    async def close(self) -> None:
        self.is_closed = True


def text_of(chunk: Any) -> str:
    return chunk.choices[0].delta.content or ""


def uses_of(stream: Stream[Any]) -> Iterator[tuple[str, str]]:
    """The result of using a stream again: how it ended, and its text."""
    for use in (lambda: "".join(map(text_of, stream)), lambda: text_of_all(stream.collect())):
        try:
            yield "whole", use()
        except APIConnectionError as error:
            yield "cut", text_of_all(error.partial)


def text_of_all(completion: Any) -> str:
    return completion.choices[0].message.content or "" if completion.choices else ""


class ClosedInHaste(Stream[Any]):
    """A stream whose closing, by the first interrupt, is ended by a second one before it has begun."""

    def close(self) -> None:
        raise KeyboardInterrupt


def interrupted_stream(cls: type[Stream[Any]] = Stream) -> Case:
    """A reader that is interrupted anywhere, and uses the stream again: nothing cut looks whole, nothing is lost."""
    body = Body(EVENT % b"a" + EVENT % b"b", EVENT % b"c", EVENT % b"d" + END)
    stream = cls(AsyncStream(body=body, protocol=ChatStreamProtocol()))  # type: ignore[arg-type]
    seen: list[str] = []

    def read() -> object:
        try:
            seen.extend(map(text_of, stream))
        except KeyboardInterrupt:
            return list(uses_of(stream))
        return None

    def check(results: dict[str, Any]) -> None:
        before = "".join(seen)
        if results["reader"] is None:
            assert before == "abcd"
        else:
            if isinstance(results["reader"], BaseException):
                raise results["reader"]
            (iterated, text), collected = results["reader"]
            if iterated == "whole":
                assert before + text == "abcd", (before, text)
                assert collected == ("whole", "abcd"), collected
            else:
                assert text.startswith(before), (before, text)
                # Collected it may be whole, where all had arrived, though an event may not have reached the reader.
                assert collected in [("cut", text), ("whole", "abcd")], (text, collected)
        assert body.is_closed

    return Case({"reader": read}, check)


def interrupted_close() -> Case:
    """A stream that is being closed when an interrupt comes, and is forgotten then."""
    source = Source(*[1100] * 3)
    begun = [stream_of(source)]
    next(begun[0])

    def close() -> None:
        with contextlib.suppress(KeyboardInterrupt):
            begun[0].close()

    def check(results: dict[str, Any]) -> None:
        assert results == {"closer": None}, results
        begun.clear()
        portal.call(respond())
        assert source.is_closed

    return Case({"closer": close}, check)


# -------------------------------------------------------------------------------------------------------------- calls


def calls() -> Case:
    """Two threads that call."""

    def check(results: dict[str, Any]) -> None:
        assert results == {"first": "a", "second": "b"}, results

    return Case(
        {"first": lambda: portal.call(respond("a")), "second": lambda: portal.call(respond("b"))}, check
    )


def interrupted_call() -> Case:
    """A call that is interrupted anywhere: it has ended when the interrupt is seen, and the next one works."""
    state = {"running": 0}

    async def work() -> str:
        state["running"] += 1
        try:
            for _ in range(100):  # so long that an interrupt finds it running
                await asyncio.sleep(0)
            return "response"
        finally:
            state["running"] -= 1

    def call() -> object:
        coro = work()
        try:
            return portal.call(coro)
        except KeyboardInterrupt:
            result = portal.call(respond())
            assert not state["running"]
            coro.close()  # nothing, unless the interrupt came before the portal had taken it
            return result

    def check(results: dict[str, Any]) -> None:
        assert results == {"caller": "response"}, results
        assert portal.call(count_tasks()) == 1

    return Case({"caller": call}, check)


async def count_tasks() -> int:
    await asyncio.sleep(0)
    return len(asyncio.all_tasks())


def handler_in_a_call() -> Case:
    """A call during which a signal handler or a finalizer makes another one. On the portal's thread that raises."""
    inner: list[object] = []

    def act() -> None:
        coro = respond("inner")
        try:
            inner.append(portal.call(coro))
        except PortalError:
            inner.append("rejected")

    def check(results: dict[str, Any]) -> None:
        assert results == {"caller": "response"}, results
        assert inner in ([], ["inner"], ["rejected"]), inner

    return Case({"caller": lambda: portal.call(respond())}, check, act=act)


def queue() -> Case:
    """Two threads that queue callbacks on the runner."""
    runner = portal.runner

    def submit() -> bool:
        """Whether all of this thread's callbacks run: the next is given while the queue is looked at for the first."""
        ran = threading.Semaphore(0)
        for _ in range(3):
            runner.call_soon(ran.release)
            if not ran.acquire(timeout=20):
                return False
        return True

    def check(results: dict[str, Any]) -> None:
        assert results == {"first": True, "second": True}, results

    return Case({"first": submit, "second": submit}, check)


def killed_meanwhile() -> Case:
    """A call, while something ends the portal's thread: it returns its result, or raises."""
    killed = portal.runner

    def call() -> object:
        try:
            return portal.call(respond())
        except PortalError:
            return "error"

    def check(results: dict[str, Any]) -> None:
        assert results["caller"] in ("response", "error"), results
        assert "response" in (call(), call())  # the first may still meet the end of the thread

    return Case({"caller": call, "killer": lambda: killed.call_soon(lambda: killed.loop.stop())}, check)


# ------------------------------------------------------------------------------------------------------------ threads

WORKER = "worker-of-a-case"


def jobs(*, idle_s: float, act: bool = False) -> Callable[[], Case]:
    """Two threads that submit jobs to an executor, while one of its threads may be ending or starting."""

    def make() -> Case:
        executor = DaemonExecutor(WORKER, 2, idle_s=idle_s)
        inner: list[Future[int]] = []

        def submit() -> list[int]:
            given = [executor.submit(int, str(number)) for number in range(2)]
            results = [future.result(timeout=20) for future in given]
            return [*results, executor.submit(int, "2").result(timeout=20)]

        def check(results: dict[str, Any]) -> None:
            assert results == {"first": [0, 1, 2], "second": [0, 1, 2]}, results
            assert [future.result(timeout=20) for future in inner] in ([], [7])

        return Case(
            {"first": submit, "second": submit},
            check,
            act=(lambda: inner.append(executor.submit(int, "7"))) if act else None,
            after=executor.shutdown,
        )

    return make


# ----------------------------------------------------------------------------------------------------------- beginning


def begins(*callers: str, act: bool = False, interrupted: bool = False) -> Callable[[], Case]:
    """The first calls of a portal of their own."""

    def make() -> Case:
        fresh = Portal()
        idents: set[int] = set()
        inner: list[object] = []

        async def where() -> str:
            idents.add(threading.get_ident())
            return "response"

        def call() -> object:
            coro = where()
            try:
                return fresh.call(coro)
            except KeyboardInterrupt:
                coro.close()
                return fresh.call(where())

        def interrupt() -> None:
            coro = where()
            try:
                inner.append(fresh.call(coro))
            except PortalError:
                inner.append("rejected")

        def check(results: dict[str, Any]) -> None:
            assert results == dict.fromkeys(callers, "response"), results
            assert len(idents) == 1, "two threads run loops"
            assert inner in ([], ["response"], ["rejected"]), inner

        def after() -> None:
            if fresh.is_alive:
                runner = fresh.runner
                runner.call_soon(lambda: runner.loop.stop())

        return Case(dict.fromkeys(callers, call), check, act=interrupt if act else None, after=after)

    return make


# ------------------------------------------------------------------------------------- what the search itself must find


class Careless:
    """Shares a number and a signal between two threads, as one must not.

    Whatever the system schedules, the second thread begins after the first has looked, so that each search finds the race.
    """

    def __init__(self) -> None:
        self.number = 0
        self.looked = threading.Event()
        self.came = threading.Event()

    def add(self) -> None:
        number = self.number
        self.looked.set()
        self.number = number + 1
        self.came.set()

    def add_after_the_look(self) -> None:
        self.looked.wait()
        self.add()

    def wait(self) -> bool:
        if self.number == 0:
            self.looked.set()
            self.came.clear()
            return self.came.wait(timeout=1)
        return True


def shared_number() -> Case:
    """Two threads that add to a number."""
    careless = Careless()

    def check(results: dict[str, Any]) -> None:
        assert careless.number == 2, f"counted {careless.number} of 2"

    return Case({"first": careless.add, "second": careless.add_after_the_look}, check)


def shared_signal() -> Case:
    """A thread that looks, and then clears the signal which it waits for."""
    careless = Careless()
    return Case({"first": careless.wait, "second": careless.add_after_the_look})


SEEDED = {
    "a number that two threads change": Exploration(shared_number, ("first",), ("preemption_cases.py",)),
    "a signal that is cleared after the look": Exploration(
        shared_signal, ("first",), ("preemption_cases.py",)
    ),
}
STREAMS = {
    "a stream that is read ahead": Exploration(reading_ahead, ("reader", PORTAL), SYNC),
    "each event of a stream": Exploration(every_event, ("reader", PORTAL), SYNC),
    "two readers of a stream": Exploration(two_readers, ("reader", PORTAL), SYNC),
    "a stream closed by another thread": Exploration(closed_by_another, ("reader", "closer", PORTAL), SYNC),
    "a stream collected meanwhile": Exploration(collected_meanwhile, ("reader", PORTAL), SYNC, how="act"),
}
CALLS = {
    "two calls": Exploration(calls, ("first", PORTAL), SYNC),
    "a signal handler in a call": Exploration(handler_in_a_call, ("caller", PORTAL), SYNC, how="act"),
    "the queue of callbacks": Exploration(queue, ("first", PORTAL), SYNC),
    "a thread that is killed": Exploration(killed_meanwhile, ("caller", PORTAL), SYNC),
    "two first calls": Exploration(begins("first", "second"), ("first", PORTAL), SYNC),
    "a signal handler in the first call": Exploration(
        begins("first", act=True), ("first", PORTAL), (*SYNC, "/threading.py"), how="act"
    ),
}
THREADS = ("transport/threads.py",)
EXECUTOR = {
    "jobs for threads": Exploration(jobs(idle_s=10), ("first", WORKER), THREADS),
    "jobs for threads that end": Exploration(jobs(idle_s=0.003), ("first", WORKER), THREADS),
    "jobs given by a signal handler": Exploration(
        jobs(idle_s=10, act=True), ("first", WORKER), THREADS, how="act"
    ),
}
INTERRUPTS = {
    "an interrupt of a call": Exploration(interrupted_call, ("caller",), SYNC, INTERRUPT),
    "an interrupt of the first call": Exploration(begins("first"), ("first",), SYNC, INTERRUPT),
    "an interrupt of a stream": Exploration(
        # What `__next__` has taken it may lose, as `next` of any iterator.
        interrupted_stream,
        ("reader",),
        SYNC,
        INTERRUPT,
        frozenset({Stream.__next__.__code__}),
    ),
    "two interrupts of a stream": Exploration(
        lambda: interrupted_stream(ClosedInHaste),
        ("reader",),
        SYNC,
        INTERRUPT,
        frozenset({Stream.__next__.__code__}),
    ),
    "an interrupt of close": Exploration(interrupted_close, ("closer",), SYNC, INTERRUPT),
}
CASES = STREAMS | CALLS | INTERRUPTS | EXECUTOR | SEEDED


def main(*names: str) -> None:
    """Explore cases."""
    is_full = os.environ.get("AIOGROQ_PREEMPT") == "full"
    # An interrupt that comes after the coroutine of a call was made, and before the portal has it.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited")
    # Python swallows one that comes in a finalizer, and reports it by itself.
    report = sys.unraisablehook
    sys.unraisablehook = lambda what: None if what.exc_type is KeyboardInterrupt else report(what)
    sys.setswitchinterval(1e-4)
    preload()
    with tracing():
        portal.call(respond())
        for name in names:
            exploration = CASES[name]
            # From 3.12 on the instructions of a frame are traced from its next call on, or not at all.
            exploration.by_line = sys.version_info >= (3, 12) or (exploration.how == HOLD and not is_full)
            try:
                steps = explore(exploration)
                if is_full and exploration.how == HOLD:
                    exploration.by_line = True
                    steps += explore_pairs(exploration)
            except AssertionError as error:
                print(f"{name}: {error}", flush=True)
                os._exit(1)
            print(f"{name}: {steps} steps", flush=True)
    os._exit(0)  # the portals of the executions may still be ending


if __name__ == "__main__":
    main(*sys.argv[1:])
