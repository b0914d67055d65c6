"""`ChatCompletionNamedToolChoiceParam`, at its official address."""

from .chat_completion_tool_param import (
    ChatCompletionNamedToolChoiceParam as ChatCompletionNamedToolChoiceParam,
)
from .chat_completion_tool_param import ToolChoiceFunction as Function

__all__ = ["ChatCompletionNamedToolChoiceParam", "Function"]
