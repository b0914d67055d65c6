"""The messages of a request, by role.

``name``, which the specification has for most roles, is accepted by these types as the official package accepts it,
but the service's guide promises a 400 for it: leave it out.
"""

from collections.abc import Iterable
from typing import Literal, Optional, Union

from aiogroq.types._typing import Required, TypeAlias, TypedDict

from .chat_completion_content_part_param import (
    ChatCompletionContentPartParam,
    ChatCompletionContentPartTextParam,
)
from .chat_completion_tool_param import ChatCompletionMessageToolCallParam

ChatCompletionRole: TypeAlias = Literal["system", "developer", "user", "assistant", "tool", "function"]
"""Who speaks."""


class ChatCompletionSystemMessageParam(TypedDict, total=False):
    """What the model is to be and do."""

    content: Required[Union[str, Iterable[ChatCompletionContentPartTextParam]]]
    """The instructions."""
    role: Required[Literal["system", "developer"]]
    """``system``, or ``developer``, which means the same."""
    name: str
    """Refused by the service: leave it out."""


class ChatCompletionDeveloperMessageParam(TypedDict, total=False):
    """What the model is to be and do, under the newer name of the role."""

    content: Required[Union[str, Iterable[ChatCompletionContentPartTextParam]]]
    """The instructions."""
    role: Required[Literal["developer"]]
    """``developer``."""
    name: str
    """Refused by the service: leave it out."""


class ChatCompletionUserMessageParam(TypedDict, total=False):
    """What the user says or shows."""

    content: Required[Union[str, Iterable[ChatCompletionContentPartParam]]]
    """Text, or parts: text, images, documents."""
    role: Required[Literal["user"]]
    """``user``."""
    name: str
    """Refused by the service: leave it out."""


class FunctionCall(TypedDict, total=False):
    """Deprecated: a call in the form that ``tool_calls`` replaced."""

    arguments: str
    """The arguments as JSON text."""
    name: str
    """The function's name."""


class ChatCompletionAssistantMessageParam(TypedDict, total=False):
    """What the model said before. `ChatCompletionMessage.to_param` makes one from an answer."""

    role: Required[Literal["assistant"]]
    """``assistant``."""
    content: Union[str, Iterable[ChatCompletionContentPartTextParam], None]
    """The text; needed unless there are tool calls."""
    reasoning: Optional[str]
    """The model's thinking, for models that go on from it."""
    tool_calls: Iterable[ChatCompletionMessageToolCallParam]
    """The calls that it asked for. A message of role ``tool`` must follow for each."""
    function_call: FunctionCall
    """Deprecated: see ``tool_calls``."""
    name: str
    """Refused by the service: leave it out."""


class ChatCompletionToolMessageParam(TypedDict, total=False):
    """The result of a tool call."""

    content: Required[Union[str, Iterable[ChatCompletionContentPartParam]]]
    """The result, mostly JSON text."""
    role: Required[Literal["tool"]]
    """``tool``."""
    tool_call_id: Required[str]
    """The ``id`` of the call that this answers."""


class ChatCompletionFunctionMessageParam(TypedDict, total=False):
    """Deprecated: the result of a ``function_call``."""

    content: Required[Optional[str]]
    """The result."""
    name: Required[str]
    """The function's name."""
    role: Required[Literal["function"]]
    """``function``."""


ChatCompletionMessageParam: TypeAlias = Union[
    ChatCompletionSystemMessageParam,
    ChatCompletionDeveloperMessageParam,
    ChatCompletionUserMessageParam,
    ChatCompletionAssistantMessageParam,
    ChatCompletionToolMessageParam,
    ChatCompletionFunctionMessageParam,
]
"""Any message of a request."""
