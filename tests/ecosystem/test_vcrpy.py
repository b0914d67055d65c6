"""vcrpy records the requests of our sessions, and replays them without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aiogroq import APIConnectionError, AsyncGroq, BadRequestError, Groq
from aiogroq.local import Fault, LocalGroq

# Its first import reads files and asks the machine, which no loop should wait for.
vcr: Any = pytest.importorskip("vcr", reason="vcrpy is not installed")

pytestmark = pytest.mark.timeout(20)

KEY = "gsk_recorded"
MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
OTHER_QUESTION = [{"role": "user", "content": "What is 3+4?"}]


class Cassette:
    """A cassette of one test, and a server that can be stopped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.server = LocalGroq().start()
        self.base_url = self.server.base_url

    @contextmanager
    def recorded(self, **options: Any) -> Iterator[Any]:
        """Record, and stop the server after it."""
        with self.tape(record_mode="once", **options) as tape:
            yield tape
        self.server.stop()

    @contextmanager
    def replayed(self, **options: Any) -> Iterator[Any]:
        """Replay only; every recorded response must be requested."""
        with self.tape(record_mode="none", **options) as tape:
            yield tape
        assert tape.all_played

    def tape(self, **options: Any) -> Any:
        shared = {"filter_headers": ["authorization"], "match_on": ["method", "uri", "body"]}
        return vcr.use_cassette(str(self.path), **{**shared, **options})

    @property
    def text(self) -> str:
        """What was written."""
        return self.path.read_text()


@pytest.fixture
def cassette(tmp_path: Path) -> Iterator[Cassette]:
    made = Cassette(tmp_path / "cassette.yaml")
    yield made
    made.server.stop()


async def ask(client: AsyncGroq, messages: list[dict[str, str]] = QUESTION, **more: Any) -> str:
    response = await client.chat.completions.create(model=MODEL, messages=messages, **more)
    return str(response.choices[0].message.content)


async def texts(client: AsyncGroq) -> list[str | None]:
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    return [chunk.choices[0].delta.content async for chunk in stream if chunk.choices]


async def test_chat_is_recorded_and_replayed(cassette: Cassette) -> None:
    with cassette.recorded():
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url) as client:
            recorded = await ask(client)
    with cassette.replayed():
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url, max_retries=0) as client:
            assert await ask(client) == recorded == "2+2 = 4."
    with pytest.raises(APIConnectionError):  # there is no server, indeed
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url, max_retries=0) as client:
            await ask(client)


async def test_a_client_that_was_used_before_is_recorded_and_replayed(cassette: Cassette) -> None:
    async with AsyncGroq(api_key=KEY, base_url=cassette.base_url, max_retries=0) as client:
        assert await ask(client, OTHER_QUESTION) == "3+4 = 7."
        with cassette.recorded():
            await ask(client)
        with cassette.replayed():
            assert await ask(client) == "2+2 = 4."


async def test_a_stream_is_recorded_and_replayed(cassette: Cassette) -> None:
    with cassette.recorded():
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url) as client:
            recorded = await texts(client)
    with cassette.replayed():
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url, max_retries=0) as client:
            assert await texts(client) == recorded
    assert "".join(text or "" for text in recorded) == "2+2 = 4."


def test_sync_calls_and_streams_are_recorded_and_replayed(cassette: Cassette) -> None:
    def run() -> tuple[Any, Any]:
        with Groq(api_key=KEY, base_url=cassette.base_url, max_retries=0) as client:
            response = client.chat.completions.create(model=MODEL, messages=QUESTION)
            stream = client.chat.completions.create(model=MODEL, messages=OTHER_QUESTION, stream=True)
            return response.choices[0].message.content, stream.collect().choices[0].message.content

    with cassette.recorded():
        recorded = run()
    with cassette.replayed():
        assert run() == recorded == ("2+2 = 4.", "3+4 = 7.")


async def test_the_cassette_has_the_request_without_key_or_python_objects(cassette: Cassette) -> None:
    with cassette.recorded():
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url) as client:
            await ask(client, extra_headers={"x-mine": "yes"})
    assert KEY not in cassette.text
    assert "!!python" not in cassette.text
    with cassette.tape() as tape:
        (request,) = tape.requests
    assert json.loads(request.body) == {"model": MODEL, "messages": QUESTION}
    assert request.headers["x-mine"] == "yes"
    assert "authorization" not in {name.lower() for name in request.headers}


async def test_without_a_filter_the_key_is_recorded_as_the_text_that_was_sent(cassette: Cassette) -> None:
    with cassette.recorded(filter_headers=[]):
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url) as client:
            await ask(client)
    assert f"Bearer {KEY}" in cassette.text  # as with every client: filtering it is the user's to ask for
    assert "!!python" not in cassette.text


async def test_requests_are_distinguished_by_their_bodies(cassette: Cassette) -> None:
    with cassette.recorded():
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url) as client:
            await ask(client, OTHER_QUESTION)
            await ask(client)
    with cassette.replayed():
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url, max_retries=0) as client:
            assert [await ask(client), await ask(client, OTHER_QUESTION)] == ["2+2 = 4.", "3+4 = 7."]


async def test_what_was_not_recorded_says_so(cassette: Cassette) -> None:
    with cassette.recorded():
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url) as client:
            await ask(client)
    with cassette.tape(record_mode="none"):
        async with AsyncGroq(api_key=KEY, base_url=cassette.base_url, max_retries=0) as client:
            with pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
                await ask(client, OTHER_QUESTION)


async def test_failed_attempts_are_recorded_and_retried_again_at_replay(cassette: Cassette) -> None:
    cassette.server.script(Fault(status=503, headers={"retry-after": "0"}))
    retried: list[int | None] = []

    async def run() -> str:
        async with AsyncGroq(
            api_key=KEY,
            base_url=cassette.base_url,
            on_retry=lambda retry: retried.append(retry.attempt.status_code),
        ) as client:
            return await ask(client)

    with cassette.recorded():
        await run()
    with cassette.replayed():
        assert await run() == "2+2 = 4."
    assert retried == [503, 503]


async def test_an_error_is_recorded_and_replayed(cassette: Cassette) -> None:
    cassette.server.script(Fault(status=400))
    seen: list[str | None] = []
    for tape in (cassette.recorded, cassette.replayed):
        with tape():
            async with AsyncGroq(api_key=KEY, base_url=cassette.base_url) as client:
                with pytest.raises(BadRequestError) as caught:
                    await ask(client)
                seen.append(caught.value.request_id)
    assert seen[0] == seen[1] is not None


async def test_a_large_prompt_is_recorded_and_replayed(cassette: Cassette) -> None:
    messages = [{"role": "user", "content": "x" * 100_000}]
    responses: list[str] = []
    for tape in (cassette.recorded, cassette.replayed):
        with tape():
            async with AsyncGroq(api_key=KEY, base_url=cassette.base_url, max_retries=0) as client:
                responses.append(await ask(client, messages))
    assert responses[0] == responses[1] != ""
