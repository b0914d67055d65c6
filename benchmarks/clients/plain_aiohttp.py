"""aiohttp in its simplest form: `json=`, `await response.json()`, lines and `json.loads`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import aiohttp

from .base import AsyncPeer
from .sdk import messages


class AsyncPlainAiohttp(AsyncPeer):
    """One shared session without a pool limit, plain dictionaries."""

    def __init__(self, url: str, concurrent: int = 1) -> None:
        self._url = f"{url}/openai/v1"
        self._session = aiohttp.ClientSession(
            headers={"Authorization": "Bearer gsk_benchmark"}, connector=aiohttp.TCPConnector(limit=0)
        )

    async def _post(self, path: str, payload: dict[str, Any]) -> Any:
        async with self._session.post(f"{self._url}{path}", json=payload) as response:
            response.raise_for_status()
            return await response.json()

    async def chat(self, model: str, prompt: str) -> str:
        payload = {
            "model": model,
            "messages": messages(prompt),
            "temperature": 0.5,
            "max_completion_tokens": 256,
        }
        response = await self._post("/chat/completions", payload)
        text: str = response["choices"][0]["message"]["content"]
        return text

    async def stream(self, model: str) -> tuple[int, int]:
        events = characters = 0
        payload = {"model": model, "messages": messages("go"), "stream": True}
        async with self._session.post(f"{self._url}/chat/completions", json=payload) as response:
            response.raise_for_status()
            async for line in response.content:
                if line.startswith(b"data: ") and line != b"data: [DONE]\n":
                    chunk = json.loads(line[6:])
                    events += 1
                    characters += len(chunk["choices"][0]["delta"].get("content") or "")
        return events, characters

    async def embed(self, model: str, inputs: list[str], encoding: str) -> list[Sequence[float]]:
        response = await self._post(
            "/embeddings", {"model": model, "input": inputs, "encoding_format": encoding}
        )
        return [item["embedding"] for item in response["data"]]

    async def error_status(self, model: str, prompt: str) -> int:
        try:
            await self.chat(model, prompt)
        except aiohttp.ClientResponseError as error:
            return error.status
        return 200

    async def close(self) -> None:
        await self._session.close()
