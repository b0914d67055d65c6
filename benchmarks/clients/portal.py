"""The hand-written client for sync code: an event loop in a thread."""

from __future__ import annotations

import asyncio
import threading

from .base import SyncPeer
from .handwritten import AsyncHandWritten


class SyncHandWritten(SyncPeer):
    """`run_coroutine_threadsafe(...).result()` for each call."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

        async def build() -> AsyncHandWritten:
            return AsyncHandWritten(url)

        self._client = asyncio.run_coroutine_threadsafe(build(), self._loop).result()

    def chat(self, model: str, prompt: str) -> str:
        return asyncio.run_coroutine_threadsafe(self._client.chat(model, prompt), self._loop).result()

    def stream(self, model: str) -> tuple[int, int]:
        # The whole stream is read on the event loop, as a hand-written client would do.
        return asyncio.run_coroutine_threadsafe(self._client.stream(model), self._loop).result()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._client.close(), self._loop).result()
