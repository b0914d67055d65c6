"""Redirects are followed within an origin, as the same request; the key goes to no other origin."""

from __future__ import annotations

import io

import pytest
from virtual_time import in_virtual_time, served_here

from aiogroq import APIStatusError, AsyncGroq, Groq
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
HERE = "/openai/v1"


def redirect(status: int, location: str, **more: object) -> Fault:
    return Fault(status=status, body=b"moved", headers={"location": location}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [307, 308])
@in_virtual_time
async def test_a_post_is_sent_on_with_the_same_method_body_and_key(status: int) -> None:
    async with served_here(faults=[redirect(status, f"{HERE}/chat/completions?moved=1")]) as (client, server):
        response = await client.chat.completions.create(model=MODEL, messages=QUESTION)
        first, second = server.requests
    assert response.choices[0].message.content
    assert second.query == {"moved": "1"}
    for name in ("method", "body", "connection_id"):
        assert getattr(first, name) == getattr(second, name)
    assert second.headers == first.headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", [f"{HERE}/models", "models", "ABSOLUTE", "//HOST/openai/v1/models#part"])
async def test_a_get_is_sent_on_whatever_the_status(
    status: int, location: str, client: AsyncGroq, server: LocalGroq
) -> None:
    host = server.base_url.removeprefix("http://")
    server.script(
        redirect(status, location.replace("ABSOLUTE", f"http://{host}/v1/models").replace("HOST", host))
    )
    assert (await client.models.list()).data
    assert [request.method for request in server.requests] == ["GET", "GET"]


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_post_never_becomes_a_get(status: int, client: AsyncGroq, server: LocalGroq) -> None:
    server.script(redirect(status, f"{HERE}/models"))
    with pytest.raises(
        APIStatusError, match=rf"with status {status}, which would turn the POST into a GET"
    ) as caught:
        await client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert caught.value.status_code == status
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", ["port", "host", "scheme", "user", "slashes"])
async def test_the_key_goes_to_no_other_origin_and_the_error_names_both(
    status: int, kind: str, client: AsyncGroq, server: LocalGroq
) -> None:
    port = server.port
    with LocalGroq() as other:
        location = {
            "port": f"{other.base_url}/openai/v1/models",
            "host": f"http://localhost:{port}/openai/v1/models",
            "scheme": f"https://127.0.0.1:{port}/openai/v1/models",
            "user": f"http://127.0.0.1:{port}@127.0.0.1:{other.port}/",
            "slashes": f"//127.0.0.1:{other.port}/openai/v1/models",
        }[kind]
        server.script(redirect(status, location))
        with pytest.raises(
            APIStatusError, match="which is another origin; the key is not sent there"
        ) as caught:
            await client.models.list()
        assert other.connections_made == 0
    assert f"{server.base_url}/openai/v1/models" in str(caught.value)
    assert len(caught.value.attempts) == len(server.requests) == 1


async def test_a_circle_of_redirects_ends(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(redirect(307, f"{HERE}/models", times=None))
    with pytest.raises(APIStatusError, match="after 10 redirects before it") as caught:
        await client.models.list()
    assert len(server.requests) == 11
    assert caught.value.status_code == 307


async def test_the_bound_counts_for_the_call_and_not_for_each_attempt(
    client: AsyncGroq, server: LocalGroq
) -> None:
    back, again = redirect(307, f"{HERE}/models"), Fault(status=503, headers={"retry-after": "0"})
    server.script(*[back] * 6, again, *[back] * 6)
    with pytest.raises(APIStatusError, match="after 10 redirects before it"):
        await client.models.list()
    assert len(server.requests) == 12


@pytest.mark.parametrize(
    "location",
    [
        "http://[",
        "http://[::1",
        "http://a:b",
        "http://\u217cocalhost/",
        "http://[::ffff:\u00e9a127.0.0.2]:80/",
    ],
)
async def test_a_location_that_is_no_url_is_an_error_that_shows_it(
    location: str, client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(redirect(307, location.encode().decode("latin-1")))
    with pytest.raises(APIStatusError, match=r"redirects http.* to 'http://.*', which is no URL"):
        await client.models.list()
    assert len(server.requests) == 1


async def test_a_redirect_without_a_location_is_an_error(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(status=302, body=b"somewhere"))
    with pytest.raises(APIStatusError, match="Error code: 302 - somewhere"):
        await client.models.list()


async def test_an_upload_is_redirected_completely(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(redirect(307, f"{HERE}/files?moved=1"))
    content = bytes(range(256)) * 2000
    stored = await client.files.create(file=io.BytesIO(content), purpose="batch")
    assert stored.bytes == len(content)
    assert [part.content for part in server.requests[-1].parts] == [
        part.content for part in server.requests[0].parts
    ]


async def test_a_stream_is_sent_on(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(redirect(308, f"{HERE}/chat/completions"))
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    assert (await stream.collect()).choices[0].finish_reason == "stop"


async def test_an_error_after_a_redirect_names_the_url_of_the_response(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(redirect(307, "/elsewhere/models"))
    with pytest.raises(APIStatusError, match=r"went to http://127\.0\.0\.1:\d+/elsewhere/models"):
        await client.models.list()


def test_a_sync_client_follows_the_same(groq_client: Groq, server: LocalGroq) -> None:
    server.script(redirect(307, f"{HERE}/chat/completions"))
    assert groq_client.chat.completions.create(model=MODEL, messages=QUESTION).choices
    server.script(redirect(307, "http://localhost:9/"))
    with pytest.raises(APIStatusError, match="another origin"):
        groq_client.models.list()
