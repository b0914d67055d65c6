"""The messages of a chat request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from ..types._model import BaseModel
from ..types.chat.chat_completion_message import ChatCompletionMessage

_DICTS = frozenset({dict})


def plain_messages(messages: object) -> list[Any]:
    """Return the messages as they are sent: those of a response with only the fields that a request may have."""
    if _has_only_dicts(messages):
        return cast("list[Any]", messages)
    if isinstance(messages, (str, bytes, dict, BaseModel)) or not isinstance(messages, Iterable):
        raise TypeError(
            "messages must be a list of messages such as [{'role': 'user', 'content': 'Hello'}], "
            f"not {type(cast('Any', messages)).__name__}"
        )
    return [
        message.to_param() if isinstance(message, ChatCompletionMessage) else message
        for message in cast("Iterable[object]", messages)
    ]


def _has_only_dicts(messages: Any) -> bool:
    """Return whether no message needs to be changed, which is the usual case."""
    return type(messages) is list and _DICTS.issuperset(map(type, cast("list[object]", messages)))
