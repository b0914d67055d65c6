"""aiogroq, the official groq and openai: the same calls for all, each built as its documentation recommends for speed.

One client is shared, retries are off so that a failure shows, and the limits of the pools are raised to where they queue
nothing (`httpx.Limits`, from the section "Configuring the HTTP client" of both READMEs).
"""

from __future__ import annotations

from array import array
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from .base import AsyncPeer, Seen, SyncPeer

_KEY = "gsk_benchmark"
_MANY = 10_000
_TIMEOUT_S = 600.0


def messages(prompt: str) -> list[dict[str, str]]:
    """The conversation that every client sends."""
    return [{"role": "system", "content": "You are concise."}, {"role": "user", "content": prompt}]


class AsyncSdk(AsyncPeer):
    """Calls that the three packages have in common; *client* is theirs."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def chat(self, model: str, prompt: str) -> str:
        answer = await self._client.chat.completions.create(
            model=model, messages=messages(prompt), temperature=0.5, max_completion_tokens=256
        )
        text: str = answer.choices[0].message.content
        return text

    async def stream(self, model: str) -> tuple[int, int]:
        events = letters = 0
        async for chunk in await self._client.chat.completions.create(
            model=model, messages=messages("go"), stream=True
        ):
            events += 1
            letters += len(chunk.choices[0].delta.content or "")
        return events, letters

    async def watch(self, model: str, seen: Seen) -> None:
        async for chunk in await self._client.chat.completions.create(
            model=model, messages=messages("go"), stream=True
        ):
            seen(chunk.id)

    async def embed(self, model: str, inputs: list[str], encoding: str) -> list[Sequence[float]]:
        answer = await self._client.embeddings.create(model=model, input=inputs, encoding_format=encoding)
        return [_numbers(item.embedding) for item in answer.data]

    async def download(self, path: str) -> None:
        async with self._client.files.with_streaming_response.content("file_1") as response:
            await response.stream_to_file(path)

    async def upload(self, path: str) -> str:
        with open(path, "rb") as file:  # noqa: ASYNC230 -- as the documentation of all three does
            answer = await self._client.audio.transcriptions.create(model="whisper-large-v3", file=file)
        text: str = answer.text
        return text

    async def refused(self, model: str, prompt: str) -> int:
        try:
            await self.chat(model, prompt)
        except Exception as error:
            status: int = getattr(error, "status_code", 0)
            return status
        return 200

    async def close(self) -> None:
        await self._client.close()


class SyncSdk(SyncPeer):
    """The same, blocking."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def chat(self, model: str, prompt: str) -> str:
        answer = self._client.chat.completions.create(
            model=model, messages=messages(prompt), temperature=0.5, max_completion_tokens=256
        )
        text: str = answer.choices[0].message.content
        return text

    def stream(self, model: str) -> tuple[int, int]:
        events = letters = 0
        for chunk in self._client.chat.completions.create(model=model, messages=messages("go"), stream=True):
            events += 1
            letters += len(chunk.choices[0].delta.content or "")
        return events, letters

    def close(self) -> None:
        self._client.close()


def _numbers(embedding: Any) -> Sequence[float]:
    # Who asks a package for base64 and gets text has to unpack it: that is part of the work.
    return array("f", b64decode(embedding)) if isinstance(embedding, str) else embedding


def async_aiogroq(url: str) -> AsyncPeer:
    from aiogroq import AsyncGroq

    return AsyncSdk(AsyncGroq(api_key=_KEY, base_url=url, max_retries=0))


def sync_aiogroq(url: str) -> SyncPeer:
    from aiogroq import Groq

    return SyncSdk(Groq(api_key=_KEY, base_url=url, max_retries=0))


def _groq_limits() -> Any:
    import httpx

    return httpx.Limits(max_connections=_MANY, max_keepalive_connections=_MANY)


def _openai_limits() -> Any:
    import openai._base_client as base

    http: Any = base
    # openai's own copy of httpx, whichever it is in this version.
    library = getattr(http, "httpx2", None) or http.httpx
    return library.Limits(max_connections=_MANY, max_keepalive_connections=_MANY)


def async_groq(url: str) -> AsyncPeer:
    from groq import AsyncGroq, DefaultAsyncHttpxClient

    http = DefaultAsyncHttpxClient(limits=_groq_limits())
    return AsyncSdk(
        AsyncGroq(api_key=_KEY, base_url=url, max_retries=0, timeout=_TIMEOUT_S, http_client=http)
    )


def async_groq_aiohttp(url: str) -> AsyncPeer:
    from groq import AsyncGroq, DefaultAioHttpClient

    http = DefaultAioHttpClient(limits=_groq_limits())
    return AsyncSdk(
        AsyncGroq(api_key=_KEY, base_url=url, max_retries=0, timeout=_TIMEOUT_S, http_client=http)
    )


def sync_groq(url: str) -> SyncPeer:
    from groq import DefaultHttpxClient, Groq

    http = DefaultHttpxClient(limits=_groq_limits())
    return SyncSdk(Groq(api_key=_KEY, base_url=url, max_retries=0, timeout=_TIMEOUT_S, http_client=http))


def async_openai(url: str) -> AsyncPeer:
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    http = DefaultAsyncHttpxClient(limits=_openai_limits())
    return AsyncSdk(
        AsyncOpenAI(
            api_key=_KEY, base_url=f"{url}/openai/v1", max_retries=0, timeout=_TIMEOUT_S, http_client=http
        )
    )


def async_openai_aiohttp(url: str) -> AsyncPeer:
    from openai import AsyncOpenAI, DefaultAioHttpClient

    http = DefaultAioHttpClient(limits=_openai_limits())
    return AsyncSdk(
        AsyncOpenAI(
            api_key=_KEY, base_url=f"{url}/openai/v1", max_retries=0, timeout=_TIMEOUT_S, http_client=http
        )
    )


def sync_openai(url: str) -> SyncPeer:
    from openai import DefaultHttpxClient, OpenAI

    http = DefaultHttpxClient(limits=_openai_limits())
    return SyncSdk(
        OpenAI(api_key=_KEY, base_url=f"{url}/openai/v1", max_retries=0, timeout=_TIMEOUT_S, http_client=http)
    )
