"""Which `StreamProtocol` belongs to which type of event."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from .chat_stream import ChatStreamProtocol
from .stream_protocol import StreamProtocol

T = TypeVar("T")

_REGISTERED_BY = {"aiogroq.types.responses.response_stream_event": "aiogroq.protocol.responses_stream"}
"""The module of a type of event to the module that registers its protocol, imported with the first such stream."""

_PROTOCOLS: dict[Any, Callable[[Any], StreamProtocol[Any]]] = {
    ChatCompletionChunk: ChatStreamProtocol,
}


def register_stream_protocol(event_type: type[T], protocol: Callable[[type[T]], StreamProtocol[T]]) -> None:
    """Read streams of ``event_type`` by ``protocol`` from now on; it is called with the type, once for each stream."""
    _PROTOCOLS[event_type] = protocol


def stream_protocol_for(event_type: type[T]) -> StreamProtocol[T]:
    """Return a new protocol for a stream of ``event_type``: the one of this type, or else plain `StreamProtocol`."""
    protocol = _PROTOCOLS.get(event_type)
    if protocol is None and (module := _REGISTERED_BY.get(getattr(event_type, "__module__", ""))):
        import_module(module)
        protocol = _PROTOCOLS.get(event_type)
    return (protocol or StreamProtocol)(event_type)
