"""`RedisStore` with a cluster, with TLS, and with URLs of servers that are not there."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis_server import RedisServer, require_redis_server

from aiogroq import PacingError
from aiogroq.limits import Ask, Granted, RedisStore, Seen

SCOPE = "account:https://api.groq.com/openai/v1:model"


def started(server: RedisServer) -> contextlib.closing[RedisServer]:
    require_redis_server()
    server.start()
    return contextlib.closing(server)


async def use(store: RedisStore) -> None:
    """Reserve and settle."""
    await store.observe(SCOPE, {"RPD": Seen(100, source="given")})
    assert await store.reserve(SCOPE, [Ask("a", {"RPD": 1.0})]) == Granted(1)
    await store.settle(SCOPE, "a", {"RPD": 1.0})
    assert store.workers(SCOPE) == 1


async def use_cluster(port: int) -> None:
    client = RedisCluster(host="127.0.0.1", port=port)
    await use(RedisStore(client=client, timeout_s=20.0))
    await client.aclose()


@pytest.mark.slow
def test_a_cluster_stores_a_scope_together() -> None:
    with started(RedisServer(**{"cluster-enabled": "yes"})) as server:
        server.execute("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in server.execute("CLUSTER", "INFO"):
            time.sleep(0.02)
        asyncio.run(use_cluster(server.port))
        assert len({server.execute("CLUSTER", "KEYSLOT", key) for key in server.contents()}) == 1


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a server with TLS, and the certificate of its authority."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    options = {
        "tls-port": str(port),
        "tls-cert-file": str(tmp_path / "server.pem"),
        "tls-key-file": str(tmp_path / "server.pem"),
        "tls-ca-cert-file": str(tmp_path / "ca.pem"),
        "tls-auth-clients": "no",
    }
    with started(RedisServer(**options)):
        yield port, tmp_path / "ca.pem"


def test_a_server_with_tls(tls: tuple[int, Path]) -> None:
    # Without an event loop of pytest: redis-py reads the certificates of the system in it, at each connection.
    port, authority = tls
    asyncio.run(use(RedisStore(f"rediss://localhost:{port}/0?ssl_ca_certs={authority}", timeout_s=20.0)))
    with pytest.raises(PacingError, match=r"Name the certificates of its authority: \?ssl_ca_certs="):
        asyncio.run(use(RedisStore(f"rediss://localhost:{port}/0", timeout_s=20.0)))


async def test_a_database_that_the_server_does_not_have(redis_server: RedisServer) -> None:
    url = redis_server.url.removesuffix("/0")
    with pytest.raises(PacingError, match="Correct the number of the database"):
        await use(RedisStore(f"{url}/77", timeout_s=20.0))


async def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PacingError, match="Start it, or correct the URL"):
        await use(RedisStore(f"unix://{tmp_path}/redis.sock"))


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({}, TypeError, "needs a URL such as redis://localhost:6379/0, or client="),
        ({"url": "localhost:6379"}, ValueError, "redis://localhost:6379/0"),
        ({"url": 6379}, TypeError, "url must be a text"),
        ({"client": object()}, TypeError, "client must be a client of redis.asyncio"),
        ({"url": "redis://localhost", "on_store_error": "go on"}, ValueError, "'share' or 'stop'"),
        ({"url": "redis://localhost", "prefix": "{a}"}, ValueError, "prefix must be a text without braces"),
    ],
)
def test_options_that_cannot_be_are_rejected_at_once(
    arguments: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        RedisStore(**arguments)  # type: ignore[arg-type]


async def use_decoding_client(url: str) -> None:
    async with Redis.from_url(url, decode_responses=True) as client:
        await use(RedisStore(client=client, timeout_s=20.0))


def test_a_client_that_decodes_is_told_so(redis_server: RedisServer) -> None:
    with pytest.raises(PacingError, match="decode_responses=False"):
        asyncio.run(use_decoding_client(redis_server.url))
