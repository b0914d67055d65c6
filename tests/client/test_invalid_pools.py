"""An invalid option of `DefaultAioHttpClient` is rejected when it is made; a failing proxy is named."""

from __future__ import annotations

import logging
import re
import socket
import traceback
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from aiogroq import (
    APIConnectionError,
    AsyncGroq,
    AuthenticationError,
    DefaultAioHttpClient,
    Groq,
    GroqError,
    omit,
)
from aiogroq.local import LocalGroq

pytestmark = pytest.mark.timeout(10)

PASSWORD = "hunter2"
NO_BOUND = "must be an int >= 0 (0 for no bound)"
BYTES = "must be an int >= 1 (bytes"
PROXY = "must be an http or https URL such as 'http://127.0.0.1:8080', and "
PAIR = "must be a pair of texts, ('user', 'password'), or an aiohttp.BasicAuth"

WRONG: list[tuple[str, Any, type[Exception], str]] = [
    ("proxy", 8080, TypeError, "must be a URL as text, such as 'http://127.0.0.1:8080', not int"),
    ("proxy", "", ValueError, f"{PROXY}has no 'http://'"),
    ("proxy", f"u:{PASSWORD}@proxy:80", ValueError, f"{PROXY}has no 'http://'"),
    ("proxy", f"socks5://u:{PASSWORD}@proxy", ValueError, f"{PROXY}has the scheme 'socks5'"),
    ("proxy", f"http://u:{PASSWORD}@", ValueError, PROXY),
    ("proxy", "http:///x", ValueError, f"{PROXY}names no host"),
    ("proxy", f"http://u:{PASSWORD}@proxy:99999", ValueError, f"{PROXY}cannot be read as a URL"),
    ("proxy_auth", f"u:{PASSWORD}", TypeError, PAIR),
    ("proxy_auth", 5, TypeError, PAIR),
    ("proxy_auth", (PASSWORD,), TypeError, PAIR),
    ("proxy_auth", (PASSWORD, 5), TypeError, PAIR),
    ("proxy_auth", ("u", PASSWORD.encode()), TypeError, PAIR),
    ("local_address", ("127.0.0.1", 0), TypeError, "must be an address as text, such as '127.0.0.1', not tuple"),
    ("ssl", "ca.pem", TypeError, "must be an ssl.SSLContext, or False to verify nothing, not str; for a CA in a file"),
    ("limit", "5", TypeError, f"{NO_BOUND}, not '5'"),
    ("limit", True, TypeError, f"{NO_BOUND}, not True"),
    ("limit", -1, ValueError, f"{NO_BOUND}, not -1"),
    ("limit_per_host", 2.5, TypeError, f"{NO_BOUND}, not 2.5"),
    ("limit_per_host", -1, ValueError, f"{NO_BOUND}, not -1"),
    ("keepalive_timeout", "3", TypeError, "must be seconds or None, not str"),
    ("keepalive_timeout", -1, ValueError, "must be >= 0 seconds, not -1"),
    ("keepalive_timeout", float("nan"), ValueError, "must be >= 0 seconds, not nan"),
    ("trust_env", "false", TypeError, "must be True or False, not str"),
    ("max_response_bytes", "1", TypeError, f"{BYTES}, or None), not '1'"),
    ("max_response_bytes", 0, ValueError, f"{BYTES}, or None), not 0"),
    ("max_event_bytes", None, TypeError, f"{BYTES}), not None"),
    ("max_event_bytes", 0, ValueError, f"{BYTES}), not 0"),
    ("session", 5, TypeError, "must be an aiohttp.ClientSession, not int"),
]  # fmt: skip


def frames_of_ours(error: BaseException) -> str:
    """The locals of the library's frames."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return "".join(
        repr(frame.f_locals) for frame in frames if frame.f_globals["__name__"].startswith("aiogroq")
    )


@pytest.mark.parametrize(
    ("name", "wrong", "error", "words"), WRONG, ids=[f"{row[0]}={row[1]!r}" for row in WRONG]
)
def test_an_option_is_rejected_by_its_name_and_shows_no_password(
    name: str, wrong: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=f"^{name} {re.escape(words)}") as caught:
        DefaultAioHttpClient(**{"proxy": "http://127.0.0.1:9", name: wrong})
    if not isinstance(wrong, tuple) or isinstance(
        wrong[-1], str
    ):  # of what is no text nobody knows what it is
        assert PASSWORD not in f"{caught.value}{frames_of_ours(caught.value)}"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("proxi", ". Did you mean 'proxy'?"),
        ("limits", ". Did you mean 'limit'?"),
        ("keepalive", ". Did you mean 'keepalive_timeout'?"),
        ("force_closed", ". Did you mean 'force_close'?"),
        ("verify", "; it takes proxy=, proxy_auth=, local_address=, ssl=, limit=, "),
        ("loop", "; it takes proxy="),
    ],
)
def test_the_error_of_an_unknown_option_suggests_the_right_one(name: str, hint: str) -> None:
    words = f"DefaultAioHttpClient() got an unexpected keyword argument {name!r}{hint}"
    with pytest.raises(TypeError, match=f"^{re.escape(words)}") as caught:
        DefaultAioHttpClient(**{name: PASSWORD})
    assert PASSWORD not in frames_of_ours(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"limit": None}, {"limit_per_host": None}, {"keepalive_timeout": None}, {"keepalive_timeout": float("inf")},
        {"keepalive_timeout": 0}, {"force_close": True}, {"ssl": None}, {"max_response_bytes": None}, {"use_dns_cache": False},
        {"proxy_auth": ("u", "p")},
    ],
    ids=str,
)  # fmt: skip
async def test_what_can_be_right_works_for_one_call_after_another(
    options: dict[str, Any], server: LocalGroq, caplog: pytest.LogCaptureFixture
) -> None:
    pool = DefaultAioHttpClient(**options)
    async with AsyncGroq(api_key="k", base_url=server.base_url, http_client=pool) as client:
        for _ in range(2):
            assert (await client.models.list()).data
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.local_groq(allowed_hosts=["groq.invalid"])
@pytest.mark.parametrize("auth", [("u", "p"), ["u", "p"], ("u", "p", "latin1")], ids=repr)
async def test_credentials_of_a_proxy_are_any_pair_and_what_follows_it(auth: Any, server: LocalGroq) -> None:
    # For plain http a proxy receives the whole URL; the embedded server responds to it as to its own.
    pool = DefaultAioHttpClient(proxy=server.base_url, proxy_auth=auth)
    async with AsyncGroq(api_key="k", base_url="http://groq.invalid", http_client=pool) as client:
        assert (await client.models.list()).data
    assert server.requests[0].headers["proxy-authorization"] == "Basic dTpw"


class NoNames(AbstractResolver):
    """Knows no name at all."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(None, "no such name")

    async def close(self) -> None:
        pass


class WrongNames(AbstractResolver):
    """A resolver with a defect of its own."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self._error is not None:
            raise self._error
        return []

    async def close(self) -> None:
        pass


async def test_a_resolver_that_raises_what_it_likes_is_a_connection_error() -> None:
    pool = DefaultAioHttpClient(resolver=WrongNames(RuntimeError("the table of names is empty")))
    assert await failed(pool, "http://groq.example") == (
        "Connection error: could not connect to groq.example (the table of names is empty)."
    )


async def test_a_resolver_that_finds_nothing_is_a_connection_error() -> None:
    assert await failed(DefaultAioHttpClient(resolver=WrongNames()), "http://groq.example") == (
        "Connection error: could not connect to groq.example (the resolver found no address)."
    )


@pytest.mark.skipif(not hasattr(aiohttp, "BasicAuth"), reason="aiohttp 4 has no credentials of a session")
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated", "ignore:The 'auth' parameter is deprecated")
async def test_a_session_with_credentials_of_its_own_is_rejected_with_the_client() -> None:
    async with aiohttp.ClientSession(auth=aiohttp.BasicAuth("u", "p")) as session:
        with pytest.raises(ValueError, match=r"made with auth=.*make the session without auth="):
            AsyncGroq(api_key="k", http_client=session)


@pytest.mark.skipif(not hasattr(aiohttp, "BasicAuth"), reason="aiohttp 4 has no credentials of a session")
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated", "ignore:The 'auth' parameter is deprecated")
async def test_its_credentials_are_sent_if_the_key_is_omitted(server: LocalGroq) -> None:
    async with aiohttp.ClientSession(auth=aiohttp.BasicAuth("u", "p")) as session:
        client = AsyncGroq(
            api_key="k",
            base_url=server.base_url,
            http_client=session,
            default_headers={"Authorization": omit},
        )
        with pytest.raises(AuthenticationError):  # the embedded server wants a bearer token
            await client.models.list()
    assert server.requests[-1].headers["authorization"] == "Basic dTpw"


async def failed(http_client: DefaultAioHttpClient, base_url: str = "http://127.0.0.1:9") -> str:
    async with AsyncGroq(api_key="k", base_url=base_url, http_client=http_client, max_retries=0) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.models.list()
    return str(caught.value)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_a_proxy_whose_name_has_no_address_is_named_with_its_variable(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "Foo.invalid:8080")
    assert await failed(DefaultAioHttpClient(resolver=NoNames())) == (
        f"Connection error: could not connect to the proxy foo.invalid:8080 (no such name); see {variable}, or the "
        "proxy= of DefaultAioHttpClient."
    )


async def test_a_proxy_of_the_pool_is_not_taken_for_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://other.invalid")
    pool = DefaultAioHttpClient(resolver=NoNames(), proxy="http://foo.invalid")
    message = await failed(pool)
    assert (
        "could not connect to the proxy foo.invalid:80 (no such name); see HTTPS_PROXY, HTTP_PROXY and "
        in message
    )
    assert "or the proxy= of DefaultAioHttpClient" in message


@pytest.mark.parametrize("host", ["groq.invalid", "größe.invalid"])
async def test_a_server_whose_name_has_no_address_is_still_one_of_the_base_url(host: str) -> None:
    message = await failed(DefaultAioHttpClient(resolver=NoNames()), f"http://{host}")
    assert re.search(r"the name \S+\.invalid has no address \(no such name\); check base_url", message)


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        ("http;//foo", "names no host"),
        ("foo bar", "names no host"),
        ("http:///x", "names no host"),
        (f"http://u:{PASSWORD}@foo:99999", "cannot be read as a URL"),
        (f"socks5://u:{PASSWORD}@foo", "has the scheme 'socks5'"),
    ],
)
@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
async def test_a_variable_that_is_no_proxy_is_named_with_the_ways_out(
    cls: Any, value: str, flaw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", value)
    client = cls(api_key="k", base_url="http://127.0.0.1:9", max_retries=0)
    with pytest.raises(GroqError, match=rf"that of HTTP_PROXY {flaw}: set HTTP_PROXY to one, add") as caught:
        await client.models.list()
    assert PASSWORD not in f"{caught.value}{frames_of_ours(caught.value)}"
