"""Turns a `Response` into the chat completion that the rules of `parse` read, and what they found into a `ParsedResponse`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from ..types._struct import instance_dict
from ..types.chat.chat_completion import ChatCompletion, Choice
from ..types.chat.chat_completion_message import ChatCompletionMessage
from ..types.chat.parsed_chat_completion import Reask
from ..types.completion_usage import CompletionUsage
from ..types.responses.parsed_response import ParsedResponse
from ..types.responses.response import Response, items_of
from ..types.responses.response_output_item import (
    ResponseContentPart,
    ResponseOutputItem,
    parts_of,
)
from ..types.responses.response_usage import InputTokensDetails, OutputTokensDetails, ResponseUsage
from .result import as_subclass

T = TypeVar("T")


def as_completion(response: object) -> object:
    """Return a response as a chat completion with the same text and end; other values as they are."""
    if not isinstance(response, Response):
        return response
    message: dict[str, Any] = {"role": "assistant", "content": response.output_text}
    refusal = _refusal(response)
    if refusal:
        message["refusal"] = refusal
    choice = Choice(
        message=ChatCompletionMessage.model_validate(message),
        finish_reason="length" if is_truncated(response) else "stop",
    )
    return ChatCompletion(
        id=response.id, model=response.model, choices=[choice], usage=_chat_usage(response.usage)
    )


def is_truncated(response: Response) -> bool:
    """Whether the maximum of tokens was reached."""
    details: Any = response.incomplete_details
    reason = getattr(details, "reason", None)
    return reason == "max_output_tokens" or (response.status == "incomplete" and reason is None)


def _refusal(response: Response) -> str:
    parts = [part for item in items_of(response, "message") for part in parts_of(item.content)]
    return "".join(part.refusal for part in parts if isinstance(part.refusal, str))


def _chat_usage(usage: object) -> CompletionUsage | None:
    if not isinstance(usage, ResponseUsage):
        return None
    return CompletionUsage(
        prompt_tokens=usage.input_tokens,
        completion_tokens=usage.output_tokens,
        total_tokens=usage.total_tokens,
    )


def parsed_response(
    response: Response, value: T, reasks: tuple[Reask, ...] = (), usage: ResponseUsage | None = None
) -> ParsedResponse[T]:
    """Return a response with its value. ``usage`` is that of all requests of the call."""
    made = as_subclass(ParsedResponse[T], response)
    instance_dict(made)["_parsed"] = value
    if usage is not None:
        made.usage = usage
    if reasks:
        instance_dict(made)["_reasks"] = reasks
    return made


def rejected_response(text: str, model: str) -> Response:
    """Return a response for a text that the service rejected, although it has the value. It has no id and no usage."""
    part = ResponseContentPart(type="output_text", text=text)
    item = ResponseOutputItem(type="message", role="assistant", status="completed", content=[part])
    return Response(object="response", status="completed", model=model, output=[item])


def sum_of_usage(responses: Sequence[Response]) -> ResponseUsage | None:
    """Return the sum of the tokens of several responses, or None where none of them has a usage."""
    known = [each.usage for each in responses if isinstance(each.usage, ResponseUsage)]
    if len(known) < 2:
        return known[0] if known else None
    return ResponseUsage(
        input_tokens=_sum(known, "input_tokens"),
        input_tokens_details=InputTokensDetails(
            cached_tokens=_sum([usage.input_tokens_details for usage in known], "cached_tokens")
        ),
        output_tokens=_sum(known, "output_tokens"),
        output_tokens_details=OutputTokensDetails(
            reasoning_tokens=_sum([usage.output_tokens_details for usage in known], "reasoning_tokens")
        ),
        total_tokens=_sum(known, "total_tokens"),
    )


def _sum(details: Sequence[object], name: str) -> int:
    values = [getattr(each, name, None) for each in details]
    return sum(value for value in values if isinstance(value, int))
