"""`AsyncChatCompletionStream`: the events of a chat completion as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar

from ..types.chat.chat_completion import ChatCompletion

T = TypeVar("T")


class AsyncChatCompletionStream(Generic[T]):
    """A chat completion that arrives event by event."""

    def __init__(self, source: Any) -> None:
        self._source = source

    @property
    async def text_stream(self) -> AsyncIterator[str]:
        """The text as it arrives."""
        async for chunk in self._source:
            for choice in chunk.choices:
                if choice.delta.content:
                    yield choice.delta.content

    async def get_final_completion(self) -> ChatCompletion:
        """Read the stream to its end. Returns the completion."""
        completion: ChatCompletion = await self._source.collect()
        return completion

    async def close(self) -> None:
        """Close the stream now. May be called more than once."""
        await self._source.close()
