"""`ChatCompletionFunctionCallOptionParam`, at its official address."""

from .chat_completion_tool_param import (
    ChatCompletionFunctionCallOptionParam as ChatCompletionFunctionCallOptionParam,
)

__all__ = ["ChatCompletionFunctionCallOptionParam"]
