"""A type whose validation raises `StopIteration` does not look like the end of a stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from aiogroq import Groq
from aiogroq.local import LocalGroq


@dataclass
class City:
    """A city."""

    name: str

    def __post_init__(self) -> None:
        raise StopIteration


@pytest.mark.parametrize(
    ("response_format", "text", "read"),
    [
        (City, '{"name": "Oslo"}', list),
        (City, '{"name": "Oslo"}', lambda stream: list(stream.text_stream)),
        (City, '{"name": "Oslo"}', lambda stream: stream.until_done()),
        (City, '{"name": "Oslo"}', lambda stream: stream.get_final_completion()),
        (list[City], '{"result": [{"name": "Oslo"}]}', lambda stream: list(stream.items())),
    ],
    ids=["events", "text_stream", "until_done", "get_final_completion", "items"],
)
def test_stop_iteration_of_a_type_is_raised_as_a_runtime_error(
    server: LocalGroq, response_format: Any, text: str, read: Callable[[Any], object]
) -> None:
    server.reply = text
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        messages: Any = [{"role": "user", "content": "Which city?"}]
        request = client.chat.completions.stream(
            model="openai/gpt-oss-20b", messages=messages, response_format=response_format
        )
        with request as stream, pytest.raises(RuntimeError, match="raised StopIteration"):
            read(stream)
