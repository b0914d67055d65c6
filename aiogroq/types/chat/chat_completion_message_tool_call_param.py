"""`ChatCompletionMessageToolCallParam`, at its official address."""

from .chat_completion_tool_param import (
    ChatCompletionMessageToolCallParam as ChatCompletionMessageToolCallParam,
)
from .chat_completion_tool_param import Function as Function

__all__ = ["ChatCompletionMessageToolCallParam", "Function"]
