"""Which `StreamProtocol` belongs to which type of event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from .chat_stream import ChatStreamProtocol
from .stream_protocol import StreamProtocol

T = TypeVar("T")

_PROTOCOLS: dict[Any, Callable[[Any], StreamProtocol[Any]]] = {
    ChatCompletionChunk: ChatStreamProtocol,
}


def register_stream_protocol(event_type: type[T], protocol: Callable[[type[T]], StreamProtocol[T]]) -> None:
    """Read streams of ``event_type`` by ``protocol`` from now on; it is called with the type, once for each stream."""
    _PROTOCOLS[event_type] = protocol


def stream_protocol_for(event_type: type[T]) -> StreamProtocol[T]:
    """Return a new protocol for a stream of ``event_type``: the one of this type, or else plain `StreamProtocol`."""
    return _PROTOCOLS.get(event_type, StreamProtocol)(event_type)
