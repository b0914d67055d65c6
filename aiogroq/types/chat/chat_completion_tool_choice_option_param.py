"""`ChatCompletionToolChoiceOptionParam`, at its official address."""

from .chat_completion_tool_param import (
    ChatCompletionToolChoiceOptionParam as ChatCompletionToolChoiceOptionParam,
)

__all__ = ["ChatCompletionToolChoiceOptionParam"]
