"""Parameters of the Responses API."""

from collections.abc import Iterable, Mapping
from typing import Literal, Union

from .._params import CallOptions, Opt
from .._typing import Required, TypeAlias
from .input_items import ResponseInputItemParam
from .request_parts import (
    ResponseReasoningParam,
    ResponseTextConfigParam,
    ResponseToolChoiceParam,
    ResponseToolParam,
)
from .response_output_item import ResponseOutputItem

ResponseInputTypes: TypeAlias = Union[ResponseInputItemParam, ResponseOutputItem, Mapping[str, object]]
"""An item of ``input``: a dict such as ``{"role": "user", "content": "Hello"}``, or an item of an earlier output."""


class ResponseParams(CallOptions, total=False):
    """Parameters of a response, all but ``stream``."""

    model: Required[str]
    """The model id, such as ``openai/gpt-oss-120b``. `client.models.list` returns the models that your key
    may use."""
    input: Required[Union[str, Iterable[ResponseInputTypes]]]
    """A text, or the items of the conversation so far: messages, function calls and their outputs. Items of
    an earlier ``output`` can be passed unchanged."""
    instructions: Opt[str]
    """A system message before the input."""
    max_output_tokens: Opt[int]
    """The maximum number of tokens to generate, reasoning included. Default: the limit of the model."""
    temperature: Opt[float]
    """The sampling temperature, 0 to 2; default 1."""
    top_p: Opt[float]
    """Nucleus sampling, 0 to 1; default 1. Change either this or ``temperature``, not both."""
    text: Opt[Union[ResponseTextConfigParam, Mapping[str, object]]]
    """The format of the text: ``{"format": {"type": "json_schema", "name": ..., "schema": ...}}``."""
    reasoning: Opt[Union[ResponseReasoningParam, Mapping[str, object]]]
    """How much the model reasons: ``{"effort": "low"}``."""
    tools: Opt[Iterable[Union[ResponseToolParam, Mapping[str, object]]]]
    """Up to 128 tools: functions of yours, built-in tools (``{"type": "browser_search"}``) and MCP servers."""
    tool_choice: Opt[Union[ResponseToolChoiceParam, Mapping[str, object]]]
    """Whether the model calls tools: ``none``, ``auto`` (default if there are tools) or ``required``.
    ``{"type": "function", "function": {"name": "my_function"}}`` forces a call of that function."""
    parallel_tool_calls: Opt[bool]
    """Whether one response may have several function calls; default True."""
    metadata: Opt[Mapping[str, str]]
    """Up to 16 names and values that the response repeats."""
    user: Opt[str]
    """An identifier of your end user, for abuse detection."""
    service_tier: Opt[Literal["auto", "default", "flex"]]
    """The service tier: ``auto`` (default), ``default`` or ``flex``."""
    store: Opt[Literal[False]]
    """Whether to store the response: only False, the default, is supported."""
    truncation: Opt[Literal["auto", "disabled"]]
    """How a long input is truncated: ``disabled``, the default, raises a 400. The documentation calls it
    unsupported."""


class ResponseCreateParams(ResponseParams, total=False):
    """All parameters of a response, under the name of OpenAI's package."""

    stream: Opt[bool]
    """Whether to stream the response as events; default False."""
