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
    """Deprecated: a piece of a call in the form that ``tool_calls`` replaced."""

    name: str | None = None
    """The function's name."""
    arguments: str | None = None
    """The next piece of the arguments' JSON text."""


class ChoiceDeltaToolCallFunction(BaseModel):
    """A piece of a function call."""

    name: str | None = None
    """The function's name, in the call's first piece."""
    arguments: str | None = None
    """The next piece of the arguments' JSON text; most models send it whole."""


class ChoiceDeltaToolCall(BaseModel):
    """A piece of a tool call. Pieces with the same ``index`` make up one call."""

    index: int = -1
    """Which call of the message this belongs to. Some models skip, repeat or leave out numbers."""
    id: str | None = None
    """The call's id, in its first piece; later pieces have none or an empty one."""
    type: str | None = None
    """``function``, in the first piece."""
    function: ChoiceDeltaToolCallFunction | None = None
    """The function's name and arguments."""


class ChoiceDelta(BaseModel):
    """What this event adds to the message. The last one of a stream is empty."""

    role: str | None = None
    """``assistant``, in the first event."""
    content: str | None = None
    """The next piece of text; empty or None in the first event."""
    reasoning: str | None = None
    """The next piece of the model's thinking."""
    channel: str | None = None
    """The output channel, ``analysis`` for reasoning. Sent by gpt-oss models; undocumented."""
    tool_calls: list[ChoiceDeltaToolCall] | None = None
    """Pieces of tool calls."""
    executed_tools: list[ExecutedTool] | None = None
    """Tools that the service executed; the same index comes again once there is an output."""
    annotations: list[Annotation] | None = None
    """Citations in the content."""
    function_call: ChoiceDeltaFunctionCall | None = None
    """Deprecated: see ``tool_calls``."""


class Choice(BaseModel):
    """The one answer's part of this event."""

    index: int = 0
    """Which answer: always 0, as there is one."""
    delta: ChoiceDelta = msgspec.field(default_factory=ChoiceDelta)
    """What is new."""
    logprobs: ChoiceLogprobs | None = None
    """Log probabilities; no model gives them today."""
    finish_reason: str | None = None
    """None until the last event; then ``stop``, ``length``, ``tool_calls`` or ``function_call``."""


class XGroq(BaseModel):
    """What Groq adds to an event. Only the first and the last one have it."""

    id: str | None = None
    """The request id (``req_...``) to name in a question to Groq's support."""
    seed: int | None = None
    """The seed that was used."""
    usage: CompletionUsage | None = None
    """Tokens and seconds of the whole request, in the last event."""
    usage_breakdown: UsageBreakdown | None = None
    """Usage by model, in the last event."""
    error: str | None = None
    """Why the stream was cut short by the service."""
    debug: XGroqDebug | None = None
    """Tokens in and out, when the request had ``debug=True``."""


class ChatCompletionChunk(BaseModel):
    """One event of a chat stream: its text is ``chunk.choices[0].delta.content``."""

    id: str = ""
    """The id of the completion. Compound systems send a different one in every event."""
    object: str = ""
    """``chat.completion.chunk``."""
    created: int = 0
    """When the completion was begun, Unix seconds; the same in every event."""
    model: str = ""
    """The id of the model that answers."""
    system_fingerprint: str | None = None
    """Which backend configuration answers."""
    choices: list[Choice] = msgspec.field(default_factory=list[Choice])
    """The answer's news: one entry, or none in an event that only carries usage."""
    x_groq: XGroq | None = None
    """Groq's request id and seed (first event) and usage (last event)."""
    usage: CompletionUsage | None = None
    """Tokens and seconds of the whole request, in the last event, whether asked for or not."""
    usage_breakdown: UsageBreakdown | None = None
    """Usage by model, where several models worked on the answer."""
    service_tier: str | None = None
    """The tier that serves the request."""
    mcp_list_tools: list[McpListTool] | None = None
    """What the request's MCP servers offer."""
