"""`AsyncChatCompletionStreamManager`: sends the request of a stream of events, and closes it."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Generic, TypeVar

from .stream import AsyncChatCompletionStream

T = TypeVar("T")


class AsyncChatCompletionStreamManager(Generic[T]):
    """Use it with ``async with``: the request is sent at its begin, and the stream closed at its end."""

    def __init__(
        self, create: Any, *, response_format: Any, tools: Any, mode: str | None, params: Any
    ) -> None:
        self._create = create
        self._params = {"response_format": response_format, "tools": tools, **params}
        self._stream: AsyncChatCompletionStream[T] | None = None

    async def __aenter__(self) -> AsyncChatCompletionStream[T]:
        self._stream = AsyncChatCompletionStream(await self._create(stream=True, **self._params))
        return self._stream

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
