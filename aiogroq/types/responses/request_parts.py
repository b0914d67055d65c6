"""The objects of a request that are no input items: tools, formats, settings."""

from collections.abc import Mapping, Sequence
from typing import Literal, Optional, Union

from .._typing import Required, TypeAlias, TypedDict


class ResponseToolParam(TypedDict, total=False):
    """A tool. Unlike in chat completions the fields of a function are not in an object of their own."""

    type: Required[str]
    """The type: ``function``; ``browser_search`` or ``code_interpreter`` (gpt-oss models); ``mcp``."""
    name: str
    """Of a function: its name; letters, digits, underscores and dashes, at most 64 characters."""
    description: str
    """Of a function: what it does; the model reads it."""
    parameters: Mapping[str, object]
    """Of a function: its arguments as a JSON Schema object."""
    strict: Optional[bool]
    """Of a function: whether the arguments must match the schema."""
    container: Union[str, Mapping[str, object]]
    """Of the code interpreter: ``{"type": "auto"}``."""
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
    require_approval: Union[str, Mapping[str, object]]
    """Whether calls need approval: ``never`` (default) or ``always``."""
    allowed_tools: Sequence[str]
    """The names of the MCP server's tools that the model may use. Default: all."""


class ResponseToolChoiceFunction(TypedDict, total=False):
    """The function that the model must call."""

    name: Required[str]
    """The function's name."""


class ResponseNamedToolChoiceParam(TypedDict, total=False):
    """A tool choice that forces a call of one function, in the form of chat completions."""

    type: Required[Literal["function"]]
    """Always ``function``."""
    function: Required[ResponseToolChoiceFunction]
    """The function to call."""


ResponseToolChoiceParam: TypeAlias = Union[Literal["none", "auto", "required"], ResponseNamedToolChoiceParam]
"""Whether the model calls tools, or which function it must call."""


class ResponseTextFormatParam(TypedDict, total=False):
    """The format of the text. Unlike in chat completions the schema is not in an object of its own."""

    type: Required[Literal["text", "json_object", "json_schema"]]
    """``text`` (default), ``json_object``, or ``json_schema`` with the fields below."""
    name: str
    """The schema's name: letters, digits, underscores and dashes, at most 64 characters."""
    description: str
    """What the schema is for; the model reads it."""
    schema: Mapping[str, object]
    """The schema as a JSON Schema object."""
    strict: Optional[bool]
    """If True, the text always matches the schema; default False."""


class ResponseTextConfigParam(TypedDict, total=False):
    """The settings of the text."""

    format: ResponseTextFormatParam
    """The format of the text."""


class ResponseReasoningParam(TypedDict, total=False):
    """The settings of the reasoning."""

    effort: Optional[Literal["low", "medium", "high"]]
    """How much the model reasons; default ``medium``."""
