"""How tokens of requests in flight count, in the three ways that the service is known to have had, in virtual time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from virtual_time import current_loop, in_virtual_time, until

from aiogroq import APIStatusError, AsyncGroq, InternalServerError, RateLimitError
from aiogroq.local import Admission, Fault, LocalGroq, RateLimit
from aiogroq.local.rate_limits import ADMISSIONS

PROMPT_TOKENS = 27
"""Of the request below."""
USED_TOKENS = 33
"""Of the request and its response."""
LATENCY_S = 10.0


@asynccontextmanager
async def serving(
    admission: Admission = "reserve", *, latency_s: float = LATENCY_S, **options: Any
) -> AsyncIterator[tuple[LocalGroq, AsyncGroq]]:
    """A server on the running loop, with the limits of ``limits``, and a client of it that does not retry."""
    limits = {"*": RateLimit(**options.pop("limits"))}
    server = LocalGroq(
        clock=current_loop().clock,
        latency_s=latency_s,
        rate_limits=limits,
        admission=admission,
        **options,
    )
    async with (
        server.serve_here(),
        AsyncGroq(api_key="one", base_url=server.base_url, max_retries=0) as client,
    ):
        yield server, client


async def ask(client: AsyncGroq, max_completion_tokens: int = 1000, **params: Any) -> Any:
    messages: Any = [{"role": "user", "content": "What is 2+2?"}]
    return await client.chat.completions.create(
        model="m", messages=messages, max_completion_tokens=max_completion_tokens, **params
    )


def minute(server: LocalGroq) -> float:
    return server.limit_levels("m")["TPM"]


@in_virtual_time
async def test_checked_tokens_are_charged_at_the_end_of_the_response() -> None:
    async with serving("check", limits={"tpm": 6000}) as (server, client):
        call = asyncio.create_task(ask(client))
        await asyncio.sleep(LATENCY_S - 0.001)
        assert minute(server) == 6000
        await call
        assert minute(server) == 6000 - USED_TOKENS


@in_virtual_time
async def test_reserved_tokens_are_given_back_at_the_end_of_the_response() -> None:
    async with serving("reserve", limits={"tpm": 6000}) as (server, client):
        call = asyncio.create_task(ask(client))
        await asyncio.sleep(1)
        assert minute(server) == pytest.approx(6000 - PROMPT_TOKENS - 1000 + 100)
        await call
        # The bucket has refilled by 100 tokens a second meanwhile, up to the limit.
        assert minute(server) == 6000
        server.consume("m", prompt_tokens=3000)
        await asyncio.gather(ask(client), ask(client))
        assert minute(server) == pytest.approx(3000 + 1000 - 2 * USED_TOKENS)


@in_virtual_time
async def test_kept_reservations_are_not_given_back() -> None:
    async with serving("reserve_keep", limits={"tpm": 6000}) as (server, client):
        await asyncio.gather(ask(client), ask(client))
        assert minute(server) == pytest.approx(6000 - 2 * (PROMPT_TOKENS + 1000) + 1000)


@pytest.mark.parametrize("admission", ADMISSIONS)
@in_virtual_time
async def test_usage_beyond_what_was_asked_for_is_charged(admission: Admission) -> None:
    async with serving(admission, latency_s=0, limits={"tpm": 6000}) as (server, client):
        messages: Any = [{"role": "user", "content": "What is 2+2?"}]
        await client.chat.completions.create(model="m", messages=messages)
        assert minute(server) == 6000 - USED_TOKENS


@in_virtual_time
async def test_checked_requests_in_flight_use_more_than_the_limit() -> None:
    """Each of them finds room for itself, so that afterwards more was used than the limit."""
    async with serving("check", limits={"tpm": 1200}) as (server, client):
        await asyncio.gather(*(ask(client) for _ in range(40)))
        assert minute(server) == 1200 - 40 * USED_TOKENS
        with pytest.raises(RateLimitError, match=r"Limit 1200, Used 1320, Requested 1027\. Please") as caught:
            await ask(client)
        assert f"Please try again in {(1320 + 1027 - 1200) * 60 / 1200:g}s." in str(caught.value)


@in_virtual_time
async def test_three_reserved_requests_do_not_fit_where_two_do() -> None:
    """Measured of the service in 2026: three calls of 1,060 + 2,000 tokens at once exceed 8,000 a minute."""
    async with serving("reserve", limits={"tpm": 8000}) as (server, client):
        results = await asyncio.gather(*(ask(client, 3000) for _ in range(3)), return_exceptions=True)
        assert [isinstance(result, RateLimitError) for result in results].count(True) == 1
        refused = next(entry for entry in server.requests if entry.status == 429)
        assert (refused.limit_kind, refused.prompt_tokens) == ("TPM", 0)


@in_virtual_time
async def test_prompt_and_completion_tokens_have_limits_of_their_own() -> None:
    async with serving("reserve", latency_s=0.3, limits={"itpm": 200, "otpm": 2000}) as (server, client):
        await asyncio.gather(ask(client), ask(client, 900))
        levels = server.limit_levels("m")
        assert levels["ITPM"] == pytest.approx(200 - 2 * PROMPT_TOKENS + 1)
        assert levels["OTPM"] == pytest.approx(2000 - 2 * (USED_TOKENS - PROMPT_TOKENS) + 10)
        call = asyncio.create_task(ask(client, 1900))
        await until(lambda: server.limit_levels("m")["OTPM"] < 1000)
        await asyncio.sleep(0.1)
        with pytest.raises(
            RateLimitError, match=r"on output tokens per minute \(OTPM\): Limit 2000, Used 18\d\d"
        ):
            await ask(client, 900)
        await call


@pytest.mark.parametrize(("admission", "charged"), [("check", 0), ("reserve", 0), ("reserve_keep", 1027)])
@in_virtual_time
async def test_a_failure_of_the_service_is_not_charged(admission: Admission, charged: int) -> None:
    faults = [Fault(status=503)]
    async with serving(admission, latency_s=0, faults=faults, limits={"tpm": 6000}) as (server, client):
        with pytest.raises(InternalServerError):
            await ask(client)
        assert minute(server) == 6000 - charged


@in_virtual_time
async def test_a_client_that_disconnects_frees_its_reservation() -> None:
    async with serving("reserve", limits={"tpm": 6000}) as (server, client):
        call = asyncio.create_task(ask(client))
        await until(lambda: minute(server) < 5000)
        call.cancel()
        await asyncio.wait([call])
        await until(lambda: server.requests[0].disconnected)
        assert minute(server) == 6000 - USED_TOKENS


@pytest.mark.parametrize("admission", ADMISSIONS)
@in_virtual_time
async def test_a_stream_is_charged_at_its_end(admission: Admission) -> None:
    options: Any = {"latency_s": 0, "tokens_per_second": 10, "limits": {"tpm": 6000, "rpd": 1000}}
    async with serving(admission, **options) as (server, client):
        stream = await ask(client, stream=True)
        in_flight = 0 if admission == "check" else PROMPT_TOKENS + 1000
        await stream.__anext__()
        assert minute(server) == pytest.approx(6000 - in_flight, abs=20)
        assert stream.response.headers["x-ratelimit-remaining-tokens"] == str(6000 - in_flight)
        await stream.collect()
        await until(lambda: server.requests[0].finished_at)
        end_s = current_loop().time()
        charged = in_flight if admission == "reserve_keep" else USED_TOKENS
        refilled = 0 if admission == "check" else end_s * 100
        assert minute(server) == pytest.approx(min(6000, 6000 - charged + refilled), abs=1)


@in_virtual_time
async def test_keys_of_one_organization_share_its_limits() -> None:
    organizations = {"one": "org_a", "two": "org_a", "three": "org_b"}
    async with serving(latency_s=0, organizations=organizations, limits={"rpm": 2}) as (_, client):
        await ask(client)
        await ask(client.with_options(api_key="two"))
        with pytest.raises(RateLimitError, match="in organization `org_a`"):
            await ask(client.with_options(api_key="one"))
        with pytest.raises(RateLimitError, match="in organization `org_a`"):
            await ask(client.with_options(api_key="two"))
        await ask(client.with_options(api_key="three"))
        await ask(client.with_options(api_key="another"))


@in_virtual_time
async def test_limits_can_change_while_the_server_runs() -> None:
    async with serving(latency_s=0, limits={"tpm": 8000}) as (server, client):
        await ask(client)
        server.rate_limits = {"*": RateLimit(tpm=2000)}
        raw = await client.chat.completions.with_raw_response.create(
            model="m", messages=[{"role": "user", "content": "What is 2+2?"}]
        )
        assert raw.headers["x-ratelimit-limit-tokens"] == "2000"
        assert minute(server) == 2000 - USED_TOKENS
        server.rate_limits = {"*": RateLimit(tpm=8000)}
        assert minute(server) == 2000 - USED_TOKENS
        await asyncio.sleep(30)
        assert minute(server) == pytest.approx(2000 - USED_TOKENS + 4000)
        with pytest.raises(APIStatusError, match="Limit 8000, Requested 9027"):
            await ask(client, 9000)


@in_virtual_time
async def test_a_neighbour_uses_limits_of_the_organization() -> None:
    async with serving(limits={"rpm": 10, "tpm": 8000, "tpd": 10_000, "rpd": 100}) as (server, _):
        server.consume("m", requests=3, prompt_tokens=9000, completion_tokens=500)
        assert server.limit_levels("m") == {"RPM": 7, "RPD": 97, "TPM": -1500, "TPD": 500}
        await asyncio.sleep(60)
        assert server.limit_levels("m")["TPM"] == pytest.approx(6500)


def test_an_unknown_admission_is_an_error() -> None:
    wrong: Any = "keep"
    with pytest.raises(
        ValueError, match=re.escape("admission must be one of 'check', 'reserve', 'reserve_keep'")
    ):
        LocalGroq(admission=wrong)
