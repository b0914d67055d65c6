"""`Timeout(total=...)` is the deadline of a call: of its attempts, waits, body and stream together."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from virtual_time import current_loop, in_virtual_time

from aiogroq import APIError, APITimeoutError, AsyncGroq, Groq, InternalServerError, RateLimitError, Timeout
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(20)

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "Tell me a story"}]
TOTAL_S = 40.0
OTHER_S = 1000.0
"""Every other limit."""
LATE_S = TOTAL_S / 8
"""The deadline is seen at most so late."""


def new_client(server: LocalGroq, total: float | None = TOTAL_S, **options: Any) -> AsyncGroq:
    timeout = Timeout(OTHER_S, total=total)
    return AsyncGroq(api_key="gsk_x", base_url=server.base_url, timeout=timeout, **options)


@asynccontextmanager
async def serving(*faults: Fault) -> AsyncIterator[LocalGroq]:
    """A server in virtual time: a call takes as long as it says, on however busy a machine."""
    async with LocalGroq(clock=current_loop().clock, faults=faults).serve_here() as server:
        yield server


def now_s() -> float:
    return current_loop().time()


async def plain(client: AsyncGroq) -> None:
    await client.chat.completions.create(model=MODEL, messages=QUESTION)


async def collected(client: AsyncGroq) -> None:
    await (await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)).collect()


async def downloaded(client: AsyncGroq) -> None:
    async with client.models.with_streaming_response.list() as response:
        await response.read()


SLOW: dict[str, tuple[Callable[[AsyncGroq], Any], Fault]] = {
    "a response that does not begin": (plain, Fault(before_head=True, end="stall")),
    "a response that stops": (plain, Fault(after_bytes=10, end="stall")),
    "a response that drips": (plain, Fault(split_every=1, split_gap_s=5)),
    "a stream that stops": (collected, Fault(after_events=2, end="stall")),
    "a stream that drips": (collected, Fault(tokens_per_second=0.1)),
    "a body that is left open": (downloaded, Fault(after_bytes=10, end="stall")),
}


@pytest.mark.parametrize(("call", "fault"), SLOW.values(), ids=SLOW)
@in_virtual_time
async def test_it_ends_a_call_that_takes_longer_however_busy_it_is(
    call: Callable[[AsyncGroq], Any], fault: Fault
) -> None:
    async with serving(fault) as server, new_client(server) as client:
        with pytest.raises(APITimeoutError, match=r'did not end within 40 s \(timeout "total"\)') as caught:
            await call(client)
        assert TOTAL_S <= now_s() <= TOTAL_S + LATE_S
        assert (caught.value.phase, caught.value.limit_s) == ("total", TOTAL_S)
        assert len(server.requests) == 1


@in_virtual_time
async def test_retries_and_their_waits_are_within_it() -> None:
    fault = Fault(status=503, headers={"retry-after": "15"}, times=None)
    async with serving(fault) as server, new_client(server, max_retries=50) as client:
        with pytest.raises(InternalServerError) as caught:
            await client.models.list()
        # Two waits fit, a third one would end after it: the last error is raised at once instead.
        assert [attempt.wait_s for attempt in caught.value.attempts] == [15, 15, 0]
        assert now_s() == pytest.approx(30, abs=0.1)


@in_virtual_time
async def test_no_redirect_is_followed_after_it() -> None:
    # Each body drips for longer than the deadline; the first one is waited for until then, which is half a second at most.
    fault = Fault(
        status=307, headers={"location": "models"}, body=b"x" * 1000,
        split_every=1, split_gap_s=0.02, times=None,
    )  # fmt: skip
    async with serving(fault) as server, new_client(server, 0.4) as client:
        with pytest.raises(APITimeoutError) as caught:
            await client.models.list()
        assert (caught.value.phase, caught.value.limit_s) == ("total", 0.4)
        assert len(server.requests) == 1


async def test_nothing_is_sent_where_it_has_passed_already(server: LocalGroq) -> None:
    with pytest.raises(APITimeoutError, match="0 means no time at all") as caught:
        await new_client(server, 0.0).models.list()
    assert caught.value.phase == "total"
    assert server.requests == []


@in_virtual_time
async def test_a_retry_has_only_the_rest_of_the_deadline() -> None:
    faults = [
        Fault(status=503, headers={"retry-after": "20"}), Fault(before_head=True, end="stall", times=None)
    ]  # fmt: skip
    async with serving(*faults) as server, new_client(server) as client:
        with pytest.raises(APITimeoutError) as caught:
            await client.models.list()
        assert TOTAL_S <= now_s() <= TOTAL_S + LATE_S
        assert [attempt.status_code for attempt in caught.value.attempts] == [503, None]
        assert caught.value.phase == "total"


@in_virtual_time
async def test_a_wait_that_does_not_fit_is_not_begun() -> None:
    fault = Fault(status=429, headers={"retry-after": "15"})
    async with serving(fault) as server, new_client(server, 14.0) as client:
        with pytest.raises(RateLimitError) as caught:
            await client.models.list()
        assert caught.value.retry_after_s == 15
        assert now_s() == pytest.approx(0, abs=0.1)
        assert len(server.requests) == 1


@in_virtual_time
async def test_without_a_deadline_retry_after_is_obeyed() -> None:
    fault = Fault(status=429, headers={"retry-after": "30"})
    async with serving(fault) as server, new_client(server, None) as client:
        await client.models.list()
        assert now_s() == pytest.approx(30, abs=0.1)
        assert len(server.requests) == 2


async def test_it_lets_a_longer_wait_than_a_minute_be_obeyed(server: LocalGroq) -> None:
    waits_s: list[float] = []

    class ToldError(Exception):
        pass

    def stop(retry: Any) -> None:
        waits_s.append(retry.wait_s)
        raise ToldError

    server.script(Fault(status=429, headers={"retry-after": "300"}, times=2))
    with pytest.raises(ToldError):
        await new_client(server, 1000.0, on_retry=stop).models.list()
    with pytest.raises(RateLimitError):
        await new_client(server, 1000.0, on_retry=stop).with_options(timeout=10).models.list()
    assert waits_s == [300.0]


def test_a_sync_call_keeps_it_too(server: LocalGroq) -> None:
    server.script(Fault(split_every=1, split_gap_s=0.05))
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        began_at = time.monotonic()
        with pytest.raises(APITimeoutError, match='timeout "total"'):
            client.models.list(timeout=Timeout(60, total=0.4))
        assert time.monotonic() - began_at < 60


@in_virtual_time
async def test_what_a_stream_had_brought_by_then_is_in_the_error() -> None:
    async with serving(Fault(after_events=3, end="stall")) as server, new_client(server) as client:
        with pytest.raises(APIError) as caught:
            await collected(client)
        assert caught.value.partial.choices[0].message.reasoning


def test_it_is_called_the_deadline_where_people_look_for_it() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "timeouts.md").read_text()
    assert "`total` | the deadline" in guide
    assert "deadline" in (Timeout.__doc__ or "")
    assert "deadline" in (AsyncGroq.__doc__ or "")
