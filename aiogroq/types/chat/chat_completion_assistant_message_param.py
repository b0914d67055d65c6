"""`ChatCompletionAssistantMessageParam`, at its official address."""

from .chat_completion_message_param import (
    ChatCompletionAssistantMessageParam as ChatCompletionAssistantMessageParam,
)
from .chat_completion_message_param import FunctionCall as FunctionCall

__all__ = ["ChatCompletionAssistantMessageParam", "FunctionCall"]
