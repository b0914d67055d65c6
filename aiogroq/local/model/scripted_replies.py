"""The replies that a test sets: one for all chat requests, several in order, or a function of the request."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from ..response import ApiError

# Not the logger of the server itself, which shortens errors of the connection.
LOGGER = logging.getLogger("aiogroq.local.replies")

ReplySource = str | dict[str, Any] | Callable[[dict[str, Any]], Any] | Iterable[Any]
"""A text or message for every request, a function (also `async def`) of the request body, or an iterable of replies."""

# A retry would get the same error: it is a mistake in the test.
_NO_RETRY = {"x-should-retry": "false"}
_MESSAGE_KEYS = (
    "annotations",
    "content",
    "executed_tools",
    "finish_reason",
    "function_call",
    "reasoning",
    "refusal",
    "role",
    "tool_calls",
)
_TEXT_KEYS = ("content", "reasoning", "refusal")


class Replies:
    """The source of scripted replies. A test may replace it while the server runs."""

    def __init__(self, source: ReplySource | None) -> None:
        self.source = source

    @property
    def source(self) -> ReplySource | None:
        """The source as set. `None` lets the fake model reply."""
        return self._source

    @source.setter
    def source(self, source: ReplySource | None) -> None:
        self._next = None if source is None else _function(source)
        self._source = source

    async def next(self, body: dict[str, Any]) -> Any:
        """Return the reply to the chat request *body*, or `None` without a source.

        A reply is a text, a message or a list of deltas. Raises `ApiError` 500, which clients do not retry, if the source
        is exhausted, raises or returns anything else. What it raises is logged with its traceback.
        """
        function = self._next
        if function is None:
            return None
        try:
            given = function(body)
            if inspect.isawaitable(given):
                given = await given
        except (ApiError, asyncio.CancelledError, GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # those of pytest.fail() and pytest.skip() are no Exception
            LOGGER.exception("the reply function raised an error")
            raise _failed(f"the reply function raised {type(error).__name__}: {error}") from error
        try:
            return _validated(given)
        except (TypeError, ValueError) as error:
            raise _failed(str(error)) from None


def _validated(given: Any) -> Any:
    """Return *given* as a text, a message or a list of deltas. Raises `TypeError` or `ValueError` naming the allowed types."""
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
        for key in _TEXT_KEYS:
            text = message.get(key)
            if text is not None and not isinstance(text, str):
                raise TypeError(
                    f"the reply of LocalGroq(reply=...) has a {key} of type {type(text).__name__}: give a text or None"
                )
        if message.get("content") and message.get("refusal"):
            raise ValueError("the reply of LocalGroq(reply=...) has content and a refusal: give one of them")
        return message
    if given is None:
        raise _invalid_reply("is None")
    if isinstance(given, bytes) or not hasattr(given, "__iter__"):
        raise _invalid_reply(f"is of type {type(given).__name__}")
    deltas: list[Any] = list(given)
    for delta in deltas:
        if not isinstance(delta, str | dict):
            raise _invalid_reply(f"has a delta of type {type(delta).__name__}")
    return deltas


def _invalid_reply(what: str) -> TypeError:
    return TypeError(
        f"the reply of LocalGroq(reply=...) {what}: give a text, a message (dict) or a list of deltas (texts or dicts)"
    )


def _function(source: ReplySource) -> Callable[[dict[str, Any]], Any]:
    if isinstance(source, str | dict):
        return _Constant(_validated(source)).take
    if callable(source):
        return source
    if isinstance(source, bytes) or not hasattr(source, "__iter__"):
        raise TypeError(
            "reply must be a text, a message (dict), a function of the request body or an iterable of replies, "
            f"not {type(source).__name__}"
        )
    return _Sequence(iter(source)).take


class _Constant:
    def __init__(self, reply: Any) -> None:
        self._reply = reply

    def take(self, body: dict[str, Any]) -> Any:
        return self._reply


class _Sequence:
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
