"""What the model wrote, as a value: from a completion, or from the text that the service rejected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import msgspec

from ..errors import BadRequestError
from ..schemas import MismatchError, TypedFormat, json_values
from ..types.chat.chat_completion import ChatCompletion, Choice
from ..types.completion_usage import CompletionUsage
from .modes import service_text

T = TypeVar("T")

_BUDGET = re.compile(r"max completion tokens reached", re.IGNORECASE)
_FAILED = re.compile(r"failed to generate json|generated json does not match", re.IGNORECASE)
_FAILED_CODES = ("json_validate_failed", "tool_use_failed")


@dataclass
class Content(Generic[T]):
    """What one response has: values, or a text and what is wrong with it."""

    text: str = ""
    """What the model wrote; of several choices the first that is wrong."""
    values: list[T] = field(default_factory=list[T])
    """The value of each choice; empty where one is wrong."""
    error: str = ""
    """What is wrong with ``text``; empty where nothing is."""
    is_truncated: bool = False
    """Whether the maximum of tokens was reached."""
    is_final: bool = False
    """Whether it makes no sense to ask again: the model refuses, or this is no completion."""
    completion: ChatCompletion | None = None
    """The response; None where the service rejected the text."""

    @property
    def usage(self) -> CompletionUsage | None:
        """The usage of the response, where the service sent one."""
        usage: Any = None if self.completion is None else self.completion.usage  # a server may send anything
        return usage if isinstance(usage, CompletionUsage) else None


def of_completion(completion: object, typed: TypedFormat[T]) -> Content[T]:
    """Return what a completion has. ``completion`` may be any JSON value: a server may send anything."""
    if not isinstance(completion, ChatCompletion):
        return Content(_as_json(completion), error="the response is not a chat completion", is_final=True)
    content: Content[T] = _of_choices(completion, typed)
    content.completion = completion
    return content


def _of_choices(completion: ChatCompletion, typed: TypedFormat[T]) -> Content[T]:
    choices = [choice for choice in _listed(completion.choices) if isinstance(choice, Choice)]
    truncated = next((choice for choice in choices if choice.finish_reason == "length"), None)
    if truncated is not None:
        return Content(_text(truncated), is_truncated=True)
    values: list[T] = []
    text = ""
    for choice in choices:
        text = _text(choice)
        refusal: Any = getattr(choice.message, "refusal", None)  # an unknown field
        if not text and isinstance(refusal, str) and refusal:
            return Content(refusal, error="the model refuses to respond", is_final=True)
        try:
            values.append(decode_text(text, typed))
        except MismatchError as mismatch:
            return Content(text, error=str(mismatch))
    if not values:
        return Content(error=_EMPTY)
    return Content(text, values)


def of_rejected(error: BadRequestError, typed: TypedFormat[T]) -> Content[T] | None:
    """Return what the model wrote where the service has rejected it, or None where the error is about something else."""
    message = error.message
    generation = error.failed_generation
    if generation is None and error.code not in _FAILED_CODES and not _FAILED.search(message):
        return None
    text = "" if generation is None else generation if isinstance(generation, str) else _as_json(generation)
    if _BUDGET.search(text) or (not text and _BUDGET.search(message)):
        return Content(is_truncated=True)
    why = ""
    # A call of a tool that does not exist often has the value as its arguments.
    calls = [call.arguments for call in error.failed_calls] if error.code == "tool_use_failed" else []
    for candidate in calls or [text]:
        try:
            return Content(candidate, [decode_text(candidate, typed)])
        except MismatchError as mismatch:
            why = why or str(mismatch)
    return Content(text, error=why if text else service_text(error))


_EMPTY = "the response is empty"


def decode_text(text: str, typed: TypedFormat[T]) -> T:
    """Return the value in a text: all of it, or the last JSON value in it that matches, where there is more than the value.

    Numbers and booleans that were written as text are accepted. Raises `MismatchError`.
    """
    of_text: MismatchError | None = None
    of_part: MismatchError | None = None
    for candidate, is_lax in _candidates(text):
        try:
            return typed.decode(candidate, lax=is_lax)
        except MismatchError as mismatch:
            if candidate is text:
                # A value without the object around it is accepted if it is lax: then what is wrong inside of it counts.
                of_text = mismatch if of_text is None or not text.lstrip().startswith("{") else of_text
            else:
                of_part = of_part or mismatch
    # The error is about what the model wrote, unless that was prose: then it is about the last JSON in it.
    is_prose = text.lstrip()[:1] not in ("{", "[")
    raise (is_prose and of_part) or of_text or MismatchError(_EMPTY)


def _candidates(text: str) -> Iterator[tuple[str, bool]]:
    if not text.strip():
        return
    yield text, False
    yield text, True
    # Models that think aloud do so first.
    for found in json_values(text.rpartition("</think>")[2]):
        if found != text:
            yield found, True


def _listed(value: Any) -> Iterable[Any]:
    """Return a list as it is, and nothing for what is none: a server may send anything."""
    return cast("Iterable[Any]", value) if isinstance(value, list) else ()


def _text(choice: Choice) -> str:
    content: Any = getattr(choice.message, "content", None)
    if content is None or isinstance(content, str):
        return content or ""
    return _as_json(content)


def _as_json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        return str(value)
