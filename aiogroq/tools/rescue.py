"""Tool calls in a ``failed_generation``: the response that the service would have given."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import APIError, FailedCall
from ..types.chat.chat_completion import ChatCompletion, Choice
from ..types.chat.chat_completion_message import ChatCompletionMessage
from ..types.chat.chat_completion_message_tool_call import ChatCompletionMessageToolCall, Function

LOWER_TEMPERATURE = 0.2
"""The service's advice for models that write wrong calls (https://console.groq.com/docs/tool-use)."""


@dataclass(frozen=True)
class Rescue:
    """A request that failed with ``tool_use_failed`` and did not end the run."""

    error: APIError
    """The error."""
    calls: tuple[FailedCall, ...]
    """The calls that were found in it and taken as the model's. Without any the request was repeated."""


def is_rescuable(error: APIError) -> bool:
    """Return whether an error says that the model wrote a call which the service could not read or did not accept."""
    return error.code == "tool_use_failed"


def rescued_completion(error: APIError, model: str, number: int) -> ChatCompletion:
    """Return the calls of an error as a response of the model. It has no id and no usage."""
    calls = [
        ChatCompletionMessageToolCall(
            id=f"rescued_{number}_{index}",
            type="function",
            function=Function(name=call.name, arguments=call.arguments),
        )
        for index, call in enumerate(error.failed_calls)
    ]
    message = ChatCompletionMessage(role="assistant", tool_calls=calls)
    choice = Choice(index=0, message=message, finish_reason="tool_calls")
    return ChatCompletion(object="chat.completion", model=model, choices=[choice])
