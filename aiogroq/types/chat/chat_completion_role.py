"""`ChatCompletionRole`, at its official address."""

from .chat_completion_message_param import ChatCompletionRole as ChatCompletionRole

__all__ = ["ChatCompletionRole"]
