"""Proxies of the environment and of the client, through a real proxy to a server with a private CA."""

from __future__ import annotations

import ssl
import sys
from pathlib import Path

import pytest
from yarl import URL

from aiogroq import APIConnectionError, APIStatusError, AsyncGroq, DefaultAioHttpClient, Groq, GroqError
from aiogroq.local import Fault, LocalGroq

from .conftest import HOST, Authority, RunningProxy
from .peers import listening, refusing_port
from .test_addresses import Names

# The embedded server accepts local host names only, unless others are allowed.
pytestmark = pytest.mark.local_groq(allowed_hosts=["groq.example"])

BASIC = "Basic dXNlcjpwQHNz"  # user:p@ss


async def models(base_url: str, **options: object) -> int:
    """Return the number of models that a new client lists."""
    pool = DefaultAioHttpClient(**options)  # type: ignore[arg-type]
    async with AsyncGroq(api_key="k", base_url=base_url, http_client=pool, max_retries=0) as client:
        return len((await client.models.list()).data)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
async def test_https_goes_through_a_tunnel_of_the_proxy_of_the_environment(
    name: str, proxy: RunningProxy, authority: Authority, server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert await models(f"https://{HOST}")
    assert proxy.targets == [f"CONNECT {HOST}:443"]
    assert "authorization" not in proxy.seen[0].headers
    assert server.requests[-1].headers["authorization"] == "Bearer k"
    assert server.requests[-1].headers["host"] == HOST


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_http_requests_are_sent_to_the_proxy_of_the_environment(
    name: str, proxy: RunningProxy, server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy.url.removeprefix("http://"))
    await models(f"http://{HOST}/openai/v1")
    assert proxy.targets == [f"GET http://{HOST}/openai/v1/models"]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
async def test_a_proxy_for_the_other_scheme_is_not_used(
    name: str, proxy: RunningProxy, tls_port: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy.url)
    assert await models(f"https://localhost:{tls_port}", ssl=authority.client_context)
    assert proxy.seen == []


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(
    "entry",
    ["127.0.0.1", "127.0.0.1:PORT", "example.org, 127.0.0.1 ", "*", "127.0.0.0/8", "::1/128,127.0.0.0/30"],
)
async def test_hosts_in_no_proxy_are_reached_directly(
    name: str, entry: str, proxy: RunningProxy, server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv(name, entry.replace("PORT", str(server.port)))
    assert await models(server.base_url)
    assert proxy.seen == []


@pytest.mark.parametrize("entry", ["", "example.org", "127.0.0.1:1", "10.0.0.0/8", "::1", "nonsense/99"])
async def test_hosts_that_are_not_in_no_proxy_go_through_the_proxy(
    entry: str, proxy: RunningProxy, server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", entry)
    assert await models(server.base_url)
    assert len(proxy.seen) == 1


@pytest.mark.parametrize("domain", [HOST, "example", ".example"])
async def test_a_domain_in_no_proxy_includes_its_subdomains(
    domain: str, proxy: RunningProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", domain)
    with pytest.raises(APIConnectionError):
        await models(f"http://{HOST}", resolver=Names({}))
    assert proxy.seen == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_credentials_in_the_url_of_a_proxy_go_to_the_proxy_only(
    scheme: str,
    proxy: RunningProxy,
    authority: Authority,
    server: LocalGroq,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy.credentials = BASIC
    monkeypatch.setenv(f"{scheme}_proxy", f"http://user:p%40ss@127.0.0.1:{proxy.port}")
    assert await models(f"{scheme}://{HOST}", ssl=authority.client_context)
    assert proxy.seen[0].headers["proxy-authorization"] == BASIC
    if scheme == "https":  # a plain request is passed on as it is by this proxy
        assert "proxy-authorization" not in server.requests[-1].headers


async def test_a_proxy_of_the_client_comes_before_that_of_the_environment(
    proxy: RunningProxy, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    proxy.credentials = BASIC
    options = {"ssl": authority.client_context, "proxy": proxy.url, "proxy_auth": ("user", "p@ss")}
    assert await models(f"https://{HOST}", **options)
    assert proxy.targets == [f"CONNECT {HOST}:443"]


async def test_without_trust_env_the_environment_is_ignored(
    proxy: RunningProxy, server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    assert await models(server.base_url, trust_env=False)
    assert proxy.seen == []


async def test_the_next_request_uses_a_changed_environment(
    proxy: RunningProxy, server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncGroq(api_key="k", base_url=server.base_url) as client:
        for expected in (0, 1, 1, 2):
            if expected == len(proxy.seen):
                monkeypatch.delenv("HTTP_PROXY", raising=False)
            else:
                monkeypatch.setenv("HTTP_PROXY", proxy.url)
                server.close_idle_connections()
            await client.models.list()
            assert len(proxy.seen) == expected


@pytest.mark.parametrize(
    "content", ["default login mallory password wrong\n", "machine 127.0.0.1 login a password b\n"]
)
async def test_a_netrc_file_is_ignored(
    content: str, proxy: RunningProxy, server: LocalGroq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(content)
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert await models(server.base_url)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert await models(server.base_url)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer k"] * 2
    assert "proxy-authorization" not in proxy.seen[0].headers


def test_a_sync_client_uses_the_proxy_of_the_environment_too(
    server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy for plain http receives the whole URL; the embedded server accepts it as its own.
    monkeypatch.setenv("HTTP_PROXY", server.base_url)
    with Groq(api_key="k", base_url=f"http://{HOST}", max_retries=0) as client:
        client.with_raw_response.models.list()
    assert server.requests[-1].headers["host"] == HOST


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio has no TLS inside TLS before Python 3.11")
async def test_a_proxy_may_itself_be_reached_by_tls(
    proxy: RunningProxy, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with listening(proxy.serve, tls=authority.server_context) as port:
        monkeypatch.setenv("ALL_PROXY", f"https://localhost:{port}")
        assert await models(f"https://{HOST}")
        assert await models(f"http://{HOST}")
    assert proxy.targets == [f"CONNECT {HOST}:443", f"GET http://{HOST}/openai/v1/models"]


@pytest.mark.parametrize(
    "value", ["socks5://user:hunter2@127.0.0.1:1080", "ftp://x:hunter2@y", "http://:hunter2@"]
)
async def test_an_unsupported_kind_of_proxy_is_named_with_what_to_do(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(GroqError, match=r"HTTPS_PROXY to one, add groq\.example to NO_PROXY") as caught:
        await models(f"https://{HOST}")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [("407 Proxy Authentication Required", "needs credentials"), ("403 Forbidden", "NO_PROXY")],
)
async def test_a_proxy_that_rejects_a_tunnel_is_named_and_not_retried(
    refusal: str, words: str, proxy: RunningProxy, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{proxy.port}")
    proxy.refusal = refusal
    client = AsyncGroq(api_key="k", base_url=f"https://{HOST}")
    with pytest.raises(APIConnectionError, match=f"proxy responded {refusal[:3]} .* {words}") as caught:
        await client.models.list()
    assert "hunter2" not in f"{caught.value}{caught.value!r}{caught.value.__cause__!r}"
    assert len(proxy.seen) == len(caught.value.attempts) == 1


async def test_an_unreachable_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing_port() as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(
            APIConnectionError, match=f"could not connect to the proxy 127.0.0.1:{port} .*HTTPS_PROXY"
        ):
            await models(f"https://{HOST}")


async def test_without_verification_nothing_is_verified_in_a_tunnel_either(
    proxy: RunningProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    assert await models(f"https://{HOST}", ssl=False)


async def test_an_untrusted_server_behind_a_proxy_gets_no_request(
    proxy: RunningProxy, server: LocalGroq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(APIConnectionError, match="SSL_CERT_FILE") as caught:
        await models(f"https://{HOST}")
    assert isinstance(caught.value.__cause__.__cause__, ssl.SSLCertVerificationError)  # type: ignore[union-attr]
    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            407,
            b"<html>Proxy",
            "This is the response of the proxy 127.0.0.1:{port}, not of the service; it requires cred",
        ),
        (
            407,
            b"",
            "This is the response of the proxy 127.0.0.1:{port}, not of the service; it requires credentials: put",
        ),
        (
            401,
            b"<html>Log in",
            "This may be the response of the proxy 127.0.0.1:{port} and not of the service",
        ),
        (401, b'{"error":{"message":"Invalid API Key"}}', "Invalid API Key'}}"),
        (403, b"<html>", "403 - <html>"),
    ],
)
async def test_a_proxys_own_response_to_a_plain_http_request_is_named_as_such(
    status: int, body: bytes, said: str, server: LocalGroq
) -> None:
    server.script(Fault(status=status, body=body))
    port = URL(server.base_url).port
    pool = DefaultAioHttpClient(proxy=server.base_url)
    async with AsyncGroq(
        api_key="k", base_url="http://groq.example", max_retries=0, http_client=pool
    ) as client:
        with pytest.raises(APIStatusError) as caught:
            await client.models.list()
    assert said.format(port=port) in str(caught.value)
    assert ("proxy" in str(caught.value)) == ("proxy" in said)


async def test_without_a_proxy_none_is_named(server: LocalGroq) -> None:
    server.script(Fault(status=407, body=b""))
    async with AsyncGroq(api_key="k", base_url=server.base_url, max_retries=0) as client:
        with pytest.raises(APIStatusError) as caught:
            await client.models.list()
    assert "proxy" not in str(caught.value)
