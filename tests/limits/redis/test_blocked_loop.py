"""A process whose event loop was blocked does not take Redis for down: the reply has arrived meanwhile."""

from __future__ import annotations

import asyncio
import logging

import pytest
from loop_clock import LoopClock, sent
from redis_server import PATIENCE_S, RedisServer

from aiogroq.limits import Ask, Granted, RedisStore


async def test_a_reply_that_arrived_while_the_event_loop_was_blocked_counts(
    own_redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    store, loop_clock = RedisStore(own_redis_server.url), LoopClock()
    assert await store.reserve("scope", [Ask("1", {"RPM": 1.0})]) == Granted(1)
    with caplog.at_level(logging.INFO, "aiogroq"):
        own_redis_server.pause()
        asking = asyncio.create_task(store.reserve("scope", [Ask("2", {"RPM": 1.0})]))
        await sent()
        own_redis_server.resume()
        # Blocks the loop until the server has responded to what was sent before.
        own_redis_server.execute("PING")
        loop_clock.move(2 * PATIENCE_S)
        assert await asking == Granted(1)
    assert not store.is_off
    assert not [record for record in caplog.records if record.name == "aiogroq"]
    for id in ("1", "2"):
        await store.settle("scope", id, {})
    await store.close()
