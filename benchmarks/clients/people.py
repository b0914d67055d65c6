"""aiohttp as most people write it: `json=`, `await response.json()`, lines and `json.loads`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import aiohttp

from .base import AsyncPeer
from .sdk import messages


class AsyncPeople(AsyncPeer):
    """One shared session, the limit of its pool lifted, plain dictionaries."""

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
        answer = await self._post("/chat/completions", payload)
        text: str = answer["choices"][0]["message"]["content"]
        return text

    async def stream(self, model: str) -> tuple[int, int]:
        events = letters = 0
        payload = {"model": model, "messages": messages("go"), "stream": True}
        async with self._session.post(f"{self._url}/chat/completions", json=payload) as response:
            response.raise_for_status()
            async for line in response.content:
                if line.startswith(b"data: ") and line != b"data: [DONE]\n":
                    chunk = json.loads(line[6:])
                    events += 1
                    letters += len(chunk["choices"][0]["delta"].get("content") or "")
        return events, letters

    async def embed(self, model: str, inputs: list[str], encoding: str) -> list[Sequence[float]]:
        answer = await self._post(
            "/embeddings", {"model": model, "input": inputs, "encoding_format": encoding}
        )
        return [item["embedding"] for item in answer["data"]]

    async def refused(self, model: str, prompt: str) -> int:
        try:
            await self.chat(model, prompt)
        except aiohttp.ClientResponseError as error:
            return error.status
        return 200

    async def close(self) -> None:
        await self._session.close()
