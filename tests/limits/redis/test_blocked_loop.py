"""A process whose event loop was blocked does not take Redis for down: the reply has arrived meanwhile."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest
from redis_server import RedisServer

from aiogroq.limits import Ask, Granted, RedisStore
from aiogroq.limits.redis.store import TIMEOUT_S


async def test_a_reply_that_arrived_while_the_event_loop_was_blocked_counts(
    own_redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    store = RedisStore(own_redis_server.url)
    assert await store.reserve("scope", [Ask("1", {"RPM": 1.0})]) == Granted(1)
    with caplog.at_level(logging.INFO, "aiogroq"):
        own_redis_server.pause()
        asking = asyncio.create_task(store.reserve("scope", [Ask("2", {"RPM": 1.0})]))
        for _ in range(20):  # until it is sent
            await asyncio.sleep(0)
        own_redis_server.resume()
        until = time.monotonic() + 2 * TIMEOUT_S
        while time.monotonic() < until:
            pass
        assert await asking == Granted(1)
    assert not store.is_off
    assert not [record for record in caplog.records if record.name == "aiogroq"]
    for id in ("1", "2"):
        await store.settle("scope", id, {})
    await store.close()
