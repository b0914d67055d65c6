"""The number of requests and the waits between them, to the exact second: on a fake clock, over real sockets."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import logging
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from aiogroq import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    Groq,
    RateLimitError,
    Timeout,
)
from aiogroq.errors import Attempt
from aiogroq.local import Fault, LocalGroq
from aiogroq.protocol import retry

from .fake_clock import run_on_fake_clock
from .raw_server import (
    MODEL,
    QUESTION,
    Exchange,
    Handler,
    RawServer,
    ask,
    completion,
    http_response,
    raw_server,
)

pytestmark = pytest.mark.timeout(20)

BACKOFF = "backoff"
"""Waits of our own choice, which chance shortens: 0.375 to 0.5 s, then 0.75 to 1 s."""
DATE = "a date 4 s from now"
NOW_S = 1_800_000_000.5
"""Now, by the clock of the wall: in the middle of a second."""


def rejects(status: int, headers: dict[str, str]) -> Handler:
    async def reject(exchange: Exchange) -> None:
        sent = dict(headers)
        if sent.get("retry-after") == DATE:
            # To the second, as dates are: a part of the first second is lost.
            date = datetime.fromtimestamp(NOW_S, timezone.utc) + timedelta(seconds=4)
            sent["retry-after"] = format_datetime(date, usegmt=True)
        more = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        more += f"x-request-id: req_{exchange.number}\r\n"
        await exchange.write(http_response(b'{"error": {"message": "no"}}', status=f"{status} No", more=more))

    return reject


def failed(
    serve: Handler, *, deadline_s: float | None = None, max_retries: int = 2
) -> tuple[APIError, float, RawServer]:
    """The error of a call that cannot succeed, the seconds that it took by the fake clock, and its server."""

    async def main() -> tuple[APIError, float, RawServer]:
        async with raw_server(serve) as raw, raw.client(max_retries=max_retries) as client:
            limited = client.with_options(timeout=Timeout(None, total=deadline_s))
            began_at = asyncio.get_running_loop().time()
            with pytest.raises(APIError) as caught:
                await ask(limited)
            return caught.value, asyncio.get_running_loop().time() - began_at, raw

    return run_on_fake_clock(main)


# ---------------------------------------------------------------------------- status x header x deadline

Waits = list[float] | str

TABLE: list[tuple[dict[str, str], Waits, Waits]] = [
    # headers, the waits where a status is tried again: without a deadline, with one of 5 s
    ({}, BACKOFF, BACKOFF),
    ({"retry-after": "0"}, [0.0, 0.0], [0.0, 0.0]),
    ({"retry-after": "0.2"}, [0.2, 0.2], [0.2, 0.2]),
    ({"retry-after": "4"}, [4.0, 4.0], [4.0]),
    ({"retry-after": "5"}, [5.0, 5.0], [5.0]),
    ({"retry-after": "60"}, [60.0, 60.0], []),
    ({"retry-after": "61"}, [], []),
    ({"retry-after": "578"}, [], []),
    ({"retry-after": DATE}, [3.5, 3.5], [3.5]),
    ({"retry-after": "Fri, 01 Jan 2021 00:00:00 GMT"}, [0.0, 0.0], [0.0, 0.0]),
    ({"retry-after": "garbage"}, BACKOFF, BACKOFF),
    ({"retry-after-ms": "250"}, [0.25, 0.25], [0.25, 0.25]),
    ({"retry-after-ms": "250", "retry-after": "578"}, [0.25, 0.25], [0.25, 0.25]),
    ({"retry-after-ms": "61000"}, [], []),
    ({"x-should-retry": "true"}, BACKOFF, BACKOFF),
    ({"x-should-retry": "true", "retry-after": "1"}, [1.0, 1.0], [1.0, 1.0]),
    ({"x-should-retry": "false"}, [], []),
    ({"x-should-retry": "false", "retry-after": "0"}, [], []),
]


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock by which dates are read at `NOW_S`."""
    assert inspect.signature(retry.decide).parameters["now"].default is time.time
    monkeypatch.setattr(retry, "decide", functools.partial(retry.decide, now=lambda: NOW_S))


def title(headers: object) -> str | None:
    if not isinstance(headers, dict):
        return None
    return ",".join(f"{name}={value}" for name, value in headers.items()) or "no header"


@pytest.mark.usefixtures("wall_clock")
@pytest.mark.parametrize("deadline_s", [None, 5.0], ids=["no deadline", "5 s"])
@pytest.mark.parametrize("status", [400, 404, 408, 409, 413, 422, 429, 498, 500, 503])
@pytest.mark.parametrize(("headers", "endless", "limited"), TABLE, ids=title)
def test_requests_and_waits_are_as_the_table_has_them(
    status: int, headers: dict[str, str], endless: Waits, limited: Waits, deadline_s: float | None
) -> None:
    waits = endless if deadline_s is None else limited
    is_tried = status in (408, 409, 429, 498, 500, 503) or headers.get("x-should-retry") == "true"
    error, took_s, raw = failed(rejects(status, headers), deadline_s=deadline_s)
    assert isinstance(error, APIStatusError)
    assert error.status_code == status
    waited = [attempt.wait_s for attempt in error.attempts]
    assert took_s == pytest.approx(sum(waited), abs=1e-6)
    assert waited.pop() == 0.0
    assert raw.requests == len(waited) + 1
    if not is_tried:
        assert waited == []
    elif waits == BACKOFF:
        first, second = waited
        assert 0.375 <= first <= 0.5
        assert 0.75 <= second <= 1.0
    else:
        assert waited == pytest.approx(waits, abs=1e-9)


# ------------------------------------------------------------------------------------------------ attempts


def test_an_error_has_every_attempt_with_status_or_reason_wait_and_request_id() -> None:
    async def misbehave(exchange: Exchange) -> None:
        if exchange.number == 0:
            exchange.close()
        else:
            await rejects((0, 503, 429)[exchange.number], {"retry-after": "2"})(exchange)

    error, took_s, raw = failed(misbehave)
    first, second, third = error.attempts
    assert (first.status_code, first.request_id) == (None, None)
    assert "closed the connection" in (first.error or "")
    assert second == Attempt(503, None, 2.0, "req_1")
    assert third == Attempt(429, None, 0.0, "req_2")
    assert took_s == pytest.approx(first.wait_s + 2.0)
    assert error.retries_taken == 2
    assert raw.requests == 3
    assert error.request_id == "req_2"


@pytest.mark.parametrize("status", [429, 500])
def test_without_retries_one_request_goes_out(status: int) -> None:
    error, took_s, raw = failed(rejects(status, {"retry-after": "0"}), max_retries=0)
    assert (raw.requests, raw.connections, took_s) == (1, 1, 0.0)
    assert [attempt.status_code for attempt in error.attempts] == [status]


def test_without_retries_a_connection_that_breaks_off_is_one_request() -> None:
    async def leave(exchange: Exchange) -> None:
        exchange.close()

    error, took_s, raw = failed(leave, max_retries=0)
    assert isinstance(error, APIConnectionError)
    assert (raw.requests, raw.connections, took_s) == (1, 1, 0.0)


def test_the_deadline_counts_responses_and_waits_together() -> None:
    async def slow(exchange: Exchange) -> None:
        await asyncio.sleep(2.0)
        await rejects(503, {"retry-after": "1.5"})(exchange)

    error, took_s, raw = failed(slow, deadline_s=5.0)
    assert isinstance(error, APITimeoutError)
    assert error.phase == "total"
    assert 5.0 <= took_s <= 5.7  # looked at eight times within the limit
    assert raw.requests == 2
    assert [(tried.status_code, tried.wait_s) for tried in error.attempts] == [(503, 1.5), (None, 0.0)]


def test_a_request_that_was_sent_completely_and_timed_out_is_not_sent_again() -> None:
    async def silent(exchange: Exchange) -> None:
        await exchange.gone()

    async def main() -> tuple[int, int]:
        async with raw_server(silent) as raw, raw.client(max_retries=5, timeout=10.0) as client:
            with pytest.raises(APITimeoutError):
                await ask(client)
            paid_for = raw.requests
            with pytest.raises(APITimeoutError):
                await client.models.list()  # costs nothing
            return paid_for, raw.requests - paid_for

    assert run_on_fake_clock(main) == (1, 6)


@pytest.mark.parametrize("phase", ["first_byte", "read"])
def test_a_read_timeout_is_retried_on_request_though_it_may_be_paid_twice(phase: str) -> None:
    async def silent_at_first(exchange: Exchange) -> None:
        if exchange.number:
            await exchange.write(http_response(completion()))
        else:
            if phase == "read":
                await exchange.write(http_response(completion())[:-5])
            await exchange.gone()

    async def main() -> tuple[int, int]:
        async with raw_server(silent_at_first) as raw, raw.client(max_retries=1, timeout=10.0) as client:
            assert not client.retry_read_timeouts
            asking = client.with_options(retry_read_timeouts=True)
            assert await ask(asking) == "four"
            assert asking.retry_read_timeouts
            assert asking.copy(max_retries=2).retry_read_timeouts
            assert not asking.copy(retry_read_timeouts=False).retry_read_timeouts
            return raw.requests, raw.connections

    assert run_on_fake_clock(main) == (2, 2)


def test_a_request_larger_than_its_limit_is_not_sent_again() -> None:
    text = "Request too large for model `m` on tokens per minute (TPM): Limit 8000, Requested 10092, please reduce"

    async def limited(exchange: Exchange) -> None:
        body = json.dumps({"error": {"message": text, "code": "rate_limit_exceeded"}}).encode()
        await exchange.write(http_response(body, status="429 No", more="retry-after: 1\r\n"))

    error, took_s, raw = failed(limited)
    assert isinstance(error, RateLimitError)
    assert (error.limit, error.requested) == (8000, 10092)
    assert (raw.requests, took_s) == (1, 0.0)


# ------------------------------------------------------------------------------------------------------ log


def test_each_retry_is_a_line_of_the_log_with_its_reason_and_wait(caplog: pytest.LogCaptureFixture) -> None:
    async def misbehave(exchange: Exchange) -> None:
        if exchange.number == 0:
            exchange.close()
        elif exchange.number == 1:
            await rejects(429, {"retry-after": "2.5"})(exchange)
        else:
            await exchange.write(http_response(completion()))

    async def main() -> str:
        async with raw_server(misbehave) as raw, raw.client(max_retries=2) as client:
            assert await ask(client) == "four"
            return raw.url

    with caplog.at_level(logging.INFO, logger="aiogroq"):
        url = run_on_fake_clock(main)
    first, second = [record for record in caplog.records if record.name == "aiogroq"]
    assert {first.levelno, second.levelno} == {logging.INFO}
    assert "closed the connection" in first.getMessage()
    assert second.getMessage() == f"retrying POST {url}/openai/v1/chat/completions in 2.500 s after 429"


@pytest.mark.parametrize("max_retries", [0, 2])
def test_the_sync_client_sends_as_often(server: LocalGroq, max_retries: int) -> None:
    server.script(Fault(status=503, headers={"retry-after": "0"}, times=None))
    with Groq(api_key="gsk_x", base_url=server.base_url, max_retries=max_retries) as client:
        with pytest.raises(APIStatusError) as caught:
            client.chat.completions.create(model=MODEL, messages=QUESTION)
        assert server.request_count == max_retries + 1
        assert len(caught.value.attempts) == max_retries + 1
