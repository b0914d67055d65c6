"""The response to a chat request that is not streamed."""

from __future__ import annotations

from typing import Any

import msgspec

from .._model import BaseModel
from ..completion_usage import CompletionUsage, UsageBreakdown, UsageBreakdownModel
from ..shared import Debug as XGroqDebug
from .chat_completion_message import ChatCompletionMessage
from .chat_completion_token_logprob import ChatCompletionTokenLogprob, ChoiceLogprobs, TopLogprob

__all__ = [
    "ChatCompletion",
    "ChatCompletionTokenLogprob",
    "Choice",
    "ChoiceLogprobs",
    "McpListTool",
    "McpListToolTool",
    "TopLogprob",
    "UsageBreakdown",
    "UsageBreakdownModel",
    "XGroq",
    "XGroqDebug",
    "XGroqUsage",
]


class Choice(BaseModel):
    """A choice. There is exactly one: the service rejects ``n`` above 1."""

    index: int = 0
    """The index in ``choices``."""
    message: ChatCompletionMessage = msgspec.field(default_factory=ChatCompletionMessage)
    """The message of the model: a text or tool calls."""
    logprobs: ChoiceLogprobs | None = None
    """Log probabilities. No model returns them today."""
    finish_reason: str | None = None
    """Why generation ended: ``stop``, ``length`` (the token limit), ``tool_calls``, or the deprecated
    ``function_call``. None if the server sent none: in the ``partial`` of an error, and from servers that
    never send one."""


class McpListToolTool(BaseModel):
    """A tool of an MCP server."""

    name: str | None = None
    """The tool's name."""
    description: str | None = None
    """What the tool does."""
    input_schema: dict[str, Any] | None = None
    """The arguments as a JSON Schema object."""
    annotations: Any = None
    """Further data from the MCP server."""


class McpListTool(BaseModel):
    """The tools of one MCP server of the request."""

    id: str | None = None
    """The id of this list."""
    type: str | None = None
    """Always ``mcp_list_tools``."""
    server_label: str | None = None
    """The server's label in the request."""
    tools: list[McpListToolTool] | None = None
    """The tools."""


class XGroqUsage(BaseModel):
    """Cached tokens by the kind of memory."""

    sram_cached_tokens: int | None = None
    """Tokens cached in SRAM."""
    dram_cached_tokens: int | None = None
    """Tokens cached in DRAM."""


class XGroq(BaseModel):
    """Groq's addition to the response."""

    id: str = ""
    """The request id (``req_...``). Groq's support asks for it."""
    seed: int | None = None
    """The seed of the sampling; the service chooses one if the request has none."""
    usage: XGroqUsage | None = None
    """Token counts of the hardware caches."""
    debug: XGroqDebug | None = None
    """The input and output tokens, if the request had ``debug=True``."""


class ChatCompletion(BaseModel):
    """A complete chat response. The text is ``completion.choices[0].message.content``."""

    id: str = ""
    """The id of the completion (``chatcmpl-...``)."""
    object: str = ""
    """Always ``chat.completion``."""
    created: int = 0
    """Creation time, Unix seconds."""
    model: str = ""
    """The id of the model."""
    choices: list[Choice] = msgspec.field(default_factory=list[Choice])
    """The choices: exactly one."""
    usage: CompletionUsage | None = None
    """The token counts and processing times."""
    usage_breakdown: UsageBreakdown | None = None
    """The usage by model, if several models processed the request."""
    system_fingerprint: str | None = None
    """The backend configuration. If it changes, the same seed may give other results."""
    x_groq: XGroq | None = None
    """Groq's request id, seed and debug data."""
    service_tier: str | None = None
    """The tier that served the request, such as ``on_demand`` or ``flex``."""
    mcp_list_tools: list[McpListTool] | None = None
    """The tools of the request's MCP servers."""
