"""The redis-server of the tests does what the tests of the store ask of it."""

from __future__ import annotations

import pytest
import redis
from redis_server import RedisServer


def test_a_restarted_server_is_empty_and_on_the_same_port(own_redis_server: RedisServer) -> None:
    url = own_redis_server.url
    own_redis_server.execute("SET", "key", "value")
    own_redis_server.kill()
    with pytest.raises(redis.exceptions.ConnectionError):
        own_redis_server.execute("PING")
    own_redis_server.restart()
    assert own_redis_server.url == url
    assert own_redis_server.contents() == {}


def test_a_paused_server_accepts_connections_and_does_not_respond(own_redis_server: RedisServer) -> None:
    own_redis_server.pause()
    with (
        redis.Redis(port=own_redis_server.port, socket_timeout=0.1, retry=None) as client,
        pytest.raises(redis.exceptions.TimeoutError),
    ):
        client.ping()
    own_redis_server.resume()
    assert own_redis_server.execute("PING") is True
