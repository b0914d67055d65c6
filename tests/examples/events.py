"""Reads server-sent events as a browser does, over a socket; and a stream of the service that comes in one write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from aiogroq.local import Fault

_CHUNK = {
    "id": "c",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "delta": {"content": "Hello."}, "finish_reason": "stop"}],
}


def events_of(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The events of a response, (name, JSON of the data), each as soon as it is there."""
    name = "message"
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
        elif not line:
            name = "message"


def whole_stream(**options: Any) -> Fault:
    """A stream whose end cannot come later than its last event, however busy the server is: so its connection is free then."""
    body = f"data: {json.dumps(_CHUNK)}\n\ndata: [DONE]\n\n"
    return Fault(body=body, content_type="text/event-stream", **options)
