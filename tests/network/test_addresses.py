"""Host names and addresses: IPv6, several addresses of which some are unreachable, names without an address."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver

from aiogroq import APIConnectionError, AsyncGroq, DefaultAioHttpClient, Timeout
from aiogroq.local import LocalGroq

from .peers import listening, refusing_port, tls_front

# The embedded server accepts local host names only, unless others are allowed.
pytestmark = pytest.mark.local_groq(allowed_hosts=["groq.example"])


class Names(AbstractResolver):
    """A resolver with its own list of names."""

    def __init__(self, addresses: Mapping[str, Sequence[str]], failures: int = 0) -> None:
        self._addresses = addresses
        self._failures = failures
        self.lookups: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> Any:
        self.lookups.append(host)
        if len(self.lookups) <= self._failures or host not in self._addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in self._addresses[host]
        ]

    async def close(self) -> None: ...


def has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as sock:
        try:
            sock.bind(("::1", 0))
        except OSError:
            return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")


def client_with(resolver: AbstractResolver, base_url: str, **options: Any) -> AsyncGroq:
    pool = DefaultAioHttpClient(resolver=resolver)
    return AsyncGroq(api_key="k", base_url=base_url, http_client=pool, **options)


@needs_ipv6
async def test_an_ipv6_address_is_a_base_url(server: LocalGroq) -> None:
    async with (
        listening(tls_front(("127.0.0.1", server.port)), host="::1") as port,
        AsyncGroq(api_key="k", base_url=f"http://[::1]:{port}") as client,
    ):
        assert (await client.models.list()).data
    assert server.requests[-1].headers["host"] == f"[::1]:{port}"


@needs_ipv6
async def test_a_name_whose_ipv6_address_refuses_connections_is_reached_by_its_ipv4_address(
    server: LocalGroq,
) -> None:
    names = Names({"groq.example": ["::1", "127.0.0.1"]})
    async with client_with(names, f"http://groq.example:{server.port}", max_retries=0) as client:
        assert (await client.models.list()).data


async def test_an_address_that_does_not_respond_is_skipped_soon(server: LocalGroq) -> None:
    # A listener with a full queue neither accepts nor refuses connections, like a dead route.
    silent = socket.socket()
    silent.bind(("127.0.0.2", server.port))
    silent.listen(0)
    fillers: list[socket.socket] = []
    try:
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.2", server.port))
            fillers.append(filler)
        names = Names({"groq.example": ["127.0.0.2", "127.0.0.1"]})
        started = time.monotonic()
        base_url = f"http://groq.example:{server.port}"
        async with client_with(names, base_url, max_retries=0, timeout=Timeout(60, connect=30)) as client:
            assert (await client.models.list()).data
        # It takes a quarter of a second; the rest is for a busy machine. Without the skip it ends at its timeout.
        assert 0.2 < time.monotonic() - started < 10
    finally:
        for sock in (silent, *fillers):
            sock.close()


async def test_a_name_without_an_address_is_named_and_its_lookup_is_retried() -> None:
    names = Names({})
    client = client_with(names, "http://groq.example", max_retries=1)
    with pytest.raises(
        APIConnectionError, match=r"the name groq\.example has no address .*base_url"
    ) as caught:
        await client.models.list()
    assert names.lookups == ["groq.example"] * 2
    assert [attempt.error is not None for attempt in caught.value.attempts] == [True, True]
    assert isinstance(caught.value.__cause__, aiohttp.ClientConnectorError)


async def test_a_name_that_is_found_in_the_second_attempt_is_no_error(server: LocalGroq) -> None:
    names = Names({"groq.example": ["127.0.0.1"]}, failures=1)
    async with client_with(names, f"http://groq.example:{server.port}", max_retries=1) as client:
        response = await client.models.with_raw_response.list()
    assert response.retries_taken == 1


async def test_the_lookup_of_a_name_ends_at_the_connect_timeout() -> None:
    class Endless(Names):
        async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> Any:
            await asyncio.Event().wait()

    client = client_with(Endless({}), "http://groq.example", max_retries=0)
    with pytest.raises(APIConnectionError, match='timeout "connect"'):
        await client.with_options(timeout=aiohttp.ClientTimeout(sock_connect=0.05)).models.list()


async def test_a_port_without_a_listener_is_named() -> None:
    with refusing_port() as port:
        client = AsyncGroq(api_key="k", base_url=f"http://127.0.0.1:{port}", max_retries=0)
        with pytest.raises(APIConnectionError, match=f"could not connect to 127.0.0.1:{port} "):
            await client.models.list()
