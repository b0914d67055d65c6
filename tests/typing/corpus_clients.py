"""Clients: how they are made, configured, copied, entered and subclassed, and their verbs."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
import msgspec
from pydantic import BaseModel
from typing_extensions import Self, TypedDict, assert_type
from yarl import URL

import aiogroq
from aiogroq import (
    NOT_GIVEN,
    APIResponse,
    AsyncAPIResponse,
    AsyncClient,
    AsyncGroq,
    AsyncStream,
    Client,
    DefaultAioHttpClient,
    Groq,
    RequestOptions,
    Stream,
    Timeout,
    not_given,
    omit,
)
from aiogroq.types import ModelListResponse
from aiogroq.types.chat import ChatCompletion, ChatCompletionChunk

MODEL = "openai/gpt-oss-20b"
MESSAGES = [{"role": "user", "content": "Hello"}]


# ----------------------------------------------------------------------------------------------------- making one


def clients(key: str | None, session: aiohttp.ClientSession, context: ssl.SSLContext) -> None:
    assert_type(AsyncGroq(), AsyncGroq)
    assert_type(Groq(), Groq)
    client = AsyncGroq(
        api_key=key,
        base_url="https://api.groq.com",
        timeout=30.0,
        max_retries=5,
        default_headers={"X-Team": "a", "User-Agent": omit},
        default_query={"tenant": 7},
        http_client=DefaultAioHttpClient(
            proxy="http://user:secret@proxy.example:8080",
            proxy_auth=("user", "secret"),
            local_address="0.0.0.0",
            ssl=context,
            limit=200,
            limit_per_host=0,
            keepalive_timeout=15.0,
            trust_env=False,
            ttl_dns_cache=60,
        ),
    )
    Groq(base_url=URL("http://localhost:8080/v1"), http_client=session)
    Groq(http_client=DefaultAioHttpClient(session=session, ssl=False, proxy_auth=aiohttp.BasicAuth("u", "p")))
    assert_type(client.api_key, str)
    assert_type(client.base_url, URL)
    assert_type(client.timeout, Timeout)
    assert_type(client.max_retries, int)
    assert_type(client.http_client, DefaultAioHttpClient)
    assert_type(client.is_closed(), bool)
    same: type[AsyncGroq] = AsyncClient
    blocking_too: type[Groq] = Client
    print(same, blocking_too, aiogroq.__version__, aiogroq.DEFAULT_TIMEOUT, aiogroq.DEFAULT_MAX_RETRIES)


async def timeouts(client: AsyncGroq, blocking: Groq, seconds: float | None) -> None:
    Groq(timeout=5)
    Groq(timeout=5.0)
    Groq(timeout=None)
    Groq(timeout=Timeout(60.0, connect=5.0, read=None, write=10, pool=1.0, first_byte=20, idle=30, total=90))
    Groq(timeout=httpx.Timeout(connect=5.0, read=10.0, write=5.0, pool=5.0))
    AsyncGroq(timeout=aiohttp.ClientTimeout(total=60, sock_read=10))
    AsyncGroq(timeout=NOT_GIVEN)
    AsyncGroq(timeout=seconds)
    await client.models.list(timeout=5)
    await client.models.list(timeout=Timeout(10.0, total=20.0))
    await client.models.list(timeout=httpx.Timeout(10.0, connect=2.0))
    await client.models.list(timeout=aiohttp.ClientTimeout(total=60))
    await client.models.list(timeout=None)
    await client.models.list(timeout=not_given)
    blocking.chat.completions.create(model=MODEL, messages=MESSAGES, timeout=httpx.Timeout(10.0))
    blocking.audio.transcriptions.create(model=MODEL, file=b"", timeout=aiohttp.ClientTimeout(total=60))
    assert_type(client.with_options(timeout=httpx.Timeout(1.0)), AsyncGroq)
    assert_type(Timeout(60.0).connect, float | None)


# ------------------------------------------------------------------------------------------------ copies, subclasses


class TeamGroq(AsyncGroq):
    """A client of one's own."""

    team: str = "a"

    async def ask(self, question: str) -> str:
        """One question, one response."""
        response = await self.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": question}]
        )
        return response.choices[0].message.content or ""

    def patient(self) -> Self:
        """The same, with more time."""
        return self.with_options(timeout=600)


class BlockingTeamGroq(Groq):
    """A sync client of the user's own."""

    team: str = "a"


async def copies(client: AsyncGroq, blocking: Groq, ours: TeamGroq, ours_blocking: BlockingTeamGroq) -> None:
    assert_type(client.with_options(max_retries=0), AsyncGroq)
    assert_type(client.copy(api_key="gsk_other", set_default_headers={"X": "1"}), AsyncGroq)
    assert_type(blocking.with_options(timeout=5.0, default_query={"a": "b"}), Groq)
    assert_type(blocking.copy(base_url="http://localhost:8080"), Groq)
    assert_type(ours.with_options(timeout=5), TeamGroq)
    assert_type(ours.copy().patient().team, str)
    assert_type(await ours.with_options(max_retries=9).ask("Why?"), str)
    assert_type(ours_blocking.with_options(timeout=5), BlockingTeamGroq)
    quick = blocking.with_options(timeout=5.0).chat.completions.create(model=MODEL, messages=MESSAGES)
    assert_type(quick, ChatCompletion)


async def entered(ours: TeamGroq, ours_blocking: BlockingTeamGroq) -> None:
    async with AsyncGroq() as client:
        assert_type(client, AsyncGroq)
    async with ours as mine:
        assert_type(mine, TeamGroq)
    with Groq() as blocking:
        assert_type(blocking, Groq)
    with ours_blocking as mine_blocking:
        assert_type(mine_blocking, BlockingTeamGroq)
    assert_type(await client.close(), None)
    assert_type(blocking.close(), None)


# ---------------------------------------------------------------------------------------------------------- verbs


class Custom(msgspec.Struct):
    """A Struct to be filled."""

    id: str


@dataclass
class Point:
    """A dataclass to be filled."""

    x: int


class Row(TypedDict):
    """A TypedDict to be filled."""

    x: int


class Pydantic(BaseModel):
    """A pydantic model to be filled."""

    x: int


async def verbs_awaited(client: AsyncGroq, decided: bool) -> None:
    assert_type(await client.get("/models", cast_to=ModelListResponse), ModelListResponse)
    assert_type(await client.get("/models", cast_to=dict[str, Any]), dict[str, Any])
    assert_type(await client.get("/models", cast_to=Custom), Custom)
    assert_type(await client.get("/models", cast_to=Point), Point)
    assert_type(await client.get("/models", cast_to=Row), Row)
    assert_type(await client.get("/models", cast_to=Pydantic), Pydantic)
    assert_type(await client.get("/models", cast_to=str), str)
    assert_type(await client.get("/models", cast_to=AsyncAPIResponse[Custom]), AsyncAPIResponse[Custom])
    options: RequestOptions = {
        "headers": {"X": "1"},
        "params": {"a": 1},
        "timeout": 3,
        "max_retries": 0,
        "extra_json": {"b": 2},
    }
    assert_type(await client.post("/a", cast_to=list[int], body={"a": 1}, options=options), list[int])
    assert_type(await client.post("/a", cast_to=Custom, files={"file": b""}, body={"a": "1"}), Custom)
    assert_type(await client.post("/a", cast_to=Custom, files=[("file", ("a.txt", b""))]), Custom)
    streamed = await client.post(
        "/chat/completions",
        cast_to=ChatCompletionChunk,
        body={"model": MODEL},
        stream=True,
        stream_cls=AsyncStream[ChatCompletionChunk],
    )
    assert_type(streamed, AsyncStream[ChatCompletionChunk])
    either = await client.post(
        "/chat/completions",
        cast_to=ChatCompletion,
        stream=decided,
        stream_cls=AsyncStream[ChatCompletionChunk],
    )
    assert_type(either, ChatCompletion | AsyncStream[ChatCompletionChunk])
    assert_type(await client.put("/a", cast_to=bytes, body=[1, 2]), bytes)
    assert_type(await client.patch("/a", cast_to=Custom, body={"a": 1}), Custom)
    assert_type(await client.delete("/a", cast_to=Custom), Custom)


def verbs_blocking(client: Groq, decided: bool) -> None:
    assert_type(client.get("/models", cast_to=ModelListResponse), ModelListResponse)
    assert_type(client.get("/models", cast_to=dict[str, object]), dict[str, object])
    assert_type(client.get("/models", cast_to=APIResponse[Custom]), APIResponse[Custom])
    assert_type(client.post("/a", cast_to=Point, body={"a": 1}), Point)
    streamed = client.post(
        "/chat/completions",
        cast_to=ChatCompletionChunk,
        body={"model": MODEL},
        stream=True,
        stream_cls=Stream[ChatCompletionChunk],
    )
    assert_type(streamed, Stream[ChatCompletionChunk])
    either = client.post(
        "/chat/completions", cast_to=ChatCompletion, stream=decided, stream_cls=Stream[ChatCompletionChunk]
    )
    assert_type(either, ChatCompletion | Stream[ChatCompletionChunk])
    assert_type(client.put("/a", cast_to=Custom), Custom)
    assert_type(client.patch("/a", cast_to=Custom, options={"timeout": httpx.Timeout(3.0)}), Custom)
    assert_type(client.delete("/a", cast_to=Custom, body={"a": 1}), Custom)
