"""`RedisStore` with a cluster, with TLS, and with URLs of servers that are not there."""

from __future__ import annotations

import asyncio
import contextlib
import math
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis_server import PATIENCE_S, PROGRAM, RedisServer, free_port, require_redis_server

from aiogroq import PacingError
from aiogroq.limits import Ask, Granted, Pacing, RedisStore, Seen

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
    await use(RedisStore(client=client, timeout_s=PATIENCE_S))
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
    require_redis_server()
    # Without a certificate it ends, and says why.
    said = subprocess.run(
        [PROGRAM, "--port", "0", "--tls-port", "1"], capture_output=True, timeout=60, check=False
    )
    if b"finding TLS support" in said.stdout:
        pytest.skip("this server was built without TLS")
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    port = free_port()
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
    asyncio.run(
        use(RedisStore(f"rediss://localhost:{port}/0?ssl_ca_certs={authority}", timeout_s=PATIENCE_S))
    )
    with pytest.raises(PacingError, match=r"Name the certificates of its authority: \?ssl_ca_certs="):
        asyncio.run(use(RedisStore(f"rediss://localhost:{port}/0", timeout_s=PATIENCE_S)))


async def test_a_database_that_the_server_does_not_have(redis_server: RedisServer) -> None:
    url = redis_server.url.replace("/0?", "/77?")
    with pytest.raises(PacingError, match="correct the number at the end of the URL"):
        await use(RedisStore(url))


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
        *[
            ({"url": "redis://localhost", "timeout_s": wrong}, error, f"timeout_s must be .* not {wrong!r}")
            for wrong, error in [
                (0, ValueError),
                (-1, ValueError),
                (math.nan, ValueError),
                (math.inf, ValueError),
                ("a", TypeError),
                (True, TypeError),
            ]
        ],
        ({"client": Redis}, TypeError, "client must be a client, not the class Redis"),
        ({"client": SyncRedis()}, TypeError, "is of redis, not of redis.asyncio: .*redis.asyncio.Redis"),
        ({"client": Redis(decode_responses=True)}, ValueError, "create it with decode_responses=False"),
        ({"url": "redis://localhost?decode_responses=1"}, ValueError, "remove decode_responses"),
        ({"url": "redis://localhost?foo=1"}, ValueError, "in the URL.*'foo'"),
        ({"url": "redis://localhost?socket_timeout=abc"}, ValueError, "in the URL.*'socket_timeout'"),
        (
            {"url": "redis://localhost?socket_timeout=0"},
            ValueError,
            "socket_timeout in the URL must be .* not 0",
        ),
    ],
)
def test_options_that_cannot_be_are_rejected_at_once(
    arguments: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        RedisStore(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "timeout_s", "found_s"),
    [
        ("redis://localhost", None, 0.25),
        ("redis://localhost?socket_timeout=2", None, 2.0),
        ("unix:///run/redis.sock?db=1&socket_timeout=2", 3.0, 3.0),
    ],
)
def test_the_timeout_of_a_url_holds_where_no_other_is_given(
    url: str, timeout_s: float | None, found_s: float
) -> None:
    assert RedisStore(url, timeout_s=timeout_s).timeout_s == found_s


@pytest.mark.parametrize("parameter", ["foo=1", "socket_timeout=abc"])
def test_wrong_parameters_of_a_url_are_rejected_where_it_is_given(parameter: str) -> None:
    with pytest.raises(ValueError, match=r"redis://\[redacted\]@localhost.*in the URL") as caught:
        Pacing(store=f"redis://:hush@localhost/0?{parameter}")
    assert "hush" not in str(caught.value)


class Decodes:
    """A client of one's own that returns texts."""

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: object) -> str:
        return "text"

    eval = evalsha


async def test_a_client_that_decodes_is_told_so() -> None:
    with pytest.raises(PacingError, match=r"Create the client with decode_responses=False\."):
        await use(RedisStore(client=Decodes()))


def test_a_client_of_another_event_loop_is_an_error_and_no_outage(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    client = Redis.from_url(redis_server.url)
    store = RedisStore(client=client, timeout_s=PATIENCE_S)
    with contextlib.closing(asyncio.new_event_loop()) as first:
        first.run_until_complete(use(store))
        with pytest.raises(PacingError, match=r"made for another event loop.+in the event loop that uses"):
            asyncio.run(use(store))
        assert not store.is_off
        assert not [each for each in caplog.records if each.name == "aiogroq"]
        first.run_until_complete(client.aclose())
        first.run_until_complete(first.shutdown_asyncgens())


class OfAClosedLoop(Decodes):
    """A client whose connection was opened in an event loop that has ended."""

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: object) -> str:
        loop = asyncio.new_event_loop()
        loop.close()
        loop.call_soon(print)
        raise AssertionError


async def test_a_client_of_an_event_loop_that_has_ended_is_an_error() -> None:
    with pytest.raises(PacingError, match="made for another event loop"):
        await use(RedisStore(client=OfAClosedLoop()))
