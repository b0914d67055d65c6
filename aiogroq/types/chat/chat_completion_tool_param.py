"""Tools: what the model may call, what it must call, what it called."""

from collections.abc import Mapping, Sequence
from typing import Literal, Union

from aiogroq.types._typing import Required, TypeAlias, TypedDict
from aiogroq.types.shared_params import FunctionDefinition


class ChatCompletionToolParam(TypedDict, total=False):
    """A tool that the model may use: a function of yours, one that the service has built in, or an MCP server."""

    type: Required[str]
    """``function``; ``browser_search`` or ``code_interpreter`` (gpt-oss models); ``mcp``."""
    function: FunctionDefinition
    """The function, for type ``function``."""
    server_label: str
    """Your name for the MCP server."""
    server_url: str
    """The MCP server's address, https only."""
    server_description: str
    """What the MCP server is good for, for the model."""
    connector_id: str
    """Instead of an address: ``connector_gmail``, ``connector_googlecalendar`` or ``connector_googledrive``."""
    authorization: str
    """The OAuth token for a connector."""
    headers: Mapping[str, str]
    """Headers to send to the MCP server."""
    require_approval: str
    """``never`` (default) or ``always``."""
    allowed_tools: Sequence[str]
    """The only tools of the MCP server that may be used."""


class ToolChoiceFunction(TypedDict, total=False):
    """The function that must be called."""

    name: Required[str]
    """Its name."""


class ChatCompletionNamedToolChoiceParam(TypedDict, total=False):
    """That the model must call one certain function."""

    function: Required[ToolChoiceFunction]
    """Which one."""
    type: Required[Literal["function"]]
    """``function``."""


ChatCompletionToolChoiceOptionParam: TypeAlias = Union[
    Literal["none", "auto", "required"], ChatCompletionNamedToolChoiceParam
]
"""Whether tools are called."""


class ChatCompletionFunctionCallOptionParam(TypedDict, total=False):
    """Deprecated: that the model must call one certain function of ``functions``."""

    name: Required[str]
    """Its name."""


class Function(TypedDict, total=False):
    """The function that the model called."""

    arguments: Required[str]
    """The arguments, as the JSON text that the model wrote."""
    name: Required[str]
    """Its name."""


class ChatCompletionMessageToolCallParam(TypedDict, total=False):
    """A call that the model made earlier in the conversation."""

    id: Required[str]
    """The call's id."""
    function: Required[Function]
    """The function and its arguments."""
    type: Required[Literal["function"]]
    """``function``."""
