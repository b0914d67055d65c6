"""`ChatStreamProtocol`: the stream of a chat completion."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Generic, TypeVar, overload

from ..types._decode import decode_json, typed_decoder
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.completion_usage import CompletionUsage
from .accumulate import LazyAccumulator
from .stream_protocol import BROKEN_AFTER_END, NO_FINISH_REASON, WITHIN_EVENT, StreamEnd, StreamProtocol

V = TypeVar("V")

_decode = typed_decoder(ChatCompletionChunk).decode


class ByEventType(Generic[V]):
    """For type checkers: a property that is a ``V`` if the stream is one of chat chunks, and what its protocol says if not."""

    @overload
    def __get__(
        self, stream: AsyncIterator[ChatCompletionChunk] | Iterator[ChatCompletionChunk], owner: object = None
    ) -> V: ...
    @overload
    def __get__(self, stream: object, owner: object = None) -> Any: ...
    def __get__(self, stream: object, owner: object = None) -> Any:
        raise NotImplementedError


class ChatStreamProtocol(StreamProtocol[ChatCompletionChunk]):
    """Chat chunks. Together they are the completion that the same request without ``stream`` returns.

    The chunks show their end when every choice has a finish reason, or when the usage of the whole request came (in a chunk
    without choices, or in ``x_groq``) and no content after it. With that the stream is complete, with ``[DONE]`` or without.
    Without it:

    * a body that ends without ``[DONE]`` is truncated, even if HTTP ends it in order: a proxy ends what its server left open;
    * ``[DONE]`` alone does not count if the server supports finish reasons, which it shows by sending the field, as null
      in most chunks (a llama.cpp server ends a stream so when another request interrupts it), nor if no choice has come;
    * of a server that never sends the field ``[DONE]`` counts, unless the body breaks off after it.
    """

    has_result = True

    def __init__(self, event_type: type[ChatCompletionChunk] = ChatCompletionChunk) -> None:
        super().__init__(event_type)
        self._accumulator = accumulator = LazyAccumulator()
        # Bound methods: a method of this class that called them would be a call more for each event.
        self.fast_decode: Callable[[bytes], Any] | None = _decode
        self.store: Callable[[bytes], object] = accumulator.events.append
        self.add_bytes: Callable[[int], object] = accumulator.add_bytes
        self.collect: Callable[[Any], object] = accumulator.accumulate_last

    def decode(self, event: bytes) -> ChatCompletionChunk:
        value = decode_json(self.event_type, event)
        if type(value) is ChatCompletionChunk and not self.is_error(event, value):
            self._accumulator.events.append(event)
        return value

    def is_error(self, event: bytes, value: ChatCompletionChunk) -> bool:
        if type(value) is not ChatCompletionChunk:
            return super().is_error(event, value)
        return value.model_extra is not None and "error" in value.model_extra

    def stop_reason(self, value: ChatCompletionChunk) -> str | None:
        x_groq: Any = value.x_groq if type(value) is ChatCompletionChunk else None
        reason = getattr(x_groq, "error", None)
        return str(reason) if reason else None

    def truncation(self, end: StreamEnd) -> str | None:
        events = self._accumulator
        if events.is_finished:
            return WITHIN_EVENT if end.is_within_event else None
        if not end.is_marked:
            return NO_FINISH_REASON
        if not events.accumulated().has_choices:
            return "The stream broke off: it ended with [DONE] before any choice had come."
        if events.has_finish_reason_field:
            return "The stream broke off: it ended with [DONE], but without a finish reason."
        return BROKEN_AFTER_END if end.is_broken else None

    def result(self) -> ChatCompletion:
        return self._accumulator.accumulated().completion

    def usage(self) -> CompletionUsage | None:
        return self._accumulator.accumulated().usage
