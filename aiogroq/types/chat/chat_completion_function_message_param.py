"""`ChatCompletionFunctionMessageParam`, at its official address."""

from .chat_completion_message_param import (
    ChatCompletionFunctionMessageParam as ChatCompletionFunctionMessageParam,
)

__all__ = ["ChatCompletionFunctionMessageParam"]
