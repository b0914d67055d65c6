"""Types of the chat endpoint, at the addresses of the official package.

Those of parsed completions are loaded when they are first used: a plain call does not need them.
"""

from typing import TYPE_CHECKING

from .chat_completion import ChatCompletion
from .chat_completion_chunk import ChatCompletionChunk
from .chat_completion_content_part_param import (
    ChatCompletionContentPartImageParam,
    ChatCompletionContentPartParam,
    ChatCompletionContentPartTextParam,
)
from .chat_completion_message import ChatCompletionMessage
from .chat_completion_message_param import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionDeveloperMessageParam,
    ChatCompletionFunctionMessageParam,
    ChatCompletionMessageParam,
    ChatCompletionRole,
    ChatCompletionSystemMessageParam,
    ChatCompletionToolMessageParam,
    ChatCompletionUserMessageParam,
)
from .chat_completion_message_tool_call import (
    ChatCompletionMessageToolCall,
)
from .chat_completion_token_logprob import ChatCompletionTokenLogprob
from .chat_completion_tool_param import (
    ChatCompletionFunctionCallOptionParam,
    ChatCompletionMessageToolCallParam,
    ChatCompletionNamedToolChoiceParam,
    ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolParam,
)
from .completion_create_params import CompletionCreateParams

if TYPE_CHECKING:
    from .parsed_chat_completion import (
        ParsedChatCompletion,
        ParsedChatCompletionMessage,
        ParsedChoice,
        Reask,
    )

__all__ = [
    "ChatCompletion",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionChunk",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionCallOptionParam",
    "ChatCompletionFunctionMessageParam",
    "ChatCompletionMessage",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionRole",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolParam",
    "ChatCompletionUserMessageParam",
    "CompletionCreateParams",
    "ParsedChatCompletion",
    "ParsedChatCompletionMessage",
    "ParsedChoice",
    "Reask",
]

_PARSED = ("ParsedChatCompletion", "ParsedChatCompletionMessage", "ParsedChoice", "Reask")

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _PARSED:
            from . import parsed_chat_completion

            return getattr(parsed_chat_completion, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
