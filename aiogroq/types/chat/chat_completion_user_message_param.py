"""`ChatCompletionUserMessageParam`, at its official address."""

from .chat_completion_message_param import ChatCompletionUserMessageParam as ChatCompletionUserMessageParam

__all__ = ["ChatCompletionUserMessageParam"]
