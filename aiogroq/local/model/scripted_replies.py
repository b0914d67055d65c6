"""The chat replies that a test sets: one for all requests, several in order, or a function of the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from ..response import ApiError

ReplySource = str | dict[str, Any] | Callable[[dict[str, Any]], Any] | Iterable[Any]
"""A text or a message for every request, a function of the request body, or replies in order."""

# Such an error is the test's and stays the same however often it is asked for.
_NO_RETRY = {"x-should-retry": "false"}
_MESSAGE_KEYS = (
    "annotations",
    "content",
    "executed_tools",
    "finish_reason",
    "function_call",
    "reasoning",
    "role",
    "tool_calls",
)


class Replies:
    """What is replied next. A test may set another source while the server runs."""

    def __init__(self, source: ReplySource | None) -> None:
        self.source = source

    @property
    def source(self) -> ReplySource | None:
        """The source as it was given; `None` where the server makes up its own replies."""
        return self._source

    @source.setter
    def source(self, source: ReplySource | None) -> None:
        self._next = None if source is None else _function(source)
        self._source = source

    def next(self, body: dict[str, Any]) -> Any:
        """The reply to the chat request *body*; `None` where no source is set.

        It is a text, a message or a list of deltas. Raises: `ApiError` 500, which clients do not retry, where the source is
        used up, fails or gives anything else.
        """
        function = self._next
        if function is None:
            return None
        try:
            given = function(body)
        except ApiError:
            raise
        except Exception as error:
            raise _failed(f"the reply function raised {error!r}") from error
        try:
            return _checked(given)
        except (TypeError, ValueError) as error:
            raise _failed(str(error)) from None


def _checked(given: Any) -> Any:
    """*given* as a text, a message or a list of deltas. Raises `TypeError` or `ValueError` with what a reply may be."""
    if isinstance(given, str):
        return given
    if isinstance(given, dict):
        message = cast("dict[str, Any]", given)
        unknown = next((key for key in message if key not in _MESSAGE_KEYS), None)
        if unknown is not None:
            raise ValueError(
                f"the reply of LocalGroq(reply=...) has the unknown key {unknown!r}; a message has "
                f"{', '.join(_MESSAGE_KEYS)}; a list of deltas is sent as it is"
            )
        return message
    if given is None:
        raise _no_reply("is None")
    if isinstance(given, bytes) or not hasattr(given, "__iter__"):
        raise _no_reply(f"is of type {type(given).__name__}")
    deltas: list[Any] = list(given)
    for delta in deltas:
        if not isinstance(delta, str | dict):
            raise _no_reply(f"has a delta of type {type(delta).__name__}")
    return deltas


def _no_reply(what: str) -> TypeError:
    return TypeError(
        f"the reply of LocalGroq(reply=...) {what}: give a text, a message (dict) or a list of deltas (texts or dicts)"
    )


def _function(source: ReplySource) -> Callable[[dict[str, Any]], Any]:
    if isinstance(source, str | dict):
        return _Always(_checked(source)).take
    if callable(source):
        return source
    if isinstance(source, bytes) or not hasattr(source, "__iter__"):
        raise TypeError(
            "reply must be a text, a message (dict), a function of the request body or an iterable of replies, "
            f"not {type(source).__name__}"
        )
    return _InOrder(iter(source)).take


class _Always:
    def __init__(self, reply: Any) -> None:
        self._reply = reply

    def take(self, body: dict[str, Any]) -> Any:
        return self._reply


class _InOrder:
    def __init__(self, replies: Iterator[Any]) -> None:
        self._replies = replies
        self._taken = 0

    def take(self, body: dict[str, Any]) -> Any:
        given = next(self._replies, self)
        if given is self:
            raise _failed(
                f"LocalGroq(reply=...) ran out of replies after {self._taken} requests: "
                "give one for each request, or a text or a function that replies to them all"
            )
        self._taken += 1
        return given


def _failed(message: str) -> ApiError:
    return ApiError(500, message, type="internal_server_error", headers=_NO_RETRY)
