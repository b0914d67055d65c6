"""One event of a chat stream."""

from __future__ import annotations

import msgspec

from .._model import BaseModel
from ..completion_usage import CompletionUsage, UsageBreakdown, UsageBreakdownModel
from ..shared import Debug as XGroqDebug
from .chat_completion import McpListTool
from .chat_completion_token_logprob import ChoiceLogprobs
from .executed_tools import Annotation, ExecutedTool

__all__ = [
    "ChatCompletionChunk",
    "Choice",
    "ChoiceDelta",
    "ChoiceDeltaFunctionCall",
    "ChoiceDeltaToolCall",
    "ChoiceDeltaToolCallFunction",
    "ChoiceLogprobs",
    "UsageBreakdown",
    "UsageBreakdownModel",
    "XGroq",
    "XGroqDebug",
]


class ChoiceDeltaFunctionCall(BaseModel):
    """Deprecated: a part of a call in the form that ``tool_calls`` replaced."""

    name: str | None = None
    """The function's name."""
    arguments: str | None = None
    """The next part of the arguments' JSON text."""


class ChoiceDeltaToolCallFunction(BaseModel):
    """A part of a function call."""

    name: str | None = None
    """The function's name, in the first part of the call."""
    arguments: str | None = None
    """The next part of the arguments' JSON text. Most models send it in one part."""


class ChoiceDeltaToolCall(BaseModel):
    """A part of a tool call. Parts with the same ``index`` make up one call."""

    index: int = -1
    """Which call of the message the part belongs to. Some models skip, repeat or omit numbers."""
    id: str | None = None
    """The id of the call, in its first part. Later parts have none or an empty one."""
    type: str | None = None
    """``function``, in the first part."""
    function: ChoiceDeltaToolCallFunction | None = None
    """The function's name and arguments."""


class ChoiceDelta(BaseModel):
    """What this event adds to the message. The last one of a stream is empty."""

    role: str | None = None
    """``assistant``, in the first event."""
    content: str | None = None
    """The next part of the text. Empty or None in the first event."""
    reasoning: str | None = None
    """The next part of the model's reasoning."""
    channel: str | None = None
    """The output channel, ``analysis`` for reasoning. Sent by gpt-oss models; undocumented."""
    tool_calls: list[ChoiceDeltaToolCall] | None = None
    """Parts of tool calls."""
    executed_tools: list[ExecutedTool] | None = None
    """Tools that the service executed. The same index comes again with the output."""
    annotations: list[Annotation] | None = None
    """Citations in the content."""
    function_call: ChoiceDeltaFunctionCall | None = None
    """Deprecated: see ``tool_calls``."""


class Choice(BaseModel):
    """The part of a choice that this event adds."""

    index: int = 0
    """Index of the choice: always 0, because there is one."""
    delta: ChoiceDelta = msgspec.field(default_factory=ChoiceDelta)
    """What the event adds to the message."""
    logprobs: ChoiceLogprobs | None = None
    """Log probabilities of the tokens. No model sends them today."""
    finish_reason: str | None = None
    """Why the choice ended. None until the last event, then ``stop``, ``length``, ``tool_calls`` or ``function_call``."""


class XGroq(BaseModel):
    """Fields that Groq adds to an event. Only the first and the last event have them."""

    id: str | None = None
    """The id of the request (``req_...``), to give to Groq's support."""
    seed: int | None = None
    """The seed that was used."""
    usage: CompletionUsage | None = None
    """Tokens and seconds of the whole request, in the last event."""
    usage_breakdown: UsageBreakdown | None = None
    """Usage by model, in the last event."""
    error: str | None = None
    """Why the service stopped the stream early."""
    debug: XGroqDebug | None = None
    """Tokens in and out, when the request had ``debug=True``."""


class ChatCompletionChunk(BaseModel):
    """One event of a chat stream: its text is ``chunk.choices[0].delta.content``."""

    id: str = ""
    """The id of the completion. Compound systems send a different one in every event."""
    object: str = ""
    """``chat.completion.chunk``."""
    created: int = 0
    """When the completion began, in Unix seconds. The same in every event."""
    model: str = ""
    """The id of the model."""
    system_fingerprint: str | None = None
    """Identifies the configuration of the backend."""
    choices: list[Choice] = msgspec.field(default_factory=list[Choice])
    """What the event adds to each choice: one entry, or none in an event that has only usage."""
    x_groq: XGroq | None = None
    """Groq's request id and seed (first event) and usage (last event)."""
    usage: CompletionUsage | None = None
    """Tokens and seconds of the whole request, in the last event, whether requested or not."""
    usage_breakdown: UsageBreakdown | None = None
    """Usage by model, if several models produced the response."""
    service_tier: str | None = None
    """The service tier of the request."""
    mcp_list_tools: list[McpListTool] | None = None
    """The tools of the request's MCP servers."""
