"""`ResponsesStreamProtocol`: the stream of the Responses API. Importing this module registers it."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from ..errors import APIStatusError
from ..types._decode import NotJSONError, decode_untyped
from ..types.responses.response import Response
from ..types.responses.response_stream_event import ResponseStreamEvent
from ..types.responses.response_usage import ResponseUsage
from .accumulate_response import ResponseAccumulator
from .sse import Event
from .status_errors import ResponseHead, event_error, event_not_an_object, event_not_json
from .stream_protocol import BROKEN_AFTER_END, WITHIN_EVENT, StreamEnd, StreamProtocol
from .streams import register_stream_protocol

ERROR_TYPES = frozenset({"error", "response.failed"})
"""The types of event that end a stream with an error."""
_STATUS_OF_CODE = {
    "rate_limit_exceeded": 429,
    "invalid_prompt": 400,
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "json_validate_failed": 400,
    "tool_use_failed": 400,
    "capacity_exceeded": 498,
}
"""The status of an error that has only a code; 500 for others. The service documents none for streams."""


class ResponsesStreamProtocol(StreamProtocol[ResponseStreamEvent]):
    """The events of a response, which together are the `Response` that the same request without ``stream`` returns.

    It is complete with ``response.completed``, ``response.incomplete`` or ``[DONE]``: without one of them it is truncated.
    Events of unknown types are passed on. ``error`` and ``response.failed`` are raised with their status.
    """

    has_result = True

    def __init__(self, event_type: type[ResponseStreamEvent] = ResponseStreamEvent) -> None:
        super().__init__(event_type)
        self._accumulator = ResponseAccumulator()

    def read(self, event: bytes, response: ResponseHead) -> ResponseStreamEvent:
        name = event.name if type(event) is Event else ""
        if name == "error":
            raise error_in_event(response, event)
        try:
            value = self.decode(event)
        except NotJSONError as error:
            raise event_not_json(response, event) from error
        if value.__class__ is ResponseStreamEvent:
            if not value.type:
                value.type = name
            self._accumulator.add(value, event)
            if str(value.type) in ERROR_TYPES:  # a server may send anything
                raise error_in_event(response, event)
        if self.is_error(event, value):
            raise event_error(response, bytes(event))
        if not isinstance(cast("object", value), ResponseStreamEvent):
            raise event_not_an_object(response, event)
        return value

    def is_error(self, event: bytes, value: ResponseStreamEvent) -> bool:
        if value.__class__ is not ResponseStreamEvent:
            return super().is_error(event, value)
        # The form of chat completions, whose error events have no type.
        return not value.type and value.model_extra is not None and bool(value.model_extra.get("error"))

    def is_end(self, event: bytes) -> bool:
        return event is self._last_event and self._accumulator.is_finished

    def truncation(self, end: StreamEnd) -> str | None:
        if self._accumulator.is_finished:
            return None
        if end.is_marked:
            return BROKEN_AFTER_END if end.is_broken else None
        if end.is_within_event:
            return WITHIN_EVENT
        return "The stream broke off: it ended without response.completed, response.incomplete, response.failed and [DONE]."

    def result(self) -> Response:
        return self._accumulator.response()

    def usage(self) -> ResponseUsage | None:
        return self._accumulator.usage


def error_in_event(head: ResponseHead, event: bytes) -> APIStatusError:
    """Return the error for an ``error`` or ``response.failed`` event, with the status of its code where it names none."""
    try:
        error = _error_object(decode_untyped(event))
    except NotJSONError:
        return event_error(head, bytes(event))
    error.setdefault("status_code", _STATUS_OF_CODE.get(str(error.get("code")), 500))
    return event_error(head, msgspec.json.encode({"error": error}))


def _error_object(sent: Any) -> dict[str, Any]:
    """Return the object that describes the error: ``response.error``, ``error``, or the event itself."""
    event = cast("dict[str, Any]", sent) if isinstance(sent, dict) else {}
    response: Any = event.get("response")
    for place in (response, event):
        error: Any = cast("dict[str, Any]", place).get("error") if isinstance(place, dict) else None
        if isinstance(error, dict):
            return dict(cast("dict[str, Any]", error))
        if error:
            return {"message": str(error)}
    if event and response is None:
        return {name: value for name, value in event.items() if name != "sequence_number"}
    return {"message": "The response failed, and the service did not say why.", "code": "server_error"}


register_stream_protocol(ResponseStreamEvent, ResponsesStreamProtocol)
