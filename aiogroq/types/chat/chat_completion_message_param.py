"""The messages of a request, by role.

The types have ``name``, as the specification and the official package do, but the service's guide documents a
400 for it. Leave it out.
"""

from collections.abc import Iterable
from typing import Literal, Optional, Union

from .._typing import Required, TypeAlias, TypedDict
from .chat_completion_content_part_param import (
    ChatCompletionContentPartParam,
    ChatCompletionContentPartTextParam,
)
from .chat_completion_tool_param import ChatCompletionMessageToolCallParam

ChatCompletionRole: TypeAlias = Literal["system", "developer", "user", "assistant", "tool", "function"]
"""The role of a message."""


class ChatCompletionSystemMessageParam(TypedDict, total=False):
    """Instructions for the model."""

    content: Required[Union[str, Iterable[ChatCompletionContentPartTextParam]]]
    """The instructions: a text, or a list of text parts."""
    role: Required[Literal["system", "developer"]]
    """``system``, or ``developer`` with the same meaning."""
    name: str
    """The service rejects it: leave it out."""


class ChatCompletionDeveloperMessageParam(TypedDict, total=False):
    """Instructions for the model, under the newer name of the role."""

    content: Required[Union[str, Iterable[ChatCompletionContentPartTextParam]]]
    """The instructions: a text, or a list of text parts."""
    role: Required[Literal["developer"]]
    """Always ``developer``."""
    name: str
    """The service rejects it: leave it out."""


class ChatCompletionUserMessageParam(TypedDict, total=False):
    """A message of the user."""

    content: Required[Union[str, Iterable[ChatCompletionContentPartParam]]]
    """A text, or a list of parts: texts, images and documents."""
    role: Required[Literal["user"]]
    """Always ``user``."""
    name: str
    """The service rejects it: leave it out."""


class FunctionCall(TypedDict, total=False):
    """Deprecated: a call in the form that ``tool_calls`` replaced."""

    arguments: str
    """The arguments as JSON text."""
    name: str
    """The function's name."""


class ChatCompletionAssistantMessageParam(TypedDict, total=False):
    """An earlier message of the model. `ChatCompletionMessage.to_param` makes one from a response."""

    role: Required[Literal["assistant"]]
    """Always ``assistant``."""
    content: Union[str, Iterable[ChatCompletionContentPartTextParam], None]
    """The text; required unless there are tool calls."""
    reasoning: Optional[str]
    """The model's reasoning, for models that continue from it."""
    tool_calls: Iterable[ChatCompletionMessageToolCallParam]
    """The tool calls that the model requested. A message of role ``tool`` must follow for each."""
    function_call: FunctionCall
    """Deprecated: use ``tool_calls``."""
    name: str
    """The service rejects it: leave it out."""


class ChatCompletionToolMessageParam(TypedDict, total=False):
    """The result of a tool call."""

    content: Required[Union[str, Iterable[ChatCompletionContentPartParam]]]
    """The result, usually JSON text, or a list of parts."""
    role: Required[Literal["tool"]]
    """Always ``tool``."""
    tool_call_id: Required[str]
    """The ``id`` of the tool call."""


class ChatCompletionFunctionMessageParam(TypedDict, total=False):
    """Deprecated: the result of a ``function_call``."""

    content: Required[Optional[str]]
    """The result."""
    name: Required[str]
    """The function's name."""
    role: Required[Literal["function"]]
    """Always ``function``."""


ChatCompletionMessageParam: TypeAlias = Union[
    ChatCompletionSystemMessageParam,
    ChatCompletionDeveloperMessageParam,
    ChatCompletionUserMessageParam,
    ChatCompletionAssistantMessageParam,
    ChatCompletionToolMessageParam,
    ChatCompletionFunctionMessageParam,
]
"""Any message of a request."""
