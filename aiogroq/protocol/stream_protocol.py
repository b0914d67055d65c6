"""What one kind of event stream means: how events become values, and when a stream is complete.

`AsyncStream` reads the events of any stream from its connection, and asks a `StreamProtocol` about them. To add an endpoint
with typed streaming, subclass `TypedStreamProtocol` (or `StreamProtocol`) and add it to the table in ``streams.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, cast

import msgspec

from ..types._decode import DECODE_ERRORS, NotJSONError, decode_json, decode_untyped
from .sse import Event
from .status_errors import ResponseHead, event_error, event_not_json

T = TypeVar("T")

WITHIN_EVENT = "The stream broke off within an event."
NO_FINISH_REASON = "The stream broke off: it ended without [DONE] and without a finish reason."
BROKEN_AFTER_END = "The stream broke off: the connection broke after [DONE], and the stream had no other end."
NOT_FRAMED = (
    "The stream broke off, or ended: it has no [DONE], and its body has neither a Content-Length nor chunks, so that "
    "the two cannot be told apart."
)


class StreamEnd(NamedTuple):
    """How a stream ended, apart from what its events show."""

    is_marked: bool
    """Whether it ended with an event that is an end: the ``end_marker``, or one of which `StreamProtocol.is_end` is true."""
    is_broken: bool = False
    """Whether the body broke off after that event."""
    is_within_event: bool = False
    """Whether the body ended within an event."""
    is_framed: bool = True
    """Whether the body has a Content-Length or chunks. If not, it ends as its connection does, which looks the same truncated."""


def _ignore(_: object) -> None:
    pass


class StreamProtocol(Generic[T]):
    """A stream of JSON events of one type, which ends with ``[DONE]`` or, in order, with its body.

    It is complete with ``[DONE]`` and a body that does not break off after it. Without ``[DONE]`` it is truncated if it ends
    within an event, if its body has neither a Content-Length nor chunks, or if its last event is a chat chunk without a
    finish reason.
    """

    end_marker: ClassVar[bytes] = b"[DONE]"
    """The data of an event that ends the stream and has no value."""
    has_result: ClassVar[bool] = False
    """Whether the events have a `result` together, which `AsyncStream.collect` returns."""
    fast_decode: Callable[[bytes], Any] | None = None
    """A C function that decodes plain events, for values that keep their bodies and have the field ``x_groq``: `stop_reason` is
    called only if it is not None. `decode` is called for the events of which this raises one of `DECODE_ERRORS`."""
    store: Callable[[bytes], object] = staticmethod(_ignore)
    """Called with each event that ``fast_decode`` decoded."""
    add_bytes: Callable[[int], object] = staticmethod(_ignore)
    """Called with the bytes of each read that has events, before they are decoded."""
    collect: Callable[[Any], object] = staticmethod(_ignore)
    """Called by `AsyncStream.collect` with each value that it reads."""

    def __init__(self, event_type: type[T]) -> None:
        self.event_type: type[T] = event_type
        self._last_event = b""

    def read(self, event: bytes, response: ResponseHead) -> T:
        """Return the value of an event.

        Raises `APIStatusError` for an error that the service sends, and `APIConnectionError` for data that is not JSON.
        """
        if type(event) is Event and event.name == "error":
            raise event_error(response, bytes(event))
        try:
            value = self.decode(event)
        except NotJSONError as error:
            raise event_not_json(response, event) from error
        if self.is_error(event, value):
            raise event_error(response, bytes(event))
        return value

    def decode(self, event: bytes) -> T:
        """Return the value of an event. Raises `NotJSONError`."""
        self._last_event = event
        return decode_json(self.event_type, event)

    def is_error(self, event: bytes, value: T) -> bool:
        """Whether an event, whose name is not ``error``, is an error of the service all the same."""
        found: Any = value
        error = found.get("error") if hasattr(found, "get") else None
        return bool(error) and (isinstance(error, dict) or type(event) is Event)

    def is_end(self, event: bytes) -> bool:
        """Whether an event that has a value is the last of the stream. Not called for events of ``fast_decode``."""
        return False

    def stop_reason(self, value: T) -> str | None:
        """Return why the service stops the stream after this value, or None."""
        return None

    def is_complete(self, data: bytes) -> bool:
        """Whether the data of the last event, whose blank line is missing, cannot be the beginning of a longer event."""
        if data == self.end_marker:
            return True
        if not data.startswith((b"{", b"[")):
            return False
        try:
            decode_untyped(data)
        except NotJSONError:
            return False
        return True

    def truncation(self, end: StreamEnd) -> str | None:
        """Return why a stream that has ended is truncated, as a sentence; None if it is complete."""
        if end.is_marked:
            return BROKEN_AFTER_END if end.is_broken else None
        if end.is_within_event:
            return WITHIN_EVENT
        if not end.is_framed:
            return NOT_FRAMED
        return NO_FINISH_REASON if _is_unfinished_chunk(self._last_event) else None

    def result(self) -> Any:
        """Return what the events are together so far; None if ``has_result`` is false."""
        return None

    def usage(self) -> Any:
        """Return the usage that has arrived so far, or None."""
        return None


class _Choice(msgspec.Struct):
    finish_reason: Any = None


class _Event(msgspec.Struct):
    """The fields that say what an event is."""

    type: Any = ""
    object: Any = ""
    choices: list[_Choice] | None = None


_event_decoder = msgspec.json.Decoder(_Event)


class TypedStreamProtocol(StreamProtocol[T]):
    """A stream whose events have types, one of which ends it: without such an event it is truncated.

    The type of an event is its SSE name, or the ``type`` in its JSON if it has no name. The value of an event whose type is
    not in `event_types` is an ``event_type``, such as the base class of all events.
    """

    event_types: ClassVar[Mapping[str, type[Any]]] = {}
    """The class of each type of event."""
    end_types: ClassVar[frozenset[str]] = frozenset()
    """The types of event that end the stream."""
    _last_type = ""

    def decode(self, event: bytes) -> T:
        self._last_event = event
        self._last_type = _type_of(event)
        return cast("T", decode_json(self.event_types.get(self._last_type, self.event_type), event))

    def is_error(self, event: bytes, value: T) -> bool:
        return self._type(event) == "error"

    def is_end(self, event: bytes) -> bool:
        return self._type(event) in self.end_types

    def _type(self, event: bytes) -> str:
        """Return the type of an event, which `decode` has read already if it is the last one."""
        return self._last_type if event is self._last_event else _type_of(event)

    def truncation(self, end: StreamEnd) -> str | None:
        if end.is_marked:
            return None
        if end.is_within_event:
            return WITHIN_EVENT
        return (
            f"The stream broke off: it ended without an event of type {' or '.join(sorted(self.end_types))}."
        )


def _type_of(event: bytes) -> str:
    if type(event) is Event:
        return event.name
    try:
        return str(_event_decoder.decode(event).type)
    except DECODE_ERRORS:
        return ""


def _is_unfinished_chunk(event: bytes) -> bool:
    """Whether an event is a chat chunk with a choice that has no finish reason."""
    try:
        chunk = _event_decoder.decode(event)
    except DECODE_ERRORS:
        return b"chat.completion.chunk" in event  # with a choice of another type
    return chunk.object == "chat.completion.chunk" and not all(c.finish_reason for c in chunk.choices or ())
