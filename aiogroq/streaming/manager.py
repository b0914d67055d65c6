"""`AsyncChatCompletionStreamManager`: sends the request of a stream of events, and closes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from ..structured.modes import ModeName
from .request import EventRequest
from .stream import AsyncChatCompletionStream

T = TypeVar("T")

_USAGE = "async with client.chat.completions.stream(...) as stream:"


class AsyncChatCompletionStreamManager(Generic[T]):
    """What `stream` returns: ``async with`` sends the request, and closes the stream at its end."""

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

    if not TYPE_CHECKING:
        # At run time only: type checkers report what is missing.
        def _needs_with(self) -> NoReturn:
            raise TypeError(f"stream() is to be used with: {_USAGE}")

        __aiter__ = __await__ = __enter__ = _needs_with

        def __exit__(self, *_: object) -> None:
            """Not reached: `__enter__` raises."""

        def __getattr__(self, name: str) -> NoReturn:
            # Not for the names that Python and other packages look for.
            hint = "" if name.startswith("_") else f"; use it with: {_USAGE}"
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint}")
