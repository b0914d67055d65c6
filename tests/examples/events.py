"""Reads server-sent events as a browser does, over a socket."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any


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
