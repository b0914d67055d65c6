"""`ChatCompletionContentPartTextParam`, at its official address."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartTextParam as ChatCompletionContentPartTextParam,
)

__all__ = ["ChatCompletionContentPartTextParam"]
