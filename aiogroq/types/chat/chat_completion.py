"""The answer to a chat request that does not stream."""

from __future__ import annotations

from typing import Any

import msgspec

from aiogroq.types._model import BaseModel
from aiogroq.types.completion_usage import CompletionUsage, UsageBreakdown, UsageBreakdownModel
from aiogroq.types.shared import Debug as XGroqDebug

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
    """One answer. There is exactly one: the service refuses ``n`` above 1."""

    index: int = 0
    """Its place in ``choices``."""
    message: ChatCompletionMessage = msgspec.field(default_factory=ChatCompletionMessage)
    """What the model said or which tools it calls."""
    logprobs: ChoiceLogprobs | None = None
    """Log probabilities; no model gives them today."""
    finish_reason: str | None = None
    """Why it ended: ``stop``, ``length`` (the token limit), ``tool_calls``, or the deprecated ``function_call``. None where the
    server did not say: in the ``partial`` of an error, and from servers that never do."""


class McpListToolTool(BaseModel):
    """A tool that an MCP server offers."""

    name: str | None = None
    """Its name."""
    description: str | None = None
    """What it does."""
    input_schema: dict[str, Any] | None = None
    """Its arguments, as a JSON Schema object."""
    annotations: Any = None
    """Whatever else the server says about it."""


class McpListTool(BaseModel):
    """The tools that one MCP server of the request offers."""

    id: str | None = None
    """The id of this list."""
    type: str | None = None
    """``mcp_list_tools``."""
    server_label: str | None = None
    """The label that the request gave the server."""
    tools: list[McpListToolTool] | None = None
    """The tools found."""


class XGroqUsage(BaseModel):
    """Tokens by the hardware cache that served them."""

    sram_cached_tokens: int | None = None
    """Tokens from SRAM."""
    dram_cached_tokens: int | None = None
    """Tokens from DRAM."""


class XGroq(BaseModel):
    """What Groq adds to the answer."""

    id: str = ""
    """The request id (``req_...``) to name in a question to Groq's support."""
    seed: int | None = None
    """The seed that was used, the service's own where the request gave none."""
    usage: XGroqUsage | None = None
    """Cache numbers of the hardware."""
    debug: XGroqDebug | None = None
    """Tokens in and out, when the request had ``debug=True``."""


class ChatCompletion(BaseModel):
    """A whole chat answer: the text is ``completion.choices[0].message.content``."""

    id: str = ""
    """The id of the completion (``chatcmpl-...``)."""
    object: str = ""
    """``chat.completion``."""
    created: int = 0
    """When it was made, Unix seconds."""
    model: str = ""
    """The id of the model that answered."""
    choices: list[Choice] = msgspec.field(default_factory=list[Choice])
    """The answers: one."""
    usage: CompletionUsage | None = None
    """Tokens and seconds."""
    usage_breakdown: UsageBreakdown | None = None
    """Usage by model, where several models worked on the answer."""
    system_fingerprint: str | None = None
    """Which backend configuration answered: a change of it may change the results of a seed."""
    x_groq: XGroq | None = None
    """Groq's request id, seed and debug data."""
    service_tier: str | None = None
    """The tier that served the request, such as ``on_demand`` or ``flex``."""
    mcp_list_tools: list[McpListTool] | None = None
    """What the request's MCP servers offer."""
