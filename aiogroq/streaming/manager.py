"""`AsyncChatCompletionStreamManager`: sends the request of a stream of events, and closes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..structured.modes import ModeName
from .needs_with import NeedsAsyncWith
from .request import EventRequest
from .stream import AsyncChatCompletionStream

T = TypeVar("T")


class AsyncChatCompletionStreamManager(NeedsAsyncWith, Generic[T]):
    """What `stream` returns: ``async with`` sends the request, and closes the stream at its end."""

    _statement = "async with client.chat.completions.stream(...) as stream:"

    def __init__(
        self,
        create: Callable[..., Awaitable[Any]],
        *,
        response_format: Any,
        tools: Any,
        mode: ModeName | None,
        params: Mapping[str, Any],
    ) -> None:
        self._create = create
        self._request: EventRequest[T] = EventRequest(
            response_format=response_format, tools=tools, mode=mode, params=params
        )
        self._stream: AsyncChatCompletionStream[T] | None = None

    async def __aenter__(self) -> AsyncChatCompletionStream[T]:
        source = await self._create(**self._request.arguments)
        self._stream = AsyncChatCompletionStream(source, self._request.reader())
        return self._stream

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
