"""`ChatCompletionContentPartImageParam`, at its official address."""

from .chat_completion_content_part_param import (
    ChatCompletionContentPartImageParam as ChatCompletionContentPartImageParam,
)
from .chat_completion_content_part_param import ImageURL as ImageURL

__all__ = ["ChatCompletionContentPartImageParam", "ImageURL"]
