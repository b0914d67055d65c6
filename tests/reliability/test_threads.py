"""Threads: busy or missing threads of others delay no call, and stuck own threads delay no other call."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from waiting import eventually

from aiogroq import APITimeoutError, AsyncGroq, Groq, Timeout
from aiogroq.local import Fault, LocalGroq
from aiogroq.protocol.chunked_decode import LARGE_BODY_BYTES
from aiogroq.transport.threads import PARSING, DaemonExecutor, run

from .fake_clock import run_on_fake_clock
from .programs import Programs
from .raw_server import Exchange, http_response, raw_server

pytestmark = pytest.mark.timeout(30)

SPEECH: Any = {"model": "playai-tts", "voice": "Arista-PlayAI", "input": "hello"}
CONTENT = b"line\n" * 20
TOTAL_S = 0.4
LATE_S = 30.0
"""Generous, for a busy machine: a hang lasts for ever."""


def new_client(server: LocalGroq, total: float | None = 10) -> AsyncGroq:
    return AsyncGroq(
        api_key="gsk_x", base_url=server.base_url, max_retries=0, timeout=Timeout(10, total=total)
    )


async def download(client: AsyncGroq, path: Path) -> None:
    async with client.audio.speech.with_streaming_response.create(**SPEECH) as response:
        await response.stream_to_file(path)


# ------------------------------------------------------------------------------ the default executor of the loop


@pytest.fixture(params=["busy", "shut down"])
async def default_executor(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """All threads of the loop's executor are busy."""
    loop = asyncio.get_running_loop()
    is_over = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        loop.set_default_executor(executor)
        if request.param == "busy":
            executor.submit(is_over.wait)
        else:
            await loop.shutdown_default_executor()
        try:
            yield request.param
        finally:
            is_over.set()


async def large_response(client: AsyncGroq, server: LocalGroq, path: Path) -> None:
    server.script(Fault(body={"id": "x", "padding": "x" * LARGE_BODY_BYTES}, times=2))
    assert (await client.models.list())["id"] == "x"
    raw = await client.models.with_raw_response.list()
    assert (await raw.json())["id"] == "x"


async def upload_of_bytes(client: AsyncGroq, server: LocalGroq, path: Path) -> None:
    assert (await client.files.create(file=CONTENT, purpose="batch")).bytes == len(CONTENT)


async def upload_of_a_path(client: AsyncGroq, server: LocalGroq, path: Path) -> None:
    path.write_bytes(CONTENT)
    assert (await client.files.create(file=path, purpose="batch")).bytes == len(CONTENT)


async def upload_of_an_iterator(client: AsyncGroq, server: LocalGroq, path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield bytes(256 * 1024)

    assert (await client.files.create(file=chunks(), purpose="batch")).bytes == 9 * 256 * 1024


async def streamed_download(client: AsyncGroq, server: LocalGroq, path: Path) -> None:
    await download(client, path)
    assert path.read_bytes()[:4] == b"RIFF"


async def eager_download(client: AsyncGroq, server: LocalGroq, path: Path) -> None:
    await (await client.audio.speech.create(**SPEECH)).write_to_file(path)
    assert path.read_bytes()[:4] == b"RIFF"


@pytest.mark.parametrize(
    "use",
    [
        large_response,
        upload_of_bytes,
        upload_of_a_path,
        upload_of_an_iterator,
        streamed_download,
        eager_download,
    ],
)
@pytest.mark.usefixtures("default_executor")
async def test_no_call_waits_for_the_executor_of_the_loop(
    server: LocalGroq, tmp_path: Path, use: Callable[[AsyncGroq, LocalGroq, Path], Awaitable[None]]
) -> None:
    async with new_client(server) as client:
        await use(client, server, tmp_path / "file")


def test_a_response_that_arrived_is_returned_although_its_threads_are_busy_past_the_deadline(
    gate: threading.Event,
) -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(http_response(b'{"id": "x", "padding": "%b"}' % (b"x" * LARGE_BODY_BYTES)))

    async def main() -> None:
        async with raw_server(serve) as raw, raw.client(timeout=Timeout(None, total=TOTAL_S)) as client:
            asking = asyncio.create_task(client.models.list())
            await asyncio.sleep(10 * TOTAL_S)
            assert not asking.done()
            gate.set()
            assert (await asking)["id"] == "x"

    # For example by a user's validators that wait for something, in `parse(to=...)`.
    for _ in range(10):
        PARSING.submit(gate.wait)
    run_on_fake_clock(main)


# ------------------------------------------------------------------------------------------- a file that is stuck


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Path]:
    """A named pipe without a reader, until the test is over."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    yield path
    release(path)


def release(pipe: Path) -> None:
    """Release the threads that are stuck on a pipe."""
    with open(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb"):
        time.sleep(
            0.05
        )  # threads that wait to open it have it open by then, and get an error when its reader is gone


@contextlib.contextmanager
def reader(pipe: Path) -> Iterator[None]:
    """Keep a pipe open for reading without reading it."""
    descriptor = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("has_reader", [False, True], ids=["opening it is stuck", "writing is stuck"])
async def test_the_deadline_ends_a_download_to_a_pipe_that_is_not_read(
    server: LocalGroq, pipe: Path, has_reader: bool
) -> None:
    server.script(Fault(body=bytes(200_000)))  # a pipe takes 64 KiB
    began_at = time.monotonic()
    with reader(pipe) if has_reader else contextlib.nullcontext():
        async with new_client(server, TOTAL_S) as client:
            with pytest.raises(APITimeoutError, match=r"did not end within 0\.4 s") as caught:
                await download(client, pipe)
        assert time.monotonic() - began_at < TOTAL_S + LATE_S
    assert caught.value.phase == "total"
    assert len(caught.value.attempts) == 1


@pytest.mark.parametrize("has_reader", [False, True], ids=["opening it is stuck", "writing is stuck"])
async def test_wait_for_ends_a_download_to_a_pipe_that_is_not_read(
    server: LocalGroq, pipe: Path, has_reader: bool
) -> None:
    server.script(Fault(body=bytes(200_000)))
    began_at = time.monotonic()
    with reader(pipe) if has_reader else contextlib.nullcontext():
        async with new_client(server, None) as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(download(client, pipe), TOTAL_S)
        assert time.monotonic() - began_at < TOTAL_S + LATE_S


def test_a_sync_download_keeps_the_deadline_too(server: LocalGroq, pipe: Path) -> None:
    with (
        Groq(api_key="k", base_url=server.base_url, timeout=Timeout(10, total=TOTAL_S)) as client,
        pytest.raises(APITimeoutError, match='timeout "total"'),  # around all: a busy server may take as long
        client.audio.speech.with_streaming_response.create(**SPEECH) as response,
    ):
        response.stream_to_file(pipe)


@pytest.mark.slow
async def test_stuck_calls_leave_threads_for_others(server: LocalGroq, pipe: Path) -> None:
    async with new_client(server, None) as client:
        stuck = [asyncio.ensure_future(download(client, pipe)) for _ in range(70)]
        await asyncio.to_thread(server.wait_for_requests, 70, finished=True, timeout_s=60)
        try:
            await streamed_download(client, server, pipe.with_name("file"))
            await upload_of_a_path(client, server, pipe.with_name("file"))
        finally:
            for each in stuck:
                each.cancel()
            await asyncio.wait(stuck)


def test_a_stuck_thread_does_not_keep_the_program_from_exiting(programs: Programs, pipe: Path) -> None:
    assert programs.run(
        f"""
        import asyncio
        async def main():
            async with AsyncGroq() as client:
                async with client.audio.speech.with_streaming_response.create(**{SPEECH!r}) as response:
                    try:
                        await asyncio.wait_for(response.stream_to_file({str(pipe)!r}), 0.3)
                    except asyncio.TimeoutError:
                        print("ended")
        asyncio.run(main())
        """
    ) == ["ended"]


def test_a_program_that_is_interrupted_at_its_exit_leaves_no_part_of_a_file(
    programs: Programs, server: LocalGroq, tmp_path: Path
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    server.script(Fault(after_bytes=300, end="stall"))
    assert (
        programs.run(
            f"""
        import asyncio, os
        from aiogroq.transport import threads
        threads.EXIT_S = 60  # else a busy machine may take longer than the exit waits
        async def save(client):
            async with client.audio.speech.with_streaming_response.create(**{SPEECH!r}) as response:
                await response.stream_to_file({str(folder / "a.wav")!r}, chunk_size=100)
        async def main():
            saving = asyncio.ensure_future(save(AsyncGroq()))
            while not os.listdir({str(folder)!r}):
                await asyncio.sleep(0.01)
            for _ in range(3):
                saving.cancel()
                await asyncio.sleep(0)
        asyncio.run(main())
        """
        )
        == []
    )
    assert list(folder.iterdir()) == []


# --------------------------------------------------------------------------------------------- the executor itself


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """An event that blocks functions until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def threads(name: str) -> int:
    return sum(thread.name == name for thread in threading.enumerate())


async def test_threads_are_bounded_and_reused_and_end_when_idle(gate: threading.Event) -> None:
    name = f"few-{id(gate)}"  # those of another test may not have ended yet
    executor = DaemonExecutor(name, 3, stuck_after_s=60, idle_s=0.2)
    results = [asyncio.wrap_future(executor.submit(pow, number, 2)) for number in range(200)]
    assert threads(name) <= 3
    assert await asyncio.gather(*results) == [number**2 for number in range(200)]
    await asyncio.to_thread(eventually, lambda: threads(name) == 0)
    assert await asyncio.wrap_future(executor.submit(pow, 3, 2)) == 9


async def test_stuck_functions_do_not_use_up_the_threads(gate: threading.Event) -> None:
    executor = DaemonExecutor("stuck", 2, stuck_after_s=0.05)
    stuck = [executor.submit(gate.wait) for _ in range(7)]
    # Nothing is submitted after it: the executor checks by itself.
    assert await asyncio.wait_for(asyncio.wrap_future(executor.submit(pow, 3, 2)), 10) == 9
    gate.set()
    assert await asyncio.gather(*map(asyncio.wrap_future, stuck)) == [True] * 7
    # And there are not more free threads than allowed afterwards.
    await asyncio.to_thread(eventually, lambda: threads("stuck") <= 2)


async def test_a_function_that_is_cancelled_while_it_waits_is_not_called(gate: threading.Event) -> None:
    executor = DaemonExecutor("one", 1, stuck_after_s=60)
    executor.submit(gate.wait)
    done: list[int] = []
    waiting = [executor.submit(done.append, number) for number in range(3)]
    assert waiting[1].cancel()
    gate.set()
    for future in (waiting[0], waiting[2]):
        await asyncio.wrap_future(future)
    assert done == [0, 2]


async def test_functions_run_even_if_no_thread_can_be_started(
    monkeypatch: pytest.MonkeyPatch, gate: threading.Event
) -> None:
    executor = DaemonExecutor("none", 3, stuck_after_s=60)
    begun: Future[bool] | None = None

    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        assert (
            executor.submit(threading.get_ident).result(0) == threading.get_ident()
        )  # in the calling thread
    begun = executor.submit(gate.wait)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        here = executor.submit(threading.get_ident)  # by the thread that there is, when it is free
    gate.set()
    assert await asyncio.wrap_future(begun)
    assert await asyncio.wrap_future(here) != threading.get_ident()


@pytest.mark.skipif(
    sys.version_info < (3, 11), reason="asyncio's own futures refer to themselves by an error"
)
async def test_a_dropped_error_keeps_no_arguments_alive() -> None:
    class Large:
        pass

    def fail(given: Large) -> None:
        raise KeyError("mine")

    executor, large = DaemonExecutor("failing", 1), Large()
    seen = weakref.ref(large)
    gc.disable()
    try:
        with contextlib.suppress(KeyError):
            await run(executor, fail, large)
        del large
        await asyncio.to_thread(eventually, lambda: seen() is None)
    finally:
        gc.enable()


async def test_an_idle_thread_keeps_nothing_of_its_first_function_alive() -> None:
    class Large:
        """Stands for a file of some megabytes."""

    executor = DaemonExecutor("idle", 1, idle_s=60)
    large = Large()
    seen = weakref.ref(large)
    await run(executor, id, large)
    del large
    await asyncio.to_thread(eventually, lambda: seen() is None)
    executor.shutdown()


async def test_many_threads_submit_at_once_and_no_function_is_left_waiting() -> None:
    executor = DaemonExecutor("many", 4, idle_s=0.001)  # so that threads end in between, too

    def submit() -> int:
        return sum(executor.submit(pow, number, 1).result(60) for number in range(500))

    sums = await asyncio.gather(*[asyncio.to_thread(submit) for _ in range(4)])
    assert sums == [sum(range(500))] * 4


def test_a_child_has_threads_of_its_own(programs: Programs, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    assert (
        programs.run(
            f"""
        import asyncio, pathlib
        async def main():
            async with AsyncGroq() as client:
                stored = await client.files.create(file=pathlib.Path({str(path)!r}), purpose="batch")
                print(stored.bytes, flush=True)
        asyncio.run(main())
        if os.fork() == 0:
            asyncio.run(main())
            os._exit(0)
        os.wait()
        asyncio.run(main())
        """
        )
        == ["100"] * 3
    )


def test_one_loop_after_another_leaves_no_threads(server: LocalGroq, tmp_path: Path) -> None:
    path = tmp_path / "file"

    async def use() -> None:
        async with new_client(server) as client:
            await upload_of_a_path(client, server, path)
            await streamed_download(client, server, path)

    asyncio.run(use())
    before = threading.active_count()
    for _ in range(20):
        asyncio.run(use())
    assert threading.active_count() < before + 10
    # A thread that was slow to become idle had another one beside it, for the ten seconds that it is idle.
    eventually(lambda: threading.active_count() <= before + 1)
