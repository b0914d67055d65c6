"""Uploads whose source is slow, fails or hangs: sent whole or not at all, and ended in time."""

from __future__ import annotations

import asyncio
import io
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aiogroq import APIConnectionError, APITimeoutError, AsyncGroq, Groq, GroqError, RequestInfo, Timeout
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(20)

CHUNKS = [b"first", b"second", b"third"]
CONTENT = b"".join(CHUNKS)
Wait = Callable[[], object]


async def iterator(before_second: Wait) -> AsyncIterator[bytes]:
    """An async iterator that waits before its second chunk."""
    yield CHUNKS[0]
    await asyncio.to_thread(before_second)
    for chunk in CHUNKS[1:]:
        yield chunk


class OneWay:
    """A file that can only be read."""

    def __init__(self, before_second: Wait) -> None:
        self._before_second = before_second
        self._count = 0

    def read(self, size: int = -1) -> bytes:
        self._count += 1
        if self._count == 2:
            self._before_second()
        return CHUNKS[self._count - 1] if self._count <= len(CHUNKS) else b""


class Seekable(io.BytesIO):
    """A file that returns few bytes at a time."""

    def __init__(self, before_second: Wait) -> None:
        super().__init__(CONTENT)
        self._before_second = before_second
        self._count = 0

    def read(self, size: int | None = -1) -> bytes:
        self._count += 1
        if self._count == 2:
            self._before_second()
        return super().read(5)


def statuses(server: LocalGroq) -> list[int | None]:
    """The status of the response to each request, None for one that did not arrive whole."""
    return [request.status for request in server.requests]


KINDS: dict[str, Callable[[Wait], Any]] = {
    "async iterator": iterator,
    "one-way file": OneWay,
    "seekable": Seekable,
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(params=["async", "sync"])
def upload(request: pytest.FixtureRequest, server: LocalGroq) -> Callable[..., int]:
    """Upload a file and return the number of bytes that the server received."""

    async def async_upload(file: Any, **options: Any) -> int:
        async with AsyncGroq(api_key="k", base_url=server.base_url, **options) as client:
            return (await client.files.create(file=("a", file), purpose="batch")).bytes

    def blocking_upload(file: Any, **options: Any) -> int:
        with Groq(api_key="k", base_url=server.base_url, **options) as client:
            return client.files.create(file=("a", file), purpose="batch").bytes

    if request.param == "sync":
        return blocking_upload
    return lambda file, **options: asyncio.run(async_upload(file, **options))


# ---------------------------------------------------------------------------------------- slow, and interrupted


@every_kind
@pytest.mark.usefixtures("task_factory")
async def test_the_write_timeout_does_not_include_a_slow_source(server: LocalGroq, kind: str) -> None:
    source = KINDS[kind](lambda: time.sleep(0.6))
    timeout = Timeout(None, write=0.3)
    async with AsyncGroq(api_key="k", base_url=server.base_url, timeout=timeout, max_retries=0) as client:
        await client.files.create(file=source, purpose="batch")
    (request,) = server.requests
    assert request.parts[1].content == CONTENT


@every_kind
def test_a_source_whose_attempt_failed_is_sent_completely_in_the_next_attempt(
    server: LocalGroq, upload: Callable[..., int], kind: str
) -> None:
    retried = threading.Event()
    server.script(Fault(status=503, ignore_body=True, latency_s=0.2, headers={"retry-after": "0"}))
    source = KINDS[kind](lambda: retried.wait(60))
    assert upload(source, on_retry=lambda _: retried.set()) == len(CONTENT)
    assert retried.is_set()
    assert server.requests[-1].parts[1].content == CONTENT


class NoBytes:
    """A one-way file that is at its end."""

    def read(self, size: int = -1) -> bytes:
        return b""


async def nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def blanks() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield b""


async def failing() -> AsyncIterator[bytes]:
    raise KeyError("mine")
    yield b""


async def numbers() -> AsyncIterator[Any]:
    yield 3


AT_ONCE: dict[str, tuple[Callable[[], Any], type[BaseException] | None]] = {
    "an empty iterator": (nothing, None),
    "an iterator of nothing": (blanks, None),
    "an empty one-way file": (NoBytes, None),
    "an iterator that fails": (failing, KeyError),
    "an iterator of numbers": (numbers, TypeError),
}


@pytest.mark.usefixtures("task_factory")
@pytest.mark.parametrize(("source", "expected"), AT_ONCE.values(), ids=AT_ONCE)
async def test_a_source_may_end_or_fail_before_its_first_await(
    client: AsyncGroq, server: LocalGroq, source: Callable[[], Any], expected: type[BaseException] | None
) -> None:
    server.script(Fault(status=200, body={"id": "file-1"}))  # by itself it rejects an empty file
    uploaded = client.files.create(file=("a", source()), purpose="batch")
    if expected is not None:
        with pytest.raises(expected):
            await uploaded
        return
    assert (await uploaded).id == "file-1"
    assert server.requests[0].parts[1].content == b""


@pytest.mark.usefixtures("task_factory")
async def test_one_task_reads_an_iterator_from_start_to_end(server: LocalGroq) -> None:
    tasks: list[object] = []
    retried = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        tasks.append(asyncio.current_task())
        yield b"first"
        await retried.wait()
        tasks.append(asyncio.current_task())
        yield b""
        yield bytearray(b"second")

    server.script(Fault(status=503, ignore_body=True, latency_s=0.2, headers={"retry-after": "0"}))
    async with AsyncGroq(api_key="k", base_url=server.base_url, on_retry=lambda _: retried.set()) as client:
        stored = await client.files.create(file=source(), purpose="batch")
    assert stored.bytes == len(b"firstsecond")
    assert tasks[0] is tasks[1]


@pytest.mark.usefixtures("task_factory")
async def test_a_source_ends_with_its_call(client: AsyncGroq) -> None:
    begun = asyncio.Event()
    ended = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        yield b"first"
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)  # such as for a connection to be closed
            ended.set()

    call = asyncio.create_task(client.files.create(file=source(), purpose="batch"))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert ended.is_set()


@pytest.mark.usefixtures("task_factory")
async def test_after_the_response_has_begun_a_source_does_not_extend_its_timeouts(server: LocalGroq) -> None:
    async def ticking() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    server.script(Fault(status=200, ignore_body=True, end="stall", after_bytes=5, body=b'{"id": "file-1"}'))
    timeout = Timeout(None, read=0.3)
    async with AsyncGroq(api_key="k", base_url=server.base_url, timeout=timeout, max_retries=0) as client:
        with pytest.raises(APITimeoutError) as caught:
            await client.files.create(file=ticking(), purpose="batch")
    assert caught.value.phase == "read"


# ------------------------------------------------------------------------------------------------------ failed

ERRORS: list[tuple[BaseException, type[BaseException]]] = [
    (KeyError("mine"), KeyError),
    (OSError(5, "mine"), OSError),
    (SystemExit(3), SystemExit),
    (KeyboardInterrupt(), KeyboardInterrupt),
    (GeneratorExit(), GeneratorExit),
    (StopIteration(), RuntimeError),  # PEP 479
    (asyncio.CancelledError(), GroqError),
    (APIConnectionError("mine", RequestInfo("GET", "http://other")), APIConnectionError),
]


@every_kind
@pytest.mark.parametrize(("error", "expected"), ERRORS, ids=[type(error).__name__ for error, _ in ERRORS])
def test_an_error_of_a_source_is_raised_and_never_retried(
    server: LocalGroq,
    upload: Callable[..., int],
    capfd: pytest.CaptureFixture[str],
    kind: str,
    error: BaseException,
    expected: type[BaseException],
) -> None:
    def fail() -> None:
        raise error

    class Failing:
        """An iterator of its own, as a generator would make another error of some of these."""

        def __init__(self) -> None:
            self._count = 0

        def __aiter__(self) -> Failing:
            return self

        async def __anext__(self) -> bytes:
            self._count += 1
            if self._count == 2:
                raise error
            return b"first"

    source = Failing() if kind == "async iterator" else KINDS[kind](fail)
    retries: list[object] = []
    with pytest.raises(expected) as caught:
        upload(source, on_retry=retries.append)
    assert type(caught.value) is expected
    assert retries == []
    assert statuses(server) in ([], [None])
    assert capfd.readouterr().err == ""
    assert upload(CONTENT) == len(CONTENT)  # the thread of the sync client has survived


@pytest.mark.parametrize(
    ("chunk", "words"),
    [("text", "open it with mode 'rb'"), (3, "returns int, not bytes")],
    ids=["str", "int"],
)
async def test_a_source_that_does_not_return_bytes_is_a_type_error(
    client: AsyncGroq, server: LocalGroq, chunk: Any, words: str
) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield b"first"
        yield chunk

    with pytest.raises(TypeError, match=words):
        await client.files.create(file=source(), purpose="batch")
    assert statuses(server) in ([], [None])


@pytest.fixture
def empty_pipe() -> Iterator[io.RawIOBase]:
    """A non-blocking pipe with no data that has not ended."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    with os.fdopen(read, "rb", buffering=0) as file:
        yield file
        os.close(write)


async def test_a_pipe_without_data_at_the_moment_is_not_at_its_end(
    client: AsyncGroq, server: LocalGroq, empty_pipe: io.RawIOBase
) -> None:
    with pytest.raises(BlockingIOError, match="open it in blocking mode"):
        await client.files.create(file=("a", empty_pipe), purpose="batch")  # type: ignore[arg-type]
    assert statuses(server) in ([], [None])


# ----------------------------------------------------------------------------------------------------- hanging


def test_a_path_that_is_not_a_regular_file_is_rejected_at_once(
    upload: Callable[..., int], server: LocalGroq, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, Path("/dev/null")):
        with pytest.raises(ValueError, match=r"not a regular file.*open it with mode 'rb'"):
            upload(path)
    with pytest.raises(IsADirectoryError):
        upload(tmp_path)
    assert server.requests == []


class Hanging(io.BytesIO):
    """A file with a method that hangs from the nth call on, as on a mount whose server is gone."""

    def __init__(self, method: str, nth: int, is_over: threading.Event) -> None:
        super().__init__(CONTENT)
        self._method, self._left, self._is_over = method, nth, is_over

    def _enter(self, method: str) -> None:
        if method == self._method:
            self._left -= 1
            if self._left <= 0:
                self._is_over.wait(60)

    def seekable(self) -> bool:
        self._enter("seekable")
        return super().seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == os.SEEK_END:
            self._enter("seek")
        return super().seek(offset, whence)

    def read(self, size: int | None = -1) -> bytes:
        self._enter("read")
        return super().read(size)


@pytest.mark.usefixtures("task_factory")
@pytest.mark.parametrize(("method", "nth"), [("seekable", 1), ("seek", 1), ("seek", 2), ("read", 1)])
async def test_a_file_that_hangs_ends_with_the_deadline(server: LocalGroq, method: str, nth: int) -> None:
    is_over = threading.Event()
    server.script(Fault(status=503, headers={"retry-after": "0"}))  # so that it is opened twice
    timeout = Timeout(None, total=0.3)
    try:
        async with AsyncGroq(api_key="k", base_url=server.base_url, timeout=timeout) as client:
            began_at = time.monotonic()
            with pytest.raises(APITimeoutError) as caught:
                await client.files.create(file=("a", Hanging(method, nth, is_over)), purpose="batch")
            assert time.monotonic() - began_at < 30
    finally:
        is_over.set()
    assert caught.value.phase == "total"
