"""Which certificates are trusted, by which variables, and what the error of an untrusted one says."""

from __future__ import annotations

import asyncio
import ssl
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType

import pytest

from aiogroq import APIConnectionError, AsyncGroq, DefaultAioHttpClient, Groq, GroqError
from aiogroq.local import LocalGroq
from aiogroq.transport import tls

from .conftest import Authority
from .peers import listening, tls_front
from .test_addresses import Names


async def models(port: int, host: str = "localhost", **options: object) -> int:
    """Return the number of models that a new client lists over TLS."""
    pool = DefaultAioHttpClient(**options)  # type: ignore[arg-type]
    base_url = f"https://{host}:{port}"
    async with AsyncGroq(api_key="k", base_url=base_url, http_client=pool, max_retries=0) as client:
        return len((await client.models.list()).data)


async def test_the_error_of_a_certificate_of_an_unknown_ca_says_what_to_set(
    tls_port: int, server: LocalGroq
) -> None:
    client = AsyncGroq(api_key="k", base_url=f"https://localhost:{tls_port}")
    with pytest.raises(APIConnectionError) as caught:
        await client.models.list()
    for words in (
        f"localhost:{tls_port} is not trusted",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "ssl=context",
        "certifi",
    ):
        assert words in str(caught.value)
    assert server.requests == []
    # It is as little trusted the next time.
    assert len(caught.value.attempts) == 1


async def test_the_file_of_ssl_cert_file_is_trusted(
    tls_port: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert await models(tls_port)


@pytest.mark.parametrize("name", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
async def test_the_directory_of_ssl_cert_dir_is_trusted(
    name: str, tls_port: int, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(APIConnectionError, match="SSL_CERT_DIR"):
        await models(tls_port)
    (tmp_path / f"{subject_hash(authority)}.0").write_bytes(authority.file.read_bytes())
    assert await models(tls_port)


def subject_hash(authority: Authority) -> str:
    """The name under which OpenSSL looks for this CA in a directory: ``openssl x509 -hash``."""
    import subprocess

    command = ["openssl", "x509", "-hash", "-noout", "-in", str(authority.file)]
    try:
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
    except FileNotFoundError:
        pytest.skip("the openssl command is not here")


async def test_requests_ca_bundle_is_trusted_if_no_other_variable_is_set(
    tls_port: int, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    assert await models(tls_port)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with pytest.raises(APIConnectionError, match="not trusted"):
        await models(tls_port)


async def test_the_next_connection_uses_a_changed_environment(
    tls_port: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncGroq(api_key="k", base_url=f"https://localhost:{tls_port}", max_retries=0) as client:
        with pytest.raises(APIConnectionError, match="not trusted"):
            await client.models.list()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert (await client.models.list()).data


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
async def test_a_variable_with_a_missing_path_is_named(
    name: str, tls_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "missing.pem"))
    with pytest.raises(GroqError, match=rf"{name} is '.*missing\.pem', "):
        await models(tls_port)


async def test_the_variable_of_a_file_without_certificates_is_named(
    tls_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_text("no certificate at all")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(GroqError, match=r"SSL_CERT_FILE is '.*ca\.pem', from which no certificates"):
        await models(tls_port)


async def test_a_users_context_comes_before_the_environment(
    tls_port: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    assert await models(tls_port, ssl=authority.client_context)
    with pytest.raises(APIConnectionError, match="not trusted"):
        await models(tls_port, ssl=ssl.create_default_context())


async def test_without_verification_nothing_is_verified_in_a_retry_either(
    tls_port: int, server: LocalGroq
) -> None:
    from aiogroq.local import Fault

    server.script(Fault(status=503, headers={"retry-after": "0"}, close_notice=True))
    pool = DefaultAioHttpClient(ssl=False)
    base_url = f"https://localhost:{tls_port}"
    async with AsyncGroq(api_key="k", base_url=base_url, http_client=pool) as client:
        response = await client.models.with_raw_response.list()
    assert response.retries_taken == 1


def test_a_sync_client_trusts_the_same(
    server: LocalGroq, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

    async def scenario() -> None:
        async with listening(tls_front(("127.0.0.1", server.port)), tls=authority.server_context) as port:

            def call() -> None:
                with Groq(api_key="k", base_url=f"https://localhost:{port}") as client:
                    assert client.models.list().data

            await asyncio.to_thread(call)

    asyncio.run(scenario())


async def test_a_certificate_for_another_name_says_so(tls_port: int, authority: Authority) -> None:
    with pytest.raises(APIConnectionError, match="for another name: check base_url"):
        await models(
            tls_port,
            host="other.example",
            resolver=Names({"other.example": ["127.0.0.1"]}),
            ssl=authority.client_context,
        )


async def test_an_expired_certificate_says_so(server: LocalGroq, authority: Authority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    authority.ca.issue_cert("localhost", not_after=yesterday).configure_cert(context)
    async with listening(tls_front(("127.0.0.1", server.port)), tls=context) as port:
        with pytest.raises(APIConnectionError, match="out of date: check the clock of this machine"):
            await models(port, ssl=authority.client_context)


async def test_a_server_without_tls_is_named(server: LocalGroq) -> None:
    with pytest.raises(APIConnectionError, match=f"could not connect to localhost:{server.port} "):
        await models(server.port)


@pytest.fixture
def empty_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Python as installed on macOS by its own installer: the paths of OpenSSL are missing, and no package has certificates."""
    monkeypatch.setattr(ssl.SSLContext, "set_default_verify_paths", lambda self: None)
    paths = ssl.DefaultVerifyPaths(None, None, "SSL_CERT_FILE", "", "SSL_CERT_DIR", "")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    for name in ("truststore", "certifi"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("empty_store")
async def test_without_a_system_store_certifi_is_used(
    tls_port: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(APIConnectionError, match="install truststore or certifi"):
        await models(tls_port)
    certifi = ModuleType("certifi")
    certifi.where = lambda: str(authority.file)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "certifi", certifi)
    tls.clear_cache()
    assert await models(tls_port)


@pytest.mark.usefixtures("empty_store")
async def test_without_a_system_store_truststore_comes_before_certifi(
    tls_port: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context(ssl.SSLContext):
        def __init__(self, protocol: int) -> None:
            self.load_verify_locations(authority.file)

    truststore = ModuleType("truststore")
    truststore.SSLContext = Context  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "truststore", truststore)
    monkeypatch.setitem(sys.modules, "certifi", ModuleType("certifi"))
    assert await models(tls_port)


async def test_certificates_are_loaded_once_for_the_process_and_off_the_loop(
    tls_port: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    loaded_by: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(self: ssl.SSLContext, *args: object) -> None:
        loaded_by.append(threading.current_thread().name)
        load(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    await asyncio.gather(*(models(tls_port) for _ in range(8)))
    assert len(loaded_by) == 1
    assert loaded_by[0] != threading.current_thread().name
