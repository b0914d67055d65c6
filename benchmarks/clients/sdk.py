"""aiogroq and the official groq and openai: the same calls for all, each set up as its documentation recommends for speed.

One client is shared. Retries are off, so that failures show. The pools of groq and openai keep their defaults while they
are large enough; beyond that they are raised to the concurrency (`httpx.Limits`, from the section "Configuring the HTTP
client" of both READMEs). A larger pool than needed makes httpx slower: it scans all of its connections.
"""

from __future__ import annotations

from array import array
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from .base import AsyncPeer, Seen, SyncPeer

_KEY = "gsk_benchmark"
_TIMEOUT_S = 600.0
_AS_BUILT = 100
"""The pool size of groq; openai's is 1,000."""


def messages(prompt: str) -> list[dict[str, str]]:
    """Return the messages that every client sends."""
    return [{"role": "system", "content": "You are concise."}, {"role": "user", "content": prompt}]


class AsyncSdk(AsyncPeer):
    """The calls that the three packages share, with their *client*."""

    def __init__(self, client: Any, encodings: Mapping[str, str] | None = None) -> None:
        self._client = client
        self._encodings = encodings or {}
        """The package's names of encodings, if they differ from the API's."""

    async def chat(self, model: str, prompt: str) -> str:
        response = await self._client.chat.completions.create(
            model=model, messages=messages(prompt), temperature=0.5, max_completion_tokens=256
        )
        text: str = response.choices[0].message.content
        return text

    async def stream(self, model: str) -> tuple[int, int]:
        events = characters = 0
        async for chunk in await self._client.chat.completions.create(
            model=model, messages=messages("go"), stream=True
        ):
            events += 1
            characters += len(chunk.choices[0].delta.content or "")
        return events, characters

    async def watch(self, model: str, seen: Seen) -> None:
        async for chunk in await self._client.chat.completions.create(
            model=model, messages=messages("go"), stream=True
        ):
            seen(chunk.id)

    async def embed(self, model: str, inputs: list[str], encoding: str) -> list[Sequence[float]]:
        encoding_format = self._encodings.get(encoding, encoding)
        response = await self._client.embeddings.create(
            model=model, input=inputs, encoding_format=encoding_format
        )
        return [_numbers(item.embedding) for item in response.data]

    async def download(self, path: str) -> None:
        async with self._client.files.with_streaming_response.content("file_1") as response:
            await response.stream_to_file(path)

    async def upload(self, path: str) -> str:
        with open(path, "rb") as file:  # noqa: ASYNC230 -- as the documentation of all three does
            response = await self._client.audio.transcriptions.create(model="whisper-large-v3", file=file)
        text: str = response.text
        return text

    async def error_status(self, model: str, prompt: str) -> int:
        try:
            await self.chat(model, prompt)
        except Exception as error:
            status: int = getattr(error, "status_code", 0)
            return status
        return 200

    async def close(self) -> None:
        await self._client.close()


class AsyncEvents(AsyncSdk):
    """Streams as the events of ``client.chat.completions.stream``: the unit is still a chunk."""

    async def stream(self, model: str) -> tuple[int, int]:
        chunks = characters = 0
        async with self._client.chat.completions.stream(model=model, messages=messages("go")) as stream:
            async for event in stream:
                if event.type == "chunk":
                    chunks += 1
                elif event.type == "content.delta":
                    characters += len(event.delta)
        return chunks, characters


class SyncSdk(SyncPeer):
    """The same calls with a sync client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def chat(self, model: str, prompt: str) -> str:
        response = self._client.chat.completions.create(
            model=model, messages=messages(prompt), temperature=0.5, max_completion_tokens=256
        )
        text: str = response.choices[0].message.content
        return text

    def stream(self, model: str) -> tuple[int, int]:
        events = characters = 0
        for chunk in self._client.chat.completions.create(model=model, messages=messages("go"), stream=True):
            events += 1
            characters += len(chunk.choices[0].delta.content or "")
        return events, characters

    def close(self) -> None:
        self._client.close()


class SyncEvents(SyncSdk):
    """Streams as events, as `AsyncEvents`."""

    def stream(self, model: str) -> tuple[int, int]:
        chunks = characters = 0
        with self._client.chat.completions.stream(model=model, messages=messages("go")) as stream:
            for event in stream:
                if event.type == "chunk":
                    chunks += 1
                elif event.type == "content.delta":
                    characters += len(event.delta)
        return chunks, characters


def _numbers(embedding: Any) -> Sequence[float]:
    # If a package returns base64 as text, decoding it is part of the workload.
    return array("f", b64decode(embedding)) if isinstance(embedding, str) else embedding


def async_aiogroq(url: str, concurrent: int) -> AsyncPeer:
    from aiogroq import AsyncGroq

    # It decodes base64 itself.
    return AsyncSdk(AsyncGroq(api_key=_KEY, base_url=url, max_retries=0), {"base64": "array"})


def async_aiogroq_events(url: str, concurrent: int) -> AsyncPeer:
    from aiogroq import AsyncGroq

    return AsyncEvents(AsyncGroq(api_key=_KEY, base_url=url, max_retries=0))


def sync_aiogroq_events(url: str) -> SyncPeer:
    from aiogroq import Groq

    return SyncEvents(Groq(api_key=_KEY, base_url=url, max_retries=0))


def sync_aiogroq(url: str) -> SyncPeer:
    from aiogroq import Groq

    return SyncSdk(Groq(api_key=_KEY, base_url=url, max_retries=0))


def _groq(url: str, http: Any) -> AsyncPeer:
    from groq import AsyncGroq

    return AsyncSdk(
        AsyncGroq(api_key=_KEY, base_url=url, max_retries=0, timeout=_TIMEOUT_S, http_client=http)
    )


def _raised(library: Any, concurrent: int, as_built: int = _AS_BUILT) -> dict[str, Any]:
    if concurrent <= as_built:
        return {}
    return {"limits": library.Limits(max_connections=concurrent, max_keepalive_connections=concurrent)}


def async_groq(url: str, concurrent: int) -> AsyncPeer:
    import httpx
    from groq import DefaultAsyncHttpxClient

    return _groq(url, DefaultAsyncHttpxClient(**_raised(httpx, concurrent)))


def async_groq_as_built(url: str, concurrent: int) -> AsyncPeer:
    """Return a client with 100 connections at any concurrency; further calls queue."""
    return _groq(url, None)


def async_groq_aiohttp(url: str, concurrent: int) -> AsyncPeer:
    import httpx
    from groq import DefaultAioHttpClient

    return _groq(url, DefaultAioHttpClient(**_raised(httpx, concurrent)))


def async_groq_defaults(url: str, concurrent: int) -> AsyncPeer:
    """Return a client as in its README, with its default pool and timeouts."""
    from groq import AsyncGroq

    return AsyncSdk(AsyncGroq(api_key=_KEY, base_url=url, max_retries=0))


def async_groq_aiohttp_defaults(url: str, concurrent: int) -> AsyncPeer:
    """Return a client on aiohttp as in its README, with its default pool and timeouts."""
    from groq import AsyncGroq, DefaultAioHttpClient

    return AsyncSdk(AsyncGroq(api_key=_KEY, base_url=url, max_retries=0, http_client=DefaultAioHttpClient()))


def sync_groq(url: str) -> SyncPeer:
    from groq import Groq

    return SyncSdk(Groq(api_key=_KEY, base_url=url, max_retries=0, timeout=_TIMEOUT_S))


def _openai(url: str, http: Any) -> AsyncPeer:
    from openai import AsyncOpenAI

    return AsyncSdk(
        AsyncOpenAI(
            api_key=_KEY, base_url=f"{url}/openai/v1", max_retries=0, timeout=_TIMEOUT_S, http_client=http
        )
    )


def _http_library() -> Any:
    import openai._base_client as base

    # Since version 3, openai bundles a copy of httpx.
    module: Any = base
    return getattr(module, "httpx2", None) or module.httpx


def async_openai(url: str, concurrent: int) -> AsyncPeer:
    from openai import DefaultAsyncHttpxClient

    return _openai(url, DefaultAsyncHttpxClient(**_raised(_http_library(), concurrent, 1000)))


def async_openai_events(url: str, concurrent: int) -> AsyncPeer:
    from openai import AsyncOpenAI

    return AsyncEvents(
        AsyncOpenAI(api_key=_KEY, base_url=f"{url}/openai/v1", max_retries=0, timeout=_TIMEOUT_S)
    )


def async_openai_aiohttp(url: str, concurrent: int) -> AsyncPeer:
    from openai import DefaultAioHttpClient

    return _openai(url, DefaultAioHttpClient(**_raised(_http_library(), concurrent, 1000)))


def async_openai_aiohttp_defaults(url: str, concurrent: int) -> AsyncPeer:
    """Return a client on aiohttp as in its README, with its default pool and timeouts."""
    from openai import AsyncOpenAI, DefaultAioHttpClient

    return AsyncSdk(
        AsyncOpenAI(
            api_key=_KEY,
            base_url=f"{url}/openai/v1",
            max_retries=0,
            http_client=DefaultAioHttpClient(),
        )
    )


def sync_openai(url: str) -> SyncPeer:
    from openai import OpenAI

    return SyncSdk(OpenAI(api_key=_KEY, base_url=f"{url}/openai/v1", max_retries=0, timeout=_TIMEOUT_S))


def sync_openai_events(url: str) -> SyncPeer:
    from openai import OpenAI

    return SyncEvents(OpenAI(api_key=_KEY, base_url=f"{url}/openai/v1", max_retries=0, timeout=_TIMEOUT_S))
