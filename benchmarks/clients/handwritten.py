"""aiohttp and msgspec, written by hand for these endpoints: typed responses, checked statuses, timeouts."""

from __future__ import annotations

from array import array
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

import aiofiles
import aiohttp
import msgspec
from yarl import URL

from .base import AsyncPeer, Seen
from .sdk import messages

_CHUNK_BYTES = 256 * 1024


class Message(msgspec.Struct):
    role: str
    content: str | None = None


class Choice(msgspec.Struct):
    index: int
    message: Message
    finish_reason: str | None = None


class Usage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    queue_time: float = 0.0
    prompt_time: float = 0.0
    completion_time: float = 0.0
    total_time: float = 0.0


class Completion(msgspec.Struct):
    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None = None


class Delta(msgspec.Struct):
    role: str | None = None
    content: str | None = None


class ChunkChoice(msgspec.Struct):
    index: int
    delta: Delta
    finish_reason: str | None = None


class Chunk(msgspec.Struct):
    id: str
    created: int
    model: str
    choices: list[ChunkChoice]


class Vector(msgspec.Struct):
    index: int
    embedding: list[float] | str


class Vectors(msgspec.Struct):
    data: list[Vector]


class StatusError(Exception):
    """An error status of the service."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status}: {body[:200]!r}")
        self.status = status


class AsyncHandWritten(AsyncPeer):
    """One session, prepared URLs and headers, Structs out."""

    def __init__(self, url: str, concurrent: int = 1) -> None:
        self._chat_url = URL(f"{url}/openai/v1/chat/completions")
        self._embeddings_url = URL(f"{url}/openai/v1/embeddings")
        self._file_url = URL(f"{url}/openai/v1/files/file_1/content")
        self._upload_url = URL(f"{url}/openai/v1/audio/transcriptions")
        self._json = {"Content-Type": "application/json"}
        self._encode = msgspec.json.Encoder().encode
        self._completion = msgspec.json.Decoder(Completion).decode
        self._chunk = msgspec.json.Decoder(Chunk).decode
        self._vectors = msgspec.json.Decoder(Vectors).decode
        self._session = aiohttp.ClientSession(
            headers={"Authorization": "Bearer gsk_benchmark"},
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=60),
        )

    async def _post(self, url: URL, body: dict[str, Any]) -> bytes:
        async with self._session.post(url, data=self._encode(body), headers=self._json) as response:
            content = await response.read()
            if response.status != 200:
                raise StatusError(response.status, content)
            return content

    async def chat(self, model: str, prompt: str) -> str:
        body = {
            "model": model,
            "messages": messages(prompt),
            "temperature": 0.5,
            "max_completion_tokens": 256,
        }
        return self._completion(await self._post(self._chat_url, body)).choices[0].message.content or ""

    async def stream(self, model: str) -> tuple[int, int]:
        events = characters = 0
        body = self._encode({"model": model, "messages": messages("go"), "stream": True})
        decode, rest = self._chunk, b""
        async with self._session.post(self._chat_url, data=body, headers=self._json) as response:
            if response.status != 200:
                raise StatusError(response.status, await response.read())
            async for data in response.content.iter_any():
                *whole, rest = (rest + data).split(b"\n\n")
                for event in whole:
                    if event == b"data: [DONE]":
                        return events, characters
                    chunk = decode(event[6:])
                    events += 1
                    characters += len(chunk.choices[0].delta.content or "")
        raise ConnectionError("the stream was truncated")

    async def watch(self, model: str, seen: Seen) -> None:
        body = self._encode({"model": model, "messages": messages("go"), "stream": True})
        decode, rest = self._chunk, b""
        async with self._session.post(self._chat_url, data=body, headers=self._json) as response:
            async for data in response.content.iter_any():
                *whole, rest = (rest + data).split(b"\n\n")
                for event in whole:
                    if event == b"data: [DONE]":
                        return
                    seen(decode(event[6:]).id)

    async def embed(self, model: str, inputs: list[str], encoding: str) -> list[Sequence[float]]:
        body = {"model": model, "input": inputs, "encoding_format": encoding}
        response = self._vectors(await self._post(self._embeddings_url, body))
        return [
            array("f", b64decode(item.embedding)) if isinstance(item.embedding, str) else item.embedding
            for item in response.data
        ]

    async def download(self, path: str) -> None:
        async with self._session.get(self._file_url) as response, aiofiles.open(path, "wb") as file:
            if response.status != 200:
                raise StatusError(response.status, await response.read())
            async for data in response.content.iter_chunked(_CHUNK_BYTES):
                await file.write(data)

    async def upload(self, path: str) -> str:
        async def chunks(file: Any) -> Any:
            while data := await file.read(_CHUNK_BYTES):
                yield data

        async with aiofiles.open(path, "rb") as file:
            form = aiohttp.FormData()
            form.add_field("model", "whisper-large-v3")
            form.add_field("file", chunks(file), filename="audio.wav", content_type="audio/wav")
            async with self._session.post(self._upload_url, data=form) as response:
                content = await response.read()
                if response.status != 200:
                    raise StatusError(response.status, content)
        text: str = msgspec.json.decode(content)["text"]
        return text

    async def error_status(self, model: str, prompt: str) -> int:
        try:
            await self.chat(model, prompt)
        except StatusError as error:
            return error.status
        return 200

    async def close(self) -> None:
        await self._session.close()
