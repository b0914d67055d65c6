"""What `parse` returns: the completion with its values, and the usage of all requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from ..types._struct import Struct, instance_dict
from ..types.chat.chat_completion import ChatCompletion, Choice, XGroq
from ..types.chat.chat_completion_message import ChatCompletionMessage
from ..types.chat.parsed_chat_completion import (
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChoice,
    Reask,
)
from ..types.completion_usage import CompletionTokensDetails, CompletionUsage, PromptTokensDetails

T = TypeVar("T")
S = TypeVar("S", bound=Struct)


def parsed_completion(
    completion: ChatCompletion,
    values: Sequence[T],
    *,
    reasks: tuple[Reask, ...] = (),
    usage: CompletionUsage | None = None,
) -> ParsedChatCompletion[T]:
    """Return a completion with the value of each of its choices. ``usage`` is that of all requests of the call."""
    parsed = as_subclass(ParsedChatCompletion[T], completion)
    # A server may send anything: what is no choice has no value.
    choices = [choice for choice in completion.choices if isinstance(choice, Choice)]  # pyright: ignore[reportUnnecessaryIsInstance]
    parsed.choices = [_parsed_choice(choice, value) for choice, value in zip(choices, values, strict=True)]
    parsed.usage = usage if usage is not None else completion.usage
    if reasks:
        instance_dict(parsed)["_reasks"] = reasks
    return parsed


def _parsed_choice(choice: Choice, value: T) -> ParsedChoice[T]:
    parsed = as_subclass(ParsedChoice[T], choice)
    parsed.message = as_subclass(ParsedChatCompletionMessage[T], choice.message)
    instance_dict(parsed.message)["_parsed"] = value
    return parsed


def as_subclass(cls: type[S], source: Struct) -> S:
    """Return the fields and the unknown fields of an object as a subclass of its class."""
    made = cls(**{name: getattr(source, name) for name in source.__struct_fields__})
    instance_dict(made).update(source.__dict__)
    return made


def rejected_completion(text: str, model: str, request_id: str | None) -> ChatCompletion:
    """Return a completion for a text that the service rejected, although it has the value.

    The service sends no completion then: it has no ``id``, no time of creation and no usage.
    """
    return ChatCompletion(
        object="chat.completion",
        model=model,
        choices=[Choice(message=ChatCompletionMessage(role="assistant", content=text), finish_reason="stop")],
        x_groq=XGroq(id=request_id or ""),
    )


def sum_of_usage(usages: Sequence[CompletionUsage | None]) -> CompletionUsage | None:
    """Return the sum of the tokens and seconds of several requests, or None where none of them has a usage."""
    known = [usage for usage in usages if isinstance(usage, CompletionUsage)]
    if len(known) < 2:
        return known[0] if known else None
    return _sum(CompletionUsage, known)


def _sum(cls: type[S], parts: Sequence[Struct]) -> S:
    total = cls()
    for name in cls.__struct_fields__:
        values: list[Any] = [value for part in parts if (value := getattr(part, name)) is not None]
        if name in _DETAILS:
            details = [value for value in values if isinstance(value, Struct)]
            setattr(total, name, _sum(_DETAILS[name], details) if details else None)
        else:  # a server may send anything
            numbers = [value for value in values if isinstance(value, (int, float))]
            if numbers:
                setattr(total, name, sum(numbers))
    return total


_DETAILS: dict[str, type[Struct]] = {
    "prompt_tokens_details": PromptTokensDetails,
    "completion_tokens_details": CompletionTokensDetails,
}


def request_id_of(completion: object) -> str | None:
    """Return the service's id of the request of a completion, or None."""
    x_groq = cast("Any", getattr(completion, "x_groq", None))
    found = getattr(x_groq, "id", None)
    return found if isinstance(found, str) and found else None
