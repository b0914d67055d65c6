"""`ChatCompletionSystemMessageParam`, at its official address."""

from .chat_completion_message_param import (
    ChatCompletionSystemMessageParam as ChatCompletionSystemMessageParam,
)

__all__ = ["ChatCompletionSystemMessageParam"]
