"""A chat completion whose content was decoded to a type: what `parse` returns.

The decoded values are no fields: `to_dict` and every encoder write exactly what the service sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import msgspec

from ..completion_usage import CompletionUsage
from .chat_completion import ChatCompletion, Choice
from .chat_completion_message import ChatCompletionMessage

__all__ = ["ParsedChatCompletion", "ParsedChatCompletionMessage", "ParsedChoice", "Reask"]

T = TypeVar("T")


@dataclass(frozen=True)
class Reask:
    """A response that did not match the type, after which the model was asked again."""

    content: str
    """What the model wrote; empty where it wrote nothing."""
    error: str
    """What is wrong with it."""
    usage: CompletionUsage | None = None
    """Its usage. None where the service rejected the text: it sends none then."""
    request_id: str | None = None
    """The service's id of the request, or None."""


class ParsedChatCompletionMessage(ChatCompletionMessage, Generic[T]):
    """The message of the model, with the value that its content was decoded to."""

    @property
    def parsed(self) -> T:
        """The content as the type that was asked for. None in a message that was not parsed."""
        return cast("T", self.__dict__.get("_parsed"))

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [*super().__rich_repr__(), ("parsed", self.parsed)]


class ParsedChoice(Choice, Generic[T]):
    """A choice whose content was decoded."""

    message: ParsedChatCompletionMessage[T] = msgspec.field(  # pyright: ignore[reportIncompatibleVariableOverride]
        default_factory=ParsedChatCompletionMessage[T]
    )
    """The message of the model."""


class ParsedChatCompletion(ChatCompletion, Generic[T]):
    """A complete chat response. The value is ``completion.parsed``; ``usage`` is the sum of all requests of the call."""

    choices: list[ParsedChoice[T]] = msgspec.field(  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride]
        default_factory=list
    )
    """The choices: exactly one, unless the server supports ``n``."""

    @property
    def parsed(self) -> T:
        """The value of the first choice."""
        return self.choices[0].message.parsed

    @property
    def reasks(self) -> tuple[Reask, ...]:
        """The responses before this one that did not match the type, oldest first."""
        return cast("tuple[Reask, ...]", self.__dict__.get("_reasks", ()))
