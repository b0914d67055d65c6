"""Each timeout alone, all others unlimited: over real sockets, and on a fake clock."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from aiogroq import APITimeoutError, AsyncGroq, BadRequestError, DefaultAioHttpClient, Groq, Timeout
from aiogroq.local import Fault, LocalGroq

from .fake_clock import run_on_fake_clock
from .raw_server import (
    MODEL,
    QUESTION,
    SSE_HEAD,
    Exchange,
    ask,
    chunked,
    completion,
    delta,
    http_response,
    raw_server,
    stream,
)

pytestmark = pytest.mark.timeout(20)

LIMIT_S = 6.0
LATEST_S = LIMIT_S * 9 / 8
"""A timeout is checked at least eight times within itself."""
BIG = "x" * (32 * 1024 * 1024)
"""More than the buffers of both ends take in."""

Caught = tuple[APITimeoutError, float]


async def timed_out(call: Awaitable[Any]) -> Caught:
    """The error of a call, and the seconds that it took."""
    loop = asyncio.get_running_loop()
    began_at = loop.time()
    with pytest.raises(APITimeoutError) as caught:
        await call
    return caught.value, loop.time() - began_at


def only(phase: str, **options: Any) -> dict[str, Any]:
    """The options of a client that has one timeout."""
    return {"timeout": Timeout(None, **{phase: LIMIT_S}), **options}


async def silent(exchange: Exchange) -> None:
    await exchange.gone()


# -------------------------------------------------------------------------------- one situation for each timeout


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """A port that neither accepts nor refuses connections."""
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


async def connect() -> Caught:
    with full_backlog() as port:
        client = AsyncGroq(api_key="k", base_url=f"http://127.0.0.1:{port}", max_retries=0, **only("connect"))
        async with client:
            return await timed_out(ask(client))


async def pool() -> Caught:
    options = only("pool", http_client=DefaultAioHttpClient(limit=1))
    async with raw_server(silent) as raw, raw.client(**options) as client:
        holder = asyncio.ensure_future(ask(client))
        await raw.request_came.wait()
        caught = await timed_out(ask(client))
        assert not holder.done()
        assert raw.connections == 1
        holder.cancel()
        await asyncio.wait([holder])
        return caught


async def first_byte() -> Caught:
    async with raw_server(silent) as raw, raw.client(**only("first_byte")) as client:
        return await timed_out(ask(client))


async def begin_of_head() -> Caught:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Ty")
        await exchange.gone()

    async with raw_server(serve) as raw, raw.client(**only("first_byte")) as client:
        return await timed_out(ask(client))


async def read() -> Caught:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(http_response(completion())[:-5])
        await exchange.gone()

    async with raw_server(serve) as raw, raw.client(**only("read")) as client:
        return await timed_out(ask(client))


@contextlib.asynccontextmanager
async def deaf_server() -> AsyncIterator[str]:
    """The base URL of a server that accepts connections and reads nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def write_json() -> Caught:
    async with (
        deaf_server() as url,
        AsyncGroq(api_key="k", base_url=url, max_retries=0, **only("write")) as client,
    ):
        question = [{"role": "user", "content": BIG}]
        return await timed_out(client.chat.completions.create(model=MODEL, messages=question))


async def write_upload() -> Caught:
    async with (
        deaf_server() as url,
        AsyncGroq(api_key="k", base_url=url, max_retries=0, **only("write")) as client,
    ):
        file = ("a.wav", BIG.encode())
        return await timed_out(client.audio.transcriptions.create(model="whisper-large-v3", file=file))


async def idle() -> Caught:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD, chunked(delta("two")))
        await exchange.gone()

    async with raw_server(serve) as raw, raw.client(**only("idle")) as client:
        events = await stream(client)
        assert await anext(events)
        return await timed_out(anext(events))


async def total() -> Caught:
    async def serve(exchange: Exchange) -> None:
        body = completion()
        await exchange.write(http_response(b" " * 100_000 + body)[: -len(body)])
        while True:
            await exchange.write(b" ")
            await asyncio.sleep(0.1)

    async with raw_server(serve) as raw, raw.client(**only("total")) as client:
        return await timed_out(ask(client))


async def total_of_a_stream() -> Caught:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(SSE_HEAD)
        while True:
            await exchange.write(chunked(delta("two ")))
            await asyncio.sleep(0.1)

    async with raw_server(serve) as raw, raw.client(**only("total")) as client:
        began_at = asyncio.get_running_loop().time()
        events = await stream(client)
        error, _ = await timed_out(events.collect())
        assert len(error.partial.choices[0].message.content) >= 4 * 55
        return error, asyncio.get_running_loop().time() - began_at


async def total_in_the_queue_of_the_pool() -> Caught:
    options = {"timeout": None, "http_client": DefaultAioHttpClient(limit=1)}
    async with raw_server(silent) as raw, raw.client(**options) as client:
        holder = asyncio.ensure_future(ask(client))
        await raw.request_came.wait()
        caught = await timed_out(ask(client.with_options(timeout=Timeout(None, total=LIMIT_S))))
        holder.cancel()
        await asyncio.wait([holder])
        return caught


SITUATIONS: list[tuple[str, Callable[[], Any], str]] = [
    ("connect", connect, "no connection"),
    ("pool", pool, "no free connection"),
    ("first_byte", first_byte, "no response"),
    ("first_byte", begin_of_head, "no response"),
    ("read", read, "no more data of the response"),
    ("write", write_json, "the request was not sent"),
    ("write", write_upload, "the request was not sent"),
    ("idle", idle, "no event of the stream"),
    ("total", total, "the call did not end"),
    ("total", total_of_a_stream, "the call did not end"),
    ("total", total_in_the_queue_of_the_pool, "the call did not end"),
]


@pytest.mark.parametrize(
    ("phase", "situation", "words"),
    SITUATIONS,
    ids=[situation.__name__ for _, situation, _ in SITUATIONS],
)
def test_each_timeout_alone_ends_its_phase_and_is_named(
    phase: str, situation: Callable[[], Any], words: str
) -> None:
    error, took_s = run_on_fake_clock(situation)
    assert type(error) is APITimeoutError
    assert isinstance(error, TimeoutError)
    assert (error.phase, error.limit_s) == (phase, LIMIT_S)
    for part in ("6 s", words, f'(timeout "{phase}")'):
        assert part in str(error)
    assert LIMIT_S <= took_s <= LATEST_S
    again = pickle.loads(pickle.dumps(error))
    assert (again.phase, again.limit_s, str(again)) == (error.phase, error.limit_s, str(error))


# ------------------------------------------------------------------------------------------- on the wall clock


def test_the_body_of_an_error_is_awords_a_bounded_time() -> None:
    async def drip(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 400 No\r\nContent-Length: 100000\r\n\r\nno such model")
        for _ in range(10_000):
            await asyncio.sleep(1)
            await exchange.write(b".")

    async def main() -> None:
        async with raw_server(drip) as raw, raw.client(timeout=Timeout(None, read=LIMIT_S)) as client:
            began_at = asyncio.get_running_loop().time()
            with pytest.raises(BadRequestError, match="no such model"):
                await ask(client)
            assert asyncio.get_running_loop().time() - began_at == pytest.approx(5.0)

    run_on_fake_clock(main)


def test_a_sync_call_ends_at_its_timeout(server: LocalGroq) -> None:
    server.script(Fault(before_head=True, end="stall"))
    timeout = Timeout(None, first_byte=0.1)
    with Groq(api_key="gsk_x", base_url=server.base_url, timeout=timeout) as client:
        began_at = time.monotonic()
        with pytest.raises(APITimeoutError, match=r"no response within 0\.1 s") as caught:
            client.chat.completions.create(model=MODEL, messages=QUESTION)
        assert time.monotonic() - began_at < 5
    assert caught.value.phase == "first_byte"
