"""`ChatCompletionStream` and its manager: the sync versions of those in ``aiogroq/streaming``."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

from ..types.chat.chat_completion import ChatCompletion

T = TypeVar("T")


class ChatCompletionStream(Generic[T]):
    """A chat completion that arrives event by event."""

    def __init__(self, source: Any) -> None:
        self._source = source

    @property
    def text_stream(self) -> Iterator[str]:
        """The text as it arrives."""
        for chunk in self._source:
            for choice in chunk.choices:
                if choice.delta.content:
                    yield choice.delta.content

    def get_final_completion(self) -> ChatCompletion:
        """Read the stream to its end. Returns the completion."""
        completion: ChatCompletion = self._source.collect()
        return completion

    def close(self) -> None:
        """Close the stream now. May be called more than once."""
        self._source.close()


class ChatCompletionStreamManager(Generic[T]):
    """Use it with ``with``: the request is sent at its begin, and the stream closed at its end."""

    def __init__(
        self, create: Any, *, response_format: Any, tools: Any, mode: str | None, params: Any
    ) -> None:
        self._create = create
        self._params = {"response_format": response_format, "tools": tools, **params}
        self._stream: ChatCompletionStream[T] | None = None

    def __enter__(self) -> ChatCompletionStream[T]:
        self._stream = ChatCompletionStream(self._create(stream=True, **self._params))
        return self._stream

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()
