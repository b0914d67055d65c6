"""Tools of a request: definitions, the tool choice, and earlier tool calls."""

from collections.abc import Mapping, Sequence
from typing import Literal, Union

from .._typing import Required, TypeAlias, TypedDict
from ..shared_params import FunctionDefinition


class ChatCompletionToolParam(TypedDict, total=False):
    """A tool that the model may use: a function of yours, a built-in tool of the service, or an MCP server."""

    type: Required[str]
    """The type: ``function``; ``browser_search`` or ``code_interpreter`` (gpt-oss models); ``mcp``."""
    function: FunctionDefinition
    """The function, for type ``function``."""
    server_label: str
    """Your label for the MCP server."""
    server_url: str
    """The URL of the MCP server; https only."""
    server_description: str
    """What the MCP server offers; the model reads it."""
    connector_id: str
    """A connector instead of a URL: ``connector_gmail``, ``connector_googlecalendar`` or
    ``connector_googledrive``."""
    authorization: str
    """The OAuth token for a connector."""
    headers: Mapping[str, str]
    """Headers to send to the MCP server."""
    require_approval: str
    """Whether calls need approval: ``never`` (default) or ``always``."""
    allowed_tools: Sequence[str]
    """The names of the MCP server's tools that the model may use. Default: all."""


class ToolChoiceFunction(TypedDict, total=False):
    """The function that the model must call."""

    name: Required[str]
    """The function's name."""


class ChatCompletionNamedToolChoiceParam(TypedDict, total=False):
    """A tool choice that forces a call of one function."""

    function: Required[ToolChoiceFunction]
    """The function to call."""
    type: Required[Literal["function"]]
    """Always ``function``."""


ChatCompletionToolChoiceOptionParam: TypeAlias = Union[
    Literal["none", "auto", "required"], ChatCompletionNamedToolChoiceParam
]
"""Whether the model calls tools, or which function it must call."""


class ChatCompletionFunctionCallOptionParam(TypedDict, total=False):
    """Deprecated: forces a call of one function of ``functions``."""

    name: Required[str]
    """The function's name."""


class Function(TypedDict, total=False):
    """The function that the model called."""

    arguments: Required[str]
    """The arguments as the JSON text that the model wrote."""
    name: Required[str]
    """The function's name."""


class ChatCompletionMessageToolCallParam(TypedDict, total=False):
    """A tool call from an earlier message of the model."""

    id: Required[str]
    """The id of the call."""
    function: Required[Function]
    """The function and its arguments."""
    type: Required[Literal["function"]]
    """Always ``function``."""
