"""Decodes the events of a stream, or raises the errors that they are."""

from __future__ import annotations

from typing import TypeVar

from ..protocol.sse import Event
from ..protocol.status_errors import event_error, event_not_json
from ..protocol.stream_protocol import StreamProtocol
from ..types._decode import NotJSONError
from .body import AioBody

T = TypeVar("T")


def decode_event(protocol: StreamProtocol[T], body: AioBody, event: bytes) -> T:
    """Return the value of an event.

    Raises `APIStatusError` for an error that the service sends, and `APIConnectionError` for data that is not JSON.
    """
    if type(event) is Event and event.name == "error":
        raise event_error(body, bytes(event))
    try:
        value = protocol.decode(event)
    except NotJSONError as error:
        raise event_not_json(body, event) from error
    if protocol.is_error(event, value):
        raise event_error(body, bytes(event))
    return value
