"""`examples/fastapi_workers.py` under uvicorn with two workers, a real redis-server, and a service with a limit."""

from __future__ import annotations

import asyncio
import os
import signal

import httpx
import pytest
from redis_server import RedisServer

from aiogroq.local import LocalGroq, RateLimit

from .conftest import EXAMPLES, LIMIT_S, serving

RPM = 30
CALLS = 40
"""More than the limit allows, and less than it would if each of two workers had it to itself."""


async def _ask(client: httpx.AsyncClient, number: int) -> httpx.Response:
    # A connection of its own for each call: any worker may take it.
    body = {"text": f"review {number}"}
    return await client.post("/label", json=body, headers={"connection": "close"})


async def _ask_all(url: str) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=url, timeout=LIMIT_S) as client:
        responses = [await _ask(client, 0)]
        # The next call is for the other worker, whichever took the first.
        first = responses[0].json()["worker"]
        os.kill(first, signal.SIGSTOP)
        try:
            responses.append(await _ask(client, 1))
        finally:
            os.kill(first, signal.SIGCONT)
        return responses + await asyncio.gather(*(_ask(client, number) for number in range(2, CALLS)))


@pytest.mark.slow
async def test_workers_share_one_limit_and_who_would_wait_too_long_is_told_when_to_come_back(
    redis_server: RedisServer,
) -> None:
    environment = {"REDIS_URL": redis_server.url, "GROQ_LIMITS": f"rpm={RPM}"}
    command = ("-m", "uvicorn", "--app-dir", str(EXAMPLES), "fastapi_workers:app", "--port", "0")
    with (
        # A little more than the workers are told: the first request takes long to arrive, and they count from its grant.
        LocalGroq(reply="good", rate_limits={"*": RateLimit(rpm=RPM + 3)}) as groq,
        serving(groq, *command, "--workers", "2", environment=environment, workers=2) as url,
    ):
        responses = await _ask_all(url)
        requests = list(groq.requests)
    labels = [response.json() for response in responses if response.status_code == 200]
    busy = [response for response in responses if response.status_code != 200]
    assert {each["label"] for each in labels} == {"good"}
    assert len({each["worker"] for each in labels}) == 2
    # The bucket, and what flows in within the five seconds that a call may wait.
    assert RPM - 1 <= len(labels) <= RPM + 5
    assert {response.status_code for response in busy} == {503}
    assert all(int(response.headers["retry-after"]) > 0 for response in busy)
    # No 429: without the store both workers would have sent all of their calls.
    assert len(requests) == len(labels)
