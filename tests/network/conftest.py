"""A CA of our own, and a server behind TLS and a proxy, all on loopback."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from aiogroq.local import LocalGroq
from aiogroq.transport import proxies, tls

from .peers import Proxy, listening, tls_front

HOST = "groq.example"
"""A name that only the proxy knows."""


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A home directory of this test's own; no certificates of the environment; nothing remembered of other tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "REQUEST_METHOD", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    proxies.clear_cache()
    tls.clear_cache()
    yield
    proxies.clear_cache()
    tls.clear_cache()


@dataclass
class Authority:
    """A CA that no store knows."""

    file: Path
    """Its certificate."""
    server_context: ssl.SSLContext
    """For a server that is `HOST`, localhost and the loopback addresses."""
    ca: trustme.CA

    @property
    def client_context(self) -> ssl.SSLContext:
        """Trusts this CA alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.ca.configure_trust(context)
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One CA for the session: keys take time to make."""
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(HOST, "localhost", "127.0.0.1", "::1").configure_cert(context)
    return Authority(file, context, ca)


@pytest.fixture
async def tls_port(server: LocalGroq, authority: Authority) -> AsyncIterator[int]:
    """The port of `server` behind TLS."""
    async with listening(tls_front(("127.0.0.1", server.port)), tls=authority.server_context) as port:
        yield port


@dataclass
class RunningProxy(Proxy):
    """A proxy and its port."""

    port: int = 0

    @property
    def url(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def proxy(server: LocalGroq, tls_port: int) -> AsyncIterator[RunningProxy]:
    """A proxy to `server`, whatever name is requested."""
    made = RunningProxy(("127.0.0.1", server.port), ("127.0.0.1", tls_port))
    async with listening(made.serve) as port:
        made.port = port
        yield made
