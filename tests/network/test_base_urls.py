"""Base URLs as people write them, what a wrong one says, and what plain http does to the key."""

from __future__ import annotations

import logging

import pytest

from aiogroq import AsyncGroq, Groq, GroqError, NotFoundError
from aiogroq.local import Fault, LocalGroq
from aiogroq.transport import tls

from .peers import Scripted, complete_response, listening


@pytest.mark.parametrize(
    ("suffix", "path"),
    [
        ("", "/openai/v1/models"),
        ("/", "/openai/v1/models"),
        ("/openai", "/openai/v1/models"),
        ("/openai/", "/openai/v1/models"),
        ("/openai/v1", "/openai/v1/models"),
        ("/openai/v1/", "/openai/v1/models"),
        ("/openai/v1//", "/openai/v1/models"),
        (" ", "/openai/v1/models"),
        ("?#", "/openai/v1/models"),
        ("/v1", "/v1/models"),
        ("/api/openai", "/api/openai/v1/models"),
        ("/api/openai/v1", "/api/openai/v1/models"),
        ("/gateway/groq/v1", "/gateway/groq/v1/models"),
        ("/gateway%20of%2Fours/v1", "/gateway%20of%2Fours/v1/models"),
        ("/gateway", "/gateway/openai/v1/models"),
    ],
)
async def test_each_form_of_a_base_url_reaches_the_endpoints(suffix: str, path: str) -> None:
    server = Scripted(complete_response(b'{"object": "list", "data": []}'))
    async with (
        listening(server.serve) as port,
        AsyncGroq(api_key="k", base_url=f"http://127.0.0.1:{port}{suffix}") as client,
    ):
        await client.models.list()
    assert server.seen[0].target == path


@pytest.mark.parametrize("base_url", ["/openai/v1/openai/v1", "/wrong"])
async def test_a_404_for_an_unknown_url_shows_where_the_request_went_and_the_fix(
    server: LocalGroq, base_url: str
) -> None:
    client = AsyncGroq(api_key="k", base_url=server.base_url + base_url)
    with pytest.raises(NotFoundError) as caught:
        await client.models.list()
    path = server.requests[0].path
    assert f"The request went to {server.base_url}{path}; " in str(caught.value)
    assert "https://api.groq.com" in str(caught.value)
    assert caught.value.code == "unknown_url"
    assert len(server.requests) == 1


@pytest.mark.parametrize("is_of_environment", [False, True])
@pytest.mark.parametrize("suffix", ["/v1", "/openai/v1", "/gateway/openai/v1/ "])
async def test_a_404_of_a_server_whose_base_url_ends_in_v1_does_not_blame_the_base_url(
    server: LocalGroq, monkeypatch: pytest.MonkeyPatch, suffix: str, is_of_environment: bool
) -> None:
    server.script(Fault(status=404, body={"detail": "Not Found"}))
    monkeypatch.setenv("GROQ_BASE_URL", server.base_url + suffix)
    base_url = None if is_of_environment else server.base_url + suffix
    async with AsyncGroq(api_key="k", base_url=base_url) as client:
        with pytest.raises(
            NotFoundError, match=r"/v1/files; this server may not have this endpoint\.$"
        ) as caught:
            await client.files.list()
    assert "base_url" not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>404 Not Found</html>", b"", b'{"detail": "Not Found"}', b"[]"])
async def test_a_404_of_something_that_is_not_the_service_shows_the_url_too(body: bytes) -> None:
    server = Scripted(complete_response(body, status="404 Not Found"))
    async with (
        listening(server.serve) as port,
        AsyncGroq(api_key="k", base_url=f"http://127.0.0.1:{port}/x/v1", default_query={"q": "1"}) as client,
    ):
        with pytest.raises(
            NotFoundError,
            match=rf"went to http://127\.0\.0\.1:{port}/x/v1/models\?q=1; this server may not have",
        ):
            await client.models.list()


@pytest.mark.local_groq(strict_models=True)
async def test_a_404_for_a_model_is_about_the_model_alone(client: AsyncGroq) -> None:
    with pytest.raises(NotFoundError) as caught:
        await client.models.retrieve("no-such-model")
    assert "base_url" not in str(caught.value)


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
@pytest.mark.parametrize("base_url", ["http://user:hunter2@groq.example", "https://user@groq.example/v1"])
def test_credentials_in_a_base_url_are_rejected_and_not_shown(cls: type[AsyncGroq], base_url: str) -> None:
    with pytest.raises(GroqError, match="must not have a user or a password") as caught:
        cls(api_key="k", base_url=base_url)
    assert "hunter2" not in str(caught.value)


def test_a_key_that_is_passed_as_the_base_url_is_not_shown() -> None:
    with pytest.raises(GroqError, match="not a key") as caught:
        AsyncGroq(api_key="https://api.groq.com", base_url="gsk_hunter2")
    assert "hunter2" not in str(caught.value)


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


@pytest.mark.parametrize("host", ["groq.example", "192.0.2.1", "[2001:db8::1]", "localhost.example.org"])
def test_plain_http_to_another_machine_is_logged_once_for_each_host(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    tls.clear_cache()
    for cls in (AsyncGroq, Groq, AsyncGroq):
        cls(api_key="k", base_url=f"http://{host}:8000").with_options(timeout=1)
    (message,) = warnings_of(caplog)
    assert (
        message == f"http://{host}:8000 is plain http: the API key and all content travel in clear; use https"
    )


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1",
        "http://127.9.9.9:1/v1",
        "http://localhost:11434/v1",
        "http://[::1]",
        "http://groq.localhost",
    ],
)
def test_plain_http_on_this_machine_is_not_logged(base_url: str, caplog: pytest.LogCaptureFixture) -> None:
    AsyncGroq(api_key="k", base_url=base_url)
    AsyncGroq(api_key="k", base_url="https://groq.example")
    assert warnings_of(caplog) == []


async def test_the_error_of_a_response_that_is_not_the_services_quotes_it(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(status=200, body="<html>Welcome</html>"))
    with pytest.raises(GroqError, match=r"Expected JSON, got text/plain.*: '<html>Welcome"):
        await client.models.list()
