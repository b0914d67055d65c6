"""`ChatCompletionToolMessageParam`, at its official address."""

from .chat_completion_message_param import ChatCompletionToolMessageParam as ChatCompletionToolMessageParam

__all__ = ["ChatCompletionToolMessageParam"]
