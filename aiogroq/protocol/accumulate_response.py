"""Accumulates the events of a streamed response into the `Response` that the same request without ``stream`` returns.

The event that ends a stream has the whole response: then nothing is accumulated. Until then, and in a stream that breaks off,
the response is what ``response.created`` began, with the items, parts and deltas that came after it. An item or a part that
is done replaces its deltas.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from ..types._decode import NotJSONError, decode_json, decode_untyped
from ..types.responses.response import Response
from ..types.responses.response_output_item import ResponseAnnotation, ResponseContentPart, ResponseOutputItem
from ..types.responses.response_stream_event import ResponseStreamEvent
from ..types.responses.response_usage import ResponseUsage

END_TYPES = frozenset({"response.completed", "response.incomplete"})
"""The types of event that end a stream in order."""
_PARTS: dict[str, tuple[str, str, str]] = {
    "response.output_text": ("content", "output_text", "text"),
    "response.reasoning_text": ("content", "reasoning_text", "text"),
    "response.refusal": ("content", "refusal", "refusal"),
    "response.reasoning_summary_text": ("summary", "summary_text", "text"),
}
"""The type of a delta, without its ending, to the list, the type and the field of the part that it is added to."""
_FIELDS: dict[str, tuple[str, str]] = {
    "response.function_call_arguments": ("function_call", "arguments"),
    "response.mcp_call_arguments": ("mcp_call", "arguments"),
    "response.code_interpreter_call_code": ("code_interpreter_call", "code"),
}
"""The type of a delta, without its ending, to the type of its item and the field that it is added to."""


_DELTAS = {f"{stem}.delta": (name, kind) for stem, (name, kind, _) in _PARTS.items()} | {
    f"{stem}.delta": (name, kind) for stem, (kind, name) in _FIELDS.items()
}
"""The type of a delta to the list or field that it is added to, and the type of the part or item."""
_TYPE_OF_ITEM = {
    "output_text": "message",
    "refusal": "message",
    "reasoning_text": "reasoning",
    "summary_text": "reasoning",
}
"""The type of a part to that of its item, where no event has shown the item."""


class _Growing:
    """A part of an item, or one of its fields, with the deltas that have come for it."""

    def __init__(self, kind: str) -> None:
        self.part = ResponseContentPart(type=kind)
        self.texts: list[str] = []

    def made(self) -> ResponseContentPart:
        """Return the part with its text."""
        field = "refusal" if self.part.type == "refusal" else "text"
        return self.part.model_copy(update={field: "".join(self.texts)}) if self.texts else self.part


_Place = tuple[int, str, int]
"""The index of an item, the name of its list or field, and the index in that list."""


class ResponseAccumulator:
    """A response that grows event by event."""

    def __init__(self) -> None:
        self._start: Response | None = None
        self._end: Response | None = None
        self._status: str | None = None
        self.is_finished: bool = False
        """Whether the event that ends the response has come."""
        self._items: dict[int, ResponseOutputItem] = {}
        self._growing: dict[_Place, _Growing] = {}

    def add(self, event: ResponseStreamEvent, sent: bytes) -> None:
        """Take in an event. ``sent`` is its JSON. What does not fit its type is ignored."""
        kind: Any = event.type
        if not isinstance(kind, str):
            return
        added = _DELTAS.get(kind)
        if added is not None:  # nearly all events
            delta: Any = event.delta
            if isinstance(delta, str):
                self._at(event, *added).texts.append(delta)
            return
        stem, _, ending = kind.rpartition(".")
        if stem in _PARTS or stem in _FIELDS:
            self._add_text(event, stem, ending)
        elif isinstance(event.response, Response):
            self._add_response(event.response, kind, sent)
        elif kind in END_TYPES:  # without the response that it ends
            self.is_finished = True
            self._status = kind.removeprefix("response.")
        elif stem == "response.output_item":
            self._add_item(event, ending)
        elif stem in ("response.content_part", "response.reasoning_part", "response.reasoning_summary_part"):
            self._add_part(event, "summary" if "summary" in stem else "content")
        elif stem == "response.output_text.annotation":
            self._add_annotation(event)

    def response(self) -> Response:
        """The response so far; complete once the stream has ended."""
        if self._end is not None:
            return self._end
        start = Response() if self._start is None else self._start
        status = {} if self._status is None else {"status": self._status}
        return start.model_copy(update={"output": self._output(), **status})

    @property
    def usage(self) -> ResponseUsage | None:
        """The token counts; None until the last event has come."""
        known = self._end or self._start
        return known.usage if known is not None and isinstance(known.usage, ResponseUsage) else None

    def _add_response(self, response: Response, kind: str, sent: bytes) -> None:
        if kind not in END_TYPES and kind != "response.failed":
            self._start = response
            return
        self.is_finished = kind in END_TYPES
        self._end = _exact(sent) or response
        if not self._end.output:  # some servers send the items before it only
            self._end.output = self._output()

    def _add_item(self, event: ResponseStreamEvent, ending: str) -> None:
        if isinstance(event.item, ResponseOutputItem):
            index = _index(event.output_index)
            self._items[index] = event.item
            if ending == "done":
                self._growing = {place: each for place, each in self._growing.items() if place[0] != index}

    def _add_part(self, event: ResponseStreamEvent, name: str) -> None:
        part: Any = event.part
        if isinstance(part, ResponseContentPart) and isinstance(cast("object", part.type), str):
            growing = self._at(event, name, part.type)
            growing.part = part
            text: Any = part.refusal if part.type == "refusal" else part.text
            growing.texts = [text] if isinstance(text, str) else []

    def _add_text(self, event: ResponseStreamEvent, stem: str, ending: str) -> None:
        if stem in _FIELDS:
            kind, name = _FIELDS[stem]
            text: Any = getattr(event, name)
        else:
            name, kind, field = _PARTS[stem]
            text = getattr(event, field)
        if ending == "done" and isinstance(text, str):
            self._at(event, name, kind).texts = [text]

    def _add_annotation(self, event: ResponseStreamEvent) -> None:
        sent: Any = event.annotation
        if isinstance(sent, dict):
            annotation = ResponseAnnotation.model_validate(cast("dict[str, Any]", sent))
            growing = self._at(event, "content", "output_text")
            known: Any = growing.part.annotations
            known = cast("list[object]", known) if isinstance(known, list) else []
            growing.part = growing.part.model_copy(update={"annotations": [*known, annotation]})

    def _at(self, event: ResponseStreamEvent, name: str, kind: str) -> _Growing:
        """Return what an event adds to."""
        position = (
            event.summary_index if name == "summary" else event.content_index if name == "content" else 0
        )
        place = (_index(event.output_index), name, _index(position))
        growing = self._growing.get(place)
        if growing is None:
            growing = self._growing[place] = _Growing(kind)
        return growing

    def _output(self) -> list[ResponseOutputItem]:
        """Return copies of the items, with the deltas that have come."""
        items = {index: item.model_copy() for index, item in self._items.items()}
        for (index, name, position), growing in sorted(self._growing.items(), key=lambda pair: pair[0]):
            kind = growing.part.type
            item = items.setdefault(index, ResponseOutputItem(type=_TYPE_OF_ITEM.get(kind, kind)))
            if name not in ("content", "summary"):
                setattr(item, name, "".join(growing.texts))
                continue
            known: Any = getattr(item, name)
            parts = list(cast("list[object]", known)) if isinstance(known, list) else []
            parts[position : position + 1] = [growing.made()]
            setattr(item, name, parts)
        return [items[index] for index in sorted(items)]


def _exact(sent: bytes) -> Response | None:
    """Return the response in an event as if it had come alone: with its body, for an exact `to_dict`."""
    try:
        event = decode_untyped(sent)
        made: Any = decode_json(Response, msgspec.json.encode(event["response"]))
    except (NotJSONError, msgspec.MsgspecError, UnicodeEncodeError, RecursionError, KeyError, TypeError):
        return None
    return made if isinstance(made, Response) else None


def _index(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0
