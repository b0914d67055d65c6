"""Errors that users met once, each with the test that would find it again."""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from aiogroq import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncGroq,
    Groq,
    GroqError,
)
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "Tell me a story"}]


async def test_an_upload_whose_source_fails_raises_that_and_is_not_sent_again(
    client: AsyncGroq, server: LocalGroq
) -> None:
    async def recording() -> AsyncIterator[bytes]:
        yield b"x" * 8000
        raise OSError("the microphone was unplugged")

    with pytest.raises(OSError, match="unplugged"):
        await client.files.create(file=("x.wav", recording()), purpose="batch")
    # The connection is cut, so the server may not have seen the request at all; it must not see a second one.
    assert len(server.requests) <= 1


class Changing:
    """A file of 1 MB that is longer or shorter when it is read than when it was measured."""

    def __init__(self, real: int) -> None:
        self._left = real

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return 1_000_000 if whence == os.SEEK_END else offset

    def read(self, size: int) -> bytes:
        chunk = b"x" * min(size, self._left)
        self._left -= len(chunk)
        return chunk


@pytest.mark.parametrize(("real", "words"), [(2_000_000, "became longer"), (500_000, "became shorter")])
async def test_a_file_that_changes_while_it_is_sent_is_named_and_spoils_no_connection(
    client: AsyncGroq, server: LocalGroq, real: int, words: str
) -> None:
    file: Any = ("rec.wav", Changing(real))
    with pytest.raises(OSError, match=f"rec.wav {words}"):
        await client.files.create(file=file, purpose="batch")
    assert (await client.models.list()).data
    # The server may read the other connection, which was cut, after this one.
    assert [request.status for request in server.requests if request.path.endswith("/models")] == [200]


Call = Callable[[AsyncGroq], Awaitable[object]]


async def listed(client: AsyncGroq) -> object:
    return await client.models.list()


async def streamed(client: AsyncGroq) -> object:
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    return await stream.collect()


@pytest.mark.parametrize(
    ("fault", "call", "kind"),
    [
        (Fault(end="stall", after_bytes=20), listed, APITimeoutError),
        (Fault(end="stall", after_events=3), streamed, APITimeoutError),
        (Fault(end="close", after_events=3), streamed, APIConnectionError),
        (Fault(body="<html>"), listed, APIResponseValidationError),
        (Fault(raw=b"junk\r\n\r\n"), listed, APIConnectionError),
    ],
)
async def test_a_live_error_can_be_pickled_has_no_cycle_and_no_key_in_its_causes(
    server: LocalGroq, fault: Fault, call: Call, kind: type[APIError]
) -> None:
    timeout = 0.3 if kind is APITimeoutError else 60
    client = AsyncGroq(api_key="gsk_canary", base_url=server.base_url, timeout=timeout, max_retries=0)
    server.script(fault)
    with pytest.raises(kind) as caught:
        await call(client)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (kind, str(caught.value))
    seen: list[BaseException] = []
    error: BaseException | None = caught.value
    while error is not None:
        assert error not in seen
        assert "gsk_canary" not in f"{error!r} {error.args} {vars(error)}"
        seen.append(error)
        error = error.__cause__


async def test_chunks_that_arrived_before_a_disconnect_are_returned_before_the_error(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.script(Fault(after_events=40, end="close"))
    stream = await client.chat.completions.create(
        model="llama-3.1-8b-instant", messages=QUESTION, stream=True
    )
    for _ in range(40):
        await anext(stream)
    with pytest.raises(APIConnectionError) as caught:
        await anext(stream)
    assert caught.value.partial.choices[0].message.content


async def test_model_dump_leaves_out_what_is_excluded_and_rejects_what_it_does_not_know(
    client: AsyncGroq,
) -> None:
    completion = await client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert list(completion.model_dump(include={"id"})) == ["id"]
    assert "usage" not in completion.model_dump(exclude={"usage"}, mode="json")
    assert '"total_tokens"' not in completion.model_dump_json(exclude={"usage"})
    assert None not in completion.model_dump(exclude_defaults=True).values()
    with pytest.raises(TypeError, match="typo"):
        completion.model_dump(typo=1)
    with pytest.raises(NotImplementedError, match="names of fields"):
        completion.model_dump(include={"choices": {0: True}})


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.models.list(timout=3),
        lambda client: client.embeddings.create(model="m", input="a", timout=5),
        lambda client: client.files.content("file_x", timout=3),
        lambda client: client.batches.list(timout=1),
        lambda client: client.files.create(file=b"x", purpose="batch", timout=1),
    ],
)
async def test_an_unknown_keyword_is_rejected_everywhere(
    client: AsyncGroq, server: LocalGroq, call: Any
) -> None:
    with pytest.raises(TypeError, match=r"'timout'. Did you mean 'timeout'"):
        await call(client)
    assert server.requests == []


@pytest.mark.local_groq(reply=lambda _: "fine")
async def test_a_body_of_more_than_a_mebibyte_goes_out_without_a_warning(
    client: AsyncGroq, server: LocalGroq
) -> None:
    text = "word " * 50_000
    await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": text}], extra_body={}
    )
    large = [text] * 6
    await client.embeddings.create(model="m", input=large)
    assert len(server.requests[-1].body) > 1024 * 1024
    assert server.requests[-1].json["input"] == large


async def test_closing_says_whose_connections_are_closed(client: AsyncGroq) -> None:
    other = client.with_options(timeout=3)
    await client.close()
    with pytest.raises(GroqError, match="share one pool"):
        await other.models.list()


async def test_a_sync_client_rejects_a_session_of_another_loop() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(TypeError, match="belongs to another loop"):
            await asyncio.to_thread(lambda: Groq(api_key="k", http_client=session))
